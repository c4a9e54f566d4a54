"""The life of an order: its states, what may happen in each, and the payment state derived from money.

Two independent axes (ORD-1): `orderState` is stored and moves only along ORDER_TRANSITIONS;
`paymentState` is derived from price and payments, never set.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from jumak.domain.errors import InvalidState, PosError
from jumak.domain.order.types import Order, OrderState, PaymentState


class Act(StrEnum):
    """Everything that can be asked of an order's state."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    EDIT = "edit"
    PAY = "pay"
    CANCEL_PAYMENT = "cancel payment"
    COMPLETE = "complete"
    CANCEL = "cancel"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"


ORDER_TRANSITIONS: Final[dict[OrderState, dict[Act, OrderState]]] = {
    "REQUESTED": {
        Act.ACCEPT: "OPENED",
        Act.DECLINE: "CANCELLED",
        Act.EXPIRE: "CANCELLED",
        Act.CANCEL: "CANCELLED",
        Act.PAY: "REQUESTED",
        Act.CANCEL_PAYMENT: "REQUESTED",
    },
    "OPENED": {
        Act.EDIT: "OPENED",
        Act.PAY: "OPENED",
        Act.CANCEL_PAYMENT: "OPENED",
        Act.COMPLETE: "COMPLETED",
        Act.CANCEL: "CANCELLED",
        Act.MOVE: "OPENED",
        Act.MERGE: "OPENED",
        Act.SPLIT: "OPENED",
    },
    "COMPLETED": {
        Act.EDIT: "OPENED",
        Act.PAY: "COMPLETED",
        Act.CANCEL_PAYMENT: "COMPLETED",
        Act.COMPLETE: "COMPLETED",
        Act.CANCEL: "CANCELLED",
        Act.MOVE: "COMPLETED",
    },
    "CANCELLED": {},
}
"""Rulebook §2.2. Guards that need data stand in the functions that use the table."""

_REFUSAL: Final = {
    Act.ACCEPT: ("접수할 수 없는 주문입니다", "only a requested order can be accepted"),
    Act.DECLINE: ("거절할 수 없는 주문입니다", "only a requested order can be declined"),
    Act.EXPIRE: ("만료할 수 없는 주문입니다", "only a requested order expires"),
    Act.EDIT: ("수정할 수 없는 주문입니다", "the order can no longer be edited"),
    Act.PAY: ("결제할 수 없는 주문입니다", "the order takes no payment"),
    Act.CANCEL_PAYMENT: ("결제를 취소할 수 없는 주문입니다", "the order gives no payment back"),
    Act.COMPLETE: ("완료할 수 없는 주문입니다", "the order cannot be completed"),
    Act.CANCEL: ("취소할 수 없는 주문입니다", "the order cannot be cancelled"),
    Act.MOVE: ("이동할 수 없는 주문입니다", "the order cannot be moved"),
    Act.MERGE: ("합석할 수 없는 주문입니다", "the order cannot be merged"),
    Act.SPLIT: ("나눌 수 없는 주문입니다", "the order cannot be divided"),
}


def cancelled_refusal(order: Order) -> PosError:
    """The refusal of everything on a cancelled order (§2.2)."""
    return InvalidState(
        "취소된 주문입니다", "the order is cancelled", reason="ORDER_CANCELLED", orderId=order.id
    )


def not_editable(order: Order, act: Act = Act.EDIT) -> PosError:
    """The refusal of an act the order's state does not allow."""
    ko, en = _REFUSAL[act]
    return InvalidState(ko, f"{en}; it is {order.order_state}", reason="ORDER_NOT_EDITABLE", orderId=order.id)


def next_state(order: Order, act: Act) -> OrderState:
    """The state after `act`; raises InvalidState and changes nothing when the table has no such row."""
    row = ORDER_TRANSITIONS[order.order_state]
    if act in row:
        return row[act]
    raise cancelled_refusal(order) if order.order_state == "CANCELLED" else not_editable(order, act)


def payment_state(order_state: OrderState, price: int, paid: int, *, ever_paid: bool) -> PaymentState:
    """ORD-1, first match. price, paid: won. PAID means partly paid (ORD-2)."""
    if paid == 0:
        if ever_paid:
            return "REFUNDED"
        if order_state == "CANCELLED":
            return "CANCELLED"
        if price == 0 and order_state != "REQUESTED":
            return "COMPLETED"
        return "OPENED"
    return "PAID" if paid < price else "COMPLETED"


def is_settled(order: Order) -> bool:
    """Ended and owing nothing: its table may be released (ORD-8)."""
    return order.order_state in ("COMPLETED", "CANCELLED") and order.payment_price.payment_unpaid_value == 0
