"""The journal of a shop as it leaves the shop: whole rows, without what is nobody else's business."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, Protocol

from jumak.store.codec import DOCUMENT, Codec, to_pack

SHIPPED_KINDS: Final = frozenset(
    ("category", "item", "option", "hall", "table", "group", "station", "hub-feed")
)
"""Documents a chain may read: the menu and the floor. Others hold people, tokens, PINs or money under way."""


class WholeFact(NamedTuple):
    """A row of the journal with everything its commit's hash is made of.

    actor: caller, kind, device, staff.  data: JSON.  state: what it made of things, packed.  withheld: `state` lacks
    something, so the hash of its commit cannot be made again from what is here.
    """

    seq: int
    at: int
    name: str
    subject: str
    actor: tuple[str, str, str | None, str | None]
    command: str | None
    data: bytes
    state: bytes | None
    withheld: bool = False


class CommitEnd(NamedTuple):
    """Where a commit ends, its instant, and the hash over it and the one before."""

    last_seq: int
    at: int
    hash: bytes


class Shipment(NamedTuple):
    """Facts in a row, and the commits that end among them."""

    facts: list[WholeFact]
    commits: list[CommitEnd]


class Journal(Protocol):
    """Where the journal of a shop is read beside its writer, whatever store it is in."""

    async def about(self) -> tuple[bytes, bytes]:
        """What one has to know to read the facts: founding settings as JSON, and the dictionary of `state`."""

    async def newest(self) -> int:
        """Number of the newest fact, 0 when there is none."""

    async def hash_at(self, seq: int) -> bytes | None:
        """The hash of the commit that ends with this fact, None when none does."""

    async def after(self, seq: int, limit: int, most_bytes: int) -> Shipment:
        """The next facts, at least one where there is any, else until `most_bytes` of data and state."""

    def close(self) -> None:
        """Reads no more."""


def shippable(codec: Codec, rows: Iterable[tuple[Any, ...]], most_bytes: int) -> list[WholeFact]:
    """The first of these rows as they may leave: at least one, else until `most_bytes`.

    rows: seq, at, name, subject, actor, command, data, state, as in `WholeFact`.
    """
    facts: list[WholeFact] = []
    size = 0
    for row in rows:
        fact = _shippable(codec, *row)
        size += len(fact.data) + len(fact.state or b"") + len(fact.subject) + 64
        if facts and size > most_bytes:
            break
        facts.append(fact)
    return facts


def _shippable(
    codec: Codec,
    seq: int,
    at: int,
    name: str,
    subject: str,
    actor: tuple[str, str, str | None, str | None],
    command: str | None,
    data: bytes,
    state: bytes | None,
) -> WholeFact:
    withheld = False
    if state is not None:
        entries = codec.entries(state)
        left = [entry for entry in entries if entry.kind != DOCUMENT or entry.id[0] in SHIPPED_KINDS]
        if len(left) < len(entries):
            withheld, state = True, to_pack(left) if left else None
    return WholeFact(seq, at, name, subject, actor, command, data, state, withheld)
