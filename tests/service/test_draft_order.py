"""The cart through the real use cases: shared, pushed, paid, submitted (contract, draft-order; extensions §5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import (
    Conflict,
    HostUnavailable,
    InvalidArgument,
    InvalidState,
    Locked,
    NotFound,
    PermissionDenied,
)
from jumak.main import opened_shop
from jumak.protocol.row import Done
from jumak.protocol.scopes import expand
from jumak.service.documents import Cart, HeldCart
from jumak.service.ports import Announcement, Command, Committed, Transaction
from jumak.testing import menu, simulated_shop, staff_caller
from jumak.testing.shop import SimulatedShop

Shop = SimulatedShop
PLUGIN = Caller(id="helper", kind="plugin", name="helper", scopes=expand(("plugin",)), device_id="till-1")
CASHIER = staff_caller("cashier")
MANAGER = staff_caller("manager")


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with simulated_shop() as running:
        yield running


def a_line(
    item_id: int = menu.PANCAKE, price: int = 18_000, quantity: float = 1, **more: Any
) -> dict[str, Any]:
    return {
        "item": {"id": item_id, "title": "해물파전", "category": {"id": 2, "title": "안주"}, "type": "ITEM"},
        "itemPrice": {
            "isTaxFree": False,
            "priceType": "FIXED",
            "priceUnit": 1,
            "priceValue": price,
            "title": "기본",
        },
        "discount": [],
        "optionChoices": [],
        "quantity": quantity,
        "diningOption": "HERE",
    } | more


async def ask(shop: Shop, what: str, caller: Caller = PLUGIN, **data: Any) -> dict[str, Any]:
    name = what if what == "start-payment" else f"{what}.request"
    reply = await shop.request(f"draft-order.{name}", data, caller=caller)
    return reply.get("draftOrder", reply)


async def put(shop: Shop, caller: Caller = PLUGIN, **more: Any) -> dict[str, Any]:
    return await ask(shop, "add-line-item", caller, lineItem=a_line(**more))


def announced(shop: Shop) -> list[Announcement]:
    found: list[Announcement] = []

    def listen(committed: Committed) -> None:
        found.extend(committed.announcements)

    shop.running.store.on_commit(listen)
    return found


async def test_staff_and_plugins_share_the_cart_of_their_device(shop: Shop):
    """H-49: one cart per device; generated keys have 21 URL-safe characters and delete their line."""
    cart = await put(shop)
    key = cart["lineItems"][0]["key"]
    assert len(key) == 21
    assert await ask(shop, "get", CASHIER) == cart
    other = staff_caller("cashier", "till-2")
    assert (await ask(shop, "get", other))["lineItems"] == []
    assert (await ask(shop, "delete-line-item", CASHIER, key=key))["lineItems"] == []


async def test_without_a_device_it_is_the_main_till_s(shop: Shop):
    """H-49: a service that names no device fills the cart of the first till that was paired."""
    service = Caller(id="remote", kind="service", name="remote", scopes=expand(("plugin",)))
    await put(shop, service)
    assert list(await shop.running.store.reader().all(Cart)) == ["main"]
    await shop.request("device.pair.request", {"kind": "till", "name": "카운터"})
    till = next(d for d in (await shop.request("device.list.request"))["devices"] if d["kind"] == "till")
    await put(shop, service)
    assert till["id"] in await shop.running.store.reader().all(Cart)


async def test_every_change_is_told_to_its_device_once(shop: Shop):
    """H-33, H-36: `change` with the whole cart, no number; what changes nothing says nothing."""
    pushes = announced(shop)
    cart = await put(shop, extra={"a": 1})
    key = cart["lineItems"][0]["key"]
    await ask(shop, "update-item-memo", key=key, memo="바삭하게")
    await ask(shop, "update-item-memo", key=key, memo="바삭하게")
    await ask(shop, "update-is-ignore-print", ignorePrint=True)
    await ask(shop, "clear")
    await ask(shop, "clear")
    assert [(each.name, each.device, each.data["event"]) for each in pushes] == [
        ("draft-order.change.event", "till-1", "change")
    ] * 4
    assert pushes[1].data["draftOrder"].line_items[0]["extra"] == {"a": 1}


async def test_lines_are_edited_piece_by_piece(shop: Shop):
    """E-14: quantity, options, memo, discounts; the answer is the cart."""
    line = a_line(menu.NOODLES, 9_000, key="n1")
    line["discount"] = [{"title": "쿠폰", "amountMoney": {"value": 500}}]
    await ask(shop, "add-line-item", lineItem=line)
    choices = [{"id": menu.HOT, "title": "매운맛", "priceValue": 500, "state": "ON_SALE", "quantity": 1}]
    await ask(shop, "update-item-option-choices", key="n1", optionChoices=choices)
    cart = await ask(shop, "update-item-quantity", key="n1", quantity=2)
    assert cart["price"] == {
        "orderListPriceValue": 19_000,
        "orderDiscountValue": 500,
        "orderPriceValue": 18_500,
    }
    assert cart["lineItems"][0]["optionChoices"][0]["imageUrl"] is None
    cart = await ask(shop, "delete-item-discount", key="n1", indexOfDiscount=0)
    assert cart["price"]["orderPriceValue"] == 19_000
    with pytest.raises(NotFound):
        await ask(shop, "delete-discount", indexOfDiscount=0)
    with pytest.raises(InvalidArgument) as refusal:
        await ask(shop, "update-item-option-choices", key="n1", optionChoices=[choices[0] | {"id": 9_999}])
    assert refusal.value.data["path"] == "$.optionChoices[0].id"


async def test_staff_must_fit_the_options_plugins_need_not(shop: Shop):
    """CAT-5, CAT-3: noodles need a spice level; the sold-out drink is for staff only."""
    assert await ask(shop, "add-line-item", lineItem=a_line(menu.NOODLES, 9_000))
    with pytest.raises(InvalidArgument):
        await ask(shop, "add-line-item", CASHIER, lineItem=a_line(menu.NOODLES, 9_000))
    with pytest.raises(InvalidState):
        await ask(shop, "add-line-item", lineItem=a_line(menu.COFFEE, 3_500))
    assert await ask(shop, "add-line-item", CASHIER, lineItem=a_line(menu.COFFEE, 3_500))
    with pytest.raises(NotFound):
        await ask(shop, "add-line-item", lineItem=a_line(9_999))


async def test_what_a_plugin_fixed(shop: Shop):
    """H-49: PERMISSION_DENIED LINE_FIXED for staff, fine for the plugin."""
    await put(shop, key="fixed", metadata={"quantityFixed": True})
    with pytest.raises(PermissionDenied) as refusal:
        await ask(shop, "update-item-quantity", MANAGER, key="fixed", quantity=2)
    assert refusal.value.reason == "LINE_FIXED"
    assert (await ask(shop, "update-item-quantity", key="fixed", quantity=2))["price"][
        "orderPriceValue"
    ] == 36_000


async def test_a_large_discount_needs_a_manager(shop: Shop):
    """DSC-4, SEC-1: above 20 % a cashier is refused APPROVAL_NEEDED; a manager is not; a plugin answers for its own."""
    await put(shop, key="a")
    small, large = {"title": "단골", "percentBp": 2_000}, {"title": "사과", "percentBp": 2_001}
    assert (await ask(shop, "add-discount", CASHIER, discount=small))["price"]["orderPriceValue"] == 14_400
    await ask(shop, "delete-discount", CASHIER, indexOfDiscount=0)
    for what, more in (("add-discount", {}), ("add-item-discount", {"key": "a"})):
        with pytest.raises(PermissionDenied) as refusal:
            await ask(shop, what, CASHIER, discount=large, **more)
        assert refusal.value.reason == "APPROVAL_NEEDED"
        assert await ask(shop, what, MANAGER, discount=large, **more)
    with pytest.raises(InvalidArgument) as wrong:
        await ask(shop, "add-discount", discount={"title": "x", "amountMoney": {"value": 99_999}})
    assert wrong.value.reason == "INVALID_DISCOUNT"


async def test_the_cart_becomes_an_order(shop: Shop):
    """CAT-7, DSC-5: source POS, codes, discounts, table and note kept; the cart is empty again."""
    line = a_line(key="a", quantity=2)
    line["item"]["code"] = "P-1"
    await ask(shop, "add-line-item", lineItem=line)
    await ask(shop, "add-discount", discount={"title": "쿠폰", "amountMoney": {"value": 1_000}})
    await ask(shop, "update", memo="창가", tableId=2, numGuests=3)
    with pytest.raises(NotFound):
        await ask(shop, "update", tableId=99)
    order = (await ask(shop, "submit", CASHIER))["order"]
    assert (order["source"], order["orderState"], order["tableId"], order["numGuests"]) == (
        "POS",
        "OPENED",
        2,
        3,
    )
    assert (order["memo"], order["chargePrice"]["chargePriceValue"]) == ("창가", 35_000)
    assert order["lineItems"][0]["item"]["code"] == "P-1"
    cart = await ask(shop, "get")
    assert (cart["lineItems"], cart["discounts"], "tableId" in cart) == ([], [], False)
    with pytest.raises(InvalidState) as refusal:
        await ask(shop, "submit", CASHIER)
    assert refusal.value.reason == "EMPTY_CART"


async def test_a_refused_submit_changes_nothing(shop: Shop):
    """CAT-9: more than is in stock refuses the order whole; the cart stays."""
    await ask(shop, "add-line-item", lineItem=a_line(menu.DUMPLINGS, 7_000, 6))
    before = await ask(shop, "get")
    with pytest.raises(InvalidState) as refusal:
        await ask(shop, "submit")
    assert refusal.value.reason == "OUT_OF_STOCK"
    assert await ask(shop, "get") == before


async def test_start_payment(shop: Shop):
    """H-48, H-41: EMPTY_CART, then LOCKED, then HOST_UNAVAILABLE; open, nothing changes until staff submit or leave."""
    with pytest.raises(InvalidState):
        await ask(shop, "start-payment")
    await put(shop)
    with pytest.raises(HostUnavailable):
        await ask(shop, "start-payment")
    await shop.staff("cashier")
    await ask(shop, "start-payment")
    assert (await ask(shop, "get"))["paying"] is True
    for change in (
        ask(shop, "start-payment"),
        ask(shop, "clear", MANAGER),
        ask(shop, "submit"),
        put(shop, CASHIER),
    ):
        with pytest.raises(Locked) as refusal:
            await change
        assert refusal.value.reason == "PAYMENT_IN_PROGRESS"
    assert "paying" not in await ask(shop, "stop-payment", CASHIER)
    await put(shop)
    await ask(shop, "start-payment")
    order = (await ask(shop, "submit", CASHIER))["order"]
    assert order["paymentPrice"]["paymentUnpaidValue"] == 36_000
    assert "paying" not in await ask(shop, "get")


async def test_a_till_that_never_came_back_holds_the_cart_no_longer(shop: Shop):
    """H-41: after ten minutes the cart may be changed again."""
    await shop.staff("cashier")
    await put(shop)
    await ask(shop, "start-payment")
    shop.clock.jump(minutes=10)
    assert len((await put(shop))["lineItems"]) == 2


async def test_a_free_cart_completes_at_once(shop: Shop):
    """ORD-1, H-32: zero amount becomes a completed order with source POS, told in the contract's sequence."""
    await shop.staff("cashier")
    await put(shop, price=0)
    await ask(shop, "update", CASHIER, tableId=1)
    told: list[str] = []

    def listen(committed: Committed) -> None:
        told.extend(entry.fact.name for entry in committed.entries)

    shop.running.store.on_commit(listen)
    await ask(shop, "start-payment")
    assert told == ["order.add", "order.complete", "table.order-add", "table.clear", "kds.open"]
    tables = (await shop.request("table-status.list.request"))["tables"]
    assert {table["id"]: table["status"] for table in tables}[1] == "empty"
    orders = (await shop.request("order.get-list.request"))["orders"]
    assert [(each["source"], each["orderState"], each["paymentState"]) for each in orders] == [
        ("POS", "COMPLETED", "COMPLETED")
    ]
    assert (await ask(shop, "get"))["lineItems"] == []


