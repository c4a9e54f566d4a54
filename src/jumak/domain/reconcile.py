"""What somebody has to look after before the books are right: attempts and refunds without an end (NET-5, CAN-10).

Each stands somewhere: PENDING it is being asked for, UNKNOWN nobody knows, ORPHAN an approval that is no payment,
MANUAL a person decides. What can be done follows from that, and from nothing the reader has to know.
"""

from __future__ import annotations

from typing import Any, Literal

from jumak.domain.attempt import Attempt
from jumak.domain.finding_out import is_to_find_out
from jumak.domain.order.ending import live_payments
from jumak.domain.order.types import Order
from jumak.domain.refund import RefundAttempt

ReconcileKind = Literal["ATTEMPT", "REFUND"]
Standing = Literal["PENDING", "UNKNOWN", "ORPHAN", "MANUAL"]
Action = tuple[str, dict[str, Any]]

RESOLVE_ATTEMPT = "payment-attempt.resolve.request"
RESOLVE_REFUND = "payment-refund.resolve.request"
CONFIRM_REFUND = "payment.confirm-refund.request"


def standing_of_attempt(attempt: Attempt) -> Standing | None:
    """Where an attempt stands, None when it is over."""
    match attempt.state:
        case "CREATED" | "SENT":
            return "PENDING"
        case "UNKNOWN":
            return "UNKNOWN"
        case "NEEDS_MANUAL":
            return "MANUAL" if attempt.approval is None else "ORPHAN"
    return None


def actions_of_attempt(attempt: Attempt, order: Order | None) -> tuple[Action, ...]:
    """What staff can do about an open attempt now."""
    if attempt.state == "SENT":
        return (("payment-attempt.cancel.request", {"id": attempt.id}),)
    asks = ("QUERY", "NET_CANCEL") if attempt.terminal is not None else ()
    # While its terminal is asked nobody else says how it ended.
    says = () if is_to_find_out(attempt) else ("CONFIRM_PAID", "CONFIRM_NOT_PAID")
    return tuple(
        (RESOLVE_ATTEMPT, {"id": attempt.id, "how": how})
        for how in (*asks, *says)
        if how != "CONFIRM_PAID" or _takes(order, attempt.amount)
    )


def _takes(order: Order | None, amount: int) -> bool:
    if order is None or order.order_state in ("REQUESTED", "CANCELLED"):
        return False
    return order.payment_price.payment_unpaid_value >= amount


def standing_of_refund(refund: RefundAttempt, order: Order | None) -> Standing | None:
    """Where a refund stands, None when it is over: given back, or refused and the payment simply stays."""
    if refund.state in ("QUEUED", "SENT"):
        return "PENDING"
    if refund.state == "UNKNOWN":
        return "UNKNOWN"
    if refund.is_owed or (refund.state != "RETURNED" and _holds_up(refund, order)):
        return "MANUAL"
    return None


def _holds_up(refund: RefundAttempt, order: Order | None) -> bool:
    """An order that staff cancelled waits for this payment (CAN-2)."""
    if order is None or order.backing is None or not order.backing.cancel_pending:
        return False
    return any(payment.id == refund.payment for payment in live_payments(order))


def actions_of_refund(refund: RefundAttempt, *, busy: bool) -> tuple[Action, ...]:
    """What a manager can do about a refund. busy: something else of its payment is being given back."""
    if refund.state in ("QUEUED", "SENT") or (busy and refund.state != "UNKNOWN"):
        return ()
    if refund.is_part:
        hows = (
            ("CONFIRM_RETURNED", "CONFIRM_NOT_RETURNED")
            if refund.state == "UNKNOWN"
            else (*(("ASK_AGAIN", "WHOLE_THEN_REST") if refund.asks else ()), "CONFIRM_RETURNED")
        )
        return tuple((RESOLVE_REFUND, {"id": refund.id, "how": how}) for how in hows)
    if refund.state == "UNKNOWN":
        return tuple((CONFIRM_REFUND, {"id": refund.payment, "refunded": yes}) for yes in (True, False))
    cancel: Action = (
        "payment.cancel.request",
        {"order": {"id": refund.order_id}, "payment": {"id": refund.payment}},
    )
    return (cancel, (CONFIRM_REFUND, {"id": refund.payment, "refunded": True}))
