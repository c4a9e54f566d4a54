"""The values of the kitchen: stations, tickets and what screens and plugins see of them (rulebook §5.1)."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from msgspec import Meta, Struct

from jumak.domain.base import CatalogId, Doc, PublicId, Title
from jumak.domain.catalog import ItemOptionChoice
from jumak.domain.discount import Discount
from jumak.domain.fact import Fact
from jumak.domain.order.types import DiningOption, Order

TicketState = Literal["OPENED", "COMPLETED", "CANCELLED"]
RequestType = Literal["NEW", "ADDED", "CHANGED", "CANCELLED", "MERGED"]
Ageing = Literal["fresh", "caution", "late"]
StationId = Annotated[str, Meta(min_length=1, max_length=64)]
Minutes = Annotated[int, Meta(ge=1, le=1_440)]


class Station(Doc, frozen=True, kw_only=True):
    """The place that cooks some categories; no categories = all (KDS-3). Minutes of §5.4."""

    id: StationId
    name: Title
    category_ids: tuple[CatalogId, ...]
    is_default: bool
    caution_min: Minutes
    late_min: Minutes


class Done(Struct, frozen=True, array_like=True):
    """What a bump fulfilled at one station, thousandths; a recall reverses exactly it (KDS-6)."""

    station_id: str
    fulfilled: int


class TicketLine(Struct, frozen=True, kw_only=True, omit_defaults=True, array_like=True, gc=False):
    """A line of a ticket; only `done` changes, and a split may part it while the ticket is open (KDS-1).

    previous, current: absolute line quantity before and after the revision, thousandths.
    stations: where it is routed.  done: stations that are finished with it.
    """

    line_id: str
    item_id: int
    title: str
    dining_option: DiningOption
    category_id: int
    category_order: int
    previous: int
    current: int
    list_value: int
    discount_value: int
    stations: tuple[str, ...]
    created_at: str
    memo: str = ""
    option_choices: tuple[ItemOptionChoice, ...] = ()
    discounts: tuple[Discount, ...] = ()
    done: tuple[Done, ...] = ()
    updated_at: str | None = None
    seat: int | None = None

    @property
    def to_cook(self) -> int:
        """What this revision asks to cook, thousandths; less or other food asks for nothing."""
        return max(0, self.current - self.previous)

    @property
    def is_done(self) -> bool:
        """Every station is finished with it."""
        return len(self.done) == len(self.stations)


class Ticket(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One kitchen-relevant revision of an order for one dining option (KDS-1).

    created_ms: its age counts from here.  remake: made again without charge (KDS-9).
    pinned: moved to the front (§5.4).  acknowledged: stations whose screen has shown it.
    waste_reason: why food was thrown away.  auto: cleared at the business day's cut-off (§5.4).
    """

    id: PublicId
    order_id: PublicId
    state: TicketState
    request_type: RequestType
    dining_option: DiningOption
    lines: tuple[TicketLine, ...]
    created_ms: int
    created_at: str
    updated_at: str
    completed_at: str | None = None
    cancelled_at: str | None = None
    pinned: bool = False
    remake: bool = False
    acknowledged: tuple[str, ...] = ()
    waste_reason: str | None = None
    auto: bool = False


class KitchenChange(Struct, frozen=True, kw_only=True, gc=False):
    """What the kitchen makes of something: the order with its ledger, tickets new or changed, facts."""

    order: Order
    tickets: tuple[Ticket, ...] = ()
    facts: tuple[Fact, ...] = ()


class TicketIds(Protocol):
    """Where ids of tickets come from."""

    def new(self) -> str:
        """A fresh id."""


# -- what plugins see ----------------------------------------------------------------------------


class KdsOrderPrice(Doc, frozen=True, kw_only=True):
    """Amounts of a ticket line (contract, kds §1.4)."""

    order_discount_value: int
    order_list_price_value: int
    order_price_value: int


class KdsQuantity(Doc, frozen=True, kw_only=True):
    """Absolute quantity before and now."""

    previous: int | float
    current: int | float


class KdsCategory(Doc, frozen=True, kw_only=True):
    """Category of a ticket line: id and sort position."""

    id: CatalogId
    order: int


class KdsItem(Doc, frozen=True, kw_only=True):
    """Product of a ticket line."""

    id: CatalogId
    category: KdsCategory


class KdsLineItem(Doc, frozen=True, kw_only=True):
    """A ticket line as plugins see it (contract, kds §1.4)."""

    id: str
    item_id: str
    title: str
    dining_option: DiningOption
    memo: str
    option_choices: tuple[ItemOptionChoice, ...]
    order_price: KdsOrderPrice
    quantity: KdsQuantity
    applied_discounts: tuple[Discount, ...]
    item: KdsItem
    created_at: str
    updated_at: str


class KdsOrderItem(Doc, frozen=True, kw_only=True):
    """A ticket as plugins see it (contract, kds §1.1)."""

    id: PublicId
    state: TicketState
    order: Order
    line_items: tuple[KdsLineItem, ...]
    dining_option: DiningOption
    total_quantity: int | float
    order_request_type: RequestType
    cancelled_at: str | None = None
    completed_at: str | None = None
    created_at: str
    updated_at: str


# -- what kitchen screens see --------------------------------------------------------------------


class KitchenLine(KdsLineItem, frozen=True, kw_only=True):
    """A ticket line as kitchen screens see it.

    remaining: still to cook here.  done: this station, or without one every station, is finished with it.
    """

    remaining: int | float
    done: bool
    seat: int | None = None


class KitchenTicket(KdsOrderItem, frozen=True, kw_only=True):
    """A ticket as kitchen screens see it (contract, extensions §2), lines in the order of §5.4.

    ageing: at server time, by the station's minutes.  reason: why food was thrown away.
    scheduled_for: when the guest expects a scheduled order.
    """

    line_items: tuple[KitchenLine, ...]
    stations: tuple[str, ...]
    pinned: bool
    remaining: int | float
    waste: int | float
    ageing: Ageing
    remake: bool = False
    reason: str | None = None
    scheduled_for: str | None = None


class AllDay(Doc, frozen=True, kw_only=True):
    """How many of one dish, with the same options, are still to cook (§5.4)."""

    item_id: CatalogId
    title: str
    option_choices: tuple[ItemOptionChoice, ...]
    quantity: int | float
