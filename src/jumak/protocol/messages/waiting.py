"""The waiting list (contract, extensions §7)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from jumak.domain.base import CatalogId, PublicId
from jumak.domain.order.types import NumGuests
from jumak.domain.waiting import WaitingMode, WaitingParty
from jumak.protocol.row import Data, Nothing, Reply, Row

GuestName = Annotated[str, Meta(max_length=200)]
Phone = Annotated[str, Meta(max_length=32)]
"""As the guest gave it; never answered, erased when the party has left the line (SEC-4)."""


class WaitingAddData(Data, frozen=True, kw_only=True):
    """A party joins the line."""

    name: GuestName | None = None
    phone: Phone | None = None
    num_guests: NumGuests


class PartyData(Data, frozen=True, kw_only=True):
    """Which party."""

    id: PublicId


class PartySeatData(Data, frozen=True, kw_only=True):
    """Which party sits where."""

    id: PublicId
    table_id: CatalogId


class PartyReply(Reply, frozen=True, kw_only=True):
    """The party."""

    party: WaitingParty


class WaitingListReply(Reply, frozen=True, kw_only=True):
    """Parties in line, first first, and the mode that holds now. until: end of a pause, shop-local."""

    parties: tuple[WaitingParty, ...]
    mode: WaitingMode
    until: str | UnsetType = UNSET


class WaitingModeData(Data, frozen=True, kw_only=True):
    """until: any accepted time form; ends a pause, meaningless for other modes."""

    mode: WaitingMode
    until: Annotated[str, Meta(max_length=40)] | None = None


class WaitingModeReply(Reply, frozen=True, kw_only=True):
    """The mode that holds now."""

    mode: WaitingMode


class WaitingChange(Struct, frozen=True, kw_only=True):
    """A party after what happened to it."""

    party: WaitingParty


class WaitingModeChange(Struct, frozen=True, kw_only=True):
    """The mode from now on. until: end of a pause, shop-local."""

    mode: WaitingMode
    until: str | UnsetType = UNSET


PAGE = "extensions.md §7"
SCOPES = ("staff:order", "table:manage")


def _act(name: str, sdk: str, data: type[Data], about: str) -> Row:
    return Row(
        name=f"waiting.{name}.request",
        kind="request",
        data=data,
        reply=PartyReply,
        scopes=SCOPES,
        write=True,
        sdk=f"ext.waiting.{sdk}",
        page=PAGE,
        about=about,
    )


ROWS: tuple[Row, ...] = (
    _act("add", "add", WaitingAddData, "A party joins the line (TBL-10)."),
    Row(
        name="waiting.list.request",
        kind="request",
        data=Nothing,
        reply=WaitingListReply,
        scopes=SCOPES,
        sdk="ext.waiting.list",
        page=PAGE,
        about="Who waits, and whether the shop takes more.",
    ),
    _act("call", "call", PartyData, "The party's table is ready."),
    _act("seat", "seat", PartySeatData, "The party sits down; its guests are the table's."),
    _act("defer", "defer", PartyData, "One place later in the line, at most twice."),
    _act("cancel", "cancel", PartyData, "The party gives up waiting."),
    _act("mark-no-show", "markNoShow", PartyData, "The party was called and did not come."),
    Row(
        name="waiting.set-mode.request",
        kind="request",
        data=WaitingModeData,
        reply=WaitingModeReply,
        scopes=("staff:order",),
        write=True,
        sdk="ext.waiting.setMode",
        page=PAGE,
        about="Whether new parties are taken (TBL-10).",
    ),
    Row(
        name="waiting.change.event",
        kind="push",
        data=WaitingChange,
        scopes=SCOPES,
        sdk="ext.waiting.on",
        page="extensions.md §12",
        about="A party came, was called, seated, deferred or left.",
    ),
    Row(
        name="waiting-mode.change.event",
        kind="push",
        data=WaitingModeChange,
        scopes=SCOPES,
        sdk="ext.waitingMode.on",
        page="extensions.md §12",
        about="The list takes new parties, or no longer (TBL-10).",
    ),
)
