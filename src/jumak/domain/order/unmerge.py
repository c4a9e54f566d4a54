"""Taking a merge back while nothing was paid or added since (rulebook TBL-4).

A cancelled order stays cancelled, so the party that was merged away gets a new order: same lines,
discounts, key and owner, another id and number.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.errors import InvalidState
from jumak.domain.order.edit import next_version
from jumak.domain.order.ending import live_payments
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order


class MergeRecord(Struct, frozen=True, kw_only=True):
    """What a merge needs to be taken back, kept for its business day. id: of the source order.

    source, target: as they were before.  target_version: the target's version after.
    """

    id: str
    business_date: str
    source: Order
    target: Order
    target_version: int


class Unmerged(Struct, frozen=True, kw_only=True):
    """A merge taken back. moved: line id in the target → the same id and its thousandths (as a split)."""

    target: Order
    recreated: Order
    moved: dict[str, tuple[str, int]]


def undo_refusal() -> InvalidState:
    """Too much has happened since to take it back."""
    return InvalidState(
        "그 뒤에 주문이나 결제가 바뀌어 되돌릴 수 없습니다. 주문 나누기를 쓰세요",
        "the order has changed since; divide it instead",
        reason="UNDO_CHANGED",
    )


def unmerge(
    target: Order, merge: MergeRecord, *, order_id: str, number: str, order_key: str, iso: str
) -> Unmerged:
    """The target without the other party, and that party's order again.

    target: as it is now.  Raises InvalidState UNDO_CHANGED when anything happened since (TBL-4).
    """
    if target.version != merge.target_version or target.order_state != "OPENED" or live_payments(target):
        raise undo_refusal()
    now, before, gone = backing_of(target), backing_of(merge.target), backing_of(merge.source)
    restored = replace(
        merge.target,
        table_id=target.table_id,
        backing=replace(before, tallies=now.tallies, sent=now.sent, next_line=now.next_line),
    )
    lines = tuple(replace(line, order_id=order_id) for line in merge.source.line_items)
    recreated = replace(
        merge.source,
        id=order_id,
        number=number,
        order_key=order_key,
        line_items=lines,
        payments=(),
        updated_at=iso,
        version=1,
        backing=replace(gone, payments={}, tallies=(), released=False),
    )
    return Unmerged(
        target=next_version(target, restored, iso),
        recreated=recreated,
        moved={line.id: (line.id, round(line.quantity.value * 1000)) for line in lines},
    )
