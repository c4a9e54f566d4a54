"""Looking into a shop from outside: what a head office reads, beside whoever runs the shop and never through them.

Nothing here is on the way of any command. A look is bounded: so many rows at a time, by indexes of that one shop, on
connections of its own that only read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

from msgspec import Raw, Struct

from jumak.domain.catalog.sharing import ShopMenu
from jumak.domain.day_book import BookedDay
from jumak.domain.merchant import Shop
from jumak.service.documents import ChainMenu


class OrderPlace(NamedTuple):
    """Where an order stands among all of a shop: made at, in ms, and which of that moment; both only go up."""

    created: int
    seq: int


class OrderSpan(Struct, frozen=True, kw_only=True):
    """Which orders: made in [start, end), in ms, with this number and in one of these states, none = any."""

    start_ms: int
    end_ms: int
    number: str | None = None
    states: tuple[str, ...] = ()


class Sales(NamedTuple):
    """Trading days with anything in the books, up to `through`, and how many facts had to be read for them."""

    days: Sequence[BookedDay]
    through: date
    facts: int


class Look(Protocol):
    """One shop, looked into."""

    shop: Shop
    """Its settings now."""

    async def places(self, span: OrderSpan, below: OrderPlace, size: int) -> Sequence[OrderPlace]:
        """The newest orders of a span that stand before a place, the newest first."""

    async def orders(self, places: Sequence[OrderPlace]) -> Sequence[Raw]:
        """The public documents of these, in this order, without their tables."""

    async def menu(self) -> tuple[ShopMenu, ChainMenu]:
        """Its menu, tombstones included, and what it remembers of menus from above."""

    async def sales(self, first: date, last: date, most: int) -> Sales:
        """As many days from the first on as `most` facts tell of, at least one."""
