"""The one place that wires the parts: store, use cases, doors, plugins, schedule."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import ipaddress
import logging
import pkgutil
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

import uvicorn
from msgspec import Struct

import jumak.server.before_add  # binds its messages
import jumak.server.branches  # binds its messages
import jumak.server.directory  # binds its messages
import jumak.service
from jumak import __version__
from jumak.devices.terminal import DRIVERS
from jumak.domain.caller import SYSTEM
from jumak.domain.origin import LOCAL
from jumak.ending import end_within
from jumak.feed.options import FeedOptions, Link
from jumak.logs import fields
from jumak.plugins.bridge import Bridge
from jumak.plugins.host import PluginHost
from jumak.protocol.envelope import LONGEST_FRAME
from jumak.protocol.row import Done
from jumak.server import schedule
from jumak.server.app import App
from jumak.server.clock import SystemClock, WaitingClock
from jumak.server.connections import Connections
from jumak.server.finding_out import FindingOut
from jumak.server.flood import FloodGuard, NoGuard
from jumak.server.giving_back import GivingBack
from jumak.server.hosted import list_hosted
from jumak.server.ids import UuidIds
from jumak.server.menu_files import MenuFiles
from jumak.server.monitoring import LOCAL_ONLY, Monitor, MonitorApp
from jumak.server.origins import Hosts
from jumak.server.owner import COMMAND_LINE, OwnerAccess, remove_access, write_access
from jumak.server.payers import Payers
from jumak.server.paying import Paying
from jumak.server.pictures import Pictures
from jumak.server.placement import PlacedShop, Process
from jumak.server.publish import Publisher
from jumak.server.receipt_sending import ReceiptSending
from jumak.server.refunds import Refunds
from jumak.server.settlement import Settlements
from jumak.server.shop import Gate, RunningShop
from jumak.server.shops import ShopsApp
from jumak.server.terminals import Terminals
from jumak.server.transport import Limits, limited
from jumak.server.uploads import Uploads
from jumak.server.views import VIEWS
from jumak.service.card_terminal import Drivers
from jumak.service.catalog import open_day
from jumak.service.draft_order import take_up_carts
from jumak.service.kitchen import clear_board, fire_due
from jumak.service.order_request import expire_due
from jumak.service.ports import Command, Store, Transaction
from jumak.service.receipt_issuer import ReceiptIssuer
from jumak.store.errors import ShopInUse
from jumak.store.opening import InDatabase, counter, opened, when

if TYPE_CHECKING:
    from jumak.store.postgres.database import Waking

log = logging.getLogger("jumak")

PING_EVERY_S = 15.0
MISSED_PINGS_S = 30.0
"""Two pings without an answer end a socket (contract, wire §9)."""

YOUNG_OBJECTS = 50_000
"""The collector looks at new objects once there are this many: a batch of orders makes some thousands, no garbage."""

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # named, not bound
"""Listening at all addresses, and the one by which this machine reaches itself then."""

GRACE_S = 5
"""What is under way may take this long once the server is told to stop."""


class ServeOptions(Struct, frozen=True, kw_only=True):
    """How to serve a shop.

    names: it is reached by, beside localhost, addresses and what the machine is called.
    limits: on connections and on how slow they may be.
    issuer: of cash receipts; without one they stay in the queue.
    flood_guard: off only for benchmarks.
    database: where the shop is; without one in the folder, which holds its files either way.
    feed: the chain's hub its journal goes to; only for a shop in its folder.
    waking: where the processes of a database wake each other up, if not through it.
    monitor: who may read the figures from elsewhere.
    beside: another server has the counter of this shop (see `run_shop`).
    """

    folder: Path
    database: InDatabase | None = None
    beside: bool = False
    host: str = "127.0.0.1"
    port: int = 8700
    names: tuple[str, ...] = ()
    browser: bool = False
    flood_guard: bool = True
    tls_cert: Path | None = None
    tls_key: Path | None = None
    limits: Limits = Limits()
    issuer: ReceiptIssuer | None = None
    feed: FeedOptions | None = None
    waking: Link | None = None
    monitor: Monitor = LOCAL_ONLY


def load_use_cases() -> None:
    """Imports every module of `service/`, which fills the registry."""
    for module in pkgutil.iter_modules(jumak.service.__path__):
        importlib.import_module(f"jumak.service.{module.name}")


async def run_shop(
    store: Store,
    connections: Connections,
    clock: WaitingClock,
    *,
    folder: Path | None = None,
    files: Path | None = None,
    guard: FloodGuard | NoGuard | None = None,
    drivers: Drivers = DRIVERS,
    issuer: ReceiptIssuer | None = None,
    mark: str = "",
    process: Process | None = None,
    at_counter: bool = True,
) -> tuple[RunningShop, Callable[[], Any]]:
    """The running parts around an open store, and what to await to end them.

    folder: of the shop; without one no plugin processes are hosted.  files: the same folder, where files that people
    bring lie; without one none are taken.  drivers: of card terminals.  issuer: of cash receipts; without one they stay
    in the queue.  mark: of its tokens, when it is one of many.  process: runs it as long as that is alive.  at_counter:
    False when another process has the shop open and asks terminals, plugins and the issuer, keeps the timetable and hosts
    plugins; this one does none of that.
    """
    load_use_cases()
    shop = (
        RunningShop(store, connections=connections, clock=clock, ids=UuidIds(), guard=guard, mark=mark)
        if process is None
        else PlacedShop(
            store,
            connections=connections,
            clock=clock,
            ids=UuidIds(),
            guard=guard,
            mark=mark,
            process=process,
        )
    )
    shop.live["hosted-plugin.list.request"] = list_hosted
    shop.ui.serve()
    if files is not None:
        MenuFiles(shop, files).serve()
        Pictures(shop, files).serve()
    publisher = Publisher(shop)
    publisher.views.update(VIEWS)
    follow_devices(shop, publisher)
    terminals = Terminals(shop, drivers, lambda *answer: paying.take_from_terminal(*answer))
    payers = Payers(shop, terminals)
    paying, refunds = Paying(shop, payers), Refunds(shop, payers)
    giving_back = GivingBack(shop, payers, refunds)
    finding_out = FindingOut(shop, terminals, refunds)
    shop.live["terminal.list.request"] = terminals.list
    shop.live["settlement.get.request"] = Settlements(shop, terminals).get
    shop.gates["payment.cancel.request"] = Gate(giving_back.needed, giving_back.before_payment)
    shop.gates["order.cancel.request"] = Gate(giving_back.needed, giving_back.before_order)
    receipts = ReceiptSending(shop, issuer)
    if at_counter:
        publisher.listen("terminal.", terminals.follow)
        publisher.listen("attempt.", paying.follow)
        publisher.listen("attempt.", finding_out.follow)
        publisher.listen("refund.", finding_out.follow)
        publisher.listen("refund.", refunds.follow_end)
        publisher.listen("refund.ask", refunds.follow_ask)
        publisher.listen("refund.queue", refunds.follow_queue)
        publisher.listen("cash-receipt.", receipts.follow)
        await terminals.load()
        for each in (paying, refunds, finding_out, receipts):
            await each.recover()
    store.on_commit(publisher.publish)
    # Not before: what another process changes about tokens is told from here on.
    await shop.credentials.reload()
    running: list[asyncio.Task[None]] = []
    if at_counter:
        await refunds.go_on()
        running.append(_keep_timetable(shop, publisher))
        shop.start(receipts.run())
    bridge = Bridge.of(shop)
    bridge.start()
    plugins = PluginHost(shop, folder) if folder is not None and at_counter else None
    if plugins is not None:
        # A cart survives its plugin and its page, not the POS itself (contract, draft-order §3).
        await store.execute(Command(caller=SYSTEM, name="shop.start", body=b"", run=take_up_carts))
        await plugins.start()

    async def end() -> None:
        for task in running:
            task.cancel()
        if plugins is not None:
            await plugins.stop()
        bridge.stop()
        # First: who found no terminal any more would write down that it was away.
        await shop.end_tasks()
        await terminals.close()
        await shop.close()

    return shop, end


def _keep_timetable(shop: RunningShop, publisher: Publisher) -> asyncio.Task[None]:
    """What is to be done at its time is done, until the shop closes."""
    day = schedule.DayOpening(_begin_day)
    timetable = schedule.Schedule(
        shop,
        (
            schedule.Job("expire", schedule.request_deadline, expire_due),
            schedule.Job("fire", schedule.next_firing, fire_due),
            schedule.Job("open-day", day.due, day.run),
        ),
    )
    shop.store.on_commit(timetable.committed)
    publisher.listen("shop.", lambda _: timetable.wake())
    return shop.start(timetable.run())


async def _begin_day(tx: Transaction) -> Done:
    """What a new business day begins with: clean kitchen screens (§5.4), items that are back (CAT-2)."""
    await clear_board(tx)
    return await open_day(tx)


def follow_devices(shop: RunningShop, publisher: Publisher) -> None:
    """What the journal says about tokens and people takes effect on open connections at once."""

    def revoked(device_id: str) -> None:
        shop.credentials.withdraw([device_id])
        shop.connections.drop_device(device_id)

    def changed(plugin_id: str) -> None:
        # A plugin hosted by a till; what runs on the server itself is restarted by its host.
        shop.credentials.withdraw([plugin_id])
        for one in shop.connections.of(plugin_id):
            if one.caller is not None and one.caller.kind == "plugin" and one.caller.device_id is not None:
                one.end(1008, "UNAUTHENTICATED")

    publisher.listen("device.", lambda _: shop.begin(shop.credentials.reload()))
    publisher.listen("plugin.", lambda _: shop.begin(shop.credentials.reload()))
    for fact in ("plugin.install", "plugin.update", "plugin.disable", "plugin.uninstall"):
        publisher.listen(fact, lambda entry: changed(entry.fact.subject))
    publisher.listen("device.revoke", lambda entry: revoked(entry.fact.subject))
    publisher.listen("staff.update", lambda entry: shop.sign_out_everywhere(entry.fact.subject))
    publisher.listen("staff.delete", lambda entry: shop.sign_out_everywhere(entry.fact.subject))


@contextlib.asynccontextmanager
async def opened_shop(
    folder: Path,
    *,
    database: InDatabase | None = None,
    serving: bool = False,
    beside: bool = False,
    guard: FloodGuard | NoGuard | None = None,
    issuer: ReceiptIssuer | None = None,
    counter_lost: Callable[[], None] = lambda: None,
    put_back: Callable[[], None] = lambda: None,
    waking: Link | None = None,
) -> AsyncIterator[RunningShop]:
    """The shop of a folder, opened by this process under the folder's lock.

    database: where the shop is, if not in the folder; then others may have it open, and the one that serves it has its
    counter.  serving: plugins run too.  beside: another server has the counter.  issuer: see `run_shop`.
    counter_lost: called when another process has the counter now.  put_back: see `store.opening.opened`.  waking: see
    `ServeOptions`.  Raises StoreError when it cannot be opened.
    """
    connections, clock = Connections(), SystemClock()
    async with (
        opened(
            folder,
            database,
            clock=clock,
            ids=UuidIds(),
            live=connections,
            waking=waking_over(waking),
            put_back=put_back,
        ) as store,
        _at_the_counter(database, serving, beside, counter_lost) as at_counter,
    ):
        shop, end = await run_shop(
            store,
            connections,
            clock,
            folder=folder if serving else None,
            files=folder,
            guard=guard,
            issuer=issuer,
            at_counter=at_counter,
        )
        try:
            yield shop
        finally:
            await end()


def waking_over(link: Link | None) -> Waking | None:
    """How processes wake each other up over NATS; None: as they do without."""
    if link is None:
        return None
    # What speaks to NATS takes a moment to import, which most need not pay.
    from jumak.feed.waking import ByNats

    return partial(ByNats, link)


@contextlib.asynccontextmanager
async def _at_the_counter(
    database: InDatabase | None, serving: bool, beside: bool, lost: Callable[[], None]
) -> AsyncIterator[bool]:
    """Whether this process has the shop's counter. Raises ShopInUse when it should have and another one has."""
    if beside:
        yield False
        return
    async with counter(database) as gone:
        if gone is None and serving:
            raise ShopInUse(
                "another server has the counter of this shop: payments, plugins, the timetable; with --beside this one "
                "serves beside it"
            )
        watch = None if gone is None else asyncio.create_task(when(gone, lost))
        try:
            yield gone is not None
        finally:
            if watch is not None:
                watch.cancel()


