"""What a revision of an order means for the kitchen (rulebook §5.2, KDS-1, KDS-7).

The ledger of the order (`backing.tallies`) is what the kitchen was told; a revision is the difference
between it and the lines as they are now. Content without a quantity, options and memo, is compared
with the lines as they were. A line whose options or memo change keeps its id and says previous =
current: nothing is counted twice, the cook reads the new content.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.kitchen.life import A, next_state
from jumak.domain.kitchen.station import MAIN_ONLY, route
from jumak.domain.kitchen.ticket import (
    Delta,
    line_of,
    make_ticket,
    opened,
    ticket_fact,
    ticket_line,
    with_ledger,
)
from jumak.domain.kitchen.types import (
    KitchenChange,
    RequestType,
    Station,
    Ticket,
    TicketIds,
    TicketLine,
)
from jumak.domain.money import milli
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import DiningOption, Order, OrderItem, Tally


def is_cooked(line: OrderItem) -> bool:
    """Only items and combos reach the kitchen (KDS-3)."""
    return line.item.type in ("ITEM", "COMBO")


def revise(
    before: Order | None,
    after: Order,
    stations: Sequence[Station],
    tickets: Sequence[Ticket],
    *,
    at: datetime,
    iso: str,
    ids: TicketIds,
) -> KitchenChange:
    """Tickets for what changed between two versions of an order; none when only money did.

    before: as the kitchen knows it, None on the first send.  tickets: those of the order.  iso: `at`
    as shop-local text.  One ticket per dining option (KDS-1).
    """
    if before is None or not backing_of(after).sent:
        return first_send(after, stations, at=at, iso=iso, ids=ids)
    if before.line_items is after.line_items or _same_food(before.line_items, after.line_items):
        return KitchenChange(order=after)
    return catch_up(before, after, stations, tickets, at=at, iso=iso, ids=ids)


def first_send(
    order: Order, stations: Sequence[Station], *, at: datetime, iso: str, ids: TicketIds
) -> KitchenChange:
    """NEW tickets for everything that is cooked; nothing when nothing is."""
    records = backing_of(order).lines
    routes: dict[int, tuple[str, ...]] = {}
    by_dining: dict[DiningOption, list[TicketLine]] = {}
    tallies: list[Tally] = []
    for line in order.line_items:
        item = line.item
        if item.type != "ITEM" and item.type != "COMBO":
            continue
        category_id = item.category.id
        at_stations = routes.get(category_id)
        if at_stations is None:
            at_stations = routes[category_id] = route(category_id, stations) if stations else MAIN_ONLY
        quantity = milli(line.quantity.value)
        told = ticket_line(line, records[line.id], 0, quantity, at_stations, iso)
        if line.dining_option in by_dining:
            by_dining[line.dining_option].append(told)
        else:
            by_dining[line.dining_option] = [told]
        for station_id in at_stations:
            tallies.append(Tally(line.id, station_id, quantity, 0))
    if not tallies:
        return KitchenChange(order=order)
    created_ms = to_ms(at)
    made = tuple(
        [
            Ticket(
                id=ids.new(),
                order_id=order.id,
                state="OPENED",
                request_type="NEW",
                dining_option=dining_option,
                lines=tuple(lines),
                created_ms=created_ms,
                created_at=iso,
                updated_at=iso,
            )
            for dining_option, lines in by_dining.items()
        ]
    )
    return KitchenChange(
        order=with_ledger(order, tuple(tallies), sent=True),
        tickets=made,
        facts=tuple([opened(ticket) for ticket in made]),
    )


def catch_up(
    before: Order,
    after: Order,
    stations: Sequence[Station],
    tickets: Sequence[Ticket],
    *,
    at: datetime,
    iso: str,
    ids: TicketIds,
) -> KitchenChange:
    """Tickets that bring the kitchen from what its ledger says to the lines of `after`."""
    if not any(is_cooked(line) for line in after.line_items):
        return stop(before, after, tickets, at=at, iso=iso, ids=ids, reason=None)
    deltas = _deltas(before, after, stations)
    if not deltas:
        return KitchenChange(order=after)
    groups: dict[DiningOption, list[Delta]] = {}
    for delta in deltas:
        groups.setdefault(delta.line.dining_option, []).append(delta)
    made = tuple(
        make_ticket(
            after.id,
            _request_type(group),
            [line_of(each, iso) for each in group],
            at=at,
            iso=iso,
            id_=ids.new(),
        )
        for group in groups.values()
    )
    return KitchenChange(
        order=with_ledger(after, _ledger(after, deltas), sent=True),
        tickets=made,
        facts=tuple(opened(ticket) for ticket in made),
    )


def cancel_order(
    order: Order,
    tickets: Sequence[Ticket],
    stations: Sequence[Station],  # noqa: ARG001  # one signature for every change of the kitchen
    *,
    at: datetime,
    iso: str,
    ids: TicketIds,
    reason: str,
) -> KitchenChange:
    """A sent order is cancelled: what is not cooked stops, what is becomes waste (KDS-7).

    OPENED tickets turn CANCELLED; a CANCELLED-type ticket goes, OPENED, to every station that saw the
    order and has to be acknowledged.  reason: why cooked food is thrown away.
    """
    return stop(order, order, tickets, at=at, iso=iso, ids=ids, reason=reason or None)


def stop(
    before: Order,
    after: Order,
    tickets: Sequence[Ticket],
    *,
    at: datetime,
    iso: str,
    ids: TicketIds,
    reason: str | None,
) -> KitchenChange:
    """Nothing of the order is to be cooked any more. before: holds the lines the ledger speaks of."""
    backing, records = backing_of(after), backing_of(before).lines
    ordered = _ordered(backing.tallies)
    ended = tuple(
        replace(ticket, state=next_state(ticket, A.CANCEL), cancelled_at=iso, updated_at=iso)
        for ticket in tickets
        if ticket.state == "OPENED" and ticket.request_type != "CANCELLED"
    )
    deltas = [
        Delta(line, records[line.id], ordered[line.id][0], 0, ordered[line.id][1])
        for line in before.line_items
        if line.id in ordered and ordered[line.id][0]
    ]
    groups: dict[DiningOption, list[TicketLine]] = {}
    for delta in deltas:
        groups.setdefault(delta.line.dining_option, []).append(line_of(delta, iso))
    tallies = tuple(replace(tally, ordered=0) if tally.ordered else tally for tally in backing.tallies)
    wasted = any(tally.waste for tally in tallies)
    made = tuple(
        replace(
            make_ticket(after.id, "CANCELLED", lines, at=at, iso=iso, id_=ids.new()),
            waste_reason=reason if wasted else None,
        )
        for lines in groups.values()
    )
    waste = [[tally.line_id, tally.station_id, tally.waste] for tally in tallies if tally.waste]
    more: dict[str, Any] = {"waste": waste, "reason": reason or ""} if waste else {}
    return KitchenChange(
        order=with_ledger(after, tallies, sent=backing.sent),
        tickets=ended + made,
        facts=(
            *(ticket_fact("kds.cancel", ticket) for ticket in ended),
            *(opened(ticket, **more) for ticket in made),
        ),
    )


def _same_food(before: tuple[OrderItem, ...], after: tuple[OrderItem, ...]) -> bool:
    return len(before) == len(after) and all(
        old is new
        or (old.id == new.id and old.quantity.value == new.quantity.value and _same_content(old, new))
        for old, new in zip(before, after, strict=True)
    )


def _same_content(old: OrderItem, new: OrderItem) -> bool:
    return (
        old.dining_option == new.dining_option
        and (old.memo or "") == (new.memo or "")
        and (old.option_choices == new.option_choices or _choices(old) == _choices(new))
    )


def _choices(line: OrderItem) -> list[tuple[int, int]]:
    return sorted((choice.id, choice.quantity) for choice in line.option_choices)


def _ordered(tallies: Iterable[Tally]) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Line id → what the kitchen was told, and the stations that were."""
    ordered: dict[str, tuple[int, tuple[str, ...]]] = {}
    for tally in tallies:
        known = ordered.get(tally.line_id)
        ordered[tally.line_id] = (tally.ordered, (*(known[1] if known else ()), tally.station_id))
    return ordered


