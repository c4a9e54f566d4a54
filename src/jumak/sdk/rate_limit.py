"""The POS's own limit on calls (contract README §7): per method, two sliding windows."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable

from jumak.sdk.errors import PosPluginSdkRateLimitError

WINDOWS: tuple[tuple[float, int], ...] = ((60.0, 100), (1_800.0, 200))
"""(seconds, calls): 100 in a minute and 200 in half an hour."""


class RateLimit:
    """Counts calls per method; the call beyond a window raises at once, nothing is queued."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def spend(self, method: str) -> None:
        """One call. Raises PosPluginSdkRateLimitError when a window is full; a refused call counts not."""
        now = self._monotonic()
        calls = self._calls[method]
        while calls and calls[0] <= now - WINDOWS[-1][0]:
            calls.popleft()
        for span, most in WINDOWS:
            if len(calls) >= most and (oldest := calls[-most]) > now - span:
                raise PosPluginSdkRateLimitError(method, oldest + span - now)
        calls.append(now)
