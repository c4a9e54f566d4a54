"""What we hold ourselves to, and the table that says how far we are."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal

from msgspec import Struct

Unit = Literal["%", "x", "µs", "s", "kB", "/s"]


class Target(Struct, frozen=True):
    """One row of the table. at_least: bigger is better; a value in % is a fraction of 1."""

    title: str
    floor: float
    goal: float
    unit: Unit
    at_least: bool

    def met(self, value: float, line: float) -> bool:
        """Whether a value is on the right side of floor or goal."""
        return value >= line if self.at_least else value <= line

    def text(self, value: float) -> str:
        """A value in the row's unit."""
        match self.unit:
            case "%":
                return f"{value * 100:.1f} %"
            case "x":
                return f"{value:.2f}"
            case "µs":
                return f"{value:.1f} µs"
            case "s":
                return f"{value:.2f} s"
            case "kB":
                return f"{value:.0f} kB"
            case "/s":
                return f"{value:,.0f}/s"


class Measured(Struct, frozen=True):
    """A row's outcome. detail: the absolute numbers behind it.

    settles: measured at the size the target is set for; otherwise its verdict is only a hint.
    """

    target: Target
    value: float
    detail: str
    settles: bool = True


HTTP_MANY: Final = Target("orders/s, HTTP, 128 clients / bare batch-64 loop", 0.16, 0.22, "%", True)
HTTP_ONE: Final = Target("orders/s, HTTP, 1 client / bare one-by-one loop", 0.38, 0.45, "%", True)
SOCKET: Final = Target("orders/s, one plugin on a WebSocket, 128 in flight / batch-64", 0.18, 0.25, "%", True)
LATENCY: Final = Target("order p50, HTTP, 1 client / fdatasync p50", 6, 5, "x", False)
POSTGRES: Final = Target("orders/s in PostgreSQL / in a file, HTTP, 128 clients", 0.6, 0.8, "%", True)
TWO: Final = Target("orders/s, two processes / one, a shop each", 1.5, 1.8, "x", True)
PASSED_ON_HALF: Final = Target("the same, every second request passed on", 1.5, 1.8, "x", True)
# A shop has one writer: this can only say what passing on costs.
PASSED_ON: Final = Target("orders/s of one shop, half of them passed on / none", 0.6, 0.8, "%", True)
CASH_MANY: Final = Target("cash payments/s, HTTP, 128 clients / orders/s", 0.5, 0.8, "%", True)
CASH_ONE: Final = Target("cash payments/s, HTTP, 1 client / orders/s", 0.5, 0.8, "%", True)
PUSH: Final = Target("commit to subscriber p50 / bare WebSocket round trip p50", 2, 1.5, "x", False)
PAGES: Final = Target("any page of the order list at 10 M orders / first page at 1 M", 10, 5, "x", False)
INSERTS: Final = Target("insert rate in the 10th million / in the 1st", 0.75, 0.9, "x", True)
DISK: Final = Target("disk per order, all included / its document", 3, 2, "x", False)
DOMAIN: Final = Target("domain work per order command", 60, 30, "µs", False)
READY: Final = Target("server start to ready, 50,000 items", 1, 0.5, "s", False)
FIRST_SALE: Final = Target("server start to first sale seen by a subscriber", 2, 1, "s", False)
TILL_SALE: Final = Target("till opened to first sale, 50,000 items", 2, 1.5, "s", False)
FIRST_LOAD: Final = Target("till's first load, compressed", 250, 200, "kB", False)
TAP: Final = Target("tap until it is in the cart", 0.05, 0.03, "s", False)

# Set from what was measured (10.2, 10.7); how much of it lies between the browser's processes is not measured yet.
IN_WORKER: Final = Target("call from a worker / bare socket", 15, 10, "x", False)
IN_PAGE: Final = Target("call from a page / bare socket", 15, 10, "x", False)
IN_HEADLESS: Final = Target("call from a headless worker / bare socket", 3, 2, "x", False)
IN_PYTHON: Final = Target("call from a Python plugin / bare socket", 3, 2, "x", False)

BESIDE_LOOP: Final = Target(
    "orders/s, HTTP, 1 client, beside an endless loop / a quiet plugin", 0.8, 0.95, "%", True
)
BESIDE_FLOOD: Final = Target(
    "orders/s, HTTP, 1 client, beside a flood / a quiet plugin", 0.8, 0.95, "%", True
)
BESIDE_GROWTH: Final = Target(
    "orders/s, HTTP, 1 client, beside growing memory / a quiet plugin", 0.8, 0.95, "%", True
)

HUB: Final = Target("processor time of a hub for a fact, from message to commit", 50, 40, "µs", False)
HUB_RATE: Final = Target("facts a hub takes for each core of it", 20_000, 25_000, "/s", True)


ACROSS_NATS: Final = Target(
    "order to subscriber of another process p50, over NATS / of the same process", 3, 2, "x", False
)
ACROSS_DATABASE: Final = Target(
    "order to subscriber of another process p50, over PostgreSQL / of the same process", 3, 2, "x", False
)


def table(rows: list[Measured]) -> str:
    """The rows as text."""
    cells = [("", "measured", "floor", "goal", "", "absolute")]
    for row in rows:
        target, sign = row.target, "≥" if row.target.at_least else "≤"
        verdict = "MISS"
        if target.met(row.value, target.floor):
            verdict = "goal" if target.met(row.value, target.goal) else "pass"
        if not row.settles:
            verdict = f"({verdict})"
        floor, goal = f"{sign} {target.text(target.floor)}", f"{sign} {target.text(target.goal)}"
        cells.append((target.title, target.text(row.value), floor, goal, verdict, row.detail))
    widths = [max(_width(line[column]) for line in cells) for column in range(5)]
    return "\n".join(
        "  ".join(
            [*(_padded(cell, width) for cell, width in zip(line, widths, strict=False)), line[5]]
        ).rstrip()
        for line in cells
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
