"""Merging parties (TBL-2, TBL-3) and taking it back (TBL-4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.discount import StaffDiscount
from jumak.domain.errors import InvalidState
from jumak.domain.order.ending import cancel, complete
from jumak.domain.order.merge import freeze, may_merge, merge
from jumak.domain.order.paying import record_payment
from jumak.domain.order.pricing import backing_of, reprice
from jumak.domain.order.types import Order
from jumak.domain.order.unmerge import MergeRecord, unmerge
from tests.domain.shop_floor import (
    AMERICANO,
    CAKE,
    FRUIT,
    NOODLES,
    PLUGIN,
    RESTAURANT,
    a_discount,
    a_line,
    a_payment,
    an_order,
)

ISO = "2026-02-01T12:05:00+09:00"


def second_order(*lines: dict[str, Any], **more: Any) -> Order:
    """An order with an id of its own, as another party's."""
    order = an_order(*lines, **more)
    other = f"{2:032x}"
    names = {line.id: line.id.replace(order.id, other) for line in order.line_items}
    backing = backing_of(order)
    return replace(
        order,
        id=other,
        number="A-002",
        line_items=tuple(replace(line, id=names[line.id], order_id=other) for line in order.line_items),
        backing=replace(backing, lines={names[key]: value for key, value in backing.lines.items()}),
    )


def with_rate(order: Order, bp: int) -> Order:
    """The order with a staff discount of a rate on top of what it has."""
    asked = StaffDiscount(title="단골", percent_bp=bp)
    backing = replace(backing_of(order), staff_discounts=(asked,))
    return reprice(replace(order, backing=backing), RESTAURANT)


def paid_in_part(order: Order, amount: int = 1_000) -> Order:
    return record_payment(
        order,
        a_payment(order, amount),
        payment_id="p1",
        caller=PLUGIN,
        shop=RESTAURANT,
        body=b"",
        at_ms=0,
        iso=ISO,
        approved_at=ISO,
        business_date="2026-02-01",
    ).order


def test_lines_guests_and_memo_move_to_the_target():
    """TBL-2: source lines move, guests are summed, the source ends as MERGED with nothing on it."""
    source = second_order(a_line(CAKE, 2), tableId=1, numGuests=2, memo="창가")
    target = an_order(a_line(NOODLES), tableId=2, numGuests=3, memo="급해요")
    ended, joined = merge(source, target, RESTAURANT, iso=ISO)
    assert [line.item.title for line in joined.line_items] == ["칼국수", "케이크"]
    assert {line.order_id for line in joined.line_items} == {target.id}
    assert [line.id for line in joined.line_items[1:]] == [line.id for line in source.line_items]
    assert joined.num_guests == 5
    assert joined.memo == "급해요\n창가"
    assert joined.charge_price.charge_price_value == 22_000
    assert joined.payment_price.payment_unpaid_value == 22_000
    assert (joined.version, joined.updated_at, joined.table_id) == (2, ISO, 2)
    assert (ended.order_state, ended.cancel_reason, ended.cancelled_at) == ("CANCELLED", "MERGED", ISO)
    assert ended.payment_state == "CANCELLED"
    assert (ended.line_items, ended.charge_price.charge_price_value, ended.version) == ((), 0, 2)
    assert backing_of(ended).released
    assert backing_of(ended).lines == {}


def test_order_discounts_are_frozen_first():
    """TBL-2, Ex A: −5 % then −1,000 on 23,500 become line amounts; the party pays the same 20,707."""
    cake = a_line(CAKE, charge=5_850, discounts=[a_discount(650, "케이크 할인")])
    source = second_order(
        a_line(AMERICANO, 2), cake, a_line(FRUIT), discounts=[a_discount(1_143, "5 %"), a_discount(1_000)]
    )
    assert source.charge_price.charge_price_value == 20_707
    frozen = freeze(source)
    assert frozen.discounts == ()
    assert [line.charge_price.value for line in frozen.line_items] == [8_156, 5_301, 7_250]
    assert reprice(frozen, RESTAURANT).charge_price == source.charge_price
    titles = {discount.title for line in frozen.line_items for discount in line.discounts}
    assert titles == {"케이크 할인", "5 %", "할인"}
    _, joined = merge(source, an_order(a_line(NOODLES)), RESTAURANT, iso=ISO)
    assert joined.charge_price.charge_price_value == 20_707 + 9_000
    assert joined.discounts == ()


def test_a_rate_of_one_party_does_not_reach_the_other():
    """TBL-2: a percentage stays with the lines it was given on, whichever side it stood on."""
    target = with_rate(an_order(a_line(NOODLES)), 1_000)
    assert target.charge_price.charge_price_value == 8_100
    source = second_order(a_line(CAKE))
    assert merge(source, target, RESTAURANT, iso=ISO)[1].charge_price.charge_price_value == 14_600
    source = with_rate(source, 1_000)
    target = an_order(a_line(NOODLES))
    assert merge(source, target, RESTAURANT, iso=ISO)[1].charge_price.charge_price_value == 14_850


