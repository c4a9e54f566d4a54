"""The settings, section by section."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.ports import free_port
from tests.web.till.cards import card_terminal
from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall


async def _section(stall: Stall, browser: Browser, look: Look, section: str) -> Page:
    page = await stall.page(browser, **look)
    await page.goto(f"{stall.url}/#/settings")
    await page.locator(f"#section-{section}").click()
    await page.locator("#section .card, #section input, #section .drop, #section button").first.wait_for()
    return page


async def mode(stall: Stall, browser: Browser, look: Look) -> Page:
    """How the shop works."""
    return await _section(stall, browser, look, "mode")


async def staff(stall: Stall, browser: Browser, look: Look) -> Page:
    """Who works here."""
    return await _section(stall, browser, look, "staff")


async def pairing(stall: Stall, browser: Browser, look: Look) -> Page:
    """A new device is connected."""
    page = await _section(stall, browser, look, "devices")
    await page.locator("#section > button.primary").click()
    await page.locator("dialog input").fill("둘째 계산대")
    await page.locator("dialog button.primary").click()
    await page.locator("dialog .code").wait_for()
    return page


async def stations(stall: Stall, browser: Browser, look: Look) -> Page:
    """The kitchen's stations."""
    return await _section(stall, browser, look, "stations")


async def terminals(stall: Stall, browser: Browser, look: Look) -> Page:
    """The card terminals: one that is there, one that is not."""
    await card_terminal(stall)
    away = {"name": "테라스 단말기", "driver": "simulator", "address": f"127.0.0.1:{free_port()}"}
    await stall.ask("terminal.save", terminal=away)
    page = await _section(stall, browser, look, "terminals")
    await page.locator("#section .away").wait_for()
    return page


async def terminal_form(stall: Stall, browser: Browser, look: Look) -> Page:
    """One is added at an address that is none."""
    page = await _section(stall, browser, look, "terminals")
    await page.locator("#section button.primary").click()
    name, address = (
        page.locator("dialog input[maxlength='100']"),
        page.locator("dialog input[maxlength='200']"),
    )
    await name.fill("홀 단말기")
    await address.fill("9100")
    await page.locator("dialog button.primary").click()
    await page.locator("dialog [role=alert]").wait_for()
    return page


async def here(stall: Stall, browser: Browser, look: Look) -> Page:
    """This device."""
    return await _section(stall, browser, look, "here")
