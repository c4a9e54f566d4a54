"""Shops to store things in: every test of the contract runs on each kind of store."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.domain.merchant import Shop
from jumak.service.ports import Command, Committed, Result, Store, Transaction
from jumak.store.check import Check
from jumak.store.postgres import Database, PostgresStore, found
from jumak.store.postgres.whole import whole_shop
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.check import check
from jumak.store.whole import Finding
from tests.postgres import PostgresServer
from tests.store.orders import START

SHOP = Shop(
    id=1,
    name="주막",
    serial_number="J-1",
    business_number="1208147521",
    business_type="RESTAURANT",
    payment_timing="PAY_LATER",
    tables_enabled=True,
    version=1,
)
PLUGIN = Caller(id="com.example.qr", kind="plugin", name="QR")


class Answer(Struct):
    """A reply."""

    complete: bool = True
    value: Any = None


class Clock:
    """Stands still; `jump` moves it."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def jump(self, **step: float) -> datetime:
        self.at += timedelta(**step)
        return self.at


class Ids:
    """Rising ids."""

    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"{self.count:032x}"


class NobodyThere:
    """A live side without connections."""

    def till_connected(self) -> bool:
        return False

    def drop_sessions(self, caller_id: str) -> None:
        """Nobody to drop."""

    def push_to(self, caller_id: str, name: str, data: Any) -> bool:
        return False


Do = Callable[[Transaction], Any]
AnyStore = SqliteStore | PostgresStore


class Counter:
    """A store with short words for what tests do with it."""

    def __init__(self, store: AnyStore, clock: Clock, ids: Ids, folder: Path | None) -> None:
        self.store, self.clock, self.ids, self.folder = store, clock, ids, folder
        self.commits: list[Committed] = []
        store.on_commit(self.commits.append)

    def command(
        self, do: Do, *, command_id: str | None = None, body: bytes = b"{}", caller: Caller = PLUGIN
    ) -> Command:
        async def run(tx: Transaction) -> Struct:
            value = do(tx)
            if isinstance(value, Awaitable):
                value = await value
            return value if isinstance(value, Struct) else Answer(value=value)

        return Command(caller=caller, name="test.request", body=body, run=run, command_id=command_id)

    async def result(self, do: Do, **more: Any) -> Result:
        return await self.store.execute(self.command(do, **more))

    async def do(self, do: Do, **more: Any) -> Result:
        """A command that must succeed."""
        result = await self.result(do, **more)
        if result.error is not None:
            raise result.error
        return result

    async def batch(self, *dos: Do | Command) -> list[Result]:
        """Commands that share one commit."""
        results: list[Result] = []
        commands = [do if isinstance(do, Command) else self.command(do) for do in dos]
        for command in commands[:-1]:
            self.store.submit(command, results.append)
        results.append(await self.store.execute(commands[-1]))
        return results

    async def reopened(self) -> Counter:
        """The same shop after a restart."""
        await self.store.close()
        if isinstance(self.store, PostgresStore):
            place = self.store.database, self.store.memory.shop_id
            return await in_database(*place, self.clock, self.ids, self.folder)
        assert self.folder is not None
        store = SqliteStore.open(self.folder, clock=self.clock, ids=self.ids, live=NobodyThere())
        return Counter(store, self.clock, self.ids, self.folder)


def opened(folder: Path | None) -> Counter:
    clock, ids = Clock(), Ids()
    if folder is None:
        store = SqliteStore.in_memory(SHOP, clock=clock, ids=ids, live=NobodyThere())
    else:
        store = SqliteStore.create(folder, SHOP, clock=clock, ids=ids, live=NobodyThere())
    return Counter(store, clock, ids, folder)


@contextlib.asynccontextmanager
async def connected(server: PostgresServer) -> AsyncIterator[Database]:
    """The tests' database."""
    database = await Database.connect(server.url)
    try:
        yield database
    finally:
        await database.close()


_shops = itertools.count(1)


async def in_database(
    database: Database, shop_id: int, clock: Clock, ids: Ids, folder: Path | None = None
) -> Counter:
    """A store of its own on a shop of a database."""
    store = await PostgresStore.open(
        database, shop_id, folder=folder, clock=clock, ids=ids, live=NobodyThere()
    )
    return Counter(store, clock, ids, folder)


async def founded(database: Database, folder: Path | None = None) -> Counter:
    """A new shop in a database."""
    shop_id = next(_shops)
    await found(database, shop_id, SHOP)
    return await in_database(database, shop_id, Clock(), Ids(), folder)


async def until(store: Store, enough: Callable[[], bool]) -> None:
    """Waits until a store has told its listeners enough."""
    more = asyncio.Event()
    store.on_commit(lambda _: more.set())
    async with asyncio.timeout(30):
        while not enough():
            more.clear()
            await more.wait()


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    """The tests' database."""
    async with connected(postgres) as database:
        yield database


@pytest.fixture
async def database_shop(database: Database) -> AsyncIterator[Counter]:
    """A new shop in PostgreSQL; a test that reopens it closes what it opened."""
    counter = await founded(database)
    yield counter
    if not counter.store.closed:
        await counter.store.close()


@pytest.fixture(params=["memory", "file", "slow disk", "postgres"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Counter]:
    """A new shop on every kind of store there is; `slow disk` commits in its thread."""
    if request.param == "postgres":
        async with connected(request.getfixturevalue("postgres")) as database:
            counter = await founded(database)
            yield counter
            await counter.store.close()
        return
    counter = opened(None if request.param == "memory" else tmp_path / "shop")
    if request.param == "slow disk":
        counter.store.always_threaded()
    yield counter
    await counter.store.close()


@pytest.fixture(params=["file", "postgres"])
async def kept_shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Counter]:
    """A new shop that can be reopened, on each store there is; a test that reopens it closes what it opened."""
    if request.param == "postgres":
        async with connected(request.getfixturevalue("postgres")) as database:
            counter = await founded(database, tmp_path)
            yield counter
            await counter.store.close()
        return
    counter = opened(tmp_path / "shop")
    yield counter
    await counter.store.close()


async def findings(shop: Counter) -> list[Finding]:
    """What is wrong with a shop, whether its store is still open or not."""
    if isinstance(shop.store, PostgresStore):
        async with whole_shop(shop.store.database, shop.store.memory.shop_id) as whole:
            return await Check(whole).run()
    assert shop.folder is not None
    return check(shop.folder)


@pytest.fixture
async def file_shop(tmp_path: Path) -> AsyncIterator[Counter]:
    """A new shop in a file; a test that reopens it closes what it opened."""
    counter = opened(tmp_path / "shop")
    yield counter
    if not counter.store.closed:
        await counter.store.close()
