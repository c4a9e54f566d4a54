"""Kitchen tickets, the ledger, stations, bump and recall (rulebook §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.base import CatalogId, Doc, PublicId
from jumak.domain.calendar import to_ms
from jumak.domain.catalog import ItemOptionChoice
from jumak.domain.discount import Discount
from jumak.domain.fact import Fact
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import DiningOption, Order, OrderItem, Tally

TicketState = Literal["OPENED", "COMPLETED", "CANCELLED"]
RequestType = Literal["NEW", "ADDED", "CHANGED", "CANCELLED", "MERGED"]


class Station(Doc, frozen=True, kw_only=True):
    """The place that cooks some categories; no categories = all (KDS-3). Minutes of §5.4."""

    id: str
    name: str
    category_ids: tuple[int, ...]
    is_default: bool
    caution_min: int
    late_min: int


class Done(Struct, frozen=True, array_like=True):
    """What a bump fulfilled at one station, thousandths; a recall reverses exactly it (KDS-6)."""

    station_id: str
    fulfilled: int


class TicketLine(Struct, frozen=True, kw_only=True, omit_defaults=True, array_like=True):
    """A line of a ticket, never changed but for `done` and its price label (KDS-1).

    previous, current: absolute line quantity before and after the revision, thousandths.
    stations: where it is routed.  done: stations that are finished with it.
    """

    line_id: str
    item_id: int
    title: str
    dining_option: DiningOption
    category_id: int
    category_order: int
    previous: int
    current: int
    list_value: int
    discount_value: int
    stations: tuple[str, ...]
    created_at: str
    memo: str = ""
    option_choices: tuple[ItemOptionChoice, ...] = ()
    discounts: tuple[Discount, ...] = ()
    done: tuple[Done, ...] = ()
    updated_at: str | None = None
    seat: int | None = None


class Ticket(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kitchen-relevant revision of an order for one dining option (KDS-1).

    created_ms: its age counts from here.  remake: made again without charge (KDS-9).
    pinned: moved to the front (§5.4).  acknowledged: stations whose screen has shown it.
    """

    id: PublicId
    order_id: PublicId
    state: TicketState
    request_type: RequestType
    dining_option: DiningOption
    lines: tuple[TicketLine, ...]
    created_ms: int
    created_at: str
    updated_at: str
    completed_at: str | None = None
    cancelled_at: str | None = None
    pinned: bool = False
    remake: bool = False
    acknowledged: tuple[str, ...] = ()
    waste_reason: str | None = None


class KdsOrderPrice(Doc, frozen=True, kw_only=True):
    """Amounts of a ticket line (contract, kds §1.4)."""

    order_discount_value: int
    order_list_price_value: int
    order_price_value: int


class KdsQuantity(Doc, frozen=True, kw_only=True):
    """Absolute quantity before and now."""

    previous: int | float
    current: int | float


class KdsCategory(Doc, frozen=True, kw_only=True):
    """Category of a ticket line: id and sort position."""

    id: CatalogId
    order: int


class KdsItem(Doc, frozen=True, kw_only=True):
    """Product of a ticket line."""

    id: CatalogId
    category: KdsCategory


class KdsLineItem(Doc, frozen=True, kw_only=True):
    """A ticket line as plugins see it (contract, kds §1.4)."""

    id: str
    item_id: str
    title: str
    dining_option: DiningOption
    memo: str
    option_choices: tuple[ItemOptionChoice, ...]
    order_price: KdsOrderPrice
    quantity: KdsQuantity
    applied_discounts: tuple[Discount, ...]
    item: KdsItem
    created_at: str
    updated_at: str


class KdsOrderItem(Doc, frozen=True, kw_only=True):
    """A ticket as plugins see it (contract, kds §1.1)."""

    id: PublicId
    state: TicketState
    order: Order
    line_items: tuple[KdsLineItem, ...]
    dining_option: DiningOption
    total_quantity: int | float
    order_request_type: RequestType
    cancelled_at: str | None = None
    completed_at: str | None = None
    created_at: str
    updated_at: str


