"""Toasts, alerts, sounds and pages: what plugins send unasked, drawn by tills."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from jumak.domain.errors import HostUnavailable, NotFound
from jumak.protocol.row import Done
from jumak.service.documents import Install
from jumak.service.ports import Command, Transaction
from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.shop import OWNER, staff_caller
from tests.server.every_request import a_draft_line
from tests.server.screen import Wire, a_plugin
from tests.service.asking import Asking, a_line
from tests.service.paying import APPROVAL, CASHIER, Counter

STAMPS = {"id": "stamps", "name": "stamps"}

ODD: tuple[Any, ...] = (
    None, 0, 7.5, True, "", "글자", [], [1, [2]], {}, {"message": None}, {"message": {"message": "속"}},
    {"message": []}, {"title": 5, "extra": {"deep": [None]}}, {"level": {}, "button": [1]}, "x" * 5_000,
    {"page": 7, "packageName": {}}, {"x": "y" * 50_000},
)  # fmt: skip
"""What nobody would send on purpose (E-12)."""


@pytest.fixture
async def shop() -> AsyncIterator[SimulatedShop]:
    async with simulated_shop() as simulated:
        yield simulated


@pytest.fixture
async def till(shop: SimulatedShop) -> Wire:
    return Wire(shop, staff_caller("server", "till-1"))


@pytest.fixture
async def other(shop: SimulatedShop) -> Wire:
    return Wire(shop, staff_caller("server", "till-2"))


def an_install(**more: Any) -> Install:
    about = {
        "id": "tables", "name": "테이블", "sdk_name": "my-tables", "version": "1", "hash": "0", "kind": "python",
        "kinds": ["iframe"], "profile": "field", "entry": "index.html", "acl": [], "scopes": ["plugin"],
        "enabled": False, "folder": "tables/0", "loaded_at": "2026-02-02T11:00:00+09:00",
    } | more  # fmt: skip
    return msgspec.convert(about, Install)


async def keep(shop: SimulatedShop, document: msgspec.Struct) -> None:
    async def run(tx: Transaction) -> Done:
        tx.put(document)
        return Done()

    result = await shop.running.store.execute(Command(caller=OWNER, name="x", body=b"", run=run))
    assert result.error is None


async def test_a_toast_of_a_hosted_plugin(shop: SimulatedShop, till: Wire, other: Wire):
    """H-74: a plugin that a till hosts is drawn there and nowhere else, under the plugin's own name."""
    plugin = Wire(shop, a_plugin(device="till-1"))
    plugin.tell("toast.open", {"message": "저장했습니다"})
    plugin.tell(
        "toast.open", {"message": "다시?", "level": "error", "button": {"id": 7, "text": "예"}}, version=2
    )
    await shop.settle()
    assert till.pushes("toast.show.event") == [
        {"plugin": STAMPS, "message": "저장했습니다"},
        {"plugin": STAMPS, "message": "다시?", "level": "error", "button": {"id": "7", "text": "예"}},
    ]
    assert other.pushes("toast.show.event") == []
    assert plugin.pushes("toast.show.event") == []


@pytest.mark.parametrize("kind", ["plugin", "service"])
async def test_a_toast_of_a_plugin_on_the_server(shop: SimulatedShop, till: Wire, other: Wire, kind: Any):
    """H-74: headless and Python plugins and remote services are drawn by every till."""
    Wire(shop, a_plugin(kind=kind)).tell("toast.open", {"message": "어서 오세요"})
    await shop.settle()
    assert till.pushes("toast.show.event") == other.pushes("toast.show.event")
    assert len(till.pushes("toast.show.event")) == 1


@pytest.mark.parametrize(
    ("sent", "drawn"),
    [
        ("글자만", "글자만"),
        ({"message": "v1"}, "v1"),
        ({"message": {"message": "객체"}}, "객체"),
        ({"message": 12_000}, "12000"),
        ({"message": "<b>굵게</b>"}, "<b>굵게</b>"),
        (7, "7"),
    ],
)
async def test_toast_texts(shop: SimulatedShop, till: Wire, sent: Any, drawn: str):
    """H-74, ui.md §3: a string or an object everywhere; markup stays the text it is."""
    Wire(shop, a_plugin()).tell("toast.open", sent)
    await shop.settle()
    assert [toast["message"] for toast in till.pushes("toast.show.event")] == [drawn]


