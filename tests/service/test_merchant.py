"""Who the shop is."""

from __future__ import annotations

from jumak.domain.caller import Caller
from tests.server.conftest import Desk


async def test_merchant_info(desk: Desk) -> None:
    """H-13: what the SDK documents, optional keys absent while unknown; no scope is needed."""
    plugin = Caller(id="p", kind="plugin", name="p")
    assert (await desk.ask("merchant.info", plugin))["merchant"] == {
        "id": 1,
        "name": "주막",
        "serialNumber": "262P0000WP00000",
        "businessNumber": "1234567890",
    }
    await desk.ask("shop-setting.update", changes={"phone": "02-123-4567"}, expectedVersion=1)
    assert (await desk.ask("merchant.info", plugin))["merchant"]["phone"] == "02-123-4567"
