"""The tables screen: the floor as it is, guests led about, the plan changed, the line at the door, reservations."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.web.till.axe import serious
from tests.web.till.evening import order_at, table_of
from tests.web.till.stall import PINS, Json, Stall
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=document.title='broken'>"


async def tables(stall: Stall, browser: Browser, **look: Any) -> Page:
    """A till with the tables screen up."""
    page = await stall.page(browser, **look)
    await page.locator("#tab-tables").click()
    await page.locator("#table-1").wait_for()
    return page


async def again(page: Page) -> None:
    """Loads the page anew, signs the owner in and shows the tables."""
    await page.reload()
    await page.locator("#sign-in").wait_for()
    await page.keyboard.type(PINS["owner"])
    await page.keyboard.press("Enter")
    await page.locator("#tab-tables").click()


async def deafen(page: Page) -> None:
    """From its next load on the page hears of no table's status any more: as if those pushes were lost."""

    async def between(socket: WebSocketRoute) -> None:
        shop = socket.connect_to_server()
        socket.on_message(shop.send)
        shop.on_message(
            lambda frame: None if "table-status.change.event" in str(frame)[:80] else socket.send(frame)
        )

    await page.route_web_socket(re.compile("/v1/socket"), between)


def table(page: Page, number: int) -> Locator:
    """A table on the plan or in the list."""
    return page.locator(f"#table-{number}")


async def press(page: Page, name: str) -> None:
    """Presses the button called so."""
    await page.get_by_role("button", name=name, exact=True).click()


async def lead(page: Page, number: int, how: str, to: int) -> None:
    """Opens a table and leads its party to another."""
    await table(page, number).click()
    await press(page, how)
    await table(page, to).click()


async def orders_on(stall: Stall, number: int) -> list[Json]:
    """What a table holds now."""
    found: list[Json] = (await table_of(stall, number))["orders"]
    return found


# -- the floor -----------------------------------------------------------------------------------


async def test_the_floor_tells_of_every_table(stall: Stall, browser: Browser) -> None:
    """TBL-6, TBL-9: status by sign and word, what is owed, guests, ages; changes show without asking."""
    page = await tables(stall, browser)
    await expect(table(page, 1)).to_contain_text("빈자리")
    await order_at(stall, 1, numGuests=3)
    for text in ("식사 중", "19,000원", "3명", "주문 0분 전", "조리 0분"):
        await expect(table(page, 1)).to_contain_text(text)
    ticket = (await stall.ask("kds-board.get"))["tickets"][0]
    await stall.ask("kds-order-item.bump", id=ticket["id"])
    await expect(table(page, 1)).not_to_contain_text("조리")
    await page.get_by_role("tab", name="2층 테라스").click()
    await expect(table(page, 1)).to_have_count(0)
    await expect(table(page, 11)).to_be_visible()


async def test_the_plan_is_drawn_to_place(stall: Stall, browser: Browser) -> None:
    """TBL-5: tables stand as the plan says, the whole hall fits, nothing has to be scrolled."""
    page = await tables(stall, browser)
    boxes = [await table(page, number).bounding_box() for number in (1, 2, 5)]
    first, right, below = (box for box in boxes if box is not None)
    assert right["y"] == pytest.approx(first["y"], abs=1)
    assert below["x"] == pytest.approx(first["x"], abs=1)
    assert right["x"] - first["x"] == pytest.approx(below["y"] - first["y"], abs=2)
    fits = "() => { const room = document.querySelector('.room'); return room.scrollHeight <= room.clientHeight + 1; }"
    assert await page.evaluate(fits)


async def test_minutes_pass_by_the_shops_clock(stall: Stall, browser: Browser) -> None:
    """OFF-8, TBL-9: a till whose own clock is a day off counts minutes all the same; late is said, not only red."""
    await order_at(stall, 1)
    page = await stall.page(browser, pin=None)
    await page.evaluate("() => localStorage.setItem('jumak.autoLockMinutes', '0')")
    await page.clock.install(time=datetime.now() + timedelta(days=1))
    await again(page)
    await expect(table(page, 1)).to_contain_text(re.compile("조리 [01]분"))
    await page.clock.fast_forward(20 * 60_000)
    await expect(table(page, 1)).to_contain_text(re.compile("조리 2[01]분 · 늦음"))


