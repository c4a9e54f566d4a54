"""Opening an order and pricing its lines (rulebook §1.2, §2.2, §2.8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace

from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.order.add import Opening, body_hash, generated_key, open_order
from jumak.domain.order.pricing import reprice
from jumak.domain.order.staff_edit import LineChange, update_line
from jumak.domain.order.types import OrderDto
from tests.domain.shop_floor import (
    AMERICANO,
    BEEF,
    CAKE,
    CARD,
    EXTRAS,
    FRUIT,
    MENU,
    NOODLES,
    NOON,
    RESTAURANT,
    SEOUL,
    SHOT,
    SOLD_OUT,
    FakeMenu,
    a_discount,
    a_dto,
    a_line,
    an_order,
)

WITH_SHOT = {"optionChoices": [{"id": 71, "quantity": 1}]}


def opened(dto: OrderDto, profile: str = "documented"):
    opening = Opening(
        order_id=f"{7:032x}", number="A-007", owner="bridge", source="PLUGIN_BRIDGE", profile=profile, at=NOON
    )
    return open_order(dto, opening, MENU, RESTAURANT, SEOUL)


def test_a_new_order_is_open_unpaid_and_numbered():
    """ORD-3, NUM-1, NUM-3: OPENED from the start; ids are opaque strings, the number is for people."""
    order = an_order(a_line(AMERICANO, 2), numGuests=2, memo="창가")
    assert (order.order_state, order.payment_state, order.state) == ("OPENED", "OPENED", "OPENED")
    assert (order.opened_at, order.created_at) == ("2026-02-01T12:00:00+09:00",) * 2
    assert (order.number, order.version, order.source) == ("A-001", 1, "PLUGIN_BRIDGE")
    assert order.payment_price.payment_unpaid_value == order.charge_price.charge_price_value == 9_000
    assert [line.order_id for line in order.line_items] == [order.id]
    assert order.backing is not None
    assert order.backing.business_date == "2026-02-01"


def test_the_order_keeps_the_business_date_of_its_creation():
    """NUM-6: opened before the cut-off, it belongs to the evening before."""
    opening = Opening(
        order_id=f"{1:032x}", number="A-001", owner="p", source="POS", profile="documented",
        at=NOON.replace(hour=18),  # 03:00 in Seoul
    )  # fmt: skip
    order, _ = open_order(a_dto(a_line(CAKE)), opening, MENU, RESTAURANT, SEOUL)
    assert order.backing is not None
    assert order.backing.business_date == "2026-02-01"


@pytest.mark.parametrize(
    ("profile", "sent", "charged"),
    [
        ("documented", 9_000, 9_000),
        ("field", 9_000, 9_500),
        ("documented", 9_500, 9_500),
        ("field", 9_500, 9_500),
    ],
)
def test_option_surcharges_per_profile(profile, sent, charged):
    """MON-8: item 9,000 with an option of 500: what is sent is read per profile, what is shown is all-in."""
    order, _ = opened(a_dto(a_line(NOODLES, charge=sent, **WITH_SHOT)), profile)
    assert order.line_items[0].charge_price.value == charged
    assert order.backing is not None
    record = order.backing.lines[order.line_items[0].id]
    assert record.price_override == (charged != 9_500)


def test_weighed_goods_are_weighed_again():
    """MON-5: a whole quantity of what is sold by unit becomes a decimal one; pieces stay whole."""
    order, _ = opened(a_dto(a_line(BEEF, 200), a_line(CAKE, 2)))
    beef, cake = order.line_items
    again = update_line(
        order,
        beef.id,
        LineChange(quantity=250.5),
        menu=MENU,
        shop=RESTAURANT,
        iso="2026-02-01T12:01:00+09:00",
    )
    assert again.line_items[0].charge_price.value == 25_050
    with pytest.raises(InvalidArgument):
        update_line(order, cake.id, LineChange(quantity=1.5), menu=MENU, shop=RESTAURANT, iso="")


@pytest.mark.parametrize(("profile", "charged"), [("documented", 9_000), ("field", 8_000)])
def test_a_cheaper_option_lowers_what_was_sent_without_it(profile, charged):
    """MON-7, MON-8: a negative option price is a surcharge like any other."""
    cheaper = replace(EXTRAS, choices=(replace(SHOT, price_value=-1_000),))
    menu = FakeMenu(NOODLES, options=(cheaper,))
    opening = Opening(
        order_id=f"{7:032x}", number="A-007", owner="bridge", source="PLUGIN", profile=profile, at=NOON
    )
    line = a_line(NOODLES, charge=9_000, **WITH_SHOT)
    order, _ = open_order(a_dto(line), opening, menu, RESTAURANT, SEOUL)
    assert order.charge_price.charge_price_value == charged


def test_a_line_amount_is_the_total_of_its_quantity():
    """MON-7, MON-8: (4,500 + 500 × 2) × 3, less the line's discount."""
    line = a_line(
        AMERICANO, 3, charge=15_500, optionChoices=[{"id": 71, "quantity": 2}], discounts=[a_discount(1_000)]
    )
    order, _ = opened(a_dto(line))
    assert order.charge_price.charge_list_price_value == 16_500
    assert order.charge_price.charge_discount_value == 1_000
    assert order.charge_price.charge_price_value == 15_500
    assert order.backing is not None
    assert not order.backing.lines[order.line_items[0].id].price_override


