"""Before money goes back: objections of plugins, and methods that return what they took (payment §5, §6.2)."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from jumak.domain.attempt import MethodRef
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import HostUnavailable, InvalidState, PermissionDenied
from jumak.protocol.scopes import expand
from jumak.service import refund
from jumak.service.ports import Command
from jumak.testing import simulated_shop
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.paying import APPROVAL, CASHIER, MANAGER, OTHER_TILL, STAMP, Counter, RawPlugin

POINTS = Caller(id="points", kind="plugin", name="포인트", scopes=expand(["plugin"]))
DEAF = replace(POINTS, scopes=expand(["order:read"]))
VETO = {"complete": False, "errorMessage": "이미 포인트를 썼습니다"}


@pytest.fixture
async def shop():
    async with simulated_shop() as opened:
        yield Asking(opened)


@pytest.fixture
async def counter(shop):
    return Counter(shop)


def back(order: dict[str, Any], payment: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}} | more


async def paid_by_method(shop: Asking, counter: Counter, plugin: RawPlugin) -> tuple[Any, Any]:
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    plugin.answer(await plugin.asked("pay"), paymentDto=APPROVAL)
    return order, (await counter.get(attempt))["payment"]


def begin(shop: Asking, name: str, data: dict[str, Any], caller: Caller) -> asyncio.Task[dict[str, Any]]:
    return asyncio.create_task(shop.ask(name, data, caller))


async def state_of(shop: Asking, payment: dict[str, Any]) -> str:
    await shop.shop.settle()
    return (await shop.ask("payment.get.request", {"id": payment["id"]}, MANAGER))["payment"]["state"]


@pytest.mark.parametrize("who", ["staff", "plugin"])
async def test_one_objection_is_enough(shop, counter, who):
    """H-46: every other plugin is asked, the canceller is not; one veto refuses with the plugin's words."""
    agreeing, objecting = await counter.plugin(), await counter.plugin(POINTS)
    own = Caller(id="own", kind="plugin", name="own", scopes=expand(["plugin"]))
    canceller = await counter.plugin(own)
    order = await shop.add(CASHIER, a_line(2))
    payment = await shop.pay(own, order)
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER if who == "staff" else own)
    question = await agreeing.asked("before-cancel")
    assert question["data"]["payload"]["payment"]["id"] == payment["id"]
    assert question["data"]["payload"]["order"]["id"] == order["id"]
    agreeing.answer(question)
    objecting.answer(await objecting.asked("before-cancel"), **VETO)
    with pytest.raises(InvalidState, match="objects") as vetoed:
        await task
    assert (vetoed.value.reason, vetoed.value.ko) == ("CANCEL_VETOED", VETO["errorMessage"])
    assert (canceller.questions("before-cancel") == []) == (who == "plugin")
    assert await state_of(shop, payment) != "CANCELLED"
    if who == "staff":
        await shop.ask("payment.cancel.request", back(order, payment, override=True), MANAGER)
        assert await state_of(shop, payment) == "CANCELLED"
        facts = await shop.shop.running.store.reader().facts(0, 1_000)
        assert [
            entry.fact.data.get("overridden") for entry in facts if entry.fact.name == "payment.cancel"
        ] == [True]
    else:
        # A plugin cannot insist.
        task = begin(shop, "payment.cancel.request", back(order, payment, override=True), own)
        objecting.answer(await objecting.asked("before-cancel", 2), **VETO)
        with pytest.raises(InvalidState):
            await task


