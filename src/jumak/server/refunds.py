"""Asking for money back: the live half of a refund (contract, payment §6.2; rulebook CAN-2, CAN-8, CAN-10).

What a payment method or terminal took it gives back, and only then is the payment cancelled. As with attempts to
take money (`paying.py`) what is asked is on disk before it is asked. A plugin has no deadline, is not asked again
while the end is unknown, and its answer is found by a callback id whenever and wherever it comes; a terminal is
asked again under the same key (`finding_out.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from jumak.domain.attempt import Refused, WentBack
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import HostUnavailable, InvalidState, PosError
from jumak.domain.order.paying import find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.refund import GivenBack, RefundAttempt, Returned, Unclear, read_refund, refund_open
from jumak.domain.terminal import AnswerLost, NotAsked, TerminalRecord
from jumak.logs import fields
from jumak.protocol.messages.payment import CancelPayment, IdRef
from jumak.protocol.row import Done
from jumak.server.connections import Push
from jumak.server.payer import ASK, BACK, Payer, TooLate, in_time, note
from jumak.server.payers import Payers
from jumak.service import refund
from jumak.service.documents import Install
from jumak.service.payment import away, cancel_one, not_running
from jumak.service.ports import Command, Entry, Result, Transaction
from jumak.service.refund_resolve import charge_rest

if TYPE_CHECKING:
    from jumak.server.session import Session
    from jumak.server.shop import RunningShop

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)
"""Who gives money back for a whole order is waited for in silence this long (CAN-2)."""


STARTING = timedelta(seconds=60)
"""After a start a plugin has this long to come up before a person is told that what it took cannot be asked back."""


class Refunds:
    """What the methods and terminals of one shop are asked to give back."""

    def __init__(self, shop: RunningShop, payers: Payers) -> None:
        self._shop, self._payers = shop, payers
        shop.late_answers.append(self.take_late)

    async def recover(self) -> None:
        """What was under way when the server stopped has no known end (NET-1)."""
        await self._run(refund.lose_all, SYSTEM)

    def follow_queue(self, entry: Entry) -> None:
        """A listener of `refund.queue`: what a cancelled order holds is asked back in the background (CAN-2)."""
        self._shop.start(self._ask_back(entry.fact.subject))

    def follow_end(self, entry: Entry) -> None:
        """A listener of `refund.*`: once a part is over, the cancel of its order that met it goes on (CAN-2)."""
        if "payment" in entry.fact.data:
            self._shop.start(self._ask_back(entry.fact.data["payment"]["id"]))

    async def go_on(self) -> None:
        """What cancelled orders were still to ask for when the server stopped is asked for (NET-1)."""
        for each in (await self._shop.store.reader().all(RefundAttempt)).values():
            if each.state == "QUEUED":
                self._shop.start(self._ask_back_once_there(each))

    async def _ask_back_once_there(self, known: RefundAttempt) -> None:
        """No plugin is connected yet when a shop starts."""
        if known.method is not None:
            with suppress(TooLate):
                arrival = self._shop.connections.methods.arrival(known.method)
                await in_time(self._shop.clock, arrival, STARTING)
        await self._ask_back(known.id)

    def follow_ask(self, entry: Entry) -> None:
        """A listener of `refund.ask`: what nobody waits for is asked in the background (CAN-8)."""
        self._shop.start(self._ask_in_background(entry.fact.subject))

    def tell_staff(self, text: str) -> None:
        """A notice on every till."""
        notice = {"level": "warn", "text": text}
        self._shop.connections.send(Push("notice.event", msgspec.json.encode(notice)))

    async def payer_of(self, order: Order, payment: Payment, caller: Caller) -> Payer | None:
        """Who gives this payment back to this caller, None for one that nobody took for us.

        Raises HostUnavailable PLUGIN_NOT_RUNNING, TERMINAL_AWAY for one that is not there, InvalidState
        PARTLY_REFUNDED.
        """
        payer = self._payers.of_payment(
            order, payment, None if caller.kind == "service" else caller.device_id
        )
        record = backing_of(order).payments[payment.id]
        if payer is None and record.by_method:
            raise not_running(record.owner)
        if payer is None and record.terminal:
            raise away(None)
        if payer is not None and not record.terminal:
            await refund.check_whole_is_held(self._shop.store.reader(), order, payment)
        return payer

    async def give_back(
        self, order: Order, payment: Payment, payer: Payer, caller: Caller, *, queued: bool = False
    ) -> None:
        """Returns once the money is on its way back; raises when it is not. caller: on whose word.

        queued: see `service.refund.ask`. Raises InvalidState CANCEL_IN_PROGRESS, REFUND_UNSETTLED, PAYMENT_VOID_FAILED, REFUND_GIVEN_UP;
        HostUnavailable PLUGIN_NOT_RUNNING, TERMINAL_AWAY before anybody was asked, REFUND_UNKNOWN when who was
        asked was lost in between.
        """
        begun = await self._run(
            partial(refund.ask, payment_id=payment.id, who=payer.ref, queued=queued), caller
        )
        if begun.error is not None:
            raise begun.error
        known = await self._shop.store.reader().get(RefundAttempt, payment.id)
        assert known is not None, "it was just stored"
        try:
            meant = await _hear(payer, order, payment, known)
        except NotAsked:
            gone = payer.gone()
            await self._run(partial(refund.refuse, refund_id=payment.id, answer=Refused(gone.ko)), SYSTEM)
            raise gone from None
        if isinstance(meant, Unclear):
            await self._lose(payment)
        elif isinstance(meant, GivenBack):
            await self._run(partial(refund.acknowledged, refund_id=payment.id, answer=meant), payer.caller)
        else:
            await self._run(partial(refund.refuse, refund_id=payment.id, answer=meant), payer.caller)
            raise _not_given_back(payment, meant)

    async def ask_again(self, known: RefundAttempt) -> bool:
        """Asks a terminal once more for what it may have given back; True once that has an end (CAN-10)."""
        order = await self._shop.store.reader().order_of_payment(known.payment)
        if order is None:
            return True
        payment = find_payment(order, known.payment)
        payer = self._payers.of_payment(order, payment)
        if payer is None:
            return False
        asked = self._shop.connections.refunds_asked
        asked.add(known.id)
        try:
            # A manager may have said meanwhile how it ended: then the guest has the money already.
            still = await self._run(partial(refund.check_unknown, refund_id=known.id), SYSTEM)
            if still.error is not None:
                return True
            meant = await _hear(payer, order, payment, known)
            await self._settle(order, payment, known.id, meant, payer.caller)
        except NotAsked:
            return False
        finally:
            asked.discard(known.id)
        return not isinstance(meant, Unclear)

    async def _settle(
        self, order: Order, payment: Payment, refund_id: str, meant: Returned, caller: Caller
    ) -> None:
        """What became of a refund nobody waits for any more."""
        if isinstance(meant, GivenBack):
            await self._run(partial(refund.acknowledged, refund_id=refund_id, answer=meant), caller)
            if refund_id == payment.id and payment.state != "CANCELLED":
                await self._cancel_now(order, payment, caller)
        elif not isinstance(meant, Unclear):
            await self._run(partial(refund.refuse, refund_id=refund_id, answer=meant), caller)

    async def _ask_in_background(self, refund_id: str) -> None:
        """A part, or a payment that goes back whole to give a part of it back."""
        read = self._shop.store.reader()
        known = await read.get(RefundAttempt, refund_id)
        order = None if known is None else await read.order_of_payment(known.payment)
        if known is None or order is None or not known.in_background or known.state != "SENT":
            return
        payment = find_payment(order, known.payment)
        payer = self._payers.of_payment(order, payment)
        try:
            if payer is None:
                raise NotAsked
            meant = await _hear(payer, order, payment, known)
        except NotAsked:
            gone = away(None) if payer is None else payer.gone()
            meant = Refused(gone.ko)
        if isinstance(meant, Unclear):
            await self._run(partial(refund.lose, refund_id=refund_id), SYSTEM)
            return
        await self._settle(order, payment, refund_id, meant, SYSTEM if payer is None else payer.caller)
        if isinstance(meant, Refused):
            self.tell_staff(
                f"주문 {order.number}의 {known.amount:,}원을 카드로 돌려주지 못했습니다: {meant.message}"
            )

    async def _lose(self, payment: Payment) -> None:
        """Nobody knows whether the money went back; raises REFUND_UNKNOWN unless it turned out meanwhile."""
        await self._run(partial(refund.lose, refund_id=payment.id), SYSTEM)
        if not await self._is_back(payment):
            raise HostUnavailable(
                "환불되었는지 알 수 없습니다. 확인해 주세요",
                "who was asked to give the money back was lost meanwhile; find out whether it went",
                reason="REFUND_UNKNOWN",
                paymentId=payment.id,
            )

    async def _is_back(self, payment: Payment) -> bool:
        """The answer came over another connection, or somebody confirmed it, while this one was waited for."""
        order = await self._shop.store.reader().order_of_payment(payment.id)
        return order is not None and find_payment(order, payment.id).state == "CANCELLED"

    # -- whole orders ----------------------------------------------------------------------------

    async def _ask_back(self, payment_id: str) -> None:
        """Asks for a payment that a cancelled order still holds, if it waits in the queue."""
        read = self._shop.store.reader()
        order, refunds = await read.order_of_payment(payment_id), await read.all(RefundAttempt)
        known = refunds.get(payment_id)
        if order is None or known is None or known.state != "QUEUED":
            return
        if not backing_of(order).cancel_pending:
            # An order kept by an earlier version, in which money that came gave the cancel up.
            await self._run(partial(refund.refuse, refund_id=known.id, answer=WentBack()), SYSTEM)
            return
        if any(
            each.is_part and each.payment == payment_id and refund_open(each) for each in refunds.values()
        ):
            # Its end is a fact, which has this asked again.
            return
        payment = find_payment(order, payment_id)
        payer = self._payers.of_payment(order, payment)
        if payer is None:
            await self._cannot_ask(order, known)
        else:
            await self._return_one(order, payment, payer)

    async def _cannot_ask(self, order: Order, known: RefundAttempt) -> None:
        """Nobody is there: a person sees whom it waits for."""
        install = (
            None
            if known.method is None
            else await self._shop.store.reader().get(Install, known.method.plugin_id)
        )
        gone: PosError
        if known.method is None:
            assert known.terminal is not None, "a terminal's or a method's"
            gone = away(await self._shop.store.reader().get(TerminalRecord, known.terminal.id))
        else:
            # What a plugin entered may name a method of its own, and need not.
            taken = backing_of(order).payments[known.payment].by_method
            name = known.method.plugin_id if install is None else install.name
            gone = not_running(name) if taken else refund.nobody_to_ask(known.payment)
        await self._run(partial(refund.cannot_ask, refund_id=known.id, refusal=gone), SYSTEM)
        self.tell_staff(f"주문 {order.number}의 환불: {gone.ko}")

    async def _return_one(self, order: Order, payment: Payment, payer: Payer) -> None:
        caller = payer.caller
        patience = self._shop.start(self._impatient(order, caller.name))
        try:
            await self.give_back(order, payment, payer, SYSTEM, queued=True)
        except PosError as refusal:
            if refusal.reason in ("CANCEL_IN_PROGRESS", "REFUND_UNSETTLED", "REFUND_STATE"):
                # It is asked for already, has its end, or waits for a part, whose end has it asked.
                return
            await self._run(partial(refund.cannot_ask, refund_id=payment.id, refusal=refusal), SYSTEM)
            self.tell_staff(f"주문 {order.number}의 환불: {refusal.ko}")
            return
        finally:
            patience.cancel()
        await self._cancel_now(order, payment, caller)

    async def _impatient(self, order: Order, who: str) -> None:
        await self._shop.clock.wait_until(self._shop.clock.now() + PATIENCE)
        self.tell_staff(
            f"주문 {order.number}의 환불에 '{who}'이(가) 아직 답하지 않았습니다. "
            "직접 환불했다면 점장이 외부 환불을 확인해 주세요"
        )

    # -- late answers ----------------------------------------------------------------------------

    def take_late(self, session: Session, callback_id: str, data: dict[str, Any]) -> bool:
        """An answer nobody waits for any more; True when it is about money to give back."""
        if not callback_id.startswith(BACK) or session.caller is None:
            return False
        self._shop.start(self._take_own(callback_id.removeprefix(BACK), data, session.caller))
        return True

    async def _take_own(self, payment_id: str, data: dict[str, Any], caller: Caller) -> None:
        read = self._shop.store.reader()
        order, asked = await read.order_of_payment(payment_id), await read.get(RefundAttempt, payment_id)
        if order is None or asked is None or asked.method is None or asked.method.plugin_id != caller.id:
            self._shop.watch.note(
                caller.id, "warn", f"an answer to refund {payment_id[:64]}, which it was not asked"
            )
            return
        meant = read_refund(data)
        if isinstance(meant, Unclear):
            self._shop.watch.note(caller.id, "warn", f"no clear answer to refund {payment_id}")
        await self._settle(order, find_payment(order, payment_id), payment_id, meant, caller)

    # -- the store -------------------------------------------------------------------------------

    async def _cancel_now(self, order: Order, payment: Payment, caller: Caller) -> None:
        """The money went back: the books follow, whatever was asked for."""
        data = CancelPayment(order=IdRef(id=order.id), payment=IdRef(id=payment.id))

        async def run(tx: Transaction) -> Any:
            now = await tx.order_of_payment(payment.id)
            if now is None or find_payment(now, payment.id).state == "CANCELLED":
                return Done()
            done = await cancel_one(tx, data, given_back=True)
            await charge_rest(tx, payment.id)
            return done

        error = (await self._run(run, caller)).error
        if error is not None:
            # It stays under way, so that nobody asks for the money again, until somebody confirms it.
            log.error("a refund could not be kept", exc_info=error, extra=fields(payment=payment.id))
            note(self._shop, caller, "error", f"refund {payment.id} could not be kept")
            self.tell_staff(
                f"주문 {order.number}의 돈은 돌려주었지만 장부에 적지 못했습니다. 점장이 환불을 확인해 주세요"
            )

    async def _run(self, work: Callable[[Transaction], Awaitable[Any]], caller: Caller) -> Result:
        return await self._shop.store.execute(Command(caller=caller, name=ASK, body=b"", run=work))


async def _hear(payer: Payer, order: Order, payment: Payment, known: RefundAttempt) -> Returned:
    """What who is asked says; Unclear once nobody can tell, whatever happened on the way. Raises NotAsked."""
    try:
        meant = await payer.give_back(order, payment, known)
    except NotAsked:
        raise
    except AnswerLost:
        payer.note("error", f"the connection was lost during refund {known.id}")
        return Unclear()
    except Exception:
        # A driver that fails may have asked; under its key nothing goes back twice.
        log.exception("asking for a refund failed", extra=fields(refund=known.id))
        return Unclear()
    if isinstance(meant, Unclear):
        payer.note("error", f"no clear answer to refund {known.id}")
    return meant


def _not_given_back(payment: Payment, answer: WentBack | Refused) -> InvalidState:
    if isinstance(answer, Refused):
        return InvalidState(
            answer.message or "환불하지 못했습니다",
            f"the money could not be given back: {answer.message}",
            reason="PAYMENT_VOID_FAILED",
            paymentId=payment.id,
        )
    return InvalidState(
        "환불을 취소했습니다. 결제는 그대로입니다",
        "the refund was given up; the payment stays as it was",
        reason="REFUND_GIVEN_UP",
        paymentId=payment.id,
    )
