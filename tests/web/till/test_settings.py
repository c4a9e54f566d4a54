"""The settings screen: the shop, its people and devices, stations, and this device's own choices."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.web.till.axe import serious
from tests.web.till.stall import PINS, Stall

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


async def section(page: Page, name: str) -> None:
    """Opens the settings at a section."""
    await page.get_by_role("tab", name="설정", exact=True).click()
    await page.locator(f"#section-{name}").click()


async def test_the_shop(stall: Stall, browser: Browser) -> None:
    """OFF-4: changed settings are saved and last; what somebody else changed first is shown, not overwritten."""
    page = await stall.page(browser)
    await section(page, "shop")
    name = page.get_by_label("매장 이름")
    await expect(name).to_have_value("주막 데모점")
    await expect(page.get_by_label("영업일이 바뀌는 시각")).to_have_value("4")
    await name.fill("새 주막")
    version = (await stall.ask("shop-setting.get"))["settings"]["version"]
    await stall.ask("shop-setting.update", changes={"phone": "02-111-2222"}, expectedVersion=version)
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_role("alert")).to_contain_text("다른 기기에서 먼저 바꿨습니다")
    await expect(page.get_by_label("전화번호")).to_have_value("02-111-2222")
    await name.fill("새 주막")
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_text("저장했습니다.")).to_be_visible()
    assert (await stall.ask("shop-setting.get"))["settings"]["name"] == "새 주막"
    await page.get_by_label("영업일이 바뀌는 시각").fill("40")
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_role("alert")).to_contain_text("dayCutoffHour")
    assert await serious(page) == []


async def test_a_shop_that_loses_its_tables(stall: Stall, browser: Browser) -> None:
    """merchant-device §2: a café has no tables, and its till no screen for them."""
    page = await stall.page(browser)
    await section(page, "mode")
    await page.get_by_label("업종").select_option("CAFE")
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_role("tab", name="테이블")).to_have_count(0)


async def test_people(stall: Stall, browser: Browser) -> None:
    """SEC-1: somebody new signs in by their PIN; a PIN that is taken is refused; names are text."""
    page = await stall.page(browser)
    await section(page, "staff")
    await page.get_by_role("button", name="직원 추가").click()
    await page.get_by_label("이름").fill(HOSTILE)
    await page.get_by_label("PIN").fill(PINS["server"])
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    await page.get_by_label("PIN").fill("86420")
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text(HOSTILE)).to_be_visible()
    assert await page.title() != "owned"
    other = await stall.page(browser, pin="86420", name="다른 계산대")
    await expect(other.get_by_role("button", name=re.compile("잠금"))).to_be_visible()
    await page.get_by_role("button", name=f"삭제: {HOSTILE}").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(page.get_by_text(HOSTILE)).to_have_count(0)


async def test_devices(stall: Stall, browser: Browser) -> None:
    """SEC-1: a link opens a new till once; disconnected it shows no more; this one cannot cut itself off."""
    page = await stall.page(browser)
    await section(page, "devices")
    await page.get_by_role("button", name="새 기기 연결").click()
    await page.get_by_label("이름").fill("창가 계산대")
    await page.get_by_role("dialog").get_by_role("button", name="새 기기 연결").click()
    link = await page.locator(".link").inner_text()
    assert re.fullmatch(rf"{re.escape(stall.url)}/#claim=\S+", link)
    context = await browser.new_context(locale="ko-KR")
    fresh = await context.new_page()
    await fresh.goto(link)
    await expect(fresh.get_by_role("heading", name="직원 로그인")).to_be_visible()
    assert "claim" not in fresh.url
    await page.get_by_role("button", name="확인").click()
    await expect(page.get_by_role("button", name="연결 끊기: 계산대", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="연결 끊기: 창가 계산대").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="연결 끊기").click()
    await expect(fresh.get_by_label("연결 코드")).to_be_visible()
    await context.close()


async def test_a_display_faces_a_till(stall: Stall, browser: Browser) -> None:
    """§8: which till's guest a display faces is chosen when it is connected, and stands in the list."""
    page = await stall.page(browser, name="홀 계산대")
    await section(page, "devices")
    await page.get_by_role("button", name="새 기기 연결").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("어느 계산대의 손님을 보나요?")).to_have_count(0)
    await dialog.get_by_role("combobox").select_option(label="고객 화면")
    await dialog.get_by_label("어느 계산대의 손님을 보나요?").select_option(label="홀 계산대")
    await dialog.get_by_label("이름").fill("홀 고객 화면")
    await dialog.get_by_role("button", name="새 기기 연결").click()
    await expect(page.locator(".link")).to_contain_text("/display#claim=")
    await page.get_by_role("button", name="확인").click()
    await expect(page.get_by_text("홀 계산대 손님용")).to_be_visible()
    devices = {each["name"]: each for each in (await stall.ask("device.list"))["devices"]}
    assert devices["홀 고객 화면"]["tillId"] == devices["홀 계산대"]["id"]


