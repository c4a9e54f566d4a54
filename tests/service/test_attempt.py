"""Attempts to take money by a plugin's payment method or in cash (contract, payment §6; rulebook §3.3)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jumak.domain.errors import (
    Conflict,
    HostUnavailable,
    InvalidArgument,
    InvalidState,
    Locked,
    UnsupportedMode,
)
from jumak.sdk.connection import Connection
from jumak.server.session import Session
from jumak.service.attempt_answer import lose_all
from jumak.service.documents import InFlight
from jumak.service.ports import Command
from jumak.testing import OWNER, simulated_shop
from tests.service.asking import READER, Asking, a_line
from tests.service.paying import APPROVAL, CASHIER, MANAGER, OTHER_TILL, STAMP, Counter, on_till


@pytest.fixture
async def shop():
    async with simulated_shop() as opened:
        yield Asking(opened)


@pytest.fixture
async def counter(shop):
    return Counter(shop)


async def reserved(shop: Asking, order: dict[str, Any]) -> InFlight | None:
    return await shop.shop.running.store.reader().get(InFlight, order["id"])


async def test_a_method_takes_the_money(shop, counter):
    """H-45, E-9, H-34, NET-1: stored before the plugin is asked; recorded once; owned by the plugin."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2), tableId=1)
    mark = await shop.mark()
    attempt = await counter.start(order)
    assert (attempt["state"], attempt["amount"], attempt["method"]["paymentName"]) == (
        "SENT",
        18_000,
        "스탬프",
    )
    question = await plugin.asked("pay")
    data = question["data"]
    assert (data["event"], data["id"], data["order"]["id"]) == ("pay", "card", order["id"])
    assert data["price"] == {
        "amountMoney": 18_000, "taxMoney": 1_636, "supplyMoney": 16_364, "tipMoney": 0, "taxExemptMoney": 0,
    }  # fmt: skip
    with pytest.raises(Locked):
        await shop.ask("order.update.request", {"id": order["id"], "expectedVersion": 1, "memo": "x"}, OTHER_TILL)  # fmt: skip
    key = "key-" + "7" * 40
    plugin.answer(question, paymentDto=APPROVAL | {"paymentKey": key})
    done = await counter.get(attempt)
    assert done["state"] == "APPROVED"
    payment = done["payment"]
    assert (payment["sourceType"], payment["approvedNo"], payment["paymentKey"]) == (
        "EXTERNAL",
        key[:20],
        key,
    )
    assert payment["externalDetails"] == {"source": "스탬프", "sourceId": "card"}
    after = await shop.get(order["id"])
    assert (after["orderState"], after["paymentPrice"]["paymentUnpaidValue"]) == ("COMPLETED", 0)
    assert await reserved(shop, order) is None
    told = await shop.events(mark)
    assert (
        told.index("payment.change:paid")
        < told.index("order.change:complete")
        < told.index("table.change:clear")
    )
    # Its own cancel rules hold: the plugin may take it back itself.
    await shop.ask(
        "payment.cancel.request", {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}, STAMP
    )


async def test_parts_of_an_order_add_up(shop, counter):
    """PAY-2, MON-9: three parts by the method; supply, VAT and tip add up to the order's."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2), a_line(1))
    prices = []
    for number, amount in enumerate((10_000, 1, None), start=1):
        attempt = await counter.start(order, amount)
        question = await plugin.asked("pay", number)
        prices.append(question["data"]["price"])
        plugin.answer(question, paymentDto=APPROVAL | {"paymentKey": f"part-{number}"})
        assert (await counter.get(attempt))["state"] == "APPROVED"
    price = (await shop.get(order["id"]))["chargePrice"]
    assert sum(each["taxMoney"] for each in prices) == price["chargeTaxValue"]
    assert sum(each["supplyMoney"] for each in prices) == price["chargeSupplyValue"]


async def test_a_tip_is_raised_when_the_money_is_taken(shop, counter):
    """PAY-2, VAT-4: not before the plugin approved, and in the commit that books it; the rest of the bill has none of it."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order, 11_000, tip=2_000)
    question = await plugin.asked("pay")
    assert (question["data"]["price"]["amountMoney"], question["data"]["price"]["tipMoney"]) == (
        11_000,
        2_000,
    )
    assert (await shop.get(order["id"]))["chargePrice"]["chargeTipValue"] == 0
    held = await reserved(shop, order)
    assert held is not None
    assert held.amount == 9_000
    mark = await shop.mark()
    plugin.answer(question, paymentDto=APPROVAL)
    done = await counter.get(attempt)
    assert (done["state"], done["tip"], done["payment"]["tipMoney"]) == ("APPROVED", 2_000, 2_000)
    assert await shop.events(mark) == ["payment.change:paid"]
    after = await shop.get(order["id"])
    price = after["chargePrice"]
    assert (price["chargeTipValue"], price["chargePriceValue"], price["chargeTaxValue"]) == (
        2_000,
        20_000,
        1_636,
    )
    assert after["paymentPrice"]["paymentUnpaidValue"] == 9_000
    cash = await counter.start(order, 9_500, tender="CASH", tip=500, tendered=10_000)
    assert (cash["state"], cash["change"], cash["payment"]["tipMoney"]) == ("APPROVED", 500, 500)
    assert (await shop.get(order["id"]))["orderState"] == "COMPLETED"


