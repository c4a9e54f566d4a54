"""Whether a statement stays within one shop, and what statements are sent at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

from jumak.store.postgres.lookout import LOOKING
from jumak.store.postgres.past import WHICH_PAST
from jumak.store.queries import text

TABLES = frozenset(
    re.findall(r"^CREATE TABLE (\w+)", text("jumak.store.postgres", "schema.sql"), re.MULTILINE)
) - {"jumak_schema", "jumak_processes"}
ABOUT_NO_SHOP = re.compile(
    r"BEGIN|COMMIT|ROLLBACK|LISTEN|UNLISTEN|SELECT 1$|SELECT pg_notify\(\$1, \$2\)$"
    r"|SELECT EXISTS \(SELECT FROM pg_extension WHERE extname = 'citus'\)$"
    r"|SELECT pg_advisory_(un)?lock|SELECT to_regclass\('jumak_schema'\)|SELECT version FROM jumak_schema$"
)
"""Transactions, wake-ups, and the version of the tables when a database is opened; `WHICH_PAST` beside them."""

ABOUT_MANY = frozenset(LOOKING.values())
"""Their first argument is a list of shops."""

_REFERENCE = re.compile(r"\b(?:FROM|JOIN|UPDATE|USING|INTO)\s+(\w+)(?:\s+AS\s+(\w+))?", re.IGNORECASE)
_INSERT = re.compile(r"INSERT INTO (\w+) \(shop_id, [\w, \n]+\)\s+(SELECT \$1, |VALUES \(\$1, )")


def strays(query: str) -> str | None:
    """What of a statement is not bound to the shop, or shops, of its first argument; None when all of it is."""
    query = re.sub(r"--.*", "", query).strip().removesuffix(";")
    if ABOUT_NO_SHOP.match(query) or query == WHICH_PAST:
        return None
    if parts := _joined_parts(query):
        return next((stray for part in parts if (stray := strays(part))), None)
    referred = [(table, alias) for table, alias in _REFERENCE.findall(query) if table in TABLES]
    if not referred:
        return "names no table of a shop"
    if query.startswith("INSERT"):
        return None if _INSERT.match(query) else "does not insert the shop first"
    which = r"ANY\(\$1::bigint\[\]\)" if query in ABOUT_MANY else r"\$1"
    for _, alias in referred:
        bound = rf"\b{alias}\.shop_id = {which}" if alias else rf"(?<![\w.])shop_id = {which}"
        if not re.search(bound, query):
            return f"reads {alias or referred} of all shops"
    plain = sum(1 for _, alias in referred if not alias)
    if len(re.findall(rf"(?<![\w.])shop_id = {which}", query)) < plain:
        return "reads a table of all shops"
    return None


def _joined_parts(query: str) -> list[str]:
    """The statements one was made of (`joined.py`); none of another."""
    if not query.startswith("WITH moved AS ("):
        return []
    parts, main = query.removeprefix("WITH ").rsplit(")\n", 1)
    assert main == "SELECT 1 / count(*) FROM moved"
    return [re.sub(r"^\w+ AS \(", "", part) for part in parts.split("),\n")]


def commits(query: str) -> bool:
    """Whether a statement makes a batch durable."""
    return query == "COMMIT" or bool(_joined_parts(query))


@contextmanager
def recorded() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Every statement any connection of this process sends, with its arguments."""
    sent: list[tuple[str, tuple[Any, ...]]] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fetch", "fetchrow", "fetchval", "execute"):
            patch.setattr(asyncpg.Connection, name, _recording(getattr(asyncpg.Connection, name), sent))
        yield sent


def _recording(method: Any, sent: list[tuple[str, tuple[Any, ...]]]) -> Any:
    async def asked(self: Any, query: str, *args: Any, **more: Any) -> Any:
        sent.append((query, args))
        return await method(self, query, *args, **more)

    return asked
