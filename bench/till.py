"""What staff wait for at a till whose menu is long: the first sale, and a tap until it is in the cart."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from playwright.async_api import Page
from tqdm import tqdm

from bench.processes import new_shop, served_till
from bench.targets import FIRST_LOAD, TAP, TILL_SALE, Measured
from tests.browser import browser

ITEMS = 50_000
OPENINGS, TAPS = 5, 40

MEASURED_TAP = """() => new Promise(done => {
  const lines = document.querySelector(".cart .lines");
  const began = performance.now();
  new MutationObserver((_, watching) => {
    watching.disconnect();
    requestAnimationFrame(() => done(performance.now() - began));
  }).observe(lines, { subtree: true, childList: true, characterData: true });
  document.querySelector("dialog .primary").click();
})"""
"""From the press that adds an item to the frame that shows it, in ms."""

LOADED = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
  .filter(({ name }) => new URL(name).origin === location.origin)
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""
"""Bytes from the shop's own origin, as they came over the wire."""


def measure(folder: Path) -> list[Measured]:
    """One till, opened again and again; then a tap again and again."""
    token = new_shop(folder / "shop", ITEMS)
    with served_till(folder / "shop", token) as (_, link):
        return asyncio.run(_measure(link))


async def _measure(link: str) -> list[Measured]:
    async with browser(whole=True) as running:
        page = await running.new_page()
        await page.goto(link)
        await _sell(page)
        loaded = float(await page.evaluate(LOADED))
        sales, taps = [], []
        for _ in tqdm(range(OPENINGS), desc=f"first sale of {ITEMS:,} items", leave=False):
            began = time.perf_counter()
            await page.reload()
            await _sell(page)
            sales.append(time.perf_counter() - began)
        for _ in tqdm(range(TAPS), desc="tap to cart", leave=False):
            await _open_sheet(page)
            taps.append(float(await page.evaluate(MEASURED_TAP)))
        return [
            Measured(
                FIRST_LOAD, loaded / 1_000, "all a browser fetched that had nothing, up to the first order"
            ),
            Measured(
                TILL_SALE, statistics.median(sales), f"median of {OPENINGS} openings, up to the sent order"
            ),
            Measured(TAP, statistics.median(taps) / 1_000, f"median of {TAPS}; slowest {max(taps):.0f} ms"),
        ]


async def _open_sheet(page: Page) -> None:
    await page.locator(".tile").first.click()
    await page.locator("dialog .primary").wait_for()


async def _sell(page: Page) -> None:
    """The first item into the cart and to the kitchen, the owner's till asks nobody's PIN."""
    await _open_sheet(page)
    await page.locator("dialog .primary").click()
    await page.locator(".acts .big").first.click()
    await page.locator(".cart .empty").wait_for()
