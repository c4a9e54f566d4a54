"""Two stores on one shop of a database, as two server processes have them: each with connections and memory of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import asyncpg.pool
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.catalog import Category
from jumak.domain.errors import HostUnavailable, TimedOut
from jumak.domain.fact import Fact
from jumak.domain.order.types import Order
from jumak.service.ports import Announcement, OrderQuery, Transaction
from jumak.store.memory import ticket_age
from jumak.store.postgres import Database, PostgresStore, lookout
from jumak.store.postgres import store as postgres_store
from tests.postgres import PostgresServer
from tests.store.conftest import SHOP, Counter, connected, founded, in_database, until
from tests.store.orders import make_order, make_ticket, paid, revised
from tests.store.statements import commits
from tests.store.test_contract import OID, OID2, add, update

WITHIN_S = 30


class Both:
    """The same shop, twice. The second one's ids are apart from the first one's."""

    def __init__(self, one: Counter, two: Counter) -> None:
        self.one, self.two = one, two
        two.ids.count = 1 << 64

    @property
    def all(self) -> tuple[Counter, Counter]:
        return self.one, self.two

    async def agree(self) -> None:
        """Each has caught up with the other; what they hold and what their listeners heard is the same."""
        for each in self.all:
            await each.store.caught_up()
        assert held(self.one.store) == held(self.two.store)
        assert heard(self.one) == heard(self.two)
        assert heard(self.one) == await self.one.store.reader().facts(0, 100_000)

    async def again(self) -> None:
        """What they hold is what somebody reads who opens the shop now."""
        store: Any = self.one.store
        fresh = await in_database(store.database, store.memory.shop_id, self.one.clock, self.one.ids)
        assert held(fresh.store) == held(store)
        await fresh.store.close()


def held(store: Any) -> dict[str, Any]:
    memory = store.memory
    memory.documents(Category)
    return {
        "numbers": (
            memory.commit,
            memory.seq,
            memory.hash,
            memory.order_seq,
            memory.ticket_seq,
            memory.command_seq,
        ),
        "greatest": (memory.greatest_order_id, memory.greatest_ticket_id),
        "orders": memory.open_orders,
        "tickets": sorted(memory.open_tickets.of(None), key=ticket_age),
        "categories": memory.documents(Category),
        "counters": memory.counters,
        "owners": (memory.owners.known, memory.owners.values),
        "actors": memory.actors.known,
        "slots": [
            (slots.starts, slots.counts, slots.newest) for slots in (memory.order_slots, memory.ticket_slots)
        ],
        "shop": memory.shop,
    }


def heard(shop: Counter) -> list[Any]:
    return [msgspec.convert(msgspec.to_builtins(e), type(e)) for c in shop.commits for e in c.entries]


@contextlib.asynccontextmanager
async def two_stores(server: PostgresServer) -> AsyncIterator[Both]:
    async with connected(server) as first, connected(server) as second:
        one = await founded(first)
        store: Any = one.store
        two = await in_database(second, store.memory.shop_id, one.clock, type(one.ids)())
        yield Both(one, two)
        await one.store.close()
        await two.store.close()


@pytest.fixture
async def both(postgres: PostgresServer) -> AsyncIterator[Both]:
    """Two stores on a new shop."""
    async with two_stores(postgres) as both:
        yield both


def order_of(shop: Counter) -> Order:
    order_id = shop.ids.new()
    return make_order(order_id, key=f"key-{order_id}", number=order_id)


async def count(tx: Transaction) -> int:
    """Reads and writes one document: of two that read the same, one is lost."""
    before = await tx.get(Category, 1)
    order = 1 if before is None else before.order + 1
    tx.put(Category(id=1, title="세기", order=order, enabled=True, version=1))
    tx.record(Fact("category.update", "1", {}))
    return order


async def test_nothing_is_lost_or_doubled_between_two_writers(both: Both) -> None:
    """OFF-a, NUM-3: one journal without gap, every count once, whoever writes; both hold and tell the same."""

    async def live(shop: Counter) -> list[int]:
        counted = []
        for _ in range(25):
            order = order_of(shop)
            results = await asyncio.gather(
                shop.do(count),
                shop.do(add(order, make_ticket(f"t-{order.id}", order))),
                shop.do(lambda tx: tx.next_number("day")),
                shop.do(add(order_of(shop)), command_id=f"c-{order.id}"),
            )
            counted.append(msgspec.json.decode(results[0].reply)["value"])
            counted.append(msgspec.json.decode(results[2].reply)["value"] + 1_000)
        return counted

    counted = [number for each in await asyncio.gather(*map(live, both.all)) for number in each]
    assert sorted(counted) == [*range(1, 51), *range(1_001, 1_051)]
    await both.agree()
    await both.again()
    assert [entry.seq for entry in heard(both.one)] == list(range(1, 201))


async def test_a_command_knows_what_another_process_has_just_committed(both: Both) -> None:
    """Acknowledged by one process, decided on by the next, however fresh: keys, repeats, documents, settings, tables."""
    one, two = both.all
    order = make_order(OID, key="k", table_id=3)

    def run(tx: Transaction) -> str:
        add(order, make_ticket("t1", order))(tx)
        return "made"

    first = await one.do(run, command_id="c1")
    again = await two.do(run, command_id="c1")
    assert again.repeated
    assert again.reply == first.reply

    async def look(tx: Transaction) -> list[Any]:
        found = await tx.order_by_key("com.example.qr", "k")
        return [
            found and found.memo,
            len(await tx.orders_on_table(3)),
            len(await tx.open_tickets()),
            tx.shop.name,
        ]

    assert msgspec.json.decode((await two.do(look)).reply)["value"] == [None, 1, 1, "주막"]
    await two.do(update(revised(order, memo="창가")))
    await one.do(lambda tx: (tx.put_shop(replace(SHOP, name="새 주막")), tx.record(Fact("shop.update", "1"))))
    assert msgspec.json.decode((await one.do(look)).reply)["value"] == ["창가", 1, 1, "새 주막"]
    assert msgspec.json.decode((await two.do(look)).reply)["value"] == ["창가", 1, 1, "새 주막"]
    await both.agree()


async def test_a_batch_that_was_second_is_run_again_whole(both: Both) -> None:
    """A batch that reads pages of what it wrote itself, refusals in it included, is right after it lost the race."""
    one, two = both.all
    runs: list[int] = []

    async def pages(tx: Transaction) -> int:
        runs.append(1)
        return len(await tx.orders(OrderQuery()))

    def refuse(tx: Transaction) -> None:
        tx.save_order(order_of(two))
        raise ZeroDivisionError

    await one.do(add(order_of(one)))
    results = await two.batch(add(order_of(two)), pages, refuse, add(order_of(two)), pages)
    assert [type(result.error) for result in results] == [
        type(None),
        type(None),
        ZeroDivisionError,
        type(None),
        type(None),
    ]
    assert [msgspec.json.decode(results[index].reply)["value"] for index in (1, 4)] == [2, 3]
    await both.agree()


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(
            ["add", "pay", "cancel", "note", "count", "drop", "value", "number", "refuse", "catch up"]
        ),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=25,
)


@given(STEPS, st.integers(1, 6))
@settings(max_examples=25)
def test_any_two_lives_are_one_life(
    postgres: PostgresServer, steps: list[tuple[int, str, int]], width: int
) -> None:
    """OFF-a: whatever two processes do, `width` things at a time, both end with what a third one reads anew."""
    asyncio.run(_one_life(postgres, steps, width))


async def _one_life(server: PostgresServer, steps: list[tuple[int, str, int]], width: int) -> None:
    async with two_stores(server) as both:
        for first in range(0, len(steps), width):
            await asyncio.gather(
                *[_step(both.all[who], what, which) for who, what, which in steps[first : first + width]]
            )
        await both.agree()
        await both.again()


async def _step(shop: Counter, what: str, which: int) -> None:
    order_id = f"{0xC0 + which:032x}"

    async def run(tx: Transaction) -> None:
        order = await tx.order(order_id)
        if what == "add" and order is None:
            new = make_order(order_id, key=f"k{which}", number=f"A-{which}", table_id=which or None)
            add(new, make_ticket(f"t{which}", new))(tx)
        elif what == "pay" and order is not None:
            update(paid(order, f"{order_id}-{len(order.payments)}", 100), "payment.paid")(tx)
        elif what == "cancel" and order is not None:
            update(revised(order, order_state="CANCELLED"), "order.cancel")(tx)
        elif what == "note" and order is not None:
            tx.save_order(replace(order, backing=replace(order.backing, pickup=f"{order.version}")))
        elif what == "count":
            await count(tx)
        elif what == "drop":
            tx.drop(Category, 1)
        elif what == "value":
            tx.put_value("p", "storage", f"{which}", "x" * which or None)
        elif what == "number":
            await tx.next_number(f"n{which}")
        elif what == "refuse":
            await count(tx)
            raise ZeroDivisionError

    if what == "catch up":
        await shop.store.caught_up()  # type: ignore[union-attr]  # both are in PostgreSQL
    else:
        await shop.result(run)


async def told(shop: Counter, entries: int) -> None:
    """Waits until the listeners of a store heard of so many facts."""
    await until(shop.store, lambda: len(heard(shop)) >= entries)


async def test_listeners_of_another_process_are_woken(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wire §9: facts and announcements reach listeners of another process in the journal's order, nobody asking."""
    monkeypatch.setattr(lookout, "LOOK_EVERY_S", 10 * WITHIN_S)
    one, two = both.all
    order = make_order(OID)
    await one.do(add(order, make_ticket("t1", order)))
    await told(two, 2)
    assert two.commits[0].orders == (order,)
    assert [ticket.id for ticket in two.commits[0].tickets] == ["t1"]
    await two.do(update(revised(order, memo="창가")))
    await told(one, 3)
    await one.do(lambda tx: tx.announce(Announcement(name="x.event", data={"a": 1}, device="d", main=True)))
    await until(two.store, lambda: any(committed.announcements for committed in two.commits))
    said = [announcement for committed in two.commits for announcement in committed.announcements]
    assert [(each.name, bytes(each.data), each.to, each.device, each.main) for each in said] == [
        ("x.event", b'{"a":1}', None, "d", True)
    ]
    assert heard(one) == heard(two)


