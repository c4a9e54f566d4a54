"""The payment screen: cash, plugins' methods, parts, who holds the order, and what is left when something breaks."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.service.asking import a_line as a_dto_line
from tests.service.asking import an_order as a_dto
from tests.web.house import House
from tests.web.test_host_page import asking_zip, check
from tests.web.till.paying import (
    APPROVAL,
    HOSTILE,
    METHOD,
    a_line,
    an_order,
    open_payment,
    order_now,
    stamp,
    take_elsewhere,
    unsettled_order,
)
from tests.web.till.stall import PINS, Stall
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


def deaf_to(name: str) -> Callable[[WebSocketRoute], None]:
    """A page's socket that loses the pushes of this name."""

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda frame: None if f'"{name}"' in str(frame) else socket.send(frame))

    return through


def breaking_at(name: str, broken: list[str]) -> Callable[[WebSocketRoute], None]:
    """A page's socket that breaks, once, instead of delivering the first frame of this name."""

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        async def deliver(frame: str | bytes) -> None:
            if f'"{name}"' not in str(frame) or broken:
                socket.send(frame)
                return
            broken.append(str(frame))
            await socket.close(code=1012)
            await server.close()

        server.on_message(deliver)

    return through


async def paid(stall: Stall, order: dict[str, object]) -> list[tuple[str, int]]:
    """The live payments of an order, oldest first: how, and how much."""
    payments = (await order_now(stall, order))["payments"]
    return [(each["sourceType"], each["amountMoney"]) for each in payments if each["state"] != "CANCELLED"]


# -- cash ----------------------------------------------------------------------------------------


async def test_cash_with_change(stall: Stall, browser: Browser) -> None:
    """CSH-1, CSH-3: the bill in full; a quick key takes it, the change stands large, the next order follows."""
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    bill = till.get_by_role("region", name="주문 내역")
    await expect(bill).to_contain_text("김치찌개")
    await expect(till.get_by_text("단골 할인")).to_be_visible()
    keys = till.locator(".quick button")
    await expect(keys).to_have_text(["정확히", "30,000원", "50,000원"])
    await till.get_by_role("button", name="30,000원", exact=True).click()
    done = till.locator("section", has=till.get_by_role("heading", name="결제 완료"))
    await expect(done.locator("dd")).to_have_text(["29,700원", "30,000원", "300원"])
    assert await done.locator(".change dd").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") > 50
    await expect(till.get_by_role("button", name="다음 주문")).to_be_focused()
    assert await paid(stall, order) == [("CASH", 29_700)]
    assert (await order_now(stall, order))["orderState"] == "COMPLETED"
    await till.keyboard.press("Enter")
    await expect(till.locator("#payment-title")).to_have_count(0)
    await expect(till).to_have_url(re.compile(r"#/order$"))


async def test_cash_by_keyboard(stall: Stall, browser: Browser) -> None:
    """CSH-1: digits are what was handed over; less than is due is a part of it, the rest stays to be paid."""
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await expect(till.locator("button.cash")).to_be_enabled()
    await till.keyboard.type("12000")
    await till.keyboard.press("Backspace")
    await till.keyboard.type("0")
    await expect(till.locator("button.cash")).to_have_text("현금 12,000원만 받기")
    await till.keyboard.press("Enter")
    await expect(till.locator("button.cash")).to_have_text("현금 17,700원")
    await till.keyboard.type("20000")
    await expect(till.locator(".pad .change dd")).to_have_text("2,300원")
    await till.keyboard.press("Enter")
    await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()
    await expect(till.locator(".change dd")).to_have_text("2,300원")
    assert await paid(stall, order) == [("CASH", 12_000), ("CASH", 17_700)]
    await till.keyboard.press("Escape")
    await expect(till.locator("#payment-title")).to_have_count(0)


