"""Use cases of attempts to take money (rulebook §3.3, §3.4; contract: payment §6, extensions §6).

A plugin's method is asked by the live side of the shop (`server/paying.py`), after the attempt is on
disk (NET-1) and never twice; what comes back is decided here, in `settle`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from jumak.domain.attempt import (
    OPEN,
    Answer,
    Attempt,
    AttemptError,
    MethodApproval,
    MethodRef,
    Step,
    after_answer,
    approved,
    attempt_state,
    escalated,
    lost,
    part_price,
    payment_of,
    refused_approval,
    stepped,
    stopped_waiting,
)
from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.cash import change_due
from jumak.domain.errors import (
    Conflict,
    InvalidArgument,
    InvalidState,
    NotFound,
    PosError,
    UnsupportedMode,
)
from jumak.domain.fact import Fact
from jumak.domain.order.life import Act, next_state, not_editable
from jumak.domain.order.paying import find_payment, remaining_buckets
from jumak.domain.order.types import Order
from jumak.domain.tax import draw
from jumak.protocol.messages.attempt import (
    AttemptById,
    AttemptReply,
    AttemptsReply,
    ListAttempts,
    PaymentAttempt,
    ResolveAttempt,
    StartPayment,
)
from jumak.protocol.row import Done, Reply
from jumak.service.cancelling import ended_by_last_payment
from jumak.service.documents import InFlight, Install, PaymentLock
from jumak.service.journal import whole
from jumak.service.keeping import check_unlocked, keep, known_order, order_fact
from jumak.service.payment import check_new_key, keep_payment, not_running, taken
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query
from jumak.service.serving import serve

KEPT_FOR = timedelta(days=7)
"""Attempts that are over stay readable this long; their payments and facts stay for good."""

MOST_LISTED = 500


class Settled(Reply, frozen=True, kw_only=True):
    """What an answer did. heard: False when it came too late to mean anything."""

    attempt: PaymentAttempt | UnsetType = UNSET
    heard: bool = True


# -- beginning -----------------------------------------------------------------------------------


@command("payment.start.request")
async def start(tx: Transaction, data: StartPayment) -> AttemptReply:
    """Begin taking money: one open attempt per order and till (PAY-8), its amount reserved (PAY-2).

    Cash is taken at once; a plugin's method is asked once this is on disk. Raises Conflict
    UNPAID_CHANGED, Locked, InvalidState OVERPAID, PAYMENT_UNKNOWN, ATTEMPT_OPEN, HostUnavailable
    PLUGIN_NOT_RUNNING, UnsupportedMode TENDER.
    """
    _check_tender(data)
    order = await known_order(tx, data.order_id, path="$.orderId")
    if next_state(order, Act.PAY) == "REQUESTED":
        raise not_editable(order, Act.PAY)
    await check_unlocked(tx, order)
    await _check_lease(tx, data)
    await _check_amount(tx, order, data)
    await _check_till(tx)
    _forget_old(tx, await tx.all(Attempt))
    attempt = Attempt(
        id=tx.ids.new(),
        order_id=order.id,
        tender=data.tender,
        amount=data.amount,
        state="CREATED",
        price=part_price(draw(remaining_buckets(order), data.amount)),
        caller=tx.caller.id,
        at_ms=to_ms(tx.at),
        method=await _method(tx, data),
        part_id=data.part_id,
        device=tx.caller.device_id,
        staff=None if tx.caller.staff is None else tx.caller.staff.id,
    )
    await serve(tx, order.id, attempt_id=attempt.id)
    if data.tender == "CASH":
        return await _take_cash(tx, order, attempt, data)
    sent = stepped(attempt, Step.SEND)
    tx.put(sent)
    tx.put(InFlight(id=order.id, attempt_id=sent.id, amount=sent.amount, locked=True))
    tx.record(_fact("start", sent))
    return AttemptReply(attempt=await attempt_view(tx, sent))


def _check_tender(data: StartPayment) -> None:
    if data.tender not in ("CASH", "METHOD"):
        raise UnsupportedMode(
            "이 매장에는 카드 단말기나 선불 수단이 연결되어 있지 않습니다. 현금이나 플러그인 결제를 이용해 주세요",
            f"{data.tender} needs a device this shop has not; take CASH or a plugin's METHOD",
            reason="TENDER",
            tender=data.tender,
        )
    if data.tender == "METHOD" and data.method is None:
        raise InvalidArgument(
            "결제 수단을 골라 주세요: $.method", "METHOD needs method {pluginId, id}", path="$.method"
        )


async def _method(tx: Transaction, data: StartPayment) -> MethodRef | None:
    if data.tender != "METHOD" or data.method is None:
        return None
    wanted = data.method
    found = tx.live.payment_method(tx.caller, wanted.plugin_id, wanted.id)
    if found is None:
        install = await tx.get(Install, wanted.plugin_id)
        raise not_running(wanted.plugin_id if install is None else install.name)
    return found


async def _check_lease(tx: Transaction, data: StartPayment) -> None:
    if data.lock_id is None:
        return
    held = await tx.get(PaymentLock, data.order_id)
    if held is None or held.lock_id != data.lock_id or held.holder != tx.caller.id:
        raise NotFound(
            "결제 잠금이 없거나 만료되었습니다",
            "lockId is no lease of yours on this order; take it again with order.lock or leave it out",
            path="$.lockId",
        )


async def _check_amount(tx: Transaction, order: Order, data: StartPayment) -> None:
    unpaid = order.payment_price.payment_unpaid_value
    if unpaid != data.expected_unpaid:
        raise Conflict(
            f"남은 금액이 {unpaid:,}원으로 바뀌었습니다",
            f"{unpaid} is to be paid, not {data.expected_unpaid}; show the order again",
            reason="UNPAID_CHANGED",
            unpaid=unpaid,
        )
    in_flight = await tx.get(InFlight, order.id)
    if in_flight is not None:
        raise InvalidState(
            "결과를 확인하지 못한 결제가 있습니다. 먼저 확인해 주세요",
            "an earlier attempt on this order is not settled; resolve it with payment-attempt.resolve (NET-5)",
            reason="PAYMENT_UNKNOWN",
            attemptId=in_flight.attempt_id,
        )
    if data.amount > unpaid:
        raise InvalidState(
            f"남은 금액({unpaid:,}원)보다 많이 결제할 수 없습니다",
            f"{data.amount} is more than the {unpaid} still to pay",
            reason="OVERPAID",
            unpaid=unpaid,
            orderId=order.id,
        )


async def _check_till(tx: Transaction) -> None:
    for other in (await tx.all(Attempt)).values():
        if other.state == "SENT" and other.caller == tx.caller.id:
            raise InvalidState(
                "이 기기에서 진행 중인 결제가 있습니다. 끝나거나 취소한 뒤 다시 시도해 주세요",
                "this till waits for another payment; let it end or give it up with payment-attempt.cancel",
                reason="ATTEMPT_OPEN",
                attemptId=other.id,
            )


def _forget_old(tx: Transaction, attempts: Any) -> None:
    oldest = to_ms(tx.at - KEPT_FOR)
    for old in attempts.values():
        if old.at_ms < oldest and old.state not in OPEN:
            tx.drop(Attempt, old.id)


async def _take_cash(tx: Transaction, order: Order, attempt: Attempt, data: StartPayment) -> AttemptReply:
    """Cash is there or it is not: created, sent and approved in one commit (CSH-1)."""
    tendered = data.amount if data.tendered is None else data.tendered
    change = change_due(data.amount, tendered)
    calendar = calendar_of(tx.shop)
    dto = payment_of(attempt, attempt.price, key=attempt.id, approved_at=calendar.iso(tx.at), approved_no="")
    paid = await taken(tx, order, dto)
    await keep_payment(tx, order, paid)
    done = approved(
        replace(stepped(attempt, Step.SEND), tendered=tendered, change=change, answered=True), paid.payment.id
    )
    tx.put(done)
    tx.record(_fact("approve", done))
    return AttemptReply(attempt=await attempt_view(tx, done))


# -- what comes back -----------------------------------------------------------------------------


async def settle(tx: Transaction, *, attempt_id: str, answer: Answer) -> Settled:
    """What a plugin answered, whenever it did, becomes of its attempt; the caller is that plugin.

    An approval that cannot be recorded (key used before, order over or gone) waits for a person,
    with the approval on it. Raises nothing a plugin could cause.
    """
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is None:
        return Settled(heard=False)
    decision = after_answer(attempt, answer)
    if not decision.fact:
        return Settled(attempt=await attempt_view(tx, attempt), heard=False)
    if decision.record is None:
        await _change(tx, decision.attempt, decision.fact)
        return Settled(attempt=await attempt_view(tx, decision.attempt))
    try:
        after = await _record(tx, decision.attempt, decision.record, tx.caller)
    except PosError as refusal:
        after = escalated(decision.attempt, decision.record, refused_approval(refusal))
        await _change(tx, after, "escalate")
    return Settled(attempt=await attempt_view(tx, after))


async def escalate(
    tx: Transaction, *, attempt_id: str, approval: MethodApproval, error: AttemptError
) -> Done:
    """An approval that could not be decided on: it is kept, and a person looks (NET-4)."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None and attempt.state in ("SENT", "UNKNOWN", "NOT_FOUND"):
        await _change(tx, replace(escalated(attempt, approval, error), answered=True), "escalate")
    return Done()


