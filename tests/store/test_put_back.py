"""A shop that is put back to an earlier moment: what is in it then, and that it is in a new epoch (OFF-9)."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from jumak.domain.errors import HostUnavailable
from jumak.domain.order.types import Order
from jumak.service.event_number import EPOCH_BITS, SEQ_BITS, number_of, seq_of
from jumak.store.epoch import PAST, next_epoch
from jumak.store.postgres import Database
from jumak.store.postgres.queries import SQL
from jumak.store.sqlite.backup import backup, restore
from tests.postgres import PostgresServer
from tests.store.conftest import Clock, Ids, connected, findings, founded, in_database, opened
from tests.store.orders import make_order
from tests.store.test_contract import add

ARCHIVED_WITHIN_S = 30


class View:
    """Of a shop in an epoch."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch


def test_an_epoch_is_new_and_fits():
    """OFF-9: one more than any that is known, or the hour; with a fact's number it is a whole number everywhere."""
    year = 2_000_000_000.0
    assert next_epoch(0, now_s=year) == next_epoch(7, 3, now_s=year) > 70_000
    assert next_epoch(600, now_s=0.0) == 601
    assert next_epoch(next_epoch(0, now_s=year), now_s=year) == next_epoch(0, now_s=year) + 1
    assert SEQ_BITS + EPOCH_BITS == 53
    assert number_of(View(5), 9) > number_of(View(4), 2**SEQ_BITS - 1)
    assert seq_of(View(5), number_of(View(5), 9)) == 9
    assert seq_of(View(5), number_of(View(4), 9)) is None
    assert seq_of(View(5), 0) == 0
    assert number_of(View(0), 9) == 9


async def test_a_file_that_is_put_back_begins_an_epoch(tmp_path: Path):
    """OFF-9: each time, also when the copy is the same; moving and reopening a shop begins none."""
    shop = opened(tmp_path / "shop")
    await shop.do(add(an_order("a")))
    backup(tmp_path / "shop", tmp_path / "copy")
    await shop.do(add(an_order("b")))
    shop = await shop.reopened()
    assert shop.store.reader().epoch == 0
    await shop.store.close()
    epochs = []
    for _ in range(2):
        restore(tmp_path / "copy", tmp_path / "shop")
        shop = await shop.reopened()
        read = shop.store.reader()
        epochs.append(read.epoch)
        assert await read.order("a" * 32) is not None
        assert await read.order("b" * 32) is None
        await shop.store.close()
        assert await findings(shop) == []
    assert 0 < epochs[0] < epochs[1]


async def test_a_database_that_is_put_back_begins_an_epoch(database: Database):
    """OFF-9: known by cluster, timeline and tables; reopening begins none, nor does a database that says nothing of it."""
    shop = await founded(database)
    shop_id = shop.store.memory.shop_id  # type: ignore[union-attr]
    shop = await shop.reopened()
    assert shop.store.reader().epoch == 0
    await shop.store.close()
    async with database.pool.acquire() as connection:
        before = await connection.fetchval(SQL["shop_value"], shop_id, PAST)
        assert before is not None
        await connection.execute(SQL["put_shop_value"], shop_id, PAST, before.replace(b".", b".9", 1))
    first, second = await asyncio.gather(*(in_database(database, shop_id, Clock(), Ids()) for _ in range(2)))
    assert first.store.reader().epoch == second.store.reader().epoch > 0
    await first.store.close()
    await second.store.close()
    shop = await second.reopened()
    assert shop.store.reader().epoch == second.store.reader().epoch
    await shop.store.close()


def an_order(letter: str) -> Order:
    return make_order(letter * 32, number=f"{letter.upper()}-001")


async def test_a_store_notices_that_its_database_was_put_back(database: Database):
    """OFF-9: its connections are of another past then, so whoever watches it ends them."""
    shop = await founded(database)
    shop_id = shop.store.memory.shop_id  # type: ignore[union-attr]
    await database.pool.execute(
        "UPDATE shop_values SET value = 'x' WHERE shop_id = $1 AND name = $2", shop_id, PAST
    )
    other = await in_database(database, shop_id, Clock(), Ids())
    await other.do(add(an_order("a")))
    # What tells one process of another's commits went with the past.
    await database.pool.execute("DELETE FROM changes WHERE shop_id = $1", shop_id)
    await shop.store.caught_up()  # type: ignore[union-attr]
    assert shop.store.displaced.is_set()  # type: ignore[union-attr]
    assert shop.store.reader().epoch == other.store.reader().epoch > 0
    assert not other.store.displaced.is_set()  # type: ignore[union-attr]
    await shop.store.close()
    await other.store.close()


async def at(database: Database, shop_id: int) -> dict[str, list[asyncpg.Record]]:
    """All rows of a shop."""
    tables = await database.pool.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop_id'"
    )
    return {
        name: await database.pool.fetch(f"SELECT * FROM {name} WHERE shop_id = $1", shop_id)
        for (name,) in tables
    }


