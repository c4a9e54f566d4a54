"""Words between processes over NATS: they wake, whatever else becomes of them they do no harm (wire §9)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from jumak.feed.link import reached, taken
from jumak.feed.options import Link
from jumak.feed.waking import ByNats, subject
from jumak.service.ports import Announcement
from jumak.store.postgres import Database, lookout
from jumak.store.postgres import store as postgres_store
from tests.nats import NatsServer
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.store.conftest import Counter, founded, in_database
from tests.store.statements import recorded
from tests.store.test_two_processes import OID, WITHIN_S, add, count, heard, make_order, told


@pytest.fixture
def nats() -> Iterator[NatsServer]:
    server = NatsServer()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only words tell."""
    monkeypatch.setattr(lookout, "LOOK_EVERY_S", 10 * WITHIN_S)


class Pair:
    """Two stores of one shop, each with connections of its own to the database and to NATS."""

    def __init__(self, one: Counter, two: Counter) -> None:
        self.one, self.two = one, two
        two.ids.count = 1 << 64

    @property
    def carriers(self) -> list[Any]:
        stores: list[Any] = [self.one.store, self.two.store]
        return [store.database.wake_ups for store in stores]

    @property
    def shop_id(self) -> int:
        store: Any = self.one.store
        return int(store.memory.shop_id)

    async def connected(self, *, are: bool = True) -> None:
        await until(lambda: all(carrier.is_connected is are for carrier in self.carriers))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def pair(postgres: PostgresServer, *urls: str) -> AsyncIterator[Pair]:
    """urls: of NATS, for the first and for the second process."""
    async with contextlib.AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(
                Database.connected(postgres.url, waking=partial(ByNats, Link(url)))
            )
            for url in urls
        ]
        one = await founded(first)
        store: Any = one.store
        two = await in_database(second, store.memory.shop_id, one.clock, type(one.ids)())
        yield Pair(one, two)
        await one.store.close()
        await two.store.close()


def notified(sent: list[tuple[str, tuple[Any, ...]]], shop_id: int) -> int:
    """How many words of a shop went through the database."""
    return sum("pg_notify" in query and args[0] == f"jumak_{shop_id}" for query, args in sent)


async def test_words_go_over_nats_and_over_the_database_while_it_is_away(
    postgres: PostgresServer, nats: NatsServer
) -> None:
    """Wire §9: nobody looks, and everybody is told; the database carries nothing while NATS does."""
    async with pair(postgres, nats.url, nats.url) as both:
        one, two = both.one, both.two
        await both.connected()
        await one.do(add(make_order(OID)))
        await two.do(count)
        await told(one, 2)
        await one.do(lambda tx: tx.announce(Announcement(name="x.event", data={})))
        await until(lambda: any(commit.announcements for commit in two.commits))
        await nats_alone(both)
        nats.kill()
        await both.connected(are=False)
        await one.do(count)
        await told(two, len(heard(one)))
        nats.start()
        await both.connected()
        await nats_alone(both)
        assert heard(one) == heard(two)


async def nats_alone(both: Pair) -> None:
    """Waits until a commit is told without the database: who was away is told both ways for a while."""
    with recorded() as sent:

        async def is_told() -> bool:
            before = notified(sent, both.shop_id)
            await both.one.do(count)
            await told(both.two, len(heard(both.one)))
            return notified(sent, both.shop_id) == before

        async with asyncio.timeout(WITHIN_S):
            while not await is_told():  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.1)


async def test_who_does_not_reach_nats_is_told_by_those_who_do(
    postgres: PostgresServer, nats: NatsServer
) -> None:
    """Wire §9: and they by it."""
    async with pair(postgres, nats.url, f"nats://127.0.0.1:{free_port()}") as both:
        first, second = both.carriers
        await until(lambda: first.is_connected and first._others_away_until > 0)
        assert not second.is_connected
        await both.one.do(add(make_order(OID)))
        await told(both.two, 1)
        await both.two.do(count)
        await told(both.one, 2)


async def test_words_that_are_wrong_do_no_harm(
    postgres: PostgresServer, nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wire §9, H-11: forged, doubled, old and broken ones; they do not even make a process ask without pause."""
    monkeypatch.setattr(postgres_store, "VAIN_S", 3.0)
    async with pair(postgres, nats.url, nats.url) as both:
        await both.connected()
        await both.one.do(add(make_order(OID)))
        await told(both.two, 1)
        store: Any = both.two.store
        looks = 0
        catching_up = store.caught_up

        async def looked() -> None:
            nonlocal looks
            looks += 1
            await catching_up()

        monkeypatch.setattr(store, "caught_up", looked)
        all_heard = asyncio.Event()

        async def last(_: Any) -> None:
            all_heard.set()

        # A subject of the same connections: when its word is there, all before it have been.
        client = both.carriers[1]._client
        await client.subscribe("test.last", cb=last)
        await taken(client)
        async with reached(Link(nats.url), "forger") as (forger, _):
            for word in (b"", b"x", b"-5", b"9" * 19, b"9" * 5_000, "²".encode(), b"0", b"1", b"1", b"999"):
                for _ in range(20):
                    await forger.publish(subject(both.shop_id), word)
            await forger.publish("test.last", b"")
            async with asyncio.timeout(WITHIN_S):
                await all_heard.wait()
        await until(lambda: looks > 0)
        assert looks == 1
        await both.two.do(count)
        await told(both.one, 2)
        assert heard(both.one) == heard(both.two)


async def test_a_process_hears_of_the_shops_it_has_open(postgres: PostgresServer, nats: NatsServer) -> None:
    """A shop that is closed is listened to no more, in NATS and in the database."""
    async with pair(postgres, nats.url, nats.url) as both:
        await both.connected()
        store: Any = both.one.store
        other = await founded(store.database)
        carrier = both.carriers[0]
        there = other.store.memory.shop_id  # type: ignore[union-attr]  # it is in PostgreSQL
        await until(lambda: set(carrier._subscriptions) == {both.shop_id, there})
        await other.store.close()
        await until(lambda: set(carrier._subscriptions) == {both.shop_id})
        assert set(store.database._channels._listeners) == {"jumak_nats_away", f"jumak_{both.shop_id}"}


async def test_what_is_subscribed_to_is_heard_from_then_on(nats: NatsServer) -> None:
    """Wire §9: also behind much that waits to be sent, which a ping of the client overtakes."""
    link = Link(nats.url)
    async with reached(link, "one") as (one, _), reached(link, "other") as (other, _):
        for number in range(20):
            await one.publish("test.nobody", bytes(900_000))
            mine = await one.subscribe(f"test.{number}")
            await taken(one)
            await other.publish(f"test.{number}")
            await mine.next_msg(WITHIN_S)
