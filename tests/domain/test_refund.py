"""The life of an attempt to give money back (CAN-10)."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from jumak.domain.attempt import MethodRef, Refused, WentBack
from jumak.domain.errors import InvalidState
from jumak.domain.refund import (
    OPEN,
    REFUND_TRANSITIONS,
    GivenBack,
    RefundAttempt,
    RefundState,
    RefundStep,
    Unclear,
    after_refusal,
    read_refund,
    refund_open,
    refund_stepped,
)

STATES: tuple[RefundState, ...] = get_args(RefundState)


def refund(state: RefundState) -> RefundAttempt:
    method = MethodRef(plugin_id="stamp", id="card")
    return RefundAttempt(id="p", order_id="o", amount=5_000, method=method, state=state, at_ms=0)


@pytest.mark.parametrize(("state", "step"), list(product(STATES, RefundStep)))
def test_every_state_is_asked_every_step(state: RefundState, step: RefundStep):
    """CAN-10: what the table has no row for is refused and changes nothing."""
    before = refund(state)
    wanted = REFUND_TRANSITIONS[state].get(step)
    if wanted is None:
        with pytest.raises(InvalidState) as refused:
            refund_stepped(before, step)
        assert refused.value.reason == "REFUND_STATE"
    else:
        assert refund_stepped(before, step).state == wanted


def test_the_table_is_whole():
    """CAN-10: every state is reached, every open one has a way out by a person, and RETURNED is the one end of money."""
    assert REFUND_TRANSITIONS.keys() == set(STATES)
    reached = {state for row in REFUND_TRANSITIONS.values() for state in row.values()}
    assert reached | {"QUEUED"} == set(STATES)
    assert REFUND_TRANSITIONS["RETURNED"] == {}
    for state in set(STATES) - {"RETURNED"}:
        assert REFUND_TRANSITIONS[state][RefundStep.RETURN] == "RETURNED"


@pytest.mark.parametrize(
    ("state", "answer", "after"),
    [
        ("QUEUED", WentBack(), "CANCELED"),
        ("QUEUED", Refused("x"), "DECLINED"),
        ("SENT", WentBack(), "CANCELED"),
        ("SENT", Refused("x"), "DECLINED"),
        ("UNKNOWN", WentBack(), "NOT_RETURNED"),
        ("UNKNOWN", Refused(""), "NOT_RETURNED"),
        *((state, WentBack(), state) for state in STATES if state not in OPEN),
    ],
)
def test_answers_by_which_no_money_moved(state: RefundState, answer: WentBack | Refused, after: RefundState):
    """CAN-10: in time or late; what is over stays as it is."""
    now = after_refusal(refund(state), answer)
    assert now.state == after
    if isinstance(answer, Refused):
        assert now.error is not None
        assert now.error.message


@pytest.mark.parametrize("state", STATES)
def test_what_is_open_is_not_asked_again(state: RefundState):
    """CAN-10, NET-1: neither while it is asked nor while nobody knows."""
    refusal = refund_open(refund(state))
    assert (refusal and refusal.reason) == {
        "QUEUED": "CANCEL_IN_PROGRESS",
        "SENT": "CANCEL_IN_PROGRESS",
        "UNKNOWN": "REFUND_UNSETTLED",
    }.get(state)
    assert refund_open(None) is None


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ({"complete": True, "cancelledPaymentDto": {"cancelledAt": "2026-02-02"}}, GivenBack),
        ({"complete": True}, WentBack),
        ({"complete": False, "errorMessage": "x"}, Refused),
        ({}, Unclear),
        ({"complete": "yes"}, Unclear),
    ],
)
def test_what_a_refund_answer_means(data: dict[str, Any], answer: type):
    """H-45, NET-6: a value is a refund, nothing is none, a refusal failed; what says neither is unknown."""
    assert isinstance(read_refund(data), answer)
