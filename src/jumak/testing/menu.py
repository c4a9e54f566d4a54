"""The shop that tests open: a small postpaid Korean restaurant with four tables."""

from __future__ import annotations

from msgspec import Struct

from jumak.domain.catalog import CatalogItem, Category, ItemPrice, Option, OptionChoice, StockQuantity
from jumak.domain.kitchen import Station
from jumak.domain.merchant import Shop
from jumak.domain.table import Hall, TableRecord

SHOP = Shop(
    id=1,
    name="주막 시험점",
    serial_number="262P0000WP00000",
    business_number="1234567890",
    business_type="RESTAURANT",
    payment_timing="PAY_LATER",
    tables_enabled=True,
    version=1,
)

NOODLES, PANCAKE, RICE_WINE, DUMPLINGS, APPLES, STEW, DELIVERY, COFFEE = (
    101,
    102,
    103,
    104,
    105,
    106,
    107,
    108,
)
"""Item ids. Dumplings are stocked (5), apples are tax-free, coffee is sold out."""

SPICE, EXTRAS = 201, 202
MILD, HOT, EXTRA_NOODLES, EGG = 301, 302, 303, 304
"""Options and their choices."""

CATEGORIES = (
    Category(id=1, title="식사", order=1, enabled=True, version=1),
    Category(id=2, title="안주", order=2, enabled=True, version=1),
    Category(id=3, title="음료", order=3, enabled=True, version=1),
)

OPTIONS = (
    Option(
        id=SPICE,
        title="맵기",
        is_required=True,
        min_choices=1,
        max_choices=1,
        choices=(OptionChoice(id=MILD, title="순한맛", price_value=0, image_url=None, state="ON_SALE", quantity_input_enabled=False),
                 OptionChoice(id=HOT, title="매운맛", price_value=500, image_url=None, state="ON_SALE", quantity_input_enabled=False)),
        default_choices=(MILD,),
        version=1,
    ),
    Option(
        id=EXTRAS,
        title="추가",
        is_required=False,
        min_choices=0,
        max_choices=-1,
        choices=(
            OptionChoice(id=EXTRA_NOODLES, title="사리 추가", price_value=2_000, image_url=None, state="ON_SALE", quantity_input_enabled=True),
            OptionChoice(id=EGG, title="계란", price_value=1_000, image_url=None, state="ON_SALE", quantity_input_enabled=True),
        ),
        default_choices=(),
        version=1,
    ),
)  # fmt: skip


def _item(
    item_id: int,
    title: str,
    category_id: int,
    won: int,
    *,
    options: tuple[int, ...] = (),
    tax_free: bool = False,
    stock: int | None = None,
    delivery: bool = False,
    sold_out: bool = False,
) -> CatalogItem:
    price = ItemPrice(
        id=item_id + 1_000,
        title="기본",
        is_default=True,
        state="ON_SALE",
        price_type="FIXED",
        price_unit=1,
        price_value=won,
        is_tax_free=tax_free,
        is_stockable=stock is not None,
        stock_quantity=None
        if stock is None
        else StockQuantity(remain_quantity=stock, last_change_date_time="2026-02-02T00:00:00Z"),
    )
    return CatalogItem(
        id=item_id,
        title=title,
        state="SOLD_OUT" if sold_out else "ON_SALE",
        category_id=category_id,
        labels=(),
        prices=(price,),
        option_ids=options,
        type="DELIVERY_FEE" if delivery else "ITEM",
        order=item_id,
        version=1,
    )


ITEMS = (
    _item(NOODLES, "칼국수", 1, 9_000, options=(SPICE, EXTRAS)),
    _item(PANCAKE, "해물파전", 2, 18_000),
    _item(RICE_WINE, "막걸리", 3, 5_000),
    _item(DUMPLINGS, "손만두", 1, 7_000, stock=5),
    _item(APPLES, "사과 한 봉지", 2, 6_000, tax_free=True),
    _item(STEW, "김치찌개", 1, 8_500, options=(SPICE,)),
    _item(DELIVERY, "배달비", 3, 3_000, delivery=True),
    _item(COFFEE, "식혜", 3, 3_500, sold_out=True),
)

HALLS = (Hall(id=1, title="1층", order=1),)

TABLES = tuple(
    TableRecord(id=number, hall_id=1, title=f"{number}번", capacity=4, version=1) for number in (1, 2, 3, 4)
)

STATIONS = (
    Station(id="kitchen", name="주방", category_ids=(), is_default=True, caution_min=10, late_min=20),
)

DOCUMENTS: tuple[Struct, ...] = (*CATEGORIES, *OPTIONS, *ITEMS, *HALLS, *TABLES, *STATIONS)
"""Everything a simulated shop begins with."""
