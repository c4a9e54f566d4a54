"""`Reader`: a view of what is committed."""

from __future__ import annotations

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
from jumak.store.memory import KeptOrder, Memory, ticket_age
from jumak.store.pages import page_of_orders, page_of_tickets
from jumak.store.replies import stored_reply
from jumak.store.rows import FactRow, Rows
from jumak.store.travel import versions_around
from jumak.store.vault import Vault

DocT = TypeVar("DocT", bound=Struct)


class ReadView:
    """Implements `service.ports.Reader`: what is in memory at once, the rest from `rows`."""

    def __init__(self, memory: Memory, rows: Rows, vault: Vault, live: Live, at: datetime) -> None:
        self.memory = memory
        self.rows = rows
        self.vault = vault
        self.live = live
        self.at = at
        self.shop: Shop = memory.shop
        self.epoch, self.seq = memory.epoch, memory.seq

    async def get(self, kind: type[DocT], doc_id: str | int) -> DocT | None:
        """See `ports.Documents`."""
        return self.memory.documents(kind).get(doc_id)

    async def all(self, kind: type[DocT]) -> Mapping[str | int, DocT]:
        """See `ports.Documents`."""
        return self.memory.documents(kind)

    async def of_order(self, kind: type[DocT], order_id: str) -> Sequence[DocT]:
        """See `ports.Documents`."""
        return list(self.memory.held(kind).of_order(order_id).values())

    async def unfinished(self, kind: type[DocT]) -> Sequence[DocT]:
        """See `ports.Documents`."""
        return list(self.memory.held(kind).unfinished.values())

    async def kept_order(self, order_id: str) -> KeptOrder | None:
        """The order with its place in the store."""
        kept = self.memory.order(order_id)
        if kept is None and not self.memory.knows_no_order(order_id):
            kept = await self.rows.order(order_id)
        return kept

    async def order(self, order_id: str) -> Order | None:
        """See `ports.Reader`."""
        kept = await self.kept_order(order_id)
        return None if kept is None else kept.order

    async def orders(self, query: OrderQuery) -> Sequence[Raw | Order]:
        """See `ports.Reader`."""
        return await page_of_orders(self.rows, self.memory.codec, query, self.memory.order_slots)

    async def open_orders(self) -> Sequence[Order]:
        """See `ports.Reader`."""
        return [kept.order for kept in sorted(self.memory.open_orders.values(), key=_row)]

    async def orders_on_table(self, table_id: int) -> Sequence[Order]:
        """See `ports.Reader`."""
        return [order for order in await self.open_orders() if order.table_id == table_id]

    async def order_of_payment(self, payment_id: str) -> Order | None:
        """See `ports.Reader`."""
        row = await self.rows.payment(payment_id)
        if row is None:
            return None
        kept = await self.rows.order_by_seq(row)
        return None if kept is None else kept.order

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """See `ports.Reader`."""
        ticket = self.memory.open_tickets.get(ticket_id)
        if ticket is None and not self.memory.knows_no_ticket(ticket_id):
            ticket = await self.rows.ticket(ticket_id)
        return ticket

    async def tickets(self, query: TicketQuery) -> tuple[Sequence[Ticket], int]:
        """See `ports.Reader`."""
        return await page_of_tickets(self.rows, query, self.memory.ticket_slots)

    async def open_tickets(self, order_ids: Collection[str] | None = None) -> Sequence[Ticket]:
        """See `ports.Reader`."""
        return sorted(self.memory.open_tickets.of(order_ids), key=ticket_age)

    async def tickets_of(self, order_id: str) -> Sequence[Ticket]:
        """See `ports.Reader`."""
        return await self.rows.tickets_of(order_id)

    async def facts(self, after: int, limit: int, names: Iterable[str] | None = None) -> Sequence[Entry]:
        """See `ports.Reader`."""
        rows = await self.rows.facts(after, limit, None if names is None else tuple(names))
        # What is being committed at this moment is told of once it is in memory too.
        return [entry_of(self.memory, row) for row in rows if row[0] <= self.memory.seq]

    async def journal_of(
        self, order_id: str, *, limit: int, before: int | None = None
    ) -> Sequence[OrderEntry]:
        """See `ports.Reader`."""
        kept = await self.kept_order(order_id)
        if kept is None:
            return []
        below = self.seq + 1 if before is None else min(before, self.seq + 1)
        rows = await self.rows.facts_of_order(kept, below, limit)
        states = [(row[0], state) for row, state in reversed(rows)]
        versions = await versions_around(self.memory.codec, order_id, states, self.rows.order_at)
        found = []
        for row, _ in rows:
            was, now = versions.get(row[0], (None, None))
            found.append(OrderEntry(entry=entry_of(self.memory, row), before=was, after=now))
        return found

    async def personal(self, subject: str) -> dict[str, Any] | None:
        """See `ports.Reader`."""
        kept = await self.rows.personal(subject)
        return None if kept is None else cast("dict[str, Any]", msgspec.json.decode(kept))

    async def value(self, owner: str, area: str, key: str) -> str | None:
        """See `ports.Reader`."""
        kept = await self.rows.plugin_value(owner, area, key)
        if kept is None:
            return None
        return self.vault.unseal(owner, key, kept) if area == "secret" else kept.decode()

    async def value_sizes(self, owner: str) -> Mapping[tuple[str, str], int]:
        """See `ports.Reader`."""
        return await self.rows.plugin_value_sizes(owner)

    async def command_reply(self, owner: str, command_id: str) -> bytes | None:
        """See `ports.Reader`."""
        stored = await stored_reply(self.rows, self.memory, owner, command_id)
        return None if stored is None else stored.reply


def entry_of(memory: Memory, row: FactRow) -> Entry:
    """A fact with who caused it."""
    seq, at, name, subject, actor, command, data = row
    caller, kind, device, staff = memory.actors.values[actor]
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


def _row(kept: KeptOrder) -> int:
    return kept.seq
