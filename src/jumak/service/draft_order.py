"""Use cases of the cart: one per device, shared by staff and plugins (contract, draft-order; extensions §5)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jumak.domain.approval import ActAbout, ApprovedCart
from jumak.domain.calendar import calendar_of, to_ms
from jumak.domain.caller import Caller
from jumak.domain.draft.amounts import (
    has_menu_choices,
    has_menu_price,
    list_value,
    priced,
    to_order,
)
from jumak.domain.draft.answering import approve_discounts, approve_line_discounts, exceeds_approved
from jumak.domain.draft.edit import (
    add_discount,
    add_line,
    add_line_discount,
    check_free,
    delete_discount,
    delete_line,
    delete_line_discount,
    find_line,
    read_line,
    set_choices,
    set_dining_option,
    set_header,
    set_memo,
    set_quantity,
    start_payment,
    stop_payment,
)
from jumak.domain.draft.types import Draft
from jumak.domain.errors import NotFound, PermissionDenied
from jumak.domain.order.add import generated_key
from jumak.domain.order.add_menu import appended
from jumak.domain.order.edit import check_editable, finish_edit
from jumak.domain.order.history import LineQuantity
from jumak.domain.order.line import LineMaker
from jumak.domain.order.staff_edit import is_large
from jumak.domain.order.types import Order
from jumak.domain.table import TableRecord
from jumak.protocol.messages.draft_order import (
    AddDraftDiscount,
    AddDraftItemDiscount,
    AddLineItem,
    DiscountByIndex,
    DraftReply,
    LineByKey,
    LineDiscountByIndex,
    StartPayment,
    SubmitDraft,
    UpdateDiningOption,
    UpdateDraft,
    UpdateIgnorePrint,
    UpdateItemMemo,
    UpdateItemOptionChoices,
    UpdateItemQuantity,
)
from jumak.protocol.messages.order import OrderReply
from jumak.protocol.row import Done, Nothing
from jumak.service.approval import Approvable, check_manager, require_manager
from jumak.service.cart import cart_of, editable, keep_cart, view_of
from jumak.service.documents import Cart, Device
from jumak.service.keeping import check_unlocked, keep, known_order, order_fact
from jumak.service.order import check_reopening, check_table, open_order
from jumak.service.ports import Reader, Transaction, menu_of
from jumak.service.registry import command, query
from jumak.service.table import shown


@query("draft-order.get.request")
async def get(read: Reader, caller: Caller, data: Nothing) -> DraftReply:
    """The cart, empty when nothing was put in."""
    _, draft = await cart_of(read, caller)
    return DraftReply(draft_order=await view_of(read, draft))


@command("draft-order.clear.request")
async def clear(tx: Transaction, data: Nothing) -> DraftReply:
    """Empty everything, staff's lines included. Raises Locked while a payment screen is open."""
    return await keep_cart(tx, await editable(tx), Draft())


@command("draft-order.add-line-item.request")
async def add_line_item(tx: Transaction, data: AddLineItem) -> DraftReply:
    """One more line; what staff have sold out they may sell all the same (CAT-3)."""
    draft = await editable(tx)
    line = read_line(data.line_item, generated_key(tx.ids.new()))
    menu = await menu_of(tx)
    after = add_line(draft, line, menu, tx.shop, staff=tx.caller.is_staff)
    if not (has_menu_price(line, menu) and has_menu_choices(line, menu)):
        _check_own_price(tx.caller, "draft-order.add-line-item")
    if tx.caller.is_staff and is_large(line.discounts, list_value(line.known), tx.shop):
        check_manager(tx.caller, "draft-order.add-line-item")
    if tx.caller.may("staff:manage"):
        after = approve_line_discounts(after, line.key, tx.shop)
    return await keep_cart(tx, draft, after)


@command("draft-order.delete-line-item.request")
async def delete_line_item(tx: Transaction, data: LineByKey) -> DraftReply:
    """Take a line out."""
    draft = await editable(tx)
    return await keep_cart(tx, draft, delete_line(draft, data.key))


@command("draft-order.delete-discount.request")
async def delete_order_discount(tx: Transaction, data: DiscountByIndex) -> DraftReply:
    """Take an order discount off."""
    draft = await editable(tx)
    return await keep_cart(tx, draft, delete_discount(draft, data.index_of_discount))


@command("draft-order.delete-item-discount.request")
async def delete_item_discount(tx: Transaction, data: LineDiscountByIndex) -> DraftReply:
    """Take a line's discount off."""
    draft = await editable(tx)
    return await keep_cart(tx, draft, delete_line_discount(draft, data.key, data.index_of_discount))


@command("draft-order.update-item-quantity.request")
async def update_item_quantity(tx: Transaction, data: UpdateItemQuantity) -> DraftReply:
    """Another quantity of a line."""
    draft = await editable(tx)
    return await keep_cart(tx, draft, set_quantity(draft, data.key, data.quantity, staff=tx.caller.is_staff))


