"""What a plugin's origin serves, and the headers it comes with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import websockets

from jumak.server.first_scripts import with_scripts
from jumak.server.policy import Source, source_of
from jumak.service.documents import Tab
from tests.ports import free_port
from tests.server.conftest import Desk, Served, served_by
from tests.server.plugin_origin import WATCHER, get, install, policy_of, port_of, web_build

PAGE = "<!doctype html><html><head><script type=module src='./app.js'></script></head>안녕</html>"
GUARD = f"<script>{WATCHER['guard.js']}</script>"
GUARDED = PAGE.replace("<html>", f"{GUARD}<html>")
FILES: dict[str, str | bytes] = {
    "index.html": PAGE,
    "app.js": "export {}",
    "main.js": "self.x = 1",
    "deep/er.mjs": "export {}",
    "style.css": "a{}",
    "a.svg": "<svg/>",
    "a.wasm": b"\0asm",
    "a.woff2": b"wOF2",
    "a.png": b"\x89PNG",
    "data.json": "{}",
    "euc-kr.html": "<meta charset=euc-kr>안녕".encode("euc-kr"),
    "what.ever": b"\1",
    "글꼴 하나.css": "b{}",
}


@pytest.fixture
async def shop(desk: Desk, tmp_path: Path) -> AsyncIterator[Served]:
    async with served_by(desk, tmp_path / "shop", "pos.example", web=web_build(tmp_path / "web")) as running:
        yield running


@pytest.fixture
def put(shop: Served, tmp_path: Path) -> Any:
    async def put(plugin_id: str = "bell", files: dict[str, str | bytes] = FILES, **more: Any) -> str:
        await install(shop.desk, tmp_path / "shop", plugin_id, files, **more)
        return f"{plugin_id}.localhost"

    return put


async def test_files(shop: Served, put: Any) -> None:
    """H-6: each file of the package with its type, so that module scripts run and pages show Korean."""
    host = await put()
    for path, kind in {
        "/": "text/html; charset=utf-8",
        "/index.html": "text/html; charset=utf-8",
        "/euc-kr.html": "text/html",
        "/app.js": "text/javascript; charset=utf-8",
        "/app.js?v=1": "text/javascript; charset=utf-8",
        "/deep/er.mjs": "text/javascript; charset=utf-8",
        "/style.css": "text/css; charset=utf-8",
        "/%EA%B8%80%EA%BC%B4%20%ED%95%98%EB%82%98.css": "text/css; charset=utf-8",
        "/a.svg": "image/svg+xml; charset=utf-8",
        "/a.wasm": "application/wasm",
        "/a.woff2": "font/woff2",
        "/a.png": "image/png",
        "/data.json": "application/json; charset=utf-8",
        "/what.ever": "application/octet-stream",
        "/.jumak/watch.html": "text/html; charset=utf-8",
        "/.jumak/worker.js": "text/javascript; charset=utf-8",
    }.items():
        answer = await get(shop, host, path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind), path
    for path, content in FILES.items():
        sent = (await get(shop, host, f"/{path}")).content
        written = content.encode() if isinstance(content, str) else content
        # All of it byte for byte; of pages what comes before the guard, and what comes after.
        assert sent.replace(GUARD.encode(), b"") == written, path
        assert (GUARD.encode() in sent) == path.endswith(".html"), path
    assert (await get(shop, host, "/")).text == GUARDED
    head = await get(shop, host, "/app.js", "HEAD")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "9")


async def test_every_response_carries_the_policy(shop: Served, put: Any) -> None:
    """H-3: also refusals and what is not modified: a frame without one would lend its page unlimited network."""
    host = await put(acl=("https://api.example",))
    etag = (await get(shop, host, "/")).headers["etag"]
    for answer in (
        await get(shop, host, "/"),
        await get(shop, host, "/main.js"),
        await get(shop, host, "/.jumak/worker.js"),
        await get(shop, host, "/.jumak/config.json"),
        await get(shop, host, "/missing"),
        await get(shop, host, "/", "POST"),
        await get(shop, host, "/", If_None_Match=etag),
        await get(shop, host, "/sw.js", Service_Worker="script"),
        await get(shop, host, "/", Sec_Fetch_Dest="document"),
    ):
        policy = policy_of(answer)
        assert policy["connect-src"][-2:] == ["https://api.example", "wss://api.example"]
        assert policy["frame-ancestors"] == ["'self'", f"http://localhost:{port_of(shop)}"]
        assert policy["sandbox"] == ["allow-scripts", "allow-same-origin", "allow-forms", "allow-downloads"]
        assert answer.headers["origin-agent-cluster"] == "?1"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]
    assert (await get(shop, host, "/a.png")).headers["cross-origin-resource-policy"] == "cross-origin"


async def test_what_the_server_itself_refuses(shop: Served, put: Any) -> None:
    """H-3: a request too long to be read is answered by a page without an origin."""
    host = await put()
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(shop))
    writer.write(b"GET /?%b HTTP/1.1\r\nHost: %b\r\n\r\n" % (b"x" * 70_000, host.encode()))
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"content-security-policy: default-src 'none'; frame-ancestors 'none'; sandbox" in answer


async def test_a_bug_while_serving(shop: Served, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-10: is answered, under the policy as well."""

    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    host = await put()
    monkeypatch.setattr("jumak.server.plugin_files.read_file", broken)
    answer = await get(shop, host, "/")
    assert answer.status_code == 500
    assert "sandbox" in policy_of(answer)
    assert "bug" not in answer.text


