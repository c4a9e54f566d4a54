"""Looking into the shops of a database without opening them (`service/look.py`).

Two connections that only read, apart from those the process's shops write with. A statement is about one shop, walks an
index of it, and is ended by the database when it takes long. What is read is worked on a little at a time, with pauses
as long as the work took: sales of shops that run in this process wait a few milliseconds at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Raw, Struct

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.catalog import CatalogItem, Category, Option
from jumak.domain.catalog.sharing import ShopMenu
from jumak.domain.day_book import DayBook
from jumak.domain.errors import TimedOut
from jumak.domain.merchant import Shop
from jumak.service.chain_menu import ID as CHAIN
from jumak.service.documents import KINDS, ChainMenu
from jumak.service.look import Look, OrderPlace, OrderSpan, Sales
from jumak.service.turn import in_turn
from jumak.store.codec import ORDER_CODE, ORDER_FULL, ORDER_PATCH, Codec, StateEntry
from jumak.store.patch import apply_raw
from jumak.store.postgres.connection import ANSWER_WITHIN_S, CONNECT_WITHIN_S, SETTINGS
from jumak.store.postgres.queries import SQL
from jumak.store.postgres.rows import order_at

CONNECTIONS: Final = 2
WAIT_S: Final = 5.0
"""Somebody who wants to look waits so long for others to be done."""

LONGEST_MS: Final = 5_000
"""A statement of a look is ended after this."""

STEP: Final = 500
"""Facts read at a time."""

_WORK_S: Final = 0.002
_SKEW: Final = timedelta(minutes=10)
"""Clocks of several processes may differ by less than this: so far around a day its facts are looked for."""

_MENU: Final = ("item", "category", "option", "chain-menu")
_decode_order = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_data = msgspec.json.Decoder(dict[str, Any]).decode


class Looking:
    """Looks into the shops of one database. Connects when something is looked at first."""

    def __init__(self, url: str) -> None:
        self._connecting = asyncio.Lock()
        self._is_connected = False
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._pool = asyncpg.create_pool(
            url,
            min_size=0,
            max_size=CONNECTIONS,
            timeout=CONNECT_WITHIN_S,
            command_timeout=ANSWER_WITHIN_S,
            server_settings={
                **SETTINGS,
                "application_name": "jumak head office",
                "default_transaction_read_only": "on",
                "statement_timeout": str(LONGEST_MS),
            },
        )

    async def close(self) -> None:
        """Ends what is being looked at, and closes the connections."""
        if self._is_connected:
            await self._pool.close()

    @contextlib.asynccontextmanager
    async def into(self, shop_id: int) -> AsyncIterator[Look | None]:
        """A shop; None when nobody has opened it yet. Holds a connection for as long as it is looked at.

        Raises TimedOut `TOO_MUCH` when a statement took too long, RateLimited when others keep all connections.
        """
        async with self._connecting:
            await self._pool
            self._is_connected = True
        try:
            async with in_turn(self._free, WAIT_S), self._pool.acquire() as connection:
                yield await self._look(connection, shop_id)
        except asyncpg.QueryCanceledError:
            raise TimedOut(
                "읽을 것이 너무 많습니다. 기간이나 매장을 줄여 주세요.",
                "There was too much to read: ask for fewer days or shops",
                reason="TOO_MUCH",
            ) from None

    async def _look(self, connection: Any, shop_id: int) -> Look | None:
        dictionary = await connection.fetchval(SQL["shop_value"], shop_id, "dictionary")
        settings = await connection.fetchval(SQL["shop_value"], shop_id, "settings")
        if dictionary is None or settings is None:
            return None
        return _DatabaseLook(connection, shop_id, Codec(dictionary), msgspec.json.decode(settings, type=Shop))


class Pace:
    """Has others go on between pieces of work: as long as it worked, so long it then waits."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def __call__(self) -> None:
        """Called after each small piece."""
        worked = time.perf_counter() - self._since
        if worked >= _WORK_S:
            await asyncio.sleep(worked)
            self._since = time.perf_counter()

    def begin(self) -> None:
        """What was waited for was no work."""
        self._since = time.perf_counter()


class _Known(Struct):
    fact: int
    document: dict[str, Raw]


