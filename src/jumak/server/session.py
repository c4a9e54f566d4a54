"""One connection that speaks the envelope, whatever carries it (contract, wire §9).

A door makes a `Session` with two callables, `send` one frame and `close` the connection, and hands
it every frame that arrives. What holds:

- the first frame opens the session, within five seconds;
- messages are answered in an order of their own (`turns.py`), questions of the shop by their callback ids
  (`questions.py`);
- the reply to a write is sent from the store's own callback, which runs before its pushes (H-30);
- store events reach it once, in rising `seq`, also across a resume (H-38).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET

from jumak.domain.caller import Caller
from jumak.domain.errors import (
    HostUnavailable,
    InvalidState,
    PosError,
    Unauthenticated,
)
from jumak.logs import fields
from jumak.protocol.envelope import (
    Frame,
    MalformedFrame,
    decode_data,
    decode_frame,
    echoed,
    encode_reply,
    error_frame,
    reply_frame,
    reply_name,
)
from jumak.protocol.errors import Lang, error_json
from jumak.protocol.messages.session import (
    SessionDevice,
    SessionOpenData,
    SessionOpenReply,
    SessionPlugin,
    SubscribeData,
    SubscribeReply,
)
from jumak.protocol.table import TABLE, unknown
from jumak.server.connections import Push
from jumak.server.live import Ask, live
from jumak.server.picture_links import base_for, with_addresses
from jumak.server.questions import Questions
from jumak.server.replay import Replay, can_resume, count_resume
from jumak.server.trace import SessionTrace
from jumak.server.turns import Turns
from jumak.server.watch import is_plugin
from jumak.service.documents import Device
from jumak.service.event_number import number_of
from jumak.service.ports import Result
from jumak.service.session import utc_text, visible_pushes

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

OPEN = "session.open.request"
OPEN_WITHIN_S = 5.0
MAX_MALFORMED = 100
MALFORMED_WINDOW_S = 60.0
MAX_BACKLOG = 1_000
"""What may wait to leave while somebody could go on sending for ever; far from the limit of a slow client."""

UNTRACED = frozenset({"plugin-log.event"})
"""A service that reads consoles would otherwise be told of being told."""

CLOSE_POLICY = 1008
CLOSE_LATER = 1013
CLOSE_RESTART = 1012

log = logging.getLogger(__name__)


class Session:
    """See the module. Everything happens on the event loop; no method may be called from a thread.

    caller: who it is when the door already knows (a process it started), else the token of the
    first frame tells.  backlog: how many frames (of a kilobyte) wait to leave, for the pace of
    whoever could send without end.
    """

    answers = True

    def __init__(
        self,
        shop: RunningShop,
        caller: Caller | None,
        send: Callable[[bytes], None],
        close: Callable[[int, str], None],
        *,
        backlog: Callable[[], int] = lambda: 0,
        lang: Lang = "ko",
    ) -> None:
        self.shop, self.lang = shop, lang
        self.caller: Caller | None = None
        self.device_caller = caller
        self.visible: frozenset[str] = frozenset()
        self.send, self._close = send, close
        self._turns = Turns(self)
        self._questions = Questions(self)
        self._malformed: deque[float] = deque()
        self._loop = asyncio.get_running_loop()
        self._backlog = backlog
        self._replay = Replay(shop, self._deliver, backlog)
        self._when_lost: list[Callable[[], None]] = []
        self._room = asyncio.Lock()
        self.trace: SessionTrace | None = None
        """What a plugin's messages are written to, None for everybody else."""
        self.names: frozenset[str] | None = None
        self.began_at = self._loop.time()
        self.acted_at = 0.0
        """Loop time of the last thing somebody did here, 0 before."""
        self.came_back = False
        """Whether it goes on where an earlier connection ended, and may show what that one was told."""
        self.closed = False
        self._opening: asyncio.TimerHandle | None = self._loop.call_later(OPEN_WITHIN_S, self._too_late)

    # -- what arrives ----------------------------------------------------------------------------

    def receive(self, text: bytes | str) -> None:
        """Takes one frame."""
        if self.closed:
            return
        try:
            frame = decode_frame(text)
        except MalformedFrame as problem:
            self.count_malformed(problem)
            return
        if self._questions.take(frame, len(text)):
            return
        if frame.name == OPEN:
            self._open(frame)
        elif self.caller is None:
            self.end(CLOSE_POLICY, "UNAUTHENTICATED")
        else:
            if self.trace is not None:
                self.trace.came(frame.name, frame.callback_id, frame.data, len(text))
            self._take(frame, self.caller)

    def _take(self, frame: Frame, caller: Caller) -> None:
        row = TABLE.get(frame.name)
        if row is None or row.kind not in ("request", "notify"):
            if frame.callback_id is None:
                log.info("a message that does not exist was dropped", extra=fields(caller))
                if is_plugin(caller):
                    self.shop.watch.note(caller.id, "warn", f"dropped {frame.name[:100]!r}: no such message")
            else:
                self.refuse(frame, unknown(frame.name))
            return
        try:
            self.shop.guard.check(caller, row.name)
        except PosError as error:
            self.shop.watch.refused_flood(caller, row)
            self.refuse(frame, error)
            return
        if row.write and not row.apart:
            self.acted()
        self._turns.take(row, frame, caller)

    def finish(self, frame: Frame, caller: Caller, result: Result) -> None:
        """Sends what became of a message; a notification that was refused is in the plugin's console."""
        if frame.callback_id is not None:
            if not self.closed:
                self._answer(frame, frame.callback_id, result)
        elif isinstance(result.error, PosError) and is_plugin(caller):
            self.shop.watch.note(caller.id, "warn", f"dropped {frame.name}: {result.error.en}")

    def _answer(self, frame: Frame, callback_id: str, result: Result) -> None:
        if result.error is not None:
            self._send_refusal(frame, callback_id, result.error)
            return
        if self.trace is not None:
            self.trace.answered(reply_name(frame.name), callback_id, result.reply, "OK")
        self.send(reply_frame(frame.name, callback_id, result.reply))

    def refuse(self, frame: Frame, error: PosError) -> None:
        """Answers a request with a refusal; of a notification nobody waits for one."""
        self.shop.count_refusal(error)
        if frame.callback_id is not None:
            self._send_refusal(frame, frame.callback_id, error)

    def _send_refusal(self, frame: Frame, callback_id: str, error: BaseException) -> None:
        row = TABLE.get(frame.name)
        body = error_json(error, self.lang, echoed(row, frame.data) if row is not None else {})
        if self.trace is not None:
            code = error.code if isinstance(error, PosError) else "INTERNAL"
            self.trace.answered(reply_name(frame.name), callback_id, body, code)
        self.send(reply_frame(frame.name, callback_id, body))

    def count_malformed(self, problem: MalformedFrame) -> None:
        """Drops it; a hundred in a minute end the session (H-70)."""
        now = self._loop.time()
        self._malformed.append(now)
        while self._malformed[0] < now - MALFORMED_WINDOW_S:
            self._malformed.popleft()
        log.info("a malformed message was dropped", extra=fields(self.caller))
        if self.caller is not None and is_plugin(self.caller):
            self.shop.watch.note(self.caller.id, "warn", f"dropped a malformed message: {problem.en}")
            if len(self._malformed) >= MAX_MALFORMED:
                self.shop.watch.note(
                    self.caller.id, "error", f"{MAX_MALFORMED} malformed messages in a minute: stopped"
                )
        if problem.callback_id is not None and self.caller is not None:
            self.send(error_frame("", problem.callback_id, problem, self.lang))
        if self.caller is None:
            self.end(CLOSE_POLICY, "UNAUTHENTICATED")
        elif len(self._malformed) >= MAX_MALFORMED:
            self.end(CLOSE_POLICY, "INVALID_ARGUMENT")

    # -- opening, closing ------------------------------------------------------------------------

    def _open(self, frame: Frame) -> None:
        try:
            if self.caller is not None:
                raise InvalidState("이미 열린 세션입니다.", "This session is open already")
            data: SessionOpenData = decode_data(TABLE[OPEN], bytes(frame.data))
            self.lang = data.client.language or self.lang
            caller = self.device_caller or self.shop.credentials.caller_of(data.token)
        except PosError as error:
            self.refuse(frame, error)
            if self.caller is None:
                code = error.code if isinstance(error, Unauthenticated) else "INVALID_ARGUMENT"
                self.end(CLOSE_POLICY, code)
            return
        if self.shop.is_over:
            self.end(CLOSE_RESTART, "HOST_UNAVAILABLE")
            return
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        log.debug("a session was opened", extra=fields(caller))
        self.device_caller = caller
        self.came_back = data.resume_after is not None
        self._link_pictures(caller)
        self.act_as(msgspec.structs.replace(caller, session=self.shop.ids.new()))
        self.shop.connections.all.add(self)
        if is_plugin(caller) and (trace := self.shop.watch.opened(caller)) is not None:
            self.trace = SessionTrace(trace)
            self.trace.came(frame.name, frame.callback_id, frame.data, len(bytes(frame.data)))
        self.shop.begin(self._welcome_or_end(frame, data))

    def _link_pictures(self, caller: Caller) -> None:
        base = base_for(self.shop, caller)
        if base is not None:
            send = self.send
            self.send = lambda frame: send(with_addresses(frame, base))

    async def _welcome_or_end(self, frame: Frame, data: SessionOpenData) -> None:
        """A session that was not brought up to date must not stay: its client would wait for pushes for ever."""
        try:
            await self._welcome(frame, data)
        except Exception as error:
            if not isinstance(error, HostUnavailable):
                log.exception("a session could not be brought up to date")
            self.end(CLOSE_RESTART, "HOST_UNAVAILABLE")

    async def _welcome(self, frame: Frame, data: SessionOpenData) -> None:
        """Answers `session.open`, then replays what was missed."""
        caller = self.caller
        assert caller is not None
        read = self.shop.store.reader()
        resumed = data.resume_after is not None and await can_resume(read, data.resume_after)
        if data.resume_after is not None:
            count_resume(resumed)
        device = await read.get(Device, caller.device_id) if caller.device_id else None
        acts_as_plugin = caller.kind in ("plugin", "service")
        reply = SessionOpenReply(
            device=SessionDevice(id=device.id, kind=device.kind, name=device.name, letter=device.letter)
            if device is not None and not acts_as_plugin
            else UNSET,
            plugin=SessionPlugin(
                id=caller.id, name=caller.name, version=caller.version, profile=caller.profile
            )
            if acts_as_plugin
            else UNSET,
            scopes=tuple(sorted(caller.scopes)),
            seq=number_of(read, read.seq),
            resumed=resumed,
            server_time=utc_text(read.at),
        )
        if frame.callback_id is not None:
            self._answer(frame, frame.callback_id, Result(reply=encode_reply(reply)))
        self.shop.connections.welcomed(self)
        if resumed:
            assert data.resume_after is not None
            await self._replay.run(data.resume_after)
        else:
            self._replay.begin_at(number_of(read, read.seq))

    def _too_late(self) -> None:
        self.end(CLOSE_POLICY, "UNAUTHENTICATED")

    def acted(self) -> None:
        """Somebody did something here: a till somebody stands at is asked first."""
        self.acted_at = self._loop.time()

    def end(self, code: int, reason: str) -> None:
        """Closes the connection; what is queued before it still leaves."""
        if not self.closed:
            self.lost()
            self._close(code, reason)

    def lost(self) -> None:
        """The connection is gone: nothing is sent any more, nothing that waited is started."""
        if self.closed:
            return
        self.closed = True
        log.debug("a session ended", extra=fields(self.caller))
        if self._opening is not None:
            self._opening.cancel()
        self._replay.stop()
        self._turns.drop()
        self.shop.connections.lost(self)
        self.shop.connections.methods.forget(self)
        self.shop.ui.session_lost(self)
        self.shop.sign_ins.forget_session(self)
        if self.caller is not None and self.caller.staff is not None:
            self.shop.end_streams_of(self.caller)
        self._questions.fail()
        for hear in self._when_lost:
            hear()
        self._when_lost.clear()

    def when_lost(self, hear: Callable[[], None]) -> None:
        """Calls it once the connection is gone, at once when it is already."""
        if self.closed:
            hear()
        else:
            self._when_lost.append(hear)

    @property
    def waiting(self) -> int:
        """See `Subscriber`."""
        return self._backlog()

    async def room(self) -> None:
        """Returns once the other side has read most of what was sent to it, or is gone.

        What is sent right after it is counted before the next one who waits may send.
        """
        async with self._room:
            # A look now and then: a pipe to a process tells nobody when it has emptied.
            while self._backlog() > MAX_BACKLOG and not self.closed:  # noqa: ASYNC110  # no event to await
                await asyncio.sleep(0.01)

    # -- who it is, what it sees -----------------------------------------------------------------

    def act_as(self, caller: Caller) -> None:
        """From now on messages come from this caller: somebody signed in or out."""
        if self.caller is not None:
            caller = msgspec.structs.replace(caller, session=self.caller.session)
        self.caller = caller
        self._see()

    def sign_out(self, staff_id: str) -> None:
        """See `Subscriber`."""
        if self.caller is not None and self.caller.staff is not None and self.caller.staff.id == staff_id:
            assert self.device_caller is not None
            self.act_as(self.device_caller)

    def subscribe(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Narrows the pushes to these; returns the ones the scopes allow."""
        self.names = frozenset(names)
        self._see()
        return tuple(name for name in dict.fromkeys(names) if name in self.visible)

    def _see(self) -> None:
        assert self.caller is not None
        visible = visible_pushes(self.caller.scopes)
        self.visible = visible if self.names is None else visible & self.names

    def push(self, push: Push) -> None:
        """Takes a push; a store event it has had already, or will get by the replay, is left."""
        self._replay.take(push)

    def _deliver(self, push: Push) -> None:
        if push.seq is None or push.name in self.visible:
            if self.trace is not None and push.name not in UNTRACED:
                self.trace.pushed(push.name, push.data)
            self.send(push.frame)

    # -- asking the other side -------------------------------------------------------------------

    async def ask(
        self,
        name: str,
        data: dict[str, Any],
        timeout_s: float | None = 30.0,
        *,
        callback_id: str | None = None,
    ) -> dict[str, Any]:
        """A host request (contract, wire §7): sends it and returns the answer's `data`.

        timeout_s: None waits for as long as the connection lasts.  callback_id: by which the answer is
        known also when it comes late or over another connection; begins with `host:`.  An answer nobody
        waits for goes to `RunningShop.late_answers`.

        Raises PermissionDenied without the message's scope, HostUnavailable when the connection
        is lost, TimedOut without an answer. An answer with `complete: false` is returned as it is.
        """
        return await self._questions.ask(name, data, timeout_s, callback_id)


@live("subscribe.request")
async def subscribe(ask: Ask, data: SubscribeData) -> SubscribeReply:
    """Narrows the pushes of this socket; replaces the earlier list."""
    if ask.session is None:
        raise _socket_only()
    return SubscribeReply(names=ask.session.subscribe(data.names))


@live("session.open.request")
async def open_elsewhere(ask: Ask, data: SessionOpenData) -> SessionOpenReply:  # noqa: ARG001  # refused whatever it holds
    """Over HTTP every request is a session of its own."""
    raise _socket_only()


def _socket_only() -> InvalidState:
    return InvalidState("소켓 연결에서만 쓸 수 있습니다.", "This belongs to a socket", reason="SOCKET_ONLY")
