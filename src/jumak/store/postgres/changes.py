"""What a commit changed, for other processes that hold the same shop in memory.

A row of the table `changes` says which orders, tickets and documents are to be read again; small things that change
with every commit (counts, counters, greatest row numbers) stand in it themselves.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from jumak.service.ports import Announcement
from jumak.store.layer import Layer
from jumak.store.memory import Actor, kind_name
from jumak.store.slots import SlotPlan


class Said(Struct, frozen=True, array_like=True):
    """An announcement on its way to another process. data: JSON."""

    name: str
    data: bytes
    to: str | None
    device: str | None
    main: bool

    def announcement(self) -> Announcement:
        """As it was announced, its data encoded already."""
        return Announcement(
            name=self.name, data=Raw(self.data), to=self.to, device=self.device, main=self.main
        )


class Changes(Struct, frozen=True, array_like=True, kw_only=True):
    """One commit. Row numbers, `seq` and `hash` are the shop's after it; documents are (kind, id as JSON)."""

    seq: int
    hash: bytes
    order_seq: int
    ticket_seq: int
    command_seq: int
    orders: list[str]
    tickets: list[str]
    documents: list[tuple[str, str]]
    counters: dict[str, int]
    order_slots: SlotPlan
    ticket_slots: SlotPlan
    owners: dict[str, int]
    actors: list[tuple[int, Actor]]
    shop: bytes | None
    announcements: list[Said]


to_body = msgspec.msgpack.Encoder().encode
from_body = msgspec.msgpack.Decoder(Changes).decode


def stored_id(doc_id: str | int) -> str:
    """A document's id as a column: JSON, so that 1 and "1" differ."""
    return msgspec.json.encode(doc_id).decode()


def said(announcement: Announcement) -> Said:
    """An announcement for other processes."""
    data: bytes = msgspec.json.encode(announcement.data)
    return Said(announcement.name, data, announcement.to, announcement.device, announcement.main)


def changes_of(layer: Layer, slots: tuple[SlotPlan, SlotPlan], shop: bytes | None) -> Changes:
    """What a batch that is about to be committed changes. shop: its new settings, if it has some."""
    memory = layer.memory
    order_seq, ticket_seq, command_seq = layer.greatest_rows
    actors: list[Any] = [(number, actor) for actor, number in memory.actors.new.items()]
    return Changes(
        seq=layer.seq,
        hash=layer.hash,
        order_seq=order_seq,
        ticket_seq=ticket_seq,
        command_seq=command_seq,
        orders=list(layer.orders),
        tickets=list(layer.tickets),
        documents=[
            (kind_name(kind), stored_id(doc_id))
            for kind, changed in layer.documents.items()
            for doc_id in changed
        ],
        counters=layer.counters,
        order_slots=slots[0],
        ticket_slots=slots[1],
        owners=dict(memory.owners.new),
        actors=actors,
        shop=shop,
        announcements=[said(announcement) for announcement in layer.announcements],
    )