@pytest.mark.parametrize("name", ["payment.cancel.request", "order.cancel.request"])
async def test_silence_of_a_plugin_for_a_plugin(shop, counter, name):
    """H-46, H-12: ten seconds are consent and noted; the deaf session is not asked again until it answers."""
    deaf = await counter.plugin(POINTS)
    order = await shop.add(STAMP, a_line(2))
    payment = await shop.pay(STAMP, order)
    data = back(order, payment) if name.startswith("payment") else {"id": order["id"]}
    task = begin(shop, name, data, STAMP)
    question = await deaf.asked("before-cancel")
    shop.shop.clock.jump(seconds=9)
    await shop.shop.settle()
    assert not task.done()
    shop.shop.clock.jump(seconds=1)
    await task
    assert await state_of(shop, payment) == "CANCELLED"
    assert any("taken as consent" in note for note in counter.notes)
    again = await shop.add(STAMP, a_line(2))
    second = await shop.pay(STAMP, again, key="again")
    await shop.ask("payment.cancel.request", back(again, second), STAMP)
    assert len(deaf.questions("before-cancel")) == 1
    deaf.answer(question)
    await shop.shop.settle()
    third = await shop.pay(STAMP, again, key="third")
    task = begin(shop, "payment.cancel.request", back(again, third), STAMP)
    deaf.answer(await deaf.asked("before-cancel", 2))
    await task


@pytest.mark.parametrize("name", ["payment.cancel.request", "order.cancel.request"])
async def test_silence_of_a_plugin_for_staff(shop, counter, name):
    """H-46, H-12: staff hear `cancelPending` after twenty seconds; after thirty it is done."""
    deaf = await counter.plugin(POINTS)
    order = await shop.add(CASHIER, a_line(2))
    payment = await shop.pay(CASHIER, order, sourceType="CASH")
    data = back(order, payment) if name.startswith("payment") else {"id": order["id"]}
    task = begin(shop, name, data, MANAGER)
    await deaf.asked("before-cancel")
    shop.shop.clock.jump(seconds=20)
    assert (await task)["cancelPending"] is True
    assert await state_of(shop, payment) != "CANCELLED"
    shop.shop.clock.jump(seconds=10)
    await shop.shop.settle()
    assert await state_of(shop, payment) == "CANCELLED"
    assert (await shop.get(order["id"]))["orderState"] == (
        "CANCELLED" if name.startswith("order") else "COMPLETED"
    )


async def test_nobody_to_ask_nothing_to_wait_for(shop, counter):
    """H-20, H-76: without another plugin that sees payments the cancel joins the queue as any write does."""
    deaf = await counter.plugin(DEAF, methods=())
    own = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    payment = await shop.pay(STAMP, order)
    await shop.ask("payment.cancel.request", back(order, payment), STAMP)
    assert deaf.questions() == own.questions() == []


async def test_a_plugin_that_goes_while_it_is_asked(shop, counter):
    """H-46, H-77: gone is no objection."""
    gone = await counter.plugin(POINTS)
    order = await shop.add(CASHIER, a_line(2))
    payment = await shop.pay(STAMP, order)
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    await gone.asked("before-cancel")
    gone.kill()
    await task
    assert await state_of(shop, payment) == "CANCELLED"


async def test_writes_behind_an_asking_one_wait(shop, counter):
    """H-39, H-30: a cancel that asks first keeps its place; its reply comes before its push."""
    points = await counter.plugin(POINTS)
    own = await counter.plugin()
    order = await shop.add(STAMP, a_line(2))
    payment = await shop.pay(STAMP, order)
    dto = shop.payment(order, 18_000, "next")
    own.frames.clear()
    own.send("payment.cancel.request", back(order, payment), "first")
    own.send("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": dto}, "second")
    question = await points.asked("before-cancel")
    await shop.shop.settle()
    assert own.frames == []
    points.answer(question)
    await shop.shop.settle()
    seen = [frame.get("callbackId") or frame["data"]["event"] for frame in own.frames if frame["name"] in (
        "payment.cancel.response", "payment.add.response", "payment.change.event",
    )]  # fmt: skip
    assert seen == ["first", "cancel", "second", "paid"]
    assert all(frame["data"]["complete"] for frame in own.frames if "callbackId" in frame)


REFUNDS: dict[str, tuple[dict[str, Any] | None, str | None]] = {
    "value": ({"cancelledPaymentDto": {"cancelledAt": "2026-02-02T12:30:00"}}, None),
    "undefined": ({}, "REFUND_GIVEN_UP"),
    "throw": ({"complete": False, "errorMessage": "기간이 지났습니다"}, "PAYMENT_VOID_FAILED"),
    "killed": (None, "REFUND_UNKNOWN"),
}


