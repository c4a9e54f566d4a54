"""Public fakes and fixtures for plugin authors: a whole shop in memory, a clock that jumps."""

from jumak.devices.receipt import PracticeIssuer
from jumak.testing.clock import FakeClock, SeededIds
from jumak.testing.shop import OWNER, SimulatedShop, simulated_shop, staff_caller
from jumak.testing.terminal import PracticeTerminal

__all__ = [
    "OWNER",
    "FakeClock",
    "PracticeIssuer",
    "PracticeTerminal",
    "SeededIds",
    "SimulatedShop",
    "simulated_shop",
    "staff_caller",
]
