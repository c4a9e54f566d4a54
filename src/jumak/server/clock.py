"""The server's clock, and waiting for a time of day that a test's clock can jump over."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol

LONGEST_NAP_S = 60.0
"""The wall clock may be set while we sleep, so look again at least that often."""


class WaitingClock(Protocol):
    """A clock that also wakes sleepers."""

    def now(self) -> datetime:
        """Aware, UTC."""

    async def wait_until(self, at: datetime) -> None:
        """Returns once `now()` is `at` or later."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)

    async def wait_until(self, at: datetime) -> None:
        """Returns once it is `at` or later."""
        left = (at - self.now()).total_seconds()
        if left > 0:
            await asyncio.sleep(min(left, LONGEST_NAP_S))
            await self.wait_until(at)
