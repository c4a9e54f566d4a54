"""Pages, against a list sorted by hand; slots, against counting."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from unittest.mock import patch

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.order.types import Order
from jumak.service.ports import OrderQuery, TicketQuery
from jumak.store.codec import ORDER_STATES
from jumak.store.slots import Slots
from tests.postgres import PostgresServer
from tests.store.conftest import Counter, connected, founded, opened
from tests.store.orders import START, make_order, make_ticket, priced
from tests.store.test_contract import add, update

ORDER_SPECS = st.lists(
    st.tuples(
        st.integers(-100_000, 200_000),  # seconds: several UTC days, clocks that go back included
        st.sampled_from(ORDER_STATES),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=40,
)
QUERIES = st.builds(
    OrderQuery,
    start_ms=st.none() | st.integers(-100_000, 200_000).map(lambda s: to_ms(START) + s * 1_000),
    end_ms=st.none() | st.integers(-100_000, 200_000).map(lambda s: to_ms(START) + s * 1_000),
    states=st.lists(st.sampled_from(ORDER_STATES), max_size=3, unique=True).map(tuple),
    table_id=st.sampled_from([None, None, 1]),
    number=st.sampled_from([None, None, "A-3"]),
    text=st.sampled_from([None, None, None, "a-1", "막걸리"]),
    page=st.integers(1, 5),
    size=st.sampled_from([1, 3, 20]),
)


def built(specs: list[tuple[int, str, int | None]]) -> list[Order]:
    return [
        priced(
            make_order(
                f"{n:032x}",
                at=START + timedelta(seconds=second),
                state=state,
                table_id=table,
                number=f"A-{n}",
                lines=1 + n % 3,
            )
        )
        for n, (second, state, table) in enumerate(specs, 1)
    ]


def by_hand(orders: list[Order], query: OrderQuery) -> list[str]:
    def wanted(order: Order) -> bool:
        assert order.backing is not None
        created = order.backing.created_ms
        titles = " ".join(line.item.title for line in order.line_items)
        return (
            (query.start_ms is None or created >= query.start_ms)
            and (query.end_ms is None or created < query.end_ms)
            and (not query.states or order.order_state in query.states)
            and (query.table_id is None or order.table_id == query.table_id)
            and (query.number is None or order.number == query.number)
            and (not query.text or query.text in f"{order.number} {titles}".casefold())
        )

    found = sorted(filter(wanted, orders), key=lambda o: (o.backing.created_ms, o.id), reverse=True)  # type: ignore[union-attr]  # has one
    first = (query.page - 1) * query.size
    return [order.id for order in found[first : first + query.size]]


async def ids_of(shop: Counter, query: OrderQuery) -> list[str]:
    page = await shop.store.reader().orders(query)
    return [msgspec.json.decode(o)["id"] if isinstance(o, Raw) else o.id for o in page]


@given(ORDER_SPECS, st.lists(QUERIES, min_size=1, max_size=8), st.sampled_from([2, 5, 2_048]), st.data())
@settings(max_examples=60, deadline=None)
async def test_any_page_is_the_page_by_hand(specs, queries, full, data) -> None:
    """NUM-7: any page under any filter holds what sorting all orders by hand gives, also after changes."""
    changes = data.draw(st.lists(st.none() | st.sampled_from(ORDER_STATES), max_size=len(specs)))
    await pages_of_orders(opened(None), built(specs), changes, queries, full)


@given(
    ORDER_SPECS,
    st.lists(st.none() | st.sampled_from(ORDER_STATES), max_size=9),
    st.lists(QUERIES, max_size=9),
)
@settings(max_examples=15)
def test_any_page_in_a_database(postgres: PostgresServer, specs, changes, queries) -> None:
    """NUM-7: the same of a shop in PostgreSQL."""

    async def in_a_new_shop() -> None:
        async with connected(postgres) as database:
            await pages_of_orders(await founded(database), built(specs), changes, queries, 3)

    asyncio.run(in_a_new_shop())


async def pages_of_orders(
    shop: Counter, orders: list[Order], changes: list[str | None], queries: list[OrderQuery], full: int
) -> None:
    with patch("jumak.store.slots.FULL", full):
        for n in range(0, len(orders), 7):
            await shop.batch(*[add(order) for order in orders[n : n + 7]])
        for index, state in enumerate(changes[: len(orders)]):
            if state is not None:
                orders[index] = priced(replace(orders[index], order_state=state, version=2))
                await shop.do(update(orders[index]))
        for query in queries:
            assert await ids_of(shop, query) == by_hand(orders, query), query
        assert shop.store.memory.order_slots.total(range(4)) == len(orders)
        await shop.store.close()


@given(st.lists(st.tuples(st.integers(0, 200_000), st.sampled_from(["OPENED", "COMPLETED"])), max_size=30))
@settings(max_examples=40, deadline=None)
async def test_any_page_of_tickets(specs) -> None:
    """KDS-11: any page of tickets is the page by hand, oldest first, with the total."""
    await pages_of_tickets(opened(None), specs)


async def test_any_page_of_tickets_in_a_database(database_shop: Counter) -> None:
    """KDS-11: the same of a shop in PostgreSQL."""
    seconds = (5, 90_000, 0, 7, 7, 100_000, 3)
    await pages_of_tickets(database_shop, [(at, "OPENED" if at % 2 else "COMPLETED") for at in seconds])


async def pages_of_tickets(shop: Counter, specs: list[tuple[int, str]]) -> None:
    with patch("jumak.store.slots.FULL", 3):
        order = make_order("1")
        tickets = [
            replace(make_ticket(f"t{n:03}", order, at=START + timedelta(seconds=second)), state=state)
            for n, (second, state) in enumerate(specs)
        ]
        await shop.do(add(order))
        for ticket in tickets:
            await shop.do(lambda tx, ticket=ticket: tx.save_ticket(ticket))
        tickets.sort(key=lambda ticket: (ticket.created_ms, ticket.id))
        for states in ((), ("OPENED",), ("COMPLETED", "CANCELLED")):
            right = [ticket for ticket in tickets if not states or ticket.state in states]
            for page in range(1, 5):
                found = await shop.store.reader().tickets(TicketQuery(states=states, page=page, size=4))
                assert found == (right[(page - 1) * 4 : page * 4], len(right))
        await shop.store.close()


CHANGES = st.lists(st.tuples(st.integers(0, 400_000_000), st.integers(0, 3)), max_size=60)


@given(CHANGES, st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_slots_lose_and_double_nothing(changes, full) -> None:
    """OFF-a: the counts that pages are found with are the counts, whatever the clock does."""
    with patch("jumak.store.slots.FULL", full):
        slots = Slots([], None)
        for n in range(0, len(changes), 4):
            slots.apply(*slots.plan([(created, None, state) for created, state in changes[n : n + 4]]))
        for state in range(4):
            assert slots.total([state]) == sum(1 for _, s in changes if s == state)
        assert slots.starts == sorted(slots.starts)
        instants = sorted((created for created, _ in changes), reverse=True)
        for offset in range(len(instants)):
            index, rest = slots.skip_newest(len(slots.starts), range(4), offset)
            below = slots.starts[index + 1] if index + 1 < len(slots.starts) else 2**62
            assert [i for i in instants if i < below][rest] == instants[offset]
        assert slots.skip_newest(len(slots.starts), range(4), len(instants))[0] == -1