async def _record(
    tx: Transaction, attempt: Attempt, approval: MethodApproval, owner: Caller, **more: Any
) -> Attempt:
    """The approval as a payment of the order, owned by the plugin; raises what `payment.add` would.

    Everything that may refuse comes before the first change, so that a refusal leaves the attempt alone.
    """
    order = await known_order(tx, attempt.order_id)
    key, at = approval.payment_key, approval.approved_at
    assert key is not None, "an approval has a key"
    assert at is not None, "an approval has a time"
    await check_new_key(tx, order, key, owner=owner.id)
    left = remaining_buckets(order)
    fits = attempt.price.tip_money <= left.tip
    # Another payment has taken of the tip since: the parts are drawn anew, the amount stays.
    price = attempt.price if fits else part_price(draw(left, attempt.amount))
    paid = await taken(tx, order, payment_of(attempt, price, key=key, approved_at=at), owner, by_method=True)
    after = approved(attempt, paid.payment.id)
    await _release(tx, after)
    await keep_payment(tx, order, paid)
    tx.put(after)
    tx.record(_fact("approve", after) if not more else _fact("resolve", after, **more))
    return after


async def lose(tx: Transaction, *, attempt_id: str, message: str) -> Done:
    """Nobody can tell any more what became of it (NET-2)."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None and attempt.state == "SENT":
        await _change(tx, lost(attempt, _unknown(message)), "lose")
    return Done()


async def lose_all(tx: Transaction) -> Done:
    """After a restart every SENT attempt without a result is UNKNOWN (NET-1)."""
    for attempt in (await tx.all(Attempt)).values():
        if attempt.state == "SENT":
            await _change(
                tx, lost(attempt, _unknown("포스가 다시 시작되어 결제 결과를 알 수 없습니다")), "lose"
            )
    return Done()


def _unknown(message: str) -> AttemptError:
    return AttemptError(code="HOST_UNAVAILABLE", reason="RESULT_UNKNOWN", message=message)


async def never_asked(tx: Transaction, *, attempt_id: str, message: str) -> Done:
    """The plugin went before it was asked: for certain nothing was charged."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None and attempt.state == "SENT":
        error = AttemptError(code="HOST_UNAVAILABLE", reason="PLUGIN_NOT_RUNNING", message=message)
        await _change(tx, stepped(attempt, Step.DECLINE, error=error, answered=True), "decline")
    return Done()


