"""An evening at two tills and a kitchen screen, and what may disturb it; the shop's own record is compared at its end."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.cable import cable_to
from tests.web.till.hands import (
    answered,
    bump,
    cart,
    choose_table,
    on_floor,
    open_kitchen,
    open_table,
    send,
    take,
    tile,
)
from tests.web.till.ordering import orders_of
from tests.web.till.paying import open_payment
from tests.web.till.stall import PINS, Json, Stall, open_stall
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOST = "서버와 연결이 끊어졌습니다"
STEW = ("김치찌개", "매운맛 +500원", "공기밥")
TOLD_WITHIN_MS = 3_000
LATER_MS = 30_000
"""How long a page may take to find a server that is back."""


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path) -> AsyncIterator[Stall]:
    """The shop of `jumak demo`, with its gift cards."""
    async with open_stall(tmp_path / "shop", "demo") as opened:
        yield opened


async def two_tills(stall: Stall, browser: Browser) -> tuple[Page, Page]:
    """A manager's in the hall and a cashier's at the bar."""
    hall = await stall.page(browser, name="홀 계산대", pin=PINS["manager"])
    bar = await stall.page(browser, name="바 계산대", pin=PINS["cashier"])
    for till in (hall, bar):
        await till.locator(".tile").first.wait_for()
    return hall, bar


async def pay_by_gift_card(till: Page, number: str) -> None:
    """What is due, by the sample plugin's method."""
    await till.get_by_role("button", name="상품권").click()
    asked = till.get_by_role("dialog", name=re.compile("^상품권"))
    await asked.get_by_label("상품권 번호").fill(number)
    await asked.get_by_role("button", name="결제", exact=True).click()


async def facts(stall: Stall, *prefixes: str) -> list[Json]:
    """What the journal holds of these kinds, oldest first."""
    entries: list[Json] = (await stall.ask("audit.list", limit=1_000))["entries"]
    return [one for one in entries if one["what"].startswith(prefixes)]


def sold(order: Json) -> list[tuple[str, int]]:
    return [(line["item"]["title"], line["quantity"]["value"]) for line in order["lineItems"]]


def paid(order: Json) -> list[tuple[str, int]]:
    return [(one["sourceType"], one["amountMoney"]) for one in order["payments"]]


async def orders(stall: Stall) -> list[Json]:
    """Every order, oldest first."""
    return list(reversed((await stall.ask("order.get-list"))["orders"]))


async def is_sound(stall: Stall) -> None:
    """Ends the shop; nothing is wrong with what it leaves behind."""
    await stall.end(signal.SIGTERM)
    command = [sys.executable, "-m", "jumak", "check", "--data", str(stall.folder)]
    done = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = await done.communicate()
    assert done.returncode == 0, said.decode()


