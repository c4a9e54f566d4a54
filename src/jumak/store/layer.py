"""What the commands of one batch have changed so far, on top of what is committed.

A command's writes are taken over (`absorb`) only when it succeeded. Commands after it see them at once;
the database gets them all together (`take_rows`), many rows per statement, right before the COMMIT. After it the
layer is poured into memory (`merge`); if it fails the layer is dropped and nothing has happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from jumak.domain.calendar import to_ms
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order, OrderBacking
from jumak.service.ports import Announcement, Committed, Entry
from jumak.store.codec import (
    DOCUMENT,
    ORDER_CODE,
    ORDER_FULL,
    ORDER_PATCH,
    SHOP,
    TICKET,
    TICKET_CODE,
    StateEntry,
    public,
    to_json,
    to_pack,
)
from jumak.store.errors import Unrecorded
from jumak.store.journal import States, attach, by_subject, chained, fact_about, names_order
from jumak.store.memory import KeptOrder, Memory, is_open, kind_name, ticket_age
from jumak.store.patch import difference
from jumak.store.replies import StoredReply, around
from jumak.store.slots import Change, SlotPlan
from jumak.store.vault import Vault

if TYPE_CHECKING:
    from jumak.store.transaction import WriteView

DocumentKey = tuple[type[Struct], str | int]


class DirtyOrder(NamedTuple):
    """An order to write. doc: its compressed document, None when only its backing changed; json: in plain."""

    kept: KeptOrder
    before: KeptOrder | None
    doc: bytes | None
    is_new: bool
    json: bytes = b""


@dataclass(slots=True)
class PendingRows:
    """What a database has to be given. Each tuple has the columns of the statement it is named for.

    Updates of orders go before inserts: an order cancelled in a batch frees its key for one added after it.
    """

    order_updates: list[tuple[Any, ...]] = field(default_factory=list)
    """state, open, table_id, number, version, fact, doc, backing, seq"""
    backing_updates: list[tuple[int, bytes, int]] = field(default_factory=list)
    """open, backing, seq"""
    order_inserts: list[tuple[Any, ...]] = field(default_factory=list)
    """seq, id, created, state, open, owner, order_key, table_id, business_date, number, version, fact, doc, backing"""
    payments: list[tuple[str, int, int, str]] = field(default_factory=list)
    """id, order_seq, owner, payment_key"""
    ticket_inserts: list[tuple[int, str, str, int, int, bytes]] = field(default_factory=list)
    """seq, id, order_id, state, created, doc"""
    ticket_updates: list[tuple[str, int, bytes, str]] = field(default_factory=list)
    """order_id, state, doc, id"""
    documents: list[tuple[str, str | int, int | None, bytes]] = field(default_factory=list)
    """kind, id, fact, doc"""
    documents_dropped: list[tuple[str, str | int]] = field(default_factory=list)
    """kind, id"""
    personal: list[tuple[str, bytes | None]] = field(default_factory=list)
    """subject, doc or None to erase"""
    values: list[tuple[str, str, str, bytes | None]] = field(default_factory=list)
    """owner, area, key, value or None to delete"""
    facts: list[tuple[Any, ...]] = field(default_factory=list)
    """seq, at, name, subject, actor, command, data, state"""
    order_facts: list[tuple[int, int]] = field(default_factory=list)
    """order_seq, fact"""
    commands: list[tuple[Any, ...]] = field(default_factory=list)
    """seq, owner, command_id, at, body, order_id, fact, reply"""
    shop: bytes | None = None
    """New settings."""


class Layer:
    """Changes of one batch. Each store's own kind of it knows how to write them."""

    def __init__(self, memory: Memory, vault: Vault) -> None:
        self.memory = memory
        self._vault = vault
        self.shop: Shop = memory.shop
        self.seq = memory.seq
        self.orders: dict[str, KeptOrder] = {}
        self.order_keys: dict[tuple[str, str], str | None] = {}
        self.payments: dict[str, str] = {}
        self.payment_keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.tickets: dict[str, Ticket] = {}
        self.documents: dict[type[Struct], dict[str | int, Struct | None]] = {}
        self.counters: dict[str, int] = {}
        self.personal: dict[str, dict[str, Any] | None] = {}
        self.values: dict[tuple[str, str, str], str | None] = {}
        self.replies: dict[tuple[str, str], StoredReply] = {}
        self.entries: list[Entry] = []
        self.announcements: list[Announcement] = []
        self._order_seq = memory.order_seq
        self._ticket_seq = memory.ticket_seq
        self._command_seq = memory.command_seq
        self._order_changes: list[Change] = []
        self._ticket_changes: list[Change] = []
        self._slot_plans: tuple[SlotPlan, SlotPlan] | None = None
        self.hash = memory.hash
        self._hashed: list[tuple[Any, ...]] = []
        # Rows the file has not got yet.
        self._dirty_orders: dict[str, DirtyOrder] = {}
        self._dirty_tickets: dict[str, tuple[Ticket, bytes, int | None]] = {}
        self._dirty_documents: dict[DocumentKey, tuple[int | None, bytes | None]] = {}
        self._dirty_personal: set[str] = set()
        self._dirty_values: set[tuple[str, str, str]] = set()
        self._payment_rows: list[tuple[str, int, int, str]] = []
        self._command_rows: list[tuple[Any, ...]] = []
        self._fact_rows: list[tuple[Any, ...]] = []
        self._order_fact_rows: list[tuple[int, int]] = []
        self._shop_changed = False

    @property
    def greatest_rows(self) -> tuple[int, int, int]:
        """Row numbers given so far to orders, tickets (once flushed) and commands."""
        return self._order_seq, self._ticket_seq, self._command_seq

    @property
    def is_empty(self) -> bool:
        """No command of the batch wrote anything."""
        return not (self.waiting or self.counters)

    @property
    def waiting(self) -> bool:
        """There are rows for `take_rows`."""
        return bool(
            self._fact_rows
            or self._dirty_orders
            or self._dirty_documents
            or self._command_rows
            or self._dirty_tickets
            or self._dirty_values
            or self._dirty_personal
            or self._shop_changed
        )

    # -- taking over a command ---------------------------------------------------------------------

    def absorb(self, tx: WriteView, reply: bytes, body: bytes | None) -> None:
        """Take over what a command that succeeded has written. body: hash to keep its reply under.

        Raises Unrecorded when an order changed that no fact names. After any exception (all of them are
        bugs of the use case) the layer is unusable and has to be dropped.
        """
        facts = tx.facts_recorded
        states: States = [None] * len(facts)
        dirty_orders = self._orders_of(tx, facts, states)
        dirty_tickets = self._tickets_of(tx, facts, states)
        dirty_documents = self._documents_of(tx, facts, states)
        if tx.new_shop is not None:
            body_of_shop = self.memory.codec.pack(to_json(tx.new_shop))
            attach(states, fact_about(facts, "shop", "shop"), StateEntry(SHOP, None, body_of_shop))
        for dirty in dirty_orders:
            self._take_order(dirty)
        for ticket, doc, before in dirty_tickets:
            self._take_ticket(ticket, doc, before)
        for (kind, doc_id), (document, fact, packed) in dirty_documents.items():
            self.documents.setdefault(kind, {})[doc_id] = document
            self._dirty_documents[kind, doc_id] = (fact, packed)
        self.counters.update(tx.new_counters)
        self.personal.update(tx.new_personal)
        self._dirty_personal.update(tx.new_personal)
        self.values.update(tx.new_values)
        self._dirty_values.update(tx.new_values)
        if tx.new_shop is not None:
            self.shop = tx.new_shop
            self._shop_changed = True
        self._number_facts(tx, facts, states)
        self.announcements += tx.announced
        if body is not None and tx.command_id is not None:
            self._keep_reply(tx, reply, body, dirty_orders)

    def _orders_of(self, tx: WriteView, facts: list[Fact], states: States) -> list[DirtyOrder]:
        pack = self.memory.codec.pack
        dirty: list[DirtyOrder] = []
        saved: Iterable[Order] = tx.new_orders.values()
        if len(tx.new_orders) > 1:
            # Row numbers follow creation and id, so that a page sorted by row is sorted by id.
            saved = sorted(saved, key=lambda order: (_backing(order).created_ms, order.id))
        for order in saved:
            before = tx.orders_before[order.id]
            if before is None:
                self._order_seq += 1
                json = to_json(public(order))
                doc = pack(json)
                fact = self._record_order(facts, states, StateEntry(ORDER_FULL, order.id, doc))
                dirty.append(DirtyOrder(KeptOrder(order, self._order_seq, fact), None, doc, True, json))
                continue
            if order is before.order:
                continue
            patch = difference(before.order, order)
            if patch is None:
                kept = KeptOrder(order, before.seq, before.fact)
                dirty.append(DirtyOrder(kept, before, None, is_new=False))
                continue
            entry = StateEntry(ORDER_PATCH, order.id, pack(to_json(patch)), before.fact)
            fact = self._record_order(facts, states, entry)
            json = to_json(public(order))
            dirty.append(DirtyOrder(KeptOrder(order, before.seq, fact), before, pack(json), False, json))
        return dirty

    def _record_order(self, facts: list[Fact], states: States, entry: StateEntry) -> int:
        index = fact_about(facts, "order", entry.id)
        if index is None or not names_order(facts[index], entry.id):
            index = next((at for at, fact in enumerate(facts) if names_order(fact, entry.id)), None)
        if index is not None:
            attach(states, index, entry)
            return self.seq + 1 + index
        raise Unrecorded(f"order {entry.id} changed, but no fact of the command names it")

    def _tickets_of(
        self, tx: WriteView, facts: list[Fact], states: States
    ) -> list[tuple[Ticket, bytes, int | None]]:
        dirty = []
        # Row numbers follow age and id, as the pages do.
        for ticket in sorted(tx.new_tickets.values(), key=ticket_age):
            before = tx.tickets_before[ticket.id]
            doc = self.memory.codec.pack(to_json(ticket))
            attach(states, fact_about(facts, "kds", ticket.id), StateEntry(TICKET, ticket.id, doc))
            dirty.append((ticket, doc, None if before is None else TICKET_CODE[before.state]))
        return dirty

    def _documents_of(
        self, tx: WriteView, facts: list[Fact], states: States
    ) -> dict[DocumentKey, tuple[Struct | None, int | None, bytes | None]]:
        dirty: dict[DocumentKey, tuple[Struct | None, int | None, bytes | None]] = {}
        about = by_subject(facts) if tx.new_documents else {}
        for (kind, doc_id), document in tx.new_documents.items():
            name = kind_name(kind)
            packed = None if document is None else self.memory.codec.pack(to_json(document))
            index = fact_about(facts, name, str(doc_id), about.get(str(doc_id), ()))
            attach(states, index, StateEntry(DOCUMENT, (name, doc_id), packed or b""))
            fact = None if index is None else self.seq + 1 + index
            dirty[kind, doc_id] = (document, fact, packed)
        return dirty

    def _take_order(self, dirty: DirtyOrder) -> None:
        order, seq, _ = dirty.kept
        backing = _backing(order)
        before = dirty.before
        if before is None:
            self._order_changes.append((backing.created_ms, None, ORDER_CODE[order.order_state]))
        elif before.order.order_state != order.order_state:
            states = ORDER_CODE[before.order.order_state], ORDER_CODE[order.order_state]
            self._order_changes.append((backing.created_ms, *states))
        known = () if before is None else before.order.payments
        if order.payments != known:
            held = {payment.id for payment in known}
            for payment in order.payments:
                if payment.id not in held:
                    owner = backing.payments[payment.id].owner
                    self.payments[payment.id] = order.id
                    self.payment_keys[owner, payment.payment_key] = (order.id, payment.id)
                    number = self.memory.owners.of(owner)
                    self._payment_rows.append((payment.id, seq, number, payment.payment_key))
        self.orders[order.id] = dirty.kept
        if order.order_key != order.id:
            key = (backing.owner, order.order_key)
            if order.order_state != "CANCELLED":
                self.order_keys[key] = order.id
            elif self.order_keys.get(key, order.id) == order.id:
                self.order_keys[key] = None
        waiting = self._dirty_orders.get(order.id)
        if waiting is not None:
            dirty = dirty._replace(doc=dirty.doc or waiting.doc, is_new=waiting.is_new)
        self._dirty_orders[order.id] = dirty

    def _take_ticket(self, ticket: Ticket, doc: bytes, before: int | None) -> None:
        state = TICKET_CODE[ticket.state]
        if before != state:
            self._ticket_changes.append((ticket.created_ms, before, state))
        self.tickets[ticket.id] = ticket
        waiting = self._dirty_tickets.get(ticket.id)
        if waiting is not None:
            before = waiting[2]
        self._dirty_tickets[ticket.id] = (ticket, doc, before)

    def _number_facts(self, tx: WriteView, facts: list[Fact], states: States) -> None:
        caller = tx.caller
        staff = None if caller.staff is None else caller.staff.id
        actor = (caller.id, caller.kind, caller.device_id, staff)
        number = self.memory.actors.of(actor)
        at_ms = to_ms(tx.at)
        for fact, entries, told_of in zip(facts, states, tx.orders_told_of, strict=True):
            self.seq += 1
            state = None if entries is None else to_pack(entries)
            data = to_json(fact.data)
            row = (self.seq, at_ms, fact.name, fact.subject, number, tx.command_id, data, state)
            self._fact_rows.append(row)
            self._hashed.append((*row[:4], actor, *row[5:]))
            for order_id in told_of:
                if (kept := self.orders.get(order_id) or tx.orders_before[order_id]) is not None:
                    self._order_fact_rows.append((kept.seq, self.seq))
            self.entries.append(
                Entry(
                    seq=self.seq,
                    at=tx.at,
                    fact=fact,
                    caller=caller.id,
                    kind=caller.kind,
                    device=caller.device_id,
                    staff=staff,
                    command=tx.command_id,
                )
            )

    def _keep_reply(self, tx: WriteView, reply: bytes, body: bytes, orders: list[DirtyOrder]) -> None:
        command_id = tx.command_id
        assert command_id is not None
        self.replies[tx.caller.id, command_id] = StoredReply(body, reply)
        self._command_seq += 1
        order_id: str | None = None
        fact: int | None = None
        pieces: bytes | None = None
        for dirty in orders:
            if dirty.json and (pieces := around(reply, dirty.json)):
                order_id, fact = dirty.kept.order.id, dirty.kept.fact
                break
        kept = self.memory.codec.pack(reply) if pieces is None else pieces
        owner = self.memory.owners.of(tx.caller.id)
        self._command_rows.append(
            (self._command_seq, owner, command_id, to_ms(tx.at), body, order_id, fact, kept)
        )

    # -- to the database ---------------------------------------------------------------------------

    async def flushed(self) -> None:
        """Writes what is waiting into the open transaction, so that the command at work can read it there."""
        raise NotImplementedError

    def take_rows(self) -> PendingRows:
        """The rows that are waiting; after this none are."""
        codec, numbers = self.memory.codec, self.memory.owners
        rows = PendingRows()
        for kept, _, doc, is_new, _ in self._dirty_orders.values():
            order, seq, fact = kept
            backing = _backing(order)
            packed = codec.pack(to_pack(backing))
            state, still_open = ORDER_CODE[order.order_state], int(is_open(order))
            if is_new:
                key = None if order.order_key == order.id else order.order_key
                rows.order_inserts.append(
                    (seq, order.id, backing.created_ms, state, still_open, numbers.of(backing.owner), key,
                     order.table_id, backing.business_date, order.number, order.version, fact, doc, packed)
                )  # fmt: skip
            elif doc is None:
                rows.backing_updates.append((still_open, packed, seq))
            else:
                rows.order_updates.append(
                    (state, still_open, order.table_id, order.number, order.version, fact, doc, packed, seq)
                )
        for ticket, doc, before in self._dirty_tickets.values():
            code = TICKET_CODE[ticket.state]
            if before is None:
                self._ticket_seq += 1
                rows.ticket_inserts.append(
                    (self._ticket_seq, ticket.id, ticket.order_id, code, ticket.created_ms, doc)
                )
            else:
                rows.ticket_updates.append((ticket.order_id, code, doc, ticket.id))
        for (kind, doc_id), (told_by, packed_doc) in self._dirty_documents.items():
            if packed_doc is None:
                rows.documents_dropped.append((kind_name(kind), doc_id))
            else:
                rows.documents.append((kind_name(kind), doc_id, told_by, packed_doc))
        for subject in self._dirty_personal:
            data = self.personal[subject]
            rows.personal.append((subject, None if data is None else to_json(data)))
        for owner, area, key in self._dirty_values:
            rows.values.append((owner, area, key, self._kept_value(owner, area, key)))
        rows.payments, self._payment_rows = self._payment_rows, []
        rows.facts, self._fact_rows = self._fact_rows, []
        rows.order_facts, self._order_fact_rows = self._order_fact_rows, []
        rows.commands, self._command_rows = self._command_rows, []
        rows.shop = to_json(self.shop) if self._shop_changed else None
        for waiting in (
            self._dirty_orders, self._dirty_tickets, self._dirty_documents, self._dirty_personal,
            self._dirty_values,
        ):  # fmt: skip
            waiting.clear()
        self._shop_changed = False
        return rows

    def _kept_value(self, owner: str, area: str, key: str) -> bytes | None:
        value = self.values[owner, area, key]
        if value is None:
            return None
        return self._vault.seal(owner, key, value) if area == "secret" else value.encode()

    def take_slots(self) -> tuple[SlotPlan, SlotPlan]:
        """What the batch makes of the counts of orders and of tickets, once everything is flushed."""
        self._slot_plans = (
            self.memory.order_slots.plan(self._order_changes),
            self.memory.ticket_slots.plan(self._ticket_changes),
        )
        return self._slot_plans

    def take_hash(self, at_ms: int) -> bytes | None:
        """The hash of the commit, None when no fact was recorded."""
        if not self._hashed:
            return None
        self.hash = chained(self.memory.hash, at_ms, self._hashed)
        return self.hash

    # -- after the commit --------------------------------------------------------------------------

    def merge(self) -> Committed:
        """Pour everything into memory; it is on disk now."""
        memory = self.memory
        memory.shop, memory.seq, memory.hash = self.shop, self.seq, self.hash
        memory.order_seq, memory.ticket_seq = self._order_seq, self._ticket_seq
        memory.command_seq = self._command_seq
        if self._slot_plans is not None:
            memory.order_slots.apply(*self._slot_plans[0])
            memory.ticket_slots.apply(*self._slot_plans[1])
        for kept in self.orders.values():
            memory.keep_order(kept)
        for ticket in self.tickets.values():
            memory.keep_ticket(ticket)
        for kind, changed in self.documents.items():
            held = memory.loaded(kind)
            if held is not None:
                for doc_id, document in changed.items():
                    held.keep(doc_id, document)
        memory.counters.update(self.counters)
        memory.owners.settle(kept=True)
        memory.actors.settle(kept=True)
        return Committed(
            entries=tuple(self.entries),
            orders=tuple([kept.order for kept in self.orders.values()]),
            tickets=tuple(self.tickets.values()),
            announcements=tuple(self.announcements),
        )

    def merge_announcements(self) -> Committed:
        """What a batch that wrote nothing has to tell."""
        return Committed(entries=(), orders=(), tickets=(), announcements=tuple(self.announcements))

    def drop(self) -> None:
        """Nothing of this has happened."""
        self.memory.owners.settle(kept=False)
        self.memory.actors.settle(kept=False)


def _backing(order: Order) -> OrderBacking:
    assert order.backing is not None, "an order is saved with its backing"
    return order.backing
