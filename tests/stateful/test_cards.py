"""Card payments through a random evening in which anything may fail: answers, wires, the terminal, the server.

The model is the card network's own book, which no crash touches. Whatever happens, a guest's card is never charged
more than the order's price, and in the end book and journal agree to the won.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jumak.devices.terminal.simulator.faults import FAULTS
from jumak.devices.terminal.simulator.reader import Act
from jumak.domain.attempt import OPEN
from jumak.domain.errors import PosError
from jumak.service.documents import InFlight
from jumak.store.sqlite.check import check
from tests.conftest import LARGE
from tests.service.cards import FINAL, CardCounter
from tests.service.paying import CASHIER, MANAGER

PICK = st.integers(0, 1_000)
CODES = st.sampled_from(["00", "00", "68", "69", "70", "96", "97", *FAULTS])
ONE_TROUBLE = st.one_of(
    st.fixed_dictionaries({"cut": st.integers(1, 8)}),
    st.fixed_dictionaries({"silent": st.integers(1, 8)}),
    st.fixed_dictionaries({"deaf": st.integers(1, 8)}),
    st.sampled_from([{"twice": True}, {"garbage": True}, {"other_key": "another"}]),
    st.sampled_from([{"late_charge": True}, {"late_answer": True}]),
    st.fixed_dictionaries({"code": CODES}),
)
TROUBLE = st.lists(ONE_TROUBLE, max_size=2).map(
    lambda several: {key: each[key] for each in several for key in each}
)
INTO = st.integers(0, 80)
"""How many turns of the loop something gets before everything falls over."""


class CardEvening(RuleBasedStateMachine):
    """One till, one terminal, a few orders."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.counter = CardCounter(folder=Path(self.folder.name) / "shop")
        self.orders: list[dict[str, Any]] = []
        self.attempts: dict[str, str] = {}
        """Attempt → its order."""
        self.ended: dict[str, str] = {}

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def ask(self, name: str, data: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self.run(self.counter.asking.ask(name, data, MANAGER))
        except PosError:
            # Anything else than a refusal is a bug, and red.
            return None

    @property
    def is_on(self) -> bool:
        return self.counter.terminal._machine is not None

    @initialize(attended=st.sampled_from([False, False, True]), codes=st.lists(CODES, min_size=3, max_size=3))
    def opens(self, attended, codes):
        self.counter.terminal._attended = attended
        self.counter.terminal.switch_off()
        self.counter.terminal.switch_on()
        self.run(self.counter.__aenter__())
        for code in codes:
            self.orders.append(self.run(self.counter.order(18_000 + int(code))))

    @rule(
        pick=PICK,
        share=st.sampled_from([1, 1, 2, 3]),
        tender=st.sampled_from(["CARD", "CARD", "CARD", "CASH"]),
        trouble=TROUBLE,
        is_off=st.sampled_from([False, False, False, False, True]),
    )
    def starts(self, pick, share, tender, trouble, is_off):
        if not is_off:
            self.counter.terminal.switch_on()
        self.let(trouble)
        self.begin(pick, share, tender)
        self.run(self.counter.settle())

    def begin(self, pick: int, share: int, tender: str = "CARD") -> None:
        order = self.orders[pick % len(self.orders)]
        unpaid = self.run(self.counter.asking.get(order["id"]))["paymentPrice"]["paymentUnpaidValue"]
        data = {
            "orderId": order["id"], "tender": tender, "amount": max(1, unpaid // share), "expectedUnpaid": unpaid,
        }  # fmt: skip
        reply = self.ask("payment.start.request", data)
        if reply is not None:
            self.attempts[reply["attempt"]["id"]] = order["id"]

    @rule(pick=PICK, share=st.sampled_from([1, 2]), into=INTO, terminal_dies=st.booleans(), trouble=TROUBLE)
    def starts_and_the_server_dies(self, pick, share, into, terminal_dies, trouble):
        """At any step of the charge."""
        self.counter.terminal.switch_on()
        self.let(trouble)
        self.begin(pick, share)
        self.fall_over(into, terminal_dies)

    @rule(into=INTO, terminal_dies=st.booleans())
    def the_server_dies(self, into, terminal_dies):
        self.fall_over(into, terminal_dies)

    def fall_over(self, into: int, terminal_dies: bool) -> None:
        async def fall() -> None:
            for _ in range(into):
                await asyncio.sleep(0)
            await self.counter.kill()
            if terminal_dies:
                self.counter.terminal.switch_off()
            await self.counter.restart()

        self.run(fall())

    def let(self, trouble: dict[str, Any]) -> None:
        """SIM-1, per call."""
        if self.is_on:
            self.counter.terminal.control(**trouble)

    @precondition(lambda self: self.is_on and self.counter.terminal.machine._stuck)
    @rule()
    def what_was_stuck_arrives(self):
        async def arrives() -> None:
            self.counter.terminal.machine.deliver()
            await self.counter.settle()

        self.run(arrives())

    @precondition(lambda self: self.is_on and self.counter.terminal.machine.reader.busy)
    @rule(acts=st.sampled_from([(Act.INSERT, Act.ENTER_PIN), (Act.INSERT,), (Act.ENTER_PIN,), (Act.CANCEL,)]))
    def the_guest_does_something(self, acts):
        async def does() -> None:
            for act in acts:
                self.counter.terminal.machine.reader.act(act)
            await self.counter.settle()

        self.run(does())

    @rule(into=INTO)
    def the_terminal_dies(self, into):
        async def dies() -> None:
            for _ in range(into):
                await asyncio.sleep(0)
            self.counter.terminal.switch_off()
            await self.counter.settle()

        self.run(dies())

    @rule()
    def the_wire_is_cut(self):
        async def cut() -> None:
            self.counter.terminal.cut()
            await self.counter.settle()

        self.run(cut())

    @rule(seconds=st.sampled_from([1, 5, 30, 61]), is_off=st.sampled_from([False, False, True]))
    def time_passes(self, seconds, is_off):
        """And somebody looks after the terminal, or nobody does."""
        if not is_off:
            self.counter.terminal.switch_on()

        async def passes() -> None:
            self.counter.clock.jump(seconds=seconds)
            await self.counter.settle()

        self.run(passes())

    @precondition(lambda self: self.attempts)
    @rule(pick=PICK)
    def staff_give_up(self, pick):
        self.ask("payment-attempt.cancel.request", {"id": self.some(pick)})

    @precondition(lambda self: self.attempts)
    @rule(pick=PICK, how=st.sampled_from(["QUERY", "NET_CANCEL"]))
    def a_manager_asks_again(self, pick, how):
        self.ask("payment-attempt.resolve.request", {"id": self.some(pick), "how": how})

    @rule(pick=PICK, into=INTO, dies=st.booleans(), trouble=TROUBLE)
    def a_payment_goes_back(self, pick, into, dies, trouble):
        """CAN-8, CAN-10: and the server may die at any step of it."""
        self.let(trouble)
        order = self.run(self.counter.asking.get(self.orders[pick % len(self.orders)]["id"]))
        live = [payment for payment in order["payments"] if payment["state"] != "CANCELLED"]
        if not live:
            return

        async def back() -> None:
            asking = asyncio.create_task(self.counter.cancel(order, live[pick % len(live)]))
            if dies:
                for _ in range(into):
                    await asyncio.sleep(0)
                await self.counter.kill()
                await self.counter.restart()
            else:
                await self.counter.settle()
                # A terminal that says nothing is waited for half a minute, the caller for less.
                self.counter.clock.jump(seconds=31)
            [outcome] = await asyncio.gather(asking, return_exceptions=True)
            assert isinstance(outcome, dict | PosError), outcome

        self.run(back())

    @rule(
        pick=PICK,
        amount=st.sampled_from([1, 91, 500, 4_068, 5_000, 17_000]),
        into=INTO,
        dies=st.booleans(),
        trouble=TROUBLE,
    )
    def a_part_goes_back(self, pick, amount, into, dies, trouble):
        """CAN-7, CAN-8: in the books at once, at the terminal whatever happens in between."""
        self.let(trouble)
        order = self.orders[pick % len(self.orders)]
        self.ask(
            "order.refund-amount.request",
            {"id": order["id"], "amount": amount, "reason": "시험", "paymentId": self.newest(order)},
        )
        if dies:
            self.fall_over(into, terminal_dies=False)
        self.run(self.counter.settle())

    def newest(self, order: dict[str, Any]) -> str | None:
        payments = self.run(self.counter.asking.get(order["id"]))["payments"]
        return payments[-1]["id"] if payments else None

    @precondition(lambda self: self.owed())
    @rule(
        pick=PICK,
        how=st.sampled_from(["ASK_AGAIN", "WHOLE_THEN_REST", "WHOLE_THEN_REST"]),
        into=INTO,
        dies=st.booleans(),
        trouble=TROUBLE,
    )
    def a_manager_has_the_part_given_back(self, pick, how, into, dies, trouble):
        """CAN-8: asked again, or the whole and the rest charged; the server may die at any step."""
        self.let(trouble)
        parts = self.owed()
        self.ask("payment-refund.resolve.request", {"id": parts[pick % len(parts)]["id"], "how": how})
        if dies:
            self.fall_over(into, terminal_dies=False)
        self.run(self.counter.settle())

    def refunds(self) -> list[dict[str, Any]]:
        found = self.run(self.counter.asking.ask("payment-refund.list.request", {}, MANAGER))
        return list(found["refunds"])

    def owed(self) -> list[dict[str, Any]]:
        if not self.orders:
            return []
        states = ("DECLINED", "NOT_RETURNED")
        return [each for each in self.refunds() if each.get("part") and each["state"] in states]

    @rule(pick=PICK, trouble=TROUBLE)
    def staff_cancel_the_order(self, pick, trouble):
        self.let(trouble)
        data = {"id": self.orders[pick % len(self.orders)]["id"], "reason": "시험"}
        self.ask("order.cancel.request", data)
        self.run(self.counter.settle())

    def some(self, pick: int) -> str:
        return list(self.attempts)[pick % len(self.attempts)]

    def listed(self) -> dict[str, dict[str, Any]]:
        found = self.run(self.counter.asking.ask("payment-attempt.list.request", {}, MANAGER))["attempts"]
        # The charge of a rest begins by itself.
        self.attempts |= {each["id"]: each["orderId"] for each in found}
        return {each["id"]: each for each in found}

    def captured(self, order_id: str) -> int:
        """What the card network holds for an order, whatever the shop knows of it."""
        book = self.counter.terminal.book
        held = 0
        for attempt_id, its in self.attempts.items():
            charged = book.charged(attempt_id)
            if its == order_id and charged is not None and not charged.reversed:
                held += charged.amount - book.given_back(attempt_id)
        return held

    @invariant()
    def nobody_is_charged_too_much(self):
        """NET-a, PAY-2, CAN-a: cash and cards together ≤ price and what is still to go back, at the network too."""
        attempts = self.listed()
        assert attempts.keys() == self.attempts.keys()
        book = self.counter.terminal.book
        going_back: dict[str, int] = {}
        for refund in self.refunds():
            if refund.get("part") and refund["state"] != "RETURNED":
                going_back[refund["orderId"]] = going_back.get(refund["orderId"], 0) + refund["amount"]
        for key in book.keys():  # noqa: SIM118 (a book is no dict)
            charged = book.charged(key)
            assert charged is not None
            assert 0 <= book.given_back(key) <= charged.amount
        for attempt_id, attempt in attempts.items():
            assert self.ended.get(attempt_id) in (None, attempt["state"])
            if attempt["state"] in FINAL:
                self.ended[attempt_id] = attempt["state"]
            else:
                assert attempt["state"] in OPEN
            assert ("payment" in attempt) == (attempt["state"] == "APPROVED")
        for order in self.orders:
            now = self.run(self.counter.asking.get(order["id"]))
            price = now["chargePrice"]["chargePriceValue"]
            assert now["paymentPrice"]["paymentPaidValue"] <= price
            cash = sum(
                payment["amountMoney"]
                for payment in now["payments"]
                if payment["state"] != "CANCELLED" and payment["sourceType"] == "CASH"
            )
            assert cash + self.captured(order["id"]) <= price + going_back.get(order["id"], 0)
            held = self.run(self.counter.asking.shop.running.store.reader().get(InFlight, order["id"]))
            for attempt_id, order_id in self.attempts.items():
                if order_id == order["id"] and attempts[attempt_id]["state"] in OPEN:
                    assert held is not None
                    assert held.attempt_id == attempt_id

    def teardown(self) -> None:
        """NET-3, NET-5, SET-1: once the terminal answers again everything finds its end, and both books agree."""
        if not hasattr(self.counter, "asking"):
            return
        self.counter.terminal.switch_on()
        self.counter.terminal.control()
        self.run(self.reconcile())
        # Whatever arrives after the end comes too late.
        self.counter.terminal.machine.deliver()
        self.run(self.reconcile())
        attempts = self.listed()
        assert {attempt["state"] for attempt in attempts.values()} <= FINAL
        assert not self.run(self.counter.asking.shop.running.store.reader().all(InFlight))
        journal = 0
        for order in self.orders:
            now = self.run(self.counter.asking.get(order["id"]))
            cards = [payment for payment in now["payments"] if payment["sourceType"] == "CARD"]
            parts = [each for each in self.refunds() if each.get("part")]
            assert {each["state"] for each in parts} <= {"RETURNED"}
            live = sum(
                payment["amountMoney"]
                - sum(part["amount"] for part in parts if part["paymentId"] == payment["id"])
                for payment in cards
                if payment["state"] != "CANCELLED"
            )
            assert live == self.captured(order["id"])
            journal += live
        assert journal == self.counter.terminal.book.totals().net
        day = self.run(self.counter.asking.ask("settlement.get.request", {}, MANAGER))["settlement"]
        assert day["terminals"][0]["agrees"], day
        assert day["open"] == len(self.run(self.pending()))
        self.run(self.counter.__aexit__(None, None, None))
        self.loop.close()
        assert check(Path(self.folder.name) / "shop") == []
        self.folder.cleanup()

    async def pending(self) -> list[dict[str, Any]]:
        """Orders that were cancelled and wait for a refund that was refused: all that may be left."""
        items = (await self.counter.asking.ask("reconcile.list.request", {}, MANAGER))["items"]
        return [each for each in items if each["kind"] == "REFUND" and each["state"] == "DECLINED"]

    async def reconcile(self) -> None:
        """A manager has asked again whatever is on the list, and time passes."""
        for turn in range(200):
            await self.counter.settle()
            attempts = (await self.counter.asking.ask("payment-attempt.list.request", {}, MANAGER))[
                "attempts"
            ]
            refunds = (await self.counter.asking.ask("payment-refund.list.request", {}, MANAGER))["refunds"]
            still = [each for each in attempts if each["state"] in OPEN]
            owed = [
                each for each in refunds if each.get("part") and each["state"] in ("DECLINED", "NOT_RETURNED")
            ]
            under_way = any(each["state"] in ("SENT", "UNKNOWN") for each in refunds)
            if not still and not under_way and not owed:
                return
            if owed and not under_way and not still:
                # In vain for a card that takes no partial cancels, then the whole way.
                again = {"id": owed[0]["id"], "how": "ASK_AGAIN" if turn % 2 == 0 else "WHOLE_THEN_REST"}
                await self.counter.asking.ask("payment-refund.resolve.request", again, MANAGER)
            for attempt in still:
                if attempt["state"] == "NEEDS_MANUAL":
                    again = {"id": attempt["id"], "how": "QUERY"}
                    await self.counter.asking.ask("payment-attempt.resolve.request", again, MANAGER)
                elif attempt["state"] == "SENT":
                    await self.counter.asking.ask(
                        "payment-attempt.cancel.request", {"id": attempt["id"]}, CASHIER
                    )
            self.counter.clock.jump(seconds=31)
        raise AssertionError("it never ends")


CardEvening.TestCase.settings = settings(max_examples=1_000 if LARGE else 100, stateful_step_count=14)
TestCardEvening = CardEvening.TestCase
