"""What `jumak plugin install` and `dev` take: a zip, a folder or a development server, and where it goes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Protocol

import msgspec

from jumak.commands.reach import Refused, post
from jumak.plugins.archive import walk
from jumak.plugins.dev_server import is_url
from jumak.plugins.host import PluginHost
from jumak.plugins.package import pack, read_package
from jumak.protocol.messages.plugin import InspectReply, InstallData, Overrides, PluginInstall, PluginReply
from jumak.server.owner import OwnerAccess

Snapshot = dict[str, tuple[int, int]]


def existing(text: str) -> Path | str:
    """A path or URL that was typed. Raises Refused when nothing is there."""
    if is_url(text):
        return text
    path = Path(text)
    if not path.exists():
        raise Refused(f"there is nothing at {path}")
    return path


def snapshot(folder: Path) -> Snapshot:
    """When each file of a folder's package was written and how long it is: a change shows in it."""
    found: Snapshot = {}
    for relative, path in walk(folder):
        try:
            status = path.stat()
        except OSError:
            # A build replaces its files while we look.
            continue
        found[relative] = (status.st_mtime_ns, status.st_size)
    return found


class Installer(Protocol):
    """Installs one source into one shop."""

    async def inspect(self, overrides: Overrides) -> InspectReply:
        """What `install` would put in force."""

    async def install(self, overrides: Overrides) -> PluginInstall:
        """Does it."""


class InstallHere:
    """Into a shop that this process has opened."""

    def __init__(self, host: PluginHost, source: Path | str) -> None:
        self._host, self._source = host, source

    async def inspect(self, overrides: Overrides) -> InspectReply:
        """See `Installer`."""
        return await self._host.inspect(self._source, overrides)

    async def install(self, overrides: Overrides) -> PluginInstall:
        """See `Installer`."""
        return (await self._host.install(self._source, overrides)).plugin


class InstallThroughServer:
    """Into the shop of a running server; what was inspected is what is installed."""

    def __init__(self, access: OwnerAccess, source: Path | str) -> None:
        self._access, self._source = access, source
        self._upload = ""

    async def inspect(self, overrides: Overrides) -> InspectReply:
        """See `Installer`. Raises Refused with the server's sentence."""
        return msgspec.convert(await self._ask("plugin.inspect", overrides), InspectReply)

    async def install(self, overrides: Overrides) -> PluginInstall:
        """See `Installer`. Raises Refused with the server's sentence."""
        try:
            reply = msgspec.convert(await self._ask("plugin.install", overrides), PluginReply)
        finally:
            # What is installed next is read anew.
            self._upload = ""
        return reply.plugin

    async def _ask(self, path: str, overrides: Overrides) -> dict[str, Any]:
        data = await asyncio.to_thread(self._data, overrides)
        body = msgspec.json.encode(data)
        return await asyncio.to_thread(post, self._access, path, body, "application/json")

    def _data(self, overrides: Overrides) -> InstallData:
        if isinstance(self._source, str):
            return InstallData(package=self._source, overrides=overrides)
        if not self._upload:
            # Read here first: what is wrong is said before anything travels.
            package = read_package(self._source, plugin_id=overrides.id)
            self._upload = post(self._access, "uploads", pack(package), "application/zip")["id"]
        name = self._source.resolve().name
        return InstallData(package=self._upload, file_name=name, overrides=overrides)
