"""The menu made ready to be sent and searched, kept between requests.

Documents are replaced and never changed in place, so a comparison of identities tells in about a
millisecond what is new in a menu of 50,000 items; only that is encoded and indexed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from jumak.domain.barcode import canonical, parse_in_store
from jumak.domain.catalog import CatalogItem, Category, ItemPrice, Option, item_view
from jumak.domain.catalog.search import pattern, said_of
from jumak.service.ports import MenuOf

DocT = TypeVar("DocT")

_encode = msgspec.json.Encoder().encode


class MenuPage:
    """The reply of `catalog-item.list.request`, encoded."""

    def __init__(self) -> None:
        self._items: dict[str | int, CatalogItem] = {}
        self._categories: dict[str | int, Category] = {}
        self._options: dict[str | int, Option] = {}
        self._encoded: dict[str | int, bytes] = {}
        self._places: dict[str | int, tuple[int, int, int, int]] = {}
        self._order: list[str | int] = []
        self._page = Raw(b"[]")

    def of(
        self,
        items: Mapping[str | int, CatalogItem],
        categories: Mapping[str | int, Category],
        options: Mapping[str | int, Option],
    ) -> Raw:
        """The views of all items but DELETED ones: by category, `order`, id."""
        stale = changed(self._items, items)
        new_categories = changed(self._categories, categories)
        new_options = changed(self._options, options)
        if not (stale or new_categories or new_options):
            return self._page
        if new_categories or new_options:
            stale |= {
                item.id
                for item in items.values()
                if item.category_id in new_categories or not new_options.isdisjoint(item.option_ids)
            }
        menu = MenuOf(items, categories, options)
        moved = False
        for item_id in stale:
            item = items.get(item_id)
            if item is None or item.state == "DELETED":
                moved |= self._places.pop(item_id, None) is not None
                self._encoded.pop(item_id, None)
                continue
            view = item_view(item, menu)
            place = (view.category.order, view.category.id, view.order, view.id)
            if self._places.get(item_id) != place:
                self._places[item_id] = place
                moved = True
            self._encoded[item_id] = _encode(view)
        if moved:
            self._order = sorted(self._places, key=self._places.__getitem__)
        self._items, self._categories, self._options = dict(items), dict(categories), dict(options)
        parts = [self._encoded[item_id] for item_id in self._order] or [b""]
        # A large menu is tens of megabytes: the brackets go in before it is put together, not around it after.
        parts[0] = b"[" + parts[0]
        parts[-1] += b"]"
        self._page = Raw(b",".join(parts))
        return self._page


class Found(Struct, frozen=True):
    """A price found by a code; a label of the shop's own also says price or quantity."""

    item_id: int
    price_id: int
    price_value: int | None = None
    quantity_milli: int | None = None


class MenuIndex:
    """Items by barcode, SKU and text; ids of prices in use. `refresh` it before asking."""

    def __init__(self) -> None:
        self._items: dict[str | int, CatalogItem] = {}
        self._codes: dict[str, list[tuple[int, int]]] = {}
        self._texts: dict[str | int, str] = {}
        self._price_ids: dict[int, int] = {}

    def refresh(self, items: Mapping[str | int, CatalogItem]) -> None:
        """Take in what changed."""
        stale = changed(self._items, items)
        for item_id in stale:
            if (before := self._items.get(item_id)) is not None:
                self._forget(before)
            if (item := items.get(item_id)) is not None:
                self._learn(item)
        if stale:
            self._items = dict(items)

    def price_taken(self, price_id: int) -> bool:
        """An item, tombstones included, has a price of this id."""
        return price_id in self._price_ids

    def owner_of(self, barcode: str, *, but: int) -> int | None:
        """Another item than `but` that is sold under this barcode (CAT-10)."""
        code = canonical(barcode)
        for item_id, price_id in self._codes.get(code, ()):
            if item_id != but and self._sold_under(item_id, price_id, code):
                return item_id
        return None

    def by_code(self, code: str) -> Found | None:
        """The price with this barcode or SKU, or the one a label of the shop's own means (CAT-10)."""
        hit = self._codes.get(canonical(code))
        if hit:
            return Found(*hit[0])
        label = parse_in_store(code)
        if label is None:
            return None
        hit = self._codes.get(label.item) or self._codes.get(code.strip()[: 2 + len(label.item)])
        return Found(*hit[0], label.price, label.weight_milli) if hit else None

    def by_text(self, text: str, limit: int) -> list[int]:
        """Items whose title (any language), code, SKU or barcode holds what was typed (`catalog.search`)."""
        holds = pattern(text).search
        found = []
        for item_id, said in self._texts.items():
            if holds(said):
                found.append(int(item_id))
                if len(found) == limit:
                    break
        return found

    def _sold_under(self, item_id: int, price_id: int, code: str) -> bool:
        return any(
            price.id == price_id and price.barcode and canonical(price.barcode) == code
            for price in self._items[item_id].prices
        )

    def _learn(self, item: CatalogItem) -> None:
        for price in item.prices:
            self._price_ids[price.id] = item.id
        if item.state == "DELETED":
            return
        for price in item.prices:
            for code in _codes_of(price):
                self._codes.setdefault(code, []).append((item.id, price.id))
        self._texts[item.id] = said_of(item)

    def _forget(self, item: CatalogItem) -> None:
        self._texts.pop(item.id, None)
        for price in item.prices:
            self._price_ids.pop(price.id, None)
            for code in _codes_of(price):
                left = [each for each in self._codes.get(code, ()) if each != (item.id, price.id)]
                if left:
                    self._codes[code] = left
                else:
                    self._codes.pop(code, None)


def _codes_of(price: ItemPrice) -> list[str]:
    return [canonical(code) for code in (price.barcode, price.sku) if code]


def changed(before: Mapping[str | int, DocT], after: Mapping[str | int, DocT]) -> set[str | int]:
    """Ids of documents that came, went or were replaced."""
    if len(before) == len(after) and all(map(is_, before.values(), after.values())):
        return set()
    found = {key for key, doc in after.items() if before.get(key) is not doc}
    found.update(key for key in before if key not in after)
    return found


_PAGES: dict[int, MenuPage] = {}
_INDEXES: dict[int, MenuIndex] = {}
_KEPT = 64


def page_of(shop_id: int) -> MenuPage:
    """The page kept for a shop. A wrong one would only cost time: what it holds is compared first."""
    return kept(_PAGES, shop_id, MenuPage)


def index_of(shop_id: int) -> MenuIndex:
    """The index kept for a shop."""
    return kept(_INDEXES, shop_id, MenuIndex)


def kept(shelf: dict[int, DocT], shop_id: int, make: type[DocT]) -> DocT:
    """What is kept for this shop on a shelf of a limited number of shops; made when it is not there."""
    found = shelf.get(shop_id)
    if found is None:
        if len(shelf) >= _KEPT:
            shelf.pop(next(iter(shelf)))
        found = shelf[shop_id] = make()
    return found
