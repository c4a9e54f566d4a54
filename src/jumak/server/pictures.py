"""Pictures of items that the shop keeps: taken in, handed out, cleared away (contract, catalog §2.1, extensions §9).

A picture lies in `pictures/` of the shop's folder under the SHA-256 of its content, so it never changes and browsers
keep it for good. It is served below the shop's origin and below every plugin's own, where its policy lets it pass.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from jumak.domain.catalog import CatalogItem, Option
from jumak.domain.catalog.picture import NAME, PICTURES, picture_name
from jumak.formats.picture import prepare
from jumak.protocol.messages.menu_file import AddPicture, PictureData, PictureReply
from jumak.server.files import IMMUTABLE, answer_file, answer_text, read_file
from jumak.server.http import Asked, Send
from jumak.server.live import Ask
from jumak.server.policy import NOTHING, Headers, plugin_headers
from jumak.server.uploads import Uploads, of_file

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

FOLDER = "pictures"
UNUSED_S = 7 * 24 * 3600.0
"""A picture no item has may be on its way to one, or come back with what somebody undoes."""

READING_S = 60.0


def is_picture(path: str) -> bool:
    """Whether a path is one of a picture."""
    return path.startswith(PICTURES)


async def serve_picture(
    folder: Path, path: str, asked: Asked, send: Send, headers: Headers | None = None
) -> None:
    """One GET. folder: of the shop.  headers: of the origin it is asked at, of the shop's own unless given."""
    headers = headers or plugin_headers(NOTHING)
    name = path.removeprefix(PICTURES)
    file = await read_file(folder / FOLDER, name) if NAME.fullmatch(name) else None
    if file is None:
        await answer_text(send, 404, "There is no such picture.", headers)
    else:
        await answer_file(send, asked, file, headers, cache=IMMUTABLE)


class Pictures:
    """The pictures of one shop. folder: of the shop."""

    def __init__(self, shop: RunningShop, folder: Path) -> None:
        self._shop = shop
        self._folder = folder / FOLDER
        self._uploads = Uploads(folder / "uploads")
        self._placing = threading.Lock()
        """A picture that is cleared away is none that was placed just now."""
        self._reading = asyncio.Lock()

    def serve(self) -> None:
        """Takes over the messages."""
        self._shop.live["catalog-picture.add.request"] = self.answer_add
        self._shop.deadlines["catalog-picture.add.request"] = READING_S

    async def answer_add(self, ask: Ask, data: AddPicture) -> PictureReply:  # noqa: ARG002 (any manager may)
        """`catalog-picture.add.request`; the upload is used up. Raises InvalidArgument for what is no picture."""
        source = await asyncio.to_thread(self._uploads.path_of, data.upload)
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        scratch = self._folder / f".{self._shop.ids.new()}"
        try:
            async with self._reading:
                kept = await of_file(prepare(source, scratch))
            name = await asyncio.to_thread(self._place, scratch)
        finally:
            await asyncio.to_thread(scratch.unlink, missing_ok=True)
        await asyncio.to_thread(source.unlink, missing_ok=True)
        await asyncio.to_thread(self.clear, await self._used())
        return PictureReply(
            picture=PictureData(image_url=PICTURES + name, width=kept.width, height=kept.height)
        )

    def clear(self, used: Collection[str], *, now: float | None = None) -> None:
        """Deletes pictures nothing uses and nobody brought lately. used: names of files."""
        before = (time.time() if now is None else now) - UNUSED_S
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with self._placing:
                if path.name not in used and path.stat().st_mtime < before:
                    path.unlink(missing_ok=True)

    def _place(self, scratch: Path) -> str:
        """Under its name and on disk before anybody is told of it."""
        with scratch.open("rb") as file:
            name = f"{hashlib.file_digest(file, 'sha256').hexdigest()}.webp"
            os.fsync(file.fileno())
        with self._placing:
            # One that is there already is as good as new now.
            scratch.replace(self._folder / name)
        return name

    async def _used(self) -> frozenset[str]:
        read = self._shop.store.reader()
        urls = [item.image_url for item in (await read.all(CatalogItem)).values()]
        urls += [
            choice.image_url for option in (await read.all(Option)).values() for choice in option.choices
        ]
        return frozenset(name for name in map(picture_name, urls) if name)
