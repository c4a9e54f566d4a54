"""What staff decide about an attempt: to wait no longer, or how it ended (rulebook §3.4; contract: extensions §6)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.approval import ActAbout
from jumak.domain.attempt import Attempt, PaymentApproval, Step, attempt_state, stepped, stopped_waiting
from jumak.domain.calendar import calendar_of
from jumak.domain.errors import InvalidArgument, InvalidState, UnsupportedMode
from jumak.domain.finding_out import asked_again, is_to_find_out
from jumak.domain.order.history import PaymentTry
from jumak.protocol.messages.attempt import AttemptById, AttemptReply, ResolveAttempt
from jumak.service.approval import require_manager
from jumak.service.attempt import attempt_view, change_attempt, known_attempt, owner_of
from jumak.service.attempt_answer import record_approval
from jumak.service.ports import Transaction
from jumak.service.registry import command


@command("payment-attempt.cancel.request")
async def cancel(tx: Transaction, data: AttemptById) -> AttemptReply:
    """Staff stop waiting; the order is free again, its amount stays reserved until the plugin or terminal has answered.

    An attempt that is over meanwhile comes back as it ended. Raises NotFound.
    """
    attempt = await known_attempt(tx, data.id)
    after = stopped_waiting(attempt)
    if after != attempt:
        await change_attempt(tx, after, "give-up")
    return AttemptReply(attempt=await attempt_view(tx, after))


@command("payment-attempt.resolve.request")
async def resolve(tx: Transaction, data: ResolveAttempt) -> AttemptReply:
    """A manager says how an attempt ended (NET-5); audited with the note.

    CONFIRM_PAID puts the payment on the order if it still takes it, otherwise the refusal says why and
    the approval waits for its refund. QUERY and NET_CANCEL have the terminal asked again; what it says comes
    by `payment-attempt.change.event`. Raises PermissionDenied APPROVAL_NEEDED, NotFound, InvalidState ATTEMPT_STATE, AMOUNT_MISMATCH, OVERPAID, ORDER_CANCELLED;
    UnsupportedMode NO_QUERY for what only a terminal can do.
    """
    attempt = await known_attempt(tx, data.id)
    approved = await require_manager(tx, "payment-attempt.resolve", data, await _about(tx, attempt, data.how))
    said = {"how": data.how} | ({} if data.note is None else {"note": data.note}) | approved
    if data.how in ("QUERY", "NET_CANCEL") and attempt.terminal is not None:
        after = asked_again(replace(attempt, note=data.note), for_good=data.how == "NET_CANCEL")
        await change_attempt(tx, after, "ask-again", **said)
        return AttemptReply(attempt=await attempt_view(tx, after))
    if data.how in ("QUERY", "NET_CANCEL"):
        raise UnsupportedMode(
            "플러그인 결제는 다시 조회하거나 망취소할 수 없습니다. 확인한 뒤 결제됨 또는 결제 안 됨을 골라 주세요",
            "a plugin cannot be asked again; find out, then CONFIRM_PAID or CONFIRM_NOT_PAID",
            reason="NO_QUERY",
            how=data.how,
        )
    if attempt.state not in ("UNKNOWN", "NEEDS_MANUAL") or is_to_find_out(attempt):
        # While its terminal is asked what happened nobody else says so.
        raise attempt_state(attempt)
    noted = replace(attempt, note=data.note, by_hand=True)
    if data.how == "CONFIRM_NOT_PAID":
        after = stepped(noted, Step.FIND_NOTHING)
        await change_attempt(tx, after, "resolve", **said)
    else:
        taken = None if attempt.approval is None else attempt.approval.amount_money
        if taken not in (None, attempt.amount):
            raise InvalidState(
                f"{taken:,}원이 승인되어 요청한 금액과 다릅니다. 단말기에서 취소한 뒤 결제 안 됨을 골라 주세요",
                "another amount was approved than was asked for; cancel it at the terminal, then CONFIRM_NOT_PAID",
                reason="AMOUNT_MISMATCH",
                asked=attempt.amount,
                approved=taken,
            )
        after = await record_approval(tx, noted, await _usable(tx, attempt), **said)
    return AttemptReply(attempt=await attempt_view(tx, after))


async def _about(tx: Transaction, attempt: Attempt, how: str) -> ActAbout:
    order = await tx.order(attempt.order_id)
    tried = PaymentTry(id=attempt.id, tender=attempt.tender)
    return ActAbout(
        order_id=attempt.order_id,
        order_number=None if order is None else order.number,
        attempt=tried,
        amount=attempt.amount,
        how=how,
    )


async def _usable(tx: Transaction, attempt: Attempt) -> PaymentApproval:
    """The approval as it came; where it says nothing usable the attempt's id is the key, and now the time."""
    came = attempt.approval or PaymentApproval()
    calendar = calendar_of(tx.shop)
    key, at = came.payment_key, came.approved_at
    if key is None or await tx.payment_by_key(owner_of(attempt).id, key) is not None:
        key = attempt.id
    try:
        calendar.parse(at or "", path="$.approvedAt")
    except InvalidArgument:
        at = calendar.iso(tx.at)
    return replace(came, payment_key=key, approved_at=at, received=None)