async def serve(options: ServeOptions) -> None:
    """Serves a shop until SIGTERM or Ctrl-C, then stops in order: connections, plugins, store."""
    guard = FloodGuard() if options.flood_guard else NoGuard()
    stopping: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def stop(why: str) -> None:
        if not stopping.done():
            stopping.set_result(why)

    with listening(options) as listener:
        async with (
            opened_shop(
                options.folder,
                database=options.database,
                serving=True,
                beside=options.beside,
                guard=guard,
                issuer=options.issuer,
                counter_lost=partial(stop, "another server has the counter of this shop now"),
                put_back=partial(stop, "the database was put back to an earlier moment"),
                waking=options.waking,
            ) as shop,
            _sending(shop, options),
        ):
            url = _url(options, listener)
            shop.own_ports.add(listener.getsockname()[1])
            token, _ = shop.credentials.issue(COMMAND_LINE)
            app = App(
                shop,
                Uploads(options.folder / "uploads"),
                hosts=hosts_of(options, listener.getsockname()[1]),
                monitor=options.monitor,
            )
            server = ShopServer(server_config(options, app), shop)
            page = page_url(options, listener.getsockname()[1])
            write_access(options.folder, OwnerAccess(_local_url(options, listener), page, token))

            def ready() -> None:
                settle_memory()
                log.info("a shop is served", extra=fields(version=__version__))
                link = f"{page}#claim={shop.credentials.offer_owner_code()}"
                print(f"Jumak is ready: {url}", flush=True)
                print(f"Owner sign-in (once, within 5 minutes): {link}", flush=True)
                if options.browser:
                    webbrowser.open(link)

            server.when_ready = ready
            shop.start(_stop_when(stopping, server))
            try:
                await server.serve([listener])
                log.info("a shop is served no more")
            finally:
                remove_access(options.folder)


