"""Recording payments on an order and taking them back (rulebook §1.6, §3.1, §3.2, CAN-5…7)."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument, InvalidState, PermissionDenied
from jumak.domain.merchant import Shop
from jumak.domain.order.edit import next_version
from jumak.domain.order.ending import closed, live_payments
from jumak.domain.order.life import Act, next_state
from jumak.domain.order.pricing import backing_of, paid_value, priced, reprice, settle
from jumak.domain.order.types import Order
from jumak.domain.payment import LEAST_IN_PARTS, Payment, PaymentBacking, PaymentDto, kept_card
from jumak.domain.tax import Buckets, draw, tip_needs_withholding


class Paid(Struct, frozen=True, kw_only=True):
    """An order with a payment on it. completed: this payment completed the order (ORD-8)."""

    order: Order
    payment: Payment
    completed: bool
    warnings: tuple[str, ...]


def order_buckets(order: Order) -> Buckets:
    """The order's price by bucket: taxable supply, VAT, exempt money, tip (MON-9)."""
    price = order.charge_price
    return Buckets(
        supply=price.charge_supply_value - price.charge_tax_exempt_value,
        tax=price.charge_tax_value,
        exempt=price.charge_tax_exempt_value,
        tip=price.charge_tip_value,
    )


def remaining_buckets(order: Order) -> Buckets:
    """What the payments so far have left of each bucket, never below zero."""
    left = order_buckets(order)
    records = backing_of(order).payments
    supply, tax, exempt, tip = left.supply, left.tax, left.exempt, left.tip
    for payment in order.payments:
        if payment.state == "CANCELLED":
            continue
        taken = records[payment.id].taken
        supply -= taken[0]
        tax -= taken[1]
        exempt -= taken[2]
        tip -= taken[3]
    return Buckets(supply=max(0, supply), tax=max(0, tax), exempt=max(0, exempt), tip=max(0, tip))


def share_with_tip(left: Buckets, amount: int, tip: int) -> Buckets:
    """What a payment takes that brings a tip of its own: that tip, and of what is left its share (MON-9, PAY-2).

    amount: with the tip.  tip: won the order's tip is raised by; less than the amount.
    """
    return draw(left, amount - tip) + Buckets(supply=0, tax=0, exempt=0, tip=tip)


def check_tip(tip: int, amount: int, shop: Shop) -> None:
    """Whether a payment of `amount` may bring this tip; raises InvalidArgument.

    What the guest pays is round where the shop cuts the small change (DSC-7), so that an odd tip would lower the
    price of the goods.
    """
    if tip >= amount:
        raise InvalidArgument(
            "봉사료는 결제 금액보다 적어야 합니다",
            f"tip: {tip} leaves nothing of the {amount} for the bill; send an amount with the tip on top",
            path="$.tip",
        )
    if tip % max(1, shop.order_rounding_unit):
        raise InvalidArgument(
            f"봉사료는 {shop.order_rounding_unit}원 단위로 입력해 주세요",
            f"tip: this shop cuts what is below {shop.order_rounding_unit} won; send whole multiples of it",
            path="$.tip",
        )


def check_breakdown(dto: PaymentDto) -> None:
    """PAY-1: supply + tax + tip = amount, with the exempt money inside supply or on top.

    Raises InvalidArgument INVALID_BREAKDOWN.
    """
    exempt = dto.tax_exempt_money or 0
    parts = dto.supply_money + dto.tax_money + dto.tip_money
    inside = parts == dto.amount_money and exempt <= dto.supply_money
    on_top = parts + exempt == dto.amount_money
    if not (inside or on_top):
        raise InvalidArgument(
            "결제 금액의 합이 맞지 않습니다 (공급가액 + 부가세 + 봉사료 = 결제 금액)",
            f"amountMoney {dto.amount_money} is neither supply + tax + tip ({parts}) nor that plus "
            f"taxExemptMoney ({parts + exempt})",
            reason="INVALID_BREAKDOWN",
            path="$.paymentDto.amountMoney",
        )


