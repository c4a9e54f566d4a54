"""Money goes back at the till: cards, cash and plugins in one flow that can be left and taken up again (CAN-1…10)."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.web.till.axe import serious
from tests.web.till.cards import NAME, an_order_ending, card_terminal, charged
from tests.web.till.paying import (
    METHOD,
    Stamp,
    a_line,
    an_order,
    order_now,
    pay_by_stamp,
    stamp,
    start_payment,
)
from tests.web.till.stall import PINS, Json, Stall
from tests.web.till.standing import pay_cash
from tests.web.till.test_status import cancel, choice, look_at, row, status
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = 30_000
"""Milliseconds a busy machine may take to ask a terminal and hear its answer."""


def rows(detail: Locator) -> Locator:
    """What is on its way back, payment by payment."""
    return detail.locator("li.back")


async def gives_back(plugin: Stamp) -> None:
    """It answers the question for its money."""
    question = await plugin.question()
    assert question["data"]["event"] == "cancel"
    done = {"cancelledPaymentDto": {"cancelledAt": "2026-02-02T12:30:00"}}
    reply = {"event": "cancel", "id": "stamp", "complete": True} | done
    await plugin.send("payment.method.event.response", reply, question["callbackId"])


async def sign_in(page: Page) -> None:
    await page.locator("#sign-in").wait_for()
    await page.keyboard.type(PINS["owner"])
    await page.keyboard.press("Enter")
    await page.get_by_role("tablist").first.wait_for()


async def look_at_closed(page: Page, order: Json) -> Locator:
    """An order that is paid, on the status screen."""
    await page.locator("#tab-status").click()
    await choice(page, "주문 상태", "완료·취소").click()
    return await look_at(page, order)


@contextlib.asynccontextmanager
async def paid_three_ways(stall: Stall) -> AsyncIterator[tuple[Json, Stamp]]:
    """An order of 30,000 won: 10,000 each in cash, by card and by a plugin that is connected."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    order = await an_order(stall, discount=0)
    await start_payment(stall, order, "CASH", 10_000, tendered=10_000)
    await charged(stall, order, 10_000)
    async with stamp(stall) as plugin:
        await pay_by_stamp(stall, order, 10_000, plugin, "three-ways")
        yield order, plugin


