"""A shop's file as what is copied, and as what a copy becomes."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from jumak.store.copying.ports import BATCH
from jumak.store.copying.record import MARK, PLACE, Mark, Place, encoded, mark_of, place_of
from jumak.store.copying.tables import JOURNAL, Key, Row, Table
from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import stored
from jumak.store.errors import CopyRefused, NewerFile, ShopExists
from jumak.store.queries import text
from jumak.store.sqlite.file import (
    FILE_NAME,
    SCHEMA_VERSION,
    UNFINISHED_COPY,
    connect,
    make_private,
    open_for_reading,
    open_for_writing,
    sync_folder,
    version_of,
)
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.whole import WholeFile
from jumak.store.whole import WholeShop

KIND: Final = "a file"

_INDEX: Final = re.compile(r"^CREATE (?:UNIQUE )?INDEX (\w+) .*?;", re.MULTILINE | re.DOTALL)


class KeptFile:
    """Implements `copying.ports.Kept`; nothing of it ever suspends."""

    kind = KIND

    def __init__(self, connection: sqlite3.Connection | None, where: str) -> None:
        self._connection, self.where = connection, where

    @property
    def connection(self) -> sqlite3.Connection:
        """To the file, which is there."""
        assert self._connection is not None, "the copy has begun"
        return self._connection

    async def count(self, table: Table) -> int:
        """See `Kept`."""
        # Numbered without a gap, and so large that counting it would take as long as reading the shop.
        what = "coalesce(max(seq) - min(seq) + 1, 0)" if table is JOURNAL else "count(*)"
        rows: int = self.connection.execute(f"SELECT {what} FROM {table.name}").fetchone()[0]  # noqa: S608  # names of ours
        return rows

    async def rows(self, table: Table, after: Key = ()) -> AsyncIterator[Sequence[Row]]:
        """See `Kept`."""
        key = ", ".join(table.columns[: table.key])
        select = f"SELECT {', '.join(table.columns)} FROM {table.name}"  # noqa: S608  # names of ours
        ordered = f"ORDER BY {key} LIMIT {BATCH}"
        later = f"{select} WHERE ({key}) > ({', '.join('?' * table.key)}) {ordered}"
        while True:
            cursor = self.connection.execute(later if after else f"{select} {ordered}", after)
            if not (some := cursor.fetchall()):
                return
            yield some
            after = some[-1][: table.key]

    async def row(self, table: Table, key: Key) -> Row | None:
        """See `Kept`."""
        found: Row | None = self.connection.execute(
            f"SELECT {', '.join(table.columns)} FROM {table.name}"  # noqa: S608  # names of ours
            f" WHERE ({', '.join(table.columns[: table.key])}) = ({', '.join('?' * table.key)})",
            key,
        ).fetchone()
        return found


class SourceFile(KeptFile):
    """Implements `copying.ports.Source`. Its folder's lock is held by whoever opens it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, f"{path.parent}")
        self._path = path
        self._version = self._data_version()

    def _data_version(self) -> Any:
        """Another number once another connection has written."""
        return self.connection.execute("PRAGMA data_version").fetchone()[0]

    async def check_unchanged(self) -> None:
        """See `Source`."""
        if self._data_version() != self._version:
            raise CopyRefused(
                f"{self.where} was written while it was copied, by something that asks for no lock"
            )

    async def begin_epoch(self, epoch: int) -> bool:
        """See `Source`."""
        try:
            with contextlib.closing(connect(self._path)) as connection:
                connection.execute(SQL["put_shop_value"], (EPOCH, stored(epoch)))
        except sqlite3.OperationalError:
            return False
        return True


@contextlib.contextmanager
def source_file(folder: Path) -> Iterator[SourceFile]:
    """The shop of a folder, of this program's version. Raises ShopMissing, CopyUnfinished, NewerFile."""
    path = folder / FILE_NAME
    connection = open_for_reading(path)
    try:
        if version_of(path) < SCHEMA_VERSION:
            # As a server does that opens it; the older file stays beside it.
            connection.close()
            open_for_writing(path).close()
            connection = open_for_reading(path)
        yield SourceFile(connection, path)
    finally:
        connection.close()


