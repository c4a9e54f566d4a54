"""Cooking something again, and handing it over (rulebook KDS-9, §5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.kitchen.ticket import Delta, line_of, make_ticket, opened
from jumak.domain.kitchen.types import KitchenChange, Ticket, TicketIds
from jumak.domain.order.life import cancelled_refusal
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order

REMAKE_PREFIX: Final = "[재조리]"
"""Leads the memo of what is cooked again (KDS-9)."""


def remake(
    order: Order, line_id: str, quantity: int, reason: str, *, at: datetime, iso: str, ids: TicketIds
) -> KitchenChange:
    """Cook some of a line again, without charge: an ADDED ticket, and as much waste (KDS-9).

    quantity: thousandths, at most what is ordered.  Raises NotFound for a line the kitchen does not
    have, InvalidArgument for the quantity, InvalidState ORDER_CANCELLED.
    """
    if order.order_state == "CANCELLED":
        raise cancelled_refusal(order)
    backing = backing_of(order)
    mine = [tally for tally in backing.tallies if tally.line_id == line_id and tally.ordered]
    line = next((each for each in order.line_items if each.id == line_id), None)
    if line is None or not mine:
        raise NotFound(
            "주방에 보낸 적이 없는 상품입니다",
            f"the kitchen has no line {line_id[:64]} of this order",
            reason="LINE",
            path="$.lineId",
        )
    ordered = mine[0].ordered
    if not 0 < quantity <= ordered or (ordered % 1000 == 0 and quantity % 1000):
        raise InvalidArgument(
            "다시 만들 수량이 올바르지 않습니다",
            f"quantity: above zero, at most the {ordered / 1000:g} ordered, whole for whole pieces",
            path="$.quantity",
        )
    stations = tuple(tally.station_id for tally in mine)
    told = line_of(Delta(line, backing.lines[line_id], ordered - quantity, ordered, stations), iso)
    free = replace(
        told,
        memo=f"{REMAKE_PREFIX} {told.memo}".rstrip(),
        list_value=0,
        discount_value=0,
        discounts=(),
    )
    ticket = replace(
        make_ticket(order.id, "ADDED", [free], at=at, iso=iso, id_=ids.new()),
        remake=True,
        waste_reason=reason,
    )
    tallies = tuple(
        replace(tally, remade=tally.remade + quantity) if tally.line_id == line_id else tally
        for tally in backing.tallies
    )
    return KitchenChange(
        order=replace(order, backing=replace(backing, tallies=tallies)),
        tickets=(ticket,),
        facts=(opened(ticket, remake=quantity, reason=reason),),
    )


def is_ready(tickets: Iterable[Ticket]) -> bool:
    """All stations are done with everything of the order (§5.4, expo)."""
    states = [ticket.state for ticket in tickets]
    return bool(states) and "OPENED" not in states


def hand_over(order: Order, tickets: Iterable[Ticket]) -> Order:
    """The expo's second bump: the guest has it (§5.4, ORD-9). Twice is once.

    Raises InvalidState NOT_READY while a ticket is open, ORDER_CANCELLED.
    """
    if order.order_state == "CANCELLED":
        raise cancelled_refusal(order)
    backing = backing_of(order)
    if backing.pickup == "collected":
        return order
    if not is_ready(tickets):
        raise InvalidState(
            "아직 조리 중인 주문입니다", "the kitchen is not done with this order", reason="NOT_READY"
        )
    return replace(order, backing=replace(backing, pickup="collected"))
