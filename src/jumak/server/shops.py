"""Many shops behind one address: opened when they are asked for, each run by one process at a time.

    <shop>.<host>                that shop
    <plugin>.<shop>.<host>       that plugin's files, nothing else
    <host>                       the shop that the token names; without one nobody
    any other                    nobody: refused with 421

A token that names another shop than the host does is refused before either is asked. `/healthz`, `/readyz` and
`/metrics` are the process's own, under any name.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import re
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

from msgspec import Struct

from jumak.domain.errors import NotFound, PermissionDenied, PosError, Unauthenticated
from jumak.ending import ended
from jumak.logs import SHOP, fields
from jumak.protocol.errors import error_json, status_of
from jumak.server import monitoring
from jumak.server.app import App, Heard, misdirected, refuse
from jumak.server.credentials import shop_of_token
from jumak.server.forward import Forwarder, Unreached, lost, was_passed_on
from jumak.server.http import Asked, Receive, Scope, Send, answer
from jumak.server.monitoring import LOCAL_ONLY, Monitor
from jumak.server.pages import TEXT
from jumak.server.placement import Process, moved, now_s
from jumak.server.policy import NOTHING, plugin_headers
from jumak.server.shop import RunningShop
from jumak.service.documents import ShopEntry

IDLE_S: Final = 600.0
"""A shop nobody is connected to, and nobody asked, is closed after this; one with plugins of its own never is."""

LOOK_S: Final = 1.0
AT_ONCE: Final = 4
"""So many shops without a process are taken up at a look, so that the processes share what one has left."""

KNOWN_S: Final = 1.0
"""Which process runs a shop is believed for so long."""

GRACE_S: Final = 4.0
"""What is under way in a shop may take this long once it is to be closed."""

log = logging.getLogger(__name__)


class Directory(Protocol):
    """Which shops there are, as every process knows it at any moment."""

    def named(self, name: str) -> ShopEntry | None:
        """The shop of a host label."""

    def numbered(self, number: int) -> ShopEntry | None:
        """The shop of a number."""

    def all(self) -> Iterable[ShopEntry]:
        """Every shop, the head office included."""


class Served:
    """A shop this process runs. ending: set by whoever wants it closed; waits: another process should take it up."""

    def __init__(self, shop: RunningShop, app: App) -> None:
        self.shop, self.app = shop, app
        self.ending = asyncio.Event()
        self.waits = False
        self.busy = 0
        self.used = now_s()
        self.quiet = asyncio.Event()
        self.quiet.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        self.busy += 1
        self.quiet.clear()
        try:
            await self.app(scope, receive, send)
        finally:
            self.busy -= 1
            self.used = now_s()
            if not self.busy:
                self.quiet.set()

    def is_idle(self, after_s: float) -> bool:
        """Nobody is there, its own plugins included, nor was for a while."""
        there = self.busy or self.shop.connections.all or self.shop.is_working()
        return not there and now_s() - self.used > after_s


class Elsewhere(Struct, frozen=True):
    """Another process runs it. process: which.  address: where that one is reached."""

    process: str
    address: str


class Running(Struct, frozen=True):
    """A shop from the moment this process tries to take it. ready: the open shop, None when it was not to be had."""

    task: asyncio.Task[None]
    ready: asyncio.Future[Served | None]


class Opening(Protocol):
    """How shops are opened."""

    async def found(self, entry: ShopEntry) -> object:
        """Makes a shop of the directory unless it is there."""

    def __call__(self, entry: ShopEntry, fence: int) -> AbstractAsyncContextManager[Served]:
        """Opens a shop under a fence, and closes it at the end."""


class Shops:
    """The shops of one process.

    opening: opens a shop under a fence.  idle_s: see `IDLE_S`.
    """

    def __init__(
        self, process: Process, directory: Directory, opening: Opening, *, idle_s: float = IDLE_S
    ) -> None:
        self.process, self.directory = process, directory
        self._opening, self._idle_s = opening, idle_s
        self._running: dict[int, Running] = {}
        self._served: dict[int, Served] = {}
        self._known: dict[int, tuple[float, Elsewhere]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._wanting: set[asyncio.Task[None]] = set()
        self.is_ending = False
        process.late = self.drop_all

    @property
    def open(self) -> dict[int, Served]:
        """What runs here, by number."""
        return dict(self._served)

    def is_opening(self, shop_id: int) -> bool:
        """This process tries to take it, or has it and is not done opening it."""
        running = self._running.get(shop_id)
        return running is not None and not running.ready.done()

    def begin(self) -> None:
        """Looks after idle shops and after those without a process from now on."""
        self._looking = asyncio.create_task(self._look())

    async def at(self, entry: ShopEntry) -> Served | Elsewhere:
        """Where a shop runs; here if nowhere else. Raises HostUnavailable `MOVING`, and what opening it raises."""
        while (running := self._running.get(entry.id)) is not None:
            served = await asyncio.shield(running.ready)
            if served is not None and not served.ending.is_set():
                if not self.process.is_alive:
                    raise moved()
                return served
            # It is being closed: afterwards it may be opened here or elsewhere.
            await asyncio.wait({running.task})
        there = await self._elsewhere(entry.id)
        if there is not None:
            return there
        if self.is_ending or not self.process.is_alive:
            raise moved()
        if entry.id not in self._running:
            self._begin(entry)
        served = await asyncio.shield(self._running[entry.id].ready)
        if served is None:
            raise moved()
        return served

    def want(self, entry: ShopEntry) -> None:
        """Has a shop run somewhere, here if nowhere else, though nobody asks it for anything."""
        task = asyncio.create_task(self._have(entry), context=contextvars.Context())
        self._wanting.add(task)
        task.add_done_callback(self._wanting.discard)

    async def _have(self, entry: ShopEntry) -> None:
        try:
            await self.at(entry)
        except PosError as error:
            log.info("shop %s has something to do and is not opened for now: %s", entry.id, error)
        except Exception:
            log.exception("shop %s has something to do and could not be opened", entry.id)

    async def still(self, shop_id: int, there: Elsewhere) -> bool:
        """Whether that process still runs it."""
        try:
            holder = await self.process.places.holder(shop_id)
        except self.process.unreachable:
            return True
        return holder is not None and holder[0] == there.process

    def forget(self, shop_id: int) -> None:
        """That process did not answer: look again before the next request."""
        self._known.pop(shop_id, None)

    def end(self, shop_id: int) -> None:
        """Closes a shop that runs here; the next request opens it again, if it may."""
        if (served := self._served.get(shop_id)) is not None:
            served.ending.set()

    def drop_all(self) -> None:
        """Others may run what runs here."""
        for served in self._served.values():
            served.shop.end_connections()
            served.ending.set()

    def end_connections(self, *, but_hosted: bool = False) -> None:
        """Of every shop that runs here; see `RunningShop`."""
        for served in self._served.values():
            served.shop.end_connections(but_hosted=but_hosted)

    async def close(self) -> None:
        """Gives every shop up, each once what is under way in it is done, and opens none any more."""
        self.is_ending = True
        await ended(self._looking)
        for served in self._served.values():
            served.waits = True
            served.ending.set()
        while self._running:
            await asyncio.wait({running.task for running in self._running.values()})

    async def _elsewhere(self, shop_id: int) -> Elsewhere | None:
        """The other process that runs it. Raises HostUnavailable `MOVING` when that cannot be found out."""
        known = self._known.get(shop_id)
        if known is not None and known[0] > now_s():
            return known[1]
        try:
            holder = await self.process.places.holder(shop_id)
        except self.process.unreachable as error:
            log.warning(
                "it could not be found out where a shop runs: %s", error, extra=fields(shop_id=shop_id)
            )
            raise moved() from None
        if holder is None or holder[0] == self.process.id:
            return None
        there = Elsewhere(*holder)
        self._known[shop_id] = now_s() + KNOWN_S, there
        return there

    def _begin(self, entry: ShopEntry) -> None:
        ready: asyncio.Future[Served | None] = asyncio.get_running_loop().create_future()
        # A context of its own: what the shop runs must not inherit where this request came in.
        task = asyncio.create_task(self._run(entry, ready), context=contextvars.Context())
        self._running[entry.id] = Running(task, ready)
        task.add_done_callback(lambda _: self._running.pop(entry.id))

    async def _run(self, entry: ShopEntry, ready: asyncio.Future[Served | None]) -> None:
        """A shop from being taken to being given up."""
        places, process = self.process.places, self.process.id
        waits = True
        # For everything it runs: tasks begin with a copy.
        SHOP.set(entry.name)
        try:
            await self._opening.found(entry)
            fence = await places.take(entry.id, process)
            if fence is None:
                ready.set_result(None)
                return
            async with self._opening(entry, fence) as served:
                self._served[entry.id] = served
                if self._is_over(entry, process):
                    served.waits = self.is_ending
                    served.ending.set()
                ready.set_result(served)
                log.info("a shop is open")
                await served.ending.wait()
                log.info("a shop is closed")
                served.shop.end_connections(but_hosted=True)
                if self.process.is_alive:
                    await _within(GRACE_S, served.quiet)
                waits = served.waits
        except self.process.unreachable as error:
            log.warning("a shop could not be opened: %s", error)
        except Exception as error:
            log.exception("a shop could not be run")
            if not ready.done():
                ready.set_exception(error)
        finally:
            self._served.pop(entry.id, None)
            if not ready.done():
                ready.set_result(None)
            try:
                await places.give_up(entry.id, process, waits=waits)
            except self.process.unreachable as error:
                log.warning("a shop could not be given up: %s", error)

    def _is_over(self, entry: ShopEntry, process: str) -> bool:
        """Meanwhile it was suspended, or this process ends or was late."""
        now = self.directory.numbered(entry.id)
        return now is None or now.state != "OPEN" or self.is_ending or self.process.id != process

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for served in self._served.values():
                if served.is_idle(self._idle_s):
                    served.ending.set()
            try:
                for entry in await self._waiting():
                    await self.at(entry)
            except PosError as error:
                log.info("shops without a process are left for now: %s", error)
            except self.process.unreachable as error:
                log.info("it could not be found out which shops have no process: %s", error)
            except Exception:
                log.exception("shops without a process could not be taken up")

    async def _waiting(self) -> list[ShopEntry]:
        """Some shops that should run and do not."""
        if not self.process.is_alive:
            return []
        # The database may hold shops of others; and a suspended one waits until it is resumed and asked for.
        ours = {
            entry.id: entry
            for entry in self.directory.all()
            if entry.state == "OPEN" and entry.id not in self._running
        }
        return [ours[number] for number in await self.process.places.orphans(ours, AT_ONCE)]


async def _within(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        log.warning("a shop was closed while it was asked something")


def _guarded(send: Send) -> Send:
    """For what this process answers by itself, under whatever name: on a plugin's origin too a page without a policy would
    lend its own to the plugin.
    """

    async def guarded(message: dict[str, Any]) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            message = {**message, "headers": [*message["headers"], *plugin_headers(NOTHING)]}
        await send(message)

    return guarded


class ShopsApp:
    """Every door of every shop. hosts: the names all of them hang below, lower case.  monitor: who may read figures."""

    def __init__(
        self, shops: Shops, hosts: Iterable[str], forwarder: Forwarder, monitor: Monitor = LOCAL_ONLY
    ) -> None:
        self._shops, self._forwarder, self._monitor = shops, forwarder, monitor
        self._below = tuple(hosts)
        names = "|".join(re.escape(host) for host in sorted(self._below, key=len, reverse=True))
        label = r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
        self._host = re.compile(
            rf"(?:(?:{label}\.)?(?P<shop>{label})\.)?(?P<base>{names})(?P<port>:\d{{1,5}})?"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        try:
            await self._serve(scope, receive, send)
        except asyncio.CancelledError:
            # This process ends, and what is under way takes too long: it may have been done.
            if scope["type"] != "http" or not self._shops.is_ending:
                raise
            with contextlib.suppress(RuntimeError):
                await answer(send, status_of(lost()), error_json(lost()))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in ("/healthz", "/readyz"):
            await self._serve_health(scope["path"], _guarded(send))
            return
        if (
            scope["type"] == "http"
            and scope["path"] == monitoring.PATH
            and scope["method"] in ("GET", "HEAD")
        ):
            await monitoring.serve_of_process(self._monitor, self._running, scope, _guarded(send))
            return
        heard = Heard(scope)
        found = self._host.fullmatch(heard.host.decode("latin-1").lower())
        if found is None:
            await misdirected(heard.host, scope, receive, send, below=self._below)
            return
        try:
            entry = self._entry(found["shop"], Asked(scope["headers"]).token)
            place = await self._place(entry, scope)
        except PosError as error:
            await refuse(error, scope, receive, _guarded(send))
            return
        except Exception as error:
            log.exception("a shop cannot be served", extra=fields(shop=found["shop"]))
            await refuse(error, scope, receive, _guarded(send))
            return
        if found["shop"] is None:
            name = f"{entry.name}.{found['base']}{found['port'] or ''}".encode()
            headers = [(key, name if key == b"host" else value) for key, value in scope["headers"]]
            scope = {**scope, "headers": headers}
        try:
            await self._hand_on(entry, place, scope, receive, send)
        except Unreached:
            await self._hand_on_again(entry, scope, receive, send)

    async def _place(self, entry: ShopEntry, scope: Scope) -> Served | Elsewhere:
        place = await self._shops.at(entry)
        if isinstance(place, Elsewhere) and was_passed_on(scope):
            # The two processes disagree for a moment.
            self._shops.forget(entry.id)
            raise moved()
        return place

    async def _hand_on_again(self, entry: ShopEntry, scope: Scope, receive: Receive, send: Send) -> None:
        """Nobody listens where the shop ran a moment ago: it may have been given up since."""
        self._shops.forget(entry.id)
        try:
            await self._hand_on(entry, await self._place(entry, scope), scope, receive, send)
        except PosError as error:
            await refuse(error, scope, receive, _guarded(send))
        except Unreached:
            await refuse(moved(), scope, receive, _guarded(send))

    def _entry(self, label: str | None, token: str | None) -> ShopEntry:
        """The shop that is meant. Raises NotFound `SHOP`, Unauthenticated, PermissionDenied `SHOP_SUSPENDED`."""
        directory = self._shops.directory
        number = None if token is None else shop_of_token(token)
        if label is not None:
            entry = directory.named(label)
        else:
            entry = None if number is None else directory.numbered(number)
        if entry is None:
            raise NotFound(
                "이 주소에는 매장이 없습니다. 주소나 토큰을 확인해 주세요.",
                "There is no shop at this address: check the name, or the token",
                reason="SHOP",
            )
        if number is not None and number != entry.id:
            raise Unauthenticated("다른 매장의 토큰입니다.", "This is a token of another shop")
        if entry.state == "SUSPENDED":
            why = "" if entry.reason is None else f" ({entry.reason})"
            raise PermissionDenied(
                f"정지된 매장입니다.{why}", f"This shop is suspended{why}", reason="SHOP_SUSPENDED"
            )
        return entry

    async def _hand_on(
        self, entry: ShopEntry, there: Served | Elsewhere, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if isinstance(there, Served):
            SHOP.set(entry.name)
            await there(scope, receive, send)
            return

        async def still() -> bool:
            if await self._shops.still(entry.id, there):
                return True
            self._shops.forget(entry.id)
            return False

        if scope["type"] == "websocket":
            await self._forwarder.socket(there.address, scope, receive, send)
        else:
            await self._forwarder.request(there.address, still, scope, receive, send)

    def _running(self, name: str) -> RunningShop | None:
        entry = self._shops.directory.named(name)
        served = None if entry is None else self._shops.open.get(entry.id)
        return None if served is None else served.shop

    async def _serve_health(self, path: str, send: Send) -> None:
        if path == "/healthz":
            await answer(send, 200, b"ok\n", TEXT)
        elif self._shops.is_ending or not self._shops.process.is_alive:
            await answer(send, 503, b"not ready\n", TEXT)
        else:
            await answer(send, 200, b"ready %d\n" % len(self._shops.open), TEXT)
