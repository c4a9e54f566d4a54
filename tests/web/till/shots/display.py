"""The customer display: nobody, a cart, a payment, and the change."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.web.till.cards import card_terminal, code_key
from tests.web.till.paying import an_order, open_display, open_payment, put_in_cart
from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall


async def _beside(stall: Stall, browser: Browser, look: Look) -> tuple[Page, Page]:
    """A display, and the till it faces."""
    till = await stall.page(browser)
    return await open_display(stall, browser, "계산대", **look), till


async def idle(stall: Stall, browser: Browser, look: Look) -> Page:
    """Nobody is served."""
    return await open_display(stall, browser, **look)


async def cart(stall: Stall, browser: Browser, look: Look) -> Page:
    """A cart that grows."""
    display = await open_display(stall, browser, **look)
    for title in ("공기밥", "물냉면", "감자전", "식혜"):
        await put_in_cart(stall, title, 2)
    discount = {"title": "단골 할인", "percentBp": 1_000}
    await stall.ask("draft-order.add-discount", discount=discount)
    await display.locator(".off").first.wait_for()
    return display


async def paying(stall: Stall, browser: Browser, look: Look) -> Page:
    """A part is paid."""
    display, till = await _beside(stall, browser, look)
    await open_payment(till, await an_order(stall))
    await till.locator("button.cash:enabled").wait_for()
    await till.keyboard.type("10000")
    await till.keyboard.press("Enter")
    await display.locator(".due").first.wait_for()
    return display


async def scan(stall: Stall, browser: Browser, look: Look) -> Page:
    """A QR the guest's phone is to scan."""
    await card_terminal(stall)
    display, till = await _beside(stall, browser, look)
    await open_payment(till, await an_order(stall))
    await code_key(till).click()
    await till.locator("dialog .show").click()
    await display.get_by_role("img").wait_for()
    return display


async def change(stall: Stall, browser: Browser, look: Look) -> Page:
    """Paid, with change."""
    display, till = await _beside(stall, browser, look)
    await open_payment(till, await an_order(stall))
    await till.get_by_role("button", name="50,000원").click()
    await display.locator(".thanks").wait_for()
    return display
