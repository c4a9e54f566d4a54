"""Codes that guests presented, from the command that begins an attempt to the terminal it is asked of (PAY-9).

In memory alone, one for each till, as it waits for one attempt at a time (PAY-8), and gone once it is taken: after
a restart nobody asks for those attempts again anyway (NET-1).
"""

from __future__ import annotations

from jumak.domain.wallet import PresentedCode


class PresentedCodes:
    """See the module."""

    def __init__(self) -> None:
        self._by_till: dict[str, tuple[str, PresentedCode]] = {}

    def keep(self, till: str, attempt_id: str, code: PresentedCode) -> None:
        """The till began an attempt with it; an earlier one of the till is forgotten."""
        self._by_till[till] = attempt_id, code

    def take(self, attempt_id: str) -> PresentedCode | None:
        """The code of an attempt, which from now on nobody has but the caller."""
        for till, (kept_for, code) in self._by_till.items():
            if kept_for == attempt_id:
                del self._by_till[till]
                return code
        return None
