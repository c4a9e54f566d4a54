"""Somebody at a screen: a session in the process that answers whatever the shop asks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from jumak.domain.caller import Caller, CallerKind
from jumak.protocol.envelope import request_frame
from jumak.protocol.scopes import expand
from jumak.server.session import Session
from jumak.testing import SimulatedShop

Json = dict[str, Any]
HELLO = b'{"token":"","client":{"name":"screen","version":"1"}}'
BACK = b'{"token":"","client":{"name":"screen","version":"1"},"resumeAfter":0}'
"""The opening of a screen that lost its connection."""


def answer_to(asked: Json) -> Json:
    """What a till with nobody in the mood says: popups are closed, nothing is suggested."""
    if asked["name"] == "popup.open.request":
        return {"complete": True, "type": asked["data"]["popup"]["type"], "data": {"result": "CANCELLED"}}
    return {"complete": asked["name"] == "session.ping.request"}


def answering(shop: SimulatedShop, caller: Caller) -> Session:
    """An open session of this caller; it is the till that was used last, if it is one."""

    def send(frame: bytes) -> None:
        asked: Json = json.loads(frame)
        if asked.get("callbackId", "").startswith("host:"):
            data = json.dumps(answer_to(asked)).encode()
            session.receive(request_frame(asked["name"], asked["callbackId"], data))

    session = Session(shop.running, caller, send, lambda code, reason: None)
    session.receive(request_frame("session.open.request", "open", HELLO))
    session.acted()
    return session


class Wire:
    """The other end of a session, frame by frame: everything that arrived, in order."""

    def __init__(self, shop: SimulatedShop, caller: Caller, *, hello: bytes = HELLO) -> None:
        self.shop, self.caller = shop, caller
        self.frames: list[Json] = []
        self.closed: str | None = None
        self._number = 0
        self._news = asyncio.Event()
        self.session = Session(shop.running, caller, self._take, self._close)
        self.session.receive(request_frame("session.open.request", "open", hello))

    def tell(self, name: str, data: Any = None, version: int = 1) -> None:
        """A notification, whatever its data."""
        self.session.receive(json.dumps({"name": name, "version": version, "data": data}))

    def send(self, name: str, data: Any = None) -> str:
        """A request; returns its callback id."""
        self._number += 1
        callback_id = f"c{self._number}"
        frame = {"name": name, "version": 1, "callbackId": callback_id, "data": data or {}}
        self.session.receive(json.dumps(frame))
        return callback_id

    def reply_to(self, callback_id: str) -> Json | None:
        """The reply's data, None while there is none."""
        found = [frame["data"] for frame in self.frames if frame.get("callbackId") == callback_id]
        assert len(found) <= 1, "answered twice"
        return found[0] if found else None

    async def ask(self, name: str, data: Any = None) -> Json:
        """A request and its reply."""
        return await self.replied(self.send(name, data))

    async def replied(self, callback_id: str) -> Json:
        """Waits for a reply."""
        return await self._until(lambda: self.reply_to(callback_id))

    async def asked(self, name: str) -> Json:
        """The newest request of the shop of this name."""
        return await self._until(lambda: next((f for f in self.frames[::-1] if _is_asked(f, name)), None))

    async def _until(self, found: Callable[[], Json | None]) -> Json:
        async with asyncio.timeout(5):
            while (one := found()) is None:
                self._news.clear()
                await self._news.wait()
        return one

    def answer(self, frame: Json, data: Any) -> None:
        """Answers a request of the shop."""
        self.session.receive(
            json.dumps({"name": "x", "version": 1, "callbackId": frame["callbackId"], "data": data})
        )

    def pushes(self, name: str) -> list[Json]:
        """Data of the pushes of this name, in order."""
        return [frame["data"] for frame in self.frames if frame["name"] == name and "callbackId" not in frame]

    def cut(self) -> None:
        """The connection is lost."""
        self.session.lost()

    def _take(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))
        self._news.set()

    def _close(self, code: int, reason: str) -> None:
        self.closed = reason


def _is_asked(frame: Json, name: str) -> bool:
    return frame["name"] == name and str(frame.get("callbackId", "")).startswith("host:")


def a_plugin(
    name: str = "stamps", device: str | None = None, kind: CallerKind = "plugin", scopes: str = "plugin"
) -> Caller:
    """A plugin with every scope of the SDK; device: the till that hosts it."""
    return Caller(id=name, kind=kind, name=name, scopes=expand(scopes.split()), device_id=device)
