"""A card terminal for the demo shop, and the guest who stands at its reader."""

from __future__ import annotations

from typing import Literal

import httpx
from playwright.async_api import Locator, Page, expect

from tests.devices.rigs import SimulatorProcess
from tests.web.till.paying import Json, a_line, order_now
from tests.web.till.stall import Stall
from tests.web.waiting import until

NAME = "카드 단말기"
PRICE = 30_000
"""Of `an_order_ending` before its discount."""


async def card_terminal(stall: Stall) -> SimulatorProcess:
    """The simulator in a process of its own, set up for every till; ends with the shop."""
    process = SimulatorProcess(stall.folder.parent / "terminal")
    await process.start()
    stall.beside.push_async_callback(process.kill)
    draft = {"name": NAME, "driver": "simulator", "address": process.address}
    await stall.ask("terminal.save", terminal=draft)
    return process


async def an_order_ending(stall: Stall, digits: int) -> Json:
    """An order of a little less than 30,000 won; its last two digits decide what the terminal does (SIM-1)."""
    lines = [await a_line(stall, "공기밥", 30)]
    off = (PRICE - digits) % 100
    discounts = [{"title": "단수", "amountMoney": {"value": off}}] if off else []
    order: Json = (await stall.ask("order.add", order={"lineItems": lines, "discounts": discounts}))["order"]
    assert order["paymentPrice"]["paymentUnpaidValue"] % 100 == digits
    return order


async def start_card(stall: Stall, order: Json, amount: int | None = None) -> Json:
    """All that is owed on an order, or a part of it, is asked of the terminal; the attempt."""
    unpaid = (await order_now(stall, order))["paymentPrice"]["paymentUnpaidValue"]
    asked = {"orderId": order["id"], "tender": "CARD", "amount": amount or unpaid, "expectedUnpaid": unpaid}
    attempt: Json = (await stall.ask("payment.start", **asked))["attempt"]
    return attempt


async def charged(stall: Stall, order: Json, amount: int | None = None) -> None:
    """All that is owed, or a part of it, is paid by a terminal that waits for nobody."""
    attempt = await start_card(stall, order, amount)

    async def paid() -> bool:
        now = (await stall.ask("payment-attempt.get", id=attempt["id"]))["attempt"]
        return bool(now["state"] == "APPROVED")

    await until(paid, "the card is charged")


async def asks_guest(stall: Stall) -> None:
    """Returns once a terminal waits for a card: what the guest does before that is not noticed."""

    async def busy() -> bool:
        return any(one["state"] == "busy" for one in (await stall.ask("terminal.list"))["terminals"])

    await until(busy, "the terminal asks for a card")


async def guest(stall: Stall, reader: str, *acts: Literal["insert", "pin", "pay", "cancel"]) -> None:
    """The guest does this at the reader's page, once they are asked."""
    await asks_guest(stall)
    async with httpx.AsyncClient(base_url=reader, trust_env=False, timeout=10) as http:
        for act in acts or ("insert", "pin"):
            assert not (await http.post(f"/{act}")).is_error


def card_key(page: Page) -> Locator:
    """What charges the terminal at once."""
    return page.locator(".keys-of-card .pay")


def code_key(page: Page) -> Locator:
    """What takes a wallet's QR or barcode."""
    return page.locator("button.code")


async def heading(page: Page, name: str) -> None:
    """The screen says this."""
    await expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(timeout=30_000)
