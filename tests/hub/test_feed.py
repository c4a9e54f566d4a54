"""A shop's journal at its hub: everything once and in order, whatever goes down on the way."""

from __future__ import annotations

from tests.hub.chain import Chain


async def test_what_a_shop_does_is_at_the_hub(hub: Chain):
    """RPT-2, RPT-a: a day of two shops, one that had a past, is at the hub to the last fact and won."""
    async with hub.branch("gangnam") as one, hub.branch("busan-1", seed=2) as two:
        await one.sell(15)
        async with hub.hub(), one.sending(), two.sending():
            await two.sell(10, seed=2)
            for branch in (one, two):
                await branch.arrived()
                await branch.check()