class KitchenTicket(KdsOrderItem, frozen=True, kw_only=True):
    """A ticket as kitchen screens see it (contract, extensions §2)."""

    stations: tuple[str, ...]
    pinned: bool
    remaining: int | float
    waste: int | float
    scheduled_for: str | None = None


class NewIds(Protocol):
    """Where new ids come from."""

    def new(self) -> str:
        """A fresh id."""


class KitchenChange(Struct, frozen=True):
    """What a revision means for the kitchen: the order with its ledger, tickets new or changed, facts."""

    order: Order
    tickets: tuple[Ticket, ...] = ()
    facts: tuple[Fact, ...] = ()


MAIN = Station(id="main", name="주방", category_ids=(), is_default=True, caution_min=5, late_min=10)
"""The station of a shop that has set up none."""


def route(category_id: int, stations: Sequence[Station]) -> tuple[str, ...]:
    """Every station that cooks this category; the default one when none does, so that no line is dropped (KDS-3)."""
    if not stations:
        return (MAIN.id,)
    found = tuple(
        station.id for station in stations if not station.category_ids or category_id in station.category_ids
    )
    return found or (next((each.id for each in stations if each.is_default), stations[0].id),)


def _cooked(order: Order) -> list[OrderItem]:
    return [line for line in order.line_items if line.item.type in ("ITEM", "COMBO")]


def _milli(line: OrderItem) -> int:
    return round(line.quantity.value * 1000)


def _ticket_line(
    line: OrderItem, order: Order, previous: int, current: int, stations: Sequence[Station], iso: str
) -> TicketLine:
    list_value = (
        order.backing.lines[line.id].line_list if order.backing and line.id in order.backing.lines else 0
    )
    return TicketLine(
        line_id=line.id,
        item_id=line.item.id,
        title=line.item.title,
        dining_option=line.dining_option,
        category_id=line.item.category.id,
        category_order=line.item.category.order or 0,
        previous=previous,
        current=current,
        list_value=list_value,
        discount_value=list_value - line.charge_price.value,
        stations=route(line.item.category.id, stations),
        created_at=iso,
        memo=line.memo or "",
        option_choices=line.option_choices,
        discounts=line.discounts,
    )


def _same_dish(old: OrderItem, new: OrderItem) -> bool:
    return old.option_choices == new.option_choices and old.memo == new.memo


def revise(
    before: Order | None,
    after: Order,
    stations: Sequence[Station],
    tickets: Sequence[Ticket],
    *,
    at: datetime,
    iso: str,
    ids: NewIds,
) -> KitchenChange:
    """The tickets of a revision, one per dining option, and the ledger after it (§5.2).

    before: the order as the kitchen last saw it, None when it has not.  tickets: of this order.
    Price, discounts, guests and table make no ticket.
    """
    old_lines = {} if before is None else {line.id: line for line in _cooked(before)}
    new_lines = _cooked(after)
    groups: dict[str, list[TicketLine]] = {}
    rises_only = True
    for line in new_lines:
        old = old_lines.pop(line.id, None)
        previous = 0 if old is None else _milli(old)
        current = _milli(line)
        if old is not None:
            same = _same_dish(old, line)
            if previous == current and same:
                continue
            if current < previous or not same:
                rises_only = False
        ticket_line = _ticket_line(line, after, previous, current, stations, iso)
        groups.setdefault(line.dining_option, []).append(ticket_line)
    if old_lines and before is not None:
        rises_only = False
        for line in old_lines.values():
            ticket_line = _ticket_line(line, before, _milli(line), 0, stations, iso)
            groups.setdefault(line.dining_option, []).append(ticket_line)
    if not groups:
        return KitchenChange(after)
    if before is not None and not new_lines:
        return _nothing_left(before, after, tickets, stations, at=at, iso=iso, ids=ids)
    kind: RequestType = "NEW" if before is None else "ADDED" if rises_only else "CHANGED"
    made = tuple(
        _new_ticket(after.id, kind, dining, tuple(lines), at, iso, ids) for dining, lines in groups.items()
    )
    return KitchenChange(_with_tallies(after, made), made, tuple(_opened(ticket) for ticket in made))


