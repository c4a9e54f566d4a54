"""Cards at the till: charged on a terminal in a process of its own, whatever becomes of its answer."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.till.axe import serious
from tests.web.till.cards import (
    NAME,
    an_order_ending,
    asks_guest,
    card_key,
    card_terminal,
    charged,
    guest,
    heading,
)
from tests.web.till.paying import a_line, an_order, open_payment, order_now
from tests.web.till.stall import PINS, Json, Stall, open_stall
from tests.web.till.test_status import look_at, status
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def live(stall: Stall, order: Json) -> list[Json]:
    """The payments of an order that stand, oldest first."""
    payments: list[Json] = (await order_now(stall, order))["payments"]
    return [each for each in payments if each["state"] != "CANCELLED"]


async def attempts(stall: Stall, order: Json) -> list[str]:
    """How the attempts on an order stand, newest first."""
    found = (await stall.ask("payment-attempt.list", orderId=order["id"]))["attempts"]
    return [each["state"] for each in found]


async def sign_in(page: Page) -> None:
    await page.locator("#sign-in").wait_for()
    await page.keyboard.type(PINS["owner"])
    await page.keyboard.press("Enter")


# -- how it goes ---------------------------------------------------------------------------------


async def test_a_card_pays(stall: Stall, browser: Browser) -> None:
    """SIM-2, PAY-8: one touch; the screen says what the guest does, then which card paid, and that it was practice."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await expect(card_key(till)).to_contain_text("카드 29,700원")
    await expect(card_key(till)).to_contain_text(NAME)
    await card_key(till).click()
    await heading(till, "카드를 넣어 주세요")
    await expect(till.get_by_text(f"손님이 {NAME}에 카드를 넣거나")).to_be_visible()
    await expect(till.get_by_text("실제로 결제되지 않습니다")).to_be_visible()
    await expect(till.get_by_role("button", name="뒤로")).to_be_disabled()
    assert await serious(till) == []
    await guest(stall, terminal.page)
    await heading(till, "결제 완료")
    [payment] = await live(stall, order)
    assert (payment["sourceType"], payment["amountMoney"]) == ("CARD", 29_700)
    await expect(till.get_by_text(f"승인번호 {payment['approvedNo']}")).to_be_visible()
    await expect(till.get_by_text("실제로 결제되지 않습니다")).to_be_visible()
    assert await serious(till) == []


async def test_by_keyboard_in_english(stall: Stall, browser: Browser) -> None:
    """A part of it by card, then the rest in instalments, without a pointer."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    till = await stall.page(browser, language="en")
    order = await an_order(stall, lineItems=[await a_line(stall, "공기밥", 80)], discounts=[])
    await open_payment(till, order)
    await expect(card_key(till)).to_be_enabled()
    await till.keyboard.type("20000")
    await expect(card_key(till)).to_contain_text("Take ₩20,000 by card")
    # Less than 50,000 won are not paid in instalments (PAY-4).
    await expect(till.get_by_role("button", name="Instalments", exact=True)).to_be_disabled()
    await card_key(till).focus()
    await till.keyboard.press("Space")
    await till.get_by_role("button", name="Go on").focus()
    await till.keyboard.press("Enter")
    await till.get_by_role("button", name="Instalments", exact=True).focus()
    await till.keyboard.press("Space")
    months = till.get_by_role("dialog", name="₩60,000 in instalments")
    await months.get_by_role("button", name="3 months", exact=True).focus()
    await till.keyboard.press("Enter")
    await heading(till, "Paid in full")
    await expect(till.get_by_text("3 instalments")).to_be_visible()
    first, second = await live(stall, order)
    assert first["cardDetails"]["installmentMonth"] == "00"
    assert (second["amountMoney"], second["cardDetails"]["installmentMonth"]) == (60_000, "03")


async def test_instalments(stall: Stall, browser: Browser) -> None:
    """PAY-4: from 50,000 won on, 2 to 12 months or at once; below there is no such key."""
    await card_terminal(stall)
    till = await stall.page(browser)
    await open_payment(till, await an_order(stall))
    await expect(card_key(till)).to_be_enabled()
    await expect(till.get_by_role("button", name="할부", exact=True)).to_have_count(0)
    await till.keyboard.press("Escape")
    await open_payment(
        till, await an_order(stall, lineItems=[await a_line(stall, "공기밥", 50)], discounts=[])
    )
    await till.get_by_role("button", name="할부", exact=True).click()
    months = till.get_by_role("dialog", name="50,000원 할부")
    await expect(months.locator(".months button")).to_have_text(
        ["일시불", *(f"{n}개월" for n in range(2, 13))]
    )
    assert await serious(till) == []


# -- how else it may go --------------------------------------------------------------------------


async def test_a_card_is_declined(stall: Stall, browser: Browser) -> None:
    """NET-6, SIM-1: the reason in words; the order is free for another tender at once."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    order = await an_order_ending(stall, 51)
    await open_payment(till, order)
    await card_key(till).click()
    await guest(stall, terminal.page)
    await heading(till, "결제되지 않았습니다")
    await expect(till.get_by_text("잔액이 부족합니다")).to_be_visible()
    assert await serious(till) == []
    await till.get_by_role("button", name="확인").click()
    await till.locator("button.cash").click()
    await heading(till, "결제 완료")
    assert [each["sourceType"] for each in await live(stall, order)] == ["CASH"]


