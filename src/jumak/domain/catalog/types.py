"""The values of the menu: categories, items, prices, options (rulebook §6)."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from msgspec import Meta

from jumak.domain.base import CatalogId, Doc, LanguagePack, PositiveWon, Title, Won

SaleState = Literal["ON_SALE", "SOLD_OUT", "UNAVAILABLE", "DELETED"]
ChoiceState = Literal["ON_SALE", "SOLD_OUT"]
ItemType = Literal["ITEM", "DELIVERY_FEE", "PREPAID_CARD", "MULTI_USE_TICKET", "COMBO", "GIFT_CARD"]
PriceType = Literal["FIXED", "VARIABLE", "UNIT"]
Until = Literal["manual", "day-open"]


class Category(Doc, frozen=True, kw_only=True):
    """A group of items on the menu; `order` is its place, ties by id (CAT-1)."""

    id: CatalogId
    title: Title
    title_i18n: LanguagePack | None = None
    code: str | None = None
    order: int
    enabled: bool
    version: int


class CategoryRef(Doc, frozen=True, kw_only=True):
    """A category as an order line or an item carries it: `{id, title}` suffices."""

    id: CatalogId
    title: Title
    title_i18n: LanguagePack | None = None
    code: str | None = None
    order: int | None = None
    enabled: bool | None = None


class StockQuantity(Doc, frozen=True, kw_only=True):
    """What is left, never below 0 (CAT-9), and when that changed last (UTC with Z)."""

    remain_quantity: int | float
    last_change_date_time: str


class ItemPrice(Doc, frozen=True, kw_only=True):
    """One price of an item (CAT-4); `price_value` is won with VAT for `price_unit` units.

    state_until: how a price that is not on sale comes back; None also when its stock ran out.
    """

    id: CatalogId
    title: Title
    is_default: bool
    state: SaleState
    sku: str | None = None
    barcode: str | None = None
    price_type: PriceType
    price_unit: Annotated[int, Meta(ge=1, le=1_000_000)]
    price_value: PositiveWon
    is_tax_free: bool
    is_stockable: bool
    stock_quantity: StockQuantity | None = None
    state_until: Until | None = None


class Label(Doc, frozen=True, kw_only=True):
    """A badge on an item; colour as CSS hex."""

    title: Title
    color: str


class OptionChoice(Doc, frozen=True, kw_only=True):
    """One choice of an option as it is registered. `image_url` is the one field sent as null."""

    id: CatalogId
    title: Title
    title_i18n: LanguagePack | None = None
    price_value: Won
    image_url: str | None
    state: ChoiceState
    quantity_input_enabled: bool
    state_until: Until | None = None


class Option(Doc, frozen=True, kw_only=True):
    """A group of choices (CAT-5); `max_choices` -1 is unlimited."""

    id: CatalogId
    title: Title
    title_i18n: LanguagePack | None = None
    is_required: bool
    min_choices: int
    max_choices: int
    choices: tuple[OptionChoice, ...]
    default_choices: tuple[int, ...]
    version: int


class ItemOptionChoice(Doc, frozen=True, kw_only=True):
    """A choice as it was made on an order line, snapshot included (CAT-6)."""

    id: CatalogId
    title: Title
    title_i18n: LanguagePack | None = None
    price_value: Won
    image_url: str | None
    state: ChoiceState
    quantity: Annotated[int, Meta(ge=1, le=9_999)]


class CatalogItem(Doc, frozen=True, kw_only=True):
    """An item as it is stored: category and options by id; `item_view` expands them for the wire."""

    id: CatalogId
    title: Title
    title_i18n: LanguagePack | None = None
    state: SaleState
    description: str | None = None
    description_i18n: LanguagePack | None = None
    category_id: CatalogId
    labels: tuple[Label, ...]
    image_url: str | None = None
    prices: tuple[ItemPrice, ...]
    option_ids: tuple[int, ...]
    code: str | None = None
    type: ItemType
    color: str | None = None
    order: int = 0
    order_discountable: bool = True
    state_until: Until | None = None
    version: int

    @property
    def default_price(self) -> ItemPrice:
        """The price used when nothing else is said (CAT-4)."""
        for price in self.prices:
            if price.is_default:
                return price
        raise AssertionError("an item without a default price was stored (CAT-4)")


class CatalogItemView(Doc, frozen=True, kw_only=True):
    """An item as plugins see it (contract, catalog §2.1): category, options and default price inside.

    state: the effective one of the default price (CAT-4, CAT-5), see `effective_state`.
    """

    id: CatalogId
    title: Title
    title_i18n: LanguagePack | None = None
    state: SaleState
    description: str | None = None
    description_i18n: LanguagePack | None = None
    category: Category
    labels: tuple[Label, ...]
    image_url: str | None = None
    price: ItemPrice
    prices: tuple[ItemPrice, ...]
    options: tuple[Option, ...]
    code: str | None = None
    type: ItemType
    color: str | None = None
    order: int = 0
    order_discountable: bool = True
    state_until: Until | None = None
    version: int


class Menu(Protocol):
    """What the rules may ask of the catalog; the store gives a snapshot."""

    def item(self, item_id: int) -> CatalogItem | None:
        """The item, tombstones included."""

    def category(self, category_id: int) -> Category | None:
        """The category."""

    def option(self, option_id: int) -> Option | None:
        """The option group."""
