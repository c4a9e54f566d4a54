"""What staff do at their screens, touch by touch."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Locator, Page, expect

from tests.web.till.stall import Stall


def tile(page: Page, name: str) -> Locator:
    """The item of exactly this name."""
    return page.locator(".tile").filter(has=page.locator(".name").get_by_text(name, exact=True))


def cart(page: Page) -> Locator:
    """The lines of the cart."""
    return page.locator(".cart li")


async def answered(page: Page, count: int) -> None:
    """Waits until the cart has as many lines and the shop has answered for all of them."""
    await expect(cart(page)).to_have_count(count)
    await expect(page.locator(".lines[aria-busy=false]")).to_have_count(1, timeout=15_000)


async def take(page: Page, dish: str, *choices: str) -> None:
    """Puts a dish into the cart. choices: what is pressed on its sheet, by the whole name; none: it has no sheet."""
    await tile(page, dish).click()
    if not choices:
        return
    sheet = page.get_by_role("dialog", name=dish)
    for choice in choices:
        await sheet.get_by_role("button", name=choice, exact=True).click()
    await sheet.get_by_role("button", name=re.compile("^담기")).click()
    await expect(sheet).to_have_count(0)


async def choose_table(page: Page, table: str) -> None:
    """The cart is for this table."""
    await page.get_by_role("button", name="테이블 선택").click()
    dialog = page.get_by_role("dialog", name="테이블 선택")
    await dialog.get_by_role("button", name=re.compile(f"^{table}")).click()
    await dialog.get_by_role("button", name="확인").click()
    await expect(page.locator(".head")).to_contain_text(table)


async def send(page: Page) -> None:
    """The cart goes to the kitchen, as an order or as more of the table's."""
    await page.get_by_role("button", name=re.compile("보내기$")).click()
    await expect(cart(page)).to_have_count(0)


async def open_table(page: Page, table: str) -> Locator:
    """The floor is up with this table open; its panel."""
    await page.get_by_role("tab", name="테이블", exact=True).click()
    await on_floor(page, table).click()
    panel = page.get_by_role("region", name=f"{table} 테이블")
    await expect(panel).to_be_visible()
    return panel


def on_floor(page: Page, table: str) -> Locator:
    """A table on the plan."""
    return page.locator(".table, [id^=table-]").filter(
        has=page.locator(".title").get_by_text(table, exact=True)
    )


async def open_kitchen(stall: Stall, browser: Browser, station: str = "주방") -> Page:
    """A kitchen screen of a station."""
    page = await stall.page(browser, "/kitchen", kind="kitchen", name=f"화면 {station}")
    await page.locator(".stations button", has_text=station).click()
    await page.locator("main .empty, main article").first.wait_for()
    return page


async def bump(kitchen: Page, ticket: str) -> None:
    """A ticket is done. ticket: what it is called, as in `3번, 신규`."""
    card = kitchen.get_by_role("article", name=ticket)
    await card.get_by_role("button", name="완료", exact=True).click()
    await expect(card).to_have_count(0)
