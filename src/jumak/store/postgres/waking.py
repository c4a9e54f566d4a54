"""The word between processes that a shop has a new commit: a hint, for its journal is the truth.

A word may be late, doubled, reordered, forged or lost: a store that hears of a commit it does not have looks, and the
lookout (`lookout.py`) finds within two seconds what nobody said. Here is what is needed of whoever carries words, and the
carrier that a database brings along, LISTEN and NOTIFY; `feed/waking.py` carries them over NATS.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

import asyncpg

from jumak.ending import ended
from jumak.store.postgres.connection import ASK_AGAIN_S, CONNECT_WITHIN_S, SETTINGS, TROUBLE

Listener = Callable[[int], None]
"""Called with the number of a commit (`heads.commit`), 0 when words may have been missed."""

_DIGITS: Final = 19
"""Of the largest number a commit can have."""

_log = logging.getLogger(__name__)


class WakeUps(Protocol):
    """Who carries words between the processes of one database."""

    def listen(self, shop_id: int, listener: Listener) -> None:
        """Calls it with what is said of this shop from now on."""

    def leave(self, shop_id: int, listener: Listener) -> None:
        """No more calls."""

    async def say(self, shop_id: int, commit: int) -> None:
        """Tells the other processes. Raises nothing: a word that could not be said is lost."""

    async def close(self) -> None:
        """Carries no more."""


class Words:
    """Who in this process listens to which shop."""

    def __init__(self) -> None:
        self._listeners: dict[int, list[Listener]] = {}

    @property
    def shops(self) -> set[int]:
        """Those somebody listens to."""
        return set(self._listeners)

    def listen(self, shop_id: int, listener: Listener) -> None:
        """See `WakeUps`."""
        self._listeners.setdefault(shop_id, []).append(listener)

    def leave(self, shop_id: int, listener: Listener) -> None:
        """See `WakeUps`."""
        left = self._listeners[shop_id]
        left.remove(listener)
        if not left:
            del self._listeners[shop_id]

    def heard(self, shop_id: int, said: bytes) -> None:
        """A word as it came; what is no number of a commit is nobody's word."""
        if said.isdigit() and len(said) <= _DIGITS and (commit := int(said)):
            self.call(shop_id, commit)

    def call(self, shop_id: int, commit: int = 0) -> None:
        """Without a number: something may have been missed."""
        for listener in tuple(self._listeners.get(shop_id, ())):
            listener(commit)


class Channels:
    """LISTEN and NOTIFY: one connection listens to all channels. It begins with the first and comes back by itself."""

    def __init__(self, url: str, pool: asyncpg.Pool) -> None:
        self._url, self._pool = url, pool
        self._listeners: dict[str, Callable[[str | None], None]] = {}
        self._running: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def listen(self, channel: str, listener: Callable[[str | None], None]) -> None:
        """Calls it with what is said there, and with None once it listens: what was said before may have been missed."""
        self._listeners[channel] = listener
        self._changed.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    def leave(self, channel: str) -> None:
        """No more calls."""
        self._listeners.pop(channel, None)
        self._changed.set()

    async def say(self, channel: str, said: str) -> None:
        """To every process. Raises nothing."""
        with contextlib.suppress(*TROUBLE, asyncpg.PostgresError):
            await self._pool.fetch("SELECT pg_notify($1, $2)", channel, said)

    async def close(self) -> None:
        """Listens no more."""
        await ended(self._running)

    async def _run(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(
                    self._url, timeout=CONNECT_WITHIN_S, server_settings=SETTINGS
                )
            except (*TROUBLE, asyncpg.PostgresError):
                await asyncio.sleep(ASK_AGAIN_S)
                continue
            try:
                await self._listen_on(connection)
            except (*TROUBLE, asyncpg.PostgresError) as error:
                _log.warning("the connection for wake-ups was lost: %s", error)
            finally:
                connection.terminate()

    async def _listen_on(self, connection: asyncpg.Connection) -> None:
        """Until the connection is lost."""
        connection.add_termination_listener(lambda _: self._changed.set())
        heard: set[str] = set()
        while not connection.is_closed():
            self._changed.clear()
            for channel in heard - set(self._listeners):
                heard.discard(channel)
                await connection.remove_listener(channel, self._heard)
            for channel in set(self._listeners) - heard:
                heard.add(channel)
                await connection.add_listener(channel, self._heard)
                self._call(channel, None)
            await self._changed.wait()

    def _heard(self, _connection: Any, _pid: int, channel: str, said: Any) -> None:
        self._call(channel, str(said))

    def _call(self, channel: str, said: str | None) -> None:
        if (listener := self._listeners.get(channel)) is not None:
            listener(said)


class ByDatabase:
    """Words over the database itself. Implements `WakeUps`. channels: stay open."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._words = Words()

    def listen(self, shop_id: int, listener: Listener) -> None:
        """See `WakeUps`."""
        is_first = shop_id not in self._words.shops
        self._words.listen(shop_id, listener)
        if is_first:
            self._channels.listen(_channel(shop_id), lambda said: self._heard(shop_id, said))

    def leave(self, shop_id: int, listener: Listener) -> None:
        """See `WakeUps`."""
        self._words.leave(shop_id, listener)
        if shop_id not in self._words.shops:
            self._channels.leave(_channel(shop_id))

    async def say(self, shop_id: int, commit: int) -> None:
        """See `WakeUps`."""
        await self._channels.say(_channel(shop_id), str(commit))

    async def close(self) -> None:
        """See `WakeUps`."""

    def _heard(self, shop_id: int, said: str | None) -> None:
        if said is None:
            self._words.call(shop_id)
        else:
            self._words.heard(shop_id, said.encode())


def _channel(shop_id: int) -> str:
    return f"jumak_{shop_id}"
