"""Every served message of `docs/contract/messages.json`, with valid data, through each of the three doors."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.main import ServeOptions, ShopServer, server_config
from jumak.plugins.host import PluginHost
from jumak.plugins.process import Limits
from jumak.protocol.scopes import EXTENSION_SCOPES, SDK_SCOPES, expand
from jumak.protocol.table import TABLE
from jumak.server.app import App
from jumak.server.uploads import Uploads
from jumak.store.opening import InDatabase, checked
from jumak.store.postgres import Database
from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.shop import staff_caller
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.server.every_request import ANSWERING, Json, every_request, let_call, owe_a_part, put_uploads
from tests.server.screen import answer_to, answering
from tests.store.statements import recorded, strays
from tests.tidy.project import ROOT

CONTRACT: dict[str, Json] = {
    message["name"]: message for message in json.loads((ROOT / "docs/contract/messages.json").read_text())
}
SERVED = {name for name, row in TABLE.items() if row.kind == "request"}
SOCKETS = {"websocket.connect.request", "websocket.disconnect.request"}
"""They need a connection their events come over, and a server that speaks: `tests/plugins/test_bridge_socket.py`."""

OWN_STEP = {"session.open.request", "subscribe.request", *SOCKETS}
"""They open and narrow a connection: the doors ask them themselves."""

TO_A_PLUGIN = {"plugin.stopping.event", "plugin.unicast.event", "websocket.event"}
"""Pushes somebody else gets; see `test_stdio` and `SOCKETS`."""

OF_TROUBLE = {"notice.event", "popup.close.event"}
"""A plugin near its limit, a popup whose plugin is gone: see `test_budget`, `test_ui_popups`."""

EVERYTHING = Caller(id="everything", kind="service", name="everything", scopes=expand(["all"]))


class Day:
    """One day at the shop through one door: what was asked, and the shape of each answer."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, Any]] = []

    async def ask(self, name: str, data: Json) -> Json:
        """Asks, checks the keys of the answer, and keeps its shape."""
        full = name if name in TABLE else f"{name}.request"
        reply = await self.send(full, data)
        assert reply.get("complete") is True, (name, data, reply)
        del reply["complete"]
        check_keys(full, CONTRACT[full]["reply"], reply)
        self.answers.append((full, shape(reply)))
        return reply

    async def send(self, name: str, data: Json) -> Json:
        raise NotImplementedError


class OverHttp(Day):
    def __init__(self, url: str, token: str) -> None:
        super().__init__()
        self.http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}"}

    async def send(self, name: str, data: Json) -> Json:
        path = name.removesuffix(".request")
        answer = await self.http.post(f"/v1/{path}", json=data, headers=self._headers)
        assert answer.status_code == 200, (name, data, answer.text)
        reply: Json = answer.json()
        return reply


class OverSocket(Day):
    """Frames over a WebSocket, or over whatever `write` and `read` are; pushes are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.pushes: list[Json] = []
        self._number = 0

    async def write(self, frame: str) -> None:
        raise NotImplementedError

    async def read(self) -> str | bytes:
        raise NotImplementedError

    async def send(self, name: str, data: Json) -> Json:
        self._number += 1
        callback_id = f"c{self._number}"
        frame = {"name": name, "version": 1, "callbackId": callback_id, "data": data}
        await self.write(json.dumps(frame))
        while True:
            answer = await self.next()
            if answer.get("callbackId") == callback_id:
                assert answer["name"] == f"{name.removesuffix('.request')}.response"
                reply: Json = answer["data"]
                return reply

    async def next(self) -> Json:
        """The next frame; a push is kept, what the shop asks is answered."""
        frame: Json = json.loads(await asyncio.wait_for(self.read(), 20))
        if "callbackId" not in frame:
            self.pushes.append(frame)
        elif frame["callbackId"].startswith("host:"):
            await self.write(json.dumps(frame | {"data": answer_to(frame)}))
        return frame

    async def tell(self, name: str, data: Any) -> None:
        """A notification."""
        await self.write(json.dumps({"name": name, "version": 1, "data": data}))

    async def push(self, name: str) -> Json:
        """Waits for a push of this name."""
        while not (found := [push for push in self.pushes if push["name"] == name]):
            await self.next()
        return found[0]


class OverWebSocket(OverSocket):
    def __init__(self, connection: websockets.ClientConnection) -> None:
        super().__init__()
        self._connection = connection

    async def write(self, frame: str) -> None:
        await self._connection.send(frame)

    async def read(self) -> str | bytes:
        return await self._connection.recv()


PACKAGE_SCOPES = [*SDK_SCOPES, *EXTENSION_SCOPES]
"""All a package may ask for; the rest belongs to screens and people."""


class OverPipes(OverSocket):
    """A plugin process that hands on every line between its pipes and the test.

    What a plugin may not do is refused, and done by somebody else for the day to go on.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, shop: SimulatedShop
    ) -> None:
        super().__init__()
        self._reader, self._writer, self._shop = reader, writer, shop
        self.refused: set[str] = set()

    async def send(self, name: str, data: Json) -> Json:
        reply = await super().send(name, data)
        error = reply.get("error", {})
        if error.get("code") != "PERMISSION_DENIED":
            return reply
        if error["reason"] == "SCOPE":
            self.refused.add(name)
        return {"complete": True} | await self._shop.request(name, data, caller=EVERYTHING)

    async def write(self, frame: str) -> None:
        self._writer.write(frame.encode() + b"\n")
        await self._writer.drain()

    async def read(self) -> str | bytes:
        return await self._reader.readline()


