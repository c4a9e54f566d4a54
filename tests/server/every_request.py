"""A day at the shop that asks every request of the table at least once, with valid data.

The same day is lived through each door (`test_conformance.py`) and is where bad input is made from
(`tests/fuzz`). It needs a shop with the menu of `jumak.testing.menu`, nothing sold yet, and a caller
with every scope.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from jumak.domain.attempt import TerminalRef
from jumak.domain.caller import SYSTEM
from jumak.domain.fact import Fact
from jumak.domain.refund import RefundAttempt
from jumak.protocol.row import Done
from jumak.service.documents import Install
from jumak.service.ports import Command, Transaction
from jumak.testing import SimulatedShop, menu
from tests.ports import free_port
from tests.service.asking import a_line, a_payment, an_order

Json = dict[str, Any]
Ask = Callable[[str, Json], Awaitable[Json]]
"""Sends a request by its name without `.request`; answers the reply's keys, fails on a refusal."""

UPLOAD, MENU_UPLOAD, PICTURE_UPLOAD = "0" * 32, "1" * 32, "2" * 32
"""Ids of the uploads that hold `package()`, a menu with one bad row, and a picture."""

STILL = """
from jumak.sdk import Plugin

plugin = Plugin("still")


async def pay(data):
    answer = {"paymentDto": {}} if data["event"] == "pay" else {"cancelledPaymentDto": {}}
    return {"event": data["event"], "id": data["id"]} | answer


@plugin.on_start
async def ready(pos):
    pos.connection.answer("payment.method.event.request", pay)
    pos.notify("payment.method.add", {"id": "stamp", "image": "", "payment_name": "스탬프"})
    print("hello")


plugin.run()
"""
ANSWERING = f"http://127.0.0.1:{free_port()}"
"""A server the day calls; whoever asks needs it on its allow-list."""

OWED = RefundAttempt(
    id="day-part",
    order_id="day-order",
    payment_id="day-payment",
    amount=5_000,
    terminal=TerminalRef(id="day-terminal", name="카운터 단말기"),
    state="DECLINED",
    at_ms=0,
)
"""What only a card terminal leaves behind, which the day has none of."""


def package() -> bytes:
    """A plugin that says hello, and whose payment method approves without saying what and gives all back; as a zip."""
    out = io.BytesIO()
    about = {"id": "still", "name": "조용한 플러그인", "version": "1", "kind": "python"}
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("plugin.json", json.dumps(about))
        archive.writestr("main.py", STILL)
    return out.getvalue()


def put_uploads(folder: Path) -> None:
    """Everything the day takes from uploads, as if somebody had sent it. folder: of the shop."""
    uploads = folder / "uploads"
    uploads.mkdir(exist_ok=True)
    (uploads / UPLOAD).write_bytes(package())
    (uploads / MENU_UPLOAD).write_text(
        "분류,상품명,가격,모양\n계절 메뉴,메밀묵,7000,네모\n계절 메뉴,도토리묵,비쌈,\n식사,칼국수,9100,\n"
    )
    picture = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(picture, "PNG")
    (uploads / PICTURE_UPLOAD).write_bytes(picture.getvalue())


def a_draft_line(key: str, **more: Any) -> Json:
    """A cart line of rice wine."""
    return {
        "key": key,
        "item": {
            "id": menu.RICE_WINE, "title": "막걸리", "category": {"id": 3, "title": "음료"}, "type": "ITEM",
        },
        "itemPrice": {
            "isTaxFree": False, "priceType": "FIXED", "priceUnit": 1, "priceValue": 5_000, "title": "기본",
        },
        "discount": [],
        "optionChoices": [],
        "quantity": 2,
        "diningOption": "HERE",
    } | more  # fmt: skip


async def let_call(shop: SimulatedShop, caller_id: str) -> None:
    """Puts the server of the day on the allow-list of whoever lives it; and see `owe_a_part`."""
    install = Install(
        id=caller_id,
        name=caller_id,
        sdk_name=caller_id,
        version="0",
        hash="0" * 64,
        kinds=("python",),
        profile="documented",
        entry="main",
        acl=(ANSWERING,),
        scopes=("plugin",),
        enabled=False,
        folder="nowhere",
        loaded_at="2026-02-02T11:00:00+09:00",
    )

    async def put(tx: Transaction) -> Done:
        tx.put(install)
        tx.record(Fact("shop.update", "1", {"changes": ["seeded"]}))
        return Done()

    result = await shop.running.store.execute(Command(caller=SYSTEM, name="shop.seed", body=b"", run=put))
    assert result.error is None
    await owe_a_part(shop)


