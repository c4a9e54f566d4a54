"""Use cases of parties on the move: to an empty table, to another party, or in exchange (TBL-1…3).

Orders, open tickets and the seat go along; nothing is cooked anew and no stock moves, so none of
this passes through `keep`.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from jumak.domain.calendar import calendar_of
from jumak.domain.errors import InvalidArgument, InvalidState
from jumak.domain.fact import Fact
from jumak.domain.kitchen import merge as merge_tickets
from jumak.domain.occupancy import is_occupied, main_order
from jumak.domain.order.edit import check_version
from jumak.domain.order.merge import MERGED, may_merge
from jumak.domain.order.merge import merge as merge_orders
from jumak.domain.order.move import move as move_order
from jumak.domain.order.types import Order
from jumak.domain.order.unmerge import MergeRecord
from jumak.domain.table import TableRecord, emptied, joined, taken_over
from jumak.protocol.messages.table import (
    TableMergeData,
    TableMoveData,
    TableOrderReply,
    TablesReply,
    TableSwapData,
)
from jumak.service.documents import InFlight
from jumak.service.keeping import check_unlocked, order_fact, save_change, stations, table_fact
from jumak.service.ports import Transaction
from jumak.service.registry import command
from jumak.service.table import known_table, orders_of, require_free, shown, views, warn_if_crowded


class Party(Struct, frozen=True):
    """Everybody at a table: where they sit and what they ordered, oldest first."""

    table: TableRecord
    orders: tuple[Order, ...]

    @property
    def main(self) -> Order | None:
        """The order this party is known by."""
        return main_order(self.orders)


async def party_at(tx: Transaction, table_id: int, path: str) -> Party:
    """Whoever sits at this table; raises UnsupportedMode, NotFound, InvalidState TABLE_EMPTY."""
    table = await known_table(tx, table_id, path=path)
    orders = await orders_of(tx, table_id)
    if not is_occupied(table, orders):
        raise InvalidState(
            f"{table.title} 테이블은 비어 있습니다", f"table {table_id} is empty", reason="TABLE_EMPTY"
        )
    return Party(table, tuple(orders))


@command("table.move.request")
async def move(tx: Transaction, data: TableMoveData) -> TableOrderReply:
    """A party moves to an empty table with everything it ordered (TBL-1).

    Raises Conflict TABLE_OCCUPIED (then merging is the question) or VERSION, InvalidState
    TABLE_EMPTY, UnsupportedMode, NotFound, InvalidArgument.
    """
    _check_two(data.from_, data.to)
    party = await party_at(tx, data.from_, "$.from")
    new = await known_table(tx, data.to, path="$.to")
    await require_free(tx, new, apart_from=party.table.id)
    _check_version(party, data.expected_version)
    return await _move(tx, party, new)


async def _move(tx: Transaction, party: Party, new: TableRecord) -> TableOrderReply:
    moved = _relabelled(tx, party.orders, new.id)
    _put(tx, emptied(party.table), taken_over(party.table, new))
    tx.record(*(order_fact("update", order) for order in moved))
    tx.record(*move_facts(party.table.id, new.id, moved))
    return await _reply(tx, moved)


@command("table.swap.request")
async def swap(tx: Transaction, data: TableSwapData) -> TablesReply:
    """Two parties change places; raises InvalidState TABLE_EMPTY unless both tables are occupied."""
    _check_two(data.first, data.second)
    first = await party_at(tx, data.first, "$.first")
    second = await party_at(tx, data.second, "$.second")
    moved = _relabelled(tx, first.orders, second.table.id) + _relabelled(tx, second.orders, first.table.id)
    _put(tx, taken_over(first.table, second.table), taken_over(second.table, first.table))
    tx.record(*(order_fact("update", order) for order in moved))
    tx.record(
        table_fact(
            "swap",
            first.table.id,
            **{"from": _side(first.table.id, first.main), "to": _side(second.table.id, second.main)},
        ),
        *(table_fact("order-update", table_id) for table_id in _tables_of(moved)),
    )
    return TablesReply(tables=await views(tx, (first.table.id, second.table.id)))


@command("table.merge.request")
async def merge(tx: Transaction, data: TableMergeData) -> TableOrderReply:
    """Two parties become one (TBL-2); into an empty table it is a move.

    An order that holds money, on either side, is not merged: it moves next to the other, as every
    order does when the caller wants them `beside` each other (TBL-3).
    Raises Conflict VERSION, Locked while a payment runs, InvalidState TABLE_EMPTY,
    UnsupportedMode, NotFound, InvalidArgument.
    """
    _check_two(data.from_, data.to)
    party = await party_at(tx, data.from_, "$.from")
    _check_version(party, data.expected_version)
    table = await known_table(tx, data.to, path="$.to")
    host = Party(table, tuple(await orders_of(tx, table.id)))
    if not is_occupied(table, host.orders):
        await require_free(tx, table, apart_from=party.table.id)
        return await _move(tx, party, table)
    for order in party.orders + host.orders:
        await check_unlocked(tx, order)
    joining = _Joining(tx, party, host, beside=data.beside)
    for order in party.orders:
        await joining.take(order)
    _put(tx, emptied(party.table), joined(party.table, table))
    return await joining.finish()


class _Joining:
    """One party joining another: order by order, its facts in the contract's sequence."""

    def __init__(self, tx: Transaction, party: Party, host: Party, *, beside: bool) -> None:
        self._tx = tx
        self._from, self._to = party.table.id, host.table.id
        opened = [order for order in host.orders if order.order_state == "OPENED"]
        self._target: Order | None = opened[0] if opened and not beside else None
        self._merged = False
        self._beside: list[Order] = []
        self._orders: list[Fact] = []
        self._tables: list[Fact] = []
        self._kitchen: list[Fact] = []

    async def take(self, source: Order) -> None:
        """Merge this order into the host's, or put it next to it."""
        target = self._target
        if target is None or not may_merge(source, target) or await self._in_flight(source, target):
            (moved,) = _relabelled(self._tx, (source,), self._to)
            self._beside.append(moved)
            self._orders.append(order_fact("update", moved))
            self._tables.extend(move_facts(self._from, self._to, (moved,))[:-1])
            return
        tx = self._tx
        calendar = calendar_of(tx.shop)
        iso = calendar.iso(tx.at)
        ended, after = merge_orders(source, target, tx.shop, iso=iso)
        change = merge_tickets(
            source,
            after,
            await tx.tickets_of(source.id),
            await stations(tx),
            at=tx.at,
            iso=iso,
            ids=tx.ids,
        )
        tx.save_order(ended)
        save_change(tx, change)
        today = calendar.business_date(tx.at).isoformat()
        for old in (await tx.all(MergeRecord)).values():
            if old.business_date != today:
                tx.drop(MergeRecord, old.id)
        tx.put(
            MergeRecord(
                id=source.id,
                business_date=today,
                source=source,
                target=target,
                target_version=change.order.version,
            )
        )
        self._target, self._merged = change.order, True
        self._orders += [
            order_fact("update", ended),
            order_fact("cancel", ended, cancelReason=MERGED),
            order_fact("update", change.order),
        ]
        self._tables.append(
            Fact(
                "table.merge",
                str(self._from),
                {"from": _side(self._from, source), "to": _side(self._to, target)},
            )
        )
        self._kitchen += change.facts

    async def _in_flight(self, *orders: Order) -> bool:
        """An attempt that may still bring money counts as money (TBL-3)."""
        return any([await self._tx.get(InFlight, order.id) is not None for order in orders])

    async def finish(self) -> TableOrderReply:
        """Record what happened; answers with the order the party is in now."""
        tx = self._tx
        if self._merged or self._beside:
            self._tables.append(table_fact("order-update", self._to))
        else:
            self._tables += [table_fact("clear", self._from), table_fact("seat", self._to)]
        tx.record(*self._orders, *self._tables, *self._kitchen)
        if self._merged and self._target is not None:
            return TableOrderReply(order=await shown(tx, self._target))
        return await _reply(tx, self._beside)


