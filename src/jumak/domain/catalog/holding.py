"""How much of a price is left, and what that makes of its state (CAT-9)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.catalog.types import ItemPrice, StockQuantity
from jumak.domain.money import from_milli, milli


def remaining(price: ItemPrice) -> int:
    """What is left, in thousandths; a stock never counted is empty."""
    stock = price.stock_quantity
    return 0 if stock is None else milli(stock.remain_quantity)


def holding(price: ItemPrice, left: int, at: str) -> ItemPrice:
    """The price with this much left: none left is SOLD_OUT, and what ran out comes back with its stock.

    left: thousandths, zero or more.  at: UTC text of when it changed.
    """
    was_empty = remaining(price) == 0
    stock = StockQuantity(remain_quantity=from_milli(left), last_change_date_time=at)
    if left == 0 and price.state == "ON_SALE":
        return replace(price, stock_quantity=stock, state="SOLD_OUT", state_until=None)
    # Only what ran out by itself comes back by itself; a mark set by people says until when.
    if left > 0 and was_empty and price.state == "SOLD_OUT" and price.state_until is None:
        return replace(price, stock_quantity=stock, state="ON_SALE")
    return replace(price, stock_quantity=stock)
