"""The life of an attempt, and what a plugin's answer means in every state (rulebook §3.3, payment §6.2)."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from msgspec.structs import replace

from jumak.domain.attempt import (
    ATTEMPT_TRANSITIONS,
    OPEN,
    Approved,
    Attempt,
    AttemptState,
    MethodRef,
    PartPrice,
    PaymentApproval,
    Refused,
    Step,
    Unreadable,
    WentBack,
    after_answer,
    next_attempt_state,
    part_price,
    payment_of,
    read_answer,
    stopped_waiting,
)
from jumak.domain.errors import InvalidState
from jumak.domain.tax import Buckets

STATES: tuple[AttemptState, ...] = get_args(AttemptState)
PRICE = PartPrice(amount_money=5_000, tax_money=455, supply_money=4_545, tip_money=0, tax_exempt_money=0)
OK = PaymentApproval(approved_at="2026-02-02T12:00:00", payment_key="k-1")


def attempt(state: AttemptState = "SENT", **more: Any) -> Attempt:
    base: dict[str, Any] = {
        "id": "a", "order_id": "o", "tender": "METHOD", "amount": 5_000, "state": state, "price": PRICE,
        "caller": "till-1", "at_ms": 0, "method": MethodRef(plugin_id="p", id="m", payment_name="스탬프"),
    }  # fmt: skip
    return Attempt(**(base | more))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", Step)
def test_every_state_is_asked_every_step(state: AttemptState, step: Step):
    """NET-1, NET-6: a step is in the table, or it is refused and nothing changes."""
    if step in ATTEMPT_TRANSITIONS[state]:
        assert next_attempt_state(attempt(state), step) == ATTEMPT_TRANSITIONS[state][step]
    else:
        with pytest.raises(InvalidState) as refused:
            next_attempt_state(attempt(state), step)
        assert refused.value.reason == "ATTEMPT_STATE"


def test_every_state_is_reached_and_leads_to_an_end():
    """NET-a: from CREATED every state, and from every open state an end."""
    assert ATTEMPT_TRANSITIONS.keys() == set(STATES)

    def reach(start: AttemptState) -> set[AttemptState]:
        seen, waiting = {start}, [start]
        while waiting:
            for goal in ATTEMPT_TRANSITIONS[waiting.pop()].values():
                if goal not in seen:
                    seen.add(goal)
                    waiting.append(goal)
        return seen

    assert reach("CREATED") == set(STATES)
    for state in OPEN:
        assert reach(state) - OPEN


def test_only_what_was_declared_dead_by_a_person_comes_back():
    """NET-a: an end is an end; an approval after a manager's word is the one exception, and needs a person again."""
    ends = {state: row for state, row in ATTEMPT_TRANSITIONS.items() if state not in OPEN and row}
    assert ends == {"NOT_FOUND": {Step.ESCALATE: "NEEDS_MANUAL"}}


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ({"complete": True, "paymentDto": {"approvedAt": "2026-02-02", "paymentKey": "k", "approvedNo": ""}}, Approved),
        ({"complete": True}, WentBack),
        ({"complete": True, "paymentDto": None}, WentBack),
        ({"complete": False, "errorMessage": "한도 초과"}, Refused),
        ({"complete": False}, Refused),
        ({}, Unreadable),
        ({"complete": 1, "paymentDto": {"approvedAt": "2026-02-02", "paymentKey": "k"}}, Unreadable),
        ({"complete": True, "paymentDto": "paid"}, Unreadable),
        ({"complete": True, "paymentDto": {"approvedAt": "2026-02-02"}}, Unreadable),
        ({"complete": True, "paymentDto": {"approvedAt": "2026-02-02", "paymentKey": ""}}, Unreadable),
        ({"complete": True, "paymentDto": {"approvedAt": "2026-02-02", "paymentKey": 7}}, Unreadable),
        ({"complete": True, "paymentDto": {"approvedAt": "2026-02-02", "paymentKey": "k" * 65}}, Unreadable),
        ({"complete": True, "paymentDto": {"approvedAt": 20260202, "paymentKey": "k"}}, Unreadable),
        ({"complete": True, "paymentDto": {"paymentKey": "k"}}, Unreadable),
    ],
)  # fmt: skip
def test_what_an_answer_means(data: dict[str, Any], answer: type):
    """H-45, NET-2: only a plain refusal is one; what may be an approval is never taken for none."""
    read = read_answer(data)
    assert isinstance(read, answer)
    if isinstance(read, Unreadable):
        assert read.approval.received


