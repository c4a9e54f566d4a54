"""What an order costs (rulebook §1.3-1.5): the examples of the rulebook, and what holds for every order."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import asdict, replace

from jumak.domain.base import Value
from jumak.domain.discount import Discount, StaffDiscount
from jumak.domain.errors import InvalidArgument
from jumak.domain.merchant import Shop
from jumak.domain.price import ROUNDING_TITLE, OrderPrice, PriceLine, price_order
from jumak.domain.tax import EXEMPT, OUT_OF_SCOPE, Buckets
from tests.domain.shop_floor import RESTAURANT

TENS = replace(RESTAURANT, order_rounding_unit=10)


def off(amount: int, title: str = "할인") -> Discount:
    return Discount(title=title, amount_money=Value(amount))


def rate(percent_bp: int) -> StaffDiscount:
    return StaffDiscount(title="할인율", percent_bp=percent_bp)


def typed(amount: int) -> StaffDiscount:
    return StaffDiscount(title="직원", amount_money=Value(amount))


def goods(amount: int, *discounts, vat_bp: int = 1_000, **more) -> PriceLine:
    return PriceLine(**{"type": "ITEM", "line_list": amount, "discounts": discounts, "vat_bp": vat_bp} | more)


def fee(amount: int) -> PriceLine:
    return goods(amount, type="DELIVERY_FEE")


def card(amount: int) -> PriceLine:
    return goods(amount, type="PREPAID_CARD", vat_bp=OUT_OF_SCOPE)


def priced(lines, *discounts, tip: int = 0, shop: Shop = RESTAURANT, strict: bool = False) -> OrderPrice:
    return price_order(lines, discounts, tip, shop, strict=strict)


def figures(price: OrderPrice) -> dict[str, int]:
    """The fields of §1.5 by their short names."""
    return {
        name.removeprefix("charge_").removesuffix("_value"): value
        for name, value in asdict(price.charge).items()
    }


AMERICANOS, CAKE, FRUIT = goods(9_000), goods(6_500, rate(1_000)), goods(8_000, vat_bp=EXEMPT)


def test_a_mixed_order():
    """DSC-1, DSC-5, VAT-2, VAT-3: Ex A, every figure of the rulebook."""
    price = priced([AMERICANOS, CAKE, FRUIT], rate(500), typed(1_000))
    assert [line.charge for line in price.lines] == [9_000, 5_850, 8_000]
    assert [each.amount_money.value for each in price.discounts] == [1_143, 1_000]
    assert [line.order_share for line in price.lines] == [450 + 394, 293 + 256, 400 + 350]
    assert [line.net for line in price.lines] == [8_156, 5_301, 7_250]
    assert [line.vat for line in price.lines] == [741, 482, 0]
    assert figures(price) == {
        "list_price": 23_500, "discount": 2_793, "price": 20_707,
        "supply": 19_484, "tax": 1_223, "tip": 0, "tax_exempt": 7_250,
    }  # fmt: skip
    assert price.buckets == Buckets(12_234, 1_223, 7_250, 0)


def test_a_line_discount_of_a_plugin():
    """MON-7: Ex B: 3,500 less 300 is 3,200, VAT 291, supply 2,909; the discount is positive."""
    found = figures(priced([goods(3_500, off(300))], strict=True))
    assert (found["price"], found["tax"], found["supply"], found["discount"]) == (3_200, 291, 2_909, 300)


def test_a_delivery_fee_is_taxed_by_default():
    """VAT-5: Ex C: food 18,000 and fee 3,000 hold 1,909."""
    assert figures(priced([goods(18_000), fee(3_000)]))["tax"] == 1_909


def test_a_delivery_fee_follows_exempt_goods():
    """VAT-5: ancillary to an exempt supply, unless the shop says otherwise; alone it is taxed."""
    order = [FRUIT, fee(3_300)]
    assert figures(priced(order))["tax"] == 0
    assert priced(order).buckets.exempt == 11_300
    taxed = replace(RESTAURANT, delivery_fee_exempt_follows_goods=False)
    assert figures(priced(order, shop=taxed))["tax"] == 300
    assert figures(priced([fee(3_300)]))["tax"] == 300
    assert figures(priced([FRUIT, card(1_000), fee(3_300)]))["tax"] == 0
    assert figures(priced([FRUIT, goods(1_100), fee(3_300)]))["tax"] == 400


def test_a_card_sold_is_no_supply():
    """VAT-6: Ex D: card 50,000 and americano 4,500: VAT 409, supply 54,091."""
    price = priced([card(50_000), goods(4_500)])
    assert (figures(price)["tax"], figures(price)["supply"]) == (409, 54_091)
    assert [line.vat for line in price.lines] == [0, 409]


def test_vat_is_never_summed_per_line():
    """VAT-3: seven lines of 1,500 hold 955, not 7 × 136; the lines share it."""
    price = priced([goods(1_500)] * 7)
    assert figures(price)["tax"] == 955
    assert sorted(line.vat for line in price.lines) == [136] * 4 + [137] * 3


def test_each_rate_is_a_bucket_of_its_own():
    """VAT-8: rounded once per rate."""
    price = priced([goods(1_005, vat_bp=1_000), goods(1_005, vat_bp=2_000), goods(1_000, vat_bp=0)])
    assert [line.vat for line in price.lines] == [91, 168, 0]
    assert price.buckets == Buckets(3_010 - 259, 259, 0, 0)


def test_a_shop_may_round_its_vat_down():
    """VAT-2: vatRounding FLOOR."""
    floor = replace(RESTAURANT, vat_rounding="FLOOR")
    assert figures(priced([goods(10_500)], shop=floor))["tax"] == 954


def test_a_tip_is_outside_the_vat():
    """VAT-4: food 100,000 and tip 10,000: VAT 9,091, supply 90,909, charge 110,000."""
    found = figures(priced([goods(100_000)], tip=10_000))
    assert (found["tax"], found["supply"], found["price"], found["tip"]) == (9_091, 90_909, 110_000, 10_000)
    assert found["discount"] == 0


def test_the_sequence_is_fixed():
    """DSC-1, DSC-2: line rates, line amounts, order rates, order amounts, whoever typed what first."""
    line = goods(10_000, typed(1_000), rate(1_000), rate(2_000))
    price = priced([line], typed(500), rate(1_000))
    assert [each.amount_money.value for each in price.lines[0].discounts] == [1_000, 1_800, 1_000]
    assert [each.amount_money.value for each in price.discounts] == [620, 500]
    assert figures(price)["price"] == 5_080


def test_rates_may_be_rounded_to_a_coin():
    """DSC-3: percentDiscountUnit of the shop."""
    shop = replace(RESTAURANT, percent_discount_unit=100)
    assert figures(priced([goods(4_535, rate(1_000))], shop=shop))["price"] == 4_035


def test_what_staff_type_is_clipped():
    """DSC-4: to the base; a discount that came to nothing is not on the bill."""
    price = priced([goods(1_000, typed(5_000)), goods(2_000)], typed(3_000), typed(1))
    assert [line.net for line in price.lines] == [0, 0]
    assert [each.amount_money.value for each in price.discounts] == [2_000]
    assert figures(price)["tax"] == 0


@pytest.mark.parametrize(
    ("lines", "discounts", "path"),
    [
        ([goods(1_000), goods(1_000, off(600), off(401))], (), "$.order.lineItems[1].discounts[1]"),
        ([goods(1_000, off(400))], (off(601),), "$.order.discounts[0]"),
        ([card(50_000), goods(1_000)], (off(1_001),), "$.order.discounts[0]"),
        ([goods(1_000)], (off(-1),), "$.order.discounts[0]"),
    ],
)
def test_a_plugins_discount_above_its_base_is_refused(lines, discounts, path: str):
    """DSC-4: INVALID_DISCOUNT with the place."""
    with pytest.raises(InvalidArgument) as refused:
        priced(lines, *discounts, strict=True)
    assert (refused.value.reason, refused.value.data["path"]) == ("INVALID_DISCOUNT", path)


def test_a_free_line_takes_no_share():
    """DSC-5: a line at 0 gets 0 of the order's discount."""
    price = priced([goods(5_000, rate(10_000)), goods(5_000)], typed(999))
    assert [line.order_share for line in price.lines] == [0, 999]


