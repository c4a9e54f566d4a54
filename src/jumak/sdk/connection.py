"""One session with the shop that survives lost connections (contract, python-sdk §3, wire §9-10).

Requests wait in a table until their reply comes. When the connection is lost, what may safely be
sent again stays in the table and goes out on the next connection; a write that may have been
received is given up with `ConnectionLost`, because sending it again is its caller's decision.
"""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from jumak.protocol.table import TABLE
from jumak.sdk.errors import ConnectionLost, PosPluginSdkError, PosPluginSdkTimeoutError
from jumak.sdk.events import Push
from jumak.sdk.transport import Connector, Transport

log = logging.getLogger("jumak.sdk")

TIMEOUT_S = 30.0
RETRY_WAITS_S = (0.0, 1.0, 2.0)
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
RETRIED = ("storage.", "secure-store.", "plugin.info.", "merchant.info.", "device.info.")
"""Messages that may be sent again even when they were received: the shop makes nothing of a repeat."""

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Envelope(Struct, frozen=True, rename="camel"):
    """A message from the shop."""

    name: str | None = None
    callback_id: str | None = None
    data: Any = None
    seq: int | None = None


class Pending:
    """A request whose reply has not come."""

    __slots__ = ("command_id", "frame", "name", "repeatable", "reply", "sent")

    def __init__(self, name: str, frame: bytes, *, repeatable: bool, command_id: str | None) -> None:
        self.name, self.frame = name, frame
        self.repeatable, self.command_id = repeatable, command_id
        self.sent = False
        self.reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()


class Session(Struct, frozen=True, kw_only=True, rename="camel"):
    """What the shop answered to the first frame."""

    seq: int
    resumed: bool
    scopes: tuple[str, ...] = ()
    plugin: dict[str, Any] | None = None
    device: dict[str, Any] | None = None
    server_time: str = ""


