"""The kitchen through the whole shop: tickets, screens, scheduled orders, stations (contract: kds; extensions §8)."""

from __future__ import annotations

import msgspec
import pytest

from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import InvalidArgument, InvalidState, NotFound, PermissionDenied
from jumak.protocol.scopes import expand
from jumak.service.board import board_changes
from jumak.service.kitchen import clear_board, fire_due
from jumak.service.ports import Command
from jumak.store.sqlite.check import check
from jumak.testing import OWNER, simulated_shop, staff_caller
from tests.service.asking import CAFE_SHOP, READER, Asking, a_line, an_order

PLUGIN = Caller(id="bridge", kind="plugin", name="Bridge", scopes=expand(["plugin"]))
CHANNEL = Caller(id="delivery", kind="service", name="delivery", scopes=expand(["plugin", "order:submit"]))
COOK = Caller(id="screen-1", kind="device", name="Kitchen", scopes=expand(["kds:read", "kds:write"]))
MANAGER = staff_caller("manager", "till-1")


class KitchenAsking(Asking):
    """Short words for what a kitchen screen asks."""

    async def cook(self, verb: str, **data):
        return await self.ask(f"kds-order-item.{verb}.request", data, COOK)

    async def board(self, **data):
        return await self.ask("kds-board.get.request", data, COOK)

    async def page(self, **data):
        return await self.ask("kds-order-item.get-list.request", {"page": 1, "size": 50} | data, READER)

    async def system(self, job):
        result = await self.shop.running.store.execute(
            Command(caller=SYSTEM, name="system.job", body=b"", run=job)
        )
        assert result.error is None, result.error

    async def bar(self):
        """A second station, for drinks (category 3 of the test menu)."""
        drinks = {"id": "bar", "name": "바", "categoryIds": [3]}
        await self.ask("kds-station.save.request", {"station": drinks}, OWNER)
        kitchen = {"id": "kitchen", "name": "주방", "categoryIds": [1, 2], "isDefault": True}
        await self.ask("kds-station.save.request", {"station": kitchen}, OWNER)

    async def drink_and_dish(self):
        """An order of 2 × 막걸리 and 1 × 해물파전 on table 1."""
        drinks = a_line(1, quantity=2)
        drinks["item"]["category"]["id"] = 3
        return await self.add(PLUGIN, drinks, a_line(2), tableId=1)


@pytest.fixture
async def shop():
    async with simulated_shop() as opened:
        yield KitchenAsking(opened)


def quantities(ticket):
    return [(line["quantity"]["previous"], line["quantity"]["current"]) for line in ticket["lineItems"]]


async def test_a_ticket_as_plugins_see_it(shop):
    """KDS-1, KDS-4, H-15: the shape of the contract, the order in full, nothing null."""
    order = await shop.add(PLUGIN, a_line(2, quantity=2, memo="바싹"), tableId=1)
    (ticket,) = (await shop.page())["contents"]
    assert ticket["order"] == order
    assert (ticket["state"], ticket["orderRequestType"], ticket["totalQuantity"]) == ("OPENED", "NEW", 2)
    assert "completedAt" not in ticket
    (line,) = ticket["lineItems"]
    assert line == {
        "id": order["lineItems"][0]["id"],
        "itemId": str(order["lineItems"][0]["item"]["id"]),
        "title": line["title"],
        "diningOption": "HERE",
        "memo": "바싹",
        "optionChoices": [],
        "orderPrice": {"orderDiscountValue": 0, "orderListPriceValue": 36_000, "orderPriceValue": 36_000},
        "quantity": {"previous": 0, "current": 2},
        "appliedDiscounts": [],
        "item": {"id": order["lineItems"][0]["item"]["id"], "category": {"id": 1, "order": 1}},
        "createdAt": "2026-02-02T11:00:00+09:00",
        "updatedAt": "2026-02-02T11:00:00+09:00",
    }


