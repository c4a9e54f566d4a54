"""The load generator, a process of its own: `python -m bench.load KIND ...` prints one line of JSON.

Plain protocols on the event loop and requests made beforehand, so that the generator stays far quicker
than what it measures. Every reply is checked for `"complete":true`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import cast

import msgspec
from uvloop import new_event_loop

from bench.menu import order_bodies
from bench.report import Cash, Load, Pushes

_COMPLETE = b'{"complete":true'
_END = b"\r\n\r\n"
_TEMPLATES = 64


class Orders:
    """Endless different orders, each with a key nobody used before."""

    def __init__(self) -> None:
        self._bodies = order_bodies(_TEMPLATES)
        self._run = os.urandom(5).hex()
        self._numbers = count()

    def body(self) -> bytes:
        """`data` of the next `order.add`."""
        number = next(self._numbers)
        before, after = self._bodies[number % _TEMPLATES]
        return b"%b%b%010d%b" % (before, self._run.encode(), number, after)


class Made:
    """What `order.add` answered: orders to be paid."""

    def __init__(self) -> None:
        self._owed: list[tuple[bytes, bytes]] = []
        self._number, self._run = count(), os.urandom(5).hex().encode()

    def answered(self, reply: bytes) -> None:
        """Keeps an order's id and what is to be paid."""
        self._owed.append(
            (_after(reply, b'"order":{"id":"', b'"'), _after(reply, b'"paymentUnpaidValue":', b",}"))
        )

    def body(self) -> bytes | None:
        """`data` of `payment.start` for the next one, all of it in cash; None when every order is paid."""
        if not self._owed:
            return None
        order, unpaid = self._owed.pop()
        return b'{"orderId":"%b","tender":"CASH","amount":%b,"expectedUnpaid":%b,"commandId":"%b-%010d"}' % (
            order,
            unpaid,
            unpaid,
            self._run,
            next(self._number),
        )


def _after(reply: bytes, begin: bytes, ends: bytes) -> bytes:
    start = reply.index(begin) + len(begin)
    end = start
    while reply[end] not in ends:
        end += 1
    return reply[start:end]


class HttpClient(asyncio.Protocol):
    """One connection that sends the next request as soon as the last one is answered."""

    def __init__(self, load: HttpLoad) -> None:
        self._load, self._begun = load, 0.0
        self._received, self._needed = b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self.send()

    def send(self) -> None:
        """The next request, if there is one."""
        body = self._load.body()
        if body is None:
            self._transport.close()
            self._load.finished()
            return
        request = self._load.head % len(body) + body
        self._begun = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._needed:
            data = self._received + data
        elif (end := data.find(_END)) < 0:
            self._received, self._needed = data, 1
            return
        if self._needed <= 1:
            end = data.find(_END)
            if end < 0:
                self._received = data
                return
            start = data.find(b"content-length: ") + 16
            self._needed = end + 4 + int(data[start : data.find(b"\r\n", start)])
        if len(data) < self._needed:
            self._received = data
            return
        self._needed = 0
        if _COMPLETE not in data:
            self._load.fail(data)
            return
        self._load.times.append(time.perf_counter() - self._begun)
        self._load.answered(data)
        if time.perf_counter() < self._load.until:
            self.send()
        else:
            self._transport.close()
            self._load.finished()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._load.fail(repr(exc).encode())


class HttpLoad:
    """So many connections for so long, or until there is no more to ask.

    body: `data` of the next request.  answered: is given each reply.
    """

    def __init__(
        self,
        token: str,
        seconds: float,
        clients: int,
        *,
        name: str = "order.add",
        body: Callable[[], bytes | None] | None = None,
        answered: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self.body, self.answered = Orders().body if body is None else body, answered
        self.head = (
            b"POST /v1/%b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n"
            b"Content-Type: application/json\r\nContent-Length: %%d\r\n\r\n" % (name.encode(), token.encode())
        )
        self.times: list[float] = []
        self.until = 0.0
        self._seconds, self._left = seconds, clients
        self._clients = clients
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, answer: bytes) -> None:
        """An answer that is none."""
        if not self._done.done():
            self._done.set_exception(RuntimeError(answer[-2_000:].decode(errors="replace")))

    def finished(self) -> None:
        """One connection is through."""
        self._left -= 1
        if not self._left and not self._done.done():
            self._done.set_result(None)

    async def run(self, port: int) -> Load:
        """Runs it."""
        loop = asyncio.get_running_loop()
        begun = time.perf_counter()
        self.until = begun + self._seconds
        for _ in range(self._clients):
            await loop.create_connection(lambda: HttpClient(self), "127.0.0.1", port)
        await self._done
        return _load(self.times, time.perf_counter() - begun)


