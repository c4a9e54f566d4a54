"""Barcodes on goods (CAT-10): EAN-13, EAN-8, UPC-A, and the shop's own with a price or weight inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

_EAN_LENGTHS: Final = (8, 12, 13)


def check_digit(digits: str) -> int:
    """The last digit of an EAN or UPC from the ones before it: weights 1, 3 alternating.

    Counted from the right the weights are 3, 1, 3 ..., which makes leading zeros harmless.
    digits: ASCII digits without the check digit.
    """
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def is_ean(code: str) -> bool:
    """EAN-13, EAN-8 or UPC-A with a right check digit."""
    return (
        len(code) in _EAN_LENGTHS
        and code.isascii()
        and code.isdigit()
        and check_digit(code[:-1]) == int(code[-1])
    )


def canonical(code: str) -> str:
    """The form in which codes are compared: EAN and UPC padded to 13 digits, anything else trimmed."""
    code = code.strip()
    return code.zfill(13) if is_ean(code) else code


class InStoreTemplate(Struct, frozen=True, kw_only=True):
    """How a scale of the shop writes its labels: prefix, item, value and check digit, 13 in all.

    value: won, or weight in thousandths of the price's unit of quantity (grams of a kilogram).
    """

    prefixes: tuple[str, ...]
    item_digits: int
    value: Literal["price", "weight"]


IN_STORE: Final[tuple[InStoreTemplate, ...]] = (
    InStoreTemplate(prefixes=("20", "21", "22", "23", "24"), item_digits=5, value="price"),
    InStoreTemplate(prefixes=("25", "26", "27", "28", "29"), item_digits=5, value="weight"),
)
"""Prefixes 20-29 are the shop's own; the common scales write five digits each."""


class InStoreCode(Struct, frozen=True, kw_only=True):
    """What a label of the shop's own says.

    item: its item digits; a price carries them as barcode or SKU.  price: won of the whole piece.
    weight_milli: quantity in thousandths. Exactly one of the two is set.
    """

    item: str
    price: int | None = None
    weight_milli: int | None = None


def parse_in_store(code: str, templates: Sequence[InStoreTemplate] = IN_STORE) -> InStoreCode | None:
    """Read a label of the shop's own; None when it is none or its check digit is wrong."""
    code = code.strip()
    if len(code) != 13 or not is_ean(code):
        return None
    for template in templates:
        if code[:2] in template.prefixes:
            item = code[2 : 2 + template.item_digits]
            value = int(code[2 + template.item_digits : 12])
            if template.value == "price":
                return InStoreCode(item=item, price=value)
            return InStoreCode(item=item, weight_milli=value)
    return None
