"""Sockets through the shop, to servers of the plugin's allow-list (contract, wire §8.3).

The shop tells sockets apart by URL and ends them with the session. What happens to one comes as
`websocket.event`; each socket hands it to its listeners in order, waiting for one before the next, and
keeps what nobody listens to yet. Another socket does not wait.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakSet, WeakValueDictionary

from jumak.sdk.namespaces import Namespace
from jumak.sdk.questions import outcome_of

if TYPE_CHECKING:
    from jumak.sdk.client import Pos

MOST_KEPT = 1_000
"""Happenings of a kind that wait for their first listener."""

LOST = "1006"
"""The close code of a socket that broke."""

Happening = Literal["open", "message", "error", "close"]
Handler = Callable[..., Any]


class Websocket:
    """A socket. Made by `pos.websocket.create`; open until it is closed by either side.

    What happens before somebody listens is kept, up to 1,000 of a kind. Handlers may be async.

    opening: what it is opened with, again, too.
    """

    def __init__(
        self,
        pos: Pos,
        opening: Mapping[str, Any],
        open_again: Callable[[Websocket], Awaitable[None]],
        failed: Callable[[str, BaseException], None],
    ) -> None:
        self._pos, self.opening, self._open_again, self._failed = pos, opening, open_again, failed
        self._handlers: dict[Happening, list[Handler]] = {"open": [], "message": [], "error": [], "close": []}
        self._waiting: list[tuple[Happening, tuple[Any, ...]]] = []
        self._telling: asyncio.Task[None] | None = None
        self.is_open = False

    @property
    def url(self) -> str:
        """Where it leads."""
        url: str = self.opening["url"]
        return url

    async def connect(self) -> None:
        """Nothing while it is open; opens it again once it is closed."""
        if not self.is_open:
            await self._open_again(self)

    async def disconnect(self) -> None:
        """Closes it; one that is closed stays so."""
        self.is_open = False
        await self._pos.call("websocket.disconnect.request", {"url": self.url})

    async def send(self, message: str | bytes) -> None:
        """Sends a text, or bytes as a binary frame. What fails is told to `on_error`."""
        data: dict[str, Any] = {"url": self.url, "data": message}
        if isinstance(message, bytes):
            data |= {"data": base64.b64encode(message).decode(), "option": {"binary": True}}
        self._pos.notify("websocket.send", data)

    def on_open(self, handler: Callable[[], Any]) -> Callable[[], None]:
        """`handler()`: it is open."""
        return self._on("open", handler)

    def on_message(self, handler: Callable[[str], Any]) -> Callable[[], None]:
        """`handler(text)`; base64 of the bytes when the frame was binary."""
        return self._on("message", handler)

    def on_error(self, handler: Callable[[str | None, str | None], Any]) -> Callable[[], None]:
        """`handler(name, message)`: something failed; the name is an error code."""
        return self._on("error", handler)

    def on_close(self, handler: Callable[[str], Any]) -> Callable[[], None]:
        """`handler(code)`: it is closed; 1006 when the connection broke."""
        return self._on("close", handler)

    def happened(self, data: Mapping[str, Any]) -> None:
        """A `websocket.event` about it."""
        match data.get("event"):
            case "open":
                self.is_open = True
                self._tell("open")
            case "message":
                self._tell("message", data.get("data") or "")
            case "error":
                self._tell("error", data.get("errorName"), data.get("errorMessage"))
            case "close":
                self.is_open = False
                self._tell("close", str(data.get("code") or ""))

    def end(self) -> asyncio.Task[None] | None:
        """Stops telling. Returns the task that may still be at it."""
        self._waiting.clear()
        if self._telling is not None:
            self._telling.cancel()
        return self._telling

    def _on(self, what: Happening, handler: Handler) -> Callable[[], None]:
        handlers = self._handlers[what]
        handlers.append(handler)
        self._begin_to_tell()

        def off() -> None:
            if handler in handlers:
                handlers.remove(handler)

        return off

    def _tell(self, what: Happening, *told: Any) -> None:
        if not self._handlers[what]:
            kept = [place for place, (kind, _) in enumerate(self._waiting) if kind == what]
            if len(kept) >= MOST_KEPT:
                del self._waiting[kept[0]]
        self._waiting.append((what, told))
        self._begin_to_tell()

    def _begin_to_tell(self) -> None:
        if self._next() is not None and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        while (place := self._next()) is not None:
            what, told = self._waiting.pop(place)
            for handler in list(self._handlers[what]):
                try:
                    await outcome_of(handler(*told))
                except Exception as problem:
                    self._failed(f"websocket {what}", problem)

    def _next(self) -> int | None:
        return next((place for place, (what, _) in enumerate(self._waiting) if self._handlers[what]), None)


class _Life:
    """From the opening of a socket to its close; the same socket may be opened again."""

    def __init__(self, socket: Websocket) -> None:
        self.socket, self.url = socket, socket.url


class WebsocketNamespace(Namespace):
    """Opens sockets.

    Events carry a URL only, and replies are taken by other tasks than events, so the order of events
    tells whose they are: everything up to a `close` belongs to the life that is listened to, what
    follows to the next one of that URL.
    """

    def __init__(self, pos: Pos, failed: Callable[[str, BaseException], None]) -> None:
        super().__init__(pos)
        self._failed = failed
        self._listened: dict[str, _Life] = {}
        self._opening: dict[str, list[_Life]] = {}
        # What is sent over a closed socket is an error event: it is its last owner's.
        self._closed: WeakValueDictionary[str, Websocket] = WeakValueDictionary()
        self._all: WeakSet[Websocket] = WeakSet()
        self._subscribed = False

    async def create(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
        reject_unauthorized: bool | None = None,
    ) -> Websocket:
        """Opens a socket and answers once it is open. A second one to the same URL ends the first.

        headers: `Sec-WebSocket-Protocol` asks for subprotocols.  timeout: seconds to connect, 10 unless
        given.  reject_unauthorized: False takes any certificate of a private address on the allow-list.
        Raises ACL_DENIED, NETWORK, TIMEOUT.
        """
        opening: dict[str, Any] = {"url": url, "headers": dict(headers or {})}
        if timeout is not None:
            opening["timeout"] = round(timeout * 1_000)
        if reject_unauthorized is not None:
            opening["rejectUnauthorized"] = reject_unauthorized
        socket = Websocket(self._pos, opening, self._open, self._failed)
        self._all.add(socket)
        await self._open(socket)
        return socket

    def lost(self) -> None:
        """The session is over, and its sockets with it."""
        for life in list(self._listened.values()):
            if life.socket.is_open:
                life.socket.happened({"event": "close", "code": LOST})
                self._over(life)

    async def close(self) -> None:
        """Ends handlers that still run."""
        tasks = [task for socket in self._all if (task := socket.end()) is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _open(self, socket: Websocket) -> None:
        if not self._subscribed:
            self._subscribed = True
            self._pos.events.on("websocket.event", self._happened)
        life = _Life(socket)
        self._opening.setdefault(life.url, []).append(life)
        self._listened.setdefault(life.url, life)
        try:
            await self._call("websocket.connect.request", socket.opening)
        except BaseException:
            self._over(life)
            raise
        if self._has_opened(life):
            socket.is_open = True
            self._listened[life.url] = life

    def _happened(self, data: Mapping[str, Any]) -> None:
        life = self._listened.get(data["url"])
        if life is not None:
            life.socket.happened(data)
            if data.get("event") == "close":
                self._over(life)
        elif (socket := self._closed.get(data["url"])) is not None:
            socket.happened(data)

    def _has_opened(self, life: _Life) -> bool:
        """Takes it off those that are being opened; False when it was closed meanwhile."""
        opening = self._opening.get(life.url, [])
        if life not in opening:
            return False
        opening.remove(life)
        if not opening:
            del self._opening[life.url]
        return True

    def _over(self, life: _Life) -> None:
        """Nothing comes for it any more."""
        self._has_opened(life)
        if self._listened.get(life.url) is life:
            del self._listened[life.url]
            self._closed[life.url] = life.socket
            if following := self._opening.get(life.url):
                self._listened[life.url] = following[0]