async def test_the_screen_below_rests(stall: Stall, browser: Browser) -> None:
    """While a payment is on screen nothing else takes the focus or the keys; the address leads back into it."""
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    assert await till.locator("nav").evaluate("nav => nav.inert")
    await till.reload()
    await till.locator("#sign-in").wait_for()
    await till.keyboard.type(PINS["owner"])
    await till.keyboard.press("Enter")
    await expect(till.locator("#payment-title")).to_contain_text(order["number"])
    await till.get_by_role("button", name="뒤로").click()
    await expect(till.get_by_role("tab", name="주문", selected=True)).to_be_visible()
    # The lease was given back: somebody else may touch the order at once (OFF-6).
    await stall.ask("order.complete", id=order["id"])


async def test_nothing_to_pay(stall: Stall, browser: Browser) -> None:
    """ORD-1: an order that costs nothing is complete at once."""
    till = await stall.page(browser)
    order = await an_order(stall, discount=30_000)
    assert order["paymentPrice"]["paymentUnpaidValue"] == 0
    await open_payment(till, order)
    await expect(till.get_by_role("heading", name="받을 금액이 없습니다")).to_be_visible()

    async def completed() -> bool:
        return bool((await order_now(stall, order))["orderState"] == "COMPLETED")

    await until(completed, "the order is complete", 10)


# -- plugins' methods ----------------------------------------------------------------------------


async def test_a_plugin_takes_the_money(stall: Stall, browser: Browser) -> None:
    """PAY-8, NET-6: the screen waits for the plugin, which is asked once; approved, declined, given back."""
    till = await stall.page(browser)
    order = await an_order(stall)
    async with stamp(stall) as plugin:
        await open_payment(till, order)
        tile = till.get_by_role("button", name=METHOD)
        await tile.click()
        question = await plugin.question()
        assert question["data"]["price"]["amountMoney"] == 29_700
        await expect(till.get_by_role("heading", name=f"{METHOD} 결제를 기다리는 중")).to_be_visible()
        await expect(till.get_by_role("button", name="뒤로")).to_be_disabled()
        await plugin.answer(question, complete=False, errorMessage=f"잔액이 모자랍니다 {HOSTILE}")
        await expect(till.get_by_role("heading", name="결제되지 않았습니다")).to_be_visible()
        await expect(till.get_by_text(HOSTILE)).to_be_visible()
        await till.get_by_role("button", name="확인").click()
        await till.keyboard.type("10000")
        await tile.click()
        question = await plugin.question()
        assert question["data"]["price"]["amountMoney"] == 10_000
        await plugin.answer(question, paymentDto=APPROVAL)
        await till.get_by_role("button", name="이어서 결제").click()
        await expect(till.locator("button.cash")).to_have_text("현금 19,700원")
        await till.locator("button.cash").click()
        await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()
    assert await paid(stall, order) == [("EXTERNAL", 10_000), ("CASH", 19_700)]
    assert len(plugin.asked) == 2


async def test_staff_give_up(stall: Stall, browser: Browser) -> None:
    """NET-5, NET-6: given up is unknown, never declined; nothing else is charged until a manager has settled it."""
    till = await stall.page(browser)
    order = await an_order(stall)
    async with stamp(stall) as plugin:
        await open_payment(till, order)
        await till.get_by_role("button", name=METHOD).click()
        await plugin.question()
        await till.get_by_role("button", name="그만두기").click()
        await expect(till.get_by_role("heading", name="결제 결과를 알 수 없습니다")).to_be_visible()
        await till.get_by_role("button", name="확인").click()
        blocked = "이 주문에 결과를 모르는 결제가 있습니다. 아래 목록에서 먼저 처리하세요."
        await expect(till.get_by_text(blocked)).to_be_visible()
        await expect(till.get_by_role("button", name=METHOD)).to_be_disabled()
        await expect(till.locator("button.cash")).to_be_disabled()
        listed = till.get_by_role("region", name="확인이 필요한 결제").get_by_role("listitem")
        await expect(listed).to_contain_text("결과 모름")
        await expect(listed).to_contain_text(order["number"])
        await expect(listed).not_to_contain_text("UNKNOWN")
        await till.get_by_role("button", name="결제 안 됨으로 처리").click()
        await expect(till.get_by_text(blocked)).to_have_count(0)
        await expect(till.locator("button.cash")).to_be_enabled()


