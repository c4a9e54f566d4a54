"""How large a fleet of shops is: what was measured of one, times how many, along the curve of a day.

`python -m bench.fleet` prints the tables of docs/capacity.md, `--measure` measures again what they begin with
(bench/fleet-measured.json), `--page` writes them into the page.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

HERE: Final = Path(__file__).parent
MEASURED: Final = HERE / "fleet-measured.json"
PAGE: Final = HERE.parent / "docs" / "capacity.md"
BEGIN: Final = "<!-- from here on written by `python -m bench.fleet --page` -->"
END: Final = "<!-- until here -->"

SIZES: Final = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
LARGEST: Final = 100_000_000
"""Nothing that holds for so many shops bends."""

DAY_S: Final = 86_400
HOUR_S: Final = 3_600
YEAR_DAYS: Final = 365
DIRECTORY_SHARE: Final = 0.25
"""Of a process' memory."""


class Figures(Struct, frozen=True, kw_only=True):
    """Costs. Times are processor seconds, sizes bytes; a sale is an order of five lines, its payment in cash, its end."""

    machine: str
    server_s_per_sale: float
    postgres_s_per_sale: float
    commits_per_sale: float
    facts_per_sale: float
    pushes_per_sale: float
    rows_per_sale: dict[str, float]
    database_bytes_per_sale: float
    journal_bytes_per_sale: float
    changes_bytes_per_commit: float
    wal_bytes_per_sale: float
    request_and_reply_bytes_per_sale: float
    push_bytes: float
    server_s_per_push: float
    memory_per_process: float
    memory_per_open_shop: float
    memory_per_selling_shop: float
    memory_per_socket: float
    memory_per_subscription: float
    memory_per_directory_entry: float
    server_s_per_idle_shop_second: float
    postgres_s_per_idle_shop_second: float
    database_bytes_per_shop: float
    postgres_s_per_word: float
    postgres_s_per_word_and_listener: float
    hub_s_per_fact: float
    feed_bytes_per_fact: float


class Assumed(Struct, frozen=True, kw_only=True):
    """What nobody measured here: how shops live, and how large the machines are.

    hours: share of a day's sales in each hour.  friday: its sales against an average day's.  burst: the busiest minute
    against the average of its hour.  open_share: of shops, at the peak.  busy: how much of a processor may be used.
    """

    sales_per_day: float = 120
    friday: float = 1.3
    burst: float = 1.5
    hours: tuple[float, ...] = (
        0.010, 0.005, 0.002, 0.001, 0.001, 0.002, 0.006, 0.015, 0.030, 0.035, 0.045, 0.095,
        0.130, 0.085, 0.045, 0.040, 0.045, 0.070, 0.105, 0.095, 0.060, 0.040, 0.025, 0.013,
    )  # fmt: skip
    open_share: float = 0.95
    sockets_per_shop: int = 4
    subscriptions_per_socket: int = 5
    kept_years: float = 5
    busy: float = 0.6
    process_memory: float = 4e9
    process_sockets: int = 10_000
    process_connections: int = 9
    database_cores: int = 16
    database_connections: int = 500
    database_wal_per_s: float = 100e6
    database_disk: float = 8e12
    nats_messages_per_s: float = 100_000
    changes_kept: int = 2_000


class Load(Struct, frozen=True):
    """What so many shops ask for, in all; `_s` are processors kept busy at the peak, the rest bytes or counts."""

    shops: float
    sales_per_s: float
    commits_per_s: float
    facts_per_s: float
    pushes_per_s: float
    open_shops: float
    sockets: float
    server_s: float
    database_s: float
    hub_s: float
    memory: float
    wal_per_s: float
    network_per_s: float
    database_per_year: float
    changes_bytes: float
    directory_memory: float


def sales_at(hour: int, shops: float, assumed: Assumed, *, friday: bool = True) -> float:
    """Per second, averaged over an hour of the day."""
    day = shops * assumed.sales_per_day * (assumed.friday if friday else 1)
    return day * assumed.hours[hour] / HOUR_S


