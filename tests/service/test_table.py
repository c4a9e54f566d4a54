"""Tables through the real use cases: who sits where, moving, merging, clearing, taking back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from jumak.domain.errors import (
    Conflict,
    InvalidArgument,
    InvalidState,
    Locked,
    NotFound,
    PosError,
    UnsupportedMode,
)
from jumak.service.ports import Committed
from jumak.service.table_status import statuses, touched_tables
from jumak.testing import menu, simulated_shop, staff_caller
from jumak.testing.shop import SimulatedShop

Shop = SimulatedShop
TITLES = {menu.NOODLES: ("칼국수", 9_000), menu.PANCAKE: ("해물파전", 18_000)}


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with simulated_shop() as running:
        yield running


def a_line(item: int, quantity: int = 1) -> dict[str, Any]:
    title, price = TITLES[item]
    return {
        "diningOption": "HERE",
        "item": {"id": item, "title": title, "category": {"id": 1, "title": "메뉴"}, "type": "ITEM"},
        "quantity": {"value": quantity},
        "chargePrice": {"value": price * quantity},
        "optionChoices": [],
    }


async def order_at(shop: Shop, table: int | None, *items: int, **more: Any) -> dict[str, Any]:
    lines = [a_line(item) for item in items or (menu.NOODLES,)]
    dto = {"lineItems": lines, "discounts": [], **more}
    if table is not None:
        dto["tableId"] = table
    return (await shop.request("order.add.request", {"order": dto}))["order"]


async def pay(shop: Shop, order: dict[str, Any], amount: int, *, autocomplete: bool = True) -> None:
    tax = (2 * amount + 11) // 22
    payment = {
        "sourceType": "EXTERNAL", "orderId": order["id"], "amountMoney": amount, "taxMoney": tax,
        "supplyMoney": amount - tax, "tipMoney": 0, "approvedNo": "1", "approvedAt": "2026-02-02T11:00:00+09:00",
        "paymentKey": f"{order['id']}-{amount}", "autocomplete": autocomplete,
    }  # fmt: skip
    await shop.request("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": payment})


async def order_now(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    return (await shop.request("order.get.request", {"id": order["id"]}))["order"]


async def status(shop: Shop, table: int) -> dict[str, Any]:
    tables = (await shop.request("table-status.list.request"))["tables"]
    return next(each for each in tables if each["id"] == table)


async def states(shop: Shop) -> dict[int, str]:
    tables = (await shop.request("table-status.list.request"))["tables"]
    return {each["id"]: each["status"] for each in tables}


async def facts_since(shop: Shop, seq: int) -> list[str]:
    return [entry.fact.name for entry in await shop.running.store.reader().facts(seq, 100)]


async def newest(shop: Shop, name: str) -> int:
    entries = await shop.running.store.reader().facts(0, 1_000, [name])
    return entries[-1].seq


async def refusal(shop: Shop, name: str, data: dict[str, Any], kind: type[PosError]) -> PosError:
    before = shop.running.store.reader().seq
    with pytest.raises(kind) as refused:
        await shop.request(name, data)
    assert shop.running.store.reader().seq == before
    return refused.value


async def test_plugins_see_halls_and_tables_with_their_order(shop: Shop):
    """TBL-5, TBL-12, H-15: rows carry the table's order, the order carries its table."""
    order = await order_at(shop, 2)
    halls = await shop.request("hall.list.request")
    assert halls == {"halls": [{"id": 1, "title": "1층", "order": 1}]}
    rows = (await shop.request("table.list.request"))["tables"]
    assert [row["id"] for row in rows] == [1, 2, 3, 4]
    assert rows[1]["order"]["id"] == order["id"]
    assert "order" not in rows[0]
    row = (await shop.request("table.get.request", {"table": {"id": 2, "title": "ignored"}}))["table"]
    assert row["order"]["table"] == {"id": 2, "hallId": 1, "title": "2번", "capacity": 4}
    assert "backing" not in row["order"]
    await refusal(shop, "table.get.request", {"table": {"id": 99}}, NotFound)


