"""Finding the n-th newest order without counting rows.

Orders (and tickets) are counted per slot of creation time and per state. A slot lasts until the next
one starts: at most a UTC day, and a full slot is followed by a new one at the next millisecond. To turn
to a page, whole slots are skipped by their counts and only the rest is skipped in the database, so that
page 400,000 costs what page 1 does.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

DAY_MS: Final = 86_400_000
FULL: Final = 2_048
_STRIDE: Final = 256
STATES: Final = 4

Change = tuple[int, int | None, int]
"""Creation instant, state before (None: new), state now."""

SlotPlan = tuple[dict[int, list[int]], int]
"""New counts by slot start, and the newest instant."""


class Slots:
    """Committed counts, oldest slot first. The first slot reaches back for ever, the last one forward."""

    def __init__(self, rows: Iterable[Sequence[int]], newest: int | None) -> None:
        self.starts: list[int] = []
        self.counts: tuple[array[int], ...] = tuple(array("q") for _ in range(STATES))
        self.newest = -1 if newest is None else newest
        for start, *counts in rows:
            self._append(start, counts)

    def _append(self, start: int, counts: Sequence[int]) -> None:
        self.starts.append(start)
        for column, count in zip(self.counts, counts, strict=True):
            column.append(count)

    def plan(self, changes: Iterable[Change]) -> SlotPlan:
        """What these changes make of the slots: new counts by slot start, and the newest instant."""
        planned: dict[int, list[int]] = {}
        starts, newest = self.starts, self.newest
        last = starts[-1] if starts else None
        for created, before, now in changes:
            if before is None and (
                last is None
                or (
                    created > newest
                    and (created // DAY_MS != last // DAY_MS or sum(self._planned(planned, last)) >= FULL)
                )
            ):
                last = created
                planned[last] = [0] * STATES
                counts = planned[last]
            else:
                counts = self._planned(planned, self._start_for(created, planned))
            counts[now] += 1
            if before is not None:
                counts[before] -= 1
            newest = max(newest, created)
        return planned, newest

    def _start_for(self, created: int, planned: dict[int, list[int]]) -> int:
        new = [start for start in planned if not self.starts or start > self.starts[-1]]
        for start in reversed(new):
            if start <= created:
                return start
        if not self.starts:
            return new[0]
        return self.starts[max(0, bisect_right(self.starts, created) - 1)]

    def _planned(self, planned: dict[int, list[int]], start: int) -> list[int]:
        if (counts := planned.get(start)) is None:
            index = bisect_right(self.starts, start) - 1
            counts = planned[start] = [column[index] for column in self.counts]
        return counts

    def apply(self, planned: dict[int, list[int]], newest: int) -> None:
        """Take a plan over, once it is on disk."""
        for start, counts in planned.items():
            index = bisect_right(self.starts, start) - 1
            if index < 0 or self.starts[index] != start:
                self._append(start, counts)
            else:
                for column, count in zip(self.counts, counts, strict=True):
                    column[index] = count
        self.newest = newest

    def total(self, states: Sequence[int]) -> int:
        """How many there are in these states."""
        return sum(sum(self.counts[state]) for state in states)

    def index_of(self, instant: int) -> int:
        """The slot an instant falls in; -1 when there is none at all."""
        return max(0, bisect_right(self.starts, instant) - 1) if self.starts else -1

    def skip_newest(self, below: int, states: Sequence[int], offset: int) -> tuple[int, int]:
        """Skip `offset` entries, newest first, in the slots before index `below`.

        Returns the slot to read on in and how many of it are still to skip; slot -1: nothing is left.
        """
        columns = [self.counts[state] for state in states]
        index = below
        while index > 0:
            low = max(0, index - _STRIDE)
            amount = sum(sum(column[low:index]) for column in columns)
            if amount > offset:
                break
            offset -= amount
            index = low
        while index > 0:
            index -= 1
            amount = sum(column[index] for column in columns)
            if amount > offset:
                return index, offset
            offset -= amount
        return -1, offset

    def skip_oldest(self, states: Sequence[int], offset: int) -> tuple[int, int]:
        """As `skip_newest`, oldest first and over all slots; the slot after the last: nothing is left."""
        columns = [self.counts[state] for state in states]
        index, end = 0, len(self.starts)
        while index < end:
            high = min(end, index + _STRIDE)
            amount = sum(sum(column[index:high]) for column in columns)
            if amount > offset:
                break
            offset -= amount
            index = high
        while index < end:
            amount = sum(column[index] for column in columns)
            if amount > offset:
                return index, offset
            offset -= amount
            index += 1
        return end, offset
