"""A shop's journal at its hub: everything once and in order, whatever goes down on the way."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from nats.js.api import AckPolicy, ConsumerConfig

from jumak.feed.link import connected
from jumak.feed.messages import Facts, unpacked
from jumak.feed.options import Link
from jumak.feed.subjects import CONSUMER, JOURNAL_STREAM, of_all_shops
from jumak.hub.ingest import ingest
from jumak.hub.streams import prepare
from tests.crash.guests import Guest, HttpLine
from tests.crash.shop_process import ShopProcess, make_shop
from tests.figures import figures
from tests.hub.chain import Chain, until


async def test_what_shops_do_is_at_the_hub(hub: Chain):
    """RPT-2, RPT-a: a day of two shops, one that had a past, is at the hub to the last fact and won."""
    async with hub.branch("gangnam") as one, hub.branch("busan-1", seed=2) as two:
        await one.sell(15)
        async with hub.hub(), hub.hub(), one.sending(), two.sending():
            await two.sell(10, seed=2)
            for branch in (one, two):
                await branch.arrived()
                await branch.check()


async def test_a_link_that_is_down_loses_nothing(hub: Chain):
    """OFF-1: sales go on without a link; something else answers in its place; NATS is killed and comes back; the hub comes last."""
    hub.nats.kill()
    async with hub.branch("gangnam") as branch, branch.sending():
        async with not_nats(hub.nats.port) as asked:
            await branch.sell(5)
            await asyncio.wait_for(asked.wait(), 30)
        away = figures()
        assert away["jumak_feed_unsent_facts"] == branch.shop.running.store.reader().seq
        assert away["jumak_feed_last_ack_timestamp_seconds"] == 0
        begun = time.time()
        hub.nats.start()
        async with hub.hub():
            await branch.arrived()
            hub.nats.kill()
            await branch.sell(5, seed=2)
            hub.nats.start()
            await branch.arrived()
        # Without a hub the stream takes it.
        await branch.sell(3, seed=3)

        async def all_sent() -> bool:
            return figures()["jumak_feed_unsent_facts"] == 0

        await until(all_sent, "the stream has acknowledged every fact")
        assert begun <= figures()["jumak_feed_last_ack_timestamp_seconds"] <= time.time()
        async with hub.hub():
            await branch.arrived()
            await branch.check()


@contextlib.asynccontextmanager
async def not_nats(port: int) -> AsyncIterator[asyncio.Event]:
    """Something else that answers at this port; set when it has."""
    asked = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        asked.set()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    try:
        yield asked
    finally:
        server.close()
        await server.wait_closed()


async def test_a_hub_killed_between_write_and_acknowledgement(hub: Chain):
    """What was written and not acknowledged comes again and is dropped by its number."""
    async with hub.branch("gangnam") as branch, branch.sending():
        await branch.sell(5)
        async with connected(Link(hub.nats.url), "test") as link:
            await prepare(link.stream)
            taking = await link.stream.pull_subscribe(
                of_all_shops("journal"),
                durable=CONSUMER,
                stream=JOURNAL_STREAM,
                config=ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=1.0, max_ack_pending=4_096),
            )
            [message, *_] = await taking.fetch(64, timeout=10)
            facts = unpacked(message.data, Facts)
            await hub.meet(branch)
            assert await ingest(hub.pool, [facts]) == ["written"]
        assert await hub.last_seq("gangnam") == facts.last
        async with hub.hub(write_within_s=1.0):
            await branch.arrived()
            await until(hub.drained, "every message is acknowledged")
            await branch.check()


async def test_a_hub_that_lost_everything_is_filled_again(hub: Chain):
    """The stream has nothing any more, one shop is silent, one is away when it is asked."""
    async with hub.branch("gangnam") as one, hub.branch("busan", seed=2) as two:
        async with hub.hub(), one.sending(), two.sending():
            await one.sell(5)
            await two.sell(5, seed=2)
            await one.arrived()
            await two.arrived()
        async with connected(Link(hub.nats.url), "test") as link:
            await link.stream.purge_stream(JOURNAL_STREAM)
        await hub.pool.execute("TRUNCATE shops, journal, commits, orders, totals")
        async with hub.hub():
            async with one.sending():
                await one.arrived()
            async with two.sending():
                await two.sell(2, seed=3)
                await two.arrived()
        await one.check()
        await two.check()


async def test_a_server_killed_again_and_again(hub: Chain, tmp_path: Path):
    """OFF-1: SIGKILL in the middle of sales; what was sold is at the hub, once."""
    folder = tmp_path / "killed" / "shop"
    await make_shop(folder)
    server = ShopProcess(folder)
    server.words = (*server.words, "--nats-url", hub.nats.url, "--hub-shop", "killed")
    await server.start()
    answers: asyncio.Queue[None] = asyncio.Queue()
    guests = [
        Guest(number, server, HttpLine(server, server.owner.token), 7, lambda: answers.put_nowait(None))
        for number in range(4)
    ]
    over = asyncio.Event()
    async with hub.hub():
        living = [asyncio.create_task(guest.live(over)) for guest in guests]
        for _ in range(2):
            for _ in range(20):
                await asyncio.wait_for(answers.get(), 60)
            await server.kill()
            await server.start()
        over.set()
        await asyncio.gather(*living)
        await hub.arrived("killed", folder)
        await server.stop()
        await hub.arrived("killed", folder)
    await hub.check("killed", folder)
