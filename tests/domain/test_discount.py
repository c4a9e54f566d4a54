"""Discounts on one base (rulebook §1.3); whole orders stand in test_price."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.domain.base import Value
from jumak.domain.discount import Discount, StaffDiscount, percent_amount, resolve
from jumak.domain.errors import InvalidArgument
from jumak.domain.merchant import Shop


def off(amount: int, title: str = "할인") -> Discount:
    return Discount(title=title, amount_money=Value(amount))


def rate(percent_bp: int, title: str = "할인율") -> StaffDiscount:
    return StaffDiscount(title=title, percent_bp=percent_bp)


def typed(amount: int, title: str = "직원") -> StaffDiscount:
    return StaffDiscount(title=title, amount_money=Value(amount))


def amounts_of(asked, base: int, *, strict: bool = False, unit: int = 1) -> tuple[list[int], int]:
    applied, left = resolve(asked, base, unit=unit, strict=strict, path="$.d")
    return [each.amount_money.value for each in applied], left


@pytest.mark.parametrize(
    ("base", "bp", "amount"), [(3_900, 1_500, 585), (4_535, 1_000, 454), (0, 5_000, 0), (7, 10_000, 7)]
)
def test_a_rate_is_rounded_half_up(base: int, bp: int, amount: int):
    """DSC-3: 3,900 at 15 % is 585; 4,535 at 10 % is 454."""
    assert percent_amount(base, bp) == amount


def test_a_rate_may_be_rounded_to_a_coin():
    """DSC-3: to 10 or 100 won when the shop says so, never above what it applies to."""
    assert percent_amount(4_535, 1_000, 10) == 450
    assert percent_amount(4_550, 1_000, 100) == 500
    assert percent_amount(4_535, 10_000, 100) == 4_500
    assert percent_amount(60, 10_000, 100) == 60


def test_rates_are_basis_points():
    """MON-2: 10 % is 1000, an integer up to 10,000."""
    read = msgspec.json.decode(b'{"title":"t","percentBp":1000}', type=StaffDiscount)
    assert percent_amount(10_000, read.percent_bp or 0) == 1_000
    for wrong in (b"10.5", b"10001", b"-1"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(b'{"title":"t","percentBp":' + wrong + b"}", type=StaffDiscount)


def test_rates_stack_one_after_the_other():
    """DSC-2: 10,000 less 10 % less 20 % is 7,200, not 7,000."""
    assert amounts_of([rate(1_000), rate(2_000)], 10_000) == ([1_000, 1_800], 7_200)


def test_rates_come_before_amounts():
    """DSC-1: however staff typed them."""
    assert amounts_of([typed(1_000), rate(1_000)], 10_000) == ([1_000, 1_000], 8_000)
    applied, _ = resolve([typed(500), rate(1_000)], 10_000, unit=1, strict=False, path="$.d")
    assert [(each.title, each.amount_money.value) for each in applied] == [("할인율", 1_000), ("직원", 500)]


def test_what_staff_type_is_clipped():
    """DSC-4: to what is left; what came to nothing is dropped."""
    assert amounts_of([typed(700), typed(700), typed(700)], 1_000) == ([700, 300], 0)


def test_what_a_plugin_sends_is_never_clipped():
    """DSC-4: its total and ours would differ, so it is refused with the place."""
    with pytest.raises(InvalidArgument) as refused:
        amounts_of([off(700), off(301)], 1_000, strict=True)
    assert (refused.value.reason, refused.value.data["path"]) == ("INVALID_DISCOUNT", "$.d[1]")
    assert amounts_of([off(700), off(300)], 1_000, strict=True) == ([700, 300], 0)


@pytest.mark.parametrize("strict", [True, False])
def test_a_discount_is_no_surcharge(strict: bool):
    """MON-4: below zero is refused, whoever sends it."""
    with pytest.raises(InvalidArgument):
        amounts_of([off(-1)], 1_000, strict=strict)


def test_points_of_the_shop_are_a_discount():
    """DSC-8: own points lower the price; what a third party pays back is a tender and never comes here."""
    assert amounts_of([off(1_000, "포인트 사용")], 11_000) == ([1_000], 10_000)


def test_no_price_depends_on_the_tender():
    """DSC-9: the shop has no setting for a cash discount or a card surcharge."""
    assert not [name for name in Shop.__struct_fields__ if "surcharge" in name or "cash_discount" in name]


@given(
    st.lists(st.one_of(st.integers(0, 10_000).map(rate), st.integers(0, 20_000).map(typed)), max_size=6),
    st.integers(0, 30_000),
    st.sampled_from([1, 10, 100]),
)
@settings(max_examples=100)
def test_discounts_and_what_they_leave_make_the_base(asked: list[StaffDiscount], base: int, unit: int):
    """MON-a: nothing is lost between a base and its discounts, and nothing falls below zero."""
    amounts, left = amounts_of(asked, base, unit=unit)
    assert sum(amounts) + left == base
    assert left >= 0
    assert all(amount > 0 for amount in amounts)
