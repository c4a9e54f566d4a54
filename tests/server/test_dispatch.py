"""From a message to its one answer."""

from __future__ import annotations

import asyncio

import pytest

from jumak.protocol.messages.catalog import BeforeAddListReply
from jumak.protocol.row import Done, Nothing
from jumak.protocol.table import TABLE
from jumak.server import turns
from jumak.server.live import Ask
from tests.server.conftest import Desk, Refused, Served


async def test_a_bug_answers_internal(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """H-10, H-11: never silence, and nothing of the inside is told; the log has it."""

    async def broken(ask: Ask, data: Nothing) -> Done:
        raise ZeroDivisionError("inside story")

    desk.shop.live["staff.logout.request"] = broken
    with pytest.raises(Refused) as refused:
        await desk.ask("staff.logout")
    assert refused.value.code == "INTERNAL"
    assert "inside story" not in str(refused.value.body)
    assert "inside story" in caplog.text


async def test_an_answer_in_time(desk: Desk) -> None:
    """H-12: what takes too long is refused with TIMEOUT."""

    async def slow(ask: Ask, data: Nothing) -> Done:
        await asyncio.Event().wait()
        return Done()

    desk.shop.live["staff.logout.request"] = slow
    desk.shop.deadlines["staff.logout.request"] = 0.01
    with pytest.raises(Refused) as refused:
        await desk.ask("staff.logout")
    assert refused.value.code == "TIMEOUT"


async def test_a_slow_answer_holds_up_its_own_noun_only(served: Served) -> None:
    """H-39, H-77: behind a live message its namespace waits, others go on."""
    go = asyncio.Event()

    async def slow(ask: Ask, data: Nothing) -> Done:
        await go.wait()
        return Done()

    served.shop.live["staff.logout.request"] = slow
    async with served.connect(await served.desk.token(scopes=["all"])) as client:
        await client.send("staff.logout.request", {}, "slow")
        await client.send("staff.list.request", {}, "behind")
        assert (await client.ask("merchant.info"))["complete"] is True
        assert client.pushes == []
        go.set()
        assert [(await client.next())["callbackId"] for _ in range(2)] == ["slow", "behind"]


async def test_long_messages_wait_for_nobody(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """H-39, H-71: a row declared `apart` neither holds its noun up nor waits for it; their number is bounded."""
    monkeypatch.setattr(turns, "MAX_CONCURRENT", 2)
    go = asyncio.Event()

    async def slow(ask: Ask, data: Nothing) -> BeforeAddListReply:
        await go.wait()
        return BeforeAddListReply(plugins=[])

    name = "catalog-item.before-add-list.request"
    assert TABLE[name].apart
    served.shop.live[name] = slow
    async with served.connect(await served.desk.token(scopes=["all"])) as client:
        for callback_id in ("one", "two", "three"):
            await client.send(name, {}, callback_id)
        refused = await client.next()
        assert (refused["callbackId"], refused["data"]["error"]["code"]) == ("three", "RATE_LIMITED")
        assert (await client.ask("catalog-item.list"))["complete"] is True
        go.set()
        assert {(await client.next())["callbackId"] for _ in range(2)} == {"one", "two"}
        await client.send(name, {}, "four")
        assert (await client.next())["data"]["complete"] is True
