"""Tickets and ledger when orders join or part (rulebook KDS-10, TBL-2, SPL-5)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.kitchen import bump, merge, recall, split
from jumak.domain.order.pricing import backing_of
from tests.domain.kitchen_floor import ISO, Ids, Kitchen, a_dish, asked_for, order_of, said, with_lines
from tests.domain.shop_floor import NOON, SEOUL, later

LATER = later(7)


def two_kitchens(*, first=(), second=()):
    ids = Ids()
    source, target = Kitchen(order_of(order_id="o1"), ids=ids), Kitchen(order_of(order_id="o2"), ids=ids)
    source.send(*(replace(line, order_id="o1") for line in first))
    target.send(*(replace(line, order_id="o2") for line in second), at=LATER)
    return source, target


def joined(source, target):
    lines = target.order.line_items + tuple(replace(line, order_id="o2") for line in source.order.line_items)
    change = merge(
        source.order, with_lines(target.order, *lines), source.all, (),
        at=LATER, iso=SEOUL.iso(LATER), ids=target.ids,
    )  # fmt: skip
    return target.take(change)


def test_merge_moves_tickets_and_tells_the_cooks():
    """KDS-10, TBL-2: open tickets follow the target and keep their age; MERGED says previous = current."""
    source, target = two_kitchens(first=(a_dish("A", 2), a_dish("C", 1)), second=(a_dish("B", 1),))
    (old,) = source.all
    source.take(bump(source.order, old, iso=ISO, line_ids=("A",)))
    made = joined(source, target)
    assert [(ticket.request_type, ticket.order_id, ticket.state) for ticket in made] == [
        ("NEW", "o2", "OPENED"), ("MERGED", "o2", "OPENED"),
    ]  # fmt: skip
    assert target.tickets[old.id].created_ms == old.created_ms
    assert said(made[1]) == {"A": (2, 2), "C": (1, 1)}
    assert target.ledger() == {"B": (1, 0), "A": (2, 2), "C": (1, 0)}
    assert asked_for(target.all) == {line: tally.ordered for line, tally in _tallies(target).items()}
    assert target.facts[-2:] == ["kds.relabel", "kds.open"]
    assert target.take(bump(target.order, made[1], iso=ISO))[0].state == "COMPLETED"
    assert target.ledger()["C"] == (1, 0)


def test_finished_tickets_come_along_and_can_be_recalled():
    """KDS-10, KDS-6: their lines stay as they are, their bumps are in the target's ledger."""
    source, target = two_kitchens(first=(a_dish("A", 2),), second=(a_dish("B", 1),))
    (old,) = source.all
    source.take(bump(source.order, old, iso=ISO))
    joined(source, target)
    assert target.tickets[old.id].lines == source.tickets[old.id].lines
    target.take(recall(target.order, target.tickets[old.id], iso=ISO))
    assert target.ledger()["A"] == (2, 0)


def test_merge_with_an_order_the_kitchen_does_not_have():
    """KDS-10, KDS-9: what was not sent comes as ADDED once the kitchen has begun with the other."""
    source, target = two_kitchens(first=(a_dish("A", 2),))
    target.order = with_lines(target.order, a_dish("C", 1, order_id="o2"))
    made = joined(source, target)
    assert [(each.request_type, said(each)) for each in made] == [
        ("NEW", {"A": (0, 2)}), ("MERGED", {"A": (2, 2)}), ("ADDED", {"C": (0, 1)}),
    ]  # fmt: skip
    assert backing_of(target.order).sent


def test_merge_of_two_scheduled_orders_keeps_the_earlier_time():
    """KDS-9: nothing is sent; both are cooked when the first is due."""
    source = Kitchen(order_of(a_dish("A", 1)))
    target = Kitchen(order_of(a_dish("C", 1), order_id="o2"))
    source.order = replace(source.order, backing=replace(backing_of(source.order), fire_at_ms=5))
    target.order = replace(target.order, backing=replace(backing_of(target.order), fire_at_ms=9))
    assert joined(source, target) == []
    backing = backing_of(target.order)
    assert (backing.sent, backing.fire_at_ms) == (False, 5)


def _tallies(kitchen):
    return {tally.line_id: tally for tally in backing_of(kitchen.order).tallies}


def parted(kitchen, moved, *, stay, go):
    """Divide an order: `stay` and `go` are the lines of the two orders after."""
    before = kitchen.order
    new = Kitchen(replace(before, id="o9"), ids=kitchen.ids)
    new.order = with_lines(new.order, *(replace(line, order_id="o9") for line in go))
    new.order = replace(new.order, backing=replace(backing_of(new.order), tallies=()))
    kept, taken = split(
        before,
        with_lines(before, *stay),
        new.order,
        moved,
        kitchen.all,
        (),
        at=LATER,
        iso=ISO,
        ids=kitchen.ids,
    )
    kitchen.take(kept)
    new.take(taken)
    for ticket_id in new.tickets.keys() & kitchen.tickets.keys():
        del kitchen.tickets[ticket_id]
    return new


