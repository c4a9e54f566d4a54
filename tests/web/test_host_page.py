"""The page host in a real browser: what it does with plugins that reload, hang and ask, and what staff see of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Frame, Page, Route, expect

from jumak.domain.errors import HostUnavailable
from tests.service.asking import Asking, a_line, an_order
from tests.service.paying import APPROVAL, CASHIER, MANAGER, Counter
from tests.tidy.project import ROOT
from tests.web.building import packed, raw_zip
from tests.web.house import House
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCOPES = ["plugin"]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SIZES = [(1280, 800), (390, 844)]

ASKING = """
const waiting = {};
let number = 0;
const ask = (name, data = {}) => new Promise((done) => {
  const callbackId = `a${(number += 1)}`;
  waiting[callbackId] = done;
  self.postMessage({ name, version: 1, callbackId, data });
});
const tell = (name, data, version = 1) => self.postMessage({ name, version, data });
const log = (contents) => tell("log", { type: "debug", log: { title: "asking", contents } });
self.onmessage = ({ data }) => {
  const done = waiting[data.callbackId];
  if (done !== undefined) done(data.data);
  else if (data.name.startsWith("toast.")) log(`${data.name} ${JSON.stringify(data.data ?? {})}`);
};
await_all();
async function await_all() {
  await ask("plugin.info.request");
  tell("payment.method.add", { id: "stamp", image: "", paymentName: "도장" });
  for (const popup of POPUPS) log(`popup ${JSON.stringify((await ask("popup.request", popup)).data)}`);
  tell("toast.open", { message: "<b>준비</b>되었습니다", level: "success", button: { id: "more", text: "자세히" } }, 2);
}
"""


def asking_zip(folder: Path, *popups: dict[str, Any]) -> Path:
    """A worker that opens these popups, one after the other, and logs how they ended."""
    (folder / "main.js").write_text(f"const POPUPS = {json.dumps(popups)};{ASKING}", encoding="utf-8")
    about = {"id": "asking", "name": "도장 카드", "version": "1", "kind": "worker"}
    (folder / "plugin.json").write_text(json.dumps(about), encoding="utf-8")
    return packed([folder / "main.js", folder / "plugin.json"], folder, folder / "asking.zip")


async def logged(house: House, plugin: str, text: str) -> str:
    """Waits for a line of the plugin's console."""

    async def line() -> str:
        return next((entry["text"] for entry in await house.log(plugin) if text in entry["text"]), "")

    return await until(line, f"the console of {plugin} says {text}")


async def tab_of(till: Page, plugin: str) -> Frame:
    """The frame of the plugin's own page."""

    async def found() -> Frame | None:
        return next((f for f in till.frames if f"//{plugin}." in f.url and "/.jumak/" not in f.url), None)

    frame = await until(found, f"the page of {plugin} is there")
    assert frame is not None
    return frame


# -- pages that go, plugins that hang ------------------------------------------------------------


async def test_a_payment_while_a_page_reloads(house: House, browser: Browser, tmp_path: Path):
    """H-37, H-7: it reaches the new page once, marked; the frame stays where it is."""
    plugin = await house.install(raw_zip("page", tmp_path / "raw.zip"), id="raw", scopes=SCOPES)
    till = await house.till(browser)
    await house.tester.is_up(plugin)
    order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
    tab = await tab_of(till, plugin)
    asked, may_go = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        asked.set()
        await may_go.wait()
        await route.continue_()

    await till.route("http://raw.localhost:*/", held)
    await tab.evaluate("() => { window.old = true; window.location.reload(); }")
    # The page has said goodbye and waits for its successor: it still runs and is still spoken to.
    await asyncio.wait_for(asked.wait(), 10)
    dto = {
        "sourceType": "CASH", "orderId": order["id"], "amountMoney": order["paymentPrice"]["paymentUnpaidValue"],
        "taxMoney": 455, "supplyMoney": order["paymentPrice"]["paymentUnpaidValue"] - 455, "tipMoney": 0,
        "approvedNo": "", "approvedAt": "2026-02-02T12:00:00", "paymentKey": "while-reloading",
    }  # fmt: skip
    await house.ask("payment.add", order={"id": order["id"]}, paymentDto=dto)
    may_go.set()

    async def is_new() -> bool:
        try:
            return bool(await (await tab_of(till, plugin)).evaluate("() => window.old === undefined"))
        except Error:
            return False  # It was going just now.

    await until(is_new, "the new page is there")
    await house.tester.is_up(plugin)
    await house.tester.tell(plugin, {"do": "listen", "name": "payment.change.event"})

    async def heard() -> list[dict[str, Any]]:
        answer = await house.tester.tell(plugin, {"do": "take", "name": "payment.change.event"})
        events: list[dict[str, Any]] = answer["events"]
        return events

    (event,) = await until(heard, "the missed push is delivered", 10)
    assert event["replayed"] is True
    assert event["data"]["order"]["id"] == order["id"]


