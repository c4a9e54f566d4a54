"""One PostgreSQL database: a pool of connections and the wake-ups between the processes that use it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final, Self

import asyncpg

from jumak.store.errors import StoreError
from jumak.store.postgres.schema import is_distributed, prepare

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection


CONNECT_WITHIN_S: Final = 10.0
ASK_AGAIN_S: Final = 0.25
"""A database that is away is asked so often whether it is back."""

ANSWER_WITHIN_S: Final = 30.0
"""A statement takes milliseconds; one that says nothing for so long has lost its way."""

SETTINGS: Final = {
    "application_name": "jumak",
    # A commit is answered once it is on disk, whatever the database does for others.
    "synchronous_commit": "on",
    # A server that vanishes without a word holds the row of its shop no longer than this.
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""What every connection asks of the database."""

TROUBLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.TooManyConnectionsError,
    asyncpg.exceptions.CannotConnectNowError,
)
"""What a lost, refused or ended connection raises; what PostgreSQL says about a statement is none of it."""

_log = logging.getLogger(__name__)


class Database:
    """Shared by the shops a process serves. Made by `connect`; its schema is there and of this program's version.

    joins: it takes several writes as one statement (`joined.py`), which a distributed one does not.
    """

    def __init__(self, url: str, pool: asyncpg.Pool, *, joins: bool = True) -> None:
        self.url = url
        self.pool = pool
        self.joins = joins
        self.wake_ups = WakeUps(url)

    @classmethod
    async def connect(cls, url: str, *, connections: int = 8) -> Self:
        """Opens the pool and brings the schema up to date.

        connections: at most so many at a time.  Raises StoreError when there is no such database, NewerFile when a newer
        program wrote it.
        """
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=connections,
                timeout=CONNECT_WITHIN_S,
                reset=_leave,
                command_timeout=ANSWER_WITHIN_S,
                server_settings=SETTINGS,
            )
        except (*TROUBLE, asyncpg.PostgresError, ValueError) as error:
            raise StoreError(f"the database cannot be reached: {error}") from None
        try:
            await prepare(pool)
            distributed = await is_distributed(pool)
        except BaseException:
            await pool.close()
            raise
        return cls(url, pool, joins=not distributed)

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, url: str) -> AsyncIterator[Self]:
        """`connect`, closed at the end."""
        database = await cls.connect(url)
        try:
            yield database
        finally:
            await database.close()

    async def back(self, within_s: float) -> bool:
        """Waits until the database answers again; False when it does not in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while True:
                    try:
                        await self.pool.fetchval("SELECT 1")
                        return True
                    except TROUBLE:
                        await asyncio.sleep(ASK_AGAIN_S)
        return False

    @contextlib.asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A connection that sees one moment."""
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    async def close(self) -> None:
        """Closes every connection."""
        await self.wake_ups.close()
        await self.pool.close()


async def _leave(connection: asyncpg.Connection) -> None:
    """Nobody here sets anything that had to be taken back when a connection returns to the pool."""


class WakeUps:
    """Tells stores that somebody else may have committed: a hint that may be late, doubled or lost.

    One connection listens for all shops. It begins with the first one, and comes back by itself.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._listeners: dict[str, list[Callable[[str], None]]] = {}
        self._connection: asyncpg.Connection | None = None
        self._running: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def listen(self, channel: str, listener: Callable[[str], None]) -> None:
        """Calls `listener` with what is said on this channel, and with nothing when something may have been missed."""
        self._listeners.setdefault(channel, []).append(listener)
        self._changed.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    def leave(self, channel: str, listener: Callable[[str], None]) -> None:
        """No more calls."""
        self._listeners[channel].remove(listener)

    async def close(self) -> None:
        """Listens no more."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(
                    self._url, timeout=CONNECT_WITHIN_S, server_settings=SETTINGS
                )
            except (*TROUBLE, asyncpg.PostgresError):
                await asyncio.sleep(ASK_AGAIN_S)
                continue
            try:
                await self._listen_on(connection)
            except (*TROUBLE, asyncpg.PostgresError) as error:
                _log.warning("the connection for wake-ups was lost: %s", error)
            finally:
                connection.terminate()

    async def _listen_on(self, connection: asyncpg.Connection) -> None:
        """Until the connection is lost."""
        connection.add_termination_listener(lambda _: self._changed.set())
        heard: set[str] = set()
        while not connection.is_closed():
            self._changed.clear()
            for channel in [channel for channel in self._listeners if channel not in heard]:
                await connection.add_listener(channel, self._heard)
                heard.add(channel)
                self._call(channel, "")
            await self._changed.wait()

    def _heard(self, _connection: Any, _pid: int, channel: str, said: Any) -> None:
        self._call(channel, str(said))

    def _call(self, channel: str, said: str) -> None:
        for listener in tuple(self._listeners.get(channel, ())):
            listener(said)
