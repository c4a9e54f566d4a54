"""Everything a shop knows as JSON lines, for another program: no secrets, no tokens, no PINs.

Each line is `{"type": ..., ...}`: `shop`, `document` (kind, document), `order` (business date, order),
`ticket`, `fact` (seq, at, name, subject, who, data). Plugins' own texts and personal data stay here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, BinaryIO, Final

import msgspec

from jumak.domain.calendar import from_ms
from jumak.store.whole import STEP, WholeShop

PRIVATE_KINDS: Final = frozenset(("device", "staff", "approval", "setting", "cart", "lock", "in-flight"))
"""Kinds that hold hashes of tokens and PINs, values plugins asked for, or nothing that lasts."""

Progress = Callable[[int, int], None]
"""Lines written, lines in all."""


async def export(shop: WholeShop, out: BinaryIO, progress: Progress | None = None) -> int:
    """Write a shop's orders, tickets, documents and journal; returns how many lines."""
    encode = msgspec.json.Encoder().encode
    total = await shop.lines()
    written = 0
    async for line in _lines(shop):
        out.write(encode(line))
        out.write(b"\n")
        written += 1
        if progress is not None and written % STEP == 0:
            progress(written, max(total, written))
    if progress is not None:
        progress(written, written)
    return written


async def _lines(shop: WholeShop) -> AsyncIterator[dict[str, Any]]:
    def raw(blob: bytes) -> msgspec.Raw:
        return msgspec.Raw(shop.codec.unpack(blob))

    yield {"type": "shop", "shop": msgspec.Raw(await shop.settings("settings") or b"null")}
    async for documents in shop.documents():
        for kind, _, _, doc in documents:
            if kind not in PRIVATE_KINDS:
                yield {"type": "document", "kind": kind, "document": raw(doc)}
    async for orders in shop.orders():
        for row in orders:
            yield {"type": "order", "businessDate": row[8], "order": raw(row[11])}
    async for tickets in shop.tickets():
        for row in tickets:
            yield {"type": "ticket", "ticket": raw(row[4])}
    actors = await shop.actors()
    async for facts in shop.facts():
        for seq, at, name, subject, actor, command, data, _ in facts:
            caller, kind, device, staff = actors[actor]
            yield {
                "type": "fact",
                "seq": seq,
                "at": from_ms(at),
                "name": name,
                "subject": subject,
                "by": {"caller": caller, "kind": kind, "device": device, "staff": staff},
                "command": command,
                "data": msgspec.Raw(data),
            }
