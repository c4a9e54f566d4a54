"""Views of state pushed after a commit, for screens: they carry no `seq` and are never replayed (wire §9)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jumak.server.publish import View
from jumak.service.board import board_changes
from jumak.service.ports import Committed, Reader
from jumak.service.table import shown
from jumak.service.table_status import statuses, touched_tables


async def order_views(read: Reader, committed: Committed) -> Iterable[Any]:
    """`order.view.event`: every order of the commit as it is now (ORD-6)."""
    return [
        {"order": await shown(read, order), "version": order.version, "number": order.number}
        for order in committed.orders
    ]


async def table_views(read: Reader, committed: Committed) -> Iterable[Any]:
    """`table-status.change.event`: every table the commit may have changed (TBL-6)."""
    touched = await touched_tables(read, committed)
    return [{"table": table} for table in await statuses(read, touched)] if touched else []


VIEWS: dict[str, View] = {
    "order.view.event": order_views,
    "table-status.change.event": table_views,
    "kds-board.change.event": board_changes,
}
