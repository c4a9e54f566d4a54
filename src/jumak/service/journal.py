"""The journal as pushes: facts turned into what subscribers see, whole things looked up.

Some pushes carry a thing the journal only refers to (`FactKind.whole` in protocol/pushes.py).
The noun that owns the thing says how it is read:

    @whole("waiting.change")
    async def party(read, subject): ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from jumak.protocol.pushes import FACTS, Push, push_of
from jumak.service.ports import Entry, Reader
from jumak.service.table import shown

Whole = Callable[[Reader, str], Awaitable[Any]]

WHOLES: dict[str, Whole] = {}


def whole(fact: str) -> Callable[[Whole], Whole]:
    """Reads the thing a push of this fact carries, as it is now; None when it is gone."""

    def bind(read_it: Whole) -> Whole:
        WHOLES[fact] = read_it
        return read_it

    return bind


@whole("order.cancel")
async def _order(read: Reader, subject: str) -> Any:
    order = await read.order(subject)
    return None if order is None else await shown(read, order)


async def push_for(read: Reader, entry: Entry) -> Push | None:
    """The push of a journal entry, None when it has none (audit only, or of a later version)."""
    kind = FACTS.get(entry.fact.name)
    if kind is None or not kind.push:
        return None
    if not kind.whole:
        return push_of(entry.fact)
    reads = WHOLES.get(entry.fact.name)
    return push_of(entry.fact, None if reads is None else await reads(read, entry.fact.subject))
