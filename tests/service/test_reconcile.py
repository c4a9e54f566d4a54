"""The list of money without an end: what happened, and what ends it (NET-5, CAN-10, CAN-8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from jumak.domain.errors import InvalidArgument, PermissionDenied
from jumak.testing import simulated_shop, staff_caller
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.cards import CardCounter
from tests.service.paying import APPROVAL, CASHIER, MANAGER, Counter
from tests.service.receipts import MANDATORY, PHONE, CashCounter

Json = dict[str, Any]
SERVER = staff_caller("server", "till-3")


@pytest.fixture
async def counter() -> AsyncIterator[CardCounter]:
    async with CardCounter() as opened:
        yield opened


async def listed(counter: CardCounter, **how: Any) -> Json:
    await counter.settle()
    return await counter.asking.ask("reconcile.list.request", how, MANAGER)


async def one(counter: CardCounter) -> Json:
    found = await listed(counter)
    assert found["total"] == 1
    [item] = found["items"]
    return item


async def act(counter: CardCounter, item: Json, which: str) -> None:
    """Sends an action as it stands in the list, with a note where it takes one."""
    action = next(each for each in item["actions"] if which in (each["name"], each["data"].get("how")))
    note = {} if action["name"].startswith(("payment.cancel", "payment-attempt.cancel")) else {"note": "확인"}
    await counter.asking.ask(action["name"], action["data"] | note, MANAGER)


def hows(item: Json) -> list[str]:
    return [each["data"].get("how", each["name"]) for each in item["actions"]]


async def test_nothing_open_nothing_listed(counter):
    """NET-5: what has an end is on no list; whoever takes money may read it."""
    order = await counter.order()
    payment = (await counter.ended(await counter.start(order)))["payment"]
    await counter.cancel(order, payment)
    nothing = {"items": [], "total": 0, "waiting": 0}
    assert await listed(counter) == nothing
    assert await counter.asking.ask("reconcile.list.request", {}, CASHIER) == nothing
    with pytest.raises(PermissionDenied):
        await counter.asking.ask("reconcile.list.request", {}, SERVER)


async def test_an_attempt_on_its_way_through_the_list(counter):
    """NET-3, NET-5: pending, unknown, then a person's; its actions end it, and the list is empty."""
    order = await counter.order()
    counter.terminal.control(silent=1)
    attempt = await counter.start(order)
    item = await one(counter)
    assert (item["kind"], item["id"], item["standing"], item["amount"], item["tender"]) == (
        "ATTEMPT", attempt["id"], "PENDING", 18_000, "CARD",
    )  # fmt: skip
    assert (item["orderNumber"], item["terminal"]["name"]) == (order["number"], "카운터 단말기")
    assert hows(item) == ["payment-attempt.cancel.request"]
    counter.terminal.control(deaf=100)
    await act(counter, item, "payment-attempt.cancel.request")
    item = await one(counter)
    assert (item["standing"], item["since"]) == ("UNKNOWN", attempt["createdAt"])
    assert hows(item) == ["QUERY", "NET_CANCEL"]
    assert (await counter.ended(attempt))["state"] == "NEEDS_MANUAL"
    item = await one(counter)
    assert (item["standing"], item["message"]) == (
        "MANUAL", "단말기가 망취소를 확인해 주지 않습니다. 결제 여부를 확인해 주세요",
    )  # fmt: skip
    assert hows(item) == ["QUERY", "NET_CANCEL", "CONFIRM_PAID", "CONFIRM_NOT_PAID"]
    await act(counter, item, "CONFIRM_NOT_PAID")
    assert (await listed(counter))["total"] == 0


async def test_an_approval_nobody_adopted():
    """H-45, PAY-2: a plugin's late approval; where its order does not take it any more that is not offered."""
    async with simulated_shop() as opened:
        shop = Asking(opened)
        counter = Counter(shop)
        plugin = await counter.plugin()
        order = await shop.add(CASHIER, a_line(2))
        attempt = await counter.start(order)
        question = await plugin.asked("pay")
        await counter.give_up(attempt)
        [item] = (await shop.ask("reconcile.list.request", {}, MANAGER))["items"]
        assert (item["standing"], hows(item)) == ("UNKNOWN", ["CONFIRM_PAID", "CONFIRM_NOT_PAID"])
        await counter.resolve(attempt, "CONFIRM_NOT_PAID")
        await counter.start(order, tender="CASH")
        plugin.answer(question, paymentDto=APPROVAL)
        await shop.shop.settle()
        [item] = (await shop.ask("reconcile.list.request", {}, MANAGER))["items"]
        assert (item["standing"], item["method"]["paymentName"], hows(item)) == (
            "ORPHAN", "스탬프", ["CONFIRM_NOT_PAID"],
        )  # fmt: skip
        assert "승인되었습니다" in item["message"]


