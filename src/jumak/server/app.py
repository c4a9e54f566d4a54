"""The ASGI application: which door a connection goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jumak.domain.errors import UnknownMethod
from jumak.protocol.errors import error_json
from jumak.protocol.table import is_message
from jumak.server import events, pages, socket, uploads
from jumak.server.http import ApiDoor, Asked, Receive, Scope, Send, answer, drain

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop
    from jumak.server.uploads import Uploads


class App:
    """Every door of a running shop."""

    def __init__(self, shop: RunningShop, upload_folder: Uploads) -> None:
        self._shop, self._uploads = shop, upload_folder
        self._api = ApiDoor(shop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] == "websocket":
            await socket.serve_socket(self._shop, scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        if method == "POST" and path == uploads.PATH:
            await uploads.serve_upload(self._shop, self._uploads, self._api, scope, receive, send)
        elif method == "POST" and path.startswith("/v1/"):
            await self._api(scope, receive, send)
        elif method in ("GET", "HEAD"):
            await self._get(path, scope, receive, send)
        else:
            await self._unknown(scope, receive, send)

    async def _get(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if path == events.PATH:
            await events.serve_events(self._shop, self._api, scope, receive, send)
        elif path == "/healthz":
            await pages.serve_health(send)
        elif path == "/readyz":
            await pages.serve_ready(self._shop, send)
        elif path == "/metrics":
            await pages.serve_metrics(self._shop, self._api, scope, send)
        elif path == "/v1/openapi.json":
            await pages.serve_openapi(send)
        elif path in ("/v1/docs", "/"):
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