def record_payment(
    order: Order,
    dto: PaymentDto,
    *,
    payment_id: str,
    caller: Caller,
    shop: Shop,
    body: bytes,
    at_ms: int,
    iso: str,
    approved_at: str,
    business_date: str,
    by_method: bool = False,
    terminal: str = "",
    tip: int = 0,
) -> Paid:
    """Put money taken outside onto the order; an outside approval is a fact (PAY-3).

    by_method, terminal: see `PaymentBacking`; what a terminal took is the till's own, whoever wrote it down.
    tip: won of it that raise the order's tip whatever that has left (PAY-2); see `share_with_tip`.

    Raises InvalidState OVERPAID, ORDER_CANCELLED, ORDER_NOT_EDITABLE; InvalidArgument INVALID_BREAKDOWN.
    """
    state = next_state(order, Act.PAY)
    if order.order_state == "REQUESTED" and dto.source_type != "EXTERNAL":
        raise InvalidState(
            "접수 전 주문에는 외부 결제만 등록할 수 있습니다",
            "before it is accepted an order takes EXTERNAL prepayments only",
            reason="ORDER_NOT_EDITABLE",
            orderId=order.id,
        )
    check_breakdown(dto)
    before = remaining_buckets(order)
    extra = tip or max(0, dto.tip_money - before.tip)
    tipped = _tipped(order, extra, shop)
    unpaid = tipped.charge_price.charge_price_value - paid_value(tipped)
    if dto.amount_money > unpaid:
        raise InvalidState(
            f"남은 금액({unpaid:,}원)보다 많이 결제할 수 없습니다",
            f"{dto.amount_money} is more than the {unpaid} still to pay",
            reason="OVERPAID",
            unpaid=unpaid,
            orderId=order.id,
        )
    taken = (
        share_with_tip(before, dto.amount_money, tip)
        if tip
        else draw(remaining_buckets(tipped), dto.amount_money)
    )
    warnings = _oddities(dto, taken, tipped)
    by_plugin = not caller.is_staff and not terminal
    payment = Payment(
        id=payment_id,
        state="APPROVED",
        source_type=dto.source_type,
        order_id=order.id,
        amount_money=dto.amount_money,
        tax_money=dto.tax_money,
        supply_money=dto.supply_money,
        tip_money=dto.tip_money,
        tax_exempt_money=dto.tax_exempt_money or 0,
        approved_no=dto.approved_no,
        approved_at=approved_at,
        payment_key=dto.payment_key,
        autocomplete=dto.autocomplete is not False,
        card_details=None if dto.card_details is None else kept_card(dto.card_details),
        cash_receipt=dto.cash_receipt,
        external_details=dto.external_details,
    )
    backing = backing_of(tipped)
    record = PaymentBacking(
        owner=caller.id,
        at_ms=at_ms,
        business_date=business_date,
        body=body,
        taken=(taken.supply, taken.tax, taken.exempt, taken.tip),
        by_plugin=by_plugin,
        warnings=warnings,
        by_method=by_method,
        terminal=terminal,
        tip_raised=extra,
    )
    with_money = settle(
        replace(
            tipped,
            payments=(*tipped.payments, payment),
            backing=replace(backing, payments=backing.payments | {payment_id: record}),
        )
    )
    completes = (
        state == "OPENED"
        and payment.autocomplete
        and with_money.payment_price.payment_unpaid_value == 0
        # It goes back like the others: a cancel is ended by the last of them, never by money that comes (CAN-2).
        and not backing.cancel_pending
    )
    if completes:
        with_money = replace(with_money, order_state="COMPLETED", completed_at=iso)
    paid = next_version(order, closed(with_money), iso)
    stored = next(each for each in paid.payments if each.id == payment_id)
    return Paid(order=paid, payment=stored, completed=completes, warnings=warnings)


def _tipped(order: Order, extra: int, shop: Shop) -> Order:
    """PAY-2: a tip above what is left of the order's tip raises the tip in the same commit."""
    if not extra:
        return order
    price = order.charge_price
    return reprice(
        replace(order, charge_price=replace(price, charge_tip_value=price.charge_tip_value + extra)), shop
    )


def _oddities(dto: PaymentDto, ours: Buckets, order: Order) -> tuple[str, ...]:
    """What is stored with a warning rather than refused (PAY-1, PAY-3, PAY-4, VAT-4)."""
    warnings = []
    price = order.charge_price
    if dto.tip_money and tip_needs_withholding(price.charge_tip_value, price.charge_supply_value):
        warnings.append(f"tip {price.charge_tip_value} is above 20 % of the supply value")
    if abs(dto.tax_money - ours.tax) > 1:
        warnings.append(f"taxMoney {dto.tax_money} differs from the order's {ours.tax}")
    card = dto.card_details
    if dto.source_type == "CARD" and card is None:
        warnings.append("a card payment without cardDetails")
    in_parts = card is not None and card.installment_month not in ("", "0", "00", "1", "01")
    if in_parts and dto.amount_money < LEAST_IN_PARTS:
        warnings.append(f"installments on {dto.amount_money}")
    return tuple(warnings)


def find_payment(order: Order, payment_id: str) -> Payment:
    """The payment of this id on this order; the caller has looked the order up by it."""
    return next(payment for payment in order.payments if payment.id == payment_id)


def needs_manager_to_cancel(order: Order, payment: Payment, caller: Caller) -> bool:
    """Staff take back what they recorded themselves; another payment is a manager's, or approved by one (§7.5)."""
    is_own = payment.source_type == "EXTERNAL" and backing_of(order).payments[payment.id].owner == caller.id
    return caller.is_staff and not caller.may("staff:manage") and not is_own


