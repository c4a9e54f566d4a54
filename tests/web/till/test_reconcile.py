"""The screen of what has to be settled: the list, its keys, and the terminals' day against our books."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from jumak.testing import PracticeIssuer
from tests.service.asking import a_line as a_line_of
from tests.service.asking import an_order as an_order_of
from tests.web.house import House
from tests.web.till.axe import serious
from tests.web.till.cards import card_terminal
from tests.web.till.paying import METHOD, Json, an_order, order_now, stamp, unsettled_order
from tests.web.till.stall import PINS, Stall
from tests.web.till.unsettled import nothing_is_owed, owed_part
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW_MS = 30_000
"""A card's last question may be ten seconds away."""


async def settle_up(page: Page) -> None:
    """Brings the screen up."""
    await page.locator("#tab-reconcile").click()


def items(page: Page) -> Locator:
    return page.locator(".reconcile li.card")


def badge(page: Page) -> Locator:
    return page.locator("#tab-reconcile .count")


async def all_settled(page: Page) -> None:
    await expect(page.get_by_role("heading", name="모두 정리되었습니다")).to_be_visible(timeout=SLOW_MS)
    await expect(badge(page)).to_have_count(0)


async def attempts(stall: Stall, order: Json) -> list[Json]:
    """Those of an order, newest first."""
    found: list[Json] = (await stall.ask("payment-attempt.list", orderId=order["id"]))["attempts"]
    return found


# -- the list ------------------------------------------------------------------------------------


async def test_a_payment_of_unknown_end(stall: Stall, browser: Browser) -> None:
    """NET-5, SEC-1: it comes by push, says what to do, and a cashier ends it with a manager's PIN, by keys alone."""
    page = await stall.page(browser, pin=PINS["cashier"])
    await settle_up(page)
    await all_settled(page)
    await expect(page.get_by_role("button", name="단말기 합계")).to_have_count(0)
    order = await unsettled_order(stall)
    await expect(badge(page)).to_have_text("1")
    item = items(page)
    await expect(item).to_contain_text("10,000원")
    await expect(item).to_contain_text(order["number"])
    await expect(item).to_contain_text(METHOD)
    await expect(item).to_contain_text("결과가 오기 전에 대기를 그만두었습니다.")
    await expect(item).to_contain_text("그 전에는 다시 결제하지 마세요")
    assert await serious(page) == []
    await item.get_by_role("button", name="결제 안 됨으로 처리").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("alertdialog")
    await expect(dialog.get_by_role("button", name="결제 안 됨으로 처리")).to_be_disabled()
    await dialog.get_by_role("textbox").fill("도장 앱에 없음 <b>")
    assert await serious(page) == []
    await page.keyboard.press("Enter")
    approval = page.get_by_role("dialog", name="점장 승인")
    await expect(approval).to_contain_text("결제 결과 처리")
    await page.keyboard.press("Escape")
    await expect(dialog.get_by_role("alert")).to_contain_text("승인이 필요합니다")
    await expect(badge(page)).to_have_text("1")
    await dialog.get_by_role("textbox").press("Enter")
    await approval.wait_for()
    await page.keyboard.type(PINS["manager"])
    await page.keyboard.press("Enter")
    await all_settled(page)
    await expect(dialog).to_have_count(0)
    [attempt] = await attempts(stall, order)
    assert (attempt["state"], attempt["note"]) == ("NOT_FOUND", "도장 앱에 없음 <b>")


async def test_a_late_approval_is_adopted(stall: Stall, browser: Browser) -> None:
    """NET-5: the guest paid after staff stopped waiting; it is recorded on its order, which opens from the list."""
    order = await an_order(stall)
    async with stamp(stall) as service:
        method = {"pluginId": "stamp-card", "id": "stamp"}
        unpaid = order["paymentPrice"]["paymentUnpaidValue"]
        start = {"tender": "METHOD", "amount": unpaid, "expectedUnpaid": unpaid, "method": method}
        attempt = (await stall.ask("payment.start", orderId=order["id"], **start))["attempt"]
        question = await service.question()
        await stall.ask("payment-attempt.cancel", id=attempt["id"])
        page = await stall.page(browser, language="en")
        await settle_up(page)
        await expect(items(page)).to_contain_text("Result unknown")
        approval = {"approvedAt": "2026-02-02T12:00:00", "approvedNo": "", "paymentKey": "late-1"}
        await service.answer(question, paymentDto=approval)
        await expect(items(page)).to_contain_text("Late approval")
        await expect(items(page)).to_contain_text("Record it as paid on this order")
        # It waits while nobody is connected, and is there again after that.
        await stall.end()
        await stall.start()
    await expect(items(page)).to_contain_text("Late approval", timeout=SLOW_MS)
    await page.get_by_role("button", name=f"Open the order: Order {order['number']}").click()
    await expect(page.get_by_role("tab", name="Status", selected=True)).to_be_visible()
    await expect(page.get_by_role("heading", name=f"Order {order['number']}")).to_be_visible()
    await settle_up(page)
    await items(page).get_by_role("button", name="It was paid").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="Saw the transactions").click()
    await dialog.get_by_role("button", name="It was paid").click()
    await expect(page.get_by_role("heading", name="All is settled")).to_be_visible()
    [payment] = (await order_now(stall, order))["payments"]
    assert (payment["sourceType"], payment["amountMoney"]) == ("EXTERNAL", unpaid)


