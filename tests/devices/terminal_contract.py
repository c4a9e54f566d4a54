"""What every card terminal's driver must pass (docs/how-to/write-a-terminal-driver.md).

A driver's own tests make a `Rig` around it, subclass `TerminalContract` and give it the fixture `rig`. What the rig
cannot make its terminal do (a real one cuts no connection by itself) it says in `cannot`, and those tests are skipped.
"""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec
import pytest

from jumak.domain.attempt import Answer, Approved, PaymentApproval, Refused, WentBack
from jumak.domain.refund import GivenBack
from jumak.domain.terminal import (
    Absent,
    AnswerLost,
    CardCancel,
    Charge,
    NotAsked,
    Period,
    Reversed,
    Taken,
    TerminalTotals,
    Underway,
)
from jumak.service.card_terminal import CardTerminal

WITHIN_S = 20.0
KEYS = itertools.count(1)


class Rig(Protocol):
    """A terminal a test can do things to. late: what its driver told of late answers, in order."""

    terminal: CardTerminal
    late: list[tuple[str, Answer]]
    cannot: frozenset[str]
    """Names of tests it cannot set up."""

    async def answer_lost(self) -> None:
        """The next charge or cancel is done, and the connection cut instead of an answer."""

    async def unreached(self) -> None:
        """The next question is not heard, and the connection cut."""

    async def silent(self) -> None:
        """The next question is done and never answered."""

    async def held(self) -> None:
        """From now on a charge waits for a guest."""

    async def guest_pays(self) -> None:
        """The guest of the charge that waits has a card."""

    async def doubled(self) -> None:
        """The next answer is said twice."""

    async def misnamed(self, key: str) -> None:
        """The next answer names another key."""

    async def unreadable(self) -> None:
        """The next answer cannot be read."""

    async def declines(self) -> None:
        """The next charge is declined."""

    async def guest_leaves(self) -> None:
        """The guest of the next charge goes back."""

    async def whole_only(self) -> int:
        """An amount that is approved, and refuses partial cancels."""

    async def kill(self) -> None:
        """Ends the terminal with no chance to tidy up; it stays away."""

    async def revive(self) -> None:
        """Starts it again, at the same address."""


def a_charge(amount: int = 18_000, **more: Any) -> Charge:
    tax = (2 * amount + 11) // 22
    parts: dict[str, Any] = {
        "key": f"key-{next(KEYS)}", "amount": amount, "tax_money": tax, "supply_money": amount - tax,
        "tip_money": 0, "tax_exempt_money": 0,
    }  # fmt: skip
    return Charge(**(parts | more))


async def charged(rig: Rig, charge: Charge) -> PaymentApproval:
    answer = await rig.terminal.charge(charge)
    assert isinstance(answer, Approved), answer
    return answer.approval


def cancel_of(
    charge: Charge, approval: PaymentApproval, amount: int | None = None, key: str = ""
) -> CardCancel:
    assert approval.approved_no is not None
    assert approval.approved_at is not None
    return CardCancel(
        key=key or f"{charge.key}-cancel",
        charge=charge.key,
        amount=charge.amount if amount is None else amount,
        charged=charge.amount,
        approved_no=approval.approved_no,
        approved_at=approval.approved_at,
        installment_month=charge.installment_month,
    )


async def until(rig: Rig, charge: Charge, standing: type[Taken | Underway]) -> None:
    """Waits until the terminal says this of a charge."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if isinstance(await rig.terminal.query(charge.key), standing):
                return
            await asyncio.sleep(0.01)


async def told_late(rig: Rig) -> None:
    """Waits for the first late answer."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            if rig.late:
                return
            await asyncio.sleep(0.01)


