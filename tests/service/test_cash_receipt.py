"""Registering cash receipts that were issued elsewhere (contract, payment §7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from jumak.domain.cash_receipt import CashReceipt
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound
from jumak.testing import menu, simulated_shop
from jumak.testing.shop import SimulatedShop

Shop = SimulatedShop


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with simulated_shop() as running:
        yield running


async def paid_order(shop: Shop, cash: int = 18_000, source: str = "CASH") -> str:
    line = {
        "diningOption": "HERE",
        "item": {
            "id": menu.PANCAKE,
            "title": "해물파전",
            "category": {"id": 2, "title": "안주"},
            "type": "ITEM",
        },
        "quantity": {"value": 1},
        "chargePrice": {"value": 18_000},
    }
    order = (await shop.request("order.add.request", {"order": {"lineItems": [line], "discounts": []}}))[
        "order"
    ]
    tax = (2 * cash + 11) // 22
    payment = {
        "sourceType": source, "orderId": order["id"], "amountMoney": cash, "taxMoney": tax,
        "supplyMoney": cash - tax, "tipMoney": 0, "approvedNo": "1", "approvedAt": "2026-02-02T11:00:00+09:00",
        "paymentKey": f"{order['id']}-{cash}",
    }  # fmt: skip
    if source == "CARD":
        payment["cardDetails"] = {"installmentMonth": "00", "cardType": "CREDIT", "cardBrand": "신한"}
    await shop.request("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": payment})
    return order["id"]


def a_receipt(order_id: str, amount: int = 18_000, number: str = "G12345678", **more: Any) -> dict[str, Any]:
    return {
        "orderId": order_id,
        "amount": amount,
        "issueDate": "20260202110000",
        "issueNumber": number,
        "cardNumber": "010-1234-5678",
    } | more


async def issue(shop: Shop, receipt: dict[str, Any]) -> None:
    await shop.request("cash-receipt.issue.request", receipt)


async def test_it_is_kept_masked(shop: Shop):
    """RCP-5, SEC-3: only the last digits of the number are kept, in the store and in the journal."""
    await issue(shop, a_receipt(await paid_order(shop)))
    read = shop.running.store.reader()
    receipt = await read.get(CashReceipt, "G12345678")
    assert receipt is not None
    assert (receipt.identifier, receipt.amount) == ("*******5678", 18_000)
    entries = await read.facts(0, 1_000)
    assert [each.fact.name for each in entries][-1] == "cash-receipt.issue"
    assert b"1234" + b"5678" not in msgspec.json.encode([each.fact.data for each in entries]).replace(
        b"G12345678", b""
    )


async def test_the_same_number_again_has_no_effect(shop: Shop):
    """RCP-1: resolves, and nothing is registered twice."""
    order_id = await paid_order(shop)
    await issue(shop, a_receipt(order_id, 9_000))
    seq = shop.running.store.reader().seq
    await issue(shop, a_receipt(order_id, 9_000))
    assert shop.running.store.reader().seq == seq


async def test_receipts_stay_within_the_cash(shop: Shop):
    """RCP-1: Σ receipts ≤ paid cash + external; a card part counts nothing."""
    order_id = await paid_order(shop, 10_000, "EXTERNAL")
    await issue(shop, a_receipt(order_id, 6_000, "A"))
    with pytest.raises(InvalidState) as refusal:
        await issue(shop, a_receipt(order_id, 4_001, "B"))
    assert (refusal.value.reason, refusal.value.data["left"]) == ("RECEIPT_EXCEEDS_PAID", 4_000)
    await issue(shop, a_receipt(order_id, 4_000, "C"))
    with pytest.raises(InvalidState):
        await issue(shop, a_receipt(await paid_order(shop, 18_000, "CARD"), 1, "D"))


async def test_what_is_wrong_is_refused(shop: Shop):
    """RCP-1: unknown order NOT_FOUND; no amount, no date that exists → INVALID_ARGUMENT."""
    with pytest.raises(NotFound):
        await issue(shop, a_receipt("nobody"))
    order_id = await paid_order(shop)
    for wrong in (
        {"amount": 0},
        {"issueDate": "2026-02-02"},
        {"issueDate": "20261302110000"},
        {"issueNumber": ""},
    ):
        with pytest.raises(InvalidArgument):
            await issue(shop, a_receipt(order_id) | wrong)
