"""Working on tickets: bump, recall, priority, and what a screen has shown (rulebook §5.3, §5.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec.structs import replace

from jumak.domain.errors import InvalidState, NotFound
from jumak.domain.kitchen.life import A, next_state, ticket_refusal
from jumak.domain.kitchen.ticket import ticket_fact
from jumak.domain.kitchen.types import Done, KitchenChange, Ticket, TicketLine
from jumak.domain.order.life import cancelled_refusal
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order, Tally

Serves = Callable[[str], bool]
"""Which routes of a ticket the acting station serves; None = all of them."""


def bump(
    order: Order,
    ticket: Ticket,
    *,
    iso: str,
    line_ids: Collection[str] | None = None,
    serves: Serves | None = None,
) -> KitchenChange:
    """Lines, or the whole ticket, are done at one station or everywhere (KDS-6).

    Each line fulfils min(max(0, current - previous), remaining) and remembers it. The ticket is
    COMPLETED when all is done everywhere; a CANCELLED-type ticket is acknowledged this way (KDS-7).
    What is done stays done: a second bump changes nothing and has no fact.
    Raises InvalidState TICKET_STATE, NotFound for lines not on the ticket.
    """
    next_state(ticket, A.BUMP)
    unknown = set(line_ids or ()) - {line.line_id for line in ticket.lines}
    if unknown:
        raise NotFound(
            "주문서에 없는 상품입니다",
            f"the ticket has no line {min(unknown)[:64]}",
            reason="LINE",
            path="$.lineIds",
        )
    ledger, lines = _fulfilled(order, ticket, line_ids, serves)
    if lines == ticket.lines:
        return KitchenChange(order=order)
    finished = all(line.is_done for line in lines)
    after = replace(
        ticket,
        lines=lines,
        state=next_state(ticket, A.BUMP) if finished else ticket.state,
        completed_at=iso if finished else None,
        updated_at=iso,
    )
    return KitchenChange(
        order=_with_tallies(order, ledger),
        tickets=(after,),
        facts=(ticket_fact("kds.complete" if finished else "kds.bump", after, done=_done(ticket, after)),),
    )


def recall(order: Order, ticket: Ticket, *, iso: str) -> KitchenChange:
    """A bumped ticket comes back at its old place and age; its bumps are reversed exactly (KDS-5, KDS-6).

    Lines bumped on a ticket that is still OPENED come back too, without another `open`.
    Raises InvalidState TICKET_STATE, or ORDER_CANCELLED: cancelled food is not cooked again.
    """
    if order.order_state == "CANCELLED" and ticket.request_type != "CANCELLED":
        raise cancelled_refusal(order)
    state = next_state(ticket, A.RECALL)
    if not any(line.done for line in ticket.lines):
        raise ticket_refusal(ticket, A.RECALL)
    ledger = {(tally.line_id, tally.station_id): tally for tally in backing_of(order).tallies}
    for line in ticket.lines:
        for done in line.done:
            key = line.line_id, done.station_id
            if key in ledger:
                # A split may have taken cooked units along.
                fulfilled = max(0, ledger[key].fulfilled - done.fulfilled)
                ledger[key] = replace(ledger[key], fulfilled=fulfilled)
    after = replace(
        ticket,
        lines=tuple(replace(line, done=()) for line in ticket.lines),
        state=state,
        completed_at=None,
        updated_at=iso,
        auto=False,
    )
    name = "kds.open" if ticket.state == "COMPLETED" else "kds.recall"
    return KitchenChange(
        order=_with_tallies(order, ledger),
        tickets=(after,),
        facts=(ticket_fact(name, after, recalled=_done(after, ticket)),),
    )


def clear(order: Order, ticket: Ticket, *, iso: str) -> KitchenChange:
    """An OPENED ticket of an earlier business day goes at the cut-off, marked, without an event (§5.4)."""
    ledger, lines = _fulfilled(order, ticket, None, None)
    after = replace(
        ticket,
        lines=lines,
        state=next_state(ticket, A.CLEAR),
        completed_at=iso,
        updated_at=iso,
        auto=True,
    )
    return KitchenChange(
        order=_with_tallies(order, ledger),
        tickets=(after,),
        facts=(ticket_fact("kds.auto-clear", after, done=_done(ticket, after)),),
    )


def prioritize(order: Order, ticket: Ticket, pinned: bool, *, iso: str) -> KitchenChange:
    """Move an OPENED ticket to the front, or back to its place; raises InvalidState TICKET_STATE."""
    if ticket.pinned == pinned:
        return KitchenChange(order=order)
    if ticket.state != "OPENED":
        raise InvalidState(
            "이미 끝난 주문서입니다",
            f"only an open ticket is moved; it is {ticket.state}",
            reason="TICKET_STATE",
            state=ticket.state,
        )
    after = replace(ticket, pinned=pinned, updated_at=iso)
    return KitchenChange(
        order=order, tickets=(after,), facts=(ticket_fact("kds.prioritize", after, pinned=pinned),)
    )


def acknowledge(order: Order, ticket: Ticket, station_id: str) -> KitchenChange:
    """A station's screen has shown the ticket; saying so again changes nothing."""
    if station_id in ticket.acknowledged:
        return KitchenChange(order=order)
    after = replace(ticket, acknowledged=(*ticket.acknowledged, station_id))
    return KitchenChange(
        order=order, tickets=(after,), facts=(ticket_fact("kds.acknowledge", after, station=station_id),)
    )


Ledger = dict[tuple[str, str], Tally]


def _fulfilled(
    order: Order, ticket: Ticket, line_ids: Collection[str] | None, serves: Serves | None
) -> tuple[Ledger, tuple[TicketLine, ...]]:
    ledger = {(tally.line_id, tally.station_id): tally for tally in backing_of(order).tallies}
    lines: list[TicketLine] = []
    for line in ticket.lines:
        if line_ids is None or line.line_id in line_ids:
            finished = {done.station_id for done in line.done}
            for station_id in line.stations:
                if station_id in finished or not (serves is None or serves(station_id)):
                    continue
                tally = ledger.get((line.line_id, station_id))
                fulfilled = 0 if tally is None else min(line.to_cook, tally.remaining)
                if tally is not None and fulfilled:
                    ledger[line.line_id, station_id] = replace(tally, fulfilled=tally.fulfilled + fulfilled)
                line = replace(line, done=(*line.done, Done(station_id, fulfilled)))
        lines.append(line)
    return ledger, tuple(lines)


def _done(less: Ticket, more: Ticket) -> list[list[str | int]]:
    """What is done on one version of a ticket and not on the other: [line id, station id, thousandths]."""
    return [
        [after.line_id, done.station_id, done.fulfilled]
        for before, after in zip(less.lines, more.lines, strict=True)
        for done in after.done
        if done not in before.done
    ]


def _with_tallies(order: Order, ledger: Ledger) -> Order:
    tallies = tuple(ledger.values())
    backing = backing_of(order)
    return order if tallies == backing.tallies else replace(order, backing=replace(backing, tallies=tallies))
