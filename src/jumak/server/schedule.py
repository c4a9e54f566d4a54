"""What the shop does by itself when a time has come: requests expire, scheduled orders fire, a day opens.

A job says when it is due next and what to run then. The schedule sleeps until the earliest one,
and looks anew when a commit may have brought an earlier one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from jumak.domain.calendar import calendar_of, from_ms
from jumak.domain.caller import SYSTEM
from jumak.domain.merchant import Shop
from jumak.logs import fields
from jumak.service.ports import Command, Committed, Reader, Transaction

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

AFTER_FAILURE = timedelta(seconds=30)
"""A job that failed is tried again then, not at once for ever."""

log = logging.getLogger(__name__)


class Job(Struct, frozen=True):
    """due: when to run next, None = nothing to wait for.  run: the use case, decides by `tx.at` itself."""

    name: str
    due: Callable[[Reader], Awaitable[datetime | None]]
    run: Callable[[Transaction], Awaitable[Any]]


class Schedule:
    """Runs jobs at their time, one after the other."""

    def __init__(self, shop: RunningShop, jobs: tuple[Job, ...]) -> None:
        self._shop, self._jobs = shop, jobs
        self._changed = asyncio.Event()
        self._not_before: dict[str, datetime] = {}

    def committed(self, committed: Committed) -> None:
        """A commit listener: orders that wait for a time may have come or gone."""
        for order in committed.orders:
            backing = order.backing
            if order.order_state == "REQUESTED" or (backing is not None and backing.fire_at_ms is not None):
                self._changed.set()
                return

    def wake(self) -> None:
        """Looks anew at once, e.g. after the shop's settings changed."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._changed.clear()
            now = self._shop.clock.now()
            due = await self._next()
            if due is not None and due[0] <= now:
                await self._run_job(due[1])
            else:
                await self._sleep(None if due is None else due[0])

    async def _next(self) -> tuple[datetime, Job] | None:
        read = self._shop.store.reader()
        times: list[tuple[datetime, Job]] = []
        for job in self._jobs:
            at = await job.due(read)
            if at is not None:
                times.append((max(at, self._not_before.get(job.name, at)), job))
        return min(times, key=lambda pair: pair[0], default=None)

    async def _run_job(self, job: Job) -> None:
        result = await self._shop.store.execute(
            Command(caller=SYSTEM, name=f"system.{job.name}", body=b"", run=job.run)
        )
        # A job that is due again at the very same time has changed nothing: it waits like a failed one.
        again = await job.due(self._shop.store.reader())
        now = self._shop.clock.now()
        if result.error is not None:
            log.error("what was due failed", exc_info=result.error, extra=fields(job=job.name))
        if result.error is not None or (again is not None and again <= now):
            self._not_before[job.name] = now + AFTER_FAILURE
        else:
            self._not_before.pop(job.name, None)

    async def _sleep(self, until: datetime | None) -> None:
        waits: set[asyncio.Task[Any]] = {asyncio.create_task(self._changed.wait())}
        if until is not None:
            waits.add(asyncio.create_task(self._shop.clock.wait_until(until)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()


async def request_deadline(read: Reader) -> datetime | None:
    """When the next REQUESTED order expires (ORD-3)."""
    times = [
        order.backing.expires_ms
        for order in await read.open_orders()
        if order.order_state == "REQUESTED"
        and order.backing is not None
        and order.backing.expires_ms is not None
    ]
    return from_ms(min(times)) if times else None


async def next_firing(read: Reader) -> datetime | None:
    """When the next scheduled order goes to the kitchen (KDS-9)."""
    times = [
        order.backing.fire_at_ms
        for order in await read.open_orders()
        if order.order_state != "REQUESTED"
        and order.backing is not None
        and order.backing.fire_at_ms is not None
    ]
    return from_ms(min(times)) if times else None


def day_start(shop: Shop, at: datetime) -> datetime:
    """When the business day of this instant began by the wall clock (NUM-4)."""
    calendar = calendar_of(shop)
    day = calendar.business_date(at)
    local = datetime(day.year, day.month, day.day, shop.day_cutoff_hour, tzinfo=calendar.zone)
    return local.astimezone(UTC)


class DayOpening:
    """Opens each business day once at its cut-off, and after a night with the server off when it starts.

    open_day: what to do then (CAT-2). Which day was opened last is kept in the shop.
    """

    OWNER, AREA, KEY = "system", "storage", "opened-day"

    def __init__(self, open_day: Callable[[Transaction], Awaitable[Any]]) -> None:
        self._open_day = open_day

    async def due(self, read: Reader) -> datetime | None:
        """Now, while today is not opened; else tomorrow's cut-off."""
        today = calendar_of(read.shop).business_date(read.at)
        if await read.value(self.OWNER, self.AREA, self.KEY) != today.isoformat():
            return day_start(read.shop, read.at)
        # Noon of the next calendar day lies inside the next business day, whatever the cut-off and summer time.
        return day_start(
            read.shop, day_start(read.shop, read.at) + timedelta(hours=36 - read.shop.day_cutoff_hour)
        )

    async def run(self, tx: Transaction) -> Any:
        """Opens the day and notes it."""
        tx.put_value(self.OWNER, self.AREA, self.KEY, calendar_of(tx.shop).business_date(tx.at).isoformat())
        return await self._open_day(tx)