async def test_carts_outlive_a_restart(tmp_path: Path):
    """H-49: guests stand before them. No payment screen is open any more; those of devices that are gone are dropped."""
    async with simulated_shop(folder=tmp_path) as shop:
        await put(shop)
        (cart,) = (await shop.running.store.reader().all(Cart)).values()
        assert cart.id == "till-1", "which no shop has paired"
        paying = replace(cart.draft, paying_until_ms=2_000_000_000_000, version=7)

        async def more(tx: Transaction) -> Done:
            tx.put(Cart(id="main", draft=paying))
            return Done()

        await shop.running.store.execute(Command(caller=SYSTEM, name="test", body=b"", run=more))
    async with opened_shop(tmp_path, serving=True) as running:
        carts = await running.store.reader().all(Cart)
    assert list(carts) == ["main"]
    kept = carts["main"].draft
    assert (kept.lines, kept.paying_until_ms, kept.version) == (cart.draft.lines, None, 8)


async def test_staff_below_manager_sell_at_the_menus_prices(shop: Shop):
    """SEC-1: a price, an option's price or a large discount of their own takes a manager; plugins name theirs."""
    hot = {"id": menu.HOT, "title": "매운맛", "priceValue": 0, "state": "ON_SALE", "quantity": 1}
    given = {"title": "서비스", "amountMoney": {"value": 18_000}}
    own = [{"price": 1}, {"discount": [given]}]
    for more in own:
        with pytest.raises(PermissionDenied) as refusal:
            await put(shop, CASHIER, **more)
        assert refusal.value.reason == "APPROVAL_NEEDED"
        await put(shop, MANAGER, **more)
        await put(shop, **more)
    noodles = (
        await ask(
            shop,
            "add-line-item",
            CASHIER,
            lineItem=a_line(menu.NOODLES, 9_000, optionChoices=[hot | {"priceValue": 500}]),
        )
    )["lineItems"][-1]
    with pytest.raises(PermissionDenied):
        await ask(shop, "update-item-option-choices", CASHIER, key=noodles["key"], optionChoices=[hot])


