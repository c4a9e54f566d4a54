"""Tickets and ledger when orders join or part (rulebook KDS-10, TBL-2, SPL-5).

A line's tally moves with the line; open tickets follow it and keep their age. What is COMPLETED or
CANCELLED never changes its lines: it goes along whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from jumak.domain.fact import Fact
from jumak.domain.kitchen.life import A, next_state
from jumak.domain.kitchen.revise import catch_up
from jumak.domain.kitchen.ticket import Delta, line_of, make_ticket, opened, ticket_fact, with_ledger
from jumak.domain.kitchen.types import KitchenChange, Station, Ticket, TicketIds, TicketLine
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import DiningOption, Order, Tally


def merge(
    source: Order,
    target_after: Order,
    source_tickets: Sequence[Ticket],
    stations: Sequence[Station],
    *,
    at: datetime,
    iso: str,
    ids: TicketIds,
) -> KitchenChange:
    """The source's tickets and tallies move to the target; a MERGED ticket tells the cooks (KDS-10).

    source: as it was.  target_after: with the lines of both, its ledger still its own.  Lines the
    kitchen did not have yet, while it has begun with the other order, come as ADDED.
    """
    from_, to = backing_of(source), backing_of(target_after)
    if not from_.sent and not to.sent:
        times = [ms for ms in (from_.fire_at_ms, to.fire_at_ms) if ms is not None]
        return KitchenChange(
            order=replace(target_after, backing=replace(to, fire_at_ms=min(times, default=None)))
        )
    joined = with_ledger(target_after, to.tallies + from_.tallies, sent=True)
    moved = tuple(replace(ticket, order_id=joined.id, updated_at=iso) for ticket in source_tickets)
    told: dict[DiningOption, list[TicketLine]] = {}
    for line in source.line_items:
        mine = [tally for tally in from_.tallies if tally.line_id == line.id and tally.ordered]
        if mine:
            quantity, routed = mine[0].ordered, tuple(tally.station_id for tally in mine)
            unchanged = Delta(line, from_.lines[line.id], quantity, quantity, routed)
            told.setdefault(line.dining_option, []).append(line_of(unchanged, iso))
    made = tuple(
        make_ticket(joined.id, "MERGED", lines, at=at, iso=iso, id_=ids.new()) for lines in told.values()
    )
    more = catch_up(joined, joined, stations, (), at=at, iso=iso, ids=ids)
    return KitchenChange(
        order=more.order,
        tickets=moved + made + more.tickets,
        facts=(
            *(_relabelled(ticket, source.id) for ticket in moved),
            *(opened(ticket) for ticket in made),
            *more.facts,
        ),
    )


def split(
    source_before: Order,
    source_after: Order,
    new_order: Order,
    moved: Mapping[str, tuple[str, int]],
    source_tickets: Sequence[Ticket],
    stations: Sequence[Station],  # noqa: ARG001  # one signature for every change of the kitchen
    *,
    at: datetime,  # noqa: ARG001  # as above
    iso: str,
    ids: TicketIds,
) -> tuple[KitchenChange, KitchenChange]:
    """The ledger goes with the lines, open tickets are relabelled or parted; nothing is cooked anew (SPL-5).

    moved: line id before → its id in the new order and thousandths moved.  Σ of both orders' tallies is
    that of the order before.  Of a divided line the units cooked first stay, the latest open ones move.
    Returns the changes of the old and of the new order.
    """
    backing = backing_of(source_before)
    if not backing.sent:
        return KitchenChange(order=source_after), KitchenChange(order=new_order)
    stay, go = _divide_tallies(backing.tallies, moved)
    parting = _Parting(new_order.id, moved, backing.tallies, iso, ids)
    kept, taken = parting.part(source_tickets)
    facts = tuple(_relabelled(ticket, source_before.id) for ticket in taken)
    return (
        KitchenChange(
            order=replace(source_after, backing=replace(backing_of(source_after), tallies=stay, sent=True)),
            tickets=kept,
            facts=tuple(_kept_fact(ticket) for ticket in kept),
        ),
        KitchenChange(
            order=replace(
                new_order,
                backing=replace(backing_of(new_order), tallies=go, sent=True, fire_at_ms=None),
            ),
            tickets=taken,
            facts=facts,
        ),
    )


def _relabelled(ticket: Ticket, old_order_id: str) -> Fact:
    return ticket_fact("kds.relabel", ticket, was=old_order_id)


def _kept_fact(ticket: Ticket) -> Fact:
    return ticket_fact("kds.cancel" if ticket.state == "CANCELLED" else "kds.relabel", ticket)


def _divide_tallies(
    tallies: Sequence[Tally], moved: Mapping[str, tuple[str, int]]
) -> tuple[tuple[Tally, ...], tuple[Tally, ...]]:
    stay: list[Tally] = []
    go: list[Tally] = []
    for tally in tallies:
        if tally.line_id not in moved:
            stay.append(tally)
            continue
        new_id, taken = moved[tally.line_id]
        left = tally.ordered - taken
        if left <= 0:
            go.append(replace(tally, line_id=new_id))
            continue
        cooked = min(tally.fulfilled, left + tally.remade)
        stay.append(replace(tally, ordered=left, fulfilled=cooked))
        go.append(Tally(new_id, tally.station_id, taken, tally.fulfilled - cooked))
    return tuple(stay), tuple(go)


class _Parting:
    """Which lines of which tickets go along. Whole lines go with all their open lines; of a divided line
    the newest units nobody has bumped go."""

    def __init__(
        self,
        new_order_id: str,
        moved: Mapping[str, tuple[str, int]],
        tallies: Sequence[Tally],
        iso: str,
        ids: TicketIds,
    ) -> None:
        self._new_order_id, self._moved, self._iso, self._ids = new_order_id, moved, iso, ids
        ordered = {tally.line_id: tally.ordered for tally in tallies}
        self._whole = {line_id for line_id, (_, taken) in moved.items() if taken >= ordered.get(line_id, 0)}
        self._left = {line_id: taken for line_id, (_, taken) in moved.items() if line_id not in self._whole}
        self._numbered: dict[str, int] = {}

    def part(self, tickets: Sequence[Ticket]) -> tuple[tuple[Ticket, ...], tuple[Ticket, ...]]:
        """Tickets that changed and stay, and those of the new order."""
        taken = {ticket.id: self._units(ticket) for ticket in reversed(tickets) if ticket.state == "OPENED"}
        # What moves and is on no open ticket was cooked before: later units count on from there.
        self._numbered = dict(self._left)
        kept: list[Ticket] = []
        gone: list[Ticket] = []
        for ticket in tickets:
            if ticket.state != "OPENED":
                if all(
                    self._moved.get(line.line_id, ("",))[0] == line.line_id and line.line_id in self._whole
                    for line in ticket.lines
                ):
                    gone.append(replace(ticket, order_id=self._new_order_id, updated_at=self._iso))
            elif any(units is not None for units in taken[ticket.id]):
                stays, goes = self._parted(ticket, taken[ticket.id])
                kept += stays
                gone += goes
        return tuple(kept), tuple(gone)

    def _units(self, ticket: Ticket) -> list[int | None]:
        """Per line: thousandths of it that go, None = it stays as it is."""
        units: list[int | None] = []
        for line in ticket.lines:
            going = None
            if line.line_id in self._whole:
                going = line.to_cook
            elif not line.done and not ticket.remake:
                going = min(line.to_cook, self._left.get(line.line_id, 0)) or None
                if going:
                    self._left[line.line_id] -= going
            units.append(going)
        return units

    def _parted(self, ticket: Ticket, units: Sequence[int | None]) -> tuple[list[Ticket], list[Ticket]]:
        stay: list[TicketLine] = []
        go: list[TicketLine] = []
        for line, going in zip(ticket.lines, units, strict=True):
            if going is None:
                stay.append(line)
            elif line.line_id in self._whole:
                go.append(replace(line, line_id=self._moved[line.line_id][0]))
            else:
                if going < line.to_cook:
                    stay.append(replace(line, current=line.current - going, updated_at=self._iso))
                first = self._numbered[line.line_id]
                self._numbered[line.line_id] = first + going
                new_id = self._moved[line.line_id][0]
                go.append(
                    replace(line, line_id=new_id, previous=first, current=first + going, updated_at=self._iso)
                )
        if ticket.request_type == "MERGED":
            # Nothing to cook: what the cooks were told no longer holds for these lines.
            if stay:
                return [replace(ticket, lines=tuple(stay), updated_at=self._iso)], []
            return [
                replace(
                    ticket, state=next_state(ticket, A.CANCEL), cancelled_at=self._iso, updated_at=self._iso
                )
            ], []
        moved = replace(ticket, order_id=self._new_order_id, lines=tuple(go), updated_at=self._iso)
        if not stay:
            return [], [moved]
        return (
            [replace(ticket, lines=tuple(stay), updated_at=self._iso)],
            [replace(moved, id=self._ids.new())],
        )