RELAY = """
import os, socket, threading
from jumak.sdk.transport import claim_stdio
incoming, outgoing = claim_stdio()
wire = socket.create_connection(("127.0.0.1", {port}))
def hand_in():
    while data := os.read(incoming, 65536):
        wire.sendall(data)
    wire.close()
threading.Thread(target=hand_in, daemon=True).start()
with os.fdopen(outgoing, "wb", 0) as out:
    while data := wire.recv(65536):
        out.write(data)
"""


class House(Struct, frozen=True):
    """A shop on disk that hosts plugins, with an uploaded package."""

    shop: SimulatedShop
    host: PluginHost

    def now(self) -> datetime:
        return self.shop.clock.now()


@contextlib.asynccontextmanager
async def opened(folder: Path, *, limits: Limits | None = None, **given: Any) -> AsyncIterator[House]:
    async with simulated_shop(folder=folder, **given) as shop:
        host = await shop.host(limits)
        put_uploads(folder)
        answering(shop, staff_caller())
        yield House(shop, host)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path / "shop") as house:
        yield house


@contextlib.asynccontextmanager
async def served(shop: SimulatedShop) -> AsyncIterator[tuple[str, str]]:
    """The shop behind real sockets: its address and a token with every scope."""
    assert shop.folder is not None
    options = ServeOptions(folder=shop.folder, port=free_port())
    app = App(shop.running, Uploads(shop.folder / "uploads"))
    config = server_config(options, app)
    config.port = options.port
    server = ShopServer(config, shop.running)
    ready = asyncio.Event()
    server.when_ready = ready.set
    running = asyncio.create_task(server.serve())
    await asyncio.wait_for(ready.wait(), 10)
    token = (
        await shop.request(
            "device.pair.request", {"kind": "service", "name": EVERYTHING.name, "scopes": ["all"]}
        )
    )["token"]
    await let_call(shop, EVERYTHING.id)
    try:
        yield f"http://127.0.0.1:{options.port}", token
    finally:
        server.should_exit = True
        await running


@contextlib.asynccontextmanager
async def socket_day(url: str, token: str) -> AsyncIterator[OverWebSocket]:
    async with websockets.connect(
        url.replace("http", "ws", 1) + "/v1/socket",
        compression=None,
        proxy=None,
        max_size=None,
        close_timeout=1,
    ) as connection:
        day = OverWebSocket(connection)
        opened = await day.send(
            "session.open.request", {"token": token, "client": {"name": "day", "version": "1"}}
        )
        check_keys(
            "session.open.request", CONTRACT["session.open.request"]["reply"], without_complete(opened)
        )
        yield day


async def test_websocket(house: House) -> None:
    """H-78, H-79, H-10, H-32: every request answers with the contract's keys, every push arrives with its keys."""
    await _a_day_over_websocket(house)


async def test_in_a_database(postgres: PostgresServer, tmp_path: Path) -> None:
    """H-78, H-79: the same of a shop in PostgreSQL, whose every statement stays with the shop; its books are right."""
    database = InDatabase(postgres.url, 2_000_001)
    async with Database.connected(postgres.url):
        pass
    with recorded() as sent:
        async with opened(tmp_path / "shop", database=database) as house:
            await _a_day_over_websocket(house)
    assert len(sent) > 300
    assert [query for query, _ in sent if strays(query)] == []
    assert await checked(tmp_path, database) == []


