"""Version 2: which facts tell of an order, so that its history is read at once (`Reader.journal_of`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import cast

import msgspec
from alembic import op

from jumak.domain.fact import Fact
from jumak.store.journal import orders_named

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and fill it from the whole journal, which says everything it needs.

    In the one transaction of the upgrade: an interrupted one leaves the old file, and the next opening
    begins anew. A million facts take some twenty seconds.
    """
    op.execute(
        """CREATE TABLE order_facts (
            order_seq INTEGER NOT NULL,
            fact      INTEGER NOT NULL,
            PRIMARY KEY (order_seq, fact)
        ) WITHOUT ROWID"""
    )
    file = cast(sqlite3.Connection, op.get_bind().connection.dbapi_connection)
    # Sorted by SQLite before they are stored: row after row in the order of the journal would jump about.
    file.execute("CREATE TEMP TABLE named (order_id TEXT NOT NULL, fact INTEGER NOT NULL)")
    file.executemany("INSERT INTO named VALUES (?, ?)", _named(file))
    file.execute(
        "INSERT INTO order_facts SELECT o.seq, n.fact FROM named AS n JOIN orders AS o ON o.id = n.order_id"
        " ORDER BY o.seq, n.fact"
    )
    file.execute("DROP TABLE named")


def _named(file: sqlite3.Connection) -> Iterator[tuple[str, int]]:
    decode = msgspec.json.decode
    for seq, name, subject, data in file.execute("SELECT seq, name, subject, data FROM journal ORDER BY seq"):
        for order_id in orders_named(Fact(name, subject, decode(data))):
            yield order_id, seq


def downgrade() -> None:
    """An older program opens the copy that the upgrade keeps."""
    op.execute("DROP TABLE order_facts")
