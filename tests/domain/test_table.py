"""Tables: status, figures, groups and seats, derived from plain values."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.errors import Conflict, InvalidState
from jumak.domain.occupancy import (
    check_clearable,
    check_free,
    is_occupied,
    main_order,
    may_release,
    spread_over_groups,
    table_figures,
    table_status,
)
from jumak.domain.order.ending import cancel, complete
from jumak.domain.order.move import move
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.public import public, with_table
from jumak.domain.order.types import Order, PaymentPrice
from jumak.domain.reservation import ReservationRecord
from jumak.domain.table import (
    GroupRecord,
    TableRecord,
    TableState,
    added_guests,
    emptied,
    group_of,
    is_over_capacity,
    joined,
    regrouped,
    seated,
    table_view,
    taken_over,
)
from tests.domain.shop_floor import NOODLES, NOON, RESTAURANT, SEOUL, a_line, an_order, later

ISO = "2026-02-01T12:05:00+09:00"
WINDOW = TableRecord(id=1, hall_id=1, title=" 창가 1 ", capacity=4, version=1)


def an_open_order(**more: object) -> Order:
    return an_order(a_line(NOODLES, 2), tableId=1, **more)


def paid(order: Order) -> Order:
    price = order.charge_price.charge_price_value
    return replace(order, payment_price=PaymentPrice(payment_paid_value=price, payment_unpaid_value=0))


def status(
    record: TableRecord,
    orders: Sequence[Order] = (),
    reservations: Sequence[ReservationRecord] = (),
    minutes: int = 0,
) -> TableState:
    return table_status(record, orders, reservations, later(minutes), RESTAURANT, SEOUL)


def test_a_table_looks_to_plugins_as_it_was_typed():
    """TBL-5: title exactly as typed, the group it is used in, the shop's id as merchant."""
    group = GroupRecord(id=7, color="#112233", table_ids=(1, 2))
    view = table_view(replace(WINDOW, group_id=7), group, RESTAURANT)
    assert (view.id, view.hall_id, view.title, view.capacity) == (1, 1, " 창가 1 ", 4)
    assert view.group is not None
    assert (view.group.id, view.group.merchant_id, view.group.table_ids) == (7, RESTAURANT.id, (1, 2))
    assert table_view(WINDOW, None, RESTAURANT).group is None


def test_an_empty_table_is_empty():
    """TBL-6: nothing there."""
    assert status(WINDOW) == "empty"


def test_an_order_that_has_not_ended_or_owes_occupies():
    """TBL-6, ORD-5: occupied if any order is not (COMPLETED/CANCELLED and unpaid = 0)."""
    opened = an_open_order()
    completed_unpaid = complete(opened, iso=ISO)
    settled = complete(paid(opened), iso=ISO)
    cancelled = cancel(opened, iso=ISO, reason=None)
    assert status(WINDOW, [opened]) == "occupied"
    assert status(WINDOW, [paid(opened)]) == "occupied"
    assert status(WINDOW, [completed_unpaid]) == "occupied"
    assert status(WINDOW, [settled]) == "empty"
    assert status(WINDOW, [cancelled]) == "empty"
    assert status(WINDOW, [settled, opened]) == "occupied"


def test_seated_guests_occupy_without_an_order():
    """TBL-6, TBL-7, TBL-8: the seated flag; at least one guest."""
    sat = seated(WINDOW, at_ms=5, num_guests=None)
    assert (sat.seated_ms, sat.num_guests, sat.version) == (5, 1, 2)
    assert status(sat) == "occupied"
    again = seated(sat, at_ms=9, num_guests=3)
    assert (again.seated_ms, again.num_guests) == (5, 3)
    assert emptied(again) == replace(WINDOW, version=again.version + 1)
    assert emptied(WINDOW) is WINDOW


