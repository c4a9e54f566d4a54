"""No statement crosses shops: each is led by the shop, so that the tables can be distributed by it."""

from __future__ import annotations

import re

import pytest

from jumak.domain.catalog import Category
from jumak.domain.fact import Fact
from jumak.service.ports import OrderQuery, TicketQuery, Transaction
from jumak.store.postgres import Database
from jumak.store.postgres.queries import SQL
from jumak.store.queries import text
from tests.postgres import PostgresServer
from tests.store.conftest import SHOP, Counter, connected, founded, in_database
from tests.store.orders import make_order, make_ticket, paid, revised
from tests.store.statements import ABOUT_MANY, TABLES, recorded, strays
from tests.store.test_contract import OID, OID2, add, refuse, update
from tests.tidy.project import ROOT

SCHEMA = text("jumak.store.postgres", "schema.sql")


@pytest.mark.parametrize("query", sorted(ABOUT_MANY))
def test_a_statement_about_many_shops_names_each(query: str) -> None:
    """It takes the rows of the shops in its first argument, and is none of those about one shop."""
    assert strays(query) is None
    assert query not in SQL.values()


@pytest.mark.parametrize("name", SQL)
def test_every_named_statement_is_led_by_the_shop(name: str) -> None:
    """Of each table it names it takes the rows of the shop that is its first argument."""
    assert strays(SQL[name]) is None


@pytest.mark.parametrize(
    "stray",
    [
        "SELECT doc FROM orders WHERE id = $1",
        "SELECT doc FROM orders WHERE id = $1 OR shop_id = $2",
        "SELECT o.doc FROM orders AS o JOIN tickets AS t ON t.order_id = o.id WHERE o.shop_id = $1",
        "SELECT doc FROM orders WHERE shop_id = $1 AND seq = (SELECT max(seq) FROM orders)",
        "INSERT INTO orders (id, shop_id) VALUES ($1, $2)",
        "INSERT INTO counters (shop_id, name, value) SELECT shop_id, name, value FROM counters",
        "UPDATE orders SET state = 1",
        "DELETE FROM changes WHERE commit < $1",
        "SELECT commit, fence FROM heads WHERE shop_id = ANY($1::bigint[])",
        "SELECT count(*) FROM pg_class",
    ],
)
def test_a_statement_that_crosses_shops_is_noticed(stray: str) -> None:
    """The check can fail."""
    assert strays(stray) is not None


def test_every_key_begins_with_the_shop() -> None:
    """Tables, their keys and all indexes begin with the shop."""
    for table in TABLES:
        body = re.search(rf"CREATE TABLE {table} \((.*?)\n\)", SCHEMA, re.DOTALL)
        assert body is not None
        assert re.match(r"\s*shop_id +bigint", body[1]), table
        assert re.search(r"PRIMARY KEY \(shop_id\b|shop_id bigint PRIMARY KEY", body[1]), table
    for index, columns in re.findall(r"CREATE (?:UNIQUE )?INDEX (\w+) ON \w+ \(([^)]*)\)", SCHEMA):
        assert columns.startswith("shop_id, "), index


def test_the_page_names_every_table() -> None:
    """What is to be distributed is every table of shops."""
    page = (ROOT / "docs/how-to/postgresql.md").read_text("utf-8")
    named = set(re.findall(r"'(\w+)'", page.partition("create_distributed_table")[2].partition("```")[0]))
    assert named - {"shop_id", "jumak_processes"} == TABLES
    assert (
        set(re.findall(r"`(\w+)`", page.partition("| Table | By |")[2].partition("All servers")[0]))
        - {
            "shop_id",
            "jumak_schema",
            "jumak_processes",
        }
        == TABLES
    )


