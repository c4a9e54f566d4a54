"""A shop wherever it is kept, in a file of its folder or in a database: opening it, making it, looking through it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from jumak.domain.calendar import to_ms
from jumak.domain.merchant import Shop
from jumak.service.ports import Clock, Ids, Live, Store
from jumak.store.check import Check
from jumak.store.check import Progress as CheckProgress
from jumak.store.export import Progress as ExportProgress
from jumak.store.export import export
from jumak.store.lock import lock_made
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.check import check
from jumak.store.sqlite.export import export as export_file
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.store.sqlite.travel import order_at as order_in_file_at
from jumak.store.whole import Finding

if TYPE_CHECKING:
    from jumak.store.postgres.database import Waking
    from jumak.store.postgres.whole import DatabaseShop


class InDatabase(Struct, frozen=True):
    """A shop of a PostgreSQL database. url: `postgresql://…`, with its password if it needs one."""

    url: str
    shop_id: int = 1


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    database: InDatabase | None,
    *,
    clock: Clock,
    ids: Ids,
    live: Live,
    waking: Waking | None = None,
    put_back: Callable[[], None] = lambda: None,
) -> AsyncIterator[Store]:
    """The shop of a folder, or the one of a database whose files lie in that folder; closed at the end.

    waking: how the processes of a database wake each other up, if not through it.  put_back: called when the database was put back
    meanwhile: nothing is written any more, and the shop has to be opened anew.  Raises ShopMissing, ShopInUse when another process uses the folder, NewerFile, StoreError.
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
    from jumak.store.postgres.waking import ByDatabase

    lock = lock_made(folder)
    try:
        async with Database.connected(database.url, waking=waking or ByDatabase) as connections:
            store = await PostgresStore.open(
                connections, database.shop_id, folder=folder, clock=clock, ids=ids, live=live
            )
            watching = asyncio.create_task(when(store.displaced, put_back))
            try:
                yield store
            finally:
                watching.cancel()
                await store.close()
    finally:
        lock.release()


async def when(event: asyncio.Event, call: Callable[[], None]) -> None:
    """Calls once an event is set."""
    await event.wait()
    call()


@contextlib.asynccontextmanager
async def counter(database: InDatabase | None) -> AsyncIterator[asyncio.Event | None]:
    """The shop's counter, if no other process has it: who holds it asks terminals, plugins and issuers of receipts.

    Yields what is set when it is lost, None when somebody else has it.  A shop in a file is opened by one process, which
    has its counter.
    """
    if database is None:
        yield asyncio.Event()
        return
    from jumak.store.postgres import Database, Placements
    from jumak.store.postgres.counter import Counter

    async with Database.connected(database.url) as connections:
        # Where many shops are served the process of a shop has its counter, by its placement.
        placed = await Placements(connections).holder(database.shop_id) is not None
    if placed:
        yield None
        return
    held = await Counter.take(database.url, database.shop_id)
    try:
        yield None if held is None else held.lost
    finally:
        if held is not None:
            await held.release()


async def founded(folder: Path, database: InDatabase | None, shop: Shop) -> None:
    """Makes a new shop. Raises ShopExists, ShopInUse."""
    if database is None:
        SqliteStore.found(folder, shop)
        return
    from jumak.store.postgres import Database, found

    async with Database.connected(database.url) as connections:
        await found(connections, database.shop_id, shop)


async def checked(
    folder: Path, database: InDatabase | None, progress: CheckProgress | None = None
) -> list[Finding]:
    """What is wrong with a shop, which may be served meanwhile. Raises ShopMissing, NewerFile, StoreError."""
    if database is None:
        return check(folder, progress)
    async with _whole(database) as shop:
        return await Check(shop, progress).run()


async def exported(
    folder: Path, database: InDatabase | None, out: BinaryIO, progress: ExportProgress | None = None
) -> int:
    """Writes a shop as JSON lines; returns how many. Raises ShopMissing, NewerFile, StoreError."""
    if database is None:
        return export_file(folder, out, progress)
    async with _whole(database) as shop:
        return await export(shop, out, progress)


async def order_at(
    folder: Path,
    database: InDatabase | None,
    order_id: str,
    *,
    seq: int | None = None,
    at: datetime | None = None,
) -> bytes | None:
    """An order's public document (JSON) after a fact or at an instant; see `travel.replayed`. Raises ShopMissing."""
    if database is None:
        with contextlib.closing(open_for_reading(folder / FILE_NAME)) as connection:
            return order_in_file_at(connection, order_id, seq=seq, at=at)
    async with _whole(database) as shop:
        return await shop.order_at(order_id, seq=seq, at_ms=None if at is None else to_ms(at))


@contextlib.asynccontextmanager
async def _whole(database: InDatabase) -> AsyncIterator[DatabaseShop]:
    from jumak.store.postgres import Database
    from jumak.store.postgres.whole import whole_shop

    async with (
        Database.connected(database.url) as connections,
        whole_shop(connections, database.shop_id) as shop,
    ):
        yield shop