@pytest.mark.parametrize("behaviour", REFUNDS)
async def test_a_method_gives_its_payment_back(shop, counter, behaviour):
    """H-45, H-51: staff cancel, the plugin returns the money, and only then the payment is cancelled."""
    answer, reason = REFUNDS[behaviour]
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    mark = await shop.mark()
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    # It is asked as any plugin whether it objects, and then for the money.
    plugin.answer(await plugin.asked("before-cancel"))
    question = await plugin.asked("cancel")
    assert question["data"]["id"] == "card"
    assert question["data"]["payment"]["paymentKey"] == APPROVAL["paymentKey"]
    second = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    with pytest.raises(InvalidState) as busy:
        await second
    assert busy.value.reason == "CANCEL_IN_PROGRESS"
    if answer is None:
        plugin.kill()
    else:
        plugin.answer(question, **answer)
    if reason is None:
        await task
        assert await state_of(shop, payment) == "CANCELLED"
        assert (await shop.events(mark)).count("payment.change:cancel") == 1
        return
    with pytest.raises((InvalidState, HostUnavailable)) as refused:
        await task
    assert refused.value.reason == reason
    if behaviour == "throw":
        assert refused.value.ko == "기간이 지났습니다"
    assert await state_of(shop, payment) != "CANCELLED"


async def test_a_refund_that_comes_late(shop, counter):
    """H-45, H-77: money that went back is a fact, over a new connection as well."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    plugin.answer(await plugin.asked("before-cancel"))
    question = await plugin.asked("cancel")
    plugin.kill()
    with pytest.raises(HostUnavailable):
        await task
    again = await counter.plugin()
    again.answer(question, cancelledPaymentDto={"cancelledAt": "2026-02-02"})
    assert await state_of(shop, payment) == "CANCELLED"


async def asked_and_lost(shop: Asking, counter: Counter) -> tuple[Any, Any, Any]:
    """An order whose plugin went away while it gave the payment back: order, payment, question."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    plugin.answer(await plugin.asked("before-cancel"))
    question = await plugin.asked("cancel")
    assert [(one["paymentId"], one["state"]) for one in await refunds(shop)] == [(payment["id"], "SENT")]
    plugin.kill()
    with pytest.raises(HostUnavailable):
        await task
    return order, payment, question


async def refunds(shop: Asking, **narrowed: Any) -> list[dict[str, Any]]:
    await shop.shop.settle()
    return (await shop.ask("payment-refund.list.request", narrowed, CASHIER))["refunds"]