async def owe_a_part(shop: SimulatedShop) -> None:
    """Books `OWED`, which the day gives back."""

    async def put(tx: Transaction) -> Done:
        tx.put(OWED)
        tx.record(Fact("shop.update", "1", {"changes": ["seeded"]}))
        return Done()

    result = await shop.running.store.execute(Command(caller=SYSTEM, name="shop.seed", body=b"", run=put))
    assert result.error is None


async def every_request(ask: Ask, now: datetime) -> None:
    """The day. now: of the shop's clock."""
    for part in (_about, _menu, _floor, _orders, _staff_at_orders, _money_back, _tables, _kitchen):
        await part(ask)
    await _requests(ask, now)
    for part in (_cart, _people, _devices, _directory, _plugins, _network, _screens):
        await part(ask)
    await _line_at_the_door(ask, now)
    await _events(ask)


async def _about(ask: Ask) -> None:
    await ask("plugin.info", {})
    await ask("merchant.info", {})
    await ask("device.info", {})
    settings = (await ask("shop-setting.get", {}))["settings"]
    await ask(
        "shop-setting.update",
        {"changes": {"phone": "02-123-4567"}, "expectedVersion": settings["version"]},
    )
    await ask("session.ping", {})


async def _menu(ask: Ask) -> None:
    await ask("catalog-category.list", {})
    await ask("catalog-item.list", {})
    await ask("catalog-item-option.list", {})
    category = (await ask("catalog-category.add", {"category": {"title": "계절", "order": 9}}))["category"]
    await ask("catalog-category.get", {"category": {"id": category["id"]}})
    await ask(
        "catalog-category.update",
        {"category": {"id": category["id"], "title": "겨울"}, "expectedVersion": category["version"]},
    )
    choices = [{"title": "보통", "priceValue": 0}, {"title": "크게", "priceValue": 1_000}]
    option = (
        await ask(
            "catalog-item-option.add", {"option": {"title": "크기", "maxChoices": 1, "choices": choices}}
        )
    )["option"]
    await ask("catalog-item-option.get", {"option": {"id": option["id"]}})
    await ask(
        "catalog-item-option.update",
        {"option": {"id": option["id"], "title": "그릇"}, "expectedVersion": option["version"]},
    )
    choice = {"id": option["choices"][0]["id"]}
    for state in ("SOLD_OUT", "ON_SALE"):
        await ask(
            "catalog-item-option.set-choice-state",
            {"option": {"id": option["id"]}, "choice": choice, "state": state, "until": "day-open"},
        )
    item = (
        await ask(
            "catalog-item.add",
            {
                "catalog": {
                    "title": "팥죽",
                    "category": {"id": category["id"]},
                    "price": {"title": "기본", "priceValue": 7_500, "barcode": "8801234123457"},
                    "options": [{"id": option["id"]}],
                    "labels": [{"title": "새로", "color": "#ff0000"}],
                    "titleI18n": {"languages": {"en": "Red bean porridge"}},
                }
            },
        )
    )["catalog"]
    await ask("catalog-item.get", {"catalog": {"id": item["id"]}})
    await ask("catalog-item.find", {"barcode": "8801234123457"})
    await ask("catalog-item.find", {"text": "팥"})
    await ask(
        "catalog-item.page", {"categoryId": 1, "text": "ㅋㄱㅅ", "states": ["ON_SALE"], "page": 1, "size": 20}
    )
    await ask(
        "catalog-item.update",
        {"catalog": {"id": item["id"], "description": "따뜻한"}, "expectedVersion": item["version"]},
    )
    for state in ("SOLD_OUT", "ON_SALE"):
        await ask(
            "catalog-item.set-state",
            {
                "catalog": {"id": item["id"]},
                "priceId": item["price"]["id"],
                "state": state,
                "until": "manual",
            },
        )
    await ask(
        "catalog-item.adjust-stock",
        {"catalog": {"id": menu.DUMPLINGS}, "priceId": menu.DUMPLINGS + 1_000, "delta": 45, "reason": "입고"},
    )
    await ask("catalog-item.delete", {"catalog": {"id": item["id"]}})
    await ask("catalog-item-option.delete", {"option": {"id": option["id"]}})
    await _menu_as_a_file(ask)
    await ask("catalog-category.delete", {"category": {"id": category["id"]}})


