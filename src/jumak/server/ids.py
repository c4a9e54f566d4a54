"""Ids of the shop: UUIDv7 as 32 hex digits (OFF-3)."""

from __future__ import annotations

import os
import time

_COUNTER_BITS = 74
_DRAWN = 4_096
"""Random bytes asked of the system at once: a system call costs more than the id."""


class UuidIds:
    """Time-ordered ids, rising even inside one millisecond and when the clock steps back.

    48 bits of milliseconds, then 74 random bits that count on from a random start while the
    millisecond lasts (RFC 9562 §6.2, method 2).
    """

    def __init__(self) -> None:
        self._ms = 0
        self._tail = 0
        self._random = b""
        self._used = 0

    def new(self) -> str:
        """A fresh id."""
        ms = time.time_ns() // 1_000_000
        if ms > self._ms:
            self._ms = ms
            self._tail = self._draw(9)
        else:
            # A step of random size: neighbouring ids do not tell each other.
            self._tail += 1 + self._draw(4)
            if self._tail >> _COUNTER_BITS:
                self._ms += 1
                self._tail = self._draw(9)
        high, low = self._tail >> 62, self._tail & ((1 << 62) - 1)
        return f"{(self._ms << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low:032x}"

    def _draw(self, count: int) -> int:
        """A number of so many random bytes, each byte used once."""
        start, end = self._used, self._used + count
        if end > len(self._random):
            self._random = os.urandom(_DRAWN)
            start, end = 0, count
        self._used = end
        return int.from_bytes(self._random[start:end], "big")
