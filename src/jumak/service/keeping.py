"""What follows from a changed order: stock, kitchen, table, and the facts in the contract's order.

Every use case that changes an order ends in `keep`. One commit tells of payment, order, table,
kitchen, catalog, in this order (contract README §8).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from jumak.domain.attempt import Attempt
from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.catalog import CatalogItem
from jumak.domain.catalog.news import item_facts
from jumak.domain.errors import InvalidState, Locked, NotFound
from jumak.domain.fact import Fact
from jumak.domain.kitchen import KitchenChange, Station, cancel_order, revise
from jumak.domain.merchant import Shop
from jumak.domain.occupancy import may_release
from jumak.domain.order.life import is_settled
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.refund import RefundAttempt, RefundStep, refund_stepped
from jumak.domain.stock import give_back, take
from jumak.domain.table import GroupRecord, TableRecord, emptied, seated
from jumak.service.documents import Device, InFlight, PaymentLock
from jumak.service.ports import Reader, Transaction, menu_of
from jumak.service.receipt_following import follow_cash


def order_fact(event: str, order: Order, **more: Any) -> Fact:
    """`order.<event>` about this order, its version beside the push's own key."""
    return Fact(f"order.{event}", order.id, {"order": {"id": order.id}, "version": order.version, **more})


def payment_fact(event: str, order_id: str, payment_id: str, **more: Any) -> Fact:
    """`payment.<event>` about a payment of this order."""
    return Fact(
        f"payment.{event}", payment_id, {"payment": {"id": payment_id}, "order": {"id": order_id}, **more}
    )


def table_fact(event: str, table_id: int, **more: Any) -> Fact:
    """`table.<event>` about this table."""
    return Fact(f"table.{event}", str(table_id), {"table": {"id": table_id}, **more})


def refund_fact(word: str, refund: RefundAttempt, **more: Any) -> Fact:
    """`refund.<word>` about what the plugin or terminal of a payment was asked to give back."""
    said: dict[str, Any] = {"order": {"id": refund.order_id}, "amount": refund.amount, "state": refund.state}
    if refund.is_part:
        said["payment"] = {"id": refund.payment}
    return Fact(f"refund.{word}", refund.id, said | more)


async def known_order(source: Reader, order_id: str, *, path: str = "$.id") -> Order:
    """The order of this id; raises NotFound."""
    order = await source.order(order_id)
    if order is None:
        raise NotFound("없는 주문입니다", f"there is no order {order_id[:64]}", path=path)
    return order


async def check_unlocked(tx: Transaction, order: Order) -> None:
    """Nobody else takes this order's money right now (TBL-12, OFF-6); raises Locked PAYMENT_IN_PROGRESS.

    While somebody is being charged nobody may touch the order, the till that began it included: what it
    owes must not change under a payment.
    """
    refusal = await locked(tx, order, tx.caller, tx.at)
    if refusal is not None:
        raise refusal


async def locked(source: Reader, order: Order, caller: Caller, at: datetime) -> Locked | None:
    """The refusal of `check_unlocked`, None when nobody takes this order's money.

    Its `data.by` and its sentence name the device that does, never the person.
    """
    now = to_ms(at)
    in_flight = await source.get(InFlight, order.id)
    if in_flight is not None and in_flight.locked:
        # It has no lease: it ends with its answer or when staff give up. Look again in a while.
        until = now + 60_000
        attempt = await source.get(Attempt, in_flight.attempt_id)
        holder = "" if attempt is None else attempt.device or attempt.caller
    else:
        lock = await source.get(PaymentLock, order.id)
        if lock is None or lock.holder == caller.id or lock.expires_ms <= now:
            return None
        until, holder = lock.expires_ms, lock.holder
    device = await source.get(Device, holder)
    by = holder if device is None else device.name
    return Locked(
        f"'{by}'에서 결제 중인 주문입니다. 결제가 끝난 뒤 다시 시도해 주세요",
        f"{by!r} is taking this order's money; try again when it has ended",
        reason="PAYMENT_IN_PROGRESS",
        until=until,
        orderId=order.id,
        by={"id": holder, "name": by},
    )


async def charging(source: Reader, order_id: str) -> Attempt | None:
    """The attempt by which somebody is being charged for this order right now, if any (OFF-6)."""
    in_flight = await source.get(InFlight, order_id)
    if in_flight is None or not in_flight.locked:
        return None
    return await source.get(Attempt, in_flight.attempt_id)


async def check_reserved(tx: Transaction, after: Order) -> None:
    """What an open attempt may still bring stays payable (PAY-2, NET-a); raises InvalidState OVERPAID."""
    in_flight = await tx.get(InFlight, after.id)
    if in_flight is None or after.payment_price.payment_unpaid_value >= in_flight.amount:
        return
    raise InvalidState(
        f"결과를 확인하지 못한 결제 {in_flight.amount:,}원이 있습니다. 먼저 확인해 주세요",
        f"an attempt over {in_flight.amount} is not settled; resolve it with payment-attempt.resolve first",
        reason="OVERPAID",
        attemptId=in_flight.attempt_id,
        orderId=after.id,
    )


