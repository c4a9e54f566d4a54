"""A till with a card terminal on the counter, both in this process; the shop's file stays over its restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jumak.domain.caller import Caller
from jumak.main import run_shop
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.store.sqlite import SqliteStore
from jumak.testing import OWNER, PracticeTerminal, simulated_shop
from tests.service.asking import READER, Asking, a_line
from tests.service.dying import commit_on_the_loop, stop_writing
from tests.service.paying import CASHIER, MANAGER

Json = dict[str, Any]
PANCAKES = 18_000
FINAL = frozenset({"APPROVED", "DECLINED", "CANCELED", "NOT_FOUND", "NET_CANCELLED"})


class CardCounter:
    """What tests of card payments do. Opened with `async with`."""

    def __init__(self, *, attended: bool = False, folder: Path | None = None, **more: Any) -> None:
        self.terminal = PracticeTerminal(now=lambda: self.clock.now(), attended=attended)
        self.folder = folder
        self._opening = simulated_shop(folder=folder, drivers=self.terminal.drivers, **more)
        self.asking: Asking
        self.terminal_id = ""

    async def __aenter__(self) -> CardCounter:
        self.asking = Asking(await self._opening.__aenter__())
        commit_on_the_loop(self.asking.shop.running.store)
        draft = {"name": "카운터 단말기", "driver": "simulator", "address": "practice"}
        saved = await self.asking.ask("terminal.save.request", {"terminal": draft}, OWNER)
        self.terminal_id = saved["terminal"]["id"]
        await self.settle()
        return self

    async def __aexit__(self, *of: Any) -> None:
        await self._opening.__aexit__(*of)
        await self.terminal.close()

    @property
    def clock(self) -> Any:
        return self.asking.shop.clock

    async def settle(self) -> None:
        await self.asking.shop.settle()

    async def order(self, price: int = PANCAKES) -> Json:
        """An order over this price, as a plugin may price it."""
        line = a_line(2) | {"chargePrice": {"value": price}}
        return await self.asking.add(READER, line)

    async def start(
        self, order: Json, amount: int | None = None, *, caller: Caller = CASHIER, **more: Any
    ) -> Json:
        now = await self.asking.get(order["id"])
        unpaid = now["paymentPrice"]["paymentUnpaidValue"]
        data = {
            "orderId": order["id"], "tender": "CARD", "amount": unpaid if amount is None else amount,
            "expectedUnpaid": unpaid,
        }  # fmt: skip
        return (await self.asking.ask("payment.start.request", data | more, caller))["attempt"]

    async def get(self, attempt: Json) -> Json:
        await self.settle()
        found = await self.asking.ask("payment-attempt.get.request", {"id": attempt["id"]}, CASHIER)
        return found["attempt"]

    async def ended(self, attempt: Json, *states: str) -> Json:
        """Lets the clock jump from one waker to the next until the attempt is there."""
        return await self.until(lambda: self._in(attempt, states or (*FINAL, "NEEDS_MANUAL")))

    async def _in(self, attempt: Json, states: tuple[str, ...]) -> Json | None:
        now = await self.get(attempt)
        return now if now["state"] in states else None

    async def until(self, looks: Callable[[], Any]) -> Any:
        """Jumps from waker to waker until something is seen."""
        async with asyncio.timeout(20):
            while True:
                await self.settle()
                if (seen := await looks()) is not None:
                    return seen
                self.jump_to_next()

    def jump_to_next(self) -> None:
        at = self.clock.next_waking()
        assert at is not None, "nothing would ever happen any more"
        self.clock.jump(seconds=max(0.0, (at - self.clock.now()).total_seconds()))

    async def give_up(self, attempt: Json) -> Json:
        asked = await self.asking.ask("payment-attempt.cancel.request", {"id": attempt["id"]}, CASHIER)
        return asked["attempt"]

    async def cancel(self, order: Json, payment: Json, caller: Caller = MANAGER) -> Json:
        data = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
        return await self.asking.ask("payment.cancel.request", data, caller)

    async def refund(self, order: Json, amount: int, payment: Json | None = None) -> Json:
        """An amount as goodwill: in the books at once, at the terminal afterwards (CAN-6, CAN-8)."""
        data = {"id": order["id"], "amount": amount, "reason": "늦은 음식"}
        chosen = {} if payment is None else {"paymentId": payment["id"]}
        return await self.asking.ask("order.refund-amount.request", data | chosen, MANAGER)

    async def refunds(self) -> list[Json]:
        """What was asked back, the newest first, once nothing is under way."""
        await self.settle()
        listed = await self.asking.ask("payment-refund.list.request", {}, MANAGER)
        return list(listed["refunds"])

    async def resolve(self, refund: Json, how: str, *, caller: Caller = MANAGER, **more: Any) -> Json:
        data = {"id": refund["id"], "how": how} | more
        return await self.asking.ask("payment-refund.resolve.request", data, caller)

    async def paid(self, order: Json) -> int:
        return int((await self.asking.get(order["id"]))["paymentPrice"]["paymentPaidValue"])

    async def kill(self) -> None:
        """The server is gone as by SIGKILL; what it had not written is lost."""
        stop_writing(self.asking.shop.running.store)
        await self.asking.shop._end()

    async def restart(self) -> None:
        """Comes back with what is on disk."""
        assert self.folder is not None
        shop = self.asking.shop
        connections = Connections()
        store = SqliteStore.open(self.folder, clock=shop.clock, ids=UuidIds(), live=connections)
        commit_on_the_loop(store)
        shop.running, shop._end = await run_shop(
            store, connections, shop.clock, drivers=self.terminal.drivers
        )
        await self.settle()
