"""The history of an order: who did what when (SEC-2; contract, extensions §4.1)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.protocol.pushes import FACTS
from jumak.protocol.row import Done
from jumak.protocol.scopes import expand
from jumak.service.documents import Staff
from jumak.service.order_history import _SCOPES, _TELLS
from jumak.service.ports import Command, Transaction
from jumak.testing import simulated_shop, staff_caller
from tests.histories import check_histories, whole_history
from tests.service.asking import ITEMS, Asking, a_line, an_order

PLUGIN = Caller(id="bridge", kind="plugin", name="Bridge", scopes=expand(["plugin"]))
SERVICE = Caller(id="delivery", kind="service", name="delivery", scopes=expand(["plugin", "order:submit"]))
CASHIER = staff_caller("cashier", "till-1")
MANAGER = staff_caller("manager", "till-1")
Json = dict[str, Any]
WINE, PANCAKE, DUMPLINGS = (f"item {ITEMS[number][0]}" for number in (1, 2, 3))
"""Titles as callers sent them."""


@pytest.fixture
async def shop():
    async with simulated_shop() as opened:
        yield Asking(opened)
        await check_histories(opened)


async def history(shop: Asking, order: Json, caller: Caller = MANAGER, **more: Any) -> list[Json]:
    """A page, oldest first, as one tells it."""
    data = {"orderId": order["id"], **more}
    return (await shop.ask("order.history.request", data, caller))["entries"][::-1]


def codes(entries: list[Json]) -> list[str]:
    return [change["code"] for entry in entries for change in entry["changes"]]


def change_of(entries: list[Json], code: str) -> Json:
    (found,) = [each for entry in entries for each in entry["changes"] if each["code"] == code]
    return {key: value for key, value in found.items() if key != "code"}


def entry_of(entries: list[Json], code: str) -> Json:
    (found,) = [entry for entry in entries if code in codes([entry])]
    return found


async def test_who_did_what_when(shop):
    """SEC-2: an order's story with person, device and time, and what changed from what to what."""
    person = Staff(id="s-7", name="김민지", role="manager", pin_hash="", pin_salt="")

    async def hire(tx: Transaction) -> Done:
        tx.put(person)
        return Done()

    await shop.shop.running.store.execute(Command(caller=SYSTEM, name="t", body=b"", run=hire))
    assert MANAGER.staff is not None
    minji = replace(MANAGER, staff=replace(MANAGER.staff, id="s-7", name="old name"))
    order = await shop.add(PLUGIN, a_line(quantity=2), tableId=1)
    shop.shop.clock.jump(minutes=3)
    line = order["lineItems"][0]
    edited = {"id": order["id"], "expectedVersion": order["version"], "lineId": line["id"], "quantity": 3}
    await shop.ask("order.update-line.request", edited | {"reason": "더 드신대요"}, minji)
    entries = await history(shop, order)
    begun = entry_of(entries, "order.created")
    assert begun["who"] == {"kind": "plugin", "id": "bridge"}
    assert begun["fact"] == "order.add"
    assert change_of(entries, "order.created") == {
        "number": order["number"],
        "amount": 10_000,
        "lines": [{"id": line["id"], "title": WINE, "quantity": 2}],
    }
    edit = entry_of(entries, "line.quantity-changed")
    assert edit["who"]["staff"] == {"id": "s-7", "name": "김민지"}
    assert edit["who"]["device"]["id"] == "till-1"
    assert (edit["at"][11:16], begun["at"][11:16], edit["at"][-6:]) == ("11:03", "11:00", "+09:00")
    assert edit["reason"] == "더 드신대요"
    assert change_of(entries, "line.quantity-changed") == {
        "line": {"id": line["id"], "title": WINE, "quantity": 3},
        "from": 2,
        "to": 3,
    }
    assert change_of(entries, "order.total-changed") == {"from": 10_000, "to": 15_000}
    assert codes(entries) == [
        "order.created",
        "kitchen.sent",
        "line.quantity-changed",
        "order.total-changed",
        "kitchen.sent",
    ]