# -- guests --------------------------------------------------------------------------------------


async def test_guests_sit_down_and_order(stall: Stall, browser: Browser) -> None:
    """TBL-7, TBL-8: a tap, how many, and the order screen is up with the cart for this table."""
    page = await stall.page(browser)
    sent: list[Json] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(json.loads(frame))))
    await again(page)
    await table(page, 2).click()
    panel = page.get_by_role("region", name="2번 테이블")
    await panel.get_by_role("button", name="인원 늘리기").click(click_count=3)
    await expect(panel.get_by_text("4석 테이블입니다")).to_be_visible()
    await press(page, "주문 받기")
    await expect(page).to_have_url(re.compile("#/order$"))
    (cart,) = [frame["data"] for frame in sent if frame["name"] == "draft-order.update.request"]
    assert (cart["tableId"], cart["numGuests"]) == (2, 5)
    there = await table_of(stall, 2)
    assert (there["status"], there["numGuests"]) == ("occupied", 5)


async def test_a_party_is_counted_anew_and_leaves(stall: Stall, browser: Browser) -> None:
    """TBL-7, TBL-8: seated without an order, counted, cleared; owing, it may not be cleared, and is told why."""
    page = await tables(stall, browser)
    await table(page, 4).click()
    await press(page, "자리만 잡기")
    await press(page, "인원 수정")
    await page.get_by_role("dialog").get_by_role("button", name="인원 늘리기").click()
    await press(page, "저장")
    await expect(table(page, 4)).to_contain_text("3명")
    await press(page, "비우기")
    await page.get_by_role("alertdialog").get_by_role("button", name="비우기").click()
    await expect(table(page, 4)).to_contain_text("빈자리")
    await order_at(stall, 1)
    await table(page, 1).click()
    await press(page, "비우기")
    await page.get_by_role("alertdialog").get_by_role("button", name="비우기").click()
    await expect(page.get_by_role("alert")).to_contain_text("19,000원")
    await expect(table(page, 1)).to_contain_text("식사 중")


async def test_the_orders_guests_are_counted(stall: Stall, browser: Browser) -> None:
    """TBL-8, OFF-5: counting goes through although somebody added to the order meanwhile."""
    order = await order_at(stall, 1, numGuests=2)
    page = await tables(stall, browser)
    await table(page, 1).click()
    await press(page, "인원 수정")
    await stall.ask("order.update", id=order["id"], expectedVersion=order["version"], memo="창가")
    await page.get_by_role("dialog").get_by_role("button", name="인원 늘리기").click()
    await press(page, "저장")
    await expect(table(page, 1)).to_contain_text("3명")
    ((now,), memo) = (await orders_on(stall, 1), "창가")
    assert (now["numGuests"], now["memo"]) == (3, memo)


async def test_paying_opens_the_payment_of_the_order(stall: Stall, browser: Browser) -> None:
    """TBL-9: the panel pays the table's order; a server, who takes no money, has no such button."""
    order = await order_at(stall, 1)
    page = await tables(stall, browser)
    await table(page, 1).click()
    await press(page, "결제 19,000원")
    await expect(page.get_by_text(order["number"]).first).to_be_visible()
    await expect(table(page, 1)).not_to_be_focused()
    server = await tables(stall, browser, pin=PINS["server"])
    await table(server, 1).click()
    await expect(server.get_by_role("button", name="추가 주문")).to_be_visible()
    await expect(server.get_by_role("button", name=re.compile("^결제"))).to_have_count(0)
    await expect(server.get_by_role("button", name="배치 편집")).to_have_count(0)


# -- on the move ---------------------------------------------------------------------------------


async def test_a_party_moves_and_comes_back(stall: Stall, browser: Browser) -> None:
    """TBL-1, TBL-4: to an empty table by two taps, and back by one."""
    order = await order_at(stall, 1)
    page = await tables(stall, browser)
    await lead(page, 1, "이동", 7)
    await expect(table(page, 7)).to_contain_text("19,000원")
    await expect(page.get_by_text("1번 → 7번 옮겼습니다.")).to_be_visible()
    await press(page, "되돌리기")
    await expect(table(page, 1)).to_contain_text("19,000원")
    assert [each["id"] for each in await orders_on(stall, 1)] == [order["id"]]


