"""A head office in a test: its token, its menu, and asking it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from jumak.domain.caller import SYSTEM
from jumak.domain.fact import Fact
from jumak.protocol.messages.device import DevicePairData, ReachData
from jumak.protocol.row import Done
from jumak.protocol.scopes import BRANCH_SCOPES
from jumak.server.credentials import mark_of, new_code, new_token
from jumak.server.directory import Branches
from jumak.service import device
from jumak.service.documents import ShopEntry
from jumak.service.ports import Transaction
from tests.domain.test_menu_sharing import OFFICE, category, item, price
from tests.shops.conftest import HOST, Doors, Json

OFFICE_HOST = f"office.{HOST}"
MENU: tuple[Struct, ...] = (
    *OFFICE.categories.values(),
    *OFFICE.options.values(),
    *OFFICE.items.values(),
    category(2, "음료"),
    item(13, "수정과", 2, price(131, 3_000)),
)
"""What the head office offers: three items."""


async def office_token(
    branches: Branches,
    office: ShopEntry,
    *,
    scopes: Sequence[str] = BRANCH_SCOPES,
    shops: Sequence[int] = (),
    groups: Sequence[str] = (),
) -> str:
    """A token of the head office; of every shop unless some are named. Best made before the office is open."""
    reach = ReachData(all=not (shops or groups), shops=tuple(shops), groups=tuple(groups))
    wanted = DevicePairData(kind="service", name="본부장", scopes=tuple(scopes), reach=reach)
    token = new_token(mark_of(office.id))
    await branches.write(
        office, "device.pair.request", lambda tx: device.pair(tx, wanted, token, new_code()), SYSTEM
    )
    return token.text


async def furnish_office(branches: Branches, office: ShopEntry, *things: Struct) -> None:
    """Gives the head office a menu, or changes it."""

    async def seed(tx: Transaction) -> Done:
        for thing in things or MENU:
            tx.put(thing)
        tx.record(Fact("shop.update", "1", {"changes": ["seeded"]}))
        return Done()

    await branches.write(office, "shop.seed", seed, SYSTEM)


async def ask_office(doors: Doors, token: str, name: str, data: Json) -> Json:
    """What must succeed."""
    answer = await doors.ask(OFFICE_HOST, name, data, token)
    assert answer.status_code == 200, (name, data, answer.text)
    reply: Json = answer.json()
    return reply


def states(push: Json) -> dict[int, Any]:
    """What became of a push by shop: its state, and why or what for."""
    return {
        each["shopId"]: (each["state"], each.get("why") or each.get("reason")) for each in push["results"]
    }
