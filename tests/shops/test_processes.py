"""Several server processes on one database: killed, stopped and told to end, with clients that go on (decision 0032)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from jumak.service import chain_menu
from jumak.service.documents import ShopEntry
from jumak.shops import Branches
from jumak.store.postgres import Database, Placements
from tests.domain.test_menu_sharing import item, price
from tests.figures import figures
from tests.postgres import PostgresServer
from tests.service.asking import a_line, an_order
from tests.shops.conftest import Branch, Json, add_branch
from tests.shops.office import furnish_office, office_token, states
from tests.shops.server_process import WITHIN_S, ServerProcess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")


class Fleet:
    """Two processes and a shop that the first one runs."""

    def __init__(self, one: ServerProcess, two: ServerProcess, shop: Branch, places: Placements) -> None:
        self.one, self.two, self.shop = one, two, shop
        self.places = places
        self.streamed = asyncio.Event()
        self.http = httpx.AsyncClient(trust_env=False, timeout=WITHIN_S)

    @property
    def name(self) -> str:
        return f"{self.shop.entry.name}.localhost"

    async def ask(self, server: ServerProcess, name: str, data: Json) -> httpx.Response:
        headers = {"Host": f"{self.name}:{server.port}", "Authorization": f"Bearer {self.shop.token}"}
        return await self.http.post(f"{server.address}/v1/{name}", json=data, headers=headers)

    async def holder(self) -> str | None:
        """Address of the process that runs the shop."""
        holder = await self.places.holder(self.shop.entry.id)
        return None if holder is None else holder[1]

    async def add_order(self, server: ServerProcess, memo: str) -> httpx.Response:
        return await self.ask(server, "order.add", order_data(memo))

    async def added(self, server: ServerProcess, memo: str) -> Json:
        """Adds an order, however often it has to be asked; once."""
        data = order_data(memo)
        async with asyncio.timeout(WITHIN_S):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    answer = await self.ask(server, "order.add", data)
                    if answer.status_code == 200:
                        order: Json = answer.json()["order"]
                        return order
                    assert answer.status_code in (503, 504), answer.text
                await asyncio.sleep(0.05)

    async def memos(self, server: ServerProcess) -> list[str]:
        async with asyncio.timeout(WITHIN_S):
            while True:
                answer = await self.ask(server, "order.get-list", {"size": 500})
                if answer.status_code == 200:
                    return sorted(order["memo"] for order in answer.json()["orders"])
                # On a busy machine a process may be late, and its shops on the move.
                assert answer.status_code in (503, 504), answer.text
                await asyncio.sleep(0.05)

    async def stream(self, server: ServerProcess, order_id: str) -> None:
        """Reads the shop's events until they end; `streamed` is set once they told of an order."""
        headers = {"Host": f"{self.name}:{server.port}", "Authorization": f"Bearer {self.shop.token}"}
        with contextlib.suppress(httpx.TransportError):
            async with self.http.stream(
                "GET", f"{server.address}/v1/events?after=0", headers=headers
            ) as events:
                assert events.status_code == 200
                async for line in events.aiter_lines():
                    if order_id in line:
                        self.streamed.set()

    @contextlib.asynccontextmanager
    async def session(self, server: ServerProcess, after: int | None = None) -> AsyncIterator[Session]:
        """A socket of the shop. after: resume from there."""
        async with websockets.connect(
            f"ws://{self.name}:{server.port}/v1/socket",
            host="127.0.0.1",
            port=server.port,
            proxy=None,
            compression=None,
            open_timeout=WITHIN_S,
            close_timeout=1,
        ) as socket:
            session = Session(socket)
            opened = await session.ask(
                "session.open.request",
                {"token": self.shop.token, "client": {"name": "t", "version": "1"}}
                | ({} if after is None else {"resumeAfter": after}),
            )
            assert opened["complete"], opened
            session.seq = opened["seq"] if after is None else after
            assert after is None or opened["resumed"]
            yield session


def order_data(memo: str) -> Json:
    return {"order": an_order(a_line(1), memo=memo, orderKey=memo), "commandId": str(uuid.uuid4())}