def load_of(shops: float, of: Figures, assumed: Assumed) -> Load:
    """At the busiest minute of a Friday. What each process has whatever it serves is left out."""
    sales = max(sales_at(hour, shops, assumed) for hour in range(24)) * assumed.burst
    pushes = sales * of.pushes_per_sale * assumed.sockets_per_shop
    open_shops = shops * assumed.open_share
    sockets = open_shops * assumed.sockets_per_shop
    commits = sales * of.commits_per_sale
    facts = sales * of.facts_per_sale
    socket = of.memory_per_socket + of.memory_per_subscription * assumed.subscriptions_per_socket
    return Load(
        shops=shops,
        sales_per_s=sales,
        commits_per_s=commits,
        facts_per_s=facts,
        pushes_per_s=pushes,
        open_shops=open_shops,
        sockets=sockets,
        server_s=sales * of.server_s_per_sale
        + pushes * of.server_s_per_push
        + open_shops * of.server_s_per_idle_shop_second,
        database_s=sales * of.postgres_s_per_sale
        + open_shops * of.postgres_s_per_idle_shop_second
        + commits * of.postgres_s_per_word,
        hub_s=facts * of.hub_s_per_fact,
        memory=open_shops * of.memory_per_selling_shop + sockets * socket,
        wal_per_s=sales * of.wal_bytes_per_sale,
        network_per_s=sales * of.request_and_reply_bytes_per_sale
        + pushes * of.push_bytes
        + facts * of.feed_bytes_per_fact,
        database_per_year=shops * assumed.sales_per_day * YEAR_DAYS * of.database_bytes_per_sale,
        changes_bytes=shops * assumed.changes_kept * of.changes_bytes_per_commit,
        directory_memory=shops * of.memory_per_directory_entry,
    )


class Fleet(Struct, frozen=True):
    """The machines for a load. cells: databases, each with its part of the shops and of the processes.

    limit: what decides how many databases there are, and what how many processes.
    """

    load: Load
    processes: int
    cells: int
    hub_processes: int
    disk: float
    process_limit: str
    cell_limit: str