async def test_every_edit_has_its_words(shop):
    """SEC-2, DSC-1, VAT-4, TBL-8: lines that come and go, memo, guests, discounts, tip; each from what to what."""
    order = await shop.add(MANAGER, a_line(), a_line(2))
    version = order["version"]

    async def edit(name: str, **data: Any) -> None:
        nonlocal version
        data = {"id": order["id"], "expectedVersion": version, **data}
        version = (await shop.ask(f"order.{name}.request", data, MANAGER))["order"]["version"]

    first, second = (line["id"] for line in order["lineItems"])
    await edit("update", memo="창가", numGuests=3, tip=1_000)
    await edit("update", discounts=[{"title": "단골", "percentBp": 1_000}])
    await edit("update-line", lineId=first, memo="차갑게")
    await edit("update-line", lineId=first, chargePrice={"value": 4_000})
    await edit("update-line", lineId=first, discounts=[{"title": "서비스", "amountMoney": {"value": 500}}])
    await edit("remove-line", lineId=second, reason="잘못 찍음")
    await shop.ask("order.add-line.request", {"id": order["id"], "lineItems": [a_line(3)]}, MANAGER)
    entries = await history(shop, order)
    assert change_of(entries, "order.memo-changed") == {"to": "창가"}
    assert change_of(entries, "order.guests-changed") == {"to": 3}
    assert change_of(entries, "order.tip-changed") == {"from": 0, "to": 1_000}
    assert change_of(entries, "line.memo-changed")["to"] == "차갑게"
    price = change_of(entries, "line.price-changed")
    assert (price["from"], price["to"]) == (5_000, 4_000)
    discount = change_of(entries, "line.discounts-changed")
    assert (discount["from"], discount["to"]) == (0, 500)
    removed = change_of(entries, "line.removed")
    assert (removed["line"]["title"], removed["amount"]) == (PANCAKE, 18_000)
    assert entry_of(entries, "line.removed")["reason"] == "잘못 찍음"
    assert change_of(entries, "line.added")["line"]["title"] == DUMPLINGS
    assert {"from": 0, "to": 2_300} in [
        {key: value for key, value in change.items() if key != "code"}
        for entry in entries
        for change in entry["changes"]
        if change["code"] == "order.discounts-changed"
    ]


async def test_money_explains_itself(shop):
    """SEC-2, PAY-1, CAN-6: payments with their kind and amount, refunds with their VAT and reason."""
    order = await shop.add(MANAGER, a_line(2))
    payment = await shop.pay(PLUGIN, order, 18_000, externalDetails={"source": "쿠폰"})
    refund = {"id": order["id"], "amount": 1_100, "reason": "머리카락"}
    await shop.ask("order.refund-amount.request", refund, MANAGER)
    entries = await history(shop, order)
    known = {"id": payment["id"], "sourceType": "EXTERNAL", "source": "쿠폰"}
    assert change_of(entries, "payment.approved") == {"payment": known, "amount": 18_000}
    assert change_of(entries, "payment.refunded") == {"payment": known, "amount": 1_100, "tax": 100}
    assert entry_of(entries, "order.discounts-changed")["reason"] == "머리카락"
    assert "order.completed" in codes(entries)
    told = repr(entries)
    for secret in (payment["approvedNo"], payment["paymentKey"]):
        assert secret not in told


