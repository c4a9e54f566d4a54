"""Use cases of orders: what plugins do with them (contract: order)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Raw, Struct
from msgspec.json import Decoder

from jumak.domain.approval import about_price
from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller, Profile
from jumak.domain.errors import Conflict, DuplicateKey, NotFound, UnsupportedMode
from jumak.domain.order.add import Opening, body_hash
from jumak.domain.order.add import open_order as decide_open
from jumak.domain.order.add_menu import add_menu as decide_add_menu
from jumak.domain.order.ending import cancel, check_may_complete, check_plugin_may_cancel
from jumak.domain.order.ending import complete as decide_complete
from jumak.domain.order.paying import void_all
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.staff_edit import exceeds_role
from jumak.domain.order.types import Order, OrderDto
from jumak.domain.table import TableRecord
from jumak.protocol.messages.order import (
    AddMenu,
    AddOrder,
    CancelOrder,
    CancelOrderReply,
    FindOrders,
    GetOrders,
    OrderById,
    OrderReply,
    OrdersReply,
    SearchOrders,
)
from jumak.service.approval import NOBODY, Approvable, require_manager
from jumak.service.cancelling import staff_cancel
from jumak.service.keeping import check_unlocked, keep, known_order, order_fact, payment_fact
from jumak.service.ports import OrderQuery, Reader, Transaction, menu_of
from jumak.service.registry import command, query
from jumak.service.table import shown

_DAY_MS = 86_400_000


def source_of(caller: Caller) -> str:
    """Where an order of this caller says it comes from (contract, order §2.1)."""
    return "POS" if caller.kind in ("device", "system") else f"PLUGIN_{caller.id.upper()}"


async def repeated_order(tx: Transaction, dto: OrderDto) -> Order | None:
    """The order this key made before (NUM-2); raises DuplicateKey when it was asked for otherwise."""
    if dto.order_key is None:
        return None
    known = await tx.order_by_key(tx.caller.id, dto.order_key)
    if known is None:
        return None
    if backing_of(known).body != body_hash(dto):
        raise DuplicateKey(
            "같은 주문 키로 다른 주문이 이미 있습니다",
            f"orderKey {dto.order_key!r} was used for another order; send a new key",
            reason="ORDER_KEY_CONFLICT",
            id=known.id,
        )
    return known


async def check_table(tx: Transaction, table_id: int, *, alone: bool, path: str = "$.order.tableId") -> None:
    """The table is there and, for plugins, holds no open order (TBL-11, TBL-12).

    Raises UnsupportedMode, NotFound, Conflict TABLE_OCCUPIED, Locked.
    """
    if not tx.shop.has_tables:
        raise UnsupportedMode(
            "후불 식당에서만 테이블을 쓸 수 있습니다",
            "tables are for postpaid restaurants; leave tableId out",
            path=path,
        )
    table = await tx.get(TableRecord, table_id)
    if table is None or table.deleted:
        raise NotFound("없는 테이블입니다", f"there is no table {table_id}", path=path)
    for order in await tx.orders_on_table(table_id):
        await check_unlocked(tx, order)
        if alone and order.order_state == "OPENED":
            raise _occupied(table_id, order)


def _occupied(table_id: int, order: Order) -> Conflict:
    return Conflict(
        "이미 주문이 있는 테이블입니다. 추가 주문은 addMenu로 보내 주세요",
        f"table {table_id} has an open order; go on with order.add-menu",
        reason="TABLE_OCCUPIED",
        orderId=order.id,
    )


async def check_reopening(tx: Transaction, order: Order) -> None:
    """A completed order opens again only where no other is open, for plugins (TBL-12).

    Raises Conflict TABLE_OCCUPIED.
    """
    if order.order_state != "COMPLETED" or order.table_id is None or tx.caller.is_staff:
        return
    for other in await tx.orders_on_table(order.table_id):
        if other.id != order.id and other.order_state == "OPENED":
            raise _occupied(order.table_id, other)


async def check_role(
    tx: Transaction, before: Order | None, after: Order, action: str, asked: Approvable
) -> dict[str, Any]:
    """Staff below manager do not get by sending a whole order what editing it refuses them (§7.5).

    Returns what the fact should say of an approval, as `require_manager` does. Raises PermissionDenied
    APPROVAL_NEEDED.
    """
    if tx.caller.is_staff and exceeds_role(before, after, tx.shop):
        return await require_manager(tx, action, asked, about_price(before, after))
    return {}


async def human_number(tx: Transaction, letter: str = "A") -> str:
    """`A-001`: device letter and a counter per business day; gaps allowed, reuse not (NUM-3)."""
    day = calendar_of(tx.shop).business_date(tx.at).isoformat()
    return f"{letter}-{await tx.next_number(f'order:{letter}:{day}'):03d}"


async def open_order(
    tx: Transaction,
    dto: OrderDto,
    *,
    source: str,
    profile: Profile = "documented",
    strict_options: bool = False,
    allow_sold_out: bool = False,
    completed: bool = False,
    checked: tuple[str, Approvable] | None = None,
    approved: Mapping[str, Any] = NOBODY,
) -> Order:
    """Open an order and everything that follows from it; table and key checks are the caller's.

    completed: it costs nothing and is handed over at once, in the same commit.  checked: action and request
    when the whole order comes from outside, see `check_role`.  approved: what the fact says of an approval that was
    used up before.
    """
    decided, warnings = decide_open(
        dto,
        Opening(
            order_id=tx.ids.new(),
            number=await human_number(tx),
            owner=tx.caller.id,
            source=source,
            profile=profile,
            at=tx.at,
            strict_options=strict_options,
            allow_sold_out=allow_sold_out,
        ),
        await menu_of(tx),
        tx.shop,
        calendar_of(tx.shop),
    )
    oddities = {"warnings": list(warnings)} if warnings else {}
    if checked is not None:
        approved = await check_role(tx, None, decided, *checked)
    facts = [order_fact("add", decided, **oddities, **approved)]
    if completed:
        decided = decide_complete(decided, iso=calendar_of(tx.shop).iso(tx.at))
        facts.append(order_fact("complete", decided))
    return await keep(tx, None, decided, orders=facts)


@command("order.add.request")
async def add(tx: Transaction, data: AddOrder) -> OrderReply:
    """Create an OPENED order; the same key and body answer the same order, before any other check."""
    dto = data.order
    order = await repeated_order(tx, dto)
    if order is None:
        if dto.table_id is not None:
            await check_table(tx, dto.table_id, alone=not tx.caller.is_staff)
        order = await open_order(
            tx,
            dto,
            source=source_of(tx.caller),
            profile=tx.caller.profile,
            checked=("order.add", data),
        )
    return OrderReply(order=await shown(tx, order))


@command("order.add-menu.request")
async def add_menu(tx: Transaction, data: AddMenu) -> OrderReply:
    """A further round: the whole desired order or lines to append, per profile (§2.4)."""
    order = await known_order(tx, data.id)
    await check_unlocked(tx, order)
    caller = tx.caller
    after = decide_add_menu(
        order,
        data.order,
        caller_id=caller.id,
        profile=caller.profile,
        seen=tx.live.sightings.lines(caller.id, order.id),
        menu=await menu_of(tx),
        shop=tx.shop,
        at=tx.at,
        iso=calendar_of(tx.shop).iso(tx.at),
    )
    if after is not order:
        approved = await check_role(tx, order, after, "order.add-menu", data)
        await check_reopening(tx, order)
        after = await keep(tx, order, after, orders=[order_fact("update", after, **approved)])
    tx.live.sightings.note(caller.id, after)
    return OrderReply(order=await shown(tx, after))


@command("order.cancel.request")
async def cancel_order(tx: Transaction, data: CancelOrder) -> CancelOrderReply:
    """End an order: all or nothing by a plugin (CAN-9), step by step by staff (CAN-2)."""
    order = await known_order(tx, data.id)
    if tx.caller.is_staff:
        return await staff_cancel(tx, order, data)
    if order.order_state == "CANCELLED":
        return CancelOrderReply()
    await check_unlocked(tx, order)
    check_plugin_may_cancel(order, tx.caller)
    iso = calendar_of(tx.shop).iso(tx.at)
    voided, payments = void_all(order, shop=tx.shop, iso=iso)
    after = cancel(voided, iso=iso, reason=data.reason)
    await keep(
        tx,
        order,
        after,
        payments=[payment_fact("cancel", order.id, each) for each in payments],
        orders=[order_fact("update", after), order_fact("cancel", after)],
    )
    return CancelOrderReply()


@command("order.complete.request")
async def complete(tx: Transaction, data: OrderById) -> OrderReply:
    """Hand the order to the owner (ORD-5); completed already resolves."""
    order = await known_order(tx, data.id)
    await check_unlocked(tx, order)
    check_may_complete(order, tx.caller, tx.shop)
    after = decide_complete(order, iso=calendar_of(tx.shop).iso(tx.at))
    if after is not order:
        after = await keep(tx, order, after, orders=[order_fact("complete", after)])
    tx.live.sightings.note(tx.caller.id, after)
    return OrderReply(order=await shown(tx, after))


# -- reads ---------------------------------------------------------------------------------------


class _Sighting(Struct):
    id: str


class _Seen(Struct, rename="camel"):
    id: str
    line_items: tuple[_Sighting, ...]


_seen = Decoder(_Seen)


@query("order.get.request")
async def get(read: Reader, caller: Caller, data: OrderById) -> OrderReply:
    """Any state; raises NotFound."""
    order = await known_order(read, data.id)
    read.live.sightings.note(caller.id, order)
    return OrderReply(order=await shown(read, order))


@query("order.get-list.request")
async def get_list(read: Reader, caller: Caller, data: GetOrders) -> OrdersReply:
    """Orders of a period by createdAt, newest first; the last 24 hours without bounds (order §4)."""
    start, end = _period(read, data.start, data.end)
    states = data.order_states or data.status or ()
    query = OrderQuery(
        start_ms=start,
        end_ms=end,
        states=tuple("REQUESTED" if state == "REQUEST" else state for state in states),
        page=data.page or 1,
        size=data.size or 20,
    )
    return await _listed(read, caller, query)


@query("order.search.request")
async def search(read: Reader, caller: Caller, data: SearchOrders) -> OrdersReply:
    """Orders by table, state, key and period, AND-ed (order §4)."""
    start: int | None
    start, end = _period(read, data.start, data.end)
    if data.order_key is not None and data.start is None:
        start = None  # a lost reply is looked up by its key, however long ago
    state = "REQUESTED" if data.order_state == "REQUEST" else data.order_state
    query = OrderQuery(
        start_ms=start,
        end_ms=end,
        states=() if state is None else (state,),
        table_id=data.table_id,
        order_key=data.order_key,
        page=data.page or 1,
        size=data.size or 20,
    )
    return await _listed(read, caller, query)


@query("order.find.request")
async def find(read: Reader, caller: Caller, data: FindOrders) -> OrdersReply:
    """Search by number, table, key, item or amount (NUM-3); of one business day when it is given."""
    query = OrderQuery(
        text=data.text,
        text_tables=await _tables_named(read, data.text),
        number=data.number,
        business_date=data.business_date,
        page=data.page or 1,
        size=data.size or 20,
    )
    return await _listed(read, caller, query)


async def _tables_named(read: Reader, text: str | None) -> frozenset[int]:
    """Tables whose title holds the text; titles stand on the tables alone, so that a new one counts at once."""
    if not text:
        return frozenset()
    wanted = text.casefold()
    tables = (await read.all(TableRecord)).values()
    return frozenset(table.id for table in tables if wanted in table.title.casefold())


def _period(read: Reader, start: str | None, end: str | None) -> tuple[int, int]:
    """[start, end) in ms; a missing bound is 24 hours away from the other, or from now (order §4)."""
    calendar = calendar_of(read.shop)
    end_ms = None if end is None else to_ms(calendar.parse_bound(end, path="$.end", end=True))
    start_ms = None if start is None else to_ms(calendar.parse_bound(start, path="$.start", end=False))
    if end_ms is None:
        # One past now, so that an order of this very millisecond is in.
        end_ms = max(to_ms(read.at), start_ms or 0) + 1
    return (end_ms - _DAY_MS if start_ms is None else start_ms), end_ms


async def _listed(read: Reader, caller: Caller, query: OrderQuery) -> OrdersReply:
    found = await read.orders(query)
    if not caller.is_staff and caller.may("order:write"):
        _note(read, caller, found)
    return OrdersReply(orders=[each if isinstance(each, Raw) else await shown(read, each) for each in found])


def _note(read: Reader, caller: Caller, found: Sequence[Raw | Order]) -> None:
    for each in found:
        seen = _seen.decode(each) if isinstance(each, Raw) else each
        read.live.sightings.note(caller.id, seen)