def kitchen_due(order: Order, shop: Shop, now_ms: int) -> bool:
    """The kitchen may see this order: postpaid at once, prepaid when paid (ORD-7), scheduled when due (KDS-9).

    What the kitchen has begun it follows to the end: a sent order's changes go at once.
    """
    backing = backing_of(order)
    if order.order_state == "REQUESTED":
        return False
    if backing.sent:
        return True
    if backing.fire_at_ms is not None and backing.fire_at_ms > now_ms:
        return False
    return (
        shop.postpaid
        or shop.prepaid_kitchen_early
        or order.requested_info is not None
        or order.payment_price.payment_unpaid_value == 0
    )


async def keep(
    tx: Transaction,
    before: Order | None,
    after: Order,
    *,
    payments: Sequence[Fact] = (),
    orders: Sequence[Fact] = (),
    waste_reason: str | None = None,
) -> Order:
    """Save a changed order with everything that follows, and record the facts.

    before: as it was, None for a new order.  waste_reason: why cooked food is wasted on a cancel.
    Returns the order as saved.  Raises InvalidState OUT_OF_STOCK, which refuses the whole command;
    InvalidState OVERPAID when an open attempt could then bring too much.
    """
    await check_reserved(tx, after)
    catalog = await _move_stock(tx, before, after)
    after, kitchen = await _tell_kitchen(tx, before, after, waste_reason)
    after, tables = await _tell_table(tx, before, after)
    tx.save_order(after)
    tx.record(*payments, *orders, *tables, *kitchen, *catalog)
    await _end_refunds(tx, after, payments)
    await follow_cash(tx, after)
    return after


async def _end_refunds(tx: Transaction, after: Order, payments: Sequence[Fact]) -> None:
    """Money that is back in the books, by whichever way, is not waited for any more (CAN-10).

    A payment that was emptied part by part is none of them: its parts have attempts of their own.
    """
    for fact in payments:
        if fact.name == "payment.cancel" and not _emptied(after, fact.subject):
            refund = await tx.get(RefundAttempt, fact.subject)
            if refund is not None and refund.state != "RETURNED":
                await end_refund(tx, refund)


def _emptied(order: Order, payment_id: str) -> bool:
    payment = next(each for each in order.payments if each.id == payment_id)
    return backing_of(order).payments[payment_id].refunded == payment.amount_money


async def end_refund(tx: Transaction, refund: RefundAttempt, word: str = "return", **said: Any) -> None:
    """It went back, and with it the parts it carries."""
    returned = refund_stepped(refund, RefundStep.RETURN, error=None)
    tx.put(returned)
    tx.record(refund_fact(word, returned, **said))
    for part_id in refund.carries:
        part = await tx.get(RefundAttempt, part_id)
        if part is not None and part.state != "RETURNED":
            await end_refund(tx, replace(part, carried=True))


async def _tell_kitchen(
    tx: Transaction, before: Order | None, after: Order, waste_reason: str | None
) -> tuple[Order, Sequence[Fact]]:
    shop = tx.shop
    now_ms = to_ms(tx.at)
    if after.order_state == "CANCELLED":
        if before is None or not backing_of(after).sent:
            return after, ()
        change = cancel_order(
            after,
            await tx.tickets_of(after.id),
            await stations(tx),
            at=tx.at,
            iso=calendar_of(shop).iso(tx.at),
            ids=tx.ids,
            reason=waste_reason or after.cancel_reason or "",
        )
        return _ticketed(tx, change)
    if not kitchen_due(after, shop, now_ms):
        return after, ()
    sent_before = before is not None and backing_of(before).sent
    if sent_before and before is not None and before.line_items == after.line_items:
        return after, ()
    change = revise(
        before if sent_before else None,
        after,
        await stations(tx),
        await tx.tickets_of(after.id) if sent_before else (),
        at=tx.at,
        iso=calendar_of(shop).iso(tx.at),
        ids=tx.ids,
    )
    return _ticketed(tx, change)


def save_change(tx: Transaction, change: KitchenChange) -> None:
    """Save an order and the tickets of one kitchen change; recording its facts is the caller's."""
    tx.save_order(change.order)
    for ticket in change.tickets:
        tx.save_ticket(ticket)


def _ticketed(tx: Transaction, change: KitchenChange) -> tuple[Order, Sequence[Fact]]:
    for ticket in change.tickets:
        tx.save_ticket(ticket)
    return change.order, change.facts


