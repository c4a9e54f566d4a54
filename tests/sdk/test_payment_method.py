"""Payment methods and questions of a Python plugin: over a real socket, with a cashier who takes money."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from jumak.domain.errors import InvalidState
from jumak.sdk import (
    Order,
    Payment,
    PaymentApproval,
    PaymentCancelled,
    Plugin,
    Pos,
    PosPluginSdkValidationError,
    Record,
    Ui,
)
from jumak.sdk.types import CatalogItem, Price
from jumak.testing import SimulatedShop, menu
from tests.sdk.serving import NAME, client, cut, until
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.paying import CASHIER, MANAGER, Counter

METHOD = {"method": {"pluginId": NAME, "id": "stamp-card"}}
AT = "2026-02-02T12:00:00+09:00"


@pytest.fixture
def counter(shop: SimulatedShop) -> Counter:
    return Counter(Asking(shop))


@contextlib.asynccontextmanager
async def running(plugin: Plugin, shop: SimulatedShop, url: str) -> AsyncIterator[Pos]:
    async with plugin.running(client(shop, url)) as pos:
        await until(lambda: bool(plugin._methods) == bool(shop.running.connections.methods))
        yield pos


async def methods(shop: SimulatedShop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shop.request("payment-method.list.request", {}, caller=CASHIER))[
        "methods"
    ]
    return found


async def ended(counter: Counter, attempt: dict[str, Any], before: str = "SENT") -> dict[str, Any]:
    """The attempt once it is another than `before`."""
    async with asyncio.timeout(10):
        while (now := await counter.get(attempt))["state"] == before:  # noqa: ASYNC110 (it is asked for)
            await asyncio.sleep(0.005)
    return now


def stamps(answer: Any = None, refund: Any = None) -> tuple[Plugin, list[Any]]:
    """A plugin whose callbacks answer, or raise, what is given; and what they were called with."""
    plugin, called = Plugin("stamps"), []

    @plugin.payment_method(id="stamp-card", name="스탬프", image="stamp.png")
    async def pay(pos: Pos, order: Order, price: Price, ui: Ui) -> Any:
        called.append((pos, order, price, ui))
        if isinstance(answer, Exception):
            raise answer
        return answer

    @pay.cancel
    def give_back(pos: Pos, order: Order, payment: Payment, ui: Ui) -> Any:
        called.append((pos, order, payment, ui))
        if isinstance(refund, Exception):
            raise refund
        return refund

    return plugin, called


APPROVED = PaymentApproval(approved_at=datetime.fromisoformat(AT), payment_key="key-1")

ANSWERS: dict[str, tuple[Any, str]] = {
    "approval": (APPROVED, "APPROVED"),
    "text for the moment": (PaymentApproval(approved_at=AT, payment_key="key-1"), "APPROVED"),
    "snake": ({"approved_at": AT, "payment_key": "key-1"}, "APPROVED"),
    "camel": ({"approvedAt": AT, "paymentKey": "key-1"}, "APPROVED"),
    "record": (Record({"approvedAt": AT, "paymentKey": "key-1"}), "APPROVED"),
    "none": (None, "CANCELED"),
    "raise": (ValueError("잔액이 부족합니다"), "DECLINED"),
    "no key": ({"approved_at": AT}, "NEEDS_MANUAL"),
    "a key that is none": (PaymentApproval(approved_at=AT, payment_key=object()), "NEEDS_MANUAL"),  # type: ignore[arg-type]
    "a truth": (True, "NEEDS_MANUAL"),
    "nothing that JSON knows": (object(), "NEEDS_MANUAL"),
}


@pytest.mark.parametrize("how", ANSWERS)
async def test_a_method_takes_money(shop: SimulatedShop, url: str, counter: Counter, how: str):
    """H-45, E-9: approved, given up or refused with the plugin's words; what nobody can read is never a refusal."""
    answer, state = ANSWERS[how]
    plugin, called = stamps(answer)
    async with running(plugin, shop, url) as pos:
        assert await methods(shop) == [
            {"pluginId": NAME, "id": "stamp-card", "paymentName": "스탬프", "image": "stamp.png"}
        ]
        order = await counter.asking.add(CASHIER, a_line(2))
        attempt = await ended(counter, await counter.start(order, **METHOD))
        assert attempt["state"] == state
        (given_pos, given, price, ui) = called[0]
        assert (given_pos, given.id, ui) == (pos, order["id"], pos.ui)
        assert isinstance(given, Order)
        assert (price.amount_money, price.tax_money, price.tip_money) == (18_000, 1_636, 0)
        if state == "APPROVED":
            payment = attempt["payment"]
            assert (payment["paymentKey"], payment["approvedNo"]) == ("key-1", "key-1")
            assert payment["approvedAt"] == AT
        if how == "raise":
            assert attempt["error"]["message"] == "잔액이 부족합니다"
    await until(lambda: not shop.running.connections.methods)


