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
from urllib.parse import quote, urlsplit

import websockets
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.frames import CloseCode

from jumak import metrics
from jumak.domain.errors import InvalidArgument, TimedOut
from jumak.ending import ended
from jumak.logs import fields
from jumak.server.app import refuse
from jumak.server.hop import Answer, HopConnection, HopError, Hops
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
        # It was answered by whoever reads the body here.
        b"expect",
        HOP,
    }
)
_OF_THE_HANDSHAKE: Final = (b"host", b"origin", b"content-length")


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
        self._hops = Hops()
        self._sockets = 0
        metrics.forwarded_sockets.follow(self, lambda us: us._sockets)

    async def close(self) -> None:
        """Ends them."""
        await self._hops.close()

    async def request(self, address: str, still: Still, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request. address: `http://host:port`. Raises Unreached."""
        host, port = _place(address)
        begun = time.perf_counter()
        try:
            connection = await self._hops.connection(host, port, CONNECT_S)
        except OSError as trouble:
            metrics.forward_seconds.labels("unreached").observe(time.perf_counter() - begun)
            raise Unreached from trouble
        body = _Body(receive)
        try:
            answer = await _while(still, self._asked(connection, scope, body))
            outcome = "lost" if answer is None else "answered"
            metrics.forward_seconds.labels(outcome).observe(time.perf_counter() - begun)
            if answer is None:
                await body.drain()
                await refuse(lost(), scope, _nothing_more, send)
            else:
                await _answer(answer, body, send)
        except HopError as trouble:
            # The answer had begun: there is nothing else to say than that it does not end.
            log.info("a shop's process went away while it answered: %s", trouble, extra=fields(at=address))
            raise
        finally:
            self._hops.give_back(host, port, connection, asked_whole=body.is_whole)

    async def _asked(self, connection: HopConnection, scope: Scope, body: _Body) -> Answer | None:
        """What the other process answers, None when it went away before that."""
        headers = _headers(scope)
        sized = any(name == b"content-length" for name, _ in headers)
        chunked = not sized and _has_body(scope)
        if chunked:
            headers.append((b"transfer-encoding", b"chunked"))
        head = connection.ask(scope["method"].encode(), _head(scope, headers))
        try:
            if not sized and not chunked:
                body.is_whole = True
            else:
                await self._sent(connection, head, body, chunked=chunked)
            return await head
        except (HopError, _ClientGone) as trouble:
            log.info("a shop's process does not answer: %s", trouble)
            return None
        finally:
            if head.done() and not head.cancelled():
                # Nobody may have waited for it.
                head.exception()

    async def _sent(
        self, connection: HopConnection, head: asyncio.Future[Answer], body: _Body, *, chunked: bool
    ) -> None:
        """Sends the body, as far as it is wanted: who has answered already may not read it."""
        async for part in body.parts():
            await connection.send(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            if head.done():
                return
        if chunked:
            await connection.send(b"0\r\n\r\n")
        # Not before its last byte is sent: what comes next on this connection would belong to it.
        body.is_whole = True

    async def socket(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket, from handshake to end. Raises Unreached, and has received nothing then."""
        host, port = _place(address)
        headers = dict(scope["headers"])
        try:
            connection = await websockets.connect(
                f"ws://{headers[b'host'].decode('latin-1')}{_target(scope).decode('latin-1')}",
                host=host,
                port=port,
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
        except (InvalidURI, ValueError) as wrong:
            log.info("a socket's address cannot be passed on: %s", wrong, extra=fields(at=address))
            await refuse(_no_address(), scope, receive, send)
            return
        except (InvalidHandshake, ConnectionClosed) as trouble:
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


async def _answer(answer: Answer, body: _Body, send: Send) -> None:
    headers = [(name, value) for name, value in answer.headers if name not in _OF_ONE_HOP]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.is_whole:
        await send({"type": "http.response.body", "body": answer.rest()})
        return

    async def pour() -> None:
        async for part in answer.parts():
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    pouring, gone = asyncio.ensure_future(pour()), asyncio.ensure_future(body.client_gone())
    try:
        await asyncio.wait({pouring, gone}, return_when=asyncio.FIRST_COMPLETED)
        if pouring.done():
            pouring.result()
    finally:
        await ended(pouring, gone)


def _place(address: str) -> tuple[str, int]:
    """Host and port of `http://host:port`."""
    there = urlsplit(address)
    return there.hostname or "", there.port or 80


def _target(scope: Scope) -> bytes:
    """What was asked for as it came: `%3F` in a path is no question mark."""
    target: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return target + b"?" + scope["query_string"] if scope["query_string"] else target


def _head(scope: Scope, headers: list[tuple[bytes, bytes]]) -> bytes:
    lines = [b"%b %b HTTP/1.1" % (scope["method"].encode(), _target(scope))]
    lines += [b"%b: %b" % header for header in headers]
    # What our own parser let through holds no line break; a request must never become two.
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    return b"\r\n".join((*lines, b"", b""))


class _ClientGone(Exception):  # noqa: N818  # named for what is so
    """Nobody waits for an answer any more."""


class _Body:
    """What the client sends, read once. is_whole: all of it was passed on."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._more = receive, True
        self.is_whole = False

    async def parts(self) -> AsyncIterator[bytes]:
        while self._more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._more = False
                raise _ClientGone
            self._more = message.get("more_body", False)
            if part := message.get("body", b""):
                yield part

    async def drain(self) -> None:
        with contextlib.suppress(_ClientGone):
            async for _ in self.parts():
                pass

    async def client_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            self._more = False


async def _while(still: Still, asking: Awaitable[Answer | None]) -> Answer | None:
    """The answer, None when there is none, or the shop has another process meanwhile."""
    task = asyncio.ensure_future(asking)
    try:
        while True:
            await asyncio.wait({task}, timeout=LOOK_S)
            if task.done():
                return task.result()
            # It may have answered while that was asked.
            if not await still() and not task.done():
                return None
    finally:
        if not task.done():
            await ended(task)


def lost() -> TimedOut:
    """What is answered when nobody knows what became of it."""
    return TimedOut(
        "매장 서버의 응답이 끊겼습니다. 처리되었을 수도 있으니 같은 commandId로 다시 보내 주세요.",
        "The shop's server went away before it answered, and may have done it: ask again under the same commandId",
        reason="NOT_ANSWERED",
    )


def _no_address() -> InvalidArgument:
    return InvalidArgument("주소가 올바르지 않습니다.", "The address of this socket is none")


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
        await ended(*tasks)
        for task in tasks:
            outcome = None if task.cancelled() else task.exception()
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
