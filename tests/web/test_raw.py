"""A plugin without any code of ours, and every way partners build theirs, served as the documented wire says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from jumak.testing.shop import staff_caller
from tests.server.screen import answering
from tests.web.building import fixture_zip, raw_zip
from tests.web.house import House
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def started(house: House, plugin: str) -> dict[str, Any]:
    """What its start-up scenario saw, once that has come to its end."""
    await house.tester.is_up(plugin)

    async def ended() -> dict[str, Any]:
        seen = await house.tester.tell(plugin, {"do": "results"})
        return seen if seen["results"] and seen["results"][-1][0] in ("start-payment", "failed") else {}

    return await until(ended, "its start-up scenario ends")


@pytest.mark.parametrize("where", ["worker", "page", "headless"])
async def test_the_raw_protocol(where: str, house: House, browser: Browser, tmp_path: Path):
    """E-1, E-4, E-5, E-6, E-8, E-10, H-1, H-10, H-16, H-48, H-73: its habits are served, wherever it runs."""
    zipped = raw_zip("page" if where == "page" else "worker", tmp_path / "raw.zip")
    plugin = await house.install(zipped, id="raw", headless=where == "headless", scopes=["plugin"])
    till = await house.till(browser)
    if where == "headless":
        answering(house.shop, staff_caller("owner"))
    seen = await started(house, plugin)
    results = dict(seen["results"])
    # Plugin info is answered before anything else reaches it (E-1), with the name it is told by.
    assert seen["firstReceived"] == "plugin.info.response"
    assert seen["me"]["name"] == "raw"
    assert results["values"]["settings"] == {"shop": "A", "limit": 10}
    assert len(results["categories"]["categories"]) == 3
    assert results["merchant"]["merchant"]["name"] == "주막 시험점"
    # `states` on the wire is no filter, and the answer is a bare array under its key.
    assert results["orders"]["orders"] == []
    # The cart is empty: the plugin hears of the refusal, staff are told (E-6).
    assert results["start-payment"] == {} or "error" not in results["start-payment"]
    (page,) = [await house.ask("plugin-setting.get", pluginId=plugin)]
    assert [each["id"] for each in page["inputs"]] == ["shop", "limit"]
    if where != "headless":
        for version, toast in (
            (1, {"message": "raw: first"}),
            (2, {"message": "raw: second", "level": "warn"}),
        ):
            told = {"do": "notify", "name": "toast.open", "data": toast, "version": version}
            await house.tester.tell(plugin, told)
            await expect(till.get_by_text(toast["message"])).to_be_visible()
    # Info asked again, under a new id, is answered again (E-5).
    again = await house.tester.tell(plugin, {"do": "request", "name": "plugin.info.request", "data": {}})
    assert again["reply"]["name"] == "raw"
    unknown = await house.tester.tell(plugin, {"do": "request", "name": "no.such.request", "data": {}})
    assert unknown["error"]
    # One handler per event, registered late: pushes come all the same (E-8).
    await house.tester.tell(plugin, {"do": "listen", "name": "catalog-category.change.event"})
    await house.ask("catalog-category.add", category={"title": "겨울", "order": 9})

    async def heard() -> list[dict[str, Any]]:
        told = await house.tester.tell(plugin, {"do": "take", "name": "catalog-category.change.event"})
        return told["events"]

    assert (await until(heard, "the push"))[0]["data"]["event"] == "add"
    # Its own log of the traffic is its console (H-73).
    titles = {entry.get("title") for entry in await house.log(plugin)}
    assert "eventMessage" in titles


@pytest.mark.parametrize("where", ["worker", "page", "headless"])
async def test_where_it_finds_itself(where: str, house: House, browser: Browser, tmp_path: Path):
    """H-3, H-4: a worker has `self` and no `window`, a page its own origin, never bare localhost; nobody has Node's words."""
    zipped = raw_zip("page" if where == "page" else "worker", tmp_path / "raw.zip")
    plugin = await house.install(zipped, id="raw", headless=where == "headless")
    await house.till(browser)
    await started(house, plugin)
    found = await house.tester.tell(plugin, {"do": "look"})
    assert (found["window"], found["self"]) == ("object" if where == "page" else "undefined", "object")
    assert (found["require"], found["process"]) == ("undefined", "undefined")
    assert str(found["origin"]).startswith("http://raw.localhost")


@pytest.mark.parametrize("fixture", ["worker-ts", "worker-js", "page-react", "page-esbuild"])
async def test_zips_as_partners_build_them(fixture: str, house: House, browser: Browser):
    """H-5, H-6, H-9: webpack from TypeScript and JavaScript, Vite with React, esbuild: installed as they are, in profile `field`."""
    plugin = await house.install(fixture_zip(fixture), id="partner")
    till = await house.till(browser)
    await house.tester.is_up(plugin)
    assert len(await house.tester.call(plugin, "category.getCategories")) == 3
    state = await house.state(plugin)
    assert (state["profile"], state["state"]) == ("field", "running")
    assert state["hash"]
    assert state["loadMs"] >= 0
    if fixture.startswith("page"):
        title = {"page-react": "리액트", "page-esbuild": "이에스빌드"}[fixture]
        await till.get_by_role("tab", name=title).click()
        # Another tab and back: the page is only hidden (H-7), so what it has in memory stays.
        await till.get_by_role("tab", name="플러그인").click()
        assert await house.tester.call(plugin, "merchant.getMerchant")