async def test_a_plugin_that_is_silent(house: House, browser: Browser) -> None:
    """Contract, payment §6.2: after two minutes staff are told that they may give up; what comes then still counts."""
    till = await house.till(browser, "/")
    await expect(till.get_by_role("tab").first).to_be_visible()
    order = (await house.ask("order.add", order=a_dto(a_dto_line(1))))["order"]
    async with stamp(house) as plugin:
        await open_payment(till, order)
        await till.get_by_role("button", name=METHOD).click()
        question = await plugin.question()
        await expect(till.get_by_text("고객의 결제가 끝나면 자동으로 바뀝니다.")).to_be_visible()

        async def hinted() -> bool:
            house.shop.clock.jump(seconds=11)
            return await till.get_by_text("2분이 지났습니다").is_visible()

        await until(hinted, "staff are told", 20)
        await plugin.answer(question, paymentDto=APPROVAL)
        await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()


async def test_a_method_of_a_plugin_in_this_till(stall: Stall, browser: Browser, tmp_path: Path) -> None:
    """PAY-8: a worker's tile comes and goes with the worker."""
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    upload = await stall.upload(asking_zip(tmp_path).read_bytes())
    plugin = (await stall.ask("plugin.install", package=upload))["plugin"]
    await expect(till.get_by_role("button", name="도장", exact=True)).to_be_enabled()
    await stall.ask("plugin.update", id=plugin["id"], enabled=False)
    await expect(till.get_by_role("button", name="도장", exact=True)).to_have_count(0)


# -- tips ----------------------------------------------------------------------------------------


async def test_a_tip_on_a_part_of_the_bill(stall: Stall, browser: Browser) -> None:
    """PAY-2, VAT-4: a share of what is due or an amount; on top of this payment alone, warned of when it is large."""
    till = await stall.page(browser, size=(390, 844))
    order = await an_order(stall)
    await open_payment(till, order)
    await till.get_by_role("button", name="봉사료", exact=True).click()
    dialog = till.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="10% 3,000원")).to_be_visible()
    await dialog.get_by_role("button", name="20% 5,900원").click()
    await expect(dialog.get_by_text("원천징수")).to_be_visible()
    await check(till, "the tip")
    await till.keyboard.press("Backspace")
    await expect(dialog.locator(".typed")).to_have_text("590원")
    await expect(dialog.get_by_text("원천징수")).to_have_count(0)
    await dialog.get_by_role("button", name="10% 3,000원").click()
    await till.keyboard.press("Enter")
    await expect(till.locator(".pad .due")).to_contain_text(re.compile("봉사료 3,000원 포함.*32,700원"))
    await till.keyboard.type("13000")
    await till.keyboard.press("Enter")
    await expect(till.locator("button.cash")).to_have_text("현금 19,700원")
    now = await order_now(stall, order)
    assert (now["chargePrice"]["chargeTipValue"], now["payments"][0]["tipMoney"]) == (3_000, 3_000)
    await expect(till.locator("button.cash")).to_be_enabled()
    await till.locator("button.cash").click()
    await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()
    assert await paid(stall, order) == [("CASH", 13_000), ("CASH", 19_700)]


# -- parts ---------------------------------------------------------------------------------------


async def test_equal_parts(stall: Stall, browser: Browser) -> None:
    """SPL-1, SPL-3: parts add up; each is paid in turn or out of it, by any means."""
    till = await stall.page(browser)
    order = await an_order(stall, discount=0, lineItems=[await a_line(stall, "공기밥", 10)])
    await open_payment(till, order)
    await till.get_by_role("button", name="나눠 내기").click()
    await till.get_by_role("button", name="늘리기").click()
    await till.get_by_role("button", name="나누기", exact=True).click()
    parts = till.get_by_role("list", name="나눈 금액").get_by_role("button")
    await expect(parts).to_have_text([re.compile("3,334원"), re.compile("3,333원"), re.compile("3,333원")])
    await parts.nth(2).click()
    await till.get_by_role("button", name="5,000원", exact=True).click()
    await expect(till.locator(".change strong")).to_have_text("1,667원")
    await till.get_by_role("button", name="이어서 결제").click()
    await expect(parts).to_have_text([re.compile("3,334원"), re.compile("3,333원"), re.compile("받음")])
    await expect(till.locator("button.cash")).to_have_text("현금 3,334원")
    async with stamp(stall) as plugin:
        await till.get_by_role("button", name=METHOD).click()
        await plugin.answer(await plugin.question(), paymentDto=APPROVAL)
        await till.get_by_role("button", name="이어서 결제").click()
    await till.locator("button.cash").click()
    await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()
    assert await paid(stall, order) == [("CASH", 3_333), ("EXTERNAL", 3_334), ("CASH", 3_333)]


