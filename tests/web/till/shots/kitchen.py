"""The kitchen: a busy evening, the pass, the counts, a lost connection."""

from __future__ import annotations

import signal
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page, expect

from tests.web.till.ordering import Orders, orders_of
from tests.web.till.screenshots import Look
from tests.web.till.stall import Json, Stall


async def station(stall: Stall, browser: Browser, look: Look) -> Page:
    """A station with every kind of ticket, half of them old."""
    await _evening(stall)
    return await _screen(stall, browser, look, "주방")


async def aged(stall: Stall, browser: Browser, look: Look) -> Page:
    """The same a quarter of an hour later, with the counts beside."""
    await _evening(stall)
    page = await _screen(stall, browser, look, "주방", minutes=14)
    await page.get_by_role("button", name={"ko": "남은 메뉴", "en": "All day"}[look["language"]]).click()
    return page


async def expo(stall: Stall, browser: Browser, look: Look) -> Page:
    """The pass: what is ready, and what still cooks."""
    tickets = await _evening(stall)
    for ticket in tickets[:2]:
        await stall.ask("kds-order-item.bump", id=ticket["id"])
    return await _screen(stall, browser, look, {"ko": "전체 (패스)", "en": "Pass"}[look["language"]])


async def choosing(stall: Stall, browser: Browser, look: Look) -> Page:
    """A new screen."""
    page = await stall.page(browser, "/kitchen", kind="kitchen", name="화면", **look)
    await page.locator("#choose-station").wait_for()
    return page


async def recall(stall: Stall, browser: Browser, look: Look) -> Page:
    """What was finished."""
    for ticket in (await _evening(stall))[:4]:
        await stall.ask("kds-order-item.bump", id=ticket["id"])
    page = await _screen(stall, browser, look, "주방")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name={"ko": "되돌리기", "en": "Recall"}[look["language"]]).click()
    await page.evaluate(
        "Promise.all(document.getAnimations().filter((one) => one.effect.target.matches('dialog')).map((one) => one.finished))"
    )
    return page


async def silent(stall: Stall, browser: Browser, look: Look) -> Page:
    """The server is gone."""
    await _evening(stall)
    page = await _screen(stall, browser, look, "주방")
    await stall.end(signal.SIGKILL)
    await expect(page.locator("[data-contact=silent]")).to_be_visible()
    return page


async def _screen(stall: Stall, browser: Browser, look: Look, name: str, minutes: int = 0) -> Page:
    page = await stall.page(browser, "/kitchen", kind="kitchen", name="화면", **look)
    if minutes:
        # The page goes by the shop's time, so the tickets are made older instead of the clock faster.
        shift = f"(() => {{ const parse = Date.parse; Date.parse = (text) => parse(text) - (String(text).endsWith('Z') ? 0 : {minutes} * 60000); }})()"
        await page.add_init_script(shift)
        await page.reload()
    await page.locator("#choose-station").wait_for()
    await page.locator(".stations button", has_text=name).click()
    await page.locator("article").first.wait_for()
    await page.keyboard.press("ArrowRight")
    return page


async def _evening(stall: Stall) -> list[Json]:
    """A dozen orders; their first tickets."""
    menu = await orders_of(stall)
    made = [
        await menu.add(
            menu.line("칼국수", 2, "매운맛"), menu.line("손만두"), menu.line("생막걸리", 2), table="3번"
        ),
        await menu.add(
            menu.line("비빔밥", 1, "순한맛", memo="땅콩 알레르기"), menu.line("콜라"), table="7번"
        ),
        await menu.add(
            menu.line("해물파전"), menu.line("김치찌개", 2, "아주 매운맛", "흑미밥", "치즈"), table="1번"
        ),
        await menu.add(menu.line("물냉면", 2), menu.line("불고기"), table="테라스 2", memo="같이 내 주세요"),
        await menu.add(
            menu.line("제육볶음", 2, diningOption="TOGO"), menu.line("공기밥", 2, diningOption="TOGO")
        ),
        await menu.add(menu.line("보쌈"), menu.line("두부김치"), menu.line("소주", 2), table="5번"),
        await menu.add(menu.line("떡만둣국", 3), menu.line("계란말이"), table="8번"),
        await menu.add(menu.line("갈비탕", 2), menu.line("육개장"), table="2번"),
        await menu.add(menu.line("모둠전"), menu.line("동동주"), table="테라스 1"),
        await menu.add(menu.line("라볶이", 1, "보통"), menu.line("팥빙수"), table="9번"),
    ]
    tickets = [await menu.ticket(order) for order in made]
    await _changes(stall, menu, made, tickets)
    return tickets


async def _changes(stall: Stall, menu: Orders, made: list[Json], tickets: list[Json]) -> None:
    await menu.change(made[6], "떡만둣국", quantity=2)
    await stall.ask("order.add-line", id=made[3]["id"], lineItems=[menu.line("손만두", 2)])
    await stall.ask("order.cancel", id=made[7]["id"], reason="손님 요청")
    await stall.ask("kds-order-item.prioritize", id=tickets[5]["id"], pinned=True)
    line = tickets[2]["lineItems"][0]["id"]
    await stall.ask("kds-order-item.bump", id=tickets[2]["id"], lineIds=[line])
    await stall.ask(
        "kds-order-item.remake", orderId=made[2]["id"], lineId=line, quantity=1, reason="떨어뜨림"
    )
    now = datetime.now(ZoneInfo("Asia/Seoul"))
    dto = {"lineItems": [menu.line("비빔밥", 4, diningOption="PICKUP")], "discounts": [], "payments": []}
    times = {
        "expiredAt": (now + timedelta(minutes=10)).isoformat(),
        "expectedReadyAt": (now + timedelta(hours=3)).isoformat(),
    }
    for key in ("scheduled", "waiting"):
        order = (await stall.ask("order.submit", order=dto | {"orderKey": key, "requestedInfo": times}))[
            "order"
        ]
        if key == "scheduled":
            await stall.ask("order.accept", id=order["id"])
