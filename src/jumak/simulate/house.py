"""The shop as the people of a simulated day see it: what can be ordered, which table is free, what came of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct, field

from jumak.simulate.pace import Pace

Asking = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a message and answers the keys of its reply; raises Refusal."""

Json = dict[str, Any]


class Refusal(Exception):  # noqa: N818  # named for what is so: the shop says no
    """The shop refused; reason: as programs know it, else the sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Summary(Struct, kw_only=True):
    """What came of a day. Amounts in won; tender: EXTERNAL, CASH or CARD."""

    minutes: float = 0.0
    messages: int = 0
    orders: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    """Orders by how they ended: completed, cancelled, merged, declined, expired."""
    payments: Counter[str] = field(default_factory=Counter)
    amounts: Counter[str] = field(default_factory=Counter)
    taken_back: int = 0
    kitchen: Counter[str] = field(default_factory=Counter)
    """What the kitchen did, by verb."""
    refusals: Counter[str] = field(default_factory=Counter)


class House:
    """What everybody in the shop shares. enough: no more orders than this."""

    def __init__(self, ask: Asking, chance: random.Random, pace: Pace, enough: int | None = None) -> None:
        self._ask = ask
        self.chance, self.pace = chance, pace
        self.summary = Summary()
        self.items: list[Json] = []
        self.has_tables = False
        self.mark = 0
        self.open: dict[str, None] = {}
        """Orders of this day that have not ended, oldest first."""
        self.ours: set[str] = set()
        """Every order of this day; whatever else goes on in the shop is left alone."""
        self._enough = enough

    async def enter(self) -> None:
        """Looks around before the first guest comes."""
        self.mark = (await self.send("session.ping.request"))["seq"]
        self.has_tables = bool((await self.send("table-status.list.request"))["tables"])
        await self.read_menu()

    async def read_menu(self) -> None:
        """What is on sale now."""
        catalogs = (await self.send("catalog-item.list.request"))["catalogs"]
        self.items = [item for item in catalogs if item["state"] == "ON_SALE"]

    # -- asking --------------------------------------------------------------------------------------

    async def send(self, name: str, data: Json | None = None) -> Json:
        """Asks; raises Refusal."""
        self.summary.messages += 1
        try:
            return await self._ask(name, data or {})
        except Refusal as refusal:
            self.summary.refusals[refusal.reason] += 1
            raise

    async def attempt(self, name: str, data: Json) -> Json | None:
        """Asks for something that may well be refused: then None."""
        try:
            return await self.send(name, data)
        except Refusal:
            return None

    async def order(self, order_id: str) -> Json:
        """The order as it is now; one that ended leaves the open ones."""
        order: Json = (await self.send("order.get.request", {"id": order_id}))["order"]
        if order_id in self.open and has_ended(order):
            del self.open[order_id]
            self.summary.ends[_end_of(order)] += 1
        return order

    async def time(self) -> str:
        """The shop's clock."""
        text: str = (await self.send("session.ping.request"))["serverTime"]
        return text

    # -- what people want ------------------------------------------------------------------------------

    def happens(self, percent: float) -> bool:
        """So often out of a hundred."""
        return self.chance.random() * 100 < percent

    def between(self, least: float, most: float) -> float:
        """Minutes."""
        return self.chance.uniform(least, most)

    @property
    def is_full(self) -> bool:
        """Nobody may order any more: the day has had its orders."""
        return self._enough is not None and self.summary.orders >= self._enough

    def opened(self, order: Json) -> Json:
        """Notes a new order."""
        self.summary.orders += 1
        self.open[order["id"]] = None
        self.ours.add(order["id"])
        return order

    async def tables(self) -> list[Json]:
        """Every table with its status."""
        tables: list[Json] = (await self.send("table-status.list.request"))["tables"]
        return tables

    async def free_table(self, guests: int) -> Json | None:
        """An empty table with enough seats, the smallest first."""
        free = [
            table
            for table in await self.tables()
            if table["status"] == "empty" and not table["orders"] and table.get("capacity", guests) >= guests
        ]
        if not free:
            return None
        least = min(table.get("capacity", guests) for table in free)
        return self.chance.choice([table for table in free if table.get("capacity", guests) == least])


def has_ended(order: Json) -> bool:
    """Nothing is to be cooked, paid or cleared any more, as far as the order tells."""
    if order["orderState"] == "CANCELLED":
        return True
    return bool(order["orderState"] == "COMPLETED" and order["paymentPrice"]["paymentUnpaidValue"] == 0)


def _end_of(order: Json) -> str:
    if order["orderState"] == "COMPLETED":
        return "completed"
    request = order.get("requestedInfo")
    if request and "acceptedAt" not in request:
        return "declined" if "declinedAt" in request else "expired"
    return "merged" if order.get("cancelReason") == "MERGED" else "cancelled"
