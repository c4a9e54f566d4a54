"""Which epoch a shop is in: it rises whenever an older copy was put back (`service/event_number.py` says what for).

Epochs are hours, and one more than any that is known. So a copy that is put back again, after what was written since
the first time was lost too, does not repeat one, unless that happens within an hour.
"""

from __future__ import annotations

import time
from typing import Final

from jumak.service.event_number import EPOCH_BITS

NAME: Final = "epoch"
"""Of the shop's value that holds it; a shop without one is in epoch 0."""

PAST: Final = "past"
"""Of the value that holds which past a database is (`postgres/past.py`): not the shop's, so it is not copied with it."""

_BEGINNING_S: Final = 1_735_689_600
"""2025-01-01T00:00:00Z."""

_LAST: Final = (1 << EPOCH_BITS) - 1


def epoch_in(value: bytes | None) -> int:
    """What a stored value says."""
    return 0 if value is None else int(value)


def stored(epoch: int) -> bytes:
    """As it is stored."""
    return b"%d" % epoch


def next_epoch(*known: int, now_s: float | None = None) -> int:
    """A new one, greater than those that are known. now_s: seconds since 1970, the clock's unless given."""
    hours = int((time.time() if now_s is None else now_s) - _BEGINNING_S) // 3_600
    return min(_LAST, max(hours, *(epoch + 1 for epoch in known)))
