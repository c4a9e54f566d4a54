"""Popups: asked by a plugin, answered at a till."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.shop import staff_caller
from tests.server.screen import BACK, Wire, a_plugin
from tests.service.asking import Asking, a_line
from tests.service.paying import CASHIER, Counter

SCAN = {"type": "barcode", "productName": "스탬프"}
OPEN, CLOSE = "popup.open.request", "popup.close.event"


@pytest.fixture
async def shop() -> AsyncIterator[SimulatedShop]:
    async with simulated_shop() as simulated:
        yield simulated


@pytest.fixture
async def till(shop: SimulatedShop) -> Wire:
    return Wire(shop, staff_caller("server", "till-1"))


def an_input(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": name, "required": False} | more


def inputs(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "title": "회원", "inputs": list(entries)}


async def result(shop: SimulatedShop, till: Wire, popup: dict[str, Any], answer: Any) -> dict[str, Any]:
    """The plugin's reply when the till answers so."""
    plugin = Wire(shop, a_plugin(device="till-1"))
    asked = plugin.send("popup.request", popup)
    till.answer(await till.asked(OPEN), answer)
    await shop.settle()
    reply = plugin.reply_to(asked)
    assert reply is not None
    till.frames.clear()
    return reply


def success(**data: Any) -> dict[str, Any]:
    return {"complete": True, "data": {"result": "SUCCESS", **data}}


async def test_a_scan_popup(shop: SimulatedShop, till: Wire):
    """H-67, ui.md §1: drawn by the till, its answer under the request's own type, control characters trimmed."""
    plugin = Wire(shop, a_plugin(device="till-1"))
    asked = plugin.send("popup.request", SCAN)
    popup = await till.asked(OPEN)
    assert popup["data"] == {
        "popupId": popup["data"]["popupId"],
        "plugin": {"id": "stamps", "name": "stamps"},
        "popup": SCAN,
    }
    assert shop.running.ui.popup_open("stamps")
    till.answer(popup, {**success(barcode="\x02 8801234\r\n"), "type": "barcode"})
    await shop.settle()
    assert plugin.reply_to(asked) == {
        "complete": True,
        "type": "barcode",
        "data": {"result": "SUCCESS", "barcode": "8801234"},
    }
    assert not shop.running.ui.popup_open("stamps")
    assert till.pushes(CLOSE) == []


@pytest.mark.parametrize(
    "popup",
    [SCAN, inputs(an_input("a")), {"type": "confirm", "title": "환불할까요?"}],
    ids=lambda p: p["type"],
)
async def test_cancelling_is_a_success(shop: SimulatedShop, till: Wire, popup: dict[str, Any]):
    """H-67: closing a popup answers `CANCELLED`, with the type."""
    cancelled = {"result": "CANCELLED"}
    reply = await result(shop, till, popup, {"complete": True, "data": cancelled})
    assert reply == {"complete": True, "type": popup["type"], "data": cancelled}


async def test_values_are_typed(shop: SimulatedShop, till: Wire):
    """ui.md §2: values as in settings; what was left empty is `""`, `[]`, false, and no number."""
    choices = [{"id": "a", "label": "가"}, {"id": "b", "label": "나"}]
    popup = inputs(
        an_input("text", placeholder="이름"),
        an_input("password", "password"),
        an_input("number", "number"),
        an_input("radio", "radio", values=choices),
        an_input("checkbox", "checkbox", values=choices),
        an_input("toggle", "toggle"),
        an_input("slider", "slider", min=0, max=10, step=1),
    )
    filled = {
        "text": "김", "password": "1234", "number": 7, "radio": "a", "checkbox": ["b"], "toggle": True, "slider": 3,
    }  # fmt: skip
    reply = await result(shop, till, popup, success(inputs=filled | {"unknown": 1}))
    assert reply["data"] == {"result": "SUCCESS", "inputs": filled}
    reply = await result(shop, till, popup, success(inputs={"text": None, "number": ""}))
    assert reply["data"]["inputs"] == {"text": "", "password": "", "checkbox": [], "toggle": False}
    assert (await result(shop, till, {"type": "confirm", "title": "?"}, success()))["data"] == {
        "result": "SUCCESS"
    }


async def test_what_the_till_is_shown(shop: SimulatedShop, till: Wire):
    """ui.md §2: the inputs as the plugin gave them, unset keys left out; texts of the buttons."""
    plugin = Wire(shop, a_plugin())
    buttons = {"submit": {"label": "적립"}, "cancel": {"label": "닫기"}}
    popup = inputs(an_input("phone", placeholder="010")) | {"description": "번호", "cta": buttons}
    plugin.send("popup.request", popup)
    assert (await till.asked(OPEN))["data"]["popup"] == popup


