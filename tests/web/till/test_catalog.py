"""The menu screen: sold out in one tap, items, categories and options edited by managers."""

from __future__ import annotations

import asyncio
import io
import json
import re

import pytest
import websockets
from PIL import Image
from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from jumak.formats.csv_table import read_csv, write_csv
from tests.web.till.axe import serious
from tests.web.till.stall import PINS, Json, Stall

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
PHONE = (390, 844)


async def at_menu(stall: Stall, browser: Browser, **look: object) -> Page:
    """A till's menu screen with its first items read."""
    page = await stall.page(browser, **look)  # type: ignore[arg-type]
    await page.goto(f"{stall.url}/#/catalog")
    await page.locator(".mark").first.wait_for()
    return page


async def item_of(stall: Stall, title: str) -> Json:
    """An item by its Korean title."""
    items = (await stall.ask("catalog-item.list"))["catalogs"]
    found: Json = next(item for item in items if item["title"] == title)
    return found


def dialog(page: Page) -> Locator:
    """The dialog on top."""
    return page.locator("dialog[open]").last


async def test_sold_out_reaches_the_other_till(stall: Stall, browser: Browser) -> None:
    """CAT-2: a cashier marks an item in one tap until the next day; another till's order screen shows it, and it goes again."""
    other = await stall.page(browser, name="다른 계산대")
    tile = other.locator(".tile", has_text="비빔밥").first
    await expect(tile).not_to_contain_text("품절")
    page = await at_menu(stall, browser, pin=PINS["cashier"])
    await page.get_by_role("button", name="품절 처리: 비빔밥", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="비빔밥: 품절로 표시했습니다.")).to_be_visible()
    await expect(tile).to_contain_text("품절")
    assert (await item_of(stall, "비빔밥"))["stateUntil"] == "day-open"
    await page.get_by_role("button", name="판매 재개: 비빔밥", exact=True).click()
    await expect(tile).not_to_contain_text("품절")
    await page.get_by_role("button", name="직접 풀 때까지").click()
    await page.get_by_role("button", name="품절 처리: 비빔밥", exact=True).click()
    await expect(tile).to_contain_text("품절")
    assert (await item_of(stall, "비빔밥"))["stateUntil"] == "manual"


async def test_a_choice_is_sold_out(stall: Stall, browser: Browser) -> None:
    """CAT-5: a choice of an option is marked by anybody who takes orders."""
    page = await at_menu(stall, browser, pin=PINS["server"])
    await page.get_by_role("button", name="옵션", exact=True).click()
    await page.get_by_role("button", name="품절 처리: 매운맛").click()
    await expect(page.get_by_role("button", name="판매 재개: 매운맛")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="매운맛")).to_be_visible()
    options = (await stall.ask("catalog-item-option.list"))["options"]
    hot = next(one for option in options for one in option["choices"] if one["title"] == "매운맛")
    assert (hot["state"], hot["stateUntil"]) == ("SOLD_OUT", "day-open")