class TerminalContract:
    """Subclass it."""

    @pytest.fixture(autouse=True)
    def _able(self, request: pytest.FixtureRequest, rig: Rig) -> None:
        if request.node.originalname in rig.cannot:
            pytest.skip("this terminal cannot be made to do that")

    async def test_a_charge_is_approved(self, rig: Rig):
        """SIM-1, PAY-5: amount, number, date, issuer and acquirer come back; the number is masked (SEC-3)."""
        charge = a_charge(installment_month="03", amount=60_000)
        approval = await charged(rig, charge)
        assert (approval.amount_money, approval.payment_key) == (60_000, charge.key)
        assert approval.approved_no
        assert approval.approved_at
        card = approval.card_details
        assert card is not None
        assert card.installment_month == "03"
        assert card.card_brand
        assert card.card_no is not None
        assert "******" in card.card_no
        standing = await rig.terminal.query(charge.key)
        assert isinstance(standing, Taken)
        assert standing.approval == approval

    async def test_a_refusal_is_certain(self, rig: Rig):
        """NET-6: declined, or gone back: nothing is taken under the key."""
        await rig.declines()
        declined = a_charge()
        answer = await rig.terminal.charge(declined)
        assert isinstance(answer, Refused)
        assert answer.message
        assert isinstance(await rig.terminal.query(declined.key), Absent)
        await rig.guest_leaves()
        left = a_charge()
        assert isinstance(await rig.terminal.charge(left), WentBack)
        assert isinstance(await rig.terminal.query(left.key), Absent)

    async def test_a_key_is_charged_once(self, rig: Rig):
        """NET-5, SIM-1 94: a second charge under a key takes nothing and is no refusal either."""
        charge = a_charge()
        approval = await charged(rig, charge)
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(charge)
        await rig.terminal.cancel(cancel_of(charge, approval))
        assert isinstance(await rig.terminal.query(charge.key), Reversed)

    async def test_a_lost_answer_is_found_by_query(self, rig: Rig):
        """SIM-1 68, NET-3: approved at the host, answer lost: the query says so."""
        charge = a_charge()
        await rig.answer_lost()
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(charge)
        standing = await rig.terminal.query(charge.key)
        assert isinstance(standing, Taken)
        assert standing.approval.amount_money == charge.amount

    async def test_what_never_arrived_is_absent(self, rig: Rig):
        """SIM-1 69, NET-3: "no such transaction", to the query and to the network cancel."""
        charge = a_charge()
        await rig.unreached()
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(charge)
        assert isinstance(await rig.terminal.query(charge.key), Absent)
        assert isinstance(await rig.terminal.network_cancel(charge), Absent)

    async def test_silence_lasts_as_long_as_the_caller_waits(self, rig: Rig):
        """NET-2: no deadline but the caller's, and the connection serves other questions meanwhile."""
        charge = a_charge()
        await rig.terminal.status()
        await rig.silent()
        asked = asyncio.create_task(rig.terminal.charge(charge))
        # It is connected already: the charge is on its way before anything else is asked.
        await asyncio.sleep(0)
        await until(rig, charge, Taken)
        assert not asked.done()
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)

    async def test_a_late_answer_goes_to_its_own_key(self, rig: Rig):
        """NET-2: nobody waits any more, and yet it is told, with its key; what is asked meanwhile is not confused."""
        await rig.held()
        late, other = a_charge(), a_charge()
        asked = asyncio.create_task(rig.terminal.charge(late))
        await until(rig, late, Underway)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert isinstance(await rig.terminal.query(other.key), Absent)
        await rig.guest_pays()
        await told_late(rig)
        [(key, answer)] = rig.late
        assert key == late.key
        assert isinstance(answer, Approved)
        assert answer.approval.payment_key == late.key

    async def test_a_doubled_answer_is_heard_once(self, rig: Rig):
        """NET-a: the second goes to its own key, never to the question that waits next."""
        charge = a_charge()
        await rig.doubled()
        approval = await charged(rig, charge)
        other = a_charge(amount=5_000)
        assert (await charged(rig, other)).amount_money == 5_000
        assert [key for key, _ in rig.late] == [charge.key]
        assert rig.late[0][1] == Approved(approval)

    async def test_an_answer_about_another_charge_goes_there(self, rig: Rig):
        """NET-2: an answer that names another key is none to what was asked."""
        charge = a_charge()
        await rig.misnamed("somebody-else")
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(charge)
        await told_late(rig)
        assert rig.late[0][0] == "somebody-else"
        assert isinstance(await rig.terminal.query(charge.key), Taken)

    async def test_an_unreadable_answer_is_unknown(self, rig: Rig):
        """NET-2: nonsense is never taken for a refusal."""
        charge = a_charge()
        await rig.unreadable()
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(charge)
        assert isinstance(await rig.terminal.query(charge.key), Taken)

    async def test_an_abort_ends_the_waiting(self, rig: Rig):
        """A guest who has not paid is asked no more; aborting anything else is harmless."""
        await rig.terminal.abort("never-heard-of")
        await rig.held()
        charge = a_charge()
        asked = asyncio.create_task(rig.terminal.charge(charge))
        await until(rig, charge, Underway)
        assert (await rig.terminal.status()).state == "busy"
        await rig.terminal.abort("never-heard-of")
        assert (await rig.terminal.status()).state == "busy"
        await rig.terminal.abort(charge.key)
        assert isinstance(await asked, WentBack)
        assert isinstance(await rig.terminal.query(charge.key), Absent)
        assert (await rig.terminal.status()).state == "idle"

    async def test_a_network_cancel_takes_back_and_fences(self, rig: Rig):
        """NET-3: what was taken goes back; once acknowledged the key is never approved, cancelled twice or not."""
        charge = a_charge()
        await charged(rig, charge)
        assert isinstance(await rig.terminal.network_cancel(charge), Reversed)
        assert isinstance(await rig.terminal.query(charge.key), Reversed)
        assert isinstance(await rig.terminal.network_cancel(charge), Reversed)
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(charge)
        never = a_charge()
        assert isinstance(await rig.terminal.network_cancel(never), Absent)
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(never)
        assert isinstance(await rig.terminal.query(never.key), Absent)

    async def test_a_network_cancel_stops_a_charge_under_way(self, rig: Rig):
        """NET-3: the guest still stands at the reader, and no money moves any more."""
        await rig.held()
        charge = a_charge()
        asked = asyncio.create_task(rig.terminal.charge(charge))
        await until(rig, charge, Underway)
        assert isinstance(await rig.terminal.network_cancel(charge), Absent)
        await rig.guest_pays()
        try:
            answer: Answer | None = await asked
        except AnswerLost:
            answer = None
        assert not isinstance(answer, Approved)
        assert isinstance(await rig.terminal.query(charge.key), Absent)

    async def test_a_cancel_gives_all_back_once(self, rig: Rig):
        """CAN-8: whole; the same key again moves nothing and says the same; another cancel is refused."""
        charge = a_charge()
        cancel = cancel_of(charge, await charged(rig, charge))
        first = await rig.terminal.cancel(cancel)
        assert isinstance(first, GivenBack)
        assert await rig.terminal.cancel(cancel) == first
        assert isinstance(await rig.terminal.query(charge.key), Reversed)
        assert isinstance(await rig.terminal.cancel(msgspec.structs.replace(cancel, key="again")), Refused)

    async def test_a_cancel_whose_answer_was_lost_can_be_asked_again(self, rig: Rig):
        """CAN-10: under its key nothing more goes back."""
        charge = a_charge()
        cancel = cancel_of(charge, await charged(rig, charge), 5_000)
        await rig.answer_lost()
        with pytest.raises(AnswerLost):
            await rig.terminal.cancel(cancel)
        assert isinstance(await rig.terminal.cancel(cancel), GivenBack)
        rest = msgspec.structs.replace(cancel, key=f"{charge.key}-rest", amount=13_000)
        assert isinstance(await rig.terminal.cancel(rest), GivenBack)
        assert isinstance(await rig.terminal.query(charge.key), Reversed)

    async def test_a_partial_cancel_leaves_the_rest(self, rig: Rig):
        """CAN-7, CAN-8: parts, never more than was charged."""
        charge = a_charge()
        approval = await charged(rig, charge)
        assert isinstance(await rig.terminal.cancel(cancel_of(charge, approval, 5_000, "p1")), GivenBack)
        assert isinstance(await rig.terminal.query(charge.key), Taken)
        assert isinstance(await rig.terminal.cancel(cancel_of(charge, approval, 13_500, "p2")), Refused)
        assert isinstance(await rig.terminal.cancel(cancel_of(charge, approval, 13_000, "p3")), GivenBack)

    async def test_a_card_may_refuse_partial_cancels(self, rig: Rig):
        """SIM-2, CAN-8: and still take all back."""
        charge = a_charge(amount=await rig.whole_only())
        approval = await charged(rig, charge)
        assert isinstance(await rig.terminal.cancel(cancel_of(charge, approval, 1_000, "part")), Refused)
        assert isinstance(await rig.terminal.cancel(cancel_of(charge, approval)), GivenBack)

    @pytest.mark.parametrize("wrong", ["approved_no", "approved_at", "charged", "installment_month"])
    async def test_a_cancel_must_match(self, rig: Rig, wrong: str):
        """CAN-8: amount, approval number, approval date and installments."""
        charge = a_charge()
        cancel = cancel_of(charge, await charged(rig, charge))
        other = {"approved_no": "00000001", "approved_at": "2020-01-01T00:00:00+09:00", "charged": 18_001, "installment_month": "05"}  # fmt: skip
        refused = await rig.terminal.cancel(msgspec.structs.replace(cancel, **{wrong: other[wrong]}))
        assert isinstance(refused, Refused)
        assert isinstance(await rig.terminal.query(charge.key), Taken)

    async def test_it_tells_its_totals(self, rig: Rig):
        """SET-1, NET-6: count and sum of approvals and cancels in a period; what was taken back over the net is in none."""
        now = datetime.now(UTC)
        hour = timedelta(hours=1)
        today = Period(since=(now - hour).isoformat(), until=(now + hour).isoformat())
        assert await rig.terminal.totals(today) == TerminalTotals.of((), ())
        kept, part, fenced = a_charge(), a_charge(amount=20_000), a_charge()
        await charged(rig, kept)
        await rig.terminal.cancel(cancel_of(part, await charged(rig, part), 5_000))
        await charged(rig, fenced)
        await rig.terminal.network_cancel(fenced)
        assert await rig.terminal.totals(today) == TerminalTotals(
            approvals=2, approved=38_000, cancels=1, cancelled=5_000
        )
        before = Period(since=(now - 2 * hour).isoformat(), until=(now - hour).isoformat())
        assert await rig.terminal.totals(before) == TerminalTotals.of((), ())

    async def test_it_tells_how_it_is(self, rig: Rig):
        """SIM-2: and whether money moves."""
        status = await rig.terminal.status()
        assert status.state == "idle"
        assert status.model
        assert status.serial

    async def test_away_is_certain(self, rig: Rig):
        """NET-2: what cannot be reached has heard nothing; it comes back and goes on."""
        await rig.kill()
        async with asyncio.timeout(WITHIN_S):
            while True:
                try:
                    await rig.terminal.charge(a_charge())
                except NotAsked:
                    break
                except AnswerLost:
                    # The connection of before; the next question needs a new one.
                    await asyncio.sleep(0)
        await rig.revive()
        await charged(rig, a_charge())

    async def test_the_network_remembers_over_a_restart(self, rig: Rig):
        """SIM-1, NET-3: approvals, cancels and fences outlive the terminal; a charge under way does not."""
        taken, back, fenced, waiting = (a_charge() for _ in range(4))
        approval = await charged(rig, taken)
        cancel = cancel_of(back, await charged(rig, back))
        given = await rig.terminal.cancel(cancel)
        await rig.terminal.network_cancel(fenced)
        await rig.held()
        asked = asyncio.create_task(rig.terminal.charge(waiting))
        await until(rig, waiting, Underway)
        await rig.kill()
        with pytest.raises(AnswerLost):
            await asked
        await rig.revive()
        assert await rig.terminal.query(taken.key) == Taken(approval)
        assert isinstance(await rig.terminal.query(back.key), Reversed)
        assert await rig.terminal.cancel(cancel) == given
        assert isinstance(await rig.terminal.query(waiting.key), Absent)
        with pytest.raises(AnswerLost):
            await rig.terminal.charge(fenced)
