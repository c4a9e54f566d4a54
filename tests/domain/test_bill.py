"""Bills in parts (rulebook §2.6)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.bill import (
    Bill,
    BillLine,
    bill_of,
    by_amount,
    by_count,
    by_guest,
    by_item,
    first_units,
)
from jumak.domain.bill import (
    seated as given_to_guests,
)
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.order.ending import cancel
from jumak.domain.order.paying import record_payment
from jumak.domain.order.pricing import reprice
from jumak.domain.order.types import Order
from tests.domain.shop_floor import (
    AMERICANO,
    CAKE,
    FRUIT,
    MANAGER,
    RESTAURANT,
    a_discount,
    a_line,
    a_payment,
    an_order,
)

MIXED = Bill(
    lines=(
        BillLine(id="americano", net=8_156, quantity=2_000),
        BillLine(id="cake", net=5_301, quantity=1_000),
        BillLine(id="fruit", net=7_250, quantity=1_000),
    ),
    tip=0,
    unpaid=20_707,
)
"""Ex A."""


def amounts(parts) -> list[int]:
    return [part.amount for part in parts]


def paid(order: Order, amount: int, *, tip: int = 0) -> Order:
    """tip: won of its own on top of the amount."""
    return record_payment(
        order, a_payment(order, amount, amountMoney=amount + tip, tipMoney=tip), payment_id="p1", caller=MANAGER, shop=RESTAURANT,
        body=b"1", at_ms=0, iso="2026-02-01T12:01:00+09:00", approved_at="2026-02-01T12:01:00+09:00",
        business_date="2026-02-01", tip=tip,
    ).order  # fmt: skip


def with_tip(order: Order, tip: int) -> Order:
    return replace(order, charge_price=replace(order.charge_price, charge_tip_value=tip))


def test_equal_parts():
    """SPL-1: 10,000 by three: the first part takes the extra won; Ex A in thirds."""
    assert amounts(by_count(replace(MIXED, unpaid=10_000), 3)) == [3_334, 3_333, 3_333]
    assert amounts(by_count(MIXED, 3)) == [6_903, 6_902, 6_902]
    assert amounts(by_count(MIXED, 1)) == [20_707]


@pytest.mark.parametrize("count", [0, 20_708])
def test_a_part_is_at_least_a_won(count: int):
    """SPL-1, SPL-a: nobody can pay nothing."""
    with pytest.raises(InvalidArgument) as refused:
        by_count(MIXED, count)
    assert refused.value.data["path"] == "$.count"


def test_parts_by_amount():
    """SPL-1: any 1 ≤ a ≤ unpaid; what is left is one more part."""
    assert amounts(by_amount(MIXED, [10_000, 707])) == [10_000, 707, 10_000]
    assert amounts(by_amount(MIXED, [20_707])) == [20_707]


@pytest.mark.parametrize(("wanted", "place"), [([0], 0), ([20_708], 0), ([20_000, 707, 1], 2)])
def test_amounts_fit_what_is_owed(wanted: list[int], place: int):
    """SPL-1: refused with the place of the first that does not fit."""
    with pytest.raises(InvalidArgument) as refused:
        by_amount(MIXED, wanted)
    assert refused.value.data["path"] == f"$.amounts[{place}]"


def test_parts_by_item():
    """SPL-2: Ex A: americano 4,078 + 4,078, half a cake 2,651 + 2,650, the fruit nobody chose is the rest."""
    first, second, rest = by_item(
        MIXED, [{"americano": 1_000, "cake": 500}, {"americano": 1_000, "cake": 500}]
    )
    assert (first.amount, second.amount) == (4_078 + 2_651, 4_078 + 2_650)
    assert (rest.amount, rest.units) == (7_250, {"fruit": 1_000})
    assert second.units == {"americano": 1_000, "cake": 500}


@pytest.mark.parametrize(
    ("net", "quantity", "steps", "shares"),
    [
        (8_156, 2_000, 1_000, [4_078, 4_078]),
        (5_301, 1_000, 500, [2_651, 2_650]),
        (10_000, 7_000, 1_000, [1_429] * 4 + [1_428] * 3),
        (3_501, 350, 175, [1_751, 1_750]),
        (2, 3_000, 1_000, [1, 1, 0]),
    ],
)
def test_units_of_a_line_differ_by_a_won(net: int, quantity: int, steps: int, shares: list[int]):
    """SPL-2: earlier units are the larger ones."""
    ends = range(0, quantity + 1, steps)
    until = [first_units(net, end, quantity) for end in ends]
    assert [after - before for before, after in pairwise(until)] == shares


@given(st.integers(0, 10**6), st.integers(1, 40))
@settings(max_examples=100)
def test_units_add_up(net: int, pieces: int):
    """SPL-a: whatever a line costs, its units cost together; none is larger than an earlier one."""
    until = [first_units(net, unit * 1_000, pieces * 1_000) for unit in range(pieces + 1)]
    units = [after - before for before, after in pairwise(until)]
    assert sum(units) == net
    assert units == sorted(units, reverse=True)
    assert units[0] - units[-1] <= 1


def test_what_was_paid_counts_for_what_nobody_chose():
    """SPL-3: friends who paid have left: those who stay owe what they had."""
    left = replace(MIXED, unpaid=20_707 - 8_156)
    assert amounts(by_item(left, [{"cake": 1_000}, {"fruit": 1_000}])) == [5_301, 7_250]
    assert amounts(by_item(left, [{"cake": 1_000}])) == [5_301, 7_250]


def test_money_beyond_that_lowers_every_part():
    """SPL-a: a deposit of half the bill halves the parts of those who choose everything."""
    half = replace(MIXED, unpaid=10_353)
    everything = [{"americano": 2_000}, {"cake": 1_000}, {"fruit": 1_000}]
    assert amounts(by_item(half, everything)) == [4_078, 2_650, 3_625]


@pytest.mark.parametrize(
    ("groups", "error", "path"),
    [
        ([{}], InvalidArgument, "$.lines[0]"),
        ([{"cake": 1_000}, {"tea": 1_000}], NotFound, "$.lines[1]"),
        ([{"cake": 1_000}, {"cake": 1}], InvalidArgument, "$.lines[1]"),
        ([{"cake": 0}], InvalidArgument, "$.lines[0]"),
    ],
)
def test_only_what_was_ordered_is_divided(groups, error, path: str):
    """SPL-2: known lines, and no unit twice."""
    with pytest.raises(error) as refused:
        by_item(MIXED, groups)
    assert refused.value.data["path"] == path


def seated(**seats: int) -> Bill:
    return replace(MIXED, lines=tuple(replace(line, seat=seats.get(line.id)) for line in MIXED.lines))


def test_parts_by_guest():
    """SPL-3: a seat pays its own lines and an equal share of what is shared."""
    first, second = by_guest(seated(americano=1, cake=2))
    assert (first.amount, second.amount) == (8_156 + 3_625, 5_301 + 3_625)
    assert (first.seat, first.units, second.units) == (1, {"americano": 2_000}, {"cake": 1_000})


def test_guests_without_a_line_share_too():
    """SPL-3: they sit on the lowest free seats."""
    parts = by_guest(replace(seated(americano=2, cake=5), num_guests=3))
    assert [part.seat for part in parts] == [1, 2, 5]
    assert amounts(parts) == [2_417, 8_156 + 2_417, 5_301 + 2_416]
    assert amounts(by_guest(replace(MIXED, num_guests=3))) == [6_903, 6_902, 6_902]


def test_lines_are_given_to_guests_at_the_till():
    """SPL-3: what the order knew of seats does not count any more; what nobody is given is shared by all."""
    known = seated(americano=2, cake=5)
    given = given_to_guests(known, [("cake", 3)], 3)
    assert [(line.id, line.seat) for line in given.lines if line.seat is not None] == [("cake", 3)]
    parts = by_guest(given)
    assert [part.seat for part in parts] == [1, 2, 3]
    assert sum(amounts(parts)) == 20_707
    assert amounts(parts)[0] - amounts(parts)[1] in (0, 1)
    assert amounts(parts)[2] - amounts(parts)[1] in (5_300, 5_301)


@pytest.mark.parametrize(
    ("seats", "error", "path"),
    [
        ([("tea", 1)], NotFound, "$.seats[0].id"),
        ([("cake", 1), ("cake", 2)], InvalidArgument, "$.seats[1].id"),
        ([("cake", 3)], InvalidArgument, "$.seats[0].seat"),
    ],
)
def test_lines_are_given_to_those_who_sit_there(seats, error, path: str):
    """SPL-3: known lines, each once, to guests there are."""
    with pytest.raises(error) as refusal:
        given_to_guests(MIXED, seats, 2)
    assert refusal.value.data["path"] == path


def test_somebody_must_sit_somewhere():
    """SPL-3: without seats and guests there is nothing to divide by."""
    with pytest.raises(InvalidArgument):
        by_guest(MIXED)


def test_a_tip_goes_by_what_each_part_comes_to():
    """SPL-2, VAT-4: 10 % on the bill is 10 % on every part."""
    tipped = replace(MIXED, tip=2_071, unpaid=22_778)
    assert amounts(by_item(tipped, [{"americano": 2_000}])) == [8_156 + 816, 12_551 + 1_255]
    free = Bill(lines=(BillLine(id="a", net=0, quantity=1_000, seat=2),), tip=500, unpaid=500, num_guests=2)
    assert amounts(by_guest(free)) == [500, 0]
    assert amounts(by_item(free, [{"a": 1_000}])) == [500]


def test_a_tip_somebody_paid_is_nobody_elses():
    """SPL-2, SPL-3, PAY-2: three cakes, the first guest pays theirs and a tip: the others pay what theirs cost."""
    order = an_order(a_line(CAKE), a_line(CAKE), a_line(CAKE))
    bill = bill_of(paid(order, 6_500, tip=3_000))
    assert (bill.unpaid, bill.tip) == (13_000, 0)
    _, second, third = (line.id for line in bill.lines)
    assert amounts(by_item(bill, [{second: 1_000}])) == [6_500, 6_500]
    assert amounts(by_item(bill, [{second: 1_000}, {third: 1_000}])) == [6_500, 6_500]


def test_the_orders_own_tip_is_paid_with_each_part():
    """SPL-2, VAT-4: of a tip on the whole order the others owe their share, whatever was tipped beside it."""
    tipped = reprice(with_tip(an_order(a_line(CAKE), a_line(CAKE), a_line(CAKE)), 1_950), RESTAURANT)
    first, rest = by_item(bill_of(tipped), [{tipped.line_items[0].id: 1_000}])
    assert (first.amount, rest.amount) == (7_150, 14_300)
    bill = bill_of(paid(tipped, first.amount, tip=1_000))
    assert amounts(by_item(bill, [{tipped.line_items[1].id: 1_000}])) == [7_150, 7_150]


@given(st.lists(st.sampled_from([AMERICANO, CAKE, FRUIT]), min_size=2, max_size=5), st.data())
@settings(max_examples=50)
def test_whoever_pays_a_part_with_a_tip_leaves_the_other_parts_as_they_were(items, data: st.DataObject):
    """SPL-a, PAY-2: a part and a tip of its own are paid; the bill of those who stay comes out as before."""
    order = an_order(*map(a_line, items))
    units = [{line.id: 1_000} for line in order.line_items]
    before = amounts(by_item(bill_of(order), units))
    goes = data.draw(st.integers(0, len(units) - 1))
    after = bill_of(paid(order, before.pop(goes), tip=data.draw(st.integers(0, 20_000))))
    del units[goes]
    assert amounts(by_item(after, units)) == before
    assert amounts(by_item(after, units[:1])) == [before[0], sum(before[1:])][: len(units)]


def test_the_bill_of_an_order():
    """SPL-2: Ex A, from a real order: nets after every discount, and what is still owed."""
    order = an_order(
        a_line(AMERICANO, 2),
        a_line(CAKE, 1, charge=5_850, discounts=[a_discount(650)]),
        a_line(FRUIT),
        discounts=[a_discount(1_143), a_discount(1_000)],
        numGuests=2,
    )
    bill = bill_of(order)
    assert [(line.net, line.quantity) for line in bill.lines] == [
        (8_156, 2_000),
        (5_301, 1_000),
        (7_250, 1_000),
    ]
    assert (bill.unpaid, bill.tip, bill.num_guests) == (20_707, 0, 2)
    assert bill_of(paid(order, 6_903)).unpaid == 13_804


def test_a_paid_bill_is_not_divided():
    """SPL-a: there is nothing to sum to; nor is a cancelled order's."""
    order = an_order(a_line(CAKE))
    with pytest.raises(InvalidState) as refused:
        bill_of(paid(order, 6_500))
    assert refused.value.reason == "NOTHING_OWED"
    with pytest.raises(InvalidState) as refused:
        bill_of(cancel(order, iso="2026-02-01T12:01:00+09:00", reason="변심"))
    assert refused.value.reason == "ORDER_CANCELLED"


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    lines = tuple(
        BillLine(
            id=str(place),
            net=draw(st.integers(0, 30_000)),
            quantity=draw(st.sampled_from([350, 1_000, 2_000, 3_000, 7_000])),
            seat=draw(st.one_of(st.none(), st.integers(1, 5))),
        )
        for place in range(draw(st.integers(1, 6)))
    )
    tip = draw(st.sampled_from([0, 0, 1, 1_005]))
    goods = draw(st.integers(0, sum(line.net for line in lines)))
    return Bill(lines=lines, tip=tip, unpaid=goods + tip, num_guests=draw(st.integers(1, 6)))


