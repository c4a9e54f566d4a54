"""A shop that has everything goes from file to database and back, and is what it was."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from jumak.domain.fact import Fact
from jumak.protocol.row import Done
from jumak.server.credentials import Credentials
from jumak.service.ports import Command, Transaction
from jumak.store.copying.ends import End
from jumak.store.copying.tables import TABLES
from jumak.store.opening import checked, founded
from tests.migrate.everything import (
    CALLER,
    TOKEN_FILE,
    answered,
    as_in_a_file,
    copy,
    files_of,
    rows_of_database,
    rows_of_file,
    schema_of_file,
    store_of,
)
from tests.store.conftest import SHOP, Clock

Place = Callable[[], End]


async def test_into_a_database_and_back(everything: End, a_number: Place, tmp_path: Path) -> None:
    """Every row, every file, byte for byte; the file that comes back is made of the same statements."""
    before, files = rows_of_file(everything.folder), files_of(everything.folder)
    assert [name for name, rows in before.items() if not rows] == [], "the shop has something of everything"
    assert {"secret.key", "pictures", "plugins", "uploads"} <= {name.partition("/")[0] for name in files}
    there, back = a_number(), End(tmp_path / "back")
    proof = await copy(everything, there)
    assert there.database is not None
    kept = await rows_of_database(there.database.url, there.database.shop_id)
    assert as_in_a_file(kept) == before
    assert files_of(there.folder) == files
    assert proof.contents.rows == sum(map(len, before.values()))
    assert proof.files is not None
    assert proof.files.files == len(files)
    assert await checked(there.folder, there.database) == []
    assert (await copy(there, back)).contents == proof.contents
    assert rows_of_file(back.folder) == before
    assert schema_of_file(back.folder) == schema_of_file(everything.folder)
    assert files_of(back.folder) == files
    assert (back.folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in back.folder.glob("shop.*")} == {"shop.db", "shop.lock"}
    assert (back.folder / "shop.db").stat().st_mode & 0o777 == 0o600


async def test_between_two_of_a_kind(evening: End, a_number: Place, tmp_path: Path) -> None:
    """From file to file, and under another number in a database, where the other shop stays apart."""
    file, one, two = End(tmp_path / "other"), a_number(), a_number()
    before = rows_of_file(evening.folder)
    await copy(evening, file)
    assert rows_of_file(file.folder) == before
    await copy(file, one)
    await copy(one, two)
    assert one.database is not None
    assert two.database is not None
    first = await rows_of_database(one.database.url, one.database.shop_id)
    assert as_in_a_file(await rows_of_database(two.database.url, two.database.shop_id)) == before
    async with store_of(two) as store:
        await answered(store)
        assert (await store.reader().value_sizes("plugin\0")).keys() == {("storage", "key\0")}
    assert await rows_of_database(one.database.url, one.database.shop_id) == first


async def more(tx: Transaction) -> Done:
    """A commit on top of the copied ones."""
    tx.record(Fact("shop.update", "1", {"changes": []}))
    return Done()


@pytest.mark.parametrize("kind", ["file", "database"])
async def test_a_copy_goes_on_working(everything: End, a_number: Place, tmp_path: Path, kind: str) -> None:
    """PAY-7: a repeated command answers as before; numbers, people, devices and secrets are there, and new commits chain."""
    middle = a_number()
    await copy(everything, middle)
    target = middle
    if kind == "file":
        target = End(tmp_path / "back")
        await copy(middle, target)
    keys = [row[:3] for row in rows_of_file(everything.folder)["plugin_values"]]
    async with store_of(everything) as store:
        said, seq = await answered(store), store.reader().seq
        values = {key: await store.reader().value(*key) for key in keys}
        assert said.repeated
        assert {area for _, area, _ in keys} == {"storage", "secret"}
        assert None not in values.values()
    async with store_of(target) as store:
        again = await answered(store)
        assert (again.repeated, again.reply, store.reader().seq) == (True, said.reply, seq)
        await store.execute(Command(caller=CALLER, name="test.more", body=b"", run=more))
        assert store.reader().seq == seq + 1
        assert {key: await store.reader().value(*key) for key in keys} == values
        credentials = Credentials(store, Clock())
        await credentials.reload()
        assert credentials.caller_of((target.folder / TOKEN_FILE).read_text()).name == "books"
        assert await store.reader().personal("guest") == {"phone": "010-0000-0000"}
    assert await checked(target.folder, target.database) == []


async def test_a_new_shop_is_copied_too(a_number: Place, tmp_path: Path, evening: End) -> None:
    """One in which nothing has happened: no commit, no order, tables without rows."""
    new, there, back = End(tmp_path / "new"), a_number(), End(tmp_path / "back")
    await founded(new.folder, None, SHOP)
    proof = await copy(new, there)
    assert (proof.contents.chain, proof.contents.days) == (None, {})
    await copy(there, back)
    assert rows_of_file(back.folder) == rows_of_file(new.folder)
    assert set(rows_of_file(new.folder)) == {table.name for table in TABLES}


async def test_a_file_of_an_older_program(evening: End, a_number: Place) -> None:
    """It is brought up to date first, as by a server that opens it; the older file stays beside it."""
    before = rows_of_file(evening.folder)
    with contextlib.closing(sqlite3.connect(evening.folder / "shop.db")) as connection:
        connection.executescript("DROP TABLE order_facts; PRAGMA user_version = 1;")
    there = a_number()
    await copy(evening, there)
    assert there.database is not None
    assert as_in_a_file(await rows_of_database(there.database.url, there.database.shop_id)) == before
    assert (evening.folder / "shop.db.v1").exists()
    assert not list(there.folder.glob("shop.db*"))
