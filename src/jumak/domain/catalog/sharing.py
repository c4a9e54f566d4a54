"""A head office's menu merged into a shop's: what comes from above, and what stays the shop's own.

- A thing of the head office has a **twin** in each shop: the first merge finds it (a category, an option group and a
  price by title, an item by code, else by category and title) or makes it; from then on it is known by number, so that
  it may be renamed on either side.
- What the head office says of a twin holds: texts, category, prices, options, place, tax. What it does not say stays.
- The shop's own are: sold-out and hidden states, stock, pictures; items, categories, option groups, choices and prices
  without a twin. They are never touched, only put behind what comes from above.
- An item the shop has deleted stays deleted. One the head office has deleted goes, where it has a twin.
- Merged again, the same menu changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeVar

from msgspec import Struct

from jumak.domain.base import LanguagePack
from jumak.domain.catalog.edit import (
    CategoryInput,
    ChoiceInput,
    ItemInput,
    OptionInput,
    PriceInput,
    Reference,
    delete_item,
    write_category,
    write_item,
    write_option,
)
from jumak.domain.catalog.sheet.texts import plain
from jumak.domain.catalog.types import CatalogItem, Category, ItemPrice, Option, OptionChoice
from jumak.domain.errors import Conflict

NamedT = TypeVar("NamedT", Category, Option, CatalogItem, OptionChoice, ItemPrice)

_NONE: Final = LanguagePack(languages={})


class SharedMenu(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a head office gives its shops, numbered as it is there: a whole menu or a part of one.

    Items come with the category and the option groups they need. gone: items the head office has deleted.
    prices_only: prices of what the shop has, and nothing else.
    """

    categories: tuple[Category, ...] = ()
    options: tuple[Option, ...] = ()
    items: tuple[CatalogItem, ...] = ()
    gone: tuple[int, ...] = ()
    prices_only: bool = False


