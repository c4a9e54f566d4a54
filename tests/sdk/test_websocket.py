"""`pos.websocket`: through a served shop to a WebSocket server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from jumak.sdk import Pos, PosPluginSdkError, PosPluginSdkValidationError, Websocket
from jumak.testing import SimulatedShop
from tests.ports import free_port
from tests.sdk.serving import allow, cut, until


@contextlib.asynccontextmanager
async def talking(handler: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    port = free_port()
    async with serve(handler, "127.0.0.1", port, compression=None):
        yield f"ws://127.0.0.1:{port}"


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


def heard(socket: Websocket) -> list[Any]:
    """Everything that happens to a socket from here on, and what was kept."""
    told: list[Any] = []
    socket.on_open(lambda: told.append("open"))
    socket.on_message(told.append)
    socket.on_error(lambda name, message: told.append((name, bool(message))))
    socket.on_close(lambda code: told.append(("close", code)))
    return told


async def test_nothing_is_lost_before_somebody_listens(shop: SimulatedShop, pos: Pos):
    """H-64: `create` answers once it is open; what came before the listeners is told to them, in order."""

    async def eager(connection: ServerConnection) -> None:
        for number in range(20):
            await connection.send(f"early {number}")
        await echo(connection)

    async with talking(eager) as url:
        await allow(shop, url)
        socket = await pos.websocket.create(url, {"X-A": "1"}, timeout=5)
        assert socket.is_open
        await pos.events.idle()
        told = heard(socket)
        await socket.send("안녕 🍶")
        await until(lambda: len(told) == 22)
        assert told == ["open", *(f"early {number}" for number in range(20)), "안녕 🍶"]


async def test_one_message_after_the_other(shop: SimulatedShop, pos: Pos):
    """python-sdk §3: a slow handler holds up its own socket and no other; one that fails stops nothing."""
    async with talking(echo) as first, talking(echo) as second:
        await allow(shop, first, second)
        slow, quick = await pos.websocket.create(first), await pos.websocket.create(second)
        gate, told, failed = asyncio.Event(), [], []

        async def wait(text: str) -> None:
            await gate.wait()
            told.append(text)

        def broken(text: str) -> None:
            raise ValueError(text)

        pos.error.add_error_listener(failed.append)
        slow.on_message(broken)
        off = slow.on_message(wait)
        quick.on_message(told.append)
        for text in ("1", "2"):
            await slow.send(text)
        await quick.send("quick")
        await until(lambda: told == ["quick"])
        gate.set()
        await until(lambda: told == ["quick", "1", "2"])
        assert [str(problem) for problem in failed] == ["1", "2"]
        off()
        await slow.send("3")
        await until(lambda: len(failed) == 3)
        assert told == ["quick", "1", "2"]


async def test_bytes_are_a_binary_frame(shop: SimulatedShop, pos: Pos):
    """wire §8.3: bytes are sent as they are, and come as base64."""
    kinds: list[type] = []

    async def look(connection: ServerConnection) -> None:
        async for message in connection:
            kinds.append(type(message))
            await connection.send(message)

    async with talking(look) as url:
        await allow(shop, url)
        socket = await pos.websocket.create(url)
        told = heard(socket)
        await socket.send(b"\x00\xff")
        await socket.send("text")
        await until(lambda: len(told) == 3)
        assert told == ["open", "AP8=", "text"]
        assert kinds == [bytes, str]


async def test_closing(shop: SimulatedShop, pos: Pos):
    """H-64: the code is a string; sending then is an error event; the same socket opens again."""

    async def leave(connection: ServerConnection) -> None:
        async for _ in connection:
            await connection.close(4001)

    async with talking(leave) as url:
        await allow(shop, url)
        socket = await pos.websocket.create(url)
        told = heard(socket)
        await socket.send("leave")
        await until(lambda: told[1:] == [("close", "4001")])
        assert not socket.is_open
        await socket.send("anybody?")
        await until(lambda: told[2:] == [("INVALID_STATE", True)])
        await socket.connect()
        await socket.connect()
        await until(lambda: told[3:] == ["open"])
        # Closed and opened again at once: the close is that of the life before.
        await socket.disconnect()
        await socket.connect()
        await until(lambda: told[3:] == ["open", ("close", "1000"), "open"])
        assert socket.is_open


async def test_a_second_socket_ends_the_first(shop: SimulatedShop, pos: Pos):
    """H-64, wire §8.3: sockets are told apart by URL; each hears its own end and its own beginning."""
    async with talking(echo) as url:
        await allow(shop, url)
        first = await pos.websocket.create(url)
        of_first = heard(first)
        second, third = await asyncio.gather(pos.websocket.create(url), pos.websocket.create(url))
        of_second, of_third = heard(second), heard(third)
        await third.send("to the last")
        await until(lambda: of_third == ["open", "to the last"])
        assert of_first == ["open", ("close", "1000")]
        assert of_second == ["open", ("close", "1000")]
        assert [each.is_open for each in (first, second, third)] == [False, False, True]


async def test_sockets_end_with_the_session(shop: SimulatedShop, pos: Pos):
    """wire §8.3: a lost connection to the shop closes them with 1006; they open again on the next one."""
    async with talking(echo) as url:
        await allow(shop, url)
        socket = await pos.websocket.create(url)
        told = heard(socket)
        cut(shop)
        await until(lambda: told == ["open", ("close", "1006")])
        await socket.connect()
        await socket.send("again")
        await until(lambda: told[2:] == ["open", "again"])


async def test_what_is_refused(shop: SimulatedShop, pos: Pos):
    """H-62: as calls over HTTP are; nothing is kept of a socket that never opened."""
    await allow(shop, "ws://127.0.0.1:1")
    for url, code in (("ws://127.0.0.1:2", "ACL_DENIED"), ("ws://127.0.0.1:1", "NETWORK")):
        with pytest.raises(PosPluginSdkError) as refused:
            await pos.websocket.create(url, reject_unauthorized=False)
        assert refused.value.code == code
    with pytest.raises(PosPluginSdkValidationError):
        await pos.websocket.create(7)  # type: ignore[arg-type]  # on purpose


async def test_a_thousand_messages_wait():
    """plugin-runtime §7: more than 1,000 of a kind are not kept, the oldest go first."""

    async def nothing(_: Websocket) -> None: ...

    socket = Websocket(None, {"url": "ws://x"}, nothing, print)  # type: ignore[arg-type]  # it sends nothing
    socket.happened({"event": "open"})
    for number in range(1_003):
        socket.happened({"event": "message", "data": str(number)})
    told = heard(socket)
    await until(lambda: len(told) == 1_001)
    assert told == ["open", *(str(number) for number in range(3, 1_003))]
