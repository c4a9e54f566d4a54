"""Taking an order at the till: menu, options, cart, scanner, and what becomes of the cart."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from jumak.demo.menu import ean
from tests.web.till.axe import serious
from tests.web.till.hands import answered, cart, tile
from tests.web.till.plugin_cart import a_plugin_line, become_main
from tests.web.till.scanner import scan
from tests.web.till.stall import PINS, Stall
from tests.web.till.wire import cut_in
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
PHONE = (390, 844)
COLA = ean(1_001)


async def at_orders(stall: Stall, browser: Browser, **more: Any) -> Page:
    """A till whose menu is there."""
    page = await stall.page(browser, **more)
    await page.locator(".tile").first.wait_for()
    return page


async def orders(stall: Stall) -> list[dict[str, Any]]:
    return list(reversed((await stall.ask("order.get-list"))["orders"]))


def sold(order: dict[str, Any]) -> list[tuple[str, int]]:
    return [(line["item"]["title"], line["quantity"]["value"]) for line in order["lineItems"]]


async def test_an_order_from_the_first_item_to_the_kitchen(stall: Stall, browser: Browser) -> None:
    """CAT-5, TBL-8, MON-7: one tap, a sheet with what is due, quantity, note, table, guests; one order, an empty cart."""
    page = await at_orders(stall, browser)
    await tile(page, "공기밥").click()
    await tile(page, "공기밥").click()
    await expect(cart(page)).to_have_count(1)
    await tile(page, "김치찌개").click()
    sheet = page.get_by_role("dialog", name="김치찌개")
    await sheet.get_by_role("button", name="담기").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("맵기: 1개 이상")
    await (
        sheet.get_by_role("group", name="맵기")
        .get_by_role("button", name="매운맛 +500원", exact=True)
        .click()
    )
    await sheet.get_by_role("group", name="밥", exact=True).get_by_role("button", name="공기밥").click()
    await sheet.get_by_role("button", name="계란").click()
    await sheet.get_by_role("group", name="계란 수량").get_by_role("button", name="하나 더").click()
    await sheet.get_by_role("button", name="담기 11,500원").click()
    await expect(sheet).to_have_count(0)
    stew = cart(page).filter(has_text="김치찌개")
    await expect(stew).to_contain_text("계란 ×2")
    await stew.locator(".what").click()
    await stew.get_by_role("button", name="메모").click()
    await page.keyboard.type("덜 짜게")
    await page.keyboard.press("Enter")
    await expect(stew).to_contain_text("덜 짜게")
    await page.get_by_role("button", name="테이블 선택").click()
    tables = page.get_by_role("dialog", name="테이블 선택")
    await tables.get_by_role("button", name="3번", exact=True).click()
    await tables.get_by_role("button", name="하나 더").click()
    await tables.get_by_role("button", name="확인").click()
    await expect(page.locator("dl .total")).to_contain_text("13,500원")
    await page.get_by_role("button", name="보내기", exact=True).click()
    await expect(page.get_by_text("주방에 보냈습니다")).to_be_visible()
    await expect(cart(page)).to_have_count(0)
    (order,) = await orders(stall)
    assert sold(order) == [("공기밥", 2), ("김치찌개", 1)]
    assert (order["table"]["title"], order["numGuests"], order["chargePrice"]["chargePriceValue"]) == (
        "3번",
        1,
        13_500,
    )
    assert order["lineItems"][1]["memo"] == "덜 짜게"


async def test_what_is_asked_before_an_item_is_in_the_cart(stall: Stall, browser: Browser) -> None:
    """CAT-3, CAT-4: the amount of the day, the weight, a sold-out dish; its options and how it is eaten afterwards."""
    await stall.ask("catalog-item.set-state", catalog={"id": 1}, state="SOLD_OUT")
    page = await at_orders(stall, browser)
    await tile(page, "비빔밥").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="그래도 담기").click()
    sheet = page.get_by_role("dialog", name="비빔밥")
    await sheet.get_by_role("button", name="보통").click()
    await sheet.get_by_role("button", name="담기").click()
    await page.get_by_role("group", name="분류").get_by_role("button", name="전·안주").click()
    await tile(page, "오늘의 회").click()
    await page.keyboard.type("38000")
    await expect(page.get_by_role("button", name="담기 38,000원")).to_be_visible()
    await page.keyboard.press("Enter")
    await tile(page, "육회").click()
    await page.keyboard.type("250")
    await page.get_by_role("dialog").get_by_role("button", name="담기 30,000원").click()
    await expect(cart(page)).to_have_count(3)
    rice = cart(page).filter(has_text="비빔밥")
    await rice.locator(".what").click()
    await rice.get_by_role("button", name="옵션").click()
    await page.get_by_role("dialog").get_by_role("button", name="매운맛 +500원", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="변경").click()
    await expect(rice).to_contain_text("10,000원")
    await rice.get_by_role("button", name="포장").click()
    await expect(rice).to_contain_text("포장")
    await page.get_by_role("button", name="보내기", exact=True).click()
    await expect(cart(page)).to_have_count(0)
    (order,) = await orders(stall)
    assert [line["diningOption"] for line in order["lineItems"]] == ["TOGO", "HERE", "HERE"]
    assert [line["chargePrice"]["value"] for line in order["lineItems"]] == [10_000, 38_000, 30_000]


async def test_search_and_scanner(stall: Stall, browser: Browser) -> None:
    """SCN-1, SCN-2, CAT-10: initials, typed and scanned codes, the same code twice; an unknown one is offered to be added."""
    page = await at_orders(stall, browser)
    await page.keyboard.press("/")
    await page.keyboard.insert_text("ㅎㄸ")
    await expect(page.locator(".tile")).to_have_count(1)
    await expect(tile(page, "호떡")).to_be_visible()
    await page.locator("input[type=search]").fill("없는 것")
    await expect(page.get_by_text("찾는 상품이 없습니다")).to_be_visible()
    await page.locator("input[type=search]").fill(COLA)
    await page.keyboard.press("Enter")
    await expect(cart(page)).to_have_count(1)
    await scan(page, COLA)
    await scan(page, COLA)
    await expect(cart(page).filter(has_text="콜라").locator("output")).to_have_text("3")
    await scan(page, "8801234567893")
    offer = page.get_by_role("alertdialog", name="등록되지 않은 바코드")
    await offer.get_by_label("상품 이름").fill(HOSTILE)
    await offer.get_by_label("가격").fill("1200")
    await offer.get_by_role("button", name="바로 등록하고 담기").click()
    await expect(cart(page).filter(has_text=HOSTILE)).to_contain_text("1,200원")
    await scan(page, "8801234567893")
    await expect(cart(page).filter(has_text=HOSTILE).locator("output")).to_have_text("2")
    await expect(page).not_to_have_title("owned")


async def test_a_plugin_s_scan_is_a_scan(stall: Stall, browser: Browser) -> None:
    """SCN-2, ui §4: what a plugin scanned for this till is in the cart; with another screen up it is told of, or not at all lost."""
    page = await at_orders(stall, browser)
    await stall.ask("barcode.send", barcode=COLA)
    await expect(cart(page)).to_have_count(1)
    await page.get_by_role("tab", name="현황").click()
    await stall.ask("barcode.send", barcode=COLA)
    await stall.ask("barcode.send", barcode="8801234567893")
    await expect(page.get_by_text("등록되지 않은 바코드입니다: 8801234567893")).to_be_visible()
    await page.get_by_role("tab", name="주문").click()
    await expect(cart(page).locator("output")).to_have_text("2")


async def test_lines_of_plugins(stall: Stall, browser: Browser) -> None:
    """H-49: they appear, what is fixed is locked and says so; taking one out can be undone; names and notes are text."""
    await become_main(stall)
    page = await at_orders(stall, browser)
    line = a_plugin_line(HOSTILE, memo=HOSTILE, metadata={"quantityFixed": True, "memoFixed": True})
    line["item"]["titleI18n"] = {"languages": {"en": [1]}}
    await stall.ask("draft-order.add-line-item", lineItem=line)
    mine = cart(page)
    await expect(mine).to_contain_text(HOSTILE)
    await expect(mine.get_by_role("button", name="하나 더")).to_have_count(0)
    await mine.locator(".what").click()
    await expect(mine.get_by_role("button", name=re.compile("^메모"))).to_be_disabled()
    assert await mine.get_by_role("img", name="플러그인이 고정한 항목입니다").count() >= 2
    await mine.get_by_role("button", name="삭제").click()
    await expect(cart(page)).to_have_count(0)
    await page.get_by_role("button", name="되돌리기").click()
    await expect(cart(page)).to_contain_text(HOSTILE)
    await stall.ask("draft-order.clear")
    await expect(cart(page)).to_have_count(0)
    await expect(page).not_to_have_title("owned")


async def test_a_refused_change_is_taken_back(stall: Stall, browser: Browser) -> None:
    """ADD-5, CAT-3: a tap is in the cart before the shop has said a word; refused, it goes, and the reason stands there."""
    page = await at_orders(stall, browser)
    wire = await cut_in(page)
    await tile(page, "공기밥").click()
    await expect(cart(page)).to_have_count(1)
    await expect(page.get_by_role("button", name="보내기", exact=True)).to_be_enabled()
    wire.hold()
    await stall.ask("catalog-item.set-state", catalog={"id": 12}, state="UNAVAILABLE")
    await tile(page, "물냉면").click()
    await tile(page, "물냉면").click()
    await tile(page, "공기밥").click()
    await expect(cart(page)).to_have_count(2)
    await expect(page.locator("dl .total")).to_contain_text("24,000원")
    wire.release()
    await expect(cart(page)).to_have_count(1)
    await expect(page.locator(".said")).to_contain_text("판매할 수 없는 상품입니다: 물냉면")
    await expect(cart(page).locator("output")).to_have_text("2")
    await expect(tile(page, "물냉면")).to_have_count(0)


async def test_a_connection_that_drops_sends_nothing_twice(stall: Stall, browser: Browser) -> None:
    """PAY-7: the answers are lost on the way; the till asks again and gets the same ones."""
    page = await at_orders(stall, browser)
    wire = await cut_in(page)
    await page.locator(".tile").first.wait_for()
    wire.hold()
    await tile(page, "공기밥").click()
    await wire.drop()
    await expect(page.get_by_text("연결이 끊어졌습니다")).to_be_visible()
    await expect(page.get_by_text("연결이 끊어졌습니다")).to_have_count(0, timeout=15_000)
    await answered(page, 1)
    wire.hold()
    await page.get_by_role("button", name="보내기", exact=True).click()

    async def arrived() -> bool:
        return len(await orders(stall)) == 1

    await until(arrived, "the shop has the order")
    await wire.drop()
    await expect(page.get_by_text("주방에 보냈습니다")).to_be_visible(timeout=15_000)
    await expect(cart(page)).to_have_count(0)
    assert [sold(order) for order in await orders(stall)] == [[("공기밥", 1)]]


async def test_two_tills_at_one_table(stall: Stall, browser: Browser) -> None:
    """OFF-5, TBL-12: both rounds are one order, also when neither knew of the other; staff may want two."""
    one = await at_orders(stall, browser)
    two = await at_orders(stall, browser, name="둘째 계산대", pin=PINS["cashier"])
    wire = await cut_in(two, PINS["cashier"])
    for page, name in ((one, "공기밥"), (two, "물냉면")):
        await tile(page, name).click()
        await page.get_by_role("button", name="테이블 선택").click()
        await page.get_by_role("dialog").get_by_role("button", name="5번", exact=True).click()
        await page.get_by_role("dialog").get_by_role("button", name="확인").click()
        await expect(page.locator(".head")).to_contain_text("5번")
        await answered(page, 1)
    wire.hold()
    await one.get_by_role("button", name="보내기", exact=True).click()
    await expect(cart(one)).to_have_count(0)
    # It still believes that the table is free.
    await two.get_by_role("button", name="보내기", exact=True).click()
    wire.release()
    await expect(cart(two)).to_have_count(0)
    assert [sold(order) for order in await orders(stall)] == [[("공기밥", 1), ("물냉면", 1)]]

    await tile(one, "공기밥").click()
    await one.get_by_role("button", name="테이블 선택").click()
    await one.get_by_role("dialog").get_by_role("button", name=re.compile("^5번")).click()
    await one.get_by_role("dialog").get_by_role("button", name="확인").click()
    await expect(one.get_by_role("heading", name="추가 주문 · 5번")).to_be_visible()
    await one.get_by_role("button", name="추가 보내기").click()
    await expect(one.get_by_text("추가했습니다")).to_be_visible()
    await tile(one, "공기밥").click()
    await one.get_by_role("button", name="테이블 선택").click()
    await one.get_by_role("dialog").get_by_role("button", name=re.compile("^5번")).click()
    await one.get_by_role("dialog").get_by_role("button", name="확인").click()
    await one.get_by_role("button", name="따로 주문").click()
    await one.get_by_role("button", name="보내기", exact=True).click()
    await expect(cart(one)).to_have_count(0)
    assert [len(order["lineItems"]) for order in await orders(stall)] == [3, 1]


async def test_a_cart_is_put_aside_and_taken_up_at_another_till(stall: Stall, browser: Browser) -> None:
    """SEC-1: as it was; what is in the other till's cart is put aside in its place."""
    one = await at_orders(stall, browser)
    two = await at_orders(stall, browser, name="둘째 계산대")
    await tile(one, "공기밥").click()
    await one.get_by_role("button", name="포장", exact=True).click()
    await one.get_by_role("button", name="보관", exact=True).click()
    await expect(cart(one)).to_have_count(0)
    await tile(two, "물냉면").click()
    await two.get_by_role("button", name="보관함 1").click()
    await two.get_by_role("dialog").get_by_role("button", name="꺼내기").click()
    await expect(cart(two)).to_contain_text("공기밥")
    await expect(two.get_by_role("button", name="포장", exact=True)).to_have_attribute("aria-pressed", "true")
    await one.get_by_role("button", name="보관함 1").click()
    await expect(one.get_by_role("dialog")).to_contain_text("물냉면")


