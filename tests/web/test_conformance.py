"""The same day through a plugin wherever it runs: a worker and a page in a real browser, Node under the server, Python.

Each message of the contract is asked by the member of the SDK that sends it, from inside the plugin, and its
answer compared with the one the shop gives without any plugin.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page

from jumak.protocol.scopes import expand
from jumak.protocol.table import TABLE
from jumak.testing import SimulatedShop
from jumak.testing.shop import staff_caller
from tests.server.every_request import ANSWERING, every_request, owe_a_part
from tests.server.screen import answering
from tests.server.test_conformance import (
    EVERYTHING,
    OWN_STEP,
    PACKAGE_SCOPES,
    SERVED,
    Day,
    Json,
    comparable,
    shape,
)
from tests.web.building import fixture_zip, python_zip
from tests.web.house import House
from tests.web.members import MEMBERS, WHOLE, extension, snake
from tests.web.tester import Failed

pytestmark = pytest.mark.asyncio(loop_scope="session")

Call = Callable[[str, list[Any]], Awaitable[Any]]

EVENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "order.change.event": (
        "order", ("add", "update", "accept", "decline", "expire", "complete", "cancel", "call"),
    ),
    "payment.change.event": ("payment", ("paid", "cancel")),
    "catalog-item.change.event": ("catalog", ("add", "update", "delete", "sold-out", "on-sale")),
    "catalog-category.change.event": ("category", ("add", "update", "delete")),
    "catalog-item-option.change.event": ("option", ("add", "update", "delete", "sold-out", "on-sale")),
    "table.change.event": (
        "table", ("order-add", "order-update", "clear", "add", "update", "delete", "move", "swap", "merge"),
    ),
    "kds-order-item.change.event": ("kdsOrder", ("open", "complete", "cancel")),
    "draft-order.change.event": ("draftOrder", ("change",)),
    "setting.change.event": ("setting", ("change",)),
    "barcode.event": ("barcode", ("scan",)),
    "toast.click": ("toast", ("click",)),
    "toast.button.click": ("toast", ("button-click",)),
}  # fmt: skip
"""Push of the SDK → its namespace and the events it is subscribed by."""


class OverMembers(Day):
    """The day asked by members of an SDK, inside a plugin with every scope a package may have.

    What a plugin may not do is refused, and done by somebody else for the day to go on.
    python: members are named in snake_case there.
    """

    def __init__(self, call: Call, shop: SimulatedShop, device: str | None, *, python: bool = False) -> None:
        super().__init__()
        self._call, self._shop, self._python = call, shop, python
        self._beside = replace(EVERYTHING, device_id=device)
        self.refused: set[str] = set()

    async def send(self, name: str, data: Json) -> Json:
        member, arguments, key = self._member(name, data)
        try:
            value = await self._call(snake(member) if self._python else member, arguments)
        except Failed as failed:
            if failed.error.get("code") != "PERMISSION_DENIED":
                raise
            if failed.error.get("reason") == "SCOPE":
                self.refused.add(name)
            return {"complete": True} | await self._shop.request(name, data, caller=self._beside)
        if key == WHOLE:
            return {"complete": True} | (value or {})
        return {"complete": True} | ({key: value} if key and value is not None else {})

    def _member(self, name: str, data: Json) -> tuple[str, list[Any], str]:
        if name in MEMBERS:
            member, arguments, key = MEMBERS[name]
            return member, arguments(data), key
        if name == "http.request":
            options = {"timeoutMs": data["timeoutMs"]}
            return (
                f"http.{data['method'].lower()}",
                [data["url"], data["payload"], data["headers"], options],
                WHOLE,
            )
        if name == "popup.request":
            popup = {key: value for key, value in data.items() if key != "type"}
            return ("ui.openBarcode" if data["type"] == "barcode" else "ui.openInputModal"), [popup], WHOLE
        member = extension(name)
        if member.startswith("ext."):
            return member, [data], WHOLE
        return "request", [name, data], WHOLE


async def listen_to_everything(house: House, plugin: str) -> set[str]:
    """Subscribes to every push the SDK knows; what an event is called by whoever took it."""
    wanted: set[str] = set()
    for name, row in TABLE.items():
        if row.kind != "push":
            continue
        if name in EVENTS:
            namespace, words = EVENTS[name]
            for word in words:
                await house.tester.do(plugin, listen=[namespace, word])
                wanted.add(f"{namespace}.{word}")
        elif row.sdk.startswith("ext."):
            path = row.sdk.removesuffix(".on")
            await house.tester.do(plugin, listen=[path])
            wanted.add(path)
    return wanted


async def live_the_day(
    house: House, plugin: str, *, python: bool = False
) -> tuple[OverMembers, dict[str, Any]]:
    """The day through one plugin: its answers, and event → the kinds of values its listeners got."""
    await house.tester.is_up(plugin)
    await listen_to_everything(house, plugin)

    async def call(member: str, arguments: list[Any]) -> Any:
        return await house.tester.call(plugin, member, *arguments)

    states = (await house.state(plugin)).get("deviceStates", [])
    day = OverMembers(call, house.shop, states[0]["deviceId"] if states else None, python=python)
    await owe_a_part(house.shop)
    await every_request(day.ask, house.shop.clock.now())
    heard: dict[str, Any] = {}
    while some := await house.tester.do(plugin, take=True):
        for each in some:
            heard.setdefault(each["on"], shape(each["args"]))
    return day, heard


def without_null(shaped: Any) -> Any:
    """A shape without keys that hold null: it equals absent, and Python has one word for both (contract §4.4)."""
    if isinstance(shaped, dict):
        return {key: without_null(inner) for key, inner in shaped.items() if inner != "NoneType"}
    if isinstance(shaped, list):
        kept: list[Any] = []
        for inner in map(without_null, shaped):
            if inner not in kept:
                kept.append(inner)
        return kept
    return shaped


SEEN: dict[str, tuple[list[tuple[str, Any]], dict[str, Any]]] = {}
"""Where the plugin ran → its answers and what it heard, held against each other across the tests of this module."""


def check(where: str, day: OverMembers, heard: dict[str, Any]) -> None:
    assert {name for name, _ in day.answers} == SERVED - OWN_STEP
    allowed = expand(PACKAGE_SCOPES)
    assert day.refused == {
        name for name in SERVED - OWN_STEP if TABLE[name].scopes and not {*TABLE[name].scopes} & allowed
    }
    SEEN[where] = ([(name, without_null(answer)) for name, answer in comparable(day)], without_null(heard))
    answers, first = next(iter(SEEN.values()))
    for mine, theirs in zip(SEEN[where][0], answers, strict=True):
        assert mine == theirs
    assert SEEN[where][1] == first
    spoken = {
        push
        for push, (namespace, words) in EVENTS.items()
        for word in words
        if f"{namespace}.{word}" in heard
    }
    assert spoken == EVENTS.keys()


async def dismiss_popups(till: Page) -> None:
    """Somebody at the till who wants no popup."""
    while True:
        await (
            till.get_by_role("dialog")
            .get_by_role("button", name=re.compile("취소|닫기"))
            .first.click(timeout=0)
        )


@pytest.mark.parametrize(("where", "fixture"), [("worker", "worker-ts"), ("page", "page-react")])
async def test_in_a_browser(where: str, fixture: str, house: House, browser: Browser):
    """H-78, H-79, H-33, H-10, E-2: a plugin in a real Chromium gets the answers and pushes of every other door."""
    plugin = await house.install(fixture_zip(fixture), id="driver", acl=[ANSWERING])
    till = await house.till(browser)
    dismissing = asyncio.create_task(dismiss_popups(till))
    try:
        check(where, *await live_the_day(house, plugin))
    finally:
        dismissing.cancel()


async def test_headless(house: House):
    """H-78, H-79, H-33, H-10: the same zip in Node under the server."""
    plugin = await house.install(fixture_zip("worker-ts"), id="driver", acl=[ANSWERING], headless=True)
    answering(house.shop, staff_caller("owner"))
    check("headless", *await live_the_day(house, plugin))


async def test_in_python(house: House, tmp_path: Path):
    """H-78, H-79, H-33, H-10: a driver in Python, its members in snake_case, as a process of the server."""
    plugin = await house.install(python_zip(tmp_path / "driver.zip"), acl=[ANSWERING])
    answering(house.shop, staff_caller("owner"))
    check("python", *await live_the_day(house, plugin, python=True))