async def test_pages_of_tickets(shop):
    """KDS-11: filters AND-ed, tickets whole, oldest first, `last`, and past the end empty."""
    orders = [await shop.add(PLUGIN, a_line(1), a_line(2)), await shop.add(PLUGIN, a_line(3))]
    orders.append(await shop.add(PLUGIN, a_line(2)))
    everything = await shop.page()
    assert [ticket["order"]["id"] for ticket in everything["contents"]] == [order["id"] for order in orders]
    assert (everything["last"], everything["totalElements"]) == (True, 3)
    first = await shop.page(size=2)
    assert (len(first["contents"]), first["last"], first["totalElements"]) == (2, False, 3)
    assert (await shop.page(size=2, page=2))["last"]
    beyond = await shop.page(page=9)
    assert (beyond["contents"], beyond["last"], beyond["totalElements"]) == ([], True, 3)
    pancake = orders[2]["lineItems"][0]["item"]["id"]
    found = await shop.page(itemIds=[pancake], states=["OPENED"], ids=[], orderIds=None)
    assert [len(ticket["lineItems"]) for ticket in found["contents"]] == [2, 1]
    assert (await shop.page(itemIds=[pancake], orderIds=[orders[1]["id"]]))["totalElements"] == 0
    assert (await shop.page(ids=[everything["contents"][1]["id"]]))["totalElements"] == 1
    for wrong in ({"size": 0}, {"size": 501}, {"page": 0}, {"page": None}, {"states": ["DONE"]}):
        with pytest.raises(InvalidArgument):
            await shop.page(**wrong)


async def test_bump_and_recall(shop):
    """KDS-5, KDS-6: events complete and open; a second bump is silent; the order gets no new version."""
    order = await shop.add(PLUGIN, a_line(2, quantity=2))
    (ticket,) = await shop.tickets(order["id"])
    mark = await shop.mark()
    done = (await shop.cook("bump", id=ticket["id"]))["kdsOrder"]
    assert (done["state"], done["completedAt"]) == ("COMPLETED", "2026-02-02T11:00:00+09:00")
    assert (await shop.cook("bump", id=ticket["id"]))["kdsOrder"] == done
    assert await shop.events(mark) == ["kds-order-item.change:complete"]
    assert (await shop.board())["tickets"] == []
    shop.shop.clock.jump(minutes=3)
    back = (await shop.cook("recall", id=ticket["id"]))["kdsOrder"]
    assert (back["state"], back["createdAt"], "completedAt" in back) == ("OPENED", ticket["createdAt"], False)
    assert (await shop.events(mark))[1:] == ["kds-order-item.change:open"]
    assert (await shop.get(order["id"]))["version"] == 1
    with pytest.raises(InvalidState):
        await shop.cook("recall", id=ticket["id"])
    with pytest.raises(NotFound):
        await shop.cook("bump", id="nothing")
    with pytest.raises(PermissionDenied):
        await shop.ask("kds-order-item.bump.request", {"id": ticket["id"]}, READER)


async def test_each_station_has_its_screen(shop):
    """KDS-3, KDS-6, KDS-a: a station sees and bumps its lines, the expo all; all-day follows the ledger."""
    await shop.bar()
    await shop.drink_and_dish()
    bar, expo = await shop.board(stationId="bar"), await shop.board()
    assert quantities(bar["tickets"][0]) == [(0, 2)]
    assert [each["quantity"] for each in bar["allDay"]] == [2]
    assert expo["tickets"][0]["stations"] == ["bar", "kitchen"]
    assert expo["tickets"][0]["remaining"] == 3
    assert expo["seq"] == await shop.mark()
    ticket = expo["tickets"][0]["id"]
    half = (await shop.cook("bump", id=ticket, stationId="bar"))["kdsOrder"]
    assert half["state"] == "OPENED"
    assert (await shop.board(stationId="bar"))["tickets"] == []
    (left,) = (await shop.board(stationId="kitchen"))["tickets"]
    assert (left["remaining"], left["ageing"]) == (1, "fresh")
    assert (await shop.cook("bump", id=ticket, stationId="kitchen"))["kdsOrder"]["state"] == "COMPLETED"
    with pytest.raises(NotFound):
        await shop.board(stationId="sushi")


