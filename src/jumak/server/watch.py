"""What the doors tell of plugins while they work; the plugin host listens (`plugins/watch.py`)."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from jumak.domain.caller import Caller
from jumak.protocol.row import Row
from jumak.server.trace import Trace

Level = Literal["debug", "info", "warn", "error"]


def is_plugin(caller: Caller) -> bool:
    """A plugin, or a remote service, which acts as one unless it acts for the shop's own people."""
    return caller.kind == "plugin" or (caller.kind == "service" and not caller.is_staff)


class Watch(Protocol):
    """Somebody who keeps consoles and meters of plugins."""

    def opened(self, caller: Caller) -> Trace | None:
        """A session of this plugin was opened; None: its messages are not noted."""

    def called(self, caller: Caller, row: Row, data: Any) -> None:
        """A plugin's message is allowed and readable, and will now be answered; data: decoded."""

    def refused_flood(self, caller: Caller, row: Row) -> None:
        """A plugin's message was refused or dropped by the flood guard."""

    def note(self, plugin_id: str, level: Level, text: str) -> None:
        """A line for the plugin's console."""


class NoWatch:
    """Nobody looks: shops without a plugin host."""

    def opened(self, caller: Caller) -> Trace | None:  # noqa: ARG002 (see `Watch`)
        """See `Watch`."""
        return None

    def called(self, caller: Caller, row: Row, data: Any) -> None:
        """See `Watch`."""

    def refused_flood(self, caller: Caller, row: Row) -> None:
        """See `Watch`."""

    def note(self, plugin_id: str, level: Level, text: str) -> None:
        """See `Watch`."""
