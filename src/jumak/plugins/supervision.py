"""When a plugin that crashed is started again, and when it is given up (contract, plugin-runtime §4).

The same rule for every kind, wherever it runs: after 1 s, doubling to 60 s; ten crashes in ten minutes
switch it off. A run longer than 60 s begins the waiting anew.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)
LONG_RUN = timedelta(seconds=60)
CRASHES, WINDOW = 10, timedelta(minutes=10)


class Supervision:
    """One plugin in one place: told of starts and crashes, it knows how long to wait."""

    def __init__(self) -> None:
        self._crashes: deque[datetime] = deque(maxlen=CRASHES)
        self._wait = FIRST_WAIT
        self._began: datetime | None = None

    def started(self, now: datetime) -> None:
        """A run began."""
        self._began = now

    def crashed(self, now: datetime) -> timedelta | None:
        """The run ended by itself. Returns how long to wait, None when the plugin is given up."""
        if self._began is not None and now - self._began > LONG_RUN:
            self._wait = FIRST_WAIT
        self._began = None
        self._crashes.append(now)
        if len(self._crashes) == CRASHES and now - self._crashes[0] <= WINDOW:
            return None
        wait, self._wait = self._wait, min(self._wait * 2, LONGEST_WAIT)
        return wait


def given_up(reason: str) -> str:
    """The sentence staff read about a plugin that was switched off."""
    minutes = int(WINDOW.total_seconds() // 60)
    return f"{minutes}분 동안 {CRASHES}번 멈춰서 껐습니다. ({reason})"
