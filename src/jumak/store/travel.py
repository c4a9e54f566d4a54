"""Time travel: any earlier version of an order, from the journal alone.

The first fact of an order holds its whole document, each later one that changed it a patch and the
number of the fact before it. `orders.fact` tells where the chain's end is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from jumak.domain.order.types import Order
from jumak.store.codec import ORDER_FULL, ORDER_PATCH, Codec, StateEntry
from jumak.store.patch import apply, canonical

FactState = tuple[int, str, bytes | None]
"""Of one fact: its instant in ms, its subject and what it made of things."""


def replayed(
    codec: Codec,
    order_id: str,
    newest: int,
    state_of: Callable[[int], FactState],
    *,
    seq: int | None = None,
    at_ms: int | None = None,
) -> bytes | None:
    """The public document (JSON) an order had after fact `seq`, or at an instant; None before it was made.

    newest: the fact that holds its newest change, 0 for no order.  With neither, the newest version. Byte for
    byte what was stored then.
    """
    fact = newest
    patches: list[bytes] = []
    while fact:
        moment, subject, state = state_of(fact)
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
    return _joined([codec.unpack(body) for body in reversed(patches)])


async def versions_around(
    codec: Codec,
    order_id: str,
    facts: Sequence[tuple[int, bytes | None]],
    order_at: Callable[[str, int], Awaitable[bytes | None]],
) -> dict[int, tuple[Order | None, Order]]:
    """The public document before and after each of these facts that changed it.

    facts: number and state of consecutive facts of this order, oldest first.  order_at: its document after an
    earlier fact.  Facts that left the document alone are left out.
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
            earlier = await order_at(order_id, entry.previous)
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


def _joined(bodies: list[bytes]) -> bytes:
    if len(bodies) == 1:
        return bodies[0]
    document: dict[str, Any] = msgspec.json.decode(bodies[0])
    for body in bodies[1:]:
        document = apply(document, msgspec.json.decode(body))
    return canonical(document)
