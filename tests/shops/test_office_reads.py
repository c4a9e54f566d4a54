"""A head office reads its shops: sales, orders and menus (extensions §11.1, decision 0036)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from jumak.demo.shop import SHOP, furnish
from jumak.domain.caller import SYSTEM
from jumak.domain.errors import RateLimited
from jumak.domain.order.types import Order
from jumak.service import shop_directory
from jumak.service.documents import ShopEntry
from jumak.service.look import Look
from jumak.service.ports import OrderQuery
from jumak.simulate import Plan
from jumak.store.opening import InDatabase
from jumak.store.postgres import Database, Looking
from jumak.testing import simulated_shop
from tests.postgres import PostgresServer
from tests.scenario.test_simulate import play
from tests.service.asking import a_line, a_payment, an_order
from tests.shops.conftest import Branch, Doors, Json, add_branch
from tests.shops.office import OFFICE_HOST, ask_office, furnish_office, office_token
from tests.shops.test_many_shops import until
from tests.store.statements import recorded, strays


async def sell(doors: Doors, shop: Branch, won: int, *, pay: bool = True) -> Json:
    """One order of a line, paid in full."""
    order = (await doors.reply(shop, "order.add", {"order": an_order(a_line(1))}))["order"]
    if pay:
        paid = {"order": {"id": order["id"]}, "paymentDto": a_payment(order, won, order["id"])}
        await doors.reply(shop, "payment.add", paid)
    return dict(order)


def plain(order: Raw | Order) -> Json:
    """A public document as JSON has it."""
    document: Json = msgspec.json.decode(msgspec.json.encode(order))
    return document


class Turns:
    """Counts how often something else has had a turn."""

    def __init__(self) -> None:
        self.count = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            self.count += 1
            await asyncio.sleep(0)

    def end(self) -> None:
        self._task.cancel()


def around_today() -> Json:
    """Days no test can fall out of, whatever the clock."""
    today = date.today()
    return {"from": str(today - timedelta(days=3)), "to": str(today + timedelta(days=3))}


async def grouped(doors: Doors, shop: Branch, *groups: str) -> None:
    number = shop.entry.id
    await doors.chain.branches.write(
        doors.chain.office, "test", lambda tx: shop_directory.set_groups(tx, number, groups), SYSTEM
    )


async def test_sales_of_several_shops(doors: Doors) -> None:
    """RPT-2: what each shop sold and how it was paid, shop by shop; money that goes back is taken off."""
    branches, office = doors.chain.branches, doors.chain.office
    one, two = await add_branch(branches, office, "one"), await add_branch(branches, office, "two")
    three = await add_branch(branches, office, "three")
    token = await office_token(branches, office, scopes=["branch-report:read"])
    await until(lambda: doors.chain.shops.directory.named("three") is not None)
    total = (await sell(doors, one, 5_000))["chargePrice"]["chargePriceValue"]
    await sell(doors, one, 5_000)
    given_back = await sell(doors, two, 5_000)
    await sell(doors, two, 5_000, pay=False)
    payment = (await doors.reply(two, "order.get", {"id": given_back["id"]}))["order"]["payments"][0]
    await doors.reply(
        two, "payment.cancel", {"order": {"id": given_back["id"]}, "payment": {"id": payment["id"]}}
    )
    found = (await ask_office(doors, token, "branch-report.get", around_today()))["shops"]
    assert [each["shop"]["name"] for each in found] == [
        each.entry.name for each in sorted((one, two, three), key=lambda each: each.entry.id)
    ]
    days = {each["shop"]["name"]: each["days"] for each in found}
    (day,) = days["one"]
    assert (day["orders"], day["net"]) == (2, 2 * total)
    assert [(each["payments"], each["amount"]) for each in day["tenders"]] == [(2, 2 * total)]
    (day,) = days["two"]
    assert [(each["payments"], each["amount"]) for each in day["tenders"]] == [(1, 0)]
    assert days["three"] == []
    first = await ask_office(doors, token, "branch-report.get", around_today() | {"limit": 2})
    rest = await ask_office(doors, token, "branch-report.get", around_today() | {"after": first["next"]})
    assert first["shops"] + rest["shops"] == found
    assert "next" not in rest


async def test_sales_are_those_of_a_hub(
    office: ShopEntry, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RPT-a: a part of a day with parts, refunds and cancels, read a few facts at a time from any day on."""
    number = office.id + 500_000
    monkeypatch.setattr("jumak.store.postgres.look.STEP", 7)
    where = InDatabase(postgres.url, number)
    async with simulated_shop(1, shop=SHOP, documents=(), folder=tmp_path, database=where) as shop:
        await furnish(shop.running.store)
        await play(shop, Plan(seed=1, orders=12))
        shop.clock.jump(hours=30)
        await play(shop, Plan(seed=2, orders=6))
        read = shop.running.store.reader()
        orders = [plain(order) for order in await read.orders(OrderQuery(size=500))]
        last = read.at.date() + timedelta(days=1)
    looking = Looking(postgres.url)
    async with looking.into(number) as look:
        assert look is not None
        days, through, _ = await look.sales(last - timedelta(days=30), last, 1_000_000)
        assert through == last
        # In pieces of some days each, one at least, it is the same.
        pieces, begin = [], last - timedelta(days=30)
        while begin <= last:
            piece = await look.sales(begin, last, 1)
            assert begin <= piece.through
            pieces += piece.days
            begin = piece.through + timedelta(days=1)
        # Whatever else there is to do has a turn between any two facts, where each counts as work.
        monkeypatch.setattr("jumak.store.postgres.look._WORK_S", 0.0)
        turns = Turns()
        later, _, facts = await look.sales(days[-1].day, last, 1_000_000)
        turns.end()
    await looking.close()
    assert turns.count > facts
    settled = [
        order["chargePrice"]
        for order in orders
        if order["orderState"] != "CANCELLED" and order["paymentState"] == "COMPLETED"
    ]
    assert len(days) >= 2
    assert pieces == days
    assert sum(day.net for day in days) == sum(
        price["chargePriceValue"] - price["chargeTipValue"] for price in settled
    )
    assert sum(day.vat for day in days) == sum(price["chargeTaxValue"] for price in settled)
    paid = sum(order["paymentPrice"]["paymentPaidValue"] for order in orders)
    assert sum(each.amount for day in days for each in day.tenders) == paid
    assert later == [day for day in days if day.day >= days[-1].day]
    assert facts > 0