async def _floor(ask: Ask) -> None:
    hall = (await ask("hall.add", {"hall": {"title": "마당", "order": 2}}))["hall"]
    await ask("hall.update", {"hall": {"id": hall["id"], "title": "뒷마당"}})
    place = {"x": 10, "y": 20, "width": 80, "height": 80, "shape": "round"}
    table = (
        await ask(
            "table.add",
            {"table": {"hallId": hall["id"], "title": "평상", "capacity": 6, "position": place}},
        )
    )["table"]
    edit = {"table": {"id": table["id"], "title": "넓은 평상", "capacity": 8}}
    await ask("table.update", edit | {"expectedVersion": table["version"]})
    await ask("hall.list", {})
    await ask("table.list", {})
    await ask("table.get", {"table": {"id": 1}})
    await ask("table-status.list", {})
    await ask("table.delete", {"id": table["id"]})
    await ask("hall.delete", {"id": hall["id"]})


async def _orders(ask: Ask) -> None:
    discount = {"title": "단골", "amountMoney": {"value": 500}}
    dto = an_order(
        a_line(4, optionChoices=[{"id": menu.HOT, "quantity": 1}, {"id": menu.EGG, "quantity": 2}],
               chargePrice={"value": 11_000}, discounts=[discount], memo="파 빼고"),
        a_line(2),
        orderKey="day-1",
        tableId=1,
        numGuests=2,
        memo="창가",
        discounts=[discount],
        channel={"groups": ["TABLE_ORDER"]},
    )  # fmt: skip
    order = (await ask("order.add", {"order": dto}))["order"]
    further = dto | {"lineItems": [*dto["lineItems"], a_line(1, quantity=2)]}
    order = (await ask("order.add-menu", {"id": order["id"], "order": further}))["order"]
    await ask("order.get", {"id": order["id"]})
    await ask(
        "order.get-list",
        {"page": 1, "size": 10, "orderStates": ["OPENED"], "status": ["OPENED"], "states": ["PAID"]},
    )
    await ask("order.search", {"tableId": 1, "orderState": "OPENED", "page": 1, "size": 10})
    await ask("order.find", {"text": "칼국수", "number": order["number"]})
    await ask("order.history", {"orderId": order["id"], "size": 20})
    await ask("receipt.get", {"orderId": order["id"]})
    await ask("bill.split", {"orderId": order["id"], "by": "count", "count": 3})
    await ask("bill.split", {"orderId": order["id"], "by": "amount", "amounts": [1_000, 2_000]})
    unit = {"id": order["lineItems"][0]["id"], "quantity": 1}
    await ask("bill.split", {"orderId": order["id"], "by": "item", "lines": [[unit]]})
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    lock = (await ask("order.lock", {"id": order["id"], "expectedUnpaid": unpaid}))["lock"]
    await ask("order.renew-lock", {"lockId": lock["id"]})
    await ask("order.unlock", {"lockId": lock["id"]})
    card = {
        "installmentMonth": "00",
        "cardType": "CREDIT",
        "cardBrand": "신한",
        "cardNo": "1234567890123456",
        "source": "BC",
    }
    payment = (
        await ask(
            "payment.add",
            {
                "order": {"id": order["id"]},
                "paymentDto": a_payment(order, 10_000, "day-1", externalDetails={"source": "앱"}),
            },
        )
    )["payment"]
    await ask("payment.get", {"id": payment["id"]})
    await ask("payment.cancel", {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}})
    outside = a_payment(order, 1_000, "day-0")
    outside_id = (await ask("payment.add", {"order": {"id": order["id"]}, "paymentDto": outside}))["payment"][
        "id"
    ]
    await ask("payment.confirm-refund", {"id": outside_id, "note": "앱에서 직접 환불"})
    await ask("payment-refund.list", {"states": ["UNKNOWN"], "orderId": outside_id})
    await ask("payment-refund.plan", {"orderId": order["id"]})
    listed = (await ask("reconcile.list", {"standings": ["MANUAL"], "size": 1}))["items"]
    assert [item["id"] for item in listed] == [OWED.id]
    await ask("settlement.get", {})
    await ask("payment-refund.resolve", {"id": OWED.id, "how": "CONFIRM_RETURNED", "note": "현금으로"})
    by_card = a_payment(order, 3_000, "day-2", sourceType="CARD", cardDetails=card)
    in_cash = a_payment(order, unpaid - 3_000, "day-3", sourceType="CASH")
    for dto in (by_card, in_cash):
        await ask("payment.add", {"order": {"id": order["id"]}, "paymentDto": dto})
    await ask(
        "cash-receipt.issue",
        {
            "orderId": order["id"],
            "amount": unpaid - 3_000,
            "issueDate": "20260202120000",
            "issueNumber": "123456789",
            "cardNumber": "01012345678",
        },
    )
    apples = {
        "id": menu.APPLES,
        "code": "A-7",
        "title": "사과 한 봉지",
        "category": {"id": 2, "title": "안주"},
        "type": "ITEM",
    }
    other = (await ask("order.add", {"order": an_order(a_line(1), a_line(1, item=apples))}))["order"]
    await ask("order.complete", {"id": other["id"]})
    ended = (await ask("order.add", {"order": an_order(a_line(2), tableId=2)}))["order"]
    await ask("order.cancel", {"id": ended["id"], "reason": "손님 변심"})