async def test_a_move_that_something_followed_is_not_undone(stall: Stall, browser: Browser) -> None:
    """TBL-4: once something was added the way back is refused, and staff are told."""
    order = await order_at(stall, 1)
    page = await tables(stall, browser)
    await lead(page, 1, "이동", 7)
    await expect(table(page, 7)).to_contain_text("19,000원")
    (moved,) = await orders_on(stall, 7)
    await stall.ask("order.update", id=order["id"], expectedVersion=moved["version"], memo="하나 더")
    await press(page, "되돌리기")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert len(await orders_on(stall, 7)) == 1


async def test_a_move_to_guests_asks(stall: Stall, browser: Browser) -> None:
    """TBL-1, TBL-2, TBL-3: one order of both, or two beside each other."""
    for number in (1, 2, 3):
        await order_at(stall, number, numGuests=2)
    page = await tables(stall, browser)
    await lead(page, 1, "이동", 2)
    await page.get_by_role("dialog", name="2번에 손님이 있습니다").get_by_role("button", name="합석").click()
    await expect(table(page, 2)).to_contain_text("38,000원")
    await expect(table(page, 2)).to_contain_text("4명")
    assert len(await orders_on(stall, 2)) == 1
    await expect(page.get_by_text("1번 → 2번 합석했습니다.")).to_be_visible()
    await lead(page, 3, "이동", 2)
    await page.get_by_role("dialog").get_by_role("button", name="따로 두기").click()
    await expect(table(page, 2)).to_contain_text("57,000원")
    assert len(await orders_on(stall, 2)) == 2
    await table(page, 2).click()
    await expect(page.get_by_role("button", name=re.compile("^결제 "))).to_have_count(2)
    await press(page, "되돌리기")
    await expect(table(page, 3)).to_contain_text("19,000원")


async def test_parties_swap_and_join(stall: Stall, browser: Browser) -> None:
    """TBL-2: only tables with guests are offered; Escape breaks it off."""
    await order_at(stall, 1)
    await order_at(stall, 2, ("칼국수", 1))
    page = await tables(stall, browser)
    await table(page, 1).click()
    await press(page, "교환")
    await expect(table(page, 3)).to_be_disabled()
    await page.keyboard.press("Escape")
    await expect(table(page, 3)).to_be_enabled()
    await lead(page, 1, "교환", 2)
    await expect(table(page, 1)).to_contain_text("9,000원")
    await expect(table(page, 2)).to_contain_text("19,000원")
    await lead(page, 1, "합석", 2)
    await expect(table(page, 2)).to_contain_text("28,000원")
    await expect(table(page, 1)).to_contain_text("빈자리")


async def test_an_order_is_split(stall: Stall, browser: Browser) -> None:
    """SPL-5: units go to an order of their own, at this table or another, with their guests; never all of them."""
    order = await order_at(stall, 1, ("비빔밥", 2), ("칼국수", 1), numGuests=3)
    page = await tables(stall, browser)
    await table(page, 1).click()
    await press(page, "분리")
    dialog = page.get_by_role("dialog", name="주문 나누기")
    await expect(dialog.get_by_role("button", name="다른 테이블 고르기")).to_be_disabled()
    await dialog.get_by_role("button", name="비빔밥 늘리기").click()
    await expect(dialog.get_by_text("9,500원")).to_be_visible()
    await dialog.get_by_role("button", name="인원 늘리기").click()
    await dialog.get_by_role("button", name="다른 테이블 고르기").click()
    await table(page, 3).click()
    await expect(table(page, 3)).to_contain_text("9,500원")
    (new,) = await orders_on(stall, 3)
    (old,) = await orders_on(stall, 1)
    assert (old["id"], old["numGuests"], new["numGuests"]) == (order["id"], 2, 1)
    await table(page, 1).click()
    await press(page, "분리")
    await page.get_by_role("dialog").get_by_role("button", name="칼국수 늘리기").click()
    await press(page, "이 테이블에 따로")
    await expect(page.get_by_role("region").get_by_role("button", name=re.compile("^결제 "))).to_have_count(2)
    assert sorted(each["paymentPrice"]["paymentUnpaidValue"] for each in await orders_on(stall, 1)) == [
        9_000,
        9_500,
    ]


