"""A till that hosts the driver, as a worker or as a page: the tests call its SDK's members and look at the screen."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.web.building import fixture_zip, packed
from tests.web.tester import NAME, Tester, tester
from tests.web.till.plugin_cart import become_main
from tests.web.till.stall import Json, Stall, open_stall
from tests.web.waiting import until

DRIVER = "driver"
FIXTURES = {"worker": "worker-ts", "page": "page-esbuild"}
OTHER_TAB = "다른 화면"

EARS = """(() => {
  self.heard = { tones: [], played: [], awake: 0, asleep: 0 };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { self.heard.tones.push(this.frequency.value); return start.apply(this, when); };
  HTMLMediaElement.prototype.play = function () { self.heard.played.push(new URL(this.src).pathname); return Promise.resolve(); };
  const request = () => { self.heard.awake += 1; return Promise.resolve({ released: false, release() { this.released = true; self.heard.asleep += 1; return Promise.resolve(); } }); };
  Object.defineProperty(navigator, "wakeLock", { value: { request } });
  // What is on screen for three seconds is gone before a busy machine has pressed it.
  const later = self.setTimeout;
  self.setTimeout = (work, ms, ...more) => later(work, ms === 3000 ? 60000 : ms, ...more);
})()"""
"""What a browser does beyond its window: tones, sound files, a screen kept awake."""


class Driving:
    """The shop, its till and the driver in it. Made by `driving`."""

    def __init__(self, stall: Stall, page: Page, kind: str, by: Tester) -> None:
        self.stall, self.page, self.kind = stall, page, kind
        self._tester = by
        self._heard: list[Json] = []

    async def call(self, member: str, *arguments: Any) -> Any:
        """Calls a member of the SDK inside the plugin. Raises `Failed`."""
        return await self._tester.call(DRIVER, member, *arguments)

    def calling(self, member: str, *arguments: Any) -> asyncio.Task[Any]:
        """The same for a member that waits for a person."""
        return asyncio.create_task(self._tester.call(DRIVER, member, *arguments, wait_s=60))

    async def listen(self, event: str) -> None:
        """Subscribes inside the plugin. event: its namespace and name, as `toast.click`."""
        self._heard = [each for each in self._heard if each["on"] != event]
        await self._tester.do(DRIVER, listen=event.split(".", 1))

    async def behave(self, **how: Any) -> None:
        """How its payment method answers from now on."""
        await self._tester.do(DRIVER, behave=how)

    async def heard(self, event: str) -> list[Any]:
        """Arguments of the oldest such call of a listener or payment callback; waited for, and given once."""

        async def found() -> Json | None:
            self._heard += await self._tester.do(DRIVER, take=True)
            return next((each for each in self._heard if each["on"] == event), None)

        call = await until(found, f"the plugin hears {event}")
        assert call is not None
        self._heard.remove(call)
        arguments: list[Any] = call["args"]
        return arguments

    async def ears(self) -> list[Json]:
        """What the till and the plugins' frames in it did beyond the window."""
        return [await frame.evaluate("self.heard") for frame in self.page.frames]


@contextlib.asynccontextmanager
async def driving(
    kind: str, browser: Browser, folder: Path, *, name: str = "드라이버", tab: str = OTHER_TAB, **look: Any
) -> AsyncIterator[Driving]:
    """Opens a shop with one till, which hosts the driver as this kind, and another plugin that has a page.

    name: of the driver.  tab: title of the other's page.  look: of the till, see `Stall.page`.
    """
    async with open_stall(folder / "shop") as stall:
        await become_main(stall)
        pairing = {"kind": "service", "name": NAME, "scopes": ["ui"]}
        token = (await stall.ask("device.pair", **pairing))["token"]
        async with tester(stall.url.replace("localhost", "127.0.0.1"), token) as by:
            await _install(
                stall, fixture_zip(FIXTURES[kind]).read_bytes(), id=DRIVER, name=name, scopes=["plugin"]
            )
            # Without more: it answers nobody, and would be waited for before payments are cancelled.
            await _install(stall, _other(folder, tab).read_bytes(), id="other", scopes=["ui"])

            async def before(page: Page) -> None:
                await page.add_init_script(EARS)

            page = await stall.page(browser, before=before, **look)
            await by.is_up(DRIVER, within_s=60)
            yield Driving(stall, page, kind, by)
            await page.context.close()


async def _install(stall: Stall, package: bytes, **overrides: Any) -> None:
    upload = await stall.upload(package)
    await stall.ask("plugin.install", package=upload, overrides=overrides | {"acl": []})


def _other(folder: Path, tab: str) -> Path:
    """A page of a few lines that speaks to nobody but says who it is."""
    (folder / "index.html").write_text("<!doctype html><h1>다른 플러그인</h1>", encoding="utf-8")
    manifest = {"tab": {"title": tab, "description": tab, "href": "index.html"}}
    (folder / "iframe-manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    files = [folder / "index.html", folder / "iframe-manifest.json"]
    return packed(files, folder, folder / "other.zip")
