"""A remote service that drives plugins by unicast, whatever they run in."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import websockets

Json = dict[str, Any]
NAME = "tester"
ANSWER_S = 20.0


class Failed(Exception):
    """A driver's call was refused or threw: what it caught."""

    def __init__(self, error: Json) -> None:
        super().__init__(f"{error.get('name')}: {error.get('message')}")
        self.error = error


class Tester:
    """Made by `tester`. Each request carries an id; answers come as unicasts, in any order."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._replies: dict[str, asyncio.Future[Json]] = {}
        self.pushes: list[Json] = []

    async def read(self) -> None:
        """Takes what arrives, until the socket closes."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in self._socket:
                frame: Json = json.loads(text)
                callback = frame.get("callbackId")
                if callback in self._replies:
                    self._replies.pop(callback).set_result(frame["data"])
                elif frame["name"] == "plugin.unicast.event":
                    waiting = self._waiting.pop(frame["data"]["message"].get("id"), None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(frame["data"]["message"])
                else:
                    self.pushes.append(frame)

    async def request(self, name: str, data: Json) -> Json:
        """A request of its own; the reply's data, refused or not."""
        callback = f"t{next(self._ids)}"
        self._replies[callback] = asyncio.get_running_loop().create_future()
        frame = {"name": name, "version": 1, "callbackId": callback, "data": data}
        future = self._replies[callback]
        await self._socket.send(json.dumps(frame))
        return await asyncio.wait_for(future, ANSWER_S)

    async def tell(self, plugin: str, what: Json, *, wait_s: float = ANSWER_S) -> Json:
        """Sends a driver something to do; its answer. Raises TimeoutError when it is not there."""
        number = next(self._ids)
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        message = {"to": plugin, "message": {"id": number} | what}
        await self._socket.send(json.dumps({"name": "plugin.unicast.send", "version": 1, "data": message}))
        try:
            return await asyncio.wait_for(future, wait_s)
        finally:
            self._waiting.pop(number, None)

    async def do(self, plugin: str, *, wait_s: float = ANSWER_S, **what: Any) -> Any:
        """`tell`, with the driver's value or its error raised."""
        answer = await self.tell(plugin, what, wait_s=wait_s)
        if "error" in answer:
            raise Failed(
                answer["error"] if isinstance(answer["error"], dict) else {"message": answer["error"]}
            )
        return answer.get("value")

    async def call(self, plugin: str, member: str, *arguments: Any, wait_s: float = ANSWER_S) -> Any:
        """Calls a member of the SDK inside the plugin. Raises `Failed` with what the plugin caught."""
        return await self.do(plugin, call=member, args=list(arguments), wait_s=wait_s)

    async def is_up(self, plugin: str, *, within_s: float = 30.0) -> None:
        """Waits until the driver answers: unicasts to a plugin that is not running are dropped."""
        deadline = asyncio.get_running_loop().time() + within_s
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(TimeoutError):
                await self.tell(plugin, {"take": True, "do": "results"}, wait_s=0.5)
                return
        raise AssertionError(f"{plugin} did not answer within {within_s} s")


@contextlib.asynccontextmanager
async def tester(url: str, token: str) -> AsyncIterator[Tester]:
    """Connects a tester to a served shop. token: of a service named `tester`."""
    address = url.replace("http", "ws", 1) + "/v1/socket"
    async with websockets.connect(address, compression=None, proxy=None, max_size=None) as socket:
        driving = Tester(socket)
        reading = asyncio.create_task(driving.read())
        opened = await driving.request(
            "session.open.request", {"token": token, "client": {"name": NAME, "version": "1"}}
        )
        assert opened["complete"] is True, opened
        try:
            yield driving
        finally:
            await socket.close()
            await reading
