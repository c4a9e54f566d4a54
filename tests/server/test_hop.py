"""HTTP to another process: what is asked arrives as it was, and what comes back too, however it is cut up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jumak.server.forward import Forwarder, Unreached, _Body
from jumak.server.hop import MOST_WAITING, Answer, HopConnection, HopError, Hops
from tests.ports import free_port

WITHIN_S = 20
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def another(serve: Serve) -> AsyncIterator[int]:
    """A process that answers connections like this."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def whole(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of a request with a length, or in chunks."""
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    if b"content-length: " in lower:
        return head, await reader.readexactly(int(lower.split(b"content-length: ")[1].split(b"\r\n")[0]))
    body = b""
    while b"chunked" in lower and (size := int(await reader.readuntil(b"\r\n"), 16)):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    return head, body


class Client:
    """Somebody who asks, as a server sees them."""

    def __init__(
        self, *parts: bytes, method: str = "POST", headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": "/v1/x",
            "raw_path": b"/v1/x%20y",
            "query_string": b"a=1",
            "scheme": "http",
            "client": ("10.0.0.9", 1),
            "headers": [(b"host", b"shop.test"), (b"connection", b"keep-alive"), *headers],
        }
        self._parts = list(parts)
        self.gone, self.told = asyncio.Event(), asyncio.Event()
        self.status, self.headers, self.body = 0, dict[bytes, bytes](), b""
        self.ended = False

    async def receive(self) -> dict[str, Any]:
        if self._parts:
            part = self._parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(self._parts)}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message["body"]
            self.told.set()
            self.ended = not message.get("more_body", False)

    async def asks(self, forwarder: Forwarder, port: int, still: bool = True) -> None:
        async def runs_it() -> bool:
            return still

        async with asyncio.timeout(WITHIN_S):
            await forwarder.request(f"http://127.0.0.1:{port}", runs_it, self.scope, self.receive, self.send)


@pytest.fixture
async def forwarder() -> AsyncIterator[Forwarder]:
    forwarder = Forwarder()
    yield forwarder
    await forwarder.close()


LENGTH = ((b"content-length", b"6"),)


async def test_it_arrives_as_it_was_on_one_connection(forwarder: Forwarder) -> None:
    """Line, headers and body; the next request goes over the same connection."""
    heard, connections = [], 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(2):
            heard.append(await whole(reader))
            # In pieces, as a network may have it.
            for piece in (b"HTTP/1.1 201 Cre", b"ated\r\nX-A: 1\r\nContent-Le", b"ngth: 5\r\n\r\nhe", b"llo"):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)

    async with another(serve) as port:
        for _ in range(2):
            client = Client(b"abc", b"def", headers=LENGTH)
            await client.asks(forwarder, port)
            assert (client.status, client.body, client.ended) == (201, b"hello", True)
            assert client.headers == {b"x-a": b"1", b"content-length": b"5"}
    assert connections == 1
    (head, body), _ = heard
    assert body == b"abcdef"
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/x%20y?a=1 HTTP/1.1"
    assert {"host: shop.test", "jumak-hop: 1", "x-forwarded-for: 10.0.0.9", "x-forwarded-proto: http"} < set(
        lines
    )
    assert not any(line.startswith("connection") for line in lines)


async def test_bodies_without_a_length_are_chunked(forwarder: Forwarder) -> None:
    """Both ways; an answer that ends with its connection too."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, body = await whole(reader)
        writer.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        )
        await whole(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nto the end")

    async with another(serve) as port:
        client = Client(b"abc", b"", b"defg", headers=((b"transfer-encoding", b"chunked"),))
        await client.asks(forwarder, port)
        assert (client.status, client.body, client.ended) == (200, b"abcdefg", True)
        assert b"transfer-encoding" not in client.headers
        client = Client(method="GET")
        await client.asks(forwarder, port)
        assert (client.body, client.ended) == (b"to the end", True)


async def test_head_has_no_body_and_what_comes_first_is_no_answer(forwarder: Forwarder) -> None:
    """HEAD with a length; 103 before the answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(
            b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
        )
        await reader.read()

    async with another(serve) as port:
        client = Client(method="HEAD")
        await client.asks(forwarder, port)
        assert (client.status, client.body, client.ended) == (200, b"", True)
        assert client.headers == {b"content-length": b"7"}


async def test_a_stream_is_passed_on_as_it_comes_and_ends_with_its_client(forwarder: Forwarder) -> None:
    """Server-sent events: nothing waits for more; who is gone frees the connection at the other end."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        assert await reader.read() == b""
        over.set()

    async with another(serve) as port:
        client = Client(method="GET")
        asking = asyncio.create_task(client.asks(forwarder, port))
        async with asyncio.timeout(WITHIN_S):
            await client.told.wait()
            assert client.body == b"first"
            client.gone.set()
            await asking
            await over.wait()
    assert not client.ended


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"nonsense\r\n\r\n"])
async def test_one_that_goes_before_it_answers(forwarder: Forwarder, said: bytes) -> None:
    """It may have done it: the caller is told to ask again."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(said)

    async with another(serve) as port:
        client = Client(b"abcdef", headers=LENGTH)
        await client.asks(forwarder, port)
    assert client.status == 504
    assert b"NOT_ANSWERED" in client.body


