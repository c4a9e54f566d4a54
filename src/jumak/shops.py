"""The one place that wires many shops of a database behind one address (decisions 0031, 0032)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final

import uvicorn
from msgspec import Struct

from jumak import __version__
from jumak.domain.caller import Caller
from jumak.domain.merchant import Shop
from jumak.feed.options import Link
from jumak.logs import fields
from jumak.main import (
    ServeOptions,
    ShopServer,
    listening,
    log,
    run_shop,
    server_config,
    settle_memory,
    waking_over,
)
from jumak.server.app import App
from jumak.server.at_once import at_once
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.server.credentials import mark_of
from jumak.server.directory import ReplyT, done_in, invited
from jumak.server.flood import FloodGuard, NoGuard
from jumak.server.forward import Forwarder
from jumak.server.ids import UuidIds
from jumak.server.menu_pushing import MenuPushing, is_news
from jumak.server.origins import Hosts, is_local
from jumak.server.owner import COMMAND_LINE
from jumak.server.placement import Process
from jumak.server.shops import Served, Shops, ShopsApp
from jumak.server.site import Site
from jumak.server.uploads import Uploads
from jumak.service.documents import ShopEntry
from jumak.service.look import Look
from jumak.service.menu_push import due
from jumak.service.ports import Committed, Transaction
from jumak.service.shop_directory import OFFICE
from jumak.store.errors import ShopExists, StoreError
from jumak.store.postgres import UNREACHABLE, Database, Looking, Placements, PostgresStore, found
from jumak.store.postgres.waking import ByDatabase

if TYPE_CHECKING:
    from jumak.feed.many import ManySenders

OFFICE_NAME: Final = "본사"


class ManyOptions(Struct, frozen=True, kw_only=True):
    """How to serve the shops of a database.

    serve: as for one shop; its database names the head office, whose directory tells which others there are, and its
    folder holds the files of all of them.  hosts: the names shops hang below.  address: where other processes reach
    this one, `http://host:port`; without one where it listens.  idle_s: see `server.shops.IDLE_S`.
    hub: where the journal of every shop goes, under the shop's name.
    """

    serve: ServeOptions
    hosts: tuple[str, ...]
    address: str | None = None
    idle_s: float = 600.0
    hub: Link | None = None


@contextlib.asynccontextmanager
async def sending_to(hub: Link | None) -> AsyncIterator[ManySenders | None]:
    """What sends the journals of all shops; None without a hub."""
    if hub is None:
        yield None
        return
    # What speaks to NATS takes a moment to import, which most need not pay.
    from jumak.feed.many import ManySenders

    async with ManySenders(hub).running() as senders:
        yield senders


class NobodyThere(Connections):
    """The living side of a store that only writes: whoever runs the shop has the connections."""


class Branches:
    """The shops of a database, for whoever writes in them without running them. Implements `directory.Branches`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looking = Looking(database.url)
        self.troubled: set[int] = set()

    async def close(self) -> None:
        """Lets go of the connections it reads with."""
        await self._looking.close()

    def look(self, entry: ShopEntry) -> AbstractAsyncContextManager[Look | None]:
        """See `directory.Branches`."""
        return self._looking.into(entry.id)

    @contextlib.asynccontextmanager
    async def opened(self, entry: ShopEntry) -> AsyncIterator[PostgresStore]:
        """A store on a shop, founded if it does not exist yet."""
        await founded(self._database, entry)
        store = await PostgresStore.open(
            self._database, entry.id, folder=None, clock=SystemClock(), ids=UuidIds(), live=NobodyThere()
        )
        try:
            yield store
        finally:
            await store.close()

    async def write(
        self, entry: ShopEntry, name: str, run: Callable[[Transaction], Awaitable[ReplyT]], caller: Caller
    ) -> ReplyT:
        """See `directory.Branches`."""
        async with self.opened(entry) as store:
            return await done_in(store, name, run, caller)


