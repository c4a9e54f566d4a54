"""The menu screen: the list, an item's form, options, categories."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall


async def _menu(stall: Stall, browser: Browser, look: Look) -> Page:
    page = await stall.page(browser, **look)
    await page.goto(f"{stall.url}/#/catalog")
    await page.locator(".mark").nth(2).click()
    await page.locator(".said:not(:empty)").wait_for()
    return page


async def items(stall: Stall, browser: Browser, look: Look) -> Page:
    """One of them sold out until tomorrow."""
    return await _menu(stall, browser, look)


async def item(stall: Stall, browser: Browser, look: Look) -> Page:
    """An item is edited."""
    page = await _menu(stall, browser, look)
    await page.locator(".tools button:not(.mark)").first.click()
    await page.locator("dialog[open] form").wait_for()
    return page


async def options(stall: Stall, browser: Browser, look: Look) -> Page:
    """Options and their choices."""
    page = await _menu(stall, browser, look)
    await page.locator(".views button").nth(1).click()
    await page.locator(".choices button").nth(1).click()
    await page.locator(".choices .off").first.wait_for()
    return page


async def categories(stall: Stall, browser: Browser, look: Look) -> Page:
    """Categories are edited."""
    page = await _menu(stall, browser, look)
    await page.locator(".edit").click()
    await page.locator("dialog[open] .handle").first.wait_for()
    return page
