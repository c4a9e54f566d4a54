"""Answers kept for repeated commands (PAY-7): same id and body, same answer.

A reply that holds an order keeps only what stands around it. The order itself is the version the
journal has anyway, and comes back byte for byte.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NamedTuple

from jumak.domain.errors import DuplicateKey
from jumak.service.ports import Result
from jumak.store.memory import Memory
from jumak.store.rows import CommandRow, Rows

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


def again(stored: StoredReply, body: bytes, command_id: str) -> Result:
    """What a command is answered whose id is known: the same as then, or that it is another one."""
    if stored.body == body:
        return Result(reply=stored.reply, repeated=True)
    conflict = DuplicateKey(
        "같은 명령 번호가 다른 내용으로 이미 사용되었습니다",
        "this command id was used before with another body",
        reason="COMMAND_KEY_CONFLICT",
        commandId=command_id,
    )
    return Result(error=conflict)


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


async def stored_reply(rows: Rows, memory: Memory, owner: str, command_id: str) -> StoredReply | None:
    """The committed answer to a command id of this owner."""
    number = memory.owners.known.get(owner)
    if number is None:
        return None
    row = await rows.command(number, command_id)
    return None if row is None else await stored_reply_in(rows, memory, row)


async def stored_reply_in(rows: Rows, memory: Memory, row: CommandRow) -> StoredReply:
    """The answer a row keeps."""
    if row.order_id is None or row.fact is None:
        return StoredReply(row.body, memory.codec.unpack(row.reply))
    doc = await rows.order_at(row.order_id, row.fact)
    assert doc is not None, "the journal lost an order"
    return StoredReply(row.body, filled(row.reply, doc))
