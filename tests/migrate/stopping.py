"""`jumak migrate` in a process that stops on its way: `python -m tests.migrate.stopping HOW BATCHES WORDS…`.

HOW `inside`: stands still inside a transaction once so many batches were written, until it is killed. HOW `between`: stands
still between two of them, until it is told to stop.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time

from jumak.cli import main
from jumak.store.copying import copy as copying
from jumak.store.copying.record import Place, encoded
from jumak.store.postgres import copying as database
from jumak.store.sqlite import copying as file

ROWS = 40
"""In a batch: a small shop has many of them."""


def stop(how: str, batches: int) -> None:
    """Arranges for it."""
    written = 0

    def stand_still(record: object) -> bytes:
        nonlocal written
        if isinstance(record, Place):
            written += 1
            if written > batches:
                print("here", flush=True)
                time.sleep(600)
        return encoded(record)  # type: ignore[arg-type]  # a mark or a place

    advance = copying._advance

    async def wait(steps: object, rows: int) -> None:
        nonlocal written
        await advance(steps, rows)  # type: ignore[arg-type]  # whatever it is
        if steps_are_copying(steps):
            written += 1
            if written > batches:
                print("here", flush=True)
                await asyncio.sleep(600)

    if how == "inside":
        database.encoded = file.encoded = stand_still  # type: ignore[attr-defined]  # used there
    else:
        copying._advance = wait  # type: ignore[assignment]
    database.BATCH = file.BATCH = ROWS  # type: ignore[attr-defined, misc]  # used there


def steps_are_copying(steps: object) -> bool:
    return getattr(steps, "_what", "") == "copying"


if __name__ == "__main__":
    # Tests that run in the background of a shell pass on that Ctrl-C is not heard.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stop(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["jumak", *sys.argv[3:]]
    main()
