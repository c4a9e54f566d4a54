"""Use case of dividing an order in two (분리, SPL-5)."""

from __future__ import annotations

from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.kitchen import KitchenChange, first_send
from jumak.domain.kitchen import split as split_kitchen
from jumak.domain.money import milli
from jumak.domain.order.edit import check_version
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.split import NewOrder
from jumak.domain.order.split import split as decide_split
from jumak.protocol.messages.order import SplitOrder, SplitOrderReply
from jumak.service.keeping import (
    check_reserved,
    check_unlocked,
    kitchen_due,
    known_order,
    order_fact,
    save_change,
    seat,
    stations,
    table_fact,
)
from jumak.service.order import check_table, human_number
from jumak.service.ports import Transaction
from jumak.service.registry import command
from jumak.service.table import shown


async def _sent(tx: Transaction, change: KitchenChange) -> KitchenChange:
    """The half whose share is paid is cooked, as if that had been all of the order (ORD-7)."""
    order = change.order
    if backing_of(order).sent or not kitchen_due(order, tx.shop, to_ms(tx.at)):
        return change
    iso = calendar_of(tx.shop).iso(tx.at)
    return first_send(order, await stations(tx), at=tx.at, iso=iso, ids=tx.ids)


@command("order.split.request")
async def split(tx: Transaction, data: SplitOrder) -> SplitOrderReply:
    """The chosen units become an order of their own, at the same table or another; nothing is cooked anew.

    No stock moves and no ticket is made, so this does not pass through `keep`.
    """
    order = await known_order(tx, data.id)
    check_version(order, data.expected_version)
    await check_unlocked(tx, order)
    table_id = order.table_id if data.table_id is None else data.table_id
    if table_id is not None and table_id != order.table_id:
        await check_table(tx, table_id, alone=False, path="$.tableId")
    units: dict[str, int] = {}
    for place, share in enumerate(data.lines):
        path = f"$.lines[{place}].quantity"
        units[share.id] = units.get(share.id, 0) + milli(share.quantity, path=path)
    iso = calendar_of(tx.shop).iso(tx.at)
    new = NewOrder(
        order_id=tx.ids.new(), number=await human_number(tx), table_id=table_id, num_guests=data.num_guests
    )
    decided = decide_split(order, units, new, tx.shop, at=tx.at, iso=iso)
    here, there = split_kitchen(
        order,
        decided.order,
        decided.new_order,
        decided.moved,
        await tx.tickets_of(order.id),
        await stations(tx),
        at=tx.at,
        iso=iso,
        ids=tx.ids,
    )
    await check_reserved(tx, here.order)
    here, there = await _sent(tx, here), await _sent(tx, there)
    for change in (here, there):
        save_change(tx, change)
    tx.record(
        order_fact("update", here.order, splitTo={"id": there.order.id}),
        order_fact("add", there.order, splitFrom={"id": here.order.id}),
    )
    if order.table_id is not None:
        tx.record(table_fact("order-update", order.table_id))
    if table_id is not None:
        if table_id != order.table_id:
            await seat(tx, table_id, data.num_guests)
        tx.record(table_fact("order-add", table_id))
    tx.record(*here.facts, *there.facts)
    return SplitOrderReply(order=await shown(tx, here.order), new_order=await shown(tx, there.order))
