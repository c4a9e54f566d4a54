"""What is heard of an attempt, or is not (rulebook §3.3; contract: payment §6.2).

Run by the live side of the shop (`server/paying.py`); whose answer it is and when it came make no difference
to where it is decided.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from jumak.domain.attempt import (
    Answer,
    Attempt,
    AttemptError,
    Decision,
    PaymentApproval,
    Step,
    after_answer,
    approved,
    escalation,
    lost,
    part_price,
    payment_of,
    refused_approval,
    showing,
    stepped,
)
from jumak.domain.errors import PosError
from jumak.domain.order.paying import remaining_buckets, share_with_tip
from jumak.protocol.messages.attempt import PaymentAttempt
from jumak.protocol.row import Done, Reply
from jumak.service.attempt import attempt_fact, attempt_view, change_attempt, owner_of, release
from jumak.service.keeping import known_order
from jumak.service.payment import check_new_key, keep_payment, taken
from jumak.service.ports import Transaction


class Settled(Reply, frozen=True, kw_only=True):
    """What an answer did. heard: False when it came too late to mean anything."""

    attempt: PaymentAttempt | UnsetType = UNSET
    heard: bool = True


async def settle(tx: Transaction, *, attempt_id: str, answer: Answer) -> Settled:
    """What a plugin or terminal answered, whenever it did, becomes of its attempt; the caller is whoever answered.

    An approval that cannot be recorded (key used before, order over or gone) is taken back or waits for a
    person, with the approval on it. Raises nothing a plugin could cause.
    """
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is None:
        return Settled(heard=False)
    decision = after_answer(attempt, answer)
    if not decision.fact:
        return Settled(attempt=await attempt_view(tx, attempt), heard=False)
    return Settled(attempt=await attempt_view(tx, await carry_out(tx, decision)))


async def carry_out(tx: Transaction, decision: Decision) -> Attempt:
    """Keeps what was decided; an approval the order does not take is escalated. Nothing is kept without a fact."""
    if not decision.fact:
        return decision.attempt
    if decision.record is not None:
        try:
            return await record_approval(tx, decision.attempt, decision.record)
        except PosError as refusal:
            decision = escalation(decision.attempt, decision.record, refused_approval(refusal))
    await change_attempt(tx, decision.attempt, decision.fact)
    return decision.attempt


async def escalate(
    tx: Transaction, *, attempt_id: str, approval: PaymentApproval, error: AttemptError
) -> Done:
    """An approval that could not be decided on: it is kept, and a person looks (NET-4)."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None and attempt.state in ("SENT", "UNKNOWN", "NOT_FOUND"):
        await carry_out(tx, escalation(replace(attempt, answered=True), approval, error))
    return Done()


async def record_approval(
    tx: Transaction, attempt: Attempt, approval: PaymentApproval, **more: Any
) -> Attempt:
    """The approval as a payment of the order, owned by who took it; raises what `payment.add` would.

    Everything that may refuse comes before the first change, so that a refusal leaves the attempt alone.
    """
    order, owner = await known_order(tx, attempt.order_id), owner_of(attempt)
    key, at = approval.payment_key, approval.approved_at
    assert key is not None, "an approval has a key"
    assert at is not None, "an approval has a time"
    await check_new_key(tx, order, key, owner=owner.id)
    left = remaining_buckets(order)
    fits = attempt.price.tip_money - attempt.tip <= left.tip
    # Another payment has taken of the tip since: the parts are drawn anew, the amount stays.
    price = attempt.price if fits else part_price(share_with_tip(left, attempt.amount, attempt.tip))
    dto = payment_of(
        attempt,
        price,
        key=key,
        approved_at=at,
        approved_no=approval.approved_no,
        card=approval.card_details,
        wallet=approval.wallet,
    )
    paid = await taken(
        tx,
        order,
        dto,
        owner,
        by_method=attempt.method is not None,
        terminal="" if attempt.terminal is None else attempt.terminal.id,
        tip=attempt.tip,
    )
    after = approved(attempt, paid.payment.id)
    await release(tx, after)
    await keep_payment(tx, order, paid)
    tx.put(after)
    tx.record(attempt_fact("approve", after) if not more else attempt_fact("resolve", after, **more))
    return after


async def lose(tx: Transaction, *, attempt_id: str, message: str) -> Done:
    """Nobody can tell any more what became of it (NET-2)."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None and attempt.state == "SENT":
        await change_attempt(tx, lost(attempt, _unknown(message)), "lose")
    return Done()


async def lose_all(tx: Transaction) -> Done:
    """After a restart every SENT attempt without a result is UNKNOWN (NET-1)."""
    for attempt in await tx.unfinished(Attempt):
        if attempt.state == "SENT":
            await change_attempt(
                tx, lost(attempt, _unknown("포스가 다시 시작되어 결제 결과를 알 수 없습니다")), "lose"
            )
    return Done()


def _unknown(message: str) -> AttemptError:
    return AttemptError(code="HOST_UNAVAILABLE", reason="RESULT_UNKNOWN", message=message)


async def never_asked(tx: Transaction, *, attempt_id: str, reason: str, message: str) -> Done:
    """Nobody was asked at all: the plugin or terminal was away, or staff gave up while it waited for its turn.

    For certain nothing was charged.
    """
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is None:
        return Done()
    if attempt.state == "SENT":
        error = AttemptError(code="HOST_UNAVAILABLE", reason=reason, message=message)
        await change_attempt(tx, stepped(attempt, Step.DECLINE, error=error, answered=True), "decline")
    elif attempt.state == "UNKNOWN" and attempt.gave_up:
        await change_attempt(
            tx, stepped(attempt, Step.FIND_NOTHING, error=None, answered=True), "find-nothing"
        )
    return Done()


async def show_code(tx: Transaction, *, attempt_id: str, text: str) -> Done:
    """Its terminal gave the code the guest's phone is to scan: tills and the guest's screen show it (PAY-9, DSP-1)."""
    attempt = await tx.get(Attempt, attempt_id)
    shown = None if attempt is None else showing(attempt, text)
    if shown is not None:
        await change_attempt(tx, shown, "show")
    return Done()


async def still_waiting(tx: Transaction, *, attempt_id: str) -> Done:
    """No answer for two minutes: staff may wait on or give up; nothing else changes."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None and attempt.state == "SENT" and attempt.hint is None:
        await change_attempt(tx, replace(attempt, hint="STILL_WAITING"), "wait")
    return Done()
