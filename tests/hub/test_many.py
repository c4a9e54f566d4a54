"""Shops of one database that send to a hub over one connection, whether anybody uses them or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from jumak.feed import sender
from jumak.feed.link import connected
from jumak.feed.options import Link
from jumak.feed.subjects import JOURNAL_STREAM
from jumak.store.postgres import Database
from jumak.store.postgres.shipping import DatabaseJournal
from tests.hub.chain import Chain, until
from tests.postgres import PostgresServer
from tests.service.asking import a_line, an_order
from tests.shops.conftest import add_branch, new_office, opened_doors


async def test_a_shop_nobody_uses_is_sent_when_the_hub_asks_for_it(
    hub: Chain, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RPT-2: a hub that lost everything is filled again, also with shops that no process has open."""
    monkeypatch.setattr(sender, "REMEMBER_EVERY_S", 0.2)
    link = Link(hub.nats.url)
    async with (
        Database.connected(postgres.url) as database,
        opened_doors(
            database, postgres.url, tmp_path / "files", new_office().id, hub=link, idle_s=3.0
        ) as doors,
    ):
        shops = doors.chain.shops
        branch = await add_branch(doors.chain.branches, doors.chain.office, "idle")
        number, name = branch.entry.id, branch.entry.name

        async def is_known() -> bool:
            return shops.directory.named(name) is not None

        async def is_closed() -> bool:
            return number not in shops.open

        await until(is_known, "the directory has it")
        async with hub.hub():
            await doors.reply(branch, "order.add.request", {"order": an_order(a_line(1))})
            newest = await DatabaseJournal(database, number).newest()
            await hub.has(name, newest)
            await until(is_closed, "the shop is closed: nobody is there")
        async with connected(link, "test") as away:
            await away.stream.purge_stream(JOURNAL_STREAM)
        await hub.pool.execute("TRUNCATE shops, journal, commits, orders, totals")
        await until(is_closed, "it stays closed")
        async with hub.hub():
            await hub.has(name, newest)
            await until(is_closed, "it is closed again")
