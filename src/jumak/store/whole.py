"""A whole shop, read from beginning to end: for checking it and for handing it out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final, Protocol

from msgspec import Struct

from jumak.store.codec import Codec

STEP: Final = 1_000
"""Rows are read so many at a time."""

Row = tuple[Any, ...]


class Finding(Struct, frozen=True):
    """Something that is wrong. table and row: where; problem: a sentence."""

    table: str
    row: str
    problem: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.problem}"


class WholeShop(Protocol):
    """Everything a store has of a shop, read from beginning to end as of one moment, some rows at a time."""

    codec: Codec

    async def integrity(self) -> Iterable[Finding]:
        """What is wrong in a way only this kind of store knows."""

    async def lines(self) -> int:
        """How many orders, tickets and facts there are in all."""

    async def settings(self, name: str) -> bytes | None:
        """JSON of the settings, or (`founding`) of those it was founded with."""

    async def actors(self) -> dict[int, tuple[Any, ...]]:
        """Who causes facts, by number."""

    async def owners(self) -> dict[int, str]:
        """Who owns orders, by number."""

    async def commits(self) -> Sequence[Row]:
        """last_seq, at, hash; in order."""

    def facts(self) -> AsyncIterator[Sequence[Row]]:
        """seq, at, name, subject, number of the actor, command, data, state; in order."""

    async def found_under(self, pairs: Sequence[tuple[int, str]]) -> Sequence[bool | None]:
        """Whether each fact is found under that order; None when there is no such order."""

    async def order_facts(self) -> int | None:
        """How many facts are found under orders; None where the store has no such list yet."""

    def orders(self) -> AsyncIterator[Sequence[Row]]:
        """seq, id, created, state, open, owner, order_key, table_id, business_date, number, version, doc, backing."""

    async def replayed(self, order_ids: Sequence[str]) -> Sequence[bytes | Exception | None]:
        """What the journal makes of each order, or why nothing can be made of it."""

    async def payments(self) -> Sequence[Row]:
        """id, order_seq, owner, payment_key."""

    def tickets(self) -> AsyncIterator[Sequence[Row]]:
        """id, order_id, state, created, doc."""

    async def states(self, facts: Iterable[int]) -> dict[int, bytes | None]:
        """What these facts made of things; those that are missing are left out."""

    def documents(self) -> AsyncIterator[Sequence[Row]]:
        """kind, id, fact (None: none tells of it), doc; by kind and id."""

    async def slots(self, kind: int) -> Sequence[Row]:
        """start and counts, in order."""
