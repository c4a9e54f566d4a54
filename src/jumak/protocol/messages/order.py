"""Messages of orders (contract: order, extensions §4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Raw

from jumak.domain.base import CatalogId, Doc, Key, Memo, PositiveWon, PublicId, Value
from jumak.domain.discount import StaffDiscount
from jumak.domain.order.types import (
    ChoiceDto,
    NumGuests,
    Order,
    OrderDto,
    OrderItemDto,
    Quantity,
)
from jumak.domain.payment import PaymentDto
from jumak.protocol.row import UNSET, Data, Done, Reply, Row, UnsetType

Instant = Annotated[str, Meta(min_length=1, max_length=40)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Approval = Annotated[str, Meta(min_length=1, max_length=64)]
PageNumber = Annotated[int, Meta(ge=1, le=2**31)]
PageSize = Annotated[int, Meta(ge=1, le=500)]
OrderStateFilter = Literal["REQUEST", "REQUESTED", "OPENED", "COMPLETED", "CANCELLED"]


class OrderReply(Reply, frozen=True, kw_only=True):
    """One order."""

    order: Order


class OrdersReply(Reply, frozen=True, kw_only=True):
    """A bare array of orders; a page shorter than `size` is the last."""

    orders: list[Order | Raw]


class AddOrder(Data, frozen=True, kw_only=True):
    """A new order. approvalId: staff, for what is above their role."""

    order: OrderDto
    approval_id: Approval | None = None


class AddMenu(Data, frozen=True, kw_only=True):
    """A further round on an order; read per profile."""

    id: PublicId
    order: OrderDto
    approval_id: Approval | None = None


class CancelOrder(Data, frozen=True, kw_only=True):
    """End an order. reason, approvalId: staff. override: a manager, although a plugin objects (payment §5)."""

    id: PublicId
    reason: Reason | None = None
    approval_id: Approval | None = None
    override: bool = False


class CancelOrderReply(Reply, frozen=True, kw_only=True):
    """Staff get the order; `cancelPending` when money still has to be returned."""

    order: Order | UnsetType = UNSET
    cancel_pending: bool | UnsetType = UNSET


class OrderById(Data, frozen=True, kw_only=True):
    """An order by id."""

    id: PublicId


class GetOrders(Data, frozen=True, kw_only=True):
    """A period of orders. `status` repeats `orderStates`; `states` is accepted and ignored (H-16)."""

    start: Instant | None = None
    end: Instant | None = None
    page: PageNumber | None = None
    size: PageSize | None = None
    order_states: tuple[OrderStateFilter, ...] | None = None
    status: tuple[OrderStateFilter, ...] | None = None
    states: Any = None


class SearchOrders(Data, frozen=True, kw_only=True):
    """Orders by table, state and period, AND-ed."""

    table_id: CatalogId | None = None
    order_state: OrderStateFilter | None = None
    start: Instant | None = None
    end: Instant | None = None
    page: PageNumber | None = None
    size: PageSize | None = None
    order_key: Key | None = None


class RequestedInfoDto(Doc, frozen=True, kw_only=True):
    """Deadline for an answer, and when the guest wants it."""

    expired_at: Instant
    expected_ready_at: Instant


class PrepaymentDto(PaymentDto, frozen=True, kw_only=True):
    """A payment taken before the order exists: `orderId` may be left out."""

    order_id: Annotated[str, Meta(max_length=64)] = ""


class SubmittedOrderDto(OrderDto, frozen=True, kw_only=True):
    """An order from an outside channel, with what was already paid."""

    requested_info: RequestedInfoDto
    payments: Annotated[tuple[PrepaymentDto, ...], Meta(max_length=50)] | None = None


class SubmitOrder(Data, frozen=True, kw_only=True):
    """A REQUESTED order from an outside channel (ORD-3)."""

    order: SubmittedOrderDto


class AcceptOrder(Data, frozen=True, kw_only=True):
    """Accept a requested order."""

    id: PublicId
    estimated_ready_at: Instant | None = None


class DeclineOrder(Data, frozen=True, kw_only=True):
    """Decline a requested order, with the reason the guest is told."""

    id: PublicId
    reason: Reason


class FindOrders(Data, frozen=True, kw_only=True):
    """Search by number, table, key, item or amount."""

    text: Annotated[str, Meta(max_length=100)] | None = None
    number: Annotated[str, Meta(max_length=32)] | None = None
    business_date: Annotated[str, Meta(max_length=10)] | None = None
    page: PageNumber | None = None
    size: PageSize | None = None


class AddLines(Data, frozen=True, kw_only=True):
    """Lines to append; the only edit that may be rebased (OFF-5)."""

    id: PublicId
    line_items: Annotated[tuple[OrderItemDto, ...], Meta(min_length=1, max_length=500)]
    expected_version: int | None = None
    approval_id: Approval | None = None


class UpdateLine(Data, frozen=True, kw_only=True):
    """Changes to one line; absent keys stay."""

    id: PublicId
    expected_version: int
    line_id: PublicId
    quantity: Quantity | None = None
    option_choices: tuple[ChoiceDto, ...] | None = None
    memo: Memo | None = None
    discounts: Annotated[tuple[StaffDiscount, ...], Meta(max_length=100)] | None = None
    charge_price: Value | None = None
    seat: Annotated[int, Meta(ge=1, le=9_999)] | None = None
    reason: Reason | None = None
    approval_id: Approval | None = None


class RemoveLine(Data, frozen=True, kw_only=True):
    """Take one line off."""

    id: PublicId
    expected_version: int
    line_id: PublicId
    reason: Reason | None = None
    approval_id: Approval | None = None


class UpdateOrder(Data, frozen=True, kw_only=True):
    """Changes to the order as a whole; absent keys stay."""

    id: PublicId
    expected_version: int
    memo: Memo | None = None
    num_guests: NumGuests | None = None
    discounts: Annotated[tuple[StaffDiscount, ...], Meta(max_length=100)] | None = None
    tip: PositiveWon | None = None
    reason: Reason | None = None
    approval_id: Approval | None = None


class LineShare(Doc, frozen=True, kw_only=True):
    """So many of a line."""

    id: PublicId
    quantity: Quantity


class SplitOrder(Data, frozen=True, kw_only=True):
    """Divide an order in two (SPL-5). num_guests: who go along; the others stay (TBL-8)."""

    id: PublicId
    expected_version: int
    lines: Annotated[tuple[LineShare, ...], Meta(min_length=1, max_length=500)]
    table_id: CatalogId | None = None
    num_guests: NumGuests | None = None


class SplitOrderReply(Reply, frozen=True, kw_only=True):
    """Both orders."""

    order: Order
    new_order: Order


class ReturnLine(Data, frozen=True, kw_only=True):
    """Goods come back (CAN-5). refundTo: id of the payment to refund first."""

    id: PublicId
    expected_version: int
    line_id: PublicId
    quantity: Quantity
    reason: Reason
    refund_to: PublicId | None = None


class RefundAmount(Data, frozen=True, kw_only=True):
    """Goodwill (CAN-6). expectedVersion: of the order it was agreed on, so that nobody gives it twice."""

    id: PublicId
    amount: Annotated[int, Meta(ge=1, le=999_999_999)]
    reason: Reason
    payment_id: PublicId | None = None
    expected_version: int | None = None


class Refund(Doc, frozen=True, kw_only=True):
    """Money given back on a payment. pending: it has not reached the guest yet."""

    id: PublicId
    payment_id: PublicId
    amount: int
    tax: int
    at: str
    pending: bool


class RefundsReply(Reply, frozen=True, kw_only=True):
    """The order and what was given back."""

    order: Order
    refunds: tuple[Refund, ...]


class LockOrder(Data, frozen=True, kw_only=True):
    """Take the payment lock of an order (OFF-6)."""

    id: PublicId
    expected_unpaid: PositiveWon


class LockById(Data, frozen=True, kw_only=True):
    """A lock by its id."""

    lock_id: PublicId


class Lock(Doc, frozen=True, kw_only=True):
    """A lease: who holds it may take the money until it expires."""

    id: PublicId
    expires_at: str


class LockReply(Reply, frozen=True, kw_only=True):
    """The lease."""

    lock: Lock


class OrderRef(Doc, frozen=True, kw_only=True):
    """An order by id."""

    id: str


class OrderChange(Data, frozen=True, kw_only=True):
    """Something happened to an order; for `cancel` the whole order stands under `order` (X-8)."""

    event: Literal["add", "update", "accept", "decline", "expire", "complete", "cancel", "call"]
    order: Order | Raw


class OrderView(Data, frozen=True, kw_only=True):
    """The whole order after each commit (ORD-6); for screens, without `seq`."""

    order: Order
    version: int
    number: str


_STAFF = ("staff:order", "order:manage")


def _sdk(
    name: str,
    member: str,
    scope: str,
    data: type[Data],
    reply: type[Reply],
    *,
    write: bool = True,
    about: str = "",
) -> Row:
    return Row(
        name=f"order.{name}.request",
        kind="request",
        data=data,
        reply=reply,
        scopes=(scope,),
        write=write,
        sdk=f"order.{member}",
        rate_limited=True,
        origin="sdk-0.0.27",
        page="order.md",
        about=about,
    )


def _staff(
    name: str,
    data: type[Data],
    reply: type[Reply],
    scopes: tuple[str, ...] = _STAFF,
    *,
    write: bool = True,
    about: str = "",
) -> Row:
    return Row(
        name=f"order.{name}.request",
        kind="request",
        data=data,
        reply=reply,
        scopes=scopes,
        write=write,
        page="extensions.md §4",
        about=about,
    )


ROWS: tuple[Row, ...] = (
    _sdk("add", "add", "order:write", AddOrder, OrderReply),
    _sdk("add-menu", "addMenu", "order:write", AddMenu, OrderReply),
    _sdk("cancel", "cancel", "order:write", CancelOrder, CancelOrderReply),
    _sdk(
        "complete",
        "complete",
        "order:write",
        OrderById,
        OrderReply,
        about="Hand the order over; in postpaid shops",
    ),
    _sdk(
        "get", "getOrder", "order:read", OrderById, OrderReply, write=False, about="One order, in any state"
    ),
    _sdk("get-list", "getOrders", "order:read", GetOrders, OrdersReply, write=False),
    _sdk("search", "search", "order:read", SearchOrders, OrdersReply, write=False),
    _staff("submit", SubmitOrder, OrderReply, ("order:submit",)),
    _staff("accept", AcceptOrder, OrderReply),
    _staff("decline", DeclineOrder, OrderReply),
    _staff("call", OrderById, OrderReply, about="The customer is called; the state stays (ORD-9)"),
    _staff("collect", OrderById, OrderReply, about="The order was picked up (ORD-9)"),
    _staff("find", FindOrders, OrdersReply, ("staff:order",), write=False),
    _staff("add-line", AddLines, OrderReply),
    _staff("update-line", UpdateLine, OrderReply),
    _staff("remove-line", RemoveLine, OrderReply),
    _staff("update", UpdateOrder, OrderReply),
    _staff("split", SplitOrder, SplitOrderReply),
    _staff("return-line", ReturnLine, RefundsReply, ("staff:manage",)),
    _staff("refund-amount", RefundAmount, RefundsReply, ("staff:manage",)),
    _staff("lock", LockOrder, LockReply, ("staff:pay",)),
    _staff(
        "renew-lock", LockById, LockReply, ("staff:pay",), about="Keep the payment lock for another lease"
    ),
    _staff("unlock", LockById, Done, ("staff:pay",), about="Give the payment lock back"),
    Row(
        name="order.change.event",
        kind="push",
        data=OrderChange,
        scopes=("order:read",),
        sdk="order.on",
        origin="sdk-0.0.27",
        page="wire.md §6",
    ),
    Row(name="order.view.event", kind="push", data=OrderView, scopes=_STAFF, page="extensions.md §12"),
)
