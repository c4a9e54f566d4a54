"""What a shop remembers of its hub: how far its journal went there, and which menu came from it."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from jumak.domain.errors import Conflict
from jumak.protocol.row import Done
from jumak.service.documents import HubFeed
from jumak.service.menu_import import Import, take_in
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


async def take_menu(tx: Transaction, menu: str, planned: Import, begun: HubFeed) -> Done:
    """Takes in the next items of a menu the hub sent, and remembers that in the same commit.

    begun: what was remembered when it was planned.  Raises what `take_in` raises, and Conflict when another step was taken
    meanwhile.
    """
    now = await remembered(tx)
    if (now.menu, now.menu_added, now.menu_changed) != (begun.menu, begun.menu_added, begun.menu_changed):
        raise Conflict(
            "다른 메뉴가 먼저 적용되었습니다.", "another menu was taken meanwhile", reason="VERSION"
        )
    if now.menu != menu:
        now = replace(now, menu=menu, menu_added=0, menu_changed=0, menu_refused="")
    reply = await take_in(tx, planned, 0)
    taken = planned.changes[: reply.done]
    added = sum(change.item_id is None for change in taken)
    tx.put(
        replace(
            now,
            menu_added=now.menu_added + added,
            menu_changed=now.menu_changed + len(taken) - added,
            menu_done=reply.done == reply.total,
        )
    )
    return Done()


async def refuse_menu(tx: Transaction, menu: str, why: str) -> Done:
    """Remembers that a menu of the hub was not taken, or no further."""
    now = await remembered(tx)
    if now.menu != menu:
        now = replace(now, menu=menu, menu_added=0, menu_changed=0)
    tx.put(replace(now, menu_done=True, menu_refused=why))
    return Done()
