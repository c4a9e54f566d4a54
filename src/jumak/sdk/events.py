"""Events on their way to handlers (contract, python-sdk §3).

Every event name has a lane of its own: handlers of one name run one after the other, in the order
of `seq`, while other names go on. `on_any` is one more lane. The number to resume from is the last
one below which everything was handled; numbers that come again after a reconnect are dropped.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from jumak.sdk.names import canonical, push_of, topic_of

log = logging.getLogger("jumak.sdk")

Handler = Callable[..., Any]
ANY = "*"


class Push(Struct, frozen=True):
    """A push as `on_any` sees it: wire name and data, and its number if it is a store event."""

    name: str
    data: dict[str, Any]
    seq: int | None = None


class Events:
    """Handlers by topic, and what of the stream was handled.

    arguments: what a handler of a topic is called with.  narrow: called with the wanted push names
    (None = all) whenever they change.  failed: told of a handler's error.
    """

    def __init__(
        self,
        arguments: Callable[[str, Push], Awaitable[tuple[Any, ...]]],
        narrow: Callable[[tuple[str, ...] | None], None],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._arguments, self._narrow, self._failed = arguments, narrow, failed
        self._handlers: dict[str, list[Handler]] = {}
        self._lanes: dict[str, asyncio.Queue[Push]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._open: dict[int, int] = {}
        self._seen: set[tuple[int, str]] = set()
        self._newest = self._floor = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._running = 0

    def on(self, topic: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` for each event of a topic. Returns the function that ends it."""
        name = topic if topic == ANY else canonical(topic)
        handlers = self._handlers.setdefault(name, [])
        handlers.append(handler)
        self._narrow(self.wanted())

        def off() -> None:
            if handler in handlers:
                handlers.remove(handler)
                self._narrow(self.wanted())

        return off

    def wanted(self) -> tuple[str, ...] | None:
        """Names of the pushes that have a handler, None when all are wanted."""
        topics = [topic for topic, handlers in self._handlers.items() if handlers]
        if ANY in topics:
            return None
        return tuple(sorted({push_of(topic) for topic in topics}))

    @property
    def handled(self) -> int:
        """The number to resume after: everything up to here was handled."""
        return min(self._open) - 1 if self._open else self._newest

    def begin_at(self, seq: int) -> None:
        """The stream starts (again) here: older numbers count as handled."""
        self._newest = self._floor = seq
        self._open.clear()
        self._seen.clear()

    def take(self, push: Push) -> None:
        """A push arrived."""
        topic = topic_of(push.name, push.data)
        if push.seq is not None and not self._is_news(push.seq, topic):
            return
        lanes = [lane for lane in (topic, ANY) if self._handlers.get(lane)]
        if push.seq is not None and lanes:
            self._open[push.seq] = self._open.get(push.seq, 0) + len(lanes)
        for lane in lanes:
            self._running += 1
            self._idle.clear()
            self._lane(lane).put_nowait(push)

    async def idle(self) -> None:
        """Waits until everything that arrived was handled."""
        await self._idle.wait()

    async def close(self) -> None:
        """Ends handlers that still run."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def _is_news(self, seq: int, topic: str) -> bool:
        if seq <= self._floor or (seq, topic) in self._seen:
            return False
        self._seen.add((seq, topic))
        self._newest = max(self._newest, seq)
        if len(self._seen) > 4_096:
            self._floor = self.handled - 1
            self._seen = {pair for pair in self._seen if pair[0] > self._floor}
        return True

    def _lane(self, lane: str) -> asyncio.Queue[Push]:
        if lane not in self._lanes:
            self._lanes[lane] = asyncio.Queue()
            self._workers[lane] = asyncio.create_task(self._work(lane, self._lanes[lane]))
        return self._lanes[lane]

    async def _work(self, lane: str, queue: asyncio.Queue[Push]) -> None:
        while True:
            push = await queue.get()
            try:
                await self._handle(lane, push)
            finally:
                self._finish(push)

    async def _handle(self, lane: str, push: Push) -> None:
        try:
            arguments = (push,) if lane == ANY else await self._arguments(lane, push)
        except Exception as problem:
            self._failed(lane, problem)
            return
        for handler in list(self._handlers.get(lane, ())):
            try:
                outcome = handler(*arguments)
                if inspect.isawaitable(outcome):
                    await outcome
            except Exception as problem:
                self._failed(lane, problem)

    def _finish(self, push: Push) -> None:
        if push.seq is not None and push.seq in self._open:
            self._open[push.seq] -= 1
            if not self._open[push.seq]:
                del self._open[push.seq]
        self._running -= 1
        if not self._running:
            self._idle.set()
