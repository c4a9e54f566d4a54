"""Messages of money that plugins give back, and of its uncertain ends (contract: payment §6.2, extensions §6)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from jumak.domain.attempt import AttemptError, MethodRef, TerminalRef
from jumak.domain.base import Doc, PositiveWon, PublicId
from jumak.domain.order.types import Quantity
from jumak.domain.refund import RefundResolution, RefundState, RefundWay
from jumak.protocol.messages.attempt import Approval, Note
from jumak.protocol.messages.payment import PaymentReply
from jumak.protocol.row import Data, Reply, Row


class PaymentRefund(Doc, frozen=True, kw_only=True):
    """What the plugin or terminal of a payment was asked to give back (contract, extensions §2).

    id: the payment's, of a part the refund's.  carries: parts that go back with it.
    """

    id: PublicId
    payment_id: PublicId
    order_id: PublicId
    amount: PositiveWon
    method: MethodRef | None = None
    terminal: TerminalRef | None = None
    state: RefundState
    created_at: str
    error: AttemptError | None = None
    note: str | None = None
    approved_no: str | None = None
    part: bool = False
    carries: tuple[PublicId, ...] = ()


class ListRefunds(Data, frozen=True, kw_only=True):
    """Refunds, newest first. states, orderId: narrow."""

    states: Annotated[list[RefundState], Meta(max_length=6)] | None = None
    order_id: PublicId | None = None


class PaymentRefundsReply(Reply, frozen=True, kw_only=True):
    """Refunds, newest first."""

    refunds: tuple[PaymentRefund, ...]


class RefundChange(Data, frozen=True, kw_only=True):
    """A plugin or terminal is asked to give money back, or that ended."""

    refund: PaymentRefund


class ConfirmRefund(Data, frozen=True, kw_only=True):
    """A manager says whether the money of an EXTERNAL payment was returned. refunded: it was, unless false."""

    id: PublicId
    note: Note
    refunded: bool | None = None
    approval_id: Approval | None = None


class ResolveRefund(Data, frozen=True, kw_only=True):
    """A manager decides about a part the card has not been given. id: of the refund."""

    id: PublicId
    how: RefundResolution
    note: Note | None = None
    approval_id: Approval | None = None


class PaymentRefundReply(Reply, frozen=True, kw_only=True):
    """One refund."""

    refund: PaymentRefund


class PlanRefund(Data, frozen=True, kw_only=True):
    """What is to go back: units of a line, or an amount as goodwill, else all the order holds.

    paymentId: of the payment to take it from first (CAN-7).
    """

    order_id: PublicId
    line_id: PublicId | None = None
    quantity: Quantity | None = None
    amount: PositiveWon | None = None
    payment_id: PublicId | None = None


class PlannedRefund(Doc, frozen=True, kw_only=True):
    """What goes back of one payment, and how.

    how: CASH out of the drawer, TERMINAL its card terminal is asked, METHOD its plugin is, BY_HAND a manager returns
    it and says so.  name: of the terminal, or as the plugin calls the payment.  plugin: who took it.  reachable: who
    is asked is there right now.  receipt: won of the cash receipt that are taken back with it (RCP-4).
    """

    payment_id: PublicId
    amount: PositiveWon
    how: RefundWay
    name: str
    reachable: bool
    receipt: int
    plugin: str | None = None


class RefundPlan(Reply, frozen=True, kw_only=True):
    """What would happen, newest payment first.

    version: the order's, for `expectedVersion`.  cancelPending: the order was cancelled and waits for its money.
    total, tax: of what would go back.
    """

    version: int
    cancel_pending: bool
    total: int
    tax: int
    steps: tuple[PlannedRefund, ...]


ROWS: tuple[Row, ...] = (
    Row(
        name="payment-refund.plan.request",
        kind="request",
        data=PlanRefund,
        reply=RefundPlan,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
    Row(
        name="payment.confirm-refund.request",
        kind="request",
        data=ConfirmRefund,
        reply=PaymentReply,
        scopes=("staff:pay",),
        write=True,
        page="extensions.md",
    ),
    Row(
        name="payment-refund.resolve.request",
        kind="request",
        data=ResolveRefund,
        reply=PaymentRefundReply,
        scopes=("staff:pay",),
        write=True,
        page="extensions.md",
    ),
    Row(
        name="payment-refund.list.request",
        kind="request",
        data=ListRefunds,
        reply=PaymentRefundsReply,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
    Row(
        name="payment-refund.change.event",
        kind="push",
        data=RefundChange,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
)
