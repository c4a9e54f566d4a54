"""Orders in every state they can stand in, for the status screen."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from tests.web.till.paying import a_line
from tests.web.till.stall import Json, Stall

KST = timezone(timedelta(hours=9))


async def a_request(stall: Stall, *, minutes: int = 10, **more: Any) -> Json:
    """Somebody outside asks for one kimchi stew, and waits this long for an answer."""
    now = datetime.now(KST)
    dto = {
        "lineItems": [await a_line(stall, "김치찌개")],
        "discounts": [],
        "requestedInfo": {
            "expiredAt": (now + timedelta(minutes=minutes)).isoformat(),
            "expectedReadyAt": (now + timedelta(minutes=minutes + 30)).isoformat(),
        },
    } | more
    order: Json = (await stall.ask("order.submit", order=dto))["order"]
    return order


async def pay_cash(stall: Stall, order: Json) -> None:
    """All that is owed, at a till."""
    unpaid = order["paymentPrice"]["paymentUnpaidValue"]
    await stall.ask(
        "payment.start",
        orderId=order["id"],
        tender="CASH",
        amount=unpaid,
        tendered=unpaid,
        expectedUnpaid=unpaid,
    )
