"""Plugins from their development server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from jumak.domain.errors import InvalidArgument
from jumak.plugins.dev_server import read_dev_server
from jumak.service.documents import Install
from jumak.testing import simulated_shop
from tests.ports import free_port

TAB = json.dumps({"tab": {"title": "선물", "href": "/"}})
TYPES = {"json": "application/json", "js": "text/javascript", "html": "text/html; charset=utf-8"}


class Dev:
    """A server that answers its page for whatever it does not know when a page is accepted, as Vite's does."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {"/index.html": "<!doctype html>"}
        self.asked: list[str] = []
        self.moved = ""
        dev = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                dev.asked.append(self.path)
                accepted = self.headers.get("Accept", "*/*")
                if dev.moved:
                    self.send_response(302)
                    self.send_header("Location", dev.moved)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                path = self.path
                if path not in dev.files and ("*/*" in accepted or "text/html" in accepted):
                    path = "/index.html"
                content = dev.files.get(path)
                self.send_response(404 if content is None else 200)
                body = (content or "").encode()
                self.send_header("Content-Type", TYPES[path.rsplit(".", 1)[1]] if content else "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Silent."""

        self.port = free_port()
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.url = f"http://localhost:{self.port}"


@pytest.fixture
def dev() -> Iterator[Dev]:
    one = Dev()
    thread = Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


def test_what_it_offers(dev: Dev):
    """plugin-runtime §9, extensions §11: worker, page or both, told by what is there; a page is no answer for a script."""
    with pytest.raises(InvalidArgument, match="offers no"):
        read_dev_server(dev.url)
    dev.files["/iframe-manifest.json"] = TAB
    page = read_dev_server(dev.url + "/")
    assert (page.kinds, page.manifest.id, page.dev_url) == (("iframe",), f"dev-{dev.port}", dev.url)
    assert page.tab is not None
    assert page.tab.href == "index.html"
    dev.files["/main.js"] = "self.onmessage = 1"
    both = read_dev_server(dev.url, plugin_id="gift")
    assert (both.kinds, both.manifest.id, both.manifest.profile) == (("worker", "iframe"), "gift", "field")
    about = {"id": "card", "name": "카드", "version": "1", "kind": "worker", "entry": "src/app.js"}
    dev.files |= {"/plugin.json": json.dumps(about), "/src/app.js": "1"}
    named = read_dev_server(dev.url)
    assert (named.kinds, named.entry, named.manifest.id, named.has_manifest) == (
        ("worker",),
        "src/app.js",
        "card",
        True,
    )
    dev.files["/plugin.json"] = json.dumps({**about, "kind": "python"})
    with pytest.raises(InvalidArgument, match="folder"):
        read_dev_server(dev.url)
    dev.files["/plugin.json"] = "{"
    with pytest.raises(InvalidArgument, match=r"plugin\.json"):
        read_dev_server(dev.url)


def test_a_redirect_is_not_followed(dev: Dev):
    """SEC-3, extensions §11: nothing leads from the development server to another one."""
    dev.moved = "http://169.254.169.254/latest"
    with pytest.raises(InvalidArgument, match="offers no"):
        read_dev_server(dev.url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com", "http://10.0.0.1:5173", "https://localhost:5173", "http://localhost.example.com",
        "http://localhost@example.com", "http://[::2]", "http://0.0.0.0:80", "http://[", "http://localhost:5173/sub",
        "http://user@localhost:5173", "http://localhost:99999", "http://localhost?x",
    ],
)  # fmt: skip
def test_only_this_machine(url: str):
    """SEC-3, extensions §11: a development server is on loopback, and named by its origin."""
    with pytest.raises(InvalidArgument) as refused:
        read_dev_server(url)
    assert refused.value.data["path"] == "$.package"


def test_nobody_there():
    """extensions §11: a server that does not run is named."""
    with pytest.raises(InvalidArgument, match="start it"):
        read_dev_server(f"http://127.0.0.1:{free_port()}")


async def test_it_is_installed(dev: Dev, tmp_path: Path):
    """plugin-runtime §9: installed from its URL by the message; where it is loaded from is kept and shown."""
    dev.files["/iframe-manifest.json"] = TAB
    async with simulated_shop(folder=tmp_path / "shop") as shop:
        await shop.host()
        data = {"package": dev.url, "overrides": {"id": "gift", "acl": ["https://a.example"]}}
        shown = await shop.request("plugin.inspect.request", data)
        assert (shown["id"], shown["kinds"]) == ("gift", ["iframe"])
        plugin = (await shop.request("plugin.install.request", data))["plugin"]
        assert (plugin["devUrl"], plugin["hash"], plugin["acl"]) == (
            dev.url,
            shown["hash"],
            ["https://a.example"],
        )
        install = await shop.running.store.reader().get(Install, "gift")
        assert install is not None
        assert install.dev_url == dev.url
        with pytest.raises(InvalidArgument):
            await shop.request("plugin.install.request", {"package": "http://example.com"})
