"""Payments as records: what is kept of them, and who may take the money (rulebook §3.1, §3.2, §2.8)."""

from __future__ import annotations

import pytest

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState
from jumak.protocol.scopes import expand
from jumak.testing import simulated_shop, staff_caller
from tests.service.asking import Asking, a_line

PLUGIN = Caller(id="bridge", kind="plugin", name="Bridge", scopes=expand(["plugin"]))
CASHIER = staff_caller("cashier", "till-1")
MANAGER = staff_caller("manager", "till-1")


@pytest.fixture
async def shop():
    async with simulated_shop() as opened:
        yield Asking(opened)


async def test_a_card_record_keeps_what_its_cancel_must_match(shop):
    """CAN-8, SEC-3: card, amount, approval date and number, installments, before and after the cancel."""
    order = await shop.add(PLUGIN, a_line(2, quantity=4))
    card = {
        "installmentMonth": "03",
        "cardType": "CREDIT",
        "cardBrand": "신한",
        "cardNo": "5432-1098-7654-3210",
    }
    paid = await shop.pay(PLUGIN, order, 60_000, sourceType="CARD", cardDetails=card, approvedNo="30001234")
    await shop.ask(
        "payment.cancel.request", {"order": {"id": order["id"]}, "payment": {"id": paid["id"]}}, MANAGER
    )
    kept = (await shop.ask("payment.get.request", {"id": paid["id"]}, PLUGIN))["payment"]
    assert (kept["amountMoney"], kept["approvedNo"], kept["approvedAt"]) == (
        60_000,
        "30001234",
        "2026-02-02T12:00:00+09:00",
    )
    assert kept["cardDetails"]["installmentMonth"] == "03"
    assert kept["cardDetails"]["cardNo"] == "543210******3210"
    assert kept["state"] == "CANCELLED"


async def test_unpaid_orders_outlive_the_business_day(shop):
    """NUM-5, NUM-6: an open table is carried over; nothing closes it but its guests or staff."""
    order = await shop.add(PLUGIN, a_line(), tableId=1)
    shop.shop.clock.jump(days=2)
    await shop.shop.settle()
    assert (await shop.get(order["id"]))["orderState"] == "OPENED"
    table = (await shop.ask("table.get.request", {"table": {"id": 1}}, PLUGIN))["table"]
    assert table["order"]["id"] == order["id"]
    again = await shop.add(CASHIER, a_line())
    assert again["number"] == "A-001"


async def test_a_tip_goes_back_with_its_payment(shop):
    """CAN-1, PAY-2: 18,000 and 1,000 of tip in cash, taken back: the order owes what its goods cost."""
    order = await shop.add(CASHIER, a_line(2))
    start = {
        "orderId": order["id"],
        "tender": "CASH",
        "expectedUnpaid": 18_000,
        "amount": 19_000,
        "tip": 1_000,
    }
    payment = (await shop.ask("payment.start.request", start, CASHIER))["attempt"]["payment"]
    back = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
    await shop.ask("payment.cancel.request", back, MANAGER)
    now = await shop.get(order["id"])
    assert (now["orderState"], now["chargePrice"]["chargeTipValue"]) == ("COMPLETED", 0)
    assert now["paymentPrice"] == {"paymentPaidValue": 0, "paymentUnpaidValue": 18_000}


async def test_asking_for_the_money_twice_is_one_asking(shop):
    """PAY-8: the same till taps twice and holds one lock."""
    order = await shop.add(PLUGIN, a_line())
    ask = {"id": order["id"], "expectedUnpaid": 5_000}
    first = await shop.ask("order.lock.request", ask, CASHIER)
    second = await shop.ask("order.lock.request", ask, CASHIER)
    assert first["lock"]["id"] == second["lock"]["id"]


async def test_a_wallet_payment_is_stored_with_the_wallets_approval(shop):
    """PAY-9: what a scanned code paid is an EXTERNAL payment naming the wallet; the code itself is nowhere."""
    order = await shop.add(PLUGIN, a_line())
    wallet = {"source": "카카오페이", "sourceId": "qr"}
    paid = await shop.pay(PLUGIN, order, externalDetails=wallet, approvedNo="W-1")
    assert (paid["sourceType"], paid["externalDetails"], paid["approvedNo"]) == ("EXTERNAL", wallet, "W-1")


async def test_no_full_number_is_kept_anywhere(shop):
    """SEC-3, RCP-5: neither shown nor in the body a repeat is told by: only what stays after masking counts."""
    order = await shop.add(PLUGIN, a_line(2))
    receipt = {"issuerType": "CONSUMER", "issuanceType": "CARD", "selfIssuance": False}
    card = {"installmentMonth": "00", "cardType": "CREDIT", "cardBrand": "신한"}
    wanted = [
        ("CASH", "cashReceipt", receipt, "identityNumber", "************4444"),
        ("CARD", "cardDetails", card, "cardNo", "411122******4444"),
    ]
    for source, part, fields, number, kept in wanted:
        paid = await shop.pay(
            PLUGIN, order, 9_000, source, sourceType=source, **{part: fields | {number: "4111222233334444"}}
        )
        assert paid[part][number] == kept
        again = await shop.pay(
            PLUGIN, order, 9_000, source, sourceType=source, **{part: fields | {number: kept}}
        )
        assert again["id"] == paid["id"]


async def test_the_last_payment_ends_the_lock(shop):
    """OFF-6, H-41: released on finish; the order can be completed at once by its plugin."""
    order = await shop.add(PLUGIN, a_line(), tableId=1)
    await shop.ask("order.lock.request", {"id": order["id"], "expectedUnpaid": 5_000}, CASHIER)
    await shop.pay(CASHIER, order, sourceType="CASH", autocomplete=False)
    done = await shop.ask("order.complete.request", {"id": order["id"]}, PLUGIN)
    assert done["order"]["orderState"] == "COMPLETED"


async def test_money_that_comes_while_an_order_is_cancelled_goes_back_too(shop):
    """CAN-2, CAN-3, PAY-3: approved elsewhere it is a fact, and one more payment to give back; nobody is asked for any."""
    order = await shop.add(PLUGIN, a_line(quantity=2))
    first = await shop.pay(PLUGIN, order, 4_000, key="first")
    waiting = await shop.ask("order.cancel.request", {"id": order["id"], "reason": "변심"}, MANAGER)
    assert waiting["cancelPending"] is True
    unpaid = waiting["order"]["paymentPrice"]["paymentUnpaidValue"]
    start = {"orderId": order["id"], "tender": "CASH", "amount": unpaid, "expectedUnpaid": unpaid}
    lock = {"id": order["id"], "expectedUnpaid": unpaid}
    for ask in (
        lambda: shop.ask("payment.start.request", start, CASHIER),
        lambda: shop.ask("order.lock.request", lock, CASHIER),
        lambda: shop.pay(CASHIER, order, unpaid, key="till", sourceType="CASH"),
    ):
        with pytest.raises(InvalidState) as refusal:
            await ask()
        assert (refusal.value.reason, refusal.value.ko[:10]) == ("CANCEL_PENDING", "취소 중인 주문입니")
    second = await shop.pay(PLUGIN, order, unpaid, key="second")
    assert (await shop.get(order["id"]))["orderState"] == "OPENED"
    for payment in (first, second):
        assert (await shop.get(order["id"]))["orderState"] == "OPENED"
        data = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
        await shop.ask("payment.cancel.request", data, MANAGER)
    assert (await shop.get(order["id"]))["orderState"] == "CANCELLED"
