"""Re-deriving everything an order's amounts depend on, in one place."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.discount import Discount, StaffDiscount
from jumak.domain.errors import InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.order.life import payment_state
from jumak.domain.order.types import Order, OrderBacking, OrderItem, PaymentPrice
from jumak.domain.price import OrderPrice, PriceLine, price_order


def backing_of(order: Order) -> OrderBacking:
    """The shop's side of an order; every order inside the shop has one."""
    assert order.backing is not None, "an order without its backing left the shop"
    return order.backing


def paid_value(order: Order) -> int:
    """Σ approved − Σ refunded over payments that are not cancelled, won (§1.5)."""
    if not order.payments:
        return 0
    records = backing_of(order).payments
    return sum(
        payment.amount_money - records[payment.id].refunded
        for payment in order.payments
        if payment.state != "CANCELLED"
    )


def line_inputs(order: Order) -> list[PriceLine]:
    """What pricing needs of each line: the discounts as they were asked for, not as they came out."""
    records = backing_of(order).lines
    lines = []
    for line in order.line_items:
        record = records[line.id]
        lines.append(
            PriceLine(
                type=line.item.type,
                line_list=record.line_list,
                discounts=line.discounts if record.staff_discounts is None else record.staff_discounts,
                vat_bp=record.vat_bp,
                discountable=record.discountable,
            )
        )
    return lines


def order_discount_inputs(order: Order) -> Sequence[Discount | StaffDiscount]:
    """The order's discounts as they were asked for."""
    asked = backing_of(order).staff_discounts
    return order.discounts if asked is None else asked


def settle(order: Order) -> Order:
    """Derive what is paid, owed and the payment state from price and payments (ORD-1, §1.5).

    Raises InvalidState OVERPAID when the price fell below what was paid (ADD-5).
    """
    price = order.charge_price.charge_price_value
    paid = paid_value(order)
    if paid > price and order.order_state != "CANCELLED":
        raise InvalidState(
            f"이미 받은 금액({paid:,}원)보다 주문 금액({price:,}원)이 적어집니다. 먼저 환불해 주세요",
            f"the order would cost {price} but {paid} is already paid; refund first",
            reason="OVERPAID",
            paid=paid,
            price=price,
        )
    unpaid = 0 if order.order_state == "CANCELLED" else price - paid
    state = payment_state(order.order_state, price, paid, ever_paid=bool(order.payments))
    money = order.payment_price
    if (
        money.payment_paid_value == paid
        and money.payment_unpaid_value == unpaid
        and order.payment_state == state
    ):
        return order
    return replace(
        order,
        payment_price=PaymentPrice(payment_paid_value=paid, payment_unpaid_value=unpaid),
        payment_state=state,
        state=state,
    )


def with_price(order: Order, priced: OrderPrice) -> Order:
    """Put computed amounts onto lines and order."""
    backing = backing_of(order)
    records = dict(backing.lines)
    lines: list[OrderItem] = []
    for line, share in zip(order.line_items, priced.lines, strict=True):
        record = records[line.id]
        if record.net != share.net or record.vat != share.vat:
            records[line.id] = replace(record, net=share.net, vat=share.vat)
        if line.charge_price.value != share.charge or line.discounts != share.discounts:
            line = replace(line, charge_price=Value(share.charge), discounts=share.discounts)
        lines.append(line)
    return replace(
        order,
        line_items=tuple(lines),
        discounts=priced.discounts,
        charge_price=priced.charge,
        backing=replace(backing, lines=records),
    )


def priced(order: Order, shop: Shop, *, strict: bool = False) -> Order:
    """Every amount of an order, from its lines, discounts and tip; what is paid is not looked at. strict: see `reprice`."""
    price = price_order(
        line_inputs(order),
        order_discount_inputs(order),
        order.charge_price.charge_tip_value,
        shop,
        strict=strict,
    )
    return with_price(order, price)


def reprice(order: Order, shop: Shop, *, strict: bool = False) -> Order:
    """Every amount and derived state of an order, from its lines, discounts, tip and payments.

    Idempotent: an order that is right comes out equal. strict: a plugin's discounts may not exceed
    their base (DSC-4).  Raises InvalidState OVERPAID, InvalidArgument INVALID_DISCOUNT.
    """
    return settle(priced(order, shop, strict=strict))
