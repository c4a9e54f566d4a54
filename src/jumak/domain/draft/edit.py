"""Changing a cart: lines, discounts, header, and the payment screen that holds it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from jumak.domain.catalog import Menu, choose, require_sellable
from jumak.domain.discount import StaffDiscount
from jumak.domain.draft.amounts import (
    LINE,
    check_filled,
    check_within,
    line_discounts,
    list_value,
    order_discounts,
    priced,
    with_discount,
)
from jumak.domain.draft.types import CartDiscount, Draft, DraftChoice, DraftLine, DraftLineDto
from jumak.domain.errors import (
    DuplicateKey,
    HostUnavailable,
    InvalidArgument,
    Locked,
    NotFound,
    PermissionDenied,
)
from jumak.domain.merchant import Shop
from jumak.domain.money import milli
from jumak.domain.order.staff_edit import check_staff_discounts
from jumak.domain.order.types import DiningOption

PAYMENT_SCREEN_MS: Final = 600_000
"""An opened payment screen holds the cart for so long at most, should its till never come back."""

MAX_LINES: Final = 500
"""As many as an order takes."""


def read_line(sent: dict[str, Any], new_key: str) -> DraftLine:
    """A line as it was sent; null means absent. new_key: its key when it brings none.

    Raises InvalidArgument naming the field.
    """
    given = _without_nulls(sent)
    try:
        known = msgspec.convert(given, DraftLineDto)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        path = f"{LINE}{where.rstrip('`')}"
        raise InvalidArgument(f"입력값이 올바르지 않습니다 ({path})", f"{path}: {what}", path=path) from None
    _check_quantity(known, known.quantity, f"{LINE}.quantity")
    return DraftLine(
        key=known.key or new_key,
        known=known,
        sent=given,
        discounts=tuple(
            CartDiscount(title=each.title, amount_money=each.amount_money, title_i18n=each.title_i18n)
            for each in known.discount
        ),
    )


def add_line(draft: Draft, line: DraftLine, menu: Menu, shop: Shop, *, staff: bool) -> Draft:
    """The cart with one more line, never merged with another.

    staff: sold-out items may be sold all the same (CAT-3), options must fit (CAT-5) and discounts
    are clipped; a plugin's discount above its base is refused (DSC-4).
    Raises DuplicateKey DRAFT_KEY, NotFound, InvalidArgument, InvalidState ITEM_NOT_ON_SALE.
    """
    if any(each.key == line.key for each in draft.lines):
        raise DuplicateKey(
            "이미 있는 상품 줄입니다",
            f"a line with key {line.key!r} is in the cart already",
            reason="DRAFT_KEY",
            id=line.key,
        )
    if len(draft.lines) >= MAX_LINES:
        raise InvalidArgument(
            f"장바구니에는 {MAX_LINES}줄까지 담을 수 있습니다",
            f"a cart holds {MAX_LINES} lines at most",
            path=LINE,
        )
    item = menu.item(line.known.item.id)
    require_sellable(
        item, item.default_price if item else None, menu, allow_sold_out=staff, path=f"{LINE}.item.id"
    )
    _check_choices(line.known, menu, path=LINE, staff=staff)
    if not staff:
        for place, (asked, comes_to) in enumerate(
            zip(line.discounts, line_discounts(line, shop), strict=True)
        ):
            check_within(asked, comes_to, f"{LINE}.discount[{place}]")
    discounts = tuple(replace(each, by_staff=staff) for each in line.discounts)
    return replace(draft, lines=(*draft.lines, replace(line, discounts=discounts)))


def delete_line(draft: Draft, key: str) -> Draft:
    """The cart without this line, whoever fixed what on it. Raises NotFound."""
    line = find_line(draft, key)
    return replace(draft, lines=tuple(each for each in draft.lines if each is not line))


def set_quantity(draft: Draft, key: str, quantity: int | float, *, staff: bool) -> Draft:
    """Another quantity. Raises NotFound, InvalidArgument, PermissionDenied LINE_FIXED."""
    line = find_line(draft, key)
    _check_quantity(line.known, quantity, "$.quantity")
    if quantity == line.known.quantity:
        return draft
    _check_free(line, "quantity_fixed", staff=staff)
    return _with_line(draft, line, replace(line, known=replace(line.known, quantity=quantity)))


def set_choices(
    draft: Draft, key: str, choices: tuple[dict[str, Any], ...], menu: Menu, *, staff: bool
) -> Draft:
    """Other options. Raises NotFound, InvalidArgument, InvalidState, PermissionDenied LINE_FIXED."""
    line = find_line(draft, key)
    given = [_without_nulls(each) for each in choices]
    try:
        known = replace(line.known, option_choices=msgspec.convert(given, tuple[DraftChoice, ...]))
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        path = f"$.optionChoices{where.rstrip('`')}"
        raise InvalidArgument(f"입력값이 올바르지 않습니다 ({path})", f"{path}: {what}", path=path) from None
    sent = line.sent | {"optionChoices": given}
    if sent == line.sent:
        return draft
    _check_free(line, "option_fixed", staff=staff)
    _check_choices(known, menu, path="$", staff=staff)
    return _with_line(draft, line, replace(line, known=known, sent=sent))


def set_dining_option(draft: Draft, key: str | None, option: DiningOption) -> Draft:
    """How a line, without a key every line, is eaten. Raises NotFound."""
    if key is not None:
        find_line(draft, key)
    return replace(
        draft,
        lines=tuple(
            replace(line, known=replace(line.known, dining_option=option))
            if key in (None, line.key)
            else line
            for line in draft.lines
        ),
    )


def set_memo(draft: Draft, key: str, memo: str, *, staff: bool) -> Draft:
    """Another note. Raises NotFound, PermissionDenied LINE_FIXED."""
    line = find_line(draft, key)
    if memo == (line.known.memo or ""):
        return draft
    _check_free(line, "memo_fixed", staff=staff)
    return _with_line(draft, line, replace(line, known=replace(line.known, memo=memo)))


def find_line(draft: Draft, key: str) -> DraftLine:
    """The line of this key; raises NotFound."""
    for line in draft.lines:
        if line.key == key:
            return line
    raise NotFound("장바구니에 없는 상품 줄입니다", f"the cart has no line {key[:64]!r}", path="$.key")


# -- discounts and header --------------------------------------------------------------------------


def add_discount(draft: Draft, discount: StaffDiscount, menu: Menu, shop: Shop, *, staff: bool) -> Draft:
    """One more order discount (DSC-1 … DSC-7). staff: above its base it is clipped, a plugin's is refused (DSC-4)."""
    check_staff_discounts((discount,), "$.discount")
    after = replace(draft, discounts=with_discount(draft.discounts, _of_cart(discount, staff=staff)))
    comes_to = order_discounts(after, priced(after, menu, shop), menu, shop)
    if not staff:
        check_within(discount, comes_to[-1], "$.discount")
    return after