async def test_elsewhere_there_are_no_tables():
    """TBL-5: reads give [], single reads and writes UNSUPPORTED_MODE outside postpaid restaurants."""
    async with simulated_shop(shop=replace(menu.SHOP, payment_timing="PAY_FIRST")) as shop:
        assert await shop.request("table.list.request") == {"tables": []}
        assert await shop.request("hall.list.request") == {"halls": []}
        assert await shop.request("table-status.list.request") == {"tables": []}
        for name, data in (
            ("table.get.request", {"table": {"id": 1}}),
            ("table.clear.request", {"table": {"id": 1}}),
            ("table.move.request", {"from": 1, "to": 2}),
            ("table.seat.request", {"tableId": 1}),
            ("hall.add.request", {"hall": {"title": "2층"}}),
        ):
            await refusal(shop, name, data, UnsupportedMode)


async def test_a_party_moves_to_an_empty_table(shop: Shop):
    """TBL-1, KDS-10: order and tickets are relabelled, nothing is cooked anew, seat and guests go along."""
    order = await order_at(shop, 1, numGuests=3)
    seq = shop.running.store.reader().seq
    shop.clock.jump(minutes=5)
    reply = await shop.request("table.move.request", {"from": 1, "to": 2, "expectedVersion": 1})
    assert reply["order"]["id"] == order["id"]
    assert reply["order"]["table"]["id"] == 2
    assert await facts_since(shop, seq) == ["order.update", "table.move", "table.order-update"]
    moved = (await shop.running.store.reader().facts(seq, 100))[1].fact.data
    assert (moved["order"], moved["from"], moved["to"]) == (
        {"id": order["id"]},
        {"table": {"id": 1}},
        {"table": {"id": 2}},
    )
    here, there = await status(shop, 1), await status(shop, 2)
    assert here["status"] == "empty"
    assert (there["status"], there["numGuests"], there["due"]) == ("occupied", 3, 9_000)
    assert there["seatedAt"] == "2026-02-02T11:00:00+09:00"
    tickets = await shop.running.store.reader().tickets_of(order["id"])
    assert [ticket.request_type for ticket in tickets] == ["NEW"]


async def test_moving_is_refused_where_it_makes_no_sense(shop: Shop):
    """TBL-1: an occupied target is a merge question; versions guard (OFF-4)."""
    await order_at(shop, 1)
    other = await order_at(shop, 2)
    occupied = await refusal(shop, "table.move.request", {"from": 1, "to": 2}, Conflict)
    assert (occupied.reason, occupied.data) == ("TABLE_OCCUPIED", {"orderId": other["id"]})
    old = await refusal(shop, "table.move.request", {"from": 1, "to": 3, "expectedVersion": 7}, Conflict)
    assert old.reason == "VERSION"
    empty = await refusal(shop, "table.move.request", {"from": 3, "to": 4}, InvalidState)
    assert empty.reason == "TABLE_EMPTY"
    await refusal(shop, "table.move.request", {"from": 1, "to": 1}, InvalidArgument)
    await refusal(shop, "table.move.request", {"from": 1, "to": 99}, NotFound)


async def test_seated_guests_move_without_an_order(shop: Shop):
    """TBL-1, TBL-7: one table is cleared, at the other somebody sits."""
    await shop.request("table.seat.request", {"tableId": 1, "numGuests": 2})
    seq = shop.running.store.reader().seq
    assert await shop.request("table.move.request", {"from": 1, "to": 2}) == {}
    assert await facts_since(shop, seq) == ["table.clear", "table.seat"]
    assert (await status(shop, 2))["numGuests"] == 2
    assert (await states(shop))[1] == "empty"


