"""Guests: parties at tables, and people who take their coffee along."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from jumak.simulate.appetite import a_line, a_meal
from jumak.simulate.house import House, Refusal
from jumak.simulate.paying import pay, settle

Json = dict[str, Any]

NAMES = ("김", "이", "박", "최", "정", "강", "조", "윤")
REASONS = ("너무 오래 기다림", "주문 실수", "손님 변심")


async def dine(house: House, guests: int) -> AsyncIterator[float]:
    """A party comes, sits down (after waiting in line when it must), eats in rounds, pays and leaves."""
    table = await house.free_table(guests)
    if table is not None:
        await house.send("table.seat.request", {"tableId": table["id"], "numGuests": guests})
    else:
        asked = {"name": house.chance.choice(NAMES), "numGuests": guests}
        party = (await house.send("waiting.add.request", asked))["party"]
        for _ in range(4):
            yield house.between(4, 9)
            table = await house.free_table(guests)
            if table is not None:
                break
        if table is None:
            await house.send("waiting.cancel.request", {"id": party["id"]})
            return
        await house.send("waiting.call.request", {"id": party["id"]})
        if house.happens(8):
            await house.send("waiting.mark-no-show.request", {"id": party["id"]})
            return
        await house.send("waiting.seat.request", {"id": party["id"], "tableId": table["id"]})
    yield house.between(2, 7)
    order = await first_round(house, {"tableId": table["id"], "numGuests": guests}, guests)
    if order is None:
        await house.attempt("table.clear.request", {"table": {"id": table["id"]}})
        return
    while house.happens(55):
        yield house.between(6, 16)
        if not await go_on(house, order["id"]):
            return
    yield house.between(8, 25)
    async for pause in settle(house, order["id"]):
        yield pause
    if house.happens(3):
        yield house.between(2, 10)
        await complain(house, order["id"])


async def take_away(house: House) -> AsyncIterator[float]:
    """Somebody orders at the counter, pays at once and is called when it is ready."""
    order = await first_round(house, {}, 1, "TOGO")
    if order is None:
        return
    yield house.between(0.3, 1)
    order = await house.order(order["id"])
    await pay(house, order, order["paymentPrice"]["paymentUnpaidValue"])
    await house.order(order["id"])
    yield house.between(5, 12)
    await house.attempt("order.call.request", {"id": order["id"]})
    yield house.between(0.5, 3)
    await house.attempt("order.collect.request", {"id": order["id"]})


async def first_round(house: House, head: Json, guests: int, dining: str = "HERE") -> Json | None:
    """A new order; when something has run out the guests look at the menu again. None when they give up."""
    for _ in range(3):
        if house.is_full:
            return None
        dto = {"lineItems": a_meal(house, guests, dining), "discounts": [], **head}
        made = await house.attempt("order.add.request", {"order": dto})
        if made is not None:
            return house.opened(made["order"])
        await house.read_menu()
    return None


async def go_on(house: House, order_id: str) -> bool:
    """Something happens at the table while the party sits there. False when the party is gone."""
    order = await house.order(order_id)
    if order["orderState"] != "OPENED":
        return False
    act = house.chance.choices(
        (_more, _whole_order, _change, _remove, _discount, _move, _swap, _join, _split, _tip, _give_up),
        (40, 14, 10, 6, 6, 7, 2, 4, 3, 2, 3),
    )[0]
    try:
        return await act(house, order)
    except Refusal:
        await house.read_menu()
        return True


async def _more(house: House, order: Json) -> bool:
    lines = a_meal(house, house.chance.choice((1, 1, 2)))
    await house.send("order.add-line.request", {"id": order["id"], "lineItems": lines})
    return True


async def _whole_order(house: House, order: Json) -> bool:
    """As plugins add: everything so far, and one dish more (ADD-1)."""
    item = house.chance.choice([item for item in house.items if item["type"] == "ITEM"])
    lines = [_as_dto(line) for line in order["lineItems"]] + [a_line(house, item)]
    dto: Json = {"lineItems": lines, "discounts": order["discounts"]}
    dto |= {key: order[key] for key in ("memo", "numGuests") if key in order}
    await house.send("order.add-menu.request", {"id": order["id"], "order": dto})
    return True


def _as_dto(line: Json) -> Json:
    choices = [{"id": choice["id"], "quantity": choice["quantity"]} for choice in line["optionChoices"]]
    dto = {
        key: line[key]
        for key in ("diningOption", "item", "quantity", "chargePrice", "discounts", "memo")
        if key in line
    }
    return dto | {"optionChoices": choices}


async def _change(house: House, order: Json) -> bool:
    line = house.chance.choice(order["lineItems"])
    quantity = house.chance.choice((1, 2, 3)) if line["quantity"]["value"] < 10 else line["quantity"]["value"]
    asked = _edit(order) | {"lineId": line["id"], "quantity": quantity, "reason": "수량 변경"}
    await house.send("order.update-line.request", asked)
    return True


async def _remove(house: House, order: Json) -> bool:
    if len(order["lineItems"]) > 1:
        line = house.chance.choice(order["lineItems"])
        asked = _edit(order) | {"lineId": line["id"], "reason": "주문 실수"}
        await house.send("order.remove-line.request", asked)
    return True


async def _discount(house: House, order: Json) -> bool:
    discounts = [{"title": "단골 할인", "percentBp": house.chance.choice((500, 1_000))}]
    await house.send("order.update.request", _edit(order) | {"discounts": discounts})
    return True


async def _tip(house: House, order: Json) -> bool:
    await house.send("order.update.request", _edit(order) | {"tip": house.chance.choice((1_000, 5_000))})
    return True


async def _move(house: House, order: Json) -> bool:
    table = await house.free_table(order.get("numGuests", 1))
    if table is not None and "tableId" in order:
        await house.send("table.move.request", {"from": order["tableId"], "to": table["id"]})
    return True


async def _swap(house: House, order: Json) -> bool:
    other = await _neighbour(house, order)
    if other is not None:
        await house.send("table.swap.request", {"first": order["tableId"], "second": other})
    return True


async def _join(house: House, order: Json) -> bool:
    """The party joins friends at another table; from then on theirs is the order."""
    other = await _neighbour(house, order)
    if other is None:
        return True
    await house.send("table.merge.request", {"from": order["tableId"], "to": other})
    return bool((await house.order(order["id"]))["orderState"] == "OPENED")


async def _neighbour(house: House, order: Json) -> int | None:
    """Another table where somebody eats."""
    if "tableId" not in order:
        return None
    others = [
        table["id"]
        for table in await house.tables()
        if table["id"] != order["tableId"] and any(each["id"] in house.open for each in table["orders"])
    ]
    return house.chance.choice(others) if others else None


async def _split(house: House, order: Json) -> bool:
    """Part of the party pays for itself."""
    if len(order["lineItems"]) < 2 or house.is_full:
        return True
    line = order["lineItems"][-1]
    shares = [{"id": line["id"], "quantity": line["quantity"]["value"]}]
    parted = await house.send("order.split.request", _edit(order) | {"lines": shares})
    new = house.opened(parted["newOrder"])
    await pay(house, new, new["paymentPrice"]["paymentUnpaidValue"])
    await house.order(new["id"])
    return True


async def _give_up(house: House, order: Json) -> bool:
    asked = {"id": order["id"], "reason": house.chance.choice(REASONS)}
    await house.send("order.cancel.request", asked)
    order = await house.order(order["id"])
    if order["orderState"] == "CANCELLED" and "tableId" in order:
        await house.attempt("table.clear.request", {"table": {"id": order["tableId"]}})
    return bool(order["orderState"] == "OPENED")


async def complain(house: House, order_id: str) -> None:
    """Something was wrong: goods come back or money is given back afterwards (CAN-5, CAN-6)."""
    order = await house.order(order_id)
    if order["orderState"] != "COMPLETED" or not order["lineItems"]:
        return
    if house.happens(50):
        asked = {"id": order_id, "amount": 1_000, "reason": "음식에 이물질"}
        await house.attempt("order.refund-amount.request", asked)
    else:
        line = order["lineItems"][0]
        asked = _edit(order) | {"lineId": line["id"], "quantity": line["quantity"]["value"], "reason": "반품"}
        await house.attempt("order.return-line.request", asked)


def _edit(order: Json) -> Json:
    return {"id": order["id"], "expectedVersion": order["version"]}
