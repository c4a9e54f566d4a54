"""Reading into memory what a shop's file holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from jumak.domain.merchant import Shop
from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import epoch_in
from jumak.store.memory import ORDERS, TICKETS, Memory, Opening
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import codec_of


def memory_of(connection: sqlite3.Connection) -> Memory:
    """The memory of a shop; documents are read through this connection when they are first asked for."""
    one = connection.execute

    def documents(kind: str) -> Iterable[bytes]:
        return [doc for (doc,) in one(SQL["documents"], (kind,))]

    epoch = one(SQL["shop_value"], (EPOCH,)).fetchone()
    last_commit = one(SQL["last_commit"]).fetchone()
    opening = Opening(
        shop=msgspec.json.decode(one(SQL["shop_value"], ("settings",)).fetchone()[0], type=Shop),
        epoch=epoch_in(None if epoch is None else epoch[0]),
        seq=one(SQL["last_fact"]).fetchone()[0] or 0,
        hash=last_commit[1] if last_commit else bytes(32),
        orders=one(SQL["last_order"]).fetchone(),
        tickets=one(SQL["last_ticket"]).fetchone(),
        command_seq=one(SQL["last_command"]).fetchone()[0] or 0,
        order_slots=one(SQL["slots"], (ORDERS,)).fetchall(),
        ticket_slots=one(SQL["slots"], (TICKETS,)).fetchall(),
        owners={owner: number for number, owner in one(SQL["owners"])},
        actors={
            (caller, kind, device, staff): number
            for number, caller, kind, device, staff in one(SQL["actors"])
        },
        counters=dict(one(SQL["counters"]).fetchall()),
        open_orders=one(SQL["open_orders"]),
        open_tickets=(doc for (doc,) in one(SQL["open_tickets"])),
        documents=documents,
    )
    return Memory(codec_of(connection), opening)
