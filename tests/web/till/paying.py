"""Orders to pay in the demo shop, a plugin that takes money as it is told, and who else may be at it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any

import websockets
from playwright.async_api import Browser, Page, expect

from tests.web.house import House
from tests.web.till.stall import Stall
from tests.web.waiting import until

Json = dict[str, Any]
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
METHOD = "도장"
APPROVAL = {"approvedAt": "2026-02-02T12:00:00", "approvedNo": "", "paymentKey": "stamp-1"}


async def a_line(stall: Stall, title: str, quantity: int = 1, **more: Any) -> Json:
    """A line of an item of the demo menu, at its price."""
    items = (await stall.ask("catalog-item.list"))["catalogs"]
    item = next(each for each in items if each["title"] == title)
    price = item["price"]["priceValue"]
    return {
        "diningOption": "HERE",
        "item": {"id": item["id"], "title": title, "category": item["category"], "type": item["type"]},
        "quantity": {"value": quantity},
        "chargePrice": {"value": price * quantity},
        "optionChoices": [],
    } | more


async def an_order(stall: Stall, *, discount: int = 300, **more: Any) -> Json:
    """Three lines and a discount; 29,700 won."""
    lines = [
        await a_line(stall, "김치찌개", 2),
        await a_line(stall, "물냉면"),
        await a_line(stall, "공기밥"),
    ]
    discounts = [{"title": "단골 할인", "amountMoney": {"value": discount}}] if discount else []
    dto = {"lineItems": lines, "discounts": discounts} | more
    order: Json = (await stall.ask("order.add", order=dto))["order"]
    return order


async def order_now(stall: Stall, order: Json) -> Json:
    """The order as it is now."""
    now: Json = (await stall.ask("order.get", id=order["id"]))["order"]
    return now


async def open_payment(page: Page, order: Json) -> None:
    """Opens the payment screen as an address does."""
    await page.evaluate("id => { location.hash = `#/order/pay/${id}`; }", order["id"])
    await expect(page.locator("#payment-title")).to_contain_text(order["number"])


class Stamp:
    """A remote service with one payment method. It keeps what it is asked, and answers when it is told.

    objection: what it says against a cancel, None where it agrees.
    """

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.asked: list[Json] = []
        self.objection: str | None = None
        self.scanned: list[str] = []
        self._came = asyncio.Event()

    async def read(self) -> None:
        """Takes what arrives, until the socket closes."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in self._socket:
                frame: Json = json.loads(text)
                if frame["name"] == "payment.method.event.request":
                    self.asked.append(frame)
                    self._came.set()
                elif frame["name"] == "barcode.event":
                    self.scanned.append(frame["data"]["barcode"])
                elif frame["name"] == "payment.event.request":
                    # Silence would be waited for.
                    agreed: Json = {"event": frame["data"]["event"], "complete": self.objection is None}
                    if self.objection is not None:
                        agreed["errorMessage"] = self.objection
                    await self.send("payment.event.response", agreed, frame["callbackId"])

    async def send(self, name: str, data: Json, callback_id: str | None = None) -> None:
        frame = {"name": name, "version": 1, "data": data}
        await self._socket.send(json.dumps(frame | ({"callbackId": callback_id} if callback_id else {})))

    async def question(self) -> Json:
        """The newest question, waited for."""
        async with asyncio.timeout(10):
            await self._came.wait()
        self._came.clear()
        return self.asked[-1]

    async def answer(self, question: Json, **data: Any) -> None:
        """Approves with `paymentDto`; without it the guest went back."""
        reply = {"event": "pay", "id": "stamp", "complete": True} | data
        await self.send("payment.method.event.response", reply, question["callbackId"])


@contextlib.asynccontextmanager
async def stamp(shop: Stall | House, name: str = METHOD, image: str = "") -> AsyncIterator[Stamp]:
    """Connected, with its method added."""
    pairing = {"kind": "service", "name": "stamp-card", "scopes": ["plugin"]}
    token = (await shop.ask("device.pair", **pairing))["token"]
    async with websockets.connect(shop.url.replace("http", "ws") + "/v1/socket", proxy=None) as socket:
        opened = {"token": token, "client": {"name": "stamp", "version": "1"}}
        service = Stamp(socket)
        await service.send("session.open.request", opened, "open")
        await socket.recv()
        await service.send("payment.method.add", {"id": "stamp", "image": image, "paymentName": name})
        reading = asyncio.create_task(service.read())
        try:
            yield service
        finally:
            reading.cancel()


async def take_elsewhere(stall: Stall, browser: Browser, order: Json, name: str = "계산대 2") -> Page:
    """Another till has the payment of this order on screen."""
    other = await stall.page(browser, name=name)
    await open_payment(other, order)
    await expect(other.locator("button.cash")).to_be_enabled()
    return other


async def unsettled_order(stall: Stall) -> Json:
    """An order with an attempt somebody gave up waiting for."""
    order = await an_order(stall)
    async with stamp(stall):
        attempt = (
            await stall.ask(
                "payment.start",
                orderId=order["id"],
                tender="METHOD",
                amount=10_000,
                expectedUnpaid=order["paymentPrice"]["paymentUnpaidValue"],
                method={"pluginId": "stamp-card", "id": "stamp"},
            )
        )["attempt"]
        await stall.ask("payment-attempt.cancel", id=attempt["id"])
    return order


async def put_in_cart(stall: Stall, title: str, quantity: int = 1, **more: Any) -> None:
    """One more line in the cart of the main till."""
    items = (await stall.ask("catalog-item.list"))["catalogs"]
    item = next(each for each in items if each["title"] == title)
    price = {
        key: item["price"][key] for key in ("isTaxFree", "priceType", "priceUnit", "priceValue", "title")
    }
    line = {
        "item": {"id": item["id"], "title": title, "category": item["category"], "type": item["type"]},
        "itemPrice": price,
        "discount": [],
        "optionChoices": [],
        "quantity": quantity,
        "diningOption": "HERE",
    } | more
    await stall.ask("draft-order.add-line-item", lineItem=line)


async def open_display(stall: Stall, browser: Browser, till: str | None = None, **look: Any) -> Page:
    """A customer display; it faces the till of this name, the main till unless given."""
    devices = (await stall.ask("device.list"))["devices"]
    facing = [each["id"] for each in devices if each["name"] == till]
    pairing = {"tillId": facing[0]} if facing else {}
    display = await stall.page(browser, "/display", kind="display", name="고객 화면", **look, **pairing)
    await display.locator("svg").wait_for()
    return display


async def start_payment(stall: Stall, order: Json, tender: str, amount: int, **more: Any) -> Json:
    """A part of what is owed, asked for at a till."""
    unpaid = (await order_now(stall, order))["paymentPrice"]["paymentUnpaidValue"]
    asked = {"orderId": order["id"], "tender": tender, "amount": amount, "expectedUnpaid": unpaid}
    attempt: Json = (await stall.ask("payment.start", **asked, **more))["attempt"]
    return attempt


async def pay_by_stamp(stall: Stall, order: Json, amount: int, plugin: Stamp, key: str) -> None:
    """The plugin takes this much."""
    method = {"pluginId": "stamp-card", "id": "stamp"}
    attempt = await start_payment(stall, order, "METHOD", amount, method=method)
    approval = {"approvedAt": "2026-02-02T12:00:00", "approvedNo": "", "paymentKey": key}
    await plugin.answer(await plugin.question(), paymentDto=approval)

    async def paid() -> bool:
        return (await stall.ask("payment-attempt.get", id=attempt["id"]))["attempt"]["state"] == "APPROVED"

    await until(paid, "the plugin's payment is recorded")
