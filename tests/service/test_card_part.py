"""A part of a card payment goes back to the card, over lost answers, refusals and restarts (CAN-7, CAN-8, CAN-10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.domain.errors import InvalidState, NotFound, PermissionDenied
from tests.server.screen import Wire
from tests.service.cards import CardCounter
from tests.service.paying import CASHIER, MANAGER, OTHER_TILL

Json = dict[str, Any]


@pytest.fixture
async def counter() -> AsyncIterator[CardCounter]:
    async with CardCounter() as opened:
        yield opened


async def a_paid_order(counter: CardCounter, price: int = 18_000) -> tuple[Json, Json]:
    """An order a card has paid, and its payment."""
    order = await counter.order(price)
    return order, (await counter.ended(await counter.start(order)))["payment"]


async def left_on(counter: CardCounter, order: Json) -> int:
    return (await counter.asking.get(order["id"]))["paymentPrice"]["paymentUnpaidValue"]


async def test_a_part_goes_back_to_the_card(counter):
    """CAN-7, CAN-8: the books first, then the terminal, each part under a key of its own; the rest with the payment."""
    order, payment = await a_paid_order(counter)
    replied = await counter.refund(order, 5_000)
    assert [(each["amount"], each["pending"]) for each in replied["refunds"]] == [(5_000, True)]
    assert await counter.paid(order) == 13_000
    [part] = await counter.refunds()
    assert part["id"] == replied["refunds"][0]["id"]
    assert (part["paymentId"], part["amount"], part["state"], part["part"]) == (
        payment["id"], 5_000, "RETURNED", True,
    )  # fmt: skip
    assert len(part["approvedNo"]) == 8
    await counter.refund(order, 3_000)
    await counter.settle()
    book = counter.terminal.book
    assert (book.given_back(payment["paymentKey"]), book.totals().cancels) == (8_000, 2)
    await counter.settle()
    await counter.cancel(order, payment)
    assert (book.totals().net, book.totals().cancels, await counter.paid(order)) == (0, 3, 0)
    whole = next(each for each in await counter.refunds() if each["id"] == payment["id"])
    assert (whole["amount"], whole["state"]) == (10_000, "RETURNED")


async def test_the_last_part_ends_the_payment(counter):
    """CAN-a, CAN-7: given back to the last won by parts, it is cancelled; nothing more can be asked back."""
    order, payment = await a_paid_order(counter)
    await counter.refund(order, 17_000)
    await counter.settle()
    await counter.refund(order, 1_000)
    await counter.settle()
    after = await counter.asking.get(order["id"])
    assert [each["state"] for each in after["payments"]] == ["CANCELLED"]
    assert counter.terminal.book.totals().net == 0
    assert {each["state"] for each in await counter.refunds()} == {"RETURNED"}
    await counter.cancel(order, payment)
    assert counter.terminal.book.totals().cancels == 2


async def test_a_part_whose_answer_is_lost_goes_back_once(counter):
    """CAN-10: unknown, and asked for again under its key; until then nothing else of the payment goes back."""
    order, payment = await a_paid_order(counter)
    counter.terminal.control(cut=2)
    await counter.refund(order, 5_000)
    await counter.settle()
    [part] = await counter.refunds()
    assert part["state"] == "UNKNOWN"
    for again in (counter.refund(order, 1_000), counter.cancel(order, payment)):
        with pytest.raises(InvalidState) as refused:
            await again
        assert refused.value.reason == "REFUND_UNSETTLED"
    await counter.until(lambda: returned(counter, part))
    assert counter.terminal.book.totals().cancels == 1
    assert counter.terminal.book.given_back(payment["paymentKey"]) == 5_000


async def returned(counter: CardCounter, refund: Json) -> Json | None:
    now = next(each for each in await counter.refunds() if each["id"] == refund["id"])
    return now if now["state"] == "RETURNED" else None


async def test_a_terminal_that_is_off_owes_the_part(counter):
    """CAN-8: nothing is forgotten: a manager has it asked again, a cashier may not."""
    order, payment = await a_paid_order(counter)
    counter.terminal.switch_off()
    await counter.refund(order, 5_000)
    await counter.settle()
    [part] = await counter.refunds()
    assert part["state"] == "DECLINED"
    assert "연결할 수 없습니다" in part["error"]["message"]
    counter.terminal.switch_on()
    with pytest.raises(PermissionDenied):
        await counter.resolve(part, "ASK_AGAIN", caller=CASHIER)
    again = await counter.resolve(part, "ASK_AGAIN", note="단말기 켬")
    assert again["refund"]["state"] == "SENT"
    [part] = await counter.refunds()
    assert (part["state"], part["note"]) == ("RETURNED", "단말기 켬")
    assert counter.terminal.book.given_back(payment["paymentKey"]) == 5_000
    for how in ("ASK_AGAIN", "WHOLE_THEN_REST", "CONFIRM_RETURNED", "CONFIRM_NOT_RETURNED"):
        with pytest.raises(InvalidState) as over:
            await counter.resolve(part, how)
        assert over.value.reason == "REFUND_STATE"


async def test_what_a_terminal_owes_goes_back_with_the_rest(counter):
    """CAN-8, CAN-3: cancelled afterwards, the card gets the whole; never more than it paid."""
    order, payment = await a_paid_order(counter, 18_097)
    await counter.refund(order, 5_000)
    await counter.settle()
    await counter.cancel(order, payment)
    refunds = {each["id"]: each for each in await counter.refunds()}
    whole = refunds.pop(payment["id"])
    [part] = refunds.values()
    assert (whole["amount"], whole["state"], whole["carries"]) == (18_097, "RETURNED", [part["id"]])
    assert part["state"] == "RETURNED"
    assert (counter.terminal.book.totals().net, await counter.paid(order)) == (0, 0)


async def test_a_card_that_takes_no_partial_cancel(counter):
    """CAN-8, SIM-1 97: the whole goes back and the remainder is approved, as one step; price and card agree."""
    order, _ = await a_paid_order(counter, 18_097)
    await counter.refund(order, 5_000)
    await counter.settle()
    [part] = await counter.refunds()
    assert (part["state"], part["error"]["message"]) == ("DECLINED", "부분 취소를 할 수 없는 카드입니다")
    assert counter.terminal.book.totals().net == 18_097
    await counter.resolve(part, "WHOLE_THEN_REST", note="카드 다시 받음")
    await counter.settle()
    after = await counter.asking.get(order["id"])
    assert [(each["amountMoney"], each["state"]) for each in after["payments"]] == [
        (18_097, "CANCELLED"), (13_097, "COMPLETED"),
    ]  # fmt: skip
    assert await left_on(counter, order) == 0
    assert {each["state"] for each in await counter.refunds()} == {"RETURNED"}
    totals = counter.terminal.book.totals()
    assert (totals.net, totals.approvals, totals.cancels) == (13_097, 2, 1)
    with pytest.raises(InvalidState):
        await counter.resolve(part, "WHOLE_THEN_REST")


async def test_the_tip_of_a_payment_stays_when_its_rest_is_charged_anew(counter):
    """CAN-8, PAY-2: it goes back whole for the card's sake alone: what the order costs is paid as before."""
    order = await counter.order(17_097)
    await counter.ended(await counter.start(order, 18_097, tip=1_000))
    await counter.refund(order, 5_000)
    await counter.settle()
    [part] = await counter.refunds()
    await counter.resolve(part, "WHOLE_THEN_REST", note="카드 다시 받음")
    await counter.settle()
    after = await counter.asking.get(order["id"])
    assert (after["chargePrice"]["chargeTipValue"], await left_on(counter, order)) == (1_000, 0)
    assert counter.terminal.book.totals().net == 13_097