async def test_a_lost_word_delays_only(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wire §9: without any wake-up a process finds out by itself."""
    one, two = both.all
    monkeypatch.setattr(one.store, "_say", lambda: None)
    await one.do(add(make_order(OID)))
    await told(two, 1)


async def test_the_listening_connection_comes_back(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener whose connection was ended connects again and has missed nothing."""
    one, two = both.all
    await one.do(add(make_order(OID)))
    await told(two, 1)
    monkeypatch.setattr(lookout, "LOOK_EVERY_S", 10 * WITHIN_S)
    await one.do(add(make_order(OID2)))
    await told(two, 2)
    store: Any = two.store
    ended = await store.database.pool.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND $1::text <> ''",
        "all",
    )
    assert ended
    await one.do(update(revised(make_order(OID), memo="창가")))
    await told(two, 3)


async def test_who_is_far_behind_reads_the_shop_anew(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of changes is short; a process that slept longer has everything all the same."""
    one, two = both.all
    monkeypatch.setattr(postgres_store, "_CHANGES_KEPT", 2)
    await two.do(add(make_order("1")))
    async with two.store._turn:  # nobody wakes
        for number in range(2, 9):
            one.clock.jump(minutes=2)
            await one.do(add(make_order(f"{number}")))
        await one.do(update(revised(make_order("2"), order_state="CANCELLED"), "order.cancel"))
    await two.do(count)
    await both.agree()
    await both.again()


@pytest.mark.parametrize("when", ["before", "after", "silent"])
async def test_a_connection_that_is_lost_while_it_commits(
    database_shop: Counter, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """H-36: whether the commit took place or not, it is found out, and the command has happened once."""
    shop, store = database_shop, database_shop.store
    assert isinstance(store, PostgresStore)
    await shop.do(add(make_order(OID)))
    lost = 0

    async def losing(self: Any, query: str, *args: Any, **more: Any) -> Any:
        nonlocal lost
        if not commits(query) or lost:
            return await execute(self, query, *args, **more)
        lost += 1
        if when == "after":
            await execute(self, query, *args)
        if when == "silent":
            raise TimeoutError
        self.terminate()
        raise ConnectionResetError("gone")

    execute = asyncpg.Connection.execute
    monkeypatch.setattr(asyncpg.Connection, "execute", losing)
    results = await shop.batch(count, add(make_order(OID2)))
    assert [result.error for result in results] == [None, None]
    assert lost == 1
    assert store.memory.seq == 3
    assert [entry.seq for entry in heard(shop)] == [1, 2, 3]
    assert (await store.reader().get(Category, 1)).order == 1  # type: ignore[union-attr]  # it is there


async def test_a_connection_that_is_lost_after_its_commit(
    database_shop: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-36: what was committed is not run again because of what became of its connection."""
    shop, store = database_shop, database_shop.store
    assert isinstance(store, PostgresStore)
    leave = asyncpg.pool.PoolAcquireContext.__aexit__

    async def losing(self: Any, *error: Any) -> None:
        await leave(self, *error)
        raise ConnectionResetError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.pool.PoolAcquireContext, "__aexit__", losing)
        assert b'"value":1' in (await shop.do(count)).reply
    assert b'"value":2' in (await shop.do(count)).reply


