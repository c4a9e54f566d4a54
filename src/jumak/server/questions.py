"""What the shop asks the other side of a session, and the answers (contract, wire §7)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import msgspec

from jumak import metrics
from jumak.domain.errors import HostUnavailable, PermissionDenied, TimedOut
from jumak.protocol.envelope import Frame, MalformedFrame, request_frame
from jumak.protocol.errors import invalid_input
from jumak.protocol.table import TABLE
from jumak.server.watch import is_plugin

if TYPE_CHECKING:
    from jumak.server.session import Session

HOST = "host:"
"""How callback ids of the shop's own questions begin."""


class Questions:
    """The questions of one session that wait for their answer."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def ask(
        self, name: str, data: dict[str, Any], timeout_s: float | None, callback_id: str | None
    ) -> dict[str, Any]:
        """See `Session.ask`."""
        session, row = self._session, TABLE[name]
        if session.caller is None or (row.scopes and not session.caller.may(*row.scopes)):
            raise PermissionDenied("권한이 없습니다.", "It has no scope for this", reason="SCOPE")
        if session.closed:
            raise HostUnavailable("연결이 끊어졌습니다.", "The connection was lost")
        callback_id = callback_id or f"{HOST}{session.shop.next_question()}"
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[callback_id] = future
        body = msgspec.json.encode(data)
        if session.trace is not None:
            session.trace.asked(name, callback_id, body)
        session.send(request_frame(name, callback_id, body))
        begun, outcome = time.perf_counter(), "lost"
        try:
            async with asyncio.timeout(timeout_s):
                said = await future
            outcome = "refused" if said.get("complete") is False else "ok"
            return said
        except TimeoutError:
            outcome = "timeout"
            raise TimedOut("제시간에 응답이 없었습니다.", "No answer in time") from None
        finally:
            self._asked.pop(callback_id, None)
            if is_plugin(session.caller):
                plugin = metrics.plugin_label(session.caller.id if session.caller.kind == "plugin" else None)
                metrics.plugin_answer_seconds.labels(plugin, outcome).observe(time.perf_counter() - begun)

    def take(self, frame: Frame, size: int) -> bool:
        """Whether this frame is an answer, in time or late; it is taken then."""
        if frame.callback_id is not None and frame.callback_id in self._asked:
            self._take_answer(self._asked.pop(frame.callback_id), frame, size)
            return True
        if self._is_late(frame):
            self._take_late(frame)
            return True
        return False

    def fail(self) -> None:
        """The connection is gone: nobody answers any more."""
        for future in self._asked.values():
            if not future.done():
                future.set_exception(HostUnavailable("연결이 끊어졌습니다.", "The connection was lost"))
        self._asked.clear()

    def _is_late(self, frame: Frame) -> bool:
        """An answer to a question of ours that nobody waits for: `host:` ids are ours alone."""
        if (
            self._session.caller is None
            or frame.callback_id is None
            or not frame.callback_id.startswith(HOST)
        ):
            return False
        row = TABLE.get(frame.name)
        return row is None or row.kind not in ("request", "notify")

    def _take_late(self, frame: Frame) -> None:
        session = self._session
        assert session.caller is not None
        callback_id = frame.callback_id or ""
        try:
            data = msgspec.json.decode(bytes(frame.data))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
            session.count_malformed(MalformedFrame(invalid_input(problem), None))
            return
        said = data if isinstance(data, dict) else {}
        taken = [take(session, callback_id, said) for take in session.shop.late_answers]
        if not any(taken):
            session.shop.watch.note(
                session.caller.id, "warn", f"an answer nobody waits for was dropped: {frame.name[:100]}"
            )

    def _take_answer(self, future: asyncio.Future[dict[str, Any]], frame: Frame, size: int) -> None:
        session = self._session
        try:
            data = msgspec.json.decode(bytes(frame.data))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
            # The envelope was read without looking into its data.
            session.count_malformed(MalformedFrame(invalid_input(problem), None))
            data = None
        if session.trace is not None:
            said_no = not isinstance(data, dict) or data.get("complete") is False
            session.trace.replied(
                frame.name, frame.callback_id or "", frame.data, size, "REFUSED" if said_no else "OK"
            )
        if not future.done():
            future.set_result(data if isinstance(data, dict) else {})
