"""A further round (rulebook §2.4)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.errors import InvalidArgument, InvalidState
from jumak.domain.order.add_menu import add_menu
from jumak.domain.order.ending import cancel, complete
from jumak.domain.order.paying import record_payment
from jumak.domain.order.types import Order
from tests.domain.shop_floor import (
    AMERICANO,
    CAFE,
    CAKE,
    FRUIT,
    MENU,
    NOODLES,
    NOON,
    OTHER,
    PLUGIN,
    RESTAURANT,
    SEOUL,
    SOLD_OUT,
    a_discount,
    a_dto,
    a_line,
    a_payment,
    an_order,
    later,
)

ITEMS = [AMERICANO, CAKE, FRUIT, NOODLES]


def more(
    order: Order, *lines, profile="documented", seen=None, caller=PLUGIN, shop=RESTAURANT, **dto
) -> Order:
    lines_seen = frozenset(line.id for line in order.line_items) if seen is None else frozenset(seen)
    return add_menu(
        order, a_dto(*lines, **dto), caller_id=caller.id, profile=profile, seen=lines_seen,
        menu=MENU, shop=shop, at=later(5), iso=SEOUL.iso(later(5)),
    )  # fmt: skip


def paid(order: Order, amount: int) -> Order:
    return record_payment(
        order, a_payment(order, amount), payment_id="p1", caller=PLUGIN, shop=RESTAURANT, body=b"", at_ms=0,
        iso=SEOUL.iso(NOON), approved_at=SEOUL.iso(NOON), business_date="2026-02-01",
    ).order  # fmt: skip


def content(order: Order) -> Counter[tuple[int, str]]:
    tally: Counter[tuple[int, str]] = Counter()
    for line in order.line_items:
        tally[line.item.id, line.memo or ""] += line.quantity.value
    return tally


def test_the_dto_is_the_whole_order():
    """ADD-1, ADD-2: A 1→3 keeps its id, B goes, C comes."""
    order = an_order(a_line(AMERICANO), a_line(CAKE, 2))
    after = more(order, a_line(AMERICANO, 3), a_line(FRUIT))
    assert [(line.item.id, line.quantity.value) for line in after.line_items] == [(1, 3), (3, 1)]
    assert after.line_items[0].id == order.line_items[0].id
    assert after.backing is not None
    assert order.backing is not None
    kept = order.line_items[0].id
    assert after.backing.lines[kept].created_ms == order.backing.lines[kept].created_ms
    assert (after.version, after.updated_at) == (2, "2026-02-01T12:05:00+09:00")
    assert after.line_items[1].id not in {line.id for line in order.line_items}


def test_changing_an_option_is_remove_and_add():
    """ADD-2: options are part of the identity."""
    order = an_order(a_line(AMERICANO), a_line(CAKE))
    after = more(order, a_line(AMERICANO, charge=5_000, optionChoices=[{"id": 71}]), a_line(CAKE))
    assert order.line_items[0].id not in {line.id for line in after.line_items}
    assert len(after.line_items) == 2


def test_missing_fields_replace_too():
    """ADD-3: memo, guests and order discounts of the DTO replace, absent ones clear."""
    order = an_order(a_line(CAKE), memo="창가", numGuests=2, discounts=[a_discount(500)])
    after = more(order, a_line(CAKE))
    assert (after.memo, after.num_guests, after.discounts) == (None, None, ())
    assert after.charge_price.charge_price_value == 6_500


def test_lines_the_caller_never_saw_are_kept():
    """ADD-4: a line staff added meanwhile is no line the plugin wanted gone."""
    order = an_order(a_line(AMERICANO), owner="staff")
    order = more(order, a_line(AMERICANO), a_line(CAKE), caller=OTHER)
    blind = more(order, a_line(AMERICANO), seen=[order.line_items[0].id])
    assert blind is order
    seeing = more(order, a_line(AMERICANO))
    assert [line.item.id for line in seeing.line_items] == [1]


def test_own_lines_go_even_unseen():
    """ADD-4: what the plugin added itself it may take off after a restart."""
    order = an_order(a_line(AMERICANO), a_line(CAKE))
    assert [line.item.id for line in more(order, a_line(CAKE), seen=[]).line_items] == [2]


def test_price_below_paid_is_refused():
    """ADD-5, SPL-4: refund first; nothing is applied."""
    order = paid(an_order(a_line(AMERICANO, 2)), 6_000)
    with pytest.raises(InvalidState) as refusal:
        more(order, a_line(AMERICANO))
    assert (refusal.value.reason, refusal.value.data["paid"]) == ("OVERPAID", 6_000)
    grown = more(order, a_line(AMERICANO, 3))
    assert grown.payment_price.payment_unpaid_value == 7_500


@pytest.mark.parametrize("profile", ["documented", "field"])
def test_sold_out_items_reject_the_whole_call(profile):
    """ADD-5, CAT-3: one line that cannot be sold refuses all."""
    order = an_order(a_line(AMERICANO))
    with pytest.raises(InvalidState) as refusal:
        more(order, a_line(AMERICANO), a_line(SOLD_OUT), profile=profile)
    assert refusal.value.reason == "ITEM_NOT_ON_SALE"


def test_lines_already_there_are_not_touched_by_sold_out(monkeypatch):
    """CAT-3: an item that sold out meanwhile stays on the order; more of it is refused."""
    order = an_order(a_line(AMERICANO), a_line(CAKE))
    monkeypatch.setitem(MENU.items, 2, replace(CAKE, state="SOLD_OUT"))
    assert more(order, a_line(AMERICANO, 2), a_line(CAKE)).charge_price.charge_price_value == 15_500
    with pytest.raises(InvalidState):
        more(order, a_line(AMERICANO), a_line(CAKE, 2))


def test_no_change_is_no_version():
    """ADD-6, H-36: the same DTO gives the very same order."""
    order = an_order(a_line(AMERICANO), a_line(CAKE, 2), memo="창가")
    assert more(order, a_line(CAKE, 2), a_line(AMERICANO), memo="창가") is order
    split_up = more(order, a_line(CAKE), a_line(CAKE), a_line(AMERICANO), memo="창가")
    assert split_up is order


def test_a_dto_without_a_shared_line_is_refused():
    """ADD-7: its author meant to append; the message names the profile switch."""
    with pytest.raises(InvalidArgument, match="profile `field`") as refusal:
        more(an_order(a_line(AMERICANO)), a_line(CAKE))
    assert refusal.value.reason == "NO_SHARED_LINE"


def test_field_profile_appends():
    """ADD-8: stored {A×1}, DTO {A×1, C×1} → A×1, A×1, C×1; memo stays when not given."""
    order = an_order(a_line(AMERICANO), memo="창가", discounts=[a_discount(100)])
    after = more(order, a_line(AMERICANO), a_line(FRUIT), profile="field", discounts=[a_discount(200)])
    assert [line.item.id for line in after.line_items] == [1, 1, 3]
    assert len({line.id for line in after.line_items}) == 3
    assert after.memo == "창가"
    assert after.charge_price.charge_discount_value == 300


def test_completed_orders_reopen_only_while_they_owe():
    """ORD-8, ADD-5: the guest orders more after "order sent"; paid or prepaid ones are closed."""
    served = complete(an_order(a_line(AMERICANO)), iso=SEOUL.iso(NOON))
    assert more(served, a_line(AMERICANO, 2)).order_state == "OPENED"
    done = complete(paid(an_order(a_line(AMERICANO)), 4_500), iso=SEOUL.iso(NOON))
    for order, shop in ((done, RESTAURANT), (served, CAFE)):
        with pytest.raises(InvalidState) as refusal:
            more(order, a_line(AMERICANO, 2), shop=shop)
        assert refusal.value.reason == "ORDER_NOT_EDITABLE"
    with pytest.raises(InvalidState) as refusal:
        more(cancel(an_order(a_line(AMERICANO)), iso=SEOUL.iso(NOON), reason=None), a_line(AMERICANO, 2))
    assert refusal.value.reason == "ORDER_CANCELLED"


rounds = st.lists(
    st.tuples(st.sampled_from(ITEMS), st.integers(1, 5), st.sampled_from(["", "덜 맵게"])),
    min_size=1,
    max_size=5,
)


@given(first=rounds, second=rounds)
def test_the_same_dto_twice_is_once(first, second):
    """ADD-a: applying a DTO twice = once; the order is the DTO as multiset; quantities add up."""
    order = an_order(*(a_line(item, count, memo=memo) for item, count, memo in first))
    lines = [a_line(item, count, memo=memo) for item, count, memo in [*second, first[0]]]
    after = more(order, *lines)
    assert more(after, *lines) is after
    expected: Counter[tuple[int, str]] = Counter()
    for item, count, memo in [*second, first[0]]:
        expected[item.id, memo] += count
    assert content(after) == expected
    change = sum(line.quantity.value for line in after.line_items) - sum(
        line.quantity.value for line in order.line_items
    )
    assert change == sum(expected.values()) - sum(content(order).values())
