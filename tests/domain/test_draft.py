"""The cart: lines with every key they came with, amounts by the rules of orders, one payment screen (contract, draft-order)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert
from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.discount import StaffDiscount
from jumak.domain.draft.amounts import draft_view, to_order
from jumak.domain.draft.edit import (
    PAYMENT_SCREEN_MS,
    add_discount,
    add_line,
    add_line_discount,
    check_free,
    delete_discount,
    delete_line,
    delete_line_discount,
    read_line,
    set_choices,
    set_header,
    set_memo,
    set_quantity,
    start_payment,
    stop_payment,
)
from jumak.domain.draft.types import Draft, DraftOrder
from jumak.domain.errors import (
    DuplicateKey,
    HostUnavailable,
    InvalidArgument,
    InvalidState,
    Locked,
    NotFound,
    PermissionDenied,
)
from jumak.domain.money import rhu
from tests.domain.shop_floor import (
    AMERICANO,
    BEEF,
    CAFE,
    CAKE,
    CARD,
    FRUIT,
    ICE,
    MENU,
    SHOT,
    SOLD_OUT,
)


def a_draft_line(
    item: Any = CAKE, quantity: float = 1, *, price: int | None = None, **more: Any
) -> dict[str, Any]:
    default = item.default_price
    return {
        "item": {
            "id": item.id,
            "title": item.title,
            "category": {"id": 1, "title": "메뉴"},
            "type": item.type,
        },
        "itemPrice": {
            "isTaxFree": default.is_tax_free,
            "priceType": default.price_type,
            "priceUnit": default.price_unit,
            "priceValue": default.price_value if price is None else price,
            "title": "기본",
        },
        "discount": [],
        "optionChoices": [],
        "quantity": quantity,
        "diningOption": "HERE",
    } | more


def a_choice(choice: Any, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": choice.id,
        "title": choice.title,
        "priceValue": choice.price_value,
        "imageUrl": None,
        "state": "ON_SALE",
        "quantity": quantity,
    } | more


def added(draft: Draft, sent: dict[str, Any], key: str = "new", *, staff: bool = False) -> Draft:
    return add_line(draft, read_line(sent, key), MENU, CAFE, staff=staff)


def seen(draft: Draft) -> DraftOrder:
    return draft_view(draft, MENU, CAFE, 0)


def off(amount: int | None = None, bp: int | None = None) -> StaffDiscount:
    return StaffDiscount(title="할인", amount_money=None if amount is None else Value(amount), percent_bp=bp)


# -- lines -----------------------------------------------------------------------------------------


def test_unknown_keys_come_back_and_nulls_do_not():
    """H-19, E-14: unknown keys are kept at every depth and returned; null means absent."""
    sent = a_draft_line(kiosk={"tray": [1, 2]}, memo=None)
    sent["item"] |= {
        "imageUrl": None,
        "externalId": "x-1",
        "category": {"id": 1, "title": "메뉴", "position": 3},
    }
    (line,) = seen(added(Draft(), sent)).line_items
    assert line["kiosk"] == {"tray": [1, 2]}
    assert line["item"]["externalId"] == "x-1"
    assert line["item"]["category"]["position"] == 3
    assert "memo" not in line
    assert "imageUrl" not in line["item"]


def test_a_trimmed_line_with_foreign_title_and_price_works():
    """H-49: no key, no options, another title and price; it is deleted by the returned key."""
    sent = a_draft_line(price=1_234)
    sent["item"]["title"] = "오늘의 조각"
    draft = added(Draft(), sent, key="k" * 21)
    (line,) = seen(draft).line_items
    assert (line["key"], line["item"]["title"], line["item"]["options"]) == ("k" * 21, "오늘의 조각", [])
    assert seen(draft).price.order_price_value == 1_234
    assert delete_line(draft, line["key"]) == Draft()


def test_lines_are_never_merged():
    """H-39: two equal lines stay two, in the order in which they came."""
    draft = added(added(Draft(), a_draft_line(), "a"), a_draft_line(), "b")
    assert [line["key"] for line in seen(draft).line_items] == ["a", "b"]


def test_a_key_is_used_once():
    """E-14: DRAFT_KEY names the key that is there."""
    draft = added(Draft(), a_draft_line(key="mine"))
    with pytest.raises(DuplicateKey) as refusal:
        added(draft, a_draft_line(key="mine"))
    assert (refusal.value.reason, refusal.value.data["id"]) == ("DRAFT_KEY", "mine")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"quantity": "2"}, "$.lineItem.quantity"),
        ({"quantity": 1.5}, "$.lineItem.quantity"),
        ({"quantity": 0}, "$.lineItem.quantity"),
        ({"diningOption": "ROOM"}, "$.lineItem.diningOption"),
        ({"itemPrice": {"priceValue": 1}}, "$.lineItem.itemPrice"),
        (
            {"optionChoices": [{"id": 99, "title": "x", "priceValue": 0, "quantity": 1}]},
            "$.lineItem.optionChoices[0].id",
        ),
        ({"discount": [{"title": "x", "amountMoney": {"value": 6_501}}]}, "$.lineItem.discount[0]"),
        (
            {"optionChoices": [{"id": 71, "title": "x", "priceValue": -7_000, "quantity": 1}]},
            "$.lineItem.optionChoices",
        ),
    ],
)
def test_a_bad_field_is_named(change: dict[str, Any], path: str):
    """H-21, CAT-5, DSC-4: checked again by the host, path and all; nothing happens."""
    with pytest.raises(InvalidArgument) as refusal:
        added(Draft(), a_draft_line() | change)
    assert refusal.value.data["path"] == path


def test_what_is_not_for_sale_stays_out():
    """CAT-3: unknown NOT_FOUND; sold out refused for plugins, staff may override."""
    with pytest.raises(NotFound):
        added(Draft(), a_draft_line(replace(CAKE, id=404)))
    with pytest.raises(InvalidState):
        added(Draft(), a_draft_line(SOLD_OUT))
    assert added(Draft(), a_draft_line(SOLD_OUT), staff=True).lines


@pytest.mark.parametrize("part", ["memo", "option", "quantity"])
def test_what_a_plugin_fixed_binds_staff_only(part: str):
    """H-49: staff may not edit that part; the plugin may; deleting stays possible."""
    sent = a_draft_line(AMERICANO, metadata={f"{part}Fixed": True})
    draft = added(Draft(), sent, "a")
    edit = {
        "memo": lambda staff: set_memo(draft, "a", "얼음 많이", staff=staff),
        "option": lambda staff: set_choices(draft, "a", (a_choice(ICE),), MENU, staff=staff),
        "quantity": lambda staff: set_quantity(draft, "a", 3, staff=staff),
    }[part]
    with pytest.raises(PermissionDenied) as refusal:
        edit(True)
    assert refusal.value.reason == "LINE_FIXED"
    assert edit(False) != draft
    assert delete_line(draft, "a") == Draft()


def test_editing_a_line():
    """E-14: edits change their part and keep the rest; the same again changes nothing (H-36)."""
    draft = added(Draft(), a_draft_line(AMERICANO, extra=1), "a")
    draft = set_quantity(draft, "a", 2, staff=True)
    draft = set_memo(draft, "a", "덜 달게", staff=True)
    draft = set_choices(draft, "a", (a_choice(SHOT, 2, note="n"),), MENU, staff=True)
    (line,) = seen(draft).line_items
    assert (line["quantity"], line["memo"], line["extra"]) == (2, "덜 달게", 1)
    assert line["optionChoices"] == [a_choice(SHOT, 2, note="n")]
    assert seen(draft).price.order_price_value == 2 * (4_500 + 2 * 500)
    assert set_quantity(draft, "a", 2, staff=True) is draft
    assert set_memo(draft, "a", "덜 달게", staff=True) is draft
    with pytest.raises(NotFound):
        set_quantity(draft, "b", 2, staff=True)
    with pytest.raises(InvalidArgument) as refusal:
        set_choices(draft, "a", ({"id": 71},), MENU, staff=True)
    assert refusal.value.data["path"].startswith("$.optionChoices")


# -- amounts ---------------------------------------------------------------------------------------


def test_meat_by_the_gram():
    """MON-3, MON-5: (priceValue/priceUnit) · quantity, half up: 10,000 per 100, 35.5 → 3,550."""
    assert seen(added(Draft(), a_draft_line(BEEF, 35.5))).price.order_price_value == 3_550


def test_discounts_follow_the_rules_of_orders():
    """DSC-1, DSC-2, DSC-3: rates before amounts, one after the other: 10,000 −10 % −20 % → 7,200."""
    draft = added(Draft(), a_draft_line(CAKE, price=10_000), "a", staff=True)
    draft = add_line_discount(draft, "a", off(200), CAFE, staff=True)
    draft = add_line_discount(draft, "a", off(bp=1_000), CAFE, staff=True)
    draft = add_line_discount(draft, "a", off(bp=2_000), CAFE, staff=True)
    view = seen(draft)
    assert [each["amountMoney"]["value"] for each in view.line_items[0]["discount"]] == [1_000, 1_800, 200]
    assert (view.price.order_list_price_value, view.price.order_discount_value) == (10_000, 3_000)
    assert view.price.order_price_value == 7_000


def test_example_a_in_the_cart():
    """DSC-5, MON-b: Ex A comes to 20,707 in the cart and asks for the same as an order."""
    draft = added(Draft(), a_draft_line(AMERICANO, 2), "a", staff=True)
    draft = added(draft, a_draft_line(CAKE), "b", staff=True)
    draft = added(draft, a_draft_line(FRUIT), "c", staff=True)
    draft = add_line_discount(draft, "b", off(bp=1_000), CAFE, staff=True)
    draft = add_discount(draft, off(1_000), MENU, CAFE, staff=True)
    draft = add_discount(draft, off(bp=500), MENU, CAFE, staff=True)
    view = seen(draft)
    assert (view.price.order_list_price_value, view.price.order_discount_value) == (23_500, 2_793)
    assert view.price.order_price_value == 20_707
    assert [each.amount_money.value for each in view.discounts] == [1_143, 1_000]
    dto = to_order(draft, MENU, CAFE)
    assert [line.charge_price.value for line in dto.line_items] == [9_000, 5_850, 8_000]
    assert [each.amount_money.value for each in dto.discounts or ()] == [1_143, 1_000]


def test_staff_s_discounts_are_clipped_a_plugin_s_refused():
    """DSC-4: typed at the till it is cut to what is left; sent by a plugin it is INVALID_DISCOUNT."""
    draft = added(Draft(), a_draft_line(), "a")
    assert seen(add_discount(draft, off(9_999), MENU, CAFE, staff=True)).price.order_price_value == 0
    for attempt in (
        lambda: add_discount(draft, off(9_999), MENU, CAFE, staff=False),
        lambda: add_line_discount(draft, "a", off(9_999), CAFE, staff=False),
    ):
        with pytest.raises(InvalidArgument) as refusal:
            attempt()
        assert refusal.value.reason == "INVALID_DISCOUNT"
    with pytest.raises(InvalidArgument):
        add_discount(draft, off(1, 1), MENU, CAFE, staff=True)


def test_stored_value_gets_no_order_discount():
    """DSC-6: a prepaid card in the cart is not discountable at order level."""
    draft = added(Draft(), a_draft_line(CARD), "a", staff=True)
    assert seen(add_discount(draft, off(1_000), MENU, CAFE, staff=True)).price.order_price_value == 50_000


def test_small_change_is_a_visible_line():
    """DSC-7: cut to 10 won as 단수 할인; the order cuts it itself, so the cart does not send it."""
    shop = replace(CAFE, order_rounding_unit=10)
    draft = added(Draft(), a_draft_line(price=4_537), "a")
    view = draft_view(draft, MENU, shop, 0)
    assert [(each.title, each.amount_money.value) for each in view.discounts] == [("단수 할인", 7)]
    assert to_order(draft, MENU, shop).discounts == ()


def test_a_discount_is_deleted_by_its_place():
    """DSC-2: places count what is shown, those that came to nothing included."""
    draft = added(Draft(), a_draft_line(CAKE), "a", staff=True)
    for discount in (off(6_500), off(100), off(bp=1_000)):
        draft = add_line_discount(draft, "a", discount, CAFE, staff=True)
        draft = add_discount(draft, discount, MENU, CAFE, staff=True)
    assert [each["amountMoney"]["value"] for each in seen(draft).line_items[0]["discount"]] == [650, 5_850, 0]
    assert len(seen(draft).discounts) == 3
    smaller = delete_line_discount(draft, "a", 1)
    assert [each["amountMoney"]["value"] for each in seen(smaller).line_items[0]["discount"]] == [650, 100]
    assert len(delete_discount(draft, 2).discounts) == 2
    for index in (3, -1):
        with pytest.raises(NotFound):
            delete_discount(draft, index)
        with pytest.raises(NotFound):
            delete_line_discount(draft, "a", index)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 50_000), st.integers(1, 5), st.integers(0, 3), st.integers(0, 10_000)),
        min_size=1,
        max_size=6,
    ),
    st.lists(
        st.one_of(st.integers(0, 10_000).map(lambda bp: off(bp=bp)), st.integers(0, 99_999).map(off)),
        max_size=3,
    ),
)
def test_the_cart_s_sums_hold(lines: list[tuple[int, int, int, int]], discounts: list[StaffDiscount]):
    """MON-a, MON-d: price = list − discount ≥ 0, list = Σ lines, and the order asked for costs the same."""
    draft, total = Draft(), 0
    for place, (price, quantity, shots, bp) in enumerate(lines):
        choices = [a_choice(SHOT, shots)] if shots else []
        draft = added(
            draft, a_draft_line(AMERICANO, quantity, price=price, optionChoices=choices), str(place)
        )
        draft = add_line_discount(draft, str(place), off(bp=bp), CAFE, staff=True)
        total += (price + shots * 500) * quantity
    for discount in discounts:
        before = seen(draft).price.order_price_value
        draft = add_discount(draft, discount, MENU, CAFE, staff=True)
        assert seen(draft).price.order_price_value <= before
    view = seen(draft)
    assert view.price.order_list_price_value == total
    assert view.price.order_price_value == total - view.price.order_discount_value >= 0
    dto = to_order(draft, MENU, CAFE)
    charges = sum(line.charge_price.value for line in dto.line_items)
    assert (
        charges - sum(each.amount_money.value for each in dto.discounts or ()) == view.price.order_price_value
    )
    assert all(
        line.charge_price.value == 0 or line.charge_price.value <= rhu(total, 1) for line in dto.line_items
    )


# -- header and payment ----------------------------------------------------------------------------


def test_the_header_keeps_what_is_left_out():
    """TBL-8: note, table and guests; an empty text or zero clears."""
    draft = set_header(Draft(), memo="창가", table_id=3, num_guests=2)
    assert set_header(draft) == draft
    assert set_header(draft, memo="", table_id=0, num_guests=0) == Draft()


def test_item_codes_survive_into_the_order():
    """CAT-7: the plugin's `item.code` stands on the order's line."""
    sent = a_draft_line(memo="", diningOption="TOGO")
    sent["item"]["code"] = "M-7"
    (line,) = to_order(added(Draft(), sent), MENU, CAFE).line_items
    assert (line.item.code, line.dining_option, line.memo) == ("M-7", "TOGO", None)


def test_refusals_of_start_payment_in_their_order():
    """H-48: EMPTY_CART, then LOCKED, then HOST_UNAVAILABLE."""
    with pytest.raises(InvalidState) as refusal:
        start_payment(Draft(paying_until_ms=99), 0, till_connected=False)
    assert refusal.value.reason == "EMPTY_CART"
    draft = added(Draft(), a_draft_line())
    opened = start_payment(draft, 1_000, till_connected=True)
    with pytest.raises(Locked) as locked:
        start_payment(opened, 2_000, till_connected=False)
    assert locked.value.reason == "PAYMENT_IN_PROGRESS"
    assert locked.value.data["until"] == 1_000 + PAYMENT_SCREEN_MS
    with pytest.raises(HostUnavailable):
        start_payment(draft, 1_000, till_connected=False)


def test_a_payment_screen_holds_the_cart_for_a_while():
    """H-41: locked while it is open, free when it was left, and free once its time is over."""
    opened = start_payment(added(Draft(), a_draft_line()), 0, till_connected=True)
    assert draft_view(opened, MENU, CAFE, 0).paying
    with pytest.raises(Locked):
        check_free(opened, PAYMENT_SCREEN_MS - 1)
    check_free(opened, PAYMENT_SCREEN_MS)
    check_free(stop_payment(opened), 0)


def test_an_empty_cart_is_no_order():
    """H-48: EMPTY_CART."""
    with pytest.raises(InvalidState) as refusal:
        to_order(Draft(), MENU, CAFE)
    assert refusal.value.reason == "EMPTY_CART"


def test_a_cart_is_kept_as_it_is():
    """E-14: what is stored and read again is the same cart."""
    import msgspec

    draft = added(Draft(), a_draft_line(AMERICANO, odd=[{"x": 1.5}], optionChoices=[a_choice(SHOT)]), "a")
    assert convert(msgspec.json.decode(msgspec.json.encode(draft)), Draft) == draft
