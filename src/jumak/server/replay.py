"""Missed store events first, then live ones, without gap or double (OFF-9, H-38).

While the journal is being replayed live events are left out: they are in the journal too, and the
replay goes on until it has caught up. What is no store event passes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from jumak import metrics
from jumak.domain.errors import HostUnavailable
from jumak.server.connections import Push
from jumak.service.event_number import number_of, seq_of
from jumak.service.journal import push_for
from jumak.service.ports import Reader

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

PAGE = 500
MAX_BACKLOG = 1_000
"""Frames waiting to leave while a replay goes on; far from the limit of a slow client."""

KEPT = timedelta(hours=24)
LONGEST = 100_000
"""A client further behind than this, and by more than a day, reads anew."""


async def can_resume(read: Reader, after: int) -> bool:
    """Whether everything after this number will be replayed.

    Not for a number of another epoch, whose facts an older copy that was put back does not have; not for one the journal
    has not reached: the client knows another shop. Not for one of long ago.
    """
    seq = seq_of(read, after)
    if seq is None or seq > read.seq:
        return False
    if read.seq - seq <= LONGEST:
        return True
    oldest = await read.facts(seq, 1)
    return bool(oldest) and read.at - oldest[0].at <= KEPT


def count_resume(resumed: bool) -> bool:
    """Notes for the figures what became of a client that came back."""
    metrics.resumes.count("resumed" if resumed else "reread")
    return resumed


class Replay:
    """Brings one subscriber up to date and keeps it there.

    deliver: takes each push in order, store events with rising `seq`.  backlog: how many are
    waiting to leave.
    """

    def __init__(
        self, shop: RunningShop, deliver: Callable[[Push], None], backlog: Callable[[], int]
    ) -> None:
        self._shop, self._deliver, self._backlog = shop, deliver, backlog
        self._seq = 0
        self._live = False
        self._behind = False
        self._stopped = False

    def begin_at(self, seq: int) -> None:
        """Live events after this number, none before."""
        self._seq, self._live = max(self._seq, seq), True

    def stop(self) -> None:
        """The subscriber is gone."""
        self._stopped = True

    def take(self, push: Push) -> None:
        """A live push."""
        if push.seq is None:
            self._deliver(push)
        elif not self._live:
            self._behind = True
        elif push.seq > self._seq:
            self._seq = push.seq
            self._deliver(push)

    async def run(self, after: int) -> None:
        """Replays the journal after this number, for which `can_resume`, then goes live.

        Raises HostUnavailable when the shop begins an epoch meanwhile: what was told is another past than what would come.
        """
        self._seq = after
        while not self._stopped:
            self._behind = False
            read = self._shop.store.reader()
            seq = seq_of(read, self._seq)
            if seq is None:
                raise _put_back()
            page = await read.facts(seq, PAGE)
            for entry in page:
                push = await push_for(read, entry)
                if push is not None:
                    self._deliver(Push(push.name, msgspec.json.encode(push.data), number_of(read, entry.seq)))
                self._seq = number_of(read, entry.seq)
            ended = len(page) < PAGE and not self._behind
            if ended and self._shop.store.reader().epoch == read.epoch:
                self._live = True
                return
            await self._catch_breath()

    async def _catch_breath(self) -> None:
        """Lets everybody else have a turn, and the client read before more is put in its queue."""
        await asyncio.sleep(0)
        # A look now and then: a pipe to a process tells nobody when it has emptied.
        while self._backlog() > MAX_BACKLOG and not self._stopped:  # noqa: ASYNC110  # no event to await
            await asyncio.sleep(0.01)


def _put_back() -> HostUnavailable:
    return HostUnavailable(
        "상점이 이전 상태로 복원되었습니다. 다시 연결해 주세요.",
        "The shop was put back to an earlier state meanwhile: connect again, and read anew",
    )
