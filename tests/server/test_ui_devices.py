"""Scans and screens that stay awake."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from jumak.testing import OWNER, PracticeTerminal, SimulatedShop, simulated_shop
from jumak.testing.shop import staff_caller
from tests.server.screen import Wire, a_plugin

CODE = "8801234123457"


@pytest.fixture
async def shop() -> AsyncIterator[SimulatedShop]:
    async with simulated_shop() as simulated:
        yield simulated


def a_till(shop: SimulatedShop, device: str = "till-1") -> Wire:
    return Wire(shop, staff_caller("server", device))


async def test_a_scan_reaches_plugins(shop: SimulatedShop):
    """ui.md §4: every plugin with scope `device`, of this till or of none; no till hears it twice."""
    till, other = a_till(shop), a_till(shop, "till-2")
    here, there = Wire(shop, a_plugin(device="till-1")), Wire(shop, a_plugin(device="till-2"))
    server, service = Wire(shop, a_plugin("a")), Wire(shop, a_plugin("b", kind="service"))
    deaf = Wire(shop, a_plugin("c", scopes="ui"))
    assert (await till.ask("barcode.scan.request", {"barcode": f"\x02 {CODE}\r\n"}))["complete"] is True
    for wire in (here, server, service):
        assert wire.pushes("barcode.event") == [{"barcode": CODE}]
    for wire in (there, deaf, till, other):
        assert wire.pushes("barcode.event") == []


async def test_a_guests_code_reaches_no_plugin():
    """PAY-9, ui.md §4: not even from a till that does not know its wallet, and while the terminal is off."""
    terminal = PracticeTerminal()
    async with simulated_shop(drivers=terminal.drivers) as shop:
        till, plugin = a_till(shop), Wire(shop, a_plugin())
        owner = Wire(shop, OWNER)
        draft = {"name": "카운터 단말기", "driver": "simulator", "address": "practice"}
        assert (await owner.ask("terminal.save.request", {"terminal": draft}))["complete"] is True
        assert (await owner.ask("terminal.list.request"))["terminals"][0]["wallets"]["reads"] != []
        terminal.switch_off()
        assert (await owner.ask("terminal.list.request"))["terminals"][0]["state"] == "away"
        for code in ("9183619472658391\r", CODE):
            assert (await till.ask("barcode.scan.request", {"barcode": code}))["complete"] is True
        assert plugin.pushes("barcode.event") == [{"barcode": CODE}]
    await terminal.close()


async def test_control_characters_inside_a_code_stay(shop: SimulatedShop):
    """ui.md §2: only what stands around a code is trimmed; a GS1 code has separators inside."""
    till, plugin = a_till(shop), Wire(shop, a_plugin())
    await till.ask("barcode.scan.request", {"barcode": "\x1d010880\x1d10AB\r"})
    assert plugin.pushes("barcode.event") == [{"barcode": "010880\x1d10AB"}]
    reply = await till.ask("barcode.scan.request", {"barcode": "\r\n"})
    assert (reply["error"]["code"], reply["error"]["data"]["path"]) == ("INVALID_ARGUMENT", "$.barcode")


async def test_a_sent_code_is_a_scan(shop: SimulatedShop):
    """ui.md §4: one till treats it like a scan, other plugins hear it, the sender does not."""
    till, other = a_till(shop), a_till(shop, "till-2")
    sender, page = Wire(shop, a_plugin(device="till-1")), Wire(shop, a_plugin(device="till-1"))
    listener = Wire(shop, a_plugin("lamp"))
    assert (await sender.ask("barcode.send.request", {"barcode": CODE}))["complete"] is True
    assert till.pushes("barcode.event") == listener.pushes("barcode.event") == [{"barcode": CODE}]
    for wire in (sender, page, other):
        assert wire.pushes("barcode.event") == []


async def test_a_code_of_a_plugin_on_the_server(shop: SimulatedShop):
    """ui.md §4: it goes to the till somebody used last, since every till would sell it once more."""
    first, second = a_till(shop), a_till(shop, "till-2")
    sender = Wire(shop, a_plugin())
    await first.ask("draft-order.clear.request")
    await sender.ask("barcode.send.request", {"barcode": "1"})
    await second.ask("barcode.scan.request", {"barcode": "0"})
    await sender.ask("barcode.send.request", {"barcode": "2"})
    assert [push["barcode"] for push in first.pushes("barcode.event")] == ["1"]
    assert [push["barcode"] for push in second.pushes("barcode.event")] == ["2"]
    first.cut()
    second.cut()
    reply = await sender.ask("barcode.send.request", {"barcode": "3"})
    assert reply["error"]["code"] == "HOST_UNAVAILABLE"


async def blocked(wire: Wire) -> bool:
    return bool((await wire.ask("power-saver.is-blocked.request"))["isBlocked"])


async def test_a_screen_stays_awake(shop: SimulatedShop):
    """ui.md §4: counted for each plugin, released when it stops; the till is told once each way."""
    till, other = a_till(shop), a_till(shop, "till-2")
    one, two = Wire(shop, a_plugin(device="till-1")), Wire(shop, a_plugin("two", device="till-1"))
    for wire in (one, one, two):
        assert (await wire.ask("power-saver.start-blocking.request"))["complete"] is True
    await one.ask("power-saver.stop-blocking.request")
    await two.ask("power-saver.stop-blocking.request")
    assert await blocked(one)
    assert await blocked(two)
    assert await blocked(till)
    assert not await blocked(other)
    one.cut()
    assert not await blocked(two)
    assert till.pushes("power-saver.change.event") == [{"blocked": True}, {"blocked": False}]
    assert other.pushes("power-saver.change.event") == []
    await two.ask("power-saver.stop-blocking.request")
    assert not await blocked(two)


async def test_every_screen_stays_awake_for_a_plugin_on_the_server(shop: SimulatedShop):
    """ui.md §4: no till hosts it, so it means all of them; a till that comes later asks."""
    till = a_till(shop)
    server, hosted = Wire(shop, a_plugin()), Wire(shop, a_plugin("two", device="till-1"))
    await server.ask("power-saver.start-blocking.request")
    await hosted.ask("power-saver.start-blocking.request")
    late = a_till(shop, "till-2")
    assert await blocked(late)
    await server.ask("power-saver.stop-blocking.request")
    assert await blocked(server), "some screen is still kept awake"
    assert late.pushes("power-saver.change.event") == [{"blocked": False}]
    assert till.pushes("power-saver.change.event") == [{"blocked": True}]
