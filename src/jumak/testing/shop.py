"""A whole shop inside a test: the real use cases, store, sessions and SDK, with a clock that jumps.

    async with simulated_shop() as shop:
        pos = await shop.pos(name="my-plugin")
        order = await pos.order.add({...})
        shop.clock.jump(minutes=10)
        await shop.settle()

Nothing leaves the process and nothing waits for real time.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from jumak.devices.receipt import PracticeIssuer
from jumak.devices.terminal import DRIVERS
from jumak.domain.caller import SYSTEM, Caller, CallerKind, Profile, Role, StaffRef
from jumak.domain.fact import Fact
from jumak.domain.merchant import Shop
from jumak.main import run_shop
from jumak.plugins.host import PluginHost
from jumak.plugins.process import Limits
from jumak.protocol.row import Done
from jumak.protocol.scopes import ROLE_SCOPES, expand
from jumak.protocol.table import row_of
from jumak.sdk.client import Pos
from jumak.sdk.plugin import Plugin
from jumak.sdk.transport import Connector
from jumak.server.connections import Connections
from jumak.server.session import Session
from jumak.server.shop import RunningShop
from jumak.service.card_terminal import Drivers
from jumak.service.ports import Command, Store, Transaction
from jumak.service.receipt_issuer import ReceiptIssuer
from jumak.store.opening import InDatabase, founded, opened
from jumak.store.sqlite import SqliteStore
from jumak.testing import menu
from jumak.testing.clock import FakeClock, SeededIds
from jumak.testing.one_shop import OneShop

OWNER = Caller(
    id="owner-till",
    kind="device",
    name="Owner",
    scopes=expand(("till", "staff:own")),
    staff=StaffRef(id="owner", name="사장님", role="owner"),
)
"""Who asks in `request` unless somebody else is named."""


class MemoryTransport:
    """The SDK's end of a session in the same process. `cut` loses the connection."""

    def __init__(self, shop: RunningShop, caller: Caller | None, lost: list[str]) -> None:
        self._loop = asyncio.get_running_loop()
        self._incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._lost = lost
        self.session = Session(shop, caller, self._deliver, self._closed)

    def send(self, message: bytes) -> None:
        """See `sdk.transport.Transport`."""
        self._loop.call_soon(self.session.receive, message)

    async def receive(self) -> bytes | str | None:
        """See `sdk.transport.Transport`."""
        return await self._incoming.get()

    async def close(self) -> None:
        """See `sdk.transport.Transport`."""
        await asyncio.sleep(0)
        self.cut()

    def cut(self) -> None:
        """Loses the connection as a pulled cable would."""
        self.session.lost()
        self._incoming.put_nowait(None)

    def _deliver(self, frame: bytes) -> None:
        for name in self._lost:
            if frame.startswith(b'{"name":"%b"' % name.encode()):
                self._lost.remove(name)
                self._loop.call_soon(self.cut)
                return
        self._incoming.put_nowait(frame)

    def _closed(self, code: int, reason: str) -> None:  # noqa: ARG002 (a socket would send both)
        self._incoming.put_nowait(None)


