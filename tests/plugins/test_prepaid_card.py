"""The prepaid-card sample, built and run headless by a shop, with its ledger in a process of its own.

Between the two stands a wire that loses answers, so that each test decides which ones arrive.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from jumak.domain.errors import InvalidState
from jumak.plugins.host import PluginHost
from jumak.protocol.messages.plugin import Overrides
from jumak.testing import SimulatedShop, menu, simulated_shop
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.paying import CASHIER, MANAGER, Counter
from tests.web.building import sample_zip

from .bridging import Asked, answer, serving
from .ledger import LedgerProcess

Json = dict[str, Any]
ID = "prepaid-card"
CARD = "PC-7F3A"
STORED_VALUE = 190


class LossyWire:
    """A road to the ledger on which the answers that `loses` names do not arrive, and which `hold` closes."""

    def __init__(self, ledger: LedgerProcess) -> None:
        self.loses: Callable[[Asked], bool] = lambda asked: False
        self.forwarded: list[str] = []
        self._ledger = ledger

    async def __call__(self, asked: Asked) -> bytes:
        """Asks the ledger; what it said, unless that is lost."""
        headers = {"Authorization": asked.header("Authorization") or ""}
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                told = await client.request(
                    asked.method, self._ledger.url + asked.target, headers=headers, content=asked.body
                )
        except httpx.HTTPError:
            return b""
        self.forwarded.append(asked.method)
        status = f"{told.status_code} {told.reason_phrase}"
        return b"" if self.loses(asked) else answer(told.content, status=status)


class Till:
    """A till of the shop, a cashier at it, and the card of a guest."""

    def __init__(self, shop: SimulatedShop, host: PluginHost, ledger: LedgerProcess, wire: LossyWire) -> None:
        self.shop, self.host, self.ledger, self.wire = shop, host, ledger, wire
        self.screen, self.counter = Wire(shop, CASHIER), Counter(Asking(shop))

    async def until(self, look: Callable[[], Awaitable[bool]], what: str) -> None:
        """Looks again until it is so; node and ledger are processes of their own."""
        deadline = time.monotonic() + 30
        while not await look():
            said = "\n".join(entry.text for entry in self.host.console(ID).entries)
            assert time.monotonic() < deadline, f"{what}\n{said}"
            await asyncio.sleep(0.02)

    async def ready(self) -> None:
        """The plugin runs and has added its button."""

        async def listed() -> bool:
            methods = await self.shop.request("payment-method.list.request", caller=CASHIER)
            return [each["pluginId"] for each in methods["methods"]] == [ID]

        await self.until(listed, "the button is there")

    async def holds(self, won: int) -> None:
        """The guest's card comes to hold this much."""

        async def look() -> bool:
            return await self.ledger.balance(CARD) == won

        await self.until(look, f"{won} won are on the card")

    async def start(self, scanned: Json, line: int = 2) -> Json:
        """An order, and an attempt to pay it by what is scanned. line: which item; 2 costs 18,000 won."""
        order = await self.counter.asking.add(CASHIER, a_line(line))
        self.screen.frames.clear()
        attempt = await self.counter.start(order, method={"pluginId": ID, "id": ID})
        asked = await self.screen.asked("popup.open.request")
        assert asked["data"]["popup"]["productName"] == "선불카드 18,000원"
        self.screen.answer(asked, scanned)
        return attempt

    async def pay(self, code: str = CARD) -> Json:
        """The same, to its end."""
        return await self.ended(await self.start(scan(code)))

    async def ended(self, attempt: Json) -> Json:
        """The attempt as it ended."""

        async def over() -> bool:
            return (await self.counter.get(attempt))["state"] not in ("CREATED", "SENT")

        await self.until(over, "the attempt ends")
        return await self.counter.get(attempt)

    async def cancel(self, paid: Json) -> None:
        """Staff take a payment back. Raises the refusal."""
        back = {"order": {"id": paid["orderId"]}, "payment": {"id": paid["payment"]["id"]}}
        await self.shop.request("payment.cancel.request", back, caller=MANAGER)

    async def sell(self, won: int) -> Json:
        """The guest charges the card, in cash: the attempt of that payment."""
        item = {"id": STORED_VALUE, "title": "선불카드 충전", "category": {"id": 1, "title": "x"}}
        line = a_line(
            STORED_VALUE, item=item | {"type": "PREPAID_CARD"}, chargePrice={"value": won}, memo=CARD
        )
        order = await self.counter.asking.add(MANAGER, line)
        return await self.counter.start(order, tender="CASH", tendered=won)

    async def enable(self, is_on: bool) -> None:
        """Ends the plugin as a crash would, or starts it."""
        await self.shop.request("plugin.update.request", {"id": ID, "enabled": is_on})
        if is_on:
            await self.ready()
        else:

            async def gone() -> bool:
                return ID not in self.host.states()

            await self.until(gone, "the plugin has ended")


