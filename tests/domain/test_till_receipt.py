"""Cash receipts of the till: the table, what answers mean, what may be receipted (rulebook §3.6)."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.errors import InvalidState
from jumak.domain.tax import Buckets, draw
from jumak.domain.till_receipt import (
    NOTHING,
    OPEN,
    RECEIPT_TRANSITIONS,
    VOID,
    Accepted,
    ReceiptRefused,
    ReceiptState,
    ReceiptStep,
    Sending,
    TillReceipt,
    Unheard,
    after_asking,
    claimed,
    excess_parts,
    next_sending,
    sending_stepped,
    taken_back,
    with_sending,
)

STATES = get_args(ReceiptState)
PARTS = Buckets(16_364, 1_636, 0, 0)
ACCEPTED = Accepted("T1", "20260202110000")


def receipt(state: ReceiptState = "QUEUED", **more: object) -> TillReceipt:
    known = {"number": "T1", "dated": "20260202110000"} if state == "ISSUED" else {}
    return TillReceipt(
        id="r1", order_id="o1", payment_id="p1", use="SELF", identifier="******1234", at_ms=0,
        sold_on="2026-02-02", issue=Sending(key="r1", parts=PARTS, state=state, **known), **more,
    )  # fmt: skip


def test_every_state_can_be_reached_and_every_end_is_one():
    """RCP-3, RCP-4: the table knows every state, reaches all of them, and has no way out of an end."""
    assert set(RECEIPT_TRANSITIONS) == set(STATES)
    reached: set[str] = set()
    todo = ["QUEUED"]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo.extend(RECEIPT_TRANSITIONS[state].values())
    assert reached == set(STATES)
    assert {state for state, row in RECEIPT_TRANSITIONS.items() if not row} == {*VOID, "ISSUED"}
    assert {state for state, row in RECEIPT_TRANSITIONS.items() if row} == OPEN


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", ReceiptStep)
def test_nothing_jumps_past_the_table(state: ReceiptState, step: ReceiptStep):
    """RCP-4: a step the table has not is refused and changes nothing."""
    sending = Sending(key="k", parts=PARTS, state=state)
    if step in RECEIPT_TRANSITIONS[state]:
        assert sending_stepped(sending, step).state == RECEIPT_TRANSITIONS[state][step]
        return
    with pytest.raises(InvalidState) as refusal:
        sending_stepped(sending, step)
    assert refusal.value.reason == "RECEIPT_STATE"


@pytest.mark.parametrize(
    ("state", "answer", "after", "word"),
    [
        ("SENT", ACCEPTED, "ISSUED", "approve"),
        ("SENT", ReceiptRefused("7001", "번호"), "FAILED", "refuse"),
        ("SENT", Unheard(asked=False), "QUEUED", "wait"),
        ("SENT", Unheard(asked=True), "UNKNOWN", "lose"),
        ("UNKNOWN", ACCEPTED, "ISSUED", "approve"),
        ("UNKNOWN", ReceiptRefused("7001", "번호"), "FAILED", "refuse"),
        # It may have heard the first time: not reached now says nothing about that.
        ("UNKNOWN", Unheard(asked=False), "UNKNOWN", ""),
        ("UNKNOWN", Unheard(asked=True), "UNKNOWN", ""),
        ("QUEUED", ACCEPTED, "QUEUED", ""),
        ("ISSUED", ACCEPTED, "ISSUED", ""),
        ("WITHDRAWN", ACCEPTED, "WITHDRAWN", ""),
    ],
)
def test_what_answers_mean(state: ReceiptState, answer: object, after: str, word: str):
    """RCP-4: in every state, an answer that nobody waits for included."""
    now, said = after_asking(receipt(state), "r1", answer)
    assert (now.issue.state, said) == (after, word)


@pytest.mark.parametrize(
    "answer",
    [Accepted("T1", "20260202120000"), Accepted("T2", "20260202105959"), Accepted("T2", ""), Accepted("", "20260202120000")],
)  # fmt: skip
def test_a_cancel_has_its_own_number_and_is_not_earlier(answer: Accepted):
    """RCP-3: an answer that cannot be right is none; the issuer is asked again."""
    cancel = Sending(key="c1", parts=PARTS, state="SENT")
    now, word = after_asking(receipt("ISSUED", cancels=(cancel,)), "c1", answer)
    assert (now.cancels[0].state, word) == ("UNKNOWN", "lose")
    now, word = after_asking(now, "c1", Accepted("T2", "20260202110000"))
    assert (now.cancels[0].state, now.cancels[0].number, word) == ("ISSUED", "T2", "approve")
    assert claimed(now) == NOTHING


def test_a_cancel_waits_for_its_issue():
    """RCP-4: and goes with it when that was refused."""
    asked = receipt("UNKNOWN")
    now, word = taken_back(asked, PARTS, key="c1", reason="거래 취소", at_ms=1)
    assert (word, next_sending(now), claimed(now)) == ("cancel-queue", asked.issue, NOTHING)
    issued, _ = after_asking(now, "r1", ACCEPTED)
    assert next_sending(issued) == now.cancels[0]
    refused, _ = after_asking(now, "r1", ReceiptRefused("7001", "번호"))
    assert next_sending(refused) is None
    assert refused.cancels[0].state == "WITHDRAWN"


def test_what_nobody_was_asked_for_needs_no_cancel():
    """RCP-4: it is lowered, then withdrawn."""
    lower, word = taken_back(receipt(), Buckets(1_000, 100, 0, 0), key="c", reason="", at_ms=1)
    assert (word, claimed(lower).total, lower.cancels) == ("lower", 16_900, ())
    gone, word = taken_back(lower, claimed(lower), key="c", reason="", at_ms=1)
    assert (word, gone.issue.state, claimed(gone)) == ("withdraw", "WITHDRAWN", NOTHING)


def test_a_refused_cancel_leaves_the_receipt_standing():
    """RCP-3: Σ cancels counts what is booked or will be."""
    cancel = Sending(key="c1", parts=PARTS, state="SENT")
    now, word = after_asking(receipt("ISSUED", cancels=(cancel,)), "c1", ReceiptRefused("7003", "없음"))
    assert (word, now.cancels[0].state, claimed(now)) == ("refuse", "FAILED", PARTS)


BUCKETS = st.builds(Buckets, *(st.integers(0, 100_000) for _ in range(4)))


@settings(max_examples=100)
@given(BUCKETS, BUCKETS, st.data())
def test_what_is_taken_off_a_receipt_is_of_it(standing: Buckets, wanted: Buckets, data: st.DataObject):
    """RCP-4, MON-9: exactly so much, no part below zero; just what was returned where that is known."""
    excess = data.draw(st.integers(0, standing.total))
    parts = excess_parts(standing, wanted, excess)
    left = standing - parts
    assert parts.total == excess
    assert min(left.supply, left.tax, left.exempt, left.tip) >= 0
    kept = draw(standing, standing.total - excess)
    assert excess_parts(standing, kept, excess) == standing - kept


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send")),
        st.tuples(st.just("answer"), st.sampled_from([Unheard(asked=True), Unheard(asked=False), "yes", ReceiptRefused("1", "")])),
        st.tuples(st.just("back"), st.integers(1, 9_000)),
    ),
    max_size=20,
)  # fmt: skip


@settings(max_examples=200)
@given(STEPS)
def test_a_receipt_never_stands_for_less_than_nothing(steps: list[tuple]):
    """RCP-3: Σ cancels ≤ issue, the issue before its cancels, and ends stay ends, whatever comes in which order."""
    now, number, ended = receipt(), 0, {}
    for step in steps:
        sending = next_sending(now)
        if step[0] == "back" and claimed(now).total:
            parts = draw(claimed(now), min(step[1], claimed(now).total))
            now, _ = taken_back(now, parts, key=f"c{len(now.cancels)}", reason="", at_ms=0)
        elif step[0] == "send" and sending is not None and sending.state == "QUEUED":
            now = with_sending(now, sending_stepped(sending, ReceiptStep.SEND))
        elif step[0] == "answer" and sending is not None:
            number += 1
            said = Accepted(f"T{number}", f"202602021200{number:02d}") if step[1] == "yes" else step[1]
            now, _ = after_asking(now, sending.key, said)
        assert min(claimed(now).supply, claimed(now).tax) >= 0
        if now.issue.state != "ISSUED":
            assert all(cancel.state in ("QUEUED", "WITHDRAWN") for cancel in now.cancels)
        for each in (now.issue, *now.cancels):
            assert ended.get(each.key) in (None, replace(each, parts=ended.get(each.key, each).parts))
            if each.state not in OPEN:
                ended[each.key] = each
