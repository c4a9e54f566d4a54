"""The shop the benchmarks run: a postpaid restaurant with a menu as long as wanted, and its orders."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from jumak.domain.caller import SYSTEM
from jumak.domain.catalog import CatalogItem, Category, ItemPrice, Option, OptionChoice
from jumak.domain.kitchen import Station
from jumak.domain.merchant import Shop
from jumak.protocol.row import Done
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.service.ports import Clock, Command, Store, Transaction
from jumak.store.sqlite import SqliteStore

SHOP: Final = Shop(
    id=1,
    name="주막 계측점",
    serial_number="262P0000WP00000",
    business_number="1234567890",
    business_type="RESTAURANT",
    payment_timing="PAY_LATER",
    tables_enabled=True,
    version=1,
)
SPICE, EXTRAS = 1, 2
_DISHES = (
    "칼국수",
    "해물파전",
    "막걸리",
    "손만두",
    "김치찌개",
    "제육덮밥",
    "순두부찌개",
    "비빔밥",
    "떡볶이",
    "보쌈",
)
_STYLES = ("", "얼큰 ", "바지락 ", "들깨 ", "매운 ", "옛날 ", "모둠 ", "한우 ", "시골 ", "특 ")
_CATEGORIES = ("식사", "안주", "음료", "주류", "세트", "점심", "찌개", "면", "밥", "후식")


def options() -> tuple[Option, ...]:
    """One choice that is due and some extras."""

    def choice(number: int, title: str, won: int) -> OptionChoice:
        return OptionChoice(
            id=number,
            title=title,
            price_value=won,
            image_url=None,
            state="ON_SALE",
            quantity_input_enabled=True,
        )

    return (
        Option(id=SPICE, title="맵기", is_required=True, min_choices=1, max_choices=1, default_choices=(11,),
               choices=(choice(11, "순한맛", 0), choice(12, "매운맛", 500)), version=1),
        Option(id=EXTRAS, title="추가", is_required=False, min_choices=0, max_choices=-1, default_choices=(),
               choices=(choice(21, "사리 추가", 2_000), choice(22, "계란", 1_000)), version=1),
    )  # fmt: skip


def item(number: int) -> CatalogItem:
    """The n-th item of the menu."""
    price = ItemPrice(
        id=number + 1_000_000, title="기본", is_default=True, state="ON_SALE", price_type="FIXED", price_unit=1,
        price_value=_won(number), is_tax_free=number % 10 == 9, is_stockable=False,
    )  # fmt: skip
    return CatalogItem(
        id=number, title=_title(number), state="ON_SALE", category_id=number % 10 + 1, labels=(), prices=(price,),
        option_ids=(SPICE, EXTRAS), type="ITEM", order=number, version=1,
    )  # fmt: skip


def documents(items: int) -> Iterator[Struct]:
    """Everything the shop has besides its settings."""
    for place, title in enumerate(_CATEGORIES):
        yield Category(id=place + 1, title=title, order=place, enabled=True, version=1)
    yield from options()
    for number in range(1, items + 1):
        yield item(number)
    yield Station(id="kitchen", name="주방", category_ids=(), is_default=True, caution_min=10, late_min=20)


def order_data(number: int, items: int = 200) -> dict[str, Any]:
    """The n-th order as a plugin sends it: 5 lines with options, discounts on line and order, no table, no key."""
    chance = random.Random(number)
    lines = []
    for place, chosen in enumerate(chance.sample(range(1, items + 1), 5)):
        quantity = chance.randint(1, 3)
        choices = [
            {"id": chance.choice((11, 12))},
            {"id": chance.choice((21, 22)), "quantity": chance.randint(1, 2)},
        ]
        each = _won(chosen) + sum(
            {11: 0, 12: 500, 21: 2_000, 22: 1_000}[choice["id"]] * choice.get("quantity", 1)
            for choice in choices
        )
        off = 500 if place == 0 else 0
        line: dict[str, Any] = {
            "diningOption": "HERE",
            "item": {
                "id": chosen,
                "title": _title(chosen),
                "category": {"id": chosen % 10 + 1, "title": _CATEGORIES[chosen % 10]},
                "type": "ITEM",
            },
            "quantity": {"value": quantity},
            "chargePrice": {"value": each * quantity - off},
            "optionChoices": choices,
        }
        if off:
            line["discounts"] = [{"title": "첫 주문 할인", "amountMoney": {"value": off}}]
        if place == 1:
            line["memo"] = "덜 맵게 해 주세요"
        lines.append(line)
    return {
        "lineItems": lines,
        "discounts": [{"title": "단골 할인", "amountMoney": {"value": 1_000}}],
        "numGuests": chance.randint(1, 6),
    }


def order_bodies(count: int) -> list[tuple[bytes, bytes]]:
    """`data` of `order.add`, different orders, each in two parts between which a key of 20 characters belongs."""
    bodies = []
    for number in range(count):
        order = {"orderKey": "#", **order_data(number)}
        before, after = msgspec.json.encode({"order": order}).split(b"#")
        bodies.append((before, after))
    return bodies


async def create_shop(folder: Path, items: int = 200, clock: Clock | None = None) -> SqliteStore:
    """A new shop in a folder, open."""
    store = SqliteStore.create(folder, SHOP, clock=clock or SystemClock(), ids=UuidIds(), live=Connections())
    await fill(store, items)
    return store


async def create_shop_in_memory(clock: Clock, items: int = 200) -> SqliteStore:
    """A new shop that ends with its store."""
    store = SqliteStore.in_memory(SHOP, clock=clock, ids=UuidIds(), live=Connections())
    await fill(store, items)
    return store


async def fill(store: Store, items: int = 200) -> None:
    """Gives a new shop its menu."""

    async def put(tx: Transaction) -> Done:
        for document in documents(items):
            tx.put(document)
        return Done()

    result = await store.execute(Command(caller=SYSTEM, name="bench.fill", body=b"", run=put))
    if result.error is not None:
        raise result.error


def _won(number: int) -> int:
    return 5_000 + number * 700 % 15_000


def _title(number: int) -> str:
    return f"{_STYLES[number // 10 % 10]}{_DISHES[number % 10]}" + (f" {number}" if number > 100 else "")