def test_split_of_whole_lines():
    """SPL-5: no ticket for the cooks; the ledger moves, the open ticket is parted at the same age."""
    kitchen, _ = two_kitchens(first=(a_dish("A", 2), a_dish("C", 1)))
    (ticket,) = kitchen.all
    kitchen.take(bump(kitchen.order, ticket, iso=ISO, line_ids=("C",)))
    new = parted(kitchen, {"C": ("C", 1_000)}, stay=[a_dish("A", 2)], go=[a_dish("C", 1)])
    assert (kitchen.ledger(), new.ledger()) == ({"A": (2, 0)}, {"C": (1, 1)})
    (left,), (right,) = kitchen.all, new.all
    assert (left.id, said(left)) == (ticket.id, {"A": (0, 2)})
    assert (right.order_id, said(right), right.created_ms) == ("o9", {"C": (0, 1)}, ticket.created_ms)
    assert right.lines[0].done[0].fulfilled == 1_000
    assert not {"kds.open", "kds.complete", "kds.cancel"} & set(kitchen.facts[2:] + new.facts)


def test_split_of_a_whole_ticket_relabels_it():
    """SPL-5, KDS-10: same ticket, other order; finished ones go along whole or not at all."""
    kitchen, _ = two_kitchens(first=(a_dish("A", 2),))
    (first,) = kitchen.all
    (finished,) = kitchen.take(bump(kitchen.order, first, iso=ISO))
    (second,) = kitchen.send(a_dish("A", 2), a_dish("C", 1))
    new = parted(kitchen, {"A": ("A", 2_000)}, stay=[a_dish("C", 1)], go=[a_dish("A", 2)])
    assert list(new.tickets) == [first.id]
    assert new.tickets[first.id].lines == finished.lines
    assert (new.tickets[first.id].state, kitchen.tickets[second.id].order_id) == ("COMPLETED", "o1")
    new.take(recall(new.order, new.tickets[first.id], iso=ISO))
    assert new.ledger() == {"A": (2, 0)}


def test_split_of_some_units_takes_the_latest():
    """SPL-5, KDS-a: units cooked first stay, the newest open ones go; both orders' sums still hold."""
    kitchen, _ = two_kitchens(first=(a_dish("A", 2),))
    (first,) = kitchen.all
    (second,) = kitchen.send(a_dish("A", 5))
    new = parted(kitchen, {"A": ("A9", 4_000)}, stay=[a_dish("A", 1)], go=[a_dish("A9", 4)])
    assert [said(ticket) for ticket in kitchen.all] == [{"A": (0, 1)}]
    assert [said(ticket) for ticket in new.all] == [{"A9": (0, 1)}, {"A9": (1, 4)}]
    assert second.id in new.tickets
    assert first.id in kitchen.tickets
    assert (kitchen.ledger(), new.ledger()) == ({"A": (1, 0)}, {"A9": (4, 0)})
    for side in (kitchen, new):
        assert asked_for(side.all) == {line: tally.ordered for line, tally in _tallies(side).items()}
        for ticket in side.opened:
            side.take(bump(side.order, ticket, iso=ISO))
        assert all(tally.remaining == tally.waste == 0 for tally in _tallies(side).values())


def test_split_of_cooked_units():
    """SPL-5: of 3 with 2 cooked, 2 move: one cooked unit stays, one goes along with the open one."""
    kitchen, _ = two_kitchens(first=(a_dish("A", 2),))
    kitchen.take(bump(kitchen.order, kitchen.all[0], iso=ISO))
    kitchen.send(a_dish("A", 3))
    new = parted(kitchen, {"A": ("A9", 2_000)}, stay=[a_dish("A", 1)], go=[a_dish("A9", 2)])
    assert (kitchen.ledger(), new.ledger()) == ({"A": (1, 1)}, {"A9": (2, 1)})
    assert [said(ticket) for ticket in new.opened] == [{"A9": (1, 2)}]


def test_split_before_anything_was_sent():
    """SPL-5: there is no ledger to move."""
    order = order_of(a_dish("A", 1), a_dish("C", 1))
    left, right = split(
        order, with_lines(order, a_dish("A", 1)), with_lines(order, a_dish("C", 1)), {"C": ("C", 1_000)},
        (), (), at=NOON, iso=ISO, ids=Ids(),
    )  # fmt: skip
    assert not (left.tickets)
    assert not (right.tickets)
    assert not (left.facts)
    assert not (right.facts)
    assert not backing_of(right.order).sent


def test_taking_a_merge_back_ends_its_notice():
    """TBL-4, KDS-10: the MERGED ticket is cancelled, everything else is where it was."""
    source, target = two_kitchens(first=(a_dish("A", 2),), second=(a_dish("B", 1),))
    (old,) = source.all
    (_, notice) = joined(source, target)
    new = parted(target, {"A": ("A", 2_000)}, stay=[a_dish("B", 1)], go=[a_dish("A", 2)])
    assert target.tickets[notice.id].state == "CANCELLED"
    assert target.facts[-1] == "kds.cancel"
    assert {ticket_id: said(ticket) for ticket_id, ticket in new.tickets.items()} == {old.id: {"A": (0, 2)}}
    assert (target.ledger(), new.ledger()) == ({"B": (1, 0)}, {"A": (2, 0)})
