"""The pace at which one sender is read: its messages cost itself, not the server's one loop (H-71; contract README §7)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

SHARE: Final = 0.05
"""Of the loop's time one sender may take in the long run. 200 messages a second, all that the flood guard
answers, take about a hundredth."""

PER_MESSAGE_S: Final = 0.00003
"""What each message costs beside being taken: to be woken for it, read it, and write its answer."""

CREDIT_S: Final = 0.1
"""Seconds of it that may be taken at once: a thousand messages, or the longest one."""

GRAIN_S: Final = 0.002
"""What is owed is waited for in pieces of this much: to be woken for each message would cost more than the message."""

LONGEST_WAIT_S: Final = 2.0
"""So that a sender that has come to its senses is heard again soon."""

PORTION: Final = 50
"""Messages taken from one sender before everybody else has a turn."""


class Pace:
    """Measures what each message of one sender costs, and says when to read its next one.

    Whoever is not read finds its pipe or connection full, and waits. That holds for messages that are
    refused as for those that are answered: to read, refuse and note a message costs time, too.

    spent: processor seconds of this thread, so that a busy machine is not held against the sender.
    """

    def __init__(
        self, *, now: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.thread_time
    ) -> None:
        self._now, self._spent = now, spent
        self._left, self._since = CREDIT_S, now()
        self._began = 0.0
        self._taken = 0
        self.slowed_at: float | None = None
        """When it was last made to wait, by the monotonic clock."""

    def begin(self) -> None:
        """A message is about to be taken."""
        self._began = self._spent()

    async def taken(self, *, is_exempt: bool = False) -> None:
        """The message was taken; returns when the next one may be. is_exempt: everybody gets a turn, nobody waits."""
        wait_s = 0.0 if is_exempt else self.owed_s()
        self._taken += 1
        if wait_s > 0:
            self.slowed_at = self._since
            await asyncio.sleep(wait_s)
        elif self._taken % PORTION == 0:
            await asyncio.sleep(0)

    def owed_s(self) -> float:
        """Books the message that was begun; how long to wait for its sender's next one, 0 while it has credit."""
        now = self._now()
        earned = (now - self._since) * SHARE
        self._since = now
        self._left = min(CREDIT_S, self._left + earned) - (self._spent() - self._began) - PER_MESSAGE_S
        return 0.0 if self._left > -GRAIN_S else min(LONGEST_WAIT_S, -self._left / SHARE)
