"""Attempts to take money: their life, what a plugin's answer means, what they reserve (rulebook §3.3, §3.4).

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
from jumak.domain.payment import ExternalDetails, Payment, PaymentDto
from jumak.domain.tax import Buckets

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
    "NEEDS_MANUAL": {S.APPROVE: "APPROVED", S.FIND_NOTHING: "NOT_FOUND"},
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


class Approval(Doc, frozen=True, kw_only=True):
    """What a plugin answered when it had taken the money. received: what came, when it could not be read."""

    approved_at: str | None = None
    payment_key: str | None = None
    received: str | None = None


class AttemptError(Doc, frozen=True, kw_only=True):
    """Why an attempt did not end well. message: for people, the plugin's own words if it had any."""

    code: str
    message: str
    reason: str | None = None


class Attempt(Doc, frozen=True, kw_only=True):
    """One attempt to take money for an order.

    price: its parts, which add up over the attempts of an order.  gaveUp: staff stopped waiting.
    hint: `STILL_WAITING` once the plugin has been silent for two minutes.  approval: an approval that
    is not (yet) a payment of the order.  device, staff: where and by whom it was begun.  at_ms: when.
    caller: identity that began it.  payment_id: what it became.  note: a manager's, on resolving.
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
    part_id: str | None = None
    tendered: PositiveWon | None = None
    change: PositiveWon | None = None
    device: str | None = None
    staff: str | None = None
    payment_id: str | None = None
    gave_up: bool = False
    hint: Literal["STILL_WAITING"] | None = None
    error: AttemptError | None = None
    approval: Approval | None = None
    note: str | None = None
