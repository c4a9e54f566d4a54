"""Two pages of one till in one browser: one of them runs its plugins, the other goes on when that one is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.service.asking import a_line, an_order
from tests.web.building import raw_zip
from tests.web.house import House
from tests.web.test_host_page import asking_zip
from tests.web.till.paying import open_payment
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

ELSEWHERE = "이 브라우저의 다른 창에서 실행 중입니다"


async def runs_in(house: House, page: Page, *plugins: str) -> None:
    """Waits until each of these plugins runs, in this page alone: one session, one watcher."""

    async def so() -> bool:
        sessions = [len(list(house.shop.running.connections.of(plugin))) for plugin in plugins]
        return sessions == [1 for _ in plugins] and await page.locator("iframe.watcher").count() == len(
            plugins
        )

    await until(so, f"{', '.join(plugins)} run in one page")
    for plugin in plugins:

        async def running(plugin: str = plugin) -> bool:
            return bool((await house.state(plugin))["state"] == "running")

        await until(running, f"{plugin} runs")


async def another(page: Page) -> Page:
    """One more page of the same browser."""
    more = await page.context.new_page()
    await more.goto(page.url.partition("#")[0])
    await expect(more.get_by_role("tab").first).to_be_visible()
    return more


async def test_one_page_runs_them_and_the_next_goes_on(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    """H-7, PAY-8: a second page has tabs and tiles of what the first one runs, and runs it once that is closed."""
    page_plugin = await house.install(raw_zip("page", tmp_path / "raw.zip"), id="raw", scopes=["plugin"])
    worker = await house.install(asking_zip(tmp_path), scopes=["plugin"])
    first = await house.till(browser, "/")
    await runs_in(house, first, page_plugin, worker)

    second = await another(first)
    tab = second.get_by_role("tab", name="Raw")
    await tab.click()
    await expect(second.get_by_text(ELSEWHERE)).to_be_visible()
    await expect(second.locator("iframe")).to_have_count(0)
    order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
    await open_payment(second, order)
    await expect(second.get_by_role("button", name="도장", exact=True)).to_be_enabled()
    await second.get_by_role("button", name="뒤로").click()
    await runs_in(house, first, page_plugin, worker)

    # What changes meanwhile is seen in both: the one runs it, the other shows it.
    await house.ask("plugin.update", id=page_plugin, enabled=False)
    await expect(tab).to_have_count(0)
    await house.ask("plugin.update", id=page_plugin, enabled=True)
    await expect(tab).to_be_visible()
    await runs_in(house, first, page_plugin, worker)

    await tab.click()
    await first.close()
    await expect(second.get_by_text(ELSEWHERE)).to_have_count(0)
    await expect(second.locator("iframe.tab.shown")).to_be_visible()
    await runs_in(house, second, page_plugin, worker)


async def test_a_page_that_is_no_till_any_more_gives_way(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    """SEC-1: disconnected it runs nothing, and keeps no other page of its browser from it."""
    worker = await house.install(asking_zip(tmp_path), scopes=["plugin"])
    first = await house.till(browser, "/")
    await runs_in(house, first, worker)
    (device,) = [one for one in (await house.ask("device.list"))["devices"] if one["kind"] == "till"]
    await house.ask("device.revoke", id=device["id"])
    await expect(first.get_by_role("textbox", name="연결 코드")).to_be_visible()
    second = await first.context.new_page()
    code = house.shop.running.credentials.offer_owner_code()
    await second.goto(f"{house.local_url}/#claim={code}")
    await runs_in(house, second, worker)
