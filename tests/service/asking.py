"""Asking a simulated shop in the words of the tests of orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from jumak.domain.caller import Caller
from jumak.domain.errors import PermissionDenied
from jumak.protocol.messages.staff import StaffApproveReply
from jumak.protocol.scopes import expand
from jumak.service import staff
from jumak.service.documents import Staff
from jumak.service.ports import Command, Transaction
from jumak.testing import OWNER, SimulatedShop
from jumak.testing.menu import DUMPLINGS, NOODLES, PANCAKE, RICE_WINE, SHOP

CAFE_SHOP = replace(SHOP, business_type="CAFE", payment_timing="PAY_FIRST", tables_enabled=False)
MANAGER_IN_PERSON = Staff(id="m", name="점장", role="manager", pin_hash="", pin_salt="")
READER = Caller(id="reader", kind="plugin", name="Reader", scopes=expand(["plugin"]))

ITEMS = {1: (RICE_WINE, 5_000), 2: (PANCAKE, 18_000), 3: (DUMPLINGS, 7_000), 4: (NOODLES, 9_000)}
"""Short numbers of the test menu's items, with their prices; 999 is on no menu."""


def a_line(number: int = 1, *, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A DTO line of one of ITEMS, at its price."""
    item_id, price = ITEMS.get(number, (number, 1_000))
    return {
        "diningOption": "HERE",
        "item": {
            "id": item_id,
            "title": f"item {item_id}",
            "category": {"id": 1, "title": "식사"},
            "type": "ITEM",
        },
        "quantity": {"value": quantity},
        "chargePrice": {"value": price * quantity},
        "optionChoices": [],
    } | more


def an_order(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A DTO."""
    return {"lineItems": list(lines), "discounts": []} | more


def a_payment(order: dict[str, Any], amount: int, key: str, **more: Any) -> dict[str, Any]:
    """A payment DTO with its VAT inside."""
    tax = (2 * amount + 11) // 22
    return {
        "sourceType": "EXTERNAL",
        "orderId": order["id"],
        "amountMoney": amount,
        "taxMoney": tax,
        "supplyMoney": amount - tax,
        "tipMoney": 0,
        "approvedNo": "12345678",
        "approvedAt": "2026-02-02T12:00:00",
        "paymentKey": key,
    } | more


class Asking:
    """A simulated shop with short words for what tests of orders ask."""

    def __init__(self, shop: SimulatedShop) -> None:
        self.shop = shop

    async def ask(self, name: str, data: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """The reply's keys; raises the refusal."""
        return await self.shop.request(name, data, caller=caller)

    async def add(self, caller: Caller, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A new order."""
        return (await self.ask("order.add.request", {"order": an_order(*lines, **more)}, caller))["order"]

    async def get(self, order_id: str) -> dict[str, Any]:
        """The order now, read by somebody who writes nothing."""
        return (await self.ask("order.get.request", {"id": order_id}, READER))["order"]

    def payment(self, order: dict[str, Any], amount: int, key: str = "pay", **more: Any) -> dict[str, Any]:
        """A payment DTO without VAT trouble."""
        return a_payment(order, amount, f"{order['id'][-12:]}-{key}", **more)

    async def pay(
        self, caller: Caller, order: dict[str, Any], amount: int | None = None, key: str = "pay", **more: Any
    ) -> dict[str, Any]:
        """Pays an amount, all that is owed unless given."""
        amount = order["paymentPrice"]["paymentUnpaidValue"] if amount is None else amount
        dto = self.payment(order, amount, key, **more)
        return (
            await self.ask("payment.add.request", {"order": {"id": order["id"]}, "paymentDto": dto}, caller)
        )["payment"]

    async def submit(self, caller: Caller, key: str) -> dict[str, Any]:
        """A request from a channel, prepaid, with ten minutes to answer."""
        now = self.shop.clock.now()
        dto = an_order(a_line(), orderKey=key) | {
            "requestedInfo": {
                "expiredAt": _after(now, 10),
                "expectedReadyAt": _after(now, 12),
            },
            "payments": [self.payment({"id": key}, 5_000) | {"orderId": ""}],
        }
        return (await self.ask("order.submit.request", {"order": dto}, caller))["order"]

    async def tickets(self, order_id: str) -> list[dict[str, Any]]:
        """All tickets of an order, oldest first."""
        data = {"page": 1, "size": 50, "orderIds": [order_id]}
        return (await self.ask("kds-order-item.get-list.request", data, READER))["contents"]

    async def approve(self, name: str, data: Any, caller: Caller) -> str:
        """A manager's approval of what this caller is refused, as if the PIN had been typed; its id."""
        try:
            await self.ask(name, data, caller)
        except PermissionDenied as refusal:
            needed = refusal.data
        else:
            raise AssertionError(f"{name} needs no manager")
        return await self.approved(needed, caller)

    async def approved(self, needed: dict[str, Any], caller: Caller) -> str:
        """As `approve`, of what a refusal named."""

        async def give(tx: Transaction) -> StaffApproveReply:
            tx.put(MANAGER_IN_PERSON)
            made = await staff.approve(tx, MANAGER_IN_PERSON.id, needed["action"], needed["act"])
            ids.append(made.approval_id)
            return made

        ids: list[str] = []
        command = Command(caller=caller, name="staff.approve.request", body=b"", run=give)
        assert (await self.shop.running.store.execute(command)).error is None
        return ids[0]

    async def mark(self) -> int:
        """Where the journal stands now."""
        return self.shop.running.store.reader().seq

    async def pushes(self, after: int) -> list[dict[str, Any]]:
        """Every push since a mark, as its owner would get it."""
        data = {"after": after, "limit": 500}
        return (await self.ask("event.list.request", data, OWNER))["events"]

    async def events(self, after: int) -> list[str]:
        """The SDK's pushes since a mark as `noun.change:event`."""
        return [
            f"{push['name'].removesuffix('.event')}:{push['data']['event']}"
            for push in await self.pushes(after)
            if push["name"].endswith(".change.event") and "event" in push["data"]
        ]


def _after(now: datetime, minutes: int) -> str:
    return str(msgspec.to_builtins(now + timedelta(minutes=minutes)))
