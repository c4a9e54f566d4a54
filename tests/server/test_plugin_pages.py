"""Plugins' pages in a real browser: apart from the till and from each other, and held to their allow-list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Frame, Page

from tests.browser import browser, chromium
from tests.ports import free_port
from tests.server.conftest import Desk, Served, served_by
from tests.server.plugin_origin import install, port_of, web_build

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium on this machine")

PAGE = """<!doctype html><html><head><title>tab</title><link rel="stylesheet" href="./style.css">
<script type="module" src="./app.js"></script></head>
<body><p id="text">안녕</p><script>
self.violations = [];
addEventListener('securitypolicyviolation', e => violations.push(e.effectiveDirective));
</script></body></html>"""

BUNDLE: dict[str, str | bytes] = {
    "index.html": PAGE,
    "app.js": "import {greet} from './deep/er.mjs'; document.title = greet + await (await fetch('./data.json')).text()",
    "deep/er.mjs": "export const greet = 'hello '",
    "style.css": "@font-face{font-family:x;src:url(./a.woff2)} #text{color:rgb(1, 2, 3)}",
    "data.json": "7",
    "main.js": (
        "const kinds = [typeof window, typeof self];"
        "onmessage = e => fetch(e.data).then(() => 'reached', () => 'refused')"
        ".then(how => postMessage([...kinds, how]))"
    ),
}


class Stranger:
    """A web server that counts who comes; `/away` leads to another one."""

    def __init__(self, leads_to: str = "") -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.asked: list[str] = []
        self._leads_to = leads_to

    async def __aenter__(self) -> Stranger:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[0]
        except asyncio.IncompleteReadError:
            writer.close()  # A browser opens connections ahead that it may never use.
            return
        self.asked.append(line)
        away = f"location: {self._leads_to}/redirected\r\n" if "/away" in line else ""
        writer.write(
            f"HTTP/1.1 {'302 Found' if away else '200 OK'}\r\n{away}access-control-allow-origin: *\r\n"
            "content-type: text/javascript\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def shop(desk: Desk, tmp_path: Path) -> AsyncIterator[Served]:
    async with served_by(desk, tmp_path / "shop", web=web_build(tmp_path / "web")) as running:
        yield running


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with browser("--host-resolver-rules=MAP rebound.example 127.0.0.1") as running:
        yield running


async def till(chrome: Browser, shop: Served, *plugins: str) -> tuple[Page, list[Frame]]:
    """The till's page with each plugin in a frame, as the page host makes them."""
    page = await chrome.new_page()
    await page.goto(f"http://127.0.0.1:{port_of(shop)}/kitchen#claim=x")
    assert page.url == f"http://localhost:{port_of(shop)}/kitchen#claim=x"
    frames = []
    for plugin in plugins:
        await page.evaluate(
            """origin => new Promise(done => {
                const frame = document.createElement('iframe')
                frame.sandbox = 'allow-scripts allow-same-origin allow-forms allow-downloads'
                frame.src = origin + '/'
                frame.onload = done
                document.body.append(frame)
            })""",
            f"http://{plugin}.localhost:{port_of(shop)}",
        )
        frames.append(page.frames[-1])
    return page, frames


async def test_apart(chrome: Browser, shop: Served, tmp_path: Path) -> None:
    """H-3: no storage, cookie or document of the till or of another plugin is within reach."""
    for plugin in ("one", "two"):
        await install(shop.desk, tmp_path / "shop", plugin, BUNDLE)
    page, (one, two) = await till(chrome, shop, "one", "two")
    await page.evaluate("localStorage.token = 'secret'; document.cookie = 'token=secret; path=/'")
    await one.evaluate("localStorage.mine = '1'; document.cookie = 'mine=1; domain=localhost'")
    assert await two.evaluate("[localStorage.length, localStorage.mine, document.cookie]") == [0, None, ""]
    assert await one.evaluate("localStorage.mine") == "1"
    reach = """() => [() => parent.document, () => parent.localStorage, () => parent.frames[1 - %d].document,
        () => { document.domain = 'localhost'; return parent.document }].map(touch => {
            try { return touch() ? 'reached' : 'empty' } catch (error) { return error.name } })"""
    for number, frame in enumerate((one, two)):
        assert await frame.evaluate(reach % number) == ["SecurityError"] * 4
        assert await frame.evaluate("originAgentCluster") is True
    asked = await one.evaluate(
        "url => fetch(url, {method: 'POST', body: '{}'}).then(() => 'reached', () => 'refused')",
        f"http://localhost:{port_of(shop)}/v1/device.claim",
    )
    assert asked == "refused"


