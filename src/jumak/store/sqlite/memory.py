"""What of a shop is held in memory: everything small or still going on, as of the last commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Hashable, Iterable
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

import msgspec
from msgspec import Struct

from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order
from jumak.service.documents import KINDS
from jumak.store.sqlite.codec import Codec
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.slots import Slots

RECENT_ORDERS: Final = 512
ORDERS, TICKETS = 0, 1
"""Kinds of slots."""

KIND_NAMES: Final[dict[type[Struct], str]] = {}
"""Struct type → kind name; filled on first use, because noun modules add kinds when imported."""

KeyT = TypeVar("KeyT", bound=Hashable)


def kind_name(kind: type[Struct]) -> str:
    """The name a kind of document has in the file."""
    if (name := KIND_NAMES.get(kind)) is None:
        KIND_NAMES.update({struct: name for name, struct in KINDS.items()})
        name = KIND_NAMES[kind]
    return name


class KeptOrder(NamedTuple):
    """An order, its row, and the fact that holds its newest change."""

    order: Order
    seq: int
    fact: int


class Numbers(Generic[KeyT]):
    """Small numbers for values that repeat; new ones count only once they are committed."""

    def __init__(self, known: dict[KeyT, int]) -> None:
        self.known = known
        self.values = {number: value for value, number in known.items()}
        self.new: dict[KeyT, int] = {}

    def of(self, value: KeyT) -> int:
        """The number of a value, given now if it has none."""
        number = self.known.get(value) or self.new.get(value)
        if number is None:
            number = self.new[value] = len(self.known) + len(self.new) + 1
        return number

    def settle(self, *, kept: bool) -> None:
        """The new ones are on disk, or they are not."""
        if kept and self.new:
            self.known.update(self.new)
            self.values.update({number: value for value, number in self.new.items()})
        self.new.clear()


def is_open(order: Order) -> bool:
    """Not yet released: REQUESTED, OPENED, or COMPLETED owing money or holding a table (ORD-8).

    A scheduled order that is paid already is still to be cooked (KDS-9).
    """
    if order.order_state != "COMPLETED":
        return order.order_state != "CANCELLED"
    if order.payment_price.payment_unpaid_value > 0:
        return True
    backing = order.backing
    if backing is None:
        return False
    return backing.fire_at_ms is not None or (order.table_id is not None and not backing.released)


def ticket_age(ticket: Ticket) -> tuple[int, str]:
    """Sort key: oldest first, then id (KDS-11)."""
    return ticket.created_ms, ticket.id


class OpenTickets:
    """Every OPENED ticket, by id and by order: a screen asks for those of the orders that changed."""

    def __init__(self) -> None:
        self._by_id: dict[str, Ticket] = {}
        self._by_order: dict[str, dict[str, Ticket]] = {}

    def keep(self, ticket: Ticket) -> None:
        """As it is now: one that is not open any more is forgotten."""
        before = self._by_id.pop(ticket.id, None)
        if before is not None:
            of_order = self._by_order[before.order_id]
            del of_order[ticket.id]
            if not of_order:
                del self._by_order[before.order_id]
        if ticket.state == "OPENED":
            self._by_id[ticket.id] = ticket
            self._by_order.setdefault(ticket.order_id, {})[ticket.id] = ticket

    def get(self, ticket_id: str) -> Ticket | None:
        """One of them."""
        return self._by_id.get(ticket_id)

    def of(self, order_ids: Collection[str] | None) -> Iterable[Ticket]:
        """Those of these orders, all when that is None; in no order."""
        if order_ids is None:
            return self._by_id.values()
        return [ticket for each in order_ids for ticket in self._by_order.get(each, {}).values()]


class Memory:
    """The committed state. `Layer.merge` is the only one who changes it."""

    def __init__(self, connection: sqlite3.Connection, codec: Codec) -> None:
        self.codec = codec
        self._connection = connection
        one = connection.execute
        self.shop: Shop = msgspec.json.decode(one(SQL["shop_value"], ("settings",)).fetchone()[0], type=Shop)
        self.seq: int = one(SQL["last_fact"]).fetchone()[0] or 0
        last_commit = one(SQL["last_commit"]).fetchone()
        self.hash: bytes = last_commit[1] if last_commit else bytes(32)
        order_seq, order_id, order_created = one(SQL["last_order"]).fetchone()
        self.order_seq: int = order_seq or 0
        self.greatest_order_id: str = order_id or ""
        ticket_seq, ticket_id, ticket_created = one(SQL["last_ticket"]).fetchone()
        self.ticket_seq: int = ticket_seq or 0
        self.greatest_ticket_id: str = ticket_id or ""
        self.command_seq: int = one(SQL["last_command"]).fetchone()[0] or 0
        self.order_slots = Slots(one(SQL["slots"], (ORDERS,)), order_created)
        self.ticket_slots = Slots(one(SQL["slots"], (TICKETS,)), ticket_created)
        self.owners: Numbers[str] = Numbers({owner: number for number, owner in one(SQL["owners"])})
        self.actors: Numbers[tuple[str, str, str | None, str | None]] = Numbers(
            {
                (caller, kind, device, staff): number
                for number, caller, kind, device, staff in one(SQL["actors"])
            }
        )
        self.counters: dict[str, int] = dict(one(SQL["counters"]).fetchall())
        self.open_orders: dict[str, KeptOrder] = {}
        for seq, fact, doc, backing in one(SQL["open_orders"]):
            order = codec.order(doc, backing)
            self.open_orders[order.id] = KeptOrder(order, seq, fact)
        self.recent_orders: dict[str, KeptOrder] = {}
        self.open_tickets = OpenTickets()
        for (doc,) in one(SQL["open_tickets"]):
            self.open_tickets.keep(codec.ticket(doc))
        self._documents: dict[type[Struct], dict[str | int, Any]] = {}

    def documents(self, kind: type[Struct]) -> dict[str | int, Any]:
        """All documents of a kind by id, read from the file once."""
        if (documents := self._documents.get(kind)) is None:
            unpack = self.codec.unpack
            rows = self._connection.execute(SQL["documents"], (kind_name(kind),)).fetchall()
            # One decode for all of them: 50,000 items are there in a fifth of a second.
            joined = b"[" + b",".join([unpack(doc) for (doc,) in rows]) + b"]"
            # The type is known only while running, which a checker cannot follow.
            decoded: list[Any] = msgspec.json.decode(joined, type=cast(Any, list)[kind])
            documents = self._documents[kind] = {document.id: document for document in decoded}
        return documents

    def loaded_documents(self, kind: type[Struct]) -> dict[str | int, Any] | None:
        """The documents of a kind if they are in memory already."""
        return self._documents.get(kind)

    def nothing_on_disk(self) -> None:
        """A new shop has no documents: none of them need be read, whatever an open transaction wrote."""
        for kind in KINDS.values():
            self._documents.setdefault(kind, {})

    def keep_order(self, kept: KeptOrder) -> None:
        """Hold an order that is open, or was touched lately."""
        order_id = kept.order.id
        if is_open(kept.order):
            self.recent_orders.pop(order_id, None)
            self.open_orders[order_id] = kept
            return
        self.open_orders.pop(order_id, None)
        self.recent_orders[order_id] = kept
        if len(self.recent_orders) > RECENT_ORDERS:
            del self.recent_orders[next(iter(self.recent_orders))]

    def order(self, connection: sqlite3.Connection, order_id: str) -> KeptOrder | None:
        """One committed order, from memory or through this connection."""
        kept = self.open_orders.get(order_id) or self.recent_orders.get(order_id)
        # Ids grow with time: one beyond the greatest is surely new, and asking would cost a query per sale.
        if kept is None and order_id <= self.greatest_order_id:
            row = connection.execute(SQL["order_row"], (order_id,)).fetchone()
            kept = self._kept(row)
        return kept

    def order_by_seq(self, connection: sqlite3.Connection, seq: int) -> KeptOrder | None:
        """One committed order by its row."""
        return self._kept(connection.execute(SQL["order_by_seq"], (seq,)).fetchone())

    def _kept(self, row: tuple[int, int, bytes, bytes] | None) -> KeptOrder | None:
        if row is None:
            return None
        seq, fact, doc, backing = row
        return KeptOrder(self.codec.order(doc, backing), seq, fact)

    def ticket(self, connection: sqlite3.Connection, ticket_id: str) -> Ticket | None:
        """One committed ticket."""
        ticket = self.open_tickets.get(ticket_id)
        if ticket is None and ticket_id <= self.greatest_ticket_id:
            row = connection.execute(SQL["ticket_row"], (ticket_id,)).fetchone()
            ticket = None if row is None else self.codec.ticket(row[0])
        return ticket