async def _staff_at_orders(ask: Ask) -> None:
    order = (await ask("order.add", {"order": an_order(a_line(1, quantity=4), a_line(2), tableId=2)}))[
        "order"
    ]
    order = (await ask("order.add-line", {"id": order["id"], "lineItems": [a_line(4)]}))["order"]
    edit = {"id": order["id"], "expectedVersion": order["version"], "lineId": order["lineItems"][0]["id"]}
    change = {
        "quantity": 5,
        "memo": "차갑게",
        "discounts": [{"title": "열 %", "percentBp": 1_000}],
        "seat": 1,
        "reason": "손님 요청",
    }
    order = (await ask("order.update-line", edit | change))["order"]
    edit = {
        "id": order["id"],
        "expectedVersion": order["version"],
        "lineId": order["lineItems"][2]["id"],
        "reason": "품절",
    }
    order = (await ask("order.remove-line", edit))["order"]
    header = {
        "memo": "생일",
        "numGuests": 3,
        "discounts": [{"title": "오백 원", "amountMoney": {"value": 500}}],
        "tip": 1_000,
    }
    order = (await ask("order.update", {"id": order["id"], "expectedVersion": order["version"]} | header))[
        "order"
    ]
    halves = await ask(
        "order.split",
        {
            "id": order["id"],
            "expectedVersion": order["version"],
            "lines": [{"id": order["lineItems"][0]["id"], "quantity": 2}],
            "tableId": 3,
        },
    )
    await ask("order.call", {"id": halves["newOrder"]["id"]})
    await ask("order.collect", {"id": halves["newOrder"]["id"]})
    for half in (halves["order"], halves["newOrder"]):
        await ask("order.cancel", {"id": half["id"]})


async def _money_back(ask: Ask) -> None:
    order = (await ask("order.add", {"order": an_order(a_line(1, quantity=4))}))["order"]
    dto = a_payment(order, 20_000, "back-1", sourceType="CASH")
    payment = (await ask("payment.add", {"order": {"id": order["id"]}, "paymentDto": dto}))["payment"]
    order = (await ask("order.get", {"id": order["id"]}))["order"]
    order = (
        await ask(
            "order.return-line",
            {
                "id": order["id"],
                "expectedVersion": order["version"],
                "lineId": order["lineItems"][0]["id"],
                "quantity": 1,
                "reason": "식음",
                "refundTo": payment["id"],
            },
        )
    )["order"]
    await ask(
        "order.refund-amount",
        {
            "id": order["id"],
            "expectedVersion": order["version"],
            "amount": 1_000,
            "reason": "사과",
            "paymentId": payment["id"],
        },
    )


async def _tables(ask: Ask) -> None:
    first = (await ask("order.add", {"order": an_order(a_line(1), tableId=1)}))["order"]
    await ask("table.move", {"from": 1, "to": 2, "expectedVersion": first["version"]})
    moved = await _last_seq(ask)
    await ask("table.undo", {"seq": moved})
    await ask("order.add", {"order": an_order(a_line(2), tableId=2)})
    await ask("table.swap", {"first": 1, "second": 2})
    await ask("table.merge", {"from": 1, "to": 2})
    await ask("table.seat", {"tableId": 4, "numGuests": 2})
    grouped = await ask("table.group", {"tableIds": [3, 4], "color": "#00ff00"})
    await ask("table.ungroup", {"groupId": grouped["tables"][0]["group"]["id"]})
    await ask("table.clear", {"table": {"id": 4}})
    merged = (await ask("table.get", {"table": {"id": 2}}))["table"]["order"]
    await ask("order.cancel", {"id": merged["id"]})


