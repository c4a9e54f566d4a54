"""Money through random evenings in which anything may fail: answers, wires, the terminal, the plugin, the server.

The model is what no crash of ours touches: the card network's book and the plugin's. Whatever happens, no guest pays
more for an order than its price, and in the end these books and the journal agree to the won.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from jumak.devices.terminal.simulator.faults import FAULTS
from jumak.devices.terminal.simulator.reader import Act
from jumak.domain.attempt import OPEN, Attempt
from jumak.domain.refund import RefundAttempt
from jumak.service.documents import InFlight
from jumak.store.sqlite.check import check
from tests.conftest import LARGE
from tests.histories import check_histories
from tests.service.cards import FINAL
from tests.stateful.evening import MISHAP, NONE_OR_MISHAP, Json, Mishap, MoneyEvening
from tests.stateful.stamp import BACK, PAY, Mood

PICK = st.integers(0, 1_000)
CODES = st.sampled_from([*["00"] * 8, "68", "69", "70", "96", "97", *FAULTS])
ONE_TROUBLE = st.one_of(
    st.fixed_dictionaries({"cut": st.integers(1, 8)}),
    st.fixed_dictionaries({"silent": st.integers(1, 8)}),
    st.fixed_dictionaries({"deaf": st.integers(1, 8)}),
    st.sampled_from([{"twice": True}, {"garbage": True}, {"other_key": "another"}]),
    st.just({"late_charge": True}),
    st.just({"late_answer": True}),
    st.fixed_dictionaries({"code": CODES}),
)
TROUBLE = st.lists(ONE_TROUBLE, max_size=2).map(
    lambda several: {key: each[key] for each in several for key in each}
)
"""How the terminal answers next (SIM-1, "per call")."""

MOODS: tuple[Mood, ...] = (
    "obliging",
    "twice",
    "mute",
    "asleep",
    "dying",
    "refusing",
    "going back",
    "garbled",
)
MOOD = st.sampled_from(MOODS)
SHARE = st.sampled_from([1, 1, 2, 3])


class Evening(MoneyEvening):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Attempt] = {}
        """Every attempt that was ever seen, as it was last."""
        self.promised_back: set[str] = set()
        """Payments whose cancel was acknowledged."""
        self.parts: dict[str, int] = {}
        """Order → won of parts whose return was acknowledged."""

    @initialize(attended=st.sampled_from([False, False, False, True]), mood=MOOD)
    def opens(self, attended, mood):
        """With something to give back, by card and by plugin, from the start."""

        async def opens() -> None:
            await self.open(attended=attended)
            if not attended:
                for tender, price in (("CARD", 18_000), ("CARD", 18_097), ("METHOD", 18_000)):
                    await self.pays(await self.new_order(price), 1, tender)
                    await self.counter.settle()
            self.plugin.mood = mood

        self.run(opens())

    # -- taking money ----------------------------------------------------------------------------

    @rule(pick=PICK, code=CODES, share=SHARE, trouble=TROUBLE, is_off=st.sampled_from([False] * 4 + [True]))
    def a_guest_pays_by_card(self, pick, code, share, trouble, is_off):
        if not is_off:
            self.counter.terminal.switch_on()
        self.let(trouble)
        self.run(self.a_guest_pays(pick, 18_000 + int(code), share, "CARD"))

    @rule(pick=PICK, mishap=NONE_OR_MISHAP)
    def a_charge_is_stuck_on_its_way(self, pick, mishap):
        """NET-3: a query finds nothing yet, and the charge arrives afterwards."""
        self.counter.terminal.switch_on()
        self.let({"late_charge": True})
        self.run(self.a_guest_pays(pick, 18_000, 1, "CARD", mishap))

    @rule(pick=PICK, code=CODES, trouble=TROUBLE, mishap=MISHAP)
    def something_falls_over_while_a_card_is_charged(self, pick, code, trouble, mishap):
        self.counter.terminal.switch_on()
        self.let(trouble)
        self.run(self.a_guest_pays(pick, 18_000 + int(code), 1, "CARD", mishap))

    @rule(pick=PICK, share=SHARE, mood=MOOD, mishap=NONE_OR_MISHAP)
    def a_guest_pays_by_plugin(self, pick, share, mood, mishap):
        self.plugin.mood = mood
        self.run(self.a_guest_pays(pick, 18_000, share, "METHOD", mishap))

    @rule(pick=PICK, share=SHARE, mishap=NONE_OR_MISHAP)
    def a_guest_pays_in_cash(self, pick, share, mishap):
        self.run(self.a_guest_pays(pick, 18_000, share, "CASH", mishap))

    async def a_guest_pays(
        self, pick: int, price: int, share: int, tender: str, mishap: Mishap | None = None
    ) -> None:
        await self.pays(await self.somebodys_order(pick, price), share, tender, mishap)

    async def somebodys_order(self, pick: int, price: int) -> str:
        """One that may be paid, or a new one; now and then one that may not, which has to be refused."""
        reserved = await self.read.all(InFlight)
        owing = [
            order["id"]
            for order in await self.all_orders()
            if order["paymentPrice"]["paymentUnpaidValue"] and order["id"] not in reserved
        ]
        if self.orders and pick % 8 == 0:
            return self.orders[pick % len(self.orders)]
        return owing[pick % len(owing)] if owing and pick % 3 else await self.new_order(price)

    async def new_order(self, price: int) -> str:
        self.orders.append((await self.counter.order(price))["id"])
        return self.orders[-1]

    async def pays(self, order: str, share: int, tender: str, mishap: Mishap | None = None) -> None:
        unpaid = (await self.order(order))["paymentPrice"]["paymentUnpaidValue"]
        data = {
            "orderId": order, "tender": tender, "amount": max(1, unpaid // share), "expectedUnpaid": unpaid,
        } | ({"method": {"pluginId": "stamp", "id": "card"}} if tender == "METHOD" else {})  # fmt: skip
        reply = await self.asked_through(mishap, "payment.start.request", data)
        if reply is not None:
            # Acknowledged: from now on it may never be gone.
            acknowledged = await self.read.get(Attempt, reply["attempt"]["id"])
            assert acknowledged is not None
            self.known.setdefault(acknowledged.id, acknowledged)

    def let(self, trouble: Json) -> None:
        if self.terminal_is_on:
            self.counter.terminal.control(**trouble)

    @property
    def terminal_is_on(self) -> bool:
        return self.counter.terminal._machine is not None

    # -- what happens meanwhile ------------------------------------------------------------------

    @rule(mishap=MISHAP)
    def something_falls_over(self, mishap):
        self.run(self.happens(mishap))

    @precondition(lambda self: self.terminal_is_on and self.counter.terminal.machine._stuck)
    @rule()
    def what_was_stuck_arrives(self):
        async def arrives() -> None:
            self.counter.terminal.machine.deliver()
            await self.counter.settle()

        self.run(arrives())

    @precondition(lambda self: self.terminal_is_on and self.counter.terminal.machine.reader.busy)
    @rule(acts=st.sampled_from([(Act.INSERT, Act.ENTER_PIN), (Act.INSERT,), (Act.ENTER_PIN,), (Act.CANCEL,)]))
    def the_guest_does_something(self, acts):
        async def does() -> None:
            for act in acts:
                self.counter.terminal.machine.reader.act(act)
            await self.counter.settle()

        self.run(does())

    @rule(seconds=st.sampled_from([1, 5, 30, 61]), is_off=st.sampled_from([False, False, True]))
    def time_passes(self, seconds, is_off):
        """And somebody looks after the terminal, or nobody does."""
        if not is_off:
            self.counter.terminal.switch_on()

        async def passes() -> None:
            self.counter.clock.jump(seconds=seconds)
            await self.counter.settle()

        self.run(passes())

    @precondition(lambda self: self.plugin.questions)
    @rule(pick=PICK)
    def the_plugin_says_what_it_did(self, pick):
        """For the first time or again, of today or of long ago, over this connection or the one before."""
        self.run(self.says(list(self.plugin.questions)[pick % len(self.plugin.questions)]))

    async def says(self, callback_id: str) -> None:
        """NET-2, CAN-10: money that was taken, and money that went back, is a fact whenever it is heard of."""
        await self.connect_plugin()
        done = self.plugin.say(callback_id)
        await self.counter.settle()
        if callback_id.startswith(PAY):
            attempt = await self.read.get(Attempt, callback_id.removeprefix(PAY))
            assert attempt is not None
            assert not done or attempt.payment_id or attempt.approval or attempt.by_hand, attempt
            assert done or attempt.state != "UNKNOWN", attempt
        elif done:
            payment = await self.payment(callback_id.removeprefix(BACK))
            assert payment["state"] == "CANCELLED"

    async def payment(self, payment_id: str) -> Json:
        found = await self.ask("payment.get.request", {"id": payment_id})
        assert found is not None
        return dict(found["payment"])

    # -- what people decide ----------------------------------------------------------------------

    @precondition(lambda self: self.known)
    @rule(pick=PICK, how=st.sampled_from(["QUERY", "NET_CANCEL"]))
    def a_manager_has_the_terminal_asked(self, pick, how):
        attempt_id = list(self.known)[pick % len(self.known)]
        self.run(self.ask("payment-attempt.resolve.request", {"id": attempt_id, "how": how}))

    @rule()
    def a_manager_finds_out_what_the_plugin_did(self):
        """NET-5, CAN-10: asks the people behind it, and says what they say."""
        self.run(self.finds_out())

    async def finds_out(self) -> None:
        for attempt in await self.attempts():
            if attempt.method is None or attempt.state not in ("UNKNOWN", "NEEDS_MANUAL"):
                continue
            taken = self.plugin.look_up(PAY + attempt.id) and self.plugin.holds(attempt.id)
            if taken and await self.resolved(attempt, "CONFIRM_PAID"):
                continue
            if taken:
                # The order takes it no more: the guest gets it back over the counter.
                self.plugin.give_back_by_hand(attempt.id)
            assert await self.resolved(attempt, "CONFIRM_NOT_PAID")
        for refund in await self.refunds():
            if refund.method is not None and refund.state == "UNKNOWN":
                went = self.plugin.look_up(BACK + refund.payment)
                data = {"id": refund.payment, "note": "시험", "refunded": went}
                await self.ask("payment.confirm-refund.request", data)

    async def resolved(self, attempt: Attempt, how: str) -> bool:
        data = {"id": attempt.id, "how": how, "note": "시험"}
        return await self.ask("payment-attempt.resolve.request", data) is not None

    # -- giving money back -----------------------------------------------------------------------

    @rule(pick=PICK, mood=MOOD, trouble=TROUBLE, mishap=NONE_OR_MISHAP)
    def a_payment_goes_back(self, pick, mood, trouble, mishap):
        """CAN-8, CAN-10."""
        self.let(trouble)
        self.plugin.mood = mood

        async def goes_back() -> None:
            live = [each for each in await self.payments() if each["state"] != "CANCELLED"]
            if not live:
                return
            payment = live[pick % len(live)]
            data = {"order": {"id": payment["orderId"]}, "payment": {"id": payment["id"]}}
            reply = await self.asked_through(mishap, "payment.cancel.request", data)
            if reply is not None and not reply.get("cancelPending"):
                self.promised_back.add(payment["id"])

        self.run(goes_back())

    async def payments(self) -> list[Json]:
        return [payment for order in await self.all_orders() for payment in order["payments"]]

    @rule(
        pick=PICK,
        amount=st.sampled_from([1, 91, 500, 4_068, 5_000, 17_000]),
        trouble=TROUBLE,
        mishap=NONE_OR_MISHAP,
    )
    def a_part_goes_back(self, pick, amount, trouble, mishap):
        """CAN-7, CAN-8: in the books at once, at the terminal whatever happens in between."""
        self.counter.terminal.switch_on()
        self.let(trouble)

        async def goes_back() -> None:
            cards = [
                (payment, left)
                for payment in await self.payments()
                if payment["sourceType"] == "CARD" and (left := await self.left(payment))
            ]
            if not cards:
                return
            payment, left = cards[pick % len(cards)]
            order, back = payment["orderId"], min(amount, left)
            data = {"id": order, "amount": back, "reason": "시험", "paymentId": payment["id"]}
            if await self.asked_through(mishap, "order.refund-amount.request", data) is not None:
                self.parts[order] = self.parts.get(order, 0) + back

        self.run(goes_back())

    async def left(self, payment: Json) -> int:
        """Won of a payment that the books have not given back."""
        if payment["state"] == "CANCELLED":
            return 0
        parts = [each for each in await self.refunds() if each.is_part and each.payment == payment["id"]]
        return int(payment["amountMoney"]) - sum(each.amount for each in parts)

    @rule(
        pick=PICK,
        how=st.sampled_from(["ASK_AGAIN", "WHOLE_THEN_REST", "WHOLE_THEN_REST"]),
        trouble=TROUBLE,
        mishap=NONE_OR_MISHAP,
    )
    def a_manager_has_the_part_given_back(self, pick, how, trouble, mishap):
        """CAN-8: asked again, or the whole and the rest charged."""
        self.let(trouble)

        async def has_it() -> None:
            parts = [each for each in await self.refunds() if each.is_owed]
            if parts:
                data = {"id": parts[pick % len(parts)].id, "how": how}
                await self.asked_through(mishap, "payment-refund.resolve.request", data)

        self.run(has_it())

    @rule(pick=PICK, mood=MOOD, trouble=TROUBLE, mishap=NONE_OR_MISHAP)
    def staff_cancel_an_order(self, pick, mood, trouble, mishap):
        """CAN-2."""
        self.let(trouble)
        self.plugin.mood = mood
        if self.orders:
            data = {"id": self.orders[pick % len(self.orders)], "reason": "시험"}
            self.run(self.asked_through(mishap, "order.cancel.request", data))

    # -- what always holds -----------------------------------------------------------------------

    def held_by_others(self, order_id: str) -> int:
        """Won that card network and plugin have of a guest's for an order, whatever the shop knows of it."""
        book = self.counter.terminal.book
        held = 0
        for attempt_id, attempt in self.known.items():
            if attempt.order_id != order_id:
                continue
            held += self.plugin.holds(attempt_id)
            charged = book.charged(attempt_id)
            if charged is not None and not charged.reversed:
                held += charged.amount - book.given_back(attempt_id)
        return held

    @invariant()
    def nobody_pays_too_much(self):
        """NET-a, PAY-2, CAN-a: cash, cards and plugins together ≤ price and what is still to go back."""
        self.run(self.looked_through())

    async def looked_through(self) -> None:
        assert not self.plugin.wrong
        attempts = {each.id: each for each in await self.attempts()}
        # What began without an answer to whoever asked, and the charge of a rest, which begins by itself.
        for attempt_id, attempt in attempts.items():
            self.known.setdefault(attempt_id, attempt)
        assert attempts.keys() == self.known.keys()
        for attempt in attempts.values():
            self.check_one_end(attempt)
        book = self.counter.terminal.book
        assert set(book.keys()) <= attempts.keys(), "charged under a key of nobody's"
        for key in book.keys():  # noqa: SIM118 (a book is no dict)
            charged = book.charged(key)
            assert charged is not None
            assert 0 <= book.given_back(key) <= charged.amount
        refunds = await self.refunds()
        for order in await self.all_orders():
            await self.check_order(order, attempts, refunds)

    def check_one_end(self, attempt: Attempt) -> None:
        """Ends stay ends; only a plugin may say later that it took what a manager thought it had not."""
        before = self.known[attempt.id]
        late = before.state == "NOT_FOUND" and attempt.method is not None and attempt.approval is not None
        assert before.state not in FINAL or attempt.state == before.state or late
        assert attempt.state in FINAL or attempt.state in OPEN
        assert (attempt.payment_id is not None) == (attempt.state == "APPROVED")
        assert attempt.state != "APPROVED" or attempt.by_hand or attempt.id not in self.given_up
        self.known[attempt.id] = attempt

    async def check_order(
        self, order: Json, attempts: dict[str, Attempt], refunds: list[RefundAttempt]
    ) -> None:
        price, order_id = order["chargePrice"]["chargePriceValue"], order["id"]
        assert order["paymentPrice"]["paymentPaidValue"] <= price
        live = [payment for payment in order["payments"] if payment["state"] != "CANCELLED"]
        assert not {payment["id"] for payment in live} & self.promised_back
        parts = [each for each in refunds if each.is_part and each.order_id == order_id]
        assert order["chargePrice"]["chargeListPriceValue"] - price >= self.parts.get(order_id, 0)
        still_to_go = sum(part.amount for part in parts if part.state != "RETURNED")
        cash = sum(payment["amountMoney"] for payment in live if payment["sourceType"] == "CASH")
        # A plugin's approval that came when the order took no more waits for a person, who gives it back.
        too_late = sum(
            self.plugin.holds(each.id)
            for each in attempts.values()
            if each.order_id == order_id and each.method is not None and each.payment_id is None
        )
        assert cash + self.held_by_others(order_id) <= price + still_to_go + too_late
        reserved = await self.read.get(InFlight, order_id)
        for attempt in attempts.values():
            if attempt.order_id == order_id and attempt.state in ("SENT", "UNKNOWN"):
                assert reserved is not None
                assert reserved.attempt_id == attempt.id

    # -- the end of the day ----------------------------------------------------------------------

    def teardown(self) -> None:
        """NET-3, NET-5, SET-1: once everybody answers again all finds its end, and all books agree."""
        if not hasattr(self.counter, "asking"):
            return
        self.plugin.mood = "obliging"
        # Nobody waits any longer for a plugin that says nothing.
        self.run(self.happens(Mishap("plugin", 0)))
        self.counter.terminal.switch_on()
        self.counter.terminal.control()
        if len(self.known) % 2:
            # It speaks before anybody asks the people behind it, or after.
            for callback_id in list(self.plugin.questions):
                self.run(self.says(callback_id))
        self.run(self.reconciled())
        # Whatever arrives after the end comes too late.
        self.counter.terminal.machine.deliver()
        for callback_id in list(self.plugin.questions):
            self.run(self.says(callback_id))
        self.run(self.reconciled())
        self.run(self.looked_through())
        self.run(self.books_agree())
        self.run(check_histories(self.counter.asking.shop))
        self.run(self.close())
        self.loop.close()
        assert check(Path(self.folder.name) / "shop") == []
        self.folder.cleanup()

    async def reconciled(self) -> None:
        """A manager has had everything on the list seen to, and time has passed."""
        for turn in range(200):
            await self.counter.settle()
            await self.finds_out()
            open_attempts = [each for each in await self.attempts() if each.state in OPEN]
            refunds = await self.refunds()
            owed = [each for each in refunds if each.is_owed]
            under_way = any(each.state in ("SENT", "UNKNOWN") for each in refunds)
            if not (open_attempts or owed or under_way):
                return
            if owed and not under_way and not open_attempts:
                # In vain for a card that takes no partial cancels, then the whole way.
                again = {"id": owed[0].id, "how": "ASK_AGAIN" if turn % 2 == 0 else "WHOLE_THEN_REST"}
                if turn > 100:
                    # What the amount itself has refused for ever (SIM-1) a person would hand over, unseen by any book.
                    self.counter.terminal.control(code="00")
                await self.ask("payment-refund.resolve.request", again)
            for attempt in open_attempts:
                if attempt.state == "NEEDS_MANUAL":
                    await self.resolved(attempt, "QUERY")
                elif attempt.state == "SENT":
                    await self.give_up(attempt.id)
            self.counter.clock.jump(seconds=31)
        raise AssertionError("it never ends")

    async def books_agree(self) -> None:
        """SET-1: to the won, and nothing waits for anybody but refunds that were refused."""
        assert {attempt.state for attempt in await self.attempts()} <= FINAL
        assert not await self.read.all(InFlight)
        assert {each.state for each in await self.refunds() if each.is_part} <= {"RETURNED"}
        journal = {"CARD": 0, "EXTERNAL": 0, "CASH": 0}
        for order in await self.all_orders():
            live = {"CARD": 0, "EXTERNAL": 0, "CASH": 0}
            for payment in order["payments"]:
                live[payment["sourceType"]] += await self.left(payment)
            assert live["CARD"] + live["EXTERNAL"] == self.held_by_others(order["id"])
            journal = {kind: journal[kind] + live[kind] for kind in journal}
        assert journal["CARD"] == self.counter.terminal.book.totals().net
        assert journal["EXTERNAL"] == sum(self.plugin.holds(each) for each in self.plugin.taken)
        found = await self.ask("settlement.get.request", {})
        assert found is not None
        assert found["settlement"]["terminals"][0]["agrees"], found
        assert found["settlement"]["open"] == len(await self.refused())

    async def refused(self) -> list[Json]:
        """Orders that were cancelled and wait for a refund that was refused: all that may be left."""
        listed = await self.ask("reconcile.list.request", {})
        assert listed is not None
        return [
            each
            for each in listed["items"]
            if each["kind"] == "REFUND" and each["state"] in ("DECLINED", "CANCELED", "NOT_RETURNED")
        ]


# What is red is made small without being explained: that would take longer than a test may.
PHASES = (Phase.generate, Phase.shrink)
Evening.TestCase.settings = settings(
    max_examples=1_000 if LARGE else 100, stateful_step_count=20, phases=PHASES
)
TestEvening = Evening.TestCase
# Fifteen seconds of one core; beside others it may wait for that long.
TestEvening.pytestmark = [pytest.mark.timeout(3_600 if LARGE else 600)]