async def test_two_parties_change_places(shop: Shop):
    """TBL-1: both occupied; the push names both sides."""
    first, second = await order_at(shop, 1, numGuests=1), await order_at(shop, 2, numGuests=4)
    seq = shop.running.store.reader().seq
    await shop.request("table.swap.request", {"first": 1, "second": 2})
    assert (await order_now(shop, first))["tableId"] == 2
    assert (await order_now(shop, second))["tableId"] == 1
    assert (await status(shop, 1))["numGuests"] == 4
    entries = await shop.running.store.reader().facts(seq, 100)
    assert [entry.fact.name for entry in entries] == [
        "order.update",
        "order.update",
        "table.swap",
        "table.order-update",
        "table.order-update",
    ]
    assert entries[2].fact.data == {
        "table": {"id": 1},
        "from": {"table": {"id": 1}, "order": {"id": first["id"]}},
        "to": {"table": {"id": 2}, "order": {"id": second["id"]}},
    }
    await refusal(shop, "table.swap.request", {"first": 1, "second": 3}, InvalidState)


async def test_two_parties_become_one(shop: Shop):
    """TBL-2, KDS-10: lines and guests move, the source ends MERGED, its open tickets follow with their age."""
    source = await order_at(shop, 1, menu.PANCAKE, numGuests=2)
    shop.clock.jump(minutes=3)
    target = await order_at(shop, 2, numGuests=3)
    seq = shop.running.store.reader().seq
    reply = await shop.request("table.merge.request", {"from": 1, "to": 2})
    joined = reply["order"]
    assert joined["id"] == target["id"]
    assert joined["numGuests"] == 5
    assert joined["chargePrice"]["chargePriceValue"] == 27_000
    ended = await order_now(shop, source)
    assert (ended["orderState"], ended["cancelReason"], ended["lineItems"]) == ("CANCELLED", "MERGED", [])
    names = await facts_since(shop, seq)
    assert names[:5] == ["order.update", "order.cancel", "order.update", "table.merge", "table.order-update"]
    assert not [name for name in names if name.startswith("payment.")]
    entries = await shop.running.store.reader().facts(seq, 100)
    subjects = [entry.fact.subject for entry in entries[:3]]
    assert subjects == [source["id"], source["id"], target["id"]]
    assert entries[3].fact.data == {
        "from": {"table": {"id": 1}, "order": {"id": source["id"]}},
        "to": {"table": {"id": 2}, "order": {"id": target["id"]}},
    }
    assert (await states(shop)) == {1: "empty", 2: "occupied", 3: "empty", 4: "empty"}
    assert (await status(shop, 2))["numGuests"] == 5
    read = shop.running.store.reader()
    assert await read.tickets_of(source["id"]) == []
    tickets = await read.tickets_of(target["id"])
    assert min(ticket.created_at for ticket in tickets) == source["createdAt"]


async def test_an_order_with_a_payment_moves_alongside(shop: Shop):
    """TBL-3: with live payments the order stands next to the other; a table may hold several."""
    source = await order_at(shop, 1)
    await pay(shop, source, 1_000)
    target = await order_at(shop, 2)
    seq = shop.running.store.reader().seq
    reply = await shop.request("table.merge.request", {"from": 1, "to": 2})
    assert reply["order"]["id"] == source["id"]
    assert await facts_since(shop, seq) == ["order.update", "table.move", "table.order-update"]
    both = (await status(shop, 2))["orders"]
    assert [order["id"] for order in both] == [source["id"], target["id"]]
    assert (await status(shop, 2))["due"] == 17_000
    assert (await states(shop))[1] == "empty"


async def test_two_orders_stand_beside_each_other(shop: Shop):
    """TBL-3: whoever wants two bills at one table has them: nothing is merged, and it is taken back as a move."""
    source, target = await order_at(shop, 1), await order_at(shop, 2)
    seq = shop.running.store.reader().seq
    reply = await shop.request("table.merge.request", {"from": 1, "to": 2, "beside": True})
    assert reply["order"]["id"] == source["id"]
    assert await facts_since(shop, seq) == ["order.update", "table.move", "table.order-update"]
    assert {order["id"] for order in (await status(shop, 2))["orders"]} == {source["id"], target["id"]}
    await shop.request("table.undo.request", {"seq": await newest(shop, "table.move")})
    assert [order["id"] for order in (await status(shop, 1))["orders"]] == [source["id"]]