REFUNDS: dict[str, tuple[Any, str | None]] = {
    "given back": (PaymentCancelled(cancelled_at=datetime.fromisoformat(AT)), None),
    "snake": ({"cancelled_at": AT}, None),
    "none": (None, "REFUND_GIVEN_UP"),
    "raise": (ValueError("기간이 지났습니다"), "PAYMENT_VOID_FAILED"),
}


@pytest.mark.parametrize("how", REFUNDS)
async def test_a_method_gives_money_back(shop: SimulatedShop, url: str, counter: Counter, how: str):
    """payment §6.2: staff cancel, the plugin gives back, and only then the payment is cancelled."""
    refund, reason = REFUNDS[how]
    plugin, called = stamps(APPROVED, refund)
    async with running(plugin, shop, url) as pos:
        order = await counter.asking.add(CASHIER, a_line(2))
        payment = (await ended(counter, await counter.start(order, **METHOD)))["payment"]
        back = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
        if reason is None:
            await shop.request("payment.cancel.request", back, caller=MANAGER)
        else:
            with pytest.raises(InvalidState) as refused:
                await shop.request("payment.cancel.request", back, caller=MANAGER)
            assert refused.value.reason == reason
        (_, given, paid, _) = called[1]
        assert (given.id, paid.id, paid.payment_key) == (order["id"], payment["id"], "key-1")
        state = (await pos.payment.get_payment(payment["id"])).state
        assert (state == "CANCELLED") == (reason is None)


async def test_a_method_that_gives_nothing_back(shop: SimulatedShop, url: str, counter: Counter):
    """payment §6.2: without a cancel callback staff are told; the payment stays."""
    plugin = Plugin("stamps")

    @plugin.payment_method(id="stamp-card", name="스탬프")
    async def pay(pos: Pos, order: Order, price: Price, ui: Ui) -> PaymentApproval:
        return APPROVED

    async with running(plugin, shop, url):
        order = await counter.asking.add(CASHIER, a_line(2))
        payment = (await ended(counter, await counter.start(order, **METHOD)))["payment"]
        back = {"order": {"id": order["id"]}, "payment": {"id": payment["id"]}}
        with pytest.raises(InvalidState, match="gives no payment") as refused:
            await shop.request("payment.cancel.request", back, caller=MANAGER)
        assert refused.value.reason == "PAYMENT_VOID_FAILED"


async def test_the_example_of_the_contract(shop: SimulatedShop, url: str, counter: Counter):
    """python-sdk §5: a popup inside the callback; cancelled, back to the methods; nobody to draw it, staff see why."""
    plugin = Plugin("stamps")

    @plugin.payment_method(id="stamp-card", name="스탬프")
    async def pay(pos: Pos, order: Order, price: Price, ui: Ui) -> PaymentApproval | None:
        scan = await ui.open_barcode(product_name="스탬프")
        if scan.data.result == "CANCELLED":
            return None
        assert scan.data.barcode is not None
        return PaymentApproval(approved_at=AT, payment_key=scan.data.barcode)

    async with running(plugin, shop, url):
        order = await counter.asking.add(CASHIER, a_line(2))
        attempt = await ended(counter, await counter.start(order, **METHOD))
        assert attempt["state"] == "DECLINED"
        assert "PopupFailure" not in attempt["error"]["message"]
        assert "포스" in attempt["error"]["message"] or "till" in attempt["error"]["message"].lower()
        till = Wire(shop, CASHIER)
        for data, state in (
            ({"result": "CANCELLED"}, "CANCELED"),
            ({"result": "SUCCESS", "barcode": "77"}, "APPROVED"),
        ):
            till.frames.clear()
            started = await counter.start(order, **METHOD)
            till.answer(
                await till.asked("popup.open.request"), {"complete": True, "type": "barcode", "data": data}
            )
            assert (await ended(counter, started))["state"] == state


async def test_it_is_there_again_after_a_lost_connection(shop: SimulatedShop, url: str, counter: Counter):
    """payment §6.2: the button lives as long as a session, so the next session adds it; a removed one stays away."""
    plugin, _ = stamps(APPROVED)
    async with running(plugin, shop, url) as pos:
        await pos.payment_method.add(id="gone", name="없어질 것", pay=lambda order, price, ui: None)
        await pos.payment_method.add(id="second", name="둘째", pay=lambda order, price, ui: None)
        await pos.payment_method.remove("gone")
        await pos.request("session.ping.request")
        assert [each["id"] for each in await methods(shop)] == ["stamp-card", "second"]
        cut(shop)
        await until(lambda: not shop.running.connections.methods)
        await until(lambda: shop.running.connections.methods)
        await pos.request("session.ping.request")
        assert [each["id"] for each in await methods(shop)] == ["stamp-card", "second"]


