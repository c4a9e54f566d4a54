"""A process among others that run shops: it says that it is alive, and knows by itself when it was late.

Every shop is run by one process at a time. The database keeps which (`Placements`); here is how long this process may
rely on it. It renews every `RENEW_S`, for `LIFE_S` from the moment it began to ask, so that it takes itself for late
before anybody else can: a process that was stopped, or whose database was away, finds `is_alive` false when it goes on.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Collection
from typing import Any, Final, Protocol

from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable
from jumak.ending import ended
from jumak.protocol.row import Row
from jumak.server.session import Session
from jumak.server.shop import Answered, RunningShop
from jumak.service.ports import Result

LIFE_S: Final = 10.0
RENEW_S: Final = 2.0

log = logging.getLogger(__name__)

# Of a machine that slept the usual monotonic clock knows nothing.
_CLOCK: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)


def now_s() -> float:
    """Seconds that go on while the machine sleeps, where it can tell."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


class Placements(Protocol):
    """Where it is kept which process runs a shop. Any call may raise what `unreachable` of `Process` names."""

    async def enrol(self, process: str, address: str, life_s: float) -> None:
        """A process begins. process: an id that was never used before."""

    async def renew(self, process: str, life_s: float) -> bool:
        """It is alive for so long from now; False once it was late."""

    async def leave(self, process: str) -> None:
        """It ends; what it still runs may be taken at once."""

    async def holder(self, shop_id: int) -> tuple[str, str] | None:
        """The living process that runs a shop, and its address."""

    async def take(self, shop_id: int, process: str) -> int | None:
        """Has a shop run by this process; its fence, None when another one has it or this one is late."""

    async def give_up(self, shop_id: int, process: str, *, waits: bool) -> None:
        """This process runs it no more. waits: another one should take it up before anybody asks."""

    async def orphans(self, among: Collection[int], limit: int) -> list[int]:
        """Some of these shops that wait for a process, or whose process died."""


class Process:
    """This one. address: where others reach it.  unreachable: what `places` raises when it does not answer.

    late: called when its shops may be somebody else's.
    """

    def __init__(
        self,
        places: Placements,
        address: str,
        *,
        unreachable: tuple[type[Exception], ...] = (),
        life_s: float = LIFE_S,
    ) -> None:
        self.places, self.address = places, address
        self.unreachable = unreachable
        self._in_vain: tuple[type[Exception], ...] = (TimeoutError, *unreachable)
        self.late: Callable[[], None] = lambda: None
        self.id = ""
        self._life_s = life_s
        self._until = 0.0
        self._renewing: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Nobody else can have taken what this process runs."""
        return now_s() < self._until

    async def begin(self) -> None:
        """Enrols and goes on renewing."""
        await self._enrol()
        self._renewing = asyncio.create_task(self._renew())

    async def end(self) -> None:
        """Leaves. What it still ran may be taken at once."""
        await ended(self._renewing)
        self._until = 0.0
        try:
            await self.places.leave(self.id)
        except self.unreachable as error:
            log.warning("the database was not told that this process ends: %s", error)

    async def _enrol(self) -> None:
        # A new name each time: the old one may be late, and is so for ever.
        self.id, asked = secrets.token_hex(8), now_s()
        await self.places.enrol(self.id, self.address, self._life_s)
        self._until = asked + self._life_s

    async def _renew(self) -> None:
        while True:
            left = self._until - now_s()
            await asyncio.sleep(max(0.0, min(RENEW_S, left)))
            asked = now_s()
            if asked >= self._until:
                await self._begin_anew()
                continue
            try:
                async with asyncio.timeout(self._until - asked):
                    if await self.places.renew(self.id, self._life_s):
                        self._until = asked + self._life_s
                    else:
                        self._until = 0.0
            except self._in_vain as error:
                log.warning("this process could not say that it is alive: %s", error)

    async def _begin_anew(self) -> None:
        log.warning("this process was late: others may run its shops")
        self._until = 0.0
        self.late()
        while True:
            try:
                await self._enrol()
                return
            except self.unreachable:
                await asyncio.sleep(RENEW_S)


class PlacedShop(RunningShop):
    """A shop that is run as long as its process is alive."""

    def __init__(self, *args: Any, process: Process, **more: Any) -> None:
        super().__init__(*args, **more)
        self._process = process
        self._id = process.id

    def dispatch(
        self,
        caller: Caller,
        row: Row,
        body: bytes,
        answered: Answered,
        *,
        command_id: str | None = None,
        session: Session | None = None,
    ) -> None:
        """See `RunningShop`. Nothing is read, asked of a device or written once somebody else may run the shop.

        Nor once it is closed here: what is in memory grows old.
        """
        if self._process.is_alive and self._process.id == self._id and not self.is_over:
            super().dispatch(caller, row, body, answered, command_id=command_id, session=session)
        else:
            answered(Result(error=moved()))


def moved() -> HostUnavailable:
    """What is answered while a shop changes its process: asked again in a moment it is served."""
    return HostUnavailable(
        "매장이 다른 서버로 옮겨지는 중입니다. 잠시 후 다시 시도해 주세요.",
        "This shop is moving to another server; try again in a moment",
        reason="MOVING",
    )
