"""A served shop that hosts plugins, with a tester to drive them and, where a test wants one, a till in a browser."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page

from jumak.plugins.host import PluginHost
from jumak.protocol.messages.plugin import Overrides
from jumak.testing import SimulatedShop
from tests.server.test_conformance import PACKAGE_SCOPES, opened, served
from tests.web.tester import NAME, Tester, tester

Json = dict[str, Any]
READY_S = 30.0


class House:
    """The shop, its plugin host, its address, and the tester. Made by `open_house`."""

    def __init__(self, shop: SimulatedShop, host: PluginHost, url: str, driving: Tester) -> None:
        self.shop, self.host, self.url, self.tester = shop, host, url, driving
        self.said: list[str] = []

    @property
    def local_url(self) -> str:
        """The same by the name plugin origins belong to."""
        return self.url.replace("127.0.0.1", "localhost")

    async def ask(self, name: str, /, **data: Any) -> Json:
        """A message of the owner. Raises its refusal."""
        return await self.shop.request(f"{name}.request", data)

    async def install(self, package: Path, **overrides: Any) -> str:
        """Installs a zip with every scope, unless told otherwise; its id."""
        overrides.setdefault("scopes", PACKAGE_SCOPES)
        return (await self.host.install(package, Overrides(**overrides))).plugin.id

    async def till(
        self, browser: Browser, path: str = "/host", *, width: int = 1280, height: int = 800
    ) -> Page:
        """A till of the owner in a browser of its own, claimed by the owner's code. path: which page it opens."""
        context = await browser.new_context(viewport={"width": width, "height": height}, locale="ko-KR")
        page = await context.new_page()

        def said(message: ConsoleMessage) -> None:
            self.said.append(f"{message.type}: {message.text}")

        page.on("console", said)
        code = self.shop.running.credentials.offer_owner_code()
        await page.goto(f"{self.local_url}{path}#claim={code}")
        return page

    async def state(self, plugin_id: str) -> Json:
        """An installed plugin as staff see it."""
        plugins = (await self.ask("plugin.list"))["plugins"]
        found: Json = next(each for each in plugins if each["id"] == plugin_id)
        return found

    async def log(self, plugin_id: str) -> list[Json]:
        """A plugin's console."""
        entries: list[Json] = (await self.ask("plugin-log.list", pluginId=plugin_id, limit=1_000))["entries"]
        return entries


@contextlib.asynccontextmanager
async def open_house(folder: Path, **given: Any) -> AsyncIterator[House]:
    """Opens a shop with the menu of `jumak.testing.menu` and serves it on a free port.

    given: `limits` of its plugins' processes, and what `simulated_shop` takes.
    """
    async with opened(folder, **given) as house, served(house.shop) as (url, _):
        # Without `payment:read`: it would be asked before payments are cancelled, and it answers nobody.
        pairing = {"kind": "service", "name": NAME, "scopes": ["ui"]}
        token = (await house.shop.request("device.pair.request", pairing))["token"]
        async with tester(url, token) as driving:
            yield House(house.shop, house.host, url, driving)
