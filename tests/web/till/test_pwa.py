"""A till that is kept in the browser: it opens while the server is gone, keeps nothing the shop said, takes up new builds."""

from __future__ import annotations

import json
import shutil
import signal
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from jumak.server.site import WEB
from tests.server.conftest import Desk, Served, desk, served_by
from tests.web.till.paying import an_order, open_payment
from tests.web.till.stall import PINS, Stall
from tests.web.waiting import until

__all__ = ["desk"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

KEPT = (
    "async () => { const found = []; for (const name of await caches.keys()) { const cache = await caches.open(name);"
    " for (const one of await cache.keys()) found.push(`${name} ${new URL(one.url).pathname}`); } return found; }"
)


async def kept_paths(page: Page) -> list[str]:
    """Everything any cache of the page's origin holds: the cache's name and a path."""
    found: list[str] = await page.evaluate(KEPT)
    return found


async def is_kept(page: Page) -> None:
    """Waits until the worker has the shell and answers for the page."""
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")

    async def controlled() -> bool:
        return bool(await page.evaluate("() => navigator.serviceWorker.controller !== null"))

    await until(controlled, "the worker answers for the page", 20)


async def test_it_opens_without_a_server(stall: Stall, browser: Browser) -> None:
    """OFF-1: it says that it connects, asks nobody for a PIN meanwhile, and goes on once the server is back."""
    till = await stall.page(browser)
    await is_kept(till)
    order = await an_order(stall)
    await open_payment(till, order)
    await expect(till.locator("button.cash")).to_be_enabled()
    await stall.end(signal.SIGKILL)
    await till.reload()
    await expect(till.get_by_text("매장 서버에 연결하는 중")).to_be_visible()
    await expect(till.locator("#sign-in")).to_have_count(0)
    for path in ("/kitchen", "/display"):
        other = await till.context.new_page()
        await other.goto(f"{stall.url}{path}")
        await expect(other.locator("#app > *").first).to_be_visible()
        await other.close()
    await stall.start()
    await till.locator("#sign-in").wait_for(timeout=20_000)
    await till.keyboard.type(PINS["owner"])
    await till.keyboard.press("Enter")
    await expect(till.locator("#payment-title")).to_contain_text(order["number"])


async def test_it_keeps_the_shell_alone(stall: Stall, browser: Browser) -> None:
    """SEC-4: pages and what they are built of; nothing of the API, whatever was asked and answered."""
    till = await stall.page(browser)
    await is_kept(till)
    await open_payment(till, await an_order(stall))
    await till.evaluate("() => fetch('/v1/openapi.json').then((answer) => answer.text())")
    paths = {one.partition(" ")[2] for one in await kept_paths(till)}
    assert {"/", "/kitchen", "/display", "/host", "/manifest.webmanifest"} <= paths
    site = WEB / "site"
    files = {f"/{path.relative_to(site)}" for path in site.rglob("*") if path.is_file()}
    built = {path for path in files if not path.endswith(".html")}
    assert paths == (built - {"/worker.js"}) | {"/", "/kitchen", "/display", "/host"}


@pytest_asyncio.fixture(loop_scope="session")
async def rebuilt(desk: Desk, tmp_path: Path) -> AsyncIterator[tuple[Served, Path]]:
    """A shop that serves a copy of the pages, which a test may build anew."""
    site = tmp_path / "web" / "site"
    shutil.copytree(WEB / "site", site)
    async with served_by(desk, tmp_path / "shop", web=tmp_path / "web") as served:
        yield served, site


async def test_a_new_build_is_taken_up(rebuilt: tuple[Served, Path], browser: Browser) -> None:
    """The newest page is shown at once, and the shell of the build before it is dropped."""
    served, site = rebuilt
    page = await (await browser.new_context()).new_page()
    address = served.url.replace("127.0.0.1", "localhost")
    await page.goto(address)
    await is_kept(page)
    (before,) = {one.partition(" ")[0] for one in await kept_paths(page)}
    html, worker = site / "till.html", site / "worker.js"
    html.write_text(html.read_text().replace("</head>", '<meta name="build" content="next" /></head>'))
    worker.write_text(worker.read_text().replace(before.removeprefix("jumak-shell-"), "the-next-build"))
    await page.reload()
    await expect(page.locator("meta[name=build]")).to_have_attribute("content", "next")

    async def replaced() -> bool:
        await page.evaluate("() => navigator.serviceWorker.getRegistration().then((kept) => kept.update())")
        return {one.partition(" ")[0] for one in await kept_paths(page)} == {"jumak-shell-the-next-build"}

    await until(replaced, "the new shell is kept, and nothing else", 20)


async def test_what_installs_it(rebuilt: tuple[Served, Path]) -> None:
    """H-3: the worker and the manifest with its icons are served, never from a plugin's origin."""
    served, _ = rebuilt
    worker = await served.http.get("/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    policy = worker.headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "worker-src 'self';" in policy
    manifest = await served.http.get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    icons = {icon["src"]: icon for icon in json.loads(manifest.content)["icons"]}
    assert {icon["purpose"] for icon in icons.values()} == {"any", "maskable"}
    for path, icon in icons.items():
        image = await served.http.get(path)
        if path.endswith(".png"):
            assert f"{'x'.join(map(str, struct.unpack('>II', image.content[16:24])))}" == icon["sizes"]
    host = {"Host": f"stamp.localhost:{served.url.rpartition(':')[2]}"}
    assert (await served.http.get("/worker.js", headers=host)).status_code == 404
