"""The use case of receipts (rulebook §7.3; contract: extensions §10)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.attempt import Attempt
from jumak.domain.caller import Caller
from jumak.domain.cash_receipt import CashReceipt, OrderReceipts
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.receipt import ReceiptedCash, Taking, receipt_of
from jumak.domain.refund import RefundAttempt
from jumak.domain.table import TableRecord
from jumak.domain.terminal import TerminalRecord
from jumak.domain.till_receipt import claimed
from jumak.protocol.messages.receipt import GetReceipt, ReceiptReply
from jumak.service.keeping import known_order
from jumak.service.ports import Reader
from jumak.service.receipt_following import receipts_of
from jumak.service.registry import query


@query("receipt.get.request")
async def get(read: Reader, caller: Caller, data: GetReceipt) -> ReceiptReply:
    """The receipt of an order; what was tendered while its attempt is kept. Raises NotFound."""
    order = await known_order(read, data.order_id, path="$.orderId")
    record = None if order.table_id is None else await read.get(TableRecord, order.table_id)
    receipt = receipt_of(
        order,
        read.shop,
        table=None if record is None else record.title,
        takings=await _takings(read, order),
        cash_receipts=await _cash_receipts(read, order),
    )
    return ReceiptReply(receipt=receipt)


async def _takings(read: Reader, order: Order) -> dict[str, Taking]:
    """By payment what its attempt tells, and its terminal where the attempt is no longer kept."""
    takings = {}
    for payment_id, record in backing_of(order).payments.items():
        terminal = await read.get(TerminalRecord, record.terminal) if record.terminal else None
        takings[payment_id] = Taking(test_mode=terminal is not None and terminal.test_mode)
    for attempt in await read.of_order(Attempt, order.id):
        if attempt.payment_id in takings:
            takings[attempt.payment_id] = Taking(
                tendered=attempt.tendered,
                change=attempt.change,
                test_mode=attempt.terminal is not None and attempt.terminal.test_mode,
            )
    for refund in (await read.all(RefundAttempt)).values():
        if refund.is_part and refund.state != "RETURNED" and refund.payment in takings:
            known = takings[refund.payment]
            takings[refund.payment] = replace(known, owed=known.owed + refund.amount)
    return takings


async def _cash_receipts(read: Reader, order: Order) -> list[ReceiptedCash]:
    """Those that stand: the till's own, then what was issued elsewhere."""
    ours = [
        ReceiptedCash(
            use=receipt.use,
            identifier=receipt.identifier,
            number=receipt.issue.number,
            amount=claimed(receipt).total,
            test_mode=receipt.test_mode,
        )
        for receipt in await receipts_of(read, order.id)
        if receipt.issue.state == "ISSUED" and claimed(receipt).total
    ]
    known = await read.get(OrderReceipts, order.id)
    found = [await read.get(CashReceipt, each) for each in (() if known is None else known.receipt_ids)]
    theirs = [
        ReceiptedCash(identifier=receipt.identifier, number=receipt.id, amount=receipt.standing)
        for receipt in found
        if receipt is not None and receipt.standing
    ]
    return [*ours, *theirs]
