"""A head office gives its menu to shops (extensions §11.1, decision 0036)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.catalog import CatalogItem
from jumak.domain.catalog.sharing import Twins
from jumak.domain.errors import InvalidArgument
from jumak.protocol.messages.branch import Part, PushMenu
from jumak.protocol.row import Done
from jumak.server.directory import done_in
from jumak.server.menu_pushing import TRIES, MenuPushing
from jumak.service import chain_menu, menu_push, shop_directory
from jumak.service.chain_menu import AHEAD_MS, Content, Offer, OfficeMenu, Written, menu_in
from jumak.service.documents import MenuPush, PushResult, ShopEntry
from jumak.service.ports import Store, Transaction
from jumak.shops import Branches
from jumak.store.postgres import Database
from tests.domain.test_menu_sharing import item, price
from tests.postgres import PostgresServer
from tests.shops.conftest import Branch, Doors, Json, add_branch, opened_doors
from tests.shops.office import MENU, OFFICE_HOST, ask_office, furnish_office, office_token, states
from tests.shops.test_many_shops import WITHIN_S, until


async def prices(branches: Branches, shop: Branch) -> dict[str, int]:
    async with branches.opened(shop.entry) as store:
        found = await store.reader().all(CatalogItem)
    return {each.title: each.default_price.price_value for each in found.values() if each.state != "DELETED"}


async def settled(doors: Doors, token: str, push: str, *numbers: int) -> Json:
    """A push, once these shops have decided."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = await ask_office(doors, token, "menu-push.get", {"id": push})
            if all(states(found)[number][0] != "PENDING" for number in numbers):
                return found
            await asyncio.sleep(0.01)


async def directory(doors: Doors, verb: Any, number: int, *more: Any) -> None:
    await doors.chain.branches.write(doors.chain.office, "test", lambda tx: verb(tx, number, *more), SYSTEM)


async def test_a_menu_reaches_each_shop_once(doors: Doors) -> None:
    """CAT-1: an open shop's tills hear of it; a suspended one waits; one that is added later is given another."""
    branches, office = doors.chain.branches, doors.chain.office
    one, two = await add_branch(branches, office, "one"), await add_branch(branches, office, "two")
    await furnish_office(branches, office)
    token = await office_token(branches, office)
    await until(lambda: doors.chain.shops.directory.named("two") is not None)
    sold_out = {"catalog": {"id": 101}, "state": "SOLD_OUT"}
    await doors.reply(one, "catalog-item.set-state", sold_out)
    heard: list[str] = []
    doors.chain.shops.open[one.entry.id].shop.store.on_commit(
        lambda committed: heard.extend(entry.fact.name for entry in committed.entries)
    )
    await directory(doors, shop_directory.suspend, two.entry.id, None)
    pushed = await ask_office(doors, token, "menu-push.add", {"id": "spring", "name": "봄"})
    assert (pushed["push"]["items"], pushed["push"]["by"]) == (3, "본부장")
    found = await settled(doors, token, "spring", one.entry.id)
    assert states(found) == {one.entry.id: ("DONE", None), two.entry.id: ("PENDING", "SUSPENDED")}
    mine = next(each for each in found["results"] if each["shopId"] == one.entry.id)
    assert (mine["added"], mine["changed"]) == (2, 1)
    await until(lambda: "catalog.add" in heard)
    items = {each["title"]: each for each in (await doors.reply(one, "catalog-item.list", {}))["catalogs"]}
    assert (items["칼국수"]["id"], items["칼국수"]["state"], items["수정과"]["price"]["priceValue"]) == (
        101,
        "SOLD_OUT",
        3_000,
    )
    assert await ask_office(doors, token, "menu-push.add", {"id": "spring", "name": "봄"}) == found
    other = await doors.ask(OFFICE_HOST, "menu-push.add", {"id": "spring", "name": "여름"}, token)
    assert other.json()["error"]["reason"] == "PUSH_ID"
    # Given while the shop is away, in between changed: it gets both, the older one first.
    await furnish_office(branches, office, item(13, "수정과", 2, price(131, 3_500)))
    await until(lambda: _office_price(doors, 13) == 3_500)
    await ask_office(doors, token, "menu-push.add", {"id": "dearer", "items": [13]})
    await settled(doors, token, "dearer", one.entry.id)
    assert "수정과" not in await prices(branches, two)
    await directory(doors, shop_directory.resume, two.entry.id)
    await settled(doors, token, "dearer", two.entry.id)
    for shop in (one, two):
        there = await prices(branches, shop)
        assert (there["수정과"], there["칼국수"], there["해물파전"]) == (3_500, 9_000, 18_000)
    three = await add_branch(branches, office, "three")
    assert "수정과" not in await prices(branches, three)
    await until(lambda: doors.chain.shops.directory.named("three") is not None)
    await ask_office(doors, token, "menu-push.add", {"id": "again", "shops": [three.entry.id]})
    await settled(doors, token, "again", three.entry.id)
    assert (await prices(branches, three))["수정과"] == 3_500
    listed = (await ask_office(doors, token, "menu-push.list", {}))["pushes"]
    assert [(each["id"], each["done"], each["pending"]) for each in listed] == [
        ("again", 1, 0),
        ("dearer", 2, 0),
        ("spring", 2, 0),
    ]


