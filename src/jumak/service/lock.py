"""Use cases of the payment lock: one device at a time takes an order's money (OFF-6)."""

from __future__ import annotations

from datetime import timedelta

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.errors import Conflict, NotFound
from jumak.domain.fact import Fact
from jumak.domain.order.ending import check_not_being_cancelled
from jumak.domain.order.life import Act, next_state
from jumak.protocol.messages.order import Lock, LockById, LockOrder, LockReply
from jumak.protocol.row import Done
from jumak.service.documents import PaymentLock
from jumak.service.keeping import check_unlocked, known_order
from jumak.service.ports import Transaction
from jumak.service.registry import command
from jumak.service.serving import leave, serve

LEASE = timedelta(seconds=60)


@command("order.lock.request")
async def lock(tx: Transaction, data: LockOrder) -> LockReply:
    """A lease of 60 s on the order's money, if what is owed is what the caller sees (OFF-5).

    Raises Locked while somebody else holds it, Conflict UNPAID_CHANGED with the amount, InvalidState
    CANCEL_PENDING.
    """
    order = await known_order(tx, data.id)
    next_state(order, Act.PAY)
    check_not_being_cancelled(order)
    await check_unlocked(tx, order)
    unpaid = order.payment_price.payment_unpaid_value
    if unpaid != data.expected_unpaid:
        raise Conflict(
            f"남은 금액이 {unpaid:,}원으로 바뀌었습니다",
            f"{unpaid} is to be paid, not {data.expected_unpaid}; show the order again",
            reason="UNPAID_CHANGED",
            unpaid=unpaid,
        )
    held = await tx.get(PaymentLock, order.id)
    lock_id = held.lock_id if held is not None and held.holder == tx.caller.id else tx.ids.new()
    await serve(tx, order.id, tx.caller.device_id, lock_id=lock_id)
    return _leased(tx, order.id, lock_id)


@command("order.renew-lock.request")
async def renew(tx: Transaction, data: LockById) -> LockReply:
    """Another 60 s; raises NotFound when the lease ran out or is somebody else's."""
    held = await _held(tx, data.lock_id)
    if held.expires_ms <= to_ms(tx.at):
        raise _gone(data.lock_id)
    return _leased(tx, held.id, held.lock_id)


@command("order.unlock.request")
async def unlock(tx: Transaction, data: LockById) -> Done:
    """Give the lease back; one that is over, because all was paid, is fine (OFF-6)."""
    left = await leave(tx, data.lock_id)
    for held in (await tx.all(PaymentLock)).values():
        if held.lock_id == data.lock_id:
            if held.holder != tx.caller.id:
                raise _gone(data.lock_id)
            tx.drop(PaymentLock, held.id)
            left = held.id
    if left is not None:
        tx.record(Fact("order.unlock", left, {"order": {"id": left}}))
    return Done()


def _leased(tx: Transaction, order_id: str, lock_id: str) -> LockReply:
    expires = tx.at + LEASE
    tx.put(PaymentLock(id=order_id, lock_id=lock_id, holder=tx.caller.id, expires_ms=to_ms(expires)))
    tx.record(Fact("order.lock", order_id, {"order": {"id": order_id}}))
    text = calendar_of(tx.shop).iso(from_ms(to_ms(expires)))
    return LockReply(lock=Lock(id=lock_id, expires_at=text))


async def _held(tx: Transaction, lock_id: str) -> PaymentLock:
    for held in (await tx.all(PaymentLock)).values():
        if held.lock_id == lock_id and held.holder == tx.caller.id:
            return held
    raise _gone(lock_id)


def _gone(lock_id: str) -> NotFound:
    return NotFound(
        "결제 잠금이 없거나 만료되었습니다",
        f"there is no lock {lock_id[:64]} of yours; take it again with order.lock",
        path="$.lockId",
    )
