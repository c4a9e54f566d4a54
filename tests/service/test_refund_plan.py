"""What goes back to whom is told before it does, and a part of what a plugin took is owed until it has (CAN-2, CAN-7)."""

from __future__ import annotations

from typing import Any

import pytest

from jumak.domain.errors import InvalidArgument, InvalidState, PermissionDenied
from jumak.testing import simulated_shop
from tests.server.test_giving_back import back, begin, paid_by_method, state_of
from tests.service.asking import Asking, a_line
from tests.service.cards import CardCounter
from tests.service.paying import APPROVAL, CASHIER, MANAGER, STAMP, Counter

Json = dict[str, Any]


@pytest.fixture
async def shop():
    async with simulated_shop() as opened:
        yield Asking(opened)


@pytest.fixture
async def counter(shop):
    return Counter(shop)


async def planned(shop: Asking, order: Json, **what: Any) -> Json:
    await shop.shop.settle()
    return await shop.ask("payment-refund.plan.request", {"orderId": order["id"]} | what, CASHIER)


async def refunded(shop: Asking, order: Json, amount: int) -> Json:
    data = {"id": order["id"], "amount": amount, "reason": "늦은 음식"}
    return await shop.ask("order.refund-amount.request", data, MANAGER)


async def resolve(shop: Asking, part: Json, how: str, **more: Any) -> Json:
    data = {"id": part["id"], "how": how} | more
    return (await shop.ask("payment-refund.resolve.request", data, MANAGER))["refund"]


async def still_open(shop: Asking) -> list[Json]:
    await shop.shop.settle()
    return list((await shop.ask("reconcile.list.request", {}, CASHIER))["items"])


async def only_part(shop: Asking) -> Json:
    await shop.shop.settle()
    listed = (await shop.ask("payment-refund.list.request", {}, CASHIER))["refunds"]
    [part] = [each for each in listed if each.get("part")]
    return part


async def test_a_whole_order_by_cash_and_a_plugin(shop, counter):
    """CAN-2, CAN-7: newest first: the plugin is asked, the drawer gives the rest; nothing has changed yet."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    cash = await counter.start(order, 8_000, tender="CASH")
    attempt = await counter.start(order)
    plugin.answer(await plugin.asked("pay"), paymentDto=APPROVAL)
    by_plugin = (await counter.get(attempt))["payment"]
    now = await shop.get(order["id"])
    plan = await planned(shop, order)
    assert [(step["paymentId"], step["amount"], step["how"]) for step in plan["steps"]] == [
        (by_plugin["id"], 10_000, "METHOD"),
        (cash["payment"]["id"], 8_000, "CASH"),
    ]
    assert (plan["steps"][0]["name"], plan["steps"][0]["plugin"]) == ("스탬프", "stamp")
    assert (plan["total"], plan["cancelPending"]) == (18_000, False)
    assert plan["tax"] == now["chargePrice"]["chargeTaxValue"]
    assert await shop.get(order["id"]) == now
    plugin.kill()
    assert [step["reachable"] for step in (await planned(shop, order))["steps"]] == [False, True]


async def test_it_is_what_happens(shop, counter):
    """CAN-5, CAN-7: the plan of a return names the amount, the VAT and the payment that the return then gives back."""
    order = await shop.add(CASHIER, a_line(2))
    cash = await counter.start(order, tender="CASH")
    line = order["lineItems"][0]["id"]
    with pytest.raises(InvalidArgument):
        await planned(shop, order, lineId=line, quantity=9)
    with pytest.raises(InvalidArgument):
        await planned(shop, order, amount=900_000)
    plan = await planned(shop, order, lineId=line, quantity=1)
    data = {
        "id": order["id"],
        "expectedVersion": plan["version"],
        "lineId": line,
        "quantity": 1,
        "reason": "변심",
    }
    done = await shop.ask("order.return-line.request", data, MANAGER)
    assert [(each["paymentId"], each["amount"], each["tax"]) for each in done["refunds"]] == [
        (cash["payment"]["id"], plan["total"], plan["tax"])
    ]
    with pytest.raises(PermissionDenied):
        await shop.ask("payment-refund.plan.request", {"orderId": order["id"]}, STAMP)


async def test_a_part_of_what_a_plugin_took_is_owed(shop, counter):
    """CAN-7: no plugin is asked for a part; it stands on the list until a manager gave it back by hand."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    [step] = (await planned(shop, order, amount=3_000))["steps"]
    assert (step["amount"], step["how"], step["name"]) == (3_000, "BY_HAND", "스탬프")
    done = await refunded(shop, order, 3_000)
    assert [each["pending"] for each in done["refunds"]] == [True]
    part = await only_part(shop)
    assert (part["state"], part["error"]["reason"], part["amount"]) == ("NOT_RETURNED", "BY_HAND", 3_000)
    assert part["method"]["paymentName"] == "스탬프"
    [item] = await still_open(shop)
    assert (item["standing"], [each["data"]["how"] for each in item["actions"]]) == (
        "MANUAL", ["CONFIRM_RETURNED"],
    )  # fmt: skip
    for how in ("ASK_AGAIN", "WHOLE_THEN_REST"):
        with pytest.raises(InvalidState) as refused:
            await resolve(shop, part, how)
        assert refused.value.reason == "REFUND_STATE"
    assert (await resolve(shop, part, "CONFIRM_RETURNED", note="현금"))["state"] == "RETURNED"
    assert plugin.questions("cancel") == []
    # The plugin holds more than the guest is still to get: a person gives the rest back too.
    with pytest.raises(InvalidState) as partly:
        await shop.ask("payment.cancel.request", back(order, payment), MANAGER)
    assert partly.value.reason == "PARTLY_REFUNDED"
    assert [step["how"] for step in (await planned(shop, order))["steps"]] == ["BY_HAND"]
    await shop.ask("payment.confirm-refund.request", {"id": payment["id"], "note": "계좌"}, MANAGER)
    assert await state_of(shop, payment) == "CANCELLED"


