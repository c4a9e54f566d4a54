"""The budget meter: how near a plugin is to the rate limit of its SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jumak.domain.errors import NotFound
from jumak.plugins.budget import Budget
from jumak.plugins.host import PluginHost
from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.shop import staff_caller
from tests.server.screen import Wire, a_plugin


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        yield simulated


@pytest.fixture
async def host(shop: SimulatedShop) -> PluginHost:
    return await shop.host()


def test_both_windows_slide():
    """H-72: calls of the last minute and of the last half hour, each method by itself."""
    budget = Budget()
    for second in range(0, 600, 10):
        budget.count("order.add", float(second))
    budget.count("table.list", 600.0)
    assert [(one.method, one.used_60s, one.used_30min) for one in budget.used(600.0)] == [
        ("order.add", 5, 60),
        ("table.list", 1, 1),
    ]
    assert [(one.method, one.used_60s, one.used_30min) for one in budget.used(2_390.0)] == [
        ("table.list", 0, 1)
    ]
    assert budget.used(5_000.0) == []


@pytest.mark.parametrize(
    ("every_s", "used", "limit", "window_s"), [(0.5, 80, 100, 60), (5.0, 160, 200, 1_800)]
)
def test_a_warning_at_80_percent(every_s: float, used: int, limit: int, window_s: int):
    """H-72: of either window, once for each window."""
    budget = Budget()
    warnings = [
        (number, near)
        for number in range(1, used + 20)
        if (near := budget.count("order.add", number * every_s)) is not None
    ]
    ((number, near),) = warnings
    assert (number, near.used, near.limit, near.window_s) == (used, used, limit, window_s)


def test_again_in_the_next_window():
    """H-72: a plugin that stays near the limit is told of again, a minute later."""
    budget = Budget()
    told = [
        second for second in range(600) if (near := budget.count("x", second / 2)) and near.window_s == 60
    ]
    assert told == [79, 199, 319, 439, 559]


async def test_the_meter_of_a_plugin(shop: SimulatedShop, host: PluginHost):
    """H-72: limited methods only, over both doors; a warning in the console and a notice to staff at 80 %."""
    till = Wire(shop, staff_caller("server"))
    plugin = Wire(shop, a_plugin())
    for _ in range(79):
        await plugin.ask("catalog-item.list.request")
        await plugin.ask("draft-order.get.request")
    assert till.pushes("notice.event") == []
    await shop.request("catalog-item.list.request", caller=a_plugin())
    (notice,) = till.pushes("notice.event")
    assert notice["level"] == "warn"
    assert "stamps" in notice["text"]
    assert "80/100" in notice["text"]
    assert notice["action"] == {"type": "plugin-budget", "pluginId": "stamps"}
    assert any(
        entry.level == "warn" and "80 of the 100 calls" in entry.text
        for entry in host.console("stamps").entries
    )
    methods = (await shop.request("plugin-budget.get.request", {"pluginId": "stamps"}))["methods"]
    assert methods == [{"method": "catalog-item.list", "used60s": 80, "used30min": 80}]
    shop.clock.jump(minutes=2)
    methods = (await shop.request("plugin-budget.get.request", {"pluginId": "stamps"}))["methods"]
    assert methods == [{"method": "catalog-item.list", "used60s": 0, "used30min": 80}]


async def test_services_are_counted_without_a_notice(shop: SimulatedShop, host: PluginHost):
    """H-72: the SDK of a remote service has no such limit, so nothing is about to fail."""
    till = Wire(shop, staff_caller("server"))
    service = Wire(shop, a_plugin("bridge", kind="service"))
    for _ in range(90):
        await service.ask("catalog-item.list.request")
    assert till.pushes("notice.event") == []
    methods = (await shop.request("plugin-budget.get.request", {"pluginId": "bridge"}))["methods"]
    assert methods[0]["used60s"] == 90


async def test_whose_budget(shop: SimulatedShop, host: PluginHost):
    """H-72: a plugin that called nothing has used nothing; one there is not, is not found."""
    Wire(shop, a_plugin())
    assert (await shop.request("plugin-budget.get.request", {"pluginId": "stamps"}))["methods"] == []
    with pytest.raises(NotFound):
        await shop.request("plugin-budget.get.request", {"pluginId": "nobody"})
