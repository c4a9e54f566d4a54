"""Payments on orders, taking them back, refunds (rulebook §1.6, §3.1, §3.2, §2.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.caller import Caller
from jumak.domain.discount import StaffDiscount
from jumak.domain.errors import InvalidArgument, InvalidState, PermissionDenied
from jumak.domain.merchant import Shop
from jumak.domain.order.ending import cancel, check_plugin_may_cancel
from jumak.domain.order.paying import (
    cancel_payment,
    check_may_cancel_payment,
    check_tip,
    needs_manager_to_cancel,
    record_payment,
    remaining_buckets,
    share_with_tip,
    void_all,
)
from jumak.domain.order.returning import refund_amount, return_line
from jumak.domain.order.staff_edit import HeaderChange, update_header
from jumak.domain.order.types import Order
from jumak.domain.payment import CardDetails, kept_card, masked_number
from tests.domain.shop_floor import (
    AMERICANO,
    CAKE,
    FRUIT,
    MANAGER,
    NOON,
    OTHER,
    PLUGIN,
    RESTAURANT,
    SEOUL,
    a_discount,
    a_line,
    a_payment,
    an_order,
)

ISO = SEOUL.iso(NOON)


def pay(order: Order, amount: int, key: str = "pay-1", *, caller: Caller = PLUGIN, **more):
    return record_payment(
        order, a_payment(order, amount, key, **more), payment_id=f"id-{key}", caller=caller, shop=RESTAURANT,
        body=b"", at_ms=0, iso=ISO, approved_at=ISO, business_date="2026-02-01",
    )  # fmt: skip


def example_a() -> Order:
    """Ex A of the rulebook: americano × 2, cake −10 %, exempt fruit; the order −5 %, then −1,000."""
    order = an_order(
        a_line(AMERICANO, 2), a_line(CAKE, charge=5_850, discounts=[a_discount(650)]), a_line(FRUIT)
    )
    off = (
        StaffDiscount(title="5 %", percent_bp=500),
        StaffDiscount(title="쿠폰", amount_money=a_payment_value(1_000)),
    )
    return update_header(order, HeaderChange(discounts=off), shop=RESTAURANT, iso=ISO)


def a_payment_value(won: int):
    from jumak.domain.base import Value

    return Value(won)


def test_example_a_in_thirds():
    """MON-9, SPL-1: 20,707 in three parts takes the buckets as the rulebook says."""
    order = example_a()
    assert order.charge_price.charge_price_value == 20_707
    parts = []
    for number, amount in enumerate((6_903, 6_902, 6_902)):
        paid = pay(order, amount, f"k{number}")
        order = paid.order
        assert order.backing is not None
        parts.append(order.backing.payments[paid.payment.id].taken[:3])
    assert parts == [(4_078, 408, 2_417), (4_078, 407, 2_417), (4_078, 408, 2_416)]
    assert remaining_buckets(order).total == 0


def test_part_payment_is_paid_and_full_payment_completes():
    """ORD-2, ORD-8, PAY-2: PAID is partial; the payment that brings unpaid to 0 completes the order."""
    first = pay(an_order(a_line(AMERICANO, 2)), 4_000)
    assert (first.order.payment_state, first.order.order_state, first.completed) == ("PAID", "OPENED", False)
    assert first.order.payment_price.payment_unpaid_value == 5_000
    last = pay(first.order, 5_000, "pay-2")
    assert (last.order.payment_state, last.order.order_state, last.completed) == (
        "COMPLETED",
        "COMPLETED",
        True,
    )
    assert {payment.state for payment in last.order.payments} == {"COMPLETED"}
    assert last.payment.state == "COMPLETED"


def test_autocomplete_false_keeps_the_order_open():
    """ORD-8: the flag of the payment that settles it counts."""
    paid = pay(an_order(a_line(AMERICANO)), 4_500, autocomplete=False)
    assert (paid.order.order_state, paid.completed, paid.payment.state) == ("OPENED", False, "APPROVED")
    assert paid.order.payment_price.payment_unpaid_value == 0


def test_more_than_is_owed_is_refused():
    """PAY-2, PAY-3: an over-payment contradicts the order."""
    with pytest.raises(InvalidState) as refusal:
        pay(an_order(a_line(AMERICANO)), 4_501)
    assert (refusal.value.reason, refusal.value.data["unpaid"]) == ("OVERPAID", 4_500)


def test_cancelled_orders_take_no_money():
    """PAY-3: the wrong order."""
    ended = cancel(an_order(a_line(AMERICANO)), iso=ISO, reason=None)
    with pytest.raises(InvalidState) as refusal:
        pay(ended, 100)
    assert refusal.value.reason == "ORDER_CANCELLED"


@pytest.mark.parametrize(
    ("money", "fine"),
    [
        ({"supplyMoney": 4_091, "taxMoney": 409}, True),
        ({"supplyMoney": 4_091, "taxMoney": 409, "taxExemptMoney": 1_000}, True),
        ({"supplyMoney": 3_091, "taxMoney": 409, "taxExemptMoney": 1_000}, True),
        ({"supplyMoney": 4_092, "taxMoney": 409}, False),
        ({"supplyMoney": 500, "taxMoney": 0, "tipMoney": 4_000, "taxExemptMoney": 1_000}, False),
    ],
)
def test_breakdown(money, fine):
    """PAY-1: exempt inside supply or on top, else INVALID_BREAKDOWN; the numbers come back as sent."""
    order = an_order(a_line(AMERICANO))
    if not fine:
        with pytest.raises(InvalidArgument) as refusal:
            pay(order, 4_500, **money)
        assert refusal.value.reason == "INVALID_BREAKDOWN"
        return
    payment = pay(order, 4_500, **money).payment
    assert (payment.supply_money, payment.tax_money) == (money["supplyMoney"], money["taxMoney"])
    assert payment.tax_exempt_money == money.get("taxExemptMoney", 0)


def test_oddities_are_kept_with_a_warning():
    """PAY-1, PAY-3, PAY-4: a strange VAT and small installments are facts; one won less is no oddity."""
    order = an_order(a_line(AMERICANO))
    assert pay(order, 4_500, taxMoney=408, supplyMoney=4_092).warnings == ()
    assert len(pay(order, 4_500, taxMoney=0, supplyMoney=4_500).warnings) == 1
    card = {
        "sourceType": "CARD",
        "cardDetails": {"installmentMonth": "03", "cardType": "CREDIT", "cardBrand": "신한"},
    }
    assert "installments" in pay(order, 4_500, **card).warnings[0]
    assert "cardDetails" in pay(order, 4_500, sourceType="CARD").warnings[0]


def test_a_large_tip_is_kept_with_a_warning():
    """VAT-4, PAY-2: above 20 % of the supply value, 4,091 here, income tax must be withheld."""
    order = an_order(a_line(AMERICANO))
    assert pay(order, 5_318, tipMoney=818, taxMoney=409, supplyMoney=4_091).warnings == ()
    assert "20 %" in pay(order, 5_319, tipMoney=819, taxMoney=409, supplyMoney=4_091).warnings[0]


def test_one_instalment_is_a_lump_sum():
    """PAY-4: 1 is normalised to 00."""
    card = CardDetails(installment_month="1", card_type="CREDIT", card_brand="BC", source="BC")
    assert kept_card(card).installment_month == "00"


def test_issuer_and_acquirer_are_two_fields():
    """PAY-5: brand is the issuer, source the acquirer; both come back."""
    card = {"installmentMonth": "00", "cardType": "DEBIT", "cardBrand": "KB국민", "source": "BC"}
    payment = pay(an_order(a_line(AMERICANO)), 4_500, sourceType="CARD", cardDetails=card).payment
    assert payment.card_details is not None
    assert (payment.card_details.card_brand, payment.card_details.source) == ("KB국민", "BC")


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("1234567890121234", "123456******1234"),
        ("1234-5678-9012-1234", "123456******1234"),
        ("12345678*****234*", "123456*******234*"),
        ("01012345678", "*******5678"),
        ("1234", "1234"),
    ],
)
def test_card_numbers_are_masked(number, masked):
    """SEC-3, PAY-5: first six and last four at most, whatever was sent."""
    assert masked_number(number) == masked


def test_a_tip_above_the_orders_raises_it():
    """PAY-2, VAT-4: 500 of tip make the order 5,000; VAT stays that of the food."""
    paid = pay(an_order(a_line(AMERICANO)), 5_000, tipMoney=500, taxMoney=409, supplyMoney=4_091)
    price = paid.order.charge_price
    assert (price.charge_tip_value, price.charge_price_value, price.charge_tax_value) == (500, 5_000, 409)
    assert paid.completed


def test_cancelling_a_payment_keeps_the_order():
    """CAN-1: the order stays COMPLETED, its payment state falls back, it owes again."""
    paid = pay(an_order(a_line(AMERICANO)), 4_500).order
    back = cancel_payment(paid, paid.payments[0].id, shop=RESTAURANT, iso=ISO)
    assert (back.order_state, back.payment_state) == ("COMPLETED", "REFUNDED")
    assert back.payment_price.payment_unpaid_value == 4_500
    assert back.payments[0].cancelled_at == ISO


def test_who_may_cancel_a_payment():
    """CAN-3, PAY-3: plugins their own EXTERNAL ones, staff all, below a manager with an approval."""
    own = pay(an_order(a_line(AMERICANO)), 1_000)
    cash = pay(own.order, 1_000, "cash", sourceType="CASH")
    check_may_cancel_payment(own.order, own.payment, PLUGIN)
    check_may_cancel_payment(cash.order, cash.payment, MANAGER)
    cashier = replace(MANAGER, scopes=frozenset({"staff:pay", "payment:write"}))
    check_may_cancel_payment(cash.order, cash.payment, cashier)
    assert needs_manager_to_cancel(cash.order, cash.payment, cashier)
    assert not needs_manager_to_cancel(cash.order, cash.payment, MANAGER)
    assert not needs_manager_to_cancel(own.order, own.payment, PLUGIN)
    for order, payment, caller, reason in (
        (own.order, own.payment, OTHER, "FOREIGN_PAYMENT"),
        (cash.order, cash.payment, PLUGIN, "POS_PAYMENT"),
    ):
        with pytest.raises(PermissionDenied) as refusal:
            check_may_cancel_payment(order, payment, caller)
        assert refusal.value.reason == reason


def test_a_plugin_cancels_its_own_orders_all_or_nothing():
    """CAN-9, H-44: foreign order, live card or cash, foreign EXTERNAL: each has its reason."""
    order = an_order(a_line(AMERICANO, 2))
    check_plugin_may_cancel(pay(order, 1_000).order, PLUGIN)
    cash = pay(order, 1_000, sourceType="CASH").order
    foreign = pay(order, 1_000, caller=OTHER).order
    for asked, caller, error, reason in (
        (order, OTHER, PermissionDenied, "FOREIGN_ORDER"),
        (cash, PLUGIN, InvalidState, "HAS_LIVE_PAYMENTS"),
        (foreign, PLUGIN, InvalidState, "FOREIGN_PAYMENT"),
    ):
        with pytest.raises(error) as refusal:
            check_plugin_may_cancel(asked, caller)
        assert refusal.value.reason == reason


def test_void_all_is_newest_first_and_leaves_nothing_paid():
    """CAN-2, CAN-3, CAN-7: every payment once, then the order may end."""
    order = pay(pay(an_order(a_line(AMERICANO, 2)), 1_000).order, 2_000, "pay-2").order
    voided, ids = void_all(order, shop=RESTAURANT, iso=ISO)
    assert ids == ("id-pay-2", "id-pay-1")
    ended = cancel(voided, iso=ISO, reason=None)
    assert (ended.payment_state, ended.payment_price.payment_paid_value) == ("REFUNDED", 0)


def test_returning_an_item_refunds_what_it_cost():
    """CAN-5: Ex A, one americano back: 4,078 with 370 of VAT (1,223 → 853), 3,708 of supply."""
    order = example_a()
    paid = pay(order, 20_707, sourceType="CASH").order
    after, parts = return_line(paid, paid.line_items[0].id, 1, shop=RESTAURANT, iso=ISO)
    assert order.charge_price.charge_tax_value == 1_223
    refunded = sum(part.amount for part in parts)
    assert refunded == order.charge_price.charge_price_value - after.charge_price.charge_price_value == 4_078
    assert after.charge_price.charge_tax_value == 853
    assert [part.tax for part in parts] == [370]
    assert after.payment_price.payment_unpaid_value == 0
    assert after.order_state == "COMPLETED"
    assert parts[0].pending  # A plugin entered it: the drawer has nothing of it.


def test_a_full_return_empties_the_payment():
    """CAN-7, CAN-a: the whole order back: the payment is cancelled, its VAT came back with it."""
    paid = pay(an_order(a_line(AMERICANO, 2)), 9_000).order
    after, parts = return_line(paid, paid.line_items[0].id, 2, shop=RESTAURANT, iso=ISO)
    assert [(part.amount, part.tax, part.emptied, part.pending) for part in parts] == [
        (9_000, 818, True, True)
    ]
    assert after.payments[0].state == "CANCELLED"
    assert (after.payment_state, after.charge_price.charge_price_value) == ("REFUNDED", 0)


def test_goodwill_is_a_visible_discount():
    """CAN-6: price and paid fall together; no money leaves without it."""
    paid = pay(an_order(a_line(AMERICANO, 2)), 9_000).order
    after, parts = refund_amount(paid, 1_000, shop=RESTAURANT, iso=ISO)
    assert [discount.title for discount in after.discounts] == ["환불 조정"]
    assert (after.charge_price.charge_price_value, after.payment_price.payment_paid_value) == (8_000, 8_000)
    assert [part.amount for part in parts] == [1_000]
    for amount in (0, 8_001):
        with pytest.raises(InvalidArgument):
            refund_amount(after, amount, shop=RESTAURANT, iso=ISO)


def test_goodwill_leaves_the_tip_to_the_staff():
    """CAN-6, VAT-4: all of the goods can be given back, and nothing of the tip, whose reason is said."""
    paid = tipped(an_order(a_line(AMERICANO, 2)), 10_000, 1_000).order
    with pytest.raises(InvalidArgument) as refusal:
        refund_amount(paid, 9_001, shop=RESTAURANT, iso=ISO)
    assert (refusal.value.data["path"], "봉사료(1,000원)" in refusal.value.ko) == ("$.amount", True)
    after, parts = refund_amount(paid, 9_000, shop=RESTAURANT, iso=ISO)
    assert [part.amount for part in parts] == [9_000]
    assert (after.charge_price.charge_tip_value, after.payment_price.payment_paid_value) == (1_000, 1_000)


def test_refunds_go_to_the_chosen_tender_then_the_newest():
    """CAN-7: never more on a payment than it took."""
    order = pay(pay(an_order(a_line(AMERICANO, 2)), 4_000).order, 5_000, "pay-2").order
    _, newest = refund_amount(order, 6_000, shop=RESTAURANT, iso=ISO)
    assert [(part.payment_id, part.amount) for part in newest] == [("id-pay-2", 5_000), ("id-pay-1", 1_000)]
    _, chosen = refund_amount(order, 4_500, shop=RESTAURANT, iso=ISO, payment_id="id-pay-1")
    assert [(part.payment_id, part.amount) for part in chosen] == [("id-pay-1", 4_000), ("id-pay-2", 500)]


@given(cuts=st.lists(st.integers(1, 20_706), max_size=5, unique=True))
def test_any_cut_of_the_total_uses_the_buckets_up(cuts):
    """MON-e: components are never negative, add up to the amount and together to the order's buckets."""
    order, before = example_a(), 0
    taken = []
    for number, cut in enumerate([*sorted(cuts), 20_707]):
        paid = pay(order, cut - before, f"k{number}")
        order, before = paid.order, cut
        assert order.backing is not None
        part = order.backing.payments[paid.payment.id].taken
        assert min(part) >= 0
        assert sum(part) == paid.payment.amount_money
        taken.append(part)
    assert [sum(column) for column in zip(*taken, strict=True)] == [12_234, 1_223, 7_250, 0]


