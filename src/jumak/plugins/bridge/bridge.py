"""Answers plugins' `http.request` and `websocket.*` (contract, wire §8.2, §8.3).

One per running shop. `fetch` and `open_socket` are for whoever runs plugins beside the messages.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import partial
from weakref import WeakKeyDictionary, WeakValueDictionary

import msgspec
from msgspec import Struct, field

from jumak.domain.caller import Caller
from jumak.domain.errors import AclDenied, InvalidArgument, InvalidState, PosError, RateLimited, TimedOut
from jumak.plugins.bridge.access import Access
from jumak.plugins.bridge.address import Network
from jumak.plugins.bridge.http import Fetched, fetch
from jumak.plugins.bridge.payload import body_of, with_content_type
from jumak.plugins.bridge.socket import BridgeSocket, open_socket
from jumak.protocol.messages.bridge import (
    HttpReply,
    HttpRequest,
    SocketConnect,
    SocketDisconnect,
    SocketEvent,
    SocketSend,
)
from jumak.protocol.row import Done
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.session import Session
from jumak.server.shop import RunningShop
from jumak.service.documents import Install

CEILING_S = 120.0
"""Longest an HTTP call may take (H-12); counted from when it is asked, the wait for its turn included."""

CONNECT_S = 10.0
LONGEST_CONNECT_S = 28.0
"""A plugin may wait longer than 10 s for its socket, not longer than for any answer (H-12)."""

AT_ONCE = 32
MAX_HELD = 64_000_000
"""Bytes of bodies under way for one plugin."""

MAX_SOCKETS = 50
LARGE_REPLY = 100_000


def _nobody(install: Install, origin: str) -> None:
    """Nobody looks at what was refused."""


class _Traffic(Struct, eq=False, weakref=True):
    """What one plugin has under way. sockets: open ones; opening: places taken by those that will be."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    held: int = 0
    sockets: set[BridgeSocket] = field(default_factory=set)
    opening: int = 0

    @contextlib.contextmanager
    def holding(self) -> Iterator[Callable[[int], None]]:
        """Counts bytes until the end of the block; too many are refused."""
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            if self.held + size > MAX_HELD:
                raise RateLimited(
                    "이 플러그인이 한꺼번에 너무 많은 데이터를 주고받고 있습니다.",
                    f"More than {MAX_HELD // 1_000_000} MB of this plugin are under way; wait for some to end",
                    retryAfterMs=1_000,
                )
            mine += size
            self.held += size

        try:
            yield take
        finally:
            self.held -= mine

    @contextlib.contextmanager
    def place_for_a_socket(self) -> Iterator[None]:
        """Raises InvalidState when there are as many as there may be."""
        self.sockets = {one for one in self.sockets if not one.closed}
        if len(self.sockets) + self.opening >= MAX_SOCKETS:
            raise InvalidState(
                f"소켓은 {MAX_SOCKETS}개까지 열 수 있습니다. 쓰지 않는 소켓을 닫아 주세요.",
                f"A plugin has at most {MAX_SOCKETS} sockets: disconnect one first",
                reason="TOO_MANY_SOCKETS",
            )
        self.opening += 1
        try:
            yield
        finally:
            self.opening -= 1


class _Talk(Struct, eq=False):
    """A socket of a session and the task that hands on what comes."""

    socket: BridgeSocket
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class _Sockets(Struct, eq=False):
    """Those of one session, by URL; what concerns one URL is done one after the other."""

    open: dict[str, _Talk] = field(default_factory=dict)
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def turn(self, url: str) -> asyncio.Lock:
        lock = self.turns.get(url)
        if lock is None:
            lock = self.turns[url] = asyncio.Lock()
        return lock


