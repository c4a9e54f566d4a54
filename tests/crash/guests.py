"""Clients that order through kills of the server, and remember every word they were told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import websockets

from tests.service.asking import a_line, an_order

LOST = (httpx.TransportError, websockets.WebSocketException, OSError, EOFError)
"""What a client sees of a server that died."""

AWAY = ("HOST_UNAVAILABLE", "TIMEOUT")
"""What a server says whose shop is somewhere else by now, or whose database is away."""

ANSWER_WITHIN_S = 30.0

Answer = dict[str, Any]


class Server(Protocol):
    """What clients know of a server. up: whether it is worth trying; url: where, each time."""

    up: asyncio.Event

    @property
    def url(self) -> str:
        """`http://name:port`."""


class Line(Protocol):
    """A way to ask."""

    async def ask(self, name: str, data: Answer, command_id: str) -> Answer:
        """The answer, a refusal too. Raises one of LOST when there is none."""

    async def close(self) -> None:
        """Until it is used again."""


class HttpLine:
    """Requests by HTTP; the command's id in the header `Idempotency-Key`."""

    def __init__(self, server: Server, token: str) -> None:
        self._server, self._token = server, token
        self._http: httpx.AsyncClient | None = None

    async def ask(self, name: str, data: Answer, command_id: str) -> Answer:
        if self._http is None:
            self._http = httpx.AsyncClient(
                base_url=self._server.url, trust_env=False, timeout=ANSWER_WITHIN_S
            )
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": command_id}
        return (await self._http.post(f"/v1/{name}", json=data, headers=headers)).json()

    async def close(self) -> None:
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()


class SocketLine:
    """Requests by WebSocket; the command's id beside the keys of `data`."""

    def __init__(self, server: Server, token: str) -> None:
        self._server, self._token = server, token
        self._socket: websockets.ClientConnection | None = None
        self._number = 0

    async def ask(self, name: str, data: Answer, command_id: str) -> Answer:
        if self._socket is None:
            self._socket = await open_socket(self._server)
            await self._exchange("session.open", {"token": self._token, "client": CLIENT})
            await self._exchange("subscribe", {"names": []})
        return await self._exchange(name, data | {"commandId": command_id})

    async def close(self) -> None:
        if self._socket is not None:
            socket, self._socket = self._socket, None
            await socket.close()

    async def _exchange(self, name: str, data: Answer) -> Answer:
        assert self._socket is not None
        self._number += 1
        frame = {"name": f"{name}.request", "version": 1, "callbackId": str(self._number), "data": data}
        await self._socket.send(json.dumps(frame))
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                answer = json.loads(await self._socket.recv())
                if answer.get("callbackId") == str(self._number):
                    return answer["data"]


CLIENT = {"name": "guest", "version": "1"}


async def open_socket(server: Server) -> websockets.ClientConnection:
    url = urlsplit(server.url)
    # A shop among others has a name below localhost, which not every machine can look up.
    return await websockets.connect(
        f"ws://{url.netloc}/v1/socket",
        host="127.0.0.1",
        port=url.port,
        compression=None,
        proxy=None,
        max_size=None,
        close_timeout=1,
    )


