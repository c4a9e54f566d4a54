"""The console of a plugin: its lines, its messages, what is kept out of both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.domain.errors import NotFound, PermissionDenied
from jumak.plugins import watch
from jumak.plugins.console import Console
from jumak.plugins.host import PluginHost
from jumak.plugins.masking import Masker
from jumak.server import trace
from jumak.server.flood import FloodGuard
from jumak.server.session import Session
from jumak.testing import SimulatedShop, simulated_shop
from jumak.testing.clock import OPENING
from jumak.testing.shop import staff_caller
from tests.server.screen import Wire, a_plugin

Json = dict[str, Any]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(folder=tmp_path / "shop") as simulated:
        yield simulated


@pytest.fixture
async def host(shop: SimulatedShop) -> PluginHost:
    return await shop.host()


async def listed(shop: SimulatedShop, plugin: str = "stamps", **more: Any) -> list[Json]:
    entries: list[Json] = (await shop.request("plugin-log.list.request", {"pluginId": plugin} | more))[
        "entries"
    ]
    return entries


async def traced(shop: SimulatedShop, plugin: str = "stamps") -> list[Json]:
    return [entry["trace"] for entry in await listed(shop, plugin, kinds=["trace"], limit=1_000)]


def said(host: PluginHost, plugin: str = "stamps") -> str:
    return "\n".join(f"{entry.title} {entry.text}" for entry in host.console(plugin).entries)


# -- messages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "device"), [("plugin", None), ("plugin", "till-1"), ("service", None)])
async def test_every_message_both_ways(shop: SimulatedShop, host: PluginHost, kind: Any, device: str | None):
    """H-73: direction, name, id, size, how long a reply took and what it said; the same for every kind of plugin."""
    plugin = Wire(shop, a_plugin(device=device, kind=kind))
    await plugin.ask("storage.get.request", {"key": "k"})
    await plugin.ask("storage.get.request", {})
    await plugin.ask("nothing.there.request")
    plugin.tell("toast.open", "안녕")
    await shop.request(
        "catalog-item.add.request",
        {"catalog": {"title": "팥죽", "category": {"id": 1}, "price": {"title": "기본", "priceValue": 1}}},
    )
    asking = shop.running.start(_ignored(plugin.session))
    plugin.answer(await plugin.asked("session.ping.request"), {"complete": True})
    await asking
    await shop.settle()
    messages = await traced(shop)
    short = [
        (one["direction"], one["name"], one.get("callbackId", ""), one.get("code", "")) for one in messages
    ]
    assert short == [
        ("in", "session.open.request", "open", ""),
        ("out", "session.open.response", "open", "OK"),
        ("in", "storage.get.request", "c1", ""),
        ("out", "storage.get.response", "c1", "OK"),
        ("in", "storage.get.request", "c2", ""),
        ("out", "storage.get.response", "c2", "INVALID_ARGUMENT"),
        ("in", "nothing.there.request", "c3", ""),
        ("out", "nothing.there.response", "c3", "UNKNOWN_METHOD"),
        ("in", "toast.open", "", ""),
        ("out", "catalog-item.change.event", "", ""),
        ("out", "session.ping.request", "host:1", ""),
        ("in", "x", "host:1", "OK"),
    ]
    assert all(one["bytes"] > 0 for one in messages)
    assert [one["ms"] >= 0 for one in messages if one["name"].endswith(".response")] == [True] * 4
    assert "ms" not in messages[2]
    assert messages[2]["body"] == '{"key": "k"}'
    entries = await listed(shop, kinds=["trace"])
    assert [entry["level"] for entry in entries[4:6]] == ["debug", "warn"]
    assert entries[5]["text"].startswith("← storage.get.response INVALID_ARGUMENT")


async def _ignored(session: Session) -> None:
    await session.ask("session.ping.request", {})


async def test_two_rings_with_one_numbering(shop: SimulatedShop, host: PluginHost):
    """H-73: a plugin that polls does not push its own lines out; lines and messages can be put in order."""
    plugin = Wire(shop, a_plugin())
    host.console("stamps").write("info", "이른 줄")
    for _ in range(3_000):
        plugin.send("session.ping.request")
    await shop.settle()
    host.console("stamps").write("info", "늦은 줄")
    assert len(host.console("stamps").trace.ring) == 5_000
    assert [entry["text"] for entry in await listed(shop)] == ["이른 줄", "늦은 줄"]
    both = await listed(shop, kinds=["log", "trace"], limit=1_000)
    numbers = [entry["seq"] for entry in both]
    assert numbers == sorted(set(numbers))
    assert both[-1]["text"] == "늦은 줄"
    assert both[-2]["kind"] == "trace"
    after = await listed(shop, kinds=["log", "trace"], after=numbers[-4], limit=2)
    assert [entry["seq"] for entry in after] == numbers[-3:-1]


async def test_messages_are_pushed_to_those_who_ask_for_them(
    shop: SimulatedShop, host: PluginHost, monkeypatch: pytest.MonkeyPatch
):
    """H-73: lines go to every manager's screen, messages only to sockets that name the push; none is pushed twice."""
    monkeypatch.setattr(watch, "FLUSH_S", 0.0)
    screen, console = (
        Wire(shop, staff_caller("manager", "till-1")),
        Wire(shop, staff_caller("manager", "till-2")),
    )
    await console.ask("subscribe.request", {"names": ["plugin-log.event"]})
    plugin = Wire(shop, a_plugin())
    for _ in range(3):
        await plugin.ask("plugin.info.request")
        await shop.settle()
    host.console("stamps").write("info", "줄")
    assert [push["entry"]["text"] for push in screen.pushes("plugin-log.event")] == ["줄"]
    pushed = [push["entry"] for push in console.pushes("plugin-log.event")]
    assert [entry["seq"] for entry in pushed] == sorted({entry["seq"] for entry in pushed})
    assert [entry["trace"]["name"] for entry in pushed if "trace" in entry].count("plugin.info.response") == 3