# -- how it is eaten, further rounds, putting aside --------------------------------------------------


async def test_the_version_grows_with_every_change(shop: Shop):
    """H-36: an older push can be told from a newer answer, also over emptying and submitting."""
    versions = [(await ask(shop, "get"))["version"]]
    for change in (
        put(shop, key="a"),
        ask(shop, "update-item-quantity", key="a", quantity=2),
        ask(shop, "clear"),
        put(shop),
        ask(shop, "hold", CASHIER),
    ):
        versions.append((await change)["version"])
    assert versions == [0, 1, 2, 3, 4, 5]
    assert (await ask(shop, "clear"))["version"] == 5


async def test_how_it_is_eaten(shop: Shop):
    """MON-8: one line or all of them; it is on the order."""
    await put(shop, key="a")
    await put(shop, key="b")
    cart = await ask(shop, "update-dining-option", CASHIER, key="b", diningOption="TOGO")
    assert [line["diningOption"] for line in cart["lineItems"]] == ["HERE", "TOGO"]
    with pytest.raises(NotFound):
        await ask(shop, "update-dining-option", CASHIER, key="c", diningOption="TOGO")
    await ask(shop, "update-dining-option", CASHIER, diningOption="PICKUP")
    order = (await ask(shop, "submit", CASHIER))["order"]
    assert [line["diningOption"] for line in order["lineItems"]] == ["PICKUP", "PICKUP"]


