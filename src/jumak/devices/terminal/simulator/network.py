"""The card network of the simulator: what it decides, from what is asked and what its book holds (SIM-1, SIM-2).

Everything but the outcome of a charge mirrors SIM-1 too: a cancel over an amount that ends in 91 is refused, one
that ends in 68 is done and its answer lost, the first time it is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from jumak.devices.terminal.simulator.book import Book, Cancelled, Charged
from jumak.devices.terminal.simulator.faults import FAULTS, NONE, OK, Fault, code_of
from jumak.devices.terminal.simulator.wallets import (
    EXPIRED,
    REFUSALS,
    UNREADABLE,
    USED,
    WALLETS,
    is_expired,
    named,
    wallet_of,
)
from jumak.domain.attempt import PaymentApproval
from jumak.domain.payment import CardDetails
from jumak.domain.terminal import DUPLICATE, CardCancel, Charge, Period, TerminalTotals

SEOUL: Final = timedelta(hours=9)
"""The network's own clock, as it stands on slips."""


class Answer(Struct, frozen=True):
    """What is said. lost: the connection is cut instead."""

    result: str
    code: str = OK
    message: str = ""
    approval: PaymentApproval | None = None
    approved_no: str = ""
    lost: bool = False


class Card(Struct, frozen=True, kw_only=True):
    """A made-up card; the only number it has is a masked one."""

    number: str
    issuer: str
    acquirer: str
    kind: str


CARDS: Final = (
    Card(number="949088******1234", issuer="신한", acquirer="신한", kind="CREDIT"),
    Card(number="557042******5678", issuer="카카오뱅크", acquirer="BC", kind="DEBIT"),
    Card(number="402017******9012", issuer="KB국민", acquirer="KB국민", kind="CREDIT"),
    Card(number="356317******3456", issuer="NH농협", acquirer="BC", kind="DEBIT"),
)
"""Issuer and acquirer often differ (PAY-5)."""


