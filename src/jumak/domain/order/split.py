"""One order becomes two (rulebook SPL-5): chosen units move, sums stay, nothing is cooked anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.calendar import to_ms
from jumak.domain.discount import Discount
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.domain.merchant import Shop
from jumak.domain.money import MILLI, from_milli, rhu, share_out
from jumak.domain.order.add import generated_key
from jumak.domain.order.edit import next_version
from jumak.domain.order.life import Act, next_state
from jumak.domain.order.merge import NOTHING_CHARGED, freeze
from jumak.domain.order.pricing import backing_of, reprice
from jumak.domain.order.types import (
    LineBacking,
    Order,
    OrderItem,
    PaymentPrice,
    QuantityValue,
)


class NewOrder(Struct, frozen=True, kw_only=True):
    """What the second order is called and where it stands. num_guests: who sits with it (TBL-8)."""

    order_id: str
    number: str
    table_id: int | None
    num_guests: int | None = None


class Split(Struct, frozen=True, kw_only=True):
    """An order divided in two. moved: line id before → its id in the new order and thousandths moved."""

    order: Order
    new_order: Order
    moved: dict[str, tuple[str, int]]


def split(
    order: Order, units: Mapping[str, int], new: NewOrder, shop: Shop, *, at: datetime, iso: str
) -> Split:
    """Move units (line id → thousandths) into a new order of the same day, owner and source (SPL-5).

    Discounts go along as amounts; tip, memo and payments stay. A line that moves whole keeps its
    id; of one that is divided the later units move, and earlier units carry the odd won (SPL-2).
    Σ list, discount, tip and price are preserved.
    Raises InvalidArgument for no lines, all of them or more than there is; NotFound for an unknown
    line; InvalidState OVERPAID when what stays costs less than what was paid.
    """
    next_state(order, Act.SPLIT)
    _check(order, units)
    frozen = freeze(order)
    backing = backing_of(frozen)
    stay: list[OrderItem] = []
    go: list[OrderItem] = []
    stay_records: dict[str, LineBacking] = {}
    go_records: dict[str, LineBacking] = {}
    moved: dict[str, tuple[str, int]] = {}
    number = 1
    for line in frozen.line_items:
        record, taken = backing.lines[line.id], units.get(line.id, 0)
        whole = _milli(line)
        if taken < whole:
            kept = line if not taken else _part(line, record, whole - taken, whole, later=False)
            stay.append(kept)
            stay_records[line.id] = _part_record(record, whole - taken, whole, later=False)
        if taken:
            new_id = line.id if taken == whole else f"{new.order_id}-{number}"
            number += taken < whole
            part = _part(line, record, taken, whole, later=True)
            go.append(replace(part, id=new_id, order_id=new.order_id))
            go_records[new_id] = _part_record(record, taken, whole, later=True)
            moved[line.id] = (new_id, taken)
    left = replace(
        frozen,
        line_items=tuple(stay),
        num_guests=_remaining_guests(order.num_guests, new.num_guests),
        backing=replace(backing, lines=stay_records),
    )
    other = replace(
        frozen,
        id=new.order_id,
        number=new.number,
        table_id=new.table_id,
        num_guests=new.num_guests,
        order_key=generated_key(new.order_id),
        line_items=tuple(go),
        payments=(),
        charge_price=NOTHING_CHARGED,
        payment_price=PaymentPrice(payment_paid_value=0, payment_unpaid_value=0),
        memo=None,
        created_at=iso,
        updated_at=None,
        cancel_reason=None,
        version=1,
        backing=replace(
            backing,
            created_ms=to_ms(at),
            body=b"",
            lines=go_records,
            payments={},
            next_line=number,
            tallies=(),
            cancel_pending=False,
        ),
    )
    return Split(
        order=next_version(order, reprice(left, shop), iso),
        new_order=reprice(other, shop),
        moved=moved,
    )


def _check(order: Order, units: Mapping[str, int]) -> None:
    if not units:
        raise InvalidArgument("나눌 상품을 골라 주세요", "lines: choose what moves", path="$.lines")
    lines = {line.id: _milli(line) for line in order.line_items}
    for line_id, taken in units.items():
        if line_id not in lines:
            raise NotFound(
                "주문에 없는 상품입니다", f"the order has no line {line_id}", reason="LINE", lineId=line_id
            )
        if not 0 < taken <= lines[line_id] or (lines[line_id] % MILLI == 0 and taken % MILLI):
            raise InvalidArgument(
                "나눌 수량이 올바르지 않습니다",
                "lines: a quantity between one and what was ordered, whole for whole pieces",
                path="$.lines",
                lineId=line_id,
            )
    if all(units.get(line_id, 0) == whole for line_id, whole in lines.items()):
        raise InvalidArgument(
            "모든 상품을 옮기려면 테이블 이동을 쓰세요",
            "lines: something must stay; to take everything move the order",
            path="$.lines",
        )


def _milli(line: OrderItem) -> int:
    return round(line.quantity.value * MILLI)


def _share(total: int, taken: int, whole: int, *, later: bool) -> int:
    """Won of `taken` of `whole` thousandths. Of whole pieces the first ones carry the odd won (SPL-2).

    Never falls when `total` grows, so a discount never exceeds the price it is taken from.
    """
    if later:
        return total - _share(total, whole - taken, whole, later=False)
    if taken % MILLI or whole % MILLI:
        return rhu(total * taken, whole)
    won, odd = divmod(total, whole // MILLI)
    pieces = taken // MILLI
    return won * pieces + min(odd, pieces)


def _part(line: OrderItem, record: LineBacking, taken: int, whole: int, *, later: bool) -> OrderItem:
    if taken == whole:
        return line
    given = sum(discount.amount_money.value for discount in line.discounts)
    first = _share(given, whole - taken if later else taken, whole, later=False)
    firsts = share_out(first, [discount.amount_money.value for discount in line.discounts])
    amounts = [
        discount.amount_money.value - share if later else share
        for discount, share in zip(line.discounts, firsts, strict=True)
    ]
    discounts: tuple[Discount, ...] = tuple(
        replace(discount, amount_money=Value(amount))
        for discount, amount in zip(line.discounts, amounts, strict=True)
        if amount
    )
    list_value = _share(record.line_list, taken, whole, later=later)
    return replace(
        line,
        quantity=QuantityValue(from_milli(taken)),
        charge_price=Value(list_value - sum(amounts)),
        discounts=discounts,
    )


def _part_record(record: LineBacking, taken: int, whole: int, *, later: bool) -> LineBacking:
    """A divided line's rates have become amounts; a line in one piece keeps them."""
    if taken == whole:
        return record
    return replace(
        record,
        line_list=_share(record.line_list, taken, whole, later=later),
        staff_discounts=None,
    )


def _remaining_guests(before: int | None, gone: int | None) -> int | None:
    if before is None or gone is None:
        return before
    return max(1, before - gone)
