"""The kitchen of a simulated day: looks at its screens, cooks, bumps, and brings back what was bumped too early."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from jumak.simulate.house import House

Json = dict[str, Any]


class Cooks:
    """Everybody in the kitchen. They know since when they have seen each ticket."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._due: dict[str, float] = {}
        self._now = 0.0

    async def cook(self) -> AsyncIterator[float]:
        """Looks at the screens every minute or two, until somebody sends them home."""
        while True:
            pause = self._house.between(1, 2)
            yield pause
            self._now += pause
            await self.look(everything=False)

    async def look(self, *, everything: bool) -> None:
        """Bumps what is ready; everything: all there is, because the day is over."""
        house = self._house
        board = await house.send("kds-board.get.request")
        tickets = [ticket for ticket in board["tickets"] if ticket["order"]["id"] in house.ours]
        fresh = [ticket for ticket in tickets if ticket["id"] not in self._due]
        for ticket in fresh:
            self._due[ticket["id"]] = self._now + house.between(3, 14)
        for station in sorted({station for ticket in fresh for station in ticket["stations"]}):
            shown = [ticket["id"] for ticket in fresh if station in ticket["stations"]]
            await self._do("acknowledge", {"ids": shown, "stationId": station})
        for ticket in tickets:
            if everything or self._due[ticket["id"]] <= self._now:
                await self._finish(ticket, in_parts=not everything and house.happens(15))
        if fresh and house.happens(4):
            await self._do("prioritize", {"id": fresh[-1]["id"], "pinned": True})

    async def _finish(self, ticket: Json, *, in_parts: bool) -> None:
        house = self._house
        if in_parts and len(ticket["lineItems"]) > 1:
            # One dish is ready, the rest follows.
            await self._do("bump", {"id": ticket["id"], "lineIds": [ticket["lineItems"][0]["id"]]})
            self._due[ticket["id"]] = self._now + house.between(1, 4)
            return
        await self._do("bump", {"id": ticket["id"]})
        if house.happens(3) and await self._do("recall", {"id": ticket["id"]}):
            self._due[ticket["id"]] = self._now + house.between(1, 4)
        elif house.happens(2) and ticket["lineItems"]:
            line = ticket["lineItems"][0]
            asked = {
                "orderId": ticket["order"]["id"],
                "lineId": line["id"],
                "quantity": 1,
                "reason": "다시 조리",
            }
            await self._do("remake", asked)
        elif house.happens(40):
            await self._do("hand-over", {"orderId": ticket["order"]["id"]})

    async def _do(self, verb: str, data: Json) -> bool:
        done = await self._house.attempt(f"kds-order-item.{verb}.request", data)
        if done is not None:
            self._house.summary.kitchen[verb] += 1
        return done is not None
