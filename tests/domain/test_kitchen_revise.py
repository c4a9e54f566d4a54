"""Which tickets a revision makes (rulebook §5.1, §5.2), and what a cancelled order leaves."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.errors import InvalidState, NotFound
from jumak.domain.kitchen import bump, cancel_order, kds_view, revise, route, served_by, standing
from jumak.domain.kitchen.station import MAIN, check_deletable, save_station, served_at
from jumak.domain.order.pricing import backing_of
from tests.domain.kitchen_floor import (
    BAR,
    DRINKS,
    FOOD,
    GRILL,
    ISO,
    PASS,
    Ids,
    Kitchen,
    a_choice,
    a_dish,
    a_station,
    order_of,
    said,
)  # fmt: skip
from tests.domain.shop_floor import NOON


def test_the_example_of_the_rulebook():
    """KDS-1, KDS-4: NEW {A 0→2, B 0→1} 3; ADDED {A 2→3} 3; CHANGED {B 1→0, C 0→2} 2; CANCELLED {A 3→0, C 2→0} 0."""
    kitchen = Kitchen(order_of())

    def told(made):
        (ticket,) = [one for one in made if one.state == "OPENED"]
        return ticket.request_type, said(ticket), kds_view(ticket, kitchen.order).total_quantity

    assert told(kitchen.send(a_dish("A", 2), a_dish("B", 1))) == ("NEW", {"A": (0, 2), "B": (0, 1)}, 3)
    assert told(kitchen.send(a_dish("A", 3), a_dish("B", 1))) == ("ADDED", {"A": (2, 3)}, 3)
    changed = told(kitchen.send(a_dish("A", 3), a_dish("C", 2)))
    assert changed == ("CHANGED", {"B": (1, 0), "C": (0, 2)}, 2)
    gone = kitchen.take(
        cancel_order(kitchen.order, kitchen.all, (), at=NOON, iso=ISO, ids=kitchen.ids, reason="손님 변심")
    )
    assert told(gone) == ("CANCELLED", {"A": (3, 0), "C": (2, 0)}, 0)
    assert [ticket.state for ticket in kitchen.all] == ["CANCELLED"] * 3 + ["OPENED"]


def test_the_rounds_of_a_guest_who_orders_more():
    """ADD-2: {A 1, B 2} → {A 3, C 1} is one CHANGED ticket; {A 1, B 2, C 1} is ADDED {C 0→1}."""
    first = Kitchen(order_of())
    first.send(a_dish("A", 1), a_dish("B", 2))
    (changed,) = first.send(a_dish("A", 3), a_dish("C", 1))
    assert (changed.request_type, said(changed)) == ("CHANGED", {"A": (1, 3), "C": (0, 1), "B": (2, 0)})
    second = Kitchen(order_of())
    second.send(a_dish("A", 1), a_dish("B", 2))
    (added,) = second.send(a_dish("A", 1), a_dish("B", 2), a_dish("C", 1))
    assert (added.request_type, said(added)) == ("ADDED", {"C": (0, 1)})


def test_mixed_dining_options_give_several_tickets():
    """KDS-1: what is packed is a ticket of its own, also in later rounds."""
    kitchen = Kitchen(order_of())
    here, togo = kitchen.send(a_dish("A", 2), a_dish("C", 1, dining_option="TOGO"))
    assert (here.dining_option, said(here)) == ("HERE", {"A": (0, 2)})
    assert (togo.dining_option, said(togo)) == ("TOGO", {"C": (0, 1)})
    assert here.request_type == togo.request_type == "NEW"
    less, more = kitchen.send(a_dish("A", 1), a_dish("C", 2, dining_option="TOGO"))
    assert [(each.request_type, each.dining_option) for each in (less, more)] == [
        ("CHANGED", "HERE"),
        ("ADDED", "TOGO"),
    ]
    moved = kitchen.send(a_dish("A", 1, dining_option="TOGO"), a_dish("C", 2, dining_option="TOGO"))
    assert [(each.request_type, said(each)) for each in moved] == [
        ("CHANGED", {"A": (1, 0)}),
        ("ADDED", {"A": (0, 1)}),
    ]


@pytest.mark.parametrize("change", [{"memo": "덜 맵게"}, {"option_choices": (a_choice(7),)}])
def test_other_options_or_a_memo_change_the_line(change):
    """KDS-1: the quantity stays what it is, previous = current; the new content is what is read."""
    kitchen = Kitchen(order_of())
    kitchen.send(a_dish("A", 2), a_dish("B", 1))
    (ticket,) = kitchen.send(a_dish("A", 2, **change), a_dish("B", 1))
    assert (ticket.request_type, said(ticket)) == ("CHANGED", {"A": (2, 2)})
    assert (ticket.lines[0].memo, ticket.lines[0].option_choices) == (
        change.get("memo", ""), change.get("option_choices", ()),
    )  # fmt: skip
    assert kitchen.tally("A").ordered == 2_000


def test_the_same_options_in_other_words_are_no_change():
    """CAT-6: a choice renamed on the menu meanwhile is the same choice to the cook."""
    kitchen = Kitchen(order_of())
    kitchen.send(a_dish("A", 2, option_choices=(a_choice(7), a_choice(8))))
    renamed = replace(a_choice(7), title="매운맛", price_value=500)
    assert kitchen.send(a_dish("A", 2, option_choices=(a_choice(8), renamed))) == []


def test_money_guests_and_table_make_no_ticket():
    """KDS-1: price, discount, guests, table label; the label follows the order."""
    kitchen = Kitchen(order_of())
    (ticket,) = kitchen.send(a_dish("A", 2))
    before = kitchen.order
    cheaper = replace(before.line_items[0], charge_price=Value(15_000))
    after = replace(before, line_items=(cheaper,), num_guests=4, table_id=7)
    change = revise(before, after, (), kitchen.all, at=NOON, iso=ISO, ids=kitchen.ids)
    assert (change.order, change.tickets, change.facts) == (after, (), ())
    view = kds_view(ticket, after)
    price = view.line_items[0].order_price
    assert (price.order_list_price_value, price.order_discount_value, price.order_price_value) == (
        18_000,
        3_000,
        15_000,
    )
    assert view.order.table_id == 7
    assert view.order.backing is None


def test_only_items_and_combos_reach_the_kitchen():
    """KDS-3: delivery fees, prepaid cards, tickets and gift cards are not cooked."""
    others = [a_dish(f"D{n}", 1, type_=type_) for n, type_ in enumerate(
        ("DELIVERY_FEE", "PREPAID_CARD", "MULTI_USE_TICKET", "GIFT_CARD"))]  # fmt: skip
    kitchen = Kitchen(order_of())
    assert kitchen.send(*others) == []
    assert backing_of(kitchen.order).sent is False
    (ticket,) = kitchen.send(*others, a_dish("A", 1), a_dish("C", 1, type_="COMBO"))
    assert (ticket.request_type, said(ticket)) == ("NEW", {"A": (0, 1), "C": (0, 1)})
    gone = kitchen.send(*others)
    assert [each.request_type for each in gone if each.state == "OPENED"] == ["CANCELLED"]


def test_every_line_has_a_station():
    """KDS-3: to each that cooks the category, to the default one when none does, never nowhere."""
    assert route(FOOD, ()) == ("main",)
    assert route(FOOD, (GRILL, BAR)) == ("grill",)
    assert route(DRINKS, (GRILL, BAR, PASS)) == ("bar", "pass")
    assert route(99, (BAR, GRILL)) == ("grill",)
    assert route(99, (BAR,)) == ("bar",)
    kitchen = Kitchen(order_of(), (GRILL, BAR))
    (ticket,) = kitchen.send(a_dish("A", 1), a_dish("B", 1))
    assert [line.stations for line in ticket.lines] == [("grill",), ("bar",)]


def test_a_station_that_closes_leaves_its_work_to_the_default_one():
    """KDS-3, KDS-a: no line is on zero stations, whatever becomes of the station."""
    bar, grill = served_by("bar", (GRILL, BAR)), served_by("grill", (GRILL, BAR))
    assert (bar("bar"), bar("grill"), grill("bar")) == (True, False, False)
    assert served_by("grill", (GRILL,))("bar")
    assert served_at("bar", (GRILL,)) == "grill"
    assert standing(()) == (MAIN,)
    assert served_by("main", ())("main")
    with pytest.raises(NotFound):
        served_by("bar", (GRILL,))


def test_one_default_station_always_remains():
    """KDS-3: naming a new default takes it from the old; the default itself is not deleted."""
    assert save_station(a_station("x", default=True), (GRILL, BAR)) == (
        a_station("x", default=True), replace(GRILL, is_default=False),
    )  # fmt: skip
    assert save_station(replace(GRILL, is_default=False), (GRILL, BAR)) == (GRILL,)
    assert save_station(BAR, (GRILL,)) == (BAR,)
    assert save_station(BAR, ()) == (BAR, MAIN)
    assert save_station(replace(MAIN, is_default=False), ()) == (MAIN,)
    check_deletable("bar", (GRILL, BAR))
    for station_id, stations in (("grill", (GRILL, BAR)), ("main", ()), ("grill", (GRILL,))):
        with pytest.raises(InvalidState) as refused:
            check_deletable(station_id, stations)
        assert refused.value.reason == "DEFAULT_STATION"
    with pytest.raises(NotFound):
        check_deletable("bar", (GRILL,))


def test_cancel_after_part_was_cooked():
    """KDS-7, CAN-4: open tickets stop, finished ones stay and their food is waste with a reason."""
    kitchen = Kitchen(order_of(), (GRILL, BAR))
    (first,) = kitchen.send(a_dish("A", 2), a_dish("B", 1))
    kitchen.take(bump(kitchen.order, first, iso=ISO))
    (second,) = kitchen.send(a_dish("A", 3), a_dish("B", 1))
    made = kitchen.take(
        cancel_order(
            kitchen.order, kitchen.all, kitchen.stations, at=NOON, iso=ISO, ids=kitchen.ids, reason="변심"
        )
    )
    states = {ticket.id: ticket.state for ticket in kitchen.all}
    assert (states[first.id], states[second.id]) == ("COMPLETED", "CANCELLED")
    cancelled = made[-1]
    assert (cancelled.request_type, cancelled.state, cancelled.waste_reason) == (
        "CANCELLED",
        "OPENED",
        "변심",
    )
    assert said(cancelled) == {"A": (3, 0), "B": (1, 0)}
    assert {name for line in cancelled.lines for name in line.stations} == {"grill", "bar"}
    assert (kitchen.tally("A", "grill").waste, kitchen.tally("B", "bar").waste) == (2_000, 1_000)
    assert kitchen.facts[-2:] == ["kds.cancel", "kds.open"]
    kitchen.take(bump(kitchen.order, cancelled, iso=ISO))
    assert kitchen.tickets[cancelled.id].state == "COMPLETED"


def test_nothing_is_left_to_cook_when_every_line_goes():
    """KDS-7: total quantity 0 says CANCELLED and stops what is open; a later round is ADDED."""
    kitchen = Kitchen(order_of())
    (first,) = kitchen.send(a_dish("A", 2))
    kitchen.send()
    assert kitchen.tickets[first.id].state == "CANCELLED"
    assert [said(ticket) for ticket in kitchen.opened] == [{"A": (2, 0)}]
    (later,) = kitchen.send(a_dish("C", 1))
    assert (later.request_type, said(later)) == ("ADDED", {"C": (0, 1)})


def test_a_fact_tells_what_a_ticket_asks_for():
    """KDS-1: `kds.open` holds the lines as [id, previous, current], thousandths."""
    change = revise(None, order_of(a_dish("A", 1.5)), (), (), at=NOON, iso=ISO, ids=Ids())
    (fact,) = change.facts
    (ticket,) = change.tickets
    assert (fact.name, fact.subject) == ("kds.open", ticket.id)
    assert fact.data == {"kdsOrder": {"id": ticket.id}, "order": "o1", "lines": [["A", 0, 1_500]]}
    assert kds_view(ticket, change.order).line_items[0].quantity.current == 1.5
