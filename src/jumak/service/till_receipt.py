"""Use cases of the cash receipts the till issues itself (rulebook §3.6; contract: extensions §6).

They only change the queue; the issuer is asked by the live side of the shop (`server/receipt_sending.py`).
"""

from __future__ import annotations

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.cash_receipt import check_receipted, identifier_for, issue_due
from jumak.domain.errors import InvalidState, NotFound, PosError, UnsupportedMode
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.tax import Buckets, draw
from jumak.domain.till_receipt import Sending, TillReceipt, claimed, is_mandatory, receiptable
from jumak.protocol.messages.till_receipt import (
    CancelCashReceipt,
    CashReceiptReply,
    CashReceiptsReply,
    CashReceiptView,
    ListCashReceipts,
    Receiptable,
    ReceiptCancelView,
    SendCashReceipt,
)
from jumak.protocol.row import UNSET
from jumak.service.journal import whole
from jumak.service.keeping import known_order
from jumak.service.ports import Reader, Transaction
from jumak.service.receipt_following import (
    fulfil_duty,
    queue,
    receipted_elsewhere,
    receipts_of,
    take_back,
    total_claimed,
)
from jumak.service.registry import command, query

MOST_LISTED = 500


@command("cash-receipt.send.request")
async def send(tx: Transaction, data: SendCashReceipt) -> CashReceiptReply:
    """Put a receipt for cash of a payment into the queue, in the place of one nobody was asked for yet.

    Without an amount it is for all that is not receipted. Raises UnsupportedMode RECEIPT_ISSUER, NotFound,
    InvalidArgument for the identifier, InvalidState NOT_TILL_CASH, PAYMENT_CANCELLED, RECEIPT_EXCEEDS_PAID.
    """
    number = identifier_for(data.use, data.full_identifier)
    order = await tx.order_of_payment(data.payment_id)
    if order is None:
        raise NotFound("없는 결제입니다", f"there is no payment {data.payment_id[:64]}", path="$.paymentId")
    payment = find_payment(order, data.payment_id)
    _check_till_cash(order, payment)
    if tx.live.receipt_issuer is None:
        raise UnsupportedMode(
            "이 매장에는 현금영수증 발급이 연결되어 있지 않습니다. 다른 곳에서 발급한 뒤 등록해 주세요",
            "no issuer of cash receipts is set up here; issue it elsewhere and register it with cash-receipt.issue",
            reason="RECEIPT_ISSUER",
        )
    known = await receipts_of(tx, order.id)
    for receipt in known:
        if _gives_way(receipt, payment.id):
            take_back(tx, receipt, claimed(receipt), reason="")
    left = await _left(tx, order, payment.id)
    amount = left.total if data.amount is None else data.amount
    if left.total == 0:
        raise InvalidState(
            "이미 현금영수증을 발급한 결제입니다. 다른 번호로 바꾸려면 먼저 취소해 주세요",
            "all cash of this payment is receipted; to issue it to another number cancel that receipt first",
            reason="RECEIPT_EXCEEDS_PAID",
            left=0,
        )
    check_receipted(amount, 0, left.total)
    receipt = await queue(tx, order, payment.id, data.use, number, draw(left, amount))
    await fulfil_duty(tx, order)
    return CashReceiptReply(cash_receipt=receipt_view(tx, receipt))


def _gives_way(receipt: TillReceipt, payment_id: str) -> bool:
    """Nobody was asked for it yet, so that another receipt for its payment takes its place."""
    return receipt.payment_id == payment_id and receipt.issue.state == "QUEUED"


async def _left(source: Reader, order: Order, payment_id: str) -> Buckets:
    """What of a payment is in no receipt, the till's or another's, but those that give way to one."""
    base = receiptable(order)
    known = [each for each in await receipts_of(source, order.id) if not _gives_way(each, payment_id)]
    mine = [receipt for receipt in known if receipt.payment_id == payment_id]
    left = base[payment_id].less(total_claimed(mine))
    # Nobody says for which of several payments a receipt from elsewhere was.
    free = sum(parts.total for parts in base.values()) - total_claimed(known).total
    free -= await receipted_elsewhere(source, order)
    return draw(left, max(0, min(left.total, free)))


def _check_till_cash(order: Order, payment: Payment) -> None:
    if payment.source_type != "CASH" or backing_of(order).payments[payment.id].by_plugin:
        raise InvalidState(
            "포스에서 받은 현금 결제만 현금영수증을 발급할 수 있습니다",
            "the till issues receipts for cash it took itself; for other money register one with cash-receipt.issue",
            reason="NOT_TILL_CASH",
            paymentId=payment.id,
        )
    if payment.state == "CANCELLED":
        raise InvalidState(
            "취소된 결제에는 현금영수증을 발급할 수 없습니다",
            "this payment is cancelled: there is no cash to issue a receipt for",
            reason="PAYMENT_CANCELLED",
            paymentId=payment.id,
        )


