"""The list of what has no end yet: attempts, refunds, approvals nobody adopted, cash receipts (contract: extensions §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from jumak.domain.attempt import Attempt, AttemptError, Tender
from jumak.domain.calendar import calendar_of, from_ms
from jumak.domain.caller import Caller
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.reconcile import (
    Action,
    OpenReceipt,
    Standing,
    actions_of_attempt,
    actions_of_receipt,
    actions_of_refund,
    open_receipt,
    standing_of_attempt,
    standing_of_refund,
    waits,
)
from jumak.domain.refund import OPEN, RefundAttempt
from jumak.domain.till_receipt import TillReceipt, receiptable
from jumak.protocol.messages.reconcile import (
    ListReconcile,
    ReconcileAction,
    ReconcileItem,
    ReconcileReply,
)
from jumak.service.ports import Announcement, Committed, Reader
from jumak.service.receipt_following import receipted_elsewhere, receipts_of, total_claimed
from jumak.service.registry import query
from jumak.service.table import shown
from jumak.service.till_receipt import receipt_view

PAGE = 50

Open = tuple[str, Attempt | RefundAttempt | OpenReceipt, Standing]
"""Place in the list, what it is, where it stands."""

_SAID: dict[Standing, str] = {
    "PENDING": "진행 중입니다",
    "UNKNOWN": "결과를 알 수 없습니다",
    "ORPHAN": "승인되었지만 주문에 반영되지 않은 결제입니다",
    "MANUAL": "점장의 확인이 필요합니다",
}


@query("reconcile.list.request")
async def list_open(read: Reader, caller: Caller, data: ListReconcile) -> ReconcileReply:
    """Attempts, refunds and cash receipts without an end, oldest first, each with what can be done about it now."""
    everything = await whatever_is_open(read)
    found = [each for each in everything if not data.standings or each[2] in data.standings]
    size = PAGE if data.size is None else data.size
    rest = [each for each in found if data.after is None or each[0] > data.after]
    page = rest[:size]
    return ReconcileReply(
        items=tuple([await _item(read, of, standing) for _, of, standing in page]),
        total=len(found),
        waiting=_waiting(everything),
        next=page[-1][0] if len(rest) > size else UNSET,
    )


def _waiting(found: Sequence[Open]) -> int:
    return sum(waits(standing) for _, _, standing in found)


async def whatever_is_open(read: Reader) -> Sequence[Open]:
    """The whole list in its order, which does not change while it gets longer or shorter."""
    return sorted([*await open_money(read), *await _receipts(read)], key=lambda each: each[0])


async def open_money(read: Reader) -> list[Open]:
    """What stands in the way of a close: money that was taken or given back, or may have been (TIL-5)."""
    found: list[Open] = []
    for attempt in await read.unfinished(Attempt):
        if (standing := standing_of_attempt(attempt)) is not None:
            found.append((_place(attempt.at_ms, attempt.id), attempt, standing))
    for refund in await read.unfinished(RefundAttempt):
        standing = standing_of_refund(refund, await read.order(refund.order_id))
        if standing is not None:
            found.append((_place(refund.at_ms, refund.id), refund, standing))
    return found


async def _receipts(read: Reader) -> list[Open]:
    found: list[Open] = []
    for receipt in await read.unfinished(TillReceipt):
        order = await read.order(receipt.order_id)
        if order is None:
            continue
        known = await receipts_of(read, order.id)
        base = {payment_id: parts.total for payment_id, parts in receiptable(order).items()}
        # Nobody says for which of several payments a receipt from elsewhere was.
        free = sum(base.values()) - total_claimed(known).total - await receipted_elsewhere(read, order)
        of = open_receipt(
            receipt,
            [each for each in known if each.payment_id == receipt.payment_id],
            free=free,
            held=base.get(receipt.payment_id, 0),
            has_issuer=read.live.receipt_issuer is not None,
        )
        if of is not None:
            found.append((_place(of.sending.at_ms, receipt.id), of, of.standing))
    return found


def _place(at_ms: int, its_id: str) -> str:
    return f"{at_ms:015d}-{its_id}"


async def _item(read: Reader, of: Attempt | RefundAttempt | OpenReceipt, standing: Standing) -> ReconcileItem:
    match of:
        case Attempt():
            item = await _of_attempt(read, of, standing)
        case RefundAttempt():
            item = await _of_refund(read, of, standing)
        case OpenReceipt():
            item = _of_receipt(read, of)
    order = await read.order(item.order_id)
    next_try = read.live.next_tries.get(item.id)
    return replace(
        item,
        order_number=None if order is None else order.number,
        table=None if order is None else (await shown(read, order)).table,
        next_try_at=None if next_try is None else calendar_of(read.shop).iso(next_try),
    )


async def _of_attempt(read: Reader, of: Attempt, standing: Standing) -> ReconcileItem:
    return ReconcileItem(
        kind="ATTEMPT",
        id=of.id,
        standing=standing,
        state=of.state,
        order_id=of.order_id,
        amount=of.amount,
        since=_iso(read, of.at_ms),
        message=_said(standing, of.error),
        tender=of.tender,
        method=of.method,
        terminal=of.terminal,
        approved_no=None if of.approval is None else of.approval.approved_no,
        error=of.error,
        note=of.note,
        actions=_told(actions_of_attempt(of, await read.order(of.order_id))),
    )


async def _tender_of(read: Reader, of: RefundAttempt) -> Tender:
    """What it was paid with: a terminal's payment that names a wallet was a QR or barcode (PAY-9)."""
    order = await read.order(of.order_id)
    payment = None if order is None else find_payment(order, of.payment)
    if of.terminal is not None:
        return "BARCODE" if payment is not None and payment.external_details is not None else "CARD"
    return "METHOD" if payment is None or payment.source_type == "EXTERNAL" else payment.source_type


