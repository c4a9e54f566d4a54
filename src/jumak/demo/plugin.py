"""The plugin of the demo shop: a payment method that needs no device."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jumak.main import opened_shop
from jumak.plugins.host import PluginHost
from jumak.protocol.messages.plugin import Overrides
from jumak.store.opening import InDatabase

GIFT_CARD: Final = Path(__file__).parent / "gift_card"


async def install_demo_plugin(folder: Path, database: InDatabase | None = None) -> None:
    """Installs it in the shop of a folder, which nobody may have open: a package like any other."""
    async with opened_shop(folder, database=database) as shop:
        await PluginHost(shop, folder).install(GIFT_CARD, Overrides())
