"""Card terminals: the drivers a shop may name, by their names (docs/how-to/write-a-terminal-driver.md)."""

from __future__ import annotations

from typing import Final

from jumak.devices.terminal.driver import host_and_port, simulated
from jumak.service.card_terminal import Driver, Drivers

SIMULATOR: Final = "simulator"

DRIVERS: Final[Drivers] = {SIMULATOR: Driver(check=host_and_port, open=simulated, test_mode=True)}
"""Name in a terminal's settings → who speaks to it."""
