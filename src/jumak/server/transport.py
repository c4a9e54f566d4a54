"""uvicorn's HTTP/1.1 with limits on what comes before anybody is known: a stranger fills neither memory nor places.

- Connections: so many in all and so many of one client. The next ones are told so by a 503 once they ask. A proxy, or
  another process that passes sockets on, is no client: it counts in all alone.
- Heads: a request line and headers have a longest size, and a time to be complete; a first byte has it too.
- Bodies: a body that stops coming ends its connection.

WebSockets count as connections; what holds for them once they are open is in `session.py` and `outbox.py`.
"""

from __future__ import annotations

import asyncio
import ipaddress
from functools import lru_cache
from http import HTTPStatus
from typing import ClassVar, Protocol

from msgspec import Struct
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from jumak.domain.errors import HostUnavailable
from jumak.protocol.errors import error_json
from jumak.server.policy import NOTHING

MAX_HEAD = 64_000
"""Longest request line and headers, bytes; counted while they are incomplete."""

MAX_CONNECTIONS = 800
"""In all: below the 1,024 files a process may have open where nobody raised that."""

MAX_OF_ONE = 200
"""Of one client. A till has one for each plugin it hosts and a handful for itself."""

MAX_TOLD = 100
"""So many that are too many may wait to be told why; the rest is cut off."""

TEXT, JSON = b"text/plain; charset=utf-8", b"application/json"


class Limits(Struct, frozen=True, kw_only=True):
    """What a server bears.

    head_s: seconds until a request's head, and the first byte of a new connection, has to be there.
    body_s: longest pause inside a body while somebody reads it.
    proxies: who brings many clients' connections, as `FORWARDED_ALLOW_IPS` lists addresses and networks; nobody when empty.
    """

    connections: int = MAX_CONNECTIONS
    of_one: int = MAX_OF_ONE
    head_s: float = 10.0
    body_s: float = 30.0
    proxies: str = ""


@lru_cache(maxsize=4_096)
def client_of(address: str | None) -> str:
    """Who shares one allowance: an IPv4 address, or an IPv6 network of 64 bits, which one customer has whole."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))


class _Addresses(Protocol):
    def __contains__(self, host: str | None, /) -> bool: ...


class HttpProtocol(HttpToolsProtocol):
    """See the module. `limited` makes the class of a server."""

    limits: ClassVar[Limits] = Limits()
    proxies: ClassVar[_Addresses] = ()
    """Addresses that are no client's."""

    told: ClassVar[set[HttpProtocol]] = set()
    """The connections of this server that are too many and wait to be told."""

    _head = -1
    """Bytes of the request line and headers so far, -1 outside of them."""

    _in_body = False
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        if self._is_too_many():
            self.connections.discard(self)
            if len(self.told) >= MAX_TOLD:
                transport.abort()
                return
            self.told.add(self)
        self._end_in(self.limits.head_s)

    def _is_too_many(self) -> bool:
        if len(self.connections) > self.limits.connections:
            return True
        if _address(self) in self.proxies:
            return False
        client = _client(self)
        # uvicorn keeps the living connections, of both kinds, each with its address.
        return sum(_client(one) == client for one in self.connections) > self.limits.of_one

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_limit()
        self.told.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self in self.told:
            if not self.transport.is_closing():
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, _TOO_MANY, JSON, b"retry-after: 5\r\n")
            return
        super().data_received(data)
        if self._head >= 0:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._head = -1
                self.send_400_response("The request's headers are too long.")
        self._watch()

    def _watch(self) -> None:
        """Decides how long the client has for what it has begun."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            self._stop_limit()
        elif self._in_body:
            self._end_in(self.limits.body_s)
        elif self._head >= 0 or self._is_idle():
            # It runs from the first byte, however many drip in after it.
            if self._limit is None:
                self._end_in(self.limits.head_s)
        else:
            self._stop_limit()

    def _is_idle(self) -> bool:
        """Something came, blank lines perhaps, and no request of it: uvicorn no longer looks at the clock."""
        answered = self.cycle is None or self.cycle.response_complete
        return answered and self.timeout_keep_alive_task is None

    def _end_in(self, seconds: float) -> None:
        self._stop_limit()
        self._limit = self.loop.call_later(seconds, self._too_slow)

    def _stop_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _too_slow(self) -> None:
        self._limit = None
        if self.transport.is_closing():
            return
        if self._in_body and self.flow.read_paused:
            # The door has not taken what is there: the client is not the one who is slow.
            self._end_in(self.limits.body_s)
        elif self._head > 0 and (self.cycle is None or self.cycle.response_complete):
            self._answer(HTTPStatus.REQUEST_TIMEOUT, b"The request's headers took too long.", TEXT)
        elif self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()
        else:
            # A connection opened ahead and never used: a browser thinks nothing of it.
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        self._answer(HTTPStatus.BAD_REQUEST, msg.encode(), TEXT)

    def _answer(self, status: HTTPStatus, body: bytes, kind: bytes, more: bytes = b"") -> None:
        """The server's own answer, and the end."""
        # Also on a plugin's origin, where a page without a policy would lend its own to the plugin.
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-security-policy: %b\r\ncontent-length: %d\r\n"
            b"%bconnection: close\r\n\r\n%b"
            % (status, status.phrase.encode(), kind, NOTHING.encode(), len(body), more, body)
        )
        self.transport.close()

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head = -1
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()


def _address(connection: object) -> str | None:
    # Both kinds of protocol keep the address, each for itself.
    address: tuple[str, int] | None = getattr(connection, "client", None)
    return None if address is None else address[0]


def _client(connection: object) -> str:
    return client_of(_address(connection))


def _proxies(listed: str) -> _Addresses:
    """uvicorn's own reading of such a list: who is believed and who is no client are the same."""
    return ProxyHeadersMiddleware(_nobody, listed).trusted_hosts


async def _nobody(scope: object, receive: object, send: object) -> None:
    """No application stands behind the list."""


def limited(to: Limits) -> type[HttpProtocol]:
    """The protocol of one server."""

    class Limited(HttpProtocol):
        limits = to
        proxies = _proxies(to.proxies)
        told: ClassVar[set[HttpProtocol]] = set()

    return Limited


_TOO_MANY = error_json(
    HostUnavailable(
        "연결이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
        "Too many connections, of this client or in all; try again in a while",
        reason="TOO_MANY_CONNECTIONS",
    )
)
