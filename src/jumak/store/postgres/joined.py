"""The statements of a batch as one, which is a transaction by itself: a commit is one round trip.

Each becomes a part of a WITH; the main query asks whether the head has moved, and fails when it has not, so that
nothing of the statement stays. The parts see the same state and may run in any order: those whose order matters do not
go together. PostgreSQL runs the main query first, and with it the part it reads, so that of two writers the second
waits at the head with nothing written; were it otherwise it would be refused by a key, which undoes its batch as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

import asyncpg

from jumak.store.postgres.queries import SQL

HEAD_HAD_MOVED: Final = asyncpg.DivisionByZeroError
"""What the main query raises then."""

_IN_ORDER: Final = {"update_orders", "insert_orders"}
"""An order that is cancelled frees its key for one that is added after it."""

_ARGUMENT: Final = re.compile(r"\$(\d+)")


def may_join(names: Iterable[str]) -> bool:
    """Whether these statements mean the same in any order. Each is there once."""
    return not set(names) >= _IN_ORDER


@cache
def joined(parts: tuple[tuple[str, int], ...]) -> str:
    """One statement for these (name, number of arguments but the shop), after `move_head` and its arguments."""
    texts = [f"moved AS ({SQL['move_head']})"]
    taken = _arguments(SQL["move_head"])
    for name, count in parts:
        texts.append(f"{name} AS ({_shifted(SQL[name], taken - 1)})")
        taken += count
    return "WITH " + ",\n".join(texts) + "\nSELECT 1 / count(*) FROM moved"


def _arguments(sql: str) -> int:
    return max(int(number) for number in _ARGUMENT.findall(sql))


def _shifted(sql: str, by: int) -> str:
    """The same with later arguments, the shop apart."""

    def later(found: re.Match[str]) -> str:
        number = int(found[1])
        return "$1" if number == 1 else f"${number + by}"

    return _ARGUMENT.sub(later, sql)
