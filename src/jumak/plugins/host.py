"""Installs plugins and keeps those running that the server runs itself (contract, plugin-runtime §4).

installed → enabled → starting → running → stopping → stopped. A run that ends by itself is followed
by another, by the rule of `supervision.py`. What is installed and enabled is the shop's own state:
use cases change it, and the host hears of it through the facts `plugin.*`. Pages and workers run in
tills; `hosted.py` tells the tills of them and hears how they fare.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Struct

from jumak.domain.calendar import calendar_of
from jumak.domain.caller import SYSTEM, Caller
from jumak.domain.errors import NotFound, PosError
from jumak.domain.origin import read_acl
from jumak.ending import ended
from jumak.logs import fields
from jumak.plugins.bridge import Bridge
from jumak.plugins.console import Console
from jumak.plugins.dev_server import is_url, read_dev_server
from jumak.plugins.headless import HeadlessProcess
from jumak.plugins.hosted import HostedPlugins
from jumak.plugins.manifest import ID, check_id
from jumak.plugins.node import NodeMissingError
from jumak.plugins.package import Package, place, read_package, remove_copies, remove_orphans
from jumak.plugins.process import Limits, PluginProcess
from jumak.plugins.python import PythonProcess
from jumak.plugins.supervision import Supervision, given_up
from jumak.plugins.watch import PluginWatch
from jumak.protocol.messages.plugin import (
    InspectReply,
    InstallData,
    InstalledVersion,
    Overrides,
    PluginReply,
    SessionData,
    SessionReply,
)
from jumak.protocol.scopes import expand
from jumak.server.connections import Push
from jumak.server.live import Ask
from jumak.server.shop import RunningShop
from jumak.service.documents import Install
from jumak.service.plugin import (
    check_names_of,
    grantable,
    install_view,
    record_disable,
    record_install,
    tab_view,
)
from jumak.service.plugin_version import Decided, copies_of, in_force, is_for, runs_on_server
from jumak.service.ports import Command, Committed, PluginState, PluginStateName, Transaction

SESSION_LIFE = timedelta(minutes=5)
_BUSINESS_MODE = frozenset({"businessType", "paymentTiming", "tablesEnabled", "bookingEnabled"})
"""Settings of the shop that plugins read once, at their start."""

_BEST_FIRST: tuple[PluginStateName, ...] = ("running", "starting", "crashed", "stopping", "stopped")

log = logging.getLogger(__name__)


class Kept(Struct):
    """A plugin the server runs: its task, the run of the moment and how it fares."""

    install: Install
    task: asyncio.Task[None]
    state: PluginState
    process: PluginProcess | None = None
    wakes_at: datetime | None = None
    began: float = 0.0
    """When the run began, in seconds of the loop's clock."""