async def test_a_build_runs(chrome: Browser, shop: Served, tmp_path: Path) -> None:
    """H-6: module scripts, relative scripts, styles and data; inline scripts; code made from text; its address is `/`."""
    await install(shop.desk, tmp_path / "shop", "bell", BUNDLE)
    _, (frame,) = await till(chrome, shop, "bell")
    await frame.wait_for_function("document.title == 'hello 7'")
    assert await frame.evaluate("getComputedStyle(document.querySelector('#text')).color") == "rgb(1, 2, 3)"
    assert await frame.evaluate("[location.pathname, new Function('return 1')()]") == ["/", 1]
    await frame.evaluate("history.pushState(null, '', '/orders/7')")
    async with frame.page.expect_event("framenavigated"):
        await frame.evaluate("location.reload()")
    assert await frame.evaluate("location.pathname") == "/orders/7"


async def test_the_allow_list_of_a_worker(chrome: Browser, shop: Served, tmp_path: Path) -> None:
    """H-65: a worker reaches what is listed and nothing else, also one made from text; it has no window."""
    async with Stranger() as stranger, Stranger(stranger.origin) as listed:
        await install(shop.desk, tmp_path / "shop", "bell", BUNDLE, acl=(listed.origin,))
        _, (frame,) = await till(chrome, shop, "bell")
        run = """([script, url]) => new Promise((done, failed) => {
            const worker = new Worker(script.startsWith('/') ? script : URL.createObjectURL(new Blob([script])))
            worker.onmessage = e => done(e.data); worker.onerror = e => failed(e.message); worker.postMessage(url)
        })"""
        for script in ("/.jumak/worker.js", "/main.js", str(BUNDLE["main.js"])):
            answers = [
                await frame.evaluate(run, [script, url])
                for url in (listed.origin, stranger.origin, f"{listed.origin}/away")
            ]
            assert answers == [["undefined", "object", how] for how in ("reached", "refused", "refused")]
        assert stranger.asked == []


CAMERA = "navigator.mediaDevices.getUserMedia({video: true}).then(() => 'filmed', error => error.name)"


