"""What is refused before anything is written, and what the command says."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from jumak import cli
from jumak.commands.migrate import Lines, address
from jumak.store.copying import copy as copying
from jumak.store.copying.ends import End
from jumak.store.errors import CopyRefused, CopyUnfinished, ShopExists, ShopInUse, ShopMissing, StoreError
from jumak.store.opening import InDatabase, counter, founded
from jumak.store.postgres import Database, Placements
from tests.migrate.everything import answered, copy, files_of, rows_of_database, rows_of_file, store_of
from tests.migrate.test_going_on import begun, words
from tests.store.conftest import SHOP

Place = Callable[[], End]


def database_of(end: End) -> InDatabase:
    assert end.database is not None
    return end.database


async def untouched(end: End) -> None:
    """There are no rows and no files."""
    if end.database is not None:
        kept = await rows_of_database(end.database.url, end.database.shop_id)
        assert {name for name, rows in kept.items() if rows} == set()
    assert not any(end.folder.glob("shop.db*"))


async def test_a_target_that_is_a_shop(evening: End, a_number: Place, tmp_path: Path) -> None:
    """No shop is ever written over, and --restart throws none away."""
    for target in (a_number(), End(tmp_path / "other")):
        await founded(_made(target.folder), target.database, SHOP)
        for restart in (False, True):
            with pytest.raises(ShopExists, match="already; a copy goes where there is none"):
                await copy(evening, target, restart=restart)
        async with store_of(target) as store:
            assert store.reader().seq == 0


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


async def test_rows_of_no_shop(evening: End, a_number: Place) -> None:
    """They might be anything: a number of its own is asked for."""
    target = a_number()
    await copy(evening, target)
    connection = await asyncpg.connect(database_of(target).url)
    await connection.execute("DELETE FROM heads WHERE shop_id = $1", database_of(target).shop_id)
    await connection.close()
    with pytest.raises(CopyRefused, match="shop_values holds rows of a shop"):
        await copy(evening, target)


async def test_another_file_in_the_place_of_one(everything: End, a_number: Place) -> None:
    """A key of other secrets, above all, is not written over."""
    target = a_number()
    _made(target.folder)
    (target.folder / "secret.key").write_bytes(b"another")
    with pytest.raises(CopyRefused, match=r"secret\.key is there already, and is another file"):
        await copy(everything, target)
    await untouched(target)
    (target.folder / "secret.key").write_bytes((everything.folder / "secret.key").read_bytes())
    await copy(everything, target)
    assert files_of(target.folder) == files_of(everything.folder)


async def test_a_shop_that_is_being_served(evening: End, a_number: Place, tmp_path: Path) -> None:
    """By whoever has a folder's lock, a shop's counter or its placement; nothing is begun."""
    target, other = a_number(), End(tmp_path / "other")
    async with store_of(evening):
        with pytest.raises(ShopInUse, match="is open in another process"):
            await copy(evening, target)
    await untouched(target)
    await copy(evening, target)
    async with counter(database_of(target)):
        with pytest.raises(ShopInUse, match="is being served, or copied, by another process"):
            await copy(target, other)
    async with Database.connected(database_of(target).url) as database:
        placements = Placements(database)
        await placements.enrol("a-process", "http://10.0.0.7:8700", 60)
        assert await placements.take(database_of(target).shop_id, "a-process") is not None
        with pytest.raises(ShopInUse, match=r"by the process at http://10\.0\.0\.7:8700"):
            await copy(target, other)
        await placements.leave("a-process")
    await untouched(other)
    await copy(target, other)


async def test_nobody_begins_to_serve_a_shop_that_is_copied(
    evening: End, a_number: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its counter is taken, so that it is neither served alone nor placed; nor is an unfinished copy."""
    target = a_number()
    await begun(evening, target, monkeypatch)
    async with Database.connected(database_of(target).url) as database:
        await Placements(database).enrol("late", "http://10.0.0.8:8700", 60)
        with pytest.raises(CopyUnfinished):
            await Placements(database).take(database_of(target).shop_id, "late")
    await copy(evening, target)
    tried = []

    class Trying:
        def begin(self, what: str, rows: int) -> None:
            pass

        def done(self, rows: int) -> None:
            pass

    async def tries(source: object, *_: object) -> None:
        async with counter(database_of(target)) as gone:
            tried.append(gone)
        async with Database.connected(database_of(target).url) as database:
            with pytest.raises(ShopInUse):
                await Placements(database).take(database_of(target).shop_id, "late")
        raise StoreError("enough")

    monkeypatch.setattr(copying, "_copy_rows", tries)
    with pytest.raises(StoreError, match="enough"):
        await copy(target, End(tmp_path / "other"))
    assert tried == [None]


