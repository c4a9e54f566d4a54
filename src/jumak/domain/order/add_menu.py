"""A further round on an order (rulebook §2.4).

Profile `documented`: the DTO is the whole desired order. Its lines carry no ids, so they are matched
by content; price and discounts are attributes, not identity (ADD-1). Profile `field`: the DTO's
lines are appended (ADD-8).
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from jumak.domain.base import Value
from jumak.domain.calendar import to_ms
from jumak.domain.caller import Profile
from jumak.domain.catalog import Menu
from jumak.domain.discount import Discount
from jumak.domain.errors import InvalidArgument
from jumak.domain.merchant import Shop
from jumak.domain.money import milli, won
from jumak.domain.order.edit import append_lines, check_editable, finish_edit
from jumak.domain.order.line import LineMaker, as_asked, check_discounts
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import LineBacking, Order, OrderDto, OrderItem, OrderItemDto, QuantityValue
from jumak.domain.price import ROUNDING_TITLE

Content = tuple[int, str | None, str, tuple[tuple[int, int], ...], str | None]


def add_menu(
    order: Order,
    dto: OrderDto,
    *,
    caller_id: str,
    profile: Profile,
    seen: frozenset[str],
    menu: Menu,
    shop: Shop,
    at: datetime,
    iso: str,
) -> Order:
    """The order after this round; the very same order when nothing changes (ADD-6).

    seen: ids of the lines in the last version this caller received (ADD-4).
    Raises InvalidState OVERPAID, ORDER_NOT_EDITABLE, ITEM_NOT_ON_SALE; InvalidArgument NO_SHARED_LINE,
    INVALID_DISCOUNT; NotFound for unknown items. Nothing is applied then (ADD-5).
    """
    check_editable(order, shop)
    check_discounts(dto.discounts or (), "$.order")
    if shop.order_rounding_unit > 1:
        # What a read returned may be written back: small change is cut anew, never twice (DSC-7, H-13).
        typed = tuple(each for each in dto.discounts or () if each.title != ROUNDING_TITLE)
        dto = replace(dto, discounts=typed)
    maker = LineMaker(
        menu=menu, shop=shop, profile=profile, order_id=order.id, added_by=caller_id, created_ms=to_ms(at)
    )
    if profile == "field":
        edited = appended(order, dto, maker)
    else:
        edited = _replaced(order, dto, maker, caller_id, seen)
    after = finish_edit(order, edited, shop, iso, strict=True)
    _check_taken(dto.discounts or (), after.discounts)
    return after


def _check_taken(sent: tuple[Discount, ...], applied: tuple[Discount, ...]) -> None:
    """Every discount sent was given in full, also beside those of staff, which are clipped (DSC-4)."""
    left = list(applied)
    for place, discount in enumerate(sent):
        if discount in left:
            left.remove(discount)
        elif discount.amount_money.value:
            path = f"$.order.discounts[{place}]"
            raise InvalidArgument(
                "할인 금액이 대상 금액보다 큽니다",
                f"{path}: a discount of {discount.amount_money.value} is more than what is left of its base",
                reason="INVALID_DISCOUNT",
                path=path,
            )


def appended(order: Order, dto: OrderDto, maker: LineMaker) -> Order:
    """The order with the lines and discounts of another round at their ends, not yet priced (ADD-8).

    Memo and guests are replaced only if given.
    """
    first = backing_of(order).next_line
    drafts = [
        maker.make(line, first + place, f"$.order.lineItems[{place}]")
        for place, line in enumerate(dto.line_items)
    ]
    edited = append_lines(order, drafts)
    backing = backing_of(edited)
    more = dto.discounts or ()
    if backing.staff_discounts is not None:
        backing = replace(backing, staff_discounts=backing.staff_discounts + as_asked(more))
    return replace(
        edited,
        discounts=order.discounts + more,
        memo=order.memo if dto.memo is None else dto.memo or None,
        num_guests=order.num_guests if dto.num_guests is None else dto.num_guests,
        backing=backing,
    )


def _replaced(order: Order, dto: OrderDto, maker: LineMaker, caller_id: str, seen: frozenset[str]) -> Order:
    wanted = _wanted(dto)
    stored: dict[Content, list[OrderItem]] = {}
    for line in order.line_items:
        stored.setdefault(_content(line), []).append(line)
    if stored and not wanted.keys() & stored.keys():
        raise InvalidArgument(
            "보낸 주문에 기존 상품이 하나도 없습니다. addMenu에는 전체 주문을 보내거나, "
            "추가분만 보내려면 플러그인 프로필을 field로 바꿔 주세요",
            "the order sent shares no line with the stored one: addMenu takes the whole desired order; "
            "to send only the new lines switch the plugin to profile `field`",
            reason="NO_SHARED_LINE",
            path="$.order.lineItems",
        )
    backing = backing_of(order)
    lines: list[OrderItem] = []
    records: dict[str, LineBacking] = {}
    for key, group in stored.items():
        if key in wanted:
            place, asked = wanted.pop(key)
            kept = _matched(group, asked, f"$.order.lineItems[{place}]", maker, backing.lines)
        else:
            # ADD-4: what the caller has never seen was added meanwhile by somebody else.
            kept = [
                (line, backing.lines[line.id])
                for line in group
                if line.id not in seen and backing.lines[line.id].added_by != caller_id
            ]
        for line, record in kept:
            lines.append(line)
            records[line.id] = record
    place_of = {line.id: place for place, line in enumerate(order.line_items)}
    lines.sort(key=lambda line: place_of[line.id])
    number = backing.next_line
    for place, asked in wanted.values():
        draft = maker.make(asked, number, f"$.order.lineItems[{place}]")
        number += 1
        lines.append(draft.line)
        records[draft.line.id] = draft.record
    discounts = dto.discounts or ()
    typed = backing.staff_discounts
    if typed is not None:
        typed = as_asked(discounts)
        if typed == backing.staff_discounts:
            discounts = order.discounts  # with the small change that is cut off them (ADD-6)
    return replace(
        order,
        line_items=tuple(lines),
        discounts=discounts,
        memo=dto.memo or None,
        num_guests=dto.num_guests,
        backing=replace(backing, lines=records, next_line=number, staff_discounts=typed),
    )


def _content(line: OrderItem) -> Content:
    choices = tuple(sorted((choice.id, choice.quantity) for choice in line.option_choices))
    return line.item.id, line.item.code, line.dining_option, choices, line.memo


def _wanted(dto: OrderDto) -> dict[Content, tuple[int, OrderItemDto]]:
    """The DTO's lines by content, equal ones summed (ADD-1), with the place of the first."""
    wanted: dict[Content, tuple[int, OrderItemDto]] = {}
    for place, line in enumerate(dto.line_items):
        merged: dict[int, int] = {}
        for choice in line.option_choices or ():
            merged[choice.id] = merged.get(choice.id, 0) + (choice.quantity or 1)
        memo = line.memo or None
        key = (line.item.id, line.item.code, line.dining_option, tuple(sorted(merged.items())), memo)
        if key in wanted:
            first_place, first = wanted[key]
            line = replace(
                first,
                quantity=replace(first.quantity, value=first.quantity.value + line.quantity.value),
                charge_price=Value(first.charge_price.value + line.charge_price.value),
                discounts=(first.discounts or ()) + (line.discounts or ()),
            )
            place = first_place
        wanted[key] = place, line
    return wanted


