"""What a store must be able to do to be copied from and to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from jumak.store.copying.record import Mark, Place
from jumak.store.copying.tables import Key, Row, Table
from jumak.store.whole import WholeShop

BATCH: Final = 5_000
"""Rows read at a time, and written in one commit: a few megabytes."""


class Kept(Protocol):
    """A shop, row by row. kind: of store.  where: for people."""

    kind: str
    where: str

    async def count(self, table: Table) -> int:
        """How many rows there are, about."""

    def rows(self, table: Table, after: Key = ()) -> AsyncIterator[Sequence[Row]]:
        """Those whose keys come after this one, in this store's own order, some at a time."""

    async def row(self, table: Table, key: Key) -> Row | None:
        """One row."""


class Source(Kept, Protocol):
    """Stands still as long as it is open: nobody serves it."""

    async def check_unchanged(self) -> None:
        """Raises CopyRefused when somebody has written all the same."""

    async def begin_epoch(self, epoch: int) -> bool:
        """What it goes on with, should it be served again; False when it cannot be written."""


class Target(Kept, Protocol):
    """Is nothing before `begin`, unfinished until `released` ends, and then a shop."""

    async def record(self) -> tuple[Mark, Place | None] | None:
        """Of the unfinished copy that is there; None when nothing is. Raises ShopExists, CopyRefused."""

    async def discard(self) -> None:
        """Throws an unfinished copy away; nothing else is touched. Raises ShopExists."""

    async def begin(self, mark: Mark) -> None:
        """An unfinished copy without rows."""

    async def write(self, table: Table, rows: Sequence[Row], place: Place) -> None:
        """Some rows and how far that is, in one commit."""

    async def complete(self, step: Callable[[], None]) -> None:
        """All rows are there; what is made from them is made now. step: called now and then."""

    def released(self, epoch: int) -> AbstractAsyncContextManager[WholeShop]:
        """The copy as the shop it becomes, in this epoch, when the block ends well; it stays unfinished when that raises."""


class Steps(Protocol):
    """Is told how it goes."""

    def begin(self, what: str, rows: int) -> None:
        """Something with about so many rows."""

    def done(self, rows: int) -> None:
        """So many rows more. May raise CancelledError."""