def _new_ticket(
    order_id: str,
    kind: RequestType,
    dining: str,
    lines: tuple[TicketLine, ...],
    at: datetime,
    iso: str,
    ids: NewIds,
) -> Ticket:
    return Ticket(
        id=ids.new(),
        order_id=order_id,
        state="OPENED",
        request_type=kind,
        dining_option=dining,  # type: ignore[arg-type]  # taken from a line
        lines=lines,
        created_ms=to_ms(at),
        created_at=iso,
        updated_at=iso,
    )


def _with_tallies(order: Order, tickets: Sequence[Ticket]) -> Order:
    """The order with its ledger brought to the quantities on these new tickets."""
    backing = backing_of(order)
    tallies = {(tally.line_id, tally.station_id): tally for tally in backing.tallies}
    for ticket in tickets:
        for line in ticket.lines:
            for station_id in line.stations:
                key = line.line_id, station_id
                fulfilled = tallies[key].fulfilled if key in tallies else 0
                tallies[key] = Tally(line.line_id, station_id, line.current, fulfilled)
    return replace(order, backing=replace(backing, tallies=tuple(tallies.values()), sent=True))


def _opened(ticket: Ticket) -> Fact:
    return Fact(
        "kds.open",
        ticket.id,
        {
            "kdsOrder": {"id": ticket.id},
            "order": ticket.order_id,
            "lines": [[line.line_id, line.previous, line.current] for line in ticket.lines],
        },
    )


def _told(event: str, ticket: Ticket) -> Fact:
    return Fact(f"kds.{event}", ticket.id, {"kdsOrder": {"id": ticket.id}, "order": ticket.order_id})


def cancel_order(
    order: Order,
    tickets: Sequence[Ticket],
    stations: Sequence[Station],
    *,
    at: datetime,
    iso: str,
    ids: NewIds,
    reason: str,
) -> KitchenChange:
    """What the cancel of a sent order means (KDS-7).

    Open tickets are struck through at once, a CANCELLED-type ticket must be acknowledged at each station
    that saw the order; what was cooked becomes waste with the reason.
    """
    return _nothing_left(order, order, tickets, stations, at=at, iso=iso, ids=ids, reason=reason)


def _nothing_left(
    seen: Order,
    after: Order,
    tickets: Sequence[Ticket],
    stations: Sequence[Station],
    *,
    at: datetime,
    iso: str,
    ids: NewIds,
    reason: str | None = None,
) -> KitchenChange:
    struck = tuple(
        replace(ticket, state="CANCELLED", cancelled_at=iso, updated_at=iso)
        for ticket in tickets
        if ticket.state == "OPENED" and ticket.request_type != "CANCELLED"
    )
    ordered = {tally.line_id: tally.ordered for tally in backing_of(after).tallies if tally.ordered}
    wasted = any(tally.fulfilled for tally in backing_of(after).tallies)
    groups: dict[str, list[TicketLine]] = {}
    for line in _cooked(seen):
        if line.id in ordered:
            ticket_line = _ticket_line(line, seen, ordered[line.id], 0, stations, iso)
            groups.setdefault(line.dining_option, []).append(ticket_line)
    made = tuple(
        replace(
            _new_ticket(after.id, "CANCELLED", dining, tuple(lines), at, iso, ids),
            waste_reason=(reason or "") if wasted else None,
        )
        for dining, lines in groups.items()
    )
    facts = (*(_told("cancel", ticket) for ticket in struck), *(_opened(ticket) for ticket in made))
    return KitchenChange(_with_tallies(after, made), (*struck, *made), facts)


