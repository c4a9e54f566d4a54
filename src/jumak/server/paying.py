"""Asking plugins for money: the live half of an attempt (contract, payment §6; rulebook §3.3).

It follows the journal: an attempt is on disk before its plugin is asked (NET-1), and is asked exactly
once, whatever happens afterwards. The answer is found again by its callback id, which holds the
attempt's, so one that comes late, over a new connection or after a restart still reaches its attempt.
What it means is decided in `service/attempt_answer.py`.
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
from jumak.domain.errors import HostUnavailable
from jumak.service.attempt_answer import Settled, escalate, lose, lose_all, never_asked, settle, still_waiting
from jumak.service.ports import Command, Entry, Result, Transaction
from jumak.service.table import shown

if TYPE_CHECKING:
    from jumak.server.session import Session
    from jumak.server.shop import RunningShop

ASK = "payment.method.event.request"
CALLBACK = "host:pay:"
"""Callback ids of `pay` requests; the attempt's id follows."""

QUIET = timedelta(seconds=120)
"""Silence after which staff are offered to give up; a popup of the plugin is no silence."""

LOOK_EVERY = timedelta(seconds=10)

log = logging.getLogger(__name__)


class Asked(Struct, frozen=True, eq=False):
    """An attempt whose plugin is being asked. given_up: done when staff wait no longer."""

    session: Session
    given_up: asyncio.Future[None]


