"""Carts put aside (보관): kept with the shop until any till goes on with them (extensions §5)."""

from __future__ import annotations

from typing import Final

from jumak.domain.calendar import calendar_of, from_ms, to_ms
from jumak.domain.caller import Caller
from jumak.domain.draft.amounts import check_filled, priced
from jumak.domain.draft.types import Draft
from jumak.domain.errors import InvalidState, NotFound
from jumak.protocol.messages.draft_order import DraftReply, HeldById, HeldDraftOrder, HeldReply
from jumak.protocol.row import Nothing
from jumak.service.cart import editable, keep_cart
from jumak.service.documents import HeldCart
from jumak.service.ports import Announcement, Reader, Transaction, menu_of
from jumak.service.registry import command, query

MOST_HELD: Final = 50
"""More than a counter can tell apart."""


@command("draft-order.hold.request")
async def hold(tx: Transaction, data: Nothing) -> DraftReply:
    """Put the cart aside for any till. Raises InvalidState EMPTY_CART, TOO_MANY_HELD."""
    draft = await editable(tx)
    check_filled(draft)
    await _put_aside(tx, draft)
    reply = await keep_cart(tx, draft, Draft())
    await _tell_held(tx)
    return reply


@query("draft-order.list-held.request")
async def list_held(read: Reader, caller: Caller, data: Nothing) -> HeldReply:
    """The carts that were put aside, the newest first."""
    return HeldReply(held_draft_orders=await _held(read))


@command("draft-order.resume.request")
async def resume(tx: Transaction, data: HeldById) -> DraftReply:
    """Go on with a cart that was put aside; what is in the cart meanwhile is put aside instead.

    Raises NotFound when another till took it up first.
    """
    draft = await editable(tx)
    held = await tx.get(HeldCart, data.id)
    if held is None:
        raise NotFound(
            "보관된 주문이 없습니다. 다른 포스에서 먼저 꺼냈을 수 있습니다",
            f"there is no held cart {data.id[:64]}; another till may have taken it up",
            path="$.id",
        )
    tx.drop(HeldCart, held.id)
    if draft.lines:
        await _put_aside(tx, draft)
    reply = await keep_cart(tx, draft, held.draft)
    await _tell_held(tx)
    return reply


async def _put_aside(tx: Transaction, draft: Draft) -> None:
    if len(await tx.all(HeldCart)) >= MOST_HELD:
        raise InvalidState(
            f"보관은 {MOST_HELD}개까지 할 수 있습니다",
            f"{MOST_HELD} carts can be held at most",
            reason="TOO_MANY_HELD",
        )
    caller = tx.caller
    tx.put(
        HeldCart(
            id=tx.ids.new(),
            draft=draft,
            held_ms=to_ms(tx.at),
            held_by=caller.staff.name if caller.staff else caller.name,
        )
    )


async def _held(source: Reader) -> tuple[HeldDraftOrder, ...]:
    menu = await menu_of(source)
    calendar = calendar_of(source.shop)
    carts = sorted(
        (await source.all(HeldCart)).values(), key=lambda cart: (cart.held_ms, cart.id), reverse=True
    )
    return tuple(
        HeldDraftOrder(
            id=cart.id,
            held_at=calendar.iso(from_ms(cart.held_ms)),
            held_by=cart.held_by,
            title=cart.draft.lines[0].known.item.title,
            line_count=len(cart.draft.lines),
            order_price_value=priced(cart.draft, menu, source.shop).charge.charge_price_value,
            table_id=cart.draft.table_id,
            num_guests=cart.draft.num_guests,
            memo=cart.draft.memo,
        )
        for cart in carts
    )


async def _tell_held(tx: Transaction) -> None:
    tx.announce(Announcement(name="held-draft-order.change.event", data={"heldDraftOrders": await _held(tx)}))
