"""Staff: signing in on a till, approvals, and who works here (contract, extensions §3, §11)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from jumak.domain.base import PublicId
from jumak.domain.caller import Role
from jumak.protocol.row import Data, Nothing, Reply, Row

Pin = Annotated[str, Meta(pattern=r"^[0-9]{4,8}\Z")]
"""4 to 8 digits (SEC-1)."""

PersonName = Annotated[str, Meta(min_length=1, max_length=200)]


class StaffView(Struct, frozen=True, kw_only=True):
    """A person who works here; the PIN never leaves the store."""

    id: str
    name: str
    role: Role


class StaffLoginData(Data, frozen=True, kw_only=True):
    """The PIN tells who it is: it is unique in the shop (SEC-1)."""

    pin: Pin


class StaffLoginReply(Reply, frozen=True, kw_only=True):
    """scopes: everything the session holds now."""

    staff: StaffView
    scopes: tuple[str, ...]


class StaffApproveData(Data, frozen=True, kw_only=True):
    """What is approved: `action` and `act` of the refusal `APPROVAL_NEEDED`, e.g. `order.remove-line` of that line.

    What it is about the shop told in the refusal's `about`, and says so itself in the journal.
    """

    pin: Pin
    action: Annotated[str, Meta(min_length=1, max_length=200)]
    act: Annotated[str, Meta(min_length=1, max_length=64)]


class StaffApproveReply(Reply, frozen=True, kw_only=True):
    """expires_at: UTC. The approval counts once."""

    approval_id: str
    staff: StaffView
    expires_at: str


class StaffDraft(Data, frozen=True, kw_only=True):
    """A person to add (no id, with a PIN) or to change."""

    id: PublicId | None = None
    name: PersonName
    role: Role
    pin: Pin | None = None


class StaffSaveData(Data, frozen=True, kw_only=True):
    """See `StaffDraft`."""

    staff: StaffDraft


class StaffSaveReply(Reply, frozen=True, kw_only=True):
    """The person as stored."""

    staff: StaffView


class StaffListReply(Reply, frozen=True, kw_only=True):
    """Everybody, by name."""

    staff: tuple[StaffView, ...]


class StaffDeleteData(Data, frozen=True, kw_only=True):
    """Whom to delete."""

    id: PublicId


SESSION_PAGE = "extensions.md §3"
PAGE = "extensions.md §11"

ROWS: tuple[Row, ...] = (
    Row(
        name="staff.login.request",
        kind="request",
        data=StaffLoginData,
        reply=StaffLoginReply,
        scopes=("till",),
        sdk="ext.staff.login",
        page=SESSION_PAGE,
        about="Adds the role's staff scopes to the session (SEC-1).",
    ),
    Row(
        name="staff.logout.request",
        kind="request",
        data=Nothing,
        scopes=("till",),
        sdk="ext.staff.logout",
        page=SESSION_PAGE,
        about="Drops the staff scopes.",
    ),
    Row(
        name="staff.approve.request",
        kind="request",
        data=StaffApproveData,
        reply=StaffApproveReply,
        scopes=("till",),
        write=True,
        sdk="ext.staff.approve",
        page=SESSION_PAGE,
        about="One-off approval by a manager; the write it allows names both people (SEC-1).",
    ),
    Row(
        name="staff.list.request",
        kind="request",
        data=Nothing,
        reply=StaffListReply,
        scopes=("staff:own",),
        sdk="ext.staff.list",
        page=PAGE,
        about="Who works here.",
    ),
    Row(
        name="staff.save.request",
        kind="request",
        data=StaffSaveData,
        reply=StaffSaveReply,
        scopes=("staff:own",),
        write=True,
        sdk="ext.staff.save",
        page=PAGE,
        about="Adds or changes a person; PINs are unique in the shop (SEC-1).",
    ),
    Row(
        name="staff.delete.request",
        kind="request",
        data=StaffDeleteData,
        scopes=("staff:own",),
        write=True,
        sdk="ext.staff.delete",
        page=PAGE,
        about="Removes a person and ends their sign-ins.",
    ),
)
