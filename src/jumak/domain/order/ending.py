"""How an order is answered, handed over and ended (rulebook §2.2, §2.5)."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState, PermissionDenied, UnsupportedMode
from jumak.domain.merchant import Shop
from jumak.domain.order.edit import next_version
from jumak.domain.order.life import Act, next_state
from jumak.domain.order.pricing import backing_of, settle
from jumak.domain.order.types import Order, RequestedInfo
from jumak.domain.payment import Payment


def live_payments(order: Order) -> tuple[Payment, ...]:
    """Payments that still hold money: not cancelled, newest first (CAN-7)."""
    return tuple(payment for payment in reversed(order.payments) if payment.state != "CANCELLED")


def has_expired(order: Order, at: datetime) -> bool:
    """The deadline for an answer has come (§2.2: now ≥ expiredAt)."""
    expires_ms = backing_of(order).expires_ms
    return order.order_state == "REQUESTED" and expires_ms is not None and to_ms(at) >= expires_ms


def accept(order: Order, *, at: datetime, iso: str, estimated_ready_at: str | None) -> Order:
    """REQUESTED → OPENED before the deadline; raises InvalidState ORDER_EXPIRED after it (ORD-4)."""
    state = next_state(order, Act.ACCEPT)
    if has_expired(order, at):
        raise InvalidState(
            "접수 시간이 지난 주문입니다",
            "the time to accept this order has passed",
            reason="ORDER_EXPIRED",
            orderId=order.id,
        )
    info = _requested(order)
    accepted = replace(
        order,
        order_state=state,
        opened_at=iso,
        requested_info=replace(
            info, accepted_at=iso, estimated_ready_at=estimated_ready_at or info.estimated_ready_at
        ),
    )
    return next_version(order, settle(accepted), iso)


def decline(order: Order, *, iso: str, reason: str) -> Order:
    """REQUESTED → CANCELLED with the shop's reason; its prepayments must be voided before."""
    state = next_state(order, Act.DECLINE)
    declined = replace(
        order,
        order_state=state,
        cancelled_at=iso,
        cancel_reason="DECLINED",
        requested_info=replace(_requested(order), declined_at=iso, declined_reason=reason),
    )
    return next_version(order, settle(declined), iso)


def expire(order: Order, *, at: datetime, iso: str) -> Order:
    """REQUESTED → CANCELLED at the deadline; its prepayments must be voided before."""
    state = next_state(order, Act.EXPIRE)
    if not has_expired(order, at):
        raise InvalidState(
            "아직 접수할 수 있는 주문입니다", "the deadline has not come", reason="NOT_EXPIRED"
        )
    expired = replace(order, order_state=state, cancelled_at=iso, cancel_reason="EXPIRED")
    return next_version(order, settle(expired), iso)


def _requested(order: Order) -> RequestedInfo:
    assert order.requested_info is not None, "a requested order carries its request"
    return order.requested_info


def check_may_complete(order: Order, caller: Caller, shop: Shop) -> None:
    """Plugins complete in postpaid shops only; staff in prepaid ones once all is paid (§2.2).

    Raises UnsupportedMode, InvalidState.
    """
    next_state(order, Act.COMPLETE)
    if shop.postpaid or order.order_state == "COMPLETED":
        return
    if not caller.is_staff:
        raise UnsupportedMode(
            "선불 매장에서는 플러그인이 주문을 완료할 수 없습니다",
            "plugins complete orders in postpaid shops only",
            reason="PREPAID_SHOP",
        )
    if order.payment_price.payment_unpaid_value > 0:
        raise InvalidState("결제가 끝나지 않은 주문입니다", "the order is not fully paid", reason="UNPAID")


def complete(order: Order, *, iso: str) -> Order:
    """OPENED → COMPLETED, owing or not (ORD-5); a completed order comes back as it is."""
    state = next_state(order, Act.COMPLETE)
    if order.order_state == "COMPLETED":
        return order
    return next_version(order, closed(replace(order, order_state=state, completed_at=iso)), iso)


