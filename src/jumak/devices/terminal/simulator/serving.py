"""The simulator as a process: its terminal on one TCP port, its reader's page on another, both on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from msgspec import Struct

from jumak.devices.terminal.link import StreamLink
from jumak.devices.terminal.simulator.book import Book
from jumak.devices.terminal.simulator.machine import Machine
from jumak.devices.terminal.simulator.network import Network
from jumak.devices.terminal.simulator.page import Page

HOST = "127.0.0.1"
READY = "Card terminal is ready: "
READER = "Its reader: "


class SimulatorOptions(Struct, frozen=True, kw_only=True):
    """How to run a simulator. folder: of the network's memory, None: it dies with the process.

    port: of the terminal, 0 = a free one.  page_port: of the reader's page, 0 = a free one, None = no page, and
    cards come by themselves.  seed: of approval numbers.  latency_ms: before each answer.
    """

    folder: Path | None = None
    port: int = 0
    page_port: int | None = None
    seed: int = 0
    latency_ms: int = 0


async def simulate(options: SimulatorOptions, *, with_parent: bool = False) -> None:
    """Runs until SIGTERM or Ctrl-C; with_parent: or until its input ends, with whoever started it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    async with running(options) as (address, reader):
        print(f"{READY}{address}", flush=True)
        if reader is not None:
            print(f"{READER}{reader}", flush=True)
        watching = loop.create_task(_until_input_ends(stop)) if with_parent else None
        await stop.wait()
        if watching is not None:
            watching.cancel()


@contextlib.asynccontextmanager
async def running(options: SimulatorOptions) -> AsyncIterator[tuple[str, str | None]]:
    """A simulator in this process: the address of its terminal, and of its reader's page."""
    book = Book(options.folder, seed=options.seed)
    machine = Machine(
        Network(book, lambda: datetime.now(UTC)),
        attended=options.page_port is not None,
        latency_ms=options.latency_ms,
    )

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await machine.serve(StreamLink(reader, writer))

    server = await asyncio.start_server(connected, HOST, options.port)
    try:
        async with _page(machine, options.page_port) as page:
            yield f"{HOST}:{server.sockets[0].getsockname()[1]}", page
    finally:
        server.close()
        await machine.close()
        book.close()


@contextlib.asynccontextmanager
async def _page(machine: Machine, port: int | None) -> AsyncIterator[str | None]:
    if port is None:
        yield None
        return
    with contextlib.closing(socket.create_server((HOST, port))) as listener:
        config = uvicorn.Config(Page(machine.reader), lifespan="off", log_level="warning", access_log=False)
        server = _Quiet(config)
        serving = asyncio.get_running_loop().create_task(server.serve([listener]))
        try:
            yield f"http://{HOST}:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            await serving


class _Quiet(uvicorn.Server):
    """uvicorn without signal handlers: the process has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _until_input_ends(stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(1_024):
        pass
    stop.set()
