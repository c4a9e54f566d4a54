"""Bump, recall, remake, and what the screens show (rulebook §5.3, §5.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.kitchen import (
    TICKET_TRANSITIONS,
    TicketAct,
    acknowledge,
    all_day,
    board_view,
    bump,
    cancel_order,
    clear,
    hand_over,
    in_board_order,
    is_waiting_at,
    prioritize,
    recall,
    remake,
    served_by,
)  # fmt: skip
from jumak.domain.kitchen.board import ageing, desk_of
from jumak.domain.kitchen.life import next_state
from jumak.domain.order.pricing import backing_of
from tests.domain.kitchen_floor import (
    BAR,
    GRILL,
    ISO,
    PASS,
    Kitchen,
    a_choice,
    a_dish,
    asked_for,
    order_of,
    said,
)  # fmt: skip
from tests.domain.shop_floor import NOON

BOTH = (GRILL, BAR)


def a_kitchen(*lines, stations=()):
    kitchen = Kitchen(order_of(), stations)
    kitchen.send(*lines)
    return kitchen, kitchen.all[0]


def desk(kitchen, station_id=None, at=NOON):
    stations = tuple(kitchen.stations)
    station = next((each for each in stations if each.id == station_id), None)
    serves = None if station_id is None else served_by(station_id, stations)
    return desk_of(station, stations, serves, lambda item_id: 10 - item_id, to_ms(at))


# -- the table -----------------------------------------------------------------------------------


def test_every_state_of_a_ticket_is_reached():
    """KDS-5: from OPENED each state is reached, and each target is a state."""
    reached, todo = set(), ["OPENED"]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo += TICKET_TRANSITIONS[state].values()
    assert reached == set(TICKET_TRANSITIONS) == {"OPENED", "COMPLETED", "CANCELLED"}


@pytest.mark.parametrize("act", TicketAct)
@pytest.mark.parametrize("state", TICKET_TRANSITIONS)
def test_every_state_is_asked_every_action(state, act):
    """KDS-5: what the table does not list is refused."""
    ticket = replace(a_kitchen(a_dish("A", 1))[1], state=state)
    if act in TICKET_TRANSITIONS[state]:
        assert next_state(ticket, act) == TICKET_TRANSITIONS[state][act]
    else:
        with pytest.raises(InvalidState) as refused:
            next_state(ticket, act)
        assert refused.value.reason == "TICKET_STATE"


# -- bump and recall -----------------------------------------------------------------------------


def test_bump_of_the_old_ticket_after_a_decrease():
    """KDS-6, KDS-2: NEW A 0→2 waiting, CHANGED A 2→1: bumping NEW fulfils 1, waste 0; bumped first, waste 1."""
    kitchen, new = a_kitchen(a_dish("A", 2))
    kitchen.send(a_dish("A", 1))
    kitchen.take(bump(kitchen.order, new, iso=ISO))
    assert kitchen.tickets[new.id].lines[0].done[0].fulfilled == 1_000
    assert (kitchen.tally("A").fulfilled, kitchen.tally("A").waste) == (1_000, 0)

    kitchen, new = a_kitchen(a_dish("A", 2))
    kitchen.take(bump(kitchen.order, new, iso=ISO))
    kitchen.send(a_dish("A", 1))
    assert (kitchen.tally("A").waste, kitchen.tally("A").remaining) == (1_000, 0)


def test_a_ticket_is_complete_when_every_station_is_done():
    """KDS-6: line by line, station by station; `complete` is told once."""
    kitchen, ticket = a_kitchen(a_dish("A", 2), a_dish("C", 1), a_dish("B", 1), stations=BOTH)
    grill, bar = served_by("grill", BOTH), served_by("bar", BOTH)
    kitchen.take(bump(kitchen.order, ticket, iso=ISO, line_ids=("A",), serves=grill))
    assert kitchen.facts == ["kds.open", "kds.bump"]
    assert is_waiting_at(kitchen.all[0], grill)
    kitchen.take(bump(kitchen.order, kitchen.all[0], iso=ISO, serves=grill))
    assert kitchen.all[0].state == "OPENED"
    assert not is_waiting_at(kitchen.all[0], grill)
    assert is_waiting_at(kitchen.all[0], bar)
    kitchen.take(bump(kitchen.order, kitchen.all[0], iso=ISO, serves=bar))
    assert (kitchen.all[0].state, kitchen.all[0].completed_at) == ("COMPLETED", ISO)
    assert kitchen.facts == ["kds.open", "kds.bump", "kds.bump", "kds.complete"]
    assert kitchen.ledger() == {"A": (2, 2), "C": (1, 1), "B": (1, 1)}


def test_a_dish_of_two_stations_waits_for_both():
    """KDS-6, KDS-3: a line that matches two stations is done when both are."""
    kitchen, ticket = a_kitchen(a_dish("A", 1), stations=(GRILL, PASS))
    assert ticket.lines[0].stations == ("grill", "pass")
    kitchen.take(bump(kitchen.order, ticket, iso=ISO, serves=served_by("grill", kitchen.stations)))
    assert kitchen.all[0].state == "OPENED"
    assert (kitchen.tally("A", "grill").remaining, kitchen.tally("A", "pass").remaining) == (0, 1_000)
    kitchen.take(bump(kitchen.order, kitchen.all[0], iso=ISO))
    assert kitchen.all[0].state == "COMPLETED"


def test_a_double_bump_changes_nothing():
    """KDS-6: no fact, no second helping."""
    kitchen, ticket = a_kitchen(a_dish("A", 2))
    kitchen.take(bump(kitchen.order, ticket, iso=ISO))
    again = bump(kitchen.order, kitchen.all[0], iso=ISO)
    assert (again.order, again.tickets, again.facts) == (kitchen.order, (), ())


def test_recall_brings_the_ticket_back_to_its_place():
    """KDS-5, KDS-6: same id, original age, exactly its own bumps reversed; `open` again."""
    kitchen, ticket = a_kitchen(a_dish("A", 2))
    before = kitchen.order
    kitchen.take(bump(kitchen.order, ticket, iso=ISO))
    kitchen.take(recall(kitchen.order, kitchen.all[0], iso="later"))
    (back,) = kitchen.all
    assert (back.id, back.state, back.created_ms, back.completed_at) == (
        ticket.id,
        "OPENED",
        ticket.created_ms,
        None,
    )
    assert kitchen.order == before
    assert kitchen.facts == ["kds.open", "kds.complete", "kds.open"]
    with pytest.raises(InvalidState):
        recall(kitchen.order, back, iso=ISO)


def test_a_line_bumped_by_mistake_comes_back():
    """KDS-5: recall of an open ticket takes its bumped lines back and is no new ticket."""
    kitchen, ticket = a_kitchen(a_dish("A", 2), a_dish("C", 1))
    kitchen.take(bump(kitchen.order, ticket, iso=ISO, line_ids=("A",)))
    kitchen.take(recall(kitchen.order, kitchen.all[0], iso=ISO))
    assert kitchen.ledger() == {"A": (2, 0), "C": (1, 0)}
    assert kitchen.facts == ["kds.open", "kds.bump", "kds.recall"]


def test_cancelled_food_is_not_recalled():
    """KDS-7: a finished ticket of a cancelled order stays finished; the notice itself may come back."""
    kitchen, ticket = a_kitchen(a_dish("A", 2))
    kitchen.take(bump(kitchen.order, ticket, iso=ISO))
    cancelled = replace(kitchen.order, order_state="CANCELLED")
    kitchen.take(cancel_order(cancelled, kitchen.all, (), at=NOON, iso=ISO, ids=kitchen.ids, reason=""))
    with pytest.raises(InvalidState) as refused:
        recall(kitchen.order, kitchen.tickets[ticket.id], iso=ISO)
    assert refused.value.reason == "ORDER_CANCELLED"
    notice = kitchen.opened[0]
    kitchen.take(bump(kitchen.order, notice, iso=ISO))
    kitchen.take(recall(kitchen.order, kitchen.tickets[notice.id], iso=ISO))
    assert kitchen.tickets[notice.id].state == "OPENED"


def test_what_is_struck_through_is_not_bumped():
    """KDS-7: a ticket that turned CANCELLED is nobody's work any more."""
    kitchen, ticket = a_kitchen(a_dish("A", 2))
    kitchen.take(cancel_order(kitchen.order, kitchen.all, (), at=NOON, iso=ISO, ids=kitchen.ids, reason=""))
    with pytest.raises(InvalidState) as refused:
        bump(kitchen.order, kitchen.tickets[ticket.id], iso=ISO)
    assert refused.value.reason == "TICKET_STATE"


