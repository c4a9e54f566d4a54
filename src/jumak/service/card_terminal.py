"""The port of card terminals: what a driver does (docs/how-to/write-a-terminal-driver.md; rulebook §3.3, §3.4).

Drivers live in `devices/terminal`; `tests/devices/terminal_contract.py` is what each of them must pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct

from jumak.domain.attempt import Answer, Refused
from jumak.domain.refund import GivenBack
from jumak.domain.terminal import (
    Absent,
    CardCancel,
    Charge,
    Period,
    Reversed,
    Standing,
    TerminalStatus,
    TerminalTotals,
)
from jumak.domain.wallet import PresentedCode

Show = Callable[[str], None]
"""Told of the text of a code that the guest's phone is to scan."""


def unseen(_text: str) -> None:
    """A `Show` for charges that have nothing to show."""


class CardTerminal(Protocol):
    """One terminal. Every question may raise NotAsked, or AnswerLost once it may have been heard.

    No call has a deadline of its own: whoever calls brings one, and ends the call by cancelling it. An answer to
    a charge that nobody waits for any more goes to the driver's `Late`.
    """

    async def charge(
        self, charge: Charge, *, code: PresentedCode | None = None, show: Show = unseen
    ) -> Answer:
        """Asks the guest for money; returns once guest and host have decided.

        A key is charged at most once in its life: a second charge of it takes nothing. Refused and WentBack are
        certain: nothing was taken, nor will be. Of wallets (`charge.presented_by`, PAY-9): `code` is what the
        guest's phone presented, sent on and kept nowhere; `show` is told of the code the guest is to scan, and
        again when it changes. A terminal without wallets refuses.
        """

    async def abort(self, key: str) -> None:
        """The cashier stopped waiting: a guest who has not paid yet is asked no more. Harmless for any key."""

    async def query(self, key: str) -> Standing:
        """What became of a charge, whoever lost its answer (NET-3)."""

    async def network_cancel(self, charge: Charge) -> Reversed | Absent:
        """Takes back whatever this very charge took (망취소).

        Once answered, the key can never be approved any more, not even by a charge still under way.
        """

    async def cancel(self, cancel: CardCancel) -> GivenBack | Refused:
        """Gives money back to the card (CAN-8). The same key again answers what became of it, and moves nothing."""

    async def totals(self, period: Period) -> TerminalTotals:
        """What it approved and gave back in a period, by its own clock (SET-1)."""

    async def status(self) -> TerminalStatus:
        """How it is."""

    async def close(self) -> None:
        """Ends the connection; what is asked is lost."""


Late = Callable[[str, Answer], None]
"""Told of an answer to a charge nobody waits for: the charge's key, and what the terminal says."""


class Driver(Struct, frozen=True, kw_only=True):
    """How terminals of one kind are spoken to.

    check: raises ValueError, saying in English what an address looks like, for one it cannot read.
    open: a terminal at an address; it connects when it is first asked.  test_mode: no money moves (SIM-2).
    """

    check: Callable[[str], object]
    open: Callable[[str, Late], CardTerminal]
    test_mode: bool = False


Drivers = Mapping[str, Driver]
"""Name in a terminal's settings → its driver."""
