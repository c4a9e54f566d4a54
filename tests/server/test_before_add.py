"""Plugins that fill in a new item."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jumak.server import before_add
from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.shop import staff_caller
from tests.server.screen import Wire, a_plugin

HEALTH, FILL = "catalog-item.before-add-health-check.request", "catalog-item.event.request"


@pytest.fixture
async def shop() -> AsyncIterator[SimulatedShop]:
    async with simulated_shop() as simulated:
        yield simulated


@pytest.fixture
async def till(shop: SimulatedShop) -> Wire:
    return Wire(shop, staff_caller("manager", "till-1"))


async def test_who_fills_in(shop: SimulatedShop, till: Wire, monkeypatch: pytest.MonkeyPatch):
    """catalog.md §2.6: those that answer within a second; a till is offered what it hosts and what no till hosts."""
    monkeypatch.setattr(before_add, "HEALTHY_WITHIN_S", 0.05)
    willing, hosted = Wire(shop, a_plugin("a")), Wire(shop, a_plugin("b", device="till-1"))
    refusing, silent = Wire(shop, a_plugin("c")), Wire(shop, a_plugin("d"))
    elsewhere = Wire(shop, a_plugin("e", device="till-2"))
    without = Wire(shop, a_plugin("f", scopes="ui"))
    asked = till.send("catalog-item.before-add-list.request")
    for wire, says in ((willing, {"complete": True}), (hosted, {}), (refusing, {"complete": False})):
        wire.answer(await wire.asked(HEALTH), says)
    await silent.asked(HEALTH)
    reply = await till.replied(asked)
    assert reply == {"complete": True, "plugins": [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}]}
    for wire in (elsewhere, without):
        assert not [frame for frame in wire.frames if frame["name"] == HEALTH]


async def filled(shop: SimulatedShop, till: Wire, answer: Any) -> dict[str, Any]:
    plugin = Wire(shop, a_plugin())
    asked = till.send(
        "catalog-item.before-add-fill.request", {"pluginId": "stamps", "barcode": "880", "title": "팥"}
    )
    frame = await plugin.asked(FILL)
    assert frame["data"] == {"event": "before-add", "payload": {"barcode": "880", "title": "팥"}}
    plugin.answer(frame, answer)
    await shop.settle()
    reply = till.reply_to(asked)
    assert reply is not None
    plugin.cut()
    return reply


async def test_a_suggestion(shop: SimulatedShop, till: Wire):
    """catalog.md §2.6: `initialValue` pre-fills the form, nothing is saved."""
    before = shop.running.store.reader().seq
    value = {"title": "팥죽", "price": {"priceValue": 7_500}}
    answer = {"complete": True, "event": "before-add", "payload": {"initialValue": value}}
    assert await filled(shop, till, answer) == {"complete": True, "initialValue": value}
    assert shop.running.store.reader().seq == before


@pytest.mark.parametrize(
    "answer",
    [
        {"complete": False, "errorMessage": "handler is not a function"},
        {"complete": True},
        {"complete": True, "payload": "x"},
        {"complete": True, "payload": {"initialValue": [1]}},
        {"complete": True, "payload": {"initialValue": {"title": "x" * 200_000}}},
        "text",
    ],
)
async def test_no_suggestion(shop: SimulatedShop, till: Wire, answer: Any):
    """E-3, H-47: a refusal, as a legacy subscription gives, or an odd answer is no error for staff."""
    assert await filled(shop, till, answer) == {"complete": True}


async def test_silence(shop: SimulatedShop, till: Wire, monkeypatch: pytest.MonkeyPatch):
    """H-47, H-12: the form stays as it is, inside the 30 s; a plugin that is not there is the same."""
    assert before_add.FILL_WITHIN_S < 30
    monkeypatch.setattr(before_add, "FILL_WITHIN_S", 0.02)
    Wire(shop, a_plugin())
    for plugin in ("stamps", "nobody"):
        reply = await till.ask("catalog-item.before-add-fill.request", {"pluginId": plugin})
        assert reply == {"complete": True}


async def test_of_two_contexts_one_may_answer(shop: SimulatedShop, till: Wire):
    """E-3: a plugin of a worker and a page has two sessions; the one without a handler does not matter."""
    worker, page = Wire(shop, a_plugin(device="till-1")), Wire(shop, a_plugin(device="till-1"))
    asked = till.send("catalog-item.before-add-fill.request", {"pluginId": "stamps"})
    worker.answer(await worker.asked(FILL), {"complete": False})
    page.answer(await page.asked(FILL), {"payload": {"initialValue": {"title": "팥"}}})
    await shop.settle()
    assert till.reply_to(asked) == {"complete": True, "initialValue": {"title": "팥"}}