@pytest.mark.parametrize(
    ("popup", "path"),
    [
        ({"type": "dance"}, "$.type"),
        ({}, "$.type"),
        ({"type": "input", "title": "t"}, "$.inputs"),
        (inputs(an_input("a"), an_input("a")), "$.inputs[1].id"),
        (inputs(an_input("a", "date")), "$.inputs[0].type"),
        (inputs(an_input("a", "radio")), "$.inputs[0].values"),
        (inputs(an_input("a", "slider", min=5, max=5, step=1)), "$.inputs[0].min"),
        ({"type": "confirm"}, "$.title"),
    ],
)
async def test_popups_that_could_not_be_filled_in(
    shop: SimulatedShop, till: Wire, popup: dict[str, Any], path: str
):
    """ui.md §2, H-11, H-67: refused with the field; the type is repeated in refusals too."""
    reply = await Wire(shop, a_plugin()).ask("popup.request", popup)
    assert (reply["complete"], reply["error"]["code"]) == (False, "INVALID_ARGUMENT")
    assert reply["error"]["data"]["path"].startswith(path)
    assert reply.get("type") == popup.get("type")
    assert not [frame for frame in till.frames if frame["name"] == OPEN]


@pytest.mark.parametrize(
    ("popup", "answer"),
    [
        (SCAN, {"complete": False, "errorMessage": "카메라가 없습니다"}),
        (SCAN, {"complete": False}),
        (SCAN, "nonsense"),
        (SCAN, success()),
        (SCAN, success(barcode="\r\n")),
        (SCAN, {"complete": True, "data": {"result": "MAYBE"}}),
        (inputs(an_input("a", required=True)), success(inputs={"a": ""})),
        (inputs(an_input("a", "number")), success(inputs={"a": "seven"})),
        (inputs(an_input("a")), success(inputs=[])),
    ],
)
async def test_a_till_that_fails(shop: SimulatedShop, till: Wire, popup: dict[str, Any], answer: Any):
    """ui.md §1, H-67: `{type, complete: false, errorMessage}`, never a result that does not fit."""
    reply = await result(shop, till, popup, answer)
    assert (reply["complete"], reply["type"], reply["error"]["reason"]) == (
        False,
        popup["type"],
        "POPUP_FAILED",
    )
    if isinstance(answer, dict) and "errorMessage" in answer:
        assert reply["errorMessage"] == answer["errorMessage"]


async def test_one_popup_on_each_till(shop: SimulatedShop, till: Wire):
    """ui.md §2: a second one is refused at once, another till has its own; afterwards the till is free."""
    one, two = Wire(shop, a_plugin(device="till-1")), Wire(shop, a_plugin("two", device="till-1"))
    first = one.send("popup.request", SCAN)
    popup = await till.asked(OPEN)
    reply = await two.ask("popup.request", SCAN)
    assert (reply["complete"], reply["error"]["reason"], reply["type"]) == (False, "POPUP_OPEN", "barcode")
    assert (await one.ask("popup.request", SCAN))["error"]["reason"] == "POPUP_OPEN"
    other = Wire(shop, staff_caller("server", "till-2"))
    Wire(shop, a_plugin(device="till-2")).send("popup.request", SCAN)
    await other.asked(OPEN)
    till.answer(popup, success(barcode="1"))
    await shop.settle()
    assert one.reply_to(first) is not None
    till.frames.clear()
    two.send("popup.request", SCAN)
    await till.asked(OPEN)


async def test_an_open_popup_holds_nothing_up(shop: SimulatedShop, till: Wire):
    """H-39, H-77: the plugin's other messages are answered meanwhile, those of the same noun too."""
    plugin = Wire(shop, a_plugin())
    waiting = plugin.send("popup.request", SCAN)
    await till.asked(OPEN)
    for name in ("plugin.info.request", "storage.get.request", "catalog-item.list.request"):
        assert (await plugin.ask(name, {"key": "k"}))["complete"] is True
    assert plugin.reply_to(waiting) is None


async def test_popups_may_stay_open_for_a_day(shop: SimulatedShop):
    """H-12: the one request that may take as long as the SDK waits."""
    assert shop.running.deadlines["popup.request"] == 24 * 3_600


