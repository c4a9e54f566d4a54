"""The browser: one per test process, with a profile of its own for each till."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser import browser as running_browser
from tests.web.house import House, open_house

# Nothing on screen has to wait so long; a machine that does other work besides may need it.
expect.set_options(timeout=15_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncIterator[Browser]:
    """The one of a test process: to start it costs as much as a test."""
    async with running_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def browser(running: Browser) -> AsyncIterator[Browser]:
    """A browser for a test; each till is a context of its own."""
    others = set(running.contexts)
    yield running
    # Pages that outlive their shop look for it again and again, at the cost of all tests that follow.
    for context in set(running.contexts) - others:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A served shop of its own."""
    async with open_house(tmp_path / "shop") as opened:
        yield opened
