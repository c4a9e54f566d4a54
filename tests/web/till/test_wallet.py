"""Wallets at the till: the guest's code scanned or typed, and a QR of ours on the till and the customer display."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.till.axe import serious
from tests.web.till.cards import an_order_ending, asks_guest, card_terminal, code_key, guest, heading
from tests.web.till.paying import Json, a_line, an_order, open_display, open_payment, order_now, stamp
from tests.web.till.scanner import scan
from tests.web.till.stall import Stall
from tests.web.till.test_status import choice, look_at
from tests.web.till.wire import cut_in
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

GOODS, LOT = "8801234567893", "LOT88-A1234"


async def payments(stall: Stall, order: Json) -> list[tuple[str, int, str]]:
    """What stands on an order, the oldest first: source, won, and whose app it was."""
    return [
        (each["sourceType"], each["amountMoney"], each["externalDetails"]["source"])
        for each in (await order_now(stall, order))["payments"]
        if each["state"] != "CANCELLED"
    ]


async def ready_to_pay(page: Page, order: Json) -> None:
    await open_payment(page, order)
    await expect(code_key(page)).to_be_enabled()


async def next_order(page: Page) -> None:
    await page.get_by_role("button", name="다음 주문").click()


async def test_the_guests_code_is_scanned_or_typed(stall: Stall, browser: Browser) -> None:
    """PAY-9, SCN-1: both pay what stands on the screen; a used code says so; goods that are scanned take no cash."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    till = await stall.page(browser)
    order = await an_order(stall, discounts=[], lineItems=[await a_line(stall, "공기밥", 30)])
    async with stamp(stall) as plugin:
        await till.locator("#tab-status").click()
        await scan(till, GOODS)

        async def heard() -> bool:
            return plugin.scanned != []

        await until(heard, "the plugin hears of what is scanned elsewhere")
        await ready_to_pay(till, order)
        # By touch: keys would come as fast as a scanner's here.
        for key in ("1", "00", "00"):
            await till.locator(".pad .keys").get_by_role("button", name=key, exact=True).click()
        # A scan is no amount and takes no cash; plugins hear of none: it may be a guest's code of any wallet.
        await scan(till, GOODS)
        await scan(till, LOT)
        await expect(till.locator(".pad dd")).to_have_text(["30,000원", "10,000원", "20,000원"])
        await expect(till.get_by_text("결제에 쓸 수 없는 바코드입니다.")).to_be_visible()
        # Below a dialog nobody pays.
        await till.get_by_role("button", name="봉사료").click()
        await scan(till, "9300000000000001")
        await till.keyboard.press("Escape")
        await expect(till.locator(".pad dd")).to_have_text(["30,000원", "10,000원", "20,000원"])
        assert (await stall.ask("payment-attempt.list", orderId=order["id"]))["attempts"] == []
        # What a plugin says that it scanned is nobody's money, whoever's code it is.
        await plugin.send("barcode.send.request", {"barcode": "9400000000000001"}, "its-own")
        await scan(till, "9100000000000001")
        await heading(till, "결제되었습니다")
        await expect(till.get_by_text("카카오페이 · 승인번호")).to_be_visible()
        await till.get_by_role("button", name="이어서 결제").click()
        await scan(till, LOT)
        assert plugin.scanned == [GOODS]
    # The same code by hand, then a new one, without a pointer.
    await code_key(till).focus()
    await till.keyboard.press("Enter")
    dialog = till.get_by_role("dialog", name="QR·바코드 20,000원")
    await expect(dialog.get_by_label("결제 코드")).to_be_focused()
    assert await serious(till) == []
    await till.keyboard.type("9100000000000001")
    await till.keyboard.press("Enter")
    await expect(
        till.get_by_text("이미 사용한 코드입니다. 손님 앱에서 새 코드를 열어 주세요")
    ).to_be_visible()
    assert await serious(till) == []
    # The next one the guest opens is scanned right here; one that ends in 54 has expired.
    await scan(till, "9200000000000054")
    await expect(till.get_by_text("유효 시간이 지난 코드입니다")).to_be_visible()
    await till.get_by_role("button", name="확인").click()
    await code_key(till).click()
    await expect(dialog.get_by_label("결제 코드")).to_have_value("")
    # Whatever is scanned while the dialog is up is the guest's code.
    await scan(till, "9200000000000001")
    await heading(till, "결제 완료")
    await expect(till.get_by_text("네이버페이 · ").first).to_be_visible()
    assert await payments(stall, order) == [
        ("EXTERNAL", 10_000, "카카오페이"),
        ("CARD", 20_000, "네이버페이"),
    ]
    await next_order(till)
    # The order names the wallets, and gives a payment back on the terminal.
    await till.locator("#tab-status").click()
    await choice(till, "주문 상태", "완료·취소").click()
    detail = await look_at(till, order)
    await expect(detail.locator(".payment").first).to_contain_text("카카오페이")
    await expect(detail.locator(".payment").last).to_contain_text("네이버페이 · ")
    await detail.locator(".payment").first.get_by_role("button", name="결제 취소").click()
    await till.get_by_role("alertdialog").get_by_role("button", name="결제 취소").click()
    await expect(detail.get_by_role("status")).to_have_text("결제를 취소했습니다.")
    assert await payments(stall, order) == [("CARD", 20_000, "네이버페이")]