def scan(code: str) -> Json:
    return {"complete": True, "type": "barcode", "data": {"result": "SUCCESS", "barcode": code}}


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    package = await asyncio.to_thread(sample_zip, ID)
    stored_value = msgspec.structs.replace(
        menu.ITEMS[1], id=STORED_VALUE, title="선불카드", type="PREPAID_CARD"
    )
    ledger = LedgerProcess(tmp_path)
    await ledger.start()
    wire = LossyWire(ledger)
    try:
        documents = (*menu.DOCUMENTS, stored_value)
        async with (
            simulated_shop(folder=tmp_path / "shop", documents=documents) as shop,
            serving(wire) as server,
        ):
            host = await shop.host()
            await host.install(package, Overrides(headless=True, acl=(server.url,)))
            opened = Till(shop, host, ledger, wire)
            await opened.ready()
            values = {"url": server.url, "token": ledger.token}
            await shop.request("plugin-setting.update.request", {"pluginId": ID, "values": values})
            yield opened
    finally:
        await ledger.end()


async def test_a_card_pays_and_is_given_back(till: Till):
    """payment.md §6.2: what is due leaves the card; too little is refused in words; a cancel puts it back, once."""
    await till.ledger.charged(CARD, 20_000)
    assert (await till.ended(await till.start(cancelled("barcode"))))["state"] == "CANCELED"
    paid = await till.pay(f" {CARD.lower()} ")
    assert (paid["state"], paid["payment"]["amountMoney"]) == ("APPROVED", 18_000)
    assert paid["payment"]["externalDetails"] == {"source": "선불카드", "sourceId": ID}
    await till.holds(2_000)
    short = await till.pay()
    assert (short["state"], "2,000원" in short["error"]["message"]) == ("DECLINED", True)
    unknown = await till.pay("PC-NEVER")
    assert (unknown["state"], "판매하지 않은" in unknown["error"]["message"]) == ("DECLINED", True)
    till.wire.loses = lambda asked: asked.method == "DELETE" and till.wire.forwarded.count("DELETE") == 1
    await till.cancel(paid)
    assert till.wire.forwarded.count("DELETE") == 2, "its first answer was lost"
    await till.holds(20_000)


def cancelled(kind: str) -> Json:
    return {"complete": True, "type": kind, "data": {"result": "CANCELLED"}}


async def test_a_till_that_cannot_scan(till: Till):
    """ui §1, §2: where the scan popup fails the number is typed."""
    await till.ledger.charged(CARD, 20_000)
    attempt = await till.start({"complete": False, "type": "barcode", "errorMessage": "no camera"})

    async def typing() -> bool:
        return (await till.screen.asked("popup.open.request"))["data"]["popup"]["type"] == "input"

    await till.until(typing, "the number is asked for")
    form = await till.screen.asked("popup.open.request")
    inputs = {"result": "SUCCESS", "inputs": {"card": CARD}}
    till.screen.answer(form, {"complete": True, "type": "input", "data": inputs})
    assert (await till.ended(attempt))["state"] == "APPROVED"
    await till.holds(2_000)


