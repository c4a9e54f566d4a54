"""Ways to the shop: a WebSocket, or the pipes of a process the shop started."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Protocol

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

MAX_MESSAGE = 64 * 1024 * 1024
"""Longest message taken from the shop, bytes: an HTTP body of 10 MB whose every byte is escaped."""


class Transport(Protocol):
    """One connection that carries messages, each a JSON text."""

    def send(self, message: bytes) -> None:
        """Hand over a message; it leaves in order. On a lost connection it vanishes."""

    async def receive(self) -> bytes | str | None:
        """The next message, None once the connection has ended."""

    async def close(self) -> None:
        """Send what was handed over, then end the connection."""


Connector = Callable[[], Awaitable[Transport]]
"""Opens a new connection. Raises ConnectionError or OSError when that fails."""


class SocketTransport:
    """A WebSocket, one text frame per message."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._outgoing: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    @classmethod
    async def open(cls, url: str) -> SocketTransport:
        """Connects to `ws://…/v1/socket`. Raises ConnectionError."""
        try:
            return cls(await open_websocket(url, max_size=MAX_MESSAGE, open_timeout=10, compression=None))
        except (InvalidHandshake, InvalidURI, TimeoutError, OSError) as problem:
            raise ConnectionError(f"cannot reach {url}: {problem}") from problem

    def send(self, message: bytes) -> None:
        """See `Transport`."""
        self._outgoing.put_nowait(message)

    async def receive(self) -> bytes | str | None:
        """See `Transport`."""
        try:
            return await self._socket.recv()
        except ConnectionClosed:
            return None

    async def close(self) -> None:
        """See `Transport`."""
        self._outgoing.put_nowait(None)
        await self._writer
        await self._socket.close()

    async def _write(self) -> None:
        try:
            while (message := await self._outgoing.get()) is not None:
                await self._socket.send(message.decode())
        except ConnectionClosed:
            return


class StdioTransport:
    """Standard input and output, one JSON text per line."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.WriteTransport, written: _Written
    ) -> None:
        self._reader, self._writer, self._written = reader, writer, written

    @classmethod
    async def open(cls) -> StdioTransport:
        """Takes over stdin and stdout of this process; `print` goes to stderr from here on."""
        loop = asyncio.get_running_loop()
        incoming, outgoing = claim_stdio()
        reader = asyncio.StreamReader(limit=MAX_MESSAGE)
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(incoming, "rb", 0)
        )
        writer, written = await loop.connect_write_pipe(_Written, os.fdopen(outgoing, "wb", 0))
        return cls(reader, writer, written)

    def send(self, message: bytes) -> None:
        """See `Transport`."""
        if not self._writer.is_closing():
            self._writer.write(message + b"\n")

    async def receive(self) -> bytes | str | None:
        """See `Transport`."""
        try:
            line = await self._reader.readline()
        except (ConnectionError, ValueError):
            return None
        return line if line.endswith(b"\n") else None

    async def close(self) -> None:
        """See `Transport`."""
        self._writer.close()
        await self._written.all


class _Written(asyncio.BaseProtocol):
    """Tells when a pipe is closed and everything handed to it has left."""

    def __init__(self) -> None:
        self.all: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (over is over)
        if not self.all.done():
            self.all.set_result(None)


_claimed: tuple[int, int] | None = None


def claim_stdio() -> tuple[int, int]:
    """Keeps stdin and stdout for the protocol and points fd 1 at stderr, once per process.

    Whatever prints later, C libraries and child processes included, ends in the log.
    """
    global _claimed
    if _claimed is None:
        sys.stdout.flush()
        _claimed = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
    return _claimed
