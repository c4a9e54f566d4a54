"""A demo shop of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.web.till.stall import Stall, open_stall


@pytest_asyncio.fixture(loop_scope="session")
async def stall(tmp_path: Path) -> AsyncIterator[Stall]:
    """The demo shop, served by a process of its own."""
    async with open_stall(tmp_path / "shop") as opened:
        yield opened
