"""Errors of a plugin that nobody caught: logged, told to the shop's plugin console, and to whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Listener = Callable[[BaseException], Any]


class ErrorNamespace:
    """What handlers raise, and tasks nobody waits for.

    report: told of each with where it happened; it ends in the shop's plugin console.
    """

    def __init__(self, report: Callable[[str, BaseException], None]) -> None:
        self._report = report
        self._listeners: dict[object, Listener] = {}

    def add_error_listener(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(error)` for each. Returns the function that ends it."""
        key = object()
        self._listeners[key] = listener

        def off() -> None:
            self._listeners.pop(key, None)

        return off

    def happened(self, where: str, problem: BaseException) -> None:
        """An error was left uncaught."""
        self._report(where, problem)
        for listener in list(self._listeners.values()):
            try:
                listener(problem)
            except Exception as broken:
                self._report("error listener", broken)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hears of tasks and callbacks of a loop that belongs to the plugin alone."""
        loop.set_exception_handler(self._of_loop)

    def _of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        problem = context.get("exception")
        if isinstance(problem, Exception):
            self.happened("uncaught error", problem)
        else:
            loop.default_exception_handler(context)
