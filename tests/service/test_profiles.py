"""The two compatibility profiles, one test per cell of their table, and what every read must look like (contract README §5)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from jumak.domain.caller import Caller, Profile
from jumak.domain.errors import InvalidArgument
from jumak.protocol.scopes import expand
from jumak.testing import simulated_shop, staff_caller
from jumak.testing.menu import EGG
from tests.service.asking import Asking, a_line, an_order


def plugin(profile: Profile) -> Caller:
    return Caller(id=profile, kind="plugin", name=profile, scopes=expand(["plugin"]), profile=profile)


WITH_EGG = {"optionChoices": [{"id": EGG, "quantity": 1}]}


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Asking]:
    async with simulated_shop() as opened:
        yield Asking(opened)


async def add_menu(shop: Asking, caller: Caller, order_id: str, *lines: dict[str, Any]) -> dict[str, Any]:
    data = {"id": order_id, "order": an_order(*lines)}
    return (await shop.ask("order.add-menu.request", data, caller))["order"]


def ordered(order: dict[str, Any]) -> list[tuple[int, int]]:
    return [(line["item"]["id"], line["quantity"]["value"]) for line in order["lineItems"]]


async def test_add_menu_documented_is_the_whole_order(shop: Asking):
    """H-42, ADD-1: `documented`: the DTO is what the order shall be."""
    caller = plugin("documented")
    order = await shop.add(caller, a_line(1))
    after = await add_menu(shop, caller, order["id"], a_line(1), a_line(3))
    assert ordered(after) == [*ordered(order), (a_line(3)["item"]["id"], 1)]


async def test_add_menu_field_appends(shop: Asking):
    """H-42: `field`: the same call adds its lines to what is there."""
    caller = plugin("field")
    order = await shop.add(caller, a_line(1))
    after = await add_menu(shop, caller, order["id"], a_line(1), a_line(3))
    assert len(after["lineItems"]) == 3
    assert after["chargePrice"]["chargePriceValue"] == 5_000 + 5_000 + 7_000


async def test_add_menu_documented_names_the_switch_when_no_line_is_shared(shop: Asking):
    """H-42, ADD-7: an author who meant to append is told where to say so."""
    caller = plugin("documented")
    order = await shop.add(caller, a_line(1))
    with pytest.raises(InvalidArgument) as refusal:
        await add_menu(shop, caller, order["id"], a_line(3))
    assert refusal.value.reason == "NO_SHARED_LINE"
    assert "field" in refusal.value.en


@pytest.mark.parametrize(
    ("profile", "sent", "shown"),
    [
        ("documented", 10_000, 10_000),
        ("documented", 9_000, 9_000),
        ("field", 10_000, 10_000),
        ("field", 9_000, 10_000),
        ("field", 8_000, 9_000),
    ],
)
async def test_charge_price_on_input(shop: Asking, profile: Profile, sent: int, shown: int):
    """H-42, H-43: noodles of 9,000 with an egg of 1,000: `documented` takes what is sent; `field` adds the options unless the sum is theirs already."""
    caller = plugin(profile)
    order = await shop.add(caller, a_line(4, chargePrice={"value": sent}, **WITH_EGG))
    assert order["lineItems"][0]["chargePrice"]["value"] == shown
    assert order["chargePrice"]["chargePriceValue"] == shown


@pytest.mark.parametrize("profile", ["documented", "field"])
async def test_a_cart_line_without_key_gets_one(shop: Asking, profile: Profile):
    """H-42, H-49: in both profiles, 21 URL-safe characters, by which it can be taken out again."""
    caller = plugin(profile)
    line = {
        "item": a_line(1)["item"],
        "itemPrice": {"isTaxFree": False, "priceType": "FIXED", "priceUnit": 1, "priceValue": 500, "title": ""},
        "discount": [], "optionChoices": [], "quantity": 1, "diningOption": "HERE",
    }  # fmt: skip
    cart = (await shop.ask("draft-order.add-line-item.request", {"lineItem": line}, caller))["draftOrder"]
    key = cart["lineItems"][0]["key"]
    assert len(key) == 21
    emptied = await shop.ask("draft-order.delete-line-item.request", {"key": key}, caller)
    assert emptied["draftOrder"]["lineItems"] == []


def nulls(value: Any, path: str = "$") -> Iterator[str]:
    """Where a reply holds null, but for the one place that documents it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if inner is None and key != "imageUrl":
                yield f"{path}.{key}"
            yield from nulls(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from nulls(inner, f"{path}[{place}]")


LISTS = {"options", "optionChoices", "payments", "lineItems", "labels", "discounts"}


async def test_whatever_is_read_may_be_written_back(shop: Asking):
    """E-15, H-13, H-14: nothing a read gives is null or lacks its lists, so it passes the checks of any runtime."""
    caller = plugin("documented")
    order = await shop.add(caller, a_line(4, **WITH_EGG), a_line(1), tableId=1)
    reads = [
        await shop.get(order["id"]),
        await shop.ask("catalog-item.list.request", {}, caller),
        await shop.ask("catalog-category.list.request", {}, caller),
        await shop.ask("catalog-item-option.list.request", {}, caller),
        await shop.ask("table.list.request", {}, caller),
        await shop.ask("hall.list.request", {}, caller),
        await shop.ask("draft-order.get.request", {}, caller),
        await shop.ask(
            "kds-order-item.get-list.request", {"page": 1, "size": 10, "orderIds": [order["id"]]}, caller
        ),
    ]
    assert [path for read in reads for path in nulls(read)] == []
    read = reads[0]
    assert LISTS & read.keys() == {"lineItems", "discounts", "payments"}
    for line in read["lineItems"]:
        assert isinstance(line["optionChoices"], list)
    again = await add_menu(shop, caller, order["id"], *read["lineItems"])
    assert ordered(again) == ordered(order)
    assert again["chargePrice"] == order["chargePrice"]


async def test_all_in_amounts_and_the_identity_of_every_order(shop: Asking):
    """H-43, MON-a: lines show what is paid for them; supply + tax + tip = price = list − discount + tip."""
    order = await shop.add(
        plugin("documented"),
        a_line(4, chargePrice={"value": 10_000}, discounts=[{"title": "쿠폰", "amountMoney": {"value": 500}}], **WITH_EGG),
        a_line(1),
        discounts=[{"title": "단골", "amountMoney": {"value": 1_000}}],
    )  # fmt: skip
    price = order["chargePrice"]
    paid = price["chargeSupplyValue"] + price["chargeTaxValue"] + price["chargeTipValue"]
    assert paid == price["chargePriceValue"]
    listed = price["chargeListPriceValue"] - price["chargeDiscountValue"] + price["chargeTipValue"]
    assert listed == price["chargePriceValue"]
    assert (
        sum(line["chargePrice"]["value"] for line in order["lineItems"]) - 1_000 == price["chargePriceValue"]
    )


async def test_a_push_of_an_event_no_runtime_knows_reaches_whoever_listens(shop: Asking):
    """E-16, ORD-9: `call` goes out like any other change of an order; runtimes hand over what was subscribed."""
    order = await shop.add(plugin("documented"), a_line(1))
    mark = await shop.mark()
    await shop.ask("order.call.request", {"id": order["id"]}, staff_caller("cashier"))
    pushed = [push["data"] for push in await shop.pushes(mark) if push["name"] == "order.change.event"]
    assert pushed == [{"event": "call", "order": {"id": order["id"]}}]