async def _last_seq(ask: Ask) -> int:
    """Number of the newest move."""
    events = (await ask("event.list", {"after": 0, "limit": 1_000, "names": ["table.change.event"]}))[
        "events"
    ]
    return max(event["seq"] for event in events if event["data"]["event"] == "move")


async def _kitchen(ask: Ask) -> None:
    stations = (await ask("kds-station.list", {}))["stations"]
    bar = {"name": "바", "categoryIds": [1], "isDefault": False, "cautionMin": 3, "lateMin": 6}
    station = (await ask("kds-station.save", {"station": bar}))["station"]
    order = (await ask("order.add", {"order": an_order(a_line(1, quantity=2), a_line(2))}))["order"]
    tickets = (
        await ask(
            "kds-order-item.get-list",
            {"page": 1, "size": 50, "states": ["OPENED"], "orderIds": [order["id"]], "categoryIds": [1]},
        )
    )["contents"]
    ticket = {"id": tickets[0]["id"]}
    await ask("kds-order-item.get-list", {"page": 1, "size": 50, "states": ["CANCELLED"]})
    await ask("kds-board.get", {})
    await ask("kds-board.get", {"stationId": station["id"]})
    await ask("kds-order-item.acknowledge", {"ids": [ticket["id"]], "stationId": stations[0]["id"]})
    await ask("kds-order-item.prioritize", ticket | {"pinned": True})
    await ask("kds-order-item.bump", ticket | {"stationId": station["id"]})
    await ask("kds-order-item.bump", ticket)
    await ask("kds-order-item.recall", ticket)
    await ask("kds-order-item.bump", ticket)
    await ask(
        "kds-order-item.remake",
        {"orderId": order["id"], "lineId": order["lineItems"][0]["id"], "quantity": 1, "reason": "쏟음"},
    )
    again = (await ask("kds-order-item.get-list", {"page": 1, "size": 50, "orderIds": [order["id"]]}))[
        "contents"
    ]
    for each in again:
        await ask("kds-order-item.bump", {"id": each["id"]})
    await ask("kds-order-item.hand-over", {"orderId": order["id"]})
    await ask("kds-station.delete", {"id": station["id"]})


async def _requests(ask: Ask, now: datetime) -> None:
    def dto(key: str, ready: int) -> Json:
        paid = a_payment({"id": ""}, 5_000, f"pre-{key}")
        return an_order(a_line(1), orderKey=key) | {
            "requestedInfo": {
                "expiredAt": (now + timedelta(minutes=10)).isoformat(),
                "expectedReadyAt": (now + timedelta(minutes=ready)).isoformat(),
            },
            "payments": [paid],
        }

    wanted = (await ask("order.submit", {"order": dto("web-1", 300)}))["order"]
    estimate = (now + timedelta(minutes=310)).isoformat()
    await ask("order.accept", {"id": wanted["id"], "estimatedReadyAt": estimate})
    await ask("kds-order-item.fire", {"orderId": wanted["id"]})
    unwanted = (await ask("order.submit", {"order": dto("web-2", 20)}))["order"]
    await ask("order.decline", {"id": unwanted["id"], "reason": "재료 소진"})


