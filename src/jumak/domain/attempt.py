"""Attempts to take money: their life, what an answer means, what they reserve (rulebook §3.3, §3.4).

An attempt is stored as SENT before anybody is asked for money (NET-1). What comes back, when, and
what staff decide meanwhile are steps along ATTEMPT_TRANSITIONS; nothing jumps past the table. While
an attempt is open its amount is reserved on the order, so that what is captured can never exceed
the price (NET-a).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from jumak.domain.base import Doc, PositiveWon, PublicId
from jumak.domain.errors import InvalidState, PosError
from jumak.domain.payment import CardDetails, ExternalDetails, PaymentDto, SourceType
from jumak.domain.tax import Buckets
from jumak.domain.wallet import Barcode

AttemptState = Literal[
    "CREATED",
    "SENT",
    "APPROVED",
    "DECLINED",
    "CANCELED",
    "UNKNOWN",
    "NOT_FOUND",
    "NET_CANCELLED",
    "NEEDS_MANUAL",
]
Tender = Literal["CARD", "CASH", "BARCODE", "METHOD", "PREPAID"]
Resolution = Literal["QUERY", "NET_CANCEL", "CONFIRM_PAID", "CONFIRM_NOT_PAID"]

MAX_KEY: Final = 64
"""Longest paymentKey (PAY-6)."""

APPROVED_NO: Final = 20
"""An empty approvedNo becomes this many characters of the paymentKey (E-9)."""

LONGEST_TEXT: Final = 500
"""How much of what a plugin says is kept."""


class Step(StrEnum):
    """Everything that can happen to an attempt."""

    SEND = "send"
    APPROVE = "approve"
    DECLINE = "decline"
    GIVE_UP = "give up"
    """The guest, or the plugin for the guest, went back: nothing was charged."""
    LOSE = "lose"
    """Nobody knows any more what became of it: connection lost, server restarted, staff stopped waiting."""
    FIND_NOTHING = "find nothing"
    NET_CANCEL = "net cancel"
    ESCALATE = "escalate"
    """A person has to decide."""
    ASK_AGAIN = "ask again"
    """A manager has the terminal asked once more."""


S = Step
ATTEMPT_TRANSITIONS: Final[dict[AttemptState, dict[Step, AttemptState]]] = {
    "CREATED": {S.SEND: "SENT", S.GIVE_UP: "CANCELED"},
    "SENT": {S.APPROVE: "APPROVED", S.DECLINE: "DECLINED", S.GIVE_UP: "CANCELED", S.LOSE: "UNKNOWN"},
    "UNKNOWN": {
        S.APPROVE: "APPROVED",
        S.FIND_NOTHING: "NOT_FOUND",
        S.NET_CANCEL: "NET_CANCELLED",
        S.ESCALATE: "NEEDS_MANUAL",
    },
    "NEEDS_MANUAL": {S.APPROVE: "APPROVED", S.FIND_NOTHING: "NOT_FOUND", S.ASK_AGAIN: "UNKNOWN"},
    # A manager said that nothing was paid, and then the approval came after all: it is never dropped.
    "NOT_FOUND": {S.ESCALATE: "NEEDS_MANUAL"},
    "APPROVED": {},
    "DECLINED": {},
    "CANCELED": {},
    "NET_CANCELLED": {},
}
"""Rulebook §3.3, with what a manager decides on NEEDS_MANUAL."""

OPEN: Final[frozenset[AttemptState]] = frozenset({"CREATED", "SENT", "UNKNOWN", "NEEDS_MANUAL"})
"""States in which somebody still has to learn or decide what became of the money."""


class MethodRef(Doc, frozen=True, kw_only=True):
    """A plugin's payment method. paymentName: its label when the attempt began."""

    plugin_id: PublicId
    id: Annotated[str, Meta(min_length=1, max_length=64)]
    payment_name: str | None = None


class PartPrice(Doc, frozen=True, kw_only=True):
    """The part of an order that is to be paid now: `PluginPrice` (contract, payment §6); exempt money inside supply."""

    amount_money: PositiveWon
    tax_money: PositiveWon
    supply_money: PositiveWon
    tip_money: PositiveWon
    tax_exempt_money: PositiveWon


class TerminalRef(Doc, frozen=True, kw_only=True):
    """The card terminal that is asked. name: its own when the attempt began.  testMode: no money moves (SIM-2)."""

    id: PublicId
    name: str
    test_mode: bool = False


