"""What an act above a role is about, in figures a manager can check before the PIN (SEC-1, rulebook §7.5)."""

from __future__ import annotations

from jumak.domain.base import Doc, Won
from jumak.domain.order.history import ChangedPayment, LineQuantity, PaymentTry
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order, OrderItem
from jumak.domain.payment import Payment


class ApprovedCart(Doc, frozen=True, kw_only=True):
    """The cart an act is done to. id: of its device.  version: what the device's cart was then, see `Draft`."""

    id: str
    version: int


class ActAbout(Doc, frozen=True, kw_only=True):
    """What an act is about, as the shop knows it, whatever the page that asks says of it.

    orderId, orderNumber, cart: what it is done to; none for an order that is yet to be.  line: of it, `previous` where the
    quantity changes.  payment, attempt: the money it is about.  was, amount: won; `was` where the act makes another
    amount of it.  back: won that go back to the guest with it.  how: what a manager decides.  override: although a plugin
    objected.
    """

    order_id: str | None = None
    order_number: str | None = None
    cart: ApprovedCart | None = None
    line: LineQuantity | None = None
    payment: ChangedPayment | None = None
    attempt: PaymentTry | None = None
    was: Won | None = None
    amount: Won | None = None
    back: Won | None = None
    how: str | None = None
    override: bool = False


def about_order(order: Order, *, back: int, override: bool = False) -> ActAbout:
    """The whole of an order, with what it costs. back: won that go back to the guest with it."""
    return ActAbout(
        order_id=order.id,
        order_number=order.number,
        amount=order.charge_price.charge_price_value,
        back=back or None,
        override=override,
    )


def about_price(before: Order | None, after: Order) -> ActAbout:
    """Another price of an order. before: None of a new one, which has no number yet."""
    was, amount = None, after.charge_price.charge_price_value
    if before is not None and before.charge_price.charge_price_value != amount:
        was = before.charge_price.charge_price_value
    return ActAbout(
        order_id=None if before is None else before.id,
        order_number=None if before is None else before.number,
        was=was,
        amount=amount,
    )


def about_line(order: Order, line: OrderItem, after: OrderItem | None = None) -> ActAbout:
    """One line of an order. after: what becomes of it, None where it goes."""
    quantity, amount = line.quantity.value, line.charge_price.value
    if after is None:
        counted = LineQuantity(id=line.id, title=line.item.title, quantity=quantity)
        return ActAbout(order_id=order.id, order_number=order.number, line=counted, amount=amount)
    now = after.quantity.value
    counted = LineQuantity(
        id=line.id, title=line.item.title, quantity=now, previous=quantity if now != quantity else None
    )
    then = after.charge_price.value
    return ActAbout(
        order_id=order.id,
        order_number=order.number,
        line=counted,
        was=amount if then != amount else None,
        amount=then,
    )


def about_payment(
    order: Order,
    payment: Payment,
    *,
    how: str | None = None,
    amount: int | None = None,
    override: bool = False,
) -> ActAbout:
    """A payment, by default all of it that has not gone back yet. amount: won, of a part of it."""
    external = payment.external_details
    return ActAbout(
        order_id=order.id,
        order_number=order.number,
        payment=ChangedPayment(
            id=payment.id,
            source_type=payment.source_type,
            source=None if external is None else external.source,
        ),
        amount=payment.amount_money - backing_of(order).payments[payment.id].refunded
        if amount is None
        else amount,
        how=how,
        override=override,
    )