class PluginHost:
    """Every local plugin of one shop. folder: the shop's directory; copies lie in `plugins/` below it."""

    def __init__(self, shop: RunningShop, folder: Path, limits: Limits | None = None) -> None:
        self._shop, self._folder = shop, folder / "plugins"
        self._uploads = folder / "uploads"
        self._limits = limits or Limits()
        self._kept: dict[str, Kept] = {}
        self._consoles: dict[str, Console] = {}
        self._changing: dict[str, asyncio.Lock] = {}
        self._installing = asyncio.Lock()
        self._hosted = HostedPlugins(shop, self.console, self._tell, self._disable)
        self._closed = False
        self._watch = PluginWatch(shop, self.console)

    async def start(self) -> None:
        """Takes over the plugins' messages and starts what is enabled; does not wait for any of it."""
        shop = self._shop
        shop.connections.states = self.states
        shop.live["plugin.install.request"] = self.answer_install
        shop.live["plugin.inspect.request"] = self.answer_inspect
        shop.live["plugin.report.request"] = self._hosted.answer_report
        shop.live["plugin.open-session.request"] = self.answer_open_session
        Bridge.of(shop).denied = self._denied
        self._watch.serve()
        shop.store.on_commit(self._committed)
        installs = await shop.store.reader().all(Install)
        await asyncio.to_thread(remove_orphans, self._folder, frozenset(map(str, installs)))
        for install in installs.values():
            if install.enabled and runs_on_server(install):
                self._begin(install)

    async def stop(self) -> None:
        """Stops every plugin, all at the same time."""
        self._closed = True
        await asyncio.gather(*(self._end(plugin_id) for plugin_id in list(self._kept)))
        for console in self._consoles.values():
            console.close()

    def states(self) -> Mapping[str, PluginState]:
        """How each plugin fares, here and in the tills that are connected, by id."""
        states = {plugin_id: kept.state for plugin_id, kept in self._kept.items()}
        for plugin_id, tills in self._hosted.states().items():
            here = states.get(plugin_id)
            if here is None:
                best = min(tills, key=lambda till: _BEST_FIRST.index(till.state))
                here = PluginState(state=best.state, reason=best.reason, load_ms=best.load_ms)
            states[plugin_id] = msgspec.structs.replace(here, devices=tills)
        return states

    def wakes_at(self, plugin_id: str) -> datetime | None:
        """When a plugin that ended by itself is started again, None while it runs."""
        kept = self._kept.get(plugin_id)
        return None if kept is None else kept.wakes_at

    def console(self, plugin_id: str) -> Console:
        """What a plugin printed and logged; a remote service's log messages as well."""
        if plugin_id not in self._consoles:
            # A service's name is free text; only an id may become a path.
            home = self._folder / plugin_id
            has_file = not self._closed and ID.fullmatch(plugin_id) and home.is_dir()
            file = home / "plugin.log" if has_file else None
            self._consoles[plugin_id] = Console(
                file,
                self._now,
                partial(self._watch.heard, plugin_id),
                partial(self._watch.news, plugin_id),
                lambda: self._shop.clock.now().timestamp(),
            )
        return self._consoles[plugin_id]

    async def inspect(
        self, source: Path | str, overrides: Overrides | None = None, *, file_name: str | None = None
    ) -> InspectReply:
        """What `install` with the same arguments would put in force. Raises InvalidArgument."""
        decisions = decided(overrides)
        package = await self._read(source, overrides, file_name)
        read = self._shop.store.reader()
        plugin_id = package.manifest.id
        old = await read.get(Install, plugin_id)
        at = calendar_of(read.shop).iso(self._shop.clock.now())
        new = in_force(plugin_id, package.copy(at), old, at=at, decided=decisions)
        await check_names_of(read, new, old)
        held = frozenset() if old is None else expand(old.scopes)
        return InspectReply(
            id=plugin_id,
            name=new.name,
            sdk_name=new.sdk_name,
            version=new.version,
            hash=new.hash,
            kinds=list(new.kinds),
            profile=new.profile,
            acl=list(new.acl),
            scopes=list(new.scopes),
            added_scopes=sorted(expand(new.scopes) - held),
            headless=new.headless,
            has_manifest=package.has_manifest,
            tab=tab_view(new.tab) or UNSET,
            installed=UNSET if old is None else InstalledVersion(version=old.version, hash=old.hash),
        )

    async def install(
        self,
        source: Path | str,
        overrides: Overrides | None = None,
        *,
        file_name: str | None = None,
        ask: Ask | None = None,
        body: bytes = b"",
    ) -> PluginReply:
        """Installs or updates from a zip or folder, or (text) the URL of a development server.

        ask: the message that is answered by it; body: what that said.
        Raises InvalidArgument, nothing changed then.
        """
        decisions = decided(overrides)
        package = await self._read(source, overrides, file_name)
        plugin_id = package.manifest.id
        # Until the shop knows of the new copy it must not be cleared away with the old ones.
        async with self._changing.setdefault(plugin_id, asyncio.Lock()):
            try:
                return await self._install(package, decisions, ask, body)
            except BaseException:
                if await self._shop.store.reader().get(Install, plugin_id) is None:
                    remove_copies(self._folder, plugin_id)
                raise

    async def _install(
        self, package: Package, decisions: Decided, ask: Ask | None, body: bytes
    ) -> PluginReply:
        await asyncio.to_thread(place, package, self._folder)
        copy = package.copy(calendar_of(self._shop.store.reader().shop).iso(self._shop.clock.now()))

        async def run(tx: Transaction) -> PluginReply:
            return await record_install(tx, package.manifest.id, copy, decisions)

        if ask is not None:
            return await ask.write(run, body=body, answer=True)
        result = await self._shop.store.execute(
            Command(caller=SYSTEM, name="plugin.install.request", body=b"", run=run)
        )
        if result.error is not None:
            raise result.error
        return msgspec.json.decode(result.reply, type=PluginReply)

    async def _read(self, source: Path | str, overrides: Overrides | None, file_name: str | None) -> Package:
        plugin_id = None if overrides is None else overrides.id
        if isinstance(source, str):
            return await asyncio.to_thread(read_dev_server, source, plugin_id=plugin_id)
        return await asyncio.to_thread(read_package, source, file_name=file_name, plugin_id=plugin_id)

    # -- messages --------------------------------------------------------------------------------

    async def answer_install(self, ask: Ask, data: InstallData) -> PluginReply:
        """`plugin.install.request`; a repeat under its `commandId` finds the upload gone and gets the first reply."""
        body = msgspec.json.encode(data)
        # One at a time, so that a repeat waits for the first.
        async with self._installing:
            try:
                source = self._source(data.package)
                reply = await self.install(
                    source, data.overrides, file_name=data.file_name or "", ask=ask, body=body
                )
            except PosError as refused:
                if ask.command_id is None:
                    raise
                return await ask.write(partial(_refuse, refused), body=body)
            if isinstance(source, Path):
                await asyncio.to_thread(source.unlink, missing_ok=True)
            return reply

    async def answer_inspect(self, ask: Ask, data: InstallData) -> InspectReply:  # noqa: ARG002 (any owner may look)
        """`plugin.inspect.request`; the upload stays."""
        return await self.inspect(self._source(data.package), data.overrides, file_name=data.file_name or "")

    def _source(self, package: str) -> Path | str:
        """An upload by its id, never by a path, or a development server. Raises NotFound."""
        if is_url(package):
            return package
        upload = self._uploads / package
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", package) or not upload.is_file():
            raise NotFound("업로드한 파일을 찾을 수 없습니다.", "There is no such upload.", id=package[:64])
        return upload

    async def answer_open_session(self, ask: Ask, data: SessionData) -> SessionReply:
        """`plugin.open-session.request`: a token with which a till hosts the plugin."""
        install = await self._shop.store.reader().get(Install, data.plugin_id)
        if install is None or not is_for(install, ask.caller):
            raise NotFound("플러그인을 찾을 수 없습니다.", "There is no such plugin.", id=data.plugin_id)
        caller = msgspec.structs.replace(caller_of(install), device_id=ask.caller.device_id)
        token, expires = self._shop.credentials.issue(caller, SESSION_LIFE)
        assert expires is not None
        return SessionReply(token=token, expires_at=calendar_of(self._shop.store.reader().shop).iso(expires))

    # -- keeping them running --------------------------------------------------------------------

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
            elif entry.fact.name == "shop.update" and not _BUSINESS_MODE.isdisjoint(
                [*entry.fact.data.get("before", ()), *entry.fact.data.get("after", ())]
            ):
                self._shop.start(self._restart_all())

    async def _restart_all(self) -> None:
        """Plugins keep what they learnt of the business mode (contract, merchant-device §2)."""
        installs = await self._shop.store.reader().all(Install)
        await asyncio.gather(*(self._follow(install.id, "plugin.restart") for install in installs.values()))

    async def _follow(self, plugin_id: str, what: str) -> None:
        """Brings a plugin to what the shop says about it now; changes of one plugin follow each other."""
        async with self._changing.setdefault(plugin_id, asyncio.Lock()):
            if self._closed:
                return
            install = await self._shop.store.reader().get(Install, plugin_id)
            kept = self._kept.get(plugin_id)
            if kept is not None and (install != kept.install or what == "plugin.restart"):
                await self._end(plugin_id)
            if (
                install is not None
                and install.enabled
                and runs_on_server(install)
                and plugin_id not in self._kept
                and not self._closed
            ):
                self._begin(install)
            self._hosted.tell(install, plugin_id, restart=True)
            if install is None:
                if (console := self._consoles.pop(plugin_id, None)) is not None:
                    console.close()
                await asyncio.to_thread(remove_copies, self._folder, plugin_id)
            else:
                kept_copies = [Path(copy.folder).name for copy in copies_of(install)]
                await asyncio.to_thread(remove_copies, self._folder, plugin_id, kept_copies)
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
        await ended(kept.task)
        self._kept.pop(plugin_id, None)

    async def _keep(self, install: Install) -> None:
        console = self.console(install.id)
        supervision = Supervision()
        await asyncio.sleep(0)
        while (kept := self._kept.get(install.id)) is not None:
            console.write("info", f"starting {install.name} {install.version}")
            supervision.started(self._shop.clock.now())
            kept.began = asyncio.get_running_loop().time()
            self._set(kept, "starting")
            try:
                kept.process = self._process(install, console, kept)
                reason = await kept.process.run()
            except NodeMissingError as missing:
                # Starting it again brings no Node: whoever installs one restarts it.
                console.write("error", str(missing))
                self._set(kept, "stopped", str(missing))
                return
            except OSError as problem:
                reason = f"could not start: {problem}"
            if kept.state.state == "stopping":
                return
            console.write("error", f"{reason}; starting it again")
            log.warning("a plugin stopped by itself and is started again", extra=fields(plugin=install.id))
            now = self._shop.clock.now()
            wait = supervision.crashed(now)
            if wait is None:
                await self._disable(install, reason)
                return
            self._set(kept, "crashed", reason)
            kept.wakes_at = now + wait
            await self._shop.clock.wait_until(kept.wakes_at)
            kept.wakes_at = None

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

    def _set(self, kept: Kept, state: PluginStateName, reason: str = "") -> None:
        if kept.state.state == "stopping" and state == "running":
            return
        load_ms = None
        if state == "running":
            load_ms = round((asyncio.get_running_loop().time() - kept.began) * 1_000)
        kept.state = PluginState(state=state, reason=reason, load_ms=load_ms)
        self._tell(kept.install)

    async def _disable(self, install: Install, reason: str) -> None:
        """Off after too many crashes, with a reason staff can read; a notice goes to them."""
        reason = given_up(reason)
        self.console(install.id).write("error", reason)
        log.error("a plugin stopped too often and was switched off", extra=fields(plugin=install.id))
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


async def _refuse(refused: PosError, tx: Transaction) -> PluginReply:  # noqa: ARG001 (nothing is changed)
    raise refused


def decided(overrides: Overrides | None) -> Decided:
    """What the installer decided, checked. Raises InvalidArgument naming the field."""
    if overrides is None:
        return Decided()
    if overrides.id is not None:
        check_id(overrides.id)
    return Decided(
        name=overrides.name,
        sdk_name=overrides.sdk_name,
        acl=None if overrides.acl is None else read_acl(overrides.acl, "$.overrides.acl"),
        scopes=None if overrides.scopes is None else grantable(overrides.scopes, "$.overrides.scopes"),
        profile=overrides.profile,
        headless=overrides.headless,
    )
