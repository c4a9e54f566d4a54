"""Sessions, subscriptions, missed events and lost replies (contract, extensions §3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from jumak.domain.caller import Profile
from jumak.protocol.row import Data, Nothing, Reply, Row

Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
PushName = Annotated[str, Meta(min_length=1, max_length=100)]
CommandId = Annotated[str, Meta(min_length=1, max_length=64)]


class Client(Data, frozen=True, kw_only=True):
    """The program at the other end, for the device list and the logs. language: of what it is told in sentences."""

    name: Annotated[str, Meta(max_length=200)]
    version: Annotated[str, Meta(max_length=64)]
    device_id: Annotated[str, Meta(max_length=64)] | None = None
    language: Literal["ko", "en"] | None = None


class SessionOpenData(Data, frozen=True, kw_only=True):
    """The first frame. resume_after: the last `seq` the client has handled."""

    token: Annotated[str, Meta(max_length=500)]
    client: Client
    resume_after: Seq | None = None


class SessionDevice(Struct, frozen=True, kw_only=True, rename="camel"):
    """The paired device a session belongs to."""

    id: str
    kind: str
    name: str
    letter: str


class SessionPlugin(Struct, frozen=True, kw_only=True, rename="camel"):
    """The plugin or service a session acts as."""

    id: str
    name: str
    version: str
    profile: Profile


class SessionOpenReply(Reply, frozen=True, kw_only=True):
    """seq: the newest fact when the session opened; resumed: everything missed follows."""

    device: SessionDevice | UnsetType = UNSET
    plugin: SessionPlugin | UnsetType = UNSET
    scopes: tuple[str, ...]
    seq: int
    resumed: bool
    server_time: str


class SessionPingReply(Reply, frozen=True, kw_only=True):
    """server_time: UTC, for the drift of the device's clock (OFF-8)."""

    seq: int
    server_time: str


class SubscribeData(Data, frozen=True, kw_only=True):
    """names: the pushes this socket wants; empty = none."""

    names: Annotated[tuple[PushName, ...], Meta(max_length=200)]


class SubscribeReply(Reply, frozen=True, kw_only=True):
    """names: those that the caller's scopes allow."""

    names: tuple[str, ...]


class EventListData(Data, frozen=True, kw_only=True):
    """Store events with `seq` > after; limit 1…1,000, 500 unless given."""

    after: Seq
    limit: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    names: Annotated[tuple[PushName, ...], Meta(max_length=200)] | None = None


class ListedEvent(Struct, frozen=True, kw_only=True):
    """A push as it was sent."""

    seq: int
    name: str
    data: Any


class EventListReply(Reply, frozen=True, kw_only=True):
    """seq: ask on from here; truncated: there is more."""

    events: tuple[ListedEvent, ...]
    seq: int
    truncated: bool


class CommandGetData(Data, frozen=True, kw_only=True):
    """The id the caller chose for a write."""

    command_id: CommandId


class CommandGetReply(Reply, frozen=True, kw_only=True):
    """reply: the `data` that answered the write."""

    state: Literal["done", "unknown"]
    reply: Raw | UnsetType = UNSET


PAGE = "extensions.md §3"

ROWS: tuple[Row, ...] = (
    Row(
        name="session.open.request",
        kind="request",
        data=SessionOpenData,
        reply=SessionOpenReply,
        sdk="ext.session.open",
        page=PAGE,
        about="First frame on WebSocket and stdio.",
    ),
    Row(
        name="session.ping.request",
        kind="request",
        data=Nothing,
        reply=SessionPingReply,
        sdk="ext.session.ping",
        page=PAGE,
        about="Liveness; clock drift (OFF-8).",
    ),
    Row(
        name="subscribe.request",
        kind="request",
        data=SubscribeData,
        reply=SubscribeReply,
        sdk="ext.subscribe",
        page=PAGE,
        about="Narrows the pushes of this socket; replaces the earlier list.",
    ),
    Row(
        name="event.list.request",
        kind="request",
        data=EventListData,
        reply=EventListReply,
        sdk="ext.event.list",
        page=PAGE,
        about="Store events after a number, as far as the caller's scopes go (OFF-9).",
    ),
    Row(
        name="command.get.request",
        kind="request",
        data=CommandGetData,
        reply=CommandGetReply,
        sdk="ext.command.get",
        page=PAGE,
        about="The stored answer of a write whose reply was lost (PAY-7).",
    ),
)