def tipped(order: Order, amount: int, tip: int, key: str = "pay-1", *, shop: Shop = RESTAURANT):
    """A payment the till takes with a tip of its own."""
    parts = share_with_tip(remaining_buckets(order), amount, tip)
    dto = a_payment(
        order, amount, key, sourceType="CASH", tipMoney=parts.tip, taxMoney=parts.tax,
        supplyMoney=parts.supply + parts.exempt, taxExemptMoney=parts.exempt,
    )  # fmt: skip
    return record_payment(
        order, dto, payment_id=f"id-{key}", caller=MANAGER, shop=shop, body=b"", at_ms=0, iso=ISO,
        approved_at=ISO, business_date="2026-02-01", tip=tip,
    )  # fmt: skip


def test_a_tip_belongs_to_the_payment_that_brings_it():
    """PAY-2, MON-9: half of 9,000 with 1,000 on top; the other half is not asked for any of it."""
    first = tipped(an_order(a_line(AMERICANO, 2)), 5_500, 1_000)
    price = first.order.charge_price
    assert (price.charge_tip_value, price.charge_price_value, price.charge_tax_value) == (1_000, 10_000, 818)
    assert (first.payment.tip_money, first.order.payment_price.payment_unpaid_value) == (1_000, 4_500)
    second = tipped(first.order, 4_500, 0, "pay-2")
    assert (second.payment.tip_money, second.completed) == (0, True)


