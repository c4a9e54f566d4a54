"""The shop itself: who it is and how it works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from jumak.domain.base import Doc, PositiveWon, Title
from jumak.domain.errors import InvalidArgument

BusinessType = Literal["CAFE", "RESTAURANT", "RETAIL", "SERVICE"]
PaymentTiming = Literal["PAY_FIRST", "PAY_LATER"]
VatRounding = Literal["HALF_UP", "FLOOR"]
TaxType = Literal["GENERAL", "SIMPLIFIED", "EXEMPT"]


class Shop(Doc, frozen=True, kw_only=True):
    """Settings of the shop that rules read. One per shop file; `version` guards edits (OFF-4)."""

    id: int
    name: Title
    serial_number: str
    business_number: str
    representative: str | None = None
    address: str | None = None
    phone: str | None = None
    time_zone: str = "Asia/Seoul"
    language: str = "ko"
    business_type: BusinessType
    payment_timing: PaymentTiming
    tables_enabled: bool
    booking_enabled: bool = False
    day_cutoff_hour: Annotated[int, Meta(ge=0, le=12)] = 4
    vat_rate_percent: Annotated[int, Meta(ge=0, le=100)] = 10
    vat_rounding: VatRounding = "HALF_UP"
    tax_type: TaxType = "GENERAL"
    delivery_fee_exempt_follows_goods: bool = True
    percent_discount_unit: Literal[1, 10, 100] = 1
    order_rounding_unit: Literal[1, 10, 100] = 1
    prepaid_kitchen_early: bool = False
    preparation_minutes: Annotated[int, Meta(ge=0, le=1_440)] = 15
    reservation_lead_minutes: Annotated[int, Meta(ge=0, le=1_440)] = 30
    large_discount_bp: Annotated[int, Meta(ge=0, le=10_000)] = 2_000
    cash_receipt_mandatory: bool = False
    cash_receipt_floor: PositiveWon = 100_000
    version: int

    @property
    def postpaid(self) -> bool:
        """Guests pay after eating (후불)."""
        return self.payment_timing == "PAY_LATER" and self.business_type in ("CAFE", "RESTAURANT")

    @property
    def has_tables(self) -> bool:
        """Table calls work: postpaid restaurants only (contract, table)."""
        return self.postpaid and self.tables_enabled and self.business_type == "RESTAURANT"


UNCHANGEABLE = frozenset({"id", "serialNumber", "version"})
"""Settings that name the shop itself; nobody edits them."""


def changed(shop: Shop, changes: Mapping[str, Any]) -> Shop:
    """The shop with these settings (names as on the wire); null takes an optional one away.

    Each field is checked by itself, then what must hold between them. An unknown name is refused:
    a misspelt setting that does nothing would be found too late. Returns `shop` itself when
    nothing differs, else the next version. Raises InvalidArgument with `data.path`.
    """
    names = Shop.__struct_encode_fields__
    for name in changes:
        if name not in names or name in UNCHANGEABLE:
            raise _wrong(
                name, f"'{name}' 설정은 바꿀 수 없습니다.", f"'{name}' is no setting that can be changed"
            )
    try:
        wanted = msgspec.convert(_merged(shop, changes), Shop)
    except msgspec.ValidationError as problem:
        name = str(problem).rpartition("`$.")[2].rstrip("`") if "`$." in str(problem) else next(iter(changes))
        raise _wrong(name, f"설정값이 올바르지 않습니다: {name}", f"{name}: {problem}") from None
    _check(wanted)
    if wanted == shop:
        return shop
    return msgspec.structs.replace(wanted, version=shop.version + 1)


def _merged(shop: Shop, changes: Mapping[str, Any]) -> dict[str, Any]:
    both = {**msgspec.to_builtins(shop), **changes}
    return {name: value for name, value in both.items() if value is not None}


def _check(shop: Shop) -> None:
    """What must hold between settings (contract, merchant-device §2)."""
    try:
        ZoneInfo(shop.time_zone)
    except (KeyError, OSError, ValueError):
        raise _wrong("timeZone", "알 수 없는 시간대입니다.", "timeZone is no IANA zone") from None
    if not (
        len(shop.business_number) == 10 and shop.business_number.isascii() and shop.business_number.isdigit()
    ):
        raise _wrong("businessNumber", "사업자등록번호는 숫자 10자리입니다.", "businessNumber has 10 digits")
    if shop.business_type in ("RETAIL", "SERVICE") and shop.payment_timing != "PAY_FIRST":
        raise _wrong("paymentTiming", "이 업종은 선불만 됩니다.", "shops of this type take payment first")
    if shop.business_type in ("RETAIL", "SERVICE") and shop.tables_enabled:
        raise _wrong(
            "tablesEnabled", "이 업종은 테이블을 쓰지 않습니다.", "shops of this type have no tables"
        )


def _wrong(name: str, ko: str, en: str) -> InvalidArgument:
    return InvalidArgument(ko, en, path=f"$.changes.{name}")
