"""One NATS server for all tests of a process; each has its own database and names of shops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.hub.chain import Chain, chain
from tests.nats import NatsServer
from tests.postgres import PostgresServer


@pytest.fixture
def nats() -> Iterator[NatsServer]:
    server = NatsServer()
    yield server
    server.close()


@pytest.fixture
async def hub(nats: NatsServer, postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Chain]:
    """A chain without shops, and without a hub process yet."""
    async with chain(nats, postgres, tmp_path) as whole:
        yield whole


@pytest.fixture
async def pools(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Chain]:
    """A hub's database alone."""
    async with chain(None, postgres, tmp_path) as whole:
        yield whole
