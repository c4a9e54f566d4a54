"""A shop in memory: read when it is opened, kept by its own commits and by those of other processes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from jumak.domain.merchant import Shop
from jumak.domain.order.types import Order
from jumak.service.documents import KINDS
from jumak.service.ports import Announcement, Committed, Entry
from jumak.store.codec import Codec
from jumak.store.copying.record import MARK
from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import epoch_in
from jumak.store.errors import CopyUnfinished, ShopMissing, StoreError
from jumak.store.memory import ORDERS, TICKETS, Actor, KeptOrder, Memory, Opening
from jumak.store.postgres.changes import Changes, from_body
from jumak.store.postgres.queries import SQL
from jumak.store.postgres.rows import fact_row
from jumak.store.reading import entry_of

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection


MOST_ENTRIES: Final = 100_000
"""Who is further behind than this is told of the newest of them."""

_actor = msgspec.json.Decoder(Actor).decode


class PostgresMemory(Memory):
    """See `Memory`. commit: of which commit it is."""

    def __init__(self, shop_id: int, codec: Codec, commit: int, opening: Opening, packed: Packed) -> None:
        super().__init__(codec, opening)
        self.shop_id = shop_id
        self.commit = commit
        self._packed = packed

    def take_over(self, changes: Changes) -> None:
        """The small things another process's commit changed."""
        self.seq, self.hash = changes.seq, changes.hash
        self.order_seq, self.ticket_seq = changes.order_seq, changes.ticket_seq
        self.command_seq = changes.command_seq
        self.order_slots.apply(*changes.order_slots)
        self.ticket_slots.apply(*changes.ticket_slots)
        self.counters.update(changes.counters)
        for numbers, new in (
            (self.owners, changes.owners),
            (self.actors, {actor: number for number, actor in changes.actors}),
        ):
            numbers.known.update(new)  # type: ignore[arg-type]  # each has its own kind of key
            numbers.values.update({number: value for value, number in new.items()})  # type: ignore[misc]
        if changes.shop is not None:
            self.shop = msgspec.json.decode(changes.shop, type=Shop)

    def keep_document(self, kind: str, stored: str, doc: bytes | None) -> None:
        """A document as it is now, None when it was dropped."""
        struct = KINDS.get(kind)
        held = None if struct is None else self.loaded(struct)
        if struct is None or held is None:
            documents = self._packed.setdefault(kind, {})
            if doc is None:
                documents.pop(stored, None)
            else:
                documents[stored] = doc
            return
        doc_id: str | int = msgspec.json.decode(stored)
        held.keep(doc_id, None if doc is None else msgspec.json.decode(self.codec.unpack(doc), type=struct))


Packed = dict[str, dict[str, bytes]]
"""Packed documents by kind and id (JSON): those of kinds nobody has asked for yet."""


async def no_shop(connection: Connection, shop_id: int) -> StoreError:
    """Why a shop has no head: ShopMissing or CopyUnfinished."""
    if await connection.fetchval(SQL["shop_value"], shop_id, MARK) is None:
        return ShopMissing(
            f"there is no shop {shop_id} in this database; name another one with --shop, or make one with `jumak demo`"
        )
    return CopyUnfinished(f"shop {shop_id} of this database")


async def memory_of(connection: Connection, shop_id: int) -> PostgresMemory:
    """Reads a shop within the connection's transaction, which sees one commit. Raises ShopMissing, CopyUnfinished."""

    async def fetch(name: str, *values: Any) -> list[Any]:
        rows: list[Any] = await connection.fetch(SQL[name], shop_id, *values)
        return rows

    head = await fetch("head")
    if not head:
        raise await no_shop(connection, shop_id)
    commit, seq, chained = head[0]
    packed: Packed = {}
    for kind, stored, doc in await fetch("documents"):
        packed.setdefault(kind, {})[stored] = doc

    def documents(kind: str) -> Iterable[bytes]:
        return packed.pop(kind, {}).values()

    epoch = await fetch("shop_value", EPOCH)
    opening = Opening(
        shop=msgspec.json.decode((await fetch("shop_value", "settings"))[0][0], type=Shop),
        epoch=epoch_in(epoch[0][0] if epoch else None),
        seq=seq,
        hash=chained,
        orders=tuple((await fetch("last_order"))[0]),
        tickets=tuple((await fetch("last_ticket"))[0]),
        command_seq=(await fetch("last_command"))[0][0] or 0,
        order_slots=await fetch("slots", ORDERS),
        ticket_slots=await fetch("slots", TICKETS),
        owners={owner.decode(): number for number, owner in await fetch("owners")},
        actors={_actor(actor): number for number, actor in await fetch("actors")},
        counters={name: value for name, value in await fetch("counters")},  # noqa: C416  # records are no tuples
        open_orders=[tuple(row) for row in await fetch("open_orders")],
        open_tickets=[doc for (doc,) in await fetch("open_tickets")],
        documents=documents,
    )
    dictionary = (await fetch("shop_value", "dictionary"))[0][0]
    return PostgresMemory(shop_id, Codec(dictionary), commit, opening, packed)


