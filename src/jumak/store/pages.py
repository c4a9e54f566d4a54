"""Pages of orders and tickets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Raw

from jumak.domain.kitchen import Ticket
from jumak.domain.order.types import Order
from jumak.service.ports import OrderQuery, TicketQuery
from jumak.store.codec import ORDER_CODE, ORDER_STATES, TICKET_CODE, TICKET_STATES, Codec
from jumak.store.rows import OrderRow, OrderScope, Rows
from jumak.store.slots import Slots

FOREVER: Final = 2**62

_TEXT_STEP: Final = 256


async def page_of_orders(
    rows: Rows, codec: Codec, query: OrderQuery, slots: Slots | None
) -> list[Raw | Order]:
    """A page, newest first. Orders of one instant come by row number, which ids follow.

    slots: counts to find the page with; without them everything before the page is walked over.
    """
    if not query.size or query.page < 1:
        return []
    offset = (query.page - 1) * query.size
    scope = OrderScope(
        -FOREVER if query.start_ms is None else query.start_ms,
        FOREVER if query.end_ms is None else query.end_ms,
        sorted({ORDER_CODE[state] for state in query.states}) or range(len(ORDER_STATES)),
        query.table_id,
        query.number,
        query.business_date,
        query.order_key,
    )
    if scope.start >= scope.end:
        return []
    if query.text:
        return await _page_with_text(rows, codec, query, scope, offset)
    if not scope.filtered and slots is not None:
        skipped = await _skip(rows, slots, scope, offset)
        if skipped is None:
            return []
        end, offset = skipped
        scope = scope._replace(end=end)
    return [_shown(codec, row) for row in await rows.orders_in(scope, query.size, offset)]


def _shown(codec: Codec, row: OrderRow) -> Raw | Order:
    table_id, doc, backing = row
    return Raw(codec.unpack(doc)) if table_id is None else codec.order(doc, backing)


async def _skip(rows: Rows, slots: Slots, scope: OrderScope, offset: int) -> tuple[int, int] | None:
    """The instant below which to read and how many rows to skip there; None: the page is beyond the end."""
    start, end, states = scope[:3]
    top = slots.index_of(end)
    if top < 0:
        return None
    if end != FOREVER:
        floor = max(start, slots.starts[top] if top else -FOREVER)
        all_of_them = len(states) == len(ORDER_STATES)
        inside = await rows.count_orders(floor, end, None if all_of_them else states)
        if inside > offset:
            return end, offset
        offset -= inside
    else:
        top += 1
    index, offset = slots.skip_newest(top, states, offset)
    if index < 0:
        return None
    return (slots.starts[index + 1] if index + 1 < len(slots.starts) else FOREVER), offset


async def _page_with_text(
    rows: Rows, codec: Codec, query: OrderQuery, scope: OrderScope, offset: int
) -> list[Raw | Order]:
    """Orders whose number, key, source, memo, items, amount or table hold the text: read one by one."""
    wanted = (query.text or "").casefold()
    found: list[Raw | Order] = []
    at = 0
    while len(found) < query.size:
        some = await rows.orders_in(scope, _TEXT_STEP, at)
        for row in some:
            if row[0] in query.text_tables or wanted in _searchable(codec.order(row[1], row[2])):
                if offset:
                    offset -= 1
                elif len(found) < query.size:
                    found.append(_shown(codec, row))
        if len(some) < _TEXT_STEP:
            break
        at += _TEXT_STEP
    return found


def _searchable(order: Order) -> str:
    parts = [order.id, order.number, order.order_key, order.source, order.memo or ""]
    parts += [line.item.title for line in order.line_items]
    parts += [line.memo for line in order.line_items if line.memo]
    price = order.charge_price.charge_price_value
    parts += [str(price), f"{price:,}"]
    return "\n".join(parts).casefold()


async def page_of_tickets(rows: Rows, query: TicketQuery, slots: Slots | None) -> tuple[list[Ticket], int]:
    """A page of tickets, oldest first, and how many match in all (KDS-11)."""
    offset = (query.page - 1) * query.size
    by_lines = bool(query.category_ids or query.item_ids)
    if not (by_lines or query.order_ids or query.ids) and slots is not None:
        return await _tickets_by_slots(rows, query, slots, offset)
    matches = _line_filter(query)
    found = [ticket for ticket in await rows.tickets_matching(query) if matches(ticket)]
    return found[offset : offset + query.size], len(found)


def _line_filter(query: TicketQuery) -> Callable[[Ticket], bool]:
    categories, items = frozenset(query.category_ids), frozenset(query.item_ids)

    def matches(ticket: Ticket) -> bool:
        return (not categories or any(line.category_id in categories for line in ticket.lines)) and (
            not items or any(line.item_id in items for line in ticket.lines)
        )

    return matches


async def _tickets_by_slots(
    rows: Rows, query: TicketQuery, slots: Slots, offset: int
) -> tuple[list[Ticket], int]:
    states: Sequence[int] = sorted({TICKET_CODE[state] for state in query.states}) or range(
        len(TICKET_STATES)
    )
    total = slots.total(states)
    if offset >= total:
        return [], total
    index, offset = slots.skip_oldest(states, offset)
    floor = slots.starts[index] if index else -FOREVER
    return await rows.tickets_from(floor, states, query.size, offset), total
