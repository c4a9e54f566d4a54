"""Use cases of payments as records (contract: payment §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jumak.domain.approval import ActAbout, about_payment
from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.errors import DuplicateKey, HostUnavailable, InvalidArgument, NotFound
from jumak.domain.order.add import body_hash
from jumak.domain.order.ending import check_not_being_cancelled, ended_by_last_payment
from jumak.domain.order.paying import (
    Paid,
    cancel_payment,
    check_may_cancel_payment,
    find_payment,
    needs_manager_to_cancel,
    record_payment,
)
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment, PaymentDto
from jumak.domain.refund import RefundAttempt
from jumak.domain.terminal import TerminalRecord
from jumak.protocol.messages.payment import (
    AddPayment,
    CancelPayment,
    CancelPaymentReply,
    PaymentById,
    PaymentReply,
)
from jumak.service.approval import NOBODY, is_approved, require_manager
from jumak.service.documents import InFlight, Install, PaymentLock
from jumak.service.keeping import check_unlocked, keep, known_order, order_fact, payment_fact
from jumak.service.ports import Reader, Transaction
from jumak.service.refund import (
    check_no_refund,
    goes_back,
    queue,
)
from jumak.service.registry import command, query
from jumak.service.serving import served

CANCEL: Final = "payment.cancel"


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
    if tx.caller.is_staff and dto.source_type == "CASH":
        # Still in the guest's hand, unlike what was approved elsewhere, which is a fact (PAY-3).
        check_not_being_cancelled(order)
    paid = await taken(tx, order, dto)
    await keep_payment(tx, order, paid)
    return PaymentReply(payment=paid.payment)


async def keep_payment(tx: Transaction, order: Order, paid: Paid) -> None:
    """Save an order with its new payment: `paid`, then `complete` if it did, then the table (H-34).

    Money that comes while the order is being cancelled is one more payment to give back (CAN-2).
    """
    oddities: dict[str, Any] = {"warnings": list(paid.warnings)} if paid.warnings else {}
    after = await keep(
        tx,
        order,
        paid.order,
        payments=[payment_fact("paid", order.id, paid.payment.id, **oddities)],
        orders=[order_fact("complete", paid.order)] if paid.completed else [],
    )
    if paid.order.payment_price.payment_unpaid_value == 0:
        await served(tx, order.id)
        if await tx.get(PaymentLock, order.id):
            # Whoever took the money is done: what follows need not wait for the lease to run out (OFF-6).
            tx.drop(PaymentLock, order.id)
    if backing_of(after).cancel_pending:
        await queue(tx, after, paid.payment)


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


async def check_new_key(tx: Transaction, order: Order, payment_key: str, *, owner: str | None = None) -> None:
    """Neither the owner's payments nor those about to be on this order have the key (PAY-6).

    owner: who records the payment, the caller unless said otherwise.
    """
    found = await tx.payment_by_key(tx.caller.id if owner is None else owner, payment_key)
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


async def taken(
    tx: Transaction,
    order: Order,
    dto: PaymentDto,
    owner: Caller | None = None,
    *,
    by_method: bool = False,
    terminal: str = "",
    tip: int = 0,
) -> Paid:
    """The order with this payment on it, not yet saved. owner: whose payment it is, the caller's if None.

    by_method, terminal, tip: see `record_payment`.
    """
    calendar = calendar_of(tx.shop)
    approved = calendar.parse(dto.approved_at, path="$.paymentDto.approvedAt")
    return record_payment(
        order,
        dto,
        payment_id=tx.ids.new(),
        caller=tx.caller if owner is None else owner,
        shop=tx.shop,
        body=body_hash(dto),
        at_ms=to_ms(tx.at),
        iso=calendar.iso(tx.at),
        approved_at=calendar.iso(approved),
        business_date=calendar.business_date(approved).isoformat(),
        by_method=by_method,
        terminal=terminal,
        tip=tip,
    )


@command("payment.cancel.request")
async def cancel(tx: Transaction, data: CancelPayment) -> CancelPaymentReply:
    """Take one payment back; the order stays (CAN-1), unless it waited for just this (CAN-3).

    Raises HostUnavailable PLUGIN_NOT_RUNNING when staff want a payment back whose money only its
    plugin can return: while that runs it is asked first (`server/giving_back.py`); InvalidState
    CANCEL_IN_PROGRESS, REFUND_UNSETTLED once it was asked.
    """
    return await cancel_one(tx, data)


async def cancel_one(
    tx: Transaction, data: CancelPayment, *, given_back: bool = False, approved: Mapping[str, Any] = NOBODY
) -> CancelPaymentReply:
    """See `cancel`. given_back: who took the money has returned it, a fact whoever says so, locked order or not.

    approved: what the fact says of an approval that was used up before.
    """
    order = await tx.order_of_payment(data.payment.id)
    if order is None or order.id != data.order.id:
        await known_order(tx, data.order.id)
        raise NotFound(
            "주문에 없는 결제입니다",
            f"order {data.order.id[:64]} has no payment {data.payment.id[:64]}",
            path="$.payment.id",
        )
    payment = find_payment(order, data.payment.id)
    if not given_back:
        check_may_cancel_payment(order, payment, tx.caller)
        if payment.state != "CANCELLED":
            approved = await approved_to_cancel(tx, order, payment, data)
    if payment.state == "CANCELLED":
        return CancelPaymentReply()
    if not given_back:
        await check_unlocked(tx, order)
        if tx.caller.is_staff:
            await check_no_refund(tx, payment.id)
            await _check_returnable(tx, order, payment)
    await take_back(tx, order, payment, **({"overridden": True} if data.override else {}), **approved)
    return CancelPaymentReply()


async def may_cancel(
    read: Reader, caller: Caller, order: Order, payment: Payment, data: CancelPayment
) -> bool:
    """Whether no manager is needed, or a manager's approval is there; it stays there."""
    if not _needs_manager(order, payment, caller, data):
        return True
    return await is_approved(read, caller, CANCEL, data, await _about(read, order, payment, data))