async def test_stations(stall: Stall, browser: Browser) -> None:
    """KDS-3: a station with its categories and times; one default always remains."""
    page = await stall.page(browser)
    await section(page, "stations")
    await expect(page.get_by_role("button", name="삭제: 주방")).to_be_disabled()
    await page.get_by_role("button", name="스테이션 추가").click()
    await page.get_by_label("이름").fill("커피 바")
    await page.get_by_label("커피", exact=True).check()
    await page.get_by_label("지연").fill("9")
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_text("주의 5분 · 지연 9분")).to_be_visible()
    stations = (await stall.ask("kds-station.list"))["stations"]
    assert any(one["name"] == "커피 바" and one["categoryIds"] == [4] for one in stations)


async def test_who_may(stall: Stall, browser: Browser) -> None:
    """rulebook §7.5: a cashier sees how the shop is set up and changes nothing of it."""
    page = await stall.page(browser, pin=PINS["cashier"])
    await section(page, "shop")
    await expect(page.get_by_text("점주만 바꿀 수 있습니다.")).to_be_visible()
    await expect(page.get_by_label("매장 이름")).to_be_disabled()
    for name in ("staff", "devices", "stations", "plugins"):
        await page.locator(f"#section-{name}").click()
        await expect(page.get_by_text("점주만 바꿀 수 있습니다.")).to_be_visible()


async def test_locking_by_itself(stall: Stall, browser: Browser) -> None:
    """SEC-1: a till nobody touches asks for the PIN again."""
    page = await stall.page(browser)
    await section(page, "here")
    await page.get_by_role("button", name="1분 뒤").click()
    await page.clock.install()
    await page.reload()
    await page.locator("#sign-in").wait_for()
    await page.keyboard.type(PINS["owner"])
    await page.keyboard.press("Enter")
    await page.get_by_role("tablist").first.wait_for()
    await page.clock.fast_forward(40_000)
    await page.mouse.click(640, 400)
    await page.clock.fast_forward(40_000)
    await expect(page.get_by_role("tablist").first).to_be_visible()
    await page.clock.fast_forward(70_000)
    await expect(page.get_by_role("heading", name="직원 로그인")).to_be_visible()


async def test_by_keyboard_in_english(stall: Stall, browser: Browser) -> None:
    """Sections by arrow keys; nothing of the screen stays Korean."""
    page = await stall.page(browser, language="en")
    await page.get_by_role("tab", name="Settings", exact=True).click()
    await page.locator("#section-shop").focus()
    for section_name in ("mode", "money", "staff", "devices", "stations", "terminals", "plugins", "here"):
        await page.keyboard.press("ArrowDown")
        await expect(page.locator(f"#section-{section_name}")).to_be_focused()
        labels = await page.locator(".sections, h2, legend, #section > button").all_inner_texts()
        assert not re.search("[가-힣]", " ".join(labels).replace("한국어", ""))
        assert await serious(page) == [], section_name
