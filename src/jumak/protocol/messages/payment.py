"""Messages of payments (contract: payment)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from jumak.domain.base import Doc, PublicId
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment, PaymentDto
from jumak.protocol.row import Data, Done, Reply, Row, RowKind

ApprovalId = Annotated[str, Meta(min_length=1, max_length=64)]


class IdRef(Doc, frozen=True, kw_only=True):
    """Something by its id; other keys are ignored, so that a whole order or payment may stand here."""

    id: PublicId


class AddPayment(Data, frozen=True, kw_only=True):
    """Record money taken outside on an order."""

    order: IdRef
    payment_dto: PaymentDto


class CancelPayment(Data, frozen=True, kw_only=True):
    """Take one payment back; the order stays (CAN-1). override: a manager, although a plugin objects (§5).

    approval_id: a manager's, for staff below (SEC-1).
    """

    order: IdRef
    payment: IdRef
    override: bool = False
    approval_id: ApprovalId | None = None


class CancelPaymentReply(Reply, frozen=True, kw_only=True):
    """`cancelPending` when a plugin has not answered yet; what follows is pushed."""

    cancel_pending: bool | UnsetType = UNSET


class PaymentById(Data, frozen=True, kw_only=True):
    """A payment by id."""

    id: PublicId


class PaymentReply(Reply, frozen=True, kw_only=True):
    """One payment."""

    payment: Payment


class PaymentChange(Data, frozen=True, kw_only=True):
    """Money was taken or taken back."""

    event: Literal["paid", "cancel"]
    payment: IdRef
    order: IdRef


class BeforeCancelPayload(Doc, frozen=True, kw_only=True):
    """What a plugin may veto."""

    order: Order
    payment: Payment


class BeforeCancel(Data, frozen=True, kw_only=True):
    """Asked of every running plugin before a payment is cancelled; `complete: false` vetoes (§5)."""

    event: Literal["before-cancel"]
    payload: BeforeCancelPayload


def _row(
    name: str,
    kind: RowKind,
    member: str,
    scope: str,
    data: type[Data],
    reply: type[Reply] = Done,
    *,
    write: bool = False,
) -> Row:
    return Row(
        name=name,
        kind=kind,
        data=data,
        reply=reply,
        scopes=(scope,),
        write=write,
        sdk=f"payment.{member}",
        rate_limited=kind == "request",
        origin="sdk-0.0.27",
        page="payment.md",
    )


ROWS: tuple[Row, ...] = (
    _row("payment.add.request", "request", "add", "payment:write", AddPayment, PaymentReply, write=True),
    _row(
        "payment.cancel.request",
        "request",
        "cancel",
        "payment:write",
        CancelPayment,
        CancelPaymentReply,
        write=True,
    ),
    _row("payment.get.request", "request", "getPayment", "payment:read", PaymentById, PaymentReply),
    _row("payment.change.event", "push", "on", "payment:read", PaymentChange),
    _row("payment.event.request", "host-request", "on('before-cancel')", "payment:read", BeforeCancel),
)