def _needs_manager(order: Order, payment: Payment, caller: Caller, data: CancelPayment) -> bool:
    insists = data.override and caller.is_staff and not caller.may("staff:manage")
    return insists or needs_manager_to_cancel(order, payment, caller)


async def _about(read: Reader, order: Order, payment: Payment, data: CancelPayment) -> ActAbout:
    back = await goes_back(read, order, payment)
    return about_payment(order, payment, amount=back, override=data.override)


async def approved_to_cancel(
    tx: Transaction, order: Order, payment: Payment, data: CancelPayment
) -> dict[str, Any]:
    """What the fact says of a manager's approval, which is used up. Raises PermissionDenied APPROVAL_NEEDED."""
    if not _needs_manager(order, payment, tx.caller, data):
        return {}
    return await require_manager(tx, CANCEL, data, await _about(tx, order, payment, data))


async def take_back(tx: Transaction, order: Order, payment: Payment, **said: Any) -> Order:
    """The books after a payment went back; the last one ends an order that waited for it (CAN-3)."""
    iso = calendar_of(tx.shop).iso(tx.at)
    asked = await tx.get(RefundAttempt, payment.id)
    # What it leaves is charged anew in the same commit, tip and all (CAN-8).
    keeps_tip = asked is not None and asked.then is not None
    after = cancel_payment(order, payment.id, shop=tx.shop, iso=iso, keeps_tip=keeps_tip)
    # An attempt of unknown end may still bring money: the order waits for that too (CAN-2).
    waits = await tx.get(InFlight, order.id) is not None
    ended = None if waits else ended_by_last_payment(after, iso)
    facts = [] if ended is None else [order_fact("update", ended), order_fact("cancel", ended)]
    return await keep(
        tx,
        order,
        after if ended is None else ended,
        payments=[payment_fact("cancel", order.id, payment.id, **said)],
        orders=facts,
    )


async def _check_returnable(tx: Transaction, order: Order, payment: Payment) -> None:
    record = backing_of(order).payments[payment.id]
    if record.terminal:
        raise away(await tx.get(TerminalRecord, record.terminal))
    if record.by_method:
        install = await tx.get(Install, record.owner)
        raise not_running(record.owner if install is None else install.name)


def away(terminal: TerminalRecord | None) -> HostUnavailable:
    """Nobody heard the question, so no money moved: the terminal is off, or no longer among the shop's."""
    name = "카드 단말기" if terminal is None else terminal.name
    return HostUnavailable(
        f"'{name}'에 연결할 수 없습니다. 단말기를 확인한 뒤 다시 시도해 주세요",
        f"the card terminal {name!r} cannot be reached, nothing was asked of it; look after it and try again",
        reason="TERMINAL_AWAY",
        terminal=name,
    )


def not_running(plugin: str) -> HostUnavailable:
    """Nobody is there to ask for the money or to give it back."""
    return HostUnavailable(
        f"플러그인 '{plugin}'이(가) 실행 중이 아니어서 처리할 수 없습니다. 플러그인을 켠 뒤 다시 시도해 주세요",
        f"the plugin {plugin!r} does not run here with this payment method; start it and try again",
        reason="PLUGIN_NOT_RUNNING",
        plugin=plugin,
    )


@query("payment.get.request")
async def get(read: Reader, caller: Caller, data: PaymentById) -> PaymentReply:
    """One payment; raises NotFound."""
    order = await read.order_of_payment(data.id)
    if order is None:
        raise NotFound("없는 결제입니다", f"there is no payment {data.id[:64]}", path="$.id")
    return PaymentReply(payment=find_payment(order, data.id))
