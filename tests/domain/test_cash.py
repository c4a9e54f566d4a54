"""Cash over the counter (rulebook §3.3)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.domain.cash import change_due, quick_tenders, small_change
from jumak.domain.errors import InvalidArgument


def test_the_payment_is_what_is_due():
    """CSH-1: due 20,707, tendered 25,000: the payment is 20,707 and 4,293 go back."""
    assert change_due(20_707, 25_000) == 4_293
    assert change_due(20_707, 20_707) == 0


def test_too_little_is_no_payment():
    """CSH-1: change is never below zero."""
    with pytest.raises(InvalidArgument) as refused:
        change_due(20_707, 20_000)
    assert refused.value.reason == "TENDERED_TOO_LITTLE"


def test_the_smallest_coin_is_ten():
    """CSH-2: 20,707 is paid as 20,700, 7 is given up."""
    assert small_change(20_707, 10) == 7
    assert small_change(20_707, 100) == 7
    assert small_change(20_707, 1) == 0


@pytest.mark.parametrize(
    ("due", "keys"),
    [
        (20_707, (20_707, 21_000, 25_000, 30_000, 50_000)),
        (20_000, (20_000, 50_000)),
        (50_000, (50_000,)),
        (50_001, (50_001, 51_000, 55_000, 60_000, 100_000)),
        (0, ()),
    ],
)
def test_quick_tender_keys(due: int, keys: tuple[int, ...]):
    """CSH-3: exact, next 1,000, 5,000, 10,000 and 50,000, each once."""
    assert quick_tenders(due) == keys


@given(st.integers(1, 10**8))
@settings(max_examples=50)
def test_every_key_covers_the_bill(due: int):
    """CSH-3, CSH-1: whatever key is touched, change is zero or more."""
    assert all(change_due(due, key) >= 0 for key in quick_tenders(due))
