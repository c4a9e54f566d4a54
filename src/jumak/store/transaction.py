"""`Transaction`: one command, over the commands before it, over what is committed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from msgspec import Raw, Struct

from jumak.domain.caller import Caller
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order
from jumak.service.documents import UNFINISHED
from jumak.service.ports import Announcement, Command, Ids, Live, OrderQuery, TicketQuery
from jumak.store.codec import to_json
from jumak.store.journal import orders_named
from jumak.store.layer import DocumentKey, Layer
from jumak.store.memory import KeptOrder, is_open, kind_name, ticket_age
from jumak.store.pages import page_of_orders, page_of_tickets
from jumak.store.reading import ReadView
from jumak.store.rows import Rows
from jumak.store.vault import Vault

DocT = TypeVar("DocT", bound=Struct)


class Overlaid(Mapping[str | int, DocT]):
    """Documents with some of them replaced or (None) dropped; costs nothing per document."""

    def __init__(self, base: Mapping[str | int, DocT], changes: Mapping[str | int, DocT | None]) -> None:
        self._base, self._changes = base, changes

    def __getitem__(self, key: str | int) -> DocT:
        if key not in self._changes:
            return self._base[key]
        if (document := self._changes[key]) is None:
            raise KeyError(key)
        return document

    def __iter__(self) -> Iterator[str | int]:
        for key in self._base:
            if self._changes.get(key, self) is not None:
                yield key
        for key, document in self._changes.items():
            if key not in self._base and document is not None:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)


class WriteView(ReadView):
    """Implements `service.ports.Transaction`. Its writes stay here until the command has succeeded.

    Point reads, documents and the lists of what is open see the command's own writes too; pages see the
    commands before it.
    """

    def __init__(
        self,
        layer: Layer,
        rows: Rows,
        vault: Vault,
        live: Live,
        ids: Ids,
        caller: Caller,
        at: datetime,
        command_id: str | None,
    ) -> None:
        super().__init__(layer.memory, rows, vault, live, at)
        self.layer = layer
        self.ids = ids
        self.caller = caller
        self.command_id = command_id
        self.shop: Shop = layer.shop
        self.new_orders: dict[str, Order] = {}
        self.new_tickets: dict[str, Ticket] = {}
        self.new_documents: dict[DocumentKey, Struct | None] = {}
        self.new_counters: dict[str, int] = {}
        self.new_personal: dict[str, dict[str, Any] | None] = {}
        self.new_values: dict[tuple[str, str, str], str | None] = {}
        self.new_shop: Shop | None = None
        self.facts_recorded: list[Fact] = []
        self.announced: list[Announcement] = []
        self.orders_before: dict[str, KeptOrder | None] = {}
        """Orders of the trade as this command found them, each looked for once."""
        self.tickets_before: dict[str, Ticket | None] = {}
        self.orders_told_of: list[set[str]] = []
        """Of which orders each fact tells; known once it has `replied`."""

    # -- what stood before this command --------------------------------------------------------------

    async def kept_before(self, order_id: str) -> KeptOrder | None:
        """An order as the command found it."""
        if order_id not in self.orders_before:
            kept = self.layer.orders.get(order_id)
            self.orders_before[order_id] = kept or await self.kept_order(order_id)
        return self.orders_before[order_id]

    async def replied(self, command: Command) -> bytes:
        """Runs the use case and looks up what its writes replace, so that a layer can take them over at once.

        Returns the JSON of the reply's data.  Raises what the use case raises.
        """
        reply = to_json(await command.run(self))
        for order_id in self.new_orders:
            await self.kept_before(order_id)
        for ticket_id in self.new_tickets:
            self.tickets_before[ticket_id] = await self._ticket_before(ticket_id)
        for fact in self.facts_recorded:
            named = orders_named(fact)
            self.orders_told_of.append(named)
            for order_id in named:
                await self.kept_before(order_id)
        return reply

    async def _ticket_before(self, ticket_id: str) -> Ticket | None:
        return self.layer.tickets.get(ticket_id) or await super().ticket(ticket_id)

    # -- reads ---------------------------------------------------------------------------------------

    async def get(self, kind: type[DocT], doc_id: str | int) -> DocT | None:
        """See `ports.Documents`."""
        if (kind, doc_id) in self.new_documents:
            return cast("DocT | None", self.new_documents[kind, doc_id])
        if (changed := self.layer.documents.get(kind)) and doc_id in changed:
            return cast("DocT | None", changed[doc_id])
        return self.memory.documents(kind).get(doc_id)

    async def all(self, kind: type[DocT]) -> Mapping[str | int, DocT]:
        """See `ports.Documents`."""
        base: Mapping[str | int, DocT] = self.memory.documents(kind)
        if changed := self.layer.documents.get(kind):
            base = Overlaid(base, cast("dict[str | int, DocT | None]", changed))
        if self.new_documents:
            own = {doc_id: doc for (own_kind, doc_id), doc in self.new_documents.items() if own_kind is kind}
            if own:
                base = Overlaid(base, cast("dict[str | int, DocT | None]", own))
        return base

    async def of_order(self, kind: type[DocT], order_id: str) -> Sequence[DocT]:
        """See `ports.Documents`."""
        found = self._as_changed(self.memory.held(kind).of_order(order_id), kind)
        return [doc for doc in found if doc.order_id == order_id]

    async def unfinished(self, kind: type[DocT]) -> Sequence[DocT]:
        """See `ports.Documents`."""
        is_unfinished = UNFINISHED[kind]
        return [
            doc for doc in self._as_changed(self.memory.held(kind).unfinished, kind) if is_unfinished(doc)
        ]

    def _as_changed(self, some: Mapping[str | int, Any], kind: type[Struct]) -> list[Any]:
        """Some committed documents of a kind and all that were changed since, as they are now."""
        found: dict[str | int, Any] = {**some, **self.layer.documents.get(kind, {})}
        found.update({doc_id: doc for (own, doc_id), doc in self.new_documents.items() if own is kind})
        return [doc for doc in found.values() if doc is not None]

    async def order(self, order_id: str) -> Order | None:
        """See `ports.Reader`."""
        if (order := self.new_orders.get(order_id)) is not None:
            return order
        kept = await self.kept_before(order_id)
        return None if kept is None else kept.order

    async def orders(self, query: OrderQuery) -> Sequence[Raw | Order]:
        """See `ports.Reader`."""
        await self.layer.flushed()
        return await page_of_orders(self.rows, self.memory.codec, query, None)

    async def open_orders(self) -> Sequence[Order]:
        """See `ports.Reader`."""
        orders = {order_id: kept.order for order_id, kept in self.memory.open_orders.items()}
        orders |= {order_id: kept.order for order_id, kept in self.layer.orders.items()}
        orders |= self.new_orders
        return sorted((order for order in orders.values() if is_open(order)), key=_age)

    async def orders_on_table(self, table_id: int) -> Sequence[Order]:
        """See `ports.Reader`."""
        found: dict[str, Order] = {}
        for order_id, kept in self.memory.open_orders.items():
            if kept.order.table_id == table_id:
                found[order_id] = kept.order
        for changed in ({key: kept.order for key, kept in self.layer.orders.items()}, self.new_orders):
            for order_id, order in changed.items():
                if order.table_id == table_id and is_open(order):
                    found[order_id] = order
                else:
                    found.pop(order_id, None)
        return sorted(found.values(), key=_age)

    async def order_of_payment(self, payment_id: str) -> Order | None:
        """See `ports.Reader`."""
        for order in self.new_orders.values():
            if any(payment.id == payment_id for payment in order.payments):
                return order
        if (order_id := self.layer.payments.get(payment_id)) is not None:
            return await self.order(order_id)
        found = await super().order_of_payment(payment_id)
        return None if found is None else await self.order(found.id)

    async def ticket(self, ticket_id: str) -> Ticket | None:
        """See `ports.Reader`."""
        return self.new_tickets.get(ticket_id) or await self._ticket_before(ticket_id)

    async def tickets(self, query: TicketQuery) -> tuple[Sequence[Ticket], int]:
        """See `ports.Reader`."""
        await self.layer.flushed()
        return await page_of_tickets(self.rows, query, None)

    async def open_tickets(self, order_ids: Collection[str] | None = None) -> Sequence[Ticket]:
        """See `ports.Reader`."""
        tickets = {ticket.id: ticket for ticket in self.memory.open_tickets.of(order_ids)}
        tickets |= self.layer.tickets | self.new_tickets
        return sorted(
            (
                ticket
                for ticket in tickets.values()
                if ticket.state == "OPENED" and (order_ids is None or ticket.order_id in order_ids)
            ),
            key=ticket_age,
        )

    async def tickets_of(self, order_id: str) -> Sequence[Ticket]:
        """See `ports.Reader`."""
        tickets: dict[str, Ticket] = {}
        if not self.memory.knows_no_order(order_id):
            tickets = {ticket.id: ticket for ticket in await super().tickets_of(order_id)}
        for changed in (self.layer.tickets, self.new_tickets):
            for key, ticket in changed.items():
                # A ticket may have followed its lines to another order (TBL-2, SPL-5).
                tickets.pop(key, None)
                if ticket.order_id == order_id:
                    tickets[key] = ticket
        return sorted(tickets.values(), key=ticket_age)

    async def personal(self, subject: str) -> dict[str, Any] | None:
        """See `ports.Reader`."""
        for changed in (self.new_personal, self.layer.personal):
            if subject in changed:
                return changed[subject]
        return await super().personal(subject)

    async def value(self, owner: str, area: str, key: str) -> str | None:
        """See `ports.Reader`."""
        for changed in (self.new_values, self.layer.values):
            if (owner, area, key) in changed:
                return changed[owner, area, key]
        return await super().value(owner, area, key)

    async def value_sizes(self, owner: str) -> Mapping[tuple[str, str], int]:
        """See `ports.Reader`."""
        sizes = dict(await super().value_sizes(owner))
        for changed in (self.layer.values, self.new_values):
            for (whose, area, key), value in changed.items():
                if whose == owner and value is None:
                    sizes.pop((area, key), None)
                elif whose == owner and value is not None:
                    sizes[area, key] = len(key.encode()) + len(value.encode())
        return sizes

    async def command_reply(self, owner: str, command_id: str) -> bytes | None:
        """See `ports.Reader`."""
        if (stored := self.layer.replies.get((owner, command_id))) is not None:
            return stored.reply
        return await super().command_reply(owner, command_id)

    async def order_by_key(self, owner: str, order_key: str) -> Order | None:
        """See `ports.Transaction`."""
        for order in self.new_orders.values():
            if order.order_key == order_key and _owned(order, owner) and order.order_state != "CANCELLED":
                return order
        if (owner, order_key) in self.layer.order_keys:
            order_id = self.layer.order_keys[owner, order_key]
        else:
            order_id = await self._committed_key(owner, order_key)
        found = await self.order(order_id or order_key)
        if found is None or found.order_state == "CANCELLED" or not _owned(found, owner):
            return None
        return found if found.order_key == order_key else None

    async def _committed_key(self, owner: str, order_key: str) -> str | None:
        number = self.memory.owners.known.get(owner)
        return None if number is None else await self.rows.order_id_by_key(number, order_key)

    async def payment_by_key(self, owner: str, payment_key: str) -> tuple[Order, str] | None:
        """See `ports.Transaction`."""
        for order in self.new_orders.values():
            for payment in order.payments:
                assert order.backing is not None
                if payment.payment_key == payment_key and order.backing.payments[payment.id].owner == owner:
                    return order, payment.id
        if (known := self.layer.payment_keys.get((owner, payment_key))) is not None:
            found = await self.order(known[0])
            return None if found is None else (found, known[1])
        number = self.memory.owners.known.get(owner)
        if number is None:
            return None
        found_payment = await self.rows.payment_by_key(number, payment_key)
        if found_payment is None:
            return None
        payment_id, order_seq = found_payment
        kept = await self.rows.order_by_seq(order_seq)
        assert kept is not None, "a payment without its order"
        newest = await self.order(kept.order.id)
        return None if newest is None else (newest, payment_id)

    async def next_number(self, counter: str) -> int:
        """See `ports.Transaction`."""
        for known in (self.new_counters, self.layer.counters, self.memory.counters):
            if counter in known:
                number = known[counter] + 1
                break
        else:
            number = 1
        self.new_counters[counter] = number
        return number

    # -- writes --------------------------------------------------------------------------------------

    def save_order(self, order: Order) -> None:
        """See `ports.Transaction`."""
        assert order.backing is not None, "an order is saved with its backing"
        self.new_orders[order.id] = order

    def save_ticket(self, ticket: Ticket) -> None:
        """See `ports.Transaction`."""
        self.new_tickets[ticket.id] = ticket

    def put(self, doc: Struct) -> None:
        """See `ports.Transaction`."""
        kind = type(doc)
        kind_name(kind)
        doc_id: str | int = cast(Any, doc).id
        self.new_documents[kind, doc_id] = doc

    def drop(self, kind: type[Struct], doc_id: str | int) -> None:
        """See `ports.Transaction`."""
        self.new_documents[kind, doc_id] = None

    def put_personal(self, subject: str, data: dict[str, Any] | None) -> None:
        """See `ports.Transaction`."""
        self.new_personal[subject] = data

    def put_value(self, owner: str, area: str, key: str, value: str | None) -> None:
        """See `ports.Transaction`."""
        self.new_values[owner, area, key] = value

    def put_shop(self, shop: Shop) -> None:
        """See `ports.Transaction`."""
        self.new_shop = self.shop = shop

    def record(self, *facts: Fact) -> None:
        """See `ports.Transaction`."""
        self.facts_recorded.extend(facts)

    def announce(self, announcement: Announcement) -> None:
        """See `ports.Transaction`."""
        self.announced.append(announcement)


def _owned(order: Order, owner: str) -> bool:
    return order.backing is not None and order.backing.owner == owner


def _age(order: Order) -> tuple[int, str]:
    assert order.backing is not None
    return order.backing.created_ms, order.id