@command("draft-order.update-item-option-choices.request")
async def update_item_option_choices(tx: Transaction, data: UpdateItemOptionChoices) -> DraftReply:
    """Other options of a line."""
    draft = await editable(tx)
    menu = await menu_of(tx)
    after = set_choices(draft, data.key, data.option_choices, menu, staff=tx.caller.is_staff)
    if not has_menu_choices(find_line(after, data.key), menu):
        _check_own_price(tx.caller, "draft-order.update-item-option-choices")
    return await keep_cart(tx, draft, after)


@command("draft-order.update-item-memo.request")
async def update_item_memo(tx: Transaction, data: UpdateItemMemo) -> DraftReply:
    """Another note on a line."""
    draft = await editable(tx)
    return await keep_cart(tx, draft, set_memo(draft, data.key, data.memo, staff=tx.caller.is_staff))


@command("draft-order.update-dining-option.request")
async def update_dining_option(tx: Transaction, data: UpdateDiningOption) -> DraftReply:
    """How one line, or every line, is eaten."""
    draft = await editable(tx)
    return await keep_cart(tx, draft, set_dining_option(draft, data.key, data.dining_option))


@command("draft-order.update-is-ignore-print.request")
async def update_is_ignore_print(tx: Transaction, data: UpdateIgnorePrint) -> DraftReply:
    """Whether a kitchen slip is printed for this cart."""
    draft = await editable(tx)
    return await keep_cart(tx, draft, replace(draft, ignore_print=data.ignore_print))


@command("draft-order.add-discount.request")
async def add_order_discount(tx: Transaction, data: AddDraftDiscount) -> DraftReply:
    """An order discount; staff below manager need approval for a large one (rulebook §7.5)."""
    draft = await editable(tx)
    menu = await menu_of(tx)
    after = add_discount(draft, data.discount, menu, tx.shop, staff=tx.caller.is_staff)
    base = sum(line.charge for line in priced(draft, menu, tx.shop).lines)
    large = tx.caller.is_staff and is_large(after.discounts, base, tx.shop)
    if large:
        about = await _about_discount(tx, draft, after)
        await require_manager(tx, "draft-order.add-discount", data, about)
    if large or tx.caller.may("staff:manage"):
        after = approve_discounts(after, menu, tx.shop)
    return await keep_cart(tx, draft, after)


@command("draft-order.add-item-discount.request")
async def add_item_discount(tx: Transaction, data: AddDraftItemDiscount) -> DraftReply:
    """A line discount; staff below manager need approval for a large one (rulebook §7.5)."""
    draft = await editable(tx)
    after = add_line_discount(draft, data.key, data.discount, tx.shop, staff=tx.caller.is_staff)
    line = find_line(after, data.key)
    base = list_value(line.known)
    large = tx.caller.is_staff and is_large(line.discounts, base, tx.shop)
    if large:
        about = await _about_line_discount(tx, draft, after, data.key)
        await require_manager(tx, "draft-order.add-item-discount", data, about)
    if large or tx.caller.may("staff:manage"):
        after = approve_line_discounts(after, data.key, tx.shop)
    return await keep_cart(tx, draft, after)


@command("draft-order.update.request")
async def update(tx: Transaction, data: UpdateDraft) -> DraftReply:
    """Note, table and guests. Raises NotFound for the table."""
    draft = await editable(tx)
    if data.table_id:
        table = await tx.get(TableRecord, data.table_id)
        if table is None or table.deleted:
            raise NotFound("없는 테이블입니다", f"there is no table {data.table_id}", path="$.tableId")
    after = set_header(draft, memo=data.memo, table_id=data.table_id, num_guests=data.num_guests)
    return await keep_cart(tx, draft, after)


@command("draft-order.start-payment")
async def start(tx: Transaction, data: StartPayment) -> Done:
    """Open the payment screen; a cart that costs nothing becomes a completed order at once.

    Raises PermissionDenied APPROVAL_NEEDED for the latter as `submit` does.
    """
    _, draft = await cart_of(tx, tx.caller)
    opened = start_payment(draft, to_ms(tx.at), till_connected=tx.live.till_connected())
    if (await view_of(tx, draft)).price.order_price_value > 0:
        await keep_cart(tx, draft, opened)
        return Done()
    await _submitted(tx, draft, ("draft-order.start-payment", data), completed=True)
    return Done()


@command("draft-order.stop-payment.request")
async def stop(tx: Transaction, data: Nothing) -> DraftReply:
    """The payment screen was left without paying."""
    _, draft = await cart_of(tx, tx.caller)
    return await keep_cart(tx, draft, stop_payment(draft))


@command("draft-order.submit.request")
async def submit(tx: Transaction, data: SubmitDraft) -> OrderReply:
    """Make the cart an OPENED order, or further lines of the order named, and empty it.

    With the payment screen open only staff do so: the till saves the cart when money is due.
    Raises Conflict TABLE_OCCUPIED when it was to be the table's only order; PermissionDenied APPROVAL_NEEDED where staff's
    discounts became large, or more than was approved, by what happened to the cart since (rulebook §7.5).
    """
    _, draft = await cart_of(tx, tx.caller)
    if not tx.caller.is_staff:
        check_free(draft, to_ms(tx.at))
    asked = "draft-order.submit", data
    if data.order_id is None:
        order = await _submitted(tx, draft, asked, alone=data.alone)
    else:
        order = await _appended(tx, draft, asked, data.order_id)
    return OrderReply(order=await shown(tx, order))