class Twins(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Number at the head office → number in the shop."""

    categories: dict[int, int] = {}
    options: dict[int, int] = {}
    choices: dict[int, int] = {}
    items: dict[int, int] = {}
    prices: dict[int, int] = {}

    def copy(self) -> Twins:
        """Another one that may be filled."""
        return Twins(**{name: dict(getattr(self, name)) for name in self.__struct_fields__})


class Numbers(Struct, frozen=True, kw_only=True):
    """Where the numbers of new things come from."""

    categories: Iterator[int]
    options: Iterator[int]
    choices: Iterator[int]
    items: Iterator[int]
    prices: Iterator[int]


class ShopMenu(Struct, frozen=True):
    """A shop's menu by number, tombstones included. Implements `catalog.Menu`."""

    items: Mapping[str | int, CatalogItem]
    categories: Mapping[str | int, Category]
    options: Mapping[str | int, Option]

    def item(self, item_id: int) -> CatalogItem | None:
        """See `catalog.Menu`."""
        return self.items.get(item_id)

    def category(self, category_id: int) -> Category | None:
        """See `catalog.Menu`."""
        return self.categories.get(category_id)

    def option(self, option_id: int) -> Option | None:
        """See `catalog.Menu`."""
        return self.options.get(option_id)


class Merged(Struct, frozen=True, kw_only=True):
    """What a merge changes: each thing before, None when it is new, and after. Categories are needed first, then options.

    left: items of the head office, by its numbers, that were left out: deleted by the shop, or not there when only
    prices were to change.
    """

    categories: tuple[tuple[Category | None, Category], ...]
    options: tuple[tuple[Option | None, Option], ...]
    items: tuple[tuple[CatalogItem | None, CatalogItem], ...]
    twins: Twins
    left: tuple[int, ...]

    def added(self) -> int:
        """How many items are new."""
        return sum(before is None for before, _ in self.items)

    def removed(self) -> int:
        """How many items go."""
        return sum(after.state == "DELETED" for _, after in self.items)


def shared_part(
    menu: ShopMenu,
    *,
    categories: Iterable[int] | None = None,
    items: Iterable[int] | None = None,
    options: Iterable[int] | None = None,
    prices_only: bool = False,
) -> SharedMenu:
    """A part of a head office's menu with what it needs; the whole of it when no part is named.

    categories: with all their items.  Numbers nobody has are left to the caller to refuse.
    """
    whole = categories is None and items is None and options is None
    wanted_categories, wanted_items, wanted_options = (
        set(each or ()) for each in (categories, items, options)
    )
    chosen = [
        item
        for item in menu.items.values()
        if whole or item.id in wanted_items or item.category_id in wanted_categories
    ]
    kept = sorted((item for item in chosen if item.state != "DELETED"), key=lambda item: item.id)
    for item in kept:
        wanted_categories.add(item.category_id)
        wanted_options.update(item.option_ids)
    return SharedMenu(
        categories=_those(menu.categories.values(), None if whole else wanted_categories),
        options=_those(menu.options.values(), None if whole else wanted_options),
        items=tuple(kept),
        gone=tuple(sorted(item.id for item in chosen if item.state == "DELETED")),
        prices_only=prices_only,
    )


def merge(shared: SharedMenu, mine: ShopMenu, twins: Twins, numbers: Numbers, at: str) -> Merged:
    """What a shop's menu becomes. at: UTC text, when.

    Raises Conflict `AMBIGUOUS` when several things of the shop could be meant, and what writing the menu raises.
    """
    return _Merge(mine, twins, numbers, at, prices_only=shared.prices_only).of(shared)


class _Merge:
    def __init__(self, mine: ShopMenu, twins: Twins, numbers: Numbers, at: str, *, prices_only: bool) -> None:
        self._was = twins
        self._were_choices = frozenset(twins.choices.values())
        self._were_prices = frozenset(twins.prices.values())
        self._twins = twins.copy()
        self._numbers, self._at, self._prices_only = numbers, at, prices_only
        self._items = dict(mine.items)
        self._categories = dict(mine.categories)
        self._options = dict(mine.options)
        self._menu = ShopMenu(self._items, self._categories, self._options)
        self._by_code: dict[str, list[CatalogItem]] = {}
        self._by_place: dict[tuple[int, str], list[CatalogItem]] = {}
        self._met = set(twins.items.values())
        for item in mine.items.values():
            if item.state != "DELETED" and item.id not in self._met:
                self._by_place.setdefault((item.category_id, plain(item.title)), []).append(item)
                if item.code:
                    self._by_code.setdefault(item.code, []).append(item)

    def of(self, shared: SharedMenu) -> Merged:
        categories = list(filter(None, map(self._category, shared.categories)))
        options = list(filter(None, map(self._option, shared.options)))
        items: list[tuple[CatalogItem | None, CatalogItem]] = []
        left: list[int] = []
        for item in shared.items:
            written = self._item(item)
            if written is None:
                left.append(item.id)
            else:
                items.append(written)
        items += filter(None, map(self._gone, shared.gone))
        return Merged(
            categories=_changed(categories),
            options=_changed(options),
            items=_changed(items),
            twins=self._twins,
            left=tuple(left),
        )

    def _category(self, shared: Category) -> tuple[Category | None, Category] | None:
        menu, twins = self._categories, self._twins.categories
        before = _twin(shared, menu, twins)
        if self._prices_only:
            if before is not None:
                twins[shared.id] = before.id
            return None
        sent = CategoryInput(
            title=shared.title,
            title_i18n=_pack(shared.title_i18n, _title_i18n(before)),
            code=shared.code or "",
            order=shared.order,
            enabled=shared.enabled,
        )
        number = next(self._numbers.categories) if before is None else before.id
        after = write_category(sent, before, number)
        twins[shared.id] = after.id
        menu[after.id] = after
        return before, after

    def _option(self, shared: Option) -> tuple[Option | None, Option] | None:
        menu, twins = self._options, self._twins.options
        before = _twin(shared, menu, twins)
        met = () if before is None else before.choices
        pairs = _pairs(shared.choices, met, self._was.choices, self._were_choices)
        if self._prices_only:
            if before is None:
                return None
            prices = {mine.id: theirs.price_value for theirs, mine in pairs if mine is not None}
            sent = OptionInput(
                choices=tuple(ChoiceInput(id=each.id, price_value=prices.get(each.id)) for each in met)
            )
        else:
            sent = self._option_input(shared, before, pairs)
        number = next(self._numbers.options) if before is None else before.id
        after = write_option(sent, before, number, self._numbers.choices)
        if self._prices_only:
            self._twins.choices.update({theirs.id: mine.id for theirs, mine in pairs if mine is not None})
        else:
            self._twins.choices.update(
                {theirs.id: mine.id for theirs, mine in zip(shared.choices, after.choices, strict=False)}
            )
        twins[shared.id] = after.id
        menu[after.id] = after
        return before, after

    def _option_input(
        self, shared: Option, before: Option | None, pairs: Sequence[tuple[OptionChoice, OptionChoice | None]]
    ) -> OptionInput:
        # A number below zero is no choice of the shop's: a new one, which defaults may name.
        sent_ids = {theirs.id: -theirs.id if mine is None else mine.id for theirs, mine in pairs}
        choices = [
            ChoiceInput(
                id=sent_ids[theirs.id],
                title=theirs.title,
                title_i18n=_pack(theirs.title_i18n, _title_i18n(mine)),
                price_value=theirs.price_value,
                quantity_input_enabled=theirs.quantity_input_enabled,
            )
            for theirs, mine in pairs
        ]
        met = () if before is None else before.choices
        choices += [ChoiceInput(id=each.id) for each in _own(met, pairs, self._were_choices)]
        wanted = tuple(sent_ids[each] for each in shared.default_choices if each in sent_ids)
        defaults: tuple[int, ...] | None = None
        if before is None or wanted != before.default_choices:
            # One that is sold out here cannot be made a default; it may stay one.
            out = {each.id for each in met if each.state != "ON_SALE"}
            defaults = tuple(each for each in wanted if each not in out)
        return OptionInput(
            title=shared.title,
            title_i18n=_pack(shared.title_i18n, _title_i18n(before)),
            is_required=shared.is_required,
            min_choices=shared.min_choices,
            max_choices=shared.max_choices,
            choices=tuple(choices),
            default_choices=defaults,
        )

    def _item(self, shared: CatalogItem) -> tuple[CatalogItem | None, CatalogItem] | None:
        before = self._twin_item(shared)
        if before is not None and before.state == "DELETED":
            return None
        if before is None and self._prices_only:
            return None
        met = () if before is None else before.prices
        pairs = _price_pairs(shared, met, self._was.prices, self._were_prices)
        sent = _new_prices(met, pairs) if self._prices_only else self._item_input(shared, before, pairs)
        number = next(self._numbers.items) if before is None else before.id
        after = write_item(sent, before, number, self._numbers.prices, self._menu, self._at)
        if self._prices_only:
            self._twins.prices.update({theirs.id: mine.id for theirs, mine in pairs if mine is not None})
        else:
            self._twins.prices.update(
                {theirs.id: mine.id for (theirs, _), mine in zip(pairs, after.prices, strict=False)}
            )
        self._twins.items[shared.id] = after.id
        self._met.add(after.id)
        self._items[after.id] = after
        return before, after

    def _item_input(
        self,
        shared: CatalogItem,
        before: CatalogItem | None,
        pairs: Sequence[tuple[ItemPrice, ItemPrice | None]],
    ) -> ItemInput:
        met = () if before is None else before.prices
        prices = [
            PriceInput(
                id=None if mine is None else mine.id,
                title=theirs.title,
                is_default=theirs.is_default,
                sku=theirs.sku or "",
                barcode=theirs.barcode or "",
                price_type=theirs.price_type,
                price_unit=theirs.price_unit,
                price_value=theirs.price_value,
                is_tax_free=theirs.is_tax_free,
            )
            for theirs, mine in pairs
        ]
        prices += [PriceInput(id=each.id, is_default=False) for each in _own(met, pairs, self._were_prices)]
        from_above = set(self._twins.options.values())
        options = [self._twins.options[each] for each in shared.option_ids if each in self._twins.options]
        options += [each for each in (before.option_ids if before else ()) if each not in from_above]
        return ItemInput(
            title=shared.title,
            title_i18n=_pack(shared.title_i18n, _title_i18n(before)),
            description=shared.description or "",
            description_i18n=_pack(
                shared.description_i18n, None if before is None else before.description_i18n
            ),
            category=Reference(id=self._twins.categories[shared.category_id]),
            labels=shared.labels,
            prices=tuple(prices),
            options=tuple(Reference(id=each) for each in options),
            code=shared.code or "",
            type=shared.type,
            color=shared.color or "",
            order=shared.order,
            order_discountable=shared.order_discountable,
        )

    def _twin_item(self, shared: CatalogItem) -> CatalogItem | None:
        twins = self._twins.items
        if (known := self._items.get(twins.get(shared.id, 0))) is not None:
            return known
        found = [item for item in self._by_code.get(shared.code or "", ()) if item.id not in self._met]
        if not found:
            place = self._twins.categories.get(shared.category_id, 0), plain(shared.title)
            found = [item for item in self._by_place.get(place, ()) if item.id not in self._met]
        return _only(found, shared.title)

    def _gone(self, number: int) -> tuple[CatalogItem, CatalogItem] | None:
        before = self._items.get(self._twins.items.get(number, 0))
        if self._prices_only or before is None:
            return None
        # Should the head office bring it back, the shop gets a new one.
        del self._twins.items[number]
        return before, delete_item(before)


def _own(
    met: Sequence[NamedT], pairs: Sequence[tuple[NamedT, NamedT | None]], twins: AbstractSet[int]
) -> list[NamedT]:
    """What the shop has of its own; a twin whose original is gone is none of it."""
    taken = {mine.id for _, mine in pairs if mine is not None}
    return [each for each in met if each.id not in taken and each.id not in twins]


def _new_prices(met: Sequence[ItemPrice], pairs: Sequence[tuple[ItemPrice, ItemPrice | None]]) -> ItemInput:
    values = {mine.id: theirs.price_value for theirs, mine in pairs if mine is not None}
    return ItemInput(
        prices=tuple(
            PriceInput(id=each.id, is_default=each.is_default, price_value=values.get(each.id))
            for each in met
        )
    )


def _twin(shared: NamedT, menu: Mapping[str | int, NamedT], twins: Mapping[int, int]) -> NamedT | None:
    """The shop's one for this, by number, else by title among those that are nobody's twin."""
    if (known := menu.get(twins.get(shared.id, 0))) is not None:
        return known
    taken, title = set(twins.values()), plain(shared.title)
    return _only(
        [each for each in menu.values() if each.id not in taken and plain(each.title) == title], title
    )


def _pairs(
    shared: Sequence[NamedT], met: Sequence[NamedT], twins: Mapping[int, int], taken: AbstractSet[int]
) -> list[tuple[NamedT, NamedT | None]]:
    """Each with its twin among `met`; by title where it has none yet, the first of that title.

    taken: numbers that are somebody's twin.
    """
    left = {each.id: each for each in met}
    known = {each.id: left.pop(twins[each.id]) for each in shared if twins.get(each.id) in left}
    pairs: list[tuple[NamedT, NamedT | None]] = []
    for each in shared:
        mine = known.get(each.id)
        if mine is None:
            title = plain(each.title)
            free = (one for one in left.values() if one.id not in taken and plain(one.title) == title)
            if (mine := next(free, None)) is not None:
                del left[mine.id]
        pairs.append((each, mine))
    return pairs


def _price_pairs(
    shared: CatalogItem, met: Sequence[ItemPrice], twins: Mapping[int, int], taken: AbstractSet[int]
) -> list[tuple[ItemPrice, ItemPrice | None]]:
    """As `_pairs`; of two default prices one is the other's twin, whatever they are called."""
    pairs = _pairs(shared.prices, met, twins, taken)
    default = next((each for each in _own(met, pairs, taken) if each.is_default), None)
    return [(theirs, default if mine is None and theirs.is_default else mine) for theirs, mine in pairs]


def _only(found: Sequence[NamedT], title: str) -> NamedT | None:
    if len(found) > 1:
        raise Conflict(
            f"이 매장에 '{title}'이(가) 여러 개 있어 어느 것인지 알 수 없습니다. 하나만 남기고 다시 보내 주세요.",
            f"The shop has several of '{title}', and which one is meant cannot be told",
            reason="AMBIGUOUS",
        )
    return found[0] if found else None


def _title_i18n(thing: Category | Option | OptionChoice | CatalogItem | None) -> LanguagePack | None:
    return None if thing is None else thing.title_i18n


def _pack(shared: LanguagePack | None, mine: LanguagePack | None) -> LanguagePack | None:
    """Texts in other languages as they are above; none there empties the shop's."""
    return shared if shared is not None or mine is None else _NONE


def _those(things: Iterable[NamedT], wanted: set[int] | None) -> tuple[NamedT, ...]:
    kept = (each for each in things if wanted is None or each.id in wanted)
    return tuple(sorted(kept, key=lambda each: each.id))


def _changed(pairs: Iterable[tuple[NamedT | None, NamedT]]) -> tuple[tuple[NamedT | None, NamedT], ...]:
    return tuple((before, after) for before, after in pairs if after is not before)
