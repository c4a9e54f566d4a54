"""A small menu, shop and callers for the tests of orders; plain values, no fixtures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import convert

from jumak.domain.calendar import ShopCalendar
from jumak.domain.caller import Caller
from jumak.domain.catalog import CatalogItem, Category, ItemPrice, Option, OptionChoice
from jumak.domain.merchant import Shop
from jumak.domain.order.add import Opening, open_order
from jumak.domain.order.types import Order, OrderDto
from jumak.domain.payment import PaymentDto

NOON = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)  # 12:00 in Seoul


class FakeMenu:
    """A menu from three dictionaries."""

    def __init__(self, *items: CatalogItem, options: tuple[Option, ...] = ()) -> None:
        self.items = {item.id: item for item in items}
        self.options = {option.id: option for option in options}

    def item(self, item_id: int) -> CatalogItem | None:
        return self.items.get(item_id)

    def category(self, category_id: int) -> Category | None:
        return Category(id=category_id, title="메뉴", order=category_id, enabled=True, version=1)

    def option(self, option_id: int) -> Option | None:
        return self.options.get(option_id)


def an_item(
    item_id: int,
    title: str,
    price: int,
    *,
    tax_free: bool = False,
    options: tuple[int, ...] = (),
    **more: Any,
) -> CatalogItem:
    price_fields = {"price_type": "FIXED", "price_unit": 1, "state": "ON_SALE"} | {
        key: more.pop(key) for key in ("price_type", "price_unit") if key in more
    }
    return CatalogItem(
        **{"state": "ON_SALE", "type": "ITEM", "category_id": 1} | more,
        id=item_id,
        title=title,
        labels=(),
        prices=(
            ItemPrice(
                id=item_id * 10,
                title="기본",
                is_default=True,
                price_value=price,
                is_tax_free=tax_free,
                is_stockable=False,
                **price_fields,
            ),
        ),
        option_ids=options,
        version=1,
    )


SHOT = OptionChoice(
    id=71, title="샷 추가", price_value=500, image_url=None, state="ON_SALE", quantity_input_enabled=True
)
ICE = OptionChoice(
    id=72, title="얼음 적게", price_value=0, image_url=None, state="ON_SALE", quantity_input_enabled=False
)
EXTRAS = Option(
    id=7, title="추가", is_required=False, min_choices=0, max_choices=-1, choices=(SHOT, ICE), default_choices=(), version=1
)  # fmt: skip

AMERICANO = an_item(1, "아메리카노", 4_500, options=(7,))
CAKE = an_item(2, "케이크", 6_500)
FRUIT = an_item(3, "과일", 8_000, tax_free=True)
NOODLES = an_item(4, "칼국수", 9_000, options=(7,))
CARD = an_item(5, "선불카드", 50_000, type="PREPAID_CARD")
BEEF = an_item(6, "한우", 10_000, price_type="UNIT", price_unit=100)
SOLD_OUT = an_item(8, "품절 메뉴", 5_000, state="SOLD_OUT")
MENU = FakeMenu(AMERICANO, CAKE, FRUIT, NOODLES, CARD, BEEF, SOLD_OUT, options=(EXTRAS,))

RESTAURANT = Shop(
    id=1, name="주막", serial_number="S", business_number="1234567891", business_type="RESTAURANT",
    payment_timing="PAY_LATER", tables_enabled=True, version=1,
)  # fmt: skip
CAFE = convert(
    {"id": 1, "name": "카페", "serialNumber": "S", "businessNumber": "1", "businessType": "CAFE",
     "paymentTiming": "PAY_FIRST", "tablesEnabled": False, "version": 1},
    Shop,
)  # fmt: skip
SEOUL = ShopCalendar(RESTAURANT)

PLUGIN = Caller(id="bridge", kind="plugin", name="Bridge", scopes=frozenset({"order:write", "payment:write"}))
OTHER = Caller(id="other", kind="plugin", name="Other", scopes=frozenset({"order:write", "payment:write"}))
MANAGER = Caller(
    id="till-1", kind="device", name="Till", scopes=frozenset({"staff:manage", "staff:pay", "staff:order"})
)


def a_line(
    item: CatalogItem, quantity: int | float = 1, *, charge: int | None = None, **more: Any
) -> dict[str, Any]:
    """A DTO line as JSON; charge is the catalog's amount unless given."""
    catalog = round(item.default_price.price_value * quantity / item.default_price.price_unit)
    return {
        "diningOption": "HERE",
        "item": {
            "id": item.id,
            "title": item.title,
            "category": {"id": 1, "title": "메뉴"},
            "type": item.type,
        },
        "quantity": {"value": quantity},
        "chargePrice": {"value": catalog if charge is None else charge},
        "optionChoices": [],
    } | more


def a_discount(amount: int, title: str = "할인") -> dict[str, Any]:
    return {"title": title, "amountMoney": {"value": amount}}


def a_dto(*lines: dict[str, Any], **more: Any) -> OrderDto:
    return convert({"lineItems": list(lines), "discounts": []} | more, OrderDto)


def an_order(*lines: dict[str, Any], shop: Shop = RESTAURANT, owner: str = "bridge", **more: Any) -> Order:
    opening = Opening(
        order_id=f"{1:032x}",
        number="A-001",
        owner=owner,
        source="PLUGIN_BRIDGE",
        profile="documented",
        at=NOON,
    )
    return open_order(a_dto(*lines, **more), opening, MENU, shop, ShopCalendar(shop))[0]


def a_payment(order: Order, amount: int, key: str = "pay-1", **more: Any) -> PaymentDto:
    """A payment DTO whose supply takes everything but a nearest VAT."""
    tax = (2 * amount + 11) // 22
    return convert(
        {
            "sourceType": "EXTERNAL", "orderId": order.id, "amountMoney": amount, "taxMoney": tax,
            "supplyMoney": amount - tax, "tipMoney": 0, "approvedNo": "00112233",
            "approvedAt": "2026-02-01T12:01:00+09:00", "paymentKey": key,
        } | more,
        PaymentDto,
    )  # fmt: skip


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)
