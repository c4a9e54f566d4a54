"""A plugin that speaks the bare protocol, answered by hand, and the till that pays with it."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from msgspec.structs import replace

from jumak.domain.caller import Caller
from jumak.protocol.envelope import request_frame
from jumak.protocol.scopes import expand
from jumak.server.session import Session
from jumak.server.shop import RunningShop
from jumak.server.watch import Level, NoWatch
from jumak.testing import staff_caller
from tests.service.asking import Asking

Json = dict[str, Any]
STAMP = Caller(id="stamp", kind="plugin", name="스탬프", scopes=expand(["plugin"]))
CASHIER = staff_caller("cashier", "till-1")
MANAGER = staff_caller("manager", "till-1")
OTHER_TILL = staff_caller("manager", "till-2")
APPROVAL = {"approvedAt": "2026-02-02T12:00:00", "approvedNo": "", "paymentKey": "stamp-1"}


class RawPlugin:
    """One session of a plugin; every frame it got is kept, and it answers only when told."""

    def __init__(self, shop: RunningShop, caller: Caller = STAMP, *, methods: tuple[str, ...] = ("card",)):
        self.frames: list[Json] = []
        self.closed = False
        self.session = Session(shop, caller, self._got, self._closed)
        self.send("session.open.request", {"token": "", "client": {"name": "raw", "version": "1"}}, "open")
        for method in methods:
            self.add(method)

    def _got(self, frame: bytes) -> None:
        self.frames.append(msgspec.json.decode(frame))

    def _closed(self, code: int, reason: str) -> None:
        self.closed = True

    def send(self, name: str, data: Json, callback_id: str | None = None) -> None:
        self.session.receive(request_frame(name, callback_id, msgspec.json.encode(data)))

    def add(self, method: str, name: str = "스탬프") -> None:
        self.send("payment.method.add", {"id": method, "image": "stamp.png", "paymentName": name})

    def questions(self, event: str | None = None) -> list[Json]:
        """Host requests so far."""
        return [
            frame
            for frame in self.frames
            if str(frame.get("callbackId", "")).startswith("host:")
            and event in (None, frame["data"].get("event"))
        ]

    async def asked(self, event: str, number: int = 1) -> Json:
        """The so many-th host request of this event, waited for."""
        async with asyncio.timeout(10):
            while True:
                if len(found := self.questions(event)) >= number:
                    return found[number - 1]
                await asyncio.sleep(0)

    def answer(self, question: Json, **data: Any) -> None:
        reply = {
            "event": question["data"]["event"],
            "id": question["data"].get("id", ""),
            "complete": True,
        } | data
        self.send("payment.method.event.response", reply, question["callbackId"])

    def pushes(self, name: str) -> list[Json]:
        return [frame["data"] for frame in self.frames if frame["name"] == name]

    def kill(self) -> None:
        """The process or page is gone."""
        self.session.lost()


class Notes(NoWatch):
    """Keeps what is written on consoles."""

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes

    def note(self, plugin_id: str, level: Level, text: str) -> None:
        self._notes.append(text)


class Counter:
    """A till that takes money by a plugin's method."""

    def __init__(self, asking: Asking) -> None:
        self.asking, self.shop = asking, asking.shop
        self.notes: list[str] = []
        asking.shop.running.watch = Notes(self.notes)

    async def plugin(self, caller: Caller = STAMP, **more: Any) -> RawPlugin:
        plugin = RawPlugin(self.shop.running, caller, **more)
        await self.shop.settle()
        return plugin

    async def start(
        self, order: Json, amount: int | None = None, *, caller: Caller = CASHIER, **more: Any
    ) -> Json:
        """`payment.start.request` with the method, for all that is owed unless told."""
        now = await self.asking.get(order["id"])
        unpaid = now["paymentPrice"]["paymentUnpaidValue"]
        data = {
            "orderId": order["id"], "tender": "METHOD", "amount": unpaid if amount is None else amount,
            "expectedUnpaid": unpaid, "method": {"pluginId": "stamp", "id": "card"},
        }  # fmt: skip
        return (await self.asking.ask("payment.start.request", data | more, caller))["attempt"]

    async def get(self, attempt: Json) -> Json:
        await self.shop.settle()
        return (await self.asking.ask("payment-attempt.get.request", {"id": attempt["id"]}, CASHIER))[
            "attempt"
        ]

    async def give_up(self, attempt: Json) -> Json:
        return (await self.asking.ask("payment-attempt.cancel.request", {"id": attempt["id"]}, CASHIER))[
            "attempt"
        ]

    async def resolve(self, attempt: Json, how: str, **more: Any) -> Json:
        data = {"id": attempt["id"], "how": how} | more
        return (await self.asking.ask("payment-attempt.resolve.request", data, MANAGER))["attempt"]


def on_till(caller: Caller, device: str) -> Caller:
    """The copy of a plugin a till hosts."""
    return replace(caller, device_id=device)