async def test_what_slips_past_a_policy(shop: Served, put: Any) -> None:
    """H-3: no service worker is registered and no page opens outside the till."""
    host = await put()
    worker = await get(shop, host, "/app.js", Service_Worker="script")
    assert (worker.status_code, "allow-list" in worker.text) == (403, True)
    outside = await get(shop, host, "/", Sec_Fetch_Dest="document")
    assert (outside.status_code, f"http://localhost:{port_of(shop)}/" in outside.text) == (403, True)
    assert (await get(shop, host, "/", Sec_Fetch_Dest="iframe")).status_code == 200


async def test_conditional_requests(shop: Served, put: Any) -> None:
    """H-6: what the browser has is not sent again, unless the file or what the plugin may do has changed."""
    host = await put()
    first = await get(shop, host, "/main.js")
    assert first.headers["cache-control"] == "no-cache"
    for tags in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        assert (await get(shop, host, "/main.js", If_None_Match=tags)).status_code == 304
    await put(acl=("https://api.example",))
    assert (await get(shop, host, "/main.js", If_None_Match=first.headers["etag"])).status_code == 200


async def test_nothing_outside_the_package(shop: Served, put: Any, tmp_path: Path) -> None:
    """H-3: no other plugin's files, none of the shop's, no listing, no link out."""
    host = await put()
    await put("other", {"index.html": "other", "secret.txt": "secret"})
    (tmp_path / "shop" / "owner.json").write_text("secret")
    copy = tmp_path / "shop" / "plugins" / "bell" / "copy"
    (copy / "link.json").symlink_to(tmp_path / "shop" / "owner.json")
    (copy / "folder").symlink_to(tmp_path / "shop")
    for path in (
        "/../../other/copy/secret.txt",
        "/%2e%2e/%2e%2e/other/copy/secret.txt",
        "/..%2f..%2fother%2fcopy%2fsecret.txt",
        "/..%5c..%5cother%5ccopy%5csecret.txt",
        "/%2fetc/passwd",
        "//etc/passwd",
        "/link.json",
        "/folder/owner.json",
        "/deep",
        "/deep/",
        "/./app.js",
        "/app.js%00",
        "/app.js/",
        "/app.js::$DATA",
        "/.jumak",
        "/.jumak/",
        "/.jumak/../app.js",
        "/.jumak/../../host/index.html",
        "/" + "x" * 5_000,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(shop))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 404"), path


