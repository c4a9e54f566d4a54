"""Asking for money: the live half of an attempt (contract, payment §6; rulebook §3.3).

It follows the journal: an attempt is on disk before a plugin or terminal is asked (NET-1), and is asked exactly
once, whatever happens afterwards. A plugin's answer is found again by its callback id, which holds the attempt's,
a terminal's by its key, which is the attempt's: one that comes late, over a new connection or after a restart
still reaches its attempt. What it means is decided in `service/attempt_answer.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from jumak.domain.attempt import (
    Answer,
    Approved,
    Attempt,
    AttemptError,
    Unreadable,
    read_answer,
)
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.order.types import Order
from jumak.domain.terminal import AnswerLost, NotAsked
from jumak.logs import fields
from jumak.server.payer import ASK, PAY, Payer, note, terminal_caller
from jumak.server.payers import Payers
from jumak.service.attempt_answer import Settled, escalate, lose, lose_all, never_asked, settle, still_waiting
from jumak.service.ports import Command, Entry, Result, Transaction

if TYPE_CHECKING:
    from jumak.server.session import Session
    from jumak.server.shop import RunningShop

QUIET = timedelta(seconds=120)
"""Silence after which staff are offered to give up; a popup of the plugin is no silence."""

LOOK_EVERY = timedelta(seconds=10)

log = logging.getLogger(__name__)


class Asked(Struct, frozen=True, eq=False):
    """An attempt somebody is being asked for. given_up: done when staff wait no longer."""

    payer: Payer
    given_up: asyncio.Future[None]


class Paying:
    """Drives the attempts of one shop.

    Whoever takes money is asked for one payment at a time (`Payer.turn`): what a plugin opens meanwhile is shown
    where that payment was begun, and a terminal has one reader. The next one waits for its turn, which comes at
    the latest when staff give the one before it up.
    """

    def __init__(self, shop: RunningShop, payers: Payers) -> None:
        self._shop, self._payers = shop, payers
        self._asked: dict[str, Asked] = {}
        self._turns: dict[tuple[str | None, ...], asyncio.Lock] = {}
        shop.late_answers.append(self.take_late)

    async def recover(self) -> None:
        """What was under way when the server stopped has no known end (NET-1)."""
        await self._run(lose_all, SYSTEM)

    def follow(self, entry: Entry) -> None:
        """A listener of the facts `attempt.*`."""
        word, attempt_id = entry.fact.name.partition(".")[2], entry.fact.subject
        if word == "start":
            self._shop.start(self._ask(attempt_id))
        elif word == "give-up" and (asked := self._asked.get(attempt_id)) is not None:
            asked.payer.give_up()
            if not asked.given_up.done():
                asked.given_up.set_result(None)

    async def _ask(self, attempt_id: str) -> None:
        attempt = await self._shop.store.reader().get(Attempt, attempt_id)
        if attempt is None or attempt.state != "SENT":
            return
        payer = self._payers.of_attempt(attempt)
        if payer is None:
            await self._not_asked(attempt)
            return
        turn = self._turns.setdefault(payer.turn, asyncio.Lock())
        async with turn:
            answering = await self._begin(attempt)
            if answering is not None:
                asked = self._asked[attempt_id]
                payer.begin_turn(attempt.device)
                await asyncio.wait({answering, asked.given_up}, return_when=asyncio.FIRST_COMPLETED)
                payer.end_turn()

    async def _begin(self, attempt: Attempt) -> asyncio.Task[None] | None:
        """Asks; what is under way until the answer is decided on. None when nobody is asked at all."""
        payer = self._payers.of_attempt(attempt)
        if payer is None:
            await self._not_asked(attempt)
            return None
        # From here on a give-up is heard: one that was committed before is read below, a later one finds this.
        asked = self._asked[attempt.id] = Asked(payer, asyncio.get_running_loop().create_future())
        read = self._shop.store.reader()
        now, order = await read.get(Attempt, attempt.id), await read.order(attempt.order_id)
        if now is None or now.state != "SENT" or order is None or asked.given_up.done():
            # Staff gave up while another payment had the turn, or while this was read.
            del self._asked[attempt.id]
            await self._not_asked(attempt)
            return None
        return self._shop.start(self._answer(attempt, payer, order))

    async def _answer(self, attempt: Attempt, payer: Payer, order: Order) -> None:
        watch = self._shop.start(self._watch(attempt.id, payer))
        try:
            answer = await payer.pay(attempt, order)
        except NotAsked:
            await self._not_asked(attempt)
        except AnswerLost:
            payer.note("error", f"the connection was lost during payment {attempt.id}")
            await self._run(partial(lose, attempt_id=attempt.id, message=_lost(attempt)), SYSTEM)
        except Exception:
            # A driver that fails must not cost an attempt its life: it may have asked.
            log.exception("asking for a payment failed", extra=fields(payment=attempt.id))
            await self._run(partial(lose, attempt_id=attempt.id, message=_lost(attempt)), SYSTEM)
        else:
            await self._take(attempt.id, answer, payer.caller)
        finally:
            watch.cancel()
            del self._asked[attempt.id]

    async def _not_asked(self, attempt: Attempt) -> None:
        self._shop.connections.presented.take(attempt.id)
        if attempt.terminal is None:
            reason, gone = "PLUGIN_NOT_RUNNING", "플러그인이 실행 중이 아닙니다"
        else:
            reason, gone = "TERMINAL_AWAY", f"'{attempt.terminal.name}'에 연결할 수 없습니다"
        work = partial(never_asked, attempt_id=attempt.id, reason=reason, message=gone)
        await self._run(work, SYSTEM)

    async def _watch(self, attempt_id: str, payer: Payer) -> None:
        """Tells staff once that whoever was asked has been silent for two minutes."""
        clock = self._shop.clock
        quiet_since = clock.now()
        while (now := clock.now()) < quiet_since + QUIET:
            await clock.wait_until(min(now + LOOK_EVERY, quiet_since + QUIET))
            if payer.at_work():
                quiet_since = clock.now()
        payer.note("warn", f"no answer to payment {attempt_id} for {QUIET.seconds} s")
        await self._run(partial(still_waiting, attempt_id=attempt_id), SYSTEM)

    def take_late(self, session: Session, callback_id: str, data: dict[str, Any]) -> bool:
        """An answer nobody waits for any more; True when it belongs to an attempt of this plugin."""
        caller = session.caller
        if not callback_id.startswith(PAY) or caller is None:
            return False
        self._shop.start(self._take_own(callback_id.removeprefix(PAY), data, caller))
        return True

    def take_from_terminal(self, terminal_id: str, key: str, answer: Answer) -> None:
        """What a terminal says of a charge nobody waits for any more (NET-2).

        While the end of that charge is open it decides nothing: an answer under a wrong key would end one that was
        approved, or have one approval adopted twice. A charge that is over keeps it for a person to look at.
        """
        self._shop.start(self._take_its(terminal_id, key, answer))

    async def _take_its(self, terminal_id: str, key: str, answer: Answer) -> None:
        attempt = await self._shop.store.reader().get(Attempt, key)
        terminal = None if attempt is None else attempt.terminal
        if terminal is None or terminal.id != terminal_id:
            log.warning(
                "a terminal told of a payment it was not asked for", extra=fields(terminal=terminal_id)
            )
            return
        assert attempt is not None
        if attempt.state in ("SENT", "UNKNOWN"):
            # It may name the wrong transaction: what the terminal answers when it is asked by this key counts.
            log.warning(
                "a terminal told of a payment unasked; it is asked",
                extra=fields(terminal=terminal_id, payment=key),
            )
            return
        await self._take(key, answer, terminal_caller(terminal))

    async def _take_own(self, attempt_id: str, data: dict[str, Any], caller: Caller) -> None:
        attempt = await self._shop.store.reader().get(Attempt, attempt_id)
        method = None if attempt is None else attempt.method
        if method is None or method.plugin_id != caller.id:
            self._shop.watch.note(
                caller.id, "warn", f"an answer to payment {attempt_id[:64]}, which it was not asked"
            )
            return
        await self._take(attempt_id, read_answer(data), caller)

    async def _take(self, attempt_id: str, answer: Answer, caller: Caller) -> None:
        result = await self._run(partial(settle, attempt_id=attempt_id, answer=answer), caller)
        if result.error is not None:
            log.error(
                "the answer to a payment could not be kept",
                exc_info=result.error,
                extra=fields(payment=attempt_id),
            )
            await self._keep_anyway(attempt_id, answer, caller)
            return
        settled = msgspec.json.decode(result.reply, type=Settled)
        if not settled.heard:
            note(self._shop, caller, "warn", f"answered payment {attempt_id} again or too late; ignored")
        elif isinstance(answer, Unreadable):
            note(self._shop, caller, "error", f"the approval of payment {attempt_id}: {answer.problem}")

    async def _keep_anyway(self, attempt_id: str, answer: Answer, caller: Caller) -> None:
        """An approval is never dropped, also when deciding on it failed (NET-4)."""
        if isinstance(answer, Approved | Unreadable):
            error = AttemptError(code="INTERNAL", message="승인 결과를 저장하지 못했습니다. 확인해 주세요")
            kept = partial(escalate, attempt_id=attempt_id, approval=answer.approval, error=error)
            await self._run(kept, caller)

    async def _run(self, work: Callable[[Transaction], Awaitable[Any]], caller: Caller) -> Result:
        return await self._shop.store.execute(Command(caller=caller, name=ASK, body=b"", run=work))


def _lost(attempt: Attempt) -> str:
    if attempt.terminal is None:
        return "플러그인과 연결이 끊어져 결제 결과를 알 수 없습니다"
    return "단말기의 답을 받지 못했습니다. 결제 결과를 확인하고 있습니다"
