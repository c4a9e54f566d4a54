"""Shops to copy, each made once in a process."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from jumak.store.copying.ends import End
from tests.migrate.everything import a_copy_of, in_database, make_evening, make_everything
from tests.postgres import PostgresServer

_numbers = itertools.count(8_000_001)


@pytest.fixture(scope="session")
def made_everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a row in every table; nobody writes it."""
    folder = tmp_path_factory.mktemp("everything") / "shop"
    asyncio.run(make_everything(folder))
    return folder


@pytest.fixture(scope="session")
def made_evening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo shop after an evening; nobody writes it."""
    folder = tmp_path_factory.mktemp("evening") / "shop"
    asyncio.run(make_evening(folder))
    return folder


@pytest.fixture
def everything(made_everything: Path, tmp_path: Path) -> End:
    """A shop of one's own that has everything."""
    return a_copy_of(made_everything, tmp_path / "everything")


@pytest.fixture
def evening(made_evening: Path, tmp_path: Path) -> End:
    """A smaller one of one's own."""
    return a_copy_of(made_evening, tmp_path / "evening")


@pytest.fixture
def a_number(postgres: PostgresServer, tmp_path: Path) -> Callable[[], End]:
    """Places of the tests' database where no shop is, each with a folder of its own."""

    def place() -> End:
        number = next(_numbers)
        return in_database(postgres, number, tmp_path / f"of-{number}")

    return place
