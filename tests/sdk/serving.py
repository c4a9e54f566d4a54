"""What tests over a real socket have in common: a token, an allow-list, waiting for something to come true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.fact import Fact
from jumak.protocol.row import Done
from jumak.protocol.scopes import expand
from jumak.sdk import Pos
from jumak.sdk.transport import SocketTransport
from jumak.service.ports import Command, Transaction
from jumak.testing import SimulatedShop
from tests.plugins.bridging import install

NAME = "remote"


def token(shop: SimulatedShop, *scopes: str, name: str = NAME) -> str:
    """Lets somebody of this name in, with the scopes of the SDK unless told otherwise."""
    caller = Caller(id=name, kind="service", name=name, scopes=expand(scopes or ("plugin",)))
    return shop.running.credentials.issue(caller)[0]


def client(shop: SimulatedShop, url: str, name: str = NAME) -> Pos:
    """A client that is not started yet and comes back at once."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0.01)

    return Pos(partial(SocketTransport.open, url), token(shop, name=name), name=name, sleep=at_once)


async def allow(shop: SimulatedShop, *origins: str) -> None:
    """Puts servers on the client's allow-list."""

    async def put(tx: Transaction) -> Done:
        tx.put(install(*origins, plugin_id=NAME))
        tx.record(Fact("shop.update", "1", {"changes": ["seeded"]}))
        return Done()

    result = await shop.running.store.execute(Command(caller=SYSTEM, name="shop.seed", body=b"", run=put))
    assert result.error is None


async def until(holds: Callable[[], object]) -> None:
    """Waits for something that comes over a socket, ten seconds at most."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.005)


def cut(shop: SimulatedShop, name: str = NAME) -> None:
    """The shop drops the client's connection."""
    for subscriber in shop.running.connections.of(name):
        subscriber.end(1012, "HOST_UNAVAILABLE")
