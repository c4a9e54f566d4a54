"""What a manager decides about a part that the guest has not been given (CAN-7, CAN-8; contract: extensions §6).

The books gave it back when the goods came back; the terminal refused it, or could not be reached. It is asked for
once more, given back by hand, or, where a card takes no partial cancels, the whole payment goes back and what it
still stands for is charged anew: the cancel, that and its charge are stored before the terminal hears of them, so
each of them is found again whenever the shop stops in between.
"""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.approval import ActAbout, about_payment
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState, NotFound, PosError
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.payment import LEAST_IN_PARTS, Payment
from jumak.domain.refund import RefundAttempt, RefundStep, ThenCharge, refund_stepped
from jumak.protocol.messages.attempt import StartPayment
from jumak.protocol.messages.refund import PaymentRefundReply, ResolveRefund
from jumak.service.approval import require_manager
from jumak.service.attempt_start import begin
from jumak.service.keeping import end_refund
from jumak.service.ports import Announcement, Transaction
from jumak.service.refund import ask, check_no_refund, check_not_asked, keep_refund, refund_view
from jumak.service.registry import command


@command("payment-refund.resolve.request")
async def resolve(tx: Transaction, data: ResolveRefund) -> PaymentRefundReply:
    """How a part reaches the guest; audited with the note. What a terminal says comes by push.

    Raises PermissionDenied APPROVAL_NEEDED; NotFound; InvalidState REFUND_STATE for what is no part, or does not wait for this, CANCEL_IN_PROGRESS
    and REFUND_UNSETTLED while the terminal is asked for something else of this payment.
    """
    part = await tx.get(RefundAttempt, data.id)
    if part is None:
        raise NotFound("없는 환불입니다", f"there is no refund {data.id[:64]}", path="$.id")
    approved = await require_manager(tx, "payment-refund.resolve", data, await _about(tx, part, data.how))
    if not part.is_part:
        raise _not_possible(part, "a payment as a whole: payment.cancel, or payment.confirm-refund")
    check_not_asked(tx, part.id)
    noted = part if data.note is None else replace(part, note=data.note)
    said = {"how": data.how} | ({} if data.note is None else {"note": data.note}) | approved
    match data.how:
        case "CONFIRM_NOT_RETURNED":
            if part.state != "UNKNOWN":
                raise _not_possible(part, "only what nobody knows")
            after = refund_stepped(noted, RefundStep.FIND_NOTHING, error=None)
            keep_refund(tx, "resolve", after, **said)
        case "CONFIRM_RETURNED":
            if part.state == "SENT" or not (part.is_owed or part.state == "UNKNOWN"):
                raise _not_possible(part, "not while it is asked for, nor twice")
            if part.is_owed:
                await check_no_refund(tx, part.payment)
            await end_refund(tx, noted, "resolve", **said)
        case "ASK_AGAIN":
            _check_owed(part)
            _check_asks(part)
            await check_no_refund(tx, part.payment)
            again = refund_stepped(noted, RefundStep.ASK, error=None)
            keep_refund(tx, "ask", replace(again, at_ms=part.at_ms), **said)
        case "WHOLE_THEN_REST":
            _check_owed(part)
            _check_asks(part)
            assert part.terminal is not None, "that was checked"
            await check_no_refund(tx, part.payment)
            who = tx.caller
            then = ThenCharge(caller=who.id, device=who.device_id, staff=who.staff)
            await ask(tx, payment_id=part.payment, who=part.terminal, then=then)
            tx.put(noted)
    now = await tx.get(RefundAttempt, part.id)
    assert now is not None, "it is never dropped here"
    return PaymentRefundReply(refund=refund_view(tx, now))


async def _about(tx: Transaction, part: RefundAttempt, how: str) -> ActAbout:
    order = await tx.order_of_payment(part.payment)
    if order is None:
        return ActAbout(amount=part.amount, how=how)
    return about_payment(order, find_payment(order, part.payment), amount=part.amount, how=how)


def _check_owed(part: RefundAttempt) -> None:
    if not part.is_owed:
        raise _not_possible(part, "only what was refused")


def _check_asks(part: RefundAttempt) -> None:
    if not part.asks:
        raise _not_possible(
            part, "a plugin gives back whole payments; return it by hand, then CONFIRM_RETURNED"
        )


def _not_possible(refund: RefundAttempt, why: str) -> InvalidState:
    return InvalidState(
        "지금은 할 수 없는 환불 처리입니다",
        f"not possible for a refund that is {refund.state}: {why}",
        reason="REFUND_STATE",
        paymentId=refund.payment,
        state=refund.state,
    )


def _installments(payment: Payment, rest: int) -> str | None:
    """As it was paid before; less than the least amount of instalments is paid at once (PAY-4)."""
    card = payment.card_details
    return card.installment_month if card is not None and rest >= LEAST_IN_PARTS else None


async def charge_rest(tx: Transaction, payment_id: str) -> None:
    """A payment went back whole to give a part of it back: the rest is charged, in the commit that books it (CAN-8).

    Where it cannot be (the till is busy, say) the order owes it, and staff hear of that. An order that was cancelled
    meanwhile is owed nothing (CAN-2).
    """
    refund = await tx.get(RefundAttempt, payment_id)
    order = await tx.order_of_payment(payment_id)
    if refund is None or refund.then is None or order is None:
        return
    if order.order_state == "CANCELLED" or backing_of(order).cancel_pending:
        return
    payment = find_payment(order, payment_id)
    rest = payment.amount_money - backing_of(order).payments[payment_id].refunded
    if not rest:
        return
    then = refund.then
    who = Caller(id=then.caller, kind="device", name=then.caller, device_id=then.device, staff=then.staff)
    start = StartPayment(
        order_id=order.id,
        # The way it was paid before: the guest scans a code at this till again (PAY-9).
        tender="CARD" if payment.external_details is None else "BARCODE",
        amount=rest,
        expected_unpaid=order.payment_price.payment_unpaid_value,
        installment_month=_installments(payment, rest),
    )
    try:
        await begin(tx, start, who)
    except PosError as refusal:
        text = f"주문 {order.number}의 남은 {rest:,}원을 다시 결제해 주세요: {refusal.ko}"
        tx.announce(Announcement(name="notice.event", data={"level": "warning", "text": text}))