async def _cart(ask: Ask) -> None:
    discount = {"title": "천 원", "amountMoney": {"value": 1_000}}
    await ask("draft-order.get", {})
    noodles = {"id": menu.NOODLES, "title": "칼국수", "category": {"id": 1, "title": "식사"}, "type": "ITEM"}
    mild = {"id": menu.MILD, "title": "순한맛", "priceValue": 0, "state": "ON_SALE", "quantity": 1}
    line = a_draft_line("a", item=noodles, optionChoices=[mild])
    await ask("draft-order.add-line-item", {"lineItem": line})
    await ask("draft-order.add-line-item", {"lineItem": a_draft_line("b", memo="차갑게", extra={"mine": 1})})
    await ask("draft-order.add-discount", {"discount": discount})
    await ask("draft-order.add-item-discount", {"key": "a", "discount": discount})
    await ask("draft-order.update-item-quantity", {"key": "a", "quantity": 3})
    choices = [
        {"id": menu.HOT, "title": "매운맛", "priceValue": 500, "state": "ON_SALE", "quantity": 1},
        {"id": menu.EGG, "title": "계란", "priceValue": 1_000, "state": "ON_SALE", "quantity": 2},
    ]
    await ask("draft-order.update-item-option-choices", {"key": "a", "optionChoices": choices})
    await ask("draft-order.update-item-memo", {"key": "a", "memo": "덜 달게"})
    await ask("draft-order.update-is-ignore-print", {"ignorePrint": True})
    await ask("draft-order.update", {"memo": "포장", "tableId": 3, "numGuests": 2})
    await ask("draft-order.update-dining-option", {"key": "a", "diningOption": "TOGO"})
    await ask("draft-order.hold", {})
    held = (await ask("draft-order.list-held", {}))["heldDraftOrders"][0]
    await ask("draft-order.resume", {"id": held["id"]})
    await ask("draft-order.delete-item-discount", {"key": "a", "indexOfDiscount": 0})
    await ask("draft-order.delete-discount", {"indexOfDiscount": 0})
    await ask("draft-order.delete-line-item", {"key": "b"})
    await ask("draft-order.start-payment", {})
    await ask("draft-order.stop-payment", {})
    sold = (await ask("draft-order.submit", {"alone": True}))["order"]
    await ask("draft-order.add-line-item", {"lineItem": a_draft_line("c")})
    await ask("draft-order.submit", {"orderId": sold["id"]})
    await ask("order.cancel", {"id": sold["id"]})
    await ask("draft-order.clear", {})


async def _people(ask: Ask) -> None:
    person = (await ask("staff.save", {"staff": {"name": "김하나", "role": "manager", "pin": "4711"}}))[
        "staff"
    ]
    await ask("staff.list", {})
    await ask("staff.approve", {"pin": "4711", "action": "order.cancel", "act": "of-that-order"})
    await ask("staff.login", {"pin": "4711"})
    await ask("staff.logout", {})
    await ask("staff.delete", {"id": person["id"]})


async def _devices(ask: Ask) -> None:
    paired = await ask("device.pair", {"kind": "till", "name": "둘째 계산대", "scopes": ["kds:read"]})
    await ask("device.claim", {"code": paired["code"]})
    await ask("device.pair", {"kind": "display", "name": "고객 화면", "tillId": paired["device"]["id"]})
    await ask("device.list", {})
    await ask("device.revoke", {"id": paired["device"]["id"]})


async def _directory(ask: Ask) -> None:
    branch = {"name": "hongdae", "title": "주막 홍대점", "businessNumber": "1208147521"}
    added = (await ask("shop-directory.add", branch | {"businessType": "RESTAURANT", "tablesEnabled": True}))[
        "shop"
    ]
    await ask("shop-directory.list", {})
    await ask("shop-directory.set-groups", {"id": added["id"], "groups": ["서울"]})
    await ask("shop-directory.invite", {"id": added["id"], "till": "사장님"})
    await ask("shop-directory.suspend", {"id": added["id"], "reason": "미납"})
    await ask("shop-directory.resume", {"id": added["id"]})
    branch = added["id"]
    await ask("branch.list", {})
    await ask("branch-report.get", {"from": "2026-02-01", "to": "2026-02-03", "shops": [branch], "limit": 5})
    await ask("branch-order.find", {"from": "2026-02-01", "to": "2026-02-03", "groups": ["서울"], "size": 2})
    await ask("branch-menu.get", {"shop": branch, "limit": 2})
    await ask("branch-menu.compare", {"shop": branch, "only": "PRICES"})
    wanted = {"id": "spring", "name": "봄", "items": [menu.NOODLES], "shops": [branch]}
    await ask("menu-push.add", wanted)
    await ask("menu-push.get", {"id": "spring"})
    await ask("menu-push.list", {})