async def test_the_rest_waits_for_a_till_that_is_busy(counter):
    """CAN-8, PAY-8: the whole is back, the rest cannot be charged now: the order owes it, and staff are told."""
    order, _ = await a_paid_order(counter, 18_097)
    other = await counter.order(5_000)
    await counter.refund(order, 5_000)
    await counter.settle()
    [part] = await counter.refunds()
    counter.terminal.control(attended=True)
    await counter.start(other, caller=OTHER_TILL)
    till = Wire(counter.asking.shop, MANAGER)
    await counter.resolve(part, "WHOLE_THEN_REST")
    await counter.settle()
    assert await left_on(counter, order) == 13_097
    assert (await returned(counter, part)) is not None
    assert any("13,097원을 다시 결제해" in push["text"] for push in till.pushes("notice.event"))


@pytest.mark.parametrize("by_hand", [True, False])
async def test_a_part_is_given_back_by_hand(counter, by_hand: bool):
    """CAN-7, CAN-8: a person says so, once the terminal refused; then the card gets the rest and no more."""
    order, payment = await a_paid_order(counter, 18_000)
    counter.terminal.control(code="05")
    await counter.refund(order, 5_000)
    await counter.settle()
    [part] = await counter.refunds()
    assert part["state"] == "DECLINED"
    if by_hand:
        done = await counter.resolve(part, "CONFIRM_RETURNED", note="현금으로")
        assert (done["refund"]["state"], done["refund"]["note"]) == ("RETURNED", "현금으로")
    await counter.cancel(order, payment)
    assert counter.terminal.book.given_back(payment["paymentKey"]) == (13_000 if by_hand else 18_000)
    assert await counter.paid(order) == 0


