"""Asking plugins for money back: the live half of a refund (contract, payment §6.2; rulebook CAN-2, CAN-10).

What a payment method took its plugin gives back, and only then is the payment cancelled. As with attempts to
take money (`paying.py`) what is asked is on disk before it is asked, has no deadline, is not asked again
while its end is unknown, and its answer is found by a callback id whenever and wherever it comes.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from jumak.domain.attempt import MethodRef, Refused, WentBack
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import HostUnavailable, InvalidState, PosError
from jumak.domain.order.ending import live_payments
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.refund import GivenBack, RefundAttempt, Unclear, read_refund, refund_open
from jumak.protocol.messages.payment import CancelPayment, IdRef
from jumak.server.connections import Push
from jumak.server.session import Session
from jumak.service import refund
from jumak.service.payment import cancel_one, not_running
from jumak.service.ports import Command, Entry, Result, Transaction
from jumak.service.table import shown

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

ASK = "payment.method.event.request"
CALLBACK = "host:back:"
"""Callback ids of `cancel` requests; the payment's id follows."""

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)
"""A plugin that gives money back for a whole order is waited for in silence this long (CAN-2)."""


class Refunds:
    """What the methods of one shop are asked to give back."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        shop.late_answers.append(self.take_late)

    async def recover(self) -> None:
        """What was under way when the server stopped has no known end (NET-1)."""
        await self._run(refund.lose_all, SYSTEM)

    def follow(self, entry: Entry) -> None:
        """A listener of `order.cancel-pending`: what methods took is asked back in the background (CAN-2)."""
        self._shop.start(self._ask_back(entry.fact.subject))

    def tell_staff(self, text: str) -> None:
        """A notice on every till."""
        notice = {"level": "warn", "text": text}
        self._shop.connections.send(Push("notice.event", msgspec.json.encode(notice)))

    def method_of(self, order: Order, payment: Payment, caller: Caller) -> Session | None:
        """The session that gives this payment back to this caller, None for one that no method took.

        Raises HostUnavailable PLUGIN_NOT_RUNNING for a method that nobody runs, InvalidState PARTLY_REFUNDED.
        """
        session = self._session_of(order, payment, None if caller.kind == "service" else caller.device_id)
        record = backing_of(order).payments[payment.id]
        if session is None and record.by_method:
            raise not_running(record.owner)
        if session is not None:
            refund.check_whole(order, payment)
        return session

    async def give_back(self, order: Order, payment: Payment, session: Session, caller: Caller) -> None:
        """Returns once the plugin has given the money back; raises when it has not. caller: on whose word.

        Raises InvalidState CANCEL_IN_PROGRESS, REFUND_UNSETTLED, PAYMENT_VOID_FAILED, REFUND_GIVEN_UP;
        HostUnavailable PLUGIN_NOT_RUNNING before it was asked, REFUND_UNKNOWN when it was lost in between.
        """
        details, plugin = payment.external_details, session.caller
        assert details is not None, "a method's payment names the method"
        assert details.source_id is not None, "a method's payment names the method"
        assert plugin is not None, "a method belongs to an open session"
        method = MethodRef(plugin_id=plugin.id, id=details.source_id, payment_name=details.source)
        begun = await self._run(partial(refund.ask, payment_id=payment.id, method=method), caller)
        if begun.error is not None:
            raise begun.error
        if session.closed or not plugin.may("payment-method"):
            gone = not_running(plugin.name)
            await self._run(partial(refund.refuse, payment_id=payment.id, answer=Refused(gone.ko)), SYSTEM)
            raise gone
        view = await shown(self._shop.store.reader(), order)
        data = {"event": "cancel", "id": details.source_id, "order": view, "payment": payment}
        try:
            answer = await session.ask(ASK, data, timeout_s=None, callback_id=f"{CALLBACK}{payment.id}")
        except HostUnavailable:
            self._shop.watch.note(plugin.id, "error", f"the connection was lost during refund {payment.id}")
            await self._lose(payment)
            return
        meant = read_refund(answer)
        if isinstance(meant, Unclear):
            self._shop.watch.note(plugin.id, "error", f"no clear answer to refund {payment.id}")
            await self._lose(payment)
        elif not isinstance(meant, GivenBack):
            await self._run(partial(refund.refuse, payment_id=payment.id, answer=meant), plugin)
            raise _not_given_back(payment, meant)

    async def _lose(self, payment: Payment) -> None:
        """Nobody knows whether the money went back; raises REFUND_UNKNOWN unless it turned out meanwhile."""
        await self._run(partial(refund.lose, payment_id=payment.id), SYSTEM)
        if not await self._is_back(payment):
            raise HostUnavailable(
                "환불되었는지 알 수 없습니다. 확인해 주세요",
                "the plugin was lost while it gave the money back; find out whether it did",
                reason="REFUND_UNKNOWN",
                paymentId=payment.id,
            )

    async def _is_back(self, payment: Payment) -> bool:
        """The answer came over another connection, or somebody confirmed it, while this one was waited for."""
        order = await self._shop.store.reader().order_of_payment(payment.id)
        return order is not None and find_payment(order, payment.id).state == "CANCELLED"

    # -- whole orders ----------------------------------------------------------------------------

    async def _ask_back(self, order_id: str) -> None:
        read = self._shop.store.reader()
        order = await read.order(order_id)
        for payment in () if order is None else live_payments(order):
            assert order is not None
            session = self._session_of(order, payment)
            known = await read.get(RefundAttempt, payment.id)
            if session is not None and refund_open(known) is None:
                self._shop.start(self._return_one(order, payment, session))

    async def _return_one(self, order: Order, payment: Payment, session: Session) -> None:
        caller = session.caller
        assert caller is not None
        patience = self._shop.start(self._impatient(order, caller.name))
        try:
            await self.give_back(order, payment, session, SYSTEM)
        except PosError as refusal:
            self.tell_staff(f"주문 {order.number}의 환불: {refusal.ko}")
            return
        finally:
            patience.cancel()
        await self._cancel_now(order, payment, caller)

    async def _impatient(self, order: Order, plugin: str) -> None:
        await self._shop.clock.wait_until(self._shop.clock.now() + PATIENCE)
        self.tell_staff(
            f"주문 {order.number}의 환불에 플러그인 '{plugin}'이(가) 아직 답하지 않았습니다. "
            "직접 환불했다면 매니저가 외부 환불을 확인해 주세요"
        )

    # -- late answers ----------------------------------------------------------------------------

    def take_late(self, session: Session, callback_id: str, data: dict[str, Any]) -> bool:
        """An answer nobody waits for any more; True when it is about money to give back."""
        if not callback_id.startswith(CALLBACK) or session.caller is None:
            return False
        self._shop.start(self._take_own(callback_id.removeprefix(CALLBACK), data, session.caller))
        return True

    async def _take_own(self, payment_id: str, data: dict[str, Any], caller: Caller) -> None:
        read = self._shop.store.reader()
        order, asked = await read.order_of_payment(payment_id), await read.get(RefundAttempt, payment_id)
        if order is None or asked is None or asked.method.plugin_id != caller.id:
            self._shop.watch.note(
                caller.id, "warn", f"an answer to refund {payment_id[:64]}, which it was not asked"
            )
            return
        meant = read_refund(data)
        if isinstance(meant, Unclear):
            self._shop.watch.note(caller.id, "warn", f"no clear answer to refund {payment_id}")
        elif not isinstance(meant, GivenBack):
            await self._run(partial(refund.refuse, payment_id=payment_id, answer=meant), caller)
        elif (payment := find_payment(order, payment_id)).state != "CANCELLED":
            await self._cancel_now(order, payment, caller)

    # -- the store -------------------------------------------------------------------------------

    def _session_of(self, order: Order, payment: Payment, device: str | None = None) -> Session | None:
        details = payment.external_details
        if payment.source_type != "EXTERNAL" or details is None or details.source_id is None:
            return None
        owner = backing_of(order).payments[payment.id].owner
        methods = self._shop.connections.methods
        return methods.session_for(owner, details.source_id, device) or methods.session_for(
            owner, details.source_id, None
        )

    async def _cancel_now(self, order: Order, payment: Payment, caller: Caller) -> None:
        """The plugin has returned the money: the books follow, whatever was asked for."""
        data = CancelPayment(order=IdRef(id=order.id), payment=IdRef(id=payment.id))

        async def run(tx: Transaction) -> Any:
            return await cancel_one(tx, data, given_back=True)

        error = (await self._run(run, caller)).error
        if error is not None:
            # It stays under way, so that nobody asks for the money again, until somebody confirms it.
            log.error("the refund of payment %s could not be kept", payment.id, exc_info=error)
            self._shop.watch.note(caller.id, "error", f"refund {payment.id} could not be kept")
            self.tell_staff(
                f"주문 {order.number}의 돈은 돌려주었지만 장부에 적지 못했습니다. 매니저가 환불을 확인해 주세요"
            )

    async def _run(self, work: Callable[[Transaction], Awaitable[Any]], caller: Caller) -> Result:
        return await self._shop.store.execute(Command(caller=caller, name=ASK, body=b"", run=work))


def _not_given_back(payment: Payment, answer: WentBack | Refused) -> InvalidState:
    if isinstance(answer, Refused):
        return InvalidState(
            answer.message or "플러그인이 환불하지 못했습니다",
            f"the plugin could not give the money back: {answer.message}",
            reason="PAYMENT_VOID_FAILED",
            paymentId=payment.id,
        )
    return InvalidState(
        "환불을 취소했습니다. 결제는 그대로입니다",
        "the plugin gave the refund up; the payment stays as it was",
        reason="REFUND_GIVEN_UP",
        paymentId=payment.id,
    )
