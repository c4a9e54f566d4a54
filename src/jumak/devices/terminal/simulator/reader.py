"""Where the guest stands: one charge at a time, from "insert your card" or "scan this" to its end.

By itself the reader takes a card, or is paid by phone, at once, for tests. With somebody at the page it waits for them.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

from jumak.domain.terminal import Charge


class Shown(StrEnum):
    """What stands on the reader."""

    IDLE = "idle"
    INSERT = "insert"
    PIN = "pin"
    SCAN = "scan"
    ASKING = "asking"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What a guest can do."""

    INSERT = "insert"
    ENTER_PIN = "pin"
    PAY = "pay"
    CANCEL = "cancel"


ACTS: dict[Shown, dict[Act, Shown]] = {
    Shown.INSERT: {Act.INSERT: Shown.PIN, Act.CANCEL: Shown.CANCELLED},
    Shown.PIN: {Act.ENTER_PIN: Shown.ASKING, Act.CANCEL: Shown.CANCELLED},
    Shown.SCAN: {Act.PAY: Shown.ASKING, Act.CANCEL: Shown.CANCELLED},
}
"""What the guest may do at each point; elsewhere the buttons do nothing."""


class Reader:
    """One reader. attended: a guest stands at the page; otherwise cards come by themselves."""

    def __init__(self, *, attended: bool) -> None:
        self.attended = attended
        self.shown = Shown.IDLE
        self.charge: Charge | None = None
        self.message = ""
        """The last refusal, for the guest."""

        self._moved = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Somebody is being charged."""
        return self.shown is Shown.ASKING or self._waits

    @property
    def _waits(self) -> bool:
        """It is the guest's turn."""
        return self.shown in ACTS

    async def present(self, charge: Charge) -> bool:
        """Waits for a card and its PIN, or for the guest's phone; False when guest or cashier went back.

        A code the phone presented is all there is to wait for: it is here already.
        """
        self.charge, self.message = charge, ""
        first = Shown.SCAN if charge.presented_by == "SHOP" else Shown.INSERT
        self._show(first if self.attended and charge.presented_by != "GUEST" else Shown.ASKING)
        while self._waits:
            self._moved.clear()
            await self._moved.wait()
        return self.shown is Shown.ASKING

    def act(self, act: Act) -> None:
        """The guest does something; what makes no sense now does nothing."""
        self._show(ACTS.get(self.shown, {}).get(act, self.shown))

    def abort(self, key: str) -> None:
        """The cashier went back; a charge that is at the network already is not stopped."""
        if self.charge is not None and self.charge.key == key:
            self.act(Act.CANCEL)

    def end(self, shown: Shown, message: str = "") -> None:
        """How it ended."""
        self.message = message
        self._show(shown)

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self._moved.set()
