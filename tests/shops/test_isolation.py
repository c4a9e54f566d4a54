"""Nothing of one shop can be read or written from another, whatever is asked with whatever of its ids."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from msgspec import inspect

from jumak.domain.caller import SYSTEM
from jumak.protocol.scopes import BRANCH_SCOPES
from jumak.protocol.table import TABLE
from jumak.service import shop_directory
from jumak.service.documents import Device
from jumak.store.postgres.queries import SQL
from tests.fuzz.examples import at, example, places, with_value
from tests.service.asking import a_line, a_payment, an_order
from tests.shops.conftest import HOST, Branch, Doors, Json, a_token, add_branch
from tests.shops.office import OFFICE_HOST, furnish_office, office_token
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


@pytest.mark.parametrize("scope", ["directory:read", "directory:manage", "all", *BRANCH_SCOPES])
async def test_a_head_office_token_opens_no_branch(doors: Doors, scope: str) -> None:
    """What a head office may do it does through its directory; its token is nobody's in a branch."""
    one, _ = await two_shops(doors)
    token = await a_token(doors.chain.branches, doors.chain.office, scope)
    assert (await doors.ask(one.host, "order.get-list", {}, token)).status_code == 401
    served = doors.chain.shops.open.get(one.entry.id)
    devices = {} if served is None else await served.shop.store.reader().all(Device)
    assert token not in repr(devices)


FREE = {"session.ping.request", "command.get.request"}
"""What any token may ask."""


@pytest.mark.parametrize("scope", BRANCH_SCOPES)
async def test_a_head_office_token_does_exactly_its_list(doors: Doors, scope: str) -> None:
    """SEC-3, H-76: every message of the table, at the head office and in a shop it may read; no secret, no payment."""
    one, _ = await two_shops(doors)
    branches, office = doors.chain.branches, doors.chain.office
    token = await office_token(branches, office, scopes=[scope], shops=[one.entry.id])
    # The same name may be somebody's whose things are not this token's.
    await a_token(branches, office, name="본부장")
    asked = [(OFFICE_HOST, name, {}, token) for name in ASKED]
    for name, status, text in await answers(doors, asked):
        mine = scope in TABLE[name].scopes or name in FREE
        if mine:
            assert status in (200, 400, 404), (name, text)
        else:
            assert status == 403, (name, status, text)
            assert json.loads(text)["error"]["reason"] == "SCOPE", (name, text)
    for name, status, text in await answers(doors, [(one.host, name, {}, token) for name in ASKED]):
        assert status == 401, (name, text)
    for path in ("/metrics", "/v1/downloads/" + "0" * 32):
        headers = {"Host": OFFICE_HOST, "Authorization": f"Bearer {token}"}
        assert (await doors.http.get(path, headers=headers)).status_code in (401, 403), path


