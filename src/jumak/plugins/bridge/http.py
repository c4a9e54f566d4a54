"""One HTTP call of a plugin, redirects included (contract, wire §8.2; plugin-runtime §7).

Every hop is its own connection to an address that was looked at, with TLS by the name. There are no
cookies, no proxy of the environment, and no headers but the caller's, `Host` and `Content-Length`.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Any

import httpcore
from msgspec import Struct

from jumak.domain.errors import InvalidArgument, NetworkFailed, TimedOut
from jumak.plugins.bridge.access import Access, Route
from jumak.plugins.bridge.address import Network, tls_failed

MAX_BODY = 10_000_000
"""Longest body either way, bytes (contract, plugin-runtime §7)."""

MAX_HEADERS = 64_000
MAX_REDIRECTS = 10
CONNECT_S = 30.0

Header = tuple[str, str]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BAD_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)

REFUSED_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})
OURS = frozenset(
    {
        "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""Headers that belong to the connection: the plugin's own are left out."""

OF_ONE_ORIGIN = frozenset({"authorization", "cookie"})
"""Headers that a redirect to another origin does not take along."""

OF_A_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-location"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
WITH_LENGTH = frozenset({"POST", "PUT", "PATCH"})
BODILESS = frozenset({"GET", "HEAD"})

CHARSETS = {
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "windows-949": "cp949", "cp949": "cp949",
    "uhc": "cp949", "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "windows-1252": "cp1252",
    "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be", "shift_jis": "cp932", "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs",
}  # fmt: skip
"""Charsets as servers call them → codec; everything else is read as UTF-8."""


class Fetched(Struct, frozen=True):
    """What came back. headers: name and value, in order, as they were written; url: after redirects."""

    code: int
    headers: tuple[Header, ...]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """The body by the charset of its `Content-Type`; what cannot be read becomes U+FFFD."""
        found = _CHARSET.search(_value(self.headers, "content-type") or "")
        codec = CHARSETS.get(found[1].lower(), "utf-8-sig") if found else "utf-8-sig"
        return self.body.decode(codec, "replace")


class _Asked(Struct, frozen=True):
    """One hop."""

    method: str
    headers: tuple[Header, ...]
    body: bytes | None


async def fetch(
    network: Network,
    access: Access,
    method: str,
    url: str,
    headers: Sequence[Header],
    body: bytes | None,
    timeout_s: float,
    take: Callable[[int], None],
) -> Fetched:
    """Asks and follows redirects, each hop inside the allow-list.

    take: called with the bytes of each piece of the body, may refuse it.  Raises AclDenied,
    InvalidArgument, NetworkFailed, TimedOut.
    """
    asked = _checked(method, headers, body)
    try:
        async with asyncio.timeout(timeout_s):
            return await _follow(network, access, access.route(url), asked, take)
    except TimeoutError:
        raise TimedOut(
            "상대 서버가 제시간에 응답하지 않았습니다.", f"The server did not answer within {timeout_s:g} s"
        ) from None


async def _follow(
    network: Network, access: Access, route: Route, asked: _Asked, take: Callable[[int], None]
) -> Fetched:
    for _ in range(MAX_REDIRECTS + 1):
        got = await _ask(network, route, asked, take)
        location = _value(got.headers, "location") if got.code in REDIRECTS else None
        if location is None:
            return got
        try:
            next_route = access.route(route.follow(location))
        except InvalidArgument as problem:
            raise NetworkFailed(
                f"서버가 잘못된 주소로 보냈습니다. {problem.ko}",
                f"The server redirected to something that cannot be followed: {problem.en}",
                reason="REDIRECT",
            ) from None
        asked = _redirected(asked, got.code, next_route.asked.origin == route.asked.origin)
        route = next_route
    raise NetworkFailed(
        f"서버가 {MAX_REDIRECTS}번 넘게 다른 주소로 보냈습니다.",
        f"The server redirected more than {MAX_REDIRECTS} times",
        reason="REDIRECT",
    )


def _redirected(asked: _Asked, code: int, same_origin: bool) -> _Asked:
    """What is asked at the next place, as browsers do it."""
    method, headers, body = asked.method, asked.headers, asked.body
    if (code in (301, 302) and method == "POST") or (code == 303 and method not in BODILESS):
        method, body = "GET", None
        headers = _without(headers, OF_A_BODY)
    return _Asked(method, headers if same_origin else _without(headers, OF_ONE_ORIGIN), body)