async def test_a_refund_of_unknown_end_is_not_asked_again(shop, counter):
    """CAN-10, NET-1, CAN-2: nobody asks twice, nor gives it back another way, until a manager has looked."""
    order, payment, _ = await asked_and_lost(shop, counter)
    (unknown,) = await refunds(shop, states=["UNKNOWN"], orderId=order["id"])
    assert unknown["method"] == {"pluginId": "stamp", "id": "card", "paymentName": "스탬프"}
    assert (unknown["amount"], unknown["error"]["reason"]) == (18_000, "REFUND_UNKNOWN")
    again = await counter.plugin()
    returned = {
        "id": order["id"], "expectedVersion": (await shop.get(order["id"]))["version"],
        "lineId": order["lineItems"][0]["id"], "quantity": 1, "reason": "변심",
    }  # fmt: skip
    for name, data in (
        ("payment.cancel.request", back(order, payment)),
        ("payment.cancel.request", back(order, payment, override=True)),
        ("order.return-line.request", returned),
        ("order.refund-amount.request", {"id": order["id"], "amount": 1_000, "reason": "사과"}),
    ):
        with pytest.raises(InvalidState) as refused:
            await shop.ask(name, data, MANAGER)
        assert refused.value.reason == "REFUND_UNSETTLED"
    # Of a whole order it is what the order waits for.
    task = begin(shop, "order.cancel.request", {"id": order["id"]}, MANAGER)
    again.answer(await again.asked("before-cancel"))
    assert (await task)["cancelPending"] is True
    await shop.shop.settle()
    assert again.questions("cancel") == []
    no = {"id": payment["id"], "note": "카드사 확인: 환불 안 됨", "refunded": False}
    assert (await shop.ask("payment.confirm-refund.request", no, MANAGER))["payment"]["state"] != "CANCELLED"
    assert [(one["state"], one["note"]) for one in await refunds(shop)] == [("NOT_RETURNED", no["note"])]
    with pytest.raises(InvalidState) as refused:
        await shop.ask("payment.confirm-refund.request", no, MANAGER)
    assert refused.value.reason == "REFUND_STATE"
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    again.answer(await again.asked("before-cancel", 2))
    question = await again.asked("cancel")
    again.answer(question, cancelledPaymentDto={"cancelledAt": "2026-02-02"})
    await task
    assert [one["state"] for one in await refunds(shop)] == ["RETURNED"]
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"cancelledPaymentDto": {"cancelledAt": "2026-02-02"}}, "RETURNED"),
        ({}, "NOT_RETURNED"),
        ({"complete": False, "errorMessage": "기간이 지났습니다"}, "NOT_RETURNED"),
    ],
)
async def test_a_late_answer_settles_it(shop, counter, answer, state):
    """CAN-10, H-45: over another connection, and whatever it says; nobody has to decide any more."""
    till = Wire(shop.shop, CASHIER)
    _, payment, question = await asked_and_lost(shop, counter)
    again = await counter.plugin()
    stranger = await counter.plugin(POINTS)
    stranger.answer(question, **answer)
    assert [one["state"] for one in await refunds(shop)] == ["UNKNOWN"]
    again.answer(question, **answer)
    assert [one["state"] for one in await refunds(shop)] == [state]
    assert (await state_of(shop, payment) == "CANCELLED") == (state == "RETURNED")
    told = [push["refund"]["state"] for push in till.pushes("payment-refund.change.event")]
    assert told == ["SENT", "UNKNOWN", state]


async def test_a_manager_confirms_what_nobody_knew(shop, counter):
    """CAN-10, CAN-2: the payment is cancelled and nobody waits any more."""
    _, payment, _ = await asked_and_lost(shop, counter)
    yes = {"id": payment["id"], "note": "계좌 확인"}
    assert (await shop.ask("payment.confirm-refund.request", yes, MANAGER))["payment"]["state"] == "CANCELLED"
    assert [one["state"] for one in await refunds(shop)] == ["RETURNED"]


async def test_a_plugin_that_is_not_there(shop, counter):
    """H-45: refused naming the plugin; nothing changed."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    plugin.kill()
    await shop.shop.settle()
    with pytest.raises(HostUnavailable, match="stamp") as refused:
        await shop.ask("payment.cancel.request", back(order, payment), MANAGER)
    assert refused.value.reason == "PLUGIN_NOT_RUNNING"
    assert await state_of(shop, payment) != "CANCELLED"
    # The way out: the order waits, a manager returns the money some other way and says so (CAN-2).
    reply = await shop.ask("order.cancel.request", {"id": order["id"]}, MANAGER)
    assert reply["cancelPending"] is True
    confirmed = {"id": payment["id"], "note": "계좌로 환불"}
    for _ in range(2):
        done = await shop.ask("payment.confirm-refund.request", confirmed, MANAGER)
        assert done["payment"]["state"] == "CANCELLED"
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"


async def facts_of(shop, name):
    """What facts of this name say, the oldest first."""
    known = await shop.shop.running.store.reader().facts(0, 1_000)
    return [entry.fact.data for entry in known if entry.fact.name == name]


async def test_a_cashier_brings_an_approval(shop, counter):
    """CAN-1, SEC-1, SEC-2: nobody is asked for money before it was used up; it is for one payment, and names both people."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    asked = back(order, payment)
    for data in (asked, asked | {"approvalId": "none"}, asked | {"approvalId": "none", "override": True}):
        with pytest.raises(PermissionDenied) as refused:
            await shop.ask("payment.cancel.request", data, CASHIER)
        assert (refused.value.reason, refused.value.data["action"]) == ("APPROVAL_NEEDED", "payment.cancel")
    assert plugin.questions("cancel") == []
    assert await state_of(shop, payment) != "CANCELLED"
    approval = await shop.approve("payment.cancel.request", asked, CASHIER)
    task = begin(shop, "payment.cancel.request", asked | {"approvalId": approval}, CASHIER)
    plugin.answer(await plugin.asked("before-cancel"))
    plugin.answer(await plugin.asked("cancel"), **REFUNDS["value"][0])
    await task
    assert await state_of(shop, payment) == "CANCELLED"
    assert [said["approvedBy"]["name"] for said in await facts_of(shop, "payment.cancel")] == ["점장"]
    assert len(await facts_of(shop, "staff.approval-use")) == 1


