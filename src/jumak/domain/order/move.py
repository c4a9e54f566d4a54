"""An order changes tables (rulebook TBL-1): a new label, nothing is cooked anew."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.order.edit import next_version
from jumak.domain.order.life import Act, next_state, not_editable
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order


def move(order: Order, table_id: int, *, iso: str) -> Order:
    """The order on another table; raises InvalidState when requested, cancelled or released (§2.2)."""
    state = next_state(order, Act.MOVE)
    if backing_of(order).released:
        raise not_editable(order, Act.MOVE)
    return next_version(order, replace(order, order_state=state, table_id=table_id), iso)
