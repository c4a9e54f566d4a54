"""What of an order may leave the shop."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.order.types import Order
from jumak.domain.table import Table


def public(order: Order) -> Order:
    """The order without the shop's own half; `table` is put in by `with_table`."""
    return replace(order, cancel_pending=_is_being_cancelled(order), backing=None)


def with_table(order: Order, table: Table | None) -> Order:
    """The order as it leaves: `table` beside `tableId` (H-15), the shop's own half taken off."""
    return replace(order, table=table, cancel_pending=_is_being_cancelled(order), backing=None)


def _is_being_cancelled(order: Order) -> bool:
    """CAN-2: not any more once it has ended, however that came."""
    if order.backing is None:
        return order.cancel_pending
    return order.backing.cancel_pending and order.order_state != "CANCELLED"
