"""Taking money: the bill and the pad, a bill in parts, the change, an order that is paid elsewhere or unsettled."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page

from tests.web.till.cards import an_order_ending, asks_guest, card_key, card_terminal, code_key, guest
from tests.web.till.paying import a_line, an_order, open_payment, take_elsewhere, unsettled_order
from tests.web.till.scanner import scan
from tests.web.till.screenshots import Look
from tests.web.till.stall import Stall

WORDS = {"ko": ("나눠 내기", "나누기", "50,000", "메뉴로"), "en": ("Split", "Split", "50,000", "By item")}
WALLET_CODE = "9200000000000002"


async def pad(stall: Stall, browser: Browser, look: Look) -> Page:
    """What is owed, and what takes it."""
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order(stall))
    await page.keyboard.type("60000")
    return page


async def split(stall: Stall, browser: Browser, look: Look) -> Page:
    """By what each guest had."""
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order(stall))
    await page.get_by_role("button", name=WORDS[look["language"]][0], exact=True).click()
    await page.get_by_role("button", name=WORDS[look["language"]][3], exact=True).click()
    await page.locator("dialog .lines button:last-child").first.click()
    return page


async def parts(stall: Stall, browser: Browser, look: Look) -> Page:
    """The second of three parts is due."""
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order(stall))
    await page.get_by_role("button", name=WORDS[look["language"]][0], exact=True).click()
    await page.locator("dialog .people button").last.click()
    await page.locator("dialog .actions .primary").click()
    await page.locator("button.cash").click()
    await page.get_by_role("button", name=re.compile("받음|Paid")).first.wait_for()
    return page


async def change(stall: Stall, browser: Browser, look: Look) -> Page:
    """Paid, with change to give."""
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order(stall))
    await page.get_by_role("button", name=WORDS[look["language"]][2]).last.click()
    await page.get_by_role("button", name=re.compile("다음 주문|Next order")).wait_for()
    return page


async def elsewhere(stall: Stall, browser: Browser, look: Look) -> Page:
    """Another till takes it."""
    page = await stall.page(browser, **look)
    order = await an_order(stall)
    await take_elsewhere(stall, browser, order)
    await open_payment(page, order)
    await page.get_by_text(re.compile("결제 중|Being paid at")).first.wait_for()
    return page


async def unsettled(stall: Stall, browser: Browser, look: Look) -> Page:
    """Nobody knows how an earlier payment ended."""
    page = await stall.page(browser, **look)
    order = await unsettled_order(stall)
    await open_payment(page, order)
    await page.locator("#unsettled").wait_for()
    return page


async def card(stall: Stall, browser: Browser, look: Look) -> Page:
    """A till with a terminal; in how many months."""
    await card_terminal(stall)
    page = await stall.page(browser, **look)
    await open_payment(
        page, await an_order(stall, lineItems=[await a_line(stall, "공기밥", 60)], discounts=[])
    )
    await card_key(page).wait_for()
    return page


async def card_months(stall: Stall, browser: Browser, look: Look) -> Page:
    """In instalments."""
    page = await card(stall, browser, look)
    await page.get_by_role("button", name=re.compile("^(할부|Instalments)$")).click()
    await page.locator("dialog").wait_for()
    return page


async def card_waiting(stall: Stall, browser: Browser, look: Look) -> Page:
    """The guest is asked for a card."""
    page = await card(stall, browser, look)
    await card_key(page).click()
    await asks_guest(stall)
    await page.get_by_role("heading", name=re.compile("카드를 넣어|Insert the card")).wait_for()
    return page


async def card_declined(stall: Stall, browser: Browser, look: Look) -> Page:
    """The card company says no, and why."""
    terminal = await card_terminal(stall)
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order_ending(stall, 51))
    await card_key(page).click()
    await guest(stall, terminal.page)
    await page.get_by_text(re.compile("잔액이 부족합니다|Not enough money")).wait_for()
    return page


async def card_unknown(stall: Stall, browser: Browser, look: Look) -> Page:
    """The terminal went away in the middle of it."""
    terminal = await card_terminal(stall)
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order(stall))
    await card_key(page).click()
    await asks_guest(stall)
    await terminal.kill()
    await page.get_by_role("heading", name=re.compile("결과를 확인|Finding out")).wait_for()
    return page


async def code_asked(stall: Stall, browser: Browser, look: Look) -> Page:
    """A guest's code is scanned or typed, or one is shown."""
    page = await card(stall, browser, look)
    await code_key(page).click()
    await page.locator("dialog").wait_for()
    return page


async def code_shown(stall: Stall, browser: Browser, look: Look) -> Page:
    """The guest scans a code of ours."""
    page = await code_asked(stall, browser, look)
    await page.locator("dialog .show").click()
    await page.get_by_role("img", name=re.compile("결제 QR|QR to pay with")).wait_for()
    return page


async def code_used(stall: Stall, browser: Browser, look: Look) -> Page:
    """A guest's code that was used before."""
    page = await code_paid(stall, browser, look)
    await page.keyboard.press("Enter")
    await open_payment(page, await an_order(stall))
    await scan(page, WALLET_CODE)
    await page.get_by_text(re.compile("이미 사용한 코드|This code was used before")).wait_for()
    return page


async def code_paid(stall: Stall, browser: Browser, look: Look) -> Page:
    """By a wallet with a card behind it."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    page = await stall.page(browser, **look)
    await open_payment(page, await an_order(stall))
    await scan(page, WALLET_CODE)
    await page.get_by_role("heading", name=re.compile("결제 완료|Paid in full")).wait_for()
    return page


async def host(stall: Stall, browser: Browser, look: Look) -> Page:
    """The same on the plugin host's page."""
    page = await stall.page(browser, "/host", **look)
    order = await unsettled_order(stall)
    await page.get_by_role("button", name=order["number"]).click()
    await page.locator("#unsettled").wait_for()
    return page
