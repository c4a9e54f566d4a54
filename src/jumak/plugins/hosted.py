"""Plugins that tills host: telling tills to look again, and how they say plugins fare (contract, extensions §11).

The page host of a till only reports; whether a plugin is started again or given up is decided here,
by the rule that holds for processes of the server too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from msgspec import UNSET, Struct, UnsetType

from jumak.domain.caller import Caller
from jumak.plugins.console import Console
from jumak.plugins.supervision import Supervision
from jumak.protocol.messages.plugin import ReportData, ReportReply
from jumak.server.connections import Push, Subscriber
from jumak.server.live import Ask
from jumak.server.shop import RunningShop
from jumak.server.ui.tills import is_till
from jumak.service.documents import Install
from jumak.service.plugin_version import hosted_kinds, is_for
from jumak.service.ports import DeviceState, PluginStateName

MAX_REASON = 200


class Run(Struct):
    """A plugin in one till."""

    state: DeviceState
    supervision: Supervision


class HostedPlugins:
    """Every plugin in every till.

    console: of a plugin.  changed: called when one fares differently.  give_up: switches one off for a reason.
    """

    def __init__(
        self,
        shop: RunningShop,
        console: Callable[[str], Console],
        changed: Callable[[Install], None],
        give_up: Callable[[Install, str], Awaitable[None]],
    ) -> None:
        self._shop, self._console, self._changed, self._give_up = shop, console, changed, give_up
        self._runs: dict[str, dict[str, Run]] = {}
        self._connected = self._tills()
        shop.connections.hearers.append(self._came_or_went)

    def states(self) -> dict[str, tuple[DeviceState, ...]]:
        """How each plugin fares in the tills that are connected."""
        connected = self._tills()
        return {
            plugin_id: states
            for plugin_id, runs in self._runs.items()
            if (states := tuple(run.state for key, run in sorted(runs.items()) if key in connected))
        }

    def _tills(self) -> frozenset[str]:
        return frozenset(
            _till(one.caller)
            for one in self._shop.connections.all
            if one.answers and one.caller is not None and is_till(one.caller)
        )

    def _came_or_went(self, one: Subscriber) -> None:
        """A till that leaves takes its plugins along; one whose connection alone broke brings them back."""
        if not is_till(one.caller):
            return
        before, self._connected = self._connected, self._tills()
        changed = before ^ self._connected
        for plugin_id, runs in self._runs.items():
            if not changed.isdisjoint(runs):
                self._shop.begin(self._tell_changed(plugin_id))

    async def _tell_changed(self, plugin_id: str) -> None:
        install = await self._shop.store.reader().get(Install, plugin_id)
        if install is not None:
            self._changed(install)

    def tell(self, install: Install | None, plugin_id: str, *, restart: bool) -> None:
        """Has the tills read their lists again; what was known of the plugin's runs counts no more."""
        self._runs.pop(plugin_id, None)
        event: dict[str, object] = {"pluginId": plugin_id}
        if restart and install is not None and install.enabled and hosted_kinds(install):
            event["restart"] = True
        self._shop.connections.send(Push("hosted-plugin.change.event", msgspec.json.encode(event)))

    async def answer_report(self, ask: Ask, data: ReportData) -> ReportReply:
        """`plugin.report.request`: a crash is answered with when to start again, or that it is over."""
        install = await self._shop.store.reader().get(Install, data.plugin_id)
        if install is None:
            return ReportReply(disabled=True)
        console, till = self._console(install.id), ask.caller.name
        for entry in data.entries or ():
            console.write(entry.level, entry.text, title=entry.title or "", data={"till": till})
        if not hosted_kinds(install) or not is_for(install, ask.caller):
            return ReportReply(disabled=True)
        run = self._run(install.id, ask.caller)
        reason = "" if data.reason is None else data.reason[:MAX_REASON]
        now = self._shop.clock.now()
        wait: int | UnsetType = UNSET
        if data.state == "crashed":
            pause = run.supervision.crashed(now)
            if pause is None:
                await self._give_up(install, reason or "crashed")
                return ReportReply(disabled=True)
            wait = round(pause.total_seconds() * 1_000)
            again = f"{reason or 'crashed'}; starting it again in {pause.total_seconds():.0f} s"
            console.write("error", again, data={"till": till})
        elif data.state == "starting":
            run.supervision.started(now)
            console.write("info", f"starting {install.name} {install.version}", data={"till": till})
        load_ms = run.state.load_ms if data.load_ms is None else round(data.load_ms)
        if self._set(run, data.state, reason, load_ms):
            self._changed(install)
        return ReportReply(restart_after_ms=wait)

    def _run(self, plugin_id: str, caller: Caller) -> Run:
        runs = self._runs.setdefault(plugin_id, {})
        key = _till(caller)
        if key not in runs:
            runs[key] = Run(DeviceState(device_id=key, name=caller.name, state="stopped"), Supervision())
        return runs[key]

    def _set(self, run: Run, state: PluginStateName, reason: str, load_ms: int | None) -> bool:
        before = run.state
        run.state = msgspec.structs.replace(
            before, state=state, reason=reason, load_ms=None if state == "starting" else load_ms
        )
        return run.state != before


def _till(caller: Caller) -> str:
    return caller.device_id or caller.id
