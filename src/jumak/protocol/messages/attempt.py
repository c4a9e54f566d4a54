"""Messages of attempts to take money, and of the payment methods plugins add (contract: payment §6, extensions §6)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from jumak.domain.attempt import (
    AttemptError,
    AttemptState,
    MethodRef,
    PartPrice,
    PaymentApproval,
    Resolution,
    Tender,
    TerminalRef,
)
from jumak.domain.base import Doc, PositiveWon, PublicId
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.wallet import Barcode
from jumak.protocol.row import Data, Done, Reply, Row, RowKind

MethodId = Annotated[str, Meta(min_length=1, max_length=64)]
Approval = Annotated[str, Meta(min_length=1, max_length=64)]
Note = Annotated[str, Meta(min_length=1, max_length=500)]
MAX_IMAGE = 200_000


class PaymentAttempt(Doc, frozen=True, kw_only=True):
    """An attempt as staff see it (contract, extensions §2)."""

    id: PublicId
    order_id: PublicId
    tender: Tender
    amount: PositiveWon
    state: AttemptState
    created_at: str
    price: PartPrice | None = None
    method: MethodRef | None = None
    terminal: TerminalRef | None = None
    barcode: Barcode | None = None
    taking_back: bool = False
    part_id: str | None = None
    tip: PositiveWon = 0
    tendered: PositiveWon | None = None
    change: PositiveWon | None = None
    payment: Payment | None = None
    gave_up: bool = False
    hint: Literal["STILL_WAITING"] | None = None
    error: AttemptError | None = None
    approval: PaymentApproval | None = None
    note: str | None = None


class StartPayment(Data, frozen=True, kw_only=True):
    """Begin taking money for an order. lockId: of the caller's own `order.lock`; partId: of `bill.split`.

    tip: won of the amount that go to the staff and raise the order's tip once the money is taken (PAY-2).
    barcode: what the guest's phone presented, of tender BARCODE; without it the terminal shows the guest a code.
    """

    order_id: PublicId
    tender: Tender
    amount: Annotated[int, Meta(ge=1, le=999_999_999)]
    expected_unpaid: PositiveWon
    lock_id: PublicId | None = None
    part_id: PublicId | None = None
    tip: PositiveWon = 0
    method: MethodRef | None = None
    tendered: PositiveWon | None = None
    installment_month: Annotated[str, Meta(max_length=2)] | None = None
    barcode: Annotated[str, Meta(max_length=1_000)] | None = None


class AttemptReply(Reply, frozen=True, kw_only=True):
    """One attempt."""

    attempt: PaymentAttempt


class AttemptById(Data, frozen=True, kw_only=True):
    """An attempt by id."""

    id: PublicId


class ListAttempts(Data, frozen=True, kw_only=True):
    """Attempts, newest first. states, orderId: narrow."""

    states: Annotated[list[AttemptState], Meta(max_length=9)] | None = None
    order_id: PublicId | None = None


class AttemptsReply(Reply, frozen=True, kw_only=True):
    """Attempts, newest first."""

    attempts: tuple[PaymentAttempt, ...]


class ResolveAttempt(Data, frozen=True, kw_only=True):
    """A manager, or who has a manager's approval, settles an attempt nobody knows the end of."""

    id: PublicId
    how: Resolution
    note: Note | None = None
    approval_id: Approval | None = None


class AttemptChange(Data, frozen=True, kw_only=True):
    """An attempt began, ended or needs somebody."""

    attempt: PaymentAttempt


class AddMethod(Data, frozen=True, kw_only=True):
    """A plugin adds a button to the payment screen; the same id replaces."""

    id: MethodId
    image: Annotated[str, Meta(max_length=MAX_IMAGE)]
    payment_name: Annotated[str, Meta(max_length=200)]


class MethodById(Data, frozen=True, kw_only=True):
    """A plugin takes its button away."""

    id: MethodId


class PaymentMethod(Doc, frozen=True, kw_only=True):
    """A button on the payment screen, while its plugin runs."""

    plugin_id: PublicId
    id: MethodId
    payment_name: str
    image: str


class ListMethods(Data, frozen=True, kw_only=True):
    """The payment methods this till can use."""


class MethodsReply(Reply, frozen=True, kw_only=True):
    """Payment methods of running plugins."""

    methods: tuple[PaymentMethod, ...]


class MethodsChange(Data, frozen=True, kw_only=True):
    """A payment method came or went."""

    methods: tuple[PaymentMethod, ...]


class MethodEvent(Data, frozen=True, kw_only=True):
    """Asked of the plugin of a payment method: take this money, or give this payment back."""

    event: Literal["pay", "cancel"]
    id: MethodId
    order: Order
    price: PartPrice | None = None
    payment: Payment | None = None


class MethodAnswer(Reply, frozen=True, kw_only=True):
    """What the plugin did; without a DTO it gave up. Read leniently: see `domain/attempt.py`."""

    event: str
    id: str
    payment_dto: dict[str, Any] | UnsetType = UNSET
    cancelled_payment_dto: dict[str, Any] | UnsetType = UNSET


def _row(
    name: str,
    kind: RowKind,
    data: type[Data],
    scope: str,
    reply: type[Reply] = Done,
    *,
    sdk: str = "",
    write: bool = False,
) -> Row:
    return Row(
        name=name,
        kind=kind,
        data=data,
        reply=reply,
        scopes=(scope,),
        write=write,
        sdk=sdk,
        origin="sdk-0.0.27" if sdk else "extension",
        page="payment.md" if sdk else "extensions.md",
    )


ROWS: tuple[Row, ...] = (
    _row("payment.start.request", "request", StartPayment, "staff:pay", AttemptReply, write=True),
    _row("payment-attempt.get.request", "request", AttemptById, "staff:pay", AttemptReply),
    _row("payment-attempt.list.request", "request", ListAttempts, "staff:pay", AttemptsReply),
    _row("payment-attempt.cancel.request", "request", AttemptById, "staff:pay", AttemptReply, write=True),
    _row("payment-attempt.resolve.request", "request", ResolveAttempt, "staff:pay", AttemptReply, write=True),
    _row("payment-attempt.change.event", "push", AttemptChange, "staff:pay"),
    _row("payment.method.add", "notify", AddMethod, "payment-method", sdk="paymentMethod.add"),
    _row("payment.method.remove", "notify", MethodById, "payment-method"),
    _row("payment-method.list.request", "request", ListMethods, "staff:pay", MethodsReply),
    _row("payment-method.change.event", "push", MethodsChange, "staff:pay"),
    _row(
        "payment.method.event.request", "host-request", MethodEvent, "payment-method", MethodAnswer,
        sdk="paymentMethod.add (callbacks)",
    ),
)  # fmt: skip
