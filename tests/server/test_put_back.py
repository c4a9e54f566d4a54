"""What clients hear once an older copy of their shop was put back (OFF-9, H-38)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jumak.domain.merchant import Shop
from jumak.main import run_shop
from jumak.server.connections import Connections
from jumak.server.flood import NoGuard
from jumak.server.ids import UuidIds
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.backup import backup, restore
from jumak.testing.clock import FakeClock
from tests.server.conftest import OPENING, SHOP, Client, Desk, Served, served_by

PUSH = "catalog-category.change.event"


@contextlib.asynccontextmanager
async def served_from(folder: Path, found: Shop | None = None) -> AsyncIterator[Served]:
    """The shop of a folder behind sockets."""
    connections, clock = Connections(), FakeClock(OPENING)
    if found is not None:
        SqliteStore.found(folder, found)
    store = SqliteStore.open(folder, clock=clock, ids=UuidIds(), live=connections)
    shop, end = await run_shop(store, connections, clock, guard=NoGuard())
    try:
        async with served_by(Desk(shop, clock), folder) as served:
            yield served
    finally:
        await end()


async def test_clients_of_a_past_that_did_not_happen_read_anew(tmp_path: Path):
    """OFF-9, H-38: with a number of the lost past nothing is replayed as if it followed, by socket, stream or list;
    numbers go on rising, and those of now are resumed from as ever, after a restart too."""
    folder, copy = tmp_path / "shop", tmp_path / "copy"
    async with served_from(folder, SHOP) as served:
        token = await served.desk.token(scopes=["all"])
        async with served.connect(token) as till:
            await till.ask("catalog-category.add", category={"title": "국"})
            known = (await event(till))["seq"]
            backup(folder, copy)
            for title in ("찌개", "전"):
                await till.ask("catalog-category.add", category={"title": title})
                lost = (await event(till))["seq"]
    restore(copy, folder)
    async with served_from(folder) as served:
        for title in ("밥", "면", "술", "떡"):
            await served.desk.ask("catalog-category.add", category={"title": title})
        # The journal has given the lost numbers to others by now.
        assert served.shop.store.reader().seq >= lost
        for heard in (known, lost):
            async with served.connect(token, resumeAfter=heard) as till:
                opened = till.opened  # type: ignore[attr-defined]
                assert opened["resumed"] is False
                assert opened["seq"] > lost
            stream = await first_event(served, token, heard)
            assert stream == "gap"
            listed = await served.post("event.list", token, {"after": heard})
            assert listed.json()["error"]["reason"] == "EVENTS_GONE"
        everything = (await served.post("event.list", token, {"after": 0})).json()
        assert [each["name"] for each in everything["events"]] == [PUSH] * 5
        numbers = [each["seq"] for each in everything["events"]]
        assert numbers == sorted(numbers)
        assert numbers[0] > lost
        newest = everything["seq"]
        assert newest == opened["seq"] < 2**53
        asked = await served.post("event.list", token, {"after": newest})
        assert (asked.json()["events"], asked.json()["seq"]) == ([], newest)
    async with served_from(folder) as served:
        await served.desk.ask("catalog-category.add", category={"title": "차"})
        async with served.connect(token, resumeAfter=newest) as till:
            assert till.opened["resumed"] is True  # type: ignore[attr-defined]
            push = await event(till)
            assert push["name"] == PUSH
            assert push["seq"] > newest
            await till.ask("catalog-category.add", category={"title": "묵"})
            assert (await event(till))["seq"] > push["seq"]
            assert (await till.ask("session.ping"))["seq"] >= push["seq"]
        assert await first_event(served, token, newest) == PUSH


async def event(client: Client) -> dict[str, Any]:
    """The next push with a number."""
    while "seq" not in (push := await client.push()):
        pass
    return push


async def first_event(served: Served, token: str, after: int) -> str:
    """Name of the first event of a stream."""
    headers = {"Authorization": f"Bearer {token}"}
    query = {"after": str(after), "names": PUSH}
    async with served.http.stream("GET", "/v1/events", params=query, headers=headers, timeout=10) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                return line.removeprefix("event: ")
    raise AssertionError("the stream ended")
