"""Plugins that misbehave: sales go on, their own feature ends in a state somebody can resolve, the console says what happened."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Frame, Page, Route

from jumak.plugins.process import Limits
from tests.service.asking import a_line, an_order
from tests.web.building import fixture_zip, packed, raw_zip
from tests.web.house import House, open_house
from tests.web.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

WHERE = ["worker", "headless"]


@pytest_asyncio.fixture(loop_scope="session")
async def asking_house(tmp_path: Path) -> AsyncIterator[House]:
    """A shop that asks its own plugins about as often as a till asks its own whether they live, not every 15 s."""
    async with open_house(tmp_path / "shop", limits=Limits(ping_s=4.0)) as opened:
        yield opened


async def installed(
    house: House, browser: Browser, where: str, fixture: str = "worker-ts"
) -> tuple[str, Page]:
    """The driver where it is to run, answering, and a till beside it."""
    plugin = await house.install(fixture_zip(fixture), id="driver", headless=where == "headless")
    till = await house.till(browser)
    await house.tester.is_up(plugin)
    return plugin, till


async def sells(house: House, orders: int = 10) -> None:
    """Orders are taken and paid while whatever happens beside them."""
    for number in range(orders):
        order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
        unpaid = order["paymentPrice"]["paymentUnpaidValue"]
        dto = {
            "sourceType": "CASH", "orderId": order["id"], "amountMoney": unpaid, "taxMoney": 455,
            "supplyMoney": unpaid - 455, "tipMoney": 0, "approvedNo": "", "approvedAt": "2026-02-02T12:00:00",
            "paymentKey": f"{order['id']}-{number}",
        }  # fmt: skip
        await house.ask("payment.add", order={"id": order["id"]}, paymentDto=dto)
        assert (await house.ask("order.get", id=order["id"]))["order"]["paymentState"] == "COMPLETED"


async def console_says(house: House, plugin: str, *words: str) -> None:
    async def said() -> bool:
        texts = " ".join(entry["text"] + entry.get("title", "") for entry in await house.log(plugin))
        return all(word in texts for word in words)

    await until(said, f"the console of {plugin} says {words}", 60)


@pytest.mark.parametrize("where", WHERE)
async def test_a_loop_for_ever(where: str, asking_house: House, browser: Browser):
    """H-77, H-8, H-73: it is noticed by its silence, ended and started again; nothing else waits for it."""
    house = asking_house
    plugin, till = await installed(house, browser, where)
    await house.tester.do(plugin, misbehave="loop")
    await sells(house)
    # The till's own page goes on drawing.
    assert await till.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(1)))") == 1
    await started_again(house, plugin)
    await console_says(house, plugin, "answer")


@pytest.mark.parametrize("where", WHERE)
async def test_memory_without_end(where: str, house: House, browser: Browser):
    """H-77, H-8: it costs its own process; the till and the other plugins live on."""
    plugin, _ = await installed(house, browser, where)
    await house.tester.do(plugin, misbehave="allocate")
    await sells(house)
    # The till's page lives: it is what started it again.
    await started_again(house, plugin)


async def started_again(house: House, plugin: str) -> None:
    """It crashed, waited its second, and answers anew."""

    async def crashed() -> bool:
        state = await house.state(plugin)
        return state["state"] == "crashed" or any(
            each["state"] == "crashed" for each in state.get("deviceStates", [])
        )

    await until(crashed, f"{plugin} is seen to have crashed", 60)
    # The back-off of the server's own plugins is counted by the shop's clock, which stands still in tests.
    house.shop.clock.jump(seconds=61)
    await house.tester.is_up(plugin, within_s=60)


@pytest.mark.parametrize("where", WHERE)
async def test_a_plugin_that_throws_at_import(where: str, house: House, browser: Browser, tmp_path: Path):
    """H-77, H-8, E-13: a crash with its reason, again and again until it is switched off with a notice."""
    (tmp_path / "main.js").write_text("throw new Error('설정이 없습니다');")
    bad = packed([tmp_path / "main.js"], tmp_path, tmp_path / "broken.zip")
    plugin = await house.install(bad, id="broken", headless=where == "headless")
    await house.till(browser)
    await console_says(house, plugin, "설정이 없습니다")
    await sells(house, 3)


@pytest.mark.parametrize("where", WHERE)
async def test_a_flood(where: str, house: House, browser: Browser):
    """H-71, H-77: what is too much is dropped and counted; everybody else is served meanwhile."""
    plugin, _ = await installed(house, browser, where)
    other = await house.install(fixture_zip("worker-js"), id="quiet", headless=True)
    await house.tester.is_up(other)
    await house.tester.do(plugin, misbehave="flood", times=20_000)
    await sells(house)
    assert await house.tester.call(other, "merchant.getMerchant")


async def test_errors_nobody_caught(house: House, browser: Browser):
    """E-13, H-73: they stand in the console though the page swallows them."""
    plugin, _ = await installed(house, browser, "worker")
    await house.tester.do(plugin, misbehave="throw", text="놓친 오류")
    await console_says(house, plugin, "놓친 오류")
    await house.tester.do(plugin, misbehave="reject", text="놓친 약속")
    await console_says(house, plugin, "놓친 약속")


@pytest.mark.parametrize("where", WHERE)
async def test_a_plugin_cut_off_in_the_middle_of_an_order(where: str, house: House, browser: Browser):
    """H-40, H-77, NUM-2: whether the order was taken or not, asking again with its key makes it one order."""
    plugin, till = await installed(house, browser, where)
    dto = an_order(a_line(1), orderKey="cut-off")
    asking = asyncio.create_task(house.tester.call(plugin, "order.add", dto))
    # As soon as the message has left, whoever carries its answer is gone.
    await asyncio.sleep(0)
    if where == "worker":
        await till.context.close()
        await house.till(browser)
    else:
        await house.ask("plugin.restart", id=plugin)
    await house.tester.is_up(plugin, within_s=60)
    order = await house.tester.call(plugin, "order.add", dto)
    asking.cancel()
    found = (await house.ask("order.find", text="cut-off"))["orders"]
    assert [each["id"] for each in found] == [order["id"]]
    await sells(house, 3)


# -- payments ------------------------------------------------------------------------------------


async def pay(house: House, plugin: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Starts taking an order's money by the driver's method: the order, the attempt."""

    async def offered() -> bool:
        methods = (await house.ask("payment-method.list"))["methods"]
        return any(method["pluginId"] == plugin for method in methods)

    await until(offered, "the method is offered")
    order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    started = await house.ask(
        "payment.start",
        orderId=order["id"],
        tender="METHOD",
        amount=unpaid,
        expectedUnpaid=unpaid,
        method={"pluginId": plugin, "id": "driver-pay"},
    )
    return order, started["attempt"]