async def test_an_evening(demo: Stall, browser: Browser) -> None:
    """ADD-8, KDS-1, KDS-6, OFF-6, CSH-1, CSH-3, PAY-8, TBL-7: two tables from the first dish to the free table, all by touch."""
    hall, bar = await two_tills(demo, browser)
    kitchen = await open_kitchen(demo, browser)

    # Two guests sit down at table 3 and order in the hall; the kitchen has it, the bar's floor shows it.
    panel = await open_table(hall, "3번")
    await panel.get_by_role("button", name="주문 받기").click()
    await take(hall, *STEW)
    await take(hall, "물냉면")
    await answered(hall, 2)
    await send(hall)
    await expect(kitchen.get_by_role("article", name="3번, 신규")).to_contain_text("매운맛")
    await bar.get_by_role("tab", name="테이블", exact=True).click()
    await expect(on_floor(bar, "3번")).to_contain_text("20,500원")

    # The bar adds a round to it and takes another table's order meanwhile.
    panel = await open_table(bar, "3번")
    await panel.get_by_role("button", name="추가 주문").click()
    await take(bar, "공기밥")
    await take(bar, "공기밥")
    await answered(bar, 1)
    await send(bar)
    await expect(kitchen.get_by_role("article", name="3번, 추가")).to_contain_text("공기밥")
    await take(bar, "해물파전")
    await choose_table(bar, "5번")
    await answered(bar, 1)
    await send(bar)

    # The kitchen cooks it all.
    for ticket in ("3번, 신규", "3번, 추가", "5번, 신규"):
        await bump(kitchen, ticket)
    await expect(kitchen.get_by_text("조리할 주문이 없습니다")).to_be_visible()

    # Table 5 pays at the bar, in cash, with change.
    panel = await open_table(bar, "5번")
    await panel.get_by_role("button", name="결제 18,000원").click()
    await bar.get_by_role("button", name="20,000원", exact=True).click()
    await expect(bar.locator(".change dd")).to_have_text("2,000원")
    await bar.get_by_role("button", name="다음 주문").click()

    # Table 3 pays in the hall: a part in cash; the bar sees who is at it; the rest by a gift card.
    panel = await open_table(hall, "3번")
    await panel.get_by_role("button", name="결제 22,500원").click()
    await expect(hall.locator("button.cash")).to_be_enabled()
    await bar.get_by_role("tab", name="테이블", exact=True).click()
    await expect(on_floor(bar, "3번")).to_contain_text("홀 계산대 결제 중")
    await hall.keyboard.type("10000")
    await hall.get_by_role("button", name="현금 10,000원만 받기").click()
    await expect(hall.locator("button.cash")).to_have_text("현금 12,500원")
    await pay_by_gift_card(hall, "7")
    await expect(hall.get_by_role("heading", name="결제 완료")).to_be_visible()
    await hall.get_by_role("button", name="다음 주문").click()
    await hall.get_by_role("tab", name="테이블", exact=True).click()
    for till in (hall, bar):
        for table in ("3번", "5번"):
            await expect(on_floor(till, table)).to_contain_text("빈자리")

    # The shop's record: what happened, each thing once.
    first, second = await orders(demo)
    assert (sold(first), paid(first)) == (
        [("김치찌개", 1), ("물냉면", 1), ("공기밥", 2)],
        [("CASH", 10_000), ("EXTERNAL", 12_500)],
    )
    assert (sold(second), paid(second)) == ([("해물파전", 1)], [("CASH", 18_000)])
    assert {one["orderState"] for one in (first, second)} == {"COMPLETED"}
    tables = (await demo.ask("table-status.list"))["tables"]
    assert {(one["status"], len(one["orders"])) for one in tables} == {("empty", 0)}
    happened = [one["what"] for one in await facts(demo, "order.", "payment.", "attempt.", "kds.complete")]
    leases = ("order.lock", "order.unlock")
    assert {what: happened.count(what) for what in set(happened).difference(leases)} == {
        "order.add": 2, "order.update": 1, "kds.complete": 3, "order.complete": 2,
        "attempt.start": 1, "attempt.approve": 3, "payment.paid": 3,
    }  # fmt: skip
    await is_sound(demo)


# -- two at once -----------------------------------------------------------------------------------


async def test_both_add_to_one_table_at_once(stall: Stall, browser: Browser) -> None:
    """OFF-5, OFF-6, TBL-12: an order and a round, two rounds; all of it is there once, for the kitchen too."""
    hall, bar = await two_tills(stall, browser)
    kitchen = await open_kitchen(stall, browser)
    for rounds in (1, 2):
        for till, dish in ((hall, "공기밥"), (bar, "물냉면")):
            await take(till, dish)
            await choose_table(till, "4번")
            await answered(till, 1)
        await asyncio.gather(send(hall), send(bar))
        (order,) = await orders(stall)
        assert sorted(sold(order)) == sorted([("공기밥", 1), ("물냉면", 1)] * rounds)
        await expect(kitchen.get_by_role("article", name="4번")).to_have_count(2 * rounds)
    for till in (hall, bar):
        await till.get_by_role("tab", name="테이블", exact=True).click()
        await expect(on_floor(till, "4번")).to_contain_text("24,000원")
    assert [one["what"] for one in await facts(stall, "order.add")] == ["order.add"]
    await is_sound(stall)


