"""A shop's journal on its way to the hub: in order, from where the hub's stream is, for as long as it takes.

The journal itself is the queue. What the stream has acknowledged is remembered in the shop itself, now and then:
remembered late, some facts are sent twice, which the hub notices by their numbers. Nothing here ever holds up a sale:
facts are read on a connection of their own, and a hub that is away is asked again later. Of a shop in a database the
process that runs it sends; should another one still send, the stream refuses what is not next, and the hub drops doubles.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import Struct
from nats.aio.msg import Msg
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from jumak import metrics
from jumak.domain.caller import SYSTEM
from jumak.domain.errors import HostUnavailable
from jumak.ending import ended
from jumak.feed.link import LOST, Connection, Waiting, connected
from jumak.feed.menus import MenuTaker
from jumak.feed.messages import About, Facts, Heard, Unreadable, Wanted, packed, unpacked
from jumak.feed.options import FeedOptions
from jumak.feed.subjects import (
    ABOUT,
    FACTS,
    HEARD,
    JOURNAL_STREAM,
    LATEST_STREAM,
    WANTED,
    subject,
)
from jumak.logs import fields
from jumak.service.hub_feed import remember_sent, remembered
from jumak.service.ports import Command, Committed, Store, Transaction
from jumak.store.shipping import Journal
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.shipping import FileJournal

MOST_FACTS: Final = 250
MOST_BYTES: Final = 400_000
"""Of one message, before it is compressed: below the megabyte a server takes, whatever the facts are like."""

PAUSE: Final = 2.0
"""Catching up, it rests so many times as long as it worked: sales have the processor."""
LONGEST_PAUSE_S: Final = 0.1

HEARD_EVERY_S: Final = 30.0
BUSY_S: Final = 60.0
"""Whose facts were acknowledged within this is being sent."""

REMEMBER_EVERY_S: Final = 10.0
"""Each time is a commit of the shop, so it is done when nothing is going on, or now and then."""

WRONG_LAST_SEQUENCE: Final = 10_071
LAST_SEQ, LAST_HASH, WISH = "Jumak-Last-Seq", "Jumak-Last-Hash", "Jumak-Wish"
"""Headers of a message of facts: its last fact, the hash of the commit that ends with it, if one does, and the last wish
of the hub that had been granted."""

Errand = Callable[[Connection], Coroutine[Any, Any, None]]
Connecting = Callable[[], AbstractAsyncContextManager[Connection]]

_log = logging.getLogger(__name__)


class _Tail(NamedTuple):
    """Where the stream is: its last message of this shop, and what that says, 0 and empty for none."""

    sequence: int = 0
    seq: int = 0
    hash: str = ""
    wish: str = ""


class Sender:
    """Ships a shop's journal while `run` runs. Made once the store is open.

    connecting: makes a connection to the hub, or waits for one that others use too.
    """

    def __init__(
        self, store: Store, journal: Journal, options: FeedOptions, connecting: Connecting | None = None
    ) -> None:
        self._store, self._journal, self._options = store, journal, options
        self._connecting = connecting or partial(connected, options.link, f"jumak shop {options.shop}")
        self._news = asyncio.Event()
        self._waiting = Waiting()
        self._away = False
        self._sent, self._wish = 0, ""
        self._most_facts = MOST_FACTS
        self._kept = (0, "")
        self._kept_at = 0.0
        self._tail = _Tail()
        self.acknowledged_at = 0.0
        """When the stream last acknowledged facts, seconds since 1970; 0 while it has not since this process began."""
        self.errands: list[Errand] = []
        """What else is done with each new connection, e.g. menus of the hub; a coroutine each, until it is lost."""
        store.on_commit(self._committed)
        metrics.feed_unsent.follow(self, lambda us: us.unsent)
        metrics.feed_acknowledged.follow(self, lambda us: us.acknowledged_at)

    @property
    def unsent(self) -> int:
        """Facts the stream has not acknowledged."""
        return max(0, self._store.reader().seq - self._sent)

    @property
    def is_busy(self) -> bool:
        """The stream takes what it lacks. A hub that is away makes nobody busy."""
        return self.unsent > 0 and time.time() - self.acknowledged_at < BUSY_S

    def _committed(self, committed: Committed) -> None:
        if committed.entries:
            self._news.set()

    async def run(self) -> None:
        """Until cancelled."""
        feed = await remembered(self._store.reader())
        self._sent, self._wish = self._kept = feed.sent, feed.wish
        try:
            while True:
                try:
                    async with self._connecting() as hub:
                        self._away = False
                        await self._work(hub)
                except LOST as trouble:
                    # Once for each time it goes away; what is in the journal waits.
                    level = logging.DEBUG if self._away else logging.WARNING
                    self._away = True
                    _log.log(level, "the hub is away: %s", trouble, extra=fields(at=str(self._options.link)))
                except HostUnavailable as trouble:
                    _log.warning("the journal of a shop cannot be read: %s", trouble)
                except Exception:
                    _log.exception("sending to the hub failed; it is tried again")
                await asyncio.sleep(self._waiting.next_s())
        finally:
            with contextlib.suppress(Exception):
                await self._remember()

    def pace(self, *, most_s: float) -> None:
        """A hub that is away is tried at least this often."""
        self._waiting = Waiting(first_s=min(most_s, 0.5), most_s=most_s)

    def close(self) -> None:
        """After `run` has ended."""
        metrics.feed_unsent.leave(self)
        metrics.feed_acknowledged.leave(self)

    # -- one connection ------------------------------------------------------------------------------

    async def _work(self, hub: Connection) -> None:
        """Until the connection is lost, which raises."""
        stream = hub.stream
        async with hub.subscribed(self._subject(WANTED), self._wanted):
            about = About(self._options.shop, *await self._journal.about())
            await stream.publish(self._subject(ABOUT), packed(about))
            with contextlib.suppress(NotFoundError):
                wish = await stream.get_last_msg(LATEST_STREAM, self._subject(WANTED), direct=True)
                self._grant(wish.data or b"")
            await self._look_where(stream)
            await hub.together(
                *(errand(hub) for errand in self.errands), self._say_so(stream), self._send_all(stream)
            )

    async def _send_all(self, stream: JetStreamContext) -> None:
        while True:
            self._news.clear()
            if await self._send_next(stream):
                self._waiting.got_somewhere()
                await self._remember_sometimes()
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REMEMBER_EVERY_S):
                    await self._news.wait()
                continue
            await self._remember()
            # Nobody may have the shop open when a hub that has lost it wants to know how much there is.
            await self._say(stream)
            await self._news.wait()

    async def _say_so(self, stream: JetStreamContext) -> None:
        while True:
            await self._say(stream)
            await asyncio.sleep(HEARD_EVERY_S)

    async def _say(self, stream: JetStreamContext) -> None:
        said = Heard(self._options.shop, self._store.reader().seq, self._sent)
        await stream.publish(self._subject(HEARD), packed(said))

    async def _look_where(self, stream: JetStreamContext) -> None:
        """Learn how far the stream is, and go on from there when its last facts are ours."""
        self._tail = _tail_of(await _last_message(stream, self._subject(FACTS)))
        hash_there = await self._journal.hash_at(self._tail.seq)
        ours = hash_there is not None and hash_there.hex() == self._tail.hash
        if ours and self._tail.seq > self._sent and self._tail.wish == self._wish:
            self._sent = self._tail.seq
        elif self._tail.seq > self._store.reader().seq:
            _log.error(
                "the hub has facts this file does not know: was an older copy put back?",
                extra=fields(shop=self._options.shop),
            )

    async def _send_next(self, stream: JetStreamContext) -> bool:
        """Sends one message of facts; False when there is nothing to send."""
        after, wish = self._sent, self._wish
        begun = time.perf_counter()
        made = await self._next_message(after)
        if made is None:
            return False
        facts, data = made
        if facts.last < facts.newest:
            await asyncio.sleep(min(LONGEST_PAUSE_S, PAUSE * (time.perf_counter() - begun)))
        ends = facts.commits[-1] if facts.commits and facts.commits[-1].last_seq == facts.last else None
        known = "" if ends is None else ends.hash.hex()
        headers = {
            # Asked again, the same facts are another message; so are others by the same numbers.
            "Nats-Msg-Id": f"{self._options.shop}:{facts.first}-{facts.last}:{known[:16]}:{wish}",
            "Nats-Expected-Last-Subject-Sequence": str(self._tail.sequence),
            LAST_SEQ: str(facts.last),
            LAST_HASH: known,
            WISH: wish,
        }
        try:
            taken = await stream.publish(self._subject(FACTS), data, stream=JOURNAL_STREAM, headers=headers)
        except MaxPayloadError:
            # A server that takes less than most do.
            if self._most_facts == 1:
                raise
            self._most_facts = max(1, len(facts.facts) // 4)
            return True
        except APIError as refusal:
            if refusal.err_code != WRONG_LAST_SEQUENCE:
                raise
            # An acknowledgement was lost, old messages have expired, or somebody else sent for this shop.
            self._tail = _tail_of(await _last_message(stream, self._subject(FACTS)))
            return True
        self.acknowledged_at = time.time()
        sequence = max(taken.seq or 0, self._tail.sequence)
        self._tail = _Tail(sequence, facts.last, known, wish)
        if (after, wish) == (self._sent, self._wish):
            # Unless the hub wished for something else meanwhile.
            self._sent = facts.last
        return True

    async def _next_message(self, after: int) -> tuple[Facts, bytes] | None:
        shipment = await self._journal.after(after, self._most_facts, MOST_BYTES)
        if not shipment.facts:
            return None
        newest = await self._journal.newest()
        facts = Facts(self._options.shop, newest, tuple(shipment.facts), tuple(shipment.commits))
        return facts, await asyncio.to_thread(packed, facts)

    # -- wishes of the hub ---------------------------------------------------------------------------

    async def _wanted(self, message: Msg) -> None:
        self._grant(message.data)

    def _grant(self, data: bytes) -> None:
        try:
            wish = unpacked(data, Wanted)
        except Unreadable as problem:
            _log.warning("a wish of the hub cannot be read: %s", problem)
            return
        if wish.id != self._wish:
            self._sent, self._wish = min(self._sent, wish.after), wish.id
            self._news.set()

    # -- what the shop's file remembers --------------------------------------------------------------

    async def _remember_sometimes(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._kept_at > REMEMBER_EVERY_S:
            self._kept_at = now
            await self._remember()

    async def _remember(self) -> None:
        sent, wish = self._sent, self._wish
        if (sent, wish) == self._kept:
            return

        async def run(tx: Transaction) -> Struct:
            return await remember_sent(tx, sent, wish)

        result = await self._store.execute(Command(caller=SYSTEM, name="hub.sent", body=b"", run=run))
        if result.error is None:
            self._kept = sent, wish

    def _subject(self, what: str) -> str:
        return subject(self._options.shop, what)


@contextlib.asynccontextmanager
async def sending(
    store: Store, folder: Path, options: FeedOptions, connecting: Connecting | None = None
) -> AsyncIterator[Sender]:
    """A sender at work beside the store, ended before it. folder: holds the shop's files, the shop itself or not."""
    journal = journal_of(store, folder)
    sender = Sender(store, journal, options, connecting)
    sender.errands.append(MenuTaker(store, folder, options).work)
    running = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        await ended(running)
        sender.close()
        journal.close()


def journal_of(store: Store, folder: Path) -> Journal:
    """How the journal of an open shop is read."""
    if isinstance(store, SqliteStore):
        return FileJournal(folder)
    # Asyncpg takes a moment to import, which a shop in a file need not pay.
    from jumak.store.postgres import PostgresStore
    from jumak.store.postgres.shipping import DatabaseJournal

    assert isinstance(store, PostgresStore)
    return DatabaseJournal(store.database, store.memory.shop_id)


async def _last_message(stream: JetStreamContext, name: str) -> RawStreamMsg | None:
    try:
        return await stream.get_last_msg(JOURNAL_STREAM, name, direct=True)
    except NotFoundError:
        return None


def _tail_of(message: RawStreamMsg | None) -> _Tail:
    if message is None:
        return _Tail()
    said = message.headers or {}
    seq = said.get(LAST_SEQ, "0")
    return _Tail(
        message.seq or 0, int(seq) if seq.isdigit() else 0, said.get(LAST_HASH, ""), said.get(WISH, "")
    )
