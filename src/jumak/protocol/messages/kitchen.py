"""The kitchen: tickets, screens and stations (contract: kds; extensions §8)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jumak.domain.base import CatalogId, PublicId, Title
from jumak.domain.kitchen import AllDay, KdsOrderItem, KitchenTicket, Station, TicketState
from jumak.domain.kitchen.types import Minutes, StationId
from jumak.domain.order.types import Order
from jumak.protocol.row import Data, Done, Nothing, Reply, Row

Filter = Meta(max_length=500)
TicketIds = Annotated[tuple[PublicId, ...], Filter]
CatalogIds = Annotated[tuple[CatalogId, ...], Filter]


class KdsListData(Data, frozen=True, kw_only=True):
    """A page of tickets, oldest first; filters are AND-ed, an empty one is no filter (KDS-11)."""

    page: Annotated[int, Meta(ge=1, le=1_000_000)]
    size: Annotated[int, Meta(ge=1, le=500)]
    states: Annotated[tuple[TicketState, ...], Filter] | None = None
    order_ids: TicketIds | None = None
    category_ids: CatalogIds | None = None
    item_ids: CatalogIds | None = None
    ids: TicketIds | None = None


class KdsListReply(Reply, frozen=True, kw_only=True):
    """last: nothing follows, also past the end.  totalElements: tickets that match in all."""

    contents: tuple[KdsOrderItem, ...]
    last: bool
    total_elements: int


class KdsOrderRef(Struct, frozen=True, kw_only=True):
    """A ticket by id."""

    id: PublicId


class KdsChange(Data, frozen=True, kw_only=True):
    """A ticket reached the kitchen (also by recall), is done, or was cancelled."""

    event: Literal["open", "complete", "cancel"]
    kds_order: KdsOrderRef


class BoardData(Data, frozen=True, kw_only=True):
    """stationId: whose screen; without it the expo's, who sees whole orders."""

    station_id: StationId | None = None


class ScheduledOrder(Struct, frozen=True, kw_only=True, rename="camel"):
    """An accepted order the kitchen gets later, whole. firesAt: when (KDS-9)."""

    order: Order
    fires_at: str


class BoardReply(Reply, frozen=True, kw_only=True):
    """Open tickets in the order of the screen, and what is still to cook in all.

    finished: the newest 20 this screen is done with, the last one first; each may be recalled.
    ready: the expo's, cooked in full and not handed over, the longest ready first.
    scheduled: orders that fire later, the soonest first.  requested: how many requests wait for an answer.
    seq: the journal's number it was read at; a greater one in `session.ping.request` means: read again.
    """

    tickets: tuple[KitchenTicket, ...]
    all_day: tuple[AllDay, ...]
    finished: tuple[KitchenTicket, ...]
    ready: tuple[KitchenTicket, ...]
    scheduled: tuple[ScheduledOrder, ...]
    requested: int
    seq: int


class BoardChange(Data, frozen=True, kw_only=True):
    """A ticket as this station's screen has it now; gone from the screen when it is not OPENED or all done."""

    station_id: StationId
    ticket: KitchenTicket


class BumpData(Data, frozen=True, kw_only=True):
    """lineIds: these lines, absent = all.  stationId: done at this station, absent = everywhere."""

    id: PublicId
    line_ids: TicketIds | None = None
    station_id: StationId | None = None


class TicketData(Data, frozen=True, kw_only=True):
    """Which ticket."""

    id: PublicId


class TicketReply(Reply, frozen=True, kw_only=True):
    """The ticket."""

    kds_order: KdsOrderItem


class KitchenOrderData(Data, frozen=True, kw_only=True):
    """Which order."""

    order_id: PublicId


class FireReply(Reply, frozen=True, kw_only=True):
    """Tickets of the order, oldest first."""

    kds_orders: tuple[KdsOrderItem, ...]


class PrioritizeData(Data, frozen=True, kw_only=True):
    """pinned: to the front, or back to its place."""

    id: PublicId
    pinned: bool


class RemakeData(Data, frozen=True, kw_only=True):
    """How many of a line are cooked again, and why."""

    order_id: PublicId
    line_id: PublicId
    quantity: Annotated[int, Meta(ge=1, le=9_999)] | Annotated[float, Meta(gt=0, le=9_999)]
    reason: Annotated[str, Meta(max_length=200)]


