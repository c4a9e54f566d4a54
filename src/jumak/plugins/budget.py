"""How near a plugin is to the rate limit of the SDK (H-72; contract README §7).

The limit is the SDK's own and makes calls fail inside the plugin; the shop only counts, so that
somebody sees it coming. Both windows slide.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from msgspec import Struct

from jumak.protocol.messages.plugin import MethodBudget

MINUTE_S: Final = 60.0
HALF_HOUR_S: Final = 1_800.0
LIMITS: Final[dict[float, int]] = {MINUTE_S: 100, HALF_HOUR_S: 200}
"""Seconds of a window → calls the SDK allows in it."""

WARN_AT: Final = 0.8
KEPT: Final = 2_000
"""Calls of one method that are remembered: a flood above the limit needs no exact figure."""


class NearLimit(Struct, frozen=True):
    """A method has reached 80 % of a window."""

    method: str
    used: int
    limit: int
    window_s: float


class Calls(Struct):
    """Of one method, oldest first.  recent: those of the last minute.  warned: window → when."""

    all: deque[float]
    recent: deque[float]
    warned: dict[float, float]


class Budget:
    """The calls of one plugin. Times are seconds of any clock that does not run back."""

    def __init__(self) -> None:
        self._methods: dict[str, Calls] = {}

    def count(self, method: str, now: float) -> NearLimit | None:
        """One more call. A warning comes once per window and method."""
        calls = self._methods.get(method)
        if calls is None:
            calls = self._methods[method] = Calls(deque(maxlen=KEPT), deque(maxlen=KEPT), {})
        calls.all.append(now)
        calls.recent.append(now)
        _forget(calls, now)
        for window, used in ((MINUTE_S, len(calls.recent)), (HALF_HOUR_S, len(calls.all))):
            limit = LIMITS[window]
            if used >= WARN_AT * limit and now - calls.warned.get(window, -window) >= window:
                calls.warned[window] = now
                return NearLimit(method, used, limit, window)
        return None

    def used(self, now: float) -> list[MethodBudget]:
        """Per method, the most used first."""
        for calls in self._methods.values():
            _forget(calls, now)
        used = [
            MethodBudget(method=method, used_60s=len(calls.recent), used_30min=len(calls.all))
            for method, calls in self._methods.items()
            if calls.all
        ]
        return sorted(used, key=lambda one: (-one.used_30min, one.method))


def _forget(calls: Calls, now: float) -> None:
    while calls.recent and calls.recent[0] <= now - MINUTE_S:
        calls.recent.popleft()
    while calls.all and calls.all[0] <= now - HALF_HOUR_S:
        calls.all.popleft()
