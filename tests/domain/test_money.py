"""Whole won: rounding, quantities and fair shares (rulebook §1.1, §1.2)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.domain.errors import InvalidArgument
from jumak.domain.money import from_milli, line_list, milli, rhu, share_out, split_evenly, won

amounts = st.integers(0, 999_999_999)


@pytest.mark.parametrize("value", [0, 999_999_999, -999_999_999])
def test_money_is_an_integer_within_nine_digits(value: int):
    """MON-1: whole won, at most 999,999,999 either way."""
    assert won(value) == value


@pytest.mark.parametrize("value", [1_000_000_000, -1_000_000_000, 1.0, 1.5, math.nan, math.inf, True, "1"])
def test_anything_else_is_no_money(value):
    """MON-1: floats, NaN, truths and ten digits are refused with the path."""
    with pytest.raises(InvalidArgument) as refused:
        won(value, path="$.order.x")
    assert refused.value.data["path"] == "$.order.x"


@pytest.mark.parametrize(
    ("n", "d", "rounded"), [(0, 7, 0), (1, 2, 1), (3, 2, 2), (5, 2, 3), (49, 100, 0), (50, 100, 1)]
)
def test_ties_go_up(n: int, d: int, rounded: int):
    """MON-3: half up, unlike Python's round, which would make 2 of 2.5."""
    assert rhu(n, d) == rounded


@given(amounts, st.integers(1, 10_000))
@settings(max_examples=100)
def test_rounding_is_never_off_by_more_than_a_half(n: int, d: int):
    """MON-3: the nearest integer."""
    assert abs(2 * (rhu(n, d) * d - n)) <= d


def test_quantities_are_exact_thousandths():
    """MON-5: integers and up to three decimals come back as they went in."""
    assert [milli(2), milli(0.35), milli(1.005), milli(3.0)] == [2_000, 350, 1_005, 3_000]
    assert [from_milli(2_000), from_milli(350)] == [2, 0.35]
    assert type(from_milli(3_000)) is int


@pytest.mark.parametrize("value", [0.0005, 1.2345, 0.1 + 0.2, math.nan, math.inf, -math.inf])
def test_a_fourth_decimal_is_refused(value: float):
    """MON-5: a quantity the scale cannot show is no quantity."""
    with pytest.raises(InvalidArgument):
        milli(value)


@given(st.integers(1, 9_999_000))
@settings(max_examples=100)
def test_thousandths_survive_the_wire(thousandths: int):
    """MON-5: what is sent as a decimal is read as the same thousandths."""
    assert milli(from_milli(thousandths)) == thousandths


@pytest.mark.parametrize(
    ("price", "unit", "choices", "quantity", "total"),
    [
        (4_500, 1, 0, 2_000, 9_000),
        (9_000, 1, 500, 1_000, 9_500),
        (9_000, 1, 500 * 2 - 300, 3_000, 29_100),
        (4_500, 1, -500, 2_000, 8_000),
        (4_500, 1, -5_000, 2_000, 0),
        (10_000, 100, 0, 250_000, 25_000),
        (1_000, 3, 0, 1_000, 333),
        (999, 1, 0, 500, 500),
        (10_000, 100, 50, 2_000, 300),
    ],
)
def test_the_list_price_of_a_line(price: int, unit: int, choices: int, quantity: int, total: int):
    """MON-7: options are per one item, by unit the price is divided first; half a won goes up."""
    assert line_list(price, unit, choices, quantity) == total


def test_menu_prices_hold_the_vat():
    """MON-6: what the guest reads on the menu is what two of them cost."""
    assert line_list(4_500, 1, 0, 2_000) == 2 * 4_500


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (1_143, [9_000, 5_850, 8_000], [450, 293, 400]),
        (1_000, [8_550, 5_557, 7_600], [394, 256, 350]),
        (1, [5, 5], [1, 0]),
        (1, [2, 1, 1], [1, 0, 0]),
        (2, [3, 1, 2], [1, 0, 1]),
        (10, [0, 4, 0, 6], [0, 4, 0, 6]),
        (0, [], []),
        (0, [0, 0], [0, 0]),
    ],
)
def test_shares_by_largest_remainder(total: int, weights: list[int], shares: list[int]):
    """DSC-5: left-over won go to the largest remainders, ties to the larger weight, then the earlier."""
    assert share_out(total, weights) == shares


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.data())
@settings(max_examples=100)
def test_shares_add_up_and_fit(weights: list[int], data: st.DataObject):
    """MON-b: shares sum to the total, none is above its weight, and none is a won off its due."""
    total = data.draw(st.integers(0, sum(weights)))
    shares = share_out(total, weights)
    assert sum(shares) == total
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))
    if total:
        assert all(
            abs(share * sum(weights) - total * weight) < sum(weights)
            for share, weight in zip(shares, weights, strict=True)
        )


@given(st.lists(st.integers(1, 1_000), min_size=2, max_size=8), st.data())
@settings(max_examples=100)
def test_order_of_lines_changes_only_who_wins_ties(weights: list[int], data: st.DataObject):
    """MON-b: permuting the lines permutes the shares, except among equal lines."""
    total = data.draw(st.integers(0, sum(weights)))
    places = data.draw(st.permutations(range(len(weights))))
    before = share_out(total, weights)
    after = share_out(total, [weights[place] for place in places])
    assert sorted(zip(weights, before, strict=True)) == sorted(
        zip([weights[place] for place in places], after, strict=True)
    )


def test_even_parts():
    """SPL-1: 10,000 by three."""
    assert split_evenly(10_000, 3) == [3_334, 3_333, 3_333]