async def test_a_service_that_reads_consoles(shop: SimulatedShop, host: PluginHost):
    """H-73: whoever acts for the shop's people is no plugin: being told of a line is no message to tell of."""
    reader = Wire(shop, a_plugin("desk", kind="service", scopes="plugin staff:manage"))
    await reader.ask("subscribe.request", {"names": ["plugin-log.event"]})
    host.console("stamps").write("info", "줄")
    await shop.settle()
    assert len(reader.pushes("plugin-log.event")) == 1
    assert len(host.console("desk").trace.ring) == 0


async def test_noting_a_message_costs_little(
    shop: SimulatedShop, host: PluginHost, monkeypatch: pytest.MonkeyPatch
):
    """H-73, H-20: whatever its size, a message is made readable, secrets hidden, only when somebody reads it."""
    hidden: list[str] = []
    monkeypatch.setattr(Masker, "hide_cut", lambda _, text: hidden.append(text) or text)
    plugin = Wire(shop, a_plugin())
    for number in range(50):
        await plugin.ask("storage.set.request", {"key": f"k{number}", "value": "v" * 20_000})
    console = host.console("stamps")
    assert hidden == []
    assert max(len(one.body) for one in console.trace.ring) <= 600
    assert len(console.after(None, 10, kinds=("trace",))) == 10
    assert len(hidden) == 5, "the requests that were cut short"


# -- secrets -----------------------------------------------------------------------------------------

CARD = "4111111111111111"
PASSWORD, SECRET = "한글 비밀번호", 'deep "s3cr3t" value'


async def with_secrets(shop: SimulatedShop) -> Wire:
    """A plugin with a password staff entered and a secret it stored."""
    plugin = Wire(shop, a_plugin())
    password = {"id": "pin", "type": "password", "label": "비밀번호", "required": False, "default": ""}
    await plugin.ask("setting.set-inputs.request", {"pin": password})
    await shop.request("plugin-setting.update.request", {"pluginId": "stamps", "values": {"pin": PASSWORD}})
    await plugin.ask("secure-store.set.request", {"key": "k", "value": SECRET})
    return plugin


async def test_bodies_that_are_secret_are_not_kept(shop: SimulatedShop, host: PluginHost):
    """H-75, SEC-3: what carries a secret is named with its size, without its body."""
    plugin = await with_secrets(shop)
    await plugin.ask("setting.values.request")
    await plugin.ask("secure-store.get.request", {"key": "k"})
    plugin.tell("log", {"log": {"contents": "a line"}})
    messages = {one["name"]: one for one in await traced(shop)}
    for name in (
        "setting.values.response",
        "secure-store.set.request",
        "secure-store.get.response",
        "session.open.request",
        "log",
    ):
        assert "body" not in messages[name]
        assert messages[name]["bytes"] > 10
    assert PASSWORD not in json.dumps(list(messages.values()), ensure_ascii=False)


