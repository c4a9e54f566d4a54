"""What the views of a shop ask its database for: rows that are not held in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from jumak.domain.kitchen import Ticket
from jumak.service.ports import TicketQuery
from jumak.store.memory import KeptOrder

FactRow = tuple[int, int, str, str, int, str | None, bytes]
"""seq, at in ms, name, subject, number of the actor, command id, data as JSON."""


OrderRow = tuple[int | None, bytes, bytes]
"""Table, packed document, packed backing."""


class OrderScope(NamedTuple):
    """Which orders: created in [start, end), in any of these states (codes), and equal to what is no None."""

    start: int
    end: int
    states: Sequence[int]
    table_id: int | None = None
    number: str | None = None
    business_date: str | None = None
    order_key: str | None = None

    @property
    def filtered(self) -> bool:
        """More is asked for than a span of time and states."""
        return self[3:] != (None, None, None, None)


class CommandRow(NamedTuple):
    """A kept answer. order_id, fact: `reply` stands around that version of that order."""

    body: bytes
    order_id: str | None
    fact: int | None
    reply: bytes


class Rows(Protocol):
    """One shop's rows, as one connection sees them. On SQLite none of this ever suspends."""

    async def order(self, order_id: str) -> KeptOrder | None:
        """One order by its public id."""

    async def order_by_seq(self, seq: int) -> KeptOrder | None:
        """One order by its row."""

    async def order_id_by_key(self, owner: int, order_key: str) -> str | None:
        """Id of the order not CANCELLED with this owner's number and key (NUM-2)."""

    async def payment(self, payment_id: str) -> int | None:
        """Row of the order that holds a payment."""

    async def payment_by_key(self, owner: int, payment_key: str) -> tuple[str, int] | None:
        """A payment's id and its order's row."""

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """One ticket."""

    async def tickets_of(self, order_id: str) -> list[Ticket]:
        """All of an order, oldest first."""

    async def count_orders(self, start: int, end: int, states: Sequence[int] | None) -> int:
        """How many were created in [start, end); states None: all."""

    async def orders_in(self, scope: OrderScope, size: int, offset: int) -> Sequence[OrderRow]:
        """Newest first, then greatest row first."""

    async def tickets_matching(self, query: TicketQuery) -> list[Ticket]:
        """All with these ids, orders and states, oldest first."""

    async def tickets_from(self, floor: int, states: Sequence[int], size: int, offset: int) -> list[Ticket]:
        """Those created from `floor` on in these states, oldest first."""

    async def facts(self, after: int, limit: int, names: Sequence[str] | None) -> Sequence[FactRow]:
        """Facts with seq > after, in order. limit: below zero all."""

    async def facts_of_order(
        self, order: KeptOrder, below: int, limit: int
    ) -> Sequence[tuple[FactRow, bytes | None]]:
        """Facts with seq < below that name an order, newest first, each with its state."""

    async def order_at(self, order_id: str, fact: int) -> bytes | None:
        """The public document (JSON) an order had after a fact."""

    async def personal(self, subject: str) -> bytes | None:
        """JSON of what is kept under a subject."""

    async def plugin_value(self, owner: str, area: str, key: str) -> bytes | None:
        """A plugin's own text as it is kept."""

    async def plugin_value_sizes(self, owner: str) -> Mapping[tuple[str, str], int]:
        """See `ports.Reader.value_sizes`."""

    async def command(self, owner: int, command_id: str) -> CommandRow | None:
        """The answer kept for a command id."""
