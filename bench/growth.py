"""A shop that has grown old: pages, insert rate and disk.

Orders go through the store's own commands, 256 at a time, on a clock that runs fast: decided orders get
fresh ids and are completed, so that nothing of them stays in memory. Left out are the deciding and the
payment records.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from tqdm import tqdm
from uvloop import new_event_loop

from bench import menu
from bench.domain import orders, sample_orders
from bench.targets import DISK, INSERTS, PAGES, Measured
from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.fact import Fact
from jumak.domain.order.pricing import backing_of
from jumak.protocol.messages.order import AddOrder, OrderReply
from jumak.server.ids import UuidIds
from jumak.service.keeping import order_fact
from jumak.service.order import add
from jumak.service.ports import Command, OrderQuery, Result, Transaction
from jumak.store.sqlite import SqliteStore
from jumak.store.sqlite.file import FILE_NAME

CALLER = Caller(id="bench", kind="plugin", name="bench")
BATCH = 256
PAGE = 20
PARTS = 10
TARGET_ORDERS = 10_000_000
SECONDS_APART = 10
"""Between two orders: ten million of them are three years."""
DISK_ORDERS = 20_000


class FastClock:
    """A clock that its owner moves."""

    def __init__(self) -> None:
        self.at = datetime(2023, 1, 2, tzinfo=UTC)

    def now(self) -> datetime:
        """Aware, UTC."""
        return self.at


class History:
    """Makes commands that put one old order into the shop, each with ids of its instant."""

    def __init__(self, clock: FastClock) -> None:
        self._clock = clock
        self._samples = [
            (
                replace(kitchen.order, order_state="COMPLETED", payment_state="PAID", state="PAID"),
                kitchen.tickets[0],
            )
            for _, kitchen in sample_orders(64)
        ]
        self._number = 0

    def command(self) -> Command:
        """The next order."""
        self._number += 1
        number = self._number
        order, ticket = self._samples[number % len(self._samples)]
        clock = self._clock

        async def run(tx: Transaction) -> OrderReply:
            clock.at += timedelta(seconds=SECONDS_APART)
            at_ms = to_ms(clock.at)
            order_id = f"{at_ms << 80 | 7 << 76 | 2 << 62 | number:032x}"
            backing = backing_of(order)
            lines = tuple(
                [
                    replace(line, id=f"{order_id}-{place}", order_id=order_id)
                    for place, line in enumerate(order.line_items, 1)
                ]
            )
            records = dict(zip([line.id for line in lines], backing.lines.values(), strict=True))
            price = order.charge_price.charge_price_value
            fresh = replace(
                order,
                id=order_id,
                order_key=f"key-{number:016x}",
                number=f"A-{number % 1000:03d}",
                line_items=lines,
                created_at=clock.at.isoformat(),
                payment_price=replace(order.payment_price, payment_paid_value=price, payment_unpaid_value=0),
                backing=replace(backing, created_ms=at_ms, lines=records, tallies=(), released=True),
            )
            cooked = replace(
                ticket,
                id=f"{at_ms << 80 | 7 << 76 | 3 << 62 | number:032x}",
                order_id=order_id,
                state="COMPLETED",
                created_ms=at_ms,
                lines=tuple(
                    [
                        replace(line, line_id=known.id)
                        for line, known in zip(ticket.lines, lines, strict=False)
                    ]
                ),
            )
            tx.save_order(fresh)
            tx.save_ticket(cooked)
            tx.record(
                order_fact("add", fresh),
                Fact("kds.open", cooked.id, {"kdsOrder": {"id": cooked.id}, "order": order_id}),
            )
            return OrderReply(order=replace(fresh, backing=None))

        return Command(caller=CALLER, name="bench.order", body=b"", run=run)


async def _grow(folder: Path, wanted: int) -> list[Measured]:
    clock = FastClock()
    store = await menu.create_shop(folder / "shop", clock=clock)
    history = History(clock)
    part = max(BATCH, wanted // PARTS // BATCH * BATCH)
    rates, first_page = [], 0.0
    with tqdm(total=part * PARTS, desc="orders", unit="order", unit_scale=True, leave=False) as bar:
        for _ in range(PARTS):
            begun = time.perf_counter()
            for _ in range(part // BATCH):
                await _many(store, [history.command() for _ in range(BATCH)])
                bar.update(BATCH)
            rates.append(part / (time.perf_counter() - begun))
            if not first_page:
                first_page = await _page_s(store, OrderQuery(page=1, size=PAGE))
    slowest, which = 0.0, ""
    for title, query in _queries(part * PARTS, clock.at):
        took = await _page_s(store, query)
        if took > slowest:
            slowest, which = took, title
    await store.close()
    detail = (
        f"slowest of many pages ({which}) at {part * PARTS / 1e6:g} M orders {slowest * 1e6:.0f} µs; "
        f"first page at {part / 1e6:g} M {first_page * 1e6:.0f} µs"
    )
    settles = wanted >= TARGET_ORDERS
    return [
        Measured(PAGES, slowest / first_page, detail, settles),
        Measured(
            INSERTS,
            rates[-1] / rates[0],
            f"{rates[0]:,.0f}/s in the first tenth, {rates[-1]:,.0f}/s in the last, 256 at a time",
            settles,
        ),
    ]


def _queries(count: int, now: datetime) -> list[tuple[str, OrderQuery]]:
    """Pages near, far and last, of all time, of periods, of states."""
    chance = random.Random(7)
    last = count // PAGE
    end = to_ms(now)
    start = end - count * SECONDS_APART * 1_000
    queries = [("first", OrderQuery(page=1, size=PAGE)), ("last", OrderQuery(page=last, size=PAGE))]
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        number = max(1, int(last * share))
        queries.append((f"page {number:,}", OrderQuery(page=number, size=PAGE)))
        done = OrderQuery(page=number, size=PAGE, states=("COMPLETED",))
        queries.append((f"page {number:,} of completed ones", done))
        low = chance.randrange(start, end)
        high = chance.randrange(low, end)
        within = max(1, (high - low) // 1_000 // SECONDS_APART // PAGE // 2)
        part = OrderQuery(page=within, size=PAGE, start_ms=low, end_ms=high)
        queries.append((f"page {within:,} of a period", part))
    return queries


async def _page_s(store: SqliteStore, query: OrderQuery) -> float:
    times = []
    for _ in range(51):
        begun = time.perf_counter()
        found = await store.reader().orders(query)
        times.append(time.perf_counter() - begun)
        assert found, "a page without orders"
    return statistics.median(times)


async def _disk(folder: Path) -> list[Measured]:
    """Real `order.add` commands, with an order key and a command id each."""
    # Only a closed shop has everything in its file.
    await (await menu.create_shop(folder / "empty")).close()
    menu_bytes = (folder / "empty" / FILE_NAME).stat().st_size
    store = await menu.create_shop(folder / "shop")
    file = folder / "shop" / FILE_NAME
    ids = UuidIds()
    data = [AddOrder(order=order) for order in orders(64)]
    sizes: list[int] = []
    begun = time.perf_counter()
    for first in tqdm(range(0, DISK_ORDERS, BATCH), desc="disk per order", leave=False):
        results = await _many(
            store,
            [
                Command(
                    caller=CALLER,
                    name="order.add.request",
                    body=b"{}",
                    run=_adding(replace(one, order=replace(one.order, order_key=ids.new()[12:]))),
                    command_id=ids.new(),
                )
                for number in range(first, first + BATCH)
                for one in (data[number % len(data)],)
            ],
        )
        sizes += [len(result.reply) - len(b'{"complete":true,"order":}') for result in results]
    rate = len(sizes) / (time.perf_counter() - begun)
    await store.close()
    each = (file.stat().st_size - menu_bytes) / len(sizes)
    doc = statistics.mean(sizes)
    detail = (
        f"{each:,.0f} bytes in the file (order, ticket, journal, order key, command id); the public JSON document "
        f"has {doc:,.0f}; {rate:,.0f} orders/s through rules and store"
    )
    return [Measured(DISK, each / doc, detail)]


def _adding(data: AddOrder) -> Callable[[Transaction], Awaitable[OrderReply]]:
    return lambda tx: add(tx, data)


async def _many(store: SqliteStore, commands: list[Command]) -> list[Result]:
    """All in one commit; raises what one of them raised."""
    results = await asyncio.gather(*(store.execute(command) for command in commands))
    for result in results:
        if result.error is not None:
            raise result.error
    return results


def grow(folder: Path, count: int) -> list[Measured]:
    """Pages and insert rate of a shop with so many orders."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_grow(folder, count))


def disk(folder: Path) -> list[Measured]:
    """How many bytes an order costs."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_disk(folder))