class TargetFile(KeptFile):
    """Implements `copying.ports.Target`: a file under another name, which gets its own last."""

    def __init__(self, folder: Path) -> None:
        super().__init__(None, str(folder))
        self._folder = folder
        self._path, self._unfinished = folder / FILE_NAME, folder / UNFINISHED_COPY

    async def record(self) -> tuple[Mark, Place | None] | None:
        """See `Target`. A file that was only begun, or whose copy was whole already, is made anew."""
        self._check_free()
        if not self._unfinished.exists():
            return None
        self._open()
        if not (values := self._values()):
            self._remove()
            return None
        if (version := version_of(self._unfinished)) != SCHEMA_VERSION:
            raise NewerFile(f"{self._unfinished} was begun by another Jumak (file version {version})")
        place = values.get(PLACE)
        return mark_of(values[MARK]), None if place is None else place_of(place)

    def _values(self) -> dict[str, bytes]:
        if not self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'shop'").fetchone():
            return {}
        found = self.connection.execute("SELECT name, value FROM shop WHERE name IN (?, ?)", (MARK, PLACE))
        return dict(found.fetchall())

    def _check_free(self) -> None:
        if self._path.exists():
            raise ShopExists(f"there is a shop in {self._folder} already; a copy goes where there is none")

    async def discard(self) -> None:
        """See `Target`."""
        self._check_free()
        self._remove()

    def _remove(self) -> None:
        self.close()
        for ending in ("", "-journal", "-wal", "-shm"):
            self._unfinished.with_name(self._unfinished.name + ending).unlink(missing_ok=True)

    async def begin(self, mark: Mark) -> None:
        """See `Target`."""
        make_private(self._unfinished)
        self._open()
        schema = text("jumak.store.sqlite", "schema.sql")
        # Indexes are made once all rows are there: sorted in one go instead of row by row.
        self.connection.executescript(
            f"PRAGMA page_size = 4096; BEGIN; {_INDEX.sub('', schema)} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )
        self.connection.execute(SQL["put_shop_value"], (MARK, encoded(mark)))

    def _open(self) -> None:
        self._connection = connection = connect(self._unfinished)
        # Rows come at the end of the file, which the old pages need not be kept for.
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = FILE")

    async def write(self, table: Table, rows: Sequence[Row], place: Place) -> None:
        """See `Target`."""
        insert = (
            f"INSERT INTO {table.name} ({', '.join(table.columns)})"  # noqa: S608  # names of ours
            f" VALUES ({', '.join('?' * len(table.columns))})"
        )
        with _transaction(self.connection):
            self.connection.executemany(insert, rows)
            self.connection.execute(SQL["put_shop_value"], (PLACE, encoded(place)))

    async def complete(self, step: Callable[[], None]) -> None:
        """See `Target`."""
        for found in _INDEX.finditer(text("jumak.store.sqlite", "schema.sql")):
            known = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (found[1],))
            if known.fetchone() is None:
                self.connection.execute(found[0])
            step()

    @contextlib.asynccontextmanager
    async def released(self, epoch: int) -> AsyncIterator[WholeShop]:
        """See `Target`."""
        yield WholeFile(self.connection)
        self._check_free()
        with _transaction(self.connection):
            self.connection.execute("DELETE FROM shop WHERE name IN (?, ?)", (MARK, PLACE))
            self.connection.execute(SQL["put_shop_value"], (EPOCH, stored(epoch)))
        # A single file, without the journal beside it.
        self.connection.execute("PRAGMA journal_mode = DELETE")
        self.close()
        with self._unfinished.open("rb") as file:
            os.fsync(file.fileno())
        self._unfinished.replace(self._path)
        sync_folder(self._folder)

    def close(self) -> None:
        """The file is nobody's any more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