async def cash(port: int, token: str, seconds: float, clients: int) -> Cash:
    """Orders for so long, then those orders paid in cash, one message each, over as many connections."""
    made = Made()
    orders = await HttpLoad(token, seconds, clients, answered=made.answered).run(port)
    payments = await HttpLoad(token, seconds, clients, name="payment.start", body=made.body).run(port)
    return Cash(orders=orders, payments=payments)


def masked(text: bytes) -> bytes:
    """A client's text frame; its mask is zero, which is as good as any other against a server of ours."""
    size = len(text)
    if size < 126:
        head = bytes((0x81, 0x80 | size))
    elif size < 65_536:
        head = b"\x81\xfe" + size.to_bytes(2, "big")
    else:
        head = b"\x81\xff" + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + text


class Socket(asyncio.Protocol):
    """A WebSocket client that hands every text frame to `take`; connected once `opened` is done."""

    def __init__(
        self, take: Callable[[memoryview], None], path: str = "/v1/socket", host: str = "localhost"
    ) -> None:
        self._take, self._path, self._host = take, path, host
        self._buffer = b""
        self._upgraded = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def send(self, text: bytes) -> None:
        """One frame."""
        self._transport.write(masked(text))

    def close(self) -> None:
        """No more."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        if not self._upgraded:
            end = data.find(_END)
            if end < 0:
                self._buffer = data
                return
            self._upgraded = True
            if b" 101 " in data[:20]:
                self.opened.set_result(None)
            else:
                self.opened.set_exception(RuntimeError(data.decode(errors="replace")))
            data = data[end + 4 :]
        view, at, size = memoryview(data), 0, len(data)
        while size - at >= 2:
            length, start = data[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start + length > size:
                break
            kind = data[at] & 0x0F
            if kind == 1:
                self._take(view[start : start + length])
            elif kind == 9:
                self._transport.write(
                    b"\x8a" + bytes((0x80 | length,)) + b"\0\0\0\0" + view[start : start + length]
                )
            at = start + length
        self._buffer = data[at:]


async def connected(take: Callable[[memoryview], None], port: int, host: str = "localhost") -> Socket:
    """An open WebSocket. host: what it asks for."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Socket(take, host=host), "127.0.0.1", port)
    await client.opened
    return client


def opening(token: str) -> bytes:
    """The first frame of a session."""
    client = b'{"name":"bench","version":"1"}'
    return (
        b'{"name":"session.open.request","version":1,"callbackId":"open","data":{"token":"%b","client":%b}}'
        % (
            token.encode(),
            client,
        )
    )


def subscription(*names: bytes) -> bytes:
    """Asks for the pushes the plugin listens to, as an SDK does."""
    listed = b",".join(b'"%b"' % name for name in names)
    return b'{"name":"subscribe.request","version":1,"callbackId":"subscribe","data":{"names":[%b]}}' % listed


