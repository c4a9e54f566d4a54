"""The shop as a plugin sees it: `pos.order.add(...)`, events, `pos.ext`."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import jumak
from jumak.protocol.row import AnyKeys
from jumak.protocol.table import TABLE
from jumak.sdk import namespaces as spaces
from jumak.sdk.arguments import arguments
from jumak.sdk.connection import TIMEOUT_S, Connection, Session
from jumak.sdk.errors import PosPluginSdkError
from jumak.sdk.events import ANY, Events, Push
from jumak.sdk.ext import Extensions
from jumak.sdk.http import HttpNamespace
from jumak.sdk.names import canonical
from jumak.sdk.payment_method import PaymentMethodNamespace
from jumak.sdk.questions import TOPICS as QUESTIONS
from jumak.sdk.questions import Questions
from jumak.sdk.rate_limit import RateLimit
from jumak.sdk.transport import Connector, SocketTransport
from jumak.sdk.ui import (
    AlertNamespace,
    BarcodeNamespace,
    NavigationNamespace,
    PowerSaverNamespace,
    SoundNamespace,
    ToastNamespace,
    Ui,
)
from jumak.sdk.uncaught import ErrorNamespace
from jumak.sdk.values import Record, check, write
from jumak.sdk.websocket import WebsocketNamespace

log = logging.getLogger("jumak.sdk")


class Pos:
    """A connected shop. Made by `connect`, by a running `Plugin` or by `jumak.testing`."""

    def __init__(
        self,
        connector: Connector,
        token: str,
        *,
        name: str = "jumak-sdk",
        version: str | None = None,
        device_id: str | None = None,
        reconnect: bool = True,
        rate_limit: bool = False,
        chance: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        client = {"name": name, "version": version or jumak.__version__}
        if device_id is not None:
            client["deviceId"] = device_id
        self.events = Events(partial(arguments, self), self._narrow, self._handler_failed)
        self.connection = Connection(
            connector,
            token,
            client,
            reconnect=reconnect,
            on_push=self.events.take,
            resume_after=lambda: self.events.handled,
            on_open=self._opened,
            on_lost=self._lost,
            failed=self._report,
            chance=chance,
            sleep=sleep,
        )
        self.connection.answer("session.ping.request", _nothing)
        self._limit = RateLimit(monotonic) if rate_limit else None
        self._asked: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._gap_handlers: list[Callable[[], Any]] = []
        self._gaps: set[asyncio.Task[None]] = set()
        self.scopes: frozenset[str] = frozenset()
        self.ext = Extensions(self)
        self.merchant = spaces.MerchantNamespace(self)
        self.device = spaces.DeviceNamespace(self)
        self.plugin = spaces.PluginNamespace(self)
        self.category = spaces.CategoryNamespace(self)
        self.catalog = spaces.CatalogNamespace(self)
        self.option = spaces.OptionNamespace(self)
        self.table = spaces.TableNamespace(self)
        self.order = spaces.OrderNamespace(self)
        self.payment = spaces.PaymentNamespace(self)
        self.cash_receipt = spaces.CashReceiptNamespace(self)
        self.kds_order = spaces.KdsOrderNamespace(self)
        self.draft_order = spaces.DraftOrderNamespace(self)
        self.setting = spaces.SettingNamespace(self)
        self.storage = spaces.StorageNamespace(self)
        self.secure_store = spaces.SecureStoreNamespace(self)
        self.plugin_unicast = spaces.PluginUnicastNamespace(self)
        self.error = ErrorNamespace(self._report)
        self.ui = Ui(self)
        self.payment_method = PaymentMethodNamespace(self)
        self.http = HttpNamespace(self)
        self.websocket = WebsocketNamespace(self, self.error.happened)
        self.toast = ToastNamespace(self)
        self.alert = AlertNamespace(self)
        self.sound = SoundNamespace(self)
        self.navigation = NavigationNamespace(self)
        self.power_saver = PowerSaverNamespace(self)
        self.barcode = BarcodeNamespace(self)
        self._questions = Questions(self.connection, self.ui)

    async def start(self) -> None:
        """Opens the session. Raises PosPluginSdkError for a bad token, ConnectionError when offline."""
        await self.connection.start()

    async def close(self) -> None:
        """Ends the session and the handlers that still run."""
        await self.websocket.close()
        await self.events.close()
        await self.connection.close()

    async def request(
        self,
        name: str,
        data: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
        command_id: str | None = None,
    ) -> dict[str, Any]:
        """Sends any message as it is written and answers the reply's keys."""
        return await self.connection.request(
            name, data or {}, timeout_s=TIMEOUT_S if timeout is None else timeout, command_id=command_id
        )

    async def call(
        self,
        name: str,
        data: Any,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 (the contract's keyword)
        command_id: str | None = None,
    ) -> dict[str, Any]:
        """Sends a message of the table: structs and snake_case keys are turned, types are checked."""
        row = TABLE.get(name)
        if row is None or issubclass(row.data, AnyKeys):
            body = write(data)
        else:
            body = write(data, row.data)
            check(body, row.data)
        if self._limit is not None and row is not None and row.rate_limited:
            self._limit.spend(name)
        return await self.request(name, body, timeout=timeout, command_id=command_id)

    async def once(self, name: str) -> dict[str, Any]:
        """A reply that is asked for once; callers at the same time share the question."""
        asked = self._asked.get(name)
        if asked is None or (asked.done() and (asked.cancelled() or asked.exception() is not None)):
            asked = self._asked[name] = asyncio.create_task(self.call(name, {}))
        return await asyncio.shield(asked)

    def notify(self, name: str, data: Any, *, version: int = 1) -> None:
        """Sends a message that nobody answers."""
        row = TABLE.get(name)
        self.connection.notify(name, write(data, row.data) if row is not None else write(data), version)

    def on(self, topic: str, handler: Callable[..., Any]) -> Callable[[], None]:
        """Calls `handler` for `"<namespace>.<event>"`, questions of the shop included. Returns what ends it."""
        name = canonical(topic)
        if name in QUESTIONS:
            return self._questions.on(name, handler)
        return self.events.on(name, handler)

    async def command_result(self, command_id: str) -> Record:
        """What became of a write whose reply was lost: `state` is `done` (with `reply`) or `unknown`."""
        return Record(await self.request("command.get.request", {"commandId": command_id}))

    def on_any(self, handler: Callable[[Push], Any]) -> Callable[[], None]:
        """Calls `handler` with every push, in order. Returns the unsubscribe function."""
        return self.events.on(ANY, handler)

    def on_gap(self, handler: Callable[[], Any]) -> Callable[[], None]:
        """Calls `handler` when events were missed for good: read again what you hold."""
        self._gap_handlers.append(handler)
        return partial(self._gap_handlers.remove, handler)

    def _opened(self, session: Session, first: bool) -> None:
        self.scopes = frozenset(session.scopes)
        if first:
            self.events.begin_at(session.seq)
        elif not session.resumed:
            self.events.begin_at(session.seq)
            for handler in list(self._gap_handlers):
                task = asyncio.ensure_future(self._run("on_gap", handler))
                self._gaps.add(task)
                task.add_done_callback(self._gaps.discard)

    async def _run(self, what: str, handler: Callable[[], Any]) -> None:
        try:
            outcome = handler()
            if asyncio.iscoroutine(outcome):
                await outcome
        except Exception as problem:
            self._handler_failed(what, problem)

    def _narrow(self, names: tuple[str, ...] | None) -> None:
        self.connection.narrow(names)

    def _lost(self) -> None:
        self.websocket.lost()

    def _handler_failed(self, topic: str, problem: Exception) -> None:
        self.error.happened(topic, problem)

    def _report(self, where: str, problem: BaseException) -> None:
        """An error is logged here and told to the shop's plugin console."""
        log.error("%s failed", where, exc_info=problem)
        entry = {"title": "onError", "contents": f"{where}: {problem!r}", "level": "ERROR"}
        self.connection.notify("log", {"type": "debug", "log": entry})


async def _nothing(_: dict[str, Any]) -> dict[str, Any]:
    """Says yes without adding anything: alive."""
    return {}


@asynccontextmanager
async def connect(
    url: str, token: str, *, name: str = "jumak-sdk", device_id: str | None = None, **options: Any
) -> AsyncIterator[Pos]:
    """A shop for a script: `async with connect(url, token) as pos`. url: `ws://…/v1/socket`.

    Raises ConnectionError when the shop cannot be reached, PosPluginSdkError for a bad token.
    """
    pos = Pos(partial(SocketTransport.open, url), token, name=name, device_id=device_id, **options)
    await pos.start()
    try:
        yield pos
    finally:
        await pos.close()


__all__ = ["Pos", "PosPluginSdkError", "connect"]
