"""Use cases of attempts to give money back by the plugin or terminal that took it (CAN-10; contract: payment §6.2).

Both are asked by the live side of the shop (`server/refunds.py`), after the attempt is on disk. That the
money went back is the payment's cancel, with which `keeping.keep` ends the attempt; the rest is decided here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from jumak.domain.attempt import AttemptError, MethodRef, Refused, TerminalRef, WentBack
from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.refund import (
    OPEN,
    GivenBack,
    RefundAttempt,
    RefundStep,
    after_refusal,
    refund_open,
    refund_stepped,
)
from jumak.protocol.messages.refund import ListRefunds, PaymentRefund, PaymentRefundsReply
from jumak.protocol.row import Done
from jumak.service.journal import whole
from jumak.service.keeping import refund_fact
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import query

KEPT_FOR = timedelta(days=7)
"""What is over stays readable this long; the payments and facts stay for good."""

MOST_LISTED = 500


async def ask(tx: Transaction, *, payment_id: str, who: MethodRef | TerminalRef) -> Done:
    """This plugin or terminal is about to be asked for the money of a payment.

    Raises InvalidState CANCEL_IN_PROGRESS, REFUND_UNSETTLED while an earlier asking has no known end,
    PARTLY_REFUNDED, PAYMENT_CANCELLED when there is nothing left to give back.
    """
    order = await tx.order_of_payment(payment_id)
    payment = None if order is None else find_payment(order, payment_id)
    if order is None or payment is None or payment.state == "CANCELLED":
        raise InvalidState(
            "이미 취소된 결제입니다",
            "this payment is cancelled already",
            reason="PAYMENT_CANCELLED",
            paymentId=payment_id,
        )
    check_whole(order, payment)
    await check_no_refund(tx, payment_id)
    _forget_old(tx, await tx.all(RefundAttempt))
    refund = RefundAttempt(
        id=payment_id,
        order_id=order.id,
        amount=payment.amount_money,
        method=who if isinstance(who, MethodRef) else None,
        terminal=who if isinstance(who, TerminalRef) else None,
        state="SENT",
        at_ms=to_ms(tx.at),
    )
    _keep(tx, "ask", refund)
    return Done()


def check_whole(order: Order, payment: Payment) -> None:
    """Whoever took a payment is asked for all of it; raises InvalidState PARTLY_REFUNDED (CAN-7)."""
    if backing_of(order).payments[payment.id].refunded > 0:
        raise InvalidState(
            "일부를 이미 환불한 결제입니다. 나머지를 직접 돌려준 뒤 외부 환불을 확인해 주세요",
            "part of this payment went back already and only whole payments are asked back; return the "
            "rest by hand, then payment.confirm-refund",
            reason="PARTLY_REFUNDED",
            paymentId=payment.id,
        )


async def check_no_refund(source: Reader, payment_id: str) -> None:
    """Nobody has to learn first whether this money went back; raises CANCEL_IN_PROGRESS, REFUND_UNSETTLED."""
    if (refusal := refund_open(await source.get(RefundAttempt, payment_id))) is not None:
        raise refusal


def _forget_old(tx: Transaction, refunds: Any) -> None:
    oldest = to_ms(tx.at - KEPT_FOR)
    for old in refunds.values():
        if old.at_ms < oldest and old.state not in OPEN:
            tx.drop(RefundAttempt, old.id)


async def refuse(tx: Transaction, *, payment_id: str, answer: WentBack | Refused) -> Done:
    """Who was asked answered, in time or late, and gave nothing back."""
    refund = await tx.get(RefundAttempt, payment_id)
    if refund is not None and (after := after_refusal(refund, answer)) is not refund:
        words = {"DECLINED": "decline", "CANCELED": "give-up"}
        _keep(tx, words.get(after.state, "find-nothing"), after)
    return Done()


async def acknowledged(tx: Transaction, *, payment_id: str, answer: GivenBack) -> Done:
    """The money is on its way back; the payment's cancel, which follows, ends the attempt (CAN-8)."""
    refund = await tx.get(RefundAttempt, payment_id)
    if refund is not None and answer.approved_no:
        tx.put(replace(refund, approved_no=answer.approved_no))
    return Done()


