"""The demo shop's card terminal: the simulator as a process beside the server, ending with it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from jumak.devices.terminal import SIMULATOR
from jumak.devices.terminal.simulator.serving import HOST, READER, READY
from jumak.domain.caller import SYSTEM
from jumak.domain.fact import Fact
from jumak.domain.terminal import TerminalRecord
from jumak.protocol.row import Done
from jumak.server.clock import SystemClock
from jumak.server.connections import Connections
from jumak.server.ids import UuidIds
from jumak.service.ports import Command, Transaction
from jumak.store.opening import InDatabase, opened

TERMINAL_ID: Final = "demo-terminal"
NAME: Final = "연습용 단말기"
FIRST_PAIR, PAIRS = 10_000, 5_000
START_WITHIN_S = 20.0
STOP_WITHIN_S = 5.0


@contextlib.asynccontextmanager
async def practice_terminal(
    folder: Path, database: InDatabase | None = None, *, beside: int = 0
) -> AsyncIterator[str]:
    """Starts the simulator, names it to the shop of this folder, and ends it; yields where its reader is.

    beside: the server's port, which has a pair of ports for reader and terminal (`_pair`); 0 = at any.

    What its card network remembers is kept in the folder, so an attempt of before the last stop is found out.
    Raises OSError when it does not come up, ShopInUse when the shop is served already.
    """
    page, port = _pair(beside)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jumak.devices.terminal.simulator", "--with-parent",
        "--folder", str(folder / "terminal"), "--page-port", str(page), "--port", str(port),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        address, reader = await _ready(process)
        await _keep(folder, database, address)
        yield reader
    finally:
        await _end(process)


def _pair(beside: int) -> tuple[int, int]:
    """Ports for reader and terminal: the same ones each time, unless somebody has them.

    Not next to the server's, where people put their second server; and each server's own, so that two shops that are
    started together do not reach for the same.
    """
    page = FIRST_PAIR + 2 * (beside % PAIRS)
    return (page, page + 1) if beside and _is_free(page) and _is_free(page + 1) else (0, 0)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


async def _ready(process: asyncio.subprocess.Process) -> tuple[str, str]:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_WITHIN_S):
            address = (await process.stdout.readline()).decode().strip()
            reader = (await process.stdout.readline()).decode().strip()
    except TimeoutError:
        raise OSError("the card terminal simulator does not come up") from None
    if not address.startswith(READY) or not reader.startswith(READER):
        raise OSError("the card terminal simulator does not come up")
    return address.removeprefix(READY), reader.removeprefix(READER)


async def _end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(STOP_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _keep(folder: Path, database: InDatabase | None, address: str) -> None:
    """It has another port each time. It is the same terminal all the same: its network remembers."""

    async def run(tx: Transaction) -> Done:
        known = await tx.get(TerminalRecord, TERMINAL_ID)
        record = TerminalRecord(
            id=TERMINAL_ID,
            name=NAME if known is None else known.name,
            driver=SIMULATOR,
            address=address,
            devices=() if known is None else known.devices,
            test_mode=True,
            version=1 if known is None else known.version + 1,
        )
        tx.put(record)
        tx.record(Fact("terminal.save", TERMINAL_ID, {"terminal": {"id": TERMINAL_ID}}))
        return Done()

    async with opened(folder, database, clock=SystemClock(), ids=UuidIds(), live=Connections()) as store:
        result = await store.execute(Command(caller=SYSTEM, name="terminal.save.request", body=b"", run=run))
    if result.error is not None:
        raise result.error
