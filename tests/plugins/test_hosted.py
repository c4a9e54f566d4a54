"""Plugins that tills host: lists, reports, and who may host what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.domain.errors import InvalidArgument, NotFound
from jumak.plugins.host import PluginHost
from jumak.protocol.messages.plugin import Overrides
from jumak.sdk.client import Pos
from jumak.sdk.events import ANY, Push
from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.shop import staff_caller

FILES = {
    "main.js": "self.onmessage = () => {};",
    "index.html": "<!doctype html>",
    "iframe-manifest.json": json.dumps({"tab": {"title": "선물", "description": "카드"}}),
}
BOTH, WORKER, PAGE = tuple(FILES), ("main.js",), ("index.html", "iframe-manifest.json")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        simulated.running.origins = lambda plugin_id: f"http://{plugin_id}.localhost:8700"
        yield simulated


@pytest.fixture
async def host(shop: SimulatedShop) -> PluginHost:
    return await shop.host()


def build(tmp_path: Path, plugin_id: str, names: tuple[str, ...] = WORKER) -> Path:
    folder = tmp_path / plugin_id
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text(FILES[name])
    return folder


async def till(shop: SimulatedShop, name: str) -> tuple[Pos, str]:
    """A paired till with its connection, and its device's id."""
    paired = await shop.request("device.pair.request", {"kind": "till", "name": name})
    pos = shop.client(staff_caller("owner", paired["device"]["id"]))
    await pos.start()
    return pos, paired["device"]["id"]


async def listed(pos: Pos) -> list[dict[str, Any]]:
    return (await pos.request("hosted-plugin.list.request"))["plugins"]


async def report(pos: Pos, plugin_id: str, state: str, **more: object) -> dict[str, Any]:
    reply = await pos.request("plugin.report.request", {"pluginId": plugin_id, "state": state, **more})
    return {key: value for key, value in reply.items() if key != "complete"}


async def install_of(shop: SimulatedShop, plugin_id: str) -> dict[str, Any]:
    plugins = (await shop.request("plugin.list.request"))["plugins"]
    return next(plugin for plugin in plugins if plugin["id"] == plugin_id)


