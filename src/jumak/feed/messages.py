"""What a shop and its hub say to each other: MessagePack, compressed by Zstandard.

Arrays, not maps: facts are many. New fields go to the end, with a default.
"""

from __future__ import annotations

from typing import Final, Literal, TypeVar

import msgspec
import zstandard
from msgspec import Struct

from jumak.store.shipping import CommitEnd, WholeFact

LARGEST: Final = 8 * 1_048_576
"""Bytes a message may unpack to; what claims more is no message of ours."""

MessageT = TypeVar("MessageT", bound=Struct)


class Unreadable(Exception):  # noqa: N818  # named for what is so
    """Bytes that are no message of ours, or one of a later program."""


class Facts(Struct, frozen=True, array_like=True):
    """Facts of a shop in a row. newest: number of the newest fact the shop had when it sent them.

    commits: those that end among them.
    """

    shop: str
    newest: int
    facts: tuple[WholeFact, ...]
    commits: tuple[CommitEnd, ...] = ()

    @property
    def first(self) -> int:
        """Number of the first fact."""
        return self.facts[0].seq

    @property
    def last(self) -> int:
        """Number of the last fact."""
        return self.facts[-1].seq


class About(Struct, frozen=True, array_like=True):
    """What one has to know to read a shop's facts. founding: settings it was founded with, JSON.

    dictionary: what documents in `state` are compressed with.
    """

    shop: str
    founding: bytes
    dictionary: bytes


class Heard(Struct, frozen=True, array_like=True):
    """A shop is there. newest: number of its newest fact; sent: number of the last one the stream has taken."""

    shop: str
    newest: int
    sent: int


class Wanted(Struct, frozen=True, array_like=True):
    """The hub has facts up to `after` and wants the next ones, again if need be. id: of this wish."""

    id: str
    after: int


class Menu(Struct, frozen=True, array_like=True):
    """A menu file for a shop. id: of this menu, at every shop that gets it. live: see `PreviewImport.live`.

    version: when it was sent, in ms: a shop takes no menu that is older than one it was given before, whoever gave it.
    """

    id: str
    name: str
    kind: Literal["csv", "xlsx"]
    file: bytes
    live: bool = False
    version: int = 0


class MenuResult(Struct, frozen=True, array_like=True):
    """What became of a menu. added, changed: items.  refused: why nothing or not all of it was taken, else empty."""

    id: str
    added: int
    changed: int
    refused: str = ""


def packed(message: Struct) -> bytes:
    """The bytes that travel."""
    return zstandard.ZstdCompressor(level=1).compress(msgspec.msgpack.encode(message))


def unpacked(data: bytes, kind: type[MessageT]) -> MessageT:
    """The message in these bytes. Raises Unreadable."""
    try:
        # What `packed` writes says its size, and nothing is unpacked that says none.
        if not 0 < (size := zstandard.frame_content_size(data)) <= LARGEST:
            raise Unreadable(f"a message of {size} bytes")
        message = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(data), type=kind)
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise Unreadable(str(error)) from None
    if isinstance(message, Facts) and not message.facts:
        raise Unreadable("a message without facts")
    return message
