"""The parts behind the doors: ids, flood guard, outbox, coroutines at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jumak.domain.caller import Caller
from jumak.domain.errors import RateLimited
from jumak.server.at_once import at_once
from jumak.server.flood import FloodGuard
from jumak.server.ids import UuidIds
from jumak.server.outbox import Outbox

PLUGIN = Caller(id="p", kind="plugin", name="p")


def test_ids() -> None:
    """OFF-3, NUM-1: UUIDv7 in hex, all different, rising in the order they were made."""
    ids = UuidIds()
    made = [ids.new() for _ in range(20_000)]
    assert sorted(set(made)) == made
    for each in made[::1000]:
        assert len(each) == 32
        assert each[12] == "7"
        assert each[16] in "89ab"


def test_the_flood_guard() -> None:
    """H-71: a burst of 1,000, then 200 a second; others, tills and staff are not held up."""
    now = 0.0
    guard = FloodGuard(now=lambda: now)
    for _ in range(1_000):
        guard.check(PLUGIN)
    with pytest.raises(RateLimited) as refused:
        guard.check(PLUGIN)
    assert 1 <= refused.value.data["retryAfterMs"] <= 6
    guard.check(Caller(id="q", kind="plugin", name="q"))
    till = Caller(id="t", kind="device", name="t", scopes=frozenset({"till"}))
    for _ in range(5_000):
        guard.check(till)
    now = 0.5
    for _ in range(100):
        guard.check(PLUGIN)
    with pytest.raises(RateLimited):
        guard.check(PLUGIN)


class Wire:
    """A connection that is open or full."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.free = asyncio.Event()
        self.free.set()
        self.closed: tuple[int, str] | None = None
        self.overflows = 0

    async def write(self, frame: bytes) -> None:
        await self.free.wait()
        self.sent.append(frame)

    async def close(self, code: int, reason: str) -> None:
        self.closed = code, reason

    def overflow(self) -> None:
        self.overflows += 1


async def test_frames_leave_at_once_and_in_order() -> None:
    """H-32: written straight away while the connection takes them, in order once it does again, closing last."""
    wire = Wire()
    outbox = Outbox(wire.write, wire.close, wire.overflow)
    outbox.put(b"1")
    assert wire.sent == [b"1"]
    wire.free.clear()
    for frame in (b"2", b"3", b"4"):
        outbox.put(frame)
    outbox.close(1000, "bye")
    outbox.put(b"too late")
    assert wire.sent == [b"1"]
    wire.free.set()
    await outbox.drained()
    assert wire.sent == [b"1", b"2", b"3", b"4"]
    assert wire.closed == (1000, "bye")


async def test_too_much_waiting() -> None:
    """H-77, wire §9: more than 16 MB waiting overflows once; nothing more is kept."""
    wire = Wire()
    outbox = Outbox(wire.write, wire.close, wire.overflow)
    wire.free.clear()
    for _ in range(18):
        outbox.put(b"x" * 1_000_000)
    assert wire.overflows == 1
    assert len(outbox) == 0
    wire.free.set()
    await outbox.drained()


async def test_a_long_frame_on_its_way_is_no_slow_client() -> None:
    """H-77, H-71: pushes queue behind one long reply as they would without it."""
    wire = Wire()
    outbox = Outbox(wire.write, wire.close, wire.overflow)
    wire.free.clear()
    for size in (10, 20_000_000, 900_000, 900_000):
        outbox.put(b"x" * size)
    assert (wire.overflows, outbox.backlog()) == (0, 21_800)
    while not wire.overflows:
        outbox.put(b"x" * 900_000)
        assert outbox.backlog() < 40_000
    wire.free.set()
    await outbox.drained()


async def test_a_coroutine_that_waits_goes_on_as_a_task() -> None:
    """H-10: what had to wait comes to its end, errors included."""
    event, done = asyncio.Event(), []

    async def work(how: str) -> None:
        try:
            await event.wait()
            done.append(how)
            await asyncio.sleep(0)
        finally:
            done.append("end")

    rest = at_once(work("waited"))
    assert rest is not None

    async def finish(rest: Any) -> None:
        await rest

    task = asyncio.create_task(finish(rest))
    event.set()
    await task
    assert done == ["waited", "end"]

    async def quick() -> None:
        done.append("quick")

    assert at_once(quick()) is None
    assert done[-1] == "quick"