async def test_a_tip_that_comes_to_nothing(shop, counter):
    """PAY-2: declined it leaves the order as it was; more than the bill and the tip, or a tip alone, is refused."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order, 20_000, tip=2_000)
    plugin.answer(await plugin.asked("pay"), complete=False, errorMessage="잔액이 부족합니다")
    assert (await counter.get(attempt))["state"] == "DECLINED"
    assert (await shop.get(order["id"]))["chargePrice"]["chargeTipValue"] == 0
    with pytest.raises(InvalidState) as refusal:
        await counter.start(order, 20_001, tip=2_000)
    assert refusal.value.reason == "OVERPAID"
    with pytest.raises(InvalidArgument) as alone:
        await counter.start(order, 2_000, tip=2_000)
    assert alone.value.data["path"] == "$.tip"


BEHAVIOURS: dict[str, tuple[dict[str, Any] | None, str, str]] = {
    # what the plugin answers: (answer, how it ends while staff wait, how after they gave up)
    "value": ({"paymentDto": APPROVAL}, "APPROVED", "NEEDS_MANUAL"),
    "undefined": ({}, "CANCELED", "NOT_FOUND"),
    "null": ({"paymentDto": None}, "CANCELED", "NOT_FOUND"),
    "throw": ({"complete": False, "errorMessage": "잔액이 부족합니다"}, "DECLINED", "NOT_FOUND"),
    "no key": ({"paymentDto": {"approvedAt": "2026-02-02"}}, "NEEDS_MANUAL", "NEEDS_MANUAL"),
    "long key": ({"paymentDto": APPROVAL | {"paymentKey": "k" * 65}}, "NEEDS_MANUAL", "NEEDS_MANUAL"),
    "wrong types": ({"paymentDto": {"approvedAt": 5, "paymentKey": 7}}, "NEEDS_MANUAL", "NEEDS_MANUAL"),
    "no date": ({"paymentDto": APPROVAL | {"approvedAt": "yesterday"}}, "NEEDS_MANUAL", "NEEDS_MANUAL"),
    "no object": ({"paymentDto": [1]}, "NEEDS_MANUAL", "NEEDS_MANUAL"),
    "neither": ({"complete": "yes", "paymentDto": APPROVAL}, "NEEDS_MANUAL", "NEEDS_MANUAL"),
    "never": (None, "SENT", "UNKNOWN"),
}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("gives_up", [False, True], ids=["waits", "gives up"])
async def test_every_answer_ends_as_written(shop, counter, behaviour: str, gives_up: bool):
    """H-45, H-77, NET-a: by what the plugin does and whether staff wait; a refusal leaves the order as it was."""
    answer, waiting, given_up = BEHAVIOURS[behaviour]
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    question = await plugin.asked("pay")
    if gives_up:
        assert (await counter.give_up(attempt))["state"] == "UNKNOWN"
    if answer is not None:
        plugin.answer(question, **answer)
    ended = await counter.get(attempt)
    assert ended["state"] == (given_up if gives_up else waiting)
    assert ended.get("gaveUp", False) is gives_up
    after = await shop.get(order["id"])
    assert after["paymentPrice"]["paymentPaidValue"] == (18_000 if ended["state"] == "APPROVED" else 0)
    if behaviour == "throw":
        assert ended["error"]["message"] == "잔액이 부족합니다"
    if ended["state"] == "NEEDS_MANUAL":
        assert ended["approval"]
    over = ended["state"] in ("APPROVED", "CANCELED", "DECLINED", "NOT_FOUND")
    assert (await reserved(shop, order) is None) == over
    # Twice: the second is not listened to, and the console says so.
    if answer is not None:
        plugin.answer(question, paymentDto=APPROVAL | {"paymentKey": "second"})
        assert (await counter.get(attempt)) == ended
        assert any("again" in note for note in counter.notes)


async def test_a_plugin_killed_in_the_middle(shop, counter):
    """NET-1, NET-5, NET-6: the result is unknown, nobody asks again, no second charge; a manager decides."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    await plugin.asked("pay")
    plugin.kill()
    unknown = await counter.get(attempt)
    assert (unknown["state"], unknown["error"]["reason"]) == ("UNKNOWN", "RESULT_UNKNOWN")
    again = await counter.plugin()
    assert again.questions("pay") == []
    with pytest.raises(InvalidState, match="not settled") as refused:
        await counter.start(order)
    assert refused.value.reason == "PAYMENT_UNKNOWN"
    listed = await shop.ask("payment-attempt.list.request", {"states": ["UNKNOWN"]}, CASHIER)
    assert [each["id"] for each in listed["attempts"]] == [attempt["id"]]
    # The order itself is free: a further round may be added, only the amount is reserved.
    await shop.ask("order.add-line.request", {"id": order["id"], "lineItems": [a_line(1)]}, CASHIER)
    with pytest.raises(InvalidState) as overpaid:
        await shop.pay(CASHIER, order, 23_000)
    assert overpaid.value.reason == "OVERPAID"
    assert (await counter.resolve(attempt, "CONFIRM_NOT_PAID", note="영수증 없음"))["state"] == "NOT_FOUND"
    assert await reserved(shop, order) is None