async def test_a_closed_station_hands_its_work_over(shop):
    """KDS-3: what was routed to it stands on the default one's screen, and can be bumped there."""
    await shop.bar()
    await shop.drink_and_dish()
    await shop.ask("kds-station.delete.request", {"id": "bar"}, OWNER)
    (ticket,) = (await shop.board(stationId="kitchen"))["tickets"]
    assert len(ticket["lineItems"]) == 2
    done = await shop.cook("bump", id=ticket["id"], stationId="kitchen")
    assert done["kdsOrder"]["state"] == "COMPLETED"
    for gone, error in (("kitchen", InvalidState), ("bar", NotFound)):
        with pytest.raises(error):
            await shop.ask("kds-station.delete.request", {"id": gone}, OWNER)


async def test_stations(shop):
    """KDS-3: one default, minutes in order, set up by the owner."""
    saved = await shop.ask(
        "kds-station.save.request", {"station": {"name": "튀김", "isDefault": True}}, OWNER
    )
    station = saved["station"]
    assert (station["cautionMin"], station["lateMin"], station["categoryIds"]) == (5, 10, [])
    listed = (await shop.ask("kds-station.list.request", {}, COOK))["stations"]
    assert [(each["id"], each["isDefault"]) for each in listed] == [(station["id"], True), ("kitchen", False)]
    with pytest.raises(InvalidArgument):
        await shop.ask(
            "kds-station.save.request", {"station": {"name": "x", "cautionMin": 9, "lateMin": 3}}, OWNER
        )
    with pytest.raises(PermissionDenied):
        await shop.ask("kds-station.save.request", {"station": {"name": "x"}}, COOK)


async def test_a_cancelled_order_is_acknowledged(shop):
    """KDS-7: the open ticket turns CANCELLED; the notice is bumped away."""
    order = await shop.add(PLUGIN, a_line(2, quantity=2))
    mark = await shop.mark()
    await shop.ask("order.cancel.request", {"id": order["id"]}, PLUGIN)
    assert [event for event in await shop.events(mark) if event.startswith("kds")] == [
        "kds-order-item.change:cancel", "kds-order-item.change:open",
    ]  # fmt: skip
    first, notice = await shop.tickets(order["id"])
    assert (first["state"], notice["state"], notice["orderRequestType"]) == (
        "CANCELLED",
        "OPENED",
        "CANCELLED",
    )
    assert (quantities(notice), notice["totalQuantity"]) == ([(2, 0)], 0)
    assert [ticket["id"] for ticket in (await shop.board())["tickets"]] == [notice["id"]]
    assert (await shop.cook("bump", id=notice["id"]))["kdsOrder"]["state"] == "COMPLETED"
    board = await shop.board()
    assert (board["tickets"], board["allDay"]) == ([], [])
    assert [each["id"] for each in board["finished"]] == [notice["id"]]


async def test_remake(shop):
    """KDS-9: ADDED without charge, and as much waste."""
    order = await shop.add(PLUGIN, a_line(2, quantity=3))
    line = order["lineItems"][0]["id"]
    (ticket,) = await shop.tickets(order["id"])
    await shop.cook("bump", id=ticket["id"])
    again = (await shop.cook("remake", orderId=order["id"], lineId=line, quantity=1, reason="떨어뜨림"))[
        "kdsOrder"
    ]
    assert (again["orderRequestType"], quantities(again), again["lineItems"][0]["memo"]) == (
        "ADDED",
        [(2, 3)],
        "[재조리]",
    )
    assert again["lineItems"][0]["orderPrice"]["orderPriceValue"] == 0
    (shown,) = (await shop.board())["tickets"]
    assert (shown["remaining"], shown["waste"], shown["reason"], shown["remake"]) == (1, 1, "떨어뜨림", True)
    assert (await shop.get(order["id"]))["chargePrice"] == order["chargePrice"]


