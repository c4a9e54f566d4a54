"""Earlier versions of an order, from a shop's file."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from jumak.domain.calendar import to_ms
from jumak.store.codec import Codec
from jumak.store.sqlite.queries import SQL
from jumak.store.travel import FactState, replayed


def codec_of(connection: sqlite3.Connection) -> Codec:
    """The codec with this file's own dictionary."""
    return Codec(connection.execute(SQL["shop_value"], ("dictionary",)).fetchone()[0])


def order_at(
    connection: sqlite3.Connection,
    order_id: str,
    *,
    seq: int | None = None,
    at: datetime | None = None,
    codec: Codec | None = None,
) -> bytes | None:
    """The public document (JSON) an order had after fact `seq`, or at an instant; see `replayed`."""

    def state_of(fact: int) -> FactState:
        state: FactState = connection.execute(SQL["fact_state"], (fact,)).fetchone()
        return state

    row = connection.execute(SQL["order_row"], (order_id,)).fetchone()
    newest: int = 0 if row is None else row[1]
    at_ms = None if at is None else to_ms(at)
    return replayed(codec or codec_of(connection), order_id, newest, state_of, seq=seq, at_ms=at_ms)
