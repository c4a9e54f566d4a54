"""Cash over the counter: change, small change, and the notes a guest is likely to hand over (rulebook §3.3)."""

from __future__ import annotations

from typing import Final

from jumak.domain.errors import InvalidArgument

NOTES: Final = (1_000, 5_000, 10_000, 50_000)
"""Banknotes in use, won."""


def change_due(due: int, tendered: int) -> int:
    """What goes back to the guest; the payment itself is `due`, never what was tendered (CSH-1).

    Raises InvalidArgument TENDERED_TOO_LITTLE.
    """
    if tendered < due:
        raise InvalidArgument(
            f"받은 금액이 {due - tendered:,}원 부족합니다",
            f"tendered: {due - tendered} is missing to the {due} due",
            reason="TENDERED_TOO_LITTLE",
            path="$.tendered",
            due=due,
            tendered=tendered,
        )
    return tendered - due


def small_change(due: int, unit: int) -> int:
    """What an amount is above a multiple of `unit` won; given up as a visible discount (CSH-2, DSC-7)."""
    return due % unit


def quick_tenders(due: int) -> tuple[int, ...]:
    """Amounts offered as one-touch keys: exact, then the next 1,000, 5,000, 10,000 and 50,000 (CSH-3).

    Ascending, each once; empty when nothing is due.
    """
    if due <= 0:
        return ()
    return tuple(sorted({due, *(-(-due // note) * note for note in NOTES)}))
