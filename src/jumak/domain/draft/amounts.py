"""What a cart comes to, and the order it asks for (DSC-1 … DSC-7)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from jumak.domain.base import Value
from jumak.domain.catalog import Menu
from jumak.domain.discount import Discount, StaffDiscount, resolve
from jumak.domain.draft.types import CartDiscount, Draft, DraftLine, DraftLineDto, DraftOrder, DraftTotals
from jumak.domain.errors import InvalidArgument, InvalidState
from jumak.domain.merchant import Shop
from jumak.domain.money import line_list, milli
from jumak.domain.order.types import ChoiceDto, ItemDto, OrderDto, OrderItemDto, QuantityDto
from jumak.domain.price import ROUNDING_TITLE, OrderPrice, PriceLine, price_order
from jumak.domain.tax import STORED_VALUE, vat_bucket_of

LINE: Final = "$.lineItem"
"""Where a line stands in what was sent."""


def list_value(line: DraftLineDto, *, path: str = LINE) -> int:
    """(priceValue / priceUnit + Σ choice.priceValue · choice.quantity) · quantity, won, half up (MON-3).

    Raises InvalidArgument when it is below zero or too large.
    """
    surcharge = sum(choice.price_value * choice.quantity for choice in line.option_choices)
    quantity = milli(line.quantity, path=f"{path}.quantity")
    price = line.item_price
    if price.price_value + surcharge * price.price_unit < 0:
        raise InvalidArgument(
            "옵션을 더한 가격이 0원보다 낮습니다",
            f"{path}.optionChoices: with its options the line costs less than nothing",
            path=f"{path}.optionChoices",
        )
    return line_list(price.price_value, price.price_unit, surcharge, quantity)


def has_menu_price(line: DraftLine, menu: Menu) -> bool:
    """Its price is one the menu has for the item, or one that is asked for at the sale (CAT-4)."""
    item, asked = menu.item(line.known.item.id), line.known.item_price
    return item is not None and any(
        price.price_type == "VARIABLE"
        or (price.price_value, price.price_unit) == (asked.price_value, asked.price_unit)
        for price in item.prices
    )


def has_menu_choices(line: DraftLine, menu: Menu) -> bool:
    """Its choices cost what the menu says."""
    item = menu.item(line.known.item.id)
    options = [] if item is None else [menu.option(option_id) for option_id in item.option_ids]
    known = {
        choice.id: choice.price_value for option in options if option is not None for choice in option.choices
    }
    return all(known.get(choice.id) == choice.price_value for choice in line.known.option_choices)


def priced(draft: Draft, menu: Menu, shop: Shop) -> OrderPrice:
    """What the cart comes to, by the rules of orders; what exceeds its base is clipped (DSC-1 … DSC-7)."""
    lines = [
        PriceLine(
            type=line.known.item.type,
            line_list=list_value(line.known),
            discounts=line.discounts,
            vat_bp=vat_bucket_of(line.known.item.type, line.known.item_price.is_tax_free, shop),
            discountable=_discountable(line, menu),
        )
        for line in draft.lines
    ]
    return price_order(lines, draft.discounts, 0, shop, strict=False)


def line_discounts(line: DraftLine, shop: Shop) -> tuple[Discount, ...]:
    """Each discount of a line as the amount it comes to, in its place, nothing dropped."""
    return _each_as_amount(line.discounts, list_value(line.known), shop)


def order_discounts(draft: Draft, price: OrderPrice, menu: Menu, shop: Shop) -> tuple[Discount, ...]:
    """Each order discount as the amount it comes to, in its place, nothing dropped."""
    base = sum(
        share.charge
        for line, share in zip(draft.lines, price.lines, strict=True)
        if _discountable(line, menu) and line.known.item.type not in STORED_VALUE
    )
    return _each_as_amount(draft.discounts, base, shop)


def with_discount(discounts: tuple[CartDiscount, ...], discount: CartDiscount) -> tuple[CartDiscount, ...]:
    """One more, in the sequence in which they apply: rates before amounts (DSC-1)."""
    rates = [each for each in (*discounts, discount) if each.percent_bp is not None]
    amounts = [each for each in (*discounts, discount) if each.percent_bp is None]
    return (*rates, *amounts)


def check_within(asked: StaffDiscount, comes_to: Discount, path: str) -> None:
    """A plugin's discount does not exceed its base (DSC-4). Raises InvalidArgument INVALID_DISCOUNT."""
    if asked.amount_money is not None and comes_to.amount_money.value < asked.amount_money.value:
        raise InvalidArgument(
            "할인 금액이 대상 금액보다 큽니다",
            f"{path}: {asked.amount_money.value} is more than the {comes_to.amount_money.value} left of its base",
            reason="INVALID_DISCOUNT",
            path=path,
        )


