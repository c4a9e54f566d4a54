"""What plugins show through the till and ask of it: each UI member of the SDK, called from a worker and from a page."""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.tidy.project import ROOT, parsed
from tests.web.till.driving import DRIVER, OTHER_TAB, Driving, driving
from tests.web.till.paying import an_order, open_payment, order_now
from tests.web.till.plugin_cart import a_plugin_line
from tests.web.till.scanner import scan
from tests.web.till.stall import PINS
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKUP = "<b>굵게</b><img src=x onerror=\"document.title='owned'\">"


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["worker", "page"])
async def at(
    request: pytest.FixtureRequest, running: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Driving]:
    """One till for all tests of a kind."""
    async with driving(request.param, running, tmp_path_factory.mktemp(request.param)) as opened:
        yield opened


async def test_toasts(at: Driving) -> None:
    """ui §3, H-74: texts are text, levels are seen, a press on the toast or its button reaches the plugin."""
    toast = at.page.locator(".toast")
    await at.listen("toast.click")
    await at.listen("toast.button-click")
    await at.call("toast.open", MARKUP)
    await expect(toast).to_contain_text(MARKUP)
    await toast.locator(".text").click()
    await at.heard("toast.click")
    await expect(toast).to_have_count(0)
    await at.call("toast.error", {"message": "실패했습니다"})
    await expect(at.page.locator(".toast.error")).to_contain_text("실패했습니다")
    await at.call("toast.warn", {"message": "조심하세요"})
    await expect(at.page.locator(".toast.warn")).to_contain_text("조심하세요")
    await at.call("toast.success", {"message": "적립했습니다", "button": {"id": "more", "text": "자세히"}})
    await expect(toast).to_have_count(1)
    await at.page.locator(".toast.success").get_by_role("button", name="자세히").click()
    assert "more" in str(await at.heard("toast.button-click"))
    assert await at.page.title() != "owned"


async def test_alerts(at: Driving) -> None:
    """ui §4: one after the other, each with its button; an unknown shape is shown as what it is."""
    dialog = at.page.get_by_role("alertdialog")
    await at.call("alert.open", MARKUP)
    await at.call("alert.open", {"title": "재고", "message": "두부가 떨어졌습니다"})
    await expect(dialog).to_contain_text(MARKUP)
    await at.page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("두부가 떨어졌습니다")
    await dialog.get_by_role("button", name="확인").click()
    await expect(dialog).to_have_count(0)
    assert await at.page.title() != "owned"


async def test_nothing_is_asked_on_a_locked_till(at: Driving) -> None:
    """SEC-1: what a plugin asks for stands above no PIN keys; it is there once somebody has signed in."""
    dialog = at.page.get_by_role("dialog")
    await at.page.get_by_role("button", name="잠금").click()
    await at.page.locator("#sign-in").wait_for()
    asking = at.calling("ui.openBarcode", {"productName": "도장 카드"})
    await at.call("alert.open", "두부가 떨어졌습니다")
    await at.page.keyboard.type(PINS["owner"])
    assert await at.page.locator("dialog").count() == 0
    await at.page.keyboard.press("Enter")
    await expect(at.page.get_by_role("alertdialog")).to_contain_text("두부가 떨어졌습니다")
    await at.page.get_by_role("alertdialog").get_by_role("button", name="확인").click()
    await expect(dialog).to_contain_text("도장 카드")
    await at.page.keyboard.press("Escape")
    assert (await asking)["data"] == {"result": "CANCELLED"}


