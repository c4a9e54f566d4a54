"""The status screen: requests are answered, orders are found, looked at and taken back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.web.till.axe import serious
from tests.web.till.evening import order_at
from tests.web.till.paying import HOSTILE, an_order, order_now
from tests.web.till.stall import PINS, Json, Stall
from tests.web.till.standing import a_request, pay_cash

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def status(stall: Stall, browser: Browser, **look: object) -> Page:
    """A till with the status screen up."""
    page = await stall.page(browser, **look)  # type: ignore[arg-type]
    await page.locator("#tab-status").click()
    return page


def row(page: Page, order: Json) -> Locator:
    return page.locator(f"#status-{order['id']}")


async def look_at(page: Page, order: Json) -> Locator:
    """Opens an order of the list; what it shows of it."""
    await row(page, order).click()
    detail = page.locator("section.inside, dialog .inside")
    await expect(detail.get_by_role("heading", level=2)).to_contain_text(order["number"])
    return detail


def choice(page: Page, group: str, name: str) -> Locator:
    return page.get_by_role("group", name=group).get_by_role("button", name=name)


# -- requests ------------------------------------------------------------------------------------


async def test_a_request_is_accepted_with_a_time(stall: Stall, browser: Browser) -> None:
    """ORD-4: it appears by itself with its countdown, and is open once a time was chosen."""
    page = await status(stall, browser)
    await choice(page, "주문 상태", "접수 대기").click()
    order = await a_request(stall)
    await expect(row(page, order)).to_contain_text(re.compile(r"9:\d\d 안에 답해야"))
    await expect(row(page, order)).to_contain_text(re.compile(r"0:\d\d 전 도착"))
    detail = await look_at(page, order)
    await detail.get_by_role("button", name="수락", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="20분 뒤").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(detail.locator(".state")).to_have_text("진행 중")
    await expect(detail).to_contain_text("준비 예정")
    await expect(row(page, order)).to_have_count(0)
    assert (await order_now(stall, order))["orderState"] == "OPENED"


async def test_a_request_is_declined_with_a_reason(stall: Stall, browser: Browser) -> None:
    """Without a reason nothing is declined; the guest is told the one that was chosen."""
    page = await status(stall, browser)
    order = await a_request(stall)
    await choice(page, "주문 상태", "접수 대기").click()
    detail = await look_at(page, order)
    await detail.get_by_role("button", name="거절").click()
    dialog = page.get_by_role("alertdialog")
    await expect(dialog.get_by_role("button", name="거절")).to_be_disabled()
    await dialog.get_by_role("button", name="재료 소진").click()
    await dialog.get_by_role("button", name="거절").click()
    await expect(detail.locator(".state")).to_have_text("취소됨")
    now = await order_now(stall, order)
    assert now["orderState"] == "CANCELLED"
    assert now["requestedInfo"]["declinedReason"] == "재료 소진"


async def test_a_request_somebody_else_answered(stall: Stall, browser: Browser) -> None:
    """The refusal stands in the dialog; nothing pretends to be done."""
    page = await status(stall, browser)
    order = await a_request(stall)
    await choice(page, "주문 상태", "접수 대기").click()
    detail = await look_at(page, order)
    await detail.get_by_role("button", name="거절").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="영업 종료").click()
    await stall.ask("order.accept", id=order["id"])
    await expect(detail.locator(".state")).to_have_text("진행 중")
    await dialog.get_by_role("button", name="거절").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    assert (await order_now(stall, order))["orderState"] == "OPENED"


# -- finding -------------------------------------------------------------------------------------


async def test_search(stall: Stall, browser: Browser) -> None:
    """NUM-3: by number, item, table and amount, whatever state an order is in."""
    page = await status(stall, browser)
    seated = await order_at(stall, 3, ("물냉면", 3))
    other = await order_at(stall, 4, ("비빔밥", 1))
    field = page.get_by_role("searchbox", name="검색")
    table = seated["table"]["title"]
    for text in (seated["number"], "물냉면", table, str(seated["chargePrice"]["chargePriceValue"])):
        await field.fill(text)
        await expect(row(page, seated)).to_be_visible()
        await expect(row(page, other)).to_have_count(0)
    await field.fill("없는 음식")
    await expect(page.get_by_text("‘없는 음식’에 맞는 주문이 없습니다.")).to_be_visible()
    await field.fill("")
    await expect(row(page, other)).to_be_visible()


async def test_table_and_takeaway(stall: Stall, browser: Browser) -> None:
    page = await status(stall, browser)
    seated, away = await order_at(stall, 5), await an_order(stall)
    await choice(page, "주문 상태", "진행 중").click()
    await choice(page, "장소", "포장").click()
    await expect(row(page, away)).to_be_visible()
    await expect(row(page, seated)).to_have_count(0)
    await choice(page, "장소", "테이블").click()
    await expect(row(page, seated)).to_be_visible()
    await expect(row(page, away)).to_have_count(0)


async def test_what_is_over_page_by_page(stall: Stall, browser: Browser) -> None:
    """Those of the day, newest first; the rest follows on request, and a new one comes by itself."""
    first = await an_order(stall)
    await stall.ask("order.cancel", id=first["id"], reason="손님 요청")
    for _ in range(30):
        order = await an_order(stall)
        await stall.ask("order.cancel", id=order["id"], reason="손님 요청")
    page = await status(stall, browser)
    await choice(page, "주문 상태", "완료·취소").click()
    await expect(row(page, order)).to_be_visible()
    await expect(row(page, first)).to_have_count(0)
    await page.get_by_role("button", name="더 보기").click()
    await expect(row(page, first)).to_be_visible()
    fresh = await an_order(stall)
    await pay_cash(stall, fresh)
    await expect(row(page, fresh)).to_contain_text("완료")
    await page.get_by_label("날짜").fill("2020-01-01")
    await expect(page.get_by_text("주문이 없습니다.")).to_be_visible()


# -- one order -----------------------------------------------------------------------------------


async def test_amounts_explain_themselves(stall: Stall, browser: Browser) -> None:
    """MON-a, VAT-2: each amount says how it came about, from the order's own figures."""
    page = await status(stall, browser)
    detail = await look_at(page, await an_order(stall))
    await detail.get_by_role("button", name="합계").click()
    await expect(detail).to_contain_text("30,000원 − 300원 = 29,700원")
    await expect(detail).to_contain_text("주문 전체: 단골 할인 −300원")
    await detail.get_by_role("button", name="부가세").click()
    await expect(detail).to_contain_text("27,000원 + 부가세 2,700원 = 29,700원")
    await detail.get_by_role("button", name="남은 금액").click()
    await expect(detail).to_contain_text("합계 29,700원 − 받은 금액 0원 = 29,700원")