def test_a_tip_comes_on_top_of_the_orders_own():
    """PAY-2: an order with 500 of tip, of which nothing is paid yet, has 800 after 300 more."""
    order = update_header(an_order(a_line(AMERICANO)), HeaderChange(tip=500), shop=RESTAURANT, iso=ISO)
    paid = tipped(order, 5_300, 300)
    assert (paid.order.charge_price.charge_tip_value, paid.payment.tip_money, paid.completed) == (
        800,
        800,
        True,
    )


def test_a_tip_goes_with_the_payment_that_brought_it():
    """PAY-2, CAN-1: taken back, the order owes what its goods and its own tip cost; once, whatever else was paid."""
    order = update_header(an_order(a_line(AMERICANO, 2)), HeaderChange(tip=500), shop=RESTAURANT, iso=ISO)
    paid = tipped(tipped(order, 5_500, 1_000).order, 5_300, 300, "pay-2").order
    assert (paid.charge_price.charge_tip_value, paid.payment_price.payment_unpaid_value) == (1_800, 0)
    back = cancel_payment(paid, paid.payments[0].id, shop=RESTAURANT, iso=ISO)
    assert (back.charge_price.charge_tip_value, back.charge_price.charge_price_value) == (800, 9_800)
    assert back.payment_price.payment_unpaid_value == 4_500
    voided, _ = void_all(paid, shop=RESTAURANT, iso=ISO)
    assert (voided.charge_price.charge_tip_value, voided.payment_price.payment_unpaid_value) == (500, 9_500)


