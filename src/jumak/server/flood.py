"""The flood guard: nobody's messages crowd out the others' (H-71; contract README §7)."""

from __future__ import annotations

import time
from collections.abc import Callable

from jumak.domain.caller import Caller
from jumak.domain.errors import RateLimited

RATE = 200.0
BURST = 1_000.0


class FloodGuard:
    """A bucket of messages per identity: `burst` deep, filled by `rate` a second.

    Tills and staff are exempt: a queue at the counter must never meet this.
    """

    def __init__(
        self, rate: float = RATE, burst: float = BURST, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, caller: Caller) -> None:
        """Takes one message out of the caller's bucket. Raises RateLimited when it is empty."""
        if caller.is_staff or "till" in caller.scopes:
            return
        now = self._now()
        left, since = self._buckets.get(caller.id, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        if left < 1:
            self._buckets[caller.id] = (left, now)
            wait_ms = int((1 - left) / self._rate * 1_000) + 1
            raise RateLimited(
                "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
                "Too many messages; slow down",
                retryAfterMs=wait_ms,
            )
        self._buckets[caller.id] = (left - 1, now)


class NoGuard:
    """Lets everything through: benchmarks, and shops that switch the guard off."""

    def check(self, caller: Caller) -> None:
        """Never refuses."""
