"""A copy that was stopped goes on; one whose source has changed does not, and one that is not whole is no shop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from jumak.domain.catalog import Category
from jumak.protocol.row import Done
from jumak.service.ports import Command, Transaction
from jumak.store.copying import copy as copying
from jumak.store.copying.ends import End
from jumak.store.errors import CopyDiffers, CopyRefused, CopyUnfinished, StoreError
from jumak.store.opening import checked, founded
from jumak.store.sqlite.file import FILE_NAME, UNFINISHED_COPY
from tests.migrate.everything import CALLER, as_in_a_file, copy, rows_of_database, rows_of_file, store_of
from tests.store.conftest import SHOP
from tests.tidy.project import ROOT

Place = Callable[[], End]
WITHIN_S = 60


def words(source: End, target: End) -> list[str]:
    """Of `jumak migrate`."""
    typed = []
    for option, end in (("--from", source), ("--to", target)):
        if end.database is None:
            typed += [option, f"sqlite:{end.folder}"]
        else:
            typed += [
                option,
                end.database.url,
                "--shop",
                f"{end.database.shop_id}",
                "--data",
                f"{end.folder}",
            ]
    return ["migrate", *typed]


async def stopped(how: str, batches: int, source: End, target: End, by: int) -> tuple[int, str]:
    """Starts a copy in a process, which is given a signal when it stands still; its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.migrate.stopping", how, f"{batches}", *words(source, target)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(WITHIN_S):
            said = await process.stdout.readline()
            assert said == b"here\n", (await process.stderr.read()).decode()
            process.send_signal(by)
            errors = (await process.stderr.read()).decode()
            return await process.wait(), errors
    finally:
        if process.returncode is None:
            process.kill()


async def kept(end: End) -> dict[str, list[tuple[object, ...]]]:
    if end.database is None:
        return rows_of_file(end.folder)
    return as_in_a_file(await rows_of_database(end.database.url, end.database.shop_id))


async def refuses_to_be_a_shop(end: End) -> None:
    """Whoever opens, checks or founds it is told what it is and what to do."""
    with pytest.raises(CopyUnfinished, match="run the same `jumak migrate` again"):
        async with store_of(end):
            pass
    with pytest.raises(CopyUnfinished, match="--restart"):
        await checked(end.folder, end.database)
    with pytest.raises(CopyUnfinished):
        await founded(end.folder, end.database, SHOP)


@pytest.mark.parametrize("to", ["database", "file"])
async def test_killed_in_the_middle_it_goes_on(
    evening: End, a_number: Place, tmp_path: Path, to: str
) -> None:
    """SIGKILL inside a transaction: the next run goes on after the last batch, and both are the same."""
    before = rows_of_file(evening.folder)
    source, target = evening, a_number()
    if to == "file":
        await copy(evening, target)
        source, target = target, End(tmp_path / "back")
    code, _ = await stopped("inside", 12, source, target, signal.SIGKILL)
    assert code == -signal.SIGKILL
    await _until_let_go(target)
    await refuses_to_be_a_shop(target)
    proof = await copy(source, target)
    assert 0 < proof.went_on_from < proof.contents.rows
    assert await kept(target) == before
    assert await checked(target.folder, target.database) == []


async def _until_let_go(target: End) -> None:
    """A database learns of a killed process when it looks at its connection."""
    if target.database is None:
        return
    connection = await asyncpg.connect(target.database.url)
    try:
        async with asyncio.timeout(WITHIN_S):
            while await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"):  # noqa: ASYNC110  # another process's lock
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def test_told_to_stop_it_says_how_to_go_on(evening: End, tmp_path: Path) -> None:
    """SIGINT, as by Ctrl-C, between two files, where nothing ever waits."""
    target = End(tmp_path / "other")
    code, errors = await stopped("between", 5, evening, target, signal.SIGINT)
    assert (code, "goes on from here" in errors) == (130, True), errors
    await refuses_to_be_a_shop(target)
    assert (await copy(evening, target)).went_on_from > 0
    assert rows_of_file(target.folder) == rows_of_file(evening.folder)


async def begun(source: End, target: End, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that has every row and is not proven."""

    async def fails(*_: object) -> None:
        raise StoreError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(copying, "_compare", fails)
        with pytest.raises(StoreError, match="stopped"):
            await copy(source, target)


@pytest.mark.parametrize("to", ["database", "file"])
async def test_a_source_that_changed_is_named(
    evening: End, a_number: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    """Also by something no fact tells of; with --restart the copy is made anew."""
    target = a_number() if to == "database" else End(tmp_path / "other")
    await begun(evening, target, monkeypatch)

    async def quiet(tx: Transaction) -> Done:
        tx.put(Category(id=77, title="계절", order=1, enabled=True, version=1))
        return Done()

    async with store_of(evening) as store:
        await store.execute(Command(caller=CALLER, name="test.quiet", body=b"", run=quiet))
    with pytest.raises(CopyRefused, match=r"began: documents \(had \d+ rows, has \d+\); with --restart"):
        await copy(evening, target)
    await refuses_to_be_a_shop(target)
    proof = await copy(evening, target, restart=True)
    assert proof.went_on_from == 0
    assert await kept(target) == rows_of_file(evening.folder)


async def test_another_source_does_not_go_on(
    evening: End, everything: End, a_number: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place a copy has reached is one in the order of its source."""
    one, target = a_number(), a_number()
    await copy(evening, one)
    await begun(evening, target, monkeypatch)
    with pytest.raises(CopyRefused, match="it was in a file then"):
        await copy(one, target)
    with pytest.raises(CopyRefused, match=r"orders .*journal"):
        await copy(everything, target)


@pytest.mark.parametrize(
    ("table", "harm", "named"),
    [
        ("orders", "UPDATE orders SET number = 'Z-1' WHERE seq = 3", "orders: row 3, column number"),
        ("journal", "DELETE FROM journal WHERE seq = 12", "journal: row 12 is missing in the copy"),
        (
            "counters",
            "INSERT INTO counters (name, value) VALUES ('zz', 1)",
            "counters: row zz is in the copy alone",
        ),
    ],
)
async def test_a_copy_that_differs_says_where(
    evening: End, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, harm: str, named: str
) -> None:
    """And stays no shop."""
    target = End(tmp_path / "other")
    await begun(evening, target, monkeypatch)
    with contextlib.closing(sqlite3.connect(target.folder / UNFINISHED_COPY)) as connection, connection:
        connection.execute(harm)
    with pytest.raises(CopyDiffers, match=named):
        await copy(evening, target)
    await refuses_to_be_a_shop(target)


async def test_a_copy_in_a_database_that_differs_says_where(
    evening: End, a_number: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of documents are in another form there."""
    target = a_number()
    await begun(evening, target, monkeypatch)
    assert target.database is not None
    connection = await asyncpg.connect(target.database.url)
    await connection.execute(
        "UPDATE documents SET doc = '' WHERE shop_id = $1 AND kind = 'hall' AND id = '2'",
        target.database.shop_id,
    )
    await connection.close()
    with pytest.raises(CopyDiffers, match="documents: row hall 2, column doc"):
        await copy(evening, target)
    await refuses_to_be_a_shop(target)


async def test_a_shop_that_is_damaged_is_not_handed_on(evening: End, a_number: Place) -> None:
    """A copy of it would be the same, and as damaged."""
    with contextlib.closing(sqlite3.connect(evening.folder / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE journal SET at = at + 1 WHERE seq = 5")
    target = a_number()
    with pytest.raises(CopyDiffers, match="these facts were changed after their commit"):
        await copy(evening, target)
    await refuses_to_be_a_shop(target)
