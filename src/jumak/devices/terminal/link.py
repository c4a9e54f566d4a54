"""The wire to the terminal simulator: a length in four bytes, then that much JSON, an object.

Big endian, at most 64 KiB. Our own protocol, of which a real terminal knows nothing.
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any, Final, Protocol

import msgspec

Frame = dict[str, Any]

LONGEST: Final = 64 * 1024
CONNECT_WITHIN_S: Final = 5.0

_LENGTH: Final = struct.Struct(">I")


class BadFrame(Exception):
    """What came is no frame; nothing after it can be read."""


class Link(Protocol):
    """A connection that carries frames."""

    def send(self, frame: Frame) -> None:
        """Raises OSError when it is closed."""

    async def receive(self) -> Frame | None:
        """The next frame, None at the end. Raises BadFrame, OSError."""

    def close(self) -> None:
        """Ends it; once is enough, more is fine."""


class StreamLink:
    """Frames over a pair of streams."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, frame: Frame) -> None:
        """See `Link`."""
        if self._writer.is_closing():
            raise ConnectionResetError("the connection is closed")
        body = msgspec.json.encode(frame)
        self._writer.write(_LENGTH.pack(len(body)) + body)

    async def receive(self) -> Frame | None:
        """See `Link`."""
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            if length > LONGEST:
                raise BadFrame(f"a frame of {length} bytes")
            return msgspec.json.decode(await self._reader.readexactly(length), type=Frame)
        except asyncio.IncompleteReadError:
            return None
        except msgspec.DecodeError as problem:
            raise BadFrame(str(problem)) from None

    def close(self) -> None:
        """See `Link`."""
        self._writer.close()


async def connect(host: str, port: int) -> StreamLink:
    """Raises OSError, also when nobody answers in time."""
    async with asyncio.timeout(CONNECT_WITHIN_S):
        return StreamLink(*await asyncio.open_connection(host, port))
