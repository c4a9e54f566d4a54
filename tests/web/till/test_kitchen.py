"""The kitchen page: tickets as they come and go, by touch and by bump bar, with and without the server."""

from __future__ import annotations

import asyncio
import re
import signal
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.web.test_host_page import check
from tests.web.till.ordering import orders_of
from tests.web.till.stall import Stall
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=\"document.body.dataset.owned='1'\">&amp;"

HEARD = """
window.tones = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.tones.push(this.frequency.value); return start.call(this, at); };
"""


async def kitchen(
    stall: Stall, browser: Browser, station: str = "주방", *, kind: str = "kitchen", language: str = "ko"
) -> Page:
    """A screen of a station, listening and touched once."""
    page = await stall.page(browser, "/kitchen", kind=kind, name=f"화면 {station}", language=language)
    await page.add_init_script(HEARD)
    await page.locator(".stations button", has_text=station).click()
    await page.locator("main .empty, main article").first.wait_for()
    await page.reload()
    await page.locator("main .empty, main article").first.wait_for()
    await page.mouse.click(5, 600)
    return page


def ticket(page: Page, name: str) -> Locator:
    """The card of a table or number."""
    return page.get_by_role("article", name=name)


async def names(page: Page) -> list[str]:
    """What the tickets on screen are called, in order; those that leave are left out."""
    return [
        text.strip()
        for text in await page.locator("article:not(.leaving) h2 > [aria-hidden]").all_inner_texts()
    ]


async def shows(page: Page, *expected: str) -> None:
    """Waits until exactly these tickets are shown."""

    async def same() -> bool:
        return await names(page) == list(expected)

    try:
        await until(same, "the tickets are shown", 10)
    except AssertionError:
        assert await names(page) == list(expected)


async def settled(page: Page) -> None:
    """Waits until the open dialog stands still: half shown, its colours are others."""
    await page.locator("dialog[open]").evaluate(
        "(dialog) => Promise.all(dialog.getAnimations().map((one) => one.finished)).then(() => undefined)"
    )


async def tones(page: Page) -> list[float]:
    """What was heard since the last time."""
    heard: list[float] = await page.evaluate("window.tones.splice(0)")
    return heard


# -- what comes ------------------------------------------------------------------------------------


async def test_an_order_arrives(stall: Stall, browser: Browser):
    """KDS-1, §5.4: within a second, with table, options indented, memo, and a sound; other stations' dishes are not on it."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    await menu.add(
        menu.line("칼국수", 2, "매운맛", memo="땅콩 알레르기"),
        menu.line("생막걸리"),
        table="3번",
        memo="같이 내 주세요",
    )
    card = ticket(page, "3번, 신규")
    await expect(card).to_be_visible()
    await expect(card.get_by_role("button", name="칼국수")).to_contain_text("매운맛")
    await expect(card.get_by_text("땅콩 알레르기")).to_be_visible()
    await expect(card.get_by_text("같이 내 주세요")).to_be_visible()
    await expect(card.get_by_text("생막걸리")).to_have_count(0)
    await expect(card.get_by_role("time")).to_have_text(re.compile(r"^0:0\d$"))
    await until(lambda: tones(page), "a new order is heard")


async def test_changes_and_cancels(stall: Stall, browser: Browser):
    """KDS-1, KDS-7: old and new quantity; a cancel is struck through and stays until somebody says so; sounds differ."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    order = await menu.add(menu.line("칼국수", 3), menu.line("손만두"), table="1번")
    await expect(ticket(page, "1번, 신규")).to_be_visible()
    new = await until(lambda: tones(page), "a new order is heard")

    await menu.change(order, "칼국수", quantity=2)
    changed = ticket(page, "1번, 변경")
    await expect(changed.get_by_text("3개에서 2개로")).to_be_attached()
    change = await until(lambda: tones(page), "a change is heard")
    # The first ticket asks for what is left of it (KDS-2).
    first = ticket(page, "1번, 신규").get_by_role("button", name="칼국수")
    await expect(first.locator("s")).to_have_text("3")
    await expect(first.locator(".quantity")).to_contain_text("2")

    await stall.ask("order.add-line", id=order["id"], lineItems=[menu.line("물냉면")])
    await expect(ticket(page, "1번, 추가")).to_be_visible()
    await tones(page)

    await stall.ask("order.cancel", id=order["id"], reason="손님 요청")
    notice = ticket(page, "1번, 취소")
    await expect(notice).to_be_visible()
    await shows(page, "1번")
    dish = notice.get_by_role("button", name="칼국수")
    assert "line-through" in await dish.locator(".title").evaluate(
        "(one) => getComputedStyle(one).textDecorationLine"
    )
    cancel = await until(lambda: tones(page), "a cancel is heard")
    assert len({tuple(new), tuple(change), tuple(cancel)}) == 3
    await notice.get_by_role("button", name="확인").click()
    await shows(page)

    async def cleared() -> bool:
        return (await stall.ask("kds-board.get", stationId="kitchen"))["tickets"] == []

    await until(cleared, "the shop has heard of it")