def test_stored_value_and_flagged_items_take_no_order_discount():
    """DSC-6: nor do they count in the base of a rate."""
    flagged = goods(10_000, discountable=False)
    price = priced([card(50_000), flagged, goods(4_000)], rate(1_000))
    assert [line.order_share for line in price.lines] == [0, 0, 400]
    assert [line.order_share for line in priced([card(50_000), goods(4_000)], typed(9_999)).lines] == [
        0,
        4_000,
    ]
    assert priced([card(50_000)], rate(1_000)).discounts == ()


def test_a_delivery_fee_is_discounted_last():
    """DSC-6: only what is left when all goods are at 0."""
    order = [fee(3_000), goods(10_000)]
    assert [line.order_share for line in priced(order, rate(1_000)).lines] == [0, 1_300]
    assert [line.order_share for line in priced(order, typed(9_000), typed(3_000)).lines] == [2_000, 10_000]


def test_small_change_is_cut_visibly():
    """DSC-7, CSH-2: 20,707 becomes 20,700 with a discount of 7 that says what it is."""
    price = priced([AMERICANOS, CAKE, FRUIT], rate(500), typed(1_000), shop=TENS)
    assert figures(price)["price"] == 20_700
    assert [(each.title, each.amount_money.value) for each in price.discounts][-1] == (ROUNDING_TITLE, 7)
    assert ROUNDING_TITLE == "단수 할인"


