"""Use cases of attempts to give money back by the plugin or terminal that took it (CAN-10; contract: payment §6.2).

Both are asked by the live side of the shop (`server/refunds.py`), after the attempt is on disk. That the
money went back is the payment's cancel, with which `keeping.keep` ends the attempt; the rest is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from jumak.domain.attempt import AttemptError, MethodRef, Refused, TerminalRef, WentBack
from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState, PosError
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.refund import (
    OPEN,
    GivenBack,
    RefundAttempt,
    RefundStep,
    ThenCharge,
    after_refusal,
    owed,
    refund_open,
    refund_stepped,
)
from jumak.domain.terminal import TerminalRecord
from jumak.protocol.messages.refund import ListRefunds, PaymentRefund, PaymentRefundsReply
from jumak.protocol.row import Done
from jumak.service.journal import whole
from jumak.service.keeping import end_refund, refund_fact
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import query

KEPT_FOR = timedelta(days=7)
"""What is over stays readable this long; the payments and facts stay for good."""

MOST_LISTED = 500


async def ask(
    tx: Transaction,
    *,
    payment_id: str,
    who: MethodRef | TerminalRef,
    then: ThenCharge | None = None,
    queued: bool = False,
) -> Done:
    """This plugin or terminal is about to be asked for what is left of a payment; then: what follows (CAN-8).

    queued: it is asked for the cancelled order it was queued for, and once only. Who is asked gives back what it
    holds: the parts that the guest is owed go along. Raises InvalidState CANCEL_IN_PROGRESS, REFUND_UNSETTLED while
    an earlier asking has no known end, PARTLY_REFUNDED, PAYMENT_CANCELLED when there is nothing left to give back,
    REFUND_STATE when it is not queued any more.
    """
    if queued:
        await _check_queued(tx, payment_id)
    order = await tx.order_of_payment(payment_id)
    payment = None if order is None else find_payment(order, payment_id)
    refunds = await tx.all(RefundAttempt)
    parts = owed(refunds.values(), payment_id)
    if order is None or payment is None or (payment.state == "CANCELLED" and not (then and parts)):
        raise InvalidState(
            "이미 취소된 결제입니다",
            "this payment is cancelled already",
            reason="PAYMENT_CANCELLED",
            paymentId=payment_id,
        )
    if isinstance(who, MethodRef):
        check_whole(order, payment, parts)
    await check_no_refund(tx, payment_id, queued=queued)
    _forget_old(tx, refunds)
    left = payment.amount_money - backing_of(order).payments[payment_id].refunded
    refund = RefundAttempt(
        id=payment_id,
        order_id=order.id,
        amount=left + sum(part.amount for part in parts),
        method=who if isinstance(who, MethodRef) else None,
        terminal=who if isinstance(who, TerminalRef) else None,
        state="SENT",
        at_ms=to_ms(tx.at),
        carries=tuple(part.id for part in parts),
        then=then,
    )
    keep_refund(tx, "ask", refund)
    return Done()


async def goes_back(source: Reader, order: Order, payment: Payment) -> int:
    """Won of a payment that go back when it is cancelled; whoever can be asked for it gives the owed parts too, see `ask`."""
    record = backing_of(order).payments[payment.id]
    left = payment.amount_money - record.refunded
    if not record.terminal and method_of(order, payment) is None:
        return left
    return left + sum(part.amount for part in owed((await source.all(RefundAttempt)).values(), payment.id))


async def _check_queued(tx: Transaction, payment_id: str) -> None:
    refund, order = await tx.get(RefundAttempt, payment_id), await tx.order_of_payment(payment_id)
    is_waiting = order is not None and backing_of(order).cancel_pending
    if refund is None or refund.state != "QUEUED" or not is_waiting:
        raise InvalidState(
            "이미 처리된 환불입니다",
            "this payment waits no longer to be asked back for its cancelled order",
            reason="REFUND_STATE",
            paymentId=payment_id,
        )


async def follow_part(
    tx: Transaction, order: Order, *, refund_id: str, payment_id: str, amount: int, tax: int
) -> None:
    """A part was given back in the books; the guest is to get it (CAN-7, CAN-8).

    The terminal that took the payment is asked for it. What a plugin took or entered a person gives back, since
    plugins are asked for whole payments: the guest is owed it until somebody says so. Cash is in the drawer.
    """
    payment, record = find_payment(order, payment_id), backing_of(order).payments[payment_id]
    if payment.source_type == "CASH" and not record.by_plugin:
        return
    terminal = await _terminal_ref(tx, record.terminal) if record.terminal else None
    part = RefundAttempt(
        id=refund_id,
        order_id=order.id,
        payment_id=payment_id,
        amount=amount,
        tax=tax,
        method=None if terminal is not None else method_of(order, payment),
        terminal=terminal,
        state="NOT_RETURNED" if terminal is None else "SENT",
        at_ms=to_ms(tx.at),
        error=None if terminal is not None else _BY_HAND,
    )
    keep_refund(tx, "owe" if terminal is None else "ask", part)


_BY_HAND = AttemptError(
    code="INVALID_STATE",
    reason="BY_HAND",
    message="결제의 일부는 직접 돌려줘야 합니다. 현금이나 계좌로 돌려준 뒤 확인해 주세요",
)


def check_whole(order: Order, payment: Payment, parts: Iterable[RefundAttempt]) -> None:
    """A plugin is asked for all of a payment; raises InvalidState PARTLY_REFUNDED (CAN-7).

    parts: those the guest has not got yet. While it has got none, the plugin still holds all.
    """
    if not is_whole(order, payment, parts):
        raise InvalidState(
            "일부를 이미 환불한 결제입니다. 나머지를 직접 돌려준 뒤 외부 환불을 확인해 주세요",
            "part of this payment went back already and only whole payments are asked back; return the "
            "rest by hand, then payment.confirm-refund",
            reason="PARTLY_REFUNDED",
            paymentId=payment.id,
        )


def is_whole(order: Order, payment: Payment, parts: Iterable[RefundAttempt]) -> bool:
    """Whoever took this payment holds all of it. parts: see `check_whole`."""
    return backing_of(order).payments[payment.id].refunded <= sum(part.amount for part in parts)


async def check_whole_is_held(source: Reader, order: Order, payment: Payment) -> None:
    """See `check_whole`."""
    check_whole(order, payment, owed((await source.all(RefundAttempt)).values(), payment.id))


async def queue(tx: Transaction, order: Order, payment: Payment) -> None:
    """The order is cancelled: what the terminal or method of this payment took is asked for as soon as may be (CAN-2).

    Where it is being given back already, or nobody knows whether it was, that is waited for (CAN-10). Where nobody
    can be asked a person gives it back, and it stands on the list until somebody says so.
    """
    record = backing_of(order).payments[payment.id]
    who = await _terminal_ref(tx, record.terminal) if record.terminal else method_of(order, payment)
    refunds = await tx.all(RefundAttempt)
    known = refunds.get(payment.id)
    if refund_open(known) is not None or (known is not None and known.is_by_hand):
        return
    _forget_old(tx, refunds)
    queued = RefundAttempt(
        id=payment.id,
        order_id=order.id,
        amount=payment.amount_money - record.refunded,
        method=who if isinstance(who, MethodRef) else None,
        terminal=who if isinstance(who, TerminalRef) else None,
        state="NOT_RETURNED" if who is None else "QUEUED",
        at_ms=to_ms(tx.at),
        error=error_of(nobody_to_ask(payment.id)) if who is None else None,
    )
    keep_refund(tx, "owe" if who is None else "queue", queued)


def nobody_to_ask(payment_id: str) -> InvalidState:
    """The till did not take this money, nor did a plugin that could be asked for it: a person gives it back (CAN-2)."""
    return InvalidState(
        "포스나 플러그인이 돌려줄 수 없는 결제입니다. 직접 돌려준 뒤 확인해 주세요",
        "nobody can be asked for this money; give it back by hand, then payment.confirm-refund",
        reason="BY_HAND",
        paymentId=payment_id,
    )


def error_of(refusal: PosError) -> AttemptError:
    """A refusal as a refund keeps it."""
    return AttemptError(code=refusal.code, reason=refusal.reason, message=refusal.ko)


def method_of(order: Order, payment: Payment) -> MethodRef | None:
    """The plugin's method that may give this payment back, None where no plugin says that it took it."""
    details = payment.external_details
    if payment.source_type != "EXTERNAL" or details is None or details.source_id is None:
        return None
    owner = backing_of(order).payments[payment.id].owner
    return MethodRef(plugin_id=owner, id=details.source_id, payment_name=details.source)


