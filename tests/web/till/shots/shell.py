"""Signing in, and a device nobody knows yet."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall


async def sign_in(stall: Stall, browser: Browser, look: Look) -> Page:
    """The lock screen."""
    page = await stall.page(browser, pin=None, **look)
    await page.locator("#sign-in").wait_for()
    return page


async def claim(stall: Stall, browser: Browser, look: Look) -> Page:
    """A new device."""
    page = await stall.page(browser, paired=False, **look)
    await page.locator("#claim-code").wait_for()
    return page