class Connection:
    """Sends requests, hands on pushes, answers the shop's own requests.

    reconnect: open a new connection when one is lost.  resume_after: asked before each opening
    after the first.  on_open: called after each opening, before anything else is sent.  on_lost: called
    when a connection ended.  failed: told which request of the shop was refused by an error, and by which.
    """

    def __init__(
        self,
        connector: Connector,
        token: str,
        client: Mapping[str, str],
        *,
        reconnect: bool,
        on_push: Callable[[Push], None],
        resume_after: Callable[[], int],
        on_open: Callable[[Session, bool], None],
        on_lost: Callable[[], None],
        failed: Callable[[str, Exception], None],
        chance: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connector, self._token, self._client = connector, token, dict(client)
        self._reconnect = reconnect
        self._on_push, self._resume_after, self._on_open = on_push, resume_after, on_open
        self._on_lost, self._failed = on_lost, failed
        self._chance, self._sleep = chance or random.Random(), sleep  # noqa: S311 (jitter, no secret)
        self._transport: Transport | None = None
        self._pending: dict[str, Pending] = {}
        self._answers: dict[str, Answer] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._unsent: list[bytes] = []
        self._announced: dict[Hashable, bytes] = {}
        self._reader: asyncio.Task[None] | None = None
        self._names: tuple[str, ...] | None = ()
        self._subscribed: tuple[str, ...] | None = None
        self._subscribing: dict[str, asyncio.Future[None]] = {}
        self._opened = self._opened_before = False
        self._closing = False
        self.info: dict[str, Any] = {}
        self.ended: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Opens the session and keeps it. Raises PosPluginSdkError (bad token) or ConnectionLost."""
        transport = await self._connect()
        self._reader = asyncio.create_task(self._keep(transport))

    async def close(self) -> None:
        """Ends the session; what still waits is given up."""
        self._closing = True
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        for task in self._answering:
            task.cancel()
        if self._transport is not None:
            await self._transport.close()
            self._transport = None
        self._give_up(everything=True)

    async def request(
        self,
        name: str,
        data: Mapping[str, Any],
        *,
        timeout_s: float = TIMEOUT_S,
        command_id: str | None = None,
    ) -> dict[str, Any]:
        """The reply's data. Raises PosPluginSdkError, PosPluginSdkTimeoutError or ConnectionLost."""
        row = TABLE.get(name)
        write = row is None or row.write
        body = dict(data)
        if write:
            command_id = command_id or body.get("commandId") or uuid.uuid4().hex
            body["commandId"] = command_id
        repeatable = not write or name.startswith(RETRIED)
        waits = RETRY_WAITS_S if name.startswith(RETRIED) else ()
        for wait in (*waits, None):
            try:
                return await self._once(name, body, timeout_s, command_id, repeatable)
            except PosPluginSdkTimeoutError:
                if wait is None:
                    raise
                await self._sleep(wait)
        raise AssertionError("the last round returns or raises")

    def notify(self, name: str, data: Any, version: int = 1) -> None:
        """A message nobody answers; it vanishes while offline."""
        if self._transport is not None:
            self._transport.send(msgspec.json.encode({"name": name, "version": version, "data": data}))

    def announce(self, key: Hashable, name: str, data: Any) -> None:
        """A notification that holds as long as a session: sent now, and again on every new connection.

        key: the same again replaces; `withdraw` ends it.
        """
        self._announced[key] = msgspec.json.encode({"name": name, "version": 1, "data": data})
        if self._transport is not None:
            self._transport.send(self._announced[key])

    def withdraw(self, key: Hashable) -> None:
        """Announces this no more."""
        self._announced.pop(key, None)

    def answer(self, name: str, answer: Answer) -> None:
        """Answers a request of the shop; what it raises is sent as a refusal."""
        self._answers[name] = answer

    def narrow(self, names: tuple[str, ...] | None) -> None:
        """Which pushes are wanted from here on, None for all of them."""
        self._names = names
        if self._transport is not None and self._opened:
            self._subscribe(self._transport)

    async def _once(
        self, name: str, body: Mapping[str, Any], timeout_s: float, command_id: str | None, repeatable: bool
    ) -> dict[str, Any]:
        if self._closing or self.ended.done():
            raise ConnectionLost("the connection to the shop is closed")
        callback_id = uuid.uuid4().hex[:20]
        frame = msgspec.json.encode({"name": name, "version": 1, "callbackId": callback_id, "data": body})
        pending = Pending(name, frame, repeatable=repeatable, command_id=command_id)
        self._pending[callback_id] = pending
        try:
            async with asyncio.timeout(timeout_s):
                # What a handler was registered for must not be missed when this call causes it.
                await self._subscribed_for_sure()
                if self._transport is not None and self._opened and not pending.sent:
                    self._send(self._transport, pending)
                reply = await pending.reply
        except TimeoutError:
            raise PosPluginSdkTimeoutError(name, timeout_s, command_id if pending.sent else None) from None
        finally:
            self._pending.pop(callback_id, None)
        if reply.get("complete") is not True:
            raise PosPluginSdkError.of_reply(reply)
        return {key: value for key, value in reply.items() if key != "complete"}

    async def _subscribed_for_sure(self) -> None:
        """Waits until the shop has taken the subscriptions sent so far."""
        while self._subscribing:
            await asyncio.wait(list(self._subscribing.values()))

    def _settle_subscription(self, callback_id: str) -> None:
        taken = self._subscribing.pop(callback_id)
        if not taken.done():
            taken.set_result(None)

    def _send(self, transport: Transport, pending: Pending) -> None:
        pending.sent = True
        transport.send(pending.frame)

    async def _connect(self) -> Transport:
        """Opens a connection and its session: first frame, plugin info, then what waited."""
        first = not self._opened_before
        transport = await self._connector()
        try:
            opening: dict[str, Any] = {"token": self._token, "client": self._client}
            if not first:
                opening["resumeAfter"] = self._resume_after()
            early: list[Envelope] = []
            reply = await self._ask(transport, "session.open.request", opening, early)
            self._on_open(msgspec.convert(reply, Session), first)
            self.info = await self._ask(transport, "plugin.info.request", {}, early)
        except BaseException:
            await transport.close()
            raise
        self._transport, self._opened, self._opened_before = transport, True, True
        self._subscribed = None
        self._subscribe(transport)
        for frame in (*self._announced.values(), *self._unsent):
            transport.send(frame)
        self._unsent.clear()
        for pending in list(self._pending.values()):
            self._send(transport, pending)
        for envelope in early:
            self._take(envelope)
        return transport

    async def _ask(
        self, transport: Transport, name: str, data: Mapping[str, Any], early: list[Envelope]
    ) -> dict[str, Any]:
        """A request of the opening, before anything else is read; pushes in between are kept."""
        callback_id = uuid.uuid4().hex[:20]
        transport.send(
            msgspec.json.encode({"name": name, "version": 1, "callbackId": callback_id, "data": data})
        )
        async with asyncio.timeout(TIMEOUT_S):
            while (message := await transport.receive()) is not None:
                envelope = msgspec.json.decode(message, type=Envelope)
                if envelope.callback_id != callback_id:
                    early.append(envelope)
                elif envelope.data.get("complete") is True:
                    return dict(envelope.data)
                else:
                    raise PosPluginSdkError.of_reply(envelope.data)
        raise ConnectionLost("the shop closed the connection while it was opened")

    def _subscribe(self, transport: Transport) -> None:
        """Narrows this socket to what has handlers. A new socket gets everything until told."""
        if self._names == self._subscribed:
            return
        self._subscribed = self._names
        # Widening to everything again has no message of its own: name every push there is.
        names = self._names
        if names is None:
            names = tuple(row.name for row in TABLE.values() if row.kind == "push")
        callback_id = uuid.uuid4().hex[:20]
        self._subscribing[callback_id] = asyncio.get_running_loop().create_future()
        frame = {
            "name": "subscribe.request",
            "version": 1,
            "callbackId": callback_id,
            "data": {"names": names},
        }
        transport.send(msgspec.json.encode(frame))

    async def _keep(self, transport: Transport) -> None:
        try:
            while True:
                await self._read(transport)
                self._transport, self._opened = None, False
                self._on_lost()
                await transport.close()
                self._give_up(everything=not self._reconnect)
                if not self._reconnect:
                    self._end(None)
                    return
                transport = await self._again()
        except Exception as problem:
            self._transport, self._opened = None, False
            self._give_up(everything=True)
            self._end(problem)

    async def _again(self) -> Transport:
        """A new connection: after 0.5 s, doubling to 30 s, with jitter so that a fleet spreads out."""
        wait = FIRST_WAIT_S
        while True:
            await self._sleep(wait * self._chance.uniform(0.5, 1.0))
            try:
                return await self._connect()
            except (ConnectionError, OSError, TimeoutError) as problem:
                log.info("still offline: %s", problem)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _read(self, transport: Transport) -> None:
        while (message := await transport.receive()) is not None:
            try:
                envelope = msgspec.json.decode(message, type=Envelope)
            except msgspec.MsgspecError:
                log.warning("a message that is no envelope was dropped")
                continue
            self._take(envelope)

    def _take(self, envelope: Envelope) -> None:
        if envelope.callback_id is not None and envelope.callback_id in self._subscribing:
            self._settle_subscription(envelope.callback_id)
        elif envelope.callback_id is not None and envelope.callback_id in self._pending:
            pending = self._pending[envelope.callback_id]
            if not pending.reply.done():
                pending.reply.set_result(envelope.data or {})
        elif envelope.callback_id is not None and envelope.name in self._answers:
            task = asyncio.create_task(self._give_answer(envelope))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        elif envelope.callback_id is not None and (envelope.name or "").endswith(".request"):
            message = f"이 요청에 답할 처리기가 없습니다: {envelope.name} (nothing answers {envelope.name})"
            error = {"code": "UNKNOWN_METHOD"}
            self._reply(envelope, {"complete": False, "errorMessage": message, "error": error})
        elif envelope.callback_id is None and envelope.name is not None:
            self._on_push(Push(envelope.name, envelope.data or {}, envelope.seq))

    async def _give_answer(self, envelope: Envelope) -> None:
        try:
            reply = {"complete": True, **await self._answers[envelope.name or ""](envelope.data or {})}
        except Exception as problem:
            self._failed(envelope.name or "", problem)
            reply = {"complete": False, "errorMessage": str(problem) or type(problem).__name__}
        self._reply(envelope, reply)

    def _reply(self, envelope: Envelope, data: Mapping[str, Any]) -> None:
        name = f"{(envelope.name or '').removesuffix('.request')}.response"
        frame = msgspec.json.encode(
            {"name": name, "version": 1, "callbackId": envelope.callback_id, "data": data}
        )
        if self._transport is not None:
            self._transport.send(frame)
        else:
            # Money may have moved for it: it goes out on the next connection, found by its callback id.
            self._unsent.append(frame)

    def _give_up(self, *, everything: bool) -> None:
        """What was lost with the connection; the rest goes out on the next one."""
        for callback_id in list(self._subscribing):
            self._settle_subscription(callback_id)
        for pending in list(self._pending.values()):
            if pending.reply.done() or not (everything or (pending.sent and not pending.repeatable)):
                continue
            asked = pending.command_id if pending.sent else None
            pending.reply.set_exception(
                ConnectionLost(f"{pending.name}: the connection was lost before the reply came", asked)
            )

    def _end(self, problem: BaseException | None) -> None:
        if not self.ended.done():
            self.ended.set_result(problem)