async def stations(source: Reader) -> list[Station]:
    """The kitchen's stations."""
    return list((await source.all(Station)).values())


async def _tell_table(tx: Transaction, before: Order | None, after: Order) -> tuple[Order, Sequence[Fact]]:
    table_id = after.table_id
    if table_id is None:
        if is_settled(after) and not backing_of(after).released:
            return _released(after), ()
        return after, ()
    told: tuple[Fact, ...] = ()
    if before is None:
        await seat(tx, table_id, after.num_guests)
        told = (table_fact("order-add", table_id),)
    elif before == after or backing_of(before).released:
        # Its table was emptied of it: whoever sits there now has nothing to do with it (ORD-8).
        return after, ()
    if not is_settled(after):
        return after, told or (table_fact("order-update", table_id),)
    members = await _used_together(tx, table_id)
    others = [each for member in members for each in await tx.orders_on_table(member) if each.id != after.id]
    if not may_release(others):
        return after, told or (table_fact("order-update", table_id),)
    for other in others:
        tx.save_order(_released(other))
    held = {table_id, *(other.table_id for other in others)}
    cleared = [member for member in members if await empty_table(tx, member) or member in held]
    return _released(after), (*told, *(table_fact("clear", member) for member in cleared))


async def _used_together(tx: Transaction, table_id: int) -> tuple[int, ...]:
    """The tables one party sits at: a group is cleared as one (TBL-7)."""
    record = await tx.get(TableRecord, table_id)
    if record is None or record.group_id is None:
        return (table_id,)
    group = await tx.get(GroupRecord, record.group_id)
    return (table_id,) if group is None else group.table_ids


def _released(order: Order) -> Order:
    return replace(order, backing=replace(backing_of(order), released=True))


async def seat(tx: Transaction, table_id: int, num_guests: int | None) -> None:
    """Somebody sits at this table from now on, if nobody did before (TBL-9)."""
    record = await tx.get(TableRecord, table_id)
    if record is None or (record.seated_ms is not None and num_guests in (None, record.num_guests)):
        return
    tx.put(seated(record, at_ms=to_ms(tx.at), num_guests=num_guests))


async def empty_table(tx: Transaction, table_id: int) -> bool:
    """Nobody sits at this table any more; False when nobody did."""
    record = await tx.get(TableRecord, table_id)
    if record is None or (left := emptied(record)) is record:
        return False
    tx.put(left)
    return True


async def _move_stock(tx: Transaction, before: Order | None, after: Order) -> Sequence[Fact]:
    """Take what was added from stock and give back what was taken off (CAT-9)."""
    if before is None:
        moved = _moved({}, _held(after), {})
    elif before.line_items is after.line_items and before.order_state == after.order_state:
        return ()
    else:
        moved = _moved(_held(before), _held(after), _cooked(before))
    facts: list[Fact] = []
    menu = await menu_of(tx)
    for (item_id, price_id), quantity in moved.items():
        if not quantity:
            continue
        item = await tx.get(CatalogItem, item_id)
        if item is None or not any(price.id == price_id and price.is_stockable for price in item.prices):
            continue
        changed = (
            take(item, price_id, quantity, tx.at)
            if quantity > 0
            else give_back(item, price_id, -quantity, tx.at)
        )
        if changed is item:
            continue
        tx.put(changed)
        facts.extend(item_facts(item, changed, menu))
    return facts


Price = tuple[int, int]


def _held(order: Order) -> dict[str, tuple[Price, int]]:
    """By line its price and thousandths; a request or a cancelled order holds nothing."""
    if order.order_state in ("REQUESTED", "CANCELLED"):
        return {}
    records = backing_of(order).lines
    return {
        line.id: ((line.item.id, records[line.id].price_id), round(line.quantity.value * 1000))
        for line in order.line_items
        if line.item.type in ("ITEM", "COMBO")
    }


def _cooked(order: Order) -> dict[str, int]:
    """By line the thousandths the kitchen is done with: they are no goods any more."""
    cooked: dict[str, int] = {}
    for tally in backing_of(order).tallies:
        cooked[tally.line_id] = max(tally.fulfilled, cooked.get(tally.line_id, 0))
    return cooked


def _moved(
    before: dict[str, tuple[Price, int]], after: dict[str, tuple[Price, int]], cooked: dict[str, int]
) -> dict[Price, int]:
    """Thousandths to take of every price, below zero to give back: never what was cooked (CAN-4, CAT-9)."""
    moved: dict[Price, int] = {}
    for line_id in before | after:
        price, old = before.get(line_id, (None, 0))
        now, new = after.get(line_id, (price, 0))
        done = cooked.get(line_id, 0)
        more = new - max(old, min(new, done)) if new > old else min(0, max(new, done) - old)
        if now is not None and more:
            moved[now] = moved.get(now, 0) + more
    return moved
