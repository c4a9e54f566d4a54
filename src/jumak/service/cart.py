"""The cart a caller works on: whose it is, whether it may be changed, and telling its device."""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.draft.amounts import draft_view
from jumak.domain.draft.edit import check_free, stop_payment
from jumak.domain.draft.types import Draft, DraftOrder
from jumak.protocol.messages.draft_order import DraftReply
from jumak.service.documents import Cart, Device
from jumak.service.ports import Announcement, Reader, Transaction, menu_of


async def main_till(source: Reader) -> str:
    """The first till that was paired; "main" before there is one."""
    tills = [
        device
        for device in (await source.all(Device)).values()
        if device.kind == "till" and device.revoked_ms is None
    ]
    return min(tills, key=lambda till: (till.created_ms, till.id)).id if tills else "main"


async def cart_of(source: Reader, caller: Caller) -> tuple[str, Draft]:
    """The cart this caller works on: its device's, else the main till's. A service has no device."""
    cart_id = None if caller.kind == "service" else caller.device_id
    if cart_id is None:
        cart_id = await main_till(source)
    cart = await source.get(Cart, cart_id)
    return cart_id, cart.draft if cart else Draft()


async def editable(tx: Transaction) -> Draft:
    """The caller's cart, to be changed. Raises Locked while a payment screen is open on it."""
    _, draft = await cart_of(tx, tx.caller)
    check_free(draft, to_ms(tx.at))
    # A payment screen whose till never came back holds nothing any more.
    return stop_payment(draft) if draft.paying_until_ms is not None else draft


async def keep_cart(tx: Transaction, before: Draft, after: Draft) -> DraftReply:
    """Keep a changed cart and tell its device; nothing when it is as it was (H-36)."""
    after = replace(after, version=before.version)
    changed = after != before
    if changed:
        after = replace(after, version=before.version + 1)
    view = await view_of(tx, after)
    if changed:
        cart_id, _ = await cart_of(tx, tx.caller)
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


async def view_of(source: Reader, draft: Draft) -> DraftOrder:
    """A cart as others see it."""
    return draft_view(draft, await menu_of(source), source.shop, to_ms(source.at))