def test_a_round_total_is_not_cut():
    """DSC-7: no discount of 0; the same asked for again gives the same."""
    assert priced([goods(9_000)], shop=TENS).discounts == ()
    first = priced([goods(9_007)], off(3), shop=TENS)
    assert first == priced([goods(9_007)], off(3), shop=TENS)
    assert [each.amount_money.value for each in first.discounts] == [3, 4]


def test_the_total_with_its_tip_is_round():
    """DSC-7: what the guest pays is round, the tip itself is never cut."""
    found = figures(priced([goods(9_000)], tip=1_005, shop=TENS))
    assert (found["price"], found["tip"], found["discount"]) == (10_000, 1_005, 5)


def test_small_change_that_nothing_may_give_is_left():
    """DSC-6, DSC-7: a card takes no discount; cutting less than all would leave the total odd anyway."""
    assert figures(priced([card(50_007)], shop=TENS))["price"] == 50_007
    assert figures(priced([card(50_005), goods(3)], shop=TENS))["price"] == 50_008


def test_an_order_has_nine_digits():
    """MON-1: more is refused."""
    with pytest.raises(InvalidArgument):
        priced([goods(999_999_999), goods(1)])
    with pytest.raises(InvalidArgument):
        priced([goods(999_999_999)], tip=1)


def test_an_order_without_lines_costs_nothing():
    """MON-d: tax 0."""
    assert set(figures(priced([], typed(100), shop=TENS)).values()) == {0}


def discounts(most: int) -> st.SearchStrategy[tuple[StaffDiscount, ...]]:
    one = st.one_of(st.integers(0, 10_000).map(rate), st.integers(0, 30_000).map(typed))
    return st.lists(one, max_size=most).map(tuple)


@st.composite
def some_lines(draw: st.DrawFn) -> PriceLine:
    kind = draw(st.sampled_from(["ITEM", "ITEM", "COMBO", "DELIVERY_FEE", "GIFT_CARD"]))
    return PriceLine(
        type=kind,
        line_list=draw(st.integers(0, 50_000)),
        discounts=draw(discounts(2)),
        vat_bp=OUT_OF_SCOPE if kind == "GIFT_CARD" else draw(st.sampled_from([1_000, 1_000, 500, EXEMPT])),
        discountable=draw(st.sampled_from([True, True, True, False])),
    )


class Asked(Struct, frozen=True):
    """An order as somebody might ask for it."""

    lines: list[PriceLine]
    discounts: tuple[StaffDiscount, ...]
    tip: int
    shop: Shop

    def price(self) -> OrderPrice:
        return price_order(self.lines, self.discounts, self.tip, self.shop, strict=False)


