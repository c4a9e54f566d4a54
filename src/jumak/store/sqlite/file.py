"""Opening and making a shop's file."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from jumak.domain.merchant import Shop
from jumak.store.codec import shipped_dictionary
from jumak.store.errors import CopyUnfinished, NewerFile, ShopExists, ShopMissing, StoreError
from jumak.store.queries import text
from jumak.store.sqlite.queries import SQL

FILE_NAME: Final = "shop.db"
UNFINISHED_COPY: Final = "shop.db.copying"
"""What a copy of a shop is called until it is whole and proven (`copying.py`)."""

SCHEMA_VERSION: Final = 2
"""`PRAGMA user_version` of files this program writes; see `migrations/`."""

_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",
    # Checkpoints run in the background, see checkpoint.py; a commit never pays for one.
    "PRAGMA wal_autocheckpoint = 0",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    # Erased personal data is overwritten when its page is written anyway.
    "PRAGMA secure_delete = FAST",
)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to a shop's file, usable from any thread (but from one at a time)."""
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        timeout=10,
    )
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def create_file(path: Path, shop: Shop) -> None:
    """Write a new shop's file. Raises ShopExists, CopyUnfinished.

    It gets its name last, so that a crash half-way leaves no half shop.
    """
    if path.exists():
        raise ShopExists(f"there is a shop in {path.parent} already")
    if path.with_name(UNFINISHED_COPY).exists():
        raise CopyUnfinished(str(path.parent))
    unfinished = path.with_suffix(".new")
    make_private(unfinished)
    connection = connect(unfinished)
    try:
        # The file becomes WAL when it is opened for writing; for now it stays one self-contained file.
        connection.execute("PRAGMA page_size = 4096")
        fill_new(connection, shop)
    finally:
        connection.close()
    unfinished.replace(path)
    sync_folder(path.parent)


def make_private(path: Path) -> None:
    """A new, empty file only its owner may read; what SQLite puts beside it gets the same mode."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def fill_new(connection: sqlite3.Connection, shop: Shop) -> None:
    """Schema, settings and dictionary of a new shop."""
    connection.executescript(
        f"BEGIN; {text('jumak.store.sqlite', 'schema.sql')} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )
    connection.execute(SQL["put_shop_value"], ("dictionary", shipped_dictionary()))
    for name in ("settings", "founding"):
        connection.execute(SQL["put_shop_value"], (name, msgspec.json.encode(shop)))


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The writer's connection, migrated if need be. Raises ShopMissing, CopyUnfinished, NewerFile."""
    if not path.exists():
        raise missing(path.parent)
    version = version_of(path)
    if version < SCHEMA_VERSION:
        # Alembic and what it needs take a third of a second to import.
        from jumak.store.sqlite.migrations.upgrade import upgrade

        upgrade(path)
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    for setting in _SETTINGS:
        connection.execute(setting)
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that can only read. Raises ShopMissing, CopyUnfinished, NewerFile."""
    if not path.exists():
        raise missing(path.parent)
    version_of(path)
    return connect(path, read_only=True)


def missing(folder: Path) -> StoreError:
    """Why there is no shop in a folder: ShopMissing or CopyUnfinished."""
    if (folder / UNFINISHED_COPY).exists():
        return CopyUnfinished(str(folder))
    return ShopMissing(
        f"there is no shop in {folder}; name its folder with --data, or make a shop with `jumak demo`"
    )


def version_of(path: Path) -> int:
    """The schema version of a file. Raises NewerFile when this program is too old for it."""
    connection = connect(path, read_only=True)
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    finally:
        connection.close()
    if version > SCHEMA_VERSION:
        raise NewerFile(
            f"{path} was written by a newer Jumak (file version {version}, this program knows"
            f" {SCHEMA_VERSION}); install the newer program to open it"
        )
    return version


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