async def open_history(detail: Locator) -> Locator:
    """The list of what happened."""
    await detail.get_by_role("button", name=re.compile("기록|History")).click()
    return detail.get_by_role("list").filter(has=detail.page.locator("time"))


async def test_what_happened_to_an_order(stall: Stall, browser: Browser) -> None:
    """SEC-2: who did what when, in sentences; what others do comes by itself."""
    page = await status(stall, browser, pin=PINS["cashier"])
    order = await order_at(stall, 8, ("물냉면", 2))
    detail = await look_at(page, order)
    story = await open_history(detail)
    await expect(story.locator("li").last).to_contain_text(f"주문 {order['number']} 접수: 물냉면 ×2")
    line = order["lineItems"][0]
    edit = {"lineId": line["id"], "quantity": 3, "reason": "한 그릇 더"}
    await stall.ask("order.update-line", id=order["id"], expectedVersion=order["version"], **edit)
    newest = story.locator("li").first
    await expect(newest).to_contain_text("물냉면 2 → 3")
    await expect(newest).to_contain_text("이유: 한 그릇 더")
    await detail.get_by_role("button", name="손님 호출").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="손님 호출").click()
    await expect(newest).to_contain_text("손님 호출")
    told = await stall.ask("order.history", orderId=order["id"], size=1)
    who = told["entries"][0]["who"]
    await expect(newest).to_contain_text(who["staff"]["name"])
    await expect(newest).to_contain_text("계산대")
    await expect(newest.locator("time")).to_have_attribute("datetime", told["entries"][0]["at"])