class PaymentApproval(Doc, frozen=True, kw_only=True):
    """What a plugin or terminal answered when it had taken the money. received: what came, when it could not be read.

    approvedNo, amountMoney, cardDetails: of a card, as the terminal has them; the number is masked (SEC-3).
    wallet: whose app paid, of a QR or barcode; its money is a card's where there are cardDetails (PAY-9).
    """

    approved_at: str | None = None
    payment_key: str | None = None
    received: str | None = None
    approved_no: Annotated[str, Meta(max_length=64)] | None = None
    amount_money: PositiveWon | None = None
    card_details: CardDetails | None = None
    wallet: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class AttemptError(Doc, frozen=True, kw_only=True):
    """Why an attempt did not end well. message: for people, the plugin's own words if it had any.

    declineCode: why a terminal refused, of ISO 8583, for whoever words it in another language.
    """

    code: str
    message: str
    reason: str | None = None
    decline_code: str | None = None


class Attempt(Doc, frozen=True, kw_only=True):
    """One attempt to take money for an order.

    price: its parts, which add up over the attempts of an order.  gaveUp: staff stopped waiting.
    hint: `STILL_WAITING` once the plugin has been silent for two minutes.  approval: an approval that
    is not (yet) a payment of the order.  device, staff: where and by whom it was begun.  at_ms: when.
    caller: identity that began it.  payment_id: what it became.  note: a manager's, on resolving.
    method, terminal: who is asked, neither for cash.  barcode: of a wallet, who shows whom a code.  tip: won of the amount
    that raise the order's tip (PAY-2).  taking_back: whatever was taken goes back, and is never
    adopted any more (NET-3).  tries: how often in a row that was asked in vain.
    """

    id: PublicId
    order_id: PublicId
    tender: Tender
    amount: PositiveWon
    state: AttemptState
    price: PartPrice
    caller: str
    at_ms: int
    method: MethodRef | None = None
    terminal: TerminalRef | None = None
    barcode: Barcode | None = None
    installment_month: str = "00"
    part_id: str | None = None
    tip: PositiveWon = 0
    tendered: PositiveWon | None = None
    change: PositiveWon | None = None
    device: str | None = None
    staff: str | None = None
    payment_id: str | None = None
    gave_up: bool = False
    hint: Literal["STILL_WAITING"] | None = None
    error: AttemptError | None = None
    approval: PaymentApproval | None = None
    note: str | None = None
    answered: bool = False
    """Who was asked has answered: whatever comes after that is not listened to."""

    taking_back: bool = False
    tries: int = 0
    by_hand: bool = False
    """A person said how it ended (NET-5)."""

    voided_ms: int | None = None
    """When its terminal cancelled the approval that became no payment (NET-4)."""

    def source_type(self, card: CardDetails | None) -> SourceType:
        """What its payment is (§3.1). card: what the terminal said of one; a wallet may hold money of its own."""
        if self.method is not None or (self.barcode is not None and card is None):
            return "EXTERNAL"
        return "CASH" if self.terminal is None else "CARD"


class Approved(Struct, frozen=True):
    """The money was taken."""

    approval: PaymentApproval


class WentBack(Struct, frozen=True):
    """Guest or staff went back, nothing was charged: a plugin's callback returned nothing."""


class Refused(Struct, frozen=True):
    """Nothing was charged, for a reason: a callback failed, a card was declined.

    message: for people.  code: a terminal's, of ISO 8583.
    """

    message: str
    code: str = ""


class Unreadable(Struct, frozen=True):
    """An answer that may be an approval and cannot be read as one (NET-2). problem: what is wrong with it."""

    approval: PaymentApproval
    problem: str


Answer = Approved | WentBack | Refused | Unreadable


def read_answer(data: dict[str, Any]) -> Answer:
    """What the answer to `payment.method.event.request` `pay` means (contract, wire §7; payment §6.2).

    Only a plain `complete: false` is a refusal: of anything else that is not understood nobody can say
    that no money was taken.
    """
    if data.get("complete") is False:
        said = data.get("errorMessage")
        return Refused(said[:LONGEST_TEXT] if isinstance(said, str) else "")
    dto = data.get("paymentDto")
    if data.get("complete") is True and dto is None:
        return WentBack()
    received = str(data)[:LONGEST_TEXT]
    key, at = (dto.get("paymentKey"), dto.get("approvedAt")) if isinstance(dto, dict) else (None, None)
    usable = key if isinstance(key, str) and 0 < len(key) <= MAX_KEY else None
    approval = PaymentApproval(
        approved_at=at[:40] if isinstance(at, str) else None, payment_key=usable, received=received
    )
    if data.get("complete") is not True:
        return Unreadable(approval, "complete is neither true nor false")
    if not isinstance(dto, dict):
        return Unreadable(approval, "paymentDto is no object")
    if usable is None:
        return Unreadable(approval, f"paymentKey is not text of 1 to {MAX_KEY} characters")
    if not isinstance(at, str) or not at or len(at) > 40:
        return Unreadable(approval, "approvedAt is no date-time")
    return Approved(replace(approval, received=None))


