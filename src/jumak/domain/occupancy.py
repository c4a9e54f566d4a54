"""Who sits where: what a table's orders, its seat and its reservations make of it (TBL-6, ORD-8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from jumak.domain.calendar import ShopCalendar, to_ms
from jumak.domain.errors import Conflict, InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.order.life import is_settled
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.reservation import ReservationRecord, holds
from jumak.domain.table import GroupRecord, TableRecord, TableState


def is_occupied(record: TableRecord, orders: Iterable[Order]) -> bool:
    """Any order not (ended and paid), or somebody seated without one (TBL-6)."""
    return record.seated_ms is not None or any(not is_settled(order) for order in orders)


def table_status(
    record: TableRecord,
    orders: Sequence[Order],
    reservations: Iterable[ReservationRecord],
    at: datetime,
    shop: Shop,
    calendar: ShopCalendar,
) -> TableState:
    """TBL-6: bill > occupied > reserved > empty.

    orders: the unreleased ones of this table.  The bill counts when it was printed no earlier than
    the last change of any of them, to the second: order times have no finer grain.
    """
    if is_occupied(record, orders):
        return "bill" if _bill_is_true(record, orders, calendar) else "occupied"
    at_ms, lead_ms = to_ms(at), shop.reservation_lead_minutes * 60_000
    if any(
        record.id in reservation.table_ids and holds(reservation, at_ms=at_ms, lead_ms=lead_ms)
        for reservation in reservations
    ):
        return "reserved"
    return "empty"


def _bill_is_true(record: TableRecord, orders: Sequence[Order], calendar: ShopCalendar) -> bool:
    if record.bill_ms is None:
        return False
    changed = max(
        (to_ms(calendar.parse(order.updated_at or order.created_at, path="updatedAt")) for order in orders),
        default=0,
    )
    return record.bill_ms // 1000 >= changed // 1000


def spread_over_groups(
    states: Mapping[int, TableState], groups: Iterable[GroupRecord]
) -> dict[int, TableState]:
    """Tables used together are occupied together: one party sits at all of them (TBL-5)."""
    spread = dict(states)
    for group in groups:
        if any(states.get(table_id) in ("occupied", "bill") for table_id in group.table_ids):
            for table_id in group.table_ids:
                if states.get(table_id) in ("empty", "reserved"):
                    spread[table_id] = "occupied"
    return spread


class TableFigures(Struct, frozen=True, kw_only=True):
    """What staff see of a table at a glance (TBL-9): won, people, instants in ms."""

    due: int
    num_guests: int | None
    seated_ms: int | None
    last_order_ms: int | None
    oldest_ticket_ms: int | None


def table_figures(
    record: TableRecord, orders: Sequence[Order], open_ticket_ms: Iterable[int]
) -> TableFigures:
    """TBL-9. open_ticket_ms: ages of the orders' unbumped tickets. Guests of orders beat those seated."""
    live = [order for order in orders if order.order_state != "CANCELLED"]
    backings = [backing_of(order) for order in live]
    seated = [backing.created_ms for backing in backings]
    if record.seated_ms is not None:
        seated.append(record.seated_ms)
    guests = sum(order.num_guests or 0 for order in live)
    return TableFigures(
        due=sum(order.payment_price.payment_unpaid_value for order in live),
        num_guests=guests or record.num_guests,
        seated_ms=min(seated, default=None),
        last_order_ms=max(
            (line.created_ms for backing in backings for line in backing.lines.values()), default=None
        ),
        oldest_ticket_ms=min(open_ticket_ms, default=None),
    )


def main_order(orders: Sequence[Order]) -> Order | None:
    """The order a table shows to plugins: the OPENED one, else the oldest not released (contract, table §1).

    orders: oldest first.
    """
    opened = (order for order in orders if order.order_state == "OPENED")
    return next(opened, None) or (orders[0] if orders else None)


def may_release(orders: Iterable[Order]) -> bool:
    """A table is emptied only when every order on it has ended and owes nothing (ORD-8)."""
    return all(is_settled(order) for order in orders)


def check_clearable(orders: Iterable[Order]) -> None:
    """Guests leave when nothing is owed (TBL-7); raises InvalidState UNPAID with what is due."""
    due = sum(order.payment_price.payment_unpaid_value for order in orders)
    if due:
        raise InvalidState(
            f"받지 않은 금액이 {due:,}원 있어 퇴장 처리할 수 없습니다",
            f"{due} won is still owed on this table",
            reason="UNPAID",
            due=due,
        )


def check_free(record: TableRecord, orders: Sequence[Order], *, occupied: bool) -> None:
    """Nobody sits here; raises Conflict TABLE_OCCUPIED with the order in the way, if any (TBL-1)."""
    if occupied:
        blocking = main_order(orders)
        raise Conflict(
            f"{record.title} 테이블에 손님이 있습니다",
            f"table {record.id} is occupied",
            reason="TABLE_OCCUPIED",
            **({} if blocking is None else {"orderId": blocking.id}),
        )