async def test_an_answer_over_a_new_connection(shop, counter):
    """NET-a, H-45: the callback went on while the socket was lost; its approval is the attempt's."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    question = await plugin.asked("pay")
    plugin.kill()
    assert (await counter.get(attempt))["state"] == "UNKNOWN"
    back = await counter.plugin()
    back.answer(question, paymentDto=APPROVAL)
    assert (await counter.get(attempt))["state"] == "APPROVED"
    assert (await shop.get(order["id"]))["paymentPrice"]["paymentUnpaidValue"] == 0


async def test_nobody_answers_for_another(shop, counter):
    """H-45, H-2: a callback id is only worth something from the plugin that was asked."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    question = await plugin.asked("pay")
    stranger = await counter.plugin(READER, methods=())
    stranger.answer(question, paymentDto=APPROVAL)
    assert (await counter.get(attempt))["state"] == "SENT"
    assert any("not asked" in note for note in counter.notes)


async def test_a_late_approval_after_a_managers_word(shop, counter):
    """NET-a, H-45: confirmed as not paid, paid in cash, and then approved: kept for the refund, never recorded."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    question = await plugin.asked("pay")
    await counter.give_up(attempt)
    await counter.resolve(attempt, "CONFIRM_NOT_PAID")
    cash = await counter.start(order, tender="CASH", tendered=20_000)
    assert (cash["state"], cash["change"], cash["payment"]["sourceType"]) == ("APPROVED", 2_000, "CASH")
    plugin.answer(question, paymentDto=APPROVAL)
    late = await counter.get(attempt)
    assert (late["state"], late["approval"]["paymentKey"]) == ("NEEDS_MANUAL", "stamp-1")
    with pytest.raises(InvalidState) as refused:
        await counter.resolve(attempt, "CONFIRM_PAID")
    assert refused.value.reason == "OVERPAID"
    assert (await counter.get(attempt))["state"] == "NEEDS_MANUAL"
    assert (await counter.resolve(attempt, "CONFIRM_NOT_PAID", note="환불함"))["state"] == "NOT_FOUND"


async def test_an_orphan_is_recorded_by_a_manager(shop, counter):
    """NET-5, SEC-2: CONFIRM_PAID puts the late approval on the order, with the plugin's key, audited."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    question = await plugin.asked("pay")
    await counter.give_up(attempt)
    plugin.answer(question, paymentDto=APPROVAL)
    await counter.get(attempt)
    done = await counter.resolve(attempt, "CONFIRM_PAID", note="문자 확인")
    assert (done["state"], done["payment"]["paymentKey"], done["note"]) == (
        "APPROVED",
        "stamp-1",
        "문자 확인",
    )
    audit = await shop.ask("audit.list.request", {"what": "attempt.resolve"}, OWNER)
    assert audit["entries"][0]["data"]["how"] == "CONFIRM_PAID"
    assert audit["entries"][0]["staff"] == "staff-manager"