async def test_what_a_till_hosts(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """extensions §11: pages and workers with their origin; not what the server runs, nor what is switched off."""
    pos, _ = await till(shop, "계산대")
    both = await host.install(build(tmp_path, "both", BOTH))
    await host.install(build(tmp_path, "page", PAGE))
    await host.install(build(tmp_path, "off"))
    await shop.request("plugin.update.request", {"id": "off", "enabled": False})
    first, second = await listed(pos)
    assert first == {
        "id": "both", "name": "both", "version": both.plugin.version, "hash": both.plugin.hash, "profile": "field",
        "kinds": ["worker", "iframe"], "origin": "http://both.localhost:8700", "originMap": {}, "entry": "main.js",
        "tab": {"title": "선물", "description": "카드", "href": "index.html"},
    }  # fmt: skip
    assert (second["id"], second["kinds"], "entry" in second) == ("page", ["iframe"], False)
    await shop.request(
        "plugin.update.request",
        {"id": "both", "headless": True, "originMap": {"https://API.example": "http://localhost:1"}},
    )
    (first, _) = await listed(pos)
    assert (first["kinds"], "entry" in first) == (["iframe"], False), "its worker runs here"
    assert first["originMap"] == {"https://api.example": "http://localhost:1"}
    shop.running.origins = lambda _: None
    assert await listed(pos) == [], "a till on plain http elsewhere hosts no pages"


async def test_tills_of_a_plugin(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """plugin-runtime §4, extensions §11: a plugin for one till is hosted, opened and reported by that till alone."""
    (counter, counter_id), (bar, _) = await till(shop, "계산대"), await till(shop, "바")
    await host.install(build(tmp_path, "gift"))
    reply = await shop.request("plugin.update.request", {"id": "gift", "devices": [counter_id]})
    assert reply["plugin"]["devices"] == [counter_id]
    assert [plugin["id"] for plugin in await listed(counter)] == ["gift"]
    assert await listed(bar) == []
    assert await report(bar, "gift", "running") == {"disabled": True}
    assert await report(counter, "gift", "running") == {}
    assert (await counter.ext.plugin.open_session(plugin_id="gift")).token
    with pytest.raises(Exception, match="플러그인"):
        await bar.ext.plugin.open_session(plugin_id="gift")
    for wrong in (
        "nobody",
        (await shop.request("device.pair.request", {"kind": "kitchen", "name": "k"}))["device"]["id"],
    ):
        with pytest.raises(InvalidArgument) as refused:
            await shop.request("plugin.update.request", {"id": "gift", "devices": [counter_id, wrong]})
        assert refused.value.data["path"] == "$.devices[1]"
    assert await report(counter, "nothing", "running") == {"disabled": True}


async def test_how_it_fares(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """H-9, H-73: state and load time per till, lines in the console; a till that left is not shown."""
    (counter, counter_id), (bar, bar_id) = await till(shop, "계산대"), await till(shop, "바")
    await host.install(build(tmp_path, "gift"))
    await report(counter, "gift", "starting")
    assert (await install_of(shop, "gift"))["state"] == "starting"
    lines = [{"level": "warn", "title": "window", "text": "slow"}]
    await report(counter, "gift", "running", loadMs=41.6, entries=lines)
    await report(bar, "gift", "crashed", reason="main.js threw")
    fares = await install_of(shop, "gift")
    assert (fares["state"], fares["loadMs"]) == ("running", 42)
    assert fares["deviceStates"] == sorted(
        [
            {"deviceId": counter_id, "name": counter_id, "state": "running", "loadMs": 42},
            {"deviceId": bar_id, "name": bar_id, "state": "crashed", "reason": "main.js threw"},
        ],
        key=lambda one: one["deviceId"],
    )
    said = [(entry.level, entry.title, entry.text) for entry in host.console("gift").entries]
    assert ("warn", "window", "slow") in said
    assert ("error", "", "main.js threw; starting it again in 1 s") in said
    shop.lose_connection(counter)
    await counter.close()
    fares = await install_of(shop, "gift")
    assert (fares["state"], [one["deviceId"] for one in fares["deviceStates"]]) == ("crashed", [bar_id])


async def test_a_till_that_leaves_and_comes_back(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """H-9: whoever looks is told when a till takes its plugins along, and when it is back."""
    owner = await shop.staff("owner", device="office")
    (counter, counter_id), (bar, bar_id) = await till(shop, "계산대"), await till(shop, "바")
    await host.install(build(tmp_path, "gift"))
    await host.install(build(tmp_path, "idle"))
    for one in (counter, bar):
        await report(one, "gift", "running")
    await shop.settle()
    told = {"gift": sorted([counter_id, bar_id]), "idle": []}
    seen: list[tuple[str, list[str]]] = []

    def look(push: Push) -> None:
        # A plugin is told of again once a thread has cleared up after its installation: only changes count.
        if push.name == "plugin.change.event":
            plugin = push.data["plugin"]
            tills = [one["deviceId"] for one in plugin["deviceStates"]]
            if tills != told[plugin["id"]]:
                told[plugin["id"]] = tills
                seen.append((plugin["id"], tills))

    owner.events.on(ANY, look)
    second = shop.client(staff_caller("owner", bar_id))
    await second.start()
    await second.close()
    await shop.settle()
    assert seen == [], "the bar still has another connection"
    await bar.close()
    await shop.settle()
    assert seen == [("gift", [counter_id])]
    back = shop.client(staff_caller("owner", bar_id))
    await back.start()
    await shop.settle()
    assert seen[1:] == [("gift", sorted([counter_id, bar_id]))]


async def test_crashes_in_a_till(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """H-8: a till waits as it is told; the tenth crash switches the plugin off for all, with a reason and a notice."""
    counter, _ = await till(shop, "계산대")
    await host.install(build(tmp_path, "gift"))
    waits = []
    for _ in range(9):
        await report(counter, "gift", "starting")
        waits.append((await report(counter, "gift", "crashed", reason="no pulse"))["restartAfterMs"])
        shop.clock.jump(seconds=waits[-1] / 1_000)
    assert waits == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    assert await report(counter, "gift", "crashed", reason="no pulse") == {"disabled": True}
    fares = await install_of(shop, "gift")
    assert fares["state"] == "disabled"
    assert "no pulse" in fares["reason"]
    assert await listed(counter) == []
    assert await report(counter, "gift", "crashed") == {"disabled": True}
    await shop.request("plugin.restart.request", {"id": "gift"})
    await shop.settle()
    assert [plugin["id"] for plugin in await listed(counter)] == ["gift"]
    assert await report(counter, "gift", "crashed") == {"restartAfterMs": 1_000}, "it begins anew"


async def test_tills_hear_of_changes(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """H-8, plugin-runtime §4, merchant-device §2: install, change, restart, a new business mode, removal."""
    counter, _ = await till(shop, "계산대")
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def hear(push: Push) -> None:
        if push.name == "hosted-plugin.change.event":
            heard.put_nowait(push.data)

    counter.events.on(ANY, hear)
    await counter.request("session.ping.request")

    async def news() -> dict[str, Any]:
        """The next of them: the host tidies files in a thread before it turns to the next change."""
        return await asyncio.wait_for(heard.get(), 20)

    await host.install(build(tmp_path, "gift"))
    assert await news() == {"pluginId": "gift", "restart": True}
    await shop.request("plugin.update.request", {"id": "gift", "scopes": ["ui"]})
    assert await news() == {"pluginId": "gift", "restart": True}
    await shop.request("plugin.restart.request", {"id": "gift"})
    assert await news() == {"pluginId": "gift", "restart": True}
    version = (await shop.request("shop-setting.get.request"))["settings"]["version"]
    change = {"changes": {"name": "다른 이름"}, "expectedVersion": version}
    await shop.request("shop-setting.update.request", change)
    change = {"changes": {"paymentTiming": "PAY_FIRST"}, "expectedVersion": version + 1}
    await shop.request("shop-setting.update.request", change)
    assert await news() == {"pluginId": "gift", "restart": True}
    await shop.request("plugin.update.request", {"id": "gift", "enabled": False})
    assert await news() == {"pluginId": "gift"}
    await shop.request("plugin.uninstall.request", {"id": "gift"})
    assert await news() == {"pluginId": "gift"}
    await shop.settle()
    assert heard.empty(), "a new name of the shop concerns no plugin"


async def test_headless(shop: SimulatedShop, host: PluginHost, tmp_path: Path):
    """plugin-runtime §2: only a worker runs under the server; a page alone is refused with the reason."""
    await host.install(build(tmp_path, "page", PAGE))
    with pytest.raises(InvalidArgument, match="worker"):
        await shop.request("plugin.update.request", {"id": "page", "headless": True})
    with pytest.raises(InvalidArgument, match="worker"):
        await host.install(build(tmp_path, "page", PAGE), Overrides(headless=True))
    installed = await host.install(build(tmp_path, "gift"), Overrides(headless=True))
    assert installed.plugin.headless
    counter, _ = await till(shop, "계산대")
    assert [plugin["id"] for plugin in await listed(counter)] == ["page"]


async def test_who_may_ask(shop: SimulatedShop, host: PluginHost):
    """H-76: only a till reports and lists; there is no such upload to inspect."""
    pos = await shop.pos("p")
    for name in ("hosted-plugin.list.request", "plugin.report.request", "plugin.inspect.request"):
        with pytest.raises(Exception, match="권한"):
            await pos.request(name, {"pluginId": "p", "state": "running", "package": "x"})
    with pytest.raises(NotFound):
        await shop.request("plugin.inspect.request", {"package": "../x"})
    assert host.states() == {}
