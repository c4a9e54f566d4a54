"""Cash payments of a served shop against its orders: each order is made, then paid, in the same round."""

from __future__ import annotations

import statistics
from pathlib import Path

from tqdm import tqdm

from bench.processes import new_shop, served_shop
from bench.report import Cash
from bench.targets import CASH_MANY, CASH_ONE, Measured, Target

ROUNDS, LOAD_S = 5, 2.5


def measure(folder: Path) -> list[Measured]:
    """128 clients, and one."""
    token = new_shop(folder / "shop", scope="all")
    with served_shop(folder / "shop", token) as shop:
        shop.load("cash", Cash, clients=8, seconds=0.5)
        rounds: dict[int, list[Cash]] = {128: [], 1: []}
        for _ in tqdm(range(ROUNDS), desc="cash", leave=False):
            for clients, loads in rounds.items():
                loads.append(shop.load("cash", Cash, clients=clients, seconds=LOAD_S))
    return [_row(CASH_MANY, rounds[128]), _row(CASH_ONE, rounds[1])]


def _row(target: Target, loads: list[Cash]) -> Measured:
    ratio = statistics.median(each.payments.per_s / each.orders.per_s for each in loads)
    detail = (
        f"{statistics.median(each.payments.per_s for each in loads):,.0f}/s, p50 "
        f"{statistics.median(each.payments.p50_s for each in loads) * 1e3:.2f} ms, p99 "
        f"{statistics.median(each.payments.p99_s for each in loads) * 1e3:.2f} ms; orders "
        f"{statistics.median(each.orders.per_s for each in loads):,.0f}/s"
    )
    return Measured(target, ratio, detail)
