"""Waiting for one's turn at something of which there is little, and not for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from jumak.domain.errors import RateLimited


@contextlib.asynccontextmanager
async def in_turn(turn: asyncio.Lock | asyncio.Semaphore, within_s: float) -> AsyncIterator[None]:
    """Holds it. Raises RateLimited when it is not free within so many seconds."""
    try:
        async with asyncio.timeout(within_s):
            await turn.acquire()
    except TimeoutError:
        raise RateLimited(
            "지금은 조회가 몰려 있습니다. 잠시 후 다시 시도해 주세요.",
            "Others are being answered; ask one thing after the other, and again in a while",
            retryAfterMs=int(within_s * 1_000),
        ) from None
    try:
        yield
    finally:
        turn.release()
