"""Writing a ticket: its lines, the fact that tells of it, the ledger that goes with it (KDS-1, KDS-2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.fact import Fact
from jumak.domain.kitchen.types import RequestType, Ticket, TicketLine
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import LineBacking, Order, OrderItem, Tally


class Delta(Struct, frozen=True):
    """One line before and after, thousandths."""

    line: OrderItem
    record: LineBacking
    previous: int
    current: int
    stations: tuple[str, ...]


def line_of(delta: Delta, iso: str) -> TicketLine:
    """The ticket line that tells of a change."""
    return ticket_line(delta.line, delta.record, delta.previous, delta.current, delta.stations, iso)


def ticket_line(
    line: OrderItem, record: LineBacking, previous: int, current: int, stations: tuple[str, ...], iso: str
) -> TicketLine:
    """A line as a ticket keeps it; quantities in thousandths."""
    item = line.item
    category = item.category
    return TicketLine(
        line_id=line.id,
        item_id=item.id,
        title=item.title,
        dining_option=line.dining_option,
        category_id=category.id,
        category_order=category.order or 0,
        previous=previous,
        current=current,
        list_value=record.line_list,
        discount_value=record.line_list - line.charge_price.value,
        stations=stations,
        created_at=iso,
        memo=line.memo or "",
        option_choices=line.option_choices,
        discounts=line.discounts,
        seat=record.seat,
    )


def make_ticket(
    order_id: str,
    request_type: RequestType,
    lines: Sequence[TicketLine],
    *,
    at: datetime,
    iso: str,
    id_: str,
) -> Ticket:
    """A fresh OPENED ticket of these lines, which share a dining option."""
    return Ticket(
        id=id_,
        order_id=order_id,
        state="OPENED",
        request_type=request_type,
        dining_option=lines[0].dining_option,
        lines=tuple(lines),
        created_ms=to_ms(at),
        created_at=iso,
        updated_at=iso,
    )


def with_ledger(order: Order, tallies: tuple[Tally, ...], *, sent: bool) -> Order:
    """The order with this ledger; what was handed over waits anew when there is more to come (§5.4)."""
    backing = backing_of(order)
    collected = backing.pickup == "collected" and any(tally.remaining for tally in tallies)
    return replace(
        order,
        backing=replace(
            backing,
            tallies=tallies,
            sent=sent,
            fire_at_ms=None if sent else backing.fire_at_ms,
            pickup="" if collected else backing.pickup,
        ),
    )


def opened(ticket: Ticket, **more: Any) -> Fact:
    """`kds.open`: a ticket with its lines as [line id, previous, current] in thousandths."""
    return Fact(
        "kds.open",
        ticket.id,
        {
            "kdsOrder": {"id": ticket.id},
            "order": ticket.order_id,
            "lines": [[line.line_id, line.previous, line.current] for line in ticket.lines],
            **more,
        },
    )


def ticket_fact(name: str, ticket: Ticket, **more: Any) -> Fact:
    """A fact about a ticket and its order."""
    return Fact(name, ticket.id, {"kdsOrder": {"id": ticket.id}, "order": ticket.order_id, **more})