async def test_staff_see_who_takes_the_money(shop: Shop):
    """OFF-6, TBL-12: the table says that somebody takes its money, while the lease lasts; all screens hear of it."""
    order = await order_at(shop, 1)
    commits: list[Committed] = []
    shop.running.store.on_commit(commits.append)
    lock = {"id": order["id"], "expectedUnpaid": 9_000}
    held = await shop.request("order.lock.request", lock, caller=staff_caller("cashier", "till-9"))
    assert (await status(shop, 1))["lock"] == {
        "orderId": order["id"],
        "by": "till-9",
        "until": held["lock"]["expiresAt"],
    }
    unlock = {"lockId": held["lock"]["id"]}
    await shop.request("order.unlock.request", unlock, caller=staff_caller("cashier", "till-9"))
    assert "lock" not in await status(shop, 1)
    read = shop.running.store.reader()
    assert [await touched_tables(read, commit) for commit in commits] == [{1}, {1}]
    await shop.request("order.lock.request", lock, caller=staff_caller("cashier", "till-9"))
    shop.clock.jump(seconds=60)
    assert "lock" not in await status(shop, 1)


async def test_merging_waits_for_a_running_payment(shop: Shop):
    """TBL-12, OFF-6: a locked order is not merged."""
    source, _ = await order_at(shop, 1), await order_at(shop, 2)
    lock = {"id": source["id"], "expectedUnpaid": 9_000}
    await shop.request("order.lock.request", lock, caller=staff_caller("cashier", "till-9"))
    locked = await refusal(shop, "table.merge.request", {"from": 1, "to": 2}, Locked)
    assert locked.reason == "PAYMENT_IN_PROGRESS"
    await refusal(shop, "table.clear.request", {"table": {"id": 1}}, Locked)


async def test_a_move_is_taken_back(shop: Shop):
    """TBL-4: the order stands at its old table again; once only."""
    order = await order_at(shop, 1, numGuests=2)
    await shop.request("table.move.request", {"from": 1, "to": 2})
    seq = await newest(shop, "table.move")
    reply = await shop.request("table.undo.request", {"seq": seq})
    assert [table["id"] for table in reply["tables"]] == [1, 2]
    assert (await order_now(shop, order))["tableId"] == 1
    assert (await states(shop))[2] == "empty"
    assert (await status(shop, 1))["numGuests"] == 2
    again = await refusal(shop, "table.undo.request", {"seq": seq}, InvalidState)
    assert again.reason == "UNDO_CHANGED"


async def test_a_merge_is_taken_back(shop: Shop):
    """TBL-4, KDS-a: the other party gets a new order with its lines, key and tickets; the first is as before."""
    source = await order_at(shop, 1, menu.PANCAKE, numGuests=2, orderKey="party-1")
    target = await order_at(shop, 2, numGuests=3)
    await shop.request("table.merge.request", {"from": 1, "to": 2})
    seq = await newest(shop, "table.merge")
    await shop.request("table.undo.request", {"seq": seq})
    after = await order_now(shop, target)
    assert [line["item"]["title"] for line in after["lineItems"]] == ["칼국수"]
    assert after["chargePrice"] == target["chargePrice"]
    table = await status(shop, 1)
    (again,) = table["orders"]
    assert again["id"] != source["id"]
    assert (again["orderKey"], again["chargePrice"]) == ("party-1", source["chargePrice"])
    assert (table["numGuests"], (await status(shop, 2))["numGuests"]) == (2, 3)
    read = shop.running.store.reader()
    tickets = [ticket for ticket in await read.tickets_of(again["id"]) if ticket.state == "OPENED"]
    assert {line.title for ticket in tickets for line in ticket.lines} == {"해물파전"}
    await refusal(shop, "table.undo.request", {"seq": seq}, InvalidState)


