"""What is PostgreSQL's own: its tables and their versions, shops beside each other, damage that is found."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from jumak.server.at_once import Rest, at_once
from jumak.service.ports import OrderQuery
from jumak.store.errors import NewerFile, ShopExists, ShopMissing, StoreError
from jumak.store.postgres import Database, PostgresStore, found
from jumak.store.postgres.migrations.upgrade import steps, upgrade
from jumak.store.postgres.schema import SCHEMA_VERSION, version_of
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.store.conftest import SHOP, Counter, connected, findings, founded
from tests.store.orders import make_order, make_ticket
from tests.store.statements import TABLES, commits
from tests.store.test_contract import OID, OID2, add
from tests.store.test_durable import PORTS
from tests.store.test_travel import some_history


def number_of(shop: Counter) -> int:
    store: Any = shop.store
    return int(store.memory.shop_id)


async def test_shops_are_apart(database: Database) -> None:
    """Nothing of one shop is readable from another of the same database, whatever they have in common."""
    one, two = await founded(database), await founded(database)
    for shop in (one, two):
        order = make_order(OID, key="k", table_id=1, memo=f"{number_of(shop)}")
        await shop.do(add(order, make_ticket("t1", order)), command_id="c1")
        assert await shop.store.reader().order(OID) == order
        assert len(await shop.store.reader().orders(OrderQuery(order_key="k"))) == 1
        assert [entry.seq for entry in await shop.store.reader().facts(0, 9)] == [1, 2, 3]
    await one.do(lambda tx: tx.put_value("p", "storage", "k", "v"))
    assert await two.store.reader().value("p", "storage", "k") is None
    for shop in (one, two):
        assert await findings(shop) == []
        await shop.store.close()


async def test_a_shop_is_founded_once(database: Database) -> None:
    """Opening what is not there says so, and so does making what is there."""
    shop = await founded(database)
    with pytest.raises(ShopExists):
        await found(database, number_of(shop), SHOP)
    with pytest.raises(ShopMissing):
        await PostgresStore.open(database, 999_999, **PORTS)
    await shop.store.close()


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@/nothing?host=/nowhere", "http://example.com", "nonsense"]
)
async def test_a_database_that_is_not_there(url: str) -> None:
    """A wrong address is refused with a sentence."""
    with pytest.raises(StoreError, match="cannot be reached"):
        await Database.connect(url)


async def test_a_database_that_is_away_is_named_and_its_password_is_not() -> None:
    """Who has several wants to know which one was meant; SEC-4: nothing secret is written down."""
    port = free_port()
    with pytest.raises(StoreError, match=f"cannot be reached at 127.0.0.1:{port}: ") as away:
        await Database.connect(f"postgresql://me:secret@127.0.0.1:{port}/shops?application_name=hidden")
    assert "secret" not in str(away.value)
    assert "hidden" not in str(away.value)
    with pytest.raises(StoreError, match="cannot be reached at /nowhere: "):
        await Database.connect("postgresql://me@/shops?host=/nowhere")


async def a_database(server: PostgresServer, name: str) -> str:
    """Address of a new, empty database."""
    connection = await asyncpg.connect(server.url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return server.url.replace("/postgres?", f"/{name}?")


async def test_tables_are_made_once(postgres: PostgresServer) -> None:
    """Servers that start at once on an empty database make its tables together."""
    url = await a_database(postgres, "fresh")
    opened = await asyncio.gather(*[Database.connect(url) for _ in range(4)])
    async with opened[0].pool.acquire() as connection:
        assert await version_of(connection) == SCHEMA_VERSION
        await connection.execute("UPDATE jumak_schema SET version = 99")
    with pytest.raises(NewerFile, match="newer Jumak"):
        await Database.connect(url)
    for database in opened:
        await database.close()


STEP = """
from alembic import op
revision, down_revision = "{number}", {before}
branch_labels = depends_on = None

def upgrade():
    {what}