async def test_a_long_history_and_another_orders(stall: Stall, browser: Browser) -> None:
    """SEC-2: more on request, to the first fact; a merge leads to the other order's own history and back."""
    page = await status(stall, browser)
    order, other = await order_at(stall, 9), await order_at(stall, 10, ("비빔밥", 1))
    for _ in range(45):
        await stall.ask("order.call", id=order["id"])
    await stall.ask("table.merge", **{"from": 10, "to": 9})
    detail = await look_at(page, order)
    story = await open_history(detail)
    await expect(story).to_contain_text(f"주문 {other['number']} 합침")
    await expect(story).not_to_contain_text("접수")
    await detail.get_by_role("button", name="더 보기").click()
    await expect(story).to_contain_text(f"주문 {order['number']} 접수")
    await expect(detail.get_by_role("button", name="더 보기")).to_have_count(0)
    await story.get_by_role("button", name=f"{other['number']} 기록 보기").click()
    await expect(story).to_contain_text(f"주문 {order['number']}에 합쳐짐")
    await expect(story).to_contain_text(f"주문 {other['number']} 접수: 비빔밥 ×1")
    await detail.get_by_role("button", name="이 주문 기록으로").click()
    await expect(story).to_contain_text(f"주문 {other['number']} 합침")


async def test_a_history_that_cannot_be_read(stall: Stall, browser: Browser) -> None:
    """A refusal is said; the next thing that happens brings the history."""
    refused = []

    async def without_history(page: Page) -> None:
        def between(socket: WebSocketRoute) -> None:
            server = socket.connect_to_server()

            def sent(frame: str | bytes) -> None:
                text = frame if isinstance(frame, str) else frame.decode()
                if "order.history.request" in text and not refused:
                    refused.append(text)
                    text = text.replace('"orderId"', '"order"')
                server.send(text)

            socket.on_message(sent)

        await page.route_web_socket(re.compile("/v1/socket"), between)

    page = await status(stall, browser, before=without_history)
    order = await an_order(stall)
    detail = await look_at(page, order)
    story = await open_history(detail)
    await expect(detail.get_by_role("alert")).to_be_visible()
    assert len(refused) == 1
    await stall.ask("order.call", id=order["id"])
    await expect(story.locator("li").first).to_contain_text("손님 호출")
    await expect(detail.get_by_role("alert")).to_have_count(0)


async def test_closed_orders_of_the_shops_day(stall: Stall, browser: Browser) -> None:
    """NUM-4: a till in another zone shows the shop's trading day, not its own."""
    order = await an_order(stall)
    await stall.ask("order.cancel", id=order["id"], reason="손님 요청")
    created = datetime.fromisoformat(order["createdAt"])
    day = (created - timedelta(hours=4)).date().isoformat()
    # Fourteen hours ahead or twelve behind: one of the two is in another day than Seoul.
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        page = await stall.page(browser, timezone=zone)
        await page.locator("#tab-status").click()
        await choice(page, "주문 상태", "완료·취소").click()
        await expect(page.get_by_label("날짜")).to_have_value(day)
        await expect(row(page, order)).to_be_visible()


async def test_by_keyboard(stall: Stall, browser: Browser) -> None:
    """An order is opened, explained, called and left again without a pointer."""
    page = await status(stall, browser)
    order = await an_order(stall)
    await row(page, order).focus()
    await page.keyboard.press("Enter")
    detail = page.locator("section.inside")
    total = detail.get_by_role("button", name="합계")
    await total.focus()
    await page.keyboard.press("Enter")
    await expect(total).to_have_attribute("aria-expanded", "true")
    history = detail.get_by_role("button", name="기록")
    await history.focus()
    await page.keyboard.press("Enter")
    await expect(history).to_have_attribute("aria-expanded", "true")
    await expect(detail.locator("ol li").last).to_contain_text("접수")
    await detail.get_by_role("button", name="손님 호출").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="손님 호출").focus()
    await page.keyboard.press("Enter")
    await expect(detail.get_by_role("status")).to_have_text("손님을 호출했습니다.")
    await page.keyboard.press("Escape")
    await expect(detail).to_have_count(0)
    await expect(row(page, order)).to_be_focused()


