"""A head office with one shop, which is itself: what is read and written in its shops is its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.catalog.sharing import ShopMenu
from jumak.domain.day_book import DayBook
from jumak.domain.order.types import Order
from jumak.server.directory import ReplyT, done_in
from jumak.service.chain_menu import menu_in, remembered
from jumak.service.documents import ChainMenu, ShopEntry
from jumak.service.look import OrderPlace, OrderSpan, Sales
from jumak.service.ports import OrderQuery, Reader, Store, Transaction

_MANY = 10_000


class OneShop:
    """Implements `server.directory.Branches` where there is only the shop that keeps the directory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.troubled: set[int] = set()

    async def write(
        self,
        entry: ShopEntry,  # noqa: ARG002 (there is no other)
        name: str,
        run: Callable[[Transaction], Awaitable[ReplyT]],
        caller: Caller,
    ) -> ReplyT:
        """See `server.directory.Branches`."""
        return await done_in(self._store, name, run, caller)

    @contextlib.asynccontextmanager
    async def opened(self, entry: ShopEntry) -> AsyncIterator[Store]:  # noqa: ARG002 (there is no other)
        """See `server.directory.Branches`."""
        yield self._store

    @contextlib.asynccontextmanager
    async def look(self, entry: ShopEntry) -> AsyncIterator[OneLook]:  # noqa: ARG002 (there is no other)
        """See `server.directory.Branches`."""
        yield OneLook(self._store.reader())


class OneLook:
    """Implements `service.look.Look` by reading everything there is, which only a small shop can afford."""

    def __init__(self, read: Reader) -> None:
        self._read, self.shop = read, read.shop
        self._documents: dict[OrderPlace, Raw] = {}

    async def places(self, span: OrderSpan, below: OrderPlace, size: int) -> Sequence[OrderPlace]:
        """See `Look`."""
        query = OrderQuery(
            start_ms=span.start_ms, end_ms=span.end_ms, number=span.number, states=span.states, size=_MANY
        )
        calendar = calendar_of(self.shop)
        found = []
        orders = list(await self._read.orders(query))
        for place, order in enumerate(orders):
            public = replace(order, backing=None, table=None) if isinstance(order, Order) else order
            plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(public))
            created = to_ms(calendar.parse(plain["createdAt"], path="$"))
            at = OrderPlace(created, len(orders) - place)
            self._documents[at] = Raw(msgspec.json.encode(plain))
            if at < below:
                found.append(at)
        return sorted(found, reverse=True)[:size]

    async def orders(self, places: Sequence[OrderPlace]) -> Sequence[Raw]:
        """See `Look`."""
        span = OrderSpan(start_ms=0, end_ms=2**53)
        await self.places(span, OrderPlace(2**60, 0), 0)
        return [self._documents[place] for place in places]

    async def menu(self) -> tuple[ShopMenu, ChainMenu]:
        """See `Look`."""
        return await menu_in(self._read), await remembered(self._read)

    async def sales(self, first: date, last: date, most: int) -> Sales:  # noqa: ARG002 (it reads all)
        """See `Look`."""
        book = DayBook(calendar_of(self.shop), first, last)
        facts = await self._read.facts(0, _MANY)
        orders = {entry.fact.subject for entry in facts if entry.fact.name.startswith("order.")}
        for order_id in sorted(orders):
            for told in reversed(await self._read.journal_of(order_id, limit=_MANY)):
                at, fact = told.entry.at, told.entry.fact
                if told.after is not None:
                    document = msgspec.json.decode(msgspec.json.encode(told.after), type=dict[str, Raw])
                    book.version(order_id, document, at)
                if fact.name == "payment.refund" and fact.data["order"]["id"] == order_id:
                    book.refund(order_id, fact.subject, fact.data["amount"], at)
        return Sales(book.days(), last, len(facts))