def check_may_cancel_payment(order: Order, payment: Payment, caller: Caller) -> None:
    """Who may take a payment back: staff (see `needs_manager_to_cancel`), or its owner, EXTERNAL only (§3.1).

    Raises PermissionDenied POS_PAYMENT or FOREIGN_PAYMENT.
    """
    if caller.is_staff:
        return
    if payment.source_type != "EXTERNAL":
        raise PermissionDenied(
            "카드·현금 결제는 포스에서만 취소할 수 있습니다",
            "card and cash payments are cancelled by staff on the POS",
            reason="POS_PAYMENT",
            paymentId=payment.id,
        )
    if backing_of(order).payments[payment.id].owner != caller.id:
        raise PermissionDenied(
            "다른 프로그램의 결제는 취소할 수 없습니다",
            "this payment was recorded by somebody else",
            reason="FOREIGN_PAYMENT",
            paymentId=payment.id,
        )


def cancel_payment(order: Order, payment_id: str, *, shop: Shop, iso: str, keeps_tip: bool = False) -> Order:
    """Take one payment back in the books; the order stays (CAN-1). Its state falls back as ORD-1 says.

    The tip it brought goes with it (PAY-2). keeps_tip: it is charged anew, what the order costs stays.
    """
    next_state(order, Act.CANCEL_PAYMENT)
    payments = tuple(
        replace(payment, state="CANCELLED", cancelled_at=iso) if payment.id == payment_id else payment
        for payment in order.payments
    )
    without = replace(order, payments=payments)
    return next_version(order, settle(without if keeps_tip else _untipped(without, payment_id, shop)), iso)


def _untipped(order: Order, payment_id: str, shop: Shop) -> Order:
    """The order without the tip that a payment raised, as far as that payment still held it.

    Where the goods would then cost less than is paid, as an odd tip of a plugin can have it with the small change cut
    (DSC-7), it stays: a payment that went back is a fact.
    """
    record, price = backing_of(order).payments[payment_id], order.charge_price
    extra = min(record.tip_raised, record.taken[3], price.charge_tip_value)
    if not extra:
        return order
    tip = price.charge_tip_value - extra
    cheaper = priced(replace(order, charge_price=replace(price, charge_tip_value=tip)), shop)
    return order if paid_value(cheaper) > cheaper.charge_price.charge_price_value else cheaper


def void_all(order: Order, *, shop: Shop, iso: str) -> tuple[Order, tuple[str, ...]]:
    """Take back every live payment, newest first: the order and the ids of the payments (CAN-3)."""
    voided = []
    for payment in live_payments(order):
        order = cancel_payment(order, payment.id, shop=shop, iso=iso)
        voided.append(payment.id)
    return order, tuple(voided)


class RefundPart(Struct, frozen=True, kw_only=True):
    """Money given back on one payment. emptied: nothing is left of that payment."""

    payment_id: str
    amount: int
    tax: int
    emptied: bool
    pending: bool


def give_back(
    order: Order, excess: int, returned: Buckets, *, iso: str, first: str | None = None
) -> tuple[Order, tuple[RefundPart, ...]]:
    """Refund `excess` won to the tenders that paid: the chosen one first, then newest first (CAN-7).

    Never more on a payment than it took. A refund of anything but cash of the till is pending until somebody
    has returned the money. returned: the buckets the price lost, which the refund consists of (CAN-5).
    Raises InvalidState REFUND_TOO_LARGE when less than `excess` was paid.
    """
    payments = {payment.id: payment for payment in live_payments(order)}
    sequence = sorted(payments, key=lambda payment_id: payment_id != first)
    backing = backing_of(order)
    records = dict(backing.payments)
    parts = []
    rest = excess
    for payment_id in sequence:
        record, payment = records[payment_id], payments[payment_id]
        part = min(rest, payment.amount_money - record.refunded)
        if part <= 0:
            continue
        taken = Buckets(*record.taken)
        share = _taken_back(taken, draw(returned, part), part)
        returned, left = returned.less(share), taken - share
        emptied = record.refunded + part == payment.amount_money
        records[payment_id] = replace(
            record,
            refunded=record.refunded + part,
            taken=(left.supply, left.tax, left.exempt, left.tip),
        )
        if emptied:
            payments[payment_id] = replace(payment, state="CANCELLED", cancelled_at=iso)
        parts.append(
            RefundPart(
                payment_id=payment_id,
                amount=part,
                tax=share.tax,
                emptied=emptied,
                pending=payment.source_type != "CASH" or record.by_plugin,
            )
        )
        rest -= part
    if rest:
        raise InvalidState(
            "받은 금액보다 많이 환불할 수 없습니다",
            f"{excess} is more than was paid; {rest} could not be refunded",
            reason="REFUND_TOO_LARGE",
        )
    return (
        replace(
            order,
            payments=tuple(payments.get(payment.id, payment) for payment in order.payments),
            backing=replace(backing, payments=records),
        ),
        tuple(parts),
    )


def _taken_back(taken: Buckets, wanted: Buckets, amount: int) -> Buckets:
    """`amount` out of what a payment took: as wanted as far as it holds that, the rest from what it has."""
    share = Buckets(
        min(taken.supply, wanted.supply),
        min(taken.tax, wanted.tax),
        min(taken.exempt, wanted.exempt),
        min(taken.tip, wanted.tip),
    )
    return share + draw(taken - share, amount - share.total)