class SimulatedShop:
    """See the module. Made by `simulated_shop`."""

    def __init__(
        self,
        running: RunningShop,
        end: Callable[[], Awaitable[Any]],
        clock: FakeClock,
        seed: int,
        folder: Path | None,
    ) -> None:
        self._end = end
        self.running, self.clock, self.folder = running, clock, folder
        self.transports: dict[Pos, list[MemoryTransport]] = {}
        self._chance = random.Random(seed)  # noqa: S311 (the same every time, on purpose)
        self._waiting: list[Pos] = []
        self._hosts: list[PluginHost] = []
        self._lost: dict[Pos, list[str]] = {}

    async def request(
        self,
        name: str,
        data: Mapping[str, Any] | Struct | None = None,
        *,
        caller: Caller = OWNER,
        command_id: str | None = None,
    ) -> dict[str, Any]:
        """Sends a message straight to its use case. Returns the reply's keys; raises its refusal."""
        body = msgspec.json.encode(data or {})
        result = await self.running.ask(caller, row_of(name), body, command_id=command_id)
        if result.error is not None:
            raise result.error
        reply: dict[str, Any] = msgspec.json.decode(result.reply)
        reply.pop("complete", None)
        return reply

    async def pos(
        self,
        name: str = "test-plugin",
        scopes: Iterable[str] = ("plugin",),
        *,
        kind: CallerKind = "plugin",
        profile: Profile = "documented",
        **options: Any,
    ) -> Pos:
        """A connected SDK client, as a plugin of this name would have."""
        caller = Caller(id=name, kind=kind, name=name, version="1.0", scopes=expand(scopes), profile=profile)
        pos = self.client(caller, **options)
        await pos.start()
        return pos

    async def staff(self, role: Role = "manager", *, device: str = "till-1") -> Pos:
        """A till with somebody of this role signed in, as an SDK client (`pos.ext` has its messages)."""
        return await self._start(self.client(staff_caller(role, device)))

    def client(self, caller: Caller | None, token: str = "", **options: Any) -> Pos:
        """An SDK client that is not started yet. caller None: the token tells who it is."""
        made: list[MemoryTransport] = []
        lost: list[str] = []

        async def open_one() -> MemoryTransport:
            made.append(MemoryTransport(self.running, caller, lost))
            return made[-1]

        connector: Connector = open_one
        options.setdefault("sleep", self._no_wait)
        pos = Pos(connector, token, chance=self._chance, **options)
        self.transports[pos] = made
        self._lost[pos] = lost
        self._waiting.append(pos)
        return pos

    @asynccontextmanager
    async def running_plugin(
        self, plugin: Plugin, *, name: str | None = None, scopes: Iterable[str] = ("plugin",), **options: Any
    ) -> AsyncIterator[Pos]:
        """Runs a plugin made with the SDK inside this process."""
        name = name or plugin.name
        caller = Caller(id=name, kind="plugin", name=name, version="1.0", scopes=expand(scopes))
        async with plugin.running(self.client(caller, **options)) as pos:
            yield pos

    def lose_connection(self, pos: Pos) -> None:
        """Cuts a client's connection; it opens a new one by itself."""
        self.transports[pos][-1].cut()

    def lose_reply(self, pos: Pos, name: str) -> None:
        """The next reply of this name, e.g. `order.add.response`, is lost with the connection."""
        self._lost[pos].append(name)

    async def settle(self) -> None:
        """Waits until everything that is under way has been done: commits, pushes, handlers."""
        for _ in range(3):
            for _ in range(30):
                await asyncio.sleep(0)
            # On disk a commit may take a thread and real time: what stands behind it in the queue waits for it.
            await self.running.store.execute(
                Command(caller=SYSTEM, name="shop.settle", body=b"", run=_nothing)
            )
            for pos in self._waiting:
                await pos.events.idle()

    async def host(self, limits: Limits | None = None) -> PluginHost:
        """Starts hosting local plugins as processes; needs a shop with a folder."""
        assert self.folder is not None, "simulated_shop(folder=...)"
        host = PluginHost(self.running, self.folder, limits)
        await host.start()
        self._hosts.append(host)
        return host

    async def close(self) -> None:
        """Ends everything."""
        for host in self._hosts:
            await host.stop()
        for pos in self._waiting:
            await pos.close()
        await self._end()

    async def _start(self, pos: Pos) -> Pos:
        await pos.start()
        return pos

    async def _no_wait(self, seconds: float) -> None:  # noqa: ARG002 (tests do not wait)
        await asyncio.sleep(0)


async def _nothing(tx: Transaction) -> Done:  # noqa: ARG001 (a command that writes nothing)
    return Done()


def staff_caller(role: Role = "manager", device: str = "till-1") -> Caller:
    """A till with somebody of this role signed in."""
    return Caller(
        id=device,
        kind="device",
        name=device,
        scopes=expand(("till", ROLE_SCOPES[role])),
        device_id=device,
        staff=StaffRef(id=f"staff-{role}", name=role, role=role),
    )


@asynccontextmanager
async def simulated_shop(
    seed: int = 0,
    *,
    shop: Shop = menu.SHOP,
    documents: Iterable[Struct] = menu.DOCUMENTS,
    folder: Path | None = None,
    database: InDatabase | None = None,
    drivers: Drivers = DRIVERS,
    issuer: ReceiptIssuer | UnsetType | None = UNSET,
) -> AsyncIterator[SimulatedShop]:
    """A shop in memory with the menu and tables of `jumak.testing.menu`; folder: on disk instead.

    database: in this one, where there is no such shop yet; its files are in the folder.
    drivers: of card terminals; see `PracticeTerminal`.  issuer: of cash receipts, a `PracticeIssuer`
    unless another or None is given.
    """
    clock = FakeClock()
    ids = SeededIds(clock, seed)
    connections = Connections()
    async with AsyncExitStack() as closing:
        store: Store
        if folder is None:
            store = SqliteStore.in_memory(shop, clock=clock, ids=ids, live=connections)
        else:
            await founded(folder, database, shop)
            store = await closing.enter_async_context(
                opened(folder, database, clock=clock, ids=ids, live=connections)
            )
        if issuer is UNSET:
            issuer = PracticeIssuer(now=clock.now)
        # Plugin processes start only in tests that ask for them, by `host`.
        running, end = await run_shop(store, connections, clock, files=folder, drivers=drivers, issuer=issuer)
        running.branches = OneShop(store)
        seeded = tuple(documents)

        async def seed_documents(tx: Transaction) -> Done:
            for document in seeded:
                tx.put(document)
            tx.record(Fact("shop.update", "1", {"changes": ["seeded"]}))
            return Done()

        result = await store.execute(Command(caller=SYSTEM, name="shop.seed", body=b"", run=seed_documents))
        if result.error is not None:
            raise result.error
        simulated = SimulatedShop(running, end, clock, seed, folder)
        try:
            yield simulated
        finally:
            await simulated.close()
