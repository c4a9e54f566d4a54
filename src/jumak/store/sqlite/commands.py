"""Answers kept for repeated commands (PAY-7): same id and body, same answer.

A reply that holds an order keeps only what stands around it. The order itself is the version the
journal has anyway, and comes back byte for byte.
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from typing import Final, NamedTuple

from jumak.store.sqlite.codec import Codec
from jumak.store.sqlite.memory import Memory
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import order_at

KEPT_MS: Final = 25 * 3_600_000
"""A little more than the 24 h that are promised."""

_AFTER_TABLE: Final = b',"orderKey":'
_GAP: Final = b"\0"


class StoredReply(NamedTuple):
    """What was answered and to which body."""

    body: bytes
    reply: bytes


def body_hash(name: str, body: bytes) -> bytes:
    """What makes two commands equal: message and body."""
    return blake2b(b"%b\0%b" % (name.encode(), body), digest_size=16).digest()


def around(reply: bytes, doc: bytes) -> bytes | None:
    """What stands before, inside (its table) and after an order's document in a reply; None if it is not there."""
    split = doc.find(_AFTER_TABLE)
    head, tail = doc[:split], doc[split:]
    start = reply.find(head)
    if start < 0:
        return None
    resume = reply.find(_AFTER_TABLE, start + split)
    if resume < 0 or reply[resume : resume + len(tail)] != tail:
        return None
    return reply[:start] + _GAP + reply[start + split : resume] + _GAP + reply[resume + len(tail) :]


def filled(pieces: bytes, doc: bytes) -> bytes:
    """The reply again."""
    before, table, after = pieces.split(_GAP)
    split = doc.find(_AFTER_TABLE)
    return before + doc[:split] + table + doc[split:] + after


def stored_reply(
    connection: sqlite3.Connection, memory: Memory, owner: str, command_id: str
) -> StoredReply | None:
    """The committed answer to a command id of this owner."""
    number = memory.owners.known.get(owner)
    if number is None:
        return None
    row = connection.execute(SQL["command_row"], (number, command_id)).fetchone()
    return None if row is None else StoredReply(row[0], _reply(connection, memory.codec, *row[1:]))


def _reply(
    connection: sqlite3.Connection, codec: Codec, order_id: str | None, fact: int | None, reply: bytes
) -> bytes:
    if order_id is None or fact is None:
        return codec.unpack(reply)
    doc = order_at(connection, order_id, seq=fact, codec=codec)
    assert doc is not None, "the journal lost an order"
    return filled(reply, doc)
