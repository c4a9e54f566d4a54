"""Simulated days: a few hundred commands, after which everything adds up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jumak.cli import parser
from jumak.demo import create_demo_shop
from jumak.demo.shop import SHOP, furnish
from jumak.domain.errors import PosError
from jumak.server.owner import COMMAND_LINE
from jumak.simulate import Plan, Refusal, Summary, simulate
from jumak.store.sqlite.check import check
from jumak.testing import SimulatedShop, simulated_shop
from tests.ports import free_port
from tests.service.asking import CAFE_SHOP
from tests.tidy.test_examples import jumak

EXPECTED = {
    *("ITEM_NOT_ON_SALE", "OUT_OF_STOCK", "NOT_READY", "ORDER_CANCELLED", "UNPAID", "TABLE_OCCUPIED"),
    *("MERGE_HAS_PAYMENTS", "OVERPAID", "TICKET_STATE", "LINE"),
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


async def test_the_command_plays_tells_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """OFF-1, OFF-a: `jumak simulate` on a shop nobody serves ends with what came of the day, and a check."""
    await create_demo_shop(tmp_path)
    arguments = parser().parse_args(["simulate", "--data", str(tmp_path), "--seed", "7", "--orders", "8"])
    await arguments.run(arguments)
    told = capsys.readouterr().out
    assert "orders: 8 (" in told
    assert "won" in told
    assert told.endswith("check: all is well\n")


@pytest.mark.parametrize(
    "wrong", [["--speed", "0"], ["--hours", "-1"], ["--orders", "x"], ["--speed", "inf"]]
)
def test_the_command_takes_sensible_numbers_only(wrong: list[str], capsys: pytest.CaptureFixture[str]):
    """Command line: a speed, length or count that is none is refused before anything is opened."""
    with pytest.raises(SystemExit):
        parser().parse_args(["simulate", *wrong])
    assert "is no number above 0" in capsys.readouterr().err


async def test_no_guests_come_where_nothing_is_sold():
    """CAT-2: a shop without a menu has no day."""
    async with simulated_shop(documents=()) as shop:
        with pytest.raises(Refusal, match="nothing is on sale"):
            await play(shop, Plan(orders=1))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """A demo shop made and served by `jumak demo`: its folder, and what the command said."""
    folder, port = tmp_path / "shop", free_port()
    server = subprocess.Popen(
        jumak("demo", "--data", folder, "--port", str(port), "--no-browser", "--menu-only"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        yield folder, [server.stdout.readline() for _ in range(3)]
    finally:
        server.terminate()
        server.stdout.close()
        assert server.wait(30) == 0


async def test_the_day_goes_through_a_server_that_runs(
    served: tuple[Path, list[str]], capsys: pytest.CaptureFixture[str]
):
    """OFF-1: the server is the authority, there is never a second writer; `jumak demo` says how to sign in."""
    folder, said = served
    assert said[0] == f"Made a demo shop in {folder}\n"
    assert said[1].startswith("Jumak is ready: http://127.0.0.1:")
    assert "sign-in" in said[2]
    arguments = parser().parse_args(["simulate", "--data", str(folder), "--orders", "5"])
    await arguments.run(arguments)
    told = capsys.readouterr().out
    assert "orders: 5 (" in told
    assert "check" not in told
    assert check(folder) == []