async def test_a_merge_stands_once_something_was_added(shop: Shop):
    """TBL-4: paid or added since, or another day → refused."""
    await order_at(shop, 1)
    target = await order_at(shop, 2)
    await shop.request("table.merge.request", {"from": 1, "to": 2})
    seq = await newest(shop, "table.merge")
    line = {"id": target["id"], "lineItems": [a_line(menu.PANCAKE)]}
    await shop.request("order.add-line.request", line)
    changed = await refusal(shop, "table.undo.request", {"seq": seq}, InvalidState)
    assert changed.reason == "UNDO_CHANGED"


async def test_undo_knows_its_day_and_its_table(shop: Shop):
    """TBL-4: within the business day; somebody else at the old table is in the way."""
    await order_at(shop, 1)
    await shop.request("table.move.request", {"from": 1, "to": 2})
    seq = await newest(shop, "table.move")
    other = await order_at(shop, 1)
    taken = await refusal(shop, "table.undo.request", {"seq": seq}, Conflict)
    assert taken.data == {"orderId": other["id"]}
    shop.clock.jump(days=1)
    await shop.settle()
    late = await refusal(shop, "table.undo.request", {"seq": seq}, InvalidState)
    assert late.reason == "UNDO_TOO_LATE"
    await refusal(shop, "table.undo.request", {"seq": seq - 1}, InvalidArgument)
    await refusal(shop, "table.undo.request", {"seq": 99_999}, NotFound)


async def test_clearing_completes_what_owes_nothing(shop: Shop):
    """TBL-7, H-34, ORD-8: unpaid → refused; paid and kept open → completed, then the table is cleared."""
    order = await order_at(shop, 1)
    unpaid = await refusal(shop, "table.clear.request", {"table": {"id": 1}}, InvalidState)
    assert (unpaid.reason, unpaid.data) == ("UNPAID", {"due": 9_000})
    await pay(shop, order, 9_000, autocomplete=False)
    assert (await states(shop))[1] == "occupied"
    seq = shop.running.store.reader().seq
    await shop.request("table.clear.request", {"table": {"id": 1}, "order": {"id": order["id"]}})
    assert await facts_since(shop, seq) == ["order.complete", "table.clear"]
    assert (await order_now(shop, order))["orderState"] == "COMPLETED"
    assert (await states(shop))[1] == "empty"
    seq = shop.running.store.reader().seq
    await shop.request("table.clear.request", {"table": {"id": 1}})
    assert await facts_since(shop, seq) == []


async def test_a_table_is_released_when_all_is_paid(shop: Shop):
    """ORD-8: two orders; the table is emptied with the second, not with the first."""
    first, second = await order_at(shop, 1), await order_at(shop, 1)
    await pay(shop, first, 9_000)
    assert (await states(shop))[1] == "occupied"
    await pay(shop, second, 9_000)
    assert (await states(shop))[1] == "empty"


async def test_a_stale_clear_does_not_throw_new_guests_out(shop: Shop):
    """TBL-7: clearing names the order it means; one that has left the table clears nothing."""
    order = await order_at(shop, 1)
    await pay(shop, order, 9_000)
    await shop.request("table.seat.request", {"tableId": 1})
    await shop.request("table.clear.request", {"table": {"id": 1}, "order": {"id": order["id"]}})
    assert (await states(shop))[1] == "occupied"
    await shop.request("table.clear.request", {"table": {"id": 1}})
    assert (await states(shop))[1] == "empty"


async def test_guests_sit_down_without_an_order(shop: Shop):
    """TBL-7, TBL-8: at least one guest; more than seats only warn; an occupied table is refused."""
    commits: list[Committed] = []
    shop.running.store.on_commit(commits.append)
    await shop.request("table.seat.request", {"tableId": 1})
    assert (await status(shop, 1))["numGuests"] == 1
    await shop.request("table.seat.request", {"tableId": 1, "numGuests": 9})
    assert (await status(shop, 1))["numGuests"] == 9
    await shop.settle()
    notices = [each for commit in commits for each in commit.announcements]
    assert [(each.name, each.data["level"]) for each in notices] == [("notice.event", "warning")]
    await order_at(shop, 2)
    await refusal(shop, "table.seat.request", {"tableId": 2}, Conflict)
    await refusal(shop, "table.seat.request", {"tableId": 3, "numGuests": 0}, InvalidArgument)