async def test_one_pays_while_the_other_edits(stall: Stall, browser: Browser) -> None:
    """OFF-6: locked, and told who; the round stays in the cart and is sent once the other has left."""
    hall, bar = await two_tills(stall, browser)
    menu = await orders_of(stall)
    order = await menu.add(menu.line("물냉면"), table="3번")
    panel = await open_table(hall, "3번")
    await panel.get_by_role("button", name="결제 11,000원").click()
    await expect(hall.locator("button.cash")).to_be_enabled()

    panel = await open_table(bar, "3번")
    await expect(panel).to_contain_text("홀 계산대 결제 중")
    for button in ("추가 주문", "이동", "합석", "비우기", "결제 11,000원"):
        await expect(panel.get_by_role("button", name=button)).to_be_disabled()
    await open_payment(bar, order)
    await expect(bar.get_by_role("heading", name="홀 계산대에서 결제 중")).to_be_visible()
    await bar.get_by_role("button", name="뒤로").click()

    await bar.get_by_role("tab", name="주문", exact=True).click()
    await take(bar, "공기밥")
    await choose_table(bar, "3번")
    await answered(bar, 1)
    await bar.get_by_role("button", name="추가 보내기").click()
    await expect(bar.locator(".said").filter(has_text="홀 계산대")).to_be_visible()
    await expect(cart(bar)).to_have_count(1)
    assert [sold(one) for one in await orders(stall)] == [[("물냉면", 1)]]

    await hall.get_by_role("button", name="뒤로").click()
    await expect(hall.locator("#payment-title")).to_have_count(0)
    await send(bar)
    assert [sold(one) for one in await orders(stall)] == [[("물냉면", 1), ("공기밥", 1)]]
    await open_payment(bar, order)
    await expect(bar.locator("button.cash")).to_have_text("현금 12,000원")
    await is_sound(stall)


# -- the cable is pulled ---------------------------------------------------------------------------


async def test_the_cable_is_pulled_in_the_middle_of_an_order(stall: Stall, browser: Browser) -> None:
    """OFF-1, OFF-7, PAY-7: said at once, the cart stays, and goes to the kitchen once, whatever got lost on the way."""
    kitchen = await open_kitchen(stall, browser)
    async with cable_to(stall.url) as cable:
        till = await stall.page(browser, at=cable.url)
        await take(till, *STEW)
        await take(till, "공기밥")
        await answered(till, 2)

        cable.pull()
        await expect(till.get_by_text(LOST)).to_be_visible()
        await expect(cart(till)).to_have_count(2)
        await expect(till.get_by_role("button", name="보내기", exact=True)).to_be_disabled()
        await tile(till, "물냉면").click()
        cable.plug()
        await expect(till.get_by_text(LOST)).to_have_count(0, timeout=LATER_MS)
        await answered(till, 3)

        # The shop hears it, and the till does not hear that it did.
        cable.deafen()
        await till.get_by_role("button", name="보내기", exact=True).click()

        async def arrived() -> bool:
            return len(await orders(stall)) == 1

        await until(arrived, "the shop has the order")
        cable.pull()
        await expect(till.get_by_text(LOST)).to_be_visible()
        cable.plug()
        await expect(till.get_by_text("주방에 보냈습니다")).to_be_visible(timeout=LATER_MS)
        await expect(cart(till)).to_have_count(0)
    assert [sold(one) for one in await orders(stall)] == [[("김치찌개", 1), ("공기밥", 1), ("물냉면", 1)]]
    await expect(kitchen.get_by_role("article")).to_have_count(1)
    await is_sound(stall)


async def test_a_shop_that_falls_silent_is_gone_within_three_seconds(stall: Stall, browser: Browser) -> None:
    """OFF-1: nothing is closed, nothing comes any more; by the page's own clock staff are told in time."""
    async with cable_to(stall.url) as cable:

        async def with_a_clock(page: Page) -> None:
            await page.clock.install()

        till = await stall.page(browser, at=cable.url, before=with_a_clock)
        await take(till, "공기밥")
        await answered(till, 1)
        cable.deafen()
        silent_since = await till.evaluate("Date.now()")
        await till.clock.pause_at(silent_since / 1_000 + 0.5)
        await expect(till.get_by_text(LOST)).to_have_count(0)
        await till.clock.run_for(silent_since + TOLD_WITHIN_MS - await till.evaluate("Date.now()"))
        await expect(till.get_by_text(LOST)).to_be_visible()
        await expect(cart(till)).to_have_count(1)
        cable.plug()
        await till.clock.resume()
        await expect(till.get_by_text(LOST)).to_have_count(0, timeout=LATER_MS)
        await send(till)
    assert [sold(one) for one in await orders(stall)] == [[("공기밥", 1)]]