async def test_tables_are_used_together(stall: Stall, browser: Browser) -> None:
    """TBL-5: chosen one by one, occupied as one; two parties are refused."""
    await order_at(stall, 1)
    page = await tables(stall, browser)
    await table(page, 1).click()
    await press(page, "묶기")
    await expect(page.get_by_role("button", name="묶기", exact=True)).to_be_disabled()
    await table(page, 2).click()
    await press(page, "묶기")
    await expect(table(page, 2)).to_contain_text("식사 중")
    await expect(table(page, 2)).to_contain_text("묶음")
    await table(page, 1).click()
    await press(page, "풀기")
    await expect(table(page, 2)).to_contain_text("빈자리")
    await order_at(stall, 3)
    await press(page, "묶기")
    await table(page, 3).click()
    await press(page, "묶기")
    await expect(page.get_by_role("alert")).to_contain_text("합석")


# -- two tills -----------------------------------------------------------------------------------


async def test_a_table_that_is_paid_elsewhere_is_locked(stall: Stall, browser: Browser) -> None:
    """OFF-6, TBL-12: the other till sees who takes the money, and leaves the table alone until it is over."""
    order = await order_at(stall, 1)
    page = await tables(stall, browser)
    lock = (await stall.ask("order.lock", id=order["id"], expectedUnpaid=19_000))["lock"]
    await expect(table(page, 1)).to_contain_text("test 결제 중")
    await table(page, 1).click()
    for name in ("이동", "합석", "비우기", "추가 주문", "결제 19,000원"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_be_disabled()
    await stall.ask("order.unlock", lockId=lock["id"])
    await expect(page.get_by_role("button", name="이동", exact=True)).to_be_enabled()
    await expect(table(page, 1)).not_to_contain_text("결제 중")


async def test_two_tills_see_the_same_floor(stall: Stall, browser: Browser) -> None:
    """OFF-9: what one till does the other shows, the waiting list and the plan included."""
    first, second = [await tables(stall, browser, name=name) for name in ("계산대 1", "계산대 2")]
    await table(first, 3).click()
    await table(second, 3).click()
    await press(first, "자리만 잡기")
    await expect(second.get_by_role("button", name="비우기")).to_be_visible()
    await press(second, "닫기")
    await press(second, "대기 등록")
    await press(second, "추가")
    await press(first, "닫기")
    await expect(first.get_by_role("button", name="대기 1번 착석")).to_be_visible()
    await stall.ask("hall.add", hall={"title": "별채"})
    for page in (first, second):
        await expect(page.get_by_role("tab", name="별채")).to_be_visible()


async def test_a_stale_screen_says_what_happened(stall: Stall, browser: Browser) -> None:
    """OFF-4: refused for what it had not heard of, the screen says why and shows how it is now."""
    await order_at(stall, 1)
    page = await stall.page(browser, pin=None)
    await deafen(page)
    await again(page)
    await stall.ask("table.seat", tableId=2, numGuests=4)
    await lead(page, 1, "이동", 2)
    await expect(page.get_by_role("alert")).to_contain_text("2번 테이블에 손님이 있습니다")
    await expect(table(page, 2)).to_contain_text("식사 중")
    (order,) = await orders_on(stall, 1)
    await stall.ask("order.update", id=order["id"], expectedVersion=order["version"], memo="급해요")
    await table(page, 5).click()
    await expect(page.get_by_role("alert")).to_contain_text("먼저 바뀐 주문")
    await table(page, 5).click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await until(lambda: _sits(stall, 5), "the party at table 5")


async def _sits(stall: Stall, number: int) -> bool:
    return len(await orders_on(stall, number)) == 1


# -- by keyboard ---------------------------------------------------------------------------------


async def test_the_keyboard_does_it_all(stall: Stall, browser: Browser) -> None:
    """Arrows lead by where tables stand, Enter opens, Escape closes and gives the focus back, M moves, P pays."""
    await order_at(stall, 1)
    page = await tables(stall, browser)
    await table(page, 1).focus()
    for key, number in (
        ("ArrowRight", 2),
        ("ArrowDown", 6),
        ("ArrowLeft", 5),
        ("ArrowUp", 1),
        ("ArrowUp", 1),
    ):
        await page.keyboard.press(key)
        await expect(table(page, number)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="1번 테이블")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("region", name="1번 테이블")).to_have_count(0)
    await expect(table(page, 1)).to_be_focused()
    await page.keyboard.press("m")
    await expect(page.get_by_text("1번 → 옮길 테이블을 고르세요")).to_be_visible()
    await table(page, 2).focus()
    await page.keyboard.press("Enter")
    await expect(table(page, 2)).to_contain_text("19,000원")
    await table(page, 2).focus()
    await page.keyboard.press("p")
    await expect(page.locator("#screen > .screen")).to_have_count(2)


