"""Writing a batch into a shop's file."""

from __future__ import annotations

import sqlite3

from jumak.store.layer import Layer, PendingRows
from jumak.store.memory import ORDERS, TICKETS, Memory
from jumak.store.sqlite.queries import SQL
from jumak.store.vault import Vault


class SqliteLayer(Layer):
    """A batch whose rows go into the open transaction of a connection."""

    def __init__(self, memory: Memory, connection: sqlite3.Connection, vault: Vault) -> None:
        super().__init__(memory, vault)
        self._connection = connection
        self._begun = False
        self.pages_written = 0
        """About how many pages the batch touched, for the pace of checkpoints."""

    @property
    def is_empty(self) -> bool:
        """See `Layer`."""
        return not self._begun and super().is_empty

    async def flushed(self) -> None:
        """See `Layer`."""
        self.flush()

    def flush(self) -> None:
        """Write what is waiting into the open transaction of the connection (begun here if need be)."""
        if not self._begun:
            self._connection.execute("BEGIN IMMEDIATE")
            self._begun = True
        elif not self._connection.in_transaction:
            # A full disk may end it on its own; going on would commit the rest of the batch row by row.
            raise sqlite3.OperationalError("the transaction of this batch was rolled back")
        self._write(self.take_rows())

    def _write(self, rows: PendingRows) -> None:
        many, one = self._connection.executemany, self._connection.execute
        for name, values in (
            ("update_order", rows.order_updates),
            ("update_backing", rows.backing_updates),
            ("insert_order", rows.order_inserts),
            ("insert_payment", rows.payments),
            ("insert_ticket", rows.ticket_inserts),
            ("update_ticket", rows.ticket_updates),
            ("put_document", rows.documents),
            ("drop_document", rows.documents_dropped),
            ("insert_fact", rows.facts),
            ("insert_order_fact", rows.order_facts),
            ("insert_command", rows.commands),
        ):
            if values:
                many(SQL[name], values)
        for subject, data in rows.personal:
            if data is None:
                one(SQL["erase_personal"], (subject,))
            else:
                one(SQL["put_personal"], (subject, data))
        for owner, area, key, value in rows.values:
            if value is None:
                one(SQL["drop_plugin_value"], (owner, area, key))
            else:
                one(SQL["put_plugin_value"], (owner, area, key, value))
        if rows.shop is not None:
            one(SQL["put_shop_value"], ("settings", rows.shop))
        changed = len(rows.order_updates) + len(rows.backing_updates) + len(rows.order_inserts)
        self.pages_written += 8 + len(rows.facts) + changed + len(rows.documents)

    def finish(self, at_ms: int) -> None:
        """Write everything, counts and hash included: the connection is ready for COMMIT."""
        self.flush()
        many, one = self._connection.executemany, self._connection.execute
        for kind, (counts_by_start, _) in zip((ORDERS, TICKETS), self.take_slots(), strict=True):
            if counts_by_start:
                many(SQL["put_slot"], [(kind, start, *counts) for start, counts in counts_by_start.items()])
        if self.counters:
            many(SQL["put_counter"], list(self.counters.items()))
        for owner, number in self.memory.owners.new.items():
            one(SQL["insert_owner"], (number, owner))
        for actor, number in self.memory.actors.new.items():
            one(SQL["insert_actor"], (number, *actor))
        if (chained := self.take_hash(at_ms)) is not None:
            one(SQL["insert_commit"], (self.seq, at_ms, chained))

    def drop(self) -> None:
        """See `Layer`."""
        super().drop()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
