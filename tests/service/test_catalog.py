"""The menu through the real use cases: reading, marking, counting, writing, finding (contract, catalog; extensions §9)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from jumak.domain.caller import SYSTEM
from jumak.domain.errors import Conflict, InvalidArgument, InvalidState, NotFound
from jumak.service.catalog import open_day
from jumak.service.menu import MenuIndex, MenuPage, changed
from jumak.service.ports import Command, Committed
from jumak.testing import menu, simulated_shop
from jumak.testing.shop import SimulatedShop

Shop = SimulatedShop


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with simulated_shop() as running:
        yield running


def told(shop: Shop) -> list[str]:
    """Names of facts from now on, as they are committed."""
    names: list[str] = []

    def listen(committed: Committed) -> None:
        names.extend(entry.fact.name for entry in committed.entries)

    shop.running.store.on_commit(listen)
    return names


async def items(shop: Shop) -> list[dict[str, Any]]:
    return (await shop.request("catalog-item.list.request"))["catalogs"]


async def item(shop: Shop, item_id: int | str) -> dict[str, Any]:
    return (await shop.request("catalog-item.get.request", {"catalog": {"id": item_id}}))["catalog"]


async def add(shop: Shop, **more: Any) -> dict[str, Any]:
    sent = {"title": "콩국수", "category": {"id": 1}, "price": {"priceValue": 10_000}} | more
    return (await shop.request("catalog-item.add.request", {"catalog": sent}))["catalog"]


async def order(shop: Shop, item_id: int, quantity: int = 1) -> dict[str, Any]:
    line = {
        "diningOption": "HERE",
        "item": {"id": item_id, "title": "x", "category": {"id": 1, "title": "메뉴"}, "type": "ITEM"},
        "quantity": {"value": quantity},
        "chargePrice": {"value": 7_000 * quantity},
    }
    return (await shop.request("order.add.request", {"order": {"lineItems": [line], "discounts": []}}))[
        "order"
    ]


# -- reading ---------------------------------------------------------------------------------------


async def test_the_menu_stands_in_order(shop: Shop):
    """CAT-1: categories by order, items by category, order, id; everything inside, always arrays (H-14)."""
    listed = await items(shop)
    places = [(each["category"]["order"], each["order"]) for each in listed]
    assert places == sorted(places)
    assert len(listed) == len(menu.ITEMS)
    noodles = next(each for each in listed if each["id"] == menu.NOODLES)
    assert [option["id"] for option in noodles["options"]] == [menu.SPICE, menu.EXTRAS]
    assert noodles["price"] == noodles["prices"][0]
    assert noodles["labels"] == []
    categories = (await shop.request("catalog-category.list.request"))["categories"]
    assert [each["title"] for each in categories] == ["식사", "안주", "음료"]


async def test_a_numeric_text_is_an_id(shop: Shop):
    """H-22: ids come in either form; unknown ones are NOT_FOUND."""
    assert (await item(shop, str(menu.STEW)))["title"] == "김치찌개"
    option = await shop.request(
        "catalog-item-option.get.request", {"option": {"id": str(menu.SPICE), "title": "x"}}
    )
    assert option["option"]["title"] == "맵기"
    for name, ref in (
        ("catalog-item", "catalog"),
        ("catalog-category", "category"),
        ("catalog-item-option", "option"),
    ):
        with pytest.raises(NotFound):
            await shop.request(f"{name}.get.request", {ref: {"id": 9_999}})


async def test_a_list_shows_every_write_before_it(shop: Shop):
    """H-17: the page kept between requests follows items, categories, options and stock."""
    assert await items(shop) == await items(shop)
    await shop.request("catalog-item.set-state.request", {"catalog": {"id": menu.STEW}, "state": "SOLD_OUT"})
    await shop.request("catalog-category.update.request", {"category": {"id": 2, "title": "안주류"}})
    await order(shop, menu.DUMPLINGS, 2)
    choice = {"option": {"id": menu.EXTRAS}, "choice": {"id": menu.EGG}, "state": "SOLD_OUT"}
    await shop.request("catalog-item-option.set-choice-state.request", choice)
    await shop.request("catalog-item.delete.request", {"catalog": {"id": menu.APPLES}})
    listed = {each["id"]: each for each in await items(shop)}
    assert listed[menu.STEW]["state"] == "SOLD_OUT"
    assert listed[menu.PANCAKE]["category"]["title"] == "안주류"
    assert listed[menu.DUMPLINGS]["price"]["stockQuantity"]["remainQuantity"] == 3
    assert listed[menu.NOODLES]["options"][1]["choices"][1]["state"] == "SOLD_OUT"
    assert menu.APPLES not in listed
    for item_id, one in listed.items():
        assert one == await item(shop, item_id)


def test_only_what_changed_is_encoded_again():
    """H-20: an equal menu gives the very same page; a new one only touches what is new."""
    of_items = {each.id: each for each in menu.ITEMS}
    of_categories = {each.id: each for each in menu.CATEGORIES}
    of_options = {each.id: each for each in menu.OPTIONS}
    page = MenuPage()
    first = page.of(of_items, of_categories, of_options)
    assert page.of(dict(of_items), dict(of_categories), dict(of_options)) is first
    dearer = {**of_items, menu.STEW: replace(of_items[menu.STEW], title="된장찌개")}
    assert changed(of_items, dearer) == {menu.STEW}
    assert "된장찌개".encode() in bytes(page.of(dearer, of_categories, of_options))
    del dearer[menu.STEW]
    assert "된장찌개".encode() not in bytes(page.of(dearer, of_categories, of_options))
    assert bytes(page.of(of_items, of_categories, of_options)) == bytes(first)


# -- marking and counting --------------------------------------------------------------------------


async def test_sold_out_and_back(shop: Shop):
    """CAT-2: `update` + `sold-out`/`on-sale`; the same mark again pushes nothing (H-36)."""
    names = told(shop)
    mark = {"catalog": {"id": menu.STEW}, "state": "SOLD_OUT"}
    assert (await shop.request("catalog-item.set-state.request", mark))["catalog"]["state"] == "SOLD_OUT"
    await shop.request("catalog-item.set-state.request", mark)
    back = {"catalog": {"id": menu.STEW}, "state": "ON_SALE"}
    await shop.request("catalog-item.set-state.request", back)
    assert names == ["catalog.update", "catalog.sold-out", "catalog.update", "catalog.on-sale"]


async def test_a_required_option_takes_its_items_along(shop: Shop):
    """CAT-5: both spice levels out makes noodles and stew sold out; orders are refused."""
    names = told(shop)
    for choice in (menu.MILD, menu.HOT):
        await shop.request(
            "catalog-item-option.set-choice-state.request",
            {
                "option": {"id": menu.SPICE},
                "choice": {"id": choice},
                "state": "SOLD_OUT",
                "until": "day-open",
            },
        )
    assert names == [
        *["option.update", "option.sold-out", "catalog.update", "catalog.update"],
        *["option.update", "option.sold-out"],
        *["catalog.update", "catalog.sold-out", "catalog.update", "catalog.sold-out"],
    ]
    assert (await item(shop, menu.NOODLES))["state"] == "SOLD_OUT"
    option = await shop.request("catalog-item-option.get.request", {"option": {"id": menu.SPICE}})
    assert option["option"]["defaultChoices"] == []
    names.clear()
    await shop.running.store.execute(Command(caller=SYSTEM, name="day.open", body=b"", run=open_day))
    assert (await item(shop, menu.NOODLES))["state"] == "ON_SALE"
    assert names[:2] == ["option.update", "option.on-sale"]


async def test_the_last_one_is_sold_once(shop: Shop):
    """CAT-9: 5 in stock; 3 and 2 sell, then nobody; counting brings it back, with facts for the audit."""
    names = told(shop)
    await order(shop, menu.DUMPLINGS, 3)
    with pytest.raises(InvalidState) as refusal:
        await order(shop, menu.DUMPLINGS, 3)
    assert refusal.value.reason == "OUT_OF_STOCK"
    await order(shop, menu.DUMPLINGS, 2)
    assert (await item(shop, menu.DUMPLINGS))["state"] == "SOLD_OUT"
    assert "catalog.sold-out" in names
    with pytest.raises(InvalidState) as refusal:
        await order(shop, menu.DUMPLINGS)
    assert refusal.value.reason == "ITEM_NOT_ON_SALE"
    names.clear()
    price_id = (await item(shop, menu.DUMPLINGS))["price"]["id"]
    counted = {"catalog": {"id": menu.DUMPLINGS}, "priceId": price_id, "quantity": 4, "reason": "입고"}
    after = (await shop.request("catalog-item.adjust-stock.request", counted))["catalog"]
    assert (after["state"], after["price"]["stockQuantity"]["remainQuantity"]) == ("ON_SALE", 4)
    assert names == ["stock.adjust", "catalog.update", "catalog.on-sale"]
    await shop.request("catalog-item.adjust-stock.request", counted)
    assert len(names) == 3
    with pytest.raises(InvalidArgument):
        await shop.request("catalog-item.adjust-stock.request", {**counted, "delta": 1})


# -- writing ---------------------------------------------------------------------------------------


async def test_an_item_s_life(shop: Shop):
    """CAT-2, CAT-4, CAT-7: added, changed, deleted; readable by id for ever, absent from lists."""
    names = told(shop)
    made = await add(shop, code="M-1", id=menu.STEW)
    taken = {each.id for each in menu.ITEMS}
    assert made["id"] not in taken
    assert (made["code"], made["version"], made["price"]["priceValue"]) == ("M-1", 1, 10_000)
    update = {"catalog": {"id": made["id"], "title": "서리태콩국수"}, "expectedVersion": 1}
    changed_item = (await shop.request("catalog-item.update.request", update))["catalog"]
    assert (changed_item["title"], changed_item["version"], changed_item["code"]) == (
        "서리태콩국수",
        2,
        "M-1",
    )
    with pytest.raises(Conflict) as refusal:
        await shop.request("catalog-item.update.request", update)
    assert refusal.value.reason == "VERSION"
    assert refusal.value.data["current"].version == 2
    await shop.request("catalog-item.delete.request", {"catalog": {"id": made["id"]}})
    await shop.request("catalog-item.delete.request", {"catalog": {"id": made["id"]}})
    assert (await item(shop, made["id"]))["state"] == "DELETED"
    assert made["id"] not in [each["id"] for each in await items(shop)]
    assert names == ["catalog.add", "catalog.update", "catalog.delete"]
    with pytest.raises(InvalidState):
        await shop.request("catalog-item.update.request", {"catalog": {"id": made["id"], "title": "x"}})


async def test_what_was_read_may_be_written_back(shop: Shop):
    """H-13: every item, category and option of the menu as it was read; nothing changes, nothing is pushed."""
    names = told(shop)
    for each in await items(shop):
        after = await shop.request("catalog-item.update.request", {"catalog": each})
        assert after["catalog"] == each
    for name, many, one in (
        ("catalog-category", "categories", "category"),
        ("catalog-item-option", "options", "option"),
    ):
        for each in (await shop.request(f"{name}.list.request"))[many]:
            assert (await shop.request(f"{name}.update.request", {one: each}))[one] == each
    assert names == []


async def test_an_order_keeps_what_it_was_made_of(shop: Shop):
    """CAT-6: later edits of title, price and category change no order."""
    made = await order(shop, menu.PANCAKE)
    await shop.request(
        "catalog-item.update.request",
        {"catalog": {"id": menu.PANCAKE, "title": "부추전", "price": {"priceValue": 1}}},
    )
    await shop.request("catalog-item.delete.request", {"catalog": {"id": menu.PANCAKE}})
    assert (await shop.request("order.get.request", {"id": made["id"]}))["order"] == made


async def test_a_category_s_life(shop: Shop):
    """CAT-1: deleted only when it holds nothing; a deleted item does not count."""
    made = (await shop.request("catalog-category.add.request", {"category": {"title": "계절", "order": 9}}))[
        "category"
    ]
    assert made["id"] not in (1, 2, 3)
    held = await add(shop, category={"id": made["id"]})
    with pytest.raises(InvalidState) as refusal:
        await shop.request("catalog-category.delete.request", {"category": {"id": made["id"]}})
    assert refusal.value.reason == "CATEGORY_NOT_EMPTY"
    await shop.request("catalog-item.delete.request", {"catalog": {"id": held["id"]}})
    await shop.request("catalog-category.delete.request", {"category": {"id": made["id"]}})
    assert (await item(shop, held["id"]))["category"]["id"] == made["id"]


async def test_an_option_s_life(shop: Shop):
    """CAT-5: items that use it hear of it, and go without it when it is deleted."""
    sent = {"title": "사이즈", "isRequired": True, "choices": [{"title": "대", "priceValue": 3_000}]}
    made = (await shop.request("catalog-item-option.add.request", {"option": sent}))["option"]
    assert made["minChoices"] == 1
    assert made["choices"][0]["id"] not in (menu.MILD, menu.HOT, menu.EXTRA_NOODLES, menu.EGG)
    holder = await add(shop, options=[{"id": made["id"]}])
    names = told(shop)
    await shop.request("catalog-item-option.update.request", {"option": {"id": made["id"], "title": "크기"}})
    assert names == ["option.update", "catalog.update"]
    too_cheap = {"id": made["id"], "choices": [{"title": "할인", "priceValue": -10_001}]}
    with pytest.raises(InvalidArgument):
        await shop.request("catalog-item-option.update.request", {"option": too_cheap})
    names.clear()
    await shop.request("catalog-item-option.delete.request", {"option": {"id": made["id"]}})
    assert names == ["option.delete", "catalog.update"]
    assert (await item(shop, holder["id"]))["options"] == []


# -- finding ---------------------------------------------------------------------------------------


async def find(shop: Shop, **by: str) -> dict[str, Any]:
    return await shop.request("catalog-item.find.request", by)


async def test_barcodes(shop: Shop):
    """CAT-10, SCN-2: found in any length, unique, unknown ones find nothing."""
    made = await add(shop, price={"priceValue": 2_000, "barcode": "036000291452"})
    for code in ("036000291452", "0036000291452"):
        found = await find(shop, barcode=code)
        assert ([each["id"] for each in found["catalogs"]], found["price"]["priceValue"]) == (
            [made["id"]],
            2_000,
        )
    assert await find(shop, barcode="4006381333931") == {"catalogs": []}
    with pytest.raises(Conflict) as refusal:
        await add(shop, price={"priceValue": 1, "barcode": "0036000291452"})
    assert (refusal.value.reason, refusal.value.data["itemId"]) == ("BARCODE_TAKEN", made["id"])
    await shop.request("catalog-item.delete.request", {"catalog": {"id": made["id"]}})
    assert await find(shop, barcode="036000291452") == {"catalogs": []}
    assert (await add(shop, price={"priceValue": 1, "barcode": "0036000291452"}))["id"] != made["id"]
    with pytest.raises(Conflict):
        await add(shop, prices=[{"priceValue": 1, "barcode": "8801234123457"}] * 2)


async def test_labels_of_the_scale(shop: Shop):
    """CAT-10: price or weight inside the code; the item by its SKU."""
    from jumak.domain.barcode import check_digit

    made = await add(shop, price={"priceValue": 30_000, "priceType": "UNIT", "sku": "00042"})
    for prefix, extra in (("20", {"priceValue": 12_340}), ("25", {"quantity": 0.35})):
        body = prefix + "00042" + ("12340" if prefix == "20" else "00350")
        found = await find(shop, barcode=body + str(check_digit(body)))
        assert found["catalogs"][0]["id"] == made["id"]
        assert ({**found["price"], **found}).items() >= extra.items()


async def test_search_by_text(shop: Shop):
    """SCN-2: part of a title or code, letter case aside; deleted items are not found."""
    await add(shop, title="Cold Brew", code="CB-1")
    for text in ("brew", "cb-1", "COLD"):
        assert [each["title"] for each in (await find(shop, text=text))["catalogs"]] == ["Cold Brew"]
    await shop.request("catalog-item.delete.request", {"catalog": {"id": menu.STEW}})
    assert (await find(shop, text="찌개"))["catalogs"] == []
    with pytest.raises(InvalidArgument):
        await find(shop)


async def page(shop: Shop, **by: Any) -> dict[str, Any]:
    return await shop.request("catalog-item.page.request", by)


async def test_pages_follow_the_menu_s_order(shop: Shop):
    """CAT-1, CAT-2: every item once over all pages, in the order of the whole menu; none after the last."""
    whole = [each["id"] for each in await items(shop)]
    paged = [
        each["id"] for number in range(1, 5) for each in (await page(shop, page=number, size=3))["catalogs"]
    ]
    assert paged == whole
    first = await page(shop)
    assert (first["total"], [each["id"] for each in first["catalogs"]]) == (len(whole), whole)
    assert sum(each["count"] for each in first["categories"]) == len(whole)
    assert (await page(shop, page=9))["catalogs"] == []


async def test_pages_by_category_state_and_text(shop: Shop):
    """CAT-2, CAT-5, SCN-2: what fits all that is asked; counts say where else the text is found."""
    found = await page(shop, text="ㅋㄱㅅ")
    assert [each["id"] for each in found["catalogs"]] == [menu.NOODLES]
    assert found["categories"] == [{"id": 1, "count": 1}]
    assert await page(shop, text="ㅋㄱㅅ", categoryId=3) == found | {"catalogs": [], "total": 0}
    sold_out = await page(shop, states=["SOLD_OUT"])
    assert [each["id"] for each in sold_out["catalogs"]] == [menu.COFFEE]
    for choice in (menu.MILD, menu.HOT):
        await shop.request(
            "catalog-item-option.set-choice-state.request",
            {"option": {"id": menu.SPICE}, "choice": {"id": choice}, "state": "SOLD_OUT"},
        )
    ids = [each["id"] for each in (await page(shop, states=["SOLD_OUT"]))["catalogs"]]
    assert menu.NOODLES in ids
    await shop.request("catalog-item.delete.request", {"catalog": {"id": menu.NOODLES}})
    assert (await page(shop, text="칼국수"))["total"] == 0


async def test_pages_follow_changes_of_categories(shop: Shop):
    """CAT-1: a category that moves takes its items with it, and a page asked for before is not kept."""
    before = (await page(shop, size=200))["catalogs"]
    first = before[0]["category"]["id"]
    await shop.request("catalog-category.update.request", {"category": {"id": first, "order": 99}})
    after = (await page(shop, size=200))["catalogs"]
    assert after[-1]["category"]["id"] == first
    assert [each["id"] for each in after] == [each["id"] for each in await items(shop)]


def test_the_index_follows_the_menu():
    """CAT-10: codes that go are forgotten, codes that come are found, whatever the order of changes."""
    plain = menu.ITEMS[0]
    price = replace(plain.prices[0], barcode="96385074")
    coded = replace(plain, prices=(price,))
    index = MenuIndex()
    for held in ({1: coded}, {1: plain}, {}, {1: coded}, {1: replace(coded, state="DELETED")}):
        index.refresh(held)
        found = index.by_code("0000096385074")
        assert (found is not None) == (held == {1: coded})
        assert index.price_taken(price.id) == bool(held)
