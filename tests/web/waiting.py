"""Waiting for something to become true, with a deadline that says what did not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")


async def until(look: Callable[[], Awaitable[Value]], what: str, within_s: float = 30.0) -> Value:
    """Looks again and again until what it sees is true; that. Raises AssertionError naming `what`."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not (seen := await look()):
        assert asyncio.get_running_loop().time() < deadline, f"not within {within_s} s: {what}"
        await asyncio.sleep(0.03)
    return seen
