"""A floor where everything moves: parties, halves of orders, tickets, requests, the clock; two clients at once.

`test_shop.py` holds each order against a model of its own. Here orders are merged and divided, so the
model is of the whole floor: goods are neither made nor lost by moving them, nor is money; every table and
every kitchen screen says what follows from the orders; of two who want the same thing one gets it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
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
from jumak.testing.menu import DUMPLINGS
from tests.conftest import FACTOR, LARGE
from tests.histories import check_histories
from tests.service.asking import READER, Asking, a_line, an_order

Json = dict[str, Any]

PLUGIN = Caller(id="bridge", kind="plugin", name="Bridge", scopes=expand(["plugin"]))
CHANNEL = Caller(id="web", kind="service", name="web", scopes=expand(["plugin", "order:submit"]))
COOK = Caller(id="kitchen", kind="device", name="Kitchen", scopes=expand(["kds:read", "kds:write"]))
TILL = staff_caller("manager", "till-1")
OTHER_TILL = staff_caller("manager", "till-2")
TABLES = st.sampled_from([1, 2, 3, 4])
PICK = st.integers(0, 1_000)
COUNT = st.integers(1, 3)


class Floor(RuleBasedStateMachine):
    """Parties come, move, sit together, part, pay and go, while the kitchen works."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.opening = simulated_shop(folder=Path(self.folder.name))
        self.shop = Asking(self.run(self.opening.__aenter__()))
        self.goods: Counter[str] = Counter()
        """What stands on all living orders together, by item."""
        self.money = 0
        """What is paid on all orders together."""
        self.number = 0

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def ask(self, name: str, data: Json, caller: Caller = TILL) -> Json | None:
        """The reply; None for a refusal. Anything else that is raised is a bug, and red."""
        try:
            return self.run(self.shop.ask(f"{name}.request", data, caller))
        except PosError:
            return None

    def both(self, *asked: tuple[str, Json, Caller]) -> list[Json | None]:
        """Several commands in the same instant: the replies, None for a refusal."""

        async def at_once() -> list[Any]:
            return await asyncio.gather(
                *(self.shop.ask(f"{name}.request", data, caller) for name, data, caller in asked),
                return_exceptions=True,
            )

        answers = self.run(at_once())
        for answer in answers:
            assert isinstance(answer, dict | PosError), answer
        return [answer if isinstance(answer, dict) else None for answer in answers]

    def orders(self, *states: str) -> list[Json]:
        data: Json = {"page": 1, "size": 500, "start": "20260101", "end": "20261231"}
        if states:
            data["orderStates"] = list(states)
        found: list[Json] = self.run(self.shop.ask("order.get-list.request", data, READER))["orders"]
        return sorted(found, key=lambda order: order["id"])

    def any_of(self, pick: int, *states: str) -> Json | None:
        found = self.orders(*states)
        return found[pick % len(found)] if found else None

    def tickets(self, *states: str) -> list[Json]:
        data = {"page": 1, "size": 500, "states": list(states)}
        return self.run(self.shop.ask("kds-order-item.get-list.request", data, COOK))["contents"]

    @initialize(count=COUNT)
    def two_parties(self, count):
        """A floor where something can happen."""
        for table, lines in (
            (1, [a_line(4, quantity=2), a_line(2, quantity=count)]),
            (2, [a_line(1, quantity=3)]),
        ):
            reply = self.ask("order.add", {"order": an_order(*lines, tableId=table)}, PLUGIN)
            assert reply is not None
            self.goods += goods_of(reply["order"])

    # -- guests ----------------------------------------------------------------------------------

    @rule(
        number=st.sampled_from([1, 2, 4]),
        count=COUNT,
        table=TABLES | st.none(),
        caller=st.sampled_from([PLUGIN, TILL]),
    )
    def order(self, number, count, table, caller):
        more = {} if table is None else {"tableId": table, "numGuests": count}
        reply = self.ask("order.add", {"order": an_order(a_line(number, quantity=count), **more)}, caller)
        if reply is not None:
            self.goods += goods_of(reply["order"])

    @rule(table=TABLES)
    def two_plugins_want_one_table(self, table):
        """TBL-12: at most one of them gets it, none when it is taken."""
        taken = any(order.get("tableId") == table for order in self.orders("OPENED"))
        other = Caller(id="other", kind="plugin", name="Other", scopes=expand(["plugin"]))
        dto = {"order": an_order(a_line(1), tableId=table)}
        replies = self.both(("order.add", dto, PLUGIN), ("order.add", dto, other))
        won = [reply for reply in replies if reply is not None]
        assert len(won) == (0 if taken else 1)
        for reply in won:
            self.goods += goods_of(reply["order"])

    @rule(count=COUNT)
    def two_tills_want_the_last_dumplings(self, count):
        """CAT-9: who comes first gets them; nobody gets what is not there."""
        before = self.dumplings()
        dto = {"order": an_order(a_line(3, quantity=count))}
        replies = self.both(("order.add", dto, TILL), ("order.add", dto, OTHER_TILL))
        won = [reply for reply in replies if reply is not None]
        assert len(won) == min(2, before // count)
        assert self.dumplings() == before - count * len(won)
        for reply in won:
            self.goods += goods_of(reply["order"])

    @precondition(lambda self: self.goods)
    @rule(pick=PICK)
    def one_command_sent_twice(self, pick):
        """PAY-7, OFF-a: the same id in the same instant is one act with two equal answers."""
        order = self.any_of(pick, "OPENED")
        if order is None:
            return
        self.number += 1
        data = {"id": order["id"], "lineItems": [a_line(1)]}
        shop = self.shop.shop

        async def twice() -> list[Json]:
            once = (
                shop.request("order.add-line.request", data, caller=TILL, command_id=f"c{self.number}")
                for _ in range(2)
            )
            return await asyncio.gather(*once)

        first, second = self.run(twice())
        assert first == second
        self.goods += goods_of(first["order"]) - goods_of(order)

    @precondition(lambda self: self.goods)
    @rule(pick=PICK, part=st.sampled_from([1, 2, 3]))
    def two_pay_the_same_bill(self, pick, part):
        """PAY-2, OFF-a: both may pay a part; no more is taken than is owed."""
        order = self.any_of(pick, "OPENED", "COMPLETED")
        owed = 0 if order is None else order["paymentPrice"]["paymentUnpaidValue"]
        if order is None or owed == 0:
            return
        self.number += 1
        amount = max(1, owed // part)
        asked = [
            (
                "payment.add",
                {"order": {"id": order["id"]}, "paymentDto": self.shop.payment(order, amount, f"{who.id}-{self.number}")},
                who,
            )
            for who in (PLUGIN, TILL)
        ]  # fmt: skip
        taken = amount * sum(reply is not None for reply in self.both(*asked))
        assert taken == amount * min(2, owed // amount)
        self.money += taken

    @rule(pick=PICK, caller=st.sampled_from([TILL, PLUGIN]))
    def leave(self, pick, caller):
        """CAN-2, CAN-9: what was not paid is off; a paid order keeps its goods and money until the money is back."""
        order = self.any_of(pick, "OPENED", "REQUESTED")
        if order is None or self.ask("order.cancel", {"id": order["id"]}, caller) is None:
            return
        after = self.run(self.shop.get(order["id"]))
        if after["orderState"] == "CANCELLED" and order["orderState"] == "OPENED":
            self.goods -= goods_of(order)
        self.money -= order["paymentPrice"]["paymentPaidValue"] - after["paymentPrice"]["paymentPaidValue"]

    @rule(pick=PICK)
    def hand_over(self, pick):
        order = self.any_of(pick, "OPENED")
        if order is not None:
            self.ask("order.complete", {"id": order["id"]}, PLUGIN)

    # -- the floor: nothing is made or lost -----------------------------------------------------

    @rule(pick=PICK, goal=TABLES, how=st.sampled_from(["move", "merge", "swap"]), undo=st.booleans())
    def regroup(self, pick, goal, how, undo):
        """TBL-1, TBL-2, TBL-3: parties move; their goods and money go with them."""
        seated = sorted({order["tableId"] for order in self.orders("OPENED") if "tableId" in order} - {goal})
        if not seated:
            return
        source = seated[pick % len(seated)]
        mark = self.run(self.shop.mark())
        data = {"first": source, "second": goal} if how == "swap" else {"from": source, "to": goal}
        done = self.ask(f"table.{how}", data)
        if done is not None and how != "swap" and undo:
            # TBL-4: back again, as far as nothing happened since.
            for push in self.run(self.shop.pushes(mark)):
                if push["name"] == "table.change.event" and push["data"]["event"] == how:
                    self.ask("table.undo", {"seq": push["seq"]})

    @rule(pick=PICK, which=PICK, count=COUNT, table=TABLES | st.none())
    def part(self, pick, which, count, table):
        """SPL-5: both halves cost together what the whole cost; VAT may move by a won per rate."""
        order = self.any_of(pick, "OPENED")
        if order is None or not order["lineItems"]:
            return
        line = order["lineItems"][which % len(order["lineItems"])]
        data = {
            "id": order["id"], "expectedVersion": order["version"],
            "lines": [{"id": line["id"], "quantity": min(count, line["quantity"]["value"])}],
        } | ({} if table is None else {"tableId": table})  # fmt: skip
        reply = self.ask("order.split", data)
        if reply is None:
            return
        halves = (reply["order"], reply["newOrder"])
        assert goods_of(halves[0]) + goods_of(halves[1]) == goods_of(order)
        for key in ("chargeListPriceValue", "chargeDiscountValue", "chargeTipValue", "chargePriceValue"):
            assert sum(half["chargePrice"][key] for half in halves) == order["chargePrice"][key]
        vat = sum(half["chargePrice"]["chargeTaxValue"] for half in halves)
        assert abs(vat - order["chargePrice"]["chargeTaxValue"]) <= 1

    @rule(pick=PICK, amount=st.integers(1, 5_000), tip=st.sampled_from([0, 1_000]))
    def be_generous(self, pick, amount, tip):
        """DSC-4: a discount and a tip change what is owed and nothing that is counted here."""
        order = self.any_of(pick, "OPENED")
        if order is not None:
            discounts = [{"title": "할인", "amountMoney": {"value": amount}}]
            data = {
                "id": order["id"],
                "expectedVersion": order["version"],
                "discounts": discounts,
                "tip": tip,
            }
            self.ask("order.update", data)

    @rule(table=TABLES, seat=st.booleans())
    def seat_or_clear(self, table, seat):
        """TBL-7, TBL-8."""
        if seat:
            self.ask("table.seat", {"tableId": table, "numGuests": 2})
        else:
            self.ask("table.clear", {"table": {"id": table}})

    # -- the kitchen -----------------------------------------------------------------------------

    @rule(pick=PICK, act=st.sampled_from(["bump", "bump", "recall", "line"]))
    def cook(self, pick, act):
        """KDS-5, KDS-6: bumping and recalling moves no order and no ordered quantity; twice is once."""
        found = self.tickets("COMPLETED" if act == "recall" else "OPENED")
        if not found:
            return
        ticket = found[pick % len(found)]
        verb = "recall" if act == "recall" else "bump"
        data: Json = {"id": ticket["id"]}
        if act == "line":
            data["lineIds"] = [ticket["lineItems"][0]["id"]]
        before = self.all_day()
        done = self.both((f"kds-order-item.{verb}", data, COOK), (f"kds-order-item.{verb}", data, TILL))
        if act == "bump" and done[0] is not None:
            # KDS-a: recall after bump is the identity on the ledger, for a whole ticket not begun before.
            between = self.all_day()
            self.ask("kds-order-item.recall", data, COOK)
            if sum((before - between).values()) == sum(goods_on(ticket).values()):
                assert self.all_day() == before
            self.ask("kds-order-item.bump", data, COOK)
            assert self.all_day() == between

    @rule(pick=PICK, which=PICK)
    def remake(self, pick, which):
        """KDS-9: cooked again, without charge."""
        order = self.any_of(pick, "OPENED", "COMPLETED")
        if order is not None and order["lineItems"]:
            line = order["lineItems"][which % len(order["lineItems"])]
            data = {"orderId": order["id"], "lineId": line["id"], "quantity": 1, "reason": "쏟음"}
            self.ask("kds-order-item.remake", data, COOK)

    # -- requests and time -----------------------------------------------------------------------

    @rule(ready=st.sampled_from([12, 240]))
    def request(self, ready):
        """ORD-3: prepaid, and nothing to cook yet."""
        self.number += 1
        now = self.shop.shop.clock.now()
        paid = self.shop.payment({"id": "request"}, 5_000, f"r{self.number}") | {"orderId": ""}
        info = {
            "expiredAt": (now + timedelta(minutes=10)).isoformat(),
            "expectedReadyAt": (now + timedelta(minutes=ready)).isoformat(),
        }
        dto = an_order(a_line(1), orderKey=f"r{self.number}") | {"requestedInfo": info, "payments": [paid]}
        if self.ask("order.submit", {"order": dto}, CHANNEL) is not None:
            self.money += 5_000

    @rule(pick=PICK, decline_first=st.booleans())
    def two_answer_a_request(self, pick, decline_first):
        """ORD-4: first come; the other one is refused and hears why."""
        order = self.any_of(pick, "REQUESTED")
        if order is None:
            return
        said = {"id": order["id"], "reason": "재료 소진"}
        asked = [("order.accept", {"id": order["id"]}, TILL), ("order.decline", said, OTHER_TILL)]
        first, second = self.both(*(reversed(asked) if decline_first else asked))
        assert first is not None
        assert second is None
        if decline_first:
            self.money -= 5_000
        else:
            self.goods += goods_of(first["order"])

    @rule(minutes=st.sampled_from([1, 11, 200]))
    def time_passes(self, minutes):
        """ORD-3, KDS-9: requests nobody answered expire by themselves and their money goes back."""
        waiting = len(self.orders("REQUESTED"))
        self.shop.shop.clock.jump(minutes=minutes)
        self.run(self.shop.shop.settle())
        still = len(self.orders("REQUESTED"))
        self.money -= 5_000 * (waiting - still)
        assert minutes < 10 or still == 0

    # -- what always holds -----------------------------------------------------------------------

    def dumplings(self) -> int:
        data = {"catalog": {"id": DUMPLINGS}}
        item = self.run(self.shop.ask("catalog-item.get.request", data, READER))["catalog"]
        return item["price"]["stockQuantity"]["remainQuantity"]

    def all_day(self) -> Counter[str]:
        board = self.run(self.shop.ask("kds-board.get.request", {}, COOK))
        tally: Counter[str] = Counter()
        for line in board["allDay"]:
            tally[str(line["itemId"])] += line["quantity"]
        return tally

    @invariant()
    def goods_and_money_are_conserved(self):
        """MON-a, ORD-1, CAN-a, SPL-5, TBL-2: over all orders the goods and the money that came and went."""
        goods: Counter[str] = Counter()
        paid = 0
        for order in self.orders():
            price, money = order["chargePrice"], order["paymentPrice"]
            if order["orderState"] in ("OPENED", "COMPLETED"):
                goods += goods_of(order)
                assert money["paymentPaidValue"] + money["paymentUnpaidValue"] == price["chargePriceValue"]
            if order["orderState"] == "CANCELLED":
                assert (money["paymentPaidValue"], money["paymentUnpaidValue"]) == (0, 0)
            paid += money["paymentPaidValue"]
            assert price["chargePriceValue"] == sum(
                price[key] for key in ("chargeSupplyValue", "chargeTaxValue", "chargeTipValue")
            )
            assert min(price.values()) >= 0
        assert goods == self.goods
        assert paid == self.money

    @invariant()
    def the_kitchen_was_told_just_that(self):
        """KDS-a: Σ(current − previous) over all tickets but remakes is what stands on all orders."""
        told: Counter[str] = Counter()
        for ticket in self.tickets("OPENED", "COMPLETED", "CANCELLED"):
            if not all((line["memo"] or "").startswith("[재조리]") for line in ticket["lineItems"]):
                told.update(goods_on(ticket))
        waiting = goods_to_fire(
            self.orders("OPENED", "COMPLETED"), self.tickets("OPENED", "COMPLETED", "CANCELLED")
        )
        assert {item: n for item, n in told.items() if n} == dict(self.goods - waiting)

    @invariant()
    def tables_follow_from_orders(self):
        """TBL-6, TBL-9: occupied exactly when somebody sits there or something is open or owed; due adds up."""
        open_on: dict[int, list[Json]] = {}
        for order in self.orders():
            owing = order["paymentPrice"]["paymentUnpaidValue"] > 0
            if "tableId" in order and (
                order["orderState"] == "OPENED" or (order["orderState"] == "COMPLETED" and owing)
            ):
                open_on.setdefault(order["tableId"], []).append(order)
        for table in self.run(self.shop.ask("table-status.list.request", {}, TILL))["tables"]:
            here = open_on.get(table["id"], [])
            assert {order["id"] for order in here} <= {order["id"] for order in table["orders"]}
            assert table["due"] == sum(order["paymentPrice"]["paymentUnpaidValue"] for order in here)
            if here:
                assert table["status"] == "occupied"
            elif table["status"] == "occupied":
                assert "seatedAt" in table

    @invariant()
    def numbers_are_given_once(self):
        """OFF-a, NUM-3."""
        numbers = [(order["createdAt"][:10], order["number"]) for order in self.orders()]
        assert len(numbers) == len(set(numbers))

    def teardown(self) -> None:
        """Afterwards the file is sound."""
        self.run(check_histories(self.shop.shop))
        self.run(self.opening.__aexit__(None, None, None))
        self.loop.close()
        assert check(Path(self.folder.name)) == []
        self.folder.cleanup()


def goods_of(order: Json) -> Counter[str]:
    """Quantity by item."""
    tally: Counter[str] = Counter()
    for line in order["lineItems"]:
        tally[str(line["item"]["id"])] += line["quantity"]["value"]
    return tally


def goods_on(ticket: Json) -> Counter[str]:
    """What a ticket changed, by item; either sign."""
    tally: Counter[str] = Counter()
    for line in ticket["lineItems"]:
        tally[line["itemId"]] += line["quantity"]["current"] - line["quantity"]["previous"]
    return tally


def goods_to_fire(orders: list[Json], tickets: list[Json]) -> Counter[str]:
    """What waits for its time: accepted requests without a ticket (KDS-9)."""
    sent = {ticket["order"]["id"] for ticket in tickets}
    waiting: Counter[str] = Counter()
    for order in orders:
        if "requestedInfo" in order and order["id"] not in sent:
            waiting += goods_of(order)
    return waiting


Floor.TestCase.settings = settings(max_examples=60 * (FACTOR if LARGE else 1), stateful_step_count=40)
TestFloor = Floor.TestCase
