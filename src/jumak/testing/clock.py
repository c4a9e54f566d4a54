"""A clock that jumps, and ids that come out the same every time."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

from jumak.domain.calendar import to_ms

OPENING = datetime(2026, 2, 2, 2, 0, tzinfo=UTC)
"""A Monday, 11:00 in Seoul: when a simulated shop begins."""


class FakeClock:
    """Stands still until it jumps; sleepers it jumps over wake up."""

    def __init__(self, start: datetime = OPENING) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Aware, UTC."""
        return self._now

    async def wait_until(self, at: datetime) -> None:
        """Returns once the clock has jumped to `at` or beyond."""
        if at > self._now:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._sleepers.append((at, future))
            await future

    def jump(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Moves on and wakes the sleepers that are due, earliest first. Returns the new time."""
        self._now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        due = sorted((one for one in self._sleepers if one[0] <= self._now), key=lambda one: one[0])
        self._sleepers = [one for one in self._sleepers if one[0] > self._now]
        for _, future in due:
            if not future.done():
                future.set_result(None)
        return self._now

    def next_waking(self) -> datetime | None:
        """When the earliest sleeper is due."""
        return min((at for at, future in self._sleepers if not future.done()), default=None)


class SeededIds:
    """UUIDv7 in shape and order, the same ones for the same seed and clock."""

    def __init__(self, clock: FakeClock, seed: int = 0) -> None:
        self._clock, self._chance = clock, random.Random(seed)  # noqa: S311 (the same every time, on purpose)
        self._tail = 0

    def new(self) -> str:
        """A fresh id, greater than all before."""
        self._tail += self._chance.randrange(1, 1 << 16)
        ms = to_ms(self._clock.now())
        return f"{(ms << 80) | (0x7 << 76) | (0b10 << 62) | self._tail:032x}"
