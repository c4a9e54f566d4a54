"""A plugin's origin: its installed files, the watcher of the till, and nothing else (contract, plugin-runtime §3).

    /                the page of its tab
    /.jumak/pictures/…  the menu's pictures
    /.jumak/…        the watcher's scripts and `config.json`: ours, on the plugin's origin so that they share its fate
    any other path   the file of the package

Files are sent byte for byte, but for one script of ours in front of those of each page: other plugins' frames hang
beside it and could speak to it in the till's name (H-2).

Everything that is answered carries the plugin's policy, refusals too. What would slip past it is refused: a
service worker could answer without one, and a page outside the till's frame could navigate anywhere.
"""

from __future__ import annotations

import html
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import msgspec

from jumak.logs import fields
from jumak.server.dev_server import DevServer, DevServerError, target_of
from jumak.server.files import (
    NO_STORE,
    File,
    answer_file,
    answer_redirect,
    answer_text,
    read_file,
)
from jumak.server.first_scripts import with_scripts
from jumak.server.http import Asked, Receive, Scope, Send, drain
from jumak.server.origins import Hosts, Place
from jumak.server.pictures import is_picture, serve_picture
from jumak.server.policy import NOTHING, plugin_headers, plugin_policy, reachable
from jumak.server.site import WEB
from jumak.service.documents import Install

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

OURS = "/.jumak/"
INDEX = "index.html"
GUARD = "guard.js"
REWRITE = f"{OURS}rewrite.js"

log = logging.getLogger(__name__)