async def test_an_owed_part_goes_along_with_the_whole(shop, counter):
    """CAN-7, CAN-3: nobody gave it back by hand yet, so the plugin holds all and is asked for all."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    await refunded(shop, order, 3_000)
    part = await only_part(shop)
    plan = await planned(shop, order)
    [step] = plan["steps"]
    assert (step["amount"], step["how"]) == (18_000, "METHOD")
    assert (plan["total"], plan["tax"]) == (18_000, 1_636)
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    plugin.answer(await plugin.asked("before-cancel"))
    plugin.answer(await plugin.asked("cancel"), cancelledPaymentDto={"cancelledAt": "2026-02-02"})
    await task
    assert await state_of(shop, payment) == "CANCELLED"
    assert (await only_part(shop))["state"] == "RETURNED"
    assert part["id"] == (await only_part(shop))["id"]
    assert await still_open(shop) == []


async def test_a_refused_whole_leaves_its_parts_to_themselves(shop, counter):
    """CAN-2, CAN-7: what is to be given back by hand stands on the list once, and a confirmed part stays confirmed."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    await refunded(shop, order, 3_000)
    part = await only_part(shop)
    task = begin(shop, "order.cancel.request", {"id": order["id"], "reason": "변심"}, MANAGER)
    plugin.answer(await plugin.asked("before-cancel"))
    plugin.answer(await plugin.asked("cancel"), complete=False, errorMessage="안 됩니다")
    await task

    async def listed() -> dict[str, int]:
        return {each["id"]: each["amount"] for each in await still_open(shop)}

    assert await listed() == {part["id"]: 3_000, payment["id"]: 15_000}
    await shop.ask("payment.confirm-refund.request", {"id": payment["id"], "note": "계좌"}, MANAGER)
    assert await listed() == {part["id"]: 3_000}
    await resolve(shop, part, "CONFIRM_RETURNED", note="현금")
    assert await listed() == {}


@pytest.mark.parametrize("source", ["CARD", "CASH"])
async def test_a_part_of_what_a_plugin_entered(shop, source):
    """CAN-2, CAN-7: money the till never saw is no cash of the drawer's: it is owed as well."""
    order = await shop.add(CASHIER, a_line(2))
    await shop.pay(STAMP, order, sourceType=source)
    [step] = (await planned(shop, order, amount=1_000))["steps"]
    assert (step["how"], step["plugin"]) == ("BY_HAND", "stamp")
    done = await refunded(shop, order, 1_000)
    assert [each["pending"] for each in done["refunds"]] == [True]
    assert (await only_part(shop))["state"] == "NOT_RETURNED"