def closed(order: Order) -> Order:
    """Payments of a completed, fully paid order are settled with it (contract, payment §3)."""
    if order.order_state != "COMPLETED" or order.payment_price.payment_unpaid_value:
        return order
    if all(payment.state != "APPROVED" for payment in order.payments):
        return order
    return replace(
        order,
        payments=tuple(
            replace(payment, state="COMPLETED") if payment.state == "APPROVED" else payment
            for payment in order.payments
        ),
    )


def check_plugin_may_cancel(order: Order, caller: Caller) -> None:
    """CAN-9: a plugin cancels its own orders, and only with its own EXTERNAL payments on them.

    Raises PermissionDenied FOREIGN_ORDER, InvalidState HAS_LIVE_PAYMENTS or FOREIGN_PAYMENT.
    """
    backing = backing_of(order)
    if backing.owner != caller.id:
        raise PermissionDenied(
            "다른 프로그램이 만든 주문은 취소할 수 없습니다",
            "this order was made by somebody else",
            reason="FOREIGN_ORDER",
            orderId=order.id,
        )
    for payment in live_payments(order):
        if payment.source_type != "EXTERNAL":
            raise InvalidState(
                "카드·현금 결제가 남아 있어 취소할 수 없습니다. 포스에서 결제를 먼저 취소해 주세요",
                "a card or cash payment is live; staff cancel it on the POS first",
                reason="HAS_LIVE_PAYMENTS",
                paymentId=payment.id,
            )
        if backing.payments[payment.id].owner != caller.id:
            raise InvalidState(
                "다른 프로그램의 결제가 남아 있어 취소할 수 없습니다",
                "a payment of another plugin is live",
                reason="FOREIGN_PAYMENT",
                paymentId=payment.id,
            )


def cancel(order: Order, *, iso: str, reason: str | None) -> Order:
    """Any state but CANCELLED → CANCELLED, once no payment is live (CAN-2). A cancelled order comes back."""
    if order.order_state == "CANCELLED":
        return order
    state = next_state(order, Act.CANCEL)
    assert not live_payments(order), "payments are voided before the order is cancelled"
    ended = replace(
        order,
        order_state=state,
        cancelled_at=iso,
        cancel_reason=reason,
        backing=replace(backing_of(order), cancel_pending=False),
    )
    return next_version(order, settle(ended), iso)


def wait_to_be_cancelled(order: Order, reason: str | None) -> Order:
    """The order as one that ends once its last payment is back (CAN-2); as it is when it waits for that already.

    The reason waits with it: the last payment to come back ends the order without being asked why.
    """
    backing = backing_of(order)
    if backing.cancel_pending:
        return order
    return replace(order, cancel_reason=reason, backing=replace(backing, cancel_pending=True))


def ended_by_last_payment(order: Order, iso: str) -> Order | None:
    """The order as CANCELLED when it was waiting for its last payment to come back, else None (CAN-3)."""
    if not backing_of(order).cancel_pending or live_payments(order):
        return None
    return cancel(order, iso=iso, reason=order.cancel_reason)


def check_not_being_cancelled(order: Order) -> None:
    """Neither is money taken that would go back at once, nor a part given back of what goes back whole (CAN-2).

    Raises InvalidState CANCEL_PENDING.
    """
    if backing_of(order).cancel_pending:
        raise InvalidState(
            "취소 중인 주문입니다. 받은 돈은 모두 돌려드리고, 다 돌려드리면 취소됩니다. 다시 팔려면 새 주문을 만들어 주세요",
            "the order is being cancelled: all its money goes back, and with the last of it the order ends "
            "(reconcile.list says what is left); to go on with the sale make a new order",
            reason="CANCEL_PENDING",
            orderId=order.id,
        )


def set_pickup(order: Order, pickup: str) -> Order:
    """Called or collected: the third axis, which never moves the order's state (ORD-9)."""
    if order.order_state == "CANCELLED":
        next_state(order, Act.EDIT)
    return replace(order, backing=replace(backing_of(order), pickup=pickup))