async def test_discounts(stall: Stall, browser: Browser) -> None:
    """DSC-1, SEC-1: percent and amount, on a line and on all; a large one takes a manager's PIN; each can be taken off."""
    page = await at_orders(stall, browser, pin=PINS["cashier"])
    await tile(page, "물냉면").click()
    await tile(page, "공기밥").click()
    noodles = cart(page).filter(has_text="물냉면")
    await noodles.locator(".what").click()
    await noodles.get_by_role("button", name="할인", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="10%").click()
    await page.get_by_role("dialog").get_by_role("button", name="적용").click()
    await expect(noodles).to_contain_text("9,900원")
    await page.locator(".tools").get_by_role("button", name="할인").click()
    dialog = page.get_by_role("dialog", name="주문 할인")
    await dialog.get_by_role("button", name="금액 할인").click()
    await page.keyboard.type("9000")
    await dialog.get_by_label("할인 이름").fill("사과의 뜻")
    await expect(dialog.get_by_text("점장 승인")).to_be_visible()
    await dialog.get_by_role("button", name="적용").click()
    await expect(page.get_by_role("dialog")).to_have_count(2)
    await expect(page.locator("dialog .act")).to_have_text("큰 할인 · 장바구니 · 10,900원 → 1,900원")
    await page.keyboard.type(PINS["manager"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("dl .total")).to_contain_text("1,900원")
    await page.get_by_role("button", name="사과의 뜻 할인 취소").click()
    await expect(page.locator("dl .total")).to_contain_text("10,900원")


async def test_payment_a_plugin_wants(stall: Stall, browser: Browser) -> None:
    """H-48: the cart becomes an order whose payment is on screen; without the right to pay it is locked and says so."""
    await become_main(stall)
    page = await at_orders(stall, browser, pin=PINS["server"])
    await stall.ask("draft-order.add-line-item", lineItem=a_plugin_line())
    await expect(cart(page)).to_have_count(1)
    await stall.ask("draft-order.start-payment")
    await expect(page.get_by_text("장바구니가 잠겼습니다").first).to_be_visible()
    await expect(page.get_by_role("button", name="보내기", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="결제 그만두기").click()
    await expect(page.get_by_role("button", name="보내기", exact=True)).to_be_enabled()
    await page.get_by_role("button", name=re.compile("잠금")).click()
    await page.locator("#sign-in").wait_for()
    await page.keyboard.type(PINS["cashier"])
    await page.keyboard.press("Enter")
    await expect(cart(page)).to_have_count(1)
    await stall.ask("draft-order.start-payment")

    async def made() -> list[Any]:
        return await orders(stall)

    (order,) = await until(made, "the cart is an order")
    assert order["paymentPrice"]["paymentUnpaidValue"] == 3_000
    await expect(page.get_by_text(re.compile("A-001")).first).to_be_visible()
    await expect(page.locator(".payment")).to_have_count(1)
    assert (await stall.ask("draft-order.get"))["draftOrder"]["lineItems"] == []


async def test_in_a_shop_that_is_paid_first(stall: Stall, browser: Browser) -> None:
    """TBL-8, merchant-device §2: no tables, and payment is the main act; F4 does it."""
    settings = (await stall.ask("shop-setting.get"))["settings"]
    await stall.ask(
        "shop-setting.update",
        changes={"businessType": "CAFE", "paymentTiming": "PAY_FIRST"},
        expectedVersion=settings["version"],
    )
    page = await at_orders(stall, browser)
    await expect(page.get_by_role("button", name="테이블 선택")).to_have_count(0)
    await expect(page.get_by_role("button", name="결제", exact=True)).to_have_class(re.compile("primary"))
    await tile(page, "공기밥").click()
    await page.keyboard.press("F4")
    await expect(page.locator(".payment")).to_have_count(1)
    assert [sold(order) for order in await orders(stall)] == [[("공기밥", 1)]]


async def test_with_the_keyboard_alone(stall: Stall, browser: Browser) -> None:
    """SCN-1: search, arrows, Enter, plus and minus, the sheet, send."""
    page = await at_orders(stall, browser)
    await page.keyboard.press("/")
    await page.keyboard.insert_text("ㅅㅈㄱ")
    await expect(page.locator(".tile")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(cart(page)).to_contain_text("수정과")
    await page.keyboard.press("Escape")
    await page.keyboard.press("ArrowDown")
    await expect(tile(page, "비빔밥")).to_be_focused()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp", "End"):
        await page.keyboard.press(key)
    await expect(tile(page, "배달비")).to_be_focused()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="비빔밥")
    await expect(sheet).to_be_visible()
    await page.keyboard.press("Enter")
    await sheet.get_by_role("button", name="담기").focus()
    await page.keyboard.press("Enter")
    await expect(sheet).to_have_count(0)
    await expect(cart(page)).to_have_count(2)
    await page.keyboard.press("+")
    await page.keyboard.press("+")
    await page.keyboard.press("-")
    await expect(cart(page).last.locator("output")).to_have_text("2")
    await page.keyboard.press("F2")
    await expect(cart(page)).to_have_count(0)
    assert [sold(order) for order in await orders(stall)] == [[("수정과", 1), ("비빔밥", 2)]]


async def test_on_a_phone(stall: Stall, browser: Browser) -> None:
    """TBL-8: menu first, the cart opens from the bar; nothing scrolls sideways."""
    page = await at_orders(stall, browser, size=PHONE, language="en")
    await page.locator(".tile", has_text="Bowl of rice").click()
    await expect(page.locator(".bar")).to_contain_text("1 items")
    await page.get_by_role("button", name="Open cart").click()
    await expect(cart(page)).to_contain_text("Bowl of rice")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert await serious(page) == []
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".tile").first).to_be_visible()
    assert [sold(order) for order in await orders(stall)] == [[("공기밥", 1)]]


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_screen_readers(stall: Stall, browser: Browser, language: str) -> None:
    """SCN-1: nothing serious on the menu, the cart, the sheet, or any question; names in the page's language."""
    await become_main(stall)
    page = await at_orders(stall, browser, language=language)
    await expect(page.locator(".tile").first).to_contain_text("비빔밥" if language == "ko" else "Bibimbap")
    await stall.ask("draft-order.add-line-item", lineItem=a_plugin_line(metadata={"quantityFixed": True}))
    await stall.ask("draft-order.add-discount", discount={"title": "쿠폰", "amountMoney": {"value": 500}})
    await page.locator(".tile").nth(9).click()
    await expect(cart(page)).to_have_count(2)
    await cart(page).last.locator(".what").click()
    assert await serious(page) == []
    await page.locator(".tile").nth(2).click()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    for button in (
        ".head > button",
        ".tools button >> nth=0",
        ".tools button >> nth=1",
        ".tools button >> nth=3",
    ):
        await page.locator(button).click()
        await page.locator("dialog[open]").wait_for()
        assert await serious(page) == []
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog[open]")).to_have_count(0)
