"""What guests see on the customer display of a till (DSP-1)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.protocol.scopes import expand
from jumak.service.documents import Device
from jumak.testing import simulated_shop, staff_caller
from jumak.testing.menu import DOCUMENTS, HOT, NOODLES
from tests.server.every_request import a_draft_line
from tests.service.asking import Asking, a_line
from tests.service.paying import Counter, RawPlugin

Json = dict[str, Any]
FIRST, SECOND = "till-1", "till-2"
CASHIER = staff_caller("cashier", FIRST)
SECRET = "단골 김영희, 외상 있음"


def a_device(device_id: str, kind: Any, created_ms: int, till_id: str | None = None) -> Device:
    return Device(
        id=device_id, kind=kind, name=device_id, caller_id=device_id, scopes=(), token_hash=device_id,
        created_ms=created_ms, till_id=till_id,
    )  # fmt: skip


DEVICES = (
    a_device(FIRST, "till", 1),
    a_device(SECOND, "till", 2),
    a_device("display-1", "display", 3),
    a_device("display-2", "display", 4, SECOND),
)


def a_display(name: str) -> Caller:
    return Caller(id=name, kind="device", name=name, device_id=name, scopes=expand(["display:read"]))


class Screens:
    """Both displays: what they read, and what was pushed to each."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self._open = {
            name: RawPlugin(asking.shop.running, a_display(name), methods=())
            for name in ("display-1", "display-2")
        }

    async def read(self, name: str = "display-1") -> Json:
        return (await self.asking.ask("customer-display.get.request", {}, a_display(name)))["view"]

    async def pushed(self, name: str = "display-1") -> list[Json]:
        await self.asking.shop.settle()
        return [data["view"] for data in self._open[name].pushes("customer-display.change.event")]

    async def newest(self, name: str = "display-1") -> Json:
        return (await self.pushed(name))[-1]


@pytest.fixture
async def shop() -> AsyncIterator[Asking]:
    async with simulated_shop(documents=(*DOCUMENTS, *DEVICES)) as simulated:
        yield Asking(simulated)


async def lock(shop: Asking, order: Json, caller: Caller = CASHIER) -> str:
    now = await shop.get(order["id"])
    data = {"id": order["id"], "expectedUnpaid": now["paymentPrice"]["paymentUnpaidValue"]}
    return str((await shop.ask("order.lock.request", data, caller))["lock"]["id"])


async def take_cash(shop: Asking, order: Json, amount: int, tendered: int) -> None:
    now = await shop.get(order["id"])
    data = {
        "orderId": order["id"], "tender": "CASH", "amount": amount, "tendered": tendered,
        "expectedUnpaid": now["paymentPrice"]["paymentUnpaidValue"],
    }  # fmt: skip
    await shop.ask("payment.start.request", data, CASHIER)


async def test_a_cart_grows_before_the_guest(shop: Asking) -> None:
    """DSP-1: lines with their options, discounts as won, a total they add up to; the other till's guest sees nothing of it."""
    screens = Screens(shop)
    assert (await screens.read())["state"] == "idle"
    hot = {"id": HOT, "title": "매운맛", "priceValue": 500, "state": "ON_SALE", "quantity": 1}
    noodles = {"id": NOODLES, "title": "칼국수", "category": {"id": 1, "title": "식사"}, "type": "ITEM"}
    line = a_draft_line("a", item=noodles, optionChoices=[hot], memo=SECRET)
    manager = staff_caller("manager", FIRST)
    await shop.ask("draft-order.add-line-item.request", {"lineItem": line}, manager)
    cut = {"title": "단골 할인", "amountMoney": {"value": 300}}
    await shop.ask("draft-order.add-item-discount.request", {"key": "a", "discount": cut}, manager)
    ten = {"title": "10 %", "percentBp": 1_000}
    await shop.ask("draft-order.add-discount.request", {"discount": ten}, manager)
    await shop.ask("draft-order.update.request", {"memo": SECRET, "tableId": 1}, manager)
    view = await screens.read()
    assert view == {
        "state": "cart",
        "shopName": "주막 시험점",
        "lines": [
            {
                "title": "칼국수",
                "quantity": 2,
                "amount": 11_000,
                "choices": [{"title": "매운맛", "quantity": 1}],
                "discounts": [{"title": "단골 할인", "amount": 300}],
            }
        ],
        "discounts": [{"title": "10 %", "amount": 1_070}],
        "total": 9_630,
        "paid": 0,
        "unpaid": 9_630,
    }
    assert (await screens.newest()) == view
    assert (await screens.read("display-2"))["state"] == "idle"
    assert await screens.pushed("display-2") == []