async def test_a_plugin_is_shown_under_the_name_staff_know(shop: SimulatedShop, till: Wire):
    """H-74: an installed plugin by its package's name, not by its address for unicast."""
    await keep(shop, an_install(id="stamps", name="스탬프 적립"))
    Wire(shop, a_plugin()).tell("toast.open", "안녕")
    await shop.settle()
    assert till.pushes("toast.show.event")[0]["plugin"] == {"id": "stamps", "name": "스탬프 적립"}


@pytest.mark.parametrize(
    "name", ["toast.open", "alert.open", "modal.open", "sound.play", "navigation.navigate"]
)
async def test_any_shape(shop: SimulatedShop, till: Wire, name: str):
    """E-12, H-74, H-70: whatever the data, nothing fails, nothing is answered, the session lives."""
    plugin = Wire(shop, a_plugin(device="till-1"))
    for data in ODD:
        plugin.tell(name, data)
        await shop.settle()
        shop.clock.jump(seconds=11)
    assert (await plugin.ask("plugin.info.request"))["complete"] is True
    assert not [frame for frame in plugin.frames if frame.get("data", {}).get("complete") is False]
    assert max(len(json.dumps(frame, ensure_ascii=False)) for frame in till.frames) < 20_000
    assert shop.running.refusals == {}


async def test_alert_and_sound_as_they_were_given(shop: SimulatedShop, till: Wire):
    """H-74, ui.md §4: the till takes the text out of an alert and finds the sound; only long texts are cut."""
    plugin = Wire(shop, a_plugin())
    plugin.tell("alert.open", {"title": "확인", "message": "재고가 없습니다", "mine": [1]})
    plugin.tell("modal.open", "글자")
    plugin.tell("sound.play", {"name": "success"})
    plugin.tell("sound.play", "notification")
    plugin.tell("alert.open", {"message": "긴" * 3_000})
    await shop.settle()
    alerts = till.pushes("alert.show.event")
    assert alerts[0] == {
        "plugin": STAMPS,
        "alert": {"title": "확인", "message": "재고가 없습니다", "mine": [1]},
    }
    assert alerts[1]["alert"] == "글자"
    assert len(alerts[2]["alert"]["message"]) == 2_000
    assert [sound["sound"] for sound in till.pushes("sound.play.event")] == [
        {"name": "success"},
        "notification",
    ]


async def test_the_pace_of_toasts(shop: SimulatedShop, till: Wire):
    """H-74, ui.md §3: at most five in ten seconds for each plugin; others are not held up."""
    plugin, calm = Wire(shop, a_plugin()), Wire(shop, a_plugin("calm"))
    for number in range(20):
        plugin.tell("toast.open", str(number))
    calm.tell("toast.open", "조용히")
    await shop.settle()
    assert sorted(toast["message"] for toast in till.pushes("toast.show.event")) == [*"01234", "조용히"]
    shop.clock.jump(seconds=10)
    plugin.tell("toast.open", "나중")
    await shop.settle()
    assert till.pushes("toast.show.event")[-1]["message"] == "나중"


async def test_pressing_a_toast(shop: SimulatedShop, till: Wire):
    """ui.md §3, H-66: a click is pushed to its plugin only, on this till or on the server."""
    here, elsewhere = Wire(shop, a_plugin(device="till-1")), Wire(shop, a_plugin(device="till-2"))
    somebody = Wire(shop, a_plugin("other"))
    assert (await till.ask("toast.press.request", {"pluginId": "stamps"}))["complete"] is True
    await till.ask("toast.press.request", {"pluginId": "stamps", "id": "more"})
    assert here.pushes("toast.click") == [{}]
    assert here.pushes("toast.button.click") == [{"id": "more"}]
    assert (await here.ask("subscribe.request", {"names": []}))["complete"] is True
    assert (await till.ask("toast.press.request", {"pluginId": "stamps"}))["complete"] is True
    assert here.pushes("toast.click") == [{}], "it runs, and does not listen"
    for wire in (elsewhere, somebody, till):
        assert wire.pushes("toast.click") == wire.pushes("toast.button.click") == []
    with pytest.raises(NotFound):
        await shop.request("toast.press.request", {"pluginId": "nobody"})
    await keep(shop, an_install())
    with pytest.raises(HostUnavailable):
        await shop.request("toast.press.request", {"pluginId": "tables"})


