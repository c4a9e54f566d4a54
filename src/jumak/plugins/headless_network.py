"""The network of headless workers: `fetch` and `WebSocket` of their thread, carried out by the bridge.

The runner has no network of its own. It asks in messages a plugin can neither see nor write, and
the bridge, which keeps the allow-list, answers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct

from jumak.domain.errors import PosError
from jumak.ending import ended
from jumak.logs import fields
from jumak.service.documents import Install

MAX_FETCHES = 64
MAX_SOCKETS = 32
MAX_UNSENT = 1_000
"""Messages of one socket that wait for the network."""

MAX_UNSENT_BYTES = 16_000_000
LOST = 1006
"""The close code of a connection that ended without saying so."""

log = logging.getLogger(__name__)


class Fetched(Protocol):
    """An answer over HTTP. url: where it came from in the end."""

    @property
    def code(self) -> int: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def url(self) -> str: ...


class Socket(Protocol):
    """An open connection. It iterates over the messages; then `close_code` and `close_reason` are known."""

    @property
    def protocol(self) -> str | None: ...
    @property
    def close_code(self) -> int: ...
    @property
    def close_reason(self) -> str: ...
    async def send(self, message: str | bytes, /) -> None: ...
    async def close(self, code: int = 1000, reason: str = "") -> None: ...
    def __aiter__(self) -> AsyncIterator[str | bytes]: ...


class Bridge(Protocol):
    """What reaches the network for a plugin, inside its allow-list. Raises PosError for what it refuses."""

    async def fetch(
        self,
        install: Install,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes | None,
    ) -> Fetched: ...

    async def open_socket(
        self, install: Install, url: str, headers: Mapping[str, str], protocols: Sequence[str] = ()
    ) -> Socket: ...


class Said(Struct, frozen=True, kw_only=True):
    """A message of the runner; which keys it has depends on its name."""

    name: str
    id: int = 0
    level: Literal["debug", "info", "warn", "error"] = "info"
    text: str | None = None
    reason: str = ""
    method: str = "GET"
    url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    protocols: tuple[str, ...] = ()
    binary: bytes | None = None
    code: int = 1000


class _NotAskedError(Exception):
    """A request that does not get as far as the bridge; the text says why."""


class _Open(Struct):
    """A socket of the plugin: the task that carries it, and what it still sends."""

    task: asyncio.Task[None]
    unsent: asyncio.Queue[Said]
    waiting_bytes: int = 0


class HeadlessNetwork:
    """The requests and sockets of one run.

    tell: sends a message to the runner, once it has room for it.  refused: a sentence for the console.
    """

    def __init__(
        self,
        install: Install,
        bridge: Bridge | None,
        tell: Callable[[dict[str, Any]], Awaitable[None]],
        refused: Callable[[str], None],
    ) -> None:
        self._install, self._bridge, self._tell, self._refused = install, bridge, tell, refused
        self._fetches: dict[int, asyncio.Task[None]] = {}
        self._sockets: dict[int, _Open] = {}

    def take(self, said: Said) -> None:
        """Does what the runner asks; the answers come later."""
        match said.name:
            case "runner.fetch":
                self._fetches[said.id] = self._begin(
                    self._fetch(said, len(self._fetches)), self._fetches, said.id
                )
            case "runner.fetch-cancel":
                if (fetch := self._fetches.get(said.id)) is not None:
                    fetch.cancel()
            case "runner.socket-open":
                unsent: asyncio.Queue[Said] = asyncio.Queue()
                task = self._begin(self._socket(said, unsent, len(self._sockets)), self._sockets, said.id)
                self._sockets[said.id] = _Open(task, unsent)
            case "runner.socket-send" | "runner.socket-close":
                if (opened := self._sockets.get(said.id)) is not None:
                    self._send(opened, said)
            case _:
                log.warning("a runner said what nobody knows", extra=fields(plugin=self._install.id))

    async def close(self) -> None:
        """Ends everything that is under way."""
        tasks = [*self._fetches.values(), *(opened.task for opened in self._sockets.values())]
        await ended(*tasks)

    def _begin(
        self, work: Coroutine[Any, Any, None], among: dict[int, Any], number: int
    ) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda _: among.pop(number, None))
        return task

    # -- fetch -----------------------------------------------------------------------------------

    async def _fetch(self, said: Said, others: int) -> None:
        try:
            if others >= MAX_FETCHES:
                raise _NotAskedError(f"more than {MAX_FETCHES} requests at once")
            got = await self._reachable().fetch(self._install, said.method, said.url, said.headers, said.body)
            answer = {"code": got.code, "headers": got.headers, "body": got.body, "url": got.url}
        except Exception as problem:
            answer = {"failed": self._why(f"{said.method} {said.url}", problem)}
        await self._tell({"name": "runner.fetched", "id": said.id} | answer)

    # -- sockets ---------------------------------------------------------------------------------

    async def _socket(self, said: Said, unsent: asyncio.Queue[Said], others: int) -> None:
        event = {"name": "runner.socket-event", "id": said.id}
        opening: asyncio.Task[Socket] | None = None
        try:
            if others >= MAX_SOCKETS:
                raise _NotAskedError(f"more than {MAX_SOCKETS} sockets at once")
            opening = asyncio.create_task(self._connect(said))
            # Nothing is sent before it is open: what waits here can only be its closing.
            closing = asyncio.create_task(unsent.get())
            try:
                await asyncio.wait((opening, closing), return_when=asyncio.FIRST_COMPLETED)
            finally:
                closing.cancel()
            if closing.done() and not closing.cancelled():
                if opening.done():
                    await opening.result().close()
                raise _NotAskedError("it was closed before it was open")
            socket = opening.result()
        except Exception as problem:
            failed = self._why(f"WebSocket {said.url}", problem)
            await self._tell(event | {"event": "close", "code": LOST, "reason": "", "failed": failed})
            return
        finally:
            if opening is not None and not opening.done():
                await ended(opening)
        await self._tell(event | {"event": "open", "protocol": socket.protocol or ""})
        sending = asyncio.create_task(self._send_all(said.id, socket, unsent))
        try:
            async for message in socket:
                kind = {"text": message} if isinstance(message, str) else {"binary": message}
                await self._tell(event | {"event": "message"} | kind)
            end: dict[str, Any] = {"code": socket.close_code, "reason": socket.close_reason}
            if socket.close_code == LOST:
                end["failed"] = "the connection broke"
        except Exception as problem:
            end = {"code": LOST, "reason": "", "failed": self._why(f"WebSocket {said.url}", problem)}
        finally:
            await asyncio.gather(ended(sending), socket.close(), return_exceptions=True)
        await self._tell(event | {"event": "close"} | end)

    async def _connect(self, said: Said) -> Socket:
        return await self._reachable().open_socket(self._install, said.url, {}, said.protocols)

    def _send(self, opened: _Open, said: Said) -> None:
        opened.waiting_bytes += _size(said)
        opened.unsent.put_nowait(said)
        if opened.unsent.qsize() > MAX_UNSENT or opened.waiting_bytes > MAX_UNSENT_BYTES:
            self._refused("a socket was closed: it sends faster than the network takes it")
            while not opened.unsent.empty():
                opened.unsent.get_nowait()
            opened.unsent.put_nowait(Said(name="runner.socket-close", code=1000))

    async def _send_all(self, number: int, socket: Socket, unsent: asyncio.Queue[Said]) -> None:
        while True:
            said = await unsent.get()
            if (opened := self._sockets.get(number)) is not None:
                opened.waiting_bytes -= _size(said)
            if said.name == "runner.socket-close":
                await socket.close(said.code, said.reason)
                return
            await socket.send(said.text if said.text is not None else said.binary or b"")

    # -- what goes wrong -------------------------------------------------------------------------

    def _reachable(self) -> Bridge:
        if self._bridge is None:
            raise _NotAskedError("this server has no bridge to the network")
        return self._bridge

    def _why(self, what: str, problem: Exception) -> str:
        if isinstance(problem, PosError):
            why = problem.en
        elif isinstance(problem, _NotAskedError):
            why = str(problem)
        else:
            log.error("a request broke the bridge", exc_info=problem, extra=fields(plugin=self._install.id))
            why = "the server failed at it"
        self._refused(f"{what}: {why}")
        return why


def _size(said: Said) -> int:
    return len(said.text or "") + len(said.binary or b"")
