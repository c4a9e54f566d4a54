"""Cash receipts: identifiers, base, duty to issue, cancels (rulebook §3.6)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.cash_receipt import (
    CashReceipt,
    business_number_valid,
    cancel,
    check_receipted,
    identifier_for,
    issue_due,
    late_penalty_percent,
    must_issue,
    receipt_base,
)
from jumak.domain.errors import InvalidArgument, InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.payment import masked_identifier as masked

SHOP = Shop(
    id=1,
    name="주막",
    serial_number="JMK-1",
    business_number="1234567891",
    business_type="RESTAURANT",
    payment_timing="PAY_LATER",
    tables_enabled=True,
    version=1,
)
SOLD = date(2026, 2, 1)
RECEIPT = CashReceipt(
    id="G123", order_id="o1", amount=10_000, issue_date="20260201120000", identifier="*******5678", owner="p"
)


def test_business_numbers():
    """RCP-1: ten digits and a checksum (Ex 1234567891 valid, …890 not)."""
    assert business_number_valid("1234567891")
    assert not business_number_valid("1234567890")
    assert not business_number_valid("123456789")
    assert not business_number_valid("12345678９1")


@settings(max_examples=100)
@given(st.text("0123456789", min_size=9, max_size=9))
def test_exactly_one_last_digit_fits(first_nine: str):
    """RCP-1: each nine digits have one right tenth."""
    assert sum(business_number_valid(first_nine + str(last)) for last in range(10)) == 1


@pytest.mark.parametrize(
    ("use", "sent", "issued_to"),
    [
        ("DEDUCTION", "010-1234-5678", "01012345678"),
        ("DEDUCTION", "0101234567", "0101234567"),
        ("DEDUCTION", "1234567890123", "1234567890123"),
        ("PROOF", "123-45-67891", "1234567891"),
        ("PROOF", "01012345678", "01012345678"),
        ("SELF", None, "0100001234"),
        ("SELF", "010-0000-1234", "0100001234"),
    ],
)
def test_identifiers(use: str, sent: str | None, issued_to: str):
    """RCP-1, RCP-2: what each use takes; self-issued is 010-000-1234, never 010-0000-1234."""
    assert identifier_for(use, sent) == issued_to


@pytest.mark.parametrize(
    ("use", "sent"),
    [("DEDUCTION", "1234567891"), ("DEDUCTION", ""), ("DEDUCTION", None), ("DEDUCTION", "02-123-4567"),
     ("PROOF", "1234567890"), ("PROOF", "010ABCD5678"), ("PROOF", "1" * 20)],
)  # fmt: skip
def test_wrong_identifiers(use: str, sent: str | None):
    """RCP-1: anything else is refused, naming the field."""
    with pytest.raises(InvalidArgument) as refusal:
        identifier_for(use, sent)
    assert refusal.value.data["path"] == "$.identifier"


def test_the_base_is_cash_for_supplies():
    """RCP-1: no prepaid sales, no card part, own points excluded."""
    paid = [("CASH", 20_000), ("CARD", 9_000), ("EXTERNAL", 5_000)]
    assert receipt_base(paid) == 25_000
    assert receipt_base(paid, prepaid_sold=10_000, own_points=1_000) == 14_000
    assert receipt_base([("CARD", 9_000)], prepaid_sold=5_000) == 0


@pytest.mark.parametrize(("cash", "due"), [(99_999, False), (100_000, True), (250_000, True)])
def test_mandatory_trades_issue_unasked(cash: int, due: bool):
    """RCP-2: from 100,000 won in a mandatory trade, and only there."""
    assert must_issue(cash, replace(SHOP, cash_receipt_mandatory=True)) is due
    assert not must_issue(cash, SHOP)


@pytest.mark.parametrize(
    ("issued", "percent"),
    [
        (date(2026, 2, 6), 0),
        (date(2026, 2, 7), 10),
        (date(2026, 2, 11), 10),
        (date(2026, 2, 12), 20),
        (None, 20),
    ],
)
def test_five_days(issued: date | None, percent: int):
    """RCP-2: due within 5 days, 10 % within 10 days, else 20 %."""
    assert issue_due(SOLD) == date(2026, 2, 6)
    assert late_penalty_percent(SOLD, issued) == percent


def test_a_cancel_is_a_transaction_of_its_own():
    """RCP-3: own number, not before the original, partial allowed, Σ cancels ≤ original."""
    part = cancel(RECEIPT, amount=4_000, issue_number="C1", issue_date="20260202090000")
    assert (part.standing, part.cancels[0].issue_number) == (6_000, "C1")
    for number, day in (("G123", "20260202090000"), ("C2", "20260201115959")):
        with pytest.raises(InvalidArgument):
            cancel(RECEIPT, amount=1, issue_number=number, issue_date=day)
    with pytest.raises(InvalidArgument):
        cancel(part, amount=1, issue_number="C1", issue_date="20260202090000")
    with pytest.raises(InvalidState) as refusal:
        cancel(part, amount=6_001, issue_number="C2", issue_date="20260202090000")
    assert (refusal.value.reason, refusal.value.data["left"]) == ("RECEIPT_CANCEL_TOO_LARGE", 6_000)


@settings(max_examples=60)
@given(st.lists(st.integers(1, 6_000), max_size=8))
def test_a_partial_refund_cancels_the_same_amount(refunds: list[int]):
    """RCP-3, RCP-4: whatever is refunded stands no longer; never more than was receipted."""
    receipt, left = RECEIPT, 10_000
    for number, amount in enumerate(refunds):
        if amount > left:
            with pytest.raises(InvalidState):
                cancel(receipt, amount=amount, issue_number=f"C{number}", issue_date="20260203000000")
            continue
        receipt = cancel(receipt, amount=amount, issue_number=f"C{number}", issue_date="20260203000000")
        left -= amount
        assert receipt.standing == left >= 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("010-1234-5678", "*******5678"),
        ("4111 1111 1111 1234", "************1234"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_only_the_last_digits_are_kept(sent: str, kept: str):
    """RCP-5, SEC-3: masked on entry but for the last four."""
    assert masked(sent) == kept
    assert masked(kept) == kept


@settings(max_examples=60)
@given(st.text("0123456789", min_size=5, max_size=19))
def test_a_mask_never_tells_more(number: str):
    """RCP-5: all but four positions hidden, for every length, and masking again hides no more."""
    kept = masked(number)
    assert len(kept) == len(number)
    assert kept.count("*") == len(number) - 4
    assert masked(kept) == kept


def test_receipts_stay_within_what_was_paid():
    """RCP-1: Σ receipts ≤ paid cash + external."""
    check_receipted(5_000, 5_000, 10_000)
    with pytest.raises(InvalidState) as refusal:
        check_receipted(5_001, 5_000, 10_000)
    assert (refusal.value.reason, refusal.value.data["left"]) == ("RECEIPT_EXCEEDS_PAID", 5_000)
