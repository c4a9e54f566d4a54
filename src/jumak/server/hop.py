"""Plain HTTP/1.1 to another process of ours: one request at a time on a connection that is kept for the next.

The parser is the one our own server reads requests with. There is no TLS, no redirect and no pool to speak of, which
is what makes it worth having: passing a request on costs less than answering it. Bodies stream both ways, no faster
than the slower side takes them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final, cast

from httptools import HttpParserError, HttpResponseParser

KEPT_S: Final = 4.0
"""A connection nobody used for so long is closed here, long before the other end does (75 s, `main.server_config`)."""

MOST_WAITING: Final = 256 * 1024
"""Bytes of an answer that nobody has taken yet; the other end waits then."""

Headers = Sequence[tuple[bytes, bytes]]


class HopError(OSError):
    """The other process went away, or answered what is no HTTP."""


class Answer:
    """What came back. status and headers are known; the body comes by `parts`."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], connection: HopConnection) -> None:
        self.status, self.headers = status, headers
        self._connection = connection

    @property
    def is_whole(self) -> bool:
        """All of its body is here."""
        return self._connection.ended

    def rest(self) -> bytes:
        """What has come of its body and was not taken yet."""
        return self._connection.taken()

    async def parts(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises HopError when it does not come to its end."""
        while True:
            if part := self._connection.taken():
                yield part
            elif self._connection.ended:
                return
            else:
                await self._connection.more()


class HopConnection(asyncio.Protocol):
    """One connection. Made by `Hops`."""

    def __init__(self) -> None:
        self.ended = False
        self.lost: HopError | None = None
        self.reusable = False
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._head: asyncio.Future[Answer] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._without_body = False
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._more = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    # -- what is asked -------------------------------------------------------------------------------

    def ask(self, method: bytes, head: bytes) -> asyncio.Future[Answer]:
        """Sends the head of a request; the answer is done once its own head has come, or fails with HopError."""
        assert self._transport is not None
        self._parser = HttpResponseParser(self)
        self._headers, self._without_body = [], method == b"HEAD"
        self._parts.clear()
        self._size, self.ended, self.reusable = 0, False, False
        self._head = asyncio.get_running_loop().create_future()
        if self.lost is not None:
            self._head.set_exception(self.lost)
        else:
            self._transport.write(head)
        return self._head

    async def send(self, part: bytes) -> None:
        """More of the request's body. Raises HopError."""
        assert self._transport is not None
        await self._writable.wait()
        if self.lost is not None:
            raise self.lost
        self._transport.write(part)

    def taken(self) -> bytes:
        """What has come of the body, which is then no longer here."""
        whole = b"".join(self._parts)
        self._parts.clear()
        if self._size > MOST_WAITING and self._transport is not None:
            self._transport.resume_reading()
        self._size = 0
        return whole

    @property
    def is_through(self) -> bool:
        """The answer ended and was taken. With more of it here than may wait, nobody reads this connection any more."""
        return self.ended and not self._size

    async def more(self) -> None:
        """Waits for more of the body, or its end. Raises HopError."""
        if self.lost is not None:
            raise self.lost
        self._more.clear()
        await self._more.wait()

    def close(self) -> None:
        """At once."""
        if self._transport is not None:
            self._transport.abort()

    # -- asyncio.Protocol ----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._head is None or self.ended:
            # Nobody asked: whatever it is, it belongs to no answer.
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._lose(HopError(f"no HTTP: {error}"))
            self.close()

    def eof_received(self) -> None:
        """The end of a body without a length is the end of the connection."""
        if self._head is not None and self._head.done() and not self.ended and self._until_the_end:
            self._end(reusable=False)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # says no more than that
        self._lose(HopError("the connection was lost"))

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    @property
    def _until_the_end(self) -> bool:
        return not any(name in (b"content-length", b"transfer-encoding") for name, _ in self._headers)

    def _lose(self, error: HopError) -> None:
        if self.lost is None:
            self.lost = error
        if self._head is not None and not self._head.done():
            self._head.set_exception(self.lost)
        self._writable.set()
        self._more.set()

    def _end(self, *, reusable: bool) -> None:
        self.ended, self.reusable = True, reusable
        self._more.set()

    # -- httptools ------------------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            # Not the answer yet.
            self._headers = []
            return
        assert self._head is not None
        if not self._head.done():
            self._head.set_result(Answer(status, self._headers, self))
        if self._without_body:
            self._end(reusable=False)

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)
        before, self._size = self._size, self._size + len(body)
        if before <= MOST_WAITING < self._size and self._transport is not None:
            self._transport.pause_reading()
        self._more.set()

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200 and not self.ended:
            self._end(reusable=bool(self._parser.should_keep_alive()))


class Hops:
    """Connections to the other processes, by host and port."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, int], deque[tuple[float, HopConnection]]] = {}

    async def connection(self, host: str, port: int, within_s: float) -> HopConnection:
        """One that is free, the one used last if there is one. Raises OSError and TimeoutError: nothing was asked."""
        idle = self._idle.get((host, port))
        now = asyncio.get_running_loop().time()
        while idle:
            since, connection = idle.pop()
            if connection.lost is None and now - since < KEPT_S:
                return connection
            connection.close()
        async with asyncio.timeout(within_s):
            _, made = await asyncio.get_running_loop().create_connection(HopConnection, host, port)
        return made

    def give_back(self, host: str, port: int, connection: HopConnection, *, asked_whole: bool) -> None:
        """Kept for the next request if both sides are through with this one. asked_whole: its body was sent."""
        if not (asked_whole and connection.is_through and connection.reusable and connection.lost is None):
            connection.close()
            return
        idle, now = self._idle.setdefault((host, port), deque()), asyncio.get_running_loop().time()
        idle.append((now, connection))
        while idle and now - idle[0][0] >= KEPT_S:
            idle.popleft()[1].close()

    async def close(self) -> None:
        """Ends them."""
        for idle in self._idle.values():
            for _, connection in idle:
                connection.close()
        self._idle.clear()