async def test_one_that_goes_while_it_answers(forwarder: Forwarder) -> None:
    """A body that is cut short is not passed on as a whole one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    async with another(serve) as port:
        client = Client(b"abcdef", headers=LENGTH)
        with pytest.raises(HopError):
            await client.asks(forwarder, port)
    assert not client.ended


async def test_nobody_listens(forwarder: Forwarder) -> None:
    """Nothing was asked, nothing of the body was read."""
    client = Client(b"abcdef", headers=LENGTH)
    with pytest.raises(Unreached):
        await client.asks(forwarder, free_port())
    assert (await client.receive())["body"] == b"abcdef"


async def test_a_connection_that_was_closed_meanwhile_is_not_used(forwarder: Forwarder) -> None:
    """The other end closes what is idle: the next request makes a new one."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await whole(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async with another(serve) as port:
        hops: Hops = forwarder._hops
        for number in range(1, 4):
            client = Client(b"abcdef", headers=LENGTH)
            await client.asks(forwarder, port)
            assert (client.body, connections) == (b"ok", number)
            async with asyncio.timeout(WITHIN_S):
                # Nobody tells of it, for nobody is there to be told.
                while not all(each.lost for idle in hops._idle.values() for _, each in idle):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)


async def test_a_slow_client_holds_up_a_large_answer(forwarder: Forwarder) -> None:
    """What nobody takes is not heaped up here."""
    size = MOST_WAITING * 12

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(12):
            writer.write(bytes(MOST_WAITING))
            await writer.drain()

    async with another(serve) as port:
        hops, largest = Hops(), 0
        connection = await hops.connection("127.0.0.1", port, WITHIN_S)
        answer = await connection.ask(b"GET", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        got = 0
        async with asyncio.timeout(WITHIN_S):
            async for part in answer.parts():
                got, largest = got + len(part), max(largest, len(part))
                # Long enough for all of it to come, were it not held up.
                for _ in range(20):
                    await asyncio.sleep(0)
        hops.give_back("127.0.0.1", port, connection, asked_whole=True)
        await hops.close()
    assert got == size
    assert largest <= MOST_WAITING * 2 + (1 << 18)


async def test_a_line_break_makes_no_second_request(forwarder: Forwarder) -> None:
    """Our own parser lets none through; were it otherwise nothing is sent."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    async with another(serve) as port:
        client = Client(b"abcdef", headers=(*LENGTH, (b"x", b"1\r\n\r\nGET /evil HTTP/1.1")))
        with pytest.raises(AssertionError):
            await client.asks(forwarder, port)
    assert heard in ([], [b""])


async def test_an_answer_nobody_took_leaves_no_connection_behind(forwarder: Forwarder) -> None:
    """It ended while reading was held up: whoever asked on it next would wait for ever."""
    size = MOST_WAITING + 1

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + bytes(size))
        await reader.read()

    async with another(serve) as port:
        hops = Hops()
        connection = await hops.connection("127.0.0.1", port, WITHIN_S)
        async with asyncio.timeout(WITHIN_S):
            answer = await connection.ask(b"GET", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            while not answer.is_whole:
                await connection.more()
        assert connection.reusable
        hops.give_back("127.0.0.1", port, connection, asked_whole=True)
        again = await hops.connection("127.0.0.1", port, WITHIN_S)
        assert again is not connection
        again.close()
        await hops.close()


async def test_a_request_is_whole_once_its_last_byte_is_sent(forwarder: Forwarder) -> None:
    """One that is cut off before the last chunk is followed by none on that connection."""
    body = _Body(Client(b"abc").receive)
    sent: list[bytes] = []

    class Stuck(HopConnection):
        async def send(self, part: bytes) -> None:
            sent.append(part)
            if part == b"0\r\n\r\n":
                raise HopError("gone")

    head: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    with pytest.raises(HopError):
        await forwarder._sent(Stuck(), head, body, chunked=True)
    assert sent == [b"3\r\nabc\r\n", b"0\r\n\r\n"]
    assert not body.is_whole


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"/v1/a%23b", b"GET /v1/a%23b?a=1 HTTP/1.1"),
        (b"/v1/a%3Fb%20c", b"GET /v1/a%3Fb%20c?a=1 HTTP/1.1"),
        (b"/v1/a#b", None),
    ],
)
async def test_a_socket_is_asked_for_as_it_came(forwarder: Forwarder, raw: bytes, line: bytes | None) -> None:
    """The path stays as it was written; one that is no address is refused, and nothing breaks."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = Client().scope | {"type": "websocket", "scheme": "ws", "path": "/v1/decoded", "raw_path": raw}
    scope |= {"extensions": {"websocket.http.response": {}}}
    async with another(serve) as port, asyncio.timeout(WITHIN_S):
        await forwarder.socket(f"http://127.0.0.1:{port}", scope, receive, send)
    assert [head.split(b"\r\n")[0] for head in heard] == ([] if line is None else [line])
    assert told[0]["status"] == (400 if line is None else 404)
