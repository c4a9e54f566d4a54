"""Messages of receipts (contract: extensions §10)."""

from __future__ import annotations

from jumak.domain.base import PublicId
from jumak.domain.receipt import Receipt
from jumak.protocol.row import Data, Reply, Row


class GetReceipt(Data, frozen=True, kw_only=True):
    """The receipt of an order."""

    order_id: PublicId


class ReceiptReply(Reply, frozen=True, kw_only=True):
    """One receipt, as the books are now."""

    receipt: Receipt


ROWS: tuple[Row, ...] = (
    Row(
        name="receipt.get.request",
        kind="request",
        data=GetReceipt,
        reply=ReceiptReply,
        scopes=("staff:order",),
        page="extensions.md",
    ),
)
