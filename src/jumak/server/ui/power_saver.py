"""Plugins that keep a screen awake (contract, ui §4).

Each `startBlocking` is ended by a `stopBlocking` of the same session, or by the end of the session.
A plugin hosted by a till keeps that till awake, any other plugin every till.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.protocol.messages.ui import IsBlockedReply
from jumak.protocol.row import Done, Nothing
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.ui.tills import device_of, is_till

if TYPE_CHECKING:
    from jumak.server.session import Session
    from jumak.server.shop import RunningShop

CHANGE = "power-saver.change.event"


class Hold(Struct):
    """device: the till that is kept awake, None = all.  count: starts without their stop."""

    device: str | None
    count: int = 0


class PowerSaver:
    """See the module."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        # Over HTTP there is no session to end: there the identity holds until it stops blocking.
        self._holds: dict[Session | str, Hold] = {}

    def serve(self) -> None:
        """Takes over the messages."""
        self._shop.live["power-saver.start-blocking.request"] = self.start
        self._shop.live["power-saver.stop-blocking.request"] = self.stop
        self._shop.live["power-saver.is-blocked.request"] = self.is_blocked

    async def start(self, ask: Ask, data: Nothing) -> Done:  # noqa: ARG002 (carries nothing)
        """`startBlocking`."""
        before = self._blocked()
        hold = self._holds.setdefault(_holder(ask), Hold(_device(ask.caller)))
        hold.count += 1
        self._tell(before)
        return Done()

    async def stop(self, ask: Ask, data: Nothing) -> Done:  # noqa: ARG002 (carries nothing)
        """`stopBlocking`; without a start before it nothing happens."""
        before = self._blocked()
        hold = self._holds.get(_holder(ask))
        if hold is not None:
            hold.count -= 1
            if hold.count == 0:
                del self._holds[_holder(ask)]
        self._tell(before)
        return Done()

    async def is_blocked(self, ask: Ask, data: Nothing) -> IsBlockedReply:  # noqa: ARG002 (carries nothing)
        """`isBlocked`: of the till that asks or hosts; for anybody else, of any till."""
        device = _device(ask.caller)
        if device is None:
            return IsBlockedReply(is_blocked=bool(self._holds))
        return IsBlockedReply(is_blocked=_keeps(self._blocked(), device))

    def session_lost(self, session: Session) -> None:
        """What it held is let go."""
        if session in self._holds:
            before = self._blocked()
            del self._holds[session]
            self._tell(before)

    def _blocked(self) -> frozenset[str | None]:
        """Devices that are kept awake; None among them: all."""
        return frozenset(hold.device for hold in self._holds.values())

    def _tell(self, before: frozenset[str | None]) -> None:
        after = self._blocked()
        if after == before:
            return
        for one in tuple(self._shop.connections.all):
            if one.caller is not None and is_till(one.caller) and CHANGE in one.visible:
                now = _keeps(after, one.caller.device_id)
                if now != _keeps(before, one.caller.device_id):
                    one.push(Push(CHANGE, msgspec.json.encode({"blocked": now})))


def _holder(ask: Ask) -> Session | str:
    return ask.session if ask.session is not None else ask.caller.id


def _device(caller: Caller) -> str | None:
    """A till keeps itself awake, and asks about itself."""
    return caller.device_id if is_till(caller) else device_of(caller)


def _keeps(blocked: frozenset[str | None], device: str | None) -> bool:
    return None in blocked or (device is not None and device in blocked)
