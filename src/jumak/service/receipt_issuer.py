"""The port of cash receipt issuers: what passes on receipts to the tax office (rulebook §3.6).

Implementations live in `devices/receipt`; `tests/devices/receipt_contract.py` is what each of them must pass.
"""

from __future__ import annotations

from typing import Protocol

from jumak.domain.base import Doc, PublicId
from jumak.domain.cash_receipt import Use
from jumak.domain.tax import Buckets
from jumak.domain.till_receipt import Accepted, ReceiptRefused


class ReceiptToIssue(Doc, frozen=True, kw_only=True):
    """A receipt to issue. key: ours, by which it is issued at most once.  parts: supply, VAT, exempt, tip, won.

    identifier: the full number, digits only; never to be written down (RCP-5).
    """

    key: PublicId
    use: Use
    identifier: str
    parts: Buckets
    business_number: str


class ReceiptToCancel(Doc, frozen=True, kw_only=True):
    """A cancel of a receipt, a transaction of its own (RCP-3). number, dated: of the original."""

    key: PublicId
    number: str
    dated: str
    parts: Buckets
    reason: str
    business_number: str


class ReceiptIssuer(Protocol):
    """Somebody who issues. Both questions may raise NotAsked, or AnswerLost once they may have been heard.

    The same key again moves nothing: it answers what became of it, which is why a lost answer is simply asked for
    again. A refusal is for good: nothing was booked under the key, nor will be. No call has a deadline of its own:
    whoever calls brings one, and ends the call by cancelling it.
    """

    @property
    def test_mode(self) -> bool:
        """The tax office hears of nothing."""

    async def issue(self, receipt: ReceiptToIssue) -> Accepted | ReceiptRefused:
        """Issues a receipt."""

    async def cancel(self, cancel: ReceiptToCancel) -> Accepted | ReceiptRefused:
        """Takes a receipt back, wholly or in part."""
