"""Running coroutines of the store on SQLite, where nothing they may await ever suspends."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


def run_at_once(name: str, running: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Runs it to its end. Raises RuntimeError when it waits for something that is no port of the store."""
    try:
        running.send(None)
    except StopIteration as end:
        result: ResultT = end.value
        return result
    running.close()
    raise RuntimeError(f"{name} waited for something that is no port of the store")
