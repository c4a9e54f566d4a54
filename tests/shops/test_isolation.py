"""Nothing of one shop can be read or written from another, whatever is asked with whatever of its ids."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from msgspec import inspect

from jumak.protocol.table import TABLE
from jumak.service.documents import Device
from jumak.store.postgres.queries import SQL
from tests.fuzz.examples import at, example, places, with_value
from tests.service.asking import a_line, a_payment, an_order
from tests.shops.conftest import HOST, Branch, Doors, Json, a_token, add_branch
from tests.shops.test_many_shops import until

ASKED = sorted(name for name, row in TABLE.items() if row.kind in ("request", "notify"))
SECRET = "비밀-둘째-매장"
"""Stands in everything the second shop holds that can hold a text."""

AT_ONCE = 8


async def two_shops(doors: Doors) -> tuple[Branch, Branch]:
    branches, office = doors.chain.branches, doors.chain.office
    one, two = await add_branch(branches, office, "one"), await add_branch(branches, office, "two")
    await until(lambda: doors.chain.shops.directory.named("two") is not None)
    return one, two


async def lived_in(doors: Doors, shop: Branch) -> set[str]:
    """Gives a shop something of many kinds, each with `SECRET` in it; the ids of all of it."""
    replies: list[Json] = []

    async def ask(name: str, data: Json) -> Json:
        replies.append(await doors.reply(shop, name, data))
        return replies[-1]

    line = a_line(1) | {"memo": SECRET}
    order = (await ask("order.add", {"order": an_order(line, memo=SECRET, orderKey=SECRET)}))["order"]
    await ask("payment.add", {"order": {"id": order["id"]}, "paymentDto": a_payment(order, 1_000, SECRET)})
    start = {
        "orderId": order["id"],
        "tender": "CASH",
        "amount": 1_000,
        "expectedUnpaid": 4_000,
    }
    await ask("payment.start", start)
    await ask("storage.set", {"key": SECRET, "value": SECRET})
    await ask("secure-store.set", {"key": "k", "value": SECRET})
    await ask("staff.save", {"staff": {"name": SECRET, "role": "manager", "pin": "8642"}})
    await ask("device.pair", {"kind": "till", "name": SECRET})
    await ask("draft-order.update", {"memo": SECRET})
    await ask("waiting.set-mode", {"mode": "accept"})
    await ask("waiting.add", {"name": SECRET, "phone": "01012345678", "numGuests": 2})
    terminal = {"name": SECRET, "driver": "simulator", "address": "127.0.0.1:9"}
    await ask("terminal.save", {"terminal": terminal})
    for name in ("kds-board.get", "order.get-list", "device.list", "staff.list", "event.list"):
        await ask(name, {"limit": 1_000, "after": 0} if name == "event.list" else {})
    # The first of each kind: two orders are looked for in the same place.
    kinds: dict[str, str] = {}
    for reply in replies:
        for path in places(reply):
            value = at(reply, path)
            if isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value):
                kinds.setdefault("/".join(str(step) for step in path[-2:] if isinstance(step, str)), value)
    return set(kinds.values())


async def commit_of(doors: Doors, shop: Branch) -> int:
    """How often anything was written into a shop."""
    served = doors.chain.shops.open[shop.entry.id]
    store: Any = served.shop.store
    found: int = await store.database.pool.fetchval(SQL["head"], shop.entry.id)
    return found


def with_ids(name: str, foreign: str) -> list[Json]:
    """Data for a message, with and without what is optional, a foreign id wherever a text may stand."""
    found = []
    for everything in (False, True):
        data = example(inspect.type_info(TABLE[name].data), everything=everything)
        for path in places(data):
            if isinstance(at(data, path), str) and path and re.search(r"(?i)id$|^key$|^to$|ids$", _key(path)):
                data = with_value(data, path, foreign)
        if data not in found:
            found.append(data)
    return found


def _key(path: tuple[str | int, ...]) -> str:
    return next(str(step) for step in reversed(path) if isinstance(step, str))


async def answers(doors: Doors, asked: list[tuple[str, str, Json, str | None]]) -> list[tuple[str, int, str]]:
    """Asks so many at a time: name, status, text."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(host: str, name: str, data: Json, token: str | None) -> tuple[str, int, str]:
        async with turn:
            answer = await doors.ask(host, name, data, token)
            return name, answer.status_code, answer.text

    return list(await asyncio.gather(*(one(*each) for each in asked)))