def test_bump_of_a_line_of_another_ticket():
    """KDS-6: refused, nothing changes."""
    kitchen, ticket = a_kitchen(a_dish("A", 2))
    with pytest.raises(NotFound) as refused:
        bump(kitchen.order, ticket, iso=ISO, line_ids=("Z",))
    assert refused.value.reason == "LINE"


def test_new_items_do_not_bring_finished_ones_back():
    """KDS-8: a further round is a ticket of its own; the finished one stays finished."""
    kitchen, first = a_kitchen(a_dish("A", 2))
    kitchen.take(bump(kitchen.order, first, iso=ISO))
    done = kitchen.tickets[first.id]
    (second,) = kitchen.send(a_dish("A", 3), a_dish("C", 1))
    assert kitchen.tickets[first.id] is done
    assert said(second) == {"A": (2, 3), "C": (0, 1)}
    assert kitchen.ledger() == {"A": (3, 2), "C": (1, 0)}


# -- remake, hand-over, clear --------------------------------------------------------------------


def test_remake():
    """KDS-9: ADDED, previous = q-n, current = q, memo [재조리], no charge, waste n."""
    kitchen, first = a_kitchen(a_dish("A", 3, memo="덜 맵게"))
    kitchen.take(bump(kitchen.order, first, iso=ISO))
    (again,) = kitchen.take(remake(kitchen.order, "A", 1_000, "떨어뜨림", at=NOON, iso=ISO, ids=kitchen.ids))
    assert (again.request_type, said(again), again.lines[0].memo) == (
        "ADDED",
        {"A": (2, 3)},
        "[재조리] 덜 맵게",
    )
    assert (again.lines[0].list_value, again.waste_reason, again.remake) == (0, "떨어뜨림", True)
    assert (kitchen.tally("A").remaining, kitchen.tally("A").waste) == (1_000, 1_000)
    assert asked_for(kitchen.all) == {"A": 3_000}
    before = kitchen.order
    kitchen.take(bump(kitchen.order, again, iso=ISO))
    assert (kitchen.tally("A").remaining, kitchen.tally("A").waste) == (0, 1_000)
    kitchen.take(recall(kitchen.order, kitchen.tickets[again.id], iso=ISO))
    assert kitchen.order == before


