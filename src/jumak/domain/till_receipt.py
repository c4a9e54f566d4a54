"""Cash receipts the till issues itself: what they are for, and what became of issue and cancels (rulebook §3.6).

A receipt is one issue and any number of cancels, each a transaction with the issuer under a key of ours. As with
attempts to take money, what is asked is stored before, and nothing jumps past the table.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.base import Doc, PublicId
from jumak.domain.cash_receipt import Use, must_issue
from jumak.domain.errors import InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.order.ending import live_payments
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.tax import STORED_VALUE, Buckets, draw

ReceiptState = Literal["QUEUED", "SENT", "UNKNOWN", "ISSUED", "FAILED", "WITHDRAWN"]

NOTHING: Final = Buckets(0, 0, 0, 0)

AUTOMATIC_AFTER_MS: Final = 10 * 60_000
"""A guest who stands at the till may still give a number; then the shop issues to itself (RCP-2)."""


class ReceiptStep(StrEnum):
    """Everything that can happen to an issue or a cancel."""

    SEND = "send"
    NOT_ASKED = "not asked"
    """The issuer was not reached: for certain it heard nothing."""
    LOSE = "lose"
    """It may have heard: nobody knows, so it is asked again under the same key."""
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    """It is not wanted any more, and nobody was asked."""


S = ReceiptStep
RECEIPT_TRANSITIONS: Final[dict[ReceiptState, dict[ReceiptStep, ReceiptState]]] = {
    "QUEUED": {S.SEND: "SENT", S.WITHDRAW: "WITHDRAWN"},
    "SENT": {S.ACCEPT: "ISSUED", S.REFUSE: "FAILED", S.NOT_ASKED: "QUEUED", S.LOSE: "UNKNOWN"},
    # Asked again it stays UNKNOWN until the issuer says what became of it: it may have heard the first time.
    "UNKNOWN": {S.ACCEPT: "ISSUED", S.REFUSE: "FAILED"},
    "ISSUED": {},
    "FAILED": {},
    "WITHDRAWN": {},
}
"""Of an issue as of a cancel (RCP-3, RCP-4). A refused one is asked for anew as another, under a new key."""

OPEN: Final[frozenset[ReceiptState]] = frozenset({"QUEUED", "SENT", "UNKNOWN"})
"""States in which the issuer still has to be asked."""

VOID: Final[frozenset[ReceiptState]] = frozenset({"FAILED", "WITHDRAWN"})
"""States in which nothing was booked, nor will be."""


class ReceiptError(Doc, frozen=True, kw_only=True):
    """Why it did not go. code: the issuer's, or `ISSUER_AWAY`, `ANSWER_LOST`.  message: for people."""

    code: str
    message: str


class Sending(Doc, frozen=True, kw_only=True):
    """One transaction with the issuer.

    key: ours, by which it is booked at most once.  number, dated: its approval number and time, YYYYMMDDHHmmss.
    at_ms: when it was asked for.  reason: of a cancel.
    """

    key: PublicId
    parts: Buckets
    state: ReceiptState = "QUEUED"
    at_ms: int = 0
    number: str = ""
    dated: str = ""
    reason: str = ""
    error: ReceiptError | None = None


class TillReceipt(Doc, frozen=True, kw_only=True):
    """A cash receipt for a payment the till took in cash.

    identifier: masked for good; the full number is kept as personal data under the receipt's id until it is sent
    (RCP-5).  automatic: nobody asked, the law did (RCP-2).  sold_on: the payment's business date.  not_before_ms:
    when an automatic one is sent.  test_mode: its issuer tells the tax office nothing.
    """

    id: PublicId
    order_id: PublicId
    payment_id: PublicId
    use: Use
    identifier: str
    at_ms: int
    sold_on: str
    issue: Sending
    cancels: tuple[Sending, ...] = ()
    automatic: bool = False
    not_before_ms: int = 0
    test_mode: bool = False


class TillReceipts(Doc, frozen=True, kw_only=True):
    """Which receipts of the till an order has. id: the order's."""

    id: PublicId
    receipt_ids: tuple[str, ...]


class Accepted(Struct, frozen=True):
    """The issuer booked it. number: its approval number.  dated: YYYYMMDDHHmmss."""

    number: str
    dated: str


class ReceiptRefused(Struct, frozen=True):
    """The issuer booked nothing under this key, nor ever will."""

    code: str
    message: str


class Unheard(Struct, frozen=True):
    """There was no answer. asked: the issuer may have heard the question all the same."""

    asked: bool


ReceiptAnswer = Accepted | ReceiptRefused | Unheard


def sending_stepped(sending: Sending, step: ReceiptStep, **changes: Any) -> Sending:
    """The transaction after a step along the table; raises InvalidState RECEIPT_STATE and changes nothing without one."""
    row = RECEIPT_TRANSITIONS[sending.state]
    if step not in row:
        raise InvalidState(
            "지금은 할 수 없는 현금영수증 처리입니다",
            f"not possible for a receipt that is {sending.state}; read the list again",
            reason="RECEIPT_STATE",
            state=sending.state,
        )
    return replace(sending, state=row[step], **changes)


def claimed(receipt: TillReceipt) -> Buckets:
    """What is receipted, or will be once the queue is empty: the issue less its cancels."""
    if receipt.issue.state in VOID:
        return NOTHING
    left = receipt.issue.parts
    for cancel in receipt.cancels:
        if cancel.state not in VOID:
            left -= cancel.parts
    return left


