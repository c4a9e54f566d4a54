"""Guests of the demo shop: what they order, where they sit."""

from __future__ import annotations

from typing import Any

from tests.web.till.stall import Json, Stall

Wanted = tuple[str, int]
"""Title of an item, and how many."""


async def order_at(stall: Stall, table: int, *wanted: Wanted, **more: Any) -> Json:
    """Guests of a table order; two bibimbap unless told otherwise. `more`: other keys of the order."""
    catalogs = {item["title"]: item for item in (await stall.ask("catalog-item.list"))["catalogs"]}
    dto = {
        "lineItems": [_line(catalogs[title], quantity) for title, quantity in wanted or (("비빔밥", 2),)],
        "discounts": [],
        "tableId": table,
        **more,
    }
    order: Json = (await stall.ask("order.add", order=dto))["order"]
    return order


async def table_of(stall: Stall, table: int) -> Json:
    """A table as staff see it."""
    tables: list[Json] = (await stall.ask("table-status.list"))["tables"]
    return next(each for each in tables if each["id"] == table)


def _line(item: Json, quantity: int) -> Json:
    return {
        "diningOption": "HERE",
        "item": {"id": item["id"], "title": item["title"], "category": item["category"], "type": "ITEM"},
        "quantity": {"value": quantity},
        "chargePrice": {"value": quantity * item["price"]["priceValue"]},
        "optionChoices": [],
    }