class Bridge:
    """See the module.

    denied: called with a plugin and the origin that is missing on its list, for its console.
    """

    def __init__(self, shop: RunningShop, network: Network | None = None) -> None:
        self._shop = shop
        self.network = network or Network(shop.own_ports)
        self.denied: Callable[[Install, str], None] = _nobody
        self._traffic: dict[str, _Traffic] = {}
        self._sockets: WeakKeyDictionary[Session, _Sockets] = WeakKeyDictionary()

    @classmethod
    def of(cls, shop: RunningShop) -> Bridge:
        """The one of a shop."""
        if not isinstance(shop.network, Bridge):
            shop.network = cls(shop)
        return shop.network

    def start(self) -> None:
        """Takes over the messages."""
        self._shop.live["http.request"] = self.answer_http
        self._shop.live["websocket.connect.request"] = self.answer_connect
        self._shop.live["websocket.disconnect.request"] = self.answer_disconnect
        self._shop.live["websocket.send"] = self.answer_send
        self._shop.deadlines["http.request"] = CEILING_S + 1

    def stop(self) -> None:
        """Drops every socket."""
        for traffic in self._traffic.values():
            for socket in traffic.sockets:
                socket.abort()

    # -- for whoever runs plugins ----------------------------------------------------------------

    async def fetch(
        self,
        install: Install,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes | None,
        *,
        timeout_s: float = CEILING_S,
    ) -> Fetched:
        """One HTTP call of a plugin. Raises AclDenied, NetworkFailed, TimedOut, InvalidArgument, RateLimited."""
        with self._traffic_of(install.id).holding() as take:
            return await self._fetch(install, method, url, headers, body, timeout_s, take)

    async def open_socket(
        self,
        install: Install,
        url: str,
        headers: Mapping[str, str],
        protocols: Sequence[str] = (),
        *,
        timeout_s: float = CONNECT_S,
        verify: bool = True,
    ) -> BridgeSocket:
        """A socket of a plugin; whoever opens it closes it.

        Raises as `fetch` does, and InvalidState when the plugin has 50 already.
        """
        traffic = self._traffic_of(install.id)
        note = partial(self._shop.watch.note, install.id, "warn")
        with self._telling(install), traffic.place_for_a_socket():
            socket = await open_socket(
                self.network, _access(install), url, headers, protocols, timeout_s, verify, note
            )
            traffic.sockets.add(socket)
            return socket

    async def _fetch(
        self,
        install: Install,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes | None,
        timeout_s: float,
        take: Callable[[int], None],
    ) -> Fetched:
        traffic = self._traffic_of(install.id)
        take(len(body or b""))
        loop = asyncio.get_running_loop()
        ends = loop.time() + min(timeout_s, CEILING_S)
        with self._telling(install):
            # Refused before it waits for its turn.
            access = _access(install)
            access.route(url)
            async with _in_turn(traffic.turns, ends):
                left = max(ends - loop.time(), 0)
                return await fetch(self.network, access, method, url, headers, body, left, take)

    # -- messages --------------------------------------------------------------------------------

    async def answer_http(self, ask: Ask, data: HttpRequest) -> HttpReply:
        """`http.request`."""
        install = await self._install_of(ask.caller, data.url)
        body, is_json = body_of(data.payload)
        headers = with_content_type(data.headers, is_json and data.method.upper() not in ("GET", "HEAD"))
        timeout_s = CEILING_S if data.timeout_ms is None else data.timeout_ms / 1_000
        with self._traffic_of(install.id).holding() as take:
            got = await self._fetch(install, data.method, data.url, headers, body, timeout_s, take)
            if ask.session is not None and len(got.body) > LARGE_REPLY:
                await ask.session.room()
            return HttpReply(code=got.code, body=got.text, headers=got.headers)

    async def answer_connect(self, ask: Ask, data: SocketConnect) -> Done:
        """`websocket.connect.request`: the reply leaves first, then `open`, then what comes."""
        session = _session_of(ask)
        sockets = self._sockets_of(session)
        async with sockets.turn(data.url):
            install = await self._install_of(ask.caller, data.url)
            with self._telling(install):
                _access(install).route(data.url, ("ws", "wss"))
            if (old := sockets.open.get(data.url)) is not None:
                await old.socket.close()
                await old.ended.wait()
            socket = await self.open_socket(
                install,
                data.url,
                data.headers or {},
                timeout_s=_seconds(data.timeout),
                verify=data.reject_unauthorized is not False,
            )
            if session.closed:
                socket.abort()
                return Done()
            talk = sockets.open[data.url] = _Talk(socket)
            # The reply leaves when this returns, before the loop comes to anything else.
            asyncio.get_running_loop().call_soon(self._talk, session, sockets, data.url, talk)
            return Done()

    async def answer_disconnect(self, ask: Ask, data: SocketDisconnect) -> Done:
        """`websocket.disconnect.request`; a socket that is not there is closed."""
        session = _session_of(ask)
        sockets = self._sockets_of(session)
        async with sockets.turn(data.url):
            if (talk := sockets.open.get(data.url)) is not None:
                self._shop.start(_close(talk.socket, 1000))
        return Done()

    async def answer_send(self, ask: Ask, data: SocketSend) -> Done:
        """`websocket.send`; nobody waits for the answer, so what fails is an `error` event, too."""
        session = _session_of(ask)
        sockets = self._sockets_of(session)
        try:
            with self._traffic_of(ask.caller.id).holding() as take:
                take(len(data.data))
                async with sockets.turn(data.url):
                    talk = sockets.open.get(data.url)
                    if talk is None:
                        raise InvalidState(
                            "열린 소켓이 없습니다. 먼저 연결해 주세요.",
                            "There is no open socket of this URL: connect first",
                            reason="SOCKET_CLOSED",
                        )
                    await talk.socket.send(_outgoing(data))
        except PosError as error:
            _push(
                session,
                SocketEvent(url=data.url, event="error", error_name=error.code, error_message=error.ko),
            )
            raise
        return Done()

    # -- sockets ---------------------------------------------------------------------------------

    def _sockets_of(self, session: Session) -> _Sockets:
        sockets = self._sockets.get(session)
        if sockets is None:
            sockets = self._sockets[session] = _Sockets()
            session.when_lost(lambda: self._drop(sockets))
        return sockets

    def _drop(self, sockets: _Sockets) -> None:
        for talk in sockets.open.values():
            self._shop.start(_close(talk.socket, 1001))

    def _talk(self, session: Session, sockets: _Sockets, url: str, talk: _Talk) -> None:
        _push(session, SocketEvent(url=url, event="open"))
        self._shop.start(self._hand_on(session, sockets, url, talk))

    async def _hand_on(self, session: Session, sockets: _Sockets, url: str, talk: _Talk) -> None:
        """Every message of a socket, at the pace its plugin reads them, then how it ended."""
        socket = talk.socket
        try:
            async for message in socket:
                await session.room()
                text = message if isinstance(message, str) else base64.b64encode(message).decode()
                _push(session, SocketEvent(url=url, event="message", data=text))
            if socket.problem:
                _push(
                    session,
                    SocketEvent(url=url, event="error", error_name="NETWORK", error_message=socket.problem),
                )
            _push(session, SocketEvent(url=url, event="close", code=str(socket.close_code)))
        finally:
            if sockets.open.get(url) is talk:
                del sockets.open[url]
            socket.abort()
            talk.ended.set()

    # -- whose ------------------------------------------------------------------------------------

    async def _install_of(self, caller: Caller, url: str) -> Install:
        install = await self._shop.store.reader().get(Install, caller.id)
        if install is None:
            raise AclDenied(
                "설치된 플러그인만 포스를 통해 다른 서버를 부를 수 있습니다.",
                "Only an installed plugin has an allow-list: call the server yourself",
                reason="NO_LIST",
                url=url[:200],
            )
        return install

    def _traffic_of(self, plugin_id: str) -> _Traffic:
        return self._traffic.setdefault(plugin_id, _Traffic())

    @contextlib.contextmanager
    def _telling(self, install: Install) -> Iterator[None]:
        """What is refused for want of an entry is told to whoever could add it."""
        try:
            yield
        except AclDenied as error:
            if error.reason == "NOT_LISTED":
                self.denied(install, error.data["origin"])
            raise


