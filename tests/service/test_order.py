"""Orders through the whole shop: keys, tables, kitchen, facts, reads (contract: order)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from jumak.domain.caller import Caller
from jumak.domain.errors import (
    Conflict,
    DuplicateKey,
    InvalidArgument,
    InvalidState,
    Locked,
    NotFound,
    PermissionDenied,
    PosError,
    UnsupportedMode,
)
from jumak.protocol.scopes import expand
from jumak.service.ports import Committed
from jumak.testing import simulated_shop, staff_caller
from jumak.testing.menu import DUMPLINGS, SHOP
from tests.service.asking import CAFE_SHOP, READER, Asking, a_line, an_order

PLUGIN = Caller(id="bridge", kind="plugin", name="Bridge", scopes=expand(["plugin"]))
OTHER = Caller(id="other", kind="plugin", name="Other", scopes=expand(["plugin"]))
SERVICE = Caller(id="delivery", kind="service", name="delivery", scopes=expand(["plugin", "order:submit"]))
FIELD = Caller(id="field", kind="plugin", name="Field", scopes=expand(["plugin"]), profile="field")
SERVER = staff_caller("server", "till-3")
CASHIER = staff_caller("cashier", "till-1")
MANAGER = staff_caller("manager", "till-1")
OTHER_TILL = staff_caller("manager", "till-2")


@pytest.fixture
async def shop():
    async with simulated_shop() as opened:
        yield Asking(opened)


async def test_an_order_on_a_table_reaches_table_and_kitchen(shop):
    """H-32, TBL-6, KDS-1, ORD-7: order, table and kitchen hear of it in this sequence; the reply holds the table."""
    mark = await shop.mark()
    order = await shop.add(PLUGIN, a_line(), tableId=1)
    assert order["table"]["id"] == order["tableId"] == 1
    assert (order["orderState"], order["paymentState"], order["state"]) == ("OPENED", "OPENED", "OPENED")
    assert order["source"] == "PLUGIN_BRIDGE"
    assert await shop.events(mark) == [
        "order.change:add",
        "table.change:order-add",
        "kds-order-item.change:open",
    ]
    tickets = await shop.tickets(order["id"])
    assert [ticket["orderRequestType"] for ticket in tickets] == ["NEW"]


async def test_the_same_key_and_body_is_the_same_order(shop):
    """NUM-2, H-40: answered before any other check, even though its own order holds the table."""
    dto = an_order(a_line(), orderKey="web-1", tableId=1)
    first = await shop.ask("order.add.request", {"order": dto}, PLUGIN)
    again = await shop.ask("order.add.request", {"order": dto | {"memo": None}}, PLUGIN)
    assert again["order"]["id"] == first["order"]["id"]
    with pytest.raises(DuplicateKey) as refusal:
        await shop.ask("order.add.request", {"order": dto | {"memo": "다른 주문"}}, PLUGIN)
    assert refusal.value.reason == "ORDER_KEY_CONFLICT"
    other = await shop.ask("order.add.request", {"order": an_order(a_line(), orderKey="web-1")}, OTHER)
    assert other["order"]["id"] != first["order"]["id"]


async def test_a_cancelled_order_frees_its_key(shop):
    """NUM-2: plugins cancel and try again with the same key."""
    first = await shop.add(PLUGIN, a_line(), orderKey="web-1")
    await shop.ask("order.cancel.request", {"id": first["id"]}, PLUGIN)
    again = await shop.add(PLUGIN, a_line(), orderKey="web-1", memo="다시")
    assert again["id"] != first["id"]


async def test_one_open_order_per_table_for_plugins(shop):
    """TBL-12, H-41: TABLE_OCCUPIED names the order; staff may hold several (TBL-3)."""
    first = await shop.add(PLUGIN, a_line(), tableId=1)
    with pytest.raises(Conflict) as refusal:
        await shop.add(OTHER, a_line(), tableId=1)
    assert (refusal.value.reason, refusal.value.data["orderId"]) == ("TABLE_OCCUPIED", first["id"])
    assert (await shop.add(CASHIER, a_line(), tableId=1))["id"] != first["id"]


async def test_unknown_tables_and_shops_without_tables(shop):
    """TBL-11: a plugin can react to NOT_FOUND; a café without tables says so."""
    with pytest.raises(NotFound):
        await shop.add(PLUGIN, a_line(), tableId=999)
    async with simulated_shop(shop=CAFE_SHOP) as cafe:
        with pytest.raises(UnsupportedMode):
            await Asking(cafe).add(PLUGIN, a_line(), tableId=1)


async def test_paying_on_screen_locks_the_order(shop):
    """TBL-12, OFF-5, OFF-6, H-41: add, addMenu, cancel, complete, pay are LOCKED for others until the lease ends."""
    order = await shop.add(PLUGIN, a_line(), tableId=1)
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    with pytest.raises(Conflict) as stale:
        await shop.ask("order.lock.request", {"id": order["id"], "expectedUnpaid": unpaid + 1}, CASHIER)
    assert stale.value.reason == "UNPAID_CHANGED"
    lock = (await shop.ask("order.lock.request", {"id": order["id"], "expectedUnpaid": unpaid}, CASHIER))[
        "lock"
    ]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("order.add.request", {"order": an_order(a_line(), tableId=1)}),
        ("order.add-menu.request", {"id": order["id"], "order": an_order(a_line(quantity=2))}),
        ("order.cancel.request", {"id": order["id"]}),
        ("order.complete.request", {"id": order["id"]}),
    ]
    for name, data in calls:
        with pytest.raises(Locked) as refusal:
            await shop.ask(name, data, PLUGIN)
        assert refusal.value.reason == "PAYMENT_IN_PROGRESS"
    with pytest.raises(Locked) as refusal:
        await shop.ask("order.lock.request", {"id": order["id"], "expectedUnpaid": unpaid}, OTHER_TILL)
    assert refusal.value.data["by"] == {"id": CASHIER.device_id, "name": CASHIER.device_id}
    await shop.ask("order.renew-lock.request", {"lockId": lock["id"]}, CASHIER)
    shop.shop.clock.jump(seconds=61)
    with pytest.raises(NotFound):
        await shop.ask("order.renew-lock.request", {"lockId": lock["id"]}, CASHIER)
    await shop.ask("order.complete.request", {"id": order["id"]}, PLUGIN)


async def test_unlocking_frees_at_once(shop):
    """OFF-6: released on finish; somebody else's lock is not yours to release."""
    order = await shop.add(PLUGIN, a_line())
    ask = {"id": order["id"], "expectedUnpaid": order["paymentPrice"]["paymentUnpaidValue"]}
    lock = (await shop.ask("order.lock.request", ask, CASHIER))["lock"]
    with pytest.raises(NotFound):
        await shop.ask("order.unlock.request", {"lockId": lock["id"]}, OTHER_TILL)
    await shop.ask("order.unlock.request", {"lockId": lock["id"]}, CASHIER)
    await shop.ask("order.lock.request", ask, OTHER_TILL)


