"""Stock: taken, given back, counted, never below zero (CAT-9)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.catalog import CatalogItem, ItemPrice, StockQuantity, set_state
from jumak.domain.catalog.holding import remaining
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.stock import adjust, give_back, take

NOON = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)


def stocked(left: float, *, tracked: bool = True) -> CatalogItem:
    price = ItemPrice(
        id=10,
        title="기본",
        is_default=True,
        state="ON_SALE" if left or not tracked else "SOLD_OUT",
        price_type="FIXED",
        price_unit=1,
        price_value=3_000,
        is_tax_free=False,
        is_stockable=tracked,
        stock_quantity=StockQuantity(remain_quantity=left, last_change_date_time="x") if tracked else None,
    )
    return CatalogItem(
        id=1,
        title="크루아상",
        state="ON_SALE",
        category_id=1,
        labels=(),
        prices=(price,),
        option_ids=(),
        type="ITEM",
        version=1,
    )


def test_two_tills_sell_the_last_one():
    """CAT-9: one wins, the line that would overdraw is refused and changes nothing; 0 → SOLD_OUT."""
    sold = take(stocked(1), 10, 1_000, NOON)
    assert (sold.default_price.state, remaining(sold.default_price), sold.version) == ("SOLD_OUT", 0, 2)
    assert sold.default_price.stock_quantity.last_change_date_time == "2026-02-01T03:00:00Z"
    with pytest.raises(InvalidState) as refusal:
        take(sold, 10, 1_000, NOON)
    assert (refusal.value.reason, refusal.value.data["remainQuantity"]) == ("OUT_OF_STOCK", 0)


def test_a_cancel_brings_it_back_on_sale():
    """CAT-9: released stock makes what ran out sellable again."""
    sold = take(stocked(1), 10, 1_000, NOON)
    assert give_back(sold, 10, 1_000, NOON).default_price.state == "ON_SALE"


def test_a_mark_set_by_people_stays():
    """CAT-9, CAT-2: stock brings back only what ran out by itself."""
    marked = set_state(stocked(5), "SOLD_OUT", price_id=10)
    emptied = take(marked, 10, 5_000, NOON)
    assert give_back(emptied, 10, 1_000, NOON).default_price.state == "SOLD_OUT"


def test_untracked_items_never_run_out():
    """CAT-9: only tracked stock counts; a price that is gone takes nothing back."""
    item = stocked(0, tracked=False)
    assert take(item, 10, 9_000_000, NOON) is item
    assert give_back(item, 10, 1_000, NOON) is item
    assert give_back(stocked(1), 99, 1_000, NOON) == stocked(1)
    with pytest.raises(NotFound):
        take(item, 99, 1_000, NOON)


def test_goods_sold_by_weight():
    """CAT-9, MON-5: thousandths, exactly."""
    item = take(stocked(2), 10, 350, NOON)
    assert item.default_price.stock_quantity.remain_quantity == 1.65


def test_counting_and_correcting():
    """CAT-9: exactly one of a difference and a count; never below zero; the same count changes nothing."""
    item = stocked(5)
    assert remaining(adjust(item, 10, NOON, delta_milli=-2_000, counted_milli=None).default_price) == 3_000
    assert adjust(item, 10, NOON, delta_milli=None, counted_milli=0).default_price.state == "SOLD_OUT"
    assert adjust(item, 10, NOON, delta_milli=None, counted_milli=5_000) is item
    for delta, counted in ((None, None), (1, 1)):
        with pytest.raises(InvalidArgument):
            adjust(item, 10, NOON, delta_milli=delta, counted_milli=counted)
    with pytest.raises(InvalidState) as refusal:
        adjust(item, 10, NOON, delta_milli=-6_000, counted_milli=None)
    assert refusal.value.reason == "OUT_OF_STOCK"
    with pytest.raises(InvalidArgument):
        adjust(stocked(0, tracked=False), 10, NOON, delta_milli=1_000, counted_milli=None)


@settings(max_examples=100)
@given(st.integers(0, 20), st.lists(st.tuples(st.booleans(), st.integers(1, 6_000)), max_size=20))
def test_stock_is_a_running_sum_that_never_goes_below_zero(start: int, moves: list[tuple[bool, int]]):
    """CAT-9: against a plain number; SOLD_OUT exactly when nothing is left."""
    item, left = stocked(start), start * 1_000
    for out, milli in moves:
        if out and milli > left:
            with pytest.raises(InvalidState):
                take(item, 10, milli, NOON)
            continue
        item = take(item, 10, milli, NOON) if out else give_back(item, 10, milli, NOON)
        left += -milli if out else milli
        assert remaining(item.default_price) == left >= 0
        assert (item.default_price.state == "SOLD_OUT") == (left == 0)


@settings(max_examples=50)
@given(st.integers(1, 9_999_000))
def test_giving_back_what_was_taken_is_as_before(milli: int):
    """CAT-9: take then give back leaves the same stock and state."""
    item = stocked(9_999)
    back = give_back(take(item, 10, milli, NOON), 10, milli, NOON)
    assert replace(back, version=1).default_price.state == item.default_price.state
    assert remaining(back.default_price) == remaining(item.default_price)
