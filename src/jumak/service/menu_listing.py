"""The menu by pages: a category or a search at a time, as tills show it.

What a page is chosen by is kept between requests and brought up to date from what changed, as in
`service/menu.py`; views are made for the items of the asked page alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from jumak.domain.catalog import CatalogItem, Category, Option, SaleState, effective_state
from jumak.domain.catalog.search import pattern, said_of
from jumak.service.menu import changed, kept
from jumak.service.ports import MenuOf

Place = tuple[int, int, int, int]
_SEARCHES_KEPT = 64
"""Who scrolls asks for page after page of the same search."""


class Listed(Struct, frozen=True):
    """Items that fit, by category, `order`, id; counts: of them by category, in menu order."""

    ids: Sequence[int]
    counts: Mapping[int, int]


class MenuListing:
    """Items by category, text and state. `refresh` it before asking."""

    def __init__(self) -> None:
        self._items: dict[str | int, CatalogItem] = {}
        self._categories: dict[str | int, Category] = {}
        self._options: dict[str | int, Option] = {}
        self._places: dict[int, Place] = {}
        self._said: dict[int, tuple[SaleState, str]] = {}
        self._order: list[int] = []
        self._found: dict[tuple[str, int | None, frozenset[SaleState]], Listed] = {}

    def refresh(
        self,
        items: Mapping[str | int, CatalogItem],
        categories: Mapping[str | int, Category],
        options: Mapping[str | int, Option],
    ) -> None:
        """Take in what changed."""
        stale = changed(self._items, items)
        new_categories = changed(self._categories, categories)
        new_options = changed(self._options, options)
        if not (stale or new_categories or new_options):
            return
        if new_categories or new_options:
            stale |= {
                item.id
                for item in items.values()
                if item.category_id in new_categories or not new_options.isdisjoint(item.option_ids)
            }
        menu = MenuOf(items, categories, options)
        moved = says_more = False
        for key in stale:
            item_id, item = int(key), items.get(key)
            if item is None or item.state == "DELETED":
                moved |= self._places.pop(item_id, None) is not None
                continue
            category = categories.get(item.category_id)
            place = (category.order if category else 0, item.category_id, item.order, item_id)
            if self._places.get(item_id) != place:
                self._places[item_id] = place
                moved = True
            said = effective_state(item, item.default_price, menu), said_of(item)
            if self._said.get(item_id) != said:
                self._said[item_id] = said
                says_more = True
        if moved:
            self._order = sorted(self._places, key=self._places.__getitem__)
        if moved or says_more:
            # Not for what every sale changes, the stock: what was found stays found.
            self._found.clear()
        self._items, self._categories, self._options = dict(items), dict(categories), dict(options)

    def find(self, text: str, category_id: int | None, states: Collection[SaleState]) -> Listed:
        """What fits all that is asked for; states: effective ones (CAT-4), empty for any but DELETED.

        The counts disregard the category, so that a search says where else it found something.
        """
        asked = (text, category_id, frozenset(states))
        found = self._found.get(asked)
        if found is None:
            if len(self._found) >= _SEARCHES_KEPT:
                self._found.pop(next(iter(self._found)))
            found = self._found[asked] = self._find(*asked)
        return found

    def _find(self, text: str, category_id: int | None, states: frozenset[SaleState]) -> Listed:
        holds = pattern(text).search if text.strip() else None
        ids: list[int] = []
        counts: dict[int, int] = {}
        for item_id in self._order:
            state, said = self._said[item_id]
            if (states and state not in states) or (holds is not None and not holds(said)):
                continue
            of = self._places[item_id][1]
            counts[of] = counts.get(of, 0) + 1
            if category_id is None or category_id == of:
                ids.append(item_id)
        return Listed(ids, counts)


_LISTINGS: dict[int, MenuListing] = {}


def listing_of(shop_id: int) -> MenuListing:
    """The listing kept for a shop."""
    return kept(_LISTINGS, shop_id, MenuListing)
