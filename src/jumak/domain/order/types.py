"""The order and its parts, in the contract's shape (contract, order §1-2)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from jumak.domain.base import CatalogId, Doc, Key, Memo, PositiveWon, PublicId, Title, Value, Won
from jumak.domain.catalog import CategoryRef, ItemOptionChoice, ItemType
from jumak.domain.discount import Discount, StaffDiscount
from jumak.domain.payment import Payment, PaymentBacking
from jumak.domain.table import Table

OrderState = Literal["REQUESTED", "OPENED", "COMPLETED", "CANCELLED"]
PaymentState = Literal["OPENED", "PAID", "CANCELLED", "COMPLETED", "REFUNDED"]
DiningOption = Literal["HERE", "TOGO", "DELIVERY", "PICKUP"]
ChannelGroup = Literal["POS", "KIOSK", "DELIVERY", "TABLE_ORDER", "MOBILE_ORDER"]

Count = Annotated[int, Meta(ge=1, le=9_999)]
NumGuests = Annotated[int, Meta(ge=1, le=9_999)]
Quantity = Annotated[int, Meta(ge=1, le=9_999)] | Annotated[float, Meta(gt=0, le=9_999)]


# -- what callers send ---------------------------------------------------------------------------


class ChoiceDto(Doc, frozen=True, kw_only=True):
    """A chosen option by id; quantity is per one item and defaults to 1 (X-7)."""

    id: CatalogId
    quantity: Count | None = None


class QuantityDto(Doc, frozen=True, kw_only=True):
    """How many; decimals only for items sold by unit (MON-5)."""

    value: Quantity


class ItemDto(Doc, frozen=True, kw_only=True):
    """The item of a DTO line: a real item of the menu, title and category as overrides."""

    id: CatalogId
    title: Title
    category: CategoryRef
    code: Annotated[str, Meta(max_length=64)] | None = None
    type: ItemType


class OrderItemDto(Doc, frozen=True, kw_only=True):
    """One line of a DTO (contract, order §1.2)."""

    dining_option: DiningOption
    item: ItemDto
    quantity: QuantityDto
    charge_price: Value
    option_choices: tuple[ChoiceDto, ...] | None = None
    discounts: tuple[Discount, ...] | None = None
    memo: Memo | None = None


class ChannelDto(Doc, frozen=True, kw_only=True):
    """Which channels the order came through; stored and echoed."""

    groups: tuple[ChannelGroup, ...] | None = None


class OrderDto(Doc, frozen=True, kw_only=True):
    """An order as a plugin asks for it (contract, order §1.1)."""

    line_items: Annotated[tuple[OrderItemDto, ...], Meta(max_length=500)]
    discounts: Annotated[tuple[Discount, ...], Meta(max_length=100)] | None = None
    memo: Memo | None = None
    table_id: CatalogId | None = None
    num_guests: NumGuests | None = None
    order_key: Key | None = None
    channel: ChannelDto | None = None


# -- what the shop keeps and shows ---------------------------------------------------------------


class QuantityValue(Struct, frozen=True, gc=False):
    """The `{value}` wrapper of a quantity: an integer, or a decimal for items sold by unit."""

    value: int | float


class ItemSnapshot(Doc, frozen=True, kw_only=True):
    """The item as it was when it was ordered (CAT-6); `price_value` is the unit price before options."""

    id: CatalogId
    title: Title
    category: CategoryRef
    code: str | None = None
    type: ItemType
    price_value: Won


class OrderItem(Doc, frozen=True, kw_only=True):
    """One line; `charge_price` is the all-in amount of the whole line after its own discounts (MON-8)."""

    id: PublicId
    order_id: PublicId
    dining_option: DiningOption
    item: ItemSnapshot
    quantity: QuantityValue
    charge_price: Value
    option_choices: tuple[ItemOptionChoice, ...]
    discounts: tuple[Discount, ...] = ()
    memo: str | None = None


class ChargePrice(Doc, frozen=True, kw_only=True):
    """What the order costs (rulebook §1.5)."""

    charge_list_price_value: PositiveWon
    charge_discount_value: PositiveWon
    charge_price_value: PositiveWon
    charge_supply_value: PositiveWon
    charge_tax_value: PositiveWon
    charge_tip_value: PositiveWon
    charge_tax_exempt_value: PositiveWon = 0


class PaymentPrice(Doc, frozen=True, kw_only=True):
    """What was paid and what is owed (rulebook §1.5)."""

    payment_paid_value: PositiveWon
    payment_unpaid_value: PositiveWon


class RequestedInfo(Doc, frozen=True, kw_only=True):
    """The request of an outside channel (ORD-3), shop-local times with offset."""

    request_at: str
    expired_at: str
    expected_ready_at: str
    estimated_ready_at: str | None = None
    accepted_at: str | None = None
    declined_at: str | None = None
    declined_reason: str | None = None


class Tally(Struct, frozen=True, array_like=True, gc=False):
    """The kitchen's ledger of one line at one station (KDS-2), quantities in thousandths.

    remade: thrown away and to be cooked again (KDS-9): more to cook, and as much waste.
    """

    line_id: str
    station_id: str
    ordered: int
    fulfilled: int
    remade: int = 0

    @property
    def remaining(self) -> int:
        """Still to cook, thousandths."""
        return max(0, self.ordered + self.remade - self.fulfilled) if self.ordered else 0

    @property
    def waste(self) -> int:
        """Cooked for nobody, thousandths."""
        return self.remade + max(0, self.fulfilled - self.ordered - self.remade)


class LineBacking(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What the shop remembers of a line and plugins do not see; amounts in won.

    line_list: price before discounts (MON-7).  vat_bp: VAT rate in basis points, -1 exempt, -2 out
    of scope (VAT-1).  net: after its share of the order's discounts.  vat: its share of the VAT
    (VAT-3).  added_by: caller who added it (ADD-4).  created_ms: when (ADD-2).
    staff_discounts: the discounts as staff asked for them, re-applied when the line changes; None =
    the line's own discounts are amounts and stand as they are.
    """

    line_list: int
    vat_bp: int
    net: int
    vat: int
    added_by: str
    created_ms: int
    price_id: int
    discountable: bool = True
    price_override: bool = False
    seat: int | None = None
    staff_discounts: tuple[StaffDiscount, ...] | None = None


