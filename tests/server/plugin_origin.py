"""Plugins put in place as an installation leaves them, for tests of their origins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from jumak.domain.caller import SYSTEM
from jumak.protocol.row import Done
from jumak.server.site import PAGES
from jumak.service.documents import Install, Tab
from jumak.service.ports import Command, Transaction
from tests.server.conftest import Desk, Served

WATCHER = {
    "watch.html": "<!doctype html><title>watch</title><script src='watch.js'></script>",
    "watch.js": "self.watching = true",
    "worker.js": "importScripts('/main.js')",
    "guard.js": "self.guarded = true",
    "rewrite.js": "self.rewriting = true",
}


def web_build(folder: Path) -> Path:
    """A web build with the files a real one has."""
    pages = dict.fromkeys(PAGES.values(), "<!doctype html><title>till</title>")
    write(folder / "site", pages | {"assets/a-1.js": "1"})
    write(folder / "plugin", WATCHER)
    return folder


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    """Puts files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


async def install(
    desk: Desk, shop_folder: Path, plugin_id: str, files: dict[str, str | bytes], **more: Any
) -> None:
    """An enabled page plugin with a tab, and a worker when it has a `main.js`."""
    write(shop_folder / "plugins" / plugin_id / "copy", files)
    worker = "main.js" in files
    fields: dict[str, Any] = {
        "id": plugin_id,
        "name": plugin_id.title(),
        "sdk_name": plugin_id,
        "version": "1.0.0",
        "hash": "0" * 64,
        "kinds": ("worker", "iframe") if worker else ("iframe",),
        "profile": "field",
        "entry": "main.js" if worker else "",
        "acl": (),
        "scopes": (),
        "enabled": True,
        "folder": f"{plugin_id}/copy",
        "loaded_at": "2026-02-01T12:00:00+09:00",
        "tab": Tab(title=plugin_id),
    }

    async def put(tx: Transaction) -> Done:
        tx.put(Install(**(fields | more)))
        return Done()

    result = await desk.shop.store.execute(Command(caller=SYSTEM, name="test", body=b"", run=put))
    assert result.error is None


def port_of(served: Served) -> int:
    """The port it listens on."""
    port = served.http.base_url.port
    assert port is not None
    return port


async def get(served: Served, host: str, path: str, method: str = "GET", /, **headers: str) -> httpx.Response:
    """A request with this host name, to the port of the server."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return await served.http.request(
        method, path, headers={"Host": f"{host}:{port_of(served)}"} | given, follow_redirects=False
    )


def policy_of(answer: httpx.Response) -> dict[str, list[str]]:
    """The directives of its content security policy."""
    directives = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in directives}
