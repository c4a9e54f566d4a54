"""Attempts to give money back by the plugin or terminal that took it (CAN-2, CAN-8, CAN-10; contract: payment §6.2).

As with attempts to take money, one is stored as SENT before anybody is asked, and nothing jumps past the
table: while nobody knows whether the money went back it is not asked for again. What a cancelled order has still
to ask for is QUEUED in the commit that cancels it, so that neither a refund under way nor a restart loses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.attempt import LONGEST_TEXT, AttemptError, MethodRef, Refused, TerminalRef, WentBack
from jumak.domain.base import Doc, PositiveWon, PublicId
from jumak.domain.caller import StaffRef
from jumak.domain.errors import InvalidState, PosError

RefundState = Literal["QUEUED", "SENT", "RETURNED", "DECLINED", "CANCELED", "UNKNOWN", "NOT_RETURNED"]

RefundWay = Literal["CASH", "TERMINAL", "METHOD", "BY_HAND"]

RefundResolution = Literal["ASK_AGAIN", "WHOLE_THEN_REST", "CONFIRM_RETURNED", "CONFIRM_NOT_RETURNED"]


class RefundStep(StrEnum):
    """Everything that can happen to an attempt to give money back."""

    RETURN = "return"
    """The payment is cancelled in the books: the money went back, or a manager says so."""
    DECLINE = "decline"
    GIVE_UP = "give up"
    """Whoever stood at the plugin went back: the payment stays."""
    LOSE = "lose"
    """Nobody knows any more whether the money went back: connection lost, server restarted."""
    FIND_NOTHING = "find nothing"
    """It turned out that the money did not go back."""
    ASK = "ask"
    """It is asked for once more."""


S = RefundStep
REFUND_TRANSITIONS: Final[dict[RefundState, dict[RefundStep, RefundState]]] = {
    # Its order was cancelled: it is asked for as soon as nothing else of the payment is being given back.
    "QUEUED": {S.RETURN: "RETURNED", S.ASK: "SENT", S.DECLINE: "DECLINED", S.GIVE_UP: "CANCELED"},
    "SENT": {S.RETURN: "RETURNED", S.DECLINE: "DECLINED", S.GIVE_UP: "CANCELED", S.LOSE: "UNKNOWN"},
    "UNKNOWN": {S.RETURN: "RETURNED", S.FIND_NOTHING: "NOT_RETURNED"},
    # Money that went back after all is a fact, whatever was said before.
    "NOT_RETURNED": {S.RETURN: "RETURNED", S.ASK: "SENT"},
    "DECLINED": {S.RETURN: "RETURNED", S.ASK: "SENT"},
    "CANCELED": {S.RETURN: "RETURNED", S.ASK: "SENT"},
    "RETURNED": {},
}
"""Rulebook CAN-10."""

OPEN: Final[frozenset[RefundState]] = frozenset({"QUEUED", "SENT", "UNKNOWN"})
"""States in which somebody still has to learn whether the money went back."""


class ThenCharge(Doc, frozen=True, kw_only=True):
    """What the payment still stands for is charged anew once it went back whole (CAN-8), for whoever asked for that."""

    caller: str
    device: str | None = None
    staff: StaffRef | None = None


class RefundAttempt(Doc, frozen=True, kw_only=True):
    """An attempt to give the money of a payment back, or a part of it.

    id: the payment's for what is left of it, of which a later attempt replaces the earlier; of the refund for a
    part, whose payment is `payment_id`.  method, terminal: who is asked.  at_ms: when.  note: a manager's, on resolving.
    approved_no: of the cancel, where a card network gave one.  given_ms: when the terminal said that it went back.
    carries: parts the books have given back and the card has not, which go back with it.  tax: won of VAT in a part.
    """

    id: PublicId
    order_id: PublicId
    payment_id: PublicId | None = None
    amount: PositiveWon
    tax: PositiveWon = 0
    method: MethodRef | None = None
    terminal: TerminalRef | None = None
    state: RefundState
    at_ms: int
    error: AttemptError | None = None
    note: str | None = None
    approved_no: str | None = None
    given_ms: int | None = None
    carries: tuple[PublicId, ...] = ()
    carried: bool = False
    """It went back with the whole, whose cancel it is part of."""

    then: ThenCharge | None = None

    @property
    def payment(self) -> str:
        """Id of the payment whose money it is."""
        return self.payment_id or self.id

    @property
    def is_part(self) -> bool:
        """A part, which the books have given back already."""
        return self.payment_id is not None

    @property
    def asks(self) -> bool:
        """A terminal can be asked for it, also for a part; a plugin gives back whole payments (CAN-7)."""
        return self.terminal is not None

    @property
    def is_owed(self) -> bool:
        """The books have given it back and the guest does not have it, nor is anybody asked for it now."""
        return self.is_part and self.state in ("DECLINED", "NOT_RETURNED")

    @property
    def is_by_hand(self) -> bool:
        """Nobody was asked for it, nor can be: a person gives it back."""
        return self.state == "NOT_RETURNED" and self.terminal is None and self.method is None

    @property
    def in_background(self) -> bool:
        """Nobody waits for the answer: the journal has it asked."""
        return self.is_part or self.then is not None


class GivenBack(Struct, frozen=True):
    """The money of a payment went back. approved_no: of the cancel, where a card network gave one (CAN-8)."""

    approved_no: str = ""


class Unclear(Struct, frozen=True):
    """An answer that says neither that the money went back nor that it did not (NET-6): its page was reloaded, say."""


Returned = GivenBack | WentBack | Refused | Unclear
"""What whoever was asked for money back says."""


def read_refund(data: dict[str, Any]) -> Returned:
    """What the answer to `payment.method.event.request` `cancel` means; a value is a refund."""
    complete = data.get("complete")
    if complete is False:
        said = data.get("errorMessage")
        return Refused(said[:LONGEST_TEXT] if isinstance(said, str) else "")
    if complete is not True:
        return Unclear()
    return WentBack() if data.get("cancelledPaymentDto") is None else GivenBack()


def refund_stepped(refund: RefundAttempt, step: RefundStep, **changes: Any) -> RefundAttempt:
    """The attempt after a step along the table; raises InvalidState REFUND_STATE and changes nothing without one."""
    row = REFUND_TRANSITIONS[refund.state]
    if step not in row:
        raise InvalidState(
            "지금은 할 수 없는 환불 처리입니다",
            f"not possible for a refund that is {refund.state}",
            reason="REFUND_STATE",
            paymentId=refund.payment,
            state=refund.state,
        )
    after = replace(refund, state=row[step], **changes)
    # What did not go back took no part along: each of them stands for itself again.
    return after if after.state in OPEN or after.state == "RETURNED" else replace(after, carries=())


def after_refusal(refund: RefundAttempt, answer: WentBack | Refused) -> RefundAttempt:
    """The attempt after an answer, whenever it comes, by which no money moved; itself when it is over."""
    waiting = refund.state in ("QUEUED", "SENT")
    if not waiting and refund.state != "UNKNOWN":
        return refund
    match answer:
        case WentBack():
            return refund_stepped(refund, S.GIVE_UP if waiting else S.FIND_NOTHING, error=None)
        case Refused(message, declined):
            error = AttemptError(
                code="INVALID_STATE",
                reason="PAYMENT_VOID_FAILED",
                message=message or "환불하지 못했습니다",
                decline_code=declined or None,
            )
            return refund_stepped(refund, S.DECLINE if waiting else S.FIND_NOTHING, error=error)


def owed(refunds: Iterable[RefundAttempt], payment_id: str) -> tuple[RefundAttempt, ...]:
    """Parts of a payment that the guest is still to get, oldest first."""
    parts = (each for each in refunds if each.is_owed and each.payment == payment_id)
    return tuple(sorted(parts, key=lambda part: (part.at_ms, part.id)))


def refund_open(refund: RefundAttempt | None) -> PosError | None:
    """Why this money may not be asked back or given back another way now, None when it may."""
    if refund is None or refund.state not in OPEN:
        return None
    if refund.state in ("QUEUED", "SENT"):
        return InvalidState(
            "이미 환불 중인 결제입니다",
            "this payment is being given back; wait for its end",
            reason="CANCEL_IN_PROGRESS",
            paymentId=refund.payment,
        )
    return InvalidState(
        "환불되었는지 알 수 없는 결제입니다. 확인한 뒤 환불됨 또는 환불 안 됨을 골라 주세요",
        "this payment was asked back and nobody knows whether it went; find out, then "
        "payment.confirm-refund with or without refunded: false, for a part payment-refund.resolve",
        reason="REFUND_UNSETTLED",
        paymentId=refund.payment,
    )