def test_the_bill_counts_until_the_order_changes():
    """TBL-6: bill printed if a pre-bill was printed after the last change."""
    opened = an_open_order()
    billed = replace(WINDOW, bill_ms=to_ms(later(4)))
    assert status(billed, [opened]) == "bill"
    changed = replace(opened, updated_at=ISO, version=2)
    assert status(billed, [changed]) == "occupied"
    assert status(replace(billed, bill_ms=to_ms(later(6))), [changed]) == "bill"
    assert status(billed) == "empty"


def test_reserved_only_when_empty():
    """TBL-6: bill > occupied > reserved > empty; lead time 30 minutes."""
    booked = ReservationRecord(id="r", num_guests=2, at_ms=to_ms(later(30)), table_ids=(1,))
    elsewhere = replace(booked, table_ids=(2,))
    assert status(WINDOW, (), [booked]) == "reserved"
    assert status(WINDOW, (), [booked], minutes=-1) == "empty"
    assert status(WINDOW, (), [elsewhere]) == "empty"
    assert status(WINDOW, [an_open_order()], [booked]) == "occupied"
    assert status(replace(WINDOW, bill_ms=to_ms(later(1))), [an_open_order()], [booked]) == "bill"


@settings(max_examples=60)
@given(
    bill=st.booleans(),
    seat=st.booleans(),
    order=st.sampled_from(["none", "open", "settled"]),
    minutes=st.sampled_from([-200, -10, 10, 200]),
)
def test_status_is_the_first_that_holds(bill: bool, seat: bool, order: str, minutes: int):
    """TBL-6: the status depends on nothing but record, orders, reservations, time and shop."""
    opened = an_open_order()
    orders = {"none": [], "open": [opened], "settled": [complete(paid(opened), iso=ISO)]}[order]
    record = replace(WINDOW, bill_ms=to_ms(later(10)) if bill else None, seated_ms=1 if seat else None)
    booked = ReservationRecord(id="r", num_guests=2, at_ms=to_ms(later(minutes)), table_ids=(1,))
    occupied = seat or order == "open"
    expected = ("bill" if bill else "occupied") if occupied else "reserved" if abs(minutes) <= 30 else "empty"
    assert status(record, orders, [booked]) == expected
    assert is_occupied(record, orders) is occupied


def test_tables_used_together_are_occupied_together():
    """TBL-5: one party sits at the whole group."""
    group = GroupRecord(id=1, color="#000", table_ids=(1, 2, 3))
    states: dict[int, TableState] = {1: "bill", 2: "empty", 3: "reserved", 4: "empty"}
    assert spread_over_groups(states, [group]) == {1: "bill", 2: "occupied", 3: "occupied", 4: "empty"}
    assert spread_over_groups({1: "reserved", 2: "empty"}, [group]) == {1: "reserved", 2: "empty"}


def test_a_group_left_with_one_table_ends():
    """TBL-5: tables leave their old group when they join another."""
    one = GroupRecord(id=1, color="#000", table_ids=(1, 2))
    two = GroupRecord(id=2, color="#000", table_ids=(3, 4, 5))
    shrunk, ended = regrouped([one, two], frozenset({2, 3}))
    assert shrunk == (replace(two, table_ids=(4, 5)),)
    assert ended == (one,)
    assert regrouped([one], frozenset({9})) == ((), ())
    assert group_of(replace(WINDOW, group_id=2), {1: one, 2: two}) == two
    assert group_of(WINDOW, {1: one}) is None


def test_figures_of_a_table():
    """TBL-9: amount due, guests, since when seated, last order, oldest unbumped ticket."""
    first = an_open_order(numGuests=3)
    second = complete(paid(an_open_order()), iso=ISO)
    figures = table_figures(replace(WINDOW, seated_ms=5, num_guests=9), [first, second], [40, 30])
    assert figures.due == 18_000
    assert figures.num_guests == 3
    assert figures.seated_ms == 5
    assert figures.last_order_ms == to_ms(NOON)
    assert figures.oldest_ticket_ms == 30
    empty = table_figures(replace(WINDOW, num_guests=2), [], [])
    assert (empty.due, empty.num_guests, empty.seated_ms, empty.last_order_ms) == (0, 2, None, None)
    assert empty.oldest_ticket_ms is None


