"""In which order the messages of one session are answered (contract, wire §9).

- Writes join the store's queue in the order they arrive; a read, or a message that is answered beside the
  store, waits for what its own namespace still has under way, so replies inside a namespace keep their order
  and a read shows the writes before it (H-17, H-39).
- What may take long by its nature, a popup or a call to the network, stands outside of that order
  (`Row.apart`): it starts at once and nothing waits for it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError, RateLimited
from jumak.protocol.envelope import Frame, command_id_of
from jumak.protocol.row import Row
from jumak.service.ports import Result

if TYPE_CHECKING:
    from jumak.server.session import Session

MAX_WAITING = 10_000
MAX_WAITING_BYTES = 16_000_000
"""Messages of one connection that wait for an earlier one of their namespace; more are refused."""

MAX_CONCURRENT = 2_000
"""Long messages of one connection (`Row.apart`) under way at a time, more than the flood guard lets burst; the rest is
refused."""


class Turns:
    """The messages of one session that are under way or wait."""

    def __init__(self, session: Session) -> None:
        self._session, self._shop = session, session.shop
        self._busy: dict[str, int] = {}
        self._writing: dict[str, int] = {}
        """By namespace the writes under way beside the store's queue."""
        self._concurrent = 0
        self._waiting: dict[str, deque[tuple[Row, Frame]]] = {}
        self._waiting_bytes = 0
        self._draining: set[str] = set()

    def take(self, row: Row, frame: Frame, caller: Caller) -> None:
        """Starts a message, or lets it wait for its turn."""
        if row.apart:
            self._start_beside(row, frame, caller)
            return
        waiting = self._waiting.get(row.namespace)
        if waiting:
            self._wait(waiting, row, frame)
        elif self._may_start(row, caller):
            self._start(row, frame, caller)
        else:
            self._wait(self._waiting.setdefault(row.namespace, deque()), row, frame)

    def drop(self) -> None:
        """Nothing that waits is started any more."""
        self._waiting.clear()

    def _may_start(self, row: Row, caller: Caller) -> bool:
        """A write of the store's queue passes what is under way, unless that is a write as well (H-39)."""
        if self._shop.queues(row, caller):
            return not self._writing.get(row.namespace)
        return not self._busy.get(row.namespace)

    def _start_beside(self, row: Row, frame: Frame, caller: Caller) -> None:
        """Starts a message nothing waits for and that waits for nothing."""
        if self._concurrent >= MAX_CONCURRENT:
            self._session.refuse(frame, _too_many())
            return
        self._concurrent += 1

        def answered(result: Result) -> None:
            self._concurrent -= 1
            self._session.finish(frame, caller, result)

        self._shop.dispatch(caller, row, bytes(frame.data), answered, session=self._session)

    def _wait(self, waiting: deque[tuple[Row, Frame]], row: Row, frame: Frame) -> None:
        size = len(bytes(frame.data))
        if len(waiting) >= MAX_WAITING or self._waiting_bytes + size > MAX_WAITING_BYTES:
            self._session.refuse(frame, _too_many())
            return
        self._waiting_bytes += size
        waiting.append((row, frame))

    def _start(self, row: Row, frame: Frame, caller: Caller) -> None:
        namespace = row.namespace
        beside = row.write and not self._shop.queues(row, caller)
        self._busy[namespace] = self._busy.get(namespace, 0) + 1
        self._writing[namespace] = self._writing.get(namespace, 0) + beside

        def answered(result: Result) -> None:
            self._session.finish(frame, caller, result)
            self._busy[namespace] -= 1
            self._writing[namespace] -= beside
            if namespace in self._waiting and namespace not in self._draining:
                self._start_waiting(namespace)

        body = bytes(frame.data)
        try:
            command_id = command_id_of(body) if row.write else None
        except PosError as error:
            answered(Result(error=error))
        else:
            self._shop.dispatch(caller, row, body, answered, command_id=command_id, session=self._session)

    def _start_waiting(self, namespace: str) -> None:
        """Starts what waited: writes one after the other, a read or live message once all is done."""
        waiting = self._waiting[namespace]
        self._draining.add(namespace)
        while waiting and not self._session.closed:
            # Whoever is signed in now: it is not the message that was, but its turn.
            caller = self._session.caller
            assert caller is not None
            if not self._may_start(waiting[0][0], caller):
                break
            row, frame = waiting.popleft()
            self._waiting_bytes -= len(bytes(frame.data))
            self._start(row, frame, caller)
        else:
            self._waiting.pop(namespace, None)
        self._draining.discard(namespace)


def _too_many() -> RateLimited:
    return RateLimited(
        "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
        "Too many messages wait for an answer; slow down",
        retryAfterMs=1_000,
    )
