"""Plays a service evening that is written down as a table, through the real service.

    seat    T1 4                                  -> T1 occupied
    order   O1 T1 for 4: 2 해물파전, 1 막걸리     -> total 41,000; K1 NEW 해물파전 0>2, 막걸리 0>1
    bump    K1                                    -> K1 COMPLETED
    pay     O1 rest card P1                       -> O1 COMPLETED COMPLETED; T1 empty

Left of the arrow stands what somebody does, right of it what must be so afterwards. O and R are
orders, K tickets, P payments, T tables. Every ticket that a line brings about has to be named on
it: a ticket nobody expected is a failure. `refused REASON` means the line changes nothing.
`pushes …` lists all that a connected plugin hears because of the line, in order.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError
from jumak.domain.money import line_list, milli
from jumak.domain.tax import included_vat
from jumak.protocol.scopes import expand
from jumak.sdk.events import ANY, Push
from jumak.testing import OWNER, SimulatedShop, simulated_shop
from tests.histories import check_histories

Json = dict[str, Any]

BRIDGE = Caller(id="bridge", kind="plugin", name="Bridge", scopes=expand(["plugin"]))
CHANNEL = Caller(id="rider", kind="service", name="rider", scopes=expand(["plugin", "order:submit"]))
SHORT = {"kds-order-item": "kds", "catalog-item": "catalog", "catalog-item-option": "option"}


class Evening:
    """A simulated shop, and the short names of what the table has talked of so far."""

    def __init__(self, shop: SimulatedShop) -> None:
        self.shop = shop
        self.orders: dict[str, str] = {}
        self.tickets: dict[str, str] = {}
        self.payments: dict[str, str] = {}
        self.heard: list[str] = []
        self._menu: dict[str, Json] = {}
        self._order = ""
        self._fresh: list[Json] = []
        self._known: set[str] = set()
        self._reply: Json = {}

    async def play(self, table: str) -> None:
        """Plays every line. Raises AssertionError naming the first line that came out otherwise."""
        for number, line in enumerate(table.splitlines(), 1):
            text = line.split("#")[0].strip()
            if not text:
                continue
            try:
                await self._line(text)
            except (AssertionError, KeyError, PosError) as problem:
                raise AssertionError(f"line {number}: {text}\n{problem!r}") from problem

    def listen(self, push: Push) -> None:
        """What a plugin hears, as `noun:event`."""
        if push.name.endswith(".change.event") and "event" in push.data:
            noun = push.name.removesuffix(".change.event")
            self.heard.append(f"{SHORT.get(noun, noun)}:{push.data['event']}")

    async def _line(self, text: str) -> None:
        act, _, expected = text.partition("->")
        expectations = [each.strip() for each in expected.split(";") if each.strip()]
        refusal = next((each.split()[1] for each in expectations if each.startswith("refused ")), None)
        seq = self.shop.running.store.reader().seq
        self.heard.clear()
        verb, _, rest = act.strip().partition(" ")
        try:
            await getattr(self, "do_" + verb.replace("-", "_"))(rest.strip())
        except PosError as error:
            refused = error.reason or error.code
            same(refused, refusal)
            same(self.shop.running.store.reader().seq, seq)
        else:
            assert refusal is None, f"should have been refused: {refusal}"
        await self.shop.settle()
        await self._note_tickets()
        for each in expectations:
            if not each.startswith("refused "):
                await self._expect(each)
        assert not self._fresh, f"nobody expected {[_brief(ticket) for ticket in self._fresh]}"

    async def ask(self, name: str, data: Json, caller: Caller = OWNER) -> Json:
        """Asks the shop; the reply is what expectations look at."""
        self._reply = await self.shop.request(f"{name}.request", data, caller=caller)
        return self._reply

    # -- what must be so -------------------------------------------------------------------------------

    async def _expect(self, text: str) -> None:
        subject, _, what = text.partition(" ")
        if subject == "pushes":
            same(self.heard, what.split())
        elif subject == "parts":
            same([part["amount"] for part in self._reply["parts"]], [_won(each) for each in what.split()])
        elif subject == "left":
            title, _, count = what.rpartition(" ")
            await self._read_menu()
            same(self._menu[title]["price"]["stockQuantity"]["remainQuantity"], int(count))
        elif subject in ("total", "discount", "vat", "exempt", "tip", "paid", "owes"):
            same((await self._amounts())[subject], _won(what))
        elif re.fullmatch(r"T\d+", subject):
            await self._expect_table(int(subject[1:]), what)
        elif re.fullmatch(r"K\d+", subject):
            await self._expect_ticket(subject, what)
        elif re.fullmatch(r"P\d+", subject):
            order = await self._get(self._order)
            states = {payment["id"]: payment["state"] for payment in order["payments"]}
            same(states[self.payments[subject]], what)
        else:
            order = await self._get(subject)
            states = [order["orderState"], order["paymentState"]]
            same(states[: len(what.split())], what.split())

    async def _amounts(self) -> dict[str, int]:
        order = await self._get(self._order)
        price, paid = order["chargePrice"], order["paymentPrice"]
        return {
            "total": price["chargePriceValue"],
            "discount": price["chargeDiscountValue"],
            "vat": price["chargeTaxValue"],
            "exempt": price.get("chargeTaxExemptValue", 0),
            "tip": price["chargeTipValue"],
            "paid": paid["paymentPaidValue"],
            "owes": paid["paymentUnpaidValue"],
        }

    async def _expect_table(self, number: int, what: str) -> None:
        tables = (await self.shop.request("table-status.list.request"))["tables"]
        table = next(each for each in tables if each["id"] == number)
        status, *names = what.split()
        same(table["status"], status)
        if names:
            same([order["id"] for order in table["orders"]], [self.orders[name] for name in names])

    async def _expect_ticket(self, name: str, what: str) -> None:
        kind, _, lines = what.partition(" ")
        if name not in self.tickets:
            assert self._fresh, f"there is no new ticket {name}"
            self.tickets[name] = self._fresh.pop(0)["id"]
        asked = {"page": 1, "size": 1, "ids": [self.tickets[name]]}
        ticket = (await self.shop.request("kds-order-item.get-list.request", asked))["contents"][0]
        assert kind in (ticket["orderRequestType"], ticket["state"]), _brief(ticket)
        if lines:
            assert _lines(ticket) == [each.strip() for each in lines.split(",")], _brief(ticket)

    async def _note_tickets(self) -> None:
        asked = {"page": 1, "size": 500}
        tickets = (await self.shop.request("kds-order-item.get-list.request", asked))["contents"]
        self._fresh = [ticket for ticket in tickets if ticket["id"] not in self._known]
        self._known |= {ticket["id"] for ticket in tickets}

    async def _get(self, name: str) -> Json:
        order: Json = (await self.shop.request("order.get.request", {"id": self.orders[name]}))["order"]
        return order

    # -- what is done: ordering ------------------------------------------------------------------------

    async def do_seat(self, rest: str) -> None:
        """`seat T1 4`."""
        table, guests = rest.split()
        await self.ask("table.seat", {"tableId": int(table[1:]), "numGuests": int(guests)})

    async def do_order(self, rest: str) -> None:
        """`order O1 T1 for 4: 2 해물파전, 1 칼국수 매운맛`; table and guests may be left out."""
        await self._add(rest, OWNER)

    async def do_plugin_orders(self, rest: str) -> None:
        """The same by a plugin."""
        await self._add(rest, BRIDGE)

    async def _add(self, rest: str, caller: Caller) -> None:
        head, _, lines = rest.partition(":")
        name, *more = head.split()
        dto: Json = {"lineItems": await self._dto(lines), "discounts": []}
        if more and more[0].startswith("T"):
            dto["tableId"] = int(more[0][1:])
        if "for" in more:
            dto["numGuests"] = int(more[-1])
        self._meet(name, (await self.ask("order.add", {"order": dto}, caller))["order"])

    async def do_add(self, rest: str) -> None:
        """`add O1: 1 막걸리`: more lines."""
        name, _, lines = rest.partition(":")
        await self.ask("order.add-line", {"id": self._at(name), "lineItems": await self._dto(lines)})

    async def do_plugin_adds(self, rest: str) -> None:
        """`plugin-adds O1: 2 해물파전, 1 막걸리`: the whole desired order (ADD-1)."""
        name, _, lines = rest.partition(":")
        dto = {"lineItems": await self._dto(lines), "discounts": []}
        await self.ask("order.add-menu", {"id": self._at(name), "order": dto}, BRIDGE)

    async def do_change(self, rest: str) -> None:
        """`change O1 막걸리 3`."""
        name, title, quantity = rest.split()
        edit = await self._edit(name, title)
        await self.ask("order.update-line", edit | {"quantity": int(quantity)})

    async def do_remove(self, rest: str) -> None:
        """`remove O1 막걸리`."""
        await self.ask("order.remove-line", await self._edit(*rest.split()))

    async def do_discount(self, rest: str) -> None:
        """`discount O1 10%` or `discount O1 2,000`."""
        name, text = rest.split()
        amount: Json = (
            {"percentBp": int(text[:-1]) * 100}
            if text.endswith("%")
            else {"amountMoney": {"value": _won(text)}}
        )
        edit = await self._edit(name)
        await self.ask("order.update", edit | {"discounts": [{"title": "할인", **amount}]})

    async def do_tip(self, rest: str) -> None:
        """`tip O1 3,000`."""
        name, won = rest.split()
        await self.ask("order.update", await self._edit(name) | {"tip": _won(won)})

    async def do_divide(self, rest: str) -> None:
        """`divide O1 O2: 1 해물파전`: these lines become an order of their own."""
        head, _, shares = rest.partition(":")
        name, new = head.split()
        order = await self._get(name)
        lines = []
        for share in shares.split(","):
            quantity, title = share.split()
            lines.append({"id": _line_of(order, title)["id"], "quantity": int(quantity)})
        made = await self.ask("order.split", await self._edit(name) | {"lines": lines})
        self._meet(new, made["newOrder"])

    async def do_cancel(self, rest: str) -> None:
        """`cancel O1 손님 변심`."""
        name, reason = rest.split(maxsplit=1)
        await self.ask("order.cancel", {"id": self._at(name), "reason": reason})

    async def do_complete(self, rest: str) -> None:
        """`complete O1`."""
        await self.ask("order.complete", {"id": self._at(rest)})

    # -- requests --------------------------------------------------------------------------------------

    async def do_submit(self, rest: str) -> None:
        """`submit R1 5 min, ready in 20: 1 칼국수`: a prepaid request with so long to answer."""
        head, _, lines = rest.partition(":")
        name, minutes, *_, ready = head.split()
        dto = await self._dto(lines, "PICKUP")
        won = sum(line["chargePrice"]["value"] for line in dto)
        request = {
            "lineItems": dto,
            "discounts": [],
            "orderKey": name,
            "requestedInfo": {"expiredAt": self._in(minutes), "expectedReadyAt": self._in(ready)},
            "payments": [self._payment({"id": ""}, won, "external", f"{name}-prepaid")],
        }
        self._meet(name, (await self.ask("order.submit", {"order": request}, CHANNEL))["order"])

    async def do_accept(self, rest: str) -> None:
        """`accept R1`."""
        await self.ask("order.accept", {"id": self._at(rest)})

    async def do_decline(self, rest: str) -> None:
        """`decline R1 재료 소진`."""
        name, reason = rest.split(maxsplit=1)
        await self.ask("order.decline", {"id": self._at(name), "reason": reason})

    async def do_call(self, rest: str) -> None:
        """`call R1`."""
        await self.ask("order.call", {"id": self._at(rest)})

    async def do_wait(self, rest: str) -> None:
        """`wait 6 min`."""
        self.shop.clock.jump(minutes=float(rest.split()[0]))

    # -- kitchen, tables, menu -------------------------------------------------------------------------

    async def do_bump(self, rest: str) -> None:
        """`bump K1`."""
        await self.ask("kds-order-item.bump", {"id": self.tickets[rest]})

    async def do_recall(self, rest: str) -> None:
        """`recall K1`."""
        await self.ask("kds-order-item.recall", {"id": self.tickets[rest]})

    async def do_remake(self, rest: str) -> None:
        """`remake O1 칼국수 1`."""
        name, title, quantity = rest.split()
        line = _line_of(await self._get(name), title)
        asked = {"orderId": self._at(name), "lineId": line["id"], "quantity": int(quantity), "reason": "탔음"}
        await self.ask("kds-order-item.remake", asked)

    async def do_move(self, rest: str) -> None:
        """`move T1 T2`."""
        await self.ask("table.move", _from_to(rest))

    async def do_merge(self, rest: str) -> None:
        """`merge T1 T2`: the party of T1 joins the one of T2."""
        await self.ask("table.merge", _from_to(rest))

    async def do_swap(self, rest: str) -> None:
        """`swap T1 T2`."""
        first, second = rest.split()
        await self.ask("table.swap", {"first": int(first[1:]), "second": int(second[1:])})

    async def do_clear(self, rest: str) -> None:
        """`clear T1`."""
        await self.ask("table.clear", {"table": {"id": int(rest[1:])}})

    async def do_sold_out(self, rest: str) -> None:
        """`sold-out 막걸리`."""
        await self._mark(rest, "SOLD_OUT")

    async def do_on_sale(self, rest: str) -> None:
        """`on-sale 막걸리`."""
        await self._mark(rest, "ON_SALE")

    async def _mark(self, title: str, state: str) -> None:
        await self._read_menu()
        await self.ask("catalog-item.set-state", {"catalog": {"id": self._menu[title]["id"]}, "state": state})

    # -- money -----------------------------------------------------------------------------------------

    async def do_parts(self, rest: str) -> None:
        """`parts O1 3`: what each of three would pay."""
        name, count = rest.split()
        await self.ask("bill.split", {"orderId": self._at(name), "by": "count", "count": int(count)})

    async def do_pay(self, rest: str) -> None:
        """`pay O1 10,000 card P1`, `pay O1 rest cash P2`; `pay O1 rest card P1 stay` leaves it open."""
        name, text, tender, payment, *stay = rest.split()
        order = await self._get(name)
        owed = order["paymentPrice"]["paymentUnpaidValue"]
        dto = self._payment(order, owed if text == "rest" else _won(text), tender, payment)
        if stay:
            dto["autocomplete"] = False
        asked = {"order": {"id": self._at(name)}, "paymentDto": dto}
        self.payments[payment] = (await self.ask("payment.add", asked))["payment"]["id"]

    async def do_take_back(self, rest: str) -> None:
        """`take-back O1 P1`: the payment is cancelled, the order stays (CAN-1)."""
        name, payment = rest.split()
        asked = {"order": {"id": self._at(name)}, "payment": {"id": self.payments[payment]}}
        await self.ask("payment.cancel", asked)

    async def do_refund(self, rest: str) -> None:
        """`refund O1 1,000`: goodwill (CAN-6)."""
        name, won = rest.split()
        asked = {"id": self._at(name), "amount": _won(won), "reason": "사과의 뜻"}
        await self.ask("order.refund-amount", asked)

    def _payment(self, order: Json, won: int, tender: str, key: str) -> Json:
        vat = included_vat(won, 1_000)
        return {
            "sourceType": tender.upper(),
            "orderId": order["id"],
            "amountMoney": won,
            "taxMoney": vat,
            "supplyMoney": won - vat,
            "tipMoney": 0,
            "approvedNo": "12345678",
            "approvedAt": self._in("0"),
            "paymentKey": key,
        }

    # -- names -----------------------------------------------------------------------------------------

    def _meet(self, name: str, order: Json) -> None:
        self.orders[name] = order["id"]
        self._order = name

    def _at(self, name: str) -> str:
        self._order = name.strip()
        return self.orders[self._order]

    async def _edit(self, name: str, title: str | None = None) -> Json:
        order = await self._get(name)
        edit: Json = {"id": self._at(name), "expectedVersion": order["version"], "reason": "손님 요청"}
        return edit if title is None else edit | {"lineId": _line_of(order, title)["id"]}

    def _in(self, minutes: str) -> str:
        return (self.shop.clock.now() + timedelta(minutes=float(minutes))).isoformat()

    async def _read_menu(self) -> None:
        catalogs = (await self.shop.request("catalog-item.list.request"))["catalogs"]
        self._menu = {item["title"]: item for item in catalogs}

    async def _dto(self, lines: str, dining: str = "HERE") -> list[Json]:
        await self._read_menu()
        return [self._line_dto(each.split(), dining) for each in lines.split(",")]

    def _line_dto(self, words: list[str], dining: str) -> Json:
        """`2 칼국수 매운맛`: how many, what, options by title; `togo` for taking away."""
        count, title, *wishes = words
        item = self._menu[title]
        titles = {choice["title"]: choice for option in item["options"] for choice in option["choices"]}
        chosen = [titles[wish] for wish in wishes if wish != "togo"]
        surcharge = sum(choice["priceValue"] for choice in chosen)
        price = item["price"]
        return {
            "diningOption": "TOGO" if "togo" in wishes else dining,
            "item": {"id": item["id"], "title": title, "category": item["category"], "type": item["type"]},
            "quantity": {"value": int(count)},
            "chargePrice": {
                "value": line_list(price["priceValue"], price["priceUnit"], surcharge, milli(int(count)))
            },
            "optionChoices": [{"id": choice["id"]} for choice in chosen],
        }


@asynccontextmanager
async def evening(**options: Any) -> AsyncIterator[Evening]:
    """A simulated shop with a plugin that hears everything, ready to be played on."""
    async with simulated_shop(**options) as shop:
        made = Evening(shop)
        plugin = await shop.pos(name="listener")
        plugin.events.on(ANY, made.listen)
        await shop.settle()
        yield made
        await check_histories(shop)


def same(found: object, expected: object) -> None:
    """Raises AssertionError that shows both."""
    assert found == expected, f"{found} instead of {expected}"


def _won(text: str) -> int:
    return int(text.replace(",", ""))


def _from_to(rest: str) -> Json:
    first, second = rest.split()
    return {"from": int(first[1:]), "to": int(second[1:])}


def _line_of(order: Json, title: str) -> Json:
    found: Json = next(line for line in order["lineItems"] if line["item"]["title"] == title)
    return found


def _lines(ticket: Json) -> list[str]:
    return [
        f"{line['title']} {line['quantity']['previous']}>{line['quantity']['current']}"
        for line in ticket["lineItems"]
    ]


def _brief(ticket: Json) -> str:
    return f"{ticket['orderRequestType']} {ticket['state']} {_lines(ticket)}"
