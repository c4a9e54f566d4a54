"""Two parties become one (rulebook TBL-2, TBL-3): the lines of one order move into another.

What may move must not depend on the order it came from, so order discounts are first frozen into
amounts on the lines they were allocated to. Sums stay what they were; VAT is computed anew per
order and may differ by one won per bucket.
"""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.discount import Discount
from jumak.domain.errors import InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.money import share_out
from jumak.domain.order.edit import next_version
from jumak.domain.order.ending import cancel, live_payments
from jumak.domain.order.life import Act, next_state
from jumak.domain.order.line import as_asked
from jumak.domain.order.pricing import backing_of, reprice
from jumak.domain.order.types import ChargePrice, Order, OrderItem
from jumak.domain.table import added_guests

MERGED = "MERGED"
"""The `cancelReason` of an order that lives on in another; no cancel of the statistics (TBL-2)."""

NOTHING_CHARGED = ChargePrice(
    charge_list_price_value=0,
    charge_discount_value=0,
    charge_price_value=0,
    charge_supply_value=0,
    charge_tax_value=0,
    charge_tip_value=0,
)


def freeze(order: Order) -> Order:
    """Order discounts as amounts on the lines they were allocated to; every total stays (TBL-2, SPL-5).

    Each keeps its title, so receipts still name it.
    """
    if not order.discounts:
        return order
    backing = backing_of(order)
    left = [line.charge_price.value - backing.lines[line.id].net for line in order.line_items]
    pieces: list[list[Discount]] = [[] for _ in left]
    for discount in order.discounts:
        for place, amount in enumerate(share_out(discount.amount_money.value, left)):
            if amount:
                pieces[place].append(replace(discount, amount_money=Value(amount)))
                left[place] -= amount
    assert not any(left), "the shares of the lines are the discounts of the order (MON-b)"
    records = dict(backing.lines)
    lines: list[OrderItem] = []
    for line, given in zip(order.line_items, pieces, strict=True):
        frozen, record = tuple(given), records[line.id]
        if frozen and record.staff_discounts is not None:
            records[line.id] = replace(record, staff_discounts=record.staff_discounts + as_asked(frozen))
        lines.append(
            replace(line, charge_price=Value(record.net), discounts=line.discounts + frozen)
            if frozen
            else line
        )
    return replace(
        order,
        line_items=tuple(lines),
        discounts=(),
        backing=replace(
            backing,
            lines=records,
            staff_discounts=None if backing.staff_discounts is None else (),
        ),
    )


def may_merge(source: Order, target: Order) -> bool:
    """Both are OPENED and hold no money; otherwise they share the table instead (TBL-3)."""
    return all(order.order_state == "OPENED" and not live_payments(order) for order in (source, target))


def merge(source: Order, target: Order, shop: Shop, *, iso: str) -> tuple[Order, Order]:
    """`source` ended as MERGED, and `target` with its lines, guests, memo and tip (TBL-2).

    Line ids stay, so that kitchen tickets find them; the kitchen's ledger moves in
    `domain.kitchen.merge`.  Raises InvalidState MERGE_HAS_PAYMENTS, ORDER_NOT_EDITABLE,
    ORDER_CANCELLED.
    """
    for order in (source, target):
        next_state(order, Act.MERGE)
        if live_payments(order):
            raise InvalidState(
                "결제가 있는 주문은 합칠 수 없습니다. 같은 테이블에 나란히 둘 수 있습니다",
                "an order with a live payment is not merged; it can share the table instead",
                reason="MERGE_HAS_PAYMENTS",
                orderId=order.id,
            )
    moved, kept = freeze(source), freeze(target)
    records = backing_of(kept).lines | backing_of(moved).lines
    tip = source.charge_price.charge_tip_value + target.charge_price.charge_tip_value
    joined = replace(
        kept,
        line_items=kept.line_items + tuple(replace(line, order_id=target.id) for line in moved.line_items),
        num_guests=added_guests(source.num_guests, target.num_guests),
        memo=_both(target.memo, source.memo),
        charge_price=replace(kept.charge_price, charge_tip_value=tip),
        backing=replace(backing_of(kept), lines=records),
    )
    return _ended(source, iso), next_version(target, reprice(joined, shop), iso)


def _both(first: str | None, second: str | None) -> str | None:
    if not second or second == first:
        return first
    return f"{first}\n{second}" if first else second


def _ended(source: Order, iso: str) -> Order:
    emptied = replace(
        source,
        line_items=(),
        discounts=(),
        charge_price=NOTHING_CHARGED,
        backing=replace(backing_of(source), lines={}, tallies=(), staff_discounts=None, released=True),
    )
    return cancel(emptied, iso=iso, reason=MERGED)
