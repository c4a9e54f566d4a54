"""Lines from a pipe, of which little is read in advance: who writes faster than it is heard finds the pipe full."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

CHUNK: Final = 65_536
"""Bytes read at once; the stream's own `limit`."""


class LineTooLongError(Exception):
    """A line longer than it may be."""


class Lines:
    """See the module. longest: of a line, in bytes without its end."""

    def __init__(self, stream: asyncio.StreamReader, longest: int) -> None:
        self._stream, self._longest = stream, longest
        self._ready: deque[bytes] = deque()
        self._parts: list[bytes] = []
        self._size = 0
        self._refused = 0

    async def next(self) -> bytes | None:
        """The next line without its end, None after the last one.

        Raises LineTooLongError once for a line that is longer, before it has ended; then goes on behind it.
        """
        while not self._ready:
            if self._refused:
                self._refused -= 1
                raise LineTooLongError
            chunk = await self._stream.read(CHUNK)
            if not chunk:
                return self._last()
            first, *others = chunk.split(b"\n")
            self._grow(first)
            for piece in others:
                self._end()
                self._grow(piece)
        return self._ready.popleft()

    def _grow(self, piece: bytes) -> None:
        was_too_long = self._size > self._longest
        self._size += len(piece)
        if self._size <= self._longest:
            self._parts.append(piece)
        elif not was_too_long:
            self._parts.clear()
            self._refused += 1

    def _end(self) -> None:
        if self._size <= self._longest:
            self._ready.append(b"".join(self._parts))
        self._parts, self._size = [], 0

    def _last(self) -> bytes | None:
        if not self._size:
            return None
        self._end()
        return self._ready.popleft() if self._ready else None
