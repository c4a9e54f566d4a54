"""A plugin: handlers by decorators, and a life from start to stop (contract, python-sdk §2)."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from jumak.sdk.client import Pos
from jumak.sdk.errors import PosPluginSdkError
from jumak.sdk.payment_method import PaymentMethod
from jumak.sdk.questions import BEFORE_CANCEL
from jumak.sdk.transport import SocketTransport, StdioTransport
from jumak.sdk.types import Order, Price
from jumak.sdk.ui import Ui

log = logging.getLogger("jumak.sdk")

Function = TypeVar("Function", bound=Callable[..., Any])

STOP_GRACE_S = 0.3
"""How long `on_stop` handlers may take."""


class Plugin:
    """A plugin under construction. Handlers get the connected `pos` first.

    name: shown in logs; the name the shop knows comes from the package or the token.
    """

    def __init__(self, name: str, version: str | None = None) -> None:
        self.name, self.version = name, version
        self._starts: list[Callable[..., Any]] = []
        self._stops: list[Callable[..., Any]] = []
        self._gaps: list[Callable[..., Any]] = []
        self._anys: list[Callable[..., Any]] = []
        self._handlers: list[tuple[str, Callable[..., Any]]] = []
        self._methods: list[PaymentMethod] = []
        self.has_run = self._connected = False
        CREATED.append(self)

    def on_start(self, function: Function) -> Function:
        """`async def ready(pos)`: once, when the shop has answered who we are."""
        self._starts.append(function)
        return function

    def on_stop(self, function: Function) -> Function:
        """`async def bye(pos)`: before the process ends; 300 ms are left."""
        self._stops.append(function)
        return function

    def on_gap(self, function: Function) -> Function:
        """`async def reread(pos)`: events were missed for good."""
        self._gaps.append(function)
        return function

    def on_any(self, function: Function) -> Function:
        """`async def see(pos, push)`: every push, with its `seq`."""
        self._anys.append(function)
        return function

    def on(self, topic: str) -> Callable[[Function], Function]:
        """`@plugin.on("order.cancel")`: `async def handler(pos, ...)` for one event name."""

        def bind(function: Function) -> Function:
            self._handlers.append((topic, function))
            return function

        return bind

    def before_payment_cancel(self, function: Function) -> Function:
        """`async def check(pos, order, payment)`: raise to refuse, staff see the message."""
        self._handlers.append((BEFORE_CANCEL, function))
        return function

    def payment_method(
        self, *, id: str, name: str, image: str = ""
    ) -> Callable[[Callable[[Pos, Order, Price, Ui], Any]], PaymentMethod]:
        """`async def pay(pos, order, price, ui)`: a button on the payment screen while the plugin runs.

        Answers PaymentApproval, or None when the guest gave up; raising refuses, staff see the message.
        `@pay.cancel` gives a payment back.  image: `data:`, a file of the package or a listed address.
        """

        def bind(function: Callable[[Pos, Order, Price, Ui], Any]) -> PaymentMethod:
            method = PaymentMethod(function, id=id, name=name, image=image)
            self._methods.append(method)
            return method

        return bind

    def run(self) -> None:
        """Runs until the shop stops it: over a socket when JUMAK_URL is set, else over stdio.

        A shop that is not there or refuses the token ends the program with one sentence.
        """
        self.has_run = True
        logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
        try:
            asyncio.run(self._life())
        except KeyboardInterrupt:
            return
        except (PosPluginSdkError, OSError) as problem:
            if self._connected:
                raise
            sys.exit(f"{self.name}: {problem}")

    @asynccontextmanager
    async def running(self, pos: Pos) -> AsyncIterator[Pos]:
        """The plugin's life on a client that is not started yet; tests use it as well."""
        for topic, handler in self._handlers:
            pos.on(topic, partial(handler, pos))
        for handler in self._anys:
            pos.on_any(partial(handler, pos))
        for handler in self._gaps:
            pos.on_gap(partial(handler, pos))
        for method in self._methods:
            await method.add_to(pos)
        await pos.start()
        self._connected = True
        try:
            for function in self._starts:
                await _call(function, pos)
            yield pos
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_GRACE_S):
                    for function in self._stops:
                        await _call(function, pos)
            await pos.close()

    async def _life(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, stop.set)
        pos = self._client()
        pos.error.watch(loop)
        pos.events.on("plugin.stopping", lambda _: stop.set())
        async with self.running(pos):
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait((stopped, pos.connection.ended), return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
        ended = pos.connection.ended
        if ended.done() and (problem := ended.result()) is not None:
            raise problem

    def _client(self) -> Pos:
        token = os.environ.get("JUMAK_TOKEN", "")
        if url := os.environ.get("JUMAK_URL"):
            if not token:
                raise PosPluginSdkError(
                    "JUMAK_TOKEN is not set: make one with `jumak token create`.", code="UNAUTHENTICATED"
                )
            opener = partial(SocketTransport.open, url)
            return Pos(opener, token, name=self.name, version=self.version)
        if not token:
            raise PosPluginSdkError(
                "JUMAK_URL is not set: the address of the shop, ws://127.0.0.1:8700/v1/socket.",
                code="UNAUTHENTICATED",
            )
        return Pos(
            StdioTransport.open,
            token,
            name=self.name,
            version=self.version,
            reconnect=False,
            rate_limit=True,
        )


CREATED: list[Plugin] = []
"""Plugins made in this process, for `jumak.sdk.run`."""


async def _call(function: Callable[..., Any], pos: Pos) -> None:
    outcome = function(pos)
    if inspect.isawaitable(outcome):
        await outcome
