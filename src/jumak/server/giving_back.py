"""Before money goes back: other plugins may object, and the plugin that took it returns it (contract, payment §5, §6.2).

`payment.cancel.request` and `order.cancel.request` are writes that pass by here while somebody is
connected who has a say; otherwise they join the store's queue at once. The rules:

- every plugin session but the canceller's own is asked `before-cancel`, all at the same time; one
  `complete: false` vetoes, and a manager may say `override`;
- silence is consent: after 30 s for staff, 10 s for a plugin (H-46). A session that was silent is not
  asked again until it answers something, so that one deaf client does not delay every cancel;
- what a payment method took, its plugin gives back first, and only then is the payment cancelled;
- staff get a direct answer for 20 s; after that `cancelPending`, and the rest goes on (H-12).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import msgspec

from jumak.domain.attempt import GivenBack, Refused, read_refund
from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, InvalidState, PosError
from jumak.domain.order.ending import check_plugin_may_cancel, live_payments
from jumak.domain.order.paying import check_may_cancel_payment, find_payment
from jumak.domain.order.pricing import backing_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.protocol.messages.order import CancelOrder, CancelOrderReply
from jumak.protocol.messages.payment import CancelPayment, CancelPaymentReply, IdRef
from jumak.protocol.row import Reply
from jumak.server.connections import Push
from jumak.server.session import Session
from jumak.service.keeping import locked
from jumak.service.order import cancel_order
from jumak.service.payment import cancel_one, not_running
from jumak.service.ports import Command, Entry, Reader, Transaction
from jumak.service.table import shown

if TYPE_CHECKING:
    from jumak.server.live import Ask
    from jumak.server.shop import RunningShop

ASK_FIRST = "payment.event.request"
ASK_BACK = "payment.method.event.request"
CALLBACK = "host:back:"

STAFF_WAIT, PLUGIN_WAIT = timedelta(seconds=30), timedelta(seconds=10)
DIRECT = timedelta(seconds=20)
"""Staff wait this long for a direct answer, well inside the 30 s every request has."""

PATIENCE = timedelta(seconds=30)
"""A plugin that gives money back for a whole order is waited for in silence this long (CAN-2)."""

UseCase = Callable[[Transaction, Any], Awaitable[Any]]


class GivingBack:
    """Asks who has a say before a payment is cancelled."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        self._silent: WeakSet[Session] = WeakSet()
        self._returning: set[str] = set()
        shop.late_answers.append(self.take_late)

    def needed(self, caller: Caller) -> bool:
        """Somebody is connected who may have a say."""
        return bool(caller.is_staff and self._shop.connections.methods) or any(
            True for _ in self._listeners(caller)
        )

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
        if (refusal := await locked(read, order, caller, read.at)) is not None:
            raise refusal
        plugin = self._method_of(order, payment, caller) if caller.is_staff else None
        agreed: UseCase = cancel_one if plugin is None else partial(cancel_one, given_back=True)

        async def asked() -> None:
            await self._consent(read, order, (payment,), caller, overridden=_overrides(data, caller))
            if plugin is not None:
                await self._give_back(order, payment, plugin)

        if not caller.is_staff:
            await asked()
            return agreed
        return await self._in_time(ask, data, asked, agreed, CancelPaymentReply(cancel_pending=True))

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
        elif not caller.may("staff:manage") and data.approval_id is None:
            return cancel_order  # It says which approval it needs.
        known: Order = order

        async def asked() -> None:
            overridden = _overrides(data, caller)
            await self._consent(read, known, live_payments(known), caller, overridden=overridden)

        if not caller.is_staff:
            await asked()
            return cancel_order
        pending = CancelOrderReply(order=await shown(read, order), cancel_pending=True)
        return await self._in_time(ask, data, asked, cancel_order, pending)

    def follow(self, entry: Entry) -> None:
        """A listener of `order.cancel-pending`: what methods took is asked back in the background (CAN-2)."""
        self._shop.start(self._ask_back(entry.fact.subject))

    async def _ask_back(self, order_id: str) -> None:
        order = await self._shop.store.reader().order(order_id)
        for payment in () if order is None else live_payments(order):
            assert order is not None
            session = self._method_session(order, payment)
            if session is not None and payment.id not in self._returning:
                self._shop.start(self._return_one(order, payment, session))

    async def _return_one(self, order: Order, payment: Payment, session: Session) -> None:
        caller = session.caller
        assert caller is not None
        patience = self._shop.start(self._impatient(order, caller.name))
        try:
            await self._give_back(order, payment, session)
        except PosError as refusal:
            self._tell_staff(f"주문 {order.number}의 환불: {refusal.ko}")
            return
        finally:
            patience.cancel()
        await self._cancel_now(order, payment, caller)

    async def _impatient(self, order: Order, plugin: str) -> None:
        await self._shop.clock.wait_until(self._shop.clock.now() + PATIENCE)
        self._tell_staff(
            f"주문 {order.number}의 환불에 플러그인 '{plugin}'이(가) 아직 답하지 않았습니다. "
            "직접 환불했다면 매니저가 외부 환불을 확인해 주세요"
        )

    # -- asking ----------------------------------------------------------------------------------

    def _listeners(self, caller: Caller) -> list[Session]:
        return [
            one
            for one in self._shop.connections.all
            if isinstance(one, Session)
            and one not in self._silent
            and one.caller is not None
            and one.caller.kind in ("plugin", "service")
            and one.caller.id != caller.id
            and not one.caller.is_staff
            and one.caller.may("payment:read")
        ]

    async def _consent(
        self, read: Reader, order: Order, payments: Sequence[Payment], caller: Caller, *, overridden: bool
    ) -> None:
        """Every other plugin agrees, or says nothing; raises InvalidState CANCEL_VETOED."""
        if overridden:
            return
        listeners = self._listeners(caller)
        view = await shown(read, order)
        asked: dict[asyncio.Future[Any], Session] = {
            self._shop.start_future(self._object(session, view, payment)): session
            for session in listeners
            for payment in payments
        }
        if not asked:
            return
        wait = STAFF_WAIT if caller.is_staff else PLUGIN_WAIT
        limit = asyncio.ensure_future(self._shop.clock.wait_until(self._shop.clock.now() + wait))
        waiting: set[asyncio.Future[Any]] = set(asked)
        try:
            while waiting and not limit.done():
                done, waiting = await asyncio.wait({*waiting, limit}, return_when=asyncio.FIRST_COMPLETED)
                waiting.discard(limit)
                for each in done - {limit}:
                    if each.result() is not None:
                        raise _vetoed(asked[each], each.result())
            for each in waiting:
                self._was_silent(asked[each], wait)
        finally:
            limit.cancel()
            for each in waiting:
                each.cancel()

    async def _object(self, session: Session, order: Order, payment: Payment) -> str | None:
        """What it has against the cancel; None when nothing."""
        data = {"event": "before-cancel", "payload": {"order": order, "payment": payment}}
        try:
            answer = await session.ask(ASK_FIRST, data, timeout_s=None)
        except PosError:
            return None  # It is gone, or may no longer see payments.
        if answer.get("complete") is not False:
            return None
        said = answer.get("errorMessage")
        return said[:500] if isinstance(said, str) else ""

    def _was_silent(self, session: Session, wait: timedelta) -> None:
        self._silent.add(session)
        if session.caller is not None:
            self._shop.watch.note(
                session.caller.id,
                "warn",
                f"no answer to before-cancel in {wait.seconds} s: taken as consent; "
                "this connection is not asked again until it answers",
            )

    def take_late(self, session: Session, callback_id: str, data: dict[str, Any]) -> bool:
        """A late answer: the session listens after all. A late refund is a refund."""
        self._silent.discard(session)
        if not callback_id.startswith(CALLBACK) or session.caller is None:
            return False
        self._shop.start(self._take_late_refund(callback_id.removeprefix(CALLBACK), data, session.caller))
        return True

    async def _take_late_refund(self, payment_id: str, data: dict[str, Any], caller: Caller) -> None:
        order = await self._shop.store.reader().order_of_payment(payment_id)
        if order is None or not isinstance(read_refund(data), GivenBack):
            return
        payment = find_payment(order, payment_id)
        if backing_of(order).payments[payment_id].owner == caller.id and payment.state != "CANCELLED":
            await self._cancel_now(order, payment, caller)

    # -- money -----------------------------------------------------------------------------------

    def _method_of(self, order: Order, payment: Payment, caller: Caller) -> Session | None:
        """The session that gives this payment back, None for one that no method took.

        Raises HostUnavailable PLUGIN_NOT_RUNNING for a method that nobody runs, InvalidState
        CANCEL_IN_PROGRESS while it is being given back.
        """
        session = self._method_session(order, payment, None if caller.kind == "service" else caller.device_id)
        record = backing_of(order).payments[payment.id]
        if session is None and record.by_method:
            raise not_running(record.owner)
        if payment.id in self._returning:
            raise InvalidState(
                "이미 환불 중인 결제입니다",
                "this payment is being given back; wait for its end",
                reason="CANCEL_IN_PROGRESS",
                paymentId=payment.id,
            )
        return session

    def _method_session(self, order: Order, payment: Payment, device: str | None = None) -> Session | None:
        details = payment.external_details
        if payment.source_type != "EXTERNAL" or details is None or details.source_id is None:
            return None
        owner = backing_of(order).payments[payment.id].owner
        methods = self._shop.connections.methods
        return methods.session_for(owner, details.source_id, device) or methods.session_for(
            owner, details.source_id, None
        )

    async def _give_back(self, order: Order, payment: Payment, session: Session) -> None:
        """Returns once the plugin has given the money back; raises when it has not."""
        details = payment.external_details
        assert details is not None, "a method's payment names the method"
        view = await shown(self._shop.store.reader(), order)
        data = {"event": "cancel", "id": details.source_id, "order": view, "payment": payment}
        self._returning.add(payment.id)
        try:
            answer = await session.ask(ASK_BACK, data, timeout_s=None, callback_id=f"{CALLBACK}{payment.id}")
        except HostUnavailable:
            raise HostUnavailable(
                "플러그인과 연결이 끊어져 환불되었는지 알 수 없습니다. 확인해 주세요",
                "the plugin was lost while it gave the money back; find out whether it did",
                reason="REFUND_UNKNOWN",
                paymentId=payment.id,
            ) from None
        finally:
            self._returning.discard(payment.id)
        match read_refund(answer):
            case Refused(message):
                raise InvalidState(
                    message or "플러그인이 환불하지 못했습니다",
                    f"the plugin could not give the money back: {message}",
                    reason="PAYMENT_VOID_FAILED",
                    paymentId=payment.id,
                )
            case GivenBack():
                return
        raise InvalidState(
            "환불을 취소했습니다. 결제는 그대로입니다",
            "the plugin gave the refund up; the payment stays as it was",
            reason="REFUND_GIVEN_UP",
            paymentId=payment.id,
        )

    async def _cancel_now(self, order: Order, payment: Payment, caller: Caller) -> None:
        """The plugin has returned the money: the books follow, whatever was asked for."""
        data = CancelPayment(order=IdRef(id=order.id), payment=IdRef(id=payment.id))
        await self._submit(partial(_run, partial(cancel_one, given_back=True), data), caller)

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
            self._tell_staff(f"취소하지 못했습니다: {refusal.ko}")
            return
        error = await self._submit(partial(_run, agreed, data), ask.caller)
        if error is not None:
            said = error.ko if isinstance(error, PosError) else "내부 오류"
            self._tell_staff(f"취소하지 못했습니다: {said}")

    async def _submit(
        self, run: Callable[[Transaction], Awaitable[Any]], caller: Caller
    ) -> BaseException | None:
        command = Command(caller=caller, name="payment.cancel.request", body=b"", run=run)
        return (await self._shop.store.execute(command)).error

    def _tell_staff(self, text: str) -> None:
        notice = {"level": "warn", "text": text}
        self._shop.connections.send(Push("notice.event", msgspec.json.encode(notice)))


async def _run(use_case: UseCase, data: Any, tx: Transaction) -> Any:
    return await use_case(tx, data)


def _overrides(data: CancelPayment | CancelOrder, caller: Caller) -> bool:
    """A manager, or whoever brings a manager's approval (the use case checks it), insists."""
    approved = isinstance(data, CancelOrder) and data.approval_id is not None
    return data.override and caller.is_staff and (approved or caller.may("staff:manage"))


def _vetoed(session: Session, said: str) -> InvalidState:
    name = "" if session.caller is None else session.caller.name
    return InvalidState(
        said or f"플러그인 '{name}'이(가) 결제 취소를 막았습니다",
        f"the plugin {name!r} objects to the cancel: {said}; a manager may send override",
        reason="CANCEL_VETOED",
        plugin=name,
    )