async def test_options(stall: Stall, browser: Browser) -> None:
    """CAT-5: a new option with a default; what the rule forbids is said at its field; a deleted one leaves its items."""
    page = await at_menu(stall, browser, pin=PINS["manager"])
    await page.get_by_role("button", name="옵션", exact=True).click()
    await page.get_by_role("button", name="옵션 추가").click()
    form = dialog(page)
    await form.get_by_label("옵션 이름").fill(HOSTILE)
    await form.get_by_label("필수").check()
    await expect(form.get_by_label("최소")).to_have_value("1")
    await form.get_by_label("최소").fill("2")
    await form.get_by_label("최대").fill("1")
    await form.get_by_label("선택지 1", exact=True).fill("두부")
    await form.get_by_label("선택지 1 추가 금액").fill("700")
    await form.get_by_role("button", name="선택지 추가").click()
    await form.get_by_label("선택지 2", exact=True).fill("김치")
    await form.get_by_label("기본 선택: 김치").check()
    await form.get_by_role("button", name="저장").click()
    await expect(form.get_by_label("최대")).to_be_focused()
    await expect(form.get_by_role("alert")).to_contain_text("최대가 최소보다 작습니다")
    await form.get_by_label("최소").fill("1")
    await form.get_by_role("button", name="저장").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)

    async def group() -> Json | None:
        options = (await stall.ask("catalog-item-option.list"))["options"]
        return next((one for one in options if one["title"] == HOSTILE), None)

    made = await group()
    assert made is not None
    assert [(one["title"], one["priceValue"]) for one in made["choices"]] == [("두부", 700), ("김치", 0)]
    assert made["defaultChoices"] == [made["choices"][1]["id"]]
    assert (made["isRequired"], made["minChoices"], made["maxChoices"]) == (True, 1, 1)
    await page.get_by_role("button", name=f"수정: {HOSTILE}").click()
    await stall.ask("catalog-item-option.update", option={"id": made["id"], "maxChoices": 2})
    await dialog(page).get_by_role("button", name="저장").click()
    await expect(dialog(page).get_by_role("alert")).to_contain_text("다른 기기에서 먼저 바꿨습니다")
    await expect(dialog(page).get_by_label("최대")).to_have_value("2")
    assert await serious(page) == []
    await dialog(page).get_by_role("button", name="삭제", exact=True).click()
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    assert await group() is None
    assert await page.title() != "owned"


async def test_who_may(stall: Stall, browser: Browser) -> None:
    """rulebook §7.5: a cashier marks, and is offered nothing that managers alone may do."""
    page = await at_menu(stall, browser, pin=PINS["cashier"])
    for name in ("수정", "상품 추가", "분류 편집", "재고"):
        await expect(page.get_by_role("button", name=re.compile(name))).to_have_count(0)


