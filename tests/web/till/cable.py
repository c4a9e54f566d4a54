"""The cable between a page and its shop: every byte goes through it, and it can be pulled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from tests.ports import free_port

CHUNK = 65_536


class Cable:
    """Made by `cable_to`. url: the shop's address behind it."""

    def __init__(self, shop: str, port: int) -> None:
        self._shop_port, self.url = urlsplit(shop).port, f"http://localhost:{port}"
        self._plugged = self._hears = True
        self._ends: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()

    def deafen(self) -> None:
        """What the shop says from now on gets lost; what it is told arrives. Nobody notices at once."""
        self._hears = False

    def pull(self) -> None:
        """Every connection is gone, and none is made until it is plugged in again."""
        self._plugged = False
        for end in tuple(self._ends):
            end.transport.abort()

    def plug(self) -> None:
        """Connections are made again, and carry everything both ways."""
        self._plugged = self._hears = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the page, until one of its ends closes it."""
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        self._ends.add(writer)
        try:
            if not self._plugged:
                return
            with contextlib.suppress(OSError):
                there, shop = await asyncio.open_connection("127.0.0.1", self._shop_port)
                self._ends.add(shop)
                await asyncio.gather(
                    self._pump(reader, shop, to_shop=True), self._pump(there, writer, to_shop=False)
                )
                self._ends.discard(shop)
        finally:
            self._ends.discard(writer)
            self._carrying.discard(task)
            writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_shop: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if to_shop or self._hears:
                    writer.write(data)
                    await writer.drain()
        writer.transport.abort()

    async def end(self) -> None:
        """Nothing of it is left."""
        self.pull()
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)


@contextlib.asynccontextmanager
async def cable_to(shop: str) -> AsyncIterator[Cable]:
    """A cable to the shop at this address, plugged in."""
    port = free_port()
    cable = Cable(shop, port)
    server = await asyncio.start_server(cable.carry, "127.0.0.1", port)
    try:
        yield cable
    finally:
        server.close()
        await cable.end()
