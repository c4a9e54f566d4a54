"""Running a coroutine up to where it first has to wait.

On an embedded store reads never wait, and a socket that takes a frame at once does not either:
then a coroutine is a plain call, without a task and a turn of the event loop.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any


class Rest:
    """What is left of a coroutine that had to wait; await it inside a task."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._work, self._waits_for = work, waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        """Drives it on by hand: a coroutine that has begun cannot be awaited by somebody else."""
        waits_for = self._waits_for
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:
                step = partial(self._work.throw, error)
            else:
                step = partial(self._work.send, sent)
            try:
                waits_for = step()
            except StopIteration:
                return


def at_once(work: Coroutine[Any, Any, None]) -> Rest | None:
    """Runs it as far as it goes; None when it came to its end. What it raises until then is raised here."""
    try:
        return Rest(work, work.send(None))
    except StopIteration:
        return None