def test_a_tip_that_is_charged_anew_stays():
    """CAN-8: what a payment given back whole leaves is charged again, so that the order costs what it did."""
    paid = tipped(an_order(a_line(AMERICANO)), 5_500, 1_000).order
    back = cancel_payment(paid, paid.payments[0].id, shop=RESTAURANT, iso=ISO, keeps_tip=True)
    assert (back.charge_price.charge_tip_value, back.payment_price.payment_unpaid_value) == (1_000, 5_500)


def test_a_payment_goes_back_whatever_its_tip_did_to_the_small_change():
    """CAN-1, DSC-7: an odd tip of a plugin saved the goods their cut; without it they would cost less than is paid."""
    shop = replace(RESTAURANT, order_rounding_unit=10)
    off = (StaffDiscount(title="쿠폰", amount_money=a_payment_value(1)),)
    order = update_header(an_order(a_line(AMERICANO, 2)), HeaderChange(discounts=off), shop=shop, iso=ISO)
    assert order.charge_price.charge_price_value == 8_990
    first = tipped(order, 5, 1, shop=shop).order
    assert first.charge_price.charge_price_value == 9_000
    paid = tipped(first, 8_995, 0, "pay-2", shop=shop).order
    back = cancel_payment(paid, paid.payments[0].id, shop=shop, iso=ISO)
    assert (back.payment_price.payment_paid_value, back.payment_price.payment_unpaid_value) == (8_995, 5)