async def test_a_lost_answer(till: Till):
    """The ledger took the money and its answer is lost: asked again under the same key it pays once."""
    await till.ledger.charged(CARD, 50_000)
    till.wire.loses = lambda asked: asked.method == "PUT" and till.wire.forwarded.count("PUT") == 1
    paid = await till.pay()
    assert paid["state"] == "APPROVED"
    assert till.wire.forwarded.count("PUT") == 2
    await till.holds(32_000)


async def test_answers_that_never_come(till: Till):
    """A payment that is refused for silence has taken nothing: what the ledger booked goes back by itself."""
    await till.ledger.charged(CARD, 50_000)
    till.wire.loses = lambda asked: asked.method == "PUT"
    refused = await till.pay()
    assert (refused["state"], "되돌립니다" in refused["error"]["message"]) == ("DECLINED", True)
    await till.holds(50_000)

    async def told() -> bool:
        return any(
            "되돌렸습니다" in each["alert"]["message"] for each in till.screen.pushes("alert.show.event")
        )

    await till.until(told, "staff are told")


async def test_the_ledger_is_killed_in_the_middle(till: Till):
    """It dies with the payment on its disk and no answer sent; started again it says what became of it."""
    await till.ledger.charged(CARD, 50_000)
    killed: list[asyncio.Task[None]] = []

    async def restart() -> None:
        await till.ledger.end()
        await till.ledger.start()

    def loses(asked: Asked) -> bool:
        if asked.method == "PUT" and not killed:
            killed.append(asyncio.create_task(restart()))
            return True
        return False

    till.wire.loses = loses
    paid = await till.pay()
    await killed[0]
    assert paid["state"] in ("APPROVED", "DECLINED")
    await till.holds(32_000 if paid["state"] == "APPROVED" else 50_000)


async def test_the_plugin_ends_in_the_middle(till: Till):
    """NET-1: between the ledger's answer and the shop's record; the next start puts the money back, and not twice."""
    await till.ledger.charged(CARD, 50_000)
    till.wire.loses = lambda asked: asked.method == "PUT"
    attempt = await till.start(scan(CARD))
    await till.holds(32_000)
    await till.enable(False)
    till.wire.loses = lambda asked: False
    assert await till.ledger.balance(CARD) == 32_000
    for _ in range(2):
        await till.enable(True)
        await till.holds(50_000)
        await till.enable(False)
    assert (await till.counter.get(attempt))["state"] not in ("APPROVED", "SENT")


async def test_a_card_is_charged_by_an_order(till: Till):
    """payment.md §5: paid in cash the money is on the card; spent, that payment is not taken back; unspent, it is."""
    sold = await till.sell(30_000)
    await till.holds(30_000)
    paid = await till.pay()
    await till.holds(12_000)
    with pytest.raises(InvalidState) as vetoed:
        await till.cancel(sold)
    assert (vetoed.value.reason, "12,000원" in vetoed.value.ko) == ("CANCEL_VETOED", True)
    await till.cancel(paid)
    await till.holds(30_000)
    await till.cancel(sold)
    await till.holds(0)


async def test_a_charge_nobody_told_of(till: Till):
    """An order that was paid while the plugin was off is charged when it is there again, and once."""
    await till.enable(False)
    await till.sell(30_000)
    for _ in range(2):
        await till.enable(True)
        await till.holds(30_000)
        await till.enable(False)


async def test_a_charge_is_not_paid_by_a_card(till: Till):
    """A card that charges a card would only move money about."""
    sold = await till.sell(30_000)
    await till.holds(30_000)
    await till.cancel(sold)
    order = await till.counter.asking.get(sold["orderId"])
    refused = await till.ended(await till.counter.start(order, method={"pluginId": ID, "id": ID}))
    assert (refused["state"], "충전은" in refused["error"]["message"]) == ("DECLINED", True)