async def test_a_new_item(stall: Stall, browser: Browser) -> None:
    """CAT-4, CAT-9, CAT-10: needed fields and a barcode in use are said at the field; then the item stands in the menu."""
    taken = next(
        price["barcode"]
        for item in (await stall.ask("catalog-item.list"))["catalogs"]
        for price in item["prices"]
        if price.get("barcode")
    )
    page = await at_menu(stall, browser, pin=PINS["manager"])
    await page.get_by_role("button", name="상품 추가").click()
    form = dialog(page)
    await form.get_by_role("button", name="저장").click()
    await expect(form.get_by_label("상품명")).to_be_focused()
    await expect(form.get_by_label("상품명")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("상품명").fill(HOSTILE)
    await form.get_by_label("영어 이름").fill("Red bean bun")
    await form.get_by_label("분류").select_option(label="디저트")
    await form.get_by_label("금액").fill("3000")
    await form.get_by_label("바코드").fill(taken)
    await form.get_by_label("면세").check()
    await form.get_by_label("재고 관리").check()
    await form.get_by_label("처음 재고").fill("12")
    await form.get_by_label("맵기").check()
    await form.get_by_role("button", name="라벨 추가").click()
    await form.get_by_label("라벨 1", exact=True).fill("새로")
    await form.get_by_role("button", name="저장").click()
    barcode = form.get_by_label("바코드")
    await expect(barcode).to_be_focused()
    await expect(form.get_by_role("alert")).to_have_text(re.compile("이미 쓰고 있는 바코드"))
    await barcode.fill("")
    await form.get_by_role("button", name="저장").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.get_by_label("상품 검색").fill("onerror")
    await expect(page.locator(".what strong")).to_have_text([HOSTILE])
    assert await page.title() != "owned"
    item = await item_of(stall, HOSTILE)
    assert item["titleI18n"]["languages"] == {"en": "Red bean bun"}
    assert item["category"]["title"] == "디저트"
    assert [label["title"] for label in item["labels"]] == ["새로"]
    assert [option["title"] for option in item["options"]] == ["맵기"]
    price = item["price"]
    assert (price["priceValue"], price["isTaxFree"], price["stockQuantity"]["remainQuantity"]) == (
        3000,
        True,
        12,
    )
    await page.get_by_role("button", name=f"재고: {HOSTILE}").click()
    await dialog(page).get_by_label("수량").fill("-2")
    await dialog(page).get_by_role("button", name="폐기").click()
    await dialog(page).get_by_role("button", name="저장").click()
    await expect(page.locator(".what")).to_contain_text("10 남음")


async def test_a_plugin_fills_in(stall: Stall, browser: Browser) -> None:
    """catalog.md §2.6: a plugin that answers the health check is offered; what it suggests stands in the form, unsaved."""
    token = (await stall.ask("device.pair", kind="service", name="filler", scopes=["plugin"]))["token"]
    async with websockets.connect(stall.url.replace("http", "ws") + "/v1/socket", proxy=None) as socket:
        opened = {"token": token, "client": {"name": "filler", "version": "1"}}
        opening = {"name": "session.open.request", "version": 1, "data": opened, "callbackId": "open"}
        await socket.send(json.dumps(opening))
        await socket.recv()
        value = {"title": "단팥빵", "price": {"priceValue": 3_200}, "options": "odd"}
        asked: list[Json] = []

        async def answer() -> None:
            async for text in socket:
                frame: Json = json.loads(text)
                if frame["name"].startswith("catalog-item.") and frame["name"].endswith(".request"):
                    asked.append(frame["data"])
                    data = {"complete": True, "event": "before-add", "payload": {"initialValue": value}}
                    name = frame["name"].replace(".request", ".response")
                    reply = {"name": name, "version": 1, "data": data, "callbackId": frame["callbackId"]}
                    await socket.send(json.dumps(reply))

        answering = asyncio.create_task(answer())
        try:
            page = await at_menu(stall, browser)
            await page.get_by_role("button", name="상품 추가").click()
            form = dialog(page)
            await form.get_by_label("바코드").fill("4006381333931")
            await form.get_by_role("button", name="filler에서 채우기").click()
            await expect(form.get_by_label("상품명")).to_have_value("단팥빵")
            await expect(form.get_by_label("금액")).to_have_value("3200")
            await expect(form.get_by_label("바코드")).to_have_value("4006381333931")
            assert asked[-1] == {"event": "before-add", "payload": {"barcode": "4006381333931"}}
            items = (await stall.ask("catalog-item.list"))["catalogs"]
            assert not [item for item in items if item["title"] == "단팥빵"]
        finally:
            answering.cancel()


async def test_somebody_else_was_first(stall: Stall, browser: Browser) -> None:
    """OFF-4: an edit of what somebody else changed meanwhile is refused and read anew, then saved."""
    page = await at_menu(stall, browser)
    before = await item_of(stall, "비빔밥")
    await page.get_by_role("button", name="수정: 비빔밥", exact=True).click()
    form = dialog(page)
    await expect(form.get_by_label("상품명")).to_have_value("비빔밥")
    await stall.ask("catalog-item.update", catalog={"id": before["id"], "description": "나물 다섯 가지"})
    await form.get_by_label("금액").fill("12345")
    await form.get_by_role("button", name="저장").click()
    await expect(form.get_by_role("alert")).to_contain_text("다른 기기에서 먼저 바꿨습니다")
    await expect(form.get_by_label("설명")).to_have_value("나물 다섯 가지")
    assert (await item_of(stall, "비빔밥"))["price"]["priceValue"] == before["price"]["priceValue"]
    await form.get_by_label("금액").fill("12345")
    await form.get_by_role("button", name="저장").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    after = await item_of(stall, "비빔밥")
    assert (after["price"]["priceValue"], after["description"]) == (12345, "나물 다섯 가지")
    kept = ("id", "titleI18n", "category", "options", "labels", "state")
    assert {key: after.get(key) for key in kept} == {key: before.get(key) for key in kept}


async def test_an_item_is_deleted(stall: Stall, browser: Browser) -> None:
    """CAT-2: asked first; gone from the menu, readable by id."""
    page = await at_menu(stall, browser)
    gone = await item_of(stall, "비빔밥")
    await page.get_by_role("button", name="수정: 비빔밥", exact=True).click()
    await dialog(page).get_by_role("button", name="삭제", exact=True).click()
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.get_by_role("button", name="수정: 비빔밥", exact=True)).to_have_count(0)
    assert (await stall.ask("catalog-item.get", catalog={"id": gone["id"]}))["catalog"]["state"] == "DELETED"


