"""The menu: categories, items, prices, options and what may be sold (rulebook §6)."""

from __future__ import annotations

from jumak.domain.catalog.choices import choose
from jumak.domain.catalog.state import (
    at_day_open,
    effective_state,
    require_sellable,
    set_choice_state,
    set_state,
    visible_to_guests,
)
from jumak.domain.catalog.types import (
    CatalogItem,
    CatalogItemView,
    Category,
    CategoryRef,
    ChoiceState,
    ItemOptionChoice,
    ItemPrice,
    ItemType,
    Label,
    Menu,
    Option,
    OptionChoice,
    PriceType,
    SaleState,
    StockQuantity,
    Until,
)
from jumak.domain.catalog.view import guest_categories, in_menu_order, item_view, option_view, text_for

__all__ = [
    "CatalogItem",
    "CatalogItemView",
    "Category",
    "CategoryRef",
    "ChoiceState",
    "ItemOptionChoice",
    "ItemPrice",
    "ItemType",
    "Label",
    "Menu",
    "Option",
    "OptionChoice",
    "PriceType",
    "SaleState",
    "StockQuantity",
    "Until",
    "at_day_open",
    "choose",
    "effective_state",
    "guest_categories",
    "in_menu_order",
    "item_view",
    "option_view",
    "require_sellable",
    "set_choice_state",
    "set_state",
    "text_for",
    "visible_to_guests",
]
