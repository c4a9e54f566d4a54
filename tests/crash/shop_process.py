"""`jumak serve` as a process that can be killed, on a folder that stays."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

from jumak.domain.caller import SYSTEM
from jumak.domain.fact import Fact
from jumak.protocol.row import Done
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.server.owner import OwnerAccess, read_access
from jumak.service.ports import Command
from jumak.store.opening import InDatabase, founded, opened
from jumak.testing import menu
from tests.ports import free_port

START_WITHIN_S = 30.0


async def make_shop(folder: Path, database: InDatabase | None = None) -> None:
    """A shop on disk with the test menu."""

    async def seed(tx):
        for document in menu.DOCUMENTS:
            tx.put(document)
        tx.record(Fact("shop.update", "1", {"changes": ["seeded"]}))
        return Done()

    await founded(folder, database, menu.SHOP)
    async with opened(folder, database, clock=SystemClock(), ids=UuidIds(), live=Connections()) as store:
        result = await store.execute(Command(caller=SYSTEM, name="shop.seed", body=b"", run=seed))
    assert result.error is None


def words_of(folder: Path, database: InDatabase | None) -> tuple[str, ...]:
    """How a command is told where the shop is."""
    there = () if database is None else ("--database-url", database.url, "--shop", f"{database.shop_id}")
    return ("--data", str(folder), *there)


class ShopProcess:
    """Started, killed and started again, always on the same port."""

    def __init__(self, folder: Path, database: InDatabase | None = None) -> None:
        self.folder, self.port = folder, free_port()
        self.words = words_of(folder, database)
        self.url = f"http://127.0.0.1:{self.port}"
        self.up = asyncio.Event()
        self.starts: list[float] = []
        """Seconds from the start of the process until it said that it is ready, each time."""
        self._process: asyncio.subprocess.Process | None = None
        self._errors = folder.parent / "server-errors.txt"

    async def start(self) -> None:
        """Returns once it takes orders."""
        began = time.perf_counter()
        words = ("serve", *self.words, "--port", str(self.port))
        with self._errors.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "jumak", *words, "--no-browser", "--no-flood-guard"),
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        assert self._process.stdout is not None
        said = await asyncio.wait_for(self._process.stdout.readline(), START_WITHIN_S)
        assert said.startswith(b"Jumak is ready"), self.errors
        self.starts.append(time.perf_counter() - began)
        self.up.set()

    async def kill(self) -> None:
        """SIGKILL: nothing is flushed, nobody is told."""
        assert self._process is not None
        self.up.clear()
        self._process.kill()
        assert await self._process.wait() == -signal.SIGKILL

    async def stop(self) -> None:
        """The orderly end."""
        if self._process is not None and self._process.returncode is None:
            self.up.clear()
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), START_WITHIN_S)

    @property
    def owner(self) -> OwnerAccess:
        """How the owner reaches this run of the server."""
        access = read_access(self.folder)
        assert access is not None
        return access

    @property
    def errors(self) -> str:
        """Everything the server complained about, over all runs."""
        return self._errors.read_text()