def test_an_overridden_amount_is_kept_and_marked():
    """MON-8: a plugin may have its own prices; list is then charge plus line discounts."""
    order, _ = opened(a_dto(a_line(CAKE, 2, charge=10_000, discounts=[a_discount(500)])))
    assert order.charge_price.charge_list_price_value == 10_500
    assert order.backing is not None
    assert order.backing.lines[order.line_items[0].id].price_override


def test_decimals_are_for_items_sold_by_unit():
    """MON-5: 250 g of beef at 10,000 for 100 g; half a cake is refused with its path."""
    order, _ = opened(a_dto(a_line(BEEF, 250.5)))
    assert order.charge_price.charge_price_value == 25_050
    with pytest.raises(InvalidArgument) as refusal:
        opened(a_dto(a_line(AMERICANO), a_line(CAKE, 0.5, charge=1)))
    assert refusal.value.data["path"] == "$.order.lineItems[1].quantity.value"


def test_prepaid_cards_carry_no_vat():
    """VAT-6: Ex D, a card of 50,000 and an americano: VAT of the americano only."""
    price = an_order(a_line(CARD), a_line(AMERICANO)).charge_price
    assert (price.charge_tax_value, price.charge_supply_value) == (409, 54_091)
    assert price.charge_tax_exempt_value == 50_000


@pytest.mark.parametrize(
    ("line", "error", "path"),
    [
        (a_line(CAKE) | {"item": {"id": 999, "title": "?", "category": {"id": 1, "title": "?"}, "type": "ITEM"}},
         NotFound, "$.order.lineItems[0].item.id"),
        (a_line(SOLD_OUT), InvalidState, "$.order.lineItems[0]"),
        (a_line(AMERICANO, optionChoices=[{"id": 999}]), InvalidArgument, "$.order.lineItems[0].optionChoices[0].id"),
        (a_line(AMERICANO, charge=-1), InvalidArgument, "$.order.lineItems[0].chargePrice.value"),
        (a_line(AMERICANO, discounts=[a_discount(-1)]), InvalidArgument,
         "$.order.lineItems[0].discounts[0].amountMoney.value"),
    ],
)  # fmt: skip
def test_bad_lines_name_themselves(line, error, path):
    """CAT-3, MON-4: unknown, sold out, foreign option, negative amount."""
    with pytest.raises(error) as refusal:
        opened(a_dto(line))
    assert refusal.value.data["path"] == path


def test_an_order_without_lines_is_refused():
    """ORD-3: an order needs a line."""
    with pytest.raises(InvalidArgument, match="at least one line"):
        opened(a_dto())


def test_a_discount_above_its_base_is_refused():
    """DSC-4: a plugin's discount is never clipped silently."""
    with pytest.raises(InvalidArgument) as refusal:
        opened(a_dto(a_line(CAKE), discounts=[a_discount(6_501)]))
    assert refusal.value.reason == "INVALID_DISCOUNT"


def test_equal_bodies_have_equal_hashes():
    """NUM-2: null, absent and key order make no difference; another quantity does."""
    one = json.decode(
        json.encode({"lineItems": [a_line(CAKE)], "discounts": [], "memo": None}), type=OrderDto
    )
    two = json.decode(json.encode({"discounts": [], "lineItems": [a_line(CAKE)]}), type=OrderDto)
    assert body_hash(one) == body_hash(two)
    assert body_hash(one) != body_hash(a_dto(a_line(CAKE, 2)))


def test_a_missing_key_is_generated():
    """NUM-2: 21 URL-safe characters, different for neighbouring ids."""
    keys = {generated_key(f"{number:032x}") for number in range(0x01900000_0000_7000_8000_000000000000, 0x01900000_0000_7000_8000_000000000000 + 50)}  # fmt: skip
    assert len(keys) == 50
    assert all(len(key) == 21 and key.replace("-", "").replace("_", "").isalnum() for key in keys)


def test_titles_are_display_overrides_and_codes_come_back():
    """CAT-6, CAT-7: what the plugin called it is stored with the line; `code` is echoed, absent when never given."""
    line = a_line(CAKE)
    line["item"] |= {"title": "생일 케이크", "code": "C-1"}
    order, _ = opened(a_dto(line, a_line(FRUIT)))
    assert (order.line_items[0].item.title, order.line_items[0].item.code) == ("생일 케이크", "C-1")
    assert b'"code"' not in json.encode(order.line_items[1])


@given(
    st.lists(
        st.tuples(
            st.sampled_from([AMERICANO, CAKE, FRUIT, NOODLES, CARD]),
            st.integers(1, 9),
            st.integers(0, 60_000),
            st.integers(0, 500),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_identities_hold_and_repricing_changes_nothing(rows):
    """MON-a: price = list − discount + tip = supply + tax + tip = paid + unpaid; pricing is idempotent."""
    order = an_order(*(a_line(item, quantity, charge=charge, discounts=[a_discount(off)]) for item, quantity, charge, off in rows))  # fmt: skip
    price, money = order.charge_price, order.payment_price
    assert (
        price.charge_price_value
        == price.charge_list_price_value - price.charge_discount_value + price.charge_tip_value
    )
    assert (
        price.charge_price_value
        == price.charge_supply_value + price.charge_tax_value + price.charge_tip_value
    )
    assert price.charge_price_value == money.payment_paid_value + money.payment_unpaid_value
    assert reprice(order, RESTAURANT) == order
    assert reprice(replace(order, table_id=3), RESTAURANT) == replace(order, table_id=3)
