"""What is told to end ends, whatever becomes of the telling."""

from __future__ import annotations

import asyncio
import sys

import pytest

from jumak import ending
from jumak.ending import STUCK, ended


async def test_a_task_that_missed_its_cancellation_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server can always be ended: what a library swallowed is said again."""
    monkeypatch.setattr(ending, "AGAIN_S", 0.05)
    missed = asyncio.Event()

    async def works_on() -> None:
        while True:
            try:
                await asyncio.sleep(3_600)
            except asyncio.CancelledError:
                if missed.is_set():
                    raise
                missed.set()

    async def fails() -> None:
        raise ValueError("its own affair")

    task, failed = asyncio.create_task(works_on()), asyncio.create_task(fails())
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await ended(task, failed, None)
    assert missed.is_set()
    assert task.cancelled()
    assert failed.done()


async def test_whoever_waits_for_the_end_may_be_cancelled_too() -> None:
    over = asyncio.Event()

    async def takes_long() -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            await over.wait()

    task = asyncio.create_task(takes_long())
    await asyncio.sleep(0)
    waiting = asyncio.create_task(ended(task))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    over.set()
    with pytest.raises(asyncio.CancelledError):
        await task


_STUCK = """
import asyncio
from jumak.ending import end_within

async def waits_for_what_never_comes():
    end_within(0.1)
    await asyncio.Event().wait()

async def serve():
    await waits_for_what_never_comes()

asyncio.run(serve())
"""


async def test_a_server_that_does_not_end_says_what_it_waits_for() -> None:
    """And ends all the same."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _STUCK, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert process.returncode == STUCK
    assert "serve:10 > waits_for_what_never_comes:7 > Event.wait:" in said.decode()
