"""Use cases of requests: orders from outside channels and their answers (rulebook §2.2)."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.errors import InvalidArgument
from jumak.domain.order.add import Opening, open_order
from jumak.domain.order.ending import accept as decide_accept
from jumak.domain.order.ending import decline as decide_decline
from jumak.domain.order.ending import expire as decide_expire
from jumak.domain.order.ending import has_expired, set_pickup
from jumak.domain.order.paying import void_all
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order, RequestedInfo
from jumak.protocol.messages.order import (
    AcceptOrder,
    DeclineOrder,
    OrderById,
    OrderReply,
    SubmitOrder,
)
from jumak.protocol.row import Done
from jumak.service.keeping import check_unlocked, keep, known_order, order_fact, payment_fact
from jumak.service.order import check_table, human_number, repeated_order, source_of
from jumak.service.payment import check_new_key, taken
from jumak.service.ports import Transaction, menu_of
from jumak.service.registry import command
from jumak.service.table import shown


@command("order.submit.request")
async def submit(tx: Transaction, data: SubmitOrder) -> OrderReply:
    """A REQUESTED order: no ticket, no stock commit, prepayments recorded (ORD-3)."""
    dto = data.order
    known = await repeated_order(tx, dto)
    if known is not None:
        return OrderReply(order=await shown(tx, known))
    calendar = calendar_of(tx.shop)
    info = dto.requested_info
    expires = calendar.parse(info.expired_at, path="$.order.requestedInfo.expiredAt")
    ready = calendar.parse(info.expected_ready_at, path="$.order.requestedInfo.expectedReadyAt")
    if expires <= tx.at:
        raise InvalidArgument(
            "접수 기한이 이미 지났습니다",
            "requestedInfo.expiredAt has passed; give the shop time to answer",
            path="$.order.requestedInfo.expiredAt",
        )
    if dto.table_id is not None:
        await check_table(tx, dto.table_id, alone=False)
    order, warnings = open_order(
        dto,
        Opening(
            order_id=tx.ids.new(),
            number=await human_number(tx),
            owner=tx.caller.id,
            source=source_of(tx.caller),
            profile=tx.caller.profile,
            at=tx.at,
        ),
        await menu_of(tx),
        tx.shop,
        calendar,
        requested=RequestedInfo(
            request_at=calendar.iso(tx.at),
            expired_at=calendar.iso(expires),
            expected_ready_at=calendar.iso(ready),
        ),
        expires_ms=to_ms(expires),
    )
    facts = []
    for payment in dto.payments or ():
        await check_new_key(tx, order, payment.payment_key)
        paid = await taken(tx, order, replace(payment, order_id=order.id))
        order = replace(paid.order, version=1, updated_at=None)
        facts.append(payment_fact("paid", order.id, paid.payment.id))
    oddities = {"warnings": list(warnings)} if warnings else {}
    order = await keep(tx, None, order, payments=facts, orders=[order_fact("add", order, **oddities)])
    return OrderReply(order=await shown(tx, order))


@command("order.accept.request")
async def accept(tx: Transaction, data: AcceptOrder) -> OrderReply:
    """REQUESTED → OPENED; cooking starts now, or in time for the guest (KDS-9)."""
    order = await known_order(tx, data.id)
    calendar = calendar_of(tx.shop)
    estimated = data.estimated_ready_at
    if estimated is not None:
        estimated = calendar.iso(calendar.parse(estimated, path="$.estimatedReadyAt"))
    after = decide_accept(order, at=tx.at, iso=calendar.iso(tx.at), estimated_ready_at=estimated)
    assert after.requested_info is not None
    ready = calendar.parse(after.requested_info.expected_ready_at, path="$.expectedReadyAt")
    fire = ready - timedelta(minutes=tx.shop.preparation_minutes)
    if fire > tx.at:
        after = replace(after, backing=replace(backing_of(after), fire_at_ms=to_ms(fire)))
    after = await keep(tx, order, after, orders=[order_fact("accept", after)])
    return OrderReply(order=await shown(tx, after))


@command("order.decline.request")
async def decline(tx: Transaction, data: DeclineOrder) -> OrderReply:
    """REQUESTED → CANCELLED; prepayments are voided first."""
    order = await known_order(tx, data.id)
    iso = calendar_of(tx.shop).iso(tx.at)
    voided, payments = (
        void_all(order, shop=tx.shop, iso=iso) if order.order_state == "REQUESTED" else (order, ())
    )
    after = decide_decline(voided, iso=iso, reason=data.reason)
    after = await keep(
        tx,
        order,
        after,
        payments=[payment_fact("cancel", order.id, each) for each in payments],
        orders=[order_fact("decline", after)],
    )
    return OrderReply(order=await shown(tx, after))


async def expire_due(tx: Transaction) -> Done:
    """Cancel every request whose deadline has come; what the scheduler calls."""
    for order in await tx.open_orders():
        if has_expired(order, tx.at):
            await _expire(tx, order)
    return Done()


async def _expire(tx: Transaction, order: Order) -> None:
    iso = calendar_of(tx.shop).iso(tx.at)
    voided, payments = void_all(order, shop=tx.shop, iso=iso)
    after = decide_expire(voided, at=tx.at, iso=iso)
    await keep(
        tx,
        order,
        after,
        payments=[payment_fact("cancel", order.id, each) for each in payments],
        orders=[order_fact("expire", after)],
    )


@command("order.call.request")
async def call(tx: Transaction, data: OrderById) -> OrderReply:
    """The guest is called; the order's state stays (ORD-9)."""
    return await _pickup(tx, data.id, "called", "call")


@command("order.collect.request")
async def collect(tx: Transaction, data: OrderById) -> OrderReply:
    """The guest has it; the order's state stays (ORD-9)."""
    return await _pickup(tx, data.id, "collected", "collect")


async def _pickup(tx: Transaction, order_id: str, pickup: str, event: str) -> OrderReply:
    order = await known_order(tx, order_id)
    await check_unlocked(tx, order)
    after = set_pickup(order, pickup)
    # A guest may be called more than once, but takes the order once.
    if pickup == "called" or after != order:
        tx.save_order(after)
        tx.record(order_fact(event, after))
    return OrderReply(order=await shown(tx, after))
