"""Tasks and servers that are told to end do end, also those that did not hear it, or that wait for what never comes."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Any, Final
from weakref import WeakSet

AGAIN_S: Final = 8.0
"""Between two times a task is told to end: longer than any has to tidy up, which the next time cuts short."""

DRAIN_WITHIN_S: Final = 25.0
"""A server that is told to end has so long. Less than systemd and Compose wait in `deploy/` before they kill it."""

STUCK: Final = 70
"""Exit code of a server that did not end by itself."""

_log = logging.getLogger(__name__)
_ending: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


async def ended(*tasks: asyncio.Future[Any] | None) -> None:
    """Cancels tasks and waits until each is over; what one raises is its own affair. None: there is none.

    A task may miss that it was cancelled: before Python 3.12 `asyncio.wait_for`, which the client of NATS uses throughout, returns
    what came at the same moment instead. Whoever waits for such a task waits for ever, so it is told again.
    """
    left = {task for task in tasks if task is not None}
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=AGAIN_S)
        for task in done:
            if not task.cancelled():
                task.exception()


def end_within(seconds: float = DRAIN_WITHIN_S) -> None:
    """Has this process end by then, whatever it still waits for, which is logged.

    Nothing is lost by it: what was acknowledged is on disk. A server that stays would keep others from its shops.
    """
    loop = asyncio.get_running_loop()
    if loop not in _ending:
        _ending.add(loop)
        loop.call_later(seconds, _give_up)


def _give_up() -> None:
    waiting = "\n".join(sorted(filter(None, map(_where, asyncio.all_tasks()))))
    _log.critical("this server was told to end and did not; it waits at\n%s", waiting)
    logging.shutdown()
    os._exit(STUCK)


def _where(task: asyncio.Task[Any]) -> str:
    """The lines a task waits at, the outermost first: `serve:412 > close:85`."""
    lines = list[str]()
    at: Any = task.get_coro()
    while (frame := getattr(at, "cr_frame", None)) is not None:
        lines.append(f"{at.__qualname__}:{frame.f_lineno}")
        at = at.cr_await
    return " > ".join(lines)
