"""What must survive crashes, full disks and restarts."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from jumak.domain.catalog import Category
from jumak.domain.fact import Fact
from jumak.service.ports import OrderQuery, TicketQuery, Transaction
from jumak.store.sqlite import NewerFile, ShopExists, ShopInUse, ShopMissing, SqliteStore
from jumak.store.sqlite.check import check
from jumak.store.sqlite.file import FILE_NAME
from tests.store.conftest import SHOP, Clock, Counter, Ids, NobodyThere, findings, opened
from tests.store.orders import make_order, make_ticket, paid, revised
from tests.store.test_contract import OID, OID2, OID3, add, update
from tests.web.waiting import until

PORTS = {"clock": Clock(), "ids": Ids(), "live": NobodyThere()}


@pytest.mark.parametrize("threaded", [False, True])
async def test_a_failed_commit_fails_all_its_commands(
    file_shop: Counter, monkeypatch: pytest.MonkeyPatch, threaded: bool
) -> None:
    """A commit the disk refuses has not happened, for anybody; the next one works."""
    shop = file_shop
    if threaded:
        shop.store.always_threaded()
    await shop.do(add(make_order(OID)))

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(shop.store, "_commit", full)
        results = await shop.batch(add(make_order(OID2)), lambda tx: tx.next_number("n"))
    assert all(isinstance(result.error, sqlite3.OperationalError) for result in results)
    read = shop.store.reader()
    assert (await read.order(OID2), read.seq, len(shop.commits)) == (None, 1, 1)
    second = make_order(OID2, number="A-002")
    await shop.do(add(second, make_ticket("t", second)))
    assert b'"value":1' in (await shop.do(lambda tx: tx.next_number("n"))).reply
    await shop.store.close()
    assert check(shop.folder) == []


async def test_reads_during_a_commit_see_the_state_before_it(
    file_shop: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push or query never sees half of a commit: memory and file change together."""
    shop = file_shop
    shop.store.always_threaded()
    await shop.do(add(make_order(OID)))
    commit, on_disk, go_on = shop.store._commit, asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow() -> None:
        commit()
        loop.call_soon_threadsafe(on_disk.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)

    monkeypatch.setattr(shop.store, "_commit", slow)
    running = asyncio.ensure_future(shop.do(add(make_order(OID2, number="A-002"))))
    await on_disk.wait()
    read = shop.store.reader()
    assert len(await read.orders(OrderQuery())) == 1
    assert [order.id for order in await read.open_orders()] == [OID]
    assert len(await read.facts(0, 9)) == read.seq == 1
    go_on.set()
    await running
    assert len(await shop.store.reader().orders(OrderQuery())) == 2


async def test_everything_is_there_after_a_restart(kept_shop: Counter) -> None:
    """A shop that was closed opens as it was."""
    shop = kept_shop
    order = make_order(OID, table_id=3, key="k")
    ticket = make_ticket("t1", order)
    category = Category(id=3, title="안주", order=1, enabled=True, version=1)

    def keep(tx: Transaction) -> None:
        tx.put(category)
        tx.put_value("p", "secret", "k", "비밀번호")
        tx.record(Fact("category.add", "3", {"category": {"id": 3}}))

    first = await shop.do(add(order, ticket), command_id="c1")
    await shop.do(keep)
    await shop.do(lambda tx: tx.next_number("n"))
    shop = await shop.reopened()
    read = shop.store.reader()
    assert await read.open_orders() == [order]
    assert await read.open_tickets() == [ticket]
    assert await read.all(Category) == {3: category}
    assert await read.value("p", "secret", "k") == "비밀번호"
    assert (await read.tickets(TicketQuery()))[1] == 1
    assert len(await read.orders(OrderQuery())) == 1
    assert (await shop.do(add(order), command_id="c1")).reply == first.reply
    assert b'"value":2' in (await shop.do(lambda tx: tx.next_number("n"))).reply
    after = paid(order, "p1", 110_000)
    await shop.do(update(after, "payment.paid"))
    assert read.seq == 4
    assert shop.store.reader().seq == 5
    await shop.store.close()
    assert await findings(shop) == []


