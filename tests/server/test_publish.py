"""From commits to pushes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.server.conftest import Client, Refused, Served

ORDER, PAYMENT, TABLE = "order.change.event", "payment.change.event", "table.change.event"


@pytest.fixture
async def till(served: Served) -> AsyncIterator[Client]:
    async with served.connect(await served.desk.token(scopes=["all"])) as client:
        yield client


async def dish(till: Client) -> dict[str, Any]:
    category = (await till.ask("catalog-category.add", category={"title": "식사"}))["category"]
    asked = {
        "title": "국밥",
        "category": {"id": category["id"]},
        "prices": [
            {"title": "", "priceType": "FIXED", "priceUnit": 1, "priceValue": 9_000, "isTaxFree": False}
        ],
    }
    return dict((await till.ask("catalog-item.add", catalog=asked))["catalog"])


def order_of(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    line = {
        "diningOption": "HERE",
        "item": {"id": item["id"], "title": item["title"], "category": item["category"], "type": "ITEM"},
        "quantity": {"value": 1},
        "chargePrice": {"value": 9_000},
    }
    return {"lineItems": [line], **more}


async def pushed(till: Client) -> list[dict[str, Any]]:
    """Everything pushed so far."""
    await till.ask("session.ping")
    found, till.pushes = till.pushes, []
    return found


async def test_what_an_order_pushes(till: Client) -> None:
    """H-31, H-32, H-35: refs for all but `cancel`, which carries the whole order after its `update`; `seq` rises."""
    item = await dish(till)
    await till.ask("subscribe", names=[ORDER])
    await pushed(till)
    order = (await till.ask("order.add", order=order_of(item)))["order"]
    (added,) = await pushed(till)
    assert added["data"] == {"event": "add", "order": {"id": order["id"]}}
    await till.ask("order.cancel", id=order["id"], reason="guest left")
    updated, cancelled = await pushed(till)
    assert updated["data"] == {"event": "update", "order": {"id": order["id"]}}
    assert cancelled["data"]["event"] == "cancel"
    assert cancelled["data"]["order"] == (await till.ask("order.get", id=order["id"]))["order"]
    assert added["seq"] < updated["seq"] < cancelled["seq"]


async def test_the_same_when_read_later(till: Client) -> None:
    """OFF-9, H-38: event.list and a resume give what was pushed, whole orders included."""
    item = await dish(till)
    await pushed(till)
    order = (await till.ask("order.add", order=order_of(item)))["order"]
    await till.ask("order.cancel", id=order["id"], reason="guest left")
    live = [push for push in await pushed(till) if "seq" in push]
    listed = (await till.ask("event.list", after=live[0]["seq"] - 1))["events"]
    assert listed == [{key: push[key] for key in ("seq", "name", "data")} for push in live]
    first = await till.ask("event.list", after=live[0]["seq"] - 1, limit=1)
    assert (len(first["events"]), first["truncated"]) == (1, True)
    rest = await till.ask("event.list", after=first["seq"], names=[ORDER])
    assert [event["name"] for event in rest["events"]] == [ORDER] * len(rest["events"])


async def test_views_for_screens(till: Client) -> None:
    """ORD-6, H-30: the whole order after each commit, without a number, and only for those who may."""
    item = await dish(till)
    await till.ask("subscribe", names=["order.view.event"])
    await pushed(till)
    order = (await till.ask("order.add", order=order_of(item)))["order"]
    (view,) = await pushed(till)
    assert "seq" not in view
    assert view["data"]["order"] == order
    assert view["data"]["version"] == 1
    assert view["data"]["number"].startswith("A-")


async def test_refused_or_repeated_pushes_nothing(till: Client) -> None:
    """H-31, H-36, NUM-2: a refusal and a repeat have no effect to tell of."""
    item = await dish(till)
    order = order_of(item, orderKey="k")
    first = await till.ask("order.add", order=order)
    await pushed(till)
    assert (await till.ask("order.add", order=order))["order"]["id"] == first["order"]["id"]
    with pytest.raises(Refused):
        await till.ask("order.add", order=order_of({**item, "id": 999}))
    assert await pushed(till) == []
