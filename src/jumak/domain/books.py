"""What an order adds to a shop's totals, day by day (RPT-1, RPT-2).

Sales are booked when an order is first paid in full; whatever it is worth less or more after that, on the day that
happens. Tenders are booked payment by payment, when it is made, given back in part, or cancelled.

Worked out from public orders alone: a line's share of discounts on the whole order is in proportion to what the line
costs, which the shop itself keeps to the won where some lines take no part in a discount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Raw, Struct

from jumak.domain.calendar import ShopCalendar
from jumak.domain.money import milli, share_out

SALES, CATEGORY, ITEM, HOUR, TENDER = "sales", "category", "item", "hour", "tender"

Line = tuple[str, str, int, int]
"""Category, item, thousandths, and won after every discount, VAT within."""

TotalKey = tuple[date, str, str]
"""Trading day, kind, which."""


class Taken(Struct, array_like=True):
    """A payment in the books. left: won that were not given back."""

    tender: str
    left: int


class Books(Struct, array_like=True):
    """What of an order is in the totals. net: without tips, VAT within."""

    booked: bool = False
    net: int = 0
    vat: int = 0
    lines: list[Line] = []
    payments: dict[str, Taken] = {}


class Totals:
    """Changes of one shop's totals."""

    def __init__(self) -> None:
        self.rows: dict[TotalKey, list[int]] = {}

    def add(self, day: date, kind: str, key: str, quantity: int, amount: int, vat: int = 0) -> None:
        """quantity: see schema.sql; amount, vat: won."""
        if not (quantity or amount or vat):
            return
        # PostgreSQL keeps no NUL in a text.
        key = key.replace("\0", "\u2400")
        row = self.rows.get((day, kind, key))
        if row is None:
            self.rows[day, kind, key] = [quantity, amount, vat]
        else:
            row[0] += quantity
            row[1] += amount
            row[2] += vat


class _Named(Struct, gc=False):
    title: str


class _Item(Struct, gc=False):
    title: str
    category: _Named


class _Value(Struct, gc=False):
    value: int | float


class _Line(Struct, rename="camel", gc=False):
    item: _Item
    quantity: _Value
    charge_price: _Value


class _Payment(Struct, rename="camel", gc=False):
    id: str
    state: str
    source_type: str
    amount_money: int


class _Price(Struct, rename="camel", gc=False):
    charge_price_value: int
    charge_tip_value: int
    charge_tax_value: int


_decode_lines = msgspec.json.Decoder(list[_Line]).decode
_decode_payments = msgspec.json.Decoder(list[_Payment]).decode
_decode_price = msgspec.json.Decoder(_Price).decode
_NONE, _COMPLETED, _CANCELLED = b"[]", b'"COMPLETED"', b'"CANCELLED"'


def book_order(
    books: Books, order: Mapping[str, Raw], at: datetime, shop: ShopCalendar, totals: Totals
) -> None:
    """Bring books and totals to what this version of an order, as plugins see it, says. at: when it became so."""
    day = shop.business_date(at)
    if bytes(order["payments"]) != _NONE:
        _book_payments(books, _decode_payments(order["payments"]), day, totals)
    if not books.booked and bytes(order["paymentState"]) != _COMPLETED:
        return
    net, vat, lines = 0, 0, list[Line]()
    if bytes(order["orderState"]) != _CANCELLED:
        price = _decode_price(order["chargePrice"])
        net, vat = price.charge_price_value - price.charge_tip_value, price.charge_tax_value
        lines = _shares(_decode_lines(order["lineItems"]), net)
    if books.booked and (net, vat, lines) == (books.net, books.vat, books.lines):
        return
    hour = f"{at.astimezone(shop.zone).hour:02}"
    for kind, key in ((SALES, ""), (HOUR, hour)):
        totals.add(day, kind, key, 0 if books.booked else 1, net - books.net, vat - books.vat)
    for sign, some in ((1, lines), (-1, books.lines)):
        for category, item, quantity, amount in some:
            totals.add(day, CATEGORY, category, sign * quantity, sign * amount)
            totals.add(day, ITEM, item, sign * quantity, sign * amount)
    books.booked, books.net, books.vat, books.lines = True, net, vat, lines


def book_refund(
    books: Books, payment_id: str, amount: int, at: datetime, shop: ShopCalendar, totals: Totals
) -> None:
    """A part of a payment went back."""
    taken = books.payments.get(payment_id)
    if taken is None:
        return
    given = min(amount, taken.left)
    taken.left -= given
    totals.add(shop.business_date(at), TENDER, taken.tender, 0, -given)


def _book_payments(books: Books, payments: Sequence[_Payment], day: date, totals: Totals) -> None:
    for payment in payments:
        taken = books.payments.get(payment.id)
        cancelled = payment.state == "CANCELLED"
        if taken is None:
            left = 0 if cancelled else payment.amount_money
            books.payments[payment.id] = Taken(payment.source_type, left)
            totals.add(day, TENDER, payment.source_type, 1, left)
        elif cancelled and taken.left:
            totals.add(day, TENDER, taken.tender, 0, -taken.left)
            taken.left = 0


def _shares(lines: Sequence[_Line], net: int) -> list[Line]:
    weights = [int(line.charge_price.value) for line in lines]
    whole = sum(weights)
    shares = weights if whole == net else share_out(net, weights) if whole > 0 else [0] * len(lines)
    return [
        (line.item.category.title, line.item.title, milli(line.quantity.value), share)
        for line, share in zip(lines, shares, strict=True)
    ]