async def test_priority_and_what_a_screen_has_shown(shop):
    """KDS-10, KDS-11: pinned first on the screen, lists stay by age; acknowledging is silent."""
    await shop.add(PLUGIN, a_line(1))
    await shop.add(PLUGIN, a_line(2))
    first, second = [ticket["id"] for ticket in (await shop.board())["tickets"]]
    mark = await shop.mark()
    await shop.cook("prioritize", id=second, pinned=True)
    await shop.cook("acknowledge", ids=[first, second, first], stationId="kitchen")
    assert [ticket["id"] for ticket in (await shop.board())["tickets"]] == [second, first]
    assert [ticket["id"] for ticket in (await shop.page())["contents"]] == [first, second]
    assert await shop.pushes(mark) == []
    seq = await shop.mark()
    await shop.cook("acknowledge", ids=[first], stationId="kitchen")
    assert await shop.mark() == seq
    with pytest.raises(NotFound):
        await shop.cook("acknowledge", ids=[first], stationId="sushi")


async def test_hand_over(shop):
    """ORD-9: the expo's second bump, once everything is done."""
    order = await shop.add(PLUGIN, a_line(2))
    (ticket,) = await shop.tickets(order["id"])
    with pytest.raises(InvalidState):
        await shop.cook("hand-over", orderId=order["id"])
    await shop.cook("bump", id=ticket["id"])
    await shop.cook("hand-over", orderId=order["id"])
    seq = await shop.mark()
    await shop.cook("hand-over", orderId=order["id"])
    assert await shop.mark() == seq


async def a_scheduled_order(shop, key="r-1"):
    """Accepted now, expected in two hours, so due at 12:45."""
    dto = an_order(a_line(2), orderKey=key) | {
        "requestedInfo": {
            "expiredAt": "2026-02-02T11:10:00+09:00",
            "expectedReadyAt": "2026-02-02T13:00:00+09:00",
        },
        "payments": [],
    }
    order = (await shop.ask("order.submit.request", {"order": dto}, CHANNEL))["order"]
    await shop.ask("order.accept.request", {"id": order["id"]}, MANAGER)
    return order


async def test_scheduled_orders_fire_in_time(shop):
    """KDS-9: at expectedReadyAt less the preparation time, not before."""
    order = await a_scheduled_order(shop)
    assert await shop.tickets(order["id"]) == []
    shop.shop.clock.jump(minutes=104)
    await shop.system(fire_due)
    assert await shop.tickets(order["id"]) == []
    shop.shop.clock.jump(minutes=1)
    await shop.system(fire_due)
    await shop.system(fire_due)
    (ticket,) = await shop.tickets(order["id"])
    assert (ticket["orderRequestType"], ticket["createdAt"]) == ("NEW", "2026-02-02T12:45:00+09:00")
    (shown,) = (await shop.board())["tickets"]
    assert shown["scheduledFor"] == "2026-02-02T13:00:00+09:00"


async def test_fire_now(shop):
    """KDS-9: a scheduled order is sent early, once; others are not scheduled."""
    order = await a_scheduled_order(shop)
    fired = (await shop.cook("fire", orderId=order["id"]))["kdsOrders"]
    assert [ticket["orderRequestType"] for ticket in fired] == ["NEW"]
    assert (await shop.cook("fire", orderId=order["id"]))["kdsOrders"] == fired
    shop.shop.clock.jump(hours=2)
    await shop.system(fire_due)
    assert len(await shop.tickets(order["id"])) == 1
    await shop.ask("order.cancel.request", {"id": order["id"]}, MANAGER)
    with pytest.raises(InvalidState) as refused:
        await shop.cook("fire", orderId=order["id"])
    assert refused.value.reason == "ORDER_CANCELLED"


async def test_what_a_screen_may_bring_back(shop):
    """KDS-5: the newest 20 it is done with, also while others still cook; a station lists its own."""
    await shop.bar()
    order = await shop.drink_and_dish()
    (ticket,) = await shop.tickets(order["id"])
    await shop.cook("bump", id=ticket["id"], stationId="bar")
    assert [each["id"] for each in (await shop.board(stationId="bar"))["finished"]] == [ticket["id"]]
    assert (await shop.board(stationId="kitchen"))["finished"] == []
    assert (await shop.board())["finished"] == []
    await shop.cook("recall", id=ticket["id"])
    assert (await shop.board(stationId="bar"))["finished"] == []
    await shop.cook("bump", id=ticket["id"])
    await shop.ask("order.cancel.request", {"id": order["id"], "reason": "손님 요청"}, MANAGER)
    assert ticket["id"] not in [each["id"] for each in (await shop.board())["finished"]]
    for _ in range(25):
        later = await shop.add(PLUGIN, a_line(2))
        (newest,) = await shop.tickets(later["id"])
        shop.shop.clock.jump(seconds=1)
        await shop.cook("bump", id=newest["id"])
    finished = (await shop.board(stationId="kitchen"))["finished"]
    assert (len(finished), finished[0]["id"]) == (20, newest["id"])
    times = [each["completedAt"] for each in finished]
    assert times == sorted(times, reverse=True)


