"""What the commands of one batch have changed so far, on top of what is committed.

A command's writes are taken over (`absorb`) only when it succeeded. Commands after it see them at once;
the file gets them all together (`flush`), many rows per statement, right before the COMMIT. After it the
layer is poured into memory (`merge`); if it fails the layer is dropped and nothing has happened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from jumak.domain.calendar import to_ms
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket
from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order, OrderBacking
from jumak.service.ports import Announcement, Committed, Entry
from jumak.store.sqlite.codec import (
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
from jumak.store.sqlite.commands import StoredReply, around
from jumak.store.sqlite.errors import Unrecorded
from jumak.store.sqlite.journal import States, attach, chained, fact_about, names_order, orders_named
from jumak.store.sqlite.memory import ORDERS, TICKETS, KeptOrder, Memory, is_open, kind_name, ticket_age
from jumak.store.sqlite.patch import difference
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.slots import Change
from jumak.store.sqlite.vault import Vault

if TYPE_CHECKING:
    from jumak.store.sqlite.transaction import WriteView

DocumentKey = tuple[type[Struct], str | int]


class DirtyOrder(NamedTuple):
    """An order to write. doc: its compressed document, None when only its backing changed; json: in plain."""

    kept: KeptOrder
    before: KeptOrder | None
    doc: bytes | None
    is_new: bool
    json: bytes = b""


class Layer:
    """Changes of one batch."""

    def __init__(self, memory: Memory, connection: sqlite3.Connection, vault: Vault) -> None:
        self.memory = memory
        self._connection = connection
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
        self._slot_plans: list[tuple[dict[int, list[int]], int]] = []
        self._hash = memory.hash
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
        self._begun = False
        self.pages_written = 0
        """About how many pages the batch touched, for the pace of checkpoints."""

    @property
    def is_empty(self) -> bool:
        """No command of the batch wrote anything."""
        return not (self._begun or self._waiting() or self.counters)

    def _waiting(self) -> bool:
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
            before = tx.kept_before(order.id)
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
            before = tx.ticket_before(ticket.id)
            doc = self.memory.codec.pack(to_json(ticket))
            attach(states, fact_about(facts, "kds", ticket.id), StateEntry(TICKET, ticket.id, doc))
            dirty.append((ticket, doc, None if before is None else TICKET_CODE[before.state]))
        return dirty

    def _documents_of(
        self, tx: WriteView, facts: list[Fact], states: States
    ) -> dict[DocumentKey, tuple[Struct | None, int | None, bytes | None]]:
        dirty: dict[DocumentKey, tuple[Struct | None, int | None, bytes | None]] = {}
        for (kind, doc_id), document in tx.new_documents.items():
            name = kind_name(kind)
            packed = None if document is None else self.memory.codec.pack(to_json(document))
            index = fact_about(facts, name, str(doc_id))
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
        for fact, entries in zip(facts, states, strict=True):
            self.seq += 1
            state = None if entries is None else to_pack(entries)
            data = to_json(fact.data)
            row = (self.seq, at_ms, fact.name, fact.subject, number, tx.command_id, data, state)
            self._fact_rows.append(row)
            self._hashed.append((*row[:4], actor, *row[5:]))
            for order_id in orders_named(fact):
                if (kept := self.orders.get(order_id) or tx.kept_before(order_id)) is not None:
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

    # -- to the file -------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write what is waiting into the open transaction of the connection (begun here if need be)."""
        write = self._connection
        if not self._begun:
            write.execute("BEGIN IMMEDIATE")
            self._begun = True
        elif not write.in_transaction:
            # A full disk may end it on its own; going on would commit the rest of the batch row by row.
            raise sqlite3.OperationalError("the transaction of this batch was rolled back")
        many = write.executemany
        codec = self.memory.codec
        inserts, updates, backings = [], [], []
        for kept, _, doc, is_new, _ in self._dirty_orders.values():
            order, seq, fact = kept
            backing = _backing(order)
            packed = codec.pack(to_pack(backing))
            state, still_open = ORDER_CODE[order.order_state], int(is_open(order))
            if is_new:
                key = None if order.order_key == order.id else order.order_key
                owner = self.memory.owners.of(backing.owner)
                inserts.append(
                    (seq, order.id, backing.created_ms, state, still_open, owner, key, order.table_id,
                     backing.business_date, order.number, order.version, fact, doc, packed)
                )  # fmt: skip
            elif doc is None:
                backings.append((still_open, packed, seq))
            else:
                updates.append(
                    (state, still_open, order.table_id, order.number, order.version, fact, doc, packed, seq)
                )
        # Updates first: an order cancelled in this batch frees its key for one added after it.
        if updates:
            many(SQL["update_order"], updates)
        if backings:
            many(SQL["update_backing"], backings)
        if inserts:
            many(SQL["insert_order"], inserts)
        if self._payment_rows:
            many(SQL["insert_payment"], self._payment_rows)
        if self._dirty_tickets:
            self._flush_tickets()
        for (kind, doc_id), (told_by, packed_doc) in self._dirty_documents.items():
            if packed_doc is None:
                write.execute(SQL["drop_document"], (kind_name(kind), doc_id))
            else:
                write.execute(SQL["put_document"], (kind_name(kind), doc_id, told_by, packed_doc))
        self._flush_plain()
        self.pages_written += 8 + len(self._fact_rows) + len(self._dirty_orders) + len(self._dirty_documents)
        if self._fact_rows:
            many(SQL["insert_fact"], self._fact_rows)
        if self._order_fact_rows:
            many(SQL["insert_order_fact"], self._order_fact_rows)
        if self._command_rows:
            many(SQL["insert_command"], self._command_rows)
        for waiting in (
            self._dirty_orders, self._dirty_tickets, self._dirty_documents, self._dirty_personal,
            self._dirty_values, self._payment_rows, self._fact_rows, self._order_fact_rows,
            self._command_rows,
        ):  # fmt: skip
            waiting.clear()
        self._shop_changed = False

    def _flush_tickets(self) -> None:
        inserts, updates = [], []
        for ticket, doc, before in self._dirty_tickets.values():
            state = TICKET_CODE[ticket.state]
            if before is None:
                self._ticket_seq += 1
                inserts.append((self._ticket_seq, ticket.id, ticket.order_id, state, ticket.created_ms, doc))
            else:
                updates.append((ticket.order_id, state, doc, ticket.id))
        if inserts:
            self._connection.executemany(SQL["insert_ticket"], inserts)
        if updates:
            self._connection.executemany(SQL["update_ticket"], updates)

    def _flush_plain(self) -> None:
        write = self._connection.execute
        for subject in self._dirty_personal:
            data = self.personal[subject]
            if data is None:
                write(SQL["erase_personal"], (subject,))
            else:
                write(SQL["put_personal"], (subject, to_json(data)))
        for owner, area, key in self._dirty_values:
            value = self.values[owner, area, key]
            if value is None:
                write(SQL["drop_plugin_value"], (owner, area, key))
            else:
                kept = self._vault.seal(owner, key, value) if area == "secret" else value.encode()
                write(SQL["put_plugin_value"], (owner, area, key, kept))
        if self._shop_changed:
            write(SQL["put_shop_value"], ("settings", to_json(self.shop)))

    def finish(self, at_ms: int) -> None:
        """Write everything, counts and hash included: the connection is ready for COMMIT."""
        self.flush()
        many, one = self._connection.executemany, self._connection.execute
        for kind, slots, changes in (
            (ORDERS, self.memory.order_slots, self._order_changes),
            (TICKETS, self.memory.ticket_slots, self._ticket_changes),
        ):
            planned = slots.plan(changes)
            self._slot_plans.append(planned)
            if planned[0]:
                many(SQL["put_slot"], [(kind, start, *counts) for start, counts in planned[0].items()])
        if self.counters:
            many(SQL["put_counter"], list(self.counters.items()))
        for owner, number in self.memory.owners.new.items():
            one(SQL["insert_owner"], (number, owner))
        for actor, number in self.memory.actors.new.items():
            one(SQL["insert_actor"], (number, *actor))
        if self._hashed:
            self._hash = chained(self._hash, at_ms, self._hashed)
            one(SQL["insert_commit"], (self.seq, at_ms, self._hash))

    # -- after the commit --------------------------------------------------------------------------

    def merge(self) -> Committed:
        """Pour everything into memory; it is on disk now."""
        memory = self.memory
        memory.shop, memory.seq, memory.hash = self.shop, self.seq, self._hash
        memory.order_seq, memory.ticket_seq = self._order_seq, self._ticket_seq
        memory.command_seq = self._command_seq
        for slots, planned in zip((memory.order_slots, memory.ticket_slots), self._slot_plans, strict=True):
            slots.apply(*planned)
        for order_id, kept in self.orders.items():
            memory.keep_order(kept)
            if order_id > memory.greatest_order_id:
                memory.greatest_order_id = order_id
        for ticket in self.tickets.values():
            memory.open_tickets.keep(ticket)
            if ticket.id > memory.greatest_ticket_id:
                memory.greatest_ticket_id = ticket.id
        for kind, changed in self.documents.items():
            held = memory.loaded_documents(kind)
            if held is not None:
                for doc_id, document in changed.items():
                    if document is None:
                        held.pop(doc_id, None)
                    else:
                        held[doc_id] = document
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
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _backing(order: Order) -> OrderBacking:
    assert order.backing is not None, "an order is saved with its backing"
    return order.backing