async def lose(tx: Transaction, *, payment_id: str) -> Done:
    """Who was asked was lost: nobody can tell whether the money went back."""
    refund = await tx.get(RefundAttempt, payment_id)
    if refund is not None and refund.state == "SENT":
        who = "단말기" if refund.method is None else "플러그인"
        _lose(tx, refund, f"{who}과(와) 연결이 끊어져 환불되었는지 알 수 없습니다")
    return Done()


async def lose_all(tx: Transaction) -> Done:
    """After a restart nobody waits for what was asked before it (NET-1)."""
    for refund in (await tx.all(RefundAttempt)).values():
        if refund.state == "SENT":
            _lose(tx, refund, "포스가 다시 시작되어 환불되었는지 알 수 없습니다")
    return Done()


def _lose(tx: Transaction, refund: RefundAttempt, message: str) -> None:
    error = AttemptError(code="HOST_UNAVAILABLE", reason="REFUND_UNKNOWN", message=message)
    _keep(tx, "lose", refund_stepped(refund, RefundStep.LOSE, error=error))


async def was_asked_in_vain(source: Reader, payment_id: str) -> bool:
    """The terminal of a payment refused to give it back, or nobody knows whether it did: a person may say so."""
    refund = await source.get(RefundAttempt, payment_id)
    return refund is not None and refund.state in ("DECLINED", "UNKNOWN", "NOT_RETURNED")


async def not_returned(tx: Transaction, payment: Payment, note: str) -> None:
    """A manager found out that the money did not go back; the payment may be cancelled anew.

    Raises InvalidState REFUND_STATE unless just that was unknown.
    """
    refund = await tx.get(RefundAttempt, payment.id)
    if refund is None or refund.state != "UNKNOWN":
        raise InvalidState(
            "환불 결과를 확인해야 하는 결제가 아닙니다",
            "nobody waits to learn whether this payment went back",
            reason="REFUND_STATE",
            paymentId=payment.id,
        )
    _keep(tx, "resolve", refund_stepped(refund, RefundStep.FIND_NOTHING, note=note, error=None), note=note)


def _keep(tx: Transaction, word: str, refund: RefundAttempt, **said: Any) -> None:
    tx.put(refund)
    tx.record(refund_fact(word, refund, **said))


@query("payment-refund.list.request")
async def list_refunds(read: Reader, caller: Caller, data: ListRefunds) -> PaymentRefundsReply:
    """Refunds of the last seven days and all that are open, newest first, at most 500."""
    wanted = data.states or ()
    found = [
        refund
        for refund in (await read.all(RefundAttempt)).values()
        if (not wanted or refund.state in wanted) and data.order_id in (None, refund.order_id)
    ]
    found.sort(key=lambda refund: (refund.at_ms, refund.id), reverse=True)
    return PaymentRefundsReply(refunds=tuple(refund_view(read, refund) for refund in found[:MOST_LISTED]))


def refund_view(source: Reader, refund: RefundAttempt) -> PaymentRefund:
    """A refund as staff see it."""
    return PaymentRefund(
        payment_id=refund.id,
        order_id=refund.order_id,
        amount=refund.amount,
        method=refund.method,
        terminal=refund.terminal,
        approved_no=refund.approved_no,
        state=refund.state,
        created_at=calendar_of(source.shop).iso(from_ms(refund.at_ms)),
        error=refund.error,
        note=refund.note,
    )


async def _whole(read: Reader, subject: str) -> PaymentRefund | None:
    refund = await read.get(RefundAttempt, subject)
    return None if refund is None else refund_view(read, refund)


for _word in ("ask", "return", "decline", "give-up", "lose", "find-nothing", "resolve"):
    whole(f"refund.{_word}")(_whole)
