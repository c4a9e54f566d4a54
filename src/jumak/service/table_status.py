"""What staff see of every table: its status, its figures, who takes its money (TBL-6, TBL-9, OFF-6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from jumak.domain.calendar import ShopCalendar, calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.kitchen import Ticket
from jumak.domain.kitchen.board import late_from
from jumak.domain.occupancy import spread_over_groups, table_figures, table_status
from jumak.domain.order.public import with_table
from jumak.domain.order.types import Order
from jumak.domain.reservation import ReservationRecord
from jumak.domain.table import GroupRecord, group_of, table_view
from jumak.protocol.messages.table import TableLock, TableStatus, TableStatusListReply
from jumak.protocol.row import Nothing
from jumak.service.documents import Device, PaymentLock
from jumak.service.keeping import charging, stations
from jumak.service.ports import Committed, Reader
from jumak.service.registry import query
from jumak.service.table import held_orders, plan_tables


@query("table-status.list.request")
async def list_statuses(read: Reader, caller: Caller, data: Nothing) -> TableStatusListReply:
    """Every table with status, figures and all its orders (TBL-6, TBL-9)."""
    return TableStatusListReply(tables=await statuses(read))


async def statuses(read: Reader, only: Collection[int] | None = None) -> tuple[TableStatus, ...]:
    """Tables as staff see them, by id; `only` these, as after a commit that touched them."""
    if not read.shop.has_tables:
        return ()
    calendar = calendar_of(read.shop)
    records = await plan_tables(read)
    groups = await read.all(GroupRecord)
    reservations = (await read.all(ReservationRecord)).values()
    held = await held_orders(read)
    states = spread_over_groups(
        {
            record.id: table_status(
                record, held.get(record.id, ()), reservations, read.at, read.shop, calendar
            )
            for record in records
        },
        groups.values(),
    )
    records = [record for record in records if only is None or record.id in only]
    tickets = await _tickets(read, {order.id for each in records for order in held.get(each.id, ())})
    kitchen = await stations(read)
    shown_tables = []
    for record in records:
        orders = held.get(record.id, ())
        waiting = [ticket for order in orders for ticket in tickets.get(order.id, ())]
        figures = table_figures(record, orders, (ticket.created_ms for ticket in waiting))
        view = table_view(record, group_of(record, groups), read.shop)
        shown_tables.append(
            TableStatus(
                id=view.id,
                hall_id=view.hall_id,
                title=view.title,
                capacity=view.capacity,
                group=view.group,
                position=record.position,
                status=states[record.id],
                due=figures.due,
                num_guests=figures.num_guests,
                seated_at=_iso(calendar, figures.seated_ms),
                last_order_at=_iso(calendar, figures.last_order_ms),
                oldest_ticket_at=_iso(calendar, figures.oldest_ticket_ms),
                late_at=_iso(calendar, min((late_from(each, kitchen) for each in waiting), default=None)),
                lock=await _lock(read, orders, calendar),
                orders=tuple(with_table(order, view) for order in orders),
                version=record.version,
            )
        )
    return tuple(shown_tables)


async def touched_tables(read: Reader, committed: Committed) -> frozenset[int]:
    """Tables whose status this commit may have changed; for `table-status.change.event`.

    With a table go those it is used together with: one party sits at all of them (TBL-5).
    """
    found = {order.table_id for order in committed.orders if order.table_id is not None}
    order_ids = {ticket.order_id for ticket in committed.tickets}
    for entry in committed.entries:
        data = entry.fact.data
        if entry.fact.name.startswith("table."):
            sides = (data, data.get("from", {}), data.get("to", {}))
            found.update(side["table"]["id"] for side in sides if "table" in side)
        elif entry.fact.name == "reservation.change":
            found.update(data["reservation"]["tableIds"])
        elif entry.fact.name.startswith(("attempt.", "order.lock", "order.unlock")):
            order_ids.add(data["order"]["id"])
    for order_id in order_ids - {order.id for order in committed.orders}:
        order = await read.order(order_id)
        if order is not None and order.table_id is not None:
            found.add(order.table_id)
    groups = (await read.all(GroupRecord)).values() if found else ()
    return frozenset(found).union(*(group.table_ids for group in groups if found & {*group.table_ids}))


async def _tickets(read: Reader, order_ids: Collection[str]) -> Mapping[str, Sequence[Ticket]]:
    by_order: dict[str, list[Ticket]] = {}
    for ticket in await read.open_tickets(order_ids):
        by_order.setdefault(ticket.order_id, []).append(ticket)
    return by_order


async def _lock(read: Reader, orders: Iterable[Order], calendar: ShopCalendar) -> TableLock | None:
    for order in orders:
        attempt = await charging(read, order.id)
        if attempt is not None:
            return await _locked_by(read, order, attempt.caller)
        lock = await read.get(PaymentLock, order.id)
        if lock is not None and lock.expires_ms > to_ms(read.at):
            return await _locked_by(read, order, lock.holder, until=_iso(calendar, lock.expires_ms))
    return None


async def _locked_by(read: Reader, order: Order, holder: str, *, until: str | None = None) -> TableLock:
    devices = (await read.all(Device)).values()
    device = next((each for each in devices if each.caller_id == holder), None)
    return TableLock(
        order_id=order.id,
        by=holder if device is None else device.name,
        device_id=None if device is None else device.id,
        until=until,
    )


def _iso(calendar: ShopCalendar, ms: int | None) -> str | None:
    return None if ms is None else calendar.iso(from_ms(ms))
