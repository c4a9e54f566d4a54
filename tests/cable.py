"""A cable between two ends of a connection: every byte goes through it, and it can be pulled, or carry nothing for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.ports import free_port

CHUNK = 65_536


class Cable:
    """Made by `cable_to` and `cable`. port: connect here; url: the same as a web address.

    delay_s: what is said takes so long to the other end.
    """

    def __init__(self, far: int, port: int, delay_s: float = 0.0) -> None:
        self._far, self.port, self.url = far, port, f"http://localhost:{port}"
        self._delay_s = delay_s
        self._plugged = self._hears = True
        self._carries = asyncio.Event()
        self._carries.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()

    def deafen(self) -> None:
        """What the far end says from now on gets lost; what it is told arrives. Nobody notices at once."""
        self._hears = False

    def stall(self) -> None:
        """Nothing arrives at either end until it is plugged in again; nothing gets lost, and nobody notices at once."""
        self._carries.clear()

    def pull(self) -> None:
        """Every connection is gone, and none is made until it is plugged in again."""
        self._plugged = False
        for end in tuple(self._ends):
            end.transport.abort()

    def plug(self) -> None:
        """Connections are made again, and carry everything both ways."""
        self._plugged = self._hears = True
        self._carries.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the near end, until one of its ends closes it."""
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        self._ends.add(writer)
        try:
            if not self._plugged:
                return
            # Who ends it cancels it, which the server of the near end would take for trouble.
            with contextlib.suppress(OSError, asyncio.CancelledError):
                there, far = await asyncio.open_connection("127.0.0.1", self._far)
                self._ends.add(far)
                await asyncio.gather(
                    self._pump(reader, far, to_far=True), self._pump(there, writer, to_far=False)
                )
                self._ends.discard(far)
        finally:
            self._ends.discard(writer)
            self._carrying.discard(task)
            writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_far: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                await self._carries.wait()
                if to_far or self._hears:
                    writer.write(data)
                    await writer.drain()
        writer.transport.abort()

    async def end(self) -> None:
        """Nothing of it is left."""
        self.pull()
        self._carries.set()
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)


@contextlib.asynccontextmanager
async def cable(far: int, delay_s: float = 0.0) -> AsyncIterator[Cable]:
    """A cable to this port of loopback, plugged in. delay_s: see `Cable`."""
    port = free_port()
    made = Cable(far, port, delay_s)
    server = await asyncio.start_server(made.carry, "127.0.0.1", port)
    try:
        yield made
    finally:
        server.close()
        await made.end()


@contextlib.asynccontextmanager
async def cable_to(shop: str) -> AsyncIterator[Cable]:
    """A cable to the shop at this address, plugged in."""
    port = urlsplit(shop).port
    assert port is not None
    async with cable(port) as made:
        yield made