async def test_what_waits_at_the_pass(shop):
    """§5.4, ORD-9: the expo sees what is cooked in full until it is handed over, or the table has paid."""
    first = await shop.add(PLUGIN, a_line(1), a_line(2))
    second = await shop.add(PLUGIN, a_line(2), tableId=1)

    async def ready():
        return [each["order"]["id"] for each in (await shop.board())["ready"]]

    (ticket,) = await shop.tickets(first["id"])
    await shop.cook("bump", id=ticket["id"], lineIds=[ticket["lineItems"][0]["id"]])
    assert await ready() == []
    await shop.cook("bump", id=ticket["id"])
    shop.shop.clock.jump(seconds=1)
    (other,) = await shop.tickets(second["id"])
    await shop.cook("bump", id=other["id"])
    assert await ready() == [first["id"], second["id"]]
    assert (await shop.board(stationId="kitchen"))["ready"] == []
    await shop.cook("hand-over", orderId=first["id"])
    assert await ready() == [second["id"]]
    await shop.ask("order.add-line.request", {"id": second["id"], "lineItems": [a_line(1)]}, MANAGER)
    assert await ready() == []
    (_, added) = await shop.tickets(second["id"])
    await shop.cook("bump", id=added["id"])
    assert await ready() == [second["id"]] * 2
    await shop.pay(PLUGIN, await shop.get(second["id"]))
    assert await ready() == []


async def test_what_is_to_come(shop):
    """ORD-3, KDS-9: requests that wait are counted, accepted ones for later listed with their time."""
    order = await a_scheduled_order(shop)
    dto = an_order(a_line(2), orderKey="r-2") | {
        "requestedInfo": {
            "expiredAt": "2026-02-02T11:10:00+09:00",
            "expectedReadyAt": "2026-02-02T11:30:00+09:00",
        },
        "payments": [],
    }
    await shop.ask("order.submit.request", {"order": dto}, CHANNEL)
    board = await shop.board(stationId="kitchen")
    assert board["requested"] == 1
    ((scheduled,), tickets) = (board["scheduled"], board["tickets"])
    assert (scheduled["order"]["id"], scheduled["firesAt"]) == (order["id"], "2026-02-02T12:45:00+09:00")
    assert tickets == []
    await shop.cook("fire", orderId=order["id"])
    assert (await shop.board(stationId="kitchen"))["scheduled"] == []


async def test_unpaid_orders_of_a_prepaid_shop_are_not_fired():
    """ORD-7, KDS-9: the kitchen gets them when they are paid, not by pressing a button."""
    async with simulated_shop(shop=CAFE_SHOP) as opened:
        shop = KitchenAsking(opened)
        order = await shop.add(PLUGIN, a_line(2))
        with pytest.raises(InvalidState) as refused:
            await shop.cook("fire", orderId=order["id"])
        assert refused.value.reason == "NOT_SCHEDULED"
        await shop.pay(PLUGIN, order)
        assert len(await shop.tickets(order["id"])) == 1


async def test_a_scheduled_order_that_is_paid_is_still_cooked():
    """KDS-9, ORD-8: paying completes the order, and the kitchen gets it in time."""
    async with simulated_shop() as opened:
        shop = KitchenAsking(opened)
        order = await a_scheduled_order(shop)
        await shop.pay(CHANNEL, order)
        assert (await shop.get(order["id"]))["orderState"] == "COMPLETED"
        opened.clock.jump(hours=2)
        await shop.system(fire_due)
        assert len(await shop.tickets(order["id"])) == 1


