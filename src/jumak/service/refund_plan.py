"""What would go back to whom, told before anybody confirms it (CAN-2, CAN-5…8, RCP-4).

Decided by the same rules that give it back, on the order as it is now; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.calendar import calendar_of
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.merchant import Shop
from jumak.domain.order.ending import live_payments
from jumak.domain.order.paying import find_payment, void_all
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.returning import refund_amount, return_line
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.refund import RefundAttempt, owed
from jumak.domain.terminal import TerminalRecord
from jumak.domain.till_receipt import NOTHING, receiptable
from jumak.protocol.messages.refund import PlannedRefund, PlanRefund, RefundPlan
from jumak.service.documents import Install
from jumak.service.keeping import known_order
from jumak.service.ports import Reader
from jumak.service.receipt_following import receipts_of, total_claimed
from jumak.service.refund import check_no_refund, is_whole, method_of
from jumak.service.registry import query


class _Decided(Struct, frozen=True):
    """The order after it, and of each payment what goes back. whole: all that the payments hold."""

    after: Order
    amounts: dict[str, int]
    tax: int
    whole: bool


@query("payment-refund.plan.request")
async def plan(read: Reader, caller: Caller, data: PlanRefund) -> RefundPlan:
    """See `RefundPlan`. Raises what `order.return-line` and `order.refund-amount` would."""
    order = await known_order(read, data.order_id, path="$.orderId")
    refunds = (await read.all(RefundAttempt)).values()
    decided = _decide(read, order, data, refunds)
    if not decided.whole:
        for payment_id in decided.amounts:
            await check_no_refund(read, payment_id)
    receipts = await receipts_of(read, order.id)
    held = receiptable(decided.after)
    steps = []
    for payment_id, amount in decided.amounts.items():
        receipted = total_claimed([each for each in receipts if each.payment_id == payment_id]).total
        back = max(0, receipted - held.get(payment_id, NOTHING).total)
        payment = find_payment(order, payment_id)
        steps.append(replace(await _step(read, order, payment, amount, decided, refunds), receipt=back))
    return RefundPlan(
        version=order.version,
        cancel_pending=backing_of(order).cancel_pending,
        total=sum(decided.amounts.values()),
        tax=decided.tax,
        steps=tuple(steps),
    )


def _decide(read: Reader, order: Order, data: PlanRefund, refunds: Iterable[RefundAttempt]) -> _Decided:
    iso = calendar_of(read.shop).iso(read.at)
    if data.line_id is not None:
        quantity = 1 if data.quantity is None else data.quantity
        first = data.payment_id
        after, parts = return_line(order, data.line_id, quantity, shop=read.shop, iso=iso, refund_to=first)
    elif data.amount is not None:
        first = data.payment_id
        after, parts = refund_amount(order, data.amount, shop=read.shop, iso=iso, payment_id=first)
    else:
        return _all_of(order, read.shop, iso, refunds)
    amounts = {part.payment_id: part.amount for part in parts}
    return _Decided(after, amounts, sum(part.tax for part in parts), whole=False)


def _all_of(order: Order, shop: Shop, iso: str, refunds: Iterable[RefundAttempt]) -> _Decided:
    """What the payments of an order hold, with the parts that guests are owed of them."""
    records = backing_of(order).payments
    amounts, tax = {}, 0
    for payment in live_payments(order):
        parts = owed(refunds, payment.id)
        left = payment.amount_money - records[payment.id].refunded
        amounts[payment.id] = left + sum(part.amount for part in parts)
        tax += records[payment.id].taken[1] + sum(part.tax for part in parts)
    return _Decided(void_all(order, shop=shop, iso=iso)[0] if amounts else order, amounts, tax, whole=True)


async def _step(
    read: Reader,
    order: Order,
    payment: Payment,
    amount: int,
    decided: _Decided,
    refunds: Iterable[RefundAttempt],
) -> PlannedRefund:
    record = backing_of(order).payments[payment.id]
    step = PlannedRefund(
        payment_id=payment.id, amount=amount, how="BY_HAND", name="", reachable=True, receipt=0
    )
    if record.terminal:
        terminal = await read.get(TerminalRecord, record.terminal)
        name = "" if terminal is None else terminal.name
        return replace(step, how="TERMINAL", name=name, reachable=terminal is not None)
    if not record.by_plugin and payment.source_type == "CASH":
        return replace(step, how="CASH")
    details, install = payment.external_details, await read.get(Install, record.owner)
    name = (None if details is None else details.source) or ""
    step = replace(step, name=name, plugin=record.owner if install is None else install.name)
    method = method_of(order, payment)
    if not decided.whole or method is None:
        return step
    reachable = read.live.payment_method(SYSTEM, method.plugin_id, method.id) is not None
    held = is_whole(order, payment, owed(refunds, payment.id))
    # What a plugin wrote down by itself it is asked for while it runs (contract, payment §6.2).
    return (
        replace(step, how="METHOD", reachable=reachable) if held and (reachable or record.by_method) else step
    )
