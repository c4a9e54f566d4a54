"""What a manager approves: told by the shop, bound to the act, and written down (SEC-1, rulebook §7.5)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from jumak.domain.caller import StaffRef
from jumak.domain.errors import PermissionDenied
from jumak.testing import simulated_shop
from jumak.testing.menu import SHOP
from tests.server.every_request import a_draft_line
from tests.service.asking import Asking, a_line
from tests.service.paying import CASHIER, MANAGER, STAMP


@pytest.fixture
async def shop() -> AsyncIterator[Asking]:
    async with simulated_shop() as running:
        yield Asking(running)


async def refused(shop: Asking, name: str, data: dict[str, Any]) -> dict[str, Any]:
    """What a cashier is told who needs a manager for this."""
    with pytest.raises(PermissionDenied) as refusal:
        await shop.ask(name, data, CASHIER)
    assert refusal.value.reason == "APPROVAL_NEEDED"
    return refusal.value.data


async def facts_of(shop: Asking, name: str) -> list[dict[str, Any]]:
    known = await shop.shop.running.store.reader().facts(0, 1_000)
    return [entry.fact.data for entry in known if entry.fact.name == name]


async def test_a_refusal_tells_what_a_manager_would_approve(shop):
    """SEC-1, CAN-1, CAN-2, DSC-4: the order's number, and the item or the amount it is about, as the shop knows them."""
    order = await shop.add(STAMP, a_line(2, quantity=2))
    line = order["lineItems"][0]
    cash = await shop.pay(CASHIER, order, 6_000, sourceType="CASH")
    now = await shop.get(order["id"])
    title, named = line["item"]["title"], {"orderId": order["id"], "orderNumber": order["number"]}
    edit = {"id": order["id"], "expectedVersion": now["version"]}
    paid = {"order": {"id": order["id"]}, "payment": {"id": cash["id"]}}
    counted = {"id": line["id"], "title": title}
    expected: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("order.cancel", {"id": order["id"]}, named | {"amount": 36_000, "back": 6_000}),
        ("order.remove-line", edit | {"lineId": line["id"]},
         named | {"line": counted | {"quantity": 2}, "amount": 36_000}),
        ("order.update-line", edit | {"lineId": line["id"], "quantity": 1},
         named | {"line": counted | {"quantity": 1, "previous": 2}, "was": 36_000, "amount": 18_000}),
        ("order.update-line", edit | {"lineId": line["id"], "chargePrice": {"value": 9_000}},
         named | {"line": counted | {"quantity": 2}, "was": 36_000, "amount": 9_000}),
        ("order.update", edit | {"discounts": [{"title": "반값", "percentBp": 5_000}]},
         named | {"was": 36_000, "amount": 18_000}),
        ("order.add-line", {"id": order["id"], "lineItems": [a_line(2, chargePrice={"value": 1})]},
         named | {"was": 36_000, "amount": 36_001}),
        ("order.add", {"order": {"lineItems": [a_line(2, chargePrice={"value": 1})], "discounts": []}},
         {"amount": 1}),
        ("payment.cancel", paid,
         named | {"payment": {"id": cash["id"], "sourceType": "CASH"}, "amount": 6_000}),
        ("payment.cancel", paid | {"override": True},
         named | {"payment": {"id": cash["id"], "sourceType": "CASH"}, "amount": 6_000, "override": True}),
    ]  # fmt: skip
    acts = set()
    for action, data, about in expected:
        told = await refused(shop, f"{action}.request", data)
        assert (told["action"], told["about"]) == (action, about)
        acts.add(told["act"])
    assert len(acts) == len(expected)


async def test_the_journal_says_what_was_approved_and_what_was_done(shop):
    """SEC-1, SEC-2: who approved what, with order and amount; neither the page that asks nor a PIN has a say in it."""
    order = await shop.add(STAMP, a_line(2))
    data = {"id": order["id"], "reason": "변심"}
    told = await refused(shop, "order.cancel.request", data)
    approval = await shop.approve("order.cancel.request", data, CASHIER)
    (given,) = await facts_of(shop, "staff.approve")
    about = {"orderId": order["id"], "orderNumber": order["number"], "amount": 18_000}
    assert given == {"action": "order.cancel", "staff": {"id": "m", "name": "점장"}, "about": about}
    assert told["about"] == about
    await shop.ask("order.cancel.request", data | {"approvalId": approval}, CASHIER)
    (used,) = await facts_of(shop, "staff.approval-use")
    assert used == {"action": "order.cancel", "approvedBy": {"id": "m", "name": "점장"}, "about": about}
    assert "pin" not in json.dumps([given, used]).lower()


async def test_an_approval_is_for_the_person_who_asked(shop):
    """SEC-1: whoever signs in next at the same till asks for their own."""
    order = await shop.add(STAMP, a_line(2))
    data = {"id": order["id"]}
    data["approvalId"] = await shop.approve("order.cancel.request", data, CASHIER)
    for person in (StaffRef("next", "다음 사람", "cashier"), None):
        with pytest.raises(PermissionDenied) as refusal:
            await shop.ask("order.cancel.request", data, replace(CASHIER, staff=person))
        assert refusal.value.reason == "APPROVAL_NEEDED"
    await shop.ask("order.cancel.request", data, CASHIER)