async def catch_up(connection: Connection, memory: PostgresMemory, head: int) -> Committed:
    """Brings the memory to commit `head`, within a transaction that sees just that; what others committed meanwhile.

    Nothing is changed when it fails.
    """
    rows = await connection.fetch(SQL["changes_after"], memory.shop_id, memory.commit)
    changes = [from_body(body) for _, body in rows]
    before = memory.seq
    if len(changes) != head - memory.commit:
        return await _read_anew(connection, memory)
    order_ids = list({order_id: None for one in changes for order_id in one.orders})
    ticket_ids = list({ticket_id: None for one in changes for ticket_id in one.tickets})
    documents = list({key: None for one in changes for key in one.documents})
    orders: list[KeptOrder] = []
    if order_ids:
        for seq, fact, doc, backing in await connection.fetch(SQL["orders_by_id"], memory.shop_id, order_ids):
            orders.append(KeptOrder(memory.codec.order(doc, backing), seq, fact))
    tickets = []
    if ticket_ids:
        found = await connection.fetch(SQL["tickets_by_id"], memory.shop_id, ticket_ids)
        tickets = [memory.codec.ticket(doc) for (doc,) in found]
    now: dict[tuple[str, str], bytes] = {}
    if documents:
        kinds, ids = [kind for kind, _ in documents], [stored for _, stored in documents]
        for kind, stored, doc in await connection.fetch(SQL["documents_by_id"], memory.shop_id, kinds, ids):
            now[kind, stored] = doc
    facts = await _facts_between(connection, memory.shop_id, before, changes[-1].seq)
    for one in changes:
        memory.take_over(one)
    for kept in orders:
        memory.keep_order(kept)
    for ticket in tickets:
        memory.keep_ticket(ticket)
    for kind, stored in documents:
        memory.keep_document(kind, stored, now.get((kind, stored)))
    memory.commit = head
    announcements = [said.announcement() for one in changes for said in one.announcements]
    return _committed(memory, facts, [kept.order for kept in orders], tickets, announcements)


async def _read_anew(connection: Connection, memory: PostgresMemory) -> Committed:
    """Too far behind for the list of changes: everything is read again, what is open may all have changed."""
    fresh = await memory_of(connection, memory.shop_id)
    facts = await _facts_between(connection, memory.shop_id, memory.seq, fresh.seq)
    # In place: views, codecs and whoever else holds this memory go on with it.
    vars(memory).update(vars(fresh))
    orders = [kept.order for kept in memory.open_orders.values()]
    return _committed(memory, facts, orders, list(memory.open_tickets.of(None)), [])


async def _facts_between(connection: Connection, shop_id: int, after: int, last: int) -> list[Any]:
    if last <= after:
        return []
    first = max(after, last - MOST_ENTRIES)
    facts: list[Any] = await connection.fetch(SQL["facts_after"], shop_id, first, last - first)
    return facts


def _committed(
    memory: PostgresMemory,
    facts: list[Any],
    orders: list[Order],
    tickets: list[Any],
    announcements: list[Announcement],
) -> Committed:
    entries: list[Entry] = [entry_of(memory, fact_row(row)) for row in facts]
    return Committed(
        entries=tuple(entries),
        orders=tuple(orders),
        tickets=tuple(tickets),
        announcements=tuple(announcements),
    )
