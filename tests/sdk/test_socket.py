"""The SDK over a real socket, and a plugin as a remote program."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from jumak.sdk import PosPluginSdkError, connect
from jumak.testing import SimulatedShop, menu
from tests.sdk.serving import cut, token

SAMPLES = Path(__file__).parents[2] / "plugins"
LINE = {
    "dining_option": "HERE",
    "item": {"id": menu.PANCAKE, "title": "해물파전", "category": {"id": 2, "title": "안주"}, "type": "ITEM"},
    "quantity": {"value": 1},
    "charge_price": {"value": 18_000},
}
DRAFT = {"line_items": [LINE], "discounts": []}


async def test_connect(shop: SimulatedShop, url: str):
    """python-sdk §2: a script connects with a token, calls, and hears what it caused after its reply (H-30)."""
    async with connect(url, token(shop)) as pos:
        heard: asyncio.Queue[str] = asyncio.Queue()
        pos.order.on("add", heard.put_nowait)
        order = await pos.order.add(DRAFT)
        async with asyncio.timeout(10):
            assert await heard.get() == order.id
        assert (await pos.order.get_order(order.id)).charge_price.charge_price_value == 18_000
        with pytest.raises(PosPluginSdkError) as refused:
            await pos.order.get_order("nothing")
        assert refused.value.code == "NOT_FOUND"
    with pytest.raises(PosPluginSdkError) as unknown:
        async with connect(url, "wrong"):
            pass
    assert unknown.value.code == "UNAUTHENTICATED"
    with pytest.raises(ConnectionError):
        async with connect("ws://127.0.0.1:1/v1/socket", "x"):
            pass


async def test_nothing_is_missed(shop: SimulatedShop, url: str):
    """H-38, OFF-9: events of the time without connection come after it is back, each once."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0.01)

    async with connect(url, token(shop), sleep=at_once) as pos:
        heard: list[str] = []
        pos.order.on("add", heard.append)
        other = await shop.pos("other")
        made = [(await other.order.add(DRAFT)).id]
        await pos.request("session.ping.request")
        cut(shop)
        made += [(await other.order.add(DRAFT)).id for _ in range(3)]
        async with asyncio.timeout(10):
            while len(heard) < 4:  # noqa: ASYNC110 (the connection comes back in its own time)
                await asyncio.sleep(0.01)
        await pos.events.idle()
        assert heard == made


async def test_a_remote_plugin(shop: SimulatedShop, url: str):
    """python-sdk §2: JUMAK_URL and JUMAK_TOKEN make any plugin a remote service; SIGTERM ends it."""
    pos = await shop.pos()
    await pos.order.add(DRAFT)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SAMPLES / "kitchen-monitor" / "kitchen_monitor.py"),
        env={**os.environ, "JUMAK_URL": url, "JUMAK_TOKEN": token(shop, "kds:read", "order:read")},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            assert "[open]" in (await process.stdout.readline()).decode()
            await pos.order.add(DRAFT)
            assert "NEW: 해물파전 +1 | open: 2" in (await process.stdout.readline()).decode()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


async def test_a_plugin_that_cannot_connect_says_why_in_a_sentence(url: str):
    """python-sdk §2: a wrong token, no token, no address and no shop end it with what to do, no traceback."""
    program = 'from jumak.sdk import Plugin; Plugin("lamp").run()'
    bare = {key: value for key, value in os.environ.items() if not key.startswith("JUMAK_")}
    for given, said in (
        ({"JUMAK_URL": url, "JUMAK_TOKEN": "wrong"}, "lamp: 토큰"),
        ({"JUMAK_URL": url}, "lamp: JUMAK_TOKEN is not set"),
        ({}, "lamp: JUMAK_URL is not set"),
        (
            {"JUMAK_URL": "ws://127.0.0.1:9/v1/socket", "JUMAK_TOKEN": "x"},
            "lamp: cannot reach ws://127.0.0.1:9",
        ),
    ):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, env={**bare, **given},
            stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, errors = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 1
        assert errors.decode().startswith(said)
        assert len(errors.decode().splitlines()) == 1
