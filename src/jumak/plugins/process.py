"""One run of a local plugin: a process that speaks the envelope over its pipes (contract, wire §2).

Nothing here waits for the plugin: what it does not read is counted and ends it, what it writes is
taken in small portions, and one that no longer answers is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from jumak.domain.caller import Caller
from jumak.domain.errors import PosError
from jumak.plugins.console import Console, Level
from jumak.protocol.envelope import LONGEST_FRAME
from jumak.server.outbox import LONG_FRAME
from jumak.server.session import Session
from jumak.server.shop import RunningShop

log = logging.getLogger(__name__)

PORTION = 50
"""Lines taken from a plugin before everybody else has a turn."""

MAX_LINE = LONGEST_FRAME + 1_000
MAX_UNREAD = 16 * 1024 * 1024
KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE")
"""All a plugin sees of the server's environment: the rest may hold secrets."""


class Limits(Struct, frozen=True, kw_only=True):
    """What a plugin's process may use. memory: address space; cpu: seconds in all per run.

    ping_s: how often it is asked whether it is alive; one that misses two is ended.
    """

    memory_mb: int = 1_024
    cpu_s: int = 3_600
    nice: int = 5
    ping_s: float = 15.0
    grace_s: float = 0.3


class PluginProcess:
    """Starts with `run`, ends with `stop` or by itself. answered: called once, when it is running."""

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

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process else None

    async def run(self) -> str:
        """Runs it to its end. Returns why it ended, for people."""
        token, _ = self._shop.credentials.issue(self._caller)
        self._console.secrets.add(token)
        self._process = process = await self._spawn(token)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._session = session = Session(
            self._shop, self._caller, self._send, self._close, backlog=self._unread
        )
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
            self._shop.credentials.withdraw([self._caller.id])
            # What it said last is often why it died.
            await asyncio.wait([helpers[0]], timeout=0.5)
            for task in helpers:
                task.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            self._console.secrets.discard(token)
        return _ending(process.returncode)

    async def _spawn(self, token: str) -> asyncio.subprocess.Process:
        spawning = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                sys.executable, "-P", "-u", "-m", "jumak.sdk.run", self._entry,
                cwd=self._folder,
                env=self._environment(token),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=MAX_LINE,
                start_new_session=True,
            )
        )  # fmt: skip
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

    def _environment(self, token: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        return kept | {
            "JUMAK_TOKEN": token,
            "JUMAK_MEMORY_MB": str(self._limits.memory_mb),
            "JUMAK_CPU_S": str(self._limits.cpu_s),
            "JUMAK_NICE": str(self._limits.nice),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    async def _read_messages(self, stream: asyncio.StreamReader, session: Session) -> None:
        taken = 0
        while not session.closed:
            try:
                line = await stream.readline()
            except ValueError:
                self._console.write("error", f"a message longer than {MAX_LINE} bytes: stopped")
                return
            if not line:
                return
            if line.strip():
                try:
                    session.receive(line.strip())
                except Exception:
                    log.exception("a message of %s broke the host", self._caller.id)
                    self._console.write("error", "the host failed at one of its messages: stopped")
                    return
                if not self._is_up and b'"plugin.info.request"' in line:
                    self._is_up = True
                    self._answered()
            taken += 1
            if taken % PORTION == 0:
                await asyncio.sleep(0)

    async def _read_log(self, stream: asyncio.StreamReader) -> None:
        taken = 0
        while True:
            try:
                line = await stream.readline()
            except ValueError:
                continue
            if not line:
                return
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._console.write(_level_of(text), text)
            taken += 1
            if taken % PORTION == 0:
                await asyncio.sleep(0)

    async def _keep_asking(self, session: Session) -> None:
        """A loop that never ends is only seen by its silence."""
        while True:
            await asyncio.sleep(self._limits.ping_s)
            if session.caller is None:
                continue
            try:
                await session.ask("session.ping.request", {}, timeout_s=2 * self._limits.ping_s)
            except PosError:
                if not self._stopping:
                    self._console.write("error", "it no longer answers: stopped")
                self._kill()
                return

    def _send(self, frame: bytes) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        if self._unread_bytes() < LONG_FRAME:
            self._long = 0
        if len(frame) > LONG_FRAME:
            self._long = max(self._long, len(frame))
        process.stdin.write(frame + b"\n")
        if self._unread_bytes() - self._long > MAX_UNREAD:
            self._console.write("error", "it does not read its messages: stopped")
            self._kill()

    def _unread_bytes(self) -> int:
        process = self._process
        if process is None or process.stdin is None:
            return 0
        return process.stdin.transport.get_write_buffer_size()

    def _unread(self) -> int:
        """Messages waiting to leave, estimated: pipes count bytes."""
        return self._unread_bytes() // 1_000

    def _close(self, code: int, reason: str) -> None:
        self._console.write("warn", f"its session was closed: {reason} ({code})")
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        asyncio.get_running_loop().call_later(self._limits.grace_s, self._kill)

    def _kill(self) -> None:
        """Ends the process and what it started, which may outlive it."""
        process = self._process
        if process is not None and not self._over:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _level_of(text: str) -> Level:
    head = text[:8].upper()
    if head.startswith(("ERROR", "CRITICAL", "TRACEBAC")):
        return "error"
    return "warn" if head.startswith("WARN") else "info"


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"ended by signal {signal.Signals(-code).name}"
    return f"ended with code {code}"
