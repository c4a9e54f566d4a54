"""`Rows` of a shop's file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from jumak.domain.kitchen import Ticket
from jumak.service.ports import TicketQuery
from jumak.store.codec import ORDER_STATES, TICKET_CODE, Codec
from jumak.store.memory import KeptOrder
from jumak.store.rows import CommandRow, FactRow, OrderRow, OrderScope
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import order_at

_NEWEST_FIRST = "ORDER BY created DESC, seq DESC"


class SqliteRows:
    """Implements `store.rows.Rows`; nothing of it ever suspends."""

    def __init__(self, connection: sqlite3.Connection, codec: Codec) -> None:
        self.connection = connection
        self.codec = codec

    def _row(self, name: str, *values: Any) -> Any:
        return self.connection.execute(SQL[name], values).fetchone()

    async def order(self, order_id: str) -> KeptOrder | None:
        """See `Rows`."""
        return self._kept(self._row("order_row", order_id))

    async def order_by_seq(self, seq: int) -> KeptOrder | None:
        """See `Rows`."""
        return self._kept(self._row("order_by_seq", seq))

    def _kept(self, row: tuple[int, int, bytes, bytes] | None) -> KeptOrder | None:
        if row is None:
            return None
        seq, fact, doc, backing = row
        return KeptOrder(self.codec.order(doc, backing), seq, fact)

    async def order_id_by_key(self, owner: int, order_key: str) -> str | None:
        """See `Rows`."""
        row = self._row("order_id_by_key", order_key, owner)
        return None if row is None else row[0]

    async def payment(self, payment_id: str) -> int | None:
        """See `Rows`."""
        row = self._row("payment_row", payment_id)
        return None if row is None else row[0]

    async def payment_by_key(self, owner: int, payment_key: str) -> tuple[str, int] | None:
        """See `Rows`."""
        row: tuple[str, int] | None = self._row("payment_by_key", owner, payment_key)
        return row

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """See `Rows`."""
        row = self._row("ticket_row", ticket_id)
        return None if row is None else self.codec.ticket(row[0])

    async def tickets_of(self, order_id: str) -> list[Ticket]:
        """See `Rows`."""
        return self._tickets(SQL["tickets_of_order"], (order_id,))

    def _tickets(self, sql: str, values: Sequence[Any]) -> list[Ticket]:
        return [self.codec.ticket(doc) for (doc,) in self.connection.execute(sql, values).fetchall()]

    async def count_orders(self, start: int, end: int, states: Sequence[int] | None) -> int:
        """See `Rows`."""
        if states is None:
            count: int = self._row("count_orders_between", start, end)[0]
            return count
        return sum(self._row("count_orders_between_in_state", start, end, state)[0] for state in states)

    async def orders_in(self, scope: OrderScope, size: int, offset: int) -> Sequence[OrderRow]:
        """See `Rows`. The rows' numbers are first found in an index alone."""
        found: list[str] = []
        arguments: list[Any] = []
        if scope.filtered or len(scope.states) == len(ORDER_STATES):
            where, values = _filters(scope)
            found.append(f"SELECT created, seq FROM orders WHERE {' AND '.join(where)}")  # noqa: S608  # fixed texts
            arguments += values
        else:
            # One walk per state through its own index, merged: a rare state costs no walk over the others.
            for state in scope.states:
                found.append(
                    "SELECT created, seq FROM orders WHERE state = ? AND created >= ? AND created < ?"
                )
                arguments += [state, scope.start, scope.end]
        sql = (
            "SELECT o.table_id, o.doc, o.backing FROM ("  # noqa: S608  # fixed texts
            + " UNION ALL ".join(found)
            + f" {_NEWEST_FIRST} LIMIT ? OFFSET ?) AS found JOIN orders AS o ON o.seq = found.seq"
            " ORDER BY o.created DESC, o.seq DESC"
        )
        rows: list[OrderRow] = self.connection.execute(sql, (*arguments, size, offset)).fetchall()
        return rows

    async def tickets_matching(self, query: TicketQuery) -> list[Ticket]:
        """See `Rows`."""
        where: list[str] = []
        values: list[Any] = []
        for column, wanted in (
            ("id", query.ids),
            ("order_id", query.order_ids),
            ("state", [TICKET_CODE[state] for state in query.states]),
        ):
            if wanted:
                where.append(f"{column} IN ({','.join('?' * len(wanted))})")
                values += wanted
        sql = (
            f"SELECT doc FROM tickets {'WHERE ' if where else ''}{' AND '.join(where)} ORDER BY created, seq"  # noqa: S608  # fixed texts
        )
        return self._tickets(sql, values)

    async def tickets_from(self, floor: int, states: Sequence[int], size: int, offset: int) -> list[Ticket]:
        """See `Rows`."""
        only_open = list(states) == [0]
        table = "tickets INDEXED BY tickets_open" if only_open else "tickets"
        condition = "state = 0" if only_open else f"state IN ({','.join(map(str, states))})"
        sql = (
            f"SELECT t.doc FROM (SELECT seq FROM {table} WHERE created >= ? AND {condition}"  # noqa: S608  # fixed texts
            " ORDER BY created, seq LIMIT ? OFFSET ?) AS found JOIN tickets AS t ON t.seq = found.seq"
            " ORDER BY t.created, t.seq"
        )
        return self._tickets(sql, (floor, size, offset))

    async def facts(self, after: int, limit: int, names: Sequence[str] | None) -> Sequence[FactRow]:
        """See `Rows`."""
        sql = SQL["facts_after"]
        if names is not None:
            sql = sql.replace("ORDER BY", f"AND name IN ({','.join('?' * len(names))}) ORDER BY")
        rows: list[FactRow] = self.connection.execute(sql, (after, *(names or ()), limit)).fetchall()
        return rows

    async def facts_of_order(
        self, order: KeptOrder, below: int, limit: int
    ) -> Sequence[tuple[FactRow, bytes | None]]:
        """See `Rows`."""
        rows = self.connection.execute(SQL["facts_of_order"], (order.seq, below, limit)).fetchall()
        return [(row[:7], row[7]) for row in rows]

    async def order_at(self, order_id: str, fact: int) -> bytes | None:
        """See `Rows`."""
        return order_at(self.connection, order_id, seq=fact, codec=self.codec)

    async def personal(self, subject: str) -> bytes | None:
        """See `Rows`."""
        row = self._row("personal", subject)
        return None if row is None else row[0]

    async def plugin_value(self, owner: str, area: str, key: str) -> bytes | None:
        """See `Rows`."""
        row = self._row("plugin_value", owner, area, key)
        return None if row is None else row[0]

    async def plugin_value_sizes(self, owner: str) -> Mapping[tuple[str, str], int]:
        """See `Rows`."""
        rows = self.connection.execute(SQL["plugin_value_sizes"], (owner,))
        return {(area, key): size for area, key, size in rows}

    async def command(self, owner: int, command_id: str) -> CommandRow | None:
        """See `Rows`."""
        row = self._row("command_row", owner, command_id)
        return None if row is None else CommandRow(*row)


def _filters(scope: OrderScope) -> tuple[list[str], list[Any]]:
    where = ["created >= ?", "created < ?"]
    values: list[Any] = [scope.start, scope.end]
    if len(scope.states) < len(ORDER_STATES):
        where.append(f"state IN ({','.join(map(str, scope.states))})")
    for column, value in (
        ("table_id", scope.table_id),
        ("number", scope.number),
        ("business_date", scope.business_date),
    ):
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    if scope.order_key is not None:
        where.append("(order_key = ? OR (order_key IS NULL AND id = ?))")
        values += [scope.order_key, scope.order_key]
    return where, values
