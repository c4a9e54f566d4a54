"""What somebody has to look after before the books are right: attempts, refunds, cash receipts without an end
(NET-5, CAN-10, RCP-2, RCP-4).

Each stands somewhere: PENDING it is being asked for, UNKNOWN nobody knows, ORPHAN an approval that is no payment,
MANUAL a person decides. What can be done follows from that, and from nothing the reader has to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from jumak.domain.attempt import Attempt
from jumak.domain.finding_out import is_to_find_out
from jumak.domain.order.ending import live_payments
from jumak.domain.order.types import Order
from jumak.domain.refund import RefundAttempt
from jumak.domain.till_receipt import Sending, TillReceipt, claimed, next_sending

ReconcileKind = Literal["ATTEMPT", "REFUND", "RECEIPT"]
Standing = Literal["PENDING", "UNKNOWN", "ORPHAN", "MANUAL"]
Action = tuple[str, dict[str, Any]]

RESOLVE_ATTEMPT = "payment-attempt.resolve.request"
RESOLVE_REFUND = "payment-refund.resolve.request"
CONFIRM_REFUND = "payment.confirm-refund.request"
SEND_RECEIPT = "cash-receipt.send.request"
CANCEL_RECEIPT = "cash-receipt.cancel.request"


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


def waits(standing: Standing) -> bool:
    """Somebody has to know of it, also where it is being found out about; what is merely under way is no news."""
    return standing != "PENDING"


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
        if how != "CONFIRM_PAID" or _takes(order, attempt.amount - attempt.tip)
    )


def _takes(order: Order | None, amount: int) -> bool:
    """Whether it owes that much. amount: without the tip, which raises what is owed by itself (PAY-2)."""
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
    confirm: Action = (CONFIRM_REFUND, {"id": refund.payment, "refunded": True})
    if refund.is_by_hand:
        return (confirm,)
    cancel: Action = (
        "payment.cancel.request",
        {"order": {"id": refund.order_id}, "payment": {"id": refund.payment}},
    )
    return (cancel, confirm)


class OpenReceipt(Struct, frozen=True):
    """A cash receipt that did not go as it should. sending: its issue or cancel.  amount: won that are concerned."""

    receipt: TillReceipt
    sending: Sending
    standing: Standing
    amount: int

    @property
    def is_cancel(self) -> bool:
        """It is about taking the receipt back."""
        return self.sending.key != self.receipt.issue.key


def open_receipt(
    receipt: TillReceipt, of_payment: Sequence[TillReceipt], *, free: int, held: int, has_issuer: bool
) -> OpenReceipt | None:
    """How a receipt stands, None when it is booked, or simply waits for its turn.

    of_payment: all of its payment, oldest first.  free: won of the order's cash that are in no receipt.
    held: won of cash the till still holds for the payment.  has_issuer: somebody is there to be asked.
    """
    sending = next_sending(receipt)
    if sending is not None:
        if not has_issuer:
            return OpenReceipt(receipt, sending, "MANUAL", sending.parts.total)
        if sending.error is None:
            return None
        # Nobody was reached, or nobody knows whether it was booked: both are asked again by themselves.
        standing: Standing = "UNKNOWN" if sending.state == "UNKNOWN" else "PENDING"
        return OpenReceipt(receipt, sending, standing, sending.parts.total)
    excess = sum(claimed(each).total for each in of_payment) - held
    if receipt.cancels and receipt.cancels[-1].state == "FAILED" and excess > 0:
        return OpenReceipt(receipt, receipt.cancels[-1], "MANUAL", min(excess, claimed(receipt).total))
    # Whoever asked for another one after it has looked after it.
    unreceipted = min(receipt.issue.parts.total, free, -excess)
    if receipt.issue.state == "FAILED" and receipt.id == of_payment[-1].id and unreceipted > 0:
        return OpenReceipt(receipt, receipt.issue, "MANUAL", unreceipted)
    return None


def actions_of_receipt(of: OpenReceipt, *, has_issuer: bool) -> tuple[Action, ...]:
    """What staff can do about a refused one: issue it anew, to a number they are asked for or to the shop itself."""
    if of.standing != "MANUAL" or not has_issuer:
        return ()
    if of.is_cancel:
        return ((CANCEL_RECEIPT, {"id": of.receipt.id, "amount": of.amount, "reason": of.sending.reason}),)
    uses = dict.fromkeys((of.receipt.use, "SELF"))
    return tuple(
        (SEND_RECEIPT, {"paymentId": of.receipt.payment_id, "use": use, "amount": of.amount}) for use in uses
    )
