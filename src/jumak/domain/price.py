"""The price of an order: discounts in their fixed sequence, then VAT once per rate (rulebook §1.3-1.5).

Sequence (DSC-1): line percents, line amounts, order percents, order amounts, automatic rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add, sub

from msgspec import Struct

from jumak.domain.base import MAX_WON, Value
from jumak.domain.cash import small_change
from jumak.domain.catalog import ItemType
from jumak.domain.discount import Discount, StaffDiscount, resolve
from jumak.domain.merchant import Shop
from jumak.domain.money import share_out, won
from jumak.domain.order.types import ChargePrice
from jumak.domain.tax import EXEMPT, STORED_VALUE, Buckets, included_vat

ROUNDING_TITLE = "단수 할인"
"""How an automatic cut of small change is called on the bill (DSC-7)."""

_NONE: tuple[Discount, ...] = ()


class PriceLine(Struct, frozen=True, kw_only=True, gc=False):
    """What the price of a line depends on. line_list: won before discounts. vat_bp: see `tax`."""

    type: ItemType
    line_list: int
    discounts: tuple[Discount, ...] | tuple[StaffDiscount, ...]
    vat_bp: int
    discountable: bool = True


class LinePrice(Struct, frozen=True, gc=False):
    """A priced line: charge after its own discounts, its share of the order's, net, and its VAT (VAT-3)."""

    charge: int
    discounts: tuple[Discount, ...]
    order_share: int
    net: int
    vat: int


class OrderPrice(Struct, frozen=True, gc=False):
    """A priced order: lines as given, order discounts as amounts, the SDK's figures and the buckets."""

    lines: tuple[LinePrice, ...]
    discounts: tuple[Discount, ...]
    charge: ChargePrice
    buckets: Buckets


def price_order(
    lines: Sequence[PriceLine],
    order_discounts: Sequence[Discount | StaffDiscount],
    tip: int,
    shop: Shop,
    *,
    strict: bool,
) -> OrderPrice:
    """Price lines and order (§1.5).

    order_discounts: as they were asked for, never the outcome of an earlier pricing.
    strict: a plugin's, so one above its base is refused (DSC-4); else it is clipped.
    Raises InvalidArgument INVALID_DISCOUNT with the path; InvalidArgument for an order above 999,999,999 (MON-1).
    """
    charges: list[int] = []
    given: list[tuple[Discount, ...]] = []
    list_sum = 0
    for line in lines:
        amount = line.line_list
        list_sum += amount
        if line.discounts:
            amounts, amount = resolve(
                line.discounts,
                amount,
                unit=shop.percent_discount_unit,
                strict=strict,
                path=f"$.order.lineItems[{len(charges)}].discounts",
            )
            given.append(amounts)
        else:
            given.append(_NONE)
        charges.append(amount)
    if list_sum + tip > MAX_WON:
        won(list_sum + tip, path="$.order")
    discounts, nets = _NONE, charges
    if order_discounts or shop.order_rounding_unit > 1:
        discounts, nets = _order_discounts(lines, charges, order_discounts, tip, shop, strict=strict)
    vats, tax, exempt = _vat(lines, nets, shop)
    price = sum(nets)
    return OrderPrice(
        tuple(map(LinePrice, charges, given, map(sub, charges, nets), nets, vats)),
        discounts,
        ChargePrice(
            charge_list_price_value=list_sum,
            charge_discount_value=list_sum - price,
            charge_price_value=price + tip,
            charge_supply_value=price - tax,
            charge_tax_value=tax,
            charge_tip_value=tip,
            charge_tax_exempt_value=exempt,
        ),
        Buckets(price - tax - exempt, tax, exempt, tip),
    )


def _order_discounts(
    lines: Sequence[PriceLine],
    charges: Sequence[int],
    asked: Sequence[Discount | StaffDiscount],
    tip: int,
    shop: Shop,
    *,
    strict: bool,
) -> tuple[tuple[Discount, ...], list[int]]:
    """Order discounts as amounts, and the net of each line after its share of all of them.

    Each discount is shared over what the one before left (DSC-5). Goods come first; a delivery fee only
    receives what is left when all of them are at 0 (DSC-6).
    """
    goods, fees, fixed = list(charges), [0] * len(charges), 0
    for place, line in enumerate(lines):
        if not line.discountable or line.type in STORED_VALUE:
            fixed += goods[place]
            goods[place] = 0
        elif line.type == "DELIVERY_FEE":
            fees[place], goods[place] = goods[place], 0
    kept = list(map(sub, charges, goods)) if fixed or any(fees) else None
    goods_left = sum(goods)
    discounts, rest = resolve(
        asked,
        goods_left + sum(fees),
        unit=shop.percent_discount_unit,
        strict=strict,
        path="$.order.discounts",
    )
    if shop.order_rounding_unit > 1:
        odd = small_change(fixed + rest + tip, shop.order_rounding_unit)
        # Giving away less than all of the small change would leave the total as odd as before.
        if 0 < odd <= rest:
            discounts = (*discounts, Discount(title=ROUNDING_TITLE, amount_money=Value(odd)))
    for discount in discounts:
        amount = discount.amount_money.value
        of_goods = min(amount, goods_left)
        goods_left -= of_goods
        goods = list(map(sub, goods, share_out(of_goods, goods)))
        if kept is not None and amount > of_goods:
            cuts = share_out(amount - of_goods, fees)
            fees, kept = list(map(sub, fees, cuts)), list(map(sub, kept, cuts))
    return discounts, goods if kept is None else list(map(add, goods, kept))


def _vat(lines: Sequence[PriceLine], nets: Sequence[int], shop: Shop) -> tuple[list[int], int, int]:
    """VAT of every line, of the order, and what lies outside it: exempt and out of scope (VAT-2, VAT-3)."""
    fee_rate = EXEMPT if shop.delivery_fee_exempt_follows_goods and _goods_are_exempt(lines) else None
    places_of: dict[int, list[int]] = {}
    for place, line in enumerate(lines):
        vat_bp = line.vat_bp
        if fee_rate is not None and line.type == "DELIVERY_FEE":
            vat_bp = fee_rate
        if vat_bp in places_of:
            places_of[vat_bp].append(place)
        else:
            places_of[vat_bp] = [place]
    vats = [0] * len(nets)
    tax = exempt = 0
    for vat_bp, places in places_of.items():
        parts = [nets[place] for place in places]
        total = sum(parts)
        if vat_bp < 0:
            exempt += total
            continue
        bucket_tax = included_vat(total, vat_bp, shop.vat_rounding)
        tax += bucket_tax
        for place, share in zip(places, share_out(bucket_tax, parts), strict=True):
            vats[place] = share
    return vats, tax, exempt


def _goods_are_exempt(lines: Sequence[PriceLine]) -> bool:
    """Every goods line is exempt, and there is one: the fee is ancillary to them (VAT-5)."""
    exempt = False
    for line in lines:
        if line.type in ("ITEM", "COMBO"):
            if line.vat_bp != EXEMPT:
                return False
            exempt = True
    return exempt
