"""The journal of a shop's file as it leaves the shop: whole rows, without what is nobody else's business."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final, NamedTuple

from jumak.store.codec import DOCUMENT, to_pack
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import codec_of

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


class JournalShipper:
    """Reads a shop's file on a connection of its own, beside the shop's writer; for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._connection = open_for_reading(folder / FILE_NAME)
        self._codec = codec_of(self._connection)
        self._lock = threading.Lock()

    @property
    def dictionary(self) -> bytes:
        """What the bodies in `state` are compressed with."""
        return self._codec.dictionary

    def founding(self) -> bytes:
        """The settings the shop was founded with, JSON; later ones stand in the journal."""
        settings: bytes = self._one("shop_value", "founding")
        return settings

    def newest(self) -> int:
        """Number of the newest fact, 0 when there is none."""
        return int(self._one("last_fact") or 0)

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of the commit that ends with this fact, None when none does."""
        found: bytes | None = self._one("commit_at", seq)
        return found

    def after(self, seq: int, limit: int, most_bytes: int) -> Shipment:
        """The next facts, at least one where there is any, else until `most_bytes` of data and state."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                facts: list[WholeFact] = []
                size = 0
                for row in self._connection.execute(SQL["whole_facts_after"], (seq, limit)):
                    fact = self._shippable(row)
                    size += len(fact.data) + len(fact.state or b"") + len(fact.subject) + 64
                    if facts and size > most_bytes:
                        break
                    facts.append(fact)
                if not facts:
                    return Shipment([], [])
                ends = self._connection.execute(SQL["commits_between"], (seq, facts[-1].seq)).fetchall()
            finally:
                self._connection.execute("COMMIT")
        return Shipment(facts, [CommitEnd(*end) for end in ends])

    def bodies(self, facts: list[WholeFact]) -> list[bytes]:
        """The JSON of everything these facts made of things."""
        return [
            self._codec.unpack(entry.body)
            for fact in facts
            for entry in self._codec.entries(fact.state)
            if entry.body
        ]

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _one(self, name: str, *values: Any) -> Any:
        with self._lock:
            row = self._connection.execute(SQL[name], values).fetchone()
        return None if row is None else row[0]

    def _shippable(self, row: tuple[Any, ...]) -> WholeFact:
        seq, at, name, subject, caller, kind, device, staff, command, data, state = row
        withheld = False
        if state is not None:
            entries = self._codec.entries(state)
            left = [entry for entry in entries if entry.kind != DOCUMENT or entry.id[0] in SHIPPED_KINDS]
            if len(left) < len(entries):
                withheld, state = True, to_pack(left) if left else None
        return WholeFact(
            seq, at, name, subject, (caller, kind, device, staff), command, data, state, withheld
        )