def next_attempt_state(attempt: Attempt, step: Step) -> AttemptState:
    """The state after a step; raises InvalidState ATTEMPT_STATE and changes nothing without such a row."""
    row = ATTEMPT_TRANSITIONS[attempt.state]
    if step not in row:
        raise attempt_state(attempt)
    return row[step]


def attempt_state(attempt: Attempt) -> PosError:
    """The refusal of a step its state does not allow."""
    return InvalidState(
        "지금은 할 수 없는 결제 시도입니다",
        f"not possible for an attempt that is {attempt.state}",
        reason="ATTEMPT_STATE",
        attemptId=attempt.id,
        state=attempt.state,
    )


def stepped(attempt: Attempt, *steps: Step, **changes: Any) -> Attempt:
    """The attempt after these steps along the table, with the other changes made."""
    for step in steps:
        attempt = replace(attempt, state=next_attempt_state(attempt, step))
    if attempt.barcode is not None and attempt.state != "SENT":
        # Nobody may scan it any more.
        attempt = replace(attempt, barcode=replace(attempt.barcode, text=None))
    return replace(attempt, **changes)


def showing(attempt: Attempt, text: str) -> Attempt | None:
    """Its terminal gives the code the guest's phone is to scan; None where nobody waits for one (PAY-9)."""
    barcode = attempt.barcode
    if attempt.state != "SENT" or barcode is None or barcode.presented_by != "SHOP" or barcode.text == text:
        return None
    return replace(attempt, barcode=replace(barcode, text=text))


def approved(attempt: Attempt, payment_id: str) -> Attempt:
    """It became this payment of its order."""
    return stepped(attempt, S.APPROVE, payment_id=payment_id, error=None, hint=None)


def escalation(attempt: Attempt, approval: PaymentApproval, error: AttemptError) -> Decision:
    """An approval that cannot become a payment by itself; what came with it is kept.

    A terminal takes the money back (NET-4); a plugin cannot be asked for that, so a person decides.
    """
    kept = replace(attempt, approval=approval, error=error, hint=None)
    kept = stepped(kept, S.LOSE) if kept.state == "SENT" else kept
    if kept.terminal is not None and kept.state == "UNKNOWN":
        return Decision(taking_back(kept), "take-back")
    return Decision(stepped(kept, S.ESCALATE), "escalate")


def taking_back(attempt: Attempt) -> Attempt:
    """From now on its money goes back, if any was taken. On disk before the terminal is told so (NET-1)."""
    return replace(attempt, taking_back=True, tries=0)


def lost(attempt: Attempt, error: AttemptError) -> Attempt:
    """Nobody knows what became of it; it is not asked again (NET-1)."""
    return stepped(attempt, S.LOSE, error=error, hint=None)


def stopped_waiting(attempt: Attempt) -> Attempt:
    """Staff gave up: unknown until the plugin answers after all. One that is over stays as it is."""
    if attempt.state == "CREATED":
        return stepped(attempt, S.GIVE_UP)
    if attempt.state == "SENT":
        return stepped(attempt, S.LOSE, gave_up=True, hint=None)
    return replace(attempt, gave_up=True) if attempt.state == "UNKNOWN" else attempt


class Decision(Struct, frozen=True):
    """What an answer does. record: put the approval onto the order as a payment; None: nothing to record.

    fact: the word of the journal, empty when the answer is not listened to.
    """

    attempt: Attempt
    fact: str
    record: PaymentApproval | None = None