"""


async def test_tables_are_brought_up_to_date_while_a_shop_runs(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """Steps run one after the other, an index built beside them; one that fails leaves those before it."""
    later = (
        "pass",
        "op.execute('ALTER TABLE orders ADD COLUMN extra bigint')",
        "with op.get_context().autocommit_block():\n        op.execute('CREATE INDEX CONCURRENTLY later ON orders (shop_id, extra)')",
        "op.execute('ALTER TABLE nowhere ADD COLUMN extra bigint')",
    )
    for number, what in enumerate(later, 1):
        before = f'"{number - 1}"' if number > 1 else None
        (tmp_path / f"v{number}.py").write_text(STEP.format(number=number, before=before, what=what))
    assert [number for number, _ in steps(1, tmp_path)] == [2, 3, 4]
    database = await Database.connect(await a_database(postgres, "older"))
    shop = await founded(database)
    async with database.pool.acquire() as connection:
        with pytest.raises(asyncpg.UndefinedTableError):
            await upgrade(connection, 1, tmp_path)
        assert await connection.fetchval("SELECT version FROM jumak_schema") == 3
        assert await connection.fetchval(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'later'::regclass"
        )
        assert not connection.is_in_transaction()
    await shop.do(add(make_order(OID)))
    assert await findings(shop) == []
    await shop.store.close()
    await database.close()


async def test_reads_during_a_commit_see_no_new_order(
    database_shop: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on disk and not yet in memory is on no page and in no journal: pushes come first."""
    shop = database_shop
    await shop.do(add(make_order(OID)))
    on_disk, go_on = asyncio.Event(), asyncio.Event()
    execute = asyncpg.Connection.execute

    async def slow(self: Any, query: str, *args: Any, **more: Any) -> Any:
        done = await execute(self, query, *args, **more)
        if commits(query):
            on_disk.set()
            await go_on.wait()
        return done

    monkeypatch.setattr(asyncpg.Connection, "execute", slow)
    running = asyncio.ensure_future(shop.do(add(make_order(OID2, number="A-002"))))
    await on_disk.wait()
    read = shop.store.reader()
    assert len(await read.orders(OrderQuery())) == 1
    assert [order.id for order in await read.open_orders()] == [OID]
    assert len(await read.facts(0, 9)) == read.seq == 1
    go_on.set()
    await running
    assert len(await shop.store.reader().orders(OrderQuery())) == 2


TAMPERED: dict[str, tuple[str, str]] = {
    "a changed fact": ("UPDATE journal SET data = '{}' WHERE seq = 1", "journal"),
    "a missing fact": ("DELETE FROM journal WHERE seq = 2", "journal"),
    "a missing last fact": ("DELETE FROM journal WHERE seq = 8", "journal"),
    "a missing commit": ("DELETE FROM commits WHERE last_seq = 3", "journal"),
    "another actor": ("UPDATE actors SET actor = '[\"x\",\"plugin\",null,null]'", "journal"),
    "a wrong head": ("UPDATE heads SET seq = 99", "heads"),
    "a head set back": ("UPDATE heads SET commit = 1", "heads"),
    "an order's document": (f"UPDATE orders SET doc = (SELECT doc FROM orders WHERE id = '{OID2}') WHERE id = '{OID}'", "orders"),
    "an order's state": (f"UPDATE orders SET state = 2 WHERE id = '{OID}'", "orders"),
    "a broken document": (f"UPDATE orders SET doc = '\\x00' WHERE id = '{OID}'", "orders"),
    "a missing payment": ("DELETE FROM payments", "payments"),
    "a payment of nobody": ("UPDATE payments SET id = 'px'", "payments"),
    "a missing ticket": ("DELETE FROM tickets WHERE id = 't1'", "tickets"),
    "a ticket's state": ("UPDATE tickets SET state = 1 WHERE id = 't1'", "tickets"),
    "a document": ("UPDATE documents SET doc = (SELECT doc FROM tickets LIMIT 1)", "documents"),
    "counts": ("UPDATE slots SET s1 = s1 + 1 WHERE kind = 0", "slots"),
    "settings": ("UPDATE shop_values SET value = (SELECT value FROM shop_values WHERE name = 'founding' LIMIT 1) WHERE name = 'settings'", "shop"),
    "a history": ("DELETE FROM order_facts WHERE fact = 1", "order_facts"),
    "a history of nothing": ("UPDATE order_facts SET fact = 99 WHERE fact = 1", "order_facts"),
}  # fmt: skip


async def test_tampering_is_found(postgres: PostgresServer) -> None:
    """SEC-2: a change behind the program's back is found in every table, naming the row."""
    database = await Database.connect(await a_database(postgres, "tampered"))
    shop = await founded(database)
    await some_history(shop)
    await shop.store.close()
    assert await findings(shop) == []
    tables = sorted(TABLES - {"personal", "plugin_values", "owners", "counters", "changes"})
    async with database.pool.acquire() as connection:
        for table in tables:
            await connection.execute(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}")
        for what, (sql, table) in TAMPERED.items():
            await connection.execute(sql)
            wrong = await findings(shop)
            assert table in {finding.table for finding in wrong}, (what, [str(finding) for finding in wrong])
            for each in tables:
                await connection.execute(f"DELETE FROM {each}")
                await connection.execute(f"INSERT INTO {each} SELECT * FROM kept_{each}")
    assert await findings(shop) == []
    await database.close()


