"""The flood guard: nobody's messages crowd out the others' (H-71; contract README §7)."""

from __future__ import annotations

import time
from collections.abc import Callable

from jumak.domain.caller import Caller
from jumak.domain.errors import RateLimited

RATE = 200.0
BURST = 1_000.0
LOG_RATE, LOG_BURST = 1_000.0, 10_000.0
"""`log` messages, which the SDK sends for each message and keeps until its plugin is known (E-10)."""

LOG = "log"


class FloodGuard:
    """A bucket of messages per identity: `burst` deep, filled by `rate` a second; one of its own for `log`.

    Tills and staff are exempt: a queue at the counter must never meet this.
    """

    def __init__(
        self, rate: float = RATE, burst: float = BURST, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._buckets: dict[tuple[str, bool], tuple[float, float]] = {}

    def is_exempt(self, caller: Caller) -> bool:
        """Nothing it sends is counted, and it is read as fast as it sends (`pace.py`)."""
        return caller.is_staff or "till" in caller.scopes

    def check(self, caller: Caller, name: str = "") -> None:
        """Takes one message out of the caller's bucket. Raises RateLimited when it is empty."""
        if self.is_exempt(caller):
            return
        is_log = name == LOG
        rate, burst = (LOG_RATE, LOG_BURST) if is_log else (self._rate, self._burst)
        key = (caller.id, is_log)
        now = self._now()
        left, since = self._buckets.get(key, (burst, now))
        left = min(burst, left + (now - since) * rate)
        if left < 1:
            self._buckets[key] = (left, now)
            raise RateLimited(
                "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
                "Too many messages; slow down",
                retryAfterMs=int((1 - left) / rate * 1_000) + 1,
            )
        self._buckets[key] = (left - 1, now)


class NoGuard:
    """Lets everything through: benchmarks, and shops that switch the guard off."""

    def is_exempt(self, caller: Caller) -> bool:  # noqa: ARG002 (see `FloodGuard`)
        """Everybody is."""
        return True

    def check(self, caller: Caller, name: str = "") -> None:
        """Never refuses."""
