"""The plain programs Jumak is measured against: a loop over sqlite3, a disk that is told to sync, an echo."""

from __future__ import annotations

import os
import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

BARE_LOOP = (
    "bare loop: stdlib sqlite3 storing what one order leaves behind (a row with its public JSON document, a row "
    "with its ticket, its journal rows, a row for its key), documents made beforehand, WAL, synchronous=FULL, "
    "4 KiB pages, no index beyond primary keys; 64 orders per COMMIT, or one"
)

_SCHEMA = """
    PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE orders (seq INTEGER PRIMARY KEY, id TEXT, created INTEGER, state INTEGER, doc BLOB);
    CREATE TABLE tickets (seq INTEGER PRIMARY KEY, id TEXT, order_seq INTEGER, doc BLOB);
    CREATE TABLE journal (seq INTEGER PRIMARY KEY, at INTEGER, name TEXT, subject TEXT, data BLOB);
    CREATE TABLE keys (key TEXT PRIMARY KEY, order_seq INTEGER) WITHOUT ROWID;
"""


class LeftBehind(Struct, frozen=True):
    """What one order leaves in a shop, as plain JSON. facts: name and data of its journal rows."""

    doc: bytes
    ticket: bytes
    facts: tuple[tuple[str, bytes], ...]


class BareStore:
    """A file with the four tables, and the loop that fills them."""

    def __init__(self, folder: Path, samples: Sequence[LeftBehind]) -> None:
        folder.mkdir(parents=True)
        self._connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._samples, self._seq, self._fact = samples, 0, 0

    def orders_per_s(self, seconds: float, batch: int) -> float:
        """Stores orders for about so long, `batch` in each commit."""
        execute = self._connection.execute
        samples, count = self._samples, len(self._samples)
        begun = time.perf_counter()
        until, done = begun + seconds, 0
        while time.perf_counter() < until:
            execute("BEGIN")
            for _ in range(batch):
                self._seq += 1
                seq, sample = self._seq, samples[self._seq % count]
                order_id = f"{seq:032x}"
                execute("INSERT INTO orders VALUES (?, ?, ?, 1, ?)", (seq, order_id, seq, sample.doc))
                execute("INSERT INTO tickets VALUES (?, ?, ?, ?)", (seq, order_id, seq, sample.ticket))
                for name, data in sample.facts:
                    self._fact += 1
                    execute(
                        "INSERT INTO journal VALUES (?, ?, ?, ?, ?)", (self._fact, seq, name, order_id, data)
                    )
                execute("INSERT INTO keys VALUES (?, ?)", (f"key-{seq:016x}", seq))
            execute("COMMIT")
            done += batch
        return done / (time.perf_counter() - begun)

    def close(self) -> None:
        """No more."""
        self._connection.close()


def fdatasync_p50_s(folder: Path, count: int) -> float:
    """Median time of appending one 8 KiB page to a file and waiting until it is on disk."""
    path, page = folder / "sync", os.urandom(8_192)
    times = []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for _ in range(count):
            begun = time.perf_counter()
            os.write(descriptor, page)
            os.fdatasync(descriptor)
            times.append(time.perf_counter() - begun)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(times)


async def echo(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An ASGI application that sends every WebSocket message back; run by uvicorn as the shop is."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


def as_json(value: Any) -> bytes:
    """Plain JSON, as the bare loop stores it."""
    return msgspec.json.encode(value)
