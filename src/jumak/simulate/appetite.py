"""What guests order: lines as a plugin sends them, at the price of the menu."""

from __future__ import annotations

from typing import Any

from jumak.domain.money import line_list, milli
from jumak.simulate.house import House

Json = dict[str, Any]

EATEN = frozenset({"ITEM", "COMBO"})
MARKET_PRICES = (30_000, 38_000, 45_000, 60_000)
MEMOS = ("덜 맵게 해주세요", "파 빼주세요", "앞접시 주세요", "천천히 주세요")


def a_meal(house: House, guests: int, dining: str = "HERE") -> list[Json]:
    """About one dish for each guest and something to share; never nothing."""
    menu = [item for item in house.items if item["type"] in EATEN]
    count = max(1, guests + house.chance.choice((-1, 0, 0, 0, 1)))
    return [a_line(house, item, dining) for item in house.chance.sample(menu, min(count, len(menu)))]


def a_line(house: House, item: Json, dining: str = "HERE") -> Json:
    """One line of an item on sale, with options its guest happens to like."""
    price = item["price"]
    choices, surcharge = _choices(house, item)
    quantity = _quantity(house, price)
    if price["priceType"] == "VARIABLE":
        charge = house.chance.choice(MARKET_PRICES) + surcharge
    else:
        charge = line_list(price["priceValue"], price["priceUnit"], surcharge, milli(quantity))
    line = {
        "diningOption": dining,
        "item": {
            "id": item["id"],
            "title": item["title"],
            "category": {"id": item["category"]["id"], "title": item["category"]["title"]},
            "type": item["type"],
        },
        "quantity": {"value": quantity},
        "chargePrice": {"value": charge},
        "optionChoices": choices,
    }
    if house.happens(4):
        line["memo"] = house.chance.choice(MEMOS)
    return line


def _quantity(house: House, price: Json) -> int:
    if price["priceType"] == "UNIT":
        return int(price["priceUnit"]) * house.chance.randint(2, 4)
    return 1 if price["priceType"] == "VARIABLE" else house.chance.choice((1, 1, 1, 1, 2, 2, 3))


def _choices(house: House, item: Json) -> tuple[list[Json], int]:
    """Chosen options, and what they cost for one piece."""
    taken: list[Json] = []
    surcharge = 0
    for option in item["options"]:
        sellable = [choice for choice in option["choices"] if choice["state"] == "ON_SALE"]
        wanted = option["minChoices"] if option["isRequired"] else int(house.happens(25))
        for choice in house.chance.sample(sellable, min(wanted, len(sellable))):
            count = 2 if choice["quantityInputEnabled"] and house.happens(20) else 1
            taken.append({"id": choice["id"], "quantity": count})
            surcharge += choice["priceValue"] * count
    return taken, surcharge