def test_more_guests_than_seats_only_warn():
    """TBL-8: over capacity is worth a warning, nothing more; merging sums."""
    assert is_over_capacity(WINDOW, 5)
    assert not is_over_capacity(WINDOW, 4)
    assert not is_over_capacity(replace(WINDOW, capacity=None), 99)
    assert added_guests(2, 3) == 5
    assert added_guests(None, 3) == 3
    assert added_guests(None, None) is None


def test_a_party_takes_its_seat_along():
    """TBL-1, TBL-2: since when, how many; a printed bill is no longer true after a merge."""
    here = replace(WINDOW, seated_ms=10, num_guests=2, bill_ms=20)
    there = TableRecord(id=2, hall_id=1, title="2", seated_ms=5, num_guests=3, bill_ms=7, version=1)
    moved = taken_over(here, there)
    assert (moved.id, moved.seated_ms, moved.num_guests, moved.bill_ms) == (2, 10, 2, 20)
    together = joined(here, there)
    assert (together.id, together.seated_ms, together.num_guests, together.bill_ms) == (2, 5, 5, None)


def test_a_table_shows_its_open_order_first():
    """TBL-12, TBL-3: the OPENED one, else the oldest not released."""
    old = complete(an_open_order(), iso=ISO)
    opened = replace(an_open_order(), id="o2")
    assert main_order([old, opened]) is opened
    assert main_order([old]) is old
    assert main_order([]) is None


def test_a_table_is_released_when_every_order_has_ended_and_owes_nothing():
    """ORD-8: one order that is open or owes keeps the table."""
    opened = an_open_order()
    settled = complete(paid(opened), iso=ISO)
    assert may_release([settled, cancel(opened, iso=ISO, reason=None)])
    assert not may_release([settled, opened])
    assert not may_release([settled, complete(opened, iso=ISO)])


def test_guests_leave_when_nothing_is_owed():
    """TBL-7: clear with unpaid > 0 is refused and says how much."""
    opened = an_open_order()
    check_clearable([paid(opened)])
    check_clearable([])
    with pytest.raises(InvalidState) as refused:
        check_clearable([paid(opened), opened])
    assert (refused.value.reason, refused.value.data) == ("UNPAID", {"due": 18_000})


def test_an_occupied_table_names_the_order_in_the_way():
    """TBL-1, TBL-12: TABLE_OCCUPIED with that order's id."""
    order = an_open_order()
    check_free(WINDOW, [], occupied=False)
    with pytest.raises(Conflict) as refused:
        check_free(WINDOW, [order], occupied=True)
    assert (refused.value.reason, refused.value.data) == ("TABLE_OCCUPIED", {"orderId": order.id})
    with pytest.raises(Conflict) as seat:
        check_free(WINDOW, [], occupied=True)
    assert seat.value.data == {}


def test_moving_is_only_a_new_label():
    """TBL-1: lines, price and kitchen stay; requested, cancelled and released orders do not move."""
    order = an_open_order()
    moved = move(order, 2, iso=ISO)
    assert moved == replace(order, table_id=2, version=2, updated_at=ISO)
    completed = complete(order, iso=ISO)
    assert move(completed, 2, iso=ISO).order_state == "COMPLETED"
    released = replace(completed, backing=replace(backing_of(completed), released=True))
    for stuck, reason in (
        (cancel(order, iso=ISO, reason=None), "ORDER_CANCELLED"),
        (released, "ORDER_NOT_EDITABLE"),
        (replace(order, order_state="REQUESTED"), "ORDER_NOT_EDITABLE"),
    ):
        with pytest.raises(InvalidState) as refused:
            move(stuck, 2, iso=ISO)
        assert refused.value.reason == reason


def test_what_leaves_the_shop_has_no_private_half():
    """H-15: `table` stands beside `tableId`; the shop's own half never leaves."""
    order = an_open_order()
    assert public(order).backing is None
    view = table_view(WINDOW, None, RESTAURANT)
    left = with_table(order, view)
    assert (left.backing, left.table, left.table_id) == (None, view, 1)
