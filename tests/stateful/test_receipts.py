"""Cash and its receipts through a random evening in which issuer, answers and server fail.

The model is the issuer's own book, which no crash touches. Whatever happens no key is booked twice and no receipt
stands for more than its cash once the queue is empty; in the end book, queue and drawer agree to the won.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jumak.domain.errors import PosError
from jumak.domain.till_receipt import TillReceipt
from jumak.store.sqlite.check import check
from jumak.testing.menu import SHOP
from tests.conftest import LARGE
from tests.service.paying import CASHIER, MANAGER
from tests.service.receipts import MANDATORY, CashCounter

PICK = st.integers(0, 1_000)
INTO = st.integers(0, 60)
"""How many turns of the loop something gets before everything falls over."""
FAULTS = st.lists(
    st.sampled_from(["down", "slow", "refused", "answer-lost", "question-lost", "duplicate"]), max_size=3
)
USES = st.sampled_from([("DEDUCTION", "01023456789"), ("PROOF", "1234567891"), ("SELF", None)])


class CashEvening(RuleBasedStateMachine):
    """One till, one issuer, a few orders."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.orders: list[str] = []
        self.payments: list[str] = []
        self.ended: dict[str, str] = {}

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def ask(self, name: str, data: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self.run(self.counter.asking.ask(name, data, MANAGER))
        except PosError:
            # Anything else than a refusal is a bug, and red.
            return None

    @initialize(mandatory=st.booleans())
    def opens(self, mandatory):
        self.mandatory = mandatory
        shop = MANDATORY if mandatory else SHOP
        self.counter = CashCounter(shop=shop, folder=Path(self.folder.name) / "shop")
        self.run(self.counter.__aenter__())

    @rule(price=st.sampled_from([18_000, 120_000]), share=st.sampled_from([1, 1, 2]))
    def somebody_pays_in_cash(self, price, share):
        order = self.run(self.counter.order(price))
        self.orders.append(order["id"])
        for amount in [price] if share == 1 else [price // 3, price - price // 3]:
            self.payments.append(self.run(self.counter.pay(order, amount))["id"])

    @precondition(lambda self: self.payments)
    @rule(pick=PICK, use=USES, part=st.sampled_from([1, 1, 2]), faults=FAULTS)
    def a_receipt_is_asked_for(self, pick, use, part, faults):
        self.counter.issuer.faults.extend(faults)
        data = {"paymentId": self.payments[pick % len(self.payments)], "use": use[0]}
        if use[1] is not None:
            data["identifier"] = use[1]
        if part > 1:
            data["amount"] = 5_000
        self.ask("cash-receipt.send.request", data)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, amount=st.sampled_from([1, 1_000, 7_777]), faults=FAULTS)
    def part_goes_back(self, pick, amount, faults):
        self.counter.issuer.faults.extend(faults)
        order_id = self.orders[pick % len(self.orders)]
        self.ask("order.refund-amount.request", {"id": order_id, "amount": amount, "reason": "시험"})

    @precondition(lambda self: self.payments)
    @rule(pick=PICK)
    def a_payment_goes_back(self, pick):
        payment_id = self.payments[pick % len(self.payments)]
        order = self.run(self.counter.store.reader().order_of_payment(payment_id))
        self.ask("payment.cancel.request", {"order": {"id": order.id}, "payment": {"id": payment_id}})

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def an_order_is_cancelled(self, pick):
        order_id = self.orders[pick % len(self.orders)]
        self.ask("order.cancel.request", {"id": order_id, "reason": "시험"})

    @rule(pick=PICK, amount=st.sampled_from([None, 1_000]), faults=FAULTS)
    def a_manager_takes_a_receipt_back(self, pick, amount, faults):
        known = self.run(self.counter.list(caller=CASHIER))
        if known:
            self.counter.issuer.faults.extend(faults)
            data = {"id": known[pick % len(known)]["id"], "reason": "시험"}
            self.ask("cash-receipt.cancel.request", data if amount is None else data | {"amount": amount})

    @rule(into=INTO, is_down=st.booleans())
    def the_server_dies(self, into, is_down):
        """At any step of a question; and the issuer may be away when it comes back."""

        async def fall() -> None:
            for _ in range(into):
                await asyncio.sleep(0)
            await self.counter.kill()
            self.counter.issuer.is_down = is_down
            await self.counter.restart(issuer_too=True)

        self.run(fall())

    @rule(seconds=st.sampled_from([1, 6, 31, 200, 601]), is_down=st.booleans())
    def time_passes(self, seconds, is_down):
        self.counter.issuer.is_down = is_down

        async def passes() -> None:
            await self.counter.settle()
            self.counter.clock.jump(seconds=seconds)
            await self.counter.settle()

        self.run(passes())

    @invariant()
    def the_book_holds_no_more_than_was_asked_for(self):
        """RCP-3, RCP-4: no key booked that we do not know, ends stay ends, Σ cancels ≤ each receipt."""
        if not hasattr(self, "counter"):
            return
        receipts = self.run(self.counter.store.reader().all(TillReceipt))
        known = {each.key: each for one in receipts.values() for each in (one.issue, *one.cancels)}
        for line in self.counter.issuer.book.values():
            assert line.parts == known[line.key].parts
            assert known[line.key].state in ("SENT", "UNKNOWN", "ISSUED" if line.number else "FAILED")
        for key, sending in known.items():
            assert self.ended.get(key) in (None, sending.state)
            if sending.state in ("ISSUED", "FAILED", "WITHDRAWN"):
                self.ended[key] = sending.state
            if sending.state == "ISSUED":
                assert self.counter.issuer.book[key].number == sending.number
        for receipt in receipts.values():
            left = self.counter.issuer.standing(receipt.id)
            assert min(left.supply, left.tax, left.exempt, left.tip) >= 0

    def teardown(self) -> None:
        """RCP-1, RCP-2, RCP-4: once the issuer answers, what is receipted is what we think, and never beyond the cash."""
        if not hasattr(self, "counter"):
            return
        self.counter.issuer.is_down = False
        self.counter.issuer.faults.clear()
        receipts = self.run(self.counter.emptied())
        cash: dict[str, int] = {}
        for payment_id in self.payments:
            order = self.run(self.counter.store.reader().order_of_payment(payment_id))
            payment = next(each for each in order.payments if each.id == payment_id)
            refunded = order.backing.payments[payment_id].refunded
            cash[payment_id] = 0 if payment.state == "CANCELLED" else payment.amount_money - refunded
        stands = dict.fromkeys(self.payments, 0)
        failed = set()
        for receipt in receipts:
            assert self.counter.issuer.standing(receipt["id"]).total == receipt["standing"]
            stands[receipt["paymentId"]] += receipt["standing"]
            if any(each["state"] == "FAILED" for each in (receipt, *receipt["cancels"])):
                failed.add(receipt["paymentId"])
        assert sum(stands.values()) == self.counter.issuer.net
        for payment_id, held in cash.items():
            # A cancel the issuer refused is for staff: it is listed.
            assert payment_id in failed or stands[payment_id] <= held
        if self.mandatory:
            self.run(self.the_law_is_met(cash, stands, failed))
        reader = self.counter.store.reader()
        assert all(self.run(reader.personal(receipt["id"])) is None for receipt in receipts)
        self.run(self.counter.__aexit__(None, None, None))
        self.loop.close()
        assert check(Path(self.folder.name) / "shop") == []
        self.folder.cleanup()

    async def the_law_is_met(self, cash: dict[str, int], stands: dict[str, int], failed: set[str]) -> None:
        for order_id in self.orders:
            order = await self.counter.store.reader().order(order_id)
            held = {payment.id: cash[payment.id] for payment in order.payments}
            if sum(held.values()) >= 100_000:
                for payment_id, amount in held.items():
                    assert payment_id in failed or stands[payment_id] == amount


CashEvening.TestCase.settings = settings(max_examples=600 if LARGE else 60, stateful_step_count=25)
TestCashEvening = CashEvening.TestCase
