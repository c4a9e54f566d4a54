"""Starting a server on a shop with a long menu."""

from __future__ import annotations

import statistics
from pathlib import Path

from tqdm import tqdm

from bench.processes import new_shop, served_shop
from bench.report import Pushes
from bench.targets import FIRST_SALE, READY, Measured

ITEMS = 50_000
STARTS = 3


def measure(folder: Path) -> list[Measured]:
    """Several starts; the first order of each goes in over a socket, another socket hears of it."""
    token = new_shop(folder / "shop", ITEMS)
    ready, sale = [], []
    for _ in tqdm(range(STARTS), desc=f"start with {ITEMS:,} items", leave=False):
        with served_shop(folder / "shop", token) as shop:
            ready.append(shop.ready_s)
            sale.append(shop.load("pushes", Pushes, rounds=1).heard[0] - shop.begun)
    detail = f"median of {STARTS}; first sale includes starting the client"
    return [
        Measured(READY, statistics.median(ready), f"median of {STARTS} starts, interpreter included"),
        Measured(FIRST_SALE, statistics.median(sale), detail),
    ]
