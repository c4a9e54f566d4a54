"""Menus of the hub in the shops: taken once each, told back, refused whole."""

from __future__ import annotations

import pytest

from jumak.domain.catalog import CatalogItem
from jumak.feed.link import connected
from jumak.feed.menus import take
from jumak.feed.messages import Menu
from jumak.feed.options import Link
from jumak.hub.menus import send_menu
from jumak.hub.streams import prepare
from jumak.service.chain_menu import newest_of
from jumak.store.sqlite.check import check
from tests.hub.chain import Branch, Chain, until

MENU = "분류,상품명,가격\n식사,여름 냉면,11000\n식사,콩국수,12000\n새 분류,수박,9000\n".encode()


async def items(branch: Branch) -> dict[str, int]:
    """Price by title."""
    found = await branch.shop.running.store.reader().all(CatalogItem)
    return {item.title: item.prices[0].price_value for item in found.values()}


async def test_a_menu_reaches_shops_once(hub: Chain):
    """CAT-1: while a shop is away the newest menu waits for it; what became of it stands at the hub."""
    async with hub.branch("gangnam") as one, hub.branch("busan", seed=2) as two, hub.hub():
        async with connected(Link(hub.nats.url), "test") as link, one.sending():
            await prepare(link.stream)
            older = Menu("menu-0", "봄", "csv", MENU.replace(b"11000", b"10000"), version=1)
            await send_menu(hub.pool, link.stream, ["busan"], older)
            menu = Menu("menu-1", "여름", "csv", MENU, version=2)
            for _ in range(2):
                await send_menu(hub.pool, link.stream, ["gangnam", "busan"], menu)
            await until(lambda: told(hub, "gangnam", "menu-1"), "gangnam told of its menu")
        async with two.sending():
            await until(lambda: told(hub, "busan", "menu-1"), "busan told of its menu")
            await two.arrived()
        for branch in (one, two):
            there = await items(branch)
            assert (there["여름 냉면"], there["콩국수"], there["수박"]) == (11_000, 12_000, 9_000)
            seq = branch.shop.running.store.reader().seq
            await take(branch.shop.running.store, branch.folder, menu)
            assert branch.shop.running.store.reader().seq == seq
        await two.check()
        row = await hub.pool.fetchrow("SELECT * FROM menus WHERE shop = 'busan' AND menu = 'menu-1'")
        assert (row["added"], row["changed"], row["refused"]) == (3, 0, None)


async def told(hub: Chain, shop: str, menu: str) -> bool:
    return bool(
        await hub.pool.fetchval(
            "SELECT taken IS NOT NULL FROM menus WHERE shop = $1 AND menu = $2", shop, menu
        )
    )


async def test_a_menu_that_is_wrong_changes_nothing(pools: Chain):
    """A bad row, or numbers of another shop, refuse the whole menu with the reason; the next one is taken."""
    async with pools.branch("gangnam") as branch:
        before = await items(branch)
        store = branch.shop.running.store
        for number, file, why in (
            (1, MENU + "식사,공짜,없음\n".encode(), "1줄"),
            (2, "상품번호,상품명,가격\n1,덮어쓰기,1\n".encode(), "상품번호"),
            (3, b"\x00\x01", ""),
        ):
            await take(store, branch.folder, Menu(f"bad-{number}", "", "csv", file, version=number))
            last = await newest_of(store.reader(), "hub")
            assert last is not None
            assert last.id == f"bad-{number}"
            assert last.refused is not None
            assert why in last.refused[0]
            assert await items(branch) == before
        await take(store, branch.folder, Menu("good", "", "csv", MENU, version=9))
        last = await newest_of(store.reader(), "hub")
        assert last is not None
        assert last.refused is None
        assert "수박" in await items(branch)
        assert not list(branch.folder.glob("hub-menu-*"))


async def test_an_older_menu_takes_nothing_back(pools: Chain):
    """CAT-1: versions go up, whoever gives the menus; the one that came late is refused and remembered."""
    newer = Menu("newer", "", "csv", MENU, version=20)
    older = Menu("older", "", "csv", MENU.replace(b"11000", b"10000"), version=19)
    async with pools.branch("gangnam") as branch:
        store = branch.shop.running.store
        await take(store, branch.folder, newer)
        late = await take(store, branch.folder, older)
        assert late.reason == "OLDER"
        assert (await items(branch))["여름 냉면"] == 11_000
        assert await take(store, branch.folder, older) == late
        assert (await take(store, branch.folder, newer)).added == 3


async def test_a_large_menu_is_one_commit(pools: Chain, monkeypatch: pytest.MonkeyPatch):
    """A crash leaves all of it or nothing; one that is too large for a commit is refused."""
    lines = "".join(f"식사,대형 {number},{1_000 + number}\n" for number in range(300))
    menu = Menu("large", "", "csv", f"분류,상품명,가격\n{lines}".encode(), version=1)
    async with pools.branch("gangnam") as branch:
        store = branch.shop.running.store
        commits: list[int] = []
        store.on_commit(lambda committed: commits.append(len(committed.entries)))
        assert (await take(store, branch.folder, menu)).added == 300
        assert commits == [300]
        monkeypatch.setattr("jumak.service.chain_menu.LARGEST", 299)
        again = Menu("larger", "", "csv", menu.file.replace("대형".encode(), "초대형".encode()), version=2)
        assert (await take(store, branch.folder, again)).reason == "TOO_LARGE"
    assert check(branch.folder) == []
