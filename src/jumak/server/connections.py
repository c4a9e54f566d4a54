"""Who is connected: the living side of the shop, as use cases see it (`service/ports.Live`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from jumak import metrics
from jumak.domain.attempt import MethodRef
from jumak.domain.caller import Caller
from jumak.domain.wallet import WalletCode
from jumak.protocol.envelope import push_frame
from jumak.server.methods import Methods
from jumak.service.card_terminal import Drivers
from jumak.service.ports import Announcement, PluginState
from jumak.service.presented import PresentedCodes
from jumak.service.receipt_issuer import ReceiptIssuer
from jumak.service.refused_acts import RefusedActs
from jumak.service.sightings import Sightings


class Push:
    """A push on its way: encoded once, sent to many. seq: None for what is no store event."""

    __slots__ = ("data", "frame", "name", "seq")

    def __init__(self, name: str, data: bytes, seq: int | None = None) -> None:
        self.name, self.data, self.seq = name, data, seq
        self.frame = push_frame(name, data, seq)


class Subscriber(Protocol):
    """Gets pushes: a session, or an event stream."""

    caller: Caller | None
    visible: frozenset[str]
    """Names of pushes its scopes and its subscription let through."""

    names: frozenset[str] | None
    """Names of pushes it asked for itself, None when it did not narrow them."""

    answers: bool
    """It can be asked something, as a till must; an event stream cannot."""

    @property
    def waiting(self) -> int:
        """Frames that wait to leave, or kilobytes when they are larger."""

    def push(self, push: Push) -> None:
        """Take a push, or leave it."""

    def end(self, code: int, reason: str) -> None:
        """Close the connection."""

    def sign_out(self, staff_id: str) -> None:
        """This person may no longer act here."""


def _meant(announcement: Announcement, caller: Caller | None) -> bool:
    """A cart is a device's own; whoever has no device works with the main till's."""
    if announcement.device is None:
        return True
    device = None if caller is None or caller.kind == "service" else caller.device_id
    return announcement.main if device is None else device == announcement.device


def _no_plugins() -> Mapping[str, PluginState]:
    return {}


class Connections:
    """Every open session and event stream. Implements `ports.Live`."""

    def __init__(self) -> None:
        self.all: set[Subscriber] = set()
        self.sightings = Sightings()
        self.methods = Methods(self)
        self.terminal_drivers: Drivers = {}
        self.wallet_codes: dict[str, tuple[WalletCode, ...]] = {}
        """By terminal, what guests' codes look like, as it said last: also while it is off."""

        self.refunds_asked: set[str] = set()
        self.refused_acts = RefusedActs()
        self.presented = PresentedCodes()
        self.receipt_issuer: ReceiptIssuer | None = None
        self.next_tries: dict[str, datetime] = {}
        self.states: Callable[[], Mapping[str, PluginState]] = _no_plugins
        """How hosted plugins fare; their supervisor puts itself here."""

        self.hearers: list[Callable[[Subscriber], None]] = []
        """Told of a session once it was welcomed, when it can be asked something, and again once it is lost."""

    def measure(self) -> None:
        """Has everybody here counted in the figures."""
        metrics.connections.follow(self, lambda us: sum(one.answers for one in us.all), "session")
        metrics.connections.follow(self, lambda us: sum(not one.answers for one in us.all), "stream")
        metrics.waiting_frames.follow(self, lambda us: sum(one.waiting for one in us.all))

    def welcomed(self, one: Subscriber) -> None:
        """This session has had the reply to its opening."""
        if one in self.all:
            self._tell(one)

    def lost(self, one: Subscriber) -> None:
        """This session is gone."""
        if one in self.all:
            self.all.discard(one)
            self._tell(one)

    def _tell(self, one: Subscriber) -> None:
        for hear in self.hearers:
            hear(one)

    def send(self, push: Push) -> None:
        """To everybody who may see it."""
        for subscriber in tuple(self.all):
            if push.name in subscriber.visible:
                subscriber.push(push)

    def announce(self, announcement: Announcement) -> None:
        """To whom a push without `seq` is meant, as far as they may see it."""
        if announcement.to is not None:
            self.push_to(announcement.to, announcement.name, announcement.data)
            return
        receivers = [
            one for one in self.all if announcement.name in one.visible and _meant(announcement, one.caller)
        ]
        if receivers:
            push = Push(announcement.name, msgspec.json.encode(announcement.data))
            for receiver in receivers:
                receiver.push(push)

    def wanted(self, name: str) -> bool:
        """Somebody would get a push of this name."""
        return any(name in subscriber.visible for subscriber in self.all)

    def of(self, caller_id: str) -> list[Subscriber]:
        """The connections of an identity."""
        return [one for one in self.all if one.caller is not None and one.caller.id == caller_id]

    def till_connected(self) -> bool:
        """See `ports.Live`."""
        return any(one.answers and one.caller is not None and "till" in one.caller.scopes for one in self.all)

    def drop_sessions(self, caller_id: str) -> None:
        """See `ports.Live`."""
        for one in self.of(caller_id):
            one.end(1008, "UNAUTHENTICATED")

    def drop_device(self, device_id: str) -> None:
        """Close every connection opened with this device's token (revoked)."""
        for one in tuple(self.all):
            if one.caller is not None and one.caller.device_id == device_id:
                one.end(1008, "UNAUTHENTICATED")

    def hears(self, caller_id: str, name: str) -> bool:
        """See `ports.Live`."""
        return bool(self._hearers_of(caller_id, name))

    def _hearers_of(self, caller_id: str, name: str) -> list[Subscriber]:
        """Those of its connections whose scopes and subscription take it."""
        return [one for one in self.of(caller_id) if name in one.visible]

    def push_to(self, caller_id: str, name: str, data: Any) -> bool:
        """See `ports.Live`."""
        receivers = self._hearers_of(caller_id, name)
        if receivers:
            push = Push(name, msgspec.json.encode(data))
            for receiver in receivers:
                receiver.push(push)
        return bool(receivers)

    def push(self, one: Subscriber, name: str, data: Any) -> None:
        """A push without `seq` to one connection, if its scopes and subscription take it."""
        if name in one.visible:
            one.push(Push(name, msgspec.json.encode(data)))

    def payment_method(self, caller: Caller, plugin_id: str, method_id: str) -> MethodRef | None:
        """See `ports.Live`."""
        return self.methods.ref(caller, plugin_id, method_id)

    def plugin_states(self) -> Mapping[str, PluginState]:
        """See `ports.Live`."""
        return self.states()
