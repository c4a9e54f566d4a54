"""Kill the server while a plugin gives money back: afterwards a person can find out and say."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.crash.guests import CLIENT, LOST, open_socket
from tests.crash.owner import post
from tests.crash.shop_process import ShopProcess, make_shop
from tests.service.asking import a_line, an_order
from tests.service.paying import APPROVAL

WITHIN_S = 30.0
PLUGIN = "stamp"

Json = dict[str, Any]


class Method:
    """A remote service with a payment method; it answers the shop's questions when told."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def connected(cls, server: ShopProcess, token: str) -> Method:
        """With its button on the payment screen."""
        method = cls(await open_socket(server))
        await method.say("session.open.request", {"token": token, "client": CLIENT}, "open")
        await method.heard("callbackId", "open")
        await method.say(
            "payment.method.add", {"id": "card", "image": "stamp.png", "paymentName": "스탬프"}, None
        )
        # The reply to a later message of its noun tells that the button is there.
        await method.say("payment.get.request", {"id": "none"}, "after")
        await method.heard("callbackId", "after")
        return method

    async def say(self, name: str, data: Json, callback_id: str | None) -> None:
        frame = {"name": name, "version": 1, "data": data}
        await self._socket.send(
            json.dumps(frame if callback_id is None else frame | {"callbackId": callback_id})
        )

    async def heard(self, key: str, value: str) -> Json:
        """The next frame with this value at its top, or in its data; objections are waived."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                frame: Json = json.loads(await self._socket.recv())
                if frame.get(key) == value or frame["data"].get(key) == value:
                    return frame
                if frame["name"] == "payment.event.request":
                    await self.answer(frame)

    async def answer(self, question: Json, **data: Any) -> None:
        reply = {"event": question["data"]["event"], "id": "card", "complete": True} | data
        await self.say("x.response", reply, question["callbackId"])

    async def close(self) -> None:
        await self._socket.close()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ShopProcess]:
    await make_shop(tmp_path / "shop")
    running = ShopProcess(tmp_path / "shop")
    await running.start()
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            await running.stop()


async def paid_order(server: ShopProcess, method: Method) -> tuple[Json, Json]:
    """An order paid by the method: what names it and its payment in a cancel."""
    order = (await post(server, "order.add", {"order": an_order(a_line(2))}))["order"]
    start = {
        "orderId": order["id"], "tender": "METHOD", "amount": 18_000, "expectedUnpaid": 18_000,
        "method": {"pluginId": PLUGIN, "id": "card"},
    }  # fmt: skip
    attempt = await post(server, "payment.start", start)
    assert attempt["complete"] is True, attempt
    await method.answer(await method.heard("event", "pay"), paymentDto=APPROVAL)
    paid = await method.heard("event", "paid")
    return order, paid["data"]["payment"]


async def killed_while_giving_back(server: ShopProcess) -> tuple[str, Json, Json]:
    """The plugin's token, the cancel that was under way, and the question the plugin had."""
    pair = {"kind": "service", "name": PLUGIN, "scopes": ["plugin"]}
    token = str((await post(server, "device.pair", pair))["token"])
    method = await Method.connected(server, token)
    order, payment = await paid_order(server, method)
    cancel = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
    cancelling = asyncio.create_task(post(server, "payment.cancel", cancel))
    question = await method.heard("event", "cancel")
    await server.kill()
    with pytest.raises(LOST):
        await cancelling
    await server.start()
    return token, cancel, question


async def refunds(server: ShopProcess) -> list[tuple[str, str]]:
    listed = await post(server, "payment-refund.list", {})
    return [(refund["paymentId"], refund["state"]) for refund in listed["refunds"]]


async def test_a_person_settles_it(server: ShopProcess) -> None:
    """CAN-10, NET-1: after SIGKILL the refund is listed as unknown and not asked again; what a manager says counts."""
    token, cancel, _ = await killed_while_giving_back(server)
    payment = cancel["payment"]["id"]
    assert await refunds(server) == [(payment, "UNKNOWN")]
    method = await Method.connected(server, token)
    refused = await post(server, "payment.cancel", cancel)
    assert refused["error"]["reason"] == "REFUND_UNSETTLED"
    no = {"id": payment, "note": "밴사 확인: 환불 안 됨", "refunded": False}
    assert (await post(server, "payment.confirm-refund", no))["complete"] is True
    assert await refunds(server) == [(payment, "NOT_RETURNED")]
    cancelling = asyncio.create_task(post(server, "payment.cancel", cancel))
    # The first question since the restart.
    await method.answer(
        await method.heard("event", "cancel"), cancelledPaymentDto={"cancelledAt": "2026-02-02T12:30:00"}
    )
    assert (await cancelling)["complete"] is True
    assert await refunds(server) == [(payment, "RETURNED")]
    await method.close()
    assert "Traceback" not in server.errors, server.errors


async def test_the_plugin_answers_after_the_restart(server: ShopProcess) -> None:
    """CAN-10, H-45: money that went back is booked, although the server that asked is dead."""
    token, cancel, question = await killed_while_giving_back(server)
    method = await Method.connected(server, token)
    await method.answer(question, cancelledPaymentDto={"cancelledAt": "2026-02-02T12:30:00"})
    payment = cancel["payment"]
    assert (await method.heard("event", "cancel"))["name"] == "payment.change.event"
    assert (await post(server, "payment.get", payment))["payment"]["state"] == "CANCELLED"
    assert await refunds(server) == [(payment["id"], "RETURNED")]
    await method.close()
    assert "Traceback" not in server.errors, server.errors