class Network:
    """Decides. now: the time, aware; a test's own (SIM-2)."""

    def __init__(self, book: Book, now: Callable[[], datetime]) -> None:
        self.book, self._now = book, now
        self._lost: dict[str, int] = {}
        """Key → how many answers about it were lost on the way."""

    def charge(self, charge: Charge, *, code: str | None = None, presented: str = "") -> Answer:
        """Asks the issuer. code: decides instead of the amount, for one call.  presented: by a guest's phone."""
        code = code_of(charge.amount) if code is None else code
        fault = FAULTS.get(code, NONE)
        if self.book.charged(charge.key) is not None or self.book.is_fenced(charge.key):
            return Answer("declined", DUPLICATE, FAULTS[DUPLICATE].declined)
        if fault.went_back:
            return Answer("went-back")
        if fault.unreached:
            return Answer("", lost=True)
        refused = self._use(presented) if charge.presented_by == "GUEST" else ""
        if refused:
            return Answer("declined", refused, REFUSALS[refused])
        if fault.declined:
            return Answer("declined", code, fault.declined)
        number = self.book.next_number()
        charged = Charged(
            key=charge.key,
            amount=charge.amount - fault.short,
            approved_no=number,
            approved_at=_slip_time(self._now()),
            installment_month=charge.installment_month,
            code=code,
            wallet=_wallet(charge, presented, number),
        )
        self.book.add_charge(charged)
        return Answer("approved", approval=_approval(charged), lost=fault.answer_lost)

    def _use(self, presented: str) -> str:
        """Takes a guest's code, once whatever becomes of the payment; the code of the refusal, if it is refused."""
        if wallet_of(presented) is None:
            return UNREADABLE
        if is_expired(presented):
            return EXPIRED
        return "" if self.book.use(presented) else USED

    def query(self, key: str) -> Answer:
        """What became of a charge (NET-3)."""
        charged = self.book.charged(key)
        if charged is None:
            return Answer("absent")
        lost = self._loses(f"query {key}", FAULTS.get(charged.code, NONE).queries_lost)
        if charged.reversed or self.book.given_back(key) == charged.amount:
            return Answer("reversed", lost=lost)
        return Answer("taken", approval=_approval(charged), lost=lost)

    def network_cancel(self, charge: Charge) -> Answer:
        """Takes back what this charge took, and keeps it from ever taking anything (NET-3)."""
        charged = self.book.charged(charge.key)
        self.book.reverse(charge.key)
        return Answer("absent" if charged is None else "reversed")

    def cancel(self, cancel: CardCancel, *, code: str | None = None) -> Answer:
        """Gives money back (CAN-8). code: decides instead of the amount, for one call."""
        known = self.book.cancelled(cancel.key)
        code = code_of(cancel.amount) if code is None else code
        fault = FAULTS.get(code, NONE)
        if known is not None:
            return self._cancelled(known, fault)
        charged = self.book.charged(cancel.charge)
        if charged is None or not _matches(cancel, charged):
            return Answer("refused", "25", "원거래를 찾을 수 없습니다")
        if charged.reversed:
            return Answer("refused", "21", "이미 취소된 거래입니다")
        partial = cancel.amount < charged.amount
        if partial and FAULTS.get(charged.code, NONE).whole_only:
            return Answer("refused", "97", "부분 취소를 할 수 없는 카드입니다")
        if self.book.given_back(cancel.charge) + cancel.amount > charged.amount:
            return Answer("refused", "13", "취소 금액이 승인 금액보다 큽니다")
        if fault.unreached and self._loses(f"unreached {cancel.key}", 1):
            return Answer("", lost=True)
        if fault.declined and partial:
            # A whole payment of such an amount was declined: only a part of one can come to this.
            return Answer("refused", code, fault.declined)
        done = Cancelled(
            key=cancel.key,
            charge=cancel.charge,
            amount=cancel.amount,
            approved_no=self.book.next_number(),
            at=_slip_time(self._now()),
        )
        self.book.add_cancel(done)
        return self._cancelled(done, fault)

    def totals(self, period: Period) -> TerminalTotals:
        """What it approved and gave back in a period (SET-1)."""
        since, until = (_slip_time(datetime.fromisoformat(each)) for each in (period.since, period.until))
        found = self.book.totals(since, until)
        return TerminalTotals(
            approvals=found.approvals,
            approved=found.approved,
            cancels=found.cancels,
            cancelled=found.cancelled,
        )

    def _cancelled(self, done: Cancelled, fault: Fault) -> Answer:
        lost = (1 if fault.answer_lost and not fault.unreached else 0) + fault.queries_lost
        return Answer("cancelled", approved_no=done.approved_no, lost=self._loses(f"cancel {done.key}", lost))

    def _loses(self, what: str, times: int) -> bool:
        lost = self._lost.get(what, 0)
        if lost >= times:
            return False
        self._lost[what] = lost + 1
        return True


def _slip_time(at: datetime) -> str:
    return f"{at.astimezone(UTC) + SEOUL:%Y-%m-%dT%H:%M:%S}+09:00"


def _matches(cancel: CardCancel, charged: Charged) -> bool:
    """CAN-8: amount, approval number and date, installments; the card is the one it was approved for."""
    return (cancel.charged, cancel.approved_no, cancel.installment_month, cancel.approved_at[:10]) == (
        charged.amount,
        charged.approved_no,
        charged.installment_month,
        charged.approved_at[:10],
    )


def _wallet(charge: Charge, presented: str, number: str) -> str:
    """Whose app pays: by the code it presented, and any of them where it scans ours."""
    if charge.presented_by is None:
        return ""
    known = wallet_of(presented) or WALLETS[int(number) % len(WALLETS)]
    return known.name


def _approval(charged: Charged) -> PaymentApproval:
    wallet = named(charged.wallet)
    return PaymentApproval(
        approved_at=charged.approved_at,
        approved_no=charged.approved_no,
        amount_money=charged.amount,
        card_details=_card_details(charged) if wallet is None or wallet.by_card else None,
        wallet=charged.wallet or None,
    )


def _card_details(charged: Charged) -> CardDetails:
    card = CARDS[int(charged.approved_no) % len(CARDS)]
    return CardDetails(
        installment_month=charged.installment_month,
        card_type="CREDIT" if card.kind == "CREDIT" else "DEBIT",
        card_brand=card.issuer,
        card_no=card.number,
        source=card.acquirer,
        van="NICE",
    )