class FollowedDirectory:
    """The head office's directory, kept up to date by its journal. Implements `server.shops.Directory`.

    on_suspend: told the number of each suspended shop.  on_work: told that the head office has menus to carry.
    """

    def __init__(self, store: PostgresStore, office: ShopEntry) -> None:
        self._store, self._office = store, office
        self._named: dict[str, ShopEntry] = {}
        self._numbered: dict[int, ShopEntry] = {}
        self.on_suspend: Callable[[int], None] = lambda _: None
        self.on_work: Callable[[], None] = lambda: None

    @classmethod
    @contextlib.asynccontextmanager
    async def followed(cls, database: Database, office: ShopEntry) -> AsyncIterator[FollowedDirectory]:
        """Opened, and closed at the end."""
        async with Branches(database).opened(office) as store:
            directory = cls(store, office)
            store.on_commit(directory._committed)
            await directory._read()
            yield directory

    def named(self, name: str) -> ShopEntry | None:
        """See `server.shops.Directory`."""
        return self._named.get(name)

    def numbered(self, number: int) -> ShopEntry | None:
        """See `server.shops.Directory`."""
        return self._numbered.get(number)

    def all(self) -> Iterable[ShopEntry]:
        """See `server.shops.Directory`."""
        return self._numbered.values()

    def _committed(self, committed: Committed) -> None:
        if any(entry.fact.name.startswith("shop-directory.") for entry in committed.entries):
            # Documents are in memory: it is read before anybody else has a turn.
            rest = at_once(self._read())
            assert rest is None
        if any(is_news(entry.fact.name) for entry in committed.entries):
            self.on_work()

    async def has_work(self) -> bool:
        """A menu is due in some shop."""
        return bool(await due(self._store.reader()))

    async def _read(self) -> None:
        entries = {**await self._store.reader().all(ShopEntry), self._office.id: self._office}
        self._numbered = {entry.id: entry for entry in entries.values()}
        self._named = {entry.name: entry for entry in entries.values()}
        for entry in entries.values():
            if entry.state == "SUSPENDED":
                self.on_suspend(entry.id)


def office_of(number: int) -> ShopEntry:
    """The head office as an entry of its own directory."""
    settings = Shop(
        id=number,
        name=OFFICE_NAME,
        serial_number=f"J-{number}",
        business_number="0000000000",
        business_type="SERVICE",
        payment_timing="PAY_FIRST",
        tables_enabled=False,
        version=1,
    )
    return ShopEntry(id=number, name=OFFICE, founding=settings, created_ms=0, version=1)


async def founded(database: Database, entry: ShopEntry) -> bool:
    """Makes a shop of the directory unless it is there; whether it was made now."""
    try:
        await found(database, entry.id, entry.founding)
    except ShopExists:
        return False
    return True


class Opener:
    """Opens the shops of one process."""

    def __init__(
        self,
        database: Database,
        branches: Branches,
        process: Process,
        options: ManyOptions,
        port: int,
        senders: ManySenders | None,
    ) -> None:
        self._database, self._branches, self._process = database, branches, process
        self._senders = senders
        self._options, self._port = options, port
        self._site = Site()

    async def found(self, entry: ShopEntry) -> bool:
        """See `server.shops.Opening`."""
        return await founded(self._database, entry)

    @contextlib.asynccontextmanager
    async def __call__(self, entry: ShopEntry, fence: int) -> AsyncIterator[Served]:
        """See `server.shops.Opening`. Raises StoreError when the number is another shop's."""
        serve = self._options.serve
        folder = serve.folder / "shops" / str(entry.id)
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        connections, clock = Connections(), SystemClock()
        store = await PostgresStore.open(
            self._database, entry.id, folder=folder, clock=clock, ids=UuidIds(), live=connections, fence=fence
        )
        try:
            if entry.name != OFFICE and store.reader().shop.serial_number != entry.founding.serial_number:
                raise StoreError(f"shop {entry.id} of this database is none of the directory")
            shop, end = await run_shop(
                store,
                connections,
                clock,
                folder=folder,
                files=folder,
                guard=FloodGuard() if serve.flood_guard else NoGuard(),
                issuer=serve.issuer,
                mark=mark_of(entry.id),
                process=self._process,
            )
        except BaseException:
            await store.close()
            raise
        shop.own_ports.add(self._port)
        working = list[Callable[[], bool]]()
        shop.is_working = lambda: any(works() for works in working)
        if entry.name == OFFICE:
            shop.branches = self._branches
            pushing = MenuPushing(store, self._branches)
            working.append(lambda: pushing.is_busy)
            shop.start(pushing.run())
        hosts = Hosts.among(*(f"{entry.name}.{host}" for host in self._options.hosts), port=self._port)
        served = Served(shop, App(shop, Uploads(folder / "uploads"), hosts=hosts, site=self._site))
        watching = asyncio.create_task(_ends(store, served))
        try:
            async with contextlib.AsyncExitStack() as sending:
                if self._senders is not None:
                    sender = await sending.enter_async_context(
                        self._senders.sending(store, folder, entry.name)
                    )
                    working.append(lambda: sender.is_busy)
                yield served
        finally:
            watching.cancel()
            await end()


