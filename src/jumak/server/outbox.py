"""Frames on their way to one client, and the limit of a slow one (contract, wire §9)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from jumak.server.at_once import Rest, at_once

MAX_FRAMES = 10_000
MAX_BYTES = 16_000_000
LONG_FRAME = 1_000_000
"""The longest frame of a queue does not count when it is longer: what waits behind it is no slow client's."""

Write = Callable[[bytes], Coroutine[Any, Any, None]]


class Outbox:
    """Writes frames in order, at once while the connection takes them, queued when it does not.

    write: sends one frame and waits while the connection is full.  close: closes the connection
    after the frames before it.  overflow: called once when too much is queued; the queue is then
    dropped, since the client will resume.
    """

    def __init__(
        self,
        write: Write,
        close: Callable[[int, str], Coroutine[Any, Any, None]],
        overflow: Callable[[], None],
    ) -> None:
        self._write, self._close_now, self._overflow = write, close, overflow
        self._queue: deque[bytes] = deque()
        self._bytes = self._long = 0
        self._closing: tuple[int, str] | None = None
        self._task: asyncio.Task[None] | None = None
        self._over = False

    def __len__(self) -> int:
        return len(self._queue)

    def backlog(self) -> int:
        """How much waits to leave: frames, or kilobytes when they are larger."""
        return max(len(self._queue), self._bytes // 1_000)

    def put(self, frame: bytes) -> None:
        """Sends a frame; after `close` it is dropped."""
        if self._closing is not None or self._over:
            return
        if self._task is None:
            try:
                rest = at_once(self._write(frame))
            except OSError:
                self._over = True
                return
            if rest is not None:
                self._start(rest)
            return
        self._queue.append(frame)
        self._bytes += len(frame)
        if len(frame) > LONG_FRAME:
            self._long = max(self._long, len(frame))
        if len(self._queue) > MAX_FRAMES or self._bytes - self._long > MAX_BYTES:
            self._queue.clear()
            self._overflow()

    def close(self, code: int, reason: str) -> None:
        """Closes the connection once what is queued has left."""
        if self._closing is None:
            self._closing = (code, reason)
            if self._task is None:
                self._start(None)

    async def drained(self) -> None:
        """Returns once everything, the closing included, has left or cannot any more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def stop(self) -> None:
        """The connection is gone."""
        self._over = True
        if self._task is not None and self._closing is None:
            self._task.cancel()

    def _start(self, first: Rest | None) -> None:
        self._task = asyncio.get_running_loop().create_task(self._drain(first))

    async def _drain(self, first: Rest | None) -> None:
        try:
            if first is not None:
                await first
            while self._queue:
                frame = self._queue.popleft()
                self._bytes -= len(frame)
                await self._write(frame)
            if self._closing is not None:
                await self._close_now(*self._closing)
        except OSError:
            self._over = True
        finally:
            self._bytes = self._long = 0
            self._task = None
