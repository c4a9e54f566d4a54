"""`Reader`: a view of what is committed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw, Struct

from jumak.domain.calendar import from_ms
from jumak.domain.caller import CallerKind
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order
from jumak.service.ports import Entry, Live, OrderEntry, OrderQuery, TicketQuery
from jumak.store.sqlite.commands import stored_reply
from jumak.store.sqlite.memory import KeptOrder, Memory, ticket_age
from jumak.store.sqlite.pages import page_of_orders, page_of_tickets
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import versions_around
from jumak.store.sqlite.vault import Vault

DocT = TypeVar("DocT", bound=Struct)


class ReadView:
    """Implements `service.ports.Reader`. None of its methods ever suspends."""

    def __init__(
        self, memory: Memory, connection: sqlite3.Connection, vault: Vault, live: Live, at: datetime
    ) -> None:
        self.memory = memory
        self.connection = connection
        self.vault = vault
        self.live = live
        self.at = at
        self.shop: Shop = memory.shop
        self.seq = memory.seq

    async def get(self, kind: type[DocT], doc_id: str | int) -> DocT | None:
        """See `ports.Documents`."""
        return self.memory.documents(kind).get(doc_id)

    async def all(self, kind: type[DocT]) -> Mapping[str | int, DocT]:
        """See `ports.Documents`."""
        return self.memory.documents(kind)

    def kept_order(self, order_id: str) -> KeptOrder | None:
        """The order with its place in the file."""
        return self.memory.order(self.connection, order_id)

    async def order(self, order_id: str) -> Order | None:
        """See `ports.Reader`."""
        kept = self.kept_order(order_id)
        return None if kept is None else kept.order

    async def orders(self, query: OrderQuery) -> Sequence[Raw | Order]:
        """See `ports.Reader`."""
        return page_of_orders(self.connection, self.memory.codec, query, self.memory.order_slots)

    async def open_orders(self) -> Sequence[Order]:
        """See `ports.Reader`."""
        return [kept.order for kept in sorted(self.memory.open_orders.values(), key=_row)]

    async def orders_on_table(self, table_id: int) -> Sequence[Order]:
        """See `ports.Reader`."""
        return [order for order in await self.open_orders() if order.table_id == table_id]

    async def order_of_payment(self, payment_id: str) -> Order | None:
        """See `ports.Reader`."""
        row = self.connection.execute(SQL["payment_row"], (payment_id,)).fetchone()
        if row is None:
            return None
        kept = self.memory.order_by_seq(self.connection, row[0])
        return None if kept is None else kept.order

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """See `ports.Reader`."""
        return self.memory.ticket(self.connection, ticket_id)

    async def tickets(self, query: TicketQuery) -> tuple[Sequence[Ticket], int]:
        """See `ports.Reader`."""
        return page_of_tickets(self.connection, self.memory.codec, query, self.memory.ticket_slots)

    async def open_tickets(self, order_ids: Collection[str] | None = None) -> Sequence[Ticket]:
        """See `ports.Reader`."""
        return sorted(self.memory.open_tickets.of(order_ids), key=ticket_age)

    async def tickets_of(self, order_id: str) -> Sequence[Ticket]:
        """See `ports.Reader`."""
        rows = self.connection.execute(SQL["tickets_of_order"], (order_id,)).fetchall()
        return [self.memory.codec.ticket(doc) for (doc,) in rows]

    async def facts(self, after: int, limit: int, names: Iterable[str] | None = None) -> Sequence[Entry]:
        """See `ports.Reader`."""
        if names is None:
            rows = self.connection.execute(SQL["facts_after"], (after, limit))
        else:
            wanted = tuple(names)
            marks = ",".join("?" * len(wanted))
            sql = SQL["facts_after"].replace("ORDER BY", f"AND name IN ({marks}) ORDER BY")
            rows = self.connection.execute(sql, (after, *wanted, limit))
        return [self._entry(row) for row in rows.fetchall()]

    async def journal_of(
        self, order_id: str, *, limit: int, before: int | None = None
    ) -> Sequence[OrderEntry]:
        """See `ports.Reader`."""
        kept = self.kept_order(order_id)
        if kept is None:
            return []
        newest = self.seq if before is None else min(before - 1, self.seq)
        rows = self.connection.execute(SQL["facts_of_order"], (kept.seq, newest + 1, limit)).fetchall()
        versions = versions_around(
            self.connection, self.memory.codec, order_id, [(row[0], row[7]) for row in reversed(rows)]
        )
        found = []
        for row in rows:
            was, now = versions.get(row[0], (None, None))
            found.append(OrderEntry(entry=self._entry(row[:7]), before=was, after=now))
        return found

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        seq, at, name, subject, actor, command, data = row
        caller, kind, device, staff = self.memory.actors.values[actor]
        return Entry(
            seq=seq,
            at=from_ms(at),
            fact=Fact(name, subject, msgspec.json.decode(data)),
            caller=caller,
            kind=cast("CallerKind", kind),
            device=device,
            staff=staff,
            command=command,
        )

    async def personal(self, subject: str) -> dict[str, Any] | None:
        """See `ports.Reader`."""
        row = self.connection.execute(SQL["personal"], (subject,)).fetchone()
        return None if row is None else cast("dict[str, Any]", msgspec.json.decode(row[0]))

    async def value(self, owner: str, area: str, key: str) -> str | None:
        """See `ports.Reader`."""
        row = self.connection.execute(SQL["plugin_value"], (owner, area, key)).fetchone()
        if row is None:
            return None
        return self.vault.unseal(owner, key, row[0]) if area == "secret" else row[0].decode()

    async def value_sizes(self, owner: str) -> Mapping[tuple[str, str], int]:
        """See `ports.Reader`."""
        rows = self.connection.execute(SQL["plugin_value_sizes"], (owner,))
        return {(area, key): size for area, key, size in rows}

    async def command_reply(self, owner: str, command_id: str) -> bytes | None:
        """See `ports.Reader`."""
        stored = stored_reply(self.connection, self.memory, owner, command_id)
        return None if stored is None else stored.reply


def _row(kept: KeptOrder) -> int:
    return kept.seq