async def test_secrets_are_not_readable_in_the_file(file_shop: Counter) -> None:
    """SEC-3: a secret on disk is nothing without DIR/secret.key, which only its owner may read."""
    shop = file_shop
    await shop.do(lambda tx: tx.put_value("p", "secret", "k", "very secret"))
    await shop.store.close()
    assert b"very secret" not in (shop.folder / FILE_NAME).read_bytes()
    key = shop.folder / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    store = SqliteStore.open(shop.folder, **PORTS)
    assert await store.reader().value("p", "secret", "k") is None
    assert not key.exists()
    await store.close()


async def test_never_a_second_writer(file_shop: Counter) -> None:
    """One writer per shop, and the folder is free again after it."""
    with pytest.raises(ShopInUse, match=str(os.getpid())):
        SqliteStore.open(file_shop.folder, **PORTS)
    with pytest.raises(ShopInUse):
        SqliteStore.create(file_shop.folder, SHOP, **PORTS)
    await file_shop.store.close()
    with pytest.raises(ShopExists):
        SqliteStore.create(file_shop.folder, SHOP, **PORTS)
    await SqliteStore.open(file_shop.folder, **PORTS).close()


def test_no_shop(tmp_path: Path) -> None:
    """Opening what is not there says so."""
    with pytest.raises(ShopMissing):
        SqliteStore.open(tmp_path, **PORTS)
    with pytest.raises(ShopMissing):
        SqliteStore.open(tmp_path / "nowhere", **PORTS)


async def test_an_older_program_refuses_a_newer_file(file_shop: Counter) -> None:
    """A file of a later version is refused with a sentence, before anything is touched."""
    await file_shop.store.close()
    with sqlite3.connect(file_shop.folder / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerFile, match="newer Jumak"):
        SqliteStore.open(file_shop.folder, **PORTS)


async def test_erasing_personal_data_breaks_no_hash(file_shop: Counter) -> None:
    """SEC-4: the journal refers to personal data by id, so erasing it leaves every hash right."""
    shop = file_shop

    def wait(tx: Transaction) -> None:
        tx.put_personal("w1", {"phone": "01099998888"})
        tx.record(Fact("waiting.change", "w1", {"personal": "w1"}))

    await shop.do(wait)
    await shop.do(lambda tx: tx.put_personal("w1", None))
    await shop.store.close()
    assert check(shop.folder) == []
    assert b"01099998888" not in (shop.folder / FILE_NAME).read_bytes()