def _deltas(before: Order, after: Order, stations: Sequence[Station]) -> list[Delta]:
    ordered = _ordered(backing_of(after).tallies)
    old_records, records = backing_of(before).lines, backing_of(after).lines
    old_lines = {line.id: line for line in before.line_items}
    deltas: list[Delta] = []
    for line in after.line_items:
        if not is_cooked(line):
            continue
        old, record = old_lines.pop(line.id, None), records[line.id]
        previous, routed = ordered.get(line.id, (0, ()))
        routed = routed or route(line.item.category.id, stations)
        current = milli(line.quantity.value)
        if old is None or not previous:
            deltas.append(Delta(line, record, previous, current, routed))
        elif old.dining_option != line.dining_option:
            deltas.append(Delta(old, old_records[old.id], previous, 0, routed))
            deltas.append(Delta(line, record, 0, current, routed))
        elif previous != current or not _same_content(old, line):
            deltas.append(Delta(line, record, previous, current, routed))
    for line in old_lines.values():
        previous, routed = ordered.get(line.id, (0, ()))
        if previous:
            deltas.append(Delta(line, old_records[line.id], previous, 0, routed))
    return deltas


def _request_type(group: Sequence[Delta]) -> RequestType:
    return "ADDED" if all(delta.current > delta.previous for delta in group) else "CHANGED"


def _ledger(order: Order, deltas: Sequence[Delta]) -> tuple[Tally, ...]:
    tallies = {(tally.line_id, tally.station_id): tally for tally in backing_of(order).tallies}
    for delta in deltas:
        for station_id in delta.stations:
            key = delta.line.id, station_id
            known = tallies.get(key)
            tallies[key] = (
                Tally(*key, delta.current, 0) if known is None else replace(known, ordered=delta.current)
            )
    return tuple(tallies.values())
