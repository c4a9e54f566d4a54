"""What passes between the shop and a card terminal (rulebook §3.3, §3.4, CAN-8; contract: terminals).

Words of the port in `service/card_terminal.py`. A full card number, track, PIN or expiry date has no place
in any of them (SEC-3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from jumak.domain.attempt import PaymentApproval, TerminalRef
from jumak.domain.base import Doc, PositiveWon, PublicId
from jumak.domain.wallet import PresentedBy, Wallets

DriverName = Annotated[str, Meta(min_length=1, max_length=40)]
Address = Annotated[str, Meta(min_length=1, max_length=200)]


class TerminalRecord(Doc, frozen=True, kw_only=True):
    """A card terminal of the shop. driver: who speaks to it.  address: as its driver reads it.

    devices: the tills that charge on it, empty = every one that has none of its own.
    testMode: no money moves, which is shown on screens and receipts (SIM-2).
    """

    id: PublicId
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    driver: DriverName
    address: Address
    devices: tuple[PublicId, ...] = ()
    test_mode: bool = False
    version: int = 1

    @property
    def ref(self) -> TerminalRef:
        """How attempts and refunds name it."""
        return TerminalRef(id=self.id, name=self.name, test_mode=self.test_mode)


class Charge(Doc, frozen=True, kw_only=True):
    """Money asked of a guest's card or wallet. key: the attempt's id, under which the terminal knows it for good.

    The parts are those of the amount (MON-9).  installmentMonth: `00` is a lump sum (PAY-4).
    presentedBy: of a wallet, who shows the code; the guest's own code is no part of it (PAY-9).
    """

    key: PublicId
    amount: PositiveWon
    tax_money: PositiveWon
    supply_money: PositiveWon
    tip_money: PositiveWon
    tax_exempt_money: PositiveWon
    installment_month: str = "00"
    presented_by: PresentedBy | None = None


class CardCancel(Doc, frozen=True, kw_only=True):
    """Money to give back to the card or wallet that paid; what it was approved with has to match (CAN-8).

    key: of this cancel; asked again under the same key nothing more goes back.  charge: key of what is cancelled.
    amount: what goes back.  charged: what was approved; less goes back than that in a partial cancel.
    wallet: whose app paid.
    """

    key: Annotated[str, Meta(max_length=100)]
    charge: PublicId
    amount: PositiveWon
    charged: PositiveWon
    approved_no: str
    approved_at: str
    installment_month: str = "00"
    wallet: str | None = None


class Taken(Struct, frozen=True):
    """The money was taken and still is."""

    approval: PaymentApproval


class Reversed(Struct, frozen=True):
    """It was taken, and went back whole."""


class Absent(Struct, frozen=True):
    """No such transaction: nothing was taken under this key."""


class Underway(Struct, frozen=True):
    """The guest, or the host, has not decided yet."""


Standing = Taken | Reversed | Absent | Underway
"""What a terminal says of a key (NET-3)."""


class TerminalStatus(Doc, frozen=True, kw_only=True):
    """How a terminal is. state: what it does now.  testMode: no money moves (SIM-2).

    wallets: absent where it takes cards only.
    """

    state: Literal["idle", "busy"]
    model: str
    serial: str
    test_mode: bool
    wallets: Wallets | None = None


class Period(Doc, frozen=True, kw_only=True):
    """From an instant until before another, both ISO 8601 with an offset."""

    since: str
    until: str


class TerminalTotals(Doc, frozen=True, kw_only=True):
    """Count and sum of what was approved and what was given back in a period (SET-1).

    A charge a network cancel took back is in neither: it never was a sale (NET-6).
    """

    approvals: int
    approved: int
    cancels: int
    cancelled: int

    @classmethod
    def of(cls, approvals: Sequence[int], cancels: Sequence[int]) -> TerminalTotals:
        """Of the amounts of approvals and cancels."""
        return cls(
            approvals=len(approvals), approved=sum(approvals), cancels=len(cancels), cancelled=sum(cancels)
        )

    def less(self, other: TerminalTotals) -> TerminalTotals:
        """What this has more than the other, below zero what it has less."""
        return TerminalTotals(
            approvals=self.approvals - other.approvals,
            approved=self.approved - other.approved,
            cancels=self.cancels - other.cancels,
            cancelled=self.cancelled - other.cancelled,
        )


class NotAsked(Exception):
    """The terminal could not be reached: for certain it heard nothing."""


class AnswerLost(Exception):
    """It may have heard the question, and nobody knows what it made of it (NET-2): silence, a cut, nonsense."""


DUPLICATE: Final = "94"
"""ISO 8583: the host knows this transaction already, so something of it exists: look, never take it for a refusal."""