@pytest.mark.parametrize("by_group", [False, True])
async def test_a_head_office_token_reaches_its_shops_alone(doors: Doors, by_group: bool) -> None:
    """SEC-3: by every message that names a shop; one that is not there looks the same."""
    one, two = await two_shops(doors)
    await lived_in(doors, two)
    branches, office = doors.chain.branches, doors.chain.office
    await furnish_office(branches, office)
    reach = {"groups": ["서울"]} if by_group else {"shops": [one.entry.id]}
    await branches.write(
        office, "test", lambda tx: shop_directory.set_groups(tx, one.entry.id, ["서울"]), SYSTEM
    )
    token = await office_token(branches, office, **reach)
    everything = await office_token(branches, office)
    operator = await a_token(branches, office, *BRANCH_SCOPES, name="operator")
    theirs = {"id": "theirs", "shops": [two.entry.id]}
    assert (await doors.ask(OFFICE_HOST, "menu-push.add", theirs, everything)).status_code == 200
    await until(lambda: two.entry.id in doors.chain.shops.open)
    days = {"from": "2026-02-01", "to": "2026-02-02"}
    for number in (two.entry.id, 12_345, office.id):
        asked = [
            (OFFICE_HOST, name, data, token)
            for name, data in (
                ("branch-report.get.request", days | {"shops": [number]}),
                ("branch-order.find.request", {"shops": [number]}),
                ("branch-order.find.request", {"shops": [one.entry.id, number]}),
                ("branch-menu.get.request", {"shop": number}),
                ("branch-menu.compare.request", {"shop": number}),
                ("menu-push.add.request", {"id": "mine", "shops": [one.entry.id, number]}),
            )
        ]
        for name, status, text in await answers(doors, asked):
            assert (status, json.loads(text)["error"]["reason"]) == (403, "OUT_OF_REACH"), name
            assert SECRET not in text
    listed = [
        (OFFICE_HOST, name, data, token)
        for name, data in (
            ("branch.list.request", {}),
            ("branch-report.get.request", days),
            ("branch-order.find.request", {}),
            ("menu-push.list.request", {}),
            ("menu-push.get.request", {"id": "theirs"}),
        )
    ]
    for name, status, text in await answers(doors, listed):
        assert status == (404 if name == "menu-push.get.request" else 200), (name, text)
        assert SECRET not in text, name
        assert str(two.entry.id) not in text, name
        assert "theirs" not in text, name
    pushed = await doors.ask(OFFICE_HOST, "menu-push.add", {"id": "mine"}, token)
    assert [each["shopId"] for each in pushed.json()["results"]] == [one.entry.id]
    # Somebody who reaches others cannot widen it by the same words.
    wider = await doors.ask(OFFICE_HOST, "menu-push.add", {"id": "mine"}, operator)
    assert wider.json()["error"]["reason"] == "PUSH_ID"
    again = await doors.ask(OFFICE_HOST, "menu-push.get", {"id": "mine"}, everything)
    assert [each["shopId"] for each in again.json()["results"]] == [one.entry.id]


async def test_a_shop_that_joins_a_group_is_reached_at_once(doors: Doors) -> None:
    """Extensions §11.1: one that is added later, too; and a token that is revoked reaches nothing."""
    one, two = await two_shops(doors)
    branches, office = doors.chain.branches, doors.chain.office
    token = await office_token(branches, office, scopes=["branch-order:read"], groups=["서울"])
    owner = Branch(office, await a_token(branches, office, "staff:own", name="owner"))

    async def reached() -> list[str]:
        answer = await doors.ask(OFFICE_HOST, "branch.list", {}, token)
        return [each["name"] for each in answer.json()["shops"]] if answer.status_code == 200 else ["?"]

    assert await reached() == []
    operator = Branch(office, await a_token(branches, office, "directory:manage", name="operator"))
    async with asyncio.timeout(20):
        while (await doors.ask(OFFICE_HOST, "shop-directory.list", {}, operator.token)).status_code != 200:  # noqa: ASYNC110  # a running shop hears of a token in a moment
            await asyncio.sleep(0.01)
    await doors.reply(operator, "shop-directory.set-groups", {"id": two.entry.id, "groups": ["서울"]})
    assert await reached() == ["two"]
    added = {"name": "late", "title": "늦은", "businessNumber": "1208147521", "groups": ["서울", "신규"]}
    await doors.reply(operator, "shop-directory.add", added)
    assert await reached() == ["two", "late"]
    await doors.reply(operator, "shop-directory.set-groups", {"id": two.entry.id, "groups": []})
    assert await reached() == ["late"]
    devices = (await doors.reply(owner, "device.list", {}))["devices"]
    mine = next(each for each in devices if each.get("reach") == {"groups": ["서울"]})
    await doors.reply(owner, "device.revoke", {"id": mine["id"]})
    assert (await doors.ask(OFFICE_HOST, "branch.list", {}, token)).status_code == 401
    assert one.entry.name == "one"
