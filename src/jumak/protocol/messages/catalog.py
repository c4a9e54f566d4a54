"""The menu: categories, items, options; reading for all, writing as extension (contract, catalog; extensions §9)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jumak.domain.base import CatalogId
from jumak.domain.catalog import CatalogItemView, Category, ChoiceState, ItemPrice, Option, SaleState, Until
from jumak.domain.catalog.edit import CategoryInput, ItemInput, OptionInput
from jumak.protocol.row import Data, Nothing, Reply, Row

AnyId = CatalogId | Annotated[str, Meta(pattern=r"^[0-9]{1,16}$")]
"""A catalog id; numeric text is accepted (contract, catalog §2.3)."""

Version = Annotated[int, Meta(ge=0)]
Quantity = (
    Annotated[int, Meta(ge=-999_999_999, le=999_999_999)]
    | Annotated[float, Meta(ge=-999_999_999, le=999_999_999)]
)


class Ref(Struct, frozen=True, kw_only=True):
    """A thing of the menu by id; whatever else it carries is ignored."""

    id: AnyId


class PushedRef(Struct, frozen=True, kw_only=True):
    """The thing a push is about."""

    id: int


class CategoriesReply(Reply, frozen=True, kw_only=True):
    """By `order`, then id; disabled ones included."""

    categories: tuple[Category, ...]


class CategoryById(Data, frozen=True, kw_only=True):
    """Which category."""

    category: Ref


class CategoryReply(Reply, frozen=True, kw_only=True):
    """One category."""

    category: Category


class ItemsReply(Reply, frozen=True, kw_only=True):
    """The whole menu but what was deleted, by category, then `order`, then id."""

    catalogs: tuple[CatalogItemView, ...]


class ItemById(Data, frozen=True, kw_only=True):
    """Which item."""

    catalog: Ref


class ItemReply(Reply, frozen=True, kw_only=True):
    """One item, deleted ones included."""

    catalog: CatalogItemView


class OptionsReply(Reply, frozen=True, kw_only=True):
    """All option groups of the shop, by id."""

    options: tuple[Option, ...]


class OptionById(Data, frozen=True, kw_only=True):
    """Which option group."""

    option: Ref


class OptionReply(Reply, frozen=True, kw_only=True):
    """One option group."""

    option: Option


class SetItemState(Data, frozen=True, kw_only=True):
    """Mark an item, or with `priceId` one of its prices.

    until: `day-open` lets the mark go when the next day opens; `manual` (default) keeps it.
    """

    catalog: Ref
    price_id: AnyId | None = None
    state: Literal["ON_SALE", "SOLD_OUT", "UNAVAILABLE"]
    until: Until | None = None


class SetChoiceState(Data, frozen=True, kw_only=True):
    """Mark one choice of an option group."""

    option: Ref
    choice: Ref
    state: ChoiceState
    until: Until | None = None


class AdjustStock(Data, frozen=True, kw_only=True):
    """Exactly one of `delta` (goods came or went) and `quantity` (goods were counted)."""

    catalog: Ref
    price_id: AnyId
    delta: Quantity | None = None
    quantity: Quantity | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class FindItems(Data, frozen=True, kw_only=True):
    """By barcode (EAN, UPC, the shop's own labels, SKU) or by part of a title or code."""

    barcode: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    text: Annotated[str, Meta(min_length=1, max_length=100)] | None = None


class FindItemsReply(Reply, frozen=True, kw_only=True):
    """Empty when nothing fits. price: the price the barcode belongs to.

    quantity: what a label with a weight inside says; a label with a price inside says it in
    `price.priceValue`.
    """

    catalogs: tuple[CatalogItemView, ...]
    price: ItemPrice | UnsetType = UNSET
    quantity: int | float | UnsetType = UNSET


class PageItems(Data, frozen=True, kw_only=True):
    """Items of a category, or that hold a text: part of a title, its initial consonants (ㅂㅂㅂ), a code.

    states: effective ones, every one but DELETED when left out.  size: 60 when left out.
    """

    category_id: CatalogId | None = None
    text: Annotated[str, Meta(max_length=100)] | None = None
    states: Annotated[tuple[SaleState, ...], Meta(max_length=4)] | None = None
    page: Annotated[int, Meta(ge=1, le=2**31)] | None = None
    size: Annotated[int, Meta(ge=1, le=200)] | None = None


class CategoryCount(Struct, frozen=True, kw_only=True):
    """How many items of a category fit."""

    id: CatalogId
    count: int


class PageItemsReply(Reply, frozen=True, kw_only=True):
    """One page by category, `order`, id. total: items on all pages.

    categories: how many fit in each category, whichever one was asked for, in menu order.
    """

    catalogs: tuple[CatalogItemView, ...]
    total: int
    categories: tuple[CategoryCount, ...]


class AddItem(Data, frozen=True, kw_only=True):
    """A new item; ids it carries are not taken."""

    catalog: ItemInput


class UpdateItem(Data, frozen=True, kw_only=True):
    """The changed fields of an item, with its id."""

    catalog: ItemInput
    expected_version: Version | None = None


class AddCategory(Data, frozen=True, kw_only=True):
    """A new category."""

    category: CategoryInput


class UpdateCategory(Data, frozen=True, kw_only=True):
    """The changed fields of a category, with its id."""

    category: CategoryInput
    expected_version: Version | None = None


class AddOption(Data, frozen=True, kw_only=True):
    """A new option group with its choices."""

    option: OptionInput


class UpdateOption(Data, frozen=True, kw_only=True):
    """The changed fields of an option group, with its id; `choices` replaces all choices."""

    option: OptionInput
    expected_version: Version | None = None


class CategoryChange(Data, frozen=True, kw_only=True):
    """A category changed."""

    event: Literal["add", "update", "delete"]
    category: PushedRef


class ItemChange(Data, frozen=True, kw_only=True):
    """An item changed; `sold-out` and `on-sale` follow their `update`."""

    event: Literal["add", "update", "delete", "sold-out", "on-sale"]
    catalog: PushedRef


class OptionChange(Data, frozen=True, kw_only=True):
    """An option group changed; `sold-out` and `on-sale` tell of its choices."""

    event: Literal["add", "update", "delete", "sold-out", "on-sale"]
    option: PushedRef


class BeforeAdd(Data, frozen=True, kw_only=True):
    """Staff are about to add an item and ask the plugin to fill in. payload: `{barcode?, title?}`."""

    event: Literal["before-add"]
    payload: dict[str, Any]


class BeforeAddReply(Reply, frozen=True, kw_only=True):
    """payload: `{initialValue}`, a partial item that pre-fills the form."""

    event: Literal["before-add"]
    payload: dict[str, Any]


class FillingPlugin(Data, frozen=True, kw_only=True):
    """A plugin that fills in new items."""

    id: str
    name: str


class BeforeAddListReply(Reply, frozen=True, kw_only=True):
    """The plugins that answered within a second."""

    plugins: list[FillingPlugin]


class BeforeAddFill(Data, frozen=True, kw_only=True):
    """Ask this plugin; barcode, title: what staff have typed so far."""

    plugin_id: str
    barcode: Annotated[str, Meta(max_length=64)] | None = None
    title: Annotated[str, Meta(max_length=200)] | None = None


class BeforeAddFillReply(Reply, frozen=True, kw_only=True):
    """A partial item for the form; absent when the plugin suggests nothing."""

    initial_value: dict[str, Any] | UnsetType = UNSET


SDK = "sdk-0.0.27"
PAGE = "catalog.md"
MORE = "extensions.md §9"
READ = ("catalog:read",)
MARK = ("catalog:write", "staff:order")
WRITE = ("catalog:write", "staff:manage")

ROWS: tuple[Row, ...] = (
    Row(name="catalog-category.list.request", kind="request", data=Nothing, reply=CategoriesReply, scopes=READ,
        sdk="category.getCategories", rate_limited=True, origin=SDK, page=PAGE, about="All categories in menu order."),
    Row(name="catalog-category.get.request", kind="request", data=CategoryById, reply=CategoryReply, scopes=READ,
        sdk="category.getCategory", rate_limited=True, origin=SDK, page=PAGE, about="One category."),
    Row(name="catalog-item.list.request", kind="request", data=Nothing, reply=ItemsReply, scopes=READ,
        sdk="catalog.getCatalogs", rate_limited=True, origin=SDK, page=PAGE, about="The whole menu."),
    Row(name="catalog-item.get.request", kind="request", data=ItemById, reply=ItemReply, scopes=READ,
        sdk="catalog.getCatalog", rate_limited=True, origin=SDK, page=PAGE, about="One item, deleted ones included."),
    Row(name="catalog-item-option.list.request", kind="request", data=Nothing, reply=OptionsReply, scopes=READ,
        sdk="option.getOptions", rate_limited=True, origin=SDK, page=PAGE, about="All option groups."),
    Row(name="catalog-item-option.get.request", kind="request", data=OptionById, reply=OptionReply, scopes=READ,
        sdk="option.getOption", rate_limited=True, origin=SDK, page=PAGE, about="One option group."),
    Row(name="catalog-category.change.event", kind="push", data=CategoryChange, scopes=READ,
        sdk="category.on", origin=SDK, page=PAGE, about="A category was added, changed or deleted."),
    Row(name="catalog-item.change.event", kind="push", data=ItemChange, scopes=READ,
        sdk="catalog.on", origin=SDK, page=PAGE, about="An item was added, changed, deleted, sold out or is back."),
    Row(name="catalog-item-option.change.event", kind="push", data=OptionChange, scopes=READ,
        sdk="option.on", origin=SDK, page=PAGE, about="An option group was added, changed, deleted, or a choice sold out or is back."),
    Row(name="catalog-item.event.request", kind="host-request", data=BeforeAdd, reply=BeforeAddReply, scopes=READ,
        sdk="catalog.on('before-add')", origin=SDK, page=PAGE, about="Staff add an item and ask a plugin to fill in."),
    Row(name="catalog-item.before-add-health-check.request", kind="host-request", data=Nothing, scopes=READ,
        sdk="(automatic)", origin=SDK, page=PAGE, about="Does a plugin fill in new items?"),
    Row(name="catalog-item.before-add-list.request", kind="request", data=Nothing, reply=BeforeAddListReply, scopes=("staff:manage",),
        apart=True, sdk="ext.catalogItem.beforeAddList", page=MORE, about="Which plugins fill in a new item?"),
    Row(name="catalog-item.before-add-fill.request", kind="request", data=BeforeAddFill, reply=BeforeAddFillReply,
        scopes=("staff:manage",), apart=True, sdk="ext.catalogItem.beforeAddFill", page=MORE,
        about="Have a plugin fill in a new item; nothing is saved."),
    Row(name="catalog-item.set-state.request", kind="request", data=SetItemState, reply=ItemReply, scopes=MARK, write=True,
        sdk="ext.catalogItem.setState", page=MORE, about="Mark an item or price sold out, unavailable or on sale."),
    Row(name="catalog-item-option.set-choice-state.request", kind="request", data=SetChoiceState, reply=OptionReply, scopes=MARK,
        write=True, sdk="ext.catalogItemOption.setChoiceState", page=MORE, about="Mark a choice sold out or on sale."),
    Row(name="catalog-item.adjust-stock.request", kind="request", data=AdjustStock, reply=ItemReply, scopes=WRITE, write=True,
        sdk="ext.catalogItem.adjustStock", page=MORE, about="Goods came, went or were counted."),
    Row(name="catalog-item.find.request", kind="request", data=FindItems, reply=FindItemsReply, scopes=("catalog:read", "staff:order"),
        sdk="ext.catalogItem.find", page=MORE, about="Items by barcode or text."),
    Row(name="catalog-item.page.request", kind="request", data=PageItems, reply=PageItemsReply, scopes=("catalog:read", "staff:order"),
        sdk="ext.catalogItem.page", page=MORE, about="The menu by pages, of a category or a search."),
    Row(name="catalog-item.add.request", kind="request", data=AddItem, reply=ItemReply, scopes=WRITE, write=True,
        sdk="ext.catalogItem.add", page=MORE, about="A new item."),
    Row(name="catalog-item.update.request", kind="request", data=UpdateItem, reply=ItemReply, scopes=WRITE, write=True,
        sdk="ext.catalogItem.update", page=MORE, about="Change an item; orders made before keep what they had."),
    Row(name="catalog-item.delete.request", kind="request", data=ItemById, scopes=WRITE, write=True,
        sdk="ext.catalogItem.delete", page=MORE, about="Take an item off the menu; it stays readable by id."),
    Row(name="catalog-category.add.request", kind="request", data=AddCategory, reply=CategoryReply, scopes=WRITE, write=True,
        sdk="ext.catalogCategory.add", page=MORE, about="A new category."),
    Row(name="catalog-category.update.request", kind="request", data=UpdateCategory, reply=CategoryReply, scopes=WRITE, write=True,
        sdk="ext.catalogCategory.update", page=MORE, about="Change a category."),
    Row(name="catalog-category.delete.request", kind="request", data=CategoryById, scopes=WRITE, write=True,
        sdk="ext.catalogCategory.delete", page=MORE, about="Delete a category that holds no items."),
    Row(name="catalog-item-option.add.request", kind="request", data=AddOption, reply=OptionReply, scopes=WRITE, write=True,
        sdk="ext.catalogItemOption.add", page=MORE, about="A new option group."),
    Row(name="catalog-item-option.update.request", kind="request", data=UpdateOption, reply=OptionReply, scopes=WRITE, write=True,
        sdk="ext.catalogItemOption.update", page=MORE, about="Change an option group."),
    Row(name="catalog-item-option.delete.request", kind="request", data=OptionById, scopes=WRITE, write=True,
        sdk="ext.catalogItemOption.delete", page=MORE, about="Delete an option group; items that used it go without."),
)  # fmt: skip