async def test_a_scanner_moves_nobody(stall: Stall, browser: Browser) -> None:
    """SCN-1: M and P inside a barcode are no commands."""
    await order_at(stall, 1)
    page = await tables(stall, browser)
    await table(page, 1).focus()
    await page.evaluate(
        "() => { for (const key of ['8', 'm', 'p', '1', 'p']) document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, code: `Key${key.toUpperCase()}`, bubbles: true })); }"
    )
    await page.keyboard.press("ArrowRight")
    await expect(table(page, 2)).to_be_focused()
    # Longer than a letter waits to see whether it stands alone: timers of a page go off in order.
    await page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    await expect(page.get_by_text("옮길 테이블을 고르세요")).to_have_count(0)
    await expect(page.locator("#screen > .screen")).to_have_count(1)


# -- the plan ------------------------------------------------------------------------------------


async def test_the_plan_is_changed(stall: Stall, browser: Browser) -> None:
    """TBL-5: tables come, are dragged, moved and sized by keys, renamed, rounded and taken away."""
    page = await tables(stall, browser)
    await press(page, "배치 편집")
    box = await table(page, 1).bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 50, box["y"] + 50)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 50, box["y"] + 180, steps=5)
    await page.mouse.up()
    before = (await table_of(stall, 2))["position"]
    await until(lambda: _stands(stall, 1, y=lambda y: y > 100), "table 1 further down")
    assert (await table_of(stall, 1))["position"]["y"] % 20 == 0
    await table(page, 2).focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Shift+ArrowDown")
    moved = {"x": before["x"] + 40, "y": before["y"], "height": before["height"] + 20}
    await until(lambda: _stands(stall, 2, **moved), "table 2 moved and sized by keys")
    await table(page, 2).click()
    await page.get_by_label("이름").last.fill("창가 둘")
    await page.get_by_label("이름").last.press("Enter")
    await press(page, "원형")
    await page.get_by_role("button", name="좌석 수 늘리기").click()
    await until(lambda: _stands(stall, 2, shape="round"), "a round table")
    there = await table_of(stall, 2)
    await expect(table(page, 2)).to_contain_text("5석")
    assert (there["title"], (await table_of(stall, 2))["capacity"]) == ("창가 둘", 5)
    await press(page, "테이블 추가")
    await expect(page.get_by_label("이름").last).to_have_value("새 테이블")
    await press(page, "테이블 삭제")
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(page.get_by_role("button", name="새 테이블")).to_have_count(0)
    await press(page, "편집 마침")
    await expect(table(page, 2)).to_contain_text("창가 둘")


async def _stands(stall: Stall, number: int, **wanted: Any) -> bool:
    place = (await table_of(stall, number))["position"]
    return all(check(place[key]) if callable(check) else place[key] == check for key, check in wanted.items())


async def test_halls_come_and_go(stall: Stall, browser: Browser) -> None:
    """TBL-5: named, sorted, deleted when empty; a hall with tables and a table in use stay, and staff are told."""
    await order_at(stall, 1)
    page = await tables(stall, browser)
    await press(page, "배치 편집")
    await press(page, "공간 삭제")
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(page.get_by_role("alert")).to_contain_text("테이블이 있는 공간")
    await table(page, 1).click()
    await press(page, "테이블 삭제")
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(page.get_by_role("alert")).to_contain_text("사용 중인 테이블")
    await press(page, "공간 추가")
    await expect(page.get_by_role("tab", name="새 공간", selected=True)).to_be_visible()
    await page.get_by_label("이름").first.fill("마당")
    await page.get_by_label("이름").first.press("Enter")
    await page.get_by_role("button", name="← 앞으로").click()
    halls = page.get_by_role("tablist", name="공간").get_by_role("tab")
    await expect(halls).to_have_text(["1층 홀", "마당", "2층 테라스"])
    await press(page, "공간 삭제")
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(halls).to_have_text(["1층 홀", "2층 테라스"])