async def test_categories(stall: Stall, browser: Browser) -> None:
    """CAT-1: added, renamed, ordered by buttons and by drag, disabled; one that holds items is not deleted."""
    page = await at_menu(stall, browser)

    async def order() -> list[str]:
        return [one["title"] for one in (await stall.ask("catalog-category.list"))["categories"]]

    names = page.get_by_role("group", name="분류").locator(".name")
    await page.get_by_role("button", name="분류 편집").click()
    edit = dialog(page)
    await edit.get_by_label("새 분류").fill(HOSTILE)
    await edit.get_by_role("button", name="추가").click()
    await expect(names.last).to_have_text(HOSTILE)
    field = edit.get_by_label(f"이름: {HOSTILE}")
    await field.fill("계절 메뉴")
    await field.press("Enter")
    await expect(names.last).to_have_text("계절 메뉴")
    await edit.get_by_role("button", name="아래로: 식사").click()
    await expect(names.nth(1)).to_have_text("면·만두")
    await edit.get_by_role("switch", name="사용: 계절 메뉴").click()
    await expect(edit.get_by_role("switch", name="사용: 계절 메뉴")).to_have_attribute(
        "aria-checked", "false"
    )
    assert (await order())[:2] == ["면·만두", "식사"]
    first, third = edit.locator(".handle").nth(0), edit.locator(".handle").nth(2)
    await first.scroll_into_view_if_needed()
    start, end = await first.bounding_box(), await third.bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 10, start["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(end["x"] + 10, end["y"] + end["height"] + 50, steps=8)
    await page.mouse.up()
    await expect(names.nth(3)).to_have_text("면·만두")
    await edit.get_by_role("button", name="삭제: 식사").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(edit.get_by_role("alert")).to_contain_text("있는 분류는 지울 수 없습니다")
    await edit.get_by_role("button", name="삭제: 계절 메뉴").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="삭제").click()
    await expect(edit.get_by_label("이름: 계절 메뉴")).to_have_count(0)
    assert (await order())[:3] == ["식사", "전·안주", "면·만두"]


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_screen_readers(stall: Stall, browser: Browser, language: str) -> None:
    """SCN-1: nothing serious on the lists or in the forms; in English nothing of the screen stays Korean."""
    page = await at_menu(stall, browser, language=language)
    edit, categories = ("수정", "분류 편집") if language == "ko" else ("Edit", "Edit categories")
    assert await serious(page) == []
    await page.get_by_role("button", name=re.compile(f"^{edit}: ")).first.click()
    await dialog(page).wait_for()
    assert await serious(page) == []
    if language == "en":
        said = await page.locator(
            "aside button, .bar button, .row, dialog label, dialog legend"
        ).all_inner_texts()
        assert not re.search("[가-힣]", " ".join(said))
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=categories).click()
    await dialog(page).wait_for()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    await page.locator(".views button").nth(1).click()
    await page.locator(".choices").first.wait_for()
    assert await serious(page) == []


async def test_by_keyboard(stall: Stall, browser: Browser) -> None:
    """SCN-1: search, mark and edit without a pointer; the focus comes back to where it was."""
    page = await at_menu(stall, browser)
    await page.get_by_label("상품 검색").focus()
    await page.keyboard.type("갈비탕")
    await expect(page.locator(".mark")).to_have_count(1)
    mark = page.locator(".mark")
    await mark.focus()
    await page.keyboard.press("Enter")
    await expect(mark).to_have_text("판매 재개")
    await expect(mark).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    edit = page.get_by_role("button", name="수정: 갈비탕")
    await expect(edit).to_be_focused()
    await page.keyboard.press("Enter")
    await dialog(page).get_by_label("설명").fill("진한 국물")
    await dialog(page).get_by_label("상품명").press("Enter")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(edit).to_be_focused()
    assert (await item_of(stall, "갈비탕"))["state"] == "SOLD_OUT"
    assert (await item_of(stall, "갈비탕"))["description"] == "진한 국물"


