"""What of a shop is held in memory: everything small or still going on, as of a commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar, cast

import msgspec
from msgspec import Struct

from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order
from jumak.service.documents import KINDS, UNFINISHED
from jumak.store.codec import Codec
from jumak.store.slots import Slots

RECENT_ORDERS: Final = 512
ORDERS, TICKETS = 0, 1
"""Kinds of slots."""

KIND_NAMES: Final[dict[type[Struct], str]] = {}
"""Struct type → kind name; filled on first use, because noun modules add kinds when imported."""

KeyT = TypeVar("KeyT", bound=Hashable)


def kind_name(kind: type[Struct]) -> str:
    """The name a kind of document has where it is stored."""
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


class Held:
    """The documents of one kind by id; by order where they name one, and those without an end, so that asking for
    few of them costs nothing per document.
    """

    def __init__(self, documents: Iterable[Any], kind: type[Struct]) -> None:
        self.by_id: dict[str | int, Any] = {}
        self.unfinished: dict[str | int, Any] = {}
        self._by_order: dict[str, dict[str | int, Any]] = {}
        self._names_order = "order_id" in kind.__struct_fields__
        self._is_unfinished = UNFINISHED.get(kind)
        for document in documents:
            self.keep(document.id, document)

    def keep(self, doc_id: str | int, document: Any | None) -> None:
        """A document as it is now, None when it was dropped."""
        before = self.by_id.get(doc_id)
        if document is None:
            self.by_id.pop(doc_id, None)
        else:
            self.by_id[doc_id] = document
        if self._is_unfinished is not None:
            if document is not None and self._is_unfinished(document):
                self.unfinished[doc_id] = document
            else:
                self.unfinished.pop(doc_id, None)
        if not self._names_order:
            return
        if before is not None and (document is None or document.order_id != before.order_id):
            of_order = self._by_order[before.order_id]
            del of_order[doc_id]
            if not of_order:
                del self._by_order[before.order_id]
        if document is not None:
            self._by_order.setdefault(document.order_id, {})[doc_id] = document

    def of_order(self, order_id: str) -> Mapping[str | int, Any]:
        """Those that name this order."""
        return self._by_order.get(order_id, {})


Actor = tuple[str, str, str | None, str | None]
"""Who causes facts: identity, its kind, the device, the person signed in."""


class Opening(Struct, frozen=True, kw_only=True):
    """What a store reads of a shop when it opens it, all as of one commit.

    orders, tickets: greatest row number, id and creation instant of each.  slots: rows of `start` and counts.
    open_orders: row, fact, document and backing; open_tickets: documents.  documents: packed ones of a kind by name,
    asked for at most once per kind.
    """

    shop: Shop
    epoch: int
    seq: int
    hash: bytes
    orders: tuple[int | None, str | None, int | None]
    tickets: tuple[int | None, str | None, int | None]
    command_seq: int
    order_slots: Iterable[Sequence[int]]
    ticket_slots: Iterable[Sequence[int]]
    owners: dict[str, int]
    actors: dict[Actor, int]
    counters: dict[str, int]
    open_orders: Iterable[tuple[int, int, bytes, bytes]]
    open_tickets: Iterable[bytes]
    documents: Callable[[str], Iterable[bytes]]


class Memory:
    """The committed state. `Layer.merge` changes it, and who follows what another process has committed."""

    def __init__(self, codec: Codec, opening: Opening) -> None:
        self.codec = codec
        self._read_documents = opening.documents
        self.shop = opening.shop
        self.epoch = opening.epoch
        self.seq = opening.seq
        self.hash = opening.hash
        order_seq, order_id, order_created = opening.orders
        self.order_seq: int = order_seq or 0
        self.greatest_order_id: str = order_id or ""
        ticket_seq, ticket_id, ticket_created = opening.tickets
        self.ticket_seq: int = ticket_seq or 0
        self.greatest_ticket_id: str = ticket_id or ""
        self.command_seq = opening.command_seq
        self.order_slots = Slots(opening.order_slots, order_created)
        self.ticket_slots = Slots(opening.ticket_slots, ticket_created)
        self.owners: Numbers[str] = Numbers(opening.owners)
        self.actors: Numbers[Actor] = Numbers(opening.actors)
        self.counters = opening.counters
        self.open_orders: dict[str, KeptOrder] = {}
        for seq, fact, doc, backing in opening.open_orders:
            order = codec.order(doc, backing)
            self.open_orders[order.id] = KeptOrder(order, seq, fact)
        self.recent_orders: dict[str, KeptOrder] = {}
        self.open_tickets = OpenTickets()
        for doc in opening.open_tickets:
            self.open_tickets.keep(codec.ticket(doc))
        self._documents: dict[type[Struct], Held] = {}

    def documents(self, kind: type[Struct]) -> Mapping[str | int, Any]:
        """All documents of a kind by id."""
        return self.held(kind).by_id

    def held(self, kind: type[Struct]) -> Held:
        """The documents of a kind, read from the store once."""
        if (held := self._documents.get(kind)) is None:
            unpack = self.codec.unpack
            packed = self._read_documents(kind_name(kind))
            # One decode for all of them: 50,000 items are there in a fifth of a second.
            joined = b"[" + b",".join([unpack(doc) for doc in packed]) + b"]"
            # The type is known only while running, which a checker cannot follow.
            decoded: list[Any] = msgspec.json.decode(joined, type=cast(Any, list)[kind])
            held = self._documents[kind] = Held(decoded, kind)
        return held

    def loaded(self, kind: type[Struct]) -> Held | None:
        """The documents of a kind if they are in memory already."""
        return self._documents.get(kind)

    def nothing_on_disk(self) -> None:
        """A new shop has no documents: none of them need be read, whatever an open transaction wrote."""
        for kind in KINDS.values():
            self._documents.setdefault(kind, Held((), kind))

    def keep_order(self, kept: KeptOrder) -> None:
        """Hold an order that is open, or was touched lately."""
        order_id = kept.order.id
        if is_open(kept.order):
            self.recent_orders.pop(order_id, None)
            self.open_orders[order_id] = kept
        else:
            self.open_orders.pop(order_id, None)
            self.recent_orders[order_id] = kept
            if len(self.recent_orders) > RECENT_ORDERS:
                del self.recent_orders[next(iter(self.recent_orders))]
        if order_id > self.greatest_order_id:
            self.greatest_order_id = order_id

    def keep_ticket(self, ticket: Ticket) -> None:
        """Hold a ticket that is open."""
        self.open_tickets.keep(ticket)
        if ticket.id > self.greatest_ticket_id:
            self.greatest_ticket_id = ticket.id

    def order(self, order_id: str) -> KeptOrder | None:
        """One committed order, if it is held."""
        return self.open_orders.get(order_id) or self.recent_orders.get(order_id)

    def knows_no_order(self, order_id: str) -> bool:
        """Ids grow with time: one beyond the greatest is surely new, and asking would cost a query per sale."""
        return order_id > self.greatest_order_id

    def knows_no_ticket(self, ticket_id: str) -> bool:
        """As `knows_no_order`."""
        return ticket_id > self.greatest_ticket_id