async def test_parts_by_amount_and_by_item(stall: Stall, browser: Browser) -> None:
    """SPL-1, SPL-2: by amount with the rest as one more part; by item with what nobody chose."""
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await till.get_by_role("button", name="나눠 내기").click()
    await till.get_by_role("button", name="금액으로").click()
    await till.keyboard.type("10000")
    await till.get_by_role("button", name="이 금액 추가").click()
    await till.keyboard.type("99999")
    await expect(till.locator("dialog .typed")).to_have_text("19,700원")
    await till.get_by_role("button", name="나누기", exact=True).click()
    parts = till.get_by_role("list", name="나눈 금액").get_by_role("button")
    await expect(parts).to_have_text([re.compile("10,000원"), re.compile("19,700원")])
    await till.get_by_role("button", name="한 번에 내기").click()
    await till.get_by_role("button", name="나눠 내기").click()
    await till.get_by_role("button", name="메뉴로").click()
    await till.get_by_role("button", name="김치찌개 하나 담기").click()
    await till.get_by_role("button", name="다음 손님").click()
    await till.get_by_role("button", name="물냉면 하나 담기").click()
    await expect(till.get_by_role("button", name="물냉면 하나 담기")).to_be_disabled()
    await till.get_by_role("button", name="나누기", exact=True).click()
    await expect(parts).to_have_text([re.compile("8,910원"), re.compile("10,890원"), re.compile("9,900원")])


async def test_parts_by_guest(stall: Stall, browser: Browser) -> None:
    """SPL-3: lines are given to guests by a tap, the rest is shared; a line whose guest has paid is marked."""
    till = await stall.page(browser, size=(390, 844))
    order = await an_order(stall, discount=0)
    await open_payment(till, order)
    await till.get_by_role("button", name="나눠 내기").click()
    await till.get_by_role("button", name="손님별로").click()
    dialog = till.get_by_role("dialog")
    guests = dialog.get_by_role("group", name="누구의 메뉴인가요?").get_by_role("button")
    await expect(guests).to_have_text([re.compile("15,000원"), re.compile("15,000원"), "함께"])
    await dialog.get_by_role("button", name=re.compile("물냉면")).click()
    await expect(dialog.get_by_role("button", name=re.compile("물냉면.*1번째 손님"))).to_be_visible()
    await expect(guests).to_have_text([re.compile("20,500원"), re.compile("9,500원"), "함께"])
    await guests.nth(1).press("Enter")
    await dialog.get_by_role("button", name=re.compile("공기밥")).press("Enter")
    await expect(guests).to_have_text([re.compile("20,000원"), re.compile("10,000원"), "함께"])
    await check(till, "by guest")
    await dialog.get_by_role("button", name="나누기", exact=True).click()
    parts = till.get_by_role("list", name="나눈 금액").get_by_role("button")
    await expect(parts).to_have_text([re.compile("1번.*20,000원"), re.compile("2번.*10,000원")])
    await parts.nth(1).click()
    await till.locator("button.cash").click()
    await till.set_viewport_size({"width": 1280, "height": 800})
    bill = till.get_by_role("region", name="주문 내역").get_by_role("listitem")
    await expect(bill).to_have_text(
        [re.compile("김치찌개(?!.*받음)"), re.compile("물냉면(?!.*받음)"), re.compile("공기밥.*받음")]
    )
    assert await paid(stall, order) == [("CASH", 10_000)]


