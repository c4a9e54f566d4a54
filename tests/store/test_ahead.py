"""Keys that the commands of a batch look for are looked up together, and mean the same as one by one."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from jumak.domain.errors import NotFound
from jumak.service.ports import Command, Transaction
from jumak.store.postgres import Database, PostgresStore
from jumak.store.postgres.queries import SQL
from tests.store.conftest import Counter, Do, in_database
from tests.store.orders import make_order, paid, revised
from tests.store.statements import recorded
from tests.store.test_contract import add, update

OWNER = "com.example.qr"


def order_id(number: int) -> str:
    return f"{number:032x}"


def named(shop: Counter, do: Do) -> Command:
    """A command with a name of its own: whether one asks ahead is learned by name."""
    return replace(shop.command(do), name="ask.request")


def found(key: str) -> Do:
    """The id of the order a key made, None when there is none."""

    async def run(tx: Transaction) -> str | None:
        order = await tx.order_by_key(OWNER, key)
        return None if order is None else order.id

    return run


async def learned(shop: Counter, do: Do) -> None:
    """The shop has seen such a command ask."""
    assert (await shop.store.execute(named(shop, do))).error is None


async def values(shop: Counter, *dos: Do) -> list[Any]:
    results = await shop.batch(*(named(shop, do) for do in dos))
    assert [result.error for result in results] == [None] * len(dos)
    return [result.reply for result in results]


def says(value: str | None) -> bytes:
    text = "null" if value is None else f'"{value}"'
    return b'{"complete":true,"value":%b}' % text.encode()


async def test_keys_of_a_batch_are_one_statement(database_shop: Counter) -> None:
    """Once commands of a name have asked, those of a batch are answered by one look-up; alone they ask as before."""
    shop = database_shop
    for number in range(3):
        await shop.do(add(make_order(order_id(number), key=f"k{number}")))
    await learned(shop, found("k0"))
    with recorded() as sent:
        replies = await values(shop, *(found(f"k{number}") for number in range(5)))
    assert replies == [says(order_id(number)) for number in range(3)] + [says(None)] * 2
    queries = [query for query, _ in sent]
    assert queries.count(SQL["order_ids_by_key"]) == 1
    assert queries.count(SQL["order_id_by_key"]) == 0
    with recorded() as sent:
        await learned(shop, found("k1"))
    assert SQL["order_id_by_key"] in [query for query, _ in sent]


async def test_what_the_batch_itself_changed_comes_first(database_shop: Counter) -> None:
    """NUM-2: an order of the same batch is found by its key, and its cancelling frees it, whatever was looked up."""
    shop = database_shop
    old = make_order(order_id(1), key="old")
    await shop.do(add(old))
    await learned(shop, found("old"))
    replies = await values(
        shop,
        found("new"),
        found("old"),
        add(make_order(order_id(2), key="new")),
        update(revised(old, order_state="CANCELLED")),
        found("new"),
        found("old"),
        add(make_order(order_id(3), key="old")),
        found("old"),
    )
    wanted = [None, order_id(1), order_id(2), None, order_id(3)]
    assert [replies[at] for at in (0, 1, 4, 5, 7)] == [says(value) for value in wanted]


async def test_payments_and_orders_are_looked_up_too(database_shop: Counter) -> None:
    """PAY-6: a payment's key, and an order that is over; each is the newest there is."""
    shop = database_shop
    done = paid(make_order(order_id(1), key="a"), "p1", 100, key="pay")
    await shop.do(add(done))
    await shop.do(update(revised(done, order_state="CANCELLED")))

    async def by_payment(tx: Transaction) -> str | None:
        known = await tx.payment_by_key("till-1", "pay")
        return None if known is None else known[1]

    async def by_id(tx: Transaction) -> str:
        order = await tx.order(order_id(1))
        assert order is not None
        return order.order_state

    # Nobody has it in memory any more.
    shop = await shop.reopened()
    await learned(shop, by_payment)
    with recorded() as sent:
        replies = await values(shop, by_payment, by_id, by_payment, by_id)
    assert replies == [says("p1"), says("CANCELLED")] * 2
    queries = [query for query, _ in sent]
    assert queries.count(SQL["payments_by_key"]) == queries.count(SQL["order_rows"]) == 1
    await shop.store.close()


async def test_looking_ahead_leaves_nothing_behind(database_shop: Counter) -> None:
    """A command that was only run up to its question is run once in earnest; its refusal is its own."""
    shop, begun = database_shop, list[int]()

    def asking(number: int) -> Do:
        async def run(tx: Transaction) -> int:
            begun.append(number)
            order = await tx.order_by_key(OWNER, f"k{number}")
            if number == 2:
                raise NotFound("없음", "none")
            assert order is None
            return await tx.next_number("n")

        return run

    await shop.do(add(make_order(order_id(1), key="k")))
    await learned(shop, asking(0))
    results = await shop.batch(*(named(shop, asking(number)) for number in (1, 2, 3)))
    assert [type(result.error) for result in results] == [type(None), NotFound, type(None)]
    assert [results[0].reply, results[2].reply] == [
        b'{"complete":true,"value":2}',
        b'{"complete":true,"value":3}',
    ]
    assert begun == [0, 1, 2, 3, 1, 2, 3]


async def test_commands_that_ask_nothing_run_once(database_shop: Counter) -> None:
    """What did not begin with a question lately is not tried for one."""
    shop, begun = database_shop, list[int]()

    def plain(number: int) -> Do:
        def run(tx: Transaction) -> int:
            begun.append(number)
            return number

        return run

    await learned(shop, plain(0))
    await values(shop, plain(1), plain(2))
    assert begun == [0, 1, 2]


async def test_a_key_another_process_used_meanwhile(
    database_shop: Counter, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NUM-2: what was looked up before another process committed is looked up again."""
    shop, store = database_shop, database_shop.store
    assert isinstance(store, PostgresStore)
    other = await in_database(database, store.memory.shop_id, shop.clock, shop.ids)
    await shop.do(add(make_order(order_id(1), key="other")))
    await learned(shop, found("other"))

    meanwhile: list[str | None] = []
    came: list[str] = []

    async def taken_meanwhile(tx: Transaction) -> str | None:
        order = await tx.order_by_key(OWNER, "k")
        meanwhile.append(None if order is None else order.id)
        return meanwhile[-1]

    fetch = asyncpg.Connection.fetch

    async def slow(self: Any, query: str, *args: Any, **more: Any) -> Any:
        rows = await fetch(self, query, *args, **more)
        if query == SQL["order_ids_by_key"] and not came:
            came.append(query)
            await other.do(add(make_order(order_id(7), key="k")))
        return rows

    monkeypatch.setattr(asyncpg.Connection, "fetch", slow)
    replies = await values(shop, taken_meanwhile, taken_meanwhile, found("none"))
    assert replies == [says(order_id(7)), says(order_id(7)), says(None)]
    assert meanwhile == [None, None, order_id(7), order_id(7)]
    await other.store.close()