def test_remake_of_what_is_still_on_the_stove():
    """KDS-9: both tickets are to be cooked; cancelling leaves nothing to cook."""
    kitchen, _ = a_kitchen(a_dish("A", 2))
    kitchen.take(remake(kitchen.order, "A", 1_000, "", at=NOON, iso=ISO, ids=kitchen.ids))
    assert kitchen.tally("A").remaining == 3_000
    for ticket in kitchen.opened:
        kitchen.take(bump(kitchen.order, ticket, iso=ISO))
    assert (kitchen.tally("A").remaining, kitchen.tally("A").waste) == (0, 1_000)
    kitchen.take(cancel_order(kitchen.order, kitchen.all, (), at=NOON, iso=ISO, ids=kitchen.ids, reason="x"))
    assert (kitchen.tally("A").remaining, kitchen.tally("A").waste) == (0, 3_000)


@pytest.mark.parametrize(("line_id", "quantity", "error"), [
    ("A", 3_000, InvalidArgument), ("A", 0, InvalidArgument), ("A", 500, InvalidArgument), ("Z", 1_000, NotFound),
])  # fmt: skip
def test_remake_of_more_than_there_is(line_id, quantity, error):
    """KDS-9: at most what was ordered, whole pieces, of a line the kitchen has."""
    kitchen, _ = a_kitchen(a_dish("A", 2))
    with pytest.raises(error):
        remake(kitchen.order, line_id, quantity, "", at=NOON, iso=ISO, ids=kitchen.ids)


def test_hand_over_is_the_second_bump():
    """ORD-9, KDS-6: only when all stations are done; a further round waits anew."""
    kitchen, ticket = a_kitchen(a_dish("A", 1))
    with pytest.raises(InvalidState) as refused:
        hand_over(kitchen.order, kitchen.all)
    assert refused.value.reason == "NOT_READY"
    kitchen.take(bump(kitchen.order, ticket, iso=ISO))
    kitchen.order = hand_over(kitchen.order, kitchen.all)
    assert backing_of(kitchen.order).pickup == "collected"
    assert hand_over(kitchen.order, kitchen.all) is kitchen.order
    kitchen.send(a_dish("A", 1), a_dish("C", 1))
    assert backing_of(kitchen.order).pickup == ""
    with pytest.raises(InvalidState):
        hand_over(replace(kitchen.order, order_state="CANCELLED"), kitchen.all)


