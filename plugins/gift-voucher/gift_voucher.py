"""Paper vouchers: a code pays once, for exactly its worth.

A voucher's money cannot be split, and paper gives no change. So it pays a part of the bill of just its worth: whoever owes
more splits the bill, and nobody's rest is lost without their noticing.

What a voucher is doing is one word beside it, the key of the attempt that holds it, and all vouchers are one text in storage.
Wherever the plugin is interrupted, the next start finds each voucher free, spent, or held by an attempt it can ask the shop
about: never lost, and never free while a payment has it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

import msgspec

from jumak.sdk import Order, Payment, PaymentApproval, PaymentCancelled, Plugin, Pos, Price, Ui

STORED = "vouchers"
RUN = uuid4().hex
MOST_AT_ONCE = 500
MOST = 5_000
"""As many as one text of the storage surely holds."""

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are taken for each other on paper."""

WORTHS = (5_000, 10_000, 30_000, 50_000)
INPUTS = [
    {
        "id": "batch",
        "type": "text",
        "label": "발행 이름 (한 이름은 한 번만 발행됩니다)",
        "required": False,
        "default": "",
        "placeholder": "2026 설",
    },
    {
        "id": "worth",
        "type": "radio",
        "label": "한 장의 금액",
        "required": True,
        "default": str(WORTHS[0]),
        "values": [{"id": str(worth), "label": f"{worth:,}원"} for worth in WORTHS],
    },
    {"id": "count", "type": "number", "label": f"몇 장 (1~{MOST_AT_ONCE})", "required": True, "default": 10},
]

Answer = TypeVar("Answer")
plugin = Plugin("gift-voucher")
writing = asyncio.Lock()
under_way: set[asyncio.Task[None]] = set()


class Voucher(msgspec.Struct, omit_defaults=True):
    """worth: won.  key: of the attempt or payment that has it, "" while it is free."""

    worth: int
    key: str = ""


class Attempt(msgspec.Struct):
    """A voucher that was taken for an order, until the shop has our answer. run: of this program, which took it."""

    code: str
    order_id: str
    run: str


class Vouchers(msgspec.Struct):
    """All of it. vouchers: by code.  attempts: by key.  batches: the names that were issued."""

    vouchers: dict[str, Voucher] = {}
    attempts: dict[str, Attempt] = {}
    batches: list[str] = []

    def issue(self, batch: str, worth: int, count: int) -> list[str]:
        """New codes; none for a batch that was issued before. Raises ValueError, staff see its message."""
        if not batch or batch in self.batches:
            return []
        if not 1 <= count <= MOST_AT_ONCE:
            raise ValueError(f"한 번에 1장부터 {MOST_AT_ONCE}장까지 발행할 수 있습니다.")
        if len(self.vouchers) + count > MOST:
            raise ValueError(f"상품권은 모두 {MOST:,}장까지 둘 수 있습니다.")
        codes: set[str] = set()
        while len(codes) < count:
            # 59 bits: nobody finds one by trying.
            codes.add("GV-" + "".join(secrets.choice(LETTERS) for _ in range(12)))
        self.vouchers |= {code: Voucher(worth) for code in codes}
        self.batches.append(batch)
        return sorted(codes)

    def take(self, code: str, amount: int, order_id: str) -> str:
        """Holds a voucher for an order; the key of the attempt. Raises ValueError, staff see its message."""
        voucher = self.vouchers.get(code)
        if voucher is None:
            raise ValueError("이 가게의 상품권이 아닙니다. (This is no voucher of this shop.)")
        if voucher.key:
            raise ValueError("이미 사용한 상품권입니다. (This voucher is spent.)")
        if voucher.worth < amount:
            raise ValueError(
                f"{voucher.worth:,}원권입니다. 먼저 {voucher.worth:,}원을 나누어 결제해 주세요. "
                "(Worth less than the bill: split that much off.)"
            )
        if voucher.worth > amount:
            raise ValueError(
                f"{voucher.worth:,}원권은 {voucher.worth:,}원 이상에만 쓸 수 있습니다. 거스름돈은 없습니다. "
                "(Worth more than the bill: there is no change.)"
            )
        voucher.key = f"gv-{uuid4().hex}"
        self.attempts[voucher.key] = Attempt(code, order_id, RUN)
        return voucher.key

    def confirm(self, key: str) -> None:
        """The shop has been told: what becomes of this voucher is for its staff to say."""
        self.attempts.pop(key, None)

    def give_back(self, key: str) -> str | None:
        """Frees the voucher this key has, once however often it is asked; its code, None when it has none."""
        self.attempts.pop(key, None)
        for code, voucher in self.vouchers.items():
            if key and voucher.key == key:
                voucher.key = ""
                return code
        return None


