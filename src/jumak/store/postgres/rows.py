"""`Rows` of a shop in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jumak.domain.kitchen import Ticket
from jumak.service.ports import TicketQuery
from jumak.store.codec import ORDER_STATES, TICKET_CODE, Codec
from jumak.store.memory import KeptOrder, Memory
from jumak.store.postgres.asking import Source
from jumak.store.postgres.queries import SQL
from jumak.store.rows import CommandRow, FactRow, OrderRow, OrderScope
from jumak.store.travel import FactState, replayed


class PostgresRows:
    """Implements `store.rows.Rows` for one shop.

    memory: pages hold no order that is newer than what it knows; None while a batch reads what it has written itself.
    """

    def __init__(self, source: Source, shop_id: int, codec: Codec, memory: Memory | None) -> None:
        self._source = source
        self._shop = shop_id
        self._codec = codec
        self._memory = memory

    @property
    def _newest(self) -> int:
        return 2**62 if self._memory is None else self._memory.order_seq

    async def _all(self, name: str, *values: Any) -> list[Any]:
        return await self._source.fetch(SQL[name], self._shop, *values)

    async def _one(self, name: str, *values: Any) -> Any:
        return await self._source.fetchrow(SQL[name], self._shop, *values)

    async def order(self, order_id: str) -> KeptOrder | None:
        """See `Rows`."""
        return None if "\0" in order_id else self._kept(await self._one("order_row", order_id))

    async def order_by_seq(self, seq: int) -> KeptOrder | None:
        """See `Rows`."""
        return self._kept(await self._one("order_by_seq", seq))

    def _kept(self, row: Any) -> KeptOrder | None:
        if row is None:
            return None
        seq, fact, doc, backing = row
        return KeptOrder(self._codec.order(doc, backing), seq, fact)

    async def order_id_by_key(self, owner: int, order_key: str) -> str | None:
        """See `Rows`."""
        row = await self._one("order_id_by_key", owner, order_key.encode())
        return None if row is None else row[0]

    async def payment(self, payment_id: str) -> int | None:
        """See `Rows`."""
        row = None if "\0" in payment_id else await self._one("payment_row", payment_id)
        return None if row is None else row[0]

    async def payment_by_key(self, owner: int, payment_key: str) -> tuple[str, int] | None:
        """See `Rows`."""
        row = await self._one("payment_by_key", owner, payment_key.encode())
        return None if row is None else (row[0], row[1])

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """See `Rows`."""
        row = None if "\0" in ticket_id else await self._one("ticket_row", ticket_id)
        return None if row is None else self._codec.ticket(row[0])

    async def tickets_of(self, order_id: str) -> list[Ticket]:
        """See `Rows`."""
        return [] if "\0" in order_id else self._tickets(await self._all("tickets_of_order", order_id))

    def _tickets(self, rows: list[Any]) -> list[Ticket]:
        return [self._codec.ticket(row[0]) for row in rows]

    async def count_orders(self, start: int, end: int, states: Sequence[int] | None) -> int:
        """See `Rows`."""
        if states is None:
            count: int = (await self._one("count_orders_between", start, end, self._newest))[0]
            return count
        counts = [
            await self._one("count_orders_between_in_state", start, end, self._newest, state)
            for state in states
        ]
        return sum(row[0] for row in counts)

    async def orders_in(self, scope: OrderScope, size: int, offset: int) -> Sequence[OrderRow]:
        """See `Rows`. The rows' numbers are first found in an index alone."""
        if "\0" in (scope.number or "") or "\0" in (scope.business_date or ""):
            return []
        values: list[Any] = [self._shop, scope.start, scope.end, self._newest, size, offset]
        span = "shop_id = $1 AND created >= $2 AND created < $3 AND seq <= $4"
        newest_first = "ORDER BY created DESC, seq DESC"
        if scope.filtered or len(scope.states) == len(ORDER_STATES):
            where = _filters(scope, values)
            found = f"SELECT created, seq FROM orders WHERE {' AND '.join((span, *where))}"  # noqa: S608  # fixed texts
        else:
            # One walk per state through its own index, merged: a rare state costs no walk over the others.
            found = " UNION ALL ".join(
                f"(SELECT created, seq FROM orders WHERE {span} AND state = {int(state)}"  # noqa: S608  # fixed texts
                f" {newest_first} LIMIT $5::bigint + $6::bigint)"
                for state in scope.states
            )
        return await self._source.fetch(
            "SELECT o.table_id, o.doc, o.backing FROM"  # noqa: S608  # fixed texts
            f" (SELECT * FROM ({found}) AS candidates {newest_first} LIMIT $5::bigint OFFSET $6::bigint) AS found"
            " JOIN orders AS o ON o.shop_id = $1 AND o.seq = found.seq ORDER BY o.created DESC, o.seq DESC",
            *values,
        )

    async def tickets_matching(self, query: TicketQuery) -> list[Ticket]:
        """See `Rows`."""
        values: list[Any] = [self._shop]
        where = ["shop_id = $1"]
        for column, kind, wanted in (
            ("id", "text", [key for key in query.ids if "\0" not in key]),
            ("order_id", "text", [key for key in query.order_ids if "\0" not in key]),
            ("state", "smallint", [TICKET_CODE[state] for state in query.states]),
        ):
            if wanted or (column == "id" and query.ids) or (column == "order_id" and query.order_ids):
                values.append(wanted)
                where.append(f"{column} = ANY(${len(values)}::{kind}[])")
        sql = f"SELECT doc FROM tickets WHERE {' AND '.join(where)} ORDER BY created, seq"  # noqa: S608  # fixed texts
        return self._tickets(await self._source.fetch(sql, *values))

    async def tickets_from(self, floor: int, states: Sequence[int], size: int, offset: int) -> list[Ticket]:
        """See `Rows`."""
        condition = (
            "state = 0" if list(states) == [0] else f"state IN ({','.join(str(int(s)) for s in states)})"
        )
        sql = (
            f"SELECT t.doc FROM (SELECT seq FROM tickets WHERE shop_id = $1 AND created >= $2 AND {condition}"  # noqa: S608  # fixed texts
            " ORDER BY created, seq LIMIT $3 OFFSET $4) AS found"
            " JOIN tickets AS t ON t.shop_id = $1 AND t.seq = found.seq ORDER BY t.created, t.seq"
        )
        return self._tickets(await self._source.fetch(sql, self._shop, floor, size, offset))

    async def facts(self, after: int, limit: int, names: Sequence[str] | None) -> Sequence[FactRow]:
        """See `Rows`."""
        most = None if limit < 0 else limit
        if names is None:
            rows = await self._all("facts_after", after, most)
        else:
            wanted = [name for name in names if "\0" not in name]
            rows = await self._all("facts_after_named", after, most, wanted)
        return [fact_row(row) for row in rows]

    async def facts_of_order(
        self, order: KeptOrder, below: int, limit: int
    ) -> Sequence[tuple[FactRow, bytes | None]]:
        """See `Rows`."""
        rows = await self._all("facts_of_order", order.seq, below, limit)
        return [(fact_row(row), row[7]) for row in rows]

    async def order_at(self, order_id: str, fact: int) -> bytes | None:
        """See `Rows`."""
        return await order_at(self._source, self._shop, self._codec, order_id, seq=fact)

    async def personal(self, subject: str) -> bytes | None:
        """See `Rows`."""
        row = await self._one("personal", subject.encode())
        return None if row is None else row[0]

    async def plugin_value(self, owner: str, area: str, key: str) -> bytes | None:
        """See `Rows`."""
        row = await self._one("plugin_value", owner.encode(), area, key.encode())
        return None if row is None else row[0]

    async def plugin_value_sizes(self, owner: str) -> Mapping[tuple[str, str], int]:
        """See `Rows`."""
        rows = await self._all("plugin_value_sizes", owner.encode())
        return {(area, key.decode()): size for area, key, size in rows}

    async def command(self, owner: int, command_id: str) -> CommandRow | None:
        """See `Rows`."""
        row = await self._one("command_row", owner, command_id.encode())
        return None if row is None else CommandRow(*row)


