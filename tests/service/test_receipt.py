"""Receipts as staff get them (contract, extensions §10)."""

from __future__ import annotations

import pytest

from jumak.domain.errors import NotFound
from jumak.testing.menu import SHOP
from tests.service.cards import CardCounter
from tests.service.paying import CASHIER, MANAGER
from tests.service.receipts import CashCounter


async def test_the_receipt_of_a_sale():
    """§7.3, CSH-1, SIM-2: what was handed over, the change, the cash receipt once it is issued, and who sold."""
    async with CashCounter() as counter:
        order = await counter.order()
        asking = counter.asking

        async def receipt() -> dict:
            asked = await asking.ask("receipt.get.request", {"orderId": order["id"]}, CASHIER)
            return asked["receipt"]

        assert (await receipt())["kind"] == "PRE_BILL"
        paying = {
            "orderId": order["id"], "tender": "CASH", "amount": 18_500, "tip": 500, "tendered": 20_000,
            "expectedUnpaid": 18_000,
        }  # fmt: skip
        attempt = (await asking.ask("payment.start.request", paying, CASHIER))["attempt"]
        await counter.send(attempt["payment"])
        await counter.emptied()
        paper = await receipt()
        assert (paper["kind"], paper["total"], paper["tip"], paper["unpaid"]) == ("RECEIPT", 18_500, 500, 0)
        [paid] = paper["payments"]
        assert (paid["sourceType"], paid["tendered"], paid["change"]) == ("CASH", 20_000, 1_500)
        [issued] = paper["cashReceipts"]
        assert (issued["use"], issued["identifier"], issued["amount"]) == ("DEDUCTION", "*******6789", 18_500)
        assert paper["testMode"]
        assert paper["shop"]["businessNumber"] == SHOP.business_number
        with pytest.raises(NotFound) as unknown:
            await asking.ask("receipt.get.request", {"orderId": "nobody"}, CASHIER)
        assert unknown.value.data["path"] == "$.orderId"


async def test_what_the_guest_has_not_got():
    """CAN-7, §7.3: given back in the books, and the terminal is off: the paper says it is owed, until it went back."""
    async with CardCounter() as counter:
        order = await counter.order(18_000)
        await counter.ended(await counter.start(order))

        async def paid() -> list[tuple[int, int, bool]]:
            asked = await counter.asking.ask("receipt.get.request", {"orderId": order["id"]}, CASHIER)
            payments = asked["receipt"]["payments"]
            return [(each["amount"], each.get("owed", 0), "cancelledAt" in each) for each in payments]

        counter.terminal.switch_off()
        await counter.refund(order, 18_000)
        await counter.settle()
        assert await paid() == [(18_000, 18_000, True)]
        part = next(each for each in await counter.refunds() if each["state"] == "DECLINED")
        confirmed = {"id": part["id"], "how": "CONFIRM_RETURNED", "note": "현금"}
        await counter.asking.ask("payment-refund.resolve.request", confirmed, MANAGER)
        assert await paid() == [(18_000, 0, True)]