@pytest.mark.parametrize("kind", ["worker", "page"])
async def test_a_plugin_that_hangs(kind: str, house: House, browser: Browser, tmp_path: Path):
    """H-77, H-8, H-9: its silence is noticed, the reason shown, the plugin started again; the till goes on."""
    plugin = await house.install(raw_zip(kind, tmp_path / "raw.zip"), id="raw", scopes=SCOPES)
    till = await house.till(browser)
    await house.tester.is_up(plugin)
    await house.tester.tell(plugin, {"do": "loop"})

    async def crashed() -> bool:
        return (await house.state(plugin))["state"] == "crashed"

    await until(crashed, "its silence is noticed", 40)
    assert await till.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(1)))") == 1
    assert "answer" in (await house.state(plugin))["reason"]
    await house.tester.is_up(plugin, within_s=40)


async def test_what_a_worker_finds(house: House, browser: Browser, tmp_path: Path):
    """H-4, H-1: no window, its own origin, its own `onmessage` and `onerror`; plugin info came first."""
    plugin = await house.install(raw_zip("worker", tmp_path / "raw.zip"), id="raw", scopes=SCOPES)
    await house.till(browser)
    await house.tester.is_up(plugin)
    seen = await house.tester.tell(plugin, {"do": "look"})
    assert (seen["window"], seen["self"], seen["require"]) == ("undefined", "object", "undefined")
    assert seen["origin"].startswith("http://raw.localhost:")
    told = await house.tester.tell(plugin, {"do": "results"})
    assert told["firstReceived"] == "plugin.info.response"


# -- what staff see ------------------------------------------------------------------------------

BARCODE = {"type": "barcode", "productName": "도장 카드"}
FORM = {
    "type": "input",
    "title": "손님 정보",
    "cta": {"submit": {"label": "등록"}, "cancel": {"label": "나중에"}},
    "inputs": [
        {"id": "name", "type": "text", "label": "이름", "required": True, "default": ""},
        {"id": "visits", "type": "number", "label": "방문", "required": False, "default": 2},
        {"id": "seat", "type": "radio", "label": "자리", "required": True, "default": "",
         "values": [{"id": "in", "label": "안"}, {"id": "yard", "label": "마당"}]},
        {"id": "likes", "type": "checkbox", "label": "취향", "required": False, "default": [],
         "values": [{"id": "rice", "label": "막걸리"}]},
        {"id": "text", "type": "toggle", "label": "문자", "required": False, "default": True},
    ],
}  # fmt: skip


async def test_popups_and_toasts(house: House, browser: Browser, tmp_path: Path):
    """H-67, H-74: scanned, filled in or cancelled; required fields block; plugins' text is text; a press reaches its plugin."""
    plugin = await house.install(asking_zip(tmp_path, BARCODE, BARCODE, FORM), scopes=SCOPES)
    till = await house.till(browser)
    await expect(till.get_by_role("dialog").get_by_text("도장 카드").first).to_be_visible()
    await till.keyboard.type("8801234567890")
    await till.keyboard.press("Enter")
    assert '"barcode":"8801234567890"' in await logged(house, plugin, "SUCCESS")
    await expect(till.get_by_role("textbox", name="바코드")).to_have_value("")
    await till.keyboard.press("Escape")
    await logged(house, plugin, "CANCELLED")

    submit = till.get_by_role("button", name="등록")
    await submit.click()
    await expect(till.get_by_role("alert")).to_have_text("필수 항목을 입력해 주세요: 이름, 자리")
    await expect(till.get_by_label("이름")).to_be_focused()
    await till.get_by_label("이름").fill("홍길동")
    await till.get_by_text("마당").click()
    await submit.click()
    values = (await logged(house, plugin, '"inputs"')).removeprefix("popup ")
    assert json.loads(values)["inputs"] == {
        "name": "홍길동", "visits": 2, "seat": "yard", "likes": [], "text": True,
    }  # fmt: skip

    await expect(till.get_by_text("<b>준비</b>되었습니다")).to_be_visible()
    await till.get_by_role("button", name="자세히").click()
    assert '"more"' in await logged(house, plugin, "toast.button.click")