async def test_an_edit_of_something_else_goes_back(stall: Stall, browser: Browser) -> None:
    """OFF-4: a table that somebody changed meanwhile keeps their change; the screen shows it and says so."""
    page = await stall.page(browser, pin=None)
    await deafen(page)
    await again(page)
    await press(page, "배치 편집")
    await stall.ask("table.update", table={"id": 1, "title": "문가"})
    await table(page, 1).focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("alert")).to_contain_text("다른 사람이 테이블을 바꾸었습니다")
    await expect(table(page, 1)).to_contain_text("문가")
    assert (await table_of(stall, 1))["position"]["x"] == 40


# -- at the door ---------------------------------------------------------------------------------


async def test_the_waiting_list(stall: Stall, browser: Browser) -> None:
    """TBL-10, SEC-4: add, call, defer twice, no-show, seat at a chosen table; the phone is masked when left."""
    await stall.ask("waiting.add", name="먼저", numGuests=2)
    page = await tables(stall, browser)
    await expect(page.get_by_role("button", name="대기 1", exact=True)).to_be_visible()
    await press(page, "대기 등록")
    dialog = page.get_by_role("dialog", name="대기 등록")
    await dialog.get_by_label("이름").fill("홍길동")
    phone = dialog.get_by_label("전화번호")
    await phone.fill("010-1234-5678")
    await expect(phone).to_have_value("010-1234-5678")
    await dialog.get_by_role("button", name="인원 늘리기").click()
    await expect(phone).to_have_value("010-****-5678")
    await dialog.get_by_role("button", name="추가", exact=True).click()
    await expect(page.get_by_text("홍길동")).to_be_visible()
    names = page.locator("aside ol li")
    await page.get_by_role("button", name="대기 1번 먼저 더 보기").click()
    await press(page, "미루기 0/2")
    await expect(names.first).to_contain_text("홍길동")
    await press(page, "미루기 1/2")
    await expect(page.get_by_role("button", name="미루기 2/2")).to_be_disabled()
    await page.get_by_role("button", name="대기 1번 먼저 호출").click()
    await press(page, "노쇼")
    await expect(names).to_have_count(1)
    await page.get_by_role("button", name="대기 2번 홍길동 착석").click()
    await order_at(stall, 1)
    await expect(table(page, 1)).to_be_disabled()
    await table(page, 3).click()
    await expect(table(page, 3)).to_contain_text("3명")
    await expect(names).to_have_count(0)


async def test_the_list_is_closed(stall: Stall, browser: Browser) -> None:
    """TBL-10: paused for a while, closed; whoever is added all the same is refused in the shop's words."""
    page = await tables(stall, browser)
    other = await tables(stall, browser, name="계산대 2")
    await page.get_by_role("button", name="접수 방식: 접수 중").click()
    await press(page, "30분 중지")
    await expect(other.get_by_text("까지 중지")).to_be_visible()
    await page.get_by_role("button", name=re.compile("까지 중지")).click()
    await press(page, "접수 마감")
    await expect(other.get_by_role("button", name="접수 방식: 접수 마감")).to_be_visible()
    await press(page, "대기 등록")
    await press(page, "추가")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()


async def test_reservations(stall: Stall, browser: Browser) -> None:
    """TBL-6, TBL-10: booked for a table, which is kept; arrived, seated; cancelled and missed stay in the day's list."""
    soon = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")
    page = await tables(stall, browser)
    await stall.ask("reservation.add", name="정하윤", numGuests=4, at=soon, tableIds=[5])
    await expect(table(page, 5)).to_contain_text("예약")
    await table(page, 5).click()
    await expect(page.get_by_text("정하윤 4명 예약")).to_be_visible()
    await press(page, "닫기")
    await page.get_by_role("button", name="예약 1").click()
    await press(page, "정하윤 도착")
    await expect(page.get_by_text("도착함")).to_be_visible()
    await press(page, "정하윤 착석")
    await table(page, 5).click()
    await expect(table(page, 5)).to_contain_text("4명")
    await expect(page.get_by_text("착석함")).to_be_visible()

    await press(page, "다음 날")
    await press(page, "예약 등록")
    dialog = page.get_by_role("dialog", name="예약 등록")
    await dialog.get_by_label("이름").fill("강도현")
    await dialog.get_by_label("시각").fill("19:30")
    await press(page, "7번")
    await dialog.get_by_role("button", name="추가", exact=True).click()
    row = page.locator("aside ol li")
    await expect(row).to_contain_text(["19:30"])
    await expect(row).to_contain_text(["7번"])
    await press(page, "강도현 더 보기")
    await press(page, "예약 취소")
    await expect(row).to_contain_text(["취소됨"])