async def test_full_payment_completes_and_frees_the_table(shop):
    """H-34, ORD-8, PAY-7: paid, complete, clear in this sequence; the next add on the table succeeds."""
    order = await shop.add(PLUGIN, a_line(), tableId=1)
    mark = await shop.mark()
    await shop.pay(PLUGIN, order)
    assert await shop.events(mark) == ["payment.change:paid", "order.change:complete", "table.change:clear"]
    done = await shop.get(order["id"])
    assert (done["orderState"], done["paymentState"]) == ("COMPLETED", "COMPLETED")
    assert done["payments"][0]["state"] == "COMPLETED"
    await shop.add(PLUGIN, a_line(), tableId=1)


async def test_a_repeated_payment_key_is_the_same_payment(shop):
    """PAY-6, H-36: no second event; another body or a cancelled payment's key is refused."""
    order = await shop.add(PLUGIN, a_line(quantity=3))
    dto = shop.payment(order, 1_000)
    first = await shop.ask("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": dto}, PLUGIN)
    mark = await shop.mark()
    again = await shop.ask("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": dto}, PLUGIN)
    assert (again, await shop.events(mark)) == (first, [])
    other = dto | {"approvedNo": "other"}
    with pytest.raises(DuplicateKey):
        await shop.ask("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": other}, PLUGIN)
    cancel = {"order": {"id": order["id"]}, "payment": {"id": first["payment"]["id"]}}
    await shop.ask("payment.cancel.request", cancel, PLUGIN)
    await shop.ask("payment.cancel.request", cancel, PLUGIN)
    assert await shop.events(mark) == ["payment.change:cancel"]
    with pytest.raises(DuplicateKey) as refusal:
        await shop.ask("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": dto}, PLUGIN)
    assert refusal.value.reason == "PAYMENT_KEY_CONFLICT"


async def test_a_payment_names_its_order_twice(shop):
    """PAY-3: dto.orderId and order.id must agree; unknown payments are NOT_FOUND."""
    order = await shop.add(PLUGIN, a_line())
    with pytest.raises(InvalidArgument):
        await shop.ask(
            "payment.add.request",
            {"order": {"id": order["id"]}, "paymentDto": shop.payment(order, 100) | {"orderId": "x"}},
            PLUGIN,
        )
    with pytest.raises(NotFound):
        await shop.ask("payment.get.request", {"id": "nope"}, PLUGIN)
    payment = await shop.pay(PLUGIN, order, 100)
    read = await shop.ask("payment.get.request", {"id": payment["id"]}, PLUGIN)
    assert read["payment"]["amountMoney"] == 100


