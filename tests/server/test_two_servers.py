"""Two servers of one shop in a database: one has the counter, the other serves beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from jumak.domain.caller import Caller
from jumak.domain.errors import Unauthenticated
from jumak.main import opened_shop
from jumak.protocol.scopes import expand
from jumak.server.shop import RunningShop
from jumak.store.errors import ShopInUse
from jumak.store.opening import InDatabase, checked, counter
from jumak.testing.shop import MemoryTransport
from tests.crash.shop_process import make_shop
from tests.postgres import PostgresServer
from tests.server.conftest import Desk, Refused
from tests.service.asking import a_line, an_order
from tests.store.conftest import until

WITHIN_S = 30
EAR = Caller(id="ear", kind="service", name="ear", scopes=expand(("plugin",)))


class Ear:
    """A session that keeps the numbered pushes it gets."""

    def __init__(self, shop: RunningShop) -> None:
        self.transport = MemoryTransport(shop, EAR, [])
        self.pushes: list[tuple[int, str]] = []

    async def open(self) -> None:
        hello = {"token": "", "client": {"name": "ear", "version": "1"}}
        frame = {"name": "session.open.request", "version": 1, "callbackId": "0", "data": hello}
        self.transport.send(json.dumps(frame).encode())
        while (await self._next()).get("callbackId") != "0":
            pass

    async def hears(self, count: int) -> list[tuple[int, str]]:
        while len(self.pushes) < count:
            await self._next()
        return self.pushes

    async def _next(self) -> dict[str, Any]:
        frame = await asyncio.wait_for(self.transport.receive(), WITHIN_S)
        assert frame is not None
        said: dict[str, Any] = json.loads(frame)
        if "seq" in said:
            self.pushes.append((said["seq"], said["name"]))
        return said


async def test_two_servers_of_one_shop(postgres: PostgresServer, tmp_path: Path) -> None:
    """H-30, NUM-3: orders of either are known to both, pushes reach sessions of both in the journal's order, tokens open both."""
    database = InDatabase(postgres.url, 4_000_001)
    await make_shop(tmp_path / "seed", database)
    async with (
        opened_shop(tmp_path / "main", database=database, serving=True) as main,
        opened_shop(tmp_path / "side", database=database, serving=True, beside=True) as side,
    ):
        ears = Ear(main), Ear(side)
        for ear in ears:
            await ear.open()
        desks = Desk(main, main.clock), Desk(side, side.clock)  # type: ignore[arg-type]  # any clock will do
        orders = []
        for turn in range(6):
            here, there = desks[turn % 2], desks[1 - turn % 2]
            order = (await here.ask("order.add", order=an_order(a_line(1))))["order"]
            # Known at the other server at once, and changed there.
            await there.ask("order.cancel", id=order["id"])
            orders.append(order)
        assert len({order["number"] for order in orders}) == 6
        told = await asyncio.gather(*(ear.hears(12) for ear in ears))
        assert told[0][:12] == told[1][:12]
        assert [seq for seq, _ in told[0]] == sorted({seq for seq, _ in told[0]})
        token = (await desks[0].ask("device.pair", kind="service", name="lamp"))["token"]
        await until(side.store, lambda: _opens(side, token))
    assert await checked(tmp_path, database) == []


def _opens(shop: RunningShop, token: str) -> bool:
    with contextlib.suppress(Unauthenticated):
        return shop.credentials.caller_of(token).name == "lamp"
    return False


async def test_one_server_has_the_counter(postgres: PostgresServer, tmp_path: Path) -> None:
    """NET-1: what is under way at one server is not taken for lost by another; a second one has to stand beside."""
    database = InDatabase(postgres.url, 4_000_002)
    await make_shop(tmp_path / "seed", database)
    async with opened_shop(tmp_path / "main", database=database, serving=True) as main:
        with pytest.raises(ShopInUse, match="--beside"):
            async with opened_shop(tmp_path / "second", database=database, serving=True):
                pass
        # The command line looks after a shop that is served elsewhere, and leaves its counter alone.
        async with opened_shop(tmp_path / "third", database=database) as shop:
            await Desk(shop, shop.clock).ask("device.pair", kind="service", name="lamp")  # type: ignore[arg-type]  # as above
        await Desk(main, main.clock).ask("order.add", order=an_order(a_line(1)))  # type: ignore[arg-type]  # as above
    async with opened_shop(tmp_path / "second", database=database, serving=True):
        pass


async def test_a_lost_counter(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """NET-1: a lock whose connection was ended is taken again; who finds it taken by somebody else says so."""
    database = InDatabase(postgres.url, 4_000_003)
    connection = await asyncpg.connect(postgres.url)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    try:
        async with counter(database) as lost:
            assert lost is not None
            async with counter(database) as second:
                assert second is None
            await connection.execute(ended)
            async with asyncio.timeout(WITHIN_S):
                while not await connection.fetchval(held):  # noqa: ASYNC110  # a server tells nobody of its locks
                    await asyncio.sleep(0.02)
            assert not lost.is_set()

            async def taken_by_another(*_: object) -> None:
                """See `counter._taken`."""

            monkeypatch.setattr("jumak.store.postgres.counter._taken", taken_by_another)
            await connection.execute(ended)
            await asyncio.wait_for(lost.wait(), WITHIN_S)
    finally:
        await connection.close()


async def test_a_database_that_is_put_back_stops_its_server(postgres: PostgresServer, tmp_path: Path) -> None:
    """OFF-9: what it knows is not there any more; whatever keeps it running starts it in the new past."""
    database = InDatabase(postgres.url, 4_000_004)
    await make_shop(tmp_path, database)
    stopped = asyncio.Event()
    async with opened_shop(tmp_path, database=database, put_back=stopped.set) as shop:
        connection = await asyncpg.connect(postgres.url)
        try:
            await connection.execute(
                "UPDATE heads SET commit = commit - 1, hash = '' WHERE shop_id = $1", database.shop_id
            )
        finally:
            await connection.close()
        desk = Desk(shop, shop.clock)  # type: ignore[arg-type]  # it reads its clock, as a test's
        with pytest.raises(Refused) as refused:
            await desk.ask("order.add", order=an_order(a_line(1)))
        assert refused.value.reason == "PUT_BACK"
        await asyncio.wait_for(stopped.wait(), WITHIN_S)
