"""Choosing what is copied and where: a shop of a folder or of a database, each end held as long as the copy takes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Collection
from pathlib import Path

from msgspec import Struct

from jumak.store.copying.copy import Proof, copy
from jumak.store.copying.folder import Files
from jumak.store.copying.ports import Source, Steps, Target
from jumak.store.errors import CopyRefused, ShopMissing, StoreError
from jumak.store.lock import FolderLock, lock_made
from jumak.store.opening import InDatabase
from jumak.store.sqlite.copying import TargetFile, source_file
from jumak.store.sqlite.file import FILE_NAME, missing


class End(Struct, frozen=True):
    """A shop's folder, and the database its rows are in; None: they are in the folder too."""

    folder: Path
    database: InDatabase | None = None


async def copied(
    source: End, target: End, steps: Steps, *, leave: Collection[str], restart: bool = False
) -> Proof:
    """See `copy`. leave: see `Files`.

    Raises ShopMissing, ShopInUse, ShopExists, CopyUnfinished (the source is one), CopyRefused, CopyDiffers, StoreError.
    """
    if source.database == target.database and (
        source.database is not None or source.folder.resolve() == target.folder.resolve()
    ):
        raise CopyRefused("source and target are the same shop")
    async with _readable(), _folders(source, target), _source(source) as one, _target(target) as other:
        files = Files(source.folder, target.folder, leave)
        return await copy(one, other, files, steps, restart=restart)


@contextlib.asynccontextmanager
async def _folders(source: End, target: End) -> AsyncIterator[None]:
    """Holds the locks of both folders."""
    if source.database is None and not (source.folder / FILE_NAME).exists():
        raise missing(source.folder)
    if not source.folder.is_dir():
        raise ShopMissing(f"there is no folder {source.folder}")
    locks = [FolderLock(source.folder)]
    try:
        if source.folder.resolve() != target.folder.resolve():
            locks.append(lock_made(target.folder))
        yield
    finally:
        for lock in locks:
            lock.release()


@contextlib.asynccontextmanager
async def _source(place: End) -> AsyncIterator[Source]:
    if place.database is None:
        with source_file(place.folder) as file:
            yield file
        return
    # Asyncpg takes a moment to import, which a shop in a file need not pay.
    from jumak.store.postgres.copying import source_in_database

    async with source_in_database(place.database.url, place.database.shop_id) as shop:
        yield shop


@contextlib.asynccontextmanager
async def _target(place: End) -> AsyncIterator[Target]:
    if place.database is None:
        file = TargetFile(place.folder)
        try:
            yield file
        finally:
            file.close()
        return
    from jumak.store.postgres.copying import target_in_database

    async with target_in_database(place.database.url, place.database.shop_id) as shop:
        yield shop


@contextlib.asynccontextmanager
async def _readable() -> AsyncIterator[None]:
    """What a file or a database says about itself, as StoreError. Asyncpg is not imported for a file."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"the file cannot be read or written: {error}") from error
    except (TimeoutError, ConnectionError) as error:
        raise StoreError(
            f"the database does not answer ({error!r}); the same command goes on from here"
        ) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "asyncpg":
            raise
        raise StoreError(f"the database ended this: {error}; the same command goes on from here") from error
