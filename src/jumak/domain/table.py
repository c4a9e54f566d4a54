"""Halls, tables and groups of tables (rulebook §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from msgspec import Meta
from msgspec.structs import replace

from jumak.domain.base import CatalogId, Doc, Title
from jumak.domain.merchant import Shop

TableState = Literal["empty", "reserved", "occupied", "bill"]
Capacity = Annotated[int, Meta(ge=1, le=9_999)]


class TableGroup(Doc, frozen=True, kw_only=True):
    """Tables used together (TBL-5)."""

    id: CatalogId
    color: str
    merchant_id: int
    table_ids: tuple[int, ...]


class Table(Doc, frozen=True, kw_only=True):
    """A table as plugins see it (contract, table §1)."""

    id: CatalogId
    hall_id: CatalogId
    title: Title
    capacity: Capacity | None = None
    group: TableGroup | None = None


class Position(Doc, frozen=True, kw_only=True, omit_defaults=False):
    """Where a table stands on the plan, in plan units, and its shape; answered whole (contract, extensions §2)."""

    x: Annotated[int, Meta(ge=-100_000, le=100_000)]
    y: Annotated[int, Meta(ge=-100_000, le=100_000)]
    width: Annotated[int, Meta(ge=1, le=100_000)] = 100
    height: Annotated[int, Meta(ge=1, le=100_000)] = 100
    shape: Literal["rect", "round"] = "rect"


class TableRecord(Doc, frozen=True, kw_only=True):
    """A table as it is stored.

    seated_ms: since when somebody sits here without an order or with one; None when empty.
    bill_ms: when a pre-bill was printed last.  deleted: a tombstone, ids are never reused (TBL-5).
    """

    id: CatalogId
    hall_id: CatalogId
    title: Title
    capacity: Capacity | None = None
    position: Position | None = None
    group_id: int | None = None
    seated_ms: int | None = None
    num_guests: int | None = None
    bill_ms: int | None = None
    deleted: bool = False
    version: int


class Hall(Doc, frozen=True, kw_only=True):
    """A room of tables (contract, table §1)."""

    id: CatalogId
    title: Title
    order: int


class GroupRecord(Doc, frozen=True, kw_only=True):
    """A group of tables as it is stored."""

    id: CatalogId
    color: str
    table_ids: tuple[int, ...]


def table_view(record: TableRecord, group: GroupRecord | None, shop: Shop) -> Table:
    """The table as plugins see it; its title exactly as typed."""
    return Table(
        id=record.id,
        hall_id=record.hall_id,
        title=record.title,
        capacity=record.capacity,
        group=None
        if group is None
        else TableGroup(id=group.id, color=group.color, merchant_id=shop.id, table_ids=group.table_ids),
    )


def is_over_capacity(record: TableRecord, num_guests: int) -> bool:
    """More guests than seats: worth a warning, never a refusal (TBL-8)."""
    return record.capacity is not None and num_guests > record.capacity


def added_guests(first: int | None, second: int | None) -> int | None:
    """Guests of two parties that join; None when neither was counted (TBL-2)."""
    return (first or 0) + (second or 0) or None


def seated(record: TableRecord, *, at_ms: int, num_guests: int | None) -> TableRecord:
    """Somebody sits here, with or without an order; at least one guest (TBL-8).

    Seating again keeps the first time and counts the guests anew.
    """
    return replace(
        record,
        seated_ms=at_ms if record.seated_ms is None else record.seated_ms,
        num_guests=num_guests or record.num_guests or 1,
        version=record.version + 1,
    )


def emptied(record: TableRecord) -> TableRecord:
    """Nobody sits here any more; the same record when nobody did."""
    if record.seated_ms is None and record.num_guests is None and record.bill_ms is None:
        return record
    return replace(record, seated_ms=None, num_guests=None, bill_ms=None, version=record.version + 1)


def taken_over(old: TableRecord, new: TableRecord) -> TableRecord:
    """`new` with the party that sat at `old`: since when, how many, and whether the bill was printed."""
    return replace(
        new,
        seated_ms=old.seated_ms,
        num_guests=old.num_guests,
        bill_ms=old.bill_ms,
        version=new.version + 1,
    )


def joined(old: TableRecord, new: TableRecord) -> TableRecord:
    """`new` with the guests of `old` beside its own; a bill printed before no longer tells the truth."""
    known = [ms for ms in (old.seated_ms, new.seated_ms) if ms is not None]
    return replace(
        new,
        seated_ms=min(known, default=None),
        num_guests=added_guests(old.num_guests, new.num_guests),
        bill_ms=None,
        version=new.version + 1,
    )


def group_of(record: TableRecord, groups: Mapping[str | int, GroupRecord]) -> GroupRecord | None:
    """The group a table is used in, None when it stands alone."""
    return None if record.group_id is None else groups.get(record.group_id)


def regrouped(
    groups: Iterable[GroupRecord], table_ids: frozenset[int]
) -> tuple[tuple[GroupRecord, ...], tuple[GroupRecord, ...]]:
    """What becomes of other groups when these tables leave them: those that shrink, those that end.

    One table alone is no group.
    """
    shrunk: list[GroupRecord] = []
    ended: list[GroupRecord] = []
    for group in groups:
        left = tuple(table_id for table_id in group.table_ids if table_id not in table_ids)
        if len(left) == len(group.table_ids):
            continue
        if len(left) < 2:
            ended.append(group)
        else:
            shrunk.append(replace(group, table_ids=left))
    return tuple(shrunk), tuple(ended)
