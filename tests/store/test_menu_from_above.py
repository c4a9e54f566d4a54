"""Menus of the hub and of the head office taken in by a shop, on every kind of store (`service/chain_menu.py`)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.catalog import CatalogItem
from jumak.domain.catalog.sharing import SharedMenu, shared_part
from jumak.domain.errors import Conflict, HostUnavailable
from jumak.domain.fact import Fact
from jumak.service import chain_menu
from jumak.service.chain_menu import AHEAD_MS, Content, Offer, OfficeMenu, Written, remembered
from jumak.service.documents import TakenMenu
from jumak.service.ports import Transaction
from tests.domain.test_menu_sharing import OFFICE, category, item, menu, price
from tests.store.conftest import Counter, findings, opened

CALLER = Caller(id="office", kind="service", name="본사")


async def give(shop: Counter, number: str, version: int, shared: SharedMenu, by: Any = "office") -> TakenMenu:
    async def plan() -> Content:
        return OfficeMenu(shared)

    return await chain_menu.take(shop.store, CALLER, Offer(number, version, by), plan)


def menu_with(won: int) -> SharedMenu:
    dearer = menu(
        *OFFICE.categories.values(),
        *OFFICE.options.values(),
        OFFICE.items[11],
        item(12, "냉면", 1, price(121, won, barcode="8801"), code="N1"),
    )
    return shared_part(dearer)


async def prices(shop: Counter) -> dict[str, int]:
    found = await shop.store.reader().all(CatalogItem)
    return {each.title: each.default_price.price_value for each in found.values() if each.state != "DELETED"}


async def test_a_menu_is_one_commit_and_comes_once(shop: Counter) -> None:
    """CAT-1: tills and plugins hear of it as of any change; again it is answered from memory."""
    taken = await give(shop, "one", 10, menu_with(10_000))
    assert (taken.added, taken.changed, taken.removed, taken.refused) == (2, 0, 0, None)
    assert await prices(shop) == {"칼국수": 9_000, "냉면": 10_000}
    (commit,) = [commit for commit in shop.commits if commit.entries]
    assert sorted({entry.fact.name for entry in commit.entries}) == [
        "catalog.add",
        "category.add",
        "option.add",
    ]
    assert {entry.caller for entry in commit.entries} == {"office"}
    assert await give(shop, "one", 10, menu_with(99_000)) == taken
    assert (await prices(shop))["냉면"] == 10_000


async def test_what_is_older_takes_nothing_back(shop: Counter) -> None:
    """CAT-1: whoever gave it, and remembered so."""
    await give(shop, "new", 20, menu_with(12_000))
    late = await give(shop, "late", 19, menu_with(10_000), "hub")
    assert (late.reason, (await prices(shop))["냉면"]) == ("OLDER", 12_000)
    assert await give(shop, "late", 99, menu_with(10_000), "hub") == late
    assert (await give(shop, "newer", 21, menu_with(13_000), "hub")).changed == 1


async def test_a_menu_of_the_future_is_refused_and_holds_up_nothing(shop: Counter) -> None:
    """CAT-1: two clocks give versions; one that is wrong must not be newer than everything to come."""
    now = to_ms(shop.clock.now())
    assert (await give(shop, "first", now, menu_with(10_000))).refused is None
    wrong = await give(shop, "wrong", 4_000_000_000_000, menu_with(99_000), "hub")
    assert (wrong.reason, (await prices(shop))["냉면"]) == ("AHEAD", 10_000)
    assert (await give(shop, "late", now - 1, menu_with(9_000))).reason == "OLDER"
    assert (await give(shop, "next", now + 1, menu_with(11_000))).changed == 1
    skewed = now + AHEAD_MS
    assert (await give(shop, "skewed", skewed, menu_with(12_000), "hub")).changed == 1
    assert (await give(shop, "before", skewed, menu_with(1_000))).reason == "OLDER"


async def test_a_shop_whose_clock_was_wrong_takes_menus_again(kept_shop: Counter) -> None:
    """CAT-1: what it took of that future no longer counts, what it took before still does."""
    shop, now = kept_shop, to_ms(kept_shop.clock.now())
    await give(shop, "first", now, menu_with(10_000))
    shop.clock.jump(days=9_000)
    assert (await give(shop, "future", to_ms(shop.clock.now()), menu_with(99_000), "hub")).changed == 1
    shop.clock.jump(days=-9_000)
    shop = await shop.reopened()
    assert (await give(shop, "late", now - 1, menu_with(9_000))).reason == "OLDER"
    assert (await give(shop, "next", now + 1, menu_with(11_000))).changed == 1
    assert (await remembered(shop.store.reader())).newest == now + 1
    await shop.store.close()


async def test_menus_from_before_versions(shop: Counter) -> None:
    """CAT-1: they are taken as they come, until one with a version is there."""
    assert (await give(shop, "one", 0, menu_with(10_000), "hub")).added == 2
    assert (await give(shop, "two", 0, menu_with(11_000), "hub")).changed == 1
    assert (await give(shop, "three", 5, menu_with(12_000))).changed == 1
    assert (await give(shop, "four", 0, menu_with(10_000), "hub")).reason == "OLDER"


async def test_what_is_refused_is_refused_whole(shop: Counter) -> None:
    """CAT-10: a barcode of the shop's own keeps everything out, and the next menu is taken."""
    own = item(900, "우리 것", 9, price(901, 1_000, barcode="8801"))

    def seed(tx: Transaction) -> None:
        tx.put(category(9, "동네"))
        tx.put(own)
        tx.record(Fact("catalog.add", "900", {"catalog": {"id": 900}}))

    await shop.do(seed)
    taken = await give(shop, "one", 10, menu_with(10_000))
    assert taken.reason == "BARCODE_TAKEN"
    assert taken.refused is not None
    assert await prices(shop) == {"우리 것": 1_000}
    part = shared_part(OFFICE, items=[11])
    assert (await give(shop, "two", 11, part)).added == 1
    assert (await give(shop, "one", 10, menu_with(10_000))) == taken