@given(st.integers(1, 20_000), st.integers(1, 9_000), st.integers(0, 4))
def test_a_cancelled_payment_leaves_the_order_as_it_was(part, tip, own):
    """PAY-2, MON-a: paid with a tip and taken back, an order costs what it cost, whatever tip it had itself."""
    order = update_header(example_a(), HeaderChange(tip=own * 500), shop=RESTAURANT, iso=ISO)
    paid = tipped(order, part + tip, tip).order
    back = cancel_payment(paid, paid.payments[0].id, shop=RESTAURANT, iso=ISO)
    assert (back.charge_price, back.line_items) == (order.charge_price, order.line_items)
    assert back.payment_price == order.payment_price


@pytest.mark.parametrize(
    ("tip", "unit", "fine"), [(999, 1, True), (1_000, 1, False), (30, 10, True), (35, 10, False)]
)
def test_a_tip_of_a_payment(tip, unit, fine):
    """PAY-2, DSC-7: less than the payment, and round where what the guest pays is made round."""
    shop = replace(RESTAURANT, order_rounding_unit=unit)
    if fine:
        check_tip(tip, 1_000, shop)
        return
    with pytest.raises(InvalidArgument) as refusal:
        check_tip(tip, 1_000, shop)
    assert refusal.value.data["path"] == "$.tip"


