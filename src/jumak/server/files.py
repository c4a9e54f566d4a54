"""Files as responses: nothing outside a folder, the right type, and 304 for what the browser has."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path, PurePosixPath

from msgspec import Struct

from jumak.server.http import Asked, Send
from jumak.server.policy import Headers

TYPES = {
    ".js": "text/javascript", ".mjs": "text/javascript", ".cjs": "text/javascript",
    ".css": "text/css", ".html": "text/html", ".htm": "text/html",
    ".json": "application/json", ".map": "application/json", ".webmanifest": "application/manifest+json",
    ".txt": "text/plain", ".csv": "text/csv", ".md": "text/plain", ".xml": "text/xml",
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".ico": "image/x-icon", ".bmp": "image/bmp",
    ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
    ".eot": "application/vnd.ms-fontobject", ".wasm": "application/wasm", ".pdf": "application/pdf",
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".wav": "audio/wav", ".ogg": "audio/ogg",
    ".oga": "audio/ogg", ".flac": "audio/flac", ".mp4": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg",
}  # fmt: skip
"""By suffix, and not the machine's own table: a plugin must get the same everywhere."""

UNKNOWN_TYPE = "application/octet-stream"

NO_CACHE, IMMUTABLE, NO_STORE = b"no-cache", b"public, max-age=31536000, immutable", b"no-store"


class File(Struct, frozen=True):
    """What is sent. kind: of its content, without a character set.  is_utf8: known to be, packed as it is."""

    body: bytes
    kind: str
    is_utf8: bool = False

    @property
    def is_text(self) -> bool:
        """What becomes shorter when it is packed."""
        return self.kind.startswith("text/") or self.kind in ("application/json", "image/svg+xml")

    @property
    def content_type(self) -> bytes:
        """With the character set only when the bytes are UTF-8: an old page may declare its own inside."""
        known = self.is_text and (self.is_utf8 or _is_utf8(self.body))
        return f"{self.kind}; charset=utf-8".encode() if known else self.kind.encode()


def type_of(path: str) -> str:
    """By the name alone."""
    return TYPES.get(PurePosixPath(path).suffix.lower(), UNKNOWN_TYPE)


def read_inside(folder: Path, path: str) -> File | None:
    """The file at `path` below `folder`, None when there is none there. Blocks.

    path: decoded, parts separated by `/`. One that leads outside, by `..`, a link, a drive or in any other way,
    is no file; neither is a folder.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") or not _FORBIDDEN.isdisjoint(part) for part in parts):
        return None
    try:
        real = folder.joinpath(*parts).resolve(strict=True)
        if not real.is_relative_to(folder.resolve()) or not real.is_file():
            return None
        return File(real.read_bytes(), type_of(path))
    except (OSError, ValueError):
        return None


async def read_file(folder: Path, path: str) -> File | None:
    """`read_inside`, off the event loop."""
    return await asyncio.to_thread(read_inside, folder, path)


def accepts_gzip(asked: Asked) -> bool:
    """The browser unpacks it."""
    named = (part.partition(b";") for part in asked.header(b"accept-encoding").split(b","))
    return any(
        name.strip() == b"gzip" and b"q=0" not in rest.replace(b" ", b"").split(b";")
        for name, _, rest in named
    )


async def answer_file(
    send: Send, asked: Asked, file: File, headers: Headers, *, cache: bytes = NO_CACHE, status: int = 200
) -> None:
    """A whole response, or 304 when the browser has this very content under these very headers.

    The headers count: a page that was allowed less or more in between is another page.
    """
    tag = _tag(file.body, headers)
    common = [*headers, (b"etag", tag), (b"cache-control", cache)]
    if status == 200 and _has(asked.header(b"if-none-match"), tag):
        await send({"type": "http.response.start", "status": 304, "headers": common})
        await send({"type": "http.response.body", "body": b""})
        return
    length = (b"content-length", b"%d" % len(file.body))
    whole = [(b"content-type", file.content_type), length, *common]
    await send({"type": "http.response.start", "status": status, "headers": whole})
    await send({"type": "http.response.body", "body": file.body})


async def answer_text(send: Send, status: int, text: str, headers: Headers) -> None:
    """A sentence for people."""
    body = f"{text}\n".encode()
    whole = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", NO_STORE),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": whole})
    await send({"type": "http.response.body", "body": body})


async def answer_redirect(send: Send, location: str, headers: Headers) -> None:
    """Elsewhere, this time."""
    whole = [
        (b"location", location.encode()),
        (b"content-length", b"0"),
        (b"cache-control", NO_STORE),
        *headers,
    ]
    await send({"type": "http.response.start", "status": 307, "headers": whole})
    await send({"type": "http.response.body", "body": b""})


_FORBIDDEN = frozenset("\\:\0")
"""Ways to another folder, drive or stream on some system; no package holds such names."""


def _tag(body: bytes, headers: Headers) -> bytes:
    digest = hashlib.blake2b(body, digest_size=16)
    for name, value in headers:
        digest.update(b"\0%b\0%b" % (name, value))
    return b'"%b"' % digest.hexdigest().encode()


def _has(if_none_match: bytes, tag: bytes) -> bool:
    return any(one.strip().removeprefix(b"W/") in (tag, b"*") for one in if_none_match.split(b","))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
