"""Cash receipts at the till: asked for after cash, seen through to the issuer's answer, taken back (rulebook §3.6)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from jumak.testing import PracticeIssuer
from tests.service.asking import a_line, an_order
from tests.web.house import House
from tests.web.test_host_page import check
from tests.web.till.paying import open_payment
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]
NUMBER = "01023456789"


def issuer_of(house: House) -> PracticeIssuer:
    """Who issues for this shop."""
    issuer = house.shop.running.connections.receipt_issuer
    assert isinstance(issuer, PracticeIssuer)
    return issuer


async def to_pay(house: House, browser: Browser, **size: int) -> tuple[Page, Json]:
    """A till with the payment of an order on screen, ready for money."""
    till = await house.till(browser, "/", **size)
    await till.emulate_media(reduced_motion="reduce")
    await expect(till.get_by_role("tab").first).to_be_visible()
    order: Json = (await house.ask("order.add", order=an_order(a_line(2))))["order"]
    await open_payment(till, order)
    await expect(till.locator("button.cash")).to_be_enabled()
    return till, order


def receipts(page: Page) -> Locator:
    return page.get_by_role("region", name="현금영수증")


async def test_a_receipt_for_every_part(house: House, browser: Browser) -> None:
    """RCP-1, RCP-5: by keyboard while a part is left, by touch at the end; whoever waits for nothing goes on at once."""
    till, order = await to_pay(house, browser)
    assert order["paymentPrice"]["paymentUnpaidValue"] == 18_000
    await till.keyboard.type("8000")
    await till.keyboard.press("Enter")
    await till.get_by_role("button", name="현금영수증 8,000원").click()
    field = till.get_by_role("textbox", name="휴대폰 번호")
    await expect(field).to_be_focused()
    await till.keyboard.type(NUMBER)
    await expect(field).to_have_value("010-2345-6789")
    await check(till, "the number")
    await till.keyboard.press("Enter")
    listed = receipts(till).get_by_role("listitem")
    await expect(listed).to_contain_text(re.compile("8,000원.*소득공제.*6789.*발급됨.*승인번호 T0"))
    assert "2345" not in await till.content()

    await till.locator("button.cash").click()
    await expect(till.get_by_role("button", name="다음 주문")).to_be_focused()
    await till.get_by_role("button", name="현금영수증 10,000원").click()
    dialog = till.get_by_role("dialog")
    await dialog.get_by_role("button", name="지출증빙").click()
    for digit in "1234567890":
        await dialog.get_by_role("button", name=digit, exact=True).click()
    await dialog.get_by_role("button", name="발급", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("사업자번호")
    await dialog.get_by_role("button", name="지우기", exact=True).click()
    await till.keyboard.type("1")
    await expect(dialog.get_by_role("textbox")).to_have_value("123-45-67891")
    await till.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(listed.first).to_contain_text(re.compile("10,000원.*지출증빙.*발급됨"))
    await expect(receipts(till).get_by_role("button", name=re.compile("^현금영수증 [0-9]"))).to_have_count(0)
    assert issuer_of(house).net == 18_000
    await check(till, "complete")
    await till.get_by_role("button", name="다음 주문").press("Enter")
    await expect(till.locator("#payment-title")).to_have_count(0)


async def test_a_receipt_seen_through(house: House, browser: Browser) -> None:
    """RCP-3, RCP-4, RCP-5: the queue, a refusal told of elsewhere, and from the order's detail a new number and a cancel."""
    issuer = issuer_of(house)
    issuer.is_down = True
    till, order = await to_pay(house, browser, width=390)
    await till.locator("button.cash").click()
    await till.get_by_role("button", name="현금영수증 18,000원").click()
    await till.keyboard.type(NUMBER)
    await till.keyboard.press("Enter")
    listed = receipts(till).get_by_role("listitem")
    await expect(listed).to_contain_text(re.compile("발급 대기.*자동으로 다시 보냅니다"))
    await expect(receipts(till).get_by_role("button", name="다른 번호로 발급")).to_be_visible()
    await till.get_by_role("button", name="다음 주문").click()
    issuer.is_down = False
    issuer.faults.append("refused")

    async def told() -> bool:
        house.shop.clock.jump(seconds=11)
        return await till.get_by_text("18,000원 현금영수증이 발급되지 않았습니다").is_visible()

    await until(told, "the refusal is told of", 20)
    await till.get_by_role("button", name="English").click()
    await till.locator("#tab-status").click()
    await till.get_by_role("group", name="State").get_by_role("button", name="Closed").click()
    await till.locator(f"#status-{order['id']}").click()
    section = till.get_by_role("region", name="Cash receipts")
    await expect(section).to_contain_text(re.compile(r"Not issued.*\(9999\).*Check the number"))
    await section.get_by_role("button", name="Cash receipt").click()
    await till.get_by_role("button", name="No number: to the shop itself").click()
    await expect(section.get_by_role("listitem").first).to_contain_text(
        re.compile("To the shop itself.*Issued")
    )
    await section.get_by_role("button", name="Cancel this receipt").click()
    await till.get_by_role("button", name="Wrong number").click()
    await expect(section.get_by_role("listitem").first).to_contain_text(
        re.compile("Cancel of ₩18,000.*Approval T0")
    )
    assert issuer.net == 0
    await expect(section.get_by_role("button", name="Cash receipt")).to_be_visible()
    await check(till, "the order's receipts")
