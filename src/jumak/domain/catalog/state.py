"""What may be sold now: states of items, prices and choices (CAT-2 … CAT-5)."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from jumak.domain.catalog.types import (
    CatalogItem,
    ChoiceState,
    ItemPrice,
    Menu,
    Option,
    OptionChoice,
    SaleState,
    Until,
)
from jumak.domain.errors import InvalidState, NotFound

_WORSE: Final[dict[SaleState, int]] = {"ON_SALE": 0, "SOLD_OUT": 1, "UNAVAILABLE": 2, "DELETED": 3}

_SPOKEN: Final[dict[SaleState, tuple[str, str]]] = {
    "ON_SALE": ("판매 중", "on sale"),
    "SOLD_OUT": ("품절", "sold out"),
    "UNAVAILABLE": ("판매 중지", "unavailable"),
    "DELETED": ("삭제됨", "deleted"),
}


def lacks_choices(item: CatalogItem, menu: Menu) -> bool:
    """A required option has fewer sellable choices than its minimum (CAT-5)."""
    for option_id in item.option_ids:
        option = menu.option(option_id)
        if option is None or not option.is_required:
            continue
        sellable = 0
        for choice in option.choices:
            if choice.state == "ON_SALE":
                sellable += 1
        if sellable < option.min_choices:
            return True
    return False


def effective_state(item: CatalogItem, price: ItemPrice, menu: Menu) -> SaleState:
    """What selling this item at this price would meet: the worse of item and price.

    SOLD_OUT too when a required option cannot be chosen (CAT-5). An item none of whose prices is
    on sale is thereby sold out at each of them (CAT-4).
    """
    state = item.state if _WORSE[item.state] >= _WORSE[price.state] else price.state
    if state == "ON_SALE" and item.option_ids and lacks_choices(item, menu):
        return "SOLD_OUT"
    return state


def visible_to_guests(state: SaleState) -> bool:
    """Shown on customer screens: on sale, or sold out and marked so (CAT-2)."""
    return state in ("ON_SALE", "SOLD_OUT")


def require_sellable(
    item: CatalogItem | None,
    price: ItemPrice | None,
    menu: Menu,
    *,
    allow_sold_out: bool = False,
    path: str = "$",
) -> None:
    """A new line with this item at this price may be taken (CAT-3).

    allow_sold_out: staff confirmed that it is there after all; UNAVAILABLE and DELETED stay refused.
    path: where the line stands in what was sent.
    Raises NotFound when there is no such item or price, InvalidState ITEM_NOT_ON_SALE.
    """
    if item is None or price is None:
        raise NotFound("없는 상품입니다", f"{path}: there is no such item on the menu", path=path)
    state = effective_state(item, price, menu)
    if state == "ON_SALE" or (state == "SOLD_OUT" and allow_sold_out):
        return
    ko, en = _SPOKEN[state]
    raise InvalidState(
        f"판매할 수 없는 상품입니다: {item.title} ({ko})",
        f"{item.title} cannot be sold: it is {en}",
        reason="ITEM_NOT_ON_SALE",
        path=path,
        itemId=item.id,
        state=state,
    )


def require_not_deleted(item: CatalogItem) -> None:
    """Tombstones do not change any more (CAT-2). Raises InvalidState ITEM_DELETED."""
    if item.state == "DELETED":
        raise InvalidState(
            f"삭제된 상품입니다: {item.title}",
            f"{item.title} was deleted",
            reason="ITEM_DELETED",
            itemId=item.id,
        )


def price_of(item: CatalogItem, price_id: int) -> ItemPrice:
    """One price of an item. Raises NotFound."""
    for price in item.prices:
        if price.id == price_id:
            return price
    raise NotFound(
        f"없는 가격입니다: {item.title} ({price_id})",
        f"{item.title} has no price {price_id}",
        path="$.priceId",
    )


def with_price(item: CatalogItem, changed: ItemPrice) -> CatalogItem:
    """The item with this price in the place of the one with its id, as the next version."""
    return replace(
        item,
        prices=tuple(changed if price.id == changed.id else price for price in item.prices),
        version=item.version + 1,
    )


def ran_out(price: ItemPrice) -> bool:
    """Stock is tracked and nothing is left."""
    stock = price.stock_quantity
    return price.is_stockable and stock is not None and stock.remain_quantity <= 0


def set_state(
    item: CatalogItem, state: SaleState, *, price_id: int | None = None, until: Until | None = None
) -> CatalogItem:
    """Mark an item, or one of its prices, on sale or not (CAT-2); the item itself when nothing changes.

    until: `day-open` lets it come back by itself, `manual` (default) does not.
    Raises NotFound for a foreign price; InvalidState ITEM_DELETED, OUT_OF_STOCK when a price whose
    stock ran out is put on sale: count the stock instead.
    """
    require_not_deleted(item)
    kept = None if state == "ON_SALE" else (until or "manual")
    if price_id is None:
        if (item.state, item.state_until) == (state, kept):
            return item
        return replace(item, state=state, state_until=kept, version=item.version + 1)
    price = price_of(item, price_id)
    if (price.state, price.state_until) == (state, kept):
        return item
    if state == "ON_SALE" and ran_out(price):
        raise InvalidState(
            f"재고가 없습니다: {item.title}",
            f"{item.title} has no stock left; adjust the stock first",
            reason="OUT_OF_STOCK",
            itemId=item.id,
            priceId=price.id,
        )
    return with_price(item, replace(price, state=state, state_until=kept))


def set_choice_state(
    option: Option, choice_id: int, state: ChoiceState, *, until: Until | None = None
) -> Option:
    """Mark one choice of an option sold out or on sale (CAT-5); the option itself when nothing changes.

    Raises NotFound for a foreign choice.
    """
    kept = None if state == "ON_SALE" else (until or "manual")
    for choice in option.choices:
        if choice.id == choice_id:
            break
    else:
        raise NotFound(
            f"없는 선택지입니다: {option.title} ({choice_id})",
            f"{option.title} has no choice {choice_id}",
            path="$.choice.id",
        )
    if (choice.state, choice.state_until) == (state, kept):
        return option
    changed = replace(choice, state=state, state_until=kept)
    return replace(
        option,
        choices=tuple(changed if each.id == choice_id else each for each in option.choices),
        version=option.version + 1,
    )


def at_day_open(item: CatalogItem) -> CatalogItem:
    """The item as a new day finds it: marks that hold `until` day-open are gone (CAT-2).

    A price whose tracked stock ran out stays sold out. The item itself when nothing changes.
    """
    resets = item.state_until == "day-open" and item.state != "DELETED"
    prices = tuple(_price_at_day_open(price) for price in item.prices)
    if not resets and prices == item.prices:
        return item
    return replace(
        item,
        state="ON_SALE" if resets else item.state,
        state_until=None if resets else item.state_until,
        prices=prices,
        version=item.version + 1,
    )


def option_at_day_open(option: Option) -> Option:
    """The option as a new day finds it; itself when nothing changes."""
    choices = tuple(_choice_at_day_open(choice) for choice in option.choices)
    return (
        option if choices == option.choices else replace(option, choices=choices, version=option.version + 1)
    )


def _price_at_day_open(price: ItemPrice) -> ItemPrice:
    if price.state_until != "day-open":
        return price
    return replace(price, state="SOLD_OUT" if ran_out(price) else "ON_SALE", state_until=None)


def _choice_at_day_open(choice: OptionChoice) -> OptionChoice:
    if choice.state_until != "day-open":
        return choice
    return replace(choice, state="ON_SALE", state_until=None)
