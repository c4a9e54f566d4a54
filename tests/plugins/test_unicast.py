"""Messages between plugins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument
from jumak.protocol.messages.plugin import Overrides
from jumak.testing import SimulatedShop, simulated_shop


async def test_only_the_named_plugin_hears_it(shop: SimulatedShop):
    """H-66: it reaches the named plugin alone; `from` cannot be forged; order per sender is kept."""
    first, second, third = await shop.pos("first"), await shop.pos("second"), await shop.pos("third")
    heard: list[tuple[str, Any, str]] = []
    for pos, name in ((first, "first"), (second, "second"), (third, "third")):
        pos.plugin_unicast.listen(
            "message", lambda message, sender, name=name: heard.append((name, message, sender))
        )
    await shop.settle()
    await first.plugin_unicast.send({"n": 1}, "second")
    first.notify("plugin.unicast.send", {"from": "third", "to": "second", "message": 2})
    await first.plugin_unicast.send("to me", "first")
    await first.plugin_unicast.send("lost", "nobody")
    await shop.settle()
    assert heard == [("second", {"n": 1}, "first"), ("second", 2, "first"), ("first", "to me", "first")]


async def test_info(shop: SimulatedShop):
    """H-1, plugin-runtime §4: name, version, id and profile, as often as it is asked."""
    caller = Caller(id="p", kind="plugin", name="sdk-name", version="1.2", profile="field")
    for _ in range(2):
        assert await shop.request("plugin.info.request", caller=caller) == {
            "name": "sdk-name", "version": "1.2", "id": "p", "profile": "field",
        }  # fmt: skip


def source(folder: Path, plugin_id: str, **more: Any) -> Path:
    """A worker that does nothing, as a folder."""
    home = folder / f"{plugin_id}-{len(list(folder.iterdir()))}"
    home.mkdir()
    about = {"id": plugin_id, "name": plugin_id, "version": "1", "kind": "worker"} | more
    (home / "plugin.json").write_text(json.dumps(about))
    (home / "main.js").write_text("1;")
    return home


async def test_a_name_belongs_to_one(tmp_path: Path):
    """H-66: no package, update or service takes the id or name of somebody else: it would read and speak for it."""
    async with simulated_shop(folder=tmp_path / "shop") as shop:
        host = await shop.host()
        packages = tmp_path / "packages"
        packages.mkdir()
        service = {"kind": "service", "scopes": ["plugin"]}
        await shop.request("device.pair.request", {"name": "board", **service})
        await host.install(source(packages, "victim", sdkName="victim-sdk"))
        for name in ("victim", "victim-sdk", "board", "system"):
            evil = source(packages, "evil", sdkName=name)
            for attempt in (host.inspect(evil), host.install(evil)):
                with pytest.raises(InvalidArgument) as refused:
                    await attempt
                assert refused.value.data["path"] == "$.overrides.sdkName", name
        for plugin_id in ("victim-sdk", "board"):
            with pytest.raises(InvalidArgument) as refused:
                await host.install(source(packages, plugin_id, sdkName="other"))
            assert refused.value.data["path"] == "$.overrides.id"
        assert [one["id"] for one in (await shop.request("plugin.list.request"))["plugins"]] == ["victim"]
        await host.install(source(packages, "evil", sdkName="mine"))
        for name in ("victim", "victim-sdk", "board"):
            # The installer's decision, a new version of the package, a change afterwards.
            with pytest.raises(InvalidArgument):
                await host.install(source(packages, "evil"), Overrides(sdk_name=name))
            with pytest.raises(InvalidArgument):
                await host.install(source(packages, "evil", sdkName=name, version="2"))
            with pytest.raises(InvalidArgument) as refused:
                await shop.request("plugin.update.request", {"id": "evil", "sdkName": name})
            assert refused.value.data["path"] == "$.sdkName"
        for name in ("victim", "victim-sdk", "mine"):
            with pytest.raises(InvalidArgument):
                await shop.request("device.pair.request", {"name": name, **service})
        # What is its own it may have, and go on with; a service may have another token.
        await shop.request("plugin.update.request", {"id": "evil", "sdkName": "evil", "name": "이름"})
        await host.install(source(packages, "victim", sdkName="victim-sdk", version="3"))
        await shop.request("device.pair.request", {"name": "board", **service})
