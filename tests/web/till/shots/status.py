"""Orders that wait, that are open and that are over; one of them in full."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.web.till.evening import order_at
from tests.web.till.paying import an_order, pay_by_stamp, stamp
from tests.web.till.screenshots import Look
from tests.web.till.stall import PINS, Json, Stall
from tests.web.till.standing import a_request, pay_cash


async def requests(stall: Stall, browser: Browser, look: Look) -> Page:
    """Two wait for an answer, one of them not for long."""
    first = await a_request(stall, minutes=1, memo="문 앞에 두고 벨을 눌러 주세요")
    await a_request(stall)
    return await _look_at(await stall.page(browser, **look), first, 0)


async def detail(stall: Stall, browser: Browser, look: Look) -> Page:
    """A part-paid order whose total explains itself."""
    for table in (2, 3, 5):
        await order_at(stall, table, ("물냉면", 2), ("비빔밥", 1))
    order = await an_order(stall, memo="덜 맵게 해 주세요")
    page = await _look_at(await stall.page(browser, **look), order, 1)
    await page.locator("button.total").click()
    return page


async def cancel(stall: Stall, browser: Browser, look: Look) -> Page:
    """An order that was paid in cash and by a plugin, which is gone, is about to be cancelled."""
    order = await _paid_two_ways(stall)
    page = await _look_at(await stall.page(browser, **look), order, 2)
    await page.locator(".acts .danger").click()
    await page.locator(".plan").wait_for()
    return page


async def approval(stall: Stall, browser: Browser, look: Look) -> Page:
    """A cashier cancels a payment: a manager reads which, before the PIN."""
    order = await an_order(stall)
    await pay_cash(stall, order)
    page = await _look_at(await stall.page(browser, **look, pin=PINS["cashier"]), order, 2)
    await page.locator(".payment button").last.click()
    await page.locator("dialog[role=alertdialog] .actions button").last.click()
    await page.locator("dialog .act").wait_for()
    return page


async def refund(stall: Stall, browser: Browser, look: Look) -> Page:
    """One of two stews goes back."""
    order = await an_order(stall)
    await pay_cash(stall, order)
    page = await _look_at(await stall.page(browser, **look), order, 2)
    await page.locator(".acts button:not(.danger)").last.click()
    await page.locator("button.line").first.click()
    await page.locator(".plan").wait_for()
    return page


async def on_its_way_back(stall: Stall, browser: Browser, look: Look) -> Page:
    """A cancelled order waits for what its plugin took, and says what to do."""
    order = await _paid_two_ways(stall)
    await stall.ask("order.cancel", id=order["id"], reason="손님 요청")
    page = await _look_at(await stall.page(browser, **look), order, 2)
    await page.locator("li.back.open").wait_for()
    return page


async def _paid_two_ways(stall: Stall) -> Json:
    """10,000 won in cash, the rest by a plugin that is gone."""
    order = await an_order(stall)
    cash = {"tender": "CASH", "amount": 10_000, "tendered": 10_000, "expectedUnpaid": 29_700}
    await stall.ask("payment.start", orderId=order["id"], **cash)
    async with stamp(stall) as plugin:
        await pay_by_stamp(stall, order, 19_700, plugin, f"shot-{order['id']}")
    return order


async def history(stall: Stall, browser: Browser, look: Look) -> Page:
    """What happened to an order, with who did it and why."""
    order = await order_at(stall, 4, ("물냉면", 2), ("비빔밥", 1))
    line = order["lineItems"][0]
    await stall.ask(
        "order.update-line",
        id=order["id"], expectedVersion=order["version"], lineId=line["id"], quantity=3, reason="한 그릇 더",
    )  # fmt: skip
    await stall.ask("order.call", id=order["id"])
    await stall.ask("table.move", **{"from": 4, "to": 5})
    await order_at(stall, 6, ("비빔밥", 1))
    await stall.ask("table.merge", **{"from": 6, "to": 5})
    page = await _look_at(await stall.page(browser, **look), order, 1)
    await page.locator("h3 button[aria-expanded]").last.click()
    await page.locator("ol li").first.wait_for()
    await page.locator("ol").evaluate("list => list.closest('section').scrollIntoView()")
    return page


async def _look_at(page: Page, order: Json, segment: int) -> Page:
    await page.locator("#tab-status").click()
    await page.locator(".bar .choices").first.locator("button").nth(segment).click()
    await page.locator(f"#status-{order['id']}").click()
    await page.locator(".facts .state").wait_for()
    return page