def next_sending(receipt: TillReceipt) -> Sending | None:
    """What the issuer has to be asked now: the issue before its cancels, those in their order."""
    if receipt.issue.state in OPEN:
        return receipt.issue
    return next((cancel for cancel in receipt.cancels if cancel.state in OPEN), None)


def with_sending(receipt: TillReceipt, sending: Sending) -> TillReceipt:
    """The receipt with this transaction in the place of the one of the same key."""
    if receipt.issue.key == sending.key:
        return replace(receipt, issue=sending)
    cancels = tuple(sending if each.key == sending.key else each for each in receipt.cancels)
    return replace(receipt, cancels=cancels)


def after_asking(receipt: TillReceipt, key: str, answer: ReceiptAnswer) -> tuple[TillReceipt, str]:
    """The receipt after the issuer was asked for one of its transactions, and the word for what happened.

    The word is empty, and the receipt itself, when nothing is new.
    """
    sending = next_sending(receipt)
    if sending is None or sending.key != key or sending.state == "QUEUED":
        return receipt, ""
    if isinstance(answer, Accepted) and not _believable(receipt, sending, answer):
        answer = Unheard(asked=True)
    match answer:
        case Accepted(number, dated):
            after = sending_stepped(sending, S.ACCEPT, number=number, dated=dated, error=None)
            return with_sending(receipt, after), "approve"
        case ReceiptRefused(code, message):
            after = sending_stepped(sending, S.REFUSE, error=ReceiptError(code=code, message=message))
            receipt = with_sending(receipt, after)
            if receipt.issue is after:
                # What was never issued needs no cancel.
                receipt = replace(receipt, cancels=tuple(map(_withdrawn, receipt.cancels)))
            return receipt, "refuse"
    if sending.state == "UNKNOWN":
        return receipt, ""
    step, error, word = (S.LOSE, _LOST, "lose") if answer.asked else (S.NOT_ASKED, _AWAY, "wait")
    return with_sending(receipt, sending_stepped(sending, step, error=error)), word


_LOST: Final = ReceiptError(
    code="ANSWER_LOST",
    message="발급 기관의 답을 받지 못했습니다. 같은 번호로 다시 확인합니다",
)
_AWAY: Final = ReceiptError(
    code="ISSUER_AWAY",
    message="발급 기관에 연결할 수 없습니다. 잠시 뒤 다시 보냅니다",
)


def _withdrawn(cancel: Sending) -> Sending:
    return sending_stepped(cancel, S.WITHDRAW) if cancel.state == "QUEUED" else cancel


def _believable(receipt: TillReceipt, sending: Sending, answer: Accepted) -> bool:
    """A number of its own, and a cancel not before its original (RCP-3); anything else is no answer."""
    if not answer.number or len(answer.dated) != 14 or not answer.dated.isdigit():
        return False
    others = (receipt.issue, *receipt.cancels)
    if any(each.number == answer.number for each in others if each.key != sending.key):
        return False
    return sending.key == receipt.issue.key or answer.dated >= receipt.issue.dated


def taken_back(
    receipt: TillReceipt, parts: Buckets, *, key: str, reason: str, at_ms: int
) -> tuple[TillReceipt, str]:
    """The receipt without these parts, and the word for it: lowered or withdrawn while nobody was asked for it,
    else with a cancel in the queue (RCP-3, RCP-4).
    """
    if receipt.issue.state != "QUEUED":
        cancel = Sending(key=key, parts=parts, at_ms=at_ms, reason=reason)
        return replace(receipt, cancels=(*receipt.cancels, cancel)), "cancel-queue"
    left = receipt.issue.parts - parts
    if left.total > 0:
        return replace(receipt, issue=replace(receipt.issue, parts=left)), "lower"
    return replace(receipt, issue=sending_stepped(receipt.issue, S.WITHDRAW)), "withdraw"


def receiptable(order: Order) -> dict[str, Buckets]:
    """By payment what may be receipted of the cash the till holds for an order (RCP-1).

    No card part, nothing that went back, nothing a plugin took (it registers its own), no stored value sold
    (VAT-6), which is no supply: that comes off the tax-free money first, where it was counted.
    """
    records = backing_of(order).payments
    base: dict[str, Buckets] = {}
    off = sum(line.charge_price.value for line in order.line_items if line.item.type in STORED_VALUE)
    for payment in live_payments(order):
        record = records[payment.id]
        if payment.source_type != "CASH" or record.by_plugin:
            continue
        parts = Buckets(*record.taken)
        exempt = min(off, parts.exempt)
        rest = min(off - exempt, parts.total - exempt)
        parts -= Buckets(0, 0, exempt, 0)
        base[payment.id] = parts - draw(parts, rest)
        off -= exempt + rest
    return base


def is_mandatory(order: Order, shop: Shop) -> bool:
    """The cash of this sale has to be receipted, asked for or not (RCP-2)."""
    return must_issue(sum(parts.total for parts in receiptable(order).values()), shop)


def excess_parts(standing: Buckets, wanted: Buckets, excess: int) -> Buckets:
    """What of a receipt to take back so that `excess` won less stand.

    The very goods that were returned, where the receipt was for just this payment: standing less what is still
    wanted; otherwise its share of everything (MON-9).
    """
    exact = standing - wanted
    if exact.total == excess and min(exact.supply, exact.tax, exact.exempt, exact.tip) >= 0:
        return exact
    return draw(standing, excess)
