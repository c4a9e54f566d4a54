"""Everything a shop's folder holds, in plain: what is packed in its database unpacked, so that a search finds it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from jumak.store.codec import Codec
from jumak.store.sqlite.travel import codec_of


def at_rest(folder: Path) -> bytes:
    """Bytes of all files, and of every value of every table of the databases among them. The shop is closed."""
    found: list[bytes] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.append(path.read_bytes())
            if found[-1].startswith(b"SQLite format 3\0"):
                found.extend(_unpacked(path))
    return b"\0".join(found)


def _unpacked(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if ("shop",) not in tables:
            return  # The book of a simulator, in which nothing is packed.
        codec = codec_of(connection)
        for (table,) in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):  # a name of our own schema
                for value in row:
                    if isinstance(value, bytes):
                        yield from _plain(codec, value)


def _plain(codec: Codec, value: bytes) -> Iterator[bytes]:
    """A frame unpacked; of a list of what a fact changed, the body of each; anything else stands in the file as it is."""
    try:
        yield codec.unpack(value)
        return
    except zstandard.ZstdError:
        pass
    try:
        entries: list[Any] = list(codec.entries(value))
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        return
    for entry in entries:
        if entry.body:
            yield codec.unpack(entry.body)
