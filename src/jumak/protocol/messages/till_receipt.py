"""Cash receipts the till issues itself: queue, cancels and history (contract: extensions §6)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from msgspec.structs import force_setattr

from jumak.domain.base import MAX_WON, Doc, PositiveWon, PublicId
from jumak.domain.cash_receipt import Use
from jumak.domain.payment import masked_identifier
from jumak.domain.till_receipt import ReceiptError, ReceiptState
from jumak.protocol.row import UNSET, Data, Reply, Row, UnsetType

Amount = Annotated[int, Meta(ge=1, le=MAX_WON)]


class ReceiptCancelView(Doc, frozen=True, kw_only=True):
    """A cancel of a receipt, a transaction of its own (RCP-3). issuedAt: YYYYMMDDHHmmss."""

    id: PublicId
    amount: PositiveWon
    reason: str
    state: ReceiptState
    created_at: str
    issue_number: str | None = None
    issued_at: str | None = None
    error: ReceiptError | None = None


class CashReceiptView(Doc, frozen=True, kw_only=True):
    """A cash receipt of the till (contract, extensions §2).

    identifier: masked.  standing: won that stay receipted once the queue is empty.  dueOn: the last day the law
    gives (RCP-2).  automatic: nobody asked for it.  sendAt: until then it waits for a guest's number.  issuedAt:
    YYYYMMDDHHmmss.
    """

    id: PublicId
    order_id: PublicId
    payment_id: PublicId
    use: Use
    identifier: str
    amount: PositiveWon
    tax_money: PositiveWon
    supply_money: PositiveWon
    tip_money: PositiveWon
    tax_exempt_money: PositiveWon
    standing: PositiveWon
    state: ReceiptState
    created_at: str
    due_on: str
    cancels: tuple[ReceiptCancelView, ...]
    automatic: bool = False
    send_at: str | None = None
    issue_number: str | None = None
    issued_at: str | None = None
    error: ReceiptError | None = None
    test_mode: bool = False


class SendCashReceipt(Data, frozen=True, kw_only=True, dict=True):
    """A receipt for a payment taken in cash. identifier: none for SELF; kept and encoded masked.

    The full number is no field: no stored command, hash or log of this message holds it (SEC-3, RCP-5).
    """

    payment_id: PublicId
    use: Use
    identifier: Annotated[str, Meta(max_length=64)] | None = None
    amount: Amount | None = None

    def __post_init__(self) -> None:
        """Masked as it is read."""
        self.__dict__["number"] = self.identifier
        if self.identifier is not None:
            force_setattr(self, "identifier", masked_identifier(self.identifier))

    @property
    def full_identifier(self) -> str | None:
        """As it was sent."""
        number: str | None = self.__dict__["number"]
        return number


class CancelCashReceipt(Data, frozen=True, kw_only=True):
    """Takes a receipt back, all that stands unless an amount is given."""

    id: PublicId
    amount: Amount | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class ListCashReceipts(Data, frozen=True, kw_only=True):
    """Receipts of the till, newest first. states: of the issue or of a cancel; none = all.  orderId: of one order."""

    states: Annotated[list[ReceiptState], Meta(max_length=6)] | None = None
    order_id: PublicId | None = None


class Receiptable(Doc, frozen=True, kw_only=True):
    """What `cash-receipt.send` would issue now for a payment: at most so many won."""

    payment_id: PublicId
    amount: PositiveWon


class CashReceiptReply(Reply, frozen=True, kw_only=True):
    """A receipt as it is now."""

    cash_receipt: CashReceiptView


class CashReceiptsReply(Reply, frozen=True, kw_only=True):
    """Receipts, newest first. receiptable: of one order, and only where somebody issues."""

    cash_receipts: tuple[CashReceiptView, ...]
    receiptable: tuple[Receiptable, ...] | UnsetType = UNSET


class CashReceiptChange(Data, frozen=True, kw_only=True):
    """A receipt of the till was asked for, sent, issued, refused or taken back."""

    cash_receipt: CashReceiptView


ROWS: tuple[Row, ...] = (
    Row(
        name="cash-receipt.send.request",
        kind="request",
        data=SendCashReceipt,
        reply=CashReceiptReply,
        scopes=("staff:pay",),
        write=True,
        page="extensions.md",
    ),
    Row(
        name="cash-receipt.cancel.request",
        kind="request",
        data=CancelCashReceipt,
        reply=CashReceiptReply,
        scopes=("staff:manage",),
        write=True,
        page="extensions.md",
    ),
    Row(
        name="cash-receipt.list.request",
        kind="request",
        data=ListCashReceipts,
        reply=CashReceiptsReply,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
    Row(
        name="cash-receipt.change.event",
        kind="push",
        data=CashReceiptChange,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
)
