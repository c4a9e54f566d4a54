"""What has to be settled, nothing at all, and the terminals' day against our books."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.web.till.cards import an_order_ending, card_terminal, charged, start_card
from tests.web.till.paying import unsettled_order
from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall
from tests.web.till.unsettled import given_up_card, owed_part


async def waiting(stall: Stall, browser: Browser, look: Look) -> Page:
    """A plugin's payment of unknown end, a part a card is owed, a card its terminal is asked about."""
    await unsettled_order(stall)
    terminal = await card_terminal(stall)
    await owed_part(stall, terminal)
    await given_up_card(stall, terminal)
    page = await stall.page(browser, **look)
    await page.locator("#tab-reconcile").click()
    await expect(page.locator(".reconcile li")).to_have_count(3)
    return page


async def settled(stall: Stall, browser: Browser, look: Look) -> Page:
    """Nothing waits."""
    page = await stall.page(browser, **look)
    await page.locator("#tab-reconcile").click()
    await page.locator(".settled").wait_for()
    return page


async def terminals(stall: Stall, browser: Browser, look: Look) -> Page:
    """One that agrees with our books while a guest is asked for a card, and one that is off."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    await charged(stall, await an_order_ending(stall, 0))
    await terminal.control(attended=True)
    await start_card(stall, await an_order_ending(stall, 0))
    away = {"name": "홀 단말기", "driver": "simulator", "address": "127.0.0.1:9"}
    await stall.ask("terminal.save", terminal=away)
    page = await stall.page(browser, **look)
    await page.locator("#tab-reconcile").click()
    await page.locator(".parts button").last.click()
    await expect(page.locator("section.card")).to_have_count(2, timeout=30_000)
    return page