async def _of_refund(read: Reader, of: RefundAttempt, standing: Standing) -> ReconcileItem:
    return ReconcileItem(
        kind="REFUND",
        id=of.id,
        standing=standing,
        state=of.state,
        order_id=of.order_id,
        amount=await _left_to_return(read, of),
        since=_iso(read, of.at_ms),
        message=_said(standing, of.error),
        tender=await _tender_of(read, of),
        method=of.method,
        terminal=of.terminal,
        payment_id=of.payment,
        approved_no=of.approved_no,
        error=of.error,
        note=of.note,
        actions=_told(actions_of_refund(of, busy=await _busy(read, of))),
    )


async def _left_to_return(read: Reader, of: RefundAttempt) -> int:
    """Won; of a refused whole what is left beside the parts that are owed, which are listed for themselves."""
    order = await read.order(of.order_id)
    if of.is_part or of.state in OPEN or order is None:
        return of.amount
    payment = find_payment(order, of.payment)
    return payment.amount_money - backing_of(order).payments[of.payment].refunded


def _of_receipt(read: Reader, of: OpenReceipt) -> ReconcileItem:
    has_issuer = read.live.receipt_issuer is not None
    came = of.sending.error
    error = None if came is None else AttemptError(code=came.code, message=came.message)
    return ReconcileItem(
        kind="RECEIPT",
        id=of.receipt.id,
        standing=of.standing,
        state=of.sending.state,
        order_id=of.receipt.order_id,
        amount=of.amount,
        since=_iso(read, of.sending.at_ms),
        message=_said(of.standing, error) if has_issuer else "현금영수증 발급이 연결되어 있지 않습니다",
        tender="CASH",
        payment_id=of.receipt.payment_id,
        error=error,
        cash_receipt=receipt_view(read, of.receipt),
        actions=_told(actions_of_receipt(of, has_issuer=has_issuer)),
    )


def _iso(read: Reader, at_ms: int) -> str:
    return calendar_of(read.shop).iso(from_ms(at_ms))


def _said(standing: Standing, error: AttemptError | None) -> str:
    return _SAID[standing] if error is None else error.message


async def _busy(read: Reader, refund: RefundAttempt) -> bool:
    return any(
        other.payment == refund.payment and other.id != refund.id and other.state in OPEN
        for other in (await read.all(RefundAttempt)).values()
    )


def _told(actions: Iterable[Action]) -> tuple[ReconcileAction, ...]:
    return tuple(ReconcileAction(name=name, data=data) for name, data in actions)


async def reconcile_views(read: Reader, committed: Committed) -> Iterable[Announcement]:
    """`reconcile.change.event` after a commit by which an item came, went, or stands elsewhere."""
    if not any(_may_change(entry.fact.name) for entry in committed.entries):
        return ()
    found = await whatever_is_open(read)
    data = {"total": len(found), "waiting": _waiting(found)}
    return (Announcement(name="reconcile.change.event", data=data),)


def _may_change(fact: str) -> bool:
    # A payment that is cancelled or made decides whether an order's cancel waits for a refused refund.
    return fact.startswith(("attempt.", "refund.", "cash-receipt.")) or fact in (
        "order.cancel-pending",
        "payment.cancel",
        "payment.paid",
    )