async def test_the_board_is_cleared_at_the_cut_off(shop):
    """KDS-5: tickets of earlier days go without an event; today's stay."""
    old = await shop.add(PLUGIN, a_line(1))
    shop.shop.clock.jump(hours=17)
    new = await shop.add(PLUGIN, a_line(2))
    mark = await shop.mark()
    await shop.system(clear_board)
    assert [ticket["order"]["id"] for ticket in (await shop.board())["tickets"]] == [new["id"]]
    assert (await shop.tickets(old["id"]))[0]["state"] == "COMPLETED"
    assert await shop.pushes(mark) == []


async def test_screens_are_told_of_their_tickets(shop):
    """KDS-10, TBL-1: each station gets its part of a changed ticket, also when only the table changed."""
    await shop.bar()
    store = shop.shop.running.store
    committed = []
    store.on_commit(committed.append)

    async def told():
        changes = await board_changes(store.reader(), committed[-1])
        return [msgspec.to_builtins(change) for change in changes]

    order = await shop.drink_and_dish()
    first = await told()
    assert [(change["stationId"], len(change["ticket"]["lineItems"])) for change in first] == [
        ("kitchen", 1),
        ("bar", 1),
    ]
    await shop.ask("table.move.request", {"from": 1, "to": 2}, MANAGER)
    assert [change["ticket"]["order"]["tableId"] for change in await told()] == [2, 2]
    (ticket,) = await shop.tickets(order["id"])
    await shop.cook("bump", id=ticket["id"])
    assert {change["ticket"]["state"] for change in await told()} == {"COMPLETED"}
    await shop.add(PLUGIN, a_line(999) | {"item": a_line(1)["item"]})
    assert len(await told()) == 1


async def test_a_price_change_makes_no_ticket(shop):
    """KDS-1: the label follows, nothing is cooked anew."""
    order = await shop.add(PLUGIN, a_line(2))
    line = order["lineItems"][0]["id"]
    mark = await shop.mark()
    change = {
        "id": order["id"],
        "lineId": line,
        "expectedVersion": 1,
        "discounts": [{"title": "단골", "amountMoney": {"value": 1_000}}],
    }
    await shop.ask("order.update-line.request", change, MANAGER)
    (ticket,) = await shop.tickets(order["id"])
    assert ticket["lineItems"][0]["orderPrice"] == {
        "orderDiscountValue": 1_000, "orderListPriceValue": 18_000, "orderPriceValue": 17_000,
    }  # fmt: skip
    assert not [event for event in await shop.events(mark) if event.startswith("kds")]


async def test_stored_tickets_and_ledgers_add_up(tmp_path):
    """KDS-a, KDS-10, TBL-2, TBL-4: `jumak check` finds nothing after rounds, bumps, a merge and its undoing."""
    async with simulated_shop(folder=tmp_path / "shop") as opened:
        shop = KitchenAsking(opened)
        first = await shop.add(PLUGIN, a_line(1, quantity=2), tableId=1)
        second = await shop.add(PLUGIN, a_line(2), tableId=2)
        (ticket,) = await shop.tickets(first["id"])
        await shop.cook("bump", id=ticket["id"])
        lines = [a_line(1, quantity=3), a_line(3)]
        await shop.ask("order.add-menu.request", {"id": first["id"], "order": an_order(*lines)}, PLUGIN)
        mark = await shop.mark()
        await shop.ask("table.merge.request", {"from": 1, "to": 2}, MANAGER)
        told = {ticket["orderRequestType"] for ticket in await shop.tickets(second["id"])}
        assert told == {"NEW", "ADDED", "MERGED"}
        assert check(tmp_path / "shop") == []
        merges = [push for push in await shop.pushes(mark) if push["data"].get("event") == "merge"]
        await shop.ask("table.undo.request", {"seq": merges[0]["seq"]}, MANAGER)
        assert check(tmp_path / "shop") == []
        types = [ticket["orderRequestType"] for ticket in await shop.tickets(second["id"])]
        assert types == ["NEW", "MERGED"]
        assert len((await shop.board())["tickets"]) == 2
