"""The cart and its parts: what callers send, what the shop keeps, what others see."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from jumak.domain.base import CatalogId, Doc, Key, Memo, PositiveWon, Title, Won
from jumak.domain.catalog import CategoryRef, ChoiceState, ItemType, PriceType
from jumak.domain.discount import Discount, StaffDiscount
from jumak.domain.order.types import Count, DiningOption, NumGuests, Quantity

# -- what callers send -----------------------------------------------------------------------------


class DraftItem(Doc, frozen=True, kw_only=True):
    """The item of a cart line; title and category are honoured as they are sent."""

    id: CatalogId
    title: Title
    category: CategoryRef
    type: ItemType
    code: Annotated[str, Meta(max_length=64)] | None = None


class DraftPrice(Doc, frozen=True, kw_only=True):
    """The price of a cart line, honoured as it is sent: won with VAT for `priceUnit` units."""

    is_tax_free: bool
    price_type: PriceType
    price_unit: Annotated[int, Meta(ge=1, le=1_000_000)]
    price_value: PositiveWon
    title: Title
    sku: str | None = None


class DraftChoice(Doc, frozen=True, kw_only=True):
    """A chosen option as a whole object; title and price are honoured as they are sent."""

    id: CatalogId
    title: Title
    price_value: Won
    state: ChoiceState = "ON_SALE"
    quantity: Count
    image_url: str | None = None


class LineMetadata(Doc, frozen=True, kw_only=True):
    """What staff may not edit on a line; deleting it stays possible."""

    memo_fixed: bool | None = None
    option_fixed: bool | None = None
    quantity_fixed: bool | None = None


class DraftLineDto(Doc, frozen=True, kw_only=True):
    """A line for the cart (contract, draft-order §1.1). Keys beyond these are kept and returned."""

    key: Key | None = None
    item: DraftItem
    item_price: DraftPrice
    discount: Annotated[tuple[Discount, ...], Meta(max_length=100)] = ()
    option_choices: Annotated[tuple[DraftChoice, ...], Meta(max_length=200)] = ()
    quantity: Quantity
    dining_option: DiningOption
    memo: Memo | None = None
    metadata: LineMetadata | None = None


# -- what the shop keeps ---------------------------------------------------------------------------


class CartDiscount(StaffDiscount, frozen=True, kw_only=True):
    """A discount of a cart. by_staff: staff typed it, no plugin that answers for its own.

    approved: won it came to when a manager last said yes to it (rulebook §7.5).
    """

    by_staff: bool = False
    approved: PositiveWon = 0


class DraftLine(Struct, frozen=True, kw_only=True):
    """A line of the cart. sent: every key it came with.  discounts: as they were asked for."""

    key: str
    known: DraftLineDto
    sent: dict[str, Any]
    discounts: tuple[CartDiscount, ...] = ()


class Draft(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cart. paying_until_ms: a payment screen is open on it, at most until then.

    version: of what this device's cart has been, one more with each change, whatever becomes of its lines.
    """

    lines: tuple[DraftLine, ...] = ()
    discounts: tuple[CartDiscount, ...] = ()
    ignore_print: bool = False
    memo: str | None = None
    table_id: int | None = None
    num_guests: int | None = None
    paying_until_ms: int | None = None
    version: int = 0

    def paying(self, at_ms: int) -> bool:
        """A payment screen is open on this cart."""
        return self.paying_until_ms is not None and at_ms < self.paying_until_ms


# -- what others see -------------------------------------------------------------------------------


class DraftTotals(Doc, frozen=True, kw_only=True):
    """What the cart comes to, won."""

    order_price_value: Won
    order_list_price_value: Won
    order_discount_value: Won


class DraftOrder(Doc, frozen=True, kw_only=True):
    """The cart as plugins see it (contract, draft-order §1.2).

    lineItems: each a `PluginDraftOrderItemDto` with its `key` and every other key it came with.
    paying: a payment screen is open, nothing can be changed.
    version: tells an older state from a newer one of the same device's cart; starts again with the server.
    """

    line_items: tuple[dict[str, Any], ...]
    price: DraftTotals
    discounts: tuple[Discount, ...]
    ignore_print: bool
    memo: str | None = None
    table_id: CatalogId | None = None
    num_guests: NumGuests | None = None
    paying: bool = False
    version: int
