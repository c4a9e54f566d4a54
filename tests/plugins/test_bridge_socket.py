"""`websocket.*`: order of reply and events, what passes, how it ends, and what never opens."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from jumak.domain.caller import Caller
from jumak.domain.errors import AclDenied, InvalidArgument, InvalidState
from jumak.plugins.bridge import bridge as module
from jumak.protocol.scopes import expand
from jumak.server.session import Session
from jumak.testing import SimulatedShop
from tests.ports import free_port

from .bridging import PLUGIN, Authority, Names, answer, bridge_of, install, lead, serving, shop_with

Json = dict[str, Any]


class Wire:
    """The plugin's session: every frame it gets, in order. waiting: how much it has not read."""

    def __init__(self, shop: SimulatedShop, plugin_id: str = PLUGIN) -> None:
        self.frames: list[Json] = []
        self.waiting = 0
        self._news = asyncio.Event()
        self._number = 0
        caller = Caller(id=plugin_id, kind="plugin", name=plugin_id, scopes=expand(["plugin"]))
        self.session = Session(
            shop.running, caller, self._take, lambda code, reason: None, backlog=lambda: self.waiting
        )

    def _take(self, frame: bytes) -> None:
        self.frames.append(msgspec.json.decode(frame))
        self._news.set()

    def say(self, name: str, data: Json, callback_id: str | None = None) -> None:
        frame = {"name": name, "version": 1, "data": data}
        self.session.receive(
            msgspec.json.encode(frame | ({"callbackId": callback_id} if callback_id else {}))
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def ask(self, name: str, data: Json) -> Json:
        self._number += 1
        callback_id = f"c{self._number}"
        self.say(name, data, callback_id)
        replies: list[Json] = []

        def answered() -> bool:
            replies[:] = [frame["data"] for frame in self.frames if frame.get("callbackId") == callback_id]
            return bool(replies)

        await self.until(answered)
        return replies[0]

    async def connect(self, url: str, **more: Any) -> Json:
        return await self.ask("websocket.connect.request", {"url": url} | more)

    def events(self, url: str | None = None) -> list[Json]:
        return [
            frame["data"]
            for frame in self.frames
            if frame["name"] == "websocket.event" and url in (None, frame["data"]["url"])
        ]

    async def event(self, kind: str, count: int = 1) -> Json:
        """The latest of a kind, once there are as many."""
        found: list[Json] = []

        def there() -> bool:
            found[:] = [event for event in self.events() if event["event"] == kind]
            return len(found) >= count

        await self.until(there)
        return found[-1]


@contextlib.asynccontextmanager
async def wired(*installs: Any) -> AsyncIterator[tuple[SimulatedShop, Wire]]:
    async with shop_with(*installs) as shop:
        wire = Wire(shop)
        await wire.ask("session.open.request", {"token": "", "client": {"name": "t", "version": "1"}})
        yield shop, wire
        wire.session.lost()


@contextlib.asynccontextmanager
async def talking(
    handler: Callable[[ServerConnection], Awaitable[None]], tls: ssl.SSLContext | None = None, **more: Any
) -> AsyncIterator[str]:
    """A WebSocket server on loopback; its URL."""
    port = free_port()
    async with serve(handler, "127.0.0.1", port, ssl=tls, compression=None, max_size=None, **more):
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{port}"


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def test_reply_first_then_open_then_what_comes():
    """H-64: nothing overtakes the reply, `open` is next, and no early message is lost."""

    async def eager(connection: ServerConnection) -> None:
        for number in range(20):
            await connection.send(f"early {number}")
        await echo(connection)

    async with talking(eager) as url, wired(install(url)) as (_, wire):
        before = len(wire.frames)
        assert await wire.connect(url) == {"complete": True}
        await wire.event("message", 20)
        first, second, *more = wire.frames[before:]
        assert first["name"] == "websocket.connect.response"
        assert second == {"name": "websocket.event", "version": 1, "data": {"url": url, "event": "open"}}
        assert [frame["data"]["data"] for frame in more] == [f"early {number}" for number in range(20)]
        wire.say("websocket.send", {"url": url, "data": "안녕 🍶"})
        assert (await wire.event("message", 21))["data"] == "안녕 🍶"


async def test_bytes_travel_as_base64():
    """H-64, wire §8.3: with `option.binary` the bytes base64 stands for; bytes that come are base64 too."""
    kinds: list[type] = []

    async def look(connection: ServerConnection) -> None:
        async for message in connection:
            kinds.append(type(message))
            await connection.send(message)

    blob = base64.b64encode(bytes(range(256))).decode()
    async with talking(look) as url, wired(install(url)) as (_, wire):
        await wire.connect(url)
        wire.say("websocket.send", {"url": url, "data": blob, "option": {"binary": True}})
        assert (await wire.event("message"))["data"] == blob
        wire.say("websocket.send", {"url": url, "data": blob, "option": None})
        assert (await wire.event("message", 2))["data"] == blob
        assert kinds == [bytes, str]
        wire.say("websocket.send", {"url": url, "data": "no base64!", "option": {"binary": True}})
        assert (await wire.event("error"))["errorName"] == "INVALID_ARGUMENT"


async def test_the_server_closes():
    """H-64: the close code is a string; afterwards sending is an error event, and connecting works again."""

    async def leave(connection: ServerConnection) -> None:
        await connection.send("bye")
        await connection.close(4001, "enough")

    async with talking(leave) as url, wired(install(url)) as (_, wire):
        await wire.connect(url)
        await wire.event("close")
        assert wire.events() == [
            {"url": url, "event": "open"},
            {"url": url, "event": "message", "data": "bye"},
            {"url": url, "event": "close", "code": "4001"},
        ]
        wire.say("websocket.send", {"url": url, "data": "hello?"})
        assert (await wire.event("error"))["errorName"] == "INVALID_STATE"
        assert (await wire.connect(url))["complete"] is True
        await wire.event("close", 2)


async def test_disconnect():
    """H-64, wire §8.3: closes with 1000; a socket that is not there is closed already."""
    async with talking(echo) as url, wired(install(url)) as (_, wire):
        assert (await wire.ask("websocket.disconnect.request", {"url": url}))["complete"] is True
        await wire.connect(url)
        assert (await wire.ask("websocket.disconnect.request", {"url": url}))["complete"] is True
        assert await wire.event("close") == {"url": url, "event": "close", "code": "1000"}


async def test_a_broken_connection():
    """H-64, H-62: a connection that vanishes is an error and a close with 1006."""

    async def vanish(connection: ServerConnection) -> None:
        connection.transport.abort()
        await connection.wait_closed()

    async with talking(vanish) as url, wired(install(url)) as (_, wire):
        await wire.connect(url)
        assert (await wire.event("close"))["code"] == "1006"
        assert [event["event"] for event in wire.events()] == ["open", "error", "close"]
        assert wire.events()[1]["errorName"] == "NETWORK"


async def test_the_same_url_again_closes_the_old_socket():
    """H-64: sockets are told apart by URL; the old one has ended before the new one's reply."""
    there: list[ServerConnection] = []

    async def count(connection: ServerConnection) -> None:
        there.append(connection)
        await echo(connection)

    async with talking(count) as url, wired(install(url)) as (_, wire):
        await wire.connect(url)
        await wire.connect(f"{url}/other")
        before = len(wire.frames)
        await wire.connect(url)
        await wire.event("open", 3)
        assert [frame["data"].get("event", "reply") for frame in wire.frames[before:]] == [
            "close",
            "reply",
            "open",
        ]
        assert there[0].close_code == 1000
        for place, where in enumerate((url, f"{url}/other")):
            wire.say("websocket.send", {"url": where, "data": f"m{place}"})
        await wire.event("message", 2)
        assert {(event["url"], event["data"]) for event in wire.events() if event["event"] == "message"} == {
            (url, "m0"), (f"{url}/other", "m1"),
        }  # fmt: skip


async def test_what_is_sent_while_it_connects_waits_for_it():
    """H-64, H-39: connect, send, send, disconnect in one go are done in that order."""
    got: list[str | bytes] = []

    async def keep(connection: ServerConnection) -> None:
        async for message in connection:
            got.append(message)

    async with talking(keep) as url, wired(install(url)) as (_, wire):
        wire.say("websocket.connect.request", {"url": url}, "a")
        wire.say("websocket.send", {"url": url, "data": "1"})
        wire.say("websocket.send", {"url": url, "data": "2"})
        wire.say("websocket.disconnect.request", {"url": url}, "b")
        await wire.event("close")
        assert got == ["1", "2"]
        assert not [event for event in wire.events() if event["event"] == "error"]


async def test_a_slow_server_holds_up_nothing_else():
    """H-64, H-12: connecting takes at most `timeout`; other sockets and calls of the plugin go on meanwhile."""
    never = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await never.wait()
        writer.close()

    port = free_port()
    slow = f"ws://127.0.0.1:{port}"
    async with (
        await asyncio.start_server(silent, "127.0.0.1", port),
        talking(echo) as url,
        wired(install(url, slow)) as (_, wire),
    ):
        asked = asyncio.create_task(wire.connect(slow, timeout=300))
        await asyncio.sleep(0)
        await wire.connect(url)
        wire.say("websocket.send", {"url": url, "data": "meanwhile"})
        await wire.event("message")
        assert not asked.done()
        assert (await asked)["error"]["code"] == "TIMEOUT"
        never.set()


async def test_a_slow_plugin_stops_the_reading():
    """H-71, wire §9: what a plugin does not read stays with the server; nothing is lost when it goes on."""
    sent = 0

    async def flood(connection: ServerConnection) -> None:
        nonlocal sent
        with contextlib.suppress(ConnectionClosed):
            while sent < 600:
                await connection.send("x" * 100_000)
                sent += 1
            await connection.wait_closed()

    async with talking(flood) as url, wired(install(url)) as (_, wire):
        wire.waiting = 5_000
        await wire.connect(url)
        await wire.event("open")
        seen = -1
        async with asyncio.timeout(10):
            while seen != sent or sent == 0:
                seen = sent
                await asyncio.sleep(0.1)
        assert sent < 300
        assert [event["event"] for event in wire.events()] == ["open"]
        wire.waiting = 0
        await wire.event("message", 600)


async def test_sockets_end_with_their_session():
    """H-64, H-3: a plugin's sockets are its session's; another session of it hears nothing of them."""
    closed = asyncio.Event()

    async def wait(connection: ServerConnection) -> None:
        await connection.wait_closed()
        assert connection.close_code == 1001
        closed.set()

    async with talking(wait) as url, wired(install(url)) as (shop, wire):
        other = Wire(shop)
        await other.ask("session.open.request", {"token": "", "client": {"name": "t", "version": "1"}})
        await wire.connect(url)
        await wire.event("open")
        wire.session.lost()
        await asyncio.wait_for(closed.wait(), 10)
        assert other.events() == []
        other.session.lost()


async def test_a_session_that_ends_while_it_connects_leaves_no_socket():
    """H-64: whoever has gone opens nothing."""
    here, go = asyncio.Event(), asyncio.Event()
    ends: list[int | None] = []
    over = asyncio.Event()

    async def hold(connection: ServerConnection, request: Any) -> None:
        here.set()
        await go.wait()

    async def note(connection: ServerConnection) -> None:
        await connection.wait_closed()
        ends.append(connection.close_code)
        over.set()

    async with talking(note, process_request=hold) as url, wired(install(url)) as (_, wire):
        wire.say("websocket.connect.request", {"url": url}, "a")
        await asyncio.wait_for(here.wait(), 10)
        wire.session.lost()
        go.set()
        await asyncio.wait_for(over.wait(), 10)
        assert ends == [1006]
        assert wire.events() == []


async def test_at_most_fifty_sockets(monkeypatch: pytest.MonkeyPatch):
    """plugin-runtime §7: one more is refused with what to do; one that ended makes room."""
    monkeypatch.setattr(module, "MAX_SOCKETS", 3)
    async with talking(echo) as url, wired(install(url)) as (_, wire):
        for number in range(3):
            assert (await wire.connect(f"{url}/{number}"))["complete"] is True
        refused = await wire.connect(f"{url}/3")
        assert (refused["error"]["code"], refused["error"]["reason"]) == ("INVALID_STATE", "TOO_MANY_SOCKETS")
        await wire.ask("websocket.disconnect.request", {"url": f"{url}/0"})
        await wire.event("close")
        assert (await wire.connect(f"{url}/3"))["complete"] is True


async def test_messages_have_a_limit():
    """plugin-runtime §7: 10 MB either way; a longer one ends the socket it came over."""

    async def large(connection: ServerConnection) -> None:
        size = int(await connection.recv())
        await connection.send("x" * size)
        await connection.wait_closed()

    async with talking(large) as url, wired(install(url)) as (_, wire):
        await wire.connect(url)
        wire.say("websocket.send", {"url": url, "data": "10000000"})
        assert len((await wire.event("message"))["data"]) == 10_000_000
        await wire.ask("websocket.disconnect.request", {"url": url})
        await wire.event("close")
        await wire.connect(url)
        wire.say("websocket.send", {"url": url, "data": "10000001"})
        await wire.event("close", 2)
        assert (await wire.event("error"))["errorName"] == "NETWORK"


async def test_headers_and_subprotocols():
    """wire §8.3: the plugin's headers and nothing else; what belongs to the handshake is the shop's."""
    seen: list[tuple[str, str]] = []

    async def look(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.extend((name, value) for name, value in connection.request.headers.raw_items())
        await connection.wait_closed()

    headers = {
        "Authorization": "Bearer t", "Origin": "https://shop.example.com", "Host": "evil.test", "Sec-WebSocket-Key": "x",
        "Sec-WebSocket-Protocol": "b, a", "Upgrade": "h2c",
    }  # fmt: skip
    async with talking(look, subprotocols=["a"]) as url, wired(install(url)) as (shop, wire):
        assert (await wire.connect(url, headers=headers))["complete"] is True
        found = dict(seen)
        assert found["Authorization"] == "Bearer t"
        assert found["Origin"] == "https://shop.example.com"
        assert found["Host"] == url.removeprefix("ws://")
        assert found["Upgrade"] == "websocket"
        assert found["Sec-WebSocket-Protocol"] == "b, a"
        assert {"User-Agent", "Sec-WebSocket-Extensions"}.isdisjoint(found)
        assert len(found) == len(seen)
        refused = await wire.connect(url, headers={"X": "막"})
        assert refused["error"]["code"] == "INVALID_ARGUMENT"
        socket = await bridge_of(shop).open_socket(install(url), url, {}, ["a"])
        assert socket.protocol == "a"
        await socket.close()


# -- what never opens ---------------------------------------------------------------------------------


async def test_the_list_and_the_guard_hold_for_sockets():
    """SEC-3, H-62: off the list, a private address behind a public name, our own server, no URL of a socket."""
    async with talking(echo) as url:
        port = int(url.rpartition(":")[2])
        plugin = install("https://rebound.example.com", "http://127.0.0.1:8700")
        async with wired(plugin) as (shop, wire):
            told: list[str] = []
            bridge = bridge_of(shop)
            bridge.denied = lambda _, origin: told.append(origin)
            shop.running.own_ports.add(8700)
            dialled = lead(bridge, Names(rebound_example_com=[["8.8.8.8", "10.0.0.1"]]), to_port=port)
            for address, code, reason in (
                (url, "ACL_DENIED", "NOT_LISTED"),
                ("wss://rebound.example.com/", "ACL_DENIED", "PRIVATE_ADDRESS"),
                ("ws://127.0.0.1:8700/v1/socket", "ACL_DENIED", "OWN_SERVER"),
                ("https://rebound.example.com/", "INVALID_ARGUMENT", None),
                ("ws://u:p@127.0.0.1/", "INVALID_ARGUMENT", None),
            ):
                refused = (await wire.connect(address))["error"]
                assert (refused["code"], refused.get("reason")) == (code, reason)
            assert told == [url]
            assert dialled == []
            assert wire.events() == []


async def test_redirects_and_refusals_open_nothing():
    """SEC-3: a handshake that leads elsewhere, or is no handshake, is a failure."""
    location = "Location: ws://127.0.0.1:9"
    for said in (
        answer(b"", location, status="302 Go"),
        answer(b"ok"),
        answer(b"", status="403 No"),
        b"nonsense",
    ):
        async with serving(lambda asked, said=said: said) as server:
            url = server.url.replace("http", "ws")
            async with wired(install(url, "ws://127.0.0.1:9")) as (_, wire):
                refused = await wire.connect(url)
                assert (refused["error"]["code"], refused["error"]["reason"]) == ("NETWORK", "HANDSHAKE")
                refused = await wire.connect("ws://127.0.0.1:9")
                assert (refused["error"]["code"], refused["error"]["reason"]) == ("NETWORK", "CONNECT")
                assert wire.events() == []


async def test_a_mapped_origin_is_never_contacted():
    """H-63: a socket of a mapped origin opens at the local server, under the plugin's own URL."""
    async with talking(echo) as url:
        local = url.replace("ws://127.0.0.1", "http://localhost")
        async with wired(install(origin_map={"https://api.example.com": local})) as (shop, wire):
            names = Names()
            bridge_of(shop).network.resolve = names
            outside = "wss://api.example.com/live?x=1"
            assert (await wire.connect(outside))["complete"] is True
            wire.say("websocket.send", {"url": outside, "data": "hi"})
            assert (await wire.event("message"))["url"] == outside
            assert names.asked == []


async def test_only_a_private_address_may_go_unverified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """H-73, plugin-runtime §7: `rejectUnauthorized: false` counts for a private address on the list, else the console says that it does not."""
    tls = Authority(tmp_path).server("somebody.else")
    async with talking(echo, tls) as url:
        port = int(url.rpartition(":")[2])
        async with wired(install(url, "https://api.example.com")) as (shop, wire):
            noted: list[tuple[str, str, str]] = []
            monkeypatch.setattr(shop.running.watch, "note", lambda *line: noted.append(line))
            refused = await wire.connect(url)
            assert (refused["error"]["code"], refused["error"]["reason"]) == ("NETWORK", "TLS")
            assert (await wire.connect(url, rejectUnauthorized=False))["complete"] is True
            lead(bridge_of(shop), Names(api_example_com=[["8.8.8.8"]]), to_port=port)
            refused = await wire.connect("wss://api.example.com/", rejectUnauthorized=False)
            assert (refused["error"]["code"], refused["error"]["reason"]) == ("NETWORK", "TLS")
            ignored = (
                "rejectUnauthorized: false is ignored for https://api.example.com: it is no private address"
            )
            assert noted == [(PLUGIN, "warn", ignored)]


async def test_tls_by_the_name(tmp_path: Path):
    """plugin-runtime §7: a trusted certificate of that name opens."""
    authority = Authority(tmp_path)
    server = authority.server("api.example.com")
    async with talking(echo, server) as url, wired(install("https://api.example.com")) as (shop, wire):
        bridge = bridge_of(shop)
        lead(bridge, Names(api_example_com=[["8.8.8.8"]]), to_port=int(url.rpartition(":")[2]))
        bridge.network.trusted = authority.trusting
        assert (await wire.connect("wss://api.example.com/"))["complete"] is True


async def test_without_a_session_there_is_no_socket():
    """H-10: over HTTP a message has no connection its events could come over."""
    async with talking(echo) as url, shop_with(install(url)) as shop:
        caller = Caller(id=PLUGIN, kind="plugin", name=PLUGIN, scopes=expand(["plugin"]))
        for name, more in (("connect.request", {}), ("disconnect.request", {}), ("send", {"data": ""})):
            with pytest.raises(InvalidState) as caught:
                await shop.request(f"websocket.{name}", {"url": url} | more, caller=caller)
            assert caught.value.reason == "SOCKET_ONLY"


# -- for the runner of headless plugins ----------------------------------------------------------------


async def test_open_socket_keeps_bytes():
    """H-65: messages as they are, the close code and words, the same guards."""

    async def leave(connection: ServerConnection) -> None:
        for _ in range(2):
            await connection.send(await connection.recv())
        await connection.close(4002, "그만")

    async with talking(leave) as url, shop_with() as shop:
        bridge = bridge_of(shop)
        socket = await bridge.open_socket(install(url), url, {})
        assert (socket.protocol, socket.closed) == ("", False)
        await socket.send(b"\x00\xff")
        await socket.send("막")
        assert [message async for message in socket] == [b"\x00\xff", "막"]
        assert (socket.close_code, socket.close_reason) == (4002, "그만")
        with pytest.raises(InvalidState):
            await socket.send("late")
        with pytest.raises(InvalidArgument):
            await socket.send("x" * 10_000_001)
        with pytest.raises(AclDenied):
            await bridge.open_socket(install(), url, {})
