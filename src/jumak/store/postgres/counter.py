"""The counter of a shop that several processes serve: one of them, and one alone, asks those who take and give money.

What is asked of terminals, plugins and issuers of receipts happens outside the database, so a retry could not undo it: the
process that does it holds a lock for as long as it lives. It is a lock of a connection, gone with it; whoever loses it asks for it
again at once and says so when somebody else was first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final, Self

import asyncpg

from jumak.ending import ended
from jumak.store.postgres.connection import ASK_AGAIN_S, CONNECT_WITHIN_S, SETTINGS, TROUBLE

AGAIN_WITHIN_S: Final = 30.0
"""A database that stays away longer has taken the shop along with the lock."""

LOOK_EVERY_S: Final = 10.0

TAKE: Final = "SELECT pg_try_advisory_lock(hashtextextended('jumak counter', $1))"

FREE: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('jumak counter', $1))"
"""Whether nobody has it: taken and let go in one statement."""

_log = logging.getLogger(__name__)


class Counter:
    """Held from `take` until `release`. lost: set when another process holds it now, or may."""

    def __init__(self, url: str, shop_id: int, connection: asyncpg.Connection) -> None:
        self.lost = asyncio.Event()
        self._url, self._shop = url, shop_id
        self._gone = asyncio.Event()
        self._hold(connection)
        self._keeping = asyncio.create_task(self._keep())

    @classmethod
    async def take(cls, url: str, shop_id: int) -> Self | None:
        """None when another process holds it. Raises what connecting raises."""
        connection = await _taken(url, shop_id)
        return None if connection is None else cls(url, shop_id, connection)

    async def release(self) -> None:
        """Somebody else may have it."""
        await ended(self._keeping)
        with contextlib.suppress(*TROUBLE):
            await self._connection.close()

    def _hold(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._gone.clear()
        connection.add_termination_listener(lambda _: self._gone.set())

    async def _keep(self) -> None:
        while True:
            await self._until_gone()
            _log.warning("the connection that holds the shop's counter was lost")
            if not await self._taken_again():
                self.lost.set()
                return

    async def _until_gone(self) -> None:
        """A connection whose other end vanished says nothing by itself: it is asked now and then."""
        while not self._gone.is_set():
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._gone.wait()
            except TimeoutError:
                try:
                    await self._connection.fetchval("SELECT 1")
                except (*TROUBLE, asyncpg.PostgresError):
                    self._connection.terminate()
                    return

    async def _taken_again(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_WITHIN_S):
                while True:
                    try:
                        connection = await _taken(self._url, self._shop)
                    except (*TROUBLE, asyncpg.PostgresError):
                        await asyncio.sleep(ASK_AGAIN_S)
                        continue
                    if connection is not None:
                        self._hold(connection)
                    return connection is not None
        return False


async def _taken(url: str, shop_id: int) -> asyncpg.Connection | None:
    connection: asyncpg.Connection = await asyncpg.connect(
        url, timeout=CONNECT_WITHIN_S, command_timeout=CONNECT_WITHIN_S, server_settings=SETTINGS
    )
    if await connection.fetchval(TAKE, shop_id):
        return connection
    await connection.close()
    return None
