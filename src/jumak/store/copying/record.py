"""What an unfinished copy knows of itself: it lies in the copy, under names of the shop's own values."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from jumak.store.copying.contents import Contents
from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import PAST

MARK: Final = "copy"
PLACE: Final = "copy-place"
NAMES: Final = frozenset((MARK, PLACE, PAST, EPOCH))
"""Of rows that are no part of what is copied: what an unfinished copy has and a shop never, what a database knows of itself,
and the epoch, of which each end begins its own (0038)."""


class Mark(Struct, frozen=True):
    """What is copied. kind: of store it comes from, whose order of keys the place is in.  contents: all of the source."""

    kind: str
    contents: Contents


class Place(Struct, frozen=True):
    """How far it is, written together with the rows before it. after: key of the last row of that table."""

    table: str
    after: tuple[Any, ...] = ()
    rows: int = 0
    """Of all tables."""


def encoded(record: Mark | Place) -> bytes:
    """As it is stored."""
    return msgspec.json.encode(record)


def mark_of(value: bytes) -> Mark:
    """As it was stored."""
    return msgspec.json.decode(value, type=Mark)


def place_of(value: bytes) -> Place:
    """As it was stored."""
    return msgspec.json.decode(value, type=Place)
