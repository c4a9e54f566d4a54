"""Copies of a shop: made while it runs, checked before they are put back."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import epoch_in, next_epoch, stored
from jumak.store.errors import ShopMissing, StoreError
from jumak.store.lock import lock_made
from jumak.store.sqlite.check import check
from jumak.store.sqlite.file import FILE_NAME, make_private, open_for_reading, sync_folder
from jumak.store.sqlite.pictures import PictureArchive, put_back
from jumak.store.sqlite.queries import SQL
from jumak.store.whole import Finding

Progress = Callable[[int, int], None]
"""Pages done, pages in all."""

KEY_NAME = "secret.key"


class DamagedBackup(StoreError):  # noqa: N818  # named for what is so
    """The copy breaks what always holds; nothing was put back. findings: what is wrong."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"the backup is damaged: {findings[0]}")
        self.findings = findings


def backup(folder: Path, target: Path, progress: Progress | None = None) -> None:
    """Copy a shop to a file, also while its server runs; `target` appears only when it is whole and on disk.

    Secrets stay encrypted in it; their key goes to `<target>.key`, readable by its owner alone. Keep it apart
    from the copy if the copy leaves the house. The menu's pictures go to `<target>.pictures.zip`. Raises ShopMissing, StoreError when `target` exists.
    """
    if target.exists():
        raise StoreError(f"{target} exists already")
    source = open_for_reading(folder / FILE_NAME)
    unfinished = target.with_name(target.name + ".part")
    pictures = PictureArchive(folder, target)
    make_private(unfinished)
    try:
        pictures.add()
        copy_pages(source, unfinished, progress)
        pictures.add()
        pictures.finish()
    finally:
        source.close()
        pictures.drop()
    key = folder / KEY_NAME
    if key.exists():
        _copy_key(key, target.with_name(target.name + ".key"))
    unfinished.replace(target)
    sync_folder(target.parent)


def copy_pages(source: sqlite3.Connection, target: Path, progress: Progress | None = None) -> None:
    """One consistent state of an open shop into a new file of its own."""

    def told(_: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    # Inside one read transaction the source stands still, so that a busy writer does not restart the copy.
    source.execute("BEGIN")
    destination = sqlite3.connect(target, isolation_level=None)
    try:
        source.backup(destination, pages=1_000, progress=told)
        # A single file, without the log beside it.
        destination.execute("PRAGMA journal_mode = DELETE")
    finally:
        destination.close()
        source.execute("COMMIT")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def restore(source: Path, folder: Path) -> None:
    """Put a copy into a new folder or over a stopped shop, whose file stays as `shop.db.before-restore`.

    The shop begins a new epoch: whoever resumes from what was heard since the copy was made reads anew.

    Raises ShopMissing without `source`, DamagedBackup, ShopInUse while a server runs there.
    """
    if not source.exists():
        raise ShopMissing(f"there is no backup at {source}")
    findings = check(source)
    if findings:
        raise DamagedBackup(findings)
    lock = lock_made(folder)
    try:
        file = folder / FILE_NAME
        unfinished = file.with_suffix(".restoring")
        make_private(unfinished)
        shutil.copyfile(source, unfinished)
        _begin_epoch(unfinished, file)
        with unfinished.open("rb") as copied:
            os.fsync(copied.fileno())
        if file.exists():
            _set_aside(file)
        unfinished.replace(file)
        key = source.with_name(source.name + ".key")
        if key.exists():
            _put_key_back(key, folder / KEY_NAME)
        put_back(source, folder)
        sync_folder(folder)
    finally:
        lock.release()


def _begin_epoch(copy: Path, instead_of: Path) -> None:
    """What the copy goes on with is another past than the one clients have heard of."""
    known = [_epoch_of(file) for file in (copy, instead_of) if file.exists()]
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute(SQL["put_shop_value"], (EPOCH, stored(next_epoch(*known))))


def _epoch_of(file: Path) -> int:
    # The file that is replaced may be what made somebody reach for the copy.
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(file)) as connection:
        row = connection.execute(SQL["shop_value"], (EPOCH,)).fetchone()
        return epoch_in(None if row is None else row[0])
    return 0


def _set_aside(file: Path) -> None:
    # Closing the last connection moves what the log still holds into the file.
    old = sqlite3.connect(file, isolation_level=None)
    old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    old.close()
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    file.replace(file.with_name(file.name + ".before-restore"))


def _put_key_back(source: Path, target: Path) -> None:
    """Another key than the copy's stays beside the file it belongs to."""
    if target.exists() and target.read_bytes() != source.read_bytes():
        target.replace(target.with_name(target.name + ".before-restore"))
    _copy_key(source, target)


def _copy_key(source: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