@given(
    cuts=st.lists(st.tuples(st.integers(1, 20_000), st.integers(0, 5_000)), max_size=5),
    own=st.integers(0, 3_000),
)
def test_tips_and_parts_add_up(cuts, own):
    """MON-e, MON-a, PAY-2: whatever is paid with whatever tips, the payments' parts are the order's."""
    order = update_header(example_a(), HeaderChange(tip=own), shop=RESTAURANT, iso=ISO)
    tips = own
    for number, (amount, tip) in enumerate([*cuts, (20_000 + own, 0)]):
        unpaid = order.payment_price.payment_unpaid_value
        if not unpaid:
            break
        paid = tipped(order, min(amount, unpaid) + tip, tip, f"pay-{number}")
        order, tips = paid.order, tips + tip
        assert paid.payment.tip_money >= tip
        assert order.payment_price.payment_unpaid_value == unpaid - min(amount, unpaid)
    price = order.charge_price
    assert price.charge_tip_value == tips
    left = remaining_buckets(order)
    taken = [order.backing.payments[each.id].taken for each in order.payments]
    whole = [sum(part) for part in zip(*taken, strict=True)] or [0, 0, 0, 0]
    assert [a + b for a, b in zip(whole, (left.supply, left.tax, left.exempt, left.tip), strict=True)] == [
        price.charge_supply_value - price.charge_tax_exempt_value, price.charge_tax_value,
        price.charge_tax_exempt_value, price.charge_tip_value,
    ]  # fmt: skip


@given(
    amounts=st.lists(st.integers(1, 6_000), min_size=1, max_size=4),
    refunds=st.lists(st.integers(1, 9_000), max_size=4),
)
def test_refunds_never_exceed_what_was_paid(amounts, refunds):
    """CAN-a: 0 ≤ refunded ≤ amount for every payment, and cancelled means nothing is held."""
    order = an_order(a_line(AMERICANO, 6))
    for number, amount in enumerate(amounts):
        order = pay(order, amount, f"k{number}").order
    paid_before = order.payment_price.payment_paid_value
    given = 0
    for amount in refunds:
        try:
            order, parts = refund_amount(order, amount, shop=RESTAURANT, iso=ISO)
        except InvalidArgument:
            continue
        given += sum(part.amount for part in parts)
    assert order.backing is not None
    for payment in order.payments:
        assert 0 <= order.backing.payments[payment.id].refunded <= payment.amount_money
    assert order.payment_price.payment_paid_value == paid_before - given
    voided, _ = void_all(order, shop=RESTAURANT, iso=ISO)
    assert cancel(voided, iso=ISO, reason=None).payment_price.payment_paid_value == 0
