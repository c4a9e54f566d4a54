"""A till that takes cash and has receipts issued by a practice issuer; its file stays over restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from jumak.domain.caller import Caller
from jumak.domain.merchant import Shop
from jumak.main import run_shop
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.store.sqlite import SqliteStore
from jumak.testing import PracticeIssuer, simulated_shop
from jumak.testing.menu import SHOP
from tests.service.asking import READER, Asking, a_line
from tests.service.paying import CASHIER, MANAGER

Json = dict[str, Any]
PHONE = "010-2345-6789"
MANDATORY = replace(SHOP, cash_receipt_mandatory=True)


class CashCounter:
    """What tests of the till's cash receipts do. Opened with `async with`."""

    def __init__(self, *, shop: Shop = SHOP, folder: Path | None = None, issues: bool = True) -> None:
        self.folder = folder
        self.book = None if folder is None else folder.parent / "issuer"
        self.issuer = PracticeIssuer(self.book, now=lambda: self.clock.now())
        self._issues = issues
        self._opening = simulated_shop(shop=shop, folder=folder, issuer=self.issuer if issues else None)
        self.asking: Asking

    async def __aenter__(self) -> CashCounter:
        self.asking = Asking(await self._opening.__aenter__())
        return self

    async def __aexit__(self, *of: Any) -> None:
        await self._opening.__aexit__(*of)

    @property
    def clock(self) -> Any:
        return self.asking.shop.clock

    @property
    def store(self) -> Any:
        return self.asking.shop.running.store

    async def settle(self) -> None:
        await self.asking.shop.settle()

    async def order(self, price: int = 18_000) -> Json:
        """An order over this price, as a plugin may price it."""
        return await self.asking.add(READER, a_line(2) | {"chargePrice": {"value": price}})

    async def pay(self, order: Json, amount: int | None = None) -> Json:
        """Cash over the counter; the payment."""
        now = await self.asking.get(order["id"])
        unpaid = now["paymentPrice"]["paymentUnpaidValue"]
        data = {
            "orderId": order["id"], "tender": "CASH", "amount": unpaid if amount is None else amount,
            "expectedUnpaid": unpaid,
        }  # fmt: skip
        attempt = (await self.asking.ask("payment.start.request", data, CASHIER))["attempt"]
        return attempt["payment"]

    async def paid(self, price: int = 18_000) -> tuple[Json, Json]:
        """An order and the cash that paid it."""
        order = await self.order(price)
        return order, await self.pay(order)

    async def send(
        self, payment: Json, use: str = "DEDUCTION", identifier: str | None = PHONE, **more: Any
    ) -> Json:
        data = {"paymentId": payment["id"], "use": use} | more
        if use != "SELF":
            data["identifier"] = identifier
        asked = await self.asking.ask("cash-receipt.send.request", data, CASHIER)
        return asked["cashReceipt"]

    async def cancel(self, receipt: Json, **more: Any) -> Json:
        data = {"id": receipt["id"], "reason": "번호 오류"} | more
        return (await self.asking.ask("cash-receipt.cancel.request", data, MANAGER))["cashReceipt"]

    async def refund(self, order: Json, amount: int) -> None:
        data = {"id": order["id"], "amount": amount, "reason": "식은 음식"}
        await self.asking.ask("order.refund-amount.request", data, MANAGER)

    async def take_back(self, order: Json, payment: Json) -> None:
        data = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
        await self.asking.ask("payment.cancel.request", data, MANAGER)

    async def list(self, *states: str, caller: Caller = CASHIER) -> list[Json]:
        data = {"states": list(states)} if states else {}
        return (await self.asking.ask("cash-receipt.list.request", data, caller))["cashReceipts"]

    async def receiptable(self, order: Json) -> dict[str, int]:
        """By payment what may be receipted now."""
        data = {"orderId": order["id"]}
        reply = await self.asking.ask("cash-receipt.list.request", data, CASHIER)
        return {each["paymentId"]: each["amount"] for each in reply["receiptable"]}

    async def get(self, receipt: Json) -> Json:
        await self.settle()
        return next(each for each in await self.list() if each["id"] == receipt["id"])

    async def until(self, looks: Callable[[], Any]) -> Any:
        """Jumps from waker to waker until something is seen."""
        async with asyncio.timeout(20):
            while True:
                await self.settle()
                if (seen := await looks()) is not None:
                    return seen
                at = self.clock.next_waking()
                assert at is not None, "nothing would ever happen any more"
                self.clock.jump(seconds=max(0.0, (at - self.clock.now()).total_seconds()))

    async def ended(self, receipt: Json, *states: str) -> Json:
        """The receipt once its issue is in one of these states, ISSUED unless told."""

        async def looks() -> Json | None:
            now = await self.get(receipt)
            return now if now["state"] in (states or ("ISSUED",)) else None

        return await self.until(looks)

    async def emptied(self) -> list[Json]:
        """All receipts once nothing is left to ask the issuer."""

        async def looks() -> list[Json] | None:
            return None if await self.list("QUEUED", "SENT", "UNKNOWN") else await self.list()

        return await self.until(looks)

    async def kill(self) -> None:
        """The server is gone; what it had not written is lost."""
        await self.asking.shop._end()

    async def restart(self, *, issuer_too: bool = False) -> None:
        """Comes back with what is on disk, and the issuer as well."""
        assert self.folder is not None
        if issuer_too:
            faults, is_down = self.issuer.faults, self.issuer.is_down
            self.issuer = PracticeIssuer(self.book, now=lambda: self.clock.now())
            self.issuer.faults, self.issuer.is_down = faults, is_down
        shop = self.asking.shop
        connections = Connections()
        store = SqliteStore.open(self.folder, clock=shop.clock, ids=UuidIds(), live=connections)
        issuer = self.issuer if self._issues else None
        shop.running, shop._end = await run_shop(store, connections, shop.clock, issuer=issuer)
        await self.settle()
