"""A WebSocket to somebody else's server (contract, wire §8.3; plugin-runtime §7)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.protocol import State
from websockets.typing import Subprotocol

from jumak.domain.errors import InvalidArgument, InvalidState, NetworkFailed, TimedOut
from jumak.plugins.bridge.access import Access, Route
from jumak.plugins.bridge.address import Network, is_public, tls_failed
from jumak.plugins.bridge.http import OURS, check_headers

MAX_MESSAGE = 10_000_000
"""Longest message either way, bytes."""

CLOSE_S = 2.0
PING_S = 30.0
PROTOCOL = "sec-websocket-protocol"
ABNORMAL = 1006


class BridgeSocket:
    """An open socket: `async for` gives its messages, text or bytes, until it is closed."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @property
    def protocol(self) -> str:
        """The subprotocol the server chose, empty when none."""
        return self._connection.subprotocol or ""

    @property
    def closed(self) -> bool:
        """Nothing comes or leaves any more."""
        return self._connection.state is State.CLOSED

    @property
    def close_code(self) -> int:
        """Why it was closed; 1006 while open or when the connection broke."""
        return self._connection.close_code or ABNORMAL

    @property
    def close_reason(self) -> str:
        """The closing side's words."""
        return self._connection.close_reason or ""

    @property
    def problem(self) -> str:
        """What broke the connection, empty after an orderly end."""
        protocol = self._connection.protocol
        if protocol.parser_exc is not None:
            return str(protocol.parser_exc)
        return "" if protocol.close_rcvd is not None else "the connection broke"

    async def send(self, message: str | bytes) -> None:
        """Sends a message and waits while the server takes it. Raises InvalidArgument, InvalidState."""
        size = len(message) if isinstance(message, bytes) else len(message.encode())
        if size > MAX_MESSAGE:
            raise InvalidArgument(
                "메시지가 10MB를 넘습니다.", "The message is longer than 10 MB", path="$.data"
            )
        try:
            await self._connection.send(message)
        except ConnectionClosed:
            raise InvalidState("소켓이 닫혔습니다.", "The socket is closed", reason="SOCKET_CLOSED") from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Closes it; the other side has two seconds to agree."""
        await self._connection.close(code, reason)

    def abort(self) -> None:
        """Drops the connection at once."""
        self._connection.transport.abort()

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        try:
            while True:
                yield await self._connection.recv()
        except ConnectionClosed:
            return


class _Once(open_websocket):
    """Opens a socket where it was told, and nowhere else."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


async def open_socket(
    network: Network,
    access: Access,
    url: str,
    headers: Mapping[str, str],
    protocols: Sequence[str],
    timeout_s: float,
    verify: bool,
    note: Callable[[str], None],
) -> BridgeSocket:
    """Connects. note: takes what the plugin's author should know of it.

    Raises AclDenied, InvalidArgument, NetworkFailed, TimedOut.
    """
    route = access.route(url, ("ws", "wss"))
    check_headers(headers.items(), lambda _: "$.headers")
    asked = [
        part.strip()
        for name, value in headers.items()
        if name.lower() == PROTOCOL
        for part in value.split(",")
    ]
    chosen = [Subprotocol(name) for name in (*protocols, *asked) if name]
    sent = [(name, value) for name, value in headers.items() if _may_send(name)]
    try:
        async with asyncio.timeout(timeout_s):
            return BridgeSocket(await _connect(network, route, sent, chosen, timeout_s, verify, note))
    except TimeoutError:
        raise TimedOut(
            "상대 서버가 제시간에 응답하지 않았습니다.", f"The server did not answer within {timeout_s:g} s"
        ) from None


async def _connect(
    network: Network,
    route: Route,
    headers: list[tuple[str, str]],
    protocols: list[Subprotocol],
    timeout_s: float,
    verify: bool,
    note: Callable[[str], None],
) -> ClientConnection:
    origin = route.origin
    addresses = await network.addresses(origin)
    if not verify and any(map(is_public, addresses)):
        note(f"rejectUnauthorized: false is ignored for {origin}: it is no private address")
        verify = True
    more: dict[str, Any] = {}
    if origin.scheme == "https":
        more = {"ssl": await network.tls(verify), "server_hostname": origin.host}
    connected = await network.connect(origin, addresses, timeout_s)
    scheme = "wss" if origin.scheme == "https" else "ws"
    try:
        return await _Once(
            f"{scheme}://{origin.authority}{route.asked.path}",
            sock=connected,
            additional_headers=headers,
            user_agent_header=None,
            subprotocols=protocols or None,
            compression=None,
            proxy=None,
            open_timeout=None,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_S,
            max_size=MAX_MESSAGE,
            # Beyond this it is not read from: what a plugin does not take stays with the server.
            max_queue=1,
            **more,
        )
    except ssl.SSLError as problem:
        connected.close()
        raise tls_failed(origin, problem) from None
    except ValueError as problem:
        connected.close()
        raise InvalidArgument(
            "올바른 소켓 요청이 아닙니다.", f"This is no request for a socket: {problem}", path="$"
        ) from None
    except (OSError, EOFError, InvalidHandshake) as problem:
        connected.close()
        if isinstance(problem, TimeoutError):
            raise
        answer = (
            f"HTTP {problem.response.status_code}" if isinstance(problem, InvalidStatus) else str(problem)
        )
        raise NetworkFailed(
            f"{origin.authority}이(가) 소켓을 열어 주지 않았습니다.",
            f"{origin.authority} opened no socket: {answer or type(problem).__name__}",
            reason="HANDSHAKE",
            origin=str(origin),
        ) from None
    except BaseException:
        connected.close()
        raise


def _may_send(name: str) -> bool:
    lower = name.lower()
    return lower not in OURS and not lower.startswith("sec-websocket-")
