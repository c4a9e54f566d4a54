"""Turning a line somebody asks for into a line of an order (MON-8, CAT-3, CAT-6)."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.caller import Profile
from jumak.domain.catalog import (
    CatalogItem,
    CategoryRef,
    ItemOptionChoice,
    ItemPrice,
    Menu,
    choose,
    require_sellable,
)
from jumak.domain.discount import Discount, StaffDiscount
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.domain.merchant import Shop
from jumak.domain.money import line_list, milli, rhu, won
from jumak.domain.order.types import (
    ItemSnapshot,
    LineBacking,
    OrderItem,
    OrderItemDto,
    QuantityValue,
)
from jumak.domain.tax import vat_bucket_of

NO_DISCOUNTS: tuple[Discount, ...] = ()


class LineDraft(Struct, frozen=True, kw_only=True, gc=False):
    """A line about to join an order: its public and its private half, and what was odd about it."""

    line: OrderItem
    record: LineBacking
    warnings: tuple[str, ...] = ()


class LineMaker(Struct, frozen=True, kw_only=True):
    """Makes the lines of one order for one caller at one instant."""

    menu: Menu
    shop: Shop
    profile: Profile
    order_id: str
    added_by: str
    created_ms: int
    strict_options: bool = False
    allow_sold_out: bool = False

    def make(self, dto: OrderItemDto, number: int, path: str, *, check_sale: bool = True) -> LineDraft:
        """A new line `number` of the order from a DTO line standing at `path`.

        check_sale: False for lines that were on the order before, which later sold-out marks do not
        touch (CAT-3).  Raises NotFound, InvalidArgument with the path, InvalidState ITEM_NOT_ON_SALE.
        """
        item, price = self._item(dto, path, check_sale=check_sale)
        quantity = self._quantity(dto, price, path)
        asked = [(choice.id, choice.quantity or 1) for choice in dto.option_choices or ()]
        choices: tuple[ItemOptionChoice, ...] = ()
        warnings: tuple[str, ...] = ()
        if asked or item.option_ids:
            choices, warnings = choose(
                item, asked, self.menu, path=path, strict=self.strict_options, check_sale=check_sale
            )
        surcharge = sum([choice.price_value * choice.quantity for choice in choices])
        discounts = dto.discounts or NO_DISCOUNTS
        given_away = _sum_of(discounts, path) if discounts else 0
        catalog_list = line_list(price.price_value, price.price_unit, surcharge, quantity)
        charge = self._charge(dto, path, catalog_list - given_away, surcharge, quantity)
        list_value = won(charge + given_away, path=f"{path}.chargePrice")
        asked_at_sale = price.price_type == "VARIABLE"
        return LineDraft(
            line=OrderItem(
                id=f"{self.order_id}-{number}",
                order_id=self.order_id,
                dining_option=dto.dining_option,
                item=ItemSnapshot(
                    id=item.id,
                    title=dto.item.title,
                    category=self._category(dto, item),
                    code=dto.item.code,
                    type=dto.item.type,
                    price_value=(
                        rhu(list_value * 1000, quantity) - surcharge if asked_at_sale else price.price_value
                    ),
                ),
                quantity=QuantityValue(dto.quantity.value),
                charge_price=Value(charge),
                option_choices=choices,
                discounts=discounts,
                memo=dto.memo or None,
            ),
            record=LineBacking(
                line_list=list_value,
                vat_bp=vat_bucket_of(dto.item.type, price.is_tax_free, self.shop),
                net=charge,
                vat=0,
                added_by=self.added_by,
                created_ms=self.created_ms,
                price_id=price.id,
                discountable=item.order_discountable,
                price_override=list_value != catalog_list and not asked_at_sale,
            ),
            warnings=warnings,
        )

    def _item(self, dto: OrderItemDto, path: str, *, check_sale: bool) -> tuple[CatalogItem, ItemPrice]:
        item = self.menu.item(dto.item.id)
        if item is None:
            raise NotFound(
                f"없는 상품입니다: {dto.item.title} ({dto.item.id})",
                f"{path}.item.id: there is no item {dto.item.id} on the menu",
                path=f"{path}.item.id",
            )
        price = item.default_price
        if check_sale:
            require_sellable(item, price, self.menu, allow_sold_out=self.allow_sold_out, path=path)
        return item, price

    def _quantity(self, dto: OrderItemDto, price: ItemPrice, path: str) -> int:
        quantity = milli(dto.quantity.value, path=f"{path}.quantity.value")
        if quantity % 1000 and price.price_type != "UNIT":
            raise InvalidArgument(
                "수량은 정수여야 합니다",
                f"{path}.quantity.value: only items sold by unit take decimals",
                path=f"{path}.quantity.value",
            )
        return quantity

    def _charge(self, dto: OrderItemDto, path: str, all_in: int, surcharge: int, quantity: int) -> int:
        sent = dto.charge_price.value
        if sent < 0:
            raise InvalidArgument(
                "금액은 0 이상이어야 합니다",
                f"{path}.chargePrice.value: an amount is zero or more",
                path=f"{path}.chargePrice.value",
            )
        # U-1: senders in the field leave option surcharges out; the documents say they are inside.
        if self.profile == "field" and sent != all_in:
            more = rhu(abs(surcharge) * quantity, 1000)
            return max(0, sent + (more if surcharge >= 0 else -more))
        return sent

    def _category(self, dto: OrderItemDto, item: CatalogItem) -> CategoryRef:
        sent = dto.item.category
        if sent.order is not None:
            return sent
        known = self.menu.category(sent.id) or self.menu.category(item.category_id)
        return sent if known is None else replace(sent, order=known.order)


def _sum_of(discounts: tuple[Discount, ...], path: str) -> int:
    total = 0
    for place, discount in enumerate(discounts):
        if discount.amount_money.value < 0:
            raise InvalidArgument(
                "할인 금액은 0 이상이어야 합니다",
                f"{path}.discounts[{place}].amountMoney.value: discounts are positive amounts",
                path=f"{path}.discounts[{place}].amountMoney.value",
                reason="INVALID_DISCOUNT",
            )
        total += discount.amount_money.value
    return total


def check_discounts(discounts: tuple[Discount, ...], path: str) -> None:
    """Order discounts are positive amounts too; raises InvalidArgument INVALID_DISCOUNT."""
    _sum_of(discounts, path)


def as_asked(discounts: tuple[Discount, ...]) -> tuple[StaffDiscount, ...]:
    """Amount discounts in the form in which inputs are remembered."""
    return tuple(
        StaffDiscount(title=each.title, amount_money=each.amount_money, title_i18n=each.title_i18n)
        for each in discounts
    )
