"""Passing a request or a socket on to the process that runs its shop.

It travels as it came, with the caller's own token and the host name that was asked for; whoever answers decides as if
it had been asked first. `Jumak-Hop` says that it was passed on once already, which nobody does a second time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import httpcore
import websockets
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.frames import CloseCode

from jumak import metrics
from jumak.domain.errors import TimedOut
from jumak.logs import fields
from jumak.server.app import refuse
from jumak.server.http import Receive, Scope, Send
from jumak.server.placement import moved

HOP: Final = b"jumak-hop"
CONNECT_S: Final = 2.0
LOOK_S: Final = 1.0
"""While an answer is awaited it is looked so often whether that process still runs the shop."""

PING_S: Final = 2.0
"""The other process answers so often, or is taken for gone together with its sockets."""

_OF_ONE_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"proxy-connection",
        HOP,
    }
)
_OF_THE_HANDSHAKE: Final = (b"host", b"origin", b"content-length")
_TROUBLE: Final = (OSError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)


class Unreached(Exception):  # noqa: N818  # named for what is so
    """Nobody listens there: nothing was asked yet."""


Still = Callable[[], Awaitable[bool]]
"""Whether the process that is asked still runs the shop."""

log = logging.getLogger(__name__)


def was_passed_on(scope: Scope) -> bool:
    """Another process has sent it here."""
    return any(name == HOP for name, _ in scope["headers"])


class Forwarder:
    """Connections to the other processes."""

    def __init__(self) -> None:
        self._pool = httpcore.AsyncConnectionPool(max_connections=None, keepalive_expiry=30.0)
        self._sockets = 0
        metrics.forwarded_sockets.follow(self, lambda us: us._sockets)

    async def close(self) -> None:
        """Ends them."""
        await self._pool.aclose()

    async def request(self, address: str, still: Still, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request. address: `http://host:port`. Raises Unreached."""
        body = _Body(receive)
        query = scope["query_string"]
        target = scope.get("raw_path") or scope["path"].encode()
        url = httpcore.URL(address).origin
        asked = httpcore.Request(
            scope["method"].encode(),
            httpcore.URL(
                scheme=url.scheme,
                host=url.host,
                port=url.port,
                target=target + (b"?" + query if query else b""),
            ),
            headers=_headers(scope),
            content=body.parts() if _has_body(scope) else None,
            extensions={"timeout": {"connect": CONNECT_S}},
        )
        begun, outcome = time.perf_counter(), "lost"
        try:
            response = await _while(still, self._pool.handle_async_request(asked))
            outcome = "lost" if response is None else "answered"
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as trouble:
            outcome = "unreached"
            raise Unreached from trouble
        except _TROUBLE as trouble:
            log.info("a shop's process does not answer: %s", trouble, extra=fields(at=address))
            response = None
        finally:
            metrics.forward_seconds.labels(outcome).observe(time.perf_counter() - begun)
        if response is None:
            await body.drain()
            await refuse(_lost(), scope, _nothing_more, send)
            return
        async with contextlib.aclosing(response):
            await self._answer(response, body, send)

    async def _answer(self, response: httpcore.Response, body: _Body, send: Send) -> None:
        headers = [
            (name.lower(), value) for name, value in response.headers if name.lower() not in _OF_ONE_HOP
        ]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})

        async def pour() -> None:
            async for part in response.aiter_stream():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

        pouring, gone = asyncio.ensure_future(pour()), asyncio.ensure_future(body.client_gone())
        try:
            await asyncio.wait({pouring, gone}, return_when=asyncio.FIRST_COMPLETED)
            if pouring.done():
                pouring.result()
        finally:
            for task in (pouring, gone):
                task.cancel()
            await asyncio.gather(pouring, gone, return_exceptions=True)

    async def socket(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket, from handshake to end. Raises Unreached, and has received nothing then."""
        there = httpcore.URL(address).origin
        headers = dict(scope["headers"])
        query = scope["query_string"].decode("latin-1")
        try:
            connection = await websockets.connect(
                f"ws://{headers[b'host'].decode('latin-1')}{scope['path']}{f'?{query}' if query else ''}",
                host=there.host.decode(),
                port=there.port,
                origin=_origin(headers.get(b"origin")),
                additional_headers=[
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, value in _headers(scope)
                    if name not in _OF_THE_HANDSHAKE and not name.startswith(b"sec-websocket-")
                ],
                subprotocols=[websockets.Subprotocol(one) for one in scope.get("subprotocols", ())] or None,
                user_agent_header=None,
                compression=None,
                proxy=None,
                max_size=None,
                open_timeout=CONNECT_S + PING_S,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                close_timeout=PING_S,
            )
        except InvalidStatus as refused:
            await receive()
            response = refused.response
            kind = response.headers.get("content-type", "text/plain; charset=utf-8").encode("latin-1")
            await _refuse(response.status_code, kind, bytes(response.body or b""), send)
            return
        except OSError as trouble:
            raise Unreached from trouble
        except InvalidHandshake as trouble:
            log.info("a shop's process takes no socket: %s", trouble, extra=fields(at=address))
            await refuse(moved(), scope, receive, send)
            return
        self._sockets += 1
        try:
            await receive()
            await send({"type": "websocket.accept", "subprotocol": connection.subprotocol})
            await _both_ways(connection, receive, send)
        finally:
            self._sockets -= 1
            await connection.close()


class _Body:
    """What the client sends, read once."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._more = receive, True

    async def parts(self) -> AsyncIterator[bytes]:
        while self._more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._more = False
                raise httpcore.ReadError("the client is gone")
            self._more = message.get("more_body", False)
            if part := message.get("body", b""):
                yield part

    async def drain(self) -> None:
        with contextlib.suppress(httpcore.ReadError):
            async for _ in self.parts():
                pass

    async def client_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            self._more = False


async def _while(still: Still, asking: Awaitable[httpcore.Response]) -> httpcore.Response | None:
    """The answer, None when the shop has another process meanwhile."""
    task = asyncio.ensure_future(asking)
    try:
        while True:
            await asyncio.wait({task}, timeout=LOOK_S)
            if task.done():
                return task.result()
            if not await still():
                return None
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _lost() -> TimedOut:
    return TimedOut(
        "매장 서버의 응답이 끊겼습니다. 처리되었을 수도 있으니 같은 commandId로 다시 보내 주세요.",
        "The shop's server went away before it answered, and may have done it: ask again under the same commandId",
        reason="NOT_ANSWERED",
    )


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name not in _OF_ONE_HOP and name not in (b"x-forwarded-for", b"x-forwarded-proto")
    ]
    client = scope.get("client")
    secure = scope["scheme"] in ("https", "wss")
    kept += [(HOP, b"1"), (b"x-forwarded-proto", b"https" if secure else b"http")]
    if client is not None:
        kept.append((b"x-forwarded-for", str(client[0]).encode("latin-1")))
    return kept


