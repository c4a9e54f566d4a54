"""The list of money nobody knows the end of: attempts, refunds, approvals nobody adopted (contract: extensions §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET

from jumak.domain.attempt import Attempt
from jumak.domain.calendar import calendar_of, from_ms
from jumak.domain.caller import Caller
from jumak.domain.reconcile import (
    Action,
    Standing,
    actions_of_attempt,
    actions_of_refund,
    standing_of_attempt,
    standing_of_refund,
)
from jumak.domain.refund import OPEN, RefundAttempt
from jumak.protocol.messages.reconcile import (
    ListReconcile,
    ReconcileAction,
    ReconcileItem,
    ReconcileReply,
)
from jumak.service.ports import Announcement, Committed, Reader
from jumak.service.registry import query

PAGE = 50

Open = tuple[str, Attempt | RefundAttempt, Standing]
"""Place in the list, what it is, where it stands."""

_SAID: dict[Standing, str] = {
    "PENDING": "진행 중입니다",
    "UNKNOWN": "결과를 알 수 없습니다",
    "ORPHAN": "승인되었지만 주문에 반영되지 않은 결제입니다",
    "MANUAL": "매니저의 확인이 필요합니다",
}


@query("reconcile.list.request")
async def list_open(read: Reader, caller: Caller, data: ListReconcile) -> ReconcileReply:
    """Attempts and refunds without an end, oldest first, each with what can be done about it now."""
    found = [each for each in await whatever_is_open(read) if not data.standings or each[2] in data.standings]
    size = PAGE if data.size is None else data.size
    rest = [each for each in found if data.after is None or each[0] > data.after]
    page = rest[:size]
    return ReconcileReply(
        items=tuple([await _item(read, of, standing) for _, of, standing in page]),
        total=len(found),
        next=page[-1][0] if len(rest) > size else UNSET,
    )


async def open_of_order(read: Reader, order_id: str) -> tuple[ReconcileItem, ...]:
    """What of the list is about one order."""
    found = await whatever_is_open(read)
    return tuple([await _item(read, of, standing) for _, of, standing in found if of.order_id == order_id])


async def whatever_is_open(read: Reader) -> Sequence[Open]:
    """The whole list in its order, which does not change while it gets longer or shorter."""
    found: list[Open] = []
    for attempt in (await read.all(Attempt)).values():
        if (standing := standing_of_attempt(attempt)) is not None:
            found.append((_place(attempt), attempt, standing))
    for refund in (await read.all(RefundAttempt)).values():
        if refund.state == "RETURNED":
            continue
        standing = standing_of_refund(refund, await read.order(refund.order_id))
        if standing is not None:
            found.append((_place(refund), refund, standing))
    return sorted(found, key=lambda each: each[0])


def _place(of: Attempt | RefundAttempt) -> str:
    return f"{of.at_ms:015d}-{of.id}"


async def _item(read: Reader, of: Attempt | RefundAttempt, standing: Standing) -> ReconcileItem:
    order = await read.order(of.order_id)
    number = None if order is None else order.number
    since = calendar_of(read.shop).iso(from_ms(of.at_ms))
    message = _SAID[standing] if of.error is None else of.error.message
    if isinstance(of, Attempt):
        return ReconcileItem(
            kind="ATTEMPT",
            id=of.id,
            standing=standing,
            state=of.state,
            order_id=of.order_id,
            order_number=number,
            amount=of.amount,
            since=since,
            message=message,
            tender=of.tender,
            method=of.method,
            terminal=of.terminal,
            approved_no=None if of.approval is None else of.approval.approved_no,
            error=of.error,
            note=of.note,
            actions=_told(actions_of_attempt(of, order)),
        )
    return ReconcileItem(
        kind="REFUND",
        id=of.id,
        standing=standing,
        state=of.state,
        order_id=of.order_id,
        order_number=number,
        amount=of.amount,
        since=since,
        message=message,
        tender="METHOD" if of.terminal is None else "CARD",
        method=of.method,
        terminal=of.terminal,
        payment_id=of.payment,
        approved_no=of.approved_no,
        error=of.error,
        note=of.note,
        actions=_told(actions_of_refund(of, busy=await _busy(read, of))),
    )


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
    total = len(await whatever_is_open(read))
    return (Announcement(name="reconcile.change.event", data={"total": total}),)


def _may_change(fact: str) -> bool:
    # A payment that is cancelled or made decides whether an order's cancel waits for a refused refund.
    return fact.startswith(("attempt.", "refund.")) or fact in (
        "order.cancel-pending",
        "payment.cancel",
        "payment.paid",
    )
