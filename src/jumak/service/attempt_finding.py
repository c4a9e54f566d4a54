"""What a terminal says of an attempt nobody knew the end of (rulebook §3.4); decided in `domain/finding_out.py`.

Run by the live side of the shop (`server/finding_out.py`).
"""

from __future__ import annotations

from jumak.domain.attempt import Attempt
from jumak.domain.calendar import to_ms
from jumak.domain.finding_out import after_standing, after_taking_back
from jumak.domain.refund import GivenBack
from jumak.domain.terminal import Absent, Reversed, Standing
from jumak.protocol.row import Done
from jumak.service.attempt_answer import carry_out
from jumak.service.ports import Transaction


async def found(tx: Transaction, *, attempt_id: str, standing: Standing | None) -> Done:
    """The answer to a query, None for none (NET-3)."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None:
        await carry_out(tx, after_standing(attempt, standing))
    return Done()


async def taken_back(
    tx: Transaction, *, attempt_id: str, outcome: Reversed | GivenBack | Absent | None
) -> Done:
    """The answer to a void or a network cancel, None for none or a refusal (NET-3, NET-4)."""
    attempt = await tx.get(Attempt, attempt_id)
    if attempt is not None:
        await carry_out(tx, after_taking_back(attempt, outcome, at_ms=to_ms(tx.at)))
    return Done()