async def test_a_veto_leaves_the_approval(shop, counter):
    """SEC-1, H-46: what a plugin objected to did not happen, so the approval is good for the repeat; once asked for, the money is not asked for again."""
    plugin, points = await counter.plugin(), await counter.plugin(POINTS)
    order, payment = await paid_by_method(shop, counter, plugin)
    asked = back(order, payment)
    approval = await shop.approve("payment.cancel.request", asked, CASHIER)
    assert points.questions() == []
    for number in (1, 2):
        task = begin(shop, "payment.cancel.request", asked | {"approvalId": approval}, CASHIER)
        plugin.answer(await plugin.asked("before-cancel", number))
        points.answer(await points.asked("before-cancel", number), **VETO)
        with pytest.raises(InvalidState) as vetoed:
            await task
        assert vetoed.value.reason == "CANCEL_VETOED"
    # Insisting is another act.
    with pytest.raises(PermissionDenied):
        await shop.ask("payment.cancel.request", asked | {"approvalId": approval, "override": True}, CASHIER)
    assert plugin.questions("cancel") == await facts_of(shop, "staff.approval-use") == []
    task = begin(shop, "payment.cancel.request", asked | {"approvalId": approval}, CASHIER)
    plugin.answer(await plugin.asked("before-cancel", 3))
    points.answer(await points.asked("before-cancel", 3))
    question = await plugin.asked("cancel")
    assert len(await facts_of(shop, "staff.approval-use")) == 1
    plugin.answer(question, complete=False, errorMessage="기간이 지났습니다")
    with pytest.raises(InvalidState) as refused:
        await task
    assert refused.value.reason == "PAYMENT_VOID_FAILED"
    with pytest.raises(PermissionDenied) as used:
        await shop.ask("payment.cancel.request", asked | {"approvalId": approval}, CASHIER)
    assert used.value.reason == "APPROVAL_NEEDED"
    assert (len(plugin.questions("cancel")), len(points.questions("before-cancel"))) == (1, 3)


async def test_what_went_back_while_plugins_were_asked_is_approved_anew(shop, counter):
    """SEC-1, CAN-7: the approval is not used up, and nobody is asked for more than a manager read of."""
    plugin, points = await counter.plugin(), await counter.plugin(POINTS)
    order, payment = await paid_by_method(shop, counter, plugin)
    asked = back(order, payment)
    asked["approvalId"] = await shop.approve("payment.cancel.request", asked, CASHIER)
    task = begin(shop, "payment.cancel.request", asked, CASHIER)
    plugin.answer(await plugin.asked("before-cancel"))
    question = await points.asked("before-cancel")
    now = await shop.get(order["id"])
    given = {"id": order["id"], "expectedVersion": now["version"], "amount": 5_000, "reason": "사과"}
    part = (await shop.ask("order.refund-amount.request", given, OTHER_TILL))["refunds"][0]
    returned = {"id": part["id"], "how": "CONFIRM_RETURNED", "note": "현금"}
    await shop.ask("payment-refund.resolve.request", returned, OTHER_TILL)
    points.answer(question)
    with pytest.raises(PermissionDenied) as refused:
        await task
    assert (refused.value.reason, refused.value.data["about"]["amount"]) == ("APPROVAL_NEEDED", 13_000)
    assert plugin.questions("cancel") == await facts_of(shop, "staff.approval-use") == []


