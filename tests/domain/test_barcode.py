"""Barcodes: check digits, padding, and the shop's own labels (CAT-10)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.domain.barcode import InStoreCode, InStoreTemplate, canonical, check_digit, is_ean, parse_in_store


@pytest.mark.parametrize(("digits", "check"), [("400638133393", 1), ("880123412345", 7)])
def test_check_digits(digits: str, check: int):
    """CAT-10: weights 1,3 alternating (Ex)."""
    assert check_digit(digits) == check
    assert is_ean(f"{digits}{check}")
    assert not is_ean(f"{digits}{(check + 1) % 10}")


@pytest.mark.parametrize(
    ("code", "same_as"),
    [
        ("036000291452", "0036000291452"),
        ("96385074", "0000096385074"),
        (" 4006381333931 ", "4006381333931"),
        ("A-17", "A-17"),
    ],
)
def test_short_codes_are_padded(code: str, same_as: str):
    """CAT-10: EAN-8 and UPC-A are padded to 13; anything else stays as it is."""
    assert canonical(code) == same_as


def label(prefix: str, item: str, value: str) -> str:
    body = prefix + item + value
    return body + str(check_digit(body))


def test_labels_of_the_shop_s_own():
    """CAT-10: prefix 20–29, item, price or weight, check digit."""
    assert parse_in_store(label("20", "00042", "12340")) == InStoreCode(item="00042", price=12_340)
    assert parse_in_store(label("29", "00042", "00350")) == InStoreCode(item="00042", weight_milli=350)
    assert parse_in_store("8801234123457") is None
    assert parse_in_store("2000042123401") is None or is_ean("2000042123401")
    assert parse_in_store("20") is None


def test_another_template():
    """CAT-10: templates say where item and value stand."""
    four_and_six = InStoreTemplate(prefixes=("21",), item_digits=4, value="price")
    assert parse_in_store(label("21", "0042", "123456"), [four_and_six]) == InStoreCode(
        item="0042", price=123_456
    )
    assert parse_in_store(label("20", "0042", "123456"), [four_and_six]) is None


@settings(max_examples=100)
@given(st.text("0123456789", min_size=7, max_size=12).filter(lambda text: len(text) in (7, 11, 12)))
def test_padding_keeps_a_code_valid(body: str):
    """CAT-10: a valid code is valid in 13 digits, and padding twice is padding once."""
    code = body + str(check_digit(body))
    assert is_ean(canonical(code))
    assert canonical(canonical(code)) == canonical(code)


@settings(max_examples=100)
@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(body: str, place: int, shift: int):
    """CAT-10: the check digit catches every single wrong digit."""
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    assert check_digit(wrong) != check_digit(body)
