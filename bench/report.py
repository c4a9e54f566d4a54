"""What the load generator tells the benchmark."""

from __future__ import annotations

from msgspec import Struct


class Load(Struct):
    """Answered requests and how long they took, seconds."""

    orders: int
    per_s: float
    p50_s: float
    p99_s: float


class Cash(Struct):
    """Orders, and the same orders paid in cash."""

    orders: Load
    payments: Load


class Pushes(Struct):
    """When each push arrived, on the machine's monotonic clock."""

    heard: list[float]