async def test_what_is_owed_goes_back_with_the_rest(shop, counter):
    """SEC-1, CAN-7: a manager reads what the plugin is then asked for."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    now = await shop.get(order["id"])
    given = {"id": order["id"], "expectedVersion": now["version"], "amount": 5_000, "reason": "사과"}
    await shop.ask("order.refund-amount.request", given, MANAGER)
    asked = back(order, payment)
    with pytest.raises(PermissionDenied) as refused:
        await shop.ask("payment.cancel.request", asked, CASHIER)
    approval = await shop.approved(refused.value.data, CASHIER)
    task = begin(shop, "payment.cancel.request", asked | {"approvalId": approval}, CASHIER)
    plugin.answer(await plugin.asked("before-cancel"))
    plugin.answer(await plugin.asked("cancel"), **REFUNDS["value"][0])
    await task
    (whole,) = [each for each in await refunds(shop) if not each.get("part")]
    assert refused.value.data["about"]["amount"] == whole["amount"] == 18_000


async def test_two_repeats_of_one_approval_ask_for_money_once(shop, counter):
    """SEC-1, CAN-10: whoever is first once nobody objects uses it up."""
    plugin, points = await counter.plugin(), await counter.plugin(POINTS)
    order, payment = await paid_by_method(shop, counter, plugin)
    asked = back(order, payment)
    asked["approvalId"] = await shop.approve("payment.cancel.request", asked, CASHIER)
    tasks = [begin(shop, "payment.cancel.request", asked, CASHIER) for _ in range(2)]
    for number in (1, 2):
        plugin.answer(await plugin.asked("before-cancel", number))
        points.answer(await points.asked("before-cancel", number))
    plugin.answer(await plugin.asked("cancel"), **REFUNDS["value"][0])
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert len(plugin.questions("cancel")) == len(await facts_of(shop, "staff.approval-use")) == 1
    assert [end.reason for end in ends if isinstance(end, PermissionDenied)] == ["APPROVAL_NEEDED"]
    assert await state_of(shop, payment) == "CANCELLED"


@pytest.mark.parametrize("name", ["payment.cancel.request", "order.cancel.request"])
async def test_nobody_is_asked_on_a_word_that_is_none(shop, counter, name):
    """SEC-1, H-46: an approval that is not good neither has plugins asked nor overrides what they say; with a good one, a veto is overridden."""
    points = await counter.plugin(POINTS)
    order = await shop.add(CASHIER, a_line(2))
    # Their own record, which they may take back themselves unless they insist.
    payment = await shop.pay(CASHIER, order)
    asked = back(order, payment) if name.startswith("payment") else {"id": order["id"]}
    insisting = asked | {"override": True}
    for data in (insisting, insisting | {"approvalId": "none"}):
        with pytest.raises(PermissionDenied) as refused:
            await shop.ask(name, data, CASHIER)
        assert refused.value.reason == "APPROVAL_NEEDED"
        assert refused.value.data["about"]["override"] is True
    assert await state_of(shop, payment) != "CANCELLED"
    approval = await shop.approve(name, insisting, CASHIER)
    await shop.ask(name, insisting | {"approvalId": approval}, CASHIER)
    assert points.questions() == []
    assert len(await facts_of(shop, "staff.approval-use")) == 1


async def test_a_cashier_gives_cash_back_with_an_approval(shop):
    """CAN-1, SEC-1: used once."""
    order = await shop.add(CASHIER, a_line(2))
    first, second = [await shop.pay(CASHIER, order, 1_000, key, sourceType="CASH") for key in ("one", "two")]
    approval = await shop.approve("payment.cancel.request", back(order, first), CASHIER)
    for payment, reason in ((second, "APPROVAL_NEEDED"), (first, ""), (second, "APPROVAL_NEEDED")):
        data = back(order, payment) | {"approvalId": approval}
        if reason == "":
            await shop.ask("payment.cancel.request", data, CASHIER)
            continue
        with pytest.raises(PermissionDenied) as refused:
            await shop.ask("payment.cancel.request", data, CASHIER)
        assert refused.value.reason == reason
    assert [await state_of(shop, each) for each in (first, second)] == ["CANCELLED", "APPROVED"]


async def test_cash_is_returned_by_the_till(shop, counter):
    """CAN-2: nobody confirms by word what the drawer gives back."""
    order = await shop.add(CASHIER, a_line(2))
    cash = await counter.start(order, tender="CASH")
    with pytest.raises(InvalidState) as refused:
        await shop.ask("payment.confirm-refund.request", {"id": cash["payment"]["id"], "note": "x"}, MANAGER)
    assert refused.value.reason == "TILL_PAYMENT"


@pytest.mark.parametrize(
    "answer", [{"cancelledPaymentDto": {"cancelledAt": "2026-02-02"}}, {}], ids=["value", "none"]
)
async def test_a_whole_order_waits_for_its_method(shop, counter, answer):
    """H-12, CAN-2, CAN-3: `cancelPending` at once; the last payment that comes back ends the order."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    cash = await counter.start(order, 8_000, tender="CASH")
    attempt = await counter.start(order)
    plugin.answer(await plugin.asked("pay"), paymentDto=APPROVAL)
    await counter.get(attempt)
    task = begin(shop, "order.cancel.request", {"id": order["id"], "reason": "변심"}, MANAGER)
    for number in (1, 2):
        plugin.answer(await plugin.asked("before-cancel", number))
    assert (await task)["cancelPending"] is True
    # Whoever reads the order sees it, over all of its states.
    assert (await shop.get(order["id"]))["cancelPending"] is True
    assert await state_of(shop, cash["payment"]) == "CANCELLED"
    question = await plugin.asked("cancel")
    plugin.answer(question, **answer)
    await shop.shop.settle()
    after = await shop.get(order["id"])
    assert after["orderState"] == ("CANCELLED" if answer else "COMPLETED")
    assert after.get("cancelPending") is (None if answer else True)
    assert after["paymentPrice"]["paymentPaidValue"] == (0 if answer else 10_000)