async def test_staff_cancel_the_wait(stall: Stall, browser: Browser) -> None:
    """NET-3: the reader stops asking, nothing is taken, and the order can be paid another way."""
    await card_terminal(stall)
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await card_key(till).click()
    await heading(till, "카드를 넣어 주세요")
    await asks_guest(stall)
    await till.get_by_role("button", name="결제 취소").click()
    await expect(till.get_by_text("카드에서 결제된 금액은 없습니다.")).to_be_visible(timeout=30_000)
    await till.get_by_role("button", name="확인").click()
    await till.locator("button.cash").click()
    await heading(till, "결제 완료")
    [state, *_] = (await attempts(stall, order))[1:]
    assert state in ("CANCELED", "NOT_FOUND", "NET_CANCELLED")
    assert [each["sourceType"] for each in await live(stall, order)] == ["CASH"]


async def test_the_guest_cancels(stall: Stall, browser: Browser) -> None:
    """The guest goes back at the reader."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    await open_payment(till, await an_order(stall))
    await card_key(till).click()
    await guest(stall, terminal.page, "cancel")
    await heading(till, "카드 결제가 취소되었습니다")


async def test_an_answer_that_is_lost_is_found(stall: Stall, browser: Browser) -> None:
    """NET-3, NET-5: unknown until the shop has found out; other orders are paid meanwhile, this one is not again."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    order, other = await an_order_ending(stall, 70), await an_order(stall)
    await open_payment(till, order)
    await card_key(till).click()
    await guest(stall, terminal.page)
    await heading(till, "결과를 확인하고 있습니다")
    assert await serious(till) == []
    await till.get_by_role("button", name="다른 주문 받기").click()
    await open_payment(till, other)
    await till.locator("button.cash").click()
    await heading(till, "결제 완료")
    await till.get_by_role("button", name="다음 주문").click()

    async def adopted() -> bool:
        return await attempts(stall, order) == ["APPROVED"]

    await until(adopted, "the approval is found", within_s=60)
    assert [each["sourceType"] for each in await live(stall, order)] == ["CARD"]
    await open_payment(till, order)
    await heading(till, "결제 완료")


async def test_an_answer_that_is_lost_while_it_is_watched(stall: Stall, browser: Browser) -> None:
    """NET-3: the screen that waited goes on by itself; another till is told why it cannot take the money."""
    terminal = await card_terminal(stall)
    till, second = await stall.page(browser), await stall.page(browser, name="계산대 2")
    order = await an_order_ending(stall, 70)
    await open_payment(till, order)
    await card_key(till).click()
    await open_payment(second, order)
    await expect(second.get_by_text("계산대에서 결제 중")).to_be_visible()
    await guest(stall, terminal.page)
    await heading(till, "결과를 확인하고 있습니다")
    await heading(till, "결제 완료")
    await heading(second, "결제 완료")


async def test_a_terminal_that_is_away(stall: Stall, browser: Browser) -> None:
    """NET-2: for certain nothing was asked; the screen says what to look after."""
    terminal = await card_terminal(stall)
    await terminal.kill()
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await expect(card_key(till)).to_contain_text("단말기 연결 안 됨")
    await card_key(till).click()
    await heading(till, "단말기에 연결할 수 없습니다")
    await expect(till.get_by_text("전원과 네트워크를 확인하고")).to_be_visible()
    assert await serious(till) == []
    await till.get_by_role("button", name="확인").click()
    await terminal.start()
    await card_key(till).click()
    await guest(stall, terminal.page)
    await heading(till, "결제 완료")


