"""Everything of a shop's file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import codec_of, order_at
from jumak.store.whole import STEP, Finding, Row


class WholeFile:
    """Implements `store.whole.WholeShop`; nothing of it ever suspends."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.codec = codec_of(connection)

    async def _some(self, sql: str) -> AsyncIterator[Sequence[Row]]:
        cursor = self.connection.execute(sql)
        while some := cursor.fetchmany(STEP):
            yield some

    async def integrity(self) -> Iterable[Finding]:
        """See `WholeShop`."""
        problems = self.connection.execute("PRAGMA quick_check(1)").fetchall()
        return [Finding("file", "page", text) for (text,) in problems if text != "ok"]

    async def lines(self) -> int:
        """See `WholeShop`."""
        counts = "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM tickets) + (SELECT count(*) FROM journal)"
        total: int = self.connection.execute(counts).fetchone()[0]
        return total

    async def settings(self, name: str) -> bytes | None:
        """See `WholeShop`."""
        row = self.connection.execute(SQL["shop_value"], (name,)).fetchone()
        return None if row is None else row[0]

    async def actors(self) -> dict[int, tuple[Any, ...]]:
        """See `WholeShop`."""
        return {number: tuple(actor) for number, *actor in self.connection.execute(SQL["actors"])}

    async def owners(self) -> dict[int, str]:
        """See `WholeShop`."""
        return dict(self.connection.execute(SQL["owners"]).fetchall())

    async def commits(self) -> Sequence[Row]:
        """See `WholeShop`."""
        return self.connection.execute("SELECT last_seq, at, hash FROM commits ORDER BY last_seq").fetchall()

    def facts(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        return self._some(
            "SELECT seq, at, name, subject, actor, command, data, state FROM journal ORDER BY seq"
        )

    async def found_under(self, pairs: Sequence[tuple[int, str]]) -> Sequence[bool | None]:
        """See `WholeShop`."""
        rows = [self.connection.execute(SQL["order_fact_of"], pair).fetchone() for pair in pairs]
        return [None if row is None else row[0] is not None for row in rows]

    async def order_facts(self) -> int | None:
        """See `WholeShop`."""
        if self.connection.execute("PRAGMA user_version").fetchone()[0] < 2:
            return None
        count: int = self.connection.execute("SELECT count(*) FROM order_facts").fetchone()[0]
        return count

    def orders(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        return self._some(
            "SELECT seq, id, created, state, open, owner, order_key, table_id, business_date, number, version, doc,"
            " backing FROM orders ORDER BY seq"
        )

    async def replayed(self, order_ids: Sequence[str]) -> Sequence[bytes | Exception | None]:
        """See `WholeShop`."""
        return [self._replayed(order_id) for order_id in order_ids]

    def _replayed(self, order_id: str) -> bytes | Exception | None:
        try:
            return order_at(self.connection, order_id, codec=self.codec)
        except Exception as error:  # whatever a damaged chain leads to
            return error

    async def payments(self) -> Sequence[Row]:
        """See `WholeShop`."""
        return self.connection.execute("SELECT id, order_seq, owner, payment_key FROM payments").fetchall()

    def tickets(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        return self._some("SELECT id, order_id, state, created, doc FROM tickets ORDER BY seq")

    async def states(self, facts: Iterable[int]) -> dict[int, bytes | None]:
        """See `WholeShop`."""
        rows = {fact: self.connection.execute(SQL["fact_state"], (fact,)).fetchone() for fact in facts}
        return {fact: row[2] for fact, row in rows.items() if row is not None}

    def documents(self) -> AsyncIterator[Sequence[Row]]:
        """See `WholeShop`."""
        return self._some("SELECT kind, id, fact, doc FROM documents ORDER BY kind, id")

    async def slots(self, kind: int) -> Sequence[Row]:
        """See `WholeShop`."""
        return self.connection.execute(SQL["slots"], (kind,)).fetchall()
