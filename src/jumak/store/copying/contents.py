"""What is in a store, small enough to be compared: a count and a hash of each table, sales and payments day by day."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from jumak.store.codec import Codec, to_pack
from jumak.store.copying.tables import Row, Table
from jumak.store.errors import StoreError

_WIDTH: Final = 32
_MODULUS: Final = 1 << 8 * _WIDTH


class Sum(Struct, frozen=True):
    """A table. rows: how many.  hash: hex, the same whatever order the rows were read in."""

    rows: int
    hash: str


class Day(Struct, frozen=True):
    """A trading day (NUM-6), in won. sold: prices of the orders that stand.  paid: payments that stand, less what went
    back.
    """

    orders: int = 0
    sold: int = 0
    payments: int = 0
    paid: int = 0


class Contents(Struct, frozen=True):
    """Of a whole shop. days: by business date.  chain: last fact and hash (hex) of the journal's newest commit."""

    tables: dict[str, Sum]
    days: dict[str, Day]
    chain: tuple[int, str] | None

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(each.rows for each in self.tables.values())

    def changed(self, other: Contents) -> list[str]:
        """Names of the tables that hold something else, in the order they are copied."""
        return [
            name for name in self.tables | other.tables if other.tables.get(name) != self.tables.get(name)
        ]

    def rows_of(self, name: str) -> int:
        """Of one table, which another version of the program may not know."""
        return self.tables[name].rows if name in self.tables else 0


class Adding:
    """Adds the rows of a table up.

    Each row has a hash of its own, and the sum of those is the table's: stores may sort keys differently, and nothing
    has to be held in memory.
    """

    def __init__(self, table: Table) -> None:
        self._begin = sha256(to_pack((table.name, table.columns)))
        self._rows = 0
        self._sum = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Some rows, in any order."""
        total, count = self._sum, 0
        for row in rows:
            one = self._begin.copy()
            one.update(to_pack(row))
            total += int.from_bytes(one.digest(), "big")
            count += 1
        self._sum = total % _MODULUS
        self._rows += count

    def sum(self) -> Sum:
        """All of them."""
        return Sum(self._rows, self._sum.to_bytes(_WIDTH, "big").hex())


class _Price(Struct, rename="camel"):
    charge_price_value: int


class _Payment(Struct, rename="camel"):
    id: str
    state: str
    amount_money: int


class _Sold(Struct, rename="camel"):
    """The few parts of an order's document that are added up: decoding all of it would take most of the time."""

    order_state: str
    charge_price: _Price
    payments: tuple[_Payment, ...]


_sold = msgspec.json.Decoder(_Sold).decode


class Days:
    """Adds orders up, day by day."""

    def __init__(self, dictionary: bytes) -> None:
        self._codec = Codec(dictionary)
        self._days: dict[str, list[int]] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Rows of `orders`. Raises StoreError when one cannot be read."""
        for row in rows:
            try:
                self._order(row[8], row[12], row[13])
            except Exception as error:  # a damaged blob may fail in any way
                raise StoreError(
                    f"order {row[1]} cannot be read: {error}; look with `jumak check`"
                ) from error

    def _order(self, business_date: str, doc: bytes, packed: bytes) -> None:
        order = _sold(self._codec.unpack(doc))
        day = self._day(business_date)
        day[0] += 1
        if order.order_state != "CANCELLED":
            day[1] += order.charge_price.charge_price_value
        if not order.payments:
            return
        records = self._codec.backing(packed).payments
        for payment in order.payments:
            record = records[payment.id]
            day = self._day(record.business_date)
            day[2] += 1
            if payment.state != "CANCELLED":
                day[3] += payment.amount_money - record.refunded

    def _day(self, business_date: str) -> list[int]:
        if (day := self._days.get(business_date)) is None:
            day = self._days[business_date] = [0, 0, 0, 0]
        return day

    def sum(self) -> dict[str, Day]:
        """By business date, the first day first."""
        return {date: Day(*self._days[date]) for date in sorted(self._days)}