class _DatabaseLook:
    """Implements `service.look.Look`."""

    def __init__(self, connection: Any, shop_id: int, codec: Codec, shop: Shop) -> None:
        self._connection, self._shop_id, self._codec = connection, shop_id, codec
        self.shop = shop

    async def _all(self, name: str, *values: Any) -> list[Any]:
        rows: list[Any] = await self._connection.fetch(SQL[name], self._shop_id, *values)
        return rows

    async def places(self, span: OrderSpan, below: OrderPlace, size: int) -> Sequence[OrderPlace]:
        """See `Look`."""
        if "\0" in (span.number or ""):
            return []
        states = [ORDER_CODE[state] for state in span.states] or list(ORDER_CODE.values())
        rows = await self._all("order_places", span.start_ms, span.end_ms, *below, states, span.number, size)
        return [OrderPlace(*row) for row in rows]

    async def orders(self, places: Sequence[OrderPlace]) -> Sequence[Raw]:
        """See `Look`."""
        docs = {seq: doc for seq, doc in await self._all("order_docs", [place.seq for place in places])}  # noqa: C416  # records are no tuples
        pace, found = Pace(), []
        for place in places:
            found.append(Raw(self._codec.unpack(docs[place.seq])))
            await pace()
        return found

    async def menu(self) -> tuple[ShopMenu, ChainMenu]:
        """See `Look`."""
        rows = await self._all("documents_of_kinds", list(_MENU))
        pace = Pace()
        kept: dict[str, dict[str | int, Any]] = {kind: {} for kind in _MENU}
        for kind, doc in rows:
            document = msgspec.json.decode(self._codec.unpack(doc), type=KINDS[kind])
            kept[kind][document.id] = document  # type: ignore[attr-defined]  # every kind has one
            await pace()
        items: dict[str | int, CatalogItem] = kept["item"]
        categories: dict[str | int, Category] = kept["category"]
        options: dict[str | int, Option] = kept["option"]
        chain: ChainMenu = kept["chain-menu"].get(CHAIN, ChainMenu(id=CHAIN))
        return ShopMenu(items, categories, options), chain

    async def sales(self, first: date, last: date, most: int) -> Sales:
        """See `Look`. The facts of those days are read in order, and what was before of the orders they touch.

        Their orders are in memory meanwhile, which is why facts are bounded.
        """
        calendar = calendar_of(self.shop)
        begin, _ = calendar.business_day(first)
        newest = (await self._all("head"))[0]["seq"]
        low = await self._first_fact(to_ms(begin - _SKEW), newest)
        last, high = await self._within(first, last, low + most, newest)
        book, known = DayBook(calendar, first, last), dict[str, _Known]()
        pace, read, after = Pace(), 0, low - 1
        while rows := await self._all("facts_between", after, min(after + STEP, high - 1)):
            entries = {row["seq"]: self._orders_in(row["state"]) for row in rows}
            await self._earlier(book, known, rows, entries, low)
            pace.begin()
            for row in rows:
                await self._book(book, known, row, entries[row["seq"]])
                await pace()
            read, after = read + len(rows), rows[-1]["seq"]
        return Sales(book.days(), last, read)

    async def _within(self, first: date, last: date, below: int, newest: int) -> tuple[date, int]:
        """The last day from the first on that is over before this fact, the first at least; and the fact after it."""
        calendar = calendar_of(self.shop)

        async def after(day: date) -> int:
            _, end = calendar.business_day(day)
            return await self._first_fact(to_ms(end + _SKEW), newest)

        if (high := await after(last)) <= below:
            return last, high
        fits, over = 0, (last - first).days
        while over - fits > 1:
            middle = (fits + over) // 2
            fits, over = (
                (middle, over) if await after(first + timedelta(days=middle)) <= below else (fits, middle)
            )
        through = first + timedelta(days=fits)
        return through, await after(through)

    async def _first_fact(self, at_ms: int, newest: int) -> int:
        """Number of the first fact from an instant on, one above the newest when there is none."""
        low, high = 1, newest + 1
        while low < high:
            middle = (low + high) // 2
            at = (await self._all("fact_at", middle))[0]["at"]
            low, high = (middle + 1, high) if at < at_ms else (low, middle)
        return low

    def _orders_in(self, state: bytes | None) -> list[StateEntry]:
        return [entry for entry in self._codec.entries(state) if entry.kind in (ORDER_FULL, ORDER_PATCH)]

    async def _earlier(
        self,
        book: DayBook,
        known: dict[str, _Known],
        rows: Sequence[Any],
        entries: dict[int, list[StateEntry]],
        low: int,
    ) -> None:
        """Books what orders these facts touch were before the first day."""
        made, needed = set[str](), set[str]()
        for row in rows:
            for entry in entries[row["seq"]]:
                if entry.kind == ORDER_FULL:
                    made.add(entry.id)
                elif entry.id not in known and entry.id not in made:
                    needed.add(entry.id)
            if (order_id := _refunded(row)) is not None and order_id not in known and order_id not in made:
                needed.add(order_id)
        if needed:
            pace = Pace()
            for row in await self._all("history_of_orders", list(needed), low):
                mine = [entry for entry in self._orders_in(row["state"]) if entry.id in needed]
                await self._book(book, known, row, mine)
                await pace()

    async def _book(
        self, book: DayBook, known: dict[str, _Known], row: Any, entries: Sequence[StateEntry]
    ) -> None:
        at = from_ms(row["at"])
        for entry in entries:
            body = _decode_order(self._codec.unpack(entry.body))
            if entry.kind == ORDER_FULL:
                known[entry.id] = _Known(row["seq"], body)
            else:
                before = known.get(entry.id)
                if before is None or before.fact != entry.previous:
                    # A fact that changed the order and is not found under it.
                    stood = await order_at(
                        self._connection, self._shop_id, self._codec, entry.id, seq=entry.previous
                    )
                    assert stood is not None, "the journal lost an order"
                    before = _Known(entry.previous, _decode_order(stood))
                known[entry.id] = _Known(row["seq"], apply_raw(before.document, body))
            book.version(entry.id, known[entry.id].document, at)
        if (order_id := _refunded(row)) is not None:
            amount = _decode_data(row["data"])["amount"]
            book.refund(order_id, row["subject"].decode(), amount, at)


def _refunded(row: Any) -> str | None:
    """The order of which a part of a payment went back by this fact."""
    if row["name"] != "payment.refund":
        return None
    order_id: str = _decode_data(row["data"])["order"]["id"]
    return order_id
