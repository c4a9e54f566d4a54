"""Where in a package its plugin lies, and what kinds of plugin its files make (contract, plugin-runtime §9).

Builds land at the top or below `dist/`. What is served of a plugin is its root: the folder that holds
the built files, the rest of a project stays outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from jumak.domain.errors import InvalidArgument
from jumak.plugins.manifest import MANIFEST, PAGE_MANIFEST, Manifest, read_page_manifest, wrong
from jumak.service.documents import PluginKind, Tab

WORKER, PAGE, PYTHON = "main.js", "index.html", "main.py"
DIST = "dist/"

_SCRIPT = re.compile(rb"""<script\b[^>]*?\bsrc\s*=\s*["']?(?:\./|/)?main\.js\b""", re.IGNORECASE)


class Layout(Struct, frozen=True):
    """entry: the worker's script or the Python module, empty for a page alone."""

    kinds: tuple[PluginKind, ...]
    entry: str
    tab: Tab | None


def without_top_folder(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A single folder around everything is stripped, unless it is the `dist` of a build."""
    tops = {name.split("/", 1)[0] for name in files}
    if len(tops) != 1 or f"{next(iter(tops))}/" == DIST or any("/" not in name for name in files):
        return dict(files)
    return {name.split("/", 1)[1]: content for name, content in files.items()}


def served(files: Mapping[str, bytes], manifest: Manifest | None) -> dict[str, bytes]:
    """The files of a plugin below its root, its `plugin.json` among them."""
    if manifest is not None and manifest.kinds == ("python",) and MANIFEST in files:
        return dict(files)
    below = {name.removeprefix(DIST): content for name, content in files.items() if name.startswith(DIST)}
    entry = "" if manifest is None or manifest.entry is None else manifest.entry.removeprefix("./")
    if not _dist_is_root(files, below, entry):
        return dict(files)
    return {**below, MANIFEST: files[MANIFEST]} if MANIFEST in files else below


def layout_of(files: Mapping[str, bytes], manifest: Manifest | None) -> Layout:
    """What the files below the root are.

    Raises InvalidArgument when the files are not what the manifest says, or nothing at all.
    """
    kinds = kinds_in(files) if manifest is None else manifest.kinds
    named = "" if manifest is None or manifest.entry is None else manifest.entry.removeprefix("./")
    if kinds == ("python",):
        return Layout(kinds, _module(files, named or PYTHON), None)
    if named not in files:
        named = named.removeprefix(DIST)
    if named and named not in files:
        raise _missing(named, files)
    is_page = named.lower().endswith((".html", ".htm"))
    worker = named if named and not is_page else WORKER
    if "worker" in kinds and worker not in files:
        raise wrong(
            f"worker의 시작 파일 {worker}이(가) 패키지 맨 위나 dist 폴더에 없습니다. 빌드한 뒤 다시 압축해 주세요.",
            f"The worker's {worker} is neither at the top nor in dist/; build the plugin and pack it again.",
        )
    if "worker" in kinds and not worker.endswith((".js", ".mjs")):
        raise wrong(
            f"worker의 시작 파일은 .js여야 합니다: {worker[:80]}",
            f"plugin.json: entry {worker[:80]!r} is no script; name the worker's .js file.",
        )
    tab = _tab(files, named if is_page else PAGE) if "iframe" in kinds else None
    return Layout(kinds, worker if "worker" in kinds else "", tab)


def kinds_in(files: Mapping[str, bytes]) -> tuple[PluginKind, ...]:
    """The kinds that files without `plugin.json` are. Raises InvalidArgument when they are none."""
    page = PAGE_MANIFEST in files
    # A page may be built into a main.js of its own; a worker by that name would not find its document.
    of_page = page and any(
        _SCRIPT.search(content)
        for path, content in files.items()
        if "/" not in path and path.endswith(".html")
    )
    worker = WORKER in files and not of_page
    if page:
        return ("worker", "iframe") if worker else ("iframe",)
    if PAGE in files and (not worker or _SCRIPT.search(files[PAGE])):
        raise _no_page_manifest()
    if worker:
        return ("worker",)
    raise wrong(
        "패키지에 plugin.json도 main.js도 iframe-manifest.json도 없습니다. 빌드한 파일(맨 위 또는 dist 폴더)을 압축해 주세요.",
        "The package holds no plugin.json, no main.js and no iframe-manifest.json, at its top or in dist/; "
        "pack the files the build made.",
    )


def _dist_is_root(files: Mapping[str, bytes], below: Mapping[str, bytes], entry: str) -> bool:
    if MANIFEST not in files and MANIFEST in below:
        return True
    if entry:
        # The package says where: below dist, or beside plugin.json.
        if entry.startswith(DIST) and entry in files:
            return True
        if entry in files:
            return False
        if entry in below:
            return True
    here, there = _built(files), _built(below)
    if here != there:
        return there > here
    # Both or neither: beside a package.json there is the source, and dist is what was made of it.
    return there > 0 and "package.json" in files


def _built(files: Mapping[str, bytes]) -> int:
    """How surely this folder holds a build: a Vite project has an index.html at its top that is source."""
    if WORKER in files or PAGE_MANIFEST in files:
        return 2
    return 1 if PAGE in files else 0


def _tab(files: Mapping[str, bytes], page: str) -> Tab:
    if PAGE_MANIFEST not in files:
        raise _no_page_manifest()
    said = read_page_manifest(files[PAGE_MANIFEST])
    return Tab(title=said.title, description=said.description or "", href=_href(files, said.href or page))


def _href(files: Mapping[str, bytes], href: str) -> str:
    """The page as a path below the root, with its query and fragment."""
    try:
        parts = urlsplit(href)
    except ValueError:
        parts = None
    path = "" if parts is None else unquote(parts.path).removeprefix("./").removeprefix("/")
    if parts is None or parts.scheme or parts.netloc or "\\" in href or ".." in path.split("/"):
        raise wrong(
            f"iframe-manifest.json의 tab.href '{href[:80]}'이(가) 패키지 밖을 가리킵니다.",
            f"iframe-manifest.json: tab.href {href[:80]!r} leads outside the package; name a page of it.",
        )
    path = f"{path}{PAGE}" if path == "" or path.endswith("/") else path
    if path not in files:
        raise wrong(
            f"탭이 여는 페이지 '{path[:80]}'이(가) 패키지에 없습니다.",
            f"The tab's page {path[:80]!r} is not in the package; build it, or mend tab.href in iframe-manifest.json.",
        )
    rest = f"?{parts.query}" if parts.query else ""
    return quote(path, safe="/~!$&'()*+,;=:@") + rest + (f"#{parts.fragment}" if parts.fragment else "")


def _module(files: Iterable[str], entry: str) -> str:
    as_module = entry.removesuffix(".py").replace(".", "/")
    if not any(path in files for path in (entry, f"{as_module}.py", f"{as_module}/__main__.py")):
        raise _missing(entry, files)
    return entry


def _missing(entry: str, files: Iterable[str]) -> InvalidArgument:
    shown = ", ".join(sorted(path for path in files if "/" not in path)[:10])
    return wrong(
        f"시작 파일 '{entry[:80]}'이(가) 패키지에 없습니다. 맨 위에 있는 파일: {shown}",
        f"The entry {entry[:80]!r} is not in the package; name a file or module of it in plugin.json. "
        f"At the top there are {shown}.",
    )


def _no_page_manifest() -> InvalidArgument:
    return wrong(
        "index.html 옆에 iframe-manifest.json이 없습니다. tab.title을 적은 iframe-manifest.json을 빌드에 넣어 주세요.",
        'There is no iframe-manifest.json beside the page; add one to the build, as in {"tab": {"title": "…"}}.',
    )
