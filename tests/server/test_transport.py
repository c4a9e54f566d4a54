"""Limits on what comes before anybody is known: connections, heads and bodies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.server import transport
from jumak.server.transport import Limits, client_of
from tests.server.conftest import Desk, Served, served_by
from tests.server.plugin_origin import port_of

QUICK = Limits(head_s=1.0, body_s=1.0)
WITHIN_S = 10.0
PATIENT = Limits(connections=3, of_one=3)

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def quick(desk: Desk, tmp_path: Path) -> AsyncIterator[Served]:
    async with served_by(desk, tmp_path, limits=QUICK) as running:
        yield running


@contextlib.asynccontextmanager
async def opened(served: Served, *sent: bytes, local: str | None = None) -> AsyncIterator[Stream]:
    """A connection on which this was sent."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port_of(served), local_addr=None if local is None else (local, 0)
    )
    for part in sent:
        writer.write(part)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def to_the_end(reader: asyncio.StreamReader) -> bytes:
    """Everything until the server closes; a reset counts as the end."""
    said = b""
    async with asyncio.timeout(WITHIN_S):
        with contextlib.suppress(ConnectionResetError):
            while part := await reader.read(65_536):
                said += part
    return said


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WITHIN_S)


async def dripping(writer: asyncio.StreamWriter, drop: bytes) -> None:
    """Never still, never done, until the other side has gone."""
    with contextlib.suppress(OSError):
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