async def test_a_key_used_before(shop, counter):
    """PAY-6, H-45: a reused paymentKey is shown and needs a person, who may record it under a key of our own."""
    plugin = await counter.plugin()
    first = await shop.add(CASHIER, a_line(1))
    await counter.start(first)
    plugin.answer(await plugin.asked("pay"), paymentDto=APPROVAL)
    await shop.shop.settle()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    plugin.answer(await plugin.asked("pay", 2), paymentDto=APPROVAL)
    shown = await counter.get(attempt)
    assert (shown["state"], shown["error"]["code"]) == ("NEEDS_MANUAL", "DUPLICATE_KEY")
    done = await counter.resolve(attempt, "CONFIRM_PAID")
    assert (done["state"], done["payment"]["paymentKey"]) == ("APPROVED", attempt["id"])


async def test_two_minutes_of_silence(shop, counter):
    """H-77, NET-6: staff are told and wait on or give up; while a popup is open it is no silence."""
    plugin = await counter.plugin()
    opened = {"stamp"}
    closed: list[Session] = []
    shop.shop.running.ui.popup_open = lambda plugin_id: plugin_id in opened
    shop.shop.running.ui.close_popups = closed.append
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    question = await plugin.asked("pay")
    for _ in range(30):
        shop.shop.clock.jump(seconds=10)
        await asyncio.sleep(0)
    assert "hint" not in await counter.get(attempt)
    opened.clear()
    for _ in range(13):
        shop.shop.clock.jump(seconds=10)
        await asyncio.sleep(0)
    waiting = await counter.get(attempt)
    assert (waiting["state"], waiting["hint"]) == ("SENT", "STILL_WAITING")
    await counter.give_up(attempt)
    await shop.shop.settle()
    assert closed == [plugin.session]
    plugin.answer(question)
    assert (await counter.get(attempt))["state"] == "NOT_FOUND"


async def test_one_payment_at_a_time(shop, counter):
    """H-67, ui.md §2: whoever runs a plugin asks it for one payment at a time, so that its popups have a place."""
    plugin = await counter.plugin()
    first = await counter.start(await shop.add(CASHIER, a_line(2)))
    second = await counter.start(await shop.add(CASHIER, a_line(1)), caller=OTHER_TILL)
    question = await plugin.asked("pay")
    await shop.shop.settle()
    assert len(plugin.questions("pay")) == 1
    assert (await counter.get(second))["state"] == "SENT"
    plugin.answer(question, paymentDto=APPROVAL)
    assert (await counter.get(first))["state"] == "APPROVED"
    plugin.answer(await plugin.asked("pay", 2), paymentDto=APPROVAL | {"paymentKey": "stamp-2"})
    assert (await counter.get(second))["state"] == "APPROVED"


async def test_the_next_payment_after_one_was_given_up(shop, counter):
    """H-67, H-77: a payment given up gives its turn away though its plugin still owes the answer; it comes to its own."""
    plugin = await counter.plugin()
    first = await counter.start(await shop.add(CASHIER, a_line(2)))
    question = await plugin.asked("pay")
    second = await counter.start(await shop.add(CASHIER, a_line(1)), caller=OTHER_TILL)
    await counter.give_up(first)
    later = await plugin.asked("pay", 2)
    plugin.answer(question, paymentDto=APPROVAL)
    plugin.answer(later)
    assert (await counter.get(first))["state"] == "NEEDS_MANUAL"
    assert (await counter.get(second))["state"] == "CANCELED"


async def test_given_up_before_its_turn(shop, counter):
    """NET-1: what was never asked charged nobody, and its amount is free again."""
    plugin = await counter.plugin()
    await counter.start(await shop.add(CASHIER, a_line(2)))
    question = await plugin.asked("pay")
    order = await shop.add(CASHIER, a_line(1))
    waiting = await counter.start(order, caller=OTHER_TILL)
    await counter.give_up(waiting)
    plugin.answer(question)
    assert (await counter.get(waiting))["state"] == "NOT_FOUND"
    assert len(plugin.questions("pay")) == 1
    again = await counter.start(order, caller=OTHER_TILL)
    plugin.answer(await plugin.asked("pay", 2), paymentDto=APPROVAL)
    assert (await counter.get(again))["state"] == "APPROVED"


