"""Facts: what the journal keeps, pushes and replays."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Fact(Struct, frozen=True):
    """One thing that happened, in the journal's words.

    name: `<noun>.<what>`, e.g. `order.add`, `payment.paid`, `kds.open`, `table.move`; the push it
    becomes is derived from it in `protocol/pushes.py`.  subject: id of the order, payment,
    ticket, table, item ... it is about.  data: JSON-able details; refs a push needs stand under
    the push's own keys.  Never personal data: that is referred to by id.
    """

    name: str
    subject: str
    data: dict[str, Any] = {}
