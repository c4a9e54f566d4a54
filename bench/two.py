"""Two server processes on one PostgreSQL: what they serve together, and what passing requests on costs.

Everything runs on one machine, so that the processors may be what ends it: what each process takes of them is measured
along, and a verdict is no more than a hint where two processes found no more of them than one.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from bench.chain import OFFICE, found_shops
from bench.postgres import postgres
from bench.processes import Serving, served_shop
from bench.processor import Shares, shares
from bench.report import Load
from bench.targets import PASSED_ON, PASSED_ON_HALF, TWO, Measured, Target
from jumak.store.opening import InDatabase

ROUNDS, LOAD_S, CLIENTS = 5, 2.5, 128


class Part(NamedTuple):
    """Clients of a shop that connect to a process."""

    at: Serving
    token: str
    clients: int


def measure(folder: Path) -> list[Measured]:
    """Different shops in one process and in two; one shop with half of its clients at the other process."""
    with postgres(folder) as server:
        here, also_here, there = asyncio.run(found_shops(server.url, ("here", "also-here", "there")))
        database = InDatabase(server.url, OFFICE)
        many = ("--shops", "localhost")
        with (
            served_shop(folder / "data", "", database=database, more=many) as one,
            served_shop(folder / "data", "", database=database, more=many) as two,
        ):
            half = CLIENTS // 2
            wanted = {
                "one process": (Part(one, here, half), Part(one, also_here, half)),
                "two processes": (Part(one, here, half), Part(two, there, half)),
                "crosswise": tuple(
                    Part(at, token, half // 2) for at in (one, two) for token in (here, there)
                ),
                "one shop": (Part(one, here, CLIENTS),),
                "one shop, half passed on": (Part(one, here, half), Part(two, here, half)),
            }
            pids = {"first": one.pid, "second": two.pid, "PostgreSQL": server.pid}
            rates: dict[str, list[float]] = {name: [] for name in wanted}
            took: dict[str, Shares] = {}
            with ThreadPoolExecutor(8) as threads:
                # Whoever is asked first runs a shop.
                for part in wanted["one process"] + wanted["two processes"]:
                    _rate(threads, [part], 0.5)
                for _ in tqdm(range(ROUNDS), desc="two processes", leave=False):
                    for name, parts in wanted.items():
                        with shares(pids) as took[name]:
                            rates[name].append(_rate(threads, parts, LOAD_S))

    return [
        _row(target, name, against, rates, took)
        for target, name, against in (
            (TWO, "two processes", "one process"),
            (PASSED_ON_HALF, "crosswise", "one process"),
            (PASSED_ON, "one shop, half passed on", "one shop"),
        )
    ]


def _row(
    target: Target, name: str, against: str, rates: dict[str, list[float]], took: dict[str, Shares]
) -> Measured:
    ratio = statistics.median(one / other for one, other in zip(rates[name], rates[against], strict=True))
    detail = f"{_said(name, rates, took)}; {_said(against, rates, took)}"
    return Measured(target, ratio, detail, settles=not took[name].is_all)


def _said(name: str, rates: dict[str, list[float]], took: dict[str, Shares]) -> str:
    servers = took[name].by_name["first"] + took[name].by_name["second"]
    return (
        f"{name} {statistics.median(rates[name]):,.0f}/s, {servers / rates[name][-1] * 1e6:.0f} µs of servers an order, "
        f"processors: {took[name].text()}"
    )


def _rate(threads: ThreadPoolExecutor, parts: Sequence[Part], seconds: float) -> float:
    """Orders per second of all of them at once."""
    loads = [
        threads.submit(part.at.load, "http", Load, token=part.token, clients=part.clients, seconds=seconds)
        for part in parts
    ]
    return sum(load.result().per_s for load in loads)
