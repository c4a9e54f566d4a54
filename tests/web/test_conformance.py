"""The same day through a plugin wherever it runs: a worker and a page in a real browser, Node under the server, Python.

Each message of the contract is asked by the member of the SDK that sends it, from inside the plugin, and its
answer compared with the one the shop gives without any plugin.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from jumak.protocol.table import TABLE
from tests.server.every_request import every_request
from tests.server.test_conformance import OWN_STEP, SERVED, Day, Json, comparable, day_inside, shape
from tests.web.building import fixture_zip
from tests.web.house import House
from tests.web.members import MEMBERS, WHOLE, extension, snake

pytestmark = pytest.mark.asyncio(loop_scope="module")

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
}  # fmt: skip
"""Push of the SDK → its namespace and the events it is subscribed by."""


class OverMembers(Day):
    """The day asked by members of an SDK. python: their names are snake_case there."""

    def __init__(self, call: Call, *, python: bool = False) -> None:
        super().__init__()
        self._call, self._python = call, python

    async def send(self, name: str, data: Json) -> Json:
        if name in MEMBERS:
            member, arguments, key = MEMBERS[name]
            value = await self._call(snake(member) if self._python else member, arguments(data))
            if key == WHOLE:
                return {"complete": True} | value
            return {"complete": True} | ({key: value} if key and value is not None else {})
        member = extension(name)
        value = await self._call(snake(member) if self._python else member, [data])
        return {"complete": True} | (value or {})


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


@pytest.fixture(scope="module")
def inside() -> dict[str, Any]:
    return {}


async def expected(inside: dict[str, Any], folder: Path) -> list[tuple[str, Any]]:
    """The day's answers without a plugin, lived once."""
    if "day" not in inside:
        inside["day"] = comparable(await day_inside(folder))
    return inside["day"]


async def live_the_day(house: House, plugin: str) -> tuple[OverMembers, dict[str, Any]]:
    """The day through one plugin: its answers, and event → the kinds of values its listeners got."""
    await house.tester.is_up(plugin)
    await listen_to_everything(house, plugin)

    async def call(member: str, arguments: list[Any]) -> Any:
        return await house.tester.call(plugin, member, *arguments)

    day = OverMembers(call)
    await every_request(day.ask, house.shop.clock.now())
    heard: dict[str, Any] = {}
    for each in await house.tester.do(plugin, take=True):
        heard.setdefault(each["on"], shape(each["args"]))
    return day, heard


HEARD: dict[str, dict[str, Any]] = {}
"""Where the plugin ran → what it heard, compared across the tests of this module."""


def check_heard(where: str, heard: dict[str, Any]) -> None:
    HEARD[where] = heard
    first = next(iter(HEARD.values()))
    assert heard == first


@pytest.mark.parametrize(("where", "fixture"), [("worker", "worker-ts"), ("page", "page-react")])
async def test_in_a_browser(
    where: str, fixture: str, house: House, browser: Browser, inside: dict[str, Any], tmp_path: Path
):
    """H-78, H-79, H-33, H-10: a plugin in a real Chromium gets the answers and pushes of every other door."""
    plugin = await house.install(fixture_zip(fixture), id="everything")
    await house.till(browser)
    day, heard = await live_the_day(house, plugin)
    assert {name for name, _ in day.answers} == SERVED - OWN_STEP
    assert comparable(day) == await expected(inside, tmp_path / "inside")
    check_heard(where, heard)


async def test_headless(house: House, inside: dict[str, Any], tmp_path: Path):
    """H-78, H-79, H-33, H-10: the same zip in Node under the server."""
    plugin = await house.install(fixture_zip("worker-ts"), id="everything", headless=True)
    day, heard = await live_the_day(house, plugin)
    assert {name for name, _ in day.answers} == SERVED - OWN_STEP
    assert comparable(day) == await expected(inside, tmp_path / "inside")
    check_heard("headless", heard)