@st.composite
def groups_of(draw: st.DrawFn, bill: Bill) -> list[dict[str, int]]:
    left = {line.id: line.quantity for line in bill.lines}
    groups = []
    for _ in range(draw(st.integers(1, 3))):
        group = {}
        for line_id in draw(st.lists(st.sampled_from(sorted(left)), unique=True, min_size=1)):
            if left[line_id]:
                group[line_id] = draw(st.integers(1, left[line_id]))
                left[line_id] -= group[line_id]
        if group:
            groups.append(group)
    return groups


@given(bills(), st.data())
@settings(max_examples=100)
def test_parts_are_what_is_owed(bill: Bill, data: st.DataObject):
    """SPL-a: parts ≥ 0, of a count ≥ 1, and their sum is the unpaid amount, however it is divided."""
    guests = data.draw(st.integers(1, 5))
    seats = data.draw(
        st.dictionaries(st.sampled_from([line.id for line in bill.lines]), st.integers(1, guests))
    )
    given_out = given_to_guests(bill, list(seats.items()), guests)
    ways = [by_guest(bill), by_guest(given_out), by_item(bill, data.draw(groups_of(bill)))]
    if bill.unpaid:
        equal = by_count(bill, data.draw(st.integers(1, min(9, bill.unpaid))))
        assert min(amounts(equal)) >= 1
        ways += [equal, by_amount(bill, [data.draw(st.integers(1, bill.unpaid))])]
    for parts in ways:
        assert sum(amounts(parts)) == bill.unpaid
        assert min(amounts(parts)) >= 0