async def test_the_page_is_loaded_anew(stall: Stall, browser: Browser) -> None:
    """PAY-8: the open attempt is found again and ends where it was begun."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    order = await an_order_ending(stall, 51)
    await open_payment(till, order)
    await card_key(till).click()
    await heading(till, "카드를 넣어 주세요")
    await till.reload()
    await sign_in(till)
    await heading(till, "카드를 넣어 주세요")
    await guest(stall, terminal.page)
    await heading(till, "결제되지 않았습니다")
    assert await attempts(stall, order) == ["DECLINED"]


async def test_the_server_dies_while_the_guest_is_asked(stall: Stall, browser: Browser) -> None:
    """NET-1, NET-3: after a power cut the shop asks the terminal, and the screen says how it ended."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await card_key(till).click()
    await asks_guest(stall)
    await stall.end()
    await terminal.press("insert")
    await terminal.press("pin")
    await stall.start()
    await heading(till, "결제 완료")
    assert await attempts(stall, order) == ["APPROVED"]


async def test_the_server_dies_before_it_has_the_approval_on_disk(stall: Stall, browser: Browser) -> None:
    """NET-1, NET-3, NET-a: the card is charged, SIGKILL; the screen shows the payment, and the network holds it once."""
    terminal = await card_terminal(stall)
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await terminal.control(attended=False, lateAnswer=True)
    await card_key(till).click()

    async def charged() -> bool:
        return bool(terminal.held())

    await until(charged, "the network has charged the card")
    await stall.end(signal.SIGKILL)
    await stall.start()
    await heading(till, "결제 완료")
    # What was stuck is said to the server of now, which has it already.
    await terminal.control(attended=False, deliver=True)
    assert await attempts(stall, order) == ["APPROVED"]
    [payment] = await live(stall, order)
    assert terminal.held() == {payment["paymentKey"]: payment["amountMoney"]}


# -- with other tenders --------------------------------------------------------------------------


async def test_three_tenders_in_three_parts(browser: Browser, tmp_path: Path) -> None:
    """SPL-1, SPL-3: the demo shop as it comes: cash, its practice terminal and its gift card, one part each."""
    async with open_stall(tmp_path / "shop", "demo") as stall:
        till = await stall.page(browser)
        order = await an_order(stall, discount=0)
        await open_payment(till, order)
        await till.get_by_role("button", name="나눠 내기").click()
        dialog = till.get_by_role("dialog")
        await dialog.get_by_role("button", name="늘리기").click()
        await dialog.get_by_role("button", name="나누기").click()
        await till.locator("button.cash").click()
        await expect(till.get_by_role("button", name="1번 받음")).to_be_disabled()
        await card_key(till).click()
        await guest(stall, stall.reader)
        await till.get_by_role("button", name="이어서 결제").click()
        await expect(till.get_by_role("button", name="2번 받음")).to_be_disabled()
        await till.get_by_role("button", name="상품권").click()
        asked = till.get_by_role("dialog", name=re.compile("^상품권"))
        await asked.get_by_label("상품권 번호").fill("1234")
        await asked.get_by_role("button", name="결제", exact=True).click()
        await heading(till, "결제 완료")
        assert [(each["sourceType"], each["amountMoney"]) for each in await live(stall, order)] == [
            ("CASH", 10_000),
            ("CARD", 10_000),
            ("EXTERNAL", 10_000),
        ]


# -- given back ----------------------------------------------------------------------------------


