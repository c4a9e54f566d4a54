"""Tickets as plugins and kitchen screens see them (contract kds §1; rulebook §5.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.kitchen.station import default_station, served_at, standing
from jumak.domain.kitchen.types import (
    Ageing,
    AllDay,
    KdsCategory,
    KdsItem,
    KdsLineItem,
    KdsOrderItem,
    KdsOrderPrice,
    KdsQuantity,
    KitchenLine,
    KitchenTicket,
    Station,
    Ticket,
    TicketLine,
)
from jumak.domain.kitchen.work import Serves
from jumak.domain.money import from_milli, milli
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.public import public
from jumak.domain.order.types import Order, OrderItem


def kds_view(ticket: Ticket, order: Order) -> KdsOrderItem:
    """The ticket as plugins see it, with its order as of now. order: with `table` put in if it has one."""
    return KdsOrderItem(
        line_items=tuple([KdsLineItem(**fields) for fields in _lines(ticket.lines, ticket, order)]),
        **_ticket_fields(ticket, order, ticket.lines),
    )


class Desk(Struct, frozen=True):
    """Whose screen it is. serves: routes of a station, None = the expo, who sees whole orders.

    station: whose minutes count.  item_order: an item's place within its category.
    """

    station: Station
    stations: tuple[Station, ...]
    serves: Serves | None
    item_order: Callable[[int], int]
    at_ms: int


def board_view(ticket: Ticket, order: Order, desk: Desk) -> KitchenTicket:
    """The ticket as one screen sees it: a station its own lines, the expo all of them."""
    lines = sorted(
        (line for line in ticket.lines if is_at(line, desk.serves)),
        key=lambda line: (line.category_order, line.category_id, desk.item_order(line.item_id), line.item_id),
    )
    left = [_remaining(line, order, desk.serves) for line in lines]
    views = tuple(
        KitchenLine(
            remaining=from_milli(remaining),
            done=is_done_at(line, desk.serves),
            seat=line.seat,
            **fields,
        )
        for line, remaining, fields in zip(lines, left, _lines(lines, ticket, order), strict=True)
    )
    info = order.requested_info
    return KitchenTicket(
        line_items=views,
        stations=tuple(
            dict.fromkeys(
                served_at(routed, desk.stations) for line in ticket.lines for routed in line.stations
            )
        ),
        pinned=ticket.pinned,
        remaining=from_milli(sum(left)),
        waste=from_milli(sum(_waste(line.line_id, order, desk.serves) for line in lines)),
        ageing=ageing(ticket, desk.station, desk.at_ms),
        remake=ticket.remake,
        reason=ticket.waste_reason,
        scheduled_for=None if info is None else info.estimated_ready_at or info.expected_ready_at,
        **_ticket_fields(ticket, order, lines),
    )


def ageing(ticket: Ticket, station: Station, at_ms: int) -> Ageing:
    """Caution and late begin on the minute, counted from the ticket's creation (§5.4)."""
    waited_ms = at_ms - ticket.created_ms
    if waited_ms >= station.late_min * 60_000:
        return "late"
    return "caution" if waited_ms >= station.caution_min * 60_000 else "fresh"


def late_from(ticket: Ticket, stations: Sequence[Station]) -> int:
    """When the ticket is late at the first of the stations that still work on it, in ms (§5.4)."""
    minutes = {station.id: station.late_min for station in standing(stations)}
    late_min = min(
        (
            minutes[served_at(routed, stations)]
            for line in ticket.lines
            for routed in line.stations
            if routed not in {each.station_id for each in line.done}
        ),
        default=default_station(stations).late_min,
    )
    return ticket.created_ms + late_min * 60_000