async def test_plugin_cancel_takes_its_payments_along(shop):
    """CAN-9, H-35, H-44, ORD-6: payment cancel each, then update and the whole order with cancel."""
    order = await shop.add(PLUGIN, a_line(quantity=2), tableId=1)
    await shop.pay(PLUGIN, order, 1_000)
    mark = await shop.mark()
    await shop.ask("order.cancel.request", {"id": order["id"]}, PLUGIN)
    assert (await shop.events(mark))[:4] == [
        "payment.change:cancel", "order.change:update", "order.change:cancel", "table.change:clear",
    ]  # fmt: skip
    pushes = await shop.pushes(mark)
    assert next(
        push["data"]
        for push in pushes
        if push["data"].get("event") == "cancel" and "orderKey" in push["data"]["order"]
    )
    ended = await shop.get(order["id"])
    assert (ended["orderState"], ended["paymentState"], ended["payments"][0]["state"]) == (
        "CANCELLED",
        "REFUNDED",
        "CANCELLED",
    )
    mark = await shop.mark()
    await shop.ask("order.cancel.request", {"id": order["id"]}, PLUGIN)
    assert await shop.events(mark) == []


async def test_foreign_orders_are_not_cancelled_by_plugins(shop):
    """CAN-9, H-44: nothing is half cancelled."""
    order = await shop.add(PLUGIN, a_line())
    with pytest.raises(PermissionDenied) as refusal:
        await shop.ask("order.cancel.request", {"id": order["id"]}, OTHER)
    assert refusal.value.reason == "FOREIGN_ORDER"
    await shop.pay(PLUGIN, order, 100, sourceType="CASH")
    with pytest.raises(InvalidState) as refusal:
        await shop.ask("order.cancel.request", {"id": order["id"]}, PLUGIN)
    assert refusal.value.reason == "HAS_LIVE_PAYMENTS"
    assert (await shop.get(order["id"]))["orderState"] == "OPENED"


async def test_staff_cancel_waits_for_the_money(shop):
    """CAN-2, CAN-3, H-51: till cash goes back at once; an outside payment keeps the order until it is cancelled."""
    order = await shop.add(PLUGIN, a_line(quantity=2))
    await shop.pay(CASHIER, order, 1_000, sourceType="CASH")
    outside = await shop.pay(PLUGIN, order, 2_000, key="outside")
    waiting = await shop.ask("order.cancel.request", {"id": order["id"], "reason": "손님 변심"}, MANAGER)
    assert waiting["cancelPending"] is True
    assert waiting["order"]["orderState"] == "OPENED"
    assert [payment["state"] for payment in waiting["order"]["payments"]] == ["CANCELLED", "APPROVED"]
    await shop.ask(
        "payment.cancel.request", {"order": {"id": order["id"]}, "payment": {"id": outside["id"]}}, MANAGER
    )
    ended = await shop.get(order["id"])
    assert (ended["orderState"], ended["paymentState"]) == ("CANCELLED", "REFUNDED")
    assert ended["cancelReason"] == "손님 변심"


async def test_a_cashier_needs_a_manager_for_what_was_sent(shop):
    """CAN-2, DSC-4: void of a sent line, price override, large discount, cancel of a sent order."""
    order = await shop.add(PLUGIN, a_line(quantity=2))
    line, version = order["lineItems"][0], order["version"]
    edit = {"id": order["id"], "expectedVersion": version}
    for name, data in (
        ("order.cancel.request", {"id": order["id"]}),
        ("order.remove-line.request", edit | {"lineId": line["id"]}),
        ("order.update-line.request", edit | {"lineId": line["id"], "quantity": 1}),
        ("order.update-line.request", edit | {"lineId": line["id"], "chargePrice": {"value": 1}}),
        ("order.update.request", edit | {"discounts": [{"title": "반값", "percentBp": 5_000}]}),
    ):
        with pytest.raises(PermissionDenied) as refusal:
            await shop.ask(name, data, CASHIER)
        assert refusal.value.reason == "APPROVAL_NEEDED"
        if name != "order.cancel.request":
            assert (await shop.get(order["id"]))["version"] == version
    fewer = await shop.ask("order.update-line.request", edit | {"lineId": line["id"], "quantity": 1}, MANAGER)
    assert fewer["order"]["lineItems"][0]["quantity"]["value"] == 1
    assert [ticket["orderRequestType"] for ticket in await shop.tickets(order["id"])] == ["NEW", "CHANGED"]


async def test_stale_versions_are_refused_with_what_stands(shop):
    """OFF-4: no silent last write wins; appending commutes."""
    order = await shop.add(PLUGIN, a_line())
    await shop.ask("order.update.request", {"id": order["id"], "expectedVersion": 1, "memo": "창가"}, CASHIER)
    with pytest.raises(Conflict) as refusal:
        await shop.ask(
            "order.update.request", {"id": order["id"], "expectedVersion": 1, "memo": "문 앞"}, CASHIER
        )
    assert (refusal.value.reason, refusal.value.data["current"]["version"]) == ("VERSION", 2)
    added = await shop.ask("order.add-line.request", {"id": order["id"], "lineItems": [a_line(2)]}, CASHIER)
    assert (len(added["order"]["lineItems"]), added["order"]["memo"]) == (2, "창가")