def add_line_discount(draft: Draft, key: str, discount: StaffDiscount, shop: Shop, *, staff: bool) -> Draft:
    """One more discount on a line. staff: as above."""
    line = find_line(draft, key)
    check_staff_discounts((discount,), "$.discount")
    after = replace(line, discounts=with_discount(line.discounts, _of_cart(discount, staff=staff)))
    if not staff:
        check_within(discount, line_discounts(after, shop)[-1], "$.discount")
    return _with_line(draft, line, after)


def delete_discount(draft: Draft, index: int) -> Draft:
    """The cart without this order discount, counted from 0. Raises NotFound."""
    return replace(draft, discounts=_without(draft.discounts, index))


def delete_line_discount(draft: Draft, key: str, index: int) -> Draft:
    """The cart without this discount of a line, counted from 0. Raises NotFound."""
    line = find_line(draft, key)
    return _with_line(draft, line, replace(line, discounts=_without(line.discounts, index)))


def set_header(
    draft: Draft, *, memo: str | None = None, table_id: int | None = None, num_guests: int | None = None
) -> Draft:
    """Note, table and guests; None keeps, an empty text or 0 clears."""
    return replace(
        draft,
        memo=draft.memo if memo is None else memo or None,
        table_id=draft.table_id if table_id is None else table_id or None,
        num_guests=draft.num_guests if num_guests is None else num_guests or None,
    )


# -- paying ----------------------------------------------------------------------------------------


def check_free(draft: Draft, at_ms: int) -> None:
    """No payment screen is open on the cart. Raises Locked PAYMENT_IN_PROGRESS with the latest end."""
    if draft.paying(at_ms):
        raise Locked(
            "결제가 진행 중입니다. 결제 화면을 닫은 뒤 다시 시도해 주세요",
            "a payment screen is open on this cart",
            reason="PAYMENT_IN_PROGRESS",
            until=draft.paying_until_ms,
        )


def start_payment(draft: Draft, at_ms: int, *, till_connected: bool) -> Draft:
    """The cart with its payment screen open.

    Raises, in this order, InvalidState EMPTY_CART, Locked, HostUnavailable.
    """
    check_filled(draft)
    check_free(draft, at_ms)
    if not till_connected:
        raise HostUnavailable(
            "결제 화면을 열 포스가 연결되어 있지 않습니다", "no till is connected that could take the money"
        )
    return replace(draft, paying_until_ms=at_ms + PAYMENT_SCREEN_MS)


def stop_payment(draft: Draft) -> Draft:
    """The payment screen was left without paying: the cart may be changed again."""
    return replace(draft, paying_until_ms=None)


def _check_choices(line: DraftLineDto, menu: Menu, *, path: str, staff: bool) -> None:
    list_value(line, path=path)
    item = menu.item(line.item.id)
    if item is not None:
        chosen = [(choice.id, choice.quantity) for choice in line.option_choices]
        choose(item, chosen, menu, path=path, strict=staff)


def _check_quantity(line: DraftLineDto, quantity: int | float, path: str) -> None:
    if milli(quantity, path=path) % 1000 and line.item_price.price_type != "UNIT":
        raise InvalidArgument(
            "수량은 정수여야 합니다", f"{path}: only items sold by unit take decimals", path=path
        )


def _check_free(line: DraftLine, part: str, *, staff: bool) -> None:
    fixed = line.known.metadata
    if staff and fixed is not None and getattr(fixed, part):
        raise PermissionDenied(
            "플러그인이 고정한 항목은 수정할 수 없습니다. 줄을 삭제할 수는 있습니다",
            f"the plugin fixed this part of the line ({part}); the line can be deleted",
            reason="LINE_FIXED",
            key=line.key,
        )


def _of_cart(discount: StaffDiscount, *, staff: bool) -> CartDiscount:
    return CartDiscount(
        title=discount.title,
        amount_money=discount.amount_money,
        percent_bp=discount.percent_bp,
        title_i18n=discount.title_i18n,
        by_staff=staff,
    )


def _with_line(draft: Draft, before: DraftLine, after: DraftLine) -> Draft:
    return replace(draft, lines=tuple(after if each is before else each for each in draft.lines))


def _without(discounts: tuple[CartDiscount, ...], index: int) -> tuple[CartDiscount, ...]:
    if not 0 <= index < len(discounts):
        raise NotFound("없는 할인입니다", f"there is no discount {index}", path="$.indexOfDiscount")
    return discounts[:index] + discounts[index + 1 :]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(each) for each in value]
    return value
