"""The simulated shop behind a real socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from jumak.sdk import Pos, connect
from jumak.server.app import App
from jumak.server.uploads import Uploads
from jumak.testing import SimulatedShop
from tests.ports import free_port
from tests.sdk.serving import token


@pytest.fixture
async def url(shop: SimulatedShop, tmp_path: Path) -> AsyncIterator[str]:
    """Where it is served."""
    port = free_port()
    config = uvicorn.Config(
        App(shop.running, Uploads(tmp_path / "uploads")),
        host="127.0.0.1", port=port, ws="websockets-sansio", lifespan="off", log_level="error",
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]  # pytest keeps its own
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{port}/v1/socket"
    shop.running.end_connections()
    server.should_exit = True
    await task


@pytest.fixture
async def pos(shop: SimulatedShop, url: str) -> AsyncIterator[Pos]:
    """A client of that shop, named `remote`, that is back at once when its connection is lost."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0.01)

    async with connect(url, token(shop), sleep=at_once) as connected:
        yield connected
