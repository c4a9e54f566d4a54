"""One connection that speaks the envelope, whatever carries it (contract, wire §9).

A door makes a `Session` with two callables, `send` one frame and `close` the connection, and hands
it every frame that arrives. What holds:

- the first frame opens the session, within five seconds;
- writes join the store's queue in the order they arrive; a read, or a message that is answered
  beside the store, waits for what its own namespace still has under way, so replies inside a
  namespace keep their order and a read shows the writes before it (H-17, H-39);
- what may take long by its nature, a popup or a call to the network, stands outside of that order
  (`Row.apart`): it starts at once and nothing waits for it;
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
    PermissionDenied,
    PosError,
    RateLimited,
    TimedOut,
    Unauthenticated,
)
from jumak.protocol.envelope import (
    Frame,
    MalformedFrame,
    command_id_of,
    decode_data,
    decode_frame,
    echoed,
    encode_reply,
    error_frame,
    reply_frame,
    reply_name,
    request_frame,
)
from jumak.protocol.errors import Lang, error_json, invalid_input
from jumak.protocol.messages.session import (
    SessionDevice,
    SessionOpenData,
    SessionOpenReply,
    SessionPlugin,
    SubscribeData,
    SubscribeReply,
)
from jumak.protocol.row import Row
from jumak.protocol.table import TABLE, unknown
from jumak.server.connections import Push
from jumak.server.live import Ask, live
from jumak.server.replay import Replay, can_resume
from jumak.server.trace import SessionTrace
from jumak.server.watch import is_plugin
from jumak.service.documents import Device
from jumak.service.ports import Result
from jumak.service.session import utc_text, visible_pushes

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

OPEN = "session.open.request"
HOST = "host:"
"""How callback ids of the shop's own questions begin."""

OPEN_WITHIN_S = 5.0
MAX_MALFORMED = 100
MALFORMED_WINDOW_S = 60.0
MAX_WAITING = 10_000
MAX_WAITING_BYTES = 16_000_000
"""Messages of one connection that wait for an earlier one of their namespace; more are refused."""

MAX_BACKLOG = 1_000
"""What may wait to leave while somebody could go on sending for ever; far from the limit of a slow client."""

UNTRACED = frozenset({"plugin-log.event"})
"""A service that reads consoles would otherwise be told of being told."""

MAX_CONCURRENT = 2_000
"""Long messages of one connection (`Row.apart`) under way at a time, more than the flood guard lets burst; the rest is
refused."""

