"""Cash receipts (현금영수증): who may be named on one, for how much, and how it is taken back (rulebook §3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from msgspec import Meta
from msgspec.structs import replace

from jumak.domain.base import MAX_WON, Doc, PositiveWon, PublicId
from jumak.domain.errors import InvalidArgument, InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.payment import SourceType

Use = Literal["DEDUCTION", "PROOF", "SELF"]
"""Income deduction, expense proof, issued by the shop itself."""

SELF_ISSUE_NUMBER: Final = "0100001234"
"""The number of self-issued receipts, 010-000-1234; 010-0000-1234 is wrong (RCP-2)."""

_NOT_SELF_ISSUE: Final = "01000001234"
"""What some pages print for it (RCP-2)."""

ISSUE_WITHIN_DAYS: Final = 5
"""A mandatory receipt is due within so many days of the sale (RCP-2)."""

_BUSINESS_WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)


class Cancelled(Doc, frozen=True, kw_only=True):
    """A cancel of a receipt: a transaction of its own (RCP-3)."""

    amount: PositiveWon
    issue_number: str
    issue_date: str


class CashReceipt(Doc, frozen=True, kw_only=True):
    """A receipt that was issued.

    id: its issue number.  identifier: masked but for the last digits (RCP-5).  issue_date:
    YYYYMMDDHHmmss.  owner: who registered it.
    """

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    order_id: PublicId
    amount: Annotated[int, Meta(ge=1, le=MAX_WON)]
    issue_date: str
    identifier: str
    owner: str
    cancels: tuple[Cancelled, ...] = ()

    @property
    def standing(self) -> int:
        """Won still receipted after cancels."""
        return self.amount - sum(each.amount for each in self.cancels)


class OrderReceipts(Doc, frozen=True, kw_only=True):
    """Which receipts an order has. id: the order's."""

    id: PublicId
    receipt_ids: tuple[str, ...]


def business_number_valid(number: str) -> bool:
    """Ten digits whose last is right: weights 1,3,7,1,3,7,1,3,5, the ninth also adding ⌊5·d9/10⌋."""
    if len(number) != 10 or not number.isascii() or not number.isdigit():
        return False
    digits = [int(digit) for digit in number]
    total = sum(weight * digit for weight, digit in zip(_BUSINESS_WEIGHTS, digits[:9], strict=True))
    return (total + 5 * digits[8] // 10 + digits[9]) % 10 == 0


def identifier_for(use: Use, identifier: str | None) -> str:
    """The number a receipt is issued to, digits only (rulebook §3.6, table).

    Raises InvalidArgument when it does not fit the use.
    """
    if use == "SELF":
        return SELF_ISSUE_NUMBER
    digits = (identifier or "").replace("-", "").replace(" ", "")
    if not digits.isascii() or not digits.isdigit():
        raise _bad_identifier("번호는 숫자만 쓸 수 있습니다", "an identifier is digits only")
    if digits in (SELF_ISSUE_NUMBER, _NOT_SELF_ISSUE):
        raise _bad_identifier(
            "자진발급 번호입니다. 번호 없이 자진발급(SELF)을 골라 주세요",
            "this is the number of self-issued receipts: send use SELF without an identifier",
        )
    mobile = 10 <= len(digits) <= 11 and digits.startswith("01")
    card = 13 <= len(digits) <= 19
    if mobile or card:
        return digits
    if use == "PROOF" and business_number_valid(digits):
        return digits
    if use == "PROOF":
        raise _bad_identifier(
            "사업자번호, 휴대폰 번호 또는 카드 번호가 올바르지 않습니다",
            "expense proof takes a business number, a mobile number or a card",
        )
    raise _bad_identifier(
        "휴대폰 번호 또는 카드 번호가 올바르지 않습니다", "income deduction takes a mobile number or a card"
    )


def receipt_base(
    payments: Iterable[tuple[SourceType, int]], *, prepaid_sold: int = 0, own_points: int = 0
) -> int:
    """Won a receipt may be issued for: cash received for supplies, no card part (RCP-1).

    payments: source and won kept after refunds, of live payments.  prepaid_sold: sales of cards and
    tickets inside, which are no supply (VAT-6).  own_points: points of this shop spent as tender.
    """
    cash = sum(amount for source, amount in payments if source in ("CASH", "EXTERNAL"))
    return max(0, cash - prepaid_sold - own_points)


def must_issue(cash: int, shop: Shop) -> bool:
    """A receipt is due even unasked: mandatory trade and a cash sale from the floor up (RCP-2)."""
    return shop.cash_receipt_mandatory and cash >= shop.cash_receipt_floor


def issue_due(sold_on: date) -> date:
    """The last day on which a mandatory receipt may be issued (RCP-2)."""
    return sold_on + timedelta(days=ISSUE_WITHIN_DAYS)


def late_penalty_percent(sold_on: date, issued_on: date | None) -> int:
    """Penalty on an unissued or late mandatory receipt, percent of the sale: 0, 10 or 20 (RCP-2)."""
    if issued_on is not None and issued_on <= issue_due(sold_on):
        return 0
    if issued_on is not None and issued_on <= sold_on + timedelta(days=2 * ISSUE_WITHIN_DAYS):
        return 10
    return 20


def check_receipted(amount: int, already: int, base: int) -> None:
    """All receipts of an order together stay within the money they are for (contract, payment §7).

    Raises InvalidState RECEIPT_EXCEEDS_PAID.
    """
    if already + amount > base:
        raise InvalidState(
            f"현금영수증 합계가 받은 금액보다 많습니다 (남은 금액 {max(0, base - already):,}원)",
            f"receipts of {already + amount} would exceed the {base} paid in cash and outside",
            reason="RECEIPT_EXCEEDS_PAID",
            left=max(0, base - already),
        )


def cancel(receipt: CashReceipt, *, amount: int, issue_number: str, issue_date: str) -> CashReceipt:
    """Take a receipt back, wholly or in part, as a transaction of its own (RCP-3).

    A partial refund of a cash sale cancels the same amount (RCP-4).  issue_date: YYYYMMDDHHmmss.
    Raises InvalidArgument when it is dated before the original or reuses its number, InvalidState
    RECEIPT_CANCEL_TOO_LARGE when more is cancelled than stands.
    """
    if issue_number == receipt.id or any(each.issue_number == issue_number for each in receipt.cancels):
        raise InvalidArgument(
            "취소 승인번호는 새 번호여야 합니다",
            "a cancel has an approval number of its own",
            path="$.issueNumber",
        )
    if issue_date < receipt.issue_date:
        raise InvalidArgument(
            "취소 일시가 발급 일시보다 빠릅니다",
            "a cancel is not earlier than its receipt",
            path="$.issueDate",
        )
    if not 1 <= amount <= receipt.standing:
        raise InvalidState(
            f"취소할 수 있는 금액은 {receipt.standing:,}원까지입니다",
            f"{amount} cannot be cancelled: {receipt.standing} stands",
            reason="RECEIPT_CANCEL_TOO_LARGE",
            left=receipt.standing,
        )
    taken_back = Cancelled(amount=amount, issue_number=issue_number, issue_date=issue_date)
    return replace(receipt, cancels=(*receipt.cancels, taken_back))


def _bad_identifier(ko: str, en: str) -> InvalidArgument:
    return InvalidArgument(ko, en, path="$.identifier")
