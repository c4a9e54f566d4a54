"""Edits staff make on an order: one line, or the order as a whole (rulebook §1.3, §7.5)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.catalog import Menu, choose
from jumak.domain.discount import Discount, StaffDiscount
from jumak.domain.errors import InvalidArgument, NotFound
from jumak.domain.merchant import Shop
from jumak.domain.money import milli, rhu, won
from jumak.domain.order.edit import check_editable, finish_edit
from jumak.domain.order.line import as_asked
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import LineBacking, Order, OrderItem, QuantityValue
from jumak.domain.price import ROUNDING_TITLE


class LineChange(Struct, frozen=True, kw_only=True):
    """What to change on a line; None leaves it as it is."""

    quantity: int | float | None = None
    choices: tuple[tuple[int, int], ...] | None = None
    memo: str | None = None
    discounts: tuple[StaffDiscount, ...] | None = None
    charge_price: int | None = None
    seat: int | None = None


class HeaderChange(Struct, frozen=True, kw_only=True):
    """What to change on the order as a whole; None leaves it as it is."""

    memo: str | None = None
    num_guests: int | None = None
    discounts: tuple[StaffDiscount, ...] | None = None
    tip: int | None = None


def find_line(order: Order, line_id: str) -> OrderItem:
    """The line of this id; raises NotFound."""
    for line in order.line_items:
        if line.id == line_id:
            return line
    raise NotFound("주문에 없는 상품 줄입니다", f"lineId: the order has no line {line_id}", path="$.lineId")


def update_line(order: Order, line_id: str, change: LineChange, *, menu: Menu, shop: Shop, iso: str) -> Order:
    """The order with one line changed; the very same order when nothing does.

    A new quantity scales the list price; new choices add their surcharge; a charge price overrides
    (MON-8). Raises InvalidArgument, NotFound, InvalidState OVERPAID or ORDER_NOT_EDITABLE.
    """
    check_editable(order, shop)
    line = find_line(order, line_id)
    backing = backing_of(order)
    record = backing.lines[line_id]
    if change.quantity is not None:
        line, record = _with_quantity(line, record, change.quantity, menu)
    if change.choices is not None:
        line, record = _with_choices(line, record, change.choices, menu)
    if change.memo is not None:
        line = replace(line, memo=change.memo or None)
    if change.seat is not None:
        record = replace(record, seat=change.seat)
    if change.discounts is not None:
        check_staff_discounts(change.discounts)
        if change.discounts != _asked(record.staff_discounts, line.discounts):
            record = replace(record, staff_discounts=change.discounts)
    if change.charge_price is not None:
        line, record = _with_charge(line, record, change.charge_price)
    return finish_edit(order, with_line(order, line, record), shop, iso)


def with_line(order: Order, line: OrderItem, record: LineBacking) -> Order:
    """The order with this line in the place of the one with its id, not yet priced."""
    backing = backing_of(order)
    return replace(
        order,
        line_items=tuple(line if each.id == line.id else each for each in order.line_items),
        backing=replace(backing, lines=backing.lines | {line.id: record}),
    )


def without_line(order: Order, line_id: str) -> Order:
    """The order without this line, not yet priced."""
    backing = backing_of(order)
    return replace(
        order,
        line_items=tuple(each for each in order.line_items if each.id != line_id),
        backing=replace(
            backing, lines={key: record for key, record in backing.lines.items() if key != line_id}
        ),
    )


def remove_line(order: Order, line_id: str, *, shop: Shop, iso: str) -> Order:
    """The order without one line. Raises NotFound, InvalidState OVERPAID or ORDER_NOT_EDITABLE."""
    check_editable(order, shop)
    find_line(order, line_id)
    return finish_edit(order, without_line(order, line_id), shop, iso)


def update_header(order: Order, change: HeaderChange, *, shop: Shop, iso: str) -> Order:
    """Memo, guests, order discounts and tip; the very same order when nothing changes (DSC-1…9, VAT-4)."""
    check_editable(order, shop)
    edited = order
    if change.memo is not None:
        edited = replace(edited, memo=change.memo or None)
    if change.num_guests is not None:
        edited = replace(edited, num_guests=change.num_guests)
    if change.discounts is not None:
        check_staff_discounts(change.discounts)
        backing = backing_of(edited)
        if change.discounts != _asked(backing.staff_discounts, edited.discounts):
            edited = replace(edited, backing=replace(backing, staff_discounts=change.discounts))
    if change.tip is not None:
        price = replace(edited.charge_price, charge_tip_value=won(change.tip, path="$.tip"))
        edited = replace(edited, charge_price=price)
    return finish_edit(order, edited, shop, iso)


def check_staff_discounts(discounts: Sequence[StaffDiscount], path: str = "$.discounts") -> None:
    """Each is exactly one of an amount and a rate; raises InvalidArgument INVALID_DISCOUNT."""
    for place, discount in enumerate(discounts):
        amount = discount.amount_money
        if (amount is None) == (discount.percent_bp is None) or (amount is not None and amount.value < 0):
            raise InvalidArgument(
                "할인은 금액 또는 할인율 중 하나로 입력해 주세요",
                f"{path}[{place}]: give exactly one of amountMoney (zero or more) and percentBp",
                reason="INVALID_DISCOUNT",
                path=f"{path}[{place}]",
            )


def needs_approval(order: Order, line: OrderItem, change: LineChange, shop: Shop) -> bool:
    """Sent quantity down, price override or large discount: a manager's right (§7.5)."""
    if change.charge_price is not None:
        return True
    sent = was_sent(order, line.id)
    if change.quantity is not None and sent and change.quantity < line.quantity.value:
        return True
    return change.discounts is not None and is_large(
        change.discounts, backing_of(order).lines[line.id].line_list, shop
    )