async def _plugins(ask: Ask) -> None:
    wanted = {"package": UPLOAD, "fileName": "still.zip", "overrides": {"name": "조용한 플러그인"}}
    await ask("plugin.inspect", wanted)
    installed = (
        await ask(
            "plugin.install",
            {"package": UPLOAD, "overrides": {"name": "조용한 플러그인", "profile": "documented"}},
        )
    )["plugin"]
    plugin = {"id": installed["id"]}
    await ask("plugin.update", plugin | {"enabled": False})
    # Every change to a running plugin starts it anew; a payment must not go to the one that is leaving.
    await _until(ask, "plugin.list", {}, "plugins", id=installed["id"], state="disabled")
    more = {
        "enabled": True,
        "acl": ["https://example.com"],
        "scopes": ["plugin"],
        "version": installed["hash"],
        "devices": [],
        "headless": False,
        "originMap": {},
        "sdkName": "still",
    }
    await ask("plugin.update", plugin | more)
    await ask("hosted-plugin.list", {})
    entries = [{"level": "info", "title": "계산대", "text": "hello"}]
    report = {"state": "running", "reason": "", "loadMs": 12, "entries": entries}
    await ask("plugin.report", {"pluginId": installed["id"], **report})
    await ask("plugin.open-session", {"pluginId": installed["id"]})
    await _attempts(ask, installed["id"])
    await ask("plugin-log.list", {"pluginId": installed["id"], "kinds": ["log", "trace"], "limit": 5})
    await ask("plugin-budget.get", {"pluginId": installed["id"]})
    # Stopped while it is being started again: nothing may wait for ever.
    await ask("plugin.restart", plugin)
    await ask("plugin.update", plugin | {"enabled": False})
    await ask("plugin.uninstall", plugin | {"keepData": False})
    me = (await ask("plugin.info", {}))["id"]
    await ask(
        "setting.set-inputs",
        {
            "title": {"id": "title", "type": "text", "label": "제목", "required": True, "default": "안녕"},
            "secret": {"id": "secret", "type": "password", "label": "비밀", "required": False, "default": ""},
            "print": {"id": "print", "type": "primary", "text": "인쇄"},
        },
    )
    await ask("plugin-setting.get", {"pluginId": me})
    await ask(
        "plugin-setting.update", {"pluginId": me, "values": {"title": "반갑습니다", "secret": "s3cret"}}
    )
    await ask("plugin-setting.press", {"pluginId": me, "id": "print"})
    await ask("setting.values", {})
    for store in ("storage", "secure-store"):
        await ask(f"{store}.set", {"key": "k", "value": "값"})
        await ask(f"{store}.get", {"key": "k"})
        await ask(f"{store}.delete", {"key": "k"})


async def _attempts(ask: Ask, plugin_id: str) -> None:
    """Cash, and a method whose answer only a manager can make something of."""
    order = (await ask("order.add", {"order": an_order(a_line(1, quantity=2))}))["order"]
    start = {
        "orderId": order["id"],
        "tender": "CASH",
        "amount": 4_000,
        "expectedUnpaid": 10_000,
        "tendered": 5_000,
    }
    attempt = (await ask("payment.start", start))["attempt"]
    receipt = {"paymentId": attempt["payment"]["id"], "use": "DEDUCTION", "identifier": "010-2345-6789"}
    receipt_id = (await ask("cash-receipt.send", receipt | {"amount": 3_000}))["cashReceipt"]["id"]
    await _until(ask, "cash-receipt.list", {"states": ["ISSUED"]}, "cashReceipts", id=receipt_id)
    await ask("cash-receipt.cancel", {"id": receipt_id, "amount": 1_000, "reason": "금액 오류"})
    # Nobody listens there: a card cannot be charged, and for certain was not.
    draft = {"name": "카운터 단말기", "driver": "simulator", "address": f"127.0.0.1:{free_port()}"}
    terminal = (await ask("terminal.save", {"terminal": draft}))["terminal"]
    by_card = start | {"tender": "CARD", "amount": 1_000, "expectedUnpaid": 6_000}
    card = (await ask("payment.start", by_card | {"installmentMonth": "00"}))["attempt"]
    await _until(ask, "payment-attempt.list", {"states": ["DECLINED"]}, "attempts", id=card["id"])
    await ask("terminal.list", {})
    await ask("terminal.remove", {"id": terminal["id"]})
    await ask("payment-attempt.get", {"id": attempt["id"]})
    await _until(ask, "payment-method.list", {}, "methods", pluginId=plugin_id)
    method = {"pluginId": plugin_id, "id": "stamp"}
    start = {
        "orderId": order["id"],
        "tender": "METHOD",
        "amount": 6_000,
        "expectedUnpaid": 6_000,
        "method": method,
    }
    attempt = {"id": (await ask("payment.start", start))["attempt"]["id"]}
    wanted = {"states": ["NEEDS_MANUAL"], "orderId": order["id"]}
    await _until(ask, "payment-attempt.list", wanted, "attempts")
    await ask("payment-attempt.resolve", attempt | {"how": "CONFIRM_NOT_PAID", "note": "결제되지 않음"})
    await ask("payment-attempt.cancel", attempt)
    attempt = {"id": (await ask("payment.start", start))["attempt"]["id"]}
    await _until(ask, "payment-attempt.list", wanted, "attempts", **attempt)
    paid = (await ask("payment-attempt.resolve", attempt | {"how": "CONFIRM_PAID"}))["attempt"]["payment"]
    await ask("payment.cancel", {"order": {"id": order["id"]}, "payment": {"id": paid["id"]}})