async def test_payment_and_further_round(stall: Stall, browser: Browser) -> None:
    page = await status(stall, browser)
    order = await order_at(stall, 6)
    detail = await look_at(page, order)
    await detail.get_by_role("button", name="결제").click()
    await expect(page.locator("#payment-title")).to_contain_text(order["number"])
    await page.evaluate("location.hash = '#/status'")
    detail = await look_at(page, order)
    await detail.get_by_role("button", name="추가 주문").click()
    await expect(page.locator("#tab-order")).to_have_attribute("aria-selected", "true")
    await expect(page.locator("#screen")).to_contain_text(order["table"]["title"])


async def test_hostile_texts(stall: Stall, browser: Browser) -> None:
    """What guests and plugins write is shown as text."""
    page = await status(stall, browser)
    detail = await look_at(page, await an_order(stall, memo=HOSTILE))
    await expect(detail.get_by_text(HOSTILE)).to_be_visible()
    order = await an_order(stall)
    await stall.ask(
        "order.update", id=order["id"], expectedVersion=order["version"], memo=HOSTILE, reason=HOSTILE
    )
    story = await open_history(await look_at(page, order))
    await expect(story.locator("li").first).to_contain_text(f"메모 없음 → “{HOSTILE}”")
    await expect(story.locator("li").first).to_contain_text(f"이유: {HOSTILE}")
    await page.get_by_role("searchbox").fill(f"{HOSTILE}?")
    await expect(page.get_by_text(f"‘{HOSTILE}?’에 맞는")).to_be_visible()
    assert await page.title() != "owned"
    assert await page.locator("#screen img").count() == 0


# -- taking back ---------------------------------------------------------------------------------


async def cancel(page: Page, detail: Locator, reason: str = "손님 요청") -> Locator:
    """Says yes to the cancel of the order that is looked at; the dialog, which closes unless it is refused."""
    await detail.get_by_role("button", name="주문 취소").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name=reason).click()
    await dialog.get_by_role("button", name="주문 취소").click()
    return dialog


async def test_an_order_is_cancelled(stall: Stall, browser: Browser) -> None:
    """CAN-2: an unpaid order ends at once; the reason stays with it."""
    page = await status(stall, browser)
    order = await an_order(stall)
    detail = await look_at(page, order)
    await detail.get_by_role("button", name="주문 취소").click()
    dialog = page.get_by_role("alertdialog")
    await expect(dialog.get_by_role("region", name="돌려줄 곳")).to_have_count(0)
    await dialog.get_by_label("이유").last.fill("주소를 잘못 적음")
    await page.keyboard.press("Enter")
    await expect(detail.locator(".state")).to_have_text("취소됨")
    await expect(detail).to_contain_text("취소 이유: 주소를 잘못 적음")
    assert (await order_now(stall, order))["orderState"] == "CANCELLED"


async def test_a_cashier_needs_a_manager(stall: Stall, browser: Browser) -> None:
    """SEC-1: a paid order is cancelled with a manager's PIN; turned away, it is refused and says so."""
    page = await status(stall, browser, pin=PINS["cashier"])
    order = await an_order(stall)
    detail = await look_at(page, order)
    await pay_cash(stall, order)
    await expect(detail.get_by_role("button", name="환불·반품")).to_have_count(0)
    dialog = await cancel(page, detail)
    await page.get_by_role("dialog").last.get_by_role("button", name="취소", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    assert (await order_now(stall, order))["orderState"] == "COMPLETED"
    await dialog.get_by_role("button", name="주문 취소").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.type(PINS["manager"])
    await page.keyboard.press("Enter")
    await expect(detail.get_by_role("status")).to_have_text("주문을 취소했습니다.")
    assert (await order_now(stall, order))["orderState"] == "CANCELLED"


async def test_a_cashier_cancels_a_payment(stall: Stall, browser: Browser) -> None:
    """CAN-1, SEC-1: with a manager's PIN at the same till."""
    page = await status(stall, browser, pin=PINS["cashier"])
    order = await an_order(stall)
    detail = await look_at(page, order)
    await pay_cash(stall, order)
    await detail.get_by_role("button", name="결제 취소").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="결제 취소").click()
    asked = page.get_by_role("dialog", name="점장 승인")
    await expect(asked.locator(".act")).to_have_text(f"결제 취소 · {order['number']} · 현금 29,700원")
    await page.keyboard.type(PINS["manager"])
    await page.keyboard.press("Enter")
    await expect(detail.get_by_role("status")).to_have_text("결제를 취소했습니다.")
    assert (await order_now(stall, order))["paymentPrice"]["paymentPaidValue"] == 0


