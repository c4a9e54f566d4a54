"""Sends the queue of cash receipts to the issuer (rulebook §3.6, RCP-4).

The queue is on disk, so it goes on after a restart. One transaction at a time, each stored before it is asked for and
asked again under its own key until the issuer says what became of it. Silence is silence towards everybody: after
it the whole queue waits, longer each time, and somebody else has the next turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from jumak.domain.calendar import from_ms
from jumak.domain.caller import SYSTEM
from jumak.domain.terminal import AnswerLost, NotAsked
from jumak.domain.till_receipt import ReceiptAnswer, Sending, TillReceipt, Unheard, next_sending
from jumak.server.payer import HOST_WITHIN, in_time
from jumak.service.ports import Command, Entry, Transaction
from jumak.service.receipt_issuer import ReceiptIssuer, ReceiptToCancel, ReceiptToIssue
from jumak.service.receipt_sending import answered, begin, lose_all, number_of

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

WAITS: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
"""After the first question in vain, the second, the third, and every later one."""

log = logging.getLogger(__name__)


class ReceiptSending:
    """Asks the issuer of one shop. Without one the queue only fills: staff see it, and nothing is lost."""

    def __init__(self, shop: RunningShop, issuer: ReceiptIssuer | None) -> None:
        self._shop, self._issuer = shop, issuer
        self._open: set[str] = set()
        self._changed = asyncio.Event()
        self._in_vain = 0
        self._not_before: datetime | None = None
        self._asked: dict[str, datetime] = {}
        """When each open receipt had its last turn."""
        shop.connections.receipt_issuer = issuer

    async def recover(self) -> None:
        """What was under way when the server stopped has no known end; it is asked again."""
        await self._run(lose_all)
        receipts = await self._shop.store.reader().all(TillReceipt)
        self._open = {receipt.id for receipt in receipts.values() if next_sending(receipt) is not None}

    def follow(self, entry: Entry) -> None:
        """A listener of the facts `cash-receipt.*`."""
        self._open.add(entry.fact.subject)
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled."""
        while self._issuer is not None:
            self._changed.clear()
            due, now = await self._next(), self._shop.clock.now()
            if due is not None and due[0] <= now:
                self._asked[due[1].id] = now
                await self._ask(self._issuer, due[1].id)
            else:
                await self._sleep(None if due is None else due[0])

    async def _next(self) -> tuple[datetime, TillReceipt] | None:
        """Whose turn is next, and when: of those that are due who waits longest for one."""
        read = self._shop.store.reader()
        now = self._shop.clock.now()
        turns: list[tuple[datetime, datetime, str, TillReceipt]] = []
        for receipt_id in tuple(self._open):
            receipt = await read.get(TillReceipt, receipt_id)
            sending = None if receipt is None else next_sending(receipt)
            if receipt is None or sending is None:
                self._open.discard(receipt_id)
                self._asked.pop(receipt_id, None)
                self._shop.connections.next_tries.pop(receipt_id, None)
                continue
            due = from_ms(max(sending.at_ms, receipt.not_before_ms))
            due = max(due, now, self._not_before or due)
            self._shop.connections.next_tries[receipt_id] = due
            turns.append((due, self._asked.get(receipt_id, from_ms(0)), receipt_id, receipt))
        if not turns:
            return None
        first = min(turns, key=lambda turn: turn[:3])
        return first[0], first[3]

    async def _ask(self, issuer: ReceiptIssuer, receipt_id: str) -> None:
        kept = await self._run(partial(begin, receipt_id=receipt_id))
        receipt = await self._shop.store.reader().get(TillReceipt, receipt_id)
        sending = None if receipt is None else next_sending(receipt)
        if not kept or receipt is None or sending is None:
            # It was withdrawn meanwhile, or could not be stored: then nobody is asked.
            self._pause(not kept)
            return
        answer = await self._heard(issuer, receipt, sending)
        work = partial(answered, receipt_id=receipt.id, key=sending.key, answer=answer)
        kept = await self._run(work)
        self._pause(not kept or isinstance(answer, Unheard))

    async def _heard(self, issuer: ReceiptIssuer, receipt: TillReceipt, sending: Sending) -> ReceiptAnswer:
        try:
            return await in_time(self._shop.clock, self._question(issuer, receipt, sending), HOST_WITHIN)
        except NotAsked:
            return Unheard(asked=False)
        except AnswerLost:
            return Unheard(asked=True)
        except Exception as error:
            # Its message may hold the guest's number (RCP-5).
            log.error("the issuer of cash receipts failed: %s", type(error).__name__)
            return Unheard(asked=True)

    async def _question(self, issuer: ReceiptIssuer, receipt: TillReceipt, sending: Sending) -> ReceiptAnswer:
        read = self._shop.store.reader()
        if sending.key != receipt.issue.key:
            return await issuer.cancel(
                ReceiptToCancel(
                    key=sending.key,
                    number=receipt.issue.number,
                    dated=receipt.issue.dated,
                    parts=sending.parts,
                    reason=sending.reason,
                    business_number=read.shop.business_number,
                )
            )
        return await issuer.issue(
            ReceiptToIssue(
                key=sending.key,
                use=receipt.use,
                identifier=await number_of(read, receipt),
                parts=sending.parts,
                business_number=read.shop.business_number,
            )
        )

    def _pause(self, in_vain: bool) -> None:
        if not in_vain:
            self._in_vain, self._not_before = 0, None
            return
        self._not_before = self._shop.clock.now() + WAITS[min(self._in_vain, len(WAITS) - 1)]
        self._in_vain += 1

    async def _sleep(self, until: datetime | None) -> None:
        waits: set[asyncio.Task[Any]] = {asyncio.create_task(self._changed.wait())}
        if until is not None:
            waits.add(asyncio.create_task(self._shop.clock.wait_until(until)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()

    async def _run(self, work: Callable[[Transaction], Awaitable[Any]]) -> bool:
        result = await self._shop.store.execute(
            Command(caller=SYSTEM, name="cash-receipt.sending", body=b"", run=work)
        )
        if result.error is not None:
            log.error("what became of a cash receipt could not be kept", exc_info=result.error)
        return result.error is None