async def _ends(store: PostgresStore, served: Served) -> None:
    await store.displaced.wait()
    served.shop.end_connections()
    served.ending.set()


class ManyServer(ShopServer):
    """Gives its shops up before it stops listening, so that other processes take them meanwhile."""

    def __init__(self, config: uvicorn.Config, shops: Shops) -> None:
        super().__init__(config, shops)
        self._shops = shops

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._shops.close()
        await super().shutdown(sockets)


class Chain(Struct, frozen=True):
    """The shops of a database, served by this process. is_new: the head office was founded just now."""

    app: ShopsApp
    shops: Shops
    process: Process
    branches: Branches
    office: ShopEntry
    is_new: bool


@contextlib.asynccontextmanager
async def opened_chain(options: ManyOptions, database: Database, port: int) -> AsyncIterator[Chain]:
    """Everything but the listening; given up at the end. port: this process listens at."""
    assert options.serve.database is not None, "many shops are in a database"
    office = office_of(options.serve.database.shop_id)
    is_new = await founded(database, office)
    address = options.address or f"http://{options.serve.host}:{port}"
    process = Process(Placements(database), address, unreachable=UNREACHABLE)
    branches = Branches(database)
    async with (
        FollowedDirectory.followed(database, office) as directory,
        sending_to(options.hub) as senders,
    ):
        opener = Opener(database, branches, process, options, port, senders)
        shops = Shops(process, directory, opener, idle_s=options.idle_s)
        directory.on_suspend = shops.end
        directory.on_work = lambda: shops.want(office)
        if senders is not None:
            senders.on_wish = lambda name: _want(shops, directory.named(name))
        forwarder = Forwarder()
        await process.begin()
        shops.begin()
        if await directory.has_work():
            shops.want(office)
        try:
            app = ShopsApp(shops, options.hosts, forwarder, options.serve.monitor)
            yield Chain(app, shops, process, branches, office, is_new)
        finally:
            await shops.close()
            await process.end()
            await forwarder.close()
            await branches.close()


def _want(shops: Shops, entry: ShopEntry | None) -> None:
    """A suspended shop is asked when it is resumed and opened again."""
    if entry is not None and entry.state == "OPEN":
        shops.want(entry)


def _shown(name: str, host: str, port: int) -> str:
    """Where a shop is: on this machine at our port, elsewhere at whatever the load balancer listens on."""
    return f"http://{name}.{host}:{port}/" if is_local(host) else f"{name}.{host}"


async def serve_shops(options: ManyOptions) -> None:
    """Serves the shops of a database until SIGTERM or Ctrl-C. Raises StoreError."""
    serve = options.serve
    assert serve.database is not None, "many shops are in a database"
    with listening(serve) as listener:
        port: int = listener.getsockname()[1]
        async with (
            Database.connected(
                serve.database.url, waking=waking_over(serve.waking) or ByDatabase
            ) as database,
            opened_chain(options, database, port) as chain,
        ):
            server = ManyServer(server_config(serve, chain.app), chain.shops)
            code = (
                await invited(chain.branches, chain.office, "Owner", COMMAND_LINE) if chain.is_new else None
            )

            def ready() -> None:
                settle_memory()
                log.info("shops are served", extra=fields(version=__version__))
                print(f"Jumak is ready: http://{serve.host}:{port}", flush=True)
                for host in options.hosts:
                    shop, head = (_shown(name, host, port) for name in ("<name>", OFFICE))
                    print(f"Shops at {shop}, the head office at {head}", flush=True)
                if code is not None:
                    print(f"Head office sign-in (once, within 5 minutes): code {code}", flush=True)
                else:
                    print("Head office sign-in: `jumak shop invite office` prints a code", flush=True)

            server.when_ready = ready
            await server.serve([listener])
            log.info("shops are served no more")
