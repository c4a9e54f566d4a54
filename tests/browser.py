"""A real Chromium for tests of what pages may do."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-proxy-server",
    # In place of Playwright's own list, which takes their storage from frames of another site: a browser does not.
    "--disable-features=HttpsUpgrades,MediaRouter,OptimizationHints",
)  # fmt: skip


_WINDOWLESS = ("chromium-headless-shell",)
"""The same engine without a window around each page, which costs as much again as the page."""

_WHOLE = ("chromium", "chromium-browser", "google-chrome")


def chromium(*, whole: bool = False) -> Path | None:
    """The browser of this machine: `CHROMIUM`, or what is called so on the path; None without one.

    whole: as people have it.
    """
    for name in (os.environ.get("CHROMIUM"), *(() if whole else _WINDOWLESS), *_WHOLE):
        if name and (found := shutil.which(name)):
            return Path(found)
    return None


def needed_chromium(*, whole: bool = False) -> Path:
    """The same; without one the test is left out, or fails where everything is needed."""
    found = chromium(whole=whole)
    if found is None:
        reason = "no Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM"
        if os.environ.get("JUMAK_TESTS_NEED_ALL"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextlib.asynccontextmanager
async def browser(*flags: str, whole: bool = False) -> AsyncIterator[Browser]:
    """It runs with an empty profile until the end of the block. whole: see `chromium`."""
    path = needed_chromium(whole=whole)
    async with async_playwright() as play:
        running = await play.chromium.launch(executable_path=path, args=[*_FLAGS, *flags])
        try:
            yield running
        finally:
            await running.close()
