"""The sample plugins on a simulated shop."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from jumak.plugins.package import read_package
from jumak.testing import SimulatedShop, menu
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.paying import CASHIER, MANAGER, Counter
from tests.web.building import sample_zip

from .samples import FOLDER, load

NAMES = sorted(path.parent.name for path in FOLDER.glob("*/plugin.json"))
BUILT = ("prepaid-card",)
"""In TypeScript: what is installed is made by `npm run build`."""
TITLES = {menu.NOODLES: ("칼국수", 1, 9_000), menu.PANCAKE: ("해물파전", 2, 18_000), menu.DUMPLINGS: ("손만두", 1, 7_000)}  # fmt: skip


def line(item: int, quantity: int = 1) -> dict[str, Any]:
    title, category, price = TITLES[item]
    return {
        "dining_option": "HERE",
        "item": {"id": item, "title": title, "category": {"id": category, "title": "x"}, "type": "ITEM"},
        "quantity": {"value": quantity},
        "charge_price": {"value": price * quantity},
    }


def draft(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"line_items": list(lines), "discounts": [], **more}


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_package(name: str):
    """plugin-runtime §9: every sample installs, and says in its README how to use it."""
    package = read_package(sample_zip(name) if name in BUILT else FOLDER / name)
    assert package.manifest.id == name
    assert "jumak plugin install" in (FOLDER / name / "README.md").read_text(encoding="utf-8")


async def test_stock_keeper(shop: SimulatedShop, capsys: pytest.CaptureFixture[str]):
    """Sold out at 0, back on sale with new stock, one warning when little is left."""
    sample = load("stock-keeper")
    staff = await shop.staff("manager")

    async def item() -> Any:
        return await staff.catalog.get_catalog(menu.DUMPLINGS)

    async def stock(change: int) -> None:
        await staff.ext.catalog_item.adjust_stock(
            catalog={"id": menu.DUMPLINGS}, price_id=(await item()).price.id, delta=change, reason="test"
        )
        await shop.settle()

    async with shop.running_plugin(sample.plugin, scopes=["catalog:read", "catalog:write", "ui"]):
        await stock(-2)
        assert "손만두: only 3 left" in capsys.readouterr().out
        await stock(-1)
        assert "only" not in capsys.readouterr().out
        await stock(-2)
        assert "손만두: sold out, 0 left" in capsys.readouterr().out
        assert (await item()).state == "SOLD_OUT"
        await stock(10)
        assert (await item()).state == "ON_SALE"
        values = {"off": 4, "low": 6}
        await shop.request("plugin-setting.update.request", {"pluginId": "stock-keeper", "values": values})
        await shop.settle()
        await stock(-6)
        assert "손만두: sold out, 4 left" in capsys.readouterr().out
        assert (await item()).state == "SOLD_OUT"
    async with shop.running_plugin(sample.plugin, scopes=["catalog:read", "catalog:write", "ui"]):
        await stock(+1)
        assert "손만두: back on sale, 5 left" in capsys.readouterr().out, "it remembers over a restart"
        assert (await item()).state == "ON_SALE"
        assert (await staff.catalog.get_catalog(menu.COFFEE)).state == "SOLD_OUT", "staff took that one off"


async def bridge_settings(shop: SimulatedShop) -> None:
    values = {"secret": "s3cret", "port": 0}
    await shop.request("plugin-setting.update.request", {"pluginId": "order-bridge", "values": values})


ORDER = {
    "key": "web-1",
    "items": [{"id": menu.NOODLES, "quantity": 2, "options": [menu.HOT]}, {"id": menu.APPLES}],
    "paid": {"key": "pay-1", "at": "2026-02-02T11:03:00+09:00"},
}


async def test_order_bridge(shop: SimulatedShop, monkeypatch: pytest.MonkeyPatch):
    """H-40: the same key is the same order and one payment, over HTTP, across a restart of the bridge."""
    monkeypatch.setenv("ORDER_BRIDGE_PORT", "0")
    answers = []
    for _ in range(2):
        sample = load("order-bridge")
        async with shop.running_plugin(sample.plugin) as pos:
            await bridge_settings(shop)
            port = sample.doors[0]._server.sockets[0].getsockname()[1]
            assert (await post(port, ORDER, "wrong"))[0] == 401
            answers.append(await post(port, ORDER, "s3cret"))
            answers.append(await post(port, ORDER, "s3cret"))
            other = {**ORDER, "items": [{"id": menu.PANCAKE}]}
            assert (await post(port, other, "s3cret"))[0] == 409
            assert (await post(port, {"key": "x"}, "s3cret"))[0] == 400
            orders = await pos.order.get_orders()
    assert answers[0] == (200, {**answers[0][1], "total": 25_000, "unpaid": 0})
    assert answers == [answers[0]] * 4
    assert len(orders) == 1
    assert [payment.source_type for payment in orders[0].payments] == ["EXTERNAL"]
    assert orders[0].order_state == "OPENED"


async def test_order_bridge_lost_replies(shop: SimulatedShop, monkeypatch: pytest.MonkeyPatch):
    """PAY-6, PAY-7: replies that get lost on the way make no second order or payment."""
    monkeypatch.setenv("ORDER_BRIDGE_PORT", "0")
    sample = load("order-bridge")
    async with shop.running_plugin(sample.plugin) as pos:
        posted = sample.msgspec.convert(ORDER, sample.MobileOrder)
        for name in ("order.add", "payment.add"):
            shop.lose_reply(pos, f"{name}.response")
        order = await sample.take(pos, posted)
        assert order.payment_price.payment_unpaid_value == 0
        assert len(order.payments) == 1
        assert len(await pos.order.get_orders()) == 1
        assert len(shop.transports[pos]) == 3, "each lost reply cost one connection"


async def test_kitchen_monitor(shop: SimulatedShop, capsys: pytest.CaptureFixture[str]):
    """KDS-11: pages through what is open, then prints tickets as they come and go."""
    sample = load("kitchen-monitor")
    sample.PAGE = 2
    pos = await shop.pos()
    orders = [await pos.order.add(draft(line(menu.PANCAKE))) for _ in range(5)]
    async with shop.running_plugin(sample.plugin, scopes=["kds:read", "order:read"]):
        assert len(sample.board.tickets) == 5
        assert capsys.readouterr().out.count("[open]") == 5
        order = await pos.order.add(draft(line(menu.NOODLES, 2), table_id=2))
        await shop.settle()
        out = capsys.readouterr().out
        assert f"#{order.number} 2번 NEW: 칼국수 +2 | open: 6" in out
        await pos.order.cancel(orders[0].id)
        await shop.settle()
        assert "[cancelled]" in capsys.readouterr().out
        kitchen = await shop.pos("kds", scopes=["kds:read", "kds:write"], kind="device")
        ticket = next(one for one in sample.board.tickets.values() if one.order.id == order.id)
        await kitchen.ext.kds_order_item.bump(id=ticket.id)
        await shop.settle()
        assert "[done]" in capsys.readouterr().out
        assert ticket.id not in sample.board.tickets


STAMPS = {"method": {"pluginId": "stamp-card", "id": "stamps"}}


async def test_stamp_card(shop: SimulatedShop):
    """python-sdk §5: ten scans pay once; fewer, or too large a sum, are refused in words; a cancel gives them back."""
    sample, till, counter = load("stamp-card"), Wire(shop, CASHIER), Counter(Asking(shop))

    async def scan(code: str) -> str:
        await till.ask("barcode.scan.request", {"barcode": code})
        await shop.settle()
        shop.clock.jump(seconds=10)
        return str(till.pushes("toast.show.event")[-1]["message"])

    async def pay(answer: dict[str, Any]) -> dict[str, Any]:
        order = await counter.asking.add(CASHIER, a_line(1))
        till.frames.clear()
        attempt = await counter.start(order, **STAMPS)
        asked = await till.asked("popup.open.request")
        till.answer(asked, {"complete": True, "type": "barcode", "data": answer})
        return await counter.get(attempt)

    card = {"result": "SUCCESS", "barcode": "STAMP-1"}
    async with shop.running_plugin(sample.plugin, scopes=["payment-method", "ui", "device"]):
        await shop.settle()
        assert [await scan("STAMP-1") for _ in range(9)][-1] == "스탬프 9/10"
        assert await scan("8801234") == "스탬프 9/10", "no card of ours"
        early = await pay(card)
        assert (early["state"], "9개" in early["error"]["message"]) == ("DECLINED", True)
        assert [await scan("STAMP-1") for _ in range(2)] == ["스탬프 10/10"] * 2
        large = await counter.asking.add(CASHIER, a_line(2))
        refused = await counter.get(await counter.start(large, **STAMPS))
        assert (refused["state"], "5,000원" in refused["error"]["message"]) == ("DECLINED", True)
        assert (await pay({"result": "CANCELLED"}))["state"] == "CANCELED"
        paid = await pay(card)
        assert paid["state"] == "APPROVED"
    async with shop.running_plugin(sample.plugin, scopes=["payment-method", "ui", "device"]):
        await shop.settle()
        assert (await pay(card))["state"] == "DECLINED", "it remembers over a restart"
        back = {"order": {"id": paid["orderId"]}, "payment": {"id": paid["payment"]["id"]}}
        await shop.request("payment.cancel.request", back, caller=MANAGER)
        assert (await pay(card))["state"] == "APPROVED"


async def post(port: int, body: dict[str, Any], secret: str) -> tuple[int, dict[str, Any]]:
    """One HTTP request, by hand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    payload = json.dumps(body).encode()
    writer.write(
        b"POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b"
        % (secret.encode(), len(payload), payload)
    )
    answer = await reader.read()
    writer.close()
    head, _, text = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(text)


def test_the_samples_import_nothing_inside():
    """A sample uses the SDK only: it is what a partner starts from."""
    for file in FOLDER.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        inside = [row for row in text.splitlines() if "import" in row and "jumak" in row]
        assert all("jumak.sdk" in row for row in inside), inside