CLOSE_POLICY = 1008
CLOSE_LATER = 1013

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
        self._send, self._close = send, close
        self._busy: dict[str, int] = {}
        self._writing: dict[str, int] = {}
        """By namespace the writes under way beside the store's queue."""
        self._concurrent = 0
        self._waiting: dict[str, deque[tuple[Row, Frame]]] = {}
        self._waiting_bytes = 0
        self._draining: set[str] = set()
        self._asked: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._malformed: deque[float] = deque()
        self._loop = asyncio.get_running_loop()
        self._backlog = backlog
        self._replay = Replay(shop, self._deliver, backlog)
        self._when_lost: list[Callable[[], None]] = []
        self._room = asyncio.Lock()
        self._trace: SessionTrace | None = None
        self.names: frozenset[str] | None = None
        self.began_at = self._loop.time()
        self.acted_at = 0.0
        """Loop time of the last thing somebody did here, 0 before."""
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
            self._count_malformed(problem)
            return
        if frame.callback_id is not None and frame.callback_id in self._asked:
            self._take_answer(self._asked.pop(frame.callback_id), frame, len(text))
        elif self._is_late(frame):
            self._take_late(frame)
        elif frame.name == OPEN:
            self._open(frame)
        elif self.caller is None:
            self.end(CLOSE_POLICY, "UNAUTHENTICATED")
        else:
            if self._trace is not None:
                self._trace.came(frame.name, frame.callback_id, frame.data, len(text))
            self._take(frame, self.caller)

    def _take(self, frame: Frame, caller: Caller) -> None:
        row = TABLE.get(frame.name)
        if row is None or row.kind not in ("request", "notify"):
            if frame.callback_id is None:
                log.info("dropped %.100r from %s: no such message", frame.name, caller.id)
                if is_plugin(caller):
                    self.shop.watch.note(caller.id, "warn", f"dropped {frame.name[:100]!r}: no such message")
            else:
                self._refuse(frame, unknown(frame.name))
            return
        try:
            self.shop.guard.check(caller, row.name)
        except PosError as error:
            self.shop.watch.refused_flood(caller, row)
            self._refuse(frame, error)
            return
        if row.apart:
            self._start_beside(row, frame, caller)
            return
        if row.write:
            self.acted()
        waiting = self._waiting.get(row.namespace)
        if waiting:
            self._wait(waiting, row, frame)
        elif self._may_start(row, caller):
            self._start(row, frame)
        else:
            self._wait(self._waiting.setdefault(row.namespace, deque()), row, frame)

    def _may_start(self, row: Row, caller: Caller) -> bool:
        """A write of the store's queue passes what is under way, unless that is a write as well (H-39)."""
        if self.shop.queues(row, caller):
            return not self._writing.get(row.namespace)
        return not self._busy.get(row.namespace)

    def _start_beside(self, row: Row, frame: Frame, caller: Caller) -> None:
        """Starts a message nothing waits for and that waits for nothing."""
        if self._concurrent >= MAX_CONCURRENT:
            self._refuse(frame, _too_many())
            return
        self._concurrent += 1

        def answered(result: Result) -> None:
            self._concurrent -= 1
            self._done(frame, caller, result)

        self.shop.dispatch(caller, row, bytes(frame.data), answered, session=self)

    def _wait(self, waiting: deque[tuple[Row, Frame]], row: Row, frame: Frame) -> None:
        size = len(bytes(frame.data))
        if len(waiting) >= MAX_WAITING or self._waiting_bytes + size > MAX_WAITING_BYTES:
            self._refuse(frame, _too_many())
            return
        self._waiting_bytes += size
        waiting.append((row, frame))

    def _start(self, row: Row, frame: Frame) -> None:
        namespace = row.namespace
        caller = self.caller
        assert caller is not None
        beside = row.write and not self.shop.queues(row, caller)
        self._busy[namespace] = self._busy.get(namespace, 0) + 1
        self._writing[namespace] = self._writing.get(namespace, 0) + beside

        def answered(result: Result) -> None:
            self._done(frame, caller, result)
            self._busy[namespace] -= 1
            self._writing[namespace] -= beside
            if namespace in self._waiting and namespace not in self._draining:
                self._start_waiting(namespace)

        body = bytes(frame.data)
        try:
            command_id = command_id_of(body) if row.write else None
        except PosError as error:
            answered(Result(error=error))
        else:
            self.shop.dispatch(caller, row, body, answered, command_id=command_id, session=self)

    def _start_waiting(self, namespace: str) -> None:
        """Starts what waited: writes one after the other, a read or live message once all is done."""
        waiting = self._waiting[namespace]
        self._draining.add(namespace)
        while waiting and not self.closed:
            assert self.caller is not None
            if not self._may_start(waiting[0][0], self.caller):
                break
            row, frame = waiting.popleft()
            self._waiting_bytes -= len(bytes(frame.data))
            self._start(row, frame)
        else:
            self._waiting.pop(namespace, None)
        self._draining.discard(namespace)

    def _done(self, frame: Frame, caller: Caller, result: Result) -> None:
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
        if self._trace is not None:
            self._trace.answered(reply_name(frame.name), callback_id, result.reply, "OK")
        self._send(reply_frame(frame.name, callback_id, result.reply))

    def _refuse(self, frame: Frame, error: PosError) -> None:
        if frame.callback_id is not None:
            self._send_refusal(frame, frame.callback_id, error)

    def _send_refusal(self, frame: Frame, callback_id: str, error: BaseException) -> None:
        row = TABLE.get(frame.name)
        body = error_json(error, self.lang, echoed(row, frame.data) if row is not None else {})
        if self._trace is not None:
            code = error.code if isinstance(error, PosError) else "INTERNAL"
            self._trace.answered(reply_name(frame.name), callback_id, body, code)
        self._send(reply_frame(frame.name, callback_id, body))

    def _count_malformed(self, problem: MalformedFrame) -> None:
        """Drops it; a hundred in a minute end the session (H-70)."""
        now = self._loop.time()
        self._malformed.append(now)
        while self._malformed[0] < now - MALFORMED_WINDOW_S:
            self._malformed.popleft()
        log.info("malformed message from %s: %s", self.caller.id if self.caller else "nobody yet", problem.en)
        if self.caller is not None and is_plugin(self.caller):
            self.shop.watch.note(self.caller.id, "warn", f"dropped a malformed message: {problem.en}")
            if len(self._malformed) >= MAX_MALFORMED:
                self.shop.watch.note(
                    self.caller.id, "error", f"{MAX_MALFORMED} malformed messages in a minute: stopped"
                )
        if problem.callback_id is not None and self.caller is not None:
            self._send(error_frame("", problem.callback_id, problem, self.lang))
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
            self._refuse(frame, error)
            if self.caller is None:
                code = error.code if isinstance(error, Unauthenticated) else "INVALID_ARGUMENT"
                self.end(CLOSE_POLICY, code)
            return
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        self.device_caller = caller
        self.act_as(msgspec.structs.replace(caller, session=self.shop.ids.new()))
        self.shop.connections.all.add(self)
        if is_plugin(caller) and (trace := self.shop.watch.opened(caller)) is not None:
            self._trace = SessionTrace(trace)
            self._trace.came(frame.name, frame.callback_id, frame.data, len(bytes(frame.data)))
        self.shop.begin(self._welcome(frame, data))

    async def _welcome(self, frame: Frame, data: SessionOpenData) -> None:
        """Answers `session.open`, then replays what was missed."""
        caller = self.caller
        assert caller is not None
        read = self.shop.store.reader()
        resumed = data.resume_after is not None and await can_resume(read, data.resume_after)
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
            seq=read.seq,
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
            self._replay.begin_at(read.seq)

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
        if self._opening is not None:
            self._opening.cancel()
        self._replay.stop()
        self._waiting.clear()
        self.shop.connections.lost(self)
        self.shop.connections.methods.forget(self)
        self.shop.ui.session_lost(self)
        self.shop.sign_ins.forget_session(self)
        if self.caller is not None and self.caller.staff is not None:
            self.shop.end_streams_of(self.caller)
        for future in self._asked.values():
            if not future.done():
                future.set_exception(HostUnavailable("연결이 끊어졌습니다.", "The connection was lost"))
        self._asked.clear()
        for hear in self._when_lost:
            hear()
        self._when_lost.clear()

    def when_lost(self, hear: Callable[[], None]) -> None:
        """Calls it once the connection is gone, at once when it is already."""
        if self.closed:
            hear()
        else:
            self._when_lost.append(hear)

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
            if self._trace is not None and push.name not in UNTRACED:
                self._trace.pushed(push.name, push.data)
            self._send(push.frame)

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
        row = TABLE[name]
        if self.caller is None or (row.scopes and not self.caller.may(*row.scopes)):
            raise PermissionDenied("권한이 없습니다.", "It has no scope for this", reason="SCOPE")
        if self.closed:
            raise HostUnavailable("연결이 끊어졌습니다.", "The connection was lost")
        callback_id = callback_id or f"{HOST}{self.shop.next_question()}"
        future: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._asked[callback_id] = future
        body = msgspec.json.encode(data)
        if self._trace is not None:
            self._trace.asked(name, callback_id, body)
        self._send(request_frame(name, callback_id, body))
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            raise TimedOut("제시간에 응답이 없었습니다.", "No answer in time") from None
        finally:
            self._asked.pop(callback_id, None)

    def _is_late(self, frame: Frame) -> bool:
        """An answer to a question of ours that nobody waits for: `host:` ids are ours alone."""
        if self.caller is None or frame.callback_id is None or not frame.callback_id.startswith(HOST):
            return False
        row = TABLE.get(frame.name)
        return row is None or row.kind not in ("request", "notify")

    def _take_late(self, frame: Frame) -> None:
        assert self.caller is not None
        callback_id = frame.callback_id or ""
        try:
            data = msgspec.json.decode(bytes(frame.data))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
            self._count_malformed(MalformedFrame(invalid_input(problem), None))
            return
        said = data if isinstance(data, dict) else {}
        taken = [take(self, callback_id, said) for take in self.shop.late_answers]
        if not any(taken):
            self.shop.watch.note(
                self.caller.id, "warn", f"an answer nobody waits for was dropped: {frame.name[:100]}"
            )

    def _take_answer(self, future: asyncio.Future[dict[str, Any]], frame: Frame, size: int) -> None:
        try:
            data = msgspec.json.decode(bytes(frame.data))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
            # The envelope was read without looking into its data.
            self._count_malformed(MalformedFrame(invalid_input(problem), None))
            data = None
        if self._trace is not None:
            said_no = not isinstance(data, dict) or data.get("complete") is False
            self._trace.replied(
                frame.name, frame.callback_id or "", frame.data, size, "REFUSED" if said_no else "OK"
            )
        if not future.done():
            future.set_result(data if isinstance(data, dict) else {})


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


def _too_many() -> RateLimited:
    return RateLimited(
        "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
        "Too many messages wait for an answer; slow down",
        retryAfterMs=1_000,
    )


def _socket_only() -> InvalidState:
    return InvalidState("소켓 연결에서만 쓸 수 있습니다.", "This belongs to a socket", reason="SOCKET_ONLY")