class Session:
    """A socket that keeps what it is told."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.seq = 0
        self.heard: list[str] = []

    async def ask(self, name: str, data: Json) -> Json:
        await self.socket.send(json.dumps({"name": name, "version": 1, "callbackId": "c", "data": data}))
        while True:
            frame = await self.next()
            if frame.get("callbackId") == "c":
                reply: Json = frame["data"]
                return reply

    async def next(self) -> Json:
        frame: Json = json.loads(await asyncio.wait_for(self.socket.recv(), WITHIN_S))
        if "seq" in frame:
            assert frame["seq"] > self.seq
            self.seq = frame["seq"]
            if frame["name"] == "order.change.event":
                self.heard.append(frame["data"]["order"]["id"])
        return frame

    async def until(self, order: Json) -> None:
        """Waits until it was told of an order."""
        while order["id"] not in self.heard:
            await self.next()

    async def ended(self) -> int | None:
        """Waits until the connection is closed; its code."""
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await self.next()
        return self.socket.close_code


async def until(holds: Callable[[], Awaitable[Any]]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not await holds():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.05)


@pytest.fixture
async def fleet(
    database: Database, postgres: PostgresServer, tmp_path: Path, office: ShopEntry
) -> AsyncIterator[Fleet]:
    """Two processes; the first one runs the shop."""
    shop = await add_branch(Branches(database), office, "one")
    servers: list[ServerProcess] = []
    try:
        for _ in range(2):
            servers.append(ServerProcess(postgres.url, tmp_path / "data", office.id))
            await servers[-1].start()
        fleet = Fleet(servers[0], servers[1], shop, Placements(database))
        await fleet.added(fleet.one, "first")
        if await fleet.holder() == fleet.two.address:
            # On a busy machine the first one may have been late already.
            fleet.one, fleet.two = fleet.two, fleet.one
        yield fleet
        await fleet.http.aclose()
    finally:
        for server in servers:
            await server.end()


async def test_a_server_says_where_its_shops_are_and_how_the_head_office_is_entered(
    postgres: PostgresServer, office: ShopEntry, tmp_path: Path
) -> None:
    """With the port, for a browser on this machine; a code where it made the head office, else how to get one."""
    server = ServerProcess(postgres.url, tmp_path / "data", office.id)
    for entered in (
        r"Head office sign-in \(once, within 5 minutes\): code [A-Z0-9]{10}",
        "Head office sign-in: `jumak shop invite office` prints a code",
    ):
        await server.start()
        try:
            at = f"localhost:{server.port}/"
            assert (
                await server.says() == f"Shops at http://<name>.{at}, the head office at http://office.{at}"
            )
            assert re.fullmatch(entered, await server.says())
        finally:
            await server.end()


async def test_a_killed_process_is_followed_by_another(fleet: Fleet) -> None:
    """OFF-a, H-38: requests and sockets reach the shop through any process; its death costs a wait, nothing else."""
    async with fleet.session(fleet.two) as through, fleet.session(fleet.one) as direct:
        first = await fleet.added(fleet.two, "a")
        await through.until(first)
        await direct.until(first)
        assert (await through.ask("order.get-list.request", {}))["orders"][0]["memo"] == "a"
        streaming = asyncio.create_task(fleet.stream(fleet.two, first["id"]))
        await fleet.streamed.wait()
        passed_on = figures((await fleet.http.get(f"{fleet.two.address}/metrics")).text)
        assert passed_on["jumak_forward_seconds_count{outcome=answered}"] >= 1
        assert passed_on["jumak_forwarded_sockets"] == 1
        fleet.one.send(signal.SIGKILL)
        await streaming
        assert await through.ended() == 1012
        await direct.ended()

    async def moved() -> bool:
        return await fleet.holder() == fleet.two.address

    # Nobody has to ask: plugins and the timetable go on.
    await until(moved)
    second = await fleet.added(fleet.two, "b")
    async with fleet.session(fleet.two, after=through.seq) as again:
        await again.until(second)
        third = await fleet.added(fleet.two, "c")
        await again.until(third)
        assert again.heard == [second["id"], third["id"]]
    assert await fleet.memos(fleet.two) == ["a", "b", "c", "first"]


async def test_a_process_that_slept_runs_nothing_any_more(fleet: Fleet) -> None:
    """OFF-a: what waited at its doors while it slept is refused, passed on or unheard, and never written by it."""
    async with fleet.session(fleet.one) as asleep:
        fleet.one.send(signal.SIGSTOP)
        frame = {"name": "order.add.request", "version": 1, "callbackId": "late", "data": order_data("late")}
        await asleep.socket.send(json.dumps(frame))
        waiting = asyncio.create_task(fleet.add_order(fleet.one, "waited"))
        await fleet.added(fleet.two, "a")
        fleet.one.send(signal.SIGCONT)
        await asleep.ended()
        assert asleep.heard == []
    answer = await waiting
    # It was passed on to the process that runs the shop now, or refused.
    assert answer.status_code in (200, 503), answer.text
    there = ["a", "first", "waited"] if answer.status_code == 200 else ["a", "first"]
    assert await fleet.memos(fleet.two) == there
    assert await fleet.memos(fleet.one) == there
    await fleet.added(fleet.one, "b")
    assert await fleet.memos(fleet.two) == sorted([*there, "b"])


async def test_a_process_that_is_told_to_end_hands_its_shops_over(fleet: Fleet) -> None:
    """OFF-a: while orders come without pause nothing acknowledged is lost or doubled, and it ends well."""
    numbers = iter(range(10_000))
    ending = asyncio.Event()
    acknowledged: list[Json] = []

    async def sell(server: ServerProcess) -> None:
        after = 0
        while after < 5:
            acknowledged.append(await fleet.added(server, f"{next(numbers):05d}"))
            after += ending.is_set()

    async with fleet.session(fleet.two) as told:
        selling = [asyncio.create_task(sell(fleet.two)) for _ in range(3)]
        while len(told.heard) < 10:
            await told.next()
        fleet.one.send(signal.SIGTERM)
        assert await fleet.one.ended() == 0
        ending.set()
        await asyncio.gather(*selling)
        await told.ended()
    async with fleet.session(fleet.two, after=told.seq) as again:
        acknowledged.append(await fleet.added(fleet.two, "last"))
        await again.until(acknowledged[-1])
    assert sorted([*told.heard, *again.heard]) == sorted(order["id"] for order in acknowledged)
    assert await fleet.memos(fleet.two) == sorted(["first", *(order["memo"] for order in acknowledged)])


async def test_a_menu_is_pushed_to_a_shop_of_another_process(
    fleet: Fleet, database: Database, office: ShopEntry
) -> None:
    """CAT-1, decision 0036: its tills hear of it; the head office's process dies, and another one goes on."""
    branches = Branches(database)
    await furnish_office(branches, office)
    token = await office_token(branches, office)
    number = fleet.shop.entry.id

    async def ask(server: ServerProcess, name: str, data: Json) -> httpx.Response:
        headers = {"Host": f"office.localhost:{server.port}", "Authorization": f"Bearer {token}"}
        return await fleet.http.post(f"{server.address}/v1/{name}", json=data, headers=headers)

    async def done(server: ServerProcess, push: str) -> bool:
        with contextlib.suppress(httpx.TransportError):
            answer = await ask(server, "menu-push.get", {"id": push})
            if answer.status_code == 200:
                return states(answer.json()) == {number: ("DONE", None)}
            assert answer.status_code in (503, 504), answer.text
        return False

    async with fleet.session(fleet.one) as till:
        assert (await ask(fleet.two, "menu-push.add", {"id": "spring"})).status_code == 200
        frame: Json = {"name": ""}
        while frame["name"] != "catalog-item.change.event":
            frame = await till.next()
        await until(lambda: done(fleet.one, "spring"))
    holder = await fleet.places.holder(office.id)
    assert holder is not None
    runs, other = (fleet.one, fleet.two) if holder[1] == fleet.one.address else (fleet.two, fleet.one)
    await furnish_office(branches, office, item(13, "수정과", 2, price(131, 3_500)))

    async def kept() -> bool:
        return (await ask(runs, "menu-push.add", {"id": "dearer", "items": [13]})).status_code == 200

    # Whatever of it was done: killed as soon as it is kept.
    await until(kept)
    runs.send(signal.SIGKILL)
    await until(lambda: done(other, "dearer"))
    async with branches.opened(fleet.shop.entry) as store:
        taken = (await chain_menu.remembered(store.reader())).taken
        assert [(each.id, each.refused) for each in taken] == [("dearer", None), ("spring", None)]
    await branches.close()