class PluginFiles:
    """The origins of all plugins of one server. folder: of the shop."""

    def __init__(self, shop: RunningShop, hosts: Hosts, folder: Path, web: Path = WEB) -> None:
        self._shop, self._hosts = shop, hosts
        self._shop_folder, self._folder = folder, folder / "plugins"
        self._web = web / "plugin"

    async def serve(self, at: Place, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        asked = Asked(scope["headers"])
        install = await self._installed(at)
        if scope["method"] not in ("GET", "HEAD"):
            await drain(receive)
        if install is None:
            await answer_text(send, 404, "There is no such plugin here.", plugin_headers(NOTHING))
            return
        headers = plugin_headers(self.policy(install, at))
        refused = _refusal(asked, at, scope["method"])
        if refused is not None:
            await answer_text(send, *refused, headers)
            return
        try:
            await self._answer(install, at, scope, asked, send)
        except DevServerError:
            sentence = f"The development server {install.dev_url} does not answer; start it and reload."
            await answer_text(send, 502, sentence, headers)
        except Exception:
            log.exception("a file of a plugin could not be served", extra=fields(plugin=install.id))
            await answer_text(send, 500, "This could not be served.", headers)

    async def serve_socket(self, at: Place, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket: to the plugin's development server, from its own page; else refused."""
        install = await self._installed(at)
        own = at.plugin is not None and at.origin(at.plugin)
        if install is None or not install.dev_url or _header(scope, b"origin") != str(own).encode():
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await DevServer(install.dev_url).relay(scope, receive, send)

    def policy(self, install: Install, at: Place) -> str:
        """What the plugin's page and worker may reach."""
        sources = reachable(install.acl, install.origin_map, self._hosts, at)
        sockets = f"{'wss' if at.secure else 'ws'}://{install.id}.{at.authority}" if install.dev_url else None
        return plugin_policy(sources, at, own_sockets=sockets)

    async def _installed(self, at: Place) -> Install | None:
        """The plugin of this origin, None unless it is enabled and has something for a browser."""
        install = await self._shop.store.reader().get(Install, at.plugin or "")
        if install is None or not install.enabled or {"worker", "iframe"}.isdisjoint(install.kinds):
            return None
        return install

    async def _answer(self, install: Install, at: Place, scope: Scope, asked: Asked, send: Send) -> None:
        path, policy = scope["path"], self.policy(install, at)
        if path == f"{OURS}config.json":
            await answer_file(send, asked, self._config(install, at), plugin_headers(policy), cache=NO_STORE)
            return
        if is_picture(path):
            headers = plugin_headers(policy, image=True)
            await serve_picture(self._shop_folder, path, asked, send, headers)
            return
        if path.startswith(OURS):
            file, status, location = await read_file(self._web, path[len(OURS) :]), 200, ""
        elif install.dev_url:
            file, status, location = await self._from_dev_server(install, scope, asked)
        else:
            file, location = await self._from_package(install, path, asked)
            status = 200
        if location:
            await answer_redirect(send, location, plugin_headers(policy))
        elif file is None:
            sentence = f"The plugin {install.name} has no file {path[:200]}"
            await answer_text(send, 404, sentence, plugin_headers(policy))
        else:
            if file.kind == "text/html" and not path.startswith(OURS):
                file = File(with_scripts(file.body, await self._first_scripts(install)), file.kind)
            headers = plugin_headers(policy, image=file.kind.startswith("image/"))
            await answer_file(send, asked, file, headers, status=status)

    async def _from_package(self, install: Install, path: str, asked: Asked) -> tuple[File | None, str]:
        """The file, or where the tab's page is when it is not beside `/`."""
        folder = self._folder / install.folder
        page, address = tab_page(install)
        if path == "/":
            return (None, address) if address else (await read_file(folder, page), "")
        file = await read_file(folder, path[1:])
        if file is None and "iframe" in install.kinds and _is_route(path, asked) and not address:
            # A router inside the page changed the address and the page is loaded anew.
            file = await read_file(folder, page)
        return file, ""

    async def _from_dev_server(
        self, install: Install, scope: Scope, asked: Asked
    ) -> tuple[File | None, int, str]:
        server = DevServer(install.dev_url)
        _, address = tab_page(install)
        if scope["path"] == "/" and not scope["query_string"] and (address or server.base != "/"):
            return None, 307, address or server.base
        answered = await server.get(target_of(scope), asked)
        return answered.file, answered.status, answered.location

    async def _first_scripts(self, install: Install) -> str:
        """What stands before a page's own scripts: who may speak to it, and where its network leads under a map.

        The guard stands there whole: one that could fail to load would leave the page without it. The map is in its
        script's `data-origin-map`, so that it is there before anything could be asked for.
        """
        guard = await read_file(self._web, GUARD)
        if guard is None:
            raise FileNotFoundError(f"{self._web / GUARD} is missing: `make web` builds it")
        scripts = f"<script>{guard.body.decode('ascii').strip()}</script>"
        if install.origin_map:
            given = html.escape(msgspec.json.encode(install.origin_map).decode())
            scripts += f'<script src="{REWRITE}" data-origin-map="{given}"></script>'
        return scripts

    def _config(self, install: Install, at: Place) -> File:
        config: dict[str, Any] = {
            "id": install.id,
            "name": install.name,
            "entry": (install.entry or None) if "worker" in install.kinds else None,
            "originMap": install.origin_map,
            "shop": at.shop,
        }
        return File(msgspec.json.encode(config), "application/json")


def tab_page(install: Install) -> tuple[str, str]:
    """The tab's page as a file, and the address to send `/` to, empty when the page can stand at `/` itself.

    It can when its relative addresses mean the same there: beside `/`, without a query or a fragment of its own.
    So routers inside a page see `/`.
    """
    href = urlsplit(install.tab.href if install.tab is not None else INDEX)
    page = href.path.removeprefix("./").lstrip("/")
    if not page:
        page = INDEX
    tail = (f"?{href.query}" if href.query else "") + (f"#{href.fragment}" if href.fragment else "")
    return page, (f"/{quote(page)}{tail}" if "/" in page or tail else "")


def _refusal(asked: Asked, at: Place, method: str) -> tuple[int, str] | None:
    if method not in ("GET", "HEAD"):
        return 405, "A plugin's origin only hands out its files."
    if asked.header(b"service-worker"):
        return (
            403,
            "Service workers do not run here: what they answer would be outside the plugin's allow-list.",
        )
    if asked.header(b"sec-fetch-dest") == b"document":
        return 403, f"A plugin's page runs inside the till: {at.shop}/"
    return None


def _is_route(path: str, asked: Asked) -> bool:
    return asked.header(b"sec-fetch-mode") == b"navigate" and "." not in path.rpartition("/")[2]


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")
