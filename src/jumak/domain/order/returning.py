"""Goods come back, or an amount is given as goodwill (CAN-5, CAN-6, CAN-7)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.bill import first_units
from jumak.domain.discount import StaffDiscount
from jumak.domain.errors import InvalidArgument, InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.money import from_milli, milli, rhu, share_out
from jumak.domain.order.edit import next_version
from jumak.domain.order.ending import closed
from jumak.domain.order.life import Act, next_state, not_editable
from jumak.domain.order.line import as_asked
from jumak.domain.order.paying import RefundPart, give_back, order_buckets
from jumak.domain.order.pricing import backing_of, paid_value, priced, settle
from jumak.domain.order.staff_edit import find_line, with_line, without_line
from jumak.domain.order.types import Order, QuantityValue
from jumak.domain.price import ROUNDING_TITLE


def return_line(
    order: Order,
    line_id: str,
    quantity: int | float,
    *,
    shop: Shop,
    iso: str,
    refund_to: str | None = None,
) -> tuple[Order, tuple[RefundPart, ...]]:
    """Take units of a line back and refund what they cost after every discount (CAN-5).

    The discounts the goods had a share in fall by just that share; the rest of the order costs what it
    cost before. Refund VAT is old VAT less new VAT.
    Raises InvalidArgument when more comes back than was ordered, NotFound, InvalidState.
    """
    next_state(order, Act.CANCEL_PAYMENT)
    if order.order_state == "REQUESTED":
        raise not_editable(order)
    line = find_line(order, line_id)
    old, returned = milli(line.quantity.value), milli(quantity, path="$.quantity")
    if not 0 < returned <= old:
        raise InvalidArgument(
            "반품 수량이 주문 수량보다 많습니다",
            f"quantity: between 1 and the {line.quantity.value} ordered",
            path="$.quantity",
        )
    units_left = old - returned
    record = backing_of(order).lines[line_id]
    kept_net = first_units(record.net, units_left, old)
    if units_left:
        amounts = tuple(_scaled(each, units_left, old) for each in as_asked(line.discounts))
        line_list = rhu(record.line_list * units_left, old)
        kept_charge = line_list - sum(_amount(each) for each in amounts)
        edited = with_line(
            order,
            replace(line, quantity=QuantityValue(from_milli(units_left))),
            replace(record, line_list=line_list, staff_discounts=amounts),
        )
    else:
        kept_charge = 0
        edited = without_line(order, line_id)
    share = (line.charge_price.value - kept_charge) - (record.net - kept_net)
    edited = _with_less_discount(edited, max(0, share))
    return _repaid(order, edited, shop, iso, refund_to)


def _with_less_discount(order: Order, share: int) -> Order:
    """The order's discounts as amounts, less what was given on the goods that came back."""
    given = as_asked(tuple(each for each in order.discounts if each.title != ROUNDING_TITLE))
    amounts = [_amount(each) for each in given]
    cuts = share_out(min(share, sum(amounts)), amounts)
    left = tuple(
        replace(each, amount_money=Value(amount - cut))
        for each, amount, cut in zip(given, amounts, cuts, strict=True)
        if amount > cut
    )
    return replace(order, backing=replace(backing_of(order), staff_discounts=left))


def _amount(discount: StaffDiscount) -> int:
    return 0 if discount.amount_money is None else discount.amount_money.value


def _scaled(discount: StaffDiscount, left: int, old: int) -> StaffDiscount:
    return replace(discount, amount_money=Value(rhu(_amount(discount) * left, old)))


def refund_amount(
    order: Order, amount: int, *, shop: Shop, iso: str, payment_id: str | None = None
) -> tuple[Order, tuple[RefundPart, ...]]:
    """Goodwill: booked as the order discount 환불 조정, so that price and paid fall together (CAN-6).

    Raises InvalidArgument when amount is not between 1 and what was paid, or reaches into the tip: that is the
    staff's, and no price that could fall (VAT-4).
    """
    next_state(order, Act.CANCEL_PAYMENT)
    paid = paid_value(order)
    if not 1 <= amount <= paid:
        raise InvalidArgument(
            f"환불 금액은 1원부터 받은 금액({paid:,}원)까지입니다",
            f"amount: between 1 and the {paid} that was paid",
            path="$.amount",
        )
    tip = order.charge_price.charge_tip_value
    goods = order.charge_price.charge_price_value - tip
    if amount > goods:
        raise InvalidArgument(
            f"봉사료({tip:,}원)는 환불할 수 없습니다. {goods:,}원까지 입력해 주세요",
            f"amount: at most the {goods} that the goods cost; goodwill does not reach into the tip of {tip}",
            path="$.amount",
        )
    backing = backing_of(order)
    asked = backing.staff_discounts
    asked = as_asked(order.discounts) if asked is None else asked
    goodwill = StaffDiscount(title="환불 조정", amount_money=Value(amount))
    edited = replace(order, backing=replace(backing, staff_discounts=(*asked, goodwill)))
    before = order.charge_price.charge_price_value
    refunded, parts = _repaid(order, edited, shop, iso, payment_id, at_least=amount)
    if before - refunded.charge_price.charge_price_value != amount:
        raise InvalidState(
            "할인할 수 없는 상품이 있어 이 금액을 환불할 수 없습니다",
            "items that take no discount leave too little to refund this amount from",
            reason="REFUND_TOO_LARGE",
        )
    return refunded, parts


def _repaid(
    order: Order,
    edited: Order,
    shop: Shop,
    iso: str,
    first: str | None,
    *,
    at_least: int = 0,
) -> tuple[Order, tuple[RefundPart, ...]]:
    cheaper = priced(edited, shop)
    excess = max(at_least, paid_value(cheaper) - cheaper.charge_price.charge_price_value)
    parts: tuple[RefundPart, ...] = ()
    if excess:
        returned = order_buckets(order).less(order_buckets(cheaper))
        cheaper, parts = give_back(cheaper, excess, returned, iso=iso, first=first)
    return next_version(order, closed(settle(cheaper)), iso), parts