def test_an_order_with_a_live_payment_is_not_merged():
    """TBL-3: MERGE_HAS_PAYMENTS on either side; it may only stand beside the other."""
    plain, other = an_order(a_line(NOODLES)), second_order(a_line(CAKE))
    for source, target in ((paid_in_part(plain), other), (other, paid_in_part(plain))):
        assert not may_merge(source, target)
        with pytest.raises(InvalidState) as refused:
            merge(source, target, RESTAURANT, iso=ISO)
        assert refused.value.reason == "MERGE_HAS_PAYMENTS"
    assert may_merge(plain, other)


def test_only_open_orders_merge():
    """TBL-2, §2.2: completed, requested and cancelled orders do not merge."""
    target = an_order(a_line(NOODLES))
    open_source = second_order(a_line(CAKE))
    for source, reason in (
        (complete(open_source, iso=ISO), "ORDER_NOT_EDITABLE"),
        (replace(open_source, order_state="REQUESTED"), "ORDER_NOT_EDITABLE"),
        (cancel(open_source, iso=ISO, reason=None), "ORDER_CANCELLED"),
    ):
        assert not may_merge(source, target)
        with pytest.raises(InvalidState) as refused:
            merge(source, target, RESTAURANT, iso=ISO)
        assert refused.value.reason == reason


LINES = st.lists(
    st.tuples(st.sampled_from([AMERICANO, CAKE, FRUIT, NOODLES]), st.integers(1, 5), st.integers(0, 3_000)),
    min_size=1,
    max_size=5,
)


def drawn(lines: list[tuple[Any, int, int]]) -> list[dict[str, Any]]:
    return [
        a_line(
            item,
            quantity,
            charge=item.default_price.price_value * quantity - discount,
            discounts=[a_discount(discount)] if discount else [],
        )
        for item, quantity, discount in lines
    ]


@settings(max_examples=60)
@given(LINES, LINES, st.lists(st.integers(1, 700), max_size=3), st.integers(0, 10_000))
def test_a_merge_moves_every_won(first: list[Any], second: list[Any], amounts: list[int], rate: int):
    """TBL-2, MON-a, MON-b: Σ list, discount, price are preserved, VAT within one won per bucket."""
    discounts = [a_discount(amount, f"할인 {amount}") for amount in amounts]
    source = second_order(*drawn(first), discounts=discounts)
    target = with_rate(an_order(*drawn(second)), rate)
    ended, joined = merge(source, target, RESTAURANT, iso=ISO)
    before, after = (source.charge_price, target.charge_price), joined.charge_price
    for field in ("charge_list_price_value", "charge_discount_value", "charge_price_value"):
        assert getattr(after, field) == sum(getattr(each, field) for each in before)
    assert abs(after.charge_tax_value - sum(each.charge_tax_value for each in before)) <= 1
    assert after.charge_supply_value + after.charge_tax_value == after.charge_price_value
    assert reprice(joined, RESTAURANT) == joined
    assert ended.charge_price.charge_price_value == 0


def merged() -> tuple[MergeRecord, Order]:
    source = second_order(a_line(CAKE, 2), tableId=1, numGuests=2, discounts=[a_discount(1_000)])
    target = with_rate(an_order(a_line(NOODLES), tableId=2, numGuests=3), 1_000)
    _, joined = merge(source, target, RESTAURANT, iso=ISO)
    record = MergeRecord(
        id=source.id,
        business_date="2026-02-01",
        source=source,
        target=target,
        target_version=joined.version,
    )
    return record, joined


def test_a_merge_is_taken_back_as_it_was():
    """TBL-4: the target gets its old lines and rate, the other party a new order with its own."""
    record, joined = merged()
    undone = unmerge(joined, record, order_id="n" * 32, number="A-009", order_key="key", iso=ISO)
    assert undone.target.line_items == record.target.line_items
    assert undone.target.charge_price == record.target.charge_price
    assert undone.target.version == joined.version + 1
    assert backing_of(undone.target).staff_discounts == backing_of(record.target).staff_discounts
    again = undone.recreated
    assert (again.id, again.number, again.order_state, again.table_id) == ("n" * 32, "A-009", "OPENED", 1)
    assert again.charge_price == record.source.charge_price
    assert again.discounts == record.source.discounts
    assert (again.num_guests, again.version) == (2, 1)
    assert {line.order_id for line in again.line_items} == {"n" * 32}
    assert undone.moved == {line.id: (line.id, 2_000) for line in record.source.line_items}
    assert reprice(again, RESTAURANT) == again


def test_a_merge_stands_once_anything_happened():
    """TBL-4: paid or added since → divide the order instead."""
    record, joined = merged()
    for touched in (replace(joined, version=9), paid_in_part(joined), complete(joined, iso=ISO)):
        with pytest.raises(InvalidState) as refused:
            unmerge(touched, record, order_id="n", number="A-009", order_key="key", iso=ISO)
        assert refused.value.reason == "UNDO_CHANGED"
