"""Stock of items that track it: taken when an order is made, never below zero (CAT-9)."""

from __future__ import annotations

from datetime import UTC, datetime

from jumak.domain.catalog.holding import holding, remaining
from jumak.domain.catalog.state import price_of, with_price
from jumak.domain.catalog.types import CatalogItem
from jumak.domain.errors import InvalidArgument, InvalidState
from jumak.domain.money import from_milli


def stamp(at: datetime) -> str:
    """When stock changed, as the catalog says it: UTC with Z (contract §4.3)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def take(item: CatalogItem, price_id: int, milli: int, at: datetime) -> CatalogItem:
    """Reserve `milli` thousandths for an order; the item itself when its stock is not tracked.

    The last one makes the price SOLD_OUT. Raises InvalidState OUT_OF_STOCK when there is less,
    and changes nothing: of two tills that sell the last unit the first wins.
    """
    price = price_of(item, price_id)
    if not price.is_stockable or milli == 0:
        return item
    left = remaining(price)
    if left < milli:
        raise InvalidState(
            f"재고가 부족합니다: {item.title} ({from_milli(left)}개 남음)",
            f"{item.title}: {from_milli(left)} left, {from_milli(milli)} wanted",
            reason="OUT_OF_STOCK",
            itemId=item.id,
            priceId=price_id,
            remainQuantity=from_milli(left),
        )
    return with_price(item, holding(price, left - milli, stamp(at)))


def give_back(item: CatalogItem, price_id: int, milli: int, at: datetime) -> CatalogItem:
    """Return what an order had reserved; a price that had run out is on sale again.

    The item itself when its stock is not tracked, or the price is gone from it.
    """
    price = next((each for each in item.prices if each.id == price_id), None)
    if price is None or not price.is_stockable or milli == 0:
        return item
    return with_price(item, holding(price, remaining(price) + milli, stamp(at)))


def adjust(
    item: CatalogItem, price_id: int, at: datetime, *, delta_milli: int | None, counted_milli: int | None
) -> CatalogItem:
    """Book goods that came, went or were counted: exactly one of a difference and the new count.

    The item itself when the count stays. Raises NotFound for a foreign price, InvalidArgument when
    both or none is given or stock is not tracked, InvalidState OUT_OF_STOCK below zero.
    """
    price = price_of(item, price_id)
    if (delta_milli is None) == (counted_milli is None):
        raise InvalidArgument(
            "증감량이나 실제 수량 중 하나만 보내세요",
            "send exactly one of delta and quantity",
            path="$.delta",
        )
    if not price.is_stockable:
        raise InvalidArgument(
            f"재고를 관리하지 않는 상품입니다: {item.title}",
            f"the stock of {item.title} is not tracked",
            path="$.priceId",
        )
    before = remaining(price)
    after = counted_milli if counted_milli is not None else before + (delta_milli or 0)
    if after < 0:
        raise InvalidState(
            f"재고는 0보다 적을 수 없습니다: {item.title}",
            f"{item.title}: {from_milli(before)} left, stock never goes below zero",
            reason="OUT_OF_STOCK",
            itemId=item.id,
            priceId=price_id,
            remainQuantity=from_milli(before),
        )
    return item if after == before else with_price(item, holding(price, after, stamp(at)))
