"""Two clients at one shop for a random while, against a model that only adds up.

The model knows of every order which lines at which price were asked for, what was paid, and what the
kitchen was told; nothing of VAT, tickets, tables or facts. After every step the shop must agree with it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError
from jumak.protocol.scopes import expand
from jumak.store.sqlite.check import check
from jumak.testing import simulated_shop, staff_caller
from tests.conftest import FACTOR, LARGE
from tests.histories import check_histories
from tests.service.asking import ITEMS, Asking, a_line, an_order

PLUGIN = Caller(id="bridge", kind="plugin", name="Bridge", scopes=expand(["plugin"]))
FIELD = Caller(id="field", kind="plugin", name="Field", scopes=expand(["plugin"]), profile="field")
COOK = Caller(id="kitchen", kind="device", name="Kitchen", scopes=expand(["kds:read", "kds:write"]))
MANAGER = staff_caller("manager", "till-1")
CALLERS = st.sampled_from([PLUGIN, FIELD, MANAGER])
TABLES = st.sampled_from([None, 1, 2, 3])
LINES = st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.integers(1, 3)), min_size=1, max_size=3)
PICK = st.integers(0, 1_000)
STOCKED, STOCK = 3, 5


@dataclass
class Expected:
    """What the model knows of one order."""

    quantities: Counter[int] = field(default_factory=Counter)
    discount: int = 0
    paid: int = 0
    state: str = "OPENED"
    ever_paid: bool = False

    @property
    def price(self) -> int:
        return sum(ITEMS[number][1] * count for number, count in self.quantities.items()) - self.discount

    @property
    def payment_state(self) -> str:
        if self.paid == 0:
            if self.ever_paid:
                return "REFUNDED"
            return "CANCELLED" if self.state == "CANCELLED" else "COMPLETED" if self.price == 0 else "OPENED"
        return "PAID" if self.paid < self.price else "COMPLETED"


class ShopFloor(RuleBasedStateMachine):
    """Orders, rounds, edits, payments, cancels, tables and bumps, in any sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.opening = simulated_shop(folder=Path(self.folder.name))
        self.shop = Asking(self.run(self.opening.__aenter__()))
        self.model: dict[str, Expected] = {}
        self.keys = 0

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def ask(self, name: str, data: dict[str, Any], caller: Caller) -> dict[str, Any] | None:
        """The reply, or None when the shop refused; a refusal leaves no fact."""
        before = self.run(self.shop.mark())
        try:
            return self.run(self.shop.ask(name, data, caller))
        except PosError:
            # Anything else than a refusal is a bug, and red.
            assert self.run(self.shop.mark()) == before
            return None

    def some_order(self, pick: int) -> tuple[str, Expected]:
        ids = list(self.model)
        order_id = ids[pick % len(ids)]
        return order_id, self.model[order_id]

    @initialize(first=LINES, second=LINES)
    def two_guests_at_once(self, first, second):
        """H-39: two clients ask in the same instant; both orders stand."""

        async def both() -> list[dict[str, Any]]:
            return await asyncio.gather(
                self.shop.add(PLUGIN, *lines_of(first[:1]), orderKey="first"),
                self.shop.add(MANAGER, *lines_of(second[:1])),
                return_exceptions=True,
            )

        for order, asked in zip(self.run(both()), (first[:1], second[:1]), strict=True):
            if isinstance(order, dict):
                self.model[order["id"]] = Expected(counted(asked))

    @rule(lines=LINES, table=TABLES, caller=CALLERS)
    def add(self, lines, table, caller):
        self.keys += 1
        more = {} if table is None else {"tableId": table}
        dto = an_order(*lines_of(lines), orderKey=f"key-{self.keys}", **more)
        reply = self.ask("order.add.request", {"order": dto}, caller)
        if reply is not None:
            order = reply["order"]
            self.model[order["id"]] = Expected(counted(lines))
            again = self.ask("order.add.request", {"order": dto}, caller)
            assert again is not None
            assert again["order"]["id"] == order["id"]

    @precondition(lambda self: self.model)
    @rule(pick=PICK, lines=LINES, caller=CALLERS)
    def add_menu(self, pick, lines, caller):
        """ADD-1, ADD-8: `field` appends; `documented` sends the whole order, read just before."""
        order_id, expected = self.some_order(pick)
        wanted = counted(lines)
        if caller is not FIELD:
            self.ask("order.get.request", {"id": order_id}, caller)
        reply = self.ask(
            "order.add-menu.request", {"id": order_id, "order": an_order(*lines_of(lines))}, caller
        )
        if reply is None:
            return
        if caller is FIELD:
            expected.quantities += wanted
        else:
            expected.quantities, expected.discount = wanted, 0
        expected.state = reply["order"]["orderState"]

    @precondition(lambda self: self.model)
    @rule(pick=PICK, which=PICK, quantity=st.integers(0, 4))
    def edit_a_line(self, pick, which, quantity):
        """A line's new quantity, or the line off when it is 0."""
        order_id, expected = self.some_order(pick)
        order = self.run(self.shop.get(order_id))
        if not order["lineItems"]:
            return
        line = order["lineItems"][which % len(order["lineItems"])]
        edit = {"id": order_id, "expectedVersion": order["version"], "lineId": line["id"]}
        name = "order.update-line.request" if quantity else "order.remove-line.request"
        reply = self.ask(name, edit | ({"quantity": quantity} if quantity else {}), MANAGER)
        if reply is not None:
            number = number_of(line)
            expected.quantities[number] += quantity - line["quantity"]["value"]
            expected.discount = reply["order"]["chargePrice"]["chargeDiscountValue"]
            expected.state = reply["order"]["orderState"]

    @precondition(lambda self: self.model)
    @rule(pick=PICK, amount=st.integers(0, 3_000))
    def discount(self, pick, amount):
        order_id, expected = self.some_order(pick)
        order = self.run(self.shop.get(order_id))
        discounts = [{"title": "할인", "amountMoney": {"value": amount}}] if amount else []
        data = {"id": order_id, "expectedVersion": order["version"], "discounts": discounts}
        reply = self.ask("order.update.request", data, MANAGER)
        if reply is not None:
            base = expected.price + expected.discount
            expected.discount = min(amount, base)
            expected.state = reply["order"]["orderState"]

    @precondition(lambda self: self.model)
    @rule(pick=PICK, share=st.sampled_from([1, 2, 3]), caller=CALLERS, stay=st.booleans())
    def pay(self, pick, share, caller, stay):
        order_id, expected = self.some_order(pick)
        owed = expected.price - expected.paid
        if owed <= 0:
            return
        self.keys += 1
        amount = max(1, owed // share)
        order = {"id": order_id}
        dto = self.shop.payment(order, amount, f"p{self.keys}", autocomplete=not stay)
        reply = self.ask("payment.add.request", {"order": order, "paymentDto": dto}, caller)
        if expected.state == "CANCELLED":
            assert reply is None
            return
        assert reply is not None
        expected.paid += amount
        expected.ever_paid = True
        if expected.paid == expected.price and not stay and expected.state == "OPENED":
            expected.state = "COMPLETED"
        again = self.ask("payment.add.request", {"order": order, "paymentDto": dto}, caller)
        assert again is not None
        assert again["payment"]["id"] == reply["payment"]["id"]

    @precondition(lambda self: self.model)
    @rule(pick=PICK, which=PICK)
    def take_a_payment_back(self, pick, which):
        order_id, expected = self.some_order(pick)
        live = [
            each for each in self.run(self.shop.get(order_id))["payments"] if each["state"] != "CANCELLED"
        ]
        if live:
            payment = live[which % len(live)]
            data = {"order": {"id": order_id}, "payment": {"id": payment["id"]}}
            if self.ask("payment.cancel.request", data, MANAGER) is not None:
                self.reread(order_id, expected)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, caller=CALLERS)
    def cancel(self, pick, caller):
        """CAN-2, CAN-9: by a plugin all or nothing, by staff once the money is back."""
        order_id, expected = self.some_order(pick)
        if self.ask("order.cancel.request", {"id": order_id, "reason": "시험"}, caller) is not None:
            after = self.run(self.shop.get(order_id))
            if after["orderState"] == "CANCELLED":
                expected.state, expected.paid = "CANCELLED", 0
            else:
                assert caller is MANAGER
                assert any(payment["state"] != "CANCELLED" for payment in after["payments"])
                self.reread(order_id, expected)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, caller=CALLERS)
    def complete(self, pick, caller):
        order_id, expected = self.some_order(pick)
        if self.ask("order.complete.request", {"id": order_id}, caller) is not None:
            expected.state = "COMPLETED"

    @precondition(lambda self: self.model)
    @rule(pick=PICK, which=PICK, quantity=st.integers(1, 2))
    def bring_back(self, pick, which, quantity):
        """CAN-5: goods come back; what was paid too much goes back with them."""
        order_id, expected = self.some_order(pick)
        order = self.run(self.shop.get(order_id))
        if not order["lineItems"]:
            return
        line = order["lineItems"][which % len(order["lineItems"])]
        data = {
            "id": order_id, "expectedVersion": order["version"], "lineId": line["id"], "quantity": quantity, "reason": "식음",
        }  # fmt: skip
        reply = self.ask("order.return-line.request", data, MANAGER)
        if reply is not None:
            given_back = sum(refund["amount"] for refund in reply["refunds"])
            expected.quantities[number_of(line)] -= quantity
            expected.discount = reply["order"]["chargePrice"]["chargeDiscountValue"]
            expected.paid -= given_back
            expected.state = reply["order"]["orderState"]

    @rule(
        source=st.sampled_from([1, 2, 3]),
        goal=st.sampled_from([1, 2, 3]),
        how=st.sampled_from(["move", "swap"]),
    )
    def move_parties(self, source, goal, how):
        """TBL-1: nothing but the place changes."""
        data = {"from": source, "to": goal} if how == "move" else {"first": source, "second": goal}
        self.ask(f"table.{how}.request", data, MANAGER)

    @rule(table=st.sampled_from([1, 2, 3]))
    def clear_a_table(self, table):
        """TBL-7: what owes nothing is completed."""
        if self.ask("table.clear.request", {"table": {"id": table}}, MANAGER) is not None:
            for order_id, expected in self.model.items():
                if expected.state == "OPENED" and expected.price == expected.paid:
                    expected.state = self.run(self.shop.get(order_id))["orderState"]

    @rule(pick=PICK, recall=st.booleans())
    def cook(self, pick, recall):
        """KDS-5, KDS-6: a recall undoes exactly the bump."""
        state = "COMPLETED" if recall else "OPENED"
        page = {"page": 1, "size": 100, "states": [state]}
        tickets = self.run(self.shop.ask("kds-order-item.get-list.request", page, COOK))["contents"]
        if tickets:
            verb = "recall" if recall else "bump"
            self.ask(f"kds-order-item.{verb}.request", {"id": tickets[pick % len(tickets)]["id"]}, COOK)

    def reread(self, order_id: str, expected: Expected) -> None:
        """What of the order only the shop decides: which payments it could take back itself."""
        order = self.run(self.shop.get(order_id))
        expected.state = order["orderState"]
        live = sum(each["amountMoney"] for each in order["payments"] if each["state"] != "CANCELLED")
        assert order["paymentPrice"]["paymentPaidValue"] <= live
        expected.paid = order["paymentPrice"]["paymentPaidValue"]

    @invariant()
    def every_order_is_as_the_model_says(self):
        """MON-a, ORD-1, ORD-2, CAN-a: price, paid, owed and both states."""
        numbers = []
        for order_id, expected in self.model.items():
            order = self.run(self.shop.get(order_id))
            price, money = order["chargePrice"], order["paymentPrice"]
            assert order["orderState"] == expected.state
            assert price["chargePriceValue"] == expected.price
            assert price["chargeDiscountValue"] == expected.discount
            assert money["paymentPaidValue"] == expected.paid
            assert order["paymentState"] == order["state"] == expected.payment_state
            charged = price["chargePriceValue"]
            assert (
                charged
                == price["chargeListPriceValue"] - price["chargeDiscountValue"] + price["chargeTipValue"]
            )
            assert charged == price["chargeSupplyValue"] + price["chargeTaxValue"] + price["chargeTipValue"]
            owed = 0 if expected.state == "CANCELLED" else charged - expected.paid
            assert money["paymentUnpaidValue"] == owed
            assert Counter(counts(order)) == +expected.quantities
            numbers.append(order["number"])
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def tickets_add_up_to_orders(self):
        """KDS-a: Σ of current − previous over the tickets of a line is what is ordered of it now."""
        for order_id, expected in self.model.items():
            told: Counter[str] = Counter()
            for ticket in self.run(self.shop.tickets(order_id)):
                assert ticket["totalQuantity"] == sum(
                    line["quantity"]["current"] for line in ticket["lineItems"]
                )
                for line in ticket["lineItems"]:
                    told[line["itemId"]] += line["quantity"]["current"] - line["quantity"]["previous"]
            ordered = {str(ITEMS[number][0]): count for number, count in expected.quantities.items() if count}
            assert {item: count for item, count in told.items() if count} == (
                {} if expected.state == "CANCELLED" else ordered
            )

    @invariant()
    def stock_is_never_oversold(self):
        """CAT-9: what is left and what is held never exceed what there was."""
        item = self.run(
            self.shop.ask("catalog-item.get.request", {"catalog": {"id": ITEMS[STOCKED][0]}}, PLUGIN)
        )
        left = item["catalog"]["price"]["stockQuantity"]["remainQuantity"]
        held = sum(each.quantities[STOCKED] for each in self.model.values() if each.state != "CANCELLED")
        assert left >= 0
        assert left + held <= STOCK

    def teardown(self) -> None:
        """After the evening the file is sound: every total, ledger, counter and hash."""
        self.run(check_histories(self.shop.shop))
        self.run(self.opening.__aexit__(None, None, None))
        self.loop.close()
        assert check(Path(self.folder.name)) == []
        self.folder.cleanup()


def lines_of(lines: list[tuple[int, int]]) -> list[dict[str, Any]]:
    return [a_line(number, quantity=count) for number, count in lines]


def counted(lines: list[tuple[int, int]]) -> Counter[int]:
    tally: Counter[int] = Counter()
    for number, count in lines:
        tally[number] += count
    return tally


def number_of(line: dict[str, Any]) -> int:
    return next(number for number, (item_id, _) in ITEMS.items() if item_id == line["item"]["id"])


def counts(order: dict[str, Any]) -> Counter[int]:
    tally: Counter[int] = Counter()
    for line in order["lineItems"]:
        tally[number_of(line)] += line["quantity"]["value"]
    return tally


ShopFloor.TestCase.settings = settings(max_examples=40 * (FACTOR if LARGE else 1), stateful_step_count=30)
TestShopFloor = ShopFloor.TestCase
