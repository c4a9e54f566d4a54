"""What nobody needs any more is dropped from a database beside the commands, and whatever comes of that is not theirs."""

from __future__ import annotations

import asyncio

import pytest

from jumak.store.postgres import Database
from jumak.store.sqlite.check import Finding
from tests.store.conftest import findings, founded
from tests.store.orders import make_order
from tests.store.test_contract import OID, OID2, add
from tests.web.waiting import until


async def test_a_failure_is_no_failure_of_a_command(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """PAY-7: commands that share a commit are done once, answered and told once, whatever the tidying after it says."""
    shop = await founded(database)
    shop_id = shop.store.memory.shop_id  # type: ignore[union-attr]
    await shop.do(add(make_order(OID)), command_id="c1")
    told = []
    shop.store.on_commit(told.append)
    await database.pool.execute(
        f"""
        CREATE FUNCTION refuse_{shop_id}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'no' USING ERRCODE = '40P01'; END $$;
        CREATE TRIGGER refuse_{shop_id} BEFORE DELETE ON commands FOR EACH ROW WHEN (OLD.shop_id = {shop_id})
        EXECUTE FUNCTION refuse_{shop_id}();
        """
    )
    try:
        shop.clock.jump(days=400)
        count = lambda tx: tx.next_number("till")  # noqa: E731
        results = await shop.batch(count, count, add(make_order(OID2, number="A-002")))

        async def said() -> bool:
            return "could not be dropped" in caplog.text

        await until(said, "the failure is logged")
    finally:
        await database.pool.execute(f"DROP FUNCTION refuse_{shop_id} CASCADE")
    assert [result.error for result in results] == [None] * 3
    assert results[1].reply == b'{"complete":true,"value":2}'
    assert len(told) == 1
    assert await findings(shop) == list[Finding]()


async def test_no_command_waits_for_it(database: Database) -> None:
    """Rows somebody holds are waited for by the tidying alone."""
    shop = await founded(database)
    shop_id = shop.store.memory.shop_id  # type: ignore[union-attr]
    await shop.do(add(make_order(OID)), command_id="c1")
    shop.clock.jump(days=400)
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM commands WHERE shop_id = $1 FOR UPDATE", shop_id)
        async with asyncio.timeout(20):
            await shop.do(add(make_order(OID2, number="A-002")))
            await shop.do(lambda tx: tx.next_number("till"))

    async def dropped() -> bool:
        count: int = await database.pool.fetchval("SELECT count(*) FROM commands WHERE shop_id = $1", shop_id)
        return count == 0

    await until(dropped, "the old answer is dropped once nobody holds it")
