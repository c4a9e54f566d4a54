"""`jumak serve --shops localhost` in a process of its own, which can be killed, stopped and started again on its port."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.ports import free_port

WITHIN_S = 90


class ServerProcess:
    """url: of the database; office: number of the head office; words: more of its command line."""

    def __init__(self, url: str, folder: Path, office: int, *words: str) -> None:
        self.port = free_port()
        self._url, self._folder = url, folder
        self._log = folder.with_name(f"{folder.name}-{self.port}.log")
        self.words = ("--shops", "localhost", "--shop", str(office), "--data", str(folder), *words)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything it said on its standard error."""
        return self._log.read_text()

    async def start(self) -> None:
        """Returns once it says that it is ready."""
        words = ("serve", *self.words, "--port", str(self.port), "--no-browser", "--no-flood-guard")
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "jumak", *words),
                env=os.environ | {"JUMAK_DATABASE_URL": self._url},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(WITHIN_S):
            while b"Jumak is ready" not in (line := await self._process.stdout.readline()):
                assert line, self.log

    async def says(self) -> str:
        """Its next line for people, once it is ready."""
        assert self._process is not None
        assert self._process.stdout is not None
        return (await asyncio.wait_for(self._process.stdout.readline(), WITHIN_S)).decode().strip()

    def send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Waits until it has ended; its exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), WITHIN_S)

    async def end(self) -> None:
        """Whatever it is doing."""
        if self._process is not None and self._process.returncode is None:
            self.send(signal.SIGCONT)
            self._process.kill()
            await self.ended()