@contextlib.asynccontextmanager
async def _sending(shop: RunningShop, options: ServeOptions) -> AsyncIterator[None]:
    """The shop's journal goes to its hub, if it has one."""
    if options.feed is None:
        yield
        return
    # What speaks to NATS takes a moment to import, which a shop by itself need not pay.
    from jumak.feed.sender import sending

    async with sending(shop.store, options.folder, options.feed):
        yield


async def _stop_when(stopping: asyncio.Future[str], server: uvicorn.Server) -> None:
    log.error("this server stops: %s", await stopping)
    server.should_exit = True
    end_within()


def settle_memory() -> None:
    """What is loaded stays: the collector need not look at it again, nor so often at what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)


class Ending(Protocol):
    """A shop, or several, with connections to end before the server stops."""

    def end_connections(self, *, but_hosted: bool = False) -> None:
        """See `RunningShop`."""


class ShopServer(uvicorn.Server):
    """uvicorn, stopping in our order: signals only ask it to stop, sessions end before sockets close."""

    def __init__(self, config: uvicorn.Config, shop: Ending) -> None:
        super().__init__(config)
        self._shop = shop
        self.when_ready: Callable[[], None] = lambda: None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn's own version raises the signal again once it is done, before the store is closed.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                loop.add_signal_handler(number, self.handle_exit, number, None)
            except (NotImplementedError, RuntimeError):
                if sys.platform == "win32":
                    signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        end_within()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.when_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._shop.end_connections(but_hosted=True)
        await super().shutdown(sockets)


class MonitorServer(uvicorn.Server):
    """uvicorn beside something else that decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for whoever it stands beside."""
        yield


@contextlib.asynccontextmanager
async def monitored(app: MonitorApp, host: str, port: int) -> AsyncIterator[None]:
    """Has the pages of a process that serves nobody else answered meanwhile."""
    options = ServeOptions(folder=Path(), host=host, port=port)
    with listening(options) as listener:
        server = MonitorServer(server_config(options, app))
        running = asyncio.create_task(server.serve([listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await running


def server_config(options: ServeOptions, app: App | ShopsApp | MonitorApp) -> uvicorn.Config:
    """How uvicorn runs: no lifespan, access log or headers of its own on the hot path; pings for sockets."""
    return uvicorn.Config(
        app,
        http=limited(options.limits),
        ws="websockets-sansio",
        lifespan="off",
        access_log=False,
        # The log is set up once for everybody (`logs.set_up`).
        log_config=None,
        log_level="warning",
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        ws_max_size=LONGEST_FRAME + 1_000_000,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=MISSED_PINGS_S,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
    )


def hosts_of(options: ServeOptions, port: int) -> Hosts:
    """The names the server answers to."""
    return Hosts((options.host, *options.names), port=port, secure=options.tls_cert is not None)


def page_url(options: ServeOptions, port: int) -> str:
    """Where a person opens the shop on this machine: at localhost, below which plugins have their origins.

    Over TLS at the name that was given, which is the certificate's.
    """
    secure = options.tls_cert is not None
    host = options.names[0] if secure and options.names else options.host
    if _is_loopback(host) or host in EVERYWHERE:
        host = LOCAL
    host = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{host}:{port}/"


def exposure(options: ServeOptions) -> str | None:
    """What listening at this address exposes, None when it is this machine only or TLS guards it."""
    if _is_loopback(options.host) or options.tls_cert is not None:
        return None
    return (
        f"Warning: {options.host} is reachable from other machines and there is no TLS: tokens and orders can be "
        "read on the network. Use --tls-cert and --tls-key, or put a proxy with TLS in front."
    )


@contextlib.contextmanager
def listening(options: ServeOptions) -> Iterator[socket.socket]:
    """The socket to serve at, with a warning when it exposes what nobody guards."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.create_server((options.host, options.port), family=family, backlog=2_048)
    # Connections inherit it: a reply is never held back for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if (warning := exposure(options)) is not None:
        log.warning(warning)
    with contextlib.closing(listener):
        yield listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(options: ServeOptions, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"{'https' if options.tls_cert else 'http'}://{host}:{listener.getsockname()[1]}"


def _local_url(options: ServeOptions, listener: socket.socket) -> str:
    """Where this machine reaches the server, also when it listens everywhere."""
    host = EVERYWHERE.get(options.host, options.host)
    return _url(ServeOptions(folder=options.folder, host=host, tls_cert=options.tls_cert), listener)
