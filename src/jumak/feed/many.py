"""The journals of many shops to the hub, over one connection: those that run here, and those the hub asks for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final, Self

from nats.aio.msg import Msg

from jumak.ending import ended
from jumak.feed.link import LOST, Shared
from jumak.feed.options import FeedOptions, Link
from jumak.feed.sender import Sender, sending
from jumak.feed.subjects import MENU, WANTED, of_all_shops, shop_of
from jumak.service.ports import Store

AGAIN_S: Final = 1.0

_log = logging.getLogger(__name__)


class ManySenders:
    """While `running`. on_wish: told the name of a shop of which the hub wants something, whoever runs it, or nobody."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._shared = Shared(link, "jumak shops")
        self.on_wish: Callable[[str], None] = lambda _: None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Keeps the connection, and listens, meanwhile."""
        async with self._shared.running():
            listening = asyncio.create_task(self._listen())
            try:
                yield self
            finally:
                await ended(listening)

    def sending(self, store: Store, folder: Path, shop: str) -> AbstractAsyncContextManager[Sender]:
        """See `sender.sending`. shop: its name."""
        return sending(store, folder, FeedOptions(self._link, shop), self._shared.connected)

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(*LOST):
                async with (
                    self._shared.connected() as hub,
                    hub.subscribed(of_all_shops(WANTED), self._wished),
                    hub.subscribed(of_all_shops(MENU), self._wished),
                ):
                    await hub.lost.wait()
            await asyncio.sleep(AGAIN_S)

    async def _wished(self, message: Msg) -> None:
        self.on_wish(shop_of(message.subject))
