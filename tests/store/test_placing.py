"""One process runs a shop: placements, fences, and what becomes of a writer that lost its place."""

from __future__ import annotations

import asyncio
import itertools
import secrets

import pytest

from jumak.domain.errors import HostUnavailable
from jumak.store.errors import ShopMissing
from jumak.store.postgres import Database, Placements, PostgresStore
from jumak.store.postgres.layer import BEGIN
from jumak.store.postgres.placing import PLACING
from tests.store.conftest import Clock, Counter, Ids, NobodyThere
from tests.store.orders import make_order
from tests.store.test_contract import OID, OID2, add

_names = itertools.count()


async def a_process(places: Placements, life_s: float = 60.0) -> str:
    name = f"{secrets.token_hex(4)}-{next(_names)}"
    await places.enrol(name, f"http://{name}:1", life_s)
    return name


async def late(database: Database, process: str) -> None:
    """It did not renew in time."""
    await database.pool.execute(
        "UPDATE jumak_processes SET expires = clock_timestamp() - interval '1 ms' WHERE process = $1", process
    )


async def placed(database: Database, shop_id: int, fence: int | None) -> Counter:
    clock, ids = Clock(), Ids()
    ids.count = secrets.randbits(60) << 64
    store = await PostgresStore.open(database, shop_id, clock=clock, ids=ids, live=NobodyThere(), fence=fence)
    return Counter(store, clock, ids, None)


@pytest.fixture
async def shop_id(database_shop: Counter) -> int:
    store = database_shop.store
    assert isinstance(store, PostgresStore)
    return store.memory.shop_id


async def test_a_shop_has_one_place(database: Database, shop_id: int) -> None:
    """Taken by one process, it is nobody else's until that one gives it up or is late."""
    places = Placements(database)
    one, two = await a_process(places), await a_process(places)
    assert await places.holder(shop_id) is None
    first = await places.take(shop_id, one)
    assert first is not None
    assert await places.take(shop_id, two) is None
    assert await places.holder(shop_id) == (one, f"http://{one}:1")
    await places.give_up(shop_id, two, waits=True)
    assert await places.holder(shop_id) is not None
    await places.give_up(shop_id, one, waits=True)
    assert shop_id in await places.orphans([shop_id], 9)
    second = await places.take(shop_id, two)
    assert second is not None
    assert second > first
    await places.give_up(shop_id, two, waits=False)
    assert shop_id not in await places.orphans([shop_id], 9)
    with pytest.raises(ShopMissing):
        await places.take(999_999_999, two)


async def test_who_was_late_is_late_for_ever(database: Database, shop_id: int) -> None:
    """Once others may have taken its shops a process cannot come back under its name."""
    places = Placements(database)
    one, two = await a_process(places), await a_process(places)
    await places.take(shop_id, one)
    assert await places.renew(one, 60)
    await late(database, one)
    assert shop_id in await places.orphans([shop_id], 9)
    assert not await places.renew(one, 60)
    assert await places.take(shop_id, one) is None
    assert await places.take(shop_id, two) is not None
    await places.leave(two)
    assert await places.holder(shop_id) is None


async def test_of_many_that_take_a_shop_one_has_it(database: Database, shop_id: int) -> None:
    """However close they come."""
    places = Placements(database)
    processes = [await a_process(places) for _ in range(6)]
    fences = await asyncio.gather(*(places.take(shop_id, process) for process in processes))
    assert sum(fence is not None for fence in fences) == 1


async def test_who_lost_a_shop_writes_no_more(database: Database, shop_id: int) -> None:
    """Every command after the takeover is refused, also one that was waiting; the new place misses nothing."""
    places = Placements(database)
    one, two = await a_process(places), await a_process(places)
    old = await placed(database, shop_id, await places.take(shop_id, one))
    await old.do(add(make_order(OID)))
    await late(database, one)
    new = await placed(database, shop_id, await places.take(shop_id, two))
    results = await old.batch(add(make_order(OID2)), lambda tx: tx.put_value("p", "storage", "k", "old"))
    assert [getattr(result.error, "reason", None) for result in results] == ["DISPLACED", "DISPLACED"]
    assert isinstance(old.store, PostgresStore)
    assert old.store.displaced.is_set()
    await new.do(add(make_order(OID2)))
    assert await new.store.reader().order(OID) is not None
    assert await new.store.reader().value("p", "storage", "k") is None
    await old.store.close()
    await new.store.close()


async def test_who_lost_a_shop_finds_out_without_writing(database: Database, shop_id: int) -> None:
    """It follows the shop's fence as it follows its commits."""
    places = Placements(database)
    one, two = await a_process(places), await a_process(places)
    old = await placed(database, shop_id, await places.take(shop_id, one))
    assert isinstance(old.store, PostgresStore)
    await late(database, one)
    await places.take(shop_id, two)
    async with asyncio.timeout(20):
        await old.store.displaced.wait()
    with pytest.raises(HostUnavailable):
        await old.do(add(make_order(OID)))
    await old.store.close()


async def test_who_runs_nothing_may_write(database: Database, shop_id: int) -> None:
    """A command line, or a head office, writes beside the process that runs the shop, which goes on."""
    places = Placements(database)
    running = await placed(database, shop_id, await places.take(shop_id, await a_process(places)))
    beside = await placed(database, shop_id, None)
    await beside.do(add(make_order(OID)))
    await running.do(add(make_order(OID2)))
    await beside.store.caught_up()  # type: ignore[union-attr]  # it is in PostgreSQL
    assert await beside.store.reader().order(OID2) is not None
    for each in (running, beside):
        await each.store.close()


def test_statements_about_processes_name_no_table_of_a_shop() -> None:
    """But the one that looks for shops without a process."""
    assert [name for name, sql in PLACING.items() if "jumak_processes" not in sql] == []
    assert [name for name, sql in PLACING.items() if "placements" in sql] == ["orphans"]


async def test_a_process_that_stands_still_inside_a_commit_holds_a_shop_for_a_moment(
    database: Database, shop_id: int
) -> None:
    """Its transaction is ended by the database, so that another process can take the shop."""
    places = Placements(database)
    async with database.pool.acquire() as stuck:
        await stuck.execute(BEGIN.replace("5000", "300"))
        await stuck.fetchrow("SELECT commit FROM heads WHERE shop_id = $1 FOR UPDATE", shop_id)
        assert await places.take(shop_id, await a_process(places)) is not None
