"""What the shop does by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumak.domain.calendar import calendar_of
from jumak.domain.fact import Fact
from jumak.protocol.row import Done
from jumak.server.schedule import DayOpening, Job, Schedule, day_start
from jumak.service.ports import Reader, Transaction
from tests.server.conftest import SHOP, Desk


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # made aware below
def test_a_day_starts_at_its_cut_off(at: datetime) -> None:
    """NUM-4: at or before the instant, less than a day ago, on the same business day; a second earlier is not."""
    moment = at.replace(tzinfo=UTC)
    start = day_start(SHOP, moment)
    calendar = calendar_of(SHOP)
    assert start <= moment < start + timedelta(days=1)
    assert calendar.business_date(start) == calendar.business_date(moment)
    assert calendar.business_date(start - timedelta(seconds=1)) != calendar.business_date(moment)


async def turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_day_opens_once(desk: Desk) -> None:
    """CAT-2, NUM-4: when the server starts on a day not opened yet, then once at each cut-off."""
    opened: list[datetime] = []

    async def open_day(tx: Transaction) -> Done:
        opened.append(tx.at)
        return Done()

    class Another(DayOpening):
        KEY = "another-day"

    day = Another(open_day)
    task = asyncio.create_task(Schedule(desk.shop, (Job("open-day", day.due, day.run),)).run())
    await turns()
    assert opened == [datetime(2026, 2, 1, 3, tzinfo=UTC)]
    desk.clock.jump(hours=15)
    await turns()
    assert len(opened) == 1
    desk.clock.jump(hours=1)
    await turns()
    assert opened[1:] == [datetime(2026, 2, 1, 19, tzinfo=UTC)]
    task.cancel()


async def test_a_job_that_fails_waits(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """H-77: it is tried again half a minute later, not at once for ever."""
    tries: list[datetime] = []

    async def due(read: Reader) -> datetime | None:
        return read.at

    async def fail(tx: Transaction) -> Done:
        tries.append(tx.at)
        tx.record(Fact("shop.update", "1"))
        raise ValueError

    task = asyncio.create_task(Schedule(desk.shop, (Job("broken", due, fail),)).run())
    await turns()
    assert len(tries) == 1
    desk.clock.jump(seconds=30)
    await turns()
    assert len(tries) == 2
    assert "what was due failed" in caplog.text
    task.cancel()
