"""Card terminals: the drivers a shop may name, by their names (docs/how-to/write-a-terminal-driver.md)."""

from __future__ import annotations

from typing import Final

from jumak.devices.terminal.driver import simulated
from jumak.service.card_terminal import Drivers

SIMULATOR: Final = "simulator"

DRIVERS: Final[Drivers] = {SIMULATOR: simulated}
"""Name in a terminal's settings → who speaks to it."""
