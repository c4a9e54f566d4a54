"""Simulated days: a few hundred commands, after which everything adds up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jumak.demo.shop import SHOP, furnish
from jumak.domain.errors import PosError
from jumak.server.owner import COMMAND_LINE
from jumak.simulate import Plan, Refusal, Summary, simulate
from jumak.store.sqlite.check import check
from jumak.testing import SimulatedShop, simulated_shop
from tests.service.asking import CAFE_SHOP

EXPECTED = {
    *("ITEM_NOT_ON_SALE", "OUT_OF_STOCK", "NOT_READY", "ORDER_CANCELLED", "UNPAID", "TABLE_OCCUPIED"),
    *("MERGE_HAS_PAYMENTS", "OVERPAID", "TICKET_STATE"),
}
"""What a real day refuses now and then; anything else would be a fault of the shop or of the players."""


class JumpingPace:
    """Time goes by only on the shop's own clock."""

    def __init__(self, shop: SimulatedShop) -> None:
        self._shop, self._opened = shop, shop.clock.now()

    async def until(self, minute: float) -> None:
        at = self._opened + timedelta(minutes=minute)
        self._shop.clock.jump(seconds=max(0.0, (at - self._shop.clock.now()).total_seconds()))
        await self._shop.settle()

    def seconds(self, minutes: float) -> float:
        return minutes * 60


async def play(shop: SimulatedShop, plan: Plan) -> Summary:
    async def ask(name: str, data: dict[str, Any]) -> dict[str, Any]:
        try:
            return await shop.request(name, data, caller=COMMAND_LINE)
        except PosError as error:
            raise Refusal(error.reason or error.code) from error

    return await simulate(ask, plan, JumpingPace(shop))


async def facts(shop: SimulatedShop) -> list[tuple[Any, ...]]:
    entries = await shop.running.store.reader().facts(0, 100_000)
    return [(entry.seq, entry.at, entry.fact) for entry in entries]


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_a_day_everything_adds_up(tmp_path: Path, seed: int):
    """MON-a, KDS-a, OFF-a: no finding, nobody left at a table, nothing to cook or to pay."""
    async with simulated_shop(seed, shop=SHOP, documents=(), folder=tmp_path) as shop:
        await furnish(shop.running.store)
        summary = await play(shop, Plan(seed=seed, orders=60))
        assert summary.orders == summary.ends.total() == 60
        assert summary.messages > 500
        assert set(summary.refusals) <= EXPECTED
        tables = (await shop.request("table-status.list.request"))["tables"]
        assert {table["status"] for table in tables} <= {"empty", "reserved"}
        assert (await shop.request("kds-board.get.request"))["tickets"] == []
        assert await shop.running.store.reader().open_orders() == []
    assert check(tmp_path) == []


async def test_a_day_has_of_everything():
    """ORD-3, TBL-1, TBL-2, KDS-5, CAN-1: requests answered and expired, parties moved, tickets recalled."""
    async with simulated_shop(3, shop=SHOP, documents=()) as shop:
        await furnish(shop.running.store)
        summary = await play(shop, Plan(seed=3, hours=6))
        seen = {fact.name for _, _, fact in await facts(shop)}
        pushed = {
            *("order.add", "order.update", "order.accept", "order.decline", "order.expire"),
            *("order.complete", "order.cancel", "order.call", "payment.paid", "payment.cancel"),
            *("table.move", "table.merge", "table.clear", "kds.open", "kds.complete", "kds.cancel"),
            *("catalog.sold-out", "catalog.on-sale", "stock.adjust"),
        }
        assert pushed <= seen
        assert set(summary.payments) == {"CARD", "CASH", "EXTERNAL"}
        assert {"completed", "cancelled", "declined", "expired"} <= set(summary.ends)
        assert summary.kitchen["recall"]
        assert 6 * 60 <= summary.minutes < 10 * 60


async def test_the_same_seed_is_the_same_day():
    """OFF-a: with a seed and a clock that jumps, every fact comes out the same, to the millisecond."""
    days = []
    for _ in range(2):
        async with simulated_shop(4, shop=SHOP, documents=()) as shop:
            await furnish(shop.running.store)
            await play(shop, Plan(seed=4, orders=12))
            days.append(await facts(shop))
    assert days[0] == days[1]


async def test_a_cafe_has_a_day_too():
    """ORD-7: prepaid and without tables; everything is paid before it is cooked."""
    async with simulated_shop(5, shop=CAFE_SHOP) as shop:
        summary = await play(shop, Plan(seed=5, orders=25))
        assert summary.orders == 25
        assert set(summary.refusals) <= EXPECTED
        assert await shop.running.store.reader().open_orders() == []
