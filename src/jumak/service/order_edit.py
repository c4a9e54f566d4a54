"""Use cases of staff at an order: edits, returns, goodwill (contract: extensions §4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jumak.domain.approval import about_line, about_price
from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.errors import NotFound
from jumak.domain.fact import Fact
from jumak.domain.order.edit import append_lines, check_editable, check_version, finish_edit
from jumak.domain.order.ending import check_not_being_cancelled
from jumak.domain.order.line import LineMaker
from jumak.domain.order.paying import RefundPart
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.returning import refund_amount as decide_refund
from jumak.domain.order.returning import return_line as decide_return
from jumak.domain.order.staff_edit import (
    HeaderChange,
    LineChange,
    find_line,
    is_large,
    needs_approval,
    was_sent,
)
from jumak.domain.order.staff_edit import remove_line as decide_remove
from jumak.domain.order.staff_edit import update_header as decide_header
from jumak.domain.order.staff_edit import update_line as decide_line
from jumak.domain.order.types import Order
from jumak.domain.tax import tip_needs_withholding
from jumak.protocol.messages.order import (
    AddLines,
    OrderReply,
    Refund,
    RefundAmount,
    RefundsReply,
    RemoveLine,
    ReturnLine,
    UpdateLine,
    UpdateOrder,
)
from jumak.service.approval import require_manager
from jumak.service.keeping import check_unlocked, keep, known_order, order_fact, payment_fact
from jumak.service.order import check_reopening, check_role
from jumak.service.ports import Announcement, Transaction, menu_of
from jumak.service.refund import check_no_refund, follow_part
from jumak.service.registry import command
from jumak.service.table import shown


async def _open_for_edit(tx: Transaction, order_id: str, expected: int | None) -> Order:
    order = await known_order(tx, order_id)
    check_version(order, expected)
    await check_unlocked(tx, order)
    return order


async def _kept(tx: Transaction, order: Order, after: Order, **why: Any) -> OrderReply:
    if after is not order:
        said = {key: value for key, value in why.items() if value}
        after = await keep(tx, order, after, orders=[order_fact("update", after, **said)])
    return OrderReply(order=await shown(tx, after))


@command("order.add-line.request")
async def add_line(tx: Transaction, data: AddLines) -> OrderReply:
    """Append lines; commutes with other edits, so an older version is fine when none was expected (OFF-5)."""
    order = await known_order(tx, data.id)
    check_version(order, data.expected_version)
    await check_unlocked(tx, order)
    check_editable(order, tx.shop)
    maker = LineMaker(
        menu=await menu_of(tx),
        shop=tx.shop,
        profile=tx.caller.profile,
        order_id=order.id,
        added_by=tx.caller.id,
        created_ms=to_ms(tx.at),
    )
    first = backing_of(order).next_line
    drafts = [
        maker.make(line, first + place, f"$.lineItems[{place}]") for place, line in enumerate(data.line_items)
    ]
    iso = calendar_of(tx.shop).iso(tx.at)
    after = finish_edit(order, append_lines(order, drafts), tx.shop, iso)
    approved = await check_role(tx, order, after, "order.add-line", data)
    await check_reopening(tx, order)
    return await _kept(tx, order, after, **approved)


@command("order.update-line.request")
async def update_line(tx: Transaction, data: UpdateLine) -> OrderReply:
    """Edit one line; above the role it needs a manager (§7.5)."""
    order = await _open_for_edit(tx, data.id, data.expected_version)
    check_editable(order, tx.shop)
    line = find_line(order, data.line_id)
    change = LineChange(
        quantity=data.quantity,
        choices=None
        if data.option_choices is None
        else tuple((choice.id, choice.quantity or 1) for choice in data.option_choices),
        memo=data.memo,
        discounts=data.discounts,
        charge_price=None if data.charge_price is None else data.charge_price.value,
        seat=data.seat,
    )
    iso = calendar_of(tx.shop).iso(tx.at)
    after = decide_line(order, line.id, change, menu=await menu_of(tx), shop=tx.shop, iso=iso)
    approved: dict[str, Any] = {}
    if needs_approval(order, line, change, tx.shop):
        about = about_line(order, line, find_line(after, line.id))
        approved = await require_manager(tx, "order.update-line", data, about)
    return await _kept(tx, order, after, reason=data.reason, lineId=line.id, **approved)


@command("order.remove-line.request")
async def remove_line(tx: Transaction, data: RemoveLine) -> OrderReply:
    """Take one line off; once the kitchen has it, with a manager (§7.5, KDS-7)."""
    order = await _open_for_edit(tx, data.id, data.expected_version)
    check_editable(order, tx.shop)
    line = find_line(order, data.line_id)
    approved: dict[str, Any] = {}
    if was_sent(order, line.id):
        approved = await require_manager(tx, "order.remove-line", data, about_line(order, line))
    after = decide_remove(order, line.id, shop=tx.shop, iso=calendar_of(tx.shop).iso(tx.at))
    return await _kept(tx, order, after, reason=data.reason, lineId=line.id, **approved)


@command("order.update.request")
async def update(tx: Transaction, data: UpdateOrder) -> OrderReply:
    """Memo, guests, order discounts, tip (DSC-1…9, VAT-4)."""
    order = await _open_for_edit(tx, data.id, data.expected_version)
    change = HeaderChange(memo=data.memo, num_guests=data.num_guests, discounts=data.discounts, tip=data.tip)
    approved: dict[str, Any] = {}
    base = order.charge_price.charge_list_price_value
    after = decide_header(order, change, shop=tx.shop, iso=calendar_of(tx.shop).iso(tx.at))
    if data.discounts and is_large(data.discounts, base, tx.shop):
        approved = await require_manager(tx, "order.update", data, about_price(order, after))
    price = after.charge_price
    if data.tip and tip_needs_withholding(data.tip, price.charge_supply_value):
        text = f"{order.number}: 봉사료 {data.tip:,}원이 공급가액의 20%를 넘습니다. 원천징수 대상입니다"
        tx.announce(Announcement(name="notice.event", data={"level": "warning", "text": text}))
    return await _kept(tx, order, after, reason=data.reason, **approved)


@command("order.return-line.request")
async def return_line(tx: Transaction, data: ReturnLine) -> RefundsReply:
    """Goods come back; what is paid too much is refunded, VAT with it (CAN-5, CAN-7).

    Raises InvalidState CANCEL_PENDING while the order is being cancelled, by which all of it goes back.
    """
    order = await _open_for_edit(tx, data.id, data.expected_version)
    check_not_being_cancelled(order)
    _check_payment(order, data.refund_to, "$.refundTo")
    after, parts = decide_return(
        order,
        data.line_id,
        data.quantity,
        shop=tx.shop,
        iso=calendar_of(tx.shop).iso(tx.at),
        refund_to=data.refund_to,
    )
    return await _refunded(tx, order, after, parts, data.reason)


@command("order.refund-amount.request")
async def refund_amount(tx: Transaction, data: RefundAmount) -> RefundsReply:
    """Goodwill, booked as 환불 조정 (CAN-6); refused as `return_line` is."""
    order = await _open_for_edit(tx, data.id, data.expected_version)
    check_not_being_cancelled(order)
    _check_payment(order, data.payment_id, "$.paymentId")
    after, parts = decide_refund(
        order,
        data.amount,
        shop=tx.shop,
        iso=calendar_of(tx.shop).iso(tx.at),
        payment_id=data.payment_id,
    )
    return await _refunded(tx, order, after, parts, data.reason)


def _check_payment(order: Order, payment_id: str | None, path: str) -> None:
    if payment_id is not None and all(payment.id != payment_id for payment in order.payments):
        raise NotFound("주문에 없는 결제입니다", f"the order has no payment {payment_id[:64]}", path=path)


async def _refunded(
    tx: Transaction, order: Order, after: Order, parts: Sequence[RefundPart], reason: str
) -> RefundsReply:
    for part in parts:
        await check_no_refund(tx, part.payment_id)
    iso = calendar_of(tx.shop).iso(tx.at)
    refunds = tuple(
        Refund(
            id=tx.ids.new(),
            payment_id=part.payment_id,
            amount=part.amount,
            tax=part.tax,
            at=iso,
            pending=part.pending,
        )
        for part in parts
    )
    facts: list[Fact] = []
    for part, refund in zip(parts, refunds, strict=True):
        facts.append(
            payment_fact(
                "refund", order.id, part.payment_id, refund=refund.id, amount=part.amount, tax=part.tax
            )
        )
        if part.emptied:
            facts.append(payment_fact("cancel", order.id, part.payment_id))
    after = await keep(tx, order, after, payments=facts, orders=[order_fact("update", after, reason=reason)])
    for refund in refunds:
        await follow_part(
            tx,
            after,
            refund_id=refund.id,
            payment_id=refund.payment_id,
            amount=refund.amount,
            tax=refund.tax,
        )
    return RefundsReply(order=await shown(tx, after), refunds=refunds)
