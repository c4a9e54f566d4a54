"""The menu as others see it: items with everything inside, in order, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from jumak.domain.base import LanguagePack
from jumak.domain.catalog.state import effective_state, visible_to_guests
from jumak.domain.catalog.types import CatalogItem, CatalogItemView, Category, Menu, Option


def option_view(option: Option) -> Option:
    """An option as plugins see it: choices that are sold out are no defaults meanwhile (CAT-5)."""
    if not option.default_choices:
        return option
    sellable = {choice.id for choice in option.choices if choice.state == "ON_SALE"}
    if sellable.issuperset(option.default_choices):
        return option
    return replace(option, default_choices=tuple(each for each in option.default_choices if each in sellable))


def item_view(item: CatalogItem, menu: Menu) -> CatalogItemView:
    """An item as plugins see it (contract, catalog §2.1).

    The default price leads `prices`. A category that was deleted since leaves its id.
    """
    default = item.default_price
    prices = item.prices
    if prices[0] is not default:
        prices = (default, *(price for price in prices if price is not default))
    return CatalogItemView(
        id=item.id,
        title=item.title,
        title_i18n=item.title_i18n,
        state=effective_state(item, default, menu),
        description=item.description,
        description_i18n=item.description_i18n,
        category=menu.category(item.category_id) or _gone(item.category_id),
        labels=item.labels,
        image_url=item.image_url,
        price=default,
        prices=prices,
        options=tuple(
            option_view(option)
            for option_id in item.option_ids
            if (option := menu.option(option_id)) is not None
        ),
        code=item.code,
        type=item.type,
        color=item.color,
        order=item.order,
        order_discountable=item.order_discountable,
        state_until=item.state_until,
        version=item.version,
    )


def _gone(category_id: int) -> Category:
    return Category(id=category_id, title="", order=0, enabled=False, version=0)


def in_menu_order(categories: Iterable[Category]) -> list[Category]:
    """Categories by `order`, ties by id (CAT-1)."""
    return sorted(categories, key=lambda category: (category.order, category.id))


def guest_categories(categories: Iterable[Category], items: Iterable[CatalogItem]) -> list[Category]:
    """Categories for customer screens: neither hidden nor empty, in order (CAT-1)."""
    filled = {item.category_id for item in items if visible_to_guests(item.state)}
    return in_menu_order(category for category in categories if category.enabled and category.id in filled)


def text_for(title: str, pack: LanguagePack | None, language: str, shop_language: str) -> str:
    """A title in the asked language, else the shop's, else the plain one (CAT-8).

    language, shop_language: BCP-47 tags; `en-US` is content with `en`. Kitchen and tax receipts
    use the plain title and do not ask.
    """
    if pack is None:
        return title
    texts = {tag.lower(): text for tag, text in pack.languages.items()}
    return _said_in(texts, language) or _said_in(texts, shop_language) or title


def _said_in(texts: Mapping[str, str], language: str) -> str | None:
    tag = language.lower()
    return texts.get(tag) or texts.get(tag.split("-", 1)[0])