@pytest.mark.parametrize("why", ["away", "forgotten"])
async def test_an_outcome_nobody_can_tell(
    why: str, database_shop: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-36: a commit nobody can look up is not tried again; sent again with its id it has happened once."""
    shop, store = database_shop, database_shop.store
    assert isinstance(store, PostgresStore)
    execute = asyncpg.Connection.execute

    async def lost_after(self: Any, query: str, *args: Any, **more: Any) -> Any:
        done = await execute(self, query, *args, **more)
        if commits(query):
            if why == "forgotten":
                await execute(self, f"DELETE FROM changes WHERE shop_id = {store.memory.shop_id}")
            self.terminate()
            raise ConnectionResetError("gone")
        return done

    async def not_back(within_s: float) -> bool:
        return False

    commands = [shop.command(count, command_id="c1"), shop.command(count, command_id="c2")]
    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "execute", lost_after)
        if why == "away":
            patched.setattr(store.database, "back", not_back)
        results = await shop.batch(*commands)
    for result in results:
        assert isinstance(result.error, TimedOut)
        assert result.error.reason == "NOT_ANSWERED"
    results = await shop.batch(*commands)
    assert [result.repeated for result in results] == [True, True]
    assert [entry.seq for entry in heard(shop)] == [1, 2]


async def test_a_database_that_stays_away(database_shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are answered that the database does not answer; once it is back they are taken again."""
    shop, store = database_shop, database_shop.store
    assert isinstance(store, PostgresStore)
    monkeypatch.setattr(postgres_store, "BACK_WITHIN_S", 0.01)
    with monkeypatch.context() as patched:
        patched.setattr(store, "database", Database(store.database.url, Away()))  # type: ignore[arg-type]  # as a pool
        result = await shop.result(add(make_order(OID)))
    assert isinstance(result.error, HostUnavailable)
    assert result.error.reason == "DATABASE_AWAY"
    await shop.do(add(make_order(OID)))


class Away:
    """A pool whose database is gone."""

    def acquire(self) -> Any:
        raise ConnectionRefusedError

    async def fetchval(self, query: str) -> Any:
        raise ConnectionRefusedError
