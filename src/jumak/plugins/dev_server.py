"""A plugin as its development server offers it, on this machine only (contract, extensions §11).

What is fetched tells what the plugin is; its pages and scripts are loaded from that server afterwards.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request

from jumak.domain.origin import is_loopback, read_origin
from jumak.plugins.layout import PAGE, WORKER
from jumak.plugins.manifest import MANIFEST, PAGE_MANIFEST, read_manifest, read_page_manifest, wrong
from jumak.plugins.package import Package, package_of

TIMEOUT_S = 5.0
MAX_FILE = 10_000_000

# Development servers answer a page of theirs for whatever they do not know, unless no page is accepted.
_JSON = ("application/json", ("json",))
_SCRIPT = ("text/javascript, application/javascript", ("javascript", "ecmascript"))
_PAGE = ("text/html", ("html",))


def is_url(source: str) -> bool:
    """Whether this names a development server instead of a file."""
    return source.startswith(("http://", "https://"))


def read_dev_server(url: str, *, plugin_id: str | None = None) -> Package:
    """The plugin at this URL. Raises InvalidArgument. Blocks: call it in a thread."""
    origin = _origin(url)
    server = _Server(origin)
    files: dict[str, bytes] = {}
    for name in (MANIFEST, PAGE_MANIFEST):
        if (content := server.get(name, _JSON)) is not None:
            files[name] = content
    manifest = read_manifest(files[MANIFEST]) if MANIFEST in files else None
    if manifest is not None and manifest.kinds == ("python",):
        raise wrong(
            "파이썬 플러그인은 개발 서버 주소로 설치할 수 없습니다. 폴더로 설치해 주세요.",
            "A Python plugin is not loaded from a URL; install its folder.",
        )
    entry = manifest.entry.removeprefix("./") if manifest is not None and manifest.entry else ""
    page = entry if entry.endswith((".html", ".htm")) else PAGE
    script = entry if entry and entry != page else WORKER
    if (content := server.get(script, _SCRIPT)) is not None:
        files[script] = content
    if PAGE_MANIFEST in files:
        path = _path(read_page_manifest(files[PAGE_MANIFEST]).href or page)
        if path is not None and (content := server.get(path, _PAGE)) is not None:
            files[path] = content
    if not files:
        raise wrong(
            f"{origin} 에 plugin.json도 main.js도 iframe-manifest.json도 없습니다.",
            f"{origin} offers no plugin.json, no main.js and no iframe-manifest.json at its root.",
        )
    if plugin_id is None and manifest is None:
        plugin_id = f"dev-{urllib.parse.urlsplit(origin).port or 80}"
    return package_of(files, file_name="", plugin_id=plugin_id, dev_url=origin)


def _origin(url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urllib.parse.urlsplit("")
    if parts.scheme != "http" or not is_loopback(host):
        raise wrong(
            "개발 서버는 이 컴퓨터의 http 주소만 쓸 수 있습니다. 예: http://localhost:5173",
            "A development server is taken from this machine over http only, as in http://localhost:5173.",
        )
    return read_origin(url.removesuffix("/"), "$.package")


def _path(href: str) -> str | None:
    """The page's path below the root, None when it leads elsewhere: the package's own check says so."""
    parts = urllib.parse.urlsplit(href)
    path = parts.path.removeprefix("./").removeprefix("/")
    if parts.scheme or parts.netloc or ".." in path.split("/"):
        return None
    return f"{path}{PAGE}" if path == "" or path.endswith("/") else path


class _Server:
    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())

    def get(self, path: str, wanted: tuple[str, tuple[str, ...]]) -> bytes | None:
        """The file at this path, None when there is none of its type."""
        accepted, types = wanted
        url = f"{self._origin}/{urllib.parse.quote(path, safe='/%')}"
        request = urllib.request.Request(url, headers={"Accept": accepted})  # noqa: S310  # loopback, http
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                if not any(one in response.headers.get_content_type() for one in types):
                    return None
                content: bytes = response.read(MAX_FILE + 1)
        except urllib.error.HTTPError:
            return None
        except (OSError, http.client.HTTPException) as problem:
            raise wrong(
                f"개발 서버 {self._origin} 에 연결할 수 없습니다. 켜져 있는지 확인해 주세요.",
                f"The development server {self._origin} does not answer ({problem}); start it.",
            ) from None
        if len(content) > MAX_FILE:
            raise wrong(f"{path}이(가) 너무 큽니다.", f"{path} is longer than {MAX_FILE} bytes.")
        return content


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead off this machine: it counts as no answer."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """None: the answer stands as it is, and is no file."""
