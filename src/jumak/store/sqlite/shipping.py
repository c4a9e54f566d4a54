"""The journal of a shop's file as it leaves the shop."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

from jumak.store.shipping import CommitEnd, Shipment, WholeFact, shippable
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import codec_of


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
                rows = self._connection.execute(SQL["whole_facts_after"], (seq, limit))
                facts = shippable(self._codec, map(_whole, rows), most_bytes)
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


def _whole(row: tuple[Any, ...]) -> tuple[Any, ...]:
    seq, at, name, subject, caller, kind, device, staff, *rest = row
    return seq, at, name, subject, (caller, kind, device, staff), *rest


class FileJournal:
    """A `JournalShipper` in threads. Implements `shipping.Journal`."""

    def __init__(self, folder: Path) -> None:
        self._shipper = JournalShipper(folder)

    async def about(self) -> tuple[bytes, bytes]:
        """See `shipping.Journal`."""
        return self._shipper.founding(), self._shipper.dictionary

    async def newest(self) -> int:
        """See `shipping.Journal`."""
        return await asyncio.to_thread(self._shipper.newest)

    async def hash_at(self, seq: int) -> bytes | None:
        """See `shipping.Journal`."""
        return await asyncio.to_thread(self._shipper.hash_at, seq)

    async def after(self, seq: int, limit: int, most_bytes: int) -> Shipment:
        """See `shipping.Journal`."""
        return await asyncio.to_thread(self._shipper.after, seq, limit, most_bytes)

    def close(self) -> None:
        """See `shipping.Journal`."""
        self._shipper.close()
