"""Use cases of payments as records (contract: payment §4)."""

from __future__ import annotations

from typing import Any

from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import DuplicateKey, InvalidArgument, NotFound
from jumak.domain.order.add import body_hash
from jumak.domain.order.paying import (
    Paid,
    cancel_payment,
    check_may_cancel_payment,
    find_payment,
    record_payment,
)
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment, PaymentDto
from jumak.protocol.messages.payment import AddPayment, CancelPayment, PaymentById, PaymentReply
from jumak.protocol.row import Done
from jumak.service.cancelling import ended_by_last_payment
from jumak.service.documents import PaymentLock
from jumak.service.keeping import check_unlocked, keep, known_order, order_fact, payment_fact
from jumak.service.ports import Reader, Transaction
from jumak.service.registry import command, query


@command("payment.add.request")
async def add(tx: Transaction, data: AddPayment) -> PaymentReply:
    """Record money taken outside; the same key and body answer the stored payment (PAY-6)."""
    dto = data.payment_dto
    if dto.order_id != data.order.id:
        raise InvalidArgument(
            "결제의 주문 번호가 다릅니다",
            "paymentDto.orderId names another order than order.id",
            path="$.paymentDto.orderId",
        )
    known = await repeated_payment(tx, dto)
    if known is not None:
        return PaymentReply(payment=known)
    order = await known_order(tx, data.order.id)
    await check_unlocked(tx, order)
    paid = await taken(tx, order, dto)
    oddities: dict[str, Any] = {"warnings": list(paid.warnings)} if paid.warnings else {}
    await keep(
        tx,
        order,
        paid.order,
        payments=[payment_fact("paid", order.id, paid.payment.id, **oddities)],
        orders=[order_fact("complete", paid.order)] if paid.completed else [],
    )
    if paid.order.payment_price.payment_unpaid_value == 0 and await tx.get(PaymentLock, order.id):
        # Whoever took the money is done: what follows need not wait for the lease to run out (OFF-6).
        tx.drop(PaymentLock, order.id)
    return PaymentReply(payment=paid.payment)


async def repeated_payment(tx: Transaction, dto: PaymentDto) -> Payment | None:
    """The payment this key made before; raises DuplicateKey for another body or a cancelled payment."""
    found = await tx.payment_by_key(tx.caller.id, dto.payment_key)
    if found is None:
        return None
    order, payment_id = found
    payment = find_payment(order, payment_id)
    if backing_of(order).payments[payment_id].body == body_hash(dto) and payment.state != "CANCELLED":
        return payment
    raise _used(dto.payment_key, payment_id)


async def check_new_key(tx: Transaction, order: Order, payment_key: str) -> None:
    """Neither the caller's payments nor those about to be on this order have the key (PAY-6)."""
    found = await tx.payment_by_key(tx.caller.id, payment_key)
    if found is not None:
        raise _used(payment_key, found[1])
    for payment in order.payments:
        if payment.payment_key == payment_key:
            raise _used(payment_key, payment.id)


def _used(payment_key: str, payment_id: str) -> DuplicateKey:
    return DuplicateKey(
        "이미 사용한 결제 키입니다",
        f"paymentKey {payment_key!r} was used before; every payment takes a new key",
        reason="PAYMENT_KEY_CONFLICT",
        id=payment_id,
    )


async def taken(tx: Transaction, order: Order, dto: PaymentDto) -> Paid:
    """The order with this payment on it, not yet saved."""
    calendar = calendar_of(tx.shop)
    approved = calendar.parse(dto.approved_at, path="$.paymentDto.approvedAt")
    return record_payment(
        order,
        dto,
        payment_id=tx.ids.new(),
        caller=tx.caller,
        shop=tx.shop,
        body=body_hash(dto),
        at_ms=to_ms(tx.at),
        iso=calendar.iso(tx.at),
        approved_at=calendar.iso(approved),
        business_date=calendar.business_date(approved).isoformat(),
    )


@command("payment.cancel.request")
async def cancel(tx: Transaction, data: CancelPayment) -> Done:
    """Take one payment back; the order stays (CAN-1), unless it waited for just this (CAN-3)."""
    order = await tx.order_of_payment(data.payment.id)
    if order is None or order.id != data.order.id:
        await known_order(tx, data.order.id)
        raise NotFound(
            "주문에 없는 결제입니다",
            f"order {data.order.id[:64]} has no payment {data.payment.id[:64]}",
            path="$.payment.id",
        )
    payment = find_payment(order, data.payment.id)
    check_may_cancel_payment(order, payment, tx.caller)
    if payment.state == "CANCELLED":
        return Done()
    await check_unlocked(tx, order)
    iso = calendar_of(tx.shop).iso(tx.at)
    after = cancel_payment(order, payment.id, iso=iso)
    ended = ended_by_last_payment(after, iso)
    facts = [] if ended is None else [order_fact("update", ended), order_fact("cancel", ended)]
    await keep(
        tx,
        order,
        after if ended is None else ended,
        payments=[payment_fact("cancel", order.id, payment.id)],
        orders=facts,
    )
    return Done()


@query("payment.get.request")
async def get(read: Reader, caller: Caller, data: PaymentById) -> PaymentReply:
    """One payment; raises NotFound."""
    order = await read.order_of_payment(data.id)
    if order is None:
        raise NotFound("없는 결제입니다", f"there is no payment {data.id[:64]}", path="$.id")
    return PaymentReply(payment=find_payment(order, data.id))