async def attempt_is(house: House, attempt: dict[str, Any], *states: str) -> dict[str, Any]:
    async def ended() -> dict[str, Any]:
        now: dict[str, Any] = (await house.ask("payment-attempt.get", id=attempt["id"]))["attempt"]
        return now if now["state"] in states else {}

    return await until(ended, f"the attempt is {states}", 60)


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(
    ("how", "state", "paid"),
    [("approve", "APPROVED", True), ("undefined", "CANCELED", False), ("throw", "DECLINED", False)],
)
async def test_how_a_callback_may_end(
    where: str, how: str, state: str, paid: bool, house: House, browser: Browser
):
    """H-45, E-9: called with (order, price); a value is a payment, nothing is no error, a throw is its message."""
    plugin, _ = await installed(house, browser, where)
    await house.tester.do(plugin, behave={"how": how})
    order, attempt = await pay(house, plugin)
    ended = await attempt_is(house, attempt, state)
    assert ("잔액이 부족합니다" in str(ended.get("error"))) == (how == "throw")
    now = (await house.ask("order.get", id=order["id"]))["order"]
    assert (now["paymentState"] == "COMPLETED") == paid
    (called,) = [
        each["args"] for each in await house.tester.do(plugin, take=True) if each["on"] == "paymentMethod.pay"
    ]
    assert called[0]["id"] == order["id"]
    assert called[1]["amountMoney"] == order["paymentPrice"]["paymentUnpaidValue"]
    if paid:
        payment = now["payments"][0]
        assert payment["approvedNo"] == payment["paymentKey"][:20]
        assert payment["externalDetails"] == {"source": "드라이버", "sourceId": "driver-pay"}