def draft_view(draft: Draft, menu: Menu, shop: Shop, at_ms: int) -> DraftOrder:
    """The cart as others see it, every key of its lines included."""
    price = priced(draft, menu, shop)
    rounding = [each for each in price.discounts[-1:] if each.title == ROUNDING_TITLE]
    return DraftOrder(
        line_items=tuple(_line_view(line, line_discounts(line, shop)) for line in draft.lines),
        price=DraftTotals(
            order_price_value=price.charge.charge_price_value,
            order_list_price_value=price.charge.charge_list_price_value,
            order_discount_value=price.charge.charge_discount_value,
        ),
        discounts=(*order_discounts(draft, price, menu, shop), *rounding),
        ignore_print=draft.ignore_print,
        memo=draft.memo,
        table_id=draft.table_id,
        num_guests=draft.num_guests,
        paying=draft.paying(at_ms),
        version=draft.version,
    )


def to_order(draft: Draft, menu: Menu, shop: Shop) -> OrderDto:
    """The order this cart asks for: amounts as they stand on it, item codes kept.

    Raises InvalidState EMPTY_CART.
    """
    check_filled(draft)
    price = priced(draft, menu, shop)
    given = order_discounts(draft, price, menu, shop)
    return OrderDto(
        line_items=tuple(
            OrderItemDto(
                dining_option=line.known.dining_option,
                item=ItemDto(
                    id=line.known.item.id,
                    title=line.known.item.title,
                    category=line.known.item.category,
                    code=line.known.item.code,
                    type=line.known.item.type,
                ),
                quantity=QuantityDto(value=line.known.quantity),
                charge_price=Value(share.charge),
                option_choices=tuple(
                    ChoiceDto(id=choice.id, quantity=choice.quantity) for choice in line.known.option_choices
                ),
                discounts=share.discounts,
                memo=line.known.memo or None,
            )
            for line, share in zip(draft.lines, price.lines, strict=True)
        ),
        # Small change is cut by the order itself (DSC-7).
        discounts=tuple(each for each in given if each.amount_money.value),
        memo=draft.memo,
        table_id=draft.table_id,
        num_guests=draft.num_guests,
    )


def _each_as_amount(discounts: tuple[CartDiscount, ...], base: int, shop: Shop) -> tuple[Discount, ...]:
    left = base
    shown = []
    for discount in discounts:
        applied, left = resolve((discount,), left, unit=shop.percent_discount_unit, strict=False, path="$")
        nothing = Discount(title=discount.title, amount_money=Value(0), title_i18n=discount.title_i18n)
        shown.append(applied[0] if applied else nothing)
    return tuple(shown)


def _discountable(line: DraftLine, menu: Menu) -> bool:
    item = menu.item(line.known.item.id)
    return item is None or item.order_discountable


def _line_view(line: DraftLine, discounts: tuple[Discount, ...]) -> dict[str, Any]:
    item = line.sent["item"]
    view = line.sent | {
        "key": line.key,
        # A missing `options` breaks readers that take a whole catalog item for granted.
        "item": item if isinstance(item.get("options"), list) else item | {"options": []},
        "discount": msgspec.to_builtins(discounts),
        "optionChoices": [{"imageUrl": None} | each for each in line.sent.get("optionChoices", ())],
        "quantity": line.known.quantity,
        "diningOption": line.known.dining_option,
    }
    if line.known.memo is not None:
        view["memo"] = line.known.memo
    return view


def check_filled(draft: Draft) -> None:
    """There is something to sell. Raises InvalidState EMPTY_CART."""
    if not draft.lines:
        raise InvalidState("장바구니가 비어 있습니다", "the cart is empty", reason="EMPTY_CART")