class AcknowledgeData(Data, frozen=True, kw_only=True):
    """Tickets a station's screen shows."""

    ids: TicketIds
    station_id: StationId


class StationsReply(Reply, frozen=True, kw_only=True):
    """Every station, the default first."""

    stations: tuple[Station, ...]


class StationDraft(Struct, frozen=True, kw_only=True, rename="camel"):
    """A station to set up or edit. id: absent = a new one.  categoryIds: empty = all."""

    id: StationId | None = None
    name: Annotated[Title, Meta(min_length=1)]
    category_ids: Annotated[tuple[CatalogId, ...], Meta(max_length=1_000)] = ()
    is_default: bool = False
    caution_min: Minutes = 5
    late_min: Minutes = 10


class StationSaveData(Data, frozen=True, kw_only=True):
    """The station."""

    station: StationDraft


class StationReply(Reply, frozen=True, kw_only=True):
    """The station as it is now."""

    station: Station


class StationDeleteData(Data, frozen=True, kw_only=True):
    """Which station."""

    id: StationId


SDK = "sdk-0.0.27"
PAGE = "kds.md"
MORE = "extensions.md §8"


def _act(verb: str, sdk: str, data: type[Data], reply: type[Reply], about: str) -> Row:
    return Row(
        name=f"kds-order-item.{verb}.request",
        kind="request",
        data=data,
        reply=reply,
        scopes=("kds:write",),
        write=True,
        sdk=f"ext.kdsOrderItem.{sdk}",
        page=MORE,
        about=about,
    )


ROWS: tuple[Row, ...] = (
    Row(
        name="kds-order-item.get-list.request",
        kind="request",
        data=KdsListData,
        reply=KdsListReply,
        scopes=("kds:read",),
        sdk="kdsOrder.getKdsOrderItems",
        rate_limited=True,
        origin=SDK,
        page=PAGE,
        about="A page of kitchen tickets, oldest first (KDS-11).",
    ),
    Row(
        name="kds-order-item.change.event",
        kind="push",
        data=KdsChange,
        scopes=("kds:read",),
        sdk="kdsOrder.on",
        origin=SDK,
        page=PAGE,
        about="A ticket reached the kitchen, is done, or was cancelled.",
    ),
    Row(
        name="kds-board.get.request",
        kind="request",
        data=BoardData,
        reply=BoardReply,
        scopes=("kds:read",),
        sdk="ext.kdsBoard.get",
        page=MORE,
        about="What one station's screen shows, or the expo's.",
    ),
    Row(
        name="kds-board.change.event",
        kind="push",
        data=BoardChange,
        scopes=("kds:read",),
        sdk="ext.kdsBoard.on",
        page="extensions.md §12",
        about="A ticket changed on a station's screen; without a number, never replayed.",
    ),
    _act("bump", "bump", BumpData, TicketReply, "Lines or the whole ticket are done (KDS-6, KDS-7)."),
    _act("recall", "recall", TicketData, TicketReply, "Bring a bumped ticket back (KDS-5)."),
    _act("fire", "fire", KitchenOrderData, FireReply, "Send a scheduled order now (KDS-9)."),
    _act("prioritize", "prioritize", PrioritizeData, TicketReply, "Move a ticket to the front."),
    _act("remake", "remake", RemakeData, TicketReply, "Cook some of a line again, without charge (KDS-9)."),
    _act("hand-over", "handOver", KitchenOrderData, Done, "The expo hands a finished order to the guest."),
    _act("acknowledge", "acknowledge", AcknowledgeData, Done, "A station's screen shows these tickets."),
    Row(
        name="kds-station.list.request",
        kind="request",
        data=Nothing,
        reply=StationsReply,
        scopes=("kds:read",),
        sdk="ext.kdsStation.list",
        page=MORE,
        about="The stations of the kitchen (KDS-3).",
    ),
    Row(
        name="kds-station.save.request",
        kind="request",
        data=StationSaveData,
        reply=StationReply,
        scopes=("staff:own",),
        write=True,
        sdk="ext.kdsStation.save",
        page=MORE,
        about="Set up or edit a station.",
    ),
    Row(
        name="kds-station.delete.request",
        kind="request",
        data=StationDeleteData,
        scopes=("staff:own",),
        write=True,
        sdk="ext.kdsStation.delete",
        page=MORE,
        about="Close a station; the default one takes over what it had.",
    ),
)