async def test_an_order_that_costs_something_else_is_approved_anew(shop):
    """SEC-1: a manager's word is for what they read."""
    order = await shop.add(STAMP, a_line(2))
    data = {"id": order["id"]}
    approval = await shop.approve("order.cancel.request", data, CASHIER)
    await shop.ask("order.add-line.request", data | {"lineItems": [a_line(3)]}, MANAGER)
    told = await refused(shop, "order.cancel.request", data | {"approvalId": approval})
    assert told["about"]["amount"] == 25_000


async def test_an_approval_pays_no_money_out_that_nobody_read_of(shop):
    """SEC-1, CAN-2: an order that was paid, in full or in part, or gave something back since, is another to cancel."""
    order = await shop.add(STAMP, a_line(2))
    data = {"id": order["id"], "reason": "변심"}
    for paid, back in ((0, None), (8_000, 8_000), (10_000, 18_000)):
        if paid:
            approval = await shop.approve("order.cancel.request", data, CASHIER)
            await shop.pay(CASHIER, order, paid, str(paid), sourceType="CASH")
            await refused(shop, "order.cancel.request", data | {"approvalId": approval})
        told = (await refused(shop, "order.cancel.request", data))["about"]
        assert (told["amount"], told.get("back")) == (18_000, back)
    approval = await shop.approve("order.cancel.request", data, CASHIER)
    version = (await shop.get(order["id"]))["version"]
    given = {"id": order["id"], "expectedVersion": version, "amount": 3_000, "reason": "사과"}
    await shop.ask("order.refund-amount.request", given, MANAGER)
    told = await refused(shop, "order.cancel.request", data | {"approvalId": approval})
    assert told["about"]["back"] == 15_000
    approval = await shop.approved(told, CASHIER)
    await shop.ask("order.cancel.request", data | {"approvalId": approval}, CASHIER)
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"


DISCOUNT = {"title": "사과", "percentBp": 5_000}


@pytest.mark.parametrize(
    ("name", "more", "about"),
    [
        ("add-discount", {}, {}),
        ("add-item-discount", {"key": "a"}, {"line": {"id": "a", "title": "막걸리", "quantity": 2}}),
    ],
)
async def test_a_discount_is_approved_for_one_cart(shop, name, more, about):
    """SEC-1, DSC-4: not for what is in the cart once it was changed, nor for the next guest's of the same till."""
    name, data = f"draft-order.{name}.request", {"discount": DISCOUNT} | more

    async def cart(what: str, **sent: Any) -> None:
        await shop.ask(f"draft-order.{what}.request", sent, CASHIER)

    await cart("add-line-item", lineItem=a_draft_line("a"))
    told = (await refused(shop, name, data))["about"]
    assert told == {"cart": told["cart"], "was": 10_000, "amount": 5_000} | about
    assert told["cart"]["id"]
    approval = await shop.approve(name, data, CASHIER)
    await cart("update", memo="창가")
    await refused(shop, name, data | {"approvalId": approval})
    for next_guest in (False, True):
        approval = await shop.approve(name, data, CASHIER)
        if next_guest:
            await cart("clear")
            await cart("add-line-item", lineItem=a_draft_line("a"))
            await refused(shop, name, data | {"approvalId": approval})
        else:
            done = await shop.ask(name, data | {"approvalId": approval}, CASHIER)
            assert done["draftOrder"]["price"]["orderPriceValue"] == 5_000


async def a_cart(shop: Asking, *keys: str) -> None:
    """The cashier's cart anew, with a line of 10,000 won for each key."""
    await shop.ask("draft-order.clear.request", {}, CASHIER)
    for key in keys:
        await shop.ask("draft-order.add-line-item.request", {"lineItem": a_draft_line(key)}, CASHIER)


SMALL = {"title": "단골", "amountMoney": {"value": 10_000}}


async def test_a_discount_does_not_become_large_by_emptying_the_cart(shop):
    """DSC-4, SEC-1: what was a fifth of the cart is all of what is left of it; a manager lets that through, or nobody."""
    for what, name in (
        ("draft-order.submit.request", "submit"),
        ("draft-order.start-payment", "start-payment"),
    ):
        await a_cart(shop, *"abcde")
        await shop.ask("draft-order.add-discount.request", {"discount": SMALL}, CASHIER)
        for key in "bcde":
            await shop.ask("draft-order.delete-line-item.request", {"key": key}, CASHIER)
        if name == "start-payment":
            await shop.shop.staff("cashier")
        told = await refused(shop, what, {})
        cart = told["about"].pop("cart")
        assert (told["action"], told["about"]) == (f"draft-order.{name}", {"was": 10_000, "amount": 0})
        assert (await shop.ask("draft-order.get.request", {}, CASHIER))["draftOrder"]["version"] == cart[
            "version"
        ]
        approval = await shop.approved(told, CASHIER)
        await shop.ask(what, {"approvalId": approval}, CASHIER)
        assert (await facts_of(shop, "order.add"))[-1]["approvedBy"] == {"id": "m", "name": "점장"}