def _filters(scope: OrderScope, values: list[Any]) -> list[str]:
    """Conditions beside the span; their values are put behind those that are there."""
    where: list[str] = []
    if len(scope.states) < len(ORDER_STATES):
        where.append(f"state IN ({','.join(str(int(state)) for state in scope.states)})")
    for column, value in (
        ("table_id", scope.table_id),
        ("number", scope.number),
        ("business_date", scope.business_date),
    ):
        if value is not None:
            values.append(value)
            where.append(f"{column} = ${len(values)}")
    if scope.order_key is not None:
        values.append(scope.order_key.encode())
        by_key = f"order_key = ${len(values)}"
        if "\0" not in scope.order_key:
            values.append(scope.order_key)
            by_key = f"({by_key} OR (order_key IS NULL AND id = ${len(values)}))"
        where.append(by_key)
    return where


def fact_row(row: Any) -> FactRow:
    """A row of the journal as views want it."""
    seq, at, name, subject, actor, command, data = row[:7]
    return seq, at, name, subject.decode(), actor, None if command is None else command.decode(), data


async def order_at(
    source: Source,
    shop_id: int,
    codec: Codec,
    order_id: str,
    *,
    seq: int | None = None,
    at_ms: int | None = None,
) -> bytes | None:
    """The public document (JSON) an order had after fact `seq`, or at an instant; see `travel.replayed`."""
    row = None if "\0" in order_id else await source.fetchrow(SQL["order_row"], shop_id, order_id)
    if row is None:
        return None
    rows = await source.fetch(SQL["states_of_order"], shop_id, row[0])
    states: dict[int, FactState] = {
        fact: (moment, subject.decode(), state) for fact, moment, subject, state in rows
    }
    while True:
        try:
            return replayed(codec, order_id, row[1], states.__getitem__, seq=seq, at_ms=at_ms)
        except KeyError as unknown:
            # A fact that changed the order and is not found under it: on along the chain, which knows it.
            fact = unknown.args[0]
            missing = await source.fetchrow(SQL["fact_state"], shop_id, fact)
            assert missing is not None, f"the journal lost fact {fact}"
            states[fact] = missing[0], missing[1].decode(), missing[2]