async def test_a_part_the_card_is_owed(counter):
    """CAN-8: each way to give it back is an action of the list; while one is under way there is none."""
    order = await counter.order(18_097)
    payment = (await counter.ended(await counter.start(order)))["payment"]
    refund = (await counter.refund(order, 5_000))["refunds"][0]
    item = await one(counter)
    assert (item["kind"], item["id"], item["standing"], item["amount"], item["paymentId"]) == (
        "REFUND", refund["id"], "MANUAL", 5_000, payment["id"],
    )  # fmt: skip
    assert item["message"] == "부분 취소를 할 수 없는 카드입니다"
    assert hows(item) == ["ASK_AGAIN", "WHOLE_THEN_REST", "CONFIRM_RETURNED"]
    await act(counter, item, "ASK_AGAIN")
    assert (await one(counter))["standing"] == "MANUAL"
    counter.terminal.control(silent=1)
    await act(counter, item, "WHOLE_THEN_REST")
    both = await listed(counter)
    assert [(each["id"], each["standing"], hows(each)) for each in both["items"] if hows(each)] == []
    assert {each["standing"] for each in both["items"]} == {"PENDING", "MANUAL"}

    async def empty() -> bool | None:
        return None if (await listed(counter))["total"] else True

    assert await counter.until(empty)
    assert await counter.paid(order) == 13_097 == counter.terminal.book.totals().net


async def test_refunds_of_unknown_end(counter):
    """CAN-10: of a payment and of a part: a person may say what became of them."""
    order = await counter.order()
    payment = (await counter.ended(await counter.start(order)))["payment"]
    counter.terminal.control(deaf=100)
    await counter.refund(order, 5_000)
    item = await one(counter)
    assert (item["standing"], hows(item)) == ("UNKNOWN", ["CONFIRM_RETURNED", "CONFIRM_NOT_RETURNED"])
    await act(counter, item, "CONFIRM_NOT_RETURNED")
    await act(counter, await one(counter), "CONFIRM_RETURNED")
    assert (await listed(counter))["total"] == 0
    with pytest.raises(Exception, match="lost meanwhile"):
        await counter.cancel(order, payment)
    item = await one(counter)
    assert [(each["name"], each["data"]["refunded"]) for each in item["actions"]] == [
        ("payment.confirm-refund.request", True), ("payment.confirm-refund.request", False),
    ]  # fmt: skip
    await act(counter, item, "payment.confirm-refund.request")
    assert (await listed(counter))["total"] == 0


async def test_an_order_that_waits_for_a_refused_refund(counter):
    """CAN-2: cancelled by staff, and its terminal is off: listed until it is back, a refused refund else is not."""
    order = await counter.order()
    payment = (await counter.ended(await counter.start(order)))["payment"]
    counter.terminal.switch_off()
    with pytest.raises(Exception, match="cannot be reached"):
        await counter.cancel(order, payment)
    assert (await listed(counter))["total"] == 0
    await counter.asking.ask("order.cancel.request", {"id": order["id"], "reason": "변심"}, MANAGER)
    item = await one(counter)
    assert (item["standing"], item["state"], item["amount"]) == ("MANUAL", "DECLINED", 18_000)
    counter.terminal.switch_on()
    await act(counter, item, "payment.cancel.request")
    assert (await listed(counter))["total"] == 0
    assert (await counter.asking.get(order["id"]))["orderState"] == "CANCELLED"


async def test_pages(counter):
    """NET-5: oldest first; a page begins where the last ended, whatever went off the list since."""
    counter.terminal.control(deaf=1_000)
    attempts = []
    for _ in range(5):
        attempts.append(await counter.ended(await counter.start(await counter.order())))
    first = await listed(counter, size=2)
    assert ([each["id"] for each in first["items"]], first["total"]) == (
        [attempts[0]["id"], attempts[1]["id"]], 5,
    )  # fmt: skip
    await act(counter, first["items"][1], "CONFIRM_NOT_PAID")
    second = await listed(counter, size=2, after=first["next"])
    assert [each["id"] for each in second["items"]] == [attempts[2]["id"], attempts[3]["id"]]
    last = await listed(counter, size=2, after=second["next"], standings=["MANUAL"])
    assert [each["id"] for each in last["items"]] == [attempts[4]["id"]]
    assert "next" not in last
    assert (await listed(counter, standings=["ORPHAN"]))["total"] == 0
    for size in (0, 201):
        with pytest.raises(InvalidArgument):
            await listed(counter, size=size)


