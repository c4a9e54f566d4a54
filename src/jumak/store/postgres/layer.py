"""Writing a batch into PostgreSQL: one transaction, one statement per table however many rows there are."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from jumak.service.ports import Committed
from jumak.store.layer import Layer, PendingRows
from jumak.store.memory import ORDERS, TICKETS
from jumak.store.postgres.asking import Question
from jumak.store.postgres.changes import changes_of, stored_id, to_body
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
        await self.begin()
        if not self._head_moved:
            await self._move_head()
        await self._write(self.take_rows())

    async def _move_head(self) -> None:
        memory = self.memory
        moved = await self._fetch("move_head", memory.commit, self.seq, self.hash, self._fence)
        if not moved:
            raise Moved
        self._head_moved = True

    async def finish(self, at_ms: int) -> None:
        """Writes everything: the connection is ready for COMMIT. Raises Moved."""
        await self.begin()
        chained = self.take_hash(at_ms)
        if self._head_moved:
            await self._run("settle_head", self.seq, self.hash)
        else:
            await self._move_head()
        await self._write(self.take_rows())
        slots = self.take_slots()
        counts = [
            (kind, start, *values)
            for kind, (by_start, _) in zip((ORDERS, TICKETS), slots, strict=True)
            for start, values in by_start.items()
        ]
        await self._many("put_slots", counts)
        await self._many("put_counters", self.counters.items())
        owners, actors = self.memory.owners.new, self.memory.actors.new
        await self._many("insert_owners", ((number, owner.encode()) for owner, number in owners.items()))
        await self._many(
            "insert_actors", ((number, msgspec.json.encode(actor)) for actor, number in actors.items())
        )
        if chained is not None:
            await self._run("insert_commit", self.seq, at_ms, chained)
        changes = changes_of(self, slots, self._shop_bytes)
        await self._run("insert_changes", self.memory.commit + 1, self.batch, to_body(changes))

    async def _write(self, rows: PendingRows) -> None:
        many = self._many
        await many("update_orders", rows.order_updates)
        await many("update_backings", rows.backing_updates)
        await many("insert_orders", (_with_key_bytes(row, 6) for row in rows.order_inserts))
        await many("insert_payments", ((*row[:3], row[3].encode()) for row in rows.payments))
        await many("insert_tickets", rows.ticket_inserts)
        await many("update_tickets", rows.ticket_updates)
        await many(
            "put_documents", ((kind, stored_id(key), fact, doc) for kind, key, fact, doc in rows.documents)
        )
        await many("drop_documents", ((kind, stored_id(key)) for kind, key in rows.documents_dropped))
        erased = [subject.encode() for subject, doc in rows.personal if doc is None]
        if erased:
            await self._run("erase_personal", erased)
        await many(
            "put_personal", ((subject.encode(), doc) for subject, doc in rows.personal if doc is not None)
        )
        values = [(owner.encode(), area, key.encode(), value) for owner, area, key, value in rows.values]
        await many("drop_plugin_values", (row[:3] for row in values if row[3] is None))
        await many("put_plugin_values", (row for row in values if row[3] is not None))
        if rows.shop is not None:
            self._shop_bytes = rows.shop
            await self._run("put_shop_value", "settings", rows.shop)
        await many(
            "insert_facts",
            (
                (seq, at, name, subject.encode(), actor, None if command is None else command.encode(), *more)
                for seq, at, name, subject, actor, command, *more in rows.facts
            ),
        )
        await many("insert_order_facts", rows.order_facts)
        await many("insert_commands", (_with_key_bytes(row, 2) for row in rows.commands))

    async def _many(self, name: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Gives a statement the columns of rows; without rows it is not sent."""
        columns = [list(column) for column in zip(*rows, strict=True)]
        if columns:
            await self._run(name, *columns)

    async def _run(self, name: str, *values: Any) -> None:
        await self.connection.execute(SQL[name], self.memory.shop_id, *values)

    async def _fetch(self, name: str, *values: Any) -> list[Any]:
        rows: list[Any] = await self.connection.fetch(SQL[name], self.memory.shop_id, *values)
        return rows

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
