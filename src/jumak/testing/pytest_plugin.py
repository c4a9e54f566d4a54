"""The pytest plugin: a `shop` fixture for plugin authors, there wherever Jumak is installed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio

if TYPE_CHECKING:
    from jumak.testing.shop import SimulatedShop


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[SimulatedShop]:
    """A simulated shop with the menu and tables of `jumak.testing.menu`."""
    # Imported late: every pytest run loads this module, also those that never ask for a shop.
    from jumak.testing.shop import simulated_shop

    async with simulated_shop() as simulated:
        yield simulated