async def socket_load(port: int, token: str, seconds: float, in_flight: int) -> Load:
    """One plugin that listens to order changes and keeps so many orders under way."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    orders, times, sent = Orders(), [], dict[bytes, float]()
    reply = b'{"name":"order.add.response","version":1,"callbackId":"'
    numbers, until, begun = count(), 0.0, 0.0

    def send() -> None:
        callback_id = b"%010d" % next(numbers)
        frame = b'{"name":"order.add.request","version":1,"callbackId":"%b","data":%b}' % (
            callback_id,
            orders.body(),
        )
        sent[callback_id] = time.perf_counter()
        client.send(frame)

    def take(frame: memoryview) -> None:
        nonlocal until, begun
        head = bytes(frame[:100])
        if head.startswith(reply):
            if _COMPLETE not in head:
                done.set_exception(RuntimeError(bytes(frame[:2_000]).decode()))
                return
            now = time.perf_counter()
            times.append(now - sent.pop(head[len(reply) : len(reply) + 10]))
            if now < until:
                send()
            elif not sent and not done.done():
                done.set_result(None)
        elif head.startswith((b'{"name":"session.open.response"', b'{"name":"subscribe.response"')):
            if _COMPLETE not in head:
                done.set_exception(RuntimeError(bytes(frame).decode()))
                return
            if head.startswith(b'{"name":"session'):
                client.send(subscription(b"order.change.event"))
                return
            begun = time.perf_counter()
            until = begun + seconds
            for _ in range(in_flight):
                send()

    client = await connected(take, port)
    client.send(opening(token))
    await done
    took = time.perf_counter() - begun
    client.close()
    return _load(times, took)


async def pushes(port: int, token: str, rounds: int) -> Pushes:
    """When a subscriber heard of orders that another connection sends one after the other (monotonic seconds)."""
    loop = asyncio.get_running_loop()
    orders, heard, seen = Orders(), list[float](), asyncio.Event()
    waiting: dict[str, asyncio.Future[None]] = {
        name: loop.create_future() for name in ("subscriber", "answer")
    }

    def subscriber(frame: memoryview) -> None:
        now = time.perf_counter()
        head = bytes(frame[:40])
        if head.startswith(b'{"name":"order.change.event"'):
            heard.append(now)
            seen.set()
        elif head.startswith((b'{"name":"session.open', b'{"name":"subscribe.')):
            waiting["subscriber"].set_result(None)

    def sender(frame: memoryview) -> None:
        if bytes(frame[:31]) != b'{"name":"order.change.event","v' and not waiting["answer"].done():
            waiting["answer"].set_result(None)

    listening = await connected(subscriber, port)
    listening.send(opening(token))
    await waiting["subscriber"]
    waiting["subscriber"] = loop.create_future()
    listening.send(subscription(b"order.change.event"))
    await waiting["subscriber"]
    sending = await connected(sender, port)
    sending.send(opening(token))
    await waiting["answer"]
    # A sender that listens to nothing: the way to the one subscriber is what is measured.
    waiting["answer"] = loop.create_future()
    sending.send(subscription())
    await waiting["answer"]
    for number in range(rounds):
        seen.clear()
        waiting["answer"] = loop.create_future()
        sending.send(
            b'{"name":"order.add.request","version":1,"callbackId":"%d","data":%b}' % (number, orders.body())
        )
        await seen.wait()
        await waiting["answer"]
    listening.close()
    sending.close()
    return Pushes(heard)


async def echoes(port: int, rounds: int) -> Load:
    """Round trips of a frame of a push's size, one after the other."""
    frame = (
        b'{"name":"order.change.event","version":1,"seq":123456,"data":{"type":"add","order":{"id":"%032d"}}}'
        % 1
    )
    times, back = [], asyncio.Event()

    def take(_: memoryview) -> None:
        times.append(time.perf_counter() - begun)
        back.set()

    client = await connected(take, port)
    start = time.perf_counter()
    for _ in range(rounds):
        back.clear()
        begun = time.perf_counter()
        client.send(frame)
        await back.wait()
    client.close()
    return _load(times, time.perf_counter() - start)


def _load(times: list[float], seconds: float) -> Load:
    ordered = sorted(times)
    return Load(
        orders=len(times),
        per_s=len(times) / seconds,
        p50_s=statistics.median(ordered),
        p99_s=ordered[len(ordered) * 99 // 100],
    )


async def _run(wanted: argparse.Namespace) -> Load | Pushes | Cash:
    match wanted.kind:
        case "http":
            return await HttpLoad(wanted.token, wanted.seconds, wanted.clients).run(wanted.port)
        case "cash":
            return await cash(wanted.port, wanted.token, wanted.seconds, wanted.clients)
        case "socket":
            return await socket_load(wanted.port, wanted.token, wanted.seconds, wanted.clients)
        case "pushes":
            return await pushes(wanted.port, wanted.token, wanted.rounds)
        case _:
            return await echoes(wanted.port, wanted.rounds)


def main() -> None:
    """Runs one load."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("http", "cash", "socket", "pushes", "echo"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=300)
    gc.disable()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        outcome = runner.run(_run(parser.parse_args()))
    sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")


if __name__ == "__main__":
    main()
