"""Attempts to take money: how they are kept, read and told (rulebook §3.3, §3.4; contract: payment §6, extensions §6).

They begin in `attempt_start.py`, what is heard of them is decided in `attempt_answer.py`, and what staff decide
in `attempt_resolve.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from jumak.domain.attempt import OPEN, Attempt
from jumak.domain.calendar import calendar_of, from_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import NotFound
from jumak.domain.fact import Fact
from jumak.domain.order.paying import find_payment
from jumak.protocol.messages.attempt import (
    AttemptById,
    AttemptReply,
    AttemptsReply,
    ListAttempts,
    PaymentAttempt,
)
from jumak.service.cancelling import ended_by_last_payment
from jumak.service.documents import InFlight
from jumak.service.journal import whole
from jumak.service.keeping import keep, order_fact
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import query

MOST_LISTED = 500


async def waited_for(source: Reader) -> dict[str, Attempt]:
    """The attempts somebody waits for right now, by the identity of the till that began them (PAY-8)."""
    # Each of them has locked its order: there are as few of those as tills, and a week of attempts that are over.
    locked = [held.attempt_id for held in (await source.all(InFlight)).values() if held.locked]
    attempts = [await source.get(Attempt, attempt_id) for attempt_id in locked]
    return {each.caller: each for each in attempts if each is not None and each.state == "SENT"}


@query("payment-attempt.get.request")
async def get(read: Reader, caller: Caller, data: AttemptById) -> AttemptReply:
    """One attempt; raises NotFound."""
    return AttemptReply(attempt=await attempt_view(read, await known_attempt(read, data.id)))


@query("payment-attempt.list.request")
async def list_attempts(read: Reader, caller: Caller, data: ListAttempts) -> AttemptsReply:
    """Attempts of the last seven days and all that are open, newest first, at most 500 (NET-5)."""
    wanted: Sequence[str] = data.states or ()
    found = [
        attempt
        for attempt in (await read.all(Attempt)).values()
        if (not wanted or attempt.state in wanted) and data.order_id in (None, attempt.order_id)
    ]
    found.sort(key=lambda attempt: (attempt.at_ms, attempt.id), reverse=True)
    return AttemptsReply(
        attempts=tuple([await attempt_view(read, attempt) for attempt in found[:MOST_LISTED]])
    )


async def known_attempt(source: Reader, attempt_id: str) -> Attempt:
    """The attempt of this id; raises NotFound."""
    attempt = await source.get(Attempt, attempt_id)
    if attempt is None:
        raise NotFound("없는 결제 시도입니다", f"there is no attempt {attempt_id[:64]}", path="$.id")
    return attempt


async def attempt_view(source: Reader, attempt: Attempt) -> PaymentAttempt:
    """The attempt as staff see it, with its payment."""
    order = None if attempt.payment_id is None else await source.order_of_payment(attempt.payment_id)
    return PaymentAttempt(
        id=attempt.id,
        order_id=attempt.order_id,
        tender=attempt.tender,
        amount=attempt.amount,
        state=attempt.state,
        created_at=calendar_of(source.shop).iso(from_ms(attempt.at_ms)),
        price=attempt.price,
        method=attempt.method,
        terminal=attempt.terminal,
        barcode=attempt.barcode,
        taking_back=attempt.taking_back,
        part_id=attempt.part_id,
        tip=attempt.tip,
        tendered=attempt.tendered,
        change=attempt.change,
        payment=None if order is None else find_payment(order, attempt.payment_id or ""),
        gave_up=attempt.gave_up,
        hint=attempt.hint,
        error=attempt.error,
        approval=attempt.approval,
        note=attempt.note,
    )


def owner_of(attempt: Attempt) -> Caller:
    """Whose payment it becomes: of the plugin that took it, of the till whose terminal did."""
    if attempt.method is not None:
        plugin_id = attempt.method.plugin_id
        return Caller(id=plugin_id, kind="plugin", name=plugin_id)
    return Caller(id=attempt.caller, kind="device", name=attempt.caller, device_id=attempt.device)


async def change_attempt(tx: Transaction, after: Attempt, word: str, **more: Any) -> None:
    """Keeps an attempt after a step, with what follows for its order, and records `attempt.<word>`."""
    tx.put(after)
    await release(tx, after)
    if after.state == "NEEDS_MANUAL":
        await _reserve_again(tx, after)
    tx.record(attempt_fact(word, after, **more))
    if after.state not in OPEN:
        await _end_what_waited(tx, after.order_id)


async def release(tx: Transaction, after: Attempt) -> None:
    """Nobody is charged any more: the order is free. Nothing can come any more: so is the amount (PAY-2)."""
    held = await tx.get(InFlight, after.order_id)
    if held is None or held.attempt_id != after.id:
        return
    if after.state not in OPEN:
        tx.drop(InFlight, held.id)
        # Another one of this order may still wait for a person.
        other = await unsettled(tx, after.order_id, besides=after.id)
        if other is not None:
            await _reserve_again(tx, other)
    elif held.locked and after.state != "SENT":
        tx.put(replace(held, locked=False))


async def _reserve_again(tx: Transaction, after: Attempt) -> None:
    """Money that may have moved counts, also when a manager had said that nothing was paid (PAY-2, NET-5)."""
    order = await tx.order(after.order_id)
    # What was paid otherwise since is owed no more: of that part somebody gets their money back.
    amount = 0 if order is None else min(after.amount - after.tip, order.payment_price.payment_unpaid_value)
    if amount > 0 and await tx.get(InFlight, after.order_id) is None:
        tx.put(InFlight(id=after.order_id, attempt_id=after.id, amount=amount, locked=False))


async def unsettled(source: Reader, order_id: str, *, besides: str = "") -> Attempt | None:
    """An attempt of this order whose end somebody has to find out, None without one (NET-5)."""
    for attempt in await source.of_order(Attempt, order_id):
        if attempt.state in ("UNKNOWN", "NEEDS_MANUAL") and attempt.id != besides:
            return attempt
    return None


async def _end_what_waited(tx: Transaction, order_id: str) -> None:
    """A cancel that waited for nothing but this attempt comes to its end (CAN-2)."""
    order = await tx.order(order_id)
    if order is None or await tx.get(InFlight, order_id) is not None:
        return
    ended = ended_by_last_payment(order, calendar_of(tx.shop).iso(tx.at))
    if ended is not None:
        await keep(tx, order, ended, orders=[order_fact("update", ended), order_fact("cancel", ended)])


def attempt_fact(word: str, attempt: Attempt, **more: Any) -> Fact:
    """`attempt.<word>` about this attempt."""
    said: dict[str, Any] = {
        "order": {"id": attempt.order_id},
        "tender": attempt.tender,
        "amount": attempt.amount,
    }
    if attempt.error is not None:
        said["error"] = attempt.error.reason or attempt.error.code
    return Fact(f"attempt.{word}", attempt.id, said | {"state": attempt.state} | more)


async def _whole(read: Reader, subject: str) -> Any:
    attempt = await read.get(Attempt, subject)
    return None if attempt is None else await attempt_view(read, attempt)


for _word in (
    "start", "approve", "decline", "cancel", "lose", "give-up", "wait", "find-nothing", "escalate", "resolve",
    "approval", "take-back", "net-cancel", "ask-again", "show",
):  # fmt: skip
    whole(f"attempt.{_word}")(_whole)