async def test_no_token_of_one_shop_opens_another(doors: Doors) -> None:
    """SEC-3: by host, every message; the token as it is, without its mark, and with the other's mark."""
    one, two = await two_shops(doors)
    await lived_in(doors, two)
    await doors.reply(one, "merchant.info", {})
    before = await commit_of(doors, two)
    rest = one.token.partition(".")[2]
    forged = [one.token, rest, f"{two.entry.id}.{rest}", f"{two.entry.id}."]
    asked = [
        (two.host, name, {}, token) for name in ASKED for token in forged if name != "device.claim.request"
    ]
    for name, status, text in await answers(doors, asked):
        assert status == 401, (name, text)
        assert SECRET not in text
    for path in ("/v1/events", "/metrics", "/v1/downloads/" + "0" * 32):
        headers = {"Host": two.host, "Authorization": f"Bearer {forged[2]}"}
        assert (await doors.http.get(path, headers=headers)).status_code == 401, path
    assert await commit_of(doors, two) == before


async def test_no_id_of_one_shop_means_anything_in_another(doors: Doors) -> None:
    """Every message, asked at home by a token that may do everything there, with the ids of another shop."""
    one, two = await two_shops(doors)
    ids = await lived_in(doors, two)
    assert len(ids) >= 8
    await doors.reply(one, "merchant.info", {})
    before = await commit_of(doors, two)
    asked = [
        (one.host, name, data, one.token)
        for name in ASKED
        for each in sorted(ids)
        for data in with_ids(name, each)
    ]
    unique = {repr(each): each for each in asked}
    statuses: dict[str, set[int]] = {}
    for name, status, text in await answers(doors, list(unique.values())):
        assert SECRET not in text, (name, text)
        assert status != 500, (name, text)
        statuses.setdefault(name, set()).add(status)
    for name in (
        "order.get.request",
        "payment.get.request",
        "device.revoke.request",
        "payment-attempt.get.request",
    ):
        assert statuses[name] == {404}, name
    assert await commit_of(doors, two) == before


async def test_what_is_listed_is_a_shops_own(doors: Doors) -> None:
    """Reads that need no id: the same name of a service, the same keys, the same PIN, another shop."""
    one, two = await two_shops(doors)
    await lived_in(doors, two)
    asked = [(one.host, name, {}, one.token) for name in ASKED if not TABLE[name].write]
    asked += [(one.host, "storage.get.request", {"key": SECRET}, one.token)]
    asked += [(one.host, "secure-store.get.request", {"key": "k"}, one.token)]
    asked += [(one.host, "order.search.request", {"orderKey": SECRET}, one.token)]
    asked += [(one.host, "event.list.request", {"after": 0, "limit": 1_000}, one.token)]
    for name, _, text in await answers(doors, asked):
        assert SECRET not in text, name
    till = (await doors.reply(one, "device.pair", {"kind": "till", "name": "계산대"}))["token"]
    login = await doors.ask(one.host, "staff.login", {"pin": "8642"}, till)
    assert login.status_code in (401, 403, 404)


async def test_a_code_of_one_shop_opens_no_other(doors: Doors) -> None:
    """A one-time code is redeemed where it was made, and still counts there after it was tried elsewhere."""
    one, two = await two_shops(doors)
    code = (await doors.reply(two, "device.pair", {"kind": "till", "name": "계산대"}))["code"]
    assert (await doors.ask(one.host, "device.claim", {"code": code}, None)).status_code == 404
    assert (await doors.ask(HOST, "device.claim", {"code": code}, None)).status_code == 404
    assert (await doors.ask(two.host, "device.claim", {"code": code}, None)).status_code == 200


@pytest.mark.parametrize("scope", ["directory:read", "directory:manage", "all"])
async def test_a_head_office_token_opens_no_branch(doors: Doors, scope: str) -> None:
    """What a head office may do it does through its directory; its token is nobody's in a branch."""
    one, _ = await two_shops(doors)
    token = await a_token(doors.chain.branches, doors.chain.office, scope)
    assert (await doors.ask(one.host, "order.get-list", {}, token)).status_code == 401
    served = doors.chain.shops.open.get(one.entry.id)
    devices = {} if served is None else await served.shop.store.reader().all(Device)
    assert token not in repr(devices)