async def test_what_was_ever_deleted_does_not_count(shop: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """CAT-1: the bound is of items a menu changes in this shop, not of everything the head office once had."""
    monkeypatch.setattr("jumak.service.chain_menu.LARGEST", 2)
    shared = menu_with(10_000)
    assert (await give(shop, "one", 1, replace(shared, gone=tuple(range(1_000, 3_000))))).added == 2
    third = item(14, "만두", 1, price(141, 5_000))
    more = replace(shared, items=(*shared.items, third))
    assert (await give(shop, "two", 2, more)).added == 1
    assert (await give(shop, "three", 3, replace(shared, items=(), gone=(11, 12, 14)))).reason == "TOO_LARGE"
    assert len(await prices(shop)) == 3
    assert (await give(shop, "four", 4, replace(shared, items=(), gone=(11, 12, 5_000)))).removed == 2


async def test_barcodes_may_change_hands(shop: Counter) -> None:
    """CAT-10: two items swap theirs in one menu."""
    first = menu(
        category(1, "식사"),
        item(1, "가", 1, price(11, 1_000, barcode="111")),
        item(2, "나", 1, price(21, 1_000, barcode="222")),
    )
    swapped = menu(
        category(1, "식사"),
        item(1, "가", 1, price(11, 1_000, barcode="222")),
        item(2, "나", 1, price(21, 1_000, barcode="111")),
    )
    await give(shop, "one", 1, shared_part(first))
    assert (await give(shop, "two", 2, shared_part(swapped))).changed == 2


async def test_trouble_is_not_remembered(shop: Counter) -> None:
    """CAT-1: a database that is away refuses nothing; the same menu is taken later."""

    async def plan() -> Content:
        raise HostUnavailable("없음", "away", reason="DISPLACED")

    with pytest.raises(HostUnavailable):
        await chain_menu.take(shop.store, CALLER, Offer("one", 1, "office"), plan)
    assert (await remembered(shop.store.reader())).taken == ()
    assert (await give(shop, "one", 1, menu_with(1))).refused is None


async def test_somebody_changes_the_menu_meanwhile(shop: Counter) -> None:
    """CAT-1: it is planned anew, a few times."""
    tries: list[int] = []

    class Stale:
        async def write(self, tx: Transaction, twins: Any) -> Written:
            tries.append(1)
            if len(tries) < 3:
                raise Conflict("다시", "again", reason="VERSION")
            return Written(added=0, changed=0, twins=twins)

    async def plan() -> Content:
        return Stale()

    taken = await chain_menu.take(shop.store, CALLER, Offer("one", 1, "hub"), plan)
    assert (taken.refused, len(tries)) == (None, 3)


async def test_a_menu_after_a_restart(kept_shop: Counter) -> None:
    """CAT-1: what became of it, and which item is which, are remembered with the items."""
    taken = await give(kept_shop, "one", 10, menu_with(10_000))
    again = await kept_shop.reopened()
    assert await give(again, "one", 10, menu_with(10_000)) == taken
    assert (await give(again, "two", 11, menu_with(11_000))).changed == 1
    await again.store.close()
    assert await findings(again) == []


VERSIONS = st.lists(st.integers(1, 6), min_size=1, max_size=12)


@settings(max_examples=40)
@given(VERSIONS)
def test_any_order_and_any_repeats(arrivals: list[int]) -> None:
    """CAT-1: a shop has what those menus give that were newer than all before them, each once."""

    async def play(versions: list[int]) -> dict[str, int]:
        shop = opened(None)
        for version in versions:
            part = replace(menu_with(version * 1_000), gone=(11,) if version % 2 else ())
            items = [each for each in part.items if each.id != 11 or not version % 2]
            await give(shop, f"menu-{version}", version, replace(part, items=tuple(items)))
        found = await prices(shop)
        await shop.store.close()
        return found

    newest = [version for place, version in enumerate(arrivals) if version > max([0, *arrivals[:place]])]
    assert asyncio.run(play(arrivals)) == asyncio.run(play(newest))
