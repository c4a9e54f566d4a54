"""Dividing an order in two (SPL-5, SPL-2)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.order.ending import complete
from jumak.domain.order.pricing import backing_of, reprice
from jumak.domain.order.split import NewOrder, Split, split
from jumak.domain.order.types import Order
from tests.domain.shop_floor import (
    AMERICANO,
    BEEF,
    CAKE,
    FRUIT,
    NOODLES,
    NOON,
    RESTAURANT,
    a_discount,
    a_line,
    an_order,
)
from tests.domain.test_merge import drawn, paid_in_part, with_rate

ISO = "2026-02-01T12:05:00+09:00"
NEW = NewOrder(order_id="b" * 32, number="A-002", table_id=3, num_guests=1)


def divided(order: Order, units: dict[int, int]) -> Split:
    """Split by the place of the line."""
    by_id = {order.line_items[place].id: milli for place, milli in units.items()}
    return split(order, by_id, NEW, RESTAURANT, at=NOON, iso=ISO)


def an_example() -> Order:
    """Ex A of the rulebook."""
    cake = a_line(CAKE, charge=5_850, discounts=[a_discount(650)])
    return an_order(
        a_line(AMERICANO, 2),
        cake,
        a_line(FRUIT),
        tableId=1,
        numGuests=3,
        memo="함께",
        discounts=[a_discount(1_143), a_discount(1_000)],
    )


def test_units_of_a_line_go_with_their_share():
    """SPL-5, SPL-2, Ex A: one americano of two takes 4,078 of 8,156 along."""
    parts = divided(an_example(), {0: 1_000})
    assert parts.new_order.charge_price.charge_price_value == 4_078
    assert parts.order.charge_price.charge_price_value == 20_707 - 4_078
    (gone,) = parts.new_order.line_items
    assert (gone.id, gone.order_id, gone.quantity.value) == (f"{'b' * 32}-1", "b" * 32, 1)
    assert parts.order.line_items[0].quantity.value == 1
    assert parts.moved == {parts.order.line_items[0].id: (gone.id, 1_000)}


def test_a_whole_line_keeps_its_id_and_the_orders_their_day_and_source():
    """SPL-5: the ledger follows line ids; both orders keep business date and source."""
    order = an_example()
    parts = divided(order, {1: 1_000})
    (gone,) = parts.new_order.line_items
    assert gone.id == order.line_items[1].id
    assert gone.charge_price.value == 5_301
    new, old = parts.new_order, parts.order
    assert (new.source, new.number, new.table_id, new.order_state) == (order.source, "A-002", 3, "OPENED")
    assert backing_of(new).business_date == backing_of(order).business_date
    assert backing_of(new).owner == backing_of(order).owner
    assert new.order_key != order.order_key
    assert (new.num_guests, old.num_guests) == (1, 2)
    assert (new.memo, old.memo) == (None, "함께")
    assert (new.version, old.version, old.updated_at) == (1, 2, ISO)
    assert new.payment_price.payment_unpaid_value == 5_301


def test_odd_won_stay_with_the_earlier_units():
    """SPL-2: 1,000 less 100 over three pieces: two stay with 667 − 67, the third leaves with 333 − 33."""
    line = a_line(NOODLES, 3, charge=900, discounts=[a_discount(100)])
    parts = divided(an_order(line), {0: 1_000})
    assert parts.order.charge_price.charge_price_value == 600
    assert parts.order.line_items[0].discounts[0].amount_money.value == 67
    assert parts.new_order.charge_price.charge_price_value == 300
    assert parts.new_order.line_items[0].discounts[0].amount_money.value == 33


def test_what_is_sold_by_weight_divides_by_weight():
    """SPL-5, MON-5: half a portion takes half the money, odd won by nearest."""
    order = an_order(a_line(BEEF, 0.5, charge=53), a_line(CAKE))
    parts = divided(order, {0: 250})
    assert parts.new_order.line_items[0].quantity.value == 0.25
    assert parts.order.line_items[0].charge_price.value == 27
    assert parts.new_order.charge_price.charge_price_value == 26


def test_payments_stay_and_may_not_exceed_what_stays():
    """SPL-5, ADD-5: the first order keeps the money; OVERPAID when too little stays."""
    order = an_order(a_line(NOODLES, 2), a_line(CAKE))
    paid = paid_in_part(order, 10_000)
    parts = divided(paid, {1: 1_000})
    assert parts.order.payment_price.payment_unpaid_value == 8_000
    assert parts.new_order.payments == ()
    with pytest.raises(InvalidState) as refused:
        divided(paid, {0: 2_000})
    assert refused.value.reason == "OVERPAID"


def test_something_moves_and_something_stays():
    """SPL-5: no lines, all lines, more than there is, half a piece, unknown lines."""
    order = an_order(a_line(NOODLES, 2), a_line(CAKE))
    for units in ({}, {0: 2_000, 1: 1_000}, {0: 3_000}, {0: 0}, {0: -1_000}, {0: 500}):
        with pytest.raises(InvalidArgument) as refused:
            divided(order, units)
        assert refused.value.data["path"] == "$.lines"
    with pytest.raises(NotFound):
        split(order, {"nothing": 1_000}, NEW, RESTAURANT, at=NOON, iso=ISO)


def test_only_an_open_order_is_divided():
    """SPL-5, §2.2: completed orders are not split."""
    with pytest.raises(InvalidState) as refused:
        divided(complete(an_example(), iso=ISO), {0: 1_000})
    assert refused.value.reason == "ORDER_NOT_EDITABLE"


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([AMERICANO, CAKE, FRUIT, NOODLES]), st.integers(1, 5), st.integers(0, 3_000)
        ),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.integers(1, 700), max_size=3),
    st.integers(0, 10_000),
    st.data(),
)
def test_a_split_loses_no_won(lines: list[Any], amounts: list[int], rate: int, data: st.DataObject):
    """SPL-5, MON-a: Σ list, discount, tip, price are preserved; VAT within one won per bucket."""
    order = an_order(*drawn(lines), discounts=[a_discount(each, f"할인 {each}") for each in amounts])
    if not amounts:
        order = with_rate(order, rate)
    units = {place: data.draw(st.integers(0, quantity)) for place, (_, quantity, _) in enumerate(lines)}
    chosen = {place: pieces * 1_000 for place, pieces in units.items() if pieces}
    if not chosen or sum(units.values()) == sum(quantity for _, quantity, _ in lines):
        return
    parts = divided(order, chosen)
    both = (parts.order.charge_price, parts.new_order.charge_price)
    for field in (
        "charge_list_price_value",
        "charge_discount_value",
        "charge_tip_value",
        "charge_price_value",
    ):
        assert sum(getattr(each, field) for each in both) == getattr(order.charge_price, field)
    assert abs(sum(each.charge_tax_value for each in both) - order.charge_price.charge_tax_value) <= 1
    for part in (parts.order, parts.new_order):
        assert reprice(part, RESTAURANT) == part
        assert all(line.charge_price.value >= 0 for line in part.line_items)
    quantity = sum(line.quantity.value for part in (parts.order, parts.new_order) for line in part.line_items)
    assert quantity == sum(line.quantity.value for line in order.line_items)