async def test_who_has_an_origin(shop: Served, put: Any) -> None:
    """H-3: an enabled plugin with something for a browser; the policy of any other allows nothing."""
    await put("off", enabled=False)
    await put("snake", kinds=("python",), entry="main.py")
    for host in ("off.localhost", "snake.localhost", "nobody.localhost"):
        for path in ("/", "/.jumak/watch.html", "/.jumak/config.json"):
            answer = await get(shop, host, path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
            assert policy_of(answer)["default-src"] == ["'none'"]


@pytest.mark.parametrize(
    ("href", "at_root", "leads_to"),
    [
        ("index.html", True, None),
        ("./index.html", True, None),
        ("/tab.html", True, None),
        ("", True, None),
        ("deep/tab.html", False, "/deep/tab.html"),
        ("tab.html?mode=a", False, "/tab.html?mode=a"),
        ("index.html#/orders", False, "/index.html#/orders"),
        ("//evil.example/x.html", False, "/x.html"),
    ],
)
async def test_the_tabs_page(shop: Served, put: Any, href: str, at_root: bool, leads_to: str | None) -> None:
    """H-6: at `/` where its relative addresses mean the same, else where it is."""
    page = href.removeprefix("./").lstrip("/") or "index.html"
    host = await put(files={"index.html": "index.html", page: page}, tab=Tab(title="t", href=href))
    answer = await get(shop, host, "/")
    if at_root:
        assert (answer.status_code, answer.text) == (200, GUARD + page)
    elif href.startswith("//"):
        assert answer.status_code != 307 or answer.headers["location"].startswith("/")
        assert not answer.headers.get("location", "").startswith("//")
    else:
        assert (answer.status_code, answer.headers["location"]) == (307, leads_to)


async def test_a_router_in_the_page(shop: Served, put: Any) -> None:
    """H-37: a page that reloads at an address of its own router gets itself; a script that is missing is missing."""
    host = await put()
    assert (await get(shop, host, "/orders/7", Sec_Fetch_Mode="navigate")).text == GUARDED
    assert (await get(shop, host, "/orders/7")).status_code == 404
    assert (await get(shop, host, "/orders.js", Sec_Fetch_Mode="navigate")).status_code == 404


async def test_config(shop: Served, put: Any) -> None:
    """H-3: what the watcher needs to know."""
    host = await put(origin_map={"https://api.example": "http://localhost:9000"})
    answer = await get(shop, host, "/.jumak/config.json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "id": "bell",
        "name": "Bell",
        "entry": "main.js",
        "originMap": {"https://api.example": "http://localhost:9000"},
        "shop": f"http://localhost:{port_of(shop)}",
    }
    host = await put("page", {"index.html": "x"})
    assert (await get(shop, host, "/.jumak/config.json")).json()["entry"] is None


async def test_no_page_without_its_guard(shop: Served, put: Any, tmp_path: Path) -> None:
    """H-2: a page that other plugins could speak to is not handed out; scripts do not need one."""
    host = await put()
    (tmp_path / "web" / "plugin" / "guard.js").unlink()
    assert (await get(shop, host, "/")).status_code == 500
    assert (await get(shop, host, "/main.js")).text == "self.x = 1"


async def test_over_tls(shop: Served, put: Any) -> None:
    """H-3: below the shop's own name; here a proxy on this machine ends TLS."""
    await put()
    tls = {"X_Forwarded_Proto": "https"}
    answer = await shop.http.get("/", headers={"Host": "bell.pos.example", "X-Forwarded-Proto": "https"})
    assert answer.status_code == 200
    assert policy_of(answer)["frame-ancestors"] == ["'self'", "https://pos.example"]
    page = await shop.http.get("/host", headers={"Host": "pos.example", "X-Forwarded-Proto": "https"})
    assert policy_of(page)["frame-src"] == ["https://*.pos.example"]
    assert policy_of(page)["connect-src"] == ["'self'", "wss://pos.example"]
    assert (await get(shop, "bell.192.0.2.7", "/", **tls)).status_code == 421


async def test_the_allow_list(shop: Served, put: Any) -> None:
    """H-65: both ways of each entry, one leading `*.`; never this server, nor anything that is no origin."""
    port = port_of(shop)
    host = await put(
        acl=(
            "https://api.example",
            "http://printer.example:9100",
            "wss://live.example",
            "https://*.cdn.example",
            f"http://localhost:{port}",
            f"http://127.0.0.1:{port}",
            f"http://other.localhost:{port}",
            f"http://*.localhost:{port}",
            "http://192.168.0.9:8080",
            "https://x.example; script-src *",
            "https://x.example/path",
            "*",
            "https:",
        )
    )
    policy = policy_of(await get(shop, host, "/"))
    allowed = [
        "https://api.example", "wss://api.example",
        "http://printer.example:9100", "ws://printer.example:9100",
        "wss://live.example", "https://live.example",
        "https://*.cdn.example", "wss://*.cdn.example",
        "http://192.168.0.9:8080", "ws://192.168.0.9:8080",
    ]  # fmt: skip
    assert policy["connect-src"] == ["'self'", "data:", "blob:", *allowed]
    web = [source for source in allowed if source.startswith("http")]
    for name in ("img-src", "media-src", "font-src"):
        assert policy[name] == ["'self'", "data:", "blob:", *web]
    assert policy["worker-src"] == ["'self'", "blob:"]
    assert policy["frame-src"] == policy["form-action"] == policy["base-uri"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]


async def test_mapped_origins(shop: Served, put: Any) -> None:
    """H-63: no entry that would let a mapped origin pass is in the policy, its target is; pages get the script."""
    host = await put(
        acl=("https://api.example", "http://api.example", "https://*.example", "https://other.test"),
        origin_map={"https://api.example": "http://localhost:9000"},
    )
    page = await get(shop, host, "/")
    allowed = ["https://other.test", "wss://other.test", "http://localhost:9000", "ws://localhost:9000"]
    assert policy_of(page)["connect-src"][3:] == allowed
    script = (
        '<script src="/.jumak/rewrite.js" '
        'data-origin-map="{&quot;https://api.example&quot;:&quot;http://localhost:9000&quot;}"></script>'
    )
    assert page.text == PAGE.replace("<html>", f"{GUARD}{script}<html>")
    assert script in (await get(shop, host, "/index.html")).text
    assert "rewrite" not in (await get(shop, host, "/.jumak/watch.html")).text
    assert "rewrite" not in (await get(shop, host, "/main.js")).text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!DOCTYPE html>\n", "<html><head><script>1</script>"),
        ("\ufeff<!-- <head> --> <!doctype html>", "<html>"),
        ("<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN'\n 'http://w3.org/x'>\f", "<html>"),
        ("<?xml version='1.0'?>\n<!doctype html><![CDATA[x]]>", "<html>"),
        ("<!--[if IE]> <html class=ie> <![endif]--><!doctype html></>", "<html>"),
        ("<!--><!---><!----><!-- a --!><!doctype html>", "<script>1</script>-->"),
        ("<!doctype html>", "<!-- never closed <script>1</script>"),
        ("<!doctype html>", "\v<html>"),
        ("<!doctype html>", "</html><script>1</script>"),
        ("", "안녕 <!doctype html>"),
        ("", "<p>no head"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "euc-kr", "utf-16-le", "utf-16-be"])