def _origin(value: bytes | None) -> websockets.Origin | None:
    return None if value is None else websockets.Origin(value.decode("latin-1"))


async def _both_ways(connection: ClientConnection, receive: Receive, send: Send) -> None:
    async def up() -> None:
        while True:
            message: dict[str, Any] = await receive()
            if message["type"] == "websocket.disconnect":
                code = message.get("code") or CloseCode.GOING_AWAY
                await connection.close(code if _may_be_said(code) else CloseCode.GOING_AWAY)
                return
            text = message.get("text")
            await connection.send(text if text is not None else message["bytes"])

    async def down() -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in connection:
                await send(
                    {"type": "websocket.send", "text": frame}
                    if isinstance(frame, str)
                    else {"type": "websocket.send", "bytes": frame}
                )
        code, reason = connection.close_code, connection.close_reason
        if not _may_be_said(code):
            # It went without a word: the client comes back, to whoever runs the shop then.
            code, reason = CloseCode.SERVICE_RESTART, "HOST_UNAVAILABLE"
        await send({"type": "websocket.close", "code": code, "reason": reason or ""})

    tasks = {asyncio.ensure_future(up()), asyncio.ensure_future(down())}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionClosed):
                log.info("a socket that was passed on ended: %s", outcome)


def _may_be_said(code: int | None) -> bool:
    """A close frame may hold this code."""
    return code is not None and (
        code in (1000, 1001, 1002, 1003) or 1007 <= code <= 1014 or 3000 <= code < 5000
    )


async def _refuse(status: int, kind: bytes, body: bytes, send: Send) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


async def _nothing_more() -> dict[str, Any]:
    """The body was read to its end."""
    return {"type": "http.request"}
