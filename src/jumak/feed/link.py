"""A connection to NATS that ends when it is lost: whoever uses it begins again, with what is known then."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final, NamedTuple

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from jumak.feed.options import Link
from jumak.feed.subjects import streams
from jumak.logs import fields

CONNECT_WITHIN_S: Final = 5
ANSWER_WITHIN_S: Final = 5.0
PING_EVERY_S: Final = 10
"""A link that says nothing to two of these is lost."""

LOST: Final = (NatsError, OSError, TimeoutError, asyncio.TimeoutError)
"""What a link that is not there, or does not let us in, raises."""

_log = logging.getLogger(__name__)


class Lost(ConnectionError):  # noqa: N818  # named for what is so
    """The connection is gone."""


@contextlib.asynccontextmanager
async def connected(link: Link, name: str) -> AsyncIterator[Connection]:
    """A connection with both streams behind it. Raises one of LOST, here or whenever it is used."""
    lost = asyncio.Event()

    async def gone() -> None:
        lost.set()

    async def said(error: Exception) -> None:
        _log.debug("the link is in trouble: %s", error, extra=fields(at=str(link)))

    client = Client()
    try:
        # What did not come to be connected has a socket to close too.
        await client.connect(
            link.url,
            name=name,
            allow_reconnect=False,
            connect_timeout=CONNECT_WITHIN_S,
            ping_interval=PING_EVERY_S,
            error_cb=said,
            closed_cb=gone,
            disconnected_cb=gone,
            **link.credentials(),  # type: ignore[arg-type]  # three texts
        )
        stream = client.jetstream(timeout=ANSWER_WITHIN_S)
        await prepare(stream)
        yield Connection(client, stream, lost)
    finally:
        # A link that swallows everything takes no farewell either.
        with contextlib.suppress(Exception):
            await asyncio.wait_for(client.close(), CONNECT_WITHIN_S)


class Connection(NamedTuple):
    """lost: set when it is."""

    client: Client
    stream: JetStreamContext
    lost: asyncio.Event

    async def together(self, *work: Coroutine[Any, Any, None]) -> None:
        """Does all of it until one ends or the connection is lost, which raises Lost. What one raises is raised."""

        async def until_lost() -> None:
            await self.lost.wait()
            raise Lost

        tasks = [asyncio.ensure_future(each) for each in (*work, until_lost())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def prepare(stream: JetStreamContext) -> None:
    """Makes the streams where there are none. Who may not is content with those that are there."""
    for config in streams():
        assert config.name is not None
        try:
            await stream.stream_info(config.name)
        except NotFoundError:
            with contextlib.suppress(APIError):
                await stream.add_stream(config)


class Waiting:
    """How long to wait before the next try: longer each time, up to a minute, until one got somewhere."""

    def __init__(self, first_s: float = 0.5, most_s: float = 60.0) -> None:
        self._first_s, self._most_s = first_s, most_s
        self._next_s = first_s

    def got_somewhere(self) -> None:
        """The next trouble is a new one."""
        self._next_s = self._first_s

    def next_s(self) -> float:
        """Seconds."""
        now, self._next_s = self._next_s, min(self._most_s, self._next_s * 2)
        return now