def in_board_order(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Pinned ones first, then the oldest, then by id (§5.4)."""
    return sorted(tickets, key=lambda ticket: (not ticket.pinned, ticket.created_ms, ticket.id))


def is_at(line: TicketLine, serves: Serves | None) -> bool:
    """The line is on this screen."""
    return serves is None or any(serves(routed) for routed in line.stations)


def is_done_at(line: TicketLine, serves: Serves | None) -> bool:
    """This screen is finished with the line."""
    done = {each.station_id for each in line.done}
    return all(routed in done for routed in line.stations if serves is None or serves(routed))


def is_waiting_at(ticket: Ticket, serves: Serves | None) -> bool:
    """The ticket is on this screen: open, with a line that is not done here."""
    return ticket.state == "OPENED" and any(
        is_at(line, serves) and not is_done_at(line, serves) for line in ticket.lines
    )


def has_finished(ticket: Ticket, serves: Serves | None) -> bool:
    """This screen is done with all it had of the ticket."""
    here = [line for line in ticket.lines if is_at(line, serves)]
    done = bool(here) and all(is_done_at(line, serves) for line in here)
    return ticket.state != "CANCELLED" and done


def may_come_back(ticket: Ticket, order: Order) -> bool:
    """A recall of what was bumped is not refused: cancelled food is not cooked again (KDS-5)."""
    return order.order_state != "CANCELLED" or ticket.request_type == "CANCELLED"


def is_waiting_for_hands(ticket: Ticket, order: Order) -> bool:
    """Cooked, and nobody has taken it to the guest yet (§5.4, expo; ORD-9).

    What was cleared at the cut-off, a table that has paid and a cancelled order wait for nobody.
    """
    left = order.order_state == "CANCELLED" or (
        order.order_state == "COMPLETED" and order.table_id is not None
    )
    return (
        ticket.state == "COMPLETED"
        and ticket.request_type != "CANCELLED"
        and not ticket.auto
        and not left
        and backing_of(order).pickup != "collected"
    )


def all_day(orders: Iterable[Order], serves: Serves | None) -> list[AllDay]:
    """Σ remaining by item and options, the most first (§5.4). A dish two stations work on counts once."""
    totals: dict[tuple[int, tuple[tuple[int, int], ...]], tuple[OrderItem, int]] = {}
    for order in orders:
        left: dict[str, int] = {}
        for tally in backing_of(order).tallies:
            if tally.remaining and (serves is None or serves(tally.station_id)):
                left[tally.line_id] = max(tally.remaining, left.get(tally.line_id, 0))
        for line in order.line_items:
            if line.id in left:
                key = line.item.id, tuple(sorted((each.id, each.quantity) for each in line.option_choices))
                first, sum_ = totals.get(key, (line, 0))
                totals[key] = first, sum_ + left[line.id]
    return [
        AllDay(
            item_id=line.item.id,
            title=line.item.title,
            option_choices=line.option_choices,
            quantity=from_milli(sum_),
        )
        for line, sum_ in sorted(totals.values(), key=lambda found: (-found[1], found[0].item.id))
    ]


def desk_of(
    station: Station | None,
    stations: tuple[Station, ...],
    serves: Serves | None,
    item_order: Callable[[int], int],
    at_ms: int,
) -> Desk:
    """The screen of a station, or of the expo, whose minutes are the default station's."""
    return Desk(station or default_station(stations), stations, serves, item_order, at_ms)


def _ticket_fields(ticket: Ticket, order: Order, lines: Sequence[TicketLine]) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "state": ticket.state,
        "order": public(order),
        "dining_option": ticket.dining_option,
        "total_quantity": from_milli(sum(line.current for line in lines)),
        "order_request_type": ticket.request_type,
        "cancelled_at": ticket.cancelled_at,
        "completed_at": ticket.completed_at,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
    }


def _lines(lines: Iterable[TicketLine], ticket: Ticket, order: Order) -> list[dict[str, Any]]:
    now = {line.id: line for line in order.line_items}
    return [_line_fields(_labelled(line, now.get(line.line_id), ticket, order)) for line in lines]


def _labelled(line: TicketLine, now: OrderItem | None, ticket: Ticket, order: Order) -> TicketLine:
    """The line with today's price: a price change makes no ticket, the label follows (§5.2)."""
    if now is None or ticket.remake or order.backing is None or milli(now.quantity.value) != line.current:
        return line
    line_list = order.backing.lines[now.id].line_list
    return replace(
        line,
        list_value=line_list,
        discount_value=line_list - now.charge_price.value,
        discounts=now.discounts,
    )


def _line_fields(line: TicketLine) -> dict[str, Any]:
    return {
        "id": line.line_id,
        "item_id": str(line.item_id),
        "title": line.title,
        "dining_option": line.dining_option,
        "memo": line.memo,
        "option_choices": line.option_choices,
        "order_price": KdsOrderPrice(
            order_discount_value=line.discount_value,
            order_list_price_value=line.list_value,
            order_price_value=line.list_value - line.discount_value,
        ),
        "quantity": KdsQuantity(previous=from_milli(line.previous), current=from_milli(line.current)),
        "applied_discounts": line.discounts,
        "item": KdsItem(
            id=line.item_id, category=KdsCategory(id=line.category_id, order=line.category_order)
        ),
        "created_at": line.created_at,
        "updated_at": line.updated_at or line.created_at,
    }


def _remaining(line: TicketLine, order: Order, serves: Serves | None) -> int:
    """What bumping the line here would still fulfil, thousandths; the slowest station counts."""
    done = {each.station_id for each in line.done}
    return max(
        (
            min(line.to_cook, tally.remaining)
            for tally in backing_of(order).tallies
            if tally.line_id == line.line_id
            and tally.station_id not in done
            and (serves is None or serves(tally.station_id))
        ),
        default=0,
    )


def _waste(line_id: str, order: Order, serves: Serves | None) -> int:
    return max(
        (
            tally.waste
            for tally in backing_of(order).tallies
            if tally.line_id == line_id and (serves is None or serves(tally.station_id))
        ),
        default=0,
    )