def _access(install: Install) -> Access:
    return Access(install.acl, install.origin_map)


@contextlib.asynccontextmanager
async def _in_turn(turns: asyncio.Semaphore, ends: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout_at(ends):
            await turns.acquire()
    except TimeoutError:
        raise TimedOut(
            "이 플러그인의 다른 요청이 끝나지 않아 보내지 못했습니다.",
            f"The plugin's other calls did not end in time: {AT_ONCE} are under way at once",
        ) from None
    try:
        yield
    finally:
        turns.release()


async def _close(socket: BridgeSocket, code: int) -> None:
    try:
        await socket.close(code)
    finally:
        socket.abort()


def _session_of(ask: Ask) -> Session:
    if ask.session is None:
        raise InvalidState(
            "소켓 연결에서만 쓸 수 있습니다.", "This belongs to a socket", reason="SOCKET_ONLY"
        )
    return ask.session


def _seconds(timeout_ms: float | None) -> float:
    return CONNECT_S if timeout_ms is None else min(timeout_ms / 1_000, LONGEST_CONNECT_S)


def _outgoing(data: SocketSend) -> str | bytes:
    if not (isinstance(data.option, dict) and data.option.get("binary") is True):
        return data.data
    try:
        return base64.b64decode(data.data, validate=True)
    except binascii.Error:
        raise InvalidArgument(
            "option.binary를 쓸 때 data는 base64여야 합니다.",
            "With option.binary data is base64",
            path="$.data",
        ) from None


def _push(session: Session, event: SocketEvent) -> None:
    if not session.closed:
        session.push(Push("websocket.event", msgspec.json.encode(event)))
