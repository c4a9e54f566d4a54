"""A served shop against the bare programs, each pair measured in alternation."""

from __future__ import annotations

import statistics
import tempfile
from array import array
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from bench.bare import BareStore, fdatasync_p50_s
from bench.domain import left_behind
from bench.processes import Serving, echo_server, new_shop, served_shop
from bench.report import Load, Pushes
from bench.targets import HTTP_MANY, HTTP_ONE, LATENCY, PUSH, SOCKET, Measured, Target

ROUNDS = 5
BARE_S, LOAD_S = 1.5, 2.5
PUSH_ROUNDS = 300


def many_over_http(folder: Path) -> list[Measured]:
    """128 clients against the batch-64 loop."""
    return _against_loop(
        folder, HTTP_MANY, 64, lambda shop: shop.load("http", Load, clients=128, seconds=LOAD_S)
    )


def over_socket(folder: Path) -> list[Measured]:
    """One plugin with 128 orders under way against the batch-64 loop."""
    return _against_loop(
        folder, SOCKET, 64, lambda shop: shop.load("socket", Load, clients=128, seconds=LOAD_S)
    )


def one_over_http(folder: Path) -> list[Measured]:
    """One client against the loop that commits each order, and against the disk."""
    syncs: list[float] = []
    loads: list[Load] = []

    def load(shop: Serving) -> Load:
        syncs.append(fdatasync_p50_s(folder, 300))
        loads.append(shop.load("http", Load, clients=1, seconds=LOAD_S))
        return loads[-1]

    rows = _against_loop(folder, HTTP_ONE, 1, load)
    ratios = [each.p50_s / sync for each, sync in zip(loads, syncs, strict=True)]
    detail = (
        f"order {statistics.median(each.p50_s for each in loads) * 1e6:.0f} µs, "
        f"fdatasync of one appended page {statistics.median(syncs) * 1e6:.0f} µs"
    )
    return [*rows, Measured(LATENCY, statistics.median(ratios), detail)]


def commit_to_subscriber(folder: Path) -> list[Measured]:
    """From the end of COMMIT until another socket has the push, against the echo of a frame of that size."""
    token = new_shop(folder / "shop")
    trips, delays = [], []
    with echo_server() as echo:
        for _ in tqdm(range(ROUNDS), desc="commit to subscriber", leave=False):
            trips.append(echo.load("echo", Load, rounds=1_000).p50_s)
            commits = folder / "commits"
            with served_shop(folder / "shop", token, commits_to=commits) as shop:
                heard = shop.load("pushes", Pushes, rounds=PUSH_ROUNDS).heard
            times = array("d")
            times.frombytes(commits.read_bytes())
            # The orders are the last commits but those of the shop's end; each push follows its own.
            delays.append(statistics.median(heard_at - _latest(times, heard_at) for heard_at in heard))
    ratios = [delay / trip for delay, trip in zip(delays, trips, strict=True)]
    detail = (
        f"push {statistics.median(delays) * 1e6:.0f} µs, round trip {statistics.median(trips) * 1e6:.0f} µs"
    )
    return [Measured(PUSH, statistics.median(ratios), detail)]


def _latest(times: array[float], before: float) -> float:
    return max(time for time in times if time < before)


def _against_loop(
    folder: Path, target: Target, batch: int, load: Callable[[Serving], Load]
) -> list[Measured]:
    token = new_shop(folder / "shop")
    bare = BareStore(folder / "bare", left_behind(64))
    bares, loads = [], []
    with served_shop(folder / "shop", token) as shop:
        # Both warm up once: files grow, caches fill, code is compiled.
        bare.orders_per_s(0.3, batch)
        shop.load("http", Load, clients=8, seconds=0.5)
        for _ in tqdm(range(ROUNDS), desc=target.title, leave=False):
            bares.append(bare.orders_per_s(BARE_S, batch))
            loads.append(load(shop))
    bare.close()
    ratio = statistics.median(each.per_s / plain for each, plain in zip(loads, bares, strict=True))
    detail = (
        f"{statistics.median(each.per_s for each in loads):,.0f}/s, p50 "
        f"{statistics.median(each.p50_s for each in loads) * 1e3:.2f} ms, p99 "
        f"{statistics.median(each.p99_s for each in loads) * 1e3:.2f} ms; bare loop {statistics.median(bares):,.0f}/s"
    )
    return [Measured(target, ratio, detail)]


def in_a_folder(parent: Path | None, run: Callable[[Path], list[Measured]]) -> list[Measured]:
    """Runs a benchmark in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="jumak-bench-", dir=parent) as name:
        return run(Path(name))