def test_where_our_scripts_go(before: str, after: str, encoding: str) -> None:
    """H-2, H-63: before anything of the page that runs or asks the network, after what decides how it is read."""
    marked = before if encoding.startswith("utf") else before.removeprefix("\ufeff")
    if encoding.startswith("utf-16"):
        marked = "\ufeff" + before.removeprefix("\ufeff")
    page = with_scripts((marked + after).encode(encoding), GUARD)
    assert page == (marked + GUARD + after).encode(encoding)


@pytest.mark.parametrize(
    ("entry", "other", "passes"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "wss://a.example:443", True),
        ("http://a.example", "https://a.example", True),
        ("https://*.example", "https://a.example", True),
        ("https://*.example", "https://a.b.example", True),
        ("https://*.a.example", "https://a.example", False),
        ("https://a.example", "http://a.example", False),
        ("https://a.example:8443", "https://a.example", False),
        ("https://b.example", "https://a.example", False),
    ],
)
def test_what_an_entry_lets_pass(entry: str, other: str, passes: bool) -> None:
    """H-63: as a browser reads a policy, which is wider than the letter."""
    one, two = source_of(entry), source_of(other)
    assert isinstance(one, Source)
    assert isinstance(two, Source)
    assert one.covers(two) is passes


class FakeDevServer:
    """A development server: remembers what it was asked, echoes sockets."""

    def __init__(self) -> None:
        self.port = free_port()
        self.asked: list[bytes] = []

    async def __aenter__(self) -> FakeDevServer:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        path = head.split()[1]
        if path == b"/moved":
            answer = b"HTTP/1.1 302 Found\r\nLocation: /src/app.js\r\nContent-Length: 0\r\n\r\n"
        elif path == b"/away":
            answer = b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n"
        elif path == b"/gone":
            answer = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ngone"
        else:
            kind = b"text/html" if path == b"/" else b"text/javascript; charset=utf-8"
            answer = (
                b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nSet-Cookie: a=b\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"5\r\nhello\r\n0\r\n\r\n" % kind
            )
        writer.write(answer)
        await writer.drain()
        writer.close()


