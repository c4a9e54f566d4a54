"""Keeps the installed Python plugins running (contract, plugin-runtime §4).

installed → enabled → starting → running → stopping → stopped. A process that ends by itself is
started again after 1 s, doubling to 60 s; ten ends in ten minutes switch the plugin off with a
notice. What is installed and enabled is the shop's own state: use cases change it, and the host
hears of it through the facts `plugin.*`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from jumak.domain.calendar import calendar_of
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import NotFound
from jumak.domain.origin import read_acl
from jumak.plugins.bridge import Bridge
from jumak.plugins.console import Console
from jumak.plugins.headless import HeadlessProcess
from jumak.plugins.manifest import ID, check_id
from jumak.plugins.package import Package, check_requirements, place, read_package, remove_copies
from jumak.plugins.process import Limits, PluginProcess
from jumak.plugins.python import PythonProcess
from jumak.protocol.messages.plugin import (
    InstallData,
    LogData,
    LogEntry,
    LogMessage,
    LogReply,
    Overrides,
    PluginReply,
    SessionData,
    SessionReply,
)
from jumak.protocol.row import Done
from jumak.protocol.scopes import check_names, expand
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.shop import RunningShop
from jumak.service.documents import Copy, Install
from jumak.service.plugin import grantable, install_view, record_disable, record_install
from jumak.service.plugin_version import Decided
from jumak.service.ports import Command, Committed, PluginState, Transaction

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)
CRASHES, CRASH_WINDOW = 10, timedelta(minutes=10)
SESSION_LIFE = timedelta(minutes=5)
MAX_ENTRIES = 1_000

_SECRET_MESSAGE = re.compile(r'name\\*":\s*\\*"((?:secure-store|setting\.values)[\w.-]*)')
"""The SDK logs its traffic; what carries secrets is named, not shown (H-75)."""

log = logging.getLogger(__name__)


class Kept(Struct):
    """A plugin the host keeps: its task, the run of the moment and how it fares."""

    install: Install
    task: asyncio.Task[None]
    state: PluginState
    process: PluginProcess | None = None
    wakes_at: datetime | None = None


class PluginHost:
    """Every local plugin of one shop. folder: the shop's directory; copies lie in `plugins/` below it."""

    def __init__(self, shop: RunningShop, folder: Path, limits: Limits | None = None) -> None:
        self._shop, self._folder = shop, folder / "plugins"
        self._uploads = folder / "uploads"
        self._limits = limits or Limits()
        self._kept: dict[str, Kept] = {}
        self._consoles: dict[str, Console] = {}
        self._changing: dict[str, asyncio.Lock] = {}
        self._closed = False

    async def start(self) -> None:
        """Takes over the plugins' messages and starts what is enabled; does not wait for any of it."""
        shop = self._shop
        shop.connections.states = self.states
        shop.note = lambda plugin_id, level, text: self.console(plugin_id).write(level, text, title="POS")
        shop.live["plugin.install.request"] = self.answer_install
        shop.live["plugin.open-session.request"] = self.answer_open_session
        shop.live["plugin-log.list.request"] = self.answer_log
        shop.live["log"] = self.answer_log_message
        Bridge.of(shop).denied = self._denied
        shop.store.on_commit(self._committed)
        for install in (await shop.store.reader().all(Install)).values():
            if install.enabled:
                self._begin(install)

    async def stop(self) -> None:
        """Stops every plugin, all at the same time."""
        self._closed = True
        await asyncio.gather(*(self._end(plugin_id) for plugin_id in list(self._kept)))
        for console in self._consoles.values():
            console.close()

    def states(self) -> Mapping[str, PluginState]:
        """How each plugin fares, by id."""
        return {plugin_id: kept.state for plugin_id, kept in self._kept.items()}

    def wakes_at(self, plugin_id: str) -> datetime | None:
        """When a plugin that ended by itself is started again, None while it runs."""
        kept = self._kept.get(plugin_id)
        return None if kept is None else kept.wakes_at

    def console(self, plugin_id: str) -> Console:
        """What a plugin printed and logged; a remote service's log messages as well."""
        if plugin_id not in self._consoles:
            # A service's name is free text; only an id may become a path.
            home = self._folder / plugin_id
            file = home / "plugin.log" if ID.fullmatch(plugin_id) and home.is_dir() else None
            self._consoles[plugin_id] = Console(file, self._now, partial(self._heard, plugin_id))
        return self._consoles[plugin_id]

    async def install(
        self, source: Path, overrides: Overrides | None = None, *, ask: Ask | None = None
    ) -> PluginReply:
        """Installs or updates from a zip or folder. Raises InvalidArgument, nothing changed then."""
        package = await asyncio.to_thread(self._read, source, overrides or Overrides())
        # Until the shop knows of the new copy it must not be cleared away with the old ones.
        async with self._changing.setdefault(package.manifest.id, asyncio.Lock()):
            try:
                return await self._install(package, overrides or Overrides(), ask)
            except BaseException:
                if await self._shop.store.reader().get(Install, package.manifest.id) is None:
                    remove_copies(self._folder, package.manifest.id)
                raise

    async def _install(self, package: Package, overrides: Overrides, ask: Ask | None) -> PluginReply:
        await asyncio.to_thread(place, package, self._folder)
        at = calendar_of(self._shop.store.reader().shop).iso(self._shop.clock.now())
        copy = _copy_of(package, at)

        async def run(tx: Transaction) -> PluginReply:
            return await record_install(tx, package.manifest.id, copy, decided(overrides))

        if ask is not None:
            return await ask.write(run, body=msgspec.json.encode([package.manifest.id, copy.hash]))
        result = await self._shop.store.execute(
            Command(caller=SYSTEM, name="plugin.install.request", body=b"", run=run)
        )
        if result.error is not None:
            raise result.error
        return msgspec.json.decode(result.reply, type=PluginReply)

    # -- messages --------------------------------------------------------------------------------

    async def answer_install(self, ask: Ask, data: InstallData) -> PluginReply:
        """`plugin.install.request`: the package is an upload's id, never a path."""
        upload = self._uploads / data.package
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", data.package) or not upload.is_file():
            raise NotFound(
                "업로드한 파일을 찾을 수 없습니다.", "There is no such upload.", id=data.package[:64]
            )
        try:
            return await self.install(upload, data.overrides, ask=ask)
        finally:
            await asyncio.to_thread(upload.unlink, missing_ok=True)

    async def answer_open_session(self, ask: Ask, data: SessionData) -> SessionReply:
        """`plugin.open-session.request`: a token with which a till hosts the plugin."""
        install = await self._shop.store.reader().get(Install, data.plugin_id)
        if install is None or not install.enabled:
            raise NotFound("플러그인을 찾을 수 없습니다.", "There is no such plugin.", id=data.plugin_id)
        caller = msgspec.structs.replace(caller_of(install), device_id=ask.caller.device_id)
        token, expires = self._shop.credentials.issue(caller, SESSION_LIFE)
        assert expires is not None
        return SessionReply(token=token, expires_at=calendar_of(self._shop.store.reader().shop).iso(expires))

    async def answer_log(self, ask: Ask, data: LogData) -> LogReply:  # noqa: ARG002 (any manager may look)
        """`plugin-log.list.request`."""
        limit = min(data.limit or 200, MAX_ENTRIES)
        if data.plugin_id not in self._consoles and (
            await self._shop.store.reader().get(Install, data.plugin_id) is None
        ):
            raise NotFound("플러그인을 찾을 수 없습니다.", "There is no such plugin.", id=data.plugin_id)
        return LogReply(entries=self.console(data.plugin_id).after(data.after, max(limit, 1)))

    async def answer_log_message(self, ask: Ask, data: LogMessage) -> Done:
        """`log`: accepted whatever its shape (H-73)."""
        said: dict[str, Any] = data.log if isinstance(data.log, dict) else {"contents": data.log}
        title = str(said.get("title", ""))[:200]
        failed = title == "onError" or str(said.get("level", "")).upper() == "ERROR"
        contents = said.get("contents", "")
        text = contents if isinstance(contents, str) else msgspec.json.encode(contents).decode()
        if (secret := _SECRET_MESSAGE.search(text)) is not None:
            text = f"{secret[1]}: not written down"
        self.console(ask.caller.id).write("error" if failed else "debug", text, title=title)
        return Done()

    # -- keeping them running --------------------------------------------------------------------

    def _read(self, source: Path, overrides: Overrides) -> Package:
        package = read_package(source)
        if overrides.id is not None:
            check_id(overrides.id)
            manifest = msgspec.structs.replace(package.manifest, id=overrides.id)
            package = msgspec.structs.replace(package, manifest=manifest)
        if overrides.scopes is not None:
            check_names(overrides.scopes, "$.overrides.scopes")
        check_requirements(package)
        return package

    def _committed(self, committed: Committed) -> None:
        for entry in committed.entries:
            if entry.fact.name in (
                "plugin.install",
                "plugin.update",
                "plugin.restart",
                "plugin.uninstall",
                "plugin.disable",
            ):
                self._shop.start(self._follow(entry.fact.subject, entry.fact.name))

    async def _follow(self, plugin_id: str, what: str) -> None:
        """Brings a plugin to what the shop says about it now; changes of one plugin follow each other."""
        async with self._changing.setdefault(plugin_id, asyncio.Lock()):
            if self._closed:
                return
            install = await self._shop.store.reader().get(Install, plugin_id)
            kept = self._kept.get(plugin_id)
            if kept is not None and (install != kept.install or what == "plugin.restart"):
                await self._end(plugin_id)
            if install is not None and install.enabled and plugin_id not in self._kept and not self._closed:
                self._begin(install)
            if install is None:
                if (console := self._consoles.pop(plugin_id, None)) is not None:
                    console.close()
                await asyncio.to_thread(remove_copies, self._folder, plugin_id)
            else:
                await asyncio.to_thread(remove_copies, self._folder, plugin_id, install.hash[:16])
                self._tell(install)

    def _begin(self, install: Install) -> None:
        task = asyncio.get_running_loop().create_task(self._keep(install))
        self._kept[install.id] = Kept(install, task, PluginState(state="starting"))

    async def _end(self, plugin_id: str) -> None:
        kept = self._kept.get(plugin_id)
        if kept is None:
            return
        self._set(kept, "stopping")
        if kept.process is not None:
            await kept.process.stop()
        kept.task.cancel()
        await asyncio.gather(kept.task, return_exceptions=True)
        self._kept.pop(plugin_id, None)

    async def _keep(self, install: Install) -> None:
        console = self.console(install.id)
        crashes: deque[datetime] = deque(maxlen=CRASHES)
        wait = FIRST_WAIT
        await asyncio.sleep(0)
        while (kept := self._kept.get(install.id)) is not None:
            console.write("info", f"starting {install.name} {install.version}")
            self._set(kept, "starting")
            began = self._shop.clock.now()
            kept.process = self._process(install, console, kept)
            try:
                reason = await kept.process.run()
            except OSError as problem:
                reason = f"could not start: {problem}"
            now = self._shop.clock.now()
            if kept.state.state == "stopping":
                return
            console.write("error", f"{reason}; starting it again")
            crashes.append(now)
            if len(crashes) == CRASHES and now - crashes[0] <= CRASH_WINDOW:
                await self._disable(install, f"10분 동안 {CRASHES}번 멈춰서 껐습니다. ({reason})")
                return
            if now - began > LONGEST_WAIT:
                wait = FIRST_WAIT
            self._set(kept, "crashed", reason)
            kept.wakes_at = now + wait
            await self._shop.clock.wait_until(kept.wakes_at)
            kept.wakes_at = None
            wait = min(wait * 2, LONGEST_WAIT)

    def _process(self, install: Install, console: Console, kept: Kept) -> PluginProcess:
        common = (
            self._shop,
            caller_of(install),
            self._folder / install.folder,
            install.entry,
            console,
            self._limits,
            partial(self._set, kept, "running"),
        )
        if install.headless and "worker" in install.kinds:
            return HeadlessProcess(*common, install=install, bridge=Bridge.of(self._shop))
        return PythonProcess(*common)

    def _set(self, kept: Kept, state: str, reason: str = "") -> None:
        if kept.state.state == "stopping" and state == "running":
            return
        kept.state = msgspec.convert({"state": state, "reason": reason}, PluginState)
        self._tell(kept.install)

    async def _disable(self, install: Install, reason: str) -> None:
        """Off with a reason staff can read; a notice goes to every till."""
        console = self.console(install.id)
        console.write("error", reason)
        notice = {"level": "error", "text": f"{install.name}: {reason}"}
        self._shop.connections.send(Push("notice.event", msgspec.json.encode(notice)))
        await self._shop.store.execute(
            Command(
                caller=SYSTEM,
                name="plugin.update.request",
                body=b"",
                run=partial(record_disable, plugin_id=install.id, reason=reason),
            )
        )

    def _denied(self, install: Install, origin: str) -> None:
        """A line for whoever can add the origin; the refusal itself went to the plugin."""
        self.console(install.id).write(
            "warn", f"{origin} is not on the allow-list", title="ACL_DENIED", data={"origin": origin}
        )

    def _tell(self, install: Install) -> None:
        view = install_view(install, self._shop.store.reader())
        self._shop.connections.send(Push("plugin.change.event", msgspec.json.encode({"plugin": view})))

    def _heard(self, plugin_id: str, entry: LogEntry) -> None:
        if self._shop.connections.wanted("plugin-log.event"):
            event = {"pluginId": plugin_id, "entry": entry}
            self._shop.connections.send(Push("plugin-log.event", msgspec.json.encode(event)))

    def _now(self) -> datetime:
        return self._shop.clock.now().astimezone(ZoneInfo(self._shop.store.reader().shop.time_zone))


def caller_of(install: Install) -> Caller:
    """Who a plugin is."""
    return Caller(
        id=install.id,
        kind="plugin",
        name=install.sdk_name,
        version=install.version,
        scopes=expand(install.scopes),
        profile=install.profile,
    )


def _copy_of(package: Package, at: str) -> Copy:
    manifest = package.manifest
    return Copy(
        hash=package.hash,
        version=manifest.version,
        installed_at=at,
        folder=f"{manifest.id}/{package.hash[:16]}",
        name=manifest.name,
        sdk_name=manifest.sdk_name or manifest.id,
        profile=manifest.profile,
        acl=manifest.acl,
        scopes=manifest.scopes,
        entry=package.entry,
        settings=manifest.settings,
    )


def decided(overrides: Overrides) -> Decided:
    """What the installer decided, checked. Raises InvalidArgument naming the field."""
    return Decided(
        name=overrides.name,
        sdk_name=overrides.sdk_name,
        acl=None if overrides.acl is None else read_acl(overrides.acl, "$.overrides.acl"),
        scopes=None if overrides.scopes is None else grantable(overrides.scopes, "$.overrides.scopes"),
        profile=overrides.profile,
        headless=overrides.headless,
    )
