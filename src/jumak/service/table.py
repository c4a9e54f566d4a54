"""Use cases of tables: reading them, seating guests, clearing, using tables together (contract: table).

What staff see of a table stands in `table_status.py`, moves and merges in `party_move.py`, taking them back in
`party_undo.py`, the plan in `floor.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import Conflict, InvalidArgument, NotFound, UnsupportedMode
from jumak.domain.fact import Fact
from jumak.domain.occupancy import (
    check_clearable,
    check_free,
    is_occupied,
    main_order,
)
from jumak.domain.order.ending import complete
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.public import public, with_table
from jumak.domain.order.types import Order
from jumak.domain.table import (
    GroupRecord,
    Hall,
    Table,
    TableRecord,
    emptied,
    group_of,
    is_over_capacity,
    regrouped,
    seated,
    table_view,
)
from jumak.protocol.messages.table import (
    HallListReply,
    TableClearData,
    TableData,
    TableGroupData,
    TableListReply,
    TableOnlyReply,
    TableReply,
    TableRow,
    TableSeatData,
    TablesReply,
    TableUngroupData,
)
from jumak.protocol.row import Done, Nothing
from jumak.service.keeping import check_unlocked, order_fact, table_fact
from jumak.service.ports import Announcement, Reader, Transaction
from jumak.service.registry import command, query

GROUP_COLORS = ("#4C8DFF", "#F2A33A", "#35B37E", "#C95BD8", "#E5566D", "#27B3C4")


async def shown(source: Reader, order: Order) -> Order:
    """The order as it leaves the shop: without its private half, `table` beside `tableId` (H-15)."""
    if order.table_id is None:
        return public(order)
    record = await source.get(TableRecord, order.table_id)
    return public(order) if record is None else with_table(order, await _view(source, record))


async def _view(source: Reader, record: TableRecord) -> Table:
    group = None if record.group_id is None else await source.get(GroupRecord, record.group_id)
    return table_view(record, group, source.shop)


async def views(source: Reader, table_ids: Collection[int]) -> tuple[Table, ...]:
    """These tables as plugins see them, by id."""
    found = [await source.get(TableRecord, table_id) for table_id in sorted(table_ids)]
    return tuple([await _view(source, record) for record in found if record is not None])


def require_tables(source: Reader) -> None:
    """Table calls work in postpaid restaurants only (contract, table); raises UnsupportedMode."""
    if not source.shop.has_tables:
        raise UnsupportedMode(
            "후불 식당에서만 테이블을 쓸 수 있습니다",
            "tables are for postpaid restaurants",
            reason="NO_TABLES",
        )


async def known_table(source: Reader, table_id: int, *, path: str = "$.tableId") -> TableRecord:
    """The table of this id; raises UnsupportedMode, NotFound."""
    require_tables(source)
    record = await source.get(TableRecord, table_id)
    if record is None or record.deleted:
        raise NotFound("없는 테이블입니다", f"there is no table {table_id}", path=path)
    return record


async def orders_of(source: Reader, table_id: int) -> list[Order]:
    """What a table holds: its orders not yet released, oldest first."""
    return [order for order in await source.orders_on_table(table_id) if order.order_state != "CANCELLED"]


async def party_tables(source: Reader, record: TableRecord) -> list[TableRecord]:
    """The tables one party sits at: the table itself and those it is used together with."""
    group = None if record.group_id is None else await source.get(GroupRecord, record.group_id)
    if group is None:
        return [record]
    members = [await source.get(TableRecord, table_id) for table_id in group.table_ids]
    return [member for member in members if member is not None and not member.deleted]


async def require_free(source: Reader, record: TableRecord, *, apart_from: int | None = None) -> None:
    """Nobody sits at the table or one it is used together with; raises Conflict TABLE_OCCUPIED.

    apart_from: a table whose own party may be there, as it is the one that moves.
    """
    for member in await party_tables(source, record):
        if member.id != apart_from:
            orders = await orders_of(source, member.id)
            check_free(member, orders, occupied=is_occupied(member, orders))


def warn_if_crowded(tx: Transaction, record: TableRecord) -> None:
    """Staff are told when more sit down than there are seats; nothing is refused (TBL-8)."""
    if record.num_guests and is_over_capacity(record, record.num_guests):
        tx.announce(
            Announcement(
                name="notice.event",
                data={
                    "level": "warning",
                    "text": f"{record.title}: 정원 {record.capacity}명, 손님 {record.num_guests}명",
                },
            )
        )


async def seat_guests(tx: Transaction, table_id: int, num_guests: int | None) -> tuple[TableRecord, Fact]:
    """Guests sit down at a free table; raises UnsupportedMode, NotFound, Conflict TABLE_OCCUPIED."""
    record = await known_table(tx, table_id)
    await require_free(tx, record)
    record = seated(record, at_ms=to_ms(tx.at), num_guests=num_guests)
    tx.put(record)
    warn_if_crowded(tx, record)
    return record, table_fact("seat", table_id, numGuests=record.num_guests)


# -- reads ---------------------------------------------------------------------------------------


@query("hall.list.request")
async def list_halls(read: Reader, caller: Caller, data: Nothing) -> HallListReply:
    """Halls by `order`; none outside postpaid restaurants."""
    if not read.shop.has_tables:
        return HallListReply(halls=())
    halls = (await read.all(Hall)).values()
    return HallListReply(halls=tuple(sorted(halls, key=lambda hall: (hall.order, hall.id))))


@query("table.list.request")
async def list_tables(read: Reader, caller: Caller, data: Nothing) -> TableListReply:
    """Tables by id, each with its order; none outside postpaid restaurants."""
    if not read.shop.has_tables:
        return TableListReply(tables=())
    held = await held_orders(read)
    groups = await read.all(GroupRecord)
    rows = [_row(read, caller, record, groups, held.get(record.id, ())) for record in await plan_tables(read)]
    return TableListReply(tables=tuple(rows))


@query("table.get.request")
async def get_table(read: Reader, caller: Caller, data: TableData) -> TableReply:
    """One table with its order; raises UnsupportedMode, NotFound."""
    record = await known_table(read, data.table.id, path="$.table.id")
    orders = await orders_of(read, record.id)
    return TableReply(table=_row(read, caller, record, await read.all(GroupRecord), orders))


async def plan_tables(read: Reader) -> list[TableRecord]:
    """Every table of the plan, by id."""
    records = (await read.all(TableRecord)).values()
    return sorted((record for record in records if not record.deleted), key=lambda record: record.id)


async def held_orders(read: Reader) -> dict[int, list[Order]]:
    """By table its orders not yet released, oldest first."""
    held: dict[int, list[Order]] = {}
    for order in await read.open_orders():
        if order.table_id is not None and order.order_state != "CANCELLED" and not backing_of(order).released:
            held.setdefault(order.table_id, []).append(order)
    for orders in held.values():
        orders.sort(key=lambda order: (backing_of(order).created_ms, order.id))
    return held


def _row(
    read: Reader,
    caller: Caller,
    record: TableRecord,
    groups: Mapping[str | int, GroupRecord],
    orders: Sequence[Order],
) -> TableRow:
    view = table_view(record, group_of(record, groups), read.shop)
    order = main_order(orders)
    if order is not None:
        # Rows of tables are a read of the order as well (ADD-4).
        read.live.sightings.note(caller.id, order)
    return TableRow(
        id=view.id,
        hall_id=view.hall_id,
        title=view.title,
        capacity=view.capacity,
        group=view.group,
        order=None if order is None else with_table(order, view),
    )


# -- writes --------------------------------------------------------------------------------------


@command("table.clear.request")
async def clear(tx: Transaction, data: TableClearData) -> Done:
    """The party leaves: orders without debt are completed, its tables are empty (TBL-7).

    An empty table stays as it is. Raises InvalidState UNPAID, Locked, UnsupportedMode, NotFound.
    """
    record = await known_table(tx, data.table.id, path="$.table.id")
    members = await party_tables(tx, record)
    held = {member.id: await orders_of(tx, member.id) for member in members}
    orders = [order for each in held.values() for order in each]
    if data.order is not None and all(order.id != data.order.id for order in orders):
        return Done()
    for order in orders:
        await check_unlocked(tx, order)
    check_clearable(orders)
    iso = calendar_of(tx.shop).iso(tx.at)
    for order in orders:
        done = complete(order, iso=iso)
        tx.save_order(replace(done, backing=replace(backing_of(done), released=True)))
        if done is not order:
            tx.record(order_fact("complete", done))
    for member in members:
        if held[member.id] or is_occupied(member, ()):
            tx.put(emptied(member))
            tx.record(table_fact("clear", member.id))
    return Done()


@command("table.seat.request")
async def seat(tx: Transaction, data: TableSeatData) -> TableOnlyReply:
    """Guests sit down without an order; again with another number counts them anew (TBL-7, TBL-8)."""
    record = await known_table(tx, data.table_id)
    if record.seated_ms is not None and not await orders_of(tx, record.id):
        record = seated(record, at_ms=to_ms(tx.at), num_guests=data.num_guests)
        tx.put(record)
        warn_if_crowded(tx, record)
        tx.record(table_fact("seat", record.id, numGuests=record.num_guests))
    else:
        record, fact = await seat_guests(tx, data.table_id, data.num_guests)
        tx.record(fact)
    return TableOnlyReply(table=await _view(tx, record))


@command("table.group.request")
async def group_tables(tx: Transaction, data: TableGroupData) -> TablesReply:
    """Use tables together; those of another group leave it (TBL-5).

    Raises InvalidArgument for one table alone, Conflict TABLE_OCCUPIED when two parties would share.
    """
    wanted = tuple(dict.fromkeys(data.table_ids))
    if len(wanted) < 2:
        raise InvalidArgument(
            "두 개 이상의 테이블을 골라 주세요", "tableIds: two or more tables", path="$.tableIds"
        )
    parties = 0
    for table_id in wanted:
        record = await known_table(tx, table_id, path="$.tableIds")
        parties += is_occupied(record, await orders_of(tx, table_id))
    if parties > 1:
        raise Conflict(
            "손님이 있는 테이블이 둘 이상입니다. 먼저 합석해 주세요",
            "more than one of these tables is occupied; merge the parties first",
            reason="TABLE_OCCUPIED",
        )
    groups = await tx.all(GroupRecord)
    changed = _leave_groups(tx, list(groups.values()), frozenset(wanted))
    group_id = await tx.next_number("group")
    color = data.color or GROUP_COLORS[group_id % len(GROUP_COLORS)]
    tx.put(GroupRecord(id=group_id, color=color, table_ids=wanted))
    return await _regroup(tx, changed | dict.fromkeys(wanted, group_id))


@command("table.ungroup.request")
async def ungroup_tables(tx: Transaction, data: TableUngroupData) -> TablesReply:
    """Tables of a group stand alone again; raises NotFound."""
    require_tables(tx)
    group = await tx.get(GroupRecord, data.group_id)
    if group is None:
        raise NotFound("없는 테이블 그룹입니다", f"there is no group {data.group_id}", path="$.groupId")
    tx.drop(GroupRecord, group.id)
    return await _regroup(tx, dict.fromkeys(group.table_ids))


def _leave_groups(
    tx: Transaction, groups: Sequence[GroupRecord], table_ids: frozenset[int]
) -> dict[int, int | None]:
    """Take tables out of their groups; returns the tables left behind with the group they are in now."""
    shrunk, ended = regrouped(groups, table_ids)
    for group in shrunk:
        tx.put(group)
    for group in ended:
        tx.drop(GroupRecord, group.id)
    left: dict[int, int | None] = {each: group.id for group in shrunk for each in group.table_ids}
    return left | {each: None for group in ended for each in group.table_ids if each not in table_ids}


async def _regroup(tx: Transaction, group_ids: Mapping[int, int | None]) -> TablesReply:
    for table_id, group_id in group_ids.items():
        record = await tx.get(TableRecord, table_id)
        if record is not None and not record.deleted:
            tx.put(replace(record, group_id=group_id, version=record.version + 1))
            tx.record(table_fact("update", table_id))
    return TablesReply(tables=await views(tx, group_ids.keys()))


async def leave_group(tx: Transaction, record: TableRecord) -> None:
    """The table is used alone from now on; a group left with one table ends (TBL-5)."""
    groups = list((await tx.all(GroupRecord)).values())
    await _regroup(tx, _leave_groups(tx, groups, frozenset((record.id,))))