async def some_life(shop: Counter) -> None:
    """Something of everything a store is asked for."""
    order = make_order(OID, key="k", table_id=3)

    def everything(tx: Transaction) -> None:
        add(order, make_ticket("t1", order))(tx)
        tx.put(Category(id=1, title="안주", order=1, enabled=True, version=1))
        tx.put_value("p", "storage", "k", "v")
        tx.put_personal("w", {"phone": "1"})
        tx.put_shop(SHOP)
        tx.record(Fact("shop.update", "1"))

    def nothing_left(tx: Transaction) -> None:
        tx.drop(Category, 1)
        tx.put_value("p", "storage", "k", None)
        tx.put_personal("w", None)
        update(paid(revised(order, order_state="COMPLETED"), "p1", 10_000))(tx)

    async def look(tx: Transaction) -> None:
        await look_around(tx)
        await tx.order_by_key("com.example.qr", "k")
        await tx.payment_by_key("till-1", "p1")
        await tx.next_number("n")

    await shop.do(everything, command_id="c1")
    await shop.do(everything, command_id="c1")
    await shop.result(refuse)
    await shop.batch(nothing_left, look, add(make_order(OID2, state="REQUESTED")))
    shop.clock.jump(hours=48)
    await shop.do(add(make_order(f"{0xA9:032x}")))
    await look_around(shop.store.reader())


async def look_around(read) -> None:  # type: ignore[no-untyped-def]  # a reader or a transaction
    for query in (
        OrderQuery(),
        OrderQuery(states=("OPENED", "COMPLETED"), start_ms=0, end_ms=2**50),
        OrderQuery(start_ms=0, end_ms=2**50, page=2, size=1),
        OrderQuery(table_id=3, number="A-1", business_date="2026-02-01", order_key="k"),
        OrderQuery(text="파전", order_key="k\0"),
    ):
        await read.orders(query)
    for tickets in (
        TicketQuery(),
        TicketQuery(states=("OPENED",)),
        TicketQuery(ids=("t1", "\0"), order_ids=(OID,), states=("OPENED", "COMPLETED"), item_ids=(1,)),
        TicketQuery(ids=("\0",)),
    ):
        await read.tickets(tickets)
    for order_id in (OID, "0", "\0"):
        await read.order(order_id)
        await read.ticket(order_id)
        await read.tickets_of(order_id)
        await read.order_of_payment(order_id)
        await read.journal_of(order_id, limit=2)
    await read.facts(0, 5)
    await read.facts(0, 5, ["order.add", "\0"])
    await read.personal("w")
    await read.value("p", "storage", "k\0")
    await read.value_sizes("p")
    await read.command_reply("com.example.qr", "c1")


async def test_every_statement_that_is_sent_is_led_by_the_shop(
    postgres: PostgresServer, database: Database
) -> None:
    """Also those made for a page; the first argument is the shop. Texts with NUL are searched for like any."""
    with recorded() as sent:
        async with connected(postgres) as connections:
            shop = await founded(connections)
            store = shop.store
            shop_id = store.memory.shop_id  # type: ignore[union-attr]  # it is in PostgreSQL
            other = await in_database(connections, shop_id, shop.clock, shop.ids)
            await some_life(shop)
            await other.store.caught_up()  # type: ignore[union-attr]  # as above
            await connections.lookout.look()
            await shop.store.close()
            await other.store.close()
    assert [(strays(query), query) for query, _ in sent if strays(query)] == []
    of_shops = [
        (query, args) for query, args in sent if any(f" {table} " in f" {query} " for table in TABLES)
    ]
    assert len(of_shops) > 100
    assert {args[0] for query, args in of_shops if query not in ABOUT_MANY} == {shop_id}
    assert {tuple(args[0]) for query, args in of_shops if query in ABOUT_MANY} == {(shop_id,)}


async def test_keys_may_hold_any_character(shop: Counter) -> None:
    """NUM-2, PAY-6, PAY-7: keys chosen outside are kept as they came, NUL included."""
    order = make_order(OID, key="k\0ey")
    after = paid(order, "p1", 100, key="pay\0key")
    await shop.do(add(order))
    await shop.do(update(after, "payment.paid"), command_id="c\0")

    async def look(tx: Transaction) -> None:
        assert await tx.order_by_key("com.example.qr", "k\0ey") == after
        assert await tx.order_by_key("com.example.qr", "k") is None
        assert await tx.payment_by_key("till-1", "pay\0key") == (after, "p1")
        tx.put_value("p", "storage", "a\0b", "c\0d")

    await shop.do(look)
    assert await shop.store.reader().value("p", "storage", "a\0b") == "c\0d"
    assert await shop.store.reader().command_reply("com.example.qr", "c\0") is not None
    assert len(await shop.store.reader().orders(OrderQuery(order_key="k\0ey"))) == 1
