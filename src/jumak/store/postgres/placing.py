"""Which process runs a shop: one at a time, as long as it says that it is alive.

A process enrols with its address and renews that every few seconds; a placement names the process that runs a shop.
Once a process was late it is never taken for alive again, so that whoever has seen it late may take its shops. Whoever
takes a shop raises its fence, waiting for a commit that is under way; the writer before knows another fence and its
next commit moves nothing (`store.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import asyncpg

from jumak.store.errors import ShopInUse
from jumak.store.postgres.connection import TROUBLE
from jumak.store.postgres.counter import FREE
from jumak.store.postgres.database import Database
from jumak.store.postgres.memory import no_shop
from jumak.store.postgres.queries import SQL
from jumak.store.queries import statements

PLACING: Final = statements("jumak.store.postgres", "placing.sql")
"""About processes, so that none is led by a shop."""

PATIENCE_MS: Final = 5_000
"""Who takes a shop waits so long for a commit of the process before it."""


class Placements:
    """The placements of one database. Implements `server.placement.Placements`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enrol(self, process: str, address: str, life_s: float) -> None:
        """A process begins. process: an id that was never used before."""
        await self._database.pool.execute(PLACING["forget"])
        await self._database.pool.execute(PLACING["enrol"], process, address, life_s)

    async def renew(self, process: str, life_s: float) -> bool:
        """It is alive for so long from now; False once it was late."""
        return await self._database.pool.fetchval(PLACING["renew"], process, life_s) is not None

    async def leave(self, process: str) -> None:
        """It ends; what it still runs may be taken at once."""
        await self._database.pool.execute(PLACING["leave"], process)

    async def holder(self, shop_id: int) -> tuple[str, str] | None:
        """The living process that runs a shop, and its address."""
        process = await self._database.pool.fetchval(SQL["placement"], shop_id)
        if process is None:
            return None
        address = await self._database.pool.fetchval(PLACING["address"], process)
        return None if address is None else (process, address)

    async def take(self, shop_id: int, process: str) -> int | None:
        """Has a shop run by this process; its fence, None when another living one has it or this one is late.

        Raises ShopMissing, CopyUnfinished, ShopInUse when a server that serves it alone has its counter.
        """
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            # One who takes it after another, and after the last commit of the process before.
            if await connection.fetchval(SQL["lock_head"], shop_id) is None:
                raise await no_shop(connection, shop_id)
            if await connection.fetchval(PLACING["address"], process) is None:
                return None
            holder = await connection.fetchval(SQL["placement"], shop_id)
            if holder not in (None, process) and await connection.fetchval(PLACING["address"], holder):
                return None
            if not await connection.fetchval(FREE, shop_id):
                raise ShopInUse(f"a server that serves shop {shop_id} alone has its counter")
            await connection.execute(SQL["put_placement"], shop_id, process)
            fence: int = await connection.fetchval(SQL["raise_fence"], shop_id)
            return fence

    async def give_up(self, shop_id: int, process: str, *, waits: bool) -> None:
        """This process runs it no more. waits: another one should take it up before anybody asks."""
        name = "leave_placement" if waits else "drop_placement"
        await self._database.pool.execute(SQL[name], shop_id, process)

    async def orphans(self, among: Collection[int], limit: int) -> list[int]:
        """Some of these shops that wait for a process, or whose process died."""
        return [row[0] for row in await self._database.pool.fetch(PLACING["orphans"], list(among), limit)]


UNREACHABLE: Final = (*TROUBLE, asyncpg.PostgresError)
"""What any of this raises when the database does not answer, or not in time."""
