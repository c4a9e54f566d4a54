"""A head office and its shops in a database, as a benchmark wants them."""

from __future__ import annotations

from collections.abc import Sequence

from bench.menu import fill
from jumak.domain.caller import SYSTEM
from jumak.protocol.messages.device import DevicePairData
from jumak.protocol.messages.shop_directory import AddShop
from jumak.server.credentials import mark_of, new_code
from jumak.server.credentials import new_token as credential
from jumak.service import device, shop_directory
from jumak.shops import Branches, founded, office_of
from jumak.store.postgres import Database

OFFICE = 1


async def found_shops(url: str, names: Sequence[str], scope: str = "plugin") -> list[str]:
    """A head office with shops of these names; a token of each."""
    async with Database.connected(url) as database:
        branches, office = Branches(database), office_of(OFFICE)
        await founded(database, office)
        return [await _shop(branches, name, scope) for name in names]


async def _shop(branches: Branches, name: str, scope: str) -> str:
    data = AddShop(
        name=name,
        title=name,
        business_number="1208147521",
        business_type="RESTAURANT",
        payment_timing="PAY_LATER",
        tables_enabled=True,
    )
    office = office_of(OFFICE)
    made = await branches.write(office, "bench.add", lambda tx: shop_directory.add(tx, data), SYSTEM)
    async with branches.opened(office) as store:
        entry = await shop_directory.shop_of(store.reader(), made.shop.id)
    async with branches.opened(entry) as store:
        await fill(store)
    token = credential(mark_of(entry.id))
    wanted = DevicePairData(kind="service", name="bench", scopes=(scope,))
    await branches.write(
        entry, "device.pair.request", lambda tx: device.pair(tx, wanted, token, new_code()), SYSTEM
    )
    return token.text