async def test_a_popup_that_asks_for_values(at: Driving) -> None:
    """ui §2, H-67: what staff fill in comes back typed; left, it is a success that says it was cancelled."""
    form = {
        "title": "손님 정보", "description": MARKUP,
        "cta": {"submit": {"label": "등록"}, "cancel": {"label": "나중에"}},
        "inputs": [
            {"id": "name", "type": "text", "label": "이름", "required": True, "default": ""},
            {"id": "visits", "type": "number", "label": "방문", "required": False, "default": 2},
            {"id": "text", "type": "toggle", "label": "문자", "required": False, "default": True},
        ],
    }  # fmt: skip
    asking = at.calling("ui.openInputModal", form)
    dialog = at.page.get_by_role("dialog")
    await expect(dialog).to_contain_text(MARKUP)
    await dialog.get_by_label("이름").fill("홍길동")
    await dialog.get_by_role("button", name="등록").click()
    answer = await asking
    assert answer["data"] == {
        "result": "SUCCESS",
        "inputs": {"name": "홍길동", "visits": 2, "text": True},
    }
    asking = at.calling("ui.openInputModal", form)
    await dialog.get_by_role("button", name="나중에").click()
    assert (await asking)["data"] == {"result": "CANCELLED"}
    await expect(dialog).to_have_count(0)


async def test_a_popup_that_asks_for_a_code(at: Driving) -> None:
    """ui §1, H-67: a scanner's keys are its answer, and no line in the cart."""
    asking = at.calling("ui.openBarcode", {"productName": MARKUP})
    await expect(at.page.get_by_role("dialog")).to_contain_text(MARKUP)
    await at.page.keyboard.type("8801234567890")
    await at.page.keyboard.press("Enter")
    assert await asking == {
        "type": "barcode",
        "complete": True,
        "data": {"result": "SUCCESS", "barcode": "8801234567890"},
    }
    asking = at.calling("ui.openBarcode", {"productName": "도장 카드"})
    await at.page.get_by_role("dialog").wait_for()
    await at.page.keyboard.press("Escape")
    assert (await asking)["data"] == {"result": "CANCELLED"}


async def test_sounds(at: Driving) -> None:
    """ui §4: a built-in one by name, an unknown one as a notification, a file by the plugin's own frame."""

    async def tones() -> list[int]:
        ears = await at.page.evaluate("self.heard.tones")
        return [round(hz) for hz in ears]

    before = len(await tones())
    for name, notes in (("success", [659, 784, 1047]), ({"name": "no such"}, [880, 1175])):
        await at.call("sound.play", name)

        async def rang(expected: list[int] = notes) -> bool:
            return (await tones())[before:][-len(expected) :] == expected

        await until(rang, f"{name} is heard")
    await at.call("sound.play", {"url": "/ding.mp3"})

    async def played() -> bool:
        return "/ding.mp3" in [path for ear in await at.ears() for path in ear["played"]]

    await until(played, "the file is played")
    assert await at.page.evaluate("self.heard.played") == []


