"""A connection to NATS that ends when it is lost: whoever uses it begins again, with what is known then."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final, NamedTuple, Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from jumak.ending import ended
from jumak.feed.options import Link
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
async def reached(link: Link, name: str) -> AsyncIterator[tuple[Client, asyncio.Event]]:
    """A connection to one of the link's servers, and what is set once it is lost. Raises one of LOST."""
    urls = list(link.urls)
    # Not all processes at the same server, nor the same one again when it has just gone.
    random.shuffle(urls)
    for url in urls[:-1]:
        with contextlib.suppress(*LOST):
            client, lost = await _client_at(url, link, name)
            break
    else:
        client, lost = await _client_at(urls[-1], link, name)
    try:
        yield client, lost
    finally:
        await _ended(client)


async def _client_at(url: str, link: Link, name: str) -> tuple[Client, asyncio.Event]:
    lost = asyncio.Event()

    async def gone() -> None:
        lost.set()

    async def said(error: Exception) -> None:
        _log.debug("the link is in trouble: %s", error, extra=fields(at=str(link)))

    client = Client()
    try:
        await client.connect(
            url,
            name=name,
            allow_reconnect=False,
            connect_timeout=CONNECT_WITHIN_S,
            ping_interval=PING_EVERY_S,
            error_cb=said,
            closed_cb=gone,
            disconnected_cb=gone,
            **link.credentials(),  # type: ignore[arg-type]  # three texts
        )
    except BaseException:
        # What did not come to be connected has a socket to close too.
        await _ended(client)
        raise
    return client, lost


async def _ended(client: Client) -> None:
    # A link that swallows everything takes no farewell either.
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await client.close()


async def taken(client: Client) -> None:
    """Returns once the server has taken all that was sent to it. Raises one of LOST.

    A message to ourselves, behind everything else: `Client.flush` pings before what still waits to be written.
    """
    inbox = client.new_inbox()
    mine = await client.subscribe(inbox)
    try:
        await client.publish(inbox)
        await mine.next_msg(ANSWER_WITHIN_S)
    finally:
        with contextlib.suppress(*LOST):
            await mine.unsubscribe()


@contextlib.asynccontextmanager
async def connected(link: Link, name: str) -> AsyncIterator[Connection]:
    """A connection to the streams, which the hub makes. Raises one of LOST, here or whenever it is used."""
    async with reached(link, name) as (client, lost):
        stream = client.jetstream(timeout=ANSWER_WITHIN_S)
        yield Connection(client, stream, lost)


class Connection(NamedTuple):
    """lost: set when it is."""

    client: Client
    stream: JetStreamContext
    lost: asyncio.Event

    @contextlib.asynccontextmanager
    async def subscribed(self, name: str, heard: Callable[[Msg], Awaitable[None]]) -> AsyncIterator[None]:
        """Messages of a subject meanwhile; the connection may be others' too."""
        subscription = await self.client.subscribe(name, cb=heard)
        try:
            yield
        finally:
            with contextlib.suppress(*LOST):
                await subscription.unsubscribe()

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
            await ended(*tasks)


class Shared:
    """One connection for many shops, made again when it is lost, while `running`."""

    def __init__(self, link: Link, name: str) -> None:
        self._link, self._name = link, name
        self._current: asyncio.Future[Connection] | None = None
        self._waiting = Waiting(most_s=5.0)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Keeps a connection meanwhile."""
        self._current = asyncio.get_running_loop().create_future()
        keeping = asyncio.create_task(self._keep())
        try:
            yield self
        finally:
            await ended(keeping)

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """The connection, as soon as there is one. Whoever uses it raises one of LOST when it is lost."""
        assert self._current is not None
        yield await asyncio.shield(self._current)

    async def _keep(self) -> None:
        while True:
            try:
                async with connected(self._link, self._name) as connection:
                    assert self._current is not None
                    self._current.set_result(connection)
                    self._waiting.got_somewhere()
                    await connection.lost.wait()
                    _log.warning("the hub is away", extra=fields(at=str(self._link)))
            except LOST as trouble:
                _log.debug("the hub is away: %s", trouble, extra=fields(at=str(self._link)))
            except Exception:
                _log.exception("reaching the hub failed; it is tried again")
            finally:
                if self._current is not None and self._current.done():
                    self._current = asyncio.get_running_loop().create_future()
            await asyncio.sleep(self._waiting.next_s())


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