async def test_a_payment_is_cancelled(stall: Stall, browser: Browser) -> None:
    """CAN-1: the payment goes back, the order stays."""
    page = await status(stall, browser)
    order = await an_order(stall)
    detail = await look_at(page, order)
    await pay_cash(stall, order)
    await detail.get_by_role("button", name="결제 취소").click()
    dialog = page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("현금 29,700원")
    await dialog.get_by_role("button", name="결제 취소").click()
    await expect(detail.get_by_role("status")).to_have_text("결제를 취소했습니다.")
    await expect(detail.locator(".payment")).to_contain_text("취소됨")
    now = await order_now(stall, order)
    assert now["paymentPrice"]["paymentPaidValue"] == 0
    assert now["orderState"] != "CANCELLED"


async def test_a_return_and_an_amount(stall: Stall, browser: Browser) -> None:
    """CAN-5, CAN-6: an item or an amount; never more than was paid, not without a reason, and told before."""
    page = await status(stall, browser)
    order = await an_order(stall)
    detail = await look_at(page, order)
    await pay_cash(stall, order)
    await detail.get_by_role("button", name="환불·반품").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="금액 환불").click()
    await dialog.get_by_label("환불 금액").fill("30000")
    await dialog.get_by_role("button", name="음식 문제").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("받은 금액(29,700원)까지")
    await expect(dialog.get_by_role("button", name="환불·반품")).to_be_disabled()
    await dialog.get_by_label("환불 금액").fill("1000")
    await expect(dialog.get_by_role("region", name="돌려줄 곳")).to_contain_text("서랍에서 현금으로")
    await dialog.get_by_role("button", name="1,000원 돌려주기").click()
    await expect(detail.get_by_role("status")).to_have_text("1,000원을 환불했습니다.")
    assert (await order_now(stall, order))["paymentPrice"]["paymentPaidValue"] == 28_700
    await detail.get_by_role("button", name="환불·반품").click()
    await dialog.get_by_role("button", name="김치찌개").click()
    await dialog.get_by_role("button", name="반품 수량 늘리기").click()
    await dialog.get_by_role("button", name="주문 실수").click()
    assert await serious(page) == []
    await dialog.get_by_role("button", name="돌려주기").click()
    await expect(detail.locator("ul").first).not_to_contain_text("김치찌개")
    # Nothing is on its way: the drawer has given it.
    await expect(detail.get_by_role("heading", name="돌려주는 중")).to_have_count(0)


# -- how it is used ------------------------------------------------------------------------------


async def test_everybody_can_use_it(stall: Stall, browser: Browser) -> None:
    """In English, on a phone too: axe finds nothing serious and nothing scrolls sideways."""
    order = await an_order(stall)
    for size in ((1280, 800), (390, 844)):
        page = await status(stall, browser, size=size, language="en")
        await expect(page.get_by_role("group", name="State")).to_contain_text("Closed")
        assert await serious(page) == []
        detail = await look_at(page, order)
        await detail.get_by_role("button", name="Total").click()
        await expect(detail).to_contain_text("₩30,000 − ₩300 = ₩29,700")
        story = await open_history(detail)
        await expect(story).to_contain_text(f"Order {order['number']}:")
        assert await serious(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        text = await page.locator("#screen").inner_text()
        assert not re.search("접수|진행|취소|결제", text.replace("김치찌개", ""))
        await page.context.close()
