"""The history of an order, read from the journal (contract: extensions §4.1)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from jumak.domain.base import Doc, PublicId
from jumak.domain.caller import CallerKind
from jumak.domain.order.history import HistoryChange, Named
from jumak.protocol.messages.session import Seq
from jumak.protocol.row import Data, Reply, Row

HistorySize = Annotated[int, Meta(ge=1, le=200)]


class OrderHistoryData(Data, frozen=True, kw_only=True):
    """before: the `next` of the page before, entries from there on back.  size: 50 unless given."""

    order_id: PublicId
    before: Seq | None = None
    size: HistorySize | None = None


class HistoryActor(Doc, frozen=True, kw_only=True):
    """Who did it, as the journal keeps it: an identity, where it was, and the person signed in there.

    kind `system` is the shop by itself, with id `system`.  name: of the plugin, service or device.  staff: for
    callers with a staff scope only.
    """

    kind: CallerKind
    id: str
    name: str | None = None
    device: Named | None = None
    staff: Named | None = None


class OrderHistoryEntry(Doc, frozen=True, kw_only=True):
    """One fact of the journal about the order.

    seq: its number, as pushes have it.  at: shop-local with offset.  atMs: the same in
    milliseconds since 1970, which what one act did has in common.  fact: its name in the journal.  approvedBy: the
    manager whose approval was used, for callers with a staff scope only.  changes: empty where the fact only goes
    with another of the same moment.
    """

    seq: int
    at: str
    at_ms: int
    fact: str
    who: HistoryActor
    approved_by: Named | None = None
    reason: str | None = None
    changes: tuple[HistoryChange, ...]


class OrderHistoryReply(Reply, frozen=True, kw_only=True):
    """The newest first. next: `before` of the following page, absent on the last."""

    entries: tuple[OrderHistoryEntry, ...]
    next: int | UnsetType = UNSET


ROWS: tuple[Row, ...] = (
    Row(
        name="order.history.request",
        kind="request",
        data=OrderHistoryData,
        reply=OrderHistoryReply,
        scopes=("order:read",),
        page="extensions.md §4.1",
        about="Who did what when to an order, from the journal (SEC-2).",
    ),
)
