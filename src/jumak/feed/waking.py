"""Words between server processes that a shop has a new commit, over core NATS, one subject for each shop.

A process subscribes to the shops it has open. It listens in the database too (`store/postgres/waking.py`), for those
who cannot reach NATS: who loses it says its words there, and says there every two seconds that it hears nothing, whereupon
the others say theirs both ways for a while. So nobody is told which processes there are, and all goes back by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from jumak.ending import ended
from jumak.feed.link import LOST, Waiting, reached, taken
from jumak.feed.options import Link
from jumak.logs import fields
from jumak.store.postgres.waking import ByDatabase, Channels, Listener, Words

AWAY_CHANNEL: Final = "jumak_nats_away"
SAY_AWAY_EVERY_S: Final = 2.0
AWAY_S: Final = 3 * SAY_AWAY_EVERY_S
"""Who said that it hears nothing of NATS is told through the database for so long."""

_log = logging.getLogger(__name__)


def subject(shop_id: int) -> str:
    """Of a shop's commits. Four words, where those of the hub's streams are three."""
    return f"jumak.shop.{shop_id:d}.commit"


class ByNats:
    """Implements `WakeUps`. Begins with the first shop."""

    def __init__(self, link: Link, channels: Channels) -> None:
        self._link = link
        self._channels, self._database = channels, ByDatabase(channels)
        self._words = Words()
        self._client: Client | None = None
        self._subscriptions: dict[int, Subscription] = {}
        self._changed = asyncio.Event()
        self._others_away_until = 0.0
        self._running: list[asyncio.Task[None]] = []
        self._waiting = Waiting(most_s=2.0)

    @property
    def is_connected(self) -> bool:
        """Words go over NATS."""
        return self._client is not None

    def listen(self, shop_id: int, listener: Listener) -> None:
        """See `WakeUps`."""
        self._database.listen(shop_id, listener)
        self._words.listen(shop_id, listener)
        self._changed.set()
        if not self._running:
            self._channels.listen(AWAY_CHANNEL, self._heard_away)
            self._running = [asyncio.create_task(self._keep()), asyncio.create_task(self._say_away())]

    def leave(self, shop_id: int, listener: Listener) -> None:
        """See `WakeUps`."""
        self._database.leave(shop_id, listener)
        self._words.leave(shop_id, listener)
        self._changed.set()

    async def say(self, shop_id: int, commit: int) -> None:
        """See `WakeUps`."""
        client = self._client
        if client is not None:
            with contextlib.suppress(*LOST):
                await client.publish(subject(shop_id), b"%d" % commit)
        if client is None or asyncio.get_running_loop().time() < self._others_away_until:
            await self._database.say(shop_id, commit)

    async def close(self) -> None:
        """See `WakeUps`."""
        await ended(*self._running)
        await self._database.close()

    async def _keep(self) -> None:
        """A connection, made again whenever it is lost."""
        while True:
            try:
                async with reached(self._link, "jumak wake-ups") as (client, lost):
                    try:
                        await self._carry(client, lost)
                    finally:
                        self._client = None
                        self._subscriptions.clear()
                _log.warning(
                    "NATS is away (%s): processes wake each other up through the database", self._link
                )
            except LOST as trouble:
                _log.debug("NATS is away: %s", trouble, extra=fields(at=str(self._link)))
            except Exception:
                _log.exception("wake-ups over NATS failed; they are tried again")
            await asyncio.sleep(self._waiting.next_s())

    async def _carry(self, client: Client, lost: asyncio.Event) -> None:
        """Subscribes to what is listened to, until the connection is lost."""
        gone = asyncio.ensure_future(lost.wait())
        gone.add_done_callback(lambda _: self._changed.set())
        try:
            while not lost.is_set():
                self._changed.clear()
                await self._subscribe(client)
                if self._client is None:
                    self._client = client
                    self._waiting.got_somewhere()
                    for shop_id in self._words.shops:
                        self._words.call(shop_id)
                await self._changed.wait()
        finally:
            gone.cancel()

    async def _subscribe(self, client: Client) -> None:
        for shop_id in set(self._subscriptions) - self._words.shops:
            await self._subscriptions.pop(shop_id).unsubscribe()
        new = self._words.shops - set(self._subscriptions)
        for shop_id in new:
            self._subscriptions[shop_id] = await client.subscribe(subject(shop_id), cb=self._heard)
        if new:
            await taken(client)
            # What was said before may have been missed.
            if self._client is not None:
                for shop_id in new:
                    self._words.call(shop_id)

    async def _heard(self, message: Msg) -> None:
        number = message.subject.split(".")[2]
        self._words.heard(int(number), message.data)

    # -- those who hear nothing of NATS ----------------------------------------------------------------

    async def _say_away(self) -> None:
        while True:
            if self._client is None:
                await self._channels.say(AWAY_CHANNEL, "")
            await asyncio.sleep(SAY_AWAY_EVERY_S)

    def _heard_away(self, said: str | None) -> None:
        if said is not None:
            self._others_away_until = asyncio.get_running_loop().time() + AWAY_S