WRITER = """
import asyncio, sys
from jumak.store.postgres import Database, PostgresStore
from tests.store.conftest import Clock, Counter, Ids, NobodyThere
from tests.store.orders import make_order, make_ticket
from tests.store.statements import TABLES, commits
from tests.store.test_contract import add

async def main(url, shop_id, first):
    database = await Database.connect(url)
    clock, ids = Clock(), Ids()
    shop = Counter(await PostgresStore.open(database, shop_id, clock=clock, ids=ids, live=NobodyThere()), clock, ids, None)
    number = first
    def acknowledged(order_id):
        def done(result):
            assert result.error is None, result.error
            sys.stdout.write(order_id + "\\n")
            sys.stdout.flush()
        return done
    while True:
        for _ in range(7):
            number += 2
            order = make_order(f"{number:032x}", number=f"A-{number}", key=f"k{number}")
            command = shop.command(add(order, make_ticket(f"t{number:031x}", order)), command_id=f"c{number}")
            shop.store.submit(command, acknowledged(order.id))
        await asyncio.sleep(0.001)

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


def writer(url: str, shop_id: int, first: int) -> subprocess.Popen[str]:
    """A process that tells each order it acknowledged."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, f"{shop_id}", f"{first}"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


async def test_kill_two_writers_at_any_instant(postgres: PostgresServer, database: Database) -> None:
    """OFF-a: two processes write one shop and are killed: nothing acknowledged is missing or doubled."""
    shop = await founded(database)
    writers = [writer(postgres.url, number_of(shop), first) for first in (0, 1)]
    told: list[str] = []
    for process, enough in zip(writers, (60, 90), strict=True):
        assert process.stdout is not None
        told += [await asyncio.to_thread(process.stdout.readline) for _ in range(enough)]
        process.send_signal(signal.SIGKILL)
        told += await asyncio.to_thread(process.stdout.readlines)
        process.wait()
        process.stdout.close()
    ids = [line.strip() for line in told if len(line.strip()) == 32]
    assert len(ids) == len(set(ids)) > 100
    assert await findings(shop) == []
    repeated = await shop.do(add(make_order(ids[0])), command_id=f"c{int(ids[0], 16)}")
    assert repeated.repeated
    read = shop.store.reader()
    for order_id in ids:
        assert await read.order(order_id) is not None
        assert await read.command_reply("com.example.qr", f"c{int(order_id, 16)}") is not None
    await shop.store.close()


async def test_two_databases_of_one_server(postgres: PostgresServer) -> None:
    """The same shop number in another database is another shop."""
    async with connected(postgres) as first:
        one = await founded(first)
        second = await Database.connect(await a_database(postgres, "second"))
        await found(second, number_of(one), SHOP)
        await one.do(add(make_order(OID)))
        store = await PostgresStore.open(second, number_of(one), **PORTS)
        assert await store.reader().order(OID) is None
        await store.close()
        await one.store.close()
        await second.close()


async def test_a_read_that_begins_in_a_callback(database_shop: Counter) -> None:
    """A read need not begin in a task: sessions begin theirs in the callback that brings a message."""
    read = database_shop.store.reader()
    loop = asyncio.get_running_loop()
    begun: asyncio.Future[Rest | None] = loop.create_future()
    read_values: list[str | None] = []

    async def reads() -> None:
        read_values.append(await read.value("p", "storage", "k"))

    loop.call_soon(lambda: begun.set_result(at_once(reads())))
    rest = await begun
    assert rest is not None
    await rest
    assert read_values == [None]


async def test_a_connection_with_a_statement_given_up_is_lent_as_new(postgres: PostgresServer) -> None:
    """Wire §9: whoever comes next shares nothing with a task that ended in the middle of its statement."""
    async with Database.connected(postgres.url) as database:

        async def lend(then: str, within_s: float) -> str:
            async with database.pool.acquire() as connection:
                was = await connection.fetchval("SHOW application_name")
                await connection.execute("SET application_name = 'another'")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(within_s):
                        await connection.fetch(then)
            return str(was)

        assert await lend("SELECT 1", 30) == "jumak"
        assert await lend("SELECT pg_sleep(60)", 0.05) == "another"
        assert await lend("SELECT 1", 30) == "jumak"
