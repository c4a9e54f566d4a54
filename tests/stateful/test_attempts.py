"""Attempts to take money through a random evening: answers, silence, crashes, restarts, other payments.

The model only knows what each plugin said it had charged and what people decided. Whatever happens, the
shop never holds more than the order's price, and whatever it does not know stays visible.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jumak.domain.attempt import OPEN
from jumak.domain.errors import PosError
from jumak.main import run_shop
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.service.documents import InFlight
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.check import check
from jumak.testing import simulated_shop
from tests.conftest import FACTOR, LARGE
from tests.histories import check_histories
from tests.service.asking import Asking, a_line
from tests.service.dying import stop_writing
from tests.service.paying import APPROVAL, CASHIER, MANAGER, Counter, RawPlugin

PICK = st.integers(0, 1_000)
PRICE = 18_000
FINAL = frozenset({"APPROVED", "DECLINED", "CANCELED", "NOT_FOUND", "NET_CANCELLED"})


class Evening(RuleBasedStateMachine):
    """One order after the other, one till, one plugin that may do anything."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.opening = simulated_shop(folder=Path(self.folder.name))
        self.asking = Asking(self.run(self.opening.__aenter__()))
        self.counter = Counter(self.asking)
        self.plugin: RawPlugin | None = None
        self.orders: list[dict[str, Any]] = []
        self.attempts: dict[str, str] = {}
        """Attempt → its order."""
        self.questions: dict[str, dict[str, Any]] = {}
        self.ended: dict[str, str] = {}
        self.taken: set[str] = set()
        """Keys of approvals the plugin gave."""
        self.number = 0

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def ask(self, name: str, data: dict[str, Any], caller: Any = MANAGER) -> dict[str, Any] | None:
        try:
            return self.run(self.asking.ask(name, data, caller))
        except PosError:
            # Anything else than a refusal is a bug, and red.
            return None

    def listen(self) -> None:
        """Notes the questions the plugin was asked; each attempt once in its life."""
        assert self.plugin is not None
        for question in self.plugin.questions("pay"):
            attempt_id = question["callbackId"].rpartition(":")[2]
            known = self.questions.setdefault(attempt_id, question)
            assert known is question, "asked twice"

    @initialize()
    def opens(self):
        self.plugin = self.run(self.counter.plugin())

    @rule()
    def a_guest_orders(self):
        if len(self.orders) < 4:
            self.orders.append(self.run(self.asking.add(CASHIER, a_line(2))))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, share=st.sampled_from([1, 2, 3]), tender=st.sampled_from(["METHOD", "METHOD", "CASH"]))
    def starts(self, pick, share, tender):
        order = self.orders[pick % len(self.orders)]
        unpaid = self.run(self.asking.get(order["id"]))["paymentPrice"]["paymentUnpaidValue"]
        data = {
            "orderId": order["id"], "tender": tender, "amount": max(1, unpaid // share), "expectedUnpaid": unpaid,
            "method": {"pluginId": "stamp", "id": "card"},
        }  # fmt: skip
        reply = self.ask("payment.start.request", data)
        if reply is not None:
            self.attempts[reply["attempt"]["id"]] = order["id"]
        self.run(self.asking.shop.settle())
        self.listen()

    @precondition(lambda self: self.questions)
    @rule(pick=PICK, how=st.sampled_from(["value", "same key", "undefined", "throw", "malformed"]))
    def the_plugin_answers(self, pick, how):
        """Also to questions of long ago, twice, and over another connection."""
        attempt_id = list(self.questions)[pick % len(self.questions)]
        self.number += 1
        key = "the same" if how == "same key" else f"key-{self.number}"
        answer = {
            "value": {"paymentDto": APPROVAL | {"paymentKey": key}},
            "same key": {"paymentDto": APPROVAL | {"paymentKey": key}},
            "undefined": {},
            "throw": {"complete": False, "errorMessage": "안 됩니다"},
            "malformed": {"paymentDto": {"paymentKey": 5}},
        }[how]

        async def say() -> None:
            assert self.plugin is not None
            self.plugin.answer(self.questions[attempt_id], **answer)
            await self.asking.shop.settle()

        self.run(say())

    @rule()
    def the_plugin_dies(self):

        async def die() -> None:
            assert self.plugin is not None
            self.plugin.kill()
            self.plugin = await self.counter.plugin()

        self.run(die())

    @precondition(lambda self: self.attempts)
    @rule(pick=PICK)
    def staff_give_up(self, pick):
        self.ask("payment-attempt.cancel.request", {"id": self.some(pick)})

    @precondition(lambda self: self.attempts)
    @rule(pick=PICK, how=st.sampled_from(["CONFIRM_PAID", "CONFIRM_NOT_PAID"]))
    def a_manager_resolves(self, pick, how):
        self.ask("payment-attempt.resolve.request", {"id": self.some(pick), "how": how})

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, share=st.sampled_from([1, 2]))
    def somebody_pays_otherwise(self, pick, share):
        order = self.orders[pick % len(self.orders)]
        unpaid = self.run(self.asking.get(order["id"]))["paymentPrice"]["paymentUnpaidValue"]
        if unpaid:
            self.number += 1
            dto = self.asking.payment(
                order, max(1, unpaid // share), f"other-{self.number}", sourceType="CASH"
            )
            self.ask("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": dto})

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def the_order_is_cancelled(self, pick):
        order = self.orders[pick % len(self.orders)]

        async def cancel() -> None:
            data = {"id": order["id"], "reason": "시험"}
            task = asyncio.create_task(self.asking.ask("order.cancel.request", data, MANAGER))
            await self.agree()
            await asyncio.gather(task, return_exceptions=True)

        self.run(cancel())

    async def agree(self) -> None:
        """The plugin has nothing against cancels."""
        assert self.plugin is not None
        await self.asking.shop.settle()
        for question in self.plugin.questions("before-cancel"):
            self.plugin.answer(question)
        await self.asking.shop.settle()

    @rule()
    def the_server_restarts(self):
        """The process is gone and comes back with what is on disk."""
        self.run(self.restart())

    async def restart(self) -> None:
        shop, folder = self.asking.shop, Path(self.folder.name)
        stop_writing(shop.running.store)
        await shop._end()
        connections = Connections()
        store = SqliteStore.open(folder, clock=shop.clock, ids=UuidIds(), live=connections)
        running, end = await run_shop(store, connections, shop.clock)
        shop.running, shop._end = running, end
        self.counter = Counter(self.asking)
        self.plugin = await self.counter.plugin()

    def some(self, pick: int) -> str:
        return list(self.attempts)[pick % len(self.attempts)]

    @invariant()
    def what_is_captured_fits(self):
        """NET-a, PAY-2: captured ≤ price; what is reserved is still payable; ends stay ends."""
        listed = self.run(self.asking.ask("payment-attempt.list.request", {}, MANAGER))["attempts"]
        attempts = {each["id"]: each for each in listed}
        assert attempts.keys() == self.attempts.keys()
        for attempt_id, attempt in attempts.items():
            before = self.ended.get(attempt_id)
            late = before == "NOT_FOUND" and attempt["state"] == "NEEDS_MANUAL" and attempt["approval"]
            assert before in (None, attempt["state"]) or late
            if attempt["state"] in FINAL:
                self.ended[attempt_id] = attempt["state"]
            else:
                assert attempt["state"] in OPEN
                self.ended.pop(attempt_id, None)
            assert ("payment" in attempt) == (attempt["state"] == "APPROVED")
        for order in self.orders:
            now = self.run(self.asking.get(order["id"]))
            paid = now["paymentPrice"]["paymentPaidValue"]
            assert paid <= now["chargePrice"]["chargePriceValue"]
            held = self.run(self.asking.shop.running.store.reader().get(InFlight, order["id"]))
            if held is not None:
                assert attempts[held.attempt_id]["state"] in OPEN
                assert held.amount <= now["paymentPrice"]["paymentUnpaidValue"]
                assert held.locked == (attempts[held.attempt_id]["state"] == "SENT")
            for attempt_id, order_id in self.attempts.items():
                if order_id == order["id"] and attempts[attempt_id]["state"] in ("SENT", "UNKNOWN"):
                    assert held is not None
                    assert held.attempt_id == attempt_id

    def teardown(self) -> None:
        """NET-5: at the end of the day a manager settles everything, and nothing stays reserved."""
        for attempt_id in self.attempts:
            self.ask("payment-attempt.cancel.request", {"id": attempt_id})
            self.ask("payment-attempt.resolve.request", {"id": attempt_id, "how": "CONFIRM_NOT_PAID"})
        for attempt in self.run(self.asking.ask("payment-attempt.list.request", {}, MANAGER))["attempts"]:
            assert attempt["state"] in FINAL
        assert not self.run(self.asking.shop.running.store.reader().all(InFlight))
        self.run(check_histories(self.asking.shop))
        self.run(self.opening.__aexit__(None, None, None))
        self.loop.close()
        assert check(Path(self.folder.name)) == []
        self.folder.cleanup()


Evening.TestCase.settings = settings(max_examples=25 * (FACTOR if LARGE else 1), stateful_step_count=25)
TestEvening = Evening.TestCase
