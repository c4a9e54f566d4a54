"""A shop in PostgreSQL against one in a file.

PostgreSQL runs with its own settings, as durable as the file, on the same disk and the same processors as everything
else.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from tqdm import tqdm

from bench.menu import SHOP, fill
from bench.processes import Serving, new_shop, new_token, served_shop
from bench.processor import Shares, shares
from bench.report import Load
from bench.targets import POSTGRES, Measured
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.store.opening import InDatabase
from jumak.store.postgres import Database, PostgresStore, found
from tests.postgres import PostgresServer

ROUNDS, LOAD_S = 5, 2.5


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[PostgresServer]:
    """A database on the disk of a folder: beside it, for its user may not look into it."""
    server = PostgresServer(disk=folder.parent)
    try:
        yield server
    finally:
        server.close()


def against_file(folder: Path) -> list[Measured]:
    """128 clients, the same load on a shop in PostgreSQL and on one in a file."""
    in_file = new_shop(folder / "file")
    with postgres(folder) as server:
        database = InDatabase(server.url)
        asyncio.run(found_shop(database))
        in_database = new_token(folder / "database", database)
        with (
            served_shop(folder / "file", in_file) as file,
            served_shop(folder / "database", in_database, database=database) as data,
        ):
            loads: dict[Serving, list[Load]] = {file: [], data: []}
            took: dict[Serving, list[Shares]] = {file: [], data: []}
            for shop in loads:
                shop.load("http", Load, clients=8, seconds=0.5)
            for _ in tqdm(range(ROUNDS), desc=POSTGRES.title, leave=False):
                for shop in loads:
                    with shares({"server": shop.pid, "PostgreSQL": server.pid}) as share:
                        loads[shop].append(shop.load("http", Load, clients=128, seconds=LOAD_S))
                    took[shop].append(share)
    ratio = statistics.median(
        one.per_s / other.per_s for one, other in zip(loads[data], loads[file], strict=True)
    )
    here, there = middle(took[data], loads[data]), middle(took[file], loads[file])
    detail = (
        f"{rate(loads[data]):,.0f}/s, p50 {statistics.median(each.p50_s for each in loads[data]) * 1e3:.2f} ms; in a file "
        f"{rate(loads[file]):,.0f}/s; processor time of an order {here.text()}; in a file {there.text()}"
    )
    return [Measured(POSTGRES, ratio, detail)]


def rate(loads: list[Load]) -> float:
    """Orders per second."""
    return statistics.median(each.per_s for each in loads)


class Spent(Struct, frozen=True):
    """Processor time an order took, seconds, by process."""

    by_name: dict[str, float]

    def text(self) -> str:
        """In microseconds."""
        return ", ".join(f"{name} {spent * 1e6:.0f} µs" for name, spent in self.by_name.items())


def middle(took: list[Shares], loads: list[Load]) -> Spent:
    """Of several rounds."""
    return Spent(
        {
            name: statistics.median(
                share.by_name[name] / load.per_s for share, load in zip(took, loads, strict=True)
            )
            for name in took[0].by_name
        }
    )


async def found_shop(where: InDatabase) -> None:
    """The shop of the benchmarks, in a database."""
    async with Database.connected(where.url) as database:
        await found(database, where.shop_id, SHOP)
        store = await PostgresStore.open(
            database, where.shop_id, clock=SystemClock(), ids=UuidIds(), live=Connections()
        )
        try:
            await fill(store)
        finally:
            await store.close()
