"""A manager says whether a payment went back (rulebook CAN-2, CAN-10; contract: extensions §6)."""

from __future__ import annotations

from jumak.domain.approval import about_payment
from jumak.domain.errors import InvalidState, NotFound
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.refund import RefundAttempt
from jumak.domain.terminal import TerminalRecord
from jumak.protocol.messages.payment import PaymentReply
from jumak.protocol.messages.refund import ConfirmRefund
from jumak.service.approval import require_manager
from jumak.service.keeping import check_unlocked
from jumak.service.payment import take_back
from jumak.service.ports import Transaction
from jumak.service.refund import check_no_part, check_not_asked, not_returned, was_asked_in_vain
from jumak.service.refund_resolve import charge_rest
from jumak.service.registry import command


@command("payment.confirm-refund.request")
async def confirm_refund(tx: Transaction, data: ConfirmRefund) -> PaymentReply:
    """The plugin is gone or will not say: a manager confirms that the money went back (CAN-2), audited.

    Or that it did not, where nobody knew (CAN-10). What a whole that was asked for leaves to be charged is charged
    as if its terminal had said so (CAN-8). For EXTERNAL payments, what plugins entered, cards nobody
    can be asked for, and those whose terminal was asked in vain or is no longer the shop's; what else the till took it returns itself. Raises PermissionDenied APPROVAL_NEEDED, NotFound, Locked, InvalidState TILL_PAYMENT, REFUND_STATE,
    CANCEL_IN_PROGRESS.
    """
    order = await tx.order_of_payment(data.id)
    if order is None:
        raise NotFound("없는 결제입니다", f"there is no payment {data.id[:64]}", path="$.id")
    payment = find_payment(order, data.id)
    how = "CONFIRM_NOT_RETURNED" if data.refunded is False else "CONFIRM_RETURNED"
    approved = await require_manager(
        tx, "payment.confirm-refund", data, about_payment(order, payment, how=how)
    )
    record = backing_of(order).payments[payment.id]
    is_replaced = bool(record.terminal) and await tx.get(TerminalRecord, record.terminal) is None
    returned_by_hand = is_replaced or await was_asked_in_vain(tx, payment.id)
    by_till = bool(record.terminal) or payment.source_type != "EXTERNAL"
    if by_till and not record.by_plugin and not returned_by_hand:
        raise InvalidState(
            "포스에서 받은 결제는 결제 취소로 돌려주세요",
            "the till took this payment; give it back with payment.cancel",
            reason="TILL_PAYMENT",
            paymentId=payment.id,
        )
    check_not_asked(tx, payment.id)
    if data.refunded is False:
        await not_returned(tx, payment, data.note, **approved)
    elif payment.state != "CANCELLED":
        await check_unlocked(tx, order)
        await check_no_part(tx, payment.id)
        asked = await tx.get(RefundAttempt, payment.id)
        order = await take_back(tx, order, payment, confirmed="outside", note=data.note, **approved)
        if asked is not None and asked.state == "UNKNOWN":
            await charge_rest(tx, payment.id)
    return PaymentReply(payment=find_payment(order, payment.id))
