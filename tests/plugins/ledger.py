"""The ledger of the prepaid-card sample: its rules in this process, or all of it in one of its own."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from tests.ports import free_port

from .samples import FOLDER, load_file

LEDGER = FOLDER / "prepaid-card" / "ledger"
Json = dict[str, Any]


def rules() -> ModuleType:
    """Its `cards.py`."""
    return load_file(LEDGER / "cards.py")


class LedgerProcess:
    """The ledger as the README starts it; it can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = ""
        self._data = folder / "cards.db"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it serves."""
        command = [sys.executable, str(LEDGER / "serve.py"), "--data", str(self._data)]
        self._process = await asyncio.create_subprocess_exec(
            *command, "--port", str(self.port), stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        said = [(await self._process.stdout.readline()).decode() for _ in range(2)]
        assert self.url in said[0], said
        self.token = said[1].rpartition(" ")[2].strip()

    async def end(self, how: int = signal.SIGKILL) -> None:
        """As a power cut does, unless told otherwise."""
        if self._process is not None:
            self._process.send_signal(how)
            await self._process.communicate()
            self._process = None

    def client(self) -> httpx.AsyncClient:
        """Somebody who knows the token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=20)

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """One answer. Fails on a refusal."""
        async with self.client() as client:
            answer = await client.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told

    async def charged(self, card: str, amount: int) -> None:
        """A card with this much more on it."""
        await self.ask("PUT", f"/charges/test-{card}-{amount}", {"card": card, "amount": amount})

    async def balance(self, card: str) -> int:
        """What is on a card; 0 on one that was never sold."""
        async with self.client() as client:
            told: Json = (await client.get(f"/cards/{card}")).json()
        assert told.get("error") in (None, "NO_CARD"), told
        return int(told.get("balance", 0))
