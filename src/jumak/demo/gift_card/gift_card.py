"""Gift cards to practise with: any number is a card, each pays once, whatever is due.

A payment method that needs no device, so that whoever tries the demo shop can pay by a plugin at once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from jumak.sdk import Order, Payment, PaymentApproval, PaymentCancelled, Plugin, Pos, Price, Ui

SPENT = "spent"
"""Where it is stored which cards are spent: number → key of the payment."""

plugin = Plugin("gift-card")
writing = asyncio.Lock()


async def change(pos: Pos, act: Callable[[dict[str, str]], None]) -> None:
    """Reads the spent cards, lets `act` change them, and keeps them; one change at a time."""
    async with writing:
        spent = json.loads(await pos.storage.get(SPENT) or "{}")
        act(spent)
        await pos.storage.set(SPENT, json.dumps(spent))


@plugin.payment_method(id="gift-card", name="상품권")
async def pay(pos: Pos, order: Order, price: Price, ui: Ui) -> PaymentApproval | None:
    """Asks for the number at the till. Raises ValueError for a spent card, staff see its message."""
    asked = await ui.open_input_modal(
        title=f"상품권 {price.amount_money:,}원 · {order.number}",
        description="연습용 결제입니다. 아무 번호나 넣어 보세요. (For practice: any number will do.)",
        inputs=[
            {"id": "number", "type": "text", "label": "상품권 번호", "required": True, "placeholder": "1234"}
        ],
        cta={"submit": {"label": "결제"}, "cancel": {"label": "취소"}},
    )
    if asked.data.inputs is None:
        return None  # The guest changed their mind: back to the list of methods.
    number, key = str(asked.data.inputs["number"]), f"gift-card-{uuid4().hex}"

    def spend(spent: dict[str, str]) -> None:
        if number in spent:
            raise ValueError(f"이미 사용한 상품권입니다: {number}")
        spent[number] = key

    await change(pos, spend)
    return PaymentApproval(approved_at=datetime.now(UTC), payment_key=key)


@pay.cancel
async def give_back(pos: Pos, order: Order, payment: Payment, ui: Ui) -> PaymentCancelled:  # noqa: ARG001
    """Staff cancelled the payment: its card pays again."""

    def return_card(spent: dict[str, str]) -> None:
        for number in [number for number, key in spent.items() if key == payment.payment_key]:
            del spent[number]

    await change(pos, return_card)
    return PaymentCancelled(cancelled_at=datetime.now(UTC))


if __name__ == "__main__":
    plugin.run()
