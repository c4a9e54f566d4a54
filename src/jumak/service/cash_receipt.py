"""Cash receipts that were issued elsewhere (contract, payment §7)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.calendar import calendar_of
from jumak.domain.cash_receipt import CashReceipt, OrderReceipts, check_receipted, receipt_base
from jumak.domain.fact import Fact
from jumak.protocol.messages.cash_receipt import IssueCashReceipt
from jumak.protocol.row import Done
from jumak.service.keeping import known_order
from jumak.service.ports import Transaction
from jumak.service.receipt_following import (
    give_way,
    is_unasked,
    kept_by_source,
    receipts_of,
    registered,
    total_claimed,
)
from jumak.service.registry import command


@command("cash-receipt.issue.request")
async def issue(tx: Transaction, data: IssueCashReceipt) -> Done:
    """Register a receipt issued outside; the same issue number again resolves without effect.

    Raises NotFound for the order, InvalidArgument for the date, InvalidState RECEIPT_EXCEEDS_PAID.
    """
    order = await known_order(tx, data.order_id)
    if await tx.get(CashReceipt, data.issue_number) is not None:
        return Done()
    calendar_of(tx.shop).parse(data.issue_date, path="$.issueDate")
    # What the till would issue by itself gives way to what was issued elsewhere (RCP-2).
    ours = [each for each in await receipts_of(tx, order.id) if not is_unasked(each)]
    already = await registered(tx, order.id) + total_claimed(ours).total
    check_receipted(data.amount, already, receipt_base(kept_by_source(order)))
    known = await tx.get(OrderReceipts, order.id) or OrderReceipts(id=order.id, receipt_ids=())
    tx.put(
        CashReceipt(
            id=data.issue_number,
            order_id=order.id,
            amount=data.amount,
            issue_date=data.issue_date,
            identifier=data.card_number,
            owner=tx.caller.id,
        )
    )
    tx.put(replace(known, receipt_ids=(*known.receipt_ids, data.issue_number)))
    tx.record(
        Fact(
            "cash-receipt.issue",
            data.issue_number,
            {"order": {"id": order.id}, "amount": data.amount, "issueDate": data.issue_date},
        )
    )
    await give_way(tx, order)
    return Done()
