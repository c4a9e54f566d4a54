"""A shop while its server runs: every door hands its messages to `RunningShop.dispatch`.

The life of a message: look the caller's scopes up, decode `data` into the row's struct, then
- a write joins the store's queue and is answered from the store's own callback, once on disk;
- a read runs at once on what is committed;
- a live message becomes a task.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from jumak import metrics
from jumak.domain.caller import Caller
from jumak.domain.errors import PosError, TimedOut
from jumak.ending import ended
from jumak.logs import fields
from jumak.protocol.envelope import canonical_body, decode_data, encode_reply
from jumak.protocol.row import Reply, Row
from jumak.protocol.scopes import require_row
from jumak.protocol.table import unknown
from jumak.server.at_once import Rest, at_once
from jumak.server.connections import Connections
from jumak.server.credentials import Credentials
from jumak.server.flood import FloodGuard, NoGuard
from jumak.server.live import LIVE, Ask, LiveHandler
from jumak.server.pairing import Throttle
from jumak.server.sign_in import SignIns
from jumak.server.ui import TillUi
from jumak.server.watch import NoWatch, Watch, is_plugin
from jumak.service.ports import Command, Ids, Result, Store, Transaction
from jumak.service.registry import COMMANDS, QUERIES

if TYPE_CHECKING:
    from jumak.server.clock import WaitingClock
    from jumak.server.directory import Branches
    from jumak.server.session import Session

Answered = Callable[[Result], None]
WorkT = TypeVar("WorkT")

DEADLINE_S = 30.0
"""Every request is answered inside this or refused with TIMEOUT (H-12)."""

log = logging.getLogger(__name__)

_numbers = itertools.count(1)
"""Of this process's messages in its log."""


class Gate(Struct, frozen=True):
    """What stands before a write.

    needed: whether anybody has to be asked at all; quick, for it is asked of every such message.
    before: asks, and returns what is to run then, or an answer at once; raises refusals.
    """

    needed: Callable[[Caller], bool]
    before: Callable[[Ask, Any], Awaitable[Callable[[Transaction, Any], Awaitable[Any]] | Reply]]