@pytest.mark.parametrize("ascii_only", [True, False])
async def test_secrets_elsewhere_are_masked(shop: SimulatedShop, host: PluginHost, ascii_only: bool):
    """H-75, SEC-3: in lines, in other messages, spelled as JSON or quoted twice, cut at the end; in the file too."""
    plugin = await with_secrets(shop)
    told = {"a": PASSWORD, "b": SECRET, "card": CARD}
    plugin.tell("log", {"log": {"title": PASSWORD, "contents": told}})
    plugin.tell("log", {"log": {"contents": json.dumps(told, ensure_ascii=ascii_only)}})
    plugin.tell("log", {"log": {"contents": "x" * 15_990 + SECRET}})
    host.console("stamps").write("info", f"{SECRET} {PASSWORD} {CARD}")
    text = json.dumps(
        {"name": "storage.set.request", "callbackId": "s", "data": {"key": "x", "value": json.dumps(told)}},
        ensure_ascii=ascii_only,
    )
    plugin.session.receive(text)
    plugin.send("storage.set.request", {"key": "x" * 580 + SECRET, "value": ""})
    await shop.settle()
    everything = json.dumps(await listed(shop, kinds=["log", "trace"], limit=1_000), ensure_ascii=False)
    assert max(one["bytes"] for one in await traced(shop)) > 600, "one of them was cut"
    for leaked in (PASSWORD, json.dumps(PASSWORD)[1:-1], "s3cr3t", "s3c", CARD):
        assert leaked not in everything, leaked
    assert "411111******1111" in everything


TYPED = "hunter2-typed"


@pytest.mark.parametrize("name", sorted(trace.SECRET - {"log"}))
async def test_the_sdks_log_of_a_secret_message(shop: SimulatedShop, host: PluginHost, name: str):
    """H-75, SEC-3: what the SDK logs of its traffic is named like in the trace, not shown, in whatever way it is quoted."""
    plugin = Wire(shop, a_plugin())
    data = {"complete": True, "type": "input", "data": {"result": "SUCCESS", "inputs": {"pin": TYPED}}}
    message = {"name": name, "version": 1, "callbackId": "abcdefghij", "data": data}
    quoted = json.dumps(message)
    for contents in (
        message, quoted, json.dumps(quoted), json.dumps(message, indent=2), {"direction": "received", **message},
        json.dumps({"data": data | {"long": "x" * 20_000}, "name": name}, separators=(",", ":")),
    ):  # fmt: skip
        plugin.tell("log", {"type": "debug", "log": {"title": "eventMessage", "contents": contents}})
    # As a page's own console writes it, which the till sends.
    host.console("stamps").write("debug", f"[pos] received {name} {quoted}")
    await shop.settle()
    assert [entry.text for entry in host.console("stamps").entries] == [f"{name}: not written down"] * 7
    host.console("stamps").write("info", f"waiting for {name}")
    assert host.console("stamps").entries[-1].text == f"waiting for {name}"


async def test_secrets_of_a_restarted_shop(shop: SimulatedShop, host: PluginHost):
    """H-75: what was stored before is known as soon as the plugin opens its session."""
    (await with_secrets(shop)).cut()
    again = await shop.host()
    plugin = Wire(shop, a_plugin())
    plugin.tell("log", {"log": {"contents": f"{PASSWORD} {SECRET}"}})
    await shop.settle()
    assert [entry.text for entry in again.console("stamps").entries] == ["•••• ••••"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('{"token":"abcdefgh12345678"}', '{"token":"••••"}'),
        ('{"headers":[["Authorization","Basic dXNlcg=="]]}', '{"headers":[["Authorization","••••"]]}'),
        ('{\\"password\\":\\"hunter22\\"}', '{\\"password\\":\\"••••\\"}'),
        ("Authorization: Bearer abcdefgh.12345678", "Authorization: Bearer ••••"),
        ("card 4111 1111 1111 1111.", "card 411111******1111."),
        ("card 4111-1111-1111-1112", "card 4111-1111-1111-1112"),
        ("order 0190f1a2b3c4d5e6f708192a3b4c5d6e", "order 0190f1a2b3c4d5e6f708192a3b4c5d6e"),
        ("1234", "1234"),
    ],
)
def test_what_looks_like_a_secret(line: str, kept: str):
    """H-75, SEC-3: tokens, passwords and card numbers nobody told us of; ids and amounts stay legible."""
    console = Console(None, lambda: OPENING, lambda entry: None)
    console.write("info", line)
    assert console.entries[0].text == kept


# -- lines -------------------------------------------------------------------------------------------


async def test_log_messages_of_any_shape(shop: SimulatedShop, host: PluginHost):
    """H-73, E-13: taken whatever it is, no object too; `onError` entries stand out; a flood loses the rest of its second."""
    plugin = Wire(shop, a_plugin())
    entry = {"title": "onError", "contents": {"message": "boom"}, "level": "LOG"}
    for data in (
        None,
        5,
        "text",
        [1],
        {},
        {"log": {"title": [1]}},
        {"type": "debug", "log": entry},
        {"log": {"level": "error", "contents": "x"}},
    ):
        plugin.tell("log", data)
    await shop.settle()
    lines = await listed(shop)
    assert len(lines) == 8
    assert [line["text"] for line in lines if line["level"] == "error"] == ['{"message":"boom"}', "x"]
    assert lines[2]["text"] == "text"


