"""The waiting list: a lifecycle as a table, a line with places, modes."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jumak.domain.errors import InvalidState
from jumak.domain.waiting import (
    MAX_DEFERRALS,
    PARTY_TRANSITIONS,
    PartyAct,
    PartyRecord,
    PartyState,
    WaitingSetting,
    after,
    check_accepting,
    defer,
    in_line,
    mode_now,
)


def a_party(number: int, state: PartyState = "waiting") -> PartyRecord:
    return PartyRecord(
        id=f"p{number}",
        number=number,
        num_guests=2,
        since_ms=number,
        business_date="2026-02-01",
        place=number,
        state=state,
    )


def test_every_state_is_asked_every_act():
    """TBL-10: waiting → called → seated | no-show | cancelled; ended parties stay as they are."""
    for state in get_args(PartyState):
        for act in PartyAct:
            party = a_party(1, state)
            if act in PARTY_TRANSITIONS[state]:
                assert after(party, act).state == PARTY_TRANSITIONS[state][act]
            else:
                with pytest.raises(InvalidState) as refused:
                    after(party, act)
                assert refused.value.reason == "WAITING_STATE"


def test_every_state_is_reached():
    """TBL-10: no state of the table is dead, no target unknown."""
    reached, frontier = set(), ["waiting"]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        frontier += [each for each in PARTY_TRANSITIONS[state].values() if each not in reached]
    assert reached == set(get_args(PartyState)) == set(PARTY_TRANSITIONS)


def test_a_called_party_that_defers_waits_to_be_called_again():
    """TBL-10: defer moves to a later place, behind the next party."""
    line = [a_party(1, "called"), a_party(2), a_party(3)]
    changed = {party.id: party for party in defer(line[0], line)}
    line = [changed.get(party.id, party) for party in line]
    assert [party.number for party in in_line(line)] == [2, 1, 3]
    assert changed["p1"].state == "waiting"
    assert changed["p1"].deferrals == 1


def test_a_party_defers_at_most_twice():
    """TBL-10: the third time is refused, also for the last in line."""
    party = a_party(1)
    for _ in range(MAX_DEFERRALS):
        (party,) = defer(party, [party])
    with pytest.raises(InvalidState) as refused:
        defer(party, [party])
    assert refused.value.reason == "DEFERRED_TOO_OFTEN"


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), max_size=12))
def test_deferring_keeps_everybody_in_one_line(choices: list[int]):
    """TBL-10: places stay distinct and only the deferring party falls back, by one."""
    line = {party.id: party for party in (a_party(number) for number in range(1, 6))}
    for choice in choices:
        order = [party.id for party in in_line(line.values())]
        party = line[order[choice]]
        if party.deferrals == MAX_DEFERRALS:
            continue
        line |= {each.id: each for each in defer(party, line.values())}
        swapped = order[:choice] + order[choice + 1 : choice + 2] + [party.id] + order[choice + 2 :]
        assert [each.id for each in in_line(line.values())] == swapped
        assert len({each.place for each in line.values()}) == len(line)


@pytest.mark.parametrize(
    ("setting", "mode"),
    [
        (None, "accept"),
        (WaitingSetting(mode="walk-in"), "walk-in"),
        (WaitingSetting(mode="closed"), "closed"),
        (WaitingSetting(mode="paused"), "paused"),
        (WaitingSetting(mode="paused", until_ms=1_001), "paused"),
        (WaitingSetting(mode="paused", until_ms=1_000), "accept"),
    ],
)
def test_only_an_accepting_list_takes_parties(setting: WaitingSetting | None, mode: str):
    """TBL-10: accept, walk-in, paused(until), closed; a pause ends by itself."""
    assert mode_now(setting, 1_000) == mode
    if mode == "accept":
        check_accepting(setting, 1_000)
    else:
        with pytest.raises(InvalidState) as refused:
            check_accepting(setting, 1_000)
        assert refused.value.reason == "WAITING_MODE"
