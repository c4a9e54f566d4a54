"""Use cases of the cart: one per device, shared by staff and plugins (contract, draft-order; extensions §5)."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.discount import StaffDiscount
from jumak.domain.draft.amounts import (
    draft_view,
    has_menu_choices,
    has_menu_price,
    list_value,
    priced,
    to_order,
)
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
    set_header,
    set_memo,
    set_quantity,
    start_payment,
    stop_payment,
)
from jumak.domain.draft.types import Draft, DraftOrder
from jumak.domain.errors import NotFound
from jumak.domain.order.add import generated_key
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
    UpdateDraft,
    UpdateIgnorePrint,
    UpdateItemMemo,
    UpdateItemOptionChoices,
    UpdateItemQuantity,
)
from jumak.protocol.messages.order import OrderReply
from jumak.protocol.row import Done, Nothing
from jumak.service.approval import require_manager
from jumak.service.documents import Cart, Device
from jumak.service.order import check_table, open_order
from jumak.service.ports import Announcement, Reader, Transaction, menu_of
from jumak.service.registry import command, query
from jumak.service.table import shown


@query("draft-order.get.request")
async def get(read: Reader, caller: Caller, data: Nothing) -> DraftReply:
    """The cart, empty when nothing was put in."""
    _, draft = await _cart(read, caller)
    return DraftReply(draft_order=await _view(read, draft))


@command("draft-order.clear.request")
async def clear(tx: Transaction, data: Nothing) -> DraftReply:
    """Empty everything, staff's lines included. Raises Locked while a payment screen is open."""
    return await _keep(tx, await _editable(tx), Draft())


@command("draft-order.add-line-item.request")
async def add_line_item(tx: Transaction, data: AddLineItem) -> DraftReply:
    """One more line; what staff have sold out they may sell all the same (CAT-3)."""
    draft = await _editable(tx)
    line = read_line(data.line_item, generated_key(tx.ids.new()))
    menu = await menu_of(tx)
    after = add_line(draft, line, menu, tx.shop, staff=tx.caller.is_staff)
    if not (has_menu_price(line, menu) and has_menu_choices(line, menu)):
        await _check_own_price(tx, "draft-order.add-line-item")
    await _check_right(tx, "draft-order.add-line-item", line.discounts, list_value(line.known), None)
    return await _keep(tx, draft, after)


@command("draft-order.delete-line-item.request")
async def delete_line_item(tx: Transaction, data: LineByKey) -> DraftReply:
    """Take a line out."""
    draft = await _editable(tx)
    return await _keep(tx, draft, delete_line(draft, data.key))


@command("draft-order.delete-discount.request")
async def delete_order_discount(tx: Transaction, data: DiscountByIndex) -> DraftReply:
    """Take an order discount off."""
    draft = await _editable(tx)
    return await _keep(tx, draft, delete_discount(draft, data.index_of_discount))


@command("draft-order.delete-item-discount.request")
async def delete_item_discount(tx: Transaction, data: LineDiscountByIndex) -> DraftReply:
    """Take a line's discount off."""
    draft = await _editable(tx)
    return await _keep(tx, draft, delete_line_discount(draft, data.key, data.index_of_discount))


@command("draft-order.update-item-quantity.request")
async def update_item_quantity(tx: Transaction, data: UpdateItemQuantity) -> DraftReply:
    """Another quantity of a line."""
    draft = await _editable(tx)
    return await _keep(tx, draft, set_quantity(draft, data.key, data.quantity, staff=tx.caller.is_staff))


@command("draft-order.update-item-option-choices.request")
async def update_item_option_choices(tx: Transaction, data: UpdateItemOptionChoices) -> DraftReply:
    """Other options of a line."""
    draft = await _editable(tx)
    menu = await menu_of(tx)
    after = set_choices(draft, data.key, data.option_choices, menu, staff=tx.caller.is_staff)
    if not has_menu_choices(find_line(after, data.key), menu):
        await _check_own_price(tx, "draft-order.update-item-option-choices")
    return await _keep(tx, draft, after)


@command("draft-order.update-item-memo.request")
async def update_item_memo(tx: Transaction, data: UpdateItemMemo) -> DraftReply:
    """Another note on a line."""
    draft = await _editable(tx)
    return await _keep(tx, draft, set_memo(draft, data.key, data.memo, staff=tx.caller.is_staff))


@command("draft-order.update-is-ignore-print.request")
async def update_is_ignore_print(tx: Transaction, data: UpdateIgnorePrint) -> DraftReply:
    """Whether a kitchen slip is printed for this cart."""
    draft = await _editable(tx)
    return await _keep(tx, draft, replace(draft, ignore_print=data.ignore_print))


@command("draft-order.add-discount.request")
async def add_order_discount(tx: Transaction, data: AddDraftDiscount) -> DraftReply:
    """An order discount; staff below manager need approval for a large one (rulebook §7.5)."""
    draft = await _editable(tx)
    menu = await menu_of(tx)
    after = add_discount(draft, data.discount, menu, tx.shop, strict=not tx.caller.is_staff)
    base = sum(line.charge for line in priced(draft, menu, tx.shop).lines)
    await _check_right(tx, "draft-order.add-discount", after.discounts, base, data.approval_id)
    return await _keep(tx, draft, after)


