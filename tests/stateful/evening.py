"""A till through an evening in which anything may fall over while money moves: what every kind of payment shares.

`test_money.py` adds the payments. What goes wrong happens a number of turns of the loop into a step; commits are
made on the loop, so that a step fails at the same instant whenever it is run again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from jumak.domain.attempt import Attempt
from jumak.domain.errors import PosError
from jumak.domain.refund import RefundAttempt
from jumak.service.ports import Reader
from jumak.store.errors import StoreError
from tests.service.cards import CardCounter
from tests.service.paying import MANAGER
from tests.stateful.stamp import Stamp

Json = dict[str, Any]
ResultT = TypeVar("ResultT")


class Mishap(NamedTuple):
    """What falls over, and how many turns of the loop into a step: a charge takes 13, finding out what became of it 40."""

    what: Literal["server", "server and terminal", "terminal", "wire", "plugin", "patience"]
    into: int


INTO = st.one_of(st.integers(0, 15), st.integers(0, 45))
WHAT = ("server", "server", "server and terminal", "terminal", "wire", "plugin", "patience")
MISHAP = st.builds(Mishap, st.sampled_from(WHAT), INTO)
NONE_OR_MISHAP = st.none() | MISHAP


class MoneyEvening(RuleBasedStateMachine):
    """One till with a card terminal and a plugin's payment method, on a disk that stays."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.counter = CardCounter(folder=Path(self.folder.name) / "shop")
        self.plugin = Stamp()
        self.orders: list[str] = []
        self.given_up: set[str] = set()
        """Attempts staff wait for no longer."""

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return self.loop.run_until_complete(work)

    async def open(self, *, attended: bool) -> None:
        self.counter.terminal._attended = attended
        self.counter.terminal.switch_off()
        self.counter.terminal.switch_on()
        await self.counter.__aenter__()
        await self.connect_plugin()

    async def connect_plugin(self) -> None:
        if not self.plugin.connected:
            self.plugin.connect(self.counter.asking.shop.running)
        await self.counter.settle()

    async def close(self) -> None:
        self.plugin.die()
        await self.counter.__aexit__(None, None, None)

    # -- asking ----------------------------------------------------------------------------------

    async def ask(self, name: str, data: Json) -> Json | None:
        """The reply, None for a refusal and from a server that dies; anything else is a bug, and red."""
        try:
            return await self.counter.asking.ask(name, data, MANAGER)
        except (PosError, StoreError):
            return None

    async def asked_through(self, mishap: Mishap | None, name: str, data: Json) -> Json | None:
        """The same, while something goes wrong; whoever waits for silence waits half a minute."""
        server = self.counter.asking.shop.running
        asking = asyncio.create_task(self.ask(name, data))
        await self.happens(mishap)
        if not asking.done() and server is not self.counter.asking.shop.running:
            # The connection is gone with the server; what was asked may have been done or not.
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return None
        if not asking.done():
            self.counter.clock.jump(seconds=31)
        return await asyncio.wait_for(asking, 30)

    async def happens(self, mishap: Mishap | None) -> None:
        """Until everything has come to rest again, as far as it does by itself."""
        if mishap is not None:
            for _ in range(mishap.into):
                await asyncio.sleep(0)
            await self._fall_over(mishap.what)
        await self.counter.settle()

    async def _fall_over(self, what: str) -> None:
        match what:
            case "server" | "server and terminal":
                await self.counter.kill()
                self.plugin.die()
                if what == "server and terminal":
                    self.counter.terminal.switch_off()
                await self.counter.restart()
                await self.connect_plugin()
            case "terminal":
                self.counter.terminal.switch_off()
            case "wire":
                self.counter.terminal.cut()
            case "plugin":
                self.plugin.die()
                await self.counter.settle()
                await self.connect_plugin()
            case "patience":
                # Staff wait no longer for whatever is under way.
                for attempt in await self.attempts():
                    if attempt.state in ("SENT", "UNKNOWN"):
                        await self.give_up(attempt.id)

    async def give_up(self, attempt_id: str) -> None:
        """NET-3: what was not a payment by then never becomes one by itself."""
        reply = await self.ask("payment-attempt.cancel.request", {"id": attempt_id})
        if reply is not None and reply["attempt"]["state"] == "UNKNOWN":
            self.given_up.add(attempt_id)

    # -- looking ---------------------------------------------------------------------------------

    @property
    def read(self) -> Reader:
        return self.counter.asking.shop.running.store.reader()

    async def attempts(self) -> list[Attempt]:
        return list((await self.read.all(Attempt)).values())

    async def refunds(self) -> list[RefundAttempt]:
        return list((await self.read.all(RefundAttempt)).values())

    async def order(self, order_id: str) -> Json:
        return await self.counter.asking.get(order_id)

    async def all_orders(self) -> list[Json]:
        return [await self.order(each) for each in self.orders]