async def test_a_popup_over_a_reload(house: House, browser: Browser):
    """H-67, ui.md §2: staff reload the page while a plugin asks for a code: it asks again, and gets it."""
    till = await house.till(browser)
    await expect(till.get_by_role("tab", name="결제")).to_be_visible()
    pos = await house.shop.pos("stamps")
    (device,) = [one["id"] for one in (await house.ask("device.list"))["devices"] if one["kind"] == "till"]
    house.shop.running.ui.prefer_till("stamps", device)
    asking = asyncio.create_task(
        pos.request("popup.request", {"type": "barcode", "productName": "스탬프 적립"}, timeout=60)
    )
    await expect(till.get_by_role("dialog").get_by_text("스탬프 적립")).to_be_visible()
    await till.reload()
    await expect(till.get_by_role("dialog").get_by_text("스탬프 적립")).to_be_visible()
    await till.keyboard.type("8801234567890")
    await till.keyboard.press("Enter")
    answer = await asyncio.wait_for(asking, 10)
    assert answer["data"] == {"result": "SUCCESS", "barcode": "8801234567890"}
    await expect(till.get_by_role("dialog")).to_have_count(0)


async def test_a_refund_nobody_knows_the_end_of(house: House, browser: Browser):
    """CAN-10: it appears while the page is open, and a manager says what they found out; then it is gone."""
    till = await house.till(browser)
    await till.get_by_role("tab", name="결제").click()
    counter = Counter(Asking(house.shop))
    plugin = await counter.plugin()
    order = await counter.asking.add(CASHIER, a_line(2))
    attempt = await counter.start(order)
    plugin.answer(await plugin.asked("pay"), paymentDto=APPROVAL)
    payment = (await counter.get(attempt))["payment"]
    cancel = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
    cancelling = asyncio.create_task(counter.asking.ask("payment.cancel.request", cancel, MANAGER))
    plugin.answer(await plugin.asked("before-cancel"))
    await plugin.asked("cancel")
    plugin.kill()
    with pytest.raises(HostUnavailable):
        await cancelling
    row = till.get_by_role("listitem").filter(has_text="18,000원")
    settled = row.get_by_role("button", name="환불 안 됨")
    await expect(settled).to_be_disabled()
    await row.get_by_role("textbox", name="확인한 내용").fill("카드사 확인")
    await check(till, "refunds")
    await settled.click()
    await expect(row).to_have_count(0)
    refunds = (await house.ask("payment-refund.list"))["refunds"]
    (refund,) = [one for one in refunds if one["paymentId"] == payment["id"]]
    assert (refund["state"], refund["note"]) == ("NOT_RETURNED", "카드사 확인")


async def test_the_pages_are_for_everybody(house: House, browser: Browser, tmp_path: Path):
    """Screens bar: no finding of axe, big targets and no sideways scrolling, in both sizes and languages."""
    package = asking_zip(tmp_path)
    till = await house.till(browser)
    order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
    await till.get_by_role("tab", name="플러그인").click()
    await till.locator("input[type=file]").set_input_files(package)
    await expect(till.get_by_role("dialog")).to_contain_text("도장 카드")
    await check(till, "install")
    await till.get_by_role("button", name="동의하고 설치").click()
    await expect(till.get_by_role("article", name="도장 카드").get_by_text("실행 중")).to_be_visible()
    await check(till, "plugins")
    await till.get_by_role("article", name="도장 카드").get_by_role("button", name="콘솔").click()
    await check(till, "console")
    await till.get_by_role("tab", name="결제").click()
    await till.get_by_role("button", name=order["number"]).click()
    await expect(till.get_by_role("button", name="도장", exact=True)).to_be_visible()
    await check(till, "payment")
    await till.get_by_role("button", name="English").click()
    await expect(till.get_by_role("heading", name="Orders to pay")).to_be_visible()
    await till.get_by_role("button", name="Staff sign-in").click()
    await check(till, "sign-in")


async def check(till: Page, where: str) -> None:
    """Holds what is on screen against axe, and its buttons against a wet thumb."""
    for width, height in SIZES:
        await till.set_viewport_size({"width": width, "height": height})
        if not await till.evaluate("() => 'axe' in window"):
            # By the debugger's door: the page's policy lets no script in that is not its own.
            await till.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
        found = await till.evaluate(
            "async () => (await axe.run(document, { iframes: false, resultTypes: ['violations'] }))"
            ".violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)"
        )
        assert found == [], f"{where} at {width}"
        small = await till.evaluate(
            "() => [...document.querySelectorAll('button')].filter((button) => button.checkVisibility())"
            ".filter((button) => Math.min(button.offsetHeight, button.offsetWidth) < 48)"
            ".map((button) => button.outerHTML.slice(0, 100))"
        )
        assert small == [], f"{where} at {width}"
        assert await till.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (
            f"{where} at {width}"
        )
    await till.set_viewport_size({"width": 1280, "height": 800})