async def test_a_shop_that_sells_much_is_read_in_several_pages(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RPT-2: a page of a report is bounded within a shop too; all pages together are the whole."""
    branches, office = doors.chain.branches, doors.chain.office
    one, two = await add_branch(branches, office, "one"), await add_branch(branches, office, "two")
    token = await office_token(branches, office, scopes=["branch-report:read"])
    await until(lambda: doors.chain.shops.directory.named("two") is not None)
    for shop in (one, two):
        await sell(doors, shop, 5_000)
    whole = await ask_office(doors, token, "branch-report.get", around_today())
    monkeypatch.setattr("jumak.server.branches.MOST_FACTS", 1)
    found: dict[str, list[Json]] = {}
    page, asked, pages = Json(), around_today(), 0
    while not pages or "next" in page:
        page = await ask_office(doors, token, "branch-report.get", asked)
        asked, pages = around_today() | {"after": page.get("next")}, pages + 1
        for each in page["shops"]:
            found.setdefault(each["shop"]["name"], []).extend(each["days"])
    assert found == {each["shop"]["name"]: each["days"] for each in whole["shops"]}
    assert pages > 2
    for wrong in (f"{one.entry.id}.1", f"{one.entry.id}.9999999", "1.2.3"):
        refused = await doors.ask(OFFICE_HOST, "branch-report.get", around_today() | {"after": wrong}, token)
        assert refused.json()["error"]["code"] == "INVALID_ARGUMENT"


async def test_nobody_waits_for_ever_to_read(
    office: ShopEntry, database: Database, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decision 0036: who finds all connections taken is told to come back, and may when one is free."""
    monkeypatch.setattr("jumak.store.postgres.look.WAIT_S", 0.01)
    looking = Looking(postgres.url)
    assert database.url == postgres.url  # its tables are there
    async with looking.into(office.id), looking.into(office.id):
        with pytest.raises(RateLimited) as refused:
            async with looking.into(office.id):
                pass
        assert refused.value.data["retryAfterMs"] > 0
    async with looking.into(office.id) as look:
        assert look is None
    await looking.close()


async def test_a_caller_reads_one_thing_after_the_other(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decision 0036: whoever asks for much at once leaves the other connection to others."""
    branches, office = doors.chain.branches, doors.chain.office
    one = await add_branch(branches, office, "one")
    token = await office_token(branches, office)
    await until(lambda: doors.chain.shops.directory.named("one") is not None)
    at_once, most = 0, 0
    into = Looking.into

    @contextlib.asynccontextmanager
    async def counted(looking: Looking, shop_id: int) -> AsyncIterator[Look | None]:
        nonlocal at_once, most
        async with into(looking, shop_id) as look:
            at_once += 1
            most = max(most, at_once)
            # Whoever else may look has reached this too before it goes on.
            for _ in range(50):
                await asyncio.sleep(0)
            yield look
            at_once -= 1

    monkeypatch.setattr(Looking, "into", counted)
    asking = (
        ("branch-report.get", around_today()),
        ("branch-order.find", {}),
        ("branch-menu.get", {"shop": one.entry.id}),
    )
    await asyncio.gather(*(ask_office(doors, token, name, data) for name, data in asking))
    assert most == 1
    monkeypatch.setattr("jumak.server.branches.WAIT_S", 0.0)
    answers = await asyncio.gather(*(doors.ask(OFFICE_HOST, name, data, token) for name, data in asking))
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429]


async def test_orders_are_found_in_pages_that_stand_still(doors: Doors) -> None:
    """NUM-3: newest first over all shops; what is sold between two pages moves none of them."""
    branches, office = doors.chain.branches, doors.chain.office
    shops = [await add_branch(branches, office, name) for name in ("one", "two", "three")]
    token = await office_token(branches, office, scopes=["branch-order:read"])
    await until(lambda: doors.chain.shops.directory.named("three") is not None)
    made = []
    for turn in range(3):
        sold = await asyncio.gather(*(sell(doors, shop, 5_000, pay=turn == 0) for shop in shops))
        made += [order["id"] for order in sold]
    seen: list[Json] = []
    data: Json = {"size": 2}
    while True:
        page = await ask_office(doors, token, "branch-order.find", data)
        seen += page["orders"]
        await sell(doors, shops[0], 5_000, pay=False)
        if "next" not in page:
            break
        data["after"] = page["next"]
    assert sorted(each["order"]["id"] for each in seen) == sorted(made)
    assert [each["order"]["createdAt"] for each in seen] == sorted(
        (each["order"]["createdAt"] for each in seen), reverse=True
    )
    one = next(each for each in seen if each["shopId"] == shops[1].entry.id)
    same = await doors.reply(shops[1], "order.get", {"id": one["order"]["id"]})
    assert {key: value for key, value in same["order"].items() if key != "table"} == one["order"]
    numbered = {"number": one["order"]["number"], "shops": [one["shopId"]]}
    found = (await ask_office(doors, token, "branch-order.find", numbered))["orders"]
    assert [each["order"]["id"] for each in found] == [one["order"]["id"]]
    gone = {"states": ["CANCELLED"]}
    assert (await ask_office(doors, token, "branch-order.find", gone))["orders"] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("branch-report.get", {"from": "2026-01-01", "to": "2026-02-15"}),
        ("branch-report.get", {"from": "2026-02-03", "to": "2026-02-01"}),
        ("branch-report.get", {"from": "2026-02-30", "to": "2026-02-30"}),
        ("branch-report.get", {"from": "2026-02-01", "to": "2026-02-01", "after": "x"}),
        ("branch-report.get", {"from": "9999-12-31", "to": "9999-12-31"}),
        ("branch-order.find", {"to": "00010101"}),
        ("branch-order.find", {"to": "99991231"}),
        ("branch-order.find", {"from": "2025-01-01", "to": "2026-01-01"}),
        ("branch-order.find", {"after": "1.2"}),
        ("branch-order.find", {"after": "1.2.³"}),
    ],
)
async def test_what_is_too_much_or_no_page_is_refused(doors: Doors, name: str, data: Json) -> None:
    """H-74: with the field that is wrong."""
    token = await office_token(doors.chain.branches, doors.chain.office)
    answer = await doors.ask(f"office.{doors.http.base_url.host}", name, data, token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_ARGUMENT")
    assert answer.json()["error"]["data"]["path"].startswith("$.")


async def test_reads_stay_beside_the_shop(doors: Doors) -> None:
    """Decision 0036: they open no shop, and each statement is about one shop."""
    branches, office = doors.chain.branches, doors.chain.office
    one = await add_branch(branches, office, "one")
    await furnish_office(branches, office)
    token = await office_token(branches, office)
    await until(lambda: doors.chain.shops.directory.named("one") is not None)
    await ask_office(doors, token, "branch.list", {})
    with recorded() as sent:
        await ask_office(doors, token, "branch-report.get", around_today())
        await ask_office(doors, token, "branch-order.find", {})
        menu = await ask_office(doors, token, "branch-menu.get", {"shop": one.entry.id})
        await ask_office(doors, token, "branch-menu.compare", {"shop": one.entry.id})
    assert one.entry.id not in doors.chain.shops.open
    assert len(menu["catalogs"]) == 8
    about = [query for query, _ in sent if "jumak_processes" not in query and "placements" not in query]
    assert [(query, strays(query)) for query in about if strays(query) is not None] == []


async def test_a_menu_is_read_in_pages_and_compared(doors: Doors) -> None:
    """CAT-1: what a push would do, item by item; nothing is written."""
    branches, office = doors.chain.branches, doors.chain.office
    one = await add_branch(branches, office, "one")
    await furnish_office(branches, office)
    token = await office_token(branches, office, scopes=["branch-menu:read"])
    await until(lambda: doors.chain.shops.directory.named("one") is not None)
    whole = await ask_office(doors, token, "branch-menu.get", {"shop": one.entry.id})
    first = await ask_office(doors, token, "branch-menu.get", {"shop": one.entry.id, "limit": 5})
    rest = await ask_office(doors, token, "branch-menu.get", {"shop": one.entry.id, "after": first["next"]})
    assert first["catalogs"] + rest["catalogs"] == whole["catalogs"]
    assert (len(first["categories"]), rest["categories"], "next" in rest) == (3, [], False)
    seen = await ask_office(doors, token, "branch-menu.compare", {"shop": one.entry.id})
    assert [each["title"] for each in seen["added"]] == ["냉면", "수정과"]
    ((changed),) = seen["changed"]
    assert (changed["id"], changed["here"], changed["title"]) == (11, 101, "칼국수")
    assert {"prices", "order"} <= set(changed["fields"])
    assert len(seen["own"]) == 7
    assert seen["unchanged"] == 0
    again = await ask_office(doors, token, "branch-menu.get", {"shop": one.entry.id})
    assert again == whole