async def put_back(database: Database, shop_id: int, rows: dict[str, list[asyncpg.Record]]) -> None:
    """As it was then, whoever has it open."""
    async with database.pool.acquire() as connection, connection.transaction():
        for name, then in rows.items():
            await connection.execute(f"DELETE FROM {name} WHERE shop_id = $1", shop_id)
            await connection.copy_records_to_table(name, records=[tuple(row) for row in then])


@pytest.mark.parametrize("since", [0, 1, 2], ids=["nothing sold since", "as many", "more"])
async def test_a_store_writes_nothing_into_another_past(database: Database, since: int):
    """OFF-9, H-36: what it knows to be committed is not there any more, whoever has sold how much since."""
    shop = await founded(database)
    shop_id = shop.store.memory.shop_id  # type: ignore[union-attr]
    await shop.do(add(an_order("a")))
    then = await at(database, shop_id)
    await shop.do(add(an_order("b")))
    await put_back(database, shop_id, then)
    other = await in_database(database, shop_id, Clock(), Ids())
    for letter in "cd"[:since]:
        await other.do(add(an_order(letter)))
    with pytest.raises(HostUnavailable) as refused:
        await shop.do(add(an_order("e")))
    assert refused.value.reason == "PUT_BACK"
    assert shop.store.displaced.is_set()  # type: ignore[union-attr]
    await shop.store.close()
    await other.do(add(an_order("f")))
    read = other.store.reader()
    held = [letter for letter in "abcdef" if await read.order(letter * 32) is not None]
    assert held == ["a", *"cd"[:since], "f"]
    await other.store.close()
    assert await findings(other) == []


@asynccontextmanager
async def running(settings: dict[str, str], copy: Path | None = None) -> AsyncIterator[PostgresServer]:
    server = await asyncio.to_thread(PostgresServer, settings=settings, copy=copy)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.close)


async def test_a_database_is_put_back_to_a_moment():
    """OFF-9: base backup and archived log, as the page on backups says: exactly what was there before the moment,
    nothing wrong with it, numbers of a new epoch, and selling goes on."""
    archive = tempfile.mkdtemp(prefix="jumak-archive-")
    # Another user's, when PostgreSQL runs as one.
    os.chmod(archive, 0o777)  # noqa: PTH101  # in an async function
    keeping = {
        "archive_mode": "on",
        "archive_command": f"test ! -f {archive}/%f && cp %p {archive}/.%f && mv {archive}/.%f {archive}/%f",
    }
    going_back = {
        "restore_command": f"cp {archive}/%f %p",
        "recovery_target_name": "before-the-mistake",
        "recovery_target_action": "promote",
    }
    try:
        async with running(keeping) as server:
            async with connected(server) as database:
                shop = await founded(database)
                shop_id = shop.store.memory.shop_id  # type: ignore[union-attr]
                await shop.do(add(an_order("a")))
                base = server.folder / "base"
                await asyncio.to_thread(
                    server.run, "pg_basebackup", "-D", str(base), "-c", "fast", "-X", "none"
                )
                await shop.do(add(an_order("b")))
                before = shop.store.reader().seq
                await database.pool.execute("SELECT pg_create_restore_point('before-the-mistake')")
                await shop.do(add(an_order("c")))
                heard = number_of(shop.store.reader(), shop.store.reader().seq)
                await archived(database)
                await shop.store.close()
            await asyncio.to_thread((base / "recovery.signal").touch)
            async with running(going_back, base) as restored, connected(restored) as database:
                await recovered(database)
                shop = await in_database(database, shop_id, Clock(), Ids())
                read = shop.store.reader()
                assert read.seq == before
                assert await read.order("a" * 32) is not None
                assert await read.order("b" * 32) is not None
                assert await read.order("c" * 32) is None
                assert await findings(shop) == []
                # Whoever had heard of the lost order would take the next one's number for its own.
                assert read.epoch > 0
                await shop.do(add(an_order("d")))
                await shop.do(add(an_order("e")))
                read = shop.store.reader()
                assert read.seq >= heard
                assert seq_of(read, heard) is None
                assert number_of(read, before) > heard
                assert await findings(shop) == []
                await shop.store.close()
    finally:
        shutil.rmtree(archive)


async def archived(database: Database) -> None:
    """Everything written until now is in the archive."""
    last: str = await database.pool.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
    async with asyncio.timeout(ARCHIVED_WITHIN_S):
        # What is waited for happens elsewhere.
        while (await database.pool.fetchval("SELECT last_archived_wal FROM pg_stat_archiver") or "") < last:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def recovered(database: Database) -> None:
    """The database takes writes."""
    async with asyncio.timeout(ARCHIVED_WITHIN_S):
        while await database.pool.fetchval("SELECT pg_is_in_recovery()"):  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.02)
