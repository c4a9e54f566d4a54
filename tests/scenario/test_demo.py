"""The demo shop: everything a visitor is told to find, and a day's work in a second."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jumak.commands.reach import administration
from jumak.demo import create_demo_shop
from jumak.demo.gift_card.gift_card import plugin as gift_card
from jumak.demo.menu import OPTIONS
from jumak.demo.plugin import GIFT_CARD, install_demo_plugin
from jumak.demo.shop import PEOPLE, SHOP, furnish
from jumak.domain.barcode import is_ean
from jumak.plugins.package import read_package
from jumak.service.documents import Staff
from jumak.service.staff import derive, owner_of
from jumak.store.sqlite.check import check
from jumak.store.sqlite.file import FILE_NAME, create_file
from jumak.testing import SimulatedShop, simulated_shop
from tests.server.screen import Wire
from tests.service.asking import Asking, a_line
from tests.service.paying import CASHIER, MANAGER, Counter
from tests.tidy.project import ROOT


@pytest.fixture
async def demo() -> AsyncIterator[SimulatedShop]:
    async with simulated_shop(shop=SHOP, documents=()) as shop:
        await furnish(shop.running.store)
        yield shop


async def menu_of(shop: SimulatedShop) -> list[dict[str, Any]]:
    return (await shop.request("catalog-item.list.request"))["catalogs"]


async def test_the_menu_has_something_of_everything(demo: SimulatedShop):
    """H-13, CAT-1, CAT-4, CAT-5, CAT-8, VAT-1, VAT-6: items of every kind, in two languages, all on sale."""
    items = await menu_of(demo)
    assert len(items) >= 60
    assert len({item["category"]["id"] for item in items}) == 8
    assert all(item["titleI18n"]["languages"]["en"] for item in items)
    assert {item["type"] for item in items} == {"ITEM", "PREPAID_CARD", "DELIVERY_FEE"}
    assert {item["price"]["priceType"] for item in items} == {"FIXED", "UNIT", "VARIABLE"}
    assert {item["price"]["isTaxFree"] for item in items} == {True, False}
    assert sum(item["price"]["isStockable"] for item in items) >= 10
    assert {item["state"] for item in items} == {"ON_SALE"}
    options = (await demo.request("catalog-item-option.list.request"))["options"]
    assert len(options) == len(OPTIONS)
    assert {option["isRequired"] for option in options} == {True, False}
    choices = [choice for option in options for choice in option["choices"]]
    assert [choice["title"] for choice in choices if choice["state"] == "SOLD_OUT"] == ["오트밀크 변경"]
    assert {choice["quantityInputEnabled"] for choice in choices} == {True, False}


async def test_barcodes_of_goods_are_found(demo: SimulatedShop):
    """CAT-10: EAN-13 with the prefix of Korea and a right check digit, each on one item."""
    barcodes = [item["price"]["barcode"] for item in await menu_of(demo) if "barcode" in item["price"]]
    assert len(barcodes) >= 10
    assert len(set(barcodes)) == len(barcodes)
    assert all(is_ean(code) and len(code) == 13 and code.startswith("880") for code in barcodes)
    found = await demo.request("catalog-item.find.request", {"barcode": barcodes[0]})
    assert [item["title"] for item in found["catalogs"]] == ["콜라"]


async def test_every_dish_has_its_station(demo: SimulatedShop):
    """KDS-3: three stations by category; what no station cooks goes to the default one."""
    stations = (await demo.request("kds-station.list.request"))["stations"]
    assert [(each["name"], each["isDefault"]) for each in stations] == [
        ("주방", True),
        ("바", False),
        ("디저트", False),
    ]
    cooked = [category for each in stations for category in each["categoryIds"]]
    assert sorted(cooked) == [1, 2, 3, 4, 5, 6, 7]


async def test_the_floor_has_two_halls(demo: SimulatedShop):
    """TBL-5, TBL-6: fourteen empty tables, each in its own place."""
    halls = (await demo.request("hall.list.request"))["halls"]
    tables = (await demo.request("table-status.list.request"))["tables"]
    assert [hall["title"] for hall in halls] == ["1층 홀", "2층 테라스"]
    assert [table["id"] for table in tables] == list(range(1, 15))
    assert {table["status"] for table in tables} == {"empty"}
    places = {(table["hallId"], table["position"]["x"], table["position"]["y"]) for table in tables}
    assert len(places) == 14


async def test_people_sign_in_with_the_pins_of_the_page(demo: SimulatedShop):
    """SEC-1: one person of each role; the documentation says their PINs."""
    stored = (await demo.running.store.reader().all(Staff)).values()
    page = (ROOT / "docs" / "how-to" / "demo-shop.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\| ([0-9]{4}) \|", page)) == sorted(pin for _, _, pin in PEOPLE)
    for name, role, pin in PEOPLE:
        person = owner_of(stored, [derive(pin, next(iter(stored)).pin_salt)])
        assert person is not None
        assert (person.name, person.role) == (name, role)
        assert f"| {name} |" in page


async def test_an_existing_shop_is_left_alone(tmp_path: Path):
    """OFF-3: made once, with the same ids every time, and whole; a second call changes nothing."""
    first, second = tmp_path / "first", tmp_path / "second"
    assert await create_demo_shop(first)
    assert not await create_demo_shop(first)
    assert check(first) == []
    assert await create_demo_shop(second)
    seen = []
    for folder in (first, second):
        async with administration(folder) as ask:
            names = ("catalog-item.list.request", "table.list.request", "staff.list.request")
            seen.append([await ask(name, {}) for name in names])
    for reply in (*seen[0], *seen[1]):
        for item in reply.get("catalogs", ()):
            item["price"].pop("stockQuantity", None)
            for price in item["prices"]:
                price.pop("stockQuantity", None)
    assert seen[0] == seen[1]


async def test_a_shop_whose_making_was_cut_short_is_finished(tmp_path: Path):
    """OFF-3: nothing but the file is there yet, so the demo shop is made into it."""
    create_file(tmp_path / FILE_NAME, SHOP)
    assert await create_demo_shop(tmp_path)
    assert check(tmp_path) == []


async def test_its_plugin_is_installed_as_any_other(tmp_path: Path):
    """plugin-runtime §3: on, with the rights its manifest asks for and no more."""
    await create_demo_shop(tmp_path)
    await install_demo_plugin(tmp_path)
    async with administration(tmp_path) as ask:
        (plugin,) = (await ask("plugin.list.request", {}))["plugins"]
    assert (plugin["id"], plugin["scopes"]) == ("gift-card", ["payment-method", "ui"])
    assert plugin["state"] != "disabled"


async def test_a_gift_card_pays_once(shop: SimulatedShop):
    """PAY-8, CAN-2: any number pays what is due, a spent one is refused in words; cancelled, it pays again."""
    till, counter = Wire(shop, CASHIER), Counter(Asking(shop))

    async def pay(answer: dict[str, Any]) -> dict[str, Any]:
        order = await counter.asking.add(CASHIER, a_line(1))
        till.frames.clear()
        attempt = await counter.start(order, method={"pluginId": "gift-card", "id": "gift-card"})
        asked = await till.asked("popup.open.request")
        till.answer(asked, {"complete": True, "type": "input", "data": answer})
        return await counter.get(attempt)

    card = {"result": "SUCCESS", "inputs": {"number": "7"}}
    async with shop.running_plugin(gift_card, scopes=read_package(GIFT_CARD).manifest.scopes):
        await shop.settle()
        assert (await pay({"result": "CANCELLED"}))["state"] == "CANCELED"
        paid = await pay(card)
        assert paid["state"] == "APPROVED"
        again = await pay(card)
        assert (again["state"], "이미 사용한 상품권" in again["error"]["message"]) == ("DECLINED", True)
        back = {"order": {"id": paid["orderId"]}, "payment": {"id": paid["payment"]["id"]}}
        await shop.request("payment.cancel.request", back, caller=MANAGER)
        assert (await pay(card))["state"] == "APPROVED"
