"""What a Python plugin shows and hears at a till: over a real socket, with somebody at the till."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jumak.sdk import Pos, PosPluginSdkError
from jumak.testing import SimulatedShop
from jumak.testing.shop import staff_caller
from tests.sdk.serving import NAME, until
from tests.server.screen import Wire
from tests.service.asking import a_line, an_order

OPEN = "popup.open.request"
CTA = {"submit": {"label": "적립"}, "cancel": {"label": "닫기"}}
PHONE = {"id": "phone_number", "type": "text", "label": "번호", "required": True, "placeholder": None}


@pytest.fixture
async def till(shop: SimulatedShop) -> Wire:
    return Wire(shop, staff_caller("manager", "till-1"))


async def test_a_scan(pos: Pos, till: Wire):
    """H-67, ui.md §1: the till draws it; a code, or cancelled, both under `data`."""
    for data in ({"result": "SUCCESS", "barcode": "880"}, {"result": "CANCELLED"}):
        till.frames.clear()
        opening = asyncio.create_task(pos.ui.open_barcode(product_name="스탬프"))
        asked = await till.asked(OPEN)
        assert asked["data"]["popup"] == {"type": "barcode", "productName": "스탬프"}
        till.answer(asked, {"complete": True, "type": "barcode", "data": data})
        scan = await opening
        assert (scan.type, scan.complete) == ("barcode", True)
        assert (scan.data.result, scan.data.barcode) == (data["result"], data.get("barcode"))


async def test_a_form(pos: Pos, till: Wire):
    """ui.md §2: inputs as they were given, values by their ids as they are."""
    opening = asyncio.create_task(
        pos.ui.open_input_modal(title="회원", description="번호", inputs=[PHONE], cta=CTA)
    )
    asked = await till.asked(OPEN)
    shown = {key: value for key, value in PHONE.items() if value is not None}
    assert asked["data"]["popup"] == {
        "type": "input", "title": "회원", "description": "번호", "inputs": [shown], "cta": CTA,
    }  # fmt: skip
    filled = {"result": "SUCCESS", "inputs": {"phone_number": "010"}}
    till.answer(asked, {"complete": True, "type": "input", "data": filled})
    form = await opening
    assert form.data.inputs == {"phone_number": "010"}


async def test_a_popup_nobody_sees(pos: Pos):
    """ui.md §1: how it failed is answered, not raised; whoever reads its data all the same is told."""
    scan = await pos.ui.open_barcode(product_name="스탬프")
    assert scan.complete is False
    assert scan.error_message
    with pytest.raises(PosPluginSdkError, match=scan.error_message[:10]):
        _ = scan.data.result
    wrong: Any = [{"id": "a"}]
    form = await pos.ui.open_input_modal(title="회원", inputs=wrong, cta=CTA)
    assert (form.type, form.complete) == ("input", False)


async def test_toasts(pos: Pos, till: Wire):
    """ui.md §3: texts and objects, levels and buttons; a press comes back to the plugin."""
    pressed: list[Any] = []
    pos.toast.on("click", lambda: pressed.append("click"))
    off = pos.toast.on("button-click", pressed.append)
    more = {"id": "more", "text": "더 보기"}
    await pos.toast.open("주문")
    await pos.toast.success("적립했습니다")
    await pos.toast.warn("조금 남았습니다", button=more)
    await pos.toast.error({"message": "없습니다", "button": more})
    await pos.request("session.ping.request")
    plugin = {"id": NAME, "name": NAME}
    assert till.pushes("toast.show.event") == [
        {"plugin": plugin, "message": "주문"},
        {"plugin": plugin, "message": "적립했습니다", "level": "success"},
        {"plugin": plugin, "message": "조금 남았습니다", "level": "warn", "button": more},
        {"plugin": plugin, "message": "없습니다", "level": "error", "button": more},
    ]
    await till.ask("toast.press.request", {"pluginId": NAME})
    await till.ask("toast.press.request", {"pluginId": NAME, "id": "more"})
    await until(lambda: len(pressed) == 2)
    assert sorted(pressed) == ["click", "more"]
    off()
    await pos.request("session.ping.request")
    assert pos.events.wanted() == ("toast.click",)


async def test_alerts_sounds_and_pages(pos: Pos, till: Wire):
    """ui.md §4: any shape is taken; a page there is none of is dropped here."""
    await pos.alert.open("확인해 주세요")
    await pos.alert.open({"title": "확인"})
    await pos.sound.play("success")
    await pos.sound.play({"url": "ding.mp3"})
    await pos.navigation.navigate("business-type-setting")
    await pos.navigation.navigate("somewhere")  # type: ignore[arg-type]  # on purpose
    await pos.navigation.navigate("plugin-tab", NAME)
    await pos.request("session.ping.request")
    assert [shown["alert"] for shown in till.pushes("alert.show.event")] == [
        "확인해 주세요",
        {"title": "확인"},
    ]
    assert [shown["sound"] for shown in till.pushes("sound.play.event")] == ["success", {"url": "ding.mp3"}]
    assert [shown["page"] for shown in till.pushes("navigation.show.event")] == ["business-type-setting"]


async def test_the_screen_stays_awake(pos: Pos, till: Wire):
    """ui.md §4: until as many stops as starts."""
    assert await pos.power_saver.is_blocked() is False
    await pos.power_saver.start_blocking()
    assert await pos.power_saver.is_blocked() is True
    await pos.power_saver.stop_blocking()
    assert await pos.power_saver.is_blocked() is False


async def test_scans(pos: Pos, till: Wire):
    """ui.md §4: a scan at the till reaches the plugin as its code; a code that is sent reaches the till."""
    codes: list[str] = []
    pos.barcode.on("scan", codes.append)
    await pos.request("session.ping.request")
    await till.ask("barcode.scan.request", {"barcode": "8801234"})
    await until(lambda: codes == ["8801234"])
    await pos.barcode.send("99")
    assert till.pushes("barcode.event") == [{"barcode": "99"}]
    till.cut()
    with pytest.raises(PosPluginSdkError) as refused:
        await pos.barcode.send("99")
    assert refused.value.code == "HOST_UNAVAILABLE"


async def test_errors_nobody_caught(pos: Pos):
    """ui.md §4: what a handler raises, and what happens to a task nobody waits for, is told; once each."""
    heard: list[str] = []
    off = pos.error.add_error_listener(lambda problem: heard.append(str(problem)))
    pos.error.add_error_listener(lambda problem: 1 / 0)

    def broken(order_id: str) -> None:
        raise ValueError("handler")

    async def forgotten() -> None:
        raise ValueError("task")

    pos.order.on("add", broken)
    pos.error.watch(asyncio.get_running_loop())
    other = [asyncio.create_task(forgotten())]
    await asyncio.sleep(0)
    other.clear()
    await until(lambda: heard == ["task"])
    await pos.order.add(an_order(a_line(1)))
    await until(lambda: heard == ["task", "handler"])
    off()
    asyncio.get_running_loop().set_exception_handler(None)
