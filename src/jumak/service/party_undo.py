"""Taking a move or a merge back (TBL-4): same business day, nothing paid or added since."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jumak.domain.calendar import calendar_of
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.domain.fact import Fact
from jumak.domain.kitchen import split as split_tickets
from jumak.domain.order.add import generated_key
from jumak.domain.order.move import move as move_order
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.order.unmerge import MergeRecord, undo_refusal, unmerge
from jumak.domain.table import TableRecord, emptied, seated, taken_over
from jumak.protocol.messages.table import TablesReply, TableUndoData
from jumak.service.documents import InFlight
from jumak.service.event_number import seq_of
from jumak.service.keeping import check_unlocked, order_fact, save_change, stations, table_fact
from jumak.service.order import human_number
from jumak.service.party_move import move_facts
from jumak.service.ports import Entry, Transaction
from jumak.service.registry import command
from jumak.service.table import known_table, orders_of, require_free, views

UNDOABLE = ("table.move", "table.merge")


@command("table.undo.request")
async def undo(tx: Transaction, data: TableUndoData) -> TablesReply:
    """Take the move or merge with this event number back (TBL-4).

    Raises InvalidState UNDO_CHANGED (something was paid, added or moved since) or UNDO_TOO_LATE,
    Conflict TABLE_OCCUPIED when somebody sits at the old table, Locked, NotFound, InvalidArgument.
    """
    seq = seq_of(tx, data.seq)
    if seq is None:
        raise _unknown(data.seq)
    entry = await _entry(tx, seq)
    calendar = calendar_of(tx.shop)
    if calendar.business_date(entry.at) != calendar.business_date(tx.at):
        raise InvalidState(
            "지난 영업일의 이동·합석은 되돌릴 수 없습니다",
            "only moves and merges of this business day are undone",
            reason="UNDO_TOO_LATE",
        )
    sides = entry.fact.data
    old = await known_table(tx, sides["from"]["table"]["id"], path="$.seq")
    new = await known_table(tx, sides["to"]["table"]["id"], path="$.seq")
    if entry.fact.name == "table.move":
        await _undo_move(tx, old, new, sides["party"], seq)
    else:
        await _undo_merge(tx, old, new, sides, seq)
    return TablesReply(tables=await views(tx, (old.id, new.id)))


async def _entry(tx: Transaction, seq: int) -> Entry:
    found = [entry for entry in await tx.facts(seq - 1, 1) if entry.seq == seq]
    if not found:
        raise _unknown(seq)
    if found[0].fact.name not in UNDOABLE:
        raise InvalidArgument(
            "이동이나 합석만 되돌릴 수 있습니다", "seq: names no move and no merge", path="$.seq"
        )
    return found[0]


def _unknown(number: int) -> NotFound:
    return NotFound("없는 기록입니다", f"there is no event {number}", path="$.seq")


async def _untouched(tx: Transaction, order_id: str, version: int) -> Order:
    """The order, if nothing happened to it since; raises InvalidState UNDO_CHANGED, Locked."""
    order = await tx.order(order_id)
    if order is None or order.version != version:
        raise undo_refusal()
    await check_unlocked(tx, order)
    if await tx.get(InFlight, order_id) is not None:
        raise undo_refusal()
    return order


async def _undo_move(
    tx: Transaction, old: TableRecord, new: TableRecord, party: list[dict[str, Any]], seq: int
) -> None:
    iso = calendar_of(tx.shop).iso(tx.at)
    back: list[Order] = []
    for each in party:
        order = await _untouched(tx, each["id"], each["version"])
        back.append(move_order(order, old.id, iso=iso))
    await require_free(tx, old, apart_from=new.id)
    gone = {order.id for order in back}
    others = [order for order in await orders_of(tx, new.id) if order.id not in gone]
    for order in back:
        tx.save_order(order)
    if others:
        _part(tx, old, new, back, others)
    else:
        tx.put(taken_over(new, old))
        tx.put(emptied(new))
    tx.record(*(order_fact("update", order, undoes=seq) for order in back))
    tx.record(*move_facts(new.id, old.id, back))
    if others:
        tx.record(table_fact("order-update", new.id))


async def _undo_merge(
    tx: Transaction, old: TableRecord, new: TableRecord, sides: dict[str, Any], seq: int
) -> None:
    merge = await tx.get(MergeRecord, sides["from"]["order"]["id"])
    if merge is None:
        raise undo_refusal()
    target = await _untouched(tx, merge.target.id, merge.target_version)
    if target.table_id != new.id:
        raise undo_refusal()
    await require_free(tx, old, apart_from=new.id)
    iso = calendar_of(tx.shop).iso(tx.at)
    order_id = tx.ids.new()
    taken = await tx.order_by_key(backing_of(merge.source).owner, merge.source.order_key)
    undone = unmerge(
        target,
        merge,
        order_id=order_id,
        number=await human_number(tx),
        order_key=generated_key(order_id) if taken else merge.source.order_key,
        iso=iso,
    )
    kept, parted = split_tickets(
        target,
        undone.target,
        undone.recreated,
        undone.moved,
        await tx.tickets_of(target.id),
        await stations(tx),
        at=tx.at,
        iso=iso,
        ids=tx.ids,
    )
    facts: list[Fact] = []
    for change in (kept, parted):
        save_change(tx, change)
        facts += change.facts
    tx.drop(MergeRecord, merge.id)
    others = [order for order in await orders_of(tx, new.id) if order.id != target.id]
    _part(tx, old, new, [parted.order], [kept.order, *others])
    tx.record(
        order_fact(
            "add",
            parted.order,
            undoes=seq,
            splitFrom={"id": kept.order.id},
            continues={"id": merge.id},
        ),
        order_fact("update", kept.order, splitTo={"id": parted.order.id}),
        table_fact("order-add", old.id),
        table_fact("order-update", new.id),
        *facts,
    )


def _part(tx: Transaction, old: TableRecord, new: TableRecord, back: list[Order], stay: list[Order]) -> None:
    """The party sits at its old table again, since it came; each table counts its own guests."""
    since = min(backing_of(order).created_ms for order in back)
    tx.put(seated(old, at_ms=since, num_guests=_guests(back)))
    tx.put(replace(new, num_guests=_guests(stay) or new.num_guests, version=new.version + 1))


def _guests(orders: list[Order]) -> int | None:
    return sum(order.num_guests or 0 for order in orders) or None
