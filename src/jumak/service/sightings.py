"""Which lines of which orders each caller has seen (ADD-4).

`order.addMenu` sends a whole order without a version. A stored line that is missing from it is taken
off only if its author could know of it: it created the line, or received it. What was received is
remembered in memory alone; after a restart a line counts as unseen and is kept, the safe side.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

_MOST = 20_000


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


class _HasLines(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def line_items(self) -> Sequence[_HasId]: ...


class Sightings:
    """The newest version of each order each caller received; the least recent are forgotten."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lines: OrderedDict[tuple[str, str], frozenset[str]] = OrderedDict()

    def note(self, caller_id: str, order: _HasLines) -> None:
        """This caller received this version of the order."""
        key = caller_id, order.id
        self._lines[key] = frozenset(line.id for line in order.line_items)
        self._lines.move_to_end(key)
        if len(self._lines) > self._most:
            self._lines.popitem(last=False)

    def lines(self, caller_id: str, order_id: str) -> frozenset[str]:
        """Ids of the lines in the last version this caller received; empty when it received none."""
        return self._lines.get((caller_id, order_id), frozenset())
