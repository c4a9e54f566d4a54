"""The gate before money goes back (contract, payment §5, §6.2).

`payment.cancel.request` and `order.cancel.request` are writes that pass by here while somebody is connected
who has a say; otherwise they join the store's queue at once. Others are asked whether they object
(`consent.py`), then what a payment method or terminal took it gives back (`refunds.py`), and only then is the
payment cancelled. Staff get a direct answer for 20 s; after that `cancelPending`, and the rest goes on (H-12).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError
from jumak.domain.order.ending import check_plugin_may_cancel, live_payments
from jumak.domain.order.paying import check_may_cancel_payment, find_payment
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.protocol.messages.order import CancelOrder, CancelOrderReply
from jumak.protocol.messages.payment import CancelPayment, CancelPaymentReply
from jumak.protocol.row import Done, Reply
from jumak.server.consent import Consent
from jumak.server.payers import Payers
from jumak.server.refunds import Refunds
from jumak.service.approval import is_approved
from jumak.service.cancelling import CANCEL, about_cancelling
from jumak.service.keeping import locked
from jumak.service.order import cancel_order
from jumak.service.payment import approved_to_cancel, cancel_one, may_cancel
from jumak.service.ports import Command, Transaction
from jumak.service.refund import check_no_refund
from jumak.service.table import shown

if TYPE_CHECKING:
    from jumak.server.live import Ask
    from jumak.server.shop import RunningShop

DIRECT = timedelta(seconds=20)
"""Staff wait this long for a direct answer, well inside the 30 s every request has."""

UseCase = Callable[[Transaction, Any], Awaitable[Any]]


class GivingBack:
    """Asks who has a say before a payment is cancelled."""

    def __init__(self, shop: RunningShop, payers: Payers, refunds: Refunds) -> None:
        self._shop, self._payers, self._refunds = shop, payers, refunds
        self._consent = Consent(shop)

    def needed(self, caller: Caller) -> bool:
        """Somebody is connected who may have a say."""
        return bool(caller.is_staff and self._payers) or self._consent.needed(caller)

    # -- one payment -----------------------------------------------------------------------------

    async def before_payment(self, ask: Ask, data: CancelPayment) -> UseCase | Reply:
        """What is to run for `payment.cancel.request` once everybody has agreed, or an answer at once."""
        read, caller = self._shop.store.reader(), ask.caller
        order = await read.order_of_payment(data.payment.id)
        if order is None or order.id != data.order.id:
            return cancel_one
        payment = find_payment(order, data.payment.id)
        check_may_cancel_payment(order, payment, caller)
        if payment.state == "CANCELLED":
            return cancel_one
        if not await may_cancel(read, caller, order, payment, data):
            return cancel_one  # It says which approval it needs.
        if (refusal := await locked(read, order, caller, read.at)) is not None:
            raise refusal
        payer = None
        if caller.is_staff:
            await check_no_refund(read, payment.id)
            payer = await self._refunds.payer_of(order, payment, caller)
        approved: dict[str, Any] = {}
        agreed: UseCase = cancel_one
        if payer is not None:
            agreed = partial(cancel_one, given_back=True, approved=approved)

        async def asked() -> None:
            if not _overrides(data, caller):
                await self._consent.ask(read, order, (payment,), caller)
            if payer is not None:
                # Used up once nobody objects, and before anybody is asked for money.
                approved.update(await self._approved(caller, payment, data))
                await self._refunds.give_back(order, payment, payer, caller)

        if not caller.is_staff:
            await asked()
            return agreed
        return await self._in_time(ask, data, asked, agreed, CancelPaymentReply(cancel_pending=True))

    async def _approved(self, caller: Caller, payment: Payment, data: CancelPayment) -> dict[str, Any]:
        said: dict[str, Any] = {}

        async def use_up(tx: Transaction) -> Done:
            # As they are by now: others may have given a part back while plugins were asked.
            order = await tx.order_of_payment(payment.id)
            assert order is not None, "orders are never deleted"
            said.update(await approved_to_cancel(tx, order, find_payment(order, payment.id), data))
            return Done()

        if (error := await self._submit(use_up, caller)) is not None:
            raise error
        return said

    # -- a whole order ---------------------------------------------------------------------------

    async def before_order(self, ask: Ask, data: CancelOrder) -> UseCase | Reply:
        """What is to run for `order.cancel.request` once everybody has agreed, or an answer at once."""
        read, caller = self._shop.store.reader(), ask.caller
        order = await read.order(data.id)
        if order is None or order.order_state == "CANCELLED" or not live_payments(order):
            return cancel_order
        if (refusal := await locked(read, order, caller, read.at)) is not None:
            raise refusal
        if not caller.is_staff:
            check_plugin_may_cancel(order, caller)
        elif not await is_approved(read, caller, CANCEL, data, await about_cancelling(read, order, data)):
            return cancel_order  # It says which approval it needs.
        known: Order = order

        async def asked() -> None:
            if not _overrides(data, caller):
                await self._consent.ask(read, known, live_payments(known), caller)

        if not caller.is_staff:
            await asked()
            return cancel_order
        pending = CancelOrderReply(order=await shown(read, order), cancel_pending=True)
        return await self._in_time(ask, data, asked, cancel_order, pending)

    # -- answering staff -------------------------------------------------------------------------

    async def _in_time(
        self, ask: Ask, data: Any, asked: Callable[[], Awaitable[None]], agreed: UseCase, pending: Reply
    ) -> UseCase | Reply:
        """The use case when all agreed in time; otherwise an answer now, and the rest as it comes (H-12)."""

        async def work() -> None:
            await asked()

        task = self._shop.start_future(work())
        limit = asyncio.ensure_future(self._shop.clock.wait_until(self._shop.clock.now() + DIRECT))
        try:
            await asyncio.wait({task, limit}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()
        if task.done():
            task.result()
            return agreed
        self._shop.start(self._go_on(task, ask, data, agreed))
        return pending

    async def _go_on(self, task: asyncio.Future[None], ask: Ask, data: Any, agreed: UseCase) -> None:
        try:
            await task
        except PosError as refusal:
            self._refunds.tell_staff(f"취소하지 못했습니다: {refusal.ko}")
            return
        error = await self._submit(partial(_run, agreed, data), ask.caller)
        if error is not None:
            said = error.ko if isinstance(error, PosError) else "내부 오류"
            self._refunds.tell_staff(f"취소하지 못했습니다: {said}")

    async def _submit(
        self, run: Callable[[Transaction], Awaitable[Any]], caller: Caller
    ) -> BaseException | None:
        command = Command(caller=caller, name="payment.cancel.request", body=b"", run=run)
        return (await self._shop.store.execute(command)).error


async def _run(use_case: UseCase, data: Any, tx: Transaction) -> Any:
    return await use_case(tx, data)


def _overrides(data: CancelPayment | CancelOrder, caller: Caller) -> bool:
    """A manager, or whoever brings a manager's approval, insists; that they may was found out before anybody is asked."""
    approved = data.approval_id is not None
    return data.override and caller.is_staff and (approved or caller.may("staff:manage"))
