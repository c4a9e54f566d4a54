"""One run of a worker plugin under the server: its `main.js` in a thread of a Node process.

The process is `runner/main.mjs`. Its pipes carry the plugin's envelopes (contract, wire §2) and,
on lines that begin with `!`, what runner and server say to each other: the start, heartbeats, the
console, the network, why it ended. The plugin cannot write such a line.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

import jumak
from jumak.domain.caller import Caller
from jumak.plugins.console import Console
from jumak.plugins.headless_network import Bridge, HeadlessNetwork, Said
from jumak.plugins.node import find_node, permission_flags
from jumak.plugins.process import MAX_LINE, Limits, PluginProcess
from jumak.server.session import Session
from jumak.server.shop import RunningShop
from jumak.service.documents import Install

RUNNER = Path(__file__).parent / "runner"
LANGUAGE = "ko-KR"

NODE_FLAGS = (
    "--experimental-vm-modules",  # the plugin's world is made of modules without an importer
    "--no-warnings",
    "--no-addons",
    "--no-deprecation",
    "--no-global-search-paths",
)

OUT_OF_MEMORY = ("heap out of memory", "Allocation failed", "out of memory")
"""What V8 writes when it dies without the runner having a say."""

ROOM = 1_000_000
"""An answer from the network leaves once fewer bytes than this wait for the process."""

LOOK_FOR_ROOM_S = 0.01
DATA_BESIDE_HEAP_MB = 1_024
"""Writable memory a Node process may map beside the heap: stacks, code, buffers."""

_messages = msgspec.json.Decoder(Said)


class HeadlessProcess(PluginProcess):
    """See `PluginProcess`. entry: the script in the folder. bridge: its network, None for none."""

    # A request's body of 10 MB, as base64 (plugin-runtime §7).
    longest_line: ClassVar[int] = max(MAX_LINE, 15_000_000)

    def __init__(
        self,
        shop: RunningShop,
        caller: Caller,
        folder: Path,
        entry: str,
        console: Console,
        limits: Limits,
        answered: Callable[[], None],
        *,
        install: Install,
        bridge: Bridge | None = None,
    ) -> None:
        super().__init__(shop, caller, folder, entry, console, limits, answered)
        self._id = install.id
        self._network = HeadlessNetwork(install, bridge, self._tell_with_room, self._refused)
        self._pinged = 0
        self._ponged = asyncio.Event()

    async def _run(self, token: str) -> str:
        try:
            return await super()._run(token)
        finally:
            await self._network.close()

    async def _command(self) -> Sequence[str]:
        node = await asyncio.to_thread(find_node)
        flags = permission_flags(node, (RUNNER, self._folder))
        return (str(node.path), *flags, *NODE_FLAGS, str(RUNNER.resolve() / "main.mjs"))

    def _environment(self, token: str) -> dict[str, str]:  # noqa: ARG002 (it is told in its first line)
        # Plugins print dates by the clock on the wall of the shop.
        return {"TZ": self._shop.store.reader().shop.time_zone}

    def _started(self, token: str) -> bytes:
        if self._process is not None:
            _hold_in(self._process.pid, self._limits)
        return (
            _private(
                {
                    "name": "runner.start",
                    "token": token,
                    "folder": str(self._folder.resolve()),
                    "entry": self._entry,
                    "origin": f"http://{self._id}.localhost",
                    "client": jumak.__version__,
                    "language": LANGUAGE,
                    "heapMb": self._limits.heap_mb,
                    "pluginName": self._caller.name,
                }
            )
            + b"\n"
        )

    def _take(self, line: bytes, session: Session) -> None:
        if not line.startswith(b"!"):
            super()._take(line, session)
            return
        said = _messages.decode(line[1:])
        match said.name:
            case "runner.console":
                self._console.write(said.level, said.text or "")
            case "runner.pong":
                if said.id == self._pinged:
                    self._ponged.set()
            case "runner.ended":
                self._why = self._why or said.reason
            case _:
                self._network.take(said)

    def _said(self, text: str) -> None:
        super()._said(text)
        if any(sign in text for sign in OUT_OF_MEMORY):
            self._why = self._why or f"out of memory: its heap may have {self._limits.heap_mb} MB"

    async def _answers_ping(self, session: Session, timeout_s: float) -> bool:  # noqa: ARG002 (asks the thread)
        """The plugin's own thread answers, so that a loop without an end is seen."""
        self._pinged += 1
        self._ponged.clear()
        self._send(_private({"name": "runner.ping", "id": self._pinged}))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._ponged.wait()
        return self._ponged.is_set()

    async def _tell_with_room(self, message: dict[str, Any]) -> None:
        while self._unread_bytes() > ROOM:  # noqa: ASYNC110 (a pipe says nothing when it has room)
            await asyncio.sleep(LOOK_FOR_ROOM_S)
        self._send(_private(message))

    def _refused(self, what: str) -> None:
        self._console.write("error", what)


def _private(message: dict[str, Any]) -> bytes:
    return b"!" + msgspec.json.encode(message)


def _hold_in(pid: int, limits: Limits) -> None:
    """Priority below the till's; no files, no dumps; memory and processor time where the system can."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + limits.nice)
    if not hasattr(resource, "prlimit"):
        return
    data = (limits.heap_mb + DATA_BESIDE_HEAP_MB) << 20
    most = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_DATA: data,
        resource.RLIMIT_CPU: limits.cpu_s,
    }
    for what, value in most.items():
        # It may have ended already, or the server itself may be held in more tightly.
        with contextlib.suppress(OSError, ValueError):
            resource.prlimit(pid, what, (value, value))
