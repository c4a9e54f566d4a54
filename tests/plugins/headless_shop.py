"""Headless workers under test: a real Node, a shop on disk, a bridge that goes nowhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from jumak.domain.errors import PermissionDenied
from jumak.plugins.console import Console
from jumak.plugins.headless import HeadlessProcess
from jumak.plugins.host import caller_of
from jumak.plugins.process import Limits
from jumak.service.documents import Install
from jumak.testing import SimulatedShop


class Answer(Struct, frozen=True):
    """See `headless_network.Fetched`."""

    code: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    url: str


class FakeSocket:
    """Echoes, in capitals; `bye` closes it from the far end."""

    def __init__(self, protocols: Sequence[str]) -> None:
        self.protocol = protocols[-1] if protocols else None
        self.close_code, self.close_reason = 1006, ""
        self._messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()

    async def send(self, message: str | bytes, /) -> None:
        if message == "bye":
            await self.close(4001, "as you say")
        else:
            self._messages.put_nowait(message.upper())

    async def close(self, code: int = 1000, reason: str = "") -> None:
        if self.close_code == 1006:
            self.close_code, self.close_reason = code, reason
        self._messages.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (message := await self._messages.get()) is not None:
            yield message


class FakeBridge:
    """Allows `https://api.example`, and answers with what was asked; `/slow` never, `/moved` from elsewhere."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes | None]] = []
        self.cancelled = 0

    async def fetch(
        self,
        install: Install,
        method: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes | None,
        *,
        timeout_s: float = 120.0,
    ) -> Answer:
        self._allow(install, url)
        self.asked.append((method, url, dict(headers), body))
        path = url.removeprefix("https://api.example")
        if path == "/slow":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        if path == "/empty":
            return Answer(204, (), b"", url)
        if path == "/moved":
            return Answer(200, (), b"here", "https://api.example/new")
        if path == "/bytes":
            return Answer(200, (("content-type", "application/octet-stream"),), bytes(range(256)), url)
        if path == "/large":
            return Answer(200, (), b"x" * 6_000_000, url)
        told = {"method": method, "url": url, "body": (body or b"").decode("utf-8", "replace")}
        code = 404 if path == "/none" else 200
        return Answer(
            code, (("content-type", "application/json"), ("x-a", "1")), msgspec.json.encode(told), url
        )

    async def open_socket(
        self,
        install: Install,
        url: str,
        headers: Mapping[str, str],
        protocols: Sequence[str] = (),
        *,
        timeout_s: float = 10.0,
        verify: bool = True,
    ) -> FakeSocket:
        self._allow(install, url.replace("wss:", "https:"))
        return FakeSocket(protocols)

    def _allow(self, install: Install, url: str) -> None:
        if not any(url.startswith(f"{origin}/") for origin in install.acl):
            origin = "/".join(url.split("/")[:3])
            raise PermissionDenied("허용되지 않은 주소입니다.", f"not on the allow-list: add origin {origin}")


def install_of(folder: str, **changes: Any) -> Install:
    """An installed worker."""
    plain = Install(
        id="p",
        name="시험",
        sdk_name="p",
        version="1",
        hash="0" * 64,
        kinds=("worker",),
        headless=True,
        profile="documented",
        entry="main.js",
        acl=("https://api.example",),
        scopes=("plugin",),
        enabled=True,
        folder=folder,
        loaded_at="2026-01-01T00:00:00+09:00",
    )
    return msgspec.structs.replace(plain, **changes)


class Run:
    """One run of a plugin."""

    def __init__(
        self,
        shop: SimulatedShop,
        folder: Path,
        bridge: FakeBridge | None,
        limits: Limits,
        scopes: Sequence[str],
    ) -> None:
        self.console = Console(None, shop.clock.now, lambda entry: None)
        self.bridge = bridge
        self.is_up = asyncio.Event()
        install = install_of("p/1", scopes=tuple(scopes))
        self.process = HeadlessProcess(
            shop.running,
            caller_of(install),
            folder,
            "main.js",
            self.console,
            limits,
            self.is_up.set,
            install=install,
            bridge=bridge,
        )
        self.task = asyncio.create_task(self.process.run())

    @property
    def said(self) -> str:
        """Its console."""
        return "\n".join(entry.text for entry in self.console.entries)

    async def until(self, holds: str | Callable[[], bool], seconds: float = 20) -> None:
        """Waits until the console holds a text, or something else holds."""
        deadline = time.monotonic() + seconds
        while not (holds in self.said if isinstance(holds, str) else holds()):
            assert time.monotonic() < deadline, f"{holds}: {self.said}"
            assert not self.task.done(), f"{self.task.result()}: {self.said}"
            await asyncio.sleep(0.01)

    async def end(self, seconds: float = 20) -> str:
        """Waits for its end. Returns why."""
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self.task)

    async def stop(self) -> None:
        """Ends it whatever it does."""
        await self.process.stop()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
