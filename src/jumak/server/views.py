"""Views of state pushed after a commit, for screens: they carry no `seq` and are never replayed (wire §9)."""

from __future__ import annotations

from collections.abc import Iterable

from jumak.server.publish import View
from jumak.service.board import board_changes
from jumak.service.customer_display import customer_views
from jumak.service.ports import Announcement, Committed, Reader
from jumak.service.reconcile import reconcile_views
from jumak.service.table import shown
from jumak.service.table_status import statuses, touched_tables

ORDER, TABLE, BOARD = "order.view.event", "table-status.change.event", "kds-board.change.event"


async def order_views(read: Reader, committed: Committed) -> Iterable[Announcement]:
    """`order.view.event`: every order of the commit as it is now (ORD-6)."""
    return [
        Announcement(
            name=ORDER,
            data={"order": await shown(read, order), "version": order.version, "number": order.number},
        )
        for order in committed.orders
    ]


async def table_views(read: Reader, committed: Committed) -> Iterable[Announcement]:
    """`table-status.change.event`: every table the commit may have changed (TBL-6)."""
    touched = await touched_tables(read, committed)
    changed = await statuses(read, touched) if touched else ()
    return [Announcement(name=TABLE, data={"table": table}) for table in changed]


async def board_views(read: Reader, committed: Committed) -> Iterable[Announcement]:
    """`kds-board.change.event`: every ticket of the commit, on each board that shows it (KDS-2)."""
    return [Announcement(name=BOARD, data=change) for change in await board_changes(read, committed)]


VIEWS: dict[str, View] = {
    ORDER: order_views,
    TABLE: table_views,
    BOARD: board_views,
    "customer-display.change.event": customer_views,
    "reconcile.change.event": reconcile_views,
}
"""By the name of the push they make."""
