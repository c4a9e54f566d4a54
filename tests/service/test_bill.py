"""Split bills through the real use case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from jumak.domain.errors import InvalidArgument, NotFound
from jumak.testing import menu, simulated_shop
from jumak.testing.shop import SimulatedShop


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[SimulatedShop]:
    async with simulated_shop() as running:
        yield running


def a_line(item: int, title: str, price: int, quantity: int) -> dict[str, Any]:
    return {
        "diningOption": "HERE",
        "item": {"id": item, "title": title, "category": {"id": 1, "title": "메뉴"}, "type": "ITEM"},
        "quantity": {"value": quantity},
        "chargePrice": {"value": price * quantity},
        "optionChoices": [],
    }


async def an_order(shop: SimulatedShop) -> dict[str, Any]:
    """27,000 of noodles and 18,000 of pancake less 1,000: 44,000 for three."""
    lines = [a_line(menu.NOODLES, "칼국수", 9_000, 3), a_line(menu.PANCAKE, "해물파전", 18_000, 1)]
    discount = {"title": "단골", "amountMoney": {"value": 1_000}}
    dto = {"lineItems": lines, "discounts": [discount], "numGuests": 3}
    return (await shop.request("order.add.request", {"order": dto}))["order"]


async def split(shop: SimulatedShop, order: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    return (await shop.request("bill.split.request", {"orderId": order["id"], **how}))["parts"]


async def test_a_bill_by_count(shop: SimulatedShop):
    """SPL-1: three friends, the first pays the odd won; nothing about lines."""
    assert await split(shop, await an_order(shop), by="count", count=3) == [
        {"id": "1", "amount": 14_667},
        {"id": "2", "amount": 14_667},
        {"id": "3", "amount": 14_666},
    ]


async def test_a_bill_by_amount(shop: SimulatedShop):
    """SPL-1: 30,000, and what it leaves."""
    parts = await split(shop, await an_order(shop), by="amount", amounts=[30_000])
    assert [part["amount"] for part in parts] == [30_000, 14_000]


async def test_a_bill_by_item(shop: SimulatedShop):
    """SPL-2: net of the chosen units; half a pancake is 0.5; the rest is a part of its own."""
    order = await an_order(shop)
    noodles, pancake = (line["id"] for line in order["lineItems"])
    group = [{"id": noodles, "quantity": 1}, {"id": pancake, "quantity": 0.5}]
    assert await split(shop, order, by="item", lines=[group]) == [
        {"id": "1", "amount": 8_800 + 8_800, "lines": group},
        {
            "id": "2",
            "amount": 26_400,
            "lines": [{"id": noodles, "quantity": 2}, {"id": pancake, "quantity": 0.5}],
        },
    ]


async def test_a_bill_by_guest(shop: SimulatedShop):
    """SPL-3: the pancake belongs to seat 2, the noodles to everybody; a part's id is its seat."""
    order = await an_order(shop)
    pancake = order["lineItems"][1]["id"]
    seated = {"id": order["id"], "expectedVersion": order["version"], "lineId": pancake, "seat": 2}
    await shop.request("order.update-line.request", seated)
    assert await split(shop, order, by="guest") == [
        {"id": "1", "amount": 8_800},
        {"id": "2", "amount": 8_800 + 17_600, "lines": [{"id": pancake, "quantity": 1}]},
        {"id": "3", "amount": 8_800},
    ]


async def test_lines_given_to_guests_at_the_till(shop: SimulatedShop):
    """SPL-3: the seats of the message stand in for the order's; how many guests there are has to be said along."""
    order = await an_order(shop)
    pancake = order["lineItems"][1]["id"]
    seats = [{"id": pancake, "seat": 1}]
    assert await split(shop, order, by="guest", count=2, seats=seats) == [
        {"id": "1", "amount": 13_200 + 17_600, "lines": [{"id": pancake, "quantity": 1}]},
        {"id": "2", "amount": 13_200},
    ]
    assert [each["amount"] for each in await split(shop, order, by="guest", count=4)] == [11_000] * 4
    with pytest.raises(InvalidArgument) as refused:
        await split(shop, order, by="guest", seats=seats)
    assert refused.value.data["path"] == "$.count"


@pytest.mark.parametrize(("by", "key"), [("count", "count"), ("amount", "amounts"), ("item", "lines")])
async def test_each_way_needs_its_key(shop: SimulatedShop, by: str, key: str):
    """SPL-1, SPL-2: refused with the name of the key."""
    with pytest.raises(InvalidArgument) as refused:
        await split(shop, await an_order(shop), by=by)
    assert refused.value.data["path"] == f"$.{key}"


async def test_only_a_known_order_is_divided(shop: SimulatedShop):
    """SPL-a: no order, no parts."""
    with pytest.raises(NotFound):
        await split(shop, {"id": "nobody"}, by="guest")