async def test_an_approval_that_was_ready_offline_is_not_lost(
    shop: SimulatedShop, url: str, counter: Counter
):
    """payment §6.2: an answer finds its question over another connection; the money is recorded."""
    plugin, gate, asked = Plugin("stamps"), asyncio.Event(), asyncio.Event()

    @plugin.payment_method(id="stamp-card", name="스탬프")
    async def pay(pos: Pos, order: Order, price: Price, ui: Ui) -> PaymentApproval:
        asked.set()
        await gate.wait()
        return APPROVED

    pos = client(shop, url)
    opener, is_offline = pos.connection._connector, False

    async def open_when_online() -> Any:
        if is_offline:
            raise ConnectionError("offline")
        return await opener()

    pos.connection._connector = open_when_online
    async with plugin.running(pos):
        await until(lambda: shop.running.connections.methods)
        order = await counter.asking.add(CASHIER, a_line(2))
        attempt = await counter.start(order, **METHOD)
        await asyncio.wait_for(asked.wait(), 10)
        is_offline = True
        cut(shop)
        await until(lambda: pos.connection._transport is None)
        gate.set()
        await until(lambda: pos.connection._unsent)
        assert (await ended(counter, attempt))["state"] == "UNKNOWN"
        is_offline = False
        assert (await ended(counter, attempt, "UNKNOWN"))["state"] == "APPROVED"


async def test_objecting(shop: SimulatedShop, url: str, counter: Counter):
    """payment §5: raising refuses, staff see the message; returning agrees; whoever stops is not asked."""
    plugin, asked = Plugin("points"), []

    @plugin.before_payment_cancel
    async def check(pos: Pos, order: Order, payment: Payment) -> None:
        asked.append((order.id, payment.id))
        if len(asked) == 1:
            raise ValueError("포인트를 이미 썼습니다")

    async with running(plugin, shop, url) as pos:
        order = await counter.asking.add(CASHIER, a_line(2))
        attempt = await counter.start(order, tender="CASH")
        back = {"order": {"id": order["id"]}, "payment": {"id": attempt["payment"]["id"]}}
        with pytest.raises(InvalidState, match="포인트를 이미 썼습니다") as vetoed:
            await shop.request("payment.cancel.request", back, caller=MANAGER)
        assert vetoed.value.reason == "CANCEL_VETOED"
        off = pos.payment.on("before-cancel", lambda order, payment: 1 / 0)
        off()
        await shop.request("payment.cancel.request", back, caller=MANAGER)
        assert asked == [(order["id"], attempt["payment"]["id"])] * 2


async def test_filling_in_a_new_item(shop: SimulatedShop, url: str):
    """catalog §2.6: only who suggests is offered; a dict of either case, the SDK's value, or none."""
    till = Wire(shop, MANAGER)
    async with client_of(shop, url) as pos:
        assert (await till.ask("catalog-item.before-add-list.request"))["plugins"] == []
        item = await pos.catalog.get_catalog(menu.PANCAKE)
        suggestions: list[Any] = [None, {"title_i18n": {"languages": {"en": "Pancake"}}}, {"initialValue": {"title": "전"}}, item]  # fmt: skip
        got: list[Any] = []

        async def suggest(payload: Record, ui: Ui) -> dict[str, Any] | CatalogItem | None:
            got.append((payload.barcode, payload.title, ui))
            return suggestions[len(got) - 1]

        off = pos.catalog.on("before-add", suggest)
        assert [
            each["id"] for each in (await till.ask("catalog-item.before-add-list.request"))["plugins"]
        ] == [NAME]
        asked = {"pluginId": NAME, "barcode": "880"}
        replies = [await till.ask("catalog-item.before-add-fill.request", asked) for _ in suggestions]
        values = [reply.get("initialValue") for reply in replies]
        assert values[:3] == [None, {"titleI18n": {"languages": {"en": "Pancake"}}}, {"title": "전"}]
        assert values[3]["price"]["priceValue"] == 18_000
        assert got[0] == ("880", None, pos.ui)
        off()
        assert (await till.ask("catalog-item.before-add-list.request"))["plugins"] == []


@contextlib.asynccontextmanager
async def client_of(shop: SimulatedShop, url: str) -> AsyncIterator[Pos]:
    async with running(Plugin("filler"), shop, url) as pos:
        yield pos


async def test_wrong_arguments(shop: SimulatedShop, url: str):
    """H-21: refused before anything is added."""
    async with client_of(shop, url) as pos:
        with pytest.raises(PosPluginSdkValidationError):
            await pos.payment_method.add(id=7, name="x", pay=lambda order, price, ui: None)  # type: ignore[arg-type]
        assert await methods(shop) == []


async def test_the_decorated_function_is_still_callable(shop: SimulatedShop):
    """A plugin's own tests call it."""
    plugin, called = stamps(APPROVED)
    method = plugin._methods[0]
    ready: Any = object()
    assert await method(ready, ready, ready, ready) == APPROVED
    assert len(called) == 1