async def test_a_callback_that_never_answers(house: House, browser: Browser):
    """H-45, H-77, NET-6: staff give up; nothing is recorded, and the order can be paid otherwise once a person said so."""
    plugin, _ = await installed(house, browser, "worker")
    await house.tester.do(plugin, behave={"how": "never"})
    order, attempt = await pay(house, plugin)
    await sells(house, 3)
    await house.ask("payment-attempt.cancel", id=attempt["id"])
    waiting = await attempt_is(house, attempt, "UNKNOWN", "CANCELED", "NEEDS_MANUAL")
    if waiting["state"] != "CANCELED":
        await house.ask("payment-attempt.resolve", id=attempt["id"], how="CONFIRM_NOT_PAID", note="손님 확인")
    now = (await house.ask("order.get", id=order["id"]))["order"]
    assert now["payments"] == []


async def test_a_callback_that_answers_after_staff_gave_up(house: House, browser: Browser):
    """H-45: the late approval is kept for a person, never dropped and never booked by itself."""
    plugin, _ = await installed(house, browser, "worker")
    await house.tester.do(plugin, behave={"how": "late", "ms": 700, "key": "late-1"})
    order, attempt = await pay(house, plugin)

    async def asked() -> bool:
        return any(session._questions._asked for session in house.shop.running.connections.of(plugin))

    # Given up before that, it would never be asked.
    await until(asked, "the plugin is asked")
    await house.ask("payment-attempt.cancel", id=attempt["id"])
    await attempt_is(house, attempt, "NEEDS_MANUAL")
    assert (await house.ask("order.get", id=order["id"]))["order"]["payments"] == []
    await house.ask("payment-attempt.resolve", id=attempt["id"], how="CONFIRM_PAID", note="승인 확인")
    payments = (await house.ask("order.get", id=order["id"]))["order"]["payments"]
    assert [payment["paymentKey"] for payment in payments] == ["late-1"]


async def test_a_callback_that_answers_twice(house: House, browser: Browser, tmp_path: Path):
    """H-45, H-10: the first answer counts, the second is dropped and told."""
    plugin = await house.install(raw_zip("worker", tmp_path / "raw.zip"), id="raw")
    await house.till(browser)
    await house.tester.is_up(plugin)
    dto = {"approvedAt": "2026-02-02T12:00:00", "approvedNo": "", "paymentKey": "twice-1"}
    reply = {"event": "pay", "id": "raw-pay", "complete": True, "paymentDto": dto}
    await house.tester.do(plugin, do="answer", name="payment.method.event.request", data=reply, times=2)
    order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    started = await house.ask(
        "payment.start", orderId=order["id"], tender="METHOD", amount=unpaid, expectedUnpaid=unpaid,
        method={"pluginId": plugin, "id": "raw-pay"},
    )  # fmt: skip
    await attempt_is(house, started["attempt"], "APPROVED")
    payments = (await house.ask("order.get", id=order["id"]))["order"]["payments"]
    assert [payment["paymentKey"] for payment in payments] == ["twice-1"]


@pytest.mark.parametrize("where", WHERE)
async def test_a_plugin_killed_in_the_middle_of_a_payment(where: str, house: House, browser: Browser):
    """H-45, NET-1, NET-5: the result is unknown, nothing is asked again by itself, a person settles it."""
    plugin, till = await installed(house, browser, where)
    await house.tester.do(plugin, behave={"how": "never"})
    order, attempt = await pay(house, plugin)
    if where == "worker":
        await till.context.close()
    else:
        await house.ask("plugin.restart", id=plugin)
    await attempt_is(house, attempt, "UNKNOWN", "NEEDS_MANUAL")
    await house.ask("payment-attempt.resolve", id=attempt["id"], how="CONFIRM_NOT_PAID", note="결제 안 됨")
    assert (await house.ask("order.get", id=order["id"]))["order"]["payments"] == []
    await sells(house, 1)


# -- pages ---------------------------------------------------------------------------------------


async def _frame(till: Page, host: str) -> Frame | None:
    """The frame of an address; the driver hears of it some time after the page does."""
    return next((each for each in till.frames if each.url.rstrip("/").endswith(host)), None)