def after_answer(attempt: Attempt, answer: Answer) -> Decision:
    """What the answer of a plugin or terminal, whenever it comes, makes of its attempt (contract, payment §6.2).

    - While the screen waits, and also when only the connection was lost, an approval becomes a payment.
    - One over another amount never does (NET-4), nor does any after staff gave up or once the money is being
      taken back: a terminal takes it back, of a plugin a person decides (NEEDS_MANUAL).
    - After a manager had said how it ended, an approval is kept with the attempt; if the manager had said
      that nothing was paid, it has to be decided anew.
    - A second answer changes nothing.
    """
    if attempt.answered:
        return Decision(attempt, "")
    heard = replace(attempt, answered=True, hint=None)
    waiting = attempt.state == "SENT"
    match answer:
        case WentBack() if attempt.state in ("SENT", "UNKNOWN"):
            return Decision(
                stepped(heard, S.GIVE_UP if waiting else S.FIND_NOTHING, error=None),
                "cancel" if waiting else "find-nothing",
            )
        case Refused(message, declined) if attempt.state in ("SENT", "UNKNOWN"):
            error = AttemptError(
                code="INVALID_STATE",
                reason="DECLINED",
                message=message or "결제가 거절되었습니다",
                decline_code=declined or None,
            )
            return Decision(
                stepped(heard, S.DECLINE if waiting else S.FIND_NOTHING, error=error),
                "decline" if waiting else "find-nothing",
            )
        case Approved(approval) if (waiting or attempt.state == "UNKNOWN") and _differs(attempt, approval):
            return escalation(heard, approval, _MISMATCH)
        case Approved(approval) if waiting or (attempt.state == "UNKNOWN" and not _unwanted(attempt)):
            return Decision(heard, "approve", record=approval)
        case Approved(approval) if attempt.state in ("UNKNOWN", "NOT_FOUND"):
            return escalation(heard, approval, _LATE)
        case Unreadable(approval, problem) if attempt.state in ("SENT", "UNKNOWN", "NOT_FOUND"):
            return escalation(heard, approval, _unreadable(problem))
        case Approved(approval) | Unreadable(approval):
            return Decision(replace(heard, approval=approval), "approval")
    return Decision(attempt, "")


def _differs(attempt: Attempt, approval: PaymentApproval) -> bool:
    return approval.amount_money not in (None, attempt.amount)


def _unwanted(attempt: Attempt) -> bool:
    return attempt.gave_up or attempt.taking_back


_MISMATCH: Final = AttemptError(
    code="INVALID_STATE",
    reason="AMOUNT_MISMATCH",
    message="요청한 금액과 다르게 승인되어 승인을 취소합니다",
)

_LATE: Final = AttemptError(
    code="INVALID_STATE",
    reason="LATE_APPROVAL",
    message="대기를 멈춘 뒤에 승인되었습니다. 주문에 반영하거나 환불해 주세요",
)


def _unreadable(problem: str) -> AttemptError:
    return AttemptError(
        code="INVALID_ARGUMENT",
        reason="UNREADABLE_APPROVAL",
        message=f"플러그인이 보낸 승인 결과를 읽을 수 없습니다 ({problem})",
    )


def refused_approval(refusal: PosError) -> AttemptError:
    """Why an approval could not become a payment by itself."""
    return AttemptError(code=refusal.code, reason=refusal.reason, message=refusal.ko)


def part_price(parts: Buckets) -> PartPrice:
    """The parts of an amount as plugins get them."""
    return PartPrice(
        amount_money=parts.total,
        tax_money=parts.tax,
        supply_money=parts.supply + parts.exempt,
        tip_money=parts.tip,
        tax_exempt_money=parts.exempt,
    )


def payment_of(
    attempt: Attempt,
    price: PartPrice,
    *,
    key: str,
    approved_at: str,
    approved_no: str | None = None,
    card: CardDetails | None = None,
    wallet: str | None = None,
) -> PaymentDto:
    """The payment an attempt becomes. An empty approvedNo is filled from the key (E-9).

    wallet: whose app paid; it is named beside the card behind it, too (§3.1).
    """
    method = attempt.method
    external = None if wallet is None else ExternalDetails(source=wallet)
    if method is not None:
        external = ExternalDetails(source=method.payment_name, source_id=method.id)
    return PaymentDto(
        source_type=attempt.source_type(card),
        order_id=attempt.order_id,
        amount_money=price.amount_money,
        tax_money=price.tax_money,
        supply_money=price.supply_money,
        tip_money=price.tip_money,
        tax_exempt_money=price.tax_exempt_money or None,
        approved_no=key[:APPROVED_NO] if approved_no is None else approved_no,
        approved_at=approved_at,
        payment_key=key,
        card_details=card,
        external_details=external,
    )
