"""Money without an end, made through messages, and ended."""

from __future__ import annotations

from tests.devices.rigs import SimulatorProcess
from tests.web.house import House
from tests.web.till.cards import an_order_ending, charged, start_card
from tests.web.till.paying import Json, an_order
from tests.web.till.stall import Stall
from tests.web.waiting import until

DEAF = 1_000
"""More questions than anybody asks."""


async def owed_part(stall: Stall, terminal: SimulatorProcess) -> Json:
    """A part of a card payment went back in the books, and its card takes no partial cancels (CAN-8); the order."""
    await terminal.control(attended=False)
    order = await an_order_ending(stall, 97)
    await charged(stall, order)
    await stall.ask("order.refund-amount", id=order["id"], amount=5_000, reason="늦은 음식")

    async def refused() -> bool:
        return bool((await stall.ask("payment-refund.list", states=["DECLINED"]))["refunds"])

    await until(refused, "the terminal refuses a part")
    return order


async def given_up_card(stall: Stall, terminal: SimulatorProcess) -> Json:
    """A card nobody waits for any more, whose terminal hears nothing: it is being asked; the order."""
    order = await an_order(stall)
    await terminal.control(attended=False, deaf=DEAF)
    await start_card(stall, order)

    async def unknown() -> bool:
        return bool(
            (await stall.ask("payment-attempt.list", states=["UNKNOWN"], orderId=order["id"]))["attempts"]
        )

    await until(unknown, "the answer is lost")
    return order


async def nothing_is_owed(house: House) -> None:
    """What the shop of the conformance tests owes from the start is given back by hand."""
    for item in (await house.ask("reconcile.list"))["items"]:
        await house.ask("payment-refund.resolve", id=item["id"], how="CONFIRM_RETURNED", note="현금으로")