# -- somebody else -------------------------------------------------------------------------------


async def test_paid_at_another_till(stall: Stall, browser: Browser) -> None:
    """OFF-6: who pays is named, here and to whoever edits the order; the money is taken here once it is free."""
    order = await an_order(stall)
    other = await take_elsewhere(stall, browser, order)
    till = await stall.page(browser)
    await open_payment(till, order)
    await expect(till.get_by_role("heading", name="계산대 2에서 결제 중")).to_be_visible()
    await expect(till.locator("button.cash")).to_have_count(0)
    refused = await stall.refused("order.cancel", id=order["id"])
    assert refused["error"]["reason"] == "PAYMENT_IN_PROGRESS"
    assert "계산대 2" in refused["errorMessage"]
    await other.get_by_role("button", name="뒤로").click()
    await till.get_by_role("button", name="다시 시도").click()
    await expect(till.locator("button.cash")).to_be_enabled()


async def test_what_is_owed_changed(house: House, browser: Browser) -> None:
    """OFF-5: a stale amount is refused; the screen reads the order anew and says so, then takes the right one."""
    till = await house.till(browser, "/")
    await expect(till.get_by_role("tab").first).to_be_visible()
    await till.route_web_socket(re.compile(r".*/v1/socket"), deaf_to("order.view.event"))
    await till.reload()
    order = (await house.ask("order.add", order=a_dto(a_dto_line(1))))["order"]
    await open_payment(till, order)
    await expect(till.locator("button.cash")).to_be_enabled()
    # Its lease ran out unnoticed, as in a tab that slept, and somebody else adds a round.
    house.shop.clock.jump(seconds=61)
    await house.ask("order.add-line", id=order["id"], lineItems=[a_dto_line(2)])
    await till.locator("button.cash").click()
    await expect(till.get_by_text("남은 금액이 바뀌어 주문을 다시 읽었습니다")).to_be_visible()
    await expect(till.locator("button.cash")).to_have_text("현금 23,000원")
    await till.locator("button.cash").click()
    await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()


async def test_a_server_may_not_take_money(stall: Stall, browser: Browser) -> None:
    """§7.5: the shop's refusal is shown, and the way back works."""
    till = await stall.page(browser, pin=PINS["server"])
    await open_payment_of_nobody(till, await an_order(stall))
    await expect(till.get_by_role("heading", name="결제할 수 없는 주문입니다")).to_be_visible()
    await till.get_by_role("button", name="뒤로").click()
    await expect(till.locator("#payment-title")).to_have_count(0)


async def open_payment_of_nobody(page: Page, order: dict[str, object]) -> None:
    await page.evaluate("id => { location.hash = `#/order/pay/${id}`; }", order["id"])


# -- a server that dies --------------------------------------------------------------------------


async def test_the_server_dies_while_a_plugin_is_asked(stall: Stall, browser: Browser) -> None:
    """PAY-7, PAY-8, NET-1: after a power cut the screen finds its attempt, unknown; nothing is asked twice."""
    till = await stall.page(browser)
    order = await an_order(stall)
    async with stamp(stall) as plugin:
        await open_payment(till, order)
        await till.get_by_role("button", name=METHOD).click()
        await plugin.question()
    await stall.end(signal.SIGKILL)
    await expect(till.get_by_text("서버와 연결이 끊어졌습니다")).to_be_visible()
    async with asyncio.timeout(30):
        await stall.start()
    await expect(till.get_by_role("heading", name="결제 결과를 알 수 없습니다")).to_be_visible(timeout=20_000)
    await till.get_by_role("button", name="확인").click()
    await expect(till.locator("button.cash")).to_be_disabled()
    attempts = (await stall.ask("payment-attempt.list", orderId=order["id"]))["attempts"]
    assert [each["state"] for each in attempts] == ["UNKNOWN"]
    assert len(plugin.asked) == 1


