"""Our side of a settlement: what terminals approved and gave back on a day by the books (SET-1)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from msgspec import Struct

from jumak.domain.attempt import OPEN as OPEN_ATTEMPTS
from jumak.domain.attempt import Attempt
from jumak.domain.calendar import calendar_of, from_ms
from jumak.domain.order.paying import find_payment
from jumak.domain.payment import CardDetails
from jumak.domain.refund import OPEN as OPEN_REFUNDS
from jumak.domain.refund import RefundAttempt
from jumak.domain.terminal import TerminalTotals
from jumak.protocol.messages.settlement import SettlementDoubt, SettlementGroup
from jumak.service.ports import Reader


class Moved(Struct, frozen=True):
    """Money a terminal moved. amount: below zero when it went back."""

    at: datetime
    amount: int
    card: CardDetails | None


class Books(Struct, frozen=True):
    """What our books say of one terminal."""

    moved: tuple[Moved, ...]
    doubts: tuple[SettlementDoubt, ...]

    def totals(self) -> TerminalTotals:
        """Count and sum."""
        return _totals(self.moved)

    def groups(self) -> tuple[SettlementGroup, ...]:
        """By VAN, acquirer and card type (PAY-5)."""
        found: dict[tuple[str, str, str], list[Moved]] = defaultdict(list)
        for each in self.moved:
            card = each.card
            key = ("", "", "") if card is None else (card.van or "", card.source or "", card.card_type)
            found[key].append(each)
        return tuple(
            SettlementGroup(
                van=van, acquirer=acquirer, card_type=kind, totals=_totals(found[van, acquirer, kind])
            )
            for van, acquirer, kind in sorted(found)
        )


def _totals(moved: list[Moved] | tuple[Moved, ...]) -> TerminalTotals:
    return TerminalTotals.of(
        [each.amount for each in moved if each.amount > 0],
        [-each.amount for each in moved if each.amount < 0],
    )


async def books_of(read: Reader, terminal_id: str, since: datetime, until: datetime) -> Books:
    """The attempts and refunds of a terminal that count in [since, until), and those that may not be what they seem."""
    moved: list[Moved] = []
    doubts: list[SettlementDoubt] = []
    for attempt in (await read.all(Attempt)).values():
        if attempt.terminal is not None and attempt.terminal.id == terminal_id:
            moved += await _moved_by_attempt(read, attempt)
            doubts += _asked_in(_doubt_of_attempt(attempt), attempt.at_ms, since, until)
    for refund in (await read.all(RefundAttempt)).values():
        if refund.terminal is not None and refund.terminal.id == terminal_id:
            moved += await _moved_by_refund(read, refund)
            doubts += _asked_in(_doubt_of_refund(refund), refund.at_ms, since, until)
    return Books(
        moved=tuple(each for each in moved if since <= each.at < until),
        doubts=tuple(doubts),
    )


def _asked_in(
    doubt: SettlementDoubt | None, at_ms: int, since: datetime, until: datetime
) -> list[SettlementDoubt]:
    """What is open may still move money on this day; what a person said counts on the day it was asked."""
    at = from_ms(at_ms)
    if doubt is None or at >= until or (at < since and doubt.why == "BY_HAND"):
        return []
    return [doubt]


async def _moved_by_attempt(read: Reader, attempt: Attempt) -> list[Moved]:
    calendar = calendar_of(read.shop)
    if attempt.payment_id is not None:
        order = await read.order_of_payment(attempt.payment_id)
        if order is None:
            return []
        payment = find_payment(order, attempt.payment_id)
        at = calendar.parse(payment.approved_at, path="$.approvedAt")
        return [Moved(at, attempt.amount, payment.card_details)]
    came = attempt.approval
    if attempt.voided_ms is None or came is None or came.approved_at is None:
        # Nothing was taken, or a network cancel made it so: neither a sale nor a refund (NET-6).
        return []
    amount = attempt.amount if came.amount_money is None else came.amount_money
    at = calendar.parse(came.approved_at, path="$.approvedAt")
    return [
        Moved(at, amount, came.card_details),
        Moved(from_ms(attempt.voided_ms), -amount, came.card_details),
    ]


async def _moved_by_refund(read: Reader, refund: RefundAttempt) -> list[Moved]:
    if refund.given_ms is None:
        return []
    order = await read.order_of_payment(refund.payment)
    card = None if order is None else find_payment(order, refund.payment).card_details
    return [Moved(from_ms(refund.given_ms), -refund.amount, card)]


def _doubt_of_attempt(attempt: Attempt) -> SettlementDoubt | None:
    if attempt.state not in OPEN_ATTEMPTS and not attempt.by_hand:
        return None
    return SettlementDoubt(
        kind="ATTEMPT",
        id=attempt.id,
        order_id=attempt.order_id,
        amount=attempt.amount,
        why="OPEN" if attempt.state in OPEN_ATTEMPTS else "BY_HAND",
        approved_no=None if attempt.approval is None else attempt.approval.approved_no,
    )


def _doubt_of_refund(refund: RefundAttempt) -> SettlementDoubt | None:
    said = refund.state in ("RETURNED", "NOT_RETURNED")
    by_hand = said and refund.given_ms is None and not refund.carried
    if refund.state not in OPEN_REFUNDS and not by_hand:
        return None
    return SettlementDoubt(
        kind="REFUND",
        id=refund.id,
        order_id=refund.order_id,
        amount=refund.amount,
        why="BY_HAND" if by_hand else "OPEN",
        approved_no=refund.approved_no,
    )