async def still_waiting(tx: Transaction, *, attempt_id: str) -> Done:
    """No answer for two minutes: staff may wait on or give up; nothing else changes."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None and attempt.state == "SENT" and attempt.hint is None:
        await _change(tx, replace(attempt, hint="STILL_WAITING"), "wait")
    return Done()


# -- what staff do -------------------------------------------------------------------------------


@command("payment-attempt.cancel.request")
async def cancel(tx: Transaction, data: AttemptById) -> AttemptReply:
    """Staff stop waiting; the order is free again, its amount stays reserved until the plugin has answered.

    An attempt that is over meanwhile comes back as it ended. Raises NotFound.
    """
    attempt = await known_attempt(tx, data.id)
    after = stopped_waiting(attempt)
    if after != attempt:
        await _change(tx, after, "give-up")
    return AttemptReply(attempt=await attempt_view(tx, after))


@command("payment-attempt.resolve.request")
async def resolve(tx: Transaction, data: ResolveAttempt) -> AttemptReply:
    """A manager says how an attempt ended (NET-5); audited with the note.

    CONFIRM_PAID puts the payment on the order if it still takes it, otherwise the refusal says why and
    the approval waits for its refund. Raises NotFound, InvalidState ATTEMPT_STATE, OVERPAID,
    ORDER_CANCELLED; UnsupportedMode for what only a terminal can do.
    """
    attempt = await known_attempt(tx, data.id)
    if data.how in ("QUERY", "NET_CANCEL"):
        raise UnsupportedMode(
            "플러그인 결제는 다시 조회하거나 망취소할 수 없습니다. 확인한 뒤 결제됨 또는 결제 안 됨을 골라 주세요",
            "a plugin cannot be asked again; find out, then CONFIRM_PAID or CONFIRM_NOT_PAID",
            reason="NO_QUERY",
            how=data.how,
        )
    if attempt.state not in ("UNKNOWN", "NEEDS_MANUAL"):
        raise attempt_state(attempt)
    said = {"how": data.how} | ({} if data.note is None else {"note": data.note})
    noted = replace(attempt, note=data.note)
    if data.how == "CONFIRM_NOT_PAID":
        after = stepped(noted, Step.FIND_NOTHING)
        await _change(tx, after, "resolve", **said)
    else:
        after = await _record(tx, noted, await _usable(tx, attempt), _owner(attempt), **said)
    return AttemptReply(attempt=await attempt_view(tx, after))


async def _usable(tx: Transaction, attempt: Attempt) -> MethodApproval:
    """The approval as it came; where it says nothing usable the attempt's id is the key, and now the time."""
    came = attempt.approval or MethodApproval()
    calendar = calendar_of(tx.shop)
    key, at = came.payment_key, came.approved_at
    if key is None or await tx.payment_by_key(_owner(attempt).id, key) is not None:
        key = attempt.id
    try:
        calendar.parse(at or "", path="$.approvedAt")
    except InvalidArgument:
        at = calendar.iso(tx.at)
    return MethodApproval(payment_key=key, approved_at=at)