async def test_add_menu_diffs_and_tells_the_kitchen(shop):
    """ADD-1, ADD-6, KDS-4, H-50: a CHANGED ticket with absolute quantities; no change pushes nothing."""
    order = await shop.add(PLUGIN, a_line(1), a_line(2, quantity=2), tableId=1)
    mark = await shop.mark()
    dto = an_order(a_line(1, quantity=3), a_line(4))
    await shop.ask("order.add-menu.request", {"id": order["id"], "order": dto}, PLUGIN)
    assert await shop.events(mark) == [
        "order.change:update",
        "table.change:order-update",
        "kds-order-item.change:open",
    ]
    ticket = (await shop.tickets(order["id"]))[-1]
    assert ticket["orderRequestType"] == "CHANGED"
    quantities = sorted(
        (line["quantity"]["previous"], line["quantity"]["current"]) for line in ticket["lineItems"]
    )
    assert quantities == [(0, 1), (1, 3), (2, 0)]
    mark = await shop.mark()
    await shop.ask("order.add-menu.request", {"id": order["id"], "order": dto}, PLUGIN)
    assert await shop.events(mark) == []


async def test_lines_of_staff_survive_a_plugin_that_has_not_seen_them(shop):
    """ADD-4: until it reads the order, what staff added stays; afterwards the plugin may take it off."""
    order = await shop.add(PLUGIN, a_line(1))
    await shop.ask("order.add-line.request", {"id": order["id"], "lineItems": [a_line(2)]}, CASHIER)
    dto = an_order(a_line(1, quantity=2))
    blind = await shop.ask("order.add-menu.request", {"id": order["id"], "order": dto}, PLUGIN)
    assert len(blind["order"]["lineItems"]) == 2
    order = await shop.add(OTHER, a_line(1))
    await shop.ask("order.add-line.request", {"id": order["id"], "lineItems": [a_line(2)]}, CASHIER)
    await shop.ask("order.get-list.request", {}, OTHER)
    seeing = await shop.ask("order.add-menu.request", {"id": order["id"], "order": dto}, OTHER)
    assert len(seeing["order"]["lineItems"]) == 1


async def test_requests_are_accepted_declined_or_expire(shop):
    """ORD-3, ORD-4, KDS-9: no ticket before acceptance; prepayments are voided when it ends."""
    accepted, declined, expired = [await shop.submit(SERVICE, f"r{number}") for number in range(3)]
    assert accepted["orderState"] == "REQUESTED"
    assert accepted["payments"][0]["sourceType"] == "EXTERNAL"
    assert await shop.tickets(accepted["id"]) == []
    mark = await shop.mark()
    await shop.ask("order.accept.request", {"id": accepted["id"]}, CASHIER)
    assert "order.change:accept" in await shop.events(mark)
    mark = await shop.mark()
    await shop.ask("order.decline.request", {"id": declined["id"], "reason": "재료 소진"}, CASHIER)
    assert await shop.events(mark) == ["payment.change:cancel", "order.change:decline"]
    with pytest.raises(InvalidState):
        await shop.ask("order.accept.request", {"id": declined["id"]}, CASHIER)
    mark = await shop.mark()
    shop.shop.clock.jump(minutes=11)
    await shop.shop.settle()
    assert await shop.events(mark) == ["payment.change:cancel", "order.change:expire"]
    assert (await shop.get(expired["id"]))["orderState"] == "CANCELLED"
    assert [ticket["orderRequestType"] for ticket in await shop.tickets(accepted["id"])] == ["NEW"]


async def test_pick_up_is_told_and_changes_no_state(shop):
    """ORD-9: `call` is pushed, the order's states stay."""
    order = await shop.add(PLUGIN, a_line())
    mark = await shop.mark()
    called = await shop.ask("order.call.request", {"id": order["id"]}, CASHIER)
    assert await shop.events(mark) == ["order.change:call"]
    assert called["order"]["orderState"] == "OPENED"
    start = await shop.mark()
    for _ in range(2):
        await shop.ask("order.collect.request", {"id": order["id"]}, CASHIER)
    assert await shop.mark() == start + 1


