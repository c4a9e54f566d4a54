"""`jumak plugin dev`: a plugin that is installed again whenever its files change, its console beside it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jumak.commands.plugin_source import InstallThroughServer, Snapshot, existing, snapshot
from jumak.commands.reach import Asking, Refused, administration, running_server
from jumak.domain.errors import PosError
from jumak.plugins.package import read_package
from jumak.protocol.messages.plugin import Overrides

POLL_S = 0.5
LONGEST = 1_000
"""Letters of an entry in a terminal: a menu as JSON would push everything else out of sight."""

SDK_COPY = "eventMessage"
"""Title under which the SDK logs a message it sent or got (contract, wire §12)."""


class Workbench:
    """The source, what of it is installed, and how far its console was printed."""

    def __init__(
        self, ask: Asking, installer: InstallThroughServer, source: Path | str, overrides: Overrides
    ) -> None:
        self._ask, self._installer, self._source, self._overrides = ask, installer, source, overrides
        self._plugin_id = ""
        self._seen: Snapshot = {}
        self._settled = False
        self._hash = ""
        self._complaint = ""
        self._printed = 0

    async def look(self) -> None:
        """Installs what changed. A build that is being written is left until it has settled."""
        if isinstance(self._source, Path):
            now = await asyncio.to_thread(snapshot, self._source)
            changed, self._seen = now != self._seen, now
            if changed or self._settled:
                self._settled = not changed
                return
            self._settled = True
        try:
            await self._install_if_new()
        except (Refused, PosError) as refused:
            text = refused.en if isinstance(refused, PosError) else str(refused)
            if text != self._complaint:
                print(f"not installed: {text}", flush=True)
            self._complaint = text
        else:
            self._complaint = ""

    async def listen(self) -> None:
        """Prints what the plugin's console says since the last time."""
        if not self._plugin_id:
            return
        data = {"pluginId": self._plugin_id, "after": self._printed, "limit": 1_000}
        for entry in (await self._ask("plugin-log.list.request", data))["entries"]:
            if not is_copy(entry):
                print(line_of(entry, LONGEST), flush=True)
            self._printed = entry["seq"]

    async def _install_if_new(self) -> None:
        if isinstance(self._source, Path):
            package = await asyncio.to_thread(read_package, self._source, plugin_id=self._overrides.id)
            plugin_id, found = package.manifest.id, package.hash
        else:
            plan = await self._installer.inspect(self._overrides)
            plugin_id, found = plan.id, plan.hash
        if found == self._hash:
            return
        if plugin_id != self._plugin_id:
            self._printed = await self._newest(plugin_id)
        plugin = await self._installer.install(self._overrides)
        self._plugin_id, self._hash = plugin_id, found
        print(f"installed {plugin.id} {plugin.version} ({plugin.hash[:12]})", flush=True)

    async def _newest(self, plugin_id: str) -> int:
        """Number of the newest entry of its console: what it said before today's work is not shown."""
        try:
            entries = (await self._ask("plugin-log.list.request", {"pluginId": plugin_id, "limit": 1}))[
                "entries"
            ]
        except Refused:
            return 0
        return int(entries[-1]["seq"]) if entries else 0


async def dev(data: Path, text: str, overrides: Overrides) -> None:
    """Runs until it is interrupted. Raises Refused when no server runs."""
    source = existing(text)
    if isinstance(source, Path) and not source.is_dir():
        raise Refused(f"{source} is no folder; name the plugin's folder or its development server")
    access = await running_server(data)
    if access is None:
        raise Refused(f"no server runs for {data}; start it with `jumak serve --data {data}` first")
    async with administration(data) as ask:
        bench = Workbench(ask, InstallThroughServer(access, source), source, overrides)
        while True:
            await bench.look()
            await bench.listen()
            await asyncio.sleep(POLL_S)


def is_copy(entry: dict[str, object]) -> bool:
    """Whether it only repeats a message: the SDK logs each one, and the trace has them all."""
    return entry.get("title") == SDK_COPY


def line_of(entry: dict[str, object], longest: int | None = None) -> str:
    """An entry of a console as one line. longest: letters of its text, the rest is counted; None: all."""
    title = f"[{entry['title']}] " if entry.get("title") else ""
    text = str(entry["text"])
    if longest is not None and len(text) > longest:
        text = f"{text[:longest]}… ({len(text) - longest:,} more letters; --export has all)"
    return f"{entry['at']} {entry['level']:5} {title}{text}"
