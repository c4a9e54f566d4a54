"""Public fakes and fixtures for plugin authors: a whole shop in memory, a clock that jumps."""

from jumak.testing.clock import FakeClock, SeededIds
from jumak.testing.shop import OWNER, SimulatedShop, simulated_shop, staff_caller

__all__ = ["OWNER", "FakeClock", "SeededIds", "SimulatedShop", "simulated_shop", "staff_caller"]