def fleet_for(shops: float, of: Figures, assumed: Assumed) -> Fleet:
    """As few as do it, without a spare one."""
    load = load_of(shops, of, assumed)
    cells, decided = 1, ""
    while True:
        part = load_of(shops / cells, of, assumed)
        processes, process_limit = _most(_processes(part, of, assumed))
        wanted, cell_limit = _most(_databases(part, processes, of, assumed))
        decided = decided or cell_limit
        if wanted <= 1:
            break
        # One and a bit is two; far more is at least half as many of the cells there are again.
        cells = max(cells + 1, cells * wanted // 2)
    disk = (
        load.database_per_year * assumed.kept_years + load.changes_bytes + shops * of.database_bytes_per_shop
    )
    return Fleet(
        load=load,
        processes=processes * cells,
        cells=cells,
        hub_processes=max(1, math.ceil(load.hub_s / assumed.busy)),
        disk=disk,
        process_limit=process_limit,
        cell_limit=decided if cells > 1 else "none",
    )


def _most(shares: dict[str, float]) -> tuple[int, str]:
    """How many are needed, and for what."""
    name = max(shares, key=lambda each: shares[each])
    return max(1, math.ceil(shares[name])), name


def _processes(load: Load, of: Figures, assumed: Assumed) -> dict[str, float]:
    """How many times a process is full, by what it is full of; a quarter of its memory is the directory's."""
    room = assumed.process_memory * (1 - DIRECTORY_SHARE) - of.memory_per_process
    return {
        "processor": load.server_s / assumed.busy,
        "memory": load.memory / room,
        "sockets": load.sockets / assumed.process_sockets,
    }


def _databases(load: Load, processes: int, of: Figures, assumed: Assumed) -> dict[str, float]:
    """How many times a database is full."""
    # Each process listens: every word wakes every one of them.
    heard = load.commits_per_s * processes * of.postgres_s_per_word_and_listener
    disk = (
        load.database_per_year * assumed.kept_years
        + load.changes_bytes
        + load.shops * of.database_bytes_per_shop
    )
    return {
        "processor": (load.database_s + heard) / (assumed.database_cores * assumed.busy),
        "connections": processes * assumed.process_connections / assumed.database_connections,
        "log": load.wal_per_s / assumed.database_wal_per_s,
        "disk": disk / assumed.database_disk,
        # Not of the database, but of all shops in it: every process holds the entry of each.
        "directory": load.directory_memory / (assumed.process_memory * DIRECTORY_SHARE),
    }


class Bend(Struct, frozen=True):
    """Where one of something is full. shops: as many fit.  then: what to do."""

    what: str
    shops: float
    then: str


def bends(of: Figures, assumed: Assumed) -> list[Bend]:
    """The first one first. Each by itself, as if of everything else there were enough."""

    def fits(full: Callable[[Load], float]) -> float:
        """The most shops for which that is no more than one."""
        low, high = 0.0, float(LARGEST)
        if full(load_of(high, of, assumed)) <= 1:
            return high
        for _ in range(100):
            middle = (low + high) / 2
            if full(load_of(middle, of, assumed)) <= 1:
                low = middle
            else:
                high = middle
        return low

    def processes(load: Load) -> int:
        return _most(_processes(load, of, assumed))[0]

    def one_process(what: str) -> Callable[[Load], float]:
        return lambda load: _processes(load, of, assumed)[what]

    def one_database(what: str) -> Callable[[Load], float]:
        return lambda load: _databases(load, processes(load), of, assumed)[what]

    listed = [
        (
            "processor of one server process",
            one_process("processor"),
            "another process on the same database: shops are placed one by one, requests passed on (decision 0032)",
        ),
        (
            "sockets of one server process",
            one_process("sockets"),
            "another process; `--max-connections` is set for what a machine can hold",
        ),
        (
            "memory of one server process",
            one_process("memory"),
            "another process; shops that nobody used for ten minutes are closed by themselves",
        ),
        (
            "connections of one PostgreSQL",
            one_database("connections"),
            "fewer connections for each process (a quiet shop's commit needs one for 3 ms), then another cell",
        ),
        (
            "processor of one PostgreSQL, wake-ups of all processes included",
            one_database("processor"),
            "wake-ups over NATS, so that a process hears of its own shops only; then another cell, or Citus by `shop_id`",
        ),
        (
            "log of one PostgreSQL",
            one_database("log"),
            "another cell, or Citus by `shop_id`",
        ),
        (
            "disk of one PostgreSQL",
            one_database("disk"),
            "another cell; keep fewer of each shop's newest changes; take old years out with `jumak export`",
        ),
        (
            "directory in every process, a quarter of its memory",
            one_database("directory"),
            "another cell with a head office of its own: a process holds the entries of its cell alone",
        ),
        (
            "looking for shops without a process, 1 MB of ids each second",
            lambda load: load.shops * 8 / 1e6,
            "ask the database which of its placements are orphans instead of naming every shop",
        ),
        (
            "one hub process",
            lambda load: load.hub_s / assumed.busy,
            "another hub process: they share one consumer (decision 0033)",
        ),
        (
            "one NATS server",
            lambda load: load.facts_per_s / assumed.nats_messages_per_s,
            "leaf nodes by region, a stream for each",
        ),
    ]
    found = [Bend(what, fits(full), then) for what, full, then in listed]
    return sorted(found, key=lambda bend: bend.shops)


# -- the page --------------------------------------------------------------------------------------


def page_section(of: Figures, assumed: Assumed) -> str:
    """Everything of docs/capacity.md that is arithmetic."""
    parts = [_costs(of), _life(assumed), _curve(assumed), _growth(of, assumed), _bends(of, assumed)]
    return "\n\n".join(parts)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _costs(of: Figures) -> str:
    us, kb = _us, _kb
    rows = [
        ("a sale: processor of the server", us(of.server_s_per_sale)),
        ("a sale: processor of PostgreSQL", us(of.postgres_s_per_sale)),
        ("a sale: commits, facts, pushes to each socket", f"{of.commits_per_sale:g}, {of.facts_per_sale:g}, {of.pushes_per_sale:g}"),
        ("a sale: rows", ", ".join(f"`{table}` {rows:g}" for table, rows in of.rows_per_sale.items())),
        ("a sale: lasting rows with their indexes; of them the journal", f"{kb(of.database_bytes_per_sale)}; {kb(of.journal_bytes_per_sale)}"),
        ("a sale: PostgreSQL's log", kb(of.wal_bytes_per_sale)),
        ("a sale: requests and replies", kb(of.request_and_reply_bytes_per_sale)),
        ("a commit: its row in `changes`, of which 2,000 of each shop are kept", kb(of.changes_bytes_per_commit)),
        ("a push: processor of the server, bytes", f"{us(of.server_s_per_push)}, {of.push_bytes:,.0f} B"),
        ("a process without shops: memory", f"{of.memory_per_process / 1e6:,.0f} MB"),
        ("an open shop: memory; once it has sold from its 200 items", f"{kb(of.memory_per_open_shop)}; {kb(of.memory_per_selling_shop)}"),
        ("a socket with its session; each subscription: memory", f"{kb(of.memory_per_socket)}; {of.memory_per_subscription:,.0f} B"),
        ("an entry of the directory: memory in each process", kb(of.memory_per_directory_entry)),
        ("an idle open shop for a second: processor of the server; of PostgreSQL", f"{us(of.server_s_per_idle_shop_second)}; {us(of.postgres_s_per_idle_shop_second)}"),
        ("a shop without sales: database", kb(of.database_bytes_per_shop)),
        ("a wake-up through PostgreSQL: its processor; for each process that listens", f"{us(of.postgres_s_per_word)}; {us(of.postgres_s_per_word_and_listener)}"),
        ("a fact at the hub: processor; bytes on the way", f"{us(of.hub_s_per_fact)}; {of.feed_bytes_per_fact:,.0f} B"),
    ]  # fmt: skip
    return f"## Measured\n\nOn {of.machine}.\n\n{_table(('', ''), rows)}"


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"


def _kb(size: float) -> str:
    return f"{size / 1e3:,.1f} kB"


def _life(assumed: Assumed) -> str:
    rows = [
        ("sales of a shop on an average day", f"{assumed.sales_per_day:g}"),
        ("a Friday against that; the busiest minute against its hour", f"× {assumed.friday:g}; × {assumed.burst:g}"),
        ("shops open at the peak", f"{assumed.open_share:.0%}"),
        ("sockets of a shop, subscriptions of each", f"{assumed.sockets_per_shop}, {assumed.subscriptions_per_socket}"),
        ("years kept", f"{assumed.kept_years:g}"),
        ("processors may be busy", f"{assumed.busy:.0%}"),
        ("a server process: memory, sockets, connections to PostgreSQL", f"{assumed.process_memory / 1e9:g} GB, {assumed.process_sockets:,}, {assumed.process_connections}"),
        ("a PostgreSQL: cores, connections, log, disk", f"{assumed.database_cores}, {assumed.database_connections}, {assumed.database_wal_per_s / 1e6:g} MB/s, {assumed.database_disk / 1e12:g} TB"),
        ("a NATS server: messages", f"{assumed.nats_messages_per_s:,.0f}/s"),
    ]  # fmt: skip
    return f"## Assumed\n\n{_table(('', ''), rows)}"


def _curve(assumed: Assumed) -> str:
    rows = [
        (f"{hour:02d}", f"{assumed.hours[hour]:.1%}", f"{sales_at(hour, 1_000, assumed):.2f}")
        for hour in range(24)
        if assumed.hours[hour] >= 0.03
    ]
    head = ("hour", "of the day", "sales/s of 1,000 shops on a Friday")
    return f"## A Friday\n\nHours with less than 3 % are left out.\n\n{_table(head, rows)}"


def _growth(of: Figures, assumed: Assumed) -> str:
    rows = []
    for shops in SIZES:
        fleet = fleet_for(shops, of, assumed)
        load = fleet.load
        rows.append(
            (
                f"{shops:,}",
                _digits(load.sales_per_s),
                _digits(load.sockets),
                f"{fleet.processes:,} ({fleet.process_limit})",
                f"{fleet.cells:,} ({fleet.cell_limit})",
                f"{fleet.hub_processes:,}",
                _digits(load.wal_per_s / 1e6),
                _digits(load.network_per_s / 1e6),
                _digits(load.database_per_year / 1e9),
                _digits(fleet.disk / 1e12),
                _digits(load.facts_per_s),
            )
        )
    head = (
        "shops", "sales/s", "sockets", "server processes (limit)", "databases (limit)", "hub processes", "log MB/s", "network MB/s",
        "GB a year", "TB kept", "NATS messages/s",
    )  # fmt: skip
    text = "At the busiest minute of a Friday. No spare ones are counted: a process and a replica of each database more."
    return f"## From 1 to 1,000,000 shops\n\n{text}\n\n{_table(head, rows)}"


def _bends(of: Figures, assumed: Assumed) -> str:
    rows = [
        (
            bend.what,
            "never" if bend.shops >= LARGEST else f"{_digits(bend.shops)}",
            bend.then,
        )
        for bend in bends(of, assumed)
    ]
    return f"## Where it bends\n\n{_table(('one of', 'is full at shops', 'then'), rows)}"


def _digits(value: float) -> str:
    """Two that mean something."""
    if value >= 10:
        places = 1 - math.floor(math.log10(value))
        return f"{round(value, places):,.0f}"
    return f"{value:.2g}" if value >= 0.0001 else "0"


def figures() -> Figures:
    """What was measured last."""
    return msgspec.json.decode(MEASURED.read_bytes(), type=Figures)


def with_section(page: str, section: str) -> str:
    """The page with its generated part anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{section}\n\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.fleet", description="How large a fleet of shops is."
    )
    parser.add_argument("--measure", action="store_true", help="measure anew first")
    parser.add_argument("--page", action="store_true", help="write docs/capacity.md too")
    wanted = parser.parse_args()
    if wanted.measure:
        from bench.fleet_measure import measured

        with tempfile.TemporaryDirectory(prefix="jumak-bench-") as name:
            MEASURED.write_bytes(msgspec.json.format(msgspec.json.encode(measured(Path(name)))) + b"\n")
    section = page_section(figures(), Assumed())
    if wanted.page:
        PAGE.write_text(with_section(PAGE.read_text("utf-8"), section), "utf-8")
    sys.stdout.write(section + "\n")


if __name__ == "__main__":
    main()
