"""The menu screen: the list, an item's form, options, categories."""

from __future__ import annotations

import io

from PIL import Image
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


MENU = """분류,상품명,가격,바코드,메모
계절 메뉴,팥빙수,9000,,
계절 메뉴,수박화채,비쌈,,
식사,비빔밥,10500,,
식사,없는 옵션 국밥,8000,8.80123E+12,
"""


async def file(stall: Stall, browser: Browser, look: Look) -> Page:
    """The menu as a file: out and in."""
    page = await _menu(stall, browser, look)
    await page.locator(".bar .tool").nth(1).click()
    await page.locator("dialog[open] .drop").wait_for()
    return page


async def preview(stall: Stall, browser: Browser, look: Look) -> Page:
    """What a file would change, before anything is."""
    page = await file(stall, browser, look)
    sent = {"name": "menu.csv", "mimeType": "text/csv", "buffer": MENU.encode()}
    await page.locator("dialog[open] input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    await page.locator("dialog[open] dl").wait_for()
    return page


async def picture(stall: Stall, browser: Browser, look: Look) -> Page:
    """An item with a picture."""
    page = await item(stall, browser, look)
    drawn = io.BytesIO()
    Image.effect_mandelbrot((600, 400), (-2, -1.2, 0.8, 1.2), 60).convert("RGB").save(drawn, "JPEG")
    sent = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}
    await page.locator("dialog[open] input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    # Another person's address of a picture is not shown: then there is the word for it.
    await page.locator("dialog[open] fieldset .danger").wait_for()
    await page.locator("dialog[open] .picture").scroll_into_view_if_needed()
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
    await page.locator(".by > .edit").click()
    await page.locator("dialog[open] .handle").first.wait_for()
    return page
