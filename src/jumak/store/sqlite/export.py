"""Everything a shop knows as JSON lines, for another program: no secrets, no tokens, no PINs.

Each line is `{"type": ..., ...}`: `shop`, `document` (kind, document), `order` (business date, order),
`ticket`, `fact` (seq, at, name, subject, who, data). Plugins' own texts and personal data stay here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from jumak.domain.calendar import from_ms
from jumak.store.sqlite.file import FILE_NAME, open_for_reading
from jumak.store.sqlite.queries import SQL
from jumak.store.sqlite.travel import codec_of

PRIVATE_KINDS: Final = frozenset(("device", "staff", "approval", "setting", "cart", "lock", "in-flight"))
"""Kinds that hold hashes of tokens and PINs, values plugins asked for, or nothing that lasts."""

Progress = Callable[[int, int], None]
"""Lines written, lines in all."""

_STEP: Final = 1_000


def export(folder: Path, out: BinaryIO, progress: Progress | None = None) -> int:
    """Write a shop's orders, tickets, documents and journal; returns how many lines. Works while it runs.

    Raises ShopMissing, NewerFile.
    """
    connection = open_for_reading(folder / FILE_NAME)
    encode = msgspec.json.Encoder().encode
    try:
        connection.execute("BEGIN")
        counts = "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM tickets) + (SELECT count(*) FROM journal)"
        total = connection.execute(counts).fetchone()[0]
        written = 0
        for line in _lines(connection):
            out.write(encode(line))
            out.write(b"\n")
            written += 1
            if progress is not None and written % _STEP == 0:
                progress(written, max(total, written))
        if progress is not None:
            progress(written, written)
        return written
    finally:
        connection.close()


def _lines(connection: Any) -> Iterator[dict[str, Any]]:
    codec = codec_of(connection)

    def raw(blob: bytes) -> msgspec.Raw:
        return msgspec.Raw(codec.unpack(blob))

    settings = connection.execute(SQL["shop_value"], ("settings",)).fetchone()[0]
    yield {"type": "shop", "shop": msgspec.Raw(settings)}
    for kind, doc in connection.execute("SELECT kind, doc FROM documents ORDER BY kind, id"):
        if kind not in PRIVATE_KINDS:
            yield {"type": "document", "kind": kind, "document": raw(doc)}
    for day, doc in connection.execute("SELECT business_date, doc FROM orders ORDER BY seq"):
        yield {"type": "order", "businessDate": day, "order": raw(doc)}
    for (doc,) in connection.execute("SELECT doc FROM tickets ORDER BY seq"):
        yield {"type": "ticket", "ticket": raw(doc)}
    actors = {number: actor for number, *actor in connection.execute(SQL["actors"])}
    for seq, at, name, subject, actor, command, data in connection.execute(SQL["facts_after"], (0, -1)):
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
