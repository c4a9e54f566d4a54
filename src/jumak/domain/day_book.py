"""The books of some trading days of one shop, worked out from its journal (RPT-2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Raw, Struct

from jumak.domain.books import SALES, TENDER, Books, Totals, book_order, book_refund
from jumak.domain.calendar import ShopCalendar


class BookedTender(Struct, frozen=True):
    """Payments of one kind. amount: won, less what was given back."""

    source_type: str
    payments: int
    amount: int


class BookedDay(Struct, frozen=True):
    """One day. net: won without tips, VAT within."""

    day: date
    orders: int
    net: int
    vat: int
    tenders: tuple[BookedTender, ...]


class DayBook:
    """Feed it every version of every order that is touched on these days, from its first on, in the journal's order."""

    def __init__(self, calendar: ShopCalendar, first: date, last: date) -> None:
        self._calendar, self._first, self._last = calendar, first, last
        self._books: dict[str, Books] = {}
        self._totals = Totals()

    def knows(self, order_id: str) -> bool:
        """Whether a version of this order was booked."""
        return order_id in self._books

    def version(self, order_id: str, document: Mapping[str, Raw], at: datetime) -> None:
        """An order became this."""
        books = self._books.setdefault(order_id, Books())
        book_order(books, document, at, self._calendar, self._totals)

    def refund(self, order_id: str, payment_id: str, amount: int, at: datetime) -> None:
        """A part of a payment went back."""
        books = self._books.setdefault(order_id, Books())
        book_refund(books, payment_id, amount, at, self._calendar, self._totals)

    def days(self) -> list[BookedDay]:
        """The days with anything in the books, in order."""
        rows = {key: row for key, row in self._totals.rows.items() if self._first <= key[0] <= self._last}
        sales = {day: row for (day, kind, _), row in rows.items() if kind == SALES}
        tenders: dict[date, list[BookedTender]] = {}
        for (day, kind, name), (payments, amount, _) in sorted(rows.items()):
            if kind == TENDER:
                tenders.setdefault(day, []).append(BookedTender(name, payments, amount))
        found = []
        for day in sorted({*sales, *tenders}):
            orders, net, vat = sales.get(day, (0, 0, 0))
            found.append(BookedDay(day, orders, net, vat, tuple(tenders.get(day, ()))))
        return found