def move_facts(old_id: int, new_id: int, moved: tuple[Order, ...] | list[Order]) -> list[Fact]:
    """`table.move` per order with the versions undoing asks for, and what it did to the new table.

    A party without an order is no `move` to plugins: one table is emptied, at the other somebody sits.
    """
    if not moved:
        return [table_fact("clear", old_id), table_fact("seat", new_id)]
    party = [{"id": order.id, "version": order.version} for order in moved]
    sides: dict[str, Any] = {"from": {"table": {"id": old_id}}, "to": {"table": {"id": new_id}}}
    return [
        *(
            Fact("table.move", str(old_id), {"order": {"id": order.id}, **sides, "party": party})
            for order in moved
        ),
        table_fact("order-update", new_id),
    ]


def _relabelled(tx: Transaction, orders: tuple[Order, ...], table_id: int) -> tuple[Order, ...]:
    iso = calendar_of(tx.shop).iso(tx.at)
    moved = tuple(move_order(order, table_id, iso=iso) for order in orders)
    for order in moved:
        tx.save_order(order)
    return moved


def _put(tx: Transaction, *tables: TableRecord) -> None:
    for table in tables:
        tx.put(table)
        warn_if_crowded(tx, table)


def _side(table_id: int, order: Order | None) -> dict[str, Any]:
    side: dict[str, Any] = {"table": {"id": table_id}}
    return side if order is None else side | {"order": {"id": order.id}}


def _tables_of(orders: tuple[Order, ...]) -> list[int]:
    return sorted({order.table_id for order in orders if order.table_id is not None})


def _check_two(first: int, second: int) -> None:
    if first == second:
        raise InvalidArgument(
            "서로 다른 테이블을 골라 주세요", "choose two different tables", reason="SAME_TABLE"
        )


def _check_version(party: Party, expected: int | None) -> None:
    if party.main is not None:
        check_version(party.main, expected)


async def _reply(tx: Transaction, moved: tuple[Order, ...] | list[Order]) -> TableOrderReply:
    main = main_order(moved)
    return TableOrderReply() if main is None else TableOrderReply(order=await shown(tx, main))