def _office_price(doors: Doors, number: int) -> int:
    store: Any = doors.chain.shops.open[doors.chain.office.id].shop.store
    found: int = store.memory.documents(CatalogItem)[number].default_price.price_value
    return found


async def test_what_one_shop_refuses_others_take(doors: Doors) -> None:
    """CAT-10: with the reason; nothing of it is there."""
    branches, office = doors.chain.branches, doors.chain.office
    one, two = await add_branch(branches, office, "one"), await add_branch(branches, office, "two")
    await furnish_office(branches, office)
    token = await office_token(branches, office, scopes=["branch-menu:push"])
    await until(lambda: doors.chain.shops.directory.named("two") is not None)
    taken = {"catalog": {"id": 102, "price": {"barcode": "8801"}}}
    await doors.reply(one, "catalog-item.update", taken)
    await ask_office(doors, token, "menu-push.add", {"id": "spring"})
    found = await settled(doors, token, "spring", one.entry.id, two.entry.id)
    assert states(found) == {one.entry.id: ("REFUSED", "BARCODE_TAKEN"), two.entry.id: ("DONE", None)}
    assert "수정과" not in await prices(branches, one)
    for data, reason in (
        ({"id": "x", "groups": ["없음"]}, "NOTHING"),
        ({"id": "x", "items": [999]}, None),
        ({"id": "x", "shops": [5]}, "OUT_OF_REACH"),
    ):
        refused = await doors.ask(OFFICE_HOST, "menu-push.add", data, token)
        assert refused.status_code in (400, 403, 404)
        assert refused.json()["error"].get("reason") == reason


async def give(store: Store, push: str, caller: Caller) -> None:
    """Pushes the whole menu to every shop, without a server."""
    entries = list((await store.reader().all(ShopEntry)).values())
    await done_in(store, "test", lambda tx: menu_push.add(tx, PushMenu(id=push), entries), caller)


class Dying:
    """Branches of a process that ends before, or right after, a shop has taken a menu."""

    def __init__(self, branches: Branches, at: int, *, after: bool) -> None:
        self._branches, self._at, self._after = branches, at, after
        self.troubled: set[int] = set()
        self.write, self.look = branches.write, branches.look
        self.reached = asyncio.Event()

    @contextlib.asynccontextmanager
    async def opened(self, entry: ShopEntry) -> AsyncIterator[Store]:
        if entry.id == self._at and not self._after:
            await self._never()
        async with self._branches.opened(entry) as store:
            yield store
        if entry.id == self._at:
            await self._never()

    async def _never(self) -> None:
        self.reached.set()
        await asyncio.Event().wait()


