"""Which tills a plugin's screens go to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jumak.domain.caller import Caller
from jumak.server.connections import Connections
from jumak.server.session import Session
from jumak.service.documents import Install
from jumak.service.ports import Reader

if TYPE_CHECKING:
    from jumak.server.connections import Subscriber

POPUP_CLOSE = "popup.close.event"


def device_of(caller: Caller) -> str | None:
    """The till that hosts the plugin; None for one on the server and for a remote service."""
    return caller.device_id if caller.kind == "plugin" else None


def is_till(caller: Caller | None) -> bool:
    """A screen that sells."""
    return caller is not None and "till" in caller.scopes


def tills_of(connections: Connections, caller: Caller, push: str) -> list[Subscriber]:
    """The tills that hear this push and belong to the plugin: its own, or all."""
    device = device_of(caller)
    return [
        one
        for one in connections.all
        if one.caller is not None
        and is_till(one.caller)
        and push in one.visible
        and (device is None or one.caller.device_id == device)
    ]


def till_sessions(connections: Connections, device: str | None) -> Iterator[Session]:
    """Tills that can be asked something, of this device or of any."""
    for one in connections.all:
        if (
            isinstance(one, Session)
            and one.caller is not None
            and is_till(one.caller)
            and (device is None or one.caller.device_id == device)
        ):
            yield one


def one_till(connections: Connections, caller: Caller, preferred: str | None = None) -> Session | None:
    """The one till that is asked for this plugin: its own, else the preferred, else the one used last."""
    device = device_of(caller)
    if device is None and preferred is not None and any(till_sessions(connections, preferred)):
        device = preferred
    sessions = list(till_sessions(connections, device))
    # A page that would not hear that a popup is over gives way: the kitchen's, say, opened with the till's token.
    sessions = [one for one in sessions if POPUP_CLOSE in one.visible] or sessions
    return max(sessions, key=lambda session: (session.acted_at, session.began_at), default=None)


def plugins_near(connections: Connections, device: str | None) -> list[Subscriber]:
    """Plugins within this till's reach: those it hosts, and those no till hosts."""
    return [
        one
        for one in connections.all
        if one.caller is not None
        and one.caller.kind in ("plugin", "service")
        and device_of(one.caller) in (None, device)
    ]


def plugins_at(connections: Connections, device: str | None, push: str) -> list[Subscriber]:
    """Of those, the ones that hear this push."""
    return [one for one in plugins_near(connections, device) if push in one.visible]


async def shown_as(read: Reader, caller: Caller) -> dict[str, str]:
    """The plugin as staff know it."""
    install = await read.get(Install, caller.id)
    return {"id": caller.id, "name": caller.name if install is None else install.name}
