"""What happened to an order, for people and programs to read (SEC-2): facts and versions as named changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import field

from jumak.domain.base import Doc
from jumak.domain.catalog import ItemOptionChoice
from jumak.domain.discount import Discount
from jumak.domain.order.types import DiningOption, Order, OrderItem

ChangeCode = Literal[
    "order.created",
    "order.accepted",
    "order.declined",
    "order.expired",
    "order.completed",
    "order.called",
    "order.collected",
    "order.handed-over",
    "order.cancel-pending",
    "order.cancelled",
    "order.locked",
    "order.unlocked",
    "order.merged-in",
    "order.merged-into",
    "order.split-off",
    "order.split-from",
    "order.continues",
    "order.undone",
    "order.memo-changed",
    "order.guests-changed",
    "order.discounts-changed",
    "order.tip-changed",
    "order.ready-time-changed",
    "order.table-changed",
    "order.total-changed",
    "line.added",
    "line.removed",
    "line.quantity-changed",
    "line.options-changed",
    "line.discounts-changed",
    "line.price-changed",
    "line.memo-changed",
    "line.dining-changed",
    "payment.approved",
    "payment.cancelled",
    "payment.refunded",
    "payment-attempt.started",
    "payment-attempt.approved",
    "payment-attempt.declined",
    "payment-attempt.cancelled",
    "payment-attempt.lost",
    "payment-attempt.given-up",
    "payment-attempt.waited-for",
    "payment-attempt.code-shown",
    "payment-attempt.not-found",
    "payment-attempt.escalated",
    "payment-attempt.resolved",
    "payment-attempt.approved-late",
    "payment-attempt.taking-back",
    "payment-attempt.network-cancelled",
    "payment-attempt.asked-again",
    "payment-refund.owed",
    "payment-refund.asked",
    "payment-refund.returned",
    "payment-refund.declined",
    "payment-refund.given-up",
    "payment-refund.lost",
    "payment-refund.not-found",
    "payment-refund.resolved",
    "cash-receipt.queued",
    "cash-receipt.issued",
    "cash-receipt.failed",
    "cash-receipt.withdrawn",
    "cash-receipt.cancelled",
    "cash-receipt.cancel-failed",
    "table.moved",
    "table.swapped",
    "kitchen.sent",
    "kitchen.bumped",
    "kitchen.completed",
    "kitchen.recalled",
    "kitchen.cancelled",
    "kitchen.moved",
    "kitchen.prioritized",
    "kitchen.unprioritized",
    "kitchen.acknowledged",
    "kitchen.cleared",
]
"""What a change is called, for ever: codes are added, never renamed."""


class Named(Doc, frozen=True, kw_only=True):
    """A thing by id; its name is missing once nobody knows it any more."""

    id: str
    name: str | None = None


class TablePlace(Doc, frozen=True, kw_only=True):
    """A table by id and, while it exists, its title."""

    id: int
    title: str | None = None


class OtherOrder(Doc, frozen=True, kw_only=True):
    """Another order of the story: what was merged in, split off and so on."""

    id: str
    number: str | None = None


class LineQuantity(Doc, frozen=True, kw_only=True):
    """So many of a line. previous: what it was before, where that is told."""

    id: str
    title: str | None = None
    quantity: int | float
    previous: int | float | None = None


class ChangedPayment(Doc, frozen=True, kw_only=True):
    """A payment. source: the name of what took it, for EXTERNAL payments."""

    id: str
    source_type: str | None = None
    source: str | None = None


class PaymentTry(Doc, frozen=True, kw_only=True):
    """An attempt to take money. error: why it did not end well.  how, note: what a manager decided."""

    id: str
    tender: str
    error: str | None = None
    how: str | None = None
    note: str | None = None


class HistoryChange(Doc, frozen=True, kw_only=True):
    """One thing that happened. The code decides which keys are there (contract, extensions §4.1).

    amount, tax: won.  quantity: of the line.  from, to: the value before and after; one that is missing was or
    is not set.
    """

    code: ChangeCode
    line: LineQuantity | None = None
    lines: tuple[LineQuantity, ...] | None = None
    from_: int | float | str | None = field(name="from", default=None)
    to: int | float | str | None = None
    from_table: TablePlace | None = None
    to_table: TablePlace | None = None
    amount: int | None = None
    tax: int | None = None
    number: str | None = None
    order: OtherOrder | None = None
    payment: ChangedPayment | None = None
    attempt: PaymentTry | None = None
    ticket: str | None = None
    station: Named | None = None
    undoes: int | None = None


def created(order: Order) -> HistoryChange:
    """How an order began."""
    return HistoryChange(
        code="order.created",
        number=order.number,
        lines=tuple([_counted(line) for line in order.line_items]),
        amount=order.charge_price.charge_price_value,
    )


def differences(before: Order, after: Order) -> tuple[HistoryChange, ...]:
    """What one version of an order has that the one before had not, lines first, the new total last.

    An order that was cancelled in between lost nothing: it is the whole of it that ended.
    """
    if after.order_state == "CANCELLED" != before.order_state:
        return ()
    return (*_lines(before, after), *_header(before, after))


def _lines(before: Order, after: Order) -> Iterator[HistoryChange]:
    old = {line.id: line for line in before.line_items}
    new = {line.id: line for line in after.line_items}
    for line in before.line_items:
        if line.id not in new:
            yield HistoryChange(code="line.removed", line=_counted(line), amount=line.charge_price.value)
    for line in after.line_items:
        if (was := old.get(line.id)) is None:
            yield HistoryChange(code="line.added", line=_counted(line), amount=line.charge_price.value)
        elif was != line:
            yield from _line(was, line)


def _line(was: OrderItem, now: OrderItem) -> Iterator[HistoryChange]:
    line = _counted(now)
    explained = False
    for code, before, after in (
        ("line.quantity-changed", was.quantity.value, now.quantity.value),
        ("line.options-changed", _options(was.option_choices), _options(now.option_choices)),
        ("line.discounts-changed", _discounts(was.discounts), _discounts(now.discounts)),
    ):
        if before != after:
            explained = True
            yield _changed(code, before, after, line)  # type: ignore[arg-type]  # the tuple's texts are codes
    if not explained and was.charge_price != now.charge_price:
        yield _changed("line.price-changed", was.charge_price.value, now.charge_price.value, line)
    if was.memo != now.memo:
        yield _changed("line.memo-changed", was.memo, now.memo, line)
    if was.dining_option != now.dining_option:
        options: tuple[DiningOption, DiningOption] = was.dining_option, now.dining_option
        yield _changed("line.dining-changed", *options, line)


def _header(before: Order, after: Order) -> Iterator[HistoryChange]:
    if before.memo != after.memo:
        yield _changed("order.memo-changed", before.memo, after.memo)
    if before.num_guests != after.num_guests:
        yield _changed("order.guests-changed", before.num_guests, after.num_guests)
    old, new = _discounts(before.discounts), _discounts(after.discounts)
    if old != new:
        yield _changed("order.discounts-changed", old, new)
    was, now = before.charge_price, after.charge_price
    if was.charge_tip_value != now.charge_tip_value:
        yield _changed("order.tip-changed", was.charge_tip_value, now.charge_tip_value)
    ready = _ready(before), _ready(after)
    if ready[0] != ready[1]:
        yield _changed("order.ready-time-changed", *ready)
    if before.table_id != after.table_id:
        yield HistoryChange(
            code="order.table-changed", from_table=_place(before.table_id), to_table=_place(after.table_id)
        )
    if was.charge_price_value != now.charge_price_value:
        yield _changed("order.total-changed", was.charge_price_value, now.charge_price_value)


def _changed(
    code: ChangeCode,
    before: int | float | str | None,
    after: int | float | str | None,
    line: LineQuantity | None = None,
) -> HistoryChange:
    return HistoryChange(code=code, from_=before, to=after, line=line)


def _counted(line: OrderItem) -> LineQuantity:
    return LineQuantity(id=line.id, title=line.item.title, quantity=line.quantity.value)


def _options(choices: Sequence[ItemOptionChoice]) -> str | None:
    """As people read them: `곱빼기, 계란 ×2`."""
    named = [f"{each.title} ×{each.quantity}" if each.quantity > 1 else each.title for each in choices]
    return ", ".join(named) or None


def _discounts(discounts: Sequence[Discount]) -> int:
    """What they come to; the single ones stand on the order."""
    return sum(discount.amount_money.value for discount in discounts)


def _ready(order: Order) -> str | None:
    return None if order.requested_info is None else order.requested_info.estimated_ready_at


def _place(table_id: int | None) -> TablePlace | None:
    return None if table_id is None else TablePlace(id=table_id)