async def test_tables_used_together_are_cleared_together(shop: Shop):
    """TBL-5, TBL-7: a group is occupied and cleared as one; ungrouping ends it."""
    reply = await shop.request("table.group.request", {"tableIds": [1, 2], "color": "#123456"})
    group = reply["tables"][0]["group"]
    assert (group["tableIds"], group["color"], group["merchantId"]) == ([1, 2], "#123456", menu.SHOP.id)
    await shop.request("table.seat.request", {"tableId": 1})
    assert await states(shop) == {1: "occupied", 2: "occupied", 3: "empty", 4: "empty"}
    await refusal(shop, "table.seat.request", {"tableId": 2}, Conflict)
    await shop.request("table.clear.request", {"table": {"id": 2}})
    assert (await states(shop))[1] == "empty"
    seq = shop.running.store.reader().seq
    regrouped = await shop.request("table.group.request", {"tableIds": [2, 3]})
    assert {table["id"]: "group" in table for table in regrouped["tables"]} == {1: False, 2: True, 3: True}
    assert await facts_since(shop, seq) == ["table.update"] * 3
    group_id = regrouped["tables"][1]["group"]["id"]
    assert group_id != group["id"]
    alone = await shop.request("table.ungroup.request", {"groupId": group_id})
    assert all("group" not in table for table in alone["tables"])
    await refusal(shop, "table.ungroup.request", {"groupId": group_id}, NotFound)
    await refusal(shop, "table.group.request", {"tableIds": [1, 1]}, InvalidArgument)


async def test_two_parties_are_not_grouped(shop: Shop):
    """TBL-5: a group holds one party; merge first."""
    await order_at(shop, 1)
    await order_at(shop, 2)
    await refusal(shop, "table.group.request", {"tableIds": [1, 2]}, Conflict)


async def test_the_plan_changes(shop: Shop):
    """TBL-5, OFF-4: title, seats, position, hall; ids are never reused; a hall goes when it is empty."""
    hall = (await shop.request("hall.add.request", {"hall": {"title": "2층"}}))["hall"]
    assert hall == {"id": 2, "title": "2층", "order": 2}
    place = {"x": 10, "y": 20, "width": 80, "height": 80, "shape": "round"}
    draft = {"hallId": 2, "title": " 창가 ", "capacity": 2, "position": place}
    table = (await shop.request("table.add.request", {"table": draft}))["table"]
    assert table["id"] == 5
    assert table["title"] == " 창가 "
    assert (await status(shop, 5))["position"]["shape"] == "round"
    plain = {"hallId": 2, "title": "?", "position": {"x": 0, "y": 0}}
    whole = (await shop.request("table.add.request", {"table": plain}))["table"]
    assert whole["position"] == {"x": 0, "y": 0, "width": 100, "height": 100, "shape": "rect"}
    await shop.request("table.delete.request", {"id": whole["id"]})
    edited = await shop.request("table.update.request", {"table": {"id": 5, "title": "문가"}})
    assert (edited["table"]["title"], edited["table"]["capacity"]) == ("문가", 2)
    stale = {"table": {"id": 5, "title": "?"}, "expectedVersion": table["version"]}
    changed = await refusal(shop, "table.update.request", stale, Conflict)
    assert (changed.reason, changed.data["current"]) == ("VERSION", {"id": 5, "version": 2})
    full = await refusal(shop, "hall.delete.request", {"id": 2}, InvalidState)
    assert full.reason == "HALL_NOT_EMPTY"
    await shop.request("table.delete.request", {"id": 5})
    await refusal(shop, "table.get.request", {"table": {"id": 5}}, NotFound)
    assert (await shop.request("table.add.request", {"table": draft}))["table"]["id"] == 7
    await shop.request("table.delete.request", {"id": 7})
    await shop.request("hall.delete.request", {"id": 2})
    assert len((await shop.request("hall.list.request"))["halls"]) == 1
    renamed = await shop.request("hall.update.request", {"hall": {"id": 1, "title": "안방"}})
    assert renamed["hall"]["title"] == "안방"
    await refusal(shop, "table.add.request", {"table": {"hallId": 9, "title": "?"}}, NotFound)