async def test_a_further_round_goes_to_the_order_that_is_there(shop: Shop):
    """OFF-5, ADD-8: lines and discounts at the end, one ticket more, guests and memo only if given; the cart is empty."""
    await put(shop, CASHIER)
    await ask(shop, "update", CASHIER, memo="창가", tableId=2, numGuests=3)
    first = (await ask(shop, "submit", CASHIER))["order"]
    other = staff_caller("cashier", "till-2")
    await put(shop, other, quantity=2)
    await ask(shop, "update", other, tableId=2, numGuests=4)
    await ask(shop, "add-discount", other, discount={"title": "쿠폰", "amountMoney": {"value": 1_000}})
    with pytest.raises(Conflict) as refusal:
        await ask(shop, "submit", other, alone=True)
    assert (refusal.value.reason, refusal.value.data["orderId"]) == ("TABLE_OCCUPIED", first["id"])
    order = (await ask(shop, "submit", other, orderId=first["id"]))["order"]
    assert (order["id"], order["memo"], order["numGuests"]) == (first["id"], "창가", 4)
    assert [line["quantity"]["value"] for line in order["lineItems"]] == [1, 2]
    assert order["chargePrice"]["chargePriceValue"] == 3 * 18_000 - 1_000
    assert (await ask(shop, "get", other))["lineItems"] == []
    tickets = (
        await shop.request(
            "kds-order-item.get-list.request", {"orderIds": [order["id"]], "page": 1, "size": 10}
        )
    )["contents"]
    assert len(tickets) == 2


