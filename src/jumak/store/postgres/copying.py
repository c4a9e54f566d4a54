"""A shop of a database as what is copied, and as what a copy becomes.

An unfinished copy has no row in `heads`, so that to every program, also an older one, there is no such shop. That row is
written in the transaction in which the copy was checked.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import asyncpg
import msgspec

from jumak.store.codec import Codec
from jumak.store.copying.ports import BATCH
from jumak.store.copying.record import MARK, PLACE, Mark, Place, encoded, mark_of, place_of
from jumak.store.copying.tables import TABLES, Key, Row, Table
from jumak.store.epoch import NAME as EPOCH
from jumak.store.epoch import stored
from jumak.store.errors import CopyRefused, ShopExists, ShopInUse
from jumak.store.postgres.changes import stored_id
from jumak.store.postgres.connection import TROUBLE
from jumak.store.postgres.counter import Counter
from jumak.store.postgres.database import Database
from jumak.store.postgres.memory import no_shop
from jumak.store.postgres.placing import Placements
from jumak.store.postgres.queries import SQL
from jumak.store.postgres.whole import DatabaseShop
from jumak.store.whole import WholeShop

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection

KIND: Final = "PostgreSQL"

OWN: Final = frozenset(("heads", "changes", "placements"))
"""Tables that are led by the shop and no part of it: who writes, what other processes read again, who runs it."""

SETTLE_WITHIN_S: Final = 3_600.0
"""A statement over a whole table takes as long as it takes."""

_AS_BYTES: Final = frozenset(
    (
        ("owners", "owner"),
        ("orders", "order_key"),
        ("payments", "payment_key"),
        ("personal", "subject"),
        ("plugin_values", "owner"),
        ("plugin_values", "key"),
        ("commands", "command_id"),
        ("journal", "subject"),
        ("journal", "command"),
    )
)
"""Texts that people or programs outside chose: a PostgreSQL text holds no NUL."""


class _Form(NamedTuple):
    """How a table is kept here. convert: a row's columns from and to what is stored."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    stored: Callable[[Sequence[Any]], tuple[Any, ...]]
    row: Callable[[Any], Row]


def _form(table: Table) -> _Form:
    if table.name == "actors":
        return _Form("actors", ("id",), ("id", "actor"), _stored_actor, _actor)
    to_stored: list[Callable[[Any], Any] | None] = []
    to_row: list[Callable[[Any], Any] | None] = []
    for column in table.columns:
        if (table.name, column) in _AS_BYTES:
            to_stored.append(_bytes)
            to_row.append(_text)
        elif (table.name, column) == ("documents", "id"):
            to_stored.append(stored_id)
            to_row.append(msgspec.json.decode)
        else:
            to_stored.append(None)
            to_row.append(None)
    name = "shop_values" if table.name == "shop" else table.name
    return _Form(name, table.columns[: table.key], table.columns, _each(to_stored), _each(to_row))