class OrderBacking(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What the shop remembers of an order and plugins do not see.

    owner: caller who created it.  created_ms, expires_ms: instants.  business_date: NUM-6.
    body: hash of the creating DTO (NUM-2).  lines, payments: by id.  next_line: number of the
    next line id.  tallies: the kitchen's ledger (KDS-2).  sent: kitchen has seen it.
    released: its table was emptied of it (ORD-8).  staff_discounts: the order's discounts as they were
    asked for (rates, and what was there before automatic rounding); None = the order's discounts are
    amounts and stand as they are.  cancel_pending: CAN-2.  fire_at_ms: when a scheduled order goes to
    the kitchen (KDS-9).  pickup: "", "called" or "collected" (ORD-9).
    """

    owner: str
    created_ms: int
    business_date: str
    body: bytes
    lines: dict[str, LineBacking]
    payments: dict[str, PaymentBacking]
    next_line: int
    tallies: tuple[Tally, ...] = ()
    sent: bool = False
    released: bool = False
    expires_ms: int | None = None
    fire_at_ms: int | None = None
    staff_discounts: tuple[StaffDiscount, ...] | None = None
    cancel_pending: bool = False
    pickup: str = ""


class Order(Doc, frozen=True, kw_only=True):
    """An order as plugins see it (contract, order §2.1), with the shop's own `backing` beside it.

    `backing` is never sent: `public(order)` takes it off. `table` is put in when the order leaves.
    cancel_pending: staff cancelled it, and it ends once its money is back; worked out from the backing's as it leaves.
    """

    id: PublicId
    table_id: CatalogId | None = None
    table: Table | None = None
    order_key: str
    payment_state: PaymentState
    order_state: OrderState
    state: PaymentState
    line_items: tuple[OrderItem, ...]
    discounts: tuple[Discount, ...]
    payments: tuple[Payment, ...]
    charge_price: ChargePrice
    payment_price: PaymentPrice
    requested_info: RequestedInfo | None = None
    source: str
    channel: ChannelDto | None = None
    num_guests: int | None = None
    memo: str | None = None
    opened_at: str | None = None
    created_at: str
    updated_at: str | None = None
    cancelled_at: str | None = None
    completed_at: str | None = None
    number: str
    version: int
    cancel_reason: str | None = None
    cancel_pending: bool = False
    backing: OrderBacking | None = None