async def test_a_development_server(shop: Served, put: Any) -> None:
    """H-6: its answers come from the plugin's origin, with the plugin's policy and no header of their own."""
    async with FakeDevServer() as dev:
        host = await put(files={}, dev_url=f"http://localhost:{dev.port}")
        page = await get(shop, host, "/")
        assert (page.text, page.headers["content-type"]) == (f"{GUARD}hello", "text/html; charset=utf-8")
        assert f"ws://{host}:{port_of(shop)}" in policy_of(page)["connect-src"]
        assert "set-cookie" not in page.headers
        module = await get(shop, host, "/src/a%0d%0ab.js?t=1", Sec_Fetch_Dest="script", Origin="http://x")
        assert module.headers["content-type"] == "text/javascript; charset=utf-8"
        assert dev.asked[-1].startswith(b"GET /src/a%0d%0ab.js?t=1 HTTP/1.1\r\nhost: localhost:")
        assert b"sec-fetch-dest: script" in dev.asked[-1]
        assert b"origin" not in dev.asked[-1]
        moved = await get(shop, host, "/moved")
        assert (moved.status_code, moved.headers["location"]) == (307, "/src/app.js")
        gone = await get(shop, host, "/gone")
        assert (gone.status_code, gone.text) == (404, "gone")
        assert "sandbox" in policy_of(gone)
        away = await get(shop, host, "/away")
        assert (away.status_code, "location" in away.headers) == (502, False)
        assert (await get(shop, host, "/.jumak/worker.js")).text == "importScripts('/main.js')"
    silent = await get(shop, host, "/")
    assert silent.status_code == 502
    assert "start it" in silent.text


async def test_a_development_server_elsewhere(shop: Served, put: Any) -> None:
    """H-3: only this machine is asked, whatever was written down."""
    for url in ("http://192.0.2.7:5173", "https://localhost:5173", "file:///", "http://localhost:x"):
        host = await put(files={}, dev_url=url)
        assert (await get(shop, host, "/")).status_code == 502


async def test_hot_reloading(shop: Served, put: Any) -> None:
    """H-6: the page's socket to its development server passes both ways; a stranger's does not."""

    async def echo(connection: websockets.ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    port = free_port()
    subprotocol = websockets.Subprotocol("vite-hmr")
    async with websockets.serve(echo, "127.0.0.1", port, subprotocols=[subprotocol]):
        host = await put(files={}, dev_url=f"http://localhost:{port}")
        origin = f"http://{host}:{port_of(shop)}"

        def connect(origin: str) -> websockets.connect:
            return websockets.connect(
                f"ws://{host}:{port_of(shop)}/?token=1",
                host="127.0.0.1",
                subprotocols=[subprotocol],
                additional_headers={"Origin": origin},
                proxy=None,
            )

        async with connect(origin) as page:
            assert page.subprotocol == "vite-hmr"
            for message in ("안녕", b"\0"):
                await page.send(message)
                assert await asyncio.wait_for(page.recv(), 10) == message
        with pytest.raises(websockets.InvalidStatus):
            async with connect("http://other.localhost"):
                pass