class Paying:
    """Drives the attempts of one shop.

    A plugin's popups do not say which payment they belong to. So whoever runs a plugin, the server or one till, asks
    it for one payment at a time, and what it opens meanwhile is shown where that payment was begun. The next one
    waits for its turn, which comes at the latest when staff give the one before it up.
    """

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        self._asked: dict[str, Asked] = {}
        self._turns: dict[tuple[str, str | None], asyncio.Lock] = {}
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
            self._shop.ui.close_popups(asked.session)
            if not asked.given_up.done():
                asked.given_up.set_result(None)

    async def _ask(self, attempt_id: str) -> None:
        attempt = await self._shop.store.reader().get(Attempt, attempt_id)
        if attempt is None or attempt.state != "SENT" or attempt.method is None:
            return
        session = self._session(attempt)
        if session is None or session.caller is None:
            await self._not_asked(attempt_id)
            return
        turn = self._turns.setdefault((session.caller.id, session.caller.device_id), asyncio.Lock())
        async with turn:
            answering = await self._begin(attempt)
            if answering is not None:
                asked = self._asked[attempt_id]
                self._shop.ui.prefer_till(attempt.method.plugin_id, attempt.device)
                await asyncio.wait({answering, asked.given_up}, return_when=asyncio.FIRST_COMPLETED)
                self._shop.ui.prefer_till(attempt.method.plugin_id, None)

    async def _begin(self, attempt: Attempt) -> asyncio.Task[None] | None:
        """Asks the plugin; what is under way until its answer is decided on. None when it is not asked at all."""
        read = self._shop.store.reader()
        now, session, order = (
            await read.get(Attempt, attempt.id),
            self._session(attempt),
            await read.order(attempt.order_id),
        )
        if now is None or now.state != "SENT" or session is None or session.caller is None or order is None:
            # It went, or staff gave up while another payment had the turn.
            await self._not_asked(attempt.id)
            return None
        assert attempt.method is not None, "only a method's attempt is asked for"
        data = {
            "event": "pay",
            "id": attempt.method.id,
            "order": await shown(read, order),
            "price": attempt.price,
        }
        self._asked[attempt.id] = Asked(session, asyncio.get_running_loop().create_future())
        return self._shop.start(self._answer(attempt.id, session, session.caller, data))

    async def _answer(self, attempt_id: str, session: Session, caller: Caller, data: dict[str, Any]) -> None:
        watch = self._shop.start(self._watch(attempt_id, caller.id))
        try:
            # From here on nobody but the plugin knows whether money moves: no deadline, no second question.
            answer = await session.ask(ASK, data, timeout_s=None, callback_id=f"{CALLBACK}{attempt_id}")
        except HostUnavailable:
            lost = "플러그인과 연결이 끊어져 결제 결과를 알 수 없습니다"
            self._shop.watch.note(caller.id, "error", f"the connection was lost during payment {attempt_id}")
            await self._run(partial(lose, attempt_id=attempt_id, message=lost), SYSTEM)
        else:
            await self._take(attempt_id, answer, caller)
        finally:
            watch.cancel()
            del self._asked[attempt_id]

    def _session(self, attempt: Attempt) -> Session | None:
        method = attempt.method
        assert method is not None, "only a method's attempt is asked for"
        return self._shop.connections.methods.session_for(method.plugin_id, method.id, attempt.device)

    async def _not_asked(self, attempt_id: str) -> None:
        gone = "플러그인이 실행 중이 아닙니다"
        await self._run(partial(never_asked, attempt_id=attempt_id, message=gone), SYSTEM)

    async def _watch(self, attempt_id: str, plugin_id: str) -> None:
        """Tells staff once that the plugin has been silent for two minutes."""
        clock = self._shop.clock
        quiet_since = clock.now()
        while (now := clock.now()) < quiet_since + QUIET:
            await clock.wait_until(min(now + LOOK_EVERY, quiet_since + QUIET))
            if self._shop.ui.popup_open(plugin_id):
                quiet_since = clock.now()
        self._shop.watch.note(plugin_id, "warn", f"no answer to payment {attempt_id} for {QUIET.seconds} s")
        await self._run(partial(still_waiting, attempt_id=attempt_id), SYSTEM)

    def take_late(self, session: Session, callback_id: str, data: dict[str, Any]) -> bool:
        """An answer nobody waits for any more; True when it belongs to an attempt of this plugin."""
        caller = session.caller
        if not callback_id.startswith(CALLBACK) or caller is None:
            return False
        self._shop.start(self._take_own(callback_id.removeprefix(CALLBACK), data, caller))
        return True

    async def _take_own(self, attempt_id: str, data: dict[str, Any], caller: Caller) -> None:
        attempt = await self._shop.store.reader().get(Attempt, attempt_id)
        method = None if attempt is None else attempt.method
        if method is None or method.plugin_id != caller.id:
            self._shop.watch.note(
                caller.id, "warn", f"an answer to payment {attempt_id[:64]}, which it was not asked"
            )
            return
        await self._take(attempt_id, data, caller)

    async def _take(self, attempt_id: str, data: dict[str, Any], caller: Caller) -> None:
        answer = read_answer(data)
        result = await self._run(partial(settle, attempt_id=attempt_id, answer=answer), caller)
        if result.error is not None:
            log.error("the answer to payment %s could not be kept", attempt_id, exc_info=result.error)
            await self._keep_anyway(attempt_id, answer, caller)
            return
        settled = msgspec.json.decode(result.reply, type=Settled)
        if not settled.heard:
            self._shop.watch.note(
                caller.id, "warn", f"answered payment {attempt_id} again or too late; ignored"
            )
        elif isinstance(answer, Unreadable):
            self._shop.watch.note(
                caller.id, "error", f"the approval of payment {attempt_id}: {answer.problem}"
            )

    async def _keep_anyway(self, attempt_id: str, answer: Answer, caller: Caller) -> None:
        """An approval is never dropped, also when deciding on it failed (NET-4)."""
        if isinstance(answer, Approved | Unreadable):
            error = AttemptError(code="INTERNAL", message="승인 결과를 저장하지 못했습니다. 확인해 주세요")
            kept = partial(escalate, attempt_id=attempt_id, approval=answer.approval, error=error)
            await self._run(kept, caller)

    async def _run(self, work: Callable[[Transaction], Awaitable[Any]], caller: Caller) -> Result:
        return await self._shop.store.execute(Command(caller=caller, name=ASK, body=b"", run=work))