async def _terminal_ref(source: Reader, terminal_id: str) -> TerminalRef:
    record = await source.get(TerminalRecord, terminal_id)
    # One that was taken away since is not forgotten: nobody can be asked, so a person gives it back.
    return TerminalRef(id=terminal_id, name="카드 단말기") if record is None else record.ref


async def cannot_ask(tx: Transaction, *, refund_id: str, refusal: PosError) -> Done:
    """What was queued cannot be asked for: a person sees why, and decides."""
    refund = await tx.get(RefundAttempt, refund_id)
    if refund is not None and refund.state == "QUEUED":
        keep_refund(tx, "decline", refund_stepped(refund, RefundStep.DECLINE, error=error_of(refusal)))
    return Done()


async def check_no_refund(source: Reader, payment_id: str, *, queued: bool = False) -> None:
    """Nobody has to learn first whether this money went back; raises CANCEL_IN_PROGRESS, REFUND_UNSETTLED.

    queued: whoever asks is the one the payment was queued for.
    """
    for refund in (await source.all(RefundAttempt)).values():
        if refund.payment != payment_id or (queued and refund.state == "QUEUED"):
            continue
        if (refusal := refund_open(refund)) is not None:
            raise refusal


async def check_no_part(source: Reader, payment_id: str) -> None:
    """No part of this payment is being given back; raises as `check_no_refund`."""
    for refund in (await source.all(RefundAttempt)).values():
        if refund.is_part and refund.payment == payment_id and (refusal := refund_open(refund)) is not None:
            raise refusal