def merge(
    source: Order,
    target_after: Order,
    source_tickets: Sequence[Ticket],
    stations: Sequence[Station],
    *,
    at: datetime,
    iso: str,
    ids: NewIds,
) -> KitchenChange:
    """Two parties joined (KDS-10): the source's tickets follow the target and keep their age.

    A MERGED ticket tells the cooks; nothing is new to cook on it. The ledger moves with the lines.
    """
    moved = tuple(replace(ticket, order_id=target_after.id) for ticket in source_tickets)
    backing = backing_of(target_after)
    tallies = (*backing.tallies, *backing_of(source).tallies)
    ordered = {tally.line_id for tally in backing_of(source).tallies if tally.ordered}
    groups: dict[str, list[TicketLine]] = {}
    for line in _cooked(target_after):
        if line.id in ordered:
            quantity = _milli(line)
            ticket_line = _ticket_line(line, target_after, quantity, quantity, stations, iso)
            groups.setdefault(line.dining_option, []).append(ticket_line)
    made = tuple(
        _new_ticket(target_after.id, "MERGED", dining, tuple(lines), at, iso, ids)
        for dining, lines in groups.items()
    )
    sent = backing.sent or backing_of(source).sent
    order = replace(target_after, backing=replace(backing, tallies=tallies, sent=sent))
    return KitchenChange(order, (*moved, *made), tuple(_opened(ticket) for ticket in made))


def split(
    source_before: Order,
    source_after: Order,
    new_order: Order,
    moved: Mapping[str, tuple[str, int]],
    source_tickets: Sequence[Ticket],
    stations: Sequence[Station],
    *,
    at: datetime,
    iso: str,
    ids: NewIds,
) -> tuple[KitchenChange, KitchenChange]:
    """An order divided in two makes no ticket: the ledger moves with the lines (SPL-5).

    moved: old line id → (line id on the new order, thousandths moved). What was cooked goes along as
    far as the moved quantity needs it. Tickets whose lines all moved are relabelled; a ticket with lines
    of both stays with the source and is copied for what moved, its age kept.
    """
    stay: list[Tally] = []
    go: list[Tally] = []
    for tally in backing_of(source_before).tallies:
        if tally.line_id not in moved:
            stay.append(tally)
            continue
        line_id, quantity = moved[tally.line_id]
        left = tally.ordered - quantity
        cooked = min(quantity, max(0, tally.fulfilled - left)) if left else tally.fulfilled
        go.append(Tally(line_id, tally.station_id, quantity, cooked))
        if left or tally.fulfilled - cooked:
            stay.append(Tally(tally.line_id, tally.station_id, left, tally.fulfilled - cooked))
    kept: list[Ticket] = []
    follow: list[Ticket] = []
    for ticket in source_tickets:
        parted = [_part(line, moved) for line in ticket.lines]
        here = tuple(line for line, _ in parted if line is not None)
        there = tuple(line for _, line in parted if line is not None)
        if not there:
            continue
        if here:
            kept.append(replace(ticket, lines=here))
            follow.append(replace(ticket, id=ids.new(), order_id=new_order.id, lines=there))
        else:
            follow.append(replace(ticket, order_id=new_order.id, lines=there))
    sent = backing_of(source_before).sent
    first = replace(source_after, backing=replace(backing_of(source_after), tallies=tuple(stay), sent=sent))
    second = replace(new_order, backing=replace(backing_of(new_order), tallies=tuple(go), sent=sent))
    return KitchenChange(first, tuple(kept)), KitchenChange(second, tuple(follow))


def _part(
    line: TicketLine, moved: Mapping[str, tuple[str, int]]
) -> tuple[TicketLine | None, TicketLine | None]:
    """A ticket line as it stays and as it goes; the newest units go."""
    if line.line_id not in moved:
        return line, None
    line_id, quantity = moved[line.line_id]
    final = max(line.current, line.previous)
    if quantity >= final:
        return None, replace(line, line_id=line_id)
    left = final - quantity
    here = replace(line, previous=min(line.previous, left), current=min(line.current, left))
    there = replace(
        line,
        line_id=line_id,
        previous=line.previous - here.previous,
        current=line.current - here.current,
        done=(),
    )
    return here, there
