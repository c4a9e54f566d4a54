"""Reservations: a lifecycle as a table, and how long a table is kept."""

from __future__ import annotations

from typing import get_args

import pytest

from jumak.domain.errors import InvalidState
from jumak.domain.reservation import (
    CHECKED_IN_HOLD_MS,
    RESERVATION_TRANSITIONS,
    ReservationAct,
    ReservationRecord,
    ReservationState,
    after,
    holds,
    is_over,
)

MINUTE = 60_000


def a_reservation(state: ReservationState = "booked") -> ReservationRecord:
    return ReservationRecord(id="r1", num_guests=4, at_ms=1_000 * MINUTE, table_ids=(1,), state=state)


def test_every_state_is_asked_every_act():
    """TBL-10: booked → checked-in → seated | no-show; ended ones stay as they are."""
    for state in get_args(ReservationState):
        assert is_over(a_reservation(state)) == (state in ("seated", "no-show", "cancelled"))
        for act in ReservationAct:
            if act in RESERVATION_TRANSITIONS[state]:
                assert after(a_reservation(state), act).state == RESERVATION_TRANSITIONS[state][act]
            else:
                with pytest.raises(InvalidState) as refused:
                    after(a_reservation(state), act)
                assert refused.value.reason == "RESERVATION_STATE"


def test_every_state_is_reached():
    """TBL-10: no state of the table is dead, no target unknown."""
    reached, frontier = set(), ["booked"]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        frontier += [each for each in RESERVATION_TRANSITIONS[state].values() if each not in reached]
    assert reached == set(get_args(ReservationState)) == set(RESERVATION_TRANSITIONS)


@pytest.mark.parametrize(
    ("state", "minutes", "held"),
    [
        ("booked", -31, False),
        ("booked", -30, True),
        ("booked", 0, True),
        ("booked", 30, True),
        ("booked", 31, False),
        ("checked-in", -60, True),
        ("checked-in", 90, True),
        ("checked-in", CHECKED_IN_HOLD_MS // MINUTE + 1, False),
        ("seated", 0, False),
        ("no-show", 0, False),
        ("cancelled", 0, False),
    ],
)
def test_a_table_is_kept_around_the_time_of_the_reservation(
    state: ReservationState, minutes: int, held: bool
):
    """TBL-6: reserved from the lead time (30 min) before the start."""
    record = a_reservation(state)
    assert holds(record, at_ms=record.at_ms + minutes * MINUTE, lead_ms=30 * MINUTE) is held
