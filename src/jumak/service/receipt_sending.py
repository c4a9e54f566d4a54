"""What the issuer is asked for a cash receipt, and what its answer means; decided in `domain/till_receipt.py`.

Run by the live side of the shop (`server/receipt_sending.py`).
"""

from __future__ import annotations

from jumak.domain.cash_receipt import SELF_ISSUE_NUMBER
from jumak.domain.till_receipt import (
    ReceiptAnswer,
    ReceiptStep,
    TillReceipt,
    Unheard,
    after_asking,
    next_sending,
    sending_stepped,
    with_sending,
)
from jumak.protocol.row import Done
from jumak.service.ports import Reader, Transaction
from jumak.service.receipt_following import fulfil_duty, keep_receipt


async def begin(tx: Transaction, *, receipt_id: str) -> Done:
    """The issuer is about to be asked for what is next of a receipt: on disk first, so that a crash forgets nothing."""
    receipt = await tx.get(TillReceipt, receipt_id)
    sending = None if receipt is None else next_sending(receipt)
    if receipt is not None and sending is not None and sending.state == "QUEUED":
        asked = with_sending(receipt, sending_stepped(sending, ReceiptStep.SEND))
        keep_receipt(tx, _word(receipt, sending.key, "send"), asked, amount=sending.parts.total)
    return Done()


async def answered(tx: Transaction, *, receipt_id: str, key: str, answer: ReceiptAnswer) -> Done:
    """What the issuer said of the transaction of this key, or that it said nothing."""
    receipt = await tx.get(TillReceipt, receipt_id)
    sending = None if receipt is None else next_sending(receipt)
    if receipt is None or sending is None:
        return Done()
    after, word = after_asking(receipt, key, answer)
    if word:
        keep_receipt(tx, _word(receipt, key, word), after, amount=sending.parts.total)
    order = await tx.order(receipt.order_id)
    if order is not None and after.issue.state == "FAILED":
        await fulfil_duty(tx, order)
    return Done()


async def lose_all(tx: Transaction) -> Done:
    """After a restart nobody waits for what was asked before it."""
    for receipt in await tx.unfinished(TillReceipt):
        sending = next_sending(receipt)
        if sending is not None and sending.state == "SENT":
            await answered(tx, receipt_id=receipt.id, key=sending.key, answer=Unheard(asked=True))
    return Done()


async def number_of(source: Reader, receipt: TillReceipt) -> str:
    """The full number a receipt is issued to; empty once it was erased, which the issuer refuses."""
    if receipt.use == "SELF":
        return SELF_ISSUE_NUMBER
    personal = await source.personal(receipt.id) or {}
    return str(personal.get("identifier", ""))


def _word(receipt: TillReceipt, key: str, word: str) -> str:
    return word if key == receipt.issue.key else f"cancel-{word}"