@command("cash-receipt.cancel.request")
async def cancel(tx: Transaction, data: CancelCashReceipt) -> CashReceiptReply:
    """Take a receipt back without money going back, say for a wrong number; all of it without an amount.

    One that nobody was asked for leaves the queue. Raises NotFound, InvalidState RECEIPT_CANCEL_TOO_LARGE,
    RECEIPT_MANDATORY.
    """
    receipt = await tx.get(TillReceipt, data.id)
    order = None if receipt is None else await tx.order(receipt.order_id)
    if receipt is None or order is None:
        raise NotFound("없는 현금영수증입니다", f"there is no cash receipt {data.id[:64]}", path="$.id")
    standing = claimed(receipt)
    amount = standing.total if data.amount is None else data.amount
    if not 1 <= amount <= standing.total:
        raise _too_large(standing.total)
    if receipt.automatic and receipt.issue.state == "QUEUED" and is_mandatory(order, tx.shop):
        raise InvalidState(
            "의무발행 현금영수증은 취소할 수 없습니다. 손님 번호로 발급하려면 번호를 입력해 주세요",
            "the law asks for this receipt; to issue it to a guest's number send cash-receipt.send",
            reason="RECEIPT_MANDATORY",
        )
    after = take_back(tx, receipt, draw(standing, amount), reason=data.reason)
    await fulfil_duty(tx, order)
    return CashReceiptReply(cash_receipt=receipt_view(tx, after))


def _too_large(left: int) -> PosError:
    return InvalidState(
        f"취소할 수 있는 금액은 {left:,}원까지입니다",
        f"{left} stands and is not being cancelled; cancel at most that, and at least 1",
        reason="RECEIPT_CANCEL_TOO_LARGE",
        left=left,
    )


@query("cash-receipt.list.request")
async def list_receipts(read: Reader, caller: Caller, data: ListCashReceipts) -> CashReceiptsReply:
    """Receipts whose issue or one of whose cancels is in a state asked for, newest first, at most 500.

    Of one order it also says what of each payment may be receipted now. Raises NotFound for that order.
    """
    order = None if data.order_id is None else await known_order(read, data.order_id, path="$.orderId")
    known = (await read.all(TillReceipt)).values() if order is None else await receipts_of(read, order.id)
    wanted = frozenset(data.states or ())
    found = [
        receipt
        for receipt in known
        if not wanted or not wanted.isdisjoint(each.state for each in (receipt.issue, *receipt.cancels))
    ]
    found.sort(key=lambda receipt: (receipt.at_ms, receipt.id), reverse=True)
    return CashReceiptsReply(
        cash_receipts=tuple(receipt_view(read, each) for each in found[:MOST_LISTED]),
        receiptable=UNSET if order is None else await _receiptable_now(read, order),
    )


async def _receiptable_now(read: Reader, order: Order) -> tuple[Receiptable, ...]:
    """By payment what a receipt may be issued for; one in the queue gives way to it. Nothing without an issuer."""
    if read.live.receipt_issuer is None:
        return ()
    lefts = [(payment_id, await _left(read, order, payment_id)) for payment_id in receiptable(order)]
    return tuple(
        Receiptable(payment_id=payment_id, amount=left.total) for payment_id, left in lefts if left.total
    )


def receipt_view(source: Reader, receipt: TillReceipt) -> CashReceiptView:
    """A receipt as staff see it; of its number the last digits (SEC-3)."""
    calendar = calendar_of(source.shop)
    sold_on = calendar.parse(receipt.sold_on, path="$.soldOn").astimezone(calendar.zone).date()
    issue = receipt.issue
    return CashReceiptView(
        id=receipt.id,
        order_id=receipt.order_id,
        payment_id=receipt.payment_id,
        use=receipt.use,
        identifier=receipt.identifier,
        amount=issue.parts.total,
        tax_money=issue.parts.tax,
        supply_money=issue.parts.supply + issue.parts.exempt,
        tip_money=issue.parts.tip,
        tax_exempt_money=issue.parts.exempt,
        standing=claimed(receipt).total,
        state=issue.state,
        created_at=calendar.iso(from_ms(receipt.at_ms)),
        due_on=issue_due(sold_on).isoformat(),
        automatic=receipt.automatic,
        send_at=calendar.iso(from_ms(receipt.not_before_ms))
        if issue.state == "QUEUED" and receipt.not_before_ms > to_ms(source.at)
        else None,
        issue_number=issue.number or None,
        issued_at=issue.dated or None,
        error=issue.error,
        test_mode=receipt.test_mode,
        cancels=tuple(_cancel_view(source, each) for each in receipt.cancels if each.state != "WITHDRAWN"),
    )


def _cancel_view(source: Reader, cancel: Sending) -> ReceiptCancelView:
    return ReceiptCancelView(
        id=cancel.key,
        amount=cancel.parts.total,
        reason=cancel.reason,
        state=cancel.state,
        created_at=calendar_of(source.shop).iso(from_ms(cancel.at_ms)),
        issue_number=cancel.number or None,
        issued_at=cancel.dated or None,
        error=cancel.error,
    )


async def _whole(read: Reader, subject: str) -> CashReceiptView | None:
    receipt = await read.get(TillReceipt, subject)
    return None if receipt is None else receipt_view(read, receipt)


ISSUE_WORDS = ("queue", "lower", "withdraw", "send", "wait", "lose", "approve", "refuse")
CANCEL_WORDS = (
    "cancel-queue",
    "cancel-send",
    "cancel-wait",
    "cancel-lose",
    "cancel-approve",
    "cancel-refuse",
)

for _word in (*ISSUE_WORDS, *CANCEL_WORDS):
    whole(f"cash-receipt.{_word}")(_whole)