async def test_a_person_says_what_nobody_knows(counter):
    """CAN-10: it did not go back, says the card company; then it is asked for again, under the same key."""
    order, payment = await a_paid_order(counter)
    counter.terminal.control(deaf=2)
    await counter.refund(order, 5_000)
    await counter.settle()
    [part] = await counter.refunds()
    with pytest.raises(InvalidState):
        await counter.resolve(part, "ASK_AGAIN")
    said = await counter.resolve(part, "CONFIRM_NOT_RETURNED", note="카드사 확인")
    assert said["refund"]["state"] == "NOT_RETURNED"
    await counter.resolve(part, "ASK_AGAIN")
    assert (await returned(counter, part)) is not None
    assert counter.terminal.book.given_back(payment["paymentKey"]) == 5_000


async def test_only_parts_are_resolved(counter):
    """CAN-10: a payment as a whole has its own messages."""
    order, payment = await a_paid_order(counter)
    await counter.cancel(order, payment)
    with pytest.raises(InvalidState) as whole:
        await counter.resolve({"id": payment["id"]}, "ASK_AGAIN")
    assert whole.value.reason == "REFUND_STATE"
    with pytest.raises(NotFound):
        await counter.resolve({"id": "nothing"}, "ASK_AGAIN")


@pytest.mark.parametrize("into", [*range(0, 24), 30, 40, 60])
async def test_each_step_of_the_way_is_found_again(tmp_path: Path, into: int):
    """CAN-8, CAN-10, NET-1: killed anywhere between the refused part and the charge of the rest."""
    import asyncio

    async with CardCounter(folder=tmp_path / "shop") as counter:
        order, payment = await a_paid_order(counter, 18_097)
        await counter.refund(order, 5_000)
        await counter.settle()
        [part] = await counter.refunds()
        asking = asyncio.create_task(counter.resolve(part, "WHOLE_THEN_REST"))
        for _ in range(into):
            await asyncio.sleep(0)
        await counter.kill()
        await asyncio.gather(asking, return_exceptions=True)
        await counter.restart()

        async def settled() -> bool | None:
            now = {each["id"]: each["state"] for each in await counter.refunds()}
            attempts = await counter.asking.ask("payment-attempt.list.request", {}, MANAGER)
            waits = {"QUEUED", "SENT", "UNKNOWN"} & {
                *now.values(),
                *(each["state"] for each in attempts["attempts"]),
            }
            return None if waits else True

        assert await counter.until(settled)
        if payment["id"] not in {each["id"] for each in await counter.refunds()}:
            # The order to do so was not on disk: it is given again.
            await counter.resolve(part, "WHOLE_THEN_REST")
            assert await counter.until(settled)
        totals = counter.terminal.book.totals()
        assert (totals.cancels, totals.cancelled) == (1, 18_097)
        assert totals.net == await counter.paid(order)
        assert await counter.paid(order) + await left_on(counter, order) == 13_097
        assert {each["state"] for each in await counter.refunds()} == {"RETURNED"}


async def test_a_manager_confirms_the_whole_and_the_rest_is_charged(counter):
    """CAN-8: the terminal that was asked for the whole is silent; a manager's word leads on as its own would."""
    order, payment = await a_paid_order(counter, 18_097)
    await counter.refund(order, 5_000)
    [part] = await counter.refunds()
    counter.terminal.control(cut=2)
    await counter.resolve(part, "WHOLE_THEN_REST")
    assert {each["id"]: each["state"] for each in await counter.refunds()}[payment["id"]] == "UNKNOWN"
    said = {"id": payment["id"], "note": "전표 확인", "refunded": True}
    await counter.asking.ask("payment.confirm-refund.request", said, MANAGER)
    await counter.settle()
    listed = await counter.asking.ask("payment-attempt.list.request", {"orderId": order["id"]}, MANAGER)
    assert [each["amount"] for each in listed["attempts"]] == [13_097, 18_097]
    assert [each["state"] for each in await counter.refunds()] == ["RETURNED", "RETURNED"]