async def test_tickets_shown_are_told(stall: Stall, browser: Browser):
    """§8: a station's screen says what it shows, so that no slip prints."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    await menu.add(menu.line("칼국수"), table="2번")
    await expect(ticket(page, "2번")).to_be_visible()

    async def told() -> bool:
        audit = await stall.ask("audit.list", limit=20)
        return any("acknowledge" in str(entry) for entry in audit["entries"])

    await until(told, "the ticket is acknowledged")


async def test_a_request_rings_until_it_is_answered(stall: Stall, browser: Browser):
    """ORD-3, §5.4: said and heard again and again; an accepted one for later is listed, and fired by hand."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    now = datetime.now(ZoneInfo("Asia/Seoul"))
    dto = {"lineItems": [menu.line("비빔밥", 2, diningOption="PICKUP")], "discounts": [], "payments": []}
    times = {
        "expiredAt": (now + timedelta(minutes=10)).isoformat(),
        "expectedReadyAt": (now + timedelta(hours=3)).isoformat(),
    }
    submitted = await stall.ask("order.submit", order=dto | {"orderKey": "later", "requestedInfo": times})
    banner = page.get_by_role("alert").filter(has_text="접수를 기다리는 주문 1건")
    await expect(banner).to_be_visible()
    first = await until(lambda: tones(page), "a request is heard")
    assert await until(lambda: tones(page), "it is heard again", 8) == first
    await stall.ask("order.accept", id=submitted["order"]["id"])
    await expect(banner).to_have_count(0)
    await page.get_by_role("button", name="예약 1").click()
    await page.get_by_role("dialog").get_by_role("button", name="지금 조리").click()
    await expect(page.get_by_role("dialog")).to_contain_text("예약 주문이 없습니다")
    await page.keyboard.press("Escape")
    await expect(page.locator("article")).to_contain_text(["비빔밥"])
    await expect(page.locator("article")).to_contain_text(["예약"])


# -- working ---------------------------------------------------------------------------------------