def _owner(attempt: Attempt) -> Caller:
    assert attempt.method is not None, "cash is never unknown"
    plugin_id = attempt.method.plugin_id
    return Caller(id=plugin_id, kind="plugin", name=plugin_id)


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
        part_id=attempt.part_id,
        tendered=attempt.tendered,
        change=attempt.change,
        payment=None if order is None else find_payment(order, attempt.payment_id or ""),
        gave_up=attempt.gave_up,
        hint=attempt.hint,
        error=attempt.error,
        approval=attempt.approval,
        note=attempt.note,
    )


async def _change(tx: Transaction, after: Attempt, word: str, **more: Any) -> None:
    tx.put(after)
    await _release(tx, after)
    tx.record(_fact(word, after, **more))
    if after.state not in OPEN:
        await _end_what_waited(tx, after.order_id)


async def _release(tx: Transaction, after: Attempt) -> None:
    """Nobody is charged any more: the order is free. Nothing can come any more: so is the amount (PAY-2)."""
    held = await tx.get(InFlight, after.order_id)
    if held is None or held.attempt_id != after.id:
        return
    if after.state not in OPEN:
        tx.drop(InFlight, held.id)
    elif held.locked and after.state != "SENT":
        tx.put(replace(held, locked=False))


async def _end_what_waited(tx: Transaction, order_id: str) -> None:
    """A cancel that waited for nothing but this attempt comes to its end (CAN-2)."""
    order = await tx.order(order_id)
    if order is None or await tx.get(InFlight, order_id) is not None:
        return
    ended = ended_by_last_payment(order, calendar_of(tx.shop).iso(tx.at))
    if ended is not None:
        await keep(tx, order, ended, orders=[order_fact("update", ended), order_fact("cancel", ended)])


def _fact(word: str, attempt: Attempt, **more: Any) -> Fact:
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
    "approval",
):  # fmt: skip
    whole(f"attempt.{_word}")(_whole)
