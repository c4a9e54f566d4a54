"""What every issuer of cash receipts must pass (`service/receipt_issuer.py`).

An issuer's own tests subclass `ReceiptContract` and give it the fixture `issuer`.
"""

from __future__ import annotations

from typing import Any

import pytest

from jumak.domain.tax import Buckets
from jumak.domain.till_receipt import Accepted, ReceiptRefused
from jumak.service.receipt_issuer import ReceiptIssuer, ReceiptToCancel, ReceiptToIssue

PARTS = Buckets(9_091, 909, 0, 0)


def to_issue(key: str = "k1", **more: Any) -> ReceiptToIssue:
    known: dict[str, Any] = {
        "use": "DEDUCTION", "identifier": "01023456789", "parts": PARTS, "business_number": "1234567891",
    }  # fmt: skip
    return ReceiptToIssue(key=key, **(known | more))


def to_cancel(original: Accepted, key: str = "c1", parts: Buckets = PARTS) -> ReceiptToCancel:
    return ReceiptToCancel(
        key=key, number=original.number, dated=original.dated, parts=parts, reason="거래 취소",
        business_number="1234567891",
    )  # fmt: skip


async def issued(issuer: ReceiptIssuer, receipt: ReceiptToIssue) -> Accepted:
    answer = await issuer.issue(receipt)
    assert isinstance(answer, Accepted)
    return answer


class ReceiptContract:
    """See the module."""

    async def test_a_receipt_is_issued_once(self, issuer: ReceiptIssuer) -> None:
        """RCP-4: the same key again answers the same; another is another."""
        first = await issued(issuer, to_issue())
        assert await issuer.issue(to_issue()) == first
        assert (await issued(issuer, to_issue("k2"))).number != first.number

    async def test_a_cancel_is_a_transaction_of_its_own(self, issuer: ReceiptIssuer) -> None:
        """RCP-3: own number, not before the original; the same key again takes back nothing more."""
        original = await issued(issuer, to_issue())
        part = to_cancel(original, parts=Buckets(4_546, 454, 0, 0))
        answer = await issuer.cancel(part)
        assert isinstance(answer, Accepted)
        assert answer.number != original.number
        assert answer.dated >= original.dated
        assert await issuer.cancel(part) == answer
        rest = await issuer.cancel(to_cancel(original, "c2", Buckets(4_545, 455, 0, 0)))
        assert isinstance(rest, Accepted)

    async def test_no_more_is_cancelled_than_stands(self, issuer: ReceiptIssuer) -> None:
        """RCP-3: Σ cancels ≤ original, and what is no receipt cannot be cancelled."""
        original = await issued(issuer, to_issue())
        assert isinstance(await issuer.cancel(to_cancel(original)), Accepted)
        assert isinstance(await issuer.cancel(to_cancel(original, "c2", Buckets(1, 0, 0, 0))), ReceiptRefused)
        assert isinstance(
            await issuer.cancel(to_cancel(Accepted("none", "20260101000000"), "c3")), ReceiptRefused
        )

    @pytest.mark.parametrize("bad", [{"identifier": ""}, {"use": "SELF"}, {"identifier": "0212345678"}])
    async def test_a_refusal_is_for_good(self, issuer: ReceiptIssuer, bad: dict[str, Any]) -> None:
        """RCP-4: nothing is booked under that key any more, even when it is asked with a good number."""
        assert isinstance(await issuer.issue(to_issue(**bad)), ReceiptRefused)
        assert isinstance(await issuer.issue(to_issue()), ReceiptRefused)
