"""Use cases of the floor plan: halls and tables come, change and go (rulebook TBL-5)."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.errors import Conflict, InvalidState, NotFound
from jumak.domain.fact import Fact
from jumak.domain.occupancy import is_occupied
from jumak.domain.table import Hall, TableRecord
from jumak.protocol.messages.table import (
    HallAddData,
    HallReply,
    HallUpdateData,
    LayoutDeleteData,
    TableAddData,
    TableLayout,
    TableLayoutReply,
    TableUpdateData,
)
from jumak.protocol.row import Done
from jumak.service.keeping import table_fact
from jumak.service.ports import Transaction
from jumak.service.registry import command
from jumak.service.table import known_table, leave_group, orders_of, require_tables, views


@command("table.add.request")
async def add_table(tx: Transaction, data: TableAddData) -> TableLayoutReply:
    """A table joins the plan under an id never used before; raises UnsupportedMode, NotFound."""
    draft = data.table
    await _known_hall(tx, draft.hall_id)
    record = TableRecord(
        id=await _new_id(tx, TableRecord),
        hall_id=draft.hall_id,
        title=draft.title,
        capacity=draft.capacity,
        position=draft.position,
        version=1,
    )
    tx.put(record)
    tx.record(table_fact("add", record.id))
    return TableLayoutReply(table=await _layout(tx, record))


@command("table.update.request")
async def update_table(tx: Transaction, data: TableUpdateData) -> TableLayoutReply:
    """Change title, hall, seats or position; what is absent stays.

    Raises Conflict VERSION with the version that stands, UnsupportedMode, NotFound.
    """
    edit = data.table
    record = await known_table(tx, edit.id, path="$.table.id")
    if data.expected_version not in (None, record.version):
        raise Conflict(
            "그 사이에 다른 사람이 테이블을 바꾸었습니다",
            f"the table is at version {record.version}, not {data.expected_version}; read it again",
            reason="VERSION",
            current={"id": record.id, "version": record.version},
        )
    if edit.hall_id is not None:
        await _known_hall(tx, edit.hall_id)
    changed = replace(
        record,
        hall_id=edit.hall_id or record.hall_id,
        title=record.title if edit.title is None else edit.title,
        capacity=edit.capacity or record.capacity,
        position=edit.position or record.position,
    )
    if changed != record:
        changed = replace(changed, version=record.version + 1)
        tx.put(changed)
        tx.record(table_fact("update", record.id))
    return TableLayoutReply(table=await _layout(tx, changed))


@command("table.delete.request")
async def delete_table(tx: Transaction, data: LayoutDeleteData) -> Done:
    """A table leaves the plan; its id is never used again (TBL-5).

    Raises InvalidState TABLE_IN_USE while an order or guests are there, UnsupportedMode, NotFound.
    """
    record = await known_table(tx, data.id, path="$.id")
    if is_occupied(record, await orders_of(tx, record.id)):
        raise InvalidState(
            "사용 중인 테이블은 지울 수 없습니다", "somebody sits at this table", reason="TABLE_IN_USE"
        )
    await leave_group(tx, record)
    tx.put(replace(record, deleted=True, group_id=None, version=record.version + 1))
    tx.record(table_fact("delete", record.id))
    return Done()


@command("hall.add.request")
async def add_hall(tx: Transaction, data: HallAddData) -> HallReply:
    """A hall, last in the row unless `order` says otherwise."""
    require_tables(tx)
    halls = (await tx.all(Hall)).values()
    last = max((hall.order for hall in halls), default=0)
    order = last + 1 if data.hall.order is None else data.hall.order
    hall = Hall(id=await _new_id(tx, Hall), title=data.hall.title, order=order)
    return _kept(tx, "add", hall)


@command("hall.update.request")
async def update_hall(tx: Transaction, data: HallUpdateData) -> HallReply:
    """Change title or place; what is absent stays. Raises UnsupportedMode, NotFound."""
    edit = data.hall
    hall = await _known_hall(tx, edit.id, path="$.hall.id")
    return _kept(
        tx,
        "update",
        replace(
            hall,
            title=hall.title if edit.title is None else edit.title,
            order=hall.order if edit.order is None else edit.order,
        ),
    )


@command("hall.delete.request")
async def delete_hall(tx: Transaction, data: LayoutDeleteData) -> Done:
    """A hall goes; raises InvalidState HALL_NOT_EMPTY while it holds tables, UnsupportedMode, NotFound."""
    hall = await _known_hall(tx, data.id, path="$.id")
    tables = (await tx.all(TableRecord)).values()
    if any(table.hall_id == hall.id and not table.deleted for table in tables):
        raise InvalidState(
            "테이블이 있는 공간은 지울 수 없습니다",
            "the hall still holds tables",
            reason="HALL_NOT_EMPTY",
        )
    tx.drop(Hall, hall.id)
    tx.record(_hall_fact("delete", hall))
    return Done()


async def _known_hall(tx: Transaction, hall_id: int, *, path: str = "$.table.hallId") -> Hall:
    require_tables(tx)
    hall = await tx.get(Hall, hall_id)
    if hall is None:
        raise NotFound("없는 공간입니다", f"there is no hall {hall_id}", path=path)
    return hall


async def _new_id(tx: Transaction, kind: type[Struct]) -> int:
    # A plan that was brought along has taken some numbers without asking the counter.
    taken = await tx.all(kind)
    while (number := await tx.next_number(f"id:{kind.__name__}")) in taken:
        continue
    return number


async def _layout(tx: Transaction, record: TableRecord) -> TableLayout:
    (view,) = await views(tx, (record.id,))
    return TableLayout(
        id=view.id,
        hall_id=view.hall_id,
        title=view.title,
        capacity=view.capacity,
        group=view.group,
        position=record.position,
        version=record.version,
    )


def _kept(tx: Transaction, event: str, hall: Hall) -> HallReply:
    tx.put(hall)
    tx.record(_hall_fact(event, hall))
    return HallReply(hall=hall)


def _hall_fact(event: str, hall: Hall) -> Fact:
    return Fact(f"hall.{event}", str(hall.id), {"hall": {"id": hall.id}})
