"""A shop that has everything a shop can have, made once; and looking at what is kept, apart from what is tested."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from jumak.demo.shop import SHOP as DEMO
from jumak.demo.shop import furnish
from jumak.domain.caller import Caller
from jumak.domain.catalog import Category
from jumak.domain.fact import Fact
from jumak.protocol.row import Done
from jumak.protocol.scopes import expand
from jumak.service.ports import Command, Result, Store, Transaction
from jumak.simulate import Plan
from jumak.store.copying.copy import Proof
from jumak.store.copying.ends import End, copied
from jumak.store.opening import InDatabase, opened
from jumak.store.sqlite.file import FILE_NAME
from jumak.testing import OWNER, PracticeIssuer, PracticeTerminal, simulated_shop
from tests.postgres import PostgresServer
from tests.scenario.test_simulate import play
from tests.server.every_request import every_request, let_call, put_uploads
from tests.server.screen import answering
from tests.server.test_conformance import EVERYTHING, Inside
from tests.server.test_nothing_secret_is_kept import cards, careless_plugin, cash_receipts, people
from tests.service.asking import Asking
from tests.store.conftest import Clock, Ids, NobodyThere

LEAVE = frozenset(("owner.json", "shop.lock"))
CALLER = Caller(id="com.example.qr", kind="plugin", name="QR", scopes=expand(("plugin",)))
COMMAND_ID = "kept-answer"
TOKEN_FILE = "notes/token"
"""A file Jumak knows nothing of; what is in it opens the shop, as the service `books`."""


class Quiet:
    """Progress nobody looks at; what was begun is kept."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def begin(self, what: str, rows: int) -> None:
        self.begun.append(what)

    def done(self, rows: int) -> None:
        pass


async def copy(source: End, target: End, *, restart: bool = False) -> Proof:
    """`jumak migrate` without its words."""
    return await copied(source, target, Quiet(), leave=LEAVE, restart=restart)


async def make_everything(folder: Path) -> None:
    """Every request there is, cards, receipts, a plugin with storage and secrets, people; then an evening of guests."""
    terminal, issuer = PracticeTerminal(), PracticeIssuer()
    async with simulated_shop(folder=folder, drivers=terminal.drivers, issuer=issuer) as shop:
        await shop.host()
        put_uploads(folder)
        answering(shop, EVERYTHING)
        await let_call(shop, EVERYTHING.id)
        terminal.switch_off()
        await every_request(Inside(shop).ask, shop.clock.now())
        terminal.switch_on()
        asking = Asking(shop)
        await cards(asking, terminal)
        await cash_receipts(asking)
        await careless_plugin(asking)
        await people(asking)
        paired = await asking.ask("device.pair.request", {"kind": "service", "name": "books"}, OWNER)
        await answered(shop.running.store)
        await shop.settle()
    await terminal.close()
    for name, content in (
        (f"pictures/{'0' * 64}.webp", b"a picture"),
        ("plugins/stamps/0a/main.py", b"pass\n"),
        (TOKEN_FILE, paired["token"].encode()),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


async def make_evening(folder: Path, orders: int = 15) -> None:
    """The demo shop after an evening."""
    async with simulated_shop(7, shop=DEMO, documents=(), folder=folder) as shop:
        await furnish(shop.running.store)
        await play(shop, Plan(seed=7, orders=orders))
        await answered(shop.running.store)


async def answered(store: Store) -> Result:
    """A command with an id that makes a number: asked again, it answers the same and makes none."""

    async def run(tx: Transaction) -> Done:
        number = await tx.next_number("everything")
        tx.put(Category(id=900_000 + number, title="번호\0", order=number, enabled=True, version=1))
        tx.put_value("plugin\0", "storage", "key\0", "value")
        tx.put_personal("guest", {"phone": "010-0000-0000"})
        tx.record(Fact("catalog-category.add", str(number), {"number": number}))
        return Done()

    command = Command(caller=CALLER, name="test.number", body=b"{}", run=run, command_id=COMMAND_ID)
    return await store.execute(command)


@contextlib.asynccontextmanager
async def store_of(end: End) -> AsyncIterator[Store]:
    """The shop at an end, open."""
    async with opened(end.folder, end.database, clock=Clock(), ids=Ids(), live=NobodyThere()) as store:
        yield store


def a_copy_of(made: Path, folder: Path) -> End:
    """A shop of one's own."""
    shutil.copytree(made, folder)
    return End(folder)


def in_database(server: PostgresServer, number: int, folder: Path) -> End:
    return End(folder, InDatabase(server.url, number))


Kept = dict[str, list[tuple[Any, ...]]]


def rows_of_file(folder: Path, name: str = FILE_NAME) -> Kept:
    """Every row of every table, as SQLite says it."""
    with contextlib.closing(sqlite3.connect(folder / name)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        kept: Kept = {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for (table,) in tables
        }
    return kept | {"shop": without_epoch(kept["shop"])}


def without_epoch(values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Of which source and copy begin one each."""
    return [row for row in values if row[0] != "epoch"]


def schema_of_file(folder: Path) -> list[str]:
    """The statements that make its tables and indexes."""
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        return sorted(
            sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        )


async def rows_of_database(url: str, number: int) -> Kept:
    """Every row a shop has in any table that is led by shops, without that lead."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop_id'"
        )
        return {
            table: sorted(
                (
                    tuple(row)[1:]
                    for row in await connection.fetch(f"SELECT * FROM {table} WHERE shop_id = $1", number)
                ),
                key=repr,
            )
            for (table,) in tables
        }
    finally:
        await connection.close()


def as_in_a_file(kept: Kept) -> Kept:
    """What a database has of a shop as a file would have it, written down once more by hand."""
    text = bytes.decode

    def maybe(value: bytes | None) -> str | None:
        return None if value is None else value.decode()

    made: Kept = {
        "shop": without_epoch(kept["shop_values"]),
        "owners": [(number, text(owner)) for number, owner in kept["owners"]],
        "actors": [(number, *msgspec.json.decode(actor)) for number, actor in kept["actors"]],
        "orders": [(*row[:6], maybe(row[6]), *row[7:]) for row in kept["orders"]],
        "payments": [(*row[:3], text(row[3])) for row in kept["payments"]],
        "documents": [
            (kind, msgspec.json.decode(stored), *more) for kind, stored, *more in kept["documents"]
        ],
        "personal": [(text(subject), doc) for subject, doc in kept["personal"]],
        "plugin_values": [
            (text(owner), area, text(key), value) for owner, area, key, value in kept["plugin_values"]
        ],
        "commands": [(*row[:2], text(row[2]), *row[3:]) for row in kept["commands"]],
        "journal": [(*row[:3], text(row[3]), row[4], maybe(row[5]), *row[6:]) for row in kept["journal"]],
    }
    made |= {name: kept[name] for name in ("counters", "slots", "tickets", "order_facts", "commits")}
    return {name: sorted(rows, key=repr) for name, rows in made.items()}


def files_of(folder: Path) -> dict[str, bytes]:
    """What lies beside the rows."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("shop.db") and path.name not in LEAVE
    }