async def test_on_a_phone(stall: Stall, browser: Browser) -> None:
    """Nothing scrolls sideways at 390 px, neither the list nor the form."""
    page = await at_menu(stall, browser, size=PHONE)
    wide = "Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll('dialog .body, .place')].map((one) => one.scrollWidth))"
    assert await page.evaluate(wide) <= PHONE[0]
    await page.get_by_role("button", name=re.compile("^수정: ")).first.click()
    await dialog(page).wait_for()
    assert await page.evaluate(wide) <= PHONE[0]


# -- the menu as a file ----------------------------------------------------------------------------


def a_file(content: str | bytes, name: str = "menu.csv", kind: str = "text/csv") -> FilePayload:
    return {
        "name": name,
        "mimeType": kind,
        "buffer": content if isinstance(content, bytes) else content.encode(),
    }


async def at_files(stall: Stall, browser: Browser, **look: object) -> tuple[Page, Locator]:
    """A till's menu screen with the dialog of menu files open."""
    page = await at_menu(stall, browser, **look)
    await page.get_by_role("button", name=re.compile("^(메뉴 파일|Menu file)$")).click()
    return page, dialog(page)


async def saved(page: Page, button: Locator) -> bytes:
    """What the browser saves when a button is pressed."""
    async with page.expect_download(timeout=30_000) as saving:
        await button.click()
    download = await saving.value
    return await asyncio.to_thread((await download.path()).read_bytes)


async def test_the_menu_goes_out_and_comes_in_again(stall: Stall, browser: Browser) -> None:
    """extensions §9: saved as a file and taken in again, nothing changes; a cell that was edited is shown old to new."""
    page, files = await at_files(stall, browser, pin=PINS["manager"])
    content = await saved(page, files.get_by_role("button", name="CSV", exact=True))
    assert content.startswith("\ufeff상품번호,분류,상품명".encode())
    await files.locator("input[type=file]").set_input_files(a_file(content))
    await expect(files.get_by_role("heading", name="미리보기")).to_be_focused(timeout=20_000)
    await expect(files.get_by_role("button", name="0개 적용")).to_be_disabled()
    await files.get_by_role("button", name="다른 파일").click()
    before = (await item_of(stall, "비빔밥"))["price"]["priceValue"]
    rows = list(read_csv(content))
    price = rows[0].index("가격")
    for row in rows:
        if row[rows[0].index("상품명")] == "비빔밥":
            row[price] = str(before + 500)
    await files.locator("input[type=file]").set_input_files(a_file(write_csv(rows)))
    change = files.get_by_role("listitem").filter(has_text="비빔밥")
    await expect(change).to_contain_text(f"{before} → {before + 500}", timeout=20_000)
    assert (await item_of(stall, "비빔밥"))["price"]["priceValue"] == before
    await files.get_by_role("button", name="1개 적용").click()
    await expect(files.get_by_role("status").filter(has_text="상품 1개를 적용했습니다.")).to_be_visible()
    assert (await item_of(stall, "비빔밥"))["price"]["priceValue"] == before + 500


async def test_bad_rows_are_named_and_saved_and_the_good_ones_applied(stall: Stall, browser: Browser) -> None:
    """extensions §9: each bad row with its column and remedy; the rest goes in; foreign texts stay texts."""
    page, files = await at_files(stall, browser)
    table = f"분류,상품명,가격,선반\n디저트,{HOSTILE},비쌈,1\n디저트,찹쌀떡,2500,1\n".replace('"', "'")
    await files.locator("input[type=file]").set_input_files(a_file(table))
    bad = files.get_by_role("listitem").filter(has_text="2행 · 가격")
    await expect(bad).to_contain_text("'비쌈'은(는) 숫자가 아닙니다", timeout=20_000)
    await expect(files).to_contain_text("선반")
    assert await serious(page) == []
    content = await saved(page, files.get_by_role("button", name="고칠 줄만 엑셀로 저장"))
    assert content[:2] == b"PK"
    await files.get_by_role("button", name="1개 적용").click()
    await expect(files.get_by_role("status").filter(has_text="상품 1개를 적용했습니다.")).to_be_visible()
    assert (await item_of(stall, "찹쌀떡"))["price"]["priceValue"] == 2_500
    assert await page.title() != "owned"