@command("draft-order.add-item-discount.request")
async def add_item_discount(tx: Transaction, data: AddDraftItemDiscount) -> DraftReply:
    """A line discount; staff below manager need approval for a large one (rulebook §7.5)."""
    draft = await _editable(tx)
    after = add_line_discount(draft, data.key, data.discount, tx.shop, strict=not tx.caller.is_staff)
    line = find_line(after, data.key)
    await _check_right(
        tx, "draft-order.add-item-discount", line.discounts, list_value(line.known), data.approval_id
    )
    return await _keep(tx, draft, after)


@command("draft-order.update.request")
async def update(tx: Transaction, data: UpdateDraft) -> DraftReply:
    """Note, table and guests. Raises NotFound for the table."""
    draft = await _editable(tx)
    if data.table_id:
        table = await tx.get(TableRecord, data.table_id)
        if table is None or table.deleted:
            raise NotFound("없는 테이블입니다", f"there is no table {data.table_id}", path="$.tableId")
    after = set_header(draft, memo=data.memo, table_id=data.table_id, num_guests=data.num_guests)
    return await _keep(tx, draft, after)


@command("draft-order.start-payment")
async def start(tx: Transaction, data: Nothing) -> Done:
    """Open the payment screen; a cart that costs nothing becomes a completed order at once."""
    _, draft = await _cart(tx, tx.caller)
    opened = start_payment(draft, to_ms(tx.at), till_connected=tx.live.till_connected())
    if (await _view(tx, draft)).price.order_price_value > 0:
        await _keep(tx, draft, opened)
        return Done()
    await _submitted(tx, draft, completed=True)
    return Done()


@command("draft-order.stop-payment.request")
async def stop(tx: Transaction, data: Nothing) -> DraftReply:
    """The payment screen was left without paying."""
    _, draft = await _cart(tx, tx.caller)
    return await _keep(tx, draft, stop_payment(draft))


@command("draft-order.submit.request")
async def submit(tx: Transaction, data: Nothing) -> OrderReply:
    """Make the cart an OPENED order and empty it.

    With the payment screen open only staff do so: the till saves the cart when money is due.
    """
    _, draft = await _cart(tx, tx.caller)
    if not tx.caller.is_staff:
        check_free(draft, to_ms(tx.at))
    return OrderReply(order=await shown(tx, await _submitted(tx, draft)))


async def forget_carts(tx: Transaction) -> Done:
    """Drop every cart: none outlives a restart of the POS. For the one who starts the server."""
    for cart_id in list(await tx.all(Cart)):
        tx.drop(Cart, cart_id)
    return Done()


async def _submitted(tx: Transaction, draft: Draft, *, completed: bool = False) -> Order:
    dto = to_order(draft, await menu_of(tx), tx.shop)
    staff = tx.caller.is_staff
    if dto.table_id is not None:
        await check_table(tx, dto.table_id, alone=not staff)
    order = await open_order(tx, dto, source="POS", allow_sold_out=staff, completed=completed)
    await _keep(tx, draft, Draft())
    return order


async def main_till(source: Reader) -> str:
    """The first till that was paired; "main" before there is one."""
    tills = [
        device
        for device in (await source.all(Device)).values()
        if device.kind == "till" and device.revoked_ms is None
    ]
    return min(tills, key=lambda till: (till.created_ms, till.id)).id if tills else "main"


async def _cart(source: Reader, caller: Caller) -> tuple[str, Draft]:
    """The cart this caller works on: its device's, else the main till's. A service has no device."""
    cart_id = None if caller.kind == "service" else caller.device_id
    if cart_id is None:
        cart_id = await main_till(source)
    cart = await source.get(Cart, cart_id)
    return cart_id, cart.draft if cart else Draft()


async def _editable(tx: Transaction) -> Draft:
    _, draft = await _cart(tx, tx.caller)
    check_free(draft, to_ms(tx.at))
    # A payment screen whose till never came back holds nothing any more.
    return stop_payment(draft) if draft.paying_until_ms is not None else draft


async def _keep(tx: Transaction, before: Draft, after: Draft) -> DraftReply:
    """Keep a changed cart and tell its device; nothing when it is as it was (H-36)."""
    view = await _view(tx, after)
    if after != before:
        cart_id, _ = await _cart(tx, tx.caller)
        tx.put(Cart(id=cart_id, draft=after))
        tx.announce(
            Announcement(
                name="draft-order.change.event",
                data={"event": "change", "draftOrder": view},
                device=cart_id,
                main=cart_id == await main_till(tx),
            )
        )
    return DraftReply(draft_order=view)


async def _view(source: Reader, draft: Draft) -> DraftOrder:
    return draft_view(draft, await menu_of(source), source.shop, to_ms(source.at))


async def _check_own_price(tx: Transaction, action: str) -> None:
    """Plugins name their prices; staff below manager sell at those of the menu (rulebook §7.5)."""
    if tx.caller.is_staff:
        await require_manager(tx, action, None)


async def _check_right(
    tx: Transaction, action: str, discounts: tuple[StaffDiscount, ...], base: int, approval_id: str | None
) -> None:
    if tx.caller.is_staff and is_large(discounts, base, tx.shop):
        await require_manager(tx, action, approval_id)
