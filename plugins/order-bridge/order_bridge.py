"""A small HTTP service: a mobile order that is paid already becomes an order of the shop.

    POST /orders   Authorization: Bearer <the shared secret of the settings>
    {"key": "web-7f3a", "items": [{"id": 11, "quantity": 2, "options": [2]}],
     "paid": {"key": "pay-1", "at": "2026-02-02T11:03:00+09:00"}, "memo": "…"}

The key makes it safe to post again: after a lost answer, a restart here or in the shop, the same key
gives the same order and one payment. That rests on the shop's own keys (`orderKey`, `paymentKey`):
this service keeps nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
from collections.abc import Callable
from typing import Any

import msgspec

from jumak.sdk import ConnectionLost, Order, Plugin, Pos, PosPluginSdkError, PosPluginSdkTimeoutError

INPUTS = [
    {"id": "port", "type": "number", "label": "포트", "required": True, "default": 8790},
    {"id": "secret", "type": "password", "label": "공유 비밀키", "required": True},
]
LARGEST = 100_000
TRIES = 5
STATUS = {
    "INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "CONFLICT": 409, "DUPLICATE_KEY": 409,
    "INVALID_STATE": 409, "LOCKED": 423, "RATE_LIMITED": 429,
}  # fmt: skip
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 409: "Conflict",
           413: "Content Too Large", 423: "Locked", 429: "Too Many Requests", 502: "Bad Gateway"}  # fmt: skip

plugin = Plugin("order-bridge")


class Item(msgspec.Struct, frozen=True):
    """What was ordered: an item of the shop's menu, and choices of its options."""

    id: int
    quantity: int = 1
    options: tuple[int, ...] = ()


class Paid(msgspec.Struct, frozen=True):
    """The payment taken elsewhere: its own key and when it was approved."""

    key: str
    at: str


class MobileOrder(msgspec.Struct, frozen=True):
    """A posted order. key: the sender's own; the same one is the same order."""

    key: str
    items: tuple[Item, ...]
    paid: Paid
    memo: str | None = None


class OrderError(Exception):
    """The posted order cannot be taken."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def take(pos: Pos, posted: MobileOrder) -> Order:
    """The order and its payment, made or found. Safe to repeat at any point."""
    draft = await _draft(pos, posted)
    order = await _again(lambda: pos.order.add(draft))
    if not any(payment.payment_key == posted.paid.key for payment in order.payments):
        price = order.charge_price
        payment = {
            "sourceType": "EXTERNAL",
            "orderId": order.id,
            "amountMoney": price.charge_price_value,
            "taxMoney": price.charge_tax_value,
            "supplyMoney": price.charge_supply_value,
            "tipMoney": price.charge_tip_value,
            "taxExemptMoney": price.charge_tax_exempt_value or 0,
            "approvedNo": posted.paid.key[:20],
            "approvedAt": posted.paid.at,
            "paymentKey": posted.paid.key,
            # Paid is not cooked: the order stays open until the kitchen is done with it.
            "autocomplete": False,
        }
        await _again(lambda: pos.payment.add({"id": order.id}, payment))
    return await pos.order.get_order(order.id)


async def _draft(pos: Pos, posted: MobileOrder) -> dict[str, Any]:
    lines = []
    for wanted in posted.items:
        item = await pos.catalog.get_catalog(wanted.id)
        choices = {choice.id: choice for option in item.options for choice in option.choices}
        unknown = [choice for choice in wanted.options if choice not in choices]
        if unknown:
            raise OrderError(400, f"{item.title} has no choice {unknown[0]}")
        unit = item.price.price_value + sum(choices[choice].price_value for choice in wanted.options)
        lines.append(
            {
                "diningOption": "PICKUP",
                "item": {
                    "id": item.id,
                    "title": item.title,
                    "category": {"id": item.category.id, "title": item.category.title},
                    "type": str(item.type),
                },
                "quantity": {"value": wanted.quantity},
                "chargePrice": {"value": unit * wanted.quantity},
                "optionChoices": [{"id": choice, "quantity": 1} for choice in wanted.options],
            }
        )
    return {
        "orderKey": posted.key,
        "lineItems": lines,
        "discounts": [],
        "memo": posted.memo,
        "channel": {"groups": ["MOBILE_ORDER"]},
    }


async def _again(write: Callable[[], Any]) -> Any:
    """Sends a write again when its reply was lost: its key makes a repeat harmless."""
    for _ in range(TRIES - 1):
        try:
            return await write()
        except (ConnectionLost, PosPluginSdkTimeoutError) as lost:
            print(f"reply lost, sending again: {lost}", flush=True)
    return await write()


class Door:
    """The HTTP side: one request per connection, JSON in and out."""

    def __init__(self, pos: Pos) -> None:
        self._pos = pos
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> int:
        """Listens on 127.0.0.1 (put a proxy with TLS in front). Returns the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=LARGEST)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Takes no more orders."""
        if self._server is not None:
            self._server.close()

    async def answer(self, secret: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """What to answer to a posted order, whatever the transport."""
        settings = await self._pos.setting.get_values()
        if not settings.get("secret") or not hmac.compare_digest(
            secret.encode(), settings["secret"].encode()
        ):
            return 401, {"error": "wrong or missing secret"}
        try:
            posted = msgspec.json.decode(body, type=MobileOrder)
            order = await take(self._pos, posted)
        except msgspec.MsgspecError as problem:
            return 400, {"error": str(problem)}
        except OrderError as wrong:
            return wrong.status, {"error": str(wrong)}
        except PosPluginSdkError as refused:
            return STATUS.get(refused.code, 502), {"error": str(refused), "reason": refused.reason}
        except (ConnectionError, TimeoutError) as lost:
            return 502, {"error": f"the shop does not answer, post again: {lost}"}
        print(f"order {order.number}: {order.charge_price.charge_price_value:,} won, paid", flush=True)
        return 200, {
            "id": order.id,
            "number": order.number,
            "total": order.charge_price.charge_price_value,
            "unpaid": order.payment_price.payment_unpaid_value,
        }

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(60):
                status, reply = await self._read(reader)
        except (TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            status, reply = 400, {"error": "this is no HTTP request"}
        payload = json.dumps(reply, ensure_ascii=False).encode()
        head = (
            f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(payload)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + payload)
        try:
            await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, *_ = head[0].split(" ")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:])
        }
        if method != "POST" or path != "/orders":
            return 404, {"error": "POST /orders"}
        length = int(headers.get("content-length", "0"))
        if not 0 <= length <= LARGEST:
            return 413, {"error": f"at most {LARGEST} bytes"}
        body = await reader.readexactly(length)
        return await self.answer(headers.get("authorization", "").removeprefix("Bearer ").strip(), body)


doors: list[Door] = []


@plugin.on_start
async def begin(pos: Pos) -> None:
    """Opens the door on the port of the settings."""
    await pos.setting.set_inputs(INPUTS)
    settings = await pos.setting.get_values()
    door = Door(pos)
    port = await door.open(int(os.environ.get("ORDER_BRIDGE_PORT", settings["port"])))
    doors.append(door)
    print(f"listening on http://127.0.0.1:{port}/orders", flush=True)
    if not settings.get("secret"):
        print(
            "no shared secret yet: every order is refused until one is set (see README.md)",
            flush=True,
        )


@plugin.on_stop
async def end(_pos: Pos) -> None:
    """Closes the door."""
    for door in doors:
        await door.close()
    doors.clear()


if __name__ == "__main__":
    plugin.run()
