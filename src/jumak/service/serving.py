"""Whom a till serves: the order whose money it takes, from the lease or the first attempt until it is left.

Kept for the customer display alone (DSP-1); nothing of the trade depends on it.
"""

from __future__ import annotations

from msgspec.structs import replace

from jumak.domain.calendar import to_ms
from jumak.service.documents import Serving
from jumak.service.ports import Transaction


async def serve(
    tx: Transaction,
    order_id: str,
    till: str | None,
    *,
    lock_id: str | None = None,
    attempt_id: str | None = None,
) -> None:
    """This device takes the money of this order from now on; a caller without a device shows it nowhere."""
    if till is None:
        return
    before = await tx.get(Serving, till)
    if before is None or before.order_id != order_id:
        before = Serving(id=till, order_id=order_id)
    tx.put(
        replace(
            before,
            lock_id=lock_id or before.lock_id,
            attempt_id=attempt_id or before.attempt_id,
            paid_ms=None,
        )
    )


async def served(tx: Transaction, order_id: str) -> None:
    """Nothing more is owed on this order."""
    for serving in (await tx.all(Serving)).values():
        if serving.order_id == order_id:
            tx.put(replace(serving, paid_ms=to_ms(tx.at)))


async def leave(tx: Transaction, lock_id: str) -> str | None:
    """The caller's device has left the payment screen with this lease; the order it showed, if it did."""
    till = tx.caller.device_id
    serving = None if till is None else await tx.get(Serving, till)
    if serving is None or serving.lock_id != lock_id:
        return None
    tx.drop(Serving, serving.id)
    return serving.order_id
