"""What went over a plugin's sessions, both ways (H-73): cheap to note, made readable when asked for.

A plugin is traced while it sells, so noting a message costs a tuple; text is made, and secrets are
taken out of it (H-75), only for whoever looks (`plugins/console.py`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple

from msgspec import Raw

RING = 5_000
BODY = 600
"""Bytes of a message's `data` that are kept."""

MAX_UNDER_WAY = 10_000

SECRET = frozenset(
    {
        "barcode.event",
        "barcode.send.request",
        "session.open.request",
        "session.open.response",
        "secure-store.get.request",
        "secure-store.get.response",
        "secure-store.set.request",
        "setting.values.request",
        "setting.values.response",
        "popup.request",
        "popup.response",
        "cash-receipt.issue.request",
        "cash-receipt.send.request",
        "payment.start.request",
        "plugin.open-session.response",
        "log",
    }
)
"""Messages whose `data` is not kept: secrets, what somebody typed, scans, which may be a guest's money (PAY-9); `log` is in the console itself."""

Direction = Literal["in", "out"]


class Traced(NamedTuple):
    """A message. at: seconds since 1970.  ms: since its request, -1 for what is no reply."""

    seq: int
    at: float
    direction: Direction
    name: str
    callback_id: str | None
    size: int
    ms: float
    code: str
    body: bytes


class Trace:
    """The newest messages of one plugin, over all its sessions.

    number: the next number of its console.  now: seconds since 1970.  news: called once after the
    first message since `settle`.
    """

    def __init__(
        self, number: Callable[[], int], now: Callable[[], float], news: Callable[[], None] = lambda: None
    ) -> None:
        self.ring: deque[Traced] = deque(maxlen=RING)
        self._number, self._now, self._news = number, now, news
        self._is_news = False

    def add(
        self,
        direction: Direction,
        name: str,
        callback_id: str | None,
        size: int,
        ms: float,
        code: str,
        body: bytes,
    ) -> None:
        """Notes a message."""
        self.ring.append(
            Traced(self._number(), self._now(), direction, name, callback_id, size, ms, code, body)
        )
        if not self._is_news:
            self._is_news = True
            self._news()

    def settle(self) -> None:
        """Whoever wanted the news has taken it."""
        self._is_news = False


class SessionTrace:
    """The messages of one session on their way into the plugin's trace; knows how long replies took."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._began: dict[str, float] = {}

    def came(self, name: str, callback_id: str | None, data: Raw, size: int) -> None:
        """A request or notification of the plugin."""
        if callback_id is not None and len(self._began) < MAX_UNDER_WAY:
            self._began[callback_id] = time.perf_counter()
        body = b"" if name in SECRET else bytes(memoryview(data)[:BODY])
        self._trace.add("in", name, callback_id, size, -1, "", body)

    def answered(self, name: str, callback_id: str, data: bytes, code: str) -> None:
        """The shop's reply to it; name: the reply's own."""
        self._trace.add(
            "out", name, callback_id, len(data), self._since(callback_id), code,
            b"" if name in SECRET else data[:BODY],
        )  # fmt: skip

    def pushed(self, name: str, data: bytes) -> None:
        """A push to the plugin."""
        self._trace.add("out", name, None, len(data), -1, "", b"" if name in SECRET else data[:BODY])

    def asked(self, name: str, callback_id: str, data: bytes) -> None:
        """A request of the shop to the plugin."""
        self._began[callback_id] = time.perf_counter()
        self._trace.add("out", name, callback_id, len(data), -1, "", data[:BODY])

    def replied(self, name: str, callback_id: str, data: Raw, size: int, code: str) -> None:
        """The plugin's reply to it."""
        self._trace.add(
            "in", name, callback_id, size, self._since(callback_id), code, bytes(memoryview(data)[:BODY])
        )

    def _since(self, callback_id: str) -> float:
        began = self._began.pop(callback_id, None)
        return -1 if began is None else (time.perf_counter() - began) * 1_000
