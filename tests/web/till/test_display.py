"""The customer display: what a guest sees of the till it faces, and of nothing else (DSP-1)."""

from __future__ import annotations

import signal

import pytest
from playwright.async_api import Browser, expect

from tests.web.test_host_page import check
from tests.web.till.paying import HOSTILE, METHOD, an_order, open_display, open_payment, put_in_cart, stamp
from tests.web.till.stall import PINS, Stall

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_cart_and_its_end(stall: Stall, browser: Browser) -> None:
    """DSP-1: idle art; lines, discounts and total as they grow; idle again; text from outside is text."""
    display = await open_display(stall, browser)
    await expect(display.get_by_role("heading", name="주막 데모점")).to_be_visible()
    await put_in_cart(stall, "물냉면", 2)
    await put_in_cart(stall, "공기밥", memo="단골 김영희")
    await stall.ask("draft-order.add-discount", discount={"title": HOSTILE, "percentBp": 1_000})
    await expect(display.get_by_role("listitem")).to_have_count(2)
    await expect(display.get_by_role("listitem").first).to_contain_text("×2")
    await expect(display.get_by_text(HOSTILE)).to_be_visible()
    await expect(display.locator(".total dd")).to_have_text("20,700원")
    await expect(display.get_by_text("김영희")).to_have_count(0)
    await display.get_by_role("button", name="English").click()
    await expect(display.locator(".total dd")).to_have_text("₩20,700")
    await stall.ask("draft-order.clear")
    await expect(display.get_by_text("Welcome")).to_be_visible()
    assert await display.title() != "owned"


async def test_a_payment(stall: Stall, browser: Browser) -> None:
    """DSP-1, CSH-1: asked, tendered, change; nobody's name; the next guest finds nothing; the other display neither."""
    till = await stall.page(browser, pin=PINS["cashier"])
    display = await open_display(stall, browser, "계산대")
    other = await open_display(stall, browser)
    order = await an_order(stall, memo="외상")
    async with stamp(stall) as plugin:
        await open_payment(till, order)
        await expect(display.locator(".total dd")).to_have_text("29,700원")
        await till.keyboard.type("10000")
        await till.get_by_role("button", name=METHOD).click()
        question = await plugin.question()
        await expect(display.get_by_role("heading", name="결제를 진행해 주세요")).to_be_visible()
        await expect(display.locator(".due")).to_contain_text(["10,000원"])
        await plugin.answer(question, complete=False, errorMessage="거절")
        await till.get_by_role("button", name="확인").click()
    await expect(display.get_by_text("거절")).to_have_count(0)
    await till.get_by_role("button", name="50,000원").click()
    await expect(display.get_by_role("heading", name="감사합니다")).to_be_visible()
    await expect(display.locator(".due dd")).to_have_text("20,300원")
    said = await display.locator("body").inner_text()
    assert "박캐셔" not in said
    assert "외상" not in said
    await till.get_by_role("button", name="다음 주문").click()
    await expect(display.get_by_text("어서 오세요")).to_be_visible()
    await expect(other.get_by_text("어서 오세요")).to_be_visible()


async def test_a_server_that_is_gone(stall: Stall, browser: Browser) -> None:
    """OFF-9: it says so, comes back by itself and shows what is now."""
    display = await open_display(stall, browser)
    await put_in_cart(stall, "공기밥")
    await expect(display.locator(".total dd")).to_have_text("1,000원")
    await stall.end(signal.SIGKILL)
    await expect(display.get_by_text("서버와 연결이 끊어졌습니다")).to_be_visible()
    await stall.start()
    await put_in_cart(stall, "공기밥")
    await expect(display.locator(".total dd")).to_have_text("2,000원", timeout=20_000)
    await expect(display.get_by_text("서버와 연결이 끊어졌습니다")).to_have_count(0)


async def test_beside_its_till(stall: Stall, browser: Browser) -> None:
    """DSP-1: a second window of the till shows its guests; one that is paired by itself leaves the till signed in."""
    till = await stall.page(browser)
    window = await till.context.new_page()
    await window.goto(f"{stall.url}/display")
    await expect(window.get_by_text("어서 오세요")).to_be_visible()
    await till.locator(".tile", has_text="공기밥").click()
    await expect(window.locator(".total dd")).to_have_text("1,000원")
    paired = await stall.ask("device.pair", kind="display", name="고객 화면")
    await window.goto("about:blank")
    await window.goto(f"{stall.url}/display#claim={paired['code']}")
    await expect(window.get_by_text("어서 오세요")).to_be_visible()
    await till.reload()
    await till.locator("#sign-in").wait_for()
    await till.keyboard.type(PINS["cashier"])
    await till.keyboard.press("Enter")
    await till.locator(".tile").first.wait_for()
    kitchen = await till.context.new_page()
    await kitchen.goto(f"{stall.url}/kitchen")
    await kitchen.locator(".stations button, #sign-in").first.wait_for()


async def test_for_everybody(stall: Stall, browser: Browser) -> None:
    """DSP-1, screens bar: axe, large text, no sideways scrolling; a device of another kind is told so."""
    display = await open_display(stall, browser)
    await check(display, "idle")
    await put_in_cart(stall, "물냉면", 2)
    await expect(display.locator(".total dd")).to_have_text("22,000원")
    await check(display, "cart")
    assert (
        await display.locator(".total dd").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 32
    )
    kitchen = await stall.page(browser, "/display", kind="kitchen", name="주방")
    await expect(kitchen.get_by_role("alert")).to_contain_text("고객 화면으로 연결되지 않았습니다")
