"""Messages of the list of money that nobody knows the end of (contract: extensions §6; rulebook NET-5, CAN-10)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from jumak.domain.attempt import AttemptError, MethodRef, Tender, TerminalRef
from jumak.domain.base import Doc, PositiveWon, PublicId
from jumak.domain.reconcile import ReconcileKind, Standing
from jumak.domain.table import Table
from jumak.protocol.messages.till_receipt import CashReceiptView
from jumak.protocol.row import Data, Reply, Row

LONGEST_PAGE = 200


class ReconcileAction(Doc, frozen=True, kw_only=True):
    """What can be done now: the message to send, and what it takes; a note may be added."""

    name: str
    data: dict[str, Any]


class ReconcileItem(Doc, frozen=True, kw_only=True):
    """Money that somebody has to look after, or that is still under way.

    id: the attempt's, refund's or cash receipt's.  state: its own.  standing: what it waits for.  since: when it began.
    paymentId: of a refund.  approvedNo: of an approval that is no payment.  message: what happened, for people.
    table: where its order sits.  nextTryAt: when it is asked again by itself.  cashReceipt: the one it is about.
    """

    kind: ReconcileKind
    id: PublicId
    standing: Standing
    state: str
    order_id: PublicId
    amount: PositiveWon
    since: str
    message: str
    actions: tuple[ReconcileAction, ...]
    order_number: str | None = None
    table: Table | None = None
    tender: Tender | None = None
    method: MethodRef | None = None
    terminal: TerminalRef | None = None
    payment_id: PublicId | None = None
    approved_no: str | None = None
    error: AttemptError | None = None
    note: str | None = None
    next_try_at: str | None = None
    cash_receipt: CashReceiptView | None = None


class ListReconcile(Data, frozen=True, kw_only=True):
    """What is open, oldest first. standings: narrow.  after: `next` of the page before.  size: 50 unless given."""

    standings: Annotated[list[Standing], Meta(max_length=4)] | None = None
    after: Annotated[str, Meta(max_length=100)] | None = None
    size: Annotated[int, Meta(ge=1, le=LONGEST_PAGE)] | None = None


class ReconcileReply(Reply, frozen=True, kw_only=True):
    """A page of what is open. total: how many there are in all.  waiting: those that are not simply under way, whatever
    was asked for.  next: there is more, ask with it as `after`.
    """

    items: tuple[ReconcileItem, ...]
    total: int
    waiting: int
    next: str | UnsetType = UNSET


class ReconcileChange(Data, frozen=True, kw_only=True):
    """The list changed; read it again. total: how many are on it.  waiting: those that are not simply under way."""

    total: int
    waiting: int


ROWS: tuple[Row, ...] = (
    Row(
        name="reconcile.list.request",
        kind="request",
        data=ListReconcile,
        reply=ReconcileReply,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
    Row(
        name="reconcile.change.event",
        kind="push",
        data=ReconcileChange,
        scopes=("staff:pay",),
        page="extensions.md",
    ),
)