async def test_a_managers_approval_is_named(shop):
    """SEC-1, SEC-2: both people stand in the story, whichever way the approved act came."""
    server = staff_caller("server", "till-3")
    cheap = [{"amountMoney": {"value": 4_000}, "title": "큰 할인"}]
    dto = an_order(a_line(), discounts=cheap)
    approval = await shop.approve("order.add.request", {"order": dto}, server)
    order = (await shop.ask("order.add.request", {"order": dto, "approvalId": approval}, server))["order"]
    data = {"id": order["id"], "reason": "손님이 가셨어요"}
    approval = await shop.approve("order.cancel.request", data, server)
    await shop.ask("order.cancel.request", data | {"approvalId": approval}, server)
    entries = await history(shop, order)
    ended = entry_of(entries, "order.cancelled")
    assert ended["reason"] == "손님이 가셨어요"
    assert (
        entry_of(entries, "order.created")["approvedBy"] == ended["approvedBy"] == {"id": "m", "name": "점장"}
    )
    assert codes(entries) == [
        "order.created",
        "kitchen.sent",
        "order.cancelled",
        "kitchen.cancelled",
        "kitchen.sent",
    ]
    assert "approvedBy" not in repr(await history(shop, order, PLUGIN))


async def test_the_kitchens_part(shop):
    """SEC-2, KDS-5, KDS-6: sent, done and brought back, with what and how many."""
    order = await shop.add(MANAGER, a_line(2, quantity=2))
    (ticket,) = await shop.tickets(order["id"])
    for verb in ("bump", "recall"):
        await shop.ask(f"kds-order-item.{verb}.request", {"id": ticket["id"]}, MANAGER)
    entries = await history(shop, order)
    line = {"id": order["lineItems"][0]["id"], "title": PANCAKE, "quantity": 2}
    assert change_of(entries, "kitchen.sent") == {"ticket": ticket["id"], "lines": [line | {"previous": 0}]}
    assert change_of(entries, "kitchen.completed") == {"ticket": ticket["id"], "lines": [line]}
    assert change_of(entries, "kitchen.recalled") == {"ticket": ticket["id"], "lines": [line]}


async def test_moves_merges_and_splits_lead_to_the_other_order(shop):
    """SEC-2, TBL-1, TBL-2, TBL-4, SPL-5: each order tells its own part and names the other, whose past is its own."""
    one = await shop.add(MANAGER, a_line(quantity=2), tableId=1)
    other = await shop.add(MANAGER, a_line(2), tableId=2)
    await shop.ask("table.move.request", {"from": 1, "to": 3}, MANAGER)
    moved = await history(shop, one)
    one_title = (await shop.get(one["id"]))["table"]["title"]
    told = change_of(moved, "table.moved")
    assert [told[side]["id"] for side in ("fromTable", "toTable")] == [1, 3]
    assert told["toTable"]["title"] == one_title
    await shop.ask("table.merge.request", {"from": 3, "to": 2}, MANAGER)
    seq = next(entry["seq"] for entry in await history(shop, other) if entry["fact"] == "table.merge")
    assert change_of(await history(shop, one), "order.merged-into")["order"] == {
        "id": other["id"],
        "number": other["number"],
    }
    host = await history(shop, other)
    assert change_of(host, "order.merged-in")["order"] == {"id": one["id"], "number": one["number"]}
    assert change_of(host, "line.added")["line"]["title"] == WINE
    assert "reason" not in entry_of(await history(shop, one), "order.cancelled")
    await shop.ask("table.undo.request", {"seq": seq}, MANAGER)
    parted = change_of(await history(shop, other), "order.split-off")["order"]
    again = await history(shop, parted)
    assert change_of(again, "order.continues")["order"]["id"] == one["id"]
    assert change_of(again, "order.undone") == {"undoes": seq}
    current = await shop.get(parted["id"])
    share = {"lines": [{"id": current["lineItems"][0]["id"], "quantity": 1}]}
    data = {"id": current["id"], "expectedVersion": current["version"]} | share
    halves = await shop.ask("order.split.request", data, MANAGER)
    assert (
        change_of(await history(shop, halves["newOrder"]), "order.split-from")["order"]["id"] == parted["id"]
    )