async def _ask(network: Network, route: Route, asked: _Asked, take: Callable[[int], None]) -> Fetched:
    origin = route.origin
    addresses = await network.addresses(origin)
    connected = await network.connect(origin, addresses, CONNECT_S)
    stream = _Stream(connected)
    try:
        connection = httpcore.AsyncHTTPConnection(
            httpcore.Origin(origin.scheme.encode(), origin.host.encode(), origin.port),
            ssl_context=await network.tls() if origin.scheme == "https" else None,
            network_backend=_Connected(stream),
        )
        try:
            response = await connection.handle_async_request(_request(route, asked))
            if response.status == 101:
                raise httpcore.RemoteProtocolError("the server switched to another protocol")
            code, fields = (
                response.status,
                tuple((_latin(name), _latin(value)) for name, value in response.headers),
            )
            encoding = (_value(fields, "content-encoding") or "").strip().lower()
            async with aclosing(_unpacked(response.aiter_stream(), encoding)) as pieces:
                received = await _whole(pieces, _value(fields, "content-length"), asked.method, take)
        finally:
            await stream.aclose()
    except ssl.SSLError as problem:
        raise tls_failed(origin, problem) from None
    except (OSError, EOFError, httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as problem:
        if isinstance(problem, TimeoutError):
            raise
        raise NetworkFailed(
            f"{origin.authority}과(와) 통신하지 못했습니다.",
            f"Talking to {origin.authority} failed: {str(problem) or type(problem).__name__}",
            reason="BROKEN",
            origin=str(origin),
        ) from None
    finally:
        connected.close()
    return Fetched(code, fields, received, route.asked.url)


def _request(route: Route, asked: _Asked) -> httpcore.Request:
    origin = route.origin
    headers = [(b"Host", origin.authority.encode())]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in asked.headers]
    if asked.body is not None or asked.method in WITH_LENGTH:
        headers.append((b"Content-Length", b"%d" % len(asked.body or b"")))
    url = httpcore.URL(
        scheme=origin.scheme.encode(),
        host=origin.host.encode(),
        port=origin.port,
        target=route.asked.path.encode(),
    )
    return httpcore.Request(asked.method.encode(), url, headers=headers, content=asked.body or b"")


async def _whole(
    pieces: AsyncIterator[bytes], length: str | None, method: str, take: Callable[[int], None]
) -> bytes:
    if method != "HEAD" and length is not None and length.isdigit() and int(length) > MAX_BODY:
        raise _too_long()
    parts, size = [], 0
    async for piece in pieces:
        size += len(piece)
        if size > MAX_BODY:
            raise _too_long()
        take(len(piece))
        parts.append(piece)
    return b"".join(parts)


async def _unpacked(pieces: AsyncIterator[bytes], encoding: str) -> AsyncGenerator[bytes, None]:
    """Unpacks what a server packed without being asked, a little at a time: it may be a bomb."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        async for piece in pieces:
            yield piece
        return
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    async for piece in pieces:
        while piece:
            yield unpack.decompress(piece, 1_000_000)
            piece = unpack.unconsumed_tail
    yield unpack.flush()


def _checked(method: str, headers: Sequence[Header], body: bytes | None) -> _Asked:
    """Raises InvalidArgument for what no request can hold."""
    method = method.upper()
    if not _TOKEN.fullmatch(method) or method in REFUSED_METHODS:
        raise InvalidArgument(
            "쓸 수 없는 method입니다.", f"The method {method[:20]} cannot be used", path="$.method"
        )
    check_headers(headers, lambda place: f"$.headers[{place}]")
    if method in BODILESS:
        body = None
    if body is not None and len(body) > MAX_BODY:
        raise InvalidArgument(
            "보낼 내용이 10MB를 넘습니다.", "The body is longer than 10 MB", path="$.payload"
        )
    return _Asked(method, _without(headers, OURS), body)


def check_headers(headers: Iterable[Header], path: Callable[[int], str]) -> None:
    """Raises InvalidArgument for a header that cannot be sent. path: names the one at a place."""
    size = 0
    for place, (name, value) in enumerate(headers):
        size += len(name) + len(value)
        try:
            fits = not _BAD_VALUE.search(value) and value.encode("latin-1") is not None
        except UnicodeEncodeError:
            fits = False
        if not _TOKEN.fullmatch(name) or not fits:
            raise InvalidArgument(
                f"'{name[:100]}' 헤더에는 영문과 숫자만 넣을 수 있습니다.",
                f"The header '{name[:100]}' holds characters that no header can hold: encode them",
                path=path(place),
            )
        if size > MAX_HEADERS:
            raise InvalidArgument(
                "헤더가 너무 깁니다.", f"The headers are longer than {MAX_HEADERS} bytes", path=path(place)
            )


def _without(headers: Iterable[Header], names: frozenset[str]) -> tuple[Header, ...]:
    return tuple((name, value.strip(" \t")) for name, value in headers if name.lower() not in names)


def _value(headers: Iterable[Header], name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


def _latin(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _too_long() -> NetworkFailed:
    return NetworkFailed(
        "서버가 보낸 내용이 10MB를 넘습니다.",
        "The server's answer is longer than 10 MB",
        reason="BODY_TOO_LARGE",
    )


class _Connected(httpcore.AsyncNetworkBackend):
    """Hands out the connection that was made, instead of looking for another way to the name."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:  # noqa: ARG002  # decided before
        return self._stream


class _Stream(httpcore.AsyncNetworkStream):
    """A connected socket as httpcore reads and writes it; time-outs are the whole call's."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # httpcore's
    ) -> httpcore.AsyncNetworkStream:
        await self._open(ssl=ssl_context, server_hostname=server_hostname)
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109  # httpcore's
        reader, _ = await self._open()
        try:
            return await reader.read(max_bytes)
        except ssl.SSLError:
            raise
        except OSError as problem:
            raise httpcore.ReadError(str(problem)) from problem

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109  # httpcore's
        _, writer = await self._open()
        try:
            writer.write(buffer)
            await writer.drain()
        except ssl.SSLError:
            raise
        except OSError as problem:
            # httpcore then reads on: the server may have answered before it closed.
            raise httpcore.WriteError(str(problem)) from problem

    async def aclose(self) -> None:
        if self._writer is not None:
            # What is left unread is nobody's; a polite end of TLS could be waited for in vain.
            self._writer.transport.abort()

    def get_extra_info(self, info: str) -> Any:
        return self._writer.get_extra_info(info) if self._writer is not None else None

    async def _open(self, **tls: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(sock=self._socket, **tls)
        return self._reader, self._writer
