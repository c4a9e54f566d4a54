"""What a shop remembers of its hub: how far its journal went there."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from jumak.protocol.row import Done
from jumak.service.documents import HubFeed
from jumak.service.ports import Documents, Transaction

ID: Final = "hub"


async def remembered(source: Documents) -> HubFeed:
    """As it stands; a shop that never had a hub has sent nothing."""
    return await source.get(HubFeed, ID) or HubFeed(id=ID)


async def remember_sent(tx: Transaction, sent: int, wish: str) -> Done:
    """The hub's stream has taken every fact up to `sent`, after the hub's wish `wish` was granted. No fact of the trade."""
    now = await remembered(tx)
    if (now.sent, now.wish) != (sent, wish):
        tx.put(replace(now, sent=sent, wish=wish))
    return Done()
