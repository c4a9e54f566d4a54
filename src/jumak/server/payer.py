"""Who takes a guest's money for the shop and gives it back: a plugin's payment method, or a card terminal.

`paying.py` and `refunds.py` know only this port. Whatever is asked is on disk before (NET-1, CAN-10).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jumak.domain.attempt import Answer, Attempt, MethodRef, TerminalRef, read_answer
from jumak.domain.caller import Caller
from jumak.domain.errors import HostUnavailable, PosError
from jumak.domain.finding_out import charge_of
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.domain.refund import RefundAttempt, Returned, read_refund
from jumak.domain.terminal import AnswerLost, CardCancel, NotAsked, TerminalRecord
from jumak.domain.wallet import MOST_SHOWN
from jumak.ending import ended
from jumak.logs import fields
from jumak.server.watch import Level
from jumak.service.attempt_answer import show_code
from jumak.service.card_terminal import CardTerminal
from jumak.service.payment import away, not_running
from jumak.service.ports import Command
from jumak.service.table import shown

if TYPE_CHECKING:
    from jumak.server.clock import WaitingClock
    from jumak.server.session import Session
    from jumak.server.shop import RunningShop

ASK = "payment.method.event.request"
PAY = "host:pay:"
"""Callback ids of `pay` requests; the attempt's id follows."""

BACK = "host:back:"
"""Callback ids of `cancel` requests; the payment's id follows."""

GUEST_WITHIN = timedelta(seconds=60)
"""A guest has so long to pay at a terminal, host and all (NET-2)."""

PHONE_WITHIN = timedelta(seconds=180)
"""A guest has so long to scan a code, pay in the wallet's app, and for the host to say so (NET-2, PAY-9)."""

HOST_WITHIN = timedelta(seconds=30)
"""The card network has so long to answer what needs no guest (NET-2)."""

WorkT = TypeVar("WorkT")

log = logging.getLogger(__name__)


class TooLate(AnswerLost):
    """Nothing came in time."""


class Payer(Protocol):
    """Asked for each attempt once."""

    @property
    def caller(self) -> Caller:
        """On whose word its answers are written down."""

    @property
    def ref(self) -> MethodRef | TerminalRef:
        """How attempts and refunds name it."""

    @property
    def turn(self) -> tuple[str | None, ...]:
        """What of this it does one at a time."""

    async def pay(self, attempt: Attempt, order: Order) -> Answer:
        """Asks for the money. Raises NotAsked, AnswerLost; HostUnavailable when a plugin was lost."""

    def give_up(self) -> None:
        """Staff wait no longer: whoever is asked should stop asking the guest, and is not asked any more if not yet."""

    def begin_turn(self, device: str | None) -> None:
        """What it shows from now on belongs to a payment that was begun on this device."""

    def end_turn(self) -> None:
        """No longer."""

    def at_work(self) -> bool:
        """It shows the guest something: that is no silence."""

    async def give_back(self, order: Order, payment: Payment, refund: RefundAttempt) -> Returned:
        """Asks for as much of the payment back as the refund says. Raises as `pay`."""

    def gone(self) -> PosError:
        """Why it cannot be asked, when it cannot."""

    def note(self, level: Level, text: str) -> None:
        """A line for whoever looks after it."""


class MethodPayer:
    """A plugin's payment method, in one session of it. See `Payer`."""

    def __init__(self, shop: RunningShop, session: Session, ref: MethodRef) -> None:
        caller = session.caller
        assert caller is not None, "a method belongs to an open session"
        self._shop, self._session, self.ref, self.caller = shop, session, ref, caller
        self._given_up = False
        # A plugin's popups do not say which payment they belong to: whoever runs it asks it for one at a time.
        self.turn = (caller.id, caller.device_id)

    async def pay(self, attempt: Attempt, order: Order) -> Answer:
        """From here on nobody but the plugin knows whether money moves: no deadline, no second question."""
        view = await shown(self._shop.store.reader(), order)
        if self._given_up:
            raise NotAsked
        data = {"event": "pay", "id": self.ref.id, "order": view, "price": attempt.price}
        return read_answer(await self._ask(data, f"{PAY}{attempt.id}"))

    async def give_back(self, order: Order, payment: Payment, refund: RefundAttempt) -> Returned:  # noqa: ARG002 (a plugin gives back whole payments)
        """See `Payer`."""
        view = await shown(self._shop.store.reader(), order)
        data = {"event": "cancel", "id": self.ref.id, "order": view, "payment": payment}
        return read_refund(await self._ask(data, f"{BACK}{payment.id}"))

    async def _ask(self, data: dict[str, Any], callback_id: str) -> dict[str, Any]:
        if self._session.closed or not self.caller.may("payment-method"):
            raise NotAsked
        try:
            return await self._session.ask(ASK, data, timeout_s=None, callback_id=callback_id)
        except HostUnavailable as lost:
            raise AnswerLost(lost.en) from None

    def give_up(self) -> None:
        """See `Payer`."""
        self._given_up = True
        self._shop.ui.close_popups(self._session)

    def begin_turn(self, device: str | None) -> None:
        """See `Payer`."""
        self._shop.ui.prefer_till(self.caller.id, device)

    def end_turn(self) -> None:
        """See `Payer`."""
        self._shop.ui.prefer_till(self.caller.id, None)

    def at_work(self) -> bool:
        """See `Payer`."""
        return self._shop.ui.popup_open(self.caller.id)

    def gone(self) -> PosError:
        """See `Payer`."""
        return not_running(self.caller.name)

    def note(self, level: Level, text: str) -> None:
        """See `Payer`."""
        note(self._shop, self.caller, level, text)