async def test_a_table_in_use_is_not_deleted(shop: Shop):
    """TBL-5: refused with an open order or seated guests; TBL-11: unknown to plugins afterwards."""
    await order_at(shop, 1)
    await shop.request("table.seat.request", {"tableId": 2})
    for table in (1, 2):
        refused = await refusal(shop, "table.delete.request", {"id": table}, InvalidState)
        assert refused.reason == "TABLE_IN_USE"
    await shop.request("table.group.request", {"tableIds": [3, 4]})
    await shop.request("table.delete.request", {"id": 3})
    assert "group" not in await status(shop, 4)
    dto = {"lineItems": [a_line(menu.NOODLES)], "discounts": [], "tableId": 3}
    await refusal(shop, "order.add.request", {"order": dto}, NotFound)


async def test_figures_of_a_table(shop: Shop):
    """TBL-9: due, guests, since when, last order, oldest unbumped ticket."""
    order = await order_at(shop, 1, numGuests=2)
    shop.clock.jump(minutes=10)
    line = {"id": order["id"], "lineItems": [a_line(menu.PANCAKE)]}
    await shop.request("order.add-line.request", line)
    table = await status(shop, 1)
    assert (table["due"], table["numGuests"]) == (27_000, 2)
    assert table["seatedAt"] == table["oldestTicketAt"] == "2026-02-02T11:00:00+09:00"
    assert table["lastOrderAt"] == "2026-02-02T11:10:00+09:00"
    assert table["lateAt"] == "2026-02-02T11:20:00+09:00"


async def test_plugins_and_screens_hear_of_a_move(shop: Shop):
    """TBL-1, TBL-6, H-32: `move` carries both sides to plugins; staff get the status of both tables."""
    order = await order_at(shop, 1)
    plugin = await shop.pos()
    heard: list[Any] = []
    plugin.table.on("move", heard.append)
    commits: list[Committed] = []
    shop.running.store.on_commit(commits.append)
    await shop.request("table.move.request", {"from": 1, "to": 3})
    await shop.settle()
    (moved,) = heard
    assert (moved["order"]["id"], moved["from"], moved["to"]) == (
        order["id"],
        {"table": {"id": 1}},
        {"table": {"id": 3}},
    )
    (commit,) = commits
    read = shop.running.store.reader()
    assert await touched_tables(read, commit) == {1, 3}
    views = await statuses(read, {1, 3})
    assert [(view.id, view.status) for view in views] == [(1, "empty"), (3, "occupied")]


async def test_tables_used_together_are_told_of_together(shop: Shop):
    """TBL-5, TBL-6: an order at one of them makes the others occupied, so their screens must hear of it."""
    await shop.request("table.group.request", {"tableIds": [1, 2]})
    commits: list[Committed] = []
    shop.running.store.on_commit(commits.append)
    await order_at(shop, 1)
    (commit,) = commits
    assert await touched_tables(shop.running.store.reader(), commit) == {1, 2}


async def test_a_group_is_released_as_one(shop: Shop):
    """TBL-7, ORD-8: the party at two tables has paid; while one of its orders is owed, both stay."""
    await shop.request("table.seat.request", {"tableId": 2, "numGuests": 2})
    await shop.request("table.group.request", {"tableIds": [1, 2]})
    first = await order_at(shop, 1)
    second = await order_at(shop, 2)
    await pay(shop, first, 9_000)
    seats = await states(shop)
    assert seats[1] == seats[2] == "occupied"
    cleared: list[str] = []

    def listen(committed: Committed) -> None:
        facts = [entry.fact for entry in committed.entries]
        cleared.extend(fact.subject for fact in facts if fact.name == "table.clear")

    shop.running.store.on_commit(listen)
    await pay(shop, second, 9_000)
    assert cleared == ["1", "2"]
    seats = await states(shop)
    assert seats[1] == seats[2] == "empty"