orders = st.builds(
    Asked,
    st.lists(some_lines(), max_size=7),
    discounts(3),
    st.integers(0, 9_999),
    st.sampled_from([RESTAURANT, TENS, replace(RESTAURANT, vat_rounding="FLOOR")]),
)


@given(orders)
@settings(max_examples=100)
def test_the_figures_agree(asked: Asked):
    """MON-a: price = list − discount + tip = supply + tax + tip; every field an integer ≥ 0."""
    price = asked.price()
    found = figures(price)
    assert found["price"] == found["list_price"] - found["discount"] + found["tip"]
    assert found["price"] == found["supply"] + found["tax"] + found["tip"]
    assert found["price"] == price.buckets.total
    assert found["supply"] == price.buckets.supply + price.buckets.exempt
    assert all(type(value) is int and value >= 0 for value in found.values())
    given_on_lines = sum(each.amount_money.value for line in price.lines for each in line.discounts)
    assert found["discount"] == given_on_lines + sum(each.amount_money.value for each in price.discounts)


@given(orders)
@settings(max_examples=100)
def test_order_discounts_are_shared_out_exactly(asked: Asked):
    """MON-b: Σ shares is the discount, each between 0 and its line's charge."""
    price = asked.price()
    assert sum(line.order_share for line in price.lines) == sum(
        each.amount_money.value for each in price.discounts
    )
    assert all(0 <= line.order_share <= line.charge for line in price.lines)
    assert all(line.net == line.charge - line.order_share for line in price.lines)


@given(orders, st.data())
@settings(max_examples=100)
def test_order_of_lines_does_not_change_the_price(asked: Asked, data: st.DataObject):
    """MON-b: who stands first wins ties and nothing else."""
    turned = replace(asked, lines=data.draw(st.permutations(asked.lines)))
    before, after = figures(asked.price()), figures(turned.price())
    # A tie between a taxed and an exempt line may move a won between the buckets.
    for name in ("list_price", "discount", "price"):
        assert before[name] == after[name]
    assert abs(before["tax_exempt"] - after["tax_exempt"]) <= len(asked.lines) * len(asked.discounts)


@given(orders)
@settings(max_examples=100)
def test_line_vat_is_the_orders(asked: Asked):
    """MON-c: Σ line VAT is the order's, per rate within half a won of T·r/(100+r)."""
    asked = replace(asked, shop=replace(asked.shop, delivery_fee_exempt_follows_goods=False))
    price = asked.price()
    assert sum(line.vat for line in price.lines) == figures(price)["tax"]
    assert all(0 <= line.vat <= line.net for line in price.lines)
    allowed = Fraction(1, 2) if asked.shop.vat_rounding == "HALF_UP" else 1
    for vat_bp in {line.vat_bp for line in asked.lines if line.vat_bp > 0}:
        shares = [
            share for line, share in zip(asked.lines, price.lines, strict=True) if line.vat_bp == vat_bp
        ]
        due = Fraction(sum(share.net for share in shares) * vat_bp, 10_000 + vat_bp)
        assert abs(sum(share.vat for share in shares) - due) <= allowed


@given(orders, st.one_of(st.integers(0, 10_000).map(rate), st.integers(0, 30_000).map(typed)), st.data())
@settings(max_examples=100)
def test_one_more_discount_never_raises_the_price(asked: Asked, more: StaffDiscount, data: st.DataObject):
    """MON-d: on a line or on the order, and a fully discounted order has no VAT."""
    before = figures(asked.price())["price"]
    place = data.draw(st.integers(-1, len(asked.lines) - 1))
    if place < 0:
        cheaper = replace(asked, discounts=(*asked.discounts, more))
    else:
        lines = list(asked.lines)
        lines[place] = replace(lines[place], discounts=(*lines[place].discounts, more))
        cheaper = replace(asked, lines=lines)
    assert figures(cheaper.price())["price"] <= before
    free = replace(asked, lines=[replace(line, discounts=(rate(10_000),)) for line in asked.lines])
    assert figures(free.price())["tax"] == 0
