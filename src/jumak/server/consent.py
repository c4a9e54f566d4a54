"""Before a payment is cancelled every other plugin may object (contract, payment §5 `before-cancel`).

- Every plugin session but the canceller's own is asked, all at the same time; one `complete: false` vetoes.
- Silence is consent: after 30 s for staff, 10 s for a plugin (H-46). A session that was silent is not
  asked again until it answers something, so that one deaf client does not delay every cancel.
- Nothing of it is kept: until all have agreed nothing has happened, and a cancel that ends with the server
  has not begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from jumak.domain.caller import Caller
from jumak.domain.errors import InvalidState, PosError
from jumak.domain.order.types import Order
from jumak.domain.payment import Payment
from jumak.server.session import Session
from jumak.service.ports import Reader
from jumak.service.table import shown

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

ASK = "payment.event.request"
STAFF_WAIT, PLUGIN_WAIT = timedelta(seconds=30), timedelta(seconds=10)


class Consent:
    """Asks who may have something against it."""

    def __init__(self, shop: RunningShop) -> None:
        self._shop = shop
        self._silent: WeakSet[Session] = WeakSet()
        shop.late_answers.append(self._hear_late)

    def needed(self, caller: Caller) -> bool:
        """Somebody is connected who may object to what this caller cancels."""
        return any(True for _ in self._listeners(caller))

    async def ask(self, read: Reader, order: Order, payments: Sequence[Payment], caller: Caller) -> None:
        """Every other plugin agrees, or says nothing; raises InvalidState CANCEL_VETOED."""
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

    async def _object(self, session: Session, order: Order, payment: Payment) -> str | None:
        """What it has against the cancel; None when nothing."""
        data = {"event": "before-cancel", "payload": {"order": order, "payment": payment}}
        try:
            answer = await session.ask(ASK, data, timeout_s=None)
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

    def _hear_late(self, session: Session, callback_id: str, data: dict[str, Any]) -> bool:  # noqa: ARG002 (whatever it says)
        """The session listens after all; what it answered too late changes nothing."""
        self._silent.discard(session)
        return False


def _vetoed(session: Session, said: str) -> InvalidState:
    name = "" if session.caller is None else session.caller.name
    return InvalidState(
        said or f"플러그인 '{name}'이(가) 결제 취소를 막았습니다",
        f"the plugin {name!r} objects to the cancel: {said}; a manager may send override",
        reason="CANCEL_VETOED",
        plugin=name,
    )