def exceeds_role(before: Order | None, after: Order, shop: Shop) -> bool:
    """Whatever was sent to get there: a sent line less, a price of its own, a large discount (§7.5).

    before: None for a new order.
    """
    old_lines = {} if before is None else {line.id: line for line in before.line_items}
    old_records = {} if before is None else backing_of(before).lines
    new_lines = {line.id: line for line in after.line_items}
    for line_id, old in old_lines.items():
        new = new_lines.get(line_id)
        if (new is None or new.quantity.value < old.quantity.value) and was_sent(after, line_id):
            return True
    for line_id, record in backing_of(after).lines.items():
        line, known = new_lines[line_id], old_records.get(line_id)
        if record.price_override and (known is None or record.line_list != known.line_list):
            return True
        changed = line_id not in old_lines or line.discounts != old_lines[line_id].discounts
        if changed and is_large(as_asked(line.discounts), record.line_list, shop):
            return True
    changed = before is None or after.discounts != before.discounts
    return changed and is_large(
        as_asked(_typed_by_hand(after)), after.charge_price.charge_list_price_value, shop
    )


def _typed_by_hand(order: Order) -> tuple[Discount, ...]:
    """The order's discounts without the cut of small change, which nobody gave (DSC-7)."""
    return tuple(each for each in order.discounts if each.title != ROUNDING_TITLE)


def was_sent(order: Order, line_id: str) -> bool:
    """The kitchen has this line."""
    return any(tally.line_id == line_id and tally.ordered > 0 for tally in backing_of(order).tallies)


def is_large(discounts: Sequence[StaffDiscount], base: int, shop: Shop) -> bool:
    """Together more than the rate staff may give by themselves (§7.5). base: won."""
    return _given(discounts, base) * 10_000 > base * shop.large_discount_bp


def _given(discounts: Sequence[StaffDiscount], base: int) -> int:
    """Won that these take off together. base: won they are rates of."""
    return sum(
        discount.amount_money.value
        if discount.amount_money is not None
        else rhu(base * (discount.percent_bp or 0), 10_000)
        for discount in discounts
    )


def _asked(typed: tuple[StaffDiscount, ...] | None, given: tuple[Discount, ...]) -> tuple[StaffDiscount, ...]:
    return as_asked(given) if typed is None else typed


def _with_quantity(
    line: OrderItem, record: LineBacking, quantity: int | float, menu: Menu
) -> tuple[OrderItem, LineBacking]:
    old, new = milli(line.quantity.value), milli(quantity, path="$.quantity")
    if new <= 0:
        raise InvalidArgument(
            "수량은 1 이상이어야 합니다",
            "quantity: one or more; remove the line with order.remove-line",
            path="$.quantity",
        )
    item = menu.item(line.item.id)
    by_unit = item is not None and any(
        price.price_type == "UNIT" for price in item.prices if price.id == record.price_id
    )
    if new % 1000 and not by_unit:
        raise InvalidArgument(
            "수량은 정수여야 합니다", "quantity: only items sold by unit take decimals", path="$.quantity"
        )
    scaled = won(rhu(record.line_list * new, old), path="$.quantity")
    return replace(line, quantity=QuantityValue(quantity)), replace(record, line_list=scaled)


def _with_choices(
    line: OrderItem, record: LineBacking, asked: tuple[tuple[int, int], ...], menu: Menu
) -> tuple[OrderItem, LineBacking]:
    item = menu.item(line.item.id)
    if item is None:
        raise NotFound("없는 상품입니다", f"there is no item {line.item.id} on the menu", path="$.lineId")
    choices, _ = choose(item, list(asked), menu, path="$", strict=True)
    before = sum(choice.price_value * choice.quantity for choice in line.option_choices)
    after = sum(choice.price_value * choice.quantity for choice in choices)
    more = rhu(abs(after - before) * milli(line.quantity.value), 1000)
    line_list = record.line_list + (more if after >= before else -more)
    return (
        replace(line, option_choices=choices),
        replace(record, line_list=max(0, won(line_list, path="$.optionChoices"))),
    )


def _with_charge(line: OrderItem, record: LineBacking, charge: int) -> tuple[OrderItem, LineBacking]:
    if charge < 0:
        raise InvalidArgument(
            "금액은 0 이상이어야 합니다", "chargePrice.value: zero or more", path="$.chargePrice.value"
        )
    asked = record.staff_discounts
    given_away = sum(each.amount_money.value for each in line.discounts)
    if asked is not None and all(each.percent_bp is None for each in asked):
        given_away = sum(each.amount_money.value for each in asked if each.amount_money is not None)
    line_list = won(charge + given_away, path="$.chargePrice.value")
    if asked is not None and any(each.percent_bp is not None for each in asked):
        # The price was named as what the guest pays: a rate on it would lower it once more.
        asked = tuple(
            StaffDiscount(title=each.title, amount_money=each.amount_money, title_i18n=each.title_i18n)
            for each in line.discounts
        )
    return (
        replace(line, charge_price=Value(charge)),
        replace(record, line_list=line_list, price_override=True, staff_discounts=asked),
    )
