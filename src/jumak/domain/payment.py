"""Payments as records of money taken (rulebook §3.1, 3.2, 3.5)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr, replace

from jumak.domain.base import Doc, Key, PositiveWon, PublicId

SourceType = Literal["CARD", "CASH", "EXTERNAL"]
PaymentRecordState = Literal["APPROVED", "COMPLETED", "CANCELLED"]
LEAST_IN_PARTS: Final = 50_000
"""Won from which a card pays in instalments (PAY-4)."""

CardType = Literal["CREDIT", "DEBIT", "PREPAID", "FOREIGN"]


class CardDetails(Doc, frozen=True, kw_only=True):
    """How a card paid (PAY-4, PAY-5); the number is masked as it is read, before anything sees it (SEC-3)."""

    installment_month: Annotated[str, Meta(max_length=2)]
    card_type: CardType
    card_brand: Annotated[str, Meta(max_length=64)]
    card_brand_id: str | None = None
    card_no: Annotated[str, Meta(max_length=32)] | None = None
    source: str | None = None
    source_id: str | None = None
    balance: PositiveWon | None = None
    van: str | None = None

    def __post_init__(self) -> None:
        """No body, hash or document ever holds the full number."""
        if self.card_no is not None:
            force_setattr(self, "card_no", masked_number(self.card_no))


class CashReceiptRequest(Doc, frozen=True, kw_only=True):
    """The cash receipt that came with a CASH payment (contract, payment §2); its number is read masked (RCP-5)."""

    identity_number: Annotated[str, Meta(max_length=32)]
    issuer_type: Literal["CONSUMER", "BUSINESSES"]
    issuance_type: Literal["PHONE", "BUSINESS_NUMBER", "CARD"]
    self_issuance: bool

    def __post_init__(self) -> None:
        """As with cards: nothing but the last four digits is kept (SEC-3, SEC-4)."""
        force_setattr(self, "identity_number", masked_identifier(self.identity_number))


class ExternalDetails(Doc, frozen=True, kw_only=True):
    """Who took an EXTERNAL payment and by which means."""

    source: str | None = None
    source_id: str | None = None


class PaymentDto(Doc, frozen=True, kw_only=True):
    """A payment as a plugin records it (contract, payment §2)."""

    source_type: SourceType
    order_id: PublicId
    amount_money: Annotated[int, Meta(ge=1, le=999_999_999)]
    tax_money: PositiveWon
    supply_money: PositiveWon
    tip_money: PositiveWon
    tax_exempt_money: PositiveWon | None = None
    approved_no: Annotated[str, Meta(max_length=64)]
    approved_at: Annotated[str, Meta(max_length=40)]
    payment_key: Key
    autocomplete: bool | None = None
    card_details: CardDetails | None = None
    cash_receipt: CashReceiptRequest | None = None
    external_details: ExternalDetails | None = None


class Payment(Doc, frozen=True, kw_only=True):
    """A payment as plugins see it (contract, payment §3)."""

    id: PublicId
    state: PaymentRecordState
    source_type: SourceType
    order_id: PublicId
    amount_money: PositiveWon
    tax_money: PositiveWon
    supply_money: PositiveWon
    tip_money: PositiveWon
    tax_exempt_money: PositiveWon
    approved_no: str
    approved_at: str
    payment_key: str
    autocomplete: bool
    cancelled_at: str | None = None
    card_details: CardDetails | None = None
    cash_receipt: CashReceiptRequest | None = None
    external_details: ExternalDetails | None = None


class PaymentBacking(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What the shop remembers of a payment and plugins do not see.

    owner: id of the caller who recorded it.  refunded: won given back so far.  at_ms: when it was
    recorded.  business_date: its own trading day (NUM-6).  body: hash of the DTO, for PAY-6.
    taken: how it drew on the order's buckets (supply, tax, exempt, tip), MON-9.
    by_method: taken by a plugin's payment method, which therefore gives it back (payment §6).
    terminal: id of the card terminal that took it, and gives it back (CAN-8); empty for everything else.
    tip_raised: won by which it raised the order's tip (PAY-2); 0 for what was stored before this was known.
    """

    owner: str
    at_ms: int
    business_date: str
    body: bytes
    taken: tuple[int, int, int, int]
    refunded: int = 0
    by_plugin: bool = False
    warnings: tuple[str, ...] = ()
    by_method: bool = False
    terminal: str = ""
    tip_raised: PositiveWon = 0


def masked_number(number: str) -> str:
    """At most the first six and the last four digits; everything between is a star (SEC-3).

    One scheme everywhere, so that two papers cannot be put together. Numbers too short to be a
    card's keep their last four only.
    """
    signs = [sign for sign in number if sign.isalnum() or sign == "*"]
    if len(signs) < 13:
        return "*" * max(0, len(signs) - 4) + "".join(signs[-4:])
    return "".join(signs[:6]) + "*" * (len(signs) - 10) + "".join(signs[-4:])


def masked_identifier(identifier: str) -> str:
    """All but the last four characters hidden, on entry and for good (SEC-3, RCP-5).

    What has no more than four characters hides wholly: there is nothing to tell it by.
    """
    plain = identifier.replace("-", "").replace(" ", "")
    if len(plain) <= 4:
        return "*" * len(plain)
    return "*" * (len(plain) - 4) + plain[-4:]


def kept_card(card: CardDetails) -> CardDetails:
    """Card details as they are kept: one instalment is written as lump sum (PAY-4)."""
    return replace(card, installment_month=installments(card.installment_month))


def installments(month: str) -> str:
    """Months as VAN wires have them: `00` is a lump sum, and one instalment is one too (PAY-4)."""
    return "00" if month in ("", "0", "1", "01") else month