async def test_a_cancelled_order_says_what_it_waits_for(shop, counter):
    """CAN-2: on any till: who was not there to be asked, and that a second cancel asks again."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    plugin.kill()
    await shop.shop.settle()
    cancel = {"id": order["id"], "reason": "변심"}
    assert (await shop.ask("order.cancel.request", cancel, MANAGER))["cancelPending"] is True
    plan = await planned(shop, order)
    assert plan["cancelPending"] is True
    [item] = await still_open(shop)
    assert (item["state"], item["error"]["reason"]) == ("DECLINED", "PLUGIN_NOT_RUNNING")
    assert "stamp" in item["message"]
    again = await counter.plugin()
    task = begin(shop, "order.cancel.request", cancel, MANAGER)
    again.answer(await again.asked("before-cancel"))
    assert (await task)["cancelPending"] is True
    again.answer(await again.asked("cancel"), cancelledPaymentDto={"cancelledAt": "2026-02-02"})
    assert await state_of(shop, payment) == "CANCELLED"
    plan = await planned(shop, order)
    assert (plan["cancelPending"], plan["steps"], await still_open(shop)) == (False, [], [])


@pytest.mark.parametrize(
    ("who", "how", "tender"),
    [
        (STAMP, {"sourceType": "CASH"}, "CASH"),
        (STAMP, {"sourceType": "CARD"}, "CARD"),
        (CASHIER, {"sourceType": "CARD"}, "CARD"),
        (STAMP, {"sourceType": "EXTERNAL"}, "METHOD"),
        (STAMP, {"externalDetails": {"source": "쿠폰", "sourceId": "coupon"}}, "METHOD"),
    ],
    ids=["plugin-cash", "plugin-card", "till-card", "external", "external-of-a-method"],
)
async def test_a_cancelled_order_lists_money_nobody_can_be_asked_for(shop, who, how, tender):
    """CAN-2, NET-5: nobody could be asked, so a person gives it back; listed until a manager says so."""
    order = await shop.add(CASHIER, a_line(2))
    payment = await shop.pay(who, order, **how)
    cancel = {"id": order["id"], "reason": "변심"}
    for _ in range(2):
        assert (await shop.ask("order.cancel.request", cancel, MANAGER))["cancelPending"] is True
        await shop.shop.settle()
        [item] = await still_open(shop)
        assert (item["standing"], item["amount"], item["tender"]) == ("MANUAL", 18_000, tender)
        assert item["error"]["reason"] == "BY_HAND"
    act = item["actions"][-1]
    assert (act["name"], act["data"]) == (
        "payment.confirm-refund.request", {"id": payment["id"], "refunded": True},
    )  # fmt: skip
    await shop.ask(act["name"], act["data"] | {"note": "현금"}, MANAGER)
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"
    assert await still_open(shop) == []


async def test_nothing_goes_back_in_part_while_all_of_it_does(shop):
    """CAN-2, CAN-5, CAN-6: the cancel's own refund is the only one, so that its end is the order's."""
    order = await shop.add(CASHIER, a_line(2))
    payment = await shop.pay(STAMP, order, sourceType="CASH")
    await shop.ask("order.cancel.request", {"id": order["id"], "reason": "변심"}, MANAGER)
    [line] = (await shop.get(order["id"]))["lineItems"]
    version = (await planned(shop, order))["version"]
    returned = {
        "id": order["id"], "lineId": line["id"], "quantity": 1, "reason": "반품", "expectedVersion": version,
    }  # fmt: skip
    for ask in (
        lambda: refunded(shop, order, 18_000),
        lambda: shop.ask("order.return-line.request", returned, MANAGER),
    ):
        with pytest.raises(InvalidState) as refused:
            await ask()
        assert refused.value.reason == "CANCEL_PENDING"
    await shop.ask("payment.confirm-refund.request", {"id": payment["id"], "note": "현금"}, MANAGER)
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"


async def test_a_card_goes_back_at_its_terminal():
    """CAN-8: named, whole or in part."""
    async with CardCounter() as counter:
        order = await counter.order()
        await counter.ended(await counter.start(order))
        for what in ({}, {"amount": 1_000}):
            [step] = (await planned(counter.asking, order, **what))["steps"]
            assert (step["how"], step["name"], step["reachable"]) == ("TERMINAL", "카운터 단말기", True)
