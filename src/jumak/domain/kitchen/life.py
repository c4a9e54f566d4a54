"""The life of a ticket: its states and what may happen in each (rulebook §5.3)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from jumak.domain.errors import InvalidState
from jumak.domain.kitchen.types import Ticket, TicketState


class TicketAct(StrEnum):
    """Everything that can be asked of a ticket's state."""

    BUMP = "bump"
    RECALL = "recall"
    CANCEL = "cancel"
    CLEAR = "clear"


A = TicketAct

TICKET_TRANSITIONS: Final[dict[TicketState, dict[TicketAct, TicketState]]] = {
    "OPENED": {A.BUMP: "COMPLETED", A.CLEAR: "COMPLETED", A.CANCEL: "CANCELLED", A.RECALL: "OPENED"},
    "COMPLETED": {A.BUMP: "COMPLETED", A.CLEAR: "COMPLETED", A.RECALL: "OPENED"},
    "CANCELLED": {},
}
"""KDS-5. Guards: a bump completes once every line is done at every station; a recall of an OPENED ticket
needs a bumped line; bumping a COMPLETED ticket changes nothing (KDS-6)."""

_KO: Final = {
    A.BUMP: "완료할 수 없는 주문서입니다",
    A.RECALL: "되돌릴 수 없는 주문서입니다",
    A.CANCEL: "취소할 수 없는 주문서입니다",
    A.CLEAR: "정리할 수 없는 주문서입니다",
}


def next_state(ticket: Ticket, act: TicketAct) -> TicketState:
    """The state after `act`; raises InvalidState TICKET_STATE and changes nothing when there is none."""
    row = TICKET_TRANSITIONS[ticket.state]
    if act not in row:
        raise ticket_refusal(ticket, act)
    return row[act]


def ticket_refusal(ticket: Ticket, act: TicketAct) -> InvalidState:
    """The refusal of an act the ticket's state does not allow."""
    return InvalidState(
        _KO[act],
        f"cannot {act} a ticket that is {ticket.state}",
        reason="TICKET_STATE",
        state=ticket.state,
    )