async def test_a_burst_of_logs(shop: SimulatedShop, host: PluginHost):
    """E-10, H-71: logs kept back until the plugin is known come all at once and cost its requests nothing."""
    plugin = Wire(shop, a_plugin())
    for number in range(5_000):
        plugin.tell("log", {"log": {"contents": str(number)}})
    assert (await plugin.ask("merchant.info.request"))["complete"] is True
    await shop.settle()
    assert "too many messages" not in said(host)


# -- what goes wrong ---------------------------------------------------------------------------------


async def test_malformed_messages(shop: SimulatedShop, host: PluginHost):
    """H-70: dropped, in the console with what is wrong; a hundred in a minute end the session."""
    plugin, other = Wire(shop, a_plugin()), Wire(shop, a_plugin("calm"))
    for text in ("{", '{"version":1}', "[]", '{"name":7,"data":{}}'):
        plugin.session.receive(text)
    plugin.tell("no.such.notification", {})
    assert (await plugin.ask("plugin.info.request"))["complete"] is True
    assert said(host).count("dropped a malformed message") == 4
    assert "dropped 'no.such.notification': no such message" in said(host)
    for _ in range(95):
        plugin.session.receive("{")
    assert plugin.closed is None
    plugin.session.receive("{")
    assert plugin.closed == "INVALID_ARGUMENT"
    assert "100 malformed messages in a minute: stopped" in said(host)
    assert (await other.ask("plugin.info.request"))["complete"] is True


async def test_a_flood(shop: SimulatedShop, host: PluginHost):
    """H-71, H-77: requests are answered RATE_LIMITED, notifications dropped, one line a second; nobody else waits."""
    shop.running.guard = FloodGuard(now=lambda: shop.clock.now().timestamp())
    plugin, other = Wire(shop, a_plugin()), Wire(shop, a_plugin("calm"))
    asked = [plugin.send("merchant.info.request") for _ in range(1_200)]
    for _ in range(300):
        plugin.tell("toast.open", "x")
    assert (await other.ask("merchant.info.request"))["complete"] is True
    await shop.settle()
    replies = [plugin.reply_to(one) for one in asked[-20:]]
    assert all(reply is not None and reply["error"]["code"] == "RATE_LIMITED" for reply in replies)
    assert all(reply["error"]["data"]["retryAfterMs"] > 0 for reply in replies if reply)
    shop.clock.jump(seconds=1)
    for _ in range(201):
        plugin.send("merchant.info.request")
    lines = [line for line in said(host).splitlines() if "too many messages" in line]
    assert len(lines) == 1
    assert "200 refused (RATE_LIMITED), 300 dropped" in lines[0]
    assert plugin.closed is None


async def test_what_was_dropped_is_told(shop: SimulatedShop, host: PluginHost):
    """H-76, H-73: a notification nobody answers leaves a line when it is refused or cannot be shown."""
    plugin = Wire(shop, a_plugin(scopes="catalog:read"))
    plugin.tell("toast.open", "x")
    drawing = Wire(shop, a_plugin("lamp"))
    drawing.tell("toast.open", "x")
    drawing.tell("alert.open", {"odd": [1]})
    drawing.tell("navigation.navigate", {"page": "moon"})
    await shop.settle()
    assert "dropped toast.open: This needs the scope ui." in said(host)
    assert "toast.show.event: no till to show it" in said(host, "lamp")
    assert 'an alert without a text: {"odd":[1]}' in said(host, "lamp")
    assert 'there is no page "moon"' in said(host, "lamp")


async def test_a_refused_start_of_payment(shop: SimulatedShop, host: PluginHost):
    """H-48, E-6: the plugin's console says why, in its author's words."""
    await Wire(shop, a_plugin()).ask("draft-order.start-payment")
    (line,) = [line for line in await listed(shop) if "draft-order.start-payment" in line["text"]]
    assert line["level"] == "error"


async def test_whose_console(shop: SimulatedShop, host: PluginHost):
    """H-76: managers only; a plugin there is not, is not found; a service that left keeps its console."""
    with pytest.raises(NotFound):
        await shop.request("plugin-log.list.request", {"pluginId": "nobody"})
    with pytest.raises(PermissionDenied):
        await shop.request("plugin-log.list.request", {"pluginId": "x"}, caller=staff_caller("cashier"))
    service = Wire(shop, a_plugin("bridge", kind="service"))
    service.tell("log", "hello")
    service.cut()
    assert [line["text"] for line in await listed(shop, "bridge")] == ["hello"]


def test_a_closed_console_stays_closed(tmp_path: Path):
    """H-73: what is said after the shop closed its files opens none again."""
    console = Console(tmp_path / "plugin.log", lambda: OPENING, lambda _: None)
    console.write("info", "before")
    console.close()
    console.write("info", "after")
    assert [entry.text for entry in console.after(None, 10)] == ["before", "after"]
    assert (tmp_path / "plugin.log").read_text().count("\n") == 1