async def test_a_part_is_owed_and_the_terminals_day(stall: Stall, browser: Browser) -> None:
    """CAN-8, SET-1: refused again it stays; given back by hand it goes, and the terminal's total says why it differs."""
    terminal = await card_terminal(stall)
    await owed_part(stall, terminal)
    page = await stall.page(browser, pin=PINS["manager"])
    await settle_up(page)
    item = items(page)
    await expect(item).to_contain_text("5,000원")
    await expect(item).to_contain_text("부분 취소를 할 수 없는 카드입니다")
    await item.get_by_role("button", name="다시 환불").click()
    await expect(page.locator(".reconcile [role=status]")).to_have_text("처리했습니다.")
    await expect(item.get_by_role("button", name="직접 돌려줌")).to_be_enabled()
    await item.get_by_role("button", name="직접 돌려줌").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="현금으로 돌려줌").click()
    await dialog.get_by_role("button", name="직접 돌려줌").click()
    await all_settled(page)
    await page.get_by_role("button", name="단말기 합계").click()
    day = page.locator("section.card")
    await expect(day).to_contain_text("일치")
    await expect(day.locator("table").first).to_contain_text("1건 29,997원")
    await expect(day.locator("table").last).to_contain_text("NICE")
    await expect(day.get_by_role("list", name="아직 확실하지 않은 거래")).to_contain_text(
        "환불 5,000원 · 사람이 처리함"
    )
    assert await serious(page) == []
    await terminal.kill()
    await page.get_by_role("button", name="단말기에 묻기").click()
    await expect(day).to_contain_text("단말기에 물을 수 없어", timeout=SLOW_MS)
    await expect(day.locator("table").first).to_contain_text("29,997원")
    await terminal.start()
    await day.get_by_role("button", name="단말기에 묻기").click()
    await expect(day).to_contain_text("일치", timeout=SLOW_MS)
    await page.emulate_media(media="print")
    await expect(page.locator("header h1")).to_be_hidden()
    await expect(page.get_by_role("button", name="인쇄")).to_be_hidden()
    await expect(day).to_be_visible()


# -- cash receipts ---------------------------------------------------------------------------------


async def test_a_receipt_is_refused(house: House, browser: Browser) -> None:
    """RCP-2, RCP-4: while nobody is reached it says when it is sent again; refused it is issued to another number."""
    issuer = house.shop.running.connections.receipt_issuer
    assert isinstance(issuer, PracticeIssuer)
    issuer.is_down = True
    await nothing_is_owed(house)
    page = await house.till(browser, "/", width=390)
    await settle_up(page)
    await all_settled(page)
    payment = await paid_in_cash(house)
    await house.ask("cash-receipt.send", paymentId=payment["id"], use="DEDUCTION", identifier="01023456789")
    item = items(page)
    await expect(item).to_contain_text("발급 기관에 연결하지 못해")
    await expect(item).to_contain_text(re.compile("0:0[1-5] 뒤 다시 묻습니다"))
    await expect(badge(page)).to_have_count(0)
    issuer.is_down = False
    issuer.faults.append("refused")
    house.shop.clock.jump(seconds=5)
    await expect(item).to_contain_text("현금영수증 발급이 거절되었습니다.")
    await expect(badge(page)).to_have_text("1")
    assert await serious(page) == []
    await item.get_by_role("button", name="번호로 다시 발급").click()
    dialog = page.get_by_role("dialog")
    await page.keyboard.type("01099998888")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await all_settled(page)

    async def issued() -> bool:
        return issuer.net == 18_000

    # What is being sent again is no longer listed.
    await until(issued, "the receipt is issued to the other number")


async def paid_in_cash(house: House) -> Json:
    """An order that is paid; its payment."""
    order = (await house.ask("order.add", order=an_order_of(a_line_of(2))))["order"]
    start = {"tender": "CASH", "amount": 18_000, "expectedUnpaid": 18_000}
    attempt = (await house.ask("payment.start", orderId=order["id"], **start))["attempt"]
    payment: Json = attempt["payment"]
    return payment
