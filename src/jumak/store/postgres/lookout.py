"""Looks every two seconds where the shops stand that this process has open, with one statement for all of them.

What others say to each other is lost now and then; this is what makes a lost word cost two seconds and nothing else, and
what tells a process that another one runs a shop now.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import asyncpg

from jumak.ending import ended
from jumak.store.postgres.connection import TROUBLE
from jumak.store.queries import statements

LOOK_EVERY_S: Final = 2.0

LOOKING: Final = statements("jumak.store.postgres", "lookout.sql")
"""About many shops, named one by one, so that none is led by a shop."""

Seen = Callable[[int, int], None]
"""Called with a shop's newest commit and its fence."""

_log = logging.getLogger(__name__)


class Lookout:
    """Of one process and one database; begins with the first shop."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._followers: dict[int, list[Seen]] = {}
        self._running: asyncio.Task[None] | None = None

    def follow(self, shop_id: int, seen: Seen) -> None:
        """Calls it at each look."""
        self._followers.setdefault(shop_id, []).append(seen)
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    def leave(self, shop_id: int, seen: Seen) -> None:
        """No more calls."""
        left = self._followers[shop_id]
        left.remove(seen)
        if not left:
            del self._followers[shop_id]

    async def look(self) -> None:
        """Once, now. Raises what the database raises."""
        shops = list(self._followers)
        if shops:
            for shop_id, commit, fence in await self._pool.fetch(LOOKING["heads"], shops):
                for seen in tuple(self._followers.get(shop_id, ())):
                    seen(commit, fence)

    async def close(self) -> None:
        """Looks no more."""
        await ended(self._running)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except (*TROUBLE, asyncpg.PostgresError) as error:
                _log.warning("it could not be seen where the shops stand: %s", error)
