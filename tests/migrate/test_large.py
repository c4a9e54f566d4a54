"""A shop with years behind it, both ways, in little memory. Only with JUMAK_LARGE=1: it takes minutes."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.sold import sell
from jumak.store.copying.ends import End
from tests.conftest import LARGE
from tests.migrate.everything import copy

ORDERS = 50_000
MORE_MEMORY = 200 << 20
"""Bytes. What `jumak check` remembers of tickets and payments is most of it; the file is three times as large."""


@pytest.mark.skipif(not LARGE, reason="JUMAK_LARGE=1 makes a shop of 50,000 orders")
async def test_a_large_shop_both_ways(a_number: Callable[[], End], tmp_path: Path) -> None:
    """Counts, sums and hashes are the same at three places."""
    source, there, back = End(tmp_path / "sold"), a_number(), End(tmp_path / "back")
    await sell(source.folder, ORDERS)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first = await copy(source, there)
    second = await copy(there, back)
    assert first.contents == second.contents
    assert first.contents.tables["orders"].rows == ORDERS
    assert sum(day.payments for day in first.contents.days.values()) == ORDERS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MORE_MEMORY