async def change(pos: Pos, act: Callable[[Vouchers], Answer]) -> Answer:
    """Reads the vouchers, lets `act` change them, and keeps them unless it raises; one change at a time."""
    async with writing:
        vouchers = msgspec.json.decode(await pos.storage.get(STORED) or "{}", type=Vouchers)
        answer = act(vouchers)
        await pos.storage.set(STORED, msgspec.json.encode(vouchers).decode())
        return answer


@plugin.on_start
async def ready(pos: Pos) -> None:
    """Declares the form, issues what was entered there, and settles what the last run left open."""
    await pos.setting.set_inputs(INPUTS)
    await issue(pos, await pos.setting.get_values())
    for key, attempt in (await change(pos, lambda vouchers: dict(vouchers.attempts))).items():
        if attempt.run != RUN:  # The button is there already: one may have begun just now.
            await settle(pos, key, attempt)


@plugin.on("setting.change")
async def issue(pos: Pos, values: dict[str, object]) -> None:
    """Issues the batch that was entered; its codes are printed to the console, once."""
    batch, worth, count = str(values["batch"]).strip(), int(str(values["worth"])), values["count"]
    try:
        if not isinstance(count, (int, float)) or count != int(count):
            raise ValueError("장수는 정수로 넣어 주세요. (Whole vouchers only.)")
        codes = await change(pos, lambda vouchers: vouchers.issue(batch, worth, int(count)))
    except ValueError as refusal:
        await pos.alert.open({"title": "상품권", "message": str(refusal)})
        return
    if codes:
        print(f"{batch}: code,won", *[f"{code},{worth}" for code in codes], sep="\n", flush=True)
        await pos.toast.success(f"상품권 {len(codes)}장을 발행했습니다. 목록은 플러그인 콘솔에 있습니다.")


async def settle(pos: Pos, key: str, attempt: Attempt) -> None:
    """An attempt that was interrupted: spent if the shop has its payment, else the guest has the voucher back."""
    order = await pos.order.get_order(attempt.order_id)
    if any(payment.payment_key == key for payment in order.payments):
        await change(pos, lambda vouchers: vouchers.confirm(key))
        return
    if await change(pos, lambda vouchers: vouchers.give_back(key)):
        message = f"주문 {order.number}에서 끝나지 않은 상품권 {attempt.code}을 다시 쓸 수 있습니다."
        await pos.alert.open({"title": "상품권", "message": message})


@plugin.payment_method(id="gift-voucher", name="종이 상품권")
async def pay(pos: Pos, order: Order, price: Price, ui: Ui) -> PaymentApproval | None:
    """One voucher, worth exactly what is to be paid now."""
    scan = await ui.open_barcode(product_name=f"종이 상품권 {price.amount_money:,}원")
    code = scan.data.barcode
    if code is None:
        return None  # The guest changed their mind: back to the list of methods.
    code = code.strip().upper()
    key = await change(pos, lambda vouchers: vouchers.take(code, price.amount_money, order.id))
    # Once our answer has left, not before: whatever ends us in between, the guest is not without both.
    telling = asyncio.create_task(change(pos, lambda vouchers: vouchers.confirm(key)))
    under_way.add(telling)
    telling.add_done_callback(under_way.discard)
    return PaymentApproval(approved_at=datetime.now(UTC), payment_key=key)


@pay.cancel
async def give_back(pos: Pos, order: Order, payment: Payment, ui: Ui) -> PaymentCancelled:  # noqa: ARG001
    """Staff cancelled the payment: its voucher pays again."""
    await change(pos, lambda vouchers: vouchers.give_back(payment.payment_key))
    return PaymentCancelled(cancelled_at=datetime.now(UTC))


if __name__ == "__main__":
    plugin.run()
