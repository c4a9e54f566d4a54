"""Kill the server while a full house orders: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from pathlib import Path
from typing import Any

import httpx

from jumak.protocol.pushes import FACTS
from jumak.protocol.scopes import expand
from jumak.service.session import visible_pushes
from jumak.store.opening import InDatabase
from jumak.store.postgres import Database
from jumak.store.sqlite.file import FILE_NAME
from tests.conftest import LARGE
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
            listed = await _everything_said(server, tokens[0])
            for listener in house.listeners:
                await listener.reach(listed[-1][0])
            for ear in ears:
                ear.cancel()
        await _books_agree(server, tokens[0], house.guests)
    finally:
        with contextlib.suppress(ProcessLookupError):
            await server.stop()
    assert "Traceback" not in server.errors, server.errors
    assert [(seq, name) for seq, name, _ in listed] == await _pushed_facts(folder, database)
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


async def _everything_said(server: ShopProcess, token: str) -> list[tuple[int, str, Any]]:
    """What `event.list` tells from the beginning."""
    listed: list[tuple[int, str, Any]] = []
    after, more = 0, True
    while more:
        page = await _post(server, token, "event.list", {"after": after, "limit": 1_000})
        listed += [(event["seq"], event["name"], event["data"]) for event in page["events"]]
        after, more = page["seq"], page["truncated"]
    return listed


async def _books_agree(server: ShopProcess, token: str, guests: list[Guest]) -> None:
    """The shop holds every order and payment its guests were told of, as they were told, and no other."""
    told = {order_id: order for guest in guests for order_id, order in guest.orders.items()}
    paid = {payment_id: dto for guest in guests for payment_id, dto in guest.payments.items()}
    cancelled = {order_id for guest in guests for order_id in guest.cancelled}
    assert sum(len(guest.orders) for guest in guests) == len(told)
    held: dict[str, dict[str, Any]] = {}
    page = 1
    while True:
        found = (await _post(server, token, "order.get-list", {"page": page, "size": 500}))["orders"]
        assert not held.keys() & {order["id"] for order in found}
        held |= {order["id"]: order for order in found}
        if len(found) < 500:
            break
        page += 1
    assert held.keys() == told.keys()
    keys = [order["orderKey"] for order in held.values()]
    assert len(keys) == len(set(keys))
    numbers = [order["number"] for order in held.values()]
    assert len(numbers) == len(set(numbers))
    for order_id, order in told.items():
        # Whoever ordered is the only one who changes the order, so the last word is what stands.
        assert _content(held[order_id]) == _content(order)
        assert (held[order_id]["orderState"] == "CANCELLED") == (order_id in cancelled)
    payments = [payment for order in held.values() for payment in order["payments"]]
    assert sorted(payment["id"] for payment in payments) == sorted(paid)
    for payment in payments:
        sent = paid[payment["id"]]
        same = ("amountMoney", "taxMoney", "supplyMoney", "approvedNo", "paymentKey", "orderId", "sourceType")
        assert {key: payment[key] for key in same} == {key: sent[key] for key in same}
    refusals = [refusal for guest in guests for refusal in guest.refused]
    assert refusals == []


def _content(order: dict[str, Any]) -> dict[str, Any]:
    # The table is put in when an order leaves; the rest is the order itself.
    return {key: value for key, value in order.items() if key != "table"}


async def _pushed_facts(folder: Path, database: InDatabase | None) -> list[tuple[int, str]]:
    """Number and push of every fact of the journal that these listeners may see."""
    visible = visible_pushes(expand(SCOPES))
    if database is None:
        with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as file:
            facts = file.execute("SELECT seq, name FROM journal ORDER BY seq").fetchall()
    else:
        async with Database.connected(database.url) as connections:
            journal = "SELECT seq, name FROM journal WHERE shop_id = $1 ORDER BY seq"
            facts = await connections.pool.fetch(journal, database.shop_id)
    pushes = [(seq, FACTS[name].push) for seq, name in facts if name in FACTS]
    return [(seq, str(push)) for seq, push in pushes if push in visible]
