"""Halls, tables, who sits where (contract, table; extensions §7)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from jumak.domain.base import CatalogId, Doc, PublicId, Title
from jumak.domain.order.types import NumGuests, Order
from jumak.domain.table import Capacity, Hall, Position, Table, TableState
from jumak.protocol.row import Data, Nothing, Reply, Row

Color = Annotated[str, Meta(pattern=r"^#(?:[0-9a-fA-F]{3}){1,2}\Z")]
"""A CSS hex colour."""

TableEvent = Literal["order-add", "order-update", "clear", "add", "update", "delete", "move", "swap", "merge"]


class TableRef(Data, frozen=True, kw_only=True):
    """A table by id; other keys of a table that was read are ignored."""

    id: CatalogId


class OrderRef(Data, frozen=True, kw_only=True):
    """An order by id."""

    id: PublicId


# -- what plugins see ----------------------------------------------------------------------------


class TableRow(Table, frozen=True, kw_only=True):
    """A table with its order: the OPENED one, else the oldest not yet released."""

    order: Order | None = None


class TableLock(Doc, frozen=True, kw_only=True):
    """Somebody takes the money of an order of this table: nobody else may touch that order (OFF-6, TBL-12).

    by: name of the device or plugin.  device_id: when it is a device.  until: end of the lease, shop-local;
    absent while somebody is being charged, which ends by itself.
    """

    order_id: PublicId
    by: str
    device_id: str | None = None
    until: str | None = None


class TableStatus(Table, frozen=True, kw_only=True):
    """A table with what staff see of it (TBL-6, TBL-9): won, instants shop-local, position on the plan.

    late_at: when the first of its unbumped tickets is, or was, late at a station that still cooks it.
    """

    position: Position | None = None
    status: TableState
    due: int
    num_guests: int | None = None
    seated_at: str | None = None
    last_order_at: str | None = None
    oldest_ticket_at: str | None = None
    late_at: str | None = None
    lock: TableLock | None = None
    orders: tuple[Order, ...]
    version: int


class TableLayout(Table, frozen=True, kw_only=True):
    """A table with its place on the plan."""

    position: Position | None = None
    version: int


class HallListReply(Reply, frozen=True, kw_only=True):
    """Halls by `order`."""

    halls: tuple[Hall, ...]


class TableListReply(Reply, frozen=True, kw_only=True):
    """Tables by id."""

    tables: tuple[TableRow, ...]


class TableData(Data, frozen=True, kw_only=True):
    """Which table."""

    table: TableRef


class TableReply(Reply, frozen=True, kw_only=True):
    """The table, with its order when there is one."""

    table: TableRow


class TableClearData(Data, frozen=True, kw_only=True):
    """Which table is emptied. order: the order the caller means; one that left the table clears nothing."""

    table: TableRef
    order: OrderRef | None = None


class TablePlace(Data, frozen=True, kw_only=True):
    """A side of a move, swap or merge."""

    table: TableRef
    order: OrderRef | UnsetType = UNSET


class TableChange(Struct, frozen=True, kw_only=True):
    """What happened to a table; `move` and `merge` carry both sides."""

    event: TableEvent
    table: TableRef | UnsetType = UNSET
    order: OrderRef | UnsetType = UNSET
    from_: TablePlace | UnsetType = field(default=UNSET, name="from")
    to: TablePlace | UnsetType = UNSET


# -- staff ---------------------------------------------------------------------------------------


class TableStatusListReply(Reply, frozen=True, kw_only=True):
    """Every table, by id."""

    tables: tuple[TableStatus, ...]


class TableStatusChange(Struct, frozen=True, kw_only=True):
    """A table after a commit that touched it; a view of state, without seq."""

    table: TableStatus


class TableMoveData(Data, frozen=True, kw_only=True):
    """from, to: table ids.  expected_version: of the order that moves (OFF-4)."""

    from_: CatalogId = field(name="from")
    to: CatalogId
    expected_version: int | None = None


class TableMergeData(TableMoveData, frozen=True, kw_only=True):
    """beside: both orders stay what they are, at one table (TBL-3)."""

    beside: bool = False


class TableOrderReply(Reply, frozen=True, kw_only=True):
    """The order where it is now; absent when a party without an order moved."""

    order: Order | UnsetType = UNSET


class TableSwapData(Data, frozen=True, kw_only=True):
    """Two occupied tables, by id."""

    first: CatalogId
    second: CatalogId


class TablesReply(Reply, frozen=True, kw_only=True):
    """The tables that changed."""

    tables: tuple[Table, ...]


class TableUndoData(Data, frozen=True, kw_only=True):
    """seq: number of the `move` or `merge` event."""

    seq: Annotated[int, Meta(ge=1, le=2**53)]


class TableSeatData(Data, frozen=True, kw_only=True):
    """Who sits down where, without an order; one guest unless said otherwise (TBL-8)."""

    table_id: CatalogId
    num_guests: NumGuests | None = None


class TableOnlyReply(Reply, frozen=True, kw_only=True):
    """The table."""

    table: Table


class TableGroupData(Data, frozen=True, kw_only=True):
    """Tables used together from now on; those of another group leave it."""

    table_ids: Annotated[tuple[CatalogId, ...], Meta(min_length=2, max_length=100)]
    color: Color | None = None


class TableUngroupData(Data, frozen=True, kw_only=True):
    """Which group ends."""

    group_id: CatalogId


class TableDraft(Data, frozen=True, kw_only=True):
    """A new table; its id is given by the shop."""

    hall_id: CatalogId
    title: Title
    capacity: Capacity | None = None
    position: Position | None = None


class TableAddData(Data, frozen=True, kw_only=True):
    """See `TableDraft`."""

    table: TableDraft


class TableEdit(Data, frozen=True, kw_only=True):
    """A changed table; what is absent stays as it is."""

    id: CatalogId
    hall_id: CatalogId | None = None
    title: Title | None = None
    capacity: Capacity | None = None
    position: Position | None = None


class TableUpdateData(Data, frozen=True, kw_only=True):
    """See `TableEdit`. expected_version: of the table (OFF-4)."""

    table: TableEdit
    expected_version: int | None = None


class TableLayoutReply(Reply, frozen=True, kw_only=True):
    """The table as it stands on the plan."""

    table: TableLayout


class LayoutDeleteData(Data, frozen=True, kw_only=True):
    """Which table or hall goes."""

    id: CatalogId


class HallDraft(Data, frozen=True, kw_only=True):
    """A new hall; last unless `order` says otherwise."""

    title: Title
    order: int | None = None


class HallAddData(Data, frozen=True, kw_only=True):
    """See `HallDraft`."""

    hall: HallDraft


class HallEdit(Data, frozen=True, kw_only=True):
    """A changed hall; what is absent stays as it is."""

    id: CatalogId
    title: Title | None = None
    order: int | None = None


class HallUpdateData(Data, frozen=True, kw_only=True):
    """See `HallEdit`."""

    hall: HallEdit


class HallReply(Reply, frozen=True, kw_only=True):
    """The hall."""

    hall: Hall


class HallRef(Doc, frozen=True, kw_only=True):
    """A hall by id."""

    id: CatalogId


class HallChange(Struct, frozen=True, kw_only=True):
    """The plan has a hall more or less, or one was renamed or moved."""

    event: Literal["add", "update", "delete"]
    hall: HallRef


SDK_PAGE = "table.md §2"
PAGE = "extensions.md §7"
STAFF = ("staff:order", "table:manage")
OWNER = ("staff:own",)


def _act(
    name: str, sdk: str, data: type[Data], reply: type[Reply], about: str, scopes: tuple[str, ...] = STAFF
) -> Row:
    return Row(
        name=name,
        kind="request",
        data=data,
        reply=reply,
        scopes=scopes,
        write=True,
        sdk=sdk,
        page=PAGE,
        about=about,
    )


ROWS: tuple[Row, ...] = (
    Row(
        name="hall.list.request",
        kind="request",
        data=Nothing,
        reply=HallListReply,
        scopes=("table:read",),
        sdk="table.getHalls",
        rate_limited=True,
        origin="sdk-0.0.27",
        page=SDK_PAGE,
        about="The halls, in their order.",
    ),
    Row(
        name="table.list.request",
        kind="request",
        data=Nothing,
        reply=TableListReply,
        scopes=("table:read",),
        sdk="table.getTables",
        rate_limited=True,
        origin="sdk-0.0.27",
        page=SDK_PAGE,
        about="The tables, each with its order.",
    ),
    Row(
        name="table.get.request",
        kind="request",
        data=TableData,
        reply=TableReply,
        scopes=("table:read",),
        sdk="table.getTable",
        rate_limited=True,
        origin="sdk-0.0.27",
        page=SDK_PAGE,
        about="One table with its order.",
    ),
    Row(
        name="table.clear.request",
        kind="request",
        data=TableClearData,
        scopes=("table:write",),
        write=True,
        sdk="table.clearTable",
        rate_limited=True,
        origin="sdk-0.0.18",
        page=SDK_PAGE,
        about="The party leaves: orders without debt are completed, the table is empty (TBL-7).",
    ),
    Row(
        name="table.change.event",
        kind="push",
        data=TableChange,
        scopes=("table:read",),
        sdk="table.on",
        origin="sdk-0.0.27",
        page="table.md §3",
        about="Something happened to a table.",
    ),
    Row(
        name="table-status.list.request",
        kind="request",
        data=Nothing,
        reply=TableStatusListReply,
        scopes=("staff:order", "table:read"),
        sdk="ext.tableStatus.list",
        page=PAGE,
        about="Derived status and figures of every table, with all its orders (TBL-6, TBL-9).",
    ),
    Row(
        name="table-status.change.event",
        kind="push",
        data=TableStatusChange,
        scopes=STAFF,
        sdk="ext.tableStatus.on",
        page="extensions.md §12",
        about="A table as it stands after a commit that touched it.",
    ),
    _act(
        "table.move.request",
        "ext.table.move",
        TableMoveData,
        TableOrderReply,
        "The party moves to an empty table (TBL-1).",
    ),
    _act(
        "table.swap.request",
        "ext.table.swap",
        TableSwapData,
        TablesReply,
        "Two parties change places.",
    ),
    _act(
        "table.merge.request",
        "ext.table.merge",
        TableMergeData,
        TableOrderReply,
        "Two parties become one; with live payments the order moves alongside (TBL-2, TBL-3).",
    ),
    _act(
        "table.undo.request",
        "ext.table.undo",
        TableUndoData,
        TablesReply,
        "Takes a move or merge of this business day back (TBL-4).",
    ),
    _act(
        "table.seat.request",
        "ext.table.seat",
        TableSeatData,
        TableOnlyReply,
        "Guests sit down without an order (TBL-7, TBL-8).",
    ),
    _act(
        "table.group.request",
        "ext.table.group",
        TableGroupData,
        TablesReply,
        "Tables are used together (TBL-5).",
    ),
    _act(
        "table.ungroup.request",
        "ext.table.ungroup",
        TableUngroupData,
        TablesReply,
        "Tables of a group stand alone again.",
    ),
    _act(
        "table.add.request",
        "ext.table.add",
        TableAddData,
        TableLayoutReply,
        "A table joins the plan; ids are never reused (TBL-5).",
        OWNER,
    ),
    _act(
        "table.update.request",
        "ext.table.update",
        TableUpdateData,
        TableLayoutReply,
        "A table of the plan changes.",
        OWNER,
    ),
    Row(
        name="table.delete.request",
        kind="request",
        data=LayoutDeleteData,
        scopes=OWNER,
        write=True,
        sdk="ext.table.delete",
        page=PAGE,
        about="A table leaves the plan; refused while somebody sits there (TBL-5).",
    ),
    _act("hall.add.request", "ext.hall.add", HallAddData, HallReply, "A hall is added.", OWNER),
    _act("hall.update.request", "ext.hall.update", HallUpdateData, HallReply, "A hall changes.", OWNER),
    Row(
        name="hall.delete.request",
        kind="request",
        data=LayoutDeleteData,
        scopes=OWNER,
        write=True,
        sdk="ext.hall.delete",
        page=PAGE,
        about="A hall goes; refused while it holds tables.",
    ),
    Row(
        name="hall.change.event",
        kind="push",
        data=HallChange,
        scopes=STAFF,
        sdk="ext.hall.on",
        page="extensions.md §12",
        about="A hall of the plan came, changed or went.",
    ),
)
