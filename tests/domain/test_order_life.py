"""The order's life: states, transitions, payment state (rulebook §2.1-2.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.errors import InvalidState, UnsupportedMode
from jumak.domain.order.ending import (
    accept,
    cancel,
    check_may_complete,
    complete,
    decline,
    expire,
    set_pickup,
    wait_to_be_cancelled,
)
from jumak.domain.order.life import ORDER_TRANSITIONS, Act, is_settled, next_state, payment_state
from jumak.domain.order.public import public, with_table
from jumak.domain.order.types import Order, RequestedInfo
from tests.domain.shop_floor import (
    AMERICANO,
    CAFE,
    MANAGER,
    NOON,
    PLUGIN,
    RESTAURANT,
    SEOUL,
    a_line,
    an_order,
    later,
)

STATES = tuple(ORDER_TRANSITIONS)


def a_request() -> Order:
    order = an_order(a_line(AMERICANO))
    assert order.backing is not None
    return replace(
        order,
        order_state="REQUESTED",
        requested_info=RequestedInfo(
            request_at=SEOUL.iso(NOON),
            expired_at=SEOUL.iso(later(10)),
            expected_ready_at=SEOUL.iso(later(40)),
        ),
        backing=replace(order.backing, expires_ms=int(later(10).timestamp() * 1000)),
    )


def test_every_state_is_reachable_and_every_target_known():
    """ORD-3: orders start OPENED or REQUESTED; from there every state of the table can be reached."""
    reached, todo = set(), ["REQUESTED", "OPENED"]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo.extend(ORDER_TRANSITIONS[state].values())
    assert reached == set(STATES)
    assert ORDER_TRANSITIONS["CANCELLED"] == {}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", list(Act))
def test_every_state_is_asked_every_act(state, act):
    """ORD-3: an act the table does not list is refused and names the state."""
    order = replace(an_order(a_line(AMERICANO)), order_state=state)
    if act in ORDER_TRANSITIONS[state]:
        assert next_state(order, act) == ORDER_TRANSITIONS[state][act]
        return
    with pytest.raises(InvalidState) as refusal:
        next_state(order, act)
    assert refusal.value.reason == ("ORDER_CANCELLED" if state == "CANCELLED" else "ORDER_NOT_EDITABLE")


@pytest.mark.parametrize(
    ("order_state", "price", "paid", "ever_paid", "expected"),
    [
        ("OPENED", 9_000, 0, False, "OPENED"),
        ("OPENED", 9_000, 0, True, "REFUNDED"),
        ("CANCELLED", 9_000, 0, True, "REFUNDED"),
        ("CANCELLED", 9_000, 0, False, "CANCELLED"),
        ("OPENED", 0, 0, False, "COMPLETED"),
        ("REQUESTED", 0, 0, False, "OPENED"),
        ("OPENED", 9_000, 4_000, True, "PAID"),
        ("OPENED", 9_000, 9_000, True, "COMPLETED"),
    ],
)
def test_payment_state_is_derived(order_state, price, paid, ever_paid, expected):
    """ORD-1, ORD-2: the first line of the table that matches; PAID is partly paid."""
    assert payment_state(order_state, price, paid, ever_paid=ever_paid) == expected


@given(price=st.integers(1, 10_000), paid=st.integers(0, 10_000))
def test_fully_paid_is_unpaid_zero(price, paid):
    """ORD-2: COMPLETED exactly when nothing is left to pay."""
    paid = min(price, paid)
    state = payment_state("OPENED", price, paid, ever_paid=paid > 0)
    assert (state == "COMPLETED") == (paid == price)


def test_accept_before_the_deadline_only():
    """ORD-4: one minute before it opens; at the deadline it is refused and nothing changes."""
    order = a_request()
    opened = accept(order, at=later(9), iso=SEOUL.iso(later(9)), estimated_ready_at=None)
    assert (opened.order_state, opened.version) == ("OPENED", order.version + 1)
    assert opened.requested_info is not None
    assert opened.requested_info.accepted_at == "2026-02-01T12:09:00+09:00"
    with pytest.raises(InvalidState, match="passed") as refusal:
        accept(order, at=later(10), iso=SEOUL.iso(later(10)), estimated_ready_at=None)
    assert refusal.value.reason == "ORDER_EXPIRED"


def test_decline_and_expire_end_a_request():
    """ORD-3, ORD-4: declined with the reason; expired only once the deadline has come."""
    declined = decline(a_request(), iso=SEOUL.iso(NOON), reason="재료 소진")
    assert declined.order_state == "CANCELLED"
    assert declined.requested_info is not None
    assert declined.requested_info.declined_reason == "재료 소진"
    with pytest.raises(InvalidState):
        expire(a_request(), at=later(9), iso=SEOUL.iso(later(9)))
    assert expire(a_request(), at=later(10), iso=SEOUL.iso(later(10))).cancel_reason == "EXPIRED"
    with pytest.raises(InvalidState, match="cancelled"):
        accept(declined, at=later(1), iso=SEOUL.iso(later(1)), estimated_ready_at=None)


def test_complete_with_money_owed_is_allowed_in_postpaid_shops():
    """ORD-5: `complete` hands the order over; it owes still and its table is not settled."""
    order = an_order(a_line(AMERICANO))
    check_may_complete(order, PLUGIN, RESTAURANT)
    handed_over = complete(order, iso=SEOUL.iso(later(30)))
    assert handed_over.order_state == "COMPLETED"
    assert handed_over.payment_price.payment_unpaid_value == 4_500
    assert not is_settled(handed_over)
    assert complete(handed_over, iso=SEOUL.iso(later(31))) is handed_over


def test_complete_in_prepaid_shops_is_for_staff_once_paid():
    """ORD-7: prepaid: a plugin is told the mode, staff are told what is unpaid."""
    order = an_order(a_line(AMERICANO), shop=CAFE)
    with pytest.raises(UnsupportedMode):
        check_may_complete(order, PLUGIN, CAFE)
    with pytest.raises(InvalidState):
        check_may_complete(order, MANAGER, CAFE)
    free = an_order(a_line(AMERICANO, charge=0), shop=CAFE)
    check_may_complete(free, MANAGER, CAFE)


def test_settled_is_ended_and_paid():
    """ORD-8: a table is free of an order only when it ended and owes nothing."""
    order = an_order(a_line(AMERICANO, charge=0))
    assert not is_settled(order)
    assert is_settled(complete(order, iso=SEOUL.iso(NOON)))
    assert is_settled(cancel(an_order(a_line(AMERICANO)), iso=SEOUL.iso(NOON), reason=None))


def test_pick_up_is_a_third_axis():
    """ORD-9: calling the guest moves neither state."""
    order = an_order(a_line(AMERICANO))
    called = set_pickup(order, "called")
    assert called.backing is not None
    assert called.backing.pickup == "called"
    assert replace(called, backing=order.backing) == order


def test_cancelled_stays_cancelled():
    """CAN-1: cancelling again is a no-op; nothing is owed, the amounts stay readable."""
    ended = cancel(an_order(a_line(AMERICANO)), iso=SEOUL.iso(NOON), reason="손님 변심")
    assert ended.payment_price.payment_unpaid_value == 0
    assert ended.payment_state == "CANCELLED"
    assert ended.charge_price.charge_price_value == 4_500
    assert cancel(ended, iso=SEOUL.iso(later(1)), reason=None) is ended


def test_an_order_that_has_ended_is_not_being_cancelled():
    """CAN-2: it says that it is being cancelled while its money is still to go back, however it then ends."""
    waiting = wait_to_be_cancelled(a_request(), "손님 변심")
    assert public(waiting).cancel_pending
    assert with_table(waiting, None).cancel_pending
    # Kept by an earlier version, whose document did not say so.
    assert with_table(replace(waiting, cancel_pending=False), None).cancel_pending
    for ended in (
        decline(waiting, iso=SEOUL.iso(NOON), reason="재료 소진"),
        expire(waiting, at=later(10), iso=SEOUL.iso(later(10))),
        cancel(waiting, iso=SEOUL.iso(NOON), reason=None),
    ):
        assert not public(replace(ended, cancel_pending=True)).cancel_pending