async def _a_day_over_websocket(house: House) -> None:
    async with served(house.shop) as (url, token), socket_day(url, token) as day:
        await every_request(day.ask, house.now())
        await day.push("plugin-log.event")
        for name in ("toast.open", "alert.open", "sound.play"):
            await day.tell(name, "어서 오세요")
        await day.tell("navigation.navigate", {"page": "business-type-setting"})
        await day.push("navigation.show.event")
        everything = sorted(name for name, row in TABLE.items() if row.kind == "push")
        await day.ask("subscribe", {"names": everything})
    assert {name for name, _ in day.answers} | {"session.open.request"} == SERVED - SOCKETS
    for push in day.pushes:
        check_keys(push["name"], CONTRACT[push["name"]]["data"], push["data"])
    assert {push["name"] for push in day.pushes} == set(everything) - TO_A_PLUGIN - OF_TROUBLE
    numbered = [push["seq"] for push in day.pushes if "seq" in push]
    assert numbered == sorted(set(numbered))


async def test_http(house: House, tmp_path: Path) -> None:
    """H-78, H-79: the same answers over HTTP as inside the shop, key for key."""
    # Somebody with a screen and the plugin's own connection have to be there.
    async with served(house.shop) as (url, token), socket_day(url, token):
        day = OverHttp(url, token)
        await every_request(day.ask, house.now())
        await day.http.aclose()
    assert {name for name, _ in day.answers} == SERVED - OWN_STEP
    assert comparable(day) == comparable(await day_inside(tmp_path / "other"))


async def test_stdio(house: House, tmp_path: Path) -> None:
    """H-78, H-79, H-1: the same answers over the pipes of a local plugin, as far as its scopes go."""
    met: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await met.put((reader, writer))

    gate = await asyncio.start_server(meet, "127.0.0.1", free_port(), limit=1 << 24)
    source = tmp_path / "relay"
    source.mkdir()
    about = {
        "id": EVERYTHING.id,
        "name": EVERYTHING.name,
        "version": "0",
        "kind": "python",
        "scopes": PACKAGE_SCOPES,
        "acl": [ANSWERING],
    }
    (source / "plugin.json").write_text(json.dumps(about))
    (source / "main.py").write_text(RELAY.format(port=gate.sockets[0].getsockname()[1]))
    await house.host.install(source)
    await house.shop.staff()
    reader, writer = await asyncio.wait_for(met.get(), 20)
    try:
        await _plugin_day(house, reader, writer)
    finally:
        writer.close()
        gate.close()
        await gate.wait_closed()


