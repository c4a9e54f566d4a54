"""The shop's own pages: the till at `/`, `/kitchen`, `/display` and `/host`, as the web build left them.

Plugins have their origins below `localhost`, so a page opened at a loopback address goes on there; the browser
keeps the part after `#`.
"""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Final

import jumak
from jumak.domain.origin import is_loopback
from jumak.server.files import (
    IMMUTABLE,
    NO_CACHE,
    File,
    accepts_gzip,
    answer_file,
    answer_redirect,
    answer_text,
    read_file,
)
from jumak.server.http import Asked, Scope, Send
from jumak.server.origins import Place
from jumak.server.policy import page_headers, page_policy

WEB = Path(jumak.__file__).parent / "web"
"""The web build: `site/` is served here, `plugin/` on the origins of plugins."""

PAGES = {"/": "till.html", "/host": "host.html", "/kitchen": "kitchen.html", "/display": "display.html"}
ASSETS = "/assets/"
"""Files named by their content; they never change."""

BESIDE = ("/icons/", "/manifest.webmanifest", "/worker.js")
"""What pages need besides, under fixed names."""

GZIP: Final = ((b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))

MISSING = (
    "The shop's pages are not built: run `make web` and reload. / 화면이 아직 만들어지지 않았습니다. "
    "`make web`을 실행한 뒤 새로 고치세요."
)


def is_page(path: str) -> bool:
    """Whether a path belongs to the shop's pages."""
    return _page(path) is not None or path.startswith((ASSETS, *BESIDE))


class Site:
    """The pages of one server. web: where the build is."""

    def __init__(self, web: Path = WEB) -> None:
        self._folder = web / "site"
        self._known: dict[str, tuple[bytes, File]] = {}

    async def serve(self, at: Place, scope: Scope, send: Send) -> None:
        """One GET or HEAD of a path for which `is_page` holds."""
        asked, path = Asked(scope["headers"]), scope["path"]
        headers = page_headers(page_policy(at))
        page = _page(path)
        if page is not None and is_loopback(at.host) and at.host != at.page_host:
            await answer_redirect(send, self._address(at, path, scope), headers)
            return
        file = await read_file(self._folder, page or path[1:])
        if file is not None:
            cache = IMMUTABLE if path.startswith(ASSETS) else NO_CACHE
            if file.is_text and accepts_gzip(asked):
                file, headers = await self._packed(path, file), [*headers, *GZIP]
            await answer_file(send, asked, file, headers, cache=cache)
        elif page is not None:
            await answer_text(send, 503, MISSING, headers)
        else:
            await answer_text(send, 404, f"There is nothing at {path[:200]}", headers)

    async def _packed(self, path: str, file: File) -> File:
        """The file as gzip; made once, and anew when a build has changed it."""
        known = self._known.get(path)
        if known is None or known[0] != file.body:
            packed = await asyncio.to_thread(gzip.compress, file.body, mtime=0)
            self._known[path] = known = file.body, File(packed, file.kind, is_utf8=True)
        return known[1]

    def _address(self, at: Place, path: str, scope: Scope) -> str:
        query = scope["query_string"].decode("latin-1")
        return f"{at.shop}{path}{f'?{query}' if query else ''}"


def _page(path: str) -> str | None:
    return PAGES.get(path if path == "/" else path.removesuffix("/"))
