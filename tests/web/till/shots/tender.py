"""What goes with taking money: a tip, a bill by guest, cash receipts and the receipt itself."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.web.till.paying import a_line, an_order, open_payment
from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall, open_stall


async def _opened(stall: Stall, browser: Browser, look: Look) -> Page:
    """The payment of an order of three lines."""
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order(stall))
    await page.locator("button.cash:enabled").wait_for()
    return page


async def tip(stall: Stall, browser: Browser, look: Look) -> Page:
    """So large that tax is withheld of it."""
    page = await _opened(stall, browser, look)
    await page.get_by_role("button", name=re.compile("^(봉사료|Tip)$")).click()
    await page.get_by_role("button", name=re.compile("20%")).click()
    return page


async def guests(stall: Stall, browser: Browser, look: Look) -> Page:
    """Two guests have what was theirs, the rest is shared."""
    page = await _opened(stall, browser, look)
    await page.get_by_role("button", name=re.compile("^(나눠 내기|Split)$")).click()
    await page.get_by_role("button", name=re.compile("^(손님별로|By guest)$")).click()
    await page.locator("dialog .line").nth(1).click()
    await page.locator("dialog .guests button").nth(1).click()
    await page.locator("dialog .line").nth(2).click()
    await page.locator("dialog .guests", has_text=re.compile("9,[0-9]{3}|10,[0-9]{3}")).wait_for()
    return page


async def number(stall: Stall, browser: Browser, look: Look) -> Page:
    """The number a cash receipt goes to."""
    page = await _paid(stall, browser, look)
    await page.get_by_role("button", name=re.compile("현금영수증 |Cash receipt ")).first.click()
    await page.keyboard.type("01023456789")
    return page


async def issued(stall: Stall, browser: Browser, look: Look) -> Page:
    """Paid by parts, one with a cash receipt."""
    page = await number(stall, browser, look)
    await page.keyboard.press("Enter")
    await page.get_by_text(re.compile("발급됨|^Issued$")).wait_for()
    return page


async def paper(stall: Stall, browser: Browser, look: Look) -> Page:
    """The receipt with all of that on it."""
    page = await issued(stall, browser, look)
    await page.get_by_role("button", name=re.compile("^(영수증|Receipt)$")).click()
    await page.get_by_role("article").wait_for()
    return page


async def _paid(stall: Stall, browser: Browser, look: Look) -> Page:
    """Paid in cash in a shop that issues cash receipts, in two parts, one with a tip."""
    folder = Path(stall.beside.enter_context(tempfile.TemporaryDirectory()))
    demo = await stall.beside.enter_async_context(open_stall(folder / "shop", "demo"))
    page = await demo.page(browser, **look)
    lines = [await a_line(demo, "김치찌개", 2), await a_line(demo, "물냉면")]
    await open_payment(page, await an_order(demo, lineItems=lines))
    await page.locator("button.cash:enabled").wait_for()
    await page.keyboard.type("10000")
    await page.keyboard.press("Enter")
    await page.locator("button.cash:enabled", has_text="18,700").wait_for()
    await page.get_by_role("button", name=re.compile("^(봉사료|Tip)$")).click()
    await page.get_by_role("button", name=re.compile("10%")).click()
    await page.keyboard.press("Tab")
    await page.locator("dialog .actions .primary").click()
    await page.get_by_role("button", name=re.compile("50,000")).last.click()
    await page.get_by_role("button", name=re.compile("다음 주문|Next order")).wait_for()
    await page.get_by_role("button", name=re.compile("현금영수증 |Cash receipt ")).first.wait_for()
    return page
