"""Messages by noun: one module each, with the structs of its messages and their `ROWS`."""

from __future__ import annotations

from jumak.protocol.messages import (
    admin,
    attempt,
    bill,
    bridge,
    cash_receipt,
    catalog,
    customer_display,
    device,
    draft_order,
    kitchen,
    order,
    payment,
    plugin,
    refund,
    reservation,
    session,
    setting,
    staff,
    storage,
    table,
    terminal,
    ui,
    waiting,
)
from jumak.protocol.row import Row

ROWS: tuple[Row, ...] = (
    *admin.ROWS,
    *attempt.ROWS,
    *bill.ROWS,
    *bridge.ROWS,
    *cash_receipt.ROWS,
    *catalog.ROWS,
    *customer_display.ROWS,
    *device.ROWS,
    *draft_order.ROWS,
    *kitchen.ROWS,
    *order.ROWS,
    *payment.ROWS,
    *plugin.ROWS,
    *refund.ROWS,
    *reservation.ROWS,
    *session.ROWS,
    *setting.ROWS,
    *staff.ROWS,
    *storage.ROWS,
    *table.ROWS,
    *terminal.ROWS,
    *ui.ROWS,
    *waiting.ROWS,
)
"""Rows of every noun."""
