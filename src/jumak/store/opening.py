"""Opening a shop wherever it is kept: in a file of its folder, or in a database."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from msgspec import Struct

from jumak.domain.merchant import Shop
from jumak.service.ports import Clock, Ids, Live, Store
from jumak.store.lock import lock_made
from jumak.store.sqlite import SqliteStore


class InDatabase(Struct, frozen=True):
    """A shop of a PostgreSQL database. url: `postgresql://…`, with its password if it needs one."""

    url: str
    shop_id: int = 1


@contextlib.asynccontextmanager
async def opened(
    folder: Path, database: InDatabase | None, *, clock: Clock, ids: Ids, live: Live
) -> AsyncIterator[Store]:
    """The shop of a folder, or the one of a database whose files lie in that folder; closed at the end.

    Raises ShopMissing, ShopInUse when another process uses the folder, NewerFile, StoreError.
    """
    if database is None:
        store: Store = SqliteStore.open(folder, clock=clock, ids=ids, live=live)
        try:
            yield store
        finally:
            await store.close()
        return
    # Asyncpg takes a moment to import, which a shop in a file need not pay.
    from jumak.store.postgres import Database, PostgresStore

    lock = lock_made(folder)
    try:
        async with Database.connected(database.url) as connections:
            store = await PostgresStore.open(
                connections, database.shop_id, folder=folder, clock=clock, ids=ids, live=live
            )
            try:
                yield store
            finally:
                await store.close()
    finally:
        lock.release()


async def founded(folder: Path, database: InDatabase | None, shop: Shop) -> None:
    """Makes a new shop. Raises ShopExists, ShopInUse."""
    if database is None:
        SqliteStore.found(folder, shop)
        return
    from jumak.store.postgres import Database, found

    async with Database.connected(database.url) as connections:
        await found(connections, database.shop_id, shop)
