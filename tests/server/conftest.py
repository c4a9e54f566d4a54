"""A running shop in memory, and the same behind real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from jumak.domain.caller import Caller
from jumak.domain.merchant import Shop
from jumak.main import ServeOptions, ShopServer, hosts_of, run_shop, server_config
from jumak.protocol.errors import error_json
from jumak.protocol.scopes import ALL_SCOPES, expand
from jumak.protocol.table import row_of
from jumak.server.app import App
from jumak.server.connections import Connections
from jumak.server.flood import NoGuard
from jumak.server.ids import UuidIds
from jumak.server.monitoring import LOCAL_ONLY, Monitor
from jumak.server.shop import RunningShop
from jumak.server.site import WEB
from jumak.server.transport import Limits
from jumak.server.uploads import Uploads
from jumak.store.sqlite import SqliteStore
from jumak.testing.clock import FakeClock
from tests.ports import free_port

SHOP = Shop(
    id=1,
    name="주막",
    serial_number="262P0000WP00000",
    business_number="1234567890",
    business_type="RESTAURANT",
    payment_timing="PAY_LATER",
    tables_enabled=True,
    version=1,
)

OWNER = Caller(id="owner", kind="service", name="Owner", scopes=expand(ALL_SCOPES))


OPENING = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)


class Refused(Exception):
    """A reply with `complete: false`."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body["errorMessage"])
        self.body = body
        self.code: str = body["error"]["code"]
        self.reason: str | None = body["error"].get("reason")
        self.data: dict[str, Any] = body["error"].get("data", {})


def plain(reply: bytes | str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(reply)
    if body["complete"] is not True:
        raise Refused(body)
    return body


class Desk:
    """Asks a running shop without any door."""

    def __init__(self, shop: RunningShop, clock: FakeClock) -> None:
        self.shop, self.clock = shop, clock

    async def ask(
        self, message: str, caller: Caller = OWNER, /, *, command_id: str | None = None, **data: Any
    ) -> dict[str, Any]:
        result = await self.shop.ask(
            caller, row_of(f"{message}.request"), json.dumps(data).encode(), command_id=command_id
        )
        return plain(result.reply if result.error is None else error_json(result.error))

    async def facts(self) -> list[tuple[str, dict[str, Any]]]:
        return [(entry.fact.name, entry.fact.data) for entry in await self.shop.store.reader().facts(0, 1000)]

    async def token(
        self, kind: str = "service", name: str = "shelf-lamp", scopes: list[str] | None = None
    ) -> str:
        wanted: dict[str, Any] = {"kind": kind, "name": name}
        if scopes is not None:
            wanted["scopes"] = scopes
        return (await self.ask("device.pair", **wanted))["token"]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    connections, clock = Connections(), FakeClock(OPENING)
    store = SqliteStore.in_memory(SHOP, clock=clock, ids=UuidIds(), live=connections)
    shop, end = await run_shop(store, connections, clock, guard=NoGuard())
    yield Desk(shop, clock)
    await end()


class Client:
    """A WebSocket client that speaks the envelope."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.pushes: list[dict[str, Any]] = []
        self._number = 0

    async def send(self, name: str, data: dict[str, Any], callback_id: str | None = None) -> None:
        frame: dict[str, Any] = {"name": name, "version": 1, "data": data}
        if callback_id is not None:
            frame["callbackId"] = callback_id
        await self.socket.send(json.dumps(frame))

    async def next(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), 10))
        return frame

    async def ask(self, message: str, /, **data: Any) -> dict[str, Any]:
        self._number += 1
        callback_id = f"c{self._number}"
        await self.send(f"{message}.request", data, callback_id)
        while (frame := await self.next()).get("callbackId") != callback_id:
            self.pushes.append(frame)
        return plain(json.dumps(frame["data"]))

    async def push(self) -> dict[str, Any]:
        """The next push, one that came before the last reply first."""
        if self.pushes:
            return self.pushes.pop(0)
        frame = await self.next()
        assert "callbackId" not in frame
        return frame

    async def closed(self) -> tuple[int, str]:
        """Reads on until the server has closed; code and reason."""
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(self.socket.recv(), 10)
        close = self.socket.close_code, self.socket.close_reason
        return close[0] or 0, close[1] or ""


class Served:
    """A shop behind real sockets."""

    def __init__(self, desk: Desk, url: str) -> None:
        self.desk, self.url, self.shop = desk, url, desk.shop
        self.http = httpx.AsyncClient(base_url=url, trust_env=False)

    async def post(self, name: str, token: str | None, body: Any = None, **headers: str) -> httpx.Response:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.http.post(f"/v1/{name}", content=content, headers=names)

    @contextlib.asynccontextmanager
    async def connect(self, token: str | None = None, **more: Any) -> AsyncIterator[Client]:
        address = self.url.replace("http", "ws", 1) + "/v1/socket"
        async with websockets.connect(
            address, compression=None, proxy=None, max_size=None, close_timeout=1
        ) as connection:
            client = Client(connection)
            if token is not None:
                client.opened = await client.ask(  # type: ignore[attr-defined]
                    "session.open", token=token, client={"name": "test", "version": "1"}, **more
                )
            yield client


@contextlib.asynccontextmanager
async def served_by(
    desk: Desk,
    folder: Path,
    *names: str,
    web: Path = WEB,
    limits: Limits | None = None,
    monitor: Monitor = LOCAL_ONLY,
) -> AsyncIterator[Served]:
    listener = socket.create_server(("127.0.0.1", free_port()))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    options = ServeOptions(folder=folder, port=0, names=names, limits=limits or Limits())
    app = App(
        desk.shop,
        Uploads(folder / "uploads"),
        hosts=hosts_of(options, listener.getsockname()[1]),
        web=web,
        monitor=monitor,
    )
    server = ShopServer(server_config(options, app), desk.shop)
    ready = asyncio.Event()
    server.when_ready = ready.set
    running = asyncio.create_task(server.serve([listener]))
    await asyncio.wait_for(ready.wait(), 10)
    served = Served(desk, f"http://127.0.0.1:{listener.getsockname()[1]}")
    try:
        yield served
    finally:
        await served.http.aclose()
        server.should_exit = True
        await running
        listener.close()


@pytest.fixture
async def served(desk: Desk, tmp_path: Path) -> AsyncIterator[Served]:
    async with served_by(desk, tmp_path) as running:
        yield running
