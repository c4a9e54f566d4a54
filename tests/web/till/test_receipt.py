"""The receipt of an order on screen and on paper (rulebook §7.3, PRN-1)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.web.test_host_page import check
from tests.web.till.paying import APPROVAL, HOSTILE, METHOD, a_line, an_order, open_payment, stamp
from tests.web.till.stall import PINS, Stall

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_receipt_is_shown_printed_and_printed_again(stall: Stall, browser: Browser) -> None:
    """§7.3, PRN-1, §7.5: each part of a mixed payment; the paper alone is printed, again only by a manager and marked."""
    till = await stall.page(browser, pin=PINS["cashier"])
    await till.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")
    line = await a_line(stall, "공기밥", 10)
    line["item"]["title"] = HOSTILE
    order = await an_order(stall, discount=500, lineItems=[line])
    await open_payment(till, order)
    await expect(till.locator("button.cash")).to_be_enabled()
    async with stamp(stall) as plugin:
        await till.keyboard.type("4000")
        await till.get_by_role("button", name=METHOD).click()
        await plugin.answer(await plugin.question(), paymentDto=APPROVAL)
        await till.get_by_role("button", name="이어서 결제").click()
    await till.get_by_role("button", name="10,000원", exact=True).click()
    parts = till.get_by_role("list", name="결제 내역").get_by_role("listitem")
    await expect(parts).to_have_text([re.compile(f"{METHOD}.*4,000원"), re.compile("현금.*5,500원")])

    await till.get_by_role("button", name="영수증", exact=True).click()
    paper = till.get_by_role("article", name="영수증")
    await expect(paper).to_contain_text(HOSTILE)
    for said in ("주막 데모점", "123-45-67891", "대표 김사장", "과세 공급가액", "8,636", "864", "9,500"):
        await expect(paper).to_contain_text(said)
    await expect(paper).to_contain_text(
        re.compile(rf"단골 할인\s*−500.*{METHOD}\s*4,000.*현금\s*5,500.*10,000.*거스름돈\s*4,500", re.S)
    )
    await expect(paper).not_to_contain_text("재발행")
    await check(till, "the receipt")
    await till.emulate_media(media="print")
    await expect(paper).to_be_visible()
    for gone in ("button", "header .row", "h2"):
        assert await till.locator(gone).filter(visible=True).count() == 0, gone
    await till.emulate_media(media="screen")
    await till.get_by_role("button", name="인쇄").click()
    assert await till.evaluate("() => window.printed") == 1
    await expect(till.get_by_role("button", name="인쇄")).to_have_count(0)

    bill = await an_order(stall)
    await till.get_by_role("button", name="닫기").click()
    await till.get_by_role("button", name="다음 주문").click()
    await till.locator("#tab-status").click()
    await till.locator(f"#status-{bill['id']}").click()
    await till.get_by_role("button", name="영수증", exact=True).click()
    paper = till.get_by_role("article", name="계산서 (영수증이 아닙니다)")
    await expect(paper).to_contain_text("29,700")
    await expect(paper).not_to_contain_text("재발행")
    await expect(till.get_by_role("button", name="인쇄")).to_be_visible()

    manager = await stall.page(browser, pin=PINS["manager"], language="en")
    await manager.locator("#tab-status").click()
    await manager.get_by_role("group", name="State").get_by_role("button", name="Closed").click()
    await manager.locator(f"#status-{order['id']}").click()
    await manager.get_by_role("button", name="Receipt", exact=True).click()
    paper = manager.get_by_role("article", name="Receipt")
    await expect(paper).to_contain_text(re.compile("Reprint.*Taxable supply", re.S))
    await expect(manager.get_by_role("button", name="Print")).to_be_visible()
