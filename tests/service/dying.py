"""How a server in this process dies as by SIGKILL: at one instant, and nothing it had not written is written after it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from jumak.service.ports import Command, Result, Store
from jumak.store.errors import StoreError
from jumak.store.sqlite import SqliteStore


def commit_on_the_loop(store: Store) -> None:
    """However slow the disk: so that an instant, counted in turns of the loop, is the same in every run."""
    assert isinstance(store, SqliteStore)
    store._fast_commit_s = store._alone_commit_s = math.inf


def stop_writing(store: Store) -> None:
    """From this instant on; whoever waits for a commit, or asks for one while things end, is told that it failed.

    The orderly end writes down that what was under way is lost. A process that was killed does not.
    """
    loop, died = asyncio.get_running_loop(), Result(error=StoreError("the process is dead"))

    def refuse(command: Command, done: Callable[[Result], None]) -> None:
        loop.call_soon(done, died)

    waiting = list(store._queue)
    store._queue.clear()
    store.submit = refuse  # type: ignore[method-assign]
    for command, done in waiting:
        refuse(command, done)
