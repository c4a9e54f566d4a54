"""Cash receipts issued elsewhere (contract, payment §7)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from msgspec.structs import force_setattr

from jumak.domain.base import MAX_WON, PublicId
from jumak.domain.payment import masked_identifier
from jumak.protocol.row import Data, Row


class IssueCashReceipt(Data, frozen=True, kw_only=True):
    """The result of an issue outside. issueDate: YYYYMMDDHHmmss.  cardNumber: card or phone number, kept masked."""

    order_id: PublicId
    amount: Annotated[int, Meta(ge=1, le=MAX_WON)]
    issue_date: Annotated[str, Meta(pattern=r"^[0-9]{14}$")]
    issue_number: Annotated[str, Meta(min_length=1, max_length=64)]
    card_number: Annotated[str, Meta(max_length=64)]

    def __post_init__(self) -> None:
        """Masked as it is read: no stored command, hash or document holds the number (SEC-3)."""
        force_setattr(self, "card_number", masked_identifier(self.card_number))


ROWS: tuple[Row, ...] = (
    Row(
        name="cash-receipt.issue.request",
        kind="request",
        data=IssueCashReceipt,
        scopes=("payment:write",),
        write=True,
        sdk="cashReceipt.add",
        rate_limited=True,
        origin="sdk-0.0.27",
        page="payment.md §7",
        about="Registers a cash receipt that was issued outside.",
    ),
)