SLOW_HEADS: dict[str, tuple[bytes, bytes, bytes]] = {
    "nothing": (b"", b"", b""),
    "half": (b"GET /healthz HTTP/1.1\r\nHost: lo", b"", b"HTTP/1.1 408"),
    "dripping": (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", b"x", b"HTTP/1.1 408"),
    "blank lines": (b"", b"\r\n", b""),
}
"""How a head may never end: what is sent at first, what goes on dripping, what the server says at its end."""


@pytest.mark.parametrize(
    ("how", "earlier"),
    # An idle connection that was answered before is kept for its 75 s.
    [(how, b"") for how in SLOW_HEADS] + [(how, HEALTH) for how in SLOW_HEADS if how != "nothing"],
)
async def test_a_head_that_never_ends(quick: Served, how: str, earlier: bytes):
    """H-77: it has its time from its first byte, on a new connection and on one that was answered before."""
    begun, drop, answered = SLOW_HEADS[how]
    async with opened(quick, earlier + begun) as (reader, writer):
        if earlier:
            assert (await head_of(reader)).startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(3) == b"ok\n"
        drips = asyncio.create_task(dripping(writer, drop)) if drop else None
        said = await to_the_end(reader)
        assert said.startswith(answered)
        assert bool(said) == bool(answered)
        if drips is not None:
            drips.cancel()


async def test_a_body_that_stops_coming(quick: Served):
    """H-77: its connection ends; one that goes on coming, however slowly in all, is answered."""
    post = b"POST /v1/device.claim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\n"
    async with opened(quick, post + b'{"code":') as (stopped, _), opened(quick, post) as (slow, writer):
        body = b'{"code": "x"}'.ljust(40)
        began = asyncio.get_running_loop().time()
        for place in range(40):
            writer.write(body[place : place + 1])
            await asyncio.sleep(0.03)
        assert asyncio.get_running_loop().time() - began > QUICK.body_s
        assert (await head_of(slow)).startswith(b"HTTP/1.1 404")
        assert await to_the_end(stopped) == b""


async def test_what_was_asked_may_take_long(quick: Served, desk: Desk):
    """H-38: an event stream and a socket outlast the time heads and bodies have."""
    token = await desk.token("service", scopes=["plugin"])
    ask = f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    async with opened(quick, ask) as (stream, _), quick.connect(token) as client, opened(quick) as (idle, _):
        assert (await head_of(stream)).startswith(b"HTTP/1.1 200")
        # Opened last, so once its time is over everybody's is.
        assert await to_the_end(idle) == b""
        assert (await client.ask("session.ping"))["complete"] is True
        assert not stream.at_eof()


async def refused(reader: asyncio.StreamReader) -> dict[str, Any]:
    """The body of a 503."""
    said = await to_the_end(reader)
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in head
    assert b"connection: close" in head
    assert b"content-security-policy: default-src 'none'; frame-ancestors 'none'; sandbox" in head
    answer: dict[str, Any] = json.loads(body)
    return answer


async def test_too_many_connections(desk: Desk, tmp_path: Path):
    """H-77, H-71: the next one is answered 503, by request and by handshake; when one has left there is room."""
    token = await desk.token("service", scopes=["plugin"])
    async with served_by(desk, tmp_path, limits=PATIENT) as served, contextlib.AsyncExitStack() as open_ones:
        await open_ones.enter_async_context(served.connect(token))
        (first, leaving) = await open_ones.enter_async_context(opened(served, HEALTH))
        (second, _) = await open_ones.enter_async_context(opened(served, HEALTH))
        for reader in (first, second):
            assert (await head_of(reader)).startswith(b"HTTP/1.1 200")
        handshake = (
            b"GET /v1/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        for asked in (HEALTH, handshake):
            async with opened(served, asked) as (reader, _):
                answer = await refused(reader)
                assert answer["error"] == {"code": "HOST_UNAVAILABLE", "reason": "TOO_MANY_CONNECTIONS"}
                assert answer["complete"] is False
        leaving.close()

        async def has_room() -> bool:
            async with opened(served, HEALTH) as (reader, _):
                return (await head_of(reader)).startswith(b"HTTP/1.1 200")

        async with asyncio.timeout(WITHIN_S):
            while not await has_room():  # noqa: ASYNC110 (the server hears of it by its own socket)
                await asyncio.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="needs more than one loopback address")
async def test_one_client_does_not_take_all(desk: Desk, tmp_path: Path):
    """H-77, H-71: who has its share is refused, another is served."""
    limits = Limits(connections=10, of_one=2)
    async with served_by(desk, tmp_path, limits=limits) as served, contextlib.AsyncExitStack() as open_ones:
        for _ in range(2):
            (reader, _) = await open_ones.enter_async_context(opened(served, HEALTH, local="127.0.0.2"))
            assert (await head_of(reader)).startswith(b"HTTP/1.1 200")
        async with opened(served, HEALTH, local="127.0.0.2") as (reader, _):
            assert (await refused(reader))["error"]["reason"] == "TOO_MANY_CONNECTIONS"
        async with opened(served, HEALTH) as (reader, _):
            assert (await head_of(reader)).startswith(b"HTTP/1.1 200")


@pytest.mark.skipif(sys.platform != "linux", reason="needs more than one loopback address")
async def test_a_proxy_is_no_client(desk: Desk, tmp_path: Path):
    """H-77: who brings many clients, a balancer or another process, is counted in all alone; whoever else is one."""
    limits = Limits(connections=5, of_one=1, proxies="192.0.2.1, 127.0.0.4/31")
    async with served_by(desk, tmp_path, limits=limits) as served, contextlib.AsyncExitStack() as open_ones:

        async def taken(local: str) -> None:
            (reader, _) = await open_ones.enter_async_context(opened(served, HEALTH, local=local))
            assert (await head_of(reader)).startswith(b"HTTP/1.1 200")

        async def is_refused(local: str) -> None:
            async with opened(served, HEALTH, local=local) as (reader, _):
                assert (await refused(reader))["error"]["reason"] == "TOO_MANY_CONNECTIONS"

        for local in ("127.0.0.2", "127.0.0.4", "127.0.0.4", "127.0.0.5"):
            await taken(local)
        await is_refused("127.0.0.2")
        await taken("127.0.0.5")
        await is_refused("127.0.0.4")


async def test_who_waits_to_be_told_takes_no_place(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """H-77: some are told once they ask, or go when their time is over; beyond them connections are cut off."""
    monkeypatch.setattr(transport, "MAX_TOLD", 1)
    limits = Limits(connections=1, of_one=1, head_s=0.3)
    async with served_by(desk, tmp_path, limits=limits) as served, opened(served, HEALTH) as (reader, _):
        assert (await head_of(reader)).startswith(b"HTTP/1.1 200")
        async with opened(served) as (waiting, _), opened(served) as (cut, _):
            assert await to_the_end(cut) == b""
            assert await to_the_end(waiting) == b""
        async with opened(served, HEALTH) as (reader, _):
            await refused(reader)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, ""),
    ],
)
def test_who_counts_as_one_client(address: str | None, client: str):
    """H-77: a customer's whole IPv6 network is one."""
    assert client_of(address) == client
