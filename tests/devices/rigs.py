"""Simulators on a bench: one in this process, one in a process of its own that is ended by SIGKILL."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

import httpx

from jumak.devices.terminal.driver import simulated
from jumak.devices.terminal.link import connect
from jumak.devices.terminal.simulator.book import Book
from jumak.devices.terminal.simulator.reader import Act
from jumak.devices.terminal.simulator.serving import READER, READY
from jumak.devices.terminal.simulator.wallets import WALLETS, fresh_code
from jumak.domain.attempt import Answer
from jumak.service.card_terminal import CardTerminal
from jumak.testing.terminal import PracticeTerminal
from tests.ports import free_port

START_WITHIN_S = 30.0


class SimulatorRig:
    """What both have in common: the simulator's control messages."""

    terminal: CardTerminal
    cannot: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.late: list[tuple[str, Answer]] = []

    def _late(self, key: str, answer: Answer) -> None:
        self.late.append((key, answer))

    async def control(self, **how: Any) -> None:
        raise NotImplementedError

    async def answer_lost(self) -> None:
        await self.control(cut=1)

    async def unreached(self) -> None:
        await self.control(deaf=1)

    async def silent(self) -> None:
        await self.control(silent=1)

    async def held(self) -> None:
        await self.control(attended=True)

    async def doubled(self) -> None:
        await self.control(twice=True)

    async def misnamed(self, key: str) -> None:
        await self.control(otherKey=key)

    async def unreadable(self) -> None:
        await self.control(garbage=True)

    async def declines(self) -> None:
        await self.control(code="05")

    async def guest_leaves(self) -> None:
        await self.control(code="99")

    async def whole_only(self) -> int:
        return 18_097

    def fresh_code(self) -> str:
        return fresh_code(WALLETS[0])


class MemoryRig(SimulatorRig):
    """In this process."""

    def __init__(self) -> None:
        super().__init__()
        self.practice = PracticeTerminal()
        self.terminal = self.practice.driver("", self._late)

    async def control(self, **how: Any) -> None:
        self.practice.control(**{"other_key" if name == "otherKey" else name: how[name] for name in how})

    async def guest_pays(self) -> None:
        reader = self.practice.machine.reader
        reader.act(Act.INSERT)
        reader.act(Act.ENTER_PIN)

    async def guest_pays_by_phone(self) -> None:
        self.practice.machine.reader.act(Act.PAY)

    async def kill(self) -> None:
        self.practice.switch_off()

    async def revive(self) -> None:
        self.practice.switch_on()

    async def close(self) -> None:
        await self.terminal.close()
        await self.practice.close()


class SimulatorProcess:
    """`python -m jumak.devices.terminal.simulator`, always at the same port, with a reader's page."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.page = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "jumak.devices.terminal.simulator", "--with-parent",
            "--folder", str(self.folder), "--port", str(self.port),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(START_WITHIN_S):
            ready = (await self._process.stdout.readline()).decode().strip()
            assert ready == READY + self.address
            self.page = (await self._process.stdout.readline()).decode().strip().removeprefix(READER)

    async def kill(self) -> None:
        """SIGKILL."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        # The transport of its input is ours to close.
        self._process._transport.close()  # type: ignore[attr-defined]

    async def control(self, **how: Any) -> None:
        link = await connect("127.0.0.1", self.port)
        link.send({"id": 1, "ask": "control", "key": "", "about": how})
        assert await link.receive() == {"id": 1, "key": "", "result": "ok"}
        link.close()

    def held(self) -> dict[str, int]:
        """What the card network holds of each charge, in won, read from its disk while it runs or does not."""
        with contextlib.closing(Book(self.folder)) as book:
            return {
                key: 0 if charged.reversed else charged.amount - book.given_back(key)
                for key in book.keys()  # noqa: SIM118 (a book is no dict)
                if (charged := book.charged(key)) is not None
            }

    async def press(self, act: str) -> httpx.Response:
        """What the page's buttons do."""
        async with httpx.AsyncClient(base_url=self.page, trust_env=False, timeout=10) as http:
            return await http.post(f"/{act}")


class ProcessRig(SimulatorRig):
    """In a process of its own, over TCP."""

    def __init__(self, process: SimulatorProcess) -> None:
        super().__init__()
        self.process = process
        self.terminal = simulated(process.address, self._late)

    async def control(self, **how: Any) -> None:
        # With a page a guest is expected; only `held` leaves it so.
        await self.process.control(**({"attended": False} | how))

    async def guest_pays(self) -> None:
        await self.process.press("insert")
        await self.process.press("pin")

    async def guest_pays_by_phone(self) -> None:
        await self.process.press("pay")

    async def kill(self) -> None:
        await self.process.kill()

    async def revive(self) -> None:
        await self.process.start()
        await self.control()

    async def close(self) -> None:
        await self.terminal.close()
        await self.process.kill()