class Guest:
    """Orders, orders more, pays, completes or cancels, one command at a time, without end.

    A command without an answer is sent again, under the same id, until it has one; so in the end
    the shop holds exactly what this guest was told.
    """

    def __init__(
        self,
        number: int,
        server: Server,
        line: Line,
        seed: int,
        answered: Callable[[], None],
    ) -> None:
        self.number, self.orders, self.payments = number, {}, {}
        self.orders: dict[str, Answer]
        """Orders by id as last told."""
        self.payments: dict[str, Answer]
        """Payments by id, as sent."""
        self.cancelled: set[str] = set()
        self.resent = 0
        self.refused: list[Answer] = []
        self._server, self._line, self._answered = server, line, answered
        self._chance = random.Random(seed * 1_000 + number)
        self._commands = 0
        self._open: Answer | None = None
        self._wanted: list[int] = []

    async def live(self, over: asyncio.Event) -> None:
        """Goes on until `over`; what is under way then is answered first."""
        try:
            while not over.is_set():
                await self._act()
        finally:
            await self._line.close()

    async def _act(self) -> None:
        if self._open is None:
            await self._order()
            return
        await self._chance.choices((self._order_more, self._pay, self._complete, self._cancel), (4, 4, 1, 1))[
            0
        ]()

    async def _order(self) -> None:
        self._wanted = [self._chance.randint(1, 3), 0, 0]
        dto = self._dto() | {"orderKey": f"g{self.number}-{self._commands}"}
        if self.number < 4:
            dto["tableId"] = self.number + 1
        reply = await self._command("order.add", {"order": dto})
        self._told(reply, expected_key=dto["orderKey"])

    async def _order_more(self) -> None:
        assert self._open is not None
        self._wanted[self._chance.randrange(3)] += 1
        reply = await self._command("order.add-menu", {"id": self._open["id"], "order": self._dto()})
        self._told(reply)

    async def _pay(self) -> None:
        assert self._open is not None
        unpaid = self._open["paymentPrice"]["paymentUnpaidValue"]
        amount = unpaid if self._chance.random() < 0.5 else self._chance.randint(1, unpaid)
        tax = (2 * amount + 11) // 22
        dto = {
            "sourceType": "EXTERNAL",
            "orderId": self._open["id"],
            "amountMoney": amount,
            "taxMoney": tax,
            "supplyMoney": amount - tax,
            "tipMoney": 0,
            "approvedNo": f"{self._commands:08d}",
            "approvedAt": "2026-02-02T12:00:00",
            "paymentKey": f"p{self.number}-{self._commands}",
        }
        asked = {"order": {"id": self._open["id"]}, "paymentDto": dto}
        reply = await self._command("payment.add", asked)
        if reply is not None:
            payment = reply["payment"]
            assert {key: payment[key] for key in ("amountMoney", "paymentKey", "approvedNo")} == {
                key: dto[key] for key in ("amountMoney", "paymentKey", "approvedNo")
            }
            assert payment["id"] not in self.payments
            self.payments[payment["id"]] = dto
            await self._look()

    async def _complete(self) -> None:
        assert self._open is not None
        self._told(await self._command("order.complete", {"id": self._open["id"]}))

    async def _cancel(self) -> None:
        assert self._open is not None
        if await self._command("order.cancel", {"id": self._open["id"]}) is not None:
            self.cancelled.add(self._open["id"])
            await self._look()

    async def _look(self) -> None:
        assert self._open is not None
        self._told(await self._command("order.get", {"id": self._open["id"]}))

    def _dto(self) -> Answer:
        numbers = ((1, 2, 4)[place] for place in range(3))
        lines = [a_line(number, quantity=n) for number, n in zip(numbers, self._wanted, strict=True) if n]
        return an_order(*lines)

    def _told(self, reply: Answer | None, expected_key: str | None = None) -> None:
        if reply is None:
            return
        order = reply["order"]
        if expected_key is not None:
            assert order["orderKey"] == expected_key
            assert order["id"] not in self.orders
        assert [line["quantity"]["value"] for line in by_item(order)] == [n for n in self._wanted if n]
        self.orders[order["id"]] = order
        self._open = order if order["orderState"] == "OPENED" else None

    async def _command(self, name: str, data: Answer) -> Answer | None:
        """The answer, however often it takes; None for a refusal."""
        self._commands += 1
        command_id = f"guest-{self.number}-{self._commands}"
        failures = 0
        while True:
            await self._server.up.wait()
            try:
                reply = await self._line.ask(name, data, command_id)
                break
            except LOST:
                failures += 1
                assert failures < 100, f"{name}: nobody answers"
                self.resent += 1
                with contextlib.suppress(*LOST):
                    await self._line.close()
                await asyncio.sleep(0)
        self._answered()
        if reply["complete"]:
            return reply
        self.refused.append(reply)
        return None


def by_item(order: Answer) -> list[Answer]:
    """The lines in the sequence guests count in."""
    places = {line["item"]["id"]: place for place, line in enumerate((a_line(1), a_line(2), a_line(4)))}
    return sorted(order["lineItems"], key=lambda line: places[line["item"]["id"]])


class Listener:
    """Hears every push once: ignores what it has had already, resumes after what it had last.

    pause_s: before it connects again.
    """

    def __init__(self, server: Server, token: str, pause_s: float = 0.0) -> None:
        self._server, self._token, self._pause_s = server, token, pause_s
        self.heard: list[tuple[int, str, Any]] = []
        """Number, name and data of the store events, in the order they came."""
        self.doubles = 0
        self.resumes = 0
        self._reached: tuple[int, asyncio.Event] = (0, asyncio.Event())

    @property
    def seq(self) -> int:
        """The last number handled."""
        return self.heard[-1][0] if self.heard else 0

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            await self._server.up.wait()
            with contextlib.suppress(*LOST):
                await self._connected()
            await asyncio.sleep(self._pause_s)

    async def reach(self, seq: int) -> None:
        """Waits until this number was heard."""
        event = asyncio.Event()
        self._reached = (seq, event)
        if self.seq < seq:
            await asyncio.wait_for(event.wait(), ANSWER_WITHIN_S)

    async def _connected(self) -> None:
        async with await open_socket(self._server) as socket:
            asked = {"token": self._token, "client": CLIENT, "resumeAfter": self.seq}
            frame = {"name": "session.open.request", "version": 1, "callbackId": "open", "data": asked}
            await socket.send(json.dumps(frame))
            opened = json.loads(await socket.recv())["data"]
            if opened.get("error", {}).get("code") in AWAY:
                return
            assert opened["resumed"] is True, opened
            self.resumes += 1
            async for message in socket:
                push = json.loads(message)
                if "seq" in push:
                    self._hear(push["seq"], push["name"], push["data"])

    def _hear(self, seq: int, name: str, data: Any) -> None:
        if seq <= self.seq:
            self.doubles += 1
            return
        self.heard.append((seq, name, data))
        if seq >= self._reached[0]:
            self._reached[1].set()


class StreamListener(Listener):
    """The same over server-sent events."""

    async def _connected(self) -> None:
        url = urlsplit(self._server.url)
        headers = {
            "Host": url.netloc,
            "Authorization": f"Bearer {self._token}",
            "Last-Event-ID": str(self.seq),
        }
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{url.port}", trust_env=False, timeout=None) as http,
            http.stream("GET", "/v1/events", headers=headers) as stream,
        ):
            if stream.status_code in (503, 504):
                return
            self.resumes += 1
            event: dict[str, str] = {}
            async for line in stream.aiter_lines():
                if line and not line.startswith(":"):
                    key, _, value = line.partition(": ")
                    event[key] = value
                elif event:
                    assert event["event"] != "gap"
                    if "id" in event:
                        self._hear(int(event["id"]), event["event"], json.loads(event["data"]))
                    event = {}
