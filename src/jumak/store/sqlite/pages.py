"""Pages of orders and tickets."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Raw

from jumak.domain.kitchen import Ticket
from jumak.domain.order.types import Order
from jumak.service.ports import OrderQuery, TicketQuery
from jumak.store.sqlite.codec import ORDER_CODE, ORDER_STATES, TICKET_CODE, TICKET_STATES, Codec
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.slots import Slots

_FOREVER = 2**62
_NEWEST_FIRST = "ORDER BY created DESC, seq DESC"


def page_of_orders(
    connection: sqlite3.Connection, codec: Codec, query: OrderQuery, slots: Slots | None
) -> list[Raw | Order]:
    """A page, newest first. Orders of one instant come by row number, which ids follow.

    slots: counts to find the page with; without them everything before the page is walked over.
    """
    if not query.size or query.page < 1:
        return []
    offset = (query.page - 1) * query.size
    states = sorted({ORDER_CODE[state] for state in query.states}) or list(range(len(ORDER_STATES)))
    start = -_FOREVER if query.start_ms is None else query.start_ms
    end = _FOREVER if query.end_ms is None else query.end_ms
    if start >= end:
        return []
    where, values = _order_filters(query)
    if query.text:
        return _page_with_text(connection, codec, query, (start, end, states, where, values), offset)
    if where or slots is None:
        rows = _rows(connection, start, end, states, where, values, query.size, offset)
    else:
        skipped = _skip(connection, slots, start, end, states, offset)
        if skipped is None:
            return []
        end, offset = skipped
        rows = _rows(connection, start, end, states, [], [], query.size, offset)
    return [_shown(codec, *row) for row in rows]


def _shown(codec: Codec, table_id: int | None, doc: bytes, backing: bytes) -> Raw | Order:
    return Raw(codec.unpack(doc)) if table_id is None else codec.order(doc, backing)


def _order_filters(query: OrderQuery) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    for column, value in (
        ("table_id", query.table_id),
        ("number", query.number),
        ("business_date", query.business_date),
    ):
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    if query.order_key is not None:
        where.append("(order_key = ? OR (order_key IS NULL AND id = ?))")
        values += [query.order_key, query.order_key]
    return where, values


def _skip(
    connection: sqlite3.Connection, slots: Slots, start: int, end: int, states: Sequence[int], offset: int
) -> tuple[int, int] | None:
    """The instant below which to read and how many rows to skip there; None: the page is beyond the end."""
    top = slots.index_of(end)
    if top < 0:
        return None
    if end != _FOREVER:
        floor = max(start, slots.starts[top] if top else -_FOREVER)
        inside = _count(connection, floor, end, states)
        if inside > offset:
            return end, offset
        offset -= inside
    else:
        top += 1
    index, offset = slots.skip_newest(top, states, offset)
    if index < 0:
        return None
    return (slots.starts[index + 1] if index + 1 < len(slots.starts) else _FOREVER), offset


def _count(connection: sqlite3.Connection, start: int, end: int, states: Sequence[int]) -> int:
    if len(states) == len(ORDER_STATES):
        count: int = connection.execute(SQL["count_orders_between"], (start, end)).fetchone()[0]
        return count
    sql = SQL["count_orders_between_in_state"]
    return sum(connection.execute(sql, (start, end, state)).fetchone()[0] for state in states)


def _rows(
    connection: sqlite3.Connection,
    start: int,
    end: int,
    states: Sequence[int],
    where: list[str],
    values: list[Any],
    size: int,
    offset: int,
) -> list[tuple[int | None, bytes, bytes]]:
    """Rows of one page, whose numbers are first found in an index alone."""
    found: list[str] = []
    arguments: list[Any] = []
    if where or len(states) == len(ORDER_STATES):
        marks = ",".join(map(str, states))
        conditions = [
            "created >= ?",
            "created < ?",
            *([f"state IN ({marks})"] if len(states) < len(ORDER_STATES) else []),
            *where,
        ]
        found.append(f"SELECT created, seq FROM orders WHERE {' AND '.join(conditions)}")  # noqa: S608  # fixed texts
        arguments += [start, end, *values]
    else:
        # One walk per state through its own index, merged: a rare state costs no walk over the others.
        for state in states:
            found.append("SELECT created, seq FROM orders WHERE state = ? AND created >= ? AND created < ?")
            arguments += [state, start, end]
    sql = (
        "SELECT o.table_id, o.doc, o.backing FROM ("  # noqa: S608  # fixed texts
        + " UNION ALL ".join(found)
        + f" {_NEWEST_FIRST} LIMIT ? OFFSET ?) AS found JOIN orders AS o ON o.seq = found.seq"
        " ORDER BY o.created DESC, o.seq DESC"
    )
    rows: list[tuple[int | None, bytes, bytes]] = connection.execute(
        sql, (*arguments, size, offset)
    ).fetchall()
    return rows


def _page_with_text(
    connection: sqlite3.Connection,
    codec: Codec,
    query: OrderQuery,
    scope: tuple[int, int, list[int], list[str], list[Any]],
    offset: int,
) -> list[Raw | Order]:
    """Orders whose number, key, source, memo, items, amount or table hold the text: read one by one."""
    start, end, states, where, values = scope
    wanted = (query.text or "").casefold()
    found: list[Raw | Order] = []
    at, step = 0, 256
    while len(found) < query.size:
        rows = _rows(connection, start, end, states, where, values, step, at)
        for row in rows:
            if row[0] in query.text_tables or wanted in _searchable(codec.order(row[1], row[2])):
                if offset:
                    offset -= 1
                elif len(found) < query.size:
                    found.append(_shown(codec, *row))
        if len(rows) < step:
            break
        at += step
    return found


def _searchable(order: Order) -> str:
    parts = [order.id, order.number, order.order_key, order.source, order.memo or ""]
    parts += [line.item.title for line in order.line_items]
    parts += [line.memo for line in order.line_items if line.memo]
    price = order.charge_price.charge_price_value
    parts += [str(price), f"{price:,}"]
    return "\n".join(parts).casefold()


def page_of_tickets(
    connection: sqlite3.Connection, codec: Codec, query: TicketQuery, slots: Slots | None
) -> tuple[list[Ticket], int]:
    """A page of tickets, oldest first, and how many match in all (KDS-11)."""
    offset = (query.page - 1) * query.size
    by_lines = bool(query.category_ids or query.item_ids)
    if not (by_lines or query.order_ids or query.ids) and slots is not None:
        return _tickets_by_slots(connection, codec, query, slots, offset)
    where: list[str] = []
    values: list[Any] = []
    for column, wanted in (
        ("id", query.ids),
        ("order_id", query.order_ids),
        ("state", [TICKET_CODE[state] for state in query.states]),
    ):
        if wanted:
            where.append(f"{column} IN ({','.join('?' * len(wanted))})")
            values += wanted
    sql = f"SELECT doc FROM tickets {'WHERE ' if where else ''}{' AND '.join(where)} ORDER BY created, seq"  # noqa: S608  # fixed texts
    total = 0
    page: list[Ticket] = []
    matches = _line_filter(query)
    for (doc,) in connection.execute(sql, values).fetchall():
        ticket = codec.ticket(doc)
        if matches(ticket):
            if offset <= total < offset + query.size:
                page.append(ticket)
            total += 1
    return page, total


def _line_filter(query: TicketQuery) -> Callable[[Ticket], bool]:
    categories, items = frozenset(query.category_ids), frozenset(query.item_ids)

    def matches(ticket: Ticket) -> bool:
        return (not categories or any(line.category_id in categories for line in ticket.lines)) and (
            not items or any(line.item_id in items for line in ticket.lines)
        )

    return matches


def _tickets_by_slots(
    connection: sqlite3.Connection, codec: Codec, query: TicketQuery, slots: Slots, offset: int
) -> tuple[list[Ticket], int]:
    states = sorted({TICKET_CODE[state] for state in query.states}) or list(range(len(TICKET_STATES)))
    total = slots.total(states)
    if offset >= total:
        return [], total
    index, offset = slots.skip_oldest(states, offset)
    floor = slots.starts[index] if index else -_FOREVER
    marks = ",".join(map(str, states))
    table = "tickets" if states != [0] else "tickets INDEXED BY tickets_open"
    sql = (
        f"SELECT t.doc FROM (SELECT seq FROM {table} WHERE created >= ? AND state IN ({marks})"  # noqa: S608  # fixed texts
        " ORDER BY created, seq LIMIT ? OFFSET ?) AS found JOIN tickets AS t ON t.seq = found.seq"
        " ORDER BY t.created, t.seq"
    )
    if states == [0]:
        sql = sql.replace("state IN (0)", "state = 0")
    rows = connection.execute(sql, (floor, query.size, offset)).fetchall()
    return [codec.ticket(doc) for (doc,) in rows], total
