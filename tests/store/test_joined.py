"""A batch is one statement where the order of its parts does not matter, and several in a transaction where it does."""

from __future__ import annotations

import asyncpg

from jumak.service.ports import OrderQuery, Transaction
from jumak.store.postgres import Database, PostgresStore
from jumak.store.postgres.joined import joined, may_join
from jumak.store.postgres.layer import BEGIN
from tests.postgres import PostgresServer
from tests.store.conftest import Counter, connected, findings, founded
from tests.store.orders import make_order, revised
from tests.store.statements import commits, recorded, strays
from tests.store.test_contract import OID, OID2, OID3, add, update
from tests.store.test_statements import some_life


async def sent_by(shop: Counter, *dos: object) -> list[str]:
    """What a batch sends that begins or ends a transaction, or is one."""
    with recorded() as sent:
        results = await shop.batch(*dos)  # type: ignore[arg-type]  # as `batch` takes them
    assert [result.error for result in results] == [None] * len(dos)
    return [query for query, _ in sent if query == BEGIN or commits(query)]


def test_a_joined_statement_is_of_one_shop() -> None:
    """Its arguments are those of its parts, one after the other, the shop once."""
    query = joined((("insert_order_facts", 2), ("put_counters", 2)))
    assert strays(query) is None
    assert "unnest($7::bigint[], $8::bigint[])" in query
    assert "unnest($9::text[], $10::bigint[])" in query
    assert may_join(["update_orders", "insert_facts"])
    assert not may_join(["update_orders", "insert_facts", "insert_orders"])


async def test_a_commit_is_one_round_trip(database_shop: Counter) -> None:
    """No statement opens or ends a transaction."""
    shop = database_shop
    for dos in ((add(make_order(OID)),), (update(revised(make_order(OID), table_id=3)),)):
        (query,) = await sent_by(shop, *dos)
        assert query.startswith("WITH moved")
    assert await findings(shop) == []


async def test_an_order_frees_its_key_before_another_takes_it(database_shop: Counter) -> None:
    """NUM-2: within one batch, which is written in order then."""
    shop, first = database_shop, make_order(OID, key="k")
    await shop.do(add(first))
    sent = await sent_by(
        shop, update(revised(first, order_state="CANCELLED")), add(make_order(OID2, key="k", number="A-002"))
    )
    assert sent == [BEGIN, "COMMIT"]
    assert await findings(shop) == []


async def test_a_batch_that_was_read_from_is_written_in_its_transaction(database_shop: Counter) -> None:
    """A page sees the commands before it, so that they are in the database already."""
    shop = database_shop

    async def look(tx: Transaction) -> int:
        return len(await tx.orders(OrderQuery()))

    assert await sent_by(shop, add(make_order(OID)), look, add(make_order(OID2, number="A-002"))) == [
        BEGIN,
        "COMMIT",
    ]
    assert await findings(shop) == []


async def test_what_the_database_refuses_has_not_happened(database_shop: Counter, database: Database) -> None:
    """H-36: neither does the memory believe it, nor is anything left; other commands of the batch go on alone."""
    shop, store = database_shop, database_shop.store
    assert isinstance(store, PostgresStore)
    await shop.do(add(make_order(OID)))
    async with database.pool.acquire() as connection:
        await connection.execute("ALTER TABLE counters ADD CONSTRAINT odd CHECK (name <> 'bad')")
    try:

        async def bad(tx: Transaction) -> int:
            return await tx.next_number("bad")

        results = await shop.batch(
            add(make_order(OID2, number="A-002")), bad, add(make_order(OID3, number="A-003"))
        )
    finally:
        async with database.pool.acquire() as connection:
            await connection.execute("ALTER TABLE counters DROP CONSTRAINT odd")
    assert [type(result.error) for result in results] == [
        type(None),
        asyncpg.CheckViolationError,
        type(None),
    ]
    assert [order.id for order in await store.reader().open_orders()] == [OID, OID2, OID3]
    assert store.memory.seq == 3
    assert await findings(shop) == []


async def test_a_database_that_takes_no_joined_statements(postgres: PostgresServer) -> None:
    """A distributed one: the same statements one after the other."""
    async with connected(postgres) as database:
        database.joins = False
        shop = await founded(database)
        with recorded() as sent:
            await some_life(shop)
        assert not any(query.startswith("WITH moved") for query, _ in sent)
        assert sum(query == "COMMIT" for query, _ in sent) == 3
        await shop.store.close()
