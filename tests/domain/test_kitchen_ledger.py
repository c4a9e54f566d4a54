"""The kitchen's ledger over random evenings: what always holds (rulebook ∀ KDS-a)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.kitchen import all_day, bump, cancel_order, clear, merge, recall, remake, split
from jumak.domain.kitchen.station import served_at, standing
from jumak.domain.order.pricing import backing_of
from tests.domain.kitchen_floor import (
    BAR,
    GRILL,
    ISO,
    PASS,
    Ids,
    Kitchen,
    a_dish,
    asked_for,
    order_of,
    with_lines,
)
from tests.domain.shop_floor import NOON, later

SHOPS = ((), (GRILL, BAR), (GRILL, BAR, PASS))
LETTERS = "ABCD"

acts = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "line",
                "line",
                "memo",
                "bump",
                "bump",
                "line bump",
                "recall",
                "remake",
                "split",
                "merge",
                "clear",
            )
        ),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=14,
)


class Evening:
    """Orders that share a kitchen; a line that moved is known by the name it was first given."""

    def __init__(self, stations) -> None:
        self.stations, self.ids = stations, Ids()
        self.kitchens = [Kitchen(order_of(order_id="o0"), stations, self.ids)]
        self.root: dict[str, str] = {}
        self.count = 0
        self.closed: dict[str, tuple] = {}

    def name(self, letter: str, root: str | None = None) -> str:
        self.count += 1
        name = f"{letter}{self.count}"
        self.root[name] = root or name
        return name

    def at(self, n: int) -> Kitchen:
        return self.kitchens[n % len(self.kitchens)]

    def line(self, n: int, m: int) -> None:
        """A dish more, fewer, gone or new."""
        kitchen = self.at(n)
        lines = list(kitchen.order.line_items)
        if m % 3 and lines:
            place = n % len(lines)
            lines[place : place + 1] = (
                []
                if m > 7
                else [a_dish(lines[place].id, m, order_id=kitchen.order.id, memo=lines[place].memo)]
            )
        else:
            dining = "TOGO" if m == 9 else "HERE"
            lines.append(
                a_dish(self.name(LETTERS[n % 4]), 1 + m % 4, order_id=kitchen.order.id, dining_option=dining)
            )
        kitchen.send(*lines, at=later(self.count))

    def memo(self, n: int, m: int) -> None:
        kitchen = self.at(n)
        lines = list(kitchen.order.line_items)
        if lines:
            lines[n % len(lines)] = replace(lines[n % len(lines)], memo=f"메모 {m}")
            kitchen.send(*lines)

    def bump(self, n: int, m: int) -> None:
        kitchen = self.at(n)
        if kitchen.opened:
            ticket = kitchen.opened[m % len(kitchen.opened)]
            before = kitchen.order
            kitchen.take(bump(before, ticket, iso=ISO))
            assert not bump(kitchen.order, kitchen.tickets[ticket.id], iso=ISO).facts
            if not any(line.done for line in ticket.lines):
                assert recall(kitchen.order, kitchen.tickets[ticket.id], iso=ISO).order == before

    def line_bump(self, n: int, m: int) -> None:
        kitchen = self.at(n)
        if kitchen.opened:
            ticket = kitchen.opened[m % len(kitchen.opened)]
            one = ticket.lines[n % len(ticket.lines)]
            station = one.stations[m % len(one.stations)]
            kitchen.take(bump(kitchen.order, ticket, iso=ISO, line_ids=(one.line_id,), serves=station.__eq__))

    def recall(self, n: int, m: int) -> None:
        kitchen = self.at(n)
        done = [ticket for ticket in kitchen.all if ticket.state == "COMPLETED"]
        if done:
            ticket = done[m % len(done)]
            kitchen.take(recall(kitchen.order, ticket, iso=ISO))
            self.closed.pop(ticket.id, None)

    def remake(self, n: int, m: int) -> None:
        kitchen = self.at(n)
        lines = [tally for tally in backing_of(kitchen.order).tallies if tally.ordered]
        if lines:
            line_id = lines[m % len(lines)].line_id
            kitchen.take(remake(kitchen.order, line_id, 1_000, "", at=NOON, iso=ISO, ids=self.ids))

    def clear(self, n: int, m: int) -> None:
        kitchen = self.at(n)
        for ticket in kitchen.opened if m == 0 else ():
            kitchen.take(clear(kitchen.order, ticket, iso=ISO))

    def split(self, n: int, m: int) -> None:
        kitchen = self.at(n)
        order = kitchen.order
        if not order.line_items or (len(order.line_items) == 1 and order.line_items[0].quantity.value == 1):
            return
        line = order.line_items[m % len(order.line_items)]
        whole = int(line.quantity.value)
        taken = whole if len(order.line_items) > 1 and n % 2 else max(1, min(whole - 1, 1 + n % 3))
        if taken == whole and len(order.line_items) == 1:
            return
        new_id = line.id if taken == whole else self.name(line.id[0], self.root[line.id])
        stay = [
            replace(each, quantity=replace(each.quantity, value=whole - taken)) if each is line else each
            for each in order.line_items
            if each is not line or taken < whole
        ]
        order_id = f"o{self.count}-{len(self.kitchens)}"
        new = Kitchen(replace(order, id=order_id), self.stations, self.ids)
        go = replace(line, id=new_id, order_id=order_id, quantity=replace(line.quantity, value=taken))
        new.order = with_lines(new.order, go)
        new.order = replace(new.order, backing=replace(backing_of(new.order), tallies=()))
        kept, gone = split(
            order, with_lines(order, *stay), new.order, {line.id: (new_id, taken * 1000)}, kitchen.all,
            self.stations, at=NOON, iso=ISO, ids=self.ids,
        )  # fmt: skip
        before = sorted((self.root[t.line_id], t.station_id) for t in backing_of(order).tallies)
        kitchen.take(kept)
        new.take(gone)
        for ticket_id in new.tickets.keys() & kitchen.tickets.keys():
            del kitchen.tickets[ticket_id]
        self.kitchens.append(new)
        after = {
            (self.root[t.line_id], t.station_id) for k in (kitchen, new) for t in backing_of(k.order).tallies
        }
        assert after == set(before)

    def merge(self, n: int, m: int) -> None:
        source, target = self.at(n), self.at(m)
        if source is target:
            return
        self.kitchens.remove(source)
        target_id = target.order.id
        lines = target.order.line_items + tuple(
            replace(each, order_id=target_id) for each in source.order.line_items
        )
        target.take(
            merge(
                source.order, with_lines(target.order, *lines), source.all, self.stations,
                at=NOON, iso=ISO, ids=self.ids,
            )
        )  # fmt: skip

    def act(self, what: str, n: int, m: int) -> None:
        getattr(self, what.replace(" ", "_"))(n, m)
        self.check()

    def check(self) -> None:
        asked: dict[str, int] = {}
        ordered: dict[str, int] = {}
        known = {station.id for station in standing(self.stations)}
        for kitchen in self.kitchens:
            for line_id, quantity in asked_for(kitchen.all).items():
                asked[self.root[line_id]] = asked.get(self.root[line_id], 0) + quantity
            of_line: dict[str, int] = {}
            for tally in backing_of(kitchen.order).tallies:
                assert min(tally.ordered, tally.fulfilled, tally.remade) >= 0
                assert of_line.setdefault(tally.line_id, tally.ordered) == tally.ordered
            for line_id, quantity in of_line.items():
                ordered[self.root[line_id]] = ordered.get(self.root[line_id], 0) + quantity
            assert of_line == of_line | {
                line.id: line.quantity.value * 1000 for line in kitchen.order.line_items
            }, "the ledger says what is ordered"
            left: dict[str, int] = {}
            for tally in backing_of(kitchen.order).tallies:
                left[tally.line_id] = max(left.get(tally.line_id, 0), tally.remaining)
            assert sum(dish.quantity for dish in all_day([kitchen.order], None)) * 1000 == sum(left.values())
            for ticket in kitchen.all:
                assert ticket.lines
                for line in ticket.lines:
                    assert line.stations
                    assert {served_at(routed, self.stations) for routed in line.stations} <= known
                if ticket.state != "OPENED":
                    assert self.closed.setdefault(ticket.id, ticket.lines) == ticket.lines
        assert {root: sum_ for root, sum_ in asked.items() if sum_} == {
            root: sum_ for root, sum_ in ordered.items() if sum_
        }


@given(st.sampled_from(SHOPS), acts)
@settings(max_examples=100, deadline=None)
def test_the_ledger_over_an_evening(stations, evening_acts):
    """KDS-a, KDS-2, KDS-8: Σ (current − previous) = ordered; All-day = Σ remaining; closed tickets keep their
    lines; no line is nowhere; recall undoes bump; moves and splits lose nothing (KDS-10, SPL-5)."""
    evening = Evening(stations)
    for what, n, m in evening_acts:
        evening.act(what, n, m)
    for kitchen in evening.kitchens:
        if backing_of(kitchen.order).sent:
            kitchen.take(
                cancel_order(
                    kitchen.order, kitchen.all, stations, at=NOON, iso=ISO, ids=evening.ids, reason="끝"
                )
            )
            assert not any(tally.remaining for tally in backing_of(kitchen.order).tallies)
            assert all(ticket.request_type == "CANCELLED" for ticket in kitchen.opened)
