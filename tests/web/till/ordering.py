"""Orders of the demo shop in the words of its menu."""

from __future__ import annotations

from typing import Any

from tests.web.till.stall import Json, Stall


class Orders:
    """Made by `orders_of`. Dishes and options go by their Korean titles."""

    def __init__(self, stall: Stall, items: list[Json], tables: list[Json]) -> None:
        self._stall = stall
        self._items = {item["title"]: item for item in items}
        self._tables = {table["title"]: table["id"] for table in tables}

    def line(self, title: str, quantity: int = 1, *options: str, **more: Any) -> Json:
        """A line at the menu's price; required options that are not named take their first choice."""
        item = self._items[title]
        choices = []
        for option in item["options"]:
            named = [choice for choice in option["choices"] if choice["title"] in options]
            choices += named or (option["choices"][:1] if option["isRequired"] else [])
        each = item["price"]["priceValue"] + sum(choice["priceValue"] for choice in choices)
        return {
            "diningOption": "HERE",
            "item": {key: item[key] for key in ("id", "title", "category", "type")},
            "quantity": {"value": quantity},
            "chargePrice": {"value": each * quantity},
            "optionChoices": [{"id": choice["id"], "quantity": 1} for choice in choices],
        } | more

    async def add(self, *lines: Json, table: str | None = None, **more: Any) -> Json:
        """A new order."""
        dto = {"lineItems": list(lines), "discounts": []} | more
        if table is not None:
            dto["tableId"] = self._tables[table]
        order: Json = (await self._stall.ask("order.add", order=dto))["order"]
        return order

    async def change(self, order: Json, title: str, **change: Any) -> Json:
        """Edits the order's line of that dish; quantity 0 removes it."""
        now = (await self._stall.ask("order.get", id=order["id"]))["order"]
        line = next(each for each in now["lineItems"] if each["item"]["title"] == title)
        edit = {
            "id": order["id"],
            "expectedVersion": now["version"],
            "lineId": line["id"],
            "reason": "손님 요청",
        }
        verb = "remove-line" if change.get("quantity") == 0 else "update-line"
        if verb == "remove-line":
            change = {}
        changed: Json = (await self._stall.ask(f"order.{verb}", **edit, **change))["order"]
        return changed

    async def ticket(self, order: Json) -> Json:
        """The newest ticket of an order."""
        found = await self._stall.ask("kds-order-item.get-list", page=1, size=100, orderIds=[order["id"]])
        ticket: Json = found["contents"][-1]
        return ticket


async def orders_of(stall: Stall) -> Orders:
    """Reads the menu and the floor."""
    items = (await stall.ask("catalog-item.list"))["catalogs"]
    return Orders(stall, items, (await stall.ask("table.list"))["tables"])