# -- the server is killed --------------------------------------------------------------------------


async def test_a_cart_outlives_the_server(stall: Stall, browser: Browser) -> None:
    """OFF-1, H-49: what stood in the cart when the server was killed is in it again, with what was added meanwhile."""
    till = await stall.page(browser)
    await take(till, "공기밥")
    await answered(till, 1)
    await stall.end(signal.SIGKILL)
    await expect(till.get_by_text(LOST)).to_be_visible()
    await expect(cart(till)).to_have_count(1)
    await tile(till, "물냉면").click()
    await expect(cart(till)).to_have_count(2)
    await stall.start()
    await expect(till.get_by_text(LOST)).to_have_count(0, timeout=LATER_MS)
    await answered(till, 2)
    await send(till)
    (order,) = await orders(stall)
    assert sold(order) == [("공기밥", 1), ("물냉면", 1)]


async def test_killed_when_cash_is_taken_and_not_yet_told(stall: Stall, browser: Browser) -> None:
    """PAY-7, NET-a: the payment is on disk, its answer is not out; after the restart the till has it, once, with the change."""
    menu = await orders_of(stall)
    order = await menu.add(menu.line("물냉면"), table="3번")
    async with cable_to(stall.url) as cable:
        till = await stall.page(browser, at=cable.url)
        await open_payment(till, order)
        await expect(till.locator("button.cash")).to_be_enabled()
        cable.deafen()
        await till.get_by_role("button", name="20,000원", exact=True).click()

        async def taken() -> bool:
            return paid((await orders(stall))[0]) != []

        await until(taken, "the shop has the money")
        await stall.end(signal.SIGKILL)
        await expect(till.get_by_text(LOST)).to_be_visible()
        cable.plug()
        await stall.start()
        await expect(till.locator(".change dd")).to_have_text("9,000원", timeout=LATER_MS)
        await till.get_by_role("button", name="다음 주문").click()
    (order,) = await orders(stall)
    assert (paid(order), order["orderState"]) == ([("CASH", 11_000)], "COMPLETED")
    await is_sound(stall)


async def test_killed_while_a_guest_is_asked_by_a_plugin(demo: Stall, browser: Browser) -> None:
    """NET-1, NET-5, NET-a: its question is off the screen, its payment is found unknown and settled; then the guest pays, once."""
    menu = await orders_of(demo)
    order = await menu.add(menu.line("물냉면"), table="3번")
    till = await demo.page(browser, pin=PINS["manager"])
    await open_payment(till, order)
    await till.get_by_role("button", name="상품권").click()
    asked = till.get_by_role("dialog", name=re.compile("^상품권"))
    await asked.get_by_label("상품권 번호").fill("7")
    await demo.end(signal.SIGKILL)
    await expect(till.get_by_text(LOST)).to_be_visible()
    await demo.start()
    await expect(till.get_by_role("heading", name="결제 결과를 알 수 없습니다")).to_be_visible(
        timeout=LATER_MS
    )
    await expect(asked).to_have_count(0)
    await till.get_by_role("button", name="확인").click()
    await expect(till.locator("button.cash")).to_be_disabled()
    await till.get_by_role("button", name="결제 안 됨으로 처리").click()
    await pay_by_gift_card(till, "7")
    await expect(till.get_by_role("heading", name="결제 완료")).to_be_visible()
    await till.get_by_role("button", name="다음 주문").click()
    (order,) = await orders(demo)
    assert (paid(order), order["orderState"]) == ([("EXTERNAL", 11_000)], "COMPLETED")
    attempts = (await demo.ask("payment-attempt.list", orderId=order["id"]))["attempts"]
    assert sorted(one["state"] for one in attempts) == ["APPROVED", "NOT_FOUND"]
    await is_sound(demo)
