"""Finds out what became of card attempts and card refunds nobody knows the end of (rulebook §3.4, CAN-10).

It follows the journal and begins again after a restart; what is asked, and what an answer means, is decided in
`domain/finding_out.py`. A refund is asked for again under its own key, by which nothing more can go back.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from jumak.domain.attempt import Attempt
from jumak.domain.caller import Caller
from jumak.domain.finding_out import (
    WAITS,
    Question,
    charge_of,
    is_to_find_out,
    next_question,
    void_of,
    wait_before_next,
)
from jumak.domain.refund import GivenBack, RefundAttempt
from jumak.domain.terminal import Absent, AnswerLost, NotAsked, Reversed, Standing
from jumak.logs import fields
from jumak.server.payer import HOST_WITHIN, in_time, terminal_caller
from jumak.server.refunds import Refunds
from jumak.server.terminals import Terminals
from jumak.service.attempt_finding import found, taken_back
from jumak.service.card_terminal import CardTerminal
from jumak.service.ports import Command, Entry, Result, Transaction

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

BEGINS = frozenset({"lose", "give-up", "take-back", "ask-again"})
"""Words of facts after which a terminal may have to be asked what became of an attempt."""

log = logging.getLogger(__name__)


class FindingOut:
    """Asks the terminals of one shop."""

    def __init__(self, shop: RunningShop, terminals: Terminals, refunds: Refunds) -> None:
        self._shop, self._terminals, self._refunds = shop, terminals, refunds
        self._under_way: set[str] = set()

    async def recover(self) -> None:
        """Goes on with what was open when the server stopped (NET-1)."""
        read = self._shop.store.reader()
        for attempt in await read.unfinished(Attempt):
            self._begin(attempt.id, self._find_out(attempt.id))
        for refund in await read.unfinished(RefundAttempt):
            self._begin(refund.id, self._find_refund(refund.id))

    def follow(self, entry: Entry) -> None:
        """A listener of the facts `attempt.*` and `refund.*`."""
        noun, _, word = entry.fact.name.partition(".")
        subject = entry.fact.subject
        if noun == "attempt" and word in BEGINS:
            self._begin(subject, self._find_out(subject))
        elif noun == "refund" and word == "lose":
            self._begin(subject, self._find_refund(subject))

    def _begin(self, subject: str, work: Any) -> None:
        """One at a time for each; one that is under way sees by itself what has changed."""
        if subject in self._under_way:
            work.close()
            return
        self._under_way.add(subject)
        self._shop.start(work)

    async def _wait(self, subject: str, wait: timedelta) -> None:
        """Until the next question; staff are told when that is."""
        at = self._shop.clock.now() + wait
        tries = self._shop.connections.next_tries
        tries[subject] = at
        try:
            await self._shop.clock.wait_until(at)
        finally:
            tries.pop(subject, None)

    # -- attempts --------------------------------------------------------------------------------

    async def _find_out(self, attempt_id: str) -> None:
        try:
            while (attempt := await self._still_open(attempt_id)) is not None:
                if wait := wait_before_next(attempt):
                    await self._wait(attempt_id, wait)
                    attempt = await self._still_open(attempt_id)
                if attempt is None or not await self._ask(attempt):
                    return
        finally:
            self._under_way.discard(attempt_id)

    async def _still_open(self, attempt_id: str) -> Attempt | None:
        attempt = await self._shop.store.reader().get(Attempt, attempt_id)
        return attempt if attempt is not None and is_to_find_out(attempt) else None

    async def _ask(self, attempt: Attempt) -> bool:
        """One question, and what its answer means; False when that could not be kept."""
        assert attempt.terminal is not None, "it has one, or nobody could be asked"
        known = self._terminals.get(attempt.terminal.id)
        terminal = None if known is None else known[1]
        question = next_question(attempt)
        if question is Question.QUERY:
            standing = await self._heard(terminal, _query, attempt)
            work = partial(found, attempt_id=attempt.id, standing=standing)
        else:
            asks = _void if question is Question.VOID else _network_cancel
            outcome = await self._heard(terminal, asks, attempt)
            work = partial(taken_back, attempt_id=attempt.id, outcome=outcome)
        result = await self._run(work, terminal_caller(attempt.terminal))
        if result.error is not None:
            # It stays UNKNOWN and is asked again after a restart, or when a manager says so.
            log.error(
                "what became of a payment could not be kept",
                exc_info=result.error,
                extra=fields(payment=attempt.id),
            )
        return result.error is None

    async def _heard(
        self,
        terminal: CardTerminal | None,
        asks: Callable[[CardTerminal, Attempt], Any],
        attempt: Attempt,
    ) -> Any:
        if terminal is None:
            return None
        try:
            return await in_time(self._shop.clock, asks(terminal, attempt), HOST_WITHIN)
        except (NotAsked, AnswerLost):
            return None
        except Exception:
            # A driver that fails is a terminal that did not answer: it is asked again.
            log.exception("asking the terminal about a payment failed", extra=fields(payment=attempt.id))
            return None

    # -- refunds ---------------------------------------------------------------------------------

    async def _find_refund(self, payment_id: str) -> None:
        tries = 0
        try:
            while True:
                refund = await self._shop.store.reader().get(RefundAttempt, payment_id)
                if refund is None or refund.state != "UNKNOWN" or refund.terminal is None:
                    return
                if await self._refunds.ask_again(refund):
                    return
                await self._wait(payment_id, WAITS[min(tries, len(WAITS) - 1)])
                tries += 1
        finally:
            self._under_way.discard(payment_id)

    async def _run(self, work: Callable[[Transaction], Awaitable[Any]], caller: Caller) -> Result:
        return await self._shop.store.execute(
            Command(caller=caller, name="payment-attempt.resolve.request", body=b"", run=work)
        )


async def _query(terminal: CardTerminal, attempt: Attempt) -> Standing:
    return await terminal.query(attempt.id)


async def _network_cancel(terminal: CardTerminal, attempt: Attempt) -> Reversed | Absent:
    return await terminal.network_cancel(charge_of(attempt))


async def _void(terminal: CardTerminal, attempt: Attempt) -> Reversed | GivenBack | None:
    """None when it is refused and the money has not gone back: as good as no answer."""
    done = await terminal.cancel(void_of(attempt))
    if isinstance(done, GivenBack):
        return done
    # An earlier network cancel may have been done and not heard of: then there is nothing left to void.
    standing = await terminal.query(attempt.id)
    return standing if isinstance(standing, Reversed) else None
