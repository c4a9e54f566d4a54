"""A hub process: takes facts from the stream, writes them, and asks shops for what it misses.

A message is acknowledged once it is in the database, so a process that dies leaves it to another. One that lies ahead
of what is there goes back to the stream for a moment, for another process may be writing what comes before it; when
the stream has nothing before it any more, the shop is asked to send again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

import asyncpg
from msgspec import Struct
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NothingCame
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy
from nats.js.errors import NotFoundError

from jumak import metrics
from jumak.feed.link import LOST, Connection, Waiting, connected
from jumak.feed.messages import About, Facts, Heard, MenuResult, Unreadable, Wanted, packed, unpacked
from jumak.feed.options import Link
from jumak.feed.subjects import (
    ABOUT,
    CONSUMER,
    FACTS,
    HEARD,
    JOURNAL_STREAM,
    LATEST_STREAM,
    MENU_RESULT,
    WANTED,
    of_all_shops,
    shop_of,
    subject,
)
from jumak.hub.database import TROUBLE
from jumak.hub.ingest import ingest, introduce, stop
from jumak.hub.menus import take_result
from jumak.hub.queries import SQL
from jumak.hub.streams import prepare
from jumak.logs import fields
from jumak.service.ports import Ids

MOST_MESSAGES: Final = 64
"""In one transaction."""

WRITE_WITHIN_S: Final = 15.0
"""What is not acknowledged by then goes to another process; written twice it is dropped by its number."""

LOOK_S: Final = 5.0
"""An empty stream is asked again after this."""

SOON_S: Final = 0.2
"""A message that lies ahead comes again after this."""

LATER_S: Final = 10.0
"""One of a shop nobody knows comes again after this."""

ASK_AGAIN_S: Final = 30.0
MANY_TIMES: Final = 50
"""A message that came so often and is still ahead: what is before it does not come."""

_log = logging.getLogger(__name__)


class ReceiverOptions(Struct, frozen=True):
    """consumer: name of the hub among those that read the same stream."""

    link: Link
    consumer: str = CONSUMER
    write_within_s: float = WRITE_WITHIN_S


class Receiver:
    """See the module. `run` runs until it is cancelled."""

    def __init__(self, pool: asyncpg.Pool, options: ReceiverOptions, ids: Ids) -> None:
        self._pool, self._options = pool, options
        self._ids = ids
        self._waiting = Waiting(most_s=5.0)
        self.is_connected = False
        """The stream is there, and is being taken from."""

    def pace(self, *, most_s: float) -> None:
        """What is away is tried at least this often."""
        self._waiting = Waiting(first_s=min(most_s, 0.5), most_s=most_s)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with connected(self._options.link, "jumak hub") as link:
                    await self._work(link)
            except LOST as trouble:
                _log.warning("the stream is away: %s", trouble, extra=fields(at=str(self._options.link)))
            except TROUBLE as trouble:
                _log.warning("the database is away: %s", trouble)
            except Exception:
                _log.exception("taking what shops send failed; it is tried again")
            self.is_connected = False
            await asyncio.sleep(self._waiting.next_s())

    async def _work(self, link: Connection) -> None:
        await prepare(link.stream)
        taking = await link.stream.pull_subscribe(
            of_all_shops(FACTS),
            durable=self._options.consumer,
            stream=JOURNAL_STREAM,
            config=ConsumerConfig(
                ack_policy=AckPolicy.EXPLICIT,
                deliver_policy=DeliverPolicy.ALL,
                ack_wait=self._options.write_within_s,
                max_ack_pending=4_096,
            ),
        )
        said: asyncio.Queue[Msg] = asyncio.Queue()
        for what in (ABOUT, HEARD, MENU_RESULT):
            await link.client.subscribe(of_all_shops(what), cb=said.put)
        self.is_connected = True
        await link.together(self._take_all(link.stream, taking), self._listen(link.stream, said))

    # -- facts ---------------------------------------------------------------------------------------

    async def _take_all(self, stream: JetStreamContext, taking: JetStreamContext.PullSubscription) -> None:
        while True:
            try:
                messages = await taking.fetch(MOST_MESSAGES, timeout=LOOK_S)
            except (NothingCame, TimeoutError):
                continue
            await self.take(stream, messages)
            self._waiting.got_somewhere()

    async def take(self, stream: JetStreamContext, messages: list[Msg]) -> None:
        """Writes what is new and acknowledges what need not come again."""
        readable: list[tuple[Msg, Facts]] = []
        for message in messages:
            try:
                facts = unpacked(message.data, Facts)
                if facts.shop != shop_of(message.subject):
                    raise Unreadable("facts of another shop")
                readable.append((message, facts))
            except Unreadable as problem:
                _log.error("a message cannot be read: %s", problem, extra=fields(subject=message.subject))
                await stop(self._pool, shop_of(message.subject), f"a message cannot be read: {problem}")
                await message.ack()
        if not readable:
            return
        outcomes = await ingest(self._pool, [facts for _, facts in readable])
        info: ConsumerInfo | None = None
        for (message, facts), outcome in zip(readable, outcomes, strict=True):
            metrics.hub_facts.labels(outcome).inc(len(facts.facts))
            if outcome == "stranger":
                met = await self._meet(stream, facts.shop)
                await message.nak(delay=SOON_S if met else LATER_S)
            elif outcome == "ahead":
                info = info or await stream.consumer_info(JOURNAL_STREAM, self._options.consumer)
                if _nothing_before(message, info):
                    await self._ask(stream, facts.shop)
                    await message.ack()
                else:
                    await message.nak(delay=SOON_S)
            else:
                await message.ack()

    # -- shops ---------------------------------------------------------------------------------------

    async def _listen(self, stream: JetStreamContext, said: asyncio.Queue[Msg]) -> None:
        """First what shops said while nobody listened, then what they say."""
        info = await stream.stream_info(LATEST_STREAM, subjects_filter=of_all_shops("*"))
        for name in info.state.subjects or {}:
            what = name.rpartition(".")[2]
            if what in (ABOUT, HEARD, MENU_RESULT):
                with contextlib.suppress(NotFoundError):
                    kept = await stream.get_last_msg(LATEST_STREAM, name)
                    await self._hear(stream, name, kept.data or b"")
        while True:
            message = await said.get()
            await self._hear(stream, message.subject, message.data)

    async def _hear(self, stream: JetStreamContext, name: str, data: bytes) -> None:
        shop, what = shop_of(name), name.rpartition(".")[2]
        try:
            if what == ABOUT:
                await introduce(self._pool, unpacked(data, About))
            elif what == MENU_RESULT:
                await take_result(self._pool, shop, unpacked(data, MenuResult))
            else:
                await self._heard(stream, unpacked(data, Heard))
        except Unreadable as problem:
            _log.warning("what a shop says cannot be read: %s", problem, extra=fields(subject=name))

    async def _heard(self, stream: JetStreamContext, heard: Heard) -> None:
        """A shop that says it has sent more than is here, or than the stream will still bring, is asked for it."""
        row = await self._pool.fetchrow(SQL["heard"], heard.shop, heard.newest)
        if row is None:
            if not await self._meet(stream, heard.shop):
                return
            row = await self._pool.fetchrow(SQL["heard"], heard.shop, heard.newest)
            assert row is not None, "it has been introduced"
        if row["last_seq"] >= heard.sent or row["trouble"] is not None:
            return
        info = await stream.consumer_info(JOURNAL_STREAM, self._options.consumer)
        if not info.num_pending and not info.num_ack_pending:
            await self._ask(stream, heard.shop)

    async def _meet(self, stream: JetStreamContext, shop: str) -> bool:
        """Learns how to read a shop's facts from what it left. False: it left nothing, or nothing that can be read."""
        try:
            about = await stream.get_last_msg(LATEST_STREAM, subject(shop, ABOUT))
            await introduce(self._pool, unpacked(about.data or b"", About))
        except (NotFoundError, Unreadable):
            return False
        return True

    async def _ask(self, stream: JetStreamContext, shop: str) -> None:
        """Wishes for everything after what is here; once in a while for the same."""
        after = await self._pool.fetchval(SQL["ask"], shop, ASK_AGAIN_S)
        if after is not None:
            _log.info("a shop is asked for its facts", extra=fields(shop=shop, after=after))
            await stream.publish(subject(shop, WANTED), packed(Wanted(self._ids.new(), after)))


def _nothing_before(message: Msg, info: ConsumerInfo) -> bool:
    """Whether everything the stream had before this message has been dealt with."""
    meta = message.metadata
    floor = info.ack_floor.stream_seq if info.ack_floor is not None else 0
    return (floor or 0) >= meta.sequence.stream - 1 or (meta.num_delivered or 0) >= MANY_TIMES