async def test_without_a_till(shop: SimulatedShop):
    """ui.md §2, H-11: nobody there to draw it."""
    reply = await Wire(shop, a_plugin()).ask("popup.request", SCAN)
    assert (reply["error"]["code"], reply["type"]) == ("HOST_UNAVAILABLE", "barcode")
    Wire(shop, staff_caller("server", "till-2"))
    reply = await Wire(shop, a_plugin(device="till-1")).ask("popup.request", SCAN)
    assert reply["error"]["code"] == "HOST_UNAVAILABLE", "a hosted plugin's popup is its own till's"


@pytest.mark.parametrize("kind", ["plugin", "service"])
async def test_which_till_is_asked(shop: SimulatedShop, till: Wire, kind: Any):
    """ui.md §2: of a plugin no till hosts: the till that started its payment, else the one used last."""
    other = Wire(shop, staff_caller("server", "till-2"))
    plugin = Wire(shop, a_plugin(kind=kind))
    await till.ask("draft-order.clear.request")
    await other.ask("draft-order.clear.request")
    plugin.send("popup.request", SCAN)
    other.answer(await other.asked(OPEN), success(barcode="1"))
    await shop.settle()
    shop.running.ui.prefer_till("stamps", "till-1")
    plugin.send("popup.request", SCAN)
    till.answer(await till.asked(OPEN), success(barcode="1"))
    await shop.settle()
    shop.running.ui.prefer_till("stamps", None)
    other.frames.clear()
    plugin.send("popup.request", SCAN)
    await other.asked(OPEN)


async def test_a_page_beside_the_till_is_not_asked(shop: SimulatedShop, till: Wire):
    """ui.md §2: whoever would not hear that a popup is over shows none, even if it was used last."""
    kitchen = Wire(shop, staff_caller("server", "till-1"))
    await kitchen.ask("subscribe.request", {"names": ["kds-board.change.event"]})
    await kitchen.ask("draft-order.clear.request")
    Wire(shop, a_plugin(device="till-1")).send("popup.request", SCAN)
    await till.asked(OPEN)


async def test_closed_with_its_payment(shop: SimulatedShop, till: Wire):
    """ui.md §2, H-67: answered `CANCELLED`, taken off the till; a late answer of the till is nobody's."""
    plugin, other = Wire(shop, a_plugin()), Wire(shop, a_plugin("other", device="till-2"))
    asked = plugin.send("popup.request", SCAN)
    popup = await till.asked(OPEN)
    shop.running.ui.close_popups(other.session)
    await shop.settle()
    assert plugin.reply_to(asked) is None
    shop.running.ui.close_popups(plugin.session)
    await shop.settle()
    assert plugin.reply_to(asked) == {"complete": True, "type": "barcode", "data": {"result": "CANCELLED"}}
    assert till.pushes(CLOSE) == [{"popupId": popup["data"]["popupId"]}]
    assert other.pushes(CLOSE) == []
    till.answer(popup, success(barcode="1"))
    await shop.settle()
    assert (await till.ask("merchant.info.request"))["complete"] is True


async def test_closed_with_its_plugin(shop: SimulatedShop, till: Wire):
    """ui.md §2: nobody waits for the answer of a plugin that is gone, and the till is free again."""
    plugin = Wire(shop, a_plugin())
    plugin.send("popup.request", SCAN)
    await till.asked(OPEN)
    plugin.cut()
    await shop.settle()
    assert len(till.pushes(CLOSE)) == 1
    assert not shop.running.ui.popup_open("stamps")


@pytest.mark.parametrize("late", [False, True], ids=["nobody", "another"])
async def test_closed_with_its_till(shop: SimulatedShop, till: Wire, late: bool):
    """ui.md §2, H-10: a till that goes and is not back in half a minute fails the popup; another till is none."""
    plugin = Wire(shop, a_plugin())
    asked = plugin.send("popup.request", SCAN)
    await till.asked(OPEN)
    till.cut()
    other = Wire(shop, staff_caller("server", "till-2")) if late else None
    await shop.settle()
    shop.clock.jump(seconds=29)
    await shop.settle()
    assert plugin.reply_to(asked) is None
    assert shop.running.ui.popup_open("stamps")
    shop.clock.jump(seconds=1)
    reply = await plugin.replied(asked)
    assert (reply["complete"], reply["type"], reply["error"]["code"]) == (
        False,
        "barcode",
        "HOST_UNAVAILABLE",
    )
    assert not shop.running.ui.popup_open("stamps")
    assert other is None or not [frame for frame in other.frames if frame["name"] == OPEN]