async def test_the_camera_is_the_tills_alone(shop: Served, tmp_path: Path) -> None:
    """H-3: the till films for the barcode popup; a plugin does not, also in a frame that offers it the camera."""
    await install(shop.desk, tmp_path / "shop", "bell", BUNDLE)
    async with browser("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as filming:
        said: list[str] = []
        page, (frame,) = await till(filming, shop, "bell")
        page.on("console", lambda message: said.append(message.text))
        assert await page.evaluate(CAMERA) == "filmed"
        assert await frame.evaluate(CAMERA) == "NotAllowedError"
        async with page.expect_event("framenavigated"):
            await page.evaluate(
                "const f = document.querySelector('iframe'); f.allow = 'camera'; f.src += '?again'"
            )
        await frame.wait_for_load_state()
        assert await frame.evaluate(CAMERA) == "NotAllowedError"
        await page.reload()
        assert [line for line in said if "Permissions-Policy" in line] == []


BLOCKED_HERE = {
    "fetch": ("connect-src", "fetch(url).catch(() => 0)"),
    "beacon": ("connect-src", "navigator.sendBeacon(url, 'x')"),
    "socket": ("connect-src", "try { new WebSocket(url.replace('http', 'ws')) } catch {}"),
    "event source": ("connect-src", "new EventSource(url)"),
    "request": ("connect-src", "const x = new XMLHttpRequest(); x.open('GET', url); x.send()"),
    "ping": (
        "connect-src",
        "const a = document.createElement('a'); a.href = '#x'; a.ping = url; document.body.append(a); a.click()",
    ),
    "redirect": ("connect-src", "fetch(listed + '/away').catch(() => 0)"),
    "image": ("img-src", "new Image().src = url"),
    "redirected image": ("img-src", "new Image().src = listed + '/away'"),
    "sound": ("media-src", "new Audio(url).load()"),
    "font": ("font-src", "new FontFace('x', `url(${url})`).load().catch(() => 0)"),
    "style": (
        "style-src-elem",
        "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = url; document.head.append(l)",
    ),
    "prefetch": (
        "default-src",
        "const l = document.createElement('link'); l.rel = 'prefetch'; l.href = url; document.head.append(l)",
    ),
    "script": (
        "script-src-elem",
        "const s = document.createElement('script'); s.src = url; document.head.append(s)",
    ),
    "module": ("script-src-elem", "import(url).catch(() => 0)"),
    "worker": ("worker-src", "try { new Worker(`data:text/javascript,fetch('${url}')`) } catch {}"),
    "frame": (
        "frame-src",
        "const f = document.createElement('iframe'); f.src = url; document.body.append(f)",
    ),
    "object": (
        "object-src",
        "const o = document.createElement('object'); o.data = url; document.body.append(o)",
    ),
    "form": (
        "form-action",
        "const i = document.createElement('iframe'); i.name = 'inner'; const f = document.createElement('form');"
        "f.target = 'inner'; f.action = url; document.body.append(i, f); f.submit()",
    ),
    "base": ("base-uri", "const b = document.createElement('base'); b.href = url; document.head.append(b)"),
}
"""A way out → the directive that closes it, and how it is tried. Here `url` is off the list, `listed` on it."""


async def test_ways_off_the_list(chrome: Browser, shop: Served, tmp_path: Path) -> None:
    """H-65: by fetch, socket, image, form, worker, redirect and every other way a page loads things."""
    async with Stranger() as stranger, Stranger(stranger.origin) as listed:
        await install(shop.desk, tmp_path / "shop", "bell", BUNDLE, acl=(listed.origin,))
        _, (frame,) = await till(chrome, shop, "bell")
        for name, (directive, attempt) in BLOCKED_HERE.items():
            await frame.evaluate(
                "([url, listed]) => { violations.length = 0; %s }" % attempt,  # noqa: UP031 (braces)
                [f"{stranger.origin}/{name.replace(' ', '-')}", listed.origin],
            )
            await frame.wait_for_function("name => violations.includes(name)", arg=directive, timeout=5_000)
        assert await frame.evaluate("url => fetch(url).then(() => 'reached')", listed.origin) == "reached"
        assert stranger.asked == []


async def test_ways_around_the_policy(chrome: Browser, shop: Served, tmp_path: Path) -> None:
    """H-3: frames of its own without a policy, service workers, windows and leaving: none leads off the list."""
    async with Stranger() as stranger:
        await install(shop.desk, tmp_path / "shop", "bell", BUNDLE)
        page, (frame,) = await till(chrome, shop, "bell")
        await page.evaluate(
            "self.violations = [];"
            "addEventListener('securitypolicyviolation', e => violations.push(e.effectiveDirective))"
        )
        borrow = """([src, url]) => new Promise(done => {
            const inner = document.createElement('iframe')
            inner.onload = () => {
                try { inner.contentWindow.fetch(url).then(() => done('reached'), () => done('refused')) }
                catch (error) { done('refused') }
            }
            inner.src = src
            document.body.append(inner)
        })"""
        for src in ("about:blank", "/missing", "/main.js", "/.jumak/config.json", "/?" + "x" * 70_000):
            assert await frame.evaluate(borrow, [src, f"{stranger.origin}/borrowed"]) == "refused", src[:30]
        registered = "navigator.serviceWorker.register('/main.js').then(() => 'registered', e => e.name)"
        assert await frame.evaluate(registered) != "registered"
        assert await frame.evaluate("url => self.open(url) === null", stranger.origin)
        assert await frame.evaluate(
            "url => { try { top.location = url } catch (e) { return e.name } }", stranger.origin
        )
        await frame.evaluate(
            """url => { const rules = document.createElement('script'); rules.type = 'speculationrules'
                rules.textContent = JSON.stringify({prefetch: [{source: 'list', urls: [url], eagerness: 'immediate'}]})
                document.head.append(rules) }""",
            f"{stranger.origin}/speculated",
        )
        await frame.evaluate("url => { location = url }", f"{stranger.origin}/left")
        await page.wait_for_function("violations.includes('frame-src')", timeout=5_000)
        assert stranger.asked == []


async def test_a_rebound_name(chrome: Browser, shop: Served) -> None:
    """H-3: a stranger's name that points here shows a page of nothing."""
    page = await chrome.new_page()
    answer = await page.goto(f"http://rebound.example:{port_of(shop)}/v1/docs")
    assert answer is not None
    assert answer.status == 421
    assert "--name rebound.example" in await page.inner_text("body")
