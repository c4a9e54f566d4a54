"""A stamp card: scanning it at the till gives a stamp, ten stamps pay.

All cards are one text in storage, so that the stamps a payment took and the payment are written at once:
wherever the plugin is interrupted, no stamp is gone without a payment that can give it back.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from jumak.sdk import Order, Payment, PaymentApproval, PaymentCancelled, Plugin, Pos, Price, Ui

FULL = 10
PREFIX = "STAMP-"
"""How the codes of our cards begin; other scans are somebody else's."""

CARDS = "cards"

Answer = TypeVar("Answer")
plugin = Plugin("stamp-card")
writing = asyncio.Lock()


class Cards:
    """stamps: card → how many.  paid: payment key → the card whose stamps it took, "" once they are back."""

    def __init__(self, stamps: dict[str, int], paid: dict[str, str]) -> None:
        self.stamps, self.paid = stamps, paid

    def stamp(self, card: str) -> int:
        """One more; how many there are now, at most ten."""
        self.stamps[card] = min(self.stamps.get(card, 0) + 1, FULL)
        return self.stamps[card]

    def spend(self, card: str) -> str:
        """Takes ten stamps; the key of the payment. Raises ValueError, staff see its message."""
        if (held := self.stamps.get(card, 0)) < FULL:
            raise ValueError(f"스탬프가 {held}개입니다. {FULL}개를 모으면 쓸 수 있습니다.")
        key = f"stamp-{uuid4().hex}"
        self.stamps[card], self.paid[key] = held - FULL, card
        return key

    def give_back(self, key: str) -> None:
        """Undoes `spend`, once however often it is asked."""
        if card := self.paid.get(key):
            self.stamps[card], self.paid[key] = FULL, ""


async def change(pos: Pos, act: Callable[[Cards], Answer]) -> Answer:
    """Reads the cards, lets `act` change them, and keeps them; one change at a time."""
    async with writing:
        cards = Cards(**json.loads(await pos.storage.get(CARDS) or '{"stamps": {}, "paid": {}}'))
        answer = act(cards)
        await pos.storage.set(CARDS, json.dumps(vars(cards)))
        return answer


@plugin.on_start
async def ready(pos: Pos) -> None:
    """Declares the settings page."""
    label = f"스탬프 {FULL}개로 결제할 수 있는 금액 (원)"
    await pos.setting.set_inputs(
        [{"id": "worth", "type": "number", "label": label, "required": True, "default": 5_000}]
    )


@plugin.on("barcode.scan")
async def stamped(pos: Pos, code: str) -> None:
    """A guest's card was scanned at the till."""
    if code.startswith(PREFIX):
        held = await change(pos, lambda cards: cards.stamp(code))
        await pos.toast.success(f"스탬프 {held}/{FULL}")


@plugin.payment_method(id="stamps", name="스탬프 카드")
async def pay(pos: Pos, order: Order, price: Price, ui: Ui) -> PaymentApproval | None:
    """Ten stamps for what is to be paid now, up to their worth."""
    worth = (await pos.setting.get_values())["worth"]
    if price.amount_money > worth:
        raise ValueError(
            f"스탬프 {FULL}개로는 {worth:,}원까지 결제할 수 있습니다. 금액을 나누어 결제해 주세요."
        )
    scan = await ui.open_barcode(product_name=f"스탬프 카드 · {order.number}")
    card = scan.data.barcode
    if card is None:
        return None  # The guest changed their mind: back to the list of methods.
    key = await change(pos, lambda cards: cards.spend(card))
    return PaymentApproval(approved_at=datetime.now(UTC), payment_key=key)


@pay.cancel
async def give_back(pos: Pos, order: Order, payment: Payment, ui: Ui) -> PaymentCancelled:  # noqa: ARG001
    """Staff cancelled the payment: the stamps are on the card again."""
    await change(pos, lambda cards: cards.give_back(payment.payment_key))
    return PaymentCancelled(cancelled_at=datetime.now(UTC))


if __name__ == "__main__":
    plugin.run()
