"""Staff cancel an order: payment by payment, and not before all are back (CAN-2, CAN-3)."""

from __future__ import annotations

from typing import Any

from jumak.domain.approval import ActAbout, about_order
from jumak.domain.attempt import Attempt, taking_back
from jumak.domain.calendar import calendar_of
from jumak.domain.fact import Fact
from jumak.domain.finding_out import is_to_find_out
from jumak.domain.order.ending import cancel, live_payments, wait_to_be_cancelled
from jumak.domain.order.paying import cancel_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.protocol.messages.order import CancelOrder, CancelOrderReply
from jumak.service.approval import require_manager
from jumak.service.attempt import change_attempt
from jumak.service.documents import InFlight
from jumak.service.keeping import check_unlocked, keep, order_fact, payment_fact
from jumak.service.ports import Reader, Transaction
from jumak.service.refund import goes_back, queue
from jumak.service.table import shown

CANCEL = "order.cancel"


async def staff_cancel(tx: Transaction, order: Order, data: CancelOrder) -> CancelOrderReply:
    """Void what the till itself can void; with money left elsewhere the order waits, `cancelPending`.

    Cash the till took goes back at once; an attempt of unknown end is resolved first, a terminal's by
    taking back what it took; what terminals and methods
    took is queued to be asked for (`server/refunds.py`), again when the order is cancelled once more; the last
    payment that comes back ends the order.
    """
    if order.order_state == "CANCELLED":
        return CancelOrderReply(order=await shown(tx, order))
    await check_unlocked(tx, order)
    unknown = await tx.get(InFlight, order.id) is not None
    paid = unknown or bool(live_payments(order))
    sent = backing_of(order).sent
    approved: dict[str, Any] = {}
    if paid or sent:
        approved = await require_manager(tx, CANCEL, data, await about_cancelling(tx, order, data))
    iso = calendar_of(tx.shop).iso(tx.at)
    after, payments = order, []
    for payment in live_payments(order):
        if _till_cash(after, payment):
            after = cancel_payment(after, payment.id, shop=tx.shop, iso=iso)
            payments.append(payment_fact("cancel", order.id, payment.id))
    if unknown or live_payments(after):
        return await _wait(tx, order, after, payments, data, approved)
    ended = cancel(after, iso=iso, reason=data.reason)
    ended = await keep(
        tx,
        order,
        ended,
        payments=payments,
        orders=[order_fact("update", ended), order_fact("cancel", ended, **approved)],
        waste_reason=data.reason,
    )
    return CancelOrderReply(order=await shown(tx, ended))


async def about_cancelling(read: Reader, order: Order, data: CancelOrder) -> ActAbout:
    """The order, and the money that goes back with it: of its payments, and what one of unknown end may have taken."""
    unknown = await read.get(InFlight, order.id)
    back = 0 if unknown is None else unknown.amount
    for payment in live_payments(order):
        back += await goes_back(read, order, payment)
    return about_order(order, back=back, override=data.override)


def _till_cash(order: Order, payment: Payment) -> bool:
    return payment.source_type == "CASH" and not backing_of(order).payments[payment.id].by_plugin


async def _wait(
    tx: Transaction,
    order: Order,
    after: Order,
    payments: list[Fact],
    data: CancelOrder,
    approved: dict[str, Any],
) -> CancelOrderReply:
    after = wait_to_be_cancelled(after, data.reason)
    pending = order_fact("cancel-pending", after, reason=data.reason or "", **approved)
    after = await keep(tx, order, after, payments=payments, orders=[pending])
    for payment in live_payments(after):
        await queue(tx, after, payment)
    await _take_back_unknown(tx, order.id)
    return CancelOrderReply(order=await shown(tx, after), cancel_pending=True)


async def _take_back_unknown(tx: Transaction, order_id: str) -> None:
    """What a terminal may have taken for a cancelled order is not adopted any more, but taken back (NET-3)."""
    for attempt in await tx.of_order(Attempt, order_id):
        if is_to_find_out(attempt) and not attempt.taking_back:
            await change_attempt(tx, taking_back(attempt), "take-back")
