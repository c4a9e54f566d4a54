"""The day: who comes when, one step at a time, until everybody has gone home."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Final

from msgspec import Struct

from jumak.simulate.channel import rider
from jumak.simulate.guests import dine, take_away
from jumak.simulate.house import Asking, House, Refusal, Summary
from jumak.simulate.kitchen import Cooks
from jumak.simulate.pace import Pace
from jumak.simulate.paying import leave, pay
from jumak.simulate.upkeep import keep_house

Life = AsyncIterator[float]
Progress = Callable[[float, Summary], None]
"""Told the minute and what has happened so far."""

GAP_MIN: Final = 2.4
"""Minutes between two guests on the average."""

RUSH: Final = (0.6, 1.5, 1.7, 0.9, 0.6, 0.6, 0.9, 1.6, 1.8, 1.3, 0.7)
"""How busy each hour after opening is: lunch and supper."""

IN_VAIN_MIN: Final = 180.0
"""No more guests come when nobody could order for so long."""


class Plan(Struct, frozen=True, kw_only=True):
    """How long guests come: for so many hours, or until so many orders."""

    seed: int = 0
    hours: float | None = None
    orders: int | None = None


async def simulate(ask: Asking, plan: Plan, pace: Pace, progress: Progress = lambda _, __: None) -> Summary:
    """Plays a day: guests, riders, kitchen and staff, all through `ask`.

    At the end nobody sits anywhere, nothing of the day is unpaid, and the kitchen has nothing left.
    The same seed on the same shop with the same clock is the same day.  Raises Refusal when the shop
    has nothing on sale, or may not be looked at.
    """
    chance = random.Random(plan.seed)  # noqa: S311  # the same every time, on purpose
    house = House(ask, chance, pace, plan.orders)
    await house.enter()
    if not house.items:
        raise Refusal("nothing is on sale")
    day = _Day(house, plan, progress)
    await day.run()
    return house.summary


class _Day:
    def __init__(self, house: House, plan: Plan, progress: Progress) -> None:
        self._house, self._progress = house, progress
        self._cooks = Cooks(house)
        self._until = math.inf if plan.hours is None else plan.hours * 60
        self._queue: list[tuple[float, int, Any]] = []
        self._lives = 0
        self._going_on = 0
        self._minute = 0.0
        self._staff: set[int] = set()

    async def run(self) -> None:
        for life in (self._cooks.cook(), keep_house(self._house)):
            self._staff.add(self._begin(life))
        self._begin(self._doors())
        while self._going_on > len(self._staff):
            minute, number, life = heapq.heappop(self._queue)
            await self._house.pace.until(minute)
            self._minute = self._house.summary.minutes = minute
            await self._step(number, life)
            self._progress(minute, self._house.summary)
        for _, _, life in self._queue:
            async with aclosing(life):
                pass
        await self._close_up()

    def _begin(self, life: Any) -> int:
        self._lives += 1
        self._going_on += 1
        heapq.heappush(self._queue, (self._minute, self._lives, life))
        return self._lives

    async def _step(self, number: int, life: Any) -> None:
        try:
            pause = await anext(life)
        except (StopAsyncIteration, Refusal):
            # Whoever was told no goes home; what they leave behind is settled when the day ends.
            self._going_on -= 1
            return
        heapq.heappush(self._queue, (self._minute + pause, number, life))

    async def _doors(self) -> Life:
        """Guests come, more of them at noon and in the evening."""
        chance, house = self._house.chance, self._house
        number = orders = 0
        ordered = 0.0
        while not house.is_full and self._minute - ordered < IN_VAIN_MIN:
            rush = RUSH[int(self._minute // 60) % len(RUSH)]
            yield chance.expovariate(rush / GAP_MIN)
            if self._minute >= self._until:
                return
            number += 1
            if house.summary.orders > orders:
                orders, ordered = house.summary.orders, self._minute
            kind = chance.choices(("dine", "take-away", "rider"), (56 if house.has_tables else 0, 26, 18))[0]
            if kind == "dine":
                self._begin(dine(house, chance.choices((1, 2, 3, 4, 5, 6), (10, 38, 16, 24, 6, 6))[0]))
            else:
                self._begin(take_away(house) if kind == "take-away" else rider(house, number))

    async def _close_up(self) -> None:
        """What is still open is paid and cleared, and the kitchen finishes."""
        house = self._house
        for order_id in list(house.open):
            order = await house.order(order_id)
            owed = order["paymentPrice"]["paymentUnpaidValue"]
            if order["orderState"] == "REQUESTED":
                await house.attempt("order.decline.request", {"id": order_id, "reason": "영업 종료"})
            elif order["orderState"] != "CANCELLED":
                if owed:
                    await pay(house, order, owed)
                await house.attempt("order.complete.request", {"id": order_id})
                await leave(house, await house.order(order_id))
            await house.order(order_id)
        await self._cooks.look(everything=True)