async def test_a_process_that_ends_in_the_middle(
    database: Database, postgres: PostgresServer, tmp_path: Path, office: ShopEntry
) -> None:
    """Before or after a shop's commit: whoever comes next goes on by itself, and no shop takes a menu twice."""
    branches = Branches(database)
    shops = [await add_branch(branches, office, name) for name in ("one", "two", "three")]
    await furnish_office(branches, office)
    caller = Caller(id="본부장", kind="service", name="본부장")
    for push, after in (("before", False), ("after", True)):
        changed = item(13, "수정과", 2, price(131, 3_000 if after else 2_500))
        await furnish_office(branches, office, changed)
        async with branches.opened(office) as store:
            await give(store, push, caller)
            middle = sorted(shop.entry.id for shop in shops)[1]
            dying = Dying(branches, middle, after=after)
            carrying = asyncio.create_task(MenuPushing(store, dying).run())
            async with asyncio.timeout(WITHIN_S):
                await dying.reached.wait()
                # The others are through, whatever becomes of this one.
                while len(await menu_push.due(store.reader())) > 1:  # noqa: ASYNC110  # what is waited for tells nobody
                    await asyncio.sleep(0.01)
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
            assert [result.shop for result in await menu_push.due(store.reader())] == [middle]
    token = await office_token(branches, office)
    numbers = [shop.entry.id for shop in shops]
    # Nobody asks for the head office: that something is due opens it.
    async with opened_doors(database, postgres.url, tmp_path, office.id) as doors:
        await until(lambda: office.id in doors.chain.shops.open)
        for push in ("before", "after"):
            found = await settled(doors, token, push, *numbers)
            assert {state for state, _ in states(found).values()} == {"DONE"}
            assert len({(each.get("added"), each.get("changed")) for each in found["results"]}) == 1
    for shop in shops:
        async with branches.opened(shop.entry) as store:
            facts = [entry for entry in await store.reader().facts(0, 999) if entry.caller == "office"]
            assert [entry.fact.name for entry in facts].count("catalog.add") == 2
            assert (await prices(branches, shop))["수정과"] == 3_000
    await branches.close()


class Away(Dying):
    """Branches of which one cannot be reached for now."""

    is_away = True

    @contextlib.asynccontextmanager
    async def opened(self, entry: ShopEntry) -> AsyncIterator[Store]:
        if entry.id == self._at and self.is_away:
            raise ConnectionError("away")
        async with self._branches.opened(entry) as store:
            yield store


async def test_a_shop_that_cannot_be_reached_is_tried_again(database: Database, office: ShopEntry) -> None:
    """OFF-a: meanwhile it is said that it waits for trouble, and others are served."""
    branches = Branches(database)
    one, two = await add_branch(branches, office, "one"), await add_branch(branches, office, "two")
    await furnish_office(branches, office)
    trouble = Away(branches, one.entry.id, after=False)
    async with branches.opened(office) as store:
        await give(store, "x", SYSTEM)
        pushing = MenuPushing(store, trouble, again_s=0.01)
        await pushing.carry()
        assert pushing.is_busy
        read = store.reader()
        push = await read.get(MenuPush, "x")
        assert push is not None
        seen = await menu_push.reply_of(
            read, push, {one.entry.id: one.entry, two.entry.id: two.entry}, trouble.troubled
        )
        assert {each.shop_id: (each.state, each.why) for each in seen.results} == {
            one.entry.id: ("PENDING", "TROUBLE"),
            two.entry.id: ("DONE", None),
        }
        running = asyncio.create_task(pushing.run())
        trouble.is_away = False
        async with asyncio.timeout(WITHIN_S):
            while await menu_push.due(store.reader()):  # noqa: ASYNC110  # what is waited for tells nobody
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (await prices(branches, one))["수정과"] == 3_000
    await branches.close()