async def test_a_card_gets_its_money_back(stall: Stall, browser: Browser) -> None:
    """CAN-2, CAN-8: on the terminal that took it; then the payment is cancelled, the order owes again."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    page = await status(stall, browser)
    order = await an_order(stall)
    detail = await look_at(page, order)
    await charged(stall, order)
    await detail.get_by_role("button", name="결제 취소").click()
    dialog = page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("단말기가 카드로 돌려줍니다")
    await dialog.get_by_role("button", name="결제 취소").click()
    await expect(detail.get_by_role("status")).to_have_text("결제를 취소했습니다.")
    await expect(detail.locator(".payment")).to_contain_text("취소됨")
    assert await live(stall, order) == []


async def test_a_refund_whose_answer_is_lost(stall: Stall, browser: Browser) -> None:
    """CAN-10: staff are told that nobody knows; the shop asks again, and the payment is cancelled once."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    page = await status(stall, browser)
    order = await an_order(stall)
    detail = await look_at(page, order)
    await charged(stall, order)
    await detail.get_by_role("button", name="결제 취소").click()
    dialog = page.get_by_role("alertdialog")
    # This answer, and those to the first two questions after it.
    await terminal.control(cut=3)
    await dialog.get_by_role("button", name="결제 취소").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("환불되었는지 알 수 없습니다")
    await dialog.get_by_role("button", name="뒤로").click()
    payment = detail.locator(".payment")
    await expect(payment).to_contain_text("환불되었는지 단말기에 확인 중")
    await expect(payment.get_by_role("button")).to_have_count(0)
    assert await serious(page) == []
    await expect(payment).to_contain_text("취소됨", timeout=60_000)
    await expect(payment).not_to_contain_text("확인 중")
    assert await live(stall, order) == []


# -- setting one up ------------------------------------------------------------------------------


async def test_a_till_without_a_terminal(stall: Stall, browser: Browser) -> None:
    """Who may is led to where one is set up; others see nothing of cards."""
    cashier = await stall.page(browser, name="계산대 2", pin=PINS["cashier"])
    await open_payment(cashier, await an_order(stall))
    await expect(cashier.locator("button.cash")).to_be_enabled()
    await expect(cashier.get_by_text("카드")).to_have_count(0)
    till = await stall.page(browser)
    await open_payment(till, await an_order(stall))
    await till.get_by_role("button", name="카드 단말기 연결").click()
    await expect(till.get_by_role("heading", name="카드 단말기")).to_be_visible()
    await expect(till.get_by_text("카드 단말기가 없습니다.")).to_be_visible()


async def test_a_terminal_is_set_up(stall: Stall, browser: Browser) -> None:
    """Added, with a wrong address named at its field; for one till only; edited, and removed."""
    terminal = await card_terminal(stall)
    [made] = (await stall.ask("terminal.list"))["terminals"]
    await stall.ask("terminal.remove", id=made["id"])
    till = await stall.page(browser)
    await stall.page(browser, name="계산대 2")
    await till.get_by_role("tab", name="설정", exact=True).click()
    await till.locator("#section-terminals").click()
    await till.get_by_role("button", name="단말기 추가").click()
    dialog = till.get_by_role("dialog")
    await dialog.get_by_label("이름").fill("<b>홀</b>")
    await dialog.get_by_label("주소").fill("어딘가")
    await dialog.get_by_role("button", name="저장").click()
    await expect(dialog.get_by_label("주소")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("alert")).to_contain_text("단말기 주소가 올바르지 않습니다")
    assert await serious(till) == []
    await dialog.get_by_label("주소").fill(terminal.address)
    await dialog.get_by_role("checkbox", name="계산대 2").check()
    await dialog.get_by_role("button", name="저장").click()
    await expect(dialog).to_have_count(0)
    row = till.locator("#section li")
    await expect(row).to_contain_text("<b>홀</b>")
    await expect(row).to_contain_text("연결됨")
    await expect(row).to_contain_text("이 단말기로 결제하는 계산대: 계산대 2")
    await expect(row.get_by_text("이 기기")).to_have_count(0)
    await row.get_by_role("button", name="수정").click()
    await dialog.get_by_role("checkbox", name="계산대 2").uncheck()
    await dialog.get_by_role("button", name="저장").click()
    await expect(row).to_contain_text("이 단말기로 결제하는 계산대: 모든 계산대")
    await expect(row.get_by_text("이 기기")).to_be_visible()
    await terminal.kill()
    await till.get_by_role("button", name="연결 확인").click()
    await expect(till.get_by_role("status").filter(has_text="1대 중 0대 연결됨")).to_be_visible()
    await expect(row).to_contain_text("전원과 네트워크, 주소를 확인하세요")
    assert await serious(till) == []
    await row.get_by_role("button", name="삭제").click()
    await till.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(till.get_by_text("카드 단말기가 없습니다.")).to_be_visible()
