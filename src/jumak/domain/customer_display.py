"""What a guest reads on the customer display: their own lines, discounts, total, then tender and change (DSP-1).

A view is made of the cart or of the order whose money is taken, and of nothing else: no notes, no table, nobody's
name. `total = Σ line amounts − their discounts − order discounts + tip`, as the guest can add up.
"""

from __future__ import annotations

from typing import Literal

from jumak.domain.base import Doc, PositiveWon, Title, Won
from jumak.domain.catalog import Menu
from jumak.domain.discount import Discount
from jumak.domain.draft.amounts import list_value, priced
from jumak.domain.draft.types import Draft
from jumak.domain.merchant import Shop
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order

DisplayState = Literal["idle", "cart", "paying", "paid"]


class ShownChoice(Doc, frozen=True, kw_only=True):
    """A chosen option; quantity is per one item."""

    title: Title
    quantity: int


class ShownDiscount(Doc, frozen=True, kw_only=True):
    """A discount as the won it takes off."""

    title: Title
    amount: PositiveWon


class ShownLine(Doc, frozen=True, kw_only=True):
    """A line. amount: won of the whole line before its discounts."""

    title: Title
    quantity: int | float
    amount: Won
    choices: tuple[ShownChoice, ...] = ()
    discounts: tuple[ShownDiscount, ...] = ()


class ShownPayment(Doc, frozen=True, kw_only=True):
    """The newest payment of the order here. tendered, change: of cash.  name: of a plugin's method.

    scan: the code the guest's phone is to scan, while it is to (PAY-9).
    """

    state: Literal["waiting", "taken"]
    amount: PositiveWon
    name: str | None = None
    tendered: PositiveWon | None = None
    change: PositiveWon | None = None
    scan: str | None = None


class CustomerView(Doc, frozen=True, kw_only=True):
    """The whole screen. Amounts in won.

    state: `idle` nothing to show; `cart` being put together; `paying` its money is taken; `paid`.
    number: what the order is called, once it is one.  endsInMs: the view is over then, read it anew.
    """

    state: DisplayState
    shop_name: str
    lines: tuple[ShownLine, ...]
    discounts: tuple[ShownDiscount, ...]
    total: PositiveWon
    paid: PositiveWon
    unpaid: PositiveWon
    tip: PositiveWon = 0
    number: str | None = None
    payment: ShownPayment | None = None
    ends_in_ms: int | None = None


def idle_view(shop: Shop) -> CustomerView:
    """Nobody is served."""
    return CustomerView(state="idle", shop_name=shop.name, lines=(), discounts=(), total=0, paid=0, unpaid=0)


def cart_view(draft: Draft, menu: Menu, shop: Shop) -> CustomerView:
    """The cart as it grows; `idle` when there is nothing in it."""
    if not draft.lines:
        return idle_view(shop)
    price = priced(draft, menu, shop)
    return CustomerView(
        state="cart",
        shop_name=shop.name,
        lines=tuple(
            ShownLine(
                title=line.known.item.title,
                quantity=line.known.quantity,
                amount=list_value(line.known),
                choices=tuple(
                    ShownChoice(title=choice.title, quantity=choice.quantity)
                    for choice in line.known.option_choices
                ),
                discounts=_shown(share.discounts),
            )
            for line, share in zip(draft.lines, price.lines, strict=True)
        ),
        discounts=_shown(price.discounts),
        total=price.charge.charge_price_value,
        paid=0,
        unpaid=price.charge.charge_price_value,
    )


def order_view(
    order: Order, shop: Shop, payment: ShownPayment | None, *, ends_in_ms: int | None = None
) -> CustomerView:
    """The order whose money is taken, `paid` once nothing is owed."""
    records = backing_of(order).lines
    unpaid = order.payment_price.payment_unpaid_value
    return CustomerView(
        state="paying" if unpaid else "paid",
        shop_name=shop.name,
        lines=tuple(
            ShownLine(
                title=line.item.title,
                quantity=line.quantity.value,
                amount=records[line.id].line_list,
                choices=tuple(
                    ShownChoice(title=choice.title, quantity=choice.quantity)
                    for choice in line.option_choices
                ),
                discounts=_shown(line.discounts),
            )
            for line in order.line_items
        ),
        discounts=_shown(order.discounts),
        total=order.charge_price.charge_price_value,
        paid=order.payment_price.payment_paid_value,
        unpaid=unpaid,
        tip=order.charge_price.charge_tip_value,
        number=order.number,
        payment=payment,
        ends_in_ms=ends_in_ms,
    )


def _shown(discounts: tuple[Discount, ...]) -> tuple[ShownDiscount, ...]:
    return tuple(ShownDiscount(title=each.title, amount=each.amount_money.value) for each in discounts)
