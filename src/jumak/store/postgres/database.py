"""One PostgreSQL database: a pool of connections, and what tells this process of the commits of others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Self

import asyncpg

from jumak.store.errors import unreachable
from jumak.store.postgres.connection import (
    ANSWER_WITHIN_S,
    ASK_AGAIN_S,
    CONNECT_WITHIN_S,
    SETTINGS,
    TROUBLE,
    WatchedConnection,
    set_back,
)
from jumak.store.postgres.lookout import Lookout
from jumak.store.postgres.schema import is_distributed, prepare
from jumak.store.postgres.waking import ByDatabase, Channels, WakeUps

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection

Waking = Callable[[Channels], WakeUps]
"""Makes what carries words beside the database's own channels."""


class Database:
    """Shared by the shops a process serves. Made by `connect`; its schema is there and of this program's version.

    waking: how processes wake each other up.  joins: it takes several writes as one statement (`joined.py`), which a
    distributed one does not.
    """

    def __init__(
        self, url: str, pool: asyncpg.Pool, waking: Waking = ByDatabase, *, joins: bool = True
    ) -> None:
        self.url = url
        self.pool = pool
        self.joins = joins
        self.lookout = Lookout(pool)
        self._channels = Channels(url, pool)
        self.wake_ups = waking(self._channels)

    @classmethod
    async def connect(cls, url: str, *, connections: int = 8, waking: Waking = ByDatabase) -> Self:
        """Opens the pool and brings the schema up to date.

        connections: at most so many at a time.  waking: see `Database`.  Raises StoreError when there is no such
        database, NewerFile when a newer program wrote it.
        """
        try:
            # Connections are made when they are needed: the library tries to keep a floor of them, aloud.
            pool = await asyncpg.create_pool(
                url,
                min_size=0,
                max_size=connections,
                timeout=CONNECT_WITHIN_S,
                reset=set_back,
                connection_class=WatchedConnection,
                command_timeout=ANSWER_WITHIN_S,
                server_settings=SETTINGS,
            )
            async with pool.acquire():
                """There is such a database."""
        except (*TROUBLE, asyncpg.PostgresError, ValueError) as error:
            raise unreachable(url, error) from None
        try:
            await prepare(pool)
            distributed = await is_distributed(pool)
        except BaseException:
            await pool.close()
            raise
        return cls(url, pool, waking, joins=not distributed)

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, url: str, *, waking: Waking = ByDatabase) -> AsyncIterator[Self]:
        """`connect`, closed at the end."""
        database = await cls.connect(url, waking=waking)
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
        await self.lookout.close()
        await self.wake_ups.close()
        await self._channels.close()
        await self.pool.close()
