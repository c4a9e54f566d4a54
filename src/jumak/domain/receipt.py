"""The receipt of an order (영수증), as it is shown and printed (rulebook §7.3, PRN-1, SIM-2).

It says what is in the books, so that any paper can be made again: nothing here is kept. Every amount on it adds up:
Σ line amounts − Σ discounts + tip = total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from jumak.domain.base import Doc, PositiveWon
from jumak.domain.cash_receipt import Use
from jumak.domain.discount import Discount
from jumak.domain.merchant import Shop
from jumak.domain.money import MILLI, milli, rhu
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import LineBacking, Order, OrderItem
from jumak.domain.payment import Payment, PaymentBacking, SourceType
from jumak.domain.tax import EXEMPT, shows_vat_split

Kind = Literal["RECEIPT", "PRE_BILL", "CANCELLED"]
"""A pre-bill is no receipt: nothing was paid on it (PRN-1)."""


class ReceiptShop(Doc, frozen=True, kw_only=True):
    """Who sold."""

    name: str
    business_number: str
    representative: str | None = None
    address: str | None = None
    phone: str | None = None


class ReceiptDiscount(Doc, frozen=True, kw_only=True):
    """What was taken off, won above zero."""

    title: str
    amount: PositiveWon


class ReceiptChoice(Doc, frozen=True, kw_only=True):
    """A chosen option, so many per piece."""

    title: str
    quantity: int


class ReceiptLine(Doc, frozen=True, kw_only=True):
    """What was sold. unit: won of one, options included.  amount: of all, before discounts.  exempt: carries no VAT."""

    title: str
    unit: PositiveWon
    quantity: int | float
    amount: PositiveWon
    choices: tuple[ReceiptChoice, ...] = ()
    discounts: tuple[ReceiptDiscount, ...] = ()
    exempt: bool = False


class ReceiptCard(Doc, frozen=True, kw_only=True):
    """The card that paid. issuer: never the acquirer (PAY-5).  number: masked (SEC-3).  months: `00` is a lump sum."""

    issuer: str
    number: str | None = None
    months: str


class ReceiptPayment(Doc, frozen=True, kw_only=True):
    """Money that was taken, and by what. tip: of the amount.  refunded: of the amount, given back since.

    owed: of what the books gave back, not with the guest yet.  cancelledAt: the whole of it was given back.  name: of a plugin's method, or of the wallet (PAY-9).  tendered, change: cash, while the shop
    remembers.  testMode: no money moved (SIM-2).
    """

    source_type: SourceType
    amount: PositiveWon
    tip: PositiveWon
    refunded: PositiveWon = 0
    owed: PositiveWon = 0
    approved_at: str
    approved_no: str | None = None
    cancelled_at: str | None = None
    name: str | None = None
    card: ReceiptCard | None = None
    tendered: PositiveWon | None = None
    change: PositiveWon | None = None
    test_mode: bool = False


class ReceiptedCash(Doc, frozen=True, kw_only=True):
    """A cash receipt that stands. use: unknown of one from elsewhere.  identifier: masked (RCP-5)."""

    use: Use | None = None
    identifier: str
    number: str
    amount: PositiveWon
    test_mode: bool = False


class Receipt(Doc, frozen=True, kw_only=True):
    """One order's receipt. number: business date and the order's number.  soldAt: shop-local with offset.

    supply, tax, exempt: of shops that show them (VAT-7); supply is taxable only.  testMode: something on it is for
    practice, which every paper says (SIM-2).
    """

    kind: Kind
    shop: ReceiptShop
    number: str
    order_number: str
    sold_at: str
    table: str | None = None
    num_guests: int | None = None
    lines: tuple[ReceiptLine, ...]
    discounts: tuple[ReceiptDiscount, ...]
    supply: PositiveWon | None = None
    tax: PositiveWon | None = None
    exempt: PositiveWon | None = None
    tip: PositiveWon
    total: PositiveWon
    paid: PositiveWon
    unpaid: PositiveWon
    payments: tuple[ReceiptPayment, ...]
    cash_receipts: tuple[ReceiptedCash, ...]
    test_mode: bool = False


class Taking(Struct, frozen=True, kw_only=True):
    """What the shop remembers of how a payment was taken. owed: won given back in the books that its guest has not got."""

    tendered: int | None = None
    change: int | None = None
    owed: int = 0
    test_mode: bool = False


def receipt_of(
    order: Order,
    shop: Shop,
    *,
    table: str | None,
    takings: Mapping[str, Taking],
    cash_receipts: Iterable[ReceiptedCash],
) -> Receipt:
    """The receipt of an order. table: its title.  takings: by payment."""
    backing, price = backing_of(order), order.charge_price
    split = shows_vat_split(shop)
    payments = tuple(
        _payment(payment, backing.payments[payment.id], takings.get(payment.id, Taking()))
        for payment in order.payments
    )
    receipted = tuple(cash_receipts)
    return Receipt(
        kind=_kind(order),
        shop=ReceiptShop(
            name=shop.name,
            business_number=shop.business_number,
            representative=shop.representative,
            address=shop.address,
            phone=shop.phone,
        ),
        number=f"{backing.business_date.replace('-', '')}-{order.number}",
        order_number=order.number,
        sold_at=order.created_at,
        table=table,
        num_guests=order.num_guests,
        lines=tuple(_line(line, backing.lines[line.id]) for line in order.line_items),
        discounts=_discounts(order.discounts),
        supply=price.charge_supply_value - price.charge_tax_exempt_value if split else None,
        tax=price.charge_tax_value if split else None,
        exempt=price.charge_tax_exempt_value if split else None,
        tip=price.charge_tip_value,
        total=price.charge_price_value,
        paid=order.payment_price.payment_paid_value,
        unpaid=order.payment_price.payment_unpaid_value,
        payments=payments,
        cash_receipts=receipted,
        test_mode=any(each.test_mode for each in payments) or any(each.test_mode for each in receipted),
    )


def _kind(order: Order) -> Kind:
    if order.order_state == "CANCELLED":
        return "CANCELLED"
    owes = order.payment_price.payment_unpaid_value > 0
    return "PRE_BILL" if owes and order.payment_price.payment_paid_value == 0 else "RECEIPT"


def _line(line: OrderItem, record: LineBacking) -> ReceiptLine:
    return ReceiptLine(
        title=line.item.title,
        unit=rhu(record.line_list * MILLI, milli(line.quantity.value)),
        quantity=line.quantity.value,
        amount=record.line_list,
        choices=tuple(
            ReceiptChoice(title=choice.title, quantity=choice.quantity) for choice in line.option_choices
        ),
        discounts=_discounts(line.discounts),
        exempt=record.vat_bp == EXEMPT,
    )


def _discounts(discounts: Iterable[Discount]) -> tuple[ReceiptDiscount, ...]:
    return tuple(
        ReceiptDiscount(title=each.title, amount=each.amount_money.value)
        for each in discounts
        if each.amount_money.value
    )


def _payment(payment: Payment, record: PaymentBacking, taking: Taking) -> ReceiptPayment:
    card, external = payment.card_details, payment.external_details
    return ReceiptPayment(
        source_type=payment.source_type,
        amount=payment.amount_money,
        tip=payment.tip_money,
        refunded=record.refunded,
        owed=taking.owed,
        approved_at=payment.approved_at,
        approved_no=payment.approved_no or None,
        cancelled_at=payment.cancelled_at,
        name=None if external is None else external.source,
        card=None
        if card is None
        else ReceiptCard(issuer=card.card_brand, number=card.card_no, months=card.installment_month),
        tendered=taking.tendered,
        change=taking.change,
        test_mode=taking.test_mode,
    )
