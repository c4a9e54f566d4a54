"""The ASGI application: which door a connection goes through.

`Host` decides first (`origins.py`): a plugin's origin has its files only, a name nobody knows nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from jumak.domain.errors import PermissionDenied, UnknownMethod
from jumak.protocol.errors import Lang, error_json, status_of
from jumak.protocol.table import is_message
from jumak.server import events, monitoring, pages, socket, uploads
from jumak.server.files import answer_text
from jumak.server.http import JSON, ApiDoor, Asked, Receive, Scope, Send, answer, drain, lang_of
from jumak.server.monitoring import LOCAL_ONLY, Monitor
from jumak.server.origins import ASKED_AT, Hosts, Place
from jumak.server.pictures import is_picture, serve_picture
from jumak.server.plugin_files import PluginFiles
from jumak.server.policy import NOTHING, plugin_headers
from jumak.server.site import WEB, Site, is_page
from jumak.server.uploads import Uploads

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

_FOREIGN = (b"cross-site", b"same-site")


class App:
    """Every door of a running shop.

    upload_folder: in the shop's folder, beside the one plugins are installed in.  web: the web build.  site: the pages,
    when several shops share them.  monitor: who may read the figures.  The shop learns from `hosts` which origins its plugins have.
    """

    def __init__(
        self,
        shop: RunningShop,
        upload_folder: Uploads,
        *,
        hosts: Hosts | None = None,
        web: Path = WEB,
        site: Site | None = None,
        monitor: Monitor = LOCAL_ONLY,
    ) -> None:
        self._shop, self._uploads, self._monitor = shop, upload_folder, monitor
        self._api = ApiDoor(shop)
        self._hosts = hosts if hosts is not None else Hosts()
        self._folder = upload_folder.folder.parent
        self._downloads = Uploads(self._folder / "downloads")
        self._plugins = PluginFiles(shop, self._hosts, self._folder, web)
        self._site = site if site is not None else Site(web)
        shop.origins, shop.address = self._hosts.origin, self._hosts.address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        asked = Heard(scope)
        at = self._hosts.place(asked.host, scope["scheme"] in ("https", "wss"))
        if at is None:
            await misdirected(asked.host, scope, receive, send)
        elif at.plugin is not None:
            serve = self._plugins.serve_socket if scope["type"] == "websocket" else self._plugins.serve
            await serve(at, scope, receive, send)
        elif asked.origin and self._hosts.asks_from(asked.origin, at) is not None:
            await refuse(_FROM_PLUGIN, scope, receive, send)
        elif asked.is_foreign_load:
            await refuse(_FROM_ELSEWHERE, scope, receive, send)
        else:
            ASKED_AT.set(at)
            await self._shop_door(at, scope, receive, send)

    async def _shop_door(self, at: Place, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await socket.serve_socket(self._shop, scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        if method == "POST" and path == uploads.PATH:
            await uploads.serve_upload(self._shop, self._uploads, self._api, scope, receive, send)
        elif method == "POST" and path.startswith("/v1/"):
            await self._api(scope, receive, send)
        elif method in ("GET", "HEAD") and is_page(path):
            await self._site.serve(at, scope, send)
        elif method in ("GET", "HEAD"):
            await self._get(path, scope, receive, send)
        else:
            await self._unknown(scope, receive, send)

    async def _get(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if is_picture(path):
            await serve_picture(self._folder, path, Asked(scope["headers"]), send)
        elif path.startswith(uploads.DOWNLOADS):
            await uploads.serve_download(self._downloads, self._api, scope, send)
        elif path == events.PATH:
            await events.serve_events(self._shop, self._api, scope, receive, send)
        elif path == "/healthz":
            await pages.serve_health(send)
        elif path == "/readyz":
            await pages.serve_ready(self._shop, send)
        elif path == monitoring.PATH:
            await monitoring.serve_of_shop(self._monitor, self._api.caller_of, scope, send)
        elif path == "/v1/openapi.json":
            await pages.serve_openapi(send)
        elif path == "/v1/docs":
            await pages.serve_docs(send)
        else:
            await self._unknown(scope, receive, send)

    async def _unknown(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope["headers"])
        path = scope["path"][:200]
        if path.startswith("/v1/") and is_message(path[4:]):
            error = UnknownMethod(
                f"메시지는 POST로 보냅니다: POST {path}", f"Messages are sent by POST: POST {path}", path=path
            )
        else:
            error = UnknownMethod(
                f"{path}에는 아무것도 없습니다. 전체 목록: /v1/docs",
                f"There is nothing at {path}; /v1/docs lists everything",
                path=path,
            )
        await drain(receive)
        await answer(send, 404, error_json(error, asked.lang))


class Heard:
    """What decides which door is meant. host: empty when there is none or more than one."""

    __slots__ = ("_mode", "_site", "host", "origin")

    def __init__(self, scope: Scope) -> None:
        hosts = 0
        self.host = self.origin = self._site = self._mode = b""
        for name, value in scope["headers"]:
            if name == b"host":
                hosts += 1
                self.host = value
            elif name == b"origin":
                self.origin = value
            elif name == b"sec-fetch-site":
                self._site = value
            elif name == b"sec-fetch-mode":
                self._mode = value
        if hosts != 1:
            self.host = b""

    @property
    def is_foreign_load(self) -> bool:
        """Whether another site's page draws something of ours into itself, as an image or script.

        A page that asks with a token of its own names its `Origin`; one that is left for ours navigates.
        """
        return self._site in _FOREIGN and not self.origin and self._mode == b"no-cors"


_FROM_PLUGIN = PermissionDenied(
    "플러그인 화면은 POS에 직접 요청할 수 없습니다. 플러그인 SDK로 요청해 주세요.",
    "A plugin's page cannot ask the shop by itself: ask through the plugin SDK.",
    reason="ORIGIN",
)
_FROM_ELSEWHERE = PermissionDenied(
    "다른 사이트에서 보낸 요청입니다.", "This was asked by another site's page", reason="ORIGIN"
)


async def misdirected(
    host: bytes, scope: Scope, receive: Receive, send: Send, *, below: Iterable[str] = ()
) -> None:
    """Nobody here has that name: it may have been pointed at this machine by a stranger.

    below: names many shops hang below, where it serves many.
    """
    name = host.decode("latin-1")[:100].rpartition(":")[0] or host.decode("latin-1")[:100]
    if places := ", ".join(f"<name>.{one}" for one in below):
        sentence = (
            f"This server is not called {name!r}: its shops are at {places}. / "
            f"이 서버의 이름이 아닙니다. 매장 주소는 {places} 형식입니다."
        )
    else:
        sentence = (
            f"This server is not called {name!r}: start it with --name {name or 'NAME'} if it should be. / "
            f"이 서버의 이름이 아닙니다. 맞는 이름이라면 --name {name or 'NAME'} 옵션을 주고 다시 시작하세요."
        )
    if scope["type"] == "websocket":
        await _refuse_socket(421, sentence.encode(), send=send, receive=receive, kind=pages.TEXT)
        return
    await drain(receive)
    await answer_text(send, 421, sentence, plugin_headers(NOTHING))


async def refuse(error: BaseException, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request or a handshake with a refusal: a person who opens a page reads the sentence alone."""
    headers = dict(scope["headers"])
    lang: Lang = lang_of(headers.get(b"accept-language", b""))
    body = error_json(error, lang)
    if scope["type"] == "websocket":
        await _refuse_socket(status_of(error), body, send=send, receive=receive, kind=JSON)
        return
    await drain(receive)
    is_page = scope["method"] == "GET" and not scope["path"].startswith("/v1/")
    if is_page and b"text/html" in headers.get(b"accept", b""):
        sentence: str = msgspec.json.decode(body)["errorMessage"]
        await answer_text(send, status_of(error), sentence, [])
        return
    await answer(send, status_of(error), body)


async def _refuse_socket(
    status: int, body: bytes, *, send: Send, receive: Receive, kind: tuple[bytes, bytes]
) -> None:
    """Answers a handshake with a status and a sentence."""
    await receive()
    headers = [kind, (b"content-length", b"%d" % len(body))]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
