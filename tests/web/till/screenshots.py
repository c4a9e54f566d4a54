"""Pictures of every screen, in both languages, on a till and on a phone.

    python -m tests.web.till.screenshots OUT [SCREEN…]

Each module in `shots` is a screen, each public coroutine of it a picture: it gets the shop, the browser and how the
page is to look (`Look`, handed on to `Stall.page`), and returns the page as it is to be photographed.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.browser import browser
from tests.web.till import shots
from tests.web.till.stall import Stall, open_stall

Look = dict[str, Any]
Picture = Callable[[Stall, Browser, Look], Awaitable[Page]]
SIZES = {"till": (1280, 800), "phone": (390, 844)}


def pictures(wanted: Iterable[str] = ()) -> Iterator[tuple[str, Picture]]:
    """`<screen>-<picture>` and what brings it up, for the wanted screens, all when none is named."""
    for name in wanted or [module.name for module in pkgutil.iter_modules(shots.__path__)]:
        module = importlib.import_module(f"{shots.__name__}.{name}")
        for picture, take in inspect.getmembers(module, inspect.iscoroutinefunction):
            if not picture.startswith("_") and take.__module__ == module.__name__:
                yield f"{name}-{picture}", take


async def photograph(out: Path, wanted: list[str]) -> None:
    """Writes `<screen>-<picture>-<language>-<size>.png` for the wanted screens, all when none is named."""
    async with browser() as running:
        for name, take in pictures(wanted):
            for language in ("ko", "en"):
                for size, pixels in SIZES.items():
                    with tempfile.TemporaryDirectory() as folder:
                        async with open_stall(Path(folder) / "shop") as stall:
                            page = await take(stall, running, {"size": pixels, "language": language})
                            await page.screenshot(path=out / f"{name}-{language}-{size}.png")
                            await page.context.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(photograph(target, sys.argv[2:]))
