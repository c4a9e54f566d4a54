"""Messages of split bills (contract: extensions §4)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from jumak.domain.base import Doc, PublicId
from jumak.protocol.messages.order import LineShare
from jumak.protocol.row import UNSET, Data, Reply, Row, UnsetType

Count = Annotated[int, Meta(ge=1, le=9_999)]
Amounts = Annotated[
    tuple[Annotated[int, Meta(ge=1, le=999_999_999)], ...], Meta(min_length=1, max_length=9_999)
]


Groups = Annotated[
    tuple[Annotated[tuple[LineShare, ...], Meta(min_length=1, max_length=500)], ...],
    Meta(min_length=1, max_length=500),
]


class LineSeat(Doc, frozen=True, kw_only=True):
    """Who had a line: the guest of this seat."""

    id: PublicId
    seat: Annotated[int, Meta(ge=1, le=9_999)]


class SplitBill(Data, frozen=True, kw_only=True):
    """Compute the parts of a bill (SPL-1 … SPL-3); `by` says which of the other keys is needed.

    By guest none is: the order knows who sits where. count: how many guests there are.  seats: who had which line,
    in the place of what the order knows; lines left out are shared.
    """

    order_id: PublicId
    by: Literal["count", "amount", "item", "guest"]
    count: Count | None = None
    amounts: Amounts | None = None
    lines: Groups | None = None
    seats: Annotated[tuple[LineSeat, ...], Meta(max_length=500)] | None = None


class BillPart(Doc, frozen=True, kw_only=True):
    """One part in won. id: 1, 2, 3 …, by guest the seat. lines: what it stands for, where it stands for lines."""

    id: str
    amount: int
    lines: tuple[LineShare, ...] | UnsetType = UNSET


class SplitBillReply(Reply, frozen=True, kw_only=True):
    """Parts that add up to what is owed."""

    parts: tuple[BillPart, ...]


ROWS: tuple[Row, ...] = (
    Row(
        name="bill.split.request",
        kind="request",
        data=SplitBill,
        reply=SplitBillReply,
        scopes=("staff:order",),
        sdk="ext.bill.split",
        page="extensions.md",
    ),
)