async def test_navigation(at: Driving) -> None:
    """ui §4: to the way of working, and to the tab of a plugin by its id; not while a payment is on screen."""
    page = at.page
    await page.locator("#tab-order").click()
    await at.call("navigation.navigate", "business-type-setting")
    await expect(page.get_by_label("업종")).to_be_visible()
    await expect(page.locator("#section-mode")).to_have_attribute("aria-selected", "true")
    await at.call("navigation.navigate", "plugin-tab", "other")
    await expect(page.get_by_role("tab", name=OTHER_TAB, selected=True)).to_be_visible()
    await expect(page.locator("iframe.tab.shown")).to_have_attribute("data-plugin", "other")
    await open_payment(page, await an_order(at.stall))
    await at.call("navigation.navigate", "business-type-setting")
    await at.call("toast.open", "다음")
    await expect(page.locator(".toast")).to_contain_text("다음")
    await expect(page.locator("#payment-title")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#tab-order")).to_have_attribute("aria-selected", "true")


async def test_tabs(at: Driving) -> None:
    """H-6, H-7: a page has a tab that bears its title, and stays loaded behind other screens; a worker has none."""
    page = at.page
    tabs = await page.get_by_role("tab").all_inner_texts()
    assert OTHER_TAB in [name.strip() for name in tabs]
    mine = page.get_by_role("tab", name="이에스빌드")
    if at.kind == "worker":
        await expect(mine).to_have_count(0)
        return
    await mine.click()
    frame = page.frame_locator(f"iframe.tab[data-plugin={DRIVER}]")
    await expect(frame.locator("#shown")).to_be_visible()
    await frame.locator("body").evaluate("() => { window.stayed = true; }")
    await page.locator("#tab-status").click()
    await expect(frame.locator("#shown")).not_to_be_visible()
    await mine.click()
    await expect(frame.locator("#shown")).to_be_visible()
    assert await frame.locator("body").evaluate("() => window.stayed") is True


async def test_a_screen_kept_awake(at: Driving) -> None:
    """ui §4: held from the start to the stop, and the plugin is told which it is."""

    async def is_held() -> bool:
        told = await at.page.evaluate("self.heard")
        return bool(told["awake"] > told["asleep"])

    async def is_let_go() -> bool:
        return not await is_held()

    assert await at.call("powerSaver.isBlocked") is False
    await at.call("powerSaver.startBlocking")
    await until(is_held, "the screen is kept awake")
    assert await at.call("powerSaver.isBlocked") is True
    await at.call("powerSaver.stopBlocking")
    await until(is_let_go, "it may go dark")
    assert await at.call("powerSaver.isBlocked") is False


async def test_scans(at: Driving) -> None:
    """SCN-1, SCN-2, ui §4: what is scanned at the till is told the plugin; what the plugin sends is a scan of the till."""
    page = at.page
    await page.locator("#tab-status").click()
    await at.listen("barcode.scan")
    await scan(page, "8809999999999")
    assert await at.heard("barcode.scan") == ["8809999999999"]
    await at.call("barcode.send", "8808888888888")
    await expect(page.locator(".toast").filter(has_text="8808888888888")).to_be_visible()
    await page.locator(".toast").filter(has_text="8808888888888").locator(".text").click()


async def test_a_tile(at: Driving) -> None:
    """PAY-8: it stands in the payment screen, is given the order and what is to pay, and is asked to give it back."""
    page = at.page
    order = await an_order(at.stall)
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    await at.behave(how="approve", key=f"surfaces-{at.kind}")
    await open_payment(page, order)
    tile = page.locator(".tiles").get_by_role("button", name="드라이버")
    await expect(tile.locator(".letter")).to_have_text("드")
    await tile.click()
    await expect(page.get_by_role("heading", name="결제 완료")).to_be_visible()
    asked, price = await at.heard("paymentMethod.pay")
    assert asked["id"] == order["id"]
    assert price == unpaid or unpaid in price.values()
    (payment,) = (await order_now(at.stall, order))["payments"]
    await page.get_by_role("button", name="다음 주문").click()
    await at.stall.ask("payment.cancel", order={"id": order["id"]}, payment={"id": payment["id"]})
    given_back, taken = await at.heard("paymentMethod.cancel")
    assert (given_back["id"], taken["id"]) == (order["id"], payment["id"])


async def test_its_settings(at: Driving) -> None:
    """plugin-runtime §5: the inputs it declares are a form of the till; what is saved there is pushed and read."""
    page = at.page
    await at.listen("setting.change")
    await at.call(
        "setting.setInputs",
        [
            {"id": "greeting", "type": "text", "label": MARKUP, "required": True, "default": "안녕"},
            {"id": "often", "type": "slider", "label": "횟수", "required": False, "default": 3, "min": 1, "max": 9, "step": 1},
        ],
    )  # fmt: skip
    await page.locator("#tab-settings").click()
    await page.locator("#section-plugins").click()
    card = page.get_by_role("article", name="드라이버")
    await card.get_by_role("button", name="설정").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(MARKUP).fill("어서 오세요")
    await dialog.get_by_role("button", name="저장").click()
    await expect(dialog.get_by_text("저장했습니다.")).to_be_visible()
    await at.heard("setting.change")
    assert await at.call("setting.getValues") == {"greeting": "어서 오세요", "often": 3}
    await dialog.get_by_role("button", name="닫기").click()


async def test_the_cart(at: Driving) -> None:
    """draft-order §2, H-49: plugin and staff share the cart on screen; what is fixed is locked, each edit is seen."""
    page = at.page
    await page.locator("#tab-order").click()
    await at.listen("draftOrder.change")
    assert (await at.call("draftOrder.get"))["lineItems"] == []
    coupon = a_plugin_line(key="coupon", metadata={"quantityFixed": True, "memoFixed": True})
    coupon["discount"] = [{"title": "덤", "amountMoney": {"value": 500}}]
    await at.call("draftOrder.addLineItem", coupon)
    lines = page.locator(".cart li")
    await expect(lines).to_contain_text(["쿠폰 떡"])
    assert [line["key"] for line in (await at.heard("draftOrder.change"))[0]["lineItems"]] == ["coupon"]
    await expect(lines.get_by_role("button", name="하나 더")).to_have_count(0)
    await expect(lines).to_contain_text(["덤"])
    await at.call("draftOrder.deleteItemDiscount", "coupon", 0)
    await expect(lines.get_by_text("덤", exact=True)).to_have_count(0)

    soup = a_plugin_line("갈비탕", 15_000, key="soup")
    soup["item"] |= {"id": 9}
    await at.call("draftOrder.addLineItem", soup)
    line = lines.nth(1)
    await expect(line).to_contain_text("갈비탕")
    rice = {"id": 5, "title": "공기밥", "priceValue": 0, "quantity": 1}
    await at.call("draftOrder.updateItemOptionChoice", "soup", [rice])
    await expect(line.locator(".what")).to_contain_text("공기밥")
    await at.call("draftOrder.updateItemMemo", "soup", MARKUP)
    await expect(line.locator(".memo")).to_contain_text(MARKUP)
    await at.call("draftOrder.updateItemQuantity", "soup", 3)
    await expect(page.locator("dl .total")).to_contain_text("48,000원")
    await at.call("draftOrder.updateIgnorePrint", True)
    ignored = page.get_by_role("button", name="주방 출력 안 함")
    await expect(ignored).to_have_attribute("aria-pressed", "true")
    await at.stall.ask(
        "draft-order.add-discount", discount={"title": "단골", "amountMoney": {"value": 1_000}}
    )
    await expect(page.locator("dl .total")).to_contain_text("47,000원")
    await at.call("draftOrder.deleteDiscount", 0)
    await expect(page.locator("dl .total")).to_contain_text("48,000원")
    await at.call("draftOrder.deleteLineItem", "coupon")
    await expect(lines).to_have_count(1)

    await at.call("draftOrder.startPayment")
    await expect(page.locator("#payment-title")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#payment-title")).to_have_count(0)
    await at.call("draftOrder.addLineItem", a_plugin_line())
    await expect(lines).to_have_count(1)
    await at.call("draftOrder.clear")
    await expect(lines).to_have_count(0)
    assert await page.title() != "owned"


# -- none is left out ----------------------------------------------------------------------------

ROW = re.compile(
    r"^\| `(\w+\.\w+)(?:\('([\w-]+)'\)|( \(callbacks\)))?`([^|]*)\|([^|]*)\|.*`([\w.-]+)` \|$", re.M
)
SPECIFIED = {"ui.md", "draft-order.md"}
CALLBACKS = ("pay", "cancel")


def ui_members() -> set[str]:
    """Members and events that are seen at a till, as the checklist names them: `toast.open`, `toast.click`."""
    found: set[str] = set()
    text = (ROOT / "docs/contract/coverage.md").read_text(encoding="utf-8")
    for member, event, callbacks, events, message, page in ROW.findall(text):
        namespace, _, name = member.partition(".")
        if page not in SPECIFIED and namespace not in ("setting", "paymentMethod"):
            continue
        if "(local)" in message:
            continue
        if callbacks:
            found |= {f"{namespace}.{each}" for each in CALLBACKS}
        elif name == "on":
            found |= {f"{namespace}.{each}" for each in (event or events).replace("·", " ").split()}
        elif member != "paymentMethod.add":  # Without it the tile would not be there.
            found.add(member)
    return found


async def test_every_ui_member_of_the_checklist_is_driven() -> None:
    """coverage.md: a member that is added there is named by a test above, or this one fails."""
    members = ui_members()
    assert {"toast.button-click", "ui.openBarcode", "setting.change", "draftOrder.startPayment"} <= members
    named = {node.value for node in ast.walk(parsed(Path(__file__))) if isinstance(node, ast.Constant)}
    assert members - named == set()
