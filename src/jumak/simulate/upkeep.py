"""What staff do besides serving: mark what has run out, count stock, take bookings."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from jumak.simulate.house import House, Refusal

Json = dict[str, Any]


async def keep_house(house: House) -> AsyncIterator[float]:
    """Now and then one of these, until the day is over; marks are taken back after a while."""
    sold_out: list[int] = []
    while True:
        yield house.between(8, 20)
        with contextlib.suppress(Refusal):
            await _act(house, sold_out)
        await house.read_menu()


async def _act(house: House, sold_out: list[int]) -> None:
    duty = house.chance.choice(("sold-out", "on-sale", "stock", "choice", "booking"))
    if duty == "sold-out" and len(sold_out) < 3:
        item = house.chance.choice([item for item in house.items if item["type"] == "ITEM"])
        sold_out.append(item["id"])
        until = house.chance.choice(("day-open", "manual"))
        await _mark(house, item["id"], "SOLD_OUT", until)
    elif duty == "on-sale" and sold_out:
        await _mark(house, sold_out.pop(0), "ON_SALE")
    elif duty == "stock":
        counted = [item for item in house.items if item["price"]["isStockable"]]
        item = house.chance.choice(counted)
        delivery = {
            "catalog": {"id": item["id"]},
            "priceId": item["price"]["id"],
            "delta": 12,
            "reason": "입고",
        }
        await house.send("catalog-item.adjust-stock.request", delivery)
    elif duty == "choice":
        option = house.chance.choice((await house.send("catalog-item-option.list.request"))["options"])
        choice = option["choices"][-1]
        state = "ON_SALE" if choice["state"] == "SOLD_OUT" else "SOLD_OUT"
        asked = {"option": {"id": option["id"]}, "choice": {"id": choice["id"]}, "state": state}
        await house.send("catalog-item-option.set-choice-state.request", asked)
    elif duty == "booking" and house.has_tables:
        at = datetime.fromisoformat(await house.time()) + timedelta(hours=house.chance.randint(3, 72))
        booking = {"name": "예약 손님", "numGuests": house.chance.randint(2, 6), "at": at.isoformat()}
        await house.send("reservation.add.request", booking)


async def _mark(house: House, item_id: int, state: str, until: str | None = None) -> None:
    asked: Json = {"catalog": {"id": item_id}, "state": state}
    if until is not None:
        asked["until"] = until
    await house.send("catalog-item.set-state.request", asked)