async def test_the_tills_hear_of_it(counter):
    """NET-5: whoever may read the list is told when it changes, nobody else; what is under way does not wait yet."""
    order = await counter.order()
    cashier, server = Wire(counter.asking.shop, CASHIER), Wire(counter.asking.shop, SERVER)
    counter.terminal.control(deaf=100)
    attempt = await counter.start(order)
    await counter.ended(attempt)
    changes = cashier.pushes("reconcile.change.event")
    assert changes[0] == {"total": 1, "waiting": 0}
    assert changes[-1] == {"total": 1, "waiting": 1}
    await act(counter, await one(counter), "CONFIRM_NOT_PAID")
    await counter.settle()
    assert cashier.pushes("reconcile.change.event")[-1] == {"total": 0, "waiting": 0}
    assert server.pushes("reconcile.change.event") == []


async def test_where_and_when(counter):
    """NET-3: the table of its order, and when its terminal is asked again; a person's has no next time."""
    order = await counter.asking.add(CASHIER, a_line(2), tableId=1)
    counter.terminal.control(deaf=100)
    attempt = await counter.start(order)
    await counter.settle()
    item = await one(counter)
    assert (item["standing"], item["table"]["id"]) == ("UNKNOWN", 1)
    due = datetime.fromisoformat(item["nextTryAt"])
    assert due == counter.clock.now() + timedelta(seconds=2)
    counter.jump_to_next()
    assert datetime.fromisoformat((await one(counter))["nextTryAt"]) == due + timedelta(seconds=10)
    await counter.ended(attempt)
    assert "nextTryAt" not in await one(counter)


@pytest.mark.parametrize("kind", ["attempt", "part", "payment"])
async def test_a_cashier_with_a_managers_approval(counter, kind: str):
    """SEC-1, NET-5, CAN-10: nobody below a manager says how it ended; with an approval it is done, and both are named."""
    counter.terminal.control(deaf=100)
    order = await counter.order()
    if kind != "attempt":
        counter.terminal.control()
        payment = (await counter.ended(await counter.start(order)))["payment"]
        counter.terminal.control(deaf=100)
    if kind == "attempt":
        await counter.ended(await counter.start(order))
    elif kind == "part":
        await counter.refund(order, 5_000)
    else:
        with pytest.raises(Exception, match="lost meanwhile"):
            await counter.cancel(order, payment)
    action = (await one(counter))["actions"][-1]
    data = action["data"] | {"note": "전표 확인"}
    with pytest.raises(PermissionDenied) as refused:
        await counter.asking.ask(action["name"], data, CASHIER)
    assert (refused.value.reason, refused.value.data["action"]) == (
        "APPROVAL_NEEDED", action["name"].removesuffix(".request"),
    )  # fmt: skip
    assert (await listed(counter))["total"] == 1
    approval = await counter.asking.approve(action["name"], data, CASHIER)
    await counter.asking.ask(action["name"], data | {"approvalId": approval}, CASHIER)
    assert [each["state"] for each in (await listed(counter))["items"]] in ([], ["NOT_RETURNED"])


# -- cash receipts ---------------------------------------------------------------------------------


async def receipts_listed(till: CashCounter) -> list[Json]:
    await till.settle()
    return list((await till.asking.ask("reconcile.list.request", {}, CASHIER))["items"])