async def test_a_till_whose_page_is_reloaded(shop: SimulatedShop, till: Wire):
    """ui.md §2, H-67: the same popup comes up there again, as often as it takes, and is answered as if nothing was."""
    plugin = Wire(shop, a_plugin())
    asked = plugin.send("popup.request", SCAN)
    first = await till.asked(OPEN)
    till.cut()
    for _ in range(2):
        await shop.settle()
        reloaded = Wire(shop, till.caller)
        again = await reloaded.asked(OPEN)
        assert again == first
        assert reloaded.frames[0]["name"] == "session.open.response"
        assert (await plugin.ask("popup.request", SCAN))["error"]["reason"] == "POPUP_OPEN"
        reloaded.cut()
    last = Wire(shop, till.caller)
    last.answer(await last.asked(OPEN), success(barcode="1"))
    assert (await plugin.replied(asked))["data"] == {"result": "SUCCESS", "barcode": "1"}
    assert last.pushes(CLOSE) == []


async def test_an_answer_given_while_the_network_was_down(shop: SimulatedShop, till: Wire):
    """ui.md §2, H-67: a till that only lost its connection answers what it was asked before over the new one."""
    plugin = Wire(shop, a_plugin())
    asked = plugin.send("popup.request", SCAN)
    first = await till.asked(OPEN)
    till.cut()
    await shop.settle()
    back = Wire(shop, till.caller)
    await back.asked(OPEN)
    back.answer(first, success(barcode="1"))
    assert (await plugin.replied(asked))["data"]["barcode"] == "1"


async def test_a_second_window_of_the_till(shop: SimulatedShop, till: Wire):
    """ui.md §2: the same device, so it takes over at once."""
    second = Wire(shop, till.caller)
    till.session.acted()
    Wire(shop, a_plugin()).send("popup.request", SCAN)
    await till.asked(OPEN)
    till.cut()
    await second.asked(OPEN)


async def test_closed_while_its_till_is_away(shop: SimulatedShop, till: Wire):
    """ui.md §2, H-67: with its payment it is `CANCELLED`, with its plugin it is gone; the till comes back to nothing."""
    plugin = Wire(shop, a_plugin())
    asked = plugin.send("popup.request", SCAN)
    await till.asked(OPEN)
    till.cut()
    await shop.settle()
    shop.running.ui.close_popups(plugin.session)
    assert (await plugin.replied(asked))["data"] == {"result": "CANCELLED"}
    back = Wire(shop, till.caller, hello=BACK)
    await shop.settle()
    assert not [frame for frame in back.frames if frame["name"] == OPEN]
    # It may have lost its connection alone, and show the popup still.
    assert back.pushes(CLOSE) == [{}]


async def test_a_till_that_comes_back_to_a_shop_that_was_restarted(shop: SimulatedShop):
    """ui.md §2, H-67: the shop asks nothing there, so whatever that till shows is over; it is told after its session opened."""
    back = Wire(shop, staff_caller("server", "till-1"), hello=BACK)
    await shop.settle()
    assert [frame["name"] for frame in back.frames[:2]] == ["session.open.response", CLOSE]
    assert back.pushes(CLOSE) == [{}]
    new = Wire(shop, staff_caller("server", "till-1"))
    await shop.settle()
    assert new.pushes(CLOSE) == []


async def test_the_till_that_pays(shop: SimulatedShop, till: Wire):
    """ui.md §2, H-67: a payment's popup comes up where it was started, and is closed when staff give it up."""
    other = Wire(shop, staff_caller("server", "till-2"))
    asking = Asking(shop)
    counter = Counter(asking)
    plugin = await counter.plugin()
    attempt = await counter.start(await asking.add(CASHIER, a_line(2)))
    question = await plugin.asked("pay")
    await other.ask("draft-order.clear.request")
    plugin.send("popup.request", SCAN, "popup")
    await till.asked(OPEN)
    await counter.give_up(attempt)
    await shop.settle()
    assert len(till.pushes(CLOSE)) == 1
    (reply,) = [frame["data"] for frame in plugin.frames if frame.get("callbackId") == "popup"]
    assert reply["data"] == {"result": "CANCELLED"}
    plugin.answer(question)
    await shop.settle()
    plugin.send("popup.request", SCAN, "later")
    await other.asked(OPEN)


async def test_over_http_as_well(shop: SimulatedShop, till: Wire):
    """H-78: a service without a socket asks for popups the same way."""
    asking = asyncio.create_task(shop.request("popup.request", SCAN, caller=a_plugin(kind="service")))
    till.answer(await till.asked(OPEN), success(barcode="1"))
    assert await asking == {"type": "barcode", "data": {"result": "SUCCESS", "barcode": "1"}}