async def test_a_double_tap_takes_one_part(stall: Stall, browser: Browser) -> None:
    """CSH-1: the second tap of a double one was not meant for what is left, which nobody has handed over."""
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await expect(till.locator("button.cash")).to_be_enabled()
    await till.keyboard.type("5000")
    await till.locator("button.cash").dblclick()
    await expect(till.locator(".pad .due dd")).to_have_text("24,700원")
    await expect(till.locator("button.cash")).to_be_enabled()
    assert await paid(stall, order) == [("CASH", 5_000)]


async def test_cash_whose_answer_is_lost(stall: Stall, browser: Browser) -> None:
    """PAY-7: asked while the server is down it is taken once, when the server is back."""
    till = await stall.page(browser)
    order = await an_order(stall)
    await open_payment(till, order)
    await expect(till.locator("button.cash")).to_be_enabled()
    await stall.pause()
    await till.get_by_role("button", name="50,000원", exact=True).click()
    await stall.end(signal.SIGKILL)
    await stall.start()
    await expect(till.locator(".change dd")).to_have_text("20,300원", timeout=20_000)
    assert await paid(stall, order) == [("CASH", 29_700)]


async def test_cash_that_was_taken_unheard(stall: Stall, browser: Browser) -> None:
    """PAY-7: taken, and the connection broke before the answer: asked again by itself, it is the same payment."""
    broken: list[str] = []

    async def before(page: Page) -> None:
        await page.route_web_socket(
            re.compile(r".*/v1/socket"), breaking_at("payment.start.response", broken)
        )

    till = await stall.page(browser, before=before)
    order = await an_order(stall)
    await open_payment(till, order)
    await till.get_by_role("button", name="50,000원", exact=True).click()
    await expect(till.locator(".change dd")).to_have_text("20,300원", timeout=20_000)
    assert len(broken) == 1
    assert await paid(stall, order) == [("CASH", 29_700)]


# -- for everybody -------------------------------------------------------------------------------


async def test_names_from_outside_are_text(stall: Stall, browser: Browser) -> None:
    """Hostile titles of items, discounts and methods are shown, never run."""
    till = await stall.page(browser)
    line = await a_line(stall, "공기밥", 10)
    line["item"]["title"] = HOSTILE
    discount = {"title": HOSTILE, "amountMoney": {"value": 100}}
    order = await an_order(stall, lineItems=[line], discounts=[discount])
    async with stamp(stall, HOSTILE):
        await open_payment(till, order)
        await expect(till.get_by_text(HOSTILE)).to_have_count(3)
        await till.get_by_role("button", name="나눠 내기").click()
        await till.get_by_role("button", name="메뉴로").click()
        await expect(till.get_by_role("dialog").get_by_text(HOSTILE)).to_be_visible()
    assert await till.title() != "owned"


async def test_for_everybody(stall: Stall, browser: Browser) -> None:
    """Screens bar: axe, targets, no sideways scrolling, in both sizes; every state of the screen; English."""
    till = await stall.page(browser, pin=PINS["cashier"])
    order = await unsettled_order(stall)
    await open_payment(till, order)
    await till.locator("#unsettled").wait_for()
    await check(till, "unsettled")
    # SEC-1: a manager comes and approves it here.
    await till.get_by_role("button", name="결제 안 됨으로 처리").click()
    await expect(till.get_by_role("dialog", name="점장 승인")).to_contain_text("결제 결과 처리")
    await till.keyboard.type(PINS["manager"])
    await till.keyboard.press("Enter")
    async with stamp(stall):
        await expect(till.get_by_role("button", name=METHOD)).to_be_enabled()
        await check(till, "pad")
        await till.get_by_role("button", name="나눠 내기").click()
        for way in ("인원수로", "금액으로", "메뉴로"):
            await till.get_by_role("button", name=way).click()
            await check(till, way)
        await till.keyboard.press("Escape")
        await till.get_by_role("button", name="50,000원", exact=True).click()
        await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()
        await check(till, "complete")
    await till.get_by_role("button", name="English").click()
    await expect(till.get_by_role("heading", name="Paid in full")).to_be_visible()