async def test_a_refused_receipt_is_issued_anew():
    """RCP-2, RCP-4: to another number or to the shop itself; then it is off the list, also when money goes back."""
    async with CashCounter() as till:
        till.issuer.faults.append("refused")
        _, payment = await till.paid()
        refused = await till.send(payment)
        await till.ended(refused, "FAILED")
        [item] = await receipts_listed(till)
        assert (item["kind"], item["id"], item["standing"], item["state"], item["amount"]) == (
            "RECEIPT", refused["id"], "MANUAL", "FAILED", 18_000,
        )  # fmt: skip
        assert (item["tender"], item["paymentId"], item["cashReceipt"]["use"]) == (
            "CASH",
            payment["id"],
            "DEDUCTION",
        )
        assert PHONE[-4:] in item["cashReceipt"]["identifier"]
        assert item["message"] == item["error"]["message"]
        asked = [(each["name"], each["data"]["use"]) for each in item["actions"]]
        assert asked == [("cash-receipt.send.request", "DEDUCTION"), ("cash-receipt.send.request", "SELF")]
        again = item["actions"][0]["data"] | {"identifier": "010-9999-8888"}
        await till.asking.ask("cash-receipt.send.request", again, CASHIER)
        assert await receipts_listed(till) == []
        await till.emptied()
        assert await receipts_listed(till) == []
        till.issuer.faults.append("refused")
        other, cash = await till.paid()
        await till.ended(await till.send(cash), "FAILED")
        assert len(await receipts_listed(till)) == 1
        await till.take_back(other, cash)
        assert await receipts_listed(till) == []


async def test_a_receipt_nobody_answers_for():
    """RCP-4: not reached it is under way and says when it is tried again; whether it was booked nobody knows."""
    async with CashCounter() as till:
        till.issuer.is_down = True
        _, payment = await till.paid()
        await till.send(payment)
        [item] = await receipts_listed(till)
        assert (item["standing"], item["state"], item["actions"]) == ("PENDING", "QUEUED", [])
        assert datetime.fromisoformat(item["nextTryAt"]) == till.clock.now() + timedelta(seconds=5)
        till.issuer.is_down = False
        till.issuer.faults.append("answer-lost")
        till.clock.jump(seconds=5)
        [item] = await receipts_listed(till)
        assert (item["standing"], item["state"]) == ("UNKNOWN", "UNKNOWN")
        await till.emptied()
        assert await receipts_listed(till) == []


async def test_a_receipt_that_could_not_be_taken_back():
    """RCP-3, RCP-4: the cash went back and its receipt stands: the cancel can be sent again."""
    async with CashCounter() as till:
        order, payment = await till.paid()
        await till.ended(await till.send(payment))
        till.issuer.faults.append("refused")
        await till.refund(order, 5_000)
        await till.emptied()
        [item] = await receipts_listed(till)
        assert (item["standing"], item["state"], item["amount"]) == ("MANUAL", "FAILED", 5_000)
        [action] = item["actions"]
        await till.asking.ask(action["name"], action["data"], MANAGER)
        await till.emptied()
        assert await receipts_listed(till) == []
        assert (await till.list())[0]["standing"] == 13_000


async def test_a_shop_without_an_issuer():
    """RCP-2: what the law asks for fills the queue, and somebody has to know; it does not stand in the way of a close."""
    async with CashCounter(shop=replace(MANDATORY, cash_receipt_floor=1_000), issues=False) as till:
        await till.paid()
        [item] = await receipts_listed(till)
        assert (item["standing"], item["actions"], item["message"]) == (
            "MANUAL", [], "현금영수증 발급이 연결되어 있지 않습니다",
        )  # fmt: skip
        settled = await till.asking.ask("settlement.get.request", {}, MANAGER)
        assert settled["settlement"]["open"] == 0


@pytest.mark.parametrize("tip", [0, 1_000])
async def test_a_tipped_payment_of_unknown_end_can_be_the_orders(tip: int):
    """NET-5, PAY-2: its tip comes on top of what is owed, so that the list offers to record it as paid."""
    async with simulated_shop() as opened:
        shop = Asking(opened)
        counter = Counter(shop)
        plugin = await counter.plugin()
        order = await shop.add(CASHIER, a_line(2))
        tipped = {"tip": tip} if tip else {}
        await counter.start(order, 18_000 + tip, **tipped)
        await plugin.asked("pay")
        plugin.kill()
        await opened.settle()
        [item] = (await shop.ask("reconcile.list.request", {}, MANAGER))["items"]
        assert (item["standing"], item["amount"]) == ("UNKNOWN", 18_000 + tip)
        action = next(each for each in item["actions"] if each["data"].get("how") == "CONFIRM_PAID")
        ended = await shop.ask(action["name"], action["data"] | {"note": "확인"}, MANAGER)
        assert ended["attempt"]["state"] == "APPROVED"
        now = await shop.get(order["id"])
        assert (now["chargePrice"]["chargeTipValue"], now["paymentPrice"]["paymentUnpaidValue"]) == (tip, 0)
