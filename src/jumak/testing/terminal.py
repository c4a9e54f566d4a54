"""A card terminal inside a test: the real simulator and its real driver, with wires that can be cut.

terminal = PracticeTerminal()
async with simulated_shop(drivers=terminal.drivers) as shop:
    ...
    terminal.control(code="68")     # the next charge is approved and its answer lost
    terminal.switch_off()           # as by SIGKILL; the card network remembers
    terminal.switch_on()
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from jumak.devices.terminal import SIMULATOR
from jumak.devices.terminal.driver import SimulatorTerminal
from jumak.devices.terminal.link import Frame, Link
from jumak.devices.terminal.simulator.book import Book
from jumak.devices.terminal.simulator.machine import Control, Machine
from jumak.devices.terminal.simulator.network import Network
from jumak.service.card_terminal import CardTerminal, Driver, Drivers, Late


class _End:
    """One end of a wire; frames are bytes on the way, as over a real one."""

    def __init__(self) -> None:
        self._incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._closed = False
        self.other: _End = self

    def send(self, frame: Frame) -> None:
        """See `Link`."""
        if self._closed:
            raise ConnectionResetError("the wire is cut")
        self.other._incoming.put_nowait(msgspec.json.encode(frame))

    async def receive(self) -> Frame | None:
        """See `Link`."""
        body = await self._incoming.get()
        return None if body is None else msgspec.json.decode(body, type=dict[str, Any])

    def close(self) -> None:
        """See `Link`; the other end hears of it once it has read what was sent."""
        for end in (self, self.other):
            if not end._closed:
                end._closed = True
                end._incoming.put_nowait(None)


class PracticeTerminal:
    """See the module. attended: guests have to be played by `reader.act`."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        folder: Path | None = None,
        seed: int = 0,
        attended: bool = False,
    ) -> None:
        self.book = Book(folder, seed=seed)
        self._now, self._attended = now, attended
        self._machine: Machine | None = None
        self._wires: list[Link] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.switch_on()

    @property
    def drivers(self) -> Drivers:
        """For `simulated_shop`."""
        return {SIMULATOR: Driver(check=str, open=self.driver, test_mode=True)}

    @property
    def machine(self) -> Machine:
        """The terminal while it is on."""
        assert self._machine is not None, "it is switched off"
        return self._machine

    def driver(self, _address: str, late: Late) -> CardTerminal:
        """A driver of this terminal, whatever the address."""
        return SimulatorTerminal(self._dial, late)

    def control(self, **how: Any) -> None:
        """How the next questions go; see `Control`."""
        self.machine.set(Control(**how))

    def cut(self) -> None:
        """Every wire is cut."""
        for wire in self._wires:
            wire.close()
        self._wires.clear()

    def switch_off(self) -> None:
        """As by SIGKILL: what is under way is gone. The card network remembers."""
        if self._machine is not None:
            self._machine.stop()
        self._machine = None
        for task in tuple(self._tasks):
            task.cancel()
        self.cut()

    def switch_on(self) -> None:
        """Comes up again."""
        if self._machine is None:
            self._machine = Machine(Network(self.book, self._now), attended=self._attended)

    async def _dial(self) -> Link:
        if self._machine is None:
            raise ConnectionRefusedError("it is switched off")
        ours, theirs = _End(), _End()
        ours.other, theirs.other = theirs, ours
        self._wires.append(theirs)
        task = asyncio.get_running_loop().create_task(self._machine.serve(theirs))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return ours

    async def close(self) -> None:
        """Ends it."""
        self.switch_off()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.book.close()
