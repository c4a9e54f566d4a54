"""Time travel: any earlier version of an order, from the journal alone.

The first fact of an order holds its whole document, each later one that changed it a patch and the
number of the fact before it. `orders.fact` tells where the chain's end is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from jumak.domain.calendar import to_ms
from jumak.domain.order.types import Order
from jumak.store.sqlite.codec import ORDER_FULL, ORDER_PATCH, Codec, StateEntry
from jumak.store.sqlite.patch import apply, canonical
from jumak.store.sqlite.queries import SQL


def codec_of(connection: sqlite3.Connection) -> Codec:
    """The codec with this file's own dictionary."""
    return Codec(connection.execute(SQL["shop_value"], ("dictionary",)).fetchone()[0])


def order_at(
    connection: sqlite3.Connection,
    order_id: str,
    *,
    seq: int | None = None,
    at: datetime | None = None,
    codec: Codec | None = None,
) -> bytes | None:
    """The public document (JSON) an order had after fact `seq`, or at an instant; None before it was made.

    With neither, the newest version. Byte for byte what was stored then.
    """
    codec = codec or codec_of(connection)
    row = connection.execute(SQL["order_row"], (order_id,)).fetchone()
    fact: int = 0 if row is None else row[1]
    at_ms = None if at is None else to_ms(at)
    patches: list[bytes] = []
    while fact:
        moment, subject, state = connection.execute(SQL["fact_state"], (fact,)).fetchone()
        entry = order_entry(codec, state, order_id)
        assert entry is not None, f"fact {fact} ({subject}) does not hold order {order_id}"
        # Newer versions are left out; below the one asked for every version counts.
        if patches or ((seq is None or fact <= seq) and (at_ms is None or moment <= at_ms)):
            patches.append(entry.body)
        if entry.kind == ORDER_FULL:
            break
        fact = entry.previous
    if not patches:
        return None
    return _replayed([codec.unpack(body) for body in reversed(patches)])


def versions_around(
    connection: sqlite3.Connection,
    codec: Codec,
    order_id: str,
    facts: Sequence[tuple[int, bytes | None]],
) -> dict[int, tuple[Order | None, Order]]:
    """The public document before and after each of these facts that changed it.

    facts: number and state of consecutive facts of this order, oldest first.  Facts that left the document
    alone are left out.
    """
    versions: dict[int, tuple[Order | None, Order]] = {}
    known: tuple[dict[str, Any], Order] | None = None
    for seq, state in facts:
        entry = order_entry(codec, state, order_id)
        if entry is None:
            continue
        body = codec.unpack(entry.body)
        if entry.kind == ORDER_FULL:
            known = msgspec.json.decode(body), msgspec.json.decode(body, type=Order)
            versions[seq] = None, known[1]
            continue
        if known is None:
            earlier = order_at(connection, order_id, seq=entry.previous, codec=codec)
            assert earlier is not None, "the journal lost an order"
            known = msgspec.json.decode(earlier), msgspec.json.decode(earlier, type=Order)
        document = apply(known[0], msgspec.json.decode(body))
        after = document, msgspec.convert(document, Order)
        versions[seq] = known[1], after[1]
        known = after
    return versions


def order_entry(codec: Codec, state: bytes | None, order_id: str) -> StateEntry | None:
    """What a fact made of this order."""
    for entry in codec.entries(state):
        if entry.id == order_id and entry.kind in (ORDER_FULL, ORDER_PATCH):
            return entry
    return None


def _replayed(bodies: list[bytes]) -> bytes:
    if len(bodies) == 1:
        return bodies[0]
    document: dict[str, Any] = msgspec.json.decode(bodies[0])
    for body in bodies[1:]:
        document = apply(document, msgspec.json.decode(body))
    return canonical(document)