def test_auto_clear_has_no_event():
    """KDS-5, KDS-6: cleared tickets are COMPLETED and marked; a recall reverses it like a bump."""
    kitchen, ticket = a_kitchen(a_dish("A", 2))
    before = kitchen.order
    kitchen.take(clear(kitchen.order, ticket, iso=ISO))
    assert (kitchen.all[0].state, kitchen.all[0].auto, kitchen.facts[-1]) == (
        "COMPLETED",
        True,
        "kds.auto-clear",
    )
    kitchen.take(recall(kitchen.order, kitchen.all[0], iso=ISO))
    assert (kitchen.order, kitchen.all[0].auto) == (before, False)


# -- screens -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "expected"), [
    (0, "fresh"), (299, "fresh"), (300, "caution"), (599, "caution"), (600, "late"), (9_000, "late"),
])  # fmt: skip
def test_ageing(seconds, expected):
    """KDS-5: caution at 5:00, late at 10:00, from the ticket's creation."""
    _kitchen, ticket = a_kitchen(a_dish("A", 1), stations=BOTH)
    assert ageing(ticket, GRILL, to_ms(NOON + timedelta(seconds=seconds))) == expected


def test_the_order_of_the_screen():
    """KDS-10, KDS-11: pinned first, then by age, then by id."""
    kitchen, _first = a_kitchen(a_dish("A", 1))
    kitchen.send(a_dish("A", 2))
    kitchen.send(a_dish("A", 3), at=NOON + timedelta(seconds=1))
    one, two, three = kitchen.all
    assert in_board_order([three, two, one]) == [one, two, three]
    (pinned,) = kitchen.take(prioritize(kitchen.order, three, True, iso=ISO))
    assert in_board_order([one, two, pinned]) == [pinned, one, two]
    assert prioritize(kitchen.order, pinned, True, iso=ISO).facts == ()
    kitchen.take(bump(kitchen.order, one, iso=ISO))
    with pytest.raises(InvalidState):
        prioritize(kitchen.order, kitchen.tickets[one.id], True, iso=ISO)


def test_a_station_sees_its_own_lines_and_the_expo_all():
    """KDS-2, KDS-3: lines in menu order; remaining and waste come from the ledger."""
    kitchen, ticket = a_kitchen(a_dish("D", 1, memo="빨리"), a_dish("A", 2), a_dish("B", 1), stations=BOTH)
    grill = board_view(ticket, kitchen.order, desk(kitchen, "grill"))
    assert [line.id for line in grill.line_items] == ["A", "D"]
    assert (grill.total_quantity, grill.remaining, grill.stations) == (3, 3, ("grill", "bar"))
    kitchen.take(bump(kitchen.order, ticket, iso=ISO, line_ids=("A",)))
    kitchen.send(a_dish("D", 1), a_dish("A", 1), a_dish("B", 1))
    expo = board_view(kitchen.all[0], kitchen.order, desk(kitchen))
    assert [(line.id, line.done, line.remaining) for line in expo.line_items] == [
        ("A", True, 0), ("B", False, 1), ("D", False, 1),
    ]  # fmt: skip
    assert (expo.remaining, expo.waste, expo.order.backing) == (2, 1, None)


def test_all_day_counts_dishes_by_options():
    """KDS-a: Σ remaining; a dish that two stations work on is one dish."""
    kitchen, ticket = a_kitchen(
        a_dish("A", 2), a_dish("A2", 1), a_dish("A3", 1, option_choices=(a_choice(7),)), a_dish("B", 4),
        stations=(GRILL, BAR, PASS),
    )  # fmt: skip

    def counted(serves=None):
        return [
            (dish.item_id, len(dish.option_choices), dish.quantity)
            for dish in all_day([kitchen.order], serves)
        ]

    assert counted() == [(2, 0, 4), (1, 0, 3), (1, 1, 1)]
    assert counted(served_by("bar", kitchen.stations)) == [(2, 0, 4)]
    kitchen.take(bump(kitchen.order, ticket, iso=ISO, line_ids=("A", "B")))
    assert counted() == [(1, 0, 1), (1, 1, 1)]


def test_a_screen_says_once_that_it_shows_a_ticket():
    """KDS-5: acknowledging again changes nothing."""
    kitchen, ticket = a_kitchen(a_dish("A", 1))
    (shown,) = kitchen.take(acknowledge(kitchen.order, ticket, "main"))
    assert shown.acknowledged == ("main",)
    assert acknowledge(kitchen.order, shown, "main").facts == ()
