"""Shops of one database behind one address: in this process, or in several of their own."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct

from jumak.domain.caller import SYSTEM
from jumak.domain.fact import Fact
from jumak.main import ServeOptions
from jumak.protocol.messages.device import DevicePairData
from jumak.protocol.messages.shop_directory import AddShop
from jumak.protocol.row import Done
from jumak.server.credentials import mark_of, new_code, new_token
from jumak.server.directory import Branches
from jumak.server.monitoring import LOCAL_ONLY, Monitor
from jumak.service import device, shop_directory
from jumak.service.documents import ShopEntry
from jumak.service.ports import Transaction
from jumak.shops import Branches as InDatabaseBranches
from jumak.shops import Chain, ManyOptions, office_of, opened_chain
from jumak.store.opening import InDatabase
from jumak.store.postgres import Database
from jumak.testing import menu
from tests.postgres import PostgresServer

HOST = "shops.test"
Json = dict[str, Any]

_offices = itertools.count(7_000_001)
"""Each test has a head office of its own in the database of all tests."""


class Branch(Struct, frozen=True):
    """A shop of the directory with a menu, and a token that may do everything in it."""

    entry: ShopEntry
    token: str

    @property
    def host(self) -> str:
        return f"{self.entry.name}.{HOST}"


async def add_branch(branches: InDatabaseBranches, office: ShopEntry, name: str) -> Branch:
    """Makes a shop as an operator would, with a menu and a token."""
    data = AddShop(
        name=name,
        title=f"주막 {name}",
        business_number="1208147521",
        business_type="RESTAURANT",
        payment_timing="PAY_LATER",
        tables_enabled=True,
    )
    made = await branches.write(office, "test", lambda tx: shop_directory.add(tx, data), SYSTEM)
    async with branches.opened(office) as store:
        entry = await shop_directory.shop_of(store.reader(), made.shop.id)

    async def seed(tx: Transaction) -> Done:
        for document in menu.DOCUMENTS:
            tx.put(document)
        tx.record(Fact("shop.update", "1", {"changes": ["seeded"]}))
        return Done()

    await branches.write(entry, "shop.seed", seed, SYSTEM)
    return Branch(entry, await a_token(branches, entry))


async def a_token(branches: Branches, entry: ShopEntry, *scopes: str, name: str = "everything") -> str:
    """A service's token of a shop; every scope unless some are named."""
    wanted = DevicePairData(kind="service", name=name, scopes=scopes or ("all",))
    token = new_token(mark_of(entry.id))
    await branches.write(
        entry, "device.pair.request", lambda tx: device.pair(tx, wanted, token, new_code()), SYSTEM
    )
    return token.text


class Doors(Struct, frozen=True):
    """The shops of one process, asked through their address."""

    chain: Chain
    http: httpx.AsyncClient

    async def ask(self, host: str, name: str, data: Json, token: str | None) -> httpx.Response:
        headers = {"Host": host, "Accept-Language": "en"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        return await self.http.post(f"/v1/{name.removesuffix('.request')}", json=data, headers=headers)

    async def reply(self, branch: Branch, name: str, data: Json) -> Json:
        """What must succeed."""
        answer = await self.ask(branch.host, name, data, branch.token)
        assert answer.status_code == 200, (name, data, answer.text)
        reply: Json = answer.json()
        return reply


@contextlib.asynccontextmanager
async def opened_doors(
    database: Database,
    url: str,
    folder: Path,
    office: int,
    *,
    monitor: Monitor = LOCAL_ONLY,
    **more: Any,
) -> AsyncIterator[Doors]:
    """A process' worth of shops without a socket."""
    serve = ServeOptions(folder=folder, database=InDatabase(url, office), flood_guard=False, monitor=monitor)
    options = ManyOptions(serve=serve, hosts=(HOST,), **more)
    async with opened_chain(options, database, 1) as chain:
        transport = httpx.ASGITransport(chain.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", timeout=30) as http:
            yield Doors(chain, http)


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    """The tests' database."""
    async with Database.connected(postgres.url) as database:
        yield database


def new_office() -> ShopEntry:
    """A head office nobody has used yet."""
    return office_of(next(_offices))


@pytest.fixture
def office() -> ShopEntry:
    """See `new_office`."""
    return new_office()


@pytest.fixture
async def doors(
    database: Database, postgres: PostgresServer, tmp_path: Path, office: ShopEntry
) -> AsyncIterator[Doors]:
    """The shops of a new head office; none yet."""
    async with opened_doors(database, postgres.url, tmp_path, office.id) as doors:
        yield doors