async def test_one_item_of_a_card_order(stall: Stall, browser: Browser) -> None:
    """CAN-5, CAN-8: told before, given back in part at the terminal; by keyboard, too."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    order = await an_order(stall, discount=0)
    await charged(stall, order)
    page = await status(stall, browser)
    detail = await look_at_closed(page, order)
    await detail.get_by_role("button", name="환불·반품").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="김치찌개").focus()
    await page.keyboard.press("Space")
    planned = dialog.get_by_role("region", name="돌려줄 곳")
    await expect(planned).to_contain_text(f"{NAME}에서 카드로")
    price = order["lineItems"][0]["chargePrice"]["value"] // 2
    await expect(planned).to_contain_text(f"{price:,}원")
    await dialog.get_by_role("button", name="음식 문제").focus()
    await page.keyboard.press("Space")
    assert await serious(page) == []
    await dialog.get_by_role("button", name=f"{price:,}원 돌려주기").focus()
    await page.keyboard.press("Enter")
    await expect(detail.get_by_role("status")).to_have_text(f"{price:,}원을 환불했습니다.")
    await expect(rows(detail)).to_have_count(0, timeout=LONG)

    async def returned() -> bool:
        refunds = (await stall.ask("payment-refund.list", orderId=order["id"]))["refunds"]
        return [(one["state"], one["amount"]) for one in refunds] == [("RETURNED", price)]

    await until(returned, "the terminal has given the part back")


async def test_a_card_that_takes_no_partial_cancel(stall: Stall, browser: Browser) -> None:
    """CAN-8, SIM-1 97: refused, so the guest is owed it; seen after a reload; the whole goes back, the rest is charged."""
    terminal = await card_terminal(stall)
    await terminal.control(attended=False)
    order = await an_order_ending(stall, 97)
    await charged(stall, order)
    page = await status(stall, browser)
    detail = await look_at_closed(page, order)
    await detail.get_by_role("button", name="환불·반품").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="금액 환불").click()
    await dialog.get_by_label("환불 금액").fill("5000")
    await dialog.get_by_role("button", name="음식 문제").click()
    await dialog.get_by_role("button", name="5,000원 돌려주기").click()
    await expect(rows(detail)).to_contain_text("부분 취소를 할 수 없는 카드입니다", timeout=LONG)
    assert await serious(page) == []
    await page.reload()
    await sign_in(page)
    detail = await look_at_closed(page, order)
    await rows(detail).get_by_role("button", name="전체 취소 후 다시 결제").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="전체 취소 후 다시 결제").click()
    await expect(rows(detail)).to_have_count(0, timeout=LONG)

    async def rest_charged() -> bool:
        payments = (await order_now(stall, order))["payments"]
        whole = order["paymentPrice"]["paymentUnpaidValue"]
        return [(one["amountMoney"], one["state"] == "CANCELLED") for one in payments] == [
            (whole, True),
            (whole - 5_000, False),
        ]

    await until(rest_charged, "the rest is charged anew")


async def test_a_part_of_what_a_plugin_took(stall: Stall, browser: Browser) -> None:
    """CAN-7: nobody is asked for it; it stays owed, for any till, until a manager says how it was given back."""
    order = await an_order(stall, lineItems=[await a_line(stall, "공기밥", 10)], discounts=[])
    async with stamp(stall) as plugin:
        await pay_by_stamp(stall, order, 10_000, plugin, "in-part")
        page = await status(stall, browser, size=(390, 844), language="en")
        await page.get_by_role("group", name="State").get_by_role("button", name="Closed").click()
        detail = await look_at(page, order)
        await detail.get_by_role("button", name="Refund or return").click()
        dialog = page.get_by_role("alertdialog")
        await dialog.get_by_role("button", name="An amount").click()
        # A plan that could not be read is asked for again, as somebody wants.
        await dialog.get_by_label("Amount to refund").fill("30000")
        refusal = dialog.get_by_role("alert")
        await refusal.evaluate("alert => { alert.dataset.old = 'yes'; }")
        await dialog.get_by_role("button", name="Check again").click()
        await expect(dialog.locator("[role=alert]:not([data-old])")).to_be_visible()
        await dialog.get_by_label("Amount to refund").fill("3000")
        await expect(dialog.get_by_role("region", name="Where it goes")).to_contain_text("by hand")
        await dialog.get_by_role("button", name="Guest asked").click()
        assert await serious(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await dialog.get_by_role("button", name="Refund ₩3,000").click()
        await expect(rows(detail)).to_contain_text("the guest has not got this amount yet")
        told = detail.get_by_role("status").filter(has_text="refund")
        await expect(told).to_contain_text("₩3,000 are still to be given back")
        await expect(told).not_to_have_class(re.compile(r"\bgood\b"))
        assert await serious(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await rows(detail).get_by_role("button", name="Given back by hand").click()
        await dialog.get_by_role("button", name="Gave cash").click()
        await dialog.get_by_role("button", name="Given back by hand").click()
        await expect(rows(detail)).to_have_count(0)
        await expect(told).to_have_text("₩3,000 were refunded.")
        assert [one["data"]["event"] for one in plugin.asked] == ["pay"]
        assert (await order_now(stall, order))["paymentPrice"]["paymentPaidValue"] == 7_000


async def test_an_order_paid_three_ways(stall: Stall, browser: Browser) -> None:
    """CAN-2, CAN-3: cash out of the drawer, the card at its terminal; the plugin is away, comes back, and is asked again."""
    async with paid_three_ways(stall) as (order, _):
        page = await status(stall, browser)
        detail = await look_at_closed(page, order)
    await detail.get_by_role("button", name="주문 취소").click()
    dialog = page.get_by_role("alertdialog")
    planned = dialog.get_by_role("region", name="돌려줄 곳").get_by_role("listitem")
    await expect(planned).to_have_count(3)
    await expect(planned.nth(0)).to_contain_text(METHOD)
    await expect(planned.nth(0)).to_contain_text("실행 중이 아닙니다")
    await expect(planned.nth(1)).to_contain_text(f"{NAME}에서 카드로")
    await expect(planned.nth(2)).to_contain_text("서랍에서 현금으로")
    assert await serious(page) == []
    await dialog.get_by_role("button", name="손님 요청").click()
    await dialog.get_by_role("button", name="주문 취소").click()
    await expect(detail.get_by_role("status")).to_contain_text("모두 돌려주면 주문이 취소됩니다")
    await expect(rows(detail).filter(has_text="돌려줌").and_(detail.locator(".done"))).to_have_count(
        2, timeout=LONG
    )
    await expect(rows(detail).filter(has_text=METHOD)).to_contain_text("stamp-card")
    # Taking money would give the cancel up.
    await expect(detail.locator(".acts .pay")).to_have_count(0)
    assert await serious(page) == []
    # Left, and taken up by somebody else after a power cut, with the plugin back.
    await stall.end()
    await stall.start()
    other = await stall.page(browser, name="계산대 2", pin=PINS["cashier"])
    detail = await look_at_closed(other, order)
    await expect(rows(detail)).to_have_count(3)
    async with stamp(stall) as plugin:
        asking = asyncio.create_task(gives_back(plugin))
        await detail.get_by_role("button", name="나머지 다시 요청").click()
        await other.get_by_role("dialog").wait_for()
        await other.keyboard.type(PINS["manager"])
        await other.keyboard.press("Enter")
        await asking
        await expect(detail.locator(".state").first).to_have_text("취소됨", timeout=LONG)
    await expect(rows(detail)).to_have_count(0)
    now = await order_now(stall, order)
    assert {one["state"] for one in now["payments"]} == {"CANCELLED"}


@pytest.mark.parametrize("whole", [True, False])
async def test_a_cashier_goes_on_against_a_plugin_with_a_manager(
    stall: Stall, browser: Browser, whole: bool
) -> None:
    """H-46, SEC-1: the manager beside them types a PIN for the cancel, and another, who reads that a plugin objects, to go on."""
    order = await an_order(stall)
    await pay_cash(stall, order)
    page = await status(stall, browser, pin=PINS["cashier"])
    detail = await look_at_closed(page, order)
    approval = page.get_by_role("dialog", name="점장 승인")
    async with stamp(stall) as plugin:
        plugin.objection = "적립을 먼저 취소해 주세요"
        if whole:
            dialog = await cancel(page, detail)
        else:
            await detail.get_by_role("button", name="결제 취소").click()
            dialog = page.get_by_role("alertdialog")
            await dialog.get_by_role("button", name="결제 취소").click()
        await approval.wait_for()
        await expect(approval).not_to_contain_text("플러그인이 거부함")
        await page.keyboard.type(PINS["manager"])
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_role("alert")).to_contain_text(plugin.objection)
        assert await serious(page) == []
        await dialog.get_by_role("button", name="그래도 진행").click()
        await expect(approval).to_contain_text("플러그인이 거부함")
        await page.keyboard.type(PINS["manager"])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alertdialog")).to_have_count(0)
    now = await order_now(stall, order)
    assert [one["state"] for one in now["payments"]] == ["CANCELLED"]
    assert (now["orderState"] == "CANCELLED") == whole


async def test_a_plugin_that_stays_away(stall: Stall, browser: Browser) -> None:
    """CAN-2: a manager gives its money back by hand and says so; that ends the order."""
    order = await an_order(stall)
    async with stamp(stall) as plugin:
        await pay_by_stamp(stall, order, 29_700, plugin, "stays-away")
    page = await status(stall, browser)
    detail = await look_at_closed(page, order)
    await cancel(page, detail)
    # It is neither what it was nor over.
    await expect(detail.locator(".state").first).to_have_text("취소 중")
    await expect(row(page, order)).to_contain_text("취소 중")
    await rows(detail).get_by_role("button", name="직접 돌려줌").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_role("button", name="계좌로 보냄").click()
    await dialog.get_by_role("button", name="직접 돌려줌").click()
    await expect(detail.get_by_role("status")).to_have_text("주문을 취소했습니다.")
    await expect(rows(detail)).to_have_count(0)
    assert (await order_now(stall, order))["orderState"] == "CANCELLED"