async def test_returns_and_goodwill(shop):
    """CAN-5, CAN-6, CAN-7: refunds name payment, amount and VAT; price and paid fall together."""
    order = await shop.add(PLUGIN, a_line(1, quantity=2))
    price = order["chargePrice"]["chargePriceValue"]
    await shop.pay(CASHIER, order, sourceType="CASH")
    done = await shop.get(order["id"])
    back = await shop.ask(
        "order.return-line.request",
        {
            "id": order["id"],
            "expectedVersion": done["version"],
            "lineId": order["lineItems"][0]["id"],
            "quantity": 1,
            "reason": "식음",
        },
        MANAGER,
    )
    assert [refund["amount"] for refund in back["refunds"]] == [price // 2]
    assert back["order"]["chargePrice"]["chargePriceValue"] == price // 2
    less = await shop.ask(
        "order.refund-amount.request", {"id": order["id"], "amount": 100, "reason": "사과"}, MANAGER
    )
    assert less["order"]["paymentPrice"] == {"paymentPaidValue": price // 2 - 100, "paymentUnpaidValue": 0}


async def test_goodwill_is_given_once(shop):
    """CAN-6, OFF-5: two tills agree on 5,000 of the order as both see it, the second is told that it changed."""
    order = await shop.add(PLUGIN, a_line(2))
    await shop.pay(CASHIER, order, sourceType="CASH")
    seen = await shop.get(order["id"])
    given = {"id": order["id"], "expectedVersion": seen["version"], "amount": 5_000, "reason": "사과"}
    await shop.ask("order.refund-amount.request", given, MANAGER)
    with pytest.raises(Conflict):
        await shop.ask("order.refund-amount.request", given, MANAGER)
    after = await shop.get(order["id"])
    paid = seen["paymentPrice"]["paymentPaidValue"]
    assert after["paymentPrice"]["paymentPaidValue"] == paid - 5_000


async def test_prepaid_shops_cook_when_it_is_paid(shop):
    """ORD-7: no ticket until nothing is owed; `complete` is not for plugins."""
    async with simulated_shop(shop=CAFE_SHOP) as opened:
        cafe = Asking(opened)
        order = await cafe.add(PLUGIN, a_line())
        assert await cafe.tickets(order["id"]) == []
        with pytest.raises(UnsupportedMode):
            await cafe.ask("order.complete.request", {"id": order["id"]}, PLUGIN)
        await cafe.pay(PLUGIN, order, autocomplete=False)
        assert len(await cafe.tickets(order["id"])) == 1
        done = await cafe.ask("order.complete.request", {"id": order["id"]}, CASHIER)
        assert done["order"]["orderState"] == "COMPLETED"


async def test_pages_of_orders(shop):
    """NUM-7, H-16: newest first, a short page ends; states filter, `states` is ignored; X-1 alias."""
    made = [(await shop.add(PLUGIN, a_line(), orderKey=f"k{number}"))["id"] for number in range(5)]
    first = await shop.ask("order.get-list.request", {"page": 1, "size": 3, "states": ["PAID"]}, PLUGIN)
    second = await shop.ask("order.get-list.request", {"page": 2, "size": 3}, PLUGIN)
    assert [order["id"] for order in first["orders"] + second["orders"]] == made[::-1]
    await shop.ask("order.cancel.request", {"id": made[0]}, PLUGIN)
    cancelled = await shop.ask("order.get-list.request", {"orderStates": ["CANCELLED", "REQUEST"]}, PLUGIN)
    assert [order["id"] for order in cancelled["orders"]] == [made[0]]
    by_key = await shop.ask("order.search.request", {"orderKey": "k3"}, PLUGIN)
    assert [order["id"] for order in by_key["orders"]] == [made[3]]
    shop.shop.clock.jump(hours=25)
    assert (await shop.ask("order.get-list.request", {}, PLUGIN))["orders"] == []
    day = (await shop.get(made[1]))["createdAt"][:10].replace("-", "")
    whole_day = await shop.ask("order.get-list.request", {"start": day, "end": day}, PLUGIN)
    assert len(whole_day["orders"]) == 5


async def test_finding_by_number_table_and_item(shop):
    """NUM-3: staff look for what is on the slip."""
    order = await shop.add(PLUGIN, a_line(), tableId=1)
    for search in (
        {"text": "1번"},
        {"number": order["number"]},
        {"text": order["number"]},
        {"text": order["lineItems"][0]["item"]["title"]},
    ):
        found = await shop.ask("order.find.request", search, CASHIER)
        assert [each["id"] for each in found["orders"]] == [order["id"]], search


@pytest.mark.parametrize("name", ["order.get.request", "order.cancel.request", "order.complete.request"])
async def test_unknown_orders(shop, name):
    """H-21, NUM-1: opaque ids are looked up, never parsed."""
    with pytest.raises(NotFound):
        await shop.ask(name, {"id": "620000000000000000"}, PLUGIN)


async def test_a_refused_order_leaves_nothing(shop):
    """ADD-5, CAT-3: sold out, unknown: no order, no fact."""
    mark = await shop.mark()
    with pytest.raises(PosError):
        await shop.add(PLUGIN, a_line(), a_line(999))
    assert await shop.events(mark) == []
    assert (await shop.ask("order.get-list.request", {}, PLUGIN))["orders"] == []


async def test_dividing_an_order_moves_its_ledger_and_makes_no_ticket(shop):
    """SPL-5, SPL-4, KDS-a: sums are preserved, tickets are relabelled, the new order stands on its own table."""
    order = await shop.add(PLUGIN, a_line(1, quantity=3), a_line(2), tableId=1)
    before = len(await shop.tickets(order["id"]))
    lines = [
        {"id": order["lineItems"][0]["id"], "quantity": 1},
        {"id": order["lineItems"][1]["id"], "quantity": 1},
    ]
    ask = {"id": order["id"], "expectedVersion": 1, "lines": lines, "tableId": 2, "numGuests": 2}
    mark = await shop.mark()
    parts = await shop.ask("order.split.request", ask, MANAGER)
    old, new = parts["order"], parts["newOrder"]
    assert (old["chargePrice"]["chargePriceValue"], new["chargePrice"]["chargePriceValue"]) == (
        10_000,
        23_000,
    )
    assert (old["table"]["id"], new["table"]["id"]) == (1, 2)
    assert new["numGuests"] == 2
    events = await shop.events(mark)
    assert events[:4] == [
        "order.change:update",
        "order.change:add",
        "table.change:order-update",
        "table.change:order-add",
    ]
    assert [ticket["orderRequestType"] for ticket in await shop.tickets(new["id"])] == ["NEW"] * before
    with pytest.raises(Conflict):
        await shop.ask("order.split.request", ask, MANAGER)


async def test_prepayments_take_new_keys(shop):
    """PAY-6: a key another payment has, or another of the same request, is refused and nothing is kept."""
    await shop.submit(SERVICE, "req-1")
    now = shop.shop.clock.now()
    times = {
        "expiredAt": (now + timedelta(minutes=10)).isoformat(),
        "expectedReadyAt": (now + timedelta(minutes=12)).isoformat(),
    }
    used = shop.payment({"id": "req-1"}, 5_000)
    fresh = shop.payment({"id": "req-2"}, 2_000)
    for payments in ([used], [fresh, fresh]):
        dto = an_order(a_line(), orderKey="req-2") | {"requestedInfo": times, "payments": payments}
        with pytest.raises(DuplicateKey) as refusal:
            await shop.ask("order.submit.request", {"order": dto}, SERVICE)
        assert refusal.value.reason == "PAYMENT_KEY_CONFLICT"
    found = await shop.ask("order.search.request", {"orderKey": "req-2"}, READER)
    assert found["orders"] == []


async def test_a_released_order_leaves_its_old_table_alone(shop):
    """ORD-8: its payment is cancelled and taken again while other guests sit there."""
    order = await shop.add(PLUGIN, a_line(), tableId=1)
    paid = await shop.pay(PLUGIN, order)
    await shop.ask("table.seat.request", {"tableId": 1, "numGuests": 2}, MANAGER)
    mark = await shop.mark()
    gone = {"order": {"id": order["id"]}, "payment": {"id": paid["id"]}}
    await shop.ask("payment.cancel.request", gone, PLUGIN)
    await shop.pay(PLUGIN, await shop.get(order["id"]), key="again")
    assert await shop.events(mark) == ["payment.change:cancel", "payment.change:paid"]
    tables = (await shop.ask("table-status.list.request", {}, MANAGER))["tables"]
    assert {table["id"]: table["status"] for table in tables}[1] == "occupied"


async def test_a_discount_staff_clipped_bars_no_plugin(shop):
    """DSC-4: what was typed at the till is clipped again; only what the plugin sends is held against it."""
    order = await shop.add(FIELD, a_line())
    edit = {"id": order["id"], "expectedVersion": order["version"]}
    typed = [{"title": "서비스", "amountMoney": {"value": 9_000}}]
    await shop.ask("order.update.request", edit | {"discounts": typed}, MANAGER)
    more = {"id": order["id"], "order": an_order(a_line(3))}
    grown = (await shop.ask("order.add-menu.request", more, FIELD))["order"]
    assert grown["chargePrice"]["chargePriceValue"] == 3_000
    coupon = {"title": "쿠폰", "amountMoney": {"value": 10_001}}
    more["order"] = an_order(a_line(3), discounts=[coupon])
    with pytest.raises(InvalidArgument) as refusal:
        await shop.ask("order.add-menu.request", more, FIELD)
    assert refusal.value.reason == "INVALID_DISCOUNT"
    more["order"] = an_order(a_line(3), discounts=[coupon | {"amountMoney": {"value": 1_000}}])
    cheaper = (await shop.ask("order.add-menu.request", more, FIELD))["order"]
    assert cheaper["chargePrice"]["chargePriceValue"] == 9_000


async def test_sending_a_whole_order_gets_nobody_past_a_manager(shop):
    """SEC-1, CAN-2: voids, prices and large discounts by add, add-menu or add-line need the same right."""
    order = await shop.add(PLUGIN, a_line(), a_line(2))
    await shop.ask("order.get.request", {"id": order["id"]}, SERVER)
    cheap = a_line(2) | {"chargePrice": {"value": 1}}
    half = [{"title": "반값", "amountMoney": {"value": 9_000}}]
    calls = [
        ("order.add-menu.request", {"id": order["id"], "order": an_order(a_line(2))}),
        ("order.add-menu.request", {"id": order["id"], "order": an_order(a_line(), cheap)}),
        ("order.add-line.request", {"id": order["id"], "lineItems": [cheap]}),
        ("order.add.request", {"order": an_order(cheap)}),
        ("order.add.request", {"order": an_order(a_line(2), discounts=half)}),
    ]
    for name, data in calls:
        with pytest.raises(PermissionDenied) as refusal:
            await shop.ask(name, data, SERVER)
        assert refusal.value.reason == "APPROVAL_NEEDED"
    assert (await shop.get(order["id"]))["version"] == order["version"]
    for name, data in calls:
        await shop.ask(name, data, MANAGER)
    kept = an_order(a_line(), a_line(2), a_line(3))
    other = await shop.add(SERVER, a_line(), a_line(2))
    await shop.ask("order.add-menu.request", {"id": other["id"], "order": kept}, SERVER)


async def test_a_completed_order_does_not_open_beside_another(shop):
    """TBL-12: its guests order more while the table has a new open order."""
    first = await shop.add(PLUGIN, a_line(), tableId=1)
    await shop.ask("order.complete.request", {"id": first["id"]}, PLUGIN)
    second = await shop.add(OTHER, a_line(), tableId=1)
    more = {"id": first["id"], "order": an_order(a_line(), a_line(2))}
    with pytest.raises(Conflict) as refusal:
        await shop.ask("order.add-menu.request", more, PLUGIN)
    assert (refusal.value.reason, refusal.value.data["orderId"]) == ("TABLE_OCCUPIED", second["id"])
    await shop.pay(OTHER, second)
    assert (await shop.ask("order.add-menu.request", more, PLUGIN))["order"]["orderState"] == "OPENED"


async def test_a_discount_that_stands_already_changes_nothing(shop):
    """H-36: the same discounts again are no new version and no push."""
    off = [{"title": "쿠폰", "amountMoney": {"value": 500}}]
    order = await shop.add(
        PLUGIN, a_line() | {"discounts": off, "chargePrice": {"value": 4_500}}, discounts=off
    )
    mark = await shop.mark()
    edit = {"id": order["id"], "expectedVersion": order["version"], "discounts": off}
    await shop.ask("order.update.request", edit, MANAGER)
    line = {"lineId": order["lineItems"][0]["id"]}
    await shop.ask("order.update-line.request", edit | line, MANAGER)
    assert await shop.pushes(mark) == []


async def test_a_price_named_with_a_discount_is_what_is_charged(shop):
    """MON-8: the charge price is after the line's discounts, also those of the same edit."""
    order = await shop.add(PLUGIN, a_line(2))
    edit = {"id": order["id"], "expectedVersion": 1, "lineId": order["lineItems"][0]["id"]}
    off = [{"title": "쿠폰", "amountMoney": {"value": 1_000}}]
    edit |= {"discounts": off, "chargePrice": {"value": 8_000}}
    line = (await shop.ask("order.update-line.request", edit, MANAGER))["order"]["lineItems"][0]
    assert (line["chargePrice"]["value"], line["discounts"]) == (8_000, off)


async def test_a_ticket_and_a_completed_order_are_reads_of_the_order(shop):
    """ADD-4: what a plugin saw in the kitchen's queue it may take off."""
    order = await shop.add(PLUGIN, a_line())
    await shop.ask("order.add-line.request", {"id": order["id"], "lineItems": [a_line(2)]}, MANAGER)
    less = {"id": order["id"], "order": an_order(a_line())}
    assert len((await shop.ask("order.add-menu.request", less, PLUGIN))["order"]["lineItems"]) == 2
    await shop.ask("order.add-line.request", {"id": order["id"], "lineItems": [a_line(4)]}, MANAGER)
    await shop.ask("kds-order-item.get-list.request", {"page": 1, "size": 10}, PLUGIN)
    assert len((await shop.ask("order.add-menu.request", less, PLUGIN))["order"]["lineItems"]) == 1


async def test_a_large_tip_is_pointed_out(shop):
    """VAT-4: above 20 % of the supply value income tax must be withheld; a smaller one is nobody's business."""
    notices: list[str] = []

    def listen(committed: Committed) -> None:
        notices.extend(each.name for each in committed.announcements)

    shop.shop.running.store.on_commit(listen)
    order = await shop.add(PLUGIN, a_line(2))
    edit = {"id": order["id"], "expectedVersion": 1}
    order = (await shop.ask("order.update.request", edit | {"tip": 3_272}, MANAGER))["order"]
    assert notices == []
    edit["expectedVersion"] = order["version"]
    order = (await shop.ask("order.update.request", edit | {"tip": 3_273}, MANAGER))["order"]
    assert notices == ["notice.event"]
    assert order["chargePrice"]["chargePriceValue"] == 21_273


async def test_cooked_food_is_no_stock_any_more(shop):
    """CAN-4, CAT-9: a cancel gives back what was not cooked, and less on the order what is left of it."""

    async def left() -> int:
        catalog = (await shop.ask("catalog-item.get.request", {"catalog": {"id": DUMPLINGS}}, READER))[
            "catalog"
        ]
        return catalog["price"]["stockQuantity"]["remainQuantity"]

    before = await left()
    uncooked = await shop.add(PLUGIN, a_line(3, quantity=2))
    await shop.ask("order.cancel.request", {"id": uncooked["id"]}, PLUGIN)
    assert await left() == before
    order = await shop.add(PLUGIN, a_line(3, quantity=2))
    (ticket,) = await shop.tickets(order["id"])
    await shop.ask("kds-order-item.bump.request", {"id": ticket["id"]}, MANAGER)
    more = {"id": order["id"], "order": an_order(a_line(3, quantity=3))}
    await shop.ask("order.add-menu.request", more, PLUGIN)
    assert await left() == before - 3
    await shop.ask("order.cancel.request", {"id": order["id"]}, PLUGIN)
    assert await left() == before - 2


async def test_a_half_that_is_paid_by_dividing_is_cooked(shop):
    """ORD-7, SPL-5: in a prepaid shop what is left of the order is paid for, so the kitchen gets it."""
    async with simulated_shop(shop=CAFE_SHOP) as running:
        cafe = Asking(running)
        order = await cafe.add(PLUGIN, a_line(), a_line(2))
        await cafe.pay(PLUGIN, order, 5_000)
        assert await cafe.tickets(order["id"]) == []
        lines = [{"id": order["lineItems"][1]["id"], "quantity": 1}]
        data = {"id": order["id"], "expectedVersion": 2, "lines": lines}
        other = (await cafe.ask("order.split.request", data, MANAGER))["newOrder"]
        (ticket,) = await cafe.tickets(order["id"])
        assert (ticket["orderRequestType"], ticket["totalQuantity"]) == ("NEW", 1)
        assert await cafe.tickets(other["id"]) == []
        await cafe.pay(PLUGIN, other, key="other")
        assert len(await cafe.tickets(other["id"])) == 1


async def test_nothing_of_a_request_is_returned(shop):
    """ORD-3, CAN-5: its lines are not edited before it is accepted; declining gives the money back."""
    order = await shop.submit(SERVICE, "req-1")
    data = {
        "id": order["id"],
        "expectedVersion": 1,
        "lineId": order["lineItems"][0]["id"],
        "quantity": 1,
        "reason": "품절",
    }
    with pytest.raises(InvalidState) as refusal:
        await shop.ask("order.return-line.request", data, MANAGER)
    assert refusal.value.reason == "ORDER_NOT_EDITABLE"


async def test_a_price_that_left_the_menu_bars_no_order(shop):
    """CAT-6, CAT-9: requested at a price the item no longer has, accepted all the same; nothing to take it from."""
    order = await shop.ask(
        "order.submit.request",
        {
            "order": an_order(a_line(3))
            | {
                "requestedInfo": {
                    "expiredAt": (shop.shop.clock.now() + timedelta(minutes=10)).isoformat(),
                    "expectedReadyAt": (shop.shop.clock.now() + timedelta(minutes=10)).isoformat(),
                }
            }
        },
        SERVICE,
    )
    price = {
        "title": "새 가격",
        "priceValue": 8_000,
        "isStockable": True,
        "stockQuantity": {"remainQuantity": 4},
    }
    await shop.ask("catalog-item.update.request", {"catalog": {"id": DUMPLINGS, "prices": [price]}}, MANAGER)
    accepted = await shop.ask("order.accept.request", {"id": order["order"]["id"]}, MANAGER)
    assert accepted["order"]["orderState"] == "OPENED"
    catalog = (await shop.ask("catalog-item.get.request", {"catalog": {"id": DUMPLINGS}}, READER))["catalog"]
    assert catalog["price"]["stockQuantity"]["remainQuantity"] == 4


async def test_writing_back_what_was_read_changes_nothing_where_small_change_is_cut():
    """ADD-6, DSC-7, H-13: the cut is made anew, not added to; the same order twice is once."""
    async with simulated_shop(shop=replace(SHOP, order_rounding_unit=10)) as running:
        shop = Asking(running)
        off = [{"title": "쿠폰", "amountMoney": {"value": 33}}]
        order = await shop.add(PLUGIN, a_line(), discounts=off)
        assert [each["amountMoney"]["value"] for each in order["discounts"]] == [33, 7]
        for discounts in (order["discounts"], off):
            dto = an_order(a_line(), discounts=discounts)
            same = (await shop.ask("order.add-menu.request", {"id": order["id"], "order": dto}, PLUGIN))[
                "order"
            ]
            assert (same["version"], same["discounts"]) == (1, order["discounts"])
        dto = an_order(a_line(quantity=2), discounts=order["discounts"])
        more = (await shop.ask("order.add-menu.request", {"id": order["id"], "order": dto}, PLUGIN))["order"]
        assert more["chargePrice"]["chargePriceValue"] == 9_960


async def test_an_approval_lets_a_cashier_do_one_thing_above_the_role(shop):
    """CAN-2, DSC-4, SEC-1: asked for, for this and nothing else, used once, named in the journal."""
    order = await shop.add(PLUGIN, a_line(2), tableId=1)
    cheap = {"id": order["id"], "lineItems": [a_line(2, chargePrice={"value": 1})]}
    with pytest.raises(PermissionDenied):
        await shop.ask("order.add-line.request", cheap, CASHIER)
    approval = await shop.approve("order.add-line.request", cheap, CASHIER)
    cheaper = {"lineItems": [a_line(3, chargePrice={"value": 1})], "approvalId": approval}
    with pytest.raises(PermissionDenied, match="with this very request"):
        await shop.ask("order.add-line.request", cheap | cheaper, CASHIER)
    added = await shop.ask("order.add-line.request", cheap | {"approvalId": approval}, CASHIER)
    assert len(added["order"]["lineItems"]) == 2
    with pytest.raises(PermissionDenied):
        await shop.ask("order.add-line.request", cheap | {"approvalId": approval}, CASHIER)
