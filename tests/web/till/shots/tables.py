"""The tables screen: the floor, one table, a move under way, the waiting list, reservations, the plan being edited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, Page

from tests.web.till.evening import order_at
from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall


async def _evening(stall: Stall) -> None:
    await order_at(stall, 1, ("비빔밥", 2), numGuests=2)
    await order_at(stall, 3, ("칼국수", 2), ("해물파전", 1), ("비빔밥", 3), numGuests=4)
    paying = await order_at(stall, 6, ("칼국수", 3), numGuests=3)
    await stall.ask("table.seat", tableId=8, numGuests=5)
    await stall.ask("table.group", tableIds=[9, 10])
    await order_at(stall, 9, ("해물파전", 4), ("비빔밥", 3), numGuests=7)
    unpaid = paying["paymentPrice"]["paymentUnpaidValue"]
    await stall.ask("order.lock", id=paying["id"], expectedUnpaid=unpaid)
    soon = (datetime.now(UTC) + timedelta(minutes=20)).isoformat(timespec="seconds")
    await stall.ask(
        "reservation.add", name="정하윤", phone="010-1234-5678", numGuests=4, at=soon, tableIds=[5]
    )
    await stall.ask("waiting.add", name="오민서", phone="010-2222-3333", numGuests=3)
    party = (await stall.ask("waiting.add", name="유재이", numGuests=2))["party"]
    await stall.ask("waiting.call", id=party["id"])


async def _floor(stall: Stall, browser: Browser, look: Look) -> Page:
    await _evening(stall)
    page = await stall.page(browser, **look)
    await page.locator("#tab-tables").click()
    await page.locator("#table-1").wait_for()
    return page


async def _press(page: Page, look: Look, ko: str, en: str) -> None:
    await page.get_by_role("button", name=ko if look["language"] == "ko" else en, exact=True).click()


async def floor(stall: Stall, browser: Browser, look: Look) -> Page:
    """A hall in the evening."""
    return await _floor(stall, browser, look)


async def plan(stall: Stall, browser: Browser, look: Look) -> Page:
    """The plan, also where the list is usual."""
    page = await _floor(stall, browser, look)
    await page.locator(".views button").first.click()
    return page


async def listed(stall: Stall, browser: Browser, look: Look) -> Page:
    """The list, also where the plan is usual."""
    page = await _floor(stall, browser, look)
    await page.locator(".views button").last.click()
    return page


async def table(stall: Stall, browser: Browser, look: Look) -> Page:
    """A table with an order."""
    page = await _floor(stall, browser, look)
    await page.locator("#table-3").click()
    return page


async def empty_table(stall: Stall, browser: Browser, look: Look) -> Page:
    """A table kept for a party."""
    page = await _floor(stall, browser, look)
    await page.locator("#table-5").click()
    return page


async def moving(stall: Stall, browser: Browser, look: Look) -> Page:
    """A party looks for another table."""
    page = await table(stall, browser, look)
    await _press(page, look, "이동", "Move")
    return page


async def moved(stall: Stall, browser: Browser, look: Look) -> Page:
    """A move that can be taken back."""
    page = await moving(stall, browser, look)
    await page.locator("#table-2").click()
    await page.locator(".place .bar").wait_for()
    return page


async def splitting(stall: Stall, browser: Browser, look: Look) -> Page:
    """An order is divided."""
    page = await table(stall, browser, look)
    await _press(page, look, "분리", "Split")
    await page.locator("dialog .stepper button").nth(1).click()
    return page


async def reservations(stall: Stall, browser: Browser, look: Look) -> Page:
    """The day's reservations."""
    page = await _floor(stall, browser, look)
    await page.locator(".parts button").last.click()
    return page


async def waiting(stall: Stall, browser: Browser, look: Look) -> Page:
    """The waiting list."""
    page = await _floor(stall, browser, look)
    if look["size"][0] < 800:
        await page.locator(".parts button").nth(1).click()
    return page


async def booking(stall: Stall, browser: Browser, look: Look) -> Page:
    """A reservation is taken."""
    page = await reservations(stall, browser, look)
    await page.locator("button.primary.grow").click()
    return page


async def editing(stall: Stall, browser: Browser, look: Look) -> Page:
    """The plan is changed."""
    page = await _floor(stall, browser, look)
    await page.locator(".end > button").last.click()
    await page.locator("#table-3").click()
    return page
