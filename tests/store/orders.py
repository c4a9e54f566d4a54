"""Orders, tickets and facts built by hand: what the use cases would hand to a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.calendar import to_ms
from jumak.domain.catalog import CategoryRef, ItemOptionChoice
from jumak.domain.fact import Fact
from jumak.domain.kitchen import Ticket, TicketLine
from jumak.domain.order.types import (
    ChargePrice,
    ItemSnapshot,
    LineBacking,
    Order,
    OrderBacking,
    OrderItem,
    OrderState,
    PaymentPrice,
    QuantityValue,
    Tally,
)
from jumak.domain.payment import Payment, PaymentBacking

START = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)
MENU = ("해물파전", "김치전", "도토리묵무침", "막걸리", "두부김치", "빈대떡", "홍어삼합")


def local(ms: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms, hours=9)).strftime(
        "%Y-%m-%dT%H:%M:%S+09:00"
    )


def make_line(order_id: str, number: int, quantity: int = 2) -> OrderItem:
    item = number % len(MENU)
    return OrderItem(
        id=f"{order_id}-{number}",
        order_id=order_id,
        dining_option="HERE",
        item=ItemSnapshot(
            id=100 + item,
            title=MENU[item],
            category=CategoryRef(id=1 + item % 3, title="안주"),
            type="ITEM",
            price_value=10_000,
        ),
        quantity=QuantityValue(quantity),
        charge_price=Value(11_000 * quantity),
        option_choices=(
            ItemOptionChoice(
                id=11, title="곱빼기", price_value=1_000, image_url=None, state="ON_SALE", quantity=1
            ),
            ItemOptionChoice(
                id=12, title="덜 맵게", price_value=0, image_url=None, state="ON_SALE", quantity=1
            ),
        ),
    )


def priced(order: Order) -> Order:
    """Amounts that add up: one rate, no discounts, tip none."""
    total = sum(line.charge_price.value for line in order.line_items)
    backing = order.backing
    assert backing is not None
    paid = sum(
        payment.amount_money - backing.payments[payment.id].refunded
        for payment in order.payments
        if payment.state != "CANCELLED"
    )
    cancelled = order.order_state == "CANCELLED"
    tax = (2 * total * 10 + 110) // 220
    if paid == 0:
        state = "REFUNDED" if order.payments else "CANCELLED" if cancelled else "OPENED"
    else:
        state = "PAID" if paid < total else "COMPLETED"
    return replace(
        order,
        charge_price=ChargePrice(
            charge_list_price_value=total,
            charge_discount_value=0,
            charge_price_value=total,
            charge_supply_value=total - tax,
            charge_tax_value=tax,
            charge_tip_value=0,
        ),
        payment_price=PaymentPrice(
            payment_paid_value=paid, payment_unpaid_value=0 if cancelled else total - paid
        ),
        payment_state=state,
        state=state,
    )


def make_order(
    order_id: str,
    *,
    at: datetime = START,
    state: OrderState = "OPENED",
    lines: int = 5,
    table_id: int | None = None,
    key: str | None = None,
    number: str = "A-001",
    owner: str = "com.example.qr",
    memo: str | None = None,
) -> Order:
    ms = to_ms(at)
    items = tuple(make_line(order_id, n + 1) for n in range(lines))
    return priced(
        Order(
            id=order_id,
            table_id=table_id,
            order_key=order_id if key is None else key,
            payment_state="OPENED",
            order_state=state,
            state="OPENED",
            line_items=items,
            discounts=(),
            payments=(),
            charge_price=ChargePrice(
                charge_list_price_value=0,
                charge_discount_value=0,
                charge_price_value=0,
                charge_supply_value=0,
                charge_tax_value=0,
                charge_tip_value=0,
            ),
            payment_price=PaymentPrice(payment_paid_value=0, payment_unpaid_value=0),
            source="com.example.qr",
            memo=memo,
            opened_at=local(ms),
            created_at=local(ms),
            number=number,
            version=1,
            backing=OrderBacking(
                owner=owner,
                created_ms=ms,
                business_date=local(ms)[:10],
                body=b"\x01" * 16,
                lines={
                    line.id: LineBacking(
                        line_list=line.charge_price.value,
                        vat_bp=1_000,
                        net=line.charge_price.value,
                        vat=line.charge_price.value // 11,
                        added_by=owner,
                        created_ms=ms,
                        price_id=1_000 + line.item.id,
                    )
                    for line in items
                },
                payments={},
                next_line=lines + 1,
                tallies=tuple(Tally(line.id, "main", 2_000, 0) for line in items),
                sent=True,
            ),
        )
    )


def revised(order: Order, **changes: object) -> Order:
    return priced(replace(order, version=order.version + 1, **changes))


def paid(
    order: Order, payment_id: str, amount: int, *, key: str | None = None, at: datetime = START
) -> Order:
    """The order with one more completed cash payment."""
    ms = to_ms(at)
    payment = Payment(
        id=payment_id,
        state="COMPLETED",
        source_type="CASH",
        order_id=order.id,
        amount_money=amount,
        tax_money=amount // 11,
        supply_money=amount - amount // 11,
        tip_money=0,
        tax_exempt_money=0,
        approved_no="",
        approved_at=local(ms),
        payment_key=payment_id if key is None else key,
        autocomplete=True,
    )
    assert order.backing is not None
    record = PaymentBacking(
        owner="till-1",
        at_ms=ms,
        business_date=local(ms)[:10],
        body=b"\x02" * 16,
        taken=(amount - amount // 11, amount // 11, 0, 0),
    )
    return revised(
        order,
        payments=(*order.payments, payment),
        backing=replace(order.backing, payments={**order.backing.payments, payment_id: record}),
    )


def make_ticket(ticket_id: str, order: Order, *, at: datetime = START) -> Ticket:
    ms = to_ms(at)
    return Ticket(
        id=ticket_id,
        order_id=order.id,
        state="OPENED",
        request_type="NEW",
        dining_option="HERE",
        lines=tuple(
            TicketLine(
                line_id=line.id,
                item_id=line.item.id,
                title=line.item.title,
                dining_option="HERE",
                category_id=line.item.category.id,
                category_order=1,
                previous=0,
                current=int(line.quantity.value * 1_000),
                list_value=line.charge_price.value,
                discount_value=0,
                stations=("main",),
                created_at=local(ms),
                option_choices=line.option_choices,
            )
            for line in order.line_items
        ),
        created_ms=ms,
        created_at=local(ms),
        updated_at=local(ms),
    )


def facts_of_add(order: Order, ticket: Ticket | None = None) -> list[Fact]:
    facts = [Fact("order.add", order.id, {"order": {"id": order.id}})]
    if order.table_id is not None:
        facts.append(Fact("table.order-add", str(order.table_id), {"table": {"id": order.table_id}}))
    if ticket is not None:
        facts.append(Fact("kds.open", ticket.id, {"kdsOrder": {"id": ticket.id}, "order": {"id": order.id}}))
    return facts