def _forget_old(tx: Transaction, refunds: Any) -> None:
    oldest = to_ms(tx.at - KEPT_FOR)
    for old in refunds.values():
        if old.at_ms < oldest and old.state not in OPEN and not old.is_owed:
            tx.drop(RefundAttempt, old.id)


async def refuse(tx: Transaction, *, refund_id: str, answer: WentBack | Refused) -> Done:
    """Who was asked answered, in time or late, and gave nothing back."""
    refund = await tx.get(RefundAttempt, refund_id)
    if refund is not None and (after := after_refusal(refund, answer)) is not refund:
        words = {"DECLINED": "decline", "CANCELED": "give-up"}
        keep_refund(tx, words.get(after.state, "find-nothing"), after)
    return Done()


async def acknowledged(tx: Transaction, *, refund_id: str, answer: GivenBack) -> Done:
    """The money is on its way back (CAN-8).

    That ends the attempt where the books have said so already; else the payment's cancel, which follows, does.
    """
    refund = await tx.get(RefundAttempt, refund_id)
    if refund is None:
        return Done()
    if answer.approved_no or refund.terminal is not None:
        refund = replace(refund, approved_no=answer.approved_no or None, given_ms=to_ms(tx.at))
        tx.put(refund)
    if refund.state != "RETURNED" and await _is_booked(tx, refund):
        await end_refund(tx, refund)
    return Done()


async def _is_booked(tx: Transaction, refund: RefundAttempt) -> bool:
    if refund.is_part:
        return True
    order = await tx.order_of_payment(refund.id)
    return order is not None and find_payment(order, refund.id).state == "CANCELLED"


async def lose(tx: Transaction, *, refund_id: str) -> Done:
    """Who was asked was lost: nobody can tell whether the money went back."""
    refund = await tx.get(RefundAttempt, refund_id)
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
    keep_refund(tx, "lose", refund_stepped(refund, RefundStep.LOSE, error=error))


async def was_asked_in_vain(source: Reader, payment_id: str) -> bool:
    """Who was to give a payment back refused or could not be asked, or nobody knows whether it did: a person may say so."""
    refund = await source.get(RefundAttempt, payment_id)
    return refund is not None and refund.state in ("DECLINED", "UNKNOWN", "NOT_RETURNED")


async def check_unknown(tx: Transaction, *, refund_id: str) -> Done:
    """Nobody said meanwhile how this refund ended; raises InvalidState REFUND_STATE."""
    refund = await tx.get(RefundAttempt, refund_id)
    if refund is None or refund.state != "UNKNOWN":
        raise InvalidState("이미 끝난 환불입니다", "this refund is over", reason="REFUND_STATE")
    return Done()


def check_not_asked(tx: Transaction, refund_id: str) -> None:
    """Its terminal is not being asked right now: what a person says then could give the money back twice (NET-5).

    Raises InvalidState CANCEL_IN_PROGRESS.
    """
    if refund_id in tx.live.refunds_asked:
        raise InvalidState(
            "단말기에 환불을 요청하는 중입니다. 끝난 뒤에 다시 시도해 주세요",
            "the terminal is being asked for this refund; wait for its answer",
            reason="CANCEL_IN_PROGRESS",
            paymentId=refund_id,
        )


async def not_returned(tx: Transaction, payment: Payment, note: str, **said: Any) -> None:
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
    after = refund_stepped(refund, RefundStep.FIND_NOTHING, note=note, error=None)
    keep_refund(tx, "resolve", after, note=note, **said)


def keep_refund(tx: Transaction, word: str, refund: RefundAttempt, **said: Any) -> None:
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
        id=refund.id,
        payment_id=refund.payment,
        order_id=refund.order_id,
        amount=refund.amount,
        method=refund.method,
        terminal=refund.terminal,
        approved_no=refund.approved_no,
        state=refund.state,
        created_at=calendar_of(source.shop).iso(from_ms(refund.at_ms)),
        error=refund.error,
        note=refund.note,
        part=refund.is_part,
        carries=refund.carries,
    )


async def _whole(read: Reader, subject: str) -> PaymentRefund | None:
    refund = await read.get(RefundAttempt, subject)
    return None if refund is None else refund_view(read, refund)


for _word in ("queue", "owe", "ask", "return", "decline", "give-up", "lose", "find-nothing", "resolve"):
    whole(f"refund.{_word}")(_whole)