async def _plugin_day(house: House, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await owe_a_part(house.shop)
    day = OverPipes(reader, writer, house.shop)
    await day.send("session.open.request", {"token": "", "client": {"name": "relay", "version": "1"}})
    await every_request(day.ask, house.now())
    await day.write(
        json.dumps(
            {"name": "plugin.unicast.send", "version": 1, "data": {"to": EVERYTHING.name, "message": [1]}}
        )
    )
    sent = await day.push("plugin.unicast.event")
    assert sent["data"] == {"from": EVERYTHING.name, "to": EVERYTHING.name, "message": [1]}
    ending = asyncio.create_task(house.host.stop())
    stopping = await day.push("plugin.stopping.event")
    check_keys("plugin.stopping.event", CONTRACT["plugin.stopping.event"]["data"], stopping["data"])
    writer.close()
    await ending
    assert {name for name, _ in day.answers} == SERVED - OWN_STEP
    assert day.refused == {
        name for name in SERVED if TABLE[name].scopes and not {*TABLE[name].scopes} & {*PACKAGE_SCOPES}
    }


class Inside(Day):
    """The day without a door."""

    def __init__(self, shop: SimulatedShop) -> None:
        super().__init__()
        self._shop = shop
        self.replies: list[Json] = []

    async def send(self, name: str, data: Json) -> Json:
        self.replies.append(await self._shop.request(name, data, caller=EVERYTHING))
        return {"complete": True} | self.replies[-1]


async def day_inside(folder: Path) -> Inside:
    """The same day asked inside the process by a caller of the same name and scopes."""
    async with opened(folder) as house:
        answering(house.shop, EVERYTHING)
        await let_call(house.shop, EVERYTHING.id)
        day = Inside(house.shop)
        await every_request(day.ask, house.now())
        return day


DEPENDS_ON_THE_DOOR = (
    "plugin.",
    "hosted-plugin.",
    "plugin-log.",
    "plugin-budget.",
    "audit.",
    "device.list",
    "order.history",
)
"""Answers whose optional keys tell how a process fares and from which device somebody asked."""

ASKED_UNTIL_THERE = ("payment-method.list", "payment-attempt.list", "cash-receipt.list")
"""How often they are asked depends on how soon a plugin's process or an issuer answers."""


def comparable(day: Day) -> list[tuple[str, Any]]:
    varying = (*DEPENDS_ON_THE_DOOR, *ASKED_UNTIL_THERE)
    return [answer for answer in day.answers if not answer[0].startswith(varying)]


def check_keys(name: str, promised: Json, held: Json) -> None:
    """Every promised key is there, optional ones may be missing, and there is no other."""
    must = {key for key in promised if not key.endswith("?")}
    may = {key.removesuffix("?") for key in promised}
    if promised == {} or not any(key.startswith("<") for key in promised):
        assert must <= held.keys() <= may, (name, held)


def without_complete(reply: Json) -> Json:
    return {key: value for key, value in reply.items() if key != "complete"}


def shape(value: Any) -> Any:
    """What kind of value stands where, without the values themselves."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        shapes: list[Any] = []
        for inner in map(shape, value):
            if inner not in shapes:
                shapes.append(inner)
        return shapes
    return type(value).__name__


# -- the fields of the pages -------------------------------------------------------------------------


class Field:
    """A row of a page's table of fields. path: keys from the outside in."""

    def __init__(self, path: tuple[str, ...], kind: str, must: bool) -> None:
        self.path, self.kind, self.must = path, kind, must


def fields_of(page: str, heading: str) -> list[Field]:
    """The table below a heading of `docs/contract`."""
    text = (ROOT / "docs/contract" / page).read_text(encoding="utf-8")
    section = re.split(r"^#+ ", text.split(f"### {heading}", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    found = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) < 3 or not cells[0].startswith("`"):
            continue
        names = re.findall(r"`([^`]+)`", cells[0])
        prefix = names[0].rpartition(".")[0]
        # Of a page without a column `Req.` everything is required but what its own words take back.
        must = cells[2].startswith(("yes", "legacy")) if "Req." in section else "absent until" not in line
        for name in names:
            path = name if "." in name or not prefix else f"{prefix}.{name}"
            found.append(Field(tuple(path.split(".")), cells[1].replace("\\|", "|"), must))
    return found


def is_of(kind: str, value: Any) -> bool:
    """The value is what the page's type says."""
    kind = kind.replace("`", "").replace("documented ", "").strip()
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "string":
        return isinstance(value, str)
    if kind.startswith("'"):
        literals = re.findall(r"'([A-Z]+)'", kind)
        return value in literals or "PREPAID_CARD" in literals
    if kind.endswith("[]"):
        return isinstance(value, list)
    if kind.startswith(("as ", "dining")) or kind.endswith(("State", "Type")):
        return isinstance(value, str) and value.isupper()
    return isinstance(value, dict)


def check_fields(fields: list[Field], thing: Json, seen: set[tuple[str, ...]]) -> None:
    """Required fields are there, present ones are of their type; nothing is null (§4.4)."""
    for field in fields:
        value: Any = thing
        for key in field.path[:-1]:
            value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            assert len(field.path) > 1, field.path
            continue
        if field.path[-1] in value:
            seen.add(field.path)
            assert is_of(field.kind, value[field.path[-1]]), (field.path, field.kind, value)
        else:
            # `code` is required in the documented type and left out when never given.
            assert not field.must or field.path == ("item", "code"), (field.path, thing)


def things(value: Any, key: str) -> Iterator[Json]:
    """Everything that stands under this key, alone or in a list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield from (
                    each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, dict)
                )
            yield from things(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from things(inner, key)


async def test_the_fields_of_orders_and_tickets(tmp_path: Path) -> None:
    """H-13, H-14, H-78: every field of the order, its lines and the kitchen's tickets, in their types, somewhere in a day."""
    replies = (await day_inside(tmp_path / "shop")).replies
    pages = {
        "order": ("order.md", "2.1 `PluginOrder`"),
        "contents": ("kds.md", "1.1 `PluginKdsOrderItem`"),
    }
    parts = {
        "order": ("order.md", "2.2 `PluginOrderItem`"),
        "contents": ("kds.md", "1.4 `PluginKdsLineItem`"),
    }
    for key in pages:
        fields, line_fields = fields_of(*pages[key]), fields_of(*parts[key])
        assert len(fields) > 8
        assert len(line_fields) > 8
        seen: set[tuple[str, ...]] = set()
        seen_of_lines: set[tuple[str, ...]] = set()
        found = [thing for reply in replies for thing in things(reply, key) if "lineItems" in thing]
        assert found
        for thing in found:
            check_fields(fields, thing, seen)
            for line in thing["lineItems"]:
                check_fields(line_fields, line, seen_of_lines)
        assert {field.path for field in fields} - seen == set()
        assert {field.path for field in line_fields} - seen_of_lines == set()
