"""`jumak terminal`: the card terminal simulator."""

from __future__ import annotations

from typing import Any

from jumak.devices.terminal.simulator.__main__ import add_options, run


def add(commands: Any) -> None:
    """Adds the command."""
    terminal = commands.add_parser("terminal", help="a card terminal to try things on: no money moves")
    add_options(terminal)
    terminal.set_defaults(run=run)
