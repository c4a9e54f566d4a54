"""The shop itself: who it is, its settings, and the audit of what was done (contract, extensions §11)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from jumak.domain.merchant import Shop
from jumak.protocol.messages.session import Seq
from jumak.protocol.row import Data, Nothing, Reply, Row


class Merchant(Struct, frozen=True, kw_only=True, rename="camel"):
    """The store (contract, merchant-device §1)."""

    id: int
    name: str
    serial_number: str
    business_number: str
    address: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET


class MerchantInfoReply(Reply, frozen=True, kw_only=True):
    """See `Merchant`."""

    merchant: Merchant


class ShopSettingReply(Reply, frozen=True, kw_only=True):
    """All settings with their version."""

    settings: Shop


class ShopSettingUpdateData(Data, frozen=True, kw_only=True):
    """changes: setting → new value, null takes an optional one away; expected_version: OFF-4."""

    changes: dict[str, Any]
    expected_version: int


class AuditListData(Data, frozen=True, kw_only=True):
    """after: entries from there on, oldest first; without it the newest `limit` (100 unless given).

    who: id or name of a caller, device or person.  what: a fact's name, or its noun.
    """

    after: Seq | None = None
    limit: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    who: Annotated[str, Meta(max_length=200)] | None = None
    what: Annotated[str, Meta(max_length=100)] | None = None


class AuditEntry(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who did what, when, where (SEC-2)."""

    seq: int
    at: str
    what: str
    subject: str
    data: dict[str, Any]
    who: str
    device: str | UnsetType = UNSET
    staff: str | UnsetType = UNSET
    command_id: str | UnsetType = UNSET


class AuditListReply(Reply, frozen=True, kw_only=True):
    """In journal order."""

    entries: tuple[AuditEntry, ...]


PAGE = "extensions.md §11"

ROWS: tuple[Row, ...] = (
    Row(
        name="merchant.info.request",
        kind="request",
        data=Nothing,
        reply=MerchantInfoReply,
        sdk="merchant.getMerchant",
        rate_limited=True,
        origin="sdk-0.0.27",
        page="merchant-device.md §1",
        about="The store.",
    ),
    Row(
        name="shop-setting.get.request",
        kind="request",
        data=Nothing,
        reply=ShopSettingReply,
        scopes=("staff:order",),
        sdk="ext.shopSetting.get",
        page=PAGE,
        about="Business type, rounding, cut-off and the rest.",
    ),
    Row(
        name="shop-setting.update.request",
        kind="request",
        data=ShopSettingUpdateData,
        reply=ShopSettingReply,
        scopes=("staff:own",),
        write=True,
        sdk="ext.shopSetting.update",
        page=PAGE,
        about="Changes settings; each field is checked.",
    ),
    Row(
        name="audit.list.request",
        kind="request",
        data=AuditListData,
        reply=AuditListReply,
        scopes=("staff:own",),
        sdk="ext.audit.list",
        page=PAGE,
        about="The journal as an audit: who, when, where, what (SEC-2).",
    ),
)
