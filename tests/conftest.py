"""How much the tests dig: `JUMAK_LARGE=1` multiplies the examples of every property."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresServer

# What one process has compiled the next ones read, also where Python is told to leave nothing behind: hundreds are
# started, and each would compile the whole program for itself.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

LARGE = os.environ.get("JUMAK_LARGE") == "1"
FACTOR = 20
LARGE_S = 3_600
"""A large run takes its time; an ordinary one ends after what `pyproject.toml` says."""

# Examples are the same in every run, so that a red test stays red; a large run looks for new ones.
settings.register_profile(
    "jumak",
    deadline=None,
    database=None,
    derandomize=not LARGE,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("jumak")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not LARGE:
        return
    seen: set[int] = set()
    for item in items:
        item.add_marker(pytest.mark.timeout(LARGE_S))
        test = getattr(item, "obj", None)
        test = getattr(test, "__func__", test)
        # The public decorator may not be applied twice, so the attribute it leaves is replaced.
        found = getattr(test, "_hypothesis_internal_use_settings", None)
        if found is not None and id(test) not in seen:
            seen.add(id(test))
            test._hypothesis_internal_use_settings = settings(found, max_examples=found.max_examples * FACTOR)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of this process, which each found shops of their own in it."""
    server = PostgresServer()
    yield server
    server.close()
