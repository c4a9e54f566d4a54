"""Writing a batch into PostgreSQL: one transaction, one statement per table however many rows there are.

A batch that wrote nothing early is one statement altogether, committed with it (`joined.py`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import msgspec

from jumak.service.ports import Committed
from jumak.store.layer import Layer, PendingRows
from jumak.store.memory import ORDERS, TICKETS
from jumak.store.postgres.asking import Question
from jumak.store.postgres.changes import changes_of, stored_id, to_body
from jumak.store.postgres.connection import TROUBLE
from jumak.store.postgres.joined import HEAD_HAD_MOVED, joined, may_join
from jumak.store.postgres.memory import PostgresMemory
from jumak.store.postgres.queries import SQL
from jumak.store.vault import Vault

if TYPE_CHECKING:
    from jumak.store.postgres.connection import Connection


IDLE_MS: Final = 5_000
"""A process that stands still inside a commit holds the shop's row no longer than this."""

BEGIN: Final = f"BEGIN; SET LOCAL idle_in_transaction_session_timeout = {IDLE_MS}"


class Moved(Exception):  # noqa: N818  # named for what is so
    """Another process has committed since the memory was read: the batch has to be run again on what there is now."""


class Undone(Exception):  # noqa: N818  # named for what is so
    """The database refused the batch, so that nothing of it has happened; its cause says why."""


class PostgresLayer(Layer):
    """A batch whose rows go into a transaction of a connection. batch: by which it is known in `changes`.

    fence: see `PostgresStore.open`.
    """

    memory: PostgresMemory

    def __init__(
        self, memory: PostgresMemory, connection: Connection, vault: Vault, fence: int | None = None
    ) -> None:
        super().__init__(memory, vault)
        self.connection, self._fence = connection, fence
        self._shop_bytes: bytes | None = None
        self._head_moved = False
        self._waiting: list[tuple[str, tuple[Any, ...]]] = []
        """Statements to run, and their arguments but the shop."""
        self.begun = False
        self.batch = secrets.token_bytes(8)

    @property
    def is_empty(self) -> bool:
        """See `Layer`. What is announced has to reach other processes, so that it is written too."""
        return not self._head_moved and super().is_empty and not self.announcements

    async def begin(self) -> None:
        """Opens the transaction."""
        if not self.begun:
            await self.connection.execute(BEGIN)
            self.begun = True

    async def flushed(self) -> None:
        """See `Layer`. Called while a command is driven, so it asks its way out of it."""
        await Question(lambda _: self.flush())

    async def flush(self) -> None:
        """Writes what is waiting into the transaction. Raises Moved: from here on nobody else can commit."""
        self._add_rows(self.take_rows())
        await self._write()

    async def _write(self) -> None:
        """Runs the statements that are waiting, one after the other."""
        await self.begin()
        if not self._head_moved:
            if not await self.connection.fetch(SQL["move_head"], *self._head):
                raise Moved
            self._head_moved = True
        waiting, self._waiting = self._waiting, []
        for name, values in waiting:
            await self.connection.execute(SQL[name], self.memory.shop_id, *values)

    @property
    def _head(self) -> tuple[Any, ...]:
        return self.memory.shop_id, self.memory.commit, self.seq, self.hash, self._fence, self.memory.hash

    async def finish(self, at_ms: int, *, joined: bool) -> None:
        """Puts together all that is to be written; what `commit` cannot write by itself is written now. Raises Moved.

        joined: the database takes statements that are one (`joined.py`).
        """
        chained = self.take_hash(at_ms)
        if self._head_moved:
            self._add("settle_head", self.seq, self.hash)
        self._add_rows(self.take_rows())
        slots = self.take_slots()
        counts = [
            (kind, start, *values)
            for kind, (by_start, _) in zip((ORDERS, TICKETS), slots, strict=True)
            for start, values in by_start.items()
        ]
        self._add_many("put_slots", counts)
        self._add_many("put_counters", self.counters.items())
        owners, actors = self.memory.owners.new, self.memory.actors.new
        self._add_many("insert_owners", ((number, owner.encode()) for owner, number in owners.items()))
        self._add_many(
            "insert_actors", ((number, msgspec.json.encode(actor)) for actor, number in actors.items())
        )
        if chained is not None:
            self._add("insert_commit", self.seq, at_ms, chained)
        changes = changes_of(self, slots, self._shop_bytes)
        self._add("insert_changes", self.memory.commit + 1, self.batch, to_body(changes))
        if self.begun or not joined or not may_join(name for name, _ in self._waiting):
            await self._write()

    async def commit(self) -> None:
        """Makes it durable. Raises Moved; whatever else is raised, `Undone` apart, says nothing of what became of it."""
        if self.begun:
            await self.connection.execute("COMMIT")
            return
        try:
            await self.connection.execute(
                joined(tuple((name, len(values)) for name, values in self._waiting)),
                *self._head,
                *(value for _, values in self._waiting for value in values),
            )
        except HEAD_HAD_MOVED:
            raise Moved from None
        except asyncpg.PostgresError as error:
            if isinstance(error, TROUBLE):
                raise
            raise Undone from error

    def _add_rows(self, rows: PendingRows) -> None:
        many = self._add_many
        many("update_orders", rows.order_updates)
        many("update_backings", rows.backing_updates)
        many("insert_orders", (_with_key_bytes(row, 6) for row in rows.order_inserts))
        many("insert_payments", ((*row[:3], row[3].encode()) for row in rows.payments))
        many("insert_tickets", rows.ticket_inserts)
        many("update_tickets", rows.ticket_updates)
        many("put_documents", ((kind, stored_id(key), fact, doc) for kind, key, fact, doc in rows.documents))
        many("drop_documents", ((kind, stored_id(key)) for kind, key in rows.documents_dropped))
        erased = [subject.encode() for subject, doc in rows.personal if doc is None]
        if erased:
            self._add("erase_personal", erased)
        many("put_personal", ((subject.encode(), doc) for subject, doc in rows.personal if doc is not None))
        values = [(owner.encode(), area, key.encode(), value) for owner, area, key, value in rows.values]
        many("drop_plugin_values", (row[:3] for row in values if row[3] is None))
        many("put_plugin_values", (row for row in values if row[3] is not None))
        if rows.shop is not None:
            self._shop_bytes = rows.shop
            self._add("put_shop_value", "settings", rows.shop)
        many(
            "insert_facts",
            (
                (seq, at, name, subject.encode(), actor, None if command is None else command.encode(), *more)
                for seq, at, name, subject, actor, command, *more in rows.facts
            ),
        )
        many("insert_order_facts", rows.order_facts)
        many("insert_commands", (_with_key_bytes(row, 2) for row in rows.commands))

    def _add_many(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """A statement with the columns of rows; without rows there is none."""
        columns = [list(column) for column in zip(*rows, strict=True)]
        if columns:
            self._add(name, *columns)

    def _add(self, name: str, *values: Any) -> None:
        self._waiting.append((name, values))

    def merge(self) -> Committed:
        """See `Layer`."""
        for kind in self.documents:
            # Those nobody has asked for yet are not in memory as documents, but have to be changed there.
            self.memory.held(kind)
        self.memory.commit += 1
        return super().merge()


def _with_key_bytes(row: tuple[Any, ...], column: int) -> tuple[Any, ...]:
    """A row with a text from outside as bytes."""
    key = row[column]
    return (*row[:column], None if key is None else key.encode(), *row[column + 1 :])