class RunningShop:
    """The parts of a running shop, and the way in."""

    def __init__(
        self,
        store: Store,
        *,
        connections: Connections,
        clock: WaitingClock,
        ids: Ids,
        guard: FloodGuard | NoGuard | None = None,
        mark: str = "",
    ) -> None:
        self.store, self.connections, self.clock, self.ids = store, connections, clock, ids
        connections.measure()
        self.credentials = Credentials(store, clock, mark)
        self.sign_ins = SignIns(clock)
        self.throttle = Throttle()
        self.guard = guard if guard is not None else FloodGuard()
        self.live: dict[str, LiveHandler] = dict(LIVE)
        self.gates: dict[str, Gate] = {}
        """Writes before which somebody may have to be asked."""
        self.late_answers: list[Callable[[Session, str, dict[str, Any]], bool]] = []
        """Who takes answers of plugins that nobody waits for any more: session, callback id, data."""
        self.deadlines: dict[str, float] = {}
        """Seconds for the messages that may take longer than `DEADLINE_S` (popups, the HTTP bridge)."""
        self.origins: Callable[[str], str | None] = _no_origin
        """A plugin's id → the origin of its pages for whoever asks now, None where they cannot run."""
        self.address: Callable[[], str | None] = _no_address
        """The shop's own origin for whoever asks now, None where nothing is served."""
        self.counts: dict[str, int] = {}
        """Messages that were taken, by name, for whoever looks at this shop (`monitoring.shop_text`)."""
        self.watch: Watch = NoWatch()
        """Who keeps the plugins' consoles; the plugin host puts itself here."""
        self.ui = TillUi(self)
        self.on_refusal: dict[str, Callable[[Caller, BaseException], None]] = {}
        """Told when a message of this name is refused to somebody."""
        self.refusals: dict[str, int] = {}
        """Messages that were refused, by code, for the same."""
        self._questions = 0
        self.own_ports: set[int] = set()
        """Ports this shop listens at; nobody is led back to them from inside."""
        self.branches: Branches | None = None
        """The shops of a head office's directory, None in every other shop."""
        self.is_working: Callable[[], bool] = _does_nothing
        """Whether it has something to do by itself, though nobody is connected."""
        self.network: object | None = None
        """How plugins reach the network (`plugins/bridge`, which the server does not know)."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self.is_over = False
        """It is closed, or about to be: whoever comes now is told to come back."""

    def dispatch(
        self,
        caller: Caller,
        row: Row,
        body: bytes,
        answered: Answered,
        *,
        command_id: str | None = None,
        session: Session | None = None,
    ) -> None:
        """Has a message answered: `answered` is called exactly once, at once or later, on the loop."""
        name = row.name
        self.counts[name] = self.counts.get(name, 0) + 1
        metrics.requests.count(name)
        if (told := self.on_refusal.get(name)) is not None:
            answered = _telling(answered, partial(told, caller))
        if is_plugin(caller):
            answered = _timed(caller, answered)
        if log.isEnabledFor(logging.DEBUG):
            answered = _logged(caller, name, command_id, answered)
        try:
            require_row(caller, row)
            data = decode_data(row, body)
            if is_plugin(caller):
                self.watch.called(caller, row, data)
            use_case = COMMANDS.get(name)
            if use_case is not None and not self.queues(row, caller):
                ask = Ask(self, caller, session, name, command_id)
                self.start(self._run_gated(self.gates[name], ask, data, answered))
            elif use_case is not None:
                self._submit(caller, name, use_case, data, answered, command_id)
            elif (reads := QUERIES.get(name)) is not None:
                self.begin(self._finish(reads(self.store.reader(), caller, data), name, caller, answered))
            elif (handler := self.live.get(name)) is not None:
                first = _first(answered)
                ask = Ask(self, caller, session, name, command_id, first)
                self.start(self._run_live(handler, ask, data, first))
            else:
                raise unknown(name)
        except Exception as error:
            self._refuse(name, caller, error, answered)

    def queues(self, row: Row, caller: Caller) -> bool:
        """This message joins the store's queue at once: a write, and nobody has to be asked before."""
        if row.name not in COMMANDS:
            return False
        gate = self.gates.get(row.name)
        return gate is None or not gate.needed(caller)

    def next_question(self) -> int:
        """A number for a question to a plugin, never used twice while the shop runs."""
        self._questions += 1
        return self._questions

    async def ask(self, caller: Caller, row: Row, body: bytes, *, command_id: str | None = None) -> Result:
        """`dispatch` and wait."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def answered(result: Result) -> None:
            if not future.done():
                future.set_result(result)

        self.dispatch(caller, row, body, answered, command_id=command_id)
        return await future

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs something beside the messages until it ends or the shop closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def start_future(self, work: Coroutine[Any, Any, WorkT]) -> asyncio.Task[WorkT]:
        """`start` for work with an outcome that somebody awaits."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something at once, as far as it goes without waiting, and what is left as a task."""
        rest = at_once(work)
        if rest is not None:
            self.start(_finished(rest))

    def end_connections(self, *, but_hosted: bool = False) -> None:
        """Closes every connection; clients come back and resume.

        but_hosted: plugins that the shop runs itself keep theirs; their host stops them.
        """
        for subscriber in tuple(self.connections.all):
            caller = subscriber.caller
            hosted = caller is not None and caller.kind == "plugin" and caller.device_id is None
            if not (but_hosted and hosted and subscriber.answers):
                subscriber.end(1012, "HOST_UNAVAILABLE")

    def sign_out_everywhere(self, staff_id: str) -> None:
        """A person was changed or removed: their scopes leave every session at once."""
        self.sign_ins.forget_person(staff_id)
        for subscriber in tuple(self.connections.all):
            subscriber.sign_out(staff_id)

    def end_streams_of(self, caller: Caller) -> None:
        """Somebody signed out on this device: event streams opened with their scopes end."""
        for one in tuple(self.connections.all):
            if (
                not one.answers
                and one.caller is not None
                and one.caller.staff is not None
                and (one.caller.device_id or one.caller.id) == (caller.device_id or caller.id)
            ):
                one.end(1008, "UNAUTHENTICATED")

    async def close(self) -> None:
        """Closes every connection, ends every task, then the store."""
        await self.end_tasks()
        await self.store.close()

    async def end_tasks(self) -> None:
        """Closes every connection and ends every task: what they waited for is asked for after the next start."""
        self.is_over = True
        self.end_connections()
        await ended(*self._tasks)

    def _submit(
        self,
        caller: Caller,
        name: str,
        use_case: Callable[[Transaction, Any], Awaitable[Any]],
        data: Any,
        answered: Answered,
        command_id: str | None,
    ) -> None:
        def run(tx: Transaction) -> Awaitable[Any]:
            return use_case(tx, data)

        def done(result: Result) -> None:
            if result.error is None:
                answered(result)
            else:
                self._refuse(name, caller, result.error, answered)

        body = b"" if command_id is None else canonical_body(data)
        self.store.submit(Command(caller=caller, name=name, body=body, run=run, command_id=command_id), done)

    async def _run_live(self, handler: LiveHandler, ask: Ask, data: Any, answered: Answered) -> None:
        limit = self.deadlines.get(ask.name, DEADLINE_S)

        async def in_time() -> Reply:
            try:
                async with asyncio.timeout(limit):
                    reply: Reply = await handler(ask, data)
                    return reply
            except TimeoutError:
                raise TimedOut("제시간에 응답이 없었습니다.", "No answer in time") from None

        await self._finish(in_time(), ask.name, ask.caller, answered)

    async def _run_gated(self, gate: Gate, ask: Ask, data: Any, answered: Answered) -> None:
        """Asks first; then the write joins the queue like any other, so its reply precedes its pushes (H-30)."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                agreed = await gate.before(ask, data)
        except TimeoutError:
            self._refuse(
                ask.name, ask.caller, TimedOut("제시간에 응답이 없었습니다.", "No answer in time"), answered
            )
        except Exception as error:
            self._refuse(ask.name, ask.caller, error, answered)
        except asyncio.CancelledError:
            answered(Result(error=TimedOut("서버가 종료되었습니다.", "The server stopped")))
            raise
        else:
            if isinstance(agreed, Reply):
                answered(Result(reply=encode_reply(agreed)))
            else:
                self._submit(ask.caller, ask.name, agreed, data, answered, ask.command_id)

    async def _finish(self, work: Awaitable[Reply], name: str, caller: Caller, answered: Answered) -> None:
        try:
            reply = encode_reply(await work)
        except Exception as error:
            self._refuse(name, caller, error, answered)
        except asyncio.CancelledError:
            answered(Result(error=TimedOut("서버가 종료되었습니다.", "The server stopped")))
            raise
        else:
            answered(Result(reply=reply))

    def count_refusal(self, error: BaseException) -> None:
        """A message was refused, here or at a door already."""
        code = error.code if isinstance(error, PosError) else "INTERNAL"
        self.refusals[code] = self.refusals.get(code, 0) + 1
        metrics.refusals.count(code)

    def _refuse(self, name: str, caller: Caller, error: BaseException, answered: Answered) -> None:
        self.count_refusal(error)
        if not isinstance(error, PosError):
            log.error("a message failed", exc_info=error, extra=fields(caller, message=name))
        answered(Result(error=error))


def _first(answered: Answered) -> Answered:
    """Passes on the first answer alone."""
    is_open = True

    def once(result: Result) -> None:
        nonlocal is_open
        if is_open:
            is_open = False
            answered(result)

    return once


def _timed(caller: Caller, answered: Answered) -> Answered:
    """Measures how long a plugin waits for its answer."""
    begun = time.perf_counter()
    plugin = metrics.plugin_label(caller.id if caller.kind == "plugin" else None)

    def timed(result: Result) -> None:
        error = result.error
        outcome = "ok" if error is None else "refused" if isinstance(error, PosError) else "failed"
        metrics.plugin_request_seconds.labels(plugin, outcome).observe(time.perf_counter() - begun)
        answered(result)

    return timed


def _logged(caller: Caller, name: str, command_id: str | None, answered: Answered) -> Answered:
    """Writes down that a message was answered, and how; nothing of what it holds."""
    begun, number = time.perf_counter(), next(_numbers)
    # A command's id is the caller's own text. Its hash tells repeats from new commands all the same.
    command = None if command_id is None else hashlib.sha256(command_id.encode()).hexdigest()[:12]

    def logged(result: Result) -> None:
        error = result.error
        outcome = "OK" if error is None else error.code if isinstance(error, PosError) else "INTERNAL"
        took = round((time.perf_counter() - begun) * 1_000, 3)
        about: dict[str, str | int | float | None] = {
            "message": name,
            "request": number,
            "command": command,
            "outcome": outcome,
            "duration_ms": took,
        }
        log.debug("a message was answered", extra=fields(caller, **about))
        answered(result)

    return logged


def _telling(answered: Answered, told: Callable[[BaseException], None]) -> Answered:
    """Tells of a refusal before it is answered."""

    def tell(result: Result) -> None:
        if result.error is not None:
            told(result.error)
        answered(result)

    return tell


async def _finished(rest: Rest) -> None:
    await rest


def _does_nothing() -> bool:
    return False


def _no_address() -> str | None:
    return None


def _no_origin(_plugin_id: str) -> str | None:
    return None