async def test_two_cancels_ask_once(shop, counter):
    """CAN-10, PAY-7: whoever presses cancel while others are asked whether they object, the money goes back once."""
    plugin, points = await counter.plugin(), await counter.plugin(POINTS)
    order, payment = await paid_by_method(shop, counter, plugin)
    tasks = [
        begin(shop, "payment.cancel.request", back(order, payment), caller)
        for caller in (MANAGER, OTHER_TILL)
    ]
    for number in (1, 2):
        plugin.answer(await plugin.asked("before-cancel", number))
        points.answer(await points.asked("before-cancel", number))
    plugin.answer(await plugin.asked("cancel"), cancelledPaymentDto={"cancelledAt": "2026-02-02T12:00:00"})
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    await shop.shop.settle()
    assert len(plugin.questions("cancel")) == 1
    assert await state_of(shop, payment) == "CANCELLED"
    assert sum(isinstance(end, dict) for end in ends) >= 1
    assert all(isinstance(end, dict | InvalidState) for end in ends)


async def test_an_answer_that_says_nothing(shop, counter):
    """NET-6: neither yes nor no, as from a page that was reloaded, is no failed refund: somebody finds out."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    plugin.answer(await plugin.asked("before-cancel"))
    question = await plugin.asked("cancel")
    plugin.send("payment.method.event.response", {"event": "cancel", "id": "card"}, question["callbackId"])
    with pytest.raises(HostUnavailable) as unknown:
        await task
    assert unknown.value.reason == "REFUND_UNKNOWN"
    with pytest.raises(InvalidState) as again:
        await shop.ask("payment.cancel.request", back(order, payment), MANAGER)
    assert again.value.reason == "REFUND_UNSETTLED"
    assert len(plugin.questions("cancel")) == 1


async def test_a_refund_nobody_asked_for(shop, counter):
    """H-44, NET-4: a plugin cannot have its payment cancelled by answering what it was never asked."""
    plugin, points = await counter.plugin(), await counter.plugin(POINTS)
    _, payment = await paid_by_method(shop, counter, plugin)
    data = {"event": "cancel", "id": "card", "complete": True, "cancelledPaymentDto": {}}
    plugin.send("payment.method.event.response", data, f"host:back:{payment['id']}")
    assert await state_of(shop, payment) != "CANCELLED"
    assert points.questions("before-cancel") == []
    assert any("was not asked" in note for note in counter.notes)


async def test_what_went_back_in_part_is_not_asked_for_whole(shop, counter):
    """CAN-7: a plugin gives back whole payments; after a part by hand the rest goes back by hand too."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    part = {"id": order["id"], "amount": 5_000, "reason": "늦은 음식", "paymentId": payment["id"]}
    [owed] = (await shop.ask("order.refund-amount.request", part, MANAGER))["refunds"]
    given = {"id": owed["id"], "how": "CONFIRM_RETURNED", "note": "현금"}
    await shop.ask("payment-refund.resolve.request", given, MANAGER)
    with pytest.raises(InvalidState) as refused:
        await shop.ask("payment.cancel.request", back(order, payment), MANAGER)
    assert refused.value.reason == "PARTLY_REFUNDED"
    assert plugin.questions("cancel") == []


