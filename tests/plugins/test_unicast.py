"""Messages between plugins."""

from __future__ import annotations

from typing import Any

from jumak.domain.caller import Caller
from jumak.testing import SimulatedShop


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
