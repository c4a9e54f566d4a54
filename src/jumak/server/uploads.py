"""Files in and out beside the messages (contract, extensions §1).

    POST /v1/uploads           a plugin package, a menu or a picture on its way, streamed to disk → `{complete, id}`
    GET /v1/downloads/<id>     a file a message has made

The messages that use them have the ids; each file lives a day.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from jumak.domain.errors import InvalidArgument, NotFound, PosError
from jumak.formats.errors import BadFile
from jumak.protocol.errors import error_json, status_of
from jumak.protocol.scopes import require
from jumak.server.http import ApiDoor, Asked, Receive, Scope, Send, answer
from jumak.server.policy import NOTHING

if TYPE_CHECKING:
    from jumak.server.shop import RunningShop

PATH = "/v1/uploads"
DOWNLOADS = "/v1/downloads/"
WHO = ("staff:own", "staff:manage")
MAX_UPLOAD = 60_000_000
"""A package holds at most 50 MB unpacked (plugin-runtime §9); the rest is for the archive around it."""

MAX_DRAIN = 200_000_000
KEPT_S = 24 * 3600.0
log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{32}\Z")


FileT = TypeVar("FileT")


class Uploads:
    """A folder of files on their way, named by ids; each lives a day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, upload_id: str) -> Path:
        """The file of an upload. Raises NotFound, also for an id that is none."""
        path = self.folder / upload_id
        if not _ID.match(upload_id) or not path.is_file():
            raise NotFound("업로드한 파일을 찾을 수 없습니다.", "There is no such upload", id=upload_id[:64])
        return path

    def place_for(self, upload_id: str) -> Path:
        """Where a new one is written; clears old ones away."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            if time.time() - old.stat().st_mtime > KEPT_S:
                old.unlink(missing_ok=True)
        return self.folder / upload_id


async def serve_upload(
    shop: RunningShop, uploads: Uploads, door: ApiDoor, scope: Scope, receive: Receive, send: Send
) -> None:
    """One upload → `{complete, id}`, for managers."""
    asked = Asked(scope["headers"])
    try:
        caller = door.caller_of(asked)
        require(caller.scopes, WHO)
        upload_id = shop.ids.new()
        path = await asyncio.to_thread(uploads.place_for, upload_id)
        try:
            await _receive_file(path, receive)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except Exception as error:
        if not isinstance(error, PosError):
            log.exception("an upload failed")
        await answer(send, status_of(error), error_json(error, asked.lang))
        return
    await answer(send, 200, msgspec.json.encode({"complete": True, "id": upload_id}))


async def serve_download(downloads: Uploads, door: ApiDoor, scope: Scope, send: Send) -> None:
    """One file, for managers: saved and never shown, whatever it holds."""
    asked = Asked(scope["headers"])
    try:
        require(door.caller_of(asked).scopes, WHO)
        path = await asyncio.to_thread(downloads.path_of, scope["path"].removeprefix(DOWNLOADS))
        body = await asyncio.to_thread(path.read_bytes)
    except Exception as error:
        if not isinstance(error, PosError):
            log.exception("a download failed")
        await answer(send, status_of(error), error_json(error, asked.lang))
        return
    headers = [
        (b"content-type", b"application/octet-stream"),
        (b"content-length", b"%d" % len(body)),
        (b"content-disposition", b"attachment"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", NOTHING.encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def of_file(work: Awaitable[FileT]) -> FileT:
    """What the process that reads or writes a file answers. Raises InvalidArgument for a file it refuses."""
    try:
        return await work
    except BadFile as refused:
        raise InvalidArgument(refused.ko, refused.en, path="$.upload", reason=refused.reason) from None


async def _receive_file(path: Path, receive: Receive) -> None:
    size, more = 0, True
    with path.open("wb") as file:
        while more and size <= MAX_DRAIN:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise InvalidArgument("업로드가 중단되었습니다.", "The upload broke off", path="$")
            part = message.get("body", b"")
            size += len(part)
            if size <= MAX_UPLOAD:
                await asyncio.to_thread(file.write, part)
            more = message.get("more_body", False)
    if size > MAX_UPLOAD:
        raise InvalidArgument("파일이 너무 큽니다.", f"The file is longer than {MAX_UPLOAD} bytes", path="$")