async def test_pages(shop: SimulatedShop, till: Wire):
    """ui.md §4, H-74: the two pages there are, a plugin's tab by id or reported name; anything else is ignored."""
    await keep(shop, an_install())
    plugin = Wire(shop, a_plugin(device="till-1"))
    for data in (
        {"page": "business-type-setting"},
        "business-type-setting",
        {"page": "plugin-tab", "packageName": "tables"},
        {"page": "plugin-tab", "packageName": "my-tables"},
        {"page": "plugin-tab", "packageName": "nobody"},
        {"page": "plugin-tab"},
        {"page": "orders"},
    ):
        plugin.tell("navigation.navigate", data)
    await shop.settle()
    shown = till.pushes("navigation.show.event")
    assert shown == [
        {"plugin": STAMPS, "page": "business-type-setting"},
        {"plugin": STAMPS, "page": "business-type-setting"},
        {"plugin": STAMPS, "page": "plugin-tab", "packageName": "tables"},
        {"plugin": STAMPS, "page": "plugin-tab", "packageName": "tables"},
    ]


async def test_no_page_while_a_payment_is_on_screen(shop: SimulatedShop, till: Wire, other: Wire):
    """ui.md §4: a call is ignored on the till that takes money, and works on the others."""
    await till.ask("draft-order.add-line-item.request", {"lineItem": a_draft_line("a")})
    assert (await till.ask("draft-order.start-payment"))["complete"] is True
    for plugin in (Wire(shop, a_plugin(device="till-1")), Wire(shop, a_plugin("server-run"))):
        plugin.tell("navigation.navigate", {"page": "business-type-setting"})
    await shop.settle()
    assert till.pushes("navigation.show.event") == []
    assert len(other.pushes("navigation.show.event")) == 1
    await till.ask("draft-order.stop-payment.request")
    Wire(shop, a_plugin(device="till-1")).tell("navigation.navigate", {"page": "business-type-setting"})
    await shop.settle()
    assert len(till.pushes("navigation.show.event")) == 1


async def test_no_page_while_a_till_waits_for_a_plugins_payment(shop: SimulatedShop, till: Wire, other: Wire):
    """H-77, ui.md §4: nor while an attempt begun there is under way, whatever the cart says."""
    counter = Counter(Asking(shop))
    method = await counter.plugin()
    order = await counter.asking.add(CASHIER, a_line(2))
    await counter.start(order)
    navigator = Wire(shop, a_plugin())
    navigator.tell("navigation.navigate", {"page": "business-type-setting"})
    question = await method.asked("pay")
    await shop.settle()
    assert till.pushes("navigation.show.event") == []
    assert len(other.pushes("navigation.show.event")) == 1
    method.answer(question, paymentDto=APPROVAL)
    await shop.settle()
    navigator.tell("navigation.navigate", {"page": "business-type-setting"})
    await shop.settle()
    assert len(till.pushes("navigation.show.event")) == 1


async def test_a_refused_start_of_payment_is_shown(shop: SimulatedShop, till: Wire, other: Wire):
    """H-48, E-6: the plugin is answered `complete: false`, which its SDK ignores; staff see why."""
    plugin = Wire(shop, a_plugin(device="till-1"))
    reply = await plugin.ask("draft-order.start-payment")
    assert (reply["complete"], reply["error"]["reason"]) == (False, "EMPTY_CART")
    await shop.settle()
    (toast,) = till.pushes("toast.show.event")
    assert toast["plugin"] == STAMPS
    assert toast["level"] == "error"
    assert reply["errorMessage"] in toast["message"]
    assert other.pushes("toast.show.event") == []
    await till.ask("draft-order.start-payment")
    await shop.settle()
    assert len(till.pushes("toast.show.event")) == 1, "staff see their own refusals themselves"


async def test_without_the_scope_nothing_is_shown(shop: SimulatedShop, till: Wire):
    """H-76: a plugin without `ui` draws nothing, and hears nothing of clicks."""
    plugin = Wire(shop, a_plugin(scopes="catalog:read"))
    plugin.tell("toast.open", "안녕")
    plugin.tell("alert.open", "안녕")
    reply = await plugin.ask("popup.request", {"type": "barcode"})
    assert (reply["error"]["code"], reply["error"]["data"]) == ("PERMISSION_DENIED", {"scope": "ui"})
    reply = await plugin.ask("barcode.send.request", {"barcode": "1"})
    assert reply["error"]["data"] == {"scope": "device"}
    with pytest.raises(NotFound):
        await shop.request("toast.press.request", {"pluginId": "stamps"})
    await shop.settle()
    assert till.pushes("toast.show.event") == till.pushes("alert.show.event") == []
