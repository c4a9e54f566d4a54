"""The session that survives lost connections, against a scripted shop."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from jumak.sdk import ConnectionLost, PosPluginSdkError, PosPluginSdkTimeoutError
from jumak.sdk.client import Pos


class Wire:
    """One scripted connection: answers the opening, keeps what is sent, sends what it is told."""

    def __init__(self, script: Script) -> None:
        self.script, self.sent = script, []
        self.incoming: asyncio.Queue[bytes | None] = asyncio.Queue()

    def send(self, message: bytes) -> None:
        frame = json.loads(message)
        self.sent.append(frame)
        answer = self.script.answers.get(frame["name"])
        if answer is not None and "callbackId" in frame:
            self.reply(frame, answer(frame["data"]) if callable(answer) else answer)

    def reply(self, frame: dict[str, Any], data: dict[str, Any]) -> None:
        self.push({"name": "x.response", "callbackId": frame["callbackId"], "data": data})

    def push(self, frame: dict[str, Any]) -> None:
        self.incoming.put_nowait(json.dumps({"version": 1, **frame}).encode())

    async def receive(self) -> bytes | None:
        return await self.incoming.get()

    async def close(self) -> None:
        self.incoming.put_nowait(None)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [frame for frame in self.sent if frame["name"] == name]


class Script:
    """The shop behind every connection."""

    def __init__(self) -> None:
        self.seq, self.resumed = 10, True
        self.wires: list[Wire] = []
        self.refuse = 0
        self.slept: list[float] = []
        self.answers: dict[str, Any] = {
            "session.open.request": lambda data: {
                "complete": True, "seq": self.seq, "serverTime": "", "scopes": ["order:read"],
                "resumed": self.resumed and "resumeAfter" in data,
            },
            "plugin.info.request": {"complete": True, "name": "p", "version": "1"},
            "subscribe.request": {"complete": True, "names": []},
        }  # fmt: skip

    async def open(self) -> Wire:
        if self.refuse:
            self.refuse -= 1
            raise ConnectionError("refused")
        self.wires.append(Wire(self))
        return self.wires[-1]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def pos(self, **options: Any) -> Pos:
        return Pos(self.open, "token", chance=random.Random(1), sleep=self.sleep, **options)


@pytest.fixture
def script() -> Script:
    return Script()


async def turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_first_frames(script: Script):
    """H-1: `session.open.request`, then `plugin.info.request`, before anything else."""
    pos = script.pos()
    pos.order.on("add", print)
    await pos.start()
    names = [frame["name"] for frame in script.wires[0].sent]
    assert names == ["session.open.request", "plugin.info.request", "subscribe.request"]
    assert script.wires[0].sent[0]["data"] == {
        "token": "token", "client": {"name": "jumak-sdk", "version": script.wires[0].sent[0]["data"]["client"]["version"]},
    }  # fmt: skip
    assert script.wires[0].sent[2]["data"] == {"names": ["order.change.event"]}
    await pos.close()


async def test_a_bad_token(script: Script):
    """UNAUTHENTICATED is raised at once, not tried again."""
    script.answers["session.open.request"] = {
        "complete": False, "errorMessage": "로그인이 필요합니다.", "error": {"code": "UNAUTHENTICATED"},
    }  # fmt: skip
    pos = script.pos()
    with pytest.raises(PosPluginSdkError) as refused:
        await pos.start()
    assert refused.value.code == "UNAUTHENTICATED"
    assert str(refused.value) == "로그인이 필요합니다."
    await pos.close()


async def test_refusals_carry_code_reason_and_data(script: Script):
    """python-sdk §4: `.code`, `.reason`, `.data`."""
    script.answers["order.cancel.request"] = {
        "complete": False, "errorMessage": "m",
        "error": {"code": "CONFLICT", "reason": "TABLE_OCCUPIED", "data": {"orderId": "o"}},
    }  # fmt: skip
    pos = script.pos()
    await pos.start()
    with pytest.raises(PosPluginSdkError) as refused:
        await pos.order.cancel("o")
    error = refused.value
    assert (error.code, error.reason, error.data) == ("CONFLICT", "TABLE_OCCUPIED", {"orderId": "o"})
    await pos.close()


async def test_a_read_is_sent_again_a_write_is_not(script: Script):
    """python-sdk §3: a sent write whose reply was lost raises ConnectionLost with its command id."""
    pos = script.pos()
    await pos.start()
    read = asyncio.create_task(pos.request("catalog-item.list.request"))
    write = asyncio.create_task(pos.order.cancel("o", command_id="c-1"))
    await turns()
    script.answers["catalog-item.list.request"] = {"complete": True, "catalogs": []}
    await script.wires[0].close()
    with pytest.raises(ConnectionLost) as lost:
        await write
    assert lost.value.command_id == "c-1"
    assert await read == {"catalogs": []}
    assert not script.wires[1].named("order.cancel.request")
    script.answers["command.get.request"] = {
        "complete": True,
        "state": "done",
        "reply": {"order": {"id": "o"}},
    }
    result = await pos.command_result("c-1")
    assert (result.state, result.reply.order.id) == ("done", "o")
    await pos.close()


async def test_a_write_that_was_never_sent_waits(script: Script):
    """python-sdk §3: while offline, writes wait and leave on the next connection."""
    pos = script.pos()
    await pos.start()
    script.refuse = 3
    await script.wires[0].close()
    await turns(3)
    script.answers["order.cancel.request"] = {"complete": True}
    await pos.order.cancel("o")
    assert len(script.wires[1].named("order.cancel.request")) == 1
    await pos.close()


async def test_storage_is_sent_again_after_a_time_out(script: Script):
    """wire §10, H-18: storage and info calls are tried 4 times under new callback ids, waiting 0, 1, 2 s."""
    pos = script.pos()
    await pos.start()
    with pytest.raises(PosPluginSdkTimeoutError):
        await pos.request("storage.get.request", {"key": "k"}, timeout=0.001)
    tries = script.wires[0].named("storage.get.request")
    assert len({frame["callbackId"] for frame in tries}) == 4
    assert script.slept == [0, 1, 2]
    with pytest.raises(PosPluginSdkTimeoutError) as late:
        await pos.request("order.cancel.request", {"id": "o"}, timeout=0.001, command_id="c")
    assert isinstance(late.value, TimeoutError)
    assert late.value.command_id == "c"
    assert len(script.wires[0].named("order.cancel.request")) == 1
    await pos.close()


async def test_back_off_with_jitter(script: Script):
    """python-sdk §3: 0.5 s doubling to 30 s, with jitter."""
    pos = script.pos()
    await pos.start()
    script.refuse = 9
    await script.wires[0].close()
    await turns(100)
    assert len(script.wires) == 2
    for waited, full in zip(script.slept, [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30], strict=True):
        assert full / 2 <= waited <= full
    await pos.close()


async def test_resuming(script: Script):
    """H-38, OFF-9: a new connection resumes after the last number that was handled entirely."""
    pos = script.pos()
    gate = asyncio.Event()

    async def slow(order_id: str) -> None:
        if order_id == "12":
            await gate.wait()

    pos.order.on("add", slow)
    await pos.start()
    for seq in (11, 12, 13):
        script.wires[0].push(
            {"name": "order.change.event", "seq": seq, "data": {"event": "add", "order": {"id": str(seq)}}}
        )
    await turns()
    await script.wires[0].close()
    await turns()
    assert script.wires[1].named("session.open.request")[0]["data"]["resumeAfter"] == 11
    gate.set()
    await pos.events.idle()
    await script.wires[1].close()
    await turns()
    assert script.wires[2].named("session.open.request")[0]["data"]["resumeAfter"] == 13
    await pos.close()


async def test_a_gap(script: Script):
    """`resumed: false`: the gap handlers run, and numbers count from where the shop is now."""
    pos = script.pos()
    gaps: list[str] = []
    pos.on_gap(lambda: gaps.append("gap"))
    await pos.start()
    script.resumed, script.seq = False, 500
    await script.wires[0].close()
    await turns()
    assert gaps == ["gap"]
    assert pos.events.handled == 500
    await pos.close()


async def test_info_is_asked_once(script: Script):
    """wire §10: merchant, device and plugin info are kept; parallel calls share one request."""
    script.answers["merchant.info.request"] = {
        "complete": True, "merchant": {"id": 1, "name": "주막", "serialNumber": "s", "businessNumber": "b"},
    }  # fmt: skip
    pos = script.pos()
    await pos.start()
    first, second = await asyncio.gather(pos.merchant.get_merchant(), pos.merchant.get_merchant())
    assert first == second
    await pos.merchant.get_merchant()
    assert len(script.wires[0].named("merchant.info.request")) == 1
    await pos.close()


async def test_the_shop_asks(script: Script):
    """wire §7: pings and before-cancel get a yes, an unknown request a refusal, never silence (H-10)."""
    pos = script.pos()
    await pos.start()
    for number, name in enumerate(("session.ping.request", "payment.event.request", "else.request")):
        script.wires[0].push({"name": name, "callbackId": f"h{number}", "data": {}})
    await turns()
    answers = {frame["callbackId"]: frame["data"]["complete"] for frame in script.wires[0].sent[-3:]}
    assert answers == {"h0": True, "h1": True, "h2": False}
    await pos.close()


async def test_the_rate_limit_is_for_local_plugins(script: Script):
    """README §7: on for local plugins, off for `connect()`; unlimited members never count."""
    script.answers["order.cancel.request"] = {"complete": True}
    script.answers["storage.get.request"] = {"complete": True}
    free, limited = script.pos(), script.pos(rate_limit=True, monotonic=lambda: 0.0)
    await free.start()
    await limited.start()
    for _ in range(101):
        await free.order.cancel("o")
        await limited.storage.get("k")
    for _ in range(100):
        await limited.order.cancel("o")
    with pytest.raises(PosPluginSdkError) as refused:
        await limited.order.cancel("o")
    assert refused.value.code == "RATE_LIMITED"
    await free.close()
    await limited.close()
