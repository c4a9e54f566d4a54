"""A plugin's development server, seen through the plugin's origin.

A plugin installed by the address of a development server is loaded from it each time: the browser talks to the
plugin's origin, which asks that server on this machine. Its hot reloading goes the same way, by WebSocket.
"""

from __future__ import annotations

import asyncio
import http.client
import io
from typing import Any, cast
from urllib.parse import urlsplit

import websockets
from msgspec import Struct

from jumak.domain.origin import is_loopback
from jumak.ending import ended
from jumak.server.files import UNKNOWN_TYPE, File
from jumak.server.http import Asked, Receive, Scope, Send

ANSWER_WITHIN_S = 60.0
"""It may have to build first."""

MAX_ANSWER = 50_000_000
MAX_SOCKET_MESSAGE = 16_000_000

_PASSED_ON = (b"accept", b"accept-language", b"user-agent", b"sec-fetch-dest", b"sec-fetch-mode")
"""By these a server tells a module from a style sheet asked as text."""


class DevServerError(Exception):
    """It is not there, not on this machine, or gave no whole answer in time."""


class DevAnswer(Struct, frozen=True):
    """location: of a redirect, a path of the same server; empty when there is none."""

    status: int
    file: File
    location: str = ""


class DevServer:
    """The server at one address, which must be on this machine. url: its path is where its page is."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            self._port = parts.port or 80
        except ValueError:
            self._port = 0
        self._host = parts.hostname or ""
        self.base = parts.path or "/"
        self._reachable = parts.scheme == "http" and is_loopback(self._host) and self._port > 0
        self._name = f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    async def get(self, target: str, asked: Asked) -> DevAnswer:
        """What it answers to a GET. target: path and query.  Raises DevServerError."""
        if not self._reachable:
            raise DevServerError
        head = [f"GET {target} HTTP/1.1".encode("latin-1"), f"host: {self._name}".encode()]
        head += [b"%b: %b" % (name, value) for name in _PASSED_ON if (value := asked.header(name))]
        head += [b"accept-encoding: identity", b"connection: close", b"", b""]
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                whole = await self._exchange(b"\r\n".join(head))
            return self._answer(whole)
        except (OSError, TimeoutError, http.client.HTTPException, ValueError) as problem:
            raise DevServerError from problem

    async def relay(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carries one WebSocket until either side ends it."""
        await receive()
        target = target_of(scope)
        wanted = [websockets.Subprotocol(name) for name in scope.get("subprotocols", ())]
        try:
            if not self._reachable:
                raise DevServerError
            upstream = await websockets.connect(
                f"ws://{self._name}{target}",
                subprotocols=wanted or None,
                proxy=None,
                compression=None,
                max_size=MAX_SOCKET_MESSAGE,
            )
        except (OSError, TimeoutError, DevServerError, websockets.WebSocketException):
            await send({"type": "websocket.close", "code": 1013})
            return
        async with upstream:
            await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
            both = [asyncio.create_task(_down(upstream, send)), asyncio.create_task(_up(upstream, receive))]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await ended(*both)

    async def _exchange(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            await writer.drain()
            parts, size = [], 0
            while part := await reader.read(1 << 16):
                parts.append(part)
                size += len(part)
                if size > MAX_ANSWER:
                    raise DevServerError
            return b"".join(parts)
        finally:
            writer.close()

    def _answer(self, whole: bytes) -> DevAnswer:
        response = http.client.HTTPResponse(cast(Any, _Received(whole)))
        response.begin()
        kind = (response.getheader("content-type") or UNKNOWN_TYPE).partition(";")[0].strip().lower()
        return DevAnswer(response.status, File(response.read(), kind), self._location(response))

    def _location(self, response: http.client.HTTPResponse) -> str:
        if response.status not in (301, 302, 303, 307, 308):
            return ""
        parts = urlsplit(response.getheader("location") or "")
        if parts.netloc and parts.netloc != self._name:
            raise DevServerError
        # Two slashes would be another host.
        path = "/" + parts.path.lstrip("/") if parts.path.startswith("/") else parts.path
        return path + (f"?{parts.query}" if parts.query else "")


class _Received:
    """An answer that is there already, in the shape `HTTPResponse` reads from."""

    def __init__(self, whole: bytes) -> None:
        self._whole = whole

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._whole)


def target_of(scope: Scope) -> str:
    """Path and query as they came: decoded, a path could end the request's line."""
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


async def _down(upstream: websockets.ClientConnection, send: Send) -> None:
    async for message in upstream:
        kind = "text" if isinstance(message, str) else "bytes"
        await send({"type": "websocket.send", kind: message})
    await send({"type": "websocket.close", "code": 1001})


async def _up(upstream: websockets.ClientConnection, receive: Receive) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        await upstream.send(text if text is not None else message["bytes"])