async def test_a_file_that_is_none_and_a_menu_that_changed(stall: Stall, browser: Browser) -> None:
    """OFF-4: a file that cannot be read is refused with the remedy; what somebody changed since the preview is named."""
    page, files = await at_files(stall, browser)
    await files.locator("input[type=file]").set_input_files(
        a_file(bytes([0xD0, 0xCF, 0x11, 0xE0]) + bytes(99))
    )
    await expect(files.get_by_role("alert")).to_contain_text("xlsx로 다시 저장", timeout=20_000)
    item = await item_of(stall, "된장찌개")
    await files.locator("input[type=file]").set_input_files(a_file("상품명,가격\n된장찌개,1\n"))
    apply = files.get_by_role("button", name="1개 적용")
    await expect(apply).to_be_enabled(timeout=20_000)
    await stall.ask("catalog-item.update", catalog={"id": item["id"], "description": "새 설명"})
    await apply.click()
    await expect(files.get_by_role("alert")).to_contain_text("된장찌개")
    await expect(files.locator(".drop")).to_be_visible()
    assert (await item_of(stall, "된장찌개"))["price"]["priceValue"] == item["price"]["priceValue"]
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)


async def test_menu_files_in_english_on_a_phone(stall: Stall, browser: Browser) -> None:
    """extensions §9: the same in English, by keyboard, at 390 pixels without scrolling sideways."""
    page, files = await at_files(stall, browser, size=PHONE, language="en")
    await files.get_by_label("Stock and state follow the file too").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await expect(files.locator("input[type=file]")).to_be_focused()
    await files.locator("input[type=file]").set_input_files(
        a_file("Category,Title,Price\n디저트,Plum tea,nothing\n")
    )
    await expect(files.get_by_role("listitem").first).to_contain_text("is no whole number", timeout=20_000)
    assert await serious(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


async def test_an_item_gets_a_picture(stall: Stall, browser: Browser) -> None:
    """extensions §9: brought as a file, shown on the order screen's tile in a box of its own, replaced and taken away."""
    page = await at_menu(stall, browser, pin=PINS["manager"])
    await page.get_by_role("button", name="수정: 비빔밥", exact=True).click()
    form = dialog(page)
    drop = form.locator("input[type=file]")
    await drop.set_input_files(a_file("<svg/>", "a.png", "image/png"))
    await expect(form.get_by_role("alert")).to_contain_text("PNG, JPEG, WebP", timeout=20_000)
    drawn = io.BytesIO()
    Image.new("RGB", (1_200, 800), "orange").save(drawn, "JPEG")
    await drop.set_input_files(a_file(drawn.getvalue(), "a.jpg", "image/jpeg"))
    await expect(form.get_by_alt_text("지금 사진")).to_be_visible(timeout=20_000)
    assert (
        await form.get_by_alt_text("지금 사진").evaluate(
            "image => image.decode().then(() => image.naturalWidth)"
        )
        == 800
    )
    assert await serious(page) == []
    await form.get_by_role("button", name="저장").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    other = await stall.page(browser, name="사진 계산대")
    tile = other.locator(".tile", has_text="비빔밥").first
    await expect(tile.locator("img")).to_have_attribute("src", re.compile(r"^/\.jumak/pictures/"))
    await expect(tile.locator("img")).to_have_attribute("loading", "lazy")
    box = await tile.locator("img").bounding_box()
    assert box is not None
    assert box["height"] == 52
    await stall.ask(
        "catalog-item.update",
        catalog={"id": (await item_of(stall, "비빔밥"))["id"], "imageUrl": "https://a.example/b.png"},
    )
    await expect(tile.locator("img")).to_have_count(0)
    await page.get_by_role("button", name="수정: 비빔밥", exact=True).click()
    await expect(dialog(page)).to_contain_text("다른 서버에 있는 사진")
    await dialog(page).get_by_role("button", name="사진 빼기").click()
    await dialog(page).get_by_role("button", name="저장").click()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    assert "imageUrl" not in await item_of(stall, "비빔밥")
