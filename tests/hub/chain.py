"""A chain in a test: a NATS server, a database of its own, hub processes and shops that send."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from jumak.demo.shop import SHOP, furnish
from jumak.feed.link import connected
from jumak.feed.messages import About
from jumak.feed.options import FeedOptions, Link
from jumak.feed.sender import Sender, sending
from jumak.feed.subjects import CONSUMER, JOURNAL_STREAM
from jumak.hub.database import opened
from jumak.hub.ingest import introduce
from jumak.hub.receiver import Receiver, ReceiverOptions
from jumak.server.ids import UuidIds
from jumak.simulate import Plan
from jumak.store.shipping import Shipment
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.store.sqlite.shipping import JournalShipper
from jumak.store.sqlite.travel import codec_of
from jumak.testing import SimulatedShop, simulated_shop
from tests.nats import NatsServer
from tests.postgres import PostgresServer
from tests.scenario.test_simulate import play

WITHIN_S = 60.0
_numbers = itertools.count(1)


async def until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    """Waits for it, with a deadline."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while not await true():  # noqa: ASYNC110  # what is waited for happens elsewhere
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"it never came to this: {what}") from None


class Branch:
    """A shop of the chain. Its sender runs while `sending`."""

    def __init__(self, name: str, shop: SimulatedShop, chain: Chain) -> None:
        assert shop.folder is not None
        self.name, self.shop, self.folder = name, shop, shop.folder
        self._chain = chain

    @contextlib.asynccontextmanager
    async def sending(self, link: Link | None = None) -> AsyncIterator[Sender]:
        """link: as whom, where NATS asks."""
        options = FeedOptions(link or Link(self._chain.nats.url), self.name)
        async with sending(self.shop.running.store, self.folder, options) as sender:
            # Nobody waits a minute here for what came back long ago.
            sender.pace(most_s=0.2)
            yield sender

    async def sell(self, orders: int, seed: int = 1) -> None:
        """A part of a day with everything that happens in one: parts, refunds, moves, cancels."""
        await play(self.shop, Plan(seed=seed, orders=orders))

    async def arrived(self) -> None:
        """The hub has everything of this shop."""
        await self._chain.arrived(self.name, self.folder)

    async def check(self) -> None:
        """The hub's copy is the shop."""
        await self._chain.check(self.name, self.folder)


class Chain:
    """See the module. Made by `chain`."""

    def __init__(
        self, nats: NatsServer | None, postgres: PostgresServer, database: str, folder: Path
    ) -> None:
        self._nats, self._postgres, self.folder = nats, postgres, folder
        self.database = database
        self.pool: asyncpg.Pool = None  # type: ignore[assignment]  # set by `chain`

    @property
    def nats(self) -> NatsServer:
        assert self._nats is not None, "a database alone"
        return self._nats

    @property
    def database_url(self) -> str:
        return self._postgres.url.replace("/postgres?", f"/{self.database}?")

    @contextlib.asynccontextmanager
    async def branch(self, name: str, seed: int = 1) -> AsyncIterator[Branch]:
        """A furnished shop in a folder of its own."""
        async with simulated_shop(seed, shop=SHOP, documents=(), folder=self.folder / name) as shop:
            await furnish(shop.running.store)
            yield Branch(name, shop, self)

    @contextlib.asynccontextmanager
    async def hub(self, link: Link | None = None, **options: Any) -> AsyncIterator[Receiver]:
        """One hub process, as a task of this one. link: as whom, where NATS asks."""
        link = link or Link(self.nats.url)
        receiver = Receiver(self.pool, ReceiverOptions(link=link, **options), UuidIds())
        receiver.pace(most_s=0.2)
        running = asyncio.create_task(receiver.run())
        try:
            yield receiver
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def meet(self, branch: Branch) -> None:
        """The hub learns how to read this shop's facts."""
        shipper = JournalShipper(branch.folder)
        await introduce(self.pool, About(branch.name, shipper.founding(), shipper.dictionary))
        shipper.close()

    async def drained(self) -> bool:
        """Every message of the stream is acknowledged."""
        async with connected(Link(self.nats.url), "test") as link:
            info = await link.stream.consumer_info(JOURNAL_STREAM, CONSUMER)
            return not info.num_pending and not info.num_ack_pending

    async def last_seq(self, shop: str) -> int:
        return await self.pool.fetchval("SELECT last_seq FROM shops WHERE shop = $1", shop) or 0

    async def arrived(self, name: str, folder: Path) -> None:
        """The hub has everything this shop has now."""
        shipper = JournalShipper(folder)
        newest = shipper.newest()
        shipper.close()
        await self.has(name, newest)

    async def has(self, name: str, seq: int) -> None:
        """The hub has this fact of this shop."""

        async def there() -> bool:
            return await self.last_seq(name) >= seq

        await until(there, f"shop {name} is at {seq}")

    async def check(self, name: str, folder: Path) -> None:
        """The hub's copy is the shop: every fact once and in order, every order, every total."""
        shipper = JournalShipper(folder)
        mine = shipper.after(0, 10**9, 10**12)
        shipper.close()
        connection = open_for_reading(folder / FILE_NAME)
        codec = codec_of(connection)
        kept = {
            order_id: (fact, codec.unpack(doc).decode())
            for order_id, fact, doc in connection.execute("SELECT id, fact, doc FROM orders")
        }
        connection.close()
        await check_copy(self.pool, name, mine, kept)