async def test_a_page_that_reloads_itself_while_its_cart_is_paid(
    house: House, browser: Browser, tmp_path: Path
):
    """H-37, H-7, E-5: the payment push it missed comes once, marked, after it is back; info is answered again."""
    plugin = await house.install(raw_zip("page", tmp_path / "raw.zip"), id="raw")
    till = await house.till(browser)
    await house.tester.is_up(plugin)
    order = (await house.ask("order.add", order=an_order(a_line(1))))["order"]
    frame = await until(lambda: _frame(till, f"raw.localhost:{_port(house)}"), "its frame is there")
    asked, paid = asyncio.Event(), asyncio.Event()
    first = await frame.evaluate("() => performance.timeOrigin")

    async def hold(route: Route) -> None:
        asked.set()
        await paid.wait()
        await route.continue_()

    # The new page is on its way, and does not arrive before the payment is made.
    await till.route(re.compile(r"//raw\.localhost:\d+/$"), hold)
    await frame.evaluate("() => { window.location.reload(); }")
    await asyncio.wait_for(asked.wait(), 20)
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    dto = {
        "sourceType": "CASH", "orderId": order["id"], "amountMoney": unpaid, "taxMoney": 455,
        "supplyMoney": unpaid - 455, "tipMoney": 0, "approvedNo": "", "approvedAt": "2026-02-02T12:00:00",
        "paymentKey": "while-reloading",
    }  # fmt: skip
    await house.ask("payment.add", order={"id": order["id"]}, paymentDto=dto)
    paid.set()

    async def is_new() -> bool:
        # Between the two pages there is nobody to ask.
        with contextlib.suppress(Error):
            return bool(await frame.evaluate("() => performance.timeOrigin") != first)
        return False

    await until(is_new, "the new page is there")
    await house.tester.is_up(plugin)
    await house.tester.do(plugin, do="listen", name="payment.change.event")

    async def heard() -> list[dict[str, Any]]:
        answer = await house.tester.tell(plugin, {"do": "take", "name": "payment.change.event"})
        return answer["events"]

    events = await until(heard, "the missed push is delivered", 10)
    assert [event.get("replayed") for event in events] == [True]
    assert events[0]["data"]["order"]["id"] == order["id"]


def _port(house: House) -> str:
    return house.url.rpartition(":")[2]


@pytest.mark.parametrize("kind", ["worker", "page"])
async def test_a_connection_that_is_lost_and_comes_back(
    kind: str, house: House, browser: Browser, tmp_path: Path
):
    """H-8: its button is there again, though the plugin knows nothing of it and adds it once, at its start."""
    plugin = await house.install(raw_zip(kind, tmp_path / "raw.zip"), id="raw", scopes=["plugin"])
    await house.till(browser)
    await house.tester.is_up(plugin)

    async def methods() -> list[str]:
        return [method["id"] for method in (await house.ask("payment-method.list"))["methods"]]

    await until(methods, "its method is there")
    connections = house.shop.running.connections
    for session in connections.of(plugin):
        session.end(1012, "HOST_UNAVAILABLE")
    assert await methods() == []
    assert await until(methods, "its method is there again") == ["raw-pay"]
    await house.tester.is_up(plugin)
    assert (await house.state(plugin))["state"] == "running"


HEAVY = """
const post = typeof window === "undefined" ? (m) => self.postMessage(m) : (m) => parent.postMessage(m, "*");
const large = "x".repeat(2_000_000);
const flood = () => { for (let n = 0; n < 20; n += 1) post({ name: "log", version: 1, data: { log: { contents: large } } }); };
addEventListener("message", () => setInterval(flood, 50), { once: true });
post({ name: "plugin.info.request", version: 1, callbackId: "me", data: {} });
"""


@pytest.mark.parametrize("kind", ["worker", "page"])
async def test_a_flood_of_bytes(kind: str, house: House, browser: Browser, tmp_path: Path):
    """H-77: few messages, hundreds of megabytes: it is ended with the reason, the till goes on drawing."""
    till = await house.till(browser)
    await till.evaluate(
        """() => { let last = performance.now(); window.longest = 0;
          const look = () => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now;
            setTimeout(look); }; look(); }"""
    )
    folder = tmp_path / "heavy"
    folder.mkdir()
    about = {
        "id": "heavy",
        "name": "heavy",
        "version": "1",
        "kind": "worker" if kind == "worker" else "iframe",
    }
    files = {"main.js": HEAVY, "plugin.json": json.dumps(about)}
    if kind == "page":
        files["index.html"] = "<!doctype html><script src=main.js></script>"
        files["iframe-manifest.json"] = json.dumps({"tab": {"title": "heavy"}})
    for name, text in files.items():
        (folder / name).write_text(text)
    plugin = await house.install(packed(folder.rglob("*"), folder, tmp_path / "heavy.zip"), scopes=["plugin"])
    await console_says(house, plugin, "it posts more than")
    await sells(house, 3)
    assert await till.evaluate("() => window.longest") < 3_000
