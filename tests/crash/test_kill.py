"""Kill the server while a full house orders: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

import httpx

from jumak.store.opening import InDatabase
from tests.conftest import LARGE
from tests.crash.books import books_agree, everything_said, pushed_facts
from tests.crash.checking import checked
from tests.crash.guests import Guest, HttpLine, Listener, SocketLine, StreamListener
from tests.crash.shop_process import ShopProcess, make_shop
from tests.postgres import PostgresServer

KILLS = 200 if LARGE else 20
GUESTS = 16
SEED = 20_260_202
SCOPES = ["plugin"]


class House:
    """The guests and listeners of one server, and a count of the answers they got."""

    def __init__(self, server: ShopProcess, tokens: list[str], ear: str) -> None:
        self.answers = 0
        self._awaited: tuple[int, asyncio.Event] = (0, asyncio.Event())
        self.guests = [
            Guest(
                number,
                server,
                (HttpLine if number % 2 else SocketLine)(server, token),
                SEED,
                self._answered,
            )
            for number, token in enumerate(tokens)
        ]
        self.listeners = [Listener(server, ear), Listener(server, ear), StreamListener(server, ear)]

    def _answered(self) -> None:
        self.answers += 1
        if self.answers >= self._awaited[0]:
            self._awaited[1].set()

    async def more_answers(self, count: int) -> None:
        """Waits until the guests were told so many things more."""
        event = asyncio.Event()
        self._awaited = (self.answers + count, event)
        await asyncio.wait_for(event.wait(), 60)


async def test_what_was_acknowledged_survives_every_kill(tmp_path: Path, record_property: Any) -> None:
    """H-36, H-38, PAY-6, PAY-7, NUM-2, OFF-7, OFF-9: SIGKILL at random answers, repeats, resumes, then the books."""
    record_property("start_s", await _survives(tmp_path / "shop", None, KILLS))


async def test_what_was_acknowledged_survives_in_a_database(postgres: PostgresServer, tmp_path: Path) -> None:
    """H-36, H-38, PAY-6, PAY-7, NUM-2, OFF-7, OFF-9: the same of a shop in PostgreSQL."""
    await _survives(tmp_path / "shop", InDatabase(postgres.url, 3_000_001), KILLS // 4)


async def _survives(folder: Path, database: InDatabase | None, kills: int) -> float:
    """Returns how many seconds the server took to start."""
    chance = random.Random(SEED)
    await make_shop(folder, database)
    server = ShopProcess(folder, database)
    await server.start()
    tokens = [await _token(server, f"guest-{number}") for number in range(GUESTS)]
    house = House(server, tokens, await _token(server, "ear"))
    over = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            ears = [tasks.create_task(one.listen()) for one in house.listeners]
            living = [tasks.create_task(guest.live(over)) for guest in house.guests]
            for _ in range(kills):
                await house.more_answers(chance.randint(1, 100))
                await server.kill()
                await server.start()
            await house.more_answers(GUESTS)
            over.set()
            await asyncio.gather(*living)

            async def ask(name: str, data: dict[str, Any]) -> dict[str, Any]:
                return await _post(server, tokens[0], name, data)

            listed = await everything_said(ask)
            for listener in house.listeners:
                await listener.reach(listed[-1][0])
            for ear in ears:
                ear.cancel()
        await books_agree(ask, house.guests)
    finally:
        with contextlib.suppress(ProcessLookupError):
            await server.stop()
    assert "Traceback" not in server.errors, server.errors
    assert [(seq, name) for seq, name, _ in listed] == await pushed_facts(folder, database, SCOPES)
    for listener in house.listeners:
        assert listener.heard == listed
        assert listener.resumes > kills // 2
    assert await checked(folder, database) == b"All is well.\n"
    start_s = sorted(server.starts)[len(server.starts) // 2]
    print(
        f"{kills} kills, {house.answers} answers, {sum(guest.resent for guest in house.guests)} repeats, "
        f"{len(listed)} pushes, start {start_s:.2f} s"
    )
    return start_s


async def _token(server: ShopProcess, name: str) -> str:
    reply = await _post(
        server, server.owner.token, "device.pair", {"kind": "service", "name": name, "scopes": SCOPES}
    )
    return str(reply["token"])


async def _post(server: ShopProcess, token: str, name: str, data: dict[str, Any]) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30) as http:
        answer = await http.post(f"/v1/{name}", json=data, headers={"Authorization": f"Bearer {token}"})
        reply: dict[str, Any] = answer.json()
        assert reply["complete"] is True, reply
        return reply
