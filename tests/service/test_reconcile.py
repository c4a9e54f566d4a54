"""The list of money without an end: what happened, and what ends it (NET-5, CAN-10, CAN-8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jumak.domain.errors import InvalidArgument, PermissionDenied
from jumak.testing import simulated_shop
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.cards import CardCounter
from tests.service.paying import APPROVAL, CASHIER, MANAGER, Counter

Json = dict[str, Any]


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
    """NET-5: what has an end is on no list; and it is a manager's."""
    order = await counter.order()
    payment = (await counter.ended(await counter.start(order)))["payment"]
    await counter.cancel(order, payment)
    assert await listed(counter) == {"items": [], "total": 0}
    with pytest.raises(PermissionDenied):
        await counter.asking.ask("reconcile.list.request", {}, CASHIER)


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


async def test_managers_hear_of_it(counter):
    """NET-5: whoever may read the list is told when it changes, nobody else."""
    order = await counter.order()
    manager, cashier = Wire(counter.asking.shop, MANAGER), Wire(counter.asking.shop, CASHIER)
    counter.terminal.control(deaf=100)
    attempt = await counter.start(order)
    await counter.ended(attempt)
    assert manager.pushes("reconcile.change.event")[0] == {"total": 1}
    await act(counter, await one(counter), "CONFIRM_NOT_PAID")
    await counter.settle()
    assert manager.pushes("reconcile.change.event")[-1] == {"total": 0}
    assert cashier.pushes("reconcile.change.event") == []