async def test_a_refund_that_cannot_be_booked(shop, counter, monkeypatch):
    """CAN-10: the money is back and the books cannot say so: staff hear of it, and nobody asks for it again."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    till = Wire(shop.shop, MANAGER)
    task = begin(shop, "payment.cancel.request", back(order, payment), MANAGER)
    plugin.answer(await plugin.asked("before-cancel"))
    question = await plugin.asked("cancel")
    plugin.kill()
    with pytest.raises(HostUnavailable):
        await task

    async def full(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("jumak.server.refunds.cancel_one", full)
    back_again = await counter.plugin()
    back_again.answer(question, cancelledPaymentDto={"cancelledAt": "2026-02-02T12:00:00"})
    await shop.shop.settle()
    assert any("장부에 적지 못했습니다" in push["text"] for push in till.pushes("notice.event"))
    assert any("could not be kept" in note for note in counter.notes)
    with pytest.raises(InvalidState) as again:
        await shop.ask("payment.cancel.request", back(order, payment), MANAGER)
    assert again.value.reason == "REFUND_UNSETTLED"


async def test_what_was_queued_is_asked_for_once(shop, counter):
    """CAN-10: whoever read the queue before a quick refusal does not ask the plugin a second time."""
    plugin = await counter.plugin()
    order, payment = await paid_by_method(shop, counter, plugin)
    task = begin(shop, "order.cancel.request", {"id": order["id"]}, MANAGER)
    plugin.answer(await plugin.asked("before-cancel"))
    await task
    plugin.answer(await plugin.asked("cancel"), complete=False, errorMessage="지금은 안 됩니다")
    await shop.shop.settle()
    who = MethodRef(plugin_id="stamp", id="card")
    late = partial(refund.ask, payment_id=payment["id"], who=who, queued=True)
    asked = await shop.shop.running.store.execute(Command(caller=SYSTEM, name="late", body=b"", run=late))
    assert isinstance(asked.error, InvalidState)
    assert asked.error.reason == "REFUND_STATE"
    [item] = (await shop.ask("reconcile.list.request", {}, CASHIER))["items"]
    assert (item["state"], item["error"]["message"]) == ("DECLINED", "지금은 안 됩니다")
