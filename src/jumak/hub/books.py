"""What an order adds to a shop's totals, day by day (RPT-1, RPT-2).

Sales are booked when an order is first paid in full; whatever it is worth less or more after that, on the day that
happens. Tenders are booked payment by payment, when it is made, given back in part, or cancelled.

Worked out from public orders alone: a line's share of discounts on the whole order is in proportion to what the line
costs, which the shop itself keeps to the won where some lines take no part in a discount.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

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


def book_order(
    books: Books, order: Mapping[str, Any], at: datetime, shop: ShopCalendar, totals: Totals
) -> None:
    """Bring books and totals to what this version of an order, as plugins see it, says. at: when it became so."""
    day = shop.business_date(at)
    _book_payments(books, order, day, totals)
    if not books.booked and order["paymentState"] != "COMPLETED":
        return
    cancelled = order["orderState"] == "CANCELLED"
    price = order["chargePrice"]
    net = 0 if cancelled else price["chargePriceValue"] - price["chargeTipValue"]
    vat = 0 if cancelled else price["chargeTaxValue"]
    lines = [] if cancelled else _lines(order, net)
    if books.booked and (net, vat, lines) == (books.net, books.vat, books.lines):
        return
    totals.add(day, SALES, "", 0 if books.booked else 1, net - books.net, vat - books.vat)
    hour = f"{at.astimezone(shop.zone).hour:02}"
    totals.add(day, HOUR, hour, 0 if books.booked else 1, net - books.net, vat - books.vat)
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


def _book_payments(books: Books, order: Mapping[str, Any], day: date, totals: Totals) -> None:
    for payment in order["payments"]:
        taken = books.payments.get(payment["id"])
        cancelled = payment["state"] == "CANCELLED"
        if taken is None:
            left = 0 if cancelled else payment["amountMoney"]
            taken = books.payments[payment["id"]] = Taken(payment["sourceType"], left)
            totals.add(day, TENDER, taken.tender, 1, left)
        elif cancelled and taken.left:
            totals.add(day, TENDER, taken.tender, 0, -taken.left)
            taken.left = 0


def _lines(order: Mapping[str, Any], net: int) -> list[Line]:
    lines = order["lineItems"]
    weights = [line["chargePrice"]["value"] for line in lines]
    whole = sum(weights)
    shares = weights if whole == net else share_out(net, weights) if whole > 0 else [0] * len(lines)
    return [
        (
            line["item"]["category"]["title"],
            line["item"]["title"],
            milli(line["quantity"]["value"]),
            share,
        )
        for line, share in zip(lines, shares, strict=True)
    ]