@pytest.mark.parametrize("of_line", [False, True])
async def test_what_was_approved_of_a_cart_is_an_amount(shop, of_line):
    """DSC-3, SEC-1: half of 10,000 won is not half of ten times as much; with the same figures nobody is asked twice."""
    name = "draft-order.add-item-discount.request" if of_line else "draft-order.add-discount.request"
    data = {"discount": DISCOUNT} | ({"key": "a"} if of_line else {})
    for more, by_manager in ((False, False), (True, False), (False, True), (True, True)):
        await a_cart(shop, "a")
        if by_manager:
            await shop.ask(name, data, MANAGER)
        else:
            approval = await shop.approve(name, data, CASHIER)
            await shop.ask(name, data | {"approvalId": approval}, CASHIER)
        if more:
            grown = {"key": "a", "quantity": 20}
            await shop.ask("draft-order.update-item-quantity.request", grown, CASHIER)
            told = await refused(shop, "draft-order.submit.request", {})
            assert (told["about"]["was"], told["about"]["amount"]) == (100_000, 50_000)
            known = await shop.add(STAMP, a_line(2))
            await refused(shop, "draft-order.submit.request", {"orderId": known["id"]})
        order = (await shop.ask("draft-order.submit.request", {}, MANAGER if more else CASHIER))["order"]
        assert order["chargePrice"]["chargePriceValue"] == (50_000 if more else 5_000)


async def test_a_plugin_answers_for_its_own_discount(shop):
    """DSC-4, SEC-1: a coupon of a plugin is no act of the cashier, whatever the cart becomes."""
    plugin = replace(STAMP, device_id=CASHIER.device_id)
    await a_cart(shop, *"abcde")
    half = a_draft_line("f") | {"discount": [{"title": "쿠폰", "amountMoney": {"value": 5_000}}]}
    await shop.ask("draft-order.add-line-item.request", {"lineItem": half}, plugin)
    await shop.ask("draft-order.add-discount.request", {"discount": SMALL}, plugin)
    for key in "bcde":
        await shop.ask("draft-order.delete-line-item.request", {"key": key}, CASHIER)
    order = (await shop.ask("draft-order.submit.request", {}, CASHIER))["order"]
    assert order["chargePrice"]["chargePriceValue"] == 5_000


@pytest.mark.parametrize("of_order", [False, True])
async def test_the_amount_that_is_told_is_charged(of_order):
    """SEC-1, DSC-1, DSC-3, DSC-4, DSC-7: with another discount there, a rate cut to 100 won and small change cut off."""
    odd = replace(SHOP, percent_discount_unit=100, order_rounding_unit=10)
    more = {"title": "단골", "amountMoney": {"value": 1_007}}
    async with simulated_shop(shop=odd) as running:
        shop = Asking(running)
        if of_order:
            order = await shop.add(STAMP, a_line(2, chargePrice={"value": 18_015}))
            was = order["chargePrice"]["chargePriceValue"]
            discounts = [{"title": "세일", "percentBp": 3_333}, more]
            name, data = (
                "order.update.request",
                {"id": order["id"], "expectedVersion": order["version"], "discounts": discounts},
            )
        else:
            await a_cart(shop, "a")
            seen = await shop.ask("draft-order.add-discount.request", {"discount": more}, CASHIER)
            was = seen["draftOrder"]["price"]["orderPriceValue"]
            name, data = (
                "draft-order.add-discount.request",
                {"discount": {"title": "세일", "percentBp": 3_333}},
            )
        told = await refused(shop, name, data)
        approval = await shop.approved(told, CASHIER)
        done = await shop.ask(name, data | {"approvalId": approval}, CASHIER)
        order = (
            done["order"]
            if of_order
            else (await shop.ask("draft-order.submit.request", {}, CASHIER))["order"]
        )
        assert (told["about"]["was"], told["about"]["amount"]) == (
            was,
            order["chargePrice"]["chargePriceValue"],
        )


async def test_an_act_that_was_forgotten_is_named_by_its_use(shop):
    """SEC-1: as after a restart, the shop cannot tell what the approval is about; using it, it can."""
    order = await shop.add(STAMP, a_line(2))
    data = {"id": order["id"]}
    told = await refused(shop, "order.cancel.request", data)
    acts = shop.shop.running.store.reader().live.refused_acts
    known = acts.about(CASHIER.id, "order.cancel", told["act"])
    assert known is not None
    assert acts.about(STAMP.id, "order.cancel", told["act"]) is None
    for other in range(1_000):
        acts.note(CASHIER.id, "order.cancel", str(other), known)
    approval = await shop.approved(told, CASHIER)
    await shop.ask("order.cancel.request", data | {"approvalId": approval}, CASHIER)
    assert "about" not in (await facts_of(shop, "staff.approve"))[0]
    assert (await facts_of(shop, "staff.approval-use"))[0]["about"] == told["about"]