async def test_a_menu_of_the_hub_and_one_of_the_head_office(doors: Doors) -> None:
    """CAT-1: the newer one counts in a shop, whoever gave it."""
    branches, office = doors.chain.branches, doors.chain.office
    one = await add_branch(branches, office, "one")
    await furnish_office(branches, office)
    token = await office_token(branches, office)
    await until(lambda: doors.chain.shops.directory.named("one") is not None)
    async with branches.opened(office) as store:
        shared = menu_push.part_of(await menu_in(store.reader()), Part())

    async def plan() -> Content:
        return OfficeMenu(replace(shared, items=shared.items[-1:]))

    async with branches.opened(one.entry) as store:
        hub = Caller(id="hub", kind="service", name="Hub")
        await chain_menu.take(
            store, hub, Offer("of the hub", to_ms(store.reader().at) + AHEAD_MS // 2, "hub"), plan
        )
    await ask_office(doors, token, "menu-push.add", {"id": "late"})
    found = await settled(doors, token, "late", one.entry.id)
    assert states(found) == {one.entry.id: ("REFUSED", "OLDER")}
    assert "냉면" not in await prices(branches, one)


async def test_a_push_is_not_full_of_what_was_deleted(
    database: Database, office: ShopEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CAT-1: items are counted, tombstones are not; one item too many is refused."""
    branches = Branches(database)
    one = await add_branch(branches, office, "one")
    deleted = [
        replace(item(number, f"옛 {number}", 2, price(number, 1)), state="DELETED")
        for number in range(500, 520)
    ]
    await furnish_office(branches, office, *MENU, *deleted)
    monkeypatch.setattr("jumak.service.menu_push.LARGEST", 3)
    async with branches.opened(office) as store:
        await give(store, "x", SYSTEM)
        await MenuPushing(store, branches).carry()
        push = await store.reader().get(MenuPush, "x")
        assert push is not None
        reply = await menu_push.reply_of(store.reader(), push, {one.entry.id: one.entry}, ())
        assert (reply.push.items, reply.push.done) == (3, 1)
        monkeypatch.setattr("jumak.service.menu_push.LARGEST", 2)
        with pytest.raises(InvalidArgument) as refused:
            await give(store, "y", SYSTEM)
        assert refused.value.reason == "TOO_LARGE"
    await branches.close()


async def test_a_menu_that_breaks_is_given_up_and_holds_nothing_back(
    database: Database, office: ShopEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OFF-a: after some tries it has failed in that shop, and the next one is given; a push that is gone is passed by."""
    branches = Branches(database)
    one = await add_branch(branches, office, "one")
    await furnish_office(branches, office)
    tries = 0
    write = OfficeMenu.write

    async def breaking(content: OfficeMenu, tx: Transaction, twins: Twins) -> Written:
        nonlocal tries
        if len(content._shared.items) == 3:
            tries += 1
            raise KeyError("a mistake in the merge")
        return await write(content, tx, twins)

    monkeypatch.setattr(OfficeMenu, "write", breaking)
    async with branches.opened(office) as store:
        entries = [one.entry]
        for push in (PushMenu(id="gone"), PushMenu(id="broken"), PushMenu(id="next", items=(13,))):
            await done_in(store, "test", lambda tx, push=push: menu_push.add(tx, push, entries), SYSTEM)

        async def lose(tx: Transaction) -> Done:
            tx.drop(MenuPush, "gone")
            return Done()

        await done_in(store, "test", lose, SYSTEM)
        running = asyncio.create_task(MenuPushing(store, branches, again_s=0.001).run())
        async with asyncio.timeout(WITHIN_S):
            while await menu_push.due(store.reader()):  # noqa: ASYNC110  # what is waited for tells nobody
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        found = await store.reader().all(PushResult)
    became = {each.push: each.taken.reason for each in found.values() if each.taken is not None}
    assert became == {"gone": "FAILED", "broken": "FAILED", "next": ""}
    assert tries == TRIES
    assert set(await prices(branches, one)) >= {"수정과"}
    assert "냉면" not in await prices(branches, one)
    await branches.close()
