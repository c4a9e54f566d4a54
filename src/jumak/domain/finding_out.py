"""Finding out what became of a card attempt nobody knows the end of (rulebook §3.4).

The terminal is asked by our key. What was taken becomes the payment after all, while it is still wanted;
otherwise it is taken back, with the approval where one is known, else by a network cancel over exactly what was
asked. Silence is asked again, later each time; after three network cancels in vain a person looks (NET-5).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from jumak.domain.attempt import (
    Approved,
    Attempt,
    AttemptError,
    Decision,
    Step,
    after_answer,
    stepped,
    taking_back,
)
from jumak.domain.refund import GivenBack
from jumak.domain.terminal import Absent, CardCancel, Charge, Reversed, Standing, Taken

TRIES: Final = 3
"""So many queries in vain, then a network cancel; so many of those in vain, then a person (NET-5)."""

WAITS: Final = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30))
"""After the first question in vain, the second, and every later one."""


class Question(StrEnum):
    """What a terminal is asked about an attempt of unknown end."""

    QUERY = "query"
    VOID = "void"
    """Cancel the approval we know."""
    NET_CANCEL = "network cancel"


def is_to_find_out(attempt: Attempt) -> bool:
    """Its terminal can be asked what became of it."""
    return attempt.state == "UNKNOWN" and attempt.terminal is not None


def asked_again(attempt: Attempt, *, for_good: bool) -> Attempt:
    """A manager has the terminal asked once more; for_good: to take back whatever it took, as after any such order.

    Raises InvalidState ATTEMPT_STATE unless that is open.
    """
    if attempt.state != "UNKNOWN":
        attempt = stepped(attempt, Step.ASK_AGAIN)
    return replace(attempt, tries=0, taking_back=attempt.taking_back or for_good)


def next_question(attempt: Attempt) -> Question:
    """What to ask now."""
    if not attempt.taking_back:
        return Question.QUERY
    known = attempt.approval is not None and attempt.approval.approved_no
    return Question.VOID if known else Question.NET_CANCEL


def wait_before_next(attempt: Attempt) -> timedelta:
    """How long after a question in vain it is asked again; none when something was learnt."""
    return WAITS[min(attempt.tries, len(WAITS)) - 1] if attempt.tries else timedelta()


def after_standing(attempt: Attempt, standing: Standing | None) -> Decision:
    """What the answer to a query makes of its attempt; None: no answer, or an undecided one."""
    if not is_to_find_out(attempt) or attempt.taking_back:
        return Decision(attempt, "")
    match standing:
        case Taken(approval):
            # The same as the answer that was lost, had it come late.
            return after_answer(replace(attempt, answered=False), Approved(approval))
        case Reversed():
            return Decision(stepped(attempt, Step.NET_CANCEL, error=None), "net-cancel")
        case Absent():
            # It may still be on its way to the host: only a network cancel makes sure that it stays away.
            return Decision(taking_back(attempt), "take-back")
    tried = replace(attempt, tries=attempt.tries + 1)
    if tried.tries < TRIES:
        return Decision(tried, "ask-again")
    return Decision(taking_back(attempt), "take-back")


def after_taking_back(
    attempt: Attempt, outcome: Reversed | GivenBack | Absent | None, *, at_ms: int
) -> Decision:
    """What the answer to a void or network cancel makes of its attempt; None: it was refused, or not answered.

    A void is a cancel like any other in the terminal's totals, so it is known when it was (SET-1); at_ms: now.
    "No such transaction" is as good as a cancel (NET-3): nothing is taken any more.
    """
    if not is_to_find_out(attempt) or not attempt.taking_back:
        return Decision(attempt, "")
    match outcome:
        case GivenBack():
            return Decision(stepped(attempt, Step.NET_CANCEL, voided_ms=at_ms), "net-cancel")
        case Reversed():
            return Decision(stepped(attempt, Step.NET_CANCEL), "net-cancel")
        case Absent():
            return Decision(stepped(attempt, Step.FIND_NOTHING, error=None), "find-nothing")
    tried = replace(attempt, tries=attempt.tries + 1)
    if tried.tries < TRIES:
        return Decision(tried, "ask-again")
    return Decision(stepped(tried, Step.ESCALATE, error=_NOT_ACKNOWLEDGED), "escalate")


_NOT_ACKNOWLEDGED: Final = AttemptError(
    code="HOST_UNAVAILABLE",
    reason="RESULT_UNKNOWN",
    message="단말기가 망취소를 확인해 주지 않습니다. 결제 여부를 확인해 주세요",
)


def charge_of(attempt: Attempt) -> Charge:
    """What the terminal is asked for an attempt, the same to the last field whenever it is said again (NET-3)."""
    return Charge(
        key=attempt.id,
        amount=attempt.amount,
        tax_money=attempt.price.tax_money,
        supply_money=attempt.price.supply_money,
        tip_money=attempt.price.tip_money,
        tax_exempt_money=attempt.price.tax_exempt_money,
        installment_month=attempt.installment_month,
        presented_by=None if attempt.barcode is None else attempt.barcode.presented_by,
    )


def void_of(attempt: Attempt) -> CardCancel:
    """The cancel of an approval that became no payment (NET-4)."""
    came = attempt.approval
    assert came is not None, "a void needs an approval"
    charged = attempt.amount if came.amount_money is None else came.amount_money
    return CardCancel(
        key=f"{attempt.id}-void",
        charge=attempt.id,
        amount=charged,
        charged=charged,
        approved_no=came.approved_no or "",
        approved_at=came.approved_at or "",
        installment_month=attempt.installment_month,
        wallet=came.wallet,
    )
