"""Kill the server, the card terminal, or both while a card is charged: the card network's own book, the journal and
the order agree afterwards to the won.

What is under way is held by the simulator (the answer stuck on its way, a guest who has not put the card in yet), so
each instant is certain. Everything is real: `jumak serve`, the simulator, TCP, files, SIGKILL.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.store.sqlite.file import FILE_NAME
from tests.crash.checking import checked
from tests.crash.owner import post
from tests.crash.shop_process import ShopProcess, make_shop
from tests.devices.rigs import SimulatorProcess
from tests.service.asking import a_line, an_order
from tests.service.cards import FINAL
from tests.web.waiting import until

Json = dict[str, Any]
PRICE = 18_000


class Counter:
    """A server and a terminal in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.server, self.terminal = ShopProcess(folder / "shop"), SimulatorProcess(folder / "network")

    async def start(self) -> None:
        await make_shop(self.server.folder)
        await self.server.start()
        await self.terminal.start()
        await self.terminal.control(attended=False)
        draft = {"name": "카운터 단말기", "driver": "simulator", "address": self.terminal.address}
        await self.ask("terminal.save", {"terminal": draft})

    async def ask(self, name: str, data: Json) -> Json:
        reply = await post(self.server, name, data)
        assert reply["complete"] is True, reply
        return reply

    async def order(self) -> Json:
        found: Json = (await self.ask("order.add", {"order": an_order(a_line(2))}))["order"]
        return found

    async def charge(self, order: Json) -> str:
        """A card is charged for all of it; the attempt's id, as soon as it is acknowledged."""
        start = {"orderId": order["id"], "tender": "CARD", "amount": PRICE, "expectedUnpaid": PRICE}
        attempt = (await self.ask("payment.start", start))["attempt"]
        return str(attempt["id"])

    async def approved_there(self, attempt_id: str) -> None:
        """Returns once the network has charged the card, whatever the server knows of it."""

        async def charged() -> bool:
            return attempt_id in self.terminal.held()

        await until(charged, "the network has charged the card")

    async def attempt(self, attempt_id: str) -> Json:
        found: Json = (await self.ask("payment-attempt.get", {"id": attempt_id}))["attempt"]
        return found

    async def ended(self, attempt_id: str) -> str:
        """How it ended; queries in vain are repeated after 2, 10 and 30 s."""

        async def end() -> str:
            state = (await self.attempt(attempt_id))["state"]
            return str(state) if state in FINAL else ""

        return await until(end, "the attempt has an end", within_s=90)

    async def books_agree(self, order: Json) -> int:
        """SET-1: the network's book, the order, the journal and the terminal's totals; what is held, in won."""
        now = (await self.ask("order.get", {"id": order["id"]}))["order"]
        live = {p["paymentKey"]: p["amountMoney"] for p in now["payments"] if p["state"] != "CANCELLED"}
        held = {key: amount for key, amount in self.terminal.held().items() if amount}
        assert held == live
        assert now["paymentPrice"]["paymentPaidValue"] == sum(held.values())
        settlement = (await self.ask("settlement.get", {}))["settlement"]
        assert settlement["terminals"][0]["agrees"], settlement
        assert settlement["open"] == 0
        await self.server.stop()
        assert await checked(self.server.folder) == b"All is well.\n"
        assert self.approvals() == len(live)
        assert "Traceback" not in self.server.errors, self.server.errors
        return sum(held.values())

    def approvals(self) -> int:
        """Facts of the journal by which a card became a payment."""
        with contextlib.closing(sqlite3.connect(self.server.folder / FILE_NAME)) as file:
            (count,) = file.execute("SELECT count(*) FROM journal WHERE name = 'attempt.approve'").fetchone()
            return int(count)

    async def close(self) -> None:
        await self.terminal.kill()
        with contextlib.suppress(ProcessLookupError):
            await self.server.stop()


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    counter = Counter(tmp_path)
    await counter.start()
    try:
        yield counter
    finally:
        await counter.close()


async def test_between_approval_and_save(counter: Counter) -> None:
    """NET-1, NET-3: the server dies, the terminal lives: the approval is found and adopted, once."""
    order = await counter.order()
    await counter.terminal.control(attended=False, lateAnswer=True)
    attempt = await counter.charge(order)
    await counter.approved_there(attempt)
    await counter.server.kill()
    await counter.server.start()
    assert await counter.ended(attempt) == "APPROVED"
    # The answer of before, said to the connection of now, makes no second payment.
    await counter.terminal.control(attended=False, deliver=True)
    assert await counter.ended(attempt) == "APPROVED"
    assert await counter.books_agree(order) == PRICE


async def test_between_approval_and_save_with_the_terminal(counter: Counter) -> None:
    """NET-1, NET-3: server and terminal die; the network remembers, and what it holds is what the order was paid."""
    order = await counter.order()
    await counter.terminal.control(attended=False, lateAnswer=True)
    attempt = await counter.charge(order)
    await counter.approved_there(attempt)
    await counter.terminal.kill()
    await counter.server.kill()
    await counter.terminal.start()
    await counter.server.start()
    assert await counter.ended(attempt) == "APPROVED"
    assert await counter.books_agree(order) == PRICE


async def test_the_terminal_dies_after_the_approval(counter: Counter) -> None:
    """NET-2, NET-3: adopted when it is back in time to be asked, taken back when it is not; never both, never neither."""
    order = await counter.order()
    await counter.terminal.control(attended=False, lateAnswer=True)
    attempt = await counter.charge(order)
    await counter.approved_there(attempt)
    await counter.terminal.kill()
    await counter.terminal.start()
    state = await counter.ended(attempt)
    assert await counter.books_agree(order) == {"APPROVED": PRICE, "NET_CANCELLED": 0}[state]


async def test_before_the_card_is_in(counter: Counter) -> None:
    """NET-1, NET-3: nothing was taken, and nothing can be any more; then the guest pays, once."""
    order = await counter.order()
    await counter.terminal.control(attended=True)
    attempt = await counter.charge(order)

    async def asks_guest() -> bool:
        return (await counter.ask("terminal.list", {}))["terminals"][0]["state"] == "busy"

    await until(asks_guest, "the terminal asks for a card")
    await counter.server.kill()
    await counter.terminal.kill()
    await counter.terminal.start()
    await counter.server.start()
    assert await counter.ended(attempt) == "NOT_FOUND"
    assert counter.terminal.held() == {}
    await counter.terminal.control(attended=False)
    again = await counter.charge(order)
    assert await counter.ended(again) == "APPROVED"
    assert await counter.books_agree(order) == PRICE


async def test_after_staff_gave_up(counter: Counter) -> None:
    """NET-3: what is to go back is on disk before the terminal hears of it, so a death in between takes nothing twice."""
    order = await counter.order()
    await counter.terminal.control(attended=False, lateAnswer=True)
    attempt = await counter.charge(order)
    await counter.approved_there(attempt)
    # Every answer that would end it is lost, so that the server is asking when it dies.
    await counter.terminal.control(attended=False, silent=9)
    await counter.ask("payment-attempt.cancel", {"id": attempt})
    await counter.server.kill()
    await counter.terminal.control(attended=False)
    await counter.server.start()
    assert await counter.ended(attempt) == "NET_CANCELLED"
    assert await counter.books_agree(order) == 0