async def test_no_second_charge_after_a_late_approval(shop, counter):
    """NET-5, NET-a: a manager said that nothing was paid, then the approval came: nobody is charged again for it."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    first = await counter.start(order)
    question = await plugin.asked("pay")
    await counter.give_up(first)
    await counter.resolve(first, "CONFIRM_NOT_PAID")
    plugin.answer(question, paymentDto=APPROVAL)
    assert (await counter.get(first))["state"] == "NEEDS_MANUAL"
    with pytest.raises(InvalidState) as refused:
        await counter.start(order)
    assert (refused.value.reason, refused.value.data["attemptId"]) == ("PAYMENT_UNKNOWN", first["id"])
    assert (await counter.resolve(first, "CONFIRM_PAID"))["state"] == "APPROVED"


async def test_a_late_approval_while_another_is_under_way(shop, counter):
    """PAY-2, NET-5: the first one's amount is reserved again as soon as the second has ended."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    first = await counter.start(order)
    question = await plugin.asked("pay")
    await counter.give_up(first)
    await counter.resolve(first, "CONFIRM_NOT_PAID")
    second = await counter.start(order)
    later = await plugin.asked("pay", 2)
    plugin.answer(question, paymentDto=APPROVAL)
    plugin.answer(later)
    assert (await counter.get(second))["state"] == "CANCELED"
    with pytest.raises(InvalidState) as refused:
        await counter.start(order)
    assert refused.value.data["attemptId"] == first["id"]


async def test_one_open_attempt_per_order_and_till(shop, counter):
    """PAY-8, OFF-5, OFF-6: double taps, stale amounts and second tills are refused and change nothing."""
    await counter.plugin()
    order, other = await shop.add(CASHIER, a_line(2)), await shop.add(CASHIER, a_line(1))
    with pytest.raises(Conflict) as changed:
        await counter.start(order, expectedUnpaid=17_000)
    assert changed.value.reason == "UNPAID_CHANGED"
    with pytest.raises(InvalidState) as over:
        await counter.start(order, 18_001)
    assert over.value.reason == "OVERPAID"
    first = await counter.start(order)
    for caller in (CASHIER, OTHER_TILL):
        with pytest.raises(Locked):
            await counter.start(order, caller=caller)
    with pytest.raises(InvalidState) as busy:
        await counter.start(other)
    assert (busy.value.reason, busy.value.data["attemptId"]) == ("ATTEMPT_OPEN", first["id"])
    assert (await counter.start(other, caller=OTHER_TILL))["state"] == "SENT"


async def test_a_lease_of_ones_own(shop, counter):
    """OFF-6: lockId is the caller's lease on this order; somebody else's keeps everybody out."""
    await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    lease = (await shop.ask("order.lock.request", {"id": order["id"], "expectedUnpaid": 18_000}, CASHIER))[
        "lock"
    ]
    with pytest.raises(Locked):
        await counter.start(order, caller=OTHER_TILL)
    assert (await counter.start(order, lockId=lease["id"]))["state"] == "SENT"


@pytest.mark.parametrize("tender", ["CARD", "BARCODE", "PREPAID"])
async def test_tenders_this_shop_has_no_device_for(shop, counter, tender):
    """H-10: refused with what can be used instead."""
    order = await shop.add(CASHIER, a_line(2))
    with pytest.raises(UnsupportedMode, match="METHOD"):
        await counter.start(order, tender=tender)


async def test_cash_is_the_amount_due(shop, counter):
    """CSH-1, PAY-7: change is what was handed over less what is due; a repeat takes no second payment."""
    order = await shop.add(CASHIER, a_line(2))
    data = {
        "orderId": order["id"],
        "tender": "CASH",
        "amount": 18_000,
        "expectedUnpaid": 18_000,
        "tendered": 17_000,
    }
    with pytest.raises(InvalidArgument) as little:
        await shop.ask("payment.start.request", data, CASHIER)
    assert little.value.reason == "TENDERED_TOO_LITTLE"
    paid = [
        await shop.shop.request(
            "payment.start.request", data | {"tendered": 50_000}, caller=CASHIER, command_id="c"
        )
        for _ in range(2)
    ]
    assert paid[0] == paid[1]
    attempt = paid[0]["attempt"]
    assert (attempt["change"], attempt["tendered"], attempt["payment"]["amountMoney"]) == (
        32_000,
        50_000,
        18_000,
    )
    order = await shop.get(order["id"])
    assert len(order["payments"]) == 1
    # Taken by the till, so the till gives it back with the order (CAN-2).
    await shop.ask("order.cancel.request", {"id": order["id"]}, MANAGER)
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"


