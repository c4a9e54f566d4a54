"""Guests pay: at once, or in parts, by cash, card or something outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from jumak.domain.money import rhu
from jumak.domain.tax import Buckets, draw
from jumak.simulate.house import House

Json = dict[str, Any]

CARDS = (
    ("신한카드", "신한카드"),
    ("카카오뱅크", "BC카드"),
    ("KB국민카드", "KB국민카드"),
    ("현대카드", "현대카드"),
)


async def settle(house: House, order_id: str) -> AsyncIterator[float]:
    """The party pays what it owes, now and then in parts, and the table is emptied."""
    order = await house.order(order_id)
    if order["orderState"] == "CANCELLED":
        return
    for amount in await _parts(house, order):
        unpaid = order["paymentPrice"]["paymentUnpaidValue"]
        await pay(house, order, min(amount, unpaid), autocomplete=not house.happens(8))
        yield house.between(0.5, 2)
        order = await house.order(order_id)
    if house.happens(3):
        order = await _pay_again(house, order)
    if order["orderState"] == "OPENED":
        await house.attempt("order.complete.request", {"id": order_id})
    await leave(house, await house.order(order_id))


async def leave(house: House, order: Json) -> None:
    """The table of a settled order is cleared, unless that happened by itself."""
    if "tableId" in order:
        await house.attempt(
            "table.clear.request", {"table": {"id": order["tableId"]}, "order": {"id": order["id"]}}
        )


async def _parts(house: House, order: Json) -> list[int]:
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    if unpaid == 0:
        return []
    guests = order.get("numGuests", 1)
    if guests < 2 or not house.happens(35):
        return [unpaid]
    ask: Json = {"orderId": order["id"], "by": "count", "count": guests}
    if house.happens(30):
        first = order["lineItems"][0]
        ask = {
            "orderId": order["id"],
            "by": "item",
            "lines": [[{"id": first["id"], "quantity": first["quantity"]["value"]}]],
        }
    elif house.happens(30):
        ask = {"orderId": order["id"], "by": "amount", "amounts": [max(1, unpaid // 3)]}
    split = await house.attempt("bill.split.request", ask)
    return [unpaid] if split is None else [part["amount"] for part in split["parts"] if part["amount"]]


async def pay(house: House, order: Json, amount: int, *, autocomplete: bool = True) -> Json | None:
    """One payment, recorded as whoever took it would; None when it was refused."""
    tender = house.chance.choices(("CARD", "CASH", "EXTERNAL"), (70, 18, 12))[0]
    payment = payment_dto(house, order, amount, tender)
    if not autocomplete:
        payment["autocomplete"] = False
    lock = None
    if tender == "CASH":
        unpaid = order["paymentPrice"]["paymentUnpaidValue"]
        lock = await house.attempt("order.lock.request", {"id": order["id"], "expectedUnpaid": unpaid})
    done = await house.attempt("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": payment})
    if lock is not None:
        await house.attempt("order.unlock.request", {"lockId": lock["lock"]["id"]})
    if done is None:
        return None
    house.summary.payments[tender] += 1
    house.summary.amounts[tender] += amount
    made: Json = done["payment"]
    return made


def payment_dto(house: House, order: Json, amount: int, tender: str) -> Json:
    """The payment as a terminal or wallet would report it, VAT split over what is left (MON-9)."""
    share = draw(_left(order), amount)
    number = len(order["payments"]) + 1
    payment: Json = {
        "sourceType": tender,
        "orderId": order["id"],
        "amountMoney": amount,
        "taxMoney": share.tax,
        "supplyMoney": share.supply + share.exempt,
        "tipMoney": share.tip,
        "taxExemptMoney": share.exempt,
        "approvedNo": f"{house.chance.randrange(10**8):08d}",
        "approvedAt": order.get("updatedAt", order["createdAt"]),
        "paymentKey": f"{order['id'][-32:]}-{number}",
    }
    if tender == "CARD":
        brand, acquirer = house.chance.choice(CARDS)
        months = house.chance.choice(("00", "00", "02", "03")) if amount >= 50_000 else "00"
        payment["cardDetails"] = {
            "installmentMonth": months,
            "cardType": house.chance.choice(("CREDIT", "CREDIT", "DEBIT")),
            "cardBrand": brand,
            "cardNo": f"{house.chance.randrange(10**6):06d}******{house.chance.randrange(10**4):04d}",
            "source": acquirer,
        }
    elif tender == "EXTERNAL":
        payment["externalDetails"] = {"source": house.chance.choice(("주막페이", "지역화폐", "모바일상품권"))}
    elif house.happens(40):
        payment["cashReceipt"] = {
            "identityNumber": f"010{house.chance.randrange(10**8):08d}",
            "issuerType": "CONSUMER",
            "issuanceType": "PHONE",
            "selfIssuance": False,
        }
    return payment


def _left(order: Json) -> Buckets:
    """What live payments have left of the order's price, by bucket."""
    price = order["chargePrice"]
    exempt = price.get("chargeTaxExemptValue", 0)
    left = Buckets(
        price["chargeSupplyValue"] - exempt, price["chargeTaxValue"], exempt, price["chargeTipValue"]
    )
    for payment in order["payments"]:
        if payment["state"] != "CANCELLED":
            free = payment["taxExemptMoney"]
            left = left.less(
                Buckets(payment["supplyMoney"] - free, payment["taxMoney"], free, payment["tipMoney"])
            )
    return left


def prepaid(won: int, key: str, approved_at: str) -> Json:
    """What a channel took before the order came: all taxable."""
    tax = rhu(won * 10, 110)
    return {
        "sourceType": "EXTERNAL",
        "amountMoney": won,
        "taxMoney": tax,
        "supplyMoney": won - tax,
        "tipMoney": 0,
        "approvedNo": key,
        "approvedAt": approved_at,
        "paymentKey": key,
        "externalDetails": {"source": "배달앱"},
    }


async def _pay_again(house: House, order: Json) -> Json:
    """The wrong card: the newest payment is taken back, and the money is taken anew."""
    live = [payment for payment in order["payments"] if payment["state"] != "CANCELLED"]
    if not live:
        return order
    wrong = live[-1]
    asked = {"order": {"id": order["id"]}, "payment": {"id": wrong["id"]}}
    if await house.attempt("payment.cancel.request", asked) is None:
        return order
    house.summary.taken_back += 1
    order = await house.order(order["id"])
    owed = order["paymentPrice"]["paymentUnpaidValue"]
    if owed:
        await pay(house, order, owed)
    return await house.order(order["id"])
