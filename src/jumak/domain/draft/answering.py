"""Who answers for a cart's discounts: a plugin for its own, for staff's large ones a manager, up to an amount (rulebook §7.5)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.catalog import Menu
from jumak.domain.discount import Discount
from jumak.domain.draft.amounts import line_discounts, list_value, order_discounts, priced
from jumak.domain.draft.types import CartDiscount, Draft
from jumak.domain.merchant import Shop
from jumak.domain.order.staff_edit import is_large


def approve_discounts(draft: Draft, menu: Menu, shop: Shop) -> Draft:
    """A manager said yes to the order discounts, as they are now."""
    comes_to = order_discounts(draft, priced(draft, menu, shop), menu, shop)
    return replace(draft, discounts=_approved(draft.discounts, comes_to))


def approve_line_discounts(draft: Draft, key: str, shop: Shop) -> Draft:
    """A manager said yes to the discounts of one line, as they are now."""
    return replace(
        draft,
        lines=tuple(
            replace(line, discounts=_approved(line.discounts, line_discounts(line, shop)))
            if line.key == key
            else line
            for line in draft.lines
        ),
    )


def exceeds_approved(draft: Draft, menu: Menu, shop: Shop) -> bool:
    """What staff gave is large by now, on a line or on the whole, and comes to more than a manager said yes to.

    A cart is changed after a discount is on it: a rate takes off more of a fuller one, an amount is most of one that
    was emptied.
    """
    price = priced(draft, menu, shop)
    for line in draft.lines:
        if _exceeds(line.discounts, line_discounts(line, shop), list_value(line.known), shop):
            return True
    comes_to = order_discounts(draft, price, menu, shop)
    return _exceeds(draft.discounts, comes_to, sum(line.charge for line in price.lines), shop)


def _approved(
    discounts: tuple[CartDiscount, ...], comes_to: tuple[Discount, ...]
) -> tuple[CartDiscount, ...]:
    return tuple(
        replace(discount, approved=each.amount_money.value)
        for discount, each in zip(discounts, comes_to, strict=True)
    )


def _exceeds(
    discounts: tuple[CartDiscount, ...], comes_to: tuple[Discount, ...], base: int, shop: Shop
) -> bool:
    ours = [
        (discount, each.amount_money.value)
        for discount, each in zip(discounts, comes_to, strict=True)
        if discount.by_staff
    ]
    if not is_large([discount for discount, _ in ours], base, shop):
        return False
    return sum(amount for _, amount in ours) > sum(discount.approved for discount, _ in ours)