class TerminalPayer:
    """A card terminal. See `Payer`."""

    def __init__(self, shop: RunningShop, terminal: CardTerminal, record: TerminalRecord) -> None:
        self._shop, self._terminal, self._record = shop, terminal, record
        self.ref, self.caller, self.turn = record.ref, terminal_caller(record.ref), ("terminal", record.id)
        self._asked, self._given_up = "", False

    async def pay(self, attempt: Attempt, order: Order) -> Answer:  # noqa: ARG002 (a card needs no order)
        """Over, or unknown, within a minute, or three where the guest scans; then the guest is asked no more."""
        code = self._shop.connections.presented.take(attempt.id)
        if self._given_up:
            raise NotAsked
        self._asked = attempt.id
        charge = charge_of(attempt)
        asking = self._terminal.charge(charge, code=code, show=lambda text: self._show(attempt.id, text))
        limit = PHONE_WITHIN if charge.presented_by == "SHOP" else GUEST_WITHIN
        try:
            return await in_time(self._shop.clock, asking, limit)
        except TooLate:
            self.give_up()
            raise

    def _show(self, attempt_id: str, text: str) -> None:
        if len(text) > MOST_SHOWN:
            self.note(
                "error", f"a code of {len(text)} characters for payment {attempt_id} is too long to scan"
            )
            return
        work = partial(show_code, attempt_id=attempt_id, text=text)
        self._shop.start(self._keep(Command(caller=self.caller, name=ASK, body=b"", run=work)))

    async def _keep(self, command: Command) -> None:
        await self._shop.store.execute(command)

    async def give_back(self, order: Order, payment: Payment, refund: RefundAttempt) -> Returned:  # noqa: ARG002 (see above)
        """See `Payer`."""
        cancel = cancel_of(payment, refund)
        return await in_time(self._shop.clock, self._terminal.cancel(cancel), HOST_WITHIN)

    def give_up(self) -> None:
        """See `Payer`."""
        self._given_up = True
        if self._asked:
            self._shop.start(self._abort())

    async def _abort(self) -> None:
        try:
            await in_time(self._shop.clock, self._terminal.abort(self._asked), HOST_WITHIN)
        except (NotAsked, AnswerLost):
            # What became of the charge is found out in any case.
            return

    def begin_turn(self, device: str | None) -> None:
        """It stands where it stands."""

    def end_turn(self) -> None:
        """See above."""

    def at_work(self) -> bool:
        """It has a deadline of its own."""
        return False

    def gone(self) -> PosError:
        """See `Payer`."""
        return away(self._record)

    def note(self, level: Level, text: str) -> None:
        """See `Payer`."""
        note(self._shop, self.caller, level, text)


def note(shop: RunningShop, caller: Caller, level: Level, text: str) -> None:
    """On a plugin's console, and for a terminal in the log: ids and sentences of ours, nothing of a card (SEC-3)."""
    if caller.kind == "device":
        log.warning(text, extra=fields(terminal=caller.id))
    else:
        shop.watch.note(caller.id, level, text)


def terminal_caller(ref: TerminalRef) -> Caller:
    """On whose word a terminal's answers are written down."""
    return Caller(id=f"terminal-{ref.id}"[:64], kind="device", name=ref.name)


def cancel_of(payment: Payment, refund: RefundAttempt) -> CardCancel:
    """The cancel of a card payment or a part of it, the same whenever it is asked for again (CAN-8, CAN-10)."""
    card, external = payment.card_details, payment.external_details
    return CardCancel(
        key=f"{refund.id}-part" if refund.is_part else f"{payment.id}-cancel",
        charge=payment.payment_key,
        amount=refund.amount,
        charged=payment.amount_money,
        approved_no=payment.approved_no,
        approved_at=payment.approved_at,
        installment_month="00" if card is None else card.installment_month,
        # What a plugin recorded has a source too, and never comes here.
        wallet=None if external is None else external.source,
    )


async def in_time(clock: WaitingClock, work: Coroutine[Any, Any, WorkT], limit: timedelta) -> WorkT:
    """What the work comes to; raises TooLate once the shop's clock is so much further, and ends it."""
    task = asyncio.ensure_future(work)
    bell = asyncio.ensure_future(clock.wait_until(clock.now() + limit))
    try:
        await asyncio.wait({task, bell}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise TooLate(f"no answer within {limit.seconds} s")
    finally:
        await ended(task, bell)
