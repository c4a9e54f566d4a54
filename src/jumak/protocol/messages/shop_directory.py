"""The directory of shops that one address serves, kept by their head office (contract: extensions §11)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from jumak.domain.base import Title
from jumak.domain.merchant import BusinessType, PaymentTiming
from jumak.protocol.row import Data, Nothing, Reply, Row

ShopName = Annotated[str, Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")]
"""The first label of the host name it is reached by; the same shape as a plugin's id."""

GroupName = Annotated[str, Meta(pattern=r"^[^\s,][^\n,]{0,39}$")]
"""A name by which a head office takes several shops together."""

Groups = Annotated[tuple[GroupName, ...], Meta(max_length=20)]

ShopNumber = Annotated[int, Meta(ge=1, lt=2**53)]
ShopState = Literal["OPEN", "SUSPENDED"]


class ShopView(Struct, frozen=True, kw_only=True, rename="camel"):
    """A shop of the directory. name: its host label.  title: what people call it.  reason: why it is suspended."""

    id: int
    name: str
    title: str
    state: ShopState
    reason: str | UnsetType = UNSET
    groups: tuple[str, ...] = ()
    created_at: str
    version: int


class ShopsReply(Reply, frozen=True, kw_only=True):
    """Every shop, the suspended ones included, the oldest first."""

    shops: tuple[ShopView, ...]


class ShopReply(Reply, frozen=True, kw_only=True):
    """One shop as it is now."""

    shop: ShopView


class AddShop(Data, frozen=True, kw_only=True):
    """A new shop. businessNumber: ten digits.  paymentTiming: before or after eating.  Later `shop-setting.update`."""

    name: ShopName
    title: Title
    business_number: Annotated[str, Meta(pattern=r"^[0-9]{10}$")]
    business_type: BusinessType = "CAFE"
    payment_timing: PaymentTiming = "PAY_FIRST"
    tables_enabled: bool = False
    time_zone: str = "Asia/Seoul"
    groups: Groups = ()


class SetGroups(Data, frozen=True, kw_only=True):
    """Which groups a shop is in, instead of those before. Tokens of a head office that name a group follow."""

    id: ShopNumber
    groups: Groups


class SuspendShop(Data, frozen=True, kw_only=True):
    """Refuse everything of a shop until it is resumed. reason: shown to whoever is refused."""

    id: ShopNumber
    reason: Annotated[str, Meta(max_length=200)] | None = None


class ResumeShop(Data, frozen=True, kw_only=True):
    """Serve a suspended shop again."""

    id: ShopNumber


class InviteOwner(Data, frozen=True, kw_only=True):
    """Let somebody into a shop as its owner. till: what their till is called."""

    id: ShopNumber
    till: Annotated[str, Meta(min_length=1, max_length=64)] = "Owner"


class InviteReply(Reply, frozen=True, kw_only=True):
    """code: for `device.claim` at that shop's own host, 5 minutes, once."""

    code: str


PAGE = "extensions.md §11"

ROWS: tuple[Row, ...] = (
    Row(
        name="shop-directory.list.request",
        kind="request",
        data=Nothing,
        reply=ShopsReply,
        scopes=("directory:read", "directory:manage"),
        sdk="ext.shopDirectory.list",
        page=PAGE,
        about="The shops this head office keeps.",
    ),
    Row(
        name="shop-directory.add.request",
        kind="request",
        data=AddShop,
        reply=ShopReply,
        scopes=("directory:manage",),
        write=True,
        sdk="ext.shopDirectory.add",
        page=PAGE,
        about="A new shop, reached under its name at once.",
    ),
    Row(
        name="shop-directory.set-groups.request",
        kind="request",
        data=SetGroups,
        reply=ShopReply,
        scopes=("directory:manage",),
        write=True,
        sdk="ext.shopDirectory.setGroups",
        page=PAGE,
        about="Which groups a shop is in.",
    ),
    Row(
        name="shop-directory.suspend.request",
        kind="request",
        data=SuspendShop,
        reply=ShopReply,
        scopes=("directory:manage",),
        write=True,
        sdk="ext.shopDirectory.suspend",
        page=PAGE,
        about="Ends a shop's sessions and refuses everything; nothing is lost.",
    ),
    Row(
        name="shop-directory.resume.request",
        kind="request",
        data=ResumeShop,
        reply=ShopReply,
        scopes=("directory:manage",),
        write=True,
        sdk="ext.shopDirectory.resume",
        page=PAGE,
        about="Serves a suspended shop again.",
    ),
    Row(
        name="shop-directory.invite.request",
        kind="request",
        data=InviteOwner,
        reply=InviteReply,
        scopes=("directory:manage",),
        sdk="ext.shopDirectory.invite",
        page=PAGE,
        about="A one-time code with which a browser becomes the owner's till of a shop.",
    ),
)
