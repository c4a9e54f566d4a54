"""What follows for the till's cash receipts when the cash of an order changes (RCP-2, RCP-4).

Called for every change of an order (`keeping.keep`), so that no way of giving money back forgets the receipt. It
only puts into the queue: nothing here can fail a refund.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.cash_receipt import (
    SELF_ISSUE_NUMBER,
    CashReceipt,
    OrderReceipts,
    Use,
    receipt_base,
)
from jumak.domain.fact import Fact
from jumak.domain.order.ending import live_payments
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import SourceType, masked_identifier
from jumak.domain.tax import Buckets, draw
from jumak.domain.till_receipt import (
    AUTOMATIC_AFTER_MS,
    NOTHING,
    Sending,
    TillReceipt,
    TillReceipts,
    claimed,
    excess_parts,
    is_mandatory,
    receiptable,
    taken_back,
)
from jumak.service.ports import Reader, Transaction

GONE_BACK = "거래 취소"
"""The reason of a cancel that follows from money given back."""


async def follow_cash(tx: Transaction, order: Order) -> None:
    """Takes back what is receipted beyond the cash that is still held, and receipts what the law demands."""
    known = await receipts_of(tx, order.id)
    if not known and not is_mandatory(order, tx.shop):
        return
    base = receiptable(order)
    for payment_id in dict.fromkeys(receipt.payment_id for receipt in known):
        held = base.get(payment_id, NOTHING)
        mine = [receipt for receipt in known if receipt.payment_id == payment_id]
        take_back_excess(tx, mine, held)
    await fulfil_duty(tx, order)


async def receipts_of(source: Reader, order_id: str) -> list[TillReceipt]:
    """The till's receipts of an order, oldest first."""
    index = await source.get(TillReceipts, order_id)
    found = [await source.get(TillReceipt, each) for each in (() if index is None else index.receipt_ids)]
    return [receipt for receipt in found if receipt is not None]


def total_claimed(receipts: list[TillReceipt]) -> Buckets:
    """What these receipts stand for together."""
    return sum((claimed(receipt) for receipt in receipts), start=NOTHING)


def take_back_excess(tx: Transaction, receipts: list[TillReceipt], held: Buckets) -> None:
    """Receipts of one payment come down to the cash held for it: those nobody was asked for first, then the newest."""
    excess = total_claimed(receipts).total - held.total
    newest_first = receipts[::-1]
    for receipt in sorted(
        newest_first, key=lambda receipt: (receipt.issue.state != "QUEUED", not receipt.automatic)
    ):
        standing = claimed(receipt)
        part = min(excess, standing.total)
        if part > 0:
            parts = excess_parts(standing, held, part)
            take_back(tx, receipt, parts, reason=GONE_BACK)
            excess -= part


def take_back(tx: Transaction, receipt: TillReceipt, parts: Buckets, *, reason: str) -> TillReceipt:
    """A receipt less these parts, kept and told of."""
    after, word = taken_back(receipt, parts, key=tx.ids.new(), reason=reason, at_ms=to_ms(tx.at))
    keep_receipt(tx, word, after, amount=parts.total)
    return after


async def fulfil_duty(tx: Transaction, order: Order) -> None:
    """Cash that has to be receipted and is not gets a self-issued receipt, sent unless somebody asks first (RCP-2).

    One the issuer refused is left to staff: asked again it would be refused again.
    """
    if not is_mandatory(order, tx.shop):
        return
    known = await receipts_of(tx, order.id)
    elsewhere = await receipted_elsewhere(tx, order)
    for payment_id, held in receiptable(order).items():
        mine = [receipt for receipt in known if receipt.payment_id == payment_id]
        left = held.less(total_claimed(mine))
        theirs = min(elsewhere, left.total)
        elsewhere -= theirs
        refused = any(receipt.automatic and receipt.issue.state == "FAILED" for receipt in mine)
        if left.total > theirs and not refused:
            parts = draw(left, left.total - theirs)
            await queue(tx, order, payment_id, "SELF", SELF_ISSUE_NUMBER, parts, automatic=True)


async def receipted_elsewhere(source: Reader, order: Order) -> int:
    """Won of the till's cash for which somebody registered a receipt; theirs first cover what others took."""
    held = sum(parts.total for parts in receiptable(order).values())
    others = receipt_base(kept_by_source(order)) - held
    return max(0, await registered(source, order.id) - max(0, others))


async def registered(source: Reader, order_id: str) -> int:
    """Won for which receipts issued elsewhere stand (contract, payment §7)."""
    known = await source.get(OrderReceipts, order_id)
    found = [await source.get(CashReceipt, each) for each in (() if known is None else known.receipt_ids)]
    return sum(receipt.standing for receipt in found if receipt is not None)


def kept_by_source(order: Order) -> list[tuple[SourceType, int]]:
    """Source and won of each live payment, less what went back."""
    records = backing_of(order).payments
    return [
        (payment.source_type, payment.amount_money - records[payment.id].refunded)
        for payment in live_payments(order)
    ]


def is_unasked(receipt: TillReceipt) -> bool:
    """The law asked for it and the issuer was not asked yet: whoever issues one instead has the better right."""
    return receipt.automatic and receipt.issue.state == "QUEUED"


async def give_way(tx: Transaction, order: Order) -> None:
    """Issues of our own accord come down to what no other receipt is for (RCP-2)."""
    for receipt in await receipts_of(tx, order.id):
        if is_unasked(receipt):
            take_back(tx, receipt, claimed(receipt), reason="")
    await fulfil_duty(tx, order)


async def queue(
    tx: Transaction,
    order: Order,
    payment_id: str,
    use: Use,
    number: str,
    parts: Buckets,
    *,
    automatic: bool = False,
) -> TillReceipt:
    """A new receipt in the queue; its number is kept as personal data until it is sent (RCP-5)."""
    issuer = tx.live.receipt_issuer
    receipt_id, at_ms = tx.ids.new(), to_ms(tx.at)
    receipt = TillReceipt(
        id=receipt_id,
        order_id=order.id,
        payment_id=payment_id,
        use=use,
        identifier=masked_identifier(number),
        at_ms=at_ms,
        sold_on=backing_of(order).payments[payment_id].business_date,
        issue=Sending(key=receipt_id, parts=parts, at_ms=at_ms),
        automatic=automatic,
        not_before_ms=at_ms + AUTOMATIC_AFTER_MS if automatic else 0,
        test_mode=issuer is not None and issuer.test_mode,
    )
    if use != "SELF":
        tx.put_personal(receipt_id, {"identifier": number})
    index = await tx.get(TillReceipts, order.id) or TillReceipts(id=order.id, receipt_ids=())
    tx.put(replace(index, receipt_ids=(*index.receipt_ids, receipt_id)))
    keep_receipt(tx, "queue", receipt, amount=parts.total, use=use, automatic=automatic)
    return receipt


def keep_receipt(tx: Transaction, word: str, receipt: TillReceipt, **said: Any) -> None:
    """Save a receipt and record `cash-receipt.<word>`; once nobody will be sent its number that is erased (RCP-5)."""
    tx.put(receipt)
    if receipt.use != "SELF" and receipt.issue.state in ("ISSUED", "FAILED", "WITHDRAWN"):
        tx.put_personal(receipt.id, None)
    about: dict[str, Any] = {"order": {"id": receipt.order_id}, "payment": {"id": receipt.payment_id}}
    tx.record(Fact(f"cash-receipt.{word}", receipt.id, about | said))