async def test_checkpoints_keep_the_log_short(file_shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is emptied into the file while commits go on."""
    monkeypatch.setattr("jumak.store.sqlite.checkpoint.PAGES_PER_STEP", 20)
    monkeypatch.setattr("jumak.store.sqlite.checkpoint.LOG_LIMIT_PAGES", 100)
    for n in range(60):
        await file_shop.do(add(make_order(f"{n:032x}", number=f"A-{n}")))
        file_shop.store._checkpointer.wait()
    assert (file_shop.folder / "shop.db-wal").stat().st_size < 2_500_000
    assert (file_shop.folder / FILE_NAME).stat().st_size > 100_000
    await file_shop.store.close()
    assert check(file_shop.folder) == []


async def test_a_disk_full_for_checkpoints(file_shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint that fails costs no commit its reply, and the shop goes on and closes."""
    monkeypatch.setattr("jumak.store.sqlite.checkpoint.PAGES_PER_STEP", 10**9)
    monkeypatch.setattr("jumak.store.sqlite.checkpoint.LOG_LIMIT_PAGES", 1)
    real = file_shop.store._connection

    class Full:
        def execute(self, sql: str, *more: object) -> sqlite3.Cursor:
            if "wal_checkpoint" in sql:
                raise sqlite3.OperationalError("database or disk is full")
            return real.execute(sql, *more)

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    file_shop.store._connection = Full()
    for order_id, number in ((OID, "A-001"), (OID2, "A-002")):
        await asyncio.wait_for(file_shop.do(add(make_order(order_id, number=number))), 5)
    await file_shop.store.close()
    assert check(file_shop.folder) == []


async def test_a_batch_whose_transaction_is_gone(file_shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the database rolls a batch back by itself, no part of it is committed and the rest is asked again."""

    def broken(tx: Transaction) -> None:
        tx.layer.flush()
        tx.rows.connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    results = await file_shop.batch(add(make_order(OID)), broken, add(make_order(OID2, number="A-002")))
    assert [result.error is None for result in results] == [True, False, True]
    await file_shop.store.close()
    assert check(file_shop.folder) == []


async def test_pruning_after_the_clock_was_set_back(kept_shop: Counter) -> None:
    """PAY-7: answers are pruned after a day also when the clock once stood far ahead."""
    kept_shop.clock.jump(days=365)
    await kept_shop.do(add(make_order(OID)), command_id="c1")
    kept_shop.clock.jump(days=-365)
    await kept_shop.do(add(make_order(OID2, number="A-002")), command_id="c2")
    kept_shop.clock.jump(days=2)
    await kept_shop.do(add(make_order(OID3, number="A-003")))

    async def pruned() -> bool:
        await kept_shop.do(lambda tx: tx.next_number("n"))
        return await kept_shop.store.reader().command_reply("com.example.qr", "c2") is None

    # A database is tidied up after a command was answered, once at a time.
    await until(pruned, "the answer is dropped")


def test_the_files_of_a_shop_are_private(tmp_path: Path) -> None:
    """H-75: whatever the umask, only their owner reads a shop's folder and files."""
    before = os.umask(0o002)
    try:
        asyncio.run(_open_and_write(tmp_path / "shop"))
    finally:
        os.umask(before)


async def _open_and_write(folder: Path) -> None:
    shop = opened(folder)
    await shop.do(add(make_order(OID)))
    assert_private(folder)
    await shop.store.close()


def assert_private(folder: Path) -> None:
    for file in (folder, *folder.iterdir()):
        assert file.stat().st_mode & 0o077 == 0, file


WRITER = """
import asyncio, sys
from pathlib import Path
from tests.store.conftest import opened
from tests.store.orders import make_order, make_ticket
from tests.store.test_contract import add

async def main():
    shop = opened(Path(sys.argv[1]))
    number = 0
    def acknowledged(order_id):
        def done(result):
            assert result.error is None
            sys.stdout.write(order_id + "\\n")
            sys.stdout.flush()
        return done
    while True:
        waiting = []
        for _ in range(7):
            number += 1
            order = make_order(f"{number:032x}", number=f"A-{number}", key=f"k{number}")
            command = shop.command(add(order, make_ticket(f"t{number:031x}", order)), command_id=f"c{number}")
            shop.store.submit(command, acknowledged(order.id))
        await asyncio.sleep(0.001)

asyncio.run(main())
"""


def started(folder: Path) -> subprocess.Popen[str]:
    """A shop in a process of its own that tells each order it acknowledged."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


@pytest.mark.parametrize("acknowledged", [1, 40, 200])
async def test_kill_at_any_instant(tmp_path: Path, acknowledged: int) -> None:
    """After kill -9 nothing acknowledged is missing or doubled, and the file is whole."""
    writer = started(tmp_path / "shop")
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip() for _ in range(acknowledged)]
    writer.send_signal(signal.SIGKILL)
    told += [line.strip() for line in writer.stdout.read().splitlines() if len(line.strip()) == 32]
    writer.wait()
    writer.stdout.close()
    store = SqliteStore.open(tmp_path / "shop", **PORTS)
    shop = Counter(store, PORTS["clock"], PORTS["ids"], tmp_path / "shop")
    read = store.reader()
    for order_id in told:
        assert await read.order(order_id) is not None
        assert await read.command_reply("com.example.qr", f"c{int(order_id, 16)}") is not None
    again = await shop.do(add(make_order(told[0])), command_id="c1", body=b"{}")
    assert again.repeated
    await store.close()
    assert check(tmp_path / "shop") == []


async def test_versions_of_one_order_in_one_batch(kept_shop: Counter) -> None:
    """Several changes of one order share a commit and all are in the journal."""
    order = make_order(OID3)
    second = revised(order, memo="하나")
    third = revised(second, memo=None, table_id=9)
    await kept_shop.batch(add(order, make_ticket("t", order)), update(second), update(third))
    assert await kept_shop.store.reader().order(OID3) == third
    kept_shop = await kept_shop.reopened()
    assert await kept_shop.store.reader().open_orders() == [third]
    await kept_shop.store.close()
    assert await findings(kept_shop) == []