async def test_by_touch(stall: Stall, browser: Browser):
    """KDS-5, KDS-6: a dish, a ticket, twice in a row, back again; the second tap of a double one hits no other ticket."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    for table in ("1번", "2번", "3번"):
        await menu.add(menu.line("칼국수"), menu.line("손만두"), table=table)
        await expect(ticket(page, table)).to_be_visible()
    dish = ticket(page, "1번").get_by_role("button", name="칼국수")
    await dish.click()
    await expect(dish).to_have_attribute("aria-pressed", "true")
    bump = ticket(page, "1번").get_by_role("button", name="완료", exact=True)
    box = await bump.bounding_box()
    assert box is not None
    await page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await shows(page, "2번", "3번")

    await page.get_by_role("button", name="되돌리기").click()
    await page.get_by_role("dialog").get_by_role("button", name="1번 되돌리기").click()
    await shows(page, "1번", "2번", "3번")

    await ticket(page, "3번").get_by_role("button", name="3번 더 보기").click()
    await page.get_by_role("button", name="맨 앞으로").click()
    await shows(page, "3번", "1번", "2번")
    await ticket(page, "3번").get_by_role("button", name="3번 더 보기").click()
    await page.get_by_role("button", name="제자리로").click()
    await shows(page, "1번", "2번", "3번")

    await ticket(page, "2번").get_by_role("button", name="2번 더 보기").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="손만두").click()
    await dialog.get_by_role("button", name="떨어뜨림").click()
    await dialog.get_by_role("button", name="다시 조리").click()
    again = ticket(page, "2번, 재조리")
    await expect(again).to_contain_text("떨어뜨림")
    await expect(again).to_contain_text("손만두")


async def test_by_keys(stall: Stall, browser: Browser):
    """§5.4: a bump bar works everything: places, arrows, Enter, Space, recall, first; a key held down bumps one."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    tables = ("1번", "2번", "3번", "4번", "5번")
    for table in tables:
        await menu.add(menu.line("칼국수"), table=table)
        await expect(ticket(page, table)).to_be_visible()
    await page.keyboard.press("2")
    await shows(page, "1번", "3번", "4번", "5번")
    await page.keyboard.press("Backspace")
    await shows(page, *tables)
    await page.keyboard.press("ArrowRight")
    await expect(ticket(page, "1번").locator("[data-bump]")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("p")
    await shows(page, "2번", "1번", "3번", "4번", "5번")
    await page.keyboard.press("P")
    await shows(page, *tables)
    await expect(ticket(page, "2번").locator("[data-bump]")).to_be_focused()
    await page.keyboard.down("Enter")
    await page.keyboard.down("Enter")
    await shows(page, "1번", "3번", "4번", "5번")
    await expect(ticket(page, "3번").locator("[data-bump]")).to_be_focused()
    await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")
    await shows(page, "1번", "3번", "4번", "5번")
    await page.keyboard.press("Space")
    await shows(page, "1번", "4번", "5번")
    await page.keyboard.press("r")
    await page.keyboard.press("r")
    await shows(page, *tables)


async def test_a_refused_bump_is_taken_back(stall: Stall, browser: Browser):
    """§13: what was shown in advance comes back with the reason."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    order = await menu.add(menu.line("칼국수"), table="1번")
    await expect(ticket(page, "1번")).to_be_visible()
    # As if the ticket had gone in between: the shop knows none of that id.
    await page.evaluate(
        """() => {
          const send = WebSocket.prototype.send;
          WebSocket.prototype.send = function (text) {
            return send.call(this, text.includes("bump.request") ? text.replace(/"id":"[^"]+"/, '"id":"nothing"') : text);
          };
        }"""
    )
    await page.keyboard.press("1")
    await expect(page.get_by_role("alert").filter(has_text="없는 주문서")).to_be_visible()
    await shows(page, "1번")
    assert (await menu.ticket(order))["state"] == "OPENED"


async def test_the_pass(stall: Stall, browser: Browser):
    """§5.4, ORD-9: the expo sees whole orders, hears that one is ready, and the second bump hands it over."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser, "전체")
    order = await menu.add(menu.line("칼국수"), menu.line("생막걸리"), table="4번")
    await expect(ticket(page, "4번, 신규")).to_contain_text("생막걸리")
    await until(lambda: tones(page), "a new order is heard")
    (cooking,) = [await menu.ticket(order)]
    await stall.ask("kds-order-item.bump", id=cooking["id"], stationId="bar")
    await expect(page.locator("[data-ready]")).to_have_count(0)
    await stall.ask("kds-order-item.bump", id=cooking["id"], stationId="kitchen")
    ready = page.locator("[data-ready]")
    await expect(ready).to_contain_text("준비 완료")
    await until(lambda: tones(page), "that it is ready is heard")
    await page.keyboard.press("1")
    await expect(ready).to_have_count(0)
    assert (await stall.ask("kds-board.get"))["ready"] == []


async def test_counts_and_filter(stall: Stall, browser: Browser):
    """§5.4: what is left to cook by dish and options; a press shows its tickets alone."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    await menu.add(menu.line("칼국수", 2, "매운맛"), menu.line("손만두"), table="1번")
    await menu.add(menu.line("칼국수", 1, "매운맛"), table="2번")
    await menu.add(menu.line("칼국수", 4, "순한맛"), table="5번")
    await page.get_by_role("button", name="남은 메뉴").click()
    counts = page.get_by_role("region", name="남은 메뉴")
    hot = counts.get_by_role("button", name="칼국수").filter(has_text="매운맛")
    await expect(hot).to_contain_text("3")
    await hot.click()
    await shows(page, "1번", "2번")
    await page.get_by_role("button", name="모두 보기").click()
    await shows(page, "1번", "2번", "5번")
    await page.keyboard.press("2")
    await expect(hot).to_contain_text("2")


async def test_two_screens_and_stations(stall: Stall, browser: Browser):
    """KDS-3: two screens of a station agree, the bar has its own work; the device remembers its station."""
    menu = await orders_of(stall)
    one, other = await kitchen(stall, browser), await kitchen(stall, browser)
    bar = await kitchen(stall, browser, "바")
    await menu.add(menu.line("칼국수"), menu.line("생막걸리"), table="6번")
    await menu.add(menu.line("손만두"), table="7번")
    for page in (one, other):
        await shows(page, "6번", "7번")
    await shows(bar, "6번")
    await expect(ticket(bar, "6번").get_by_text("칼국수")).to_have_count(0)
    await one.keyboard.press("1")
    for page in (one, other):
        await shows(page, "7번")
    await shows(bar, "6번")
    await other.keyboard.press("Backspace")
    for page in (one, other):
        await shows(page, "6번", "7번")
    await bar.reload()
    await shows(bar, "6번")
    await bar.get_by_role("combobox", name="주방 화면").select_option(label="주방")
    await shows(bar, "6번", "7번")
    await bar.keyboard.press("2")
    await shows(bar, "6번")


async def test_many_tickets(stall: Stall, browser: Browser):
    """Screens bar: sixty tickets stand on pages, nothing is scrolled; keys go with the page."""
    menu = await orders_of(stall)
    await asyncio.gather(*(menu.add(menu.line("칼국수"), menu.line("물냉면", 2)) for _ in range(60)))
    page = await kitchen(stall, browser)
    await expect(page.locator("article")).to_have_count(60)
    pages = page.get_by_role("navigation", name="1/")
    await expect(pages).to_be_visible()
    await page.get_by_role("button", name="다음 주문").click()
    first = page.locator("article", has=page.locator("kbd", has_text="1"))
    shown = await first.get_attribute("data-ticket")
    assert shown != await page.locator("article").first.get_attribute("data-ticket")
    await expect(first).to_be_in_viewport(ratio=0.9)
    await page.keyboard.press("1")
    await expect(page.locator("article")).to_have_count(59)
    done = await stall.ask("kds-order-item.get-list", page=1, size=10, states=["COMPLETED"])
    assert [each["id"] for each in done["contents"]] == [shown]
    assert await page.locator(".flow").evaluate("(flow) => flow.scrollHeight <= flow.clientHeight + 1")


# -- the server ------------------------------------------------------------------------------------


async def test_the_server_is_gone(stall: Stall, browser: Browser):
    """§8, OFF-9: red within three seconds, a bump waits, and what was missed is there once it is back."""
    menu = await orders_of(stall)
    page = await kitchen(stall, browser)
    await menu.add(menu.line("칼국수"), table="1번")
    await menu.add(menu.line("칼국수"), table="2번")
    await shows(page, "1번", "2번")
    await expect(page.locator("[data-contact=heard]")).to_be_visible()
    await stall.end(signal.SIGKILL)
    await expect(page.locator("[data-contact=silent]")).to_be_visible()
    await page.keyboard.press("1")
    await shows(page, "2번")
    await stall.start()
    await menu.add(menu.line("손만두"), table="3번")
    await expect(page.locator("[data-contact=heard]")).to_be_visible()
    await shows(page, "2번", "3번")

    async def cooked() -> bool:
        done = await stall.ask("kds-order-item.get-list", page=1, size=10, states=["COMPLETED"])
        return len(done["contents"]) == 1

    await until(cooked, "the bump that waited is made", 10)


async def test_a_silent_server(stall: Stall, browser: Browser):
    """§8: one that hangs with its connection open is noticed as fast."""
    page = await kitchen(stall, browser)
    await expect(page.locator("[data-contact=heard]")).to_be_visible()
    await stall.pause()
    try:
        await expect(page.locator("[data-contact=silent]")).to_be_visible()
    finally:
        await stall.go_on()
    await expect(page.locator("[data-contact=heard]")).to_be_visible()


async def test_pushes_that_are_missed(stall: Stall, browser: Browser):
    """wire §9: without a single push the board is right within two seconds, by the journal's number."""
    menu = await orders_of(stall)
    page = await stall.page(browser, "/kitchen", kind="kitchen", name="화면")
    await page.add_init_script(
        """
        const add = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage").set;
        Object.defineProperty(WebSocket.prototype, "onmessage", {
          set(heard) {
            add.call(this, heard === null ? null : (event) => {
              const frame = JSON.parse(event.data);
              if (frame.callbackId !== undefined) heard.call(this, event);
            });
          },
        });
        """
    )
    await page.locator(".stations button", has_text="주방").click()
    await page.reload()
    await page.locator("main .empty").wait_for()
    order = await menu.add(menu.line("칼국수"), table="8번")
    await expect(ticket(page, "8번")).to_be_visible()
    await stall.ask("kds-order-item.bump", id=(await menu.ticket(order))["id"])
    await expect(ticket(page, "8번")).to_have_count(0)


# -- who and how -----------------------------------------------------------------------------------


async def test_beside_the_till(stall: Stall, browser: Browser):
    """The owner's till opens the kitchen in a second window, by the same token; a till signs somebody in."""
    till = await stall.page(browser)
    window = await till.context.new_page()
    await window.goto(f"{stall.url}/kitchen")
    await window.locator("#sign-in").wait_for()
    await window.keyboard.type("4444")
    await window.keyboard.press("Enter")
    await window.locator(".stations button", has_text="주방").click()
    menu = await orders_of(stall)
    await menu.add(menu.line("칼국수"), table="9번")
    await expect(ticket(window, "9번")).to_be_visible()


async def test_unpaired(stall: Stall, browser: Browser):
    """A new screen asks for its code, says when it is wrong, and takes the right one."""
    page = await stall.page(browser, "/kitchen", paired=False)
    await page.get_by_label("연결 코드").fill("WRONG-1")
    await page.get_by_role("button", name="연결").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    code = (await stall.ask("device.pair", kind="kitchen", name="새 화면"))["code"]
    await page.get_by_label("연결 코드").fill(code)
    await page.get_by_role("button", name="연결").click()
    await expect(page.get_by_role("heading", name="어느 자리의 화면인가요?")).to_be_visible()


async def test_hostile_text(stall: Stall, browser: Browser):
    """SEC: names, memos, reasons and stations are text."""
    menu = await orders_of(stall)
    await stall.ask("kds-station.save", station={"id": "evil", "name": HOSTILE, "categoryIds": [2]})
    line = menu.line("칼국수", memo=HOSTILE)
    order = await menu.add(line, table="1번", memo=HOSTILE)
    await stall.ask(
        "kds-order-item.remake",
        orderId=order["id"],
        lineId=order["lineItems"][0]["id"],
        quantity=1,
        reason=HOSTILE,
    )
    page = await kitchen(stall, browser)
    await expect(page.locator("article")).to_have_count(2)
    await expect(page.locator("article").first).to_contain_text(HOSTILE)
    await page.get_by_role("combobox").select_option(value="evil")
    await expect(page.locator("article").first).to_contain_text(HOSTILE)
    assert await page.evaluate(
        "document.querySelector('article img') === null && !('owned' in document.body.dataset)"
    )


async def test_for_everybody(stall: Stall, browser: Browser):
    """Screens bar: no finding of axe, big targets, no sideways scrolling, both sizes and languages."""
    menu = await orders_of(stall)
    page = await stall.page(browser, "/kitchen", kind="kitchen", name="화면")
    await page.locator("#choose-station").wait_for()
    await check(page, "stations")
    for language, all_day, recall in (("ko", "남은 메뉴", "되돌리기"), ("en", "All day", "Recall")):
        if language == "ko":
            await page.locator(".stations button", has_text="주방").click()
            await menu.add(
                menu.line("칼국수", 2, "매운맛", memo="맵게"), menu.line("손만두"), table="1번", memo="함께"
            )
            gone = await menu.add(menu.line("물냉면", 2), table="2번")
            await menu.change(gone, "물냉면", quantity=1)
            await stall.ask("order.cancel", id=gone["id"], reason="손님 요청")
            await expect(page.locator("article")).to_have_count(2)
        else:
            await page.get_by_role("button", name="English").click()
            await expect(page.get_by_role("button", name=all_day)).to_be_visible()
            await expect(page.locator("article")).to_have_count(2)
        await page.get_by_role("button", name=all_day).click()
        await check(page, f"board in {language}")
        await page.get_by_role("button", name=all_day).click()
        await page.get_by_role("button", name=recall).click()
        await settled(page)
        await check(page, f"recall in {language}")
        await page.keyboard.press("Escape")
        await page.locator(".more").first.click()
        await settled(page)
        await check(page, f"ticket in {language}")
        await page.keyboard.press("Escape")