def _matched(
    group: list[OrderItem],
    asked: OrderItemDto,
    path: str,
    maker: LineMaker,
    records: dict[str, LineBacking],
) -> list[tuple[OrderItem, LineBacking]]:
    """The stored lines of one content brought to what is asked: ids, times and snapshots stay (ADD-2).

    Several equal lines stay as they are when they already add up; otherwise the first takes it all.
    """
    stored_milli = sum(milli(line.quantity.value) for line in group)
    stored_charge = sum(line.charge_price.value for line in group)
    stored_discounts = tuple(each for line in group for each in line.discounts)
    quantity = milli(asked.quantity.value, path=f"{path}.quantity.value")
    discounts = asked.discounts or ()
    charge = asked.charge_price.value
    if (quantity, charge, discounts) == (stored_milli, stored_charge, stored_discounts):
        return [(line, records[line.id]) for line in group]
    # A probe line applies every check of a new one; sold-out marks only bar more than there was (CAT-3).
    maker.make(asked, 0, path, check_sale=quantity > stored_milli)
    line, record = group[0], records[group[0].id]
    given_away = sum(each.amount_money.value for each in discounts)
    line_list = won(charge + given_away, path=f"{path}.chargePrice.value")
    stored_list = sum(records[each.id].line_list for each in group)
    return [
        (
            replace(
                line,
                quantity=QuantityValue(asked.quantity.value),
                charge_price=Value(charge),
                discounts=discounts,
            ),
            replace(
                record,
                line_list=line_list,
                staff_discounts=None,
                price_override=record.price_override or line_list * stored_milli != stored_list * quantity,
            ),
        )
    ]
