"""How fast a simulated day goes by."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Pace(Protocol):
    """Lets time go by."""

    async def until(self, minute: float) -> None:
        """Returns once it is that many minutes after the doors opened."""

    def seconds(self, minutes: float) -> float:
        """How long these minutes are on the shop's clock."""


class WallPace:
    """So many times faster than life; None: nobody waits for anything."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._opened = time.monotonic()

    async def until(self, minute: float) -> None:
        """See `Pace`."""
        # At least one turn for the shop when it runs in this process.
        await asyncio.sleep(max(0.0, self._opened + self.seconds(minute) - time.monotonic()))

    def seconds(self, minutes: float) -> float:
        """See `Pace`."""
        return 0.0 if self._speed is None else minutes * 60 / self._speed