async def test_a_code_is_scanned_before_the_till_has_the_order_in_hand(
    stall: Stall, browser: Browser
) -> None:
    """PAY-9: nobody scans it twice; it pays as soon as money may be taken. What pays nothing is not kept."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    till = await stall.page(browser)
    wire = await cut_in(till)
    for code, paid in ((GOODS, False), ("9200000000000001", True)):
        order = await an_order(stall)
        wire.hold()
        await till.evaluate("id => { location.hash = `#/order/pay/${id}`; }", order["id"])
        await expect(till.get_by_text("주문을 여는 중…")).to_be_visible()
        await scan(till, code)
        wire.release()
        if not paid:
            await expect(till.get_by_text("결제에 쓸 수 없는 바코드입니다.")).to_be_visible()
            await till.get_by_role("button", name="뒤로").click()
    await heading(till, "결제 완료")
    assert await payments(stall, order) == [("CARD", 29_700, "네이버페이")]


async def test_the_guest_scans_a_code_of_ours(stall: Stall, browser: Browser) -> None:
    """PAY-9, DSP-1, NET-3: on the till and the display until the phone has paid; stopped; lost and found."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    display = await open_display(stall, browser, "계산대")
    shown, beside = (page.get_by_role("img", name="결제 QR") for page in (till, display))

    async def begin(order: Json) -> None:
        await ready_to_pay(till, order)
        await code_key(till).click()
        await till.get_by_role("button", name="QR 보여 주기").click()
        await heading(till, "휴대폰으로 QR을 찍어 주세요")
        await expect(beside).to_be_visible()

    order = await an_order(stall)
    await begin(order)
    drawn = await shown.locator("path").get_attribute("d")
    assert drawn == await beside.locator("path").get_attribute("d")
    await expect(display.get_by_role("heading", name="휴대폰으로 QR을 찍어 주세요")).to_be_visible()
    await expect(display.locator(".due dd")).to_have_text("29,700원")
    await expect(till.get_by_role("button", name="뒤로")).to_be_disabled()
    assert await serious(till) == await serious(display) == []
    # A page that is loaded anew shows it again.
    await display.reload()
    await expect(beside).to_be_visible()
    assert drawn == await beside.locator("path").get_attribute("d")
    # Staff stop it: it goes from both at once, and whoever scans it late pays nothing.
    await till.get_by_role("button", name="결제 취소").click()
    await expect(beside).to_have_count(0)
    await expect(shown).to_have_count(0)
    await expect(till.get_by_text("손님에게서 결제된 금액은 없습니다.")).to_be_visible(timeout=30_000)
    await terminal.press("pay")
    await till.get_by_role("button", name="확인").click()
    assert await payments(stall, order) == []
    # The guest pays.
    await begin(order)
    await guest(stall, terminal.page, "pay")
    await heading(till, "결제 완료")
    await expect(display.locator(".thanks")).to_be_visible()
    await expect(beside).to_have_count(0)
    [(_, amount, wallet)] = await payments(stall, order)
    assert amount == 29_700
    await expect(till.get_by_text(f"{wallet} · ").first).to_be_visible()
    await next_order(till)
    # The answer is lost: nobody is told that it failed, and it is found (SIM-1 70).
    lost = await an_order_ending(stall, 70)
    await begin(lost)
    await asks_guest(stall)
    await guest(stall, terminal.page, "pay")
    await heading(till, "결과를 확인하고 있습니다")
    await expect(beside).to_have_count(0)
    await heading(till, "결제 완료")
    [(_, amount, _)] = await payments(stall, lost)
    assert amount == lost["paymentPrice"]["paymentUnpaidValue"]
