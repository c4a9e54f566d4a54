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
        raise unknown(name) from None


def row_at(path: str) -> Row:
    """The row an HTTP path below `/v1/` means, with or without `.request`. Raises UnknownMethod."""
    row = _PATHS.get(path)
    if row is None or row.kind not in ("request", "notify"):
        raise unknown(path)
    return row


def is_message(path: str) -> bool:
    """Whether an HTTP path below `/v1/` means a message."""
    row = _PATHS.get(path)
    return row is not None and row.kind in ("request", "notify")


def unknown(name: str) -> UnknownMethod:
    """The refusal of a name nobody answers."""
    name = name[:100]
    return UnknownMethod(
        f"'{name}' 메시지는 없습니다. 전체 목록: /v1/docs",
        f"There is no message '{name}'; /v1/docs lists them all",
        name=name,
    )
