"""Somebody who has read nothing opens the link that `jumak demo` prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.web.till.hands import bump, on_floor, tile
from tests.web.till.stall import open_stall

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_newcomer_serves_a_table(browser: Browser, tmp_path: Path) -> None:
    """TBL-8, KDS-1, CSH-1, PAY-8, TBL-7: an order with options, its table, the kitchen in a second window, cash and a gift card."""
    async with open_stall(tmp_path / "shop", "demo") as stall:
        context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="ko-KR")
        till = await context.new_page()
        await till.goto(stall.link)

        await tile(till, "김치찌개").click()
        sheet = till.get_by_role("dialog", name="김치찌개")
        await sheet.get_by_role("button", name="매운맛 +500원", exact=True).click()
        await sheet.get_by_role("button", name="공기밥").click()
        await sheet.get_by_role("button", name=re.compile("^담기")).click()
        await till.get_by_role("button", name="테이블 선택").click()
        await till.get_by_role("dialog").get_by_role("button", name="3번", exact=True).click()
        await till.get_by_role("dialog").get_by_role("button", name="확인").click()
        await till.get_by_role("button", name="보내기", exact=True).click()
        await expect(till.get_by_text("주방에 보냈습니다")).to_be_visible()

        async with context.expect_page() as opening:
            await till.get_by_role("link", name="주방").click()
        kitchen = await opening.value
        await kitchen.locator(".stations button", has_text="주방").click()
        await expect(kitchen.get_by_role("article", name="3번, 신규")).to_contain_text("매운맛")
        await bump(kitchen, "3번, 신규")

        await till.get_by_role("tab", name="테이블", exact=True).click()
        await on_floor(till, "3번").click()
        await till.get_by_role("button", name="결제 9,500원").click()
        for key in "5000":
            await till.get_by_role("button", name=key, exact=True).click()
        await till.get_by_role("button", name="현금 5,000원만 받기").click()
        await till.get_by_role("button", name="상품권").click()
        card = till.get_by_role("dialog")
        await card.get_by_label("상품권 번호").fill("1234")
        await card.get_by_role("button", name="결제").click()
        await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()
        await till.get_by_role("button", name="다음 주문").click()
        await till.get_by_role("tab", name="테이블", exact=True).click()
        await expect(on_floor(till, "3번")).to_contain_text("빈자리")

        (order,) = (await stall.ask("order.get-list"))["orders"]
        assert (order["orderState"], order["paymentState"]) == ("COMPLETED", "COMPLETED")
        assert [(one["sourceType"], one["amountMoney"]) for one in order["payments"]] == [
            ("CASH", 5_000),
            ("EXTERNAL", 4_500),
        ]
