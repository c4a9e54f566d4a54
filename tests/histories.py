"""Are the histories of a shop's orders the journal, order by order? For tests that leave a shop behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jumak.testing import OWNER, SimulatedShop


async def check_histories(shop: SimulatedShop) -> None:
    """Each order's history holds every fact that names it exactly once, newest first, and no other.

    Read by pages as a screen does; against the whole journal, in which a fact names whatever stands under a key
    `order` at any depth, and its own subject.
    """
    read = shop.running.store.reader()
    facts = await read.facts(0, -1)
    named: dict[str, list[tuple[int, str]]] = {}
    for entry in facts:
        subject = {entry.fact.subject} if entry.fact.name.startswith("order.") else set()
        for order_id in subject | set(_orders_in(entry.fact.data)):
            named.setdefault(order_id, []).append((entry.seq, entry.fact.name))
    for order_id, expected in named.items():
        entries = await whole_history(shop, order_id)
        assert [(entry["seq"], entry["fact"]) for entry in entries] == expected[::-1], order_id


async def whole_history(shop: SimulatedShop, order_id: str, size: int = 7) -> list[dict[str, Any]]:
    """Every page of an order's history."""
    entries: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"orderId": order_id, "size": size}
    while True:
        page = await shop.request("order.history.request", asked, caller=OWNER)
        entries += page["entries"]
        if "next" not in page:
            return entries
        asked["before"] = page["next"]


def _orders_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "order":
                yield inner["id"] if isinstance(inner, dict) else inner
            else:
                yield from _orders_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _orders_in(inner)
