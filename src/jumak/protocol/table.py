"""The table of messages: everything anyone can ask of the shop, one row each.

Every noun declares its rows in `messages/<noun>.py`; here they come together. Doors look a name
up, generators walk it.
"""

from __future__ import annotations

from jumak.domain.errors import UnknownMethod
from jumak.protocol.messages import ROWS
from jumak.protocol.row import Row

TABLE: dict[str, Row] = {row.name: row for row in ROWS}
"""Message name → row, in the order of declaration."""

assert len(TABLE) == len(ROWS), "a message has two rows"

_PATHS: dict[str, Row] = {row.path: row for row in ROWS if row.kind in ("request", "notify")} | TABLE


def row_of(name: str) -> Row:
    """The row of a message. Raises UnknownMethod."""
    try:
        return TABLE[name]
    except KeyError:
        raise _unknown(name) from None


def row_at(path: str) -> Row:
    """The row an HTTP path below `/v1/` means, with or without `.request`. Raises UnknownMethod."""
    row = _PATHS.get(path)
    if row is None or row.kind not in ("request", "notify"):
        raise _unknown(path)
    return row


def _unknown(name: str) -> UnknownMethod:
    return UnknownMethod("알 수 없는 메시지입니다.", "There is no such message.", name=name[:100])