async def _until(ask: Ask, name: str, data: Json, key: str, **wanted: str) -> None:
    """Asks until something like that is under this key: the plugin is another process."""
    async with asyncio.timeout(20):
        while True:
            if any(wanted.items() <= each.items() for each in (await ask(name, data))[key]):
                return
            await asyncio.sleep(0.01)


async def _network(ask: Ask) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nX-Kind: rice wine\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    port = int(ANSWERING.rpartition(":")[2])
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        call = {"url": ANSWERING, "method": "POST", "payload": {"a": 1}, "headers": [["X-A", "b"]]}
        await ask("http.request", call | {"timeoutMs": 20_000})


async def _screens(ask: Ask) -> None:
    me = (await ask("plugin.info", {}))["id"]
    await ask("power-saver.start-blocking", {})
    await ask("power-saver.is-blocked", {})
    await ask("power-saver.stop-blocking", {})
    await ask("barcode.send", {"barcode": "8801234123457"})
    await ask("barcode.scan", {"barcode": "8801234123457"})
    await ask("toast.press", {"pluginId": me})
    await ask("toast.press", {"pluginId": me, "id": "more"})
    buttons = {"submit": {"label": "확인"}, "cancel": {"label": "취소"}}
    number = {"id": "number", "type": "number", "label": "회원 번호", "required": True, "placeholder": "7"}
    await ask("popup", {"type": "barcode", "productName": "스탬프"})
    await ask(
        "popup", {"type": "input", "title": "회원", "description": "번호", "inputs": [number], "cta": buttons}
    )
    await ask("customer-display.get", {})
    await ask("catalog-item.before-add-list", {})
    asked = {"pluginId": "nobody-who-runs", "barcode": "8801234123457", "title": "팥"}
    await ask("catalog-item.before-add-fill", asked)


async def _menu_as_a_file(ask: Ask) -> None:
    await ask("catalog-export.create", {"format": "csv"})
    preview = await ask("catalog-import.preview", {"upload": MENU_UPLOAD})
    this = {"importId": preview["importId"]}
    await ask("catalog-import.bad-rows", this | {"format": "csv", "language": "en"})
    await ask("catalog-import.apply", this | {"after": 0})
    await ask("catalog-picture.add", {"upload": PICTURE_UPLOAD})


async def _line_at_the_door(ask: Ask, now: datetime) -> None:
    async def party() -> Json:
        data = {"name": "이두리", "phone": "01012345678", "numGuests": 2}
        return {"id": (await ask("waiting.add", data))["party"]["id"]}

    await ask("waiting.set-mode", {"mode": "accept"})
    first, second, third, _ = await party(), await party(), await party(), await party()
    await ask("waiting.list", {})
    await ask("waiting.defer", first)
    await ask("waiting.call", second)
    await ask("waiting.seat", second | {"tableId": 4})
    await ask("waiting.cancel", first)
    await ask("waiting.call", third)
    await ask("waiting.mark-no-show", third)
    await ask("table.clear", {"table": {"id": 4}})

    async def booking() -> Json:
        data = {
            "name": "박세찬", "phone": "01087654321", "numGuests": 3,
            "at": (now + timedelta(hours=3)).isoformat(), "tableIds": [3],
        }  # fmt: skip
        return {"id": (await ask("reservation.add", data))["reservation"]["id"]}

    kept = await booking()
    await ask("reservation.list", {"from": "2020-01-01", "to": "2040-01-01"})
    await ask("reservation.check-in", kept)
    await ask("reservation.seat", kept | {"tableId": 3})
    await ask("reservation.cancel", await booking())
    await ask("reservation.mark-no-show", await booking())


async def _events(ask: Ask) -> None:
    await ask("event.list", {"after": 0, "limit": 1_000})
    await ask("audit.list", {"after": 0, "limit": 100, "what": "order"})
    await ask("command.get", {"commandId": "nobody-used-this"})