@pytest.mark.parametrize("during", ["_compare", "_check"])
async def test_somebody_who_writes_all_the_same(
    evening: End, a_number: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, during: str
) -> None:
    """A server beside another one has no counter and no lock of this folder: its commit is seen, up to the very end."""
    source, target = a_number(), End(tmp_path / "other")
    await copy(evening, source)
    beside = End(tmp_path / "beside", InDatabase(database_of(source).url, database_of(source).shop_id))
    step = getattr(copying, during)

    async def meanwhile(*given: object) -> None:
        await step(*given)
        async with store_of(beside) as store:
            connection = await asyncpg.connect(database_of(source).url)
            await connection.execute("DELETE FROM commands WHERE shop_id = $1", database_of(source).shop_id)
            await connection.close()
            await answered(store)

    with monkeypatch.context() as patched:
        patched.setattr(copying, during, meanwhile)
        with pytest.raises(CopyRefused, match="was written while it was copied: end every server"):
            await copy(source, target)
    with pytest.raises(CopyUnfinished):
        async with store_of(target):
            pass
    with pytest.raises(CopyRefused, match="with --restart that copy is thrown away"):
        await copy(source, target)
    await copy(source, target, restart=True)


async def test_no_source(evening: End, a_number: Place, tmp_path: Path) -> None:
    """Neither in a folder, nor under a number; nothing is made."""
    nowhere, target = End(tmp_path / "nowhere"), a_number()
    with pytest.raises(ShopMissing, match="no shop in"):
        await copy(nowhere, target)
    assert not nowhere.folder.exists()
    source = a_number()
    _made(source.folder)
    with pytest.raises(ShopMissing, match="no shop 8"):
        await copy(source, End(tmp_path / "other"))
    with pytest.raises(ShopMissing, match="no folder"):
        await copy(a_number(), End(tmp_path / "other"))
    for end in (evening, source):
        with pytest.raises(CopyRefused, match="are the same shop"):
            await copy(end, end)