async def test_a_repeat_asks_the_plugin_once(shop, counter):
    """PAY-7, NET-1: the same command again gets the same attempt, and one question was asked."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    data = {
        "orderId": order["id"], "tender": "METHOD", "amount": 18_000, "expectedUnpaid": 18_000,
        "method": {"pluginId": "stamp", "id": "card"},
    }  # fmt: skip
    first, second = [
        await shop.shop.request("payment.start.request", data, caller=CASHIER, command_id="tap")
        for _ in range(2)
    ]
    await shop.shop.settle()
    assert first == second
    assert len(plugin.questions("pay")) == 1


async def test_after_a_restart_nothing_is_known(shop, counter):
    """NET-1: SENT without a result is UNKNOWN."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    await plugin.asked("pay")
    command = Command(caller=CASHIER, name="shop.start", body=b"", run=lose_all)
    assert (await shop.shop.running.store.execute(command)).error is None
    assert (await counter.get(attempt))["state"] == "UNKNOWN"


async def test_buttons_live_as_long_as_their_plugin(shop, counter):
    """H-45: added, replaced, removed, gone with the session; a till sees its own copies and the server's."""
    till = await shop.shop.staff("cashier")
    heard: list[Any] = []
    till.ext.payment_method.on(heard.append)
    await shop.shop.settle()
    server = await counter.plugin()
    elsewhere = await counter.plugin(on_till(STAMP, "till-2"), methods=("card", "qr"))

    async def buttons(caller=CASHIER) -> list[tuple[str, str]]:
        listed = await shop.ask("payment-method.list.request", {}, caller)
        return [(each["id"], each["paymentName"]) for each in listed["methods"]]

    assert await buttons() == [("card", "스탬프")]
    assert await buttons(OTHER_TILL) == [("card", "스탬프"), ("qr", "스탬프")]
    server.add("card", "도장")
    server.add("gift")
    await shop.shop.settle()
    assert await buttons() == [("card", "도장"), ("gift", "스탬프")]
    server.send("payment.method.remove", {"id": "gift"})
    await shop.shop.settle()
    assert await buttons() == [("card", "도장")]
    assert heard
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order, caller=OTHER_TILL)
    plugin = elsewhere
    plugin.answer(await plugin.asked("pay"))
    assert (await counter.get(attempt))["state"] == "CANCELED"
    assert server.questions("pay") == []
    server.kill()
    await shop.shop.settle()
    assert await buttons() == []
    with pytest.raises(HostUnavailable, match="stamp"):
        await counter.start(order)


async def test_an_order_that_waits_for_an_unknown_payment(shop, counter):
    """CAN-2: cancelling waits until the attempt is resolved, then ends the order."""
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    await plugin.asked("pay")
    plugin.kill()
    await shop.shop.settle()
    reply = await shop.ask("order.cancel.request", {"id": order["id"], "reason": "손님 감"}, MANAGER)
    assert reply["cancelPending"] is True
    await counter.resolve(attempt, "CONFIRM_NOT_PAID")
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"


async def test_a_plugin_made_with_the_sdk(shop, counter):
    """H-45, H-51: the SDK's end of a host request over a real session; an outside order is paid like any other."""
    pos = await shop.shop.pos("stamp")
    connection: Connection = pos.connection
    paid = asyncio.Event()

    async def pay(data: dict[str, Any]) -> dict[str, Any]:
        assert data["price"]["amountMoney"] == 5_000
        paid.set()
        return {"event": "pay", "id": data["id"], "paymentDto": APPROVAL}

    connection.answer("payment.method.event.request", pay)
    pos.notify("payment.method.add", {"id": "card", "image": "", "payment_name": "스탬프"})
    await shop.shop.settle()
    order = await shop.add(READER, a_line(1))
    attempt = await counter.start(order)
    await asyncio.wait_for(paid.wait(), 10)
    assert (await counter.get(attempt))["state"] == "APPROVED"