async def take_up_carts(tx: Transaction) -> Done:
    """Carts outlive a restart: guests stand before them. A payment screen that was open on one is over, and
    those of devices that are gone are dropped. For who starts the server.
    """
    devices = await tx.all(Device)
    for cart_id, cart in list((await tx.all(Cart)).items()):
        device = devices.get(cart_id)
        if cart_id != "main" and (device is None or device.revoked_ms is not None):
            tx.drop(Cart, cart_id)
        elif cart.draft.paying_until_ms is not None:
            tx.put(Cart(id=cart.id, draft=replace(stop_payment(cart.draft), version=cart.draft.version + 1)))
    return Done()


async def _answered(tx: Transaction, draft: Draft, action: str, data: Approvable) -> dict[str, Any]:
    """What the order's fact says of an approval. What staff gave is no more than what a manager said yes to, or one does now."""
    menu = await menu_of(tx)
    if not tx.caller.is_staff or not exceeds_approved(draft, menu, tx.shop):
        return {}
    charge = priced(draft, menu, tx.shop).charge
    about = await _about_cart(tx, draft, charge.charge_list_price_value, charge.charge_price_value)
    return await require_manager(tx, action, data, about)


async def _submitted(
    tx: Transaction,
    draft: Draft,
    asked: tuple[str, Approvable],
    *,
    completed: bool = False,
    alone: bool = False,
) -> Order:
    dto = to_order(draft, await menu_of(tx), tx.shop)
    staff = tx.caller.is_staff
    if dto.table_id is not None:
        await check_table(tx, dto.table_id, alone=alone or not staff)
    approved = await _answered(tx, draft, *asked)
    order = await open_order(
        tx, dto, source="POS", allow_sold_out=staff, completed=completed, approved=approved
    )
    await keep_cart(tx, draft, Draft())
    return order


async def _appended(tx: Transaction, draft: Draft, asked: tuple[str, Approvable], order_id: str) -> Order:
    """The order with the cart's lines at its end, in one commit (OFF-5, ADD-8).

    Prices above a role were approved when they came into the cart, discounts then or just before this.
    Raises NotFound, Locked, InvalidState ORDER_NOT_EDITABLE; PermissionDenied for who may not edit orders.
    """
    caller = tx.caller
    if not caller.may("order:manage"):
        raise PermissionDenied(
            "주문을 수정할 권한이 없습니다",
            "adding to an order needs staff:order or order:manage",
            reason="SCOPE",
            path="$.orderId",
        )
    menu = await menu_of(tx)
    dto = to_order(draft, menu, tx.shop)
    order = await known_order(tx, order_id)
    await check_unlocked(tx, order)
    check_editable(order, tx.shop)
    maker = LineMaker(
        menu=menu,
        shop=tx.shop,
        profile="documented",
        order_id=order.id,
        added_by=caller.id,
        created_ms=to_ms(tx.at),
        allow_sold_out=caller.is_staff,
    )
    iso = calendar_of(tx.shop).iso(tx.at)
    after = finish_edit(order, appended(order, dto, maker), tx.shop, iso)
    await check_reopening(tx, order)
    approved = await _answered(tx, draft, *asked)
    after = await keep(tx, order, after, orders=[order_fact("update", after, **approved)])
    await keep_cart(tx, draft, Draft())
    return after


def _check_own_price(caller: Caller, action: str) -> None:
    """Plugins name their prices; staff below manager sell at those of the menu (rulebook §7.5)."""
    if caller.is_staff:
        check_manager(caller, action)


async def _about_discount(tx: Transaction, draft: Draft, after: Draft) -> ActAbout:
    """A discount on this very cart: what it costs before and after."""
    menu = await menu_of(tx)
    was, amount = (priced(each, menu, tx.shop).charge.charge_price_value for each in (draft, after))
    return await _about_cart(tx, draft, was, amount)


async def _about_line_discount(tx: Transaction, draft: Draft, after: Draft, key: str) -> ActAbout:
    """A discount on a line of this very cart: what the line costs before and after."""
    menu, line = await menu_of(tx), find_line(after, key)
    place = after.lines.index(line)
    was, amount = (priced(each, menu, tx.shop).lines[place].charge for each in (draft, after))
    counted = LineQuantity(id=key, title=line.known.item.title, quantity=line.known.quantity)
    return await _about_cart(tx, draft, was, amount, counted)


async def _about_cart(
    tx: Transaction, draft: Draft, was: int, amount: int, line: LineQuantity | None = None
) -> ActAbout:
    """was, amount: won, the former told where it is another."""
    cart_id, _ = await cart_of(tx, tx.caller)
    return ActAbout(
        cart=ApprovedCart(id=cart_id, version=draft.version),
        line=line,
        was=was if was != amount else None,
        amount=amount,
    )
