"""VAT inside prices, and payments drawing on an order's money (rulebook §1.4, §1.6)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.tax import (
    EXEMPT,
    OUT_OF_SCOPE,
    Buckets,
    draw,
    included_vat,
    redemption_base,
    shows_vat_split,
    tip_needs_withholding,
    vat_bucket_of,
)
from tests.domain.shop_floor import RESTAURANT

amounts = st.integers(0, 10**8)


@pytest.mark.parametrize(
    ("gross", "tax"),
    [(3_200, 291), (9_026, 821), (30_000, 2_727), (2_250, 205), (10_500, 955), (15_000, 1_364), (0, 0)],
)
def test_vat_inside_a_price(gross: int, tax: int):
    """VAT-2: the figures other systems print, rounded to the nearest won."""
    assert included_vat(gross, 1_000) == tax


def test_a_shop_may_round_down():
    """VAT-2: vatRounding FLOOR."""
    assert [included_vat(gross, 1_000, "FLOOR") for gross in (10_500, 9_026, 11)] == [954, 820, 1]


def test_any_rate():
    """VAT-8: the same formula for every rate."""
    assert included_vat(10_800, 800) == 800
    assert included_vat(12_000, 2_000) == 2_000
    assert [included_vat(12_000, bp) for bp in (0, EXEMPT, OUT_OF_SCOPE)] == [0, 0, 0]


@given(amounts, st.integers(1, 5_000))
@settings(max_examples=100)
def test_vat_is_the_nearest_won_and_never_falls(gross: int, vat_bp: int):
    """MON-c: within half a won of T·r/(100+r), and monotone in T."""
    tax = included_vat(gross, vat_bp)
    assert abs(tax - Fraction(gross * vat_bp, 10_000 + vat_bp)) <= Fraction(1, 2)
    assert tax <= included_vat(gross + 1, vat_bp)
    assert 0 <= included_vat(gross, vat_bp, "FLOOR") <= tax


def test_every_line_falls_in_one_bucket():
    """VAT-1, VAT-6: by its item: taxed, exempt, or no supply at all."""
    assert vat_bucket_of("ITEM", False, RESTAURANT) == 1_000
    assert vat_bucket_of("COMBO", True, RESTAURANT) == EXEMPT
    assert vat_bucket_of("DELIVERY_FEE", False, RESTAURANT) == 1_000
    for stored in ("PREPAID_CARD", "MULTI_USE_TICKET", "GIFT_CARD"):
        assert vat_bucket_of(stored, False, RESTAURANT) == OUT_OF_SCOPE
        assert vat_bucket_of(stored, True, RESTAURANT) == OUT_OF_SCOPE


def test_the_shops_tax_type():
    """VAT-7: exempt shops have no taxed line; simplified ones compute VAT and do not show it."""
    exempt, simplified = replace(RESTAURANT, tax_type="EXEMPT"), replace(RESTAURANT, tax_type="SIMPLIFIED")
    assert vat_bucket_of("ITEM", False, exempt) == EXEMPT
    assert vat_bucket_of("GIFT_CARD", False, exempt) == OUT_OF_SCOPE
    assert vat_bucket_of("ITEM", False, simplified) == 1_000
    assert [shows_vat_split(shop) for shop in (RESTAURANT, simplified, exempt)] == [True, False, False]


def test_a_large_tip_is_warned_of():
    """VAT-4: above 20 % of the supply value: with supply 90,909 above 18,181."""
    assert not tip_needs_withholding(18_181, 90_909)
    assert tip_needs_withholding(18_182, 90_909)


def test_stored_value_is_taxed_when_it_is_redeemed():
    """VAT-6: a 100,000 card sold for 90,000; redeeming 10,000 is a base of 9,000 with VAT 818."""
    assert redemption_base(10_000, 100_000, 90_000) == 9_000
    assert included_vat(9_000, 1_000) == 818
    assert redemption_base(10_000, 100_000, 100_000) == 10_000


def drawn(buckets: Buckets, cuts: list[int]) -> list[Buckets]:
    parts = []
    for cut in cuts:
        parts.append(draw(buckets, cut))
        buckets -= parts[-1]
    return parts


def test_three_payments_of_one_order():
    """MON-9: 15,000 in 3 × 5,000 is VAT 455, 454, 455."""
    parts = drawn(Buckets(13_636, 1_364, 0, 0), [5_000] * 3)
    assert [part.tax for part in parts] == [455, 454, 455]


def test_a_mixed_order_in_thirds():
    """MON-9, SPL-1: Ex A: 20,707 with supply 12,234, VAT 1,223 and exempt 7,250."""
    parts = drawn(Buckets(12_234, 1_223, 7_250, 0), [6_903, 6_902, 6_902])
    assert [(part.supply, part.tax, part.exempt) for part in parts] == [
        (4_078, 408, 2_417),
        (4_078, 407, 2_417),
        (4_078, 408, 2_416),
    ]


@given(st.tuples(amounts, amounts, amounts, amounts), st.lists(st.integers(0, 10**7), max_size=8))
@settings(max_examples=100)
def test_payments_take_the_whole_order_and_no_more(figures: tuple[int, int, int, int], cuts: list[int]):
    """MON-e: components are never below zero, sum to the amount, and together are the order's."""
    order = Buckets(*figures)
    wanted, left = [], order.total
    for cut in cuts:
        wanted.append(min(cut, left))
        left -= wanted[-1]
    wanted.append(left)
    parts = drawn(order, wanted)
    assert [part.total for part in parts] == wanted
    assert all(min(part.supply, part.tax, part.exempt, part.tip) >= 0 for part in parts)
    assert sum(parts, Buckets(0, 0, 0, 0)) == order


def test_nothing_is_left_below_zero():
    """MON-4: what was taken beyond a bucket leaves it empty, not negative."""
    assert Buckets(10, 1, 0, 5).less(Buckets(4, 2, 0, 5)) == Buckets(6, 0, 0, 0)
