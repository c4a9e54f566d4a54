"""What guests see: a view per till, made anew whenever its cart or the payment on it changed (DSP-1)."""

from __future__ import annotations

from collections.abc import Iterable

from jumak.domain.attempt import Attempt
from jumak.domain.calendar import to_ms
from jumak.domain.caller import Caller
from jumak.domain.customer_display import CustomerView, ShownPayment, cart_view, idle_view, order_view
from jumak.domain.order.types import Order
from jumak.protocol.messages.customer_display import CustomerViewChange, CustomerViewReply
from jumak.protocol.row import Nothing
from jumak.service.cart import main_till
from jumak.service.documents import Cart, Device, InFlight, PaymentLock, Serving
from jumak.service.ports import Announcement, Committed, Reader, menu_of
from jumak.service.registry import query

PUSH = "customer-display.change.event"

THANKS_MS = 60_000
"""A till that was left without a word shows what was paid this long, and no longer to the next guest."""


@query("customer-display.get.request")
async def get(read: Reader, caller: Caller, data: Nothing) -> CustomerViewReply:
    """The screen of the display's till; of a till its own; of whoever has no device the main till's."""
    device = None
    if caller.kind != "service" and caller.device_id is not None:
        device = await read.get(Device, caller.device_id)
    till = await _till_of(read, device)
    return CustomerViewReply(view=await till_view(read, till))


async def till_view(read: Reader, till: str) -> CustomerView:
    """What the guest at this till sees: the order being paid, else the cart, else what was just paid."""
    serving = await read.get(Serving, till)
    order = None if serving is None else await read.order(serving.order_id)
    if serving is None or order is None or order.order_state == "CANCELLED":
        return await _cart_view(read, till)
    now = to_ms(read.at)
    if order.payment_price.payment_unpaid_value > 0:
        taking, ends_in = await _taking(read, serving, now)
        if not taking:
            return await _cart_view(read, till)
    else:
        if serving.paid_ms is None or now >= serving.paid_ms + THANKS_MS:
            return await _cart_view(read, till)
        ends_in = serving.paid_ms + THANKS_MS - now
        # Its payment screen is still up: a cart beside it belongs to somebody who waits.
        if serving.lock_id is None and (next_one := await _cart_view(read, till)).state == "cart":
            return next_one
    return order_view(order, read.shop, await _payment(read, serving, order), ends_in_ms=ends_in)


async def customer_views(read: Reader, committed: Committed) -> Iterable[Announcement]:
    """`customer-display.change.event`: to each display whose till's cart or payment the commit touched."""
    touched = await _touched(read, committed)
    if not touched:
        return ()
    main = await main_till(read)
    pushes = []
    for till in touched:
        data = CustomerViewChange(view=await till_view(read, till))
        receivers = [
            device.id
            for device in (await read.all(Device)).values()
            if device.kind == "display" and (device.till_id or main) == till
        ]
        pushes.append(Announcement(name=PUSH, data=data, device=till, main=till == main))
        pushes += [Announcement(name=PUSH, data=data, device=receiver) for receiver in receivers]
    return pushes


async def _till_of(read: Reader, device: Device | None) -> str:
    if device is not None and device.kind == "till":
        return device.id
    facing = None if device is None or device.till_id is None else await read.get(Device, device.till_id)
    # A till that was disconnected has no guests any more.
    return facing.id if facing is not None and facing.revoked_ms is None else await main_till(read)


async def _cart_view(read: Reader, till: str) -> CustomerView:
    cart = await read.get(Cart, till)
    return idle_view(read.shop) if cart is None else cart_view(cart.draft, await menu_of(read), read.shop)


async def _taking(read: Reader, serving: Serving, now_ms: int) -> tuple[bool, int | None]:
    """Whether this till is taking the order's money, and when its lease ends."""
    in_flight = await read.get(InFlight, serving.order_id)
    if in_flight is not None and in_flight.locked and in_flight.attempt_id == serving.attempt_id:
        return True, None
    lock = await read.get(PaymentLock, serving.order_id)
    if lock is None or lock.lock_id != serving.lock_id or lock.expires_ms <= now_ms:
        return False, None
    return True, lock.expires_ms - now_ms


async def _payment(read: Reader, serving: Serving, order: Order) -> ShownPayment | None:
    """The attempt under way or the payment it became; one that came to nothing is no matter of the guest's screen."""
    attempt = None if serving.attempt_id is None else await read.get(Attempt, serving.attempt_id)
    if attempt is None or attempt.order_id != order.id or attempt.state not in ("SENT", "APPROVED"):
        return None
    return ShownPayment(
        state="waiting" if attempt.state == "SENT" else "taken",
        amount=attempt.amount,
        name=None if attempt.method is None else attempt.method.payment_name,
        tendered=attempt.tendered,
        change=attempt.change,
        scan=None if attempt.barcode is None else attempt.barcode.text,
    )


async def _touched(read: Reader, committed: Committed) -> list[str]:
    """The tills whose guest may see something else now."""
    orders = {order.id for order in committed.orders}
    tills: dict[str, None] = {}
    for announcement in committed.announcements:
        if announcement.name == "draft-order.change.event" and announcement.device is not None:
            tills[announcement.device] = None
    for entry in committed.entries:
        noun, _, word = entry.fact.name.partition(".")
        if noun == "attempt":
            orders.add(entry.fact.data["order"]["id"])
        elif noun == "order" and word in ("lock", "unlock"):
            orders.add(entry.fact.subject)
            if entry.device is not None:
                tills[entry.device] = None
    for serving in (await read.all(Serving)).values():
        if serving.order_id in orders:
            tills[serving.id] = None
    return list(tills)
