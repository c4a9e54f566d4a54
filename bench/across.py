"""How long a push takes to a subscriber of another server process, against one of the process that was asked.

Two real servers of one shop in PostgreSQL, one beside the other; from sending an order to the first until a socket of
each has the push. Once with wake-ups through the database, once over NATS.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from pathlib import Path

import httpx
import websockets
from tqdm import tqdm

from bench.targets import ACROSS_DATABASE, ACROSS_NATS, Measured, Target
from jumak.store.opening import InDatabase
from tests.crash.guests import CLIENT, open_socket
from tests.crash.shop_process import ShopProcess, make_shop
from tests.nats import NatsServer
from tests.postgres import PostgresServer
from tests.service.asking import a_line, an_order

ORDERS = 300
WARM = 50
PAUSE_S = 0.01


def measure(folder: Path) -> list[Measured]:
    """Medians of both."""
    postgres, nats = PostgresServer(), NatsServer()
    try:
        return [
            asyncio.run(_measured(ACROSS_DATABASE, folder / "database", InDatabase(postgres.url, 1))),
            asyncio.run(
                _measured(ACROSS_NATS, folder / "nats", InDatabase(postgres.url, 2), "--nats-url", nats.url)
            ),
        ]
    finally:
        nats.close()
        postgres.close()


async def _measured(target: Target, folder: Path, database: InDatabase, *words: str) -> Measured:
    await make_shop(folder / "one", database)
    one, two = (ShopProcess(folder / name, database) for name in ("one", "two"))
    one.words, two.words = (*one.words, *words), (*two.words, *words, "--beside")
    await one.start()
    await two.start()
    try:
        here, there = await _lags(one, two)
    finally:
        await two.stop()
        await one.stop()
    ratio = statistics.median(there) / statistics.median(here)
    detail = f"same process {statistics.median(here) * 1e3:.1f} ms, another {statistics.median(there) * 1e3:.1f} ms"
    return Measured(target, ratio, detail)


async def _lags(one: ShopProcess, two: ShopProcess) -> tuple[list[float], list[float]]:
    async with httpx.AsyncClient(base_url=one.url, trust_env=False, timeout=30) as http:
        owner = {"Authorization": f"Bearer {one.owner.token}"}
        paired = await http.post(
            "/v1/device.pair", json={"kind": "service", "name": "b", "scopes": ["plugin"]}, headers=owner
        )
        token = paired.json()["token"]
        ears = [await _Ear.opened(server, token) for server in (one, two)]
        lags: tuple[list[float], list[float]] = [], []
        for number in tqdm(range(WARM + ORDERS), desc="across processes", leave=False):
            begun = time.perf_counter()
            hearing = [asyncio.create_task(ear.next_order()) for ear in ears]
            answer = await http.post(
                "/v1/order.add",
                json={"order": an_order(a_line(1))},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 200, answer.text
            for task, some in zip(hearing, lags, strict=True):
                heard = await task
                if number >= WARM:
                    some.append(heard - begun)
            await asyncio.sleep(PAUSE_S)
        for ear in ears:
            await ear.socket.close()
        return lags


class _Ear:
    """A socket that waits for orders. Made by `opened`."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    @classmethod
    async def opened(cls, server: ShopProcess, token: str) -> _Ear:
        """Returns once it would hear of an order."""
        asked = {"token": token, "client": CLIENT}
        frame = {"name": "session.open.request", "version": 1, "callbackId": "o", "data": asked}
        # The other process hears of a new token a moment later.
        while True:
            socket = await open_socket(server)
            await socket.send(json.dumps(frame))
            if json.loads(await socket.recv())["data"]["complete"]:
                return cls(socket)
            await socket.close()
            await asyncio.sleep(0.05)

    async def next_order(self) -> float:
        """When it came."""
        while True:
            if b'"order.change.event"' in await self.socket.recv(decode=False):
                return time.perf_counter()
