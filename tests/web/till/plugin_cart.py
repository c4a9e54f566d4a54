"""What a plugin puts into the cart of the till on screen, asked for by a service: its cart is the main till's."""

from __future__ import annotations

from typing import Any

from tests.web.till.stall import Stall


async def become_main(stall: Stall) -> None:
    """Takes the till that claimed the shop out of use, so that the next one paired is the main till."""
    devices = (await stall.ask("device.list"))["devices"]
    for device in devices:
        if device["kind"] == "till":
            await stall.ask("device.revoke", id=device["id"])


def a_plugin_line(title: str = "쿠폰 떡", price: int = 3_000, **more: Any) -> dict[str, Any]:
    """A line of a plugin's own: item 10 (공기밥) under another title and price."""
    return {
        "item": {"id": 10, "title": title, "category": {"id": 1, "title": "식사"}, "type": "ITEM"},
        "itemPrice": {
            "isTaxFree": False,
            "priceType": "FIXED",
            "priceUnit": 1,
            "priceValue": price,
            "title": "기본",
        },
        "discount": [],
        "optionChoices": [],
        "quantity": 1,
        "diningOption": "HERE",
    } | more