# -- for everybody -------------------------------------------------------------------------------


async def test_hostile_names_are_text(stall: Stall, browser: Browser) -> None:
    """Titles of tables and halls, names of guests: whatever they hold is shown and does nothing."""
    await stall.ask("hall.update", hall={"id": 1, "title": HOSTILE})
    await stall.ask("table.update", table={"id": 1, "title": HOSTILE})
    await stall.ask("waiting.add", name=HOSTILE, numGuests=2)
    soon = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")
    await stall.ask("reservation.add", name=HOSTILE, numGuests=2, at=soon, tableIds=[2])
    order = await order_at(stall, 1)
    await stall.ask("order.update", id=order["id"], expectedVersion=order["version"], memo=HOSTILE)
    page = await tables(stall, browser)
    await expect(page.locator("aside ol")).to_contain_text(HOSTILE)
    await table(page, 1).click()
    await expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    await table(page, 2).click()
    await expect(page.get_by_role("region")).to_contain_text(HOSTILE)
    await page.get_by_role("button", name="목록").click()
    await expect(table(page, 1)).to_contain_text(HOSTILE)
    await press(page, "배치 편집")
    await expect(page.get_by_label("이름").first).to_have_value(HOSTILE)
    assert await page.locator("img").count() == 0
    assert await page.title() != "broken"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["till", "phone"])
async def test_everybody_can_use_it(
    stall: Stall, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """Axe finds nothing serious, targets are big, nothing scrolls sideways: floor, panel, editor, line, reservations."""
    await order_at(stall, 1, numGuests=2)
    await stall.ask("table.group", tableIds=[2, 3])
    await stall.ask("waiting.add", name="오민서", numGuests=3)
    soon = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")
    await stall.ask("reservation.add", name="정하윤", numGuests=4, at=soon, tableIds=[5])
    page = await tables(stall, browser, size=size, language=language)
    await fit(page, "the floor")
    await page.locator(".views button").first.click()
    await fit(page, "the plan", thumb=False)
    await page.locator(".views button").last.click()
    await fit(page, "the list")
    await table(page, 1).click()
    await fit(page, "a table")
    await page.keyboard.press("Escape")
    await expect(table(page, 1)).to_be_focused()
    for place in (1, 2):
        await page.locator(".parts button").nth(place if size[0] < 800 else place - 1).click()
        await fit(page, f"column {place}")
    if size[0] < 800:
        await page.locator(".parts button").first.click()
    await page.locator(".end > button").last.click()
    await table(page, 1).click()
    await fit(page, "the editor", thumb=False)


async def fit(page: Page, where: str, *, thumb: bool = True) -> None:
    """Holds what is on screen against axe, a thumb, and the screen's width."""
    assert await serious(page) == [], where
    small = await page.evaluate(
        "() => [...document.querySelectorAll('main button, dialog button')].filter((one) => one.checkVisibility())"
        ".filter((one) => Math.min(one.offsetHeight, one.offsetWidth) < 48).map((one) => one.outerHTML.slice(0, 100))"
    )
    assert not thumb or small == [], where
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), where


async def test_a_table_opens_as_a_sheet_on_a_phone(stall: Stall, browser: Browser) -> None:
    """At 390 px: the list first, a table over it, and a move that ends in the list."""
    await order_at(stall, 1)
    page = await tables(stall, browser, size=(390, 844))
    await table(page, 1).click()
    sheet = page.get_by_role("dialog", name="1번 테이블")
    await expect(sheet).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await lead(page, 1, "이동", 2)
    await expect(table(page, 2)).to_contain_text("19,000원")
    await press(page, "되돌리기")
    await expect(table(page, 1)).to_contain_text("19,000원")
