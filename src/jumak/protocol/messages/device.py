"""Devices and the tokens of services: what runs here, pairing, revoking (contract, extensions §11; merchant-device)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jumak.domain.base import PublicId
from jumak.protocol.messages.shop_directory import GroupName, ShopNumber
from jumak.protocol.row import Data, Nothing, Reply, Row

DeviceKind = Literal["till", "kitchen", "display", "service"]
DeviceName = Annotated[str, Meta(min_length=1, max_length=64)]
Scope = Annotated[str, Meta(min_length=1, max_length=64)]


class PaymentOperation(Struct, frozen=True, kw_only=True):
    """PAY_FIRST prepaid, PAY_LATER postpaid."""

    type: Literal["PAY_FIRST", "PAY_LATER"]


class Switch(Struct, frozen=True, kw_only=True):
    """A feature of the shop that is on or off."""

    enabled: bool


class Operation(Struct, frozen=True, kw_only=True):
    """How the shop works."""

    payment: PaymentOperation
    table: Switch
    booking: Switch


class Business(Struct, frozen=True, kw_only=True):
    """What kind of shop it is."""

    type: Literal["CAFE", "RESTAURANT", "RETAIL", "SERVICE"]


class DeviceBusinessType(Struct, frozen=True, kw_only=True):
    """The shop's mode, by which plugins switch themselves (contract, merchant-device §2)."""

    business: Business
    operation: Operation


class DeviceInfo(Struct, frozen=True, kw_only=True, rename="camel"):
    """The POS a plugin runs on (contract, merchant-device §2)."""

    name: str
    version: str
    platform: Literal["windows", "macos", "linux", "android", "ios"]
    arch: str
    serial_number: str
    os_version: str | UnsetType = UNSET
    business_type: DeviceBusinessType


class DeviceInfoReply(Reply, frozen=True, kw_only=True):
    """See `DeviceInfo`."""

    device: DeviceInfo


class ReachData(Data, frozen=True, kw_only=True, omit_defaults=True):
    """Shops a head office's token is good for: numbers and groups, or `all`: every shop, later ones too."""

    all: bool = False
    shops: Annotated[tuple[ShopNumber, ...], Meta(max_length=500)] = ()
    groups: Annotated[tuple[GroupName, ...], Meta(max_length=50)] = ()


class DeviceView(Struct, frozen=True, kw_only=True, rename="camel"):
    """A paired device or token, without its secret. tillId: of a display, the till it was paired with.

    reach: of a head office's token.
    """

    id: str
    kind: Literal["till", "kitchen", "display", "service", "plugin"]
    name: str
    letter: str
    scopes: tuple[str, ...]
    created_at: str
    till_id: str | UnsetType = UNSET
    reach: ReachData | UnsetType = UNSET
    revoked_at: str | UnsetType = UNSET


class DeviceListReply(Reply, frozen=True, kw_only=True):
    """All devices, revoked ones included, oldest first."""

    devices: tuple[DeviceView, ...]


class DevicePairData(Data, frozen=True, kw_only=True):
    """A new device or token.

    scopes: beside those of the kind; for a service all it gets, `plugin` = every SDK scope, `all` = every scope.
    tillId: of a display, the till whose guest it faces; without it the main till.
    reach: of a service, makes it a head office's token; its scopes then have to be `branch-*` ones.
    """

    kind: DeviceKind
    name: DeviceName
    till_id: PublicId | None = None
    scopes: Annotated[tuple[Scope, ...], Meta(max_length=50)] | None = None
    reach: ReachData | None = None


class DevicePairReply(Reply, frozen=True, kw_only=True):
    """token: shown this once.  code: for `device.claim` on the new screen, 5 minutes, once."""

    token: str
    device: DeviceView
    code: str


class DeviceClaimData(Data, frozen=True, kw_only=True):
    """The one-time code."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]


class DeviceClaimReply(Reply, frozen=True, kw_only=True):
    """token: shown this once."""

    token: str
    device: DeviceView


class DeviceRevokeData(Data, frozen=True, kw_only=True):
    """Which device or token."""

    id: PublicId


PAGE = "extensions.md §11"

ROWS: tuple[Row, ...] = (
    Row(
        name="device.info.request",
        kind="request",
        data=Nothing,
        reply=DeviceInfoReply,
        sdk="device.getDeviceInfo",
        rate_limited=True,
        origin="sdk-0.0.27",
        page="merchant-device.md §2",
        about="The POS and the shop's mode.",
    ),
    Row(
        name="device.list.request",
        kind="request",
        data=Nothing,
        reply=DeviceListReply,
        scopes=("staff:own",),
        sdk="ext.device.list",
        page=PAGE,
        about="Paired devices and service tokens.",
    ),
    Row(
        name="device.pair.request",
        kind="request",
        data=DevicePairData,
        reply=DevicePairReply,
        scopes=("staff:own",),
        sdk="ext.device.pair",
        page=PAGE,
        about="A token, shown once, and a one-time code for a new screen; never answered from memory.",
    ),
    Row(
        name="device.claim.request",
        kind="request",
        data=DeviceClaimData,
        reply=DeviceClaimReply,
        sdk="ext.device.claim",
        page=PAGE,
        about="A new screen redeems a one-time code: once, within 5 minutes, throttled.",
    ),
    Row(
        name="device.revoke.request",
        kind="request",
        data=DeviceRevokeData,
        scopes=("staff:own",),
        write=True,
        sdk="ext.device.revoke",
        page=PAGE,
        about="Ends a token and closes its sessions.",
    ),
)