@pytest.mark.parametrize("text", ["", "shop.db", "sqlite:", "mysql://u:secret@h/d", "postgresql:/h"])
def test_an_address_that_is_none(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Is refused; what was typed is not shown, for its password."""
    with pytest.raises(SystemExit) as ended:
        cli.parser().parse_args(["migrate", "--from", text, "--to", "sqlite:x"])
    said = capsys.readouterr().err
    assert (ended.value.code, "is neither sqlite:DIR nor postgresql://" in said) == (2, True)
    assert "secret" not in said


def test_addresses() -> None:
    """A folder, its file, a database."""
    assert address("sqlite:a/b") == (Path("a/b"), None)
    assert address("sqlite:a/b/shop.db") == (Path("a/b"), None)
    assert address("postgresql://h/d") == (None, "postgresql://h/d")


def jumak(monkeypatch: pytest.MonkeyPatch, *typed: str) -> object:
    """Runs the command in this process; with what it exits, None when it ends well."""
    monkeypatch.setattr(sys, "argv", ["jumak", *typed])
    try:
        cli.main()
    except SystemExit as ended:
        return ended.code
    return None


def test_the_command(
    evening: End,
    a_number: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Says how it goes in plain lines, then what was compared; a second time there is a shop."""
    monkeypatch.delenv("JUMAK_DATA", raising=False)
    target = a_number()
    assert jumak(monkeypatch, *words(evening, target)) is None
    said = capsys.readouterr()
    rows = rows_of_file(evening.folder)
    facts, orders, payments = (len(rows[name]) for name in ("journal", "orders", "payments"))
    for line in (
        f"  journal               {facts:14,}  ",
        f"journal: ends with fact {facts:,}, its chain with {rows['commits'][-1][2].hex()}"[:40],
        f"orders: {orders:,}, ",
        f"payments: {payments:,}, ",
        "check: all is well",
        "serve one of the two, not both",
    ):
        assert line in said.out
    assert [line for line in said.err.splitlines() if line.startswith("copying: ")]
    assert "\r" not in said.err
    assert "already; a copy goes where there is none" in str(jumak(monkeypatch, *words(evening, target)))
    without = words(evening, target)[:-2]
    assert "name it with --data" in str(jumak(monkeypatch, *without))
    away = [
        "migrate",
        "--from",
        f"sqlite:{evening.folder}",
        "--to",
        "postgresql://127.0.0.1:1/x",
        "--data",
        f"{tmp_path / 'f'}",
    ]
    assert "jumak: the database cannot be reached at " in str(jumak(monkeypatch, *away))
    assert "no shop in" in str(jumak(monkeypatch, *words(End(tmp_path / "none"), a_number())))


def secrets_in(end: End) -> int:
    count = sum(area == "secret" for _, area, *_ in rows_of_file(end.folder)["plugin_values"])
    assert count
    return count


def test_files_stay_where_they_are(
    everything: End, a_number: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When a shop's rows go into a database and its folder is the same."""
    files = files_of(everything.folder)
    target = End(everything.folder, database_of(a_number()))
    assert jumak(monkeypatch, *words(everything, target)) is None
    said = capsys.readouterr().out
    assert "files: stay in their folder" in said
    count = secrets_in(everything)
    assert f"secrets of plugins: {count} of {count} open with secret.key" in said
    assert files_of(everything.folder) == files


def test_secrets_without_their_key(
    everything: End, a_number: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that is not the shop's is noticed before its old one is thrown away."""
    (everything.folder / "secret.key").unlink()
    assert jumak(monkeypatch, *words(everything, a_number())) is None
    said = capsys.readouterr().out
    assert f"secrets of plugins: 0 of {secrets_in(everything)} open" in said
    assert "is --data the folder of this shop?" in said


def test_how_long_it_takes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A line now and then, with what is left."""
    now = iter([0.0, 1.0, 10.0, 20.0])
    monkeypatch.setattr("jumak.commands.migrate.time.monotonic", lambda: next(now))
    lines = Lines()
    lines.begin("copying", 400)
    with contextlib.suppress(RuntimeError):
        # Outside a task nobody can be told to stop.
        lines.done(10)
    with contextlib.suppress(RuntimeError):
        lines.done(190)
    lines.end()
    lines.end()
    assert capsys.readouterr().err.splitlines() == [
        "copying: about 400 rows",
        "copying: 200 of 400 rows, about 10 s to go",
        "copying: 200 rows in 20.0 s",
    ]


def test_a_bar_on_a_terminal(evening: End, tmp_path: Path) -> None:
    """With rows and the time that is left; nothing of it stays."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    process = subprocess.Popen(
        [sys.executable, "-m", "jumak", *words(evening, End(tmp_path / "other"))],
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while some := os.read(ours, 65_536):
            shown += some
    os.close(ours)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, shown.decode()
    assert b"check: all is well" in said
    assert b"copying:" in shown
    assert b"rows/s" in shown