def _each(converting: list[Callable[[Any], Any] | None]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Converts the columns that are kept in another way; a key alone has fewer of them than a row."""
    wanted = [(place, one) for place, one in enumerate(converting) if one is not None]
    if not wanted:
        return tuple

    def convert(values: Sequence[Any]) -> tuple[Any, ...]:
        made = list(values)
        for place, one in wanted:
            if place < len(made):
                made[place] = one(made[place])
        return tuple(made)

    return convert


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _stored_actor(row: Sequence[Any]) -> tuple[Any, ...]:
    number, *actor = row
    return (number, msgspec.json.encode(tuple(actor))) if actor else (number,)


def _actor(stored: Any) -> Row:
    number, actor = stored
    return (number, *msgspec.json.decode(actor))


FORMS: Final[dict[str, _Form]] = {table.name: _form(table) for table in TABLES}
"""By the names of `copying.tables`."""


class KeptInDatabase:
    """Implements `copying.ports.Kept`."""

    kind = KIND

    def __init__(self, connection: Connection, shop_id: int) -> None:
        self._connection, self._shop = connection, shop_id
        self.where = f"shop {shop_id} of the database"

    async def count(self, table: Table) -> int:
        """See `Kept`."""
        rows: int = await self._connection.fetchval(
            f"SELECT count(*) FROM {FORMS[table.name].name} WHERE shop_id = $1",  # noqa: S608  # names of ours
            self._shop,
            timeout=SETTLE_WITHIN_S,
        )
        return rows

    async def rows(self, table: Table, after: Key = ()) -> AsyncIterator[Sequence[Row]]:
        """See `Kept`."""
        form = FORMS[table.name]
        key = ", ".join(form.key)
        last = ", ".join(f"${place}" for place in range(2, 2 + len(form.key)))
        select = f"SELECT {', '.join(form.columns)} FROM {form.name} WHERE shop_id = $1"  # noqa: S608  # names of ours
        ordered = f"ORDER BY {key} LIMIT {BATCH}"
        later = f"{select} AND ({key}) > ({last}) {ordered}"
        while True:
            if after:
                some = await self._connection.fetch(later, self._shop, *form.stored(after))
            else:
                some = await self._connection.fetch(f"{select} {ordered}", self._shop)
            if not some:
                return
            rows = [form.row(each) for each in some]
            yield rows
            after = rows[-1][: table.key]

    async def row(self, table: Table, key: Key) -> Row | None:
        """See `Kept`."""
        form = FORMS[table.name]
        wanted = " AND ".join(f"{column} = ${place}" for place, column in enumerate(form.key, 2))
        found = await self._connection.fetchrow(
            f"SELECT {', '.join(form.columns)} FROM {form.name} WHERE shop_id = $1 AND {wanted}",  # noqa: S608  # names of ours
            self._shop,
            *form.stored(key),
        )
        return None if found is None else form.row(found)


class SourceInDatabase(KeptInDatabase):
    """Implements `copying.ports.Source` in a transaction that sees one moment. head: number of its newest commit."""

    def __init__(
        self, connection: Connection, shop_id: int, head: int, database: Database, counter: Counter
    ) -> None:
        super().__init__(connection, shop_id)
        self._head, self._database, self._counter = head, database, counter

    async def check_unchanged(self) -> None:
        """See `Source`. A server beside another one, or a command, needs no counter to write."""
        head = await self._database.pool.fetchrow(SQL["head"], self._shop)
        if head is None or head["commit"] != self._head or self._counter.lost.is_set():
            raise CopyRefused(
                f"{self.where} was written while it was copied: end every server that serves it, also those beside"
                " another one, and run this again"
            )

    async def begin_epoch(self, epoch: int) -> bool:
        """See `Source`."""
        try:
            await self._database.pool.execute(SQL["put_shop_value"], self._shop, EPOCH, stored(epoch))
        except (*TROUBLE, asyncpg.PostgresError):
            return False
        return True


@contextlib.asynccontextmanager
async def source_in_database(url: str, shop_id: int) -> AsyncIterator[SourceInDatabase]:
    """A shop nobody serves. Raises ShopMissing, CopyUnfinished, ShopInUse."""
    async with (
        Database.connected(url) as database,
        _unserved(database, shop_id) as counter,
        database.snapshot() as connection,
    ):
        await _take_time(connection)
        head = await connection.fetchrow(SQL["head"], shop_id)
        if head is None:
            raise await no_shop(connection, shop_id)
        yield SourceInDatabase(connection, shop_id, head["commit"], database, counter)


class TargetInDatabase(KeptInDatabase):
    """Implements `copying.ports.Target`. connection: in no transaction."""

    async def record(self) -> tuple[Mark, Place | None] | None:
        """See `Target`."""
        await self._check_free()
        mark = await self._connection.fetchval(SQL["shop_value"], self._shop, MARK)
        if mark is None:
            await self._check_empty()
            return None
        place = await self._connection.fetchval(SQL["shop_value"], self._shop, PLACE)
        return mark_of(mark), None if place is None else place_of(place)

    async def _check_free(self) -> None:
        if await self._connection.fetchrow(SQL["head"], self._shop) is not None:
            raise ShopExists(
                f"there is a shop {self._shop} in this database already; a copy goes where there is none"
            )

    async def _check_empty(self) -> None:
        for name in (*(form.name for form in FORMS.values()), *OWN):
            row = await self._connection.fetchrow(
                f"SELECT 1 FROM {name} WHERE shop_id = $1 LIMIT 1",  # noqa: S608  # names of ours
                self._shop,
            )
            if row is not None:
                raise CopyRefused(
                    f"{name} holds rows of a shop {self._shop} that does not exist; choose another number"
                )

    async def discard(self) -> None:
        """See `Target`. What says that it is unfinished goes last."""
        await self._check_free()
        if await self._connection.fetchval(SQL["shop_value"], self._shop, MARK) is None:
            return
        for table in reversed(TABLES):
            await self._connection.execute(
                f"DELETE FROM {FORMS[table.name].name} WHERE shop_id = $1",  # noqa: S608  # names of ours
                self._shop,
                timeout=SETTLE_WITHIN_S,
            )

    async def begin(self, mark: Mark) -> None:
        """See `Target`."""
        await self._connection.execute(SQL["put_shop_value"], self._shop, MARK, encoded(mark))

    async def write(self, table: Table, rows: Sequence[Row], place: Place) -> None:
        """See `Target`."""
        form, shop = FORMS[table.name], (self._shop,)
        async with self._connection.transaction():
            await self._connection.copy_records_to_table(
                form.name,
                records=[shop + form.stored(row) for row in rows],
                columns=("shop_id", *form.columns),
                timeout=SETTLE_WITHIN_S,
            )
            await self._connection.execute(SQL["put_shop_value"], self._shop, PLACE, encoded(place))

    async def complete(self, step: Callable[[], None]) -> None:
        """See `Target`. A database that knows how much there is now finds its way to it."""
        for form in FORMS.values():
            await self._connection.execute(f"ANALYZE {form.name}", timeout=SETTLE_WITHIN_S)
            step()

    @contextlib.asynccontextmanager
    async def released(self, epoch: int) -> AsyncIterator[WholeShop]:
        """See `Target`."""
        connection, shop = self._connection, self._shop
        async with connection.transaction():
            await _take_time(connection)
            if await connection.fetchval(SQL["found_shop"], shop, bytes(32)) is None:
                raise ShopExists(f"there is a shop {shop} in this database by now")
            if last := await connection.fetchrow(SQL["last_commit"], shop):
                await connection.execute(SQL["settle_head"], shop, *last)
            await connection.execute(SQL["drop_shop_values"], shop, [MARK, PLACE])
            await connection.execute(SQL["put_shop_value"], shop, EPOCH, stored(epoch))
            dictionary = await connection.fetchval(SQL["shop_value"], shop, "dictionary")
            yield DatabaseShop(connection, shop, Codec(dictionary))


@contextlib.asynccontextmanager
async def target_in_database(url: str, shop_id: int) -> AsyncIterator[TargetInDatabase]:
    """Where a copy goes. Raises ShopInUse when another copy is on its way there."""
    async with (
        Database.connected(url) as database,
        _unserved(database, shop_id),
        database.pool.acquire() as connection,
    ):
        yield TargetInDatabase(connection, shop_id)


@contextlib.asynccontextmanager
async def _unserved(database: Database, shop_id: int) -> AsyncIterator[Counter]:
    """The counter of a shop that no process runs: as long as it is held nobody begins to."""
    counter = await Counter.take(database.url, shop_id)
    if counter is None:
        raise ShopInUse(f"shop {shop_id} is being served, or copied, by another process; end it first")
    try:
        holder = await Placements(database).holder(shop_id)
        if holder is not None:
            raise ShopInUse(f"shop {shop_id} is being served by the process at {holder[1]}; end it first")
        yield counter
    finally:
        await counter.release()


async def _take_time(connection: Connection) -> None:
    """In a transaction that waits while the other end writes, makes indexes or is checked."""
    await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
