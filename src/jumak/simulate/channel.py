"""Orders from outside: prepaid requests that are accepted, declined, or left until they expire (ORD-3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from jumak.simulate.appetite import a_meal
from jumak.simulate.house import House, Refusal
from jumak.simulate.paying import prepaid

Json = dict[str, Any]

ANSWER_MIN = 5.0
"""How long a channel waits for the shop's answer."""

SHORTEST_S = 0.5
"""A request lives at least this long, however fast the day goes by."""


async def rider(house: House, number: int) -> AsyncIterator[float]:
    """One request, from the guest's telephone to the door."""
    dining = house.chance.choice(("DELIVERY", "PICKUP"))
    order = await _submit(house, number, dining)
    if order is None:
        return
    answer = house.chance.choices(("accept", "decline", "forget"), (76, 12, 12))[0]
    yield house.between(0.5, 3)
    if answer == "forget":
        yield ANSWER_MIN + 1
        await house.order(order["id"])
        return
    if answer == "decline":
        await house.attempt("order.decline.request", {"id": order["id"], "reason": "재료 소진"})
        await house.order(order["id"])
        return
    if await house.attempt("order.accept.request", {"id": order["id"]}) is None:
        await house.order(order["id"])
        return
    if house.happens(30):
        await house.attempt("kds-order-item.fire.request", {"orderId": order["id"]})
    yield house.between(14, 22)
    await house.attempt("order.call.request", {"id": order["id"]})
    yield house.between(1, 6)
    await house.attempt("order.collect.request", {"id": order["id"]})
    await house.attempt("order.complete.request", {"id": order["id"]})
    await house.order(order["id"])


async def _submit(house: House, number: int, dining: str) -> Json | None:
    if house.is_full:
        return None
    lines = [
        line
        for line in a_meal(house, house.chance.choice((1, 2, 3)), dining)
        if not _is_tax_free(house, line["item"]["id"])
    ]
    if not lines:
        return None
    if dining == "DELIVERY":
        lines += [_fee(item) for item in house.items if item["type"] == "DELIVERY_FEE"][:1]
    now = datetime.fromisoformat(await house.time())
    key = f"channel-{house.mark}-{number}"
    wait = timedelta(seconds=max(SHORTEST_S, house.pace.seconds(ANSWER_MIN)))
    ready = timedelta(seconds=house.pace.seconds(house.between(15, 35)))
    payment = prepaid(sum(line["chargePrice"]["value"] for line in lines), key, now.isoformat())
    request = {
        "lineItems": lines,
        "discounts": [],
        "orderKey": key,
        "channel": {"groups": ["DELIVERY" if dining == "DELIVERY" else "MOBILE_ORDER"]},
        "requestedInfo": {
            "expiredAt": (now + wait).isoformat(),
            "expectedReadyAt": (now + ready).isoformat(),
        },
        "payments": [payment],
    }
    made = await house.attempt("order.submit.request", {"order": request})
    if made is None:
        await house.read_menu()
        return None
    if house.happens(10):
        # The answer was lost on its way and the channel asks again: it must be the same order (NUM-2).
        again = await house.send("order.submit.request", {"order": request})
        if again["order"]["id"] != made["order"]["id"]:
            raise Refusal("SUBMITTED_TWICE")
    house.summary.payments["EXTERNAL"] += 1
    house.summary.amounts["EXTERNAL"] += payment["amountMoney"]
    return house.opened(made["order"])


def _is_tax_free(house: House, item_id: int) -> bool:
    return any(item["id"] == item_id and item["price"]["isTaxFree"] for item in house.items)


def _fee(item: Json) -> Json:
    won = item["price"]["priceValue"]
    return {
        "diningOption": "DELIVERY",
        "item": {
            "id": item["id"],
            "title": item["title"],
            "category": {"id": item["category"]["id"], "title": item["category"]["title"]},
            "type": item["type"],
        },
        "quantity": {"value": 1},
        "chargePrice": {"value": won},
        "optionChoices": [],
    }
