"""`python -m bench [NAME ...]`: measures and prints one table."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import across, beside, cash, domain, doors, growth, hub, plugins, postgres, start, till, two
from bench.bare import BARE_LOOP
from bench.targets import Measured, table

Bench = Callable[[Path], list[Measured]]

NOTE = """{loop}.
Pairs are measured in alternation in the same run; ratios are medians over rounds. Server and load
generator are processes of their own. Orders have 5 lines with options, discounts on line and order,
an orderKey each and no table; the shop is postpaid, so each makes a kitchen ticket too. A verdict in
parentheses is a hint: the target is for more orders than were inserted (--growth 10)."""


def benches(orders: int) -> dict[str, Bench]:
    """Every benchmark by name."""
    return {
        "domain": lambda _: domain.measure(),
        "http": doors.many_over_http,
        "http-one": doors.one_over_http,
        "postgres": postgres.against_file,
        "two": two.measure,
        "cash": cash.measure,
        "socket": doors.over_socket,
        "push": doors.commit_to_subscriber,
        "plugins": plugins.measure,
        "beside": beside.measure,
        "start": start.measure,
        "till": till.measure,
        "hub": hub.measure,
        "across": across.measure,
        "disk": growth.disk,
        "growth": lambda folder: growth.grow(folder, orders),
    }


def main() -> None:
    """Runs what was asked for."""
    names = list(benches(0))
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks that print ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these of: {', '.join(names)}")
    parser.add_argument(
        "--growth",
        type=float,
        default=1.0,
        metavar="MILLIONS",
        help="orders the old shop has (default 1; the targets are for 10)",
    )
    parser.add_argument(
        "--dir", type=Path, help="where to write, a folder on the disk to measure (default: temporary)"
    )
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - set(names):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    known = benches(int(wanted.growth * 1_000_000))
    begun, rows = time.monotonic(), list[Measured]()
    for name in wanted.names or names:
        rows += doors.in_a_folder(wanted.dir, known[name])
    print(table(rows))
    print()
    print(NOTE.format(loop=BARE_LOOP[0].upper() + BARE_LOOP[1:]))
    load = f"; load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores{load}; "
        f"{time.monotonic() - begun:.0f} s"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
