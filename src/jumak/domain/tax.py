"""VAT inside VAT-inclusive prices, and the buckets of an order (rulebook §1.4, §1.6)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from jumak.domain.catalog import ItemType
from jumak.domain.merchant import Shop, VatRounding
from jumak.domain.money import rhu, share_out

EXEMPT: Final = -1
"""`vat_bp` of tax-free goods (VAT-1)."""
OUT_OF_SCOPE: Final = -2
"""`vat_bp` of what is no supply: stored value sold (VAT-6)."""

STORED_VALUE: Final[frozenset[ItemType]] = frozenset({"PREPAID_CARD", "MULTI_USE_TICKET", "GIFT_CARD"})
"""Item types whose sale is a liability, no revenue (§1.4, last table)."""


def included_vat(gross: int, vat_bp: int, rounding: VatRounding = "HALF_UP") -> int:
    """VAT inside a gross amount, won, at any rate; 0 for exempt and out of scope (VAT-2, VAT-8). gross: zero or more."""
    if vat_bp <= 0:
        return 0
    if rounding == "FLOOR":
        return gross * vat_bp // (10_000 + vat_bp)
    return rhu(gross * vat_bp, 10_000 + vat_bp)


def vat_bucket_of(item_type: ItemType, is_tax_free: bool, shop: Shop) -> int:
    """The bucket of a line: VAT rate in basis points, EXEMPT or OUT_OF_SCOPE (VAT-1, VAT-6, VAT-7).

    A delivery fee starts taxable; `price_order` exempts it when all goods are exempt (VAT-5).
    """
    if item_type in STORED_VALUE:
        return OUT_OF_SCOPE
    if is_tax_free or shop.tax_type == "EXEMPT":
        return EXEMPT
    return shop.vat_rate_percent * 100


def shows_vat_split(shop: Shop) -> bool:
    """Receipts of GENERAL shops show supply and VAT apart; others hide the split (VAT-7)."""
    return shop.tax_type == "GENERAL"


def tip_needs_withholding(tip: int, supply: int) -> bool:
    """A tip above 20 % of the supply value: income tax must be withheld and a ledger kept (VAT-4)."""
    return tip * 100 > 20 * supply


def redemption_base(redeemed: int, face: int, received: int) -> int:
    """VAT base when stored value is redeemed: what was received for it, when it sold below face (VAT-6)."""
    return redeemed if received >= face else rhu(redeemed * received, face)


class Buckets(Struct, frozen=True):
    """Money by what it is: taxable supply, VAT, exempt (and out of scope), tip; won."""

    supply: int
    tax: int
    exempt: int
    tip: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.supply + self.tax + self.exempt + self.tip

    def __add__(self, other: Buckets) -> Buckets:
        return Buckets(
            self.supply + other.supply, self.tax + other.tax, self.exempt + other.exempt, self.tip + other.tip
        )

    def __sub__(self, other: Buckets) -> Buckets:
        return Buckets(
            self.supply - other.supply, self.tax - other.tax, self.exempt - other.exempt, self.tip - other.tip
        )

    def less(self, other: Buckets) -> Buckets:
        """What is left when `other` is taken, nothing below zero."""
        left = self - other
        return Buckets(max(0, left.supply), max(0, left.tax), max(0, left.exempt), max(0, left.tip))


def draw(remaining: Buckets, amount: int) -> Buckets:
    """What a payment of `amount` takes of the remaining buckets, by largest remainder (MON-9).

    amount: 0 … remaining.total. The payment that takes the total takes exactly what is left.
    """
    if amount >= remaining.total:
        return remaining
    return Buckets(*share_out(amount, (remaining.supply, remaining.tax, remaining.exempt, remaining.tip)))