async def test_a_further_round_for_an_order_that_is_over(shop: Shop):
    """OFF-5: refused whole; the cart stays."""
    await put(shop, CASHIER)
    sold = (await ask(shop, "submit", CASHIER))["order"]
    await shop.request("order.cancel.request", {"id": sold["id"]})
    await put(shop, CASHIER)
    before = await ask(shop, "get")
    with pytest.raises(InvalidState):
        await ask(shop, "submit", CASHIER, orderId=sold["id"])
    with pytest.raises(NotFound):
        await ask(shop, "submit", CASHIER, orderId="nowhere")
    assert await ask(shop, "get") == before


async def test_the_cart_is_no_way_around_the_right_to_edit_orders(shop: Shop):
    """SEC-1: draft:write opens orders; adding to one that is there takes order:manage."""
    sold = (await ask(shop, "submit", CASHIER))["order"] if (await put(shop, CASHIER)) else {}
    filling = Caller(
        id="filler", kind="plugin", name="filler", scopes=frozenset({"draft:write", "draft:read"})
    )
    await put(shop, filling)
    with pytest.raises(PermissionDenied):
        await ask(shop, "submit", filling, orderId=sold["id"])


async def test_a_cart_is_put_aside_for_any_till(shop: Shop):
    """SEC-1: the newest first, by whom; taken up once, and what was in the cart is put aside instead."""
    with pytest.raises(InvalidState) as refusal:
        await ask(shop, "hold", CASHIER)
    assert refusal.value.reason == "EMPTY_CART"
    pushes = announced(shop)
    await put(shop, CASHIER, key="a")
    await ask(shop, "update", CASHIER, tableId=2, memo="먼저")
    assert (await ask(shop, "hold", CASHIER))["lineItems"] == []
    other = staff_caller("cashier", "till-2")
    await put(shop, other, key="b", quantity=3)
    held = (await ask(shop, "list-held", other))["heldDraftOrders"]
    assert [
        (each["title"], each["lineCount"], each["orderPriceValue"], each["tableId"]) for each in held
    ] == [("해물파전", 1, 18_000, 2)]
    cart = await ask(shop, "resume", other, id=held[0]["id"])
    assert ([line["key"] for line in cart["lineItems"]], cart["memo"]) == (["a"], "먼저")
    with pytest.raises(NotFound):
        await ask(shop, "resume", CASHIER, id=held[0]["id"])
    (swapped,) = (await ask(shop, "list-held", CASHIER))["heldDraftOrders"]
    assert swapped["orderPriceValue"] == 54_000
    told = [each.data["heldDraftOrders"] for each in pushes if each.name == "held-draft-order.change.event"]
    assert [[each.order_price_value for each in list] for list in told] == [[18_000], [54_000]]


async def test_no_more_are_put_aside_than_can_be_told_apart(shop: Shop):
    """SEC-1: fifty; taking one up in exchange is always possible."""
    for _ in range(50):
        await put(shop)
        await ask(shop, "hold", CASHIER)
    await put(shop, quantity=2)
    with pytest.raises(InvalidState) as refusal:
        await ask(shop, "hold", CASHIER)
    assert refusal.value.reason == "TOO_MANY_HELD"
    held = (await ask(shop, "list-held", CASHIER))["heldDraftOrders"]
    assert (await ask(shop, "resume", CASHIER, id=held[0]["id"]))["lineItems"][0]["quantity"] == 1
    assert len((await ask(shop, "list-held", CASHIER))["heldDraftOrders"]) == 50


async def test_what_was_put_aside_outlives_a_restart(tmp_path: Path):
    """H-49: a cart is dropped when the POS starts again; one that was put aside is there."""
    async with simulated_shop(folder=tmp_path) as shop:
        await put(shop, CASHIER)
        await ask(shop, "hold", CASHIER)
        await put(shop, CASHIER)
    async with opened_shop(tmp_path, serving=True) as running:
        read = running.store.reader()
        assert (len(await read.all(Cart)), len(await read.all(HeldCart))) == (0, 1)