async def check_copy(pool: asyncpg.Pool, name: str, mine: Shipment, kept: dict[str, tuple[int, str]]) -> None:
    """A hub's copy of a shop is the shop: every fact once and in order, every order, every total.

    mine: the shop's whole journal; kept: newest fact and public document (JSON) of its orders.
    """
    theirs = await pool.fetch(
        "SELECT seq, at, name, subject, caller, kind, device, staff, command, data, state, withheld"
        " FROM journal WHERE shop = $1 ORDER BY seq",
        name,
    )
    assert len(theirs) == len(mine.facts)
    for fact, row in zip(mine.facts, theirs, strict=True):
        assert (row["seq"], row["name"], row["subject"], row["command"]) == (
            fact.seq, fact.name, fact.subject, fact.command,
        )  # fmt: skip
        assert (row["caller"], row["kind"], row["device"], row["staff"]) == fact.actor
        assert (row["data"].encode(), row["state"], row["withheld"]) == (
            fact.data, fact.state, fact.withheld,
        )  # fmt: skip
    commits = await pool.fetch(
        "SELECT last_seq, hash, verified FROM commits WHERE shop = $1 ORDER BY last_seq", name
    )
    assert [(row["last_seq"], row["hash"]) for row in commits] == [
        (end.last_seq, end.hash) for end in mine.commits
    ]
    assert any(row["verified"] for row in commits)
    copied = await pool.fetch("SELECT id, fact, doc FROM orders WHERE shop = $1", name)
    assert {row["id"]: (row["fact"], row["doc"]) for row in copied} == kept
    await _check_totals(pool, name, [msgspec.json.decode(doc) for _, doc in kept.values()])


async def _check_totals(pool: asyncpg.Pool, name: str, orders: list[dict[str, Any]]) -> None:
    """RPT-a, against what the shop's own orders say now."""
    rows = await pool.fetch(
        "SELECT kind, sum(amount)::bigint AS amount, sum(vat)::bigint AS vat FROM totals"
        " WHERE shop = $1 GROUP BY kind",
        name,
    )
    sums = {row["kind"]: row["amount"] for row in rows}
    paid = sum(order["paymentPrice"]["paymentPaidValue"] for order in orders)
    assert sums.get("tender", 0) == paid
    for kind in ("category", "item", "hour"):
        assert sums.get(kind, 0) == sums.get("sales", 0)
    settled = [
        order["chargePrice"]
        for order in orders
        if order["orderState"] != "CANCELLED" and order["paymentState"] == "COMPLETED"
    ]
    assert sums.get("sales", 0) == sum(
        price["chargePriceValue"] - price["chargeTipValue"] for price in settled
    )
    vat = {row["kind"]: row["vat"] for row in rows}
    assert vat.get("sales", 0) == sum(price["chargeTaxValue"] for price in settled)


@contextlib.asynccontextmanager
async def chain(nats: NatsServer | None, postgres: PostgresServer, folder: Path) -> AsyncIterator[Chain]:
    database = f"hub_{next(_numbers)}"
    connection = await asyncpg.connect(postgres.url)
    await connection.execute(f"CREATE DATABASE {database}")
    whole = Chain(nats, postgres, database, folder)
    try:
        async with opened(whole.database_url) as pool:
            whole.pool = pool
            yield whole
    finally:
        await connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
        await connection.close()