async def test_a_request_from_outside(shop):
    """SEC-2, ORD-3: a prepaid request begins with its lines, whoever may not see its payment included."""
    order = await shop.submit(SERVICE, "r1")
    await shop.ask("order.decline.request", {"id": order["id"], "reason": "재료 소진"}, MANAGER)
    entries = await history(shop, order)
    assert change_of(entries, "order.created")["lines"][0]["title"] == WINE
    assert entry_of(entries, "order.declined")["reason"] == "재료 소진"
    assert entry_of(entries, "order.created")["who"] == {
        "kind": "service",
        "id": "delivery",
        "name": "delivery",
    }
    blind = Caller(id="blind", kind="plugin", name="Blind", scopes=frozenset({"order:read"}))
    seen = await history(shop, order, blind)
    assert codes(seen) == ["order.created", "order.declined"]
    assert "payment" not in repr(seen)


async def test_what_a_caller_may_see(shop):
    """SEC-2: what a noun's own pushes need is needed here; people are named to staff only."""
    order = await shop.add(CASHIER, a_line(), tableId=1)
    data = {"orderId": order["id"], "tender": "CASH", "amount": 5_000, "expectedUnpaid": 5_000}
    await shop.ask("payment.start.request", data, CASHIER)
    whole = codes(await history(shop, order))
    assert whole == [
        "order.created",
        "kitchen.sent",
        "payment.approved",
        "order.completed",
        "payment-attempt.approved",
    ]
    plugin = await history(shop, order, PLUGIN)
    assert codes(plugin) == whole[:-1]
    assert all("staff" not in entry["who"] for entry in plugin)
    assert all("staff" in entry["who"] for entry in await history(shop, order))


async def test_pages(shop):
    """SEC-2: pages go back in time without a gap or a repeat while the order goes on."""
    order = await shop.add(MANAGER, a_line())
    for number in range(5):
        await shop.ask("order.call.request", {"id": order["id"]}, MANAGER)
        if number == 2:
            first = await shop.ask("order.history.request", {"orderId": order["id"], "size": 3}, MANAGER)
    rest = await shop.ask(
        "order.history.request", {"orderId": order["id"], "size": 200, "before": first["next"]}, MANAGER
    )
    assert "next" not in rest
    everything = [entry["seq"] for entry in await whole_history(shop.shop, order["id"], size=1)]
    assert [entry["seq"] for entry in (*first["entries"], *rest["entries"])] == everything[2:]


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ({"before": -1}, "$.before"),
        ({"size": 0}, "$.size"),
        ({"size": 201}, "$.size"),
        ({"orderId": ""}, "$.orderId"),
    ],
)
async def test_bad_pages_are_named(shop, bad, path):
    """H-73: a bad page says which key is wrong."""
    with pytest.raises(InvalidArgument) as refused:
        await shop.ask("order.history.request", {"orderId": "x", **bad}, MANAGER)
    assert refused.value.data["path"] == path


async def test_an_unknown_order(shop):
    """NUM-1: there is no history of what is not there."""
    with pytest.raises(NotFound) as refused:
        await shop.ask("order.history.request", {"orderId": "f" * 32}, MANAGER)
    assert refused.value.data["path"] == "$.orderId"


def test_every_fact_about_an_order_has_its_words():
    """SEC-2: a new fact about orders, payments, tickets or tables says something or is left out on purpose."""
    nouns = {*_SCOPES, "order"}
    silent = {
        "order.update",  # what became different is what it says
        *(
            f"table.{word}"
            for word in ("order-add", "order-update", "clear", "add", "update", "delete", "seat")
        ),
        "refund.queue",  # the order's cancel tells of it
        # The queue's own business; how it ended is told.
        *(
            f"cash-receipt.{word}"
            for word in ("send", "wait", "lose", "cancel-queue", "cancel-send", "cancel-wait", "cancel-lose")
        ),
    }
    facts = {name for name in FACTS if name.partition(".")[0] in nouns}
    assert facts - _TELLS.keys() == silent
    assert not _TELLS.keys() - facts
