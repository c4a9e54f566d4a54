"""Writing the menu: what callers send, and what a saved item, category or option must satisfy (CAT-4, CAT-5).

Fields left out (or null) keep what stands, or take the default when the thing is new. An empty
text clears an optional text. Ids of new things are handed in; ids a caller sends for them are not
taken (contract, extensions §9).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from jumak.domain.base import CatalogId, Doc, LanguagePack, PositiveWon, Won
from jumak.domain.catalog.holding import holding, remaining
from jumak.domain.catalog.picture import own_path
from jumak.domain.catalog.state import effective_state, require_not_deleted
from jumak.domain.catalog.types import (
    CatalogItem,
    Category,
    ChoiceState,
    ItemPrice,
    ItemType,
    Label,
    Menu,
    Option,
    OptionChoice,
    PriceType,
    SaleState,
)
from jumak.domain.errors import Conflict, InvalidArgument, NotFound, PosError
from jumak.domain.money import milli

Code = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(max_length=2_000)]
NonEmptyTitle = Annotated[str, Meta(min_length=1, max_length=200)]
Stock = Annotated[int, Meta(ge=0, le=999_999_999)] | Annotated[float, Meta(ge=0, le=999_999_999)]

T = TypeVar("T")
StructT = TypeVar("StructT", Category, CatalogItem, Option)

_CLEARABLE: Final = frozenset({"code", "description", "image_url", "color", "sku", "barcode"})


class CategoryInput(Doc, frozen=True, kw_only=True):
    """A category as it is written. New ones need a title; `order` defaults to 0, `enabled` to true."""

    id: int | str | None = None
    title: NonEmptyTitle | None = None
    title_i18n: LanguagePack | None = None
    code: Code | None = None
    order: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] | None = None
    enabled: bool | None = None


class StockInput(Doc, frozen=True, kw_only=True):
    """How much is there; when it changed is ours to say."""

    remain_quantity: Stock


class PriceInput(Doc, frozen=True, kw_only=True):
    """A price as it is written; with the `id` of a price of the item it changes that one."""

    id: CatalogId | None = None
    title: Annotated[str, Meta(max_length=200)] | None = None
    is_default: bool | None = None
    state: SaleState | None = None
    sku: Code | None = None
    barcode: Code | None = None
    price_type: PriceType | None = None
    price_unit: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    price_value: PositiveWon | None = None
    is_tax_free: bool | None = None
    is_stockable: bool | None = None
    stock_quantity: StockInput | None = None


class Reference(Doc, frozen=True, kw_only=True):
    """A category or option by id; everything else it carries is ignored."""

    id: CatalogId


class ItemInput(Doc, frozen=True, kw_only=True):
    """An item as it is written. New ones need title, category and a price.

    `prices` replaces all prices; `price` changes the default one, and is ignored beside `prices`.
    """

    id: int | str | None = None
    title: NonEmptyTitle | None = None
    title_i18n: LanguagePack | None = None
    state: SaleState | None = None
    description: Text | None = None
    description_i18n: LanguagePack | None = None
    category: Reference | None = None
    labels: Annotated[tuple[Label, ...], Meta(max_length=20)] | None = None
    image_url: Text | None = None
    price: PriceInput | None = None
    prices: Annotated[tuple[PriceInput, ...], Meta(min_length=1, max_length=50)] | None = None
    options: Annotated[tuple[Reference, ...], Meta(max_length=50)] | None = None
    code: Code | None = None
    type: ItemType | None = None
    color: Annotated[str, Meta(max_length=32)] | None = None
    order: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] | None = None
    order_discountable: bool | None = None


class ChoiceInput(Doc, frozen=True, kw_only=True):
    """A choice as it is written; with the `id` of a choice of the option it changes that one."""

    id: CatalogId | None = None
    title: NonEmptyTitle | None = None
    title_i18n: LanguagePack | None = None
    price_value: Won | None = None
    image_url: Text | None = None
    state: ChoiceState | None = None
    quantity_input_enabled: bool | None = None


class OptionInput(Doc, frozen=True, kw_only=True):
    """An option as it is written. `choices` replaces all; `defaultChoices` names ids of those sent."""

    id: int | str | None = None
    title: NonEmptyTitle | None = None
    title_i18n: LanguagePack | None = None
    is_required: bool | None = None
    min_choices: Annotated[int, Meta(ge=0, le=9_999)] | None = None
    max_choices: Annotated[int, Meta(ge=-1, le=9_999)] | None = None
    choices: Annotated[tuple[ChoiceInput, ...], Meta(min_length=1, max_length=200)] | None = None
    default_choices: Annotated[tuple[int, ...], Meta(max_length=200)] | None = None


def check_version(found: int, expected: int | None, current: object) -> None:
    """The editor changes what it has seen (OFF-4). Raises Conflict VERSION with what stands now."""
    if expected is not None and expected != found:
        raise Conflict(
            "다른 곳에서 먼저 수정했습니다. 다시 확인해 주세요",
            f"changed meanwhile: it is version {found}, not {expected}",
            reason="VERSION",
            current=current,
        )


def write_category(sent: CategoryInput, before: Category | None, category_id: int) -> Category:
    """A new category, or the next version of `before`; `before` itself when nothing changes."""
    start = before or Category(
        id=category_id, title=_needed(sent.title, "$.category.title"), order=0, enabled=True, version=1
    )
    made = replace(start, **_given(sent, "title", "title_i18n", "code", "order", "enabled"))
    return _next(before, made)


def write_item(
    sent: ItemInput, before: CatalogItem | None, item_id: int, price_ids: Iterator[int], menu: Menu, at: str
) -> CatalogItem:
    """A new item, or the next version of `before`; `before` itself when nothing changes.

    price_ids: ids for new prices.  at: UTC text, when stock was counted.  A `state` equal to the
    effective one that was read changes nothing: whatever a read returns may be written back.
    Raises InvalidArgument with the path, NotFound for unknown category or options, InvalidState
    ITEM_DELETED.
    """
    if before is not None:
        require_not_deleted(before)
    changes = _given(
        sent,
        *("title", "title_i18n", "description", "description_i18n", "labels", "image_url"),
        *("code", "type", "color", "order", "order_discountable"),
    )
    if sent.category is not None:
        changes["category_id"] = sent.category.id
        if menu.category(sent.category.id) is None:
            raise _unknown("분류", "category", sent.category.id, "$.catalog.category.id")
    if sent.options is not None:
        changes["option_ids"] = tuple(dict.fromkeys(each.id for each in sent.options))
        for place, each in enumerate(sent.options):
            if menu.option(each.id) is None:
                raise _unknown("옵션", "option", each.id, f"$.catalog.options[{place}].id")
    prices = _prices(sent, before, price_ids, at)
    start = before or CatalogItem(
        id=item_id,
        title=_needed(sent.title, "$.catalog.title"),
        state="ON_SALE",
        category_id=_needed(sent.category, "$.catalog.category").id,
        labels=(),
        prices=prices,
        option_ids=(),
        type="ITEM",
        version=1,
    )
    made = replace(_in_state(start, sent.state, before, menu), prices=prices, **changes)
    check_unit_price(made, menu)
    return _next(before, made)


def _in_state(
    item: CatalogItem, state: SaleState | None, before: CatalogItem | None, menu: Menu
) -> CatalogItem:
    read_as = None if before is None else effective_state(before, before.default_price, menu)
    if state is None or state in (item.state, read_as):
        return item
    if state == "DELETED":
        raise _wrong("$.catalog.state", "삭제는 삭제 기능을 사용하세요", "delete it instead")
    return replace(item, state=state, state_until=None if state == "ON_SALE" else "manual")


def delete_item(item: CatalogItem) -> CatalogItem:
    """The tombstone: absent from lists, readable by id for old orders (CAT-2). Itself when it is one."""
    if item.state == "DELETED":
        return item
    return replace(item, state="DELETED", state_until=None, version=item.version + 1)


def without_option(item: CatalogItem, option_id: int) -> CatalogItem:
    """The item once one of its options was deleted."""
    return replace(
        item,
        option_ids=tuple(each for each in item.option_ids if each != option_id),
        version=item.version + 1,
    )


def write_option(
    sent: OptionInput, before: Option | None, option_id: int, choice_ids: Iterator[int]
) -> Option:
    """A new option, or the next version of `before`; `before` itself when nothing changes.

    A required option takes at least one choice unless it says more. Raises InvalidArgument with
    the path when CAT-5 is broken.
    """
    choices, became = _choices(sent, before, choice_ids)
    start = before or Option(
        id=option_id,
        title=_needed(sent.title, "$.option.title"),
        is_required=False,
        min_choices=1 if sent.is_required else 0,
        max_choices=-1,
        choices=choices,
        default_choices=(),
        version=1,
    )
    if sent.default_choices is None:
        known = {choice.id for choice in choices}
        defaults = tuple(each for each in start.default_choices if each in known)
    else:
        defaults = tuple(became.get(each, each) for each in dict.fromkeys(sent.default_choices))
    changes = _given(sent, "title", "title_i18n", "is_required", "min_choices", "max_choices")
    made = replace(start, choices=choices, default_choices=defaults, **changes)
    _check_rules(made, defaults_sent=sent.default_choices is not None)
    return _next(before, made)


def _check_rules(option: Option, *, defaults_sent: bool) -> None:
    """CAT-5, for the option as it would be saved."""
    if option.is_required and option.min_choices < 1:
        raise _wrong(
            "$.option.minChoices", "필수 옵션은 1개 이상 골라야 합니다", "required means at least one"
        )
    if 0 <= option.max_choices < option.min_choices:
        raise _wrong("$.option.maxChoices", "최대가 최소보다 작습니다", "maximum is below minimum")
    if 0 <= option.max_choices < len(option.default_choices):
        raise _wrong(
            "$.option.defaultChoices", "기본 선택지가 최대보다 많습니다", "more defaults than the maximum"
        )
    if not defaults_sent:
        return  # a default that sold out since stays one, it is only not shown meanwhile
    sellable = {choice.id for choice in option.choices if choice.state == "ON_SALE"}
    for place, choice_id in enumerate(option.default_choices):
        if choice_id not in sellable:
            raise _wrong(
                f"$.option.defaultChoices[{place}]",
                "기본 선택지는 판매 중인 선택지여야 합니다",
                "a default is a choice of this option that is on sale",
            )


def check_unit_price(item: CatalogItem, menu: Menu) -> None:
    """No allowed choice of options makes one piece cost less than nothing (MON-7).

    A price asked at sale is checked when it is asked. Raises InvalidArgument.
    """
    options = [option for each in item.option_ids if (option := menu.option(each)) is not None]
    lowest = sum(_lowest(option) for option in options)
    if lowest >= 0:
        return
    for place, price in enumerate(item.prices):
        if price.price_type != "VARIABLE" and price.price_value + lowest * price.price_unit < 0:
            raise _wrong(
                f"$.catalog.prices[{place}].priceValue",
                f"옵션을 고르면 {item.title}의 가격이 0원보다 낮아질 수 있습니다",
                f"with its options {item.title} could cost less than nothing",
            )


def _lowest(option: Option) -> int:
    """The least an option can add to one piece, won."""
    total = taken = 0
    for choice in sorted(option.choices, key=lambda each: each.price_value):
        room = 9_999 if option.max_choices < 0 else option.max_choices - taken
        if choice.price_value >= 0:
            room = min(room, option.min_choices - taken)
        count = min(room, 9_999 if choice.quantity_input_enabled else 1)
        if count > 0:
            total += choice.price_value * count
            taken += count
    return total


def _prices(
    sent: ItemInput, before: CatalogItem | None, price_ids: Iterator[int], at: str
) -> tuple[ItemPrice, ...]:
    if sent.prices is None:
        if sent.price is None:
            return _needed(before, "$.catalog.price").prices
        default = before.default_price if before else None
        changed = _price(replace(sent.price, is_default=True), default, price_ids, at, "$.catalog.price")
        if before is None:
            return (changed,)
        return tuple(changed if price.id == changed.id else price for price in before.prices)
    marked = [place for place, price in enumerate(sent.prices) if price.is_default]
    if len(marked) > 1:
        raise _wrong(
            f"$.catalog.prices[{marked[1]}].isDefault", "기본 가격은 하나입니다", "one price is the default"
        )
    known = {price.id: price for price in before.prices} if before else {}
    default_place = marked[0] if marked else 0
    return tuple(
        _price(
            replace(price, is_default=place == default_place),
            None if price.id is None else known.pop(price.id, None),
            price_ids,
            at,
            f"$.catalog.prices[{place}]",
        )
        for place, price in enumerate(sent.prices)
    )


def _price(
    sent: PriceInput, before: ItemPrice | None, price_ids: Iterator[int], at: str, path: str
) -> ItemPrice:
    start = before or ItemPrice(
        id=next(price_ids),
        title="",
        is_default=False,
        state="ON_SALE",
        price_type="FIXED",
        price_unit=1,
        price_value=_needed(sent.price_value, f"{path}.priceValue"),
        is_tax_free=False,
        is_stockable=False,
    )
    changes = _given(
        sent,
        *("title", "is_default", "sku", "barcode", "price_type", "price_unit", "price_value"),
        *("is_tax_free", "is_stockable"),
    )
    if sent.state is not None and sent.state != start.state:
        if sent.state == "DELETED":
            raise _wrong(f"{path}.state", "가격을 지우려면 목록에서 빼세요", "leave the price out instead")
        changes |= {"state": sent.state, "state_until": None if sent.state == "ON_SALE" else "manual"}
    made = replace(start, **changes)
    if not made.is_stockable:
        return made if made.stock_quantity is None else replace(made, stock_quantity=None)
    count = (
        None
        if sent.stock_quantity is None
        else milli(sent.stock_quantity.remain_quantity, path=f"{path}.stockQuantity")
    )
    if made.stock_quantity is None:
        count = count or 0
    elif count == remaining(made):
        count = None
    return made if count is None else holding(made, count, at)


def _choices(
    sent: OptionInput, before: Option | None, choice_ids: Iterator[int]
) -> tuple[tuple[OptionChoice, ...], dict[int, int]]:
    """The choices, and for ids that were sent the ids they became."""
    if sent.choices is None:
        return _needed(before, "$.option.choices").choices, {}
    known = {choice.id: choice for choice in before.choices} if before else {}
    became: dict[int, int] = {}
    choices = []
    for place, each in enumerate(sent.choices):
        old = None if each.id is None else known.pop(each.id, None)
        start = old or OptionChoice(
            id=next(choice_ids),
            title=_needed(each.title, f"$.option.choices[{place}].title"),
            price_value=0,
            image_url=None,
            state="ON_SALE",
            quantity_input_enabled=False,
        )
        if each.id is not None:
            became[each.id] = start.id
        changes = _given(
            each, "title", "title_i18n", "price_value", "image_url", "state", "quantity_input_enabled"
        )
        if changes.get("state", start.state) != start.state:
            changes["state_until"] = None if each.state == "ON_SALE" else "manual"
        choices.append(replace(start, **changes))
    return tuple(choices), became


def _next(before: StructT | None, made: StructT) -> StructT:
    """`made` as the version after `before`, or `before` itself when nothing changed."""
    if before is None:
        return made
    return before if made == before else replace(made, version=before.version + 1)


def _given(sent: Struct, *names: str) -> dict[str, Any]:
    """The fields that were sent; an empty text clears an optional one."""
    given = {}
    for name in names:
        value = getattr(sent, name)
        if value is not None:
            if name == "image_url":
                value = own_path(value)
            given[name] = None if value == "" and name in _CLEARABLE else value
    return given


def _needed(value: T | None, path: str) -> T:
    if value is None:
        raise _wrong(path, "필수 항목이 없습니다", "is required")
    return value


def _wrong(path: str, ko: str, en: str) -> PosError:
    return InvalidArgument(f"{ko} ({path})", f"{path}: {en}", path=path)


def _unknown(ko: str, en: str, thing_id: int, path: str) -> PosError:
    return NotFound(f"없는 {ko}입니다: {thing_id}", f"{path}: there is no {en} {thing_id}", path=path)
