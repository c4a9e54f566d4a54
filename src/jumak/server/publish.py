"""From commits to pushes: each is encoded once and handed to whoever may see it (contract README §8)."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from jumak import metrics
from jumak.domain.errors import HostUnavailable
from jumak.logs import fields
from jumak.protocol.pushes import FACTS, push_of
from jumak.server.connections import Push
from jumak.service.event_number import number_of
from jumak.service.journal import push_for
from jumak.service.ports import Announcement, Committed, Entry, Reader

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

View = Callable[[Reader, Committed], Awaitable[Iterable[Announcement]]]
FactListener = Callable[[Entry], None]

log = logging.getLogger(__name__)


class Publisher:
    """Sends what each commit made known, in journal order; registered once with the store.

    views: push name → its pushes after a commit. They carry no `seq`, are never replayed and only built while
    somebody would get one.
    """

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        self.views: dict[str, View] = {}
        self._listeners: list[tuple[str, FactListener]] = []
        self._unsent: deque[Committed] = deque()
        self._sending = False

    def listen(self, prefix: str, listener: FactListener) -> None:
        """Calls `listener` for every committed fact whose name starts so, e.g. `plugin.`."""
        self._listeners.append((prefix, listener))

    def publish(self, committed: Committed) -> None:
        """The store's commit listener: runs after the replies of the commit (H-30, H-31)."""
        self._unsent.append(committed)
        if not self._sending:
            self._shop.begin(self._send_all())

    async def _send_all(self) -> None:
        """One commit after the other, also when a networked store makes one of them wait."""
        self._sending = True
        try:
            while self._unsent:
                await self._send(self._unsent.popleft())
        finally:
            self._sending = False

    async def _send(self, committed: Committed) -> None:
        connections = self._shop.connections
        read = self._shop.store.reader()
        for entry in committed.entries:
            self._tell_listeners(entry)
            kind = FACTS.get(entry.fact.name)
            if kind is None or not kind.push or not connections.wanted(kind.push):
                continue
            try:
                push = await push_for(read, entry) if kind.whole else push_of(entry.fact)
                if push is not None:
                    connections.send(
                        Push(push.name, msgspec.json.encode(push.data), number_of(read, entry.seq))
                    )
            except HostUnavailable:
                # Whoever should have it comes back and resumes before it: a push left out would never be missed.
                for subscriber in tuple(connections.all):
                    if kind.push in subscriber.visible:
                        subscriber.end(1012, "HOST_UNAVAILABLE")
            except Exception:
                # One push that cannot be made must not cost everybody the ones after it.
                log.exception("a push could not be made", extra=fields(fact=entry.fact.name, seq=entry.seq))
        for name, view in self.views.items():
            if connections.wanted(name):
                try:
                    for announcement in await view(read, committed):
                        connections.announce(announcement)
                except Exception:
                    log.exception("a view failed", extra=fields(push=name))
        for announcement in committed.announcements:
            connections.announce(announcement)
        if connections.all:
            metrics.push_lag_seconds.observe(time.perf_counter() - committed.ended)

    def _tell_listeners(self, entry: Entry) -> None:
        for prefix, listener in self._listeners:
            if entry.fact.name.startswith(prefix):
                try:
                    listener(entry)
                except Exception:
                    log.exception(
                        "a listener of facts failed", extra=fields(fact=entry.fact.name, seq=entry.seq)
                    )