APPROVED, BACK, NO, ODD = Approved(OK), WentBack(), Refused("한도 초과"), Unreadable(OK, "odd")


@pytest.mark.parametrize(
    ("before", "answer", "state", "fact", "recorded"),
    [
        (attempt(), APPROVED, "SENT", "approve", True),
        (attempt(), BACK, "CANCELED", "cancel", False),
        (attempt(), NO, "DECLINED", "decline", False),
        (attempt(), ODD, "NEEDS_MANUAL", "escalate", False),
        (attempt("UNKNOWN"), APPROVED, "UNKNOWN", "approve", True),
        (attempt("UNKNOWN"), BACK, "NOT_FOUND", "find-nothing", False),
        (attempt("UNKNOWN"), NO, "NOT_FOUND", "find-nothing", False),
        (attempt("UNKNOWN"), ODD, "NEEDS_MANUAL", "escalate", False),
        (attempt("UNKNOWN", gave_up=True), APPROVED, "NEEDS_MANUAL", "escalate", False),
        (attempt("UNKNOWN", gave_up=True), BACK, "NOT_FOUND", "find-nothing", False),
        (attempt("UNKNOWN", gave_up=True), NO, "NOT_FOUND", "find-nothing", False),
        (attempt("NOT_FOUND", gave_up=True), APPROVED, "NEEDS_MANUAL", "escalate", False),
        (attempt("NOT_FOUND"), ODD, "NEEDS_MANUAL", "escalate", False),
        (attempt("NOT_FOUND"), BACK, "NOT_FOUND", "", False),
        (attempt("APPROVED", payment_id="p"), APPROVED, "APPROVED", "approval", False),
        (attempt("APPROVED", payment_id="p"), NO, "APPROVED", "", False),
        *(
            (attempt(state, answered=True), answer, state, "", False)
            for state in STATES
            for answer in (APPROVED, BACK, NO, ODD)
        ),
    ],
)  # fmt: skip
def test_what_an_answer_does(before: Attempt, answer: Any, state: str, fact: str, recorded: bool):
    """H-45, NET-6: by state and by whether staff still wait; a second answer does nothing."""
    decision = after_answer(before, answer)
    assert (decision.attempt.state, decision.fact, decision.record is not None) == (state, fact, recorded)
    if fact in ("escalate", "approval"):
        assert decision.attempt.approval == OK


@pytest.mark.parametrize("state", STATES)
def test_giving_up_in_every_state(state: AttemptState):
    """NET-6: giving up is never a decline; what is over stays as it ended."""
    after = stopped_waiting(attempt(state))
    assert after.state == {"CREATED": "CANCELED", "SENT": "UNKNOWN"}.get(state, state)
    assert after.gave_up == (state in ("SENT", "UNKNOWN"))


def test_a_method_payment_fills_its_approval_number():
    """E-9: the first twenty characters of the key; the exempt part stands inside supply (PAY-1)."""
    price = part_price(Buckets(supply=4_000, tax=400, exempt=500, tip=100))
    dto = payment_of(attempt(), price, key="key-" + "0" * 40, approved_at="2026-02-02")
    assert dto.approved_no == "key-" + "0" * 16
    assert (dto.amount_money, dto.supply_money, dto.tax_exempt_money) == (5_000, 4_500, 500)
    assert dto.external_details is not None
    assert (dto.external_details.source, dto.external_details.source_id) == ("스탬프", "m")
    assert payment_of(replace(attempt(), method=None), price, key="a", approved_at="x").source_type == "CASH"
