"""One run of a local plugin: a process that speaks the envelope over its pipes (contract, wire §2).

Nothing here waits for the plugin: what it does not read is counted and ends it, what it writes is
taken at a pace (`server/pace.py`), and one that no longer answers is ended. What kind of process it is say
`python.py` (Python plugins) and `headless.py` (worker plugins in Node).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError
from jumak.logs import fields
from jumak.plugins.console import Console
from jumak.plugins.lines import CHUNK, Lines, LineTooLongError
from jumak.protocol.envelope import LONGEST_FRAME
from jumak.server.pace import LONGEST_WAIT_S, Pace
from jumak.server.session import Session
from jumak.server.shop import RunningShop
from jumak.server.watch import Level

log = logging.getLogger(__name__)

SILENT = "it no longer answers: stopped"
FLOODS = "it sends more than the shop takes, and no longer answers: stopped"

MAX_LINE = LONGEST_FRAME + 1_000
MAX_UNREAD = 16 * 1024 * 1024


class Limits(Struct, frozen=True, kw_only=True):
    """What a plugin's process may use. memory: address space; cpu: seconds in all per run; heap: of a
    headless worker, whose process reserves addresses freely.

    ping_s: how often it is asked whether it is alive; one that misses two is ended.
    """

    memory_mb: int = 1_024
    heap_mb: int = 256
    cpu_s: int = 3_600
    nice: int = 10
    ping_s: float = 15.0
    grace_s: float = 0.3


class PluginProcess(ABC):
    """Starts with `run`, ends with `stop` or by itself. answered: called once, when it is running."""

    longest_line: ClassVar[int] = MAX_LINE

    def __init__(
        self,
        shop: RunningShop,
        caller: Caller,
        folder: Path,
        entry: str,
        console: Console,
        limits: Limits,
        answered: Callable[[], None],
    ) -> None:
        self._shop, self._caller, self._folder, self._entry = shop, caller, folder, entry
        self._console, self._limits, self._answered = console, limits, answered
        self._process: asyncio.subprocess.Process | None = None
        self._session: Session | None = None
        self._stopping = False
        self._is_up = False
        self._long = 0
        self._over = False
        self._why = ""
        self._pace = Pace()
        self._leaving = bytearray()
        self._doing: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process else None

    async def run(self) -> str:
        """Runs it to its end. Returns why it ended, for people. Raises OSError when it cannot be started."""
        token, _ = self._shop.credentials.issue(self._caller)
        self._console.secrets.add(token)
        try:
            return await self._run(token)
        finally:
            self._shop.credentials.withdraw([self._caller.id])
            self._console.secrets.discard(token)

    async def _run(self, token: str) -> str:
        self._process = process = await self._spawn(token)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._session = session = Session(
            self._shop, self._caller, self._send, self._close, backlog=self._unread
        )
        process.stdin.write(self._started(token))
        helpers = [
            asyncio.create_task(self._read_log(process.stderr)),
            asyncio.create_task(self._keep_asking(session)),
        ]
        reading = asyncio.create_task(self._read_messages(process.stdout, session))
        ended = asyncio.create_task(process.wait())
        try:
            # A process it started may hold its pipes open after it: its own end counts. Some event
            # loops call `wait` done only once the pipes are closed, so look now and then.
            while process.returncode is None:
                done, _ = await asyncio.wait((reading, ended), timeout=1, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    break
            # It may have closed its pipes first, or left messages in them.
            await asyncio.wait((reading, ended), timeout=self._limits.grace_s + 2)
        finally:
            session.lost()
            self._kill()
            if process.returncode is None:
                await process.wait()
            reading.cancel()
            ended.cancel()
            await asyncio.gather(reading, ended, return_exceptions=True)
            self._over = True
            # What it said last is often why it died.
            await asyncio.wait([helpers[0]], timeout=0.5)
            helpers += self._doing
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await asyncio.gather(_read_off(process.stdout), _read_off(process.stderr))
        return self._why or _ending(process.returncode)

    @abstractmethod
    async def _command(self) -> Sequence[str]:
        """The program and its arguments. Raises OSError, with a sentence that says what is missing."""

    @abstractmethod
    def _environment(self, token: str) -> dict[str, str]:
        """All the process sees of an environment."""

    def _started(self, token: str) -> bytes:  # noqa: ARG002 (one kind is told its token this way)
        """What it is told first, before any message."""
        return b""

    async def _spawn(self, token: str) -> asyncio.subprocess.Process:
        spawning = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *await self._command(),
                cwd=self._folder,
                env=self._environment(token),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=CHUNK,
                start_new_session=True,
            )
        )
        try:
            return await asyncio.shield(spawning)
        except asyncio.CancelledError:
            # Cancelled half-way, asyncio waits for ever for the process it has just ended.
            self._process = await spawning
            self._kill()
            await self._process.wait()
            raise

    async def stop(self) -> None:
        """Tells it, waits 300 ms, then ends it."""
        self._stopping = True
        process, session = self._process, self._session
        if process is None or process.returncode is not None:
            return
        if session is not None and not session.closed:
            self._shop.connections.push_to(
                self._caller.id, "plugin.stopping.event", {"graceMs": int(self._limits.grace_s * 1_000)}
            )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.grace_s):
                await process.wait()
                return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.grace_s):
                await process.wait()
                return
        self._kill()
        await process.wait()

    async def _read_messages(self, stream: asyncio.StreamReader, session: Session) -> None:
        lines = Lines(stream, self.longest_line)
        while not session.closed:
            try:
                line = await lines.next()
            except LineTooLongError:
                self._console.write("error", f"a message longer than {self.longest_line} bytes: stopped")
                return
            if line is None:
                return
            self._pace.begin()
            if line.strip():
                try:
                    self._take(line.strip(), session)
                except Exception:
                    log.exception("a message of a plugin broke its host", extra=fields(self._caller))
                    self._console.write("error", "the host failed at one of its messages: stopped")
                    return
            await self._pace.taken(is_exempt=self._shop.guard.is_exempt(self._caller))

    def _take(self, line: bytes, session: Session) -> None:
        """One line it wrote, an envelope."""
        session.receive(line)
        if not self._is_up and b'"plugin.info.request"' in line:
            self._is_up = True
            self._answered()

    async def _read_log(self, stream: asyncio.StreamReader) -> None:
        pace, lines = Pace(), Lines(stream, self.longest_line)
        while True:
            try:
                line = await lines.next()
            except LineTooLongError:
                continue
            if line is None:
                return
            pace.begin()
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._said(text)
            await pace.taken()

    def _said(self, text: str) -> None:
        """One line of its log."""
        self._console.write(_level_of(text), text)

    async def _keep_asking(self, session: Session) -> None:
        """A loop that never ends is only seen by its silence."""
        while True:
            await asyncio.sleep(self._limits.ping_s)
            if session.caller is None:
                continue
            if not await self._answers_ping(session, 2 * self._limits.ping_s):
                if not self._stopping:
                    self._end_because(FLOODS if self._floods() else SILENT)
                self._kill()
                return

    async def _answers_ping(self, session: Session, timeout_s: float) -> bool:
        """Whether it is alive."""
        try:
            await session.ask("session.ping.request", {}, timeout_s=timeout_s)
        except PosError:
            return False
        return True

    def _floods(self) -> bool:
        """Its answer may wait behind all it sent."""
        slowed_at = self._pace.slowed_at
        return (
            slowed_at is not None and time.monotonic() - slowed_at < 2 * self._limits.ping_s + LONGEST_WAIT_S
        )

    def _end_because(self, why: str) -> None:
        """Ends it, for a reason people read."""
        self._why = self._why or why
        self._console.write("error", why)
        self._kill()

    def _send(self, frame: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        # What waits already counts: one long message may be longer than all of that.
        if self._unread_bytes() > MAX_UNREAD:
            self._end_because("it does not read its messages: stopped")
            return
        # Each write wakes the other process, which costs more than the message: a commit's pushes leave together.
        if not self._leaving:
            asyncio.get_running_loop().call_soon(self._flush)
        self._leaving += frame
        self._leaving += b"\n"

    def _flush(self) -> None:
        stdin = self._process and self._process.stdin
        if stdin and self._leaving and not stdin.is_closing():
            stdin.write(bytes(self._leaving))
        self._leaving.clear()

    def _unread_bytes(self) -> int:
        process = self._process
        if process is None or process.stdin is None:
            return 0
        return len(self._leaving) + process.stdin.transport.get_write_buffer_size()

    def _unread(self) -> int:
        """Messages waiting to leave, estimated: pipes count bytes."""
        return self._unread_bytes() // 1_000

    def _close(self, code: int, reason: str) -> None:
        self._console.write("warn", f"its session was closed: {reason} ({code})")
        self._flush()
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        asyncio.get_running_loop().call_later(self._limits.grace_s, self._kill)

    def _kill(self) -> None:
        """Ends the process and what it started, which may outlive it."""
        process = self._process
        if process is not None and not self._over:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


async def _read_off(stream: asyncio.StreamReader) -> None:
    """A pipe is closed at its end alone, and a flood that was cut short is not at its end."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while await stream.read(1 << 20):
                pass


def _level_of(text: str) -> Level:
    head = text[:8].upper()
    if head.startswith(("ERROR", "CRITICAL", "TRACEBAC")):
        return "error"
    return "warn" if head.startswith("WARN") else "info"


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"ended by signal {signal.Signals(-code).name}"
    return f"ended with code {code}"