async def test_money_is_taken_before_the_guest(shop: Asking) -> None:
    """DSP-1, CSH-1: total, then what was tendered and the change, until the till goes on to the next guest."""
    screens = Screens(shop)
    order = await shop.add(CASHIER, a_line(1, quantity=2, memo=SECRET), a_line(2), memo=SECRET)
    assert (await screens.read())["state"] == "idle"
    lease = await lock(shop, order)
    view = await screens.newest()
    assert (view["state"], view["total"], view["unpaid"], view["endsInMs"]) == (
        "paying",
        28_000,
        28_000,
        60_000,
    )
    await take_cash(shop, order, 8_000, 10_000)
    view = await screens.newest()
    assert (view["state"], view["paid"], view["unpaid"]) == ("paying", 8_000, 20_000)
    assert view["payment"] == {"state": "taken", "amount": 8_000, "tendered": 10_000, "change": 2_000}
    await take_cash(shop, order, 20_000, 50_000)
    view = await screens.newest()
    assert (view["state"], view["unpaid"], view["payment"]["change"]) == ("paid", 0, 30_000)
    assert view == await screens.read()
    await shop.ask("order.unlock.request", {"lockId": lease}, CASHIER)
    assert (await screens.newest())["state"] == "idle"
    assert (await screens.read("display-2"))["state"] == "idle"
    # Nothing but the guest's own lines and money ever left (DSP-1).
    said = str(await screens.pushed())
    assert SECRET not in said
    assert CASHIER.staff is not None
    assert CASHIER.staff.name not in said


async def test_a_till_that_went_away_shows_nobody_elses_bill(shop: Asking) -> None:
    """DSP-1, OFF-6: a lease that ran out, and a minute after the last payment, the screen is empty again."""
    screens = Screens(shop)
    order = await shop.add(CASHIER, a_line(1))
    await lock(shop, order)
    shop.shop.clock.jump(seconds=61)
    assert (await screens.read())["state"] == "idle"
    await take_cash(shop, order, 5_000, 5_000)
    shop.shop.clock.jump(seconds=59)
    view = await screens.read()
    assert (view["state"], view["endsInMs"]) == ("paid", 1_000)
    shop.shop.clock.jump(seconds=1)
    assert (await screens.read())["state"] == "idle"


async def test_a_plugin_takes_the_money(shop: Asking) -> None:
    """DSP-1: what the guest is asked for, and by which method; one that came to nothing leaves no trace."""
    screens = Screens(shop)
    counter = Counter(shop)
    plugin = await counter.plugin()
    order = await shop.add(CASHIER, a_line(1))
    await lock(shop, order)
    await counter.start(order)
    assert (await screens.newest())["payment"] == {"state": "waiting", "amount": 5_000, "name": "스탬프"}
    plugin.answer(await plugin.asked("pay"))
    await shop.shop.settle()
    assert "payment" not in (await screens.newest())


async def test_a_display_faces_one_till(shop: Asking) -> None:
    """DSP-1: paired with a till that exists; nothing else is."""
    owner = staff_caller("owner", FIRST)
    data = {"kind": "display", "name": "고객 화면", "tillId": SECOND}
    paired = (await shop.ask("device.pair.request", data, owner))["device"]
    assert paired["tillId"] == SECOND
    with pytest.raises(NotFound):
        await shop.ask("device.pair.request", data | {"tillId": "display-1"}, owner)
    with pytest.raises(InvalidArgument):
        await shop.ask("device.pair.request", data | {"kind": "kitchen"}, owner)


async def test_who_sees_which_till(shop: Asking) -> None:
    """DSP-1: a till sees its own guest's screen, a service the main till's."""
    at_second = replace(staff_caller("owner", SECOND), scopes=expand(["all"]))
    line = a_draft_line("b")
    await shop.ask("draft-order.add-line-item.request", {"lineItem": line}, at_second)
    service = Caller(id="lamp", kind="service", name="lamp", scopes=expand(["display:read"]))
    seen = [
        (await shop.ask("customer-display.get.request", {}, caller))["view"]["state"]
        for caller in (at_second, service, a_display("display-2"), a_display("display-1"))
    ]
    assert seen == ["cart", "idle", "cart", "idle"]
